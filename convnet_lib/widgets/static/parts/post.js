// What is sent to the kernel: changes of traits, after the frame that shows them.
//
// To send is to write arrays into a message, and JupyterLab answers each with work of its own: the
// kernel is busy, echoes what it was sent, and is idle. None of it is to come between a key and its
// picture. So changes wait until the frame is painted, and then go in one message. They go at once
// when the reader turns to something else, which might have Python ask for them.

const REST = 4; // ms after what a frame has to do here: others still paint it
const LATEST = 100; // ms: out of sight there are no frames
const TURNS = ["keydown", "pointerdown", "blur", "pagehide"];
/** @type {Post | null} */
let last = null; // the one that was used last

export class Post {
  /** @param {import("./types.js").Model} model */
  constructor(model) {
    this.model = model;
    /** @type {Map<string, unknown>} */
    this.waiting = new Map();
    /** @type {Map<string, () => void>} */
    this.kept = new Map(); // what keeps a trait as it is waiting
    /** @type {(() => Record<string, unknown>)[]} */
    this.putOff = []; // what is still to be computed
    this.timer = 0;
    this.frame = 0;
    this.flush = () => this.send();
    this.forget = () => this.waiting.clear(); // the model is closed: nobody is there
    for (const type of TURNS) window.addEventListener(type, this.flush, true);
    document.addEventListener("visibilitychange", this.flush);
    model.on("destroy", this.forget);
  }

  /** Change traits now, and send them later. @param {Record<string, unknown>} values */
  put(values) {
    if (last !== this) last?.send(); // it may be of another view of the same traits
    last = this;
    this.set(values);
    this.timer ||= window.setTimeout(this.flush, LATEST);
    this.frame ||= requestAnimationFrame(() => setTimeout(this.flush, REST));
  }

  /** @param {Record<string, unknown>} values */
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      this.keep(name);
      this.waiting.set(name, value);
      this.model.set(name, value);
    }
  }

  /**
   * Compute what goes with that which is waiting, and nothing on the screen shows, before it is sent.
   * @param {() => Record<string, unknown>} values
   */
  later(values) {
    this.putOff.push(values);
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
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    this.timer = this.frame = 0;
    for (const values of this.putOff.splice(0)) this.set(values());
    this.waiting.clear();
    this.model.save_changes();
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
