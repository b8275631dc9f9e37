// The controls and the curves of the training in the page.

import { colours, css } from "./colours.js";

const MARK = 0.97;
const RATES = [0.0005, 0.002, 0.005, 0.02, 0.1];

export class Training {
  // `here` is the folder of these files; `onNetwork` is told the weights after each test.
  constructor(container, here, manifest, onNetwork, onDraw) {
    Object.assign(this, { here, manifest, onNetwork });
    container.innerHTML = `
      <div class="pad-controls">
        <button type="button" class="pad-start">Start training</button>
        <button type="button" class="pad-reset" disabled>Reset</button>
        <label>Learning rate <select class="pad-rate">${RATES.map((rate) =>
    `<option${rate === 0.005 ? " selected" : ""}>${rate}</option>`).join("")}</select></label>
        <button type="button" class="pad-use" disabled>Draw against this network</button></div>
      <canvas class="pad-curves" width="640" height="240" role="img"
        aria-label="Loss and test accuracy while training"></canvas>
      <p class="pad-progress">Nothing is trained yet; the digits (1.3 MB) are loaded at the start.</p>
      <p class="pad-milestone" role="status"></p>`;
    this.container = container;
    this.find = (name) => container.querySelector(`.pad-${name}`);
    this.find("start").addEventListener("click", () => this.toggle());
    this.find("reset").addEventListener("click", () => this.reset("Reset: the weights are random again."));
    this.find("use").addEventListener("click", onDraw);
    this.find("rate").addEventListener("change", () => {
      this.worker?.postMessage({ command: "learningRate", value: this.rate() });
    });
    // A page that is left must not go on computing; one that is come back to says so.
    addEventListener("pagehide", () => {
      if (this.worker) this.reset("Training ended when the page was left.");
    });
    colours.listeners.push(() => this.draw());
    this.reset("");
  }

  rate() {
    return Number(this.find("rate").value);
  }

  say(text) {
    this.find("milestone").textContent = text;
  }

  reset(text) {
    this.worker?.terminate();
    this.worker = null;
    this.losses = [];
    this.tests = [];
    this.setState("idle");
    this.find("progress").textContent =
      "Nothing is trained yet; the digits (1.3 MB) are loaded at the start.";
    this.say(text);
    this.draw();
  }

  setState(state) {
    this.state = this.container.dataset.state = state;
    this.find("start").textContent = { idle: "Start training", loading: "Loading …",
      running: "Pause", paused: "Go on", finished: "Finished" }[state];
    this.find("start").disabled = state === "loading" || state === "finished";
    this.find("reset").disabled = state === "idle";
    if (state === "idle") this.find("use").disabled = true;
  }

  toggle() {
    if (this.state === "idle") {
      this.setState("loading");
      this.worker = new Worker(new URL("training_worker.js", this.here), { type: "module" });
      const worker = this.worker;
      worker.onmessage = ({ data }) => worker === this.worker && this[data.event](data);
      worker.onerror = () => worker === this.worker && this.failed(
        { message: "training_worker.js is missing, or this browser cannot run it." });
      worker.postMessage({ command: "start", learningRate: this.rate(),
        seed: Math.floor(2 ** 31 * Math.random()), layers: this.manifest.training.layers,
        entry: this.manifest.digits,
        url: new URL(this.manifest.digits.file, this.here).href });
    } else if (this.state === "running") {
      this.worker.postMessage({ command: "pause" });
      this.setState("paused");
      this.say("Paused.");
    } else {
      this.worker.postMessage({ command: "resume" });
      this.setState("running");
      this.say("Training goes on.");
    }
  }

  started({ digits, testDigits }) {
    this.setState("running");
    this.testDigits = testDigits;
    this.say(`Training on ${digits} digits, from random weights.`);
  }

  progress({ images, epoch, loss, seconds }) {
    this.losses.push([epoch, loss]);
    this.note({ images, epoch, seconds });
    this.draw();
    if (!Number.isFinite(loss)) {
      this.worker.postMessage({ command: "pause" });
      this.setState("finished");
      this.say("The loss is no number anymore: the learning rate is too high. Reset, and try a lower one.");
    }
  }

  tested({ epoch, accuracy, seconds, weights }) {
    const before = this.tests.at(-1)?.[1] ?? 0;
    this.tests.push([epoch, accuracy]);
    this.find("use").disabled = false;
    this.onNetwork(weights);
    if (accuracy >= MARK && !(this.tests.slice(0, -1).some(([, value]) => value >= MARK))) {
      this.container.dataset.markSeconds = seconds.toFixed(2);
      this.say(`97 % reached after ${seconds.toFixed(1)} seconds: ${(100 * accuracy).toFixed(1)} %.`);
    } else if (accuracy >= 0.9 && before < 0.9) this.say("90 % reached.");
    this.draw();
  }

  finished() {
    this.setState("finished");
    this.say(`Ten epochs are over: ${(100 * this.tests.at(-1)[1]).toFixed(1)} %.`);
  }

  failed({ message }) {
    this.reset(message);
  }

  note({ images, epoch, seconds }) {
    const test = this.tests.at(-1);
    const accuracy = test ? `, test accuracy ${(100 * test[1]).toFixed(1)} % (n = ${this.testDigits})` : "";
    this.find("progress").textContent = `Epoch ${epoch.toFixed(1)}, ${images} images, `
      + `${seconds.toFixed(1)} s: loss ${this.losses.at(-1)[1].toFixed(3)}${accuracy}.`;
  }

  draw() {
    const canvas = this.find("curves");
    const context = canvas.getContext("2d");
    const { width, height } = canvas;
    const [left, right, top, bottom] = [48, width - 64, 12, height - 34];
    const epochs = Math.max(2, Math.ceil(this.losses.at(-1)?.[0] ?? 0));
    const x = (epoch) => left + ((right - left) * epoch) / epochs;
    const y = (share) => bottom - (bottom - top) * Math.min(Math.max(share, 0), 1);
    const accuracyHeight = (accuracy) => y((accuracy - 0.8) / 0.2);
    context.clearRect(0, 0, width, height);
    context.font = "14px system-ui, sans-serif";
    context.lineWidth = 1;
    context.strokeStyle = css("grid");
    context.fillStyle = css("ink");
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const accuracy of [0.8, 0.85, 0.9, 0.95, 1]) {
      context.beginPath();
      context.moveTo(left, accuracyHeight(accuracy));
      context.lineTo(right, accuracyHeight(accuracy));
      context.stroke();
      context.fillText(`${Math.round(100 * accuracy)} %`, left - 6, accuracyHeight(accuracy));
    }
    context.textAlign = "left";
    for (const loss of [0, 0.5, 1]) context.fillText(loss.toFixed(1), right + 6, y(loss));
    context.textAlign = "center";
    const every = Math.ceil(epochs / 5);
    for (let epoch = 0; epoch <= epochs; epoch += every) context.fillText(epoch, x(epoch), bottom + 14);
    context.fillText("epochs", (left + right) / 2, bottom + 27);
    this.line(this.losses.map(([epoch, loss]) => [x(epoch), y(loss)]), "less", "loss", 1.5);
    this.line(this.tests.map(([epoch, accuracy]) => [x(epoch), accuracyHeight(accuracy)]),
      "more", "accuracy", 2.5, true);
  }

  line(points, colour, label, width, dots = false) {
    if (!points.length) return;
    const context = this.find("curves").getContext("2d");
    context.strokeStyle = context.fillStyle = css(colour);
    context.lineWidth = width;
    context.beginPath();
    for (const [px, py] of points) context.lineTo(px, py);
    context.stroke();
    if (dots) for (const [px, py] of points) context.fillRect(px - 3, py - 3, 6, 6);
    const [px, py] = points.at(-1);
    context.textAlign = "right";
    context.fillText(label, Math.max(px, 118), dots ? py + 18 : py - 12);
  }
}
