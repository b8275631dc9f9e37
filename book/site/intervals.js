// How sure a share or a mean is, at 95 %.

const Z = 1.959964;

// Wilson's interval of a share: [low, high].
export function wilson(successes, count) {
  const share = successes / count, square = Z * Z;
  const middle = (share + square / (2 * count)) / (1 + square / count);
  const reach = (Z / (1 + square / count)) * Math.sqrt((share * (1 - share)) / count + square / (4 * count * count));
  return [Math.max(middle - reach, 0), Math.min(middle + reach, 1)];
}

// A mean and its interval: [mean, low, high].
export function meanOf(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const reach = Z * Math.sqrt(variance / values.length);
  return [mean, mean - reach, mean + reach];
}
