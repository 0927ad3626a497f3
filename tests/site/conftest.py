"""The tests of one page of the site run one after the other, so that it is opened for several."""

from pathlib import Path

HERE = Path(__file__).parent


def page_of(item):
    return str(item.callspec.params.get("name", "")) if hasattr(item, "callspec") else ""


def pytest_collection_modifyitems(items):
    places = [n for n, item in enumerate(items) if item.path.parent == HERE]
    in_order = sorted((items[n] for n in places), key=page_of)
    for n, item in zip(places, in_order, strict=True):
        items[n] = item
