// What the layers of Part III refuse: a filter or a window that is larger than what it is laid on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NDArray } from "../../convnet_lib/widgets/static/parts/arrays.js";
import { upwards } from "../../convnet_lib/widgets/static/parts/layers.js";

const conv = (shape, stride = 1, padding = 0) => {
  const b = NDArray.zeros(shape.slice(0, -2).slice(0, 1));
  return { kind: "Conv", stride, padding, w: NDArray.zeros(shape), b };
};

test("a filter that is larger than its image is refused, with a stride too", () => {
  const refused = [
    [[2, 2], conv([5, 5]), "(2, 2), got (5, 5)"],
    [[2, 2], conv([3, 2], 2), "(2, 2), got (3, 2)"],
    [[2, 2], conv([4, 2, 3], 2), "(2, 2), got (2, 3)"],
    [[3, 4, 2], conv([1, 3, 7, 4], 1, [1, 2]), "(6, 6), got (7, 4)"],
  ];
  for (const [shape, layer, end] of refused) {
    assert.throws(() => upwards([layer], NDArray.zeros(shape)), {
      name: "RangeError",
      message: `w: expected a filter no larger than the padded image ${end}`,
    });
  }
});

test("a filter that fits exactly has one place, and the padding counts", () => {
  assert.deepEqual(upwards([conv([2, 3])], NDArray.zeros([2, 3]))[1].shape, [1, 1]);
  assert.deepEqual(upwards([conv([4, 4], 2, 1)], NDArray.zeros([2, 2]))[1].shape, [1, 1]);
});

test("a window that is larger than its map is refused", () => {
  for (const kind of ["MaxPool", "MeanPool"]) {
    for (const size of [3, [3, 2], [1, 3]]) {
      const call = () => upwards([{ kind, size, stride: 2 }], NDArray.zeros([3, 2, 2]));
      const message = /^size: expected a window no larger than the map \(2, 2\), got \(\d, \d\)$/;
      assert.throws(call, { name: "RangeError", message });
    }
  }
});
