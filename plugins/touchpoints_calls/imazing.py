"""The call history of an iPhone as iMazing exports it (CSV): local times, HH:MM:SS, the service names the channel."""

from __future__ import annotations

from collections.abc import Iterator

from touchpoints.errors import UnreadableSource
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints.table import header_in
from touchpoints_calls.columns import Layout
from touchpoints_calls.table import Reading

_FIELDS = ("type", "at", "duration", "number", "name", "channel")
_COLUMNS = (
    ("call type", "date", "duration", "number", "contact", "service"),
    ("anruftyp", "datum", "dauer", "nummer", "kontakt", "dienst"),
)
_EXPORT = Text("In iMazing: choose the iPhone → Phone → call history → export to CSV.")


class IMazing(Importer):
    """Calls of an iPhone, with FaceTime, WhatsApp and Teams."""

    name = "imazing"
    channels = tuple(channel for channel in CHANNELS.values() if channel.medium in ("call", "video"))
    known_only = "always"
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """By its columns."""
        return _layout(source) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Each call, then the span they cover."""
        found = _layout(source)
        if found is None:
            raise UnreadableSource(source.name, english("no header row with the columns of a call history"))
        yield from Reading(source, context, found, self.name)


def _layout(source: Source) -> Layout | None:
    for columns in _COLUMNS:
        header = header_in(source.head_text, set(columns).issubset)
        if header is not None:
            return Layout(header, {f: header.plain.index(name) for f, name in zip(_FIELDS, columns, strict=True)})
    return None
