// What a recipe makes of many states of its controls, for test_recipes.py to compare.
//
//   node recipes_against_numpy.js recipe.js cases.json made.json
//
// The numbers of panels are written as Python sends them, as the bytes of float32 in base64.

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , module, cases, made] = process.argv;
const { recipe } = await import(pathToFileURL(module).href);
const { Ahead } = await import(new URL("../explored/ahead.js", pathToFileURL(module)).href);
const { sent, places } = JSON.parse(readFileSync(cases, "utf8"));
const ahead = new Ahead(sent, recipe);
const frames = places.map((at) => {
  const frame = ahead.frame(at);
  const panels = frame.panels?.map(({ array, ...panel }) => {
    const { buffer } = Float32Array.from(array.values);
    return { ...panel, data: Buffer.from(buffer).toString("base64") };
  });
  return { ...frame, panels };
});
writeFileSync(made, JSON.stringify(frames));
