// The button that checks the gradients, and the picture of a kink.

import { drawChart } from "./chart.js";
import { colours } from "./colours.js";
import { checkGradients, lossAlong } from "./gradient_check.js";

const KINK = 22; // a seed whose network meets one
const CHANGE = 1e-6;

export class GradientCheck {
  constructor(container) {
    container.innerHTML = `<div class="pad-controls">
        <button type="button" class="pad-check">Check the gradients here</button>
        <button type="button" class="pad-kink">Show a kink</button></div>
      <p class="pad-checked" role="status"></p>
      <figure hidden><canvas class="pad-chart" role="img"></canvas><figcaption></figcaption></figure>`;
    this.find = (name) => container.querySelector(name);
    let seed = 0;
    this.find(".pad-check").addEventListener("click", () => this.check(++seed));
    this.find(".pad-kink").addEventListener("click", () => this.showKink());
    colours.listeners.push(() => this.draw());
    new ResizeObserver(() => this.draw()).observe(container);
  }

  check(seed) {
    const { compared, worst, kinks } = checkGradients(seed, CHANGE);
    const met = kinks.length ? ` ${kinks.length} more were left out: their change met a kink.` : "";
    this.find(".pad-checked").textContent = `Network ${seed}: ${compared.toLocaleString("en")} gradients `
      + `compared; the largest relative difference is ${worst.toExponential(1)}.${met}`;
    return kinks;
  }

  showKink() {
    const [kink] = this.check(KINK);
    const steps = Array.from({ length: 61 }, (_, k) => (k - 30) / 10); // in units of the change
    const { points, gradient } = lossAlong(KINK, kink, steps.map((step) => step * CHANGE));
    const values = points.map(([, difference]) => difference / CHANGE); // in units of it, too
    this.loss = steps.map((step, k) => [step, values[k]]);
    const difference = (values[40] - values[20]) / 2;
    const slopes = [values[29] / steps[29], values[31] / steps[31]].map((slope) => slope.toFixed(3));
    this.lines = [{ slope: gradient, label: "what backward says", colour: "more" },
      { slope: difference, label: "the difference", colour: "less" }];
    const text = `The loss of network ${KINK} while one bias changes, both in millionths. Left of the kink `
      + `its slope is ${slopes[0]}, right of it ${slopes[1]}. backward gives ${gradient.toFixed(3)}, one of `
      + `the two; the difference across the kink gives their mean, ${difference.toFixed(3)}.`;
    this.find("figcaption").textContent = text.replaceAll("-", "−");
    this.find("canvas").setAttribute("aria-label", "A line with a corner in the middle: the loss, with "
      + "two straight lines through the corner, the slope of backward and that of the difference");
    this.find("figure").hidden = false;
    this.draw();
  }

  draw() {
    if (!this.loss) return;
    const from = this.loss[0][0], to = this.loss.at(-1)[0];
    const straight = this.lines.map(({ slope, label, colour }) => (
      { points: [[from, slope * from], [to, slope * to]], label, colour, dashed: true }));
    const all = [...this.loss, ...straight.flatMap(({ points }) => points)].map(([, value]) => value);
    const format = (value) => String(value).replace("-", "−");
    drawChart(this.find("canvas"), {
      x: { from, to, format, label: "change of the bias (10⁻⁶)" },
      y: { from: Math.min(...all), to: Math.max(...all), format, label: "change of the loss (10⁻⁶)" },
      lines: [...straight, { points: this.loss, colour: "ink", label: "the loss" }],
    });
  }
}
