// A picture that came as a PNG: whole where its lettering can be read, else in its tiles, one below
// the other, as many side by side as there is room for. site/pictures.py does so with those that
// stand still. What has no tiles, or one that is too wide, moves sideways.

import { make } from "./layout.js";

const READABLE = 11; // pixels: no lettering is shown smaller

/** @typedef {[number, number, number, number]} Box  left, top, width, height */
/** @typedef {{ png: string, width: number, smallest?: number, tiles?: Box[] }} Sent */

/**
 * How a picture is shown in so many pixels.
 * @param {Omit<Sent, "png">} sent
 * @param {number} room
 * @returns {{ way: "whole" | "tiles" | "sideways", scale: number }}
 *   the scale is that of the tiles, or the least one of the whole
 */
export function fitting({ width, smallest, tiles = [] }, room) {
  const least = smallest ? READABLE / smallest : 0;
  if (room >= Math.ceil(width * least)) return { way: "whole", scale: least };
  const widest = Math.max(0, ...tiles.map((tile) => tile[2]));
  if (!widest || widest * least > room) return { way: "sideways", scale: least };
  return { way: "tiles", scale: Math.max(least, Math.min(1, room / widest)) };
}

/** The picture of a row, whole or in its tiles. */
export class Picture {
  /**
   * @param {import("./figure.js").Figure} figure
   * @param {HTMLElement} row
   */
  constructor(figure, row) {
    this.row = row;
    this.image = make("img", "cn-picture");
    this.tiles = make("div", "cn-tiles", { role: "img" });
    this.sent = /** @type {Sent | null} */ (null);
    this.sizes = new ResizeObserver(() => this.fit());
    figure.onClose(() => this.sizes.disconnect());
  }

  /** @param {string} alt @param {Sent} sent */
  show(alt, sent) {
    if (!this.sent) {
      this.row.replaceChildren(this.image, this.tiles);
      this.sizes.observe(this.row);
    }
    this.sent = sent;
    const source = `data:image/png;base64,${sent.png}`;
    Object.assign(this.image, { src: source, alt });
    this.image.style.width = `${sent.width}px`;
    this.tiles.style.setProperty("--cn-sheet", `url(${source})`);
    this.tiles.setAttribute("aria-label", alt);
    this.fit();
  }

  /** Leave the row to something else. */
  hide() {
    if (!this.sent) return;
    this.sent = null;
    this.sizes.unobserve(this.row);
    this.row.replaceChildren();
    this.row.classList.remove("cn-sideways");
    this.row.removeAttribute("tabindex");
  }

  fit() {
    if (!this.sent) return;
    const { way, scale } = fitting(this.sent, this.row.clientWidth);
    this.image.hidden = way === "tiles";
    this.tiles.hidden = way !== "tiles";
    this.row.classList.toggle("cn-sideways", way === "sideways");
    this.row.removeAttribute("tabindex");
    if (way === "sideways") this.row.tabIndex = 0; // else the keyboard could not move it
    this.image.style.minWidth = way === "sideways" ? `${Math.ceil(this.sent.width * scale)}px` : "";
    if (way === "tiles") this.lay(this.sent, scale);
  }

  /** @param {Sent} sent @param {number} scale */
  lay({ width, tiles = [] }, scale) {
    while (this.tiles.children.length > tiles.length) this.tiles.lastElementChild?.remove();
    tiles.forEach(([left, top, wide, high], n) => {
      const tile = /** @type {HTMLElement} */ (
        this.tiles.children[n] ?? this.tiles.appendChild(make("span", ""))
      );
      Object.assign(tile.style, {
        width: `${wide * scale}px`,
        height: `${high * scale}px`,
        backgroundPosition: `${-left * scale}px ${-top * scale}px`,
        backgroundSize: `${width * scale}px auto`,
      });
    });
  }
}
