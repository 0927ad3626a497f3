// What was typed into a field, as an answer: a number, a word, nothing, or an array of such.

import { number } from "./words.js";

/** @import { Answer } from "./types" */

const WHOLE = /^[+-]?\d+(_\d+)*$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const FRACTION = /^([+-]?\d+)\s*\/\s*(\d+)$/;
const SIGNED_HALF = /^([+-]?)([¼-¾⅐-⅞])$/; // and its like
// As the book and its figures write a small number, 4.5×10⁻³, or as one types it: 4.5*10^-3.
const POWER =
  /^([+-]?(?:\d+\.?\d*|\.\d+))\s*[×·⋅*]\s*10(?:([⁺⁻]?[⁰¹²³⁴-⁹]+)|(?:\^|\*\*)([+-]?\d+))$/;
const BEYOND = /^([+-]?)(inf|infinity|∞)$/i;

/** A text without blanks around it, and without those after its sign. @param {string} text */
const trimmed = (text) => text.trim().replace(/^([+\-−–—‐‑])\s+(?=[\d.¼-¾⅐-⅞])/, "$1");

/** Superscripts as digits. @param {string} above */
const plain = (above) => above.normalize("NFKC").replace("−", "-");

/**
 * The number, the word, or null that a text field holds.
 * @param {string} text
 * @returns {Answer}
 */
export function read(text) {
  const typed = trimmed(text)
    .replace(/[−–—‐‑]/g, "-") // a telephone makes one of them of what is typed
    .replace(/[⁄∕]/g, "/")
    .replace(POWER, (_, x, above, typed) => `${x}e${typed ?? plain(above)}`)
    .replace(SIGNED_HALF, (_, sign, half) => sign + half.normalize("NFKC").replace("⁄", "/"));
  if (!typed || typed === "..." || typed === "…") return null;
  if (WHOLE.test(typed)) return { x: Number(typed.replaceAll("_", "")), whole: true };
  if (DECIMAL.test(typed)) return { x: Number(typed), whole: false };
  const [, over, under] = FRACTION.exec(typed) ?? [];
  if (Number(under)) return { x: Number(over) / Number(under), whole: false };
  const [, sign] = BEYOND.exec(typed) ?? [];
  if (sign !== undefined) return { x: sign === "-" ? -Infinity : Infinity, whole: false };
  return /^[+-]?nan$/i.test(typed) ? { x: Number.NaN, whole: false } : text.trim();
}

/**
 * A number with a comma in the place of the point, or between its thousands; else undefined.
 * @param {string} text of one field
 */
export function comma(text) {
  return /^\s*[+\-−–—‐‑]?\d+(,\d+|(,\d{3})+)\s*$/.test(text) ? text.trim() : undefined;
}

/** What is said of such a number. @param {string} odd */
export function ofComma(odd) {
  const plain = /^\D?[1-9]\d{0,2}(,\d{3})+$/.test(odd) ? [odd.replaceAll(",", "")] : [];
  const point = odd.split(",").length === 2 ? [odd.replace(",", ".")] : [];
  return `${odd} has a comma. Is it ${[...plain, ...point].join(" or ")}?`;
}

/**
 * Numbers as people write them, and no program reads them: how they look, and what is said of one.
 * @type {[RegExp, (typed: string, ...parts: string[]) => string][]}
 */
const ASKED = [
  [/^\S+$/, (typed) => (comma(typed) ? ofComma(typed) : "")],
  [
    /^([+\-−–—‐‑]?\d*\.?\d+)\s*%$/,
    (typed, x) => `${typed} has a percent sign. Is it ${number(value(x) / 100)}?`,
  ],
  [
    /^([+\-−–—‐‑]?(?:\d+\.?\d*|\.\d+))(?:\s+\p{L}+|\p{L}{2,})$/u,
    (typed, x) => `${typed} has a word or a unit behind the number. Is it ${x}?`,
  ],
  [
    /^([+\-−–—‐‑]?)(\d+)(\s+\d+\s*[/⁄∕]\s*[1-9]\d*|\s*[¼-¾⅐-⅞])$/,
    (typed, sign, whole, part) =>
      `${typed} is a whole number and a fraction. Is it ${improper(sign, whole, part)}?`,
  ],
  [
    /^[+\-−–—‐‑]?[1-9]\d{0,2}(\s|['’])\d{3}(?:\1\d{3})*(?:\.\d+)?$/,
    (typed, mark) =>
      `${typed} has ${/\s/.test(mark) ? "a space" : "an apostrophe"} in it. ` +
      `Is it ${typed.replaceAll(mark, "")}?`,
  ],
];

/** @param {string} text of a number */
const value = (text) => Number(text.replace(/[−–—‐‑]/, "-"));

/** 2 and ¾ as 11/4. @param {string} sign @param {string} whole @param {string} part */
function improper(sign, whole, part) {
  const [over, under] = part.normalize("NFKC").split(/[/⁄∕]/).map(Number);
  return `${sign}${Number(whole) * under + over}/${under}`;
}

/**
 * What is to be said of such a number, or undefined.
 * @param {string} text of one field
 */
export function misread(text) {
  const typed = trimmed(text);
  for (const [looks, say] of ASKED) {
    const [found, ...parts] = looks.exec(typed) ?? [];
    const said = found && say(typed, ...parts);
    if (said) return said;
  }
  return undefined;
}

// --- An array ------------------------------------------------------------------------------

const NUMBER = /\b(?:np|numpy)\.(?:float|int|uint)\d+\(([^()]*)\)/g;
const ARRAY = /\b(?:np\.|numpy\.)?array\(([^()]*?)(?:,\s*dtype\s*=[^()[\]]*)?,?\s*\)/g;

/** What Python writes around an array and around its entries, taken away. @param {string} text */
function bare(text) {
  return text
    .trim()
    .replace(/^\w+\s*=\s*/, "")
    .replace(NUMBER, "$1")
    .replace(ARRAY, "$1")
    .replace(/\bFraction\((-?\d+), ?(\d+)\)/g, "$1/$2")
    .replace(/[^\S\n]*\/[^\S\n]*/g, "/")
    .trim();
}

/** A word or a number of an array. @param {string} word @returns {Answer} */
function entry(word) {
  if (word === "None") return null;
  if (word === "True" || word === "False") return { x: Number(word === "True"), whole: true };
  return read(word);
}

/**
 * The array in a field of several lines: rows of numbers, or brackets in brackets as Python and
 * NumPy write them, with commas or without.
 * @param {string} text
 * @returns {Answer}
 */
export function readArray(text) {
  const typed = bare(text);
  if (!typed) return null;
  if (!/[[\]()]/.test(typed)) {
    const rows = typed.split(/[\n;]+/).map((row) => words(row).map(entry));
    const some = rows.filter((row) => row.length);
    if (some.length !== 1) return some;
    return some[0].length === 1 && !/[,;]/.test(typed) ? some[0][0] : some[0];
  }
  /** @type {Answer[][]} */
  const open = [[]];
  for (const word of typed.match(/[[\]()]|[^[\](),;\s]+/g) ?? []) {
    if (word === "[" || word === "(") open.push([]);
    else if (word !== "]" && word !== ")") open[open.length - 1].push(entry(word));
    else if (open.length > 1) {
      const list = /** @type {Answer[]} */ (open.pop());
      open[open.length - 1].push(list);
    }
  }
  return open[0].length === 1 ? open[0][0] : open[0];
}

/** The words of a line. @param {string} row */
const words = (row) => row.split(/[\s,]+/).filter(Boolean);

/**
 * What is to be said of a text that no array can be read from as it is meant, or undefined.
 * @param {string} text
 */
export function misprint(text) {
  const typed = bare(text);
  let depth = 0;
  for (const [mark] of typed.matchAll(/[[\]()]/g)) {
    depth += "[(".includes(mark) ? 1 : -1;
    if (depth < 0) break;
  }
  if (depth) return "The brackets do not match: each needs one that closes it.";
  const alone = words(typed.replace(/[[\]();]/g, " ")).filter((word) => !comma(word));
  const asked = alone.map(misread).find(Boolean);
  if (asked) return asked;
  // In 0,5 1,5 the commas are points; in 1,2,3 and in 1, 2, 3 they part the numbers.
  for (const row of typed.split(/[[\]();\n]+/)) {
    const parts = row.trim().split(/\s+/);
    if (parts.length > 1 && parts.every((part) => !part.endsWith(",") && !part.startsWith(","))) {
      const odd = parts.map(comma).find((part) => part?.split(",").length === 2);
      if (odd) return ofComma(odd);
    }
  }
  return undefined;
}
