// Types that several parts speak of. Nothing here runs, and nothing here is sent to a page.

/** @typedef {number | string} Index  of a symbol: 3, or the letter j in HTML */
/** @typedef {{ row: number, column: number }} Cell */
/** @typedef {{ grid: string, row: number, column: number }} Subject  what a figure is about */
/** @typedef {Record<string, Mark[]>} Marks  outlines by the names of grids */
/**
 * Cells that are outlined; a linked neighbour's line is "linked".
 * @typedef {Cell & { rows?: number, columns?: number, line?: string }} Mark
 */
/**
 * @typedef {object} GridOptions
 * @property {string} name     what the figure calls it: "z1"
 * @property {string} title    HTML above it
 * @property {string} [words]  the title for the ear: "z 1, weighted input"
 * @property {"sequential" | "diverging"} [kind]
 * @property {number} [zoom]   size of a cell, in units of the figure's cell (CSS --cn-cell)
 * @property {string} [unit]   size of a cell as a CSS length, instead of zoom
 * @property {boolean} [legend]  false to leave out the colour bar
 * @property {(x: number) => string} [write]
 *   what is written in a cell, instead of the shortest form
 * @property {number} [smallest]  below how many pixels the letters of its numbers are left out
 * @property {number} [largest]  how large they are at most
 * @property {number} [share]  and of the width of a cell
 * @property {(cell: Cell | null) => void} [onPoint]  the cell under the pointer has changed
 * @property {(cell: Cell) => void} [onWalk]  the keyboard has come to a cell
 * @property {(cell: Cell) => void} [onPick]  click, Enter or Space
 * @property {(event: KeyboardEvent, cell: Cell) => boolean} [onKey]
 *   a key that the grid has no use for; true if it was used
 * @property {() => void} [onLeave]  Escape
 * @property {Drag} [onDrag]
 */
/**
 * @typedef {object} Drag
 * @property {(cell: Cell) => boolean} start  whether it takes the drag
 * @property {(cell: Cell, dx: number, dy: number) => void} move
 * @property {() => void} [end]
 * @property {boolean} [holds]  it turns the cell that it began at, and stays there
 */

/**
 * The traits that Python and the page share, as anywidget has them.
 * @typedef {object} Model
 * @property {(name: string) => any} get  each trait has a type of its own
 * @property {(name: string, value: unknown) => void} set
 * @property {() => void} save_changes
 * @property {(event: string, callback: () => void) => void} on
 * @property {(event: string, callback: () => void) => void} off
 */

/** @typedef {{ model: Model, el: HTMLElement }} Context  what anywidget passes to render */

export {};
