// What moves a film: a slider over its frames, and a button that plays it. Between two frames the
// weights slide in a straight line from the one network to the next, so that nothing jumps.

import { NDArray } from "../parts/arrays.js";

const PACE = 700; // ms from one frame to the next
/** How far a key leads from frame to frame. @type {Record<string, number>} */
const PAGES = { PageDown: 1, PageUp: -1 };

/**
 * Part i of an array and, a share of the way, the part after it.
 * @param {NDArray} array
 * @param {number} i
 * @param {number} share  from 0 to 1
 */
export function blend(array, i, share) {
  const from = array.part(i);
  if (!share) return from;
  const { values } = array.part(i + 1);
  return from.map((x, n) => x + share * (values[n] - x));
}

/** The slider and the button of a film. */
export class Player {
  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {number} frames
   * @param {() => void} onBetween  called between two frames, and when it stops there
   */
  constructor(figure, frames, onBetween) {
    this.figure = figure;
    this.model = figure.model;
    this.last = frames - 1;
    this.onBetween = onBetween;
    this.between = 0; // the share of the way to the next frame
    /** @type {number | undefined} */
    this.asked = undefined;
    /** @type {HTMLButtonElement | undefined} */
    this.button = undefined;
    /** @type {{ input: HTMLInputElement, output: HTMLOutputElement } | undefined} */
    this.slider = undefined;
    figure.onClose(() => this.stop());
    if (frames > 1) this.build();
  }

  build() {
    const { figure } = this;
    const row = figure.controls;
    const range = { min: 0, max: this.last, step: 1 };
    this.slider = figure.slider(row, "Epoch", "Epoch", range, (frame) => this.go(frame));
    this.slider.input.classList.add("cn-long");
    // Nothing moves unless it is asked to, and not at all where less motion is wished for.
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.button = figure.button(row, "Play", () => (this.playing ? this.pause() : this.play()));
  }

  /** @param {number} frame @param {string} number @param {string} words */
  show(frame, number, words) {
    if (!this.slider) return;
    this.slider.input.value = `${frame}`;
    this.slider.input.setAttribute("aria-valuetext", words);
    this.slider.output.textContent = number;
  }

  get playing() {
    return this.asked !== undefined;
  }

  /** Page Down, Page Up: the next frame, the one before; true if it was used. @param {KeyboardEvent} event */
  onKey(event) {
    const step = PAGES[event.key];
    if (step) this.go(this.model.get("frame") + step);
    return Boolean(step);
  }

  /** To the frame that is nearest to an epoch. @param {number} epoch */
  goNear(epoch) {
    const away = [...this.figure.array("epochs").values].map((x) => Math.abs(x - epoch));
    this.go(away.indexOf(Math.min(...away)));
  }

  /** What it shows of a run of so many networks, in sentences. @param {number} networks */
  describe(networks) {
    const frames = this.last + 1;
    const kept =
      frames === networks
        ? ""
        : ` Of ${networks} networks ${frames} are kept as frames, so that the page stays small.`;
    const played = this.button
      ? " Play moves the weights in a straight line from each network to the next."
      : "";
    return kept + played;
  }

  /** To a frame, if there is one. @param {number} frame */
  go(frame) {
    this.pause();
    if (frame >= 0 && frame <= this.last) this.figure.send({ frame });
  }

  play() {
    if (this.model.get("frame") === this.last) this.figure.send({ frame: 0 });
    const first = this.model.get("frame");
    /** @type {number | undefined} */
    let begun;
    const tick = (/** @type {number} */ now) => {
      begun ??= now;
      const place = first + (now - begun) / PACE;
      if (place >= this.last) return this.end();
      this.asked = requestAnimationFrame(tick);
      return this.stand(Math.floor(place), place % 1);
    };
    this.asked = requestAnimationFrame(tick);
    if (this.button) this.button.textContent = "Pause";
  }

  /** @param {number} frame @param {number} share */
  stand(frame, share) {
    this.between = share;
    if (frame !== this.model.get("frame")) this.figure.send({ frame });
    else this.onBetween();
  }

  end() {
    this.stop();
    this.figure.send({ frame: this.last });
  }

  /** Stop, at a frame. */
  pause() {
    if (!this.playing) return;
    this.stop();
    this.onBetween();
  }

  stop() {
    if (this.asked !== undefined) cancelAnimationFrame(this.asked);
    this.asked = undefined;
    this.between = 0;
    if (this.button) this.button.textContent = "Play";
  }
}
