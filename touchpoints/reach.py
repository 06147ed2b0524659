"""Reach: on which way a contact answers, how surely, how soon and when; and what to try in which order.

An *attempt* is a call of ours, a message of ours that begins a conversation (or asks for an answer), or an appointment.
It was answered if the call was taken, a message came back on that channel within a week, the appointment was held. A
rate is the mean of a beta distribution: the contact's own attempts, the older the lighter, added to what this user's
contacts do on such a way on average. How strongly the average counts is fitted to how much the contacts differ.
Formulas, limits and what was measured: `docs/measures.md`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from math import exp, lgamma, log
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from touchpoints.book import Book, Relationship
from touchpoints.distributions import beta_interval
from touchpoints.handles import Handle
from touchpoints.happened import WRITTEN, Event, People, happened
from touchpoints.measures import quantile
from touchpoints.model import LIVE_MEDIA
from touchpoints.store import Stored

WINDOW = timedelta(days=7)
"""A message is answered by what comes back on its channel within this time. Until then it is open, and counts as
unanswered to the degree that answers have usually come by its age (leaving it out would count only the quick answers)."""
FRESH = timedelta(days=3)
"""A message of ours begins a conversation if nothing came from them on that channel for so long."""
RUN = timedelta(days=1)
"""Further messages within this time belong to one attempt; a call from them within it returns ours."""
MOST_ADDRESSED = 2
"""A message to more contacts than this asks nobody in person."""
HALF_LIFE = 180
"""Days after which an attempt counts half: numbers change, and so do habits."""
DEAD_RUN, DEAD_DAYS, DEAD_CHANCE = 4, 14, 0.05
"""A way looks dead after so many attempts in vain on three days or more, over so many days, if that was to be expected
with at most this chance."""
WRITTEN_WORTH, UNTRIED_WORTH = 0.5, 0.8
"""What an answer in writing is worth against a conversation, and an untried way against one known as good, in the order."""
ENOUGH_CALLS = 30
"""So many calls of ours, to anybody, it takes to speak of a best time."""

_DEFAULTS = {"call": 0.6, "appointment": 0.85, "written": 0.5}  # before there is anything to go by; worth four attempts
_STRENGTHS = (1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64)
_PROFILE = 20  # attempts that the average hour or weekday counts in the profile of all
_OWN = 12  # calls that the profile counts against a contact's own hours


@attrs.frozen(slots=True)
class Way:
    """A way to somebody: a channel with its medium, and the handle; an appointment has none."""

    channel: str
    medium: str
    handle: Handle | None = None

    @property
    def live(self) -> bool:
        """Whether it leads to a conversation."""
        return self.medium in LIVE_MEDIA

    @property
    def kind(self) -> str:
        """Ways that are alike: the channel, of a phone with the kind of line (`phone mobile`, `phone office`)."""
        if self.medium == "call" and self.handle is not None and (line := line_of(self.handle)):
            return f"{self.channel} {line}"
        return self.channel


@cache
def line_of(handle: Handle) -> str:
    """What line a number is: `mobile`, `office` (a fixed one), or "" where its numbering plan does not tell."""
    if handle.kind != "phone":
        return ""
    import phonenumbers

    kinds = {phonenumbers.PhoneNumberType.MOBILE: "mobile", phonenumbers.PhoneNumberType.FIXED_LINE: "office"}
    try:
        return kinds.get(phonenumbers.number_type(phonenumbers.parse(handle.value, None)), "")
    except phonenumbers.NumberParseException:
        return ""


@attrs.frozen(slots=True)
class Attempt:
    """We tried to reach a contact: `answered` is None while that is open; `after` seconds (ringing, or until the answer
    came); `returned`: they called back within a day; `key` of the touchpoint."""

    contact: str
    way: Way
    at: datetime
    answered: bool | None
    after: float | None = None
    returned: bool = False
    bounced: bool = False
    key: str = ""


# -- attempts from events ---------------------------------------------------------------------------------------------


def attempts(events: Iterable[Event], at: datetime) -> list[Attempt]:
    """All attempts in events up to `at`, in the order of time."""
    found: list[Attempt] = []
    called: dict[str, int] = {}
    wrote: dict[tuple[str, str], int] = {}
    heard: dict[tuple[str, str], datetime] = {}
    for event in sorted(events, key=lambda e: (e.at, e.key)):
        t = event.touchpoint
        if t.at > at:
            continue
        for who, handle in event.people:
            place = (who, t.channel)
            if t.direction == "mutual":
                if event.medium in ("meeting", "video") and t.outcome in ("reached", "declined", "no_show"):
                    way = Way(t.channel, event.medium)
                    found.append(Attempt(who, way, t.at, event.reached, key=event.key))
            elif t.direction == "in":
                heard[place] = t.at
                if event.medium in LIVE_MEDIA:
                    n = called.get(who)
                    if n is not None and not found[n].answered and t.at - found[n].at <= RUN:
                        found[n] = attrs.evolve(found[n], returned=True)
                elif (n := wrote.pop(place, None)) is not None and t.at - found[n].at <= WINDOW:
                    found[n] = attrs.evolve(found[n], answered=True, after=(t.at - found[n].at).total_seconds())
            elif event.medium in ("call", "video"):
                if t.outcome != "cancelled":
                    called[who] = len(found)
                    way = Way(t.channel, event.medium, handle)
                    found.append(
                        Attempt(who, way, t.at, event.reached, t.wait if event.reached else None, key=event.key)
                    )
            elif event.medium in WRITTEN and len(event.people) <= MOST_ADDRESSED:
                way = Way(t.channel, event.medium, handle)
                if not event.reached:
                    found.append(Attempt(who, way, t.at, False, bounced=True, key=event.key))
                    continue
                n = wrote.get(place)
                if n is not None and t.at - found[n].at <= RUN:
                    continue
                if n is None and not t.expects_reply and place in heard and t.at - heard[place] < FRESH:
                    continue  # in the midst of a conversation, where a last word needs no answer
                wrote[place] = len(found)
                found.append(Attempt(who, way, t.at, None, key=event.key))
    open_ = set(wrote.values())
    return [
        attrs.evolve(a, answered=False) if a.answered is None and (n not in open_ or at - a.at > WINDOW) else a
        for n, a in enumerate(found)
    ]


# -- what this user's contacts do on average ------------------------------------------------------------------------------


@attrs.frozen(slots=True)
class Average:
    """What to expect of a way before the contact's own attempts: `mean` answer rate, worth `strength` attempts; from `n`
    attempts to `contacts` contacts."""

    mean: float
    strength: float = 4.0
    n: int = 0
    contacts: int = 0


@attrs.frozen(slots=True)
class Averages:
    """This user's averages by kind of way, and the profile of the day and the week: log-odds of a call being taken, by
    hour and by weekday, against the mean; `calls` says from how many calls of ours. `delays`: seconds after which answers
    in writing came, in order, at equal steps of their share."""

    kinds: Mapping[str, Average] = attrs.field(factory=dict)
    hours: tuple[float, ...] = (0.0,) * 24
    weekdays: tuple[float, ...] = (0.0,) * 7
    calls: int = 0
    delays: tuple[float, ...] = ()

    @classmethod
    def of(cls, attempts: Iterable[Attempt], at: datetime, zone: ZoneInfo) -> Averages:
        """The averages of all attempts as of `at`; hours and weekdays are those of `zone`."""
        some_of = [a for a in attempts if not a.bounced]
        delays = _steps(sorted(a.after for a in some_of if a.after is not None and not a.way.live))
        channels: dict[str, list[Attempt]] = defaultdict(list)
        for a in some_of:
            channels[a.way.channel if a.way.handle else f"{a.way.channel} appointment"].append(a)
        kinds: dict[str, Average] = {}
        for channel, some in channels.items():
            kinds[channel] = whole = _average(some, at, delays, _DEFAULTS[_sort(some[0].way)], 4)
            alike: dict[str, list[Attempt]] = defaultdict(list)
            for a in some:
                alike[a.way.kind].append(a)
            if some[0].way.handle:
                kinds |= {
                    kind: _average(few, at, delays, whole.mean, 10) for kind, few in alike.items() if kind != channel
                }
        calls = [(a.at.astimezone(zone), bool(a.answered)) for a in some_of if a.way.handle and a.way.live]
        mean = (sum(taken for _, taken in calls) + 1) / (len(calls) + 2)
        hours = [_offset([t for when, t in calls if when.hour == hour], mean) for hour in range(24)]
        weekdays = tuple(_offset([t for when, t in calls if when.weekday() == day], mean) for day in range(7))
        return cls(kinds, _smooth(hours), weekdays, len(calls), delays)

    def of_way(self, way: Way) -> Average:
        """The average for a way: of its kind, else of its channel, else a default."""
        if way.handle is None:
            return self.kinds.get(f"{way.channel} appointment") or Average(_DEFAULTS["appointment"])
        return self.kinds.get(way.kind) or self.kinds.get(way.channel) or Average(_DEFAULTS[_sort(way)])

    def as_record(self) -> dict[str, Any]:
        """Plain values, for keeping."""
        return {
            "kinds": {kind: attrs.astuple(average) for kind, average in sorted(self.kinds.items())},
            "hours": self.hours, "weekdays": self.weekdays, "calls": self.calls, "delays": self.delays,
        }  # fmt: skip

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Averages:
        """The averages that `as_record` gave."""
        kinds = {kind: Average(*values) for kind, values in record["kinds"].items()}
        hours, weekdays, delays = (tuple(record[name]) for name in ("hours", "weekdays", "delays"))
        return cls(kinds, hours, weekdays, record["calls"], delays)


def _sort(way: Way) -> str:
    return "appointment" if way.handle is None else "call" if way.live else "written"


def _tally(some: Iterable[Attempt], at: datetime, delays: Sequence[float]) -> tuple[float, float]:
    """Answered and unanswered attempts, the older the lighter, an open one as far as it is overdue."""
    sums = [0.0, 0.0]
    for a in some:
        age = (at - a.at).total_seconds()
        overdue = 1.0 if a.answered is not None else _come_by(age, delays)
        sums[not a.answered] += overdue * exp(-log(2) * age / 86400 / HALF_LIFE)
    return sums[0], sums[1]


def _come_by(age: float, delays: Sequence[float]) -> float:
    """The share of answers that come within `age` seconds."""
    return (bisect_right(delays, age) + 2 * min(1.0, age / WINDOW.total_seconds())) / (len(delays) + 2)


def _steps(ordered: Sequence[float], most: int = 50) -> tuple[float, ...]:
    n = len(ordered)
    return tuple(ordered) if n <= most else tuple(ordered[(2 * k + 1) * n // (2 * most)] for k in range(most))


def _average(some: Sequence[Attempt], at: datetime, delays: Sequence[float], mean: float, worth: float) -> Average:
    """The average of attempts that are alike, itself drawn towards `mean`; how much contacts differ decides its strength
    (the likelihood of the beta-binomial distribution, with a log-normal prior around four attempts)."""
    whose: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in some:
        whose[attempt.contact].append(attempt)
    sums = [_tally(few, at, delays) for few in whose.values()]
    hits, misses = (sum(row[n] for row in sums) for n in (0, 1))
    mean = (hits + worth * mean) / (hits + misses + worth)

    def likelihood(strength: float) -> float:
        a, b = mean * strength, (1 - mean) * strength
        start = lgamma(strength) - lgamma(a) - lgamma(b)
        seen = (start + lgamma(a + y) + lgamma(b + n) - lgamma(strength + y + n) for y, n in sums)
        return float(sum(seen) - log(strength / 4) ** 2 / 2)

    return Average(mean, max(_STRENGTHS, key=likelihood), sum(a.answered is not None for a in some), len(sums))


def _offset(taken: Sequence[bool], mean: float) -> float:
    return _logit((sum(taken) + _PROFILE * mean) / (len(taken) + _PROFILE)) - _logit(mean)


def _smooth(hours: Sequence[float]) -> tuple[float, ...]:
    """Each hour with half of its neighbours: nine and ten are not different worlds."""
    return tuple((hours[h - 1] / 2 + hours[h] + hours[(h + 1) % 24] / 2) / 2 for h in range(24))


def _logit(p: float) -> float:
    return log(p / (1 - p))


def _chance(odds: float) -> float:
    return 1 / (1 + exp(-odds))


# -- one contact ------------------------------------------------------------------------------------------------------


@attrs.frozen(slots=True)
class Dead:
    """Why a way looks dead: `run` attempts in vain since `since`; before that `answered` of `attempts` (0 of 0: it never
    worked), or the address is gone (`bounced`)."""

    run: int
    since: date
    answered: int
    attempts: int
    bounced: bool = False


@attrs.frozen(slots=True)
class WayReach:
    """How a contact is reached on one way.

    `attempts`, `answered`, `open` (not decided yet), `returned` are plain counts; `rate` (0..1) with its 95 % credible
    interval `low` to `high` is drawn towards the user's `average` for such ways; `after`: median seconds to the answer
    (for calls the ringing, where the source has it); `evidence`: keys of the attempts.
    """

    way: Way
    attempts: int
    answered: int
    open: int
    returned: int
    rate: float
    low: float
    high: float
    average: float
    after: float | None = None
    last: datetime | None = None
    last_answered: datetime | None = None
    dead: Dead | None = None
    evidence: tuple[str, ...] = ()

    @property
    def value(self) -> float:
        """What the order goes by: the rate, less for writing than for talking, less for a way nobody has tried."""
        tried = 1.0 if self.attempts else UNTRIED_WORTH
        return self.rate * tried * (1.0 if self.way.live else WRITTEN_WORTH)


@attrs.frozen(slots=True)
class BestTime:
    """When to call: the weekday (0 Monday; None: none stands out) and the two hours from `hour`, with the chance of an
    answer then against `usual`; `own` calls with this contact and `calls` with anybody speak for it."""

    weekday: int | None
    hour: int
    chance: float
    usual: float
    own: int
    calls: int
    hours: tuple[int, ...] = ()


@attrs.frozen(slots=True)
class Reach:
    """How a contact is reached: ways in the order to try them (appointments, then dead ones last), and the best time for
    a call: None while fewer than 30 `calls` of ours are known, or where no number works. `message_first`: better write
    and ask for a call than call."""

    contact: str
    name: str
    ways: tuple[WayReach, ...]
    time: BestTime | None
    calls: int

    @property
    def attempts(self) -> int:
        """Attempts on all ways."""
        return sum(w.attempts for w in self.ways)

    @property
    def message_first(self) -> bool:
        """Whether a written way stands before every number."""
        handles = [w for w in self.ways if w.way.handle]
        first = next((w for w in handles if w.dead is None), None)
        return first is not None and not first.way.live and any(w.way.live for w in handles)


def reach(
    contact: str,
    name: str,
    handles: Iterable[Handle],
    events: Iterable[Event],
    averages: Averages,
    at: datetime,
    zone: ZoneInfo,
    hours: tuple[int, int] = (9, 17),
) -> Reach:
    """How `contact` is reached as of `at`: from its events (each once), the `handles` known of it, and the averages.
    `hours`: first and last hour of our working day, in which a best time may lie."""
    events = list(events)
    own: dict[Way, list[Attempt]] = {way: [] for way in map(_untried, handles) if way}
    for attempt in attempts(events, at):
        if attempt.contact == contact:
            own.setdefault(attempt.way, []).append(attempt)
    ways = [way_reach(way, some, averages, at, zone) for way, some in own.items()]
    ways.sort(
        key=lambda w: (w.dead is not None, not w.way.handle, -round(w.value, 9), w.way.channel, repr(w.way.handle))
    )
    return Reach(contact, name, tuple(ways), best_time(events, ways, averages, at, zone, hours), averages.calls)


def reach_of(book: Book, relationship: Relationship, stored: Iterable[Stored], averages: Averages) -> Reach:
    """How a relationship's contact (or a customer's office) is reached as of the book's `at`, by its touchpoints."""
    people = People(book.directory)
    events = happened(stored, book.zone, people)
    handles = dict.fromkeys(relationship.contact.handles if relationship.contact else ())
    handles |= dict.fromkeys(handle for e in events for who, handle in e.people if who == relationship.id)
    return reach(relationship.id, relationship.name, handles, events, averages, book.at, book.zone, book.workdays.hours)


def _untried(handle: Handle) -> Way | None:
    if handle.kind == "phone":
        return Way("phone", "call", handle)
    if handle.kind == "email":
        return Way("mail", "email", handle)
    if handle.kind == "profile" and handle.value.startswith("linkedin."):
        return Way("linkedin", "message", handle)
    return None


def way_reach(way: Way, some: Sequence[Attempt], averages: Averages, at: datetime, zone: ZoneInfo) -> WayReach:
    """What the attempts on one way (in the order of time) say. Once a way looks dead, what was before counts no more."""
    average = averages.of_way(way)
    tried = [a for a in some if not a.bounced]
    decided = [a for a in tried if a.answered is not None]
    dead = looks_dead(some, average, zone)
    counted = decided[len(decided) - dead.run :] if dead and not dead.bounced else tried
    hits, misses = _tally(counted, at, averages.delays)
    a, b = average.mean * average.strength + hits, (1 - average.mean) * average.strength + misses
    low, high = beta_interval(a, b)
    lengths = sorted(x.after for x in decided if x.answered and x.after is not None)
    taken = [x.at for x in decided if x.answered]
    return WayReach(
        way, len(tried), len(taken), len(tried) - len(decided), sum(x.returned for x in tried),
        0.0 if dead and dead.bounced else a / (a + b), low, high, average.mean, quantile(lengths, 0.5) if lengths else None,
        tried[-1].at if tried else None, taken[-1] if taken else None, dead, tuple(x.key for x in some),
    )  # fmt: skip


def looks_dead(some: Sequence[Attempt], average: Average, zone: ZoneInfo) -> Dead | None:
    """Whether attempts in vain since the last answer are too many for chance: their probability in a beta-binomial
    distribution by what was before them and the average."""
    bounced = next((a for a in reversed(some) if a.bounced), None)
    decided = [a for a in some if a.answered is not None and not a.bounced]
    last = max((n for n, a in enumerate(decided) if a.answered), default=-1)
    if bounced is not None and (last < 0 or decided[last].at < bounced.at):
        return Dead(
            0,
            bounced.at.astimezone(zone).date(),
            last + 1 and sum(bool(a.answered) for a in decided),
            len(decided),
            True,
        )
    run, before = decided[last + 1 :], decided[: last + 1]
    days = sorted({a.at.astimezone(zone).date() for a in run})
    if len(run) < DEAD_RUN or len(days) < 3 or (days[-1] - days[0]).days < DEAD_DAYS:
        return None
    hits = sum(bool(a.answered) for a in before)
    a, b = average.mean * average.strength + hits, (1 - average.mean) * average.strength + len(before) - hits
    chance = 1.0
    for n in range(len(run)):
        chance *= (b + n) / (a + b + n)
    return Dead(len(run), days[0], hits, len(before)) if chance <= DEAD_CHANCE else None


def best_time(
    events: Iterable[Event],
    ways: Iterable[WayReach],
    averages: Averages,
    at: datetime,
    zone: ZoneInfo,
    hours: tuple[int, int] = (9, 17),
) -> BestTime | None:
    """When a contact is best called, within working `hours` and Monday to Friday: calls of ours, taken or not, and calls
    from them, against the profile of all calls; `None` with too few calls of ours to anybody, or no number that works."""
    if averages.calls < ENOUGH_CALLS:
        return None
    live = [w for w in ways if w.way.live and w.way.handle and w.attempts] or [
        w for w in ways if w.way.live and w.way.handle
    ]
    usual = max((w.rate for w in live), default=averages.of_way(Way("phone", "call", _ANY)).mean)
    seen = [
        (e.at.astimezone(zone), e.reached)
        for e in events
        if e.medium in ("call", "video") and e.at <= at
        and (e.touchpoint.direction == "out" or (e.touchpoint.direction == "in" and e.reached))
    ]  # fmt: skip

    def chance(offset: float, own: list[bool]) -> float:
        return (sum(own) + _OWN * _chance(_logit(usual) + offset)) / (len(own) + _OWN)

    starts = range(hours[0], max(hours[0] + 1, hours[1] - 1))
    by_hour = {
        h: chance((averages.hours[h] + averages.hours[h + 1]) / 2, [t for when, t in seen if when.hour in (h, h + 1)])
        for h in starts
    }
    by_day = {d: chance(averages.weekdays[d], [t for when, t in seen if when.weekday() == d]) for d in range(5)}
    ranked = sorted(by_hour, key=lambda h: (-round(by_hour[h], 6), h))
    day = max(by_day, key=lambda d: (round(by_day[d], 6), -d))
    stands_out = by_day[day] - sum(by_day.values()) / 5 > 0.03
    return BestTime(
        day if stands_out else None, ranked[0], by_hour[ranked[0]], usual, len(seen), averages.calls, tuple(ranked)
    )
