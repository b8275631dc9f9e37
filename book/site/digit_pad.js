// The page: a pad to draw on, and around it what the network makes of the drawing.

import { softmax } from "./cnn.js";
import { activationColour, colours, css, show } from "./colours.js";
import { ink, PAD, PEN, prepare } from "./drawing.js";
import { checkGradients } from "./gradient_check.js";
import { Maps } from "./maps.js";
import { buildNetwork } from "./networks.js";
import { loadManifest, loadTensors } from "./safetensors.js";
import { sample } from "./samples.js";
import { Training } from "./training.js";
import { Why } from "./why.js";

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const KEY_STEP = PAD / 28;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
  Home: [-1, -1], PageUp: [1, -1], End: [-1, 1], PageDown: [1, 1] };

// All that is on the pad and behind it; the console and the tests read it:
// (await import("…/digit_pad.js")).pad
export const pad = {
  strokes: [], // what is drawn
  history: [], // what was drawn before each change, for undo
  drawing: null, // PAD x PAD bytes
  prepared: new Uint8Array(784), // 28 x 28 bytes
  probabilities: null,
  milliseconds: null, // that the last prediction took, all maps drawn
  predict,
};

const pen = { x: PAD / 2, y: PAD / 2, down: false, stroke: null, pointer: null };
const view = document.getElementById("digit-pad");
const here = new URL(".", import.meta.url);
let manifest, chosen, layers, network, twin, maps, why, trained, waiting, silence;

function build() {
  view.innerHTML = `
    <div class="pad-desk">
      <div class="pad-left">
        <canvas class="pad-canvas" width="${2 * PAD}" height="${2 * PAD}" tabindex="0"
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
  layers = (shipped ?? manifest.training).layers;
  network = buildNetwork(layers).load(shipped ? shipped.tensors : trained);
  twin = null;
  maps.setNetwork(network);
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
  pad.drawing = ink(pad.strokes);
  pad.prepared = prepare(pad.drawing);
  const image = Float32Array.from(pad.prepared, (value) => value / 255);
  const drawn = pad.strokes.length > 0;
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
    if (pad.probabilities) {
      twin ??= forQuestions();
      why.set(twin, Float32Array.from(pad.prepared, (value) => value / 255),
        pad.probabilities.indexOf(Math.max(...pad.probabilities)));
    } else why.clear();
  }, delay);
}

function say(text) {
  clearTimeout(silence);
  find("result").textContent = text;
}

// Draw the pad anew, and predict, at most once a frame.
function changed() {
  waiting ??= requestAnimationFrame(() => {
    waiting = null;
    drawPad();
    predict();
  });
}

// Predict now, if that still waits for a frame, and say the result.
function rest(delay) {
  if (waiting) {
    cancelAnimationFrame(waiting);
    waiting = null;
    predict();
  }
  drawPad();
  settle(delay);
}

function drawPad() {
  const canvas = find("canvas");
  const context = canvas.getContext("2d");
  context.setTransform(2, 0, 0, 2, 0, 0);
  context.fillStyle = css("paper");
  context.fillRect(0, 0, PAD, PAD);
  context.strokeStyle = css("ink");
  context.lineWidth = PEN;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of pad.strokes) {
    context.beginPath();
    context.moveTo(...stroke[0]);
    for (const point of stroke) context.lineTo(...point);
    context.stroke();
  }
  if (document.activeElement === canvas && pen.pointer === null) {
    context.lineWidth = 2;
    context.strokeStyle = css("less");
    context.beginPath();
    context.arc(pen.x, pen.y, pen.down ? PEN / 2 : PEN / 3, 0, 2 * Math.PI);
    context.stroke();
  }
}

function remember() {
  pad.history.push(pad.strokes);
}

function begin(point) {
  remember();
  pen.stroke = [point];
  pad.strokes = [...pad.strokes, pen.stroke];
}

function lift() {
  pen.down = false;
  pen.stroke = null;
}

function replace(strokes) {
  remember();
  lift();
  pad.strokes = strokes;
  predict();
  rest();
}

function undo() {
  if (!pad.history.length) return say("There is nothing to undo.");
  lift();
  pad.strokes = pad.history.pop();
  predict();
  rest();
}

function listen() {
  const canvas = find("canvas");
  const pointOf = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * PAD) / box.width, ((event.clientY - box.top) * PAD) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pen.pointer !== null) return;
    canvas.setPointerCapture(event.pointerId);
    lift();
    pen.pointer = event.pointerId;
    begin(pointOf(event));
    changed();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pen.pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) pen.stroke.push(pointOf(each));
    changed();
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      if (event.pointerId !== pen.pointer) return;
      pen.pointer = null;
      lift();
      rest();
    });
  }
  canvas.addEventListener("keydown", (event) => {
    if (pen.pointer !== null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (MOVES[event.key]) {
      const [x, y] = MOVES[event.key];
      pen.x = Math.min(Math.max(pen.x + x * KEY_STEP, 0), PAD);
      pen.y = Math.min(Math.max(pen.y + y * KEY_STEP, 0), PAD);
      if (pen.down) {
        pen.stroke.push([pen.x, pen.y]);
        predict();
        settle(700);
      }
    } else if (event.key === " ") {
      if (pen.down) {
        lift();
        settle(0);
      } else {
        begin([pen.x, pen.y]);
        pen.down = true;
        predict();
        say("Pen down.");
      }
    } else if (event.key === "Backspace") undo();
    else if (event.key === "Delete") replace([]);
    else return;
    event.preventDefault();
    drawPad();
  });
  canvas.addEventListener("focus", drawPad);
  canvas.addEventListener("blur", () => {
    lift();
    drawPad();
  });
  find("undo").addEventListener("click", undo);
  find("clear").addEventListener("click", () => replace([]));
  for (const button of view.querySelectorAll("[data-sample]")) {
    button.addEventListener("click", () => replace(sample(Number(button.dataset.sample))));
  }
  for (const choice of view.querySelectorAll("[name=pad-network]")) {
    choice.addEventListener("change", () => useNetwork(choice.value).then(() => settle(), (error) => {
      view.querySelector(`[name=pad-network][value=${chosen}]`).checked = true;
      say(`${error.message} So the network behind the pad stays.`);
    }));
  }
}

// The training has a new network: offer it, and use it if it is the chosen one.
function onTrained(weights) {
  trained = weights;
  const choice = view.querySelector("[value=trained]");
  choice.disabled = false;
  find("yours").textContent = "(trained below)";
  if (!choice.checked) return;
  network.load(trained);
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

function listenToCheck(container) {
  container.innerHTML = `<div class="pad-controls"><button type="button">Check the gradients here</button></div>
    <p role="status"></p>`;
  let seed = 0;
  container.querySelector("button").addEventListener("click", () => {
    const { compared, worst } = checkGradients(++seed);
    container.querySelector("p").textContent = `Network ${seed}: ${compared} gradients compared; the `
      + `largest relative difference is ${worst.toExponential(1)}.`;
  });
}

async function start() {
  try {
    manifest = await loadManifest(new URL("digit_pad.json", here));
    const [first] = manifest.networks;
    first.tensors = await loadTensors(new URL(first.weights.file, here), first.weights);
    build();
    maps = new Maps(document.getElementById("digit-maps"));
    why = new Why(document.getElementById("digit-why"));
    listenToCheck(document.getElementById("digit-check"));
    new Training(document.getElementById("digit-training"), here, manifest, onTrained, drawAgainstTrained);
    await useNetwork(first.name);
    listen();
    drawPad();
    colours.listeners.push(() => {
      drawPad();
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
