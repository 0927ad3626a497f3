// The cost as a gauge: before the last step, after it, the change, and its curve over all steps.

import { count } from "../parts/text.js";
import { plain, signed } from "./numbers.js";

const [WIDTH, HEIGHT] = [64, 26];

/** `costs` of the image that is shown, after 0, 1, 2 … steps, as HTML. @param {number[]} costs */
export function written(costs) {
  const steps = costs.length - 1;
  const now = costs[steps];
  const before = costs[steps - 1];
  const seen = steps && plain(before) !== plain(now);
  const [first, by] = seen
    ? [`${plain(before)} → `, `${signed(now - before)}, `]
    : ["", steps ? `${signed(now - before)}, ` : ""];
  return `${line(costs)}<span><i>C</i> ${first}<strong>${plain(now)}</strong><br><small>${by}after ${count(steps, "step")}</small></span>`;
}

/** Their curve, as SVG. @param {number[]} costs */
function line(costs) {
  const steps = costs.length - 1;
  const known = costs.filter(Number.isFinite);
  const top = Math.max(...known, 1e-9);
  const points = costs.map((x, t) => [
    2 + ((WIDTH - 6) * t) / Math.max(steps, 1),
    HEIGHT - 2 - ((HEIGHT - 5) * (Number.isFinite(x) ? x : top)) / top,
  ]);
  const [x, y] = points[steps];
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true"><path d="M1,${HEIGHT - 1}H${WIDTH - 1}M1,1V${HEIGHT - 1}" class="bp-axis"/>
    <polyline points="${points.map((p) => p.map((v) => v.toFixed(1))).join(" ")}"/><circle r="2.6" class="bp-dot" cx="${x}" cy="${y}"/></svg>`;
}
