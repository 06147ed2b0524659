"""What may come in: nobody who was erased, nothing older than is kept.

Who was erased is recognised again by keyed hashes only (HMAC-SHA256). The key lies in a file of its own beside the
store; whoever has only the store learns from a tombstone neither a name nor a number.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import attrs

from touchpoints import handles as reading
from touchpoints.errors import StoreError
from touchpoints.handles import Handle, fold
from touchpoints.identity import ALWAYS
from touchpoints.language import english
from touchpoints.model import Absence, Answer, Coverage, LeftOut, Person, Touchpoint
from touchpoints.store import Store

ERASED = LeftOut("erased")
RETAINED = LeftOut("older than is kept")
MASK = "…"
"""What stands where a name was."""

WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]]+@[^\s@<>,;:\"()\[\]]+")
_NUMBER = re.compile(r"\+?\d[\d /().-]{4,}\d")
_LONGEST = 5
TAIL = 6
"""So many last digits of a number are hashed on their own: a number in a text is read only if they fit."""


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
        self._key = key or (key_of(store, create=False) if tombstones else b"")
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
                return ERASED if self.is_gone(record) else record
            case Absence():
                if self._floor is not None and record.spans and max(record.spans)[1] < self._floor.date():
                    return RETAINED
                return ERASED if self.is_gone_absence(record) else record
            case Answer() if self._key:
                return ERASED if self.gone(record.who) else record
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
        for since, until in self._days(handle):
            if day is None or since <= day < until:
                return True
        return handle.kind == "name" and self._is_name(handle.value)

    def gone_for_good(self, handle: Handle) -> bool:
        """Whether a handle was an erased person's on all days: nobody had it before or has it since."""
        if any(since <= 0 and until >= ALWAYS for since, until in self._days(handle)):
            return True
        return handle.kind == "name" and self._is_name(handle.value)

    def is_gone(self, person: Person) -> bool:
        """Whether a directory entry speaks of somebody who was erased: by a handle that is theirs alone; by name, where
        there is no other handle, or one that went to somebody else."""
        if any(self.gone_for_good(h) for h in person.handles):
            return True
        exact = [h for h in person.handles if h.exact]
        return (not exact or any(self.gone(h) for h in exact)) and self._is_name(person.name)

    def is_gone_absence(self, absence: Absence) -> bool:
        """Whether an absence is that of somebody who was erased."""
        day = absence.said.toordinal() if absence.said else None
        return bool(self._key) and absence.handle is not None and self.gone(absence.handle, day)

    def _days(self, handle: Handle) -> Sequence[tuple[int, int]]:
        return self._handles.get(self._hash("handle", handle.kind, handle.value, handle.scope), ())

    def _is_name(self, name: str) -> bool:
        return self._hash("name", *sorted(words_of(name))) in self._names["name"]

    def _name(self, name: str | None) -> str | None:
        return None if name and self._masked(name, ("name",)) != name else name

    def _names_somebody(self, text: str) -> bool:
        """Whether a closer look at a text is worth while: it has a word of an erased name, or looks like an address or number
        of theirs."""
        if "@" in text and _ADDRESS.search(text):
            return True
        for word in WORD.findall(text):
            known = self._words.get(word)
            if known is None:
                if len(self._words) > 500_000:
                    self._words.clear()
                known = self._words[word] = self._hash("word", _fold(word)) in self._names["word"]
            if known:
                return True
        return any(self._like_theirs(found.group()) for found in _NUMBER.finditer(text))

    def _like_theirs(self, number: str) -> bool:
        return self._hash("tail", re.sub(r"\D", "", number)[-TAIL:]) in self._names["tail"]

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
            words = [(m.span(), _fold(m.group())) for m in WORD.finditer(text)]
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


def words_of(name: str) -> list[str]:
    """The words of a name, folded, as they are hashed."""
    return [_fold(w) for w in WORD.findall(fold(name))]


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


def key_of(store: Store, *, create: bool) -> bytes:
    """The key of a store's tombstones. Raises `StoreError` if it is missing or damaged."""
    path = key_file(store)
    if path is None:
        kept = store.get("key_in_memory")
        if kept is None:
            kept = secrets.token_hex(32)
            store.put("key_in_memory", kept)
        return bytes.fromhex(kept)
    if not path.exists():
        if not create:
            raise StoreError(
                english("{path} is missing: without it, people who were erased would come back; restore it", path=path)
            )
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(32) + "\n")
    try:
        return bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError as error:
        raise StoreError(
            english("{path} is damaged: without it, people who were erased would come back; restore it", path=path)
        ) from error
