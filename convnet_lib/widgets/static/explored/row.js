// A row of grids as `figures.row` makes it and as `explore.shown` sends it, for a recipe: the same
// names, kinds, outlines and words, so that a recipe reads as the function in Python does.

import { inWords, isSmall } from "../parts/words.js";
import { hasNumbers, rowsOf } from "./places.js";

/** @typedef {import("../parts/arrays.js").NDArray} NDArray */
/** @typedef {import("../parts/words.js").Box} Box */
/**
 * What is shown of a grid. Its numbers are an array, or the bytes of float32 in base64.
 * @typedef {object} Panel
 * @property {string} title
 * @property {"sequential" | "diverging"} kind
 * @property {number[]} shape
 * @property {string} [data]
 * @property {NDArray} [array]
 * @property {number | null} limit
 * @property {number[][]} outline
 * @property {number[] | null} mark
 */
/**
 * What is shown at once: a row of grids, a picture, or why there is neither.
 * @typedef {object} Frame
 * @property {string} alt
 * @property {Panel[]} [panels]
 * @property {string} [failed]
 * @property {string} [caption]
 * @property {[number, number][]} [pairs]
 * @property {string} [png]
 * @property {number} [width]
 */
/** @typedef {"activation" | "signed"} Kind */
/** @typedef {[string, NDArray, Kind?, (NDArray | null)?, (Box | null)?]} Given  name, array, kind, outline, mark */

/**
 * Several arrays side by side.
 * @param {Given[]} panels
 * @param {object} options
 * @param {number | null} [options.limit]  the number that gets the full colour in signed panels
 * @param {string} [options.alt]  what is said instead of each panel; small grids are said as well
 * @param {number} [options.columns]  how many stand side by side on Python's picture, at most
 * @returns {Frame}
 */
export function row(panels, { limit = null, alt = "", columns = panels.length } = {}) {
  const arrays = panels.map(([, array]) => array);
  const said = alt ? panels.filter(([, x]) => hasNumbers(x) && isSmall(x)) : panels;
  const words = said.map((panel) => ` ${inPanel(panel)}`).join("");
  const rows = alt
    ? 0
    : rowsOf(
        arrays,
        panels.map(([name]) => plain(name)),
        columns,
      );
  const begin = panels.length === 1 ? "A grid" : rows === 1 ? "Side by side" : `In ${rows} rows`;
  return {
    alt: alt ? alt + words : `${begin}:${words}`,
    panels: panels.map((panel) => shown(panel, limit)),
  };
}

/** @param {Given} panel */
const inPanel = ([name, array, , outline, mark]) =>
  `${plain(name)}, ${inWords(array, outline, mark)}.`;

/** @param {Given} panel @param {number | null} limit @returns {Panel} */
function shown([name, array, kind = "signed", outline = null, mark = null], limit) {
  return {
    title: html(name),
    kind: kind === "signed" ? "diverging" : "sequential",
    shape: array.shape,
    array,
    limit: kind === "signed" ? limit : 1,
    outline: outline ? outlined(outline) : [],
    mark,
  };
}

/** Row and column of each cell that is not 0. @param {NDArray} outline */
function outlined({ values, columns }) {
  const cells = [];
  for (let i = 0; i < values.length; i++)
    if (values[i] !== 0) cells.push([Math.floor(i / columns), i % columns]);
  return cells;
}

/** A title without its marks, to be read aloud, as `picture.plain`. @param {string} name */
function plain(name) {
  return name
    .replaceAll("$", "")
    .replaceAll("\\,", " ")
    .replace(/[\\{}^]/g, "")
    .replaceAll("_", " ");
}

/** A title, its mathtext as HTML: $w^1$ is <i>w</i><sup>1</sup>. @param {string} name */
export function html(name) {
  const escaped = name
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("\\partial ", "∂")
    .replaceAll("\\,", " ")
    .replace(/(^|[^\p{L}\p{N}_-])-(?=\d)/gu, "$1−");
  return escaped.replace(/\$(.*?)\$/g, (_, formula) =>
    formula.replace(/([\^_])(?:\{(.*?)\}|(.))|(\p{L})/gu, sign),
  );
}

/** @param {string} _ @param {string} [mark] @param {string} [several] @param {string} [one] @param {string} [letter] */
function sign(_, mark, several, one, letter) {
  const tag = mark === "^" ? "sup" : mark === "_" ? "sub" : "i";
  return `<${tag}>${several || one || letter}</${tag}>`;
}
