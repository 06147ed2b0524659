"""One's own week: calls and minutes, relationships back in rhythm, and what became of those on the list.

For oneself only. Where a touchpoint names colleagues, it counts if one of them is oneself; nothing is said of others.
A week is the seven local days up to `at` (the last one is the day before, if `at` is the start of a day), and is set
beside the seven days before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import attrs

from touchpoints import practices
from touchpoints.book import Book
from touchpoints.calllist import CallList, call_list
from touchpoints.facts import Stored
from touchpoints.happened import Event, People, happened
from touchpoints.language import P_, Text
from touchpoints.progress import step
from touchpoints.relationship import Flag
from touchpoints.tracker import Tracker
from touchpoints.warmth import COOLING, DORMANT, DUE, ON_TRACK

DAYS = 7
ON_THE_LIST = 10
"""So many flags of the list at the start of the week are followed: as many as `calls` shows."""
LATE = frozenset({DUE, COOLING, DORMANT})
BECAME = (
    P_("became", "spoken"), P_("became", "tried"), P_("became", "written"), P_("became", "they came"), P_("became", "decided"),
    P_("became", "still open"), P_("became", "held back"), P_("became", "ended"),
)  # fmt: skip
"""What became of somebody on the list, the first that fits: we spoke; we tried and did not reach them; we wrote; they
wrote or tried; it was decided (dismissed, snoozed …); it is still on the list; it is held back (a meeting is booked);
the reason ended without any of this."""


@attrs.frozen(slots=True, kw_only=True)
class Figures:
    """What was done on some days. `made`: calls to somebody; `reached` of them; `received`: calls of others that were
    taken; `minutes` of conversation by phone (reached calls whose length is known); `meetings` held, video too, and their
    `meeting_minutes`; `written`: messages, mails and letters by us. Each event once, however many sources tell of it.
    `keys`: the touchpoints of the calls and meetings, to check the figures."""

    since: date
    until: date
    made: int = 0
    reached: int = 0
    received: int = 0
    minutes: int = 0
    meetings: int = 0
    meeting_minutes: int = 0
    written: int = 0
    keys: tuple[str, ...] = ()


@attrs.frozen(slots=True)
class Back:
    """A relationship that was out of its rhythm when the week began and is in it now: its id and name, and what it
    was."""

    id: str
    name: str
    was: str


@attrs.frozen(slots=True)
class Listed:
    """Somebody who was on the list when the week began: id and name, the rule of the first reason, and what `became` of
    it (see `BECAME`), with the touchpoints that show it."""

    id: str
    name: str
    rule: str
    became: str
    keys: tuple[str, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class Week:
    """The week that ends at `at`, and the one before; `who`: the own name, if it is known."""

    at: datetime
    who: str | None
    now: Figures
    before: Figures
    back: tuple[Back, ...]
    back_before: tuple[Back, ...]
    listed: tuple[Listed, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return attrs.asdict(self, value_serializer=_plain)


def _plain(_: object, __: object, value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@step(Text("looking at the week"))
def week(tracker: Tracker, at: datetime) -> Week:
    """One's own week as of an aware time. Reads the store and changes nothing in it."""
    zone = tracker.store.zone
    today = (at - timedelta(seconds=1)).astimezone(zone).date()
    starts = [datetime.combine(today - timedelta(days=n), time(), zone) for n in (2 * DAYS - 1, DAYS - 1)]
    me = tracker.our_side.colleagues[0].name if tracker.settings.me else None
    people = People(tracker.directory)
    stored = tracker.store.touchpoints(since=starts[0], until=at - timedelta(seconds=1))
    events = [e for e in happened(stored, zone, people) if not e.colleagues or me is None or me in e.colleagues]
    books = [tracker.book(starts[0]), _then(tracker, starts[1]), tracker.book(at)]
    averages = practices.averages(tracker, starts[1])
    then = call_list(books[1], tracker.reasons(books[1]), limit=None, averages=averages)
    now = tracker.call_list(at, limit=None)
    mine = [f for f in then.flags if me is None or f.owner in (None, me)][:ON_THE_LIST]
    this = [e for e in events if e.at >= starts[1]]
    last = [e for e in events if e.at < starts[1]]
    return Week(
        at=at, who=me, now=_figures(this, starts[1].date(), today),
        before=_figures(last, starts[0].date(), starts[1].date() - timedelta(days=1)),
        back=_back(books[1], books[2], this), back_before=_back(books[0], books[1], last),
        listed=tuple(_became(flag, this, now, people, books[2], starts[1]) for flag in mine),
    )  # fmt: skip


class _Then(Book):
    """A past book as it was: of what came later only meetings may have been booked already; nobody knew of the calls."""

    @cached_property
    def _planned(self) -> dict[str, list[Stored]]:
        return {id_: [p for p in later if p.medium in ("meeting", "video")] for id_, later in super()._planned.items()}


def _then(tracker: Tracker, at: datetime) -> Book:
    return _Then(
        tracker.store, tracker.directory, tracker.settings, at, region=tracker.region, prior=tracker.prior(at), team=tracker.team,
    )  # fmt: skip


def _figures(events: Sequence[Event], since: date, until: date) -> Figures:
    calls = [e for e in events if e.medium == "call"]
    made = [e for e in calls if e.touchpoint.direction == "out"]
    met = [e for e in events if e.medium in ("meeting", "video") and e.reached]
    talked = [e for e in calls if e.reached]
    return Figures(
        since=since, until=until, made=len(made), reached=sum(e.reached for e in made),
        received=sum(e.touchpoint.direction != "out" for e in talked), minutes=_minutes(talked), meetings=len(met),
        meeting_minutes=_minutes(met), written=sum(e.wrote("out") for e in events),
        keys=tuple(e.key for e in events if e in made or e in talked or e in met),
    )  # fmt: skip


def _minutes(events: Iterable[Event]) -> int:
    return round(sum(e.touchpoint.duration or 0 for e in events) / 60)


def _back(before: Book, after: Book, events: Sequence[Event]) -> tuple[Back, ...]:
    """Who was out of rhythm then and is in it now, by contact with us in between."""
    met = {who for e in events for who in e.who}
    return tuple(
        Back(r.id, r.name, before.by_id[r.id].warmth.status)
        for r in after
        if r.id in met and r.warmth.status == ON_TRACK and r.id in before.by_id and before.by_id[r.id].warmth.status in LATE
    )  # fmt: skip


def _became(flag: Flag, events: Sequence[Event], now: CallList, people: People, book: Book, since: datetime) -> Listed:
    there = flag.relationship.group
    with_them = [e for e in events if there in e.groups or flag.relationship.id in e.who]
    ours = [e for e in with_them if e.touchpoint.direction != "in"]
    decided = any(
        d.at >= since.timestamp() and d.who in (flag.relationship.id, there)
        for d in book.decisions("dismiss", "snooze", "cadence", "kind", "left", "away", "consent")
    )
    steps = (
        ("spoken", [e for e in with_them if e.live]),
        ("tried", [e for e in ours if e.medium == "call"]),
        ("written", [e for e in ours if e.wrote("out")]),
        ("they came", [e for e in with_them if e.touchpoint.direction == "in"]),
    )
    became, shown = next(((name, found) for name, found in steps if found), ("", []))
    if not became:
        still = {f.relationship.group for f in now.flags}
        held = {(h.customer or h.contact).id for h in now.held_back if h.customer or h.contact}  # type: ignore[union-attr]
        became = "decided" if decided else "still open" if there in still else "held back" if there in held else "ended"
    name = flag.relationship.name
    return Listed(flag.relationship.id, name, flag.reasons[0].rule, became, tuple(e.key for e in shown))
