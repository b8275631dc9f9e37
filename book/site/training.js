// The controls and the curves of the training in the page.

import { drawChart, roundUp } from "./chart.js";
import { colours } from "./colours.js";
import { download, fromFile, isKept, keep, kept, toFile } from "./kept.js";
import { whyNoScript } from "./safetensors.js";
import { Settings } from "./settings.js";
import { VitalsView } from "./vitals_view.js";

const MARK = 0.97;

export class Training {
  // `here` is the folder of these files; `onNetwork` is told {layers, weights, how} after each test,
  // and null when they are gone.
  constructor(container, here, manifest, onNetwork, onDraw) {
    Object.assign(this, { here, manifest, onNetwork, trained: null, initial: null });
    container.innerHTML = `
      <div class="pad-controls pad-settings" role="group" aria-label="Network and training"></div>
      <div class="pad-controls">
        <button type="button" class="pad-start">Start training</button>
        <button type="button" class="pad-one" data-by="batch">One batch</button>
        <button type="button" class="pad-one" data-by="epoch">One epoch</button>
        <button type="button" class="pad-reset" disabled>Reset</button>
        <button type="button" class="pad-use" disabled>Draw against this network</button></div>
      <div class="pad-charts"><canvas class="pad-chart pad-losses" role="img"
        aria-label="Loss while training"></canvas>
        <canvas class="pad-chart pad-tests" role="img" aria-label="Accuracy while training"></canvas></div>
      <p class="pad-progress"></p>
      <details class="pad-vitals" open></details>
      <p class="pad-milestone" role="status"></p>
      <div class="pad-controls" role="group" aria-label="Keep the network">
        <button type="button" class="pad-keep" disabled>Keep it in this browser</button>
        <button type="button" class="pad-kept" disabled>Take the kept one</button>
        <button type="button" class="pad-save" disabled>Save as a file</button>
        <label>Read a file <input class="pad-file" type="file" accept=".safetensors"></label></div>`;
    this.container = container;
    this.find = (name) => container.querySelector(`.pad-${name}`);
    this.settings = new Settings(this.find("settings"), (name) => this.changed(name));
    this.vitals = new VitalsView(this.find("vitals"));
    this.find("start").addEventListener("click", () => this.toggle());
    for (const button of container.querySelectorAll(".pad-one")) {
      button.addEventListener("click", () => this.go(button.dataset.by));
    }
    this.find("reset").addEventListener("click", () => this.reset("Reset: the weights are random again."));
    this.find("use").addEventListener("click", onDraw);
    this.find("keep").addEventListener("click", () => {
      this.say(keep(this.trained));
      this.find("kept").disabled = !isKept();
    });
    this.find("kept").addEventListener("click", () => this.take(kept, "the kept network"));
    this.find("save").addEventListener("click", () => download(toFile(this.trained), "digits.safetensors"));
    this.find("file").addEventListener("change", async ({ target }) => {
      const [file] = target.files;
      if (!file) return;
      const bytes = new Uint8Array(await file.arrayBuffer());
      this.take(() => fromFile(bytes, file.name), file.name);
      target.value = "";
    });
    // A page that is left must not go on computing; one that is come back to says so.
    addEventListener("pagehide", () => {
      if (this.worker) this.reset("Training ended when the page was left.");
    });
    colours.listeners.push(() => this.draw());
    new ResizeObserver(() => this.draw()).observe(container);
    this.reset("");
    this.find("kept").disabled = !isKept();
    if (location.hash.startsWith("#train:")) container.scrollIntoView();
  }

  // Learning rate and weight decay take effect at once; another network gives up the one from a file.
  changed(name) {
    if (name === "net" || name === "activation") this.initial = null;
    this.worker?.postMessage({ command: "change", ...this.numbers() });
  }

  numbers() {
    const { rate, decay } = this.settings.read();
    return { learningRate: Number(rate), decay: Number(decay) };
  }

  // Put a network behind the pad that was trained before, and let training begin with it.
  take(read, name) {
    try {
      const { net, activation, ...found } = read();
      this.clear();
      this.settings.write({ ...this.settings.read(), net, activation });
      this.initial = found.weights;
      this.offer({ ...found, how: "read" });
      this.say(this.settings.check() ? `Here is ${name}: draw against it, or train it further.`
        : `Here is ${name}: draw against it. It is too large to be trained further here.`);
    } catch (error) {
      this.say(error.message);
    }
  }

  // A network was trained elsewhere on the page: it is what the pad is offered, kept and saved, until
  // training goes on.
  adopt(trained) {
    if (this.state === "running") this.toggle();
    this.offer(trained);
    this.hasAdopted = true;
  }

  offer(trained) {
    this.trained = trained;
    for (const name of ["use", "keep", "save"]) this.find(name).disabled = !trained;
    this.onNetwork(trained);
  }

  say(text) {
    this.find("milestone").textContent = text;
  }

  reset(text) {
    this.clear();
    this.offer(null);
    this.say(text);
  }

  // End the training, and forget it.
  clear() {
    for (const worker of this.workers ?? []) worker.terminate();
    this.workers = [];
    this.worker = this.initial = this.afterTests = null;
    this.losses = [];
    this.tests = [];
    this.vitals.set([]);
    delete this.container.dataset.markSeconds;
    this.setState("idle");
    this.find("progress").textContent =
      "Nothing is trained yet; the digits (1.3 MB) are loaded at the start.";
    this.draw();
  }

  setState(state) {
    this.state = this.container.dataset.state = state;
    this.find("start").textContent = { idle: "Start training", loading: "Loading …",
      running: "Pause", paused: "Go on", finished: "Finished" }[state];
    this.find("start").disabled = state === "loading" || state === "finished";
    for (const button of this.container.querySelectorAll(".pad-one")) {
      button.disabled = state !== "idle" && state !== "paused";
    }
    this.find("reset").disabled = state === "idle";
    this.settings.freeze(state !== "idle");
    if (state !== "running") this.vitals.draw();
  }

  toggle() {
    if (this.state === "running") {
      this.worker.postMessage({ command: "pause" });
      this.setState("paused");
      this.say("Paused.");
    } else this.go();
  }

  // Train: on and on, by one "batch" or by one "epoch".
  go(by) {
    this.afterTests = null;
    this.hasAdopted = false;
    if (this.state !== "idle") {
      this.worker.postMessage({ command: "resume", by });
      this.setState("running");
      if (!by) this.say("Training goes on.");
      return;
    }
    if (!this.settings.check()) return this.say(this.settings.said.textContent);
    this.setState("loading");
    const { port1, port2 } = new MessageChannel(); // from one worker to the other
    this.employ("testing_worker.js").postMessage(port2, [port2]);
    this.worker = this.employ("training_worker.js");
    const { optimizer, batch, augmentation } = this.settings.read();
    this.worker.postMessage({ command: "start", by, optimizer, batch: Number(batch), augmentation, ...this.numbers(),
      tester: port1, seed: Math.floor(2 ** 31 * Math.random()), layers: this.settings.layers(), weights: this.initial,
      entry: this.manifest.digits, url: new URL(this.manifest.digits.file, this.here).href }, [port1]);
  }

  // A worker, whose messages are heard until the training is forgotten.
  employ(name) {
    const url = new URL(name, this.here), worker = new Worker(url, { type: "module" });
    this.workers.push(worker);
    worker.onmessage = ({ data }) => this.workers.includes(worker) && this[data.event](data);
    worker.onerror = async () => {
      const message = await whyNoScript(url);
      if (this.workers.includes(worker)) this.failed({ message });
    };
    return worker;
  }

  started({ digits, testDigits }) {
    this.setState("running");
    this.testDigits = testDigits;
    this.say(`Training on ${digits} digits, from ${this.initial ? "the weights that were read" : "random weights"}.`);
  }

  // The step is over when its tests are, too.
  stepped({ tests }) {
    this.whenTested(tests, () => this.setState("paused"));
  }

  whenTested(tests, then) {
    if (this.tests.length >= tests) then();
    else this.afterTests = { tests, then };
  }

  progress({ images, epoch, loss, seconds, layers }) {
    if (Number.isFinite(loss)) this.losses.push([epoch, loss]);
    this.note({ images, epoch, seconds });
    this.vitals.set(layers, this.state === "running");
    this.draw();
    if (!Number.isFinite(loss)) {
      this.worker.postMessage({ command: "pause" });
      this.setState("finished");
      this.say("The loss is no number anymore: the learning rate is too high. Reset, and try a lower one.");
    }
  }

  tested({ epoch, test, train, seconds, weights }) {
    const reached = (share) => this.tests.some(({ test: { accuracy } }) => accuracy[0] >= share);
    const [had90, hadMark] = [reached(0.9), reached(MARK)];
    const [accuracy] = test.accuracy;
    this.tests.push({ epoch, test, train });
    if (!this.hasAdopted) this.offer({ layers: this.settings.layers(), weights, how: "trained" });
    if (accuracy >= MARK && !hadMark) {
      this.container.dataset.markSeconds = seconds.toFixed(2);
      this.say(`97 % reached after ${seconds.toFixed(1)} seconds: ${(100 * accuracy).toFixed(1)} %.`);
    } else if (accuracy >= 0.9 && !had90) this.say("90 % reached.");
    this.note();
    this.draw();
    if (this.afterTests && this.tests.length >= this.afterTests.tests) {
      this.afterTests.then();
      this.afterTests = null;
    }
  }

  finished({ tests }) {
    this.whenTested(tests, () => {
      this.setState("finished");
      this.say(`Ten epochs are over: ${(100 * this.tests.at(-1).test.accuracy[0]).toFixed(1)} %.`);
    });
  }

  failed({ message }) {
    this.reset(message);
  }

  note(reached = this.reached) {
    const { images, epoch, seconds } = this.reached = reached;
    const share = (value) => (100 * value).toFixed(1);
    const { accuracy: [accuracy, low, high] = [] } = this.tests.at(-1)?.test ?? {};
    const tested = accuracy === undefined ? "" : `, test accuracy ${share(accuracy)} % (n = ${this.testDigits}, `
      + `95 % interval ${share(low)} to ${share(high)} %)`;
    this.find("progress").textContent = `Epoch ${epoch.toFixed(epoch < 0.1 ? 3 : 1)}, ${images} images, `
      + `${seconds.toFixed(1)} s: loss ${this.losses.at(-1)?.[1].toFixed(3)}${tested}.`;
  }

  draw() {
    const { x, loss, accuracy } = axes(this.losses, this.tests);
    const line = (set, what) => this.tests.map((tested) => [tested.epoch, tested[set][what][0]]);
    const band = (what) => this.tests.map(({ epoch, test }) => [epoch, ...test[what].slice(1)]);
    const both = (what) => [
      { points: line("train", what), colour: "ink", dots: true, label: "training digits" },
      { points: line("test", what), colour: "more", dots: true, label: "test digits" }];
    drawChart(this.find("losses"), { x, y: loss, bands: [{ points: band("loss"), colour: "more" }],
      lines: [{ points: this.losses, colour: "less", label: this.tests.length > 1 ? "" : "batches" },
        ...both("loss")] });
    drawChart(this.find("tests"), { x, y: accuracy, bands: [{ points: band("accuracy"), colour: "more" }],
      lines: both("accuracy") });
  }
}

// Axes that hold all points: [epoch, loss] of the batches, and what the tests found.
export function axes(losses, tests) {
  const sets = tests.flatMap(({ test, train }) => [test, train]);
  const most = Math.max(0.5, ...losses.map(([, loss]) => loss),
    ...sets.flatMap(({ loss }) => loss).filter(Number.isFinite));
  const least = Math.min(0.8, ...sets.flatMap(({ accuracy }) => accuracy));
  return { x: { from: 0, to: Math.max(2, Math.ceil(losses.at(-1)?.[0] ?? 0)), label: "epochs" },
    loss: { from: 0, to: roundUp(most), label: "loss" },
    accuracy: { from: Math.floor(10 * least) / 10, to: 1, label: "accuracy",
      format: (share) => `${Math.round(100 * share)} %` } };
}
