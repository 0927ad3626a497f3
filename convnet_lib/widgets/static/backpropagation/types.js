// Types that the parts of this figure speak of. Nothing here runs, and nothing here is sent to a page.

/** @typedef {import("../parts/arrays.js").NDArray} NDArray */
/** @typedef {import("../parts/types.js").Mark} Mark */
/** @typedef {import("../parts/types.js").Marks} Marks */
/** @typedef {import("../parts/types.js").Index} Index */
/** @typedef {{ name: string, place: number }} Weight  a number of the network: of w1, the 7th */
/** @typedef {Weight & { by: number }} WhatIf  such a number, moved */
/** @typedef {import("./data.js").Quantities} Quantities */

/**
 * The quantities, and how the panels write them.
 * @typedef {Quantities & ReturnType<typeof import("./terms.js").writing> & {
 *   scales: import("./scales.js").Scales, raw: (weight: Weight) => number }} Data
 */
/** @typedef {(data: Data, row: number, column: number) => Explanation} Explain */
/**
 * What a cell says of itself; forward.js tells what its parts are for.
 * @typedef {object} Explanation
 * @property {Marks} marks
 * @property {import("./paths.js").Paths} [paths]
 * @property {string} html
 * @property {string} words
 * @property {Views} lens
 * @property {() => string} [list]
 */

/**
 * @typedef {object} Views  what the lens draws beside an equation
 * @property {Sum} [sum]
 * @property {Sum} [window]
 * @property {Curve} [curve]
 * @property {Running} [running]
 * @property {true} [gaps]
 * @property {Weight & { gradient: number, letter: string }} [weight]
 */
/** @typedef {{ z: number, slope: number, name: string, y?: number }} Curve */
/** @typedef {{ values: Float64Array, total: number, here?: number }} Running */
/** @typedef {{ marks: Marks, words: string }} Term */
/**
 * @typedef {object} Factor  a grid of the lens
 * @property {NDArray} array
 * @property {string} name   the panel whose colours it has
 * @property {string} title
 * @property {string} words
 * @property {Mark[]} [mask]
 */
/**
 * @typedef {object} Sum  two factors and their products; or a window, which has but the first
 * @property {Factor} left
 * @property {Factor} [right]
 * @property {string} [products]  the title of the products
 * @property {boolean} [stack]  whether its factors are rows, below each other
 * @property {[string, number][]} [tail]  what becomes of the sum, and what it is then
 * @property {(row: number, column: number) => Term} term
 */

export {};
