"""Who is who: contacts from exact handles, customers from directories and company domains, what kind they seem to be.

Built anew from what the store holds, so that nothing depends on the order in which it came. Exact keys join; a display
name alone names, and joins nothing. What the user says (settings, decisions) is above what directories say, and both
are above what evidence suggests.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

import attrs

from touchpoints.errors import IdentityError, InvalidValue
from touchpoints.handles import EXTENSION, KINDS, Handle, company_domain, fold, is_automatic, is_role
from touchpoints.model import Contact, Customer, Person
from touchpoints.ourside import OurSide
from touchpoints.settings import Settings
from touchpoints.store import Store

OFFICE = "office:"
"""Prefix of the stand-in for everybody at a customer who is no contact: the switchboard, info@, a first-time sender."""


def contact_id(handle: Handle) -> str:
    """The id of the contact whose smallest handle this is (12 hex digits)."""
    text = f"{handle.kind}\x1f{handle.value}\x1f{handle.scope}"
    return blake2b(text.encode(), digest_size=6).hexdigest()


def customer_id(name: str) -> str:
    """The id of the customer with this domain or folded name (12 hex digits)."""
    return blake2b(f"customer\x1f{name}".encode(), digest_size=6).hexdigest()


@attrs.frozen(slots=True)
class Unresolved:
    """A handle that waits in the queue: nobody knows yet whose it is. `count`: touchpoints it takes part in."""

    handle: Handle
    count: int
    names: tuple[str, ...] = ()


def _order(handle: Handle) -> tuple[int, str, str]:
    return KINDS.index(handle.kind), handle.value, handle.scope


class _Groups:
    """Union–find over handles: who belongs together by exact keys."""

    def __init__(self) -> None:
        self.parent: dict[Handle, Handle] = {}

    def find(self, handle: Handle) -> Handle:
        root = handle
        while (above := self.parent.setdefault(root, root)) != root:
            root = above
        while handle != root:
            self.parent[handle], handle = root, self.parent[handle]
        return root

    def join(self, one: Handle, other: Handle) -> None:
        a, b = self.find(one), self.find(other)
        if a != b:
            low, high = sorted((a, b), key=_order)
            self.parent[high] = low


class Directory:
    """All contacts and customers of a store, as of its present content.

    `contacts` and `customers` by id; `unresolved` handles, the most frequent first; `find` for what a user types.
    """

    def __init__(self, store: Store, settings: Settings, our_side: OurSide, region: str = "DE") -> None:
        self._store, self._settings, self._our_side, self._region = store, settings, our_side, region
        self.contacts: dict[str, Contact] = {}
        self.customers: dict[str, Customer] = {}
        self.unresolved: tuple[Unresolved, ...] = ()
        self.handle_ids: dict[Handle, int] = {}
        self._contact_of: dict[int, str] = {}
        self._customer_of: dict[int, str] = {}
        self._ids: dict[str, str] = {}  # id by any handle of a contact → its id now
        self._known: set[Handle] = set()
        self._customer_keys: dict[str, str] = {}
        self._build()

    # -- building -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        people = self._store.people()
        in_use = dict(self._store.handles())
        self.handle_ids = {handle: id_ for id_, handle in in_use.items()}
        aliases, signs = self._store.aliases(), self._store.signs()
        habits = {row[0]: row[1:] for row in self._store.habits()}
        groups, entries = _Groups(), defaultdict[Handle, list[Person]](list)
        for person in people:
            own = [h for h in person.handles if self._personal(h)]
            for handle in own:
                groups.join(own[0], handle)
        for person in people:
            own = [h for h in person.handles if self._personal(h)]
            if own:
                entries[groups.find(own[0])].append(person)
            elif not person.handles or person.name:
                entries[Handle("name", fold(person.name), "directory")].append(person)
            self._known.update(person.handles)
        for handle in in_use.values():
            if self._personal(handle):
                groups.find(handle)
        for decision in self._store.decisions("merge"):
            pairs = [Handle(*h) for h in decision.payload["handles"]]
            for handle in pairs[1:]:
                groups.join(pairs[0], handle)
        members = defaultdict[Handle, list[Handle]](list)
        for handle in list(groups.parent):
            members[groups.find(handle)].append(handle)
        for root in entries:
            members.setdefault(root, [root])
        domains = self._domains(entries, members)
        offices = Counter[str]()
        for root, handles in members.items():
            handles.sort(key=_order)
            used = [self.handle_ids[h] for h in handles if h in self.handle_ids]
            seen: list[tuple[Any, ...]] = [habits[i] for i in used if i in habits]
            written_in, written_out, live = (sum(row[n] for row in seen) for n in (2, 3, 4))
            names = Counter[str]()
            for i in used:
                names.update(dict(aliases.get(i, ())))
            named = any(h.kind in ("email", "profile", "name") for h in handles) or bool(names)
            said = entries.get(root, [])
            two_way = bool(live or (written_in and written_out))
            if said or (named and two_way):
                self._add_contact(handles, used, names, said, seen, domains)
        self._add_rest(in_use, habits, aliases, domains, offices)
        self._add_customers(entries, habits, signs, domains)

    def _personal(self, handle: Handle) -> bool:
        """Whether a handle can be a person's: not an office's, a machine's, a short number's or ours."""
        if handle.kind == "email" and (is_role(handle.value) or is_automatic(handle.value)):
            return False
        if handle.kind == "account" and handle.scope in (EXTENSION, "number"):
            return False
        return not self._our_side.owns(handle)

    def _domains(
        self, entries: Mapping[Handle, list[Person]], members: Mapping[Handle, list[Handle]]
    ) -> dict[str, str]:
        """Company domain → the organisation's name, where all directory entries of the domain agree on it."""
        said = defaultdict[str, Counter[str]](Counter)
        for people in entries.values():
            for person in people:
                for handle in person.handles:
                    domain = company_domain(handle.value) if handle.kind == "email" else None
                    if domain and person.customer:
                        said[domain][person.customer] += 1
        agreed = {}
        for domain, names in said.items():
            if len({fold(name) for name in names}) == 1:
                agreed[domain] = min(names, key=lambda n: (-names[n], n))
        return agreed

    def _add_contact(
        self,
        handles: list[Handle],
        used: list[int],
        names: Counter[str],
        said: list[Person],
        seen: list[tuple[Any, ...]],
        domains: Mapping[str, str],
    ) -> None:
        exact = [h for h in handles if h.exact] or handles
        id_ = contact_id(min(exact, key=_order))
        said = sorted(said, key=lambda p: (p.ref is None, p.ref or "", p.key or ""))
        name = next((p.name for p in said if p.name), "") or min(names, key=lambda n: (-names[n], n), default="")
        if not name:
            best = min(handles, key=lambda h: (h.kind != "email", _order(h)))
            name = best.raw if best.kind == "name" and best.raw else best.value
        customer = next((p.customer for p in said if p.customer), None)
        owned = self._settings.customers
        key = None
        if customer:
            key = self._organisation(customer, domains)
        else:
            found = Counter(d for h in handles if h.kind == "email" and (d := company_domain(h.value)))
            if found:
                key = self._domain(min(found, key=lambda d: (-found[d], d)), domains)
        kind = next((p.kind for p in said if p.kind), None) or str(owned.get(name, {}).get("kind", "")) or None
        private = not said and key is None and not self._businesslike(handles, used, names)
        contact = Contact(
            id_, name, tuple(handles), customer=key,
            ref=next((p.ref for p in said if p.ref), None),
            importance=next((p.importance for p in said if p.importance), None) or owned.get(name, {}).get("importance"),
            owner=next((p.owner for p in said if p.owner), None) or owned.get(name, {}).get("owner"),
            tags=tuple(sorted({t for p in said for t in p.tags} | set(owned.get(name, {}).get("tags", ())))),
            birthday=next((p.birthday for p in said if p.birthday), None),
            in_directory=bool(said), kind=kind or "unsorted", proposed="private" if private else None,
        )  # fmt: skip
        self.contacts[id_] = contact
        for handle in handles:
            self._ids[contact_id(handle)] = id_
        for i in used:
            self._contact_of[i] = id_
            if key:
                self._customer_of[i] = key

    def _businesslike(self, handles: list[Handle], used: list[int], names: Counter[str]) -> bool:
        """Whether somebody without company and directory entry is still likely business: a number that an address book
        named, or a name from a calendar; not a free-mail address, not a chat partner."""
        return any(
            (h.kind == "phone" and bool(names)) or h.kind == "profile" or (h.kind == "name" and h.scope in _BUSINESS)
            for h in handles
        )

    def _organisation(self, name: str, domains: Mapping[str, str]) -> str:
        key = f"org:{fold(name)}"
        self._customer_keys.setdefault(key, name)
        return customer_id(key)

    def _domain(self, domain: str, domains: Mapping[str, str]) -> str:
        if domain in domains:
            return self._organisation(domains[domain], domains)
        self._customer_keys.setdefault(f"domain:{domain}", domain)
        return customer_id(f"domain:{domain}")

    def _add_rest(
        self,
        in_use: Mapping[int, Handle],
        habits: Mapping[int, tuple[Any, ...]],
        aliases: Mapping[int, list[tuple[str, int]]],
        domains: Mapping[str, str],
        offices: Counter[str],
    ) -> None:
        """Handles that are no contact's: a company's go to its office, the others wait in the queue."""
        waiting = []
        office_of_number = {
            h: self._organisation(p.customer, domains)
            for p in self._store.people() if p.customer and not any(self._personal(x) for x in p.handles)
            for h in p.handles
        }  # fmt: skip
        with_contacts = {c.customer for c in self.contacts.values()}
        for id_, handle in in_use.items():
            if id_ in self._contact_of or self._our_side.owns(handle):
                continue
            domain = company_domain(handle.value) if handle.kind == "email" else None
            key = office_of_number.get(handle) or (self._domain(domain, domains) if domain else None)
            if key:
                self._customer_of[id_] = key
                if key in with_contacts:
                    self._contact_of[id_] = OFFICE + key
            if key is None or key not in with_contacts:
                count = sum(habits[id_][2:5]) if id_ in habits else 0
                names = tuple(name for name, _ in aliases.get(id_, ()))
                waiting.append(Unresolved(handle, count, names))
        waiting.sort(key=lambda u: (-u.count, _order(u.handle)))
        self.unresolved = tuple(waiting)

    def _add_customers(
        self,
        entries: Mapping[Handle, list[Person]],
        habits: Mapping[int, tuple[Any, ...]],
        signs: Mapping[int, Mapping[str, int]],
        domains: Mapping[str, str],
    ) -> None:
        people = defaultdict[str, list[Person]](list)
        for said in entries.values():
            for person in said:
                if person.customer:
                    people[customer_id(f"org:{fold(person.customer)}")].append(person)
        used = defaultdict[str, list[int]](list)
        for number, customer in self._customer_of.items():
            used[customer].append(number)
        of_name = defaultdict[str, list[str]](list)
        for domain, name in domains.items():
            of_name[fold(name)].append(domain)
        for key, name in self._customer_keys.items():
            id_ = customer_id(key)
            texts = [name, *of_name.get(fold(name), ())]
            owned: dict[str, Any] = {}
            for text, fields in self._settings.customers.items():
                if any(fold(text) == fold(t) or text.lower() == t.lower() for t in texts):
                    owned.update(fields)
            said = people.get(id_, [])
            kinds = Counter(p.kind for p in said if p.kind)
            kind = owned.get("kind") or min(kinds, key=lambda k: (-kinds[k], k), default=None)
            proposed, evidence = self._proposal(used.get(id_, ()), habits, signs)
            importances = [p.importance for p in said if p.importance]
            self.customers[id_] = Customer(
                id_, owned.get("name", name), kind=kind or "unsorted",
                importance=owned.get("importance") or min(importances, default=None),
                ref=None, tags=tuple(sorted({t for p in said for t in p.tags} | set(owned.get("tags", ())))),
                proposed=None if kind else proposed, evidence="" if kind else evidence,
            )  # fmt: skip

    @staticmethod
    def _proposal(
        used: Iterable[int], habits: Mapping[int, tuple[Any, ...]], signs: Mapping[int, Mapping[str, int]]
    ) -> tuple[str | None, str]:
        """What evidence suggests an organisation to be, and the evidence in a few words."""
        ids = list(used)
        rows = [habits[i] for i in ids if i in habits]
        invoices = sum(signs.get(i, {}).get("invoice", 0) for i in ids)
        written_in, _written_out, live = (sum(row[n] for row in rows) for n in (2, 3, 4))
        theirs = min((row[0] for row in rows if row[0] is not None), default=None)
        ours = min((row[1] for row in rows if row[1] is not None), default=None)
        if invoices >= 3 or (invoices and invoices * 5 >= written_in):
            return "supplier", f"{invoices} × invoice, order or ticket"
        if ours is not None and (theirs is None or ours <= theirs) and live:
            return "customer", f"we wrote first, {live} × spoken"
        return None, ""

    # -- asking ---------------------------------------------------------------------------------------------------------

    def rows(self) -> Iterator[tuple[int, str | None, str | None]]:
        """Who is who as rows for the store: (handle id, contact id, customer id)."""
        for id_ in self.handle_ids.values():
            yield id_, self._contact_of.get(id_), self._customer_of.get(id_)

    def contact_by_number(self, handle_id: int) -> str | None:
        """The contact's id (or a customer's office) that a handle stands for, by the handle's number in the store."""
        return self._contact_of.get(handle_id)

    def current_id(self, id_: str) -> str:
        """The id that a former id of a contact stands for now; any other id as it is."""
        return self._ids.get(id_, id_)

    def domains_of(self, customer: Customer) -> list[str]:
        """The company domains of a customer's contacts."""
        domains = {
            d
            for c in self.contacts_of(customer.id)
            for h in c.handles
            if h.kind == "email" and (d := company_domain(h.value))
        }
        return sorted(domains)

    def contact_of(self, handle: Handle) -> Contact | None:
        """The contact a handle belongs to, if it belongs to one."""
        return self.contacts.get(self._ids.get(contact_id(handle), ""))

    def knows(self, handle: Handle) -> bool:
        """Whether a directory names this handle, or it belongs to a contact."""
        return handle in self._known or self.contact_of(handle) is not None

    def customer_of(self, contact: Contact | None) -> Customer | None:
        """A contact's customer."""
        return None if contact is None or contact.customer is None else self.customers.get(contact.customer)

    def contacts_of(self, customer: str) -> list[Contact]:
        """The contacts of a customer (by id), in the order of names."""
        return sorted((c for c in self.contacts.values() if c.customer == customer), key=lambda c: (fold(c.name), c.id))

    def handles_of(self, who: Contact | Customer | Unresolved) -> list[int]:
        """The ids of the handles that stand for somebody."""
        if isinstance(who, Unresolved):
            found = self.handle_ids.get(who.handle)
            return [] if found is None else [found]
        table = self._contact_of if isinstance(who, Contact) else self._customer_of
        return sorted(i for i, id_ in table.items() if id_ == who.id)

    def find(self, who: str) -> Contact | Customer | Unresolved:
        """Whom a text means: an id, an exact handle, or a name of a contact or customer (folded, in either order).

        An exact handle beats a name. Raises `IdentityError` if nobody fits, or several do.
        """
        text = who.strip()
        if (id_ := self._ids.get(text, text)) in self.contacts:
            return self.contacts[id_]
        if text in self.customers:
            return self.customers[text]
        by_ref = [c for c in self.contacts.values() if c.ref == text]
        if len(by_ref) == 1:
            return by_ref[0]
        try:
            handle = Handle.of(text, self._region)
        except InvalidValue:
            raise IdentityError(who) from None
        if handle.kind != "name":
            if contact := self.contact_of(handle):
                return contact
            if handle in self.handle_ids:
                names = next((u.names for u in self.unresolved if u.handle == handle), ())
                return Unresolved(handle, 0, names)
            raise IdentityError(who)
        wanted = sorted(fold(text).split())
        contacts = [c for c in self.contacts.values() if self._called(c, wanted)]
        customers = [
            c
            for c in self.customers.values()
            if text.lower() == c.name.lower() or sorted(fold(c.name).split()) == wanted
        ]
        found: list[Contact | Customer] = [*contacts] or [*customers]
        if len(found) == 1:
            return found[0]
        if not found and (domain := customer_id(f"domain:{text.lower()}")) in self.customers:
            return self.customers[domain]
        waiting = [u for u in self.unresolved if any(sorted(fold(n).split()) == wanted for n in u.names)]
        if not found and len(waiting) == 1:
            return waiting[0]
        shown = [f"{c.name} ({c.id})" for c in sorted(found, key=lambda c: (c.name, c.id))]
        raise IdentityError(who, shown or [f"{u.handle.value}" for u in waiting])

    def _called(self, contact: Contact, wanted: list[str]) -> bool:
        if sorted(fold(contact.name).split()) == wanted:
            return True
        return any(h.kind == "name" and sorted(h.value.split()) == wanted for h in contact.handles)


_BUSINESS = frozenset({"calendar", "outlook", "linkedin", "teams", "zoom", "calls", "table", "3cx", "starface"})
"""Families of sources whose display names are business ones."""
