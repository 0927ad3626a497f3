// In how many rows grids stand on the picture that Python draws of them, as `figures/grids.py`
// finds it: the alternative text says it. The page itself breaks its rows where it is narrow.

import { inCell } from "../parts/words.js";

/** @typedef {import("../parts/arrays.js").NDArray} NDArray */

// In inches, as grids.py and picture.py.
const [LEFT, BAR, RIM, FULL_WIDTH] = [0.44, 0.62, 0.08, 7.6];
const SIZES = [2.0, 1.9, 1.8, 1.7, 1.6, 1.5, 1.4, 1.3];
const NUMBERED = 6; // columns: in so many there is room for numbers

/** Whether the numbers of a grid are written in its cells. @param {NDArray} array */
export const hasNumbers = (array) => array.columns <= NUMBERED;

/**
 * In how many rows Python's picture has the grids.
 * @param {NDArray[]} arrays
 * @param {string[]} titles  without marks
 * @param {number} columns  at most so many side by side
 */
export function rowsOf(arrays, titles, columns) {
  const written = arrays.map(hasNumbers);
  for (let count = Math.min(columns, arrays.length); count > 1; count--) {
    for (const size of SIZES) {
      const least = written.every(Boolean) ? Math.min(size, 1.6) : size;
      const needed = arrays.map((array, n) => {
        const [wide, title] = [width(array, least), 0.09 * titles[n].length];
        return LEFT + Math.max(wide + (written[n] ? RIM : BAR), (wide + title) / 2, title);
      });
      const slots = Array.from({ length: count }, (_, column) =>
        Math.max(...needed.filter((_, n) => n % count === column)),
      );
      if (slots.reduce((sum, slot) => sum + slot, 0) <= FULL_WIDTH)
        return Math.ceil(arrays.length / count);
    }
  }
  return arrays.length;
}

/** How wide a grid is; numbers that are written in cells need their room. @param {NDArray} array @param {number} size */
function width(array, size) {
  const cell = size / Math.max(array.rows, array.columns);
  if (!hasNumbers(array)) return cell * array.columns;
  const longest = Math.max(...[...array.values].map((x) => inCell(x).length));
  return Math.max(cell, 0.03 + 0.076 * longest, 0.2) * array.columns;
}
