// Accuracy and cost on the digits held out, over the digits seen.

import { NDArray } from "../parts/arrays.js";
import { Scale } from "../parts/colours.js";
import { make } from "../parts/layout.js";
import { thumbnail } from "../parts/maps.js";
import { number } from "../parts/text.js";

/** @typedef {import("./school.js").Mark} Mark */

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [100, 100]; // stretched to the place that there is
const FIRST_END = 2000; // digits: the axis ends there at first

/** @param {Element} parent @param {string} tag @param {Record<string, string | number>} attributes */
function shape(parent, tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, `${value}`);
  parent.append(element);
  return element;
}

/** The two curves, and the numbers above them. */
export class Curve {
  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {Element} parent
   * @param {number} held  how many digits are held out
   */
  constructor(figure, parent, held) {
    this.element = figure.add(make("div", "pg-curve"), parent);
    this.element.style.setProperty("--pg-second", figure.palettes.outline);
    this.element.innerHTML = `
      <p class="pg-numbers"><span><b data-value="seen">0</b> digits seen</span>
        <span class="pg-lesson" hidden></span>
        <span><b data-value="accuracy">–</b> accuracy</span></p>
      <div class="pg-plot"><span>1</span><span>0</span></div>
      <p class="pg-axis"><span>0</span><span>digits seen</span><span class="pg-end"></span></p>
      <p class="pg-legend"><span><i class="cn-sample" data-curve="0"></i>accuracy</span>
        <span><i class="cn-sample" data-curve="1"></i>cost <span class="pg-cost"></span></span>
        <span>on ${held} digits held out</span></p>`;
    const plot = this.find(".pg-plot");
    this.svg = shape(plot, "svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      role: "img",
    });
    this.lines = [0, 1].map((i) =>
      shape(this.svg, "path", { class: "cn-chart-curve", "data-curve": i }),
    );
    this.lesson = this.find(".pg-lesson");
    this.lesson.append("learning ");
    this.small = thumbnail(this.lesson, "lesson");
    this.ink = new Scale(figure.palettes.sequential, 0, 1);
    this.seen = this.find('[data-value="seen"]');
    this.accuracy = this.find('[data-value="accuracy"]');
    /** @type {Mark | undefined} */
    this.drawn = undefined;
    this.highest = 0; // of the costs that are drawn
  }

  /** @param {string} selector */
  find(selector) {
    return /** @type {HTMLElement} */ (this.element.querySelector(selector));
  }

  /** The digit that is learned, where there is time to look at it. @param {Float64Array | null} image */
  teach(image) {
    this.lesson.hidden = !image;
    if (image) this.small.show(new NDArray([28, 28], image), this.ink);
  }

  /** @param {number} seen @param {Mark[]} marks */
  show(seen, marks) {
    write(this.seen, `${seen}`);
    const last = marks[marks.length - 1];
    if (last === this.drawn && last) return;
    this.drawn = last;
    write(this.accuracy, last ? last.accuracy.toFixed(3) : "–");
    this.draw(marks);
    // The cost has a scale of its own beside the accuracy's: from 0 to the largest that it was.
    const cost = last && `${number(last.cost)} of at most ${number(this.highest)}`;
    write(this.find(".pg-cost"), cost ?? "–");
  }

  /** @param {Mark[]} all */
  draw(all) {
    const marks = all.filter(({ cost }) => Number.isFinite(cost));
    const end = Math.max(FIRST_END, ...marks.map(({ seen }) => seen));
    this.highest = Math.max(...marks.map(({ cost }) => cost), 1e-9);
    /** @param {(mark: Mark) => number} share */
    const path = (share) =>
      marks
        .map((mark, i) => {
          const [x, y] = [(WIDTH * mark.seen) / end, HEIGHT * (1 - share(mark))];
          return `${i ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`;
        })
        .join("");
    this.lines[0].setAttribute(
      "d",
      path(({ accuracy }) => accuracy),
    );
    this.lines[1].setAttribute(
      "d",
      path(({ cost }) => cost / this.highest),
    );
    write(this.find(".pg-end"), end.toLocaleString("en-US"));
    const last = all[all.length - 1];
    const words = last
      ? `accuracy ${last.accuracy.toFixed(3)} and cost ${number(last.cost)} after ${last.seen} digits`
      : "nothing measured yet";
    this.svg.setAttribute("aria-label", `Accuracy and cost on digits held out: ${words}`);
  }
}

/** Write a text where there is another. @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
