// The kinds of controls of an `explore`, each bound to one of Python's.

import { number } from "../parts/text.js";

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
  const make = kind === "number" ? slider : kind === "boolean" ? box : text;
  return make(figure, name, model, (value) => moved("value", value));
}

/**
 * @param {Figure} figure @param {string} name @param {Model} model
 * @param {(value: any) => void} moved @returns {Control}
 */
function slider(figure, name, model, moved) {
  const [min, max, step] = ["min", "max", "step"].map((trait) => model.get(trait));
  const whole = [min, step].every(Number.isInteger);
  const value = (/** @type {number} */ index) =>
    whole ? min + index * step : Number((min + index * step).toFixed(9));
  const index = () => Math.round((model.get("value") - min) / step);
  const last = Math.floor((max - min) / step + 1e-9);
  const range = { min: 0, max: last, step: 1 };
  const { input, output } = figure.slider(figure.controls, `${name} `, name, range, (n) =>
    moved(value(n)),
  );
  const show = () => {
    input.value = String(index());
    output.textContent = input.ariaValueText = number(model.get("value"), whole ? 0 : 2);
  };
  const element = /** @type {HTMLElement} */ (input.parentElement);
  return { element, show, index, choose: (n) => set(model, "value", value(n)) };
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
