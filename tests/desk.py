"""A desk for tests of rules and call list: a real store in memory, filled a touchpoint at a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from touchpoints.book import Book
from touchpoints.calllist import CallList, call_list, why_not
from touchpoints.directory import Directory
from touchpoints.handles import Handle
from touchpoints.model import Coverage, Party, Person, Touchpoint
from touchpoints.ourside import OurSide
from touchpoints.relationship import Reason
from touchpoints.rules import touchpoints_rules
from touchpoints.settings import Settings
from touchpoints.store import Store

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 7, 1, 9, tzinfo=BERLIN)
"""A Wednesday."""


def at(text: str) -> datetime:
    """A local time such as `2026-06-26 16:12`."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def ago(days: float, hour: int = 10) -> datetime:
    """So many days before `AT`, at a local hour."""
    return (AT - timedelta(days=days)).replace(hour=hour)


class Desk:
    """What happened, who is who and what was decided; `book`, `reasons` and `calls` as of a moment."""

    def __init__(self, region: str = "DE-BE", **settings: Any) -> None:
        self.settings = Settings(me=("mara@falk.example", "+493023125100"), **settings)
        self.region = region
        self.store = Store()
        self.store.set_zone("Europe/Berlin")
        self._sources: dict[str, int] = {}

    def source(self, importer: str) -> int:
        return self._sources.setdefault(importer, self.store.begin_source(f"{importer}.file", importer, "d"))

    def add(self, *touchpoints: Touchpoint, importer: str = "app") -> None:
        self.store.add(touchpoints, self.source(importer))

    def covers(self, importer: str, first: date, last: date) -> None:
        self.store.add_coverage([Coverage(first, last)], self.source(importer))

    def knows(self, *people: Person) -> None:
        self.store.add_people(people, self.source("directory"))

    def decide(self, when: datetime, kind: str, who: str, **payload: Any) -> None:
        found = self.directory.find(who)
        assert hasattr(found, "id")
        self.store.decide(when, kind, found.id, **payload)

    @property
    def directory(self) -> Directory:
        side = OurSide((), self.settings.me, self.settings.own_domains, self.region, self.settings.lines)
        directory = Directory(self.store, self.settings, side, self.region)
        self.store.resolve(directory.rows(), str(self.store.get("generation")))
        return directory

    def book(self, when: datetime = AT) -> Book:
        return Book(self.store, self.directory, self.settings, when, region=self.region)

    def reasons(self, when: datetime = AT, rule: str | None = None) -> list[Reason]:
        book = self.book(when)
        return [x for r in touchpoints_rules() if rule in (None, r.name) for x in r.reasons(book, when)]

    def found(self, when: datetime = AT) -> set[tuple[str, str]]:
        """Which rules fire, for whom."""
        return {(reason.rule, reason.relationship.name) for reason in self.reasons(when)}

    def rules(self, when: datetime = AT) -> set[str]:
        return {rule for rule, _ in self.found(when)}

    def calls(self, when: datetime = AT, **choices: Any) -> CallList:
        book = self.book(when)
        return call_list(book, [x for r in touchpoints_rules() for x in r.reasons(book, when)], **choices)

    def why_not(self, who: str, when: datetime = AT) -> str:
        book = self.book(when)
        reasons = [x for r in touchpoints_rules() for x in r.reasons(book, when)]
        found = book.directory.find(who)
        assert hasattr(found, "id")
        return why_not(book, reasons, book.by_id[found.id])["en"]


def mail(who: str, when: datetime, direction: str = "in", **rest: Any) -> Touchpoint:
    """A mail; `who` is an address."""
    return Touchpoint.mail(who, when, direction, **{"name": _name(who), **rest})


def call(who: str, when: datetime, direction: str = "out", **rest: Any) -> Touchpoint:
    """A call with an address's owner or a number."""
    return Touchpoint.call(who, when, direction, **{"name": _name(who), **rest})


def video(who: str, when: datetime, **rest: Any) -> Touchpoint:
    """A video meeting."""
    return Touchpoint.video(who, when, **{"name": _name(who), **rest})


def chat(who: str, when: datetime, direction: str = "in", **rest: Any) -> Touchpoint:
    """A message on LinkedIn."""
    return Touchpoint.message(who, when, direction, **{"name": _name(who), "channel": "linkedin", **rest})


def every(
    gap: int, days: Iterable[int] | range, who: str = "erika@muster.example", kind: Any = video
) -> list[Touchpoint]:
    """Contact at each of `days` × `gap` days ago."""
    return [kind(who, ago(gap * n)) for n in days]


def together(touchpoint: Touchpoint, *others: str) -> Touchpoint:
    """The same with more people."""
    parties = (*touchpoint.parties, *(Party(Handle.of(o), _name(o)) for o in others))
    return attrs.evolve(touchpoint, parties=parties)


def _name(who: str) -> str:
    return who.split("@")[0].replace(".", " ").title() if "@" in who else "Erika Muster"
