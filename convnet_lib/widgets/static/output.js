// F4, F5 and C: ten neurons look at the pooled map, and their errors make the cost.

import { NDArray, times } from "./parts/arrays.js";
import { costOf, denseForward, SHARES, sigmoid } from "./parts/engine.js";
import { Figure } from "./parts/figure.js";
import { write } from "./parts/layout.js";
import { sheet } from "./parts/sheet.js";
import { bracketed, count, equation, number, spoken, symbol } from "./parts/text.js";

/** @typedef {import("./parts/types.js").Index} Index */

const COSTS = { quadratic: "quadratic", cross_entropy: "cross-entropy" };
const NO_LABEL = -1;

const a2 = (/** @type {Index[]} */ ...indices) => symbol("a", 2, indices);
const a3 = (/** @type {Index[]} */ ...indices) => symbol("a", 3, indices);
const w3 = (/** @type {Index[]} */ ...indices) => symbol("w", 3, indices);
const z3 = (/** @type {Index[]} */ ...indices) => symbol("z", 3, indices);
const b3 = (/** @type {Index[]} */ ...indices) => symbol("b", 3, indices);
const y = (/** @type {Index[]} */ ...indices) => symbol("y", null, indices);

/** Draw the figure; returns what closes it. @param {import("./parts/types.js").Context} context */
export function render(context) {
  return new Output(context).close;
}

/** @typedef {import("./parts/grid.js").Grid} Grid */
/** @typedef {import("./parts/types.js").Cell} Cell */
/** @typedef {import("./parts/colours.js").Scale} Scale */

class Output {
  // What `build` makes, and what is shown; there is all of it before anything can be pointed at.
  /** @type {Grid} */ weights;
  /** @type {Grid} */ input;
  /** @type {Grid} */ products;
  /** @type {Grid[]} */ small;
  /** @type {HTMLSelectElement} */ label;
  /** @type {HTMLSelectElement} */ cost;
  /** @type {HTMLTableRowElement[]} */ lines;
  /** @type {HTMLElement} */ formulas;
  /** @type {NDArray} */ a2;
  /** @type {NDArray} */ w3;
  /** @type {NDArray} */ product;
  /** @type {NDArray} */ y;
  /** @type {Float64Array} */ b3;
  /** @type {Float64Array} */ z3;
  /** @type {Float64Array} */ a3;
  /** @type {Float64Array} */ shares;
  /** @type {number[]} */ sums;
  /** @type {number} */ C;
  /** @type {number} */ chosen;
  /** @type {number} */ neuron;
  /** @type {Cell} */ cell;
  /** @type {Scale} */ scale;

  /** @param {import("./parts/types.js").Context} context */
  constructor(context) {
    this.figure = new Figure(
      context,
      "The output layer: ten neurons, their weights times the pooled map, and the cost",
      { cells: 96, tall: [27, 475] },
    );
    this.model = context.model;
    this.neurons = this.model.get("w3").shape[0];
    this.build();
    const traits = ["a2", "w3", "b3", "index", "label", "cost"];
    this.figure.onChange(traits, () => this.update());
    this.update();
    this.figure.start((subject) => this.explain(subject));
    this.close = () => this.figure.close();
  }

  // --- the parts -----------------------------------------------------------------------------

  build() {
    const { figure } = this;
    this.buildControls();
    const all = figure.row();
    this.small = Array.from({ length: this.neurons }, (_, q) =>
      figure.grid(all, {
        name: `neuron ${q}`,
        title: `${w3(q)} ⊙ ${a2()}`,
        words: `neuron ${q}, weights times inputs`,
        kind: "diverging",
        zoom: 0.7,
        legend: false,
      }),
    );
    const row = figure.row();
    row.classList.add("cn-product");
    const detail = (/** @type {Cell | null} */ cell) => this.explainProduct(cell);
    const options = { zoom: 1.5, detail };
    this.weights = figure.grid(row, { ...options, name: "w3", title: "", kind: "diverging" });
    figure.sign("⊙", row);
    this.input = figure.grid(row, {
      ...options,
      name: "a2",
      title: `${a2()} pooled map`,
      words: "a 2, the pooled map",
    });
    figure.sign("=", row);
    this.products = figure.grid(row, {
      ...options,
      name: "products",
      title: "",
      kind: "diverging",
    });
    this.formulas = figure.formulas(sheet(figure, figure.side(row)));
    this.buildTable(figure.body);
  }

  buildControls() {
    const { figure, model } = this;
    this.images = figure.imageMenu("a2");
    const labels = Array.from({ length: this.neurons }, (_, q) => [q, `${q}`]);
    this.label = figure.menu(figure.controls, "Label", [[NO_LABEL, "none"], ...labels], (label) =>
      figure.send({ label: Number(label) }),
    );
    this.cost = figure.menu(figure.controls, "Cost", Object.entries(COSTS), (cost) =>
      figure.send({ cost }),
    );
    // Another image comes with its own label.
    figure.onChange(["index"], () =>
      figure.send({ label: model.get("labels")[model.get("index")] }),
    );
  }

  /** One line a neuron. Its number is a button, so that the keyboard gets there as well. @param {Element} parent */
  buildTable(parent) {
    const table = document.createElement("div");
    table.className = "cn-table";
    table.innerHTML = `<table>
      <thead><tr><th scope="col">neuron <i>l</i></th><th scope="col" class="cn-wide">Σ ${w3("<i>l</i>")} ⊙ ${a2()}</th>
      <th scope="col" class="cn-wide">${b3("<i>l</i>")}</th><th scope="col">${z3("<i>l</i>")}</th>
      <th scope="col">${a3("<i>l</i>")}</th><td class="cn-wide"></td><th scope="col">${y("<i>l</i>")}</th>
      <th scope="col">share of <i>C</i></th></tr></thead>
      <tbody></tbody></table>`;
    const body = /** @type {HTMLTableSectionElement} */ (table.querySelector("tbody"));
    this.lines = Array.from({ length: this.neurons }, (_, q) => {
      const line = body.insertRow();
      line.innerHTML = `<th scope="row"><button type="button" class="cn-button">${q}</button></th>
        <td class="cn-wide"></td><td class="cn-wide"></td><td></td><td></td><td class="cn-wide"><span class="cn-bar"></span></td><td></td><td></td>`;
      line.addEventListener("click", () => this.pickNeuron(q));
      return line;
    });
    this.figure.add(table, parent);
  }

  /** @param {number} q */
  pickNeuron(q) {
    const { row, column } = this.figure.subject;
    this.figure.pick({ grid: `neuron ${q}`, row, column });
  }

  // --- what it shows -------------------------------------------------------------------------

  update() {
    const { figure, model } = this;
    const index = model.get("index");
    this.a2 = figure.array("a2").part(index);
    this.w3 = figure.array("w3");
    this.product = NDArray.stack(this.w3.parts().map((w) => times(w, this.a2)));
    this.sums = this.product.parts().map(({ values }) => values.reduce((sum, x) => sum + x, 0));
    const z3 = denseForward(this.a2, this.w3, figure.array("b3")); // F4
    const a3 = sigmoid(z3); // F5
    this.b3 = figure.array("b3").values;
    this.z3 = z3.values;
    this.a3 = a3.values;
    /** @type {import("./parts/engine.js").Cost} */
    const cost = model.get("cost");
    this.chosen = model.get("label");
    this.y = NDArray.vector(this.lines.map((_, q) => Number(q === this.chosen)));
    this.shares = a3.map((a, q) => SHARES[cost](a, this.y.values[q])).values;
    this.C = costOf(a3, this.y, cost).values[0];
    this.input.show(this.a2);
    // One scale for all ten, as in the static twin: pale means little.
    this.scale = figure.palettes.scale("diverging", this.product.values);
    for (const [q, grid] of this.small.entries()) {
      grid.show(this.product.part(q), { scale: this.scale });
    }
    for (const [q, line] of this.lines.entries()) this.writeLine(line, q);
    if (this.images) this.images.value = index;
    this.label.value = `${this.chosen}`;
    this.cost.value = cost;
    figure.refresh();
  }

  /** @param {HTMLTableRowElement} line @param {number} q */
  writeLine(line, q) {
    const labelled = this.chosen !== NO_LABEL;
    const cells = [
      number(this.sums[q]),
      number(this.b3[q]),
      number(this.z3[q]),
      number(this.a3[q]),
      null,
      labelled ? `${this.y.values[q]}` : "–",
      labelled ? number(this.shares[q]) : "–",
    ];
    cells.forEach((text, i) => {
      if (text !== null) line.cells[i + 1].textContent = text;
    });
    const bar = /** @type {HTMLElement} */ (line.querySelector(".cn-bar"));
    bar.style.setProperty("--cn-share", `${100 * this.a3[q]}%`);
  }

  /** Hovered: a product in one of the ten small grids. @param {import("./parts/types.js").Subject} subject */
  explain({ grid, row, column }) {
    const q = Number(grid.split(" ")[1]);
    this.neuron = q;
    this.cell = { row, column };
    this.weights.show(this.w3.part(q), {
      title: `${w3(q)} weights of neuron ${q}`,
      words: `w 3 of neuron ${q}`,
    });
    this.products.show(this.product.part(q), {
      title: `${w3(q)} ⊙ ${a2()} products`,
      words: `products of neuron ${q}`,
      scale: this.scale,
    });
    for (const [i, line] of this.lines.entries()) line.setAttribute("aria-current", `${i === q}`);
    this.write();
    this.mark(this.cell);
    this.figure.say(this.speak(q));
  }

  write() {
    const { row: j, column: k } = this.cell;
    const q = this.neuron;
    const [w, a] = [this.w3.part(q).at(j, k), this.a2.at(j, k)];
    const sum = `Σ<sub><i>j</i>,<i>k</i></sub> ${w3(q, "<i>j</i>", "<i>k</i>")} ${a2("<i>j</i>", "<i>k</i>")}`;
    write(
      this.formulas,
      equation(`${w3(q, j, k)} ${a2(j, k)} = ${bracketed(w)} · ${number(a)}
        = <b>${number(this.product.part(q).at(j, k))}</b>, one of ${count(this.a2.values.length, "product")}`) +
        equation(
          `${z3(q)} = ${b3(q)} + ${sum} = ${number(this.b3[q])} + ${bracketed(this.sums[q])}
        = <b>${number(this.z3[q])}</b>`,
          "F4",
        ) +
        equation(`${a3(q)} = <i>σ</i>(${z3(q)}) = <b>${number(this.a3[q])}</b>`, "F5") +
        this.writeCost(q),
    );
  }

  /** @param {number} q */
  writeCost(q) {
    if (this.chosen === NO_LABEL) return "<p>The cost needs a label: pick one above.</p>";
    const wanted = this.y.values[q];
    const quadratic = this.cost.value === "quadratic";
    const term = quadratic
      ? `½(${a3(q)} − ${y(q)})² = ½(${number(this.a3[q])} − ${wanted})²`
      : wanted
        ? `−ln ${a3(q)}`
        : `−ln(1 − ${a3(q)})`;
    return (
      equation(`share of neuron ${q}: ${term} = <b>${number(this.shares[q])}</b>`) +
      equation(`<i>C</i> = the sum of all ${this.neurons} shares = <b>${number(this.C)}</b>`, "C")
    );
  }

  /** @param {number} q */
  speak(q) {
    const cost =
      this.chosen === NO_LABEL ? "" : ` Its share of the cost is ${number(this.shares[q])}.`;
    return (
      `Neuron ${q}: the sum of the products is ${number(this.sums[q])}, plus the bias ${number(this.b3[q])} ` +
      `gives ${spoken("z", 3, [q])}, ${number(this.z3[q])}; its sigmoid is ${number(this.a3[q])}.${cost}`
    );
  }

  /** @param {Cell} cell */
  mark(cell) {
    /** @type {import("./parts/types.js").Marks} */
    const marks = { w3: [cell], a2: [cell], products: [cell] };
    for (const { name } of this.small) marks[name] = [{ ...cell, line: "linked" }];
    marks[`neuron ${this.neuron}`] = [cell];
    this.figure.mark(marks);
  }

  /** Pointed at: a weight, an input or a product of the neuron that is taken apart. @param {Cell | null} cell */
  explainProduct(cell) {
    if (!cell) return this.figure.refresh();
    this.cell = cell;
    this.write();
    this.mark(cell);
    const { row: j, column: k } = cell;
    return this.figure.say(
      `${spoken("w", 3, [this.neuron, j, k])} times ${spoken("a", 2, [j, k])} is ` +
        `${number(this.product.part(this.neuron).at(j, k))}.`,
    );
  }
}
