// What the lens draws, as SVG: a waterfall, a running sum, the sigmoid and its tangent, the gaps.

import { SHARES } from "../parts/engine.js";
import { plain, tenTo } from "./numbers.js";

const HEIGHT = 92; // of a drawing that has rows of numbers under it
const TALL = 128;
const at = (/** @type {number} */ x) => x.toFixed(1);
/**
 * @param {number} x
 * @param {number} y
 * @param {string} words
 */
const text = (x, y, words, anchor = "middle", name = "") =>
  `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}" class="${name}">${words}</text>`;
const sign = (/** @type {number} */ x) => (x < 0 ? "bp-minus" : "bp-plus");
/** @param {number} width @param {number} height @param {string} inside */
const svg = (width, height, inside) =>
  `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true">${inside}</svg>`;
const finite = (/** @type {number[]} */ values) => values.filter(Number.isFinite);

/**
 * From a number to its height in a drawing: 0 lies inside.
 * @param {number[]} values
 * @param {number} top
 * @param {number} bottom
 */
function heights(values, top, bottom) {
  const known = finite([...values]);
  const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
  const size = high - low || 1;
  return (/** @type {number} */ x) => top + ((bottom - top) * (high - x)) / size;
}

/**
 * Terms that add up: each bar begins where the one before ended. What the sum becomes stands after
 * them, [[what is done with it, what it is then]]. Returns SVG, as do all of these.
 * @param {Float64Array} terms
 * @param {[string, number][]} tail
 * @param {number} bar  the width of a column, in pixels
 * @param {{ exponent: number, note: string }} options
 */
export function waterfall(terms, tail, bar, { exponent, note }) {
  const sums = [0];
  for (const x of terms) sums.push(sums[sums.length - 1] + x);
  const y = heights([...sums, ...tail.map(([, x]) => x)], 17, HEIGHT - 5);
  const n = terms.length;
  const piece = (
    /** @type {number} */ x,
    /** @type {number} */ from,
    /** @type {number} */ to,
    /** @type {string} */ name,
  ) => {
    const [top, bottom] = [Math.min(y(from), y(to)), Math.max(y(from), y(to))];
    return `<rect class="${name}" x="${at(x + 5)}" y="${at(top)}" width="${bar - 10}" height="${at(Math.max(1, bottom - top))}"/>`;
  };
  if (![...sums, ...tail.map(([, x]) => x)].every(Number.isFinite)) {
    return svg(bar * n, HEIGHT, text((bar * n) / 2, HEIGHT / 2, "not a number"));
  }
  const bars = [...terms].map((x, l) => {
    const step = `M${at(bar * l + bar - 5)},${at(y(sums[l + 1]))}h${l === n - 1 && !tail.length ? 0 : 10}`;
    return `${piece(bar * l, sums[l], sums[l + 1], sign(x))}<path class="bp-step-line" d="${step}"/>`;
  });
  const wide = 1.5 * bar;
  const after = tail.map(([, x], i) => {
    const left = bar * n + 8 + wide * i;
    const beside = Math.min(y(x), y(0)) - 4;
    return (
      `<rect class="${sign(x)}" x="${at(left + 10)}" y="${at(Math.min(y(0), y(x)))}" width="${wide - 20}" height="${at(Math.max(1, Math.abs(y(x) - y(0))))}"/>` +
      text(left + wide / 2, beside, plain(x / 10 ** exponent), "middle", "bp-value")
    );
  });
  const width = bar * n + 10 + wide * tail.length;
  const labels = tail.map(([what], i) => text(bar * n + 8 + wide * (i + 0.5), HEIGHT + 14, what));
  const zero = `<path class="bp-axis" d="M0,${at(y(0))}H${width}"/>`;
  const power =
    tail.length && exponent
      ? text(bar * n + 8, HEIGHT + 30, `in units of ${tenTo(exponent)}`, "start", "bp-quiet")
      : "";
  return svg(
    width,
    HEIGHT + 18,
    zero +
      bars.join("") +
      after.join("") +
      labels.join("") +
      power +
      text(2, 10, note, "start", "bp-quiet"),
  );
}

/** The sum of many numbers as it grows, in reading order. @param {import("./types.js").Running} sum */
export function running({ values, total, here }) {
  const width = 220;
  const sums = [0];
  for (const x of values) sums.push(sums[sums.length - 1] + x);
  const y = heights(sums, 18, TALL - 20);
  const x = (/** @type {number} */ i) => 4 + ((width - 76) * i) / values.length;
  const points = sums.map((v, i) => `${at(x(i))},${at(y(Number.isFinite(v) ? v : 0))}`).join(" ");
  const end = y(Number.isFinite(total) ? total : 0);
  const mark =
    here === undefined ? "" : `<path class="bp-here" d="M${at(x(here + 0.5))},14V${TALL - 18}"/>`;
  return svg(
    width,
    TALL,
    `<path class="bp-axis" d="M4,${at(y(0))}H${width - 72}"/>${mark}<polyline points="${points}"/>
       <circle class="bp-dot" r="3" cx="${at(x(values.length))}" cy="${at(end)}"/>
       ${text(x(values.length) + 6, end + 4, plain(total), "start", "bp-value")}
       ${text(4, 11, "the running sum", "start", "bp-quiet")}
       ${text(x(values.length), TALL - 5, `${values.length} terms, row by row`, "end", "bp-quiet")}`,
  );
}

/** σ with its tangent at z, and the gap to what the activation should be. @param {import("./types.js").Curve} curve */
export function sigmoidCurve({ z, slope, y }) {
  const [width, reach] = [170, Math.max(6, Math.min(12, Math.abs(z) + 2))];
  if (!Number.isFinite(z)) return svg(width, TALL, text(width / 2, TALL / 2, "not a number"));
  const sigma = (/** @type {number} */ v) => 1 / (1 + Math.exp(-v));
  const px = (/** @type {number} */ v) => width / 2 + ((width / 2 - 8) * v) / reach;
  const py = (/** @type {number} */ a) => TALL - 22 - (TALL - 44) * a;
  const points = Array.from({ length: 61 }, (_, i) => reach * (i / 30 - 1));
  const curve = points.map((v) => `${at(px(v))},${at(py(sigma(v)))}`).join(" ");
  const [cx, cy, d] = [px(z), py(sigma(z)), 2.2];
  const tangent = `M${at(px(z - d))},${at(py(sigma(z) - slope * d))}L${at(px(z + d))},${at(py(sigma(z) + slope * d))}`;
  const gap =
    y === undefined
      ? ""
      : `<path class="bp-gap ${sign(sigma(z) - y)}" d="M${at(cx)},${at(cy)}V${at(py(y))}"/><path class="bp-axis bp-dashed" d="M8,${at(py(y))}H${width - 8}"/>`;
  const words = `slope ${plain(slope)}`;
  return svg(
    width,
    TALL,
    `<path class="bp-axis" d="M8,${at(py(0))}H${width - 8}M${at(px(0))},${at(py(0))}V${at(py(1))}"/>${gap}
     <polyline points="${curve}"/><path class="bp-tangent" d="${tangent}"/>
     <circle class="bp-dot" r="3.6" cx="${at(cx)}" cy="${at(cy)}"/>
     ${text(8, 11, `<tspan class="bp-math">σ</tspan> and its ${words}`, "start", "bp-quiet")}
     ${text(width / 2, TALL - 5, `z = ${plain(z)}`, "middle", "bp-quiet")}`,
  );
}

/**
 * What each output adds to C: half of a square on its gap, or a bar.
 * @param {import("./types.js").Data} data
 * @param {boolean} narrow
 */
export function gaps({ a3, y, cost }, narrow) {
  const [column, n] = [narrow ? 34 : 62, a3.values.length];
  const each = [...a3.values].map((a, l) => ({
    gap: a - y.values[l],
    adds: SHARES[cost](a, y.values[l]),
  }));
  const most = Math.max(...finite(each.map(({ adds }) => adds)), 1e-9);
  const floor = TALL - 20;
  const shapes = each.map(({ gap, adds }, l) => {
    if (!Number.isFinite(adds)) return text(column * (l + 0.5), floor, "NaN");
    const side = (column + 4) * Math.abs(gap);
    const [w, h] = cost === "quadratic" ? [side, side] : [26, Math.max(1, (70 * adds) / most)];
    const x = column * (l + 0.5) - w / 2;
    return `<rect class="${sign(gap)}" x="${at(x)}" y="${at(floor - h)}" width="${at(w)}" height="${at(h)}"/>${text(column * (l + 0.5), floor - h - 5, narrow ? adds.toFixed(2) : plain(adds), "middle", "bp-value")}`;
  });
  const digits = each.map((_, l) => text(column * (l + 0.5), TALL - 4, `${l}`));
  const what = narrow
    ? ""
    : `${cost === "quadratic" ? "gaps² as areas; beside them what they add, ½ gap²" : "what each output adds"}; `;
  return svg(
    column * n,
    TALL,
    `<path class="bp-axis" d="M0,${floor}H${column * n}"/>${shapes.join("")}${digits.join("")}${text(0, 11, `${what}red: too large, blue: too small`, "start", "bp-quiet")}`,
  );
}
