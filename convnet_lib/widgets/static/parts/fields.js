// What lies under what: the neurons that a pixel reaches, the window of a neuron.

/** @typedef {import("./types.js").Cell} Cell */

const SIZE = 2; // rows and columns of a pooling window

/**
 * The block of neurons that a pixel enters: those in whose receptive field it lies.
 * @param {Cell} pixel
 * @param {{ rows: number, columns: number }} filter
 * @param {{ rows: number, columns: number }} map
 */
export function reached({ row, column }, filter, map) {
  const [top, left] = [
    Math.max(0, row - filter.rows + 1),
    Math.max(0, column - filter.columns + 1),
  ];
  return {
    row: top,
    column: left,
    rows: Math.min(row, map.rows - 1) - top + 1,
    columns: Math.min(column, map.columns - 1) - left + 1,
    line: "linked",
  };
}

/** The window of a neuron: its place on the pooled map, and its cells. @param {Cell} neuron */
export function windowOf({ row, column }) {
  const [j, k] = [Math.floor(row / SIZE), Math.floor(column / SIZE)];
  return {
    j,
    k,
    cells: { row: SIZE * j, column: SIZE * k, rows: SIZE, columns: SIZE, line: "linked" },
  };
}
