// A bench for the geometry of a convolution: kernel, stride, padding, dilation, and the size that
// comes out.

import { colours, css } from "./colours.js";

const SETTINGS = { size: ["Input", 4, 12, 8], kernel: ["Kernel", 1, 5, 3], stride: ["Stride", 1, 4, 1],
  padding: ["Padding", 0, 4, 0], dilation: ["Dilation", 1, 3, 1] };

// bench: begin
// How many windows fit: the kernel, spread by the dilation, reaches over `reach` pixels; the last
// window must end where the padded input does.
export function outputSize({ size, kernel, stride, padding, dilation }) {
  const reach = dilation * (kernel - 1) + 1;
  return Math.max(Math.floor((size + 2 * padding - reach) / stride) + 1, 0);
}

// The rows (or columns) of the input that the window at output row `y` reads; those below 0 or
// from `size` on are padding.
export const rowsRead = ({ kernel, stride, padding, dilation }, y) =>
  Array.from({ length: kernel }, (_, i) => y * stride - padding + i * dilation);
// bench: end

export class Bench {
  constructor(container) {
    container.innerHTML = `<div class="pad-controls">${Object.entries(SETTINGS).map(
      ([name, [title, from, to, value]]) => `<label>${title} <input type="number" data-setting="${name}"
        min="${from}" max="${to}" value="${value}"></label>`).join("")}</div>
      <div class="pad-controls"><button type="button" data-by="-1">◀ Step back</button>
        <button type="button" data-by="1">Step ▶</button></div>
      <p role="status"></p>
      <div class="pad-pictures"><figure><canvas role="img" aria-label="The input with its padding, and the
        pixels that the window reads"></canvas><figcaption>input, with padding around</figcaption></figure>
        <figure><canvas role="img" aria-label="The output, and the value that the window gives"></canvas>
        <figcaption>output</figcaption></figure></div>`;
    this.position = 0;
    this.inputs = [...container.querySelectorAll("input")];
    [this.input, this.output] = container.querySelectorAll("canvas");
    this.text = container.querySelector("p");
    for (const input of this.inputs) input.addEventListener("input", () => this.show());
    for (const button of container.querySelectorAll("[data-by]")) {
      button.addEventListener("click", () => {
        this.position += Number(button.dataset.by);
        this.show();
      });
    }
    colours.listeners.push(() => this.show());
    this.show();
  }

  // What is set, or the nearest that is allowed.
  settings() {
    return Object.fromEntries(this.inputs.map(({ dataset: { setting }, value }) => {
      const [, from, to, usual] = SETTINGS[setting];
      const number = Math.round(Number(value || NaN));
      return [setting, Number.isNaN(number) ? usual : Math.min(Math.max(number, from), to)];
    }));
  }

  show() {
    const settings = this.settings();
    const { size, kernel, stride, padding, dilation } = settings;
    const count = outputSize(settings);
    const total = Math.max(count * count, 1);
    this.position = ((this.position % total) + total) % total;
    const [y, x] = count ? [Math.floor(this.position / count), this.position % count] : [0, 0];
    const rows = count ? rowsRead(settings, y) : [], columns = count ? rowsRead(settings, x) : [];
    const counted = `⌊(${size} + 2·${padding} − ${dilation}·(${kernel} − 1) − 1) / ${stride}⌋ + 1 = ${count}`;
    this.text.textContent = count
      ? `${counted}: the output is ${count} × ${count}. Row ${y + 1}, column ${x + 1} reads the marked pixels.`
      : "No window fits: the spread kernel is larger than the padded input.";
    const side = size + 2 * padding;
    grid(this.input, side, (row, column) => {
      const [inputRow, inputColumn] = [row - padding, column - padding];
      const inside = [inputRow, inputColumn].every((at) => at >= 0 && at < size);
      return { fill: inside ? "grid" : "paper",
        framed: rows.includes(inputRow) && columns.includes(inputColumn) };
    });
    grid(this.output, count, (row, column) => ({ fill: "grid", framed: row === y && column === x }));
  }
}

// Draw side x side squares; `squareAt` says how each is filled and whether it is framed.
function grid(canvas, side, squareAt) {
  const square = 14, whole = Math.max(side, 1) * square;
  Object.assign(canvas, { width: 2 * whole, height: 2 * whole });
  Object.assign(canvas.style, { width: `${whole}px`, height: `${whole}px` });
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const { fill, framed } = squareAt(row, column);
      const [left, top] = [column * square, row * square];
      context.fillStyle = css(framed ? "less" : fill);
      context.fillRect(left + 1, top + 1, square - 2, square - 2);
      if (fill === "paper") {
        context.strokeStyle = css(framed ? "less" : "grid");
        context.setLineDash([2, 2]);
        context.strokeRect(left + 1.5, top + 1.5, square - 3, square - 3);
      }
    }
  }
}
