// The bar above the figure: play, one step, one epoch, again; the speed; and the settings behind
// a button, in a sheet that lies over the figure and moves nothing.

import { TIES } from "../parts/engine.js";
import { make } from "../parts/layout.js";
import { BUGS } from "./bugs.js";
import { SPEEDS, signed, wordsOf } from "./clock.js";
import { write } from "./curve.js";

/** @typedef {import("../parts/figure.js").Figure} Figure */
/** @typedef {Record<"play" | "step" | "epoch" | "again" | "weights" | "save" | "share", () => void> & { maps: (n: number) => void }} Actions */

const RATES = [0.01, 0.03, 0.1, 0.25, 0.5, 1, 3, 10];
const BATCHES = [1, 2, 5, 10, 20, 50, 100, 500];
const MAPS = 8;
const COSTS = [
  ["quadratic", "quadratic"],
  ["cross_entropy", "cross-entropy"],
];
const TIED = { first: "the first wins", split: "they share", all: "every one wins" };

/** The bar of a figure, and its settings. */
export class Bar {
  // What `buildSettings` makes.
  /** @type {Record<"maps" | "batch" | "rate" | "cost" | "ties" | "bug", HTMLSelectElement>} */ menus;
  /** @type {HTMLElement} */ told;

  /** @param {Figure} figure @param {Actions} actions */
  constructor(figure, actions) {
    this.figure = figure;
    this.element = figure.add(make("div", "pg-bar-row"), figure.body);
    const group = make("div", "pg-group", { role: "group", "aria-label": "Training" });
    figure.add(group, this.element);
    this.play = figure.button(group, "Play", actions.play);
    this.play.classList.add("pg-play");
    figure.button(group, "One step", actions.step);
    figure.button(group, "One epoch", actions.epoch);
    figure.button(group, "Again", actions.again);
    this.speed = figure.slider(
      this.element,
      "Speed",
      "Speed",
      { min: 1, max: SPEEDS.length, step: 1 },
      (speed) => figure.send({ speed }),
    );
    this.buildSettings(actions);
    this.badge = figure.add(make("span", "pg-badge"), this.element);
    /** The word alone is replaced: the sign before it stays. */
    this.word = document.createElement("span");
    this.word.textContent = "Play";
    this.play.replaceChildren(this.word);
    this.sign = signed(this.play, "play");
  }

  /** @param {Actions} actions */
  buildSettings(actions) {
    const { figure } = this;
    const details = figure.add(make("details", "pg-settings"), this.element);
    const summary = figure.add(make("summary", "cn-button"), details);
    summary.textContent = "Settings";
    const sheet = figure.add(make("div", "pg-sheet"), details);
    details.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      details.open = false;
      summary.focus();
      event.stopPropagation();
    });
    const numbers = Array.from({ length: MAPS }, (_, i) => [i + 1, i + 1]);
    const tied = TIES.map((ties) => [ties, TIED[ties]]);
    const bugs = [["", "right"], ...Object.keys(BUGS).map((name) => [name, name])];
    this.menus = {
      maps: figure.menu(sheet, "Feature maps", numbers, (n) => actions.maps(Number(n))),
      batch: this.choice(sheet, "Mini-batch", "batch", pairs(BATCHES), Number),
      rate: this.choice(sheet, "Learning rate η", "rate", pairs(RATES), Number),
      cost: this.choice(sheet, "Cost", "cost", COSTS),
      ties: this.choice(sheet, "Tied maxima", "ties", tied),
      bug: this.choice(sheet, "Gradient", "bug", bugs),
    };
    const home = figure.add(make("div", "pg-home"), sheet);
    figure.button(home, "Other weights", actions.weights);
    figure.button(home, "Save as net.npz", actions.save);
    figure.button(home, "Into the other figures", actions.share);
    this.told = figure.add(make("p", "pg-told"), sheet);
  }

  /**
   * A menu of a trait.
   * @param {Element} parent @param {string} text @param {string} trait
   * @param {(string | number)[][]} choices @param {(value: string) => string | number} read
   */
  choice(parent, text, trait, choices, read = String) {
    return this.figure.menu(parent, text, choices, (value) =>
      this.figure.send({ [trait]: read(value) }),
    );
  }

  /** Say in the sheet, and to the ear, what became of a network. @param {string} text */
  tell(text) {
    write(this.told, text);
    this.figure.say(text);
  }

  /** @param {boolean} playing @param {number} maps */
  show(playing, maps) {
    const { model } = this.figure;
    write(this.word, playing ? "Pause" : "Play");
    this.sign.dataset.sign = playing ? "pause" : "play";
    const speed = model.get("speed");
    this.speed.input.value = speed;
    write(this.speed.output, wordsOf(speed));
    this.speed.input.setAttribute("aria-valuetext", wordsOf(speed));
    this.menus.maps.value = `${maps}`;
    for (const trait of /** @type {const} */ (["batch", "rate", "cost", "ties", "bug"])) {
      choose(this.menus[trait], `${model.get(trait)}`);
    }
    const bug = model.get("bug");
    write(this.badge, bug && `wrong on purpose: ${bug}`);
  }
}

/** @param {number[]} numbers */
const pairs = (numbers) => numbers.map((n) => [n, `${n}`]);

/** Python may have set what the menu does not offer. @param {HTMLSelectElement} menu @param {string} value */
function choose(menu, value) {
  if (menu.value === value) return;
  if (![...menu.options].some((option) => option.value === value)) {
    menu.add(new Option(value, value));
  }
  menu.value = value;
}

/** Offer a file to the reader. @param {string} name @param {Uint8Array} bytes */
export function saved(name, bytes) {
  const blob = new Blob([/** @type {BlobPart} */ (bytes)], { type: "application/octet-stream" });
  const link = make("a", "", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/**
 * Hand a network to the other figures of the page; returns how many took it.
 * @param {Element} own @param {import("../parts/engine.js").Net} net @param {number} map
 */
export function shared(own, net, map) {
  const offer = { net, map, taken: 0 };
  for (const other of document.querySelectorAll(".cn-figure")) {
    if (other !== own) other.dispatchEvent(new CustomEvent("cn-net", { detail: offer }));
  }
  return offer.taken;
}
