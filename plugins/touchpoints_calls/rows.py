"""What the rows of all call logs share: the span they cover, the legs of a call, people who come again and again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import zip_longest
from typing import TypeVar

import attrs

from touchpoints.errors import InvalidValue
from touchpoints.handles import Handle
from touchpoints.language import english
from touchpoints.model import Channel, Coverage, LeftOut, Skipped, Touchpoint
from touchpoints.plugins import Record
from touchpoints.reading import Context, content_key

T = TypeVar("T")

MOST_REMEMBERED = 1 << 17
"""So many distinct rows of people are remembered while a file is read; then memory starts anew."""
MOST_OPEN = 10_000
"""So many calls wait for further legs at a time; legs farther apart are joined by their key."""


def covered(records: Iterator[Record], what: str = "", until: date | None = None) -> Iterator[Record]:
    """The records, and behind them the span from the first to the last day (or `until`, if the file says when it was
    made): one `Coverage` for each line, since a log is kept for the whole system; without lines (extensions are none)
    one called `what`."""
    lines: dict[str, None] = {}
    first: datetime | None = None
    last: datetime | None = None
    for record in records:
        yield record
        if type(record) is Touchpoint:
            at = record.at
            if first is None or last is None:
                first = last = at
            elif at > last:
                last = at
            elif at < first:
                first = at
            if record.line is not None and (len(record.line) > 5 or not record.line.isdigit()):
                lines[record.line] = None
    if first is not None and last is not None:
        end = max(last.date(), until) if until else last.date()
        for line in lines or (what,):
            yield Coverage(first.date(), end, line)


def again(
    first: Touchpoint,
    at: datetime,
    key: str,
    outcome: str,
    talked: float | None,
    waited: float | None = None,
    revision: tuple[int | str, ...] = (),
    subject: str | None = None,
    extra: Mapping[str, str] | None = None,
) -> Touchpoint:
    """Another record of the same people: who they are was decided for the `first`, so a long log pays for it once.

    `at` must be aware; `talked` and `waited` are seconds.
    """
    length = talked if outcome == "reached" else None
    return first.again(at, key, outcome, length, waited, revision, subject, None, extra)


def cells_by_name(names: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """A row's cells without surrounding space by their columns' names; of equal names the first, missing cells empty."""
    cells: dict[str, str] = {}
    for name, text in zip_longest(names, row[: len(names)], fillvalue=""):
        cells.setdefault(name, text.strip())
    return cells


def seconds(text: str) -> float:
    """The seconds of a plain number, 0 if empty. Raises `InvalidValue` for what is no length."""
    try:
        number = float(text or 0)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e7:
        raise InvalidValue(english("'{text}' is no number of seconds", text=text))
    return number


def as_written(handle: Handle) -> str:
    """A handle for a key: the digits of a number as the record has them, so that no key depends on the region."""
    if handle.kind in ("phone", "account"):
        return "".join(c for c in handle.raw or handle.value if c.isdigit())
    return handle.value


class Equals:
    """Tells apart equal records of a clock too coarse to do so: how many with the same time and people stood before.

    Only records of one time are remembered: logs are sorted, and an equal record elsewhere in a file is the same one
    again, as in exports put behind each other. So memory stays constant.
    """

    def __init__(self) -> None:
        self._time: Hashable = None
        self._seen: Counter[Hashable] = Counter()

    def __call__(self, time: Hashable, who: Hashable) -> int:
        """The number of this record among its equals, from 0."""
        if time != self._time:
            self._time = time
            self._seen.clear()
        self._seen[who] += 1
        return self._seen[who] - 1


@attrs.frozen(slots=True, kw_only=True)
class Leg:
    """One row of a call that a telephone system wrote: a call that rings at a queue and at three colleagues has four.

    `place`: its line; `call`: the id that its legs share; `written`: the time as the file has it, for the key (needed
    where `at` is aware by the store's zone); `direction`: in, out, internal, or `None` if only our own numbers can
    tell; `waited`: seconds from `at` until somebody took it or it was given up.
    """

    place: int
    call: Hashable
    at: datetime
    written: str = ""
    caller: str | None
    called: str | None
    direction: str | None
    outcome: str
    talked: float | None = None
    waited: float | None = None
    line: str | None = None
    name: str | None = None
    channel: str | Channel = "phone"


def gathered(rows: Iterable[T | Skipped], call: Callable[[T], Hashable]) -> Iterator[list[T] | Skipped]:
    """The rows of each call together, in the order of their first; `call` tells which one a row belongs to."""
    waiting: dict[Hashable, list[T]] = {}
    for row in rows:
        if isinstance(row, Skipped):
            yield row
        elif (id_ := call(row)) in waiting:
            waiting[id_].append(row)
        else:
            waiting[id_] = [row]
            if len(waiting) > MOST_OPEN:
                yield waiting.pop(next(iter(waiting)))
    yield from waiting.values()


def joined(rows: Iterable[Leg | Skipped], context: Context) -> Iterator[Record]:
    """Calls from their legs: reached if anybody took any of them, at the time of the first, with the longest talk."""
    for legs in gathered(rows, lambda leg: leg.call):
        yield legs if isinstance(legs, Skipped) else _call(legs, context)


def _call(legs: list[Leg], context: Context) -> Record:
    if any(leg.channel == "fax" for leg in legs):
        return LeftOut("automatic")
    outside = [leg for leg in legs if leg.direction != "internal"]
    if not outside:
        return LeftOut("internal")
    first = min(outside, key=lambda leg: leg.at)
    taken = [leg for leg in legs if leg.outcome == "reached"]
    other = next((leg for leg in legs if leg.outcome in ("voicemail", "declined")), first)
    talked = max((leg.talked or 0.0 for leg in taken), default=None) or None
    began = min(legs, key=lambda leg: leg.at)
    waits = [(leg.at - began.at).total_seconds() + leg.waited for leg in (taken or legs) if leg.waited is not None]
    waited = (min(waits) if taken else max(waits)) if waits else None
    called = (max(taken, key=lambda leg: leg.talked or 0.0) if taken and first.direction == "in" else first).called
    numbers = {"in": (first.caller,), "out": (first.called,)}.get(first.direction or "", (first.caller, first.called))
    digits = ["".join(c for c in number or "" if c.isdigit()) for number in numbers]
    name = next((leg.name for leg in (first, *outside) if leg.name), None)
    return context.call(
        first.at, caller=first.caller, called=called or first.called, direction=first.direction,
        outcome="reached" if taken else other.outcome, talked=talked, waited=waited, name=name, channel=first.channel,
        line=next((leg.line for leg in (first, *outside) if leg.line), None), record=first.place,
        key=content_key("call", context.importer, began.written or began.at, *digits, first.direction),
        revision=(int(bool(taken)), int(talked or 0)),
    )  # fmt: skip
