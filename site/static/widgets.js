// Where the widgets of a page find what they need: beside the page, never elsewhere.

const own = /** @type {HTMLScriptElement} */ (document.currentScript);
const scripts = new URL("scripts/", own.src).href;
requirejs.config({ paths: { anywidget: `${scripts}anywidget` } });

// The widgets ask MathJax 2 to set the formulas in them; here is MathJax 3, and they have none.
addEventListener("load", () => {
  if (window.MathJax) window.MathJax.Hub ??= { Queue() {} };
});
