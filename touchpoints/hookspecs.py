"""The whole extension surface: three hooks, called without arguments, each returning plain objects.

A plugin is a module (or object) with one or more of these functions; a decorator is not needed. The module says
`touchpoints_api = 1`: the version of this surface it was written for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from touchpoints.plugins import Importer, Renderer, Rule

API = 1
hookspec = pluggy.HookspecMarker("touchpoints")
hookimpl = pluggy.HookimplMarker("touchpoints")


@hookspec
def touchpoints_importers() -> Iterable[Importer]:
    """Readers of export files. Called once when plugins are loaded; return objects with `Importer`'s attributes."""
    raise AssertionError  # a specification is never called


@hookspec
def touchpoints_rules() -> Iterable[Rule]:
    """Reasons for a personal call. Called once when plugins are loaded; return objects with `Rule`'s attributes."""
    raise AssertionError


@hookspec
def touchpoints_renderers() -> Iterable[Renderer]:
    """Forms of the report. Called once when plugins are loaded; return objects with `Renderer`'s attributes."""
    raise AssertionError
