// What makes a school work while the page stays free: a slice of each frame, then the picture.

import { make } from "../parts/layout.js";

/** Digits a second, from one that can be followed to as many as the page can. */
export const SPEEDS = [1, 3, 10, 30, 100, 300, 1000, 2500, 5000, Number.POSITIVE_INFINITY];
const LONGEST_FRAME = 100; // ms: a page that slept has nothing to make up for
const [LEAST, MOST, SHARE] = [8, 16, 0.68]; // ms of a frame that are worked in, and their share

/** A speed in words: "30 digits/s". @param {number} speed  1 to 10 */
export function wordsOf(speed) {
  const digits = SPEEDS[speed - 1];
  if (!Number.isFinite(digits)) return "as fast as it can";
  return `${digits.toLocaleString("en-US")} digit${digits === 1 ? "" : "s"}/s`;
}

/** The clock of a school. */
export class Clock {
  /**
   * @param {import("./school.js").School} school
   * @param {() => void} shown  what is done after each slice
   */
  constructor(school, shown) {
    this.school = school;
    this.shown = shown;
    this.speed = SPEEDS.length;
    this.goal = 0; // when it stops: so many digits seen
    this.hurries = false; // whether it is on the way to a goal that is near
    this.credit = 0; // digits that were not learned yet for want of a whole one
    this.frame = 0;
    this.before = 0;
  }

  get playing() {
    return this.school.seen < this.goal && !this.school.diverged;
  }

  /** Whether one can look at each digit that is learned. */
  get slow() {
    return SPEEDS[this.speed - 1] <= 10 && !this.hurries && this.playing;
  }

  /** Learn until so many digits were seen. @param {number} goal @param {boolean} hurries  at the highest speed */
  run(goal, hurries = false) {
    this.goal = goal;
    this.hurries = hurries;
    this.credit = 1;
    this.wake();
  }

  stop() {
    this.goal = 0;
    this.school.rest();
    this.wake();
  }

  /** See to it that there is a frame, for a measurement too. */
  wake() {
    this.before = performance.now();
    this.frame ||= requestAnimationFrame((now) => this.work(now));
  }

  /** @param {number} now */
  work(now) {
    this.frame = 0;
    const passed = Math.min(LONGEST_FRAME, Math.max(0, now - this.before));
    this.before = now;
    const slice = Math.min(MOST, Math.max(LEAST, SHARE * passed));
    const end = performance.now() + slice;
    const learned = this.school.work(() => performance.now() > end, this.due(passed));
    this.credit = Math.max(0, this.credit - learned);
    if (learned && !this.playing) this.school.rest();
    if (this.playing || this.school.measuring) {
      this.frame = requestAnimationFrame((next) => this.work(next));
    }
    this.shown();
  }

  /** How many digits may be learned after so many milliseconds. @param {number} passed */
  due(passed) {
    if (!this.playing) return 0;
    const left = this.goal - this.school.seen;
    const speed = this.hurries ? Number.POSITIVE_INFINITY : SPEEDS[this.speed - 1];
    if (!Number.isFinite(speed)) return left;
    this.credit = Math.min(this.credit + (speed * passed) / 1000, 1 + speed / 10);
    return Math.min(left, Math.floor(this.credit));
  }

  close() {
    cancelAnimationFrame(this.frame);
  }
}

/** A button with a small sign before its word, which is not read out. @param {HTMLButtonElement} button @param {string} sign */
export function signed(button, sign) {
  const mark = make("span", "pg-sign", { "aria-hidden": "true", "data-sign": sign });
  button.prepend(mark);
  return mark;
}
