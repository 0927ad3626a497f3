// What `check` says of a letter, of numbers or of an array, said by the page:
// convnet_lib/exercises/answers.py in the reader's browser. NumPy stays the judge: a test sends
// the same answers through both and compares the sentences.

import { agree, difference, numbers, otherShape, pattern, scale, side } from "./comparing.js";
import { FAULTS } from "./made.js";
import { kind, quoted } from "./words.js";

/**
 * @import { Answer, Entries, LetterQuestion, MadeQuestion, Question, Said, ValuesQuestion }
 *     from "./types"
 */

/**
 * What is to be said of an answer.
 * @param {Question} question
 * @param {Answer} answer
 * @returns {Said}
 */
export function judge(question, answer) {
  if (notAttempted(answer)) return say(question, waiting(answer));
  const fault = whatIsWrong(question, answer);
  if (fault) return say(question, `not yet. ${fault}`);
  return { passed: true, message: `${question.id}: right. ${question.why}` };
}

/** @param {Question} question @param {string} text @returns {Said} */
const say = ({ id }, text) => ({ passed: false, message: `${id}: ${text}` });

/** A sentence, or nothing where the answer is right. @param {Question} of @param {Answer} answer */
function whatIsWrong(of, answer) {
  if (of.kind === "letter") return letter(of, answer);
  return of.kind === "values" ? values(of, answer) : made(of, answer);
}

/** @param {Answer} answer */
function waiting(answer) {
  const begun = Array.isArray(answer) && !allHoles(answer);
  if (begun) return "not attempted yet: there are still places to fill in.";
  return "not attempted yet. The button Hint gives a first step.";
}

/** @param {Answer} answer @returns {boolean} */
const notAttempted = (answer) =>
  answer === null || (Array.isArray(answer) && answer.some(notAttempted));

/** @param {Answer} answer @returns {boolean} */
const allHoles = (answer) => (Array.isArray(answer) ? answer.every(allHoles) : answer === null);

/** @param {LetterQuestion} question @param {Answer} answer */
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
    const shown = typeof answer === "string" ? quoted(answer) : kind(answer);
    return `The answer is one of ${letters}; this is ${shown}.`;
  }
  return choice === right ? "" : mistakes.find(({ wrong }) => wrong === choice)?.message;
}

/** @param {ValuesQuestion} question @param {Answer} answer */
function values({ right, within, mistakes }, answer) {
  const expected = /** @type {Entries} */ (numbers(right));
  const found = numbers(answer);
  // An allowance for numbers written down by hand is the same for large and small ones.
  const allowed = within / scale(expected);
  if (agree(expected, found, allowed)) return "";
  const known = mistakes.find((mistake) => {
    return agree(/** @type {Entries} */ (numbers(mistake.wrong)), found, mistake.within);
  });
  if (known) return known.message;
  if (expected.shape.length || !found || found.shape.length || !Number.isFinite(found.data[0])) {
    return difference(expected, answer, found, allowed);
  }
  // A lone number that is wrong is not answered with the right one: that would end the exercise.
  return `${side(expected.data[0], found.data[0])}.${pattern(expected, found, allowed)}`;
}

/** @param {MadeQuestion} question @param {Answer} answer */
function made({ id, shape, mistakes, says }, answer) {
  const found = numbers(answer);
  if (!found) return otherShape(shape, answer, found);
  const other = otherShape(shape, answer, found);
  if (other) return other;
  if (!found.data.every(Number.isFinite)) return "There are entries that are no finite numbers.";
  const fault = FAULTS[id](found.data);
  if (fault === null) return "";
  const [name, ...rest] = Array.isArray(fault) ? fault : [fault];
  return mistakes[name] ?? says[name].replace(/\{\}/g, () => String(rest.shift()));
}
