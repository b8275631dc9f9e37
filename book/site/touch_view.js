// What both parts of the page show alike: a picture, and what is read in it.

import { activationColour, show } from "./colours.js";

export const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
export const stands = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
export const best = (shares) => shares.indexOf(Math.max(...shares));
export const decimal = (value, digits = 2) => value.toFixed(digits).replace("-", "−");
const percent = (share) => `${(100 * share).toFixed(1)} %`;

// The panel of a picture with ten probabilities; `paint`, `read` and `say` fill it.
export const PANEL = `
  <figure><canvas class="touch-drawn" width="28" height="28" role="img"></canvas>
    <figcaption></figcaption></figure>
  <div class="touch-read"><p class="touch-said" role="status"></p>
    <ol class="pad-bars" aria-label="Probabilities of the digit pad’s network">${DIGITS.map((digit) => `
      <li><span>${digit}</span><span class="pad-bar"><i></i></span><span class="pad-share">–</span></li>`).join("")}
    </ol></div>`;

export class Panel {
  constructor(container, label) {
    this.container = container;
    container.innerHTML = PANEL;
    this.canvas = container.querySelector(".touch-drawn");
    this.canvas.setAttribute("aria-label", label);
    this.rows = [...container.querySelectorAll(".pad-bars li")];
    this.paint(null);
  }

  paint(picture) {
    this.picture = picture;
    show(this.canvas, picture ?? new Float32Array(784), 28, 28, activationColour);
  }

  read(shares) {
    const first = shares && best(shares);
    this.rows.forEach((row, digit) => {
      row.classList.toggle("pad-best", digit === first);
      row.querySelector("i").style.width = shares ? `${100 * shares[digit]}%` : "0";
      row.querySelector(".pad-share").textContent = shares ? percent(shares[digit]) : "–";
    });
  }

  caption(text) {
    this.container.querySelector("figcaption").textContent = text;
  }

  say(text) {
    const said = this.container.querySelector(".touch-said");
    if (said.textContent !== text) said.textContent = text;
  }
}

export const named = (digit) => `${digit === 8 ? "an" : "a"} ${digit}`;

// What the pad's network reads, in words.
export function words(shares) {
  const [first, second] = [...DIGITS].sort((a, b) => shares[b] - shares[a]);
  return shares[first] > 0.8 ? `It reads ${named(first)} (${percent(shares[first])}).`
    : `It wavers: ${named(first)} (${percent(shares[first])}), or ${named(second)} (${percent(shares[second])})?`;
}

// A canvas drawn at its size on the screen; gives its context and both sides in CSS pixels.
export function sharp(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio || 1;
  Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}
