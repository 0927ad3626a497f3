// Whatever a module exports has a comment above it that says what it is, in more than types.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FOLDERS = ["convnet_lib/widgets/static", "site/exercises"];
const EXPORT = /^export (?:default|(?:async )?function\*?|class|const|let)\b ?(\w*|\[[^\]]*\])/;
const FEWEST = 10; // letters of a comment that says something

/** The words of the comment that ends in a line, without its tags; "" if there is none. */
function commentEndingAt(lines, last) {
  if (!/\*\/\s*$/.test(lines[last] ?? "")) return "";
  let first = last;
  while (first > 0 && !/^\s*\/\*/.test(lines[first])) first--;
  const text = lines.slice(first, last + 1).join("\n");
  if (!text.startsWith("/**")) return "";
  return text
    .replace(/^\/\*\*|\*\/\s*$/g, "")
    .replace(/^ ?\*/gm, "")
    .replace(/(^|\s)@[a-z]+[\s\S]*$/, "") // tags stand last
    .trim();
}

/** [line, name] of each export of a module, and of those that say nothing of themselves. */
function exportsOf(text) {
  const lines = text.split("\n");
  const all = lines.flatMap((line, i) => {
    const [, name] = EXPORT.exec(line) ?? [];
    return name === undefined ? [] : [{ line: i + 1, name: name || "default" }];
  });
  const said = ({ line }) => commentEndingAt(lines, line - 2).match(/\p{Letter}/gu)?.length ?? 0;
  return { all, silent: all.filter((one) => said(one) < FEWEST) };
}

test("an export without a comment, or with one that has only types, is found", () => {
  const silent = (text) => exportsOf(text).silent.map(({ name }) => name);
  assert.deepEqual(silent("/** Twice as much. @param {number} x */\nexport const two = 2;"), []);
  assert.deepEqual(
    silent("/**\n * Twice as much.\n * @param {number} x\n */\nexport class A {}"),
    [],
  );
  assert.deepEqual(silent("export const two = 2;"), ["two"]);
  assert.deepEqual(silent("/** Twice as much. */\n\nexport function f() {}"), ["f"]);
  assert.deepEqual(silent("// Twice as much.\nexport function f() {}"), ["f"]);
  assert.deepEqual(silent("/* Twice as much. */\nexport function f() {}"), ["f"]);
  assert.deepEqual(silent("/** @param {number} x */\nexport async function f(x) {}"), ["f"]);
  assert.deepEqual(silent("/**\n * @param {number} x\n */\nexport class A {}"), ["A"]);
  assert.deepEqual(silent("export default {};\nexport { a } from 'b';\nexport {};"), ["default"]);
});

test("every export is documented", () => {
  const paths = FOLDERS.flatMap((folder) =>
    readdirSync(`${ROOT}${folder}`, { recursive: true }).map((file) => `${folder}/${file}`),
  ).filter((path) => path.endsWith(".js"));
  const found = paths.map((path) => ({
    path,
    ...exportsOf(readFileSync(`${ROOT}${path}`, "utf8")),
  }));
  assert.ok(found.flatMap(({ all }) => all).length > 150);
  const silent = found.flatMap(({ path, silent }) =>
    silent.map(({ line, name }) => `${path}:${line} ${name}`),
  );
  assert.deepEqual(silent, []);
});
