"""What holds for every test, of the library and of the notebooks."""

import os

import hypothesis
import pytest
import surroundings

surroundings.enter(one_thread=True)

# tests/browsing.py: the browser of tests/browser, tests/site and tests/slides.
pytest_plugins = ["browsing"]

# The same cases every time, so that a failure is the fault of a change. To search for new ones:
#     pytest --hypothesis-profile=search
hypothesis.settings.register_profile("repeat", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, max_examples=1000, database=None)
hypothesis.settings.load_profile("repeat")


def pytest_collection_modifyitems(items):
    """Skip what a change is not asked for, unless it is night."""
    if not os.environ.get("CONVNET_NIGHTLY"):
        for item in items:
            if item.get_closest_marker("nightly"):
                item.add_marker(pytest.mark.skip(reason="at night: CONVNET_NIGHTLY=1, .ci/nightly"))


@pytest.fixture(scope="session", autouse=True)
def _imported(doctest_namespace):
    """What the examples of the docstrings take for granted: NumPy as np, and the rooms by name."""
    import numpy

    import convnet_lib
    from convnet_lib import batches, checks

    rooms = {name: getattr(convnet_lib, name) for name in convnet_lib.__all__}
    doctest_namespace.update(rooms, np=numpy, batches=batches, checks=checks)
