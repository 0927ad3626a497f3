"""What the builder writes into a page: formulas that are set, and the state of its widgets."""

import os
import re

import pytest
import states

typesetting = pytest.importorskip("typesetting", reason="needs Sphinx: make test-site")

needs_site = pytest.mark.skipif(
    not os.environ.get("CONVNET_SITE"), reason="needs Node and MathJax: make test-site"
)


@needs_site
def test_a_formula_is_a_drawing_and_its_mathml():
    markup = typesetting.typesetter().markup(r"a_1 < \sigma(b)", False)
    assert re.findall(r"<m[io].*?>(.+?)</m[io]>", markup) == ["a", "&lt;", "σ", "(", "b", ")"]
    assert 'aria-hidden="true"' in markup
    used = re.findall(r'href="#([^"]+)"', markup)
    drawn = typesetting.typesetter().glyphs(markup)
    assert len(used) == 7
    assert set(re.findall(r'id="([^"]+)" d="M', drawn)) == set(used)
    assert typesetting.typesetter().markup("a", True).count('display="true"') == 1


@needs_site
def test_a_formula_that_is_none_is_told(monkeypatch):
    told = []
    monkeypatch.setattr(typesetting.LOGGER, "warning", lambda *words: told.append(words))
    typesetting.typesetter().markup(r"\frac{1}", False)
    assert told == [("MathJax cannot set %s", r"\frac{1}")]


@needs_site
def test_the_script_of_the_equations_has_glyphs_of_its_own():
    script = typesetting.equations({"F2": r"\sigma", "F5": r"\sigma(z)"})
    assert "MJX-" not in script
    assert script.count("<path") == script.count("<use") - 1  # σ stands in both


def figure(text, **state):
    own = {"_esm": "program", "_css": "style", "_modules": {"a.js": text, "b.js": "b"}, **state}
    return {"model_name": "AnyModel", "model_module": "anywidget", "state": own, "buffers": []}


def test_what_figures_share_is_written_once_and_what_nobody_reads_is_not():
    control = {"model_name": "IntSliderModel", "state": {"value": 3}}
    data = {
        "state": {
            "x": figure("a"),
            "y": figure("other", _controls=["IPY_MODEL_z"], n=1),
            "z": control,
            "layout": {"state": {"width": None}},
        },
        "version_major": 2,
    }
    found = states.lighter(data)
    texts = found["texts"]
    assert sorted(texts) == ["a", "b", "other", "program", "style"]
    assert sorted(found["state"]) == ["x", "y", "z"]
    assert found["state"]["z"] == {"state": {"value": 3}}
    for name, text in (("x", "a"), ("y", "other")):
        own = found["state"][name]["state"]
        assert [texts[own[key]] for key in ("_esm", "_css")] == ["program", "style"]
        assert {path: texts[n] for path, n in own["_modules"].items()} == {
            "a.js": text,
            "b.js": "b",
        }
    assert found["state"]["y"]["state"]["n"] == 1
    assert data["state"]["x"]["state"]["_esm"] == "program"


def test_a_run_that_has_ended_is_a_bar():
    part = {"_model_name": "HTMLModel", "value": "100%"}
    bar = {"_model_name": "FloatProgressModel", "max": 320.0, "value": 320.0}
    words = part | {"value": " 320/320 [00:01&lt;00:00]"}
    data = {"state": {n: {"state": s} for n, s in zip("abc", (part, bar, words), strict=True)}}
    data["state"]["box"] = {"state": {"children": [f"IPY_MODEL_{n}" for n in "abc"]}}
    assert states.progress(data, "box") == (
        '<p class="run">100% <progress max="320" value="320" aria-label="100%"></progress>'
        " 320/320 [00:01&lt;00:00]</p>"
    )
    assert states.progress(data, "a") is None
    assert states.progress(data, "elsewhere") is None
