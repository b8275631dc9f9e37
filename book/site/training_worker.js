// Training in the page: a worker, so that the page stays free to draw and to scroll.
//
// Commands come as messages, {command, ...}; what happens goes back as messages, {event, ...}.
// Between two commands the worker trains for a tenth of a second at a time. It does not test: the
// weights go to another worker, while it trains on.

import { AMOUNTS, augment } from "./augment.js";
import { inputOf } from "./drawing.js";
import { seeded } from "./network.js";
import { buildNetwork } from "./networks.js";
import { OPTIMIZERS, trainOnBatch } from "./optimizers.js";
import { loadTensors } from "./safetensors.js";
import { vitals } from "./vitals.js";

const EPOCHS = 10, TEST_EVERY = 3000; // images
const AVERAGE = 0.99 ** (1 / 16); // the tested network is the average of the recent ones, by image
const TRAINING_SAMPLE = 1000; // digits of the training set that each test looks at, too
let digits, training;

const commands = {
  // `weights` to begin with, or none; `tester` is the port of the worker that tests; `by` as for
  // resume.
  async start({ url, entry, layers, weights, optimizer, batch, learningRate, decay, augmentation,
    seed, by, tester }) {
    digits ??= await loadDigits(url, entry);
    const sample = digits.train.images.slice(0, TRAINING_SAMPLE).map((image) => image.slice()); // alone
    tester?.postMessage({ layers, test: digits.test, train: { images: sample, labels: digits.train.labels } });
    const random = seeded(seed);
    const network = buildNetwork(layers, { random });
    if (weights) network.load(weights);
    training = { random, network, average: buildNetwork(layers).load(network.weights()), batch,
      optimizer: OPTIMIZERS[optimizer].make(network, { learningRate, decay }), images: 0, steps: 0,
      amounts: AMOUNTS[augmentation], changed: Array.from({ length: batch }, () => new Float32Array(784)),
      tester, tests: 0, order: [], seconds: 0, loss: null };
    postMessage({ event: "started", digits: digits.train.images.length,
      testDigits: digits.test.images.length });
    commands.resume({ by });
  },
  pause() {
    if (training) training.running = false;
  },
  // Go on: for good, for one batch or for one epoch.
  resume({ by }) {
    const { images, batch } = training;
    training.limit = { batch: images + batch, epoch: images + digits.train.images.length }[by];
    training.running = true;
    if (!training.looping) run(training); // a pause that was short has not ended the loop
  },
  change({ learningRate, decay }) {
    if (training) Object.assign(training.optimizer, { learningRate, decay });
  },
};

onmessage = async ({ data }) => {
  try {
    await commands[data.command](data);
  } catch (error) {
    postMessage({ event: "failed", message: error.message });
  }
};

async function loadDigits(url, entry) {
  const tensors = await loadTensors(url, entry);
  const part = (name) => {
    const pixels = inputOf(tensors[`x_${name}`].data);
    const images = Array.from({ length: pixels.length / 784 },
      (_, k) => pixels.subarray(784 * k, 784 * (k + 1)));
    return { images, labels: tensors[`y_${name}`].data };
  };
  return { train: part("train"), test: part("test") };
}

// training: begin
async function run(state) {
  const { images, labels } = digits.train;
  const { batch, network, optimizer } = state;
  const last = () => Math.min(state.limit ?? Infinity, EPOCHS * images.length);
  state.looping = true;
  while (state.running && state === training) {
    const began = performance.now();
    const isTestDue = () => Math.floor(state.images / TEST_EVERY) > state.tests;
    let layers = null; // once in a tenth of a second is often enough
    const look = (...given) => { layers = vitals(...given); };
    do {
      if (state.order.length < batch) state.order = shuffled(images.length, state.random);
      const chosen = state.order.splice(-batch);
      const given = chosen.map((index, k) => (state.amounts
        ? augment(images[index], state.changed[k], state.random, state.amounts) : images[index]));
      const loss = trainOnBatch(network, optimizer, given, chosen.map((index) => labels[index]),
        layers ? null : look) / batch;
      state.loss = state.loss === null ? loss : 0.95 * state.loss + 0.05 * loss;
      state.images += batch;
      follow(state);
    } while (performance.now() - began < 100 && !isTestDue() && state.images < last());
    state.seconds += (performance.now() - began) / 1000;
    postMessage({ event: "progress", images: state.images, epoch: state.images / images.length,
      loss: state.loss, seconds: state.seconds, layers });
    if (isTestDue()) test(state);
    if (state.images >= last()) {
      state.running = false;
      postMessage({ event: state.images < EPOCHS * images.length ? "stepped" : "finished", tests: state.tests });
    }
    await new Promise((resume) => setTimeout(resume)); // let messages in
  }
  state.looping = false;
}
// training: end

// Move the average of the weights a little towards the newest.
function follow(state) {
  const share = Math.max(1 - AVERAGE ** state.batch, 1 / (1 + state.steps / 5));
  state.steps += 1;
  const newest = state.network.named();
  state.average.named().forEach(([, values], index) => {
    const [, target] = newest[index];
    for (let k = 0; k < values.length; k++) values[k] += share * (target[k] - values[k]);
  });
}

// Have the average tested.
function test(state) {
  state.tests = Math.floor(state.images / TEST_EVERY);
  state.tester?.postMessage({ weights: state.average.weights(), epoch: state.images / digits.train.images.length,
    seconds: state.seconds, sent: Date.now() });
}

function shuffled(count, random) {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [order[index], order[other]] = [order[other], order[index]];
  }
  return order;
}
