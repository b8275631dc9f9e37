// From pen strokes to the 28 x 28 image that the network reads.
//
// A stroke is a list of points [x, y] on a pad of PAD x PAD units. `ink` draws strokes as bytes,
// 0 for paper and 255 for ink; `prepare` does to them what MNIST's authors did to theirs
// (mnist_helpers.drawing does the same in Python).

export const PAD = 280;
export const PEN = 20; // width of the pen on the pad
const SHARE = 0.12; // width of the pen for the network, as a share of the digit's longer side

// The width of the pen that the network is shown. MNIST's digits were scaled with their strokes;
// a pen on a screen keeps its width however small one writes, so here it is scaled too.
export function penWidth(strokes) {
  const points = strokes.flat();
  const side = (axis) => {
    const values = points.map((point) => point[axis]);
    return Math.max(...values) - Math.min(...values);
  };
  const longer = points.length ? Math.max(side(0), side(1)) : 0;
  return Math.max((longer * SHARE) / (1 - SHARE), 4); // the pen itself belongs to the digit
}

// Draw strokes with a round pen: PAD x PAD bytes, with soft edges.
export function ink(strokes, width = penWidth(strokes)) {
  const drawing = new Uint8Array(PAD * PAD);
  const radius = width / 2;
  for (const stroke of strokes) {
    for (let k = 0; k < stroke.length; k++) {
      segment(drawing, stroke[Math.max(k - 1, 0)], stroke[k], radius);
    }
  }
  return drawing;
}

// A pixel is as dark as its centre lies within the pen's reach of the line from one point to
// the other.
function segment(drawing, [x1, y1], [x2, y2], radius) {
  const reach = radius + 1;
  const first = (a, b) => Math.max(Math.floor(Math.min(a, b) - reach), 0);
  const last = (a, b) => Math.min(Math.ceil(Math.max(a, b) + reach), PAD - 1);
  const lengthSquared = (x2 - x1) ** 2 + (y2 - y1) ** 2;
  const [top, bottom, left, right] = [first(y1, y2), last(y1, y2), first(x1, x2), last(x1, x2)];
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const fromX = x + 0.5 - x1;
      const fromY = y + 0.5 - y1;
      const along = lengthSquared === 0 ? 0
        : Math.min(Math.max((fromX * (x2 - x1) + fromY * (y2 - y1)) / lengthSquared, 0), 1);
      const asideX = fromX - along * (x2 - x1);
      const asideY = fromY - along * (y2 - y1);
      const distance = Math.sqrt(asideX * asideX + asideY * asideY);
      const value = 255 * Math.min(radius - distance + 0.5, 1);
      const at = y * PAD + x;
      if (value > drawing[at]) drawing[at] = Math.round(value);
    }
  }
}

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
      for (const [sourceRow, share] of down[y]) {
        let inRow = 0;
        for (const [sourceColumn, part] of across[x]) {
          inRow += part * drawing[(top + sourceRow) * width + left + sourceColumn];
        }
        sum += share * inRow;
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

// For each of `count` equal intervals, the pixels of `size` that it covers, and their shares.
function averaging(count, size) {
  return Array.from({ length: count }, (_, k) => {
    const from = (k * size) / count, to = ((k + 1) * size) / count;
    const shares = [];
    for (let pixel = Math.floor(from); pixel < Math.min(Math.ceil(to), size); pixel++) {
      const overlap = Math.min(to, pixel + 1) - Math.max(from, pixel);
      shares.push([pixel, (overlap * count) / size]);
    }
    return shares;
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
// preparation: end
