// Where it is narrow: a strip of small maps is the map and the way about, below it stands one piece
// of the network, forward over backward, and the explanation is a sheet at the foot of the window.
// Of two maps one is as wide as the window, so that a finger hits its cells; a tap on the other, or
// once more on the strip, makes that one large.

import { make } from "../parts/layout.js";
import { thumbnail } from "../parts/maps.js";
import { arrayOf } from "./data.js";
import { Loupe } from "./loupe.js";
import { PIECES } from "./network.js";

const NARROW = 880; // of the figure, in pixels
const SWIPE = 60;
const NAMES = ["a⁰", "w¹", "z¹", "a¹", "a²", "w³", "out"];
const HALVES = ["forward", "backward"];
const LARGE = ["a0", "z1", "a1"]; // pieces whose halves are too large to stand below each other
const WORDS = ["the input", "the filter", "z 1", "a 1", "a 2", "w 3", "the outputs"];

/** @typedef {import("./data.js").Quantities} Quantities */
/** @typedef {import("./scales.js").Scales} Scales */

/** A figure where it is narrow. */
export class Phone {
  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {import("./network.js").Network} network
   * @param {import("./lens.js").Lens} lens
   * @param {import("./track.js").Track} track
   */
  constructor(figure, network, lens, track) {
    this.figure = figure;
    this.network = network;
    this.lens = lens;
    this.narrow = false;
    this.inView = false;
    this.piece = 0;
    this.half = "forward"; // the one that is large
    this.followed = "";
    this.shown = /** @type {{ data: Quantities, scales: Scales } | null} */ (null); // in the small maps
    this.onTurn = /** @type {(() => void) | null} */ (null); // other panels are to be seen
    this.strip = make("div", "bp-strip", { role: "group", "aria-label": "Which part is shown" });
    network.element.before(this.strip);
    this.stops = PIECES.map((name, i) => {
      const button = figure.button(this.strip, "", () => this.press(i));
      button.setAttribute("aria-label", `Show ${WORDS[i]}`);
      const picture = thumbnail(button, name);
      figure.add(make("span", "", { "aria-hidden": "true" }), button).textContent = NAMES[i];
      return { button, picture };
    });
    this.loupe = new Loupe(figure, network);
    this.turn(0);
    this.observe();
    this.swipe(figure.hint, track);
    this.swipe(track.tale, track);
  }

  observe() {
    const { figure, lens } = this;
    const sizes = new ResizeObserver(([{ contentRect }]) => {
      const before = this.narrow;
      const slide = figure.live.classList.contains("bp-present");
      this.narrow = contentRect.width < NARROW && !slide;
      lens.narrow = this.narrow || slide;
      if (figure.live.classList.toggle("bp-narrow", this.narrow) !== before) figure.refresh();
      if (this.narrow && !before) this.drawStrip();
      this.place();
    });
    sizes.observe(figure.element);
    const views = new IntersectionObserver(
      (entries) => {
        this.inView = entries[entries.length - 1].isIntersecting;
        this.place();
      },
      { rootMargin: "-20% 0px -35% 0px" },
    );
    views.observe(figure.element);
    figure.onClose(() => {
      sizes.disconnect();
      views.disconnect();
      lens.element.remove();
    });
  }

  /** The sheet is in the top layer, so that nothing around can move or cut it. */
  place() {
    const { element } = this.lens;
    if (this.narrow === element.hasAttribute("popover")) {
      if (this.narrow && element.isConnected)
        element.matches(":popover-open") !== this.inView && element.togglePopover(this.inView);
      return;
    }
    if (!this.narrow) {
      element.removeAttribute("popover");
      return;
    }
    element.setAttribute("popover", "manual");
    if (this.inView && element.isConnected) element.showPopover();
  }

  /** A piece is chosen on the strip; chosen once more, it shows its backward half large. @param {number} i */
  press(i) {
    this.turn(i, i === this.piece && this.half === "forward" ? "backward" : "forward");
  }

  /** Show one piece of the network. @param {number} i @param {string} half  the one that is large */
  turn(i, half = this.half) {
    this.piece = i;
    this.half = half;
    for (const [k, column] of this.network.columns.entries()) {
      column.classList.toggle("bp-shown", k === i);
      for (const name of HALVES) {
        const aside = LARGE.includes(PIECES[k]) && name !== half;
        column.querySelector(`.bp-${name}`)?.classList.toggle("bp-aside", aside);
      }
      this.stops?.[k].button.setAttribute("aria-pressed", `${k === i}`);
    }
    this.onTurn?.();
  }

  /** Show the piece of a panel. @param {string} name */
  enter(name) {
    this.turn(this.pieceOf(name), this.halfOf(name));
  }

  /** Be where the cell is that has been picked, or walked to. */
  follow() {
    const { walked, pinned } = this.figure;
    const { grid, row, column } = walked ?? pinned;
    const place = `${grid} ${row} ${column}`;
    if (place === this.followed) return;
    this.followed = place;
    this.enter(grid);
  }

  /** @param {string} name */
  pieceOf(name) {
    const { element } = this.network.grids[name];
    return this.network.columns.findIndex((column) => column.contains(element));
  }

  /** @param {string} name */
  halfOf(name) {
    return this.network.grids[name].element.closest(".bp-backward") ? "backward" : "forward";
  }

  /** @param {Quantities} data @param {Scales} scales */
  show(data, scales) {
    this.shown = { data, scales };
    if (this.narrow) this.drawStrip();
  }

  /** The small maps; where it is not narrow they are not to be seen. */
  drawStrip() {
    if (!this.shown) return;
    const { data, scales } = this.shown;
    for (const [i, { picture }] of this.stops.entries()) {
      const name = PIECES[i];
      const array = name === "w3" ? data.w3.part(data.neuron) : arrayOf(data, name);
      picture.show(array, scales.of[name]);
    }
  }

  /** To the next stage with a finger. @param {HTMLElement} element @param {import("./track.js").Track} track */
  swipe(element, track) {
    let from = 0;
    element.addEventListener(
      "touchstart",
      (event) => {
        from = event.touches[0].clientX;
      },
      { passive: true },
    );
    element.addEventListener("touchend", (event) => {
      const by = event.changedTouches[0].clientX - from;
      if (Math.abs(by) > SWIPE) track.go(by < 0 ? 1 : -1);
    });
  }
}
