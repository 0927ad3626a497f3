// The exercises of a page: fields in, the sentences of judge.js out. What is done is kept in this
// browser and goes nowhere else.

import { judge } from "./judge.js";
import { misprint, misread, read, readArray } from "./reading.js";

/** @import { Answer, FunctionQuestion, Question, Said } from "./types" */

const KEPT = "convnet_lib.exercises";

/** What is on every page that has exercises. @template T @param {T | null} found @returns {T} */
function there(found) {
  if (found === null) throw new Error("a part of an exercise is missing");
  return found;
}

// --- What is done ----------------------------------------------------------------------------

/** The ids that the browser did not keep; they last as long as the page. @type {Set<string>} */
const unkept = new Set();

/** The browser's own storage: what stands for it where that refuses (notes.js) keeps nothing. */
function storage() {
  const found = /** @type {Storage | { own: Storage | null }} */ (localStorage);
  return there(found instanceof Storage ? found : found.own);
}

/** The ids that are done. A browser that keeps nothing, or something else, has none. */
function done() {
  /** @type {unknown} */
  let kept = [];
  try {
    kept = JSON.parse(storage().getItem(KEPT) ?? "[]");
  } catch {
    // nothing of ours
  }
  const list = Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
  return new Set([...list, ...unkept]);
}

/** Keep these ids, and say whether the browser did. @param {Set<string>} ids */
function keep(ids) {
  try {
    if (ids.size) storage().setItem(KEPT, JSON.stringify([...ids]));
    else storage().removeItem(KEPT);
    unkept.clear();
    return true;
  } catch {
    return false; // a private window, say: all else works
  }
}

// --- One exercise ----------------------------------------------------------------------------

/** @param {HTMLElement} element with data-exercise */
function begin(element) {
  /** @type {Question | FunctionQuestion} */
  const question = JSON.parse(there(there(element.querySelector("script")).textContent));
  const form = there(element.querySelector("form"));
  if (question.kind === "letter") takeStatements(element, there(form.querySelector("fieldset")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (question.kind !== "function") hear(question, form);
  });
  /** @type {HTMLButtonElement} */
  const button = there(form.querySelector(".hint"));
  button.addEventListener("click", () => oneMore(question.hints, form, button));
  const solution = there(form.querySelector("details"));
  const text = there(solution.querySelector("pre"));
  solution.addEventListener("toggle", () => {
    text.textContent = solution.open ? question.solution : "";
  });
}

/** Say what is to be said, and mark what is done. @param {Question} of @param {HTMLFormElement} form */
function hear(of, form) {
  const { passed, message } = said(of, form);
  tell(form, message, passed);
  if (!passed) return;
  if (!keep(done().add(of.id))) {
    unkept.add(of.id);
    tell(form, `${message} (Not kept: this browser has no place for it.)`, true);
  }
  count();
}

/**
 * What is said of the fields as they stand.
 * @param {Question} question
 * @param {HTMLFormElement} form
 * @returns {Said}
 */
function said(question, form) {
  const fields = [...form.querySelectorAll("input")];
  if (question.kind === "letter") {
    return judge(question, fields.find((field) => field.checked)?.value ?? null);
  }
  if (question.kind === "made") {
    const { value } = there(form.querySelector("textarea"));
    const odd = misprint(value);
    if (odd) return { passed: false, message: `${question.id}: ${odd}` };
    return judge(question, readArray(value));
  }
  const odd = fields.map((field) => misread(field.value)).find(Boolean);
  if (odd) return { passed: false, message: `${question.id}: ${odd}` };
  const shape = JSON.parse(there(form.querySelector("fieldset")).dataset.shape ?? "[]");
  return judge(
    question,
    nested(
      fields.map((field) => read(field.value)),
      shape,
    ),
  );
}

/**
 * A flat list as lists in lists.
 * @param {Answer[]} flat
 * @param {number[]} shape
 * @returns {Answer}
 */
function nested(flat, [length, ...below]) {
  if (length === undefined) return flat[0];
  const size = flat.length / length;
  return Array.from({ length }, (_, n) => nested(flat.slice(n * size, (n + 1) * size), below));
}

/** @param {HTMLFormElement} form @param {string} message @param {boolean} passed */
function tell(form, message, passed) {
  const status = there(form.querySelector("[role=status]"));
  status.textContent = message;
  status.classList.toggle("right", passed);
}

/** @param {string[]} hints @param {HTMLFormElement} form @param {HTMLButtonElement} button */
function oneMore(hints, form, button) {
  const list = there(form.querySelector(".hints"));
  const next = list.children.length;
  if (next === hints.length) return;
  const hint = document.createElement("li");
  hint.textContent = hints[next];
  list.append(hint);
  button.textContent = next + 1 < hints.length ? "Another hint" : "No more hints";
  button.setAttribute("aria-disabled", String(next + 1 === hints.length));
}

/**
 * The statements stand above as a list; here each becomes the label of its letter.
 * @param {HTMLElement} element
 * @param {HTMLFieldSetElement} fieldset
 */
function takeStatements(element, fieldset) {
  let list = element.closest(".cell")?.previousElementSibling;
  while (list && list.tagName !== "UL") list = list.previousElementSibling;
  const labels = [...fieldset.querySelectorAll("label")];
  if (!list || list.children.length !== labels.length) return;
  const items = [...list.children];
  labels.forEach((label, n) => {
    const statement = document.createElement("span");
    const only = items[n].children.length === 1 ? items[n].firstElementChild : null;
    const source = only?.tagName === "P" ? only : items[n];
    statement.append(...source.childNodes);
    label.lastChild?.remove(); // the bare letter: the statement begins with it
    label.append(statement);
  });
  list.remove();
}

// --- All of them -----------------------------------------------------------------------------

/** The exercises of the page. @returns {HTMLElement[]} */
const exercises = () => [...document.querySelectorAll("[data-exercise]")].filter(isElement);

/** @param {Element} one @returns {one is HTMLElement} */
const isElement = (one) => one instanceof HTMLElement;

/** The line above the exercises: how many are done, here and in the book, and a way to forget. */
function count() {
  const ids = done();
  for (const element of exercises()) {
    element.classList.toggle("done", ids.has(element.dataset.exercise ?? ""));
  }
  const line = document.querySelector(".exercises-done");
  if (!(line instanceof HTMLElement)) return;
  const here = exercises().filter((element) => element.querySelector("[type=submit]"));
  const now = here.filter((element) => element.classList.contains("done")).length;
  const total = Number(line.dataset.total);
  there(line.querySelector("span")).textContent =
    `Done: ${now} of the ${here.length} of this page that are answered here, ` +
    `${Math.min(ids.size, total)} of ${total} in the book. ` +
    (unkept.size
      ? "This is forgotten when the page is left: the browser has no place for it."
      : "This is kept in this browser only.");
  there(line.querySelector("button")).hidden = ids.size === 0;
}

/** @param {Element} line */
function forget(line) {
  unkept.clear();
  keep(new Set());
  count();
  const all = done().size === 0;
  there(line.querySelector("span")).textContent += all
    ? " All marks were deleted."
    : " The browser did not let them be deleted.";
  // The button is gone, and the keyboard would begin the page anew.
  if (all) there(line.querySelector("summary")).focus();
}

addEventListener("DOMContentLoaded", () => {
  for (const element of exercises()) begin(element);
  const line = document.querySelector(".exercises-done");
  line?.querySelector("button")?.addEventListener("click", () => forget(line));
  count();
});
addEventListener("storage", count);
