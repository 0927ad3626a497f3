// Chapter 17, forwards: where a filter goes with a stride and a padding, and what sees a pixel.

import { answering } from "../explore.js";
import { row } from "../explored/row.js";
import { NDArray } from "../parts/arrays.js";
import { convBackward, convMaps } from "../parts/layers.js";

/** @param {number} n @returns {[number, number]} */
const both = (n) => [n, n];

const ones = (/** @type {number} */ n) => NDArray.make(n, n, () => 1);

/**
 * As `forwards` in chapter 17.
 * @param {{ size: number, kernel: number, stride: number, padding: number, neuron: number }} values
 * @param {{ image: NDArray }} arrays
 */
export function recipe({ size, kernel, stride, padding, neuron }, { image: whole }) {
  const image = NDArray.make(size, size, (p, q) => whole.at(p, q));
  const rows = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  const at = Math.min(neuron, rows ** 2 - 1);
  const [j, k] = [Math.floor(at / rows), at % rows];
  const [S, P] = [both(stride), both(padding)];
  const padded = padAround(image, padding);
  const seen = convBackward(ones(rows), ones(kernel), S, P, [size, size]);
  const z = convMaps(image, ones(kernel), NDArray.scalar(0), S, P);
  const nobody = seen.values.filter((n) => n === 0).length;
  return row(
    [
      ["image, zeros around", padded, "activation", null, [stride * j, stride * k, kernel, kernel]],
      ["seen by how many", seen],
      ["sums", z, "signed", NDArray.make(rows, rows, (a, b) => Number(a === j && b === k))],
    ],
    { alt: `${rows} by ${rows} places; ${nobody} pixels seen by nobody.` },
  );
}

/** Zeros around an array. @param {NDArray} a @param {number} n */
function padAround(a, n) {
  return NDArray.make(a.rows + 2 * n, a.columns + 2 * n, (p, q) => {
    const [row, column] = [p - n, q - n];
    const inside = row >= 0 && row < a.rows && column >= 0 && column < a.columns;
    return inside ? a.at(row, column) : 0;
  });
}

/** What the page runs. */
export const render = answering(recipe);
