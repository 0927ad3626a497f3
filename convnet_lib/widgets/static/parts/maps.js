// What the figures of many feature maps share: thumbnails, cards, the winners of windows.

import { NDArray } from "./arrays.js";

const SIZE = 2; // rows and columns of a pooling window

/** Small pictures of arrays beside a map, without a cursor: {name: {show(array, scale)}}. */
export function thumbnails(card, names) {
  const side = document.createElement("div");
  side.className = "cn-card-side";
  card.append(side);
  return Object.fromEntries(names.map((name) => [name, thumbnail(side, name)]));
}

/** One pixel a cell, enlarged. It is for the eye: the same numbers stand in a grid. */
export function thumbnail(parent, name) {
  const canvas = document.createElement("canvas");
  canvas.className = "cn-thumbnail";
  canvas.dataset.thumbnail = name;
  canvas.setAttribute("aria-hidden", "true");
  parent.append(canvas);
  const show = (array, scale) => {
    [canvas.width, canvas.height] = [array.columns, array.rows];
    canvas.style.aspectRatio = `${array.columns} / ${array.rows}`;
    const pen = canvas.getContext("2d");
    const image = pen.createImageData(array.columns, array.rows);
    array.values.forEach((value, i) => {
      // Not a number has no colour: the paper shows through.
      if (Number.isFinite(value)) image.data.set([...scale.rgb(value), 255], 4 * i);
    });
    pen.putImageData(image, 0, 0);
  };
  return { canvas, show };
}

/** A card for each map, in one container that wraps; `fill(card, f)` puts into it what it shows. */
export function cards(parent, n, fill) {
  const container = document.createElement("div");
  container.className = "cn-cards";
  parent.append(container);
  const all = Array.from({ length: n }, (_, f) => {
    const card = document.createElement("div");
    card.className = "cn-card";
    card.dataset.map = f;
    container.append(card);
    fill(card, f);
    return card;
  });
  let sorted = all.map((_, f) => f);
  /** Put the cards in an order of their numbers. A card that is moved would lose the focus. */
  const sort = (order) => {
    if (order.every((f, i) => f === sorted[i])) return;
    sorted = order;
    container.append(...order.map((f) => all[f]));
  };
  /** Show which of them the figure is about. */
  const choose = (f) => all.forEach((card, g) => card.toggleAttribute("data-chosen", f === g));
  return { container, all, sort, choose };
}

/** "a 3", "an 8". */
export function aDigit(digit) {
  return `${digit === 8 ? "an" : "a"} ${digit}`;
}

/** Which neuron wins window (j, k): row and column on the map. `winner` holds 0 to 3. */
export function winnerOf(winner, j, k) {
  const i = winner.at(j, k);
  return { row: SIZE * j + (i >> 1), column: SIZE * k + (i % 2) };
}

/** All winners, as cells to outline. */
export function winnerMarks(winner) {
  const marks = [];
  for (let j = 0; j < winner.rows; j++) {
    for (let k = 0; k < winner.columns; k++)
      marks.push({ ...winnerOf(winner, j, k), line: "winner" });
  }
  return marks;
}

/** The pooling mask: 1 for the winner of each window, 0 for the others. */
export function poolingMask(winner) {
  const mask = NDArray.make(SIZE * winner.rows, SIZE * winner.columns, () => 0);
  for (const { row, column } of winnerMarks(winner)) mask.values[row * mask.columns + column] = 1;
  return mask;
}

/** The window of a neuron: its place on the pooled map, and its cells. */
export function windowOf({ row, column }) {
  const [j, k] = [Math.floor(row / SIZE), Math.floor(column / SIZE)];
  return {
    j,
    k,
    cells: { row: SIZE * j, column: SIZE * k, rows: SIZE, columns: SIZE, line: "linked" },
  };
}
