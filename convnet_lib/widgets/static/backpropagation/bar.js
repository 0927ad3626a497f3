// The bar of controls: pictures of digits and a pencil, the label, the cost, training; what is rare
// behind 'more'.

import { NDArray } from "../parts/arrays.js";
import { make, write } from "../parts/layout.js";
import { thumbnail } from "../parts/maps.js";
import { Pad } from "../parts/pad.js";
import { flush } from "../parts/post.js";
import { number } from "../parts/text.js";
import { begun, labelled, steppedBy } from "./data.js";
import { written } from "./history.js";

const COSTS = { quadratic: "quadratic", cross_entropy: "cross-entropy" };
const TIES = { first: "the first wins", split: "they share", all: "every one wins" };
const PAUSE = 100; // ms between steps of training
let bars = 0;

/** The bar of a figure. */
export class Bar {
  // What the building of its parts makes.
  /** @type {{ radio: HTMLInputElement, picture: import("../parts/maps.js").Thumbnail }[]} */ digits;
  /** @type {HTMLInputElement[]} */ labels;
  /** @type {Pad} */ pad;
  /** @type {HTMLButtonElement} */ train;
  /** @type {{ input: HTMLInputElement, output: HTMLOutputElement }} */ rate;
  /** @type {HTMLSelectElement} */ cost;
  /** @type {HTMLSelectElement} */ ties;
  /** @type {HTMLSelectElement | null} */ maps;
  /** @type {(() => void) | undefined} */ onBiases; // they are shown, or no more
  /** @type {(() => void) | undefined} */ onPencil; // it is taken up

  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {{ maps: number, outputs: number }} sizes
   */
  constructor(figure, { maps, outputs }) {
    this.figure = figure;
    this.id = `bp-bar-${++bars}`;
    this.timer = 0;
    this.buildDigits();
    this.buildLabels(outputs);
    const history = make("div", "bp-history", { "aria-live": "polite" });
    this.history = figure.add(make("div", "bp-gauge"), figure.add(history, figure.controls));
    this.buildTraining();
    this.buildMore(maps);
    figure.onClose(() => this.rest());
  }

  get images() {
    return this.figure.model.get("a0").shape[0];
  }

  buildDigits() {
    const { figure } = this;
    const set = figure.group("Image");
    set.classList.add("bp-digits");
    this.digits = Array.from({ length: this.images }, (_, i) => {
      const { label, radio } = this.radio(set, "image", i, `Image ${i}`);
      radio.addEventListener("change", () => figure.send({ index: i }));
      return { radio, picture: thumbnail(label, `image ${i}`) };
    });
    this.buildPad(set);
  }

  /** The pencil; what else belongs to drawing is there from when it is taken up until it rests. @param {Element} set */
  buildPad(set) {
    const { figure } = this;
    const box = figure.group("Drawing");
    box.classList.add("bp-pad");
    const past = () => NDArray.zeros([0, ...figure.array("past").shape.slice(1)]);
    this.pad = new Pad(figure, box, {
      ...{ images: "a0", centring: true, names: { pen: "✎", blank: "Blank" } },
      also: () => ({ past: past() }), // the costs before it were those of another image
    });
    const pencil = /** @type {HTMLButtonElement} */ (this.pad.pen);
    pencil.setAttribute("aria-label", "Draw on the input");
    pencil.title = "Draw on the input";
    pencil.addEventListener("click", () => {
      figure.live.classList.toggle("bp-draws", this.pad.drawing);
      if (this.pad.drawing) this.onPencil?.();
    });
    set.append(pencil);
  }

  /** @param {number} outputs */
  buildLabels(outputs) {
    const set = this.figure.group("Label");
    set.classList.add("bp-labels");
    const name = this.figure.add(make("span", "bp-word", { "aria-hidden": "true" }), set);
    name.innerHTML = "label";
    this.labels = Array.from({ length: outputs }, (_, l) => {
      const { label, radio } = this.radio(set, "label", l, `Label ${l}`);
      const digit = make("span", "bp-label-digit", { "aria-hidden": "true" });
      this.figure.add(digit, label).textContent = `${l}`;
      radio.addEventListener("change", () => this.figure.send(labelled(this.figure, l)));
      return radio;
    });
  }

  /**
   * A radio button that is a picture or a letter.
   * @param {Element} parent
   * @param {string} group
   * @param {number} value
   * @param {string} words
   */
  radio(parent, group, value, words) {
    const label = this.figure.add(make("label", "bp-choice"), parent);
    const radio = this.figure.add(
      make("input", "", {
        ...{ type: "radio", name: `${this.id}-${group}`, value, "aria-label": words },
        "data-lm-suppress-shortcuts": "true",
      }),
      label,
    );
    return { label, radio };
  }

  buildTraining() {
    const { figure } = this;
    const set = figure.group("Take gradient steps");
    set.classList.add("bp-training");
    this.train = figure.button(set, "▶ Train", () => (this.timer ? this.rest() : this.run()));
    this.train.setAttribute("aria-pressed", "false");
    figure.button(set, "One step", () => {
      this.rest();
      this.advance(1);
    });
    const again = figure.button(set, "↺", () => {
      this.rest();
      figure.send(begun(figure));
    });
    again.setAttribute("aria-label", "Start again");
    again.title = "Start again";
    this.rate = figure.slider(
      set,
      "<i>η</i>",
      "Learning rate eta",
      { min: 0.01, max: 1, step: 0.01 },
      (rate) => figure.send({ rate }),
    );
  }

  /** @param {number} maps */
  buildMore(maps) {
    const { figure } = this;
    const more = figure.add(make("details", "bp-more"), figure.controls);
    figure.add(make("summary", "cn-button"), more).textContent = "more";
    const box = figure.add(make("div", "bp-more-box"), more);
    this.cost = figure.menu(box, "Cost", Object.entries(COSTS), (cost) => figure.send({ cost }));
    this.ties = figure.menu(box, "Ties", Object.entries(TIES), (ties) => figure.send({ ties }));
    const choices = Array.from({ length: maps }, (_, f) => [f, f]);
    this.maps =
      maps > 1 ? figure.menu(box, "Map", choices, (f) => figure.send({ map: Number(f) })) : null;
    figure.button(box, "10 steps", () => {
      this.rest();
      this.advance(10);
    });
    const biases = figure.add(make("label", "cn-label"), box);
    const tick = figure.add(make("input", "bp-tick", { type: "checkbox" }), biases);
    biases.insertAdjacentHTML("beforeend", " <i>b</i><sup>3</sup> and its gradient");
    tick.addEventListener("change", () => {
      figure.live.classList.toggle("bp-biases", tick.checked);
      this.onBiases?.();
    });
    more.addEventListener("keydown", (event) => {
      if (event.key === "Escape") more.open = false;
    });
    figure.live.addEventListener("pointerdown", (event) => {
      if (!more.contains(/** @type {Node} */ (event.target))) more.open = false;
    });
  }

  // --- training ------------------------------------------------------------------------------

  /** Take some steps at once. @param {number} times */
  advance(times) {
    flush(); // `past` must be whole before it goes on
    const { traits, past } = steppedBy(this.figure, times);
    this.figure.send(traits, { past });
  }

  run() {
    this.train.textContent = "❚❚ Train";
    this.train.setAttribute("aria-pressed", "true");
    const step = () => {
      this.timer = window.setTimeout(step, PAUSE);
      if (this.figure.element.isConnected) this.advance(1);
    };
    step();
  }

  rest() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.train.textContent = "▶ Train";
    this.train.setAttribute("aria-pressed", "false");
  }

  // --- what it shows -------------------------------------------------------------------------

  /** @param {import("./data.js").Quantities} data @param {import("./scales.js").Scales} scales */
  show(data, scales) {
    const images = this.figure.array("a0");
    for (const [i, { radio, picture }] of this.digits.entries()) {
      radio.checked = i === data.index;
      picture.show(images.part(i), scales.of.a0);
    }
    const { values } = data.y;
    const ones = values.filter((v) => v === 1).length;
    const oneHot = ones === 1 && values.every((v) => v === 0 || v === 1);
    for (const [l, radio] of this.labels.entries()) radio.checked = oneHot && values[l] === 1;
    if (this.maps) this.maps.value = `${data.map}`;
    this.cost.value = data.cost;
    this.ties.value = data.ties;
    this.rate.input.value = `${data.rate}`;
    // What is written anew is laid out anew, even where it is the same.
    const rate = number(data.rate, 2);
    if (rate !== this.rate.output.textContent) this.rate.output.textContent = rate;
  }

  /** Write the costs so far. @param {import("./data.js").Quantities} data */
  tell({ costs }) {
    write(this.history, written(costs));
  }
}
