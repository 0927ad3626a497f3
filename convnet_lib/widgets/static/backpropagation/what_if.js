// What if a weight were another? It is dragged, or moved by key, and side by side grow what its
// gradient promises, ∂C/∂w · Δw, and what becomes of the cost in truth.

import { make, write } from "../parts/layout.js";
import { plain } from "./numbers.js";

const POINTS = 33;
const [WIDTH, HEIGHT] = [252, 124];
const PIXELS = 90; // of a drag for the whole span
/** @type {Record<string, number>} */
const KEYS = { "+": 1, "=": 1, "-": -1, "−": -1 };
const STEPS = 20; // by key, from 0 to an end of the span

/** @typedef {import("../parts/types.js").Cell} Cell */
/** @typedef {import("./types.js").Weight} Weight */
/** @typedef {import("./types.js").Data} Data */
/** @typedef {NonNullable<import("./types.js").Views["weight"]>} Explained  with its gradient */
/**
 * @typedef {object} Actions
 * @property {(weight: Weight) => (by: number) => number} costAlong
 * @property {(whatIf: import("./types.js").WhatIf | null) => void} change
 * @property {(weight: Weight) => number} span  how far a weight may be moved
 */

/** What if, as a part of the lens. */
export class WhatIf {
  // Of the weight that is shown: its network, its number, the cost there, and how the cost depends
  // on it.
  /** @type {Data} */ data;
  /** @type {number} */ value;
  /** @type {number} */ start;
  /** @type {(by: number) => number} */ cost;
  /** @type {[number, number][]} */ curve;

  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {Element} parent
   * @param {Actions} actions
   */
  constructor(figure, parent, actions) {
    this.figure = figure;
    this.actions = actions;
    this.weight = /** @type {Explained | null} */ (null);
    this.by = 0;
    this.truth = 0; // by how much the cost changes
    this.before = /** @type {number | null} */ (null);
    this.clip = `bp-clip-${Math.random().toString(36).slice(2)}`;
    this.element = figure.add(make("div", "bp-view bp-what-if"), parent);
    this.picture = figure.add(make("div", "bp-what-picture"), this.element);
    const side = figure.add(make("div", "bp-what-side"), this.element);
    this.label = figure.add(make("label", "bp-what-label"), side);
    this.name = figure.add(make("span", ""), this.label);
    this.input = figure.add(
      make("input", "cn-slider", {
        ...{ type: "range", min: -STEPS, max: STEPS, step: 1, value: 0 },
        "aria-label": "What if this weight were another",
        "data-lm-suppress-shortcuts": "true",
      }),
      this.label,
    );
    this.input.addEventListener("input", () =>
      this.move((this.span * Number(this.input.value)) / STEPS),
    );
    this.reading = figure.add(make("div", "bp-what-reading"), side);
    this.back = figure.button(side, "Put it back", () => this.move(0));
  }

  /** How far the weight that is shown may be moved; 1 if there is none. */
  get span() {
    return this.weight ? this.actions.span(this.weight) : 1;
  }

  /** Whether a weight is another than the network has. */
  get moved() {
    return this.weight && this.by ? { ...this.weight, by: this.by } : null;
  }

  /**
   * Show a number of the network that can be moved; null if there is none.
   * @param {Data} data
   * @param {Explained | null} weight
   */
  show(data, weight) {
    this.element.hidden = !weight;
    if (!weight) return;
    const other = this.weight?.name !== weight.name || this.weight?.place !== weight.place;
    if (other) this.reset();
    // While it is moved, its gradient is that of where it was; put back, it is where it was.
    if (!this.by && (other || data !== this.data)) {
      this.data = data;
      this.remember(other, data);
      this.weight = weight;
      this.start = data.C.values[0];
      this.value = data.raw(weight);
      this.cost = this.actions.costAlong(weight);
      this.curve = Array.from({ length: POINTS }, (_, i) => {
        const by = this.span * ((2 * i) / (POINTS - 1) - 1);
        return [by, this.cost(by)];
      });
    }
    this.draw();
  }

  /** For the ear: what was promised, and what came. */
  get words() {
    const { by, weight, value, truth } = this;
    if (!by || !weight) return "";
    const promised = weight.gradient * by;
    return ` What if it were ${plain(value + by)}: the cost is promised to change by ${plain(promised)}, and changes by ${plain(truth)}.`;
  }

  /** Where the weight stood before the last step: it is marked on the curve. @param {boolean} other @param {Data} data */
  remember(other, data) {
    if (other || !this.weight) this.before = null;
    else if (data.raw(this.weight) !== this.value) this.before = this.value;
  }

  /** Nothing is moved any more; true if something was. */
  reset() {
    const was = this.by !== 0;
    this.by = 0;
    return was;
  }

  /** @param {number} by */
  move(by) {
    if (!this.weight) return;
    this.by = Math.max(-this.span, Math.min(this.span, by));
    this.actions.change(this.moved);
  }

  /** Whether a key moves a weight. @param {KeyboardEvent} event */
  takes(event) {
    return event.key in KEYS && !event.ctrlKey;
  }

  /** Such a key, on the weight that is shown. @param {KeyboardEvent} event */
  key(event) {
    this.move(this.by + (KEYS[event.key] * this.span) / STEPS);
  }

  /**
   * What a grid of weights needs, so that they can be dragged: up is more. `begin` says by how much
   * the weight is moved already.
   * @param {(cell: Cell) => number} begin
   * @returns {import("../parts/types.js").Drag}
   */
  drag(begin) {
    let from = 0;
    return {
      holds: true,
      start: (cell) => {
        from = begin(cell);
        return true;
      },
      move: (_cell, _dx, dy) => this.move(from - (dy * this.span) / PIXELS),
    };
  }

  /** A tick at the value before the last step. @param {(by: number) => number} x */
  tick(x) {
    if (this.before === null || this.before === this.value) return "";
    const at = x(Math.max(-this.span, Math.min(this.span, this.before - this.value))).toFixed(1);
    return `<path class="bp-tick-before" d="M${at},${HEIGHT - 16}v-9"/><text x="${at}" y="${HEIGHT - 4}" text-anchor="middle" class="bp-quiet">before</text>`;
  }

  /** @param {number} cost  that of the network with the weight where it was moved to */
  draw(cost = this.cost(this.by)) {
    const { by, span, start, weight } = this;
    if (!weight) return;
    const promised = weight.gradient * by;
    const truth = by ? cost - start : 0;
    this.truth = truth;
    const costs = this.curve.map(([, c]) => c).filter(Number.isFinite);
    write(this.name, `What if ${weight.letter} were ${by ? "" : "not "}${plain(this.value + by)}?`);
    this.input.value = `${Math.round((STEPS * by) / span)}`;
    this.input.setAttribute(
      "aria-valuetext",
      `${plain(this.value + by)}: promised ${plain(promised)}, true ${plain(truth)}`,
    );
    this.back.setAttribute("aria-disabled", `${!by}`);
    this.reading.innerHTML = by
      ? `<span>Δ = ${plain(by)}</span><span>promised <output data-value="promised">${plain(promised)}</output></span>
         <span>true Δ<i>C</i> <output data-value="true">${plain(truth)}</output></span>`
      : `<span>Drag it<span class="bp-by-key">, or press + and − on it: what does the cost do?</span></span>`;
    if (!costs.length) return;
    const [low, high] = [Math.min(...costs), Math.max(...costs)];
    const room = (high - low || 1e-9) * 0.12;
    const x = (/** @type {number} */ v) => 6 + (132 * (v + span)) / (2 * span);
    const y = (/** @type {number} */ c) =>
      16 + ((HEIGHT - 32) * (high + room - c)) / (high - low + 2 * room);
    const points = this.curve
      .filter(([, c]) => Number.isFinite(c))
      .map(([v, c]) => `${x(v).toFixed(1)},${y(c).toFixed(1)}`);
    const tangent = (/** @type {number} */ v) =>
      `${x(v).toFixed(1)},${y(start + weight.gradient * v).toFixed(1)}`;
    const size =
      (HEIGHT - 40) / 2 / Math.max(Math.abs(promised), Math.abs(truth), 0.02 * (high - low), 1e-12);
    const bar = (
      /** @type {number} */ value,
      /** @type {number} */ left,
      /** @type {string} */ dashed,
    ) => {
      const tall = Math.abs(value) * size;
      const top = value > 0 ? HEIGHT / 2 - tall : HEIGHT / 2;
      return `<rect class="${value < 0 ? "bp-minus" : "bp-plus"} ${dashed}" x="${left}" y="${top.toFixed(1)}" width="18" height="${Math.max(tall, 0.5).toFixed(1)}"/>`;
    };
    const name = (/** @type {string} */ words, /** @type {number} */ left) =>
      `<text x="${left + 9}" y="${HEIGHT - 3}" text-anchor="middle">${words}</text>`;
    write(
      this.picture,
      `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true"><g></g><g></g><g></g></svg>`,
    );
    const [curve, moving, names] = /** @type {Element} */ (this.picture.firstElementChild).children;
    // The curve stands still while a weight is moved, and so do the names of the bars.
    write(
      curve,
      `<clipPath id="${this.clip}"><rect x="2" y="12" width="142" height="${HEIGHT - 26}"/></clipPath>
      <text x="6" y="10" class="bp-quiet"><tspan class="bp-math">C</tspan> over this number, and its tangent</text>
      <g clip-path="url(#${this.clip})"><polyline points="${points.join(" ")}"/>
      <path class="bp-tangent" d="M${tangent(-span)}L${tangent(span)}"/></g>`,
    );
    write(names, name("promised", 168) + name("true", 218));
    moving.innerHTML = `<path class="bp-gap ${promised < 0 ? "bp-minus" : "bp-plus"}" d="M${x(by).toFixed(1)},${y(start).toFixed(1)}L${tangent(by)}"/>
      ${this.tick(x)}
      <circle class="bp-dot bp-hollow" r="3" cx="${x(0).toFixed(1)}" cy="${y(start).toFixed(1)}"/>
      <circle class="bp-dot" r="3.6" cx="${x(by).toFixed(1)}" cy="${y(start + truth).toFixed(1)}"/>
      <path class="bp-axis" d="M152,${HEIGHT / 2}H${WIDTH - 4}"/>
      ${bar(promised, 168, "bp-promised")}${bar(truth, 218, "")}`;
  }
}
