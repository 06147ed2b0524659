"""Facts changed after the fact, for privacy only: people erased, older touchpoints dropped, own sides kept apart."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs
import orjson

from touchpoints.facts import canonical, touchpoint_of, values_of
from touchpoints.language import Text
from touchpoints.model import Touchpoint
from touchpoints.progress import step
from touchpoints.store.kept import Kept
from touchpoints.store.scenes import Scenes


class Revising(Kept):
    """Putting other versions in the place of facts."""

    def revise(self, change: Callable[[Touchpoint], Touchpoint | None]) -> tuple[int, int]:
        """Put what `change` makes of it in the place of every fact, in all its versions; `None` drops it. Returns how many
        were dropped and changed. Everything derived is worked out anew.

        Where a dropped version is what tells that other, older ones are no longer current, an empty one stays.
        """
        dropped: dict[str, list[int]] = {"touchpoint": [], "beaten": []}
        changed = 0
        with self.transaction() as db:
            scenes = Scenes(self)
            for table, gone in dropped.items():
                for rows in self._portions(table):
                    for id_, key, series, scene, at, length, rest in rows:
                        before = attrs.evolve(touchpoint_of(scene, at, length, rest, key), series=series)
                        after = change(before)
                        if after is None:
                            gone.append(id_)
                        elif after != before or dict(after.extra) != dict(before.extra):
                            changed += table == "touchpoint"
                            self._put(table, id_, scenes, after, at)
            scenes.flush()
            if changed or dropped["touchpoint"] or dropped["beaten"]:
                self._drop(dropped, scenes)
                self.rebuild()
                db.execute("DELETE FROM handle WHERE id NOT IN (SELECT handle FROM scene_party)")
                for derived in ("resolution", "sum", "stale"):
                    db.execute(f"DELETE FROM {derived}")
                self.put("resolved", None)
        return len(dropped["touchpoint"]), changed

    def _portions(self, table: str) -> Iterator[list[tuple[Any, ...]]]:
        """The facts of a table, so many at a time."""
        (total,) = self.db.execute(f"SELECT count(*) FROM {table}").fetchone()
        last = -1
        with step(Text("going through touchpoints"), total) as at:
            while rows := self.db.execute(_FACTS[table], (last,)).fetchall():
                yield rows
                last = rows[-1][0]
                at.reached(at.done + len(rows))

    def _put(self, table: str, id_: int, scenes: Scenes, t: Touchpoint, at: int) -> None:
        """What a fact says from now on; key, revision and time stay as they are."""
        payload = canonical(values_of(t, at))
        if table == "beaten":
            self.db.execute("UPDATE beaten SET payload=? WHERE rowid=?", (payload, id_))
            return
        _, _, _, scene, length, paper, rest, *_ = scenes.row_from(payload, "", "", None, None)
        self.db.execute(
            "UPDATE touchpoint SET scene=?, dur=?, paper=?, rest=? WHERE id=?", (scene, length, paper, rest, id_)
        )

    @step(Text("dropping touchpoints"))
    def _drop(self, dropped: Mapping[str, Collection[int]], scenes: Scenes) -> None:
        db = self.db
        db.execute("CREATE TEMP TABLE gone (kind TEXT, id INTEGER, PRIMARY KEY (kind, id)) WITHOUT ROWID")
        try:
            for table, ids in dropped.items():
                db.executemany("INSERT INTO gone VALUES (?, ?)", [(table, id_) for id_ in ids])
            empty = db.execute(_EMPTY).fetchall()
            for table, id_ in empty:
                _, _, series, scene, at, *_ = db.execute(_FACTS[table], (id_ - 1,)).fetchone()
                v = orjson.loads(scene)
                bare = Touchpoint(datetime.fromtimestamp(at, UTC), v["ch"], v["dir"], v["out"], series=series)
                self._put(table, id_, scenes, bare, at)
                db.execute("DELETE FROM gone WHERE kind=? AND id=?", (table, id_))
            scenes.flush()
            db.execute("DELETE FROM touchpoint WHERE id IN (SELECT id FROM gone WHERE kind='touchpoint')")
            db.execute("DELETE FROM beaten WHERE rowid IN (SELECT id FROM gone WHERE kind='beaten')")
            db.execute("DELETE FROM seen WHERE touchpoint NOT IN (SELECT id FROM touchpoint)")
        finally:
            db.execute("DROP TABLE temp.gone")


_FACTS = {  # id, key, series, and what makes a touchpoint; a beaten version is one text, which holds all that a scene does
    "touchpoint": "SELECT t.id, t.key, t.series, c.text, t.at, t.dur, t.rest FROM touchpoint t JOIN scene c ON c.id=t.scene "
    "WHERE t.id>? ORDER BY t.id LIMIT 5000",
    "beaten": "SELECT rowid, key, series, payload, at, payload ->> '$.dur', payload FROM beaten "
    "WHERE rowid>? ORDER BY rowid LIMIT 5000",
}
_LOST, _LOST_BEATEN = (f"(SELECT id FROM gone WHERE kind='{table}')" for table in ("touchpoint", "beaten"))
_EMPTY = f"""
WITH newest AS MATERIALIZED (
  SELECT series, max(version) AS kept FROM (
    SELECT series, version FROM touchpoint WHERE series NOT NULL AND id NOT IN {_LOST} UNION ALL
    SELECT series, version FROM beaten WHERE series NOT NULL AND rowid NOT IN {_LOST_BEATEN}) GROUP BY series
)
SELECT 'touchpoint', t.id FROM beaten b JOIN touchpoint t USING (key) WHERE t.id IN {_LOST} AND b.rowid NOT IN {_LOST_BEATEN}
UNION SELECT 'touchpoint', min(t.id) FROM touchpoint t JOIN newest USING (series)
      WHERE t.version > kept AND t.id IN {_LOST} GROUP BY t.series, t.version
UNION SELECT 'beaten', min(b.rowid) FROM beaten b JOIN newest USING (series)
      WHERE b.version > kept AND b.rowid IN {_LOST_BEATEN} GROUP BY b.series, b.version
"""
"""What is dropped, and yet says that what is kept is no longer current: beside a kept version of the same fact, and one of
each version of a series that is newer than all that is kept of it."""
