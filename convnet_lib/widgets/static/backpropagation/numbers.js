// Numbers as this figure writes them: three significant digits, and one power of ten a panel.

import { number } from "../parts/text.js";

const DIGITS = 3;
const TINY = 1e-290; // below it 10⁻ⁿ is no number that one could divide by
const MOST_ZEROS = 3; // after the point, before a number is given a power of ten of its own

const minus = (/** @type {string} */ text) => text.replace("-", "−");
const magnitude = (/** @type {number} */ x) => Math.floor(Math.log10(Math.abs(x)));

/** A power of ten as it is written: 10⁻³ of −3. @param {number} exponent */
export function tenTo(exponent) {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const raised = [...`${exponent}`].map((c) => (c === "-" ? "⁻" : digits[Number(c)])).join("");
  return `10${raised}`;
}

/**
 * The power of ten of a panel whose largest number is `largest`; 0 where plain numbers do.
 * @param {number} largest
 */
export function exponentOf(largest) {
  if (!Number.isFinite(largest) || largest < TINY) return 0;
  return largest >= 0.1 && largest < 1000 ? 0 : magnitude(largest);
}

/** Three significant digits, without a power of ten as long as that is legible. @param {number} x */
export function plain(x) {
  if (!Number.isFinite(x)) return number(x);
  if (x === 0) return "0";
  const rounded = Number(x.toPrecision(DIGITS));
  const size = magnitude(rounded);
  if (size < -MOST_ZEROS || size > 4) return `${mantissa(x)}×${tenTo(size)}`;
  return minus(rounded.toFixed(Math.max(0, DIGITS - 1 - size)));
}

const mantissa = (/** @type {number} */ x) => minus(x.toExponential(DIGITS - 1).split("e")[0]);

/**
 * A number of a panel, with the panel's power of ten behind it.
 * @param {number} x
 * @param {number} exponent
 */
export function scaled(x, exponent) {
  if (!Number.isFinite(x) || x === 0 || exponent === 0) return plain(x);
  const digits = plain(x / 10 ** exponent);
  return digits.includes("×") ? plain(x) : `${digits}×${tenTo(exponent)}`;
}

/** How many decimals give the largest number of a panel three digits. @param {number} largest */
export function decimalsOf(largest) {
  if (!Number.isFinite(largest) || largest < TINY) return DIGITS - 1;
  const size = magnitude(Number(largest.toPrecision(DIGITS))) - exponentOf(largest);
  return Math.max(0, DIGITS - 1 - size);
}

/**
 * What is written in a cell, where the power of ten stands in the title.
 * @param {number} x
 * @param {number} exponent
 * @param {number} decimals
 */
export function inCell(x, exponent, decimals = DIGITS - 1) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : number(x);
  if (x === 0) return "0";
  const text = (x / 10 ** exponent).toFixed(decimals);
  if (Number(text) === 0) return text.replace("-", ""); // 0.00, and not the 0 that is none
  return Math.abs(x / 10 ** exponent) < 100000 ? minus(text) : number(x);
}

/** A written number in brackets if it is negative, for the middle of a formula. @param {string} text */
export const bracketed = (text) => (text.startsWith("−") ? `(${text})` : text);

/** A change, with its sign. @param {number} by */
export const signed = (by) => `${by > 0 ? "+" : ""}${plain(by)}`;

/** Before, then after, then the change. @param {number} before @param {number} after */
export function change(before, after) {
  const by = signed(after - before);
  // Too little to be seen in three digits.
  if (plain(before) === plain(after)) return `${plain(before)} changes by ${by}`;
  return `${plain(before)} → ${plain(after)} (${by})`;
}

/** A gate: 1, or a share of it. @param {number} on */
export const share = (on) => (Number.isInteger(on) ? `${on}` : plain(on));
