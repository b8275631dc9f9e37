// Colours for pictures of numbers, from the page's style sheet, light or dark.

const CSS = { paper: "--pad-paper", ink: "--pad-ink", more: "--pad-more", less: "--pad-less",
  grid: "--pad-grid" };

export const colours = { listeners: [] };

// Okabe and Ito's blue for more, vermilion for less; `digit_pad.css` holds them as "r g b".
function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const [name, property] of Object.entries(CSS)) {
    colours[name] = style.getPropertyValue(property).trim().split(/\s+/).map(Number);
  }
  colours.activations = ramp(colours.paper, colours.ink);
  colours.signed = [...ramp(colours.less, colours.paper), ...ramp(colours.paper, colours.more)];
}

// 256 colours from one to another, each as one number: an opaque pixel's four bytes.
const ramp = (from, to) => Array.from({ length: 256 }, (_, k) => {
  const [red, green, blue] = from.map((value, channel) => value + ((to[channel] - value) * k) / 255);
  return new Uint32Array(Uint8ClampedArray.of(red, green, blue, 255).buffer)[0];
});

// The colour of a value from 0 to 1, and of one from -1 to 1.
export const activationColour = (value) =>
  colours.activations[Math.round(255 * Math.min(Math.max(value, 0), 1))];
export const signedColour = (value) =>
  colours.signed[Math.min(Math.max(Math.round(255.5 + 255.5 * value), 0), 511)];

export const css = (name) => `rgb(${colours[name].join(" ")})`;

// A picture of a canvas's size: `pixels` are written, `paint` shows them.
export class Picture {
  constructor(canvas, height, width) {
    Object.assign(canvas, { height, width });
    this.context = canvas.getContext("2d");
    this.image = new ImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.width = width;
  }

  fill(left, top, size, colour) {
    for (let y = top; y < top + size; y++) {
      for (let x = left; x < left + size; x++) this.pixels[y * this.width + x] = colour;
    }
  }

  paint() {
    this.context.putImageData(this.image, 0, 0);
  }
}

// Show height x width numbers on a canvas, one canvas pixel for each.
export function show(canvas, values, height, width, colourOf) {
  const picture = new Picture(canvas, height, width);
  for (let at = 0; at < height * width; at++) picture.pixels[at] = colourOf(values[at]);
  picture.paint();
}

export function largest(values) {
  let found = 1e-9;
  for (const value of values) found = Math.max(found, Math.abs(value));
  return found;
}

readColours();
new MutationObserver(() => {
  readColours();
  colours.listeners.forEach((listener) => listener());
}).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
