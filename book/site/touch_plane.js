// The plane of codes: drag a point, and see the digit that the decoder draws there.

import { activationColour, colours, css, Picture } from "./colours.js";
import { decimal, DIGITS, Panel, sharp, stands, words } from "./touch_view.js";

const LIMIT = 3.5; // the plane is shown from -3.5 to 3.5 in both numbers
const STEP = 0.1; // of an arrow key
const TILES = 21; // drawings along either side of the whole plane
const GLIDE = 900; // milliseconds to another digit's codes
const within = (value) => Math.min(Math.max(value, -LIMIT), LIMIT);
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

export class Plane {
  // `record` is what the manifest says of the plane, `load` gives its decoder and the reader.
  constructor(container, record, load) {
    Object.assign(this, { container, codes: record.codes, load, chosen: null });
    container.innerHTML = `
      <div class="touch-desk">
        <div class="touch-left">
          <canvas class="touch-plane" tabindex="0" role="application" aria-label="Plane of codes"
            aria-describedby="touch-plane-keys"></canvas>
          <div class="touch-numbers">${["First", "Second"].map((name, axis) => `
            <label><span>${name} number</span><input type="range" min="${-LIMIT}" max="${LIMIT}"
              step="0.05" value="0" data-axis="${axis}"><output>0.00</output></label>`).join("")}</div>
          <p class="pad-small" id="touch-plane-keys">Drag the point; or arrow keys, with Shift five
            times as far, Home for the middle.</p>
        </div>
        <div class="touch-right"></div>
        <div class="pad-controls touch-legend" role="group"
          aria-label="Ten digits: their colour, and a way to where most of them lie"><span>Go to a</span>
          ${DIGITS.map((digit) => `<button type="button" data-digit="${digit}" aria-pressed="false">
            <i style="background: var(--touch-${digit})"></i>${digit}</button>`).join("")}</div>
        <div class="pad-controls touch-behind" role="group" aria-label="What lies behind the point">
          <span>Behind the point</span>
          <button type="button" data-behind="codes" aria-pressed="true">codes of training digits</button>
          <button type="button" data-behind="drawings" aria-pressed="false">what is drawn where</button></div>
      </div>`;
    this.canvas = container.querySelector(".touch-plane");
    this.panel = new Panel(container.querySelector(".touch-right"), "What the decoder draws at the point");
    this.panel.caption("what two numbers draw");
    this.panel.paint(Float32Array.from(atob(record.first), (byte) => byte.charCodeAt(0) / 255));
    this.panel.say("Touch the plane, and it draws another (1.6 MB).");
    this.put(record.codes[0].slice(0, 2));
    this.listen();
    this.draw();
  }

  listen() {
    const { canvas, container } = this;
    const follow = (event) => {
      const box = canvas.getBoundingClientRect();
      this.move([((event.clientX - box.left) / box.width * 2 - 1) * LIMIT,
        (1 - (event.clientY - box.top) / box.height * 2) * LIMIT]);
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      follow(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) follow(event);
    });
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (!MOVES[event.key] && event.key !== "Home") return;
      event.preventDefault();
      const far = STEP * (event.shiftKey ? 5 : 1);
      this.move(event.key === "Home" ? [0, 0]
        : this.at.map((value, axis) => value + far * MOVES[event.key][axis]));
    });
    for (const slider of container.querySelectorAll("[data-axis]")) {
      slider.addEventListener("input", () => {
        const at = [...this.at];
        at[slider.dataset.axis] = Number(slider.value);
        this.move(at);
      });
    }
    for (const button of container.querySelectorAll("[data-digit]")) {
      button.addEventListener("click", () => this.goTo(Number(button.dataset.digit)));
    }
    for (const button of container.querySelectorAll("[data-behind]")) {
      button.addEventListener("click", () => this.lay(button.dataset.behind));
    }
    colours.listeners.push(() => {
      this.sheet = null;
      this.panel.paint(this.panel.picture);
      this.draw();
    });
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  // The networks, which come with the first touch; what is missing is said in a sentence.
  async ready() {
    if (this.decoder) return true;
    this.panel.say("The networks are coming …");
    try {
      [this.decoder, this.reads] = await Promise.all([this.load.network("touch_plane", "decoder"),
        this.load.reader()]);
      return true;
    } catch (error) {
      this.panel.say(`${error.message} Without it nothing is drawn; touch again to try again.`);
      return false;
    }
  }

  // Set both numbers, and what shows them.
  put(at) {
    this.at = at.map(within);
    this.container.querySelectorAll("[data-axis]").forEach((slider, axis) => {
      slider.value = this.at[axis];
      slider.nextElementSibling.textContent = decimal(this.at[axis]);
    });
  }

  move(at, glides = false) {
    if (!glides) cancelAnimationFrame(this.gliding);
    this.put(at);
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      this.draw();
      if (this.decoder) this.answer();
      else this.loading ??= this.ready().then((loaded) => {
        this.loading = null;
        if (loaded) this.answer();
      });
    });
  }

  answer() {
    this.panel.paint(this.decoder.forward(Float32Array.from(this.at)).slice());
    const shares = this.reads(this.panel.picture);
    this.panel.read(shares);
    clearTimeout(this.silence); // what it reads is said when the point rests
    this.silence = setTimeout(() => this.panel.say(words(shares)), 250);
  }

  // Walk in a straight line to the middle of a digit's codes, and let its codes stand out.
  goTo(digit) {
    this.chosen = this.chosen === digit ? null : digit;
    for (const button of this.container.querySelectorAll("[data-digit]")) {
      button.setAttribute("aria-pressed", Number(button.dataset.digit) === this.chosen);
    }
    if (this.chosen === null) return this.draw();
    const own = this.codes.filter((code) => code[2] === digit);
    const from = this.at, to = [0, 1].map((axis) => median(own.map((code) => code[axis])));
    cancelAnimationFrame(this.gliding);
    if (stands()) return this.move(to);
    const began = performance.now();
    const glide = (now) => {
      const share = Math.min(Math.max((now - began) / GLIDE, 0), 1), eased = share * share * (3 - 2 * share);
      this.move(from.map((value, axis) => value + eased * (to[axis] - value)), true);
      if (share < 1) this.gliding = requestAnimationFrame(glide);
    };
    this.gliding = requestAnimationFrame(glide);
  }

  async lay(behind) {
    if (behind === "drawings" && !await this.ready()) return;
    this.behind = behind;
    for (const button of this.container.querySelectorAll("[data-behind]")) {
      button.setAttribute("aria-pressed", button.dataset.behind === behind);
    }
    this.draw();
    if (this.decoder) this.answer();
  }

  // The whole plane as drawings, each in the middle of its tile.
  drawSheet() {
    const canvas = document.createElement("canvas");
    const picture = new Picture(canvas, 28 * TILES, 28 * TILES);
    const place = (k) => ((k + 0.5) / TILES * 2 - 1) * LIMIT;
    for (let row = 0; row < TILES; row++) {
      for (let column = 0; column < TILES; column++) {
        const drawn = this.decoder.forward(Float32Array.of(place(column), -place(row)));
        for (let at = 0; at < 784; at++) {
          const y = 28 * row + Math.floor(at / 28), x = 28 * column + at % 28;
          picture.pixels[y * picture.width + x] = activationColour(drawn[at]);
        }
      }
    }
    picture.paint();
    return canvas;
  }

  draw() {
    const { context, width, height } = sharp(this.canvas);
    const x = (value) => (value / LIMIT + 1) / 2 * width, y = (value) => (1 - value / LIMIT) / 2 * height;
    context.fillStyle = css("paper");
    context.fillRect(0, 0, width, height);
    if (this.behind === "drawings") {
      this.sheet ??= this.drawSheet();
      context.drawImage(this.sheet, 0, 0, width, height);
    } else this.drawCodes(context, x, y);
    this.drawPoint(context, x(this.at[0]), y(this.at[1]));
  }

  drawCodes(context, x, y) {
    context.lineWidth = 1;
    context.font = "11px system-ui, sans-serif";
    for (let value = -3; value <= 3; value++) {
      context.strokeStyle = css("grid");
      context.globalAlpha = value ? 0.5 : 1;
      context.beginPath();
      context.moveTo(x(value), 0);
      context.lineTo(x(value), y(-LIMIT));
      context.moveTo(0, y(value));
      context.lineTo(x(LIMIT), y(value));
      context.stroke();
      context.globalAlpha = 0.75;
      context.fillStyle = css("ink");
      context.textAlign = "center";
      context.textBaseline = "bottom";
      context.fillText(decimal(value, 0), x(value), y(-LIMIT) - 3);
      context.textAlign = "left";
      context.textBaseline = "middle";
      if (value) context.fillText(decimal(value, 0), 4, y(value));
    }
    const style = getComputedStyle(this.container);
    context.font = "600 11px system-ui, sans-serif";
    context.textAlign = "center";
    for (const [first, second, digit] of this.codes) {
      context.globalAlpha = this.chosen === null ? 0.7 : this.chosen === digit ? 1 : 0.16;
      context.fillStyle = style.getPropertyValue(`--touch-${digit}`);
      context.fillText(digit, x(first), y(second));
    }
    context.globalAlpha = 1;
  }

  drawPoint(context, x, y) {
    for (const [colour, line] of [["paper", 5], ["more", 2.5]]) {
      context.strokeStyle = css(colour);
      context.lineWidth = line;
      context.beginPath();
      context.arc(x, y, 11, 0, 2 * Math.PI);
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(x + 11 * dx, y + 11 * dy);
        context.lineTo(x + 17 * dx, y + 17 * dy);
      }
      context.stroke();
    }
  }
}
