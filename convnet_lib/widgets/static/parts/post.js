// What is sent to the kernel: changes of traits, after the frame that shows them.
//
// To send is to write arrays into a message, and JupyterLab answers each with work of its own: the
// kernel is busy, echoes what it was sent, and is idle. None of it is to come between a key and its
// picture. So changes wait until the frame is painted, and then go in one message. What takes long
// and is not on the screen is computed only then. They go at once when the reader turns to something
// else, which might have Python ask for them.

import { afterFrame, REST } from "./frames.js";

const TURNS = ["keydown", "pointerdown", "blur", "pagehide"];
/** @type {Post | null} */
let last = null; // the one that was used last, of all views; no other has anything that waits

/** Send what waits, of whatever view. */
export const flush = () => last?.send();

/** What is sent from one view of a model. */
export class Post {
  /** @param {import("./types.js").Model} model */
  constructor(model) {
    this.model = model;
    /** @type {Map<string, unknown>} */
    this.waiting = new Map();
    /** @type {Map<string, () => void>} */
    this.kept = new Map(); // what keeps a trait as it is waiting
    /** @type {Map<string, { instead: unknown, compute: () => unknown }>} */
    this.late = new Map(); // what is still to be computed, and what waits in its place
    /** @type {(() => void) | null} */
    this.notYet = null; // forgets that it is to be sent
    this.flush = () => this.send();
    // The model is closed: nobody is there.
    this.forget = () => {
      this.notYet?.();
      this.notYet = null;
      this.waiting.clear();
      this.late.clear();
    };
    for (const type of TURNS) window.addEventListener(type, this.flush, true);
    document.addEventListener("visibilitychange", this.flush);
    model.on("destroy", this.forget);
  }

  /**
   * Change traits now, and send them later; some of them as they are computed `late`, by functions,
   * after the frame. What they then are in place of is not sent.
   * @param {Record<string, unknown>} values
   * @param {Record<string, () => unknown>} late
   */
  put(values, late = {}) {
    if (last !== this) flush(); // it may be of another view of the same traits
    last = this;
    this.set(values);
    for (const [name, compute] of Object.entries(late)) {
      this.late.set(name, { instead: values[name], compute });
    }
    this.notYet ??= afterFrame(this.flush, REST);
  }

  /** @param {Record<string, unknown>} values */
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      this.keep(name);
      this.waiting.set(name, value);
      this.model.set(name, value);
    }
  }

  /** While a change waits, the echo of an earlier one does not undo it. @param {string} name */
  keep(name) {
    if (this.kept.has(name)) return;
    const keep = () => {
      const mine = this.waiting.get(name);
      if (mine !== undefined && this.model.get(name) !== mine) this.model.set(name, mine);
    };
    this.kept.set(name, keep);
    this.model.on(`change:${name}`, keep);
  }

  send() {
    if (!this.waiting.size) return;
    this.notYet?.();
    this.notYet = null;
    this.computeLate();
    this.waiting.clear();
    this.model.save_changes();
  }

  /** What has been set anew meanwhile is not computed. */
  computeLate() {
    const late = [...this.late];
    this.late.clear();
    for (const [name, { instead, compute }] of late) {
      if (this.waiting.get(name) === instead) this.set({ [name]: compute() });
    }
  }

  close() {
    this.send();
    if (last === this) last = null;
    for (const type of TURNS) window.removeEventListener(type, this.flush, true);
    document.removeEventListener("visibilitychange", this.flush);
    this.model.off("destroy", this.forget);
    for (const [name, keep] of this.kept) this.model.off(`change:${name}`, keep);
  }
}
