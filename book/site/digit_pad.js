// The page: a pad to draw on, and around it what the network makes of the drawing.

import { Bench } from "./bench.js";
import { activationColour, colours, show } from "./colours.js";
import { inputOf, PAD, prepare } from "./drawing.js";
import { GradientCheck } from "./gradient_check_view.js";
import { Maps } from "./maps.js";
import { softmax } from "./network.js";
import { buildNetwork } from "./networks.js";
import { OwnDigits } from "./own_view.js";
import { PadCanvas } from "./pad_canvas.js";
import { loadManifest, loadTensors } from "./safetensors.js";
import { sample } from "./samples.js";
import { SoftmaxView } from "./softmax_view.js";
import { Training } from "./training.js";
import { Why } from "./why.js";
import { Window } from "./window.js";

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

// All that is behind the pad; the console and the tests read it:
// (await import("…/digit_pad.js")).pad
export const pad = {
  canvas: null, // with the strokes
  drawing: new Uint8Array(PAD * PAD),
  prepared: new Uint8Array(784), // 28 x 28 bytes
  probabilities: null,
  milliseconds: null, // that the last prediction took, all maps drawn
  predict,
  trained: () => trained, // {layers, weights} of the network from the training below, or null
};

const view = document.getElementById("digit-pad");
const here = new URL(".", import.meta.url);
let manifest, chosen, layers, network, twin, maps, why, taken, shares, own, training, trained, waiting, silence;

function build() {
  view.innerHTML = `
    <div class="pad-desk">
      <div class="pad-left">
        <canvas class="pad-canvas" tabindex="0"
          role="application" aria-label="Drawing pad" aria-describedby="pad-keys"></canvas>
        <div class="pad-controls"><button type="button" class="pad-undo">Undo</button>
          <button type="button" class="pad-clear">Clear</button></div>
        <p id="pad-keys" class="pad-small">Keyboard: arrow keys move the pen (Home, End, Page Up and
          Page Down diagonally), space puts it down and lifts it, Backspace undoes, Delete clears.</p>
      </div>
      <div class="pad-right">
        <p class="pad-result" role="status">Draw a digit, or take a sample.</p>
        <ol class="pad-bars" aria-label="Probabilities">${DIGITS.map((digit) => `
          <li><span>${digit}</span><span class="pad-bar"><i></i></span><span class="pad-share">–</span></li>`).join("")}
        </ol>
        <figure><canvas class="pad-prepared" width="28" height="28" role="img"
          aria-label="The 28 by 28 picture that the network is given"></canvas>
          <figcaption>what the network is given</figcaption></figure>
      </div>
      <div class="pad-controls pad-samples" role="group" aria-label="Sample digits"><span>Samples</span>
        ${DIGITS.map((digit) => `<button type="button" data-sample="${digit}"
          aria-label="Draw a sample ${digit}">${digit}</button>`).join("")}</div>
      <fieldset class="pad-controls pad-choice"><legend>Network behind the pad</legend>
        ${manifest.networks.map(({ name, title, test }, index) => `
          <label><input type="radio" name="pad-network" value="${name}"${index ? "" : " checked"}>
          ${title} (${(100 * test.accuracy).toFixed(2)} % on MNIST’s test digits)</label>`).join("")}
        <label><input type="radio" name="pad-network" value="trained" disabled>
          yours <span class="pad-yours">(none is trained yet)</span></label></fieldset>
      <p class="pad-small pad-time"></p>
    </div>`;
}

const find = (name) => view.querySelector(`.pad-${name}`);

// Put another network behind the pad: one of the manifest's by its name, or the trained one.
async function useNetwork(name) {
  const shipped = manifest.networks.find((entry) => entry.name === name);
  if (shipped) {
    shipped.tensors ??= await loadTensors(new URL(shipped.weights.file, here), shipped.weights);
    if (view.querySelector("[name=pad-network]:checked").value !== name) return; // meanwhile another
  }
  chosen = name;
  layers = (shipped ?? trained).layers;
  network = buildNetwork(layers).load(shipped ? shipped.tensors : trained.weights);
  twin = null;
  own.show();
  maps.setNetwork(network);
  taken.setNetwork(maps.stages);
  predict();
}

// The same network once more, for questions, which must not disturb what the maps show.
function forQuestions() {
  const asked = buildNetwork(layers).load(network.weights());
  asked.layers[0].needsInputGradient = true;
  return asked;
}

// prediction: begin
// From strokes to probabilities, and to every map on the page.
function predict() {
  const began = performance.now();
  pad.prepared = prepare(pad.canvas.ink.draw(pad.drawing));
  const image = inputOf(pad.prepared);
  const drawn = pad.canvas.strokes.length > 0;
  pad.probabilities = drawn ? softmax(network.forward(image)) : null;
  showProbabilities();
  show(find("prepared"), image, 28, 28, activationColour);
  maps.update(drawn ? image : null);
  pad.milliseconds = performance.now() - began;
  find("time").textContent = drawn
    ? `Ink, picture, network and all maps took ${pad.milliseconds.toFixed(1)} ms.` : "";
  return pad.probabilities;
}
// prediction: end

function showProbabilities() {
  const shares = pad.probabilities;
  const best = shares ? shares.indexOf(Math.max(...shares)) : -1;
  find("bars").querySelectorAll("li").forEach((row, digit) => {
    row.classList.toggle("pad-best", digit === best);
    row.querySelector("i").style.width = shares ? `${100 * shares[digit]}%` : "0";
    row.querySelector(".pad-share").textContent = shares ? `${(100 * shares[digit]).toFixed(1)} %` : "–";
  });
}

// One sentence for the eyes and for screen readers, once the pen rests.
function sentence() {
  if (!pad.probabilities) return "The pad is empty. Draw a digit, or take a sample.";
  const order = [...DIGITS].sort((a, b) => pad.probabilities[b] - pad.probabilities[a]);
  const share = (digit) => `${(100 * pad.probabilities[digit]).toFixed(1)} %`;
  const [first, second] = order;
  return pad.probabilities[first] > 0.8 ? `This is a ${first} (${share(first)}).`
    : `Perhaps a ${first} (${share(first)}), or a ${second} (${share(second)}).`;
}

function settle(delay = 0) {
  clearTimeout(silence);
  silence = setTimeout(() => {
    find("result").textContent = sentence();
    maps.settle();
    shares.set(pad.probabilities ? network.layers.at(-1).output : null);
    if (pad.probabilities) {
      twin ??= forQuestions();
      why.set(twin, inputOf(pad.prepared), pad.probabilities.indexOf(Math.max(...pad.probabilities)));
    } else why.clear();
  }, delay);
}

function say(text) {
  clearTimeout(silence);
  find("result").textContent = text;
}

// Predict, at most once a frame.
function changed() {
  waiting ??= requestAnimationFrame(() => {
    waiting = null;
    predict();
  });
}

// Predict now, if that still waits for a frame, and say the result.
function rested(delay) {
  if (waiting) {
    cancelAnimationFrame(waiting);
    waiting = null;
    predict();
  }
  settle(delay);
}

function listen() {
  find("undo").addEventListener("click", () => pad.canvas.undo());
  find("clear").addEventListener("click", () => pad.canvas.replace([]));
  for (const button of view.querySelectorAll("[data-sample]")) {
    button.addEventListener("click", () => pad.canvas.replace(sample(Number(button.dataset.sample))));
  }
  for (const choice of view.querySelectorAll("[name=pad-network]")) {
    choice.addEventListener("change", () => choose(choice.value));
  }
}

function choose(name) {
  return useNetwork(name).then(() => settle(), (error) => {
    view.querySelector(`[name=pad-network][value=${chosen}]`).checked = true;
    say(`${error.message} So the network behind the pad stays.`);
  });
}

// There is a trained network, {layers, weights, how}: offer it, and use it if it is the chosen one. Null:
// there is none anymore.
function onTrained(found) {
  const same = JSON.stringify(found?.layers) === JSON.stringify(trained?.layers);
  trained = found;
  const choice = view.querySelector("[value=trained]");
  choice.disabled = !found;
  find("yours").textContent = found ? `(${found.how} below)` : "(none is trained yet)";
  if (!choice.checked) return;
  if (!found) view.querySelector(`[name=pad-network][value=${manifest.networks[0].name}]`).checked = true;
  if (!found || !same) {
    choose(found ? "trained" : manifest.networks[0].name);
    return;
  }
  network.load(found.weights);
  twin = null;
  predict();
  maps.layOut();
  settle();
}

function drawAgainstTrained() {
  view.querySelector("[value=trained]").click();
  view.scrollIntoView({ block: "start" });
  find("canvas").focus({ preventScroll: true });
}

async function start() {
  try {
    manifest = await loadManifest(new URL("digit_pad.json", here));
    const [first] = manifest.networks;
    first.tensors = await loadTensors(new URL(first.weights.file, here), first.weights);
    build();
    pad.canvas = new PadCanvas(find("canvas"), { changed, rested, said: say });
    maps = new Maps(document.getElementById("digit-maps"), (selection) => taken.set(selection));
    taken = new Window(document.getElementById("digit-window"), (selection) => maps.select(selection));
    shares = new SoftmaxView(document.getElementById("digit-softmax"));
    own = new OwnDigits(document.getElementById("digit-own"), {
      drawn: () => (pad.probabilities ? pad.prepared : null),
      behind: () => ({ layers, weights: network.weights() }), offer: (found) => training.adopt(found) });
    new Bench(document.getElementById("digit-bench"));
    why = new Why(document.getElementById("digit-why"));
    new GradientCheck(document.getElementById("digit-check"));
    training = new Training(document.getElementById("digit-training"), here, manifest, onTrained, drawAgainstTrained);
    await useNetwork(first.name);
    listen();
    colours.listeners.push(() => {
      pad.canvas.draw();
      predict();
    });
    view.dataset.state = "ready";
    performance.mark("digit-pad-ready");
  } catch (error) {
    view.dataset.state = "failed";
    view.insertAdjacentHTML("afterbegin", '<p role="alert" class="pad-error"></p>');
    view.querySelector(".pad-error").textContent =
      `The pad cannot start: ${error.message} The chapter’s text works without it.`;
  }
}

start();
