"""Facts in and out: by key and in any order, beaten versions kept, everything derived from them in step."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from touchpoints.facts import Counts, Row, Span, derived, payload_of, sortable
from touchpoints.language import Text
from touchpoints.model import Channel, Emptied, Touchpoint
from touchpoints.ourside import OurSide
from touchpoints.progress import counted, step
from touchpoints.store.database import CACHE, INDEXES
from touchpoints.store.said import Said
from touchpoints.store.scenes import LocalDays, Scenes, count_scenes

_BATCH = 2000
_ROOM = 48 << 10
"""KiB of the file held in memory while new facts are compared with those that are there."""
_COLUMNS = "key, at, day, scene, dur, paper, rest, revision, series, version, source, current"
_INSERT = f"INSERT INTO touchpoint ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {{source}}, 1)"
_INSERT_NEW = _INSERT.replace("INSERT INTO", "INSERT OR IGNORE INTO")
_REPLACE = f"UPDATE touchpoint SET ({_COLUMNS}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1) WHERE id=?"
_OF = "SELECT t.key, t.id, t.revision, t.at, t.scene, t.dur, t.rest, t.series, t.source FROM touchpoint t"


class Adding(Said):
    """Facts by key: adding and forgetting them, and deriving anew what depends on our own handles or the zone."""

    def add(
        self,
        touchpoints: Iterable[Touchpoint],
        source: int,
        *,
        channels: Iterable[Channel] = (),
        formerly: Collection[str] = (),
        span: Span | None = None,
    ) -> Counts:
        """Add facts of one source, by key and in any order, inside the caller's transaction if there is one. `span` is told
        which days and channels they are of.

        Keys that were here `formerly` (and were just forgotten, to be read anew) count as duplicates.

        Raises `UnknownName` for a channel that neither the store nor `channels` knows.
        """
        with self.transaction() as db:
            self.add_channels(channels)
            first = db.execute("SELECT 1 FROM touchpoint LIMIT 1").fetchone() is None
            adding = _First(self, source, formerly) if first else _Further(self, source, formerly)
            coming, row_of = iter(touchpoints), adding.scenes.row
            while rows := [row_of(touchpoint) for touchpoint in islice(coming, _BATCH)]:
                adding.take(rows)
                if span is not None:
                    days = [row[2] for row in rows]
                    span.first = min(days) if span.first is None else min(span.first, *days)
                    span.last = max(days) if span.last is None else max(span.last, *days)
            if span is not None:
                span.channels |= adding.scenes.channels
            if adding.finish():
                self.changed()
        return adding.counts

    def add_emptied(self, emptied: Collection[Emptied], source: int) -> None:
        """Add what a file says of versions of series that hold nothing."""
        if not emptied:
            return
        with self.transaction() as db:
            db.executemany(
                "INSERT INTO emptied VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET version=max(version, excluded.version)",
                [(e.series, e.line or "", source, sortable(e.revision[:2])) for e in emptied],
            )
            dirty = set[int]()
            settle(db, {e.series for e in emptied}, dirty)
            if dirty:
                count_scenes(self, dirty)
                self.changed()

    @step(Text("taking an import back"))
    def forget(self, source: int) -> set[str]:
        """Undo the import of one file: what only it said goes, what others say too is as if it had never been read.
        Returns the keys that are gone."""
        with self.transaction() as db:
            mine = "FROM touchpoint WHERE source=?"
            dirty = {row[0] for row in db.execute(f"SELECT DISTINCT scene {mine}", (source,))}
            touched = {row[0] for row in db.execute(f"SELECT DISTINCT series {mine} AND series NOT NULL", (source,))}
            touched |= {
                r[0] for r in db.execute("SELECT series FROM beaten WHERE source=? AND series NOT NULL", (source,))
            }
            touched |= {r[0] for r in db.execute("SELECT series FROM emptied WHERE source=?", (source,))}
            db.execute("DELETE FROM emptied WHERE source=?", (source,))
            db.execute("DELETE FROM beaten WHERE source=?", (source,))
            db.execute("DELETE FROM seen WHERE source=?", (source,))
            others = db.execute(
                "SELECT s.touchpoint, min(s.source) FROM seen s JOIN touchpoint t ON t.id=s.touchpoint WHERE t.source=? "
                "GROUP BY 1",
                (source,),
            ).fetchall()  # another file holds the very same version
            db.executemany("DELETE FROM seen WHERE touchpoint=? AND source=?", others)
            db.executemany("UPDATE touchpoint SET source=? WHERE id=?", [(other, id_) for id_, other in others])
            scenes = Scenes(self)
            second = f"SELECT key, id {mine} AND key IN (SELECT key FROM beaten)"
            for key, id_ in db.execute(second, (source,)).fetchall():
                dirty.add(_second_best(db, scenes, key, id_))
            scenes.flush()
            keys = {row[0] for row in db.execute(f"DELETE {mine} RETURNING key", (source,))}
            for table in ("person", "coverage", "absence"):
                db.execute(f"DELETE FROM {table} WHERE source=?", (source,))
            self.forget_answers(source)
            db.execute("DELETE FROM source WHERE id=?", (source,))
            settle(db, touched, dirty)
            count_scenes(self, dirty)
            self.changed()
            return keys

    def derive(self, our_side: OurSide) -> int:
        """Work out direction, parties and colleagues anew for every fact, as our own handles are now; returns how many
        changed. Facts left without anybody outside stay, but count nowhere."""
        changed = 0
        with self.transaction() as db:
            scenes, dirty = Scenes(self), set[int]()
            known = db.execute("SELECT id, text FROM scene ORDER BY id").fetchall()
            for id_, text in counted(known, Text("telling who is us")):
                anew = derived(text, our_side, scenes.media)
                if anew != text:
                    number = scenes.number(anew)
                    changed += db.execute("UPDATE touchpoint SET scene=? WHERE scene=?", (number, id_)).rowcount
                    dirty |= {id_, number}
            scenes.flush()
            for rowid, payload in db.execute("SELECT rowid, payload FROM beaten").fetchall():
                anew = derived(payload, our_side, scenes.media)
                if anew != payload:
                    changed += 1
                    db.execute("UPDATE beaten SET payload=? WHERE rowid=?", (anew, rowid))
            if changed:
                count_scenes(self, dirty)
                self.changed()
        return changed

    @step(Text("rebuilding what is derived"))
    def rebuild(self) -> None:
        """Work out anew everything that is derived from the facts: local days, who takes part, and counts."""
        with self.transaction() as db:
            db.create_function("local_day", 1, LocalDays(self.zone), deterministic=True)
            db.execute("UPDATE touchpoint SET day=local_day(at) WHERE day<>local_day(at)")
            scenes = Scenes(self)
            db.execute("DELETE FROM scene_party")
            known = db.execute("SELECT id, text FROM scene").fetchall()
            for id_, text in counted(known, Text("rebuilding what is derived")):
                scenes.again(id_, text)
            scenes.flush()
            count_scenes(self)
            self.changed()

    def set_zone(self, name: str) -> None:
        """Record the zone and put every touchpoint on its local date there."""
        if self.get("timezone") == name:
            return
        with self.transaction():
            self.put("timezone", name)
            self._zone = ZoneInfo(name)
            self.rebuild()


class _First:
    """Facts into an empty store: appended, then indexed and sorted out at once, which costs a third of doing it row by
    row."""

    def __init__(self, store: Adding, source: int, formerly: Collection[str]) -> None:
        self.store, self.source, self.formerly = store, source, formerly
        self.scenes, self.counts, self._n = Scenes(store), Counts(), 0
        for line in INDEXES.strip().splitlines():
            store.db.execute(f"DROP INDEX {line.partition(' INDEX ')[2].split()[0]}")

    def take(self, rows: list[Row]) -> None:
        """Append rows."""
        self.scenes.flush()
        self.store.db.executemany(_INSERT.format(source=self.source), rows)
        self._n += len(rows)

    @step(Text("sorting what was read"))
    def finish(self) -> bool:
        """Sort out what came twice, index, and count; returns whether there is anything."""
        db = self.store.db
        unique, *others = INDEXES.strip().splitlines()
        try:
            db.execute(unique)
        except sqlite3.IntegrityError:
            self._n -= self._drop_doubles(db)
            db.execute(unique)
        for index in others:
            db.execute(index)
        back = (
            sum(1 for row in db.execute("SELECT key FROM touchpoint") if row[0] in self.formerly)
            if self.formerly
            else 0
        )
        self.counts.added += self._n - back
        self.counts.duplicates += back
        db.execute(
            "UPDATE touchpoint SET current=0 WHERE series NOT NULL AND "
            "version < (SELECT max(s.version) FROM touchpoint s WHERE s.series=touchpoint.series)"
        )
        settle(db, [row[0] for row in db.execute("SELECT DISTINCT series FROM emptied")], set())
        count_scenes(self.store)
        return self._n > 0

    def _drop_doubles(self, db: sqlite3.Connection) -> int:
        """Of what is twice in the file the higher one stays, as between files."""
        query = (
            f"{_OF} WHERE t.key IN (SELECT key FROM touchpoint GROUP BY key HAVING count(*) > 1) ORDER BY t.key, t.id"
        )
        best: tuple[Any, ...] | None = None
        gone: list[tuple[int]] = []
        for row in db.execute(query).fetchall():
            if best is None or best[0] != row[0]:
                best = row
                continue
            worse = row
            if _rank(db, row) > _rank(db, best):
                best, worse = row, best
            gone.append((worse[1],))
        db.executemany("DELETE FROM touchpoint WHERE id=?", gone)
        self.counts.duplicates += len(gone)
        return len(gone)


class _Further:
    """Facts beside those that the store has: new ones inserted, known ones compared."""

    def __init__(self, store: Adding, source: int, formerly: Collection[str]) -> None:
        self.store, self.source, self.formerly = store, source, formerly
        self.scenes, self.counts = Scenes(store), Counts()
        self._dirty: set[int] = set()
        self._new = True
        store.db.execute(f"PRAGMA cache_size=-{_ROOM}")

    def take(self, rows: list[Row]) -> None:
        """Add rows: at once if all are new, else one by one."""
        self.scenes.flush()
        db = self.store.db
        if self._new:
            db.execute("SAVEPOINT batch")
            done = db.executemany(_INSERT_NEW.format(source=self.source), rows).rowcount
            self._new = done == len(rows)
            if not self._new:
                db.execute("ROLLBACK TO batch")
            db.execute("RELEASE batch")
        if self._new:
            self._added(rows)
        else:
            fresh = self._compared(rows)
            db.executemany(_INSERT.format(source=self.source), fresh)
            self._added(fresh)
            self._new = len(fresh) > 0.9 * len(rows)
        settle(db, {row[8] for row in rows if row[8] is not None}, self._dirty)

    def _added(self, rows: Collection[Row]) -> None:
        self._dirty.update([row[3] for row in rows])
        back = sum(row[0] in self.formerly for row in rows) if self.formerly else 0
        self.counts.added += len(rows) - back
        self.counts.duplicates += back

    def _compared(self, rows: list[Row]) -> Collection[Row]:
        """The rows that are new; the others take the place of what the store has, are kept as beaten, or are known."""
        db, source, known = self.store.db, self.source, dict[str, tuple[Any, ...]]()
        for start in range(0, len(rows), 500):
            keys = [row[0] for row in rows[start : start + 500]]
            for found in db.execute(f"{_OF} WHERE t.key IN ({','.join('?' * len(keys))})", keys):
                known[found[0]] = found
        fresh: dict[str, Row] = {}
        seen: list[tuple[int, int]] = []
        for row in rows:
            key, at, _day, scene, length, _paper, rest, revision, series, _version = row
            old = known.get(key)
            if old is None:
                if (twin := fresh.setdefault(key, row)) is not row:  # twice in one file: as between files
                    self.counts.duplicates += 1
                    self._dirty |= {scene, twin[3]}
                    if self._beats(row, twin):
                        fresh[key] = row
            elif old[2:8] == (revision, at, scene, length, rest, series):
                self.counts.duplicates += 1
                if old[8] != source:
                    seen.append((source, old[1]))
            else:
                self._changed(row, old)
                for again in db.execute(f"{_OF} WHERE t.id=?", (old[1],)):
                    known[key] = again
        db.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", seen)
        return fresh.values()

    def _beats(self, row: Row, twin: Row) -> bool:
        return (row[7], self._payload(row)) > (twin[7], self._payload(twin))

    def _payload(self, row: Row) -> str:
        (text,) = self.store.db.execute("SELECT text FROM scene WHERE id=?", (row[3],)).fetchone()
        return payload_of(text, row[1], row[4], row[6], row[8])

    def _changed(self, row: Row, old: tuple[Any, ...]) -> None:
        """Another version of a known fact: the higher one is current, the other is kept for every file that holds it."""
        db, source, payload = self.store.db, self.source, self._payload(row)
        key, at, *_, revision, series, version = row
        self._dirty |= {row[3], old[4]}
        if (revision, payload) < (before := _rank(db, old)):
            self.counts.duplicates += 1
            if old[8] != source:
                db.execute(_KEEP_BEATEN, (key, source, at, payload, revision, series, version))
            return
        self.counts.updated += 1
        holders = {old[8]} | {r[0] for r in db.execute("SELECT source FROM seen WHERE touchpoint=?", (old[1],))}
        (version,) = db.execute("SELECT version FROM touchpoint WHERE id=?", (old[1],)).fetchone()
        db.executemany(
            "INSERT OR REPLACE INTO beaten VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(key, s, old[3], before[1], before[0], old[7], version) for s in sorted(holders - {source})],
        )
        db.execute("DELETE FROM seen WHERE touchpoint=?", (old[1],))
        db.execute("DELETE FROM beaten WHERE key=? AND source=?", (key, source))
        db.execute(_REPLACE, (*row, source, old[1]))

    def finish(self) -> bool:
        """Count; returns whether anything is no longer as it was."""
        count_scenes(self.store, self._dirty)
        self.store.db.execute(f"PRAGMA cache_size=-{CACHE}")
        return bool(self._dirty)


def _rank(db: sqlite3.Connection, old: tuple[Any, ...]) -> tuple[str, str]:
    """What decides between versions of one key: revision, then canonical text."""
    _, _, revision, at, scene, length, rest, series, _ = old
    (text,) = db.execute("SELECT text FROM scene WHERE id=?", (scene,)).fetchone()
    return revision, payload_of(text, at, length, rest, series)


def _second_best(db: sqlite3.Connection, scenes: Scenes, key: str, id_: int) -> int:
    """The highest of the beaten versions takes the place of one that is forgotten; returns its scene."""
    source, payload, revision, series, version = db.execute(
        "SELECT source, payload, revision, series, version FROM beaten WHERE key=? "
        "ORDER BY revision DESC, payload DESC, source LIMIT 1", (key,)
    ).fetchone()  # fmt: skip
    row = scenes.row_from(payload, key, revision, series, version)
    db.execute("DELETE FROM beaten WHERE key=? AND source=?", (key, source))
    db.execute(_REPLACE, (*row, source, id_))
    twins = db.execute("SELECT source FROM beaten WHERE key=? AND payload=? AND revision=?", (key, payload, revision))
    for (twin,) in twins.fetchall():
        db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (twin, id_))
        db.execute("DELETE FROM beaten WHERE key=? AND source=?", (key, twin))
    return row[3]


def settle(db: sqlite3.Connection, touched: Collection[str], dirty: set[int]) -> None:
    """Make current exactly the occurrences of each series' newest version, unless a newer one of the same line holds
    nothing; their scenes are `dirty` then."""
    names = list(touched)
    for start in range(0, len(names), 500):
        some = names[start : start + 500]
        rows = db.execute(_SETTLE.format(marks=",".join("?" * len(some))), some)
        dirty.update([row[0] for row in rows.fetchall()])


_SETTLE = """
UPDATE touchpoint SET current = NOT current WHERE series IN ({marks}) AND current <> (version = max(
  (SELECT max(t.version) FROM touchpoint t WHERE t.series=touchpoint.series),
  (SELECT coalesce(max(b.version), '') FROM beaten b WHERE b.series=touchpoint.series))
  AND NOT EXISTS (SELECT 1 FROM emptied e WHERE e.series=touchpoint.series AND e.version > touchpoint.version
    AND e.line = coalesce((SELECT c.text ->> '$.line' FROM scene c WHERE c.id=touchpoint.scene), ''))) RETURNING scene
"""
_KEEP_BEATEN = """
INSERT INTO beaten VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key, source) DO UPDATE
SET at=excluded.at, payload=excluded.payload, revision=excluded.revision, series=excluded.series,
    version=excluded.version
WHERE (excluded.revision, excluded.payload) > (revision, payload)
"""
