// The letters of the book, for the eye and for the ear. Of a network with several maps those that
// belong to one carry the number of the map that is shown: z¹₁,₃,₄ is neuron (3, 4) of map 1.

import { spoken, symbol } from "../parts/text.js";

/** @typedef {import("./types.js").Index} Index */
/** @typedef {(letter: string, layer: number | null, indices?: Index[]) => string} Letters */

/**
 * Layers 1 and 2 are maps; w³ joins a map to an output, which is named first.
 * @param {number | null} map
 * @param {string} letter
 * @param {number | null} layer
 * @param {Index[]} indices
 */
function withMap(map, letter, layer, indices) {
  if (map === null || layer === null || layer === 0) return indices;
  if (layer < 3) return [map, ...indices];
  return letter === "w" && indices.length ? [indices[0], map, ...indices.slice(1)] : indices;
}

/**
 * How a quantity is written and spoken, its derivative of C and the slope of its sigmoid.
 * @param {number | null} map  the map that is shown; null if there is but one
 */
export function lettersOf(map) {
  /** @type {Letters} */
  const s = (letter, layer, indices = []) =>
    symbol(letter, layer, withMap(map, letter, layer, indices));
  return {
    s,
    /** @type {Letters} */
    spoken: (letter, layer, indices = []) =>
      spoken(letter, layer, withMap(map, letter, layer, indices)),
    /** @type {Letters} */
    nabla: (letter, layer, indices = []) => `∂<i>C</i>/∂${s(letter, layer, indices)}`,
    slope: (/** @type {number} */ layer, /** @type {Index[]} */ indices) =>
      `<i>σ</i>′(${s("z", layer, indices)})`,
    /** After the words of what belongs to a map. */
    inMap: map === null ? "" : ` of map ${map}`,
  };
}
