"""Copies of a store that this project made: they are remembered, so that what goes from the store goes from them too."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import attrs
import orjson

from touchpoints import encryption
from touchpoints.errors import StoreError
from touchpoints.language import Text, english
from touchpoints.progress import counted
from touchpoints.store import SCHEMA, Store, protected


def backup(store: Store, path: str | os.PathLike[str]) -> Path:
    """Copy the store, also while others use it, to a new file that only its owner can read, and remember where: what is
    erased later is erased there too. The copy of an encrypted store has its key; a folder that is missing is made. Raises
    `StoreError` if the file exists."""
    target = Path(path).absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise StoreError(english("cannot write {target}: {error}", target=target, error=error.strerror)) from error
    store.copy_to(target)
    if not store.read_only:
        store.put("backups", sorted({*store.get("backups", []), str(target)}))
    return target


@attrs.frozen(slots=True)
class Copy:
    """A whole copy of a store: its file, when that was written, how many touchpoints it holds, and until when."""

    path: Path
    written: datetime
    touchpoints: int
    until: datetime | None


def copies(path: Path, key: str | None) -> list[Copy]:
    """The whole copies that there are of a store, which may be damaged, newest first: the backups that it remembers, as far
    as it can still be read, and other stores in its folder. Nothing is written."""
    listed = protected.remembered(path, key, "backups")
    beside = [p for p in path.absolute().parent.iterdir() if p.is_file() and not p.name.endswith(("-wal", "-shm"))]
    places = {*beside, *map(Path, orjson.loads(listed) if listed else [])} - {path.absolute()}
    found = []
    for place in sorted(p for p in places if p.is_file()):
        encrypted = encryption.is_encrypted(place)
        if encrypted and (key is None or place.suffix != path.suffix):
            continue
        if seen := protected.glance(place, key if encrypted else None, SCHEMA):
            until = None if seen[1] is None else datetime.fromtimestamp(seen[1], UTC)
            found.append(Copy(place, datetime.fromtimestamp(place.stat().st_mtime, UTC), seen[0], until))
    return sorted(found, key=lambda c: c.written, reverse=True)


def in_backups(store: Store, act: Callable[[Store], bool]) -> tuple[tuple[str, str], ...]:
    """Do the same in every backup; returns where that failed, and why. `act` says whether another program was in the way."""
    failed = []
    for path in counted(store.get("backups", []), Text("the same in every backup")):
        try:
            copy = opened(store, Path(path))
            try:
                copy.must_be_writable()
                busy = act(copy)
            finally:
                copy.close()
        except StoreError as error:
            failed.append((path, str(error)))
        except encryption.failures() as error:
            if encryption.given_up(error):
                raise KeyboardInterrupt from error
            failed.append((path, english("{path} cannot be changed: {error}", path=path, error=error)))
        else:
            if busy:
                failed.append((path, f"{path} is open in another program"))
    return tuple(failed)


def opened(store: Store, path: Path) -> Store:
    """The store in a copy, with the same key if the copy is encrypted. Raises `StoreError`."""
    if not path.exists():
        raise StoreError(english("{path} is not there", path=path))
    return Store(path, store.key if encryption.is_encrypted(path) else None)


def encrypt(path: str | os.PathLike[str], key: str) -> tuple[tuple[str, str], ...]:
    """Encrypt a plain store and its backups; returns the backups where that failed, and why. Raises `StoreError`."""
    return _converted(Path(path), None, key)


def decrypt(path: str | os.PathLike[str], key: str) -> tuple[tuple[str, str], ...]:
    """Write an encrypted store and its backups without encryption; returns the backups where that failed, and why. Raises
    `StoreError`."""
    return _converted(Path(path), key, None)


def _converted(path: Path, before: str | None, after: str | None) -> tuple[tuple[str, str], ...]:
    store = Store(path, before)
    copies = [Path(p) for p in store.get("backups", [])]
    store.close()
    encryption.convert(path, before, after)
    failed = []
    for copy in copies:
        try:
            if not copy.exists():
                raise StoreError(english("{copy} is not there", copy=copy))
            if encryption.is_encrypted(copy) != (after is not None):
                encryption.convert(copy, before, after)
        except StoreError as error:
            failed.append((str(copy), str(error)))
    return tuple(failed)
