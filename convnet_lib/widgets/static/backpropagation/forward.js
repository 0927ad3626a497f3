// What each cell of the forward pass says of itself: explanations[grid](data, row, column).
//
// Each returns
//   marks   {grid: outlines}: the cell itself, and dashed all that it was made from
//   paths   what joins them over the network (paths.js)
//   html    its equation, with its indices and its numbers
//   words   the same for the ear
//   lens    what is drawn beside the equation: {sum, window, curve, running, gaps, weight} (lens.js)
//   list    (): html of all terms of a long sum
// All results are the engine's; only products are formed here, so that a sum can be seen term by
// term.

import { NDArray } from "../parts/arrays.js";
import { reached } from "../parts/fields.js";
import { count } from "../parts/text.js";
import { bracketed, plain } from "./numbers.js";
import {
  all,
  cell,
  cellsOf,
  equation,
  fieldOf,
  J,
  K,
  L,
  lines,
  linked,
  M,
  plus,
  SIZE,
  whole,
  windowDetail,
  windowOf,
  winnerOf,
} from "./terms.js";

/** @typedef {import("./types.js").Explain} Explain */

/** @type {Explain} */
function pixel(data, p, q) {
  const { a0, w1, z1, s, nabla, spoken, n } = data;
  const block = reached(cell(p, q), w1, z1);
  const many = block.rows * block.columns;
  const turned = (/** @type {number} */ j, /** @type {number} */ k) =>
    w1.at(p - block.row - j, q - block.column - k);
  const errors = (/** @type {number} */ j, /** @type {number} */ k) =>
    data.delta1.at(block.row + j, block.column + k);
  return {
    marks: { a0: [cell(p, q)], z1: [block], delta1: [block] },
    paths: {
      cones: [
        [
          ["a0", cell(p, q)],
          ["z1", block],
        ],
        [
          ["a0", cell(p, q)],
          ["delta1", block],
        ],
      ],
    },
    html:
      equation(`${s("a", 0, [p, q])} = ${data.result("a0", a0.at(p, q))} is an input.`) +
      `<p>Forward it enters ${count(many, "weighted input")} ${s("z", 1)} (F1). Backward the ${many} errors ${s("δ", 1)} there are multiplied by it in ${nabla("w", 1)} (BP4). The weight that leads to each neuron is the filter's, rotated by 180°${a0.at(p, q) === 0 ? ". It is 0, so it adds to no gradient" : ""}.</p>`,
    words: `${spoken("a", 0, [p, q])} is ${n("a0", a0.at(p, q))}. It enters ${count(many, "weighted input")}${data.inMap}.`,
    lens: {
      sum: {
        left: {
          array: NDArray.make(block.rows, block.columns, (j, k) => turned(j, k)),
          ...{
            name: "w1",
            title: "weights, rotated by 180°",
            words: "weights, rotated by 180 degrees",
          },
        },
        right: {
          array: NDArray.make(block.rows, block.columns, (j, k) => errors(j, k)),
          ...{ name: "delta1", title: `${s("δ", 1)} there`, words: "the errors there" },
        },
        products: "products",
        term: (j, k) => ({
          marks: {
            w1: [cell(p - block.row - j, q - block.column - k)],
            z1: [block, cell(block.row + j, block.column + k)],
            delta1: [block, cell(block.row + j, block.column + k)],
          },
          words: `It enters ${spoken("z", 1, [block.row + j, block.column + k])} with ${spoken("w", 1, [p - block.row - j, q - block.column - k])}, ${n("w1", turned(j, k))}.`,
        }),
      },
    },
  };
}

/** @type {Explain} */
function weightedInput(data, j, k) {
  const { a0, w1, b1, z1, s, spoken, n, chip, result } = data;
  const field = fieldOf(data, j, k);
  const [bias, z] = [b1.values[0], z1.at(j, k)];
  const [here, there] = [plus(j, L), plus(k, M)];
  const place = linked(j, k, w1.rows, w1.columns);
  const many = w1.values.length;
  return {
    marks: { a0: [place], w1: all(w1), b1: all(b1), z1: [cell(j, k)] },
    paths: {
      cones: [
        [
          ["a0", place],
          ["z1", cell(j, k)],
        ],
      ],
    },
    html: equation(
      `${s("z", 1, [j, k])} = ${s("b", 1)} + Σ<sub>${L},${M}</sub> ${s("w", 1, [L, M])} ${s("a", 0, [here, there])}<br>
       = ${chip("b1", bias)} + ${bracketed(n("z1", z - bias))} = ${result("z1", z)}`,
      "F1",
    ),
    words: `${spoken("z", 1, [j, k])} is the bias ${n("b1", bias)} plus the sum of ${count(many, "product")}: ${n("z1", z)}.`,
    lens: {
      sum: {
        left: {
          array: field,
          name: "a0",
          title: s("a", 0, [here, there]),
          words: "receptive field",
        },
        right: { array: w1, name: "w1", title: s("w", 1, [L, M]), words: "weights" },
        products: "products",
        term: (l, m) => ({
          marks: { a0: [place, cell(j + l, k + m)], w1: [cell(l, m)] },
          words: `${spoken("w", 1, [l, m])} times ${spoken("a", 0, [j + l, k + m])} is ${plain(w1.at(l, m) * a0.at(j + l, k + m))}.`,
        }),
      },
    },
    list: () =>
      lines(w1, (l, m) => [
        `${s("w", 1, [l, m])} ${s("a", 0, [j + l, k + m])}`,
        w1.at(l, m),
        a0.at(j + l, k + m),
      ]),
  };
}

/** @type {Explain} */
function activation(data, j, k) {
  const { z1, a1, a2, slope1, switch: mask, s, spoken, n, chip, result } = data;
  const window = windowOf(j, k);
  const passed = mask.at(j, k) > 0;
  const [first, second] = winnerOf(data, ...window);
  return {
    marks: { z1: [linked(j, k)], a1: [cell(j, k)], a2: [linked(...window)] },
    paths: {
      lines: [
        [
          ["z1", cell(j, k)],
          ["a1", cell(j, k)],
        ],
      ],
      cones: passed
        ? [
            [
              ["a1", cell(j, k)],
              ["a2", cell(...window)],
            ],
          ]
        : [],
      gates: [{ at: ["a1", cell(j, k)], open: passed }],
    },
    html:
      equation(
        `${s("a", 1, [j, k])} = <i>σ</i>(${s("z", 1, [j, k])}) = <i>σ</i>(${chip("z1", z1.at(j, k))}) = ${result("a1", a1.at(j, k))}`,
        "F2",
      ) +
      `<p>${
        passed
          ? `It wins its window: ${s("a", 2, window)} is this number.`
          : `It loses its window to ${s("a", 1, [first, second])}: ${n("a1", a2.at(...window))} against ${n("a1", a1.at(j, k))}.`
      }</p>`,
    words: `${spoken("a", 1, [j, k])} is sigma of ${n("z1", z1.at(j, k))}: ${n("a1", a1.at(j, k))}. It ${passed ? "wins" : "does not win"} in its window.`,
    lens: {
      window: windowDetail(data, ...window),
      curve: { z: z1.at(j, k), slope: slope1.at(j, k), name: s("z", 1, [j, k]) },
    },
  };
}

/** @type {Explain} */
function pooled(data, j, k) {
  const { a1, a2, tied, s, spoken, n, chip, result } = data;
  const places = [0, 1, 2, 3].map((i) => [SIZE * j + (i >> 1), SIZE * k + (i % SIZE)]);
  const four = places.map(([row, column]) => a1.at(row, column));
  const value = a2.at(j, k);
  const tie = tied.at(j, k);
  return {
    marks: { a1: [cellsOf(j, k)], a2: [cell(j, k)] },
    paths: {
      cones: [
        [
          ["a1", cellsOf(j, k)],
          ["a2", cell(j, k)],
        ],
      ],
    },
    html:
      equation(
        `${s("a", 2, [j, k])} = max(${places.map((p) => s("a", 1, p)).join(", ")})<br>
         = max(${four.map((x) => chip("a1", x)).join(", ")}) = ${result("a2", value)}`,
        "F3",
      ) + (tie ? "<p>A tie: more than one of the four share the maximum.</p>" : ""),
    words: `${spoken("a", 2, [j, k])} is the largest of ${four.map((x) => n("a1", x)).join(", ")}: ${n("a2", value)}.${tie ? " A tie." : ""}`,
    lens: { window: windowDetail(data, j, k) },
  };
}

/** @type {Explain} */
function outputInput(data, l) {
  const { a2, b3, z3, s, spoken, n, chip, result } = data;
  const w = data.w3.part(l);
  const z = z3.values[l];
  const others = othersOf(data, l);
  const own = data.shares ? data.shares.own.values[l] : z - b3.values[l];
  return {
    marks: { w3: all(w), a2: all(a2), b3: [linked(l, 0)], z3: [cell(l, 0)] },
    paths: {
      cones: [
        [
          ["a2", whole(a2)],
          ["w3", whole(w)],
        ],
        [
          ["w3", whole(w)],
          ["z3", cell(l, 0)],
        ],
      ],
    },
    html:
      equation(
        `${s("z", 3, [l])} = ${s("b", 3, [l])} + Σ<sub>${J},${K}</sub> ${s("w", 3, [l, J, K])} ${s("a", 2, [J, K])}${others.letters}<br>
       = ${chip("b3", b3.values[l])} + ${bracketed(n("z3", own))}${others.number} = ${result("z3", z)}`,
        "F4",
      ) + others.html,
    words: `${spoken("z", 3, [l])} is the bias ${n("b3", b3.values[l])} plus the sum of ${count(w.values.length, "product")}${others.words}: ${n("z3", z)}.`,
    lens: {
      sum: {
        left: { array: a2, name: "a2", title: s("a", 2), words: "a 2" },
        right: { array: w, name: "w3", title: s("w", 3, [l]), words: `w 3 of output ${l}` },
        products: "products",
        term: (j, k) => ({
          marks: { w3: [cell(j, k)], a2: [cell(j, k)] },
          words: `${spoken("w", 3, [l, j, k])} times ${spoken("a", 2, [j, k])} is ${plain(w.at(j, k) * a2.at(j, k))}.`,
        }),
      },
    },
    list: () =>
      lines(a2, (j, k) => [
        `${s("w", 3, [l, j, k])} ${s("a", 2, [j, k])}`,
        w.at(j, k),
        a2.at(j, k),
      ]),
  };
}

/**
 * What F4 says of the maps that are not shown, so that its sum is whole: nothing if there is but one.
 * @param {import("./types.js").Data} data
 * @param {number} l
 */
function othersOf({ b3, z3, map, maps, shares, n }, l) {
  if (map === null || !shares) return { letters: "", number: "", words: "", html: "" };
  const [b, own, others, z] = [b3, shares.own, shares.others, z3].map(({ values }) =>
    n("z3", values[l]),
  );
  const [they, add] =
    maps === 2 ? ["the other map", "adds"] : [`the other ${maps - 1} maps`, "add"];
  return {
    letters: ` + ${they}`,
    number: ` + ${bracketed(others)}`,
    words: ` of map ${map}, ${own}, and what ${they} ${add}, ${others}`,
    html: `<p>Map ${map} adds ${own}, ${they} ${add} ${others}:
      ${b} + ${bracketed(own)} + ${bracketed(others)} = ${z}.</p>`,
  };
}

/** @type {Explain} */
function outputActivation({ z3, a3, y, slope3, s, spoken, n, chip, result }, l) {
  const [z, a] = [z3.values[l], a3.values[l]];
  return {
    marks: { z3: [linked(l, 0)], a3: [cell(l, 0)] },
    paths: {
      lines: [
        [
          ["z3", cell(l, 0)],
          ["a3", cell(l, 0)],
        ],
      ],
    },
    html: `${equation(
      `${s("a", 3, [l])} = <i>σ</i>(${s("z", 3, [l])}) = <i>σ</i>(${chip("z3", z)}) = ${result("a3", a)}`,
      "F5",
    )}<p>It should be ${s("y", null, [l])} = ${plain(y.values[l])}.</p>`,
    words: `${spoken("a", 3, [l])} is sigma of ${n("z3", z)}: ${n("a3", a)}.`,
    lens: { curve: { z, slope: slope3.values[l], name: s("z", 3, [l]), y: y.values[l] } },
  };
}

/** @type {Explain} */
function desired({ z3, y, a3, slope3, s, spoken, n, chip, result }, l) {
  return {
    marks: { y: [cell(l, 0)], a3: [linked(l, 0)] },
    paths: {
      lines: [
        [
          ["a3", cell(l, 0)],
          ["y", cell(l, 0)],
        ],
      ],
    },
    html: equation(
      `${s("y", null, [l])} = ${result("y", y.values[l])} is what ${s("a", 3, [l])} = ${chip("a3", a3.values[l])} should be.`,
    ),
    words: `${spoken("y", null, [l])} is ${n("y", y.values[l])}.`,
    lens: {
      curve: { z: z3.values[l], slope: slope3.values[l], name: s("z", 3, [l]), y: y.values[l] },
    },
  };
}

/** @type {Explain} */
function cost({ cost: name, a3, y, C, s, n, result }) {
  const quadratic = name === "quadratic";
  const [a, t] = [s("a", 3, [L]), s("y", null, [L])];
  const sum = quadratic
    ? `½ Σ<sub>${L}</sub> (${a} − ${t})²`
    : `−Σ<sub>${L}</sub> [${t} ln ${a} + (1 − ${t}) ln(1 − ${a})]`;
  return {
    marks: { C: [cell(0, 0)], a3: all(a3), y: all(y) },
    paths: {
      cones: [
        [
          ["y", whole(y)],
          ["C", cell(0, 0)],
        ],
      ],
    },
    html:
      equation(`<i>C</i> = ${sum} = ${result("C", C.values[0])}`, "C") +
      `<p>${quadratic ? "Each square is as wide as a gap; half of its area is what the neuron adds." : "Each bar is what a neuron adds: much where it was sure and wrong."}</p>`,
    words: `The ${quadratic ? "quadratic cost" : "cross-entropy"} is ${n("C", C.values[0])}.`,
    lens: { gaps: true },
  };
}

/** What a cell of each panel says of itself. @type {Record<string, Explain>} */
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
