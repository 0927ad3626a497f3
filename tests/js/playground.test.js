// The playground's course, its chance, and what one figure hands to another.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NDArray } from "../../convnet_lib/widgets/static/parts/arrays.js";
import { fitting } from "../../convnet_lib/widgets/static/parts/offers.js";
import { Chance } from "../../convnet_lib/widgets/static/playground/chance.js";
import { Clock, SPEEDS } from "../../convnet_lib/widgets/static/playground/clock.js";
import { School } from "../../convnet_lib/widgets/static/playground/school.js";

const DIGITS = {
  images: Array.from({ length: 25 }, (_, n) => new Float64Array(784).fill(n / 25)),
  labels: Uint8Array.from({ length: 25 }, (_, n) => n % 10),
};

function school(rules = {}) {
  const one = new School(DIGITS, DIGITS, 0);
  one.follow(rules);
  one.begin(new Chance(0).net(1));
  return one;
}

test("chance is the same for one seed, evenly spread, and normal where it should be", () => {
  const [a, b, c] = [new Chance(3), new Chance(3), new Chance(4)];
  const drawn = Array.from({ length: 4000 }, () => a.next());
  assert.deepEqual(
    drawn,
    drawn.map(() => b.next()),
  );
  assert.notEqual(drawn[0], c.next());
  const mean = (x) => x.reduce((sum, one) => sum + one, 0) / x.length;
  assert.ok(Math.abs(mean(drawn) - 0.5) < 0.02);
  assert.ok(Math.min(...drawn) >= 0 && Math.max(...drawn) < 1);
  const normal = Array.from({ length: 4000 }, () => a.normal());
  assert.ok(Math.abs(mean(normal)) < 0.06);
  assert.ok(Math.abs(mean(normal.map((x) => x * x)) - 1) < 0.1);
  const order = a.order(50);
  assert.deepEqual(
    [...order].sort((x, y) => x - y),
    Array.from({ length: 50 }, (_, i) => i),
  );
  assert.notDeepEqual(order, a.order(50));
});

test("a network of one map has no axis of maps, and its weights are as wide as in Python", () => {
  assert.deepEqual(new Chance(0).net(1).w3.shape, [10, 12, 12]);
  const { w1, b1, w3, b3 } = new Chance(0).net(8);
  assert.deepEqual(
    [w1.shape, b1.shape, w3.shape, b3.shape],
    [[8, 5, 5], [8], [10, 8, 12, 12], [10]],
  );
  const spread = ({ values }) => Math.sqrt(values.reduce((s, x) => s + x * x, 0) / values.length);
  assert.ok(Math.abs(spread(w1) - 1 / 5) < 0.03);
  assert.ok(Math.abs(spread(w3) * Math.sqrt(8 * 144) - 1) < 0.03);
});

test("a course stops when it is late, and goes on where it was", () => {
  const one = school({ batch: 10 });
  while (one.measuring) one.measure();
  assert.equal(
    one.work(() => true, 100),
    1,
  );
  assert.equal(one.inBatch, 1);
  let left = 6;
  assert.equal(
    one.work(() => --left === 0, 100),
    6,
  );
  assert.equal(one.seen, 7);
  assert.equal(
    one.work(() => false, 18),
    18,
  );
  assert.deepEqual([one.seen, one.inBatch, one.epochs, one.place], [25, 0, 1, 0]);
});

test("each epoch has each digit once, in another order", () => {
  const one = school();
  const seen = [];
  for (let i = 0; i < 50; i++) {
    one.learn();
    seen.push(one.current);
  }
  const [first, second] = [seen.slice(0, 25), seen.slice(25)];
  assert.equal(new Set(first).size, 25);
  assert.equal(new Set(second).size, 25);
  assert.notDeepEqual(first, second);
});

test("what is shown when it rests is measured, and a course that diverged ends", () => {
  const one = school();
  one.work(() => false, 20);
  one.rest();
  one.work(() => false, 0);
  assert.equal(one.last.seen, 20);
  assert.ok(one.last.accuracy >= 0 && one.last.accuracy <= 1);
  const lost = school({ rate: Number.MAX_VALUE });
  lost.work(() => false, 1000);
  assert.ok(lost.diverged && lost.seen < 1000);
  assert.equal(
    lost.work(() => false, 10),
    0,
  );
});

test("another cost is measured anew", () => {
  const one = school();
  one.work(() => false, 0);
  const { cost } = one.last;
  one.follow({ cost: "quadratic" });
  assert.equal(one.last, undefined);
  one.work(() => false, 0);
  assert.ok(one.last.cost < cost);
});

test("ten speeds, each as many digits as it says", () => {
  assert.equal(SPEEDS.length, 10);
  globalThis.requestAnimationFrame = () => 1;
  const clock = new Clock(school(), () => {});
  clock.speed = 3; // ten a second
  clock.run(Number.POSITIVE_INFINITY);
  let learned = 0;
  for (let frame = 0; frame < 120; frame++) {
    const due = clock.due(1000 / 60);
    clock.credit -= due;
    learned += due;
  }
  assert.ok(Math.abs(learned - 20) <= 1, `${learned}`);
  clock.speed = 10;
  assert.equal(clock.due(16), Number.POSITIVE_INFINITY);
  clock.run(5, true);
  assert.equal(clock.due(16), 5);
  clock.stop();
  assert.equal(clock.due(16), 0);
});

test("a figure takes the network that fits it, or one filter, or nothing", () => {
  const [one, three] = [new Chance(1).net(1), new Chance(1).net(3)];
  const own = (arrays) => (name) => arrays[name] ?? null;
  const whole = fitting({ net: one, map: 0, taken: 0 }, own(new Chance(2).net(1)));
  assert.ok(whole.w1.equals(one.w1) && whole.w3.equals(one.w3));
  const filter = { w1: NDArray.zeros([5, 5]), b1: NDArray.zeros([]) };
  const part = fitting({ net: three, map: 2, taken: 0 }, own(filter));
  assert.ok(part.w1.equals(three.w1.part(2)));
  assert.deepEqual(Object.keys(part), ["w1", "b1"]);
  assert.equal(fitting({ net: three, map: 0, taken: 0 }, own(one)), null);
  assert.equal(fitting({ net: one, map: 0, taken: 0 }, own({})), null);
  const axis = { ...one, w1: one.w1.reshape([1, 5, 5]), b1: one.b1.reshape([1]) };
  const given = fitting({ net: axis, map: 0, taken: 0 }, own(one));
  assert.deepEqual(given.w1.shape, [5, 5]);
});
