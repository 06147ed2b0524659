"""The call list of past months, as it would have been shown, and what followed: a user's own store put to the test.

The months are lived through again: a store in memory is filled day by day, and on the first of each month it makes its
call list, with the same rules, order and judgement as today's. Nothing that came later is in it: no touchpoint, no
snooze, no dismissal, no kind that evidence only suggested afterwards. Who is who is taken as it is known now (the
address book has no past). Meetings are known from the day they were held, since no export says when they were booked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta

import attrs

from touchpoints.backtest import Backtest, evaluate
from touchpoints.book import Book, is_live
from touchpoints.dataset import Event
from touchpoints.directory import OFFICE, Directory
from touchpoints.errors import UnreadableSource
from touchpoints.facts import Decision, Stored
from touchpoints.handles import Handle
from touchpoints.language import Text
from touchpoints.model import LIVE_MEDIA, Channel, Coverage
from touchpoints.progress import counted
from touchpoints.rules.scope import Scope
from touchpoints.tracker import Tracker
from touchpoints.warmth import HORIZON

__all__ = ["CALLED_WITHIN", "Followed", "Hindsight", "LookBack", "Looked", "Named", "hindsight", "look_back"]

CALLED_WITHIN = 7
"""Days within which live contact by us counts as an answer to the flag."""
_RETIRED = (
    90  # days: a source that ended so long before the newest one is no longer in use, and says nothing of the rest
)
_WHO_IS_WHO = frozenset({"merge", "split", "add-handle", "rename", "move", "mark", "kind", "object"})


@attrs.frozen(slots=True)
class Looked:
    """One relationship in scope at one past date: whether the list would have named it, whether there was contact in
    the following days, and whether that was a call of ours (which a forecast of "if nothing changes" cannot know)."""

    contact: str
    flagged: bool
    touched: bool
    called: bool = False


@attrs.frozen(slots=True)
class Hindsight:
    """ "Of the `flagged` relationships we would have named at `at`, `flagged_silent` stayed silent, and with
    `flagged_called` there was contact because we called; of the `others`, `others_silent` stayed silent."

    `at` is None for several dates together.
    """

    at: date | None
    flagged: int = 0
    flagged_silent: int = 0
    flagged_called: int = 0
    others: int = 0
    others_silent: int = 0

    @property
    def flagged_share(self) -> float | None:
        """Share (0..1) of the named that stayed silent; None if none was named."""
        return self.flagged_silent / self.flagged if self.flagged else None

    @property
    def others_share(self) -> float | None:
        """Share (0..1) of the others that stayed silent; None if there were none."""
        return self.others_silent / self.others if self.others else None


@attrs.frozen(slots=True)
class Named:
    """A relationship that the list would have named at the start of the day `at`: its id and name, its place on the
    list (from 1), the rule of its first reason; and what followed.

    `touched`: contact within the horizon. `called`: live contact, by us or agreed, within a week. `again`: contact
    between that week and the horizon's end; None if the horizon is no longer than the week.
    """

    at: date
    contact: str
    name: str
    place: int
    rule: str
    touched: bool
    called: bool
    again: bool | None


@attrs.frozen(slots=True)
class Followed:
    """Of `n` relationships, `silent` had no contact afterwards."""

    n: int = 0
    silent: int = 0


@attrs.frozen(slots=True, kw_only=True)
class LookBack:
    """What a store's own history says of the list, `horizon` days ahead of each date, up to the last day `until` that
    its sources cover (None: an empty store).

    `dates`: the counts per date and, if there are several, of all together at the end. `named`: everybody who would
    have been on a list. `by_rule`: what followed by first reason. `called`, `not_called`: the named with and without
    live contact by us within a week; `silent` there is about the days after that week; None for a horizon within it.
    `span`: days from the first touchpoint to `until`. `test`: the bare forecasts by the protocol of `evaluate`, on the
    days of contact with each contact; None where the history is too short.
    """

    horizon: int
    until: date | None
    span: int
    dates: tuple[Hindsight, ...]
    named: tuple[Named, ...]
    by_rule: Mapping[str, Followed]
    called: Followed | None
    not_called: Followed | None
    test: Backtest | None

    def to_json(self) -> dict[str, object]:
        """Plain values: the forecast's figures at the top as for a data set (null where unknown), and what the list
        would have done below `as_shown`."""
        unknown = dict.fromkeys(("auc", "average_precision", "brier", "bias", "spearman", "capture"))
        test = self.test.to_json() if self.test else {"n": 0, **unknown, "baselines": {}, "horizon": self.horizon}
        together = self.dates[-1] if self.dates else None
        return {
            **test,
            "until": self.until.isoformat() if self.until else None,
            "as_shown": {
                **_counts(together),
                "dates": [{"at": h.at.isoformat(), **_counts(h)} for h in self.dates if h.at],
                "by_rule": {rule: attrs.asdict(f) for rule, f in self.by_rule.items()},
                "called": attrs.asdict(self.called) if self.called else None,
                "not_called": attrs.asdict(self.not_called) if self.not_called else None,
                "relationships": [{**attrs.asdict(n), "at": n.at.isoformat()} for n in self.named],
            },
        }


def _counts(found: Hindsight | None) -> dict[str, object]:
    h = found or Hindsight(None)
    return {
        "named": h.flagged, "named_silent": h.flagged_silent, "named_share": h.flagged_share,
        "not_named": h.others, "not_named_silent": h.others_silent, "not_named_share": h.others_share,
    }  # fmt: skip


def hindsight(looked: Mapping[date, Iterable[Looked]]) -> tuple[Hindsight, ...]:
    """The counts for each date, oldest first, and for all of them together at the end (if there are several)."""

    def counted(at: date | None, entries: Iterable[Looked]) -> Hindsight:
        counts = Counter((one.flagged, one.touched, one.touched and one.called) for one in entries)
        named = [(touched, called, n) for (flagged, touched, called), n in counts.items() if flagged]
        rest = [(touched, n) for (flagged, touched, _), n in counts.items() if not flagged]
        return Hindsight(
            at,
            flagged=sum(n for *_, n in named),
            flagged_silent=sum(n for touched, _, n in named if not touched),
            flagged_called=sum(n for _, called, n in named if called),
            others=sum(n for *_, n in rest),
            others_silent=sum(n for touched, n in rest if not touched),
        )

    kept = {at: list(entries) for at, entries in sorted(looked.items())}
    parts = tuple(counted(at, entries) for at, entries in kept.items())
    together = counted(None, [one for entries in kept.values() for one in entries])
    return (*parts, together) if len(parts) > 1 else parts


def look_back(tracker: Tracker, at: datetime, horizon: int = HORIZON, months: int = 6) -> LookBack:
    """How the list would have done on the first of the last `months` months whose `horizon` is over and covered, as of
    an aware time. Reads the store and changes nothing in it."""
    until, first = _covered(tracker, at), _first_day(tracker)
    if until is None or first is None or until < first:
        return LookBack(horizon=horizon, until=None, span=0, dates=(), named=(), by_rule={}, called=None,
                        not_called=None, test=None)  # fmt: skip
    looked: dict[date, list[Looked]] = {}
    named: list[Named] = []
    days = counted(_firsts_of_months(first, until, horizon, months), Text("going back to past months"))
    for past, book in _relived(tracker, days):
        there = _looked(tracker, past, book, horizon)
        if there[0]:  # before anybody was in scope there is nothing to look at
            looked[book.today] = there[0]
            named += there[1]
    followed = defaultdict[str, list[bool]](list)
    for one in named:
        followed[one.rule].append(one.touched)
    week = [n for n in named if n.again is not None]
    return LookBack(
        horizon=horizon, until=until, span=(until - first).days + 1, dates=hindsight(looked) if looked else (),
        named=tuple(named), by_rule={rule: _followed(came) for rule, came in sorted(followed.items())},
        called=_followed(bool(n.again) for n in week if n.called) if week else None,
        not_called=_followed(bool(n.again) for n in week if not n.called) if week else None,
        test=_forecasts(tracker, until, horizon),
    )  # fmt: skip


def _followed(came: Iterable[bool]) -> Followed:
    counts = Counter(came)
    return Followed(counts.total(), counts[False])


# ---- which days ----


def _covered(tracker: Tracker, at: datetime) -> date | None:
    """The last whole day before `at` that all sources in use cover; without a stated span, that of the last
    touchpoint."""
    yesterday = at.astimezone(tracker.store.zone).date() - timedelta(days=1)
    ends: dict[str, date] = {}
    for importer, _what, start, end, _file in tracker.coverage():
        if start <= yesterday:
            ends[importer] = max(ends.get(importer, date.min), min(end, yesterday))
    if ends:
        newest = max(ends.values())
        return min(day for day in ends.values() if (newest - day).days <= _RETIRED)
    last = next(
        tracker.store.touchpoints(until=_start(yesterday + timedelta(days=1), tracker, -1), newest_first=True), None
    )
    return None if last is None else _day(last, tracker)


def _first_day(tracker: Tracker) -> date | None:
    first = next(tracker.store.touchpoints(), None)
    return None if first is None else _day(first, tracker)


def _firsts_of_months(first: date, until: date, horizon: int, months: int) -> list[date]:
    found: list[date] = []
    day = (until - timedelta(days=horizon - 1)).replace(day=1)
    while day > first and len(found) < months:
        found.append(day)
        day = (day - timedelta(days=1)).replace(day=1)
    return found[::-1]


def _day(stored: Stored, tracker: Tracker) -> date:
    return stored.touchpoint.at.astimezone(tracker.store.zone).date()


def _start(day: date, tracker: Tracker, seconds: int = 0) -> datetime:
    """The midnight that begins a day, so many seconds later."""
    return datetime.combine(day, time(), tracker.store.zone) + timedelta(seconds=seconds)


# ---- the past ----


def _relived(tracker: Tracker, days: Iterable[date]) -> Iterator[tuple[Tracker, Book]]:
    """For each day, oldest first, the tracker as it would have been at its start, and the book as of then."""
    settings = attrs.evolve(tracker.settings, timezone=tracker.store.zone.key, region=tracker.region)
    with Tracker(colleagues=tracker.our_side.colleagues, settings=settings, plugins=tracker.plugins) as past:
        known = [Channel(name, medium, medium in LIVE_MEDIA) for name, medium in tracker.store.media().items()]
        files: dict[tuple[str, str], int] = {}

        def file(name: str, importer: str) -> int:
            if (name, importer) not in files:
                files[name, importer] = past.store.begin_source(name, importer, importer)
            return files[name, importer]

        past.store.add_people(tracker.store.people(), file("people", "people"))
        for importer, what, start, end, name in tracker.coverage():
            past.store.add_coverage([Coverage(start, end, what)], file(name, importer))
        past.store.add_absences((a for a, _ in tracker.store.absences()), file("absences", "absences"))
        decisions = sorted(tracker.store.decisions(), key=lambda d: (d.kind not in _WHO_IS_WHO, d.at, d.id))
        since: datetime | None = None
        for day in days:
            now = _start(day, tracker)
            waiting = defaultdict[tuple[str, str], list[Stored]](list)
            for stored in tracker.store.touchpoints(since=since, until=now - timedelta(seconds=1)):
                waiting[stored.source, stored.importer].append(stored)
            with past.store.transaction():
                for (name, importer), some in waiting.items():
                    past.store.add((s.touchpoint for s in some), file(name, importer), channels=known)
                decisions = _decide(past, decisions, now)
            since = now
            yield past, past.book(now)


def _decide(past: Tracker, decisions: list[Decision], now: datetime) -> list[Decision]:
    """Take the decisions that were made by now, and who is who; returns the others."""
    later: list[Decision] = []
    for d in decisions:
        if d.kind in _WHO_IS_WHO or d.at < now.timestamp():
            past.store.decide(datetime.fromtimestamp(d.at, now.tzinfo), d.kind, d.who, **d.payload)
        else:
            later.append(d)
    return later


def _looked(tracker: Tracker, past: Tracker, book: Book, horizon: int) -> tuple[list[Looked], list[Named]]:
    """Who would have been named at the book's time, who was in scope and was not, and what followed.

    Colleagues of somebody who was named, and whoever waits (snoozed, absent), are neither.
    """
    found = past.call_list(book.at, limit=None)
    touched, week, again = _came(tracker, past, book, horizon)

    def now(id_: str) -> str:
        return _now(tracker.directory, id_)

    named = [
        Named(
            book.today, now(f.relationship.id), f.relationship.name, place, f.reasons[0].rule,
            touched=now(f.relationship.id) in touched, called=now(f.relationship.id) in week,
            again=now(f.relationship.id) in again if horizon > CALLED_WITHIN else None,
        )
        for place, f in enumerate(found.flags, 1)
    ]  # fmt: skip
    spoken_of = {f.relationship.group for f in found.flags}
    spoken_of |= {reason.relationship.group for held in found.held_back for reason in held.reasons}
    scope = Scope(book)
    looked = [Looked(n.contact, True, n.touched, n.called) for n in named]
    looked += [
        Looked(now(r.id), False, now(r.id) in touched, now(r.id) in week)
        for r in book
        if r.group not in spoken_of and scope.holds(r)
    ]
    return looked, named


def _came(tracker: Tracker, past: Tracker, book: Book, horizon: int) -> tuple[set[str], set[str], set[str]]:
    """Whom we were in touch with in the `horizon` days from the book's on, with whom live by our doing in the first
    week, and with whom after it: contact ids of today."""
    touched, week, again = set[str](), set[str](), set[str]()
    end = _start(book.today + timedelta(days=horizon), tracker, -1)
    for stored in tracker.store.touchpoints(since=book.at, until=end):
        t, day = stored.touchpoint, _day(stored, tracker)
        if t.outcome != "reached":
            continue
        early = day < book.today + timedelta(days=CALLED_WITHIN)
        for party in t.parties:
            # by who it was then, and else (a number not known yet) by who it is now
            who = party.role == "with" and (
                _whose(past.directory, party.handle, day) or _whose(tracker.directory, party.handle, day)
            )
            if who:
                id_ = _now(tracker.directory, who)
                touched.add(id_)
                if not early:
                    again.add(id_)
                elif is_live(stored) and t.direction != "in":
                    week.add(id_)
    return touched, week, again


def _whose(directory: Directory, handle: Handle, day: date) -> str | None:
    number = directory.handle_ids.get(handle)
    return None if number is None else directory.contact_by_number(number, day.toordinal())


def _now(directory: Directory, id_: str) -> str:
    """The present id of a contact or of a customer's office."""
    if id_.startswith(OFFICE):
        return OFFICE + directory.current_id(id_.removeprefix(OFFICE))
    return directory.current_id(id_)


# ---- the bare forecasts ----


def _forecasts(tracker: Tracker, until: date, horizon: int) -> Backtest | None:
    """The protocol of data sets on the store's contacts: each touchpoint that counts as contact is a touch."""
    directory = tracker.directory

    def events() -> Iterator[Event]:
        for stored in tracker.store.touchpoints(until=_start(until + timedelta(days=1), tracker, -1)):
            t = stored.touchpoint
            if t.outcome == "reached":
                day = _day(stored, tracker)
                ids = {_whose(directory, p.handle, day) for p in t.parties if p.role == "with"}
                for id_ in sorted(filter(None, ids)):
                    yield Event("us", id_, day.toordinal() * 86_400, t.direction == "out")

    try:
        test = evaluate(events(), horizon)
    except UnreadableSource:
        return None
    return test if test.n else None
