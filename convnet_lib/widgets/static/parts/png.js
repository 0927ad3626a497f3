// The grey levels of a PNG, byte for byte.
//
// A canvas would do it too, but what it gives back is only promised to look the same: a browser
// may fit colours to the screen, and some add noise on purpose. Here nothing lies between the file
// and its numbers but the inflation, which every browser has.

import { expect } from "./checks.js";

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/**
 * The size of a picture and its grey levels, row by row, from 0 to 255.
 * @param {Uint8Array} file  a PNG of 8-bit grey levels, not interlaced
 * @returns {Promise<{ width: number, height: number, levels: Uint8Array }>}
 */
export async function decoded(file) {
  expect(
    "file",
    SIGNATURE.every((byte, i) => file[i] === byte),
    "a PNG",
    "another file",
  );
  const { header, data } = chunks(file);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const kind = `${[...header.subarray(8)]}`;
  expect("file", kind === "8,0,0,0,0", "8-bit grey levels, not interlaced", kind);
  const rows = await inflated(data);
  expect("file", rows.length === height * (width + 1), "all of its rows", `${rows.length} bytes`);
  return { width, height, levels: unfiltered(rows, width, height) };
}

/** Its header, and its data, which may be in several parts. @param {Uint8Array} file */
function chunks(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const parts = /** @type {Uint8Array[]} */ ([]);
  let header = /** @type {Uint8Array} */ (new Uint8Array());
  for (let at = SIGNATURE.length; at + 12 <= file.length; ) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...file.subarray(at + 4, at + 8));
    const content = file.subarray(at + 8, at + 8 + length);
    if (name === "IHDR") header = content;
    if (name === "IDAT") parts.push(content);
    at += 12 + length;
  }
  return { header, data: new Blob(/** @type {BlobPart[]} */ (parts)) };
}

/** @param {Blob} data */
async function inflated(data) {
  const stream = data.stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Each row begins with the number of its filter, by which it was made from its neighbours.
 * @param {Uint8Array} rows @param {number} width @param {number} height
 */
function unfiltered(rows, width, height) {
  const levels = new Uint8Array(width * height);
  let above = /** @type {Uint8Array} */ (new Uint8Array(width));
  for (let row = 0; row < height; row++) {
    const filter = rows[row * (width + 1)];
    const line = levels.subarray(row * width, (row + 1) * width);
    line.set(rows.subarray(row * (width + 1) + 1, (row + 1) * (width + 1)));
    for (let k = 0; k < width; k++) {
      const [left, corner] = k ? [line[k - 1], above[k - 1]] : [0, 0];
      line[k] += guess(filter, left, above[k], corner);
    }
    above = line;
  }
  return levels;
}

/** What the filter takes a pixel for. @param {number} filter @param {number} a @param {number} b @param {number} c */
function guess(filter, a, b, c) {
  if (filter === 1) return a;
  if (filter === 2) return b;
  if (filter === 3) return (a + b) >> 1;
  if (filter !== 4) return 0;
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}
