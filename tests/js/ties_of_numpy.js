// The ties and the switches of maps whose windows have all sorts of numbers, for test_engine.py.
//
//   node ties_of_numpy.js maps.json engine.js
//
// prints for each map {tied, first, split, all}, as flat lists.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { NDArray } from "../../convnet_lib/widgets/static/parts/arrays.js";

const [, , path, module] = process.argv;
const { poolTied, poolWinners, TIES } = await import(pathToFileURL(module).href);
const said = JSON.parse(readFileSync(path, "utf8")).map((rows) => {
  const a = NDArray.make(rows.length, rows[0].length, (j, k) => Number(rows[j][k]));
  const switches = TIES.map((ties) => [ties, [...poolWinners(a, ties).values]]);
  return { tied: [...poolTied(a).values], ...Object.fromEntries(switches) };
});
console.log(JSON.stringify(said));
