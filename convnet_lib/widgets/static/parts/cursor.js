// What a grid says of the cell that the keyboard is on.

/**
 * The element around it tells a screen reader which of two cells is the one. They take turns, for a
 * reader speaks when that changes.
 */
export class SpokenCursor {
  /** @param {HTMLElement} field  a grid with one row of two cells */
  constructor(field) {
    this.field = field;
    this.row = /** @type {Element} */ (field.querySelector("[role=row]"));
    this.cells = [...field.querySelectorAll("[role=gridcell]")];
  }

  /** @param {import("./types.js").Cell} cell @param {string} value */
  say({ row, column }, value) {
    const words = `row ${row}, column ${column}: ${value}`;
    if (words === this.cells[0].textContent) return;
    const [now, before] = this.cells.reverse();
    this.row.setAttribute("aria-rowindex", `${row + 1}`);
    now.setAttribute("aria-colindex", `${column + 1}`);
    now.textContent = words;
    before.textContent = "";
    before.removeAttribute("aria-colindex");
    this.field.setAttribute("aria-activedescendant", now.id);
  }
}
