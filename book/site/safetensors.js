// Reading weights and digits: fetch a file, check it against the manifest, take it apart.

import { digest } from "./sha256.js";

const EXPECTED = "The page loads it from the folder it came from.";
const nameOf = (url) => new URL(url).pathname.split("/").pop();

// Ask for a file; a sentence says why none came.
async function ask(url) {
  let response;
  try {
    response = await fetch(url);
  } catch {
    throw new Error(navigator.onLine === false
      ? `${nameOf(url)} could not be loaded: this device is offline.`
      : `${nameOf(url)} could not be loaded: the server does not answer. ${EXPECTED}`);
  }
  if (!response.ok) {
    throw new Error(`${nameOf(url)} is missing (the server answers ${response.status}). ${EXPECTED}`);
  }
  return response;
}

async function fetchBytes(url) {
  const response = await ask(url);
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch {
    throw new Error(`${nameOf(url)} was cut off on its way: the connection broke before its end.`);
  }
}

// Why a script did not start: one sentence.
export async function whyNoScript(url) {
  try {
    const type = (await ask(url)).headers.get("content-type") ?? "nothing";
    return /javascript/.test(type) ? `${nameOf(url)} did not start: this browser cannot run it, or a module that it imports is missing.`
      : `${nameOf(url)} is served as ${type}; browsers run a module only as text/javascript.`;
  } catch (error) {
    return error.message;
  }
}

// What the page needs of its manifest: the kind of each field, [..] for a list of such entries.
const WEIGHTS = { file: "string", sha256: "string" };
const LAYERS = [{ name: "string", kind: "string", options: "object" }];
const MANIFEST = { networks: [{ name: "string", title: "string", layers: LAYERS, weights: WEIGHTS,
  test: { accuracy: "number" } }], training: { layers: LAYERS }, digits: WEIGHTS };

// The first field that is missing or of another kind, as a path, or null.
function lacking(value, expected, path = "") {
  if (typeof expected === "string") return typeof value === expected && value !== null ? null : path;
  if (value === null || typeof value !== "object") return path;
  if (Array.isArray(expected)) {
    if (!Array.isArray(value) || !value.length) return path;
    for (const [k, each] of value.entries()) {
      const found = lacking(each, expected[0], `${path}[${k}]`);
      if (found !== null) return found;
    }
    return null;
  }
  for (const [name, each] of Object.entries(expected)) {
    const found = lacking(value[name], each, path ? `${path}.${name}` : name);
    if (found !== null) return found;
  }
  return null;
}

export async function loadManifest(url) {
  const bytes = await fetchBytes(url);
  let manifest;
  try {
    manifest = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new Error(`${nameOf(url)} is damaged: it is no JSON.`);
  }
  const field = lacking(manifest, MANIFEST);
  if (field !== null) {
    throw new Error(`${nameOf(url)} is not the manifest that was expected: `
      + `${field || "all of it"} is missing or of another kind.`);
  }
  return manifest;
}

// Load a safetensors file and return its arrays by name: {data, shape}. `entry` is what the
// manifest says of it.
export async function loadTensors(url, entry) {
  let bytes = await fetchBytes(url);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = await unpack(bytes, url);
  if (entry.bytes > bytes.length) {
    throw new Error(`${nameOf(url)} is cut off: it has ${bytes.length.toLocaleString("en")} bytes; `
      + `expected ${entry.bytes.toLocaleString("en")}.`);
  }
  if (await digest(bytes) !== entry.sha256) {
    throw new Error(`${nameOf(url)} is damaged or another file: its SHA-256 is not the one in the `
      + "manifest, so the page does not use it.");
  }
  return parse(bytes, nameOf(url)).tensors;
}

async function unpack(bytes, url) {
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new Error(`${nameOf(url)} is damaged: it cannot be unpacked.`);
  }
}

const TYPES = { F32: Float32Array, U8: Uint8Array };

// safetensors: begin
// The format: the header's length (eight bytes, the lowest first), the header in JSON, the bytes.
// The header may have an entry `__metadata__`, words about the arrays.
export function parse(bytes, name = "The file") {
  const header = readHeader(bytes, name);
  const begin = bytes.length - header.rest;
  const { __metadata__: metadata = {}, ...entries } = header.entries;
  const tensors = {};
  for (const [tensor, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: [from, to] } = checked(entry, tensor, header.rest, name);
    const part = bytes.slice(begin + from, begin + to);
    tensors[tensor] = { shape, data: new TYPES[dtype](part.buffer) };
  }
  return { tensors, metadata };
}

// The same the other way round.
export function serialize(tensors, metadata) {
  const header = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: "F32", shape, data_offsets: [end, end + 4 * data.length] };
    end += 4 * data.length;
  }
  const words = JSON.stringify(header);
  const length = 8 * Math.ceil(words.length / 8); // the arrays begin at a multiple of eight bytes
  const bytes = new Uint8Array(8 + length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(new TextEncoder().encode(words.padEnd(length)), 8);
  for (const [name, { data }] of Object.entries(tensors)) {
    bytes.set(new Uint8Array(Float32Array.from(data).buffer), 8 + length + header[name].data_offsets[0]);
  }
  return bytes;
}
// safetensors: end

function readHeader(bytes, name) {
  const length = bytes.length < 8 ? NaN
    : Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (!(length <= bytes.length - 8)) {
    throw new Error(`${name} is no safetensors file: it ends before its header does.`);
  }
  try {
    const entries = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    if (entries !== null && typeof entries === "object") return { entries, rest: bytes.length - 8 - length };
  } catch { /* the sentence below says it */ }
  throw new Error(`${name} is no safetensors file: its header is no JSON.`);
}

// One entry of the header, if it is as the format has it and its bytes are there.
function checked(entry, tensor, rest, name) {
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  if (!TYPES[dtype]) throw new Error(`${name} holds ${tensor} as ${dtype}; expected F32 or U8.`);
  const isCount = (value) => Number.isInteger(value) && value >= 0;
  const size = Array.isArray(shape) && shape.every(isCount)
    ? shape.reduce((a, b) => a * b, TYPES[dtype].BYTES_PER_ELEMENT) : NaN;
  const [from, to] = Array.isArray(offsets) && offsets.every(isCount) ? offsets : [];
  if (to - from !== size) throw new Error(`${name} is damaged: the shape of ${tensor} does not fit its bytes.`);
  if (to > rest) throw new Error(`${name} is cut off: the bytes of ${tensor} are not all there.`);
  return entry;
}
