// Asking the network why: gradients and occlusion over the drawing, and steps towards a digit.

import { activationColour, colours, largest, show, signedColour } from "./colours.js";
import { softmax } from "./network.js";

// gradient: begin
// How much more certain of `label` one unit more ink at each pixel would make the network: the
// gradient of the score of `label`, minus the mean of all scores.
export function gradientMap(network, image, label) {
  const scores = network.forward(image);
  return network.backward(scores.map((_, digit) => (digit === label ? 1 : 0) - 1 / scores.length));
}

// One step of the picture, not of the weights, towards `label`; returns the probability that the
// network gave it before the step.
export function step(network, image, label, size) {
  const probabilities = softmax(network.forward(image));
  const towards = probabilities.map((value, digit) => (digit === label ? 1 : 0) - value);
  const gradient = network.backward(Float32Array.from(towards));
  const most = largest(gradient);
  for (let at = 0; at < image.length; at++) {
    image[at] = Math.min(Math.max(image[at] + (size * gradient[at]) / most, 0), 1); // ink or paper
  }
  return probabilities[label];
}
// gradient: end

// What the score of `label` loses when a square of paper covers each place. In slices of a few
// milliseconds, so that the page stays awake; `isStale` says when nobody wants the result anymore.
async function occlusionMap(network, image, label, isStale) {
  const [width, reach] = [28, 2];
  const score = () => network.forward(covered)[label];
  let covered = image;
  const whole = score();
  const map = new Float32Array(image.length);
  let pause = performance.now() + 12;
  for (let at = 0; at < image.length; at++) {
    const [row, column] = [Math.floor(at / width), at % width];
    covered = image.slice();
    let ink = 0;
    for (let y = Math.max(row - reach, 0); y <= Math.min(row + reach, width - 1); y++) {
      for (let x = Math.max(column - reach, 0); x <= Math.min(column + reach, width - 1); x++) {
        ink += covered[y * width + x];
        covered[y * width + x] = 0;
      }
    }
    map[at] = ink ? whole - score() : 0;
    if (performance.now() > pause) {
      await new Promise((resume) => setTimeout(resume));
      if (isStale()) return null;
      pause = performance.now() + 12;
    }
  }
  return map;
}

const STEPS = 150, STEP_SIZE = 0.05, ENOUGH = 0.9;

export class Why {
  constructor(container) {
    const digits = Array.from({ length: 10 }, (_, digit) => digit);
    container.innerHTML = `
      <div class="pad-controls"><label>What speaks for
        <select class="pad-for">${digits.map((digit) => `<option>${digit}</option>`).join("")}</select>
        </label>
        <button type="button" data-map="gradient" aria-pressed="true">gradient</button>
        <button type="button" data-map="occlusion" aria-pressed="false">occlusion</button></div>
      <div class="pad-pictures">
        <figure><canvas class="pad-given" role="img" aria-label="The prepared drawing"></canvas>
          <figcaption>the drawing</figcaption></figure>
        <figure><canvas class="pad-speaks" role="img" aria-label="The map over the drawing"></canvas>
          <figcaption>what speaks for it</figcaption></figure></div>
      <p class="pad-reading">Draw a digit on the pad above.</p>
      <div class="pad-controls" role="group" aria-label="What would make it another digit?">
        <span>What would make it a</span>
        ${digits.map((digit) => `<button type="button" data-target="${digit}">${digit}</button>`).join("")}
        <span>?</span></div>
      <div class="pad-pictures">
        <figure><canvas class="pad-changed" role="img" aria-label="The changed picture"></canvas>
          <figcaption>changed</figcaption></figure>
        <figure><canvas class="pad-difference" role="img" aria-label="The change"></canvas>
          <figcaption>the change</figcaption></figure></div>
      <p class="pad-outcome" role="status">Choose a digit; the picture is changed, the network is not.</p>`;
    this.find = (name) => container.querySelector(`.pad-${name}`);
    this.kind = "gradient";
    this.run = 0;
    this.find("for").addEventListener("change", () => this.showMap());
    for (const button of container.querySelectorAll("[data-map]")) {
      button.addEventListener("click", () => {
        this.kind = button.dataset.map;
        for (const other of container.querySelectorAll("[data-map]")) {
          other.setAttribute("aria-pressed", String(other === button));
        }
        this.showMap();
      });
    }
    for (const button of container.querySelectorAll("[data-target]")) {
      button.addEventListener("click", () => this.make(Number(button.dataset.target)));
    }
    colours.listeners.push(() => this.image && this.set(this.network, this.image, this.label));
    this.clear();
  }

  clear() {
    this.image = null;
    this.run += 1;
    for (const name of ["given", "speaks", "changed", "difference"]) {
      show(this.find(name), new Float32Array(784), 28, 28, activationColour);
    }
    this.find("reading").textContent = "Draw a digit on the pad above.";
    this.find("outcome").textContent = "Choose a digit; the picture is changed, the network is not.";
  }

  // Explain a new drawing. The network must be nobody else's: its layers keep what they computed.
  set(network, image, label) {
    this.clear();
    Object.assign(this, { network, image, label });
    this.find("for").value = String(label);
    show(this.find("given"), image, 28, 28, activationColour);
    this.showMap();
  }

  async showMap() {
    if (!this.image) return;
    const run = ++this.run;
    const label = Number(this.find("for").value);
    const gradient = this.kind === "gradient";
    this.find("reading").textContent = gradient
      ? `Blue: more ink there would speak for a ${label}; orange: against it.`
      : "Covering one place after the other …";
    const map = gradient ? gradientMap(this.network, this.image, label).slice()
      : await occlusionMap(this.network, this.image, label, () => run !== this.run);
    if (!map) return;
    if (!gradient) {
      this.find("reading").textContent = `Blue: covering that place costs the ${label} most of its `
        + "score; orange: covering it would even help.";
    }
    const most = largest(map);
    show(this.find("speaks"), map, 28, 28, (value) => signedColour(value / most));
  }

  // Change the picture, step by step, until the network calls it `label`.
  make(label) {
    if (!this.image) {
      this.find("outcome").textContent = "Draw a digit first.";
      return;
    }
    const run = ++this.run;
    const { network, image } = this;
    const changed = Float32Array.from(image);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let steps = 0;
    const advance = () => {
      if (run !== this.run) return;
      let probability;
      do probability = softmax(network.forward(changed))[label];
      while (probability < ENOUGH && steps < STEPS
        && (steps++, step(network, changed, label, STEP_SIZE), still));
      this.showChange(image, changed);
      if (probability >= ENOUGH || steps >= STEPS) {
        const moved = changed.reduce((sum, value, at) => sum + Math.abs(value - image[at]), 0) / 784;
        this.find("outcome").textContent = steps === 0 ? `It is a ${label} already.`
          : `After ${steps} ${steps === 1 ? "step" : "steps"} the network is ${Math.round(100 * probability)} % sure of a `
            + `${label}; a pixel has moved by ${(100 * moved).toFixed(1)} % of the way from paper to `
            + "ink on average. Do you see it?";
      } else requestAnimationFrame(advance);
    };
    this.find("outcome").textContent = `Stepping towards a ${label} …`;
    advance();
  }

  showChange(before, after) {
    show(this.find("changed"), after, 28, 28, activationColour);
    show(this.find("difference"), after.map((value, at) => value - before[at]), 28, 28, signedColour);
  }
}
