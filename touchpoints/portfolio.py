"""The portfolio: how healthy the relationships with customers are, against how important they are."""

from __future__ import annotations

import attrs

from touchpoints.book import Book
from touchpoints.model import IMPORTANCES, Customer
from touchpoints.relationship import Relationship
from touchpoints.rules.scope import NO_SILENCE

WEAK = 50
"""A health below it: contact within three usual gaps is less likely than not."""
STEP = 10
"""Per cent of health that one bin holds."""


@attrs.frozen(slots=True)
class Place:
    """A customer (or a contact who stands alone) in the portfolio: health (0..100), status, and the relationship that
    stands for it: the one known best."""

    customer: Customer | None
    whom: Relationship
    importance: str | None
    health: float
    status: str

    @property
    def name(self) -> str:
        """The customer's name, else the contact's."""
        return self.customer.name if self.customer else self.whom.name


@attrs.frozen(slots=True)
class Portfolio:
    """All customers with a health, the important and the weak first; `unknown`: how many are too new to have one."""

    places: tuple[Place, ...]
    unknown: int

    def bins(self, importance: str | None) -> tuple[int, ...]:
        """How many customers of an importance have a health of 0 to 10, of 10 to 20 … per cent."""
        counts = [0] * (100 // STEP)
        for place in self.of(importance):
            counts[min(int(place.health // STEP), len(counts) - 1)] += 1
        return tuple(counts)

    def of(self, importance: str | None) -> tuple[Place, ...]:
        """The customers of an importance."""
        return tuple(p for p in self.places if p.importance == importance)

    def weak(self, importance: str | None) -> tuple[Place, ...]:
        """The customers of an importance whose health is below one half."""
        return tuple(p for p in self.of(importance) if p.health < WEAK)

    @property
    def importances(self) -> tuple[str | None, ...]:
        """The importances that occur, A first, without one last."""
        return tuple(i for i in (*IMPORTANCES, None) if self.of(i))


def portfolio(book: Book) -> Portfolio:
    """The portfolio of a book, without suppliers, private and former contacts. Contacts without a customer stand alone."""
    places: list[Place] = []
    unknown = 0
    for relationships in book.groups.values():
        first = relationships[0]
        if first.kind in NO_SILENCE:
            continue
        view = book.customer(first.customer) if first.customer else None
        warmth = view.warmth if view else first.warmth
        if warmth.health is None:
            unknown += warmth.summary.all.n > 0
            continue
        importance = min((r.importance for r in relationships if r.importance), default=None)
        whom = (view.strongest if view else None) or first
        places.append(Place(first.customer, whom, importance, warmth.health, warmth.status))
    places.sort(key=lambda p: (p.importance or "~", p.health, p.name.lower(), p.whom.id))
    return Portfolio(tuple(places), unknown)
