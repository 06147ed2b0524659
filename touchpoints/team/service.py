"""Service: how soon callers and writers are answered, in working hours of the team, and what is open now.

Working hours are those of the team's calendar, wherever a colleague works from. What we owe begins and ends as in the
rules of the call list: a missed call ends with any conversation with that customer or a message of ours, a message with
our answer or a conversation, a promise with a conversation on its day or later.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import attrs

from touchpoints.distributions import Share, share
from touchpoints.happened import WRITTEN, Event
from touchpoints.measures import quantile
from touchpoints.team.group import Group, Withheld
from touchpoints.workdays import Workdays

BUCKETS = (1, 4, 8, 24)
"""Working hours that part the distribution: up to 1, to 4, to 8, to 24, and more."""
AGAIN = timedelta(hours=24)
"""A further call of the same caller within this time is a repeat."""
FRESH = timedelta(days=14)
"""A chat begins anew after so long without a word."""
SECOND = timedelta(hours=1)
"""A second message asks for an answer if it comes at least so long after the first."""
TARGETS: Mapping[str, float] = {"answer_seconds": 20, "call_back_hours": 4, "message_hours": 4, "mail_hours": 8}
"""Promises unless `[rules.service]` says otherwise: calls answered within seconds, all else within working hours."""
_ANSWER = re.compile(r"(?i)\s*(re|aw|antw|antwort|sv)\s*(\[\d+\])?\s*:")


@attrs.frozen(slots=True)
class Spread:
    """How values spread: `n` of them, their median and the value nine of ten stay below; `buckets` for working hours
    (see `BUCKETS`)."""

    n: int
    median: float | None = None
    p90: float | None = None
    buckets: tuple[int, ...] = ()


def spread(values: Iterable[float], buckets: Sequence[float] = ()) -> Spread:
    """The spread of values; no median of nothing."""
    ordered = sorted(values)
    counts = [0] * (len(buckets) + 1 if buckets else 0)
    for value in ordered if buckets else ():
        counts[bisect_right(buckets, value)] += 1
    if not ordered:
        return Spread(0, buckets=tuple(counts))
    return Spread(len(ordered), quantile(ordered, 0.5), quantile(ordered, 0.9), tuple(counts))


@attrs.frozen(slots=True)
class Item:
    """Something that asked for an answer of ours.

    `what`: call_back, answer or promise; `channel` it came on; `who` (called `name`) waits, at which `group`; `opened`; `closed`, None
    while it is open; `hours`: working hours until it was closed (or is open); `by`: the colleagues who closed it;
    `by_them`: they called again and got through; `tries`: calls of ours in vain; `first`: of a conversation; `calls`:
    how often they called; `deadline` and `text` of a promise; `line` of ours; `keys`: the touchpoints.
    """

    what: str
    channel: str
    who: str
    group: str
    opened: datetime
    name: str = attrs.field(default="", kw_only=True)
    closed: datetime | None = None
    hours: float = 0.0
    by: frozenset[str] = frozenset()
    by_them: bool = False
    tries: int = 0
    first: bool = True
    calls: int = 1
    deadline: datetime | None = None
    text: str = ""
    line: str | None = None
    keys: tuple[str, ...] = ()


@attrs.frozen(slots=True)
class Calls:
    """Inbound calls: `answered` of all; `within` the target in seconds, of those whose waiting time is known; waiting
    times of answered and of abandoned calls; `unmeasured` calls and the `sources` that have no waiting times; repeats
    within 24 hours, and how many of them after an answered call; `keys` of the calls."""

    calls: int
    answered: Share
    target: float
    within: Share
    wait: Spread
    abandoned: Spread
    unmeasured: int
    sources: tuple[str, ...]
    repeats: Share
    repeats_after_answer: int
    withheld: Withheld | None = None
    keys: tuple[str, ...] = ()


@attrs.frozen(slots=True)
class Responses:
    """Responses of one sort (`call_back`, a channel, `promise`): working hours until the first answer; `within` the
    target, of what is closed or open beyond it; `again`: they called again before we did; `later`: further answers in
    the same conversations; `keys` of all touchpoints behind it."""

    what: str
    target: float
    opened: int
    within: Share
    hours: Spread
    open: int
    again: int = 0
    later: Spread = Spread(0)
    withheld: Withheld | None = None
    keys: tuple[str, ...] = ()


@attrs.frozen(slots=True)
class Conversations:
    """Written conversations with an answer of ours: working hours that passed with us, and with the customer (paused)."""

    n: int
    ours: Spread
    paused: Spread


@attrs.frozen(slots=True)
class Service:
    """The service of `scope` between two local days; figures are missing where they are withheld, what is open is not:
    it names no colleague."""

    scope: str
    start: date
    end: date
    calls: Calls | None
    responses: tuple[Responses, ...]
    conversations: Conversations | None
    open: tuple[Item, ...]
    withheld: Withheld | None = None
    agreed: str = ""


def service(
    events: Iterable[Event],
    promises: Iterable[Item],
    at: datetime,
    workdays: Workdays,
    group: Group,
    *,
    start: date,
    targets: Mapping[str, float] = TARGETS,
    scope: str = "all",
    colleagues: frozenset[str] | None = None,
    lines: frozenset[str] = frozenset(),
    owes: Callable[[str], bool] = lambda who: True,
) -> Service:
    """The service since `start` as of `at`. Events before `start` are needed too: what was open then may be answered
    since. `promises`: see `promised`. `colleagues`: only what these did, and what nobody took on
    these `lines`; `owes`: whether we owe somebody an answer at all (suppliers, private contacts: no)."""

    def of_scope(by: frozenset[str], line: str | None) -> bool:
        return colleagues is None or bool(by & colleagues) or (not by and line in lines)

    known = sorted((e for e in events if e.at <= at), key=lambda e: (e.at, e.key))
    items = [*call_backs(known, at, workdays, owes), *(written := list(answers(known, at, workdays, owes))), *promises]
    end = at.astimezone(workdays.zone).date()
    recent = datetime.combine(start, time(), workdays.zone)
    ours = [i for i in items if i.opened >= recent and of_scope(i.by, i.line)]
    calls = [
        e for e in known if _is_call_in(e) and e.at >= recent and of_scope(e.colleagues, e.touchpoint.line)
    ]  # fmt: skip
    everybody: dict[str, set[str]] = defaultdict(set)
    for item in items:
        if item.opened >= recent:
            everybody[_sort(item)] |= item.by
    everybody["calls"] = {n for e in known if _is_call_in(e) and e.at >= recent for n in e.colleagues}

    def withheld(what: str, names: set[str]) -> Withheld | None:
        """A row is a slice of its own: it must be about enough of us, and so must what is left of the same row of all."""
        return group.asked(names if colleagues is None else names & colleagues, everybody[what])

    open_now = tuple(sorted((i for i in items if i.closed is None and _still(i, at, workdays)), key=_urgency))
    if colleagues is not None and len(colleagues) == 1 and not group.shows(colleagues):
        return Service(scope, start, end, None, (), None, open_now, Withheld("others", 1), group.agreed)
    rows = []
    for what in sorted({_sort(i) for i in ours}, key=lambda w: (w != "call_back", w == "promise", w)):
        some = [i for i in ours if _sort(i) == what]
        reason = withheld(what, {name for i in some for name in i.by})
        rows.append(_responses(what, [] if reason else some, _target(some[0], targets), at, reason))
    reason = withheld("calls", {name for e in calls for name in e.colleagues})
    calls_in = _calls([] if reason else calls, known, targets["answer_seconds"], reason)
    few = next((r.withheld for r in rows if r.withheld), reason)
    talks = None if few else _conversations([i for i in written if i.opened >= recent and i in ours], known, workdays)
    nothing = few if all(x.withheld for x in (*rows, *([calls_in] if calls else ()))) else None
    return Service(scope, start, end, calls_in, tuple(rows), talks, open_now, nothing, group.agreed)


def _is_call_in(event: Event) -> bool:
    return event.medium == "call" and event.touchpoint.direction == "in"


def _sort(item: Item) -> str:
    return item.channel if item.what == "answer" else item.what


def _target(item: Item, targets: Mapping[str, float]) -> float:
    if item.what == "call_back":
        return targets["call_back_hours"]
    return targets["mail_hours" if item.channel in ("mail", "letter") else "message_hours"]


def _still(item: Item, at: datetime, workdays: Workdays) -> bool:
    """What is open for more than ten working days is closed by time, as on the call list; a promise stays."""
    return item.what == "promise" or item.opened >= workdays.working_days_back(at, 10)


def _urgency(item: Item) -> tuple[bool, float, datetime]:
    return item.deadline is None or item.hours == 0, -item.hours, item.deadline or item.opened


# -- what asked for an answer -----------------------------------------------------------------------------------------


def call_backs(
    events: Sequence[Event], at: datetime, workdays: Workdays, owes: Callable[[str], bool] = lambda who: True
) -> Iterator[Item]:
    """Missed inbound calls (of one caller until they are settled: one item), in `events` by time."""
    open_: dict[str, Item] = {}
    for e in events:
        t = e.touchpoint
        if e.medium in ("call", "video") and t.direction == "in" and t.outcome in ("missed", "voicemail"):
            who, group = e.who[0], e.groups[0]
            if (known := open_.get(group)) is not None:
                open_[group] = attrs.evolve(known, calls=known.calls + 1, keys=known.keys + e.keys)
            elif owes(who):
                given_up = e.at + timedelta(seconds=t.wait or 0)
                open_[group] = Item("call_back", t.channel, who, group, given_up, line=t.line, keys=e.keys)
        elif e.live or e.wrote("out"):
            for group in e.groups:
                if (item := open_.pop(group, None)) is not None:
                    yield _closed(item, e, workdays)
        elif e.medium == "call" and t.direction == "out":
            for group in e.groups:
                if group in open_:
                    open_[group] = attrs.evolve(open_[group], tries=open_[group].tries + 1)
    for item in open_.values():
        yield attrs.evolve(item, hours=workdays.working_hours_between(item.opened, at))


def _closed(item: Item, event: Event, workdays: Workdays) -> Item:
    return attrs.evolve(
        item, closed=event.at, hours=workdays.working_hours_between(item.opened, event.at), by=event.colleagues,
        by_them=event.touchpoint.direction == "in", keys=item.keys + event.keys,
    )  # fmt: skip


@attrs.define(slots=True)
class _Talk:
    """A conversation in writing while it is read: their message that waits, and what was there before."""

    waiting: Item | None = None
    asks: bool = False
    last: datetime | None = None


def answers(
    events: Sequence[Event], at: datetime, workdays: Workdays, owes: Callable[[str], bool] = lambda who: True
) -> Iterator[Item]:
    """Their messages and our answers, turn by turn, in `events` by time. What was never answered is an item only if it
    asked for an answer: it began the conversation, held a question, or came again."""
    talks: dict[tuple[str, str], _Talk] = {}
    waiting: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for e in events:
        t = e.touchpoint
        place = (t.channel, _conversation(e))
        if e.wrote("in") and owes(e.who[0]):
            talk = talks.setdefault(place, _Talk())
            fresh = talk.last is None or (e.at - talk.last > FRESH and not (t.thread and e.medium == "email"))
            if talk.waiting is None:
                begins = fresh and not (t.subject and _ANSWER.match(t.subject))
                talk.waiting = Item(
                    "answer", t.channel, e.who[0], e.groups[0], e.at, first=begins, line=t.line, keys=e.keys
                )  # fmt: skip
                talk.asks = begins or bool(t.expects_reply)
            else:
                talk.asks |= bool(t.expects_reply) or e.at - talk.waiting.opened >= SECOND
                talk.waiting = attrs.evolve(talk.waiting, keys=talk.waiting.keys + e.keys)
            talk.last = e.at
            for who in e.who:
                waiting[who].add(place)
        elif e.live or e.wrote("out"):
            for answered in {place} | {p for who in e.who for p in waiting.pop(who, ())}:
                known = talks.get(answered) if e.live else talks.setdefault(answered, _Talk())
                if known is not None:
                    if known.waiting is not None:
                        yield _closed(known.waiting, e, workdays)
                    known.waiting, known.last = None, e.at
    for talk in talks.values():
        if talk.waiting is not None and talk.asks:
            yield attrs.evolve(talk.waiting, hours=workdays.working_hours_between(talk.waiting.opened, at))


def _conversation(event: Event) -> str:
    """What a message belongs to: its thread; a mail without one to its subject; a chat is one with each person."""
    t = event.touchpoint
    if event.medium != "email" or not (t.thread or t.subject):
        return event.who[0]
    return t.thread or f"{event.who[0]} {_ANSWER.sub('', t.subject or '').strip().casefold()}"


_TIME = re.compile(
    r"(?i)\b(?:bis|vor|um|gegen|by|before|until|at)\s+(?:spätestens\s+)?"
    r"(\d{1,2})(?:(?::|\.)(\d{2})(?!\.|\d))?\s*(uhr|h\b|a\.?m\.?|p\.?m\.?)?(?![\d.:])"
)


def deadline(text: str, noted: datetime, due: date | None, workdays: Workdays) -> datetime | None:
    """By when a note must be done: the hour it names ("by 4 pm", "bis 16 Uhr") on its due day, else the end of that
    working day. A note with an hour but no day means the day it was written (`noted`, local)."""
    for match in _TIME.finditer(text):
        hour, minute, unit = int(match[1]), int(match[2] or 0), (match[3] or "").lower().replace(".", "")
        if not unit and match[2] is None:
            continue  # "bis 3" may be anything
        hour += 12 if unit == "pm" and hour < 12 else -12 if unit == "am" and hour == 12 else 0
        if hour < 24 and minute < 60:
            found = datetime.combine(due or noted.date(), time(hour, minute), workdays.zone)
            if due is not None or found > noted:
                return found
    return None if due is None else datetime.combine(due, time(), workdays.zone) + timedelta(hours=workdays.hours[1])


def promised(
    who: str,
    group: str,
    text: str,
    noted: datetime,
    due: date | None,
    events: Iterable[Event],
    done: Iterable[datetime],
    at: datetime,
    workdays: Workdays,
) -> Item | None:
    """A note as an item with its own deadline; `None` if it sets none. `events`: with them, by time; `done`: when the
    user said so. Working hours count from the deadline."""
    by = deadline(text, noted.astimezone(workdays.zone), due, workdays)
    if by is None:
        return None
    begun = max(datetime.combine(by.date(), time(), workdays.zone), noted + timedelta(seconds=1))
    item = Item("promise", "", who, group, noted, deadline=by, text=text)
    spoken = next((e for e in events if e.live and begun <= e.at <= at), None)
    said = min((d for d in done if begun <= d <= at), default=None)
    if spoken is not None and (said is None or spoken.at <= said):
        late = workdays.working_hours_between(by, spoken.at)
        return attrs.evolve(item, closed=spoken.at, by=spoken.colleagues, keys=spoken.keys, hours=late)
    closed = said or None
    return attrs.evolve(item, closed=closed, hours=workdays.working_hours_between(by, closed or at))


# -- figures ------------------------------------------------------------------------------------------------------------


def _responses(
    what: str, items: Sequence[Item], target: float, at: datetime, withheld: Withheld | None = None
) -> Responses:
    first = [i for i in items if i.first]
    closed = [i for i in first if i.closed is not None]
    if what == "promise":
        kept = [i for i in closed if i.deadline and i.closed and i.closed <= i.deadline]
        missed = [i for i in items if i.deadline and i not in kept and i.deadline < at]
        within = share(len(kept), len(kept) + len(missed))
    else:
        in_time = sum(i.hours <= target for i in closed)
        within = share(in_time, len(closed) + sum(i.hours > target for i in first if i.closed is None))
    later = [i.hours for i in items if not i.first and i.closed is not None]
    return Responses(
        what, target, len(first), within, spread((i.hours for i in closed), BUCKETS),
        sum(i.closed is None for i in items), sum(i.by_them for i in closed if what == "call_back"), spread(later, BUCKETS),
        withheld, tuple(key for i in items for key in i.keys),
    )  # fmt: skip


def _calls(calls: Sequence[Event], events: Sequence[Event], target: float, withheld: Withheld | None) -> Calls:
    answered = [e for e in calls if e.reached]
    lost = [e for e in calls if not e.reached]
    waits = [e.touchpoint.wait for e in answered if e.touchpoint.wait is not None]
    given_up = [e.touchpoint.wait for e in lost if e.touchpoint.wait is not None]
    unmeasured = [e for e in calls if e.touchpoint.wait is None]
    last: dict[str, Event] = {}
    before: dict[str, Event] = {}
    for e in filter(_is_call_in, events):
        for who in e.who:
            if who in last and e.at - last[who].at <= AGAIN:
                before[e.key] = last[who]
            last[who] = e
    again = [before[e.key] for e in calls if e.key in before]
    return Calls(
        len(calls), share(len(answered), len(calls)), target,
        share(sum(w <= target for w in waits), len(waits) + len(given_up)), spread(waits), spread(given_up),
        len(unmeasured), tuple(sorted({e.importer for e in unmeasured})), share(len(again), len(calls)),
        sum(e.reached for e in again), withheld, tuple(e.key for e in calls),
    )  # fmt: skip


def _conversations(items: Sequence[Item], events: Sequence[Event], workdays: Workdays) -> Conversations:
    """Time with us and time with the customer, over conversations that we answered."""
    by_key = {key: e for e in events if e.medium in WRITTEN for key in e.keys}
    talks: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in items:
        if item.closed is not None:
            talks[item.channel, _conversation(by_key[item.keys[0]])].append(item)
    ours, paused = [], []
    for some in talks.values():
        some.sort(key=lambda i: i.opened)
        ours.append(sum(i.hours for i in some))
        paused.append(
            sum(workdays.working_hours_between(i.closed, then.opened) for i, then in pairwise(some) if i.closed)
        )
    return Conversations(len(talks), spread(ours, BUCKETS), spread(paused, BUCKETS))
