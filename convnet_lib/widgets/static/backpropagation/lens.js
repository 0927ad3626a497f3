// The lens under the network: on the left the equation of the cell that the figure is about, on the
// right what it is made of. It is as high as it is, whatever is in it.

import { NDArray } from "../parts/arrays.js";
import { make, write } from "../parts/layout.js";
import { decimalsOf, exponentOf, inCell, plain, tenTo } from "./numbers.js";
import { gaps, running, sigmoidCurve, waterfall } from "./views.js";
import { WhatIf } from "./what_if.js";

const [BAR, SLIM] = [40, 28]; // the width of a column of the waterfall, and on a telephone
const MAGNIFIED = 3; // times; beyond that a lens has a scale of its own
const DRAWN = /** @type {const} */ (["running", "gaps", "curve"]);

/** @typedef {import("../parts/grid.js").Grid} Grid */
/** @typedef {import("../parts/arrays.js").NDArray} Numbers */
/** @typedef {import("./types.js").Data} Data */
/** @typedef {import("./types.js").Sum} Sum */
/**
 * @typedef {object} Actions
 * @property {(cell: import("../parts/types.js").Cell | null) => void} explainTerm
 * @property {() => void} leaveTerms
 * @property {import("./what_if.js").Actions} whatIf
 */

/** The lens of a figure. */
export class Lens {
  /** @type {HTMLElement} */ detail;
  /** @type {HTMLElement} */ bars;
  /** @type {Record<string, number>} */ exponents;
  /** @type {Record<string, number>} */ decimals;
  /** @type {Grid} */ left;
  /** @type {Grid} */ right;
  /** @type {Grid} */ parts;
  /** @type {HTMLElement} */ times;
  /** @type {HTMLElement} */ equals;
  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {Actions} actions
   */
  constructor(figure, actions) {
    this.figure = figure;
    this.element = figure.add(make("div", "bp-lens cn-sheet"), figure.body);
    this.said = figure.add(make("div", "bp-said"), this.element);
    this.formulas = figure.formulas(this.said);
    this.list = figure.details("All terms that are not 0", this.said);
    this.views = figure.add(make("div", "bp-views"), this.element);
    this.buildSum(actions);
    this.drawn = Object.fromEntries(
      DRAWN.map((name) => [name, figure.add(make("div", `bp-view bp-${name}`), this.views)]),
    );
    this.whatIf = new WhatIf(figure, this.views, actions.whatIf);
    this.term = /** @type {Sum["term"] | null} */ (null);
    this.narrow = false; // on a telephone
  }

  /** @param {Actions} actions */
  buildSum({ explainTerm, leaveTerms }) {
    const { figure } = this;
    this.detail = figure.add(make("div", "bp-view bp-detail"), this.views);
    this.bars = figure.add(make("div", "bp-bars", { "aria-hidden": "true" }), this.detail);
    this.exponents = { left: 0, right: 0, parts: 0 };
    this.decimals = { left: 2, right: 2, parts: 2 };
    const grid = (/** @type {string} */ name, /** @type {"sequential" | "diverging"} */ kind) =>
      figure.grid(this.detail, {
        ...{ name, kind, title: "", legend: false, unit: "1.5rem", share: 0.4 },
        detail: explainTerm,
        onLeave: leaveTerms,
        write: (/** @type {number} */ x) => inCell(x, this.exponents[name], this.decimals[name]),
      });
    this.left = grid("left", "sequential");
    this.times = figure.sign("⊙", this.detail);
    this.right = grid("right", "sequential");
    this.equals = figure.sign("=", this.detail);
    this.parts = grid("parts", "diverging");
  }

  /**
   * Show what a cell says of itself.
   * @param {Data} data
   * @param {import("./types.js").Explanation} explanation
   */
  show(data, { html, lens, list }) {
    write(this.formulas, html);
    this.list.show(list ?? null);
    const part = lens.sum ?? lens.window;
    this.term = part?.term ?? null;
    this.showSum(data, part);
    const drawn = {
      running: lens.running && running(lens.running),
      gaps: lens.gaps && gaps(data, this.narrow),
      curve: lens.curve && sigmoidCurve(lens.curve),
    };
    for (const name of DRAWN) {
      const svg = drawn[name];
      this.drawn[name].hidden = !svg;
      if (svg) write(this.drawn[name], svg);
    }
    this.whatIf.show(data, lens.weight ?? null);
    this.element.classList.toggle("bp-full", Boolean(lens.weight));
  }

  /** Two factors and their products, or one window, or nothing. @param {Data} data @param {Sum} [part] */
  showSum(data, part) {
    this.detail.hidden = !part;
    if (!part) return;
    const { left, right, products = "", stack = false, tail = [] } = part;
    this.detail.classList.toggle("bp-stack", stack);
    const { rows } = left.array;
    const unit = stack
      ? `${this.narrow ? SLIM : BAR}px`
      : `min(calc((var(--bp-lens) - 2.6rem) / ${rows}), ${rows > 2 ? 26 : 46}px, (var(--bp-wide) - 6.6rem) / ${3 * rows})`;
    this.detail.style.setProperty("--bp-unit", unit);
    this.showPart(data, this.left, left);
    for (const other of [this.times, this.right.element, this.equals, this.parts.element]) {
      other.hidden = !right;
    }
    this.bars.hidden = !stack;
    if (!right) return;
    this.showPart(data, this.right, right);
    const terms = new NDArray(
      left.array.shape,
      left.array.values.map((x, i) => x * right.array.values[i]),
    );
    const scale = data.scales.palettes.scale("diverging", terms.values);
    this.exponents.parts = exponentOf(scale.high);
    this.decimals.parts = decimalsOf(scale.high);
    this.showGrid(this.parts, terms, scale, products, "products");
    if (stack) {
      const exponent = data.scales.exponents.nabla_a2;
      const note = this.magnified(data);
      this.bars.classList.toggle("bp-bare", this.narrow && !note);
      // On a telephone what becomes of the sum stands in the equation only.
      const drawn = this.narrow
        ? waterfall(terms.values, [], SLIM, { exponent, note })
        : waterfall(terms.values, tail, BAR, { exponent, note });
      write(this.bars, drawn);
    }
  }

  /** A lens magnifies what has faded in the panels, and says so. @param {Data} data */
  magnified({ scales, nabla_a2 }) {
    const times = scales.faded("nabla_a2", nabla_a2);
    return times > MAGNIFIED ? `${plain(times)} times as large as in the panels` : "";
  }

  /** @param {Data} data @param {Grid} grid @param {import("./types.js").Factor} factor */
  showPart(data, grid, { array, name, title, words, mask = [] }) {
    const own = data.scales.faded(name, array) > MAGNIFIED ? ownScale(data, array) : null;
    if (own) {
      this.exponents[grid.name] = exponentOf(own.high);
      this.decimals[grid.name] = decimalsOf(own.high) - (this.narrow ? 1 : 0);
      this.showGrid(grid, array, own, title, words);
      return;
    }
    this.exponents[grid.name] = data.scales.exponents[name];
    this.decimals[grid.name] = data.scales.decimals[name] - (this.narrow ? 1 : 0);
    grid.options.kind = data.scales.of[name].low < 0 ? "diverging" : "sequential";
    this.showGrid(grid, array, data.scales.of[name], title, words);
    grid.setMask(mask);
  }

  /**
   * @param {Grid} grid
   * @param {Numbers} array
   * @param {import("../parts/colours.js").Scale} scale
   * @param {string} title
   * @param {string} words
   */
  showGrid(grid, array, scale, title, words) {
    const e = this.exponents[grid.name];
    const power = e ? ` <small>·${tenTo(e)}</small>` : "";
    grid.element.style.setProperty("--cn-unit", "var(--bp-unit)");
    grid.show(array, { scale, title: `${title}${power}`, words });
  }
}

/** The scale of an array that has faded in its panel; of what has no sign there is none. @param {Data} data @param {Numbers} array */
function ownScale({ scales }, { values }) {
  return values.some((x) => x < 0) ? scales.palettes.scale("diverging", values) : null;
}
