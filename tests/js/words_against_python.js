// What the page says of grids and of numbers, for test_words.py to compare.
//
//   node words_against_python.js words.js cases.json

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { NDArray } from "../../convnet_lib/widgets/static/parts/arrays.js";

const [, , module, path] = process.argv;
const { fixed, general, inCell, inWords } = await import(pathToFileURL(module).href);
const { numbers, grids } = JSON.parse(readFileSync(path, "utf8"));
const array = (rows) =>
  rows && NDArray.make(rows.length, rows[0].length, (j, k) => Number(rows[j][k]));
const said = {
  numbers: numbers.map((text) => {
    const x = Number(text);
    return [fixed(x, 0), fixed(x, 3), general(x, 3), inCell(x)];
  }),
  grids: grids.map(({ rows, outline, mark }) => inWords(array(rows), array(outline), mark)),
};
console.log(JSON.stringify(said));
