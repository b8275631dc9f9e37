// One value taken apart: the window that it read, times the kernel, summed, plus bias, ReLU.

import { activationColour, css, signedColour } from "./colours.js";
import { framed } from "./origin.js";
import { nameOf, partsOf, signed, unitOf } from "./stages.js";

const PACE = 140; // milliseconds a position
const WIDEST = 7; // a wider window has too many products to read

export class Window {
  // `choose` is told another selection, {stage, f, place}: the maps and this section show the same.
  constructor(container, choose) {
    Object.assign(this, { choose, channel: null, seen: null, timer: null });
    container.innerHTML = `
      <div class="pad-controls"><label>Layer <select class="pad-layer"></select></label>
        <label>map <select class="pad-map"></select></label>
        <label>reads <select class="pad-channel"></select></label></div>
      <div class="pad-controls"><button type="button" class="pad-back">◀ Step back</button>
        <button type="button" class="pad-step">Step ▶</button>
        <button type="button" class="pad-slide" aria-pressed="false">Slide</button>
        <span class="pad-still"></span></div>
      <div class="pad-pictures pad-sliding">
        <figure><canvas class="pad-input" role="img" aria-label="What the kernel slides over"></canvas>
          <figcaption></figcaption></figure>
        <figure><canvas class="pad-kernel" role="img" aria-label="The kernel’s weights"></canvas>
          <figcaption>kernel</figcaption></figure>
        <figure><canvas class="pad-output" role="img" aria-label="The map that it fills"></canvas>
          <figcaption></figcaption></figure></div>
      <table class="pad-products"><caption></caption><tbody></tbody></table>
      <p class="pad-sum"></p>`;
    this.find = (name) => container.querySelector(`.pad-${name}`);
    this.find("layer").addEventListener("change", () => this.chooseMap(0));
    this.find("map").addEventListener("change", () => this.chooseMap(Number(this.find("map").value)));
    this.find("channel").addEventListener("change", () => {
      this.channel = Number(this.find("channel").value);
      this.show();
    });
    this.find("back").addEventListener("click", () => this.step(-1));
    this.find("step").addEventListener("click", () => this.step(1));
    this.find("slide").addEventListener("click", () => this.slide(!this.timer));
    const motion = matchMedia("(prefers-reduced-motion: reduce)");
    const still = () => {
      if (motion.matches) this.slide(false);
      this.find("slide").disabled = motion.matches;
      this.find("still").textContent = motion.matches
        ? "Nothing slides by itself: this device asks for less motion." : "";
    };
    motion.addEventListener("change", still);
    still();
    this.set(null);
  }

  // The stages of a network that have a kernel.
  setNetwork(stages) {
    this.slide(false);
    this.stages = stages.filter((stage) => stage.kernel);
    this.find("layer").innerHTML = this.stages.map(({ name }, k) =>
      `<option value="${k}">${name}</option>`).join("");
    this.set(null);
  }

  chooseMap(f) {
    this.slide(false);
    const stage = this.stages[Number(this.find("layer").value)];
    this.choose({ stage, f, place: [0, 0] });
  }

  // Show the value {stage, f, at}; without one, say how to get one.
  set(selection) {
    const before = this.selection;
    this.selection = selection?.stage.kernel ? selection : null;
    const { selection: now } = this;
    if (now?.stage !== before?.stage || now?.f !== before?.f) {
      this.channel = this.seen = null;
      if (now && before) this.slide(false);
    }
    this.show();
  }

  // To the next position, or the one before.
  step(by) {
    const { stage, f, at: [y, x] } = this.selection;
    const count = stage.height * stage.width;
    const position = (y * stage.width + x + by + count) % count;
    this.choose({ stage, f, place: [Math.floor(position / stage.width), position % stage.width] });
  }

  // Begin at the first position and go on until the last, or stop.
  slide(isSliding) {
    clearInterval(this.timer);
    this.timer = null;
    this.find("slide").textContent = isSliding ? "Stop" : "Slide";
    this.find("slide").setAttribute("aria-pressed", String(isSliding));
    if (!isSliding) {
      this.seen = null;
      return;
    }
    const { stage, f } = this.selection;
    this.seen = 0;
    this.choose({ stage, f, place: [0, 0] });
    this.timer = setInterval(() => {
      this.seen += 1;
      if (this.seen >= stage.height * stage.width) {
        this.slide(false);
        this.show();
      } else this.step(1);
    }, PACE);
  }

  show() {
    const { selection } = this;
    for (const name of ["map", "channel", "back", "step"]) this.find(name).disabled = !selection;
    this.find("slide").disabled = !selection || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.find("sliding").hidden = this.find("products").hidden = !selection;
    if (!selection) {
      this.find("sum").textContent = "Draw a digit, and point at a value of a convolution or a score above.";
      return;
    }
    const { stage, f, at: [y, x] } = selection;
    const { layer, before, kernel: { side, channels } } = stage;
    const parts = partsOf(stage, f, y, x);
    const strongest = parts.reduce((best, part) => (Math.abs(part.sum) > Math.abs(best.sum) ? part : best));
    this.channel ??= strongest.channel; // and it stays while the kernel slides
    this.options(stage, f, before, channels);
    this.pictures(stage, f, y, x, parts[this.channel]);
    const { read, weights } = parts[this.channel];
    this.find("products").hidden = side > WIDEST;
    if (side <= WIDEST) this.products(side, read, weights, y, x);
    this.find("sum").innerHTML = this.sentence(stage, f, parts, before, layer);
  }

  products(side, read, weights, y, x) {
    this.find("products").caption.textContent = `What the window reads at row ${y + 1}, column ${x + 1}, `
      + "times the weight that it meets";
    this.find("products").tBodies[0].innerHTML = Array.from({ length: side }, (_, i) =>
      `<tr>${Array.from({ length: side }, (_, j) => {
        const value = read[i * side + j], weight = weights[i * side + j];
        return `<td>${signed(value)} × ${signed(weight)} <span>= ${signed(value * weight)}</span></td>`;
      }).join("")}</tr>`).join("");
  }

  // The sum in words. What is said is rounded, what is computed is not.
  sentence(stage, f, parts, before, layer) {
    const bias = layer.parameters.bias[f];
    const own = parts[this.channel].sum;
    const others = parts.reduce((sum, part) => sum + part.sum, 0) - own;
    const total = own + others + bias;
    const more = before ? `The other ${parts.length - 1} ${unitOf(before)}s add ${signed(others)}, the bias `
      : "The bias adds ";
    const [, name] = stage.shown.name.split("_");
    const after = stage.shown === layer ? ""
      : name !== "relu" ? `${name} makes it <b>${signed(stage.shown.of(total))}</b>.`
      : total > 0 ? "ReLU lets it pass." : "ReLU makes it <b>0.00</b>.";
    return `The products add up to <b>${signed(own)}</b>. ${more}${signed(bias)}: <b>${signed(total)}</b>. ${after}`;
  }

  options(stage, f, before, channels) {
    this.find("layer").value = String(this.stages.indexOf(stage));
    const list = (name, count, nameOne, chosen) => {
      const select = this.find(name);
      if (select.length !== count || select.options[0].text !== nameOne(0)) {
        select.innerHTML = Array.from({ length: count }, (_, k) =>
          `<option value="${k}">${nameOne(k)}</option>`).join("");
      }
      select.value = String(chosen);
    };
    list("map", stage.count, (k) => (stage.isScores ? `of ${k}` : String(k + 1)), f);
    list("channel", channels, (k) => (before ? `${unitOf(before)} ${k + 1} of ${before.name.toLowerCase()}`
      : "the picture"), this.channel);
  }

  pictures(stage, f, y, x, { weights }) {
    const { layer, width, height, count, kernel: { side, channels }, shown: { output } } = stage;
    const [rows, columns] = layer.inputShape;
    const input = Float32Array.from({ length: rows * columns }, (_, at) =>
      layer.input[at * channels + this.channel]);
    const top = y * (layer.stride ?? 1) - (layer.rows?.before ?? 0);
    const left = x * (layer.stride ?? 1) - (layer.columns?.before ?? 0);
    framed(this.find("input"), input, rows, columns, [top, top + side - 1, left, left + side - 1]);
    framed(this.find("kernel"), weights, side, side, null, signedColour);
    const map = Float32Array.from({ length: width * height }, (_, at) =>
      (this.seen === null || at <= this.seen ? output[at * count + f] : 0));
    framed(this.find("output"), map, height, width, [y, y, x, x],
      stage.isSigned ? signedColour : activationColour);
    this.find("input").nextElementSibling.textContent = `${rows} × ${columns}`;
    this.find("output").nextElementSibling.textContent = `${nameOf(stage, f)}: ${height} × ${width}`;
    this.find("output").style.borderColor = css("grid");
  }
}
