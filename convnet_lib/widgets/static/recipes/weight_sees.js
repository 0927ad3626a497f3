// Chapter 9: the piece of the digit that one weight sees, times the errors.

import { answering } from "../explore.js";
import { row } from "../explored/row.js";
import { NDArray } from "../parts/arrays.js";
import { backprop } from "../parts/engine.js";
import { fixed } from "../parts/words.js";

/**
 * As `draw` in chapter 9.
 * @param {{ l: number, m: number, digit: number }} values
 * @param {{ net: import("../parts/engine.js").Net, images: NDArray, y: NDArray }} arrays
 */
export function recipe({ l, m, digit }, { net, images, y }) {
  const image = images.part(digit);
  const { delta1, w1 } = backprop(net, image, y.part(digit));
  const { rows, columns } = delta1;
  const products = NDArray.make(rows, columns, (j, k) => delta1.at(j, k) * image.at(j + l, k + m));
  const total = products.values.reduce((sum, x) => sum + x, 0);
  const slopes = w1.map((x) => Math.round(1000 * x));
  const here = NDArray.make(w1.rows, w1.columns, (j, k) => Number(j === l && k === m));
  return row(
    [
      ["$a^0$, as seen by the weight", image, "activation", null, [l, m, rows, columns]],
      ["$δ^1$", delta1],
      [`products, sum ${fixed(total, 4)}`, products],
      ["$1000\\,\\partial C/\\partial w^1$", slopes, "signed", here],
    ],
    { alt: `What weight (${l}, ${m}) sees, times delta 1: the sum is ${fixed(total, 3)}.` },
  );
}

/** What the page runs. */
export const render = answering(recipe);
