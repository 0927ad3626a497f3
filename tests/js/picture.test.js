import assert from "node:assert/strict";
import { test } from "node:test";
import { fitting } from "../../convnet_lib/widgets/static/parts/picture.js";

// 760 pixels wide with letters of 12.5: they have 11 pixels at 668.8.
const tiles = [
  [2, 2, 386, 296],
  [391, 2, 367, 296],
];

test("a picture is whole where its letters can be read", () => {
  assert.equal(fitting({ width: 760, smallest: 12.5, tiles }, 669).way, "whole");
  assert.equal(fitting({ width: 760, smallest: 12.5, tiles }, 668).way, "tiles");
});

test("its tiles are as wide as the room, never too small to read and never enlarged", () => {
  assert.deepEqual(fitting({ width: 760, smallest: 12.5, tiles }, 386), { way: "tiles", scale: 1 });
  assert.deepEqual(fitting({ width: 760, smallest: 12.5, tiles }, 500), { way: "tiles", scale: 1 });
  const { way, scale } = fitting({ width: 760, smallest: 12.5, tiles }, 350);
  assert.equal(way, "tiles");
  assert.ok(Math.abs(scale - 350 / 386) < 1e-12);
});

test("what has no tiles, or one too wide, moves sideways; of what nothing is known, nothing", () => {
  const sideways = { way: "sideways", scale: 0.88 };
  assert.deepEqual(fitting({ width: 740, smallest: 12.5 }, 350), sideways);
  assert.deepEqual(fitting({ width: 760, smallest: 12.5, tiles }, 330), sideways);
  assert.equal(fitting({ width: 900 }, 350).way, "whole");
});
