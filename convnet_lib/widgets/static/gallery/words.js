// What the gallery writes and says of a neuron.

import { convForward } from "../parts/engine.js";
import { windowOf } from "../parts/fields.js";
import { winnerOf } from "../parts/maps.js";
import { equation, number, spoken, symbol } from "../parts/text.js";

/** @typedef {import("../parts/types.js").Index} Index */

/** @typedef {import("./figure.js").Gallery} Gallery */

const a1 = (/** @type {Index[]} */ ...indices) => symbol("a", 1, indices);
const a2 = (/** @type {Index[]} */ ...indices) => symbol("a", 2, indices);
const z1 = (/** @type {Index[]} */ ...indices) => symbol("z", 1, indices);

/**
 * The equations of neuron (j, k) of map f, as HTML (F1, F2, F3).
 * @param {Gallery} gallery
 * @param {number} f
 * @param {number} j
 * @param {number} k
 */
export function written(gallery, f, j, k) {
  const { j: J, k: K } = windowOf(gallery.cell);
  const won = winnerOf(gallery.mask.part(f), J, K);
  const [z, a] = [gallery.z1.part(f).at(j, k), gallery.a1.part(f).at(j, k)];
  const top = gallery.a1.part(f).at(won.row, won.column);
  const wins = won.row === j && won.column === k ? "This neuron wins" : "Another neuron wins";
  const tie = gallery.tied.part(f).at(J, K) ? " A tie: the first of the largest counts." : "";
  const { rows, columns } = gallery.w1.part(f);
  const neuron = gallery.at(f, j, k);
  return (
    equation(
      `${z1(...neuron)} = <b>${number(z)}</b>, of rows ${j} to ${j + rows - 1} and columns ${k} to
      ${k + columns - 1} of the digit`,
      "F1",
    ) +
    equation(`${a1(...neuron)} = <i>σ</i>(${z1(...neuron)}) = <b>${number(a)}</b>`, "F2") +
    equation(
      `${a2(...gallery.at(f, J, K))} = ${a1(...gallery.at(f, won.row, won.column))} = <b>${number(top)}</b>`,
      "F3",
    ) +
    `<p>${wins} its window (dashed).${tie}</p>` +
    writtenPatch(gallery, f)
  );
}

/** What pleases filter f, and how far the digit does. @param {Gallery} gallery @param {number} f */
function writtenPatch(gallery, f) {
  const { row, column } = gallery.places[f];
  const bias = gallery.figure.array("b1").part(f);
  const [peak] = convForward(gallery.patches[f], gallery.w1.part(f), bias).values;
  const positive = gallery.w1.part(f).values.some((x) => x > 0)
    ? "black where the weights are positive"
    : "as no weight is positive, one pixel under the largest";
  return `<p>Of all patches of norm 1 without negative pixels, the one beside the filter pleases it most
    (${positive}): ${z1()} = <b>${number(peak)}</b>. On this digit, whose patches have other
    norms, the largest is ${z1(...gallery.at(f, row, column))} = <b>${number(gallery.z1.part(f).at(row, column))}</b>
    (dashed on ${z1()} and on the digit).</p>`;
}

/**
 * The same for the ear.
 * @param {Gallery} gallery
 * @param {number} f
 * @param {number} j
 * @param {number} k
 */
export function spokenOf(gallery, f, j, k) {
  const { j: J, k: K } = windowOf(gallery.cell);
  const won = winnerOf(gallery.mask.part(f), J, K);
  const [z, a] = [gallery.z1.part(f).at(j, k), gallery.a1.part(f).at(j, k)];
  const tie = gallery.tied.part(f).at(J, K) ? " It is a tie." : "";
  const window =
    won.row === j && won.column === k
      ? "It wins its window."
      : `Its window is won by row ${won.row}, column ${won.column}, ${number(gallery.a1.part(f).at(won.row, won.column))}.`;
  return `Map ${f}: ${spoken("z", 1, gallery.at(f, j, k))} is ${number(z)}, its activation ${number(a)}. ${window}${tie}`;
}
