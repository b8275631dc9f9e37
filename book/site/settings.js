// What can be chosen of a training, and the same in the page's address.

import { AMOUNTS } from "./augment.js";
import { parseNotation } from "./notation.js";
import { OPTIMIZERS } from "./optimizers.js";

const EXAMPLES = ["8C5-P2-16C3-P2", "8C5-P2-16C3-P2-D.25-32", "8C5S2same-16C3S2same", "32-32", "16C5-P2", ""];
const CHOICES = {
  activation: ["relu", "tanh", "sigmoid"],
  optimizer: Object.keys(OPTIMIZERS),
  rate: ["0.0005", "0.001", "0.002", "0.005", "0.02", "0.1", "0.5", "1"],
  batch: ["1", "4", "16", "64", "256"],
  decay: ["0", "0.001", "0.01", "0.1"],
  augmentation: Object.keys(AMOUNTS),
};
export const USUAL = { net: EXAMPLES[0], activation: "relu", optimizer: "adam", rate: "0.005", batch: "16",
  decay: "0", augmentation: "none" };
const MARK = "#train:";

// "#train:net=8C5-P2&optimizer=sgd": what differs from the usual, so that an address stays short.
export const toHash = (settings) => MARK + new URLSearchParams(
  Object.entries(settings).filter(([name, value]) => value !== USUAL[name])).toString();

// The settings of an address; null if it holds none. What cannot be chosen stays as usual.
export function fromHash(hash) {
  if (!hash.startsWith(MARK)) return null;
  const given = new URLSearchParams(hash.slice(MARK.length));
  const settings = { ...USUAL };
  for (const [name, values] of Object.entries(CHOICES)) {
    if (values.includes(given.get(name))) settings[name] = given.get(name);
  }
  try {
    parseNotation(given.get("net") ?? USUAL.net);
    settings.net = given.get("net") ?? USUAL.net;
  } catch { /* no network that can be built */ }
  return settings;
}

const option = (value, title = value) => `<option value="${value}">${title}</option>`;

export class Settings {
  // `onChange` is told the name of what was chosen.
  constructor(container, onChange) {
    container.innerHTML = `
      <label>Layers <input class="pad-net" type="text" list="pad-nets" spellcheck="false" size="22"
        autocomplete="off" aria-describedby="pad-net-said"></label>
      <datalist id="pad-nets">${EXAMPLES.map((line) => option(line)).join("")}</datalist>
      <label>activation <select class="pad-activation">${CHOICES.activation.map((name) =>
    option(name, name === "relu" ? "ReLU" : name)).join("")}</select></label>
      <label>optimizer <select class="pad-optimizer">${CHOICES.optimizer.map((name) =>
    option(name, OPTIMIZERS[name].title)).join("")}</select></label>
      <label>learning rate <select class="pad-rate">${CHOICES.rate.map((rate) => option(rate)).join("")}</select></label>
      <label>batch <select class="pad-batch">${CHOICES.batch.map((size) => option(size)).join("")}</select></label>
      <label>weight decay <select class="pad-decay">${CHOICES.decay.map((share) => option(share)).join("")}</select></label>
      <label>augmentation <select class="pad-augmentation">${Object.entries(AMOUNTS).map(([name, most]) => option(name,
    most ? `${name}: ±${most.rotation}°, ±${most.shift} px` : name)).join("")}</select></label>
      <p id="pad-net-said" class="pad-small"></p>`;
    this.find = (name) => container.querySelector(`.pad-${name}`);
    this.said = container.querySelector("p");
    this.write(fromHash(location.hash) ?? USUAL);
    for (const name of Object.keys(USUAL)) {
      this.find(name).addEventListener("change", () => {
        if (name === "optimizer") this.find("rate").value = String(OPTIMIZERS[this.find(name).value].rate);
        if (this.check()) history.replaceState(null, "", toHash(this.read()));
        onChange(name);
      });
    }
  }

  read() {
    return Object.fromEntries(Object.keys(USUAL).map((name) => [name, this.find(name).value.trim()]));
  }

  write(settings) {
    for (const [name, value] of Object.entries(settings)) this.find(name).value = value;
    this.check();
  }

  // The layers to build; null, and a sentence, if the line is no network.
  layers() {
    const { net, activation } = this.read();
    return parseNotation(net, activation);
  }

  check() {
    try {
      const count = this.layers().filter(({ kind }) => kind !== "activation").length;
      this.said.textContent = `${count} ${count === 1 ? "layer" : "layers"}, the last of ten units; `
        + "8C5: eight kernels of 5 × 5, P2: the largest of 2 × 2, D.25: dropout of a quarter, 32: a dense layer of 32.";
      this.find("net").removeAttribute("aria-invalid");
      return true;
    } catch (error) {
      this.said.textContent = error.message;
      this.find("net").setAttribute("aria-invalid", "true");
      return false;
    }
  }

  // What a running training cannot change.
  freeze(isFrozen) {
    for (const name of ["net", "activation", "optimizer", "batch", "augmentation"]) this.find(name).disabled = isFrozen;
  }
}
