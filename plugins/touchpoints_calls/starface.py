"""The call list of a STARFACE telephone system (`output.csv`), in both its variants: by lines and by connections.

Account 0 is somebody outside. The time talked runs from `linktime` to the end; an empty `linktime` is a call that
nobody took. Times are those of the system, `dd.MM.yyyy HH:mm:ss`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from touchpoints.errors import InvalidValue
from touchpoints.language import Text
from touchpoints.model import CHANNELS, Skipped
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints.table import Table, header_in
from touchpoints_calls.people import Somebody, somebody
from touchpoints_calls.rows import Leg, cells_by_name, covered, joined
from touchpoints_calls.words import NO, YES

_EXPORT = Text("Export the call log (journal) as CSV in the STARFACE interface.")


class Starface(Importer):
    """Calls of a STARFACE system; the steps of one call are joined by `callid`."""

    name = "starface"
    channels = (CHANNELS["phone"],)
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """By its columns."""
        return header_in(source.head_text, _is_header) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Each call, then the span it covers."""
        return covered(joined(_legs(source, context), context))


def _is_header(names: Sequence[str]) -> bool:
    return {"callid", "calleraccountid", "calledaccountid", "starttime"} <= set(names)


def _person(text: str) -> Somebody:
    """Somebody as `Mara Falk 201`, or as a bare number."""
    name, _, number = text.rpartition(" ")
    return attrs.evolve(somebody(number), name=name) if name and number.lstrip("+").isdigit() else somebody(text)


def _legs(source: Source, context: Context) -> Iterator[Leg | Skipped]:
    table = Table(source, _is_header)
    names = table.header.plain
    dates = context.dates(())
    for line, row in table.rows():
        cells = cells_by_name(names, row)
        caller = _person(cells.get("callercallerid") or cells.get("callernumber") or cells.get("callerlogin", ""))
        called = _person(cells.get("calledcallerid") or cells.get("callednumber", ""))
        outside = cells.get("calleraccountid") == "0", cells.get("calledaccountid") == "0"
        if outside[0] == outside[1]:
            incoming = cells.get("incoming", "").casefold()
            direction = "internal" if not outside[0] else "in" if incoming in YES else "out"
        else:
            direction = "in" if outside[0] else "out"
        try:
            at = dates(cells["starttime"])
            end = cells.get("hanguptime") or cells.get("callresulttime", "")
            linked = dates(cells["linktime"]) if cells.get("linktime") else None
            ended = dates(end) if end else None
        except (InvalidValue, KeyError) as error:
            yield context.skipped(line, str(error), table.header.delimiter.join(row))
            continue
        refused = cells.get("callresult", "").upper() == "NOT_CONNECTED" or cells.get("answered", "").casefold() in NO
        reached = linked is not None and not refused
        stop = linked or ended
        yield Leg(
            place=line, call=cells["callid"], at=at, caller=caller.number, called=called.number, direction=direction,
            outcome="reached" if reached else "missed",
            talked=max((ended - linked).total_seconds(), 0.0) if reached and linked and ended else None,
            waited=max((stop - at).total_seconds(), 0.0) if stop else None, line=cells.get("linename") or None,
            name=(caller if direction == "in" else called).name or None,
        )  # fmt: skip
