"""Who is who: contacts from exact handles, customers from directories and company domains, what kind they seem to be.

Built anew from what the store holds, so that nothing depends on the order in which it came. Exact keys join; a display
name alone names, and joins nothing. What the user says (settings, then decisions) is above what directories say, and
both are above what evidence suggests.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import attrs

from touchpoints.errors import IdentityError, InvalidValue, UnknownName
from touchpoints.handles import EXTENSION, Handle, company_domain, fold, is_automatic, is_role
from touchpoints.identity import (
    ALWAYS,
    Groups,
    bare,
    contact_id,
    customer_id,
    decided,
    order,
    shared,
    stand_in,
    written,
)
from touchpoints.model import IMPORTANCES, KINDS_OF_CUSTOMER, Contact, Customer, Person
from touchpoints.ourside import OurSide
from touchpoints.settings import Settings
from touchpoints.store import Decision, Store, Trait

__all__ = ["MARKS", "OFFICE", "Directory", "Unresolved", "contact_id", "customer_id"]

OFFICE = "office:"
"""Prefix of the stand-in for everybody at a customer who is no contact: the switchboard, info@, a first-time sender."""
MARKS = ("own", "private", "bot", "ignored")
"""What a handle that waits in the queue can be marked as, beside being named."""
_KIND_OF_DISMISSAL = {"supplier": "supplier", "private": "private", "former": "former"}
_NAMING = frozenset({"merge", "rename", "move", "kind", "add-handle"})
"""Decisions that make a contact of whoever they are about."""


@attrs.frozen(slots=True)
class Unresolved:
    """A handle that waits in the queue: nobody knows yet whose it is.

    `count`: touchpoints it takes part in, `first` and `last`: their ordinals, `media`: over what, `names`: what sources
    call it, the most frequent first.
    """

    handle: Handle
    count: int
    names: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    media: tuple[str, ...] = ()


class Directory:
    """All contacts and customers of a store, as of its present content.

    `contacts` and `customers` by id; `unresolved` handles, the most frequent first; `find` for what a user types.
    `objected`: contacts who objected to evaluation (Art. 21 GDPR): they are kept apart from `contacts`, and their
    handles resolve to nobody. What the user decides here (`merge`, `split` …) is kept in the store; this directory
    shows it at once.
    """

    def __init__(self, store: Store, settings: Settings, our_side: OurSide, region: str = "DE") -> None:
        self._store, self._settings, self._our_side, self._region = store, settings, our_side, region
        self._build()

    # -- building -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.contacts: dict[str, Contact] = {}
        self.customers: dict[str, Customer] = {}
        self.objected: dict[str, Contact] = {}
        self.unresolved: tuple[Unresolved, ...] = ()
        self.handle_ids: dict[Handle, int] = {}
        self._spans: dict[int, list[tuple[int, int, str | None, str | None]]] = {}
        self._ids: dict[str, str] = {}  # the id of any handle of a contact → the contact's
        self._known: set[Handle] = set()
        self._customer_keys: dict[str, list[str]] = {}  # id of a customer → `org:folded name` and `domain:…`, its own first
        self._customer_ids: dict[str, str] = {}  # the id of any of these keys → the customer's
        self._of_group: dict[int, tuple[str, list[tuple[int, str | None]]]] = {}
        self._about: dict[int, str] = {}
        self._at_customer: dict[str, list[Contact]] | None = None
        self._marks: dict[Handle, str] = {}
        people = self._store.people()
        for number, handle in self._store.handles():
            self.handle_ids[handle] = number
        self._aliases, self._traits = self._store.aliases(), self._store.traits()
        self._office_of: dict[Handle, str] = {}
        decisions = self._store.decisions()
        groups, entries = self._group(people, decisions)
        self._name_organisations(people, decisions)
        self._offices(people)
        members = groups.members()
        for group, handles in members.items():
            self._add_contact(group, handles, entries.get(group, ()), groups)
        self._resolve(groups)
        self._add_customers(people, decisions)
        self._heirs = {
            self.current_id(d.who): self.current_id(d.payload["successor"])
            for d in decisions
            if d.kind == "left" and d.payload.get("successor")
        }
        self._inherit()

    def _personal(self, handle: Handle) -> bool:
        """Whether a handle can be a person's: not an office's, a machine's, a short number's or ours."""
        if handle.kind == "email" and (is_role(handle.value) or is_automatic(handle.value)):
            return False
        if handle.kind == "account" and handle.scope in (EXTENSION, "number"):
            return False
        if (self._shared and handle in self._shared) or (self._marks and handle in self._marks):
            return False
        return not self._our_side.owns(handle)

    def _group(self, people: Sequence[Person], decisions: Sequence[Decision]) -> tuple[Groups, dict[int, list[Person]]]:
        """Handles in groups, and which directory entries speak of which group."""
        groups = Groups()
        for decision in decisions:
            if decision.kind == "mark":
                for handle in decided(decision.payload, "handles"):
                    self._marks[handle] = decision.payload["as"]
        self._shared = shared(p for p in people if not _organisation_entry(p))
        own: list[tuple[Person, list[Handle], int]] = []
        for person in people:
            self._known.update(person.handles)
            if _organisation_entry(person):
                continue
            if any(self._our_side.owns(h) for h in person.handles) or self._our_side.owns(None, person.name):
                continue  # an address book names colleagues too
            handles = [h for h in person.handles if self._personal(h)] or [stand_in(person)]
            if handles[0].value:
                groups.join(handles)
                own.append((person, handles, groups.add(handles[0])))
        for handle in self.handle_ids:
            if self._personal(handle):
                groups.add(handle)
        self._follow(groups, decisions)
        entries = defaultdict[int, list[Person]](list)
        for person, handles, group in own:
            where = [groups.add(h) for h in handles]
            here = groups.find(group)  # who handles were taken from is still the one the entry speaks of
            entries[here if here in where else max(where, key=lambda g: (where.count(g), -g))].append(person)
        return groups, entries

    def _follow(self, groups: Groups, decisions: Sequence[Decision]) -> None:
        """Do what the user decided, in order; `_answers` are the decisions about each group.

        An id says whose it was when it was decided: whoever a handle goes to later, what was agreed stays with the person.
        """
        self._answers: dict[int, list[Decision]] = defaultdict(list)
        if not decisions:
            return
        about: list[tuple[int, Decision]] = []
        by_id = {contact_id(h): h for h in [*groups]}
        for decision in decisions:
            handles = decided(decision.payload, "handles")
            for handle in handles:
                by_id.setdefault(contact_id(handle), handle)
            if decision.kind == "merge" and handles:
                groups.join(handles)
            elif decision.kind == "split":
                groups.split(handles)
            elif decision.kind == "add-handle":
                to = decided(decision.payload, "to")[0]
                by_id.setdefault(contact_id(to), to)
                span = decision.payload.get("since") or 0, decision.payload.get("until") or ALWAYS
                for handle in handles:
                    groups.give(handle, to, *span)
            who = by_id.get(decision.who)
            if who is not None and who in groups:
                about.append((groups.holder(who), decision))
        for group, decision in about:
            self._answers[groups.find(group)].append(decision)


    def _name_organisations(self, people: Sequence[Person], decisions: Sequence[Decision]) -> None:
        """Which spellings and domains are one organisation: a domain whose entries agree on the name, but for its legal
        form, joins them; then what the user merged."""
        self._names: dict[str, Counter[str]] = defaultdict(Counter)  # key of an organisation → how it is written
        self._above: dict[str, str] = {}
        said = defaultdict[str, Counter[str]](Counter)
        for person in people:
            if person.customer:
                self._names[f"org:{fold(person.customer)}"][person.customer] += 1
                for domain in {_domain(h) for h in person.handles if h.kind == "email"} - {None}:
                    said[str(domain)][person.customer] += 1
        for domain, names in sorted(said.items()):
            if len({bare(name) for name in names}) == 1:
                first, *others = sorted(names, key=lambda n: (-names[n], n))
                for key in (*(f"org:{fold(name)}" for name in others), f"domain:{domain}"):
                    self._same_organisation(f"org:{fold(first)}", key)
        for decision in decisions:
            if decision.kind == "merge" and "customers" in decision.payload:
                one, *rest = decision.payload["customers"]
                for key in rest:
                    self._same_organisation(one, key)
        self._joined: dict[str, list[str]] = defaultdict(list)
        for key in self._above:
            self._joined[self._root(key)].append(key)

    def _same_organisation(self, one: str, other: str) -> None:
        one, other = self._root(one), self._root(other)
        if one != other:
            self._above[other] = one

    def _root(self, key: str) -> str:
        while key in self._above:
            key = self._above[key]
        return key

    def _customer(self, key: str) -> str:
        """The id of the customer with a key (`org:folded name` or `domain:…`); makes it known."""
        root = self._root(key)
        id_ = customer_id(root)
        if id_ not in self._customer_keys:
            self._customer_keys[id_] = [root, *self._joined.get(root, ())]
            for each in self._customer_keys[id_]:
                self._customer_ids[customer_id(each)] = id_
        return id_

    def _offices(self, people: Sequence[Person]) -> None:
        """The handles that directories name and that are no person's: of the one customer they are named for."""
        found = defaultdict[Handle, set[str]](set)
        for person in people:
            if person.customer:
                for handle in person.handles:
                    if (_organisation_entry(person) or not self._personal(handle)) and not self._our_side.owns(handle):
                        found[handle].add(self._customer(f"org:{fold(person.customer)}"))
        self._office_of = {handle: min(ids) for handle, ids in found.items() if len(ids) == 1}

    def _add_contact(self, group: int, handles: list[Handle], said: Sequence[Person], groups: Groups) -> None:
        had = [groups.formerly.get(h, h) for h in handles] if groups.formerly else handles
        used = [self.handle_ids[h] for h in had if h in self.handle_ids]
        traits = [self._traits[i] for i in used if i in self._traits]
        answers = self._answers.get(group, ())
        names = dict(self._aliases.get(used[0], ())) if used else {}
        for i in used[1:]:
            for name, n in self._aliases.get(i, ()):
                names[name] = names.get(name, 0) + n
        live = any(t.live for t in traits)
        two_way = live or (any(t.written_in for t in traits) and any(t.written_out for t in traits))
        named = bool(names) or any(h.kind in ("email", "profile", "name") for h in handles)
        if not (said or (used and ((named and two_way) or any(d.kind in _NAMING for d in answers)))):
            return
        id_ = contact_id(handles[0])  # they are in order, and names come last
        said = sorted(said, key=lambda p: (p.ref is None, p.ref or "", p.key or ""))
        last = {d.kind: d.payload for d in answers}
        name = last.get("rename", {}).get("name") or next((p.name for p in said if p.name), "")
        if not name and names:
            name = min(names, key=lambda n: (-names[n], n))
        if not name:
            best = min(handles, key=lambda h: (h.kind != "email", order(h)))
            name = best.raw if best.kind == "name" and best.raw else best.value
        moves = self._moves(handles, said, answers)
        own = self._settings.customers.get(name, {})
        kind = own.get("kind") or _kind(answers) or next((p.kind for p in said if p.kind), None)
        importance = own.get("importance") or last.get("kind", {}).get("importance")
        contact = Contact(
            id_, name, tuple(handles), customer=moves[-1][1],
            ref=next((p.ref for p in said if p.ref), None),
            importance=importance or next((p.importance for p in said if p.importance), None),
            owner=own.get("owner") or next((p.owner for p in said if p.owner), None),
            tags=tuple(sorted({t for p in said for t in p.tags} | set(own.get("tags", ())))),
            birthday=next((p.birthday for p in said if p.birthday), None),
            in_directory=bool(said), kind=kind or "unsorted",
        )  # fmt: skip
        if kind is None and contact.customer is None and not said and _private(handles, names):
            contact = attrs.evolve(contact, proposed="private")
        objected = last.get("object", {"withdrawn": True}).get("withdrawn")
        (self.contacts if objected else self.objected)[id_] = contact
        self._of_group[group] = id_, moves
        for handle in handles:
            self._ids[contact_id(handle)] = id_
        for decision in answers:
            self._about[decision.id] = id_

    def _moves(
        self, handles: Sequence[Handle], said: Sequence[Person], answers: Sequence[Decision]
    ) -> list[tuple[int, str | None]]:
        """Whose a contact was: (first day, customer's id), the earliest first."""
        customer = next((p.customer for p in said if p.customer), None)
        base = None
        if customer:
            base = self._customer(f"org:{fold(customer)}")
        elif domains := [d for h in handles if h.kind == "email" and (d := _domain(h))]:
            base = self._customer(f"domain:{min(domains, key=lambda d: (-domains.count(d), d))}")
        moves: list[tuple[int, str | None]] = [(0, base)]
        for decision in answers:
            if decision.kind == "move":
                since = decision.payload.get("since") or 0
                key, name = decision.payload["customer"], decision.payload.get("name")
                if name:
                    self._names[key][name] += 0
                moves = [m for m in moves if m[0] < since] + [(since, self._customer(key) if key else None)]
        return moves

    def _resolve(self, groups: Groups) -> None:
        """Whose every handle in use is, and when; handles that are nobody's go to their company's office, or wait."""
        waiting = []
        with_contacts = {c.customer for c in self.contacts.values()}
        always: dict[int | None, list[tuple[int, int, str | None, str | None]]] = {}  # the rows of most groups, made once
        for group, (id_, moves) in self._of_group.items():
            if len(moves) == 1:
                always[group] = [(0, ALWAYS, id_, moves[0][1]) if id_ in self.contacts else (0, ALWAYS, None, None)]
        for handle, number in self.handle_ids.items():
            spans = groups.spans(handle)
            if len(spans) == 1 and (kept := always.get(spans[0].group)):
                self._spans[number] = kept
                continue
            rows: list[tuple[int, int, str | None, str | None]] = []
            for span in spans:
                if span.group in self._of_group:
                    id_, moves = self._of_group[span.group]
                    ends = [*(day for day, _ in moves[1:]), ALWAYS]
                    here = None if id_ in self.objected else id_
                    for (since, customer), until in zip(moves, ends, strict=True):
                        first, last = max(since, span.since), min(until, span.until)
                        if first < last:
                            rows.append((first, last, here, customer if here else None))
                elif (office := self._office(handle)) is not None:
                    rows.append((span.since, span.until, OFFICE + office if office in with_contacts else None, office))
            self._spans[number] = rows
            nobody = not rows or rows[-1][1] < ALWAYS or (rows[-1][2] is None and rows[-1][3])
            if nobody and not self._our_side.owns(handle):
                trait = self._traits.get(number)
                if handle not in self._marks and trait is not None and trait.n:
                    names = tuple(name for name, _ in self._aliases.get(number, ()))
                    waiting.append(Unresolved(handle, trait.n, names, trait.first, trait.last, trait.media))
        waiting.sort(key=lambda u: (-u.count, order(u.handle)))
        self.unresolved = tuple(waiting)

    def _office(self, handle: Handle) -> str | None:
        """The customer that a handle which is nobody's belongs to."""
        if handle in self._marks or self._our_side.owns(handle):
            return None
        domain = _domain(handle) if handle.kind == "email" else None
        return self._office_of.get(handle) or (self._customer(f"domain:{domain}") if domain else None)

    def _add_customers(self, people: Sequence[Person], decisions: Sequence[Decision]) -> None:
        said = defaultdict[str, list[Person]](list)
        for person in people:
            if person.customer:
                said[self._customer(f"org:{fold(person.customer)}")].append(person)
        used = defaultdict[str, list[int]](list)
        for number, rows in self._spans.items():
            for customer in {row[3] for row in rows if row[3]}:
                used[customer].append(number)
        answers = defaultdict[str, list[Decision]](list)
        for decision in decisions:
            id_ = self._about.get(decision.id) or self.current_id(decision.who)
            contact = self.contacts.get(id_)
            if contact is not None and decision.kind == "dismiss" and contact.customer:
                id_ = contact.customer  # the kind is the customer's, whoever there was named
            answers[id_].append(decision)
        given = defaultdict[str, dict[str, Any]](dict)
        for text, fields in self._settings.customers.items():
            given[text.lower()].update(fields)
            given[fold(text)].update(fields)
        namesakes = self._namesakes()
        evidence_of = defaultdict[str, list[int]](list)
        for contact_, customer_ in namesakes.items():
            evidence_of[customer_] += [self.handle_ids[h] for h in self.contacts[contact_].handles if h in self.handle_ids]
        for id_, keys in self._customer_keys.items():
            texts = {text for key in keys for text in (*self._names.get(key, ()), key.partition(":")[2])}
            own: dict[str, Any] = {}
            for text in sorted(texts):
                own |= given.get(text.lower(), {}) | given.get(fold(text), {})
            entries, last = said.get(id_, []), {d.kind: d.payload for d in answers.get(id_, ())}
            kinds = Counter(p.kind for p in entries if p.kind)
            decided_kind = own.get("kind") or _kind(answers.get(id_, ()))
            kind = decided_kind or min(kinds, key=lambda k: (-kinds[k], k), default=None)
            ids = [*used.get(id_, ()), *evidence_of.get(id_, ())]
            proposed, evidence = (None, "") if kind else _proposal([self._traits[i] for i in ids if i in self._traits])
            importances = [p.importance for p in entries if p.importance]
            self.customers[id_] = Customer(
                id_, own.get("name") or last.get("rename", {}).get("name") or self._written(keys), kind=kind or "unsorted",
                importance=own.get("importance") or last.get("kind", {}).get("importance") or min(importances, default=None),
                tags=tuple(sorted({t for p in entries for t in p.tags} | set(own.get("tags", ())))),
                proposed=proposed, evidence=evidence,
            )  # fmt: skip
        for contact_, customer_ in namesakes.items():
            if (kind := self.customers[customer_].effective_kind) != "unsorted":
                self.contacts[contact_] = attrs.evolve(self.contacts[contact_], proposed=kind)

    def _written(self, keys: Sequence[str]) -> str:
        """How a customer is called: as its own name is mostly written, else by another of its names, else its domain."""
        for key in sorted(keys, key=lambda k: (k.startswith("domain:"), keys.index(k))):
            if names := self._names.get(key):
                return min(names, key=lambda n: (-names[n], n))
        return keys[0].partition(":")[2]

    def _namesakes(self) -> dict[str, str]:
        """People who stand alone and have the very name of people at one customer only: contact's id → customer's id.

        The router's list knows the number, the mailbox the address; what they say together is worth a proposal, but
        no join.
        """
        there, alone = defaultdict[str, set[str]](set), defaultdict[str, list[str]](list)
        for contact in self.contacts.values():
            name = fold(contact.name)
            if " " in name and contact.customer:
                there[name].add(contact.customer)
            elif " " in name and contact.kind == "unsorted" and not contact.in_directory:
                alone[name].append(contact.id)
        return {id_: min(there[name]) for name, ids in alone.items() if len(there[name]) == 1 for id_ in ids}

    def _inherit(self) -> None:
        """A successor takes over what is agreed for who left, where nothing is said of themselves."""
        for gone, heir in self._heirs.items():
            if gone in self.contacts and heir in self.contacts:
                old, new = self.contacts[gone], self.contacts[heir]
                self.contacts[heir] = attrs.evolve(
                    new, importance=new.importance or old.importance, owner=new.owner or old.owner,
                    tags=tuple(sorted({*new.tags, *old.tags})),
                )  # fmt: skip

    # -- asking ---------------------------------------------------------------------------------------------------------

    def rows(self) -> Iterator[tuple[int, int, int, str | None, str | None]]:
        """Who is who as rows for the store: (handle id, since, until, contact id, customer id), by local days as ordinals,
        `until` not included; the rows of one handle do not overlap."""
        for number, rows in self._spans.items():
            for row in rows:
                yield number, *row

    def contact_by_number(self, handle_id: int, day: int | None = None) -> str | None:
        """The contact's id (or a customer's office) that a handle stands for, by the handle's number in the store: now, or
        on a day (an ordinal)."""
        rows = self._spans.get(handle_id, ())
        if day is None:
            return rows[-1][2] if rows and rows[-1][1] == ALWAYS else None
        return next((row[2] for row in rows if row[0] <= day < row[1]), None)

    def spans_of(self, handle_id: int, contact: str) -> list[tuple[int, int]]:
        """The days (since, until; ordinals, `until` not included) on which a handle was a contact's."""
        if contact in self.objected:
            return [(0, ALWAYS)]
        return [(row[0], row[1]) for row in self._spans.get(handle_id, ()) if row[2] == contact]

    def current_id(self, id_: str) -> str:
        """The id that a former id of a contact or customer stands for now; any other id as it is."""
        return self._ids.get(id_) or self._customer_ids.get(id_, id_)

    def about(self, decision: Decision) -> str:
        """The id, now, of the contact or customer that a decision is about: also if a handle has gone to another since."""
        return self._about.get(decision.id) or self.current_id(decision.who)

    def successor(self, id_: str) -> str | None:
        """The id of the contact who took over from one who left, by the user's word."""
        return self._heirs.get(self.current_id(id_))

    def domains_of(self, customer: Customer) -> list[str]:
        """The company domains of a customer: its own, and those of its contacts."""
        keys = self._customer_keys.get(customer.id, ())
        domains = {key.removeprefix("domain:") for key in keys if key.startswith("domain:")}
        for contact in self.contacts_of(customer.id):
            domains |= {d for h in contact.handles if h.kind == "email" and (d := _domain(h))}
        return sorted(domains)

    def contact_of(self, handle: Handle) -> Contact | None:
        """The contact a handle belongs to now, if it belongs to one."""
        return self.contacts.get(self._ids.get(contact_id(handle), ""))

    def knows(self, handle: Handle) -> bool:
        """Whether a directory names this handle, or it belongs to a contact."""
        return handle in self._known or self.contact_of(handle) is not None

    def customer_of(self, contact: Contact | None) -> Customer | None:
        """A contact's customer."""
        return None if contact is None or contact.customer is None else self.customers.get(contact.customer)

    def contacts_of(self, customer: str) -> list[Contact]:
        """The contacts of a customer (by id), in the order of names."""
        if self._at_customer is None:
            self._at_customer = defaultdict(list)
            for contact in sorted(self.contacts.values(), key=lambda c: (fold(c.name), c.id)):
                if contact.customer:
                    self._at_customer[contact.customer].append(contact)
        return self._at_customer.get(customer, [])

    def handles_of(self, who: Contact | Customer | Unresolved) -> list[int]:
        """The ids of the handles that stand, or once stood, for somebody."""
        if isinstance(who, Unresolved):
            found = self.handle_ids.get(who.handle)
            return [] if found is None else [found]
        if who.id in self.objected:
            return sorted(self.handle_ids[h] for h in who.handles if h in self.handle_ids)  # type: ignore[union-attr]
        place = 2 if isinstance(who, Contact) else 3
        return sorted(number for number, rows in self._spans.items() if any(row[place] == who.id for row in rows))

    def find(self, who: str) -> Contact | Customer | Unresolved:
        """Whom a text means: an id (also a former one), an exact handle, or a name of a contact or customer (folded, in
        either order, without titles or legal form).

        An exact handle beats a name, a contact's name a customer's. Raises `IdentityError` if nobody fits, or several do.
        """
        text = who.strip()
        everybody = {**self.contacts, **self.objected} if self.objected else self.contacts
        if (id_ := self.current_id(text)) in everybody:
            return everybody[id_]
        if id_ in self.customers:
            return self.customers[id_]
        by_ref = [c for c in everybody.values() if c.ref is not None and c.ref == text]
        if len(by_ref) == 1:
            return by_ref[0]
        try:
            handle = Handle.of(text, self._region)
        except InvalidValue:
            raise IdentityError(who) from None
        if handle.kind != "name":
            return self._with_handle(handle, who)
        wanted = sorted(handle.value.split())
        contacts = [c for c in everybody.values() if _called(c, wanted)]
        found: list[Contact | Customer] = [*contacts] or [*self._customers_called(text)]
        if len(found) == 1:
            return found[0]
        waiting = [
            u for u in self.unresolved
            if any(sorted(fold(n).split()) == wanted for n in (*u.names, *([u.handle.value] * (u.handle.kind == "name"))))
        ]  # fmt: skip
        if not found and len(waiting) == 1:
            return waiting[0]
        shown = [f"{c.name} ({c.id})" for c in sorted(found, key=lambda c: (c.name, c.id))]
        raise IdentityError(who, shown or [u.handle.value for u in waiting])

    def _with_handle(self, handle: Handle, who: str) -> Contact | Customer | Unresolved:
        id_ = self._ids.get(contact_id(handle), "")
        if contact := self.contacts.get(id_) or self.objected.get(id_):
            return contact
        number = self.handle_ids.get(handle)
        for waiting in self.unresolved:
            if waiting.handle == handle:
                return waiting
        if number is not None and (rows := self._spans[number]) and rows[-1][3] in self.customers:
            return self.customers[rows[-1][3]]
        if self._office_of.get(handle) in self.customers:
            return self.customers[self._office_of[handle]]
        if number is not None:
            return Unresolved(handle, 0, tuple(name for name, _ in self._aliases.get(number, ())))
        raise IdentityError(who)

    def _customers_called(self, text: str) -> list[Customer]:
        wanted, plain = f"org:{fold(text)}", f"domain:{text.lower().removeprefix('www.')}"
        found = [
            c for id_, c in self.customers.items()
            if {wanted, plain} & set(self._customer_keys[id_]) or fold(c.name) == fold(text)
        ]  # fmt: skip
        return found or [c for c in self.customers.values() if bare(c.name) == bare(text)]

    def to_sort(self) -> list[tuple[Customer | Contact, int, int]]:
        """Whose kind nobody has said, with how many touchpoints and the last day (an ordinal), the most first: customers, and
        contacts who stand alone."""
        seen: dict[str, tuple[int, int]] = {}
        for number, rows in self._spans.items():
            trait = self._traits.get(number)
            for id_ in {row[3] or row[2] for row in rows} if trait else ():
                if id_ is not None and trait is not None:
                    n, last = seen.get(id_, (0, 0))
                    seen[id_] = n + trait.n, max(last, trait.last)
        found: list[tuple[Customer | Contact, int, int]] = []
        for id_, (n, last) in seen.items():
            who = self.customers.get(id_) or self.contacts.get(id_)
            if who is not None and who.kind == "unsorted":
                found.append((who, n, last))
        return sorted(found, key=lambda f: (-f[1], -f[2], f[0].id))

    # -- what the user decides about who is who -------------------------------------------------------------------------

    def merge(self, one: str, other: str, *, at: datetime, **why: str) -> Decision:
        """Two contacts (or handles from the queue) are one person; two customers are one organisation, called as the
        first. Undoable; no touchpoint is touched. `why` and `by` are kept in the history. Raises `IdentityError`."""
        return self.merge_all([(one, other)], at=at, **why)[0]

    def merge_all(self, pairs: Iterable[tuple[str, str]], *, at: datetime, **why: str) -> list[Decision]:
        """Several merges as one batch, which one undo takes back."""
        prepared: list[tuple[str, dict[str, Any]]] = []
        for one, other in pairs:
            a, b = self.find(one), self.find(other)
            if isinstance(a, Customer) != isinstance(b, Customer):
                raise InvalidValue(f"'{one}' and '{other}' are a person and an organisation; see: touchpoints people")
            if isinstance(a, Customer) and isinstance(b, Customer):
                keys = [self._customer_keys[a.id][0], self._customer_keys[b.id][0]]
                prepared.append((a.id, {"customers": keys, "was": [a.name, b.name]}))
            else:
                handles = [_first(a), _first(b)]
                prepared.append((contact_id(handles[0]), {"handles": [written(h) for h in handles]}))
            if a == b:
                raise InvalidValue(f"'{one}' and '{other}' are the same already")
        return self._decide(at, "merge", prepared, **why)

    def split(self, who: str, *handles: str, at: datetime, **why: str) -> Decision:
        """Some handles of a contact are another person's. Undoable. Raises `IdentityError` for a handle that is not
        theirs, `InvalidValue` if none or all were named."""
        contact = self._contact(who)
        apart = [self._handle(text, contact) for text in handles]
        if not apart or len(set(apart)) == len(contact.handles):
            raise InvalidValue(f"name some of the handles of {contact.name}: {_shown(contact)}")
        rest = next(h for h in contact.handles if h not in apart)
        payload = {"handles": [written(h) for h in apart], "from": written(rest)}
        return self._decide(at, "split", [(contact_id(rest), payload)], **why)[0]

    def add_handle(
        self, who: str, handle: str, *, at: datetime, since: date | None = None, until: date | None = None, **why: str
    ) -> Decision:
        """A handle is a contact's: for good, or from `since` on, or up to the day before `until` (local dates), whoever had
        it before or has it after; each touchpoint counts for who had the handle on its day. Undoable."""
        contact = self._contact(who)
        given = self._handle(handle, None)
        if self._our_side.owns(given):
            raise InvalidValue(f"{given.value} is ours")
        if since and until and until <= since:
            raise InvalidValue(f"{until} is not after {since}")
        days = {"since": since.toordinal() if since else None, "until": until.toordinal() if until else None}
        payload = {"handles": [written(given)], "to": [written(_anchor(contact, given))], **days}
        return self._decide(at, "add-handle", [(contact.id, payload)], **why)[0]

    def rename(self, who: str, name: str, *, at: datetime, **why: str) -> Decision:
        """A contact, a customer, or whoever a handle in the queue belongs to is called so. Undoable."""
        found = self.find(who)
        if not fold(name):
            raise InvalidValue(f"'{name}' is no name")
        id_ = contact_id(found.handle) if isinstance(found, Unresolved) else found.id
        return self._decide(at, "rename", [(id_, {"name": name.strip()})], **why)[0]

    def move(self, who: str, customer: str | None, *, at: datetime, since: date | None = None, **why: str) -> Decision:
        """A contact is at another customer (known, or new by this name; `None`: at none): always was, or since a local date;
        what was before then stays with the old customer. Undoable."""
        contact = self._contact(who)
        key = name = None
        if customer is not None:
            try:
                found = self.find(customer)
            except IdentityError as error:
                if error.candidates:
                    raise
                found = None
            if isinstance(found, Customer):
                key = self._customer_keys[found.id][0]
            elif fold(customer):
                key, name = f"org:{fold(customer)}", customer.strip()
            else:
                raise InvalidValue(f"'{customer}' is no name")
        payload = {"customer": key, "name": name, "since": since.toordinal() if since else None}
        return self._decide(at, "move", [(contact.id, payload)], **why)[0]

    def sort(self, who: str, kind: str, importance: str | None = None, *, at: datetime, **why: str) -> Decision:
        """A customer (or a contact who stands alone) is of a kind, and as important. Undoable."""
        return self.sort_all([(who, kind, importance)], at=at, **why)[0]

    def sort_all(
        self, answers: Iterable[tuple[str, str, str | None]], *, at: datetime, **why: str
    ) -> list[Decision]:
        """Several answers of (who, kind, importance) as one batch, which one undo takes back."""
        prepared: list[tuple[str, dict[str, Any]]] = []
        for who, kind, importance in answers:
            if kind not in KINDS_OF_CUSTOMER:
                raise UnknownName("kind", kind, KINDS_OF_CUSTOMER)
            if importance is not None and importance not in IMPORTANCES:
                raise UnknownName("importance", importance, IMPORTANCES)
            found = self.find(who)
            if isinstance(found, Contact) and found.customer:
                found = self.customers[found.customer]
            id_ = contact_id(found.handle) if isinstance(found, Unresolved) else found.id
            prepared.append((id_, {"is": kind, **({"importance": importance} if importance else {})}))
        return self._decide(at, "kind", prepared, **why)

    def mark(self, handle: str, as_: str, *, at: datetime, **why: str) -> Decision:
        """A handle of the queue is our own, a bot's, private or to be ignored: it makes no contact. Undoable. (What is
        private should be erased as well: see `privacy.erase`.)"""
        if as_ not in MARKS:
            raise UnknownName("mark", as_, MARKS)
        found = self.find(handle)
        given = found.handle if isinstance(found, Unresolved) else self._handle(handle, None)
        return self._decide(at, "mark", [(contact_id(given), {"as": as_, "handles": [written(given)]})], **why)[0]

    def object(self, who: str, *, at: datetime, withdrawn: bool = False, **why: str) -> Decision:
        """A contact objects to evaluation (Art. 21 GDPR), or takes that back: facts stay, nothing is derived from them."""
        return self._decide(at, "object", [(self._contact(who).id, {"withdrawn": withdrawn})], **why)[0]

    def undo(self) -> list[Decision]:
        """Take the last decision back, a batch as a whole; returns what was taken back."""
        undone = self._store.take_back()
        self._build()
        return undone

    def history(self) -> list[tuple[Decision, bool]]:
        """Everything ever decided, oldest first, and whether it was taken back."""
        return self._store.history()

    def _decide(self, at: datetime, kind: str, prepared: Sequence[tuple[str, dict[str, Any]]], **why: str) -> list[Decision]:
        extra: dict[str, Any] = {k: v for k, v in why.items() if v}
        if unknown := extra.keys() - {"why", "by"}:
            raise TypeError(f"unexpected {', '.join(sorted(unknown))}")
        made = []
        with self._store.transaction():
            if len(prepared) > 1:
                extra["batch"] = len(self._store.history()) + 1
            for who, payload in prepared:
                payload = {k: v for k, v in payload.items() if v is not None or k == "customer"} | extra
                number = self._store.decide(at, kind, who, **payload)
                made.append(Decision(number, int(at.timestamp()), kind, who, payload))
        self._build()
        return made

    def _contact(self, who: str) -> Contact:
        found = self.find(who)
        if isinstance(found, Customer):
            raise IdentityError(who, [f"{c.name} ({c.id})" for c in self.contacts_of(found.id)])
        if isinstance(found, Unresolved):
            return Contact(contact_id(found.handle), found.handle.value, (found.handle,))
        return found

    def _handle(self, text: str, contact: Contact | None) -> Handle:
        """The handle that a text means; of a contact: one of theirs."""
        handle = Handle.of(text, self._region)
        if contact is None:
            return handle
        for own in contact.handles:
            if own == handle or (own.kind == handle.kind == "name" and own.value == handle.value) or own.value == text:
                return own
        raise IdentityError(text, [h.value for h in contact.handles])


def _organisation_entry(person: Person) -> bool:
    """Whether a directory entry speaks of an organisation, not of a person there."""
    return bool(person.customer) and (not person.name or bare(person.name) == bare(person.customer or ""))


def _domain(address: Handle) -> str | None:
    """The company domain of an address. Asked by host: a store has far fewer of them than addresses."""
    return company_domain(address.value.rpartition("@")[2])


def _called(contact: Contact, wanted: list[str]) -> bool:
    if sorted(fold(contact.name).split()) == wanted:
        return True
    return any(h.kind == "name" and sorted(h.value.split()) == wanted for h in contact.handles)


def _first(who: Contact | Unresolved | Customer) -> Handle:
    assert not isinstance(who, Customer)
    return who.handle if isinstance(who, Unresolved) else who.handles[0]


def _anchor(contact: Contact, given: Handle) -> Handle:
    """A handle that stands for a contact when another is given to them."""
    return next((h for h in contact.handles if h != given), given)


def _shown(contact: Contact) -> str:
    return ", ".join(h.value for h in contact.handles)


def _kind(answers: Sequence[Decision]) -> str | None:
    """The kind that the last decision about it says."""
    for decision in reversed(answers):
        if decision.kind == "kind":
            return str(decision.payload["is"])
        if decision.kind == "dismiss" and (kind := _KIND_OF_DISMISSAL.get(decision.payload["because"])):
            return kind
    return None


def _private(handles: Sequence[Handle], names: Mapping[str, int]) -> bool:
    """Whether somebody without company and directory entry is likely private: known by a free-mail address or a number
    only, which no address book, list or chat has named."""
    return not any(h.kind in ("profile", "name") or (h.kind == "phone" and names) for h in handles)


def _proposal(traits: Sequence[Trait]) -> tuple[str | None, str]:
    """What evidence suggests an organisation to be, and the evidence in a few words."""
    papers, written_in = sum(t.papers for t in traits), sum(t.written_in for t in traits)
    if papers and papers * 5 >= written_in:
        return "supplier", f"{papers} × invoice, order or ticket"
    live = sum(t.live for t in traits)
    theirs = min((t.first_in for t in traits if t.first_in is not None), default=None)
    ours = min((t.first_out for t in traits if t.first_out is not None), default=None)
    if ours is not None and (theirs is None or ours <= theirs) and live:
        return "customer", f"we wrote first, {live} × spoken"
    return None, ""
