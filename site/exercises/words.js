// Numbers, shapes and kinds in words: what convnet_lib/exercises/comparing.py writes.

/** @import { Answer, Numeral } from "./types" */

/**
 * What a value is, in a few words.
 * @param {Answer} value
 */
export function kind(value) {
  if (value === null) return "nothing (None)";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "string" ? "a text" : `the number ${number(value.x)}`;
}

/**
 * The first sixty characters of a text in quotation marks, as Python's repr writes them.
 * @param {string} text
 */
export function quoted(text) {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const marks = [...text].slice(0, 60).map((one) => {
    if (one === mark || one === "\\") return `\\${one}`;
    return one !== " " && /[\p{C}\p{Z}]/u.test(one) ? escaped(one) : one;
  });
  return mark + marks.join("") + mark;
}

/** A character that is not seen, by its number. @param {string} one */
function escaped(one) {
  const code = one.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 256) return { 9: "\\t", 10: "\\n", 13: "\\r" }[code] ?? `\\x${hex.padStart(2, "0")}`;
  return code < 65536 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/**
 * A shape as Python writes it.
 * @param {number[]} axes
 */
export const tuple = (axes) =>
  axes.length === 0
    ? "() (a single number)"
    : `(${axes.join(", ")}${axes.length === 1 ? "," : ""})`;

/**
 * A number at a precision that shows a difference and no more: Python's .6g, or more places.
 * @param {number} x
 * @param {number} [places]
 */
export function number(x, places = 6) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const large = Math.abs(x) >= 1e15 && places === 6;
  const [digits, exponent] = rounded(x, large ? 4 : places);
  const sign = x < 0 || Object.is(x, -0) ? "-" : "";
  if (large) return sign + scientific(digits, exponent);
  const bare = digits.replace(/0+$/, "") || "0";
  if (exponent < -4 || exponent >= places) return sign + scientific(bare, exponent);
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${bare}`;
  const whole = digits.slice(0, exponent + 1);
  const behind = digits.slice(exponent + 1).replace(/0+$/, "");
  return sign + whole + (behind && `.${behind}`);
}

/**
 * A number from 0 to 1000 with some decimals, Python's .3f; a tie goes to the even digit.
 * @param {number} x
 * @param {number} decimals
 */
export function fixed(x, decimals) {
  const exact = x.toFixed(60);
  const cut = exact.slice(0, decimals - 60);
  const tied = /^50*$/.test(exact.slice(decimals - 60)) && /[02468]$/.test(cut);
  return tied ? cut : x.toFixed(decimals);
}

/** @param {string} digits @param {number} exponent */
function scientific(digits, exponent) {
  const behind = digits.length > 1 ? `.${digits.slice(1)}` : "";
  const power = String(Math.abs(exponent)).padStart(2, "0");
  return `${digits[0]}${behind}e${exponent < 0 ? "-" : "+"}${power}`;
}

/**
 * The first digits of |x| and its power of ten; a tie goes to the even digit, as in Python.
 * @param {number} x
 * @param {number} places
 * @returns {[string, number]}
 */
function rounded(x, places) {
  const exact = Math.abs(x).toExponential(60);
  const all = exact[0] + exact.slice(2, exact.indexOf("e"));
  let exponent = Number(exact.slice(exact.indexOf("e") + 1));
  const rest = all.slice(places);
  const tied = /^50*$/.test(rest);
  const up = tied ? Number(all[places - 1]) % 2 === 1 : rest[0] >= "5";
  let digits = String(BigInt(all.slice(0, places)) + (up ? 1n : 0n)).padStart(places, "0");
  if (digits.length > places) {
    digits = digits.slice(0, places);
    exponent += 1;
  }
  return [digits, exponent];
}
