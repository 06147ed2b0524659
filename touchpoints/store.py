"""The embedded store: facts by key, their day roll-up, what directories say and what the user decided.

The only place with SQL for SQLite. Facts are order-free: whatever the order of imports, of two facts with one key the
higher (revision, canonical text) is current, and occurrences that the newest version of their series no longer yields
are not. Beaten versions are kept, so that forgetting a file leaves exactly what the other files say.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import orjson

from touchpoints.errors import StoreError, UnknownName
from touchpoints.facts import (
    Counts,
    Decision,
    Row,
    Stored,
    Tombstone,
    Trait,
    canonical,
    derived,
    person_in,
    person_out,
    row_of,
    sortable,
    touchpoint_of,
    values_of,
)
from touchpoints.handles import Handle
from touchpoints.model import CHANNELS, Channel, Coverage, Person, Touchpoint
from touchpoints.ourside import OurSide
from touchpoints.reading import content_key
from touchpoints.rollup import RollUp
from touchpoints.summary import Summary, View

SCHEMA = 1
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE channel (name TEXT PRIMARY KEY, medium TEXT NOT NULL, live INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL, importer TEXT NOT NULL, digest TEXT NOT NULL,
                     fingerprint TEXT NOT NULL, report TEXT NOT NULL, UNIQUE (name, digest));
CREATE TABLE handle (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL, scope TEXT NOT NULL,
                     UNIQUE (kind, value, scope));
CREATE TABLE touchpoint (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, payload TEXT NOT NULL,
                         revision TEXT NOT NULL, series TEXT, version TEXT, source INTEGER NOT NULL,
                         current INTEGER NOT NULL);
CREATE INDEX touchpoint_at ON touchpoint (at);
CREATE INDEX touchpoint_series ON touchpoint (series, version) WHERE series IS NOT NULL;
CREATE TABLE beaten (key TEXT NOT NULL, source INTEGER NOT NULL, at INTEGER NOT NULL, payload TEXT NOT NULL,
                     revision TEXT NOT NULL, series TEXT, version TEXT, PRIMARY KEY (key, source));
CREATE INDEX beaten_series ON beaten (series, version) WHERE series IS NOT NULL;
CREATE TABLE seen (source INTEGER NOT NULL, touchpoint INTEGER NOT NULL, PRIMARY KEY (source, touchpoint))
             WITHOUT ROWID;
CREATE TABLE party (handle INTEGER NOT NULL, at INTEGER NOT NULL, touchpoint INTEGER NOT NULL, copied INTEGER NOT NULL,
                    PRIMARY KEY (handle, at, touchpoint)) WITHOUT ROWID;
CREATE TABLE day (handle INTEGER NOT NULL, day INTEGER NOT NULL, medium TEXT NOT NULL, direction TEXT NOT NULL,
                  outcome TEXT NOT NULL, colleague TEXT NOT NULL, n INTEGER NOT NULL, ms INTEGER NOT NULL,
                  PRIMARY KEY (handle, day, medium, direction, outcome, colleague)) WITHOUT ROWID;
CREATE TABLE alias (handle INTEGER NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (handle, name))
             WITHOUT ROWID;
CREATE TABLE sign (handle INTEGER NOT NULL, sign TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (handle, sign))
             WITHOUT ROWID;
CREATE TABLE person (key TEXT NOT NULL, source INTEGER NOT NULL, revision TEXT NOT NULL, payload TEXT NOT NULL,
                     PRIMARY KEY (key, source)) WITHOUT ROWID;
CREATE TABLE coverage (source INTEGER NOT NULL, what TEXT NOT NULL, start INTEGER NOT NULL, until INTEGER NOT NULL,
                       PRIMARY KEY (source, what, start)) WITHOUT ROWID;
CREATE TABLE decision (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, who TEXT NOT NULL,
                       payload TEXT NOT NULL, undone INTEGER NOT NULL DEFAULT 0);
CREATE TABLE resolution (handle INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, contact TEXT,
                         customer TEXT, PRIMARY KEY (handle, since)) WITHOUT ROWID;
CREATE INDEX resolution_contact ON resolution (contact) WHERE contact IS NOT NULL;
CREATE INDEX resolution_customer ON resolution (customer) WHERE customer IS NOT NULL;
CREATE TABLE tombstone (hash TEXT NOT NULL, what TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
                        at INTEGER NOT NULL, PRIMARY KEY (hash, what, since)) WITHOUT ROWID;
"""
_LIVE = "('meeting','video','call')"


class Store:
    """A store in a file, or in memory without one. Each thread (and each process after a fork) has its own connection.

    Raises `StoreError` if the file is no store, is written by a newer version, or cannot be opened.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path = None if path is None else Path(path)
        self._local = threading.local()
        self._shared = threading.RLock()
        self._memory: sqlite3.Connection | None = None
        self._zone: ZoneInfo | None = None
        if self.path is None:
            self._memory = self._open(":memory:")
        elif not self.path.exists():
            try:
                # owner-only from the first byte; SQLite gives its side files the same permissions
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            except OSError as error:
                raise StoreError(f"cannot create {self.path}: {error.strerror}") from error
        self._prepare()

    # -- connections and transactions --------------------------------------------------------------------------------

    def _open(self, place: str) -> sqlite3.Connection:
        connection = sqlite3.connect(place, isolation_level=None, check_same_thread=False, timeout=30)
        connection.execute("PRAGMA cache_size=-65536")
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("PRAGMA temp_store=MEMORY")
        if place != ":memory:":
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
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
            except BaseException:
                self._local.depth = depth
                if depth:
                    db.execute(f"ROLLBACK TO s{depth}")
                    db.execute(f"RELEASE s{depth}")
                elif db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            self._local.depth = depth
            db.execute("COMMIT" if depth == 0 else f"RELEASE s{depth}")

    def _prepare(self) -> None:
        try:
            db = self.db
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA:
                raise StoreError(
                    f"{self.path} was written by a newer version (schema {version}, this one knows {SCHEMA}); "
                    "upgrade touchpoints"
                )
            if version < SCHEMA:
                with self.transaction():
                    if db.execute("PRAGMA user_version").fetchone()[0] == 0:
                        if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                            raise StoreError(f"{self.path} is a database, but not a store of touchpoints")
                        for statement in _TABLES.split(";\n"):
                            if statement.strip():
                                db.execute(statement)
                        self._add_channels(CHANNELS.values())
                        db.execute(f"PRAGMA user_version={SCHEMA}")
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path} cannot be opened as a store: {error}") from error

    def close(self) -> None:
        """Close this thread's connection; others close with their threads."""
        if self._memory is not None:
            self._memory.close()
        elif getattr(self._local, "connection", None) is not None:
            self._local.connection.close()
            self._local.connection = None

    def check(self) -> list[str]:
        """What is wrong with the file, empty if nothing is."""
        return [row[0] for row in self.db.execute("PRAGMA integrity_check") if row[0] != "ok"]

    # -- what is remembered ---------------------------------------------------------------------------------------

    def get(self, name: str, default: Any = None) -> Any:
        """A remembered value by name."""
        row = self.db.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
        return default if row is None else orjson.loads(row[0])

    def put(self, name: str, value: Any) -> None:
        """Remember a value (anything JSON holds)."""
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

    def set_zone(self, name: str) -> None:
        """Record the zone and put every touchpoint on its local date there."""
        if self.get("timezone") == name:
            return
        with self.transaction():
            self.put("timezone", name)
            self._zone = ZoneInfo(name)
            self.rebuild()

    def _add_channels(self, channels: Iterable[Channel]) -> None:
        self.db.executemany(
            "INSERT OR IGNORE INTO channel VALUES (?, ?, ?)", [(c.name, c.medium, c.live) for c in channels]
        )

    def media(self) -> dict[str, str]:
        """Channel name → medium, for every channel the store has seen."""
        return dict(self.db.execute("SELECT name, medium FROM channel"))

    # -- sources --------------------------------------------------------------------------------------------------

    def source(self, name: str, digest: str) -> tuple[int, str, str, dict[str, Any]] | None:
        """An imported file by name and content: (id, importer, fingerprint, report)."""
        row = self.db.execute(
            "SELECT id, importer, fingerprint, report FROM source WHERE name=? AND digest=?", (name, digest)
        ).fetchone()
        return None if row is None else (row[0], row[1], row[2], orjson.loads(row[3]))

    def sources(self) -> list[tuple[int, str, str, dict[str, Any]]]:
        """All imported files: (id, name, importer, report), in the order of names."""
        rows = self.db.execute("SELECT id, name, importer, report FROM source ORDER BY name, id")
        return [(i, n, im, orjson.loads(r)) for i, n, im, r in rows]

    def begin_source(self, name: str, importer: str, digest: str, fingerprint: str = "") -> int:
        """A new file (or the one of that name and content, as it is)."""
        self.db.execute(
            "INSERT OR IGNORE INTO source (name, importer, digest, fingerprint, report) VALUES (?, ?, ?, ?, '{}')",
            (name, importer, digest, fingerprint),
        )
        row = self.db.execute("SELECT id FROM source WHERE name=? AND digest=?", (name, digest)).fetchone()
        return int(row[0])

    def finish_source(self, source: int, report: Mapping[str, Any]) -> None:
        """Record what the import of a file said, so that the same file need not be read again."""
        self.db.execute("UPDATE source SET report=? WHERE id=?", (canonical(report), source))

    def forget(self, source: int) -> set[str]:
        """Undo the import of one file: what only it said goes, what others say too is as if it had never been read.
        Returns the keys that are gone."""
        with self.transaction() as db:
            before = {row[0] for row in db.execute("SELECT key FROM touchpoint WHERE source=?", (source,))}
            touched = {
                r[0] for r in db.execute("SELECT series FROM touchpoint WHERE source=? AND series NOT NULL", (source,))
            }
            touched |= {
                r[0] for r in db.execute("SELECT series FROM beaten WHERE source=? AND series NOT NULL", (source,))
            }
            db.execute("DELETE FROM beaten WHERE source=?", (source,))
            db.execute("DELETE FROM seen WHERE source=?", (source,))
            roll = RollUp(self)
            for row in db.execute(
                "SELECT id, key, at, payload, current FROM touchpoint WHERE source=?", (source,)
            ).fetchall():
                self._replace_forgotten(db, roll, *row)
            roll.flush()
            for table in ("person", "coverage"):
                db.execute(f"DELETE FROM {table} WHERE source=?", (source,))
            db.execute("DELETE FROM source WHERE id=?", (source,))
            self._settle(touched)
            self._changed()
            return {key for key in before if not db.execute("SELECT 1 FROM touchpoint WHERE key=?", (key,)).fetchone()}

    def _replace_forgotten(
        self, db: sqlite3.Connection, roll: RollUp, id_: int, key: str, at: int, payload: str, current: int
    ) -> None:
        other = db.execute("SELECT min(source) FROM seen WHERE touchpoint=?", (id_,)).fetchone()[0]
        if other is not None:  # another file holds the very same version
            db.execute("DELETE FROM seen WHERE touchpoint=? AND source=?", (id_, other))
            db.execute("UPDATE touchpoint SET source=? WHERE id=?", (other, id_))
            return
        if current:
            roll.take(id_, at, orjson.loads(payload), -1)
        best = db.execute(
            "SELECT source, at, payload, revision, series, version FROM beaten WHERE key=? "
            "ORDER BY revision DESC, payload DESC, source LIMIT 1", (key,)
        ).fetchone()  # fmt: skip
        if best is None:
            db.execute("DELETE FROM touchpoint WHERE id=?", (id_,))
            return
        source, at, payload, revision, series, version = best
        db.execute("DELETE FROM beaten WHERE key=? AND source=?", (key, source))
        db.execute(
            "UPDATE touchpoint SET source=?, at=?, payload=?, revision=?, series=?, version=?, current=1 WHERE id=?",
            (source, at, payload, revision, series, version, id_),
        )
        same = db.execute(
            "SELECT source FROM beaten WHERE key=? AND payload=? AND revision=?", (key, payload, revision)
        )
        for (twin,) in same.fetchall():
            db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (twin, id_))
            db.execute("DELETE FROM beaten WHERE key=? AND source=?", (key, twin))
        roll.take(id_, at, orjson.loads(payload), +1)

    # -- adding -----------------------------------------------------------------------------------------------------

    def add(
        self,
        touchpoints: Iterable[Touchpoint],
        source: int,
        *,
        channels: Iterable[Channel] = (),
        formerly: Collection[str] = (),
        batch: int = 2000,
    ) -> Counts:
        """Add facts of one source, by key and in any order, inside the caller's transaction if there is one.

        Keys that were here `formerly` (and were just forgotten, to be read anew) count as duplicates.

        Raises `UnknownName` for a channel that neither the store nor `channels` knows.
        """
        counts, pending = Counts(), []
        with self.transaction():
            self._add_channels(channels)
            roll, touched = RollUp(self), set[str]()
            for touchpoint in touchpoints:
                if touchpoint.channel not in roll.media:
                    raise UnknownName("channel", touchpoint.channel, roll.media)
                pending.append(row_of(touchpoint))
                if len(pending) >= batch:
                    self._add_rows(pending, source, roll, counts, touched, formerly)
                    pending.clear()
            self._add_rows(pending, source, roll, counts, touched, formerly)
            roll.flush()
            self._settle(touched)
            self._changed()
        return counts

    def _add_rows(
        self,
        rows: list[Row],
        source: int,
        roll: RollUp,
        counts: Counts,
        touched: set[str],
        formerly: Collection[str],
    ) -> None:
        db = self.db
        known: dict[str, tuple[int, str, str, int, int, int]] = {}
        for start in range(0, len(rows), 500):
            keys = [r[0] for r in rows[start : start + 500]]
            marks = ",".join("?" * len(keys))
            for found in db.execute(
                f"SELECT key, id, revision, payload, source, current, at FROM touchpoint WHERE key IN ({marks})", keys
            ):
                known[found[0]] = found[1:]
        fresh: dict[str, Row] = {}
        for row in rows:
            key, at, payload, revision, series, version, _ = row
            if series is not None:
                touched.add(series)
            if key in fresh:  # twice in one file: the higher one, as between files
                counts.duplicates += 1
                if (revision, payload) > (fresh[key][3], fresh[key][2]):
                    fresh[key] = row
                continue
            if key not in known:
                fresh[key] = row
                continue
            id_, old_revision, old_payload, old_source, current, old_at = known[key]
            if (revision, payload) == (old_revision, old_payload):
                counts.duplicates += 1
                if old_source != source:
                    db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (source, id_))
            elif (revision, payload) > (old_revision, old_payload):
                counts.updated += 1
                self._beat(db, id_, row, source)
                if current:
                    roll.take(id_, old_at, orjson.loads(old_payload), -1)
                roll.take(id_, at, row[6], +1)
                known[key] = (id_, revision, payload, source, 1, at)
            else:
                counts.duplicates += 1
                if old_source != source:
                    db.execute(_KEEP_BEATEN, (key, source, at, payload, revision, series, version))
        if fresh:
            first = db.execute("SELECT coalesce(max(id), 0) + 1 FROM touchpoint").fetchone()[0]
            db.executemany(
                "INSERT INTO touchpoint VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)",
                [(first + n, *row[:6], source) for n, row in enumerate(fresh.values())],
            )
            for n, row in enumerate(fresh.values()):
                roll.take(first + n, row[1], row[6], +1)
            back = sum(key in formerly for key in fresh)
            counts.added += len(fresh) - back
            counts.duplicates += back

    @staticmethod
    def _beat(db: sqlite3.Connection, id_: int, row: Row, source: int) -> None:
        """The row becomes the current version; the one it beats is kept for every file that holds it."""
        key, at, payload, revision, series, version, _ = row
        db.execute(
            "INSERT OR REPLACE INTO beaten SELECT key, source, at, payload, revision, series, version "
            "FROM touchpoint WHERE id=? AND source<>?", (id_, source)
        )  # fmt: skip
        db.execute(
            "INSERT OR REPLACE INTO beaten SELECT t.key, s.source, t.at, t.payload, t.revision, t.series, t.version "
            "FROM seen s JOIN touchpoint t ON t.id=s.touchpoint WHERE t.id=? AND s.source<>?", (id_, source)
        )  # fmt: skip
        db.execute("DELETE FROM seen WHERE touchpoint=?", (id_,))
        db.execute("DELETE FROM beaten WHERE key=? AND source=?", (key, source))
        db.execute(
            "UPDATE touchpoint SET at=?, payload=?, revision=?, series=?, version=?, source=?, current=1 WHERE id=?",
            (at, payload, revision, series, version, source, id_),
        )

    def _settle(self, touched: Iterable[str]) -> None:
        """Make current exactly the occurrences of each series' newest version that have somebody outside."""
        db = self.db
        names = list(touched)
        for start in range(0, len(names), 500):
            some = names[start : start + 500]
            marks = ",".join("?" * len(some))
            newest = dict(
                db.execute(
                    f"SELECT series, max(version) FROM (SELECT series, version FROM touchpoint WHERE series IN ({marks}) "
                    f"UNION ALL SELECT series, version FROM beaten WHERE series IN ({marks})) GROUP BY series",
                    some + some,
                )
            )
            rows = db.execute(
                f"SELECT id, at, payload, series, version, current FROM touchpoint WHERE series IN ({marks})", some
            )
            roll = RollUp(self)
            for id_, at, payload, series, version, current in rows.fetchall():
                wanted = version == newest[series]
                if wanted != bool(current):
                    db.execute("UPDATE touchpoint SET current=? WHERE id=?", (wanted, id_))
                    roll.take(id_, at, orjson.loads(payload), 1 if wanted else -1)
            roll.flush()

    def add_people(self, people: Iterable[Person], source: int) -> int:
        """Add what a directory says; returns how many entries are new or changed."""
        changed = 0
        with self.transaction() as db:
            for person in people:
                payload = canonical(person_out(person))
                key = person.key or content_key("person", person.ref or payload)
                before = db.execute("SELECT payload FROM person WHERE key=? AND source=?", (key, source)).fetchone()
                if before is None or before[0] != payload:
                    changed += 1
                    db.execute(
                        "INSERT OR REPLACE INTO person VALUES (?, ?, ?, ?)",
                        (key, source, sortable(person.revision), payload),
                    )
            if changed:
                self._changed()
        return changed

    def add_coverage(self, coverage: Iterable[Coverage], source: int) -> None:
        """Add the spans that a file covers."""
        self.db.executemany(
            "INSERT OR REPLACE INTO coverage VALUES (?, ?, ?, ?)",
            [(source, c.what, c.start.toordinal(), c.end.toordinal()) for c in coverage],
        )

    def coverage(self) -> list[tuple[str, str, date, date, str]]:
        """Every span: (importer, line or account or chat, first day, last day, file)."""
        rows = self.db.execute(
            "SELECT s.importer, c.what, c.start, c.until, s.name FROM coverage c JOIN source s ON s.id=c.source "
            "ORDER BY s.importer, c.what, c.start, c.until, s.name"
        )
        return [(i, w, date.fromordinal(a), date.fromordinal(b), n) for i, w, a, b, n in rows]

    def derive(self, our_side: OurSide, progress: Callable[[int], None] | None = None) -> int:
        """Work out direction, parties and colleagues anew for every fact, as our own handles are now; returns how many
        changed. Facts left without anybody outside stay, but count nowhere."""
        changed = 0
        with self.transaction() as db:
            media = self.media()
            for table in ("touchpoint", "beaten"):
                place = "id" if table == "touchpoint" else "rowid"
                for n, (id_, payload) in enumerate(db.execute(f"SELECT {place}, payload FROM {table}").fetchall()):
                    if progress and n % 10_000 == 0:
                        progress(n)
                    anew = derived(payload, our_side, media)
                    if anew != payload:
                        changed += 1
                        db.execute(f"UPDATE {table} SET payload=? WHERE {place}=?", (anew, id_))
            if changed:
                self.rebuild()
        return changed

    def rebuild(self) -> None:
        """Rebuild everything derived (day roll-up, parties, names) from the facts."""
        with self.transaction() as db:
            for table in ("party", "day", "alias", "sign"):
                db.execute(f"DELETE FROM {table}")
            roll = RollUp(self)
            last = 0
            while rows := db.execute(
                "SELECT id, at, payload FROM touchpoint WHERE current AND id>? ORDER BY id LIMIT 20000", (last,)
            ).fetchall():
                for id_, at, payload in rows:
                    roll.take(id_, at, orjson.loads(payload), +1)
                last = rows[-1][0]
            roll.flush()
            self._changed()

    def _changed(self) -> None:
        self.put("generation", self.get("generation", 0) + 1)

    # -- reading facts ------------------------------------------------------------------------------------------------

    def touchpoints(
        self,
        handles: Iterable[int] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> Iterator[Stored]:
        """Current touchpoints by (time, key), of all or of some handles (their ids), `since` ≤ time ≤ `until`."""
        media = self.media()
        low = int(since.timestamp()) if since else -(1 << 62)
        high = int(until.timestamp()) if until else 1 << 62
        order = "DESC" if newest_first else "ASC"
        values: list[Any] = [low, high]
        chosen = ""
        if handles is not None:
            ids = sorted(set(handles))
            marks = ",".join("?" * len(ids))
            chosen = f"AND t.id IN (SELECT touchpoint FROM party WHERE handle IN ({marks}) AND at BETWEEN ? AND ?)"
            values += [*ids, low, high]
        query = (
            "SELECT t.at, t.payload, t.revision, t.key, s.name, s.importer FROM touchpoint t "
            f"JOIN source s ON s.id=t.source WHERE t.at BETWEEN ? AND ? AND t.current {chosen} "
            f"ORDER BY t.at {order}, t.key {order}" + (f" LIMIT {int(limit)}" if limit is not None else "")
        )
        for at, payload, _revision, key, name, importer in self.db.execute(query, values):
            touchpoint = touchpoint_of(at, payload, key)
            if touchpoint.parties:
                yield Stored(touchpoint, key, media[touchpoint.channel], name, importer)

    def importer_media(self) -> dict[str, set[str]]:
        """Importer → the media its channels have (as it declared them when it last imported something)."""
        media = self.media()
        return {i: {media[c] for c in channels if c in media} for i, channels in self.get("importers", {}).items()}

    def count(self) -> int:
        """How many current touchpoints there are."""
        return int(self.db.execute("SELECT count(*) FROM touchpoint WHERE current").fetchone()[0])

    def handles(self) -> list[tuple[int, Handle]]:
        """Every handle that is in use: with its id."""
        rows = self.db.execute("SELECT id, kind, value, scope FROM handle ORDER BY id")
        return [(i, Handle(k, v, s)) for i, k, v, s in rows]

    def handle_id(self, handle: Handle) -> int | None:
        """The id of a handle, if the store has it."""
        row = self.db.execute(
            "SELECT id FROM handle WHERE kind=? AND value=? AND scope=?", (handle.kind, handle.value, handle.scope)
        ).fetchone()
        return None if row is None else int(row[0])

    def aliases(self) -> dict[int, list[tuple[str, int]]]:
        """Display names by handle id, the most frequent first (then by name)."""
        found: dict[int, list[tuple[str, int]]] = {}
        for handle, name, n in self.db.execute("SELECT handle, name, n FROM alias ORDER BY handle, n DESC, name"):
            found.setdefault(handle, []).append((name, n))
        return found

    def signs(self) -> dict[int, dict[str, int]]:
        """Signs seen in subjects by handle id (`invoice`: how many)."""
        found: dict[int, dict[str, int]] = {}
        for handle, sign, n in self.db.execute("SELECT handle, sign, n FROM sign"):
            found.setdefault(handle, {})[sign] = n
        return found

    def habits(self) -> list[tuple[int, int | None, int | None, int, int, int]]:
        """Per handle id: first day they wrote or called, first day we did, and how many touchpoints were written to us,
        written by us, and live (reached ones only)."""
        return self.db.execute(
            f"SELECT handle, min(CASE WHEN direction<>'out' THEN day END), min(CASE WHEN direction<>'in' THEN day END),"
            f" sum(CASE WHEN outcome='reached' AND direction='in' AND medium NOT IN {_LIVE} THEN n ELSE 0 END),"
            f" sum(CASE WHEN outcome='reached' AND direction='out' AND medium NOT IN {_LIVE} THEN n ELSE 0 END),"
            f" sum(CASE WHEN outcome='reached' AND medium IN {_LIVE} THEN n ELSE 0 END) FROM day GROUP BY handle"
        ).fetchall()

    def people(self) -> list[Person]:
        """What directories say, one entry a key: the highest (revision, canonical text)."""
        rows = self.db.execute("SELECT key, revision, payload FROM person ORDER BY key, revision, payload")
        return [person_in(payload, key) for key, payload in {k: p for k, _, p in rows}.items()]

    # -- decisions ------------------------------------------------------------------------------------------------------

    def decide(self, at: datetime, kind: str, who: str, **payload: Any) -> int:
        """Record a decision of the user; returns its id."""
        with self.transaction() as db:
            done = db.execute(
                "INSERT INTO decision (at, kind, who, payload) VALUES (?, ?, ?, ?)",
                (int(at.timestamp()), kind, who, canonical(payload)),
            )
            self._changed()
            return int(done.lastrowid or 0)

    def decisions(self, *kinds: str) -> list[Decision]:
        """Decisions in force, oldest first, of some kinds or of all."""
        rows = self.db.execute("SELECT id, at, kind, who, payload FROM decision WHERE NOT undone ORDER BY id")
        return [Decision(i, a, k, w, orjson.loads(p)) for i, a, k, w, p in rows if not kinds or k in kinds]

    def undo(self) -> Decision | None:
        """Take the last decision in force back; returns it."""
        with self.transaction() as db:
            found = self.decisions()
            if not found:
                return None
            db.execute("UPDATE decision SET undone=1 WHERE id=?", (found[-1].id,))
            self._changed()
            return found[-1]

    # -- who is who, as last worked out ---------------------------------------------------------------------------

    def resolve(self, rows: Iterable[tuple[int, int, int, str | None, str | None]], state: str) -> None:
        """Keep who is who: (handle id, first day, day after the last, contact id, customer id), days as ordinals, for a
        `state` of everything it came from."""
        with self.transaction() as db:
            db.execute("DELETE FROM resolution")
            db.executemany("INSERT INTO resolution VALUES (?, ?, ?, ?, ?)", rows)
            self.put("resolved", state)

    # -- sums -------------------------------------------------------------------------------------------------------------

    def summaries(self, at: datetime, by: str = "contact", only: Iterable[str] | None = None) -> dict[str, Summary]:
        """The summary of every contact (`by="contact"`), customer or handle (its id as text) as of an aware time.

        One query: days before `at`'s local date come from the roll-up, that date itself from the facts up to `at`.
        """
        local = at.astimezone(self.zone)
        today = local.date().toordinal()
        midnight = int(datetime.combine(local.date(), datetime.min.time(), self.zone).timestamp())
        group = {"contact": "r.contact", "customer": "r.customer", "handle": "CAST(d.handle AS TEXT)"}[by]
        values = {"today": today, "midnight": midnight, "now": int(at.timestamp())}
        chosen = ""
        if only is not None:
            names = list(only)
            chosen = f"AND {group} IN ({','.join(f':o{n}' for n in range(len(names)))})"
            values |= {f"o{n}": name for n, name in enumerate(names)}  # type: ignore[misc]  # names beside numbers
        rows = self.db.execute(_SUMMARIES.format(group=group, chosen=chosen, live=_LIVE), values)
        return {
            row[0]: Summary(
                at=today,
                all=View(row[1], row[2], row[3], row[4] or 0, *row[5:9]),
                live=View(row[9], row[10], row[11], row[12] or 0, *row[13:17]),
                last_sign=row[17], out_days_since=row[18], inbound=row[19], outbound=row[20],
                live_seconds_90=row[21] / 1000,
            )
            for row in rows
        }  # fmt: skip

    def active_between(self, first: int, last: int) -> set[str]:
        """The ids of contacts with a contact day from one ordinal to another (both included)."""
        rows = self.db.execute(
            "SELECT DISTINCT r.contact FROM day d JOIN resolution r ON r.handle = d.handle AND d.day >= r.since "
            "AND d.day < r.until WHERE d.outcome='reached' AND d.day BETWEEN ? AND ? AND r.contact IS NOT NULL",
            (first, last),
        )
        return {row[0] for row in rows}

    # -- for identity and privacy ---------------------------------------------------------------------------------------

    def traits(self) -> dict[int, Trait]:
        """What is known of every handle somebody was in touch by, by its id."""
        papers = dict(self.db.execute("SELECT handle, n FROM sign WHERE sign='invoice'"))
        rows = self.db.execute(
            f"SELECT handle, min(CASE WHEN direction<>'out' THEN day END), min(CASE WHEN direction<>'in' THEN day END),"
            f" sum(CASE WHEN outcome='reached' AND direction='in' AND medium NOT IN {_LIVE} THEN n ELSE 0 END),"
            f" sum(CASE WHEN outcome='reached' AND direction='out' AND medium NOT IN {_LIVE} THEN n ELSE 0 END),"
            f" sum(CASE WHEN outcome='reached' AND medium IN {_LIVE} THEN n ELSE 0 END),"
            f" sum(n), min(day), max(day), group_concat(DISTINCT medium) FROM day GROUP BY handle"
        )
        return {
            row[0]: Trait._make((*row[1:9], tuple(sorted(row[9].split(","))), papers.get(row[0], 0))) for row in rows
        }

    def history(self) -> list[tuple[Decision, bool]]:
        """Everything ever decided, oldest first, and whether it was taken back."""
        rows = self.db.execute("SELECT id, at, kind, who, payload, undone FROM decision ORDER BY id")
        return [(Decision(i, a, k, w, orjson.loads(p)), bool(u)) for i, a, k, w, p, u in rows]

    def take_back(self) -> list[Decision]:
        """Take the last decision in force back, with all of its `batch`; returns them, oldest first."""
        with self.transaction() as db:
            found = self.decisions()
            if not found:
                return []
            batch = found[-1].payload.get("batch")
            undone = [d for d in found if d is found[-1] or (batch is not None and d.payload.get("batch") == batch)]
            db.executemany("UPDATE decision SET undone=1 WHERE id=?", [(d.id,) for d in undone])
            self._changed()
            return undone

    def tombstones(self) -> list[Tombstone]:
        """What is left of everybody who was erased."""
        rows = self.db.execute("SELECT hash, what, since, until, at FROM tombstone ORDER BY hash, what, since")
        return [Tombstone(*row) for row in rows]

    def bury(self, tombstones: Iterable[Tombstone]) -> None:
        """Keep tombstones."""
        self.db.executemany(
            "INSERT OR IGNORE INTO tombstone VALUES (?, ?, ?, ?, ?)", [attrs.astuple(stone) for stone in tombstones]
        )

    def revise(self, change: Callable[[Touchpoint], Touchpoint | None]) -> tuple[int, int]:
        """Put what `change` makes of it in the place of every fact, in all its versions; `None` drops it. Returns how many
        were dropped and changed. Everything derived is worked out anew.

        Where a dropped version is what tells that other, older ones are no longer current, an empty one stays.
        """
        dropped: dict[str, list[int]] = {"touchpoint": [], "beaten": []}
        changed = 0
        with self.transaction() as db:
            for table, gone in dropped.items():
                place, last = ("id" if table == "touchpoint" else "rowid"), 0
                query = f"SELECT {place}, at, payload, key, series FROM {table} WHERE {place}>? ORDER BY {place} LIMIT 20000"
                while rows := db.execute(query, (last,)).fetchall():
                    for id_, at, payload, key, series in rows:
                        before = attrs.evolve(touchpoint_of(at, payload, key), series=series)
                        after = change(before)
                        if after is None:
                            gone.append(id_)
                        elif after != before or dict(after.extra) != dict(before.extra):
                            changed += table == "touchpoint"
                            text = canonical(values_of(after, at))
                            db.execute(f"UPDATE {table} SET payload=? WHERE {place}=?", (text, id_))
                    last = rows[-1][0]
            if changed or dropped["touchpoint"] or dropped["beaten"]:
                self._drop(dropped)
                self.rebuild()
                db.execute("DELETE FROM handle WHERE id NOT IN (SELECT handle FROM party)")
                db.execute("DELETE FROM resolution")
                self.put("resolved", None)
        return len(dropped["touchpoint"]), changed

    def _drop(self, dropped: Mapping[str, Collection[int]]) -> None:
        db = self.db
        db.execute("CREATE TEMP TABLE gone (kind TEXT, id INTEGER, PRIMARY KEY (kind, id)) WITHOUT ROWID")
        try:
            for table, ids in dropped.items():
                db.executemany("INSERT INTO gone VALUES (?, ?)", [(table, id_) for id_ in ids])
            versions = (
                "SELECT 'touchpoint' AS kind, id, key, series, version FROM touchpoint "
                "UNION ALL SELECT 'beaten', rowid, key, series, version FROM beaten"
            )
            empty = db.execute(
                f"WITH v AS ({versions}), kept AS (SELECT * FROM v WHERE (kind, id) NOT IN (SELECT kind, id FROM gone)), "
                "lost AS (SELECT * FROM v WHERE (kind, id) IN (SELECT kind, id FROM gone)) "
                "SELECT kind, id FROM lost WHERE kind='touchpoint' AND key IN (SELECT key FROM kept) UNION "
                "SELECT kind, min(id) FROM lost WHERE series IN (SELECT series FROM kept) AND version > "
                "(SELECT max(k.version) FROM kept k WHERE k.series=lost.series) GROUP BY kind, series, version"
            ).fetchall()
            for table, id_ in empty:
                place = "id" if table == "touchpoint" else "rowid"
                at, payload, series = db.execute(
                    f"SELECT at, payload, series FROM {table} WHERE {place}=?", (id_,)
                ).fetchone()
                v = orjson.loads(payload)
                bare = Touchpoint(datetime.fromtimestamp(at, UTC), v["ch"], v["dir"], v["out"], series=series)
                db.execute(f"UPDATE {table} SET payload=? WHERE {place}=?", (canonical(values_of(bare, at)), id_))
                db.execute("DELETE FROM gone WHERE kind=? AND id=?", (table, id_))
            db.execute("DELETE FROM touchpoint WHERE id IN (SELECT id FROM gone WHERE kind='touchpoint')")
            db.execute("DELETE FROM beaten WHERE rowid IN (SELECT id FROM gone WHERE kind='beaten')")
            db.execute("DELETE FROM seen WHERE touchpoint NOT IN (SELECT id FROM touchpoint)")
        finally:
            db.execute("DROP TABLE temp.gone")

    def revise_people(self, keep: Callable[[Person], bool]) -> int:
        """Drop the directory entries that are not to be kept; returns how many."""
        rows = self.db.execute("SELECT key, source, payload FROM person").fetchall()
        gone = [(key, source) for key, source, payload in rows if not keep(person_in(payload, key))]
        self.db.executemany("DELETE FROM person WHERE key=? AND source=?", gone)
        self._changed()
        return len(gone)

    def revise_decisions(self, change: Callable[[Decision], Mapping[str, Any] | None]) -> int:
        """Put what `change` makes of it in the place of what every decision says, taken back or not; `None` drops it.
        Returns how many were dropped."""
        gone = 0
        for decision, _ in self.history():
            payload = change(decision)
            if payload is None:
                gone += 1
                self.db.execute("DELETE FROM decision WHERE id=?", (decision.id,))
            elif payload != decision.payload:
                self.db.execute("UPDATE decision SET payload=? WHERE id=?", (canonical(payload), decision.id))
        self._changed()
        return gone

    def revise_texts(self, change: Callable[[str], str]) -> None:
        """Change the names of files and of what they cover, and what their import said."""

        def deep(value: Any) -> Any:
            if isinstance(value, str):
                return change(value)
            if isinstance(value, list):
                return [deep(v) for v in value]
            return {deep(k): deep(v) for k, v in value.items()} if isinstance(value, dict) else value

        for id_, name, report in self.db.execute("SELECT id, name, report FROM source").fetchall():
            said = canonical(deep(orjson.loads(report)))
            self.db.execute("UPDATE OR IGNORE source SET name=?, report=? WHERE id=?", (change(name), said, id_))
        for source, what, start, until in self.db.execute("SELECT * FROM coverage").fetchall():
            if change(what) != what:
                self.db.execute("DELETE FROM coverage WHERE source=? AND what=? AND start=?", (source, what, start))
                kept = (source, change(what), start, until)
                self.db.execute("INSERT OR REPLACE INTO coverage VALUES (?, ?, ?, ?)", kept)

    def drop_coverage(self, before: date) -> None:
        """No source covers the days before a date any more."""
        day = before.toordinal()
        self.db.execute("DELETE FROM coverage WHERE until<?", (day,))
        self.db.execute("UPDATE OR REPLACE coverage SET start=? WHERE start<?", (day, day))

    def overwrite_what_is_deleted(self) -> None:
        """From now on this connection overwrites what it deletes with zeros."""
        self.db.execute("PRAGMA secure_delete=ON")

    def compact(self) -> bool:
        """Write the file anew without free pages, and empty its log. Returns whether another program kept that from being
        finished."""
        self.db.execute("VACUUM")
        return bool(self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])

    def copy_to(self, path: Path) -> None:
        """Copy the store as it is now into an empty file."""
        self.db.execute("VACUUM INTO ?", (str(path),))


_SUMMARIES = """
WITH facts AS (
  SELECT handle, day, medium, direction, n, ms FROM day WHERE outcome='reached' AND day < :today
  UNION ALL
  SELECT p.handle, :today, c.medium, t.payload ->> '$.dir', 1,
         CAST(round(coalesce(t.payload ->> '$.dur', 0) * 1000) AS INTEGER)
  FROM touchpoint t JOIN party p ON p.touchpoint=t.id AND p.at=t.at AND NOT p.copied
       JOIN channel c ON c.name = t.payload ->> '$.ch'
  WHERE t.at >= :midnight AND t.at <= :now AND t.current AND t.payload ->> '$.out' = 'reached'
), days AS (
  SELECT {group} AS who, d.day AS day, max(d.medium IN {live}) AS live,
         max(d.medium IN {live} OR d.direction <> 'out') AS sign,
         max(d.medium NOT IN {live} AND d.direction = 'out') AS out,
         sum(CASE WHEN d.direction <> 'out' THEN d.n ELSE 0 END) AS inbound,
         sum(CASE WHEN d.direction <> 'in' THEN d.n ELSE 0 END) AS outbound,
         sum(CASE WHEN d.medium IN {live} AND :today - d.day < 90 THEN d.ms ELSE 0 END) AS ms
  FROM facts d LEFT JOIN resolution r ON r.handle = d.handle AND d.day >= r.since AND d.day < r.until
  WHERE {group} IS NOT NULL {chosen} GROUP BY 1, 2
), steps AS (
  SELECT *, :today - day AS age,
         day - lag(day) OVER (PARTITION BY who ORDER BY day) AS gap,
         CASE WHEN live THEN day - max(CASE WHEN live THEN day END)
              OVER (PARTITION BY who ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) END AS live_gap,
         max(CASE WHEN sign THEN day END) OVER (PARTITION BY who) AS last_sign
  FROM days
)
SELECT who, count(*), min(day), max(day), max(gap),
       total(pow(2, -age / 7.0)), total(pow(2, -age / 30.0)), total(pow(2, -age / 90.0)), total(pow(2, -age / 365.0)),
       sum(live), min(CASE WHEN live THEN day END), max(CASE WHEN live THEN day END), max(live_gap),
       total(CASE WHEN live THEN pow(2, -age / 7.0) END), total(CASE WHEN live THEN pow(2, -age / 30.0) END),
       total(CASE WHEN live THEN pow(2, -age / 90.0) END), total(CASE WHEN live THEN pow(2, -age / 365.0) END),
       max(last_sign), sum(out AND day > coalesce(last_sign, 0)), sum(inbound), sum(outbound), sum(ms)
FROM steps GROUP BY who
"""


_KEEP_BEATEN = """
INSERT INTO beaten VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key, source) DO UPDATE
SET at=excluded.at, payload=excluded.payload, revision=excluded.revision, series=excluded.series,
    version=excluded.version
WHERE (excluded.revision, excluded.payload) > (revision, payload)
"""
