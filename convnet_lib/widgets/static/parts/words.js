// A grid in words, as `figures/words.py` says it, and numbers as Python writes them: what the page
// draws by itself has the alternative text and the title that Python would have given it.

/** @typedef {import("./arrays.js").NDArray} NDArray */
/** @typedef {[number, number, number, number]} Box  row, column, rows, columns */

const [SMALL_GRID, FEW, EQUAL] = [36, 9, 1e-6]; // as in words.py
const TAIL = 60; // digits behind those that are written: enough to know a tie of two roundings

/**
 * The digits of a number that was written with TAIL more: of two that are as near, the even one.
 * @param {string} long  the number with TAIL digits more
 * @param {string} rounded  the number as JavaScript rounds it, a tie up
 */
function even(long, rounded) {
  const low = long.slice(0, -TAIL);
  const tie = /^50*$/.test(long.slice(-TAIL)) && /[02468]\.?$/.test(low);
  return tie ? low.replace(/\.$/, "") : rounded;
}

/** What is no number, as Python writes it. @param {number} x */
const noNumber = (x) => (Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf");

/** @param {number} x */
const signOf = (x) => (x < 0 || Object.is(x, -0) ? "-" : "");

/** Zeros behind the point away, and the point. @param {string} text */
const stripped = (text) => text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");

/** A number as f"{x:.3f}" has it. @param {number} x @param {number} digits */
export function fixed(x, digits) {
  if (!Number.isFinite(x)) return noNumber(x);
  const size = Math.abs(x);
  // From here on toFixed writes a power of ten; such a number is whole, and Python writes it out.
  if (size >= 1e21) return `${signOf(x)}${BigInt(size)}${digits ? `.${"0".repeat(digits)}` : ""}`;
  return signOf(x) + even(size.toFixed(digits + TAIL), size.toFixed(digits));
}

/** A number as f"{x:.3g}" has it. @param {number} x @param {number} digits */
export function general(x, digits) {
  if (!Number.isFinite(x)) return noNumber(x);
  const size = Math.abs(x);
  if (size === 0) return `${signOf(x)}0`;
  const [long, power] = size.toExponential(digits - 1 + TAIL).split("e");
  const [rounded, raised] = size.toExponential(digits - 1).split("e");
  const digitsOf = even(long, rounded);
  const exponent = Number(digitsOf === rounded ? raised : power);
  if (exponent < -4 || exponent >= digits) {
    const written = String(Math.abs(exponent)).padStart(2, "0");
    return `${signOf(x)}${stripped(digitsOf)}e${exponent < 0 ? "-" : "+"}${written}`;
  }
  const places = Math.max(0, digits - 1 - exponent);
  return signOf(x) + stripped(Number(`${digitsOf}e${exponent}`).toFixed(places));
}

/** A number as it is written in a cell of a picture. @param {number} x */
export function inCell(x) {
  const text = fixed(x, 2);
  return stripped(Number(text) === 0 ? "0.00" : text);
}

/** With three significant digits, without the noise of a sum. @param {number} x @param {number} near */
function rounded(x, near = 0) {
  const value = Math.abs(x) <= near ? 0 : x;
  return Math.abs(value) >= 999.5 && Math.abs(value) < 1e7 ? fixed(value, 0) : general(value, 3);
}

/**
 * A grid in words, from its size to the rectangle that is framed on it.
 * @param {NDArray} array
 * @param {NDArray | null} outline  not 0 where a cell is outlined
 * @param {Box | null} mark
 */
export function inWords(array, outline = null, mark = null) {
  const small = isSmall(array);
  let said = small ? smallGrid(array, outline) : largeGrid(array);
  if (!small && outline) said += `, ${outline.values.filter((x) => x !== 0).length} cells outlined`;
  const framed = mark ? `${small ? "; " : ", "}framed: ${rectangle(mark)}` : "";
  return `${array.rows} by ${array.columns} cells${said}${framed}`;
}

/** Whether all numbers of a grid are said. @param {NDArray} array */
export const isSmall = (array) => array.values.length <= SMALL_GRID;

/** @param {NDArray} array @param {NDArray | null} outline */
function smallGrid(array, outline) {
  const texts = [...array.values].map(
    (x, i) => inCell(x) + (outline && outline.values[i] !== 0 ? " outlined" : ""),
  );
  if (texts.length > 1 && texts.every((text) => text === texts[0])) return `, all ${texts[0]}`;
  const lines = Array.from({ length: array.rows }, (_, j) =>
    texts.slice(j * array.columns, (j + 1) * array.columns).join(", "),
  );
  const one = array.rows === 1 || array.columns === 1;
  const rows = one
    ? `: ${texts.join(", ")}`
    : `, ${lines.map((line, j) => `row ${j}: ${line}`).join("; ")}`;
  const other = [...texts.keys()].filter((i) => texts[i] !== "0");
  const few = `: ${but(array, other, (i) => texts[i])}`;
  return 3 * other.length <= texts.length && few.length < rows.length ? few : rows;
}

/** @param {NDArray} array */
function largeGrid(array) {
  const { values } = array;
  const known = values.filter(Number.isFinite);
  if (!known.length) return ", none of them a number";
  const [low, high] = [
    known.reduce((a, b) => Math.min(a, b)),
    known.reduce((a, b) => Math.max(a, b)),
  ];
  const near = EQUAL * Math.max(Math.abs(low), Math.abs(high));
  const other = [...values.keys()].filter((i) => !(Math.abs(values[i]) <= near));
  const missing = values.length - known.length;
  const more = missing ? `, ${missing} not finite` : "";
  if (high - low <= near) return `, all ${rounded(high, near)}${more}`;
  if (other.length <= FEW) return `: ${but(array, other, (i) => rounded(values[i], near))}`;
  return `, from ${end(array, low, near)} to ${end(array, high, near)}${more}`;
}

/** The smallest or the largest number, and its place if it has one of its own. @param {NDArray} array @param {number} value @param {number} near */
function end(array, value, near) {
  const cells = [...array.values.keys()].filter((i) => Math.abs(array.values[i] - value) <= near);
  return rounded(value, near) + (cells.length === 1 ? ` at ${place(array, cells[0])}` : "");
}

/**
 * 0 but for what these cells hold, equal ones together.
 * @param {NDArray} array
 * @param {number[]} cells
 * @param {(i: number) => string} text
 */
function but(array, cells, text) {
  /** @type {Map<string, string[]>} */
  const places = new Map();
  for (const i of cells) places.set(text(i), [...(places.get(text(i)) ?? []), place(array, i)]);
  return `0 but ${[...places].map(([words, at]) => `${words} at ${at.join(", ")}`).join(", ")}`;
}

/** @param {NDArray} array @param {number} i */
const place = ({ columns }, i) => `(${Math.floor(i / columns)}, ${i % columns})`;

/** @param {Box} mark */
function rectangle([row, column, rows, columns]) {
  return `${lines("row", row, rows)}, ${lines("column", column, columns)}`;
}

/** @param {string} what @param {number} first @param {number} count */
function lines(what, first, count) {
  return count === 1 ? `${what} ${first}` : `${what}s ${first} to ${first + count - 1}`;
}
