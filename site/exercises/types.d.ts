// What the scripts of this folder hand to each other. site/questions.py writes the questions.

/** A number as it was typed: to NumPy 3 and 3.0 are not the same. */
export type Numeral = { x: number; whole: boolean };

/** A letter, a word, a number, null (nothing yet), or a list of such. */
export type Answer = null | string | Numeral | Answer[];

/** Numbers as JSON has them, in lists of any depth. */
export type Numbers = number | Numbers[];

/** An array as NumPy has it, its entries in one row. */
export type NumberArray = { shape: number[]; data: number[]; whole: boolean };

/** Of an array the shape and the entries alone. */
export type Entries = Pick<NumberArray, "shape" | "data">;

/** What every exercise of a page has. */
type Asked = { id: string; title: string; hints: string[]; solution: string; why: string };

export type LetterQuestion = Asked & {
  kind: "letter";
  of: string;
  right: string;
  mistakes: { message: string; wrong: string }[];
};

/** `within`: how far off an entry may be; a mistake has an allowance of its own. */
export type ValuesQuestion = Asked & {
  kind: "values";
  right: Numbers;
  within: number;
  mistakes: { message: string; wrong: Numbers; within: number }[];
};

/** `mistakes` and `says`: sentences by the names that made.js gives to what is wrong. */
export type MadeQuestion = Asked & {
  kind: "made";
  shape: number[];
  mistakes: Record<string, string>;
  says: Record<string, string>;
};

/** One that the page can judge. */
export type Question = LetterQuestion | ValuesQuestion | MadeQuestion;

/** One for which Python is needed. */
export type FunctionQuestion = Asked & { kind: "function" };

/** What is wrong with an array: null if nothing is, else a name, with what goes into its sentence. */
export type Fault = null | string | [string, ...(string | number)[]];

/** What is said of an answer. */
export type Said = { passed: boolean; message: string };
