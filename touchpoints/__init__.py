"""Who needs a personal call: customers, contacts, channels and the warmth of relationships, from raw exports."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from touchpoints.settings import Settings
    from touchpoints.tracker import Tracker

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

# at once, not late: a later import of the module would put it in the place of the function of the same name
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
    "Question",
    "Renderer",
    "Rule",
    "Settings",
    "Skipped",
    "SourceError",
    "StoreError",
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
]


def __getattr__(name: str) -> Any:
    """What costs time to import is imported when it is first asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("touchpoints")
    if name in ("Settings", "Tracker"):
        from importlib import import_module

        return getattr(import_module(f"touchpoints.{name.lower()}"), name)
    raise AttributeError(f"module 'touchpoints' has no attribute '{name}'")
