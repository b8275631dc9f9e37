// Testing beside the training, so that neither waits for the other.
//
// The page gives this worker a port, through which the training worker sends the digits once, and
// then weights, whenever a test is due; the page is told what they are worth.

import { meanOf, wilson } from "./intervals.js";
import { crossEntropy } from "./network.js";
import { buildNetwork } from "./networks.js";

let network, digits;

onmessage = ({ data: port }) => {
  port.onmessage = ({ data }) => {
    if (data.layers) {
      network = buildNetwork(data.layers);
      digits = data;
      return;
    }
    network.load(data.weights);
    const [test, train] = [look(digits.test), look(digits.train)];
    const seconds = data.seconds + (Date.now() - data.sent) / 1000;
    postMessage({ event: "tested", ...data, test, train, seconds });
  };
};

// Loss and accuracy on some digits, with their intervals.
function look({ images, labels }) {
  const losses = new Float64Array(images.length);
  let right = 0;
  images.forEach((image, index) => {
    const scores = network.forward(image);
    losses[index] = crossEntropy(scores, labels[index]).loss;
    if (scores.indexOf(Math.max(...scores)) === labels[index]) right += 1;
  });
  return { loss: meanOf(losses), accuracy: [right / images.length, ...wilson(right, images.length)] };
}
