// A course of learning: digit by digit, mini-batch by mini-batch, measured on digits held out.
//
// It knows no page. `work` learns until a moment that it is given, and stops between two digits, so
// that a page that calls it once a frame is never held up for longer than one digit takes.

import { BUGS } from "./bugs.js";
import { Chance } from "./chance.js";
import { Desk, PARAMETERS } from "./learner.js";

/** @typedef {import("./digits.js").Digits} Digits */
/** @typedef {import("../parts/engine.js").Net} Net */
/** @typedef {{ cost: import("../parts/engine.js").Cost, ties: import("../parts/engine.js").Ties, rate: number, batch: number, bug: string }} Rules */
/** @typedef {{ seen: number, accuracy: number, cost: number }} Mark  what was measured, and when */

const FIRST_MARK = 200; // digits before the first measurement; later ones are further apart
const MOST_MARKS = 240;

/** A course: one network, its order of digits, and what was measured. */
export class School {
  // There is a network from `begin` on, and nothing is asked of a school before.
  /** @type {Net} */ net;
  /** @type {Desk} */ desk; // that it learns and measures at
  /** @type {Desk} */ look; // that it shows a digit at, with the same network
  /** @type {Desk} */ right; // where the digit's gradients are had without the bug
  /** @type {number[]} */ order = [];
  /** @type {Mark[]} */ marks = [];
  place = 0; // in the order: how many of this epoch are done
  inBatch = 0;
  seen = 0;
  epochs = 0;
  current = -1; // the digit that was learned last
  next = 0; // when it is measured next
  /** @type {{ n: number, right: number, cost: number } | null} */ test = null;
  diverged = false;

  /**
   * @param {Digits} train
   * @param {Digits} held
   * @param {number} seed  of the order of the digits
   */
  constructor(train, held, seed) {
    this.train = train;
    this.held = held;
    this.seed = seed;
    this.chance = new Chance(seed);
    /** @type {Rules} */
    this.rules = { cost: "cross_entropy", ties: "first", rate: 0.25, batch: 10, bug: "" };
  }

  /** Begin with a network, a copy of which is learned. @param {Net} net */
  begin(net) {
    this.net = copied(net);
    this.chance = new Chance(this.seed);
    this.place = this.seen = this.epochs = 0;
    this.current = -1;
    this.diverged = false;
    this.measureAgain();
    this.sit();
  }

  /** A desk under the rules as they are now; what a mini-batch had so far is begun anew. */
  sit() {
    this.desk = this.newDesk();
    this.look = this.newDesk();
    this.right = this.newDesk("");
    this.inBatch = 0;
  }

  newDesk(bug = this.rules.bug) {
    const desk = new Desk(this.net, BUGS[bug]);
    desk.cost = this.rules.cost;
    desk.ties = this.rules.ties;
    return desk;
  }

  /** Change the rules: they hold from the next mini-batch on. @param {Partial<Rules>} rules */
  follow(rules) {
    const before = { ...this.rules };
    Object.assign(this.rules, rules);
    const { rate, batch } = before;
    const same = JSON.stringify({ ...this.rules, rate, batch }) === JSON.stringify(before);
    if (this.desk && !same) this.sit();
    // The cost of what was measured is another one.
    if (before.cost !== this.rules.cost) this.measureAgain();
  }

  measureAgain() {
    this.marks = [];
    this.test = null;
    this.next = this.seen;
  }

  // --- one digit after the other -------------------------------------------------------------

  /** Learn one digit, and take a step if it is the last of its mini-batch. */
  learn() {
    if (!this.place) this.order = this.newOrder();
    this.current = this.order[this.place++];
    if (!this.inBatch++) this.desk.clear();
    this.desk.forward(this.train.images[this.current]);
    this.desk.backward(this.train.labels[this.current]);
    this.seen++;
    const last = this.place === this.order.length;
    if (this.inBatch >= this.rules.batch || last) this.step();
    if (!last) return;
    this.place = 0;
    this.epochs++;
  }

  /** The digit that was learned last, if there is one. */
  get lesson() {
    return this.train.images[this.current] ?? null;
  }

  newOrder() {
    return this.chance.order(this.train.images.length);
  }

  step() {
    this.desk.finish(this.inBatch);
    this.diverged ||= !this.desk.step(this.rules.rate / this.inBatch);
    this.inBatch = 0;
  }

  // --- measuring -----------------------------------------------------------------------------

  /** Whether a measurement is due, or under way. */
  get measuring() {
    return this.test !== null || (this.seen >= this.next && !this.diverged);
  }

  /** It stops here: what is shown then is measured. */
  rest() {
    if (this.last?.seen !== this.seen) this.next = this.seen;
  }

  /** Look at one digit that is held out. */
  measure() {
    this.test ??= { n: 0, right: 0, cost: 0 };
    const { test, desk, held } = this;
    desk.forward(held.images[test.n]);
    test.right += Number(desk.answer === held.labels[test.n]);
    test.cost += desk.costOf(held.labels[test.n]);
    if (++test.n < held.images.length) return;
    this.test = null;
    this.marks.push({ seen: this.seen, accuracy: test.right / test.n, cost: test.cost / test.n });
    this.next = this.seen + Math.min(this.train.images.length, FIRST_MARK + this.seen / 2);
    if (this.marks.length > MOST_MARKS) this.marks = this.marks.filter((_, i) => !(i % 2));
  }

  /** @returns {Mark | undefined} */
  get last() {
    return this.marks[this.marks.length - 1];
  }

  // --- working -------------------------------------------------------------------------------

  /**
   * Learn and measure until there is no more time, or nothing more to do.
   * @param {() => boolean} late
   * @param {number} digits  to be learned, at most
   * @returns {number} how many were learned
   */
  work(late, digits) {
    let learned = 0;
    while (!this.diverged) {
      if (this.measuring) this.measure();
      else if (learned < digits) {
        this.learn();
        learned++;
      } else break;
      if (late()) break;
    }
    return learned;
  }
}

/** A network with numbers of its own. @param {Net} net @returns {Net} */
export function copied(net) {
  return /** @type {Net} */ (
    Object.fromEntries(PARAMETERS.map((name) => [name, net[name].copy()]))
  );
}
