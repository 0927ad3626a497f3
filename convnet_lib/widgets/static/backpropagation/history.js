// The cost after each step: the last few in numbers, and all of them as a line.

import { count, number } from "../parts/text.js";

const SHOWN = 5;

/** `costs` of the image that is shown, after 0, 1, 2 … steps, as HTML. */
export function written(costs) {
  const steps = costs.length - 1;
  const last = costs.slice(-SHOWN).map((x) => number(x));
  const text = steps >= SHOWN ? [`${number(costs[0])} → …`, ...last] : last;
  const before = text.slice(0, -1).map((t) => `${t} → `);
  return `<span>Cost after ${count(steps, "step")}: ${before.join("")}<strong>${text.at(-1)}</strong></span>${line(costs)}`;
}

function line(costs) {
  const steps = costs.length - 1;
  if (!steps || !costs.every(Number.isFinite)) return "";
  const top = Math.max(...costs, 1e-9);
  const points = costs.map((x, t) => [(100 * t) / steps, 24 - (22 * x) / top]);
  const [x, y] = points[steps];
  return `<svg viewBox="-3 -1 106 28" aria-hidden="true"><path d="M0,24H100" class="bp-axis"/>
    <polyline points="${points.join(" ")}"/><circle r="2.5" class="bp-dot" cx="${x}" cy="${y}"/></svg>`;
}
