"""The docs as a site: `python -m pip install -e ".[docs]" && sphinx-build -W docs build/docs`."""

from importlib.metadata import version as version_of

project = "touchpoints"
author = "touchpoints developers"
version = release = version_of("touchpoints")
extensions = ["myst_parser", "sphinx.ext.autodoc"]
html_theme = "furo"
html_title = "touchpoints"
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "description"
exclude_patterns = ["*.py"]
