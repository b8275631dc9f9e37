// Your own digits: keep what you drew, see the network read it, teach it, take it with you.

import { activationColour, colours, show } from "./colours.js";
import { inputOf } from "./drawing.js";
import { wilson } from "./intervals.js";
import { download } from "./kept.js";
import { buildNetwork } from "./networks.js";
import { Adam, trainOnBatch } from "./optimizers.js";
import { readOwn, TAUGHT, toFiles, writeOwn } from "./own_digits.js";

const ROUNDS = 10, BATCH = 5, RATE = 0.0005; // of the fine-tuning

const imageOf = ({ pixels }) => inputOf(pixels);
const answerOf = (network, digit) => {
  const scores = network.forward(imageOf(digit));
  return scores.indexOf(Math.max(...scores));
};

export class OwnDigits {
  // `drawn` gives the 784 bytes on the pad, or null; `behind` the layers and weights of the network
  // behind the pad; `offer` takes a fine-tuned one.
  constructor(container, { drawn, behind, offer }) {
    Object.assign(this, { container, drawn, behind, offer, digits: readOwn() });
    const ten = Array.from({ length: 10 }, (_, digit) => digit);
    container.innerHTML = `
      <div class="pad-controls" role="group" aria-label="Keep the drawing on the pad"><span>The drawing is a</span>
        ${ten.map((digit) => `<button type="button" data-own="${digit}"
          aria-label="Keep the drawing as a ${digit}">${digit}</button>`).join("")}</div>
      <p class="pad-own-said" role="status"></p>
      <ol class="pad-own"></ol>
      <div class="pad-controls"><button type="button" class="pad-teach">Fine-tune on the first ${TAUGHT}</button>
        <button type="button" class="pad-idx">Save as four IDX files</button>
        <button type="button" class="pad-last">Forget the last</button>
        <button type="button" class="pad-all">Forget all</button></div>`;
    this.find = (name) => container.querySelector(`.pad-${name}`);
    for (const button of container.querySelectorAll("[data-own]")) {
      button.addEventListener("click", () => this.add(Number(button.dataset.own)));
    }
    this.find("teach").addEventListener("click", () => this.teach());
    this.find("idx").addEventListener("click", () => {
      for (const [name, bytes] of Object.entries(toFiles(this.digits))) download(bytes, name);
    });
    this.find("last").addEventListener("click", () => this.keep(this.digits.slice(0, -1)));
    this.find("all").addEventListener("click", () => this.keep([]));
    colours.listeners.push(() => this.show());
  }

  say(text) {
    this.find("own-said").textContent = text;
  }

  add(label) {
    const pixels = this.drawn();
    if (!pixels) return this.say("Draw a digit on the pad first.");
    this.keep([...this.digits, { label, pixels: pixels.slice() }]);
  }

  keep(digits) {
    this.digits = digits;
    const isKept = writeOwn(digits);
    this.show();
    if (!isKept) this.say(`${this.summary()} This browser keeps nothing: they are gone when the page is left.`);
  }

  // How a network reads some of the digits, with its interval.
  score(network, digits) {
    const right = digits.filter((digit) => answerOf(network, digit) === digit.label).length;
    const [low, high] = wilson(right, digits.length).map((share) => Math.round(100 * share));
    return `${right} of ${digits.length} (95 % interval ${low} to ${high} %)`;
  }

  // The network behind the pad, a copy of its own.
  network() {
    const { layers, weights } = this.behind();
    return buildNetwork(layers, { random: Math.random }).load(weights);
  }

  summary() {
    return this.digits.length ? `The network behind the pad reads ${this.score(this.network(), this.digits)} `
      + "of your digits rightly." : "None of your digits is kept yet. Draw one, and say what it is.";
  }

  show() {
    const { digits } = this;
    const network = digits.length ? this.network() : null;
    this.find("own").replaceChildren(...digits.map((digit) => {
      const item = document.createElement("li");
      const answer = answerOf(network, digit);
      item.classList.toggle("pad-misread", answer !== digit.label);
      item.innerHTML = `<canvas role="img" aria-label="Your ${digit.label}"></canvas>
        <span>${digit.label}${answer === digit.label ? "" : `, read as ${answer}`}</span>`;
      show(item.firstChild, imageOf(digit), 28, 28, activationColour);
      return item;
    }));
    this.find("teach").disabled = this.find("idx").disabled = digits.length <= TAUGHT;
    this.find("last").disabled = this.find("all").disabled = !digits.length;
    const missing = TAUGHT + 1 - digits.length;
    this.say(this.summary() + (digits.length && missing > 0
      ? ` With ${missing} more, the first ${TAUGHT} can be taught, and the others tell what that did.` : ""));
  }

  // Teach the network the first twenty, and see it again on the others, which it has not seen.
  async teach() {
    const taught = this.digits.slice(0, TAUGHT), others = this.digits.slice(TAUGHT);
    const { layers } = this.behind();
    const network = this.network();
    const before = this.score(network, others);
    const optimizer = new Adam(network, { learningRate: RATE });
    this.find("teach").disabled = true;
    for (let round = 0; round < ROUNDS; round++) {
      const order = [...taught].sort(() => Math.random() - 0.5);
      while (order.length) {
        const batch = order.splice(-BATCH);
        trainOnBatch(network, optimizer, batch.map(imageOf), batch.map(({ label }) => label));
        await new Promise((resume) => setTimeout(resume)); // the page stays awake
      }
      this.say(`Fine-tuning: round ${round + 1} of ${ROUNDS}.`);
    }
    this.offer({ layers, weights: network.weights(), how: "fine-tuned" });
    this.show();
    this.say(`Of the others, which it was not taught, it read ${before} before and reads `
      + `${this.score(network, others)} now; of the taught, ${this.score(network, taught)}. `
      + "It is “yours” now: choose it behind the pad to draw against it; above it can be kept and saved.");
  }
}
