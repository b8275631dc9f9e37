// Every layer's maps, with the kernels that are large enough to see; one can be pointed at.

import { activationColour, colours, largest, Picture, signedColour } from "./colours.js";
import { Origin } from "./origin.js";
import { nameOf, stagesOf } from "./stages.js";

const CELL = 40; // CSS pixels from one map to the next
const PICTURE = 36; // of them, for a map and for its kernel
const LEGIBLE = 3; // pixels a weight: smaller kernels are shown where one points at their map

// The slices of a kernel, one for each channel, side by side in a grid of this many columns.
function gridColumns(channels) {
  let columns = Math.ceil(Math.sqrt(channels));
  while (channels % columns) columns += 1;
  return columns;
}

export class Maps {
  // `onSelect` is told {stage, f, at: [row, column]} when a value is pointed at, and when the pen
  // rests; null without a drawing.
  constructor(container, onSelect = () => {}) {
    this.container = container;
    this.onSelect = onSelect;
    container.innerHTML = '<div class="pad-stages"></div><div class="pad-origin"></div>';
    this.list = container.firstChild;
    this.origin = new Origin(container.lastChild, (selected) => this.select(selected));
    this.selected = null;
    colours.listeners.push(() => this.network && this.layOut());
    container.addEventListener("pointerleave", (event) => {
      const held = event.pointerType !== "mouse" || container.contains(document.activeElement);
      if (!held) this.origin.open(false);
    });
    container.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.origin.close();
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
    this.origin.clear();
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
      button.setAttribute("aria-label", nameOf(stage, f));
      button.addEventListener("focus", () => {
        if (!this.pressed) this.point(stage, f, null, true);
        this.pressed = false;
      });
      button.addEventListener("pointermove", (event) => this.point(stage, f, event, false));
      button.addEventListener("click", (event) => {
        this.pressed = false;
        this.point(stage, f, event.detail ? event : null, true);
      });
      stage.group.append(button);
    }
    stage.group.addEventListener("pointerdown", () => { // the click, not the focus, knows the place
      this.pressed = true;
    });
    stage.group.addEventListener("keydown", (event) => this.move(event, stage));
    return section;
  }

  // Select the value that a pointer stands on; without one, the strongest of the map.
  point(stage, f, event, wanted) {
    let place = null;
    if (event && stage.layer.kind !== "dense") {
      const box = event.currentTarget.getBoundingClientRect();
      const x = Math.floor((event.clientX - box.left - 2) / stage.scale);
      const y = Math.floor((event.clientY - box.top - 2) / stage.scale);
      if (y >= 0 && y < stage.height && x >= 0 && x < stage.width) place = [y, x];
    }
    if (wanted) this.origin.closed = false;
    this.select({ stage, f, place });
    this.origin.open(true);
  }

  // Arrow keys move among a layer's maps, so that each layer is one stop of the Tab key.
  move(event, stage) {
    const buttons = [...stage.group.children];
    const now = buttons.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: stage.columns, ArrowUp: -stage.columns,
      Home: -now, End: buttons.length - 1 - now }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = buttons[now + step];
    if (!next) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    this.pressed = false;
    next.focus();
  }

  // Place the cells for the page's width, and draw the kernels, which stay.
  layOut() {
    this.width = this.list.clientWidth;
    const most = Math.max(Math.floor(this.width / CELL), 1);
    for (const stage of this.stages) {
      const columns = Math.min(most, stage.count);
      const scale = Math.max(Math.floor(PICTURE / stage.width), 1);
      stage.scale = Math.min(scale, 24);
      stage.mapHeight = stage.scale * stage.height;
      stage.kernelScale = 0;
      let kernelHeight = 0;
      if (stage.kernel) {
        const { side, channels } = stage.kernel;
        const across = gridColumns(channels);
        stage.kernelColumns = across;
        const scale = Math.floor(Math.min(PICTURE, 30 * across) / (across * side));
        if (scale >= LEGIBLE) {
          stage.kernelScale = scale;
          kernelHeight = 4 + (channels / across) * side * scale;
        }
      }
      stage.cellHeight = stage.mapHeight + kernelHeight + 8;
      const rows = Math.ceil(stage.count / columns);
      stage.picture = new Picture(stage.canvas, rows * stage.cellHeight, columns * CELL);
      stage.canvas.style.width = `${columns * CELL}px`;
      stage.group.style.gridTemplateColumns = `repeat(${columns}, ${CELL}px)`;
      stage.group.style.gridAutoRows = `${stage.cellHeight}px`;
      stage.columns = columns;
      if (stage.kernelScale) for (let f = 0; f < stage.count; f++) this.drawKernel(stage, f);
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
      const colourOf = stage.isSigned ? signedColour : activationColour;
      for (let f = 0; f < count; f++) {
        const left = (f % columns) * CELL + 2, top = Math.floor(f / columns) * cellHeight + 2;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const value = picture ? output[(y * width + x) * count + f] / most : 0;
            atlas.fill(left + x * scale, top + y * scale, scale, colourOf(value));
          }
        }
      }
      atlas.paint();
    }
    if (this.selected && this.origin.isOpen) this.origin.explain(this.selected, this.network, picture);
  }

  // The pen rests: explain the value that is pointed at, or, before any is, the strongest of all in
  // the first stage.
  settle() {
    if (!this.selected && this.picture) {
      const [stage] = this.stages;
      const { output } = stage.shown;
      this.selected = { stage, f: output.indexOf(Math.max(...output)) % stage.count, place: null };
    }
    this.select(this.selected);
  }

  // Explain the value at `place` (row and column) of map f of a stage; without a place, its strongest.
  select(selected) {
    this.selected = selected;
    if (!selected) return this.onSelect(null);
    for (const button of this.list.querySelectorAll("[aria-describedby]")) {
      button.removeAttribute("aria-describedby");
    }
    selected.stage.group.children[selected.f].setAttribute("aria-describedby", "pad-origin-text");
    this.origin.explain(selected, this.network, this.picture);
    this.onSelect(this.picture ? { ...selected, at: this.origin.at } : null);
  }
}
