"""Stores encrypted at rest: opening one with its key, and turning a plain one into an encrypted one and back.

SQLCipher (the extra `encrypt`) encrypts the file and its log page by page, with AES-256 and a MAC. A key of 64
hexadecimal digits is taken as it is; any other is stretched by PBKDF2 whenever a connection is opened.
"""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from pathlib import Path
from typing import Any

from touchpoints.errors import InvalidValue, StoreError
from touchpoints.language import P_, Text, english
from touchpoints.progress import step

_PLAIN = b"SQLite format 3\x00"
_BLOCK = 1 << 20
_OF_SYSTEM = (
    P_("reason", "File exists"), P_("reason", "Permission denied"), P_("reason", "No space left on device"),
    P_("reason", "No such file or directory"), P_("reason", "Is a directory"), P_("reason", "Not a directory"),
    P_("reason", "Read-only file system"), P_("reason", "File name too long"), P_("reason", "Input/output error"),
)  # fmt: skip
"""What systems say of files, as it stands in errors here."""
_STEPS = 1_000_000
"""Of the database's own: so many (some hundredths of a second) it works before a Ctrl-C is heard."""


def is_encrypted(path: Path) -> bool:
    """Whether a file begins otherwise than a plain database: it is encrypted, or no store at all. An empty file, or none,
    is not."""
    try:
        with path.open("rb") as file:
            head = file.read(len(_PLAIN))
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreError(english("cannot read {path}: {error}", path=path, error=error.strerror)) from error
    return bool(head) and head != _PLAIN


def failures() -> tuple[type[Exception], ...]:
    """What a connection of `connect` may raise: SQLCipher's errors are no `sqlite3.Error`."""
    module = sys.modules.get("sqlcipher3.dbapi2")
    return (sqlite3.Error,) if module is None else (sqlite3.Error, module.Error)


def given_up(error: Exception) -> bool:
    """Whether a connection of `connect` broke off because the user wished it (Ctrl-C during a query)."""
    return isinstance(error, failures()) and "interrupted" in str(error)


def _attentive(connection: sqlite3.Connection) -> sqlite3.Connection:
    # Python hears of signals only while it runs itself; what a handler raises ends the query as "interrupted"
    connection.set_progress_handler(lambda: None, _STEPS)
    return connection


def connect(place: str, key: str | None = None, **options: Any) -> sqlite3.Connection:
    """A connection to a database; with a `key`, to an encrypted one. Raises `StoreError` without the extra, and
    `InvalidValue` for an empty key."""
    if key is None:
        plain: sqlite3.Connection = sqlite3.connect(place, **options)
        return _attentive(plain)
    if not key.strip():
        raise InvalidValue(english("the key of an encrypted store must not be empty"))
    connection: sqlite3.Connection = _sqlcipher().connect(place, **options)
    connection.execute("PRAGMA cipher_log_level=NONE")  # what is wrong is an error here, not lines on standard error
    connection.execute(f"PRAGMA key={quoted(key)}")
    connection.create_function("pow", 2, pow, deterministic=True)  # SQLCipher comes without mathematics
    return _attentive(connection)


def convert(path: Path, before: str | None, after: str | None) -> None:
    """Write a store anew: encrypted with the key `after`, or plain without one; `before` is the key it has now.

    The old file is overwritten with zeros before it goes. Raises `StoreError` if another program has the store open, if
    the key is wrong, or if the new file is not the same; then the store is as it was.
    """
    new, old = (path.with_name(f"{path.name}.{end}") for end in ("new", "old"))
    try:
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise StoreError(english("cannot write {new}: {error}", new=new, error=error.strerror)) from error
    try:
        with step(Text("writing the store anew")):
            _copy(path, before, new, after)
        path.replace(old)
        try:
            new.replace(path)
        except BaseException:  # also a Ctrl-C in this very moment: the store must have its name
            if not path.exists():
                old.replace(path)
            raise
    except OSError as error:
        raise StoreError(
            english("cannot replace {path}: {error}; is it open in another program?", path=path, error=error.strerror)
        ) from error
    finally:
        new.unlink(missing_ok=True)
    try:
        _wipe(old)
    except KeyboardInterrupt:  # what was plain must not stay
        if old.exists():
            _wipe(old)
        raise


def _copy(path: Path, before: str | None, new: Path, after: str | None) -> None:
    source = None
    try:
        # one with a key opens a plain file too, as long as none was given
        source = _attentive(_sqlcipher().connect(str(path), isolation_level=None, timeout=1))
        source.execute("PRAGMA cipher_log_level=NONE")
        if before is not None:
            source.execute(f"PRAGMA key={quoted(before)}")
        # refused while anybody else has it open; empties the log
        if source.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete":
            raise StoreError(english("{path} is open in another program; close it and try again", path=path))
        source.execute(f"ATTACH DATABASE ? AS fresh KEY {quoted(after) if after else repr('')}", (str(new),))
        source.execute("SELECT sqlcipher_export('fresh')")
        source.execute(f"PRAGMA fresh.user_version={source.execute('PRAGMA main.user_version').fetchone()[0]}")
        wrong = [row[0] for row in source.execute("PRAGMA fresh.integrity_check") if row[0] != "ok"]
        if wrong or _sizes(source, "fresh") != _sizes(source, "main"):
            raise StoreError(
                english(
                    "{path}: the copy is not the same ({difference}); nothing was changed",
                    path=path,
                    difference="; ".join(wrong) or "rows are missing",
                )
            )
    except failures() as error:
        if given_up(error):
            raise KeyboardInterrupt from error
        if "locked" in str(error):
            raise StoreError(english("{path} is open in another program; close it and try again", path=path)) from error
        raise StoreError(
            english(
                "{path} cannot be read with this key, or is damaged: {error}; nothing was changed",
                path=path,
                error=error,
            )
        ) from error
    finally:
        if source is not None:
            source.close()


def _sizes(connection: sqlite3.Connection, schema: str) -> dict[str, int]:
    tables = [row[0] for row in connection.execute(f"SELECT name FROM {schema}.sqlite_master WHERE type='table'")]
    return {t: connection.execute(f'SELECT count(*) FROM {schema}."{t}"').fetchone()[0] for t in tables}


def _wipe(path: Path) -> None:
    """Overwrite a file with zeros, and remove it."""
    size = path.stat().st_size
    with path.open("r+b") as file, step(Text("overwriting the old file"), size, "bytes") as at:
        while at.done < size:
            at.reached(at.done + file.write(bytes(min(_BLOCK, size - at.done))))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def quoted(key: str) -> str:
    """A key as SQL writes it."""
    return f"\"x'{key}'\"" if re.fullmatch(r"[0-9a-fA-F]{64}", key) else "'" + key.replace("'", "''") + "'"


def require() -> None:
    """Raise `StoreError` unless the extra is installed."""
    _sqlcipher()


def _sqlcipher() -> Any:
    try:
        from sqlcipher3 import dbapi2
    except ImportError as error:
        raise StoreError(english("an encrypted store needs: pip install 'touchpoints[encrypt]'")) from error
    return dbapi2
