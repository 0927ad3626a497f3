// Chapter 12: one map of a network of one or of twenty, at an epoch of its training.

import { answering } from "../explore.js";
import { row } from "../explored/row.js";
import { errors, poolWinners } from "../parts/engine.js";
import { fixed } from "../parts/words.js";

/** @typedef {import("../parts/arrays.js").NDArray} NDArray */
/** @typedef {import("../parts/engine.js").Net} Net */

/**
 * As `draw` in chapter 12.
 * @param {{ digit: number, epoch: number, map: "one" | number }} values
 * @param {{ images: NDArray, y: NDArray, one: Net[], twenty: Net[] }} arrays
 */
export function recipe({ digit, epoch, map }, { images, y, one, twenty }) {
  const net = (map === "one" ? one : twenty)[epoch];
  const a0 = images.part(digit);
  const all = errors(net, a0, y.part(digit), "cross_entropy");
  const [w1, a1, delta1] = [net.w1, all.a1, all.delta1].map((x) =>
    map === "one" ? x : x.part(map),
  );
  const largest = delta1.values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return row([
    ["digit", a0, "activation"],
    [`$w^1$, epoch ${epoch}`, w1],
    ["$a^1$, winners outlined", a1, "activation", poolWinners(a1)],
    [`$δ^1$, largest ${fixed(largest, 3)}`, delta1],
  ]);
}

/** What the page runs. */
export const render = answering(recipe);
