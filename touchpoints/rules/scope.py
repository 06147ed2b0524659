"""What rules share: about whom silence says something, how long it is without days off, what is an attempt or a sign."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import overload

import attrs

from touchpoints import words
from touchpoints.book import Book, is_live
from touchpoints.errors import InvalidValue
from touchpoints.facts import Stored
from touchpoints.handles import Handle
from touchpoints.language import Text
from touchpoints.relationship import Relationship
from touchpoints.sameevent import events
from touchpoints.summary import View
from touchpoints.warmth import DORMANT, due_silence

NO_SILENCE = frozenset({"supplier", "private", "former", "ignored"})
"""Kinds whose silence means nothing."""
NOTHING_OWED = frozenset({"supplier", "private", "ignored"})
"""Kinds we owe no call."""
NAMED = frozenset({"customer", "prospect", "partner"})
"""Kinds that, said by the user or a directory, put a relationship in scope whatever its history."""

THRESHOLDS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "scope": {"days": 4, "window": 90},
        "uncertain": {"days": 3},
        "held_back": {"meeting_days": 21, "not_now_days": 14},
        "after_absence": {"least": 5, "over": 5},
    }
)
"""What rules and the call list share and the user may set under `[rules]`, with its defaults."""

_WRITTEN = frozenset({"email", "message", "letter"})


@attrs.frozen(slots=True)
class Silence:
    """Days since the last contact, and how many of them count (`net`): those that were not off."""

    raw: int
    net: int

    @property
    def text(self) -> Text:
        """In words."""
        return words.silence(self.raw, self.net)


class Scope:
    """A book as rules look at it: made once for each run of a rule, cheap until something is asked."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def threshold(self, table: str, name: str) -> float:
        """A shared threshold (`THRESHOLDS`): the user's value, else its default."""
        return self.book.settings.threshold(table, name, THRESHOLDS[table][name])

    # -- who is in scope ------------------------------------------------------------------------------------------

    def why_not(self, relationship: Relationship) -> Text | None:
        """Why silence gives no reason here; `None` for a relationship in scope."""
        r, summary = relationship, relationship.summary
        if r.kind in NO_SILENCE:
            return Text("{kind}: silence gives no reason there", kind=words.name("kind", r.kind))
        if r.id in self.left:
            return Text("no longer there")
        if not (r.tags or r.decided_kind in NAMED or self.book.agreed_cadence(r)):
            if not (summary.live.n or (summary.inbound and summary.outbound)):
                return Text("contact from one side only so far")
            least, window = self._least
            first, last = summary.all.first or 0, summary.all.last or 0
            if summary.all.n < least or last - first < window:
                return Text(
                    "not enough data: {has}; it takes {needs}", has=_within(summary.all.n, last - first),
                    needs=_within(least, window),
                )  # fmt: skip
            if r.warmth.status == DORMANT:
                silent = words.silence(r.warmth.silence_days or 0)
                return Text(
                    'dormant: {silence}, {usual} before; see "Restart?"', silence=silent,
                    usual=words.usual(r.warmth.usual_gap_days),
                )  # fmt: skip
        if self.hotlines and self._only_hotline(r):
            return Text("in touch only on hotline lines")
        return None

    def holds(self, relationship: Relationship) -> bool:
        """Whether a relationship is in the scope of the rules about silence."""
        return self.why_not(relationship) is None

    @cached_property
    def _least(self) -> tuple[int, int]:
        return int(self.threshold("scope", "days")), int(self.threshold("scope", "window"))

    @cached_property
    def hotlines(self) -> frozenset[str]:
        """Our lines on which one-off callers ring, as touchpoints name them."""
        found = set()
        for line, kind in self.book.settings.lines.items():
            if kind == "hotline":
                found.add(line)
                try:
                    found.add(Handle.of(line, self.book.settings.region or "DE").value)
                except InvalidValue:
                    continue  # a queue's name in signs only: it stands as it is written
        return frozenset(found)

    def _only_hotline(self, relationship: Relationship) -> bool:
        theirs = [
            s for s in self.book.touchpoints(relationship, limit=None)
            if is_live(s) or s.touchpoint.direction == "in"
        ]  # fmt: skip
        return bool(theirs) and all(s.touchpoint.line in self.hotlines for s in theirs)

    # -- silence --------------------------------------------------------------------------------------------------

    def silence(self, relationship: Relationship, last: int) -> Silence:
        """The silence since an ordinal, with and without days off."""
        return Silence(self.book.today.toordinal() - last, self._net(relationship, last, self.book.today.toordinal()))

    def _net(self, relationship: Relationship, last: int, day: int) -> int:
        away = (*self.away.get(relationship.id, ()), *self.book.absent(relationship.owner))
        return day - last - self.book.workdays.days_off(date.fromordinal(last), date.fromordinal(day), away)

    def due(self, relationship: Relationship, view: View) -> Silence | None:
        """The silence of a view of contact days if it is unusually long also without days off, else `None`."""
        if view.n < 2 or view.last is None:
            return None
        found = self.silence(relationship, view.last)
        return found if found.net >= due_silence(view, relationship.warmth.prior) else None

    def reached_on(self, relationship: Relationship, last: int, days: int) -> datetime:
        """When so many days of silence that count were reached: the midnight that begins that day."""
        silent = days
        while (missing := days - self._net(relationship, last, last + silent)) > 0:
            silent += missing
        return self.midnight(last + silent)

    def midnight(self, day: int) -> datetime:
        """The start of a day (an ordinal) in the store's zone."""
        return datetime.combine(date.fromordinal(day), time(), self.book.zone)

    # -- what the user said ---------------------------------------------------------------------------------------

    @cached_property
    def away(self) -> Mapping[str, list[tuple[date, date]]]:
        """Absences of contacts by id."""
        found: dict[str, list[tuple[date, date]]] = defaultdict(list)
        for d in self.book.decisions("away"):
            begun = datetime.fromtimestamp(d.at, self.book.zone).date()
            found[self.book.directory.about(d)].append((begun, date.fromisoformat(d.payload["until"])))
        return found

    @cached_property
    def left(self) -> Mapping[str, datetime]:
        """Contacts that are no longer there, by id, and since when we know."""
        return {
            self.book.directory.about(d): datetime.fromtimestamp(d.at, self.book.zone)
            for d in self.book.decisions("left")
        }

    # -- touchpoints ----------------------------------------------------------------------------------------------

    def when(self, moment: datetime) -> datetime:
        """A time as people there read it."""
        return moment.astimezone(self.book.zone)

    def day_of(self, stored: Stored) -> date:
        """The local date of a touchpoint."""
        return stored.touchpoint.at.astimezone(self.book.zone).date()

    def attempts(self, relationship: Relationship, since: datetime | None = None) -> list[Stored]:
        """What we tried after their last sign (a message, a conversation, a call from them), oldest first: messages of
        ours and calls that were not taken. Of a run of messages within the hour the first counts."""
        found: list[Stored] = []
        for stored in self.book.touchpoints(relationship, since=since, limit=None):
            if is_sign(stored):
                break
            if is_attempt(stored):
                found.append(stored)
        kept: list[Stored] = []
        for stored in events(found, self.book.zone):
            if not kept or stored.medium != kept[-1].medium or stored.touchpoint.at - kept[-1].touchpoint.at >= _RUN:
                kept.append(stored)
        return kept


_RUN = timedelta(hours=1)


def is_sign(stored: Stored) -> bool:
    """Whether a touchpoint shows that they are there: a conversation, or anything from them."""
    return is_live(stored) or (stored.touchpoint.direction == "in" and stored.importer != "log")


def is_attempt(stored: Stored) -> bool:
    """Whether we tried to reach them: a message of ours, or a call that was not taken."""
    t = stored.touchpoint
    if t.direction == "in" and stored.importer != "log":
        return False
    if stored.medium == "call":
        return t.outcome in ("missed", "voicemail", "declined")
    return stored.medium in _WRITTEN and t.outcome == "reached" and t.direction == "out"


def is_written(stored: Stored, direction: str) -> bool:
    """Whether a touchpoint is a delivered message, mail or letter in a direction."""
    t = stored.touchpoint
    return stored.medium in _WRITTEN and t.direction == direction and t.outcome == "reached"


def by_medium(stored: Iterable[Stored]) -> list[Text]:
    """How many of each medium: "4 mails, 1 call"."""
    counts = Counter(s.medium for s in stored)
    return [words.counted(medium, n) for medium, n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))]


def _within(days: int, span: int) -> Text:
    """So many contact days in so many days."""
    return Text.count(
        "{days} in {n} day",
        "{days} in {n} days",
        n=span,
        days=Text.count("{n} contact day", "{n} contact days", n=days),
    )


_CANCELLED = re.compile(r"(?i)^(abgesagt|cancell?ed)\s*:\s*")


def subject(stored: Stored) -> Text | str:
    """A subject or title in quotes, with a space before; nothing where there is none."""
    text = " ".join((stored.touchpoint.subject or "").split())
    if stored.touchpoint.outcome == "cancelled":
        text = _CANCELLED.sub("", text)  # calendars write it into the title; the outcome says it
    return Text(' "{text}"', text=text if len(text) <= 60 else text[:59] + "…") if text else ""


class Evidence(Sequence[str]):
    """The keys of a relationship's newest touchpoints (or `live` ones), looked up when first read: a rule sees everybody,
    a list shows ten."""

    def __init__(self, book: Book, relationship: Relationship, count: int = 3, *, live: bool = False) -> None:
        self._book, self._relationship, self._count, self._live = book, relationship, count, live

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        limit = None if self._live else self._count
        newest = self._book.touchpoints(self._relationship, outcome="reached", limit=limit)
        return tuple(s.key for s in newest if not self._live or is_live(s))[: self._count]

    def __len__(self) -> int:
        return len(self._keys)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self._keys[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(self._keys)
