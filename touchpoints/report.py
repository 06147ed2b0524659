"""What renderers are given: everything of one moment, worked out when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from touchpoints.book import holes_between

if TYPE_CHECKING:
    from touchpoints.absences import Proposal
    from touchpoints.book import Book
    from touchpoints.calllist import CallList
    from touchpoints.happened import Event
    from touchpoints.portfolio import Portfolio
    from touchpoints.reach import Reach
    from touchpoints.reach.channels import ChannelRate
    from touchpoints.relationship import Flag, Relationship
    from touchpoints.talk import Draft, Topics
    from touchpoints.team.demand import Demand
    from touchpoints.team.knows import Acquaintance
    from touchpoints.team.mix import Mix
    from touchpoints.team.service import Service
    from touchpoints.timeline import Timeline
    from touchpoints.tracker import Tracker


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
        return self._ages((importer, what, start, end) for importer, what, start, end, _ in self.tracker.coverage())

    @cached_property
    def coverage_by_source(self) -> tuple[SourceAge, ...]:
        """The same by importer alone: what all its lines, accounts or chats cover together."""
        return self._ages((importer, "", start, end) for importer, _, start, end, _ in self.tracker.coverage())

    def _ages(self, covered: Iterable[tuple[str, str, date, date]]) -> tuple[SourceAge, ...]:
        today = self.at.astimezone(self.zone).date()
        spans: dict[tuple[str, str], list[tuple[date, date]]] = {}
        for importer, what, start, end in covered:
            if start <= today:
                spans.setdefault((importer, what), []).append((start, min(end, today)))
        ages = []
        for (importer, what), found in spans.items():
            until = max(end for _, end in found)
            holes = tuple(holes_between(found))
            ages.append(SourceAge(importer, what, min(found)[0], until, (today - until).days, holes))
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
        return self.tracker.mix(self.at, known=self.events)

    @cached_property
    def demand(self) -> Demand:
        """When customers call."""
        return self.tracker.demand(self.at)

    @cached_property
    def service(self) -> Service:
        """Response and call-back times."""
        return self.tracker.service(self.at)

    @cached_property
    def written_demand(self) -> Demand:
        """When customers write."""
        return self.tracker.demand(self.at, "written")

    def reach(self, who: str) -> Reach:
        """On which way somebody answers."""
        return self.tracker.reach(who, self.at)

    # -- what happened, and what there is to say of it ------------------------------------------------------------------

    @cached_property
    def events(self) -> list[Event]:
        """Everything that happened, each event once, oldest first."""
        from touchpoints.happened import People, happened

        store = self.tracker.store
        people = People(self.tracker.directory)  # who is who first: the store's answers depend on it
        return happened(store.touchpoints(None, None, self.at), self.zone, people, total=store.count())

    @cached_property
    def _events_of(self) -> dict[str, list[Event]]:
        from touchpoints.timeline import by_relationship

        return by_relationship(self.events)

    def timeline(self, relationship: Relationship) -> Timeline:
        """When there was contact with somebody, on which medium; conversation by quarter; the latest touchpoints."""
        from touchpoints.timeline import timeline

        return timeline(relationship, self._events_of.get(relationship.id, ()), self.book)

    def topics(self, relationship: Relationship) -> Topics:
        """What to talk about with somebody."""
        from touchpoints.talk import topics

        return topics(relationship, self._events_of.get(relationship.id, ()), self.book)

    def draft(self, flag: Flag) -> Draft | None:
        """The message of a flag whose suggestion is to write."""
        from touchpoints.talk import draft, sender_of

        behind = {key for reason in flag.reasons if reason.stage == 1 for key in reason.evidence}
        asked = [e for e in self._events_of.get(flag.relationship.id, ()) if behind & set(e.keys) and e.wrote("in")]
        colleagues = [c.name for c in self.tracker.our_side.colleagues]
        sender = flag.owner or sender_of(colleagues)
        return draft(flag, self.book.today, sender, (asked[-1].touchpoint.subject or "") if asked else "")

    @cached_property
    def portfolio(self) -> Portfolio:
        """Health of all customers against their importance."""
        from touchpoints.portfolio import portfolio

        return portfolio(self.book)

    @cached_property
    def answer_rates(self) -> tuple[ChannelRate, ...]:
        """How often each kind of way is answered, over everybody."""
        from touchpoints.reach import attempts
        from touchpoints.reach.channels import by_channel

        return by_channel(attempts(self.events, self.at), self.at)

    @cached_property
    def acquaintances(self) -> tuple[Acquaintance, ...]:
        """Who of us knows whom at each customer, and how well."""
        from touchpoints.team.knows import acquaintances, known

        return acquaintances(known(self.events, self.book), self.book)
