// On a slide: no controls but 'next', one stage at a time, its panels in a row, letters that can be
// read from the back row. Whoever shows the slide gives each stage a key: it finds how many there are
// in `data-stages`, sends `cn-stage` to show one, counted from 0, and hears `cn-staged` of one that
// the button leads to.

import { laterThan, stages } from "./stages.js";

const TALL = 205; // of the largest panel, in pixels
const WIDE = 1130;
/** Columns of numbers, and single numbers, with how wide they are. @type {Record<string, number>} */
const WIDTHS = { z3: 66, a3: 58, y: 54, delta3: 72, C: 110, nabla_b1: 120 };
const LEFT_OUT = ["b1", "b3", "nabla_b3"]; // which the other panels say as well
/** The size of the numbers in a panel, in pixels. */
export const LETTERS = 18;

/** Whether a figure is shown on a slide. @param {HTMLElement} element */
export const onSlide = (element) => element.closest(".reveal") !== null;

/** The stages of a figure on a slide. */
export class Presenter {
  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {import("./network.js").Network} network
   * @param {import("./track.js").Track} track
   * @param {import("./paths.js").Overlay} overlay
   */
  constructor(figure, network, track, overlay) {
    this.figure = figure;
    this.overlay = overlay;
    this.network = network;
    figure.live.classList.add("bp-present");
    track.next.textContent = "next ›";
    const last = stages.length - 1;
    figure.live.dataset.stages = `${last}`;
    figure.live.addEventListener("cn-stage", (event) => {
      figure.send({ stage: 1 + /** @type {CustomEvent<number>} */ (event).detail });
    });
    const again = (/** @type {Event} */ event) => {
      if (figure.model.get("stage") !== last) return;
      event.stopImmediatePropagation();
      figure.send({ stage: 1 });
      tell();
    };
    const tell = () => {
      const detail = figure.model.get("stage") - 1;
      figure.live.dispatchEvent(new CustomEvent("cn-staged", { detail, bubbles: true }));
    };
    track.next.addEventListener("click", again, true);
    track.next.addEventListener("click", tell);
    if (figure.model.get("stage") === 0) figure.send({ stage: 1 });
  }

  /** Show the panels of a stage alone, as large as the slide is wide. @param {number} stage */
  enter(stage) {
    const { made, from, slide } = stages[stage];
    const shown = slide ?? [...made, ...from].filter((name) => !LEFT_OUT.includes(name));
    const gap = shown.length > 6 ? 26 : 46;
    let [units, fixed, tallest] = [0, 0, 1];
    for (const [name, { element, array }] of Object.entries(this.network.grids)) {
      element.hidden = !shown.includes(name) || laterThan(stage).has(name);
      if (WIDTHS[name]) element.style.setProperty("--cn-unit", `${WIDTHS[name]}px`);
      if (element.hidden) continue;
      fixed += gap + (WIDTHS[name] ?? 0);
      if (WIDTHS[name]) continue;
      units += sizeOf(name, array);
      tallest = Math.max(tallest, (array.rows * sizeOf(name, array)) / array.columns);
    }
    const cell = Math.min(TALL / tallest, units ? (WIDE - fixed) / units : TALL);
    const { style } = this.figure.live;
    style.setProperty("--cn-cell", `${cell.toFixed(2)}px`);
    style.setProperty("--bp-gap", `${gap}px`);
    this.overlay.moved();
  }
}

/** How wide a panel is, in cells of the input. @param {string} name @param {{ columns: number }} array */
function sizeOf(name, { columns }) {
  if (name === "w1" || name === "nabla_w1") return 4 * columns;
  return ["a2", "nabla_a2", "w3", "nabla_w3"].includes(name) ? (5 / 3) * columns : columns;
}
