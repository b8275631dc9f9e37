// Weights and gradients while a network learns: a histogram of their sizes for each layer.

import { drawChart, roundUp } from "./chart.js";
import { colours } from "./colours.js";
import { FROM, TO } from "./vitals.js";

const raised = (power) => String(power).replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);

// 0.0023 as 2·10⁻³; what is no number anymore says so.
export function inPowers(value) {
  if (!Number.isFinite(value)) return "no number";
  const [digit, power] = value.toExponential(0).split("e").map(Number);
  return value === 0 ? "0" : `${digit}·10${raised(power)}`;
}

export class VitalsView {
  constructor(container) {
    container.innerHTML = `
      <summary>Weights and gradients, layer by layer</summary>
      <p class="pad-small">Each chart is a layer, the one next to the picture first: the line says how many of its
        weights have which size, the filled hill says it of their gradients in the last batch. Where gradients
        <em>vanish</em>, the hill lies the further left the nearer a layer is to the picture, and that layer hardly
        learns. Where they <em>explode</em>, the hill moves to the right and over the weights, which then jump.</p>
      <div class="pad-charts"></div>`;
    this.container = container;
    this.charts = container.querySelector("div");
    this.motion = matchMedia("(prefers-reduced-motion: reduce)");
    container.addEventListener("toggle", () => this.draw());
    colours.listeners.push(() => this.draw());
    new ResizeObserver(() => this.draw()).observe(container);
    this.set([]);
  }

  // `layers` as the worker measured them; while training `isMoving`, and is not shown to whoever
  // asks for less motion.
  set(layers, isMoving = false) {
    this.layers = layers;
    if (!isMoving || !this.motion.matches) this.draw();
  }

  draw() {
    const { layers, charts, container } = this;
    container.hidden = !layers.length;
    if (charts.children.length !== layers.length) {
      charts.innerHTML = layers.map(() => `<figure><canvas class="pad-chart pad-vital" role="img"></canvas>
        <figcaption></figcaption></figure>`).join("");
    }
    if (!container.open) return;
    layers.forEach(({ name, weights, gradients }, index) => {
      const [canvas, caption] = charts.children[index].children;
      const zeros = Math.round(100 * gradients.zeros);
      caption.textContent = `${name}: weights about ${inPowers(weights.root)}, gradients about `
        + `${inPowers(gradients.root)}${zeros ? `, ${zeros} % of them zero` : ""}`;
      canvas.setAttribute("aria-label", `Sizes of the weights and of the gradients of ${name}`);
      const most = Math.max(0.1, ...[weights, gradients].flatMap(({ histogram }) => histogram.map(([, share]) => share)));
      drawChart(canvas, { x: { from: FROM, to: TO, label: "size", format: (power) => `10${raised(power)}` },
        y: { from: 0, to: roundUp(most), label: "share", format: (share) => `${Math.round(100 * share)} %` },
        bands: [{ points: gradients.histogram.map(([at, share]) => [at, 0, share]), colour: "more" }],
        lines: [{ points: weights.histogram, colour: "ink" }, { points: gradients.histogram, colour: "more" }] });
    });
  }
}
