// The kinds of controls of an `explore`, each bound to one of Python's.

import { minus, significant } from "../parts/text.js";

/** @typedef {import("../parts/figure.js").Figure} Figure */
/** @typedef {import("../parts/types.js").Model} Model */
/**
 * @typedef {object} Control
 * @property {HTMLElement} element
 * @property {() => void} show  what the model holds
 * @property {() => number} index  where it stands among its states
 * @property {(index: number) => void} choose
 */

/** Change a trait, in Python too if there is a kernel. @param {Model} model @param {string} trait @param {any} value */
export function set(model, trait, value) {
  model.set(trait, value);
  model.save_changes();
}

/**
 * The control of the page for one of Python's.
 * @param {Figure} figure
 * @param {Model & { attributes?: object }} model
 * @param {(trait: string, value: any) => void} moved
 * @returns {Control}
 */
export function controlOf(figure, model, moved) {
  const name = model.get("description");
  const { attributes = {} } = model;
  if ("_options_labels" in attributes) return menu(figure, name, model, (n) => moved("index", n));
  const kind = typeof model.get("value");
  const bounded = ["min", "max", "step"].every((trait) => Number.isFinite(model.get(trait)));
  const make = kind === "boolean" ? box : kind !== "number" ? text : bounded ? slider : entry;
  return make(figure, name, model, (value) => moved("value", value));
}

/**
 * @param {Figure} figure @param {string} name @param {Model & { attributes?: object }} model
 * @param {(value: any) => void} moved @returns {Control}
 */
function slider(figure, name, model, moved) {
  const { value, index, last, written } = statesOf(model);
  const range = { min: 0, max: last, step: 1 };
  const { input, output } = figure.slider(figure.controls, "", name, range, (n) => moved(value(n)));
  input.before(`${name} `);
  const show = () => {
    input.value = String(index());
    output.textContent = input.ariaValueText = written(model.get("value"));
  };
  const element = /** @type {HTMLElement} */ (input.parentElement);
  return { element, show, index, choose: (n) => set(model, "value", value(n)) };
}

/**
 * The states of a slider, from 0 to the last: their values, and how they are written.
 * @param {Model & { attributes?: object }} model
 */
function statesOf(model) {
  const [min, max, step] = ["min", "max", "step"].map((trait) => model.get(trait));
  const whole = [min, step].every(Number.isInteger);
  const at = (/** @type {number} */ n) => (whole ? min + n * step : +(min + n * step).toFixed(12));
  const nearest = (/** @type {number} */ x) => Math.round((x - min) / step);
  const last = Math.floor((max - min) / step + 1e-9);
  if ("base" in (model.attributes ?? {})) {
    const base = model.get("base"); // it slides over the exponents
    return {
      value: (/** @type {number} */ n) => base ** at(n),
      index: () => nearest(Math.log(model.get("value")) / Math.log(base)),
      last,
      written: significant,
    };
  }
  const decimals = whole ? 0 : decimalsOf(step);
  return {
    value: at,
    index: () => nearest(model.get("value")),
    last,
    written: (/** @type {number} */ x) => minus((+x.toFixed(decimals) + 0).toFixed(decimals)),
  };
}

/** How many decimals tell the multiples of a step apart: at least two. @param {number} step */
export function decimalsOf(step) {
  const all = step.toFixed(12).replace(/0+$/, "").split(".")[1].length;
  // A third is not written to its end.
  return Math.max(2, all > 6 ? 1 - Math.floor(Math.log10(step)) : all);
}

/**
 * A number without ends: it is written.
 * @param {Figure} figure @param {string} name @param {Model} model
 * @param {(value: number) => void} moved @returns {Control}
 */
function entry(figure, name, model, moved) {
  const { element, input } = labelled(figure, name, "number");
  input.step = `${model.get("step") ?? "any"}`;
  const show = () => {
    input.value = model.get("value");
  };
  input.addEventListener("change", () => {
    if (Number.isFinite(input.valueAsNumber)) moved(input.valueAsNumber);
    else show(); // nothing, or no number, was written
  });
  return { element, show, index: () => 0, choose() {} };
}

/**
 * @param {Figure} figure @param {string} name @param {Model} model
 * @param {(index: number) => void} moved @returns {Control}
 */
function menu(figure, name, model, moved) {
  const labels = /** @type {string[]} */ (model.get("_options_labels"));
  const choices = labels.map((label, n) => /** @type {[number, string]} */ ([n, label]));
  const select = figure.menu(figure.controls, name, choices, (n) => moved(Number(n)));
  const show = () => {
    select.value = model.get("index");
  };
  const element = /** @type {HTMLElement} */ (select.parentElement);
  const choose = (/** @type {number} */ n) => set(model, "index", n);
  return { element, show, index: () => model.get("index"), choose };
}

/**
 * @param {Figure} figure @param {string} name @param {Model} model
 * @param {(value: boolean) => void} moved @returns {Control}
 */
function box(figure, name, model, moved) {
  const { element, input } = labelled(figure, name, "checkbox");
  input.addEventListener("change", () => moved(input.checked));
  const show = () => {
    input.checked = model.get("value");
  };
  const choose = (/** @type {number} */ n) => set(model, "value", n === 1);
  return { element, show, index: () => Number(model.get("value")), choose };
}

/**
 * What has no states that could be counted: it is written, and needs Python.
 * @param {Figure} figure @param {string} name @param {Model} model
 * @param {(value: string) => void} moved @returns {Control}
 */
function text(figure, name, model, moved) {
  const { element, input } = labelled(figure, name, "text");
  input.addEventListener("change", () => moved(input.value));
  const show = () => {
    input.value = model.get("value");
  };
  return { element, show, index: () => 0, choose() {} };
}

/** @param {Figure} figure @param {string} name @param {string} type */
function labelled(figure, name, type) {
  const element = figure.add(document.createElement("label"), figure.controls);
  element.className = "cn-label";
  const input = document.createElement("input");
  Object.assign(input, { type });
  element.append(name, " ", input);
  return { element, input };
}
