// The search page: under each result a passage with the words that were sought. TEXTS comes as a
// script (site/excerpts.py), for a page on the disk may not read the others.

const AROUND = 120; // characters before and after the first word that was found

// Those of an earlier search that led nowhere would be marked in this page, its icons too.
try {
  localStorage.removeItem("sphinx_highlight_terms");
} catch {} // a browser that keeps nothing

/** The beginnings of the words that were sought, as the search itself takes them. */
function soughtWords() {
  const words = (new URLSearchParams(location.search).get("q") ?? "").toLowerCase();
  const stemmer = typeof Stemmer === "undefined" ? null : new Stemmer();
  const found = words.match(/[\p{Letter}\p{Number}_]+/gu) ?? [];
  return found.map((word) => (stemmer ? stemmer.stemWord(word) : word));
}

/** What finds a word that begins as one of those sought does; group 1 is what is before it, 2 the word. @param {string[]} beginnings */
function wordsLike(beginnings) {
  const any = beginnings.map((word) => word.replace(/[^\p{Letter}\p{Number}_]/gu, "")).join("|");
  const like = `(^|[^\\p{Letter}\\p{Number}_])((?:${any})[\\p{Letter}\\p{Number}_]*)`;
  return new RegExp(like, "giu");
}

/**
 * The section of a page that has most of the words, in its text rather than in its title; the one
 * of the address before all others.
 * @param {Section[]} page
 * @param {string} anchor
 * @param {string[]} beginnings
 */
function bestSection(page, anchor, beginnings) {
  const count = (/** @type {string} */ words) =>
    beginnings.filter((word) => wordsLike([word]).test(words)).length;
  const score = (/** @type {Section} */ [id, title, text]) => {
    const found = 2 * count(text) + count(title);
    return found && found + (id === anchor ? 3 * beginnings.length : 0);
  };
  const scores = page.map(score);
  const most = Math.max(0, ...scores);
  return most ? page[scores.indexOf(most)] : null;
}

/**
 * The words around the first that is like those sought, cut between words; each one marked.
 * @param {string} text
 * @param {RegExp} like
 */
function passage(text, like) {
  const at = Math.max(0, text.search(like));
  const first = at > AROUND ? text.indexOf(" ", at - AROUND) + 1 : 0;
  const last = text.length > at + AROUND ? text.lastIndexOf(" ", at + AROUND) : text.length;
  const paragraph = document.createElement("p");
  paragraph.className = "context";
  paragraph.append(first ? "… " : "");
  for (const part of text.slice(first, Math.max(last, at)).split(like)) {
    const mark = like.test(part);
    like.lastIndex = 0;
    paragraph.append(
      mark ? Object.assign(document.createElement("mark"), { textContent: part }) : part,
    );
  }
  paragraph.append(last < text.length ? " …" : "");
  return paragraph;
}

/** Add its passage to a result. @param {Element} item */
function addPassage(item) {
  const link = item.querySelector("a");
  if (!link || item.querySelector(".context")) return;
  const { pathname, hash } = new URL(link.href);
  const file = pathname.slice(pathname.lastIndexOf("/") + 1);
  /** @type {Section[] | undefined} */
  const page = TEXTS[file.replace(/\.html$/, "")];
  // A function of the library has its own line, and no section.
  if (hash && !page?.some(([id]) => `#${id}` === hash)) return;
  const beginnings = soughtWords();
  const section = page && beginnings.length && bestSection(page, hash.slice(1), beginnings);
  if (!section) return;
  const [id, title, text] = section;
  const like = wordsLike(beginnings);
  item.append(passage(text.search(like) < 0 ? `${title}. ${text}` : text, like));
  // A page is long: the result leads to the place.
  if (!hash && section !== page[0]) {
    const place = Object.assign(document.createElement("a"), { href: `${link.href}#${id}` });
    place.textContent = title;
    item.querySelector(".context")?.prepend(place, ": ");
  }
}

addEventListener("DOMContentLoaded", () => {
  const results = document.querySelector("#search-results");
  if (!results) return;
  const addAll = () => results.querySelectorAll("ul.search > li").forEach(addPassage);
  new MutationObserver(addAll).observe(results, { childList: true, subtree: true });
});
