// F1–F3 and BP2a for many maps: filters, feature maps, pooling masks, and what pleases a filter.

import { convForward, poolTied, poolWinners, sigmoid } from "../parts/engine.js";
import { reached, windowOf } from "../parts/fields.js";
import { Figure } from "../parts/figure.js";
import { write } from "../parts/layout.js";
import {
  aDigit,
  cards,
  descending,
  pleasing,
  strongest,
  thumbnails,
  winnerMarks,
} from "../parts/maps.js";
import { sheet } from "../parts/sheet.js";
import { count, equation, number, spoken, symbol } from "../parts/text.js";
import { spokenOf, written } from "./words.js";

/** @typedef {import("../parts/types.js").Index} Index */

/** @type {Record<string, string>} */
const COSTS = { quadratic: "quadratic", cross_entropy: "cross-entropy" };
const SORTS = {
  importance: "by how much they matter",
  pleased: "by how much this digit pleases them",
  number: "by number",
};
/** How far a key leads from map to map. @type {Record<string, number>} */
const PAGES = { PageDown: 1, PageUp: -1 };
/** @type {Record<string, "a1" | "z1" | "mask">} */
const KINDS = { activations: "a1", "weighted inputs": "z1", "pooling masks": "mask" };
const WORDS = { a1: "activations", z1: "weighted inputs", mask: "pooling mask" };

const a0 = (/** @type {Index[]} */ ...indices) => symbol("a", 0, indices);
const a1 = (/** @type {Index[]} */ ...indices) => symbol("a", 1, indices);
const w1 = (/** @type {Index[]} */ ...indices) => symbol("w", 1, indices);
const z1 = (/** @type {Index[]} */ ...indices) => symbol("z", 1, indices);

/** Draw the figure; returns what closes it. @param {import("../parts/types.js").Context} context */
export function render(context) {
  return new Gallery(context).close;
}

/** @typedef {import("../parts/grid.js").Grid} Grid */
/** @typedef {import("../parts/arrays.js").NDArray} NDArray */
/** @typedef {import("../parts/colours.js").Scale} Scale */
/** @typedef {import("../parts/types.js").Marks} Marks */
/** @typedef {import("../parts/types.js").Cell} Cell */
/** @typedef {import("../parts/maps.js").Thumbnail} Thumbnail */

/** The gallery of a network, of which words.js tells. */
export class Gallery {
  // What `build` makes, and what is shown; there is all of it before anything can be pointed at.
  /** @type {Grid} */ input;
  /** @type {Grid} */ weighted;
  /** @type {Grid} */ activation;
  /** @type {Grid} */ filter;
  /** @type {Grid} */ patch;
  /** @type {Grid[]} */ small;
  /** @type {Record<string, Thumbnail>[]} */ thumbnails;
  /** @type {HTMLSelectElement | null} */ images;
  /** @type {HTMLSelectElement | undefined} */ sorts;
  /** @type {HTMLSelectElement} */ kinds;
  /** @type {HTMLElement} */ caption;
  /** @type {HTMLElement} */ formulas;
  /** @type {ReturnType<typeof cards>} */ cards;
  /** @type {NDArray} */ a0;
  /** @type {NDArray} */ w1;
  /** @type {NDArray} */ z1;
  /** @type {NDArray} */ a1;
  /** @type {NDArray} */ mask;
  /** @type {NDArray} */ tied;
  /** @type {NDArray[]} */ patches;
  /** @type {Cell[]} */ places;
  /** @type {Float64Array} */ importance;
  /** @type {number[]} */ order;
  /** @type {number} */ index;
  /** @type {number | null} */ map;
  /** @type {"a1" | "z1" | "mask"} */ kind;
  /** @type {Cell} */ cell;
  /** @type {Marks} */ marks;
  /** @type {Scale} */ filterScale;
  /** @type {Record<string, Scale>} */ scales;

  /** @param {import("../parts/types.js").Context} context */
  constructor(context) {
    this.figure = new Figure(
      context,
      "Gallery: all filters of a network, their feature maps and pooling masks, and what pleases them",
      {
        hint: "Page Down and Page Up lead from map to map.",
        cells: 128,
        tall: [28, 530],
      },
    );
    this.model = context.model;
    this.maps = this.model.get("w1").shape[0];
    this.build();
    this.figure.onChange(["a0", "w1", "b1", "importance", "order", "index"], () => this.read());
    this.figure.onChange(["sort", "shows", "pinned"], () => this.update());
    this.read();
    this.figure.start((subject) => this.explain(subject));
    this.close = () => this.figure.close();
  }

  // --- the parts -----------------------------------------------------------------------------

  build() {
    const { figure } = this;
    this.buildControls();
    const row = figure.row();
    row.classList.add("cn-gallery");
    /** @typedef {(cell: Cell | null) => void} Detail */
    const detail = (/** @type {Detail} */ explain) => (/** @type {Cell | null} */ cell) =>
      explain.call(this, cell);
    this.input = figure.grid(row, {
      name: "a0",
      title: `${a0()} the digit`,
      words: "a 0, the digit",
      detail: detail(this.explainPixel),
    });
    // A cell of the large maps is one of the map that the figure is about.
    const here = (/** @type {Cell} */ cell) => ({ grid: `map ${this.map}`, ...cell });
    const large = {
      onPoint: (/** @type {Cell | null} */ cell) => figure.point(cell && here(cell)),
      onWalk: (/** @type {Cell} */ cell) => figure.walk(here(cell)),
      onPick: (/** @type {Cell} */ cell) => figure.pick(here(cell)),
    };
    this.weighted = figure.grid(row, { ...large, name: "z1", title: "", kind: "diverging" });
    this.activation = figure.grid(row, { ...large, name: "a1", title: "" });
    const small = { unit: "clamp(34px, calc(var(--cn-cell) * 3.6), 40px)" };
    this.filter = figure.grid(row, {
      ...small,
      name: "w1",
      title: "",
      kind: "diverging",
      detail: detail(this.explainWeight),
    });
    this.patch = figure.grid(row, {
      ...small,
      name: "patch",
      title: "",
      legend: false,
      detail: detail(this.explainPatch),
    });
    figure.rare(this.patch.element, true);
    this.formulas = figure.formulas(sheet(figure));
    this.buildCards();
  }

  buildControls() {
    const { figure, model } = this;
    const labels = model.get("labels");
    this.images = figure.imageMenu("a0", (i) => (labels.length ? `${i}, ${aDigit(labels[i])}` : i));
    if (this.maps > 1) {
      this.sorts = figure.menu(figure.controls, "Sort", Object.entries(SORTS), (sort) =>
        figure.send({ sort }),
      );
    }
    const kinds = Object.keys(KINDS).map((name) => [name, name]);
    this.kinds = figure.menu(figure.controls, "Maps show", kinds, (shows) =>
      figure.send({ shows }),
    );
  }

  buildCards() {
    const { figure } = this;
    this.caption = figure.add(document.createElement("p"), figure.body);
    this.caption.className = "cn-caption";
    this.thumbnails = [];
    this.small = [];
    this.cards = cards(figure.body, this.maps, (card, f) => {
      this.thumbnails[f] = thumbnails(card, ["filter", "patch"]);
      this.small[f] = figure.grid(card, {
        name: `map ${f}`,
        title: "",
        unit: "clamp(4px, calc(var(--cn-cell) * 0.5), 6px)",
        legend: false,
        onKey: (event, cell) => this.onKey(event, f, cell),
      });
    });
    this.cards.container.classList.add("cn-shelf");
  }

  // --- what it shows -------------------------------------------------------------------------

  /** Compute all maps of the image that is shown (F1, F2, BP2a), and what pleases the filters. */
  read() {
    const { figure } = this;
    const { palettes } = figure;
    this.index = figure.model.get("index");
    this.a0 = figure.array("a0").part(this.index);
    this.w1 = figure.array("w1");
    this.z1 = convForward(this.a0, this.w1, figure.array("b1"));
    this.a1 = sigmoid(this.z1);
    this.mask = poolWinners(this.a1);
    this.tied = poolTied(this.a1);
    this.patches = this.w1.parts().map(pleasing);
    this.places = this.z1.parts().map(strongest);
    this.importance = figure.array("importance").values;
    // One scale for all filters, and one for all maps: pale means little, as in the static twin.
    this.filterScale = palettes.scale("diverging", this.w1.values);
    this.scales = {
      mask: palettes.scale("sequential"),
      a1: palettes.scale("sequential"),
      z1: palettes.scale("diverging", this.z1.values),
    };
    this.update();
  }

  update() {
    const { figure, model } = this;
    this.kind = KINDS[model.get("shows")];
    for (let f = 0; f < this.maps; f++) this.showCard(f);
    const sort = model.get("sort");
    this.order = this.sorted(sort);
    this.cards.sort(this.order);
    if (this.images) this.images.value = `${this.index}`;
    if (this.sorts) this.sorts.value = sort;
    this.kinds.value = model.get("shows");
    write(this.caption, this.writeCaption());
    this.map = null;
    figure.refresh();
  }

  /** @param {string} sort */
  sorted(sort) {
    if (sort === "importance") return [...this.figure.array("order").values];
    const best = this.places.map(({ row, column }, f) => this.z1.part(f).at(row, column));
    return sort === "pleased" ? descending(best) : best.map((_, f) => f);
  }

  /** @param {number} f */
  showCard(f) {
    const { filter, patch } = this.thumbnails[f];
    filter.show(this.w1.part(f), this.filterScale);
    patch.show(this.patches[f], this.scales.a1);
    const { kind } = this;
    this.small[f].show(this[kind].part(f), {
      scale: this.scales[kind],
      title: `<span>map ${f}</span><span class="cn-quiet">${this.signed(this.importance[f])}</span>`,
      words: `map ${f}, ${WORDS[kind]}`,
    });
  }

  /** Indices of a neuron of map f; a single map goes without its own. @param {number} f @param {number[]} indices */
  at(f, ...indices) {
    return this.maps === 1 ? indices : [f, ...indices];
  }

  /** @param {number} x */
  signed(x) {
    return this.model.get("measure") === "norm" || x <= 0 ? number(x) : `+${number(x)}`;
  }

  writeCaption() {
    const note = this.model.get("note");
    const what = this.maps === 1 ? "The map" : "All maps";
    return `${what}, beside the filter and the patch that pleases it most. The number: ${this.measure()}. ${note}`;
  }

  measure() {
    const measure = this.model.get("measure");
    if (measure === "norm") return `the norm of the map's weights in ${symbol("w", 3)}`;
    const n = this.model.get("measured_on");
    const on = n === 1 ? "1 image" : `${n.toLocaleString("en")} images`;
    return `by how much the mean cost (${COSTS[measure]}) of ${on} rises if the map's weights in ${symbol("w", 3)} are 0`;
  }

  /** Hovered: a neuron of map f. @param {import("../parts/types.js").Subject} subject */
  explain({ grid, row, column }) {
    const f = Number(grid.split(" ")[1]);
    if (f !== this.map) this.showMap(f);
    this.cell = { row, column };
    const { cells } = windowOf(this.cell);
    const { rows, columns } = this.w1.part(f);
    const best = this.places[f];
    this.marks = {
      a0: [
        { ...best, rows, columns, line: "linked" },
        { ...this.cell, rows, columns },
      ],
      z1: [{ ...best, line: "linked" }, this.cell],
      a1: [cells, this.cell],
      [grid]: [this.cell],
    };
    this.figure.mark(this.marks);
    this.formulas.style.removeProperty("--cn-least");
    write(this.formulas, written(this, f, row, column));
    this.figure.say(spokenOf(this, f, row, column));
  }

  /** @param {number} f */
  showMap(f) {
    this.map = f;
    this.cards.choose(f);
    this.input.show(this.a0);
    this.weighted.show(this.z1.part(f), {
      scale: this.scales.z1,
      title: `${z1(...this.at(f))} weighted inputs`,
      words: `z 1 of map ${f}, weighted inputs`,
    });
    this.activation.show(this.a1.part(f), {
      title: `${a1(...this.at(f))} winners outlined`,
      words: `a 1 of map ${f}, activations`,
    });
    this.activation.setMask(winnerMarks(this.mask.part(f)));
    this.filter.show(this.w1.part(f), {
      scale: this.filterScale,
      title: `${w1(...this.at(f))} filter ${f}`,
      words: `w 1, filter ${f}`,
    });
    this.patch.show(this.patches[f], {
      title: "pleases it most",
      words: `the patch that pleases filter ${f} most`,
    });
  }

  // --- parts of the explanation, pointed at --------------------------------------------------

  /** Write and say what a part is, until the pointer leaves it. @param {Marks} marks @param {string} html @param {string} words */
  tell(marks, html, words) {
    this.figure.mark(marks);
    // What stands below must not jump while the pointer crosses a grid.
    this.formulas.style.setProperty("--cn-least", `${this.formulas.offsetHeight}px`);
    write(this.formulas, html);
    this.figure.say(words);
  }

  /** @param {Cell | null} cell */
  explainWeight(cell) {
    if (!cell || this.map === null) return this.figure.refresh();
    const { row: l, column: m } = cell;
    const { row: j, column: k } = this.cell;
    const [w, a] = [this.filter.array.at(l, m), this.input.array.at(j + l, k + m)];
    const weight = this.at(this.map, l, m);
    const marks = {
      ...this.marks,
      a0: [
        { ...this.marks.a0[1], line: "linked" },
        { row: j + l, column: k + m },
      ],
      w1: [cell],
      patch: [cell],
    };
    return this.tell(
      marks,
      equation(`${w1(...weight)} = <b>${number(w)}</b>`) +
        `<p>In ${z1(...this.at(this.map, j, k))} it multiplies ${a0(j + l, k + m)} = <b>${number(a)}</b>.</p>`,
      `${spoken("w", 1, weight)} is ${number(w)}. In ${spoken("z", 1, this.at(this.map, j, k))} ` +
        `it multiplies ${spoken("a", 0, [j + l, k + m])}, ${number(a)}.`,
    );
  }

  /** @param {Cell | null} cell */
  explainPatch(cell) {
    if (!cell || this.map === null) return this.figure.refresh();
    const { row: l, column: m } = cell;
    const [w, pixel] = [this.filter.array.at(l, m), this.patch.array.at(l, m)];
    const weight = this.at(this.map, l, m);
    return this.tell(
      { ...this.marks, w1: [cell], patch: [cell] },
      `<p>Under the weight ${w1(...weight)} = <b>${number(w)}</b> the patch that pleases the filter most has
        the pixel <b>${number(pixel)}</b>.</p>`,
      `Under ${spoken("w", 1, weight)}, ${number(w)}, the patch has the pixel ${number(pixel)}.`,
    );
  }

  /** A pixel: the neurons that see it. @param {Cell | null} cell */
  explainPixel(cell) {
    if (!cell) return this.figure.refresh();
    const { row, column } = cell;
    const seen = reached(cell, this.filter.array, this.activation.array);
    const value = number(this.input.array.at(row, column));
    const neurons = count(seen.rows * seen.columns, "neuron");
    return this.tell(
      { a0: [cell], z1: [seen], a1: [seen] },
      `<p>${a0(row, column)} = <b>${value}</b> is seen by ${neurons} of each map.</p>`,
      `${spoken("a", 0, [row, column])} is ${value}, seen by ${neurons} of each map.`,
    );
  }

  /** Page Down, Page Up: the same neuron of the next map, of the one before. @param {KeyboardEvent} event @param {number} f @param {Cell} cell */
  onKey(event, f, cell) {
    const step = PAGES[event.key];
    if (!step) return false;
    const next = this.order[this.order.indexOf(f) + step];
    if (next === undefined) return true;
    const grid = this.small[next];
    grid.moveTo(cell);
    grid.field.focus();
    return true;
  }
}
