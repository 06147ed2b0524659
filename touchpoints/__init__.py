"""Who needs a personal call: customers, contacts, channels and the warmth of relationships, from raw exports."""

from typing import TYPE_CHECKING, Any

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
    Channel,
    Colleague,
    Contact,
    Coverage,
    Customer,
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
from touchpoints.settings import Settings

__all__ = [
    "AmbiguousSource",
    "Channel",
    "Colleague",
    "Contact",
    "Coverage",
    "Customer",
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
    "UnknownName",
    "UnreadableSource",
    "UnrecognisedSource",
    "hookimpl",
]
