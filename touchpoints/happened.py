"""What happened, each event once, and with whom: what reach and the measures of a team are worked out from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from functools import cached_property

import attrs

from touchpoints.directory import OFFICE, Directory
from touchpoints.facts import Stored
from touchpoints.handles import KINDS, Handle
from touchpoints.language import Text
from touchpoints.model import LIVE_MEDIA, Touchpoint
from touchpoints.progress import counted
from touchpoints.sameevent import event, grouped

WRITTEN = frozenset({"email", "message", "letter"})


class People:
    """Whose a handle is, by a directory: on a day (an ordinal), since numbers change hands, or now."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def who(self, handle: Handle, day: int | None = None) -> str:
        """The id of a contact, the stand-in of a customer's office, or of a handle that nobody has named (`kind:value`)."""
        number = self._directory.handle_ids.get(handle)
        found = None if number is None else self._directory.contact_by_number(number, day)
        return found or f"{handle.kind}:{handle.value}"

    def group(self, who: str) -> str:
        """The customer somebody is at, else they themselves."""
        if who.startswith(OFFICE):
            return who.removeprefix(OFFICE)
        contact = self._directory.contacts.get(who)
        return (contact.customer if contact else None) or who

    def name(self, who: str) -> str:
        """What somebody is called: contact, customer, or the bare number or address."""
        if (contact := self._directory.contacts.get(who)) is not None:
            return contact.name
        customer = self._directory.customers.get(self.group(who))
        return customer.name if customer else who.partition(":")[2] or who

    def kind(self, who: str) -> str:
        """The kind of their customer (see `Customer.effective_kind`), or their own."""
        customer = self._directory.customers.get(self.group(who))
        contact = self._directory.contacts.get(who)
        if customer is not None:
            return customer.effective_kind
        return (
            "unsorted"
            if contact is None
            else contact.kind
            if contact.kind != "unsorted"
            else contact.proposed or "unsorted"
        )


@attrs.frozen(slots=True)
class Event:
    """Something that happened, once, however many sources tell of it.

    `people`: whom it was with (see `People.who`), each with the strongest handle, nobody in copy; `groups`: their
    customers; `keys`: of every touchpoint that tells of it.
    """

    touchpoint: Touchpoint
    medium: str
    importer: str
    people: tuple[tuple[str, Handle], ...]
    groups: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def at(self) -> datetime:
        """When it began (UTC)."""
        return self.touchpoint.at

    @property
    def key(self) -> str:
        """Its first touchpoint's key."""
        return self.keys[0]

    @cached_property
    def who(self) -> tuple[str, ...]:
        """Whom it was with."""
        return tuple(who for who, _ in self.people)

    @property
    def reached(self) -> bool:
        """Whether somebody was reached (a message: delivered)."""
        return self.touchpoint.outcome == "reached"

    @property
    def live(self) -> bool:
        """Whether it was a conversation that took place."""
        return self.reached and self.medium in LIVE_MEDIA

    @property
    def colleagues(self) -> frozenset[str]:
        """Who of us took part, by name; none where the source does not say."""
        return frozenset(self.touchpoint.colleagues)

    def wrote(self, direction: str) -> bool:
        """Whether it is a delivered message, mail or letter in a direction."""
        return self.reached and self.medium in WRITTEN and self.touchpoint.direction == direction


def happened(stored: Iterable[Stored], zone: tzinfo, people: People, *, total: int | None = None) -> list[Event]:
    """The events in touchpoints, by (time, key); those with nobody addressed are left out. `total`: how many touchpoints
    there are, if that is known."""
    found = []
    told = counted(stored, Text("going through touchpoints"), total)
    for group in grouped(told, zone, people.who):
        one = event(group)
        day = one.touchpoint.at.astimezone(zone).toordinal()
        strongest: dict[str, Handle] = {}
        for handle in (p.handle for p in one.touchpoint.parties if p.role == "with"):
            who = people.who(handle, day)
            if who not in strongest or KINDS.index(handle.kind) < KINDS.index(strongest[who].kind):
                strongest[who] = handle
        if strongest:
            groups = tuple(dict.fromkeys(map(people.group, strongest)))
            keys = tuple(s.key for s in group)
            found.append(Event(one.touchpoint, one.medium, one.importer, tuple(strongest.items()), groups, keys))
    return found


def until(events: Iterable[Event], at: datetime) -> Iterator[Event]:
    """Those that began by `at`; what is later is planned."""
    return (e for e in events if e.at <= at)
