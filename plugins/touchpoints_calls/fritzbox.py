"""The call list of a FRITZ!Box: the CSV that its web page saves, and the XML that it gives over TR-064.

Both say the time to the minute as the router's clock showed it, and the length as h:mm rounded up; so equal rows are
told apart by their order, and a call has the same key in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from touchpoints import times
from touchpoints.errors import InvalidValue
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, LeftOut
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints.table import Table, header_in, plain
from touchpoints_calls.elements import elements
from touchpoints_calls.rows import covered

_CSV_TYPES = {"1": ("in", None), "2": ("in", "missed"), "4": ("out", None)}
_XML_TYPES = {"1": ("in", None), "2": ("in", "missed"), "3": ("out", None), "10": ("in", "declined")}
_STILL_GOING = ("9", "11")
_FAX_PORT, _MACHINE_PORTS = "5", ("6", *map(str, range(40, 50)))

_EXPORT = Text("In the FRITZ!Box interface: Telephony → Calls → Save (the list keeps only the last 400 calls).")


class FritzBox(Importer):
    """`FRITZ!Box_Anrufliste.csv` in all its column sets, German and English, and the TR-064 list of calls (XML).

    Calls taken by the answering machine are `voicemail`, faxes are left out. In the CSV type 3 with a length is an
    outgoing call (older firmware), without one a call that the box turned away.
    """

    name = "fritzbox"
    channels = (CHANNELS["phone"],)
    known_only = "lines"
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """By the header row of the CSV, or by the elements of the XML."""
        text = source.head_text
        return _is_xml(text) or header_in(text, _is_header) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Each row of the list, then the span it covers for each own line."""
        rows = _from_xml(source, context) if _is_xml(source.head_text) else _from_csv(source, context)
        return covered(rows)


def _is_xml(text: str) -> bool:
    return text.lstrip().startswith("<") and all(tag in text for tag in ("<Call>", "<Type>", "<Called", "<Duration>"))


def _is_header(names: Sequence[str]) -> bool:
    return (
        6 <= len(names) <= 9
        and names[0] in ("typ", "type")  # old firmware in English writes both
        and names[1] in ("datum", "date")
        and names[-1] in ("dauer", "duration")
        and names[-3] in ("nebenstelle", "extension")
    )


def _from_csv(source: Source, context: Context) -> Iterator[Record]:
    table = Table(source, _is_header)
    width, delimiter = len(table.header.names), table.header.delimiter
    named = table.header.plain[2] == "name"  # the oldest firmware has no such column
    dates = context.dates(())
    for line, row in table.rows(quoted=False):
        raw = delimiter.join(row)
        if plain(row[0]) == table.header.plain[0] or row[0].startswith("sep="):
            continue  # exports put behind each other repeat their header
        surplus = len(row) - width  # delimiters inside the name: the box quotes nothing
        if surplus < 0:
            yield context.skipped(line, english("{value} of {width} columns", value=len(row), width=width), raw)
            continue
        cells = [cell.strip().strip('"') for cell in row]
        number, (device, own, length) = cells[3 + surplus if named else 2], cells[-3:]
        name = delimiter.join(row[2 : 3 + surplus]).strip().strip('"') if named else ""
        try:
            seconds = times.duration(length, "h:mm") or 0.0
            at = dates(cells[1])
        except InvalidValue as error:
            yield context.skipped(line, str(error), raw)
            continue
        if cells[0] == "3":
            direction, outcome = ("out", None) if seconds else ("in", "declined")
        elif cells[0] in _CSV_TYPES:
            direction, outcome = _CSV_TYPES[cells[0]]
        else:
            yield context.skipped(line, english("'{text}' is no type of call", text=cells[0]), raw)
            continue
        yield _call(context, line, at, direction, outcome, number, name, own, device, seconds)


def _from_xml(source: Source, context: Context) -> Iterator[Record]:
    dates = context.dates(())
    for element in elements(source, context, frozenset({"Call"}), texts=True):
        if not isinstance(element, tuple):
            yield element
            continue
        line, tag, values, _ = element
        if tag != "Call":
            continue
        kind, port, raw = values.get("Type", ""), values.get("Port", ""), " ".join(values.values())
        if kind in _STILL_GOING:
            yield context.skipped(
                line, english("the call was still going on when the list was made; fetch the list again"), raw
            )
            continue
        if kind not in _XML_TYPES:
            yield context.skipped(line, english("'{kind}' is no type of call", kind=kind), raw)
            continue
        direction, outcome = _XML_TYPES[kind]
        other, ours = ("Caller", "Called") if direction == "in" else ("Called", "Caller")
        device = values.get("Device", "")
        device = "Fax" if port == _FAX_PORT else "Anrufbeantworter" if port in _MACHINE_PORTS else device
        try:
            seconds = times.duration(values.get("Duration", ""), "h:mm") or 0.0
            at = dates(values.get("Date", ""))
        except InvalidValue as error:
            yield context.skipped(line, str(error), raw)
            continue
        own = values.get(f"{ours}Number") or values.get(ours, "")
        number = values.get(other, "")
        yield _call(context, line, at, direction, outcome, number, values.get("Name", ""), own, device, seconds)


def _call(
    context: Context, line: int, at: datetime, direction: str, outcome: str | None, number: str, name: str,
    own: str, device: str, seconds: float,
) -> Record:  # fmt: skip
    """One call, however the list wrote it. A length of 0:00 means that nobody took it."""
    if re.search(r"(?i)\bfax", device):
        return LeftOut("automatic")
    if outcome is None and direction == "in" and re.search(r"(?i)anrufbeantworter|answering machine", device):
        outcome = "voicemail"
    caller, called = (number, None) if direction == "in" else (None, number)
    return context.call(
        at, caller=caller, called=called, direction=direction, outcome=outcome, talked=seconds, line=own or None,
        name=name, coarse=True, record=line, extra={"rounded": "60"} if seconds else None,
    )  # fmt: skip
