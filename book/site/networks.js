// The two networks of the page, layer by layer.

import { Conv2D, Dense, MaxPooling2D, Network, ReLU } from "./cnn.js";

// The network behind the pad: `mnist_helpers.models.digit_pad`, its batch normalisation folded
// into the convolutions. 157,402 weights.
export function shippedNetwork(options) {
  return new Network([
    new Conv2D({ name: "conv1", filters: 24, kernelSize: 5, stride: 2, padding: "same" }),
    new ReLU(),
    new Conv2D({ name: "conv2", filters: 48, kernelSize: 3 }),
    new ReLU(),
    new Conv2D({ name: "conv3", filters: 48, kernelSize: 3 }),
    new ReLU(),
    new MaxPooling2D(),
    new Conv2D({ name: "conv4", filters: 96, kernelSize: 3 }),
    new ReLU(),
    new Conv2D({ name: "conv5", filters: 96, kernelSize: 3 }),
    new ReLU(),
    new Dense({ name: "dense", units: 10 }),
  ], options);
}

// The network that the reader trains: 5,386 weights.
export function smallNetwork(options) {
  return new Network([
    new Conv2D({ name: "conv1", filters: 8, kernelSize: 5 }),
    new ReLU(),
    new MaxPooling2D(),
    new Conv2D({ name: "conv2", filters: 16, kernelSize: 3 }),
    new ReLU(),
    new MaxPooling2D(),
    new Dense({ name: "dense", units: 10 }),
  ], options);
}
