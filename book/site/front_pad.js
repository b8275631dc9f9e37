// The first page's pad: draw, and the network answers, with all its maps. Chapter 14 has the whole.
import { softmax } from "./network.js";
import { activationColour, colours, css, largest, Picture } from "./colours.js";
import { Ink, PAD, PEN, prepare } from "./drawing.js";
import { buildNetwork } from "./networks.js";
import { loadManifest, loadTensors } from "./safetensors.js";
import { sample } from "./samples.js";

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const WIDTH = 360; // of the picture of all maps, in its own pixels
const FIRST = 3; // the digit that is there when the page opens

const view = document.getElementById("front-pad");
const here = new URL(".", import.meta.url);
const find = (name) => view.querySelector(`.front-${name}`);
let network, stages, maps, waiting;
let strokes = sample(FIRST);
let untouched = true;

function build() {
  view.innerHTML = `
    <div class="front-desk">
      <div><canvas class="pad-canvas front-canvas" width="${2 * PAD}" height="${2 * PAD}" role="img"
          aria-label="Pad to draw a digit on, with a pen, a finger or a mouse"></canvas>
        <div class="pad-controls"><button type="button" class="front-clear">Clear</button></div></div>
      <div><p class="pad-result" role="status"></p>
        <ol class="pad-bars" aria-label="Probabilities">${DIGITS.map((digit) => `
          <li><span>${digit}</span><span class="pad-bar"><i></i></span><span class="pad-share"></span></li>`).join("")}
        </ol></div>
    </div>
    <div class="pad-controls" role="group" aria-label="Sample digits"><span>or take</span>
      ${DIGITS.map((digit) => `<button type="button" data-sample="${digit}"
        aria-label="A sample ${digit}">${digit}</button>`).join("")}</div>
    <canvas class="front-maps" role="img"
      aria-label="What each layer makes of the drawing: its maps, from the first layer to the last"></canvas>`;
}

// Where the maps of each convolution stand in their picture, a band of rows for each layer.
function layOut() {
  let top = 0;
  stages = [];
  network.layers.forEach((layer, index) => {
    const next = network.layers[index + 1];
    if (layer.kind !== "convolution" || next?.kind !== "relu") return;
    const [height, width, count] = layer.outputShape;
    const scale = width < 2 ? 6 : width < 8 ? 4 : 1;
    const cell = width * scale + (WIDTH % (width * scale + 1) < 24 ? 1 : 2);
    const columns = Math.min(Math.floor(WIDTH / cell), count);
    const left = Math.floor((WIDTH - columns * cell) / 2);
    stages.push({ layer: next, height, width, count, scale, cell, columns, left, top });
    top += Math.ceil(count / columns) * cell + 5;
  });
  maps = new Picture(find("maps"), top, WIDTH);
}

function showMaps(drawn) {
  maps.pixels.fill(activationColour(0));
  for (const { layer: { output }, height, width, count, scale, cell, columns, left, top } of stages) {
    const most = largest(output);
    for (let f = 0; f < count && drawn; f++) {
      const x0 = left + (f % columns) * cell, y0 = top + Math.floor(f / columns) * cell;
      for (let at = 0; at < height * width; at++) {
        const value = output[at * count + f];
        if (value <= 0) continue;
        maps.fill(x0 + (at % width) * scale, y0 + Math.floor(at / width) * scale, scale,
          activationColour(value / most));
      }
    }
  }
  maps.paint();
}

function drawPad() {
  const context = find("canvas").getContext("2d");
  context.setTransform(2, 0, 0, 2, 0, 0);
  context.fillStyle = css("paper");
  context.fillRect(0, 0, PAD, PAD);
  context.strokeStyle = css("ink");
  context.lineWidth = PEN;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(...stroke[0]);
    for (const point of stroke) context.lineTo(...point);
    context.stroke();
  }
}

function answer() {
  waiting = null;
  drawPad();
  const drawn = strokes.length > 0;
  const image = Float32Array.from(prepare(new Ink(strokes).draw()), (value) => value / 255);
  const shares = softmax(network.forward(image));
  const best = shares.indexOf(Math.max(...shares));
  view.querySelectorAll(".pad-bars li").forEach((row, digit) => {
    row.classList.toggle("pad-best", drawn && digit === best);
    row.querySelector("i").style.width = drawn ? `${100 * shares[digit]}%` : "0";
    row.querySelector(".pad-share").textContent = drawn ? `${(100 * shares[digit]).toFixed(1)} %` : "–";
  });
  showMaps(drawn);
  return drawn && `${shares[best] > 0.8 ? "A" : "Perhaps a"} ${best} (${(100 * shares[best]).toFixed(1)} %).`;
}

function say() {
  const said = answer();
  view.querySelector(".pad-result").textContent = !said ? "Draw a digit."
    : untouched ? `${said} Now draw one yourself.` : said;
}

function listen() {
  const canvas = find("canvas");
  let pointer = null;
  const pointOf = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * PAD) / box.width, ((event.clientY - box.top) * PAD) / box.height]
      .map((value) => Math.min(Math.max(value, 0), PAD));
  };
  const replace = (drawn) => {
    untouched = false;
    strokes = drawn;
    say();
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pointer !== null) return;
    canvas.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    if (untouched) strokes = [];
    untouched = false;
    strokes.push([pointOf(event)]);
    waiting ??= requestAnimationFrame(answer);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) strokes.at(-1).push(pointOf(each));
    waiting ??= requestAnimationFrame(answer);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      say();
    });
  }
  find("clear").addEventListener("click", () => replace([]));
  for (const button of view.querySelectorAll("[data-sample]")) {
    button.addEventListener("click", () => replace(sample(Number(button.dataset.sample))));
  }
  colours.listeners.push(answer);
}

async function start() {
  try {
    const { networks: [first] } = await loadManifest(new URL("digit_pad.json", here));
    network = buildNetwork(first.layers)
      .load(await loadTensors(new URL(first.weights.file, here), first.weights));
    build();
    layOut();
    listen();
    say();
    view.dataset.state = "ready";
    performance.mark("front-pad-ready");
  } catch (error) {
    view.dataset.state = "failed";
    view.insertAdjacentHTML("afterbegin", '<p role="alert" class="pad-error"></p>');
    view.querySelector(".pad-error").textContent = `The pad cannot start: ${error.message}`;
  }
}

start();
