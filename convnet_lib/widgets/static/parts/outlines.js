// What is drawn over cells: outlines, and the hatching of what has no colour.

/** @typedef {readonly [number, number, number, number]} Box  left, top, width, height */

/** The kinds of outlines. They differ in their line, not in colour alone; colours are Python's. */
/** @type {Record<string, { colour: "accent" | "outline", width: number, halo: number, dash: number[] }>} */
const LINES = {
  cell: { colour: "accent", width: 2, halo: 1, dash: [] },
  linked: { colour: "accent", width: 2, halo: 1, dash: [4, 3] },
  winner: { colour: "outline", width: 1, halo: 0.5, dash: [] },
  tied: { colour: "outline", width: 1, halo: 0.5, dash: [2, 2] },
};
const SMALL_BOX = 9; // where dashes of the usual length would leave no shape

/**
 * A line around cells, not over them, with a white one behind it to stand out on black.
 * @param {CanvasRenderingContext2D} pen
 * @param {Box} box  the cells
 * @param {string} kind
 * @param {{ width: number, height: number, ratio: number, palettes: import("./colours.js").Palettes }} sheet
 */
export function outline(
  pen,
  [x, y, w, h],
  kind,
  { width: right, height: bottom, ratio, palettes },
) {
  const { colour, width, halo, dash } = LINES[kind];
  const small = dash.length && w < SMALL_BOX * ratio;
  const line = (small ? 1 : width) * ratio;
  const [x0, y0] = [x, y].map((start) => Math.max(line / 2, start - line / 2));
  const x1 = Math.min(right - line / 2, x + w + line / 2);
  const y1 = Math.min(bottom - line / 2, y + h + line / 2);
  pen.setLineDash([]);
  pen.lineWidth = line + 2 * halo * ratio;
  pen.strokeStyle = "#fff";
  pen.strokeRect(x0, y0, x1 - x0, y1 - y0);
  pen.setLineDash((small ? [2, 2] : dash).map((n) => n * ratio));
  pen.lineWidth = line;
  pen.strokeStyle = palettes[colour];
  pen.strokeRect(x0, y0, x1 - x0, y1 - y0);
}

/**
 * Crossed out: what cannot be drawn as a colour, NaN and the infinities.
 * @param {CanvasRenderingContext2D} pen
 * @param {Box} box
 * @param {number} ratio
 */
export function hatch(pen, [x, y, width, height], ratio) {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, width, height);
  pen.clip();
  pen.fillStyle = "#fff";
  pen.fillRect(x, y, width, height);
  pen.strokeStyle = "#000";
  pen.lineWidth = ratio;
  pen.beginPath();
  for (let d = -height; d < width; d += 4 * ratio) {
    pen.moveTo(x + d, y + height);
    pen.lineTo(x + d + height, y);
  }
  pen.stroke();
  pen.restore();
}

/**
 * Thin lines between cells: blank paper can be counted.
 * @param {CanvasRenderingContext2D} pen
 * @param {{ width: number, height: number }} sheet
 * @param {{ rows: number, columns: number }} cells
 */
export function lines(pen, { width, height }, { rows, columns }) {
  pen.fillStyle = "rgba(128, 128, 128, 0.25)";
  for (let k = 1; k < columns; k++) pen.fillRect(Math.round((k * width) / columns), 0, 1, height);
  for (let j = 1; j < rows; j++) pen.fillRect(0, Math.round((j * height) / rows), width, 1);
}
