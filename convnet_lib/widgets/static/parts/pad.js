// A grid that can be drawn on, with pointer, pen, finger and keyboard, and the buttons for it.
//
// One pad for all figures. A stroke goes where the pointer goes, between the cells as well, and its
// edge is grey as that of a digit of MNIST. With `centring` a switch stands beside the buttons: the
// drawing as it is, or as MNIST's digits are.

import { NDArray } from "./arrays.js";
import { asMnist, moved, SIDE } from "./centring.js";
import { Ways } from "./ways.js";

/** @typedef {import("./types.js").Cell} Cell */
/** @typedef {{ x: number, y: number }} Point  in cells, from the corner at the top left */
/** @typedef {{ drawn: NDArray, centred: NDArray, chosen: boolean }} Pictures  chosen: the latter */

// Of the pen, in pixels: full ink up to here, none from there on. MNIST's strokes are as wide.
const [CORE, RIM] = [0.7, 1.7];
const THINNEST = [0.35, 0.85]; // on an image of few pixels: no way between them is without ink
const MOST_UNDONE = 100;
const CENTRED =
  "Centred as MNIST's digits are: fitted into a box of 20 pixels, its centre of mass in the middle.";
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Core and rim of the pen for an image: on a small one it is thinner. @param {NDArray} image */
function nib({ rows, columns }) {
  const share = Math.min(1, Math.max(rows, columns) / SIDE);
  return [CORE, RIM].map((width, i) => Math.max(THINNEST[i], share * width));
}

/** A pixel that is not a number is drawn over as well. @param {NDArray} image @param {number} place @param {number} ink */
function ground(image, place, ink) {
  if (!(image.values[place] >= ink)) image.values[place] = ink;
}

/**
 * An image after a soft stroke from one point to another.
 * @param {NDArray} image
 * @param {Point} from
 * @param {Point} to
 */
export function stroked(image, from, to) {
  const drawn = image.copy();
  const [core, rim] = nib(image);
  const reach = (/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ n) => [
    Math.max(0, Math.floor(Math.min(a, b) - rim)),
    Math.min(n - 1, Math.ceil(Math.max(a, b) + rim)),
  ];
  const [top, bottom] = reach(from.y, to.y, image.rows);
  const [left, right] = reach(from.x, to.x, image.columns);
  for (let j = top; j <= bottom; j++) {
    for (let k = left; k <= right; k++) {
      const ink = (rim - distance({ x: k + 0.5, y: j + 0.5 }, from, to)) / (rim - core);
      if (ink > 0) ground(drawn, j * image.columns + k, Math.min(1, ink));
    }
  }
  return drawn;
}

/** Of a point from a line between two others. @param {Point} at @param {Point} from @param {Point} to */
function distance(at, from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  const along = square ? ((at.x - from.x) * dx + (at.y - from.y) * dy) / square : 0;
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(at.x - from.x - share * dx, at.y - from.y - share * dy);
}

/** The middle of a cell. @param {Cell} cell @returns {Point} */
const middle = ({ row, column }) => ({ x: column + 0.5, y: row + 0.5 });

/**
 * @typedef {object} Traits
 * @property {string} images  the images
 * @property {string} [given]  what they were at first; without it there is no button for it
 * @property {boolean} [always]  whether it can be drawn on at any time, without a button for it
 * @property {boolean} [centring]  whether there is a switch for it
 * @property {() => Record<string, unknown>} [also]  what else changes with a drawing
 * @property {Partial<Record<"pen" | "blank" | "given" | "undo", string>>} [names]  of the buttons
 */

/** A drawing pad: its buttons, its strokes and their history. */
export class Pad {
  /** @type {HTMLButtonElement | null} */ pen = null;
  /** @type {Ways | null} */ ways = null;

  /**
   * @param {import("./figure.js").Figure} figure
   * @param {HTMLElement} parent  where the buttons stand
   * @param {Traits} traits
   */
  constructor(figure, parent, traits) {
    this.figure = figure;
    this.traits = traits;
    this.drawing = false;
    /** @type {Cell | null} */
    this.last = null;
    /** @type {Point[]} */
    this.points = []; // where the pointer has been since the last stroke
    /** @type {{ image: NDArray, index: number, beside: Record<string, unknown> }[]} */
    this.before = []; // what there was before each stroke
    /** @type {Map<number, Pictures>} */
    this.kept = new Map(); // drawings that are, or were, shown centred
    /** @type {HTMLElement | null} */
    this.paper = null;
    /** @type {import("./grid.js").Grid | null} */
    this.grid = null;
    /** @type {HTMLButtonElement} */
    this.back = this.buildButtons(parent);
    this.buildWays(parent);
    this.set(Boolean(traits.always));
    this.tell();
    figure.closing.push(() => this.clear());
  }

  /** The figure is closed: what was drawn is let go, whoever still has the pad. */
  clear() {
    this.before = [];
    this.kept.clear();
    this.paper = this.grid = this.ways = null;
  }

  /** The buttons; returns the one that takes back. @param {HTMLElement} parent */
  buildButtons(parent) {
    const { figure, traits } = this;
    const names = {
      ...{ pen: "Draw on the input", blank: "Blank input", given: "Given input", undo: "Undo" },
      ...traits.names,
    };
    if (!traits.always) {
      this.pen = figure.button(parent, names.pen, () => this.take(!this.drawing));
    }
    const back = figure.button(parent, names.undo, () => this.undo());
    figure.button(parent, names.blank, () => this.begin(NDArray.zeros(this.image.shape)));
    const { given } = traits;
    if (given) figure.button(parent, names.given, () => this.begin(this.of(given)));
    return back;
  }

  /** The switch; what MNIST would have is a picture of its size alone. @param {HTMLElement} parent */
  buildWays(parent) {
    const { figure, traits } = this;
    const { rows, columns } = this.image;
    if (!traits.centring || rows !== SIDE || columns !== SIDE) return;
    this.ways = new Ways(figure, parent, (centred) => this.choose(centred));
    figure.onChange([traits.images, "index"], () => this.tell());
  }

  /** What the grid of the images needs of the pad. */
  get options() {
    return {
      /** @param {KeyboardEvent} event @param {Cell} cell */
      onKey: (event, cell) => this.onKey(event, cell),
      onDrag: {
        holds: true, // what is explained stays, and need not be drawn anew with each stroke
        /** @param {Cell} cell */
        start: (cell) => this.drawing && this.touch(cell),
        /** @param {Cell} cell */
        move: (cell) => this.draw(cell, this.last ?? cell),
      },
    };
  }

  /** Say what is drawn on: the grid, or its element. @param {import("./grid.js").Grid | HTMLElement} paper */
  on(paper) {
    const grid = "field" in paper ? paper : null;
    this.grid = grid;
    this.paper = grid ? grid.element : /** @type {HTMLElement} */ (paper);
    this.set(this.drawing);
    for (const type of ["pointerdown", "pointermove"]) {
      this.paper.addEventListener(
        type,
        (event) => this.note(/** @type {PointerEvent} */ (event)),
        true,
      );
    }
    this.paper.addEventListener("keydown", (event) => this.onArrow(event), true);
  }

  /** @param {string} name */
  of(name) {
    return this.figure.array(name).part(this.index);
  }

  /** Which of the images is drawn on. @returns {number} */
  get index() {
    return this.figure.model.get("index") ?? 0;
  }

  get image() {
    return this.of(this.traits.images);
  }

  /** @param {boolean} drawing */
  set(drawing) {
    this.drawing = drawing;
    this.pen?.setAttribute("aria-pressed", `${drawing}`);
    this.paper?.classList.toggle("cn-drawing", drawing);
  }

  /** Take up the pen, or put it down: it goes over the drawing as it is. @param {boolean} up */
  take(up) {
    if (up && this.centred) this.choose(false);
    this.set(up);
  }

  // --- strokes -------------------------------------------------------------------------------

  /** Where the pointer has been, between the cells too, and between two frames. @param {PointerEvent} event */
  note(event) {
    const field = this.paper?.querySelector(".cn-field");
    if (!field) return;
    if (event.type === "pointerdown") this.points = [];
    const { left, top, width, height } = field.getBoundingClientRect();
    const { rows, columns } = this.image;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const { clientX, clientY } of all.length ? all : [event]) {
      this.points.push({
        x: ((clientX - left) / width) * columns,
        y: ((clientY - top) / height) * rows,
      });
    }
  }

  /** Begin a stroke. @param {Cell} cell */
  touch(cell) {
    this.remember();
    return this.draw(cell);
  }

  /** Draw from one cell to another, or where the pointer went. @param {Cell} to */
  draw(to, from = to) {
    this.last = to;
    this.stroke(this.points.length ? this.points : [middle(from), middle(to)]);
    return true;
  }

  /** Draw along a way. @param {Point[]} points */
  stroke(points) {
    let image = stroked(this.image, points[0], points[0]);
    for (let i = 1; i < points.length; i++) image = stroked(image, points[i - 1], points[i]);
    this.points = this.points.slice(-1); // where the next stretch begins
    this.show(image);
  }

  /** @param {KeyboardEvent} event @param {Cell} cell */
  onKey(event, cell) {
    const undoes = event.key === "Backspace" || (event.ctrlKey && event.key === "z");
    if (this.drawing && undoes) this.undo();
    else if (this.drawing && event.key === " ") this.key(cell, cell);
    else return false;
    return true;
  }

  /** Shift and an arrow draw on the way; without Shift the grid alone walks. @param {KeyboardEvent} event */
  onArrow(event) {
    const arrow = ARROWS[event.key];
    if (!arrow || !event.shiftKey || !this.drawing || !this.grid) return;
    const { row, column } = this.grid.cursor;
    const inside = (/** @type {number} */ x, /** @type {number} */ n) =>
      Math.min(n - 1, Math.max(0, x));
    const { rows, columns } = this.image;
    const to = { row: inside(row + arrow[0], rows), column: inside(column + arrow[1], columns) };
    this.key({ row, column }, to);
  }

  /** A stroke with the keyboard. @param {Cell} from @param {Cell} to */
  key(from, to) {
    this.points = [];
    this.remember();
    this.draw(to, from);
  }

  // --- as drawn, or centred ------------------------------------------------------------------

  /** The drawing as it is, and as MNIST's digits are. @returns {Pictures} */
  get pictures() {
    const { image, index } = this;
    const kept = this.kept.get(index);
    if (kept && [kept.drawn, kept.centred].some((one) => one.equals(image))) return kept;
    const pictures = { drawn: image, centred: asMnist(image), chosen: false };
    this.kept.set(index, pictures);
    return pictures;
  }

  /** Whether what is shown has been centred. Of a digit of MNIST both pictures are the same. */
  get centred() {
    const { drawn, centred, chosen } = this.pictures;
    return drawn.equals(centred) ? chosen : centred.equals(this.image);
  }

  /** Show the drawing as it is, or centred. @param {boolean} centred */
  choose(centred) {
    const { pictures } = this;
    if (centred) this.set(false);
    if (centred === this.centred) return;
    pictures.chosen = centred;
    this.begin(pictures[centred ? "centred" : "drawn"]);
    this.say(centred ? CENTRED : "As it was drawn.");
  }

  // --- what there was ------------------------------------------------------------------------

  remember() {
    const { image, index } = this;
    this.before = [...this.before, { image, index, beside: {} }].slice(-MOST_UNDONE);
    this.tell();
  }

  /** What else comes back with the image that was remembered last. @param {Record<string, unknown>} beside */
  keep(beside) {
    this.before[this.before.length - 1].beside = beside;
  }

  /** Take the last stroke back, on the image that it went over. */
  undo() {
    const last = this.before.pop();
    this.tell();
    if (last) this.show(last.image, last.index, last.beside);
    this.say(last ? "The last stroke is taken back." : "There is nothing to take back.");
  }

  tell() {
    // Not disabled: a button that one has just pressed would lose the focus.
    this.back.setAttribute("aria-disabled", `${!this.before.length}`);
    this.ways?.show(this.pictures, this.centred);
  }

  /** After what the figure says of its cell, which a drawing changes as well. @param {string} words */
  say(words) {
    setTimeout(() => this.figure.say(words));
  }

  /** Show another image, which can be taken back too. @param {NDArray} image */
  begin(image) {
    this.remember();
    this.show(image);
  }

  /** Move what is drawn. @param {number} down @param {number} right */
  move(down, right) {
    this.begin(moved(this.image, down, right));
  }

  /** @param {NDArray} image */
  show(image, index = this.index, beside = {}) {
    const { images, also } = this.traits;
    const turned = index === this.index ? {} : { index };
    const all = this.figure.array(images).with(index, image);
    this.figure.send({ [images]: all, ...turned, ...also?.(), ...beside });
  }
}
