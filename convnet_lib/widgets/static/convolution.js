// F1 and F2: a filter on an image.

import { NDArray } from "./parts/arrays.js";
import { Figure } from "./parts/figure.js";
import { bracketed, count, equation, number, spoken, symbol } from "./parts/text.js";

const STEP = 0.1; // how far a key moves a weight
const UNITS_A_PIXEL = 0.02; // how far dragging does
const BRUSH = [
  [0, 0, 1],
  [0, 1, 0.6],
  [1, 0, 0.6],
  [0, -1, 0.3],
  [-1, 0, 0.3],
];

const a0 = (...indices) => symbol("a", 0, indices);
const a1 = (...indices) => symbol("a", 1, indices);
const w1 = (...indices) => symbol("w", 1, indices);
const z1 = (...indices) => symbol("z", 1, indices);
const b1 = symbol("b", 1);

export function render(context) {
  return new Convolution(context).close;
}

class Convolution {
  constructor(context) {
    this.figure = new Figure(
      context,
      "Convolution: an input, a filter, and the weighted inputs and activations that they give",
      { hint: "With Python running, drag a weight up or down, or press + and − on it." },
    );
    this.model = context.model;
    this.build();
    this.figure.onChange(["a0", "w1", "b1", "z1", "a1", "index"], () => this.update());
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
      onKey: (event, cell) => this.onInputKey(event, cell),
      onDrag: {
        start: (cell) => this.drawing && this.draw(cell),
        move: (cell) => this.draw(cell),
      },
    });
    this.filter = figure.grid(row, {
      name: "w1",
      title: `${w1()} filter`,
      words: "w 1, the filter",
      kind: "diverging",
      unit: "max(calc(var(--cn-cell) * 3.4), 30px)",
      onKey: (event, cell) => this.onFilterKey(event, cell),
      onDrag: {
        start: (cell) => this.beginDrag(cell),
        move: (cell, dx, dy) => this.setWeight(this.dragged, this.before - UNITS_A_PIXEL * dy),
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
    this.formulas = figure.formulas();
    this.list = figure.details(`All ${this.figure.array("w1").values.length} products`);
  }

  buildControls() {
    const { figure, model } = this;
    this.images = figure.imageMenu("a0");
    const python = (this.python = figure.pythonControls(
      "Change the filter, the bias and the input",
    ));
    const names = Object.keys(model.get("filters")).map((name) => [name, name]);
    this.presets = figure.menu(python, "Filter", [["", "choose …"], ...names], (name) => {
      if (name) figure.send({ w1: model.get("filters")[name] });
      this.presets.value = "";
    });
    this.bias = figure.slider(
      python,
      `Bias ${b1}`,
      "Bias b 1",
      { min: -4, max: 4, step: 0.1 },
      (b) => figure.send({ b1: new NDArray([], Float32Array.of(b)) }),
    );
    this.pen = figure.button(python, "Draw on the input", () => this.setDrawing(!this.drawing));
    this.setDrawing(false);
    figure.button(python, "Blank input", () => this.sendImage(() => 0));
    figure.button(python, "Given input", () => figure.send({ a0: model.get("given") }));
  }

  /** The sum taken apart: what is multiplied, with what, and what comes of it. */
  buildSum() {
    const { figure } = this;
    const row = (this.sum = figure.row());
    const options = {
      unit: "clamp(29px, 4cqw, 44px)",
      legend: false,
      detail: (cell) => this.explainTerm(cell),
    };
    this.left = figure.grid(row, { ...options, name: "left", title: "" });
    figure.sign("⊙", row);
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
    [this.b1] = figure.array("b1").values;
    this.z1 = figure.array("z1").part(index);
    this.a1 = figure.array("a1").part(index);
    this.input.show(this.a0);
    this.filter.show(this.w1);
    this.weighted.show(this.z1);
    this.activation.show(this.a1);
    this.bias.input.value = this.b1;
    this.bias.output.textContent = number(this.b1, 2);
    if (this.images) this.images.value = index;
    figure.refresh();
  }

  explain(subject) {
    this.terms = null;
    const how = {
      z1: this.explainNeuron,
      a1: this.explainNeuron,
      a0: this.explainPixel,
      w1: this.explainWeight,
    };
    how[subject.grid].call(this, subject.row, subject.column);
  }

  /** Hovered: an output neuron. The receptive field, the products, their sum, + b¹, σ. */
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
      left: [
        field,
        `receptive field ${a0(`${j}+<i>l</i>`, `${k}+<i>m</i>`)}`,
        "receptive field",
        "sequential",
      ],
      right: [this.w1, `${w1("<i>l</i>", "<i>m</i>")}`, "weights"],
      products: "products",
      term: (l, m) => ({ pixel: [j + l, k + m], weight: [l, m], output: [j, k] }),
    });
    const sum = total(this.products.array);
    const sigma = `Σ<sub><i>l</i>,<i>m</i></sub>`;
    this.formulas.innerHTML =
      equation(
        `${z1(j, k)} = ${b1} + ${sigma} ${w1("<i>l</i>", "<i>m</i>")} ${a0(`${j}+<i>l</i>`, `${k}+<i>m</i>`)}
         = ${number(this.b1)} + ${bracketed(sum)} = <b>${number(z)}</b>`,
        "F1",
      ) +
      equation(
        `${a1(j, k)} = <i>σ</i>(${z1(j, k)}) = <i>σ</i>(${number(z)}) = <b>${number(a)}</b>`,
        "F2",
      );
    this.list.show(() => this.allProducts());
    this.finish(
      `${spoken("z", 1, [j, k])} is the bias ${number(this.b1)} plus the sum of ${count(rows * columns, "product")}, ` +
        `${number(sum)}: ${number(z)}. Its sigmoid, ${spoken("a", 1, [j, k])}, is ${number(a)}.`,
    );
  }

  /** Hovered: an input pixel. The outputs that it reaches lie about it as the filter rotated. */
  explainPixel(p, q) {
    const { rows, columns } = this.w1;
    const top = Math.max(0, p - rows + 1);
    const left = Math.max(0, q - columns + 1);
    const height = Math.min(p, this.z1.rows - 1) - top + 1;
    const width = Math.min(q, this.z1.columns - 1) - left + 1;
    const value = this.a0.at(p, q);
    const rotated = NDArray.make(height, width, (r, s) => this.w1.at(p - top - r, q - left - s));
    const reached = { row: top, column: left, rows: height, columns: width, line: "linked" };
    this.marks = { a0: [{ row: p, column: q }], z1: [reached], a1: [reached] };
    this.showSum({
      left: [NDArray.make(height, width, () => value), `${a0(p, q)}`, "the pixel", "sequential"],
      right: [rotated, "the filter, rotated by 180°", "weights, rotated"],
      products: `parts of ${z1("<i>j</i>", "<i>k</i>")}`,
      term: (r, s) => ({
        pixel: [p, q],
        weight: [p - top - r, q - left - s],
        output: [top + r, left + s],
      }),
    });
    this.list.show(null);
    const outputs = count(height * width, "output");
    this.formulas.innerHTML = `<p>${a0(p, q)} = <b>${number(value)}</b> enters ${outputs}: ${z1("<i>j</i>", "<i>k</i>")} through
       ${w1(`${p}−<i>j</i>`, `${q}−<i>k</i>`)}. Laid out as the outputs lie on the map, the weights
       are the filter rotated by 180°.</p>`;
    this.finish(
      `${spoken("a", 0, [p, q])} is ${number(value)}. It enters ${outputs}, ` +
        `rows ${top} to ${top + height - 1}, columns ${left} to ${left + width - 1}, through the rotated filter.`,
    );
  }

  /** Hovered: a weight. It is shared by all outputs, each with its own pixel. */
  explainWeight(l, m) {
    const { rows, columns } = this.z1;
    const value = this.w1.at(l, m);
    this.marks = {
      a0: [{ row: l, column: m, rows, columns, line: "linked" }],
      w1: [{ row: l, column: m }],
      z1: [{ row: 0, column: 0, rows, columns, line: "linked" }],
    };
    this.showSum(null);
    this.list.show(null);
    const [j, k] = ["<i>j</i>", "<i>k</i>"];
    this.formulas.innerHTML = `<p>${w1(l, m)} = <b>${number(value)}</b> is shared by all ${rows * columns} outputs: in
       ${z1(j, k)} it multiplies ${a0(`${j}+${l}`, `${k}+${m}`)}, the pixels in the dashed square.</p>`;
    this.finish(
      `${spoken("w", 1, [l, m])} is ${number(value)}, shared by all ${rows * columns} outputs.`,
    );
  }

  /** Show the three grids of a sum, or none. */
  showSum(sum) {
    this.sum.classList.toggle("cn-blank", !sum); // its place stays, so that nothing jumps
    if (!sum) return;
    const [left, title, words, kind] = sum.left;
    const [right, rightTitle, rightWords] = sum.right;
    const { rows, columns } = left;
    const products = NDArray.make(rows, columns, (r, s) => left.at(r, s) * right.at(r, s));
    this.left.options.kind = kind;
    this.left.show(left, { title, words });
    this.right.show(right, { title: rightTitle, words: rightWords, scale: this.filter.scale });
    this.products.show(products, {
      title: sum.products,
      words: "products",
      scale: this.filter.scale,
    });
    this.terms = sum.term;
  }

  /** Pointed at: one product. Its three factors are outlined where they come from. */
  explainTerm(cell) {
    if (!cell || !this.terms) return this.figure.mark(this.marks);
    const { pixel, weight, output } = this.terms(cell.row, cell.column);
    const at = ([row, column]) => ({ row, column });
    this.figure.mark({
      ...this.marks,
      a0: [...this.marks.a0.map((mark) => ({ ...mark, line: "linked" })), at(pixel)],
      w1: [at(weight)],
      z1: [at(output)],
      left: [cell],
      right: [cell],
      products: [cell],
    });
    const [a, w] = [this.a0.at(...pixel), this.w1.at(...weight)];
    return this.figure.say(
      `${spoken("w", 1, weight)} times ${spoken("a", 0, pixel)}: ` +
        `${number(w)} times ${number(a)} is ${number(w * a)}, a part of ${spoken("z", 1, output)}.`,
    );
  }

  allProducts() {
    const { rows, columns } = this.w1;
    const lines = [];
    for (let l = 0; l < rows; l++) {
      for (let m = 0; m < columns; m++) {
        const { pixel } = this.terms(l, m);
        const [w, a] = [this.w1.at(l, m), this.a0.at(...pixel)];
        lines.push(
          `${w1(l, m)} ${a0(...pixel)} = ${bracketed(w)} · ${number(a)} = ${number(w * a)}<br>`,
        );
      }
    }
    return lines.join("");
  }

  finish(words) {
    this.figure.mark(this.marks);
    this.figure.say(words);
  }

  // --- what changes it -----------------------------------------------------------------------

  setWeight({ row, column }, value) {
    const weights = this.figure.array("w1");
    weights.values[row * weights.columns + column] = value;
    this.figure.send({ w1: weights });
  }

  beginDrag(cell) {
    if (this.python.disabled) return false;
    this.dragged = cell;
    this.before = this.w1.at(cell.row, cell.column);
    return true;
  }

  onFilterKey(event, cell) {
    const step = { "+": STEP, "=": STEP, "-": -STEP, "−": -STEP }[event.key];
    if (!step || this.python.disabled) return false;
    const value = this.w1.at(cell.row, cell.column) + step;
    this.setWeight(cell, Math.round(value * 1000) / 1000);
    return true;
  }

  setDrawing(on) {
    this.drawing = on;
    this.pen.setAttribute("aria-pressed", on);
    this.input?.element.classList.toggle("cn-drawing", on);
  }

  onInputKey(event, cell) {
    return this.drawing && event.key === " " && this.draw(cell);
  }

  /** Leave ink on a pixel and some on its neighbours, as a pen does. */
  draw({ row, column }) {
    const ink = new Map(BRUSH.map(([dj, dk, amount]) => [`${row + dj},${column + dk}`, amount]));
    this.sendImage((j, k, value) => Math.max(value, ink.get(`${j},${k}`) ?? 0));
    return true;
  }

  sendImage(value) {
    const images = this.figure.array("a0");
    const image = images.part(this.model.get("index"));
    image.values.set(NDArray.make(...image.shape, (j, k) => value(j, k, image.at(j, k))).values);
    this.figure.send({ a0: images });
  }
}

function total(array) {
  return array.values.reduce((sum, x) => sum + x, 0);
}
