// How far a convolution with a stride on its way back is from NumPy, over cases of test_layers.py.
//
//   node backwards_against_numpy.js cases.json layers.js
//
// prints the largest difference.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { NDArray } from "../../convnet_lib/widgets/static/parts/arrays.js";

const [, , path, module] = process.argv;
const { convBackward } = await import(pathToFileURL(module).href);
const array = ({ shape, values }) => new NDArray(shape, Float64Array.from(values));

let worst = 0;
for (const { delta, w, stride, padding, nabla_a } of JSON.parse(readFileSync(path, "utf8"))) {
  const found = convBackward(array(delta), array(w), stride, padding, nabla_a.shape);
  nabla_a.values.forEach((value, n) => {
    worst = Math.max(worst, Math.abs(found.values[n] - value));
  });
}
console.log(worst);
