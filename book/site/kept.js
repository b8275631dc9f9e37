// Trained networks as files: kept in this browser, exported, and read back.

import { buildNetwork } from "./networks.js";
import { parseNotation, toNotation } from "./notation.js";
import { parse, serialize } from "./safetensors.js";

const KEY = "ten-digits: network";
const LARGEST = 2 ** 20; // bytes of a file that is read; the book’s network takes 630,000

// A network as the bytes of a safetensors file; its words say how to build it.
export function toFile({ layers, weights }) {
  const { net, activation } = toNotation(layers);
  return serialize(weights, { notation: net, activation });
}

// The network in a file: {net, activation, layers, weights}, or an error in one sentence.
export function fromFile(bytes, name) {
  if (bytes.length > LARGEST) throw new Error(`${name} has ${bytes.length.toLocaleString("en")} bytes; expected at most 1 MB.`);
  const { tensors, metadata } = parse(bytes, name);
  const { notation: net, activation } = metadata;
  if (typeof net !== "string" || !["relu", "tanh", "sigmoid"].includes(activation)) {
    throw new Error(`${name} does not say how its network is built: notation and activation are missing.`);
  }
  const layers = parseNotation(net, activation, LARGEST / 4); // each weight has four bytes
  const network = buildNetwork(layers).load(tensors);
  if (network.named().some(([, values]) => !values.every(Number.isFinite))) {
    throw new Error(`${name} holds weights that are no numbers.`);
  }
  return { net, activation, layers, weights: network.weights() };
}

export function keep(trained) {
  try {
    localStorage.setItem(KEY, btoa(Array.from(toFile(trained), (byte) => String.fromCharCode(byte)).join("")));
    return "Kept in this browser; “Take the kept one” brings it back, tomorrow too.";
  } catch {
    return "This browser keeps nothing for this page: its storage is full or switched off. Save it as a file.";
  }
}

export function isKept() {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

export const kept = () => fromFile(
  Uint8Array.from(atob(localStorage.getItem(KEY)), (letter) => letter.charCodeAt(0)), "What this browser has kept");

// Give bytes to the reader as a file.
export function download(bytes, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // by then it is written
}
