// How the numbers of a slider are written: no two of its states look alike.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decimalsOf } from "../../convnet_lib/widgets/static/explored/controls.js";

test("a step is written with its own decimals, and two at least", () => {
  const steps = [0.5, 0.1, 0.25, 0.05, 0.125, 0.005, 1e-10, 2];
  assert.deepEqual(steps.map(decimalsOf), [2, 2, 2, 2, 3, 3, 11, 2]);
});

test("multiples of a step that has no end are told apart, and not written to it", () => {
  for (const step of [1 / 3, 0.1 / 3, 1 / 7, Math.PI / 1000]) {
    const written = Array.from({ length: 200 }, (_, n) => (n * step).toFixed(decimalsOf(step)));
    assert.equal(new Set(written).size, 200);
    assert.ok(decimalsOf(step) <= 4);
  }
});
