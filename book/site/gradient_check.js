// Are the gradients right? Compare each with the difference that a small change makes.

import { Conv2D, crossEntropy, Dense, MaxPooling2D, Network, ReLU, seeded } from "./cnn.js";

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
// The largest difference between a gradient and its finite difference, relative to their size,
// over all weights and all pixels.
export function checkGradients(seed, change = 1e-6) {
  const random = seeded(seed);
  const network = networkToCheck(random);
  network.layers[0].needsInputGradient = true;
  const image = Float64Array.from({ length: 13 * 11 * 2 }, random);
  const loss = () => crossEntropy(network.forward(image), 3).loss;
  // Another image first: nothing of it may be left in what the next one gives.
  network.backward(crossEntropy(network.forward(image.map((value) => 1 - value)), 5).gradient);
  for (const [, , gradient] of network.named()) gradient.fill(0);
  const pixelGradient = network.backward(crossEntropy(network.forward(image), 3).gradient);
  const pairs = network.named().map(([name, values, gradient]) => [name, values, gradient.slice()]);
  pairs.push(["image", image, pixelGradient.slice()]);
  let compared = 0, worst = 0;
  for (const [, values, gradient] of pairs) {
    for (let k = 0; k < values.length; k++, compared++) {
      const value = values[k];
      values[k] = value + change;
      const above = loss();
      values[k] = value - change;
      const below = loss();
      values[k] = value;
      const measured = (above - below) / (2 * change);
      const size = Math.max(Math.abs(measured) + Math.abs(gradient[k]), 1e-3);
      worst = Math.max(worst, Math.abs(measured - gradient[k]) / size);
    }
  }
  return { compared, worst };
}
// check: end
