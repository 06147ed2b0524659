"""Cover: which relationships need somebody while a colleague is away, and who takes each.

Whoever knows the contact best takes over, as far as they are there and have room; the load is spread fairly. The plan
ends when the colleague is back. It says who has spoken with whom, never how much or how well anybody works.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import ceil

import attrs

from touchpoints.book import Book
from touchpoints.facts import Stored
from touchpoints.handles import Handle, same_name
from touchpoints.happened import Event
from touchpoints.language import languages
from touchpoints.relationship import Reason, Relationship
from touchpoints.rules.scope import NO_SILENCE, Scope
from touchpoints.summary import Summary
from touchpoints.team.knows import Known
from touchpoints.team.knows import known as known_by
from touchpoints.team.roster import Roster
from touchpoints.warmth import DORMANT, judge
from touchpoints.workdays import Workdays

SAME_CUSTOMER = 0.5
"""What knowing others at the customer is worth against knowing the contact."""
LOAD = 15
"""Points of warmth that a further relationship counts against whoever has an even share already."""
YEAR = 365
"""Days that decide whose a relationship is where nobody is named responsible."""


@attrs.frozen(slots=True)
class Why:
    """Why a relationship needs somebody: `owed` or `due` now (the rule's text), `promise` (its text), `falls due`, or
    `booked`, on a `day` of the absence."""

    kind: str
    day: date | None = None
    text: Mapping[str, str] = attrs.field(factory=dict, hash=False)


@attrs.frozen(slots=True)
class Task:
    """A relationship to be covered, by `taker` (None: nobody is there): how the taker knows them (`days` of contact of
    their own, the last on `last`; `through_others`: they know others there), and what must be known."""

    relationship: Relationship
    why: tuple[Why, ...]
    taker: str | None
    days: int
    last: date | None
    through_others: bool
    handle: Handle | None
    touchpoints: tuple[Stored, ...]
    promises: tuple[str, ...]


@attrs.frozen(slots=True)
class Cover:
    """The cover of a colleague from `start` to `end`, who is back on `back`: tasks in order of urgency. `others`: the
    colleagues who are there, with the share of the working days on which they are."""

    colleague: str
    start: date
    end: date
    back: date
    tasks: tuple[Task, ...]
    others: Mapping[str, float]
    relationships: int

    def sheet(self, colleague: str) -> tuple[Task, ...]:
        """What one colleague takes over."""
        return tuple(t for t in self.tasks if t.taker == colleague)


def cover(
    colleague: str,
    start: date,
    end: date,
    book: Book,
    reasons: Iterable[Reason],
    events: Sequence[Event],
    workdays: Workdays,
    colleagues: Iterable[str],
    roster: Roster | None = None,
    capacity: Mapping[str, float] | None = None,
) -> Cover:
    """Who covers `colleague` from `start` to `end`. `events`: what happened, each once; `colleagues`: everybody on our
    side; `roster`: their absences; `capacity`: how much each can take, 1 unless given (0: nothing)."""
    known = known_by(events, book)
    theirs = [r for r in book if _is_theirs(r, colleague, known, book)]
    found = defaultdict[str, list[Reason]](list)
    for reason in reasons:
        found[reason.relationship.id].append(reason)
    scope = Scope(book)
    wanted = [(r, why) for r in theirs if (why := _why(r, found[r.id], start, end, book, scope))]
    wanted.sort(key=lambda w: _order(*w))
    others = _present(
        [c for c in colleagues if not same_name(c, colleague)], start, end, workdays, roster, capacity or {}
    )
    tasks = _assigned(wanted, others, known, book, roster or Roster())
    return Cover(
        colleague, start, end, workdays.next_working(end + timedelta(days=1)), tuple(tasks), others, len(theirs)
    )


# -- whose it is, and what it needs ---------------------------------------------------------------------------------------


def _is_theirs(r: Relationship, colleague: str, known: Known, book: Book) -> bool:
    """Whether a colleague is responsible: by name, else had most contact days in the last year."""
    if r.kind in NO_SILENCE:
        return False
    if r.owner:
        return same_name(r.owner, colleague)
    days = Counter({
        name: summary.all.n for (name, who), summary in known.items()
        if who == r.id and summary.all.last is not None and book.today.toordinal() - summary.all.last <= YEAR
    })  # fmt: skip
    return bool(days) and same_name(min(days, key=lambda n: (-days[n], n)), colleague)


def _why(
    r: Relationship, reasons: Iterable[Reason], start: date, end: date, book: Book, scope: Scope
) -> tuple[Why, ...]:
    """What is open now, and what falls due or is booked in the absence."""
    found = [Why("owed" if x.stage == 1 else "due", None, x.text) for x in reasons if x.stage <= 3]
    for note in r.notes:
        due = note.payload.get("due")
        if due and max(book.today + timedelta(days=1), start) <= (day := date.fromisoformat(due)) <= end:
            found.append(Why("promise", day, {lang: str(note.payload["text"]) for lang in languages()}))
    for planned in r.planned:
        day = planned.touchpoint.at.astimezone(book.zone).date()
        if start <= day <= end:
            found.append(Why("booked", day, dict.fromkeys(languages(), planned.touchpoint.subject or "")))
    if not any(w.kind == "due" for w in found) and scope.holds(r) and r.warmth.status != DORMANT:
        cadence = book.cadence(r)
        last = r.summary.all.last
        on = date.fromordinal(last + cadence[0]) if cadence and last else r.warmth.due_on
        if on is not None and book.today < on <= end:
            found.append(Why("falls due", max(on, start)))
    return tuple(found)


def _order(r: Relationship, why: Sequence[Why]) -> tuple[int, str, date, str, str]:
    kinds = {"owed": 0, "promise": 1, "booked": 2, "due": 3, "falls due": 4}
    first = min(why, key=lambda w: (kinds[w.kind], w.day or date.min))
    return kinds[first.kind], r.importance or "B~", first.day or date.min, r.name.lower(), r.id


# -- who takes it -----------------------------------------------------------------------------------------------------------


def _present(
    names: Iterable[str],
    start: date,
    end: date,
    workdays: Workdays,
    roster: Roster | None,
    capacity: Mapping[str, float],
) -> dict[str, float]:
    """How much each can take: the share of the working days on which they are there, times their capacity."""
    days = [d for n in range((end - start).days + 1) if workdays.is_working(d := start + timedelta(days=n))]
    found = {}
    for name in sorted(set(names)):
        there = sum(not (roster and roster.away(name, d)) for d in days) / len(days) if days else 1.0
        if (room := there * capacity.get(name, 1.0)) > 0:
            found[name] = room
    return found


def _assigned(
    wanted: Sequence[tuple[Relationship, tuple[Why, ...]]],
    others: Mapping[str, float],
    known: Known,
    book: Book,
    roster: Roster,
) -> Iterable[Task]:
    rooms = sum(others.values())
    fair = {name: len(wanted) * room / rooms for name, room in others.items()} if rooms else {}
    taken: Counter[str] = Counter()
    for r, why in wanted:
        days = {w.day for w in why if w.day is not None}
        there = [n for n in fair if not any(roster.away(n, d) for d in days)] or list(fair)
        free = [n for n in there if taken[n] <= ceil(fair[n])] or there

        def fit(name: str, r: Relationship = r) -> tuple[float, str]:
            points, _, _ = _knows(name, r, known, book)
            return LOAD * taken[name] / max(fair[name], 1e-9) - points, name

        taker = min(free, key=fit, default=None)
        days_of, last, through = 0, None, False
        if taker is not None:
            taken[taker] += 1
            _, summary, through = _knows(taker, r, known, book)
            days_of, last = summary.all.n, summary.all.last
        yield Task(
            r, why, taker, days_of, date.fromordinal(last) if last else None, through, _number(r),
            tuple(book.touchpoints(r, limit=3)), tuple(str(n.payload["text"]) for n in r.notes if n.payload.get("due")),
        )  # fmt: skip


def _knows(name: str, r: Relationship, known: Known, book: Book) -> tuple[float, Summary, bool]:
    """How well a colleague knows a contact: warmth of their own contact, or half of that with others there."""
    own = known.get((name, r.id))
    if own is not None:
        return judge(own, book.prior).score or 0.0, own, False
    there = [s for other in book.groups.get(r.group, ()) if (s := known.get((name, other.id))) is not None]
    if not there:
        return 0.0, Summary(book.today.toordinal()), False
    best = max(there, key=lambda s: judge(s, book.prior).score or 0.0)
    return SAME_CUSTOMER * (judge(best, book.prior).score or 0.0), best, True


def _number(r: Relationship) -> Handle | None:
    handles = r.contact.handles if r.contact else ()
    return next((h for kind in ("phone", "email") for h in handles if h.kind == kind), None)


def away_of(roster: Roster, colleague: str, at: datetime) -> tuple[date, date] | None:
    """The present or next absence of a colleague, by a roster or an absence calendar; days in a row are one."""
    days = sorted((a.first, a.last) for a in roster.absences if same_name(a.colleague, colleague))
    merged: list[tuple[date, date]] = []
    for first, last in days:
        if merged and first <= merged[-1][1] + timedelta(days=1):
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return next((span for span in merged if span[1] >= at.date()), None)
