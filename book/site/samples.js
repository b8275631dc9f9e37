// One hand's ten digits, as a few points of each stroke in a field of 100 x 100.

import { PAD } from "./drawing.js";

const POINTS = [
  [[[52, 9], [30, 20], [21, 50], [29, 80], [50, 91], [71, 80], [79, 50], [71, 21], [52, 9]]],
  [[[36, 26], [53, 9]], [[53, 9], [51, 91]]],
  [[[25, 29], [36, 13], [56, 9], [73, 20], [73, 38], [58, 58], [38, 76], [22, 91]],
    [[22, 91], [50, 89], [79, 91]]],
  [[[26, 17], [46, 9], [68, 15], [72, 30], [62, 43], [43, 48]],
    [[43, 48], [66, 53], [77, 68], [70, 85], [48, 92], [24, 85]]],
  [[[50, 9], [36, 36], [21, 62]], [[21, 62], [82, 60]], [[64, 36], [61, 92]]],
  [[[74, 11], [36, 11]], [[36, 11], [31, 44]],
    [[31, 44], [50, 38], [71, 48], [77, 67], [67, 86], [46, 92], [24, 84]]],
  [[[66, 9], [43, 26], [29, 52], [27, 74], [39, 90], [59, 90], [72, 76], [67, 59], [50, 53],
    [32, 63]]],
  [[[23, 12], [78, 12]], [[78, 12], [60, 46], [45, 91]]],
  [[[67, 22], [50, 9], [34, 18], [36, 35], [52, 48], [68, 62], [70, 81], [50, 91], [31, 81],
    [35, 62], [52, 48], [66, 35], [67, 22]]],
  [[[71, 24], [54, 10], [35, 20], [32, 40], [46, 51], [63, 44], [71, 24]],
    [[71, 24], [69, 56], [61, 91]]],
];

// A smooth curve through points (Catmull and Rom's spline).
export function smooth(points, pieces = 8) {
  if (points.length < 3) return points;
  const at = (k) => points[Math.min(Math.max(k, 0), points.length - 1)];
  const curve = [points[0]];
  for (let k = 0; k + 1 < points.length; k++) {
    for (let piece = 1; piece <= pieces; piece++) {
      const t = piece / pieces;
      curve.push([0, 1].map((axis) => {
        const [a, b, c, d] = [k - 1, k, k + 1, k + 2].map((index) => at(index)[axis]);
        return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
      }));
    }
  }
  return curve;
}

// The strokes of a sample digit on the pad.
export function sample(digit) {
  return POINTS[digit].map((stroke) => smooth(stroke).map(([x, y]) => [x * PAD / 100, y * PAD / 100]));
}
