// Chapter 3: the digit moves, and its pooled map is compared with that of the digit at rest.

import { answering } from "../explore.js";
import { row } from "../explored/row.js";
import { NDArray } from "../parts/arrays.js";
import { moved } from "../parts/centring.js";
import { convForward, poolForward, poolWinners, sigmoid } from "../parts/engine.js";

/** @typedef {import("../parts/engine.js").Net} Net */

/** What becomes of a window, by its name. @type {Record<string, (a: NDArray) => NDArray>} */
const RULES = {
  largest: poolForward,
  mean: (a) =>
    halved(a, (j, k) => (a.at(j, k) + a.at(j, k + 1) + a.at(j + 1, k) + a.at(j + 1, k + 1)) / 4),
  "upper left": (a) => halved(a, (j, k) => a.at(j, k)),
};

/**
 * @param {NDArray} a
 * @param {(j: number, k: number) => number} of  the number of the window that begins at (j, k)
 */
const halved = (a, of) => NDArray.make(a.rows / 2, a.columns / 2, (j, k) => of(2 * j, 2 * k));

/**
 * As `draw` in chapter 3.
 * @param {{ digit: number, down: number, right: number, rule: string }} values
 * @param {{ net: Net, images: NDArray }} arrays
 */
export function recipe({ digit, down, right, rule }, { net, images }) {
  const still = images.part(digit);
  const image = moved(still, down, right);
  const [rest, a1] = [still, image].map((a0) => sigmoid(convForward(a0, net.w1, net.b1)));
  const [pooled, before] = [RULES[rule](a1), RULES[rule](rest)];
  const change = pooled.map((x, i) => x - before.values[i]);
  const unchanged = change.values.filter((x) => Math.abs(x) < 1e-12).length;
  return row(
    [
      ["$a^0$", image, "activation"],
      ["$a^1$", a1, "activation", rule === "largest" ? poolWinners(a1) : null],
      [`pooled: ${rule}`, pooled, "activation"],
      [`change; ${unchanged} unchanged`, change],
    ],
    { limit: 0.45, columns: 2 },
  );
}

/** What the page runs. */
export const render = answering(recipe);
