// A training run, frame by frame: F1–F3, BP1, BP2a and BP2 on one digit while the network learns.

import { each, NDArray, times } from "../parts/arrays.js";
import { Chart } from "../parts/chart.js";
import {
  convForward,
  denseBackward,
  feedforward,
  delta as outputError,
  poolBackward,
  poolWinners,
  sigmoid,
  sigmoidPrime,
} from "../parts/engine.js";
import { windowOf } from "../parts/fields.js";
import { Figure } from "../parts/figure.js";
import { make, write } from "../parts/layout.js";
import { aDigit, winnerMarks, winnerOf } from "../parts/maps.js";
import { sheet } from "../parts/sheet.js";
import { count, equation, number, spoken, symbol } from "../parts/text.js";
import { CURVES, charts } from "./curves.js";
import { blend, Player } from "./player.js";
import { inTurn, SmallMaps, shelve } from "./small.js";

/** @typedef {import("../parts/types.js").Index} Index */

const PARAMETERS = ["w1", "b1", "w3", "b3"];
const ARRAYS = ["epochs", "a0", "largest", ...PARAMETERS];

const a0 = (/** @type {Index[]} */ ...indices) => symbol("a", 0, indices);
const a1 = (/** @type {Index[]} */ ...indices) => symbol("a", 1, indices);
const w1 = (/** @type {Index[]} */ ...indices) => symbol("w", 1, indices);
const b1 = (/** @type {Index[]} */ ...indices) => symbol("b", 1, indices);
const delta = (/** @type {number} */ layer, /** @type {Index[]} */ ...indices) =>
  symbol("δ", layer, indices);

/** Draw the figure; returns what closes it. @param {import("../parts/types.js").Context} context */
export function render(context) {
  return new TrainingFilm(context).close;
}

/** @typedef {import("../parts/grid.js").Grid} Grid */
/** @typedef {import("../parts/colours.js").Scale} Scale */

class TrainingFilm {
  // What `build` makes, and what is shown.
  /** @type {Grid} */ input;
  /** @type {Grid} */ filter;
  /** @type {Grid} */ activation;
  /** @type {Grid} */ errors;
  /** @type {HTMLSelectElement | null} */ images;
  /** @type {HTMLSelectElement | undefined} */ chosen;
  /** @type {HTMLSelectElement | undefined} */ kinds;
  /** @type {HTMLSelectElement | undefined} */ shades;
  /** @type {Player} */ player;
  /** @type {HTMLElement} */ status;
  /** @type {HTMLElement} */ formulas;
  /** @type {HTMLElement} */ note;
  /** @type {Chart[]} */ charts;
  /** @type {SmallMaps | undefined} */ small;
  /** @type {string | undefined} */ computed; // what `now` is of
  /** @type {number | undefined} */ arranged; // for which image
  /** @type {NDArray} */ w1;
  /** @type {NDArray} */ a1;
  /** @type {NDArray} */ mask;
  /** @type {NDArray} */ delta1;
  /** @type {number} */ frame;
  /** @type {number} */ index;
  /** @type {number} */ map;
  /** @type {number} */ epoch;
  /** @type {import("../parts/engine.js").Net} */ net;
  /** @type {Scale} */ errorScale;
  /** @type {ReturnType<typeof feedforward>} */ now;

  /** @param {import("../parts/types.js").Context} context */
  constructor(context) {
    this.figure = new Figure(
      context,
      "Training film: a filter, its feature map, the errors and the curves, epoch by epoch",
      {
        hint: "Page Down and Page Up go on and back by a frame; so does dragging along a curve.",
        cells: 142,
        tall: [28, 545],
      },
    );
    this.model = context.model;
    this.arrays = Object.fromEntries(
      [...ARRAYS, ...CURVES].map((name) => [name, this.figure.array(name)]),
    );
    const { epochs, w1: filters, largest } = this.arrays;
    this.frames = epochs.values.length;
    this.maps = filters.shape[1];
    this.hasErrors = largest.values.length > 0;
    // One scale for the whole run, so that what grows or fades is seen to.
    this.filterScale = this.figure.palettes.scale("diverging", filters.values);
    this.build();
    this.figure.onChange(["frame", "index", "map", "shows", "shade"], () => this.update());
    this.update();
    this.figure.start((subject) => this.explain(subject));
    this.close = () => this.figure.close();
  }

  // --- the parts -----------------------------------------------------------------------------

  build() {
    const { figure } = this;
    this.buildControls();
    this.status = figure.add(make("p", "cn-caption"), figure.body);
    const row = figure.row();
    row.classList.add("cn-film");
    const onKey = (/** @type {KeyboardEvent} */ event) => this.player.onKey(event);
    this.input = figure.grid(row, {
      name: "a0",
      title: `${a0()} the digit`,
      words: "a 0, the digit",
      onKey,
    });
    this.filter = figure.grid(row, {
      name: "w1",
      title: "",
      kind: "diverging",
      unit: "clamp(34px, calc(var(--cn-cell) * 4), 40px)",
      onKey,
    });
    this.activation = figure.grid(row, { name: "a1", title: "", onKey });
    if (this.hasErrors) {
      this.errors = figure.grid(row, { name: "delta1", title: "", kind: "diverging", onKey });
    }
    this.formulas = figure.formulas(sheet(figure, figure.side(row)));
    this.formulas.style.setProperty("--cn-least", "3.6em"); // what stands below is not to jump
    this.buildCharts();
    if (this.maps > 1) {
      this.small = new SmallMaps(figure, this.maps, (map) => figure.send({ map }));
    }
    inTurn(figure, this.charts, this.small?.cards.container ?? null);
    this.note = figure.add(make("p", "cn-caption"), figure.body);
    figure.rare(this.note);
    this.note.textContent = this.describeFrames();
  }

  buildControls() {
    const { figure, model } = this;
    const labels = model.get("labels");
    this.images = figure.imageMenu("a0", (i) => (labels.length ? `${i}, ${aDigit(labels[i])}` : i));
    if (this.maps > 1) {
      const choices = Array.from({ length: this.maps }, (_, f) => [f, f]);
      this.chosen = figure.menu(figure.controls, "Map", choices, (f) =>
        figure.send({ map: Number(f) }),
      );
      const kinds = ["activations", "pooling masks", ...(this.hasErrors ? ["errors"] : [])];
      this.kinds = figure.menu(
        figure.controls,
        "Small maps show",
        kinds.map((k) => [k, k]),
        (shows) => figure.send({ shows }),
      );
      const shades = ["each by itself", "all alike"].map((shade) => [shade, shade]);
      this.shades = figure.menu(figure.controls, "Shaded", shades, (shade) =>
        figure.send({ shade }),
      );
      for (const { parentElement } of [this.kinds, this.shades]) figure.rare(parentElement);
    }
    this.player = new Player(figure, this.frames, () => this.update());
  }

  buildCharts() {
    const row = this.figure.row();
    shelve(row, "Curves over the epochs");
    const onMove = (/** @type {number} */ epoch) => this.player.goNear(epoch);
    const shown = charts(this.arrays, this.hasErrors);
    this.charts = shown.map((options) => new Chart(this.figure, row, { ...options, onMove }));
  }

  describeFrames() {
    const epochs = this.arrays.costs.values.length;
    const what = this.hasErrors
      ? "The mean errors are over the images given here and all neurons of their layer."
      : "Errors need labels, and none were given.";
    const large =
      this.maps > 1 ? " Large: the maps that change most over this digit in the end." : "";
    return what + this.player.describe(epochs) + large;
  }

  // --- what it shows -------------------------------------------------------------------------

  update() {
    const { arrays, figure, model } = this;
    this.frame = model.get("frame");
    this.index = model.get("index");
    this.map = model.get("map");
    this.epoch = blend(arrays.epochs, this.frame, this.player.between).values[0];
    const f = this.map;
    this.compute();
    this.w1 = this.net.w1.part(f);
    this.a1 = this.now.a1.part(f);
    this.mask = poolWinners(this.a1);
    this.input.show(arrays.a0.part(this.index));
    this.filter.show(this.w1, {
      scale: this.filterScale,
      title: `${w1(...this.at())} filter`,
      words: `w 1, filter ${f}`,
    });
    this.activation.show(this.a1, {
      title: `${a1(...this.at())} winners outlined`,
      words: `a 1 of map ${f}, activations`,
    });
    this.activation.setMask(winnerMarks(this.mask));
    if (this.hasErrors) this.showErrors();
    for (const chart of this.charts) chart.show(this.epoch);
    this.showCards();
    this.showControls();
    figure.refreshLater();
  }

  /** What the network of the frame makes of the image: this.now (F1–F5). */
  compute() {
    const { arrays } = this;
    const { between } = this.player;
    const shown = `${this.frame} ${between} ${this.index}`;
    if (this.computed === shown) return;
    this.computed = shown;
    const at = (/** @type {number} */ frame, /** @type {number} */ share) => {
      const [w1, b1, w3, b3] = PARAMETERS.map((name) => blend(arrays[name], frame, share));
      return { w1, b1, w3, b3 };
    };
    const net = at(this.frame, between);
    this.net = net;
    const image = arrays.a0.part(this.index);
    if (this.small && this.arranged !== this.index) {
      this.arranged = this.index;
      const { w1, b1 } = at(this.frames - 1, 0);
      this.small.arrange(sigmoid(convForward(image, w1, b1)));
    }
    this.now = feedforward(net, image);
  }

  /** The errors of one map: no other is shown as a grid. @param {number} f */
  errorsOf(f) {
    const { z1, a1, z3, a3 } = this.now;
    const label = this.model.get("labels")[this.index];
    const y = a3.map((_, q) => Number(q === label));
    const delta3 = outputError(z3, a3, y, this.model.get("cost")); // BP1
    const w3 = NDArray.stack(this.net.w3.parts().map((w_q) => w_q.part(f)));
    const nabla_a1 = poolBackward(denseBackward(delta3, w3), poolWinners(a1.part(f))); // BP2a
    return times(nabla_a1, sigmoidPrime(z1.part(f))); // BP2
  }

  showErrors() {
    // One scale for all errors of this image in the whole run.
    const largest = [this.arrays.largest.values[this.index]];
    this.errorScale = this.figure.palettes.scale("diverging", largest);
    this.delta1 = this.errorsOf(this.map);
    this.errors.show(this.delta1, {
      scale: this.errorScale,
      title: `${delta(1, ...this.at())} errors`,
      words: `delta 1 of map ${this.map}, errors`,
    });
  }

  showCards() {
    if (!this.small) return;
    const [kind, { a1 }] = [this.model.get("shows"), this.now];
    const errors = kind === "errors" && this.hasErrors;
    const own = kind === "activations" && this.model.get("shade") !== "all alike";
    const others = () => (kind === "activations" ? a1 : poolWinners(a1));
    const scale = errors ? this.errorScale : this.figure.palettes.scale("sequential");
    this.small.show(this.net.w1, errors ? each(a1, (_, f) => this.errorsOf(f)) : others(), {
      filterScale: this.filterScale,
      scale: own ? null : scale,
      chosen: this.map,
    });
  }

  showControls() {
    if (this.images) this.images.value = `${this.index}`;
    if (this.chosen) this.chosen.value = `${this.map}`;
    if (this.kinds) this.kinds.value = this.model.get("shows");
    if (this.shades) {
      this.shades.value = this.model.get("shade");
      const idle = this.model.get("shows") !== "activations";
      this.shades.parentElement?.toggleAttribute("hidden", idle);
    }
    const last = this.arrays.costs.values.length - 1;
    this.player.show(
      this.frame,
      `${number(this.epoch, this.player.between ? 1 : 0)} of ${last}`,
      this.epochWords(),
    );
  }

  /** Indices of the map that is shown; a single map goes without its own. @param {number[]} indices */
  at(...indices) {
    return this.maps === 1 ? indices : [this.map, ...indices];
  }

  epochWords() {
    if (this.player.between)
      return `between epochs ${Math.floor(this.epoch)} and ${Math.ceil(this.epoch)}`;
    return this.epoch ? `after ${count(this.epoch, "epoch")}` : "before training";
  }

  writeStatus() {
    const { values } = this.now.z3;
    const taken = Math.max(0, values.indexOf(Math.max(...values)));
    const label = this.model.get("labels")[this.index];
    const activation = this.now.a3.values[taken];
    const right =
      label === undefined
        ? ""
        : label === taken
          ? ", which is right"
          : `, and it is ${aDigit(label)}`;
    const when = this.epochWords();
    return `${when[0].toUpperCase()}${when.slice(1)} the network takes this digit for <b>${aDigit(taken)}</b>${right}
      (${symbol("a", 3, [taken])} = ${number(activation)}).`;
  }

  // --- what it explains ----------------------------------------------------------------------

  /** What the network of the epoch makes of the digit, in words and numbers. */
  tellEpoch() {
    write(this.status, this.writeStatus());
    for (const chart of this.charts) chart.tell();
    this.small?.tell();
  }

  /** @param {import("../parts/types.js").Subject} subject */
  explain({ grid, row, column }) {
    this.tellEpoch();
    /** @type {Record<string, (row: number, column: number) => void>} */
    const how = { a0: this.explainPixel, w1: this.explainWeight };
    (how[grid] ?? this.explainNeuron).call(this, row, column);
  }

  /** @param {number} j @param {number} k */
  explainNeuron(j, k) {
    const { rows, columns } = this.w1;
    const window = windowOf({ row: j, column: k });
    const won = winnerOf(this.mask, window.j, window.k);
    const wins = won.row === j && won.column === k;
    const a = this.a1.at(j, k);
    const neuron = { row: j, column: k };
    this.figure.mark({
      a0: [{ ...neuron, rows, columns }],
      a1: [window.cells, neuron],
      delta1: [window.cells, neuron],
    });
    const winner = wins
      ? "It wins its window."
      : `${a1(...this.at(won.row, won.column))} = <b>${number(this.a1.at(won.row, won.column))}</b> wins its window.`;
    let html = equation(`${a1(...this.at(j, k))} = <b>${number(a)}</b>. ${winner}`, "F2, F3");
    let words =
      `${this.epochWords()}, ${spoken("a", 1, this.at(j, k))} is ${number(a)}. ` +
      (wins ? "It wins its window." : `Its window is won by row ${won.row}, column ${won.column}.`);
    if (this.hasErrors) {
      const error = wins ? number(this.delta1.at(j, k), 5) : "0";
      const loses = wins ? "" : ", since it does not win its window";
      html += equation(`${delta(1, ...this.at(j, k))} = <b>${error}</b>${loses}`, "BP2");
      words += ` Its error ${spoken("delta", 1, this.at(j, k))} is ${error}.`;
    }
    this.tell(html, words);
  }

  /** @param {number} j @param {number} k */
  explainPixel(j, k) {
    const value = number(this.input.array.at(j, k));
    this.figure.mark({ a0: [{ row: j, column: k }] });
    this.tell(
      `<p>${a0(j, k)} = <b>${value}</b>: the digit stays as it is; the network learns.</p>`,
      `${spoken("a", 0, [j, k])} is ${value}.`,
    );
  }

  /** @param {number} l @param {number} m */
  explainWeight(l, m) {
    const now = number(this.w1.at(l, m));
    const before = number(this.arrays.w1.part(0).part(this.map).at(l, m));
    const bias = number(this.net.b1.values[this.map]);
    this.figure.mark({ w1: [{ row: l, column: m }] });
    this.tell(
      `<p>${w1(...this.at(l, m))} = <b>${now}</b>; before training it was <b>${before}</b>. The bias
        ${b1(...this.at())} is now <b>${bias}</b>.</p>`,
      `${this.epochWords()}, ${spoken("w", 1, this.at(l, m))} is ${now}; before training it was ${before}.`,
    );
  }

  /** @param {string} html @param {string} words */
  tell(html, words) {
    write(this.formulas, html);
    this.figure.say(words);
  }
}
