// What a page without a kernel shows when a control is moved: a frame that was drawn when the page
// was built, or one that a recipe makes. Frames, or the arrays of a recipe, stand in the page or in
// scripts beside it, which are loaded when they are wanted: a page from the disk may do just that.

import { NDArray } from "../parts/arrays.js";

/** @typedef {import("./row.js").Frame} Frame */
/** @typedef {any} Arrays  arrays by their names; a network has its own, of several there is a list */
/** @typedef {(values: any, arrays: Arrays) => Frame} Recipe  of the controls' values by their names */
/**
 * @typedef {object} Sent  as `Explorer.ahead` in Python
 * @property {number[]} start  where each control begins, among its states
 * @property {boolean[]} moves  whether it moves anything
 * @property {Record<string, Frame>} [frames]
 * @property {string[]} [scripts]
 * @property {string[]} [names]  with a recipe: of the controls
 * @property {any[][]} [states]  with a recipe: the values that each can have
 * @property {any} [arrays]
 */

/** What is shown where no kernel answers. */
export class Ahead {
  /** @param {Sent} sent @param {Recipe | null} recipe */
  constructor(sent, recipe) {
    this.sent = sent;
    this.recipe = recipe;
    /** @type {Record<string, Frame>} */
    this.frames = { ...sent.frames };
    this.arrays = sent.arrays && unpacked(sent.arrays);
    /** @type {Map<string, Promise<any>>} */
    this.fetched = new Map();
  }

  /** Load what control n needs, once. @param {number} n */
  fetch(n) {
    const { scripts = [] } = this.sent;
    const address = scripts[n] ?? scripts[0];
    if (address && !this.fetched.has(address)) {
      const coming = loaded(address).then((found) => this.take(found));
      this.fetched.set(address, coming);
      coming.catch(() => this.fetched.delete(address)); // next time it may be there
    }
    return this.fetched.get(address);
  }

  /** What a script beside the page has. @param {any} found */
  take(found) {
    if (this.recipe) this.arrays = unpacked(found);
    else Object.assign(this.frames, found);
  }

  /** What is shown where the controls stand at these states, if it is known. @param {number[]} at */
  frame(at) {
    if (!this.recipe) return this.frames[String(at)];
    const { names = [], states = [] } = this.sent;
    const values = Object.fromEntries(names.map((name, n) => [name, states[n][at[n]]]));
    try {
      return this.recipe(values, this.arrays);
    } catch (error) {
      const failed = /** @type {Error} */ (error).message;
      return { alt: failed, failed };
    }
  }

  /**
   * Where control n alone stands as it does, and which others had to go back to their start.
   * @param {number} n @param {number[]} at
   */
  alone(n, at) {
    const { start } = this.sent;
    const back = start.flatMap((index, m) => (m === n || at[m] === index ? [] : m));
    return { at: start.map((index, m) => (m === n ? at[n] : index)), back };
  }
}

/** Arrays as Python packs them (recipes.py). @param {any} sent @returns {Arrays} */
export function unpacked(sent) {
  if (Array.isArray(sent)) return sent.map(unpacked);
  if (typeof sent.data === "string") return decoded(sent);
  return Object.fromEntries(Object.entries(sent).map(([name, one]) => [name, unpacked(one)]));
}

/**
 * An array from the bytes of its numbers. Of a picture these may be its grey levels, 0 to 255.
 * @param {{ shape: number[], data: string, dtype?: string }} sent
 */
export function decoded({ shape, data, dtype = "float32" }) {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  if (dtype === "grey")
    return new NDArray(
      shape,
      Float64Array.from(bytes, (x) => x / 255),
    );
  const numbers = dtype === "float64" ? Float64Array : Float32Array;
  return new NDArray(shape, Float64Array.from(new numbers(bytes.buffer)));
}

/** What a script beside the page has: it puts it under its own address. @param {string} address */
function loaded(address) {
  const shelf = /** @type {{ convnetFrames?: Record<string, any> }} */ (globalThis);
  shelf.convnetFrames ??= {};
  const { convnetFrames } = shelf;
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(convnetFrames[address]);
    script.onerror = () => reject(new Error(`${address} is not beside this page`));
    document.head.append(script);
  }).finally(() => document.querySelector(`script[src="${address}"]`)?.remove());
}
