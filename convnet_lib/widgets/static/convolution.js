// F1 and F2: a filter on an image.

import { NDArray } from "./parts/arrays.js";
import { convForward, sigmoid } from "./parts/engine.js";
import { reached } from "./parts/fields.js";
import { Figure } from "./parts/figure.js";
import { write } from "./parts/layout.js";
import { Pad } from "./parts/pad.js";
import { sheet } from "./parts/sheet.js";
import { bracketed, count, equation, number, spoken, symbol } from "./parts/text.js";

/** @typedef {import("./parts/types.js").Index} Index */

/** How far a key moves a weight. @type {Record<string, number>} */
const STEPS = { "+": 0.1, "=": 0.1, "-": -0.1, "−": -0.1 };
const UNITS_A_PIXEL = 0.02; // how far dragging does
// A cell of the sum, if it is as large as a filter's; on a telephone two grids stand side by side.
const UNIT = "clamp(min(27.5px, (100cqw - 5rem) / 10), min(4cqw, 4.4vh), 44px)";
const a0 = (/** @type {Index[]} */ ...indices) => symbol("a", 0, indices);
const a1 = (/** @type {Index[]} */ ...indices) => symbol("a", 1, indices);
const w1 = (/** @type {Index[]} */ ...indices) => symbol("w", 1, indices);
const z1 = (/** @type {Index[]} */ ...indices) => symbol("z", 1, indices);
const b1 = symbol("b", 1);

/** Draw the figure; returns what closes it. @param {import("./parts/types.js").Context} context */
export function render(context) {
  return new Convolution(context).close;
}

/** @typedef {import("./parts/grid.js").Grid} Grid */
/** @typedef {import("./parts/types.js").Cell} Cell */
/** @typedef {import("./parts/types.js").Marks} Marks */
/** @typedef {Record<"pixel" | "weight" | "output", [number, number]>} Term  what a product is of */
/** @typedef {[NDArray, string, string]} Factor  with its title and its words */
/**
 * @typedef {object} Sum
 * @property {Factor} left
 * @property {Factor} right
 * @property {string} products  their title
 * @property {(row: number, column: number) => Term} term
 * @property {string} [sign]
 * @property {boolean} [alike]  whether the left factor is one number
 */

class Convolution {
  // What `build` makes, and what is shown; there is all of it before anything can be pointed at.
  /** @type {Grid} */ input;
  /** @type {Grid} */ filter;
  /** @type {Grid} */ weighted;
  /** @type {Grid} */ activation;
  /** @type {Grid} */ left;
  /** @type {Grid} */ right;
  /** @type {Grid} */ products;
  /** @type {HTMLSelectElement} */ presets;
  /** @type {{ input: HTMLInputElement, output: HTMLOutputElement }} */ bias;
  /** @type {Pad} */ pad;
  /** @type {HTMLElement} */ sum;
  /** @type {HTMLElement} */ times;
  /** @type {HTMLElement} */ formulas;
  /** @type {{ show: (html: (() => string) | null) => void }} */ list;
  /** @type {NDArray} */ a0;
  /** @type {NDArray} */ w1;
  /** @type {NDArray} */ z1;
  /** @type {NDArray} */ a1;
  /** @type {number} */ b1;
  /** @type {number} */ before;
  /** @type {Cell} */ dragged;
  /** @type {Marks} */ marks;

  /** @param {import("./parts/types.js").Context} context */
  constructor(context) {
    this.figure = new Figure(
      context,
      "Convolution: an input, a filter, and the weighted inputs and activations that they give",
      { hint: "Drag a weight up or down, or press + and − on it.", tall: [28, 475] },
    );
    this.model = context.model;
    this.terms = /** @type {Sum["term"] | null} */ (null);
    this.build();
    this.figure.onChange(["a0", "w1", "b1", "index"], () => this.update());
    this.update();
    this.figure.start((subject) => this.explain(subject));
    this.close = () => this.figure.close();
  }

  // --- the parts -----------------------------------------------------------------------------

  build() {
    const { figure } = this;
    this.buildControls();
    const row = figure.row();
    this.input = figure.grid(row, {
      name: "a0",
      title: `${a0()} input`,
      words: "a 0, the input",
      ...this.pad.options,
    });
    this.pad.on(this.input);
    this.filter = figure.grid(row, {
      name: "w1",
      title: `${w1()} filter`,
      words: "w 1, the filter",
      kind: "diverging",
      unit: "max(calc(var(--cn-cell) * 3.4), clamp(30px, 9cqw, 34px))",
      onKey: (event, cell) => this.onFilterKey(event, cell),
      onDrag: {
        holds: true,
        start: (cell) => this.beginDrag(cell),
        move: (_cell, _dx, dy) => this.setWeight(this.dragged, this.before - UNITS_A_PIXEL * dy),
      },
    });
    this.weighted = figure.grid(row, {
      name: "z1",
      title: `${z1()} weighted input`,
      words: "z 1, the weighted inputs",
      kind: "diverging",
    });
    this.activation = figure.grid(row, {
      name: "a1",
      title: `${a1()} = <i>σ</i>(${z1()}) activation`,
      words: "a 1, the activations",
    });
    this.buildSum();
    const why = sheet(figure);
    this.formulas = figure.formulas(why);
    this.list = figure.details(`All ${this.figure.array("w1").values.length} products`, why);
  }

  buildControls() {
    const { figure, model } = this;
    this.images = figure.imageMenu("a0");
    const group = figure.group("Change the filter and the bias");
    const names = Object.keys(model.get("filters")).map((name) => [name, name]);
    this.presets = figure.menu(group, "Filter", [["", "choose …"], ...names], (name) => {
      if (name) figure.send({ w1: figure.array("filters", name) });
      this.presets.value = "";
    });
    const range = { min: -4, max: 4, step: 0.1 };
    this.bias = figure.slider(group, `Bias ${b1}`, "Bias b 1", range, (b) =>
      figure.send({ b1: NDArray.scalar(b) }),
    );
    const drawing = figure.group("Change the input");
    drawing.classList.add("cn-drawing-tools");
    this.pad = new Pad(figure, drawing, { images: "a0", given: "given", centring: true });
  }

  /** The sum taken apart: what is multiplied, with what, and what comes of it. */
  buildSum() {
    const { figure } = this;
    this.sum = figure.row();
    this.sum.classList.add("cn-sum");
    const row = this.sum;
    const detail = (/** @type {Cell | null} */ cell) => this.explainTerm(cell);
    const options = { unit: UNIT, legend: false, detail };
    this.left = figure.grid(row, { ...options, name: "left", title: "" });
    this.times = figure.sign("⊙", row);
    this.right = figure.grid(row, { ...options, name: "right", title: "", kind: "diverging" });
    figure.sign("=", row);
    this.products = figure.grid(row, {
      ...options,
      name: "products",
      title: "",
      kind: "diverging",
    });
  }

  // --- what it shows -------------------------------------------------------------------------

  update() {
    const { figure, model } = this;
    const index = model.get("index");
    this.a0 = figure.array("a0").part(index);
    this.w1 = figure.array("w1");
    this.b1 = figure.array("b1").values[0];
    this.z1 = convForward(this.a0, this.w1, figure.array("b1")); // F1
    this.a1 = sigmoid(this.z1); // F2
    this.input.show(this.a0);
    this.filter.show(this.w1);
    this.weighted.show(this.z1);
    this.activation.show(this.a1);
    this.bias.input.value = `${this.b1}`;
    this.bias.output.textContent = number(this.b1, 2);
    if (this.images) this.images.value = index;
    figure.refresh();
  }

  /** @param {import("./parts/types.js").Subject} subject */
  explain({ grid, row, column }) {
    this.terms = null;
    /** @type {Record<string, (row: number, column: number) => void>} */
    const how = {
      z1: this.explainNeuron,
      a1: this.explainNeuron,
      a0: this.explainPixel,
      w1: this.explainWeight,
    };
    how[grid].call(this, row, column);
  }

  /** Hovered: an output neuron. The receptive field, the products, their sum, + b¹, σ. @param {number} j @param {number} k */
  explainNeuron(j, k) {
    const { rows, columns } = this.w1;
    const z = this.z1.at(j, k);
    const a = this.a1.at(j, k);
    const field = NDArray.make(rows, columns, (l, m) => this.a0.at(j + l, k + m));
    this.marks = {
      a0: [{ row: j, column: k, rows, columns }],
      w1: [{ row: 0, column: 0, rows, columns, line: "linked" }],
      z1: [{ row: j, column: k }],
      a1: [{ row: j, column: k }],
    };
    this.showSum({
      left: [field, `receptive field ${a0(`${j}+<i>l</i>`, `${k}+<i>m</i>`)}`, "receptive field"],
      right: [this.w1, `${w1("<i>l</i>", "<i>m</i>")}`, "weights"],
      products: "products",
      term: (l, m) => ({ pixel: [j + l, k + m], weight: [l, m], output: [j, k] }),
    });
    const sum = this.products.array.values.reduce((total, x) => total + x, 0);
    const sigma = `Σ<sub><i>l</i>,<i>m</i></sub>`;
    write(
      this.formulas,
      equation(
        `${z1(j, k)} = ${b1} + ${sigma} ${w1("<i>l</i>", "<i>m</i>")} ${a0(`${j}+<i>l</i>`, `${k}+<i>m</i>`)}
         = ${number(this.b1)} + ${bracketed(sum)} = <b>${number(z)}</b>`,
        "F1",
      ) +
        equation(
          `${a1(j, k)} = <i>σ</i>(${z1(j, k)}) = <i>σ</i>(${number(z)}) = <b>${number(a)}</b>`,
          "F2",
        ),
    );
    this.list.show(() => this.allProducts());
    this.finish(
      `${spoken("z", 1, [j, k])} is the bias ${number(this.b1)} plus the sum of ${count(rows * columns, "product")}, ` +
        `${number(sum)}: ${number(z)}. Its sigmoid, ${spoken("a", 1, [j, k])}, is ${number(a)}.`,
    );
  }

  /** Hovered: an input pixel. The outputs that it reaches lie about it as the filter rotated. @param {number} p @param {number} q */
  explainPixel(p, q) {
    const block = reached({ row: p, column: q }, this.w1, this.z1);
    const { row: top, column: left, rows: height, columns: width } = block;
    const value = this.a0.at(p, q);
    const rotated = NDArray.make(height, width, (r, s) => this.w1.at(p - top - r, q - left - s));
    this.marks = { a0: [{ row: p, column: q }], z1: [block], a1: [block] };
    this.showSum({
      left: [NDArray.make(height, width, () => value), `${a0(p, q)}`, "the pixel"],
      right: [rotated, "weights, rotated by 180°", "weights, rotated"],
      products: `parts of ${z1("<i>j</i>", "<i>k</i>")}`,
      alike: true,
      term: (r, s) => ({
        pixel: [p, q],
        weight: [p - top - r, q - left - s],
        output: [top + r, left + s],
      }),
    });
    this.list.show(null);
    const outputs = count(height * width, "output");
    write(
      this.formulas,
      `<p>${a0(p, q)} = <b>${number(value)}</b> enters ${outputs}: ${z1("<i>j</i>", "<i>k</i>")} through
       ${w1(`${p}−<i>j</i>`, `${q}−<i>k</i>`)}. Laid out as the outputs lie, the weights
       stand as in the filter rotated by 180°.</p>`,
    );
    this.finish(
      `${spoken("a", 0, [p, q])} is ${number(value)}. It enters ${outputs}, ` +
        `rows ${top} to ${top + height - 1}, columns ${left} to ${left + width - 1}, through the rotated filter.`,
    );
  }

  /** Hovered: a weight. It is shared by all outputs, each with its own pixel. @param {number} l @param {number} m */
  explainWeight(l, m) {
    const { rows, columns } = this.z1;
    const value = this.w1.at(l, m);
    this.marks = {
      a0: [{ row: l, column: m, rows, columns, line: "linked" }],
      w1: [{ row: l, column: m }],
      z1: [{ row: 0, column: 0, rows, columns, line: "linked" }],
    };
    const [j, k] = ["<i>j</i>", "<i>k</i>"];
    this.showSum({
      left: [
        NDArray.make(rows, columns, (p, q) => this.a0.at(p + l, q + m)),
        `${a0(`${j}+${l}`, `${k}+${m}`)}`,
        "the pixels that it multiplies",
      ],
      right: [NDArray.make(1, 1, () => value), `${w1(l, m)}`, "the weight"],
      products: `parts of ${z1(j, k)}`,
      sign: "·",
      term: (p, q) => ({ pixel: [p + l, q + m], weight: [l, m], output: [p, q] }),
    });
    this.list.show(null);
    write(
      this.formulas,
      `<p>${w1(l, m)} = <b>${number(value)}</b> is shared by all ${rows * columns} outputs: in
       ${z1(j, k)} it multiplies ${a0(`${j}+${l}`, `${k}+${m}`)}, the pixels in the dashed square.</p>`,
    );
    this.finish(
      `${spoken("w", 1, [l, m])} is ${number(value)}, shared by all ${rows * columns} outputs.`,
    );
  }

  /** Show two factors and their products; a single weight multiplies all of the other. @param {Sum} sum */
  showSum({ left: [left, ...titles], right: [right, ...rightTitles], products, term, ...how }) {
    const { sign = "⊙", alike = false } = how;
    const [[title, words], [rightTitle, rightWords]] = [titles, rightTitles];
    const { rows, columns } = left;
    const one = right.values.length === 1;
    const product = (/** @type {number} */ r, /** @type {number} */ s) =>
      left.at(r, s) * (one ? right.values[0] : right.at(r, s));
    const { scale } = this.filter;
    // Where there is no room for three, what stands above already is not shown again.
    this.right.element.toggleAttribute("data-above", right === this.w1);
    this.left.element.toggleAttribute("data-above", alike);
    // As high as the filter, however many cells it is cut into: nothing below is to jump.
    const fits = `calc(${UNIT} * ${this.w1.rows} / ${Math.max(rows, this.w1.rows)})`;
    for (const grid of [this.left, this.products]) {
      grid.element.style.setProperty("--cn-unit", fits);
    }
    this.left.show(left, { title, words });
    this.right.show(right, { title: rightTitle, words: rightWords, scale });
    this.products.show(NDArray.make(rows, columns, product), {
      title: products,
      words: "products",
      scale,
    });
    this.times.textContent = sign;
    this.terms = term;
  }

  /** Pointed at: one product. Its factors are outlined where they come from. @param {Cell | null} cell */
  explainTerm(cell) {
    if (!cell || !this.terms) return this.figure.mark(this.marks);
    const { pixel, weight, output } = this.terms(cell.row, cell.column);
    const at = (/** @type {[number, number]} */ [row, column]) => ({ row, column });
    this.figure.mark({
      ...this.marks,
      a0: [...this.marks.a0.map((mark) => ({ ...mark, line: "linked" })), at(pixel)],
      w1: [at(weight)],
      z1: [at(output)],
      left: [cell],
      right: [this.right.array.values.length === 1 ? { row: 0, column: 0 } : cell],
      products: [cell],
    });
    const [a, w] = [this.a0.at(...pixel), this.w1.at(...weight)];
    return this.figure.say(
      `${spoken("w", 1, weight)} times ${spoken("a", 0, pixel)}: ` +
        `${number(w)} times ${number(a)} is ${number(w * a)}, a part of ${spoken("z", 1, output)}.`,
    );
  }

  allProducts() {
    const { terms } = this;
    if (!terms) return "";
    const { rows, columns } = this.w1;
    const lines = [];
    for (let l = 0; l < rows; l++) {
      for (let m = 0; m < columns; m++) {
        const { pixel } = terms(l, m);
        const [w, a] = [this.w1.at(l, m), this.a0.at(...pixel)];
        const worked = `${bracketed(w)} · ${number(a)} = ${number(w * a)}`;
        lines.push(`${w1(l, m)} ${a0(...pixel)} = ${worked}<br>`);
      }
    }
    return lines.join("");
  }

  /** @param {string} words */
  finish(words) {
    this.figure.mark(this.marks);
    this.figure.say(words);
  }

  // --- what changes it -----------------------------------------------------------------------

  /** @param {Cell} cell @param {number} value */
  setWeight({ row, column }, value) {
    const weights = this.w1.copy();
    weights.values[row * weights.columns + column] = value;
    this.figure.send({ w1: weights });
  }

  /** @param {Cell} cell */
  beginDrag(cell) {
    this.dragged = cell;
    this.before = this.w1.at(cell.row, cell.column);
    return true;
  }

  /** @param {KeyboardEvent} event @param {Cell} cell */
  onFilterKey(event, cell) {
    const step = STEPS[event.key];
    if (!step) return false;
    const value = this.w1.at(cell.row, cell.column) + step;
    const rounded = Math.round(value * 1000) / 1000; // 0.1 + 0.2
    this.setWeight(cell, Number.isFinite(rounded) ? rounded : value);
    return true;
  }
}
