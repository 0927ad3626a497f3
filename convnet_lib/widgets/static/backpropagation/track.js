// The way forward and back as one scrubber: a radio button a stage, which arrow keys and a drag move
// through, with a sentence beside it, and a pulse that runs through all of it when it is asked to.

import { make, write } from "../parts/layout.js";
import { thumbnail } from "../parts/maps.js";
import { stages } from "./stages.js";

const REST = 1100; // ms at each stage, while the pulse runs

/** The scrubber of a figure. */
export class Track {
  /**
   * @param {import("../parts/figure.js").Figure} figure
   * @param {(stage: number) => void} choose
   */
  constructor(figure, choose) {
    this.figure = figure;
    this.choose = choose;
    this.stage = 0;
    this.timer = 0;
    const box = figure.add(make("div", "bp-stages"), figure.body);
    const set = figure.add(make("fieldset", "bp-track"), box);
    figure.add(make("legend", "cn-unseen"), set).textContent = "Step through the backward pass";
    this.back = this.button(set, "‹", "Back", () => this.go(-1));
    const line = figure.add(make("div", "bp-rail"), set);
    this.radios = this.addRadios(line);
    this.next = this.button(set, "›", "Next", () => this.go(1));
    this.play = this.button(set, "◉", "Send a pulse through it", () => this.toggle());
    this.tale = figure.add(make("p", "bp-tale", { "aria-live": "polite" }), box);
    this.maps = this.addMaps(box);
    line.addEventListener("pointermove", (event) => this.scrub(event));
    figure.onClose(() => clearTimeout(this.timer));
  }

  /** Of several feature maps one is shown, and the others stand as a strip. @param {Element} box */
  addMaps(box) {
    const maps = this.figure.model.get("b1").shape[0] ?? 1;
    if (maps === 1) return [];
    const strip = this.figure.add(make("fieldset", "bp-maps"), box);
    this.figure.add(make("legend", "cn-unseen"), strip).textContent = "Feature map";
    const name = `bp-map-${Math.random().toString(36).slice(2)}`;
    return Array.from({ length: maps }, (_, f) => {
      const label = this.figure.add(make("label", "bp-choice"), strip);
      const radio = this.figure.add(
        make("input", "", { type: "radio", name, value: f, "aria-label": `Map ${f}` }),
        label,
      );
      radio.setAttribute("data-lm-suppress-shortcuts", "true");
      radio.addEventListener("change", () => this.figure.send({ map: f }));
      return { radio, filter: thumbnail(label, `filter ${f}`), map: thumbnail(label, `map ${f}`) };
    });
  }

  /**
   * @param {import("./data.js").Quantities["ofAll"]} all  of all maps
   * @param {number | null} chosen
   * @param {import("./scales.js").Scales} scales
   */
  showMaps({ w1, a1 }, chosen, scales) {
    for (const [f, { radio, filter, map }] of this.maps.entries()) {
      radio.checked = f === chosen;
      filter.show(w1.part(f), scales.of.w1);
      map.show(a1.part(f), scales.of.a1);
    }
  }

  /**
   * @param {Element} parent
   * @param {string} sign
   * @param {string} words
   * @param {() => void} onClick
   */
  button(parent, sign, words, onClick) {
    const button = this.figure.button(parent, sign, onClick);
    button.setAttribute("aria-label", words);
    button.title = words;
    return button;
  }

  /** @param {Element} line */
  addRadios(line) {
    const name = `bp-stage-${Math.random().toString(36).slice(2)}`;
    return stages.map(({ tag, title }, i) => {
      const label = this.figure.add(make("label", "bp-stop"), line);
      label.innerHTML = `<input type="radio" name="${name}" value="${i}" data-lm-suppress-shortcuts="true"
        aria-label="${tag}: ${title}"><i aria-hidden="true"></i><span aria-hidden="true">${tag}</span>`;
      label.title = title;
      const radio = /** @type {HTMLInputElement} */ (label.querySelector("input"));
      radio.addEventListener("change", () => {
        this.stop();
        this.choose(i);
      });
      return radio;
    });
  }

  /** Dragged along the line: the stage that is nearest. @param {PointerEvent} event */
  scrub(event) {
    if (!(event.buttons & 1)) return;
    const places = this.radios.map((radio) => {
      const { left, width } = /** @type {Element} */ (radio.parentElement).getBoundingClientRect();
      return Math.abs(left + width / 2 - event.clientX);
    });
    const nearest = places.indexOf(Math.min(...places));
    this.stop();
    if (nearest !== this.stage) this.choose(nearest);
  }

  /** So many stages on, if there are. @param {number} by */
  go(by) {
    this.stop();
    if (stages[this.stage + by]) this.choose(this.stage + by);
  }

  /**
   * Show a stage; what is read aloud is only touched when it changes.
   * @param {number} stage
   * @param {import("./data.js").Quantities} data
   */
  show(stage, data) {
    this.stage = stage;
    this.radios[stage].checked = true;
    for (const [i, radio] of this.radios.entries()) {
      /** @type {Element} */ (radio.parentElement).classList.toggle("bp-passed", i <= stage);
    }
    // Not `disabled`, which would take the focus from the button that leads to the end.
    this.back.setAttribute("aria-disabled", `${stage === 0}`);
    this.next.setAttribute("aria-disabled", `${stage === stages.length - 1}`);
    const { title, tale } = stages[stage];
    const html = stage
      ? `<b>${title[0].toUpperCase()}${title.slice(1)}.</b> ${tale(data)}`
      : tale(data);
    write(this.tale, html);
  }

  // --- the pulse -----------------------------------------------------------------------------

  get running() {
    return this.timer !== 0;
  }

  toggle() {
    if (this.running) {
      this.stop();
      return;
    }
    this.play.setAttribute("aria-pressed", "true");
    this.step(1);
  }

  /** @param {number} stage */
  step(stage) {
    const last = stage === stages.length - 2;
    this.timer = window.setTimeout(() => (last ? this.end() : this.step(stage + 1)), REST);
    this.choose(stage);
  }

  end() {
    this.stop();
    this.choose(0);
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.play.setAttribute("aria-pressed", "false");
  }
}
