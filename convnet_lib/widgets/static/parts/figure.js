// A figure: grids in rows, controls, formulas, and one cell of one grid that it is about.
//
// What the figure is about: the cell that was pointed at or walked to, whichever came last, or else
// the cell that was picked. A figure passes `explain` and is called with {grid, row, column}
// whenever that changes; it calls `refresh` itself when an array does.
// To explain is to mark grids, write formulas and say the same in words. A new figure begins as
// pooling.js does.
//
// Python and the page share the traits of the model: data, parameters and choices. What depends on
// them a figure asks of engine.js, with or without a kernel. A control changes a trait with `send`,
// a figure listens with `onChange`, and so it follows Python and its other views in the same way.

import { NDArray } from "./arrays.js";
import { Palettes } from "./colours.js";
import { afterFrame } from "./frames.js";
import { Grid } from "./grid.js";
import { Layout, make } from "./layout.js";
import { fitting } from "./offers.js";
import { Post } from "./post.js";

const SPEECH_DELAY = 200; // ms: a pointer crossing a grid is not to be read out cell by cell

/** @typedef {import("./types.js").Cell} Cell */
/** @typedef {import("./types.js").Subject} Subject */

/** A figure: grids, the traits of its model, and the cell that it is about. */
export class Figure extends Layout {
  /**
   * @param {import("./types.js").Context} context
   * @param {string} words  the figure's name for a screen reader
   * @param {{ hint?: string, cells?: number, tall?: [number, number] }} options  as layout.js
   */
  constructor(context, words, options = {}) {
    super(context, words, options);
    this.palettes = new Palettes(context.model.get("_palettes"));
    /** @type {Map<string, Grid>} */
    this.grids = new Map();
    /** @type {[string, () => void][]} */
    this.listeners = [];
    /** @type {(() => void)[]} */
    this.closing = [];
    /** @type {Map<string, { sent: unknown, array: NDArray }>} */
    this.kept = new Map(); // arrays of traits, until they are set anew
    this.post = new Post(this.model);
    /** @type {Set<string>} */
    this.about = new Set(); // the grids whose cells it can be about, the first of them first
    this.picked = /** @type {Subject | null} */ (null); // the last that there is
    this.pointed = /** @type {Subject | null} */ (null); // by the pointer
    this.walked = /** @type {Subject | null} */ (null); // to, with the keyboard
    this.explain = /** @type {((subject: Subject) => void) | null} */ (null);
    this.explained = /** @type {Subject | null} */ (null);
    this.notYet = /** @type {(() => void) | null} */ (null); // forgets that it is to be explained
    this.place = "";
    this.resting = false; // the pointer, since the keyboard walked
    this.adrift = false; // the pointer left a cell because the page moved beneath it
    this.twin = /** @type {HTMLImageElement | null} */ (null);
    this.address = /** @type {string | null} */ (null);
    this.addTwin();
    this.element.addEventListener("pointermove", (event) => this.onPointerMove(event), true);
    this.element.addEventListener("pointerleave", (event) => this.onPointerLeave(event), true);
    const land = (/** @type {PointerEvent} */ event) => this.land(event);
    window.addEventListener("pointermove", land, true);
    this.onClose(() => window.removeEventListener("pointermove", land, true));
    this.element.addEventListener("cn-pin", (event) =>
      this.pin(/** @type {CustomEvent<Subject>} */ (event).detail),
    );
    this.element.addEventListener("cn-net", (event) =>
      this.take(/** @type {CustomEvent<import("./offers.js").Offer>} */ (event).detail),
    );
  }

  /**
   * A grid whose cells the figure can be about. Options as grid.js. With `detail`, a function of
   * a cell or null, the grid is part of an explanation: pointing at it calls that function
   * instead and leaves the explanation where it is.
   * @param {Element} parent
   * @param {import("./types.js").GridOptions & { detail?: (cell: Cell | null) => void }} options
   */
  grid(parent, options) {
    const { name, detail } = options;
    /** @type {import("./types.js").GridOptions} */
    const actions = {
      onPoint: detail ?? ((cell) => this.point(cell && { grid: name, ...cell })),
      onWalk: detail ?? ((cell) => this.walk({ grid: name, ...cell })),
      onPick: detail ?? ((cell) => this.pick({ grid: name, ...cell })),
      onLeave: () => this.leave(),
      ...options,
    };
    const first = (/** @type {((cell: Cell) => void) | undefined} */ action) => {
      return (/** @type {Cell} */ cell) => {
        this.rest();
        action?.(cell);
      };
    };
    const { onWalk, onPick } = actions;
    const grid = new Grid(this.palettes, {
      ...actions,
      onWalk: first(onWalk),
      onPick: first(onPick),
    });
    this.grids.set(name, grid);
    if (!detail && !options.onPick) this.about.add(name);
    this.add(grid.element, parent);
    return grid;
  }

  /** Close a grid that is taken away. @param {Grid} grid */
  drop(grid) {
    this.grids.delete(grid.name);
    this.about.delete(grid.name);
    grid.close();
  }

  /**
   * The menu that leafs through the images of an array (N, …), if there are several.
   * @param {string} name
   * @param {(i: number) => string | number} words  what it calls the i-th
   */
  imageMenu(name, words = (i) => i) {
    const images = this.model.get(name).shape[0];
    if (images === 1) return null;
    const choices = Array.from({ length: images }, (_, i) => [i, words(i)]);
    return this.menu(this.controls, "Image", choices, (i) => this.send({ index: Number(i) }));
  }

  // --- arrays --------------------------------------------------------------------------------

  /**
   * The array of a trait, or the one of a name in it. It is not to be changed: see `copy`.
   * @param {string} name
   * @param {string | null} key
   */
  array(name, key = null) {
    const sent = key === null ? this.model.get(name) : this.model.get(name)[key];
    const place = `${name} ${key}`;
    const kept = this.kept.get(place);
    if (kept && kept.sent === sent) return kept.array;
    const array = NDArray.from(sent);
    this.kept.set(place, { sent, array });
    return array;
  }

  /**
   * Change traits here, in all other views and, if there is a kernel, in Python; of those that are
   * set while it is busy only the last reach it. Those that take long are computed `late`, by
   * functions, once what `values` has in their place is painted.
   * @param {Record<string, unknown>} values
   * @param {Record<string, () => unknown>} late
   */
  send(values, late = {}) {
    const named = Object.entries(values).map(([name, x]) => [name, wired(x)]);
    const later = Object.entries(late).map(([name, compute]) => [name, () => wired(compute())]);
    this.post.put(Object.fromEntries(named), Object.fromEntries(later));
  }

  /** Take over the network of another figure, if it fits. @param {import("./offers.js").Offer} offer */
  take(offer) {
    const names = this.model.get("_arrays");
    const arrays = fitting(offer, (name) => (names.includes(name) ? this.array(name) : null));
    if (!arrays) return;
    // The costs of the networks before it were those of others.
    if (names.includes("past"))
      arrays.past = NDArray.zeros([0, ...this.array("past").shape.slice(1)]);
    this.send(arrays);
    offer.taken++;
  }

  // --- what the figure is about --------------------------------------------------------------

  /**
   * Call `explain` now and whenever the subject changes.
   * @param {(subject: Subject) => void} explain
   */
  start(explain) {
    this.explain = explain;
    this.onChange(["pinned"], () => {
      this.walked = null;
      this.refresh();
    });
    this.refresh();
  }

  /** @returns {Subject} */
  get subject() {
    return this.pointed ?? this.walked ?? this.pinned;
  }

  /**
   * The cell that was picked, or that Python has named. Of a grid that there is not, the figure stays
   * with the cell before; of one that has fewer cells, it is about the nearest.
   * @returns {Subject}
   */
  get pinned() {
    const named = /** @type {Subject | null} */ (this.model.get("pinned"));
    const whole = Number.isInteger(named?.row) && Number.isInteger(named?.column);
    if (named && whole && this.about.has(named.grid)) this.picked = named;
    const [first = ""] = this.about;
    const { grid, row, column } = this.picked ?? { grid: first, row: 0, column: 0 };
    const { rows = 0, columns = 0 } = this.grids.get(grid)?.array ?? {};
    const inside = (/** @type {number} */ n, /** @type {number} */ size) =>
      Math.max(0, size ? Math.min(n, size - 1) : n);
    return { grid, row: inside(row, rows), column: inside(column, columns) };
  }

  /** The keyboard counts from now on, until the pointer is moved: it may still lie on a cell. */
  rest() {
    this.resting = true;
    this.pointed = null;
    for (const grid of this.grids.values()) grid.hovered = null;
  }

  /**
   * Let the grids know of moves of the pointer, and not of those of the page beneath it.
   * @param {PointerEvent} event
   */
  onPointerMove(event) {
    const still = this.still(event);
    if (!still) this.resting = false;
    this.place = placeOf(event);
    if (this.resting || still) event.stopPropagation();
  }

  /** Whether the pointer is where it was: the page has moved beneath it. @param {PointerEvent} event */
  still(event) {
    return placeOf(event) === this.place;
  }

  /** What is explained does not change by scrolling. @param {PointerEvent} event */
  onPointerLeave(event) {
    if (!this.still(event)) {
      this.place = ""; // when it comes back to where it was, it has moved all the same
      return;
    }
    event.stopPropagation();
    this.adrift = true;
  }

  /** The pointer moves again: it points at nothing, unless it has come to a cell. @param {PointerEvent} event */
  land(event) {
    if (!this.adrift || this.still(event)) return;
    this.adrift = false;
    for (const grid of this.grids.values()) grid.hovered = null;
    this.point(null);
  }

  /** @param {Subject | null} subject */
  point(subject) {
    this.pointed = subject;
    this.follow();
  }

  /** @param {Subject} subject */
  walk(subject) {
    this.walked = subject;
    this.follow();
  }

  /** @param {Subject} subject */
  pick(subject) {
    this.walked = null;
    this.send({ pinned: subject });
  }

  /**
   * Be about a cell that the page around names, if there is such a one, as if it was clicked.
   * @param {Subject} subject
   */
  pin({ grid: name, row, column }) {
    const grid = this.grids.get(name);
    if (grid && row < grid.array.rows && column < grid.array.columns) grid.pick({ row, column });
  }

  /** Explain the subject if it is another one than before; at first there may be neither. */
  follow() {
    const [now, before] = [this.subject, this.explained];
    const same =
      now.grid === before?.grid && now.row === before?.row && now.column === before?.column;
    if (!same) this.refresh();
  }

  refresh() {
    this.notYet?.();
    this.notYet = null;
    this.explained = this.subject;
    this.explain?.(this.explained);
  }

  /** Explain anew once the arrays are painted: their picture is not held up by what is said of it. */
  refreshLater() {
    this.notYet ??= afterFrame(() => this.refresh());
  }

  /**
   * Outline cells: {grid name: marks}. Grids that are not named lose their outlines.
   * @param {import("./types.js").Marks} marks
   */
  mark(marks) {
    for (const [name, grid] of this.grids) grid.mark(marks[name] ?? []);
  }

  /**
   * Say a sentence to a screen reader, once the pointer has come to rest.
   * @param {string} text
   */
  say(text) {
    clearTimeout(this.speech);
    this.speech = setTimeout(() => {
      if (this.words.textContent !== text) this.words.textContent = text;
    }, SPEECH_DELAY);
  }

  /** Escape: on to the line below the figure, from where Tab leads out of it. */
  leave() {
    this.walked = null;
    this.follow();
    this.hint.focus();
  }

  // --- coming and going ----------------------------------------------------------------------

  /** @param {string} event @param {() => void} callback */
  listen(event, callback) {
    this.model.on(event, callback);
    this.listeners.push([event, callback]);
  }

  /**
   * Call back once when any of these traits has changed, even if they all did at once; not if what
   * changed one was undone (post.js).
   * @param {string[]} names
   * @param {() => void} callback
   */
  onChange(names, callback) {
    const values = () => names.map((name) => this.model.get(name));
    let waiting = false;
    let before = values();
    for (const name of names) {
      this.listen(`change:${name}`, () => {
        if (waiting) return;
        waiting = true;
        queueMicrotask(() => {
          waiting = false;
          const now = values();
          if (now.every((value, i) => value === before[i])) return;
          before = now;
          callback();
        });
      });
    }
  }

  /** @param {() => void} callback */
  onClose(callback) {
    this.closing.push(callback);
  }

  /** What render returns to anywidget: let go of everything that outlives the element. */
  close() {
    for (const [event, callback] of this.listeners) this.model.off(event, callback);
    for (const grid of this.grids.values()) grid.close();
    for (const callback of this.closing) callback();
    this.notYet?.();
    this.post.close();
    clearTimeout(this.speech);
    this.element.remove();
    if (this.address) URL.revokeObjectURL(this.address);
  }

  /** The static twin, which print shows in place of the live figure. */
  addTwin() {
    const show = () => {
      const { png, alt } = this.model.get("_twin");
      if (!png) return;
      if (this.address) URL.revokeObjectURL(this.address);
      this.address = URL.createObjectURL(new Blob([png], { type: "image/png" }));
      this.twin ??= this.add(make("img", "cn-twin"), this.element);
      this.twin.src = this.address;
      this.twin.alt = alt;
      this.element.classList.add("cn-has-twin");
    };
    this.onChange(["_twin"], show);
    show();
  }
}

/** What a model has for a value. @param {unknown} value */
const wired = (value) => (value instanceof NDArray ? value.wire() : value);

/** Where a pointer is on the screen. @param {PointerEvent} event */
function placeOf({ screenX, screenY }) {
  return `${screenX} ${screenY}`;
}
