// Steps against the gradient: four optimizers, with Keras's formulas and defaults.

import { crossEntropy } from "./network.js";

// What they share: for each weight as many numbers to remember as the optimizer wants, and weight
// decay, by which every kernel shrinks a little at each step.
class Optimizer {
  constructor(network, { learningRate, decay = 0 }, memories) {
    Object.assign(this, { learningRate, decay, steps: 0 });
    this.entries = network.named().map(([name, values, gradients]) => ({
      values, gradients, decays: name.endsWith("kernel"),
      memory: Array.from({ length: memories }, () => new network.Numbers(values.length)),
    }));
  }

  // One step against the gradients of `count` images, which are zero again afterwards.
  step(count) {
    this.steps += 1;
    for (const { values, gradients, memory, decays } of this.entries) {
      if (decays && this.decay) {
        for (let k = 0; k < values.length; k++) values[k] -= this.learningRate * this.decay * values[k];
      }
      for (let k = 0; k < gradients.length; k++) gradients[k] /= count;
      this.update(values, gradients, ...memory);
      gradients.fill(0);
    }
  }
}

// Gradient descent, with Polyak's (1964) momentum or without.
export class SGD extends Optimizer {
  constructor(network, { learningRate = 0.01, momentum = 0, ...more } = {}) {
    super(network, { learningRate, ...more }, 1);
    this.momentum = momentum;
  }

  update(values, gradients, velocity) {
    for (let k = 0; k < values.length; k++) {
      velocity[k] = this.momentum * velocity[k] - this.learningRate * gradients[k];
      values[k] += velocity[k];
    }
  }
}

// Zeiler (2012): the recent step over the recent gradient.
export class Adadelta extends Optimizer {
  constructor(network, { learningRate = 1, rho = 0.95, epsilon = 1e-7, ...more } = {}) {
    super(network, { learningRate, ...more }, 2);
    Object.assign(this, { rho, epsilon });
  }

  update(values, gradients, squares, stepSquares) {
    const { rho, epsilon, learningRate } = this;
    for (let k = 0; k < values.length; k++) {
      squares[k] = rho * squares[k] + (1 - rho) * gradients[k] ** 2;
      const step = gradients[k] * Math.sqrt((stepSquares[k] + epsilon) / (squares[k] + epsilon));
      stepSquares[k] = rho * stepSquares[k] + (1 - rho) * step ** 2;
      values[k] -= learningRate * step;
    }
  }
}

// Kingma and Ba (2015): a moving average of the gradient, over the root of that of its square.
export class Adam extends Optimizer {
  constructor(network, { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, ...more } = {}) {
    super(network, { learningRate, ...more }, 2);
    Object.assign(this, { beta1, beta2, epsilon });
  }

  update(values, gradients, mean, square) {
    const { beta1, beta2, epsilon } = this;
    const rate = this.learningRate * Math.sqrt(1 - beta2 ** this.steps) / (1 - beta1 ** this.steps);
    for (let k = 0; k < values.length; k++) {
      mean[k] += (1 - beta1) * (gradients[k] - mean[k]);
      square[k] += (1 - beta2) * (gradients[k] ** 2 - square[k]);
      values[k] -= rate * mean[k] / (Math.sqrt(square[k]) + epsilon);
    }
  }
}

export const OPTIMIZERS = {
  sgd: { title: "SGD", rate: 0.1, make: (network, options) => new SGD(network, options) },
  momentum: { title: "momentum 0.9", rate: 0.02,
    make: (network, options) => new SGD(network, { ...options, momentum: 0.9 }) },
  adadelta: { title: "Adadelta", rate: 1, make: (network, options) => new Adadelta(network, options) },
  adam: { title: "Adam", rate: 0.005, make: (network, options) => new Adam(network, options) },
};

// Train on some images and return the sum of their losses. `look`, if any, sees the gradients before
// they become a step.
export function trainOnBatch(network, optimizer, images, labels, look = null) {
  let total = 0;
  images.forEach((image, number) => {
    const { loss, gradient } = crossEntropy(network.forward(image, true), labels[number]);
    network.backward(gradient);
    total += loss;
  });
  look?.(network, images.length);
  optimizer.step(images.length);
  return total;
}
