// Controls over a picture: what a function in Python draws of their values.
//
// A row of grids comes as its arrays and is drawn here, any other picture as a PNG. With a kernel
// a moved control is answered by Python. A page without one has what was drawn ahead: it holds
// the states themselves, or knows the scripts beside it that do.

import { NDArray } from "./parts/arrays.js";
import { Scale } from "./parts/colours.js";
import { Figure } from "./parts/figure.js";
import { Flicker } from "./parts/flicker.js";
import { Picture } from "./parts/picture.js";
import { sheet } from "./parts/sheet.js";
import { number } from "./parts/text.js";

const WIDEST = 230; // of a grid, in pixels
const NARROWEST = 7; // a cell

export async function render(context) {
  const manager = context.model.widget_manager;
  const models = await Promise.all(
    context.model.get("_controls").map((name) => manager.get_model(name.replace("IPY_MODEL_", ""))),
  );
  return new Explorer(context, models).close;
}

class Explorer {
  constructor(context, models) {
    this.model = context.model;
    this.models = models;
    this.stops = [];
    this.fetched = new Map();
    const names = models.map((model) => model.get("description")).join(", ");
    this.figure = new Figure(context, `A picture that answers to ${names}`, { cells: 100 });
    this.figure.element.classList.add("cn-explore");
    this.frames = { ...this.model.get("_ahead").frames };
    this.controls = models.map((model, n) => this.control(model, n));
    this.caption = this.figure.add(document.createElement("p"), this.figure.body);
    this.caption.className = "cn-caption";
    this.flicker = new Flicker(this.figure, (swapped) => this.swap(swapped));
    this.row = this.figure.row();
    this.picture = new Picture(this.figure, this.row);
    const paragraph = (name, parent) => {
      const made = this.figure.add(document.createElement("p"), parent);
      made.className = name;
      return made;
    };
    this.failure = paragraph("cn-failed", this.figure.body);
    this.reading = paragraph("cn-reading", sheet(this.figure));
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

  get alone() {
    return "start" in this.model.get("_ahead");
  }

  // --- controls ------------------------------------------------------------------------------

  /** A control of the page that is bound to one of Python's: {read(), element}. */
  control(model, n) {
    const { figure } = this;
    const name = model.get("description");
    const kind = "_options_labels" in model.attributes ? "menu" : typeof model.get("value");
    const moved = (trait) => (value) => this.move(n, trait, value);
    const make = {
      menu: () => menu(figure, name, model, moved("index")),
      number: () => slider(figure, name, model, moved("value")),
      boolean: () => box(figure, name, model, moved("value")),
    };
    const control = (make[kind] ?? (() => text(figure, name, model, moved("value"))))();
    if (this.alone && !this.model.get("_ahead").moves[n]) control.element.style.display = "none";
    const follow = () => control.show();
    model.on("change", follow);
    this.stops.push(() => model.off("change", follow));
    follow();
    if (this.alone)
      for (const event of ["pointerenter", "focusin"])
        control.element.addEventListener(event, () => this.fetch(n));
    return control;
  }

  move(n, trait, value) {
    set(this.models[n], trait, value);
    if (this.alone) this.showAhead(n);
  }

  // --- drawn ahead ---------------------------------------------------------------------------

  /** Show the state of the controls, or, where it was not drawn, what control n alone makes. */
  async showAhead(n) {
    const { start } = this.model.get("_ahead");
    try {
      await this.fetch(n);
    } catch (error) {
      this.controls[n].choose(this.at?.[n] ?? start[n]); // as the picture that is shown
      return this.tell(/** @type {Error} */ (error).message);
    }
    let at = this.controls.map((control) => control.index());
    const back = this.frames[at]
      ? []
      : start.flatMap((_, m) => (m === n || at[m] === start[m] ? [] : m));
    if (!this.frames[at]) at = start.map((index, m) => (m === n ? at[n] : index));
    for (const m of back) this.controls[m].choose(start[m]);
    if (!this.frames[at]) return;
    this.at = at;
    this.show(this.frames[at]);
    if (back.length) this.tellBack(back);
  }

  /** Say which controls went back to where they began. @param {number[]} back */
  tellBack(back) {
    const names = back.map((m) => this.models[m].get("description")).join(", ");
    const again = back.length > 1 ? "are back where they began" : "is back where it began";
    this.tell(`${names} ${again}: without Python one control moves at a time.`);
  }

  /** @param {string} words */
  tell(words) {
    this.reading.textContent = words;
    this.figure.say(words);
  }

  /** Load the script with the states of control n, once. A page from the disk may do just that. */
  fetch(n) {
    const { scripts = [] } = this.model.get("_ahead");
    const address = scripts[n] ?? scripts[0];
    if (address && !this.fetched.has(address)) {
      const coming = loaded(address).then((frames) => Object.assign(this.frames, frames));
      this.fetched.set(address, coming);
      coming.catch(() => this.fetched.delete(address)); // next time it may be there
    }
    return this.fetched.get(address);
  }

  // --- the picture ---------------------------------------------------------------------------

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
    this.picture.show(alt, /** @type {import("./parts/picture.js").Sent} */ (picture));
    return this.figure.say(alt);
  }

  showGrids(panels, alt) {
    const shapes = JSON.stringify(panels.map(({ shape, kind }) => [shape, kind]));
    if (shapes !== this.shapes) {
      this.shapes = shapes;
      this.row.replaceChildren();
      this.row.style.setProperty("--cn-across", `${across(panels.length)}`);
      this.grids = panels.map((panel, n) => {
        const before = panels[n - 1];
        // Many grids of two sizes are two rows.
        if (panels.length > 4 && before && `${before.shape}` !== `${panel.shape}`) this.breakLine();
        return this.grid(panel, n);
      });
    }
    // Kept, since a grid that flickers holds another panel's now and then.
    this.arrays = panels.map(decoded);
    panels.forEach((panel, n) => {
      const grid = this.grids[n];
      grid.show(this.arrays[n], {
        title: panel.title,
        words: plain(panel.title),
        scale: scaleOf(grid, panel),
      });
      grid.setMask(panel.outline.map(([row, column]) => ({ row, column, line: "winner" })));
    });
    this.panels = panels;
    this.point(null);
    this.figure.say(alt);
  }

  breakLine() {
    this.figure.add(document.createElement("span"), this.row).className = "cn-break";
  }

  /** Show the second of each pair in the place of the first, or each in its own. */
  swap(swapped) {
    for (const [first, second] of this.pairs ?? []) {
      const shown = swapped ? second : first;
      const panel = this.panels?.[shown];
      const grid = this.grids?.[first];
      if (!panel || !grid) return;
      grid.show(this.arrays[shown], {
        title: panel.title,
        words: plain(panel.title),
        scale: scaleOf(grid, panel),
      });
    }
  }

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

  /** The cell that is pointed at, on every grid of the same size, and its number below. */
  point(at, n) {
    const same = (panel) => String(panel.shape) === String(this.panels[n].shape);
    this.grids.forEach((grid, m) => {
      const { mark } = this.panels[m];
      const box = mark ? [{ row: mark[0], column: mark[1], rows: mark[2], columns: mark[3] }] : [];
      grid.mark(
        at && same(this.panels[m]) ? [...box, { ...at, line: m === n ? "cell" : "linked" }] : box,
      );
    });
    if (!at) return;
    const alike = [...this.panels.keys()].filter((m) => same(this.panels[m]));
    const read = (m) =>
      `${this.panels[m].title}: <b>${number(this.arrays[m].at(at.row, at.column))}</b>`;
    this.reading.innerHTML = `row ${at.row}, column ${at.column} — ${alike.map(read).join("; ")}`;
    this.figure.say(this.reading.textContent);
  }
}

// --- the kinds of controls -----------------------------------------------------------------------
// Each: {element, show() what the model holds, index() among its states, choose(index)}.

function slider(figure, name, model, moved) {
  const [min, max, step] = ["min", "max", "step"].map((trait) => model.get(trait));
  const whole = [min, step].every(Number.isInteger);
  const value = (index) => (whole ? min + index * step : Number((min + index * step).toFixed(9)));
  const index = () => Math.round((model.get("value") - min) / step);
  const last = Math.floor((max - min) / step + 1e-9);
  const range = { min: 0, max: last, step: 1 };
  const { input, output } = figure.slider(figure.controls, `${name} `, name, range, (n) =>
    moved(value(n)),
  );
  const show = () => {
    input.value = index();
    output.textContent = input.ariaValueText = number(model.get("value"), whole ? 0 : 2);
  };
  return {
    element: input.parentElement,
    show,
    index,
    choose: (n) => set(model, "value", value(n)),
  };
}

function menu(figure, name, model, moved) {
  const choices = model.get("_options_labels").map((label, n) => [n, label]);
  const select = figure.menu(figure.controls, name, choices, (n) => moved(Number(n)));
  const show = () => {
    select.value = model.get("index");
  };
  const choose = (n) => set(model, "index", n);
  return { element: select.parentElement, show, index: () => model.get("index"), choose };
}

function box(figure, name, model, moved) {
  const { element, input } = labelled(figure, name, "checkbox");
  input.addEventListener("change", () => moved(input.checked));
  const show = () => {
    input.checked = model.get("value");
  };
  const choose = (n) => set(model, "value", n === 1);
  return { element, show, index: () => Number(model.get("value")), choose };
}

/** What has no states that could be counted: it is written, and needs Python. */
function text(figure, name, model, moved) {
  const { element, input } = labelled(figure, name, "text");
  input.addEventListener("change", () => moved(input.value));
  const show = () => {
    input.value = model.get("value");
  };
  return { element, show, index: () => 0, choose() {} };
}

function labelled(figure, name, type) {
  const element = figure.add(document.createElement("label"), figure.controls);
  element.className = "cn-label";
  const input = document.createElement("input");
  Object.assign(input, { type });
  element.append(name, " ", input);
  return { element, input };
}

// --- arrays, scripts, words ----------------------------------------------------------------------

function set(model, trait, value) {
  model.set(trait, value);
  model.save_changes();
}

function decoded({ shape, data }) {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return new NDArray(shape, Float64Array.from(new Float32Array(bytes.buffer)));
}

function scaleOf({ palettes }, { kind, limit }) {
  if (!limit) return null;
  return new Scale(palettes[kind], kind === "diverging" ? -limit : 0, limit);
}

/** What a script beside the page has: it puts its frames under its own address. */
function loaded(address) {
  globalThis.convnetFrames ??= {};
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(globalThis.convnetFrames[address]);
    script.onerror = () => reject(new Error(`${address} is not beside this page`));
    document.head.append(script);
  }).finally(() => document.querySelector(`script[src="${address}"]`)?.remove());
}

/** How many grids stand side by side on a telephone. @param {number} count */
function across(count) {
  return count < 3 ? count : count < 5 ? 2 : 3;
}

function plain(title) {
  const element = document.createElement("span");
  element.innerHTML = title;
  return element.textContent;
}
