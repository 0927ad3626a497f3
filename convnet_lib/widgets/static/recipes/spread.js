// Chapter 17, backwards: errors spread out with zeros between them, and what a pixel hears of them.

import { answering } from "../explore.js";
import { row } from "../explored/row.js";
import { NDArray } from "../parts/arrays.js";
import { convForward } from "../parts/engine.js";
import { fixed } from "../parts/words.js";

/**
 * As `backwards` in chapter 17.
 * @param {{ kernel: number, stride: number, padding: number, pixel: number, left_over: number }} values
 * @param {{ nine: NDArray, weights: NDArray }} arrays
 */
export function recipe({ kernel, stride, padding, pixel, left_over }, { nine, weights }) {
  const last = kernel - 1;
  const turned = NDArray.make(kernel, kernel, (l, m) => weights.at(last - l, last - m));
  const zeros = last - padding; // around the errors, and R more below and to the right
  const spread = stride * (nine.rows - 1) + 1; // of the errors, from the first to the last
  const rows = spread + Math.min(left_over, stride - 1) + 2 * zeros;
  const around = NDArray.zeros([rows, rows]);
  for (let j = 0; j < nine.rows; j++) {
    for (let k = 0; k < nine.columns; k++)
      around.values[(zeros + stride * j) * rows + zeros + stride * k] = nine.at(j, k);
  }
  const grad = convForward(around, turned, NDArray.scalar(0));
  const n = Math.min(pixel, grad.values.length - 1);
  const [p, q] = [Math.floor(n / grad.columns), n % grad.columns];
  return row(
    [
      ["errors, spread out", around, "signed", null, [p, q, kernel, kernel]],
      ["rotated filter", turned],
      ["$\\partial C/\\partial a$", grad, "signed", grad.map((_, i) => Number(i === n))],
    ],
    { alt: `Nine errors on ${rows} rows; pixel (${p}, ${q}) gets ${fixed(grad.at(p, q), 0)}.` },
  );
}

/** What the page runs. */
export const render = answering(recipe);
