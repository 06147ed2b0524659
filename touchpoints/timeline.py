"""The timeline of a relationship: when there was contact on which medium, and the minutes of conversation by quarter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import attrs

from touchpoints.book import Book
from touchpoints.happened import Event
from touchpoints.model import MEDIA
from touchpoints.relationship import Relationship

YEAR, LONG = 365, 3 * 365
"""Days that a timeline goes back: a year, or three where the rhythm is slow or the last contact is long ago."""
SLOW, AGO = 60, 180
"""A usual gap, and a silence, in days, beyond which a year shows too little."""


@attrs.frozen(slots=True)
class Quarter:
    """Conversation in a calendar quarter (its first day): how many `talks`, their `minutes`; `unmeasured`: talks whose
    length the source does not have."""

    first: date
    talks: int
    minutes: float
    unmeasured: int


@attrs.frozen(slots=True)
class Timeline:
    """What happened with a relationship from `first` to `last` (the book's today).

    `days`: medium → the distinct days on which somebody was reached, in the order of `MEDIA`; `vain`: days on which one
    of us called and the other was not reached; `booked`: days of booked appointments to come. `latest`: the newest
    events of all time, the newest first. `quarter` and `before`: conversation in this quarter so far, and in the last.
    `contact`: the newest day with contact, also where it lies before `first`.
    """

    relationship: Relationship
    first: date
    last: date
    days: Mapping[str, tuple[date, ...]]
    vain: tuple[date, ...]
    booked: tuple[date, ...]
    latest: tuple[Event, ...]
    quarter: Quarter
    before: Quarter
    contact: date | None


def by_relationship(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Events by the id of the relationship, oldest first."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        for who in event.who:
            found[who].append(event)
    return dict(found)


def timeline(relationship: Relationship, events: Sequence[Event], book: Book, latest: int = 3) -> Timeline:
    """The timeline of a relationship by its own events (see `by_relationship`) up to the book's `at`."""
    today, zone = book.today, book.zone
    warmth, last = relationship.warmth, relationship.summary.all.last
    slow = (warmth.usual_gap_days or 0) > SLOW or (warmth.silence_days or 0) > AGO
    first = today - timedelta(days=LONG if slow else YEAR)
    dated = [(e.at.astimezone(zone).date(), e) for e in events]
    days: dict[str, set[date]] = defaultdict(set)
    vain: set[date] = set()
    for day, e in dated:
        if day >= first:
            if e.reached:
                days[e.medium].add(day)
            elif e.medium in ("call", "video") and e.touchpoint.outcome in ("missed", "voicemail"):
                vain.add(day)
    this = quarter_of(today)
    previous = quarter_of(this - timedelta(days=1))
    return Timeline(
        relationship,
        first,
        today,
        {m: tuple(sorted(days[m])) for m in MEDIA if days.get(m)},
        tuple(sorted(vain)),
        tuple(sorted({p.touchpoint.at.astimezone(zone).date() for p in relationship.planned})),
        tuple(e for _, e in reversed(dated[len(dated) - min(latest, len(dated)) :])),
        _quarter(this, [e for d, e in dated if d >= this]),
        _quarter(previous, [e for d, e in dated if previous <= d < this]),
        date.fromordinal(last) if last else None,
    )


def quarter_of(day: date) -> date:
    """The first day of a day's calendar quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _quarter(first: date, events: Iterable[Event]) -> Quarter:
    live = [e.touchpoint.duration for e in events if e.live]
    return Quarter(first, len(live), sum(d or 0 for d in live) / 60, sum(d is None for d in live))
