import assert from "node:assert/strict";
import { test } from "node:test";
import * as text from "../../convnet_lib/widgets/static/parts/text.js";

test("a number is written with true minus signs, and as a power of ten where it must be", () => {
  assert.deepEqual(
    [0.1234, -0.1234, -0, -0.0001, 123456, Number.NaN, -1 / 0].map((x) => text.number(x)),
    ["0.123", "−0.123", "0.000", "−1.00×10⁻⁴", "1.23×10⁵", "not a number", "−∞"],
  );
});

test("a cell's number is as short as the largest of its grid allows", () => {
  assert.equal(text.short(0.0003, 0.8), "0.00");
  assert.equal(text.short(0.0003, 0.0008), "3e−4");
  assert.equal(text.short(-2), "−2");
});

test("the ends of a scale have three digits that count", () => {
  assert.deepEqual(
    [0.02182, -3.9372, 1, 0, 0.5, 25, -0.00042, 12345, 1 / 0].map(text.significant),
    ["0.0218", "−3.94", "1", "0", "0.5", "25", "−4.20×10⁻⁴", "1.23×10⁴", "∞"],
  );
});

test("a symbol has its indices, for the eye and for the ear", () => {
  assert.match(text.symbol("a", 1, [3, 4]), /<i>a<\/i><sup>1<\/sup><sub>3,4<\/sub>/);
  assert.equal(text.spoken("a", 1, [3, 4]), "a 1 at 3, 4");
  assert.equal(text.count(1, "output"), "1 output");
});
