// What the playground writes of a cell.

import { bracketed, equation, number, symbol } from "../parts/text.js";
import { slope } from "./learner.js";

/** @typedef {import("./figure.js").Playground} Playground */

const UNNAMED =
  "Without a right answer there is no error: press the number of the digit that it is.";

/**
 * The line that explains cell (j, k) of a grid, as HTML (F2, BP2a, BP2, BP4).
 * @param {Playground} playground
 * @param {string} grid
 * @param {number} j
 * @param {number} k
 */
export function lineOf(playground, grid, j, k) {
  const { look } = playground.school;
  const f = Math.min(playground.model.get("map"), playground.mapCount - 1);
  const { J, K, KH, KW, P, R } = look.sizes;
  if (grid === "a0")
    return equation(`ink at ${j},${k}: <b>${number(playground.paper.pad.image.at(j, k))}</b>`);
  if (grid === "w1") {
    const at = (f * KH + j) * KW + k;
    const [w, nabla] = [look.net.w1.values[at], look.nabla.w1[at]];
    const slopeOf = `∂<i>C</i>/∂${symbol("w", 1, [j, k])}`;
    const here = `${symbol("w", 1, [j, k])} = ${number(w)}`;
    if (!playground.isNamed) return equation(`${here}. ${UNNAMED}`);
    const wrong = madeWrong(playground, (desk) => desk.nabla.w1[at]);
    const text = `${here}, and of this digit ${slopeOf} = <b>${number(nabla)}</b>${wrong}`;
    return equation(text, "BP4");
  }
  const p = (f * J + j) * K + k;
  const z = look.z1[p];
  if (grid === "a1") {
    const text = `${symbol("a", 1, [j, k])} = <i>σ</i>(${symbol("z", 1, [j, k])}) = <i>σ</i>(${number(z)}) = <b>${number(look.a1[p])}</b>`;
    return equation(text, "F2");
  }
  const share = look.mask[p];
  const window = (f * P + (j >> 1)) * R + (k >> 1);
  if (grid === "mask") {
    const words =
      share === 1 ? "wins its window" : share ? "shares its window" : "loses its window";
    const wrong = madeWrong(playground, (desk) => desk.mask[p]);
    return equation(`neuron ${j},${k} ${words}: switch <b>${number(share)}</b>${wrong}`, "BP2a");
  }
  const error = `${symbol("δ", 1, [j, k])} =`;
  if (!playground.isNamed) return equation(`${error} <b>0</b>. ${UNNAMED}`);
  const factors = `${number(share, 2)} · ${bracketed(look.nabla_a2[window])} · ${number(slope(z))}`;
  // Where the switch is 0 the rest is not written out, unless a mistake lets it count.
  const lost = share === 0 && look.delta1[p] === 0;
  const made = lost
    ? "<b>0</b>: this neuron loses its window, so its switch is 0"
    : `${factors} = <b>${number(look.delta1[p])}</b>`;
  const wrong = madeWrong(playground, (desk) => desk.delta1[p]);
  return equation(`${error} switch · Σ · <i>σ</i>′ = ${made}${wrong}`, "BP2");
}

/**
 * What is to be said of a number that the bug has made another one; a bug spares many.
 * @param {Playground} playground
 * @param {(desk: import("./learner.js").Desk) => number} read
 */
function madeWrong({ model, school }, read) {
  if (!model.get("bug")) return "";
  const { look, right } = school;
  right.clear();
  right.forward(look.image);
  right.backward(model.get("label"));
  return Math.abs(read(look) - read(right)) > 0 ? ", wrong on purpose" : "";
}
