// F1–F5, C and BP1–BP4: the whole network, forward above and backward below.
//
// This module builds the figure and tells its parts what to show: the bar of controls (bar.js), the
// way forward and back (track.js, stages.js), the panels (network.js) and what is drawn over them
// (paths.js), the lens (lens.js). Its numbers come from data.js; what a cell says of itself is in
// explanations.js.

import { Figure } from "../parts/figure.js";
import { winnerMarks } from "../parts/maps.js";
import { Bar } from "./bar.js";
import {
  arrayOf,
  costAlong,
  dataOf,
  historyIsOf,
  largest,
  PARAMETERS,
  productsOf,
} from "./data.js";
import { explanations } from "./explanations.js";
import { Lens } from "./lens.js";
import { Network } from "./network.js";
import { Overlay } from "./paths.js";
import { Phone } from "./phone.js";
import { onSlide, Presenter } from "./presenter.js";
import { fade, Pulse } from "./pulse.js";
import { Scales } from "./scales.js";
import { laterThan, stages } from "./stages.js";
import { writing } from "./terms.js";
import { Track } from "./track.js";

const CHOSEN = ["a0", "y", "index", "map", "cost", "ties"];
const TRAITS = [...CHOSEN, ...PARAMETERS, "rate"];
const TO_TERMS = "t";
const HINT =
  "Point at a number, or walk with Tab and the arrow keys: it says why. Click or Enter pins it, Escape " +
  "leaves. T: the terms of a sum. Drag a weight, or press + and −.";
/** Whose colours change little by little in a step. */
const FADING = ["w1", "z1", "w3", "delta1", "nabla_w1"];
const DEPENDS = ["w3", "nabla_w3", "products"]; // on what is pointed at

/** Draw the figure; returns what closes it. @param {import("../parts/types.js").Context} context */
export function render(context) {
  return new Backpropagation(context).close;
}

/** @typedef {import("../parts/types.js").Cell} Cell */
/** @typedef {import("../parts/types.js").Drag} Drag */
/** @typedef {import("../parts/types.js").Subject} Subject */
/** @typedef {import("./types.js").Data} Data */
/** @typedef {import("./types.js").WhatIf} WhatIf */

class Backpropagation {
  /** @type {Data} */ data;
  /** @type {Data} */ base; // without what was asked
  /** @type {Scales} */ scales;
  /** @type {Bar} */ bar;
  /** @type {Track} */ track;
  /** @type {Network} */ network;
  /** @type {Network["grids"]} */ grids;
  /** @type {Overlay} */ overlay;
  /** @type {Pulse} */ pulse;
  /** @type {Lens} */ lens;
  /** @type {Phone} */ phone;
  /** @type {Presenter | null} */ presenter;
  /** @type {Set<string>} */ later;
  /** @type {number} */ steps;
  /** @type {import("../parts/types.js").Marks} */ marks = {};
  /** @type {import("./paths.js").Paths} */ paths = {};
  /** @type {string | null} */ source = null;
  words = ""; // of the cell that is explained, without what was asked

  /** @param {import("../parts/types.js").Context} context */
  constructor(context) {
    this.model = context.model;
    const words = "The whole network: the forward pass above, the backward pass below";
    this.figure = new Figure(context, words);
    this.figure.hint.textContent = HINT;
    this.neuron = 0;
    this.offset = /** @type {[number, number]} */ ([0, 0]);
    this.whatIf = /** @type {WhatIf | null} */ (null);
    this.begun = 0; // how many networks have been begun with
    this.asked = false; // whether anything was pointed at, walked to or picked
    this.build(context.el);
    const { figure } = this;
    figure.onChange(CHOSEN, () => {
      this.begun++;
    });
    figure.onChange(TRAITS, () => this.changed());
    figure.onChange(["past"], () => historyIsOf(this.base, figure) || this.changed());
    figure.onChange(["pinned"], () => {
      this.asked = true;
    });
    figure.onChange(["stage"], () => {
      this.enter();
      const { subject } = stages[this.model.get("stage")];
      if (subject) figure.pick(subject(this.data));
      else this.draw();
      if (this.track.running) requestAnimationFrame(() => this.shine());
    });
    this.update();
    this.choosePanels();
    figure.start((subject) => this.explain(subject));
    this.enter();
    this.beginWalk();
    this.close = () => figure.close();
  }

  // --- the parts -----------------------------------------------------------------------------

  /** @param {HTMLElement} place */
  build(place) {
    const { figure } = this;
    this.scales = new Scales(figure.palettes);
    const data = dataOf(figure);
    const size = figure.live.style;
    size.setProperty("--bp-image", `${data.a0.columns}`);
    size.setProperty("--bp-image-rows", `${data.a0.rows}`);
    size.setProperty("--bp-map", `${data.z1.columns}`);
    size.setProperty("--bp-map-rows", `${data.z1.rows}`);
    size.setProperty("--bp-filter", `${Math.max(data.w1.columns, data.w1.rows)}`);
    size.setProperty("--bp-outputs", `${data.outputs}`);
    figure.live.classList.add("bp");
    this.bar = new Bar(figure, data);
    this.track = new Track(figure, (stage) => figure.send({ stage }));
    const options = (/** @type {string} */ name) => this.optionsOf(name);
    this.network = new Network(figure, data.outputs, options, onSlide(place));
    this.grids = this.network.grids;
    this.bar.pad.on(this.grids.a0);
    this.pulse = new Pulse(figure, this.network.element);
    this.overlay = new Overlay(figure, this.network.element, this.grids);
    this.lens = new Lens(figure, {
      explainTerm: (cell) => this.explainTerm(cell),
      leaveTerms: () => this.leaveTerms(),
      whatIf: {
        costAlong: (weight) => costAlong(figure, weight),
        change: (whatIf) => this.ask(whatIf),
        span: ({ name }) => this.scales.ends[name][1] || 1,
      },
    });
    this.presenter = onSlide(place)
      ? new Presenter(figure, this.network, this.track, this.overlay)
      : null;
    this.phone = new Phone(figure, this.network, this.lens, this.track);
    this.phone.onTurn = () => this.overlay.moved();
    this.bar.onBiases = () => this.phone.enter("z3");
    this.bar.onPencil = () => this.phone.enter("a0");
  }

  /** What a grid of the network can do besides. @param {string} name @returns {Partial<import("../parts/types.js").GridOptions>} */
  optionsOf(name) {
    if (name === "a0") {
      const { onKey, onDrag } = this.bar.pad.options;
      return { onDrag, onKey: (event, cell) => onKey(event, cell) || this.goToTerms(event, name) };
    }
    const weight = PARAMETERS.includes(name);
    const onKey = (/** @type {KeyboardEvent} */ event, /** @type {Cell} */ cell) =>
      this.goToTerms(event, name) || (weight && this.moveByKey(event, { grid: name, ...cell }));
    return weight ? { onKey, onDrag: this.dragOf(name) } : { onKey };
  }

  /** A weight is moved by key; the one that has the keyboard is the one that is explained. @param {KeyboardEvent} event @param {Subject} subject */
  moveByKey(event, subject) {
    if (!this.lens.whatIf.takes(event)) return false;
    this.figure.rest();
    this.figure.walk(subject);
    this.lens.whatIf.key(event);
    return true;
  }

  /** Weights are dragged up and down; the one that is dragged stays the one that is explained. @param {string} name @returns {Drag} */
  dragOf(name) {
    const drag = () => this.lens.whatIf.drag(() => this.lens.whatIf.by);
    let now = /** @type {Drag | null} */ (null);
    return {
      holds: true,
      start: (cell) => {
        this.figure.point({ grid: name, ...cell });
        now = drag();
        return now.start(cell);
      },
      move: (cell, dx, dy) => now?.move(cell, dx, dy),
      end: () => {
        if (this.whatIf) this.figure.pick(this.figure.subject);
      },
    };
  }

  // --- what it shows -------------------------------------------------------------------------

  /** A trait has changed: what was asked with 'what if' is over. */
  changed() {
    this.lens.whatIf.reset();
    this.whatIf = null;
    this.update();
    this.figure.refreshLater();
  }

  /** What if a weight were another? @param {WhatIf | null} whatIf */
  ask(whatIf) {
    const goesOn = whatIf && this.whatIf && isOf(whatIf, this.whatIf);
    this.whatIf = whatIf;
    this.update(this.base);
    if (!goesOn) return this.figure.refresh();
    // While it moves on, what is said of it is that of where it was.
    this.lens.whatIf.draw(this.data.C.values[0]);
    return this.figure.say(this.words + this.lens.whatIf.words);
  }

  /** @param {Data | null} base  the network without what was asked, if it is known */
  update(base = null) {
    const { figure } = this;
    this.base = base ?? this.completed(dataOf(figure));
    this.data = this.whatIf ? this.completed(dataOf(figure, this.whatIf)) : this.base;
    const { data } = this;
    const steps = figure.array("past").shape[0];
    if (steps > this.steps) for (const name of FADING) fade(this.grids[name]);
    if (!steps && this.steps) this.begun++;
    this.steps = steps;
    if (!this.whatIf) this.scales.fit(data, `${this.begun}`);
    for (const name of Object.keys(this.grids)) {
      if (!DEPENDS.includes(name)) this.network.show(name, data, this.scales);
    }
    this.showNeuron();
    this.showProducts();
    this.bar.show(data, this.scales);
    this.track.show(this.model.get("stage"), data);
    this.track.showMaps(data.ofAll, data.map, this.scales);
    this.phone.show(data, this.scales);
    figure.live.classList.toggle("bp-if", this.whatIf !== null);
    this.showGates();
  }

  /** The data with how they are written, and the products of the weight that is chosen. @param {ReturnType<typeof dataOf>} quantities */
  completed(quantities) {
    const { scales, neuron } = this;
    /** @type {Data["raw"]} */
    const raw = ({ name, place }) => this.figure.array(name).values[place];
    return this.withProducts(Object.assign(quantities, writing(scales), { scales, neuron, raw }));
  }

  /** @param {Data} data */
  withProducts(data) {
    return Object.assign(data, { offset: this.offset, products: productsOf(data, this.offset) });
  }

  /** At first the panels show the output neuron and the weight that matter most. */
  choosePanels() {
    this.neuron = largest(this.data.delta3)[0];
    this.offset = largest(this.data.nabla_w1);
    this.showNeuron();
    this.showProducts();
  }

  showNeuron() {
    const { data, base, neuron: l } = this;
    const { s, nabla, inMap } = data;
    data.neuron = base.neuron = l;
    for (const name of ["w3", "nabla_w3"]) {
      const title = name === "w3" ? `${s("w", 3, [l])}` : `${nabla("w", 3, [l])}`;
      const words = `${name === "w3" ? "w 3" : "gradient of w 3"} of output ${l}${inMap}`;
      const array = arrayOf(data, name).part(l);
      this.network.show(name, data, this.scales, { array, title, words });
    }
  }

  showProducts() {
    const { data } = this;
    const [l, m] = this.offset;
    const { s, inMap } = data;
    for (const one of [data, this.base]) if (one.offset !== this.offset) this.withProducts(one);
    this.scales.signed("products", data.products);
    this.network.show("products", data, this.scales, {
      title: `${s("δ", 1)}⊙${s("a", 0)} at ${l},${m}`,
      words: `products of delta 1 and a 0 from row ${l}, column ${m} on${inMap}`,
    });
  }

  // --- the walk ------------------------------------------------------------------------------

  /** Enter a stage: outline its panels, hide those to come, and tell what happens. */
  enter() {
    const stage = this.model.get("stage");
    const { made, from, subject } = stages[stage];
    const later = laterThan(stage);
    for (const [name, { element }] of Object.entries(this.grids)) {
      element.classList.toggle("bp-made", made.includes(name));
      element.classList.toggle("bp-from", from.includes(name));
      element.classList.toggle("bp-later", later.has(name));
    }
    this.later = later;
    this.track.show(stage, this.data);
    this.presenter?.enter(stage);
    if (subject) this.phone.enter(subject(this.data).grid);
    this.showGates();
    this.draw();
  }

  /** The pulse comes through a stage. */
  shine() {
    const { way, made } = stages[this.model.get("stage")];
    const fields = made.map((name) => this.grids[name].field);
    if (way) this.pulse.run(way, fields);
  }

  /** Opened in a stage that has not come to the cell it is about: be about the stage's own. */
  beginWalk() {
    const { subject } = stages[this.model.get("stage")];
    if (subject && this.later.has(this.figure.subject.grid)) this.figure.walk(subject(this.data));
  }

  /** In the stage of the switch all winners are outlined: their gates are open. */
  showGates() {
    const { gates } = stages[this.model.get("stage")];
    const open = gates ? winnerMarks(this.data.switch) : [];
    for (const name of ["a1", "nabla_a1"]) this.grids[name].setMask(open);
  }

  // --- what a cell says ----------------------------------------------------------------------

  /** @param {Subject} subject */
  explain({ grid, row, column }) {
    const { figure } = this;
    this.asked ||= Boolean(figure.pointed ?? figure.walked);
    this.bar.tell(this.base);
    const list = arrayOf(this.data, grid);
    if (list.columns === 1 && list.rows === this.data.outputs && row !== this.neuron) {
      this.neuron = row;
      this.showNeuron();
    }
    const at = /** @type {[number, number]} */ ([row, column]);
    if ((grid === "w1" || grid === "nabla_w1") && `${at}` !== `${this.offset}`) {
      this.offset = at;
      this.showProducts();
    }
    const explained = explanations[grid](this.base, row, column);
    const { weight } = explained.lens;
    if (weight && this.whatIf && !isOf(this.whatIf, weight)) {
      this.changed();
      return;
    }
    const now = weight || !this.whatIf ? explained : explanations[grid](this.data, row, column);
    this.marks = now.marks;
    this.paths = now.paths ?? {};
    this.lens.show(weight ? this.base : this.data, now);
    this.draw();
    figure.mark(now.marks);
    this.words = now.words;
    figure.say(now.words + (weight ? this.lens.whatIf.words : ""));
    this.phone.follow();
  }

  /** Draw what joins the cells, and the pin; dim what is not on the path. */
  draw() {
    const { grid, row, column } = this.figure.pinned;
    const onPath = (/** @type {string} */ name) => !this.asked || name in this.marks;
    for (const [name, { element }] of Object.entries(this.grids)) {
      element.classList.toggle("bp-dim", !onPath(name));
    }
    const seen = (/** @type {import("./paths.js").End[]} */ ends) =>
      ends.every(([name]) => !this.later?.has(name));
    const { cones = [], lines = [], ribbons = [], gates = [] } = this.paths;
    this.overlay.show(
      {
        cones: cones.filter(seen),
        lines: lines.filter(([a, b]) => seen([a, b])),
        ribbons: ribbons.filter(({ from, to }) => seen([from, to])),
        gates: gates.filter(({ at }) => seen([at])),
      },
      this.asked && !this.later?.has(grid) ? [grid, { row, column }] : null,
    );
  }

  /** Pointed at: one term of the sum. Its factors are outlined where they come from. @param {Cell | null} cell */
  explainTerm(cell) {
    if (!cell || !this.lens.term) return this.figure.mark(this.marks);
    const { marks, words } = this.lens.term(cell.row, cell.column);
    this.figure.mark({ ...this.marks, ...marks, left: [cell], right: [cell], parts: [cell] });
    return this.figure.say(words);
  }

  /** With the keyboard to the terms of a sum and back; on the way Tab would pass other cells. @param {KeyboardEvent} event @param {string} name */
  goToTerms(event, name) {
    if (event.key.toLowerCase() !== TO_TERMS || event.ctrlKey || !this.lens.term) return false;
    this.source = name;
    this.lens.left.field.focus();
    return true;
  }

  leaveTerms() {
    this.figure.mark(this.marks);
    if (this.source) this.grids[this.source].field.focus();
    else this.figure.leave();
    this.source = null;
  }
}

/** @param {import("./types.js").Weight} a @param {import("./types.js").Weight} b */
const isOf = (a, b) => a.name === b.name && a.place === b.place;
