// Numbers and symbols as the book writes them: for the eye in HTML, for the ear in words.

/** @type {Record<string, string>} */
const SUPERSCRIPTS = {
  "-": "⁻",
  0: "⁰",
  1: "¹",
  2: "²",
  3: "³",
  4: "⁴",
  5: "⁵",
  6: "⁶",
  7: "⁷",
  8: "⁸",
  9: "⁹",
};

/** A number that is written already, with a true minus. @param {string} text */
export const minus = (text) => text.replace("-", "−");

/** @param {number | string} exponent */
const raised = (exponent) => [...String(Number(exponent))].map((c) => SUPERSCRIPTS[c]).join("");

/** @param {number} x @param {number} digits */
function scientific(x, digits) {
  const [mantissa, exponent] = x.toExponential(digits).split("e");
  return `${minus(mantissa)}×10${raised(exponent)}`;
}

/** A power of ten as one: 0.001 is 10⁻³. @param {number} x */
export function powerOfTen(x) {
  return `10${raised(Math.round(Math.log10(x)))}`;
}

/**
 * A number with `digits` decimals; as a power of ten if they would hide it or run on.
 * @param {number} x
 */
export function number(x, digits = 3) {
  if (Number.isNaN(x)) return "not a number";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  if (size >= 1e5 || (size > 0 && size < 10 ** -digits)) return scientific(x, 2);
  const text = x.toFixed(digits);
  return minus(Number(text) === 0 ? text.replace("-", "") : text);
}

/**
 * A number for a cell of a grid, as short as may be, where the largest of the grid is `largest`:
 * beside 0.8 a 0.0003 is written 0.00, and beside 0.0008 it is 3e−4.
 * @param {number} x
 */
export function short(x, largest = 1) {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  if (Number.isInteger(x) && Math.abs(x) < 1000) return minus(`${x}`);
  if (largest < 0.05 || largest >= 1000)
    return minus(x.toExponential(0).replace("+", "")).replace("e-", "e−");
  const text = x.toFixed(largest < 10 ? 2 : largest < 100 ? 1 : 0);
  return minus(Number(text) === 0 ? text.replace("-", "") : text);
}

/**
 * A number with three significant digits and no zeros behind them: 0.0218, 3.94, 1.
 * @param {number} x
 */
export function significant(x) {
  if (!Number.isFinite(x)) return number(x);
  const size = Math.abs(x);
  if (size > 0 && (size < 1e-3 || size >= 1e4)) return scientific(x, 2);
  return minus(`${Number(x.toPrecision(3))}`);
}

/** A number in brackets if it is negative, for the middle of a formula. @param {number} x */
export function bracketed(x, digits = 3) {
  return x < 0 ? `(${number(x, digits)})` : number(x, digits);
}

/**
 * a¹₃,₄ in HTML: `symbol("a", 1, [3, 4])`.
 * @param {string} letter
 * @param {number | null} layer
 * @param {(number | string)[]} indices
 */
export function symbol(letter, layer, indices = []) {
  const below = indices.length ? `<sub>${indices.join(",")}</sub>` : "";
  const above = layer === null ? "" : `<sup>${layer}</sup>`;
  return `<span class="cn-symbol"><i>${letter}</i>${above}${below}</span>`;
}

/**
 * The same for the ear: "a 1 at 3, 4".
 * @param {string} letter
 * @param {number | null} layer
 * @param {(number | string)[]} indices
 */
export function spoken(letter, layer, indices = []) {
  const where = indices.length ? ` at ${indices.join(", ")}` : "";
  return `${letter}${layer === null ? "" : ` ${layer}`}${where}`;
}

/** One line of a derivation: a formula, and the tag that the book knows it by. @param {string} html */
export function equation(html, tag = "") {
  const label = tag ? `<span class="cn-tag">(${tag})</span>` : "";
  return `<p class="cn-equation"><span>${html}</span>${label}</p>`;
}

/** "1 output", "25 outputs". @param {number} n @param {string} noun */
export function count(n, noun) {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
