"""The call log of a Kurzwahl telephone system: `begin;direction;caller;called;rang;talked;line`, times local."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import touchpoints as tp

touchpoints_api = 1

DIRECTIONS = {"kommend": "in", "gehend": "out"}


class Kurzwahl(tp.Importer):
    """A call log, as the administration page of the telephone system exports it."""

    name = "kurzwahl"
    channels = (tp.Channel("phone", "call"),)
    export = MappingProxyType(
        {
            "de": "Verwaltung öffnen, Anrufe, Exportieren.",
            "en": "Open the administration page, Calls, Export.",
        }
    )

    def recognises(self, source: tp.Source) -> bool:
        """By the title in its first line."""
        return source.head.startswith(b"KURZWAHL")

    def read(self, source: tp.Source, context: tp.Context) -> Iterator[tp.Record]:
        """A touchpoint for each line; `context.call` finds our side, the country and the key."""
        with source.text() as lines:
            for number, line in enumerate(lines, 1):
                if number > 1 and line.strip():
                    try:
                        yield self._call(line.strip(), context)
                    except (KeyError, ValueError) as error:
                        yield context.skipped(number, f"not a call: {error}", line)

    def _call(self, line: str, context: tp.Context) -> tp.Record:
        begin, direction, caller, called, rang, talked, own = line.split(";")
        return context.call(
            context.dates(())(begin), direction=DIRECTIONS[direction], caller=caller, called=called,
            waited=float(rang), talked=float(talked), line=own,
        )  # fmt: skip


def touchpoints_importers() -> list[tp.Importer]:
    """What this plugin reads."""
    return [Kurzwahl()]
