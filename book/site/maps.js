// What every layer computes: its maps, the kernel of each, and where its values come from.

import { activationColour, colours, css, largest, Picture, show, signedColour } from "./colours.js";

const CELL = 40; // CSS pixels from one map to the next
const PICTURE = 36; // of them, for a map and for its kernel

// The layers worth a look: a convolution together with its ReLU, pooling, the dense layer.
function stagesOf(network) {
  const stages = [];
  const last = network.layers.at(-1);
  let convolutions = 0;
  network.layers.forEach((layer, index) => {
    if (layer.kind === "relu") return;
    const next = network.layers[index + 1];
    const shown = next?.kind === "relu" ? next : layer;
    const [height, width, count] = layer.outputShape;
    const before = stages.at(-1);
    const stage = { layer, shown, index, height, width, count, before, isScores: layer === last };
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
const unitOf = ({ layer }) => (layer.kind === "dense" ? "number" : "map");

const nameOf = (stage, f) => (stage.isScores ? `Score of ${f}`
  : `${stage.name}, ${unitOf(stage)} ${f + 1}`);

// The weight at (i, j) of channel c in the kernel of filter f.
const weightOf = ({ layer, kernel, count }, i, j, c, f) =>
  layer.parameters.kernel[((i * kernel.side + j) * kernel.channels + c) * count + f];

// The slices of a kernel, one for each channel, side by side in a grid of this many columns.
function gridColumns(channels) {
  let columns = Math.ceil(Math.sqrt(channels));
  while (channels % columns) columns += 1;
  return columns;
}

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

export class Maps {
  constructor(container) {
    this.container = container;
    this.selected = null;
    container.innerHTML = '<div class="pad-stages"></div><div class="pad-origin" hidden></div>';
    [this.list, this.origin] = container.children;
    colours.listeners.push(() => this.network && this.layOut());
    container.addEventListener("pointerleave", () => {
      if (container.contains(document.activeElement)) return;
      this.selected = null;
      this.origin.hidden = true;
    });
    new ResizeObserver(() => {
      const width = this.list.clientWidth;
      if (this.network && width && width !== this.width) this.layOut();
    }).observe(this.list);
  }

  setNetwork(network) {
    this.network = network;
    this.stages = stagesOf(network);
    this.selected = null;
    this.origin.hidden = true;
    this.list.replaceChildren(...this.stages.map((stage) => this.section(stage)));
    this.layOut();
  }

  section(stage) {
    const section = document.createElement("section");
    section.innerHTML = `<h3>${stage.name}</h3><p>${stage.about}</p>
      <div class="pad-atlas"><canvas aria-hidden="true"></canvas>
      <div role="group" aria-label="${stage.name}, ${stage.about}"></div></div>`;
    stage.canvas = section.querySelector("canvas");
    stage.group = section.querySelector("[role=group]");
    for (let f = 0; f < stage.count; f++) {
      const button = document.createElement("button");
      button.type = "button";
      button.tabIndex = f ? -1 : 0;
      button.setAttribute("aria-label",
        nameOf(stage, f));
      button.addEventListener("focus", () => this.select(stage, f));
      button.addEventListener("pointerenter", () => this.select(stage, f));
      button.addEventListener("click", () => this.select(stage, f));
      stage.group.append(button);
    }
    stage.group.addEventListener("keydown", (event) => this.move(event, stage));
    return section;
  }

  // Arrow keys move among a layer's maps, so that each layer is one stop of the Tab key.
  move(event, stage) {
    const buttons = [...stage.group.children];
    const now = buttons.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns, ArrowUp: -this.columns,
      Home: -now, End: buttons.length - 1 - now }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = buttons[now + step];
    if (!next) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  // Place the cells for the page's width, and draw the kernels, which stay.
  layOut() {
    this.width = this.list.clientWidth;
    this.columns = Math.max(Math.floor(this.width / CELL), 1);
    for (const stage of this.stages) {
      const columns = Math.min(this.columns, stage.count);
      const scale = Math.max(Math.floor(PICTURE / stage.width), 1);
      stage.scale = Math.min(scale, 24);
      stage.mapHeight = stage.scale * stage.height;
      let kernelHeight = 0;
      if (stage.kernel) {
        const { side, channels } = stage.kernel;
        const across = gridColumns(channels);
        stage.kernelColumns = across;
        stage.kernelScale = Math.max(Math.floor(Math.min(PICTURE, 30 * across) / (across * side)), 1);
        kernelHeight = 4 + (channels / across) * side * stage.kernelScale;
      }
      stage.cellHeight = stage.mapHeight + kernelHeight + 8;
      const rows = Math.ceil(stage.count / columns);
      stage.picture = new Picture(stage.canvas, rows * stage.cellHeight, columns * CELL);
      stage.canvas.style.width = `${columns * CELL}px`;
      stage.group.style.gridTemplateColumns = `repeat(${columns}, ${CELL}px)`;
      stage.group.style.gridAutoRows = `${stage.cellHeight}px`;
      stage.columns = columns;
      if (stage.kernel) for (let f = 0; f < stage.count; f++) this.drawKernel(stage, f);
    }
    this.update();
  }

  drawKernel(stage, f) {
    const { layer, count, kernel: { side, channels }, kernelScale: scale, kernelColumns } = stage;
    const { kernel } = layer.parameters; // (row, column, channel, filter)
    const left = (f % stage.columns) * CELL + 2;
    const top = Math.floor(f / stage.columns) * stage.cellHeight + stage.mapHeight + 6;
    let most = 1e-9;
    for (let at = f; at < kernel.length; at += count) most = Math.max(most, Math.abs(kernel[at]));
    for (let at = f, k = 0; at < kernel.length; at += count, k++) {
      const c = k % channels, j = Math.floor(k / channels) % side;
      const i = Math.floor(k / (channels * side));
      const x = left + ((c % kernelColumns) * side + j) * scale;
      const y = top + (Math.floor(c / kernelColumns) * side + i) * scale;
      stage.picture.fill(x, y, scale, signedColour(kernel[at] / most));
    }
  }

  // Draw what the layers have computed last; `picture` is what the network was given.
  update(picture = this.picture) {
    this.picture = picture;
    for (const stage of this.stages) {
      const { shown: { output }, count, width, height, scale, picture: atlas, columns, cellHeight } = stage;
      const most = largest(output);
      const colourOf = stage.isScores ? signedColour : activationColour;
      for (let f = 0; f < count; f++) {
        const left = (f % columns) * CELL + 2, top = Math.floor(f / columns) * cellHeight + 2;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const value = this.picture ? output[(y * width + x) * count + f] / most : 0;
            atlas.fill(left + x * scale, top + y * scale, scale, colourOf(value));
          }
        }
      }
      atlas.paint();
    }
    if (this.selected) this.explain();
  }

  select(stage, f) {
    this.selected = { stage, f };
    this.explain();
  }

  // Where the values of the selected map come from, at the position of its strongest value.
  explain() {
    const { stage, f } = this.selected;
    const { layer, shown: { output }, width, count, before } = stage;
    this.origin.hidden = false;
    if (!this.picture) {
      this.origin.innerHTML = "<p>Draw a digit first: without ink there is nothing to explain.</p>";
      return;
    }
    let best = f;
    for (let at = f; at < output.length; at += count) if (output[at] > output[best]) best = at;
    const position = (best - f) / count;
    const y = Math.floor(position / width), x = position % width;
    const dense = layer.kind === "dense";
    const title = nameOf(stage, f);
    const value = `<b>${output[best].toFixed(2)}</b>`;
    const silent = output[best] <= 0 && !stage.isScores;
    const where = silent ? `${title} is silent: its kernel met nothing here that it answers to.`
      : dense ? `${title}: ${value}.`
      : `${title}: strongest, ${value}, at row ${y + 1}, column ${x + 1} (framed).`;
    const inputs = before ? `of the ${before.count} ${unitOf(before)}s of ${before.name.toLowerCase()}`
      : "of the picture";
    const from = layer.kind === "pooling"
      ? `It is the largest of ${layer.size} × ${layer.size} values of map ${f + 1} of ${before.name.toLowerCase()}.`
      : `It comes from ${dense ? "every value" : `a window of ${layer.kernelSize} × ${layer.kernelSize}`} `
        + `${inputs}, each times its weights, plus ${signed(layer.parameters.bias[f])}`
        + `${before ? "; most was added or taken away by:" : "."}`;
    this.origin.innerHTML = `<div class="pad-frames">
      ${dense ? "" : "<figure><canvas></canvas><figcaption>map</figcaption></figure>"}
      <figure><canvas></canvas><figcaption>what it sees</figcaption></figure></div>
      <div><p id="pad-origin-text">${where} ${silent ? "" : from}</p><div class="pad-parts"></div></div>`;
    for (const button of stage.group.children) button.removeAttribute("aria-describedby");
    stage.group.children[f].setAttribute("aria-describedby", "pad-origin-text");
    const canvases = [...this.origin.querySelectorAll("canvas")];
    if (!dense) {
      const map = Float32Array.from({ length: width * stage.height }, (_, at) => output[at * count + f]);
      framed(canvases[0], map, stage.height, width, silent ? null : [y, y, x, x]);
    }
    framed(canvases.at(-1), this.picture, 28, 28,
      silent ? null : receptiveField(this.network, stage.index, y, x));
    if (stage.kernel && !silent) this.showParts(stage, f, y, x);
  }

  // The channels that contributed most: what the window read, and the weights that it met.
  showParts(stage, f, y, x) {
    const { layer, kernel: { side, channels }, before } = stage;
    const [height, width] = layer.inputShape;
    const stride = layer.stride ?? 1;
    const top = y * stride - (layer.rows?.before ?? 0), left = x * stride - (layer.columns?.before ?? 0);
    const input = layer.input;
    const parts = Array.from({ length: channels }, (_, c) => {
      const read = [], weights = [];
      for (let i = 0; i < side; i++) {
        for (let j = 0; j < side; j++) {
          const [row, column] = [top + i, left + j];
          const inside = row >= 0 && row < height && column >= 0 && column < width;
          read.push(inside ? input[(row * width + column) * channels + c] : 0);
          weights.push(weightOf(stage, i, j, c, f));
        }
      }
      return { c, read, weights, sum: read.reduce((sum, value, k) => sum + value * weights[k], 0) };
    });
    parts.sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
    const most = largest(parts.slice(0, 5).flatMap((part) => part.weights));
    const brightest = largest(parts.slice(0, 5).flatMap((part) => part.read));
    this.origin.querySelector(".pad-parts").replaceChildren(...parts.slice(0, 5).map((part) => {
      const figure = document.createElement("figure");
      figure.innerHTML = `<canvas></canvas><span aria-hidden="true">×</span><canvas></canvas>
        <figcaption>${before ? `${unitOf(before)} ${part.c + 1}: ` : ""}${part.sum < 0 ? "" : "+"}${signed(part.sum)}</figcaption>`;
      const [read, weights] = figure.querySelectorAll("canvas");
      show(read, part.read, side, side, (value) => activationColour(value / brightest));
      show(weights, part.weights, side, side, (value) => signedColour(value / most));
      return figure;
    }));
  }
}

const signed = (value) => value.toFixed(2).replace("-", "−");

// Show a map, enlarged, with a frame around some rows and columns.
function framed(canvas, values, height, width, field) {
  const scale = Math.max(Math.floor(84 / width), 1);
  const most = largest(values);
  const small = document.createElement("canvas");
  show(small, values, height, width, (value) => activationColour(value / most));
  Object.assign(canvas, { width: width * scale, height: height * scale });
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  if (!field) return;
  const [top, bottom, left, right] = field;
  context.strokeStyle = css("less");
  context.lineWidth = 2;
  context.strokeRect(left * scale + 1, top * scale + 1, (right - left + 1) * scale - 2,
    (bottom - top + 1) * scale - 2);
}
