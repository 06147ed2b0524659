"""Art. 17: a person is removed from everything the project keeps, and no import brings them back."""

from __future__ import annotations

import hmac
import os
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs

from touchpoints.directory import Directory, Unresolved, contact_id
from touchpoints.facts import Decision, Tombstone
from touchpoints.handles import Handle, fold
from touchpoints.identity import ALWAYS, decided
from touchpoints.language import Text
from touchpoints.model import Contact
from touchpoints.privacy.backups import in_backups, opened
from touchpoints.privacy.gate import TAIL, WORD, Gate, key_of, words_of
from touchpoints.progress import step
from touchpoints.store import Store

_Stone = tuple[str, tuple[str, ...], int, int, int]
"""What a tombstone is made of, in clear: kind, the parts that are hashed, since, until (ordinals), when (epoch seconds)."""

_WITH_HANDLES = ("handles", "to", "from")
"""What in a decision holds handles; those that stay are somebody else's now."""
_IN_ONE = 8
"""A name written in one word is recognised from this length on."""


@attrs.frozen(slots=True)
class Erased:
    """What an erasure did: touchpoints `dropped` and `changed` (others take part), directory entries, decisions.

    `namesakes`: who else is called the same (as long as somebody is, the bare name is kept); `untreated`: backups that
    could not be cleaned, and why (see `clean`); `busy`: another program holds the store open, so that old pages may
    wait in its log until it closes.
    """

    name: str
    dropped: int = 0
    changed: int = 0
    people: int = 0
    decisions: int = 0
    namesakes: tuple[str, ...] = ()
    untreated: tuple[tuple[str, str], ...] = ()
    busy: bool = False


@step(Text("erasing"))
def erase(store: Store, directory: Directory, who: str, *, at: datetime, region: str = "DE") -> Erased:
    """Remove a person from everything the project keeps, its backups included, so that no import brings them back.

    Of touchpoints with others only the person goes; what names them (subjects, file names, other people's display
    names, notes) is masked. It cannot be undone. Raises `IdentityError`, and `InvalidValue` for a customer.
    """
    found = directory.person(who)
    name = found.name if isinstance(found, Contact) else (found.names[0] if found.names else found.handle.value)
    store.must_be_writable()
    stones, ids, namesakes = _tombstones(store, directory, found, name, at)
    key = key_of(store, create=True)
    hashed = [
        Tombstone(hmac.digest(key, "\x1f".join(parts).encode(), "sha256").hex(), what, since, until, moment)
        for what, parts, since, until, moment in stones
    ]
    done = _without(store, key, hashed, ids, region)
    untreated = in_backups(store, lambda copy: _without(copy, key, hashed, ids, region).busy)
    return attrs.evolve(done, name=name, namesakes=namesakes, untreated=untreated)


@step(Text("erasing"))
def clean(store: Store, path: str | os.PathLike[str], *, region: str = "DE") -> Erased:
    """Remove everybody who was ever erased from the store from a copy of it, wherever that lies. Raises `StoreError`."""
    stones = store.tombstones()
    copy = opened(store, Path(path))
    try:
        return _without(copy, key_of(store, create=False) if stones else b"", stones, set(), region)
    finally:
        copy.close()


def _without(store: Store, key: bytes, stones: Sequence[Tombstone], ids: Collection[str], region: str) -> Erased:
    """A store without the people of tombstones; `ids` are theirs, as far as they are known."""
    store.must_be_writable()
    store.overwrite_what_is_deleted()
    with store.transaction():
        store.bury(stones)
        gate = Gate(store, region, key=key)
        theirs = {*ids, *(contact_id(h) for _, h in store.handles() if gate.gone_for_good(h))}
        dropped, changed = store.revise(gate.clean)
        people = store.revise_people(lambda person: None if gate.is_gone(person) else person)
        store.revise_absences(lambda absence: not gate.is_gone_absence(absence))
        decisions = store.revise_decisions(lambda decision: _kept(decision, gate, theirs))
        store.revise_texts(gate.text)
    return Erased("", dropped, changed, people, decisions, busy=store.compact())


def _kept(decision: Decision, gate: Gate, theirs: Collection[str]) -> Mapping[str, Any] | None:
    """What stays of a decision: nothing, if it is about somebody who was erased; else what names nobody of them."""
    named = [h for field in ("handles", "to") for h in decided(decision.payload, field)]
    if decision.who in theirs or any(map(gate.gone_for_good, named)):
        return None
    payload = {k: v for k, v in decision.payload.items() if not (isinstance(v, str) and v in theirs)}
    if "from" in payload and gate.gone_for_good(Handle(*payload["from"])):
        del payload["from"]
    return {k: v if k in _WITH_HANDLES else _masked_in(gate, v) for k, v in payload.items()}


def _masked_in(gate: Gate, value: Any) -> Any:
    match value:
        case str():
            return gate.text(value)
        case Mapping():
            return {k: _masked_in(gate, v) for k, v in value.items()}
        case list() | tuple():
            return [_masked_in(gate, v) for v in value]
        case _:
            return value


def _tombstones(
    store: Store, directory: Directory, found: Contact | Unresolved, name: str, at: datetime
) -> tuple[list[_Stone], set[str], tuple[str, ...]]:
    """By what the person is to be recognised, in clear: (kind, parts, since, until, when); the ids they ever had; namesakes."""
    moment = int(at.timestamp())
    handles = [found.handle] if isinstance(found, Unresolved) else list(found.handles)
    numbers = {number: handle for handle, number in directory.handle_ids.items()}
    spans: dict[Handle, list[tuple[int, int]]] = {h: [(0, ALWAYS)] for h in handles}
    if isinstance(found, Contact):
        for number in directory.handles_of(found):
            whose = directory.spans_of(number, found.id)
            spans[numbers[number]] = whose or spans.get(numbers[number], [(0, ALWAYS)])
    stones: list[_Stone] = [
        ("handle", ("handle", h.kind, h.value, h.scope), since, until, moment)
        for h, days in spans.items()
        for since, until in days
    ]
    stones += [("tail", ("tail", h.value[-TAIL:]), 0, ALWAYS, moment) for h in spans if h.kind == "phone"]
    called = {name, *(h.raw or h.value for h in handles if h.kind == "name")}
    aliases = store.aliases()
    mine = {directory.handle_ids[h] for h in handles if h in directory.handle_ids}
    called |= {alias for number in mine for alias, _ in aliases.get(number, ()) if "@" not in alias}
    own_entries = [p for p in store.people() if any(h in spans for h in p.handles)]
    called |= {p.name for p in own_entries if p.name}
    everybody = [*directory.contacts.values(), *directory.objected.values()]
    others = [c for c in everybody if not isinstance(found, Contact) or c.id != found.id]
    their_words = {w for c in others for w in words_of(c.name)} | {
        w for c in directory.customers.values() for w in WORD.findall(fold(c.name.replace(".", " ")))
    }
    their_names = {tuple(sorted(words_of(c.name))): c for c in others}
    namesakes = []
    for each in sorted(called):
        words = words_of(each)
        if not words or not any(len(w) > 1 for w in words):
            continue
        run = tuple(sorted(words))
        if run in their_names:
            namesakes.append(f"{their_names[run].name} ({their_names[run].id})")
        elif len(words) > 1 or words[0] not in their_words:
            stones.append(("name", ("name", *run), 0, ALWAYS, moment))
        if len(words) > 1 and words[-1] not in their_words and len(words[-1]) > 3:
            stones.append(("name", ("name", words[-1]), 0, ALWAYS, moment))  # "Termin mit Frau Muster"
        stones += [("word", ("word", w), 0, ALWAYS, moment) for w in words]
        for whole in {"".join(words), "".join(reversed(words))} if len(words) > 1 else ():  # "erikamuster"
            if len(whole) >= _IN_ONE:
                stones += [(what, (what, whole), 0, ALWAYS, moment) for what in ("name", "word")]
    ids = {contact_id(h) for h in handles} | ({found.id} if isinstance(found, Contact) else set())
    return list(dict.fromkeys(stones)), ids, tuple(dict.fromkeys(namesakes))
