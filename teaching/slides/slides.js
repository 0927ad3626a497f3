// Sets the formulas and the live figures, fits each slide into 1280 by 720, and starts Reveal.
/** @typedef {HTMLElement[]} Line  what stands side by side */

(async () => {
  const ROOM = 720 - 34 - 46;
  const LETTERS = [30, 28, 26, 24, 22, 20, 18];
  const IN_CODE = [16, 14.4, 13]; // so is a function that is printed whole
  const LEAST = 18; // the height of all other letters, in pixels
  const MOST = 1.7; // how much a picture grows: to the width of the slide, if it is as wide as a page
  const IN_TABLES = [16]; // a table of many rows is looked up, not read out
  /** All elements that are like this. @param {string} selector @param {ParentNode} within */
  const all = (selector, within = document) => {
    const list = /** @type {NodeListOf<HTMLElement>} */ (within.querySelectorAll(selector));
    return [...list];
  };
  /** The first such element. @param {string} selector @param {ParentNode} within @returns {HTMLElement | null} */
  const first = (selector, within = document) => within.querySelector(selector);
  const leaves = all(".slides section").filter((section) => !section.querySelector("section"));
  /** The stages that a figure is laid out in. @type {WeakMap<HTMLElement, HTMLElement[][]>} */
  const stagesOf = new WeakMap();

  for (const place of document.querySelectorAll(".live")) place.classList.add("presented");

  const loaded = (/** @type {HTMLImageElement} */ image) =>
    image.complete ? null : new Promise((done) => (image.onload = image.onerror = done));

  const live = () => {
    const places = [...document.querySelectorAll(".live")];
    return places.every((place) => place.querySelector(".cn-figure"));
  };

  /** @param {() => boolean} ready @param {number} milliseconds */
  const until = async (ready, milliseconds) => {
    const end = performance.now() + milliseconds;
    while (!ready() && performance.now() < end) await new Promise((done) => setTimeout(done, 50));
  };

  const height = (/** @type {HTMLElement} */ section) => {
    const { paddingTop, paddingBottom } = getComputedStyle(section);
    return section.scrollHeight - parseFloat(paddingTop) - parseFloat(paddingBottom);
  };

  /**
   * A live figure lays itself out by its width, so that a smaller one is given more of it.
   * @param {HTMLElement} figure
   * @param {number} room
   * @param {number} wide
   */
  const shrink = (figure, room, wide) => {
    for (let scale = 1; ; scale -= 0.04) {
      Object.assign(figure.style, { zoom: scale, width: `${wide / scale}px` });
      if (figure.getBoundingClientRect().height <= room || scale < 0.3) return scale;
    }
  };

  // --- A live figure for a lecture: the drawing alone, its letters LEAST pixels high or more, and as
  // much of it at a time as the slide holds; the next key shows what comes next.

  /** The height of the smallest letters that are seen, indices aside. @param {Element} element */
  const smallest = (element) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let least = Infinity;
    while (walker.nextNode()) {
      const { parentElement: parent, data } = /** @type {Text} */ (walker.currentNode);
      if (!parent || !data.trim() || parent.closest("sub, sup, .cn-unseen, option")) continue;
      if (parent.checkVisibility())
        least = Math.min(least, parseFloat(getComputedStyle(parent).fontSize));
    }
    return least;
  };

  /** What is seen in an element, as lines. @param {Element} element @returns {Line[]} */
  const linesOf = (element) => {
    /** @type {Map<number, Line>} */
    const lines = new Map();
    for (const part of /** @type {Iterable<HTMLElement>} */ (element.children)) {
      const { top, height } = part.getBoundingClientRect();
      if (height <= 4) continue;
      const near = [...lines.keys()].find((other) => Math.abs(other - top) < 12) ?? top;
      lines.set(near, [...(lines.get(near) ?? []), part]);
    }
    return [...lines.values()];
  };

  /**
   * What a figure is made of, from above to below; what is higher than the room, taken apart.
   * @param {Element} element
   * @param {number} room
   * @returns {Line[]}
   */
  const partsOf = (element, room) =>
    linesOf(element).flatMap((line) =>
      line.length === 1 &&
      tall(line) > room &&
      line[0].matches(".cn-row, .cn-side, .cn-cards, .cn-maps")
        ? partsOf(line[0], room)
        : [line],
    );

  /** Give a figure as many keys as it has stages, less the one that is there at once. @param {Element} place @param {number} stages */
  const addKeys = (place, stages) => {
    for (const old of keysOf(place)) old.remove();
    for (let n = 1; n < stages; n++) {
      const key = document.createElement("span");
      key.className = "fragment stage";
      place.parentElement?.append(key);
    }
  };

  /** The keys of a figure. @param {Element} place */
  const keysOf = (place) =>
    place.parentElement ? all(":scope > .stage", place.parentElement) : [];

  /**
   * Lay a figure out in stages that are no higher than the room.
   * @param {HTMLElement} place
   * @param {number} room
   * @param {number} wide
   */
  const present = (place, room, wide) => {
    addKeys(place, 0);
    for (const part of place.querySelectorAll(".cn-later")) part.classList.remove("cn-later");
    place.style.cssText = `zoom: 1; width: ${wide}px`;
    const zoom = Math.max(1, LEAST / smallest(place));
    place.style.cssText = `zoom: ${zoom}; width: ${wide / zoom}px`;
    const body = /** @type {HTMLElement} */ (first(".cn-body", place));
    const frame = place.getBoundingClientRect().height - body.getBoundingClientRect().height;
    /** @type {HTMLElement[][]} */
    const stages = [];
    let left = 0;
    const lines = partsOf(body, room - frame);
    if (lines.some((line) => tall(line) > room - frame + 1)) {
      // Nothing to take apart: it is shown whole, and the letters are as small as that makes them.
      stagesOf.set(place, []);
      shrink(place, room, wide);
      return;
    }
    for (const line of lines) {
      if (!stages.length || tall(line) > left) {
        stages.push([]);
        left = room - frame;
      }
      stages[stages.length - 1].push(...line);
      left -= tall(line);
    }
    stagesOf.set(place, stages);
    addKeys(place, stages.length);
    show(place, 0);
  };

  /** The height of a line with the margins around it. @param {Line} line */
  const tall = (line) =>
    Math.max(
      ...line.map((part) => {
        const { marginTop, marginBottom } = getComputedStyle(part);
        const margins = parseFloat(marginTop) + parseFloat(marginBottom);
        return part.getBoundingClientRect().height + (part.currentCSSZoom ?? 1) * margins;
      }),
    );

  /** Show one stage of a figure. @param {HTMLElement} place @param {number} number */
  const show = (place, number) => {
    stagesOf.get(place)?.forEach((parts, at) => {
      for (const part of parts) part.classList.toggle("cn-later", at !== number);
    });
  };

  /** How many stages the keys have gone on. @param {Element} place */
  const gone = (place) => keysOf(place).filter((key) => key.matches(".visible")).length;

  const OWN = "[data-stages]"; // a figure that lays itself out, in stages of its own

  const showStage = () => {
    const slide = window.Reveal.getCurrentSlide();
    for (const place of slide ? all(".live", slide) : []) {
      const detail = gone(place);
      if (stagesOf.get(place)?.length) show(place, detail);
      place.querySelector(OWN)?.dispatchEvent(new CustomEvent("cn-stage", { detail }));
    }
  };

  /** Such a figure was led on by its own button: the keys go on from there. @param {Event} event */
  const follow = (event) => {
    const { target, detail } = /** @type {CustomEvent<number>} */ (event);
    const place = /** @type {Element} */ (target).closest(".live");
    if (!place || !window.Reveal.getCurrentSlide()?.contains(place)) return;
    for (let n = gone(place); n < detail; n++) window.Reveal.nextFragment();
    for (let n = gone(place); n > detail; n--) window.Reveal.prevFragment();
  };

  /** Keys are a figure's while it has the focus, but those of a presenter's clicker. @param {KeyboardEvent} event */
  const isForSlides = ({ key }) => {
    const at = document.activeElement;
    return !at?.closest(".live") || (at.closest(OWN) !== null && /^Page(Up|Down)$/.test(key));
  };

  /** A long line of code makes the letters of its cell smaller, never the line shorter. @param {HTMLElement} code */
  const narrow = (code) => {
    if (code.scrollWidth <= code.clientWidth) return;
    const now = parseFloat(getComputedStyle(code).fontSize);
    code.style.fontSize = `${(now * code.clientWidth) / (code.scrollWidth + 24)}px`;
  };

  /**
   * Pictures share what the words leave. One that would become too small asks for smaller letters.
   * @param {HTMLElement} section
   */
  const fit = (section) => {
    const pictures = /** @type {HTMLImageElement[]} */ (all(".outputs > img, .prose img", section));
    const figure = first(".live", section);
    const wide = 1280 - 128;
    const sizes = section.querySelector("table") ? [...LETTERS, ...IN_TABLES] : LETTERS;
    const code = section.querySelector("pre") ? IN_CODE : [LEAST];
    const last = sizes[sizes.length - 1];
    const tries = [...sizes.map((size) => [size, LEAST]), ...code.map((one) => [last, one])];
    for (const [size, codeSize] of tries) {
      section.style.fontSize = `${size}px`;
      section.style.setProperty("--code", `${codeSize}px`);
      for (const picture of pictures) picture.style.display = "none";
      if (figure) figure.style.display = "none";
      const words = height(section);
      for (const picture of pictures) picture.style.display = "";
      if (figure) figure.style.display = "";
      const share = (ROOM - words) / Math.max(1, pictures.length) - 10;
      const small = size > last;
      let enough = words <= ROOM;
      for (const picture of pictures) {
        const [width, tall] = [picture.naturalWidth, picture.naturalHeight];
        const most = Math.min(wide / width, section.querySelector(".code") ? 1 : MOST);
        const scale = Math.min(share / tall, most);
        Object.assign(picture.style, { width: `${width * scale}px`, height: "auto" });
        enough &&= share > 0 && (share >= Math.min(most * tall, 280) || !small);
      }
      if (figure) {
        // A figure that lays itself out for a lecture has its own stages.
        if (figure.querySelector('[class*="-present"]')) {
          shrink(figure, ROOM - words - 10, wide);
          addKeys(figure, Number(first(OWN, figure)?.dataset.stages ?? 0));
        } else present(figure, ROOM - words - 10, wide);
      }
      if (enough && height(section) <= ROOM + 1) break;
    }
    for (const code of section.querySelectorAll("pre")) narrow(code);
    for (const formula of all('mjx-container[display="true"]', section)) {
      const width = formula.firstElementChild?.getBoundingClientRect().width ?? 0;
      if (width > wide) formula.style.fontSize = `${(100 * wide) / width}%`;
    }
  };

  await window.MathJax?.startup?.promise;
  await until(live, 20000);
  await Promise.all([...document.images].map(loaded));
  document.body.classList.add("measuring");
  for (const details of document.querySelectorAll("details")) details.open = true;
  await new Promise((done) => setTimeout(done, 200));
  leaves.forEach(fit);
  for (const details of document.querySelectorAll("details")) details.open = false;
  document.body.classList.remove("measuring");

  const head = first(".running-head");
  const say = (/** @type {{ currentSlide: HTMLElement }} */ { currentSlide }) => {
    const section = currentSlide.closest(".slides > section");
    if (!head || !section) return;
    const title = section.querySelector("h2");
    head.textContent = section.querySelector("h1")
      ? ""
      : [window.deckName, title?.textContent].filter(Boolean).join(" · ");
  };
  window.Reveal.on("ready", say);
  window.Reveal.on("slidechanged", say);
  for (const event of ["ready", "slidechanged", "fragmentshown", "fragmenthidden"]) {
    window.Reveal.on(event, showStage);
  }
  document.addEventListener("cn-staged", follow);
  await window.Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0,
    center: false,
    hash: true,
    transition: "none",
    slideNumber: "c/t",
    navigationMode: "linear",
    keyboardCondition: isForSlides,
    pdfSeparateFragments: false,
    plugins: [window.RevealNotes],
  });
  document.body.dataset.ready = "yes";
})();
