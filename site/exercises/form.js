// The exercises of a page: fields in, the sentences of judge.js out. What is done is kept in this
// browser and goes nowhere else.

import { comma, judge, read } from "./judge.js";

const KEPT = "convnet_lib.exercises";

// --- What is done ----------------------------------------------------------------------------

/** The ids that are done. A browser that keeps nothing, or something else, has none. */
function done() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : []);
  } catch {
    return new Set();
  }
}

function keep(ids) {
  try {
    if (ids.size) localStorage.setItem(KEPT, JSON.stringify([...ids]));
    else localStorage.removeItem(KEPT);
    return true;
  } catch {
    return false; // a private window, say: all else works
  }
}

// --- One exercise ----------------------------------------------------------------------------

function begin(element) {
  const question = JSON.parse(element.querySelector("script").textContent);
  const form = element.querySelector("form");
  if (question.kind === "letter") takeStatements(element, form.querySelector("fieldset"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { passed, message } = said(question, form);
    tell(form, message, passed);
    if (!passed) return;
    if (!keep(done().add(question.id)))
      tell(form, `${message} (Not kept: this browser keeps nothing.)`, true);
    count();
  });
  form.querySelector(".hint").addEventListener("click", () => oneMore(question.hints, form));
  const solution = form.querySelector("details");
  solution.addEventListener("toggle", () => {
    solution.querySelector("pre").textContent = solution.open ? question.solution : "";
  });
}

/** What is said of the fields as they stand. */
function said(question, form) {
  const fields = [...form.querySelectorAll("input")];
  if (question.kind === "letter") {
    return judge(question, fields.find((field) => field.checked)?.value ?? null);
  }
  const odd = fields.map((field) => comma(field.value)).find(Boolean);
  if (odd) {
    const point = odd.replace(",", ".");
    return { passed: false, message: `${question.id}: ${odd} has a comma. Is it ${point}?` };
  }
  const shape = JSON.parse(form.querySelector("fieldset").dataset.shape);
  return judge(
    question,
    nested(
      fields.map((field) => read(field.value)),
      shape,
    ),
  );
}

/** A flat list as lists in lists. */
function nested(flat, [length, ...below]) {
  if (length === undefined) return flat[0];
  const size = flat.length / length;
  return Array.from({ length }, (_, n) => nested(flat.slice(n * size, (n + 1) * size), below));
}

function tell(form, message, passed) {
  const status = form.querySelector("[role=status]");
  status.textContent = message;
  status.classList.toggle("right", passed);
}

function oneMore(hints, form) {
  const list = form.querySelector(".hints");
  const next = list.children.length;
  if (next === hints.length) return;
  const hint = document.createElement("li");
  hint.textContent = hints[next];
  list.append(hint);
  const button = form.querySelector(".hint");
  button.textContent = next + 1 < hints.length ? "Another hint" : "No more hints";
  button.setAttribute("aria-disabled", String(next + 1 === hints.length));
}

/** The statements stand above as a list; here each becomes the label of its letter. */
function takeStatements(element, fieldset) {
  let list = element.closest(".cell")?.previousElementSibling;
  while (list && list.tagName !== "UL") list = list.previousElementSibling;
  const labels = [...fieldset.querySelectorAll("label")];
  if (list?.children.length !== labels.length) return;
  labels.forEach((label, n) => {
    const statement = document.createElement("span");
    const item = list.children[n];
    const source =
      item.children.length === 1 && item.firstElementChild?.tagName === "P"
        ? item.firstElementChild
        : item;
    statement.append(...source.childNodes);
    label.lastChild.remove(); // the bare letter: the statement begins with it
    label.append(statement);
  });
  list.remove();
}

// --- All of them -----------------------------------------------------------------------------

/** The line above the exercises: how many are done, here and in the book, and a way to forget. */
function count() {
  const ids = done();
  for (const element of document.querySelectorAll("[data-exercise]")) {
    element.classList.toggle("done", ids.has(element.dataset.exercise));
  }
  const line = document.querySelector(".exercises-done");
  if (!line) return;
  const here = [...document.querySelectorAll("[data-exercise]:has([type=submit])")];
  const now = here.filter((element) => element.classList.contains("done")).length;
  const total = Number(line.dataset.total);
  line.querySelector("span").textContent =
    `Done: ${now} of the ${here.length} of this page that are answered here, ` +
    `${Math.min(ids.size, total)} of ${total} in the book. This is kept in this browser only.`;
  line.querySelector("button").hidden = ids.size === 0;
}

function forget() {
  keep(new Set());
  count();
  document.querySelector(".exercises-done span").textContent += " All marks were deleted.";
}

addEventListener("DOMContentLoaded", () => {
  for (const element of document.querySelectorAll("[data-exercise]")) begin(element);
  document.querySelector(".exercises-done button")?.addEventListener("click", forget);
  count();
});
addEventListener("storage", count);
