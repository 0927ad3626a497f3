// A loupe over the finger: the cells around the one that is touched, large.

import { make } from "../parts/layout.js";

const [AROUND, CELL] = [3, 16]; // cells to each side, and pixels of one
const SIZE = CELL * (2 * AROUND + 1);
const SMALL = 14; // a cell that a finger would cover

export class Loupe {
  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {import("./network.js").Network} network
   */
  constructor(figure, network) {
    this.network = network;
    this.canvas = figure.add(
      make("canvas", "bp-loupe", { width: SIZE, height: SIZE, "aria-hidden": "true" }),
      network.element,
    );
    this.canvas.hidden = true;
    const { element } = network;
    for (const type of ["pointerdown", "pointermove"]) {
      element.addEventListener(type, (event) => this.follow(/** @type {PointerEvent} */ (event)));
    }
    for (const type of ["pointerup", "pointercancel", "pointerleave"]) {
      element.addEventListener(type, () => {
        this.canvas.hidden = true;
      });
    }
  }

  /** @param {PointerEvent} event */
  follow(event) {
    const field = /** @type {HTMLElement} */ (event.target).closest(".cn-field");
    const grid = Object.values(this.network.grids).find((one) => one.field === field);
    const small = grid && grid.size.width / grid.array.columns < SMALL;
    this.canvas.hidden = !small || event.pointerType !== "touch";
    if (!grid || this.canvas.hidden) return;
    this.draw(grid, grid.cellAt(event));
    const { left, top, width } = this.network.element.getBoundingClientRect();
    const x = Math.min(width - SIZE, Math.max(0, event.clientX - left - SIZE / 2));
    this.canvas.style.transform = `translate(${x}px, ${event.clientY - top - SIZE - 36}px)`;
  }

  /** @param {import("../parts/grid.js").Grid} grid @param {import("../parts/types.js").Cell} cell */
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
