// Layers in a row, their random beginnings, and the loss.

// Layers in a row. `random` returns numbers from 0 to 1, as Math.random does; without it, the
// weights wait for `load`.
export class Network {
  constructor(layers, { inputShape = [28, 28, 1], Numbers = Float32Array, random = null } = {}) {
    Object.assign(this, { layers, inputShape, Numbers });
    let shape = inputShape;
    layers.forEach((layer, number) => {
      layer.parameters = {};
      layer.build(shape, Numbers, random);
      layer.needsInputGradient = number > 0;
      layer.gradients = {};
      for (const [name, values] of Object.entries(layer.parameters)) {
        layer.gradients[name] = new Numbers(values.length);
      }
      layer.output = new Numbers(layer.outputShape.reduce((a, b) => a * b));
      layer.inputGradient = new Numbers(shape.reduce((a, b) => a * b));
      shape = layer.outputShape;
    });
  }

  // Return the logits of one image: (height, width, channels) numbers from 0 to 1. In training,
  // dropout drops.
  forward(image, training = false) {
    return this.layers.reduce((values, layer) => layer.forward(values, training), image);
  }

  // Return the gradient with respect to the image.
  backward(outputGradient) {
    return this.layers.reduceRight((gradient, layer) => layer.backward(gradient), outputGradient);
  }

  // [["conv1.kernel", values, gradients, shape], ...]: all that is trained.
  named() {
    return this.layers.flatMap((layer) => Object.keys(layer.parameters).map((name) => [
      `${layer.name}.${name}`, layer.parameters[name], layer.gradients[name],
      name === "bias" ? [layer.parameters.bias.length] : layer.kernelShape]));
  }

  // Take over weights by name; all of them or, if one does not fit, none.
  load(tensors) {
    for (const [name, values] of this.named()) {
      const found = tensors[name]?.data.length;
      if (found !== values.length) {
        throw new Error(`The weights ${name} are ${found ?? 0} numbers; expected ${values.length}.`);
      }
    }
    for (const [name, values] of this.named()) values.set(tensors[name].data);
    return this;
  }

  weights() {
    return Object.fromEntries(this.named().map(([name, values, , shape]) =>
      [name, { data: values.slice(), shape }]));
  }
}

// Probabilities from logits; the largest is subtracted first, so that nothing overflows.
export function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

// The loss of one image, -log(probability of its class), and its gradient with respect to the
// logits: the probabilities, minus one at the right class.
export function crossEntropy(logits, label) {
  const gradient = softmax(logits);
  const loss = -Math.log(Math.max(gradient[label], 1e-30));
  gradient[label] -= 1;
  return { loss, gradient };
}

// Random numbers from 0 to 1 that a seed repeats (the "mulberry32" generator).
export function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
