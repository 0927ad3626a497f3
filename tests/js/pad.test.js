// The drawing pad: its ink by hand, what is taken back, and the drawing as MNIST's digits are.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NDArray } from "../../convnet_lib/widgets/static/parts/arrays.js";
import { asMnist, moved } from "../../convnet_lib/widgets/static/parts/centring.js";
import { Pad, stroked } from "../../convnet_lib/widgets/static/parts/pad.js";

const BLANK = NDArray.zeros([28, 28]);
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

/** Two blank images in a model without a page. */
function pad() {
  const traits = { a0: NDArray.zeros([2, 28, 28]), index: 0, past: 3 };
  const said = [];
  const figure = {
    model: { get: (name) => traits[name] },
    array: (name) => traits[name],
    send: (values) => Object.assign(traits, values),
    button: (_parent, text) => ({ text, setAttribute() {} }),
    say: (words) => said.push(words),
    closing: [],
  };
  const also = () => ({ past: 0 });
  const close = () => {
    for (const end of figure.closing) end();
  };
  return { traits, said, close, pad: new Pad(figure, null, { images: "a0", also }) };
}

test("a touch inks a pixel and, less, those around it", () => {
  const at = { x: 10.5, y: 5.5 };
  const image = stroked(BLANK, at, at);
  assert.equal(image.at(5, 10), 1);
  near(image.at(5, 11), 0.7); // 1.7 - 1
  near(image.at(4, 10), 0.7);
  near(image.at(6, 11), 1.7 - Math.SQRT2);
  assert.equal(image.at(5, 12), 0);
  assert.equal(
    image.values.filter((x) => x > 0).length,
    9, // and no more
  );
  assert.ok(BLANK.values.every((x) => x === 0)); // what was there before is left as it was
});

test("a quick stroke leaves no gaps, and its edge is grey on both sides", () => {
  const image = stroked(BLANK, { x: 3.5, y: 4.5 }, { x: 20.5, y: 4.5 });
  for (let k = 3; k <= 20; k++) {
    assert.equal(image.at(4, k), 1);
    near(image.at(3, k), 0.7);
    near(image.at(5, k), 0.7);
    assert.equal(image.at(6, k), 0);
  }
});

test("ink is never taken away, and not-a-number is drawn over", () => {
  const image = BLANK.copy();
  image.values[5 * 28 + 11] = 0.9;
  image.values[5 * 28 + 9] = Number.NaN;
  const drawn = stroked(image, { x: 10.5, y: 5.5 }, { x: 10.5, y: 5.5 });
  assert.equal(drawn.at(5, 11), 0.9);
  near(drawn.at(5, 9), 0.7);
});

test("at the edge the pen goes over it, and on few pixels it is thin", () => {
  const corner = stroked(BLANK, { x: 0.5, y: 0.5 }, { x: 0.5, y: 0.5 });
  assert.equal(corner.at(0, 0), 1);
  assert.equal(corner.values.filter((x) => x > 0).length, 4);
  const small = stroked(NDArray.zeros([4, 6]), { x: 2.5, y: 1.5 }, { x: 4.5, y: 1.5 });
  assert.deepEqual(
    [...small.values].flatMap((x, i) => (x ? [[Math.floor(i / 6), i % 6, x]] : [])),
    [[1, 2, 1], [1, 3, 1], [1, 4, 1]], // biome-ignore format: cells with their ink
  );
});

test("a stroke is taken back on the image that it went over", async () => {
  const { traits, said, pad: one } = pad();
  one.take(true);
  one.key({ row: 3, column: 3 }, { row: 3, column: 6 });
  assert.equal(traits.past, 0);
  assert.equal(traits.a0.part(0).at(3, 6), 1);
  traits.index = 1;
  one.key({ row: 8, column: 8 }, { row: 8, column: 8 });
  one.undo();
  assert.ok(traits.a0.part(1).equals(BLANK));
  assert.equal(traits.a0.part(0).at(3, 6), 1);
  one.undo();
  assert.equal(traits.index, 0);
  assert.ok(traits.a0.part(0).equals(BLANK));
  one.undo();
  await new Promise((done) => setTimeout(done));
  assert.equal(said.at(-1), "There is nothing to take back.");
});

test("centred, and as it was drawn again; the pen goes over the drawing as it is", () => {
  const { traits, pad: one } = pad();
  one.take(true);
  one.key({ row: 2, column: 2 }, { row: 9, column: 2 });
  const drawn = traits.a0.part(0).copy();
  const centred = asMnist(drawn);
  assert.ok(!centred.equals(drawn));
  one.choose(true);
  assert.ok(traits.a0.part(0).equals(centred));
  assert.deepEqual([one.centred, one.drawing], [true, false]);
  one.choose(false);
  assert.ok(traits.a0.part(0).equals(drawn));
  assert.equal(one.centred, false);
  one.choose(true);
  one.undo();
  assert.equal(one.centred, false);
  one.choose(true);
  one.take(true); // takes up the pen
  assert.ok(traits.a0.part(0).equals(drawn));
  assert.deepEqual([one.centred, one.drawing], [false, true]);
});

test("another image is another drawing, and each keeps its own", () => {
  const { traits, pad: one } = pad();
  one.key({ row: 2, column: 2 }, { row: 9, column: 2 });
  const drawn = traits.a0.part(0).copy();
  one.choose(true);
  traits.index = 1;
  assert.equal(one.centred, false);
  traits.index = 0;
  assert.ok(one.pictures.drawn.equals(drawn));
  const other = moved(drawn, 3, 5);
  traits.a0 = traits.a0.with(0, other); // as Python may
  assert.equal(one.centred, false);
  assert.ok(one.pictures.drawn.equals(other));
});

test("where centring changes nothing the switch is turned all the same", () => {
  const { traits, pad: one } = pad(); // a blank image stays blank
  assert.equal(one.centred, false);
  one.choose(true);
  assert.equal(one.centred, true);
  assert.ok(traits.a0.part(0).equals(BLANK));
  one.choose(false);
  assert.equal(one.centred, false);
});

test("a closed figure lets go of what was drawn", () => {
  const { traits, close, pad: one } = pad();
  one.key({ row: 2, column: 2 }, { row: 9, column: 2 });
  one.choose(true);
  close();
  assert.deepEqual([one.before.length, one.kept.size], [0, 0]);
  assert.equal(one.centred, false);
  one.undo();
  assert.ok(!traits.a0.part(0).equals(BLANK)); // and there is nothing to take back
});
