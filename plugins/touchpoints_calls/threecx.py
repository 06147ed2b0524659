"""Call reports of 3CX: v20 (with call id and direction) and v16 to v18 (without, and with totals at the end).

Times are those of the server. `Ringing` and `Talking` are HH:MM:SS. People stand as `Name (831)` or as a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from touchpoints import times
from touchpoints.errors import InvalidValue
from touchpoints.language import Text
from touchpoints.model import CHANNELS, Skipped
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints.table import Table, cell, header_in
from touchpoints_calls.moments import Moments
from touchpoints_calls.people import Somebody, somebody
from touchpoints_calls.rows import Leg, covered, joined
from touchpoints_calls.words import meaning

_FAX = re.compile(r"(?i)\b(tele)?fax\b")
_EXPORT = Text("In the 3CX management console: Reports → Call log → export as CSV.")


class ThreeCx(Importer):
    """Calls of a 3CX system; in v20 the legs of a call are joined by its id."""

    name = "3cx"
    channels = (CHANNELS["phone"],)
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """By its columns."""
        return header_in(source.head_text, _is_header) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Each call, then the span it covers."""
        return covered(joined(_legs(source, context), context))


def _is_header(names: Sequence[str]) -> bool:
    found = set(names)
    people = {"from", "to"} <= found or {"caller id", "destination"} <= found
    return people and {"call time", "status", "ringing", "talking"} <= found


def _legs(source: Source, context: Context) -> Iterator[Leg | Skipped]:
    table = Table(source, _is_header)
    at_, id_ = table.column("call time"), table.column("call id")
    from_, to = table.column("from", "caller id"), table.column("to", "destination")
    direction_, status = table.column("direction"), table.column("status")
    ringing, talking = table.column("ringing"), table.column("talking")
    moments = Moments(context, lambda: table.cells(at_ or 0))
    for line, row in table.rows():
        written = cell(row, at_)
        if not written or re.match(r"(?i)totals?\b|summe|gesamt", written):
            continue  # the report's last rows
        caller, called = somebody(cell(row, from_)), somebody(cell(row, to))
        try:
            at, as_written, _ = moments(written)
            talked = times.duration(cell(row, talking)) or 0.0
            waited = times.duration(cell(row, ringing))
        except InvalidValue as error:
            yield context.skipped(line, str(error), table.header.delimiter.join(row))
            continue
        said = meaning(cell(row, status)).outcome
        outcome = said if said and said != "cancelled" else "reached" if talked else "missed"
        word = cell(row, direction_)
        direction = meaning(word).direction or _by_length(caller, called)
        if word.casefold().startswith("intern"):
            direction = "internal"
        own = called if direction == "in" else caller
        yield Leg(
            place=line, call=cell(row, id_) or (written, caller.number), at=at, written=as_written,
            caller=caller.number, called=called.number, direction=direction, outcome=outcome, talked=talked or None,
            waited=waited, line=called.number or called.name or None if direction == "in" else None,
            name=(caller if direction == "in" else called).name or None, channel="fax" if _FAX.search(own.name) else "phone",
        )  # fmt: skip


def _by_length(caller: Somebody, called: Somebody) -> str | None:
    """The direction where none is written: an extension has at most five digits."""
    outside = [len(re.sub(r"\D", "", who.number)) > 5 or who.hidden for who in (caller, called)]
    if outside[0] == outside[1]:
        return None if outside[0] else "internal"
    return "in" if outside[0] else "out"
