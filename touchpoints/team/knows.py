"""Who knows whom: which colleague has had contact with which contact, and how well.

It says how well somebody is known, in three steps, never how much anybody works.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import attrs

from touchpoints.book import Book
from touchpoints.happened import Event
from touchpoints.language import Text
from touchpoints.model import Customer
from touchpoints.progress import counted
from touchpoints.relationship import Relationship
from touchpoints.summary import Days, Summary

YEAR = 365
WELL, KNOWN, HEARD = 3, 2, 1
"""How well a colleague knows a contact: WELL had a conversation on three days or more, the last within a year; KNOWN had
a conversation, or contact on three days; HEARD had any contact at all."""

Known = Mapping[tuple[str, str], Summary]
"""(colleague, contact) → the summary of their own contact."""


def known(events: Iterable[Event], book: Book) -> dict[tuple[str, str], Summary]:
    """Per colleague and relationship (its id): the summary of what they themselves took part in, up to the book's `at`."""
    rows: dict[tuple[str, str], list[tuple[int, str, str, str, bool, int, float]]] = defaultdict(list)
    for e in events:
        if e.reached and e.at <= book.at:
            t = e.touchpoint
            day = e.at.astimezone(book.zone).toordinal()
            for name in e.colleagues:
                for who in e.who:
                    rows[name, who].append((day, e.medium, t.direction, "reached", True, 1, t.duration or 0))
    pairs = counted(rows.items(), Text("finding who knows whom"))
    return {place: Summary.of(Days.of(some), book.today.toordinal()) for place, some in pairs}


@attrs.frozen(slots=True)
class Acquaintance:
    """Who at a customer is known by whom: for each person, colleague → how well."""

    customer: Customer
    people: tuple[tuple[Relationship, Mapping[str, int]], ...]

    @property
    def colleagues(self) -> tuple[str, ...]:
        """The colleagues who know anybody there, in the order of their names."""
        return tuple(sorted({name for _, depths in self.people for name in depths}))


def acquaintances(known: Known, book: Book) -> tuple[Acquaintance, ...]:
    """Who knows whom at every customer of the book, in the order of names; nobody else's contacts."""
    of: dict[str, dict[str, int]] = defaultdict(dict)
    for (name, who), summary in known.items():
        of[who][name] = depth(summary)
    found = []
    for relationships in book.groups.values():
        customer = relationships[0].customer
        people = [(r, of[r.id]) for r in relationships if of.get(r.id)]
        if customer is not None and people:
            people.sort(key=_order)
            found.append(Acquaintance(customer, tuple(people)))
    return tuple(sorted(found, key=lambda a: (a.customer.name.lower(), a.customer.id)))


def _order(known: tuple[Relationship, Mapping[str, int]]) -> tuple[bool, str, str]:
    return known[0].contact is None, known[0].name.lower(), known[0].id


def depth(summary: Summary) -> int:
    """How well: WELL, KNOWN or HEARD."""
    live, every = summary.live, summary.all
    if live.n >= 3 and live.last is not None and summary.at - live.last <= YEAR:
        return WELL
    return KNOWN if live.n or every.n >= 3 else HEARD
