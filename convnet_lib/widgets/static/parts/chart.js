// Curves over the epochs of a training run, with a cursor that stands at one of them.

import { write } from "./layout.js";
import { number, powerOfTen, significant } from "./text.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [300, 150];
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 10, 8, 22];

/** @typedef {Options["series"][number]} Series */
/**
 * @typedef {object} Options
 * @property {string} name  what it is called, for tests and for the ear: "accuracy"
 * @property {{ words: string, html: string, values: Float64Array }[]} series
 *   the first is drawn as a line, the second dashed
 * @property {number} [low]   the ends of the vertical axis, if not those of the values
 * @property {number} [high]
 * @property {boolean} [log]  whether the vertical axis is logarithmic
 * @property {(epoch: number) => void} onMove
 *   the pointer was pressed or dragged at an epoch
 */

/** A chart of a figure. */
export class Chart {
  /**
   * @param {import("./figure.js").Figure} figure
   * @param {HTMLElement} parent
   * @param {Options} options
   */
  constructor(figure, parent, options) {
    this.options = options;
    this.at = 0; // the epoch of the cursor
    // A curve of which nothing is known is left out: the accuracy on digits that are not there.
    this.series = options.series.filter(({ values }) => values.some(Number.isFinite));
    this.last = options.series[0].values.length - 1;
    this.findRange();
    this.element = figure.add(document.createElement("div"), parent);
    this.element.className = "cn-chart";
    this.element.dataset.chart = options.name;
    this.title = figure.add(document.createElement("div"), this.element);
    this.title.className = "cn-chart-title";
    this.element.style.setProperty("--cn-second", figure.palettes.outline);
    this.svg = shape(this.element, "svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
    this.drawAxes();
    for (const [i, series] of this.series.entries()) this.drawCurve(series, i);
    this.cursor = shape(this.svg, "line", {
      class: "cn-chart-cursor",
      y1: TOP,
      y2: HEIGHT - BOTTOM,
    });
    this.dots = this.series.map(() => shape(this.svg, "circle", { class: "cn-chart-dot", r: 3.5 }));
    for (const type of /** @type {const} */ (["pointerdown", "pointermove"])) {
      this.svg.addEventListener(type, (event) => this.onPointer(event));
    }
  }

  findRange() {
    const { low, high, log } = this.options;
    const values = this.series
      .flatMap((s) => [...s.values])
      .filter((x) => Number.isFinite(x) && (!log || x > 0));
    this.low = low ?? Math.min(...values);
    this.high = high ?? Math.max(...values);
    if (!values.length) [this.low, this.high] = [log ? 0.1 : 0, 1];
    if (log) {
      this.low = 10 ** Math.floor(Math.log10(this.low));
      this.high = 10 ** Math.ceil(Math.log10(this.high));
      if (this.low === this.high) this.high *= 10;
    } else if (this.low === this.high) {
      this.high = this.low + 1;
    }
  }

  /** Where an epoch stands, in units of the drawing. @param {number} epoch */
  x(epoch) {
    return LEFT + ((WIDTH - LEFT - RIGHT) * epoch) / Math.max(1, this.last);
  }

  /** Where a value stands. @param {number} value */
  y(value) {
    const scale = this.options.log ? Math.log10 : (/** @type {number} */ x) => x;
    const share = (scale(value) - scale(this.low)) / (scale(this.high) - scale(this.low));
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * Math.min(1, Math.max(0, share));
  }

  /** @param {number} value */
  drawable(value) {
    return Number.isFinite(value) && (!this.options.log || value > 0);
  }

  drawAxes() {
    shape(this.svg, "path", {
      class: "cn-chart-axes",
      d: `M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}`,
    });
    const write = (
      /** @type {string} */ text,
      /** @type {number} */ x,
      /** @type {number} */ y,
      /** @type {string} */ anchor,
    ) => {
      shape(this.svg, "text", { x, y, "text-anchor": anchor }).textContent = text;
    };
    const end = this.options.log ? powerOfTen : significant;
    write(end(this.high), LEFT - 4, TOP + 8, "end");
    write(end(this.low), LEFT - 4, HEIGHT - BOTTOM, "end");
    write("0", LEFT, HEIGHT - 7, "middle");
    write("epoch", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 7, "middle");
    if (this.last) write(`${this.last}`, WIDTH - RIGHT, HEIGHT - 7, "end");
  }

  /** @param {Series} series @param {number} i */
  drawCurve({ values }, i) {
    let [path, pen] = ["", "M"];
    values.forEach((value, epoch) => {
      if (!this.drawable(value)) {
        pen = "M";
        return;
      }
      path += `${pen}${this.x(epoch).toFixed(2)} ${this.y(value).toFixed(2)}`;
      pen = "L";
    });
    const curve = shape(this.svg, "path", { class: "cn-chart-curve", d: path });
    curve.dataset.curve = `${i}`;
  }

  /** Put the cursor at an epoch or between two; `tell` writes the values. @param {number} at */
  show(at) {
    this.at = at;
    const x = `${this.x(at)}`;
    const epoch = Math.floor(at);
    this.cursor.setAttribute("x1", x);
    this.cursor.setAttribute("x2", x);
    this.series.forEach(({ values }, i) => {
      const there = this.drawable(values[epoch]);
      this.dots[i].setAttribute("visibility", there ? "visible" : "hidden");
      this.dots[i].setAttribute("cx", x);
      this.dots[i].setAttribute("cy", `${there ? this.y(values[epoch] + this.on(values, at)) : 0}`);
    });
  }

  /** Write the values of the curves at the epoch at or before the cursor. */
  tell() {
    const epoch = Math.floor(this.at);
    const sample = (/** @type {number} */ i) =>
      this.series.length > 1 ? `<i class="cn-sample" data-curve="${i}"></i>` : "";
    const titles = this.series.map(
      ({ html, values }, i) => `<span>${sample(i)}${html} <b>${number(values[epoch])}</b></span>`,
    );
    write(this.title, titles.join(" "));
    const said = this.series
      .map(({ words, values }) => `${words} ${number(values[epoch])}`)
      .join(", ");
    this.svg.setAttribute(
      "aria-label",
      `Curve over ${this.last} epochs; at epoch ${epoch}: ${said}`,
    );
  }

  /** What a curve has gained on the way to the next epoch. @param {Float64Array} values @param {number} at */
  on(values, at) {
    const epoch = Math.floor(at);
    return at > epoch && this.drawable(values[epoch + 1])
      ? (at - epoch) * (values[epoch + 1] - values[epoch])
      : 0;
  }

  /** @param {PointerEvent} event */
  onPointer(event) {
    if (event.type === "pointermove" && !(event.buttons & 1)) return;
    const { left, width } = this.svg.getBoundingClientRect();
    const share = (((event.clientX - left) / width) * WIDTH - LEFT) / (WIDTH - LEFT - RIGHT);
    this.options.onMove(Math.min(1, Math.max(0, share)) * this.last);
  }
}

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {Element} parent
 * @param {T} tag
 * @param {Record<string, string | number>} attributes
 */
function shape(parent, tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, `${value}`);
  parent.append(element);
  return element;
}
