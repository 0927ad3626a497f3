// The frame of a figure: its element, the rows and formulas in it, and its controls.

const HINT =
  "Point at a cell, or press Tab to reach a grid and walk through it with the arrow keys. " +
  "Click or press Enter to keep a cell; Escape leaves.";

/** The frame of a figure. */
export class Layout {
  /**
   * @param {import("./types.js").Context} context
   * @param {string} words  the figure's name for a screen reader
   * @param {object} options
   * @param {string} [options.hint]
   *   a sentence about what else can be done, for the line below the figure
   * @param {number} [options.cells]
   *   cells side by side in the longest row, gaps aside: sets the size of a cell
   * @param {[number, number]} [options.tall]
   *   cells below each other, and the height of all else in pixels: no cell is larger than lets
   *   the figure fit into the window
   */
  constructor({ model, el }, words, { hint = "", cells = 94, tall } = {}) {
    this.model = model;
    this.element = make("div", "cn-figure", { role: "group", "aria-label": words });
    this.live = this.add(make("div", "cn-live"), this.element);
    this.live.style.setProperty("--cn-row-cells", `${cells}`);
    if (tall)
      this.live.style.setProperty("--cn-window", `calc((100vh - ${tall[1]}px) / ${tall[0]})`);
    this.controls = this.add(make("div", "cn-controls"));
    this.more = /** @type {HTMLButtonElement | null} */ (null);
    this.body = this.add(make("div", "cn-body"));
    this.hint = this.add(make("p", "cn-hint", { tabindex: "-1" }));
    this.hint.textContent = `${HINT} ${hint}`;
    this.words = this.add(make("div", "cn-unseen", { role: "status" }));
    el.append(this.element);
  }

  /**
   * Append an element to a parent, and return it.
   * @template {Element} E
   * @param {E} element
   * @param {Element} parent
   */
  add(element, parent = this.live) {
    parent.append(element);
    return element;
  }

  /** A row of grids, which wraps where the page is narrow. @param {Element} parent */
  row(parent = this.body) {
    return this.add(make("div", "cn-row"), parent);
  }

  /** The rest of a row: it takes what width the grids leave. @param {Element} row */
  side(row) {
    return this.add(make("div", "cn-side"), row);
  }

  /** An operator between two grids: ⊙, =, → @param {string} text @param {Element} parent */
  sign(text, parent) {
    const sign = this.add(make("span", "cn-sign", { "aria-hidden": "true" }), parent);
    sign.textContent = text;
    return sign;
  }

  /** The place of the formulas; a figure writes into it (text.js makes the lines). */
  formulas(parent = this.body) {
    return this.add(make("div", "cn-formulas"), parent);
  }

  /**
   * Something long that the reader may open; returns {show(html)}, null for nothing to show. It
   * stays open while what it shows changes, and `html`, a function, is called only then.
   * @param {string} summary
   */
  details(summary, parent = this.body) {
    const details = this.add(make("details", "cn-details"), parent);
    const line = this.add(make("summary", ""), details);
    line.textContent = summary;
    const content = this.add(make("div", "cn-products"), details);
    let html = /** @type {(() => string) | null} */ (null);
    const write = () => {
      content.innerHTML = details.open && html ? html() : "";
    };
    details.addEventListener("toggle", write);
    const show = (/** @type {(() => string) | null} */ next) => {
      html = next;
      details.classList.toggle("cn-blank", !html);
      write();
    };
    return { show };
  }

  // --- where there is little room --------------------------------------------------------------

  /**
   * What is rare: behind the button 'More' on a telephone, and, if not `narrow`, in a low window.
   * @param {Element | null} element
   */
  rare(element, narrow = false) {
    element?.classList.add("cn-rare");
    element?.toggleAttribute("data-narrow", narrow);
    this.more?.toggleAttribute("data-narrow", narrow && this.more.hasAttribute("data-narrow"));
    if (this.more) return;
    this.more = this.button(this.controls, "More", (button) => {
      const open = this.live.classList.toggle("cn-open");
      button.setAttribute("aria-expanded", `${open}`);
    });
    this.more.classList.add("cn-more");
    this.more.toggleAttribute("data-narrow", narrow);
    this.more.setAttribute("aria-expanded", "false");
  }

  /**
   * Parts that take each other's place on a telephone, the first of them to begin with.
   * @param {Element} place  their buttons stand before it
   * @param {[string, Element | null][]} parts  each with the words on its button
   */
  turns(place, parts) {
    const row = make("div", "cn-turns", { role: "group", "aria-label": "What is shown below" });
    place.before(row);
    const buttons = parts.map(([words], i) => this.button(row, words, () => turn(i)));
    const turn = (/** @type {number} */ shown) => {
      for (const [i, [, element]] of parts.entries()) {
        element?.classList.toggle("cn-behind", i !== shown);
        buttons[i].setAttribute("aria-pressed", `${i === shown}`);
      }
    };
    turn(0);
  }

  // --- controls ------------------------------------------------------------------------------

  /** Controls that belong together, under a name for the ear. @param {string} legend */
  group(legend) {
    const set = this.add(make("fieldset", "cn-group"), this.controls);
    this.add(make("legend", "cn-unseen"), set).textContent = legend;
    return set;
  }

  /**
   * @param {Element} parent
   * @param {string} text
   * @param {(button: HTMLButtonElement) => void} onClick
   */
  button(parent, text, onClick) {
    const button = this.add(make("button", "cn-button", { type: "button" }), parent);
    button.textContent = text;
    button.addEventListener("click", () => onClick(button));
    return button;
  }

  /**
   * A labelled menu of [value, text] pairs; returns the select.
   * @param {Element} parent
   * @param {string} text
   * @param {(string | number)[][]} choices
   * @param {(value: string) => void} onChange
   */
  menu(parent, text, choices, onChange) {
    const label = this.add(make("label", "cn-label"), parent);
    label.append(text, " ");
    const select = this.add(make("select", "cn-select"), label);
    for (const [value, words] of choices) select.add(new Option(`${words}`, `${value}`));
    select.addEventListener("change", () => onChange(select.value));
    return select;
  }

  /**
   * A labelled slider; returns {input, output}, output being the place of its number.
   * @param {Element} parent
   * @param {string} html
   * @param {string} words
   * @param {{ min: number, max: number, step: number }} range
   * @param {(value: number) => void} onInput
   */
  slider(parent, html, words, { min, max, step }, onInput) {
    const label = this.add(make("label", "cn-label"), parent);
    label.innerHTML = html;
    const input = this.add(
      make("input", "cn-slider", {
        type: "range",
        min,
        max,
        step,
        "aria-label": words,
        "data-lm-suppress-shortcuts": "true",
      }),
      label,
    );
    const output = this.add(make("output", "cn-number"), label);
    input.addEventListener("input", () => onInput(Number(input.value)));
    return { input, output };
  }
}

/**
 * A new element with a class and attributes, nowhere yet.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
export function make(tag, name, attributes = {}) {
  const element = document.createElement(tag);
  element.className = name;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, `${value}`);
  return element;
}

/** @type {WeakMap<Element, string>} */
const written = new WeakMap();

/**
 * Write into an element that nothing else writes into. What is written anew is laid out anew, even
 * where it is the same; so the same is left alone.
 * @param {Element} element
 * @param {string} html
 */
export function write(element, html) {
  if (written.get(element) === html) return;
  written.set(element, html);
  element.innerHTML = html;
}
