// F3 and BP2a: the largest of four, and the switch that tells which it was.

import { NDArray } from "./parts/arrays.js";
import { Scale } from "./parts/colours.js";
import { poolForward, poolTied, poolWinners, TIES } from "./parts/engine.js";
import { Figure } from "./parts/figure.js";
import { write } from "./parts/layout.js";
import { sheet } from "./parts/sheet.js";
import { count, equation, number, short, spoken, symbol } from "./parts/text.js";

/** @typedef {import("./parts/types.js").Index} Index */

const RULES = {
  first: "the first wins",
  split: "they share",
  all: "every one wins",
};
const SIZE = 2;

const a1 = (/** @type {Index[]} */ ...indices) => symbol("a", 1, indices);
const a2 = (/** @type {Index[]} */ ...indices) => symbol("a", 2, indices);

/** Draw the figure; returns what closes it. @param {import("./parts/types.js").Context} context */
export function render(context) {
  return new Pooling(context).close;
}

/** @typedef {import("./parts/grid.js").Grid} Grid */
/** @typedef {import("./parts/types.js").Cell} Cell */
/** @typedef {import("./parts/types.js").Mark} Mark */
/** @typedef {import("./parts/types.js").Marks} Marks */

class Pooling {
  // What `build` makes, and what is shown; there is all of it before anything can be pointed at.
  /** @type {Grid} */ activation;
  /** @type {Grid} */ pooled;
  /** @type {Grid} */ candidates;
  /** @type {Record<string, Grid>} */ switches;
  /** @type {HTMLElement} */ formulas;
  /** @type {HTMLElement} */ summary;
  /** @type {NDArray} */ a1;
  /** @type {NDArray} */ a2;
  /** @type {NDArray} */ tied;
  /** @type {Scale} */ scale;
  /** @type {[number, number]} */ window;
  /** @type {Marks} */ marks;

  /** @param {import("./parts/types.js").Context} context */
  constructor(context) {
    this.figure = new Figure(
      context,
      "Max-pooling: a map, the pooled map, and the switch under three rules for ties",
      { cells: 76, tall: [48, 250] },
    );
    this.model = context.model;
    this.build();
    this.figure.onChange(["a1", "index"], () => this.update());
    this.update();
    this.figure.start((subject) => this.explain(subject));
    this.close = () => this.figure.close();
  }

  build() {
    const { figure } = this;
    this.images = figure.imageMenu("a1");
    const maps = figure.row();
    this.activation = figure.grid(maps, {
      name: "a1",
      title: `${a1()} winners outlined`,
      words: "a 1, the activations",
    });
    this.pooled = figure.grid(maps, {
      name: "a2",
      title: `${a2()} tied windows dashed`,
      words: "a 2, the pooled activations",
      zoom: SIZE,
    });
    const side = figure.side(maps);
    const window = figure.row(side);
    const detail = (/** @type {Cell | null} */ cell) => this.explainCandidate(cell);
    const options = { unit: "48px", legend: false, detail };
    this.candidates = figure.grid(window, {
      ...options,
      name: "window",
      title: "the window",
      words: "the four candidates",
    });
    this.formulas = figure.formulas(sheet(figure, side));
    const switches = figure.row();
    switches.classList.add("cn-three");
    this.switches = {};
    for (const [rule, words] of Object.entries(RULES)) {
      this.switches[rule] = figure.grid(switches, {
        name: rule,
        title: `switch, ties: ${words}`,
        words: `the switch if ${words}`,
        legend: false,
      });
    }
    this.summary = figure.formulas();
  }

  update() {
    const { figure } = this;
    const index = this.model.get("index");
    this.a1 = figure.array("a1").part(index);
    this.a2 = poolForward(this.a1); // F3
    this.tied = poolTied(this.a1);
    this.scale = this.ownScale();
    this.activation.show(this.a1, { scale: this.scale });
    this.pooled.show(this.a2, { scale: this.scale });
    for (const rule of TIES) this.switches[rule].show(poolWinners(this.a1, rule)); // BP2a
    this.activation.setMask(cellsWhere(this.switches.first.array, "winner"));
    this.pooled.setMask(cellsWhere(this.tied, "tied"));
    if (this.images) this.images.value = index;
    const tied = this.tied.values.reduce((n, x) => n + x, 0);
    const windows = this.tied.values.length;
    write(
      this.summary,
      `<p>${tied} of ${count(windows, "window")} are tied
      (${Math.round((100 * tied) / windows)} %). At a tied neuron ∂a²/∂a¹ does not exist. With one winner a window, or with
      shares that add up to 1, the gradient of the shared bias is right; with every winner counted in full
      each tied window counts more than once.</p>`,
    );
    figure.refresh();
  }

  /** From the tenth below the smallest activation to the tenth above the largest, for all maps. */
  ownScale() {
    const finite = [...this.a1.values].filter(Number.isFinite);
    const low = Math.floor(10 * Math.min(1, ...finite)) / 10;
    const high = Math.ceil(10 * Math.max(0, ...finite)) / 10;
    const { sequential } = this.figure.palettes;
    // On a scale from 0 to 1 the map of an untrained filter would be grey throughout.
    return low < high ? new Scale(sequential, low, high) : new Scale(sequential, 0, 1);
  }

  /** @param {import("./parts/types.js").Subject} subject */
  explain({ grid, row, column }) {
    // A cell of a² is a window, a cell of any other map one of its four neurons.
    const size = grid === "a2" ? 1 : SIZE;
    const [j, k] = [Math.floor(row / size), Math.floor(column / size)];
    this.window = [j, k];
    const candidates = NDArray.make(SIZE, SIZE, (r, s) => this.a1.at(SIZE * j + r, SIZE * k + s));
    const neuron = grid === "a2" ? null : { row, column };
    this.candidates.show(candidates, { scale: this.scale });
    this.candidates.setMask(
      cellsWhere(
        NDArray.make(SIZE, SIZE, (r, s) =>
          this.switches.first.array.at(SIZE * j + r, SIZE * k + s),
        ),
        "winner",
      ),
    );
    const window = { row: SIZE * j, column: SIZE * k, rows: SIZE, columns: SIZE };
    const marks = neuron ? [{ ...window, line: "linked" }, neuron] : [window];
    this.marks = { a1: marks, a2: [{ row: j, column: k }] };
    for (const rule of Object.keys(RULES)) this.marks[rule] = marks;
    if (neuron) this.marks.window = [{ row: row % SIZE, column: column % SIZE }];
    this.figure.mark(this.marks);
    this.write(neuron, j, k, candidates);
  }

  /** @param {Cell | null} neuron @param {number} j @param {number} k @param {NDArray} candidates */
  write(neuron, j, k, candidates) {
    const value = number(this.a2.at(j, k));
    const names = [0, 1, 2, 3].map((i) => a1(SIZE * j + (i >> 1), SIZE * k + (i % 2)));
    const four = [...candidates.values].map((x) => number(x)).join(", ");
    const tie = this.tied.at(j, k) ? this.describeTie(j, k) : "";
    write(
      this.formulas,
      (neuron ? this.address(neuron, j, k) : "") +
        equation(
          `${a2(j, k)} = max(${names.join(", ")})<br>= max(${four}) = <b>${value}</b>`,
          "F3",
        ) +
        `<p>The winner is ${names[this.winner(j, k)]}.</p>` +
        (neuron ? this.derivatives(neuron, j, k) : "") +
        (tie ? `<p>${tie}</p>` : ""),
    );
    this.figure.say(
      `${spoken("a", 2, [j, k])} is ${value}, the largest of ${four}. ${tie}` +
        (neuron ? ` ${this.speakSwitch(neuron)}` : ""),
    );
  }

  /** @param {Cell} neuron @param {number} j @param {number} k */
  address({ row, column }, j, k) {
    const floor = (/** @type {string} */ name, /** @type {number} */ x, /** @type {number} */ y) =>
      `<i>${name}</i>′ = ⌊${x}/2⌋ = ${y}`;
    return equation(`${floor("j", row, j)}, ${floor("k", column, k)}`);
  }

  /** @param {Cell} neuron @param {number} j @param {number} k */
  derivatives({ row, column }, j, k) {
    const values = Object.entries(RULES).map(([rule, words]) => [
      `<b>${short(this.switches[rule].array.at(row, column))}</b>`,
      words,
    ]);
    const fraction = `∂${a2(j, k)} / ∂${a1(row, column)}`;
    // The rules differ in tied windows alone.
    const shown = this.tied.at(j, k)
      ? values.map(([value, words]) => `${value} (${words})`).join(", ")
      : values[0][0];
    return equation(`${fraction} = ${shown}`, "BP2a");
  }

  /** Which of the four candidates is switched on if the first wins. @param {number} j @param {number} k */
  winner(j, k) {
    return [0, 1, 2, 3].findIndex((i) =>
      this.switches.first.array.at(SIZE * j + (i >> 1), SIZE * k + (i % 2)),
    );
  }

  /** @param {number} j @param {number} k */
  describeTie(j, k) {
    const { array } = this.switches.all;
    const n = [0, 1, 2, 3].filter((i) => array.at(SIZE * j + (i >> 1), SIZE * k + (i % 2))).length;
    return `A tie: ${n} of the four share the maximum.`;
  }

  /** @param {Cell} neuron */
  speakSwitch({ row, column }) {
    const { first } = this.switches;
    const word = first.array.at(row, column) === 1 ? "the winner" : "not the winner";
    return `${spoken("a", 1, [row, column])} is ${word}.`;
  }

  /** Pointed at: one of the four candidates, found again on the maps. @param {Cell | null} cell */
  explainCandidate(cell) {
    if (!cell) return this.figure.mark(this.marks);
    const [j, k] = this.window;
    const neuron = { row: SIZE * j + cell.row, column: SIZE * k + cell.column };
    /** @type {Marks} */
    const marks = { ...this.marks, window: [cell] };
    for (const name of ["a1", ...Object.keys(RULES)]) {
      marks[name] = [
        { row: SIZE * j, column: SIZE * k, rows: SIZE, columns: SIZE, line: "linked" },
        neuron,
      ];
    }
    this.figure.mark(marks);
    return this.figure.say(
      `${spoken("a", 1, [neuron.row, neuron.column])} is ${number(this.a1.at(neuron.row, neuron.column))}. ` +
        this.speakSwitch(neuron),
    );
  }
}

/** A mask: the cells of an array that are not 0, outlined. @param {NDArray} array @param {string} line */
function cellsWhere(array, line) {
  const mask = /** @type {Mark[]} */ ([]);
  array.values.forEach((x, i) => {
    if (x > 0) mask.push({ row: Math.floor(i / array.columns), column: i % array.columns, line });
  });
  return mask;
}
