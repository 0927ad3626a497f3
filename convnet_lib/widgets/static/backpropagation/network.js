// The panels of the network from left to right, the forward half of each piece above the backward:
// every gradient stands under what it is the gradient of.

import { make, write } from "../parts/layout.js";
import { arrayOf } from "./data.js";
import { lettersOf } from "./letters.js";
import { inCell, plain } from "./numbers.js";
import { LETTERS } from "./presenter.js";

const { s, nabla } = lettersOf(null);

/** @typedef {import("./data.js").Quantities} Quantities */
/** @typedef {import("./scales.js").Scales} Scales */
/** @typedef {Partial<import("../parts/types.js").GridOptions>} Options */
/** @typedef {(letters: ReturnType<typeof lettersOf>) => string} Title */

/** The panels that stand for the pieces of the network on the strip of a telephone. */
export const PIECES = ["a0", "w1", "z1", "a1", "a2", "w3", "z3"];
/** Panels with a number in each cell: beside their names stands their power of ten. */
const NUMBERED = ["b1", "nabla_b1", "b3", "z3", "a3", "y", "C", "delta3", "nabla_b3"];
const SINGLE = ["b1", "nabla_b1", "C"];
/** Panels that belong to no map. */
const OF_ALL = ["a0", "b3", "z3", "a3", "y", "C", "delta3", "nabla_b3"];
/** Panels that go from 0 to 1, or whose numbers say it all. */
const PLAIN = [...SINGLE, "a0", "a3", "y"];

/** The panels of a figure, their scales and their titles. */
export class Network {
  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {number} outputs  how many output neurons there are
   * @param {(name: string) => Options} more  further options of a grid
   * @param {boolean} slide  whether it is shown on one
   */
  constructor(figure, outputs, more, slide) {
    this.slide = slide;
    this.figure = figure;
    this.outputs = outputs;
    this.more = more;
    /** @type {Record<string, import("../parts/grid.js").Grid>} */
    this.grids = {};
    /** Titles: (letters) => html. @type {Record<string, Title>} */
    this.titles = {};
    /** @type {Record<string, number>} */
    this.exponents = {};
    this.element = figure.add(make("div", "bp-network"), figure.body);
    /** @type {Record<string, number>} */
    this.decimals = {};
    /** @type {HTMLElement[]} */
    this.columns = [];
    this.build();
  }

  build() {
    const signed = { kind: /** @type {const} */ ("diverging") };
    const pooled = { zoom: 5 / 3 };
    const filter = { ...signed, unit: "var(--bp-filter-cell)" };
    const one = { ...signed, unit: "4.6rem" };

    let [forward, backward] = this.column("input");
    this.add(forward, "a0", () => s("a", 0), "a 0, the input");
    this.add(backward, "products", () => "", "products", signed);

    [forward, backward] = this.column("filter");
    this.add(forward, "w1", ({ s }) => s("w", 1), "w 1, the filter", filter);
    this.add(this.line(forward), "b1", ({ s }) => s("b", 1), "b 1, the shared bias", one);
    this.add(backward, "nabla_w1", ({ nabla }) => nabla("w", 1), "gradient of w 1", filter);
    const bias = this.line(backward);
    this.add(bias, "nabla_b1", ({ nabla }) => nabla("b", 1), "gradient of b 1", one);

    [forward, backward] = this.column("map");
    this.add(forward, "z1", ({ s }) => s("z", 1), "z 1, the weighted inputs", signed);
    this.add(backward, "delta1", ({ s }) => s("δ", 1), "delta 1, the errors", signed);

    [forward, backward] = this.column("map");
    this.add(forward, "a1", ({ s }) => s("a", 1), "a 1, the activations");
    /** @type {Title} */
    const gates = ({ nabla }) => nabla("a", 1);
    this.add(backward, "nabla_a1", gates, "gradient of a 1, what the gates let through", signed);

    [forward, backward] = this.column("pooled");
    this.add(forward, "a2", ({ s }) => s("a", 2), "a 2, the pooled activations", pooled);
    this.add(
      backward,
      "nabla_a2",
      ({ nabla }) => nabla("a", 2),
      "gradient of a 2, the sum in BP2",
      {
        ...signed,
        ...pooled,
      },
    );

    [forward, backward] = this.column("weights");
    this.add(forward, "w3", () => "", "w 3", { ...signed, ...pooled });
    this.add(backward, "nabla_w3", () => "", "gradient of w 3", { ...signed, ...pooled });

    [forward, backward] = this.column("outputs");
    this.buildOutputs(forward, ["b3", "z3", "a3", "y"]);
    this.buildOutputs(backward, ["nabla_b3", "delta3"]);
    const cost = this.figure.add(
      make("div", "bp-cost"),
      /** @type {Element} */ (backward.lastElementChild),
    );
    this.add(cost, "C", () => "<i>C</i>", "the cost", { unit: "4.6rem" });
  }

  /**
   * @param {Element} parent
   * @param {string} name
   * @param {Title} title
   * @param {string} words
   * @param {Options} options
   */
  add(parent, name, title, words, options = {}) {
    const numbered = [...NUMBERED, "w1", "nabla_w1"].includes(name);
    const write = (/** @type {number} */ x) =>
      SINGLE.includes(name) ? plain(x) : inCell(x, this.exponents[name], this.decimals[name]);
    this.titles[name] = title;
    this.grids[name] = this.figure.grid(parent, {
      ...{
        share: 0.4,
        name,
        words,
        title: "",
        legend: false,
        write,
        ...(numbered ? {} : { smallest: Number.POSITIVE_INFINITY }),
      },
      ...options,
      // What cannot be read from the back row is shown by its colour alone.
      ...(this.slide && numbered ? { largest: LETTERS, smallest: LETTERS, share: 0.45 } : {}),
      ...this.more(name),
    });
  }

  /**
   * Show an array under its name, beside which its scale is written.
   * @param {string} name
   * @param {Quantities} data
   * @param {Scales} scales
   * @param {{ array?: import("../parts/arrays.js").NDArray, title?: string, words?: string }} options
   */
  show(
    name,
    data,
    scales,
    { array = arrayOf(data, name), title = this.titles[name](data), words = "" } = {},
  ) {
    const e = scales.exponents[name];
    const fewer = this.slide && ["w1", "nabla_w1"].includes(name) ? 1 : 0; // in large letters
    this.decimals[name] = scales.decimals[name] - fewer;
    this.exponents[name] = e; // that of the numbers in the cells; it changes with the scale
    const grid = this.grids[name];
    const noted = !PLAIN.includes(name);
    grid.show(array, {
      scale: scales.of[name],
      title: `<span>${title}</span>${noted ? " <small></small>" : ""}`,
      words: words || grid.options.words + (OF_ALL.includes(name) ? "" : data.inMap),
    });
    // The scale changes more often than the name.
    const note = /** @type {Element} */ (grid.title.lastElementChild);
    if (noted) write(note, scales.note(name, NUMBERED.includes(name)));
  }

  /** A piece of the network: its forward half and, below, its backward half. @param {string} kind */
  column(kind) {
    const { figure } = this;
    const column = figure.add(make("div", `bp-column bp-piece-${kind}`), this.element);
    this.columns.push(column);
    return ["bp-forward", "bp-backward"].map((half) => figure.add(make("div", half), column));
  }

  /** @param {Element} parent */
  line(parent) {
    return this.figure.add(make("div", "bp-line"), parent);
  }

  /**
   * Vectors of the output layer as columns with numbers, the neurons' numbers beside them.
   * @param {Element} parent
   * @param {string[]} names
   */
  buildOutputs(parent, names) {
    const all = this.figure.add(make("div", "bp-outputs"), parent);
    const numbers = this.figure.add(make("div", "bp-numbers", { "aria-hidden": "true" }), all);
    const digits = Array.from({ length: this.outputs }, (_, l) => `<span>${l}</span>`);
    numbers.innerHTML = digits.join("");
    /** @type {Record<string, [Title, string, "diverging" | "sequential"]>} */
    const titles = {
      b3: [() => s("b", 3), "b 3, the output biases", "diverging"],
      z3: [() => s("z", 3), "z 3, the output's weighted inputs", "diverging"],
      a3: [() => s("a", 3), "a 3, the output activations", "sequential"],
      y: [() => s("y", null), "y, the desired activations", "sequential"],
      delta3: [() => s("δ", 3), "delta 3, the output errors", "diverging"],
      nabla_b3: [() => nabla("b", 3), "gradient of b 3", "diverging"],
    };
    for (const name of names) {
      const [title, words, kind] = titles[name];
      this.add(all, name, title, words, { kind, unit: name === "y" ? "1.7rem" : "3rem" });
    }
  }
}
