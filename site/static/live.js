// The figures of a page that has no kernel: their models, made of the state that stands in the page,
// and their drawing, begun as anywidget begins it. Jupyter's own manager for such pages does as
// much for every widget there is, in 3.6 MB; here are anywidget's alone, which all figures are, and
// the controls that one of them asks for. The slides run them in the other one, tests/browser in
// both.

/** @typedef {(...args: any[]) => void} Listener */
/**
 * A widget as the page holds it. `texts` of the state are what several have in common, each once:
 * a module, a style sheet. A number stands in its place (site/states.py).
 * @typedef {object} Entry
 * @property {Record<string, any>} state
 * @property {{ path: (string | number)[], data: string }[]} [buffers]
 */

(() => {
  const STATE = "application/vnd.jupyter.widget-state+json";
  const VIEW = "application/vnd.jupyter.widget-view+json";

  /** The bytes that are written in base 64. @param {string} text */
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

  /** Whether two values are equal part by part. @param {any} a @param {any} b @returns {boolean} */
  function same(a, b) {
    if (Object.is(a, b)) return true;
    if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
    if (a.constructor !== b.constructor) return false;
    if (ArrayBuffer.isView(a)) return sameBytes(a, b);
    const names = Object.keys(a);
    return (
      names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]))
    );
  }

  /** @param {ArrayBufferView} a @param {ArrayBufferView} b */
  function sameBytes(a, b) {
    const [one, other] = [a, b].map((v) => new Uint8Array(v.buffer, v.byteOffset, v.byteLength));
    return one.length === other.length && one.every((byte, n) => byte === other[n]);
  }

  /** What Backbone's models do of which the figures make use. */
  class Model {
    /**
     * @param {Record<string, any>} attributes
     * @param {{ get_model(id: string): Promise<Model> }} manager
     */
    constructor(attributes, manager) {
      this.attributes = attributes;
      this.widget_manager = manager;
      /** @type {Map<string, Listener[]>} */
      this.listeners = new Map();
      this.changing = false;
      this.pending = false;
    }

    /** @param {string} name */
    get(name) {
      return this.attributes[name];
    }

    /**
     * Change values; then tell of each one that is another now, and at last of all.
     * @param {string | Record<string, any>} name
     * @param {any} [value]
     */
    set(name, value) {
      const values = typeof name === "string" ? { [name]: value } : name;
      const changed = Object.keys(values).filter((key) => !same(this.get(key), values[key]));
      Object.assign(this.attributes, values);
      const inner = this.changing; // a listener has called
      this.changing = true;
      if (changed.length) this.pending = true;
      for (const key of changed) this.trigger(`change:${key}`, this, this.get(key));
      if (inner) return;
      while (this.pending) {
        this.pending = false;
        this.trigger("change", this);
      }
      this.changing = false;
    }

    /** There is nobody to send anything to. */
    save_changes() {}

    send() {}

    /** @param {string} event @param {Listener} callback */
    on(event, callback) {
      this.listeners.set(event, [...(this.listeners.get(event) ?? []), callback]);
    }

    /** @param {string} event @param {Listener} callback */
    off(event, callback) {
      const left = (this.listeners.get(event) ?? []).filter((one) => one !== callback);
      this.listeners.set(event, left);
    }

    /** @param {string} event @param {...any} args */
    trigger(event, ...args) {
      for (const callback of this.listeners.get(event) ?? []) callback(...args);
    }
  }

  /** Put what is common to several widgets, and the bytes of the arrays, where they belong.
   * @param {Entry} entry @param {string[]} texts */
  function complete({ state, buffers = [] }, texts) {
    /** @param {any} value */
    const text = (value) => (typeof value === "number" ? texts[value] : value);
    for (const name of ["_esm", "_css"]) if (name in state) state[name] = text(state[name]);
    for (const name of Object.keys(state._modules ?? {})) {
      state._modules[name] = text(state._modules[name]);
    }
    for (const { path, data } of buffers) {
      const last = path[path.length - 1];
      const owner = path.slice(0, -1).reduce((/** @type {any} */ part, key) => part[key], state);
      owner[last] = new DataView(bytes(data).buffer);
    }
    return state;
  }

  /** @type {Map<string, Promise<any>>} */
  const programs = new Map();

  /** The program of a figure, loaded once. @param {string} text */
  function program(text) {
    const before = programs.get(text);
    if (before) return before;
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    const coming = import(address).then((module) => module.default);
    programs.set(text, coming);
    return coming;
  }

  /** @type {Set<string>} */
  const styles = new Set();

  /** @param {Model} model */
  function addStyle(model) {
    const [id, text] = [model.get("_anywidget_id"), model.get("_css")];
    if (!text || styles.has(text)) return;
    styles.add(text);
    document.head.append(Object.assign(document.createElement("style"), { id, textContent: text }));
  }

  /** @type {Map<string, Model>} */
  const models = new Map();
  const manager = {
    /** @param {string} id */
    async get_model(id) {
      const found = models.get(id);
      if (!found) throw new Error(`This page has no widget ${id}`);
      return found;
    },
  };
  const closed = new AbortController().signal; // a page closes none

  /** @type {WeakMap<Model, Promise<any>>} */
  const begun = new WeakMap();

  /** The program of a model, which has got to know it. @param {Model} model */
  function begin(model) {
    const before = begun.get(model);
    if (before) return before;
    const ready = program(model.get("_esm")).then(async (/** @type {any} */ found) => {
      await found.initialize?.({ model });
      return found;
    });
    begun.set(model, ready);
    return ready;
  }

  /** Draw a widget before the element that asks for it. @param {Element} asks */
  async function draw(asks) {
    const model = models.get(JSON.parse(asks.textContent ?? "").model_id);
    if (!model?.get("_esm")) return;
    const area = Object.assign(document.createElement("div"), { className: "widget-subarea" });
    const el = document.createElement("div");
    area.append(el);
    asks.before(area);
    addStyle(model);
    await (await begin(model)).render({ model, el, signal: closed });
  }

  for (const element of document.querySelectorAll(`script[type="${STATE}"]`)) {
    const { state, texts = [] } = JSON.parse(element.textContent ?? "");
    for (const [id, entry] of Object.entries(state)) {
      models.set(id, new Model(complete(entry, texts), manager));
    }
  }
  for (const element of document.querySelectorAll(`script[type="${VIEW}"]`)) draw(element);
})();
