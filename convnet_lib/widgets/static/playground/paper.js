// The digit that is shown: the pad, digits to choose from, and what centring does to it.

import { NDArray } from "../parts/arrays.js";
import { asMnist } from "../parts/centring.js";
import { Scale } from "../parts/colours.js";
import { make } from "../parts/layout.js";
import { aDigit, thumbnail } from "../parts/maps.js";
import { Pad } from "../parts/pad.js";
import { symbol } from "../parts/text.js";
import { twoDigits } from "./answers.js";
import { write } from "./curve.js";

/** @typedef {import("./digits.js").Digits} Digits */
/** @typedef {import("./learner.js").Desk} Desk */
/** @typedef {import("../parts/maps.js").Thumbnail} Thumbnail */

const ASIDE = [4, -6]; // rows and columns that a digit is moved by
const WHY =
  "All digits that it learns from are centred, in a box of 20 pixels, and an output weight belongs " +
  "to one place. Aside, a stroke meets weights that have learned from other strokes.";

/** The pad of a figure, and what stands about it. */
export class Paper {
  // What `buildSwitch` and `buildShelf` make.
  /** @type {{ centred: boolean, button: HTMLButtonElement, small: Thumbnail, answer: HTMLElement }[]} */ ways;
  /** @type {Thumbnail[]} */ offers;

  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {Element} parent
   * @param {Element} shelf  where the digits to choose from stand
   * @param {Digits} held
   */
  constructor(figure, parent, shelf, held) {
    this.figure = figure;
    this.held = held;
    /** @type {{ drawn: NDArray, centred: NDArray } | null} */
    this.kept = null;
    this.ten = 0; // which ten of the digits held out are offered
    this.ink = new Scale(figure.palettes.sequential, 0, 1);
    const tools = make("div", "pg-tools", { role: "group", "aria-label": "Drawing" });
    this.pad = new Pad(figure, tools, {
      images: "a0",
      always: true,
      names: { blank: "Clear" },
    });
    tools.lastElementChild?.addEventListener("click", () => {
      this.keepName();
      figure.send({ label: -1 });
    });
    const aside = figure.button(tools, "Aside", () => this.pad.move(ASIDE[0], ASIDE[1]));
    aside.setAttribute("aria-label", "Move the digit aside");
    const draw = figure.add(make("div", "pg-draw"), parent);
    this.grid = figure.grid(draw, {
      name: "a0",
      title: `${symbol("a", 0)} draw a digit here`,
      words: "a 0, the drawing pad: Space inks, Shift with an arrow draws, Backspace takes back",
      unit: "var(--pg-pad)",
      legend: false,
      ...this.pad.options,
    });
    this.pad.on(this.grid);
    draw.append(tools);
    this.buildSwitch(parent);
    this.buildShelf(shelf);
  }

  /** The switch: as drawn, or centred; each with the answer that the network gives to it. @param {Element} parent */
  buildSwitch(parent) {
    const { figure } = this;
    const group = make("div", "pg-switch", {
      role: "group",
      "aria-label": "What the network is shown",
    });
    figure.add(group, parent);
    this.ways = [false, true].map((centred) => {
      const button = figure.button(group, "", () => figure.send({ centred }));
      const small = thumbnail(button, centred ? "centred" : "as drawn");
      const words = figure.add(make("span", ""), button);
      words.innerHTML = `${centred ? "centred" : "as drawn"}<br><b></b>`;
      const answer = /** @type {HTMLElement} */ (words.querySelector("b"));
      return { centred, button, small, answer };
    });
    figure.add(make("p", "pg-why"), parent).textContent = WHY;
  }

  /** Ten digits that were held out, one of each. @param {Element} shelf */
  buildShelf(shelf) {
    const { figure } = this;
    const group = make("div", "pg-shelf", { role: "group", "aria-label": "Digits held out" });
    figure.add(group, shelf);
    this.offers = Array.from({ length: 10 }, (_, digit) => {
      const button = figure.button(group, "", () => this.choose(digit));
      button.setAttribute("aria-label", `Show ${aDigit(digit)}`);
      return thumbnail(button, `digit ${digit}`);
    });
    figure.button(group, "Others", () => {
      this.ten++;
      this.offer();
      figure.say("Ten other digits that it never learns from.");
    });
    this.offer();
  }

  /** The digit of a label that is offered now. @param {number} label */
  offered(label) {
    const all = [...this.held.labels.keys()].filter((n) => this.held.labels[n] === label);
    return new NDArray([28, 28], this.held.images[all[this.ten % all.length]].slice());
  }

  offer() {
    this.offers.forEach((offer, digit) => {
      offer.show(this.offered(digit), this.ink);
    });
  }

  /** @param {number} label */
  choose(label) {
    this.pad.remember();
    this.keepName();
    const image = this.offered(label);
    this.figure.send({ a0: NDArray.stack([image]), label });
    this.figure.say(`${aDigit(label)} is shown.`);
  }

  /** With the digit that was remembered its name comes back. */
  keepName() {
    this.pad.keep({ label: this.figure.model.get("label") });
  }

  /** The drawing as it is, and centred; a stroke makes both anew. */
  get pictures() {
    const drawn = this.pad.image;
    if (this.kept?.drawn.values.buffer !== drawn.values.buffer) {
      this.kept = { drawn, centred: asMnist(drawn) };
    }
    return /** @type {{ drawn: NDArray, centred: NDArray }} */ (this.kept);
  }

  /** What the network is shown. */
  get image() {
    return this.pictures[this.figure.model.get("centred") ? "centred" : "drawn"];
  }

  /** Show the drawing, and what a network makes of it drawn and centred. @param {Desk} desk */
  show(desk) {
    const { pictures } = this;
    this.grid.show(pictures.drawn);
    const shown = this.figure.model.get("centred");
    for (const { centred, button, small, answer } of this.ways) {
      const image = pictures[centred ? "centred" : "drawn"];
      small.show(image, this.ink);
      desk.forward(image.values);
      write(answer, `a ${desk.answer}: ${twoDigits(desk.a3[desk.answer])}`);
      button.setAttribute("aria-pressed", `${centred === shown}`);
    }
  }
}
