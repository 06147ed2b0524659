"""What follows from absences: those of others are proposed until the user agrees; after a long one of our own the list
comes back by and by."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil

import attrs

from touchpoints import words
from touchpoints.book import Book
from touchpoints.language import Text
from touchpoints.relationship import Relationship


@attrs.frozen(slots=True)
class Proposal:
    """Somebody who is away by an automatic answer of theirs, until a day; `said`: of which day, in which file."""

    relationship: Relationship
    until: date
    said: date
    source: str

    @property
    def command(self) -> str:
        """What makes it true."""
        return f'touchpoints away "{self.relationship.name}" --until {self.until.isoformat()}'

    def text(self, today: date) -> Text:
        """A sentence for people."""
        return Text(
            "away until {until} by an automatic answer of {said}; to hold them back until then: {command}",
            until=words.day(self.until, today), said=words.day(self.said, today), command=self.command,
        )  # fmt: skip


def proposed(book: Book) -> list[Proposal]:
    """Absences that automatic answers say, the newest of each person: still to last, and neither agreed to nor
    answered otherwise since (`away`). In the order of names."""
    decided = {book.directory.about(d): book.local(d.at).date() for d in book.decisions("away")}
    newest: dict[str, Proposal] = {}
    for absence, source in book.absences:
        if absence.handle is None or absence.said is None or absence.said > book.today:
            continue
        r, until = book.of_handle(absence.handle), absence.spans[-1][1]
        if r is None or until < book.today or decided.get(r.id, date.min) >= absence.said:
            continue
        if r.id not in newest or (newest[r.id].said, newest[r.id].until) < (absence.said, until):
            newest[r.id] = Proposal(r, until, absence.said, source)
    return sorted(newest.values(), key=lambda p: (p.relationship.name.lower(), p.relationship.id))


@attrs.frozen(slots=True)
class EasingIn:
    """The working days after an absence of our own over which the list comes back: `days` from today on, the first of
    them today; `back`: the first after the absence, whose last day was `until`."""

    until: date
    back: date
    days: tuple[date, ...]

    def shares(self, n: int) -> list[int]:
        """How many of `n` are for each of these days, for some of them less than three only on the last."""
        left, shares = n, list[int]()
        for remaining in range(len(self.days), 0, -1):
            shares.append(min(left, max(_FEWEST, ceil(left / remaining))))
            left -= shares[-1]
        return shares


_FEWEST = 3


def easing_in(book: Book, owner: str | None, least: int, over: int) -> EasingIn | None:
    """Whether we (`owner`: who of us, in a team) were away for `least` working days or more until lately, and the rest of
    the working days, `over` at most and half as many as we were away, on which the list comes back; `None` if none is
    left after today."""
    workdays, step = book.workdays, timedelta(days=1)
    away = (*workdays.absences, *book.absent(owner))
    until = max((last for first, last in away if last < book.today), default=None)
    if until is None or any(first <= book.today <= last for first, last in away):
        return None
    missed, day = 0, until
    while any(first <= day <= last for first, last in away) or not workdays.is_working(day):
        missed += day.weekday() < 5 and workdays.holiday(day) is None
        day -= step
    back = workdays.next_working(until + step)
    days = [day := back]
    while len(days) < min(over, missed // 2):
        days.append(day := workdays.next_working(day + step))
    left = tuple(day for day in days if day >= book.today)
    return EasingIn(until, back, left) if missed >= least and len(left) > 1 else None
