"""What renderers are given: everything of one moment, worked out when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from touchpoints.absences import Proposal
    from touchpoints.book import Book
    from touchpoints.calllist import CallList
    from touchpoints.reach import Reach
    from touchpoints.team.demand import Demand
    from touchpoints.team.mix import Mix
    from touchpoints.team.service import Service
    from touchpoints.tracker import Tracker


HOLE = 14
"""Days without any file that are named as a hole; shorter gaps are as likely days on which nothing happened."""


@attrs.frozen(slots=True)
class SourceAge:
    """How far a kind of source reaches: its importer, what of it (a line, an account), the first and the last day, its age,
    and the holes of a fortnight or more in between: (first, last day) that no file covers."""

    source: str
    what: str
    since: date
    until: date
    age_days: int
    holes: tuple[tuple[date, date], ...] = ()


@attrs.frozen(slots=True)
class OwnAbsence:
    """Own days off: first and last day, the file that holds them (none: the settings), and who of us, if it says so."""

    first: date
    last: date
    source: str = ""
    colleague: str | None = None


class CallReport:
    """What renderers are given: everything as of `at`, worked out when first asked for."""

    def __init__(self, tracker: Tracker, at: datetime, choices: Mapping[str, Any] | None = None) -> None:
        self.tracker, self.at, self.choices = tracker, at, dict(choices or {})
        self.zone = tracker.store.zone

    @cached_property
    def book(self) -> Book:
        """All relationships."""
        return self.call_list.book

    @cached_property
    def call_list(self) -> CallList:
        """The call list."""
        return self.tracker.call_list(self.at, **self.choices)

    @cached_property
    def coverage(self) -> tuple[SourceAge, ...]:
        """How far each source reaches as of `at`, the oldest first."""
        today = self.at.astimezone(self.zone).date()
        spans: dict[tuple[str, str], list[tuple[date, date]]] = {}
        for importer, what, start, end, _name in self.tracker.coverage():
            if start <= today:
                spans.setdefault((importer, what), []).append((start, min(end, today)))
        ages = []
        for (importer, what), found in spans.items():
            since, until, holes = min(found)[0], date.min, []
            for start, end in sorted(found):
                if until > date.min and (start - until).days > HOLE:
                    holes.append((until + timedelta(days=1), start - timedelta(days=1)))
                until = max(until, end)
            ages.append(SourceAge(importer, what, since, until, (today - until).days, tuple(holes)))
        return tuple(sorted(ages, key=lambda a: (-a.age_days, a.source, a.what)))

    @property
    def today(self) -> date:
        """The local date of `at`."""
        return self.at.astimezone(self.zone).date()

    @cached_property
    def away_proposed(self) -> list[Proposal]:
        """Absences that automatic answers say, not agreed to yet."""
        from touchpoints.absences import proposed

        return proposed(self.tracker.book(self.at))

    @cached_property
    def absences(self) -> tuple[OwnAbsence, ...]:
        """Own absences of the last year and to come, of settings and calendars, by date."""
        since = self.at.astimezone(self.zone).date() - timedelta(days=365)
        found = {OwnAbsence(*span) for span in self.tracker.settings.absences}
        for absence, source in self.tracker.store.absences():
            if absence.handle is None:
                found |= {OwnAbsence(*span, source, absence.colleague) for span in absence.spans}
        return tuple(sorted((a for a in found if a.last >= since), key=lambda a: (a.first, a.last, a.source)))

    def export_again(self, importer: str, lang: str) -> str:
        """How to make an importer's export again, in a language; empty if it does not say."""
        for known in self.tracker.plugins.importers:
            if known.name == importer:
                return str(getattr(known, "export", {}).get(lang, ""))
        return ""

    @cached_property
    def mix(self) -> Mix:
        """Channels over time, of everybody."""
        return self.tracker.mix(self.at)

    @cached_property
    def demand(self) -> Demand:
        """When customers call."""
        return self.tracker.demand(self.at)

    @cached_property
    def service(self) -> Service:
        """Response and call-back times."""
        return self.tracker.service(self.at)

    def reach(self, who: str) -> Reach:
        """On which way somebody answers."""
        return self.tracker.reach(who, self.at)
