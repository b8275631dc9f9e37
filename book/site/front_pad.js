// The first page's pad: draw, and the network answers, with all its maps. Chapter 14 has the whole.
import { activationColour, colours, largest, Picture } from "./colours.js";
import { inputOf, prepare } from "./drawing.js";
import { softmax } from "./network.js";
import { buildNetwork } from "./networks.js";
import { PadCanvas } from "./pad_canvas.js";
import { loadManifest, loadTensors } from "./safetensors.js";
import { sample } from "./samples.js";

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const WIDTH = 360; // of the picture of all maps, in its own pixels
const FIRST = 3; // the digit that is there when the page opens

const view = document.getElementById("front-pad");
const here = new URL(".", import.meta.url);
const find = (name) => view.querySelector(`.front-${name}`);
let network, stages, maps, pad, waiting, silence;
let untouched = true;

function build() {
  view.innerHTML = `
    <div class="front-desk">
      <div><canvas class="pad-canvas front-canvas" tabindex="0" role="application"
          aria-label="Drawing pad; arrow keys move the pen, space puts it down and lifts it"></canvas>
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

function answer() {
  waiting = null;
  const drawn = pad.strokes.length > 0;
  const image = inputOf(prepare(pad.ink.draw()));
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

function say(text) {
  clearTimeout(silence);
  view.querySelector(".pad-result").textContent = text;
}

function conclude() {
  cancelAnimationFrame(waiting);
  const said = answer() || "Draw a digit.";
  say(untouched ? `${said} Now draw one yourself.` : said);
}

function changed() {
  waiting ??= requestAnimationFrame(answer);
}

function rested(delay) {
  clearTimeout(silence);
  if (delay) silence = setTimeout(conclude, delay);
  else conclude();
}

// The sample that is there at first makes room for the reader's own digit.
function beginAnew() {
  if (!untouched) return;
  untouched = false;
  pad.replace([]);
}

function listen() {
  const canvas = find("canvas");
  canvas.addEventListener("pointerdown", (event) => event.button === 0 && beginAnew());
  canvas.addEventListener("keydown", (event) => event.key === " " && beginAnew());
  pad = new PadCanvas(canvas, { changed, rested, said: say });
  const replace = (strokes) => {
    untouched = false;
    pad.replace(strokes);
  };
  find("clear").addEventListener("click", () => replace([]));
  for (const button of view.querySelectorAll("[data-sample]")) {
    button.addEventListener("click", () => replace(sample(Number(button.dataset.sample))));
  }
  colours.listeners.push(() => {
    pad.draw();
    answer();
  });
}

async function start() {
  try {
    const { networks: [first] } = await loadManifest(new URL("digit_pad.json", here));
    network = buildNetwork(first.layers)
      .load(await loadTensors(new URL(first.weights.file, here), first.weights));
    build();
    layOut();
    listen();
    pad.replace(sample(FIRST));
    view.dataset.state = "ready";
    performance.mark("front-pad-ready");
  } catch (error) {
    view.dataset.state = "failed";
    view.insertAdjacentHTML("afterbegin", '<p role="alert" class="pad-error"></p>');
    view.querySelector(".pad-error").textContent = `The pad cannot start: ${error.message}`;
  }
}

start();
