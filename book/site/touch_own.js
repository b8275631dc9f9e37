// Draw a digit, and see where the encoder puts it in the plane, and what is left of it.

import { activationColour, colours, show } from "./colours.js";
import { inputOf, prepare } from "./drawing.js";
import { PadCanvas } from "./pad_canvas.js";
import { sample } from "./samples.js";
import { decimal, DIGITS, words } from "./touch_view.js";

export class Own {
  // `plane` is moved to where the drawing lies.
  constructor(container, load, plane) {
    Object.assign(this, { container, load, plane });
    container.innerHTML = `
      <div class="touch-own">
        <div><canvas class="pad-canvas" tabindex="0" role="application" aria-label="Drawing pad"
          aria-describedby="touch-own-keys"></canvas></div>
        <figure><canvas class="touch-given" width="28" height="28" role="img"
          aria-label="The picture that the encoder is given"></canvas><figcaption>your digit</figcaption></figure>
        <figure><canvas class="touch-left-of-it" width="28" height="28" role="img"
          aria-label="What the decoder draws of the two numbers"></canvas><figcaption>what two numbers keep</figcaption></figure>
        <p class="touch-said" role="status">Draw a digit, or take a sample (0.9 MB more).</p>
      </div>
      <div class="pad-controls"><button type="button" class="touch-clear">Clear</button>
        <span>Samples</span>${DIGITS.map((digit) => `<button type="button" data-sample="${digit}"
          aria-label="A sample ${digit}">${digit}</button>`).join("")}</div>
      <p class="pad-small" id="touch-own-keys">Keyboard: arrow keys move the pen, space puts it down and
        lifts it, Backspace undoes, Delete clears.</p>`;
    this.find = (name) => container.querySelector(name);
    this.pad = new PadCanvas(this.find(".pad-canvas"), { changed() {},
      rested: (delay) => this.rested(delay), said: (text) => this.say(text) });
    this.find(".touch-clear").addEventListener("click", () => this.pad.replace([]));
    for (const button of container.querySelectorAll("[data-sample]")) {
      button.addEventListener("click", () => this.pad.replace(sample(Number(button.dataset.sample))));
    }
    colours.listeners.push(() => {
      this.pad.draw();
      this.paint();
    });
    this.paint();
  }

  say(text) {
    this.find(".touch-said").textContent = text;
  }

  paint() {
    for (const [name, picture] of [[".touch-given", this.given], [".touch-left-of-it", this.kept]]) {
      show(this.find(name), picture ?? new Float32Array(784), 28, 28, activationColour);
    }
  }

  rested(delay) {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.answer(), delay);
  }

  async answer() {
    if (!this.pad.strokes.length) {
      this.given = this.kept = null;
      this.paint();
      return this.say("The pad is empty. Draw a digit, or take a sample.");
    }
    try {
      this.encoder ??= await this.load.network("touch_plane", "encoder");
      this.decoder ??= await this.load.network("touch_plane", "decoder");
      this.reads ??= await this.load.reader();
    } catch (error) {
      return this.say(`${error.message} Without it your digit has no place; draw again to try again.`);
    }
    this.given = inputOf(prepare(this.pad.ink.draw()));
    const place = [...this.encoder.forward(this.given).subarray(0, 2)]; // the rest: how sure it is
    this.kept = this.decoder.forward(Float32Array.from(place)).slice();
    this.paint();
    this.plane.move(place);
    this.say(`Your digit lies at ${decimal(place[0])} and ${decimal(place[1])}. The pad’s network looks `
      + `at what these two draw: ${words(this.reads(this.kept)).replace("It", "it")}`);
  }
}
