// The digits of the playground, from their picture (tools/digits_picture.py makes it).

import { decoded } from "../parts/png.js";

const SIDE = 28;

/** @typedef {{ images: Float64Array[], labels: Uint8Array }} Digits  grey levels from 0 to 1 */

/**
 * The digits to learn from, and those held out.
 * @param {Uint8Array} file  the picture: digits side by side, below them their labels
 * @param {number} train  how many of them, the first ones, are learned from
 * @param {number} held  how many, the next ones, are held out
 * @returns {Promise<{ train: Digits, held: Digits }>}
 */
export async function digitsOf(file, train, held) {
  const { width, levels } = await decoded(file);
  const rows = Math.ceil((train + held) / (width / SIDE));
  const labels = levels.subarray(rows * SIDE * width);
  /** @param {number} first @param {number} count */
  const some = (first, count) => ({
    images: Array.from({ length: count }, (_, n) => digit(levels, width, first + n)),
    labels: labels.slice(first, first + count),
  });
  return { train: some(0, train), held: some(train, held) };
}

/** @param {Uint8Array} levels @param {number} width @param {number} n */
function digit(levels, width, n) {
  const across = width / SIDE;
  const corner = Math.floor(n / across) * SIDE * width + (n % across) * SIDE;
  const image = new Float64Array(SIDE * SIDE);
  for (let i = 0; i < image.length; i++) {
    image[i] = levels[corner + Math.floor(i / SIDE) * width + (i % SIDE)] / 255;
  }
  return image;
}
