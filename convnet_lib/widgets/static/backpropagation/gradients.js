// What each parameter says of its gradient, and each product that a gradient is the sum of; what an
// explanation is, forward.js tells.

import { count } from "../parts/text.js";
import { plain } from "./numbers.js";
import {
  all,
  cell,
  equation,
  FEW,
  J,
  K,
  lines,
  linked,
  plus,
  stepped,
  strongestFirst,
  whole,
} from "./terms.js";

/** @typedef {import("./types.js").Explain} Explain */

/** @type {Explain} */
function outputBias(data, l) {
  const { b3, delta3, s, nabla, spoken, n, result } = data;
  const d = delta3.values[l];
  return {
    marks: { b3: [linked(l, 0)], nabla_b3: [linked(l, 0)], delta3: [linked(l, 0)] },
    paths: {
      lines: [
        [
          ["nabla_b3", cell(l, 0)],
          ["delta3", cell(l, 0)],
        ],
      ],
    },
    html:
      equation(`${nabla("b", 3, [l])} = ${s("δ", 3, [l])} = ${result("delta3", d)}`, "BP3a") +
      stepped(data, b3.values[l], d),
    words: `${spoken("b", 3, [l])} is ${n("b3", b3.values[l])}; its gradient is ${spoken("delta", 3, [l])}, ${n("delta3", d)}.`,
    lens: { weight: { name: "b3", place: l, gradient: d, letter: s("b", 3, [l]) } },
  };
}

/** @type {Explain} */
function outputWeight(data, j, k) {
  const { neuron: l, a2, delta3, s, nabla, spoken, n, chip, result } = data;
  const [w, gradient] = [data.w3.part(l).at(j, k), data.nabla_w3.part(l).at(j, k)];
  const [a, d] = [a2.at(j, k), delta3.values[l]];
  return {
    marks: {
      w3: [linked(j, k)],
      nabla_w3: [linked(j, k)],
      a2: [linked(j, k)],
      delta3: [linked(l, 0)],
    },
    paths: {
      lines: [
        [
          ["a2", cell(j, k)],
          ["nabla_w3", cell(j, k)],
        ],
      ],
      ribbons: [{ from: ["delta3", cell(l, 0)], to: ["nabla_w3", cell(j, k)], value: d }],
    },
    html:
      equation(
        `${nabla("w", 3, [l, j, k])} = ${s("a", 2, [j, k])} ${s("δ", 3, [l])} = ${chip("a2", a)} · ${chip("delta3", d)} = ${result("nabla_w3", gradient)}`,
        "BP4a",
      ) +
      "<p>What comes in, times the error that comes back.</p>" +
      stepped(data, w, gradient),
    words: `${spoken("w", 3, [l, j, k])} is ${n("w3", w)}; its gradient is ${n("a2", a)} times ${n("delta3", d)}: ${n("nabla_w3", gradient)}.`,
    lens: {
      weight: {
        name: "w3",
        place: (l * data.maps + (data.map ?? 0)) * a2.values.length + j * a2.columns + k,
        gradient,
        letter: s("w", 3, [l, j, k]),
      },
    },
  };
}

/** @type {Explain} */
function sharedBias(data) {
  const { b1, nabla_b1, delta1, s, nabla, spoken, n, chip, result } = data;
  const [b, gradient] = [b1.values[0], nabla_b1.values[0]];
  const { values, columns } = delta1;
  const order = strongestFirst(delta1);
  const at = (/** @type {number} */ i) => [Math.floor(i / columns), i % columns];
  return {
    marks: { b1: [linked(0, 0)], nabla_b1: [linked(0, 0)], delta1: all(delta1) },
    paths: {
      cones: [
        [
          ["nabla_b1", cell(0, 0)],
          ["delta1", whole(delta1)],
        ],
      ],
    },
    html:
      equation(
        `${nabla("b", 1)} = Σ<sub>${J},${K}</sub> ${s("δ", 1, [J, K])} = ${result("nabla_b1", gradient)}`,
        "BP3",
      ) +
      `<p>${count(values.length, "error")}, ${order.length} of them not 0.</p>` +
      stepped(data, b, gradient) +
      largestOf(
        order.slice(0, FEW).map((i) => `${s("δ", 1, at(i))} = ${chip("delta1", values[i])}`),
      ),
    words: `${spoken("b", 1)} is ${n("b1", b)}; its gradient is the sum of ${count(values.length, "error")}, ${order.length} of them not 0: ${n("nabla_b1", gradient)}.`,
    lens: {
      running: {
        values,
        total: gradient,
      },
      weight: { name: "b1", place: data.map ?? 0, gradient, letter: s("b", 1) },
    },
    list: () => lines(delta1, (j, k) => [s("δ", 1, [j, k]), delta1.at(j, k)]),
  };
}

/** The largest terms of a sum, one a line. @param {string[]} written */
const largestOf = (written) =>
  `<div class="bp-largest">${written.map((one) => `<span>${one}</span>`).join("")}</div>`;

/**
 * The pixel and the error of the i-th product of BP4.
 * @param {import("./types.js").Data} data
 * @param {number} i
 * @returns {Record<"pixel" | "error", [number, number]>}
 */
function factors({ delta1, offset: [l, m] }, i) {
  const [j, k] = [Math.floor(i / delta1.columns), i % delta1.columns];
  return { error: [j, k], pixel: [j + l, k + m] };
}

/** @type {Explain} */
function sharedWeight(data, l, m) {
  const { w1, nabla_w1, delta1, a0, products, s, nabla, spoken, n, chip, result } = data;
  const { rows, columns } = delta1;
  const [w, gradient] = [w1.at(l, m), nabla_w1.at(l, m)];
  const order = strongestFirst(products);
  const square = linked(l, m, rows, columns);
  const strongest = order.slice(0, FEW).map((i) => ({ i, ...factors(data, i) }));
  const total = delta1.values.length;
  return {
    marks: {
      w1: [linked(l, m)],
      nabla_w1: [linked(l, m)],
      a0: [square, ...strongest.map(({ pixel }) => cell(...pixel))],
      delta1: [whole(delta1), ...strongest.map(({ error }) => cell(...error))],
      products: all(delta1),
    },
    paths: {
      cones: [
        [
          ["a0", square],
          ["delta1", whole(delta1)],
        ],
      ],
      ribbons: strongest.map(({ i, error, pixel }) => ({
        ...{ from: ["a0", cell(...pixel)], to: ["delta1", cell(...error)] },
        value: products.values[i],
      })),
      lines: [
        [
          ["products", whole(products)],
          ["nabla_w1", cell(l, m)],
        ],
      ],
    },
    html:
      equation(
        `${nabla("w", 1, [l, m])} = Σ<sub>${J},${K}</sub> ${s("δ", 1, [J, K])} ${s("a", 0, [plus(J, l), plus(K, m)])} = ${result("nabla_w1", gradient)}`,
        "BP4",
      ) +
      `<p>${count(total, "product")}, ${order.length} of them not 0.</p>` +
      stepped(data, w, gradient) +
      largestOf(
        strongest.map(
          ({ i, error, pixel }) =>
            `${s("δ", 1, error)} ${s("a", 0, pixel)} = ${chip("delta1", delta1.at(...error))} · ${chip("a0", a0.at(...pixel))} = ${chip("products", products.values[i])}`,
        ),
      ),
    words:
      `${spoken("w", 1, [l, m])} is ${n("w1", w)}; its gradient is the sum of delta 1 times the image from row ${l}, ` +
      `column ${m} on, ${count(total, "product")}, ${order.length} of them not 0: ${n("nabla_w1", gradient)}.`,
    lens: {
      running: {
        values: products.values,
        total: gradient,
      },
      weight: {
        name: "w1",
        place: (data.map ?? 0) * w1.values.length + l * w1.columns + m,
        gradient,
        letter: s("w", 1, [l, m]),
      },
    },
    list: () =>
      lines(delta1, (j, k) => [
        `${s("δ", 1, [j, k])} ${s("a", 0, [j + l, k + m])}`,
        delta1.at(j, k),
        a0.at(j + l, k + m),
      ]),
  };
}

/** One product of BP4, in the panel of them. @type {Explain} */
function product(data, j, k) {
  const { offset, delta1, a0, products, s, nabla, spoken, chip, result } = data;
  const [l, m] = offset;
  const [d, a] = [delta1.at(j, k), a0.at(j + l, k + m)];
  const { rows, columns } = delta1;
  const name = `${s("δ", 1, [j, k])} ${s("a", 0, [j + l, k + m])}`;
  // Where a factor is 0, the other says nothing.
  const zero = d === 0 || a === 0;
  const filled = zero ? "" : `${chip("delta1", d)} · ${chip("a0", a)} = `;
  const among = `One of the ${products.values.length} terms of ${nabla("w", 1, [l, m])}.`;
  const why = zero
    ? `${d === 0 ? `Neuron (${j}, ${k}) has no error` : "The paper is blank there"}: it adds nothing. ${among}`
    : among;
  return {
    marks: {
      products: [cell(j, k)],
      delta1: [linked(j, k)],
      nabla_w1: [linked(l, m)],
      a0: [linked(l, m, rows, columns), linked(j + l, k + m)],
    },
    paths: {
      lines: [
        [
          ["a0", cell(j + l, k + m)],
          ["products", cell(j, k)],
        ],
        [
          ["products", cell(j, k)],
          ["delta1", cell(j, k)],
        ],
      ],
    },
    html: `${equation(`${name} = ${filled}${result("products", products.at(j, k))}`, "BP4")}<p>${why}</p>`,
    words: `${spoken("delta", 1, [j, k])} times ${spoken("a", 0, [j + l, k + m])} is ${plain(products.at(j, k))}, a term of the gradient of ${spoken("w", 1, [l, m])}.`,
    lens: {
      running: {
        values: products.values,
        total: data.nabla_w1.at(l, m),
        here: j * columns + k,
      },
    },
  };
}

/**
 * The subject's own outline is solid, whichever of a parameter and its gradient it is.
 * @type {(grid: string, explain: Explain) => Explain}
 */
const own = (grid, explain) => (data, row, column) => {
  const explanation = explain(data, row, column);
  const marks = { ...explanation.marks, [grid]: [cell(row, column)] };
  return { ...explanation, marks };
};

/** What a cell of each panel says of itself. @type {Record<string, Explain>} */
export const explanations = {
  products: product,
  w1: own("w1", sharedWeight),
  nabla_w1: own("nabla_w1", sharedWeight),
  b1: own("b1", sharedBias),
  nabla_b1: own("nabla_b1", sharedBias),
  w3: own("w3", outputWeight),
  nabla_w3: own("nabla_w3", outputWeight),
  b3: own("b3", outputBias),
  nabla_b3: own("nabla_b3", outputBias),
};
