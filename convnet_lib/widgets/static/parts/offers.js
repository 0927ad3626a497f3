// A network that one figure of a page hands to the others, in the event "cn-net".

import { NDArray } from "./arrays.js";

/** @typedef {{ net: import("./engine.js").Net, map: number, taken: number }} Offer  `taken` counts who took it */

/**
 * The arrays of an offer that a figure can take: all of the network that it has, in its shapes; of
 * several maps one filter will do for a figure that has nothing but a filter. Else null.
 * @param {Offer} offer
 * @param {(name: string) => NDArray | null} own  the figure's array of a name, if it has it
 * @returns {Record<string, NDArray> | null}
 */
export function fitting({ net, map }, own) {
  const names = /** @type {const} */ (["w1", "b1", "w3", "b3"]).filter((name) => own(name));
  const whole = inShapes(names, net, own);
  if (whole || `${names}` !== "w1,b1" || net.w1.axes < 3) return whole;
  return inShapes(names, { w1: net.w1.part(map), b1: net.b1.part(map) }, own);
}

/**
 * @param {string[]} names
 * @param {Record<string, NDArray>} arrays
 * @param {(name: string) => NDArray | null} own
 */
function inShapes(names, arrays, own) {
  /** @type {Record<string, NDArray>} */
  const taken = {};
  for (const name of names) {
    const { shape } = /** @type {NDArray} */ (own(name));
    if (`${without1(shape)}` !== `${without1(arrays[name].shape)}`) return null;
    taken[name] = arrays[name].copy().reshape(shape);
  }
  return names.length ? taken : null;
}

/** A shape without axes of length 1, such as that of a single map. @param {number[]} shape */
const without1 = (shape) => shape.filter((n) => n !== 1);
