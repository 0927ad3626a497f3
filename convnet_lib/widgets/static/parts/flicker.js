// A button that lets one picture take another's place and back, so that the eye sees what moves.

const PACE = 450; // ms; slower than three times a second, which could harm

/** The button, and the clock behind it. */
export class Flicker {
  /**
   * @param {import("./figure.js").Figure} figure
   * @param {(swapped: boolean) => void} swap
   */
  constructor(figure, swap) {
    this.swap = swap;
    this.swapped = false;
    /** @type {number | undefined} */
    this.timer = undefined;
    this.button = figure.button(figure.controls, "Flicker", () => this.press());
    this.button.hidden = true;
    figure.onClose(() => this.stop());
  }

  /** Whether there is something to compare; what is shown anew is not swapped. @param {boolean} there */
  offer(there) {
    this.button.hidden = !there;
    this.swapped = false;
    if (!there) this.stop();
  }

  get flickers() {
    return this.timer !== undefined;
  }

  press() {
    // Where less motion is wished for, each press is one change.
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return this.turn();
    if (this.flickers) return this.rest();
    this.timer = window.setInterval(() => this.turn(), PACE);
    this.button.textContent = "Stop";
    return this.turn();
  }

  turn() {
    this.swapped = !this.swapped;
    this.swap(this.swapped);
  }

  rest() {
    this.stop();
    this.swapped = false;
    this.swap(false);
  }

  stop() {
    window.clearInterval(this.timer);
    this.timer = undefined;
    this.button.textContent = "Flicker";
  }
}
