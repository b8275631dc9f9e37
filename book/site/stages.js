// A network as the page shows it: its stages, what they are called, and what a value has seen.

// The layers worth a look: a convolution together with its ReLU, pooling, the dense layer.
export function stagesOf(network) {
  const stages = [];
  const last = network.layers.at(-1);
  let convolutions = 0;
  network.layers.forEach((layer, index) => {
    if (["relu", "activation", "dropout"].includes(layer.kind)) return;
    const next = network.layers[index + 1];
    const shown = ["relu", "activation"].includes(next?.kind) ? next : layer;
    const [height, width, count] = layer.outputShape;
    const before = stages.at(-1);
    const stage = { layer, shown, index, height, width, count, before, isScores: layer === last,
      isSigned: layer === last || shown.name.endsWith("_tanh")
        || (layer.kind === "pooling" && before?.isSigned) };
    if (layer.kind === "convolution") {
      const [, , channels] = layer.inputShape;
      stage.name = `Convolution ${++convolutions}`;
      stage.about = `${count} maps of ${height} × ${width}, kernels of ${layer.kernelSize} × `
        + `${layer.kernelSize}${channels > 1 ? ` × ${channels}` : ""}`;
      stage.kernel = { side: layer.kernelSize, channels };
    } else if (layer.kind === "pooling") {
      stage.name = "Pooling";
      stage.about = `${count} maps of ${height} × ${width}, the largest of each ${layer.size} × ${layer.size} values`;
    } else {
      const [side, , channels] = layer.inputShape;
      stage.name = layer === last ? "Scores" : "Dense layer";
      stage.about = layer === last ? `${count} numbers, one for each digit: the logits`
        : `${count} numbers, each from every value before`;
      stage.kernel = { side, channels };
    }
    stages.push(stage);
  });
  return stages;
}

// A dense layer gives numbers, every other one maps.
export const unitOf = ({ layer }) => (layer.kind === "dense" ? "number" : "map");

export const nameOf = (stage, f) => (stage.isScores ? `Score of ${f}`
  : `${stage.name}, ${unitOf(stage)} ${f + 1}`);

// The weight at (i, j) of channel c in the kernel of filter f.
export const weightOf = ({ layer, kernel, count }, i, j, c, f) =>
  layer.parameters.kernel[((i * kernel.side + j) * kernel.channels + c) * count + f];

// The pixels of the picture that reach one value of a layer: [first, last] row and column.
export function receptiveField(network, index, y, x) {
  let field = [y, y, x, x];
  for (let k = index; k >= 0; k--) {
    const layer = network.layers[k];
    if (layer.kind === "convolution") {
      const { stride, kernelSize, rows, columns } = layer;
      field = field.map((at, side) => at * stride - (side < 2 ? rows : columns).before
        + (side % 2 ? kernelSize - 1 : 0));
    } else if (layer.kind === "pooling") {
      field = field.map((at, side) => layer.size * at + (side % 2 ? layer.size - 1 : 0));
    } else if (layer.kind === "dense") {
      field = [0, layer.inputShape[0] - 1, 0, layer.inputShape[1] - 1];
    }
  }
  return field.map((at) => Math.min(Math.max(at, 0), 27));
}

// What the window at (y, x) reads of the layer's input, and the weights that it meets, for each
// channel: {channel, read, weights, sum}, row by row. Beyond the border are zeros.
export function partsOf(stage, f, y, x) {
  const { layer, kernel: { side, channels } } = stage;
  const [height, width] = layer.inputShape;
  const stride = layer.stride ?? 1;
  const top = y * stride - (layer.rows?.before ?? 0), left = x * stride - (layer.columns?.before ?? 0);
  return Array.from({ length: channels }, (_, channel) => {
    const read = [], weights = [];
    for (let i = 0; i < side; i++) {
      for (let j = 0; j < side; j++) {
        const [row, column] = [top + i, left + j];
        const inside = row >= 0 && row < height && column >= 0 && column < width;
        read.push(inside ? layer.input[(row * width + column) * channels + channel] : 0);
        weights.push(weightOf(stage, i, j, channel, f));
      }
    }
    return { channel, read, weights, sum: read.reduce((sum, value, k) => sum + value * weights[k], 0) };
  });
}

// A number with two decimals and a sign that is a minus.
export const signed = (value, digits = 2) => value.toFixed(digits).replace("-", "−");
