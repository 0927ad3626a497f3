// A figure: grids in rows, controls, formulas, and one cell of one grid that it is about.
//
// What the figure is about: the cell that was pointed at or walked to, whichever came last, or else
// the cell that was picked. A figure passes `explain` and is called with {grid, row, column}
// whenever that changes; it calls `refresh` itself when an array does.
// To explain is to mark grids, write formulas and say the same in words. A new figure begins as
// convolution.js does.
//
// Python and the page share the traits of the model: data, parameters and choices. What depends on
// them a figure asks of engine.js, with or without a kernel. A control changes a trait with `send`,
// a figure listens with `onChange`, and so it follows Python and its other views in the same way.

import { NDArray } from "./arrays.js";
import { Palettes } from "./colours.js";
import { Grid } from "./grid.js";

const SPEECH_DELAY = 200; // ms: a pointer crossing a grid is not to be read out cell by cell
const HINT =
  "Point at a cell, or press Tab to reach a grid and walk through it with the arrow keys. " +
  "Click or press Enter to keep a cell; Escape leaves.";

export class Figure {
  /**
   * @param context  what anywidget passes to render: {model, el}
   * @param words    the figure's name for a screen reader
   * @param options
   *   hint   a sentence about what else can be done, for the line below the figure
   *   cells  cells side by side in the longest row, gaps aside: sets the size of a cell
   */
  constructor({ model, el }, words, { hint = "", cells = 94 } = {}) {
    this.model = model;
    this.palettes = new Palettes(model.get("_palettes"));
    this.grids = new Map();
    this.listeners = [];
    this.closing = [];
    this.kept = new Map(); // arrays of traits, until they are set anew
    this.pointed = null; // by the pointer
    this.walked = null; // to, with the keyboard
    this.resting = false; // the pointer, since the keyboard walked
    this.element = make("div", "cn-figure", { role: "group", "aria-label": words });
    this.live = this.add(make("div", "cn-live"), this.element);
    this.live.style.setProperty("--cn-row-cells", cells);
    this.controls = this.add(make("div", "cn-controls"));
    this.body = this.add(make("div", "cn-body"));
    this.hint = this.add(make("p", "cn-hint", { tabindex: "-1" }));
    this.hint.textContent = `${HINT} ${hint}`;
    this.words = this.add(make("div", "cn-unseen", { role: "status" }));
    this.twin = /** @type {HTMLImageElement | null} */ (null);
    this.address = /** @type {string | null} */ (null);
    this.addTwin();
    this.element.addEventListener("pointermove", (event) => this.onPointerMove(event), true);
    el.append(this.element);
  }

  add(element, parent = this.live) {
    parent.append(element);
    return element;
  }

  // --- parts to build a figure from ----------------------------------------------------------

  /** A row of grids, which wraps where the page is narrow. */
  row(parent = this.body) {
    return this.add(make("div", "cn-row"), parent);
  }

  /** The rest of a row: it takes what width the grids leave. */
  side(row) {
    return this.add(make("div", "cn-side"), row);
  }

  /** An operator between two grids: ⊙, =, → */
  sign(text, parent) {
    const sign = this.add(make("span", "cn-sign", { "aria-hidden": "true" }), parent);
    sign.textContent = text;
    return sign;
  }

  /** The place of the formulas; a figure sets its innerHTML (text.js makes the lines). */
  formulas(parent = this.body) {
    return this.add(make("div", "cn-formulas"), parent);
  }

  /**
   * Something long that the reader may open; returns {show(html)}, null for nothing to show. It
   * stays open while what it shows changes, and `html`, a function, is called only then.
   */
  details(summary, parent = this.body) {
    const details = this.add(make("details", "cn-details"), parent);
    const line = this.add(make("summary", ""), details);
    line.textContent = summary;
    const content = this.add(make("div", "cn-products"), details);
    let html = null;
    const write = () => {
      content.innerHTML = details.open && html ? html() : "";
    };
    details.addEventListener("toggle", write);
    const show = (next) => {
      html = next;
      details.classList.toggle("cn-blank", !html);
      write();
    };
    return { show };
  }

  /**
   * A grid whose cells the figure can be about. Options as grid.js. With `detail`, a function of
   * a cell or null, the grid is part of an explanation: pointing at it calls that function
   * instead and leaves the explanation where it is.
   */
  grid(parent, options) {
    const { name, detail } = options;
    const actions = {
      onPoint: detail ?? ((cell) => this.point(cell && { grid: name, ...cell })),
      onWalk: detail ?? ((cell) => this.walk({ grid: name, ...cell })),
      onPick: detail ?? ((cell) => this.pick({ grid: name, ...cell })),
      onLeave: () => this.leave(),
      ...options,
    };
    const first = (action) => (cell) => {
      this.rest();
      action(cell);
    };
    const { onWalk, onPick } = actions;
    const grid = new Grid(this.palettes, {
      ...actions,
      onWalk: first(onWalk),
      onPick: first(onPick),
    });
    this.grids.set(name, grid);
    this.add(grid.element, parent);
    return grid;
  }

  /** Controls that belong together, under a name for the ear. */
  group(legend) {
    const set = this.add(make("fieldset", "cn-group"), this.controls);
    this.add(make("legend", "cn-unseen"), set).textContent = legend;
    return set;
  }

  button(parent, text, onClick) {
    const button = this.add(make("button", "cn-button", { type: "button" }), parent);
    button.textContent = text;
    button.addEventListener("click", () => onClick(button));
    return button;
  }

  /** A labelled menu of [value, text] pairs; returns the select. */
  menu(parent, text, choices, onChange) {
    const label = this.add(make("label", "cn-label"), parent);
    label.append(text, " ");
    const select = this.add(make("select", "cn-select"), label);
    for (const [value, words] of choices) select.add(new Option(words, value));
    select.addEventListener("change", () => onChange(select.value));
    return select;
  }

  /** The menu that leafs through the images of an array (N, …), if there are several. */
  imageMenu(name) {
    const images = this.model.get(name).shape[0];
    if (images === 1) return null;
    const choices = Array.from({ length: images }, (_, i) => [i, `${i}`]);
    return this.menu(this.controls, "Image", choices, (i) => this.send({ index: Number(i) }));
  }

  /** A labelled slider; returns {input, output}, output being the place of its number. */
  slider(parent, html, words, { min, max, step }, onInput) {
    const label = this.add(make("label", "cn-label"), parent);
    label.innerHTML = html;
    const input = this.add(
      make("input", "cn-slider", {
        type: "range",
        min,
        max,
        step,
        "aria-label": words,
        "data-lm-suppress-shortcuts": "true",
      }),
      label,
    );
    const output = this.add(make("output", "cn-number"), label);
    input.addEventListener("input", () => onInput(Number(input.value)));
    return { input, output };
  }

  // --- arrays --------------------------------------------------------------------------------

  /** The array of a trait, or the one of a name in it. It is not to be changed: see `copy`. */
  array(name, key = null) {
    const sent = key === null ? this.model.get(name) : this.model.get(name)[key];
    const place = `${name} ${key}`;
    const kept = this.kept.get(place);
    if (kept?.sent === sent) return kept.array;
    const array = NDArray.from(sent);
    this.kept.set(place, { sent, array });
    return array;
  }

  /**
   * Change traits here, in all other views and, if there is a kernel, in Python; of those that are
   * set while it is busy only the last reach it.
   */
  send(values) {
    for (const [name, value] of Object.entries(values)) {
      this.model.set(name, value instanceof NDArray ? value.wire() : value);
    }
    this.model.save_changes();
  }

  // --- what the figure is about --------------------------------------------------------------

  /** Call `explain` now and whenever the subject changes. */
  start(explain) {
    this.explain = explain;
    this.onChange(["pinned"], () => {
      this.walked = null;
      this.refresh();
    });
    this.refresh();
  }

  get subject() {
    return this.pointed ?? this.walked ?? this.model.get("pinned");
  }

  /** The keyboard counts from now on, until the pointer is moved: it may still lie on a cell. */
  rest() {
    this.resting = true;
    this.pointed = null;
    for (const grid of this.grids.values()) grid.hovered = null;
  }

  /** Let the grids know of moves of the pointer, and not of those of the page beneath it. */
  onPointerMove(event) {
    const place = `${event.screenX} ${event.screenY}`;
    if (place !== this.place) this.resting = false;
    this.place = place;
    if (this.resting) event.stopPropagation();
  }

  point(subject) {
    this.pointed = subject;
    this.follow();
  }

  walk(subject) {
    this.walked = subject;
    this.follow();
  }

  pick(subject) {
    this.walked = null;
    this.send({ pinned: subject });
  }

  /** Explain the subject if it is another one than before. */
  follow() {
    const [now, before] = [this.subject, this.explained ?? {}];
    if (["grid", "row", "column"].some((key) => now[key] !== before[key])) this.refresh();
  }

  refresh() {
    this.explained = this.subject;
    this.explain?.(this.explained);
  }

  /** Outline cells: {grid name: marks}. Grids that are not named lose their outlines. */
  mark(marks) {
    for (const [name, grid] of this.grids) grid.mark(marks[name] ?? []);
  }

  /** Say a sentence to a screen reader, once the pointer has come to rest. */
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

  listen(event, callback) {
    this.model.on(event, callback);
    this.listeners.push([event, callback]);
  }

  /** Call back once when any of these traits has changed, even if they all did at once. */
  onChange(names, callback) {
    let waiting = false;
    for (const name of names) {
      this.listen(`change:${name}`, () => {
        if (waiting) return;
        waiting = true;
        queueMicrotask(() => {
          waiting = false;
          callback();
        });
      });
    }
  }

  onClose(callback) {
    this.closing.push(callback);
  }

  /** What render returns to anywidget: let go of everything that outlives the element. */
  close() {
    for (const [event, callback] of this.listeners) this.model.off(event, callback);
    for (const grid of this.grids.values()) grid.close();
    for (const callback of this.closing) callback();
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

function make(tag, name, attributes = {}) {
  const element = document.createElement(tag);
  element.className = name;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
