"""Who needs a personal call: customers, contacts, channels and the warmth of relationships, from raw exports."""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from touchpoints.book import Book
    from touchpoints.errors import (
        AmbiguousSource,
        IdentityError,
        InvalidValue,
        PluginError,
        SourceError,
        StoreError,
        TouchpointsError,
        UnknownName,
        UnreadableSource,
        UnrecognisedSource,
    )
    from touchpoints.hookspecs import hookimpl
    from touchpoints.model import (
        Absence,
        Answer,
        Channel,
        Colleague,
        Contact,
        Coverage,
        Customer,
        Emptied,
        Handle,
        LeftOut,
        Participant,
        Party,
        Person,
        Question,
        Skipped,
        Touchpoint,
    )
    from touchpoints.plugins import Importer, Plugins, Record, Renderer, Rule
    from touchpoints.progress import Progress, Step, watched
    from touchpoints.reading import Context
    from touchpoints.relationship import Flag, Reason, Relationship, Suggestion
    from touchpoints.report import CallReport
    from touchpoints.settings import Settings
    from touchpoints.source import Source
    from touchpoints.tracker import Tracker
    from touchpoints.warmth import Warmth, warmth

    __version__: str

__all__ = [
    "Absence",
    "AmbiguousSource",
    "Answer",
    "Book",
    "CallReport",
    "Channel",
    "Colleague",
    "Contact",
    "Context",
    "Coverage",
    "Customer",
    "Emptied",
    "Flag",
    "Handle",
    "IdentityError",
    "Importer",
    "InvalidValue",
    "LeftOut",
    "Participant",
    "Party",
    "Person",
    "PluginError",
    "Plugins",
    "Progress",
    "Question",
    "Reason",
    "Record",
    "Relationship",
    "Renderer",
    "Rule",
    "Settings",
    "Skipped",
    "Source",
    "SourceError",
    "Step",
    "StoreError",
    "Suggestion",
    "Touchpoint",
    "TouchpointsError",
    "Tracker",
    "UnknownName",
    "UnreadableSource",
    "UnrecognisedSource",
    "Warmth",
    "__version__",
    "hookimpl",
    "warmth",
    "watched",
]


_MODULES = {
    "book": "Book",
    "errors": "AmbiguousSource IdentityError InvalidValue PluginError SourceError StoreError TouchpointsError UnknownName "
    "UnreadableSource UnrecognisedSource",
    "hookspecs": "hookimpl",
    "model": "Absence Answer Channel Colleague Contact Coverage Customer Emptied Handle LeftOut Participant Party Person "
    "Question Skipped Touchpoint",
    "plugins": "Importer Plugins Record Renderer Rule",
    "progress": "Progress Step watched",
    "reading": "Context",
    "relationship": "Flag Reason Relationship Suggestion",
    "report": "CallReport",
    "settings": "Settings",
    "source": "Source",
    "tracker": "Tracker",
    "warmth": "Warmth warmth",
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}


def _found(name: str) -> Any:
    """Every name is loaded when it is first asked for: importing the library costs next to nothing."""
    if name == "__version__":
        from importlib.metadata import version

        return version("touchpoints")
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'touchpoints' has no attribute '{name}'")
    from importlib import import_module

    found = globals()[name] = getattr(import_module(f"touchpoints.{_MODULE_OF[name]}"), name)
    return found


if not TYPE_CHECKING:  # a checker that sees it would take any misspelt name for one that is there
    __getattr__ = _found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """Keeps `touchpoints.warmth` the function, where Python would put the module of that name when it is loaded."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "warmth" or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
