// A loupe over the finger: the cells around the one that is touched, large, and its number. A finger
// that rests for a moment, or sets out sideways, moves over the map and takes the cell that it
// leaves; one that sets out up or down at once scrolls the page, as everywhere.

import { make } from "../parts/layout.js";
import { plain } from "./numbers.js";

const [AROUND, CELL] = [3, 18]; // cells to each side, and pixels of one
const SIZE = CELL * (2 * AROUND + 1);
const HEIGHT = SIZE + 26; // with the number
const WIDTH = SIZE + 4; // with its frame
const ABOVE = 34; // how far over the finger it stands
const SMALL = 24; // a cell that a finger covers
const REST = 200; // ms

/** @typedef {import("../parts/grid.js").Grid} Grid */

/** The loupe of a figure. */
export class Loupe {
  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {import("./network.js").Network} network
   */
  constructor(figure, network) {
    this.network = network;
    this.element = figure.add(make("div", "bp-loupe", { "aria-hidden": "true" }), network.element);
    this.canvas = make("canvas", "", { width: SIZE, height: SIZE });
    this.number = make("span", "bp-loupe-number");
    this.element.append(this.canvas, this.number);
    this.element.hidden = true;
    this.began = /** @type {number | null} */ (null); // when the finger came, until it moves
    this.holds = false; // it moves over the map, and the page stays
    this.listen(network.element);
  }

  /** @param {HTMLElement} element */
  listen(element) {
    for (const type of ["pointerdown", "pointermove"]) {
      element.addEventListener(type, (event) => this.follow(/** @type {PointerEvent} */ (event)));
    }
    for (const type of ["pointerup", "pointercancel", "pointerleave"]) {
      element.addEventListener(type, (event) => this.end(/** @type {PointerEvent} */ (event)));
    }
    const hold = (/** @type {TouchEvent} */ event) => this.hold(event);
    element.addEventListener("touchstart", hold, { passive: true });
    element.addEventListener("touchmove", hold, { passive: false });
    element.addEventListener("contextmenu", (event) => {
      if (!this.element.hidden) event.preventDefault();
    });
  }

  /** A finger that has rested does not scroll the page any more. @param {TouchEvent} event */
  hold(event) {
    if (event.type === "touchstart") {
      [this.began, this.holds] = [event.timeStamp, false];
      return;
    }
    if (this.began !== null) this.holds = event.timeStamp - this.began >= REST;
    this.began = null;
    if (this.holds && !this.element.hidden && event.cancelable) event.preventDefault();
  }

  /** The grid under a finger whose cells are smaller than it. @param {PointerEvent} event */
  under(event) {
    const field = /** @type {HTMLElement} */ (event.target).closest(".cn-field");
    const grid = Object.values(this.network.grids).find((one) => one.field === field);
    const small = grid && grid.size.width / grid.array.columns < SMALL;
    const draws = field?.closest(".cn-drawing");
    return small && !draws && event.pointerType === "touch" ? grid : null;
  }

  /** @param {PointerEvent} event */
  follow(event) {
    const grid = this.under(event);
    this.element.hidden = !grid;
    if (!grid) return;
    const cell = grid.cellAt(event);
    this.draw(grid, cell);
    this.number.textContent = plain(grid.array.at(cell.row, cell.column));
    this.place(event);
  }

  /** Above the finger; where there is no room above, beside it. @param {PointerEvent} event */
  place({ clientX, clientY }) {
    const { left, top, width } = this.network.element.getBoundingClientRect();
    const inside = (/** @type {number} */ x) => Math.min(width - WIDTH, Math.max(0, x));
    const y = clientY - HEIGHT - ABOVE;
    const half = width / 2 > clientX - left ? ABOVE : -WIDTH - ABOVE;
    const x = y >= 0 ? clientX - WIDTH / 2 : clientX + half;
    this.element.style.transform = `translate(${inside(x - left)}px, ${Math.max(0, y) - top}px)`;
  }

  /** The finger leaves: a cell that it has moved to is taken; a tap takes it by itself. @param {PointerEvent} event */
  end(event) {
    const grid = this.element.hidden ? null : this.under(event);
    this.element.hidden = true;
    if (grid && event.type === "pointerup") grid.pick(grid.cellAt(event));
  }

  /** @param {Grid} grid @param {import("../parts/types.js").Cell} cell */
  draw(grid, { row, column }) {
    const pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    pen.imageSmoothingEnabled = false;
    pen.fillStyle = "#888";
    pen.fillRect(0, 0, SIZE, SIZE);
    const { pixels } = grid;
    const [x, y] = [(AROUND - column) * CELL, (AROUND - row) * CELL];
    pen.drawImage(pixels, x, y, pixels.width * CELL, pixels.height * CELL);
    pen.strokeStyle = grid.palettes.accent;
    pen.lineWidth = 3;
    pen.strokeRect(AROUND * CELL, AROUND * CELL, CELL, CELL);
  }
}
