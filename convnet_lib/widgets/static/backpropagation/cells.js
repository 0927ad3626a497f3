// What each cell of the whole network says of itself: explanations[grid](data, row, column).
//
// Each returns
//   marks   {grid: outlines}: the cell itself, and dashed all that it was made from
//   html    its equation, with its indices and its numbers
//   words   the same for the ear
//   detail  a sum taken apart: {left, right: [array, title, words, kind], products: title,
//           term(row, column), stack}, or one window {left}
//   list    (): html of all terms of a long sum
//   neuron  [j, k], to be shown on the curve of the sigmoid
// All results are Python's; only products are formed here, so that a sum can be seen term by term.

import { NDArray } from "../parts/arrays.js";
import { bracketed, count, equation, number, short, spoken, symbol } from "../parts/text.js";

const SIZE = 2; // of a pooling window
const FEW = 3;

const s = symbol;
const nabla = (letter, layer, indices) => `∂<i>C</i>/∂${s(letter, layer, indices)}`;
const [J, K, L, M] = ["j", "k", "l", "m"].map((letter) => `<i>${letter}</i>`);
const bold = (x) => `<b>${number(x)}</b>`;
const slope = (layer, indices) => `<i>σ</i>′(${s("z", layer, indices)})`;
const plus = (x, y) => (x === 0 ? y : y === 0 ? x : `${x}+${y}`);
const cell = (row, column) => ({ row, column });
const linked = (row, column, rows = 1, columns = 1) => ({
  row,
  column,
  rows,
  columns,
  line: "linked",
});
const all = ({ rows, columns }) => [linked(0, 0, rows, columns)];

/** The window that a neuron is pooled in, as indices of a². */
const windowOf = (j, k) => [Math.floor(j / SIZE), Math.floor(k / SIZE)];
const cellsOf = (j, k) => linked(SIZE * j, SIZE * k, SIZE, SIZE);

/** "0.1 · (−0.2) + 0.3 · 0.4 + …": the terms of a sum, all or the first few. */
function terms(pairs, few = Infinity) {
  const shown = pairs.slice(0, few).map((pair) => pair.map((x) => bracketed(x)).join(" · "));
  return shown.join(" + ") + (pairs.length > few ? " + …" : "");
}

function fieldOf({ a0, w1 }, j, k) {
  return NDArray.make(w1.rows, w1.columns, (l, m) => a0.at(j + l, k + m));
}

// --- forward --------------------------------------------------------------------------------

function pixel(data, p, q) {
  const { a0, w1, z1 } = data;
  const top = Math.max(0, p - w1.rows + 1);
  const left = Math.max(0, q - w1.columns + 1);
  const rows = Math.min(p, z1.rows - 1) - top + 1;
  const columns = Math.min(q, z1.columns - 1) - left + 1;
  const reached = [linked(top, left, rows, columns)];
  const n = rows * columns;
  return {
    marks: { a0: [cell(p, q)], z1: reached, delta1: reached },
    html: `<p>${s("a", 0, [p, q])} = ${bold(a0.at(p, q))} is an input. Forward, it enters ${n} of the weighted
       inputs ${s("z", 1)}; backward, the ${n} errors ${s("δ", 1)} there are multiplied by it in
       ${nabla("w", 1)} (F1, BP4).</p>`,
    words: `${spoken("a", 0, [p, q])} is ${number(a0.at(p, q))}. It enters ${count(n, "weighted input")}.`,
  };
}

function weightedInput(data, j, k) {
  const { a0, w1, b1, z1 } = data;
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

function activation({ z1, a1, a2, switch: mask }, j, k) {
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
  const { a2, tied } = data;
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

/** The four activations of a window, the winner outlined. */
function windowDetail({ a1, switch: mask }, j, k) {
  const at = (array, r, c) => array.at(SIZE * j + r, SIZE * k + c);
  const four = NDArray.make(SIZE, SIZE, (r, c) => at(a1, r, c));
  const won = [0, 1, 2, 3]
    .map((i) => ({ row: i >> 1, column: i % SIZE, line: "winner" }))
    .filter(({ row, column }) => at(mask, row, column) > 0);
  return {
    left: [four, "the window", "the four candidates", "sequential", won],
    term: (r, c) => ({
      marks: { a1: [cellsOf(j, k), cell(SIZE * j + r, SIZE * k + c)] },
      words: `${spoken("a", 1, [SIZE * j + r, SIZE * k + c])} is ${number(at(a1, r, c))}, switch ${short(at(mask, r, c))}.`,
    }),
  };
}

function outputInput(data, l) {
  const { a2, b3, z3 } = data;
  const w = data.w3.part(l);
  const pairs = [...w.values].map((x, i) => [x, a2.values[i]]);
  const z = z3.values[l];
  return {
    marks: { w3: all(w), a2: all(a2), b3: [linked(l, 0)], z3: [cell(l, 0)] },
    html: equation(
      `${s("z", 3, [l])} = ${s("b", 3, [l])} + Σ<sub>${J},${K}</sub> ${s("w", 3, [l, J, K])} ${s("a", 2, [J, K])}
       = ${number(b3.values[l])} + ${terms(strongestFirst(pairs), FEW)} = ${bold(z)}`,
      "F4",
    ),
    words: `${spoken("z", 3, [l])} is the bias ${number(b3.values[l])} plus the sum of ${count(pairs.length, "product")}: ${number(z)}.`,
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

function outputActivation({ z3, a3 }, l) {
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

function desired({ y, a3 }, l) {
  return {
    marks: { y: [cell(l, 0)], a3: [linked(l, 0)] },
    html: `<p>${s("y", null, [l])} = ${bold(y.values[l])} is what ${s("a", 3, [l])} = ${number(a3.values[l])} should be.</p>`,
    words: `${spoken("y", null, [l])} is ${number(y.values[l])}.`,
  };
}

function cost({ cost: name, a3, y, C }) {
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

// --- backward -------------------------------------------------------------------------------

function outputError({ cost: name, a3, y, slope3, delta3 }, l) {
  const [a, t, d] = [a3, y, delta3].map(({ values }) => values[l]);
  const difference = `${s("a", 3, [l])} − ${s("y", null, [l])}`;
  const filled = `${number(a)} − ${short(t)}`;
  const worked =
    name === "quadratic"
      ? `(${difference}) <i>σ</i>′(${s("z", 3, [l])}) = (${filled}) · ${number(slope3.values[l])}`
      : `${difference} = ${filled}`;
  return {
    marks: { delta3: [cell(l, 0)], a3: [linked(l, 0)], y: [linked(l, 0)], z3: [linked(l, 0)] },
    html:
      equation(
        `${s("δ", 3, [l])} = ∂<i>C</i>/∂${s("a", 3, [l])} · ${slope(3, [l])} = ${worked} = ${bold(d)}`,
        "BP1",
      ) +
      (name === "quadratic"
        ? ""
        : `<p>${slope(3, [l])} cancels the denominator of ∂<i>C</i>/∂${s("a", 3, [l])}.</p>`),
    words: `${spoken("delta", 3, [l])}, the error of output ${l}, is ${number(d)}: its activation is ${number(a)} and should be ${short(t)}.`,
  };
}

/** Σ_l δ³_l w³_{l,j',k'} with its numbers, and taken apart. */
function sumBack(data, j, k) {
  const { delta3, w3, outputs } = data;
  const pairs = [...delta3.values].map((d, l) => [d, w3.part(l).at(j, k)]);
  const line = (i) =>
    new NDArray(
      [1, outputs],
      Float32Array.from(pairs, (pair) => pair[i]),
    );
  return {
    formula: `Σ<sub>${L}</sub> ${s("δ", 3, [L])} ${s("w", 3, [L, j, k])}`,
    filled: terms(pairs),
    marks: { delta3: all(delta3), w3: [linked(j, k)] },
    detail: {
      stack: true,
      left: [line(0), s("δ", 3, [L]), "delta 3", "diverging"],
      right: [line(1), `${s("w", 3, [L, j, k])}`, "w 3", "diverging"],
      products: "products",
      term: (_, l) => ({
        marks: { delta3: [cell(l, 0)] },
        words: `${spoken("delta", 3, [l])} times ${spoken("w", 3, [l, j, k])} is ${number(pairs[l][0] * pairs[l][1])}.`,
      }),
    },
  };
}

function pooledGradient(data, j, k) {
  const value = data.nabla_a2.at(j, k);
  const sum = sumBack(data, j, k);
  return {
    marks: { ...sum.marks, nabla_a2: [cell(j, k)], a2: [linked(j, k)] },
    html: equation(
      `${nabla("a", 2, [j, k])} = ${sum.formula} = ${sum.filled} = ${bold(value)}`,
      "Σ in BP2",
    ),
    words: `The derivative of the cost by ${spoken("a", 2, [j, k])} is the sum of ${count(data.outputs, "product")} of output errors and weights: ${number(value)}.`,
    detail: sum.detail,
  };
}

function theSwitch(data, j, k) {
  const { a1, a2, tied, switch: mask } = data;
  const window = windowOf(j, k);
  const value = mask.at(j, k);
  const won = value > 0;
  const floor = (name, x) => `<i>${name}</i>′ = ⌊${x}/2⌋ = ${Math.floor(x / SIZE)}`;
  const why = won
    ? `${number(a1.at(j, k))} is the maximum of its window${tied.at(...window) ? ", and not alone: a tie" : ""}`
    : tied.at(...window) && a1.at(j, k) === a2.at(...window)
      ? "it shares the maximum, but another comes first"
      : `${number(a1.at(j, k))} is less than the maximum, ${number(a2.at(...window))}`;
  return {
    neuron: [j, k],
    marks: {
      switch: [cell(j, k)],
      a1: [cellsOf(...window), linked(j, k)],
      a2: [linked(...window)],
    },
    html:
      equation(`${floor("j", j)}, ${floor("k", k)}`) +
      equation(
        `∂${s("a", 2, window)}/∂${s("a", 1, [j, k])} = ${bold(value)}, since ${why}`,
        "BP2a",
      ),
    words: `The switch of neuron ${j}, ${k} is ${number(value)}: ${why}.`,
    detail: windowDetail(data, ...window),
  };
}

function sigmoidSlope({ z1, a1, slope1 }, j, k) {
  const a = a1.at(j, k);
  return {
    neuron: [j, k],
    marks: { slope1: [cell(j, k)], z1: [linked(j, k)], a1: [linked(j, k)] },
    html: equation(
      `${slope(1, [j, k])} = ${s("a", 1, [j, k])}(1 − ${s("a", 1, [j, k])}) = ${number(a)} · (1 − ${number(a)}) = ${bold(slope1.at(j, k))}`,
    ),
    words: `The slope of the sigmoid at ${spoken("z", 1, [j, k])}, ${number(z1.at(j, k))}, is ${number(slope1.at(j, k))}.`,
  };
}

function error(data, j, k) {
  const { delta1, slope1, nabla_a2, switch: mask } = data;
  const window = windowOf(j, k);
  const sum = sumBack(data, ...window);
  const [on, back, steep, d] = [
    mask.at(j, k),
    nabla_a2.at(...window),
    slope1.at(j, k),
    delta1.at(j, k),
  ];
  return {
    neuron: [j, k],
    marks: {
      ...sum.marks,
      delta1: [cell(j, k)],
      switch: [linked(j, k)],
      slope1: [linked(j, k)],
      z1: [linked(j, k)],
      a1: [cellsOf(...window)],
      a2: [linked(...window)],
      nabla_a2: [linked(...window)],
    },
    html: equation(
      `${s("δ", 1, [j, k])} = ∂${s("a", 2, window)}/∂${s("a", 1, [j, k])} · ${sum.formula} · ${slope(1, [j, k])}<br>
       = ${short(on)} · [${sum.filled}] · ${number(steep)}<br>
       = ${short(on)} · ${bracketed(back)} · ${number(steep)} = ${bold(d)}`,
      "BP2",
    ),
    words:
      `${spoken("delta", 1, [j, k])} is the switch, ${short(on)}, times the sum over the outputs, ${number(back)}, ` +
      `times the slope, ${number(steep)}: ${number(d)}.`,
    detail: sum.detail,
  };
}

// --- gradients ------------------------------------------------------------------------------

/** "A step makes it …": what the learning rate does to a parameter. */
function stepped(name, value, gradient, rate) {
  return `<p>A step: ${name} − <i>η</i> · gradient = ${number(value)} − ${number(rate, 2)} · ${bracketed(gradient)}
    = ${number(value - rate * gradient)}</p>`;
}

function outputBias(data, l) {
  const { b3, delta3, rate } = data;
  const d = delta3.values[l];
  return {
    marks: { b3: [linked(l, 0)], nabla_b3: [linked(l, 0)], delta3: [linked(l, 0)] },
    html:
      equation(`${nabla("b", 3, [l])} = ${s("δ", 3, [l])} = ${bold(d)}`, "BP3a") +
      stepped(s("b", 3, [l]), b3.values[l], d, rate),
    words: `${spoken("b", 3, [l])} is ${number(b3.values[l])}; its gradient is ${spoken("delta", 3, [l])}, ${number(d)}.`,
  };
}

function outputWeight(data, j, k) {
  const { neuron: l, a2, delta3, rate } = data;
  const [w, gradient] = [data.w3.part(l).at(j, k), data.nabla_w3.part(l).at(j, k)];
  const [a, d] = [a2.at(j, k), delta3.values[l]];
  return {
    marks: {
      w3: [linked(j, k)],
      nabla_w3: [linked(j, k)],
      a2: [linked(j, k)],
      delta3: [linked(l, 0)],
    },
    html:
      equation(
        `${nabla("w", 3, [l, j, k])} = ${s("a", 2, [j, k])} ${s("δ", 3, [l])} = ${number(a)} · ${bracketed(d)} = ${bold(gradient)}`,
        "BP4a",
      ) + stepped(s("w", 3, [l, j, k]), w, gradient, rate),
    words: `${spoken("w", 3, [l, j, k])} is ${number(w)}; its gradient is ${number(a)} times ${number(d)}: ${number(gradient)}.`,
  };
}

function sharedBias(data) {
  const { b1, nabla_b1, delta1, rate } = data;
  const [b, gradient] = [b1.values[0], nabla_b1.values[0]];
  const { values } = delta1;
  const some = values.filter((d) => d !== 0);
  const first = [...some].sort((x, y) => Math.abs(y) - Math.abs(x)).map((d) => [d]);
  return {
    marks: { b1: [linked(0, 0)], nabla_b1: [linked(0, 0)], delta1: all(delta1) },
    html:
      equation(
        `${nabla("b", 1)} = Σ<sub>${J},${K}</sub> ${s("δ", 1, [J, K])} = ${terms(first, FEW) || "0"} = ${bold(gradient)}`,
        "BP3",
      ) +
      `<p>${count(values.length, "error")}, ${some.length} of them not 0; the largest are written.</p>` +
      stepped(s("b", 1), b, gradient, rate),
    words: `${spoken("b", 1)} is ${number(b)}; its gradient is the sum of ${count(values.length, "error")}, ${some.length} of them not 0: ${number(gradient)}.`,
    list: () => lines(delta1, (j, k) => [s("δ", 1, [j, k]), delta1.at(j, k)]),
  };
}

function sharedWeight(data, l, m) {
  const { w1, nabla_w1, delta1, a0, rate, products } = data;
  const { rows, columns } = delta1;
  const [w, gradient] = [w1.at(l, m), nabla_w1.at(l, m)];
  const pairs = [...delta1.values].map((d, i) => [
    d,
    a0.at(Math.floor(i / columns) + l, (i % columns) + m),
  ]);
  const some = products.values.filter((x) => x !== 0).length;
  return {
    marks: {
      w1: [linked(l, m)],
      nabla_w1: [linked(l, m)],
      a0: [linked(l, m, rows, columns)],
      delta1: all(delta1),
      products: all(delta1),
    },
    html:
      equation(
        `${nabla("w", 1, [l, m])} = Σ<sub>${J},${K}</sub> ${s("δ", 1, [J, K])} ${s("a", 0, [plus(J, l), plus(K, m)])}
         = ${terms(strongestFirst(pairs), FEW) || "0"} = ${bold(gradient)}`,
        "BP4",
      ) +
      `<p>${count(pairs.length, "product")}, ${some} of them not 0; the largest are written, and all are in
       ${s("δ", 1)} ⊙ ${s("a", 0)}, below the image.</p>` +
      stepped(s("w", 1, [l, m]), w, gradient, rate),
    words:
      `${spoken("w", 1, [l, m])} is ${number(w)}; its gradient is the sum of delta 1 times the image from row ${l}, ` +
      `column ${m} on, ${count(pairs.length, "product")}, ${some} of them not 0: ${number(gradient)}.`,
    list: () =>
      lines(delta1, (j, k) => [
        `${s("δ", 1, [j, k])} ${s("a", 0, [j + l, k + m])}`,
        delta1.at(j, k),
        a0.at(j + l, k + m),
      ]),
  };
}

/** One product of BP4, in the panel of them. */
function product(data, j, k) {
  const {
    offset: [l, m],
    delta1,
    a0,
    products,
  } = data;
  const [d, a] = [delta1.at(j, k), a0.at(j + l, k + m)];
  const { rows, columns } = delta1;
  return {
    neuron: [j, k],
    marks: {
      products: [cell(j, k)],
      delta1: [linked(j, k)],
      nabla_w1: [linked(l, m)],
      a0: [linked(l, m, rows, columns), linked(j + l, k + m)],
    },
    html: equation(
      `${s("δ", 1, [j, k])} ${s("a", 0, [j + l, k + m])} = ${bracketed(d)} · ${number(a)} = ${bold(products.at(j, k))},
       one of the ${products.values.length} terms of ${nabla("w", 1, [l, m])}`,
      "BP4",
    ),
    words: `${spoken("delta", 1, [j, k])} times ${spoken("a", 0, [j + l, k + m])} is ${number(products.at(j, k))}, a term of the gradient of ${spoken("w", 1, [l, m])}.`,
  };
}

/** The subject's own outline is solid, whichever of a parameter and its gradient it is. */
const own = (grid, explain) => (data, row, column) => {
  const explanation = explain(data, row, column);
  return { ...explanation, marks: { ...explanation.marks, [grid]: [cell(row, column)] } };
};

/** Pairs of factors, the largest products first; those that are 0 are left out. */
function strongestFirst(pairs) {
  const size = ([x, y]) => Math.abs(x * y);
  return pairs.filter((pair) => size(pair) !== 0).sort((a, b) => size(b) - size(a));
}

/** All terms that are not 0, one a line. */
function lines(array, term) {
  const written = [];
  for (let row = 0; row < array.rows; row++) {
    for (let column = 0; column < array.columns; column++) {
      const [name, ...factors] = term(row, column);
      const value = factors.reduce((x, y) => x * y, 1);
      const worked = factors.length > 1 ? `${factors.map((x) => bracketed(x)).join(" · ")} = ` : "";
      if (value !== 0) written.push(`${name} = ${worked}${number(value)}<br>`);
    }
  }
  return written.length ? written.join("") : "There is none.";
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
  delta3: outputError,
  nabla_a2: pooledGradient,
  switch: theSwitch,
  slope1: sigmoidSlope,
  delta1: error,
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
