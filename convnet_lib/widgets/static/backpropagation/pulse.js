// What moves. A step fades from the old colours to the new; a pulse is light that runs over the
// panels, to the right on its way forward and to the left on its way back, and dots that run along
// the ribbons. It is started by the reader. With reduced motion nothing runs: the stages change, and
// colours fade.

import { make } from "../parts/layout.js";

const RUN = 800; // ms through a stage
const FADE = 320; // ms
const LIGHT = 30; // how wide it is, in pixels, as in figure.css

/**
 * What lies over the cells of a grid, and how it fades. Both stay: to lay one over anew, or to begin
 * another animation, takes milliseconds.
 * @type {WeakMap<HTMLElement, { old: HTMLCanvasElement, fading: Animation }>}
 */
const laidOver = new WeakMap();

/**
 * The colours of a grid change little by little: what it showed is laid over it, and fades.
 * @param {import("../parts/grid.js").Grid} grid
 */
export function fade({ field, cells }) {
  const { old, fading } = overOf(field, cells);
  const pen = /** @type {CanvasRenderingContext2D} */ (old.getContext("2d"));
  pen.globalCompositeOperation = "copy";
  pen.drawImage(cells, 0, 0);
  fading.currentTime = 0;
  fading.play();
}

/**
 * The canvas over the cells, which is as large as they are.
 * @param {HTMLElement} field
 * @param {HTMLCanvasElement} cells
 */
function overOf(field, cells) {
  const before = laidOver.get(field);
  const { width, height, style } = cells;
  const as = before?.old;
  if (before && as?.width === width && as.height === height && as.style.cssText === style.cssText)
    return before;
  as?.remove();
  const old = /** @type {HTMLCanvasElement} */ (cells.cloneNode());
  old.classList.add("bp-old");
  field.append(old);
  const fading = old.animate([{ opacity: 1 }, { opacity: 0 }], FADE);
  const made = { old, fading };
  laidOver.set(field, made);
  return made;
}

/** The light that runs over the panels of a figure. */
export class Pulse {
  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {HTMLElement} network
   */
  constructor(figure, network) {
    this.network = network;
    this.light = figure.add(make("div", "bp-light", { "aria-hidden": "true" }), network);
    this.light.hidden = true;
  }

  /**
   * @param {"forward" | "backward"} way
   * @param {HTMLElement[]} made  the panels that the stage makes
   */
  run(way, made) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const edge = this.network.getBoundingClientRect();
    const boxes = made
      .map((element) => element.getBoundingClientRect())
      .filter(({ width }) => width > 0);
    if (!boxes.length) return;
    const [left, top] = [
      Math.min(...boxes.map((box) => box.left)) - edge.left,
      Math.min(...boxes.map((box) => box.top)) - edge.top,
    ];
    const right = Math.max(...boxes.map((box) => box.right)) - edge.left;
    const bottom = Math.max(...boxes.map((box) => box.bottom)) - edge.top;
    Object.assign(this.light.style, { top: `${top}px`, height: `${bottom - top}px` });
    this.light.hidden = false;
    // From edge to edge, and never beyond: there it would make a narrow page wider.
    const across = [left, Math.max(left, right - LIGHT)];
    const [from, to] = way === "forward" ? across : across.reverse();
    const at = (/** @type {number} */ share, /** @type {number} */ opacity) => ({
      transform: `translateX(${from + share * (to - from)}px)`,
      opacity,
    });
    this.light
      .animate([at(0, 0), at(0.1, 1), at(0.9, 1), at(1, 0)], {
        duration: RUN,
        easing: "ease-in-out",
      })
      .finished.then(
        () => {
          this.light.hidden = true;
        },
        () => {},
      );
    this.beads();
  }

  /** A dot on each ribbon, from the error to what it is blamed on. */
  beads() {
    for (const ribbon of this.network.querySelectorAll(".bp-ribbon")) {
      const path = /** @type {SVGPathElement} */ (ribbon);
      const bead = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      bead.setAttribute("class", `${path.getAttribute("class")} bp-bead`);
      bead.setAttribute("r", `${2 + Number.parseFloat(path.style.strokeWidth) / 2}`);
      path.after(bead);
      bead.style.offsetPath = `path("${path.getAttribute("d")}")`;
      bead
        .animate([{ offsetDistance: "0%" }, { offsetDistance: "100%" }], { duration: RUN })
        .finished.then(
          () => bead.remove(),
          () => {},
        );
    }
  }
}
