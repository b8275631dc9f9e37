// The drawing machine: from noise to the digit that one asks for, step by step.

import { activationColour, colours, css, show } from "./colours.js";
import { noise, walk } from "./touch_networks.js";
import { best, decimal, DIGITS, named, Panel, sharp, stands, words } from "./touch_view.js";

const NUMBERS = 16;
const LARGEST = 3.2; // that a bar can show
const PAUSE = 4000; // milliseconds for a whole walk, however many steps it has
const LAST_SEED = 99999;
const MANY = 24; // seeds at once
const LINK = /^#draw-(\d)-(\d{1,5})-(\d+)$/; // digit, seed and steps in the page's address

export class Machine {
  // `load` gives the flow, the decoder and the reader.
  constructor(container, record, load) {
    Object.assign(this, { container, load, digit: null, step: 0, places: null });
    container.innerHTML = `
      <div class="pad-controls" role="group" aria-label="Digit to draw"><span>Draw a</span>
        ${DIGITS.map((digit) => `<button type="button" data-draw="${digit}" aria-pressed="false">${digit}</button>`).join("")}</div>
      <div class="pad-controls touch-asked">
        <label>Seed <input type="number" class="touch-seed" min="0" max="${LAST_SEED}" step="1" value="1"></label>
        <button type="button" class="touch-next">Next seed</button>
        <button type="button" class="touch-more" disabled>${MANY} seeds at once</button>
        <label>Steps <select class="touch-steps">${[1, 2, 5, 10, 20, 50].map((steps) => `
          <option${steps === 20 ? " selected" : ""}>${steps}</option>`).join("")}</select></label></div>
      <div class="touch-desk">
        <div class="touch-left">
          <p class="touch-when" aria-hidden="true">Noise: sixteen numbers by chance</p>
          <canvas class="touch-bars" role="img" aria-label="Sixteen numbers"></canvas>
          <label class="touch-along"><span>Step</span><input type="range" class="touch-step" min="0" max="20"
            value="0" disabled><output>0</output></label>
          <canvas class="touch-paths" role="img" aria-label="The ways of the sixteen numbers, from noise to a code"></canvas>
          <div class="pad-controls">
            <button type="button" class="touch-play pad-start" disabled>Play</button>
            <button type="button" class="touch-one" disabled>One step</button>
            <button type="button" class="touch-back" disabled>Back to the noise</button></div>
        </div>
        <div class="touch-right"></div>
      </div>
      <ol class="touch-strip" aria-label="The drawing after each step, and what is read in it"></ol>
      <div class="touch-many" role="group" aria-label="Drawings from the next seeds"></div>`;
    this.find = (name) => container.querySelector(`.touch-${name}`);
    this.panel = new Panel(this.find("right"), "What the decoder draws of the sixteen numbers");
    this.panel.caption("what sixteen numbers draw");
    this.drawn = () => {
      this.drawBars();
      this.drawPaths();
    };
    this.panel.say("Choose a digit, and the machine draws it (2 MB).");
    this.listen();
    this.drawn();
    const [, digit, seed, steps] = LINK.exec(location.hash) ?? [];
    if (digit && [...this.find("steps").options].some(({ value }) => value === steps)) {
      Object.assign(this.find("seed"), { value: seed });
      this.find("steps").value = steps;
      this.ask(Number(digit));
      container.scrollIntoView();
    }
  }

  listen() {
    for (const button of this.container.querySelectorAll("[data-draw]")) {
      button.addEventListener("click", () => this.ask(Number(button.dataset.draw)));
    }
    const again = () => (this.digit === null ? this.drawn() : this.ask(this.digit));
    this.find("seed").addEventListener("change", again);
    this.find("steps").addEventListener("change", again);
    this.find("next").addEventListener("click", () => {
      this.find("seed").value = (this.seed() + 1) % (LAST_SEED + 1);
      again();
    });
    this.find("more").addEventListener("click", () => this.drawMany());
    this.find("step").addEventListener("input", ({ target }) => this.goTo(Number(target.value)));
    this.find("play").addEventListener("click", () => (this.timer ? this.stop() : this.play()));
    this.find("one").addEventListener("click", () => this.goTo(this.step + 1));
    this.find("back").addEventListener("click", () => this.goTo(0));
    this.find("strip").addEventListener("click", ({ target }) => {
      const tile = target.closest("li");
      if (tile) this.goTo([...this.find("strip").children].indexOf(tile));
    });
    colours.listeners.push(() => {
      if (this.places) this.layOut();
      else this.drawn();
      if (this.find("many").firstChild) this.drawMany();
    });
    new ResizeObserver(() => this.drawn()).observe(this.find("bars"));
  }

  // The seed as it is used: a whole number from 0 on.
  seed() {
    const value = Math.round(Number(this.find("seed").value));
    return Math.min(Math.max(Number.isFinite(value) ? value : 0, 0), LAST_SEED);
  }

  // Draw this digit from the seed that stands there; the drawings of other seeds stay if they are
  // where it was chosen.
  async ask(digit, fromMany = false) {
    this.stop();
    this.digit = digit;
    for (const button of this.container.querySelectorAll("[data-draw]")) {
      button.setAttribute("aria-pressed", Number(button.dataset.draw) === digit);
    }
    this.panel.say("The networks are coming …");
    try {
      [this.flow, this.decoder, this.reads] = await Promise.all([
        this.load.network("touch_machine", "flow"), this.load.network("touch_machine", "decoder"),
        this.load.reader()]);
    } catch (error) {
      this.panel.say(`${error.message} Without it nothing is drawn; choose a digit to try again.`);
      return;
    }
    if (digit !== this.digit) return; // another was asked for meanwhile
    this.find("seed").value = this.seed();
    const steps = Number(this.find("steps").value);
    this.places = walk(this.flow, noise(this.seed(), NUMBERS), digit, steps);
    this.step = 0;
    this.layOut();
    if (!fromMany) this.find("many").replaceChildren();
    history.replaceState(null, "", `#draw-${digit}-${this.seed()}-${steps}`);
    for (const name of ["step", "play", "one", "back", "more"]) this.find(name).disabled = false;
    this.find("step").max = steps;
    if (stands()) this.goTo(steps);
    else this.play();
  }

  // Draw and read all that lies on the way.
  layOut() {
    this.pictures = this.places.map((place) => this.decoder.forward(place).slice());
    this.shares = this.pictures.map((picture) => this.reads(picture));
    this.find("strip").replaceChildren(...this.pictures.map((picture, step) => {
      const tile = document.createElement("li"), canvas = document.createElement("canvas");
      const read = best(this.shares[step]);
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `Step ${step}`);
      show(canvas, picture, 28, 28, activationColour);
      tile.append(canvas, Object.assign(document.createElement("span"),
        { textContent: read, className: read === this.digit ? "touch-right-read" : "" }));
      return tile;
    }));
    this.show();
  }

  // What this and the next seeds end with; pressed, each is the one that is shown.
  drawMany() {
    const first = this.seed(), steps = this.places.length - 1;
    this.find("many").replaceChildren(...Array.from({ length: MANY }, (_, k) => {
      const seed = (first + k) % (LAST_SEED + 1);
      const end = walk(this.flow, noise(seed, NUMBERS), this.digit, steps)[steps];
      const picture = this.decoder.forward(end).slice(), read = best(this.reads(picture));
      const button = document.createElement("button"), canvas = document.createElement("canvas");
      button.type = "button";
      button.className = read === this.digit ? "" : "touch-misread";
      button.innerHTML = `seed ${seed}, <b>${read}</b>`;
      button.prepend(canvas);
      button.addEventListener("click", () => {
        this.find("seed").value = seed;
        this.ask(this.digit, true);
      });
      show(canvas, picture, 28, 28, activationColour);
      return button;
    }));
  }

  play() {
    if (this.step >= this.places.length - 1 || this.step === 0) this.goTo(0);
    const pause = Math.min(PAUSE / (this.places.length - 1), 600);
    this.find("play").textContent = "Pause";
    this.panel.say(`A ${this.digit} is being drawn …`.replace("A 8", "An 8"));
    this.timer = setInterval(() => {
      this.goTo(this.step + 1, true);
      if (this.step === this.places.length - 1) this.stop();
    }, pause);
    this.show();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.find("play").textContent = "Play";
    if (this.places) this.show();
  }

  goTo(step, plays = false) {
    this.step = Math.min(Math.max(step, 0), this.places.length - 1);
    if (!plays && this.timer) this.stop();
    else this.show();
  }

  show() {
    const { step, places } = this, last = places.length - 1, shares = this.shares[step];
    this.find("step").value = step;
    this.find("step").nextElementSibling.textContent = `${step} of ${last}`;
    this.find("one").disabled = step === last;
    this.find("when").textContent = step === 0 ? "Noise: sixteen numbers by chance"
      : step === last ? `After ${last === 1 ? "one step" : `${last} steps`}: a code`
        : `On the way, at the time ${decimal(step / last)}`;
    [...this.find("strip").children].forEach((tile, k) => {
      tile.classList.toggle("touch-later", k > step);
      if (k === step) tile.setAttribute("aria-current", "step");
      else tile.removeAttribute("aria-current");
    });
    this.panel.paint(this.pictures[step]);
    this.panel.read(shares);
    if (!this.timer) this.panel.say(this.sentence());
    this.drawn();
  }

  sentence() {
    const { step, digit } = this, shares = this.shares[step], asked = `${named(digit)} was asked for`;
    const read = words(shares);
    if (step < this.places.length - 1) return `Step ${step}. ${read}`;
    return best(shares) === digit ? read : `${read} But ${asked}.`;
  }

  // Sixteen bars, up or down from the middle, with a mark where each began.
  drawBars() {
    const canvas = this.find("bars");
    const { context, width, height } = sharp(canvas);
    const middle = height / 2, scale = (height / 2 - 6) / LARGEST, cell = width / NUMBERS;
    const y = (value) => middle - Math.min(Math.max(value, -LARGEST), LARGEST) * scale;
    context.fillStyle = css("paper");
    context.fillRect(0, 0, width, height);
    context.fillStyle = css("grid");
    for (const value of [-2, -1, 1, 2]) context.fillRect(0, Math.round(y(value)), width, 1);
    const from = this.places?.[0] ?? noise(this.seed(), NUMBERS), now = this.places?.[this.step] ?? from;
    for (let k = 0; k < NUMBERS; k++) {
      const left = k * cell + 0.18 * cell, wide = 0.64 * cell;
      context.fillStyle = css(now[k] < 0 ? "less" : "more");
      context.fillRect(left, Math.min(middle, y(now[k])), wide, Math.abs(y(now[k]) - middle));
      context.fillStyle = css("ink");
      context.fillRect(left - 0.1 * cell, Math.round(y(from[k])) - 1, 0.84 * cell, 2);
    }
    context.fillStyle = css("ink");
    context.fillRect(0, Math.round(middle), width, 1);
    canvas.setAttribute("aria-label", `The sixteen numbers after step ${this.step}: `
      + Array.from(now, (value) => decimal(value, 1)).join(", "));
  }

  // The sixteen numbers over the time: gone in full, to come faintly.
  drawPaths() {
    const { context, width, height } = sharp(this.find("paths"));
    const { places, step } = this, last = places ? places.length - 1 : 1;
    const x = (k) => 8 + (k / last) * (width - 16);
    const y = (value) => height / 2 - (Math.min(Math.max(value, -LARGEST), LARGEST) / LARGEST) * (height / 2 - 6);
    context.fillStyle = css("paper");
    context.fillRect(0, 0, width, height);
    context.fillStyle = css("grid");
    context.fillRect(0, Math.round(height / 2), width, 1);
    if (!places) return;
    context.fillRect(Math.round(x(step)), 0, 1, height);
    context.lineWidth = 1.5;
    for (let k = 0; k < NUMBERS; k++) {
      const end = places.at(-1)[k];
      context.strokeStyle = context.fillStyle = css(end < 0 ? "less" : "more");
      for (const [from, to, alpha] of [[0, step, 0.9], [step, last, 0.18]]) {
        context.globalAlpha = alpha;
        context.beginPath();
        context.moveTo(x(from), y(places[from][k]));
        for (let at = from + 1; at <= to; at++) context.lineTo(x(at), y(places[at][k]));
        context.stroke();
      }
      context.globalAlpha = 1;
      context.beginPath();
      context.arc(x(step), y(places[step][k]), 2.5, 0, 2 * Math.PI);
      context.fill();
    }
  }
}
