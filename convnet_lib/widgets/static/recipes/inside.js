// Chapter 12: one map of a network of one or of twenty, at an epoch of its training.

import { answering } from "../explore.js";
import { row } from "../explored/row.js";
import { times } from "../parts/arrays.js";
import {
  delta,
  denseBackward,
  feedforward,
  poolBackward,
  poolWinners,
  sigmoidPrime,
} from "../parts/engine.js";
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
  const all = feedforward(net, a0);
  const delta3 = delta(all.z3, all.a3, y.part(digit), "cross_entropy"); // BP1
  const nabla_a2 = denseBackward(delta3, net.w3); // the sum in BP2
  // From here on of the one map that is shown.
  const [w1, z1, a1, above] = [net.w1, all.z1, all.a1, nabla_a2].map((x) =>
    map === "one" ? x : x.part(map),
  );
  const mask = poolWinners(a1); // BP2a
  const delta1 = times(poolBackward(above, mask), sigmoidPrime(z1)); // BP2
  const largest = delta1.values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return row([
    ["digit", a0, "activation"],
    [`$w^1$, epoch ${epoch}`, w1],
    ["$a^1$, winners outlined", a1, "activation", mask],
    [`$δ^1$, largest ${fixed(largest, 3)}`, delta1],
  ]);
}

/** What the page runs. */
export const render = answering(recipe);
