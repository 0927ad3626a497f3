// What explanations are made of: symbols, outlines, the terms of a sum.

import { NDArray } from "../parts/arrays.js";
import { bracketed, number, short } from "../parts/text.js";

export const SIZE = 2; // of a pooling window
export const FEW = 3;

export const [J, K, L, M] = ["j", "k", "l", "m"].map((letter) => `<i>${letter}</i>`);
export const bold = (x) => `<b>${number(x)}</b>`;
export const plus = (x, y) => (x === 0 ? y : y === 0 ? x : `${x}+${y}`);
export const cell = (row, column) => ({ row, column });
export const linked = (row, column, rows = 1, columns = 1) => ({
  row,
  column,
  rows,
  columns,
  line: "linked",
});
export const all = ({ rows, columns }) => [linked(0, 0, rows, columns)];

/** The window that a neuron is pooled in, as indices of a². */
export const windowOf = (j, k) => [Math.floor(j / SIZE), Math.floor(k / SIZE)];
export const cellsOf = (j, k) => linked(SIZE * j, SIZE * k, SIZE, SIZE);

/** "0.1 · (−0.2) + 0.3 · 0.4 + …": the terms of a sum, all or the first few. */
export function terms(pairs, few = Number.POSITIVE_INFINITY) {
  const shown = pairs.slice(0, few).map((pair) => pair.map((x) => bracketed(x)).join(" · "));
  return shown.join(" + ") + (pairs.length > few ? " + …" : "");
}

export function fieldOf({ a0, w1 }, j, k) {
  return NDArray.make(w1.rows, w1.columns, (l, m) => a0.at(j + l, k + m));
}

/** Pairs of factors, the largest products first; those that are 0 are left out. */
export function strongestFirst(pairs) {
  const size = ([x, y]) => Math.abs(x * y);
  return pairs.filter((pair) => size(pair) !== 0).sort((a, b) => size(b) - size(a));
}

/** All terms that are not 0, one a line. */
export function lines(array, term) {
  const written = [];
  for (let row = 0; row < array.rows; row++) {
    for (let column = 0; column < array.columns; column++) {
      const [name, ...factors] = term(row, column);
      const value = factors.reduce((x, y) => x * y, 1);
      const worked = factors.length > 1 ? `${factors.map((x) => bracketed(x)).join(" · ")} = ` : "";
      if (value !== 0) written.push(`${name} = ${worked}${number(value)}<br>`);
    }
  }
  return written.length ? written.join("") : "There is none.";
}

/** The four activations of a window, the winner outlined. */
export function windowDetail({ a1, switch: mask, spoken }, j, k) {
  const at = (array, r, c) => array.at(SIZE * j + r, SIZE * k + c);
  const four = NDArray.make(SIZE, SIZE, (r, c) => at(a1, r, c));
  const won = [0, 1, 2, 3]
    .map((i) => ({ row: i >> 1, column: i % SIZE, line: "winner" }))
    .filter(({ row, column }) => at(mask, row, column) > 0);
  /** @type {[NDArray, string, string, string, object[]]} */
  const left = [four, "the window", "the four candidates", "sequential", won];
  return {
    left,
    term: (r, c) => ({
      marks: { a1: [cellsOf(j, k), cell(SIZE * j + r, SIZE * k + c)] },
      words: `${spoken("a", 1, [SIZE * j + r, SIZE * k + c])} is ${number(at(a1, r, c))}, switch ${short(at(mask, r, c))}.`,
    }),
  };
}
