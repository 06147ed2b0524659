"""The call list as a sheet that comes back: written as CSV with empty columns for what came of each call, and read again
like any other export once it is filled in.

The last column says which call a row is about, so rows and columns may be sorted, moved and deleted. A spreadsheet
changes dates and numbers as it likes; nothing else is needed of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from touchpoints import times
from touchpoints.answers import DISMISSALS, OUTCOMES
from touchpoints.errors import InvalidValue
from touchpoints.handles import KINDS, Handle
from touchpoints.language import N_, P_, english, in_language, language, languages
from touchpoints.model import CHANNELS, Answer
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key
from touchpoints.source import Source
from touchpoints.table import Table, harmless_csv, plain

if TYPE_CHECKING:
    from touchpoints.relationship import Flag
    from touchpoints.report import CallReport

LONG_CALL = 8
"""Minutes that a spreadsheet saved as so many hours or more are a mistake in typing (12:30 for twelve and a half)."""
KEY = "touchpoints"
"""The heading of the column that says which call a row is about, the same in every language."""
_MARK = "call"
GIVEN = ("place", "contact", "customer", "why", "what", "handle", "slot", "expected")
FILLED = ("result", "minutes", "note", "next")
HEADINGS: Mapping[str, str] = MappingProxyType({
    "place": N_("No."), "contact": N_("Contact"), "customer": N_("Customer"), "why": N_("Why"), "what": N_("What to do"),
    "handle": N_("Number or address"), "slot": N_("When"), "expected": N_("Planned minutes"),
    "result": N_("Result"), "minutes": N_("Minutes"), "note": N_("Note"), "next": N_("Next call"),
})  # fmt: skip
_RESULTS = (
    P_("result", "reached"), P_("result", "voicemail"), P_("result", "missed"), P_("result", "message"),
    P_("result", "done"), P_("result", "not-now"), P_("result", "supplier"), P_("result", "private"),
    P_("result", "former"), P_("result", "wrong-person"),
)  # fmt: skip


# -- out ----------------------------------------------------------------------------------------------------------


def sheet(report: CallReport, lang: str) -> str:
    """The call list as CSV, for a spreadsheet in this language: with a semicolon where the comma is the decimal sign."""
    spoken = language(lang)
    rows: list[list[str]] = [[spoken.say(HEADINGS[name]) for name in (*GIVEN, *FILLED)] + [KEY]]
    for place, (flag, minutes) in enumerate(zip(report.call_list.flags, report.call_list.minutes, strict=True), 1):
        why = " | ".join(dict.fromkeys(in_language(r.text, lang) for r in flag.reasons))
        handle = flag.suggestion.handle
        rows.append([
            str(place), flag.contact.name if flag.contact else "", flag.customer.name if flag.customer else "", why,
            in_language(flag.suggestion.text, lang), handle.shown if handle else "", flag.suggestion.slot or "",
            str(minutes), *("" for _ in FILLED), _token(flag, report),
        ])  # fmt: skip
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    decimal_comma = spoken.number(0.5, 1) == "0,5"
    return "\ufeff" + harmless_csv(rows, ";" if decimal_comma else ",")


def _token(flag: Flag, report: CallReport) -> str:
    """Which call a row is about: when the list was made, and the number called or else the strongest handle."""
    handle = flag.suggestion.handle
    if handle is None and flag.contact:
        handle = min(flag.contact.handles, key=lambda h: (KINDS.index(h.kind), h.value))
    if handle is None:  # a customer's office that no way leads to: nothing can come of it
        return ""
    at = report.at.astimezone(report.zone).replace(microsecond=0).isoformat()
    return "/".join((_MARK, *(quote(part, safe="") for part in (at, handle.kind, handle.value, handle.scope))))


# -- and back -----------------------------------------------------------------------------------------------------


class CallSheet(Importer):
    """A call sheet that was filled in: what came of each call, notes, and when to call next."""

    name = "call-sheet"
    channels = (CHANNELS["phone"], CHANNELS["mail"], CHANNELS["message"])

    def recognises(self, source: Source) -> bool:
        """By its last heading and the keys below it."""
        from touchpoints.table import header_in

        return f"{_MARK}/" in source.head_text and header_in(source.head_text, _is_header) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Log entries, notes, snoozes and dismissals; a row that was left empty says nothing."""
        table = Table(source, _is_header)
        column = {name: table.column(*_names(HEADINGS[name])) for name in FILLED}
        key = table.column(KEY)
        rows = [(line, {n: _cell(row, i) for n, i in column.items()}, _cell(row, key)) for line, row in table.rows()]
        dates = _dates(rows, context)
        results = {word: name for name in _RESULTS for word in _words(name)}
        for line, filled, token in rows:
            if not any(filled.values()):
                continue
            try:
                at, handle = _call(token)
                yield from _said(at, handle, filled, dates, results, token, context)
            except times.UndecidedOrder:
                raise context.undecided_dates() from None
            except InvalidValue as error:
                yield context.skipped(line, str(error), " | ".join(filter(None, filled.values())))


def _said(
    at: datetime, handle: Handle, filled: Mapping[str, str], dates: times.Dates, results: Mapping[str, str], token: str,
    context: Context,
) -> Iterator[Record]:  # fmt: skip
    """What one row says; all of it, or an `InvalidValue`."""
    seconds = _seconds(filled["minutes"])
    result = results.get(plain(filled["result"]))
    if result is None and filled["result"]:
        known = ", ".join(sorted(results, key=list(results).index))
        raise InvalidValue(
            english("the result '{filled}' is not known; write one of {known}", filled=filled["result"], known=known)
        )
    if result not in OUTCOMES and seconds is not None:
        raise InvalidValue(english("minutes without a conversation; write 'reached' as the result"))
    until = _date(filled["next"], dates, at) if filled["next"] else None
    answers: list[tuple[str, Mapping[str, str | None]]] = []
    if result in DISMISSALS:
        answers.append(("dismiss", {"because": result}))
    if filled["note"] or until:
        answers.append(("note", {"text": filled["note"] or filled["next"], "due": _due(filled["note"], until, at)}))
    if until:
        answers.append(("snooze", {"until": until.isoformat()}))
    if result in OUTCOMES:
        fullness = sum(bool(value) for value in filled.values())
        yield context.logged(
            at, handle, result, seconds=seconds, timed=False, key=content_key("call-sheet", token), revision=(fullness,)
        )
    for kind, said in answers:
        yield Answer(handle, at, kind, said, content_key("call-sheet", token, kind, *said.values()))


_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*([AP])\.?M\.?)?", re.IGNORECASE)


def _seconds(text: str) -> float | None:
    """Minutes as they are typed. What a spreadsheet takes for a time of day (`0:15` becomes `00:15:00` or `12:15:00 AM` as
    it is saved) is the hours and minutes since midnight."""
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        return times.duration(text, "m")
    hours = int(clock[1]) % 12 + (12 if clock[4] in "pP" else 0) if clock[4] else int(clock[1])
    if hours >= LONG_CALL:
        raise InvalidValue(english("'{text}' minutes are {hours} hours; write 12.5 or 0:12:30", text=text, hours=hours))
    return float(hours * 3600 + int(clock[2]) * 60 + int(clock[3] or 0))


def _dates(rows: Iterable[tuple[int, Mapping[str, str], str]], context: Context) -> times.Dates:
    """The format of the next calls. A next call lies after its list, so where slashed dates say nothing else, an order
    that puts one of them before it is none."""
    written = [(filled["next"], token) for _, filled, token in rows if filled["next"]]
    dates = context.dates(text for text, _ in written)
    if dates.order is not None:
        return dates
    possible = [order for order in ("DMY", "MDY") if all(_later(*one, order) for one in written)]
    return times.Dates((), possible[0]) if len(possible) == 1 else dates


def _later(text: str, token: str, order: str) -> bool:
    try:
        return times.Dates((), order)(text).date() > _call(token)[0].date()
    except InvalidValue:
        return True  # it is no date, or its row says nothing, in any order


def _due(note: str, until: date | None, at: datetime) -> str | None:
    from touchpoints.rules import due_date

    due = until or due_date(note, at)
    return due.isoformat() if due else None


def _date(text: str, dates: times.Dates, at: datetime) -> date:
    """A date as a spreadsheet or a person writes it: `2026-07-15`, `15.07.26`, `15. Juli`, "next Tuesday"."""
    from touchpoints.rules import due_date

    try:
        found: date | None = dates(text).date()
    except times.UndecidedOrder:
        raise
    except InvalidValue:
        found = due_date(text, at)
    if found is None or found <= at.date():
        raise InvalidValue(english("the next call '{text}' is no date after {at}", text=text, at=f"{at:%Y-%m-%d}"))
    return found


def _call(token: str) -> tuple[datetime, Handle]:
    parts = token.split("/")
    if len(parts) != 5 or parts[0] != _MARK:
        raise InvalidValue(
            english("the column '{key}' was changed, so it is not known which call this row is about", key=KEY)
        )
    at, kind, value, scope = (unquote(part) for part in parts[1:])
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = datetime.min
    if moment.utcoffset() is None or kind not in KINDS:
        raise InvalidValue(
            english("the column '{key}' was changed, so it is not known which call this row is about", key=KEY)
        )
    return moment, Handle(kind, value, scope)


def _cell(row: Sequence[str], index: int | None) -> str:
    return row[index].strip().removeprefix("'") if index is not None and index < len(row) else ""


def _is_header(names: Sequence[str]) -> bool:
    return KEY in names and any(name in names for name in _names(HEADINGS["result"]))


def _names(heading: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plain(language(code).say(heading)) for code in languages()))


def _words(result: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys([*(plain(language(code).term("result", result)) for code in languages()), plain(result)])
    )
