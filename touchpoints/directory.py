"""Who is who: whom a text means, what belongs to whom, and what the user decides about it.

What the user says (settings, then decisions) is above what directories say, and both are above what evidence suggests.
Every decision can be taken back, and none touches a touchpoint.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from touchpoints.errors import IdentityError, InvalidValue, UnknownName
from touchpoints.facts import Decision, Trait
from touchpoints.handles import Handle, fold
from touchpoints.identity import ALWAYS, bare, contact_id, customer_id, domain_of, order, written
from touchpoints.language import P_, english
from touchpoints.model import IMPORTANCES, KINDS_OF_CUSTOMER, Contact, Customer
from touchpoints.resolution import OFFICE, Resolution, Unresolved

__all__ = ["MARKS", "OFFICE", "Directory", "Unresolved", "contact_id", "customer_id"]

MARKS = ("own", "private", "bot", "ignored")
"""What a handle that waits in the queue can be marked as, beside being named."""


class Directory(Resolution):
    """All contacts and customers of a store, as of its present content.

    `contacts` and `customers` by id; `unresolved` handles, the most frequent first; `find` for what a user types.
    `objected`: contacts who objected to evaluation (Art. 21 GDPR): they are kept apart from `contacts`, and their
    handles resolve to nobody. What the user decides here (`merge`, `split` …) is kept in the store; this directory
    shows it at once.
    """

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
        for since, until, contact, _customer in rows:
            if since <= day < until:
                return contact
        return None

    def spans_of(self, handle_id: int, contact: str) -> list[tuple[int, int]]:
        """The days (since, until; ordinals, `until` not included) on which a handle was a contact's."""
        if contact in self.objected:
            return [(0, ALWAYS)]
        return [(row[0], row[1]) for row in self._spans.get(handle_id, ()) if row[2] == contact]

    def about(self, decision: Decision) -> str:
        """The id, now, of the contact or customer that a decision is about: also if a handle has gone to another since."""
        return self._about.get(decision.id) or self.current_id(decision.who)

    def successor(self, id_: str) -> str | None:
        """The id of the contact who took over from one who left, by the user's word."""
        return self._heirs.get(self.current_id(id_))

    def domains_of(self, customer: Customer) -> list[str]:
        """The company domains of a customer: its own, and those of its contacts."""
        keys = self._organisations.keys.get(customer.id, ())
        domains = {key.removeprefix("domain:") for key in keys if key.startswith("domain:")}
        for contact in self.contacts_of(customer.id):
            domains |= {d for h in contact.handles if h.kind == "email" and (d := domain_of(h))}
        return sorted(domains)

    @property
    def people(self) -> tuple[Contact, ...]:
        """All contacts, in the order of names."""
        return tuple(sorted(self.contacts.values(), key=lambda c: (c.name.lower(), c.id)))

    @property
    def handles(self) -> dict[Handle, Contact | Customer]:
        """Whose each handle is now: a contact's, or a customer's where it is no person's."""
        found: dict[Handle, Contact | Customer] = {h: c for c in self.contacts.values() for h in c.handles}
        offices = dict(self._office_of)
        for handle, number in self.handle_ids.items():
            if (who := self.contact_by_number(number)) and who.startswith(OFFICE):
                offices[handle] = who.removeprefix(OFFICE)
        return found | {
            h: self.customers[id_] for h, id_ in offices.items() if h not in found and id_ in self.customers
        }

    def contact_of(self, handle: Handle) -> Contact | None:
        """The contact a handle belongs to now, if it belongs to one."""
        return self.contacts.get(self._ids.get(contact_id(handle), ""))

    def knows(self, handle: Handle) -> bool:
        """Whether a directory names this handle, or it belongs to a contact."""
        return handle in self._known or self.contact_of(handle) is not None

    def customer_of(self, contact: Contact | None) -> Customer | None:
        """A contact's customer."""
        return None if contact is None or contact.customer is None else self.customers.get(contact.customer)

    @property
    def at_customers(self) -> Mapping[str, Sequence[Contact]]:
        """Customer's id → its contacts, in no order; customers with contacts only."""
        if self._at_customer is None:
            self._at_customer = defaultdict(list)
            for contact in self.contacts.values():
                if contact.customer:
                    self._at_customer[contact.customer].append(contact)
        return self._at_customer

    def numbers_of(self, id_: str) -> Sequence[int]:
        """The numbers, in the store, of the handles that stand now for a contact or (the stand-in of) a customer's office."""
        if self._numbers is None:
            self._numbers = defaultdict(list)
            for number in self.handle_ids.values():
                if (whose := self.contact_by_number(number)) is not None:
                    self._numbers[whose].append(number)
        return self._numbers.get(id_, ())

    def whose(self, handle: Handle) -> str | None:
        """The id of the contact (or a customer's office) that a handle stands for now."""
        number = self.handle_ids.get(handle)
        return None if number is None else self.contact_by_number(number)

    def contacts_of(self, customer: str) -> list[Contact]:
        """The contacts of a customer (by id), in the order of names."""
        return sorted(self.at_customers.get(customer, ()), key=lambda c: (fold(c.name), c.id))

    def handles_of(self, who: Contact | Customer | Unresolved) -> list[int]:
        """The ids of the handles that stand, or once stood, for somebody."""
        if isinstance(who, Unresolved):
            found = self.handle_ids.get(who.handle)
            return [] if found is None else [found]
        if who.id in self.objected:
            return sorted(self.handle_ids[h] for h in who.handles if h in self.handle_ids)  # type: ignore[union-attr]
        place = 2 if isinstance(who, Contact) else 3
        return sorted(number for number, rows in self._spans.items() if any(row[place] == who.id for row in rows))

    def office(self, customer: str) -> tuple[Handle, ...]:
        """The numbers and addresses that are a customer's and no person's, those of a directory included."""
        ids = {i for i, rows in self._spans.items() if any(row[2] == OFFICE + customer for row in rows)}
        used = {handle for handle, number in self.handle_ids.items() if number in ids}
        named = {handle for handle, office in self._office_of.items() if office == customer}
        return tuple(sorted(used | named, key=order))

    def traits_of(self, who: Contact | Customer) -> list[Trait]:
        """What each handle of somebody was used for."""
        return [trait for n in self.handles_of(who) if (trait := self._traits.get(n))]

    def media_of(self, who: Contact | Customer) -> set[str]:
        """The media of everything there was with somebody."""
        return {m for trait in self.traits_of(who) for m in trait.media}

    def to_evaluate(self, who: str) -> Contact | Customer | Unresolved:
        """Whom a text means, as `find`. Raises `InvalidValue` for somebody who objected to any evaluation."""
        found = self.find(who)
        if isinstance(found, Contact) and found.id in self.objected:
            raise InvalidValue(
                english("{name} objected to any evaluation; see: touchpoints privacy export", name=found.name)
            )
        return found

    def person(self, who: str) -> Contact | Unresolved:
        """Whom a text means, as `find`. Raises `InvalidValue` for an organisation, which names the people there."""
        found = self.find(who)
        if isinstance(found, Customer):
            there = ", ".join(f"{c.name} ({c.id})" for c in self.contacts_of(found.id)) or "nobody"
            raise InvalidValue(
                english("{name} is an organisation; name the people there: {listed}", name=found.name, listed=there)
            )
        return found

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
        if not contacts:  # what some source calls them, if nobody is called so in the first place
            contacts = [c for c in everybody.values() if len(wanted) > 1 and self._also_called(c, wanted)]
        found: list[Contact | Customer] = [*contacts] or [*self._customers_called(text)]
        if len(found) == 1:
            return found[0]
        waiting = [
            u for u in self.unresolved
            if any(sorted(fold(n).split()) == wanted for n in (*u.names, *([u.handle.value] * (u.handle.kind == "name"))))
        ]  # fmt: skip
        if not found and len(waiting) == 1:
            return waiting[0]
        shown = [f"{c.name} ({self._told_apart(c)})" for c in sorted(found, key=lambda c: (c.name, c.id))]
        fits = shown or [u.handle.value for u in waiting]
        raise IdentityError(who, fits, () if fits else self._near(text, everybody.values()))

    def _told_apart(self, found: Contact | Customer) -> str:
        """An id, and by what people tell somebody from a namesake: the organisation, a number or an address."""
        if isinstance(found, Customer):
            return found.id
        customer = self.customer_of(found)
        exact = next((h.shown if h.exact else h.scope for h in found.handles), "")
        return " · ".join(part for part in (found.id, customer.name if customer else "", exact) if part)

    def _also_called(self, contact: Contact, wanted: list[str]) -> bool:
        numbers = (self.handle_ids.get(h) for h in contact.handles)
        return any(
            sorted(fold(name).split()) == wanted
            for number in numbers if number is not None
            for name, _ in self._aliases.get(number, ())
        )  # fmt: skip

    def _near(self, text: str, contacts: Iterable[Contact]) -> list[str]:
        """At most five names of contacts and customers that a text may have meant: those with one of its words, and those
        spelled almost so."""
        from rapidfuzz.fuzz import ratio

        wanted = fold(text)
        words = {w for w in wanted.split() if len(w) > 2}
        found: dict[str, float] = {}
        for called in dict.fromkeys([c.name for c in contacts] + [c.name for c in self.customers.values()]):
            name = fold(called)
            whole = max(ratio(wanted, name), ratio(" ".join(sorted(wanted.split())), " ".join(sorted(name.split()))))
            parts = max((ratio(w, p) for w in words for p in name.split() if len(p) > 2), default=0.0)
            if whole >= 75 or parts >= 86:
                found[called] = max(whole, parts - 10)
        return sorted(found, key=lambda n: (-found[n], n))[:5]

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
            if {wanted, plain} & set(self._organisations.keys[id_]) or fold(c.name) == fold(text)
        ]  # fmt: skip
        return found or [c for c in self.customers.values() if bare(c.name) == bare(text)]

    def to_sort(self, at: datetime | None = None) -> list[tuple[Customer | Contact, int, int]]:
        """Whose kind nobody has said, with how many touchpoints and the last day (an ordinal; up to an aware time if one is
        given, and zero if all lies after it), the most first: customers, and contacts who stand alone."""
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
                if at is not None and last >= at.astimezone(self._store.zone).toordinal():
                    past = [s.touchpoint.at for s in self._store.touchpoints(self.handles_of(who), None, at)]
                    last = past[-1].astimezone(self._store.zone).toordinal() if past else 0
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
                raise InvalidValue(
                    english(
                        "'{one}' and '{other}' are a person and an organisation; see: touchpoints people",
                        one=one,
                        other=other,
                    )
                )
            if isinstance(a, Customer) and isinstance(b, Customer):
                keys = [self._organisations.keys[a.id][0], self._organisations.keys[b.id][0]]
                prepared.append((a.id, {"customers": keys, "was": [a.name, b.name]}))
            else:
                handles = [_first(a), _first(b)]
                prepared.append((contact_id(handles[0]), {"handles": [written(h) for h in handles]}))
            if a == b:
                raise InvalidValue(english("'{one}' and '{other}' are the same already", one=one, other=other))
        return self._decide(at, "merge", prepared, **why)

    def split(self, who: str, *handles: str, at: datetime, **why: str) -> Decision:
        """Some handles of a contact are another person's. Undoable. Raises `IdentityError` for a handle that is not
        theirs, `InvalidValue` if none or all were named."""
        contact = self._contact(who)
        apart = [self._handle(text, contact) for text in handles]
        if not apart or len(set(apart)) == len(contact.handles):
            raise InvalidValue(
                english("name some of the handles of {name}: {shown}", name=contact.name, shown=_shown(contact))
            )
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
            raise InvalidValue(english("{value} is ours", value=given.value))
        if since and until and until <= since:
            raise InvalidValue(english("{until} is not after {since}", until=until, since=since))
        days = {"since": since.toordinal() if since else None, "until": until.toordinal() if until else None}
        payload = {"handles": [written(given)], "to": [written(_anchor(contact, given))], **days}
        return self._decide(at, "add-handle", [(contact.id, payload)], **why)[0]

    def rename(self, who: str, name: str, *, at: datetime, **why: str) -> Decision:
        """A contact, a customer, or whoever a handle in the queue belongs to is called so. Undoable."""
        found = self.find(who)
        if not fold(name):
            raise InvalidValue(english("'{name}' is no name", name=name))
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
                key = self._organisations.keys[found.id][0]
            elif fold(customer):
                key, name = f"org:{fold(customer)}", customer.strip()
            else:
                raise InvalidValue(english("'{customer}' is no name", customer=customer))
        payload = {"customer": key, "name": name, "since": since.toordinal() if since else None}
        return self._decide(at, "move", [(contact.id, payload)], **why)[0]

    def sort(self, who: str, kind: str, importance: str | None = None, *, at: datetime, **why: str) -> Decision:
        """A customer (or a contact who stands alone) is of a kind, and as important. Undoable."""
        return self.sort_all([(who, kind, importance)], at=at, **why)[0]

    def sort_all(self, answers: Iterable[tuple[str, str, str | None]], *, at: datetime, **why: str) -> list[Decision]:
        """Several answers of (who, kind, importance) as one batch, which one undo takes back."""
        prepared: list[tuple[str, dict[str, Any]]] = []
        for who, kind, importance in answers:
            if kind not in KINDS_OF_CUSTOMER:
                raise UnknownName(P_("reason", "kind"), kind, KINDS_OF_CUSTOMER)
            if importance is not None and importance not in IMPORTANCES:
                raise UnknownName(P_("reason", "importance"), importance, IMPORTANCES)
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
            raise UnknownName(P_("reason", "mark"), as_, MARKS)
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

    def _decide(
        self, at: datetime, kind: str, prepared: Sequence[tuple[str, dict[str, Any]]], **why: str
    ) -> list[Decision]:
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
