"""Settings of the documentation site; `make docs` builds it."""

from __future__ import annotations

import sys
from pathlib import Path

import tradeflow

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "tradeflow"
author = "The tradeflow maintainers"
project_copyright = author
version = release = tradeflow.__version__
language = "en-GB"

extensions = [
    "sphinx.ext.autodoc",
    "numpydoc",
    "myst_nb",
    "generated",
]
exclude_patterns = ["_build", "README.md"]  # index.md includes README.md

autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 80
toc_object_entries = False  # every name has a heading of its own
smartquotes_action = "qe"  # quotes and dots; two hyphens begin an option
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

myst_heading_anchors = 3
nb_execution_mode = "off"  # outputs are stored; the tests run the notebook and compare

html_theme = "furo"
html_title = f"tradeflow {release}"
html_static_path = ["_static"]
html_css_files = ["tradeflow.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"navigation_with_keys": True}
