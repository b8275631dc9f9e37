// A network from a list of its layers, {name, kind, options}, as the manifest has them: the package's
// `notation` writes that list, one for Keras, NumPy and this page.

import { Dropout, Sigmoid, Tanh } from "./activations.js";
import { Conv2D, Dense, MaxPooling2D, ReLU } from "./cnn.js";
import { Network } from "./network.js";

const FUNCTIONS = { relu: ReLU, sigmoid: Sigmoid, tanh: Tanh };
const KINDS = {
  convolution: (name, { filters, kernel_size: kernelSize, strides: stride, padding }) =>
    new Conv2D({ name, filters, kernelSize, stride, padding }),
  activation: (name, { function: function_ }) => new FUNCTIONS[function_]({ name }),
  max_pooling: (name, { pool_size: size }) => new MaxPooling2D({ name, size }),
  dropout: (name, { rate }) => new Dropout({ name, rate }),
  dense: (name, { units }) => new Dense({ name, units }),
};

export function buildNetwork(layers, options) {
  return new Network(layers.map(({ name, kind, options: settings }) => {
    if (!KINDS[kind] || (kind === "activation" && !FUNCTIONS[settings.function])) throw new Error(`The page has no layer of the kind ${settings?.function ?? kind}.`);
    return KINDS[kind](name, settings);
  }), options);
}
