// The drawing pad: pen strokes by mouse, finger, stylus or keyboard, with undo.

import { css } from "./colours.js";
import { Ink, onPad, PAD, PEN } from "./drawing.js";

const KEY_STEP = PAD / 28;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
  Home: [-1, -1], PageUp: [1, -1], End: [-1, 1], PageDown: [1, 1] };
const UNDOS = 50;

export class PadCanvas {
  // `told` has functions: changed() while the pen moves, rested(milliseconds) when it rests for
  // that long, said(text) for what screen readers should hear.
  constructor(canvas, told) {
    Object.assign(this, { canvas, told, strokes: [], ink: new Ink(), history: [] });
    Object.assign(canvas, { width: 2 * PAD, height: 2 * PAD });
    this.context = canvas.getContext("2d");
    this.pen = { x: PAD / 2, y: PAD / 2, down: false, stroke: null, pointer: null, byKeys: false };
    this.listen();
    this.draw();
  }

  draw() {
    const { context } = this;
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.fillStyle = css("paper");
    context.fillRect(0, 0, PAD, PAD);
    for (const stroke of this.strokes) this.path(stroke);
    this.drawn = this.pen.stroke?.length ?? 0;
    // Where the keyboard's pen is; a mouse shows that itself.
    if (document.activeElement !== this.canvas || !this.pen.byKeys) return;
    context.lineWidth = 2;
    context.strokeStyle = css("less");
    context.beginPath();
    context.arc(this.pen.x, this.pen.y, this.pen.down ? PEN / 2 : PEN / 3, 0, 2 * Math.PI);
    context.stroke();
  }

  path(points) {
    const { context } = this;
    context.strokeStyle = css("ink");
    context.lineWidth = PEN;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(...points[0]);
    for (const point of points) context.lineTo(...point);
    context.stroke();
  }

  // Draw only what the pen has added.
  extend() {
    const { stroke } = this.pen;
    if (!stroke) return this.draw();
    this.path(stroke.slice(Math.max(this.drawn - 1, 0)));
    this.drawn = stroke.length;
  }

  remember() {
    this.history.push({ strokes: this.strokes, ink: this.ink.copy() });
    if (this.history.length > UNDOS) this.history.shift();
  }

  begin(point) {
    this.remember();
    this.drawn = 0;
    this.pen.stroke = [point];
    this.strokes = [...this.strokes, this.pen.stroke];
    this.ink.line(point, point);
  }

  moveTo(point) {
    const { stroke } = this.pen;
    this.ink.line(stroke.at(-1), point);
    stroke.push(point);
  }

  lift() {
    this.pen.down = false;
    this.pen.stroke = null;
  }

  replace(strokes) {
    this.remember();
    this.lift();
    this.strokes = strokes;
    this.ink = new Ink(strokes);
    this.told.changed();
    this.rest();
  }

  undo() {
    if (!this.history.length) return this.told.said("There is nothing to undo.");
    this.lift();
    Object.assign(this, this.history.pop());
    this.told.changed();
    this.rest();
  }

  rest(milliseconds = 0) {
    this.draw();
    this.told.rested(milliseconds);
  }

  listen() {
    const { canvas, pen } = this;
    const pointOf = (event) => {
      const box = canvas.getBoundingClientRect();
      return onPad([((event.clientX - box.left) * PAD) / box.width,
        ((event.clientY - box.top) * PAD) / box.height]);
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || pen.pointer !== null) return;
      canvas.setPointerCapture(event.pointerId);
      this.lift();
      Object.assign(pen, { pointer: event.pointerId, byKeys: false });
      this.draw();
      this.begin(pointOf(event));
      this.extend();
      this.told.changed();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== pen.pointer) return;
      const events = event.getCoalescedEvents?.() ?? [];
      for (const each of events.length ? events : [event]) this.moveTo(pointOf(each));
      this.extend();
      this.told.changed();
    });
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, (event) => {
        if (event.pointerId !== pen.pointer) return;
        pen.pointer = null;
        this.lift();
        this.rest();
      });
    }
    canvas.addEventListener("keydown", (event) => {
      if (pen.pointer !== null || event.ctrlKey || event.metaKey || event.altKey) return;
      if (this.press(event.key)) event.preventDefault();
    });
    canvas.addEventListener("focus", () => {
      pen.byKeys = canvas.matches(":focus-visible");
      this.draw();
    });
    canvas.addEventListener("blur", () => {
      this.lift();
      this.draw();
    });
  }

  // Do what a key says; return whether it says anything here.
  press(key) {
    const { pen, told } = this;
    if (MOVES[key]) {
      const [x, y] = MOVES[key];
      [pen.x, pen.y] = onPad([pen.x + x * KEY_STEP, pen.y + y * KEY_STEP]);
      if (pen.down) {
        this.moveTo([pen.x, pen.y]);
        told.changed();
        told.rested(700);
      }
    } else if (key === " ") {
      if (pen.down) {
        this.lift();
        told.rested(0);
      } else {
        this.begin([pen.x, pen.y]);
        pen.down = true;
        told.changed();
        told.said("Pen down.");
      }
    } else if (key === "Backspace") this.undo();
    else if (key === "Delete") this.replace([]);
    else return false;
    pen.byKeys = true;
    this.draw();
    return true;
  }
}
