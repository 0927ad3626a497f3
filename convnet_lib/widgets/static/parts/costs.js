// The cost of an output, and the error of the output layer (C, BP1): what costs.py is in Python.

import { sigma, sigmoidPrime } from "./activations.js";
import { each, NDArray, times } from "./arrays.js";
import { expectOneOf, expectShape } from "./checks.js";

/** @typedef {NDArray} A */
/** @typedef {"quadratic" | "cross_entropy"} Cost */

const TINY = 2.2250738585072014e-308; // the smallest normal number, as in costs.py

/**
 * What one output neuron adds to C (C). Of the cross-entropy, in nats, no logarithm counts as less
 * than that of TINY.
 * @type {Record<Cost, (a3: number, y: number) => number>}
 */
export const SHARES = {
  quadratic: (a3, y) => (a3 - y) ** 2 / 2,
  cross_entropy: (a3, y) =>
    -(y * Math.log(Math.max(a3, TINY)) + (1 - y) * Math.max(Math.log1p(-a3), Math.log(TINY))),
};

/**
 * C, the sum of the shares of all outputs, as an array without axes; of a batch (N, 10) one number
 * an image, (N) (C).
 * @param {A} a3 @param {A} y @param {Cost} cost @returns {A}
 */
export function costOf(a3, y, cost = "quadratic") {
  expectShape("y", y, a3.shape);
  expectOneOf("cost", cost, Object.keys(SHARES));
  if (a3.axes > 1) return each(a3, (a, n) => costOf(a, y.part(n), cost));
  let C = 0;
  for (let q = 0; q < a3.values.length; q++) C += SHARES[cost](a3.values[q], y.values[q]);
  return NDArray.scalar(C);
}

/**
 * a³ − y of one output. Near 1, a³ has lost the digits that 1 − σ(z) = σ(−z) still has.
 * @param {number} z3 @param {number} a3 @param {number} y
 */
export const missedBy = (z3, a3, y) => (y === 1 && a3 > 0.5 ? -sigma(-z3) : a3 - y);

/**
 * δ³_q = ∂C/∂a³_q · σ′(z³_q), in the shape of z3 (BP1). Of the cross-entropy σ′ cancels the
 * denominator.
 * @param {A} z3 @param {A} a3 @param {A} y @param {Cost} cost
 */
export function delta(z3, a3, y, cost = "quadratic") {
  expectShape("y", y, a3.shape);
  expectOneOf("cost", cost, Object.keys(SHARES));
  const slope = sigmoidPrime(z3);
  const nabla_a = a3.map((a, q) => missedBy(z3.values[q], a, y.values[q]));
  return cost === "quadratic" ? times(nabla_a, slope) : nabla_a;
}
