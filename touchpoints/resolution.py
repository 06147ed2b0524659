"""Who is who, worked out: from directory entries, handles, their traits and the user's answers to contacts, customers and
the queue. See `directory.Directory`, which answers questions about it and takes decisions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from touchpoints.facts import Decision, Trait
from touchpoints.handles import EXTENSION, Handle, fold, is_automatic, is_local, is_role, name_key
from touchpoints.identity import (
    ALWAYS,
    Groups,
    Organisations,
    bare,
    contact_id,
    decided,
    domain_of,
    order,
    shared,
    stand_in,
)
from touchpoints.language import Text, english
from touchpoints.model import Contact, Customer, Person
from touchpoints.ourside import OurSide
from touchpoints.progress import counted, step
from touchpoints.settings import Settings
from touchpoints.store import Store

OFFICE = "office:"
"""Prefix of the stand-in for everybody at a customer who is no contact: the switchboard, info@, a first-time sender."""
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


class Resolution:
    """Contacts, customers and the queue as a store's present content gives them (attributes as in `Directory`)."""

    def __init__(self, store: Store, settings: Settings, our_side: OurSide, region: str = "DE") -> None:
        self._store, self._settings, self._our_side, self._region = store, settings, our_side, region
        self._build()

    # -- building -----------------------------------------------------------------------------------------------------

    @step(Text("working out who is who"))
    def _build(self) -> None:
        self.contacts: dict[str, Contact] = {}
        self.customers: dict[str, Customer] = {}
        self.objected: dict[str, Contact] = {}
        self.unresolved: tuple[Unresolved, ...] = ()
        self.handle_ids: dict[Handle, int] = {}
        self._spans: dict[int, list[tuple[int, int, str | None, str | None]]] = {}
        self._ids: dict[str, str] = {}  # the id of any handle of a contact → the contact's
        self._known: set[Handle] = set()
        self._of_group: dict[int, tuple[str, list[tuple[int, str | None]]]] = {}
        self._about: dict[int, str] = {}
        self._at_customer: dict[str, list[Contact]] | None = None
        self._numbers: dict[str, list[int]] | None = None
        self._marks: dict[Handle, str] = {}
        people = self._store.people()
        for number, handle in self._store.handles():
            self.handle_ids[handle] = number
        self._aliases, self._traits = self._store.aliases(), self._store.traits()
        self._office_of: dict[Handle, str] = {}
        decisions = self._store.decisions()
        groups, entries = self._group(people, decisions)
        merged = [d.payload["customers"] for d in decisions if d.kind == "merge" and "customers" in d.payload]
        self._organisations = Organisations(people, merged)
        self._offices(people)
        members = groups.members()
        for group, handles in counted(members.items(), Text("working out who is who")):
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
        if is_local(handle) or (handle.kind == "account" and handle.scope == EXTENSION):
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
        if self._settings.one_person:
            self._join_names(groups, own)
        self._follow(groups, decisions)
        entries = defaultdict[int, list[Person]](list)
        for person, handles, group in own:
            where = [groups.add(h) for h in handles]
            here = groups.find(group)  # who handles were taken from is still the one the entry speaks of
            entries[here if here in where else max(where, key=lambda g: (where.count(g), -g))].append(person)
        return groups, entries

    def _join_names(self, groups: Groups, entries: Sequence[tuple[Person, list[Handle], int]]) -> None:
        """Join what stands under a name that the settings say is one person's: names alone, the handles that sources mostly
        call so, and directory entries. What the user decides afterwards goes before."""
        bearing: dict[tuple[str, ...], list[Handle]] = {name_key(n): [] for n in self._settings.one_person}
        for person, handles, _ in entries:
            if person.name and (found := bearing.get(name_key(person.name))) is not None:
                found.append(handles[0])
        for handle, number in self.handle_ids.items():
            if handle in groups:
                names = self._aliases.get(number, ())
                called = handle.raw or handle.value if handle.kind == "name" else names[0][0] if names else ""
                if called and (found := bearing.get(name_key(called))) is not None:
                    found.append(handle)
        for handles in bearing.values():
            if len(handles) > 1:
                groups.join(sorted(handles, key=order))

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

    def _offices(self, people: Sequence[Person]) -> None:
        """The handles that directories name and that are no person's: of the one customer they are named for."""
        found = defaultdict[Handle, set[str]](set)
        for person in people:
            if person.customer:
                for handle in person.handles:
                    if (_organisation_entry(person) or not self._personal(handle)) and not self._our_side.owns(handle):
                        found[handle].add(self._organisations.id_of(f"org:{fold(person.customer)}"))
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
        named = bool(names) or any(h.kind in ("email", "profile", "name") for h in handles)
        if not (said or (used and ((named and _two_way(traits)) or any(d.kind in _NAMING for d in answers)))):
            return
        id_ = contact_id(handles[0])  # they are in order, and names come last
        said = sorted(said, key=lambda p: (p.ref is None, p.ref or "", p.key or "")) if len(said) > 1 else said
        last = {d.kind: d.payload for d in answers}
        name = last.get("rename", {}).get("name") or _first(said, "name") or ""
        if not name and (merged := next((d for d in answers if d.kind == "merge" and "handles" in d.payload), None)):
            first = self.handle_ids.get(decided(merged.payload, "handles")[0])  # called as the one named first
            name = next((called for called, _ in self._aliases.get(first, ())), "") if first is not None else ""
        if not name and names:
            name = min(names, key=lambda n: (-names[n], n)) if len(names) > 1 else next(iter(names))
        if not name:
            best = min(handles, key=lambda h: (h.kind != "email", order(h)))
            name = best.raw if best.kind == "name" and best.raw else best.value
        moves = self._moves(handles, said, answers)
        own = self._settings.customers.get(name, {})
        kind = own.get("kind") or _kind(answers) or _first(said, "kind")
        importance = own.get("importance") or last.get("kind", {}).get("importance")
        tags = {t for p in said for t in p.tags} | set(own.get("tags", ())) if said or own else ()
        alone = kind is None and moves[-1][1] is None and not said
        contact = Contact(
            id_, name, tuple(handles), customer=moves[-1][1], ref=_first(said, "ref"),
            importance=importance or _first(said, "importance"), owner=own.get("owner") or _first(said, "owner"),
            tags=tuple(sorted(tags)), birthday=_first(said, "birthday"), anniversary=_first(said, "anniversary"),
            in_directory=bool(said), kind=kind or "unsorted",
            proposed="private" if alone and _private(handles, names) else None,
        )  # fmt: skip
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
        customer = _first(said, "customer")
        base = None
        if customer:
            base = self._organisations.id_of(f"org:{fold(customer)}")
        elif domains := [d for h in handles if h.kind == "email" and (d := domain_of(h))]:
            base = self._organisations.id_of(f"domain:{min(domains, key=lambda d: (-domains.count(d), d))}")
        moves: list[tuple[int, str | None]] = [(0, base)]
        for decision in answers:
            if decision.kind == "move":
                since = decision.payload.get("since") or 0
                key, name = decision.payload["customer"], decision.payload.get("name")
                if name:
                    self._organisations.names[key][name] += 0
                moves = [m for m in moves if m[0] < since] + [(since, self._organisations.id_of(key) if key else None)]
        return moves

    def _resolve(self, groups: Groups) -> None:
        """Whose every handle in use is, and when; handles that are nobody's go to their company's office, or wait."""
        waiting = []
        with_contacts = {c.customer for c in self.contacts.values()}
        always: dict[
            int | None, list[tuple[int, int, str | None, str | None]]
        ] = {}  # the rows of most groups, made once
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
                    # a directory's word makes a relationship with the office; an address alone only beside people there
                    stands = office in with_contacts or handle in self._office_of
                    rows.append((span.since, span.until, OFFICE + office if stands else None, office))
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
        domain = domain_of(handle) if handle.kind == "email" else None
        return self._office_of.get(handle) or (self._organisations.id_of(f"domain:{domain}") if domain else None)

    def _add_customers(self, people: Sequence[Person], decisions: Sequence[Decision]) -> None:
        said = defaultdict[str, list[Person]](list)
        for person in people:
            if person.customer:
                said[self._organisations.id_of(f"org:{fold(person.customer)}")].append(person)
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
        domains = defaultdict[str, set[str]](set)  # a directory may call by name what the settings know by domain
        for contact in self.contacts.values() if given else ():
            if contact.customer:
                domains[contact.customer] |= {d for h in contact.handles if h.kind == "email" and (d := domain_of(h))}
        namesakes = self._namesakes()
        evidence_of = defaultdict[str, list[int]](list)
        for contact_, customer_ in namesakes.items():
            evidence_of[customer_] += [
                self.handle_ids[h] for h in self.contacts[contact_].handles if h in self.handle_ids
            ]
        organisations = self._organisations
        for id_, keys in organisations.keys.items():
            own: dict[str, Any] = {}
            if given:
                called = {t for key in keys for t in (*organisations.names.get(key, ()), key.partition(":")[2])}
                hosts = domains[id_] | {key.removeprefix("domain:") for key in keys if key.startswith("domain:")}
                for text in (*sorted(hosts), *sorted(called - hosts)):  # a name says more than a domain
                    own |= given.get(text.lower(), {}) | given.get(fold(text), {})
            entries, last = said.get(id_, []), {d.kind: d.payload for d in answers.get(id_, ())}
            kinds = Counter(p.kind for p in entries if p.kind)
            decided_kind = own.get("kind") or _kind(answers.get(id_, ()))
            kind = decided_kind or min(kinds, key=lambda k: (-kinds[k], k), default=None)
            ids = [*used.get(id_, ()), *evidence_of.get(id_, ())]
            proposed, evidence = (None, "") if kind else _proposal([self._traits[i] for i in ids if i in self._traits])
            importances = [p.importance for p in entries if p.importance]
            self.customers[id_] = Customer(
                id_, own.get("name") or last.get("rename", {}).get("name") or organisations.written(keys), kind=kind or "unsorted",
                importance=own.get("importance") or last.get("kind", {}).get("importance") or min(importances, default=None),
                tags=tuple(sorted({t for p in entries for t in p.tags} | set(own.get("tags", ())))),
                proposed=proposed, evidence=evidence,
                contract=str(own["contract"]) if "contract" in own else min(filter(None, (p.contract for p in entries)), default=None),
            )  # fmt: skip
        for contact_, customer_ in namesakes.items():
            if (kind := self.customers[customer_].effective_kind) != "unsorted":
                self.contacts[contact_] = attrs.evolve(self.contacts[contact_], proposed=kind)

    def _namesakes(self) -> dict[str, str]:
        """People who stand alone and have the very name of people at one customer only: contact's id → customer's id.

        The router's list knows the number, the mailbox the address; what they say together is worth a proposal, but
        no join.
        """
        there, alone = defaultdict[str, set[str]](set), defaultdict[str, list[str]](list)
        for contact in self.contacts.values():
            if contact.customer and " " in (name := fold(contact.name)):
                there[name].add(contact.customer)
        for contact in self.contacts.values() if there else ():
            if not contact.customer and contact.kind == "unsorted" and not contact.in_directory:
                alone[fold(contact.name)].append(contact.id)
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

    def current_id(self, id_: str) -> str:
        """The id that a former id of a contact or customer stands for now; any other id as it is."""
        return self._ids.get(id_) or self._organisations.ids.get(id_, id_)


def _organisation_entry(person: Person) -> bool:
    """Whether a directory entry speaks of an organisation, not of a person there."""
    return bool(person.customer) and (not person.name or bare(person.name) == bare(person.customer or ""))


def _two_way(traits: Sequence[Trait]) -> bool:
    """Whether there was live contact, or both sides wrote."""
    written_in = written_out = False
    for trait in traits:
        if trait.live:
            return True
        written_in |= trait.written_in > 0
        written_out |= trait.written_out > 0
    return written_in and written_out


def _first(said: Sequence[Person], field: str) -> Any:
    """What the first entry that says anything of it says."""
    for person in said:
        if value := getattr(person, field):
            return value
    return None


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
        return "supplier", english("{n} × invoice, order or ticket", n=papers)
    live = sum(t.live for t in traits)
    theirs = min((t.first_in for t in traits if t.first_in is not None), default=None)
    ours = min((t.first_out for t in traits if t.first_out is not None), default=None)
    if ours is not None and (theirs is None or ours <= theirs) and live:
        return "customer", english("we wrote first, {n} × spoken", n=live)
    return None, ""
