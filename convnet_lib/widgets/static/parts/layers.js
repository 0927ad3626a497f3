// The layers of Part III as index loops: on the way up what a figure needs to show the maps of a
// deep network (D1), on the way down a convolution with a stride. They are told as
// `deep.Network.about` tells them, and are pure functions of arrays of float64; the tests hold
// them against NumPy.
//
// A layer is {kind, stride, padding, size, w, b}, as its kind has them. What is given is one
// image, (H, W), or maps, (C, H, W).

import { each, NDArray } from "./arrays.js";
import { expect, written } from "./checks.js";
import { sigmoid } from "./engine.js";

/** @typedef {NDArray} A */
/** @typedef {number | [number, number] | null} Pair  one number, or one for rows and columns */
/**
 * @typedef {object} Layer
 * @property {string} kind
 * @property {Pair} [stride]
 * @property {Pair} [padding]
 * @property {Pair} [size]
 * @property {A} [w]
 * @property {A} [b]
 */

/** What each kind of layer makes of a. @type {Record<string, (layer: Layer, a: A) => A>} */
export const FORWARD = {
  Conv: (layer, a) =>
    convMaps(a, of(layer.w), of(layer.b), pair(layer.stride), pair(layer.padding)),
  ReLU: (_, a) => a.map((x) => Math.max(0, x)),
  Sigmoid: (_, a) => sigmoid(a),
  MaxPool: (layer, a) => pooled(a, pair(layer.size), pair(layer.stride ?? layer.size), largest),
  MeanPool: (layer, a) => pooled(a, pair(layer.size), pair(layer.stride ?? layer.size), mean),
};

/** a[i + 1] is layer i's of a[i]: all of them, from a0 on (D1). @param {Layer[]} layers @param {A} a0 */
export function upwards(layers, a0) {
  const a = [a0];
  for (const layer of layers) a.push(FORWARD[layer.kind](layer, a[a.length - 1]));
  return a;
}

/**
 * z_{f,j,k} = b_f + Σ_c Σ_{l,m} w_{f,c,l,m} a_{c,S·j+l−P,S·k+m−P}, where a is 0 outside (F1s).
 * @param {A} a @param {A} w @param {A} b @param {[number, number]} stride @param {[number, number]} padding
 * @returns {A}
 */
export function convMaps(a, w, b, [S, T], [P, Q]) {
  if (w.axes === 2) return convMaps(a, w.reshape([1, ...w.shape]), b, [S, T], [P, Q]).part(0);
  const channels = w.axes === 4 ? a.parts() : [a];
  const [L, M] = w.shape.slice(-2);
  const [H, W] = [channels[0].rows + 2 * P, channels[0].columns + 2 * Q];
  const most = `a filter no larger than the padded image ${written([H, W])}`;
  expect("w", L <= H && M <= W, most, written([L, M]));
  const [rows, columns] = [Math.floor((H - L) / S) + 1, Math.floor((W - M) / T) + 1];
  const z = NDArray.zeros([w.shape[0], rows, columns]);
  for (let f = 0; f < w.shape[0]; f++) {
    const z_f = z.part(f);
    z_f.values.fill(b.values[f]);
    for (const [c, x] of channels.entries()) {
      addChannel(z_f, x, w.axes === 4 ? w.part(f).part(c) : w.part(f), [S, T], [P, Q]);
    }
  }
  return z;
}

/**
 * z_{j,k} += Σ_{l,m} w_{l,m} a_{S·j+l−P,S·k+m−P}: what one channel gives to one map.
 * @param {A} z @param {A} a @param {A} w @param {[number, number]} stride @param {[number, number]} padding
 */
function addChannel({ values, rows, columns }, a, w, [S, T], [P, Q]) {
  const { rows: H, columns: W } = a;
  for (let l = 0; l < w.rows; l++) {
    for (let m = 0; m < w.columns; m++) {
      const weight = w.at(l, m);
      for (let j = 0; j < rows; j++) {
        const row = S * j + l - P;
        if (row < 0 || row >= H) continue;
        for (let k = 0; k < columns; k++) {
          const column = T * k + m - Q;
          if (column >= 0 && column < W) values[j * columns + k] += weight * a.at(row, column);
        }
      }
    }
  }
}

/**
 * ∂C/∂a_{p,q} = Σ_{j,k} δ_{j,k} w_{p+P−S·j,q+P−S·k}, for an a of this shape, of one map (BP5s).
 * @param {A} delta @param {A} w @param {[number, number]} stride @param {[number, number]} padding
 * @param {[number, number]} shape
 * @returns {A}
 */
export function convBackward(delta, w, [S, T], [P, Q], [H, W]) {
  const nabla_a = NDArray.zeros([H, W]);
  for (let j = 0; j < delta.rows; j++) {
    for (let k = 0; k < delta.columns; k++) {
      for (let l = 0; l < w.rows; l++) {
        for (let m = 0; m < w.columns; m++) {
          const [p, q] = [S * j + l - P, T * k + m - Q];
          if (p >= 0 && p < H && q >= 0 && q < W)
            nabla_a.values[p * W + q] += delta.at(j, k) * w.at(l, m);
        }
      }
    }
  }
  return nabla_a;
}

/**
 * Of each window its largest or its mean (F3s, F3m).
 * @param {A} a @param {[number, number]} size @param {[number, number]} stride
 * @param {(window: number[]) => number} what
 * @returns {A}
 */
function pooled(a, [M, N], [S, T], what) {
  if (a.axes > 2) return each(a, (map) => pooled(map, [M, N], [S, T], what));
  const fits = M <= a.rows && N <= a.columns;
  expect("size", fits, `a window no larger than the map ${written(a.shape)}`, written([M, N]));
  const rows = Math.floor((a.rows - M) / S) + 1;
  const columns = Math.floor((a.columns - N) / T) + 1;
  return NDArray.make(rows, columns, (j, k) => {
    const window = [];
    for (let m = 0; m < M; m++) {
      for (let n = 0; n < N; n++) window.push(a.at(S * j + m, T * k + n));
    }
    return what(window);
  });
}

const largest = (/** @type {number[]} */ window) => Math.max(...window);
const mean = (/** @type {number[]} */ window) =>
  window.reduce((sum, x) => sum + x, 0) / window.length;

/** Rows and columns of what may be one number. @param {Pair} [n] @returns {[number, number]} */
function pair(n) {
  if (Array.isArray(n)) return n;
  return [Number(n), Number(n)];
}

/** An array that a layer of this kind always has. @param {A} [x] */
const of = (x) => /** @type {A} */ (x);
