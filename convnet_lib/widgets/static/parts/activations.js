// The activation, and its slope: what activations.py is in Python.

/** @typedef {import("./arrays.js").NDArray} A */

/** σ(z) = 1 / (1 + e^{−z}) of one number, in [0, 1] (F2, F5). @param {number} z */
export function sigma(z) {
  const e = Math.exp(-Math.abs(z)); // never overflows, and both forms of the fraction are σ
  return (z >= 0 ? 1 : e) / (1 + e);
}

/** σ of each number, in the same shape (F2, F5). @param {A} z */
export const sigmoid = (z) => z.map(sigma);

/** σ′(z) = σ(z)(1 − σ(z)) of each number, in a form that keeps its digits. @param {A} z */
export function sigmoidPrime(z) {
  return z.map((x) => {
    const e = Math.exp(-Math.abs(x));
    return e / (1 + e) ** 2;
  });
}
