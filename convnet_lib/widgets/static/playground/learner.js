// A network that learns: the equations of engine.js once more, letter for letter, for many images.
//
// There every function makes a new array, which is well for one image in a figure and too slow for
// thousands a second. Here the arrays lie on a desk, made once, and each function fills its own.
// What the backward pass is made of is in `RIGHT`, so that one of its parts can be a wrong one, as
// in `convnet_lib/broken.py`. The tests hold a desk against engine.js and against NumPy.

import { NDArray } from "../parts/arrays.js";
import { missedBy, SHARES, sigma } from "../parts/engine.js";

/** @typedef {import("../parts/engine.js").Net} Net */
/** @typedef {import("../parts/engine.js").Cost} Cost */
/** @typedef {import("../parts/engine.js").Ties} Ties */
/** @typedef {Record<"w1" | "b1" | "w3" | "b3", Float64Array>} Numbers  parameters or gradients */
/** @typedef {ReturnType<typeof sizesOf>} Sizes */
/** @typedef {typeof RIGHT} Parts */

/** What is learned, by the names of the traits. @type {(keyof Net)[]} */
export const PARAMETERS = ["w1", "b1", "w3", "b3"];
const SIZE = 2; // rows and columns of a pooling window

/** σ′(z) of one number, at most ¼. @param {number} x */
export function slope(x) {
  const e = Math.exp(-Math.abs(x));
  return e / (1 + e) ** 2;
}

/** The sizes of a network, with maps or without; J and K of a map, P and R of a pooled one. @param {Net} net */
function sizesOf({ w1, w3 }) {
  const [KH, KW] = w1.shape.slice(-2);
  const [P, R] = w3.shape.slice(-2);
  const [J, K] = [SIZE * P, SIZE * R];
  const F = w1.axes > 2 ? w1.shape[0] : 1;
  return { F, KH, KW, P, R, J, K, H: J + KH - 1, W: K + KW - 1, Q: w3.shape[0] };
}

/** Room for all that one image makes, and for the gradients of a mini-batch. @param {Sizes} sizes */
function room({ F, KH, KW, P, R, J, K, Q }) {
  const map = () => new Float64Array(F * J * K);
  const pooled = () => new Float64Array(F * P * R);
  const outputs = () => new Float64Array(Q);
  return {
    ...{ y: outputs(), z1: map(), a1: map(), a2: pooled(), z3: outputs(), a3: outputs() },
    ...{ delta3: outputs(), nabla_a2: pooled(), mask: map(), delta1: map() },
    nabla: {
      w1: new Float64Array(F * KH * KW),
      b1: new Float64Array(F),
      w3: new Float64Array(Q * F * P * R),
      b3: outputs(),
    },
  };
}

/** A network, and room for all that it makes of an image and of a mini-batch. */
export class Desk {
  /** @type {Cost} */ cost = "cross_entropy";
  /** @type {Ties} */ ties = "first";

  /**
   * @param {Net} net  its numbers are learned in place
   * @param {Partial<Parts>} wrong  parts of the backward pass that take the place of the right ones
   */
  constructor(net, wrong = {}) {
    this.net = net;
    this.sizes = sizesOf(net);
    this.parts = { ...RIGHT, ...wrong };
    const { y, z1, a1, a2, z3, a3, delta3, nabla_a2, mask, delta1, nabla } = room(this.sizes);
    /** @type {Float64Array} */
    this.image = new Float64Array(this.sizes.H * this.sizes.W);
    this.y = y;
    this.z1 = z1;
    this.a1 = a1;
    this.a2 = a2;
    this.z3 = z3;
    this.a3 = a3;
    this.delta3 = delta3;
    this.nabla_a2 = nabla_a2;
    this.mask = mask;
    this.delta1 = delta1;
    /** @type {Numbers} */
    this.nabla = nabla;
  }

  /** F1–F5 of one image. @param {Float64Array} image */
  forward(image) {
    this.image = image;
    convolve(this); // F1
    activate(this); // F2
    pool(this); // F3
    dense(this); // F4
    for (let q = 0; q < this.z3.length; q++) this.a3[q] = sigma(this.z3[q]); // F5
  }

  /** BP1–BP4 of the image of `forward`; its gradients are added to `nabla`. @param {number} label */
  backward(label) {
    const { parts } = this;
    for (let q = 0; q < this.y.length; q++) this.y[q] = Number(q === label);
    parts.delta(this); // BP1
    parts.denseBackward(this); // the sum in BP2
    parts.winners(this, this.ties); // BP2a
    parts.route(this); // BP2
    parts.convNablaW(this); // BP4
    parts.convNablaB(this); // BP3
    denseNablaW(this); // BP4a
    for (let q = 0; q < this.delta3.length; q++) this.nabla.b3[q] += this.delta3[q]; // BP3a
  }

  /** Begin a mini-batch. */
  clear() {
    for (const name of PARAMETERS) this.nabla[name].fill(0);
  }

  /** The gradients of a mini-batch of B images are all there. @param {number} B */
  finish(B) {
    this.parts.finish(this, B);
  }

  /** p → p − rate · ∂C/∂p, rate being η/B; whether all numbers are finite after it. @param {number} rate */
  step(rate) {
    let total = 0;
    for (const name of PARAMETERS) {
      const [p, nabla] = [this.net[name].values, this.nabla[name]];
      for (let i = 0; i < p.length; i++) {
        p[i] -= rate * nabla[i];
        total += Math.abs(p[i]);
      }
    }
    return Number.isFinite(total);
  }

  /** C of the image of `forward`. @param {number} label */
  costOf(label) {
    let C = 0;
    for (let q = 0; q < this.a3.length; q++) {
      C += SHARES[this.cost](this.a3[q], Number(q === label));
    }
    return C;
  }

  /** The digit that it takes the image of `forward` for: the first neuron with the largest z³. */
  get answer() {
    let best = 0;
    for (let q = 1; q < this.z3.length; q++) if (this.z3[q] > this.z3[best]) best = q;
    return best;
  }

  /** One of its arrays of a map f, by the name of the array. @param {"z1" | "a1" | "mask" | "delta1"} name @param {number} f */
  map(name, f) {
    const { J, K } = this.sizes;
    return new NDArray([J, K], this[name].slice(f * J * K, (f + 1) * J * K));
  }
}

// --- forward --------------------------------------------------------------------------------

/**
 * z¹_{j,k} = b¹ + Σ_{l,m} w¹_{l,m} a⁰_{j+l,k+m} (F1). Each pixel with ink is added to the neurons
 * that it reaches: a neuron has its terms in the same order as in engine.js, without those that
 * are 0, so the sums have the same bits.
 * @param {Desk} desk
 */
function convolve({ sizes, image, net, z1 }) {
  const { F, KH, KW, J, K, W } = sizes;
  const [w1, b1] = [net.w1.values, net.b1.values];
  for (let f = 0; f < F; f++) z1.fill(b1[f], f * J * K, (f + 1) * J * K);
  for (let i = 0; i < image.length; i++) {
    const a = image[i];
    if (a === 0) continue;
    const row = Math.floor(i / W);
    const column = i - row * W;
    const [l0, l1] = [Math.max(0, row - J + 1), Math.min(KH - 1, row)];
    const [m0, m1] = [Math.max(0, column - K + 1), Math.min(KW - 1, column)];
    for (let f = 0; f < F; f++) {
      for (let l = l0; l <= l1; l++) {
        const p = (f * J + row - l) * K + column;
        const w = (f * KH + l) * KW;
        for (let m = m0; m <= m1; m++) z1[p - m] += w1[w + m] * a;
      }
    }
  }
}

/** a¹ = σ(z¹) (F2). Where the paper is blank z¹ is b¹, and its σ is known. @param {Desk} desk */
function activate({ sizes: { F, J, K }, net, z1, a1 }) {
  for (let f = 0; f < F; f++) {
    const b = net.b1.values[f];
    const blank = sigma(b);
    for (let p = f * J * K; p < (f + 1) * J * K; p++) a1[p] = z1[p] === b ? blank : sigma(z1[p]);
  }
}

/** a² is the largest a¹ of each window (F3). @param {Desk} desk */
function pool({ sizes: { K, R }, a1, a2 }) {
  for (let window = 0; window < a2.length; window++) {
    const p = cornerOf(window, K, R);
    a2[window] = Math.max(a1[p], a1[p + 1], a1[p + K], a1[p + K + 1]);
  }
}

/** The place of the first neuron of a window; the maps lie one below the other. @param {number} window @param {number} K @param {number} R */
function cornerOf(window, K, R) {
  const row = Math.floor(window / R);
  return SIZE * (row * K + window - row * R);
}

/** z³_q = b³_q + Σ_{f,j,k} w³_{q,f,j,k} a²_{f,j,k} (F4). @param {Desk} desk */
function dense({ net, a2, z3 }) {
  const [w3, b3] = [net.w3.values, net.b3.values];
  let i = 0;
  for (let q = 0; q < z3.length; q++) {
    let z = b3[q];
    for (let jk = 0; jk < a2.length; jk++) z += w3[i++] * a2[jk];
    z3[q] = z;
  }
}

// --- backward -------------------------------------------------------------------------------

/** ∂C/∂w³_{q,f,j,k} = a²_{f,j,k} δ³_q (BP4a). @param {Desk} desk */
function denseNablaW({ a2, delta3, nabla }) {
  let i = 0;
  for (let q = 0; q < delta3.length; q++) {
    const delta = delta3[q];
    for (let jk = 0; jk < a2.length; jk++) nabla.w3[i++] += a2[jk] * delta;
  }
}

/**
 * δ¹ = ∂C/∂a² · the share that each neuron of a window has of it · the slope there (BP2).
 * @param {Desk} desk @param {Float64Array} shares @param {(desk: Desk, p: number) => number} slopeAt
 */
export function route(desk, shares, slopeAt) {
  const { nabla_a2, delta1 } = desk;
  const { K, R } = desk.sizes;
  for (let p = 0; p < delta1.length; p++) {
    const share = shares[p];
    if (share === 0) {
      delta1[p] = 0;
      continue;
    }
    const row = Math.floor(p / K); // of all maps, which have an even number each
    const window = (row >> 1) * R + ((p - row * K) >> 1);
    delta1[p] = nabla_a2[window] * share * slopeAt(desk, p);
  }
}

/** σ′(z¹) of neuron p, counted over all maps, as in BP2. @param {Desk} desk @param {number} p */
export const slopeAt = (desk, p) => slope(desk.z1[p]);

/**
 * The switch of each window (BP2a): of the neurons at the maximum, or with sign −1 the minimum,
 * the first or the last is on, all are, or they share.
 * @param {Desk} desk @param {Ties | "last"} ties @param {1 | -1} sign
 */
export function winners({ sizes: { K, R }, a1, a2, mask }, ties, sign = 1) {
  mask.fill(0);
  for (let window = 0; window < a2.length; window++) {
    const p = cornerOf(window, K, R);
    const [a, b, c, d] = [a1[p], a1[p + 1], a1[p + K], a1[p + K + 1]];
    const best = sign * Math.max(sign * a, sign * b, sign * c, sign * d);
    const tied = +(a === best) + +(b === best) + +(c === best) + +(d === best);
    if (ties === "first") {
      mask[a === best ? p : b === best ? p + 1 : c === best ? p + K : p + K + 1] = 1;
    } else if (ties === "last") {
      mask[d === best ? p + K + 1 : c === best ? p + K : b === best ? p + 1 : p] = 1;
    } else {
      const share = ties === "split" ? 1 / tied : 1;
      if (a === best) mask[p] = share;
      if (b === best) mask[p + 1] = share;
      if (c === best) mask[p + K] = share;
      if (d === best) mask[p + K + 1] = share;
    }
  }
}

/** ∂C/∂w¹_{l,m} = Σ_{j,k} δ¹_{j,k} a⁰_{j+l,k+m} (BP4); where δ¹ is 0 nothing is added. @param {Desk} desk @param {Float64Array} image */
export function convNablaW({ sizes, delta1, nabla }, image) {
  const { F, KH, KW, J, K, W } = sizes;
  let p = 0;
  for (let f = 0; f < F; f++) {
    for (let jk = 0; jk < J * K; jk++) {
      const delta = delta1[p++];
      if (delta === 0) continue;
      const corner = Math.floor(jk / K) * W + (jk % K);
      let i = f * KH * KW;
      for (let l = 0; l < KH; l++) {
        for (let m = 0; m < KW; m++) nabla.w1[i++] += delta * image[corner + l * W + m];
      }
    }
  }
}

/** ∂C/∂b¹ = Σ_{j,k} δ¹_{j,k}, times a factor that is 1 (BP3). @param {Desk} desk */
export function convNablaB({ sizes, delta1, nabla }, factor = 1) {
  const { F, J, K } = sizes;
  for (let f = 0; f < F; f++) {
    let sum = 0;
    for (let p = f * J * K; p < (f + 1) * J * K; p++) sum += delta1[p];
    nabla.b1[f] += factor * sum;
  }
}

/** The functions that a backward pass is made of, the right ones. */
export const RIGHT = {
  /** δ³ (BP1); of the cross-entropy σ′ cancels the denominator. @param {Desk} desk */
  delta({ a3, y, z3, delta3, cost }) {
    for (let q = 0; q < delta3.length; q++) {
      delta3[q] = missedBy(z3[q], a3[q], y[q]) * (cost === "quadratic" ? slope(z3[q]) : 1);
    }
  },

  /** ∂C/∂a²_{f,j,k} = Σ_q δ³_q w³_{q,f,j,k} (the sum in BP2). @param {Desk} desk */
  denseBackward({ net, delta3, nabla_a2 }) {
    const w3 = net.w3.values;
    nabla_a2.fill(0);
    let i = 0;
    for (let q = 0; q < delta3.length; q++) {
      const delta = delta3[q];
      for (let jk = 0; jk < nabla_a2.length; jk++) nabla_a2[jk] += delta * w3[i++];
    }
  },

  /** The pooling switch (BP2a). @param {Desk} desk @param {Ties} ties */
  winners: (desk, ties) => winners(desk, ties),

  /** δ¹ (BP2). @param {Desk} desk */
  route: (desk) => route(desk, desk.mask, slopeAt),

  /** @param {Desk} desk */
  convNablaW: (desk) => convNablaW(desk, desk.image),

  /** @param {Desk} desk */
  convNablaB: (desk) => convNablaB(desk),

  /** What is done to the gradients of a mini-batch once they are all there: nothing. @param {Desk} _desk @param {number} _B */
  finish(_desk, _B) {},
};
