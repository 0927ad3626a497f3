// The wrong gradients of chapter 15: each another function in the place of one, as in broken.py.
//
// The same names, and all of `BUGS` there but that of windows that overlap, which are none here.

import {
  convNablaB,
  convNablaW,
  PARAMETERS,
  RIGHT,
  route,
  slope,
  slopeAt,
  winners,
} from "./learner.js";

/** @typedef {import("./learner.js").Desk} Desk */

/** The entries of each block of rows × columns, taken from other places of it. @param {Float64Array} x @param {number} rows @param {number} columns @param {(j: number, k: number) => number} place */
function rearranged(x, rows, columns, place) {
  const before = x.slice();
  for (let start = 0; start < x.length; start += rows * columns) {
    for (let jk = 0; jk < rows * columns; jk++) {
      x[start + jk] = before[start + place(Math.floor(jk / columns), jk % columns)];
    }
  }
}

/** @param {Float64Array} x @param {number} n */
const transpose = (x, n) => rearranged(x, n, n, (j, k) => k * n + j);

/** @param {(desk: Desk) => [Float64Array, number]} which */
const transposing = (which) => ({
  /** @param {Desk} desk */
  finish: (desk) => transpose(...which(desk)),
});

/** @param {(desk: Desk, p: number) => number} slopeOf */
const withSlope = (slopeOf) => ({
  /** @param {Desk} desk */
  route: (desk) => route(desk, desk.mask, slopeOf),
});

/** The image moved by one row and one column, what leaves it coming back on the other side. @param {Desk} desk */
function rolled({ image, sizes: { H, W } }) {
  return image.map((_, i) => {
    const [j, k] = [Math.floor(i / W), i % W];
    return image[((j + H - 1) % H) * W + ((k + W - 1) % W)];
  });
}

/**
 * The wrong parts by the names that `broken.BUGS` has for them; what is not named stays right.
 * @type {Record<string, Partial<import("./learner.js").Parts>>}
 */
export const BUGS = {
  "BP1 without σ′": {
    delta({ a3, y, delta3 }) {
      for (let q = 0; q < delta3.length; q++) delta3[q] = a3[q] - y[q];
    },
  },
  "BP1 with the wrong sign": {
    delta(desk) {
      RIGHT.delta(desk);
      for (let q = 0; q < desk.delta3.length; q++) desk.delta3[q] *= -1;
    },
  },
  "BP2 without σ′": withSlope(() => 1),
  "BP2 with σ′(a¹)": withSlope((desk, p) => slope(desk.a1[p])),
  "BP2 with = for +=": {
    denseBackward({ net, delta3, nabla_a2 }) {
      const last = delta3.length - 1;
      const w3 = net.w3.values.subarray(last * nabla_a2.length);
      for (let jk = 0; jk < nabla_a2.length; jk++) nabla_a2[jk] = delta3[last] * w3[jk];
    },
  },
  "BP2 with j′ and k′ swapped": {
    denseBackward(desk) {
      RIGHT.denseBackward(desk);
      transpose(desk.nabla_a2, desk.sizes.P);
    },
  },
  "BP2a with every tied maximum": {
    winners: (desk, ties) => winners(desk, ties === "first" ? "all" : ties),
  },
  "BP2a with the last tied maximum": {
    winners: (desk, ties) => winners(desk, ties === "first" ? "last" : ties),
  },
  "BP2a with the smallest": { winners: (desk, ties) => winners(desk, ties, -1) },
  "BP2a with a quarter each": {
    route(desk) {
      route(desk, new Float64Array(desk.mask.length).fill(0.25), slopeAt);
    },
  },
  "BP3 with the mean": {
    convNablaB: (desk) => convNablaB(desk, 1 / (desk.sizes.J * desk.sizes.K)),
  },
  "BP3 once for each weight": {
    convNablaB: (desk) => convNablaB(desk, desk.sizes.KH * desk.sizes.KW),
  },
  "BP4 rotated by 180°": {
    finish({ nabla, sizes: { KH, KW } }) {
      rearranged(nabla.w1, KH, KW, (l, m) => (KH - 1 - l) * KW + KW - 1 - m);
    },
  },
  "BP4 transposed": transposing((desk) => [desk.nabla.w1, desk.sizes.KH]),
  "BP4 off by one": { convNablaW: (desk) => convNablaW(desk, rolled(desk)) },
  "BP4 with = for +=": {
    convNablaW(desk) {
      desk.nabla.w1.fill(0);
      RIGHT.convNablaW(desk);
    },
  },
  "BP4a with j and k swapped": transposing((desk) => [desk.nabla.w3, desk.sizes.P]),
  "the batch averaged twice": {
    finish({ nabla }, B) {
      for (const name of PARAMETERS) {
        for (let i = 0; i < nabla[name].length; i++) nabla[name][i] /= B;
      }
    },
  },
};
