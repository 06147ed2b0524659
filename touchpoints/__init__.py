"""Who needs a personal call: customers, contacts, channels and the warmth of relationships, from raw exports."""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from touchpoints.plugins import Importer, Plugins, Renderer, Rule
    from touchpoints.progress import Progress, Step, watched
    from touchpoints.relationship import Flag, Reason, Relationship, Suggestion
    from touchpoints.settings import Settings
    from touchpoints.tracker import Tracker
    from touchpoints.warmth import Warmth, warmth

__all__ = [
    "Absence",
    "AmbiguousSource",
    "Answer",
    "Channel",
    "Colleague",
    "Contact",
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
    "Relationship",
    "Renderer",
    "Rule",
    "Settings",
    "Skipped",
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
    "errors": "AmbiguousSource IdentityError InvalidValue PluginError SourceError StoreError TouchpointsError UnknownName "
    "UnreadableSource UnrecognisedSource",
    "hookspecs": "hookimpl",
    "model": "Absence Answer Channel Colleague Contact Coverage Customer Emptied Handle LeftOut Participant Party Person "
    "Question Skipped Touchpoint",
    "plugins": "Importer Plugins Renderer Rule",
    "progress": "Progress Step watched",
    "relationship": "Flag Reason Relationship Suggestion",
    "settings": "Settings",
    "tracker": "Tracker",
    "warmth": "Warmth warmth",
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Every name is loaded when it is first asked for: importing the library costs next to nothing."""
    if name == "__version__":
        from importlib.metadata import version

        return version("touchpoints")
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'touchpoints' has no attribute '{name}'")
    from importlib import import_module

    found = globals()[name] = getattr(import_module(f"touchpoints.{_MODULE_OF[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """Keeps `touchpoints.warmth` the function, where Python would put the module of that name when it is loaded."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "warmth" or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
