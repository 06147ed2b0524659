"""People as vCards (version 3.0), for the address book of a phone or a mail program."""

from __future__ import annotations

from collections.abc import Iterable

from touchpoints.handles import Handle
from touchpoints.markup import plain

_PROPERTIES = {"phone": "tel", "email": "email", "profile": "url"}


def vcard(
    name: str, handles: Iterable[Handle], *, uid: str, customer: str | None = None, birthday: str | None = None
) -> str:
    """One person. `uid` stays the same, so that a new export updates a card instead of doubling it; `birthday` as in an
    address book (`1980-05-17`, `--05-17`)."""
    import vobject

    name = plain(name)
    surname, comma, given = name.partition(", ")
    if not comma:
        given, _, surname = name.rpartition(" ")
    card = vobject.vCard()
    card.add("uid").value = f"{uid}@touchpoints.invalid"
    card.add("fn").value = f"{given} {surname}".strip()
    card.add("n").value = vobject.vcard.Name(family=surname, given=given)
    if customer:
        card.add("org").value = [plain(customer)]
    if birthday:
        card.add("bday").value = birthday
    for handle in handles:
        if handle.kind in _PROPERTIES:
            card.add(_PROPERTIES[handle.kind]).value = plain(handle.value)
    return str(card.serialize())
