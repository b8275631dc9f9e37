// The page on which digits are touched: a plane of codes, and a machine that draws step by step.

import { loaders, loadRecords } from "./touch_networks.js";
import { Machine } from "./touch_machine.js";
import { Own } from "./touch_own.js";
import { Plane } from "./touch_plane.js";

const here = new URL(".", import.meta.url);
const places = ["plane", "own", "machine"].map((name) => document.getElementById(`touch-${name}`));

// What the tests read.
export const touch = { plane: null, own: null, machine: null };

async function start() {
  try {
    const records = await loadRecords(new URL("touch.json", here));
    const load = loaders(here, records);
    touch.plane = new Plane(places[0], records.touch_plane, load);
    touch.own = new Own(places[1], load, touch.plane);
    touch.machine = new Machine(places[2], records.touch_machine, load);
    document.body.dataset.touch = "ready";
  } catch (error) {
    for (const place of places) {
      place.innerHTML = '<p role="alert" class="pad-error"></p>';
      place.firstChild.textContent = `This part cannot start: ${error.message} The text works without it.`;
    }
    document.body.dataset.touch = "failed";
  }
}

start();
