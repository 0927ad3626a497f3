// A grid that can be drawn on, with pointer, pen, finger and keyboard, and the buttons for it.
//
// One pad for all figures. With `pen: "cells"` a stroke goes from cell to cell, as is right where
// each pixel is looked at; with "soft" it goes where the pointer goes, between the cells as well,
// and its edge is grey as that of a digit of MNIST.

import { NDArray } from "./arrays.js";
import { moved } from "./centring.js";

/** @typedef {import("./types.js").Cell} Cell */
/** @typedef {{ x: number, y: number }} Point  in cells, from the corner at the top left */

/** How much ink a pen leaves on a pixel and on its neighbours. */
const BRUSH = [
  [0, 0, 1],
  [0, 1, 0.6],
  [1, 0, 0.6],
  [0, -1, 0.3],
  [-1, 0, 0.3],
];
// Of the soft pen, in pixels: full ink up to here, none from there on. MNIST's strokes are as wide.
const [CORE, RIM] = [0.7, 1.7];
const MOST_UNDONE = 100;
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * An image after a stroke over one cell.
 * @param {NDArray} image
 * @param {Cell} cell
 */
export function inked(image, { row, column }) {
  const drawn = image.copy();
  for (const [dj, dk, ink] of BRUSH) {
    const [j, k] = [row + dj, column + dk];
    const inside = j >= 0 && k >= 0 && j < image.rows && k < image.columns;
    if (inside) ground(drawn, j * image.columns + k, ink);
  }
  return drawn;
}

/** A pixel that is not a number is drawn over as well. @param {NDArray} image @param {number} place @param {number} ink */
function ground(image, place, ink) {
  if (!(image.values[place] >= ink)) image.values[place] = ink;
}

/**
 * An image after a soft stroke from one point to another.
 * @param {NDArray} image
 * @param {Point} from
 * @param {Point} to
 */
export function stroked(image, from, to) {
  const drawn = image.copy();
  const reach = (/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ n) => [
    Math.max(0, Math.floor(Math.min(a, b) - RIM)),
    Math.min(n - 1, Math.ceil(Math.max(a, b) + RIM)),
  ];
  const [top, bottom] = reach(from.y, to.y, image.rows);
  const [left, right] = reach(from.x, to.x, image.columns);
  for (let j = top; j <= bottom; j++) {
    for (let k = left; k <= right; k++) {
      const ink = (RIM - distance({ x: k + 0.5, y: j + 0.5 }, from, to)) / (RIM - CORE);
      if (ink > 0) ground(drawn, j * image.columns + k, Math.min(1, ink));
    }
  }
  return drawn;
}

/** Of a point from a line between two others. @param {Point} at @param {Point} from @param {Point} to */
function distance(at, from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  const along = square ? ((at.x - from.x) * dx + (at.y - from.y) * dy) / square : 0;
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(at.x - from.x - share * dx, at.y - from.y - share * dy);
}

/**
 * The cells on the way from one to another, so that a quick stroke leaves no gaps.
 * @param {Cell} from
 * @param {Cell} to
 */
export function way(from, to) {
  const [down, right] = [to.row - from.row, to.column - from.column];
  const steps = Math.max(1, Math.abs(down), Math.abs(right));
  return Array.from({ length: steps }, (_, i) => ({
    row: Math.round(from.row + (down * (i + 1)) / steps),
    column: Math.round(from.column + (right * (i + 1)) / steps),
  }));
}

/** The middle of a cell. @param {Cell} cell @returns {Point} */
const middle = ({ row, column }) => ({ x: column + 0.5, y: row + 0.5 });

/**
 * @typedef {object} Traits
 * @property {string} images  the images
 * @property {string} [given]  what they were at first; without it there is no button for it
 * @property {"cells" | "soft"} [pen]
 * @property {boolean} [always]  whether it can be drawn on at any time, without a button for it
 * @property {Partial<Record<"pen" | "blank" | "given" | "undo", string>>} [names]  of the buttons
 */

export class Pad {
  /**
   * @param {import("./figure.js").Figure} figure
   * @param {HTMLElement} parent  where the buttons stand
   * @param {Traits} traits
   */
  constructor(figure, parent, traits) {
    this.figure = figure;
    this.traits = { pen: "cells", ...traits };
    this.drawing = false;
    /** @type {Cell | null} */
    this.last = null;
    /** @type {Point[]} */
    this.points = []; // where the pointer has been since the last stroke
    /** @type {NDArray[]} */
    this.before = []; // what there was before each stroke
    /** @type {HTMLElement | null} */
    this.paper = null;
    /** @type {import("./grid.js").Grid | null} */
    this.grid = null;
    const names = {
      ...{ pen: "Draw on the input", blank: "Blank input", given: "Given input", undo: "Undo" },
      ...traits.names,
    };
    /** @type {HTMLButtonElement | null} */
    this.pen = traits.always
      ? null
      : figure.button(parent, names.pen, () => this.set(!this.drawing));
    this.back = figure.button(parent, names.undo, () => this.undo());
    figure.button(parent, names.blank, () => this.begin(NDArray.zeros(this.image.shape)));
    const { given } = traits;
    if (given) figure.button(parent, names.given, () => this.begin(this.of(given)));
    this.set(Boolean(traits.always));
    this.tell();
  }

  /** What the grid of the images needs of the pad. */
  get options() {
    return {
      /** @param {KeyboardEvent} event @param {Cell} cell */
      onKey: (event, cell) => this.onKey(event, cell),
      onDrag: {
        /** @param {Cell} cell */
        start: (cell) => this.drawing && this.touch(cell),
        /** @param {Cell} cell */
        move: (cell) => this.draw(cell, this.last ?? cell),
      },
    };
  }

  /** Say what is drawn on: the grid, or its element. @param {import("./grid.js").Grid | HTMLElement} paper */
  on(paper) {
    const grid = "field" in paper ? paper : null;
    this.grid = grid;
    this.paper = grid ? grid.element : /** @type {HTMLElement} */ (paper);
    this.set(this.drawing);
    for (const type of ["pointerdown", "pointermove"]) {
      this.paper.addEventListener(
        type,
        (event) => this.note(/** @type {PointerEvent} */ (event)),
        true,
      );
    }
    this.paper.addEventListener("keydown", (event) => this.onArrow(event), true);
  }

  /** @param {string} name */
  of(name) {
    return this.figure.array(name).part(this.figure.model.get("index") ?? 0);
  }

  get image() {
    return this.of(this.traits.images);
  }

  /** @param {boolean} drawing */
  set(drawing) {
    this.drawing = drawing;
    this.pen?.setAttribute("aria-pressed", `${drawing}`);
    this.paper?.classList.toggle("cn-drawing", drawing);
  }

  // --- strokes -------------------------------------------------------------------------------

  /** Where the pointer has been, between the cells too, and between two frames. @param {PointerEvent} event */
  note(event) {
    const field = this.paper?.querySelector(".cn-field");
    if (!field || this.traits.pen !== "soft") return;
    if (event.type === "pointerdown") this.points = [];
    const { left, top, width, height } = field.getBoundingClientRect();
    const { rows, columns } = this.image;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const { clientX, clientY } of all.length ? all : [event]) {
      this.points.push({
        x: ((clientX - left) / width) * columns,
        y: ((clientY - top) / height) * rows,
      });
    }
  }

  /** Begin a stroke. @param {Cell} cell */
  touch(cell) {
    this.remember();
    return this.draw(cell);
  }

  /** Draw from one cell to another, or where the pointer went. @param {Cell} to */
  draw(to, from = to) {
    this.last = to;
    if (this.traits.pen !== "soft") this.show(way(from, to).reduce(inked, this.image));
    else this.drawSoftly(this.points.length ? this.points : [middle(from), middle(to)]);
    return true;
  }

  /** @param {Point[]} points */
  drawSoftly(points) {
    let image = stroked(this.image, points[0], points[0]);
    for (let i = 1; i < points.length; i++) image = stroked(image, points[i - 1], points[i]);
    this.points = this.points.slice(-1); // where the next stretch begins
    this.show(image);
  }

  /** @param {KeyboardEvent} event @param {Cell} cell */
  onKey(event, cell) {
    const undoes = event.key === "Backspace" || (event.ctrlKey && event.key === "z");
    if (this.drawing && undoes) this.undo();
    else if (this.drawing && event.key === " ") this.key(cell, cell);
    else return false;
    return true;
  }

  /** Shift and an arrow draw on the way; without Shift the grid alone walks. @param {KeyboardEvent} event */
  onArrow(event) {
    const arrow = ARROWS[event.key];
    if (!arrow || !event.shiftKey || !this.drawing || !this.grid) return;
    const { row, column } = this.grid.cursor;
    const inside = (/** @type {number} */ x, /** @type {number} */ n) =>
      Math.min(n - 1, Math.max(0, x));
    const { rows, columns } = this.image;
    const to = { row: inside(row + arrow[0], rows), column: inside(column + arrow[1], columns) };
    this.key({ row, column }, to);
  }

  /** A stroke with the keyboard. @param {Cell} from @param {Cell} to */
  key(from, to) {
    this.points = [];
    this.remember();
    this.draw(to, from);
  }

  // --- what there was ------------------------------------------------------------------------

  remember() {
    this.before = [...this.before, this.image].slice(-MOST_UNDONE);
    this.tell();
  }

  /** Take the last stroke back. */
  undo() {
    const image = this.before.pop();
    this.tell();
    if (image) this.show(image);
    this.figure.say(image ? "The last stroke is taken back." : "There is nothing to take back.");
  }

  tell() {
    // Not disabled: a button that one has just pressed would lose the focus.
    this.back.setAttribute("aria-disabled", `${!this.before.length}`);
  }

  /** Show another image, which can be taken back too. @param {NDArray} image */
  begin(image) {
    this.remember();
    this.show(image);
  }

  /** Move what is drawn. @param {number} down @param {number} right */
  move(down, right) {
    this.begin(moved(this.image, down, right));
  }

  /** @param {NDArray} image */
  show(image) {
    const images = this.figure.array(this.traits.images);
    const index = this.figure.model.get("index") ?? 0;
    this.figure.send({ [this.traits.images]: images.with(index, image) });
  }
}
