// A grid of cells: one two-dimensional array, drawn, pointed at and walked through.
//
// The cells are painted on a canvas, and outlines on a second one above it, so that a hover
// repaints only outlines. 784 elements a grid would be slower to build and to restyle by orders
// of magnitude. What a canvas takes from a screen reader is given back: the element around it is
// a `grid` that tells its size, and it holds one `gridcell`, the one that the keyboard is on.

import { NDArray } from "./arrays.js";
import { paint, penOf, Scale } from "./colours.js";
import { SpokenCursor } from "./cursor.js";
import { REST } from "./frames.js";
import { hatch, lines, outline } from "./outlines.js";
import { number, short, significant } from "./text.js";

const NUMBER_FONT = "system-ui, sans-serif";
const SMALLEST_NUMBER = 11; // in pixels; below, the numbers of the cells are left out
const LARGE = 7; // a cell that bears lines around it, in CSS pixels
const DRAG_THRESHOLD = 3;
const SEQUENTIAL = /** @type {"sequential"} */ ("sequential");
let grids = 0;

/** @typedef {import("./types.js").Cell} Cell */
/** @typedef {import("./types.js").Mark} Mark */
/** @typedef {import("./types.js").GridOptions} Options */

/** An array as a grid of cells, for pointer, finger and keyboard. */
export class Grid {
  /**
   * @param {import("./colours.js").Palettes} palettes
   * @param {Options} options
   */
  constructor(palettes, options) {
    this.palettes = palettes;
    this.options = { kind: SEQUENTIAL, zoom: 1, legend: true, words: options.name, ...options };
    this.name = options.name;
    this.array = NDArray.zeros([0, 0]); // until there is one
    this.scale = new Scale(new Uint8Array(), 0, 0);
    this.written = "";
    this.hovered = /** @type {Cell | null} */ (null);
    this.frame = 0; // its number, while one is asked for
    this.stale = { cells: false, outlines: false };
    /** @type {{ x: number, y: number, moved: boolean, cell: Cell } | null} */
    this.drag = null;
    this.cursor = { row: 0, column: 0 };
    this.size = { width: 0, height: 0 }; // of the field, in CSS pixels
    this.pixels = document.createElement("canvas"); // one a cell
    this.marks = /** @type {Mark[]} */ ([]);
    this.marked = ""; // the same, written
    this.unsaid = false; // whether another number stands where the cursor is
    this.mask = /** @type {Mark[]} */ ([]);
    this.id = `cn-grid-${++grids}`;
    this.ratio = 1;
    this.dragged = false;
    this.element = this.build();
    this.title = this.find(".cn-title");
    this.field = this.find(".cn-field");
    const [cells, outlines] = this.field.querySelectorAll("canvas");
    this.cells = cells;
    this.outlines = outlines;
    this.spoken = new SpokenCursor(this.field);
    this.legend = this.options.legend ? this.find(".cn-legend") : null;
    this.listen();
    // Tells the size at first and whenever it changes: with the window, or with the shape. To ask
    // for it would have the browser lay out the page in the middle of a change.
    this.resizing = new ResizeObserver(([{ contentRect }]) => {
      this.size = contentRect;
      this.draw();
    });
    this.resizing.observe(this.field);
  }

  build() {
    const { title, zoom, unit, legend } = this.options;
    const element = document.createElement("div");
    element.className = "cn-block";
    element.dataset.grid = this.name;
    element.style.setProperty("--cn-unit", unit ?? `calc(var(--cn-cell) * ${zoom})`);
    // data-lm-suppress-shortcuts keeps JupyterLab from taking the arrow keys. It has an effect
    // only on the element that has the focus itself.
    element.innerHTML = `
      <div class="cn-title">${title}</div>
      <div class="cn-field" role="grid" tabindex="0" data-lm-suppress-shortcuts="true">
        <canvas aria-hidden="true"></canvas>
        <canvas aria-hidden="true"></canvas>
        <div class="cn-unseen" role="row">
          <span role="gridcell" id="${this.id}-0"></span>
          <span role="gridcell" id="${this.id}-1"></span>
        </div>
      </div>
      ${legend ? '<div class="cn-legend" aria-hidden="true"><span></span><i></i><span></span></div>' : ""}`;
    return element;
  }

  /** A part of what `build` has made. @param {string} selector */
  find(selector) {
    return /** @type {HTMLElement} */ (this.element.querySelector(selector));
  }

  // --- what it shows -----------------------------------------------------------------------

  /**
   * Draw an array.
   * @param {NDArray} array
   * @param {object} options
   * @param {Scale | null} [options.scale]  the scale to use, if not the array's own
   * @param {string | null} [options.title]
   * @param {string | null} [options.words]
   */
  show(array, { scale = null, title = null, words = null } = {}) {
    if (title !== null && title !== this.written) this.title.innerHTML = this.written = title;
    const size = `${array.rows} by ${array.columns}`;
    this.field.setAttribute("aria-label", `${words ?? this.options.words}, ${size}`);
    scale ??= this.palettes.scale(this.options.kind, array.values);
    // As one array of a figure changes, the others are shown again as they were.
    if (this.array.equals(array) && this.scale.equals(scale)) return;
    if (array.rows !== this.array.rows || array.columns !== this.array.columns) this.fit(array);
    if (this.legend && !this.scale.equals(scale)) this.showLegend(this.legend, scale);
    this.array = array;
    this.scale = scale;
    this.unsaid = true;
    this.redraw();
  }

  /** Take another number of rows and columns. @param {NDArray} array */
  fit({ rows, columns }) {
    this.cursor.row = Math.min(this.cursor.row, rows - 1);
    this.cursor.column = Math.min(this.cursor.column, columns - 1);
    this.field.style.setProperty("--cn-rows", `${rows}`);
    this.field.style.setProperty("--cn-columns", `${columns}`);
    this.field.setAttribute("aria-rowcount", `${rows}`);
    this.field.setAttribute("aria-colcount", `${columns}`);
    this.redraw("outlines"); // of other cells
  }

  /** Write the ends of a scale, with its colours between them. @param {Element} legend @param {Scale} scale */
  showLegend(legend, scale) {
    const [low, bar, high] = /** @type {HTMLElement[]} */ ([...legend.children]);
    low.textContent = significant(scale.low);
    high.textContent = significant(scale.high);
    // Wherever it ends, a palette has the same colours.
    if (scale.palette !== this.scale.palette) bar.style.background = scale.gradient();
  }

  /**
   * Outline cells until the next call: [{row, column, rows = 1, columns = 1, line = "cell"}].
   * Lines are those of outlines.js.
   * @param {Mark[]} marks
   */
  mark(marks) {
    // From one cell to the next most grids keep theirs, and a canvas drawn anew must be painted.
    const written = marks.length ? JSON.stringify(marks) : "";
    if (written === this.marked) return;
    this.marked = written;
    this.marks = marks;
    this.redraw("outlines");
  }

  /**
   * Outline cells for good, beneath what `mark` outlines: a pooling mask, say.
   * @param {Mark[]} mask
   */
  setMask(mask) {
    this.mask = mask;
    this.redraw();
  }

  /** Draw what has changed, once before the next frame. @param {"cells" | "outlines"} what */
  redraw(what = "cells") {
    this.stale[what] = true;
    this.frame ||= requestAnimationFrame(() => this.drawStale());
  }

  drawStale() {
    this.frame = 0;
    // What is for the ear need not be laid out before the picture is painted.
    if (this.unsaid) setTimeout(() => this.speakCursor(), REST);
    if (!this.measure()) return;
    const { cells, outlines } = this.stale;
    this.stale = { cells: false, outlines: false };
    if (cells) this.drawCells();
    if (outlines) this.drawOutlines();
  }

  draw() {
    this.stale = { cells: true, outlines: true };
    this.drawStale();
  }

  /** Fit the canvases to the screen's own pixels; false while the grid is not to be seen. */
  measure() {
    if (!this.size.width || !this.size.height) return false;
    this.ratio = window.devicePixelRatio || 1;
    const width = Math.round(this.size.width * this.ratio);
    const height = Math.round(this.size.height * this.ratio);
    if (this.cells.width === width && this.cells.height === height) return true;
    for (const canvas of [this.cells, this.outlines]) Object.assign(canvas, { width, height });
    this.stale = { cells: true, outlines: true }; // a canvas of another size is blank
    return true;
  }

  /** Left, top, width and height of a block of cells, on whole pixels. @param {Mark} mark */
  box({ row, column, rows = 1, columns = 1 }) {
    const { width, height } = this.cells;
    const x = (/** @type {number} */ k) => Math.round((k * width) / this.array.columns);
    const y = (/** @type {number} */ j) => Math.round((j * height) / this.array.rows);
    return /** @type {[number, number, number, number]} */ ([
      x(column),
      y(row),
      x(column + columns) - x(column),
      y(row + rows) - y(row),
    ]);
  }

  drawCells() {
    const { array, pixels } = this;
    const { width, height } = this.cells;
    const pen = penOf(this.cells);
    pen.clearRect(0, 0, width, height);
    // All cells at once: a rectangle each takes ten times as long.
    paint(pixels, array, this.scale);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(pixels, 0, 0, width, height);
    array.values.forEach((value, i) => {
      if (Number.isFinite(value)) return;
      const [row, column] = [Math.floor(i / array.columns), i % array.columns];
      hatch(pen, this.box({ row, column }), this.ratio);
    });
    if (width / array.columns >= LARGE * this.ratio) lines(pen, { width, height }, array);
    this.drawNumbers(pen);
    for (const mark of this.mask) this.outline(pen, mark);
  }

  /** @param {CanvasRenderingContext2D} pen */
  drawNumbers(pen) {
    const { array, scale } = this;
    const [cell, row] = [this.cells.width / array.columns, this.cells.height / array.rows];
    const { smallest = SMALLEST_NUMBER, largest = 14, share = 0.38 } = this.options;
    const size = Math.min(share * cell, 0.88 * row, largest * this.ratio);
    if (size < smallest * this.ratio) return;
    pen.font = `${size}px ${NUMBER_FONT}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (let row = 0; row < array.rows; row++) {
      for (let column = 0; column < array.columns; column++) {
        const value = array.at(row, column);
        const [x, y, width, height] = this.box({ row, column });
        pen.fillStyle = Number.isFinite(value) ? scale.ink(value) : "#000";
        const text = this.options.write?.(value) ?? short(value, scale.high);
        pen.fillText(text, x + width / 2, y + height / 2, width - 6 * this.ratio);
      }
    }
  }

  drawOutlines() {
    // A blank canvas would be a layer that the browser puts together with all others in each frame.
    this.outlines.style.visibility = this.marks.length ? "" : "hidden";
    const pen = penOf(this.outlines);
    pen.clearRect(0, 0, this.outlines.width, this.outlines.height);
    for (const mark of this.marks) this.outline(pen, mark);
  }

  /** @param {CanvasRenderingContext2D} pen @param {Mark} mark */
  outline(pen, mark) {
    const { width, height } = this.outlines;
    const sheet = { width, height, ratio: this.ratio, palettes: this.palettes };
    outline(pen, this.box(mark), mark.line ?? "cell", sheet);
  }

  // --- pointer and keyboard ----------------------------------------------------------------

  listen() {
    const { field } = this;
    field.addEventListener("pointermove", (event) => this.onPointerMove(event));
    field.addEventListener("pointerdown", (event) => this.onPointerDown(event));
    field.addEventListener("pointerup", () => this.endDrag());
    field.addEventListener("pointercancel", () => this.endDrag(false));
    field.addEventListener("pointerleave", () => this.drag || this.point(null));
    field.addEventListener("click", (event) => this.onClick(event));
    field.addEventListener("keydown", (event) => this.onKeyDown(event));
    field.addEventListener("focus", () => this.onFocus());
  }

  /** @param {MouseEvent} event @returns {Cell} */
  cellAt(event) {
    const { left, top, width, height } = this.field.getBoundingClientRect();
    /** @param {number} share @param {number} n */
    const inside = (share, n) => Math.min(n - 1, Math.max(0, Math.floor(share * n)));
    return {
      row: inside((event.clientY - top) / height, this.array.rows),
      column: inside((event.clientX - left) / width, this.array.columns),
    };
  }

  /** @param {Cell | null} cell */
  point(cell) {
    if (same(cell, this.hovered)) return;
    this.hovered = cell;
    this.options.onPoint?.(cell);
  }

  /** @param {PointerEvent} event */
  onPointerMove(event) {
    const cell = this.cellAt(event);
    if (this.drag) {
      const [dx, dy] = [event.clientX - this.drag.x, event.clientY - this.drag.y];
      this.drag.moved ||= Math.hypot(dx, dy) > DRAG_THRESHOLD;
      if (this.drag.moved) this.options.onDrag?.move(cell, dx, dy);
    }
    this.point(this.drag && this.options.onDrag?.holds ? this.drag.cell : cell);
  }

  /** @param {PointerEvent} event */
  onPointerDown(event) {
    const cell = this.cellAt(event);
    this.dragged = false;
    if (event.button !== 0 || !this.options.onDrag?.start(cell)) return;
    this.drag = { x: event.clientX, y: event.clientY, moved: false, cell };
    this.field.setPointerCapture(event.pointerId);
  }

  endDrag(clicks = true) {
    if (!this.drag) return;
    // The click that ends a drag must not pick a cell as well; one that is cancelled has no click.
    this.dragged = clicks && this.drag.moved;
    this.drag = null;
    this.options.onDrag?.end?.();
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    if (!this.dragged) this.pick(this.cellAt(event));
    this.dragged = false;
  }

  /** Let the figure be about a cell from now on. @param {Cell} cell */
  pick(cell) {
    this.moveTo(cell);
    this.options.onPick?.({ ...this.cursor });
  }

  onFocus() {
    this.speakCursor();
    // A click focuses as well, and then it is the pointer that counts.
    if (this.field.matches(":focus-visible")) this.options.onWalk?.({ ...this.cursor });
  }

  /** @param {KeyboardEvent} event */
  onKeyDown(event) {
    if (event.altKey || event.metaKey) return;
    const { row, column } = this.cursor;
    const last = { row: this.array.rows - 1, column: this.array.columns - 1 };
    /** @type {Record<string, Cell>} */
    const cells = {
      ArrowUp: { row: Math.max(0, row - 1), column },
      ArrowDown: { row: Math.min(last.row, row + 1), column },
      ArrowLeft: { row, column: Math.max(0, column - 1) },
      ArrowRight: { row, column: Math.min(last.column, column + 1) },
      Home: event.ctrlKey ? { row: 0, column: 0 } : { row, column: 0 },
      End: event.ctrlKey ? last : { row, column: last.column },
    };
    if (cells[event.key]) this.walkTo(cells[event.key]);
    else if (this.options.onKey?.(event, { ...this.cursor })) {
      /* used */
    } else if (event.key === "Enter" || event.key === " ") this.pick(this.cursor);
    else if (event.key === "Escape") this.options.onLeave?.();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {Cell} cell */
  walkTo(cell) {
    this.moveTo(cell);
    this.options.onWalk?.(cell);
  }

  /** Put the keyboard's cursor on a cell without pointing at it. @param {Cell} cell */
  moveTo({ row, column }) {
    this.cursor = { row, column };
    this.speakCursor();
  }

  speakCursor() {
    this.unsaid = false;
    const { row, column } = this.cursor;
    this.spoken.say(this.cursor, number(this.array.at(row, column)));
  }

  close() {
    this.resizing.disconnect();
    cancelAnimationFrame(this.frame);
  }
}

/** @param {Cell | null} a @param {Cell | null} b */
function same(a, b) {
  return a === b || Boolean(a && b && a.row === b.row && a.column === b.column);
}
