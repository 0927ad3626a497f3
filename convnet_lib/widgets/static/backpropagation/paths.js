// What is drawn over the network: cones, ribbons, lines, gates, and the pin. An explanation names
// them by the cells that they join; here they become shapes, between cells wherever these stand.

import { write } from "../parts/layout.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDEST = 11; // of a ribbon, in pixels
const PIN = 7;
const WIDE = 30; // a cell with a number in it

/**
 * @typedef {[string, import("../parts/types.js").Mark]} End  a grid and cells of it
 * @typedef {object} Paths
 * @property {[End, End][]} [cones]
 * @property {[End, End, string?][]} [lines]  with what is written beside them
 * @property {{ from: End, to: End, value: number }[]} [ribbons]
 * @property {{ at: End, open: boolean }[]} [gates]
 */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

/** What is drawn over the network of a figure. */
export class Overlay {
  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {HTMLElement} network
   * @param {Record<string, import("../parts/grid.js").Grid>} grids
   */
  constructor(figure, network, grids) {
    this.network = network;
    this.grids = grids;
    /** @type {Map<string, Box | null>} */
    this.places = new Map();
    this.svg = /** @type {SVGSVGElement} */ (document.createElementNS(SVG, "svg"));
    this.svg.setAttribute("class", "bp-paths");
    this.svg.setAttribute("aria-hidden", "true");
    network.append(this.svg);
    this.drawn = /** @type {{ paths: Paths, pin: End | null }} */ ({ paths: {}, pin: null });
    const [low, high] = [0, 255].map((i) => [...figure.palettes.diverging.slice(3 * i, 3 * i + 3)]);
    this.svg.style.setProperty("--bp-negative", `rgb(${low})`);
    this.svg.style.setProperty("--bp-positive", `rgb(${high})`);
    const resizing = new ResizeObserver(() => this.moved());
    resizing.observe(network);
    figure.onClose(() => resizing.disconnect());
  }

  /** The panels stand elsewhere: draw anew. */
  moved() {
    this.places.clear();
    this.show(this.drawn.paths, this.drawn.pin);
  }

  /** Where a grid stands on the network; null if it is not to be seen. @param {string} name */
  place(name) {
    let place = this.places.get(name);
    if (place === undefined) {
      const field = this.grids[name]?.field;
      place = field?.offsetParent
        ? {
            x: field.offsetLeft + 1,
            y: field.offsetTop + 1,
            width: field.clientWidth,
            height: field.clientHeight,
          }
        : null;
      this.places.set(name, place);
    }
    return place;
  }

  /** @param {End} end @returns {Box | null} */
  box([name, { row, column, rows = 1, columns = 1 }]) {
    const place = this.place(name);
    if (!place) return null;
    const { array } = this.grids[name];
    const [w, h] = [place.width / array.columns, place.height / array.rows];
    return { x: place.x + column * w, y: place.y + row * h, width: columns * w, height: rows * h };
  }

  /** @param {Paths} paths @param {End | null} pin */
  show(paths, pin) {
    this.drawn = { paths, pin };
    const { cones = [], lines = [], ribbons = [], gates = [] } = paths;
    const drawn = [
      ...cones.map(([a, b]) => both(this.box(a), this.box(b), cone)),
      ...this.fan(ribbons),
      ...lines.map(([a, b, text]) => both(this.box(a), this.box(b), (a, b) => line(a, b, text))),
      ...gates.map(({ at, open }) => both(this.box(at), this.box(at), (box) => gate(box, open))),
      pin ? both(this.box(pin), this.box(pin), pinned) : "",
    ];
    write(this.svg, drawn.join(""));
  }

  /** Ribbons as wide as their numbers are large, the widest at the bottom. @param {NonNullable<Paths["ribbons"]>} ribbons */
  fan(ribbons) {
    const most = Math.max(
      ...ribbons.map(({ value }) => Math.abs(value)).filter(Number.isFinite),
      1e-300,
    );
    return ribbons
      .filter(({ value }) => value && Number.isFinite(value))
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
      .map(({ from, to, value }) => {
        const width = Math.max(0.7, (WIDEST * Math.abs(value)) / most);
        return both(this.box(from), this.box(to), (a, b) => ribbon(a, b, value, width));
      });
  }
}

/** @param {Box | null} a @param {Box | null} b @param {(a: Box, b: Box) => string} draw */
const both = (a, b, draw) => (a && b ? draw(a, b) : "");
const at = (/** @type {number} */ x) => x.toFixed(1);
const middle = (/** @type {Box} */ { x, y, width, height }) => [x + width / 2, y + height / 2];

/** From the edge of one block to that of another that faces it. @param {Box} a @param {Box} b */
function cone(a, b) {
  const beside = a.x + a.width <= b.x || b.x + b.width <= a.x;
  if (beside) {
    const [left, right] = a.x < b.x ? [a, b] : [b, a];
    const x = left.x + left.width;
    return shape("bp-cone", [
      ...[
        [x, left.y],
        [right.x, right.y],
        [right.x, right.y + right.height],
      ],
      [x, left.y + left.height],
    ]);
  }
  const [above, below] = a.y < b.y ? [a, b] : [b, a];
  const y = above.y + above.height;
  return shape("bp-cone", [
    ...[
      [above.x, y],
      [below.x, below.y],
      [below.x + below.width, below.y],
    ],
    [above.x + above.width, y],
  ]);
}

/** @param {string} name @param {number[][]} points */
const shape = (name, points) =>
  `<polygon class="${name}" points="${points.map(([x, y]) => `${at(x)},${at(y)}`).join(" ")}"/>`;

/** The edges of two blocks that face each other, in the middle. @param {Box} a @param {Box} b */
function ends(a, b) {
  const [[ax, ay], [bx, by]] = [middle(a), middle(b)];
  if (a.x + a.width <= b.x)
    return [
      [a.x + a.width, ay],
      [b.x, by],
    ];
  if (b.x + b.width <= a.x)
    return [
      [a.x, ay],
      [b.x + b.width, by],
    ];
  return a.y < b.y
    ? [
        [ax, a.y + a.height],
        [bx, b.y],
      ]
    : [
        [ax, a.y],
        [bx, b.y + b.height],
      ];
}

/** @param {Box} a @param {Box} b @param {string} [text] */
function line(a, b, text) {
  if (a.x === b.x && a.width > WIDE) return around(a, b);
  const [[x0, y0], [x1, y1]] = ends(a, b);
  const label = text
    ? `<text x="${at((x0 + x1) / 2 + 4)}" y="${at((y0 + y1) / 2 + 4)}">${text}</text>`
    : "";
  return `<path class="bp-join" d="M${at(x0)},${at(y0)}L${at(x1)},${at(y1)}"/>${label}`;
}

/** From a cell to one of the same column, beside the column: its numbers stay legible. @param {Box} a @param {Box} b */
function around(a, b) {
  const [[, y0], [, y1]] = [middle(a), middle(b)];
  const [x, bend] = [a.x - 1, a.x - 12];
  return `<path class="bp-join" d="M${at(x)},${at(y0)}C${at(bend)},${at(y0)} ${at(bend)},${at(y1)} ${at(x)},${at(y1)}"/>`;
}

/** @param {Box} a @param {Box} b @param {number} value @param {number} width */
function ribbon(a, b, value, width) {
  const [[x0, y0], [x1, y1]] = ends(a, b);
  const bend = (x0 + x1) / 2;
  const d = `M${at(x0)},${at(y0)}C${at(bend)},${at(y0)} ${at(bend)},${at(y1)} ${at(x1)},${at(y1)}`;
  const name = value > 0 ? "bp-plus" : "bp-minus";
  return `<path class="bp-ribbon ${name}" d="${d}" style="stroke-width:${at(width)}px"/>`;
}

/** Two posts; between them a way, or a bar. @param {Box} box @param {boolean} open */
function gate({ x, y, width, height }, open) {
  const r = Math.max(width, height) / 2 + 5;
  const [cx, cy] = [x + width / 2, y + height / 2];
  const posts = `M${at(cx - r)},${at(cy - r)}V${at(cy + r)}M${at(cx + r)},${at(cy - r)}V${at(cy + r)}`;
  const bar = open
    ? ""
    : `M${at(cx - r)},${at(cy - r)}L${at(cx + r)},${at(cy + r)}M${at(cx - r)},${at(cy + r)}L${at(cx + r)},${at(cy - r)}`;
  return `<path class="bp-gate-halo" d="${posts}${bar}"/><path class="bp-gate" data-open="${open}" d="${posts}${bar}"/>`;
}

/** A pin in the upper right corner of a cell. @param {Box} box */
function pinned({ x, y, width }) {
  const [cx, cy] = [x + width, y];
  const d = `M${at(cx)},${at(cy)}l${PIN},${-PIN}`;
  return `<g class="bp-pin"><path d="${d}"/><circle cx="${at(cx + PIN + 2)}" cy="${at(cy - PIN - 2)}" r="4.5"/></g>`;
}
