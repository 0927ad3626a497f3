"""The state of a page's widgets, as static/live.js reads it: the figures and their controls alone.

A text that several figures have in common, a module or a style sheet, is written once.
"""

import html

CONTROLS = "_controls"
TEXTS = ("_esm", "_css")


def lighter(data):
    """Return what a page holds of its widgets, {"state": …, "texts": …}.

    Args:
        data: the state of all widgets as ipywidgets writes it, {"state": {id: …}, …}.
    """
    state, texts = {}, {}
    number = lambda text: texts.setdefault(text, len(texts))  # noqa: E731
    for name, entry in data["state"].items():
        own = entry["state"]
        if "_esm" not in own:
            continue
        common = {key: number(own[key]) for key in TEXTS if key in own}
        common["_modules"] = {path: number(text) for path, text in own.get("_modules", {}).items()}
        state[name] = _read(entry) | {"state": own | common}
        for control in (_id(reference) for reference in own.get(CONTROLS, [])):
            state[control] = _read(data["state"][control])
    return {"state": state, "texts": list(texts)}


def _read(entry):
    """Return of a widget what is read of it."""
    return {key: entry[key] for key in ("state", "buffers") if key in entry}


def _id(reference):
    return reference.removeprefix("IPY_MODEL_")


def progress(data, name):
    """Return the markup of a bar of progress that has come to its end, as tqdm makes it, or None.

    Args:
        data: as for `lighter`.
        name: the id of the widget.
    """
    parts = [data["state"][_id(part)]["state"] for part in _children(data, name)]
    kinds = [part["_model_name"] for part in parts]
    if kinds != ["HTMLModel", "FloatProgressModel", "HTMLModel"]:
        return None
    before, bar, after = parts
    words = html.escape(before["value"])
    return (
        f'<p class="run">{before["value"]} '
        f'<progress max="{bar["max"]:g}" value="{bar["value"]:g}" aria-label="{words}"></progress>'
        f" {after['value'].strip()}</p>"
    )


def _children(data, name):
    return data["state"].get(name, {"state": {}})["state"].get("children", [])
