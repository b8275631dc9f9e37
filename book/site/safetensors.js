// Reading weights and digits: fetch a file, check it against the manifest, take it apart.

const EXPECTED = "The page loads it from the folder it came from.";

// Fetch bytes, or say in one sentence what is missing.
async function fetchBytes(url) {
  let response;
  try {
    response = await fetch(url);
  } catch {
    throw new Error(`${nameOf(url)} could not be loaded. ${EXPECTED}`);
  }
  if (!response.ok) {
    throw new Error(`${nameOf(url)} is missing (the server answers ${response.status}). ${EXPECTED}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

const nameOf = (url) => new URL(url).pathname.split("/").pop();

export async function loadManifest(url) {
  const bytes = await fetchBytes(url);
  try {
    const manifest = JSON.parse(new TextDecoder().decode(bytes));
    const { networks, training, digits } = manifest;
    if (networks[0].weights.sha256 && training.layers && digits.sha256) return manifest;
  } catch { /* the sentence below says it */ }
  throw new Error(`${nameOf(url)} is not the manifest that was expected.`);
}

// Load a safetensors file and return its arrays by name: {data, shape}. `entry` is what the
// manifest says of it.
export async function loadTensors(url, entry) {
  let bytes = await fetchBytes(url);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = await unpack(bytes, url);
  if (await digest(bytes) !== entry.sha256) {
    throw new Error(`${nameOf(url)} is damaged or another file: its SHA-256 is not the one in the `
      + "manifest, so the page does not use it.");
  }
  return parse(bytes);
}

async function unpack(bytes, url) {
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new Error(`${nameOf(url)} is damaged: it cannot be unpacked.`);
  }
}

// safetensors: begin
// The format: the header's length (eight bytes, the lowest first), the header in JSON, the bytes.
export function parse(bytes) {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(header)) {
    const part = bytes.slice(8 + length + from, 8 + length + to);
    tensors[name] = { shape, data: dtype === "F32" ? new Float32Array(part.buffer) : part };
  }
  return tensors;
}
// safetensors: end

// The browser's own SHA-256 where it has one: it is faster, but missing on pages that come over
// plain http from another machine, in a classroom for instance.
async function digest(bytes) {
  if (!globalThis.crypto?.subtle) return sha256(bytes);
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// SHA-256 (FIPS 180-4).
export function sha256(bytes) {
  const state = new Uint32Array(roots(8, 1 / 2));
  const constants = new Uint32Array(roots(64, 1 / 3));
  const blocks = Math.ceil((bytes.length + 9) / 64);
  const padded = new Uint8Array(64 * blocks);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  const words = new Uint32Array(64);
  const turn = (word, by) => (word >>> by) | (word << (32 - by));
  for (let block = 0; block < padded.length; block += 64) {
    for (let t = 0; t < 16; t++) words[t] = view.getUint32(block + 4 * t);
    for (let t = 16; t < 64; t++) {
      const early = words[t - 15], late = words[t - 2];
      words[t] = words[t - 16] + words[t - 7]
        + (turn(early, 7) ^ turn(early, 18) ^ (early >>> 3))
        + (turn(late, 17) ^ turn(late, 19) ^ (late >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 64; t++) {
      const choice = (e & f) ^ (~e & g);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + constants[t]
        + words[t]) | 0;
      const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0;
      h = g; g = f; f = e; e = (d + first) | 0;
      d = c; c = b; b = a; a = (first + second) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((value, k) => { state[k] += value; });
  }
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
}

// The first 32 bits of the fractional parts of the roots of the first primes.
function roots(count, power) {
  const found = [];
  for (let n = 2; found.length < count; n++) {
    let prime = true;
    for (let k = 2; k * k <= n; k++) if (n % k === 0) prime = false;
    if (prime) found.push(Math.floor((n ** power % 1) * 2 ** 32));
  }
  return found;
}
