// What a network makes of many digits: its answers, how sure it is of them, and its wrong ones.
//
// The answers are Python's: a network of any layers is asked there, once, and a layer may be of a
// kind that the page has never heard of.

import { Figure } from "../parts/figure.js";
import { write } from "../parts/layout.js";
import { aDigit, thumbnail } from "../parts/maps.js";
import { number, spoken, symbol } from "../parts/text.js";

const SHOWS = { all: "all", wrong: "the wrong ones", right: "the right ones" };
const SORTS = {
  cost: "the highest cost first",
  unsure: "the least sure first",
  sure: "the surest first",
  number: "by number",
};
/** @type {Record<string, string>} */
const COSTS = {
  quadratic: "quadratic",
  cross_entropy: "cross-entropy",
  log_likelihood: "log-likelihood",
};
/** How far a key leads from card to card. @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
/** The same on the large digit. @type {Record<string, number>} */
const PAGES = { PageDown: 1, PageUp: -1 };

/** Draw the figure; returns what closes it. @param {import("../parts/types.js").Context} context */
export function render(context) {
  return new Answers(context).close;
}

/** @typedef {import("../parts/grid.js").Grid} Grid */
/** @typedef {import("../parts/arrays.js").NDArray} NDArray */

class Answers {
  // What `build` makes, and what is shown.
  /** @type {Grid} */ digit;
  /** @type {HTMLSelectElement | undefined} */ shows;
  /** @type {HTMLSelectElement} */ sorts;
  /** @type {HTMLElement} */ answer;
  /** @type {HTMLElement} */ formulas;
  /** @type {HTMLTableRowElement[]} */ lines;
  /** @type {HTMLElement} */ wall;
  /** @type {HTMLElement} */ caption;
  /** @type {HTMLButtonElement[]} */ cards;
  /** @type {import("../parts/maps.js").Thumbnail[]} */ pictures;
  /** @type {NDArray} */ outputs;
  /** @type {Float64Array} */ numbers;
  /** @type {Float64Array} */ costs;
  /** @type {number[]} */ labels;
  /** @type {number[]} */ taken;
  /** @type {number[]} */ margins;
  /** @type {number[]} */ hung;

  /** @param {import("../parts/types.js").Context} context */
  constructor(context) {
    this.figure = new Figure(
      context,
      "Gallery of digits: what the network takes each for, how sure it is, and which it gets wrong",
      { hint: "Page Down and Page Up lead from digit to digit.", cells: 92 },
    );
    this.model = context.model;
    this.count = this.model.get("a0").shape[0];
    this.classes = this.model.get("outputs").shape[1];
    this.labelled = this.model.get("labels").length > 0;
    this.build();
    this.figure.onChange(["a0", "outputs", "numbers", "costs", "taken"], () => this.read());
    this.figure.onChange(["index", "shows", "sort"], () => this.update());
    this.read();
    this.figure.start(({ row, column }) => this.explain(row, column));
    this.close = () => this.figure.close();
  }

  // --- the parts -----------------------------------------------------------------------------

  build() {
    const { figure } = this;
    if (this.count > 1) this.buildControls();
    const row = figure.row();
    this.digit = figure.grid(row, {
      name: "a0",
      title: "",
      legend: false,
      unit: "clamp(6px, calc(var(--cn-cell) * 0.8), 10px)",
      onKey: (event) => this.onKey(event),
    });
    const side = figure.side(row);
    this.answer = figure.add(document.createElement("p"), side);
    this.answer.className = "cn-caption";
    this.answer.style.minHeight = "3em";
    this.buildBars(side);
    this.formulas = figure.formulas(side);
    this.wall = figure.add(document.createElement("div"), figure.body);
    this.wall.className = "ga-wall";
    this.wall.setAttribute("role", "group");
    this.wall.setAttribute("aria-label", "Digits to choose from");
    this.wall.addEventListener("keydown", (event) => this.onWallKey(event));
    this.buildCards();
    this.caption = figure.add(document.createElement("p"), figure.body);
    this.caption.className = "cn-caption";
  }

  buildControls() {
    const { figure } = this;
    if (this.labelled) {
      this.shows = figure.menu(figure.controls, "Show", Object.entries(SHOWS), (shows) =>
        figure.send({ shows }),
      );
    }
    const sorts = Object.entries(SORTS).filter(([name]) => this.labelled || name !== "cost");
    this.sorts = figure.menu(figure.controls, "Sort", sorts, (sort) => figure.send({ sort }));
  }

  /** A bar for each output neuron. @param {Element} parent */
  buildBars(parent) {
    const table = document.createElement("table");
    table.className = "ga-bars";
    table.setAttribute("aria-label", "The output of each class");
    table.innerHTML = "<tbody></tbody>";
    const body = /** @type {HTMLTableSectionElement} */ (table.querySelector("tbody"));
    this.lines = Array.from({ length: this.classes }, (_, q) => {
      const line = body.insertRow();
      line.innerHTML = `<th scope="row">${q}</th><td><span class="cn-bar"></span></td><td><b></b></td><td></td>`;
      return line;
    });
    this.figure.add(table, parent);
  }

  buildCards() {
    this.pictures = [];
    this.cards = Array.from({ length: this.count }, (_, n) => {
      const card = this.figure.button(this.wall, "", () => this.figure.send({ index: n }));
      card.classList.add("ga-card");
      this.pictures[n] = thumbnail(card, "digit");
      card.append(document.createElement("span"), document.createElement("span"));
      return card;
    });
    if (this.count === 1) this.wall.hidden = true;
  }

  // --- what it shows -------------------------------------------------------------------------

  /** Read what Python says of the digits, and write it on the cards. */
  read() {
    const { figure, model } = this;
    this.outputs = figure.array("outputs");
    this.numbers = figure.array("numbers").values;
    this.costs = figure.array("costs").values;
    this.labels = model.get("labels");
    this.taken = model.get("taken");
    this.margins = this.taken.map((first, n) => {
      const { values } = this.outputs.part(n);
      return values[first] - (values[nextTo(first, values)] ?? 0);
    });
    const scale = figure.palettes.scale("sequential");
    this.cards.forEach((card, n) => {
      const [, word, sure] = card.children;
      this.pictures[n].show(figure.array("a0").part(n), scale);
      word.textContent = this.wrong(n)
        ? `${this.labels[n]} → ${this.taken[n]}`
        : `${this.taken[n]}`;
      sure.textContent = number(this.outputs.part(n).values[this.taken[n]], 2);
      card.toggleAttribute("data-wrong", this.wrong(n));
      card.setAttribute("aria-label", this.spokenOf(n));
    });
    this.update();
  }

  /** Whether digit n is taken for another. @param {number} n */
  wrong(n) {
    return this.labelled && this.labels[n] !== this.taken[n];
  }

  update() {
    const { figure, model } = this;
    const [shows, sort] = [model.get("shows"), model.get("sort")];
    this.hung = this.sorted(shows, sort);
    if (this.hung.length && !this.hung.includes(model.get("index"))) {
      figure.send({ index: this.hung[0] });
    }
    const index = model.get("index");
    this.hang();
    this.cards.forEach((card, n) => {
      card.setAttribute("aria-pressed", `${n === index}`);
      card.tabIndex = n === index ? 0 : -1;
    });
    this.showDigit(index);
    if (this.shows) this.shows.value = shows;
    if (this.sorts) this.sorts.value = sort;
    const none = this.hung.length ? "" : `There are no ${shows} ones among them. `;
    write(this.caption, none + model.get("note") + this.legend());
    figure.refresh();
  }

  /** Put the cards in their order. One that is moved would lose the focus. */
  hang() {
    const order = `${this.hung}`;
    if (order === this.wall.dataset.order) return;
    this.wall.dataset.order = order;
    this.cards.forEach((card, n) => {
      card.hidden = !this.hung.includes(n);
    });
    this.wall.append(...this.hung.map((n) => this.cards[n]));
    this.wall.scrollTo(0, 0);
  }

  legend() {
    if (this.count === 1) return "";
    const wrong = this.labelled ? " Dashed: a digit taken for another, 4 → 9 a 4 for a 9." : "";
    return ` Under each: what it is taken for, and the largest output.${wrong}`;
  }

  /** @param {string} shows @param {string} sort */
  sorted(shows, sort) {
    /** @type {Record<string, number[]>} */
    const keys = {
      cost: this.labelled ? [...this.costs].map((C) => -C) : [...this.numbers],
      unsure: this.margins,
      sure: this.margins.map((margin) => -margin),
      number: [...this.numbers],
    };
    const key = keys[sort];
    return this.cards
      .map((_, n) => n)
      .filter((n) => !this.labelled || shows === "all" || this.wrong(n) === (shows === "wrong"))
      .sort((one, other) => key[one] - key[other] || one - other);
  }

  /** @param {number} n */
  showDigit(n) {
    const { values } = this.outputs.part(n);
    this.digit.show(this.figure.array("a0").part(n), {
      title: `image ${this.numbers[n]}`,
      words: `image ${this.numbers[n]}`,
    });
    write(this.answer, this.written(n));
    const [low, high] = [Math.min(0, ...values), Math.max(1, ...values)];
    this.lines.forEach((line, q) => {
      const [, bar, value, mark] = line.cells;
      const share = (100 * (values[q] - low)) / (high - low);
      /** @type {HTMLElement} */ (bar.firstElementChild).style.setProperty(
        "--cn-share",
        `${share}%`,
      );
      /** @type {HTMLElement} */ (value.firstElementChild).textContent = number(values[q]);
      mark.textContent = this.labelled && q === this.labels[n] ? "← it is" : "";
      line.toggleAttribute("data-taken", q === this.taken[n]);
    });
  }

  /** @param {number} n */
  written(n) {
    const { values } = this.outputs.part(n);
    const first = this.taken[n];
    const second = nextTo(first, values);
    const a = (/** @type {number} */ q) =>
      `${symbol("a", this.model.get("layer"), [q])} = <b>${number(values[q])}</b>`;
    const cost = this.labelled
      ? ` Its ${COSTS[this.model.get("cost")]} cost is <b>${number(this.costs[n])}</b>.`
      : "";
    if (this.wrong(n)) {
      const label = this.labels[n];
      return `Taken for <b>${aDigit(first)}</b>, ${a(first)}; it is <b>${aDigit(label)}</b>, ${a(label)}.${cost}`;
    }
    const next = second < 0 ? "" : ` Next comes ${aDigit(second)}, ${a(second)}.`;
    const right = this.labelled ? ", which is right" : "";
    return `Taken for <b>${aDigit(first)}</b>${right}, ${a(first)}.${next}${cost}`;
  }

  /** @param {number} n */
  spokenOf(n) {
    const sure = number(this.outputs.part(n).values[this.taken[n]]);
    const taken = `taken for ${aDigit(this.taken[n])} with ${sure}`;
    const what = this.labelled ? `${aDigit(this.labels[n])}, ` : "";
    return `image ${this.numbers[n]}: ${what}${taken}${this.wrong(n) ? ", which is wrong" : ""}`;
  }

  /** Hovered: a pixel. @param {number} row @param {number} column */
  explain(row, column) {
    const n = this.model.get("index");
    const value = number(this.digit.array.at(row, column));
    this.figure.mark({ a0: [{ row, column }] });
    write(this.formulas, `<p>${symbol("a", 0, [row, column])} = <b>${value}</b></p>`);
    this.figure.say(`${this.spokenOf(n)}. ${spoken("a", 0, [row, column])} is ${value}.`);
  }

  // --- what moves it -------------------------------------------------------------------------

  /** Page Down, Page Up: the next digit, the one before. @param {KeyboardEvent} event */
  onKey(event) {
    const step = PAGES[event.key];
    if (step) this.go(step);
    return Boolean(step);
  }

  /** @param {KeyboardEvent} event */
  onWallKey(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    this.go(step)?.focus();
  }

  /** On by so many cards; returns the card, if there is one. @param {number} step */
  go(step) {
    const n = this.hung[this.hung.indexOf(this.model.get("index")) + step];
    if (n === undefined) return null;
    this.figure.send({ index: n });
    return this.cards[n];
  }
}

/** Place of the largest number but one, -1 if there is no other. @param {number} first @param {Float64Array} values */
function nextTo(first, values) {
  return values.reduce((q, x, p) => (p !== first && (q < 0 || x > values[q]) ? p : q), -1);
}
