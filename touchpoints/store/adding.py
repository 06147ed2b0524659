"""Facts in and out: by key and in any order, beaten versions kept, everything derived from them in step."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable
from zoneinfo import ZoneInfo

import orjson

from touchpoints.errors import UnknownName
from touchpoints.facts import Counts, Row, derived, row_of
from touchpoints.model import Channel, Touchpoint
from touchpoints.ourside import OurSide
from touchpoints.store.rollup import RollUp
from touchpoints.store.said import Said


class Adding(Said):
    """Facts by key: adding and forgetting them, and deriving anew what depends on our own handles or the zone."""

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
            self.add_channels(channels)
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
            self.changed()
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
            self.changed()
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
            self.changed()

    def set_zone(self, name: str) -> None:
        """Record the zone and put every touchpoint on its local date there."""
        if self.get("timezone") == name:
            return
        with self.transaction():
            self.put("timezone", name)
            self._zone = ZoneInfo(name)
            self.rebuild()


_KEEP_BEATEN = """
INSERT INTO beaten VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key, source) DO UPDATE
SET at=excluded.at, payload=excluded.payload, revision=excluded.revision, series=excluded.series,
    version=excluded.version
WHERE (excluded.revision, excluded.payload) > (revision, payload)
"""
