// What anywidget runs for every figure: it loads the figure's own module and hands over to it.
//
// anywidget sends one file and gives it no address, so `import "./grid.js"` would lead nowhere.
// Python therefore sends all modules of a figure as text, by their paths in `static/`; here each
// becomes a blob with an address, which takes the place of the relative one in the modules that
// import it. A module is kept under its text, for as long as the page lives: however many figures
// are opened and closed, grid.js is loaded once. Nothing is fetched and nothing is bundled.

/** @typedef {import("./types.js").Context} Context */

const KEPT = Symbol.for("convnet_lib.widgets");
/** @type {Record<symbol, Map<string, string> | undefined>} */
const page = globalThis;
/** What the page keeps: addresses by the texts of modules. */
const addresses = page[KEPT] ?? new Map();
page[KEPT] = addresses;

/** The path that a module means by "./grid.js" or "../parts/grid.js". @param {string} relative @param {string} from */
function path(relative, from) {
  return new URL(relative, `file:///${from}`).pathname.slice(1);
}

/** @param {string} name @param {Record<string, string>} sources @returns {string} */
function address(name, sources) {
  // Without a look behind, which the telephones of before 2023 cannot read.
  const text = sources[name].replace(
    /from "(\.[\w./]+)"/g,
    (_, needed) => `from "${address(path(needed, name), sources)}"`,
  );
  const kept = addresses.get(text);
  if (kept) return kept;
  const made = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  addresses.set(text, made);
  return made;
}

/** @param {Context & { signal?: AbortSignal }} context */
async function render({ model, el, signal }) {
  const [name, sources] = [model.get("_figure"), model.get("_modules")];
  const { render } = await import(address(name, sources));
  // The view may have been closed while its modules were loading.
  if (signal?.aborted) return undefined;
  return render({ model, el });
}

/** JupyterLab keeps the model of a closed figure for as long as the page lives: make it light. @param {Pick<Context, "model">} context */
function initialize({ model }) {
  model.on("destroy", () => {
    // Once its views are gone, which would draw what is taken away.
    setTimeout(() => {
      for (const name of ["_modules", "_twin", ...model.get("_arrays")]) model.set(name, {});
      model.set("_twin", {}); // a model also holds what it was before the last call
    });
  });
}

/** The two that anywidget calls: once for each model, and for each view of it. */
export default { initialize, render };
