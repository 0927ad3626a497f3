"""How Sphinx makes the pages of the book; tools/build_site.py prepares what it reads."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tools")]

import front_door  # noqa: E402

project = "Backpropagation in convolutional networks"
author = "The convnet_lib authors"
release = front_door.project()["version"]
root_doc = "00_start_here"
language = "en"
smartquotes_action = "qD"  # the dots of a shape (..., 28, 28) stay as they are

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "book", "reference"]
extensions += ["typesetting"]
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints = "none"
napoleon_numpy_docstring = False
napoleon_use_rtype = False
toc_object_entries_show_parents = "hide"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
# The notebooks come with their outputs and the state of their widgets.
nb_execution_mode = "off"
nb_merge_streams = True
nb_ipywidgets_js = {"live.js": {}}

html_math_renderer = "set"
math_numfig = False

html_theme = "furo"
pygments_dark_style = "a11y-high-contrast-dark"
html_title = project
html_static_path = ["static", "_build/scripts"]
html_extra_path = ["_build/extra"]
html_css_files = ["book.css", "formulas.css"]
html_js_files = ["book.js", "exercises.js"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_permalinks_icon = "#"
html_domain_indices = False
html_use_index = False
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {
        "font-stack--monospace": "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace",
    },
}
