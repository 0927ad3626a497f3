import assert from "node:assert/strict";
import { test } from "node:test";
import { NDArray } from "../../convnet_lib/widgets/static/parts/arrays.js";
import { convNablaB, poolForward } from "../../convnet_lib/widgets/static/parts/engine.js";

test("what Python sends is read, wherever its bytes begin, and sent back", () => {
  for (const [dtype, Kind] of [
    ["float32", Float32Array],
    ["float64", Float64Array],
  ]) {
    const bytes = new Uint8Array(new Kind([1.5, -2, Number.NaN, 0.25, 3, 4]).buffer);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const data = new DataView(shifted.buffer, 3, bytes.length);
    const array = NDArray.from({ shape: [2, 3], dtype, data });
    assert.deepEqual([...array.values], [1.5, -2, Number.NaN, 0.25, 3, 4]);
    assert.equal(array.at(1, 2), 4);
    assert.ok(NDArray.from(array.wire()).equals(array));
  }
});

test("a part is a view, a copy is not, and `with` leaves the array as it is", () => {
  const array = NDArray.make(2, 3, (row, column) => 10 * row + column);
  assert.deepEqual([...array.part(1).values], [10, 11, 12]);
  array.copy().values[0] = 7;
  assert.equal(array.at(0, 0), 0);
  const other = array.with(0, NDArray.vector([7, 8, 9]));
  assert.deepEqual([...other.values], [7, 8, 9, 10, 11, 12]);
  assert.equal(array.at(0, 0), 0);
  array.part(1).values[2] = 5;
  assert.equal(array.at(1, 2), 5);
});

test("a part is sent alone, without the rest of its buffer", () => {
  const part = NDArray.make(2, 2, (row, column) => 2 * row + column).part(1);
  assert.equal(part.wire().data.byteLength, 16);
  assert.ok(NDArray.from(part.wire()).equals(part));
});

test("equal are the same shape and the same numbers, not-a-number too", () => {
  const array = NDArray.vector([1, Number.NaN]);
  assert.ok(array.equals(NDArray.vector([1, Number.NaN])));
  assert.ok(!array.equals(NDArray.vector([1, 2])));
  assert.ok(!array.equals(NDArray.stack([array])));
});

test("an empty batch is refused in words, on the way up and where gradients are summed", () => {
  const refused = {
    name: "RangeError",
    message: "parts: expected at least one along the first axis, got none",
  };
  assert.throws(() => NDArray.stack([]), refused);
  assert.throws(() => poolForward(NDArray.zeros([0, 2, 2])), refused);
  assert.throws(() => convNablaB(NDArray.zeros([0, 2, 2]), NDArray.zeros([2, 2])), refused);
});
