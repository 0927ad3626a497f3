// The walk through the backward pass, one equation a stage.
//
// Each stage names the panels that it makes and those that it makes them from, says in a sentence
// what happens, and picks one cell of its result to be taken apart in the lens.

import { arrayOf, largest } from "./data.js";
import { plain } from "./numbers.js";

/** @typedef {import("./data.js").Quantities} Quantities */
/**
 * @typedef {object} Stage
 * @property {string} tag
 * @property {string} title
 * @property {string[]} made   the panels that it makes
 * @property {string[]} from   those that it makes them from
 * @property {string[]} [slide]  what is shown of them on a slide, if not all
 * @property {boolean} [gates]  whether all gates are shown
 * @property {"forward" | "backward"} [way]
 * @property {(data: Quantities) => import("../parts/types.js").Subject} [subject]
 * @property {(data: Quantities) => string} tale
 */

/** The cell that is largest in size, of an array of the data. @param {string} name @param {Quantities} data */
function strongest(name, data) {
  const [row, column] = largest(arrayOf(data, name));
  return { grid: name, row, column };
}

/** The same neuron in every stage, so that one can be followed from δ³ to δ¹. */
const neuron = (/** @type {Quantities} */ data) => strongest("delta1", data);
const window = (/** @type {Quantities} */ data) => {
  const { row, column } = neuron(data);
  return { grid: "nabla_a2", row: row >> 1, column: column >> 1 };
};

/** The stages in their order, the whole network first. @type {Stage[]} */
export const stages = [
  {
    tag: "Whole",
    title: "forward above, backward below",
    made: [],
    from: [],
    tale: ({ map, maps }) =>
      `Forward above, backward below: each gradient stands under its quantity. Point at any number and ask why.${
        map === null ? "" : ` Of ${maps} maps, map ${map} is shown.`
      }`,
  },
  {
    tag: "F1–F5",
    title: "the forward pass",
    made: ["z1", "a1", "a2", "z3", "a3"],
    from: ["a0", "w1", "b1", "w3", "b3"],
    way: "forward",
    subject: (data) => ({ ...neuron(data), grid: "z1" }),
    tale: () =>
      "First forward, from left to right: the filter slides over the digit, each window passes its largest on, ten outputs add up what they see.",
  },
  {
    tag: "C",
    title: "the cost",
    made: ["C"],
    from: ["a3", "y"],
    way: "forward",
    subject: () => ({ grid: "C", row: 0, column: 0 }),
    tale: ({ C }) =>
      `The outputs are compared with the label: the cost is ${plain(C.values[0])}. Who is to blame for it, and how much?`,
  },
  {
    tag: "BP1",
    title: "the output errors",
    made: ["delta3"],
    from: ["a3", "y", "z3"],
    way: "backward",
    subject: (data) => strongest("delta3", data),
    tale: ({ cost, s }) =>
      `The error of an output: how far it is off, ${
        cost === "quadratic"
          ? "times the slope of its sigmoid. Right or flat means a small one."
          : `and no more: with the cross-entropy the slope cancels, and ${s("a", 3)} − <i>y</i> is left.`
      }`,
  },
  {
    tag: "Σ",
    title: "the sum over the outputs",
    made: ["nabla_a2"],
    from: ["delta3", "w3"],
    way: "backward",
    subject: window,
    tale: ({ outputs }) =>
      `The errors go back through the output weights. Each pooled neuron gathers all ${outputs}, each as wide as its error times its weight; many cancel.`,
  },
  {
    tag: "switch",
    title: "the pooling switch, BP2a",
    made: ["nabla_a1"],
    from: ["a1", "a2", "nabla_a2"],
    gates: true,
    way: "backward",
    subject: (data) => ({ ...neuron(data), grid: "nabla_a1" }),
    tale: ({ ties }) =>
      `Max-pooling let one of each window through. Its gate is open; the other three had no part in the cost, and theirs are shut.${
        ties === "first"
          ? ""
          : ties === "split"
            ? " Ties share the 1."
            : " Of a tie every winner counts in full, and as a derivative that is wrong."
      }`,
  },
  {
    tag: "BP2",
    title: "the errors of the convolutional layer",
    made: ["delta1"],
    from: ["nabla_a1", "z1"],
    way: "backward",
    subject: neuron,
    tale: () =>
      "What an open gate lets through is multiplied by the slope of the neuron's own sigmoid. Most errors are 0: those neurons did not win.",
  },
  {
    tag: "BP3, BP4",
    title: "the gradients of biases and weights",
    made: ["nabla_b1", "nabla_w1", "products", "nabla_w3", "nabla_b3"],
    from: ["delta1", "a0", "delta3", "a2"],
    slide: ["a0", "products", "nabla_w1", "delta1"],
    way: "backward",
    subject: (data) => strongest("nabla_w1", data),
    tale: ({ delta1 }) =>
      `A weight of the filter is used ${delta1.values.length} times, so its gradient adds up ${delta1.values.length} products of an error and the pixel that it saw; the bias adds up the errors.`,
  },
  {
    tag: "step",
    title: "the gradient step",
    made: ["w1", "b1", "w3", "b3"],
    from: ["nabla_w1", "nabla_b1", "nabla_w3", "nabla_b3"],
    slide: ["w1", "nabla_w1", "w3", "nabla_w3"],
    subject: (data) => ({ ...strongest("nabla_w1", data), grid: "w1" }),
    tale: () =>
      'Every weight moves a little against its gradient. <span class="bp-at-hand">Press One step, or Train, and watch the cost fall and the errors fade.</span>',
  },
];

/** The panels that are made later than in a stage, and are blank until then. @param {number} stage */
export function laterThan(stage) {
  const later = new Set(stage ? stages.slice(stage + 1).flatMap(({ made }) => made) : []);
  for (const name of ["w1", "b1", "w3", "b3"]) later.delete(name); // which the last stage changes
  return later;
}
