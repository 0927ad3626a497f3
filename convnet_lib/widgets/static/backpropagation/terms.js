// What explanations are made of: symbols, outlines, chips, the terms of a sum.

import { NDArray } from "../parts/arrays.js";
import { equation } from "../parts/text.js";
import { bracketed, change, plain, scaled } from "./numbers.js";

export const SIZE = 2; // of a pooling window
export const FEW = 3;

export const [J, K, L, M] = ["j", "k", "l", "m"].map((letter) => `<i>${letter}</i>`);
export const plus = (x, y) => (x === 0 ? y : y === 0 ? x : `${x}+${y}`);
export const cell = (row, column) => ({ row, column });
export const linked = (row, column, rows = 1, columns = 1) => ({
  row,
  column,
  rows,
  columns,
  line: "linked",
});
export const whole = ({ rows, columns }) => linked(0, 0, rows, columns);
export const all = (array) => [whole(array)];

/** The window that a neuron is pooled in, as indices of a². */
export const windowOf = (j, k) => [Math.floor(j / SIZE), Math.floor(k / SIZE)];
export const cellsOf = (j, k) => linked(SIZE * j, SIZE * k, SIZE, SIZE);

/**
 * Numbers as the panels write them: `n(name, x)` as text, in brackets if it is negative with `b`;
 * `chip(name, x)` in the colour that x has in the panel, `result(name, x)` in bold as well.
 * @param {import("./scales.js").Scales} scales
 */
export function writing(scales) {
  const n = (/** @type {string} */ name, /** @type {number} */ x) =>
    scaled(x, scales.exponents[name] ?? 0);
  const dyed = (tag, name, x) => {
    const scale = scales.of[name];
    if (!scale || !Number.isFinite(x)) return `<${tag} class="bp-chip">${n(name, x)}</${tag}>`;
    const style = `background:rgb(${scale.rgb(x)});color:${scale.ink(x)}`;
    return `<${tag} class="bp-chip" style="${style}">${n(name, x)}</${tag}>`;
  };
  return {
    n,
    chip: (name, x) => dyed("span", name, x),
    result: (name, x) => dyed("b", name, x),
  };
}

export function fieldOf({ a0, w1 }, j, k) {
  return NDArray.make(w1.rows, w1.columns, (l, m) => a0.at(j + l, k + m));
}

/** Places of the numbers of an array that are not 0, the largest in size first. */
export function strongestFirst({ values }) {
  const places = [];
  values.forEach((x, i) => {
    if (x !== 0 && !Number.isNaN(x)) places.push(i);
  });
  return places.sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]));
}

/** What the positive and the negative numbers of an array add up to. */
export function halves(values) {
  const sum = (sign) => values.reduce((total, x) => (x * sign > 0 ? total + x : total), 0);
  return [sum(1), sum(-1)];
}

/** All terms that are not 0, one a line. */
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

/** The four activations of a window, the winner outlined. */
export function windowDetail({ a1, switch: mask, n, spoken, s }, j, k) {
  const at = (array, r, c) => array.at(SIZE * j + r, SIZE * k + c);
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

/** Where a window's winner stands, and the first if there is none. */
export function winnerOf({ switch: mask }, j, k) {
  const at = (i) => [SIZE * j + (i >> 1), SIZE * k + (i % SIZE)];
  const i = [0, 1, 2, 3].find((i) => {
    const [row, column] = at(i);
    return mask.at(row, column) > 0;
  });
  return at(i ?? 0);
}

/** What the learning rate does to a parameter: before, after, and the change. */
export function stepped({ rate }, value, gradient) {
  return `<p class="bp-step">One step: ${change(value, value - rate * gradient)}</p>`;
}

export { equation };
