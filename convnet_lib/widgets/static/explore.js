// Controls over a picture: what a function in Python draws of their values.
//
// A row of grids comes as its arrays and is drawn here, any other picture as a PNG. With a kernel
// a moved control is answered by Python. A page without one computes the row by a recipe, or has
// what was drawn ahead (explored/ahead.js).

import { Ahead, decoded } from "./explored/ahead.js";
import { controlOf, set } from "./explored/controls.js";
import { Scale } from "./parts/colours.js";
import { Figure } from "./parts/figure.js";
import { Flicker } from "./parts/flicker.js";
import { make } from "./parts/layout.js";
import { Picture } from "./parts/picture.js";
import { sheet } from "./parts/sheet.js";
import { number } from "./parts/text.js";

/** @typedef {import("./parts/arrays.js").NDArray} NDArray */
/** @typedef {import("./parts/grid.js").Grid} Grid */
/** @typedef {import("./parts/types.js").Cell} Cell */
/** @typedef {import("./parts/types.js").Model & { widget_manager?: any }} Model */
/** @typedef {import("./explored/ahead.js").Recipe} Recipe */
/** @typedef {import("./explored/row.js").Frame} Frame */
/** @typedef {import("./explored/row.js").Panel} Panel */
/** @typedef {{ model: Model, el: HTMLElement }} Context */

const WIDEST = 230; // of a grid, in pixels
const NARROWEST = 7; // a cell

/** A figure that a page without a kernel computes by a recipe; its `render`. @param {Recipe | null} recipe */
export function answering(recipe) {
  return async (/** @type {Context} */ context) => {
    const manager = context.model.widget_manager;
    const names = /** @type {string[]} */ (context.model.get("_controls"));
    /** @type {Model[]} */
    const models = await Promise.all(
      names.map((name) => manager.get_model(name.replace("IPY_MODEL_", ""))),
    );
    return new Explorer(context, models, recipe).close;
  };
}

/** The figure of a function that Python calls, or that was drawn ahead. */
export const render = answering(null);

class Explorer {
  /** @param {Context} context @param {Model[]} models @param {Recipe | null} recipe */
  constructor(context, models, recipe) {
    this.model = context.model;
    this.models = models;
    /** @type {(() => void)[]} */
    this.stops = [];
    const names = models.map((model) => model.get("description")).join(", ");
    this.figure = new Figure(context, `A picture that answers to ${names}`, { cells: 100 });
    this.figure.element.classList.add("cn-explore");
    const sent = this.model.get("_ahead");
    this.ahead = "start" in sent ? new Ahead(sent, recipe) : null; // null: there is a kernel
    this.controls = models.map((model, n) => this.control(model, n));
    this.at = this.ahead ? this.ahead.sent.start : [];
    this.caption = this.figure.add(make("p", "cn-caption"), this.figure.body);
    this.flicker = new Flicker(this.figure, (swapped) => this.swap(swapped));
    this.row = this.figure.row();
    this.picture = new Picture(this.figure, this.row);
    this.failure = this.figure.add(make("p", "cn-failed"), this.figure.body);
    this.reading = this.figure.add(make("p", "cn-reading"), sheet(this.figure));
    /** @type {Panel[]} */
    this.panels = [];
    /** @type {Grid[]} */
    this.grids = [];
    /** @type {NDArray[]} */
    this.arrays = []; // kept, since a grid that flickers holds another panel's now and then
    /** @type {[number, number][]} */
    this.pairs = [];
    this.shapes = "";
    this.figure.onChange(["_shown"], () => this.show(this.model.get("_shown")));
    this.show(this.model.get("_shown"));
    const sharpen = () => set(this.model, "_sharpness", window.devicePixelRatio || 1);
    sharpen();
    window.addEventListener("resize", sharpen); // so the zoom is told of too
    this.close = () => {
      this.figure.close();
      window.removeEventListener("resize", sharpen);
      for (const stop of this.stops) stop();
    };
  }

  // --- controls ------------------------------------------------------------------------------

  /** A control of the page that is bound to one of Python's. @param {Model} model @param {number} n */
  control(model, n) {
    const control = controlOf(this.figure, model, (trait, value) => {
      set(model, trait, value);
      if (this.ahead) this.showAhead(this.ahead, n);
    });
    const follow = () => control.show();
    model.on("change", follow);
    this.stops.push(() => model.off("change", follow));
    follow();
    const { ahead } = this;
    if (!ahead) return control;
    if (!ahead.sent.moves[n]) control.element.style.display = "none";
    for (const event of ["pointerenter", "focusin"])
      control.element.addEventListener(event, () => ahead.fetch(n));
    return control;
  }

  /**
   * Show the state of the controls, or, where it was not drawn, what control n alone makes.
   * @param {Ahead} ahead @param {number} n
   */
  async showAhead(ahead, n) {
    try {
      await ahead.fetch(n);
    } catch (error) {
      this.controls[n].choose(this.at[n]); // as the picture that is shown
      return this.tell(/** @type {Error} */ (error).message);
    }
    const at = this.controls.map((control) => control.index());
    const frame = ahead.frame(at);
    if (!frame) return this.showAlone(ahead, n, at);
    this.at = at;
    return this.show(frame);
  }

  /**
   * Of a picture with many states only those were drawn in which one control has left its start.
   * @param {Ahead} ahead @param {number} n @param {number[]} all
   */
  showAlone(ahead, n, all) {
    const { at, back } = ahead.alone(n, all);
    for (const m of back) this.controls[m].choose(at[m]);
    const frame = ahead.frame(at);
    if (!frame) return;
    this.at = at;
    this.show(frame);
    const names = back.map((m) => this.models[m].get("description")).join(", ");
    const again = back.length > 1 ? "are back where they began" : "is back where it began";
    this.tell(`${names} ${again}: without Python one control moves at a time.`);
  }

  /** @param {string} words */
  tell(words) {
    this.reading.textContent = words;
    this.figure.say(words);
  }

  // --- the picture ---------------------------------------------------------------------------

  /** @param {Frame} frame */
  show({ alt, panels, failed, caption = "", pairs = [], ...picture }) {
    this.caption.innerHTML = caption;
    this.caption.hidden = !caption;
    this.pairs = pairs;
    this.flicker.offer(pairs.length > 0);
    this.reading.textContent = "";
    this.failure.textContent = failed ?? "";
    this.failure.hidden = !failed;
    this.row.hidden = Boolean(failed);
    if (failed) return this.figure.say(failed);
    if (panels) return this.showGrids(panels, alt);
    this.closeGrids();
    this.picture.show(alt, /** @type {import("./parts/picture.js").Sent} */ (picture));
    return this.figure.say(alt);
  }

  /** @param {Panel[]} panels @param {string} alt */
  showGrids(panels, alt) {
    const shapes = JSON.stringify(panels.map(({ shape, kind }) => [shape, kind]));
    if (shapes !== this.shapes) {
      this.closeGrids();
      this.picture.hide();
      this.shapes = shapes;
      this.row.style.setProperty("--cn-across", `${across(panels.length)}`);
      this.row.dataset.grids = `${panels.length}`;
      this.grids = panels.map((panel, n) => {
        const before = panels[n - 1];
        // Many grids of two sizes are two rows.
        if (panels.length > 4 && before && `${before.shape}` !== `${panel.shape}`) this.breakLine();
        return this.grid(panel, n);
      });
    }
    this.arrays = panels.map(arrayOf);
    panels.forEach((panel, n) => {
      this.draw(this.grids[n], panel, this.arrays[n]);
      this.grids[n].setMask(
        panel.outline.map(([row, column]) => ({ row, column, line: "winner" })),
      );
    });
    this.panels = panels;
    this.point(null);
    this.figure.say(alt);
  }

  /** Others come, or a picture. */
  closeGrids() {
    if (!this.grids.length) return;
    for (const grid of this.grids) this.figure.drop(grid);
    this.row.replaceChildren();
    this.grids = [];
    this.panels = [];
    this.shapes = "";
  }

  /** @param {Grid} grid @param {Panel} panel @param {NDArray} array */
  draw(grid, panel, array) {
    const { title } = panel;
    grid.show(array, { title, words: plain(title), scale: scaleOf(grid, panel) });
  }

  /** From here on the grids stand on another line. */
  breakLine() {
    this.figure.add(document.createElement("span"), this.row).className = "cn-break";
  }

  /** Show the second of each pair in the place of the first, or each in its own. @param {boolean} swapped */
  swap(swapped) {
    for (const [first, second] of this.pairs) {
      const shown = swapped ? second : first;
      const panel = this.panels[shown];
      if (panel) this.draw(this.grids[first], panel, this.arrays[shown]);
    }
  }

  /** @param {Panel} panel @param {number} n */
  grid({ title, kind, shape }, n) {
    const cell = Math.max(NARROWEST, Math.min(48, Math.floor(WIDEST / Math.max(...shape))));
    return this.figure.grid(this.row, {
      name: `panel${n}`,
      title,
      words: plain(title),
      kind,
      unit: `${cell}px`,
      detail: (at) => this.point(at, n),
    });
  }

  /**
   * The cell that is pointed at, on every grid of the same size, and its number below.
   * @param {Cell | null} at @param {number} n
   */
  point(at, n = 0) {
    const same = (/** @type {Panel} */ { shape }) => String(shape) === String(this.panels[n].shape);
    this.grids.forEach((grid, m) => {
      const { mark } = this.panels[m];
      const box = mark ? [{ row: mark[0], column: mark[1], rows: mark[2], columns: mark[3] }] : [];
      grid.mark(
        at && same(this.panels[m]) ? [...box, { ...at, line: m === n ? "cell" : "linked" }] : box,
      );
    });
    if (!at) return;
    const alike = [...this.panels.keys()].filter((m) => same(this.panels[m]));
    const read = (/** @type {number} */ m) =>
      `${this.panels[m].title}: <b>${number(this.arrays[m].at(at.row, at.column))}</b>`;
    this.reading.innerHTML = `row ${at.row}, column ${at.column} — ${alike.map(read).join("; ")}`;
    this.figure.say(this.reading.textContent ?? "");
  }
}

/** @param {Panel} panel */
const arrayOf = ({ shape, data = "", array }) => array ?? decoded({ shape, data });

/** @param {Grid} grid @param {Panel} panel */
function scaleOf({ palettes }, { kind, limit }) {
  if (!limit) return null;
  return new Scale(palettes[kind], kind === "diverging" ? -limit : 0, limit);
}

/** How many grids stand side by side on a telephone. @param {number} count */
function across(count) {
  return count < 3 ? count : count < 5 ? 2 : 3;
}

/** A title without its tags. @param {string} title */
function plain(title) {
  const element = document.createElement("span");
  element.innerHTML = title;
  return element.textContent ?? "";
}
