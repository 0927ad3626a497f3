// The scales of the panels. They are kept while one learns, so that errors are seen to fade; they
// begin anew with another image, label, cost, rule for ties or map, and grow where they must.

import { arrayOf } from "./data.js";
import { decimalsOf, exponentOf, tenTo } from "./numbers.js";

const SIGNED = [
  ...["w1", "b1", "z1", "w3", "b3", "z3"],
  ...["delta3", "nabla_b3", "nabla_w3", "nabla_a2", "nabla_a1", "delta1", "products"],
  ...["nabla_w1", "nabla_b1"],
];
/** Whose scale a panel shares: then their colours can be compared. @type {Record<string, string>} */
const SHARED = { a2: "a1", nabla_a1: "nabla_a2", nabla_b3: "delta3" };

/** @typedef {import("../parts/arrays.js").NDArray} NDArray */
/** @typedef {import("../parts/colours.js").Scale} Scale */

/** The scales of all panels, by their names. */
export class Scales {
  /** @param {import("../parts/colours.js").Palettes} palettes */
  constructor(palettes) {
    this.palettes = palettes;
    this.begun = "";
    /** @type {Record<string, [number, number]>} */
    this.ends = {};
    /** @type {Record<string, Scale>} */
    this.of = {};
    /** @type {Record<string, number>} */
    this.exponents = {};
    /** @type {Record<string, number>} */
    this.decimals = {};
  }

  /**
   * Fit the scales to what is shown now; `begun` names what has been chosen and how often a
   * network was begun with, and while it stays the scales can only grow.
   * @param {import("./data.js").Quantities} data
   * @param {string} begun
   */
  fit(data, begun) {
    if (begun !== this.begun) this.ends = {};
    this.begun = begun;
    for (const name of SIGNED) this.signed(name, arrayOf(data, name));
    this.widen("a1", ...rangeOf(data.a1));
    this.widen("C", 0, Math.max(...data.costs.filter(Number.isFinite), 1e-9));
    for (const name of ["a0", "a3", "y"]) this.widen(name, 0, 1);
    for (const [name, other] of Object.entries(SHARED)) this.ends[name] = this.ends[other];
    for (const name of Object.keys(this.ends)) this.make(name);
  }

  /** Red and blue for as much: a scale with 0 in its middle. @param {string} name @param {NDArray} array */
  signed(name, array) {
    const largest = largestOf(array);
    this.widen(name, -largest, largest);
    this.make(name);
  }

  /** @param {string} name @param {number} low @param {number} high */
  widen(name, low, high) {
    const [before, after] = this.ends[name] ?? [low, high];
    this.ends[name] = [Math.min(low, before), Math.max(high, after)];
  }

  /** @param {string} name */
  make(name) {
    const [low, high] = this.ends[name];
    const kind = low < 0 || SIGNED.includes(name) ? "diverging" : "sequential";
    const ends = high > low ? { low, high } : { low: low - 1, high: high + 1 };
    this.of[name] = Object.assign(this.palettes.scale(kind, []), ends);
    this.exponents[name] = exponentOf(high);
    this.decimals[name] = decimalsOf(high);
  }

  /** What stands beside the name of a panel: the ends of its scale, or its power of ten. @param {string} name @param {boolean} numbered */
  note(name, numbered) {
    const [low, high] = this.ends[name];
    const e = this.exponents[name];
    const power = e ? `·${tenTo(e)}` : "";
    if (numbered) return power;
    const end = (/** @type {number} */ x) => (x / 10 ** e).toFixed(2);
    return low < 0 || SIGNED.includes(name) ? `±${end(high)}${power}` : `${end(low)}–${end(high)}`;
  }

  /** How many times the largest number of a panel fits into the end of its scale. @param {string} name @param {NDArray} array */
  faded(name, array) {
    const largest = largestOf(array);
    return largest ? this.ends[name][1] / largest : 1;
  }
}

/** Of all parts of a stack, too. @param {NDArray} array */
function largestOf({ values }) {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) largest = Math.max(largest, Math.abs(values[i]));
  }
  return largest;
}

/** Rounded outwards to a tenth, so that a step seldom moves it. @param {NDArray} array */
function rangeOf({ values }) {
  const known = values.filter(Number.isFinite);
  if (!known.length) return /** @type {[number, number]} */ ([0, 1]);
  const low = Math.floor(10 * Math.min(...known)) / 10;
  return /** @type {[number, number]} */ ([
    low,
    Math.max(Math.ceil(10 * Math.max(...known)) / 10, low + 0.1),
  ]);
}
