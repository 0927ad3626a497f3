// What the figure shows: all quantities of one image, under the choices that have been made.

import { each, NDArray } from "../parts/arrays.js";
import {
  backprop,
  costOf,
  denseForward,
  feedforward,
  poolBackward,
  poolTied,
  sigmoid,
  sigmoidPrime,
  step,
} from "../parts/engine.js";
import { lettersOf } from "./letters.js";

/** @typedef {import("../parts/engine.js").Net} Net */
/** @typedef {import("../parts/figure.js").Figure} Figure */
/** @typedef {import("./types.js").Weight} Weight */
/** @typedef {import("./types.js").WhatIf} WhatIf */
/** @typedef {ReturnType<typeof dataOf>} Quantities  all quantities of one image */

/** The traits that are learned. */
export const PARAMETERS = ["w1", "b1", "w3", "b3"];

const single = (/** @type {NDArray} */ { values }) => new NDArray([1, 1], values);
const column = (/** @type {NDArray} */ { values }) => new NDArray([values.length, 1], values);

/**
 * @param {Figure} figure
 * @returns {[number, import("../parts/engine.js").Cost, import("../parts/engine.js").Ties, number]}
 */
const choices = ({ model }) => [
  model.get("index"),
  model.get("cost"),
  model.get("ties"),
  model.get("rate"),
];

/**
 * The network, as the traits of a figure have it.
 * @param {Figure} figure
 * @returns {Net}
 */
export function netOf(figure) {
  const [w1, b1, w3, b3] = PARAMETERS.map((name) => figure.array(name));
  return { w1, b1, w3, b3 };
}

/**
 * A network one number of which is moved; the same if none is.
 * @param {Net} net
 * @param {WhatIf | null} whatIf
 * @returns {Net}
 */
export function changed(net, whatIf) {
  if (!whatIf) return net;
  const { name, place, by } = whatIf;
  const moved = net[/** @type {keyof Net} */ (name)];
  return { ...net, [name]: moved.map((x, i) => (i === place ? x + by : x)) };
}

/**
 * All quantities by the names of their panels, each as a two-dimensional array (or w3, a stack).
 * All are computed with the whole network; of several maps the one that is chosen is shown.
 * @param {Figure} figure
 * @param {WhatIf | null} whatIf
 */
export function dataOf(figure, whatIf = null) {
  const [index, cost, ties, rate] = choices(figure);
  const net = changed(netOf(figure), whatIf);
  const [a0, y] = ["a0", "y"].map((name) => figure.array(name).part(index));
  const all = backprop(net, a0, y, cost, ties);
  const { z3, a3, delta3 } = all;
  /** @type {number} */
  const f = figure.model.get("map");
  const maps = net.b1.values.length;
  const map = maps > 1 ? f : null;
  const shown = (/** @type {NDArray} */ x) => (net.b1.axes ? x.part(f) : x);
  const [z1, a1, a2] = [all.z1, all.a1, all.a2].map(shown);
  const [mask, slope1] = [all.mask, all.slope1].map(shown);
  const [delta1, nabla_a2] = [all.delta1, all.nabla_a2].map(shown);
  return {
    ...{ index, cost, ties, rate, a0, z1, a1, a2, delta1, nabla_a2, slope1, map, maps },
    ...lettersOf(map),
    outputs: a3.values.length,
    w1: shown(net.w1),
    b1: single(shown(net.b1)),
    w3: each(net.w3, shown),
    b3: column(net.b3),
    z3: column(z3),
    shares: map === null ? null : sharesOf(net, all.a2, map),
    a3: column(a3),
    y: column(y),
    C: single(costOf(a3, y, cost)),
    tied: poolTied(a1),
    slope3: column(sigmoidPrime(z3)),
    switch: mask,
    nabla_a1: poolBackward(nabla_a2, mask),
    delta3: column(delta3),
    nabla_w1: shown(all.w1),
    nabla_b1: single(shown(all.b1)),
    nabla_w3: each(all.w3, shown),
    nabla_b3: column(all.b3),
    ofAll: { w1: net.w1, a1: all.a1 }, // every map
    costs: costsOf(figure, a3),
    // What is pointed at chooses an output neuron, a weight, and the products of its gradient.
    neuron: 0,
    offset: /** @type {[number, number]} */ ([0, 0]),
    products: delta1,
  };
}

/** The array of a panel, or of w3, by its name. @param {Quantities} data @param {string} name */
export function arrayOf(data, name) {
  return /** @type {NDArray} */ (/** @type {Record<string, unknown>} */ (data)[name]);
}

/**
 * The products of BP4 for the weight at (l, m), in the shape of δ¹.
 * @param {Quantities} data
 * @param {[number, number]} place
 */
export function productsOf({ delta1, a0 }, [l, m]) {
  const product = (/** @type {number} */ j, /** @type {number} */ k) =>
    delta1.at(j, k) * a0.at(j + l, k + m);
  return NDArray.make(delta1.rows, delta1.columns, product);
}

/** Row and column of the number that is largest in size. @param {NDArray} array */
export function largest(array) {
  let best = 0;
  array.values.forEach((x, i) => {
    if (Math.abs(x) > Math.abs(array.values[best]) || Number.isNaN(array.values[best])) best = i;
  });
  return /** @type {[number, number]} */ ([Math.floor(best / array.columns), best % array.columns]);
}

/**
 * What the map that is shown adds to each z³ in F4, and what the others add together.
 * @param {Net} net
 * @param {NDArray} a2
 * @param {number} f
 */
function sharesOf({ w3, b3 }, a2, f) {
  const added = (/** @type {NDArray} */ a2, /** @type {NDArray} */ w3) =>
    denseForward(a2, w3, NDArray.zeros(b3.shape));
  const without = a2.with(f, NDArray.zeros(a2.shape.slice(1)));
  return {
    own: added(
      a2.part(f),
      each(w3, (one) => one.part(f)),
    ),
    others: added(without, w3),
  };
}

/**
 * The cost of the image after 0, 1, 2 … steps; the last is that of the network as it is.
 * @param {Figure} figure
 * @param {NDArray} a3
 */
function costsOf(figure, a3) {
  const [index, cost] = choices(figure);
  const y = figure.array("y").part(index);
  const { shape, values } = figure.array("past");
  const [steps, images, outputs] = shape;
  const before = Array.from({ length: steps }, (_, t) => {
    const from = (t * images + index) * outputs;
    return new NDArray([outputs], values.subarray(from, from + outputs));
  });
  return [...before, a3].map((a3) => costOf(a3, y, cost).values[0]);
}

/**
 * Whether the history is still that of what is shown: of it one sees the costs of one image.
 * @param {Quantities} data
 * @param {Figure} figure
 */
export function historyIsOf({ a3, costs, outputs }, figure) {
  return `${costsOf(figure, a3.reshape([outputs]))}` === `${costs}`;
}

/**
 * The traits after some steps, each with the gradient of the image that is shown. In their `past` a³
 * of the other images is not a number: it takes a forward pass for each image and step, and is not
 * shown until one of them is. The function `past` computes all of it.
 * @param {Figure} figure
 * @param {number} times
 */
export function steppedBy(figure, times) {
  const [index, cost, ties, rate] = choices(figure);
  const [a0, y] = [figure.array("a0"), figure.array("y")];
  const past = figure.array("past").parts();
  const unknown = y.part(index).map(() => Number.NaN);
  const nets = /** @type {Net[]} */ ([]);
  const shown = /** @type {NDArray[]} */ ([]);
  let net = netOf(figure);
  for (let i = 0; i < times; i++) {
    const all = backprop(net, a0.part(index), y.part(index), cost, ties);
    nets.push(net);
    shown.push(all.a3);
    net = step(net, all, rate);
  }
  const grown = (/** @type {(net: Net, image: NDArray) => NDArray} */ others) => {
    const a3 = (/** @type {number} */ i) =>
      each(a0, (image, n) => (n === index ? shown[i] : others(nets[i], image)));
    return NDArray.stack([...past, ...nets.map((_, i) => a3(i))]);
  };
  return {
    traits: { ...net, past: grown(() => unknown) },
    past: () => grown((before, image) => feedforward(before, image).a3),
  };
}

/** The traits as they were when the figure was made. @param {Figure} figure */
export function begun(figure) {
  const past = figure.array("past");
  const given = PARAMETERS.map((name) => [name, figure.array("given", name)]);
  return { ...Object.fromEntries(given), past: NDArray.zeros([0, ...past.shape.slice(1)]) };
}

/** The traits under another label of the image that is shown. @param {Figure} figure @param {number} label */
export function labelled(figure, label) {
  const y = figure.array("y");
  const index = figure.model.get("index");
  return {
    y: y.with(
      index,
      y.part(index).map((_, q) => Number(q === label)),
    ),
  };
}

/**
 * How C of the image that is shown depends on one number of the network: (its change) => C.
 * @param {Figure} figure
 * @param {Weight} weight
 * @returns {(by: number) => number}
 */
export function costAlong(figure, { name, place }) {
  const [index, cost] = choices(figure);
  const [a0, y] = ["a0", "y"].map((array) => figure.array(array).part(index));
  const net = netOf(figure);
  if (name === "w1" || name === "b1") {
    return (by) => costOf(feedforward(changed(net, { name, place, by }), a0).a3, y, cost).values[0];
  }
  // What comes before the output layer stays as it is.
  const { a2 } = feedforward(net, a0);
  return (by) => {
    const { w3, b3 } = changed(net, { name, place, by });
    return costOf(sigmoid(denseForward(a2, w3, b3)), y, cost).values[0];
  };
}
