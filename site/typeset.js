// Sets formulas with MathJax while the pages are built, so that no page has to: site/typesetting.py
// starts it with the folder of MathJax's files, writes one request a line and reads one answer.
//
// A request is {tex, display}; its answer {markup, glyphs}, the paths of the glyphs by their ids that
// no answer before had. The very first line is an answer too: {style}, what the markup relies upon.

const { createInterface } = require("node:readline");
const [folder] = process.argv.slice(2);

const OPTIONS = {
  loader: { load: ["input/tex-full", "output/svg", "a11y/assistive-mml"] },
  svg: { fontCache: "global" },
  startup: { typeset: false },
};

// What says once more which glyph it is, or what part of the formula; and what HTML has no need of.
const UNREAD =
  / (?:data-c|data-mjx-texclass|xmlns(?::xlink)?|data-mml-node)="(?!merror|mtable)[^"]*"/g;

/** @param {string} markup */
const shorter = (markup) => markup.replace(UNREAD, "").replaceAll("xlink:href", "href");

/** @param {object} answer */
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

require(`${folder}/node-main.js`)
  .init(OPTIONS)
  .then((MathJax) => {
    const { adaptor, output } = MathJax.startup;
    const told = new Set();

    /** What the cache of glyphs has got since it was asked last. */
    function glyphs() {
      const found = {};
      for (const path of adaptor.tags(output.fontCache.getCache(), "path")) {
        const id = adaptor.getAttribute(path, "id");
        if (told.has(id)) continue;
        told.add(id);
        found[id] = adaptor.getAttribute(path, "d");
      }
      return found;
    }

    say({ style: adaptor.textContent(MathJax.svgStylesheet()) });
    createInterface({ input: process.stdin }).on("line", (line) => {
      const { tex, display } = JSON.parse(line);
      const markup = adaptor.outerHTML(MathJax.tex2svg(tex, { display }));
      say({ markup: shorter(markup), glyphs: glyphs() });
    });
  });
