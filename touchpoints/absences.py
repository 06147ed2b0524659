"""What follows from absences: those of others are proposed until the user agrees; after a long one of our own the list
comes back by and by."""

from __future__ import annotations

from datetime import date

import attrs

from touchpoints import words
from touchpoints.book import Book, Relationship
from touchpoints.language import Text


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
