// A drawn digit as MNIST's are: its box fitted to 20 pixels, its centre of mass in the middle.
//
// The same rule as `boxed` and `centred` in `convnet_lib/data/images.py`, and a test holds the two
// together. There Pillow rounds to float32 on its way, here all is float64: they differ by less
// than 2·10⁻⁷, and a digit of MNIST comes back from here bit for bit.

import { NDArray } from "./arrays.js";
import { expect, written } from "./checks.js";

/** Rows and columns of a digit's picture. */
export const SIDE = 28;
/** Rows and columns of the box that the digit fits into. */
export const BOX = 20;
const SHORT = 1e-5; // what rounding leaves of a half, in pixels

/** @typedef {{ row: number, column: number, rows: number, columns: number }} Place */

/** A drawn image as MNIST would have it; a blank one stays blank. @param {NDArray} image */
export function asMnist(image) {
  const place = extent(image);
  return place ? centred(boxed(cut(image, place))) : NDArray.zeros([SIDE, SIDE]);
}

/** The box around all ink, or null if there is none. @param {NDArray} image @returns {Place | null} */
export function extent({ rows, columns, values }) {
  let [top, left, bottom, right] = [rows, columns, -1, -1];
  for (let i = 0; i < values.length; i++) {
    if (!(values[i] > 0)) continue;
    const [row, column] = [Math.floor(i / columns), i % columns];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    [left, right] = [Math.min(left, column), Math.max(right, column)];
  }
  if (bottom < 0) return null;
  return { row: top, column: left, rows: bottom - top + 1, columns: right - left + 1 };
}

/** The pixels of a place, in its shape. @param {NDArray} image @param {Place} place */
export function cut(image, { row, column, rows, columns }) {
  return NDArray.make(rows, columns, (j, k) => image.at(row + j, column + k));
}

/** Drawn smaller or larger so that the longer side is 20 and the largest ink 1. @param {NDArray} ink */
export function boxed(ink) {
  const longer = Math.max(ink.rows, ink.columns);
  const side = (/** @type {number} */ n) => Math.max(1, halfToEven((BOX * n) / longer));
  const box = resized(ink, side(ink.rows), side(ink.columns));
  const largest = box.values.reduce((most, x) => Math.max(most, x), 0);
  return box.map((x) => Math.max(x, 0) / largest);
}

/** Rounded as Python rounds: ½ goes to the even neighbour. @param {number} x */
function halfToEven(x) {
  const below = Math.floor(x);
  return x - below === 0.5 ? below + (below % 2) : Math.round(x);
}

/**
 * In another shape, each new pixel the mean of those whose middle it covers.
 * @param {NDArray} x @param {number} rows @param {number} columns
 */
function resized(x, rows, columns) {
  const wide = columns === x.columns ? x : narrowed(x, columns);
  return rows === wide.rows ? wide : transposed(narrowed(transposed(wide), rows));
}

/** Each row in so many columns. @param {NDArray} x @param {number} columns */
function narrowed(x, columns) {
  const scale = x.columns / columns;
  const reach = 0.5 * Math.max(scale, 1);
  return NDArray.make(x.rows, columns, (row, column) => {
    const middle = (column + 0.5) * scale;
    const first = Math.max(0, Math.trunc(middle - reach + 0.5));
    const end = Math.min(x.columns, Math.trunc(middle + reach + 0.5));
    const inside = (/** @type {number} */ k) => {
      const apart = (k - middle + 0.5) / Math.max(scale, 1);
      return apart > -0.5 && apart <= 0.5;
    };
    let count = 0;
    for (let k = first; k < end; k++) count += Number(inside(k));
    let mean = 0;
    for (let k = first; k < end; k++) if (inside(k)) mean += x.at(row, k);
    return mean / count;
  });
}

/** @param {NDArray} x */
const transposed = (x) => NDArray.make(x.columns, x.rows, (j, k) => x.at(k, j));

/** On a field of 28 by 28, its centre of mass at (14, 14), moved by whole pixels. @param {NDArray} ink */
export function centred(ink) {
  const fits = Math.max(ink.rows, ink.columns) <= SIDE;
  expect("ink", fits, `at most ${SIDE} rows and columns`, written(ink.shape));
  const mean = centreOfMass(ink);
  const corner = (/** @type {number} */ centre, /** @type {number} */ size) =>
    Math.min(Math.max(SIDE / 2 - Math.floor(centre + 0.5 + SHORT), 0), SIDE - size);
  const field = NDArray.zeros([SIDE, SIDE]);
  const [top, left] = [corner(mean.row, ink.rows), corner(mean.column, ink.columns)];
  ink.values.forEach((x, i) => {
    const [j, k] = [Math.floor(i / ink.columns), i % ink.columns];
    field.values[(top + j) * SIDE + left + k] = x;
  });
  return field;
}

/** The mean row and the mean column of the ink. @param {NDArray} ink */
export function centreOfMass(ink) {
  const total = ink.values.reduce((sum, x) => sum + x, 0);
  const mean = (/** @type {(i: number) => number} */ place) =>
    ink.values.reduce((sum, x, i) => sum + x * place(i), 0) / total;
  return { row: mean((i) => Math.floor(i / ink.columns)), column: mean((i) => i % ink.columns) };
}

/** The image moved by so many pixels; what leaves the field is lost. @param {NDArray} image @param {number} down @param {number} right */
export function moved(image, down, right) {
  const { rows, columns } = image;
  const inside = (/** @type {number} */ j, /** @type {number} */ k) =>
    j >= 0 && k >= 0 && j < rows && k < columns;
  return NDArray.make(rows, columns, (j, k) =>
    inside(j - down, k - right) ? image.at(j - down, k - right) : 0,
  );
}
