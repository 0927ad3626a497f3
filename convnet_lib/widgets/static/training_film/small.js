// All maps of a layer, small; each is a button that picks its map. Those that live are larger, and
// come first: maps that a digit changes little would otherwise fill the page with blank squares.

import { Scale } from "../parts/colours.js";
import { make, write } from "../parts/layout.js";
import { cards, thumbnails } from "../parts/maps.js";
import { short } from "../parts/text.js";

const LIVING = 0.5; // of the largest difference between the ends of a map

/** @typedef {import("../parts/arrays.js").NDArray} NDArray */

/** The small maps of a layer. */
export class SmallMaps {
  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {number} n
   * @param {(f: number) => void} onPick
   * @param {Element} parent
   */
  constructor(figure, n, onPick, parent = figure.body) {
    this.palettes = figure.palettes;
    this.arranged = ""; // for which image
    /** @type {{ button: HTMLButtonElement, extent: Element, pictures: Record<string, import("../parts/maps.js").Thumbnail> }[]} */
    this.all = [];
    /** @type {string[]} */
    this.extents = []; // where each map's own scale begins and ends
    this.cards = cards(parent, n, (card, f) => {
      const button = figure.button(card, "", () => onPick(f));
      button.classList.add("cn-card-button");
      button.innerHTML = `<span>map ${f}</span>`;
      const pictures = thumbnails(button, ["filter", "map"]);
      const extent = figure.add(make("span", "cn-extent"), figure.add(make("span", ""), button));
      this.all[f] = { button, extent, pictures };
    });
    this.cards.container.classList.add("cn-buttons", "cn-shelf");
  }

  /** Put those that live first, and make them large. @param {NDArray} maps */
  arrange(maps) {
    const widths = maps.parts().map((map) => {
      const [low, high] = ends(map);
      return high - low;
    });
    const least = LIVING * Math.max(...widths);
    const lives = widths.map((width) => width > 0 && width >= least);
    const numbers = widths.map((_, f) => f);
    this.cards.sort([...numbers.filter((f) => lives[f]), ...numbers.filter((f) => !lives[f])]);
    for (const f of numbers) this.cards.all[f].toggleAttribute("data-living", lives[f]);
  }

  /**
   * Draw them; `tell` writes what their own scales are.
   * @param {NDArray} filters @param {NDArray} maps
   * @param {{ filterScale: Scale, scale: Scale | null, chosen: number }} options
   *   without a scale each map has its own, from its smallest number to its largest
   */
  show(filters, maps, { filterScale, scale, chosen }) {
    this.all.forEach(({ button, pictures }, f) => {
      const map = maps.part(f);
      const [low, high] = ends(map);
      pictures.filter.show(filters.part(f), filterScale);
      pictures.map.show(map, scale ?? new Scale(this.palettes.sequential, low, high));
      this.extents[f] = scale ? "" : `${short(low)} to ${short(high)}`;
      const pressed = `${f === chosen}`;
      if (button.getAttribute("aria-pressed") !== pressed)
        button.setAttribute("aria-pressed", pressed);
    });
  }

  tell() {
    this.all.forEach(({ extent }, f) => {
      write(extent, this.extents[f]);
    });
  }
}

/** Let a row that is too wide for its page be drawn along there. @param {HTMLElement} row @param {string} words */
export function shelve(row, words) {
  row.classList.add("cn-shelf");
  row.tabIndex = 0; // else the keyboard could not move it
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", words);
}

/**
 * On a telephone one curve at a time, as wide as it is, and the maps in their turn.
 * @param {import("../parts/figure.js").Figure} figure
 * @param {import("../parts/chart.js").Chart[]} charts
 * @param {Element | null} maps
 */
export function inTurn(figure, charts, maps) {
  const row = charts[0].element.parentElement;
  /** @type {[string, Element | null][]} */
  const parts = charts.map(({ element, options: { name } }) => [
    name[0].toUpperCase() + name.slice(1),
    element,
  ]);
  if (maps) parts.push(["Maps", maps]);
  if (row) figure.turns(row, parts);
}

/** The smallest and the largest of the numbers that are finite. @param {NDArray} map */
function ends({ values }) {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const x of values) {
    if (!Number.isFinite(x)) continue;
    low = Math.min(low, x);
    high = Math.max(high, x);
  }
  return low < high ? [low, high] : [low <= high ? low : 0, (low <= high ? low : 0) + 1];
}
