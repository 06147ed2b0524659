"""The file (or memory) that everything is kept in: connections, transactions, tables, and values by name."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from touchpoints.encryption import connect, failures, is_encrypted, require
from touchpoints.errors import StoreError
from touchpoints.facts import canonical
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, Channel
from touchpoints.progress import step
from touchpoints.store import protected

SCHEMA = 3
CACHE = 6 << 10
"""KiB of the file that a connection holds in memory, at most."""
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE channel (name TEXT PRIMARY KEY, medium TEXT NOT NULL, live INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL, importer TEXT NOT NULL, digest TEXT NOT NULL,
                     fingerprint TEXT NOT NULL, report TEXT NOT NULL, UNIQUE (name, digest));
CREATE TABLE handle (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL, scope TEXT NOT NULL,
                     UNIQUE (kind, value, scope));
CREATE TABLE scene (id INTEGER PRIMARY KEY, medium TEXT NOT NULL, direction TEXT NOT NULL, outcome TEXT NOT NULL,
                    n INTEGER NOT NULL DEFAULT 0, first INTEGER, last INTEGER, papers INTEGER NOT NULL DEFAULT 0,
                    digest BLOB NOT NULL UNIQUE, text TEXT NOT NULL);
CREATE TABLE scene_party (scene INTEGER NOT NULL, handle INTEGER NOT NULL, name TEXT, copied INTEGER NOT NULL,
                         PRIMARY KEY (scene, handle)) WITHOUT ROWID;
CREATE INDEX scene_party_handle ON scene_party (handle, scene);
CREATE TABLE touchpoint (id INTEGER PRIMARY KEY, key TEXT NOT NULL, at INTEGER NOT NULL, day INTEGER NOT NULL,
                         scene INTEGER NOT NULL, dur, paper INTEGER, rest TEXT, revision TEXT NOT NULL, series TEXT,
                         version TEXT, source INTEGER NOT NULL, current INTEGER NOT NULL);
CREATE TABLE beaten (key TEXT NOT NULL, source INTEGER NOT NULL, at INTEGER NOT NULL, payload TEXT NOT NULL,
                     revision TEXT NOT NULL, series TEXT, version TEXT, PRIMARY KEY (key, source));
CREATE INDEX beaten_series ON beaten (series, version) WHERE series IS NOT NULL;
CREATE TABLE emptied (series TEXT NOT NULL, line TEXT NOT NULL, source INTEGER NOT NULL, version TEXT NOT NULL,
                      PRIMARY KEY (series, line, source)) WITHOUT ROWID;
CREATE TABLE seen (source INTEGER NOT NULL, touchpoint INTEGER NOT NULL, PRIMARY KEY (source, touchpoint))
             WITHOUT ROWID;
CREATE TABLE person (key TEXT NOT NULL, source INTEGER NOT NULL, revision TEXT NOT NULL, payload TEXT NOT NULL,
                     PRIMARY KEY (key, source)) WITHOUT ROWID;
CREATE TABLE coverage (source INTEGER NOT NULL, what TEXT NOT NULL, start INTEGER NOT NULL, until INTEGER NOT NULL,
                       PRIMARY KEY (source, what, start)) WITHOUT ROWID;
CREATE TABLE absence (key TEXT NOT NULL, source INTEGER NOT NULL, revision TEXT NOT NULL, payload TEXT NOT NULL,
                      PRIMARY KEY (key, source)) WITHOUT ROWID;
CREATE TABLE decision (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, who TEXT NOT NULL,
                       payload TEXT NOT NULL, undone INTEGER NOT NULL DEFAULT 0);
CREATE TABLE resolution (handle INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, contact TEXT,
                         customer TEXT, PRIMARY KEY (handle, since)) WITHOUT ROWID;
CREATE INDEX resolution_contact ON resolution (contact) WHERE contact IS NOT NULL;
CREATE INDEX resolution_customer ON resolution (customer) WHERE customer IS NOT NULL;
CREATE TABLE sum (contact TEXT PRIMARY KEY, n INTEGER NOT NULL, first INTEGER, last INTEGER, gap INTEGER,
                  d7 REAL, d30 REAL, d90 REAL, d365 REAL, live INTEGER NOT NULL, live_first INTEGER, live_last INTEGER,
                  live_gap INTEGER, l7 REAL, l30 REAL, l90 REAL, l365 REAL, sign INTEGER, out INTEGER, inbound INTEGER,
                  outbound INTEGER, lengths TEXT, at INTEGER) WITHOUT ROWID;
CREATE TABLE stale (contact TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE tombstone (hash TEXT NOT NULL, what TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
                        at INTEGER NOT NULL, PRIMARY KEY (hash, what, since)) WITHOUT ROWID;
"""

INDEXES = """
CREATE UNIQUE INDEX touchpoint_key ON touchpoint (key);
CREATE INDEX touchpoint_at ON touchpoint (at);
CREATE INDEX touchpoint_scene ON touchpoint (scene, at, day, current, dur, paper);
CREATE INDEX touchpoint_series ON touchpoint (series, version) WHERE series IS NOT NULL;
"""
"""Of the facts. The one by scene is the day roll-up: it alone is read for sums."""


class Database:
    """A store's file and its connections: one for each thread, and for each process after a fork.

    `read_only`: the file or its folder cannot be written here, so a copy in memory is read (see `protect`).
    """

    def __init__(self, path: str | os.PathLike[str] | None = None, key: str | None = None) -> None:
        self.path = None if path is None else Path(path)
        self.key = None if path is None else key
        if self.path is not None:
            self._check_key(self.path)
        self._local = threading.local()
        self._shared = threading.RLock()
        self._memory: sqlite3.Connection | None = None
        self._zone: ZoneInfo | None = None
        self.read_only = self._protected = False
        if self.path is None:
            self._memory = self._open(":memory:")
        elif self.path.is_file() and not protected.can_be_written(self.path):
            self.read_only = True
        elif not self.path.exists():
            try:
                # owner-only from the first byte; SQLite gives its side files the same permissions
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            except OSError as error:
                raise StoreError(
                    english("cannot create {path}: {error}", path=self.path, error=error.strerror)
                ) from error
        try:
            self._prepare()
        except BaseException:
            self.close()  # Windows lets nobody rename a file that is open
            raise

    def _check_key(self, path: Path) -> None:
        if self.key is None:
            if is_encrypted(path):
                raise StoreError(
                    english(
                        "{path} cannot be opened: it is encrypted and its key is missing (TOUCHPOINTS_KEY, keyring), "
                        "or it is no store",
                        path=path,
                    )
                )
            return
        require()
        if path.exists() and path.stat().st_size and not is_encrypted(path):
            raise StoreError(
                english("a key was given, but {path} is not encrypted; see: touchpoints encrypt", path=path)
            )

    # -- connections and transactions --------------------------------------------------------------------------------

    def _open(self, place: str) -> sqlite3.Connection:
        connection = connect(place, self.key, isolation_level=None, check_same_thread=False, timeout=30)
        try:
            connection.execute(f"PRAGMA cache_size=-{CACHE}")
            connection.execute("PRAGMA foreign_keys=OFF")
            if place != ":memory:":
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection

    @property
    def db(self) -> sqlite3.Connection:
        """This thread's connection."""
        if self._memory is not None:
            return self._memory
        mine = getattr(self._local, "connection", None)
        if mine is None or self._local.pid != os.getpid():
            self._local.connection = mine = self._open(str(self.path))
            self._local.pid, self._local.depth = os.getpid(), 0
        return mine

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; may be nested. In memory, one thread at a time."""
        with self._shared if self._memory is not None else threading.Lock():
            db = self.db
            depth = getattr(self._local, "depth", 0)
            db.execute("BEGIN IMMEDIATE" if depth == 0 else f"SAVEPOINT s{depth}")
            self._local.depth = depth + 1
            try:
                yield db
            except BaseException as error:
                self._local.depth = depth
                if not db.in_transaction:
                    pass  # a query that was broken off has rolled everything back
                elif depth:
                    db.execute(f"ROLLBACK TO s{depth}")
                    db.execute(f"RELEASE s{depth}")
                else:
                    db.execute("ROLLBACK")
                if self._protected and "not authorized" in str(error):
                    raise self._refusal() from error
                raise
            self._local.depth = depth
            db.execute("COMMIT" if depth == 0 else f"RELEASE s{depth}")

    def protect(self) -> None:
        """From now on a `read_only` store refuses, with a `StoreError`, to change what it holds; what is derived is still
        worked out. Nothing happens with another store."""
        if self.read_only and self._memory is not None and not self._protected:
            protected.protect(self._memory)
            self._protected = True

    def must_be_writable(self) -> None:
        """Raise `StoreError` if nothing can be changed here."""
        if self.read_only:
            raise self._refusal()

    def _refusal(self) -> StoreError:
        return StoreError(
            english(
                "{path} can only be read here, since its file or folder is write-protected; allow writing, or work on a "
                "copy: touchpoints backup FILE",
                path=self.path,
            )
        )

    def _prepare(self) -> None:
        try:
            if self.read_only and self._memory is None and self.path is not None:
                self._memory = protected.loaded(self.path, self.key, isolation_level=None, check_same_thread=False)
            db = self.db
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA:
                raise StoreError(
                    english(
                        "{path} was written by a newer version (schema {version}, this one knows {schema}); upgrade "
                        "touchpoints",
                        path=self.path,
                        version=version,
                        schema=SCHEMA,
                    )
                )
            if version < SCHEMA:
                with self.transaction():
                    begun = db.execute("PRAGMA user_version").fetchone()[0]
                    if 0 < begun < SCHEMA:
                        raise StoreError(
                            english(
                                "{path} was written by an early version that kept facts in another way, and what was "
                                "decided in it cannot be taken over: rename the file, and import the exports again with "
                                "touchpoints import FOLDER",
                                path=self.path,
                            )
                        )
                    if begun == 0:
                        if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                            raise StoreError(
                                english("{path} is a database, but not a store of touchpoints", path=self.path)
                            )
                        for statement in (_TABLES + INDEXES).split(";\n"):
                            if statement.strip():
                                db.execute(statement)
                        self.add_channels(CHANNELS.values())
                        db.execute(f"PRAGMA user_version={SCHEMA}")
        except failures() as error:
            if self._memory is None and not self.read_only and protected.is_refusal(error):
                self.close()
                self.read_only = True
                return self._prepare()
            if self.key is not None and "not a database" in str(error):
                raise StoreError(
                    english("{path} cannot be opened with this key: it has another, or is damaged", path=self.path)
                ) from error
            raise StoreError(
                english("{path} cannot be opened as a store: {error}", path=self.path, error=error)
            ) from error

    def close(self) -> None:
        """Close this thread's connection; others close with their threads."""
        if self._memory is not None:
            self._memory.close()
        elif getattr(self._local, "connection", None) is not None:
            self._local.connection.close()
            self._local.connection = None

    @step(Text("checking the store"))
    def check(self) -> list[str]:
        """What is wrong with the file, empty if nothing is."""
        checks = ["PRAGMA integrity_check"]
        if self.key is not None and not self.read_only:  # of a copy in memory there are no encrypted pages
            checks.append("PRAGMA cipher_integrity_check")
        return [row[0] for check in checks for row in self.db.execute(check) if row[0] != "ok"]

    # -- what is remembered ---------------------------------------------------------------------------------------

    def get(self, name: str, default: Any = None) -> Any:
        """A remembered value by name."""
        row = self.db.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
        return default if row is None else orjson.loads(row[0])

    def put(self, name: str, value: Any) -> None:
        """Remember a value (anything JSON holds)."""
        if self._protected and name not in protected.DERIVED:
            raise self._refusal()
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, canonical(value)))

    @property
    def zone(self) -> ZoneInfo:
        """The store's zone; UTC until one is recorded."""
        if self._zone is None:
            self._zone = ZoneInfo(self.get("timezone", "UTC"))
        return self._zone

    def refresh(self) -> None:
        """Look again at what another transaction may have changed or rolled back."""
        self._zone = None

    def add_channels(self, channels: Iterable[Channel]) -> None:
        """Keep what medium a channel has; a known one stays as it is."""
        self.db.executemany(
            "INSERT OR IGNORE INTO channel VALUES (?, ?, ?)", [(c.name, c.medium, c.live) for c in channels]
        )

    def media(self) -> dict[str, str]:
        """Channel name → medium, for every channel the store has seen."""
        return dict(self.db.execute("SELECT name, medium FROM channel"))

    def changed(self) -> None:
        """Something that who is who, or a sum, may depend on is no longer as it was."""
        self.put("generation", self.get("generation", 0) + 1)

    def overwrite_what_is_deleted(self) -> None:
        """From now on this connection overwrites what it deletes with zeros."""
        self.db.execute("PRAGMA secure_delete=ON")

    @step(Text("writing the store anew"))
    def compact(self) -> bool:
        """Write the file anew without free pages, and empty its log. Returns whether another program kept that from being
        finished."""
        self.db.execute("VACUUM")
        return bool(self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])

    @step(Text("copying the store"))
    def copy_to(self, path: Path) -> None:
        """Copy the store as it is now into an empty file."""
        self.db.execute("VACUUM INTO ?", (str(path),))
