// The layers of a convolutional network from scratch, each with forward and backward.
//
// The same as in chapters 12 and 13, for one image at a time. Arrays are flat typed
// arrays in row-major order, as NumPy's are in memory: the value of channel c at row y and column
// x of a (height, width, channels) array stands at index (y * width + x) * channels + c.
//
// Every layer knows the shapes of its input and output, keeps its weights in `parameters`, adds
// to `gradients` in `backward`, and returns the gradient with respect to its input. Results live
// in arrays that the layer owns and overwrites at the next call. `Numbers` is the type of all
// arrays: Float32Array to be fast, Float64Array to check gradients.

// How many windows fit along an axis, and how many zeros come before it (TensorFlow's rule).
function windows(size, window, stride, padding) {
  if (padding === "valid") {
    return { count: Math.floor((size - window) / stride) + 1, before: 0 };
  }
  const count = Math.ceil(size / stride);
  const zeros = Math.max((count - 1) * stride + window - size, 0);
  return { count, before: Math.floor(zeros / 2) };
}

// Glorot and Bengio's (2010) random weights: uniform, and the smaller the more are summed up.
// Without `random`, zeros: for a network whose weights are then loaded.
function glorot(count, inputs, outputs, Numbers, random) {
  const limit = Math.sqrt(6 / (inputs + outputs));
  const weights = new Numbers(count);
  if (!random) return weights;
  for (let k = 0; k < count; k++) weights[k] = (2 * random() - 1) * limit;
  return weights;
}

// convolution: begin
export class Conv2D {
  constructor({ name, filters, kernelSize, stride = 1, padding = "valid" }) {
    Object.assign(this, { name, filters, kernelSize, stride, padding, kind: "convolution" });
  }

  build([height, width, channels], Numbers, random) {
    const area = this.kernelSize ** 2;
    this.rows = windows(height, this.kernelSize, this.stride, this.padding);
    this.columns = windows(width, this.kernelSize, this.stride, this.padding);
    this.inputShape = [height, width, channels];
    this.outputShape = [this.rows.count, this.columns.count, this.filters];
    this.parameters = {
      kernel: glorot(area * channels * this.filters, area * channels, area * this.filters,
        Numbers, random), // (kernel row, kernel column, channel, filter)
      bias: new Numbers(this.filters),
    };
    this.kernelShape = [this.kernelSize, this.kernelSize, channels, this.filters];
    this.values = new Numbers(area * channels); // what a window reads, and for each value
    this.places = new Int32Array(area * channels); // where in the input it stands
    this.weights = new Int32Array(area * channels); // and where the weights that it meets begin
  }

  // Collect what the window at output position (y, x) reads; return how many values that are.
  // Beyond the border are zeros, which add nothing; so do zeros within, which may be left out.
  read(input, y, x, leaveOutZeros) {
    const { kernelSize, filters, values, places, weights } = this;
    const [height, width, channels] = this.inputShape;
    const top = y * this.stride - this.rows.before;
    const left = x * this.stride - this.columns.before;
    const first = Math.max(-left, 0), end = Math.min(width - left, kernelSize); // columns j within
    let count = 0;
    for (let i = 0; i < kernelSize; i++) {
      if (top + i < 0 || top + i >= height) continue;
      // From a row, j and c lie in one piece, in the input as in the kernel.
      let place = ((top + i) * width + left + first) * channels;
      let weight = (i * kernelSize + first) * channels * filters;
      const stop = place + (end - first) * channels;
      for (; place < stop; place++, weight += filters) {
        const value = input[place];
        if (leaveOutZeros && value === 0) continue; // paper, or silenced by ReLU
        values[count] = value;
        places[count] = place;
        weights[count++] = weight;
      }
    }
    return count;
  }

  // output[y, x, f] = bias[f] + sum over i, j, c of input[row, column, c] * kernel[i, j, c, f]
  forward(input) {
    const { output, filters, values, weights, parameters: { kernel, bias } } = this;
    this.input = input;
    for (let at = 0; at < output.length; at += filters) {
      const position = at / filters;
      const count = this.read(input, Math.floor(position / this.columns.count),
        position % this.columns.count, true);
      // Four sums at a time: each value is read once. Where the filters are not divisible by 4, the
      // surplus sums mean nothing, and what is written of them is overwritten at the next
      // position; beyond its end a typed array ignores what is written.
      for (let f = 0; f < filters; f += 4) {
        let a = bias[f], b = bias[f + 1], c = bias[f + 2], d = bias[f + 3];
        for (let k = 0; k < count; k++) {
          const value = values[k], weight = weights[k] + f;
          a += value * kernel[weight];
          b += value * kernel[weight + 1];
          c += value * kernel[weight + 2];
          d += value * kernel[weight + 3];
        }
        output[at + f] = a;
        output[at + f + 1] = b;
        output[at + f + 2] = c;
        output[at + f + 3] = d;
      }
    }
    return output;
  }

  // The same products once more. Each has two factors, and each factor's gradient is the gradient
  // of the output times the other factor.
  backward(outputGradient) {
    const { input, inputGradient, filters, values, places, weights } = this;
    const { kernel } = this.parameters;
    const { kernel: kernelGradient, bias: biasGradient } = this.gradients;
    inputGradient.fill(0);
    for (let at = 0; at < outputGradient.length; at += filters) {
      const position = at / filters;
      let count = -1; // not read yet: where no gradient arrives, nothing needs to be
      for (let f = 0; f < filters; f++) {
        const gradient = outputGradient[at + f];
        if (gradient === 0) continue;
        if (count < 0) {
          count = this.read(input, Math.floor(position / this.columns.count),
            position % this.columns.count, !this.needsInputGradient);
        }
        biasGradient[f] += gradient;
        for (let k = 0; k < count; k++) {
          kernelGradient[weights[k] + f] += gradient * values[k];
        }
        if (!this.needsInputGradient) continue;
        for (let k = 0; k < count; k++) {
          inputGradient[places[k]] += gradient * kernel[weights[k] + f];
        }
      }
    }
    return inputGradient;
  }
}
// convolution: end

// What is positive passes; the rest becomes zero, and so does its gradient.
export class ReLU {
  constructor({ name = "relu" } = {}) {
    Object.assign(this, { name, kind: "relu" });
  }

  build(shape) {
    this.inputShape = this.outputShape = shape;
  }

  forward(input) {
    for (let at = 0; at < input.length; at++) this.output[at] = Math.max(input[at], 0);
    return this.output;
  }

  backward(outputGradient) {
    for (let at = 0; at < outputGradient.length; at++) {
      this.inputGradient[at] = this.output[at] > 0 ? outputGradient[at] : 0;
    }
    return this.inputGradient;
  }
}

// The largest of each size x size values; the gradient goes back to where it came from.
export class MaxPooling2D {
  constructor({ name = "pool", size = 2 } = {}) {
    Object.assign(this, { name, size, kind: "pooling" });
  }

  build([height, width, channels]) {
    this.inputShape = [height, width, channels];
    this.outputShape = [Math.floor(height / this.size), Math.floor(width / this.size), channels];
    this.winners = new Int32Array(this.outputShape.reduce((a, b) => a * b));
  }

  forward(input) {
    const { size, inputShape: [, width, channels], outputShape: [rows, columns] } = this;
    let at = 0;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        for (let c = 0; c < channels; c++, at++) {
          const first = (size * y * width + size * x) * channels + c;
          let best = first;
          for (let i = 0; i < size; i++) {
            for (let j = 0; j < size; j++) {
              const place = first + (i * width + j) * channels;
              if (input[place] > input[best]) best = place;
            }
          }
          this.winners[at] = best;
          this.output[at] = input[best];
        }
      }
    }
    return this.output;
  }

  backward(outputGradient) {
    this.inputGradient.fill(0);
    for (let at = 0; at < this.winners.length; at++) {
      this.inputGradient[this.winners[at]] += outputGradient[at];
    }
    return this.inputGradient;
  }
}

// Every output reads every input: output[f] = bias[f] + sum over i of input[i] * kernel[i, f].
// Flat arrays need no Flatten layer.
export class Dense {
  constructor({ name, units }) {
    Object.assign(this, { name, units, kind: "dense" });
  }

  build(shape, Numbers, random) {
    const inputs = shape.reduce((a, b) => a * b);
    this.inputShape = shape;
    this.outputShape = [1, 1, this.units];
    this.kernelShape = [inputs, this.units];
    this.parameters = {
      kernel: glorot(inputs * this.units, inputs, this.units, Numbers, random), // (input, unit)
      bias: new Numbers(this.units),
    };
  }

  forward(input) {
    const { kernel, bias } = this.parameters;
    this.input = input;
    this.output.set(bias);
    for (let i = 0; i < input.length; i++) {
      for (let f = 0; f < this.units; f++) this.output[f] += input[i] * kernel[i * this.units + f];
    }
    return this.output;
  }

  backward(outputGradient) {
    const { kernel } = this.parameters;
    for (let f = 0; f < this.units; f++) this.gradients.bias[f] += outputGradient[f];
    for (let i = 0; i < this.input.length; i++) {
      let sum = 0;
      for (let f = 0; f < this.units; f++) {
        this.gradients.kernel[i * this.units + f] += this.input[i] * outputGradient[f];
        sum += kernel[i * this.units + f] * outputGradient[f];
      }
      this.inputGradient[i] = sum;
    }
    return this.inputGradient;
  }
}
