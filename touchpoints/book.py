"""The book: all relationships as of one moment, as rules see them.

A book is made by the tracker for one `at`; it reads evidence from the store on demand, never beyond `at` (what lies
later is planned).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import overload

from touchpoints import times
from touchpoints.directory import OFFICE, Directory
from touchpoints.facts import BY_HAND, Decision, Stored
from touchpoints.handles import Handle, company_domain
from touchpoints.model import LIVE_MEDIA, Absence, Contact, Customer
from touchpoints.prior import PRIOR, Prior
from touchpoints.relationship import CustomerView, Relationship, relationship_id
from touchpoints.settings import Settings
from touchpoints.store import Store
from touchpoints.summary import Summary
from touchpoints.warmth import judge
from touchpoints.workdays import Workdays

IMPORTANCE_CADENCE: Mapping[str, int] = MappingProxyType({"A": 90, "B": 180})
"""The rhythm wanted with importance A and B where none is agreed, in days."""
HOLE = 14
"""Days without any file that count as a hole; shorter gaps are as likely days on which nothing happened."""
RECENT_DAYS = 45
"""How far back `Book.recent` goes: enough for everything that is owed."""


class Book(Sequence[Relationship]):
    """All relationships as of `at`, in the order of names, with `settings`, `zone`, `workdays` and evidence."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        settings: Settings,
        at: datetime,
        *,
        region: str = "DE",
        prior: Prior = PRIOR,
        team: bool = False,
    ) -> None:
        self.at, self.settings, self.directory, self.prior = at, settings, directory, prior
        self.zone = store.zone
        self.today: date = at.astimezone(store.zone).date()
        self.workdays = Workdays.of(store, settings, region, team=team)
        self._store, self._team = store, team
        self._summaries = store.summaries(at, "contact")

    def __len__(self) -> int:
        return len(self._all)

    @overload
    def __getitem__(self, index: int) -> Relationship: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Relationship]: ...
    def __getitem__(self, index: int | slice) -> Relationship | Sequence[Relationship]:
        return self._all[index]

    def __iter__(self) -> Iterator[Relationship]:
        return iter(self._all)

    @cached_property
    def _all(self) -> tuple[Relationship, ...]:
        made = [self._relationship(c, self.directory.customer_of(c)) for c in self.directory.contacts.values()]
        made += [
            self._relationship(None, self.directory.customers[id_.removeprefix(OFFICE)])
            for id_ in self._summaries
            if id_.startswith(OFFICE)
        ]
        return tuple(sorted(made, key=lambda r: (r.name.lower(), r.id)))

    def _relationship(self, contact: Contact | None, customer: Customer | None) -> Relationship:
        id_ = relationship_id(contact, customer)
        summary = self._summaries.get(id_) or Summary(self.today.toordinal())
        owner = contact.owner if contact else None
        return Relationship(
            contact, customer, owner, summary, judge(summary, self.prior),
            tuple(self._planned.get(id_, ())), tuple(self._notes.get(id_, ())),
        )  # fmt: skip

    @cached_property
    def by_id(self) -> dict[str, Relationship]:
        """Relationships by their id."""
        return {r.id: r for r in self._all}

    @cached_property
    def groups(self) -> dict[str, list[Relationship]]:
        """Relationships by `group`: a customer's together."""
        found: dict[str, list[Relationship]] = defaultdict(list)
        for relationship in self._all:
            found[relationship.group].append(relationship)
        return dict(found)

    @cached_property
    def by_status(self) -> dict[str, list[Relationship]]:
        """Relationships by the status of their warmth."""
        found: dict[str, list[Relationship]] = defaultdict(list)
        for relationship in self._all:
            found[relationship.warmth.status].append(relationship)
        return dict(found)

    def customer(self, customer: Customer) -> CustomerView:
        """A customer as a whole."""
        summary = self.customer_summaries.get(customer.id) or Summary(self.today.toordinal())
        people = sorted(
            self.groups.get(customer.id, ()), key=lambda r: (-r.summary.live.n, -r.summary.all.n, r.name.lower(), r.id)
        )
        return CustomerView(customer, summary, judge(summary, self.prior), tuple(people))

    @cached_property
    def customer_summaries(self) -> dict[str, Summary]:
        """Per customer id: the summary over the union of days of everybody there."""
        return self._store.summaries(self.at, "customer")

    # -- evidence -------------------------------------------------------------------------------------------------

    @cached_property
    def absences(self) -> list[tuple[Absence, str]]:
        """What files say of absences, ours and (proposed only) of others, each with its file."""
        return self._store.absences()

    def absent(self, colleague: str | None) -> tuple[tuple[date, date], ...]:
        """On which days one of us is away, by calendars; of an only one the working calendar knows."""
        return self._absent.get(colleague or "", ())

    @cached_property
    def _absent(self) -> dict[str, tuple[tuple[date, date], ...]]:
        found: dict[str, list[tuple[date, date]]] = defaultdict(list)
        for absence, _ in self.absences if self._team else ():
            if absence.handle is None and absence.colleague:
                found[absence.colleague] += absence.spans
        return {name: tuple(sorted(spans)) for name, spans in found.items()}

    def touchpoints(
        self,
        contact: Contact | Relationship,
        since: datetime | None = None,
        outcome: str | None = None,
        limit: int | None = 3,
    ) -> list[Stored]:
        """The newest touchpoints with a contact (or a customer's office) up to `at`, newest first; `copied` ones are
        not among them."""
        id_ = contact.id
        handles = self._handles.get(id_, [])
        if not handles:
            return []
        found = []
        own = {self._by_number[h] for h in handles}
        for stored in self._store.touchpoints(handles, since, self.at, newest_first=True):
            if outcome is not None and stored.touchpoint.outcome != outcome:
                continue
            if any(p.role == "with" and p.handle in own for p in stored.touchpoint.parties):
                found.append(stored)
                if limit is not None and len(found) >= limit:
                    break
        return found

    def active_between(self, first: date, last: date) -> set[str]:
        """The ids of relationships with a contact day between two dates (both included, not after today)."""
        return self._store.active_between(first.toordinal(), min(last, self.today).toordinal())

    def recent(self, who: str) -> list[Stored]:
        """All touchpoints of the last 45 days of one relationship (its id), or with anybody of a group (see
        `Relationship.group`), oldest first."""
        return self._recent.get(who, [])

    def relationship_of(self, stored: Stored) -> list[Relationship]:
        """The relationships a touchpoint belongs to (parties addressed, not copied)."""
        ids = {self._id_of.get(p.handle) for p in stored.touchpoint.parties if p.role == "with"}
        return [self.by_id[i] for i in sorted(filter(None, ids)) if i in self.by_id]

    def of_handle(self, handle: Handle) -> Relationship | None:
        """The relationship a handle belongs to; `None` for one that belongs to nobody known."""
        return self.by_id.get(self._id_of.get(handle, ""))

    def local(self, second: int) -> datetime:
        """An epoch second as a time in the store's zone."""
        return datetime.fromtimestamp(second, self.zone)

    @cached_property
    def _id_of(self) -> dict[Handle, str]:
        return {h: c for h, i in self.directory.handle_ids.items() if (c := self.directory.contact_by_number(i))}

    @cached_property
    def _by_number(self) -> dict[int, Handle]:
        return {i: h for h, i in self.directory.handle_ids.items()}

    @cached_property
    def _handles(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for handle, number in self.directory.handle_ids.items():
            if id_ := self._id_of.get(handle):
                found[id_].append(number)
        return dict(found)

    @cached_property
    def _recent(self) -> dict[str, list[Stored]]:
        found: dict[str, list[Stored]] = defaultdict(list)
        since = self.at - timedelta(days=RECENT_DAYS)
        for stored in self._store.touchpoints(None, since, self.at):
            for who in {id_ for r in self.relationship_of(stored) for id_ in (r.id, r.group)}:
                found[who].append(stored)
        return dict(found)

    @cached_property
    def _planned(self) -> dict[str, list[Stored]]:
        found: dict[str, list[Stored]] = defaultdict(list)
        for stored in self._store.touchpoints(None, self.at + timedelta(seconds=1)):
            if stored.touchpoint.outcome == "reached":
                for handle in (p.handle for p in stored.touchpoint.parties if p.role == "with"):
                    if id_ := self._id_of.get(handle):
                        found[id_].append(stored)
        return dict(found)

    # -- what the user said -----------------------------------------------------------------------------------------

    def decisions(self, *kinds: str) -> list[Decision]:
        """The user's decisions of some kinds up to `at`, oldest first; `who` is a contact's or customer's id."""
        return [d for d in self._decisions if d.kind in kinds]

    @cached_property
    def _decisions(self) -> list[Decision]:
        return [d for d in self._store.decisions() if d.at <= self.at.timestamp()]

    @cached_property
    def _notes(self) -> dict[str, list[Decision]]:
        found: dict[str, list[Decision]] = defaultdict(list)
        for decision in reversed(self.decisions("note")):
            found[self.directory.about(decision)].append(decision)
        return dict(found)

    def cadence(self, relationship: Relationship) -> tuple[int, int] | None:
        """The rhythm that is wanted, in days, (ideal, latest): the agreed one, else that of its importance (A: 90,
        B: 180 days; not for suppliers, former customers and the like); `None` without either."""
        if agreed := self.agreed_cadence(relationship):
            return agreed
        kinds = ("customer", "prospect", "partner", "unsorted")
        if relationship.importance in ("A", "B") and relationship.decided_kind in kinds:
            default = IMPORTANCE_CADENCE[relationship.importance]
            ideal = int(self.settings.threshold("overdue", f"importance_{relationship.importance}", default))
            return ideal, ideal
        return None

    def agreed_cadence(self, relationship: Relationship) -> tuple[int, int] | None:
        """The rhythm agreed with the contact, else with the customer (or for a tag of either), in days (ideal, latest);
        without a stated latest date that is ideal × 1.5. `None` where nothing is agreed."""
        if own := self.own_cadence(relationship):
            return own
        if (customer := relationship.customer) is None or not (self._agreed or self._wished):
            return None
        names = [customer.name, *customer.tags]
        if any("." in name for name in self._wished):
            there = [r.contact for r in self.groups[customer.id] if r.contact]
            names += [d for c in there for h in c.handles if h.kind == "email" and (d := company_domain(h.value))]
        return self._said(customer.id, names)

    def own_cadence(self, relationship: Relationship) -> tuple[int, int] | None:
        """The rhythm agreed with this very contact, or for a tag of theirs; see `agreed_cadence`."""
        contact = relationship.contact
        if contact is None or not (self._agreed or self._wished):
            return None
        handles = (text for h in contact.handles for text in (h.value, h.raw) if text)
        return self._said(contact.id, [contact.name, *handles, *contact.tags])

    def _said(self, id_: str, names: Iterable[str]) -> tuple[int, int] | None:
        if (every := self._agreed.get(id_)) is not None:
            return _cadence(every)
        wished = (self._wished[name] for text in (id_, *names) if (name := text.lower()) in self._wished)
        return next((_cadence(every) for every in wished), None)

    @cached_property
    def _agreed(self) -> dict[str, object]:
        return {self.directory.about(d): d.payload["every"] for d in self.decisions("cadence")}

    @cached_property
    def _wished(self) -> dict[str, object]:
        return {name.lower(): every for name, every in self.settings.cadence.items()}

    def usual_medium(self, relationship: Relationship) -> str | None:
        """The medium of most active days among the last twenty touchpoints; `None` without any."""
        days: dict[str, set[date]] = defaultdict(set)
        for stored in self.touchpoints(relationship, outcome="reached", limit=20):
            days[stored.medium].add(stored.touchpoint.at.astimezone(self.zone).date())
        return max(sorted(days), key=lambda m: len(days[m]), default=None)

    def covered_until(self, touchpoints: Iterable[Stored], since: date | None = None) -> date | None:
        """The last day, not beyond today, that the importers of these touchpoints cover (`since` a day: without a hole);
        `None` where that is not known.

        It is the importer that counts, not the chat or the file: a chat ends with its last message, whenever it was
        exported. Whoever states no span (an app) is taken to add what happens; what the user logs says nothing.
        """
        importers = {s.importer for s in touchpoints} - {*BY_HAND}
        found = []
        for importer in importers:
            holes = self.holes.get(importer, ()) if since is not None else ()
            ends = (first - timedelta(days=1) for first, last in holes if since is not None and last > since)
            found.append(min([self.coverage.get(importer, self.today), *ends]))
        return max(found, default=None)

    @cached_property
    def holes(self) -> dict[str, list[tuple[date, date]]]:
        """Importer → holes between its files, first and last day; see `HOLE`."""
        spans: dict[str, list[tuple[date, date]]] = defaultdict(list)
        for importer, _what, start, until, _file in self._store.coverage():
            if start <= self.today:
                spans[importer].append((start, min(until, self.today)))
        return {importer: found for importer, some in spans.items() if (found := holes_between(some))}

    @cached_property
    def coverage(self) -> dict[str, date]:
        """Importer → the last day, not beyond today, that its files cover, for those that state a span."""
        found: dict[str, date] = {}
        for importer, _what, start, until, _file in self._store.coverage():
            if start <= self.today:
                found[importer] = max(found.get(importer, date.min), min(until, self.today))
        return found


def holes_between(spans: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """The holes that spans of first and last day leave: first and last day of each that is longer than `HOLE`."""
    found: list[tuple[date, date]] = []
    until = date.max
    for start, end in sorted(spans):
        if (start - until).days > HOLE:
            found.append((until + timedelta(days=1), start - timedelta(days=1)))
        until = end if until == date.max else max(until, end)
    return found


def _cadence(value: object) -> tuple[int, int]:
    if isinstance(value, Mapping):
        ideal = times.days(value["ideal"])
        return ideal, times.days(value.get("latest", round(ideal * 1.5)))
    ideal = times.days(str(value))
    return ideal, round(ideal * 1.5)


def is_live(stored: Stored) -> bool:
    """Whether a touchpoint was live contact that was reached."""
    return stored.medium in LIVE_MEDIA and stored.touchpoint.outcome == "reached"
