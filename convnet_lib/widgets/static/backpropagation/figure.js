// F1–F5, C and BP1–BP4: the whole network, forward above and backward below.
//
// This module builds the figure. What a cell says of itself is in backpropagation_cells.js, the
// walk through the backward pass in backpropagation_stages.js.

import { NDArray } from "../parts/arrays.js";
import { explanations } from "./cells.js";
import { stages } from "./stages.js";
import { Figure } from "../parts/figure.js";
import { count, number, symbol } from "../parts/text.js";

const COSTS = { quadratic: "quadratic", cross_entropy: "cross-entropy" };
const TIES = { first: "the first wins", split: "they share", all: "every one wins" };
const PARAMETERS = ["w1", "b1", "w3", "b3"];
const SHOWN_COSTS = 5;
const TO_TERMS = "t";
const HINT =
  "In the row of steps the arrow keys go from one step to the next. T leads from a cell to the terms " +
  "of its sum, Escape back.";

const s = symbol;
const nabla = (letter, layer, indices) => `∂<i>C</i>/∂${s(letter, layer, indices)}`;

export function render(context) {
  return new Backpropagation(context).close;
}

class Backpropagation {
  constructor(context) {
    this.model = context.model;
    this.figure = new Figure(
      context,
      "The whole network: the forward pass above, the backward pass below",
      { hint: HINT },
    );
    this.neuron = 0;
    this.offset = [0, 0];
    this.grids = {};
    this.build();
    const { figure } = this;
    figure.onChange(["a0", "y", "w1", "delta1", "history", "index", "cost", "ties", "rate"], () =>
      this.update(),
    );
    figure.onChange(["stage"], () => {
      this.enter();
      const { subject } = stages[this.model.get("stage")];
      if (subject) figure.pick(subject(this.data));
    });
    this.update();
    this.choosePanels();
    figure.start((subject) => this.explain(subject));
    this.enter();
    this.close = () => figure.close();
  }

  // --- the parts -----------------------------------------------------------------------------

  build() {
    const { figure } = this;
    this.read();
    const { data } = this;
    const size = figure.live.style;
    size.setProperty("--bp-image", data.a0.columns);
    size.setProperty("--bp-image-rows", data.a0.rows);
    size.setProperty("--bp-map", data.z1.columns);
    size.setProperty("--bp-map-rows", data.z1.rows);
    size.setProperty("--bp-filter", data.w1.columns);
    size.setProperty("--bp-outputs", data.outputs);
    figure.live.classList.add("bp");
    this.buildControls();
    this.buildStages();
    this.buildNetwork();
    this.buildExplanation();
  }

  buildControls() {
    const { figure, model } = this;
    this.images = figure.imageMenu("a0");
    this.cost = figure.menu(figure.controls, "Cost", Object.entries(COSTS), (cost) =>
      figure.send({ cost }),
    );
    this.ties = figure.menu(figure.controls, "Ties", Object.entries(TIES), (ties) =>
      figure.send({ ties }),
    );
    const python = figure.pythonControls("Change the label, and take gradient steps");
    const labels = Array.from({ length: this.data.outputs }, (_, l) => [l, `${l}`]);
    this.label = figure.menu(python, "Label", [["", "other"], ...labels], (l) => this.setLabel(l));
    this.label.options[0].disabled = true;
    this.rate = figure.slider(
      python,
      "Learning rate <i>η</i>",
      "Learning rate eta",
      { min: 0.01, max: 1, step: 0.01 },
      (rate) => figure.send({ rate }),
    );
    figure.button(python, "Take a step", () => model.send({ kind: "take steps", times: 1 }));
    figure.button(python, "10 steps", () => model.send({ kind: "take steps", times: 10 }));
    figure.button(python, "Start again", () => model.send({ kind: "start again" }));
    this.history = figure.add(document.createElement("div"), figure.body);
    this.history.className = "bp-history";
    this.history.setAttribute("aria-live", "polite");
  }

  setLabel(label) {
    const y = this.figure.array("y");
    y.part(this.model.get("index"))
      .values.fill(0)
      .fill(1, Number(label), Number(label) + 1);
    this.figure.send({ y });
  }

  /** The walk: one radio button a step, which the arrow keys move through, and two buttons. */
  buildStages() {
    const { figure } = this;
    const box = figure.add(document.createElement("div"), figure.body);
    box.className = "bp-stages";
    const set = figure.add(document.createElement("fieldset"), box);
    set.innerHTML = '<legend class="cn-unseen">Step through the backward pass</legend>';
    const name = `bp-stage-${Math.random().toString(36).slice(2)}`;
    this.back = figure.button(set, "‹ Back", () => this.go(-1));
    this.radios = stages.map(({ tag, title }, i) => {
      const label = figure.add(document.createElement("label"), set);
      label.innerHTML = `<input type="radio" name="${name}" value="${i}" data-lm-suppress-shortcuts="true"
        aria-label="${tag}${title ? `: ${title}` : ""}"><span aria-hidden="true">${tag}</span>`;
      const radio = label.querySelector("input");
      radio.addEventListener("change", () => figure.send({ stage: i }));
      return radio;
    });
    this.next = figure.button(set, "Next ›", () => this.go(1));
    this.tale = figure.add(document.createElement("div"), box);
    this.tale.className = "bp-tale";
    this.tale.setAttribute("aria-live", "polite");
  }

  go(by) {
    const stage = this.model.get("stage") + by;
    if (stages[stage]) this.figure.send({ stage });
  }

  buildNetwork() {
    const { figure } = this;
    this.network = figure.add(document.createElement("div"), figure.body);
    this.network.className = "bp-network";
    const filter = "clamp(21px, var(--cn-cell) * 3.2, 40px)";
    const column = () => this.column();
    const add = (parent, name, title, words, options) => {
      const onKey = (event) => this.goToTerms(event, name);
      this.grids[name] = figure.grid(parent, { name, title, words, onKey, ...options });
    };
    const signed = { kind: "diverging" };
    const one = { unit: "3.6rem", legend: false, write: number };
    const pooled = { zoom: 2 };

    let [forward, backward] = column();
    add(forward, "a0", `${s("a", 0)} input`, "a 0, the input");
    add(backward, "products", "", "products", signed);

    [forward, backward] = column();
    add(forward, "w1", `${s("w", 1)} filter`, "w 1, the filter", { ...signed, unit: filter });
    add(this.line(forward), "b1", s("b", 1), "b 1, the shared bias", { ...signed, ...one });
    add(backward, "nabla_w1", `${nabla("w", 1)} (BP4)`, "gradient of w 1", {
      ...signed,
      unit: filter,
    });
    add(this.line(backward), "nabla_b1", `${nabla("b", 1)}<br>(BP3)`, "gradient of b 1", {
      ...signed,
      ...one,
    });

    [forward, backward] = column();
    add(forward, "z1", `${s("z", 1)} (F1)`, "z 1, the weighted inputs", signed);
    add(backward, "delta1", `${s("δ", 1)} (BP2)`, "delta 1, the errors", signed);

    [forward, backward] = column();
    this.buildCurve(forward);
    add(backward, "slope1", `<i>σ</i>′(${s("z", 1)})`, "sigma prime of z 1, the slopes", {
      kind: "sequential",
    });

    [forward, backward] = column();
    add(forward, "a1", `${s("a", 1)} (F2)`, "a 1, the activations");
    add(backward, "switch", `∂${s("a", 2)}/∂${s("a", 1)} (BP2a)`, "the pooling switch");

    [forward, backward] = column();
    add(forward, "a2", `${s("a", 2)} (F3)`, "a 2, the pooled activations", pooled);
    add(
      backward,
      "nabla_a2",
      `Σ ${s("δ", 3)}${s("w", 3)} in BP2`,
      "gradient of a 2, the sum in BP2",
      { ...signed, ...pooled },
    );

    [forward, backward] = column();
    add(forward, "w3", "", "w 3", { ...signed, zoom: 1.25 });
    add(backward, "nabla_w3", "", "gradient of w 3", { ...signed, zoom: 1.25 });

    [forward, backward] = column();
    this.buildOutputs(forward, ["b3", "z3", "a3", "y"], add);
    add(this.line(forward), "C", "<i>C</i>", "the cost", one);
    this.buildOutputs(backward, ["delta3", "nabla_b3"], add);
    const folded = figure.add(document.createElement("p"), figure.body);
    folded.className = "bp-folded cn-caption";
    folded.textContent =
      "The panels that this step does not use are folded; ‘Whole’ shows them all.";
  }

  /** A piece of the network from left to right: its forward half and, below, its backward half. */
  column() {
    const { figure } = this;
    const column = figure.add(document.createElement("div"), this.network);
    column.className = "bp-column";
    return ["forward →", "← backward"].map((words, i) => {
      const half = figure.add(document.createElement("div"), column);
      half.className = i ? "bp-backward" : "bp-forward";
      const way = figure.add(document.createElement("div"), half);
      way.className = "bp-way";
      way.textContent = words;
      return half;
    });
  }

  line(parent) {
    const line = this.figure.add(document.createElement("div"), parent);
    line.className = "bp-line";
    return line;
  }

  /** Vectors of the output layer as columns with numbers, the neurons' numbers beside them. */
  buildOutputs(parent, names, add) {
    const all = this.figure.add(document.createElement("div"), parent);
    all.className = "bp-outputs";
    const numbers = this.figure.add(document.createElement("div"), all);
    numbers.className = "bp-numbers";
    numbers.setAttribute("aria-hidden", "true");
    numbers.innerHTML = Array.from(
      { length: this.data.outputs },
      (_, l) => `<span>${l}</span>`,
    ).join("");
    const titles = {
      b3: [s("b", 3), "b 3, the output biases", "diverging"],
      z3: [s("z", 3), "z 3, the output's weighted inputs", "diverging"],
      a3: [s("a", 3), "a 3, the output activations", "sequential"],
      y: [s("y", null), "y, the desired activations", "sequential"],
      delta3: [`${s("δ", 3)}<br>(BP1)`, "delta 3, the output errors", "diverging"],
      nabla_b3: [`${nabla("b", 3)}<br>(BP3a)`, "gradient of b 3", "diverging"],
    };
    for (const name of names) {
      const [title, words, kind] = titles[name];
      add(all, name, title, words, { kind, unit: "2.6rem", legend: false });
    }
  }

  /** σ and σ′, with a line where the neuron's weighted input is. */
  buildCurve(parent) {
    const curve = this.figure.array("curve");
    const [z, sigma, slope] = [0, 1, 2].map((i) => curve.part(i).values);
    this.curve = { low: z[0], high: z[z.length - 1] };
    const points = (values) =>
      [...values].map((v, i) => `${this.across(z[i])},${this.up(v)}`).join(" ");
    const box = this.figure.add(document.createElement("div"), parent);
    box.className = "cn-block bp-curve";
    box.innerHTML = `<div class="cn-title"><i>σ</i> and <i>σ</i>′ (dashed)</div>
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <path d="M0,${this.up(0)}H100M50,4V96" class="bp-axis"/>
        <polyline points="${points(sigma)}"/>
        <polyline points="${points(slope)}" class="bp-dashed"/>
        <line y1="4" y2="96" class="bp-here"/>
        <circle r="3.2" class="bp-dot"/><circle r="3.2" class="bp-dot"/>
      </svg><div class="bp-note"></div>`;
    [this.here] = box.querySelectorAll(".bp-here");
    this.dots = box.querySelectorAll(".bp-dot");
    this.reading = box.querySelector(".bp-note");
  }

  across(z) {
    const { low, high } = this.curve;
    return Math.min(100, Math.max(0, (100 * (z - low)) / (high - low)));
  }

  up(value) {
    return 90 - 80 * value;
  }

  /** Below the network: the formulas, and the sum taken apart. */
  buildExplanation() {
    const { figure } = this;
    const row = figure.row(this.network);
    row.classList.add("bp-explanation");
    this.formulas = figure.formulas(figure.side(row));
    this.detail = figure.add(document.createElement("div"), row);
    this.detail.className = "bp-detail";
    const options = {
      unit: "1.9rem",
      legend: false,
      detail: (cell) => this.explainTerm(cell),
      onLeave: () => this.leaveTerms(),
    };
    this.left = figure.grid(this.detail, { ...options, name: "left", title: "" });
    this.times = figure.sign("⊙", this.detail);
    this.right = figure.grid(this.detail, { ...options, name: "right", title: "" });
    this.equals = figure.sign("=", this.detail);
    this.parts = figure.grid(this.detail, {
      ...options,
      name: "parts",
      title: "",
      kind: "diverging",
    });
    this.list = figure.details("All terms of the sum that are not 0");
  }

  // --- what it shows -------------------------------------------------------------------------

  /** Gather the arrays of the image that is shown, under the choices that have been made. */
  read() {
    const { figure, model } = this;
    const [index, cost, ties] = ["index", "cost", "ties"].map((name) => model.get(name));
    const part = (name) => figure.array(name).part(index);
    const of = (name, key) => NDArray.from(model.get(name)[key]).part(index);
    const single = ({ values }) => new NDArray([1, 1], values);
    const column = ({ values }) => new NDArray([values.length, 1], values);
    const both = `${cost} ${ties}`;
    const data = {
      index,
      cost,
      ties,
      rate: model.get("rate"),
      w1: figure.array("w1"),
      w3: figure.array("w3"),
    };
    for (const name of ["a0", "z1", "a1", "a2", "slope1", "tied"]) data[name] = part(name);
    for (const name of ["y", "z3", "a3", "slope3"]) data[name] = column(part(name));
    data.b1 = single(figure.array("b1"));
    data.b3 = column(figure.array("b3"));
    data.C = single(of("C", cost));
    data.switch = of("switch", ties);
    data.delta3 = column(of("delta3", cost));
    data.nabla_b3 = data.delta3;
    for (const name of ["nabla_a2", "nabla_w3"]) data[name] = of(name, cost);
    for (const name of ["delta1", "nabla_w1"]) data[name] = of(name, both);
    data.nabla_b1 = single(of("nabla_b1", both));
    data.outputs = data.a3.rows;
    this.data = data;
  }

  update() {
    const { figure, model } = this;
    this.read();
    const { data } = this;
    const own = ["w3", "nabla_w3", "products"]; // these depend on what is pointed at
    const scales = this.scales();
    for (const [name, grid] of Object.entries(this.grids)) {
      if (!own.includes(name)) grid.show(data[name], { scale: scales[name] });
    }
    this.showNeuron();
    this.showProducts();
    if (this.images) this.images.value = data.index;
    this.cost.value = data.cost;
    this.ties.value = data.ties;
    const { values } = data.y;
    const oneHot =
      values.every((v) => v === 0 || v === 1) && values.filter((v) => v === 1).length === 1;
    this.label.value = oneHot ? `${values.indexOf(1)}` : "";
    this.rate.input.value = data.rate;
    this.rate.output.textContent = number(data.rate, 2);
    this.writeHistory(NDArray.from(model.get("history")[data.cost]));
    this.tell();
    figure.refresh();
  }

  /** The scales that are not those of a panel's own numbers. */
  scales() {
    const {
      data,
      model,
      figure: { palettes },
    } = this;
    const between = (low, high) => Object.assign(palettes.scale("sequential", []), { low, high });
    const signed = ({ values }) => palettes.scale("diverging", values);
    const costs = NDArray.from(model.get("history")[data.cost]).values.filter(Number.isFinite);
    return {
      slope1: between(smallest(data.slope1), 0.25), // the steepest that σ is
      C: between(0, Math.max(...costs, 1e-9)),
      b1: signed(data.w1),
      nabla_b1: signed(data.nabla_w1),
    };
  }

  /** At first the panels show the output neuron and the weight that matter most. */
  choosePanels() {
    const { delta3, nabla_w1 } = this.data;
    this.neuron = largest(delta3)[0];
    this.offset = largest(nabla_w1);
    this.showNeuron();
    this.showProducts();
  }

  showNeuron() {
    const { data, neuron: l } = this;
    data.neuron = l;
    for (const name of ["w3", "nabla_w3"]) {
      const title = name === "w3" ? `${s("w", 3, [l])}` : `${nabla("w", 3, [l])}`;
      // One scale for all outputs: pale means little.
      const scale = this.figure.palettes.scale("diverging", data[name].values);
      const words = `${name === "w3" ? "w 3" : "gradient of w 3"} of output ${l}`;
      this.grids[name].show(data[name].part(l), { title, words, scale });
    }
  }

  showProducts() {
    const { data } = this;
    const [l, m] = (data.offset = this.offset);
    const { rows, columns } = data.delta1;
    data.products = NDArray.make(
      rows,
      columns,
      (j, k) => data.delta1.at(j, k) * data.a0.at(j + l, k + m),
    );
    this.grids.products.show(data.products, {
      title: `${s("δ", 1)} ⊙ ${s("a", 0)} from ${l},${m}`,
      words: `products of delta 1 and a 0 from row ${l}, column ${m} on`,
    });
  }

  writeHistory(history) {
    const { index } = this.data;
    const values = Array.from(
      { length: history.shape[0] },
      (_, t) => history.part(t).values[index],
    );
    const steps = values.length - 1;
    const shown = values.slice(-SHOWN_COSTS);
    const text =
      steps >= SHOWN_COSTS
        ? [`${number(values[0])} → …`, ...shown.map((x) => number(x))]
        : shown.map((x) => number(x));
    const top = Math.max(...values.filter(Number.isFinite), 1e-9);
    const points = values.map((x, t) => `${steps ? (100 * t) / steps : 0},${24 - (22 * x) / top}`);
    const line =
      steps && values.every(Number.isFinite)
        ? `<svg viewBox="-3 -1 106 28" aria-hidden="true"><path d="M0,24H100" class="bp-axis"/>
         <polyline points="${points.join(" ")}"/><circle r="2.5" class="bp-dot"
         cx="${points[steps].split(",")[0]}" cy="${points[steps].split(",")[1]}"/></svg>`
        : "";
    this.history.innerHTML = `<span>Cost after ${count(steps, "step")}: ${text
      .slice(0, -1)
      .map((t) => `${t} → `)
      .join("")}<strong>${text.at(-1)}</strong></span>${line}`;
  }

  // --- the walk ------------------------------------------------------------------------------

  /** Enter a step: outline its panels, hide those to come, and tell what happens. */
  enter() {
    const stage = this.model.get("stage");
    const { made, from } = stages[stage];
    const later = new Set(stage ? stages.slice(stage + 1).flatMap(({ made }) => made) : []);
    for (const name of PARAMETERS) later.delete(name); // which the last step changes
    for (const [name, { element }] of Object.entries(this.grids)) {
      element.classList.toggle("bp-made", made.includes(name));
      element.classList.toggle("bp-from", from.includes(name));
      element.classList.toggle("bp-later", later.has(name));
    }
    this.network.classList.toggle("bp-walking", stage > 0);
    this.radios[stage].checked = true;
    // Not `disabled`, which would take the focus from the button that leads to the end.
    this.back.setAttribute("aria-disabled", stage === 0);
    this.next.setAttribute("aria-disabled", stage === stages.length - 1);
    this.tell();
  }

  /** Write what happens in this step; what is read aloud is only touched when it changes. */
  tell() {
    const html = stages[this.model.get("stage")].tale(this.data);
    if (html !== this.told) this.tale.innerHTML = this.told = html;
  }

  // --- what a cell says ----------------------------------------------------------------------

  explain(subject) {
    const { grid, row, column } = subject;
    const { data } = this;
    if (data[grid].columns === 1 && data[grid].rows === data.outputs && row !== this.neuron) {
      this.neuron = row;
      this.showNeuron();
    }
    const at = [row, column];
    if ((grid === "w1" || grid === "nabla_w1") && `${at}` !== `${this.offset}`) {
      this.offset = at;
      this.showProducts();
    }
    const { marks, html, words, detail, list, neuron } = explanations[grid](data, row, column);
    this.marks = marks;
    this.formulas.innerHTML = html;
    this.showDetail(detail);
    this.list.show(list ?? null);
    this.point(neuron);
    this.figure.mark(marks);
    this.figure.say(words);
  }

  /** Show the two factors and the products of a sum, or one window, or nothing. */
  showDetail(detail) {
    this.detail.classList.toggle("cn-blank", !detail);
    this.term = detail?.term;
    if (!detail) return;
    const { left, right, products, stack = false } = detail;
    this.detail.classList.toggle("bp-stack", stack);
    const { columns } = left[0];
    const fits = `calc((100cqw - 3.5rem) / ${columns})`;
    const unit = stack
      ? `min(2.2rem, ${fits})`
      : `clamp(9px, ${(9 / columns).toFixed(2)}rem, 3rem)`;
    for (const grid of [this.left, this.right, this.parts])
      grid.element.style.setProperty("--cn-unit", unit);
    this.showPart(this.left, left);
    for (const part of [this.times, this.right.element, this.equals, this.parts.element]) {
      part.hidden = !right;
    }
    if (!right) return;
    this.showPart(this.right, right);
    const array = NDArray.make(
      left[0].rows,
      columns,
      (r, c) => left[0].at(r, c) * right[0].at(r, c),
    );
    this.showPart(this.parts, [array, products, "products", "diverging"]);
  }

  showPart(grid, [array, title, words, kind, mask = []]) {
    grid.options.kind = kind;
    grid.show(array, { title, words });
    grid.setMask(mask);
  }

  /** Pointed at: one term of the sum. Its factors are outlined where they come from. */
  explainTerm(cell) {
    if (!cell || !this.term) return this.figure.mark(this.marks);
    const { marks, words } = this.term(cell.row, cell.column);
    this.figure.mark({ ...this.marks, ...marks, left: [cell], right: [cell], parts: [cell] });
    return this.figure.say(words);
  }

  /** With the keyboard to the terms of a sum and back; on the way Tab would pass other cells. */
  goToTerms(event, name) {
    if (event.key.toLowerCase() !== TO_TERMS || event.ctrlKey || !this.term) return false;
    this.source = name;
    this.left.field.focus();
    return true;
  }

  leaveTerms() {
    this.figure.mark(this.marks);
    if (this.source) this.grids[this.source].field.focus();
    else this.figure.leave();
    this.source = null;
  }

  /** Show a neuron (j, k) of the convolutional layer on the curve of the sigmoid. */
  point(neuron) {
    const { z1, a1, slope1 } = this.data;
    const z = neuron ? z1.at(...neuron) : NaN;
    const known = Number.isFinite(z);
    for (const element of [this.here, ...this.dots]) element.style.display = known ? "" : "none";
    this.reading.innerHTML = known ? `${s("z", 1, neuron)} = ${number(z)}` : "";
    if (!known) return;
    const x = this.across(z);
    this.here.setAttribute("x1", x);
    this.here.setAttribute("x2", x);
    [a1, slope1].forEach((array, i) => {
      this.dots[i].setAttribute("cx", x);
      this.dots[i].setAttribute("cy", this.up(array.at(...neuron)));
    });
  }
}

/** The smallest slope: with 0 in its place, a panel of slopes that are alike would be all black. */
function smallest({ values }) {
  const known = values.filter((x) => Number.isFinite(x) && x < 0.25);
  return known.length ? Math.min(...known) : 0;
}

/** Row and column of the number that is largest in size. */
function largest(array) {
  let best = 0;
  array.values.forEach((x, i) => {
    if (Math.abs(x) > Math.abs(array.values[best]) || Number.isNaN(array.values[best])) best = i;
  });
  return [Math.floor(best / array.columns), best % array.columns];
}
