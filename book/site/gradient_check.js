// Are the gradients right? Compare each with the difference that a small change makes.

import { Conv2D, Dense, MaxPooling2D, ReLU } from "./cnn.js";
import { crossEntropy, Network, seeded } from "./network.js";

// A small network with every kind of layer, odd sizes, a stride and padding, in float64.
export function networkToCheck(random) {
  return new Network([
    new Conv2D({ name: "padded", filters: 4, kernelSize: 3, stride: 2, padding: "same" }),
    new ReLU(),
    new Conv2D({ name: "valid", filters: 8, kernelSize: 3 }),
    new ReLU(),
    new MaxPooling2D(),
    new Dense({ name: "dense", units: 10 }),
  ], { inputShape: [13, 11, 2], Numbers: Float64Array, random });
}

// check: begin
// Compare every gradient with its finite difference, for all weights and all pixels: return the
// largest difference relative to their size, and the kinks that were met.
export function checkGradients(seed, change = 1e-6) {
  const { network, image, loss, gradients } = problem(seed);
  let compared = 0, worst = 0;
  const kinks = [];
  for (const { name, values, gradient } of gradients) {
    for (let k = 0; k < values.length; k++) {
      const value = values[k];
      values[k] = value + change;
      const above = loss(), decided = decisions(network);
      values[k] = value - change;
      const below = loss();
      values[k] = value;
      if (decisions(network) !== decided) {
        kinks.push({ name, k }); // between them the loss has a corner: there is no slope to compare
        continue;
      }
      const measured = (above - below) / (2 * change);
      const size = Math.max(Math.abs(measured) + Math.abs(gradient[k]), 1e-3);
      worst = Math.max(worst, Math.abs(measured - gradient[k]) / size); // NaN stays NaN
      compared += 1;
    }
  }
  return { compared, worst, kinks };
}

// Whatever the layers decide (which values ReLU lets pass, which of its values a pool takes), as one
// number that another decision changes.
function decisions(network) {
  let mixed = 0;
  for (const { kind, output, winners } of network.layers) {
    if (kind === "relu") for (const value of output) mixed = (Math.imul(mixed, 31) + (value > 0)) | 0;
    if (kind === "pooling") for (const winner of winners) mixed = (Math.imul(mixed, 31) + winner) | 0;
  }
  return mixed;
}
// check: end

// A network and an image from a seed, the loss as a function without arguments, and the gradients
// that `backward` gives.
function problem(seed) {
  const random = seeded(seed);
  const network = networkToCheck(random);
  network.layers[0].needsInputGradient = true;
  const image = Float64Array.from({ length: 13 * 11 * 2 }, random);
  const lossOf = (pixels, label) => crossEntropy(network.forward(pixels), label);
  // Another image first: nothing of it may be left in what the next one gives.
  network.backward(lossOf(image.map((value) => 1 - value), 5).gradient);
  for (const [, , gradient] of network.named()) gradient.fill(0);
  const pixelGradient = network.backward(lossOf(image, 3).gradient).slice();
  const gradients = network.named().map(([name, values, gradient]) => (
    { name, values, gradient: gradient.slice() }));
  gradients.push({ name: "image", values: image, gradient: pixelGradient });
  return { network, image, loss: () => lossOf(image, 3).loss, gradients };
}

// How the loss changes when one number of a seed's network does: [[change, difference], ...], and
// what `backward` says of it there.
export function lossAlong(seed, { name, k }, changes) {
  const { loss, gradients } = problem(seed);
  const { values, gradient } = gradients.find((entry) => entry.name === name);
  const value = values[k], before = loss();
  const points = changes.map((change) => {
    values[k] = value + change;
    return [change, loss() - before];
  });
  values[k] = value;
  return { points, gradient: gradient[k] };
}
