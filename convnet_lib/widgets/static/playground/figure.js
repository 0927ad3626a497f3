// The playground: draw a digit, let the network learn, and watch the blame flow back.

import { Figure } from "../parts/figure.js";
import { make } from "../parts/layout.js";
import { sheet } from "../parts/sheet.js";
import { Answers } from "./answers.js";
import { Bar, saved, shared } from "./bar.js";
import { Chance } from "./chance.js";
import { Clock } from "./clock.js";
import { Curve, write } from "./curve.js";
import { digitsOf } from "./digits.js";
import { PARAMETERS } from "./learner.js";
import { npz } from "./npz.js";
import { Panels } from "./panels.js";
import { Paper } from "./paper.js";
import { copied, School } from "./school.js";
import { lineOf } from "./words.js";

/** @typedef {import("../parts/engine.js").Net} Net */
/** @typedef {import("../parts/types.js").Subject} Subject */
/** @typedef {{ school: School, clock: Clock, views: Set<Playground>, sent: Net, at: number }} Class */

const RULES = ["cost", "ties", "rate", "batch", "bug"];
const PAUSE = 500; // ms between two networks that are sent to Python

/**
 * One class for all views of a model: they show one network. anywidget hands each view another
 * object for the model, but what the model holds is the same.
 * @type {WeakMap<object, Class>}
 */
const classes = new WeakMap();

/** Draw the figure, once its digits are unpacked; returns what closes it. @param {import("../parts/types.js").Context} context */
export async function render(context) {
  const { model, el } = context;
  if (!("DecompressionStream" in globalThis)) {
    el.append("This browser cannot unpack the digits: it needs one from 2023 or later.");
    return () => {};
  }
  const { buffer, byteOffset, byteLength } = model.get("_picture");
  const digits = await digitsOf(
    new Uint8Array(buffer, byteOffset, byteLength),
    model.get("_train"),
    model.get("_held"),
  );
  return new Playground(context, digits).close;
}

/** The playground of a view, of which words.js tells. */
export class Playground {
  line = ""; // that stands in its formulas
  /** @type {Bar} */ bar;
  /** @type {Paper} */ paper;
  /** @type {Panels} */ panels;
  /** @type {Answers} */ answers;
  /** @type {Curve} */ curve;
  /** @type {HTMLElement} */ formulas;
  /** @type {Subject} */ subject;

  /**
   * @param {import("../parts/types.js").Context} context
   * @param {{ train: import("./digits.js").Digits, held: import("./digits.js").Digits }} digits
   */
  constructor(context, digits) {
    this.figure = new Figure(context, "Playground: a network that learns to read digits", {
      hint: "On the pad Space inks, Shift with an arrow draws, Backspace takes a stroke back.",
    });
    this.figure.element.classList.add("pg-figure");
    this.model = context.model;
    this.class = this.join(digits);
    this.class.views.add(this);
    this.build(digits);
    const { figure } = this;
    figure.onChange([...PARAMETERS], () => this.adopt());
    figure.onChange(RULES, () => this.follow());
    figure.onChange(["a0", "label", "centred", "map"], () => this.show());
    figure.onChange(["speed"], () => this.follow());
    this.follow();
    figure.start((subject) => this.explain(subject));
    this.close = () => this.leave();
  }

  // --- the class -----------------------------------------------------------------------------

  /** @param {{ train: import("./digits.js").Digits, held: import("./digits.js").Digits }} digits @returns {Class} */
  join({ train, held }) {
    const key = this.model.get("_palettes");
    const there = classes.get(key);
    if (there) return there;
    const school = new School(train, held, this.model.get("seed"));
    const views = new Set();
    const clock = new Clock(school, () => {
      for (const view of views) view.tick();
    });
    const net = this.network();
    const joined = { school, clock, views, sent: net, at: 0 };
    school.begin(net);
    classes.set(key, joined);
    return joined;
  }

  leave() {
    const { views, clock } = this.class;
    views.delete(this);
    if (!views.size) {
      clock.stop();
      clock.close();
      classes.delete(this.model.get("_palettes"));
    }
    this.figure.close();
  }

  get school() {
    return this.class.school;
  }

  /** The network in the traits. @returns {Net} */
  network() {
    const { figure } = this;
    const [w1, b1, w3, b3] = PARAMETERS.map((name) => figure.array(name));
    return { w1, b1, w3, b3 };
  }

  /** Another network than the one that was learned here: begin with it. */
  adopt() {
    const net = this.network();
    if (PARAMETERS.every((name) => net[name].equals(this.class.sent[name]))) return;
    this.class.sent = net;
    this.forget();
    this.school.begin(net);
    this.figure.send({ seen: 0, accuracy: null });
    this.class.clock.wake();
  }

  /** The rules and the speed are those of the traits. */
  follow() {
    this.school.follow(Object.fromEntries(RULES.map((name) => [name, this.model.get(name)])));
    this.class.clock.speed = this.model.get("speed");
    this.class.clock.wake();
  }

  /** Let Python and the other views have the network; not in every frame. */
  hand(always = false) {
    const { clock, school } = this.class;
    if (!always && clock.playing && performance.now() < this.class.at + PAUSE) return;
    this.class.at = performance.now();
    const { seen, last } = school;
    const same = PARAMETERS.every((name) => school.net[name].equals(this.class.sent[name]));
    const accuracy = last?.accuracy ?? null;
    if (same && accuracy === this.model.get("accuracy") && seen === this.model.get("seen")) return;
    if (!same) this.class.sent = copied(school.net);
    this.figure.send({ ...(same ? {} : this.class.sent), seen, accuracy });
  }

  // --- what the reader does ------------------------------------------------------------------

  /** @returns {import("./bar.js").Actions} */
  get actions() {
    return {
      play: () => this.play(),
      step: () => this.run(this.left(this.model.get("batch"), this.school.inBatch)),
      epoch: () => this.run(this.left(this.school.train.images.length, this.school.place)),
      again: () => this.again(),
      weights: () => this.begin(this.mapCount, this.model.get("seed") + 1),
      save: () => this.save(),
      share: () => this.share(),
      maps: (n) => this.begin(n, this.model.get("seed")),
    };
  }

  get mapCount() {
    return this.school.desk.sizes.F;
  }

  play() {
    const { clock } = this.class;
    if (clock.playing) clock.stop();
    else {
      this.set();
      clock.run(Number.POSITIVE_INFINITY);
    }
    this.show();
  }

  /** It is to learn: what was told is of before, and when it rests there is something to report. */
  set() {
    write(this.bar.told, "");
    this.learns = true;
  }

  /** It is to begin with another network: nothing of the one before is told or reported. */
  forget() {
    this.class.clock.stop();
    write(this.bar.told, "");
    this.learns = false;
  }

  /** How many digits are left of a mini-batch or an epoch. @param {number} all @param {number} done */
  left(all, done) {
    const { school } = this;
    return Math.min(all - done, school.train.images.length - school.place);
  }

  /** @param {number} digits */
  run(digits) {
    this.set();
    this.class.clock.run(this.school.seen + digits, true);
  }

  /** Start again from the weights that it began with. */
  again() {
    const given = Object.fromEntries(
      PARAMETERS.map((name) => [name, this.figure.array("given", name)]),
    );
    this.restart(/** @type {Net} */ (given));
    this.figure.say("Again from the start: nothing is learned.");
  }

  /** Begin anew with random weights. @param {number} maps @param {number} seed */
  begin(maps, seed) {
    const net = new Chance(seed).net(maps);
    const given = Object.fromEntries(PARAMETERS.map((name) => [name, net[name].wire()]));
    this.figure.send({ given, seed, map: 0 });
    this.restart(net);
    this.figure.say(`Random weights, ${maps === 1 ? "one map" : `${maps} maps`}.`);
  }

  /** @param {Net} net */
  restart(net) {
    this.forget();
    this.school.begin(net);
    this.hand(true);
    this.show();
  }

  save() {
    saved("net.npz", npz(this.school.net));
    this.bar.tell('Saved. In Python: ConvNet.load("net.npz")');
  }

  share() {
    const taken = shared(this.figure.element, copied(this.school.net), this.model.get("map"));
    const figures = taken === 1 ? "One figure" : `${taken} figures`;
    this.bar.tell(
      taken
        ? `${figures} on this page ${taken === 1 ? "has" : "have"} this network now.`
        : "No other figure on this page has a network of these sizes.",
    );
  }

  /** In words, when it rests; a network that has diverged was not measured any more. */
  report() {
    const { seen, last } = this.school;
    const known =
      last?.seen === seen ? `, accuracy ${last.accuracy.toFixed(3)} on digits held out` : "";
    this.figure.say(`${seen} digits seen${known}.`);
  }

  // --- the parts -----------------------------------------------------------------------------

  /** @param {{ held: import("./digits.js").Digits }} digits */
  build({ held }) {
    const { figure } = this;
    figure.controls.remove();
    this.bar = new Bar(figure, this.actions);
    const [left, middle, right] = ["left", "middle", "right"].map((name) =>
      make("div", `pg-column pg-${name}`),
    );
    const row = figure.add(make("div", "pg-columns"), figure.body);
    row.append(left, middle, right);
    this.paper = new Paper(figure, left, middle, held);
    this.panels = new Panels(figure, middle, (map) => figure.send({ map }));
    this.answers = new Answers(figure, right, (label) => this.name(label));
    this.curve = new Curve(figure, right, held.images.length);
    this.formulas = figure.formulas(sheet(figure));
  }

  /** The reader says which digit it is; said twice, it is taken back. @param {number} label */
  name(label) {
    this.figure.send({ label: this.model.get("label") === label ? -1 : label });
  }

  // --- what it shows -------------------------------------------------------------------------

  /** After each slice of work. */
  tick() {
    const { clock, school } = this.class;
    this.show();
    this.hand();
    this.learns ||= clock.playing;
    if (!this.learns || clock.playing || school.measuring) return;
    this.learns = false;
    this.report();
    if (school.diverged) {
      this.bar.tell("A weight is no finite number any more: try a smaller learning rate.");
    }
  }

  show() {
    const { clock, school } = this.class;
    const { look } = school;
    const label = this.model.get("label");
    this.paper.show(look);
    look.clear();
    look.forward(this.paper.image.values);
    if (label < 0) this.blank(look);
    else look.backward(label);
    look.finish(1);
    const map = Math.min(this.model.get("map"), this.mapCount - 1);
    this.panels.show(look, map);
    this.answers.show(look.a3, look.delta3, label, look.answer);
    this.curve.show(school.seen, school.marks);
    this.curve.teach(clock.slow ? school.lesson : null);
    this.bar.show(clock.playing, this.mapCount);
    if (this.subject) this.write(this.subject);
  }

  /** Without a right answer there is no blame. @param {import("./learner.js").Desk} look */
  blank(look) {
    look.parts.winners(look, look.ties);
    look.delta3.fill(0);
    look.delta1.fill(0);
  }

  /** @param {Subject} subject */
  explain(subject) {
    this.subject = subject;
    this.mark(subject);
    this.figure.say(this.write(subject));
  }

  /** @param {Subject} subject */
  mark({ grid, row, column }) {
    const maps = ["a1", "mask", "delta1"];
    const together = maps.includes(grid) ? maps : [grid];
    /** @type {import("../parts/types.js").Marks} */
    const marks = Object.fromEntries(
      together.map((name) => [name, [{ row, column, line: name === grid ? "cell" : "linked" }]]),
    );
    this.figure.mark(marks);
  }

  /** The line that explains a cell; returns its words. @param {Subject} subject */
  write({ grid, row: j, column: k }) {
    const html = lineOf(this, grid, j, k);
    if (html !== this.line) this.formulas.innerHTML = this.line = html;
    return this.formulas.textContent ?? "";
  }

  /** Whether the reader, or the digit, says what the right answer is. */
  get isNamed() {
    return this.model.get("label") >= 0;
  }
}
