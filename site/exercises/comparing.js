// An answer beside what was expected: do they agree, and if not, where first and how? This is
// convnet_lib/exercises/comparing.py in the reader's browser.

import { kind, number, quoted, tuple } from "./words.js";

/** @import { Answer, Entries, NumberArray, Numbers } from "./types" */

/**
 * An answer, or numbers of a question, as one array of numbers, or null if it is none.
 * @param {Answer | Numbers} answer
 * @returns {NumberArray | null}
 */
export function numbers(answer) {
  if (answer === null || typeof answer === "string") return null;
  if (typeof answer === "number") return { shape: [], data: [answer], whole: false };
  if (!Array.isArray(answer)) return { shape: [], data: [answer.x], whole: answer.whole };
  const parts = [];
  for (const one of answer) {
    const part = numbers(one);
    if (!part || (parts.length && !same(part.shape, parts[0].shape))) return null;
    parts.push(part);
  }
  return {
    shape: [parts.length, ...(parts[0]?.shape ?? [])],
    data: parts.flatMap((part) => part.data),
    whole: parts.length > 0 && parts.every((part) => part.whole),
  };
}

/**
 * Whether two lists of numbers are equal.
 * @param {number[]} one
 * @param {number[]} other
 */
export const same = (one, other) =>
  one.length === other.length && one.every((x, n) => x === other[n]);

/**
 * The size of the largest entry, or 1 if that is larger.
 * @param {Entries} array
 */
export const scale = ({ data }) => Math.max(1, ...data.map(Math.abs));

/**
 * Whether every entry is near enough; `within` counts from the largest entry, or 1.
 * @param {Entries} expected
 * @param {NumberArray | null} found
 * @param {number} within
 */
export const agree = (expected, found, within) =>
  found !== null &&
  same(expected.shape, found.shape) &&
  !differs(expected, found, within).includes(true);

/** @param {Entries} expected @param {Entries} found @param {number} within */
function differs(expected, found, within) {
  const allowed = within * scale(expected);
  return expected.data.map((x, n) => !(Math.abs(found.data[n] - x) <= allowed));
}

/**
 * In words how an answer differs from what is expected, without telling that.
 * @param {Entries} expected
 * @param {Answer} given
 * @param {NumberArray | null} found what is given, as an array
 * @param {number} within
 */
export function difference(expected, given, found, within) {
  const other = otherShape(expected.shape, given, found);
  return found && !other ? whereFirst(expected, found, within) : other;
}

/**
 * In words that an answer has not the shape that is expected, or undefined.
 * @param {number[]} shape
 * @param {Answer} given
 * @param {NumberArray | null} found what is given, as an array
 */
export function otherShape(shape, given, found) {
  const wanted = shape.length ? `an array of shape ${tuple(shape)}` : "a number";
  if (!found) return `The answer should be ${wanted}, and ${instead(given)}.`;
  if (same(shape, found.shape)) return undefined;
  if (!shape.length && found.data.length === 1) {
    const has = `has shape ${tuple(found.shape)}, with brackets around it`;
    return `The answer ${has}; a number alone is expected.`;
  }
  const turned = same(found.shape, [...shape].reverse()) && found.shape.length === 2;
  return (
    `The answer has shape ${tuple(found.shape)}; shape ${tuple(shape)} is expected.` +
    (turned ? " Rows and columns seem to be exchanged." : "")
  );
}

/** What an answer is that is no array of numbers, and the first text in it. @param {Answer} given */
function instead(given) {
  const [index, text] = firstText(given) ?? [[], ""];
  if (index.length) return `holds a text at [${index.join(", ")}]: ${quoted(text)}`;
  const uneven = Array.isArray(given) && given.every(numbers);
  return uneven ? `is ${kind(given)} of different shapes` : `is ${kind(given)}`;
}

/**
 * Where the first text stands in a list of any depth, and the text.
 * @param {Answer} answer
 * @returns {[number[], string] | undefined}
 */
function firstText(answer) {
  if (typeof answer === "string") return [[], answer];
  if (!Array.isArray(answer)) return undefined;
  for (const [n, entry] of answer.entries()) {
    const found = firstText(entry);
    if (found) return [[n, ...found[0]], found[1]];
  }
  return undefined;
}

/** @param {Entries} expected @param {NumberArray} found @param {number} within */
function whereFirst(expected, found, within) {
  const wrong = differs(expected, found, within);
  const first = wrong.indexOf(true);
  const place = expected.shape.length ? ` at [${indices(first, expected.shape).join(", ")}]` : "";
  const x = found.data[first];
  if (!Number.isFinite(x)) return `The answer is ${number(x)}${place}, which is no finite number.`;
  const few = wrong.filter(Boolean).length;
  const differ = few === 1 ? "differs" : "differ";
  const count =
    few < wrong.length ? `${few} of ${wrong.length} entries ${differ}` : "Every entry differs";
  const said = `the first difference in the answer is${place}: ${side(expected.data[first], x)}`;
  return `${count}; ${said}.${pattern(expected, found, within)}`;
}

/**
 * On which side of what is expected a number lies, without telling that.
 * @param {number} expected
 * @param {number} found
 */
export function side(expected, found) {
  const alike = number(found) === number(expected);
  return `${number(found, alike ? 12 : 6)} is too ${found < expected ? "small" : "large"}`;
}

/** @param {number} flat @param {number[]} shape */
function indices(flat, shape) {
  return shape.map((_, axis) => {
    const below = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
    return Math.floor(flat / below) % shape[axis];
  });
}

/**
 * A sentence (with a space before it) on how all of found relates to expected.
 * @param {Entries} expected
 * @param {NumberArray} found
 * @param {number} within
 */
export function pattern(expected, found, within) {
  const { shape, data } = expected;
  /** @param {number[]} data */
  const is = (data) => !differs({ shape, data }, found, within).includes(true);
  /** @param {(x: number) => number} back */
  const becomes = (back) =>
    !differs(expected, { shape, data: found.data.map(back) }, within).includes(true);
  for (const { name, turned } of turns(expected)) {
    if (agree(turned, found, within)) return ` All of it is the expected result ${name}.`;
  }
  if (!found.data.every(Number.isFinite)) return "";
  if (shape.length && found.whole && found.data.some(Boolean) && is(data.map(Math.trunc))) {
    return " It holds whole numbers: what is expected, without what is behind the point.";
  }
  if (is(data.map((x) => -x))) return " The sign is wrong, and nothing else.";
  if (data.length === 1) return ""; // any number is some multiple of any other
  const wrong = differs(expected, found, within);
  const largest = data.reduce((best, x, n) => (Math.abs(x) > Math.abs(data[best]) ? n : best), 0);
  const factor = data[largest] ? found.data[largest] / data[largest] : 0;
  const none = data.every((x, n) => x === 0 || wrong[n]);
  const several = data.filter(Boolean).length > 1; // one number is some multiple of any other
  if (factor && several && none && becomes((x) => x / factor)) {
    return ` Everything is ${number(factor)} times what is expected.`;
  }
  const offset = found.data[0] - data[0];
  if (offset && !wrong.includes(false) && becomes((x) => x - offset)) {
    return ` Everything is off by the same ${number(offset)}.`;
  }
  return "";
}

/** A matrix in the ways in which people turn one. @param {Entries} matrix */
function turns({ shape, data }) {
  if (shape.length !== 2 || data.length < 3) return [];
  const [rows, columns] = shape;
  /**
   * @param {number} height
   * @param {number} width
   * @param {(j: number, k: number) => number[]} at the place from which an entry comes
   */
  const from = (height, width, at) => ({
    shape: [height, width],
    data: Array.from({ length: height * width }, (_, n) => {
      const [j, k] = at(Math.floor(n / width), n % width);
      return data[j * columns + k];
    }),
  });
  return [
    {
      name: "rotated by 180°",
      turned: from(rows, columns, (j, k) => [rows - 1 - j, columns - 1 - k]),
    },
    { name: "transposed", turned: from(columns, rows, (j, k) => [k, j]) },
    { name: "upside down", turned: from(rows, columns, (j, k) => [rows - 1 - j, k]) },
    {
      name: "with left and right exchanged",
      turned: from(rows, columns, (j, k) => [j, columns - 1 - k]),
    },
  ];
}
