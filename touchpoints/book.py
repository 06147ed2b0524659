"""The book: all relationships as of one moment, as rules see them.

A book is made by the tracker for one `at`; it reads evidence from the store on demand, never beyond `at` (what lies
later is planned).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Generic, TypeVar, overload

from touchpoints import times
from touchpoints.directory import OFFICE, Directory
from touchpoints.facts import BY_HAND, Decision, Stored
from touchpoints.handles import Handle, company_domain
from touchpoints.language import Text
from touchpoints.model import LIVE_MEDIA, Absence, Contact, Customer
from touchpoints.prior import PRIOR, Prior
from touchpoints.progress import counted
from touchpoints.relationship import CustomerView, Relationship
from touchpoints.settings import Settings
from touchpoints.store import Store
from touchpoints.summary import Summary
from touchpoints.warmth import judge, status_of
from touchpoints.workdays import Workdays

IMPORTANCE_CADENCE: Mapping[str, int] = MappingProxyType({"A": 90, "B": 180})
"""The rhythm wanted with importance A and B where none is agreed, in days."""
HOLE = 14
"""Days without any file that count as a hole; shorter gaps are as likely days on which nothing happened."""
RECENT_DAYS = 45
"""How far back `Book.recent` goes: enough for everything that is owed."""


_SINGLE = 50
"""So many looks at what was of late are made one by one."""

T = TypeVar("T")


class _Made(Mapping[str, T], Generic[T]):
    """Values by name, each made when it is first asked for, and then `known`: to the book, which holds these and not the
    mapping, so that it goes when nobody needs it any more."""

    def __init__(
        self, known: dict[str, T | None], names: Callable[[], Collection[str]], make: Callable[[str], T | None]
    ) -> None:
        self._known, self._names, self._make = known, names, make

    def __getitem__(self, name: str) -> T:
        try:
            found = self._known[name]
        except KeyError:
            found = self._known[name] = self._make(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())


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
        self._nothing = Summary(self.today.toordinal())
        self._made: dict[str, Relationship | None] = {}
        self._grouped: dict[str, list[Relationship] | None] = {}
        self._with_status: dict[str, list[Relationship] | None] = {}
        self._recent: dict[str, list[Stored]] = {}
        self._asked = 0

    def __len__(self) -> int:
        return len(self._ids)

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
        return tuple(self.chosen(self._ids))

    @cached_property
    def _ids(self) -> list[str]:
        return [*self.directory.contacts, *self._offices]

    @cached_property
    def _offices(self) -> list[str]:
        return [id_ for id_ in self._summaries if id_.startswith(OFFICE)]

    # -- some of them ---------------------------------------------------------------------------------------------
    # A store of a hundred thousand relationships has a few hundred that a rule needs to look at: only these are made.

    @property
    def by_id(self) -> Mapping[str, Relationship]:
        """Relationships by their id."""
        return _Made(self._made, lambda: self._ids, self._relationship)

    @property
    def groups(self) -> Mapping[str, list[Relationship]]:
        """Relationships by `group`: a customer's together."""
        return _Made(self._grouped, lambda: dict.fromkeys(r.group for r in self._all), self._group)

    @property
    def by_status(self) -> Mapping[str, list[Relationship]]:
        """Relationships by the status of their warmth."""
        return _Made(self._with_status, lambda: self._statuses, lambda status: self.with_status(status) or None)

    def with_status(self, status: str, holds: Callable[[str, Summary], bool] | None = None) -> list[Relationship]:
        """The relationships with a status, in the order of names: all, or those whose id and sums are as asked for."""
        ids = self._statuses.get(status, ())
        return self.chosen(ids if holds is None else [id_ for id_ in ids if holds(id_, self._summary(id_))])

    @cached_property
    def _statuses(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for id_ in counted(self._ids, Text("judging the relationships")):
            found[status_of(self._summary(id_), self.prior)].append(id_)
        return dict(found)

    def _summary(self, id_: str) -> Summary:
        return self._summaries.get(id_) or self._nothing

    def chosen(self, ids: Iterable[str]) -> list[Relationship]:
        """The relationships with these ids (others are passed over), in the order of names."""
        found = map(self.by_id.get, ids)
        return sorted((r for r in found if r is not None), key=_place)

    def groups_of(self, ids: Iterable[str]) -> list[list[Relationship]]:
        """The groups that hold any of these relationships, in the order of the first name in each."""
        names = {r.group for r in map(self.by_id.get, ids) if r is not None}
        return sorted(map(self.groups.__getitem__, names), key=lambda there: _place(there[0]))

    def where(self, holds: Callable[[Contact | None, Customer | None], bool]) -> list[str]:
        """The ids of all relationships whose contact and customer are as asked for."""
        contacts, customers = self.directory.contacts, self.directory.customers
        found = [c.id for c in contacts.values() if holds(c, customers.get(c.customer) if c.customer else None)]
        return found + [id_ for id_ in self._offices if holds(None, customers[id_.removeprefix(OFFICE)])]

    def summed(self, holds: Callable[[Summary], bool]) -> list[str]:
        """The ids of all relationships with contact whose sums are as asked for."""
        return [id_ for id_, summary in self._summaries.items() if holds(summary)]

    def _relationship(self, id_: str) -> Relationship | None:
        contact = self.directory.contacts.get(id_)
        if contact is not None:
            customer = self.directory.customer_of(contact)
        elif id_.startswith(OFFICE) and id_ in self._summaries:
            customer = self.directory.customers[id_.removeprefix(OFFICE)]
        else:
            return None
        summary = self._summary(id_)
        return Relationship(
            contact, customer, contact.owner if contact else None, summary, judge(summary, self.prior),
            tuple(self._planned.get(id_, ())), tuple(self._notes.get(id_, ())),
        )  # fmt: skip

    def _group(self, name: str) -> list[Relationship] | None:
        if name in self.directory.customers:
            there = [c.id for c in self.directory.at_customers.get(name, ())] + [OFFICE + name]
            return self.chosen(there) or None
        alone = self.by_id.get(name)
        return [alone] if alone is not None and alone.group == name else None

    def customer(self, customer: Customer) -> CustomerView:
        """A customer as a whole."""
        summary = self.customer_summaries.get(customer.id) or self._nothing
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
        handles = self.directory.numbers_of(id_)
        if not handles:
            return []
        found = []
        for stored in self._store.touchpoints(handles, since, self.at, newest_first=True):
            if outcome is not None and stored.touchpoint.outcome != outcome:
                continue
            if any(p.role == "with" and self.directory.whose(p.handle) == id_ for p in stored.touchpoint.parties):
                found.append(stored)
                if limit is not None and len(found) >= limit:
                    break
        return found

    def contact_days(self, relationships: Iterable[Relationship]) -> dict[str, set[int]]:
        """By the relationships' ids: the days (ordinals) up to `at` on which they were reached."""
        whose = {number: r.id for r in relationships for number in self.directory.numbers_of(r.id)}
        found: dict[str, set[int]] = defaultdict(set)
        for number, day in self._store.contact_days(whose, self.at):
            found[whose[number]].add(day)
        return found

    def keys_on(self, relationship: Relationship, days: Collection[int], limit: int) -> tuple[str, ...]:
        """The keys of the newest touchpoints that reached them on some days (ordinals)."""
        return self._store.keys_on(self.directory.numbers_of(relationship.id), days, self.at, limit)

    def active_between(self, first: date, last: date) -> set[str]:
        """The ids of relationships with a contact day between two dates (both included, not after today)."""
        return self._store.active_between(first.toordinal(), min(last, self.today).toordinal())

    def recent(self, who: str) -> list[Stored]:
        """All touchpoints of the last 45 days of one relationship (its id), or with anybody of a group (see
        `Relationship.group`), oldest first."""
        found = self._recent.get(who)
        if found is None:
            self._asked += 1  # whoever asks for many is given all at once
            self.look_at([who] if self._asked <= _SINGLE else [who, *self.groups])
            found = self._recent[who]
        return found

    def look_at(self, whose: Iterable[str]) -> None:
        """Read what `recent` will be asked for, of some relationships or groups at once."""
        missing = {who for who in whose if who not in self._recent}
        groups = {r.group if (r := self.by_id.get(who)) is not None else who for who in missing}
        there = {r.id: r.group for group in groups for r in self.groups.get(group, ())}
        for who in {*missing, *there, *there.values()}:
            self._recent[who] = []
        numbers = [number for id_ in there for number in self.directory.numbers_of(id_)]
        if numbers:
            for stored in self._store.touchpoints(numbers, self.at - timedelta(days=RECENT_DAYS), self.at):
                ids = {id_ for id_ in self._with(stored) if id_ in there}
                for who in {*ids, *(there[id_] for id_ in ids)}:
                    self._recent[who].append(stored)

    @cached_property
    def loose_ends(self) -> frozenset[str]:
        """The ids of relationships in which lately (see `recent`) anything happened but conversations and messages of ours:
        nobody else is owed anything."""
        numbers = self._store.loose_ends(self.at - timedelta(days=RECENT_DAYS), self.at)
        whose = {self.directory.contact_by_number(number) for number in numbers}
        found = frozenset(id_ for id_ in whose if id_ is not None and id_ in self.by_id)
        self.look_at(found)
        return found

    def relationship_of(self, stored: Stored) -> list[Relationship]:
        """The relationships a touchpoint belongs to (parties addressed, not copied)."""
        return [self.by_id[id_] for id_ in sorted(self._with(stored))]

    def _with(self, stored: Stored) -> set[str]:
        ids = {self.directory.whose(p.handle) for p in stored.touchpoint.parties if p.role == "with"}
        return {id_ for id_ in ids if id_ is not None and id_ in self.by_id}

    def of_handle(self, handle: Handle) -> Relationship | None:
        """The relationship a handle belongs to; `None` for one that belongs to nobody known."""
        return self.by_id.get(self.directory.whose(handle) or "")

    def local(self, second: int) -> datetime:
        """An epoch second as a time in the store's zone."""
        return datetime.fromtimestamp(second, self.zone)

    @cached_property
    def _planned(self) -> dict[str, list[Stored]]:
        found: dict[str, list[Stored]] = defaultdict(list)
        for stored in self._store.touchpoints(None, self.at + timedelta(seconds=1)):
            if stored.touchpoint.outcome == "reached":
                for handle in (p.handle for p in stored.touchpoint.parties if p.role == "with"):
                    if id_ := self.directory.whose(handle):
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
        if (customer := relationship.customer) is None or not self.any_agreed:
            return None
        names = [customer.name, *customer.tags]
        if any("." in name for name in self._wished):
            there = [r.contact for r in self.groups[customer.id] if r.contact]
            names += [d for c in there for h in c.handles if h.kind == "email" and (d := company_domain(h.value))]
        return self._said(customer.id, names)

    def own_cadence(self, relationship: Relationship) -> tuple[int, int] | None:
        """The rhythm agreed with this very contact, or for a tag of theirs; see `agreed_cadence`."""
        contact = relationship.contact
        if contact is None or not self.any_agreed:
            return None
        handles = (text for h in contact.handles for text in (h.value, h.raw) if text)
        return self._said(contact.id, [contact.name, *handles, *contact.tags])

    def _said(self, id_: str, names: Iterable[str]) -> tuple[int, int] | None:
        if (every := self._agreed.get(id_)) is not None:
            return _cadence(every)
        wished = (self._wished[name] for text in (id_, *names) if (name := text.lower()) in self._wished)
        return next((_cadence(every) for every in wished), None)

    @property
    def any_agreed(self) -> bool:
        """Whether any rhythm is agreed, with anybody or for a tag."""
        return bool(self._agreed or self._wished)

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


def _place(relationship: Relationship) -> tuple[str, str]:
    return relationship.name.lower(), relationship.id


def _cadence(value: object) -> tuple[int, int]:
    if isinstance(value, Mapping):
        ideal = times.days(value["ideal"])
        return ideal, times.days(value.get("latest", round(ideal * 1.5)))
    ideal = times.days(str(value))
    return ideal, round(ideal * 1.5)


def is_live(stored: Stored) -> bool:
    """Whether a touchpoint was live contact that was reached."""
    return stored.medium in LIVE_MEDIA and stored.touchpoint.outcome == "reached"
