// The network in the page: every equation as index loops, letter for letter those of
// `convnet_lib/by_definition/`, each under its tag; σ and the costs come from activations.js and
// costs.js, and are had from here as well. The figures compute with these, but for the playground
// (learner.js) and deep networks (layers.js); tests hold all of them against NumPy.
//
// The functions are pure, on arrays of float64 (arrays.js). The loops work on one image and one
// map; the lines before them deal the batch and the maps out to them. A filter w1 is (5, 5), or
// (F, 5, 5) with F maps; then b1 is () or (F), and w3 (10, 12, 12) or (10, F, 12, 12). Other sizes
// work too. Axes before those of an image are batch axes, and gradients are summed over the batch.

import { sigmoid, sigmoidPrime } from "./activations.js";
import { each, NDArray, sum, times } from "./arrays.js";
import { expect, expectEven, expectNet, expectOneOf, expectShape, written } from "./checks.js";
import { delta } from "./costs.js";

export { sigma, sigmoid, sigmoidPrime } from "./activations.js";
export { costOf, delta, missedBy, SHARES } from "./costs.js";

/** @typedef {{ w1: NDArray, b1: NDArray, w3: NDArray, b3: NDArray }} Net */
/** @typedef {import("./costs.js").Cost} Cost */
/** @typedef {"first" | "split" | "all"} Ties */
/** @typedef {NDArray} A */

const SIZE = 2; // rows and columns of a pooling window
/** The rules for windows in which several share the maximum, as in pool.py. @type {Ties[]} */
export const TIES = ["first", "split", "all"];

// --- the convolutional layer ----------------------------------------------------------------

/**
 * z_{j,k} = b + Σ_{l,m} w_{l,m} a_{j+l,k+m} (F1). Of a (28, 28) and w (5, 5) it is (24, 24), with F
 * filters (F, 24, 24).
 * @param {A} a @param {A} w @param {A} b @returns {A}
 */
export function convForward(a, w, b) {
  if (a.axes > 2) return each(a, (image) => convForward(image, w, b));
  if (w.axes > 2) return each(w, (filter, f) => convForward(a, filter, b.part(f)));
  expect("w1", w.rows <= a.rows && w.columns <= a.columns, `at most ${written(a.shape)}`, w);
  const { rows, columns } = w;
  const z = NDArray.zeros([a.rows - rows + 1, a.columns - columns + 1]);
  for (let j = 0; j < z.rows; j++) {
    for (let k = 0; k < z.columns; k++) {
      let z_jk = b.values[0];
      for (let l = 0; l < rows; l++) {
        for (let m = 0; m < columns; m++) z_jk += w.at(l, m) * a.at(j + l, k + m);
      }
      z.values[j * z.columns + k] = z_jk;
    }
  }
  return z;
}

/** ∂C/∂b = Σ_{j,k} δ_{j,k}, one number a filter of w (BP3). @param {A} delta @param {A} w @returns {A} */
export function convNablaB(delta, w) {
  if (delta.axes > w.axes) return sum(delta, (one) => convNablaB(one, w));
  if (w.axes > 2) return each(w, (filter, f) => convNablaB(delta.part(f), filter));
  let nabla = 0;
  for (let j = 0; j < delta.rows; j++) {
    for (let k = 0; k < delta.columns; k++) nabla += delta.at(j, k);
  }
  return NDArray.scalar(nabla);
}

/**
 * ∂C/∂w_{l,m} = Σ_{j,k} δ_{j,k} a_{j+l,k+m}, in the shape of w (BP4).
 * @param {A} delta @param {A} a @param {A} w @returns {A}
 */
export function convNablaW(delta, a, w) {
  if (a.axes > 2) return sum(a, (image, n) => convNablaW(delta.part(n), image, w));
  if (w.axes > 2) return each(w, (filter, f) => convNablaW(delta.part(f), a, filter));
  const { rows, columns } = delta;
  const nabla = NDArray.zeros(w.shape);
  for (let l = 0; l < w.rows; l++) {
    for (let m = 0; m < w.columns; m++) {
      let nabla_lm = 0;
      for (let j = 0; j < rows; j++) {
        for (let k = 0; k < columns; k++) nabla_lm += delta.at(j, k) * a.at(j + l, k + m);
      }
      nabla.values[l * w.columns + m] = nabla_lm;
    }
  }
  return nabla;
}

// --- the max-pooling layer ------------------------------------------------------------------

/**
 * a²_{j,k} = max(a¹_{2j,2k}, a¹_{2j,2k+1}, a¹_{2j+1,2k}, a¹_{2j+1,2k+1}), half as many rows and
 * columns (F3).
 * @param {A} a @returns {A}
 */
export function poolForward(a) {
  if (a.axes > 2) return each(a, poolForward);
  expectEven("a1", a);
  return NDArray.make(a.rows / SIZE, a.columns / SIZE, (j, k) => largestOf(a, SIZE * j, SIZE * k));
}

/**
 * The switch ∂a²_{j′,k′}/∂a¹_{j,k}, in the shape of a¹ (BP2a). In a window with a NaN the NaNs share the
 * maximum, as they do for pool.py.
 * @param {A} a @param {Ties} ties @returns {A}
 */
export function poolWinners(a, ties = "first") {
  expectOneOf("ties", ties, TIES);
  if (a.axes > 2) return each(a, (one) => poolWinners(one, ties));
  expectEven("a1", a);
  const mask = NDArray.zeros(a.shape);
  for (let j = 0; j < a.rows; j += SIZE) {
    for (let k = 0; k < a.columns; k += SIZE) {
      const tied = tiedOf(a, j, k);
      for (const p of ties === "first" ? tied.slice(0, 1) : tied) {
        mask.values[p] = ties === "split" ? 1 / tied.length : 1;
      }
    }
  }
  return mask;
}

/** 1 for a window in which several share the maximum, else 0, in the shape of a². @param {A} a @returns {A} */
export function poolTied(a) {
  if (a.axes > 2) return each(a, poolTied);
  expectEven("a1", a);
  return NDArray.make(a.rows / SIZE, a.columns / SIZE, (j, k) =>
    Number(tiedOf(a, SIZE * j, SIZE * k).length > 1),
  );
}

/** The maximum of the window that begins at (j, k). @param {A} a @param {number} j @param {number} k */
function largestOf(a, j, k) {
  return Math.max(a.at(j, k), a.at(j, k + 1), a.at(j + 1, k), a.at(j + 1, k + 1));
}

/**
 * Where those that share it stand among the values of the map; not-a-number is the largest of all.
 * @param {A} a @param {number} j @param {number} k
 */
function tiedOf(a, j, k) {
  const [largest, p] = [largestOf(a, j, k), j * a.columns + k];
  const tied = [];
  for (const place of [p, p + 1, p + a.columns, p + a.columns + 1]) {
    const x = a.values[place];
    if (x === largest || Number.isNaN(x)) tied.push(place);
  }
  return tied;
}

/**
 * ∂C/∂a¹_{j,k} = ∂C/∂a²_{⌊j/2⌋,⌊k/2⌋} · switch_{j,k}, in the shape of the mask (BP2a).
 * @param {A} grad @param {A} mask @returns {A}
 */
export function poolBackward(grad, mask) {
  if (mask.axes > 2) return each(mask, (one, n) => poolBackward(grad.part(n), one));
  return NDArray.make(
    mask.rows,
    mask.columns,
    (j, k) => grad.at(Math.floor(j / SIZE), Math.floor(k / SIZE)) * mask.at(j, k),
  );
}

// --- the fully connected layer --------------------------------------------------------------

/** z_q = b_q + Σ_{j,k} w_{q,j,k} a_{j,k}, one an output (F4). @param {A} a @param {A} w @param {A} b @returns {A} */
export function denseForward(a, w, b) {
  if (a.axes > w.axes - 1) return each(a, (one) => denseForward(one, w, b));
  expectShape("a2", a, w.shape.slice(1));
  expectShape("b3", b, w.shape.slice(0, 1));
  const z = b.copy();
  for (let q = 0; q < z.values.length; q++) {
    const w_q = w.part(q).values;
    for (let jk = 0; jk < a.values.length; jk++) z.values[q] += w_q[jk] * a.values[jk];
  }
  return z;
}

/** ∂C/∂a_{j,k} = Σ_q δ_q w_{q,j,k}, in the shape of a (the sum in BP2). @param {A} delta @param {A} w @returns {A} */
export function denseBackward(delta, w) {
  if (delta.axes > 1) return each(delta, (one) => denseBackward(one, w));
  const nabla_a = NDArray.zeros(w.shape.slice(1));
  for (let q = 0; q < delta.values.length; q++) {
    const w_q = w.part(q).values;
    for (let jk = 0; jk < w_q.length; jk++) nabla_a.values[jk] += delta.values[q] * w_q[jk];
  }
  return nabla_a;
}

/** ∂C/∂b_q = δ_q, one an output (BP3a). @param {A} delta @returns {A} */
export function denseNablaB(delta) {
  return delta.axes > 1 ? sum(delta, denseNablaB) : delta.copy();
}

/** ∂C/∂w_{q,j,k} = a_{j,k} δ_q, in the shape of w (BP4a). @param {A} delta @param {A} a @returns {A} */
export function denseNablaW(delta, a) {
  if (delta.axes > 1) return sum(delta, (one, n) => denseNablaW(one, a.part(n)));
  return NDArray.stack([...delta.values].map((delta_q) => a.map((a_jk) => a_jk * delta_q)));
}

// --- the network ----------------------------------------------------------------------------

/** The forward pass: {z1, a1, a2, z3, a3} (F1–F5). @param {Net} net @param {A} a0 */
export function feedforward(net, a0) {
  expectNet(net, a0);
  const z1 = convForward(a0, net.w1, net.b1); // F1
  const a1 = sigmoid(z1); // F2
  const a2 = poolForward(a1); // F3
  const z3 = denseForward(a2, net.w3, net.b3); // F4
  return { z1, a1, a2, z3, a3: sigmoid(z3) }; // F5
}

/**
 * All of the forward pass, delta3, and delta1 with what it is made of: nabla_a2, mask and slope1
 * (BP1, BP2).
 * @param {Net} net @param {A} a0 @param {A} y @param {Cost} cost @param {Ties} ties
 */
export function errors(net, a0, y, cost = "quadratic", ties = "first") {
  const forward = feedforward(net, a0);
  const { z1, a1, z3, a3 } = forward;
  const delta3 = delta(z3, a3, y, cost); // BP1
  const nabla_a2 = denseBackward(delta3, net.w3); // the sum in BP2
  const mask = poolWinners(a1, ties); // BP2a
  const slope1 = sigmoidPrime(z1);
  const delta1 = times(poolBackward(nabla_a2, mask), slope1); // BP2
  return { ...forward, delta3, nabla_a2, mask, slope1, delta1 };
}

/**
 * The same, and under w1, b1, w3 and b3 their gradients (BP3, BP4).
 * @param {Net} net @param {A} a0 @param {A} y @param {Cost} cost @param {Ties} ties
 */
export function backprop(net, a0, y, cost = "quadratic", ties = "first") {
  const all = errors(net, a0, y, cost, ties);
  const { a2, delta3, delta1 } = all;
  return {
    ...all,
    w1: convNablaW(delta1, a0, net.w1), // BP4
    b1: convNablaB(delta1, net.w1), // BP3
    w3: denseNablaW(delta3, a2), // BP4a
    b3: denseNablaB(delta3), // BP3a
  };
}

/**
 * A new network: w → w − η ∂C/∂w, b → b − η ∂C/∂b.
 * @param {Net} net @param {Net} nabla @param {number} eta @returns {Net}
 */
export function step(net, nabla, eta) {
  const moved = (/** @type {A} */ x, /** @type {A} */ dx) =>
    x.map((value, i) => value - eta * dx.values[i]);
  return {
    w1: moved(net.w1, nabla.w1),
    b1: moved(net.b1, nabla.b1),
    w3: moved(net.w3, nabla.w3),
    b3: moved(net.b3, nabla.b3),
  };
}
