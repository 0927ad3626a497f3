// Sets the formulas and the live figures, fits each slide into 1280 by 720, and starts Reveal.
(async () => {
  const ROOM = 720 - 34 - 46;
  const LETTERS = [30, 28, 26, 24, 22, 20, 18];
  const IN_TABLES = [16]; // a table of many rows is looked up, not read out
  const leaves = [...document.querySelectorAll(".slides section")].filter(
    (section) => !section.querySelector("section"),
  );

  const loaded = (image) =>
    image.complete ? null : new Promise((done) => (image.onload = image.onerror = done));

  const live = () => {
    const places = [...document.querySelectorAll(".live")];
    return places.every((place) => place.querySelector(".cn-figure"));
  };

  const until = async (ready, milliseconds) => {
    const end = performance.now() + milliseconds;
    while (!ready() && performance.now() < end) await new Promise((done) => setTimeout(done, 50));
  };

  const height = (section) => {
    const { paddingTop, paddingBottom } = getComputedStyle(section);
    return section.scrollHeight - parseFloat(paddingTop) - parseFloat(paddingBottom);
  };

  // A live figure lays itself out by its width, so that a smaller one is given more of it.
  const shrink = (figure, room, wide) => {
    for (let scale = 1; ; scale -= 0.04) {
      Object.assign(figure.style, { zoom: scale, width: `${wide / scale}px` });
      if (figure.getBoundingClientRect().height <= room || scale < 0.3) return scale;
    }
  };

  // A long line of code makes the letters of its cell smaller, never the line shorter.
  const narrow = (code) => {
    if (code.scrollWidth <= code.clientWidth) return;
    const now = parseFloat(getComputedStyle(code).fontSize);
    code.style.fontSize = `${(now * code.clientWidth) / (code.scrollWidth + 24)}px`;
  };

  // Pictures share what the words leave. One that would become too small asks for smaller letters.
  const fit = (section) => {
    const pictures = [...section.querySelectorAll(".outputs > img, .prose img")];
    const figure = section.querySelector(".live");
    const wide = 1280 - 128;
    const sizes = section.querySelector("table") ? [...LETTERS, ...IN_TABLES] : LETTERS;
    for (const size of sizes) {
      section.style.fontSize = `${size}px`;
      for (const picture of pictures) picture.style.display = "none";
      if (figure) figure.style.display = "none";
      const words = height(section);
      for (const picture of pictures) picture.style.display = "";
      if (figure) figure.style.display = "";
      const share = (ROOM - words) / Math.max(1, pictures.length) - 10;
      const small = size > sizes.at(-1);
      let enough = words <= ROOM;
      for (const picture of pictures) {
        const [width, tall] = [picture.naturalWidth, picture.naturalHeight];
        const most = Math.min(wide / width, section.querySelector(".prose, .code") ? 1 : 1.6);
        const scale = Math.min(share / tall, most);
        Object.assign(picture.style, { width: `${width * scale}px`, height: "auto" });
        enough &&= share > 0 && (share >= Math.min(most * tall, 280) || !small);
      }
      if (figure) {
        const scale = shrink(figure, ROOM - words - 10, wide);
        enough &&= scale > 0.7 || !small;
      }
      if (enough && height(section) <= ROOM + 1) break;
    }
    for (const code of section.querySelectorAll("pre")) narrow(code);
    for (const formula of section.querySelectorAll('mjx-container[display="true"]')) {
      const width = formula.firstElementChild.getBoundingClientRect().width;
      if (width > wide) formula.style.fontSize = `${(100 * wide) / width}%`;
    }
  };

  await window.MathJax.startup.promise;
  await until(live, 20000);
  await Promise.all([...document.images].map(loaded));
  document.body.classList.add("measuring");
  for (const details of document.querySelectorAll("details")) details.open = true;
  await new Promise((done) => setTimeout(done, 200));
  leaves.forEach(fit);
  for (const details of document.querySelectorAll("details")) details.open = false;
  document.body.classList.remove("measuring");

  const head = document.querySelector(".running-head");
  const say = ({ currentSlide }) => {
    const section = currentSlide.closest(".slides > section");
    const title = section.querySelector("h2");
    head.textContent = section.querySelector("h1")
      ? ""
      : [window.deckName, title?.textContent].filter(Boolean).join(" · ");
  };
  window.Reveal.on("ready", say);
  window.Reveal.on("slidechanged", say);
  await window.Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0,
    center: false,
    hash: true,
    transition: "none",
    slideNumber: "c/t",
    navigationMode: "linear",
    keyboardCondition: () => !document.activeElement?.closest(".live"),
    pdfSeparateFragments: false,
    plugins: [window.RevealNotes],
  });
  document.body.dataset.ready = "yes";
})();
