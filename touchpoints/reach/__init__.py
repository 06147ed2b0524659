"""Reach: on which way a contact answers, how surely, how soon and when; and what to try in which order.

An *attempt* is a call of ours, a message of ours that begins a conversation (or asks for an answer), or an appointment.
It was answered if the call was taken, a message came back on that channel within a week, the appointment was held. A
rate is the mean of a beta distribution: the contact's own attempts, the older the lighter, added to what this user's
contacts do on such a way on average. How strongly the average counts is fitted to how much the contacts differ. An open
message counts as unanswered to the degree that answers have usually come by its age: leaving it out would count only the
quick answers. Formulas, limits and what was measured: `docs/measures.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from touchpoints.book import Book
from touchpoints.distributions import beta_interval
from touchpoints.facts import Stored
from touchpoints.handles import Handle
from touchpoints.happened import Event, People, happened
from touchpoints.measures import quantile
from touchpoints.reach.attempts import WINDOW, Attempt, Way, attempts, line_of
from touchpoints.reach.averages import Average, Averages, from_log_odds, log_odds, tally
from touchpoints.relationship import Relationship

__all__ = [
    "WINDOW", "Attempt", "Average", "Averages", "BestTime", "Dead", "Reach", "Way", "WayReach", "attempts", "best_time",
    "line_of", "looks_dead", "reach", "reach_of", "way_reach",
]  # fmt: skip

DEAD_RUN, DEAD_DAYS, DEAD_CHANCE = 4, 14, 0.05
"""A way looks dead after so many attempts in vain on three days or more, over so many days, if that was to be expected
with at most this chance."""
WRITTEN_WORTH, UNTRIED_WORTH = 0.5, 0.8
"""What an answer in writing is worth against a conversation, and an untried way against one known as good, in the order."""
ENOUGH_CALLS = 30
"""So many calls of ours, to anybody, it takes to speak of a best time."""

_OWN = 12  # calls that the profile counts against a contact's own hours


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
    hits, misses = tally(counted, at, averages.delays)
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
    numbers = [w for w in ways if w.way.live and w.way.handle and not w.dead]
    if not numbers:
        return None
    usual = max((w for w in numbers if w.attempts), key=lambda w: w.value, default=numbers[0]).rate
    seen = [
        (e.at.astimezone(zone), e.reached)
        for e in events
        if e.medium in ("call", "video") and e.at <= at
        and (e.touchpoint.direction == "out" or (e.touchpoint.direction == "in" and e.reached))
    ]  # fmt: skip

    def chance(offset: float, own: list[bool]) -> float:
        return (sum(own) + _OWN * from_log_odds(log_odds(usual) + offset)) / (len(own) + _OWN)

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
