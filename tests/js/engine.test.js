// The engine on numbers that were worked out by hand, and on what is wrong.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NDArray } from "../../convnet_lib/widgets/static/parts/arrays.js";
import * as engine from "../../convnet_lib/widgets/static/parts/engine.js";

const map = (...rows) => NDArray.stack(rows.map((row) => NDArray.vector(row)));
const numbers = ({ values }) => [...values];
const close = (found, expected) => {
  const apart = numbers(found).map((x, i) => Math.abs(x - expected[i]));
  assert.ok(Math.max(...apart) < 1e-12, `${numbers(found)} is not ${expected}`);
};

/** A network of 3×5 images: a filter of 2×2, a map of 2×4, two windows, two outputs. */
function small() {
  return {
    w1: map([1, 2], [0, -1]),
    b1: NDArray.scalar(0.5),
    w3: NDArray.stack([map([1, -1]), map([0.5, 2])]),
    b3: NDArray.vector([0, 1]),
  };
}
const IMAGE = map([1, 0, 2, 0, 1], [0, 1, 0, 1, 0], [2, 0, 1, 0, 2]);

test("F1: a filter that is not symmetric, on an oblong image", () => {
  const { w1, b1 } = small();
  const z1 = engine.convForward(IMAGE, w1, b1);
  assert.deepEqual(z1.shape, [2, 4]);
  // First: 0.5 + 1·1 + 2·0 + 0·0 − 1·1.
  assert.deepEqual(numbers(z1), [0.5, 4.5, 1.5, 2.5, 2.5, 0.5, 2.5, -0.5]);
});

test("F2: σ, its slope, and both ends", () => {
  close(engine.sigmoid(NDArray.vector([0, Math.log(3), -1e9, 1e9])), [0.5, 0.75, 0, 1]);
  close(engine.sigmoidPrime(NDArray.vector([0, Math.log(3), -1e9, 1e9])), [0.25, 0.1875, 0, 0]);
});

test("F3 and BP2a: a tie under the three rules", () => {
  const a = map([3, 1, 2, 2], [0, 3, 2, 1]);
  assert.deepEqual(numbers(engine.poolForward(a)), [3, 2]);
  assert.deepEqual(numbers(engine.poolTied(a)), [1, 1]);
  assert.deepEqual(numbers(engine.poolWinners(a)), [1, 0, 1, 0, 0, 0, 0, 0]);
  assert.deepEqual(numbers(engine.poolWinners(a, "all")), [1, 0, 1, 1, 0, 1, 1, 0]);
  close(engine.poolWinners(a, "split"), [0.5, 0, 1 / 3, 1 / 3, 0, 0.5, 1 / 3, 0]);
  const back = engine.poolBackward(map([5, -7]), engine.poolWinners(a));
  close(back, [5, 0, -7, 0, 0, 0, 0, 0]);
});

test("F4, BP3a and BP4a: a sum over rows and columns", () => {
  const { w3, b3 } = small();
  const a2 = map([2, 3]);
  assert.deepEqual(numbers(engine.denseForward(a2, w3, b3)), [-1, 8]);
  const delta3 = NDArray.vector([1, 10]);
  assert.deepEqual(numbers(engine.denseBackward(delta3, w3)), [6, 19]);
  assert.deepEqual(numbers(engine.denseNablaB(delta3)), [1, 10]);
  assert.deepEqual(numbers(engine.denseNablaW(delta3, a2)), [2, 3, 20, 30]);
});

test("C and BP1: both costs", () => {
  const [z3, a3, y] = [
    [0, Math.log(3)],
    [0.5, 0.75],
    [1, 0],
  ].map((x) => NDArray.vector(x));
  close(engine.costOf(a3, y), [(0.25 + 0.5625) / 2]);
  close(engine.costOf(a3, y, "cross_entropy"), [Math.log(2) + Math.log(4)]);
  close(engine.delta(z3, a3, y), [-0.125, 0.75 * 0.1875]);
  close(engine.delta(z3, a3, y, "cross_entropy"), [-0.5, 0.75]);
});

test("BP3 and BP4: each weight with its own pixels", () => {
  const { w1 } = small();
  const delta1 = map([1, 0, 0, 0], [0, 0, 0, 10]);
  assert.deepEqual(numbers(engine.convNablaB(delta1, w1)), [11]);
  assert.deepEqual(numbers(engine.convNablaW(delta1, IMAGE, w1)), [11, 0, 0, 21]);
});

test("a gradient is what central differences measure", () => {
  const y = NDArray.vector([0.25, 1]);
  for (const cost of ["quadratic", "cross_entropy"]) {
    const nabla = engine.backprop(small(), IMAGE, y, cost);
    for (const name of ["w1", "b1", "w3", "b3"]) {
      small()[name].values.forEach((_, i) => {
        const C = (by) => {
          const net = small();
          net[name].values[i] += by;
          return engine.costOf(engine.feedforward(net, IMAGE).a3, y, cost).values[0];
        };
        const measured = (C(1e-5) - C(-1e-5)) / 2e-5;
        assert.ok(Math.abs(nabla[name].values[i] - measured) < 1e-8, `${cost} ${name} ${i}`);
      });
    }
  }
});

test("a step goes downhill, and leaves what it was given as it was", () => {
  const [net, y] = [small(), NDArray.vector([0, 1])];
  const cost = (one) => engine.costOf(engine.feedforward(one, IMAGE).a3, y).values[0];
  const next = engine.step(net, engine.backprop(net, IMAGE, y), 0.1);
  assert.ok(cost(next) < cost(net));
  assert.ok(["w1", "b1", "w3", "b3"].every((name) => net[name].equals(small()[name])));
});

test("not a number is an answer: what it touches is none, and nothing is thrown", () => {
  const image = IMAGE.copy();
  image.values[0] = Number.NaN;
  const { z1, a3 } = engine.feedforward(small(), image);
  assert.deepEqual(numbers(z1).map(Number.isNaN), [true, ...Array(7).fill(false)]);
  assert.ok(numbers(a3).every(Number.isNaN));
  for (const ties of engine.TIES) {
    const nabla = engine.backprop(small(), image, NDArray.vector([0, 1]), "quadratic", ties);
    assert.ok(numbers(nabla.delta1).every(Number.isNaN));
  }
  assert.deepEqual(numbers(engine.poolWinners(map([1, Number.NaN], [2, 3]))), [0, 1, 0, 0]);
});

test("BP2a: two that are not numbers are a tie under the three rules", () => {
  const a = map([Number.NaN, Number.NaN], [1, 2]);
  assert.deepEqual(numbers(engine.poolTied(a)), [1]);
  assert.deepEqual(numbers(engine.poolWinners(a)), [1, 0, 0, 0]);
  assert.deepEqual(numbers(engine.poolWinners(a, "all")), [1, 1, 0, 0]);
  assert.deepEqual(numbers(engine.poolWinners(a, "split")), [0.5, 0.5, 0, 0]);
});

test("a weight of a thousand million and a blank digit give numbers", () => {
  const net = small();
  net.w1.values[0] = 1e9;
  net.w3.values[0] = -1e9;
  const y = NDArray.vector([1, 0]);
  for (const image of [IMAGE, NDArray.zeros([3, 5])]) {
    for (const cost of ["quadratic", "cross_entropy"]) {
      const { a3 } = engine.feedforward(net, image);
      assert.ok(numbers(a3).every((a) => a >= 0 && a <= 1));
      assert.ok(Number.isFinite(engine.costOf(a3, y, cost).values[0]));
      const nabla = engine.backprop(net, image, y, cost);
      for (const name of ["delta3", "delta1", "w1", "b1", "w3", "b3"]) {
        assert.ok(numbers(nabla[name]).every(Number.isFinite), `${cost} ${name}`);
      }
    }
  }
});

test("what does not fit is refused by its name", () => {
  const [net, y] = [small(), NDArray.vector([0, 1])];
  const other = (changes) => () => engine.backprop({ ...net, ...changes }, IMAGE, y);
  const refused = {
    "a0: expected shape (..., 3, 5), got (5, 3)": () =>
      engine.feedforward(net, NDArray.zeros([5, 3])),
    "a0: expected shape (..., 3, 5), got (5,)": () => engine.feedforward(net, NDArray.zeros([5])),
    "y: expected shape (2,), got (3,)": () => engine.backprop(net, IMAGE, NDArray.zeros([3])),
    "cost: expected quadratic or cross_entropy, got mean": () =>
      engine.backprop(net, IMAGE, y, "mean"),
    "ties: expected first or split or all, got last": () =>
      engine.backprop(net, IMAGE, y, "quadratic", "last"),
    "w1: expected shape (5, 5) or (F, 5, 5), got (2,)": other({ w1: NDArray.zeros([2]) }),
    "b1: expected shape (), got (2,)": other({ b1: NDArray.zeros([2]) }),
    "w3: expected shape (10, 12, 12), or other sizes, got (2, 3, 1, 2)": other({
      w3: NDArray.zeros([2, 3, 1, 2]),
    }),
    "b3: expected shape (2,), got (3,)": other({ b3: NDArray.zeros([3]) }),
    "a1: expected rows and columns even, so that windows fit, got (3, 4)": () =>
      engine.poolForward(NDArray.zeros([3, 4])),
    "w1: expected at most (2, 2), got (3, 3)": () =>
      engine.convForward(NDArray.zeros([2, 2]), NDArray.zeros([3, 3]), NDArray.scalar(0)),
  };
  for (const [message, call] of Object.entries(refused)) {
    assert.throws(call, { name: "RangeError", message });
  }
});
