// Other activations than ReLU, and dropout.

// A function of each value, whose slope can be said by its output.
class Activation {
  constructor({ name }) {
    this.name = name;
    this.kind = "activation";
  }

  build(shape) {
    this.inputShape = this.outputShape = shape;
  }

  forward(input) {
    for (let at = 0; at < input.length; at++) this.output[at] = this.of(input[at]);
    return this.output;
  }

  backward(outputGradient) {
    for (let at = 0; at < outputGradient.length; at++) {
      this.inputGradient[at] = this.slope(this.output[at]) * outputGradient[at];
    }
    return this.inputGradient;
  }
}

export class Tanh extends Activation {
  of(value) {
    return Math.tanh(value);
  }

  slope(output) {
    return 1 - output * output;
  }
}

export class Sigmoid extends Activation {
  of(value) {
    return 1 / (1 + Math.exp(-value));
  }

  slope(output) {
    return output * (1 - output);
  }
}

// In training, silence a share of the values by chance, and let the others make up for it; in use,
// do nothing.
export class Dropout {
  constructor({ name, rate }) {
    Object.assign(this, { name, rate, kind: "dropout" });
  }

  build(shape, Numbers, random) {
    this.inputShape = this.outputShape = shape;
    this.random = random;
    this.mask = new Numbers(shape.reduce((a, b) => a * b));
  }

  forward(input, training) {
    this.dropped = training;
    if (!training) return input;
    for (let at = 0; at < input.length; at++) {
      this.mask[at] = this.random() < this.rate ? 0 : 1 / (1 - this.rate);
      this.output[at] = input[at] * this.mask[at];
    }
    return this.output;
  }

  // Only what was let pass has a say in the loss; in use, that is all.
  backward(outputGradient) {
    if (!this.dropped) return outputGradient;
    for (let at = 0; at < outputGradient.length; at++) {
      this.inputGradient[at] = outputGradient[at] * this.mask[at];
    }
    return this.inputGradient;
  }
}
