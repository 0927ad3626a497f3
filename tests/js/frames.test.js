// What waits for a picture is done once, whether its frame comes, comes late or never.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { afterFrame, REST } from "../../convnet_lib/widgets/static/parts/frames.js";

const LATE = 100; // ms: as far as a frame is waited for
let frames = new Map();

/** The screen is painted. */
function paint() {
  const due = [...frames.values()];
  frames.clear();
  for (const work of due) work();
}

beforeEach(() => {
  frames = new Map();
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  Object.assign(globalThis, {
    requestAnimationFrame: (work) => frames.set(frames.size + 1, work).size,
    cancelAnimationFrame: (id) => frames.delete(id),
  });
});

/** Something that waits, and how often it was called. */
function waiting(rest) {
  const callback = mock.fn();
  return { forget: afterFrame(callback, rest), count: () => callback.mock.callCount() };
}

test("it is done after the frame, and after a rest", () => {
  const { count } = waiting(REST);
  paint();
  assert.equal(count(), 0);
  mock.timers.tick(REST);
  assert.equal(count(), 1);
  mock.timers.tick(LATE);
  assert.equal(count(), 1);
});

test("out of sight it is done without a frame, and not once more when one comes", () => {
  const { count } = waiting(0);
  mock.timers.tick(LATE);
  assert.equal(count(), 1);
  paint();
  mock.timers.tick(LATE);
  assert.equal(count(), 1);
});

for (const painted of [false, true])
  test(`what is forgotten is not done, ${painted ? "after" : "before"} the frame`, () => {
    const { forget, count } = waiting(REST);
    if (painted) paint();
    forget();
    paint();
    mock.timers.tick(LATE + REST);
    assert.equal(count(), 0);
  });
