// Where the widgets of a page find what they need: beside the page, never elsewhere.

const scripts = new URL("scripts/", document.currentScript.src).href;
requirejs.config({ paths: { anywidget: `${scripts}anywidget` } });

// The widgets ask MathJax 2 to set the formulas in them; here is MathJax 3, and they have none.
addEventListener("load", () => {
  if (window.MathJax) window.MathJax.Hub ??= { Queue() {} };
});
