// A page opened as a file may not read other files: the search shows no extracts there, and a
// browser would show a notebook instead of keeping it. A script beside the notebook holds its text.
const onDisk = location.protocol === "file:";

if (onDisk) DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

function keep(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
  link.download = name;
  link.click();
}

addEventListener("click", (event) => {
  const link = event.target.closest?.('a[download][href$=".ipynb"]');
  if (!onDisk || !link) return;
  event.preventDefault();
  const script = document.createElement("script");
  script.src = link.href.replace(/ipynb$/, "js");
  script.onload = () => script.remove();
  document.head.append(script);
});

// A formula in a line that is wider than the page scrolls by itself; all others keep their place.
function scrollWide() {
  for (const formula of document.querySelectorAll("span.math")) {
    formula.classList.remove("wide");
    const room = formula.parentElement.getBoundingClientRect().right;
    const drawn = formula.firstElementChild?.getBoundingClientRect().right;
    formula.classList.toggle("wide", drawn > room + 1);
  }
}

// What scrolls is reached by the keyboard.
function reachScrolling() {
  for (const region of document.querySelectorAll("article :is(pre, .table-wrapper, .math)")) {
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
  }
}

function fit() {
  scrollWide();
  reachScrolling();
}

addEventListener("load", () => (window.MathJax?.startup?.promise ?? Promise.resolve()).then(fit));
addEventListener("resize", fit);

// Names for what the theme and the widgets leave without one. A widget comes when it likes.
function nameSliders() {
  for (const handle of document.querySelectorAll(".noUi-handle:not([aria-label])")) {
    const slider = handle.closest(".widget-inline-hbox")?.querySelector(".widget-label");
    if (slider) handle.setAttribute("aria-label", slider.textContent);
  }
}

addEventListener("DOMContentLoaded", () => {
  document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "Chapters");
  document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");
  for (const head of document.querySelectorAll("article th")) {
    if (!head.textContent.trim()) head.replaceWith(document.createElement("td"));
  }
  new MutationObserver(nameSliders).observe(document.body, { childList: true, subtree: true });
});
