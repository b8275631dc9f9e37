// From pen strokes to the 28 x 28 image that the network reads.
//
// A stroke is a list of points [x, y] on a pad of PAD x PAD units. `Ink` draws strokes as bytes,
// 0 for paper and 255 for ink; `prepare` does to them what MNIST's authors did to theirs
// (mnist_helpers.drawing does the same in Python).

export const PAD = 280;
export const PEN = 20; // width of the pen on the pad
const SHARE = 0.12; // width of the pen for the network, as a share of the digit's longer side
const WIDEST = (PAD * SHARE) / (1 - SHARE);
const REACH = WIDEST / 2 + 1; // no pixel further from a line is touched by it

// A point of the pad, or the nearest to one beyond its border.
export const onPad = (point) => point.map((value) => Math.min(Math.max(value, 0), PAD));

// The width of the pen that the network is shown, for a digit whose longer side has this length.
// MNIST's digits were scaled with their strokes; a pen on a screen keeps its width however small
// one writes, so here it is scaled too.
export const penWidth = (longer) => Math.max((longer * SHARE) / (1 - SHARE), 4); // it belongs to the digit

// Strokes, as the distance of every pixel from the nearest of them. Another line changes only the
// pixels around it, and the pen's width, which changes while the digit grows, only what is made
// of the distances: so a point costs the same however much is drawn already.
export class Ink {
  constructor(strokes = []) {
    this.squares = new Float32Array(PAD * PAD).fill(Infinity); // squared distances
    this.box = [PAD, 0, PAD, 0]; // left, right, top, bottom
    for (const stroke of strokes) stroke.forEach((point, k) => this.line(stroke[Math.max(k - 1, 0)], point));
  }

  copy() {
    return Object.assign(new Ink(), { squares: this.squares.slice(), box: [...this.box] });
  }

  // Draw from one point to another, both on the pad.
  line([x1, y1], [x2, y2]) {
    const { squares, box } = this;
    this.box = [Math.min(box[0], x1, x2), Math.max(box[1], x1, x2),
      Math.min(box[2], y1, y2), Math.max(box[3], y1, y2)];
    const [left, right, top, bottom] = reached([Math.min(x1, x2), Math.max(x1, x2),
      Math.min(y1, y2), Math.max(y1, y2)]);
    const [alongX, alongY] = [x2 - x1, y2 - y1];
    const lengthSquared = alongX ** 2 + alongY ** 2;
    for (let y = top; y <= bottom; y++) {
      const fromY = y + 0.5 - y1;
      for (let x = left; x <= right; x++) {
        const fromX = x + 0.5 - x1;
        const along = lengthSquared === 0 ? 0
          : Math.min(Math.max((fromX * alongX + fromY * alongY) / lengthSquared, 0), 1);
        const asideX = fromX - along * alongX, asideY = fromY - along * alongY;
        const square = asideX * asideX + asideY * asideY;
        if (square < squares[y * PAD + x]) squares[y * PAD + x] = square;
      }
    }
  }

  // PAD x PAD bytes: a pixel is as dark as its centre lies within the pen's reach.
  draw(drawing = new Uint8Array(PAD * PAD)) {
    const [left, right, top, bottom] = this.box;
    drawing.fill(0);
    if (right < left) return drawing;
    const radius = penWidth(Math.max(right - left, bottom - top)) / 2;
    const limit = (radius + 0.5) ** 2;
    const [first, last, above, below] = reached(this.box);
    for (let y = above; y <= below; y++) {
      for (let at = y * PAD + first; at <= y * PAD + last; at++) {
        if (this.squares[at] >= limit) continue;
        drawing[at] = Math.round(255 * Math.min(radius - Math.sqrt(this.squares[at]) + 0.5, 1));
      }
    }
    return drawing;
  }
}

// The pixels that lines within a box can touch: first and last column and row.
const reached = ([left, right, top, bottom]) => [Math.max(Math.floor(left - REACH), 0),
  Math.min(Math.ceil(right + REACH), PAD - 1), Math.max(Math.floor(top - REACH), 0),
  Math.min(Math.ceil(bottom + REACH), PAD - 1)];

// preparation: begin
const SIZE = 28, BOX = 20, CENTRE = 14;

// Scale the ink's bounding box so that its longer side is 20 pixels, and place it so that its
// centre of mass lies on pixel 14. Returns 28 x 28 bytes.
export function prepare(drawing, height = PAD, width = PAD) {
  const image = new Uint8Array(SIZE * SIZE);
  let top = height, bottom = -1, left = width, right = -1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (drawing[y * width + x] === 0) continue;
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      left = Math.min(left, x);
      right = Math.max(right, x);
    }
  }
  if (bottom < 0) return image;
  const inkHeight = bottom - top + 1, inkWidth = right - left + 1;
  const scale = BOX / Math.max(inkHeight, inkWidth);
  const rows = Math.max(1, Math.floor(inkHeight * scale + 0.5));
  const columns = Math.max(1, Math.floor(inkWidth * scale + 0.5));
  const across = averaging(columns, inkWidth);
  const down = averaging(rows, inkHeight);
  const digit = new Uint8Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let i = 0, row = top + down[y].first; i < down[y].shares.length; i++, row++) {
        const { first, shares } = across[x];
        let at = row * width + left + first, inRow = 0;
        for (let j = 0; j < shares.length; j++, at++) inRow += shares[j] * drawing[at];
        sum += down[y].shares[i] * inRow;
      }
      digit[y * columns + x] = Math.floor(sum + 0.5);
    }
  }
  const firstRow = firstPixel(digit, rows, (at) => Math.floor(at / columns));
  const firstColumn = firstPixel(digit, columns, (at) => at % columns);
  digit.forEach((value, at) => {
    const y = firstRow + Math.floor(at / columns), x = firstColumn + (at % columns);
    image[y * SIZE + x] = value;
  });
  return image;
}

// For each of `count` equal intervals, the first of the `size` pixels that it covers, and the share
// of it that each covers.
function averaging(count, size) {
  return Array.from({ length: count }, (_, k) => {
    const from = (k * size) / count, to = ((k + 1) * size) / count;
    const first = Math.floor(from), last = Math.min(Math.ceil(to), size) - 1;
    const shares = Float64Array.from({ length: last - first + 1 }, (_, covered) => {
      const pixel = first + covered;
      return ((Math.min(to, pixel + 1) - Math.max(from, pixel)) * count) / size;
    });
    return { first, shares };
  });
}

function firstPixel(digit, length, positionOf) {
  let mass = 0, moment = 0;
  digit.forEach((value, at) => {
    mass += value;
    moment += value * positionOf(at);
  });
  if (mass === 0) return 0;
  const first = Math.floor(CENTRE - moment / mass + 0.5);
  return Math.min(Math.max(first, 0), SIZE - length);
}

// What a network reads of 28 x 28 bytes: 0 to 1, as mnist_helpers.data.prepare_images gives it.
export const inputOf = (pixels) => Float32Array.from(pixels, (value) => value / 255);
// preparation: end
