// Arrays as Python sends them: {shape, data}, data the bytes of float32 in row-major order.

export class NDArray {
  constructor(shape, values) {
    this.shape = shape;
    this.values = values;
  }

  static from({ shape, data }) {
    // A copy, since the bytes may begin anywhere in their message and a Float32Array may not.
    const { buffer, byteOffset, byteLength } = data;
    return new NDArray(shape, new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)));
  }

  static make(rows, columns, value) {
    const values = new Float32Array(rows * columns);
    for (let i = 0; i < values.length; i++) {
      values[i] = value(Math.floor(i / columns), i % columns);
    }
    return new NDArray([rows, columns], values);
  }

  get rows() {
    return this.shape[0];
  }

  get columns() {
    return this.shape[1];
  }

  /** The number at (row, column) of a two-dimensional array. */
  at(row, column) {
    return this.values[row * this.columns + column];
  }

  /** x[i], a view of the i-th part along the first axis. */
  part(i) {
    const shape = this.shape.slice(1);
    const size = shape.reduce((product, n) => product * n, 1);
    return new NDArray(shape, this.values.subarray(i * size, (i + 1) * size));
  }

  equals({ shape, values }) {
    return (
      shape.length === this.shape.length &&
      shape.every((n, i) => n === this.shape[i]) &&
      values.every((x, i) => Object.is(x, this.values[i]))
    );
  }

  /** The same as Python wants it. */
  wire() {
    const { buffer, byteOffset, byteLength } = this.values;
    return { shape: this.shape, data: new DataView(buffer, byteOffset, byteLength) };
  }
}
