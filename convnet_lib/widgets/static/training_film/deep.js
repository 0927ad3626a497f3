// A deep network that learns, epoch by epoch: the filters and the maps of a convolution.

import { each } from "../parts/arrays.js";
import { Chart } from "../parts/chart.js";
import { Scale } from "../parts/colours.js";
import { Figure } from "../parts/figure.js";
import { upwards } from "../parts/layers.js";
import { make, write } from "../parts/layout.js";
import { aDigit } from "../parts/maps.js";
import { sheet } from "../parts/sheet.js";
import { count, equation, number, spoken, symbol } from "../parts/text.js";
import { charts, gradients } from "./curves.js";
import { seen } from "./field.js";
import { blend, Player } from "./player.js";
import { inTurn, SmallMaps, shelve } from "./small.js";

const CURVES = ["costs", "train_accuracy", "test_accuracy"];
const CHOICES = ["frame", "index", "layer", "map", "channel", "shade"];

/** Draw the figure; returns what closes it. @param {import("../parts/types.js").Context} context */
export function render(context) {
  return new DeepFilm(context).close;
}

/** @typedef {import("../parts/arrays.js").NDArray} NDArray */
/** @typedef {import("../parts/grid.js").Grid} Grid */
/** @typedef {import("../parts/layers.js").Layer} Layer */
/**
 * A convolution that can be looked at: of layer `conv` the activations at `at`, which are drawn in a
 * palette of this kind, up to the largest number of each image.
 * @typedef {{ conv: number, at: number, kind: "sequential" | "diverging", largest: number[] }} Shown
 */

class DeepFilm {
  // What `build` makes, and what is shown.
  /** @type {Grid} */ input;
  /** @type {Grid} */ filter;
  /** @type {Grid} */ activation;
  /** @type {HTMLSelectElement | null} */ images;
  /** @type {HTMLSelectElement | undefined} */ layers;
  /** @type {HTMLSelectElement} */ chosen;
  /** @type {HTMLSelectElement} */ channels;
  /** @type {HTMLSelectElement} */ shades;
  /** @type {Player} */ player;
  /** @type {HTMLElement} */ status;
  /** @type {HTMLElement} */ formulas;
  /** @type {HTMLElement} */ note;
  /** @type {Chart[]} */ charts;
  /** @type {SmallMaps[]} */ small;
  /** @type {Shown[]} */ shown;
  /** @type {Shown} */ one; // of them
  /** @type {string | undefined} */ computed; // what `net` and `a` are of
  /** @type {Layer[]} */ net;
  /** @type {NDArray[]} */ a;
  /** @type {NDArray} */ maps;
  /** @type {NDArray} */ w;
  /** @type {number} */ frame;
  /** @type {number} */ index;
  /** @type {number} */ map;
  /** @type {number} */ channel;
  /** @type {number} */ epoch;
  /** @type {Scale} */ scale;
  /** @type {Scale} */ filterScale;

  /** @param {import("../parts/types.js").Context} context */
  constructor(context) {
    this.figure = new Figure(
      context,
      "Training film of a deep network: filters and maps of its convolutions, epoch by epoch",
      {
        hint: "Page Down and Page Up go on and back by a frame; so does dragging along a curve.",
        cells: 146,
        tall: [28, 545],
      },
    );
    this.model = context.model;
    this.shown = this.model.get("shown");
    this.frames = this.model.get("epochs").shape[0];
    this.build();
    this.figure.onChange(CHOICES, () => this.update());
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
      title: `${symbol("a", 0)} the digit`,
      words: "a 0, the digit",
      onKey,
    });
    const unit = "clamp(34px, calc(var(--cn-cell) * 4), 40px)";
    this.filter = figure.grid(row, { name: "w", title: "", kind: "diverging", unit, onKey });
    this.activation = figure.grid(row, { name: "map", title: "", onKey });
    this.formulas = figure.formulas(sheet(figure, figure.side(row)));
    this.formulas.style.setProperty("--cn-least", "3.6em"); // what stands below is not to jump
    this.buildCharts();
    const maps = figure.add(document.createElement("div"), figure.body);
    maps.className = "cn-maps";
    const pick = (/** @type {number} */ map) => figure.send({ map });
    this.small = this.shown.map(({ conv }) => new SmallMaps(figure, this.count(conv), pick, maps));
    inTurn(figure, this.charts, maps);
    this.note = figure.add(make("p", "cn-caption"), figure.body);
    figure.rare(this.note);
    write(this.note, this.describe());
  }

  buildControls() {
    const { figure, model } = this;
    const labels = model.get("labels");
    this.images = figure.imageMenu("a0", (i) => (labels.length ? `${i}, ${aDigit(labels[i])}` : i));
    if (this.shown.length > 1) {
      const convs = this.shown.map(({ conv }, n) => [n, `${conv}, the ${["first", "second"][n]}`]);
      this.layers = figure.menu(figure.controls, "Convolution", convs, (layer) =>
        figure.send({ layer: Number(layer), map: 0, channel: 0 }),
      );
    }
    this.chosen = figure.menu(figure.controls, "Map", [], (f) => figure.send({ map: Number(f) }));
    this.channels = figure.menu(figure.controls, "From map", [], (c) =>
      figure.send({ channel: Number(c) }),
    );
    const shades = ["each by itself", "all alike"].map((shade) => [shade, shade]);
    this.shades = figure.menu(figure.controls, "Shaded", shades, (shade) => figure.send({ shade }));
    for (const { parentElement } of [this.channels, this.shades]) figure.rare(parentElement);
    this.player = new Player(figure, this.frames, () => this.update());
  }

  buildCharts() {
    const { figure, model } = this;
    const row = figure.row();
    shelve(row, "Curves over the epochs");
    const arrays = Object.fromEntries(CURVES.map((name) => [name, figure.array(name)]));
    const shown = charts(arrays, false);
    if (model.get("labels").length) shown.push(gradients(figure.array("sizes"), this.shown));
    const onMove = (/** @type {number} */ epoch) => this.player.goNear(epoch);
    this.charts = shown.map((options) => new Chart(figure, row, { ...options, onMove }));
  }

  describe() {
    const epochs = this.figure.array("costs").values.length;
    const sizes = this.model.get("labels").length
      ? "The mean sizes are over the images given here and all neurons of their layer."
      : "The sizes of the gradients need labels, and none were given.";
    return `${sizes}${this.player.describe(epochs)} Large: the maps that change most over this digit in the end.`;
  }

  /** How many maps a convolution makes. @param {number} conv */
  count(conv) {
    const { axes, shape } = this.figure.array("parameters", `${conv}.w`);
    return axes === 3 ? 1 : shape[1];
  }

  // --- what it shows -------------------------------------------------------------------------

  update() {
    const { figure, model } = this;
    this.frame = model.get("frame");
    this.index = model.get("index");
    this.one = this.shown[model.get("layer")];
    this.map = Math.min(model.get("map"), this.count(this.one.conv) - 1);
    this.epoch = blend(figure.array("epochs"), this.frame, this.player.between).values[0];
    this.compute();
    this.channel = Math.min(model.get("channel"), this.channelCount() - 1);
    this.scale = new Scale(figure.palettes.sequential, 0, this.one.largest[this.index] || 1);
    if (this.one.kind === "diverging") {
      this.scale = figure.palettes.scale("diverging", [this.one.largest[this.index]]);
    }
    this.showGrids();
    this.showCards();
    for (const chart of this.charts) chart.show(this.epoch);
    this.showControls();
    figure.refreshLater();
  }

  /** What the network of the epoch makes of the digit, in words and numbers. */
  tellEpoch() {
    write(this.status, this.writeStatus());
    for (const chart of this.charts) chart.tell();
    this.small[this.model.get("layer")].tell();
  }

  /**
   * The layers of a frame, with their parameters a share of the way to the next.
   * @param {number} frame
   * @param {number} share
   * @returns {Layer[]}
   */
  layersAt(frame, share) {
    /** @type {Layer[]} */
    const layers = this.model.get("layers");
    return layers.map((layer, i) => {
      if (layer.kind !== "Conv") return layer;
      const of = (/** @type {string} */ name) =>
        blend(this.figure.array("parameters", `${i}.${name}`), frame, share);
      return { ...layer, w: of("w"), b: of("b") };
    });
  }

  /** What the network of the frame makes of the image, up to the last convolution shown (D1). */
  compute() {
    const { between } = this.player;
    const shown = `${this.frame} ${between} ${this.index}`;
    if (this.computed !== shown) {
      this.computed = shown;
      this.net = this.layersAt(this.frame, between);
      this.a = upwards(this.net, this.figure.array("a0").part(this.index));
    }
    this.maps = asMaps(this.a[this.one.at]);
    const w = /** @type {NDArray} */ (this.net[this.one.conv].w); // a convolution has them
    this.w = w.axes === 2 ? w.reshape([1, ...w.shape]) : w;
  }

  channelCount() {
    return this.w.axes === 4 ? this.w.shape[1] : 1;
  }

  /** The weights from one channel, (F, L, M), now or of another frame. @param {NDArray} w */
  filters(w = this.w) {
    return w.axes === 3 ? w : each(w, (filter) => filter.part(this.channel));
  }

  showGrids() {
    const { conv, at } = this.one;
    const a0 = this.figure.array("a0").part(this.index);
    this.input.show(a0.axes === 3 ? meanOf(a0) : a0);
    const filters = this.figure.array("parameters", `${conv}.w`);
    // One scale for the whole run, so that what grows or fades is seen to.
    this.filterScale = this.figure.palettes.scale("diverging", filters.values);
    const from = this.w.axes === 4 ? [this.channel] : [];
    this.filter.show(this.filters().part(this.map), {
      scale: this.filterScale,
      title: `${symbol("w", conv, [this.map, ...from])} filter`,
      words: `w ${conv}, filter ${this.map}`,
    });
    const map = this.maps.part(this.map);
    // As large as the maps of the first convolution, however few neurons there are.
    const zoom = a0.shape[a0.axes - 1] / map.columns;
    const cell = `calc(var(--cn-cell) * ${zoom.toFixed(3)})`;
    this.activation.element.style.setProperty("--cn-unit", cell);
    this.activation.show(map, {
      scale: this.scale,
      title: `${symbol("a", at, [this.map])} map ${this.map}`,
      words: `a ${at}, map ${this.map}`,
    });
  }

  showCards() {
    const chosen = this.model.get("layer");
    this.small.forEach((small, n) => {
      small.cards.container.hidden = n !== chosen || this.maps.shape[0] === 1;
    });
    const small = this.small[chosen];
    const arranged = `${this.index}`;
    if (small.arranged !== arranged) {
      small.arranged = arranged;
      const a0 = this.figure.array("a0").part(this.index);
      const last = upwards(this.layersAt(this.frames - 1, 0), a0);
      small.arrange(asMaps(last[this.one.at]));
    }
    const own = this.one.kind === "sequential" && this.model.get("shade") !== "all alike";
    small.show(this.filters(), this.maps, {
      filterScale: this.filterScale,
      scale: own ? null : this.scale,
      chosen: this.map,
    });
  }

  showControls() {
    const { model } = this;
    if (this.images) this.images.value = `${this.index}`;
    if (this.layers) this.layers.value = `${model.get("layer")}`;
    fill(this.chosen, this.maps.shape[0], this.map);
    fill(this.channels, this.channelCount(), this.channel);
    this.shades.value = model.get("shade");
    this.shades.parentElement?.toggleAttribute("hidden", this.one.kind !== "sequential");
    const last = this.figure.array("costs").values.length - 1;
    const epoch = number(this.epoch, this.player.between ? 1 : 0);
    this.player.show(this.frame, `${epoch} of ${last}`, this.epochWords());
  }

  epochWords() {
    const [before, after] = [Math.floor(this.epoch), Math.ceil(this.epoch)];
    if (this.player.between) return `on the way from epoch ${before} to ${after}`;
    return this.epoch ? `after ${count(this.epoch, "epoch")}` : "before training";
  }

  writeStatus() {
    const { values } = this.figure.array("outputs").part(this.frame).part(this.index);
    const taken = this.figure.array("taken").part(this.frame).values[this.index];
    const label = this.model.get("labels")[this.index];
    const right = label === taken ? ", which is right" : `, and it is ${aDigit(label)}`;
    const kept = this.figure.array("epochs").values[this.frame];
    const when = kept ? `After ${count(kept, "epoch")}` : "Before training";
    return `${when} the network takes this digit for <b>${aDigit(taken)}</b>${label === undefined ? "" : right}
      (its output for it: ${number(values[taken])}).`;
  }

  // --- what it explains ----------------------------------------------------------------------

  /** @param {import("../parts/types.js").Subject} subject */
  explain({ grid, row, column }) {
    this.tellEpoch();
    /** @type {Record<string, (row: number, column: number) => void>} */
    const how = { a0: this.explainPixel, w: this.explainWeight };
    // A cell that is kept may be none of the smaller maps of the other convolution.
    const { rows, columns } = (this.figure.grids.get(grid) ?? this.activation).array;
    const [j, k] = [Math.min(row, rows - 1), Math.min(column, columns - 1)];
    (how[grid] ?? this.explainNeuron).call(this, j, k);
  }

  /** @param {number} j @param {number} k */
  explainNeuron(j, k) {
    const { at } = this.one;
    const value = number(this.activation.array.at(j, k));
    const field = seen(this.net.slice(0, at), this.input.array, j, k);
    const rows = `rows ${field.row} to ${field.row + field.rows - 1}`;
    const columns = `columns ${field.column} to ${field.column + field.columns - 1}`;
    this.figure.mark({ a0: [field], map: [{ row: j, column: k }] });
    this.tell(
      equation(`${symbol("a", at, [this.map, j, k])} = <b>${value}</b>`, "D1") +
        `<p>It sees ${rows} and ${columns} of the digit, ${field.rows} by ${field.columns} pixels.</p>`,
      `${this.epochWords()}, ${spoken("a", at, [this.map, j, k])} is ${value}. It sees ${rows}, ${columns}.`,
    );
  }

  /** @param {number} j @param {number} k */
  explainPixel(j, k) {
    const value = number(this.input.array.at(j, k));
    this.figure.mark({ a0: [{ row: j, column: k }] });
    this.tell(
      `<p>${symbol("a", 0, [j, k])} = <b>${value}</b>: the digit stays as it is; the network learns.</p>`,
      `${spoken("a", 0, [j, k])} is ${value}.`,
    );
  }

  /** @param {number} l @param {number} m */
  explainWeight(l, m) {
    const { conv } = this.one;
    const channels = this.w.axes === 4 ? [this.channel] : [];
    const indices = [this.map, ...channels, l, m];
    const now = number(this.filter.array.at(l, m));
    const first = this.figure.array("parameters", `${conv}.w`).part(0).reshape(this.w.shape);
    const before = number(this.filters(first).part(this.map).at(l, m));
    this.figure.mark({ w: [{ row: l, column: m }] });
    this.tell(
      `<p>${symbol("w", conv, indices)} = <b>${now}</b>; before training it was <b>${before}</b>.</p>`,
      `${this.epochWords()}, ${spoken("w", conv, indices)} is ${now}; before training it was ${before}.`,
    );
  }

  /** @param {string} html @param {string} words */
  tell(html, words) {
    write(this.formulas, html);
    this.figure.say(words);
  }
}

/** Maps with an axis for them, also where a filter stands alone. @param {NDArray} a */
function asMaps(a) {
  return a.axes === 3 ? a : a.reshape([1, ...a.shape]);
}

/** The mean of the channels. @param {NDArray} a */
function meanOf(a) {
  const channels = a.parts();
  return channels[0].map(
    (_, i) => channels.reduce((sum, { values }) => sum + values[i], 0) / channels.length,
  );
}

/**
 * Offer the numbers from 0 to n − 1; of a single one there is no choice.
 * @param {HTMLSelectElement} menu
 * @param {number} n
 * @param {number} value
 */
function fill(menu, n, value) {
  if (menu.options.length !== n) {
    menu.replaceChildren(...Array.from({ length: n }, (_, i) => new Option(`${i}`, `${i}`)));
    menu.parentElement?.toggleAttribute("hidden", n === 1);
  }
  menu.value = `${value}`;
}
