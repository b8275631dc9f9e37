// The panel below the maps: where the value that is pointed at comes from.

import { activationColour, css, largest, show, signedColour } from "./colours.js";
import { nameOf, partsOf, receptiveField, signed, unitOf } from "./stages.js";

const SHOWN = 5; // channels

export class Origin {
  // `onMove` is told another selection when the frame in the enlarged map is moved.
  constructor(panel, onMove) {
    this.panel = panel;
    this.onMove = onMove;
    panel.innerHTML = `<button type="button" class="pad-close" aria-label="Close this panel">✕</button>
      <div class="pad-frames">
        <figure><canvas class="pad-enlarged" tabindex="0" role="application"
          aria-label="The map, enlarged: arrow keys move the frame"></canvas><figcaption>map</figcaption></figure>
        <figure><canvas role="img" aria-label="The picture, and what the value has seen of it"></canvas>
          <figcaption>what it sees</figcaption></figure></div>
      <div><p id="pad-origin-text"></p><div class="pad-parts"></div></div>`;
    [this.map, this.seen] = panel.querySelectorAll("canvas");
    this.text = panel.querySelector("p");
    this.parts = panel.querySelector(".pad-parts");
    panel.querySelector(".pad-close").addEventListener("click", () => this.close());
    this.map.addEventListener("click", (event) => {
      const box = this.map.getBoundingClientRect();
      const { height, width } = this.selected.stage;
      this.moveTo(Math.floor(((event.clientY - box.top) * height) / box.height),
        Math.floor(((event.clientX - box.left) * width) / box.width));
    });
    this.map.addEventListener("keydown", (event) => {
      const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
      if (!step) return;
      event.preventDefault();
      this.moveTo(this.at[0] + step[0], this.at[1] + step[1]);
    });
    this.clear();
  }

  clear() {
    this.selected = null;
    this.closed = false;
    this.open(false);
    this.text.textContent = "Point at a map: here stands where its values come from.";
    this.panel.querySelector(".pad-frames").hidden = true;
    this.parts.replaceChildren();
  }

  // An open panel stays in sight. It has its place and height in any case, so nothing else moves.
  open(isOpen) {
    this.isOpen = isOpen && !this.closed;
    this.panel.classList.toggle("pad-open", this.isOpen);
  }

  // Close until a map is chosen by a click or a key.
  close() {
    this.closed = true;
    this.open(false);
  }

  moveTo(y, x) {
    const { stage, f } = this.selected;
    const place = [Math.min(Math.max(y, 0), stage.height - 1), Math.min(Math.max(x, 0), stage.width - 1)];
    this.onMove({ stage, f, place });
  }

  explain(selected, network, picture) {
    this.selected = selected;
    const { stage, f, place } = selected;
    const { layer, shown: { output }, width, height, count, before } = stage;
    const dense = layer.kind === "dense";
    this.panel.querySelector(".pad-frames").hidden = !picture;
    this.map.parentElement.hidden = dense;
    this.parts.replaceChildren();
    if (!picture) {
      this.text.textContent = "Draw a digit first: without ink there is nothing to explain.";
      return;
    }
    let best = f;
    for (let at = f; at < output.length; at += count) if (output[at] > output[best]) best = at;
    const strongest = (best - f) / count;
    const [y, x] = this.at = place ?? [Math.floor(strongest / width), strongest % width];
    const value = output[(y * width + x) * count + f];
    const silent = output[best] <= 0 && !stage.isSigned && !place;
    const title = nameOf(stage, f);
    const where = silent ? `${title} is silent: its kernel met nothing here that it answers to.`
      : dense ? `${title}: <b>${signed(value)}</b>.`
      : `${title}: ${place ? "" : "strongest, "}<b>${signed(value)}</b>${place ? "" : ","} at row ${y + 1}, `
        + `column ${x + 1} (framed).`;
    this.text.innerHTML = silent ? where : `${where} ${this.from(stage, f, before)}`;
    const map = Float32Array.from({ length: width * height }, (_, at) => output[at * count + f]);
    if (!dense) framed(this.map, map, height, width, silent ? null : [y, y, x, x]);
    framed(this.seen, picture, 28, 28, silent ? null : receptiveField(network, stage.index, y, x));
    if (stage.kernel && !silent) this.showParts(stage, f, y, x);
  }

  // How the value was computed, in words.
  from({ layer }, f, before) {
    if (layer.kind === "pooling") {
      return `It is the largest of ${layer.size} × ${layer.size} values of map ${f + 1} of `
        + `${before.name.toLowerCase()}.`;
    }
    const inputs = before ? `of the ${before.count} ${unitOf(before)}s of ${before.name.toLowerCase()}`
      : "of the picture";
    const read = layer.kind === "dense" ? "every value"
      : `a window of ${layer.kernelSize} × ${layer.kernelSize}`;
    return `It comes from ${read} ${inputs}, each times its weights, plus `
      + `${signed(layer.parameters.bias[f])}${before ? "; most was added or taken away by:" : "."}`;
  }

  // The channels that contributed most: what the window read, and the weights that it met.
  showParts(stage, f, y, x) {
    const { before, kernel: { side } } = stage;
    const parts = partsOf(stage, f, y, x);
    parts.sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum)).splice(SHOWN);
    const most = largest(parts.flatMap((part) => part.weights));
    const brightest = largest(parts.flatMap((part) => part.read));
    this.parts.replaceChildren(...parts.map((part) => {
      const figure = document.createElement("figure");
      const name = before ? `${unitOf(before)} ${part.channel + 1}: ` : "";
      figure.innerHTML = `<canvas></canvas><span aria-hidden="true">×</span><canvas></canvas>
        <figcaption>${name}${part.sum < 0 ? "" : "+"}${signed(part.sum)}</figcaption>`;
      const [read, weights] = figure.querySelectorAll("canvas");
      show(read, part.read, side, side, (value) => activationColour(value / brightest));
      show(weights, part.weights, side, side, (value) => signedColour(value / most));
      return figure;
    }));
  }
}

// Show a map, enlarged, with a frame around some rows and columns.
export function framed(canvas, values, height, width, field, colourOf = activationColour) {
  const scale = Math.max(Math.floor(168 / width), 1);
  const most = largest(values);
  const small = document.createElement("canvas");
  show(small, values, height, width, (value) => colourOf(value / most));
  Object.assign(canvas, { width: width * scale, height: height * scale });
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  if (!field) return;
  const [top, bottom, left, right] = field;
  context.strokeStyle = css("less");
  context.lineWidth = 4;
  context.strokeRect(left * scale + 2, top * scale + 2, (right - left + 1) * scale - 4,
    (bottom - top + 1) * scale - 4);
}
