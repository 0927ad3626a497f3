"""Opened, used and closed, over and over: nothing is left of a figure, whichever it is.

A hundred rounds of each by itself at night, thirty of all together with every change; with a
kernel, see test_kernel.py.
"""

import driver
import numpy as np
import pytest
from test_everyone import FIGURES

from convnet_lib import figures, widgets

ALL = FIGURES | {
    "explored grids": lambda: widgets.explore(
        lambda b: figures.row(("$z^1$", np.full((4, 4), b))), b=(0, 3)
    ),
    "explored picture": lambda: widgets.explore(figures.cost_curves, z=(0.0, 1.0), y=[1, 0]),
}
# What the page has going: timers, frames asked for, addresses of blobs, listeners of the window
# and of the document, what watches elements.
COUNTED = """
const going = { timers: new Set(), frames: new Set(), blobs: new Set(), watched: 0 };
for (const [set, clear, kind] of [
  ["setTimeout", "clearTimeout", "timers"],
  ["setInterval", "clearInterval", "timers"],
  ["requestAnimationFrame", "cancelAnimationFrame", "frames"],
]) {
  const [begin, end] = [globalThis[set], globalThis[clear]];
  globalThis[set] = (work, ...rest) => {
    const id = begin((...told) => {
      if (set !== "setInterval") going[kind].delete(id);
      return work(...told);
    }, ...rest);
    going[kind].add(id);
    return id;
  };
  globalThis[clear] = (id) => {
    going[kind].delete(id);
    end(id);
  };
}
const { createObjectURL, revokeObjectURL } = URL;
URL.createObjectURL = (blob) => {
  const address = createObjectURL.call(URL, blob);
  going.blobs.add(address);
  return address;
};
URL.revokeObjectURL = (address) => {
  going.blobs.delete(address);
  revokeObjectURL.call(URL, address);
};
for (const name of ["ResizeObserver", "IntersectionObserver", "MutationObserver"]) {
  const Observer = globalThis[name];
  globalThis[name] = class extends Observer {
    observe(...told) {
      going.watched += this.on ? 0 : 1;
      this.on = true;
      return super.observe(...told);
    }
    disconnect() {
      going.watched -= this.on ? 1 : 0;
      this.on = false;
      return super.disconnect();
    }
  };
}
const global = new Map();
for (const target of [window, document]) {
  const add = target.addEventListener.bind(target);
  const remove = target.removeEventListener.bind(target);
  global.set(target, new Set());
  const key = (kind, work) => {
    work.told ??= Math.random();
    return `${kind} ${work.told}`;
  };
  target.addEventListener = (kind, work, how) => {
    if (!how?.once && !how?.signal) global.get(target).add(key(kind, work));
    return add(kind, work, how);
  };
  target.removeEventListener = (kind, work, how) => {
    global.get(target).delete(key(kind, work));
    return remove(kind, work, how);
  };
}
globalThis.counted = () => ({
  elements: document.querySelectorAll("*").length,
  timers: going.timers.size,
  frames: going.frames.size,
  blobs: going.blobs.size,
  watched: going.watched,
  window: global.get(window).size,
  document: global.get(document).size,
});
"""
# Opened as JupyterLab opens it, its controls used, and closed while what they began is under way.
ROUND = """async (rounds) => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  globalThis.kept ??= await new Promise((done) =>
    require(["@jupyter-widgets/html-manager", "@jupyter-widgets/html-manager/dist/libembed-amd"],
      (html, embed) => done({
        manager: new html.HTMLManager({ loader: embed.requireLoader }),
        place: document.body.appendChild(document.createElement("div")),
      })));
  const { manager, place } = kept;
  const sent = (what) =>
    [...document.querySelectorAll(`script[type="application/vnd.jupyter.widget-${what}+json"]`)]
      .map((script) => JSON.parse(script.textContent));
  const [state] = sent("state");
  const views = sent("view").map((view) => view.model_id);
  for (let n = 0; n < rounds; n++) {
    const models = await manager.set_state(state);
    await Promise.all(views.map(async (id) => {
      const model = models.find((one) => one.model_id === id);
      await manager.display_view(await manager.create_view(model), place);
    }));
    const all = (kind) => [...place.querySelectorAll(kind)].filter((e) => e.checkVisibility());
    while (all(".cn-figure").length < views.length) await painted();
    if (n % 10 === 0) {
      for (const button of all("button"))
        if (!/Save|Load/.test(button.textContent)) button.click();
      for (const range of all("input[type=range]")) {
        range.stepUp();
        range.dispatchEvent(new Event("input", { bubbles: true }));
      }
      for (const field of all(".cn-field")) {
        for (const key of ["ArrowRight", "Enter"])
          field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      }
      await painted();
    }
    for (const one of models) one.close();
    await manager.clear_state?.();
    if (place.querySelector(".cn-figure")) throw new Error("it is not closed");
  }
  await new Promise((done) => setTimeout(done, 1200));
  await painted();
  return counted();
}"""


@pytest.mark.parametrize(
    ("names", "rounds"),
    [
        pytest.param(list(ALL), 30, id="all at once"),
        *(pytest.param([name], 100, id=name, marks=pytest.mark.nightly) for name in ALL),
    ],
)
def test_rounds_leave_nothing(new_page, tmp_path, names, rounds):
    opened = [ALL[name]() for name in names]
    for figure in opened:
        figure._repr_mimebundle_()  # as a notebook does, which draws the twin
    driver.write_page(tmp_path / "page.html", opened)
    page = new_page()
    page.add_init_script(COUNTED)
    page.goto((tmp_path / "page.html").as_uri())
    page.locator(".cn-figure").nth(len(opened) - 1).wait_for()
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")

    def held():
        """What the page holds; on a busy machine one collection leaves what the next one takes."""
        tools.send("HeapProfiler.collectGarbage")
        metrics = {m["name"]: m["value"] for m in tools.send("Performance.getMetrics")["metrics"]}
        page.wait_for_timeout(150)
        return [metrics[name] for name in ("JSHeapUsedSize", "Nodes", "JSEventListeners")]

    def after(rounds):
        counts = page.evaluate(ROUND, rounds)
        return counts, np.min([held() for _ in range(4)], axis=0)

    after(5)  # modules are loaded, what is compiled is compiled
    before, size = after(5)
    counts, grown = after(rounds)
    assert counts == before
    heap, nodes, listeners = grown - size
    # The manager of a page keeps something of every widget: 11 kB of the emptiest.
    assert heap < 25_000 * rounds * len(opened)
    assert nodes < 0.9 * rounds  # not one a round
    assert listeners < 0.9 * rounds
