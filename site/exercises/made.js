// What is wrong with an array that a reader makes: the functions `fault` of the exercises whose
// answer is `Made` (convnet_lib/exercises/chapters), in the reader's browser. They give the same
// names and numbers as there, the sentences come with the question; a test sends arrays through
// both. All arrays are finite, and have the shape of their exercise.

import { same } from "./comparing.js";
import { fixed, number } from "./words.js";

/** @import { Fault } from "./types" */

/** @param {number[]} a */
const sum = (a) => a.reduce((total, x) => total + x, 0);

/** @param {number[]} a */
const allEqual = (a) => a.every((x) => x === a[0]);

// --- Moved, and nothing happens (4 by 4) ---------------------------------------------------

/** The largest of each window of 2 by 2. @param {number[]} a */
const pooled = (a) =>
  [0, 2, 8, 10].map((n) => [a[n], a[n + 1], a[n + 4], a[n + 5]].reduce((x, y) => Math.max(x, y)));

/** @param {number[]} a1 @returns {Fault} */
function moves(a1) {
  const before = pooled(a1);
  const after = pooled(a1.map((_, n) => (n % 4 ? a1[n - 1] : 0)));
  const [least, most] = [Math.min(...a1), Math.max(...a1)];
  if (least < 0 || most > 1) return "no activations";
  if (most === 0) return "blank";
  if (least === most) return "all the same";
  if (same(before, after)) return null;
  if (!after.some(Boolean)) return "off the map";
  const peak = before.findIndex((x, n) => x !== after[n]);
  return ["crosses", Math.floor(peak / 2), peak % 2, number(before[peak]), number(after[peak])];
}

// --- What a neuron likes to see (2 by 2) ---------------------------------------------------

const A2 = [0.5, 0.2, 0.1, 0.4];

/** @param {number[]} w @returns {Fault} */
function largest(w) {
  const squares = sum(w.map((x) => x * x));
  const z = sum(w.map((x, n) => x * A2[n]));
  const most = Math.sqrt(sum(A2.map((x) => x * x)));
  if (squares > 1.01) return "too much"; // two decimals may round up a little
  if (z > 0.998 * most) return null;
  if (z < 0) return "against";
  const parts = A2.map((x) => x / sum(A2));
  const near = (/** @type {number} */ x, /** @type {number} */ y) =>
    Math.abs(x - y) <= 0.01 + 1e-5 * Math.abs(y);
  if (Math.abs(sum(w) - 1) < 0.01 && w.every((x, n) => near(x / sum(w), parts[n]))) {
    return "add up to 1";
  }
  if (squares > 0 && z > 0.998 * most * Math.sqrt(squares)) return "too little";
  if (squares < 1e-3) return "nothing";
  if (Math.max(...w) - Math.min(...w) < 0.01) return "all the same";
  if (w.filter((x) => Math.abs(x) > 0.01).length === 1) return "all on one";
  const missing = w.map((x, n) => (Math.sqrt(squares) * A2[n]) / most - x);
  const least = missing.indexOf(Math.max(...missing));
  return ["not yet", fixed(z, 3), Math.floor(least / 2), least % 2, A2[least]];
}

// --- Where a rotation hides, and where it is not seen (3 by 3) -----------------------------

/** @param {number[]} a */
const rotated = (a) => [...a].reverse();

/** @param {number[]} a */
const transposed = (a) => a.map((_, n) => a[3 * (n % 3) + Math.floor(n / 3)]);

/** @param {number[]} a */
const leftRight = (a) => a.map((_, n) => a[n + 2 - 2 * (n % 3)]);

/** @param {number[]} delta1 @returns {Fault} */
function hides(delta1) {
  if (allEqual(delta1)) return "all the same";
  if (!same(delta1, rotated(delta1))) {
    const turned = [transposed(delta1), rotated(leftRight(delta1)), leftRight(delta1)];
    return turned.some((one) => same(delta1, one)) ? "mirrored" : "it shows";
  }
  return same(delta1, transposed(delta1)) ? "transposed hides too" : null;
}

/** @param {number[]} gradient @returns {Fault} */
function unseen(gradient) {
  if (allEqual(gradient)) return "all the same";
  const alike = same(gradient, transposed(gradient));
  if (same(gradient, rotated(gradient))) return alike ? "transposed alike" : null;
  return alike ? "the wrong one of the two" : "turned differs";
}

// --- The upper end of a stroke (3 by 3) ----------------------------------------------------

/** Patches of ink, row by row. @type {[string, string][]} */
const LIKED = [
  ["the lower end", "010 010 000"],
  ["the middle too", "010 010 010"],
  ["lying", "000 011 000"],
  ["full ink", "111 111 111"],
  ["nothing", "000 000 000"],
  ["what it should not", "111 101 101"],
];
const UPPER_END = "000 010 010";

/** @param {number[]} w @returns {Fault} */
function likes(w) {
  const liked = w.map((x) => (x > 0 ? "1" : "0")).join("");
  const end = UPPER_END.replaceAll(" ", "");
  if (liked === end) return w.includes(0) ? "does not mind" : null;
  const known = LIKED.find(([, patch]) => patch.replaceAll(" ", "") === liked);
  if (known) return known[0];
  const n = [...liked].findIndex((ink, place) => ink !== end[place]);
  return [liked[n] === "1" ? "ink" : "no ink", Math.floor(n / 3), n % 3];
}

/**
 * What is wrong with the array of an exercise, by its id; the entries come in one row.
 * @type {Record<string, (entries: number[]) => Fault>}
 */
export const FAULTS = { 3.5: moves, 4.5: largest, 9.4: hides, 12.1: likes, 15.2: unseen };
