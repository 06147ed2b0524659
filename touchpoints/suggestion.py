"""How and when to reach somebody: channel, handle and slot, by how they are reached (`reach`).

Conversation comes first: the number that is likeliest to be answered, else an offer of a video meeting by mail, else the
written channel on which they answer. Each call in vain changes the next try: another time, then another number, then
another channel.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import takewhile

import attrs

from touchpoints import words
from touchpoints.book import Book, is_live
from touchpoints.facts import Stored
from touchpoints.handles import Handle
from touchpoints.language import N_, Text
from touchpoints.reach import Averages, Reach, WayReach, line_of, reach_of
from touchpoints.relationship import Relationship, Suggestion
from touchpoints.rules.scope import is_attempt, is_sign, is_written
from touchpoints.sameevent import events

HISTORY = 300
"""How many of the newest touchpoints are looked at."""

_BANDS = (10, 14, 9, 16, 12)
"""Hours at which a two-hour slot begins, the likeliest first."""
_CALL = N_("Call {handle} ({why}) · {slot}")
_FIND_NUMBER = N_("Call ({why}) · {slot}")
_OFFER = N_("Offer a video or phone call, by mail to {handle} ({why}) · {slot}")
_WRITE = N_("Write first ({channel}: {handle}) and ask for a call ({why}) · {slot}")
_ASK = N_("Ask the switchboard for the successor ({why}) · {slot}")
_ENOUGH = 3
"""So many conversations make a habit; so many calls in vain make a phone dead."""


@attrs.frozen(slots=True)
class _Way:
    message: str
    channel: str
    handle: Handle | None
    why: Text


def suggest(
    book: Book,
    relationship: Relationship,
    averages: Averages | None = None,
    *,
    soon: bool = False,
    start: date | None = None,
    banned: frozenset[str] = frozenset(),
    gone: bool = False,
) -> Suggestion | None:
    """What to do about a relationship, without the `banned` channels or media; `None` where no way is left. `averages`:
    what this user's contacts do (see `reach`).

    What has to be done `soon` takes the first slot that is likely; anything else may wait some days for the best one.
    No slot lies before `start` (a birthday). Somebody `gone` is not to be reached: their successor is to be found.
    """
    stored = book.touchpoints(relationship, limit=HISTORY)
    history = events(stored, book.zone)[::-1]
    found = reach_of(book, relationship, stored, averages or Averages())
    failed = _failed(history)
    if gone:
        way: _Way | None = _Way(_ASK, "phone", None, Text("{name} is no longer there", name=relationship.name))
    else:
        way = _way(found, history, failed, banned)
    if way is None:
        return None
    slot, said = _slot(book, found, history, failed, soon, max(start or book.today, book.today))
    shown = way.handle.shown if way.handle else ""
    text = Text(way.message, handle=shown, channel=words.name("channel", way.channel), why=way.why, slot=said)
    return Suggestion(way.channel, way.handle, slot, way.why, text)


def usual_minutes(book: Book, relationship: Relationship) -> int:
    """How long a call will take: the median of their own calls, else ten minutes."""
    calls = (s for s in book.touchpoints(relationship, outcome="reached", limit=HISTORY) if s.medium == "call")
    lengths = sorted(s.touchpoint.duration for s in calls if s.touchpoint.duration)
    return max(1, round(lengths[len(lengths) // 2] / 60)) if lengths else 10


def _failed(history: Sequence[Stored]) -> list[Stored]:
    """The calls in vain since anybody there was last reached or wrote, newest first."""
    found = []
    for stored in history:
        if is_live(stored) or is_written(stored, "in"):
            break
        if stored.medium == "call" and is_attempt(stored):
            found.append(stored)
    return found


# -- the way ------------------------------------------------------------------------------------------------------


def _way(found: Reach, history: Sequence[Stored], failed: list[Stored], banned: frozenset[str]) -> _Way | None:
    ways = [w for w in found.ways if w.way.handle and not banned & {w.way.channel, w.way.medium}]
    phones = [w for w in ways if w.way.medium == "call"]
    answers = {s.touchpoint.channel for s in history if is_written(s, "in")}
    written, answering = _written(ways, answers)
    tries = words.attempts(len(failed))
    if phones and answering and _dead(phones):
        in_vain = _times(sum(w.attempts - w.answered for w in phones))
        why = Text("answers there, not reached by phone {failed}", failed=in_vain)
        since = takewhile(lambda s: not is_sign(s), history)
        if any(is_written(s, "out") and s.touchpoint.channel == answering.channel for s in since):
            why = Text("has answered there before, not reached by phone {failed}", failed=in_vain)
        return attrs.evolve(answering, why=why)
    if phones and failed:
        tried = {p.handle for s in failed for p in s.touchpoint.parties}
        untried = [w for w in phones if w.way.handle not in tried]
        if len(failed) == 1:
            return _Way(_CALL, "phone", phones[0].way.handle, Text("{attempts} failed, another time", attempts=tries))
        if len(failed) == 2 and untried:
            return _Way(_CALL, "phone", untried[0].way.handle, Text("{attempts} failed, another way", attempts=tries))
        wrote = sum(is_written(s, "out") for s in takewhile(lambda s: not is_sign(s), history))
        if written and (answering or wrote < len(failed)):  # what was tried more in vain is no better way
            return attrs.evolve(written, why=Text("{attempts} failed, another way", attempts=tries))
        return _Way(
            _CALL, "phone", (untried or phones)[0].way.handle, Text("{attempts} failed, another way", attempts=tries)
        )
    if phones:
        return _Way(_CALL, "phone", phones[0].way.handle, _why(phones))
    mail = next((w.way.handle for w in ways if w.way.handle and w.way.handle.kind == "email"), None)
    if mail and not banned & {"mail", "email", "video"} and not (answering and answering.channel != "mail"):
        return _Way(_OFFER, "video", mail, Text("no number known"))
    if written:
        return written
    return None if banned else _Way(_FIND_NUMBER, "phone", None, Text("no number known"))


def _why(phones: Sequence[WayReach]) -> Text:
    first = phones[0]
    if first.answered:
        return Text.count(
            "reached there {reached} of {n} time", "reached there {reached} of {n} times",
            n=first.attempts, reached=first.answered,
        )  # fmt: skip
    if len(phones) == 1:
        return Text("the only number known")
    return (
        Text("mobile number") if first.way.handle and line_of(first.way.handle) == "mobile"
        else Text("never reached on it so far")
    )  # fmt: skip


def _dead(phones: Sequence[WayReach]) -> bool:
    """Whether the phone is dead: every number looks so, or three calls of ours in vain or more, and none was taken."""
    in_vain = sum(w.attempts for w in phones) >= _ENOUGH and not any(w.answered for w in phones)
    return in_vain or all(w.dead for w in phones)


def _written(ways: Sequence[WayReach], answers: set[str]) -> tuple[_Way | None, _Way | None]:
    """The written way likeliest to be answered, one on which they write before any other; and it again if they do."""
    some = sorted((w for w in ways if not w.way.live), key=lambda w: (w.way.channel not in answers, w.dead is not None))
    if not some:
        return None, None
    there = some[0].way.channel in answers
    why = Text("answers there") if there else Text("no number known")
    way = _Way(_WRITE, some[0].way.channel, some[0].way.handle, why)
    return way, way if there else None


# -- the slot -----------------------------------------------------------------------------------------------------


def _slot(
    book: Book, found: Reach, history: Sequence[Stored], failed: Iterable[Stored], soon: bool, start: date
) -> tuple[str, Text]:
    """The next slot in working hours: the first that is wished for and fits."""
    opens, closes = book.workdays.hours
    wishes, habit = _wishes(book, found, history, failed, soon)
    weekday, hour = wishes[0]
    now = book.at.astimezone(book.zone)
    for n in range(15):
        day = start + timedelta(days=n)
        if not book.workdays.is_working(day) or (weekday is not None and day.weekday() != weekday):
            continue
        # today any slot that is not nearly over will do; on a later day the best one
        for first in [h for _, h in wishes] if day == book.today and weekday is None else [hour]:
            last = min(first + 2 - (0 if found.time else first % 2), closes)
            if datetime.combine(day, time(last - 1, 30), book.zone) > now:
                said = _said(day, first, last, best=habit and first == hour)
                return f"{day.isoformat()} {first:02}:00-{last:02}:00", said
    day = book.workdays.next_working(start + timedelta(days=1))
    return f"{day.isoformat()} {opens:02}:00-{closes:02}:00", _said(day, opens, closes)


def _said(day: date, first: int, last: int, *, best: bool = False) -> Text:
    if best:
        return Text("{day}, {first}–{last} (best reached then)", day=day, first=first, last=last)
    return Text("{day}, {first}–{last}", day=day, first=first, last=last)


def _times(n: int) -> Text:
    return Text("once") if n == 1 else Text.count("{n} time", "{n} times", n=n)


def _wishes(
    book: Book, found: Reach, history: Sequence[Stored], failed: Iterable[Stored], soon: bool
) -> tuple[list[tuple[int | None, int]], bool]:
    """Weekday (None: any) and hour of slots, the best first, and whether that one is a habit of theirs: by reach, else
    where they were mostly reached, else the usual ones; never where a call failed."""
    opens, closes = book.workdays.hours
    missed = {_band(book, s)[1] for s in failed}
    others: list[tuple[int | None, int]] = [(None, h) for h in _BANDS if opens <= h < closes and h not in missed]
    others = others or [(None, opens)]
    if (known := found.time) is not None:
        hours = [h for h in known.hours if not {h, h + 1} & {x for b in missed for x in (b, b + 1)}]
        if hours:
            wishes: list[tuple[int | None, int]] = [(None, h) for h in hours]
            best = [] if soon or known.weekday is None else [(known.weekday, hours[0])]
            return [*best, *wishes], known.own >= _ENOUGH
        return others, False
    spoken = Counter(_band(book, s) for s in history if is_live(s))
    hours_of: Counter[int] = Counter()
    for (_, hour), n in spoken.items():
        hours_of[hour] += n
    usual = [(None, h) for h, n in hours_of.most_common() if n >= _ENOUGH and h not in missed]
    habits = [] if soon else [b for b, n in spoken.most_common() if n >= _ENOUGH and b[1] not in missed]
    return [*habits[:1], *usual[:1], *others], bool(habits or usual)


def _band(book: Book, stored: Stored) -> tuple[int, int]:
    """Weekday and hour at which the two-hour slot of a touchpoint begins, within working hours."""
    opens, closes = book.workdays.hours
    at = stored.touchpoint.at.astimezone(book.zone)
    return at.weekday(), max(opens, min(at.hour - at.hour % 2, closes - 1))
