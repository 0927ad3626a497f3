// What explanations are made of: symbols, outlines, chips, the terms of a sum.

import { NDArray } from "../parts/arrays.js";
import { equation } from "../parts/text.js";
import { bracketed, change, plain, scaled } from "./numbers.js";

/** @typedef {import("./types.js").Index} Index */
/** @typedef {import("./types.js").Data} Data */
/** @typedef {{ rows: number, columns: number }} Size */

/** Rows and columns of a pooling window. */
export const SIZE = 2;
/** How many of the largest terms of a sum are written. */
export const FEW = 3;

/** The letters of indices, in HTML. */
export const [J, K, L, M] = ["j", "k", "l", "m"].map((letter) => `<i>${letter}</i>`);
/** A sum of two indices: 7, j+3, or j where the other is 0. @param {Index} x @param {Index} y */
export const plus = (x, y) => (x === 0 ? y : y === 0 ? x : `${x}+${y}`);
/** The outline of one cell. @param {number} row @param {number} column */
export const cell = (row, column) => ({ row, column });
/**
 * The dashed outline of a block of cells.
 * @param {number} row @param {number} column @param {number} rows @param {number} columns
 */
export const linked = (row, column, rows = 1, columns = 1) => ({
  row,
  column,
  rows,
  columns,
  line: "linked",
});
/** The dashed outline of all cells of an array. @param {Size} array */
export const whole = ({ rows, columns }) => linked(0, 0, rows, columns);
/** The same as marks of a grid. @param {Size} array */
export const all = (array) => [whole(array)];

/**
 * The window that a neuron is pooled in, as indices of a².
 * @param {number} j
 * @param {number} k
 * @returns {[number, number]}
 */
export const windowOf = (j, k) => [Math.floor(j / SIZE), Math.floor(k / SIZE)];
/** The dashed outline of the four neurons of window (j, k). @param {number} j @param {number} k */
export const cellsOf = (j, k) => linked(SIZE * j, SIZE * k, SIZE, SIZE);

/**
 * Numbers as the panels write them: `n(name, x)` as text, `chip(name, x)` in the colour that x has
 * in the panel, `result(name, x)` in bold as well.
 * @param {import("./scales.js").Scales} scales
 */
export function writing(scales) {
  const n = (/** @type {string} */ name, /** @type {number} */ x) =>
    scaled(x, scales.exponents[name] ?? 0);
  const dyed = (/** @type {string} */ tag, /** @type {string} */ name, /** @type {number} */ x) => {
    const scale = scales.of[name];
    if (!scale || !Number.isFinite(x)) return `<${tag} class="bp-chip">${n(name, x)}</${tag}>`;
    const style = `background:rgb(${scale.rgb(x)});color:${scale.ink(x)}`;
    return `<${tag} class="bp-chip" style="${style}">${n(name, x)}</${tag}>`;
  };
  return {
    n,
    chip: (/** @type {string} */ name, /** @type {number} */ x) => dyed("span", name, x),
    result: (/** @type {string} */ name, /** @type {number} */ x) => dyed("b", name, x),
  };
}

/** What neuron (j, k) of z¹ sees: a⁰ under the filter. @param {Data} data @param {number} j @param {number} k */
export function fieldOf({ a0, w1 }, j, k) {
  return NDArray.make(w1.rows, w1.columns, (l, m) => a0.at(j + l, k + m));
}

/** Places of the numbers of an array that are not 0, the largest in size first. @param {NDArray} array */
export function strongestFirst({ values }) {
  /** @type {number[]} */
  const places = [];
  values.forEach((x, i) => {
    if (x !== 0 && !Number.isNaN(x)) places.push(i);
  });
  return places.sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]));
}

/** What the positive and the negative numbers add up to. @param {number[]} values */
export function halves(values) {
  const sum = (/** @type {number} */ sign) =>
    values.reduce((total, x) => (x * sign > 0 ? total + x : total), 0);
  return [sum(1), sum(-1)];
}

/**
 * All terms that are not 0, one a line, as HTML. `term` gives the name of one and its factors.
 * @param {NDArray} array
 * @param {(row: number, column: number) => [string, ...number[]]} term
 */
export function lines(array, term) {
  const written = [];
  for (let row = 0; row < array.rows; row++) {
    for (let column = 0; column < array.columns; column++) {
      const [name, ...factors] = term(row, column);
      const value = factors.reduce((x, y) => x * y, 1);
      const worked =
        factors.length > 1 ? `${factors.map((x) => bracketed(plain(x))).join(" · ")} = ` : "";
      if (value !== 0) written.push(`${name} = ${worked}${plain(value)}<br>`);
    }
  }
  return written.length ? written.join("") : "There is none.";
}

/**
 * The four activations of window (j, k), the winner outlined, for the lens.
 * @param {Data} data
 * @param {number} j
 * @param {number} k
 * @returns {import("./types.js").Sum}
 */
export function windowDetail({ a1, switch: mask, n, spoken, s }, j, k) {
  const at = (/** @type {NDArray} */ array, /** @type {number} */ r, /** @type {number} */ c) =>
    array.at(SIZE * j + r, SIZE * k + c);
  const four = NDArray.make(SIZE, SIZE, (r, c) => at(a1, r, c));
  const won = [0, 1, 2, 3]
    .map((i) => ({ row: i >> 1, column: i % SIZE, line: "winner" }))
    .filter(({ row, column }) => at(mask, row, column) > 0);
  return {
    left: {
      array: four,
      name: "a1",
      title: `the window of ${s("a", 2, [j, k])}`,
      words: "the four candidates",
      mask: won,
    },
    term: (r, c) => ({
      marks: { a1: [cellsOf(j, k), cell(SIZE * j + r, SIZE * k + c)] },
      words: `${spoken("a", 1, [SIZE * j + r, SIZE * k + c])} is ${n("a1", at(a1, r, c))}, its gate ${at(mask, r, c) > 0 ? "open" : "shut"}.`,
    }),
  };
}

/**
 * Where the winner of window (j, k) stands on the map, and the first if there is none.
 * @param {Data} data
 * @param {number} j
 * @param {number} k
 */
export function winnerOf({ switch: mask }, j, k) {
  /** @returns {[number, number]} */
  const at = (/** @type {number} */ i) => [SIZE * j + (i >> 1), SIZE * k + (i % SIZE)];
  const i = [0, 1, 2, 3].find((i) => {
    const [row, column] = at(i);
    return mask.at(row, column) > 0;
  });
  return at(i ?? 0);
}

/**
 * What the learning rate does to a parameter, as HTML: before, after, and the change.
 * @param {Data} data
 * @param {number} value
 * @param {number} gradient
 */
export function stepped({ rate }, value, gradient) {
  return `<p class="bp-step">One step: ${change(value, value - rate * gradient)}</p>`;
}

export { equation };
