"""Call detail records of Asterisk: `Master.csv` of cdr_csv and cdr_custom (no header, two orders of columns), and the
CDR report of FreePBX (with a header).

Rows of one call share a `linkedid` or `uniqueid`. A direction is not written: an outside number is longer than an
extension, and between two outside numbers the dial plan's context tells. `billsec` is talk, `duration` with ringing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence

from touchpoints.errors import InvalidValue, UnreadableSource
from touchpoints.handles import is_hidden
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, Skipped
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints.table import Table, header_in, rows_of
from touchpoints_calls.rows import Leg, cells_by_name, covered, joined, seconds

_REST = "channel dstchannel lastapp lastdata start answer end duration billsec disposition amaflags".split()
_CSV = ["accountcode", "src", "dst", "dcontext", "clid", *_REST, "uniqueid", "userfield"]
_CUSTOM = ["clid", "src", "dst", "dcontext", *_REST, "accountcode", "uniqueid", "userfield", "sequence"]
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_DISPOSITIONS = {"ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION"}
_INCOMING = re.compile(r"(?i)from[-_](trunk|pstn|did|external|outside|zaptel|dahdi)|ext-did|incoming|inbound")
_OUTGOING = re.compile(r"(?i)from[-_]internal|outgoing|outbound|outrt")
_MACHINES = frozenset(
    "queue playback background waitexten wait read hangup congestion busy musiconhold answer agi goto stasis".split()
)
"""Applications that answer a call by themselves: without a second channel nobody took it."""
_FAXES = ("receivefax", "sendfax", "rxfax", "txfax")
_EXPORT = Text("Copy /var/log/asterisk/cdr-csv/Master.csv from the telephone system (FreePBX: Reports → CDR → CSV).")


class Asterisk(Importer):
    """Calls of an Asterisk or FreePBX system."""

    name = "asterisk"
    channels = (CHANNELS["phone"],)
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """By the columns of its first whole row, or by FreePBX's header."""
        return header_in(source.head_text, _is_header) is not None or _order(source) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Each call, then the span it covers."""
        return covered(joined(_legs(source, context), context))


def _is_header(names: Sequence[str]) -> bool:
    return {"src", "dst", "dcontext", "disposition", "billsec"} <= set(names)


def _order(source: Source) -> list[str] | None:
    """The names of the columns of a file without a header, by where the time and the disposition stand."""
    for line in source.head_text.splitlines()[:5]:
        try:
            row = next(csv.reader([line]), [])
        except csv.Error:
            continue
        for names in (_CSV, _CUSTOM):
            start, disposition = names.index("start"), names.index("disposition")
            if 16 <= len(row) <= 19 and _TIME.fullmatch(row[start]) and row[disposition] in _DISPOSITIONS:
                return names
    return None


def _rows(source: Source) -> Iterator[tuple[int, dict[str, str]]]:
    if header_in(source.head_text, _is_header) is not None:
        table = Table(source, _is_header)
        for line, row in table.rows():
            yield line, cells_by_name(table.header.plain, row)
        return
    names = _order(source)
    if names is None:
        raise UnreadableSource(source.name, english("its columns are in none of the orders that Asterisk writes"))
    with source.text() as stream:
        for line, row in rows_of(source.name, stream, ","):
            yield line, cells_by_name(names, row)


def _legs(source: Source, context: Context) -> Iterator[Leg | Skipped]:
    dates = context.dates(())
    for line, cells in _rows(source):
        disposition = cells.get("disposition", "").upper()
        raw = ",".join(cells.values())
        if disposition not in _DISPOSITIONS:
            yield context.skipped(line, english("'{code}' is no disposition", code=cells.get("disposition", "")), raw)
            continue
        try:
            at = dates(cells.get("start") or cells.get("calldate", ""))
            total, talked = seconds(cells["duration"]), seconds(cells["billsec"])
        except (InvalidValue, ValueError, KeyError) as error:
            yield context.skipped(line, str(error), raw)
            continue
        caller, called = cells.get("src", ""), cells.get("dst", "")
        direction = _direction(cells, context)
        application = cells.get("lastapp", "").casefold()
        if disposition == "ANSWERED" and application in ("voicemail", "minivm"):
            outcome = "voicemail"
        elif disposition == "ANSWERED" and (cells.get("dstchannel") or application not in _MACHINES):
            outcome = "reached"
        else:
            outcome = "missed"
        line_called = cells.get("did") or (called if _is_outside(called) or application == "queue" else None)
        yield Leg(
            place=line, call=cells.get("linkedid") or cells.get("uniqueid") or (cells.get("start"), caller), at=at,
            caller=caller, called=cells.get("did") or called if direction == "in" else called, direction=direction,
            outcome=outcome, talked=talked if outcome == "reached" else None,
            waited=total if outcome == "missed" else max(total - talked, 0.0),
            line=line_called if direction == "in" else cells.get("outbound_cnum") or None,
            name=_name(cells, caller) if direction == "in" else cells.get("dst_cnam") or None,
            channel="fax" if application in _FAXES else "phone",
        )  # fmt: skip


def _is_outside(number: str) -> bool:
    return len(re.sub(r"\D", "", number)) > 5


def _direction(cells: dict[str, str], context: Context) -> str | None:
    caller, called, plan = cells.get("src", ""), cells.get("dst", ""), cells.get("dcontext", "")
    from_outside, to_outside = _is_outside(caller), _is_outside(called)
    if cells.get("did") or (is_hidden(caller) and _INCOMING.search(plan)):
        return "in"
    if from_outside != to_outside:
        return "in" if from_outside else "out"
    if not from_outside:
        return "in" if is_hidden(caller) else "internal"
    ours = [context.our_side.owns(context.phone(number)) for number in (caller, called)]
    if ours[0] != ours[1]:
        return "out" if ours[0] else "in"
    return "in" if _INCOMING.search(plan) else "out" if _OUTGOING.search(plan) else None


def _name(cells: dict[str, str], caller: str) -> str | None:
    """The caller's name: `"Erika Muster" <08999998123>`."""
    name = cells.get("cnam") or cells.get("clid", "").partition("<")[0]
    name = name.replace('"', "").strip()
    return name if re.search(r"[^\W\d_]", name) and not is_hidden(name) and name != caller else None
