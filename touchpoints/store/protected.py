"""Stores that cannot be written here: on a read-only disk, in a folder of somebody else, or damaged ones looked at.

A protected store is read into memory, where what is derived may be worked out anew; what it holds cannot be changed there.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from touchpoints.encryption import connect, failures, quoted

_DERIVED = frozenset(("meta", "channel", "resolution", "sum", "stale", "sqlite_master"))  # the last for json_each
_CHANGES = (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE)
DERIVED = frozenset(("resolved", "sums", "reach", "prior"))
"""What is remembered by these names only saves work."""


def can_be_written(path: Path) -> bool:
    """Whether a store's file and its folder, where its log stands, are ours to write. What Windows' permissions say is
    known only when it is tried."""
    effective = os.access in os.supports_effective_ids
    return all(os.access(place, os.W_OK, effective_ids=effective) for place in (path, path.absolute().parent))


def is_refusal(error: Exception) -> bool:
    """Whether an error of SQLite says that a file or its folder cannot be written."""
    return any(said in str(error) for said in ("readonly database", "unable to open database file"))


def _reading(path: Path) -> str:
    """The address under which a file is opened without writing anything: where no log lies beside it nobody is writing."""
    log = path.with_name(path.name + "-wal")
    settled = not log.exists() or log.stat().st_size == 0
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if settled else ''}"


def loaded(path: Path, key: str | None, **options: Any) -> sqlite3.Connection:
    """A connection to a copy of a store in memory. Raises what SQLite raises."""
    if key is not None:  # SQLCipher copies no pages between a file with a key and memory without
        copy = connect(":memory:", key, uri=True, **options)
        copy.execute(f"ATTACH DATABASE ? AS disk KEY {quoted(key)}", (_reading(path),))
        copy.execute("SELECT sqlcipher_export('main', 'disk')")
        copy.execute(f"PRAGMA user_version={copy.execute('PRAGMA disk.user_version').fetchone()[0]}")
        copy.execute("DETACH DATABASE disk")
        return copy
    copy = connect(":memory:", **options)
    disk = connect(_reading(path), uri=True)
    try:
        disk.backup(copy)
    finally:
        disk.close()
    return copy


def protect(connection: sqlite3.Connection) -> None:
    """From now on a connection refuses ("not authorized") to change what no import or user could say again."""

    def allowed(action: int, table: str | None, _: str | None, schema: str | None, __: str | None) -> int:
        if action in _CHANGES and schema == "main" and table not in _DERIVED:
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK

    connection.set_authorizer(allowed)


def glance(path: Path, key: str | None, schema: int) -> tuple[int, int | None] | None:
    """How many touchpoints a whole store holds, and when the newest was (epoch seconds), without touching the file; `None`
    if it is no store of this schema, damaged, or has another key."""
    try:
        db = connect(_reading(path), key, uri=True)
        try:
            whole = [row[0] for row in db.execute("PRAGMA quick_check")] == ["ok"]
            if not whole or db.execute("PRAGMA user_version").fetchone()[0] != schema:
                return None
            count, newest = db.execute("SELECT count(*), max(at) FROM touchpoint").fetchone()
            return count, newest
        finally:
            db.close()
    except failures():
        return None


def remembered(path: Path, key: str | None, name: str) -> str | None:
    """A value that a store remembers, as JSON, also from a damaged one as far as it can be read; `None` if it cannot."""
    try:
        db = connect(_reading(path), key, uri=True)
        try:
            row = db.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
        finally:
            db.close()
    except failures():
        return None
    return None if row is None else row[0]
