// A page opened as a file may not read other files: search.js has the passages for the search, and
// a browser would show a notebook instead of keeping it. A script beside it holds its text.
const onDisk = location.protocol === "file:";

DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

/**
 * The link around what an event is about, or null.
 * @param {Event} event
 * @param {string} selector
 */
function linkOf({ target }, selector) {
  if (!(target instanceof Element)) return null;
  return /** @type {HTMLAnchorElement | null} */ (target.closest(selector));
}

// Called by the script beside a notebook.
/** @param {string} name @param {string} text */
globalThis.keep = (name, text) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
  link.download = name;
  link.click();
};

addEventListener("click", (event) => {
  const link = linkOf(event, 'a[download][href$=".ipynb"]');
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
    // Of what has room of its own: an inline parent is as wide as the formula.
    const block = formula.closest("p, li, dt, dd, th, td, figcaption, div");
    const room = block?.getBoundingClientRect().right ?? Number.POSITIVE_INFINITY;
    const drawn = formula.firstElementChild?.getBoundingClientRect().right ?? 0;
    formula.classList.toggle("wide", drawn > room + 1);
  }
}

// What scrolls is reached by the keyboard.
function reachScrolling() {
  const regions = "article :is(pre, .table-wrapper, .math, .figure-scroll)";
  for (const region of /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll(regions)
  )) {
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
  }
}

function fit() {
  scrollWide();
  reachScrolling();
}

addEventListener("load", fit);
addEventListener("resize", fit);

// A reader's larger text makes no other window, but another heading.
const heading = document.querySelector("article h1");
if (heading) new ResizeObserver(fit).observe(heading);

// Names for what the theme leaves without one.
addEventListener("DOMContentLoaded", () => {
  document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "Chapters");
  document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");
  for (const head of document.querySelectorAll("article th")) {
    if (!head.textContent?.trim()) head.replaceWith(document.createElement("td"));
  }
});

// --- The chapters, where they are behind a button -----------------------------------------------

/** Let a key open and close the drawer of the chapters, as a pointer can; the theme's is a label. */
function reachChapters() {
  const box = /** @type {HTMLInputElement | null} */ (document.querySelector("#__navigation"));
  const label = document.querySelector(".nav-overlay-icon");
  const drawer = document.querySelector(".sidebar-drawer");
  if (!box || !label || !drawer) return;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: label.className, ariaLabel: "Chapters" });
  button.append(...label.childNodes);
  label.replaceWith(button);
  const say = () => button.setAttribute("aria-expanded", `${box.checked}`);
  const turn = (/** @type {boolean} */ open) => {
    box.checked = open;
    say();
    const first = /** @type {HTMLElement | null} */ (drawer.querySelector("a, input"));
    (open ? first : button)?.focus();
  };
  say();
  box.addEventListener("change", say);
  button.addEventListener("click", () => turn(!box.checked));
  addEventListener("keydown", ({ key }) => key === "Escape" && box.checked && turn(false));
}

addEventListener("DOMContentLoaded", reachChapters);

// --- The formula under the name of an equation -------------------------------------------------

/**
 * The panel of a figure that an equation makes: what stands on its left side.
 * @type {Record<string, string[]>}
 */
const MADE = {
  F1: ["z1"],
  F2: ["a1"],
  F3: ["a2"],
  F4: ["z3"],
  F5: ["a3"],
  BP1: ["delta3"],
  BP2a: ["mask", "first"],
  BP2: ["delta1"],
  BP3a: ["nabla_b3"],
  BP3: ["nabla_b1"],
  BP4a: ["nabla_w3"],
  BP4: ["nabla_w1"],
};
/** The formula that is shown, and the link that it is of. @type {{ link: Element, element: HTMLElement } | null} */
let card = null;

/** The panels in sight that an equation makes. @param {string} tag */
function panelsOf(tag) {
  const names = (MADE[tag] ?? []).map((name) => `.cn-figure [data-grid="${name}"]`);
  if (!names.length) return [];
  return [...document.querySelectorAll(names.join())].filter((panel) => {
    const { top, bottom, height } = panel.getBoundingClientRect();
    return height > 0 && panel.checkVisibility() && bottom > 0 && top < innerHeight;
  });
}

/** Outline what the equation makes, and say so below its formula. @param {string} tag @param {Element} element */
function outlineMade(tag, element) {
  const panels = panelsOf(tag);
  for (const panel of panels) panel.classList.add("equation-made");
  if (!panels.length) return;
  const line = document.createElement("p");
  const title = panels[0].querySelector(".cn-title");
  line.append("It makes the outlined panel ");
  if (title) line.append(...title.cloneNode(true).childNodes);
  element.append(line);
}

function hideCard() {
  wanted = null;
  for (const panel of document.querySelectorAll(".equation-made")) {
    panel.classList.remove("equation-made");
  }
  card?.link.removeAttribute("aria-describedby");
  card?.element.remove();
  card = null;
}

/** @type {Promise<Record<string, string>> | null} */
let equations = null; // their formulas, once one has been asked for
const script = /** @type {HTMLScriptElement} */ (document.currentScript);
const EQUATIONS_AT = new URL("equations.js", script.src).href;

/** The formulas by their tags, from the script beside this one (site/typesetting.py). */
function loadEquations() {
  equations ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: EQUATIONS_AT });
    script.onload = () => {
      document.body.insertAdjacentHTML("beforeend", EQUATIONS.glyphs);
      resolve(EQUATIONS.formulas);
    };
    script.onerror = () => {
      equations = null; // next time it may be there
      reject(new Error(`${EQUATIONS_AT} is not there`));
    };
    document.head.append(script);
  });
  return equations;
}

/** @type {Element | null} */
let wanted = null; // the link that the reader is at

/** Show an equation beside the link that names it. @param {Element} link */
async function showCard(link) {
  if (card?.link === link) return;
  wanted = link;
  const tag = (link.textContent ?? "").trim();
  const none = () => /** @type {Record<string, string>} */ ({});
  const formula = (await loadEquations().catch(none))[tag];
  if (!formula || wanted !== link) return; // the reader has gone on meanwhile
  hideCard();
  const element = document.createElement("div");
  Object.assign(element, { className: "equation-card", id: "equation-card", role: "tooltip" });
  card = { link, element };
  element.innerHTML = formula;
  outlineMade(tag, element);
  document.body.append(element);
  link.setAttribute("aria-describedby", element.id);
  place();
}

/** Beside its link, below it where there is room. */
function place() {
  if (!card) return;
  const { link, element } = card;
  const [at, size] = [link.getBoundingClientRect(), element.getBoundingClientRect()];
  const below = at.bottom + 6 + size.height < innerHeight;
  element.style.top = `${below ? at.bottom + 6 : Math.max(4, at.top - 6 - size.height)}px`;
  element.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`;
}

for (const type of ["pointerover", "focusin", "pointerout", "focusout"]) {
  const act = type === "pointerover" || type === "focusin" ? showCard : hideCard;
  addEventListener(type, (event) => {
    const link = linkOf(event, "a.equation");
    if (link) act(link);
  });
}
addEventListener("keydown", ({ key }) => key === "Escape" && hideCard());
addEventListener("scroll", () => card?.element.isConnected && place(), {
  capture: true,
  passive: true,
});

// --- Words that were searched for --------------------------------------------------------------

/** Where the search leaves them for the page that it leads to (Sphinx, searchtools.js). */
const SOUGHT = "sphinx_highlight_terms";
const NO_PROSE = "script, style, noscript, svg, button, select, .cn-figure, .widget-subarea";

/** The words, once. Where nothing is kept there are none. */
function wordsSought() {
  try {
    const words = localStorage.getItem(SOUGHT) ?? "";
    localStorage.removeItem(SOUGHT);
    return words.toLowerCase().split(/\s+/).filter(Boolean);
  } catch {
    return [];
  }
}

/**
 * Where a text has a word.
 * @param {Node} text
 * @param {string} word
 */
function placesOf(text, word) {
  const places = [];
  const inside = (text.nodeValue ?? "").toLowerCase();
  for (let at = inside.indexOf(word); at >= 0; at = inside.indexOf(word, at + word.length)) {
    places.push(
      new StaticRange({
        startContainer: text,
        startOffset: at,
        endContainer: text,
        endOffset: at + word.length,
      }),
    );
  }
  return places;
}

/** Mark the words in the prose. Nothing in the page is changed, for scripts and figures need it. */
function markSought() {
  const words = wordsSought();
  if (!words.length || typeof Highlight === "undefined") return;
  const article = document.querySelector("article") ?? document.body;
  const texts = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  const found = new Highlight();
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (text.parentElement?.closest(NO_PROSE)) continue;
    for (const word of words) for (const place of placesOf(text, word)) found.add(place);
  }
  CSS.highlights.set("sought", found);
}

markSought();

// --- A cell that the text names ----------------------------------------------------------------

/**
 * The figure that a cell is shown in: the first one below the link, or else the last above.
 * @param {string} grid
 * @param {Element | null} link
 */
function figureOf(grid, link) {
  const figures = [...document.querySelectorAll(".cn-figure")].filter((figure) =>
    figure.querySelector(`[data-grid="${grid}"]`),
  );
  const below = figures.find(
    (figure) => link && link.compareDocumentPosition(figure) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  return below ?? figures.at(-1);
}

/**
 * Let a figure be about the cell of an address such as #z1-8-14; false if none has it.
 * @param {string} hash
 * @param {Element | null} link
 */
function goToCell(hash, link = null) {
  const [, grid, row, column] = /^#([a-z]\w*)-(\d+)-(\d+)$/.exec(hash) ?? [];
  if (!grid) return false;
  // An address that was shared means what the link means from which it was taken.
  link ??= document.querySelector(`a.cell-link[href="${hash}"]`);
  const figure = figureOf(grid, link);
  if (!figure) return false;
  const detail = { grid, row: Number(row), column: Number(column) };
  figure.dispatchEvent(new CustomEvent("cn-pin", { detail }));
  laidOut(() => bring(figure));
  return true;
}

/** On a telephone an explanation lies over the foot of the window. */
const telephone = matchMedia("(max-width: 41rem)");

/** Bring a figure into sight, with no more scrolling than it takes. @param {Element} figure */
function bring(figure) {
  const { top, bottom } = figure.getBoundingClientRect();
  const margin = Number.parseFloat(getComputedStyle(figure).scrollMarginTop);
  if (top >= margin && bottom <= innerHeight) return;
  figure.scrollIntoView({ block: telephone.matches ? "start" : "nearest" });
}

/**
 * Call back once the figures have found their sizes, in the frame after the one in which they are
 * drawn. Before that a page on a telephone may be wider than its screen.
 * @param {() => void} callback
 */
function laidOut(callback) {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(callback)));
}

addEventListener("click", (event) => {
  const link = linkOf(event, "a.cell-link");
  if (!link || !goToCell(link.hash, link)) return;
  event.preventDefault();
  history.replaceState(null, "", link.hash);
});

/** Whether each widget of the page has drawn itself: one that comes later may be the one meant. */
function allDrawn() {
  const views = [...document.querySelectorAll('script[type$="widget-view+json"]')];
  return views.every((view) => view.previousElementSibling?.querySelector(":scope > * > *"));
}

/** An address that names a cell waits for the figures, at most ten seconds for one that fails. */
function followAddress() {
  if (!location.hash) return;
  const follow = () => {
    waiting.disconnect();
    clearTimeout(late);
    laidOut(() => goToCell(location.hash));
  };
  const waiting = new MutationObserver(() => allDrawn() && follow());
  const late = setTimeout(follow, 10000);
  if (allDrawn()) follow();
  else waiting.observe(document.body, { childList: true, subtree: true });
}

addEventListener("load", followAddress);
addEventListener("hashchange", () => goToCell(location.hash));
