// How far an engine is from NumPy, over cases that test_engine.py has drawn and computed.
//
//   node held_against_numpy.js cases.json engine.js [engine.js …]
//
// prints {path of the engine: {quantity: largest difference, in units of its scale}}. Beside
// cases.json stands cases.bin, the numbers of all arrays; the first holds shapes and offsets.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { NDArray } from "../../convnet_lib/widgets/static/parts/arrays.js";

const [, , path, ...engines] = process.argv;
const cases = JSON.parse(readFileSync(path, "utf8"));
const bytes = readFileSync(path.replace(/json$/, "bin"));
const numbers = new Float64Array(new Uint8Array(bytes).buffer);

/** @param {{ shape: number[], offset: number }} place */
function array({ shape, offset }) {
  const size = shape.reduce((product, n) => product * n, 1);
  return new NDArray(shape, numbers.slice(offset, offset + size));
}

/** All that an engine makes of a case, by the names that Python has for it. */
function computed(engine, { arrays, cost, ties, eta }) {
  const of = (name) => array(arrays[name]);
  const net = { w1: of("w1"), b1: of("b1"), w3: of("w3"), b3: of("b3") };
  const [a0, y] = [of("a0"), of("y")];
  const forward = engine.feedforward(net, a0);
  const nabla = engine.backprop(net, a0, y, cost, ties);
  const next = engine.step(net, nabla, eta);
  const under = (prefix, all) =>
    Object.fromEntries(Object.entries(all).map(([name, x]) => [`${prefix}${name}`, x]));
  return {
    ...forward,
    C: engine.costOf(forward.a3, y, cost),
    tied: engine.poolTied(forward.a1),
    ...under("nabla_", { ...nabla, a2: nabla.nabla_a2 }),
    ...under("next_", next),
  };
}

/** The largest difference of two arrays, in units of the scale; Infinity for another shape. */
function difference(found, expected, scale) {
  if (`${found?.shape}` !== `${expected.shape}`) return Number.POSITIVE_INFINITY;
  let worst = 0;
  expected.values.forEach((x, i) => {
    const apart = Math.abs(found.values[i] - x) / scale;
    worst = Math.max(worst, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
  });
  return worst;
}

const report = {};
for (const path of engines) {
  const engine = await import(pathToFileURL(path).href);
  const worst = {};
  for (const one of cases) {
    let found = {};
    try {
      found = computed(engine, one);
    } catch {
      // An engine that stops with an error has computed nothing: every difference is infinite.
    }
    for (const [name, { scale, ...place }] of Object.entries(one.expected)) {
      worst[name] = Math.max(worst[name] ?? 0, difference(found[name], array(place), scale));
    }
  }
  report[path] = Object.fromEntries(
    Object.entries(worst).map(([name, x]) => [name, Number.isFinite(x) ? x : "infinite"]),
  );
}
console.log(JSON.stringify(report));
