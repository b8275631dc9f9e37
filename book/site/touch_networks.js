// The networks of the page on which digits are touched: rows of dense layers. Their weights come
// when a part of the page is first touched.

import { Sigmoid } from "./activations.js";
import { Dense, ReLU } from "./cnn.js";
import { Network, seeded, softmax } from "./network.js";
import { buildNetwork } from "./networks.js";
import { loadManifest, loadTensors } from "./safetensors.js";

// x / (1 + e^-x): hardly anything below zero, x above. Nothing on this page is trained.
class SiLU {
  constructor({ name }) {
    Object.assign(this, { name, kind: "activation" });
  }

  build(shape) {
    this.inputShape = this.outputShape = shape;
  }

  forward(input) {
    for (let at = 0; at < input.length; at++) this.output[at] = input[at] / (1 + Math.exp(-input[at]));
    return this.output;
  }
}

const FUNCTIONS = { relu: ReLU, sigmoid: Sigmoid, silu: SiLU };

// A network from its entry in the manifest: `inputs`, and `layers` of {name, kind, options}.
export function buildStack({ inputs, layers }) {
  return new Network(layers.map(({ name, kind, options }) => (kind === "dense"
    ? new Dense({ name, units: options.units })
    : new FUNCTIONS[options.function]({ name }))), { inputShape: [1, 1, inputs] });
}

// What `mnist_helpers.touch` wrote of both recipes.
export async function loadRecords(url) {
  const response = await fetch(url).catch(() => null);
  if (!response) throw new Error("touch.json could not be loaded: the server does not answer.");
  if (!response.ok) throw new Error(`touch.json is missing (the server answers ${response.status}).`);
  const records = await response.json().catch(() => null);
  if (!records?.touch_plane?.codes || !records?.touch_machine?.networks?.flow) {
    throw new Error("touch.json is not the manifest that was expected.");
  }
  return records;
}

// Do it once; what failed is tried again when it is asked for again.
function once(load) {
  let promise = null;
  return () => {
    promise ??= load().catch((error) => {
      promise = null;
      throw error;
    });
    return promise;
  };
}

// Functions that load: `network(recipe, part)`, and `reader()`, which gives a function from a
// picture to ten probabilities, those of the network behind the digit pad.
export function loaders(here, records) {
  const networks = {};
  const network = (recipe, part) => {
    networks[`${recipe} ${part}`] ??= once(async () => {
      const entry = records[recipe].networks[part];
      return buildStack(entry).load(await loadTensors(new URL(entry.weights.file, here), entry.weights));
    });
    return networks[`${recipe} ${part}`]();
  };
  const reader = once(async () => {
    const { networks: [{ layers, weights }] } = await loadManifest(new URL("digit_pad.json", here));
    const pad = buildNetwork(layers).load(await loadTensors(new URL(weights.file, here), weights));
    return (picture) => softmax(pad.forward(picture));
  });
  return { network, reader };
}

// Standard normal numbers that a seed repeats: two at a time, by Box and Muller's way.
export function noise(seed, count) {
  const random = seeded(seed);
  const numbers = new Float32Array(count);
  for (let k = 0; k < count; k += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random())), angle = 2 * Math.PI * random();
    numbers[k] = radius * Math.cos(angle);
    numbers[k + 1] = radius * Math.sin(angle);
  }
  return numbers;
}

// walk: begin
// From noise to a digit's code, in equal steps.
export function walk(flow, start, digit, steps) {
  const count = start.length, places = [start];
  // What the network is given: the place, the time, and one of ten for the digit.
  const given = new Float32Array(count + 11);
  given[count + 1 + digit] = 1;
  for (let step = 0; step < steps; step++) {
    given.set(places[step]);
    given[count] = step / steps;
    const velocity = flow.forward(given); // where to?
    places.push(places[step].map((value, k) => value + velocity[k] / steps));
  }
  return places;
}
// walk: end
