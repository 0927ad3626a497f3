"""The figures under live.js, as a page of the book has them, and under Jupyter's own manager."""

import anywidget
import driver
import ipywidgets
import numpy as np
import pytest
import traitlets
from test_everyone import FIGURES, MAPS

from convnet_lib import widgets
from convnet_lib.widgets import base

# What a model says of itself while it is changed in every way that a figure changes it.
PROGRAM = """
export default {
  initialize({ model }) { model.set("begun", model.get("begun") + 1); },
  async render({ model, el }) {
    el.className = "cn-figure";
    const said = [];
    const names = ["number", "items", "named", "array", "later"];
    const value = (name) => {
      const found = model.get(name);
      if (!found?.data?.buffer) return found;
      return [found.shape, ...new Uint8Array(found.data.buffer)];
    };
    const hear = (event) => {
      const callback = () => said.push([event, ...names.map(value)]);
      model.on(event, callback);
      return callback;
    };
    const first = hear("change:number");
    for (const name of names.slice(1)) hear(`change:${name}`);
    const all = hear("change");
    model.set("number", 2);
    model.set("number", 2);
    model.set({ number: 3, items: [1, 2], named: { a: [1] } });
    model.set("items", [1, 2]);
    model.set("items", [1, 2, 3]);
    model.set("named", { a: [1], b: null });
    model.set("named", { a: [1], b: undefined });
    const bytes = new Uint8Array(model.get("array").data.buffer);
    model.set("array", { ...model.get("array"), data: new DataView(bytes.slice().buffer) });
    bytes[0] += 1;
    model.set("array", { ...model.get("array"), data: new DataView(bytes.slice().buffer) });
    // After a change within a change Jupyter's own tells of neither at the end, live.js of both.
    model.off("change", all);
    const undo = () => { if (model.get("number") !== 3) model.set("number", 3); };
    model.on("change:number", undo);
    model.set("number", 4);
    model.off("change:number", undo);
    const chain = () => model.set("later", model.get("number"));
    model.on("change:number", chain);
    model.set({ number: 5, items: [] });
    model.off("change:number", first);
    model.off("change:number", () => {});
    model.set("number", 6);
    model.set("number", Number.NaN);
    model.set("number", Number.NaN);
    model.set("number", null);
    model.save_changes();
    const other = await model.widget_manager.get_model(model.get("other").replace(/^.*_/, ""));
    said.push(["other", other.get("value"), "_options_labels" in other.attributes]);
    said.push(["begun", model.get("begun"), model.get("nothing") === undefined]);
    el.textContent = JSON.stringify(said);
  },
};
"""


class Recorder(anywidget.AnyWidget):
    _esm = PROGRAM
    number = traitlets.Any(1).tag(sync=True)
    items = traitlets.List([0]).tag(sync=True)
    named = traitlets.Dict().tag(sync=True)
    later = traitlets.Any(0).tag(sync=True)
    begun = traitlets.Int(0).tag(sync=True)
    array = base.Array()
    other = traitlets.Any().tag(sync=True, **ipywidgets.widget_serialization)
    _controls = traitlets.List().tag(sync=True, **ipywidgets.widget_serialization)


@pytest.fixture
def both(new_page, tmp_path):
    """both(make) opens a figure under Jupyter's manager and in a page of the book."""

    def both(make, **options):
        opened = []
        for in_the_book in (False, True):
            path = tmp_path / f"{in_the_book}.html"
            driver.write_page(path, [make()], in_the_book)
            page = new_page(**options)
            page.goto(path.as_uri())
            page.wait_for_selector(".cn-figure:not(:empty)")
            page.wait_for_timeout(500)
            opened.append(driver.Live(page, page.locator(".cn-figure")))
        return opened

    return both


def test_a_model_does_what_it_does_elsewhere(both):
    def recorder():
        menu = ipywidgets.Dropdown(options=["a", "b"], value="b")
        number = ipywidgets.IntSlider(7)
        return Recorder(array=[1.5, -2.0], other=number, _controls=[menu, number])

    there, here = both(recorder)
    said = here.root.inner_text()
    assert said == there.root.inner_text()
    assert said.count('"change:number"') > 4
    assert '["other",7,false]' in said
    assert '["begun",1,true]' in said


# Each figure as it is shown: all its words, and all its pictures.
SHOWN = """figure => [
    figure.innerText,
    ...[...figure.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()),
]"""


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "playground"])
def test_a_figure_is_the_same_in_the_book(both, name):
    there, here = both(FIGURES[name], reduced_motion="reduce")
    assert here.root.evaluate(SHOWN) == there.root.evaluate(SHOWN)
    for live in (there, here):
        live.click(MAPS[name], 5, 6)
        live.words()
    assert here.root.evaluate(SHOWN) == there.root.evaluate(SHOWN)
    assert here.formulas() == there.formulas()
    assert here.root.bounding_box()["height"] == there.root.bounding_box()["height"]


def test_controls_over_a_picture_are_the_same_in_the_book(both):
    def explored():
        grids = {"a": np.eye(3)}
        return widgets.explore(lambda n: grids["a"] * n, n=ipywidgets.IntSlider(1, 0, 3))

    there, here = both(explored)
    assert here.root.inner_text() == there.root.inner_text()
    assert here.root.locator("input").count() == there.root.locator("input").count() == 1


def test_what_several_figures_share_is_written_once(new_page, tmp_path):
    path = tmp_path / "page.html"
    driver.write_page(path, [FIGURES["pooling"](), FIGURES["pooling"]()], in_the_book=True)
    text = path.read_text("utf-8")
    assert text.count("export class Figure ") == 1
    page = new_page()
    page.goto(path.as_uri())
    page.wait_for_function("() => document.querySelectorAll('.cn-figure').length === 2")
    assert page.evaluate("document.querySelectorAll('style').length") == 1
