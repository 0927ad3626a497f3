// What the engine refuses at its door, and the one form in which it says so, as checks.py does.

import { NDArray } from "./arrays.js";

/**
 * Throw the RangeError that names the argument, what was expected and what came, unless it is good.
 * @param {string} name
 * @param {boolean} good
 * @param {string} expected
 * @param {NDArray | string} got
 */
export function expect(name, good, expected, got) {
  const came = got instanceof NDArray ? written(got.shape) : `${got}`;
  if (!good) throw new RangeError(`${name}: expected ${expected}, got ${came}`);
}

/** Throw unless x has this shape. @param {string} name @param {NDArray} x @param {number[]} shape */
export function expectShape(name, x, shape) {
  expect(name, `${x.shape}` === `${shape}`, `shape ${written(shape)}`, x);
}

/** Throw unless x is one of these words. @param {string} name @param {string} x @param {string[]} words */
export function expectOneOf(name, x, words) {
  expect(name, words.includes(x), words.join(" or "), x);
}

/** Throw unless 2×2 windows tile the map. @param {string} name @param {NDArray} a */
export function expectEven(name, a) {
  const even = a.axes === 2 && a.rows % 2 === 0 && a.columns % 2 === 0;
  expect(name, even && a.values.length > 0, "rows and columns even, so that windows fit", a);
}

/**
 * Throw unless the parameters make a network and the images fit it.
 * @param {import("./engine.js").Net} net
 * @param {NDArray} a0
 */
export function expectNet({ w1, b1, w3, b3 }, a0) {
  const maps = w1.shape.slice(0, -2);
  expect("w1", [2, 3].includes(w1.axes) && w1.values.length > 0, "shape (5, 5) or (F, 5, 5)", w1);
  expectShape("b1", b1, maps);
  const fits = w3.axes === 3 + maps.length && maps.every((n) => n === w3.shape[1]);
  expect("w3", fits, `shape (10, ${maps.map((n) => `${n}, `).join("")}12, 12), or other sizes`, w3);
  expectShape("b3", b3, w3.shape.slice(0, 1));
  const last = (/** @type {NDArray} */ x, /** @type {number} */ axis) => x.shape[x.axes - axis];
  const image = [2, 1].map((axis) => 2 * last(w3, axis) + last(w1, axis) - 1);
  const shape = a0.shape.slice(-2);
  expect("a0", a0.axes > 1 && `${shape}` === `${image}`, `shape (..., ${image.join(", ")})`, a0);
}

/** A shape as it is written in a message: (5, 5). @param {number[]} shape */
export function written(shape) {
  return shape.length === 1 ? `(${shape},)` : `(${shape.join(", ")})`;
}
