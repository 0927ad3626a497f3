// What the figures of many feature maps share: thumbnails, cards, the winners of windows.

import { paint } from "./colours.js";

/** @typedef {import("./arrays.js").NDArray} NDArray */
/** @typedef {import("./colours.js").Scale} Scale */

const SIZE = 2; // rows and columns of a pooling window

/** @typedef {{ canvas: HTMLCanvasElement, show: (array: NDArray, scale: Scale) => void }} Thumbnail */

/**
 * Small pictures of arrays beside a map, without a cursor: {name: {show(array, scale)}}.
 * @param {Element} card
 * @param {string[]} names
 */
export function thumbnails(card, names) {
  const side = document.createElement("div");
  side.className = "cn-card-side";
  card.append(side);
  return Object.fromEntries(names.map((name) => [name, thumbnail(side, name)]));
}

/**
 * One pixel a cell, enlarged. It is for the eye: the same numbers stand in a grid.
 * @param {Element} parent
 * @param {string} name
 * @returns {Thumbnail}
 */
export function thumbnail(parent, name) {
  const canvas = document.createElement("canvas");
  canvas.className = "cn-thumbnail";
  canvas.dataset.thumbnail = name;
  canvas.setAttribute("aria-hidden", "true");
  parent.append(canvas);
  let shown = /** @type {{ array: NDArray, scale: Scale } | null} */ (null);
  const show = (/** @type {NDArray} */ array, /** @type {Scale} */ scale) => {
    if (shown?.array.equals(array) && shown.scale.equals(scale)) return;
    shown = { array, scale };
    canvas.style.aspectRatio = `${array.columns} / ${array.rows}`;
    paint(canvas, array, scale);
  };
  return { canvas, show };
}

/**
 * A card for each map, in one container that wraps; `fill(card, f)` puts into it what it shows.
 * @param {Element} parent
 * @param {number} n
 * @param {(card: HTMLElement, f: number) => void} fill
 */
export function cards(parent, n, fill) {
  const container = document.createElement("div");
  container.className = "cn-cards";
  parent.append(container);
  const all = Array.from({ length: n }, (_, f) => {
    const card = document.createElement("div");
    card.className = "cn-card";
    card.dataset.map = `${f}`;
    container.append(card);
    fill(card, f);
    return card;
  });
  let sorted = all.map((_, f) => f);
  /** Put the cards in an order of their numbers. A card that is moved would lose the focus. */
  const sort = (/** @type {number[]} */ order) => {
    if (order.every((f, i) => f === sorted[i])) return;
    sorted = order;
    container.append(...order.map((f) => all[f]));
  };
  /** Show which of them the figure is about. */
  const choose = (/** @type {number} */ f) => {
    for (const [g, card] of all.entries()) card.toggleAttribute("data-chosen", f === g);
  };
  return { container, all, sort, choose };
}

/** A digit with its article: "a 3", "an 8". @param {number} digit */
export function aDigit(digit) {
  return `${digit === 8 ? "an" : "a"} ${digit}`;
}

/**
 * Which neuron wins window (j, k) of a pooling mask: row and column on the map.
 * @param {NDArray} mask
 * @param {number} j
 * @param {number} k
 */
export function winnerOf(mask, j, k) {
  const [row, column] = [SIZE * j, SIZE * k];
  const i = [0, 1, 2, 3].findIndex((i) => mask.at(row + (i >> 1), column + (i % SIZE)));
  return { row: row + (i >> 1), column: column + (i % SIZE) };
}

/** All winners, as cells to outline. @param {NDArray} mask */
export function winnerMarks(mask) {
  /** @type {import("./types.js").Mark[]} */
  const marks = [];
  mask.values.forEach((on, i) => {
    const [row, column] = [Math.floor(i / mask.columns), i % mask.columns];
    if (on) marks.push({ row, column, line: "winner" });
  });
  return marks;
}

/**
 * Where a map is largest, the first place in row-major order; not-a-number counts as smallest.
 * @param {NDArray} map
 */
export function strongest(map) {
  const { values, columns } = map;
  let best = 0;
  values.forEach((x, i) => {
    if (x > values[best] || (Number.isNaN(values[best]) && !Number.isNaN(x))) best = i;
  });
  return { row: Math.floor(best / columns), column: best % columns };
}

/**
 * The patch that pleases a filter most, as `maps.pleasing` in Python: of all without negative
 * pixels and of norm 1 the one in proportion to the positive part of w¹; a filter without a
 * positive weight is hurt least by a single pixel under its largest.
 * @param {NDArray} w1
 */
export function pleasing(w1) {
  const largest = Math.max(...w1.values);
  const first = w1.values.indexOf(largest);
  // Divided by the largest first, for the square of a very small weight would be 0.
  const patch = w1.map((w, i) => (largest > 0 ? Math.max(w, 0) / largest : Number(i === first)));
  const norm = Math.hypot(...patch.values);
  return patch.map((x) => x / norm);
}

/** Places from the largest number on; of equal numbers the first comes first. @param {ArrayLike<number>} numbers */
export function descending(numbers) {
  const value = (/** @type {number} */ i) =>
    Number.isNaN(numbers[i]) ? Number.NEGATIVE_INFINITY : numbers[i];
  const places = Array.from(numbers, (_, i) => i);
  return places.sort((a, b) => (value(a) === value(b) ? a - b : value(b) - value(a)));
}
