// What `check` says of a letter or of numbers, said by the page: convnet_lib/exercises/answers.py
// and comparing.py in the reader's browser. NumPy stays the judge: a test sends the same answers
// through both and compares the sentences.
//
// An answer is a letter, a number, a word, null (nothing yet), or a list of such lists; a number
// is { x, whole }, since 3 and 3.0 are not the same to NumPy.

/**
 * @typedef {{ x: number, whole: boolean }} Numeral
 * @typedef {null | string | Numeral | Answer[]} Answer
 * @typedef {{ shape: number[], data: number[], whole: boolean }} NumberArray
 * @typedef {{ message: string, wrong: any }} Mistake
 * @typedef {{ id: string, kind: string, of?: string, right: any, within?: number,
 *             mistakes: Mistake[], why: string }} Question
 */

// --- Reading what was typed ----------------------------------------------------------------

const WHOLE = /^[+-]?\d+(_\d+)*$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const FRACTION = /^([+-]?\d+)\s*\/\s*(\d+)$/;
const BEYOND = /^([+-]?)(inf|infinity|∞)$/i;

/** The number, the word, or null that a text field holds. @returns {Answer} */
export function read(text) {
  const typed = text.trim().replace(/[−–]/g, "-");
  if (!typed || typed === "..." || typed === "…") return null;
  if (WHOLE.test(typed)) return { x: Number(typed.replaceAll("_", "")), whole: true };
  if (DECIMAL.test(typed)) return { x: Number(typed), whole: false };
  const [, over, under] = FRACTION.exec(typed) ?? [];
  if (Number(under)) return { x: Number(over) / Number(under), whole: false };
  const [, sign] = BEYOND.exec(typed) ?? [];
  if (sign !== undefined) return { x: sign === "-" ? -Infinity : Infinity, whole: false };
  return /^[+-]?nan$/i.test(typed) ? { x: NaN, whole: false } : text.trim();
}

/** A number with a comma in the place of the point, or undefined. */
export function comma(text) {
  return /^\s*[+\-−]?\d+,\d+\s*$/.test(text) ? text.trim() : undefined;
}

// --- Judging -------------------------------------------------------------------------------

/** What is to be said of an answer. @param {Question} question @param {Answer} answer */
export function judge(question, answer) {
  const said = notAttempted(answer)
    ? { passed: false, text: waiting(answer) }
    : verdict((question.kind === "letter" ? letter : values)(question, answer), question);
  return { passed: said.passed, message: `${question.id}: ${said.text}` };
}

function verdict(fault, { why }) {
  return fault === ""
    ? { passed: true, text: `right. ${why}` }
    : { passed: false, text: `not yet. ${fault}` };
}

function waiting(answer) {
  const begun = Array.isArray(answer) && !allHoles(answer);
  if (begun) return "not attempted yet: there are still places to fill in.";
  return "not attempted yet. The button Hint gives a first step.";
}

const notAttempted = (answer) =>
  answer === null || (Array.isArray(answer) && answer.some(notAttempted));

const allHoles = (answer) => (Array.isArray(answer) ? answer.every(allHoles) : answer === null);

function letter({ of, right, mistakes }, answer) {
  const choice =
    typeof answer === "string"
      ? answer
          .trim()
          .replace(/^[().'"]+|[().'"]+$/g, "")
          .toLowerCase()
      : "";
  if (choice.length !== 1 || !of.includes(choice)) {
    const letters = [...of].map((one) => `'${one}'`).join(", ");
    return `The answer is one of ${letters}; this is ${shown(answer)}.`;
  }
  return choice === right ? "" : mistakes.find(({ wrong }) => wrong === choice).message;
}

function shown(answer) {
  if (typeof answer !== "string") return kind(answer);
  const text = answer.slice(0, 60);
  return text.includes("'") ? `"${text}"` : `'${text}'`;
}

function values({ right, within, mistakes }, answer) {
  const expected = numbers(right);
  const found = numbers(answer);
  // An allowance for numbers written down by hand is the same for large and small ones.
  const allowed = within / scale(expected);
  if (agree(expected, found, allowed)) return "";
  const known = mistakes.find(({ wrong }) => agree(numbers(wrong), found, allowed));
  if (known) return known.message;
  if (expected.shape.length || !found || found.shape.length || !Number.isFinite(found.data[0])) {
    return difference(expected, answer, found, allowed);
  }
  // A lone number that is wrong is not answered with the right one: that would end the exercise.
  return `${side(expected.data[0], found.data[0])}.${pattern(expected, found, allowed)}`;
}

// --- Comparing -----------------------------------------------------------------------------

/** The answer as one array of numbers, or null if it is none. @returns {NumberArray | null} */
export function numbers(answer) {
  if (typeof answer === "number") return { shape: [], data: [answer], whole: false };
  if (!Array.isArray(answer)) {
    return answer?.x === undefined ? null : { shape: [], data: [answer.x], whole: answer.whole };
  }
  const parts = answer.map(numbers);
  if (parts.some((part) => !part || !same(part.shape, parts[0].shape))) return null;
  return {
    shape: [parts.length, ...(parts[0]?.shape ?? [])],
    data: parts.flatMap((part) => part.data),
    whole: parts.length > 0 && parts.every((part) => part.whole),
  };
}

const same = (one, other) => one.length === other.length && one.every((n, i) => n === other[i]);
const scale = ({ data }) => Math.max(1, ...data.map(Math.abs));
const agree = (expected, found, within) =>
  found !== null &&
  same(expected.shape, found.shape) &&
  !differs(expected, found, within).includes(true);

function differs(expected, found, within) {
  const allowed = within * scale(expected);
  return expected.data.map((x, n) => !(Math.abs(found.data[n] - x) <= allowed));
}

function difference(expected, given, found, within) {
  const wanted = expected.shape.length ? `an array of shape ${tuple(expected.shape)}` : "a number";
  if (!found) return `The answer should be ${wanted}, and is ${kind(given)}.`;
  if (!expected.shape.length && found.shape.length && found.data.length === 1) {
    const has = `has shape ${tuple(found.shape)}, with brackets around it`;
    return `The answer ${has}; a number alone is expected.`;
  }
  if (!same(expected.shape, found.shape)) {
    const turned = same(found.shape, expected.shape.toReversed()) && found.shape.length === 2;
    return (
      `The answer has shape ${tuple(found.shape)}; shape ${tuple(expected.shape)} is expected.` +
      (turned ? " Rows and columns seem to be exchanged." : "")
    );
  }
  return whereFirst(expected, found, within);
}

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

function side(expected, found) {
  const alike = number(found) === number(expected);
  return `${number(found, alike ? 12 : 6)} is too ${found < expected ? "small" : "large"}`;
}

function indices(flat, shape) {
  return shape.map((_, axis) => {
    const below = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
    return Math.floor(flat / below) % shape[axis];
  });
}

/** A sentence (with a space before it) on how all of found relates to expected. */
function pattern(expected, found, within) {
  const is = (data) => !differs({ shape: expected.shape, data }, found, within).includes(true);
  const becomes = (back) =>
    !differs(expected, { ...found, data: found.data.map(back) }, within).includes(true);
  for (const [name, turned] of turns(expected)) {
    if (same(turned.shape, found.shape) && !differs(turned, found, within).includes(true)) {
      return ` All of it is the expected result ${name}.`;
    }
  }
  const { data } = expected;
  if (!found.data.every(Number.isFinite)) return "";
  if (
    expected.shape.length &&
    found.whole &&
    found.data.some(Boolean) &&
    is(data.map(Math.trunc))
  ) {
    return " It holds whole numbers: what is expected, without what is behind the point.";
  }
  if (is(data.map((x) => -x))) return " The sign is wrong, and nothing else.";
  if (data.length === 1) return ""; // any number is some multiple of any other
  const wrong = differs(expected, found, within);
  const right = wrong.includes(true) ? wrong.indexOf(true) : wrong.length;
  const [begun, rest] = [found.data.slice(0, right), found.data.slice(right)];
  if (right > 0 && rest.length > 1 && begun.some(Boolean) && !rest.some(Boolean)) {
    const text = " It is right at the beginning, and 0 after that. Is the return inside of a loop,";
    return `${text} or does a loop end too early?`;
  }
  const largest = data.reduce((best, x, n) => (Math.abs(x) > Math.abs(data[best]) ? n : best), 0);
  const factor = data[largest] ? found.data[largest] / data[largest] : 0;
  const none = data.every((x, n) => x === 0 || wrong[n]);
  if (factor && none && becomes((x) => x / factor)) {
    return ` Everything is ${number(factor)} times what is expected.`;
  }
  const offset = found.data[0] - data[0];
  if (offset && !wrong.includes(false) && becomes((x) => x - offset)) {
    return ` Everything is off by the same ${number(offset)}.`;
  }
  return "";
}

/** A matrix in the ways in which people turn one. */
function turns({ shape, data }) {
  if (shape.length !== 2 || data.length < 3) return [];
  const [rows, columns] = shape;
  const from = (height, width, at) => ({
    shape: [height, width],
    data: Array.from({ length: height * width }, (_, n) => {
      const [j, k] = at(Math.floor(n / width), n % width);
      return data[j * columns + k];
    }),
  });
  return [
    ["rotated by 180°", from(rows, columns, (j, k) => [rows - 1 - j, columns - 1 - k])],
    ["transposed", from(columns, rows, (j, k) => [k, j])],
    ["upside down", from(rows, columns, (j, k) => [rows - 1 - j, k])],
    ["with left and right exchanged", from(rows, columns, (j, k) => [j, columns - 1 - k])],
  ];
}

// --- In words ------------------------------------------------------------------------------

function kind(value) {
  if (value === null) return "nothing (None)";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "string" ? "a text" : `the number ${number(value.x)}`;
}

const tuple = (axes) =>
  axes.length === 0
    ? "() (a single number)"
    : `(${axes.join(", ")}${axes.length === 1 ? "," : ""})`;

/** A number at a precision that shows a difference and no more: Python's .6g, or more places. */
export function number(x, places = 6) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const large = Math.abs(x) >= 1e15 && places === 6;
  const [digits, exponent] = rounded(x, large ? 4 : places);
  const sign = x < 0 || Object.is(x, -0) ? "-" : "";
  if (large) return sign + scientific(digits, exponent);
  const bare = digits.replace(/0+$/, "") || "0";
  if (exponent < -4 || exponent >= places) return sign + scientific(bare, exponent);
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${bare}`;
  const whole = digits.slice(0, exponent + 1);
  const behind = digits.slice(exponent + 1).replace(/0+$/, "");
  return sign + whole + (behind && `.${behind}`);
}

function scientific(digits, exponent) {
  const behind = digits.length > 1 ? `.${digits.slice(1)}` : "";
  const power = String(Math.abs(exponent)).padStart(2, "0");
  return `${digits[0]}${behind}e${exponent < 0 ? "-" : "+"}${power}`;
}

/** The first digits of |x| and its power of ten; a tie goes to the even digit, as in Python. */
function rounded(x, places) {
  const exact = Math.abs(x).toExponential(60);
  const all = exact[0] + exact.slice(2, exact.indexOf("e"));
  let exponent = Number(exact.slice(exact.indexOf("e") + 1));
  const rest = all.slice(places);
  const tied = /^50*$/.test(rest);
  const up = tied ? Number(all[places - 1]) % 2 === 1 : rest[0] >= "5";
  let digits = String(BigInt(all.slice(0, places)) + (up ? 1n : 0n)).padStart(places, "0");
  if (digits.length > places) {
    digits = digits.slice(0, places);
    exponent += 1;
  }
  return /** @type {[string, number]} */ ([digits, exponent]);
}
