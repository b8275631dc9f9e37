// The controls and the curves of the training in the page.

import { drawChart, roundUp } from "./chart.js";
import { colours } from "./colours.js";
import { whyNoScript } from "./safetensors.js";

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
      <div class="pad-charts"><canvas class="pad-chart pad-losses" role="img"
        aria-label="Loss while training"></canvas>
        <canvas class="pad-chart pad-tests" role="img" aria-label="Test accuracy while training"></canvas></div>
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
    new ResizeObserver(() => this.draw()).observe(container);
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
    this.onNetwork(null);
    delete this.container.dataset.markSeconds;
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
      worker.onerror = async () => {
        const message = await whyNoScript(new URL("training_worker.js", this.here));
        if (worker === this.worker) this.failed({ message });
      };
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
    if (Number.isFinite(loss)) this.losses.push([epoch, loss]);
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
      + `${seconds.toFixed(1)} s: loss ${this.losses.at(-1)?.[1].toFixed(3)}${accuracy}.`;
  }

  draw() {
    const { x, loss, accuracy } = axes(this.losses, this.tests);
    drawChart(this.find("losses"), { x, y: loss,
      lines: [{ points: this.losses, colour: "less", label: this.losses.at(-1)?.[1].toFixed(2) }] });
    drawChart(this.find("tests"), { x, y: accuracy, lines: [{ points: this.tests, colour: "more", dots: true,
      label: this.tests.length ? `${(100 * this.tests.at(-1)[1]).toFixed(1)} %` : "" }] });
  }
}

// Axes that hold all points: [epoch, loss] and [epoch, accuracy].
export function axes(losses, tests) {
  const most = Math.max(0.5, ...losses.map(([, loss]) => loss));
  const least = Math.min(0.8, ...tests.map(([, accuracy]) => accuracy));
  return { x: { from: 0, to: Math.max(2, Math.ceil(losses.at(-1)?.[0] ?? 0)), label: "epochs" },
    loss: { from: 0, to: roundUp(most), label: "loss" },
    accuracy: { from: Math.floor(10 * least) / 10, to: 1, label: "test accuracy",
      format: (share) => `${Math.round(100 * share)} %` } };
}
