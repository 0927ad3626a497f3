// F1–F5, C and BP1–BP4: the whole network, forward above and backward below.
//
// This module builds the figure. Its numbers come from data.js, its panels stand in network.js; what
// a cell says of itself is in forward.js and backward.js, the walk through the backward pass in
// stages.js.

import { NDArray } from "../parts/arrays.js";
import { Figure } from "../parts/figure.js";
import { number } from "../parts/text.js";
import * as backward from "./backward.js";
import { begun, dataOf, labelled, PARAMETERS, steppedBy } from "./data.js";
import * as forward from "./forward.js";
import { written } from "./history.js";
import { Network } from "./network.js";
import { scalesOf } from "./scales.js";
import { stages } from "./stages.js";

const COSTS = { quadratic: "quadratic", cross_entropy: "cross-entropy" };
const TIES = { first: "the first wins", split: "they share", all: "every one wins" };
const TRAITS = ["a0", "y", ...PARAMETERS, "past", "index", "map", "cost", "ties", "rate"];
const explanations = { ...forward.explanations, ...backward.explanations };
const TO_TERMS = "t";
const HINT =
  "In the row of steps the arrow keys go from one step to the next. T leads from a cell to the terms " +
  "of its sum, Escape back.";

export function render(context) {
  return new Backpropagation(context).close;
}

/** @typedef {import("../parts/grid.js").Grid} Grid */
/** @typedef {import("../parts/types.js").Marks} Marks */

class Backpropagation {
  // What `build` makes, and what is shown; there is all of it before anything can be pointed at.
  /** @type {Grid} */ left;
  /** @type {Grid} */ right;
  /** @type {Grid} */ parts;
  /** @type {Record<string, Grid>} */ grids;
  /** @type {Network["titles"]} */ titles;
  /** @type {HTMLSelectElement | null} */ images;
  /** @type {HTMLSelectElement | null} */ maps;
  /** @type {HTMLSelectElement} */ cost;
  /** @type {HTMLSelectElement} */ ties;
  /** @type {HTMLSelectElement} */ label;
  /** @type {{ input: HTMLInputElement, output: HTMLOutputElement }} */ rate;
  /** @type {HTMLElement} */ history;
  /** @type {HTMLElement} */ network;
  /** @type {HTMLElement} */ tale;
  /** @type {HTMLElement} */ formulas;
  /** @type {HTMLElement} */ detail;
  /** @type {HTMLElement} */ times;
  /** @type {HTMLElement} */ equals;
  /** @type {HTMLButtonElement} */ back;
  /** @type {HTMLButtonElement} */ next;
  /** @type {HTMLInputElement[]} */ radios;
  /** @type {import("./curve.js").Curve} */ curve;
  /** @type {{ show: (html: (() => string) | null) => void }} */ list;
  /** @type {ReturnType<typeof dataOf>} */ data;
  /** @type {Marks} */ marks;
  /** @type {string | null} */ source;

  constructor(context) {
    this.model = context.model;
    this.figure = new Figure(
      context,
      "The whole network: the forward pass above, the backward pass below",
      { hint: HINT },
    );
    this.neuron = 0;
    this.offset = [0, 0];
    this.build();
    const { figure } = this;
    figure.onChange(TRAITS, () => this.update());
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
    this.data = dataOf(figure);
    const { data } = this;
    const size = figure.live.style;
    size.setProperty("--bp-image", `${data.a0.columns}`);
    size.setProperty("--bp-image-rows", `${data.a0.rows}`);
    size.setProperty("--bp-map", `${data.z1.columns}`);
    size.setProperty("--bp-map-rows", `${data.z1.rows}`);
    size.setProperty("--bp-filter", `${data.w1.columns}`);
    size.setProperty("--bp-outputs", `${data.outputs}`);
    figure.live.classList.add("bp");
    this.buildControls();
    this.buildStages();
    const panels = new Network(figure, data.outputs, (event, name) => this.goToTerms(event, name));
    this.grids = panels.grids;
    this.titles = panels.titles;
    this.network = panels.element;
    this.curve = panels.curve;
    this.buildExplanation();
  }

  buildControls() {
    const { figure } = this;
    this.images = figure.imageMenu("a0");
    const maps = Array.from({ length: this.data.maps }, (_, f) => [f, f]);
    this.maps =
      maps.length > 1
        ? figure.menu(figure.controls, "Map", maps, (f) => figure.send({ map: Number(f) }))
        : null;
    this.cost = figure.menu(figure.controls, "Cost", Object.entries(COSTS), (cost) =>
      figure.send({ cost }),
    );
    this.ties = figure.menu(figure.controls, "Ties", Object.entries(TIES), (ties) =>
      figure.send({ ties }),
    );
    const group = figure.group("Change the label, and take gradient steps");
    const labels = Array.from({ length: this.data.outputs }, (_, l) => [l, `${l}`]);
    this.label = figure.menu(group, "Label", [["", "other"], ...labels], (l) =>
      figure.send(labelled(figure, Number(l))),
    );
    this.label.options[0].disabled = true;
    this.rate = figure.slider(
      group,
      "Learning rate <i>η</i>",
      "Learning rate eta",
      { min: 0.01, max: 1, step: 0.01 },
      (rate) => figure.send({ rate }),
    );
    figure.button(group, "Take a step", () => figure.send(steppedBy(figure, 1)));
    figure.button(group, "10 steps", () => figure.send(steppedBy(figure, 10)));
    figure.button(group, "Start again", () => figure.send(begun(figure)));
    this.history = figure.add(document.createElement("div"), figure.body);
    this.history.className = "bp-history";
    this.history.setAttribute("aria-live", "polite");
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
      const radio = /** @type {HTMLInputElement} */ (label.querySelector("input"));
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

  update() {
    const { figure } = this;
    this.data = dataOf(figure);
    const { data } = this;
    const own = ["w3", "nabla_w3", "products"]; // these depend on what is pointed at
    const scales = scalesOf(data, figure.palettes);
    for (const [name, grid] of Object.entries(this.grids)) {
      if (own.includes(name)) continue;
      const title = this.titles[name]?.(data) ?? null;
      const words = title && grid.options.words + data.inMap;
      grid.show(data[name], { scale: scales[name], title, words });
    }
    this.showNeuron();
    this.showProducts();
    if (this.images) this.images.value = data.index;
    if (this.maps) this.maps.value = data.map;
    this.cost.value = data.cost;
    this.ties.value = data.ties;
    const { values } = data.y;
    const oneHot =
      values.every((v) => v === 0 || v === 1) && values.filter((v) => v === 1).length === 1;
    this.label.value = oneHot ? `${values.indexOf(1)}` : "";
    this.rate.input.value = data.rate;
    this.rate.output.textContent = number(data.rate, 2);
    this.history.innerHTML = written(data.costs);
    this.tell();
    figure.refresh();
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
    const { s, nabla, inMap } = data;
    data.neuron = l;
    for (const name of ["w3", "nabla_w3"]) {
      const title = name === "w3" ? `${s("w", 3, [l])}` : `${nabla("w", 3, [l])}`;
      // One scale for all outputs: pale means little.
      const scale = this.figure.palettes.scale("diverging", data[name].values);
      const words = `${name === "w3" ? "w 3" : "gradient of w 3"} of output ${l}${inMap}`;
      this.grids[name].show(data[name].part(l), { title, words, scale });
    }
  }

  showProducts() {
    const { data } = this;
    const [l, m] = this.offset;
    const { s } = data;
    data.offset = this.offset;
    const { rows, columns } = data.delta1;
    data.products = NDArray.make(
      rows,
      columns,
      (j, k) => data.delta1.at(j, k) * data.a0.at(j + l, k + m),
    );
    this.grids.products.show(data.products, {
      title: `${s("δ", 1)} ⊙ ${s("a", 0)} from ${l},${m}`,
      words: `products of delta 1 and a 0 from row ${l}, column ${m} on${data.inMap}`,
    });
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
    this.back.setAttribute("aria-disabled", `${stage === 0}`);
    this.next.setAttribute("aria-disabled", `${stage === stages.length - 1}`);
    this.tell();
  }

  /** Write what happens in this step; what is read aloud is only touched when it changes. */
  tell() {
    const html = stages[this.model.get("stage")].tale(this.data);
    if (html === this.told) return;
    this.told = html;
    this.tale.innerHTML = html;
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
    this.curve.show(data, neuron);
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
}

/** Row and column of the number that is largest in size. */
function largest(array) {
  let best = 0;
  array.values.forEach((x, i) => {
    if (Math.abs(x) > Math.abs(array.values[best]) || Number.isNaN(array.values[best])) best = i;
  });
  return [Math.floor(best / array.columns), best % array.columns];
}
