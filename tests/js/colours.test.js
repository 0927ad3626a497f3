import assert from "node:assert/strict";
import { test } from "node:test";
import { Palettes, Scale } from "../../convnet_lib/widgets/static/parts/colours.js";

/** A palette whose i-th colour is (i, i, i). */
const RAMP = Uint8Array.from({ length: 3 * 256 }, (_, i) => Math.floor(i / 3));
const palettes = new Palettes({
  sequential: new DataView(RAMP.buffer),
  diverging: new DataView(RAMP.buffer),
  accent: "",
  outline: "",
});

test("0 has the middle of the diverging palette, and the largest in size an end", () => {
  const scale = palettes.scale("diverging", [-2, 1, Number.NaN]);
  assert.deepEqual(
    [-2, -1, 0, 1, 2, 99].map((x) => scale.rgb(x)[0]),
    [0, 64, 128, 192, 255, 255],
  );
});

test("the largest numbers and the smallest have the colours of ordinary ones", () => {
  const shades = (size, shares) => {
    const scale = palettes.scale("diverging", [size, -size, size / 2]);
    return shares.map((share) => scale.rgb(share * size));
  };
  const shares = [1, -1, 0.5, 0, -0.25];
  assert.deepEqual(shades(1e308, shares), shades(1, shares));
  assert.deepEqual(shades(Number.MAX_VALUE, shares), shades(1, shares));
  assert.deepEqual(shades(5e-324, [1, -1, 0]), shades(1, [1, -1, 0]));
});

test("the bar beside the largest numbers is that of ordinary ones", () => {
  const bar = (low, high) => new Scale(RAMP, low, high).gradient();
  // A power of two, so that both round alike where two colours meet.
  assert.equal(bar(-(2 ** 1023), 2 ** 1023), bar(-1, 1));
});
