// The reader's own digits: kept in this browser and nowhere else, and written as MNIST was.

const KEY = "ten-digits: own digits";
const MOST = 200; // of about a kilobyte each
export const TAUGHT = 20; // the first are for fine-tuning, the others for seeing what it did

// [{label, pixels}, ...], pixels being 784 bytes as the network is given them.
export function readOwn() {
  let found;
  try {
    found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
  } catch {
    return []; // nothing can be kept here, or it is none of ours
  }
  const isOwn = (digit) => Number.isInteger(digit?.label) && digit.label >= 0 && digit.label < 10
    && typeof digit.pixels === "string";
  return (Array.isArray(found) ? found : []).filter(isOwn).slice(0, MOST).flatMap(({ label, pixels }) => {
    try {
      const bytes = Uint8Array.from(atob(pixels), (letter) => letter.charCodeAt(0));
      return bytes.length === 784 ? [{ label, pixels: bytes }] : [];
    } catch {
      return [];
    }
  });
}

// Keep them; false if this browser does not.
export function writeOwn(digits) {
  try {
    localStorage.setItem(KEY, JSON.stringify(digits.slice(-MOST).map(({ label, pixels }) => (
      { label, pixels: btoa(String.fromCharCode(...pixels)) }))));
    return true;
  } catch {
    return false;
  }
}

// idx: begin
// IDX, MNIST's own format: two zeros, 8 for bytes, the number of axes; each axis's length, the
// highest byte first; then the bytes.
export function toIdx(shape, bytes) {
  const file = new Uint8Array(4 + 4 * shape.length + bytes.length);
  const view = new DataView(file.buffer);
  file.set([0, 0, 8, shape.length]);
  shape.forEach((length, axis) => view.setUint32(4 + 4 * axis, length));
  file.set(bytes, 4 + 4 * shape.length);
  return file;
}
// idx: end

// The four files of a data set, by their names: the taught digits as its training set, the others
// as its test set.
export function toFiles(digits) {
  const parts = { train: digits.slice(0, TAUGHT), t10k: digits.slice(TAUGHT) };
  return Object.fromEntries(Object.entries(parts).flatMap(([part, some]) => {
    const pixels = new Uint8Array(784 * some.length);
    some.forEach((digit, k) => pixels.set(digit.pixels, 784 * k));
    return [[`${part}-images-idx3-ubyte`, toIdx([some.length, 28, 28], pixels)],
      [`${part}-labels-idx1-ubyte`, toIdx([some.length], some.map(({ label }) => label))]];
  }));
}
