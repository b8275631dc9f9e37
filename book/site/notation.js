// A network as one line, such as 8C5-P2-16C3-P2-D.25-32: the book's notation, as far as the page has
// its layers (mnist_helpers.notation reads the same lines).

const PARTS = [
  [/^(\d+)C(\d+)(?:S(\d+))?(same)?$/, ([, filters, size, stride, same]) => ["convolution",
    { filters: Number(filters), kernel_size: Number(size), strides: Number(stride ?? 1), padding: same ?? "valid", bias: true }]],
  [/^P(\d+)$/, ([, size]) => ["max_pooling", { pool_size: Number(size) }]],
  [/^D(0?\.\d+)$/, ([, rate]) => ["dropout", { rate: Number(rate) }]],
  [/^(\d+)$/, ([, units]) => ["dense", { units: Number(units) }]],
];
const SHORT = { convolution: "conv", max_pooling: "pool", dropout: "dropout", dense: "dense" };
const MOST = 100_000; // weights, or training would take too long to watch

const WRITTEN = {
  convolution: ({ filters, kernel_size: size, strides, padding }) =>
    `${filters}C${size}${strides > 1 ? `S${strides}` : ""}${padding === "same" ? "same" : ""}`,
  max_pooling: ({ pool_size: size }) => `P${size}`,
  dropout: ({ rate }) => `D${String(rate).replace(/^0/, "")}`,
  dense: ({ units }) => String(units),
};

// The line and the activation of a network's layers, from which they can be had again.
export function toNotation(layers) {
  const parts = layers.filter(({ kind }) => kind !== "activation").slice(0, -1);
  return { net: parts.map(({ kind, options }) => WRITTEN[kind](options)).join("-"),
    activation: layers.find(({ kind }) => kind === "activation")?.options.function ?? "relu" };
}

// The layers that a line stands for, {name, kind, options}; a dense layer of ten ends every network.
export function parseNotation(line, activation = "relu", most = MOST) {
  const parts = [...line.split("-").map((part) => part.trim()).filter(Boolean), "10"];
  const layers = parts.map((part) => {
    for (const [pattern, read] of PARTS) {
      const match = pattern.exec(part);
      if (match) return read(match);
    }
    throw new Error(`“${part}” is no layer that the page has; expected parts such as 8C5, P2, D.25 or 32.`);
  });
  check(layers, parts, most);
  const count = (kind) => layers.filter(([other]) => other === kind).length;
  const seen = {};
  return layers.flatMap(([kind, options], index) => {
    seen[kind] = (seen[kind] ?? 0) + 1;
    const name = SHORT[kind] + (count(kind) > 1 ? seen[kind] : "");
    const own = { name, kind, options };
    const isActive = (kind === "convolution" || kind === "dense") && index < layers.length - 1;
    return isActive ? [own, { name: `${name}_${activation}`, kind: "activation", options: { function: activation } }]
      : [own];
  });
}

// Refuse what cannot stand where it stands, and what is too large to be trained while one watches.
function check(layers, parts, most) {
  let side = 28, channels = 1, weights = 0, isRow = false;
  layers.forEach(([kind, options], index) => {
    const size = options.kernel_size ?? options.pool_size;
    if (Object.values(options).includes(0)) throw new Error(`“${parts[index]}” would return nothing.`);
    if (size && isRow) throw new Error(`“${parts[index]}” reads images, and stands behind a dense layer.`);
    if (size > side && options.padding !== "same") {
      throw new Error(`“${parts[index]}” does not fit: a window of ${size} into ${side} pixels.`);
    }
    if (kind === "convolution") {
      weights += size * size * channels * options.filters + options.filters;
      side = options.padding === "same" ? Math.ceil(side / options.strides)
        : Math.floor((side - size) / options.strides) + 1;
      channels = options.filters;
    } else if (kind === "max_pooling") side = Math.floor((side - size) / size) + 1;
    else if (kind === "dense") {
      weights += side * side * channels * options.units + options.units;
      [side, channels, isRow] = [1, options.units, true];
    }
  });
  if (weights > most) {
    throw new Error(`This network has ${weights.toLocaleString("en")} weights; expected at most `
      + `${most.toLocaleString("en")}, or training would take too long to watch.`);
  }
}
