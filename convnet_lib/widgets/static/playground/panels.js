// The network on the digit that is shown: filter, feature map, pooling mask and δ¹ of one map
// large, and of all maps small.

import { Scale } from "../parts/colours.js";
import { make } from "../parts/layout.js";
import { thumbnail } from "../parts/maps.js";
import { symbol } from "../parts/text.js";

/** @typedef {import("./learner.js").Desk} Desk */
/** @typedef {import("../parts/arrays.js").NDArray} NDArray */

/** Ends of scales. Fixed, so that one sees weights grow and errors fade; what is larger has the colour of the end. */
export const [LARGEST_WEIGHT, LARGEST_DELTA] = [2, 0.1];
const NAMES = /** @type {const} */ (["w1", "a1", "mask", "delta1"]);

/** The panels of a figure. */
export class Panels {
  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {Element} parent
   * @param {(map: number) => void} choose
   */
  constructor(figure, parent, choose) {
    this.figure = figure;
    this.choose = choose;
    const { sequential, diverging } = figure.palettes;
    const ink = new Scale(sequential, 0, 1);
    /** @param {number} largest */
    const about0 = (largest) => new Scale(diverging, -largest, largest);
    this.scales = { w1: about0(LARGEST_WEIGHT), a1: ink, mask: ink, delta1: about0(LARGEST_DELTA) };
    const row = figure.add(make("div", "pg-panels"), parent);
    this.grids = {
      w1: this.grid(row, "w1", `${symbol("w", 1)} filter, ±${LARGEST_WEIGHT}`, "w 1, the filter"),
      a1: this.grid(
        row,
        "a1",
        `${symbol("a", 1)} <span class="pg-long">feature </span>map`,
        "a 1, the feature map",
      ),
      mask: this.grid(row, "mask", '<span class="pg-long">pooling </span>mask', "the pooling mask"),
      delta1: this.grid(
        row,
        "delta1",
        `${symbol("δ", 1)}<span class="pg-long"> error</span>, ±${LARGEST_DELTA}`,
        "delta 1",
      ),
    };
    this.strip = figure.add(make("div", "pg-strip"), parent);
    /** @type {{ button: HTMLButtonElement, small: Record<string, import("../parts/maps.js").Thumbnail> }[]} */
    this.maps = [];
  }

  /** @param {Element} row @param {typeof NAMES[number]} name @param {string} title @param {string} words */
  grid(row, name, title, words) {
    const unit = name === "w1" ? "calc(var(--pg-map) * 4.8)" : "var(--pg-map)";
    const kind = this.scales[name].low < 0 ? "diverging" : "sequential";
    return this.figure.grid(row, { name, title, words, kind, unit, legend: false });
  }

  /** Small pictures for so many maps. @param {number} count */
  fit(count) {
    if (this.maps.length === count) return;
    this.strip.replaceChildren();
    this.figure.element.dataset.maps = `${count}`;
    this.strip.setAttribute("aria-label", "Which map is shown large");
    this.strip.setAttribute("role", "group");
    this.maps = Array.from({ length: count }, (_, f) => {
      const button = this.figure.button(this.strip, `${f}`, () => this.choose(f));
      button.setAttribute("aria-label", `map ${f}`);
      button.classList.add("pg-map");
      const small = Object.fromEntries(NAMES.map((name) => [name, thumbnail(button, name)]));
      return { button, small };
    });
  }

  /** @param {Desk} desk @param {number} chosen */
  show(desk, chosen) {
    this.fit(desk.sizes.F);
    for (const [f, { button, small }] of this.maps.entries()) {
      button.setAttribute("aria-pressed", `${f === chosen}`);
      for (const name of NAMES) {
        const array = arrayOf(desk, name, f);
        if (desk.sizes.F > 1) small[name].show(array, this.scales[name]);
        if (f === chosen) this.grids[name].show(array, { scale: this.scales[name] });
      }
    }
  }
}

/** @param {Desk} desk @param {typeof NAMES[number]} name @param {number} f */
function arrayOf(desk, name, f) {
  if (name !== "w1") return desk.map(name, f);
  const { w1 } = desk.net;
  return (w1.axes > 2 ? w1.part(f) : w1).copy();
}
