// Line charts on a canvas, drawn for the size at which it is shown, so that text stays text size.

import { css } from "./colours.js";

const TEXT = 13; // CSS pixels

// Round numbers from one number to another, at most about `count` steps apart.
export function ticks(from, to, count = 5) {
  const least = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least * 0.999);
  const first = Math.ceil(from / step - 1e-6), last = Math.floor(to / step + 1e-6);
  return Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

// The smallest round number that is not smaller.
export const roundUp = (value) => {
  const step = ticks(0, value, 4)[1];
  return Number((Math.ceil(value / step - 1e-9) * step).toPrecision(12));
};

// Draw lines and bands. `x` and `y` are {from, to, label, format}; a line is {points, colour,
// label, dots, dashed}, its points [x, y]; a band is {points, colour}, its points [x, low, high].
export function drawChart(canvas, { x, y, lines, bands = [] }) {
  const scale = globalThis.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!width) return;
  Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.font = `${TEXT}px system-ui, sans-serif`;
  const format = { x: x.format ?? String, y: y.format ?? String };
  const marks = ticks(y.from, y.to, Math.max(Math.floor(height / 45), 2));
  const left = 10 + Math.max(...marks.map((value) => context.measureText(format.y(value)).width));
  const [right, top, bottom] = [width - 12, TEXT + 12, height - 2 * TEXT - 12];
  const toX = (value) => left + ((right - left) * (value - x.from)) / (x.to - x.from);
  const toY = (value) => bottom - ((bottom - top) * (value - y.from)) / (y.to - y.from);

  context.strokeStyle = css("grid");
  context.fillStyle = css("ink");
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const value of marks) {
    stroke(context, [[left, toY(value)], [right, toY(value)]]);
    context.fillText(format.y(value), left - 6, toY(value));
  }
  context.textAlign = "center";
  for (const value of ticks(x.from, x.to, Math.max(Math.floor((right - left) / 60), 2))) {
    context.fillText(format.x(value), toX(value), bottom + TEXT);
  }
  context.fillText(x.label, (left + right) / 2, height - TEXT / 2 - 1);
  context.textAlign = "left";
  context.fillText(y.label, 2, TEXT / 2 + 1);

  for (const { points, colour } of bands) {
    if (points.length < 2) continue;
    context.globalAlpha = 0.25;
    context.fillStyle = css(colour);
    context.beginPath();
    for (const [at, , high] of points) context.lineTo(toX(at), toY(Math.min(high, y.to)));
    for (const [at, low] of [...points].reverse()) context.lineTo(toX(at), toY(Math.max(low, y.from)));
    context.fill();
    context.globalAlpha = 1;
  }
  let taken = -Infinity; // labels keep apart
  const labels = [];
  for (const line of lines) {
    if (!line.points.length) continue;
    const points = line.points.map(([at, value]) => [toX(at), toY(value)]);
    context.strokeStyle = context.fillStyle = css(line.colour);
    context.lineWidth = line.dots ? 2.5 : 1.8;
    context.setLineDash(line.dashed ? [6, 4] : []);
    stroke(context, points);
    context.setLineDash([]);
    if (line.dots) for (const [px, py] of points) context.fillRect(px - 3, py - 3, 6, 6);
    if (line.label) labels.push({ ...line, at: points.at(-1) });
  }
  labels.sort((a, b) => a.at[1] - b.at[1]);
  for (const { label, colour, at: [px, py] } of labels) {
    const width = context.measureText(label).width;
    let middle = py - TEXT * 0.9 < top ? py + TEXT : py - TEXT * 0.9;
    middle = Math.min(Math.max(middle, taken + TEXT + 2), bottom - TEXT / 2);
    taken = middle;
    context.textAlign = "left";
    context.lineWidth = 4;
    context.strokeStyle = css("paper");
    const start = Math.min(Math.max(px - width, left + 4), right - width);
    context.strokeText(label, start, middle);
    context.fillStyle = css(colour);
    context.fillText(label, start, middle);
  }
}

function stroke(context, points) {
  context.beginPath();
  for (const [px, py] of points) context.lineTo(px, py);
  context.stroke();
}
