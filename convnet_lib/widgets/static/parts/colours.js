// From a number to the colour that matplotlib gives it.
//
// The palettes are matplotlib's own, sent by Python: 256 colours of three bytes each. The
// sequential one is for activations, 0 white and 1 black; the diverging one, for everything that
// has a sign, is symmetric about 0: red positive, blue negative.

/** From a number between two ends to a colour of a palette. */
export class Scale {
  /**
   * @param {Uint8Array} palette  256 colours of three bytes
   * @param {number} low   the number of the first colour
   * @param {number} high  that of the last
   */
  constructor(palette, low, high) {
    this.palette = palette;
    this.low = low;
    this.high = high;
    // From −1e308 to 1e308 is more than a number can say, and half of it is not. Otherwise 1: half
    // of the smallest number would be 0.
    this.unit = Number.isFinite(high - low) ? 1 : 0.5;
  }

  /** @param {Scale} other */
  equals({ palette, low, high }) {
    return this.palette === palette && this.low === low && this.high === high;
  }

  /**
   * Red, green and blue of a finite number; what lies outside takes the colour of the end.
   * @param {number} x
   */
  rgb(x) {
    const i = this.place(x);
    return [this.palette[i], this.palette[i + 1], this.palette[i + 2]];
  }

  /** Where the colour of a finite number stands in the palette. @param {number} x */
  place(x) {
    const { low, high, unit } = this;
    const share = (unit * x - unit * low) / (unit * high - unit * low);
    return 3 * Math.min(255, Math.max(0, Math.floor(256 * share)));
  }

  /**
   * The colour of writing on that of x: whichever of black and white stands out more.
   * @param {number} x
   */
  ink(x) {
    const [r, g, b] = this.rgb(x).map((c) => (c / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#000" : "#fff";
  }

  /** The scale itself as a CSS background. */
  gradient() {
    const [low, high] = [this.unit * this.low, this.unit * this.high];
    const stops = Array.from({ length: 33 }, (_, i) => {
      const x = (low + (high - low) * (i / 32)) / this.unit;
      return `rgb(${this.rgb(x)})`;
    });
    return `linear-gradient(to right, ${stops})`;
  }
}

/** The two palettes, and the colours of outlines. */
export class Palettes {
  /** @param {{ sequential: DataView, diverging: DataView, accent: string, outline: string }} sent */
  constructor({ sequential, diverging, accent, outline }) {
    this.sequential = bytes(sequential);
    this.diverging = bytes(diverging);
    this.accent = accent;
    this.outline = outline;
  }

  /**
   * The scale of a kind, for the numbers it is to colour.
   * @param {"sequential" | "diverging"} kind
   * @param {ArrayLike<number>} values
   */
  scale(kind, values = []) {
    if (kind === "sequential") return new Scale(this.sequential, 0, 1);
    let largest = 0;
    for (let i = 0; i < values.length; i++) {
      if (Number.isFinite(values[i])) largest = Math.max(largest, Math.abs(values[i]));
    }
    return new Scale(this.diverging, -(largest || 1), largest || 1);
  }
}

/**
 * Paint an array on a canvas, one pixel a cell; what is not finite has no colour, and nothing is
 * painted there.
 * @param {HTMLCanvasElement} canvas
 * @param {import("./arrays.js").NDArray} array
 * @param {Scale} scale
 */
export function paint(canvas, { rows, columns, values }, scale) {
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const image = new ImageData(columns, rows);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    const place = scale.place(values[i]);
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = scale.palette[place + c];
    image.data[4 * i + 3] = 255;
  }
  penOf(canvas).putImageData(image, 0, 0);
}

/** What draws on a canvas; only one that has a context of another kind has none. @param {HTMLCanvasElement} canvas */
export function penOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

/** @param {DataView} view */
function bytes(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
