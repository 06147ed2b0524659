"""Facts changed after the fact, for privacy only: people erased, older touchpoints dropped, own sides kept apart."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime

import attrs
import orjson

from touchpoints.facts import canonical, touchpoint_of, values_of
from touchpoints.model import Touchpoint
from touchpoints.store.sums import Sums


class Revising(Sums):
    """Putting other versions in the place of facts."""

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
