// The ten answers and their errors; each neuron's number is the button that names the right answer.

import { make } from "../parts/layout.js";
import { aDigit } from "../parts/maps.js";
import { number, symbol } from "../parts/text.js";
import { write } from "./curve.js";

/** |δ³| of a bar that is full: of both costs it is never more. */
export const LARGEST_ERROR = 1;

/** The ten answers of a figure. */
export class Answers {
  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {Element} parent
   * @param {(label: number) => void} choose
   */
  constructor(figure, parent, choose) {
    this.element = figure.add(make("div", "pg-answers"), parent);
    const head = figure.add(make("div", "pg-answer pg-head"), this.element);
    head.innerHTML = `<span class="pg-asked"></span><span>${symbol("a", 3)}</span><span>${symbol("δ", 3)}<span class="pg-long"> error</span></span>`;
    this.asked = /** @type {HTMLElement} */ (head.querySelector(".pg-asked"));
    const group = make("div", "", { role: "group", "aria-label": "The right answer" });
    figure.add(group, this.element);
    this.rows = Array.from({ length: 10 }, (_, q) => {
      const row = figure.add(make("div", "pg-answer"), group);
      const button = figure.button(row, `${q}`, () => choose(q));
      const bar = figure.add(make("span", "pg-bar", { "aria-hidden": "true" }), row);
      const text = figure.add(make("span", "pg-number"), row);
      const error = figure.add(make("span", "pg-error", { "aria-hidden": "true" }), row);
      return { row, button, bar, text, error };
    });
    const [blue, red] = [-0.8, 0.8].map((x) => figure.palettes.scale("diverging", [1]).rgb(x));
    this.element.style.setProperty("--pg-positive", `rgb(${red})`);
    this.element.style.setProperty("--pg-negative", `rgb(${blue})`);
  }

  /**
   * @param {Float64Array} a3
   * @param {Float64Array} delta3
   * @param {number} label  −1 for none
   * @param {number} answer
   */
  show(a3, delta3, label, answer) {
    write(this.asked, label < 0 ? "Which digit is it?" : `It is ${aDigit(label)}.`);
    this.rows.forEach(({ row, button, bar, text, error }, q) => {
      bar.style.setProperty("--pg-share", a3[q].toFixed(3));
      write(text, twoDigits(a3[q]));
      const share = label < 0 ? 0 : Math.min(1, Math.abs(delta3[q]) / LARGEST_ERROR);
      error.style.setProperty("--pg-share", share.toFixed(3));
      error.toggleAttribute("data-negative", delta3[q] < 0);
      row.toggleAttribute("data-answer", q === answer);
      button.setAttribute("aria-pressed", `${q === label}`);
    });
  }
}

/** An activation, 0.00 for one that is very small. @param {number} a */
export const twoDigits = (a) => (Number.isFinite(a) ? a.toFixed(2) : number(a));
