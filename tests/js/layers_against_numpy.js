// How far the layers of the page are from NumPy, over cases that test_layers.py has drawn.
//
//   node layers_against_numpy.js cases.json layers.js
//
// prints the largest difference of any activation of any case.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { NDArray } from "../../convnet_lib/widgets/static/parts/arrays.js";

const [, , path, module] = process.argv;
const { upwards } = await import(pathToFileURL(module).href);
const array = ({ shape, values }) => new NDArray(shape, Float64Array.from(values));

let worst = 0;
for (const { layers, a } of JSON.parse(readFileSync(path, "utf8"))) {
  const [a0, ...expected] = a.map(array);
  const given = layers.map((layer) =>
    layer.w ? { ...layer, w: array(layer.w), b: array(layer.b) } : layer,
  );
  let found = [];
  try {
    [, ...found] = upwards(given, a0);
  } catch {
    // What stops with an error has computed nothing.
  }
  expected.forEach((x, i) => {
    const same = `${found[i]?.shape}` === `${x.shape}`;
    x.values.forEach((value, n) => {
      const apart = same ? Math.abs(found[i].values[n] - value) : Number.POSITIVE_INFINITY;
      worst = Math.max(worst, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
    });
  });
}
console.log(Number.isFinite(worst) ? worst : "Infinity");
