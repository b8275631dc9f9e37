// How large a network's weights are, and their gradients, layer by layer: measured in the worker.

export const FROM = -8, TO = 1; // powers of ten, between which the sizes are counted
const PER_POWER = 3, MOST = 1000; // bins; values of a layer that are looked at

// The sizes of some values: their root mean square, the share of zeros, and a histogram on a
// logarithmic axis, as [power of ten, share of the values that are not zero].
export function sizes(values, scale = 1) {
  const counts = new Array((TO - FROM) * PER_POWER).fill(0);
  const every = Math.ceil(values.length / MOST);
  let squares = 0, zeros = 0, seen = 0;
  for (let k = 0; k < values.length; k += every, seen++) {
    const value = Math.abs(values[k]) * scale;
    squares += value * value;
    if (value === 0) zeros += 1;
    else if (Number.isFinite(value)) {
      const bin = Math.floor((Math.log10(value) - FROM) * PER_POWER);
      counts[Math.min(Math.max(bin, 0), counts.length - 1)] += 1; // the outermost bins hold the rest
    }
  }
  return { root: Math.sqrt(squares / seen), zeros: zeros / seen, histogram: counts.map((count, bin) =>
    [FROM + (bin + 0.5) / PER_POWER, count / Math.max(seen - zeros, 1)]) };
}

// The kernels of a network, and the gradients that `count` images have left in it.
export const vitals = (network, count) => network.layers.filter(({ parameters }) => parameters.kernel)
  .map(({ name, parameters, gradients }) => (
    { name, weights: sizes(parameters.kernel), gradients: sizes(gradients.kernel, 1 / count) }));
