// The walk through the backward pass, one equation a step.
//
// Each step names the panels that it makes and those that it makes them from, tells in a sentence
// or two what happens, and picks one cell of its result to be written out in numbers.

import { count, equation, number } from "../parts/text.js";

const [j, k, l, m] = ["j", "k", "l", "m"].map((letter) => `<i>${letter}</i>`);
const pooled = `${j}′,${k}′`;

const told = (html, formula = "", tag = "") => `<p>${html}</p>${formula && equation(formula, tag)}`;

/**
 * @typedef {object} Stage
 * @property {string} tag
 * @property {string} [title]
 * @property {string[]} made   the panels that it makes
 * @property {string[]} from   those that it makes them from
 * @property {(data: any) => { grid: string, row: number, column: number }} [subject]
 * @property {(data: any) => string} tale
 */

/** The cell that is largest in size, of an array of the data. */
function strongest(name, data, array = data[name]) {
  let best = 0;
  array.values.forEach((x, i) => {
    if (Math.abs(x) > Math.abs(array.values[best]) || Number.isNaN(array.values[best])) best = i;
  });
  return { grid: name, row: Math.floor(best / array.columns), column: best % array.columns };
}

/** The same neuron in every step, so that one can be followed from δ³ to δ¹. */
const neuron = (data) => strongest("delta1", data);
const window = (data) => {
  const { row, column } = neuron(data);
  return { grid: "nabla_a2", row: row >> 1, column: column >> 1 };
};

/** @type {Stage[]} */
export const stages = [
  {
    tag: "Whole",
    made: [],
    from: [],
    tale: ({ map, maps, s }) =>
      told(
        `The whole network on one image: the forward pass above, the backward pass below. Each gradient stands under what it is the gradient of. Point at any cell, or step through the backward pass.${
          map === null
            ? ""
            : ` The network has ${maps} maps, and all of them are computed. Shown is map ${map}: ${s("w", 1)}, ${s("z", 1)} and so on are its own.`
        }`,
      ),
  },
  {
    tag: "F1–F5, C",
    title: "the forward pass",
    made: ["z1", "a1", "a2", "z3", "a3", "C"],
    from: ["a0", "w1", "b1", "w3", "b3", "y"],
    subject: () => ({ grid: "C", row: 0, column: 0 }),
    tale: ({ C }) =>
      told(
        `First the forward pass, from left to right. The backward pass needs all that it computes. The cost is ${number(C.values[0])}: how does it change with each weight and each bias?`,
      ),
  },
  {
    tag: "BP1",
    title: "the output errors",
    made: ["delta3"],
    from: ["a3", "y", "z3"],
    subject: (data) => strongest("delta3", data),
    tale: ({ cost, s }) =>
      told(
        `The error of an output neuron: how the cost changes with its activation, times the slope of its sigmoid. ${
          cost === "quadratic"
            ? "A neuron that is right, or whose sigmoid is flat, has a small one."
            : `With the cross-entropy the slope cancels, and ${s("a", 3)} − <i>y</i> is left.`
        }`,
        `${s("δ", 3, [l])} = ∂<i>C</i>/∂${s("a", 3, [l])} · <i>σ</i>′(${s("z", 3, [l])})`,
        "BP1",
      ),
  },
  {
    tag: "Σ in BP2",
    title: "the sum over the output neurons",
    made: ["nabla_a2"],
    from: ["delta3", "w3"],
    subject: window,
    tale: ({ outputs, s, nabla }) =>
      told(
        `The errors go back through the output weights. Each pooled neuron gathers all ${outputs} of them, each times the weight that leads there.`,
        `${nabla("a", 2, [pooled])} = Σ<sub>${l}</sub> ${s("δ", 3, [l])} ${s("w", 3, [l, pooled])}`,
        "Σ in BP2",
      ),
  },
  {
    tag: "BP2a",
    title: "the pooling switch",
    made: ["switch"],
    from: ["a1", "a2"],
    subject: (data) => ({ ...neuron(data), grid: "switch" }),
    tale: ({ ties, s }) =>
      told(
        `Max-pooling let one neuron of each window through. The switch is 1 for the winner and 0 for the others, which had no part in the cost.${
          ties === "first"
            ? ""
            : ` Ties: ${ties === "split" ? "the winners share the 1" : "every winner counts in full, and as a derivative that is wrong"}.`
        }`,
        `∂${s("a", 2, [pooled])}/∂${s("a", 1, [j, k])} = 1 or 0, with ${j}′ = ⌊${j}/2⌋, ${k}′ = ⌊${k}/2⌋`,
        "BP2a",
      ),
  },
  {
    tag: "BP2",
    title: "the errors of the convolutional layer",
    made: ["delta1", "slope1"],
    from: ["nabla_a2", "switch", "z1"],
    subject: neuron,
    tale: ({ s }) =>
      told(
        `Each neuron takes the sum of its window, if its switch is on, times the slope of its own sigmoid. Most of ${s("δ", 1)} is 0: a neuron that did not win has no error.`,
        `${s("δ", 1, [j, k])} = ∂${s("a", 2, [pooled])}/∂${s("a", 1, [j, k])} · Σ<sub>${l}</sub> ${s("δ", 3, [l])} ${s("w", 3, [l, pooled])} · <i>σ</i>′(${s("z", 1, [j, k])})`,
        "BP2",
      ),
  },
  {
    tag: "BP3a",
    title: "the gradient of the output biases",
    made: ["nabla_b3"],
    from: ["delta3"],
    subject: (data) => strongest("nabla_b3", data),
    tale: ({ s, nabla }) =>
      told(
        `Now the gradients. An output bias is added to its ${s("z", 3)} as it is, so its gradient is the error itself.`,
        `${nabla("b", 3, [l])} = ${s("δ", 3, [l])}`,
        "BP3a",
      ),
  },
  {
    tag: "BP3",
    title: "the gradient of the shared bias",
    made: ["nabla_b1"],
    from: ["delta1"],
    subject: () => ({ grid: "nabla_b1", row: 0, column: 0 }),
    tale: ({ delta1, s, nabla }) =>
      told(
        `The one bias ${s("b", 1)} is added to every ${s("z", 1)}, so its gradient is the sum of all ${delta1.values.length} errors.`,
        `${nabla("b", 1)} = Σ<sub>${j},${k}</sub> ${s("δ", 1, [j, k])}`,
        "BP3",
      ),
  },
  {
    tag: "BP4a",
    title: "the gradient of the output weights",
    made: ["nabla_w3"],
    from: ["a2", "delta3"],
    subject: (data) => ({ ...strongest("nabla_w3", data, data.nabla_w3.part(data.neuron)) }),
    tale: ({ s, nabla }) =>
      told(
        `An output weight joins one pooled neuron to one output: its gradient is what comes in times the error that comes back. The panel shows one output; point at another in ${s("δ", 3)}.`,
        `${nabla("w", 3, [l, j, k])} = ${s("a", 2, [j, k])} ${s("δ", 3, [l])}`,
        "BP4a",
      ),
  },
  {
    tag: "BP4",
    title: "the gradient of the shared weights",
    made: ["nabla_w1", "products"],
    from: ["delta1", "a0"],
    subject: (data) => strongest("nabla_w1", data),
    tale: ({ delta1, s, nabla }) =>
      told(
        `A weight of the filter is used ${delta1.values.length} times, each time on another pixel: its gradient is the sum of ${count(delta1.values.length, "product")}. Lay ${s("δ", 1)} on the image, ${l} rows down and ${m} columns to the right.`,
        `${nabla("w", 1, [l, m])} = Σ<sub>${j},${k}</sub> ${s("δ", 1, [j, k])} ${s("a", 0, [`${j}+${l}`, `${k}+${m}`])}`,
        "BP4",
      ),
  },
  {
    tag: "Step",
    title: "the gradient step",
    made: ["w1", "b1", "w3", "b3"],
    from: ["nabla_w1", "nabla_b1", "nabla_w3", "nabla_b3"],
    subject: (data) => ({ ...strongest("nabla_w1", data), grid: "w1" }),
    tale: () =>
      told(
        "Every weight and every bias moves a little against its gradient. Press ‘Take a step’ and watch the cost: if η is not too large, it falls.",
        `<i>w</i> → <i>w</i> − <i>η</i> ∂<i>C</i>/∂<i>w</i>, <i>b</i> → <i>b</i> − <i>η</i> ∂<i>C</i>/∂<i>b</i>`,
      ),
  },
];
