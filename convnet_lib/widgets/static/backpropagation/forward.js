// What each cell of the forward pass says of itself: explanations[grid](data, row, column).
//
// Each returns
//   marks   {grid: outlines}: the cell itself, and dashed all that it was made from
//   html    its equation, with its indices and its numbers
//   words   the same for the ear
//   detail  a sum taken apart: {left, right: [array, title, words, kind], products: title,
//           term(row, column), stack}, or one window {left}
//   list    (): html of all terms of a long sum
//   neuron  [j, k], to be shown on the curve of the sigmoid
// All results are the engine's; only products are formed here, so that a sum can be seen term by
// term.

import { reached } from "../parts/fields.js";
import { bracketed, count, equation, number, short } from "../parts/text.js";
import {
  all,
  bold,
  cell,
  cellsOf,
  FEW,
  fieldOf,
  J,
  K,
  L,
  lines,
  linked,
  M,
  plus,
  SIZE,
  strongestFirst,
  terms,
  windowDetail,
  windowOf,
} from "./terms.js";

function pixel(data, p, q) {
  const { a0, w1, z1, s, nabla, spoken } = data;
  const block = reached(cell(p, q), w1, z1);
  const n = block.rows * block.columns;
  return {
    marks: { a0: [cell(p, q)], z1: [block], delta1: [block] },
    html: `<p>${s("a", 0, [p, q])} = ${bold(a0.at(p, q))} is an input. Forward, it enters ${n} of the weighted
       inputs ${s("z", 1)}; backward, the ${n} errors ${s("δ", 1)} there are multiplied by it in
       ${nabla("w", 1)} (F1, BP4).</p>`,
    words: `${spoken("a", 0, [p, q])} is ${number(a0.at(p, q))}. It enters ${count(n, "weighted input")}${data.inMap}.`,
  };
}

function weightedInput(data, j, k) {
  const { a0, w1, b1, z1, s, spoken } = data;
  const field = fieldOf(data, j, k);
  const pairs = [...w1.values].map((w, i) => [w, field.values[i]]);
  const bias = b1.values[0];
  const z = z1.at(j, k);
  const [here, there] = [plus(j, L), plus(k, M)];
  return {
    neuron: [j, k],
    marks: { a0: [linked(j, k, w1.rows, w1.columns)], w1: all(w1), b1: all(b1), z1: [cell(j, k)] },
    html: equation(
      `${s("z", 1, [j, k])} = ${s("b", 1)} + Σ<sub>${L},${M}</sub> ${s("w", 1, [L, M])} ${s("a", 0, [here, there])}
       = ${number(bias)} + ${terms(strongestFirst(pairs), FEW)} = ${bold(z)}`,
      "F1",
    ),
    words: `${spoken("z", 1, [j, k])} is the bias ${number(bias)} plus the sum of ${count(pairs.length, "product")}: ${number(z)}.`,
    detail: {
      left: [field, `${s("a", 0, [here, there])}`, "receptive field", "sequential"],
      right: [w1, `${s("w", 1, [L, M])}`, "weights", "diverging"],
      products: "products",
      term: (l, m) => ({
        marks: { a0: [linked(j, k, w1.rows, w1.columns), cell(j + l, k + m)], w1: [cell(l, m)] },
        words: `${spoken("w", 1, [l, m])} times ${spoken("a", 0, [j + l, k + m])} is ${number(w1.at(l, m) * a0.at(j + l, k + m))}.`,
      }),
    },
    list: () =>
      lines(w1, (l, m) => [
        `${s("w", 1, [l, m])} ${s("a", 0, [j + l, k + m])}`,
        w1.at(l, m),
        a0.at(j + l, k + m),
      ]),
  };
}

function activation({ z1, a1, a2, switch: mask, s, spoken }, j, k) {
  const window = windowOf(j, k);
  const passed = mask.at(j, k) > 0;
  return {
    neuron: [j, k],
    marks: { z1: [linked(j, k)], a1: [cell(j, k)], a2: [linked(...window)] },
    html:
      equation(
        `${s("a", 1, [j, k])} = <i>σ</i>(${s("z", 1, [j, k])}) = <i>σ</i>(${number(z1.at(j, k))}) = ${bold(a1.at(j, k))}`,
        "F2",
      ) +
      `<p>It ${passed ? "wins" : "does not win"} in its window, ${s("a", 2, window)} = ${number(a2.at(...window))}.</p>`,
    words: `${spoken("a", 1, [j, k])} is sigma of ${number(z1.at(j, k))}: ${number(a1.at(j, k))}. It ${passed ? "wins" : "does not win"} in its window.`,
  };
}

function pooled(data, j, k) {
  const { a2, tied, s, spoken } = data;
  const names = [0, 1, 2, 3].map((i) => s("a", 1, [SIZE * j + (i >> 1), SIZE * k + (i % SIZE)]));
  const window = windowDetail(data, j, k);
  const four = [...window.left[0].values].map((x) => number(x)).join(", ");
  return {
    marks: { a1: [cellsOf(j, k)], a2: [cell(j, k)] },
    html:
      equation(
        `${s("a", 2, [j, k])} = max(${names.join(", ")}) = max(${four}) = ${bold(a2.at(j, k))}`,
        "F3",
      ) + (tied.at(j, k) ? "<p>A tie: more than one of the four share the maximum.</p>" : ""),
    words: `${spoken("a", 2, [j, k])} is the largest of ${four}: ${number(a2.at(j, k))}.${tied.at(j, k) ? " A tie." : ""}`,
    detail: window,
  };
}

function outputInput(data, l) {
  const { a2, b3, z3, s, spoken } = data;
  const w = data.w3.part(l);
  const pairs = [...w.values].map((x, i) => [x, a2.values[i]]);
  const z = z3.values[l];
  const others = othersOf(data, l);
  return {
    marks: { w3: all(w), a2: all(a2), b3: [linked(l, 0)], z3: [cell(l, 0)] },
    html:
      equation(
        `${s("z", 3, [l])} = ${s("b", 3, [l])} + Σ<sub>${J},${K}</sub> ${s("w", 3, [l, J, K])} ${s("a", 2, [J, K])}${others.letters}
       = ${number(b3.values[l])} + ${terms(strongestFirst(pairs), FEW)}${others.number} = ${bold(z)}`,
        "F4",
      ) + others.html,
    words: `${spoken("z", 3, [l])} is the bias ${number(b3.values[l])} plus the sum of ${count(pairs.length, "product")}${others.words}: ${number(z)}.`,
    detail: {
      left: [w, s("w", 3, [l]), `w 3 of output ${l}`, "diverging"],
      right: [a2, s("a", 2), "a 2", "sequential"],
      products: "products",
      term: (j, k) => ({
        marks: { w3: [cell(j, k)], a2: [cell(j, k)] },
        words: `${spoken("w", 3, [l, j, k])} times ${spoken("a", 2, [j, k])} is ${number(w.at(j, k) * a2.at(j, k))}.`,
      }),
    },
    list: () =>
      lines(a2, (j, k) => [
        `${s("w", 3, [l, j, k])} ${s("a", 2, [j, k])}`,
        w.at(j, k),
        a2.at(j, k),
      ]),
  };
}

/** What F4 says of the maps that are not shown, so that its sum is whole: nothing if there is but one. */
function othersOf({ b3, z3, map, maps, shares }, l) {
  if (map === null) return { letters: "", number: "", words: "", html: "" };
  const [b, own, others, z] = [b3, shares.own, shares.others, z3].map(({ values }) => values[l]);
  const [they, add] =
    maps === 2 ? ["the other map", "adds"] : [`the other ${maps - 1} maps`, "add"];
  return {
    letters: ` + ${they}`,
    number: ` + ${bracketed(others)}`,
    words: ` of map ${map}, ${number(own)}, and what ${they} ${add}, ${number(others)}`,
    html: `<p>Map ${map} adds ${number(own)}, ${they} ${add} ${number(others)}:
      ${number(b)} + ${bracketed(own)} + ${bracketed(others)} = ${number(z)}.</p>`,
  };
}

function outputActivation({ z3, a3, s, spoken }, l) {
  const [z, a] = [z3.values[l], a3.values[l]];
  return {
    marks: { z3: [linked(l, 0)], a3: [cell(l, 0)] },
    html: equation(
      `${s("a", 3, [l])} = <i>σ</i>(${s("z", 3, [l])}) = <i>σ</i>(${number(z)}) = ${bold(a)}`,
      "F5",
    ),
    words: `${spoken("a", 3, [l])} is sigma of ${number(z)}: ${number(a)}.`,
  };
}

function desired({ y, a3, s, spoken }, l) {
  return {
    marks: { y: [cell(l, 0)], a3: [linked(l, 0)] },
    html: `<p>${s("y", null, [l])} = ${bold(y.values[l])} is what ${s("a", 3, [l])} = ${number(a3.values[l])} should be.</p>`,
    words: `${spoken("y", null, [l])} is ${number(y.values[l])}.`,
  };
}

function cost({ cost: name, a3, y, C, s }) {
  const neurons = [...a3.values].map((a, l) => [a, y.values[l]]);
  const quadratic = name === "quadratic";
  const sum = quadratic
    ? `½ Σ<sub>${L}</sub> (${s("a", 3, [L])} − ${s("y", null, [L])})²
       = ½ [${neurons.map(([a, t]) => `(${number(a)} − ${short(t)})²`).join(" + ")}]`
    : `−Σ<sub>${L}</sub> [${s("y", null, [L])} ln ${s("a", 3, [L])} + (1 − ${s("y", null, [L])}) ln(1 − ${s("a", 3, [L])})]
       = ${neurons.map(([a, t]) => logarithms(a, t)).join(" ")}`;
  return {
    marks: { C: [cell(0, 0)], a3: all(a3), y: all(y) },
    html: equation(`<i>C</i> = ${sum} = ${bold(C.values[0])}`, "C"),
    words: `The ${quadratic ? "quadratic cost" : "cross-entropy"} is ${number(C.values[0])}.`,
  };
}

/** What one neuron adds to the cross-entropy; the half whose factor is 0 is left out. */
function logarithms(a, y) {
  const parts = [];
  if (y !== 0) parts.push(`− ${y === 1 ? "" : `${number(y)} `}ln ${number(a)}`);
  if (y !== 1) parts.push(`− ${y === 0 ? "" : `${number(1 - y)} `}ln(1 − ${number(a)})`);
  return parts.join(" ");
}

export const explanations = {
  a0: pixel,
  z1: weightedInput,
  a1: activation,
  a2: pooled,
  z3: outputInput,
  a3: outputActivation,
  y: desired,
  C: cost,
};
