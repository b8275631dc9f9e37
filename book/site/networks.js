// A network from a list of its layers, {name, kind, options}, as the manifest has them: the package's
// `notation` writes that list, one for Keras, NumPy and this page.

import { Conv2D, Dense, MaxPooling2D, Network, ReLU } from "./cnn.js";

const KINDS = {
  convolution: (name, { filters, kernel_size: kernelSize, strides: stride, padding }) =>
    new Conv2D({ name, filters, kernelSize, stride, padding }),
  activation: (name) => new ReLU({ name }),
  max_pooling: (name, { pool_size: size }) => new MaxPooling2D({ name, size }),
  dense: (name, { units }) => new Dense({ name, units }),
};

export function buildNetwork(layers, options) {
  return new Network(layers.map(({ name, kind, options: settings }) => {
    if (!KINDS[kind]) throw new Error(`The page has no layer of the kind ${kind}.`);
    return KINDS[kind](name, settings);
  }), options);
}
