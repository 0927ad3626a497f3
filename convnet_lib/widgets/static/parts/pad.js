// A grid that can be drawn on, with pointer and keyboard, and the buttons that go with it.

import { NDArray } from "./arrays.js";

/** How much ink a pen leaves on a pixel and on its neighbours. */
const BRUSH = [
  [0, 0, 1],
  [0, 1, 0.6],
  [1, 0, 0.6],
  [0, -1, 0.3],
  [-1, 0, 0.3],
];

/**
 * An image after a stroke over one cell.
 * @param {NDArray} image
 * @param {{ row: number, column: number }} cell
 */
export function inked(image, { row, column }) {
  const drawn = image.copy();
  for (const [dj, dk, ink] of BRUSH) {
    const [j, k] = [row + dj, column + dk];
    const inside = j >= 0 && k >= 0 && j < image.rows && k < image.columns;
    const place = j * image.columns + k;
    // A pixel that is not a number is drawn over as well.
    if (inside && !(drawn.values[place] >= ink)) drawn.values[place] = ink;
  }
  return drawn;
}

/**
 * The cells on the way from one to another, so that a quick stroke leaves no gaps.
 * @param {{ row: number, column: number }} from
 * @param {{ row: number, column: number }} to
 */
export function way(from, to) {
  const [down, right] = [to.row - from.row, to.column - from.column];
  const steps = Math.max(1, Math.abs(down), Math.abs(right));
  return Array.from({ length: steps }, (_, i) => ({
    row: Math.round(from.row + (down * (i + 1)) / steps),
    column: Math.round(from.column + (right * (i + 1)) / steps),
  }));
}

export class Pad {
  /**
   * @param {import("./figure.js").Figure} figure
   * @param {HTMLElement} parent  where the buttons stand
   * @param {{ images: string, given: string }} traits  the images, and what they were at first
   */
  constructor(figure, parent, traits) {
    this.figure = figure;
    this.traits = traits;
    this.drawing = false;
    /** @type {{ row: number, column: number } | null} */
    this.last = null;
    /** @type {HTMLElement | null} */
    this.paper = null;
    this.pen = figure.button(parent, "Draw on the input", () => this.set(!this.drawing));
    figure.button(parent, "Blank input", () => this.show(NDArray.zeros(this.image.shape)));
    figure.button(parent, "Given input", () => this.show(this.of(traits.given)));
    this.set(false);
  }

  /** What the grid of the images needs of the pad. */
  get options() {
    return {
      /** @param {KeyboardEvent} event @param {{ row: number, column: number }} cell */
      onKey: (event, cell) => this.drawing && event.key === " " && this.draw(cell),
      onDrag: {
        /** @param {{ row: number, column: number }} cell */
        start: (cell) => this.drawing && this.draw(cell),
        /** @param {{ row: number, column: number }} cell */
        move: (cell) => this.draw(cell, this.last ?? cell),
      },
    };
  }

  /** Say which element is drawn on. @param {HTMLElement} paper */
  on(paper) {
    this.paper = paper;
  }

  /** @param {string} name */
  of(name) {
    return this.figure.array(name).part(this.figure.model.get("index"));
  }

  get image() {
    return this.of(this.traits.images);
  }

  /** @param {boolean} drawing */
  set(drawing) {
    this.drawing = drawing;
    this.pen.setAttribute("aria-pressed", `${drawing}`);
    this.paper?.classList.toggle("cn-drawing", drawing);
  }

  /** Draw from one cell to another. @param {{ row: number, column: number }} to */
  draw(to, from = to) {
    this.last = to;
    this.show(way(from, to).reduce(inked, this.image));
    return true;
  }

  /** @param {NDArray} image */
  show(image) {
    const images = this.figure.array(this.traits.images);
    this.figure.send({ [this.traits.images]: images.with(this.figure.model.get("index"), image) });
  }
}
