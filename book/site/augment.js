// A digit as it might have been written, too: turned and moved a little, each time anew.

// The largest angle to either side, in degrees, and the largest movement along an axis, in pixels.
export const AMOUNTS = { none: null, small: { rotation: 5, shift: 1 }, large: { rotation: 15, shift: 2.8 } };
const SIDE = 28, CENTRE = (SIDE - 1) / 2;

// augment: begin
// Write into `target` the image, turned about its centre and moved by amounts that `random` draws.
// What each pixel shows lies between four pixels of the image, which count by how near they are.
export function augment(image, target, random, { rotation, shift }) {
  const drawn = (most) => most * (2 * random() - 1);
  const angle = (drawn(rotation) * Math.PI) / 180, down = drawn(shift), right = drawn(shift);
  const cos = Math.cos(angle), sin = Math.sin(angle);
  const ink = (row, column) => (row >= 0 && row < SIDE && column >= 0 && column < SIDE
    ? image[row * SIDE + column] : 0); // paper comes in
  for (let y = 0, at = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++, at++) {
      const fromX = CENTRE + cos * (x - CENTRE - right) - sin * (y - CENTRE - down);
      const fromY = CENTRE + sin * (x - CENTRE - right) + cos * (y - CENTRE - down);
      const column = Math.floor(fromX), row = Math.floor(fromY);
      const across = fromX - column, below = fromY - row;
      target[at] = (1 - below) * ((1 - across) * ink(row, column) + across * ink(row, column + 1))
        + below * ((1 - across) * ink(row + 1, column) + across * ink(row + 1, column + 1));
    }
  }
  return target;
}
// augment: end
