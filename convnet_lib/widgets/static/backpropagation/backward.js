// What each error of the backward pass says of itself; what an explanation is, forward.js tells.

import { NDArray } from "../parts/arrays.js";
import { count } from "../parts/text.js";
import { plain, share } from "./numbers.js";
import {
  all,
  cell,
  cellsOf,
  equation,
  halves,
  L,
  linked,
  SIZE,
  windowDetail,
  windowOf,
  winnerOf,
} from "./terms.js";

/** @typedef {import("./types.js").Explain} Explain */
/** @typedef {import("./types.js").Data} Data */

/** @type {Explain} */
function outputError(data, l) {
  const { cost: name, z3, a3, y, slope3, delta3, s, slope, spoken, n, chip, result } = data;
  const [a, t, d] = [a3, y, delta3].map(({ values }) => values[l]);
  const quadratic = name === "quadratic";
  const filled = `(${chip("a3", a)} − ${chip("y", t)})${quadratic ? ` · ${plain(slope3.values[l])}` : ""}`;
  const gap = `(${s("a", 3, [l])} − ${s("y", null, [l])})`;
  return {
    marks: { delta3: [cell(l, 0)], a3: [linked(l, 0)], y: [linked(l, 0)], z3: [linked(l, 0)] },
    paths: {
      lines: [
        [
          ["z3", cell(l, 0)],
          ["delta3", cell(l, 0)],
        ],
      ],
    },
    html:
      equation(
        `${s("δ", 3, [l])} = ∂<i>C</i>/∂${s("a", 3, [l])} · ${slope(3, [l])}
         = ${gap}${quadratic ? ` ${slope(3, [l])}` : ""}<br>= ${filled} = ${result("delta3", d)}`,
        "BP1",
      ) +
      (quadratic
        ? `<p>The gap, ${plain(a - t)}, times the slope of the tangent. ${slope3.values[l] < 0.05 ? "The curve is flat here, so the error is small whatever the gap." : ""}</p>`
        : `<p>${slope(3, [l])} cancels the denominator of ∂<i>C</i>/∂${s("a", 3, [l])}: the gap alone is the error.</p>`),
    words: `${spoken("delta", 3, [l])}, the error of output ${l}, is ${n("delta3", d)}: its activation is ${n("a3", a)} and should be ${plain(t)}.`,
    lens: { curve: { z: z3.values[l], slope: slope3.values[l], name: s("z", 3, [l]), y: t } },
  };
}

/**
 * Σ_l δ³_l w³_{l,j',k'}, taken apart, and what joins its parts.
 * @param {Data} data
 * @param {number} j
 * @param {number} k
 */
function sumBack(data, j, k) {
  const { delta3, w3, outputs, s, spoken, n } = data;
  const pairs = [...delta3.values].map((d, l) => [d, w3.part(l).at(j, k)]);
  const line = (/** @type {0 | 1} */ i) => NDArray.make(1, outputs, (_, l) => pairs[l][i]);
  const products = pairs.map(([d, w]) => d * w);
  const [up, down] = halves(products);
  return {
    formula: `Σ<sub>${L}</sub> ${s("δ", 3, [L])} ${s("w", 3, [L, j, k])}`,
    told: `<p>Its ${outputs} terms: ${n("nabla_a2", up)} from those that are positive, ${n("nabla_a2", down)} from the others.${Math.min(up, -down) > 0.9 * Math.max(up, -down) ? " They nearly cancel." : ""}</p>`,
    ribbons: products.map((value, l) => ({
      from: /** @type {import("./paths.js").End} */ (["delta3", cell(l, 0)]),
      to: /** @type {import("./paths.js").End} */ (["nabla_a2", cell(j, k)]),
      value,
    })),
    marks: { delta3: all(delta3), w3: [linked(j, k)] },
    sum: {
      stack: true,
      left: { array: line(0), name: "delta3", title: s("δ", 3, [L]), words: "delta 3" },
      right: { array: line(1), name: "w3", title: s("w", 3, [L, j, k]), words: "w 3" },
      products: `${s("δ", 3)}${s("w", 3)}`,
      term: (/** @type {number} */ _, /** @type {number} */ l) => ({
        marks: { delta3: [cell(l, 0)] },
        words: `${spoken("delta", 3, [l])} times ${spoken("w", 3, [l, j, k])} is ${plain(products[l])}.`,
      }),
    },
  };
}

/** @type {Explain} */
function pooledGradient(data, j, k) {
  const { nabla, spoken, n, result } = data;
  const value = data.nabla_a2.at(j, k);
  const { formula, told, ribbons, marks, sum } = sumBack(data, j, k);
  return {
    marks: { ...marks, nabla_a2: [cell(j, k)], a2: [linked(j, k)] },
    paths: { ribbons },
    html:
      equation(`${nabla("a", 2, [j, k])} = ${formula} = ${result("nabla_a2", value)}`, "Σ in BP2") +
      told,
    words: `The derivative of the cost by ${spoken("a", 2, [j, k])} is the sum of ${count(data.outputs, "product")} of output errors and weights: ${n("nabla_a2", value)}.`,
    lens: { sum: { ...sum, tail: [["Σ", value]] } },
  };
}

/** Why a gate is open or shut. @param {Data} data @param {number} j @param {number} k */
function gate(data, j, k) {
  const { a1, a2, tied, switch: mask, s, n } = data;
  const window = windowOf(j, k);
  const [own, largest] = [a1.at(j, k), a2.at(...window)];
  const tie = tied.at(...window) > 0;
  const winner = winnerOf(data, ...window);
  if (mask.at(j, k) > 0) {
    const also = tie ? ", and not alone: a tie" : "";
    return { winner, why: `${n("a1", own)} is the maximum of its window${also}` };
  }
  const to = s("a", 1, winner);
  return {
    winner,
    why:
      tie && Object.is(own, largest)
        ? `it shares the maximum of its window, ${n("a1", own)}, but another comes first, ${to}`
        : `it lost its window to ${to}: ${n("a1", largest)} against ${n("a1", own)}`,
  };
}

/**
 * What a shut gate says of a cell, and no more.
 * @param {Data} data
 * @param {string} grid
 * @param {number} j
 * @param {number} k
 * @param {string} name
 * @param {string} words
 * @returns {import("./types.js").Explanation}
 */
function shut(data, grid, j, k, name, words) {
  const { result } = data;
  const window = windowOf(j, k);
  const { winner, why } = gate(data, j, k);
  return {
    marks: {
      nabla_a1: [cellsOf(...window)],
      nabla_a2: [linked(...window)],
      a1: [cellsOf(...window), cell(...winner)],
      a2: [linked(...window)],
      [grid]: [cell(j, k)],
    },
    paths: {
      cones: [
        [
          ["nabla_a2", cell(...window)],
          ["nabla_a1", cellsOf(...window)],
        ],
      ],
      lines: [
        [
          ["nabla_a1", cell(...winner)],
          ["a1", cell(...winner)],
        ],
      ],
      gates: [{ at: [grid, cell(j, k)], open: false }],
    },
    html:
      equation(`${name} = ${result(grid, 0)}`, grid === "delta1" ? "BP2" : "BP2a") +
      `<p>The gate is shut: ${why}.</p>`,
    words: `${words} is 0: ${why.replace(/<[^>]+>/g, " ").replace(/ +/g, " ")}.`,
    lens: { window: windowDetail(data, ...window) },
  };
}

/** @type {Explain} */
function gated(data, j, k) {
  const { nabla_a2, nabla_a1, switch: mask, s, nabla, spoken, n, chip, result } = data;
  const window = windowOf(j, k);
  const name = nabla("a", 1, [j, k]);
  const words = `The derivative of the cost by ${spoken("a", 1, [j, k])}`;
  if (mask.at(j, k) === 0) return shut(data, "nabla_a1", j, k, name, words);
  const [on, value] = [mask.at(j, k), nabla_a1.at(j, k)];
  const floor = (/** @type {string} */ letter, /** @type {number} */ x) =>
    `<i>${letter}</i>′ = ⌊${x}/2⌋ = ${Math.floor(x / SIZE)}`;
  const { why } = gate(data, j, k);
  return {
    marks: {
      nabla_a1: [cell(j, k)],
      a1: [cellsOf(...window), linked(j, k)],
      a2: [linked(...window)],
      nabla_a2: [linked(...window)],
    },
    paths: {
      cones: [
        [
          ["nabla_a2", cell(...window)],
          ["nabla_a1", cellsOf(...window)],
        ],
      ],
      gates: [{ at: ["nabla_a1", cell(j, k)], open: true }],
    },
    html: `${equation(
      `${name} = ∂${s("a", 2, window)}/∂${s("a", 1, [j, k])} · ${nabla("a", 2, window)}
         = ${share(on)} · ${chip("nabla_a2", nabla_a2.at(...window))} = ${result("nabla_a1", value)}`,
      "BP2a",
    )}<p>The gate is open: ${why}. (${floor("j", j)}, ${floor("k", k)})</p>`,
    words: `${words} is the gate, ${share(on)}, times ${n("nabla_a2", nabla_a2.at(...window))}: ${n("nabla_a1", value)}; ${why}.`,
    lens: { window: windowDetail(data, ...window) },
  };
}

/** @type {Explain} */
function error(data, j, k) {
  const { z1, delta1, slope1, nabla_a2, switch: mask, s, slope, spoken, n, chip, result } = data;
  const window = windowOf(j, k);
  const on = mask.at(j, k);
  const name = s("δ", 1, [j, k]);
  if (on === 0) return shut(data, "delta1", j, k, name, spoken("delta", 1, [j, k]));
  const { formula, told, ribbons, marks, sum } = sumBack(data, ...window);
  const [back, steep, d] = [nabla_a2.at(...window), slope1.at(j, k), delta1.at(j, k)];
  return {
    marks: {
      ...marks,
      delta1: [cell(j, k)],
      nabla_a1: [linked(j, k)],
      z1: [linked(j, k)],
      a1: [cellsOf(...window)],
      a2: [linked(...window)],
      nabla_a2: [linked(...window)],
    },
    paths: {
      ribbons,
      cones: [
        [
          ["nabla_a2", cell(...window)],
          ["nabla_a1", cellsOf(...window)],
        ],
      ],
      lines: [
        [
          ["nabla_a1", cell(j, k)],
          ["delta1", cell(j, k)],
        ],
        [["z1", cell(j, k)], ["delta1", cell(j, k)], `σ′ ${plain(steep)}`],
      ],
      gates: [{ at: ["nabla_a1", cell(j, k)], open: true }],
    },
    html:
      equation(
        `${name} = ∂${s("a", 2, window)}/∂${s("a", 1, [j, k])} · ${formula} · ${slope(1, [j, k])}<br>
       = ${share(on)} · ${chip("nabla_a2", back)} · ${plain(steep)} = ${result("delta1", d)}`,
        "BP2",
      ) + told,
    words:
      `${spoken("delta", 1, [j, k])} is the gate, ${share(on)}, times the sum over the outputs, ${n("nabla_a2", back)}, ` +
      `times the slope, ${plain(steep)}: ${n("delta1", d)}.`,
    lens: {
      sum: {
        ...sum,
        tail: [
          ["Σ", back],
          [`· ${share(on)}`, on * back],
          [`· ${plain(steep)}`, d],
        ],
      },
      curve: { z: z1.at(j, k), slope: steep, name: s("z", 1, [j, k]) },
    },
  };
}

/** What a cell of each panel says of itself. @type {Record<string, Explain>} */
export const explanations = {
  delta3: outputError,
  nabla_a2: pooledGradient,
  nabla_a1: gated,
  delta1: error,
};
