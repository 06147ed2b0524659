"""The same event as two sources tell it: a call in the router's list and in the phone's, and the note made of it.

Facts are never merged. They are grouped when read, so that lists, reach and minutes count an event once; warmth counts
days and needs none of this.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import takewhile
from operator import attrgetter
from typing import Any

import attrs

from touchpoints.facts import BY_HAND, Stored
from touchpoints.handles import Handle
from touchpoints.model import Touchpoint

NEAR = 120
"""Seconds between the first telling of an event and another, at most: clocks differ, and what they stamp does too."""
LOGGED = 2 * 3600
"""Seconds between an event and what somebody noted of it (`log`), at most."""
LENGTHS = 60
"""Seconds by which the lengths of one event may differ, beside the rounding of the coarser one."""


def grouped(
    stored: Iterable[Stored], zone: tzinfo, contact_of: Callable[[Handle], Hashable | None] | None = None
) -> list[list[Stored]]:
    """Touchpoints by event, in the order of (time, key); whatever the order they come in.

    A touchpoint belongs to an event that another source tells of if contact, medium and direction are the same, it is
    within 120 s of the event's first telling, and the lengths, where both are known, agree within 60 s plus rounding.
    An entry of the user's own (`log`) has 2 hours instead, or the same day in `zone` if it names no time. Calls with
    two different numbers are two calls.

    `contact_of` says whose a handle is; without it, and where it says `None`, each handle stands for itself.
    """
    ordered = sorted(stored, key=_order)
    events: list[_Event] = []
    known: dict[Hashable, list[_Event]] = defaultdict(list)
    # what somebody noted joins what was recorded, also where it was noted before the recorder's clock says it began
    for one in sorted(ordered, key=_is_logged):
        places = [(who, one.medium, one.touchpoint.direction) for who in _contacts(one, contact_of)]
        begins, logged = one.touchpoint.at.timestamp(), one.importer in BY_HAND
        # what was recorded comes by time: nothing is near if the last event there is not
        if logged or any(there[-1].begins >= begins - NEAR for place in places if (there := known.get(place))):
            near = (event for place in places for event in _near(known.get(place, ()), one, zone) if event.takes(one))
            best = min(near, key=lambda event: event.distance(one), default=None)
            if best is not None:
                best.told.append(one)
                continue
        event = _Event(begins, [one])
        events.append(event)
        if not logged:
            for place in places:
                known[place].append(event)
    told = [event.told if len(event.told) == 1 else sorted(event.told, key=_order) for event in events]
    return sorted(told, key=lambda group: _order(group[0]))


def events(
    stored: Iterable[Stored], zone: tzinfo, contact_of: Callable[[Handle], Hashable | None] | None = None
) -> list[Stored]:
    """Each event once, as one touchpoint (see `grouped` and `event`), by (time, key)."""
    return sorted((event(group) for group in grouped(stored, zone, contact_of)), key=_order)


def event(group: Sequence[Stored]) -> Stored:
    """One touchpoint for a group: the recorder's time and key, the user's own word on the outcome if there is one (a
    voicemail is "answered" to a router), else reached if anybody says so, and what any of them adds."""
    if len(group) == 1:
        return group[0]
    recorded = [s for s in group if not _is_logged(s)] or list(group)
    said = [s.touchpoint for s in group if _is_logged(s)] or [s.touchpoint for s in recorded]
    reached = [t for t in said if t.outcome == "reached"]
    first, told = recorded[0], [s.touchpoint for s in (*recorded, *group)]
    lengths = [t.duration for t in told if t.outcome == "reached" and t.duration is not None]
    asks = [t.expects_reply for t in told if t.expects_reply is not None]
    return attrs.evolve(
        first,
        touchpoint=attrs.evolve(
            first.touchpoint,
            outcome=(reached or said)[0].outcome,
            duration=lengths[0] if lengths and reached else None,
            parties=tuple({p.handle: p for t in reversed(told) for p in t.parties}.values()),
            colleagues=tuple(sorted({c for t in told for c in t.colleagues})),
            expects_reply=any(asks) if asks else None,
            **{name: _first(told, name) for name in ("wait", "line", "thread", "subject", "ref")},
        ),
    )


def source_of(stored: Stored) -> Hashable:
    """Who tells of it: importer and own line, account or chat, never a file, since files of one source overlap. What an
    app adds is told by the name it gives; a meeting by the calendar of those who have it."""
    t = stored.touchpoint
    if stored.importer == "app":
        return stored.importer, stored.source, ()
    return stored.importer, t.line, t.colleagues if stored.medium in ("meeting", "video") else ()


@attrs.define(slots=True, eq=False)
class _Event:
    """An event that begins at an epoch second, with what was told of it so far: the first opened it."""

    begins: float
    told: list[Stored]

    @property
    def first(self) -> Stored:
        """What opened it."""
        return self.told[0]

    def takes(self, one: Stored) -> bool:
        """Whether another source's telling may be of this event, by what is said beside the time."""
        source = source_of(one)
        return all(source_of(other) != source for other in self.told) and all(
            _same_length(one, other) and _same_number(one, other) for other in self.told
        )

    def distance(self, one: Stored) -> tuple[bool, float, str]:
        """How far a telling is from this event: the same outcome first, then the nearest in time."""
        apart = abs(_seconds(one) - self.begins)
        return one.touchpoint.outcome != self.first.touchpoint.outcome, apart, self.first.key


_BEGINS = attrgetter("begins")


def _near(events: Sequence[_Event], one: Stored, zone: tzinfo) -> Iterator[_Event]:
    """The events (by time) that are near enough to a telling."""
    if _is_logged(one) and one.touchpoint.extra.get("timed") == "no":
        day = _day(one.touchpoint, zone)
        return (event for event in events if _day(event.first.touchpoint, zone) == day)
    at, most = _seconds(one), LOGGED if _is_logged(one) else NEAR
    start = bisect_left(events, at - most, key=_BEGINS) if events and events[-1].begins >= at - most else len(events)
    return takewhile(lambda event: event.begins <= at + most, map(events.__getitem__, range(start, len(events))))


def _order(stored: Stored) -> tuple[datetime, str]:
    return stored.touchpoint.at, stored.key


def _is_logged(stored: Stored) -> bool:
    return stored.importer in BY_HAND


def _seconds(stored: Stored) -> float:
    return stored.touchpoint.at.timestamp()


def _day(touchpoint: Touchpoint, zone: tzinfo) -> int:
    return touchpoint.at.astimezone(zone).toordinal()


def _contacts(stored: Stored, contact_of: Callable[[Handle], Hashable | None] | None) -> list[Hashable]:
    """Whom a touchpoint is with, each once; those in copy only where nobody is addressed."""
    parties = stored.touchpoint.parties
    handles = [p.handle for p in parties if p.role == "with"] or [p.handle for p in parties]
    return list(dict.fromkeys((contact_of(h) if contact_of else None) or h for h in handles))


def _same_length(one: Stored, other: Stored) -> bool:
    lengths = one.touchpoint.duration, other.touchpoint.duration
    if lengths[0] is None or lengths[1] is None:
        return True
    return abs(lengths[0] - lengths[1]) <= LENGTHS + max(_grain(one), _grain(other))


def _grain(stored: Stored) -> int:
    """Seconds to which a length seems to be rounded: a router's to minutes, a person's "15 minutes" to five of them."""
    length = stored.touchpoint.duration or 1
    if _is_logged(stored) and length % 300 == 0:
        return 300
    return 60 if length % 60 == 0 else 0


def _same_number(one: Stored, other: Stored) -> bool:
    if one.medium != "call":
        return True
    numbers = [{p.handle.value for p in s.touchpoint.parties if p.handle.kind == "phone"} for s in (one, other)]
    return not all(numbers) or bool(numbers[0] & numbers[1])


def _first(told: Iterable[Touchpoint], name: str) -> Any:
    return next((value for t in told if (value := getattr(t, name)) is not None), None)
