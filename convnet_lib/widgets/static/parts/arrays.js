// Arrays: a shape, and numbers in row-major order. In the page all of them are float64.

/**
 * An array as Python sends it and wants it: its shape, and the bytes of its numbers.
 * @typedef {{ shape: number[], dtype: string, data: DataView }} Wire
 */

/** @type {Record<string, Float32ArrayConstructor | Float64ArrayConstructor>} */
const KINDS = { float32: Float32Array, float64: Float64Array };

const product = (/** @type {number[]} */ shape) => shape.reduce((size, n) => size * n, 1);

/** An array of float64 in row-major order, of any number of axes. */
export class NDArray {
  /**
   * @param {number[]} shape
   * @param {Float64Array} values
   */
  constructor(shape, values) {
    this.shape = shape;
    this.values = values;
    // Of a two-dimensional array. They are read in the innermost loops, so they are fields.
    this.rows = shape[0];
    this.columns = shape[1];
  }

  /** One that Python sent. @param {Wire} wire */
  static from({ shape, dtype, data }) {
    // A copy, since the bytes may begin anywhere in their message and a Float64Array may not.
    const { buffer, byteOffset, byteLength } = data;
    const numbers = new KINDS[dtype](new Uint8Array(buffer, byteOffset, byteLength).slice().buffer);
    return new NDArray(shape, Float64Array.from(numbers));
  }

  /** Zeros of a shape. @param {number[]} shape */
  static zeros(shape) {
    return new NDArray(shape, new Float64Array(product(shape)));
  }

  /** An array without axes. @param {number} value */
  static scalar(value) {
    return new NDArray([], Float64Array.of(value));
  }

  /** One axis. @param {ArrayLike<number>} values */
  static vector(values) {
    return new NDArray([values.length], Float64Array.from(values));
  }

  /**
   * Two axes, each number what `value` says of its place.
   * @param {number} rows
   * @param {number} columns
   * @param {(row: number, column: number) => number} value
   */
  static make(rows, columns, value) {
    const array = NDArray.zeros([rows, columns]);
    for (let i = 0; i < array.values.length; i++) {
      array.values[i] = value(Math.floor(i / columns), i % columns);
    }
    return array;
  }

  /** Arrays of one shape along a new first axis. @param {NDArray[]} parts */
  static stack(parts) {
    expectSome(parts.length);
    const array = NDArray.zeros([parts.length, ...parts[0].shape]);
    parts.forEach(({ values }, i) => {
      array.values.set(values, i * values.length);
    });
    return array;
  }

  /** How many axes there are. */
  get axes() {
    return this.shape.length;
  }

  /**
   * The number at (row, column) of a two-dimensional array.
   * @param {number} row
   * @param {number} column
   */
  at(row, column) {
    return this.values[row * this.columns + column];
  }

  /** x[i], a view of the i-th part along the first axis. @param {number} i */
  part(i) {
    const shape = this.shape.slice(1);
    const size = product(shape);
    return new NDArray(shape, this.values.subarray(i * size, (i + 1) * size));
  }

  /** All parts along the first axis. */
  parts() {
    return Array.from({ length: this.shape[0] }, (_, i) => this.part(i));
  }

  /** Numbers of its own under the same shape. */
  copy() {
    return new NDArray(this.shape, this.values.slice());
  }

  /** The same numbers under another shape. @param {number[]} shape */
  reshape(shape) {
    return new NDArray(shape, this.values);
  }

  /** f of each number, in the same shape. @param {(x: number, i: number) => number} f */
  map(f) {
    const values = new Float64Array(this.values.length);
    // Some ten times as fast as the typed array's own map.
    for (let i = 0; i < values.length; i++) values[i] = f(this.values[i], i);
    return new NDArray(this.shape, values);
  }

  /** A copy in which x[i] along the first axis is another. @param {number} i @param {NDArray} part */
  with(i, part) {
    const array = this.copy();
    array.part(i).values.set(part.values);
    return array;
  }

  /** Whether shape and numbers are the same; not-a-number equals itself. @param {NDArray} other */
  equals({ shape, values }) {
    if (shape.length !== this.shape.length) return false;
    if (shape.some((n, i) => n !== this.shape[i])) return false;
    for (let i = 0; i < values.length; i++) {
      if (!Object.is(values[i], this.values[i])) return false;
    }
    return true;
  }

  /** The same as Python wants it. @returns {Wire} */
  wire() {
    const { buffer, byteOffset, byteLength } = this.values;
    const data = new DataView(buffer, byteOffset, byteLength);
    return { shape: this.shape, dtype: "float64", data };
  }
}

/**
 * Throw unless there is a part, in the form of checks.js, which itself needs arrays: where there is
 * none, nobody knows the shape of what f would have made of it.
 * @param {number} n
 */
function expectSome(n) {
  if (!n) throw new RangeError("parts: expected at least one along the first axis, got none");
}

/** The products of two arrays of one shape, number by number, in that shape. @param {NDArray} x @param {NDArray} y */
export const times = (x, y) => x.map((value, i) => value * y.values[i]);

/**
 * f of each part along the first axis, along a first axis again.
 * @param {NDArray} x
 * @param {(part: NDArray, n: number) => NDArray} f
 */
export const each = (x, f) => NDArray.stack(x.parts().map(f));

/**
 * The sum of f over the parts along the first axis.
 * @param {NDArray} x
 * @param {(part: NDArray, n: number) => NDArray} f
 */
export function sum(x, f) {
  expectSome(x.shape[0]);
  const total = f(x.part(0), 0).copy();
  for (let n = 1; n < x.shape[0]; n++) {
    const { values } = f(x.part(n), n);
    for (let i = 0; i < values.length; i++) total.values[i] += values[i];
  }
  return total;
}
