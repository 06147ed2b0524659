"""The rights of the people in a store: to be told, to be forgotten, to be left alone, and not to be kept for ever.

What was erased is recognised again by keyed hashes only (HMAC-SHA256). The key lies in a file of its own beside the
store; whoever has only the store learns from a tombstone neither a name nor a number.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import attrs

from touchpoints import handles as reading
from touchpoints.book import Book
from touchpoints.directory import Directory, Unresolved, contact_id
from touchpoints.errors import InvalidValue, StoreError
from touchpoints.facts import Tombstone
from touchpoints.handles import Handle, fold
from touchpoints.identity import ALWAYS
from touchpoints.model import Absence, Contact, Coverage, Customer, LeftOut, Party, Person, Touchpoint
from touchpoints.store import Store

ERASED = LeftOut("erased")
RETAINED = LeftOut("older than is kept")
MASK = "…"
"""What stands where a name was."""

_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]]+@[^\s@<>,;:\"()\[\]]+")
_NUMBER = re.compile(r"\+?\d[\d /().-]{4,}\d")
_LONGEST = 5
_TAIL = 6


# -- what may come in ---------------------------------------------------------------------------------------------------


class Gate:
    """Keeps out who was erased and what is older than is kept: asked for every record before it is stored.

    Cheap where nothing was erased and nothing is limited (`idle`). Made anew for each import. Raises `StoreError` if
    the store has tombstones and their key is missing: without it, erased people would come back unnoticed.
    """

    def __init__(self, store: Store, region: str = "DE", *, key: bytes | None = None) -> None:
        self._zone, self._region = store.zone, region
        tombstones = store.tombstones()
        self._handles: dict[str, list[tuple[int, int]]] = {}
        self._names: dict[str, set[str]] = {"name": set(), "word": set(), "tail": set()}
        self._words: dict[str, bool] = {}
        for stone in tombstones:
            if stone.what == "handle":
                self._handles.setdefault(stone.hash, []).append((stone.since, stone.until))
            else:
                self._names[stone.what].add(stone.hash)
        self._key = key or (_key(store, create=False) if tombstones else b"")
        floor = store.get("kept_since")
        self._floor = None if floor is None else datetime.combine(date.fromisoformat(floor), time(), store.zone)
        self._hashes: dict[str, str] = {}
        self.idle = not tombstones and self._floor is None

    def admits(self, record: Any) -> Any:
        """The record as it may be stored, or a `LeftOut` that says why not. Records that name nobody pass as they are."""
        if self.idle:
            return record
        match record:
            case Touchpoint():
                if self._floor is not None and record.at < self._floor:
                    return RETAINED
                return self.clean(record) or ERASED if self._key else record
            case Person() if self._key:
                return ERASED if self._is_gone(record) else record
            case Absence():
                if self._floor is not None and record.spans and max(record.spans)[1] < self._floor.date():
                    return RETAINED
                return ERASED if self._is_gone_absence(record) else record
            case Coverage() if self._key:
                return attrs.evolve(record, what=self.text(record.what))
            case _:
                return record

    def text(self, text: str) -> str:
        """A text (the name of a file or chat, a reason) with erased names, numbers and addresses masked."""
        if not self._key or not text:
            return text
        return self._masked(text, ("name",))

    def clean(self, t: Touchpoint) -> Touchpoint | None:
        """A touchpoint without the people who were erased; `None` if nobody else takes part in it."""
        if not self._key:
            return t
        everybody = [p.handle for p in t.parties] + [p.handle for p in t.participants if p.handle is not None]
        names = [p.name for p in t.parties] + [p.name for p in t.participants]
        texts = (t.subject, t.thread, t.line, t.ref, *t.extra.values(), *names)
        if not any(map(self.gone, everybody)) and not any(self._names_somebody(text) for text in texts if text):
            return t  # nearly every record: nobody in it was erased
        day = t.at.astimezone(self._zone).date().toordinal()
        parties = tuple(attrs.evolve(p, name=self._name(p.name)) for p in t.parties if not self.gone(p.handle, day))
        participants = tuple(
            attrs.evolve(p, name=self._name(p.name))
            for p in t.participants
            if not (p.handle is not None and self.gone(p.handle, day))
        )
        participants = tuple(p for p in participants if p.own or p.handle or p.name)
        took_part = len(parties) < len(t.parties) or len(participants) < len(t.participants)
        if took_part and not parties:
            return None
        kinds = ("name", "word") if took_part else ("name",)

        def unless_named(text: str | None) -> str | None:
            return None if text and self._masked(text, kinds) != text else text

        extra = {k: v for k, v in t.extra.items() if unless_named(v)}
        return attrs.evolve(
            t, parties=parties, participants=participants, subject=unless_named(t.subject), thread=unless_named(t.thread),
            line=unless_named(t.line), ref=unless_named(t.ref), extra=extra,
        )  # fmt: skip

    def gone(self, handle: Handle, day: int | None = None) -> bool:
        """Whether a handle was erased (on a day: whether it was that person's then)."""
        for since, until in self._handles.get(self._hash("handle", handle.kind, handle.value, handle.scope), ()):
            if day is None or since <= day < until:
                return True
        return handle.kind == "name" and self._hash("name", *sorted(_words(handle.value))) in self._names["name"]

    def _is_gone_absence(self, absence: Absence) -> bool:
        day = absence.said.toordinal() if absence.said else None
        return bool(self._key) and absence.handle is not None and self.gone(absence.handle, day)

    def _is_gone(self, person: Person) -> bool:
        exact = [h for h in person.handles if h.exact]
        if any(self.gone(h) for h in person.handles):
            return True
        return not exact and self._hash("name", *sorted(_words(person.name))) in self._names["name"]

    def _name(self, name: str | None) -> str | None:
        return None if name and self._masked(name, ("name",)) != name else name

    def _names_somebody(self, text: str) -> bool:
        """Whether a closer look at a text is worth while: it has a word of an erased name, or looks like an address or number
        of theirs."""
        if "@" in text and _ADDRESS.search(text):
            return True
        for word in _WORD.findall(text):
            known = self._words.get(word)
            if known is None:
                if len(self._words) > 500_000:
                    self._words.clear()
                known = self._words[word] = self._hash("word", _fold(word)) in self._names["word"]
            if known:
                return True
        return any(self._like_theirs(found.group()) for found in _NUMBER.finditer(text))

    def _like_theirs(self, number: str) -> bool:
        return self._hash("tail", re.sub(r"\D", "", number)[-_TAIL:]) in self._names["tail"]

    def _masked(self, text: str, kinds: tuple[str, ...]) -> str:
        if not self._names_somebody(text):
            return text
        spots = []
        for pattern, read in ((_ADDRESS, reading.email), (_NUMBER, self._number)):
            for found in pattern.finditer(text):
                handle = read(found.group())
                if handle is not None and self.gone(handle):
                    spots.append(found.span())
        if self._names["name"] or self._names["word"]:
            words = [(m.span(), _fold(m.group())) for m in _WORD.finditer(text)]
            for first in range(len(words)):
                for length in range(1, min(_LONGEST, len(words) - first) + 1):
                    run = sorted(word for _, word in words[first : first + length])
                    alone = length == 1 and len(run[0]) > 2
                    if any(self._hash(k, *run) in self._names[k] for k in kinds if k == "name" or alone):
                        spots.append((words[first][0][0], words[first + length - 1][0][1]))
        for start, end in sorted(_merged(spots), reverse=True):
            text = text[:start] + MASK + text[end:]
        return text

    def _number(self, text: str) -> Handle | None:
        return reading.phone(text, self._region) if self._like_theirs(text) else None

    def _hash(self, *parts: str) -> str:
        text = "\x1f".join(parts)
        found = self._hashes.get(text)
        if found is None:
            if len(self._hashes) > 500_000:
                self._hashes.clear()
            self._hashes[text] = found = hmac.digest(self._key, text.encode(), "sha256").hex()
        return found


def _fold(word: str) -> str:
    return fold(word).replace("-", "").replace("'", "")


def _words(name: str) -> list[str]:
    return [_fold(w) for w in _WORD.findall(fold(name))]


def _merged(spots: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(spots):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def key_file(store: Store) -> Path | None:
    """Where the key of the tombstones lies: beside the store, readable by its owner only; `None` for a store in memory."""
    return None if store.path is None else store.path.with_name(store.path.name + ".key")


def _key(store: Store, *, create: bool) -> bytes:
    path = key_file(store)
    if path is None:
        kept = store.get("key_in_memory")
        if kept is None:
            kept = secrets.token_hex(32)
            store.put("key_in_memory", kept)
        return bytes.fromhex(kept)
    if not path.exists():
        if not create:
            raise StoreError(f"{path} is missing: without it, people who were erased would come back; restore it")
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32) + "\n")
    try:
        return bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError as error:
        raise StoreError(
            f"{path} is damaged: without it, people who were erased would come back; restore it"
        ) from error


_Stone = tuple[str, tuple[str, ...], int, int, int]
"""What a tombstone is made of, in clear: kind, the parts that are hashed, since, until (ordinals), when (epoch seconds)."""

# -- Art. 17: erase -----------------------------------------------------------------------------------------------------


@attrs.frozen(slots=True)
class Erased:
    """What an erasure did: touchpoints `dropped` and `changed` (others take part), directory entries, decisions.

    `namesakes`: who else is called the same (as long as somebody is, the bare name is kept); `missing`: backups that
    could not be found and have to be dealt with by hand; `busy`: another program holds the store open, so that old
    pages may wait in its log until it closes.
    """

    name: str
    dropped: int = 0
    changed: int = 0
    people: int = 0
    decisions: int = 0
    namesakes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    busy: bool = False


def erase(store: Store, directory: Directory, who: str, *, at: datetime, region: str = "DE") -> Erased:
    """Remove a person from everything the project keeps, its backups included, so that no import brings them back.

    Of touchpoints with others only the person goes; what names them (subjects, file names, other people's display
    names, notes) is masked. It cannot be undone. Raises `IdentityError`, and `InvalidValue` for a customer.
    """
    found = directory.find(who)
    if isinstance(found, Customer):
        raise InvalidValue(f"{found.name} is an organisation; name the people there: {_listed(directory, found)}")
    name = found.name if isinstance(found, Contact) else (found.names[0] if found.names else found.handle.value)
    stones, ids, namesakes = _tombstones(store, directory, found, name, at)
    key = _key(store, create=True)
    (dropped, changed), people, decisions, busy = _erase_here(store, key, stones, ids, region)
    missing = []
    for path, copy in _backups(store):
        if copy is None:
            missing.append(path)
        else:
            _erase_here(copy, key, stones, ids, region)
            copy.close()
    return Erased(name, dropped, changed, people, decisions, namesakes, tuple(missing), busy)


def _erase_here(
    store: Store, key: bytes, stones: Sequence[_Stone], ids: set[str], region: str
) -> tuple[tuple[int, int], int, int, bool]:
    store.overwrite_what_is_deleted()
    with store.transaction():
        hashed = [
            Tombstone(hmac.digest(key, "\x1f".join(parts).encode(), "sha256").hex(), what, since, until, at)
            for what, parts, since, until, at in stones
        ]
        store.bury(hashed)
        gate = Gate(store, region, key=key)
        facts = store.revise(gate.clean)
        people = store.revise_people(lambda person: not gate._is_gone(person))
        store.revise_absences(lambda absence: not gate._is_gone_absence(absence))

        def kept(decision: Any) -> Mapping[str, Any] | None:
            named = [Handle(*h) for field in ("handles", "to") for h in decision.payload.get(field) or ()]
            if decision.who in ids or any(gate.gone(h) for h in named):
                return None
            masked: Mapping[str, Any] = _masked_in(gate, decision.payload)
            return masked

        decisions = store.revise_decisions(kept)
        store.revise_texts(gate.text)
    return facts, people, decisions, store.compact()


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
    stones += [("tail", ("tail", h.value[-_TAIL:]), 0, ALWAYS, moment) for h in spans if h.kind == "phone"]
    called = {name, *(h.raw or h.value for h in handles if h.kind == "name")}
    aliases = store.aliases()
    mine = {directory.handle_ids[h] for h in handles if h in directory.handle_ids}
    called |= {alias for number in mine for alias, _ in aliases.get(number, ()) if "@" not in alias}
    own_entries = [p for p in store.people() if any(h in spans for h in p.handles)]
    called |= {p.name for p in own_entries if p.name}
    everybody = [*directory.contacts.values(), *directory.objected.values()]
    others = [c for c in everybody if not isinstance(found, Contact) or c.id != found.id]
    their_words = {w for c in others for w in _words(c.name)} | {
        w for c in directory.customers.values() for w in _WORD.findall(fold(c.name.replace(".", " ")))
    }
    their_names = {tuple(sorted(_words(c.name))): c for c in others}
    namesakes = []
    for each in sorted(called):
        words = _words(each)
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
    ids = {contact_id(h) for h in handles} | ({found.id} if isinstance(found, Contact) else set())
    return list(dict.fromkeys(stones)), ids, tuple(dict.fromkeys(namesakes))


def _listed(directory: Directory, customer: Customer) -> str:
    return ", ".join(f"{c.name} ({c.id})" for c in directory.contacts_of(customer.id)) or "nobody"


def drop_private(store: Store, handles: Iterable[Handle], lines: Collection[str]) -> int:
    """Drop what was stored before handles (people, calendars) and own lines were marked private; returns how many
    touchpoints went. Needs no tombstones: the import leaves out what the settings call private."""
    private = {(h.kind, h.value) for h in handles}
    if not private and not lines:
        return 0

    def kept(t: Touchpoint) -> Touchpoint | None:
        return None if t.line in lines or any((p.handle.kind, p.handle.value) in private for p in t.parties) else t

    store.overwrite_what_is_deleted()
    dropped, _ = store.revise(kept)
    if dropped:
        store.compact()
    return dropped


# -- retention and backups ----------------------------------------------------------------------------------------------


def retain(store: Store, since: date) -> int:
    """Keep no touchpoint from before a local date, now and in later imports; returns how many went. Everything derived
    (contacts nobody else knows, sums, warmth, reasons) follows. The project's backups are cleared too."""
    gone = _retain_here(store, since)
    for _, copy in _backups(store):
        if copy is not None:
            _retain_here(copy, since)
            copy.close()
    return gone


def _backups(store: Store) -> Iterator[tuple[str, Store | None]]:
    """The backups that `backup` made: where, and the store there, if it is still there."""
    for path in store.get("backups", []):
        yield path, Store(path) if Path(path).exists() else None


def _retain_here(store: Store, since: date) -> int:
    floor = datetime.combine(since, time(), store.zone)
    store.overwrite_what_is_deleted()
    with store.transaction():
        store.put("kept_since", since.isoformat())
        dropped, _ = store.revise(lambda t: None if t.at < floor else t)
        store.drop_coverage(since)
        store.revise_absences(lambda absence: any(last >= since for _, last in absence.spans))
    store.compact()
    return dropped


def backup(store: Store, path: str | os.PathLike[str]) -> Path:
    """Copy the store, also while others use it, to a new file that only its owner can read, and remember where: what is
    erased later is erased there too. Raises `StoreError` if the file exists."""
    target = Path(path).absolute()
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise StoreError(f"cannot write {target}: {error.strerror}") from error
    store.copy_to(target)
    store.put("backups", sorted({*store.get("backups", []), str(target)}))
    return target


# -- Art. 15 and 20: export -----------------------------------------------------------------------------------------------


def export(store: Store, directory: Directory, who: str, *, book: Book | None = None) -> dict[str, Any]:
    """Everything held about a person, as plain values for JSON; of other people only how many took part.

    With a `book` also what is derived as of its time, and by what logic. Raises `IdentityError`, and `InvalidValue` for
    a customer.
    """
    found = directory.find(who)
    if isinstance(found, Customer):
        raise InvalidValue(f"{found.name} is an organisation; name the people there: {_listed(directory, found)}")
    contact = (
        found if isinstance(found, Contact) else Contact(contact_id(found.handle), found.handle.value, (found.handle,))
    )
    numbers = directory.handles_of(found)
    by_number = {number: handle for handle, number in directory.handle_ids.items()}
    own = {*contact.handles, *(by_number[n] for n in numbers)}
    spans = {by_number[n]: directory.spans_of(n, contact.id) or [(0, ALWAYS)] for n in numbers}
    aliases = store.aliases()
    customer = directory.customer_of(contact)
    touchpoints = []
    for stored in store.touchpoints(numbers) if numbers else ():
        t = stored.touchpoint
        day = t.at.astimezone(store.zone).date().toordinal()
        theirs = [p for p in t.parties if any(a <= day < b for a, b in spans.get(p.handle, ()))]
        if theirs:
            touchpoints.append({
                "at": t.at.astimezone(store.zone).isoformat(), "channel": t.channel, "medium": stored.medium,
                "direction": t.direction, "outcome": t.outcome, "duration_s": t.duration, "wait_s": t.wait, "line": t.line,
                "thread": t.thread, "asks_for_reply": t.expects_reply, "subject": t.subject, "ref": t.ref,
                "extra": dict(t.extra), "as": [_party(p) for p in theirs], "others": len(t.parties) - len(theirs),
                "colleagues": list(t.colleagues), "source": stored.source, "importer": stored.importer,
            })  # fmt: skip
    entries = [attrs.asdict(p) for p in store.people() if any(h in own for h in p.handles)]
    ids = {contact.id, *(contact_id(h) for h in own)}
    decisions = [
        {"at": datetime.fromtimestamp(d.at, store.zone).isoformat(), "kind": d.kind, "undone": undone, **d.payload}
        for d, undone in store.history()
        if d.who in ids or directory.about(d) == contact.id
    ]
    return {
        "name": contact.name, "id": contact.id, "customer": customer.name if customer else None,
        "kind": customer.effective_kind if customer else contact.kind, "importance": contact.importance,
        "owner": contact.owner, "tags": list(contact.tags), "birthday": contact.birthday,
        "objected_to_evaluation": contact.id in directory.objected,
        "handles": [
            {"kind": h.kind, "value": h.value, "scope": h.scope,
             "also_written": [name for name, _ in aliases.get(directory.handle_ids.get(h, -1), ())]}
            for h in sorted(own, key=lambda h: (h.kind, h.value))
        ],
        "directory_entries": entries, "touchpoints": touchpoints, "decisions": decisions,
        "derived": _derived(book, contact) if book is not None and contact.id in directory.contacts else None,
        "logic": LOGIC, "kept_since": store.get("kept_since"),
    }  # fmt: skip


LOGIC = {
    "en": "From the days of contact (never from contents) are worked out: how long it has been silent, what rhythm was usual, "
    "and from both the chance of being in touch within 30 days. If the silence is unusual, an answer is owed or a date was "
    "agreed, a colleague is reminded to call. Nothing is decided automatically, and nothing is passed on.",
    "de": "Aus den Tagen mit Kontakt (nie aus Inhalten) wird berechnet, wie lange Stille herrscht, welcher Rhythmus üblich war "
    "und daraus die Wahrscheinlichkeit eines Kontakts innerhalb von 30 Tagen. Ist die Stille ungewöhnlich, eine Antwort offen "
    "oder ein Termin vereinbart, wird jemand bei uns an einen Anruf erinnert. Es wird nichts automatisch entschieden und "
    "nichts weitergegeben.",
}


def _derived(book: Book, contact: Contact) -> dict[str, Any]:
    relationship = book.by_id[contact.id]
    return {
        "at": book.at.isoformat(), "days_of_contact": relationship.summary.all.n, "live": relationship.summary.live.n,
        "warmth": {k: str(v) if isinstance(v, date) else v for k, v in attrs.asdict(relationship.warmth).items() if k != "prior"},
    }  # fmt: skip


def _party(party: Party) -> dict[str, Any]:
    h = party.handle
    return {"kind": h.kind, "value": h.value, "raw": h.raw, "name": party.name, "role": party.role}


def vcard(record: Mapping[str, Any]) -> str:
    """An export's person as a vCard."""
    import vobject

    card = vobject.vCard()
    card.add("fn").value = record["name"]
    given, _, surname = record["name"].rpartition(" ")
    card.add("n").value = vobject.vcard.Name(family=surname, given=given)
    if record["customer"]:
        card.add("org").value = [record["customer"]]
    if record["birthday"]:
        card.add("bday").value = record["birthday"]
    for handle in record["handles"]:
        name = {"phone": "tel", "email": "email", "profile": "url"}.get(handle["kind"])
        if name:
            card.add(name).value = handle["value"]
    return str(card.serialize())


def ics(record: Mapping[str, Any]) -> bytes:
    """An export's meetings, video meetings and calls as an iCalendar file."""
    from datetime import timedelta

    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//touchpoints//export//EN")
    calendar.add("version", "2.0")
    for number, touchpoint in enumerate(record["touchpoints"]):
        if touchpoint["medium"] not in ("meeting", "video", "call"):
            continue
        event, begin = Event(), datetime.fromisoformat(touchpoint["at"])
        event.add("uid", f"{record['id']}-{number}@touchpoints.invalid")
        event.add("dtstamp", begin)
        event.add("dtstart", begin)
        event.add("duration", timedelta(seconds=touchpoint["duration_s"] or 0))
        event.add("summary", touchpoint["subject"] or f"{touchpoint['channel']}: {record['name']}")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


__all__ = [
    "ERASED", "LOGIC", "MASK", "RETAINED", "Erased", "Gate", "backup", "drop_private", "erase", "export", "ics", "key_file", "retain",
    "vcard",
]  # fmt: skip
