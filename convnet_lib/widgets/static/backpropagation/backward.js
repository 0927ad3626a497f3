// What each cell of the backward pass says of itself, and each parameter of its gradient; what an
// explanation is, forward.js tells.

import { NDArray } from "../parts/arrays.js";
import { bracketed, count, equation, number, short } from "../parts/text.js";
import {
  all,
  bold,
  cell,
  cellsOf,
  FEW,
  J,
  K,
  L,
  lines,
  linked,
  plus,
  SIZE,
  strongestFirst,
  terms,
  windowDetail,
  windowOf,
} from "./terms.js";

function outputError({ cost: name, a3, y, slope3, delta3, s, slope, spoken }, l) {
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
  const { delta3, w3, outputs, s, spoken } = data;
  const pairs = [...delta3.values].map((d, l) => [d, w3.part(l).at(j, k)]);
  const line = (i) => NDArray.make(1, outputs, (_, l) => pairs[l][i]);
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
  const { nabla, spoken } = data;
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
  const { a1, a2, tied, switch: mask, s } = data;
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

function sigmoidSlope({ z1, a1, slope1, s, slope, spoken }, j, k) {
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
  const { delta1, slope1, nabla_a2, switch: mask, s, slope, spoken } = data;
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
  const { b3, delta3, rate, s, nabla, spoken } = data;
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
  const { neuron: l, a2, delta3, rate, s, nabla, spoken } = data;
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
  const { b1, nabla_b1, delta1, rate, s, nabla, spoken } = data;
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
  const { w1, nabla_w1, delta1, a0, rate, products, s, nabla, spoken } = data;
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
  const { s, nabla, spoken } = data;
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

export const explanations = {
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
