// σ and σ′ as curves, with a line where the weighted input of a neuron is.

import { NDArray } from "../parts/arrays.js";
import { sigmoid, sigmoidPrime } from "../parts/engine.js";
import { number } from "../parts/text.js";

const STEEPEST = 8; // σ is flat beyond
const POINTS = 65;

const across = (z) => Math.min(100, Math.max(0, 50 + (50 * z) / STEEPEST));
const up = (value) => 90 - 80 * value;

export class Curve {
  constructor(figure, parent) {
    const z = NDArray.make(1, POINTS, (_, i) => STEEPEST * ((2 * i) / (POINTS - 1) - 1));
    const points = (y) => [...y.values].map((v, i) => `${across(z.values[i])},${up(v)}`).join(" ");
    const box = figure.add(document.createElement("div"), parent);
    box.className = "cn-block bp-curve";
    box.innerHTML = `<div class="cn-title"><i>σ</i> and <i>σ</i>′ (dashed)</div>
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <path d="M0,${up(0)}H100M50,4V96" class="bp-axis"/>
        <polyline points="${points(sigmoid(z))}"/>
        <polyline points="${points(sigmoidPrime(z))}" class="bp-dashed"/>
        <line y1="4" y2="96" class="bp-here"/>
        <circle r="3.2" class="bp-dot"/><circle r="3.2" class="bp-dot"/>
      </svg><div class="bp-note"></div>`;
    this.here = /** @type {SVGElement} */ (box.querySelector(".bp-here"));
    this.dots = /** @type {NodeListOf<SVGElement>} */ (box.querySelectorAll(".bp-dot"));
    this.reading = box.querySelector(".bp-note");
  }

  /** Show neuron [j, k] of the convolutional layer, or none. */
  show({ z1, a1, slope1, s }, neuron) {
    const z = neuron ? z1.at(...neuron) : Number.NaN;
    const known = Number.isFinite(z);
    for (const element of [this.here, ...this.dots]) element.style.display = known ? "" : "none";
    this.reading.innerHTML = known ? `${s("z", 1, neuron)} = ${number(z)}` : "";
    if (!known) return;
    const x = `${across(z)}`;
    this.here.setAttribute("x1", x);
    this.here.setAttribute("x2", x);
    for (const [i, array] of [a1, slope1].entries()) {
      this.dots[i].setAttribute("cx", x);
      this.dots[i].setAttribute("cy", `${up(array.at(...neuron))}`);
    }
  }
}
