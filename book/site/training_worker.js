// Training in the page: a worker, so that the page stays free to draw and to scroll.
//
// Commands come as messages, {command, ...}; what happens goes back as messages, {event, ...}.
// Between two commands the worker trains for a tenth of a second at a time.

import { seeded } from "./network.js";
import { buildNetwork } from "./networks.js";
import { Adam, trainOnBatch } from "./optimizers.js";
import { loadTensors } from "./safetensors.js";

const BATCH = 16, EPOCHS = 10, TEST_EVERY = 3000; // images
const AVERAGE = 0.99; // the tested network is the average of the recent ones
let digits, training;

const commands = {
  async start({ url, entry, layers, learningRate, seed }) {
    digits ??= await loadDigits(url, entry);
    const random = seeded(seed);
    const network = buildNetwork(layers, { random });
    training = { random, network, average: buildNetwork(layers).load(network.weights()),
      optimizer: new Adam(network, { learningRate }), images: 0, steps: 0, running: true, order: [],
      seconds: 0, loss: null };
    postMessage({ event: "started", digits: digits.train.images.length,
      testDigits: digits.test.images.length });
    run(training);
  },
  pause() {
    if (training) training.running = false;
  },
  resume() {
    training.running = true;
    if (!training.looping) run(training); // a pause that was short has not ended the loop
  },
  learningRate({ value }) {
    if (training) training.optimizer.learningRate = value;
  },
};

onmessage = async ({ data }) => {
  try {
    await commands[data.command](data);
  } catch (error) {
    postMessage({ event: "failed", message: error.message });
  }
};

async function loadDigits(url, entry) {
  const tensors = await loadTensors(url, entry);
  const part = (name) => {
    const pixels = Float32Array.from(tensors[`x_${name}`].data, (value) => value / 255);
    const images = Array.from({ length: pixels.length / 784 },
      (_, k) => pixels.subarray(784 * k, 784 * (k + 1)));
    return { images, labels: tensors[`y_${name}`].data };
  };
  return { train: part("train"), test: part("test") };
}

// training: begin
async function run(state) {
  const { images, labels } = digits.train;
  state.looping = true;
  while (state.running && state === training) {
    const began = performance.now();
    do {
      if (state.order.length < BATCH) state.order = shuffled(images.length, state.random);
      const chosen = state.order.splice(-BATCH);
      const loss = trainOnBatch(state.network, state.optimizer,
        chosen.map((index) => images[index]), chosen.map((index) => labels[index])) / BATCH;
      state.loss = state.loss === null ? loss : 0.95 * state.loss + 0.05 * loss;
      state.images += BATCH;
      follow(state);
    } while (performance.now() - began < 100 && state.images % TEST_EVERY >= BATCH);
    state.seconds += (performance.now() - began) / 1000;
    postMessage({ event: "progress", images: state.images, epoch: state.images / images.length,
      loss: state.loss, seconds: state.seconds });
    if (state.images % TEST_EVERY < BATCH) test(state);
    if (state.images >= EPOCHS * images.length) {
      state.running = false;
      postMessage({ event: "finished" });
    }
    await new Promise((resume) => setTimeout(resume)); // let messages in
  }
  state.looping = false;
}
// training: end

// Move the average of the weights a little towards the newest.
function follow(state) {
  const share = Math.max(1 - AVERAGE, 1 / (1 + state.steps / 5));
  state.steps += 1;
  const newest = state.network.named();
  state.average.named().forEach(([, values], index) => {
    const [, target] = newest[index];
    for (let k = 0; k < values.length; k++) values[k] += share * (target[k] - values[k]);
  });
}

function test(state) {
  const began = performance.now();
  const { images, labels } = digits.test;
  let right = 0;
  images.forEach((image, index) => {
    const scores = state.average.forward(image);
    let best = 0;
    for (let digit = 1; digit < 10; digit++) if (scores[digit] > scores[best]) best = digit;
    if (best === labels[index]) right += 1;
  });
  state.seconds += (performance.now() - began) / 1000;
  postMessage({ event: "tested", images: state.images, epoch: state.images / digits.train.images.length,
    accuracy: right / images.length, seconds: state.seconds, weights: state.average.weights() });
}

function shuffled(count, random) {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [order[index], order[other]] = [order[other], order[index]];
  }
  return order;
}
