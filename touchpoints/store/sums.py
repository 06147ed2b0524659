"""Out of the store: touchpoints in order, what is known of handles, and the sums that warmth is computed from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from touchpoints.facts import Stored, Trait, alike, canonical, like, touchpoint_of
from touchpoints.handles import Handle
from touchpoints.model import MEDIA, Touchpoint
from touchpoints.store.adding import Adding
from touchpoints.summary import Summary, View

_MEDIA = tuple(sorted(MEDIA))
_HELD = "+".join(f"max(medium={medium!r})*{1 << n}" for n, medium in enumerate(_MEDIA))
"""Which media there are, as one number; `_MEDIA_OF` says what it means."""
_MEDIA_OF = [tuple(m for n, m in enumerate(_MEDIA) if held >> n & 1) for held in range(1 << len(_MEDIA))]
_LIVE = "('meeting','video','call')"
_MANY = 500
"""More values than that are given to a query as one text."""


class Sums(Adding):
    """Reading facts, and the queries over the day roll-up."""

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
        low = int(since.timestamp()) if since else -(1 << 62)
        high = int(until.timestamp()) if until else 1 << 62
        order = "DESC" if newest_first else "ASC"
        values: list[Any] = [low, high]
        chosen = ""
        if handles is not None:
            ids = sorted(set(handles))
            marks = ",".join("?" * len(ids)) if len(ids) <= _MANY else "SELECT value FROM json_each(?)"
            chosen = f"AND t.scene IN (SELECT scene FROM scene_party WHERE handle IN ({marks}))"
            values += ids if len(ids) <= _MANY else [canonical(ids)]
        query = (
            "SELECT t.at, t.scene, t.dur, t.rest, t.key, s.name, s.importer, c.text, c.medium FROM touchpoint t "
            "CROSS JOIN scene c ON c.id=t.scene CROSS JOIN source s ON s.id=t.source "
            f"WHERE t.at BETWEEN ? AND ? AND t.current {chosen} "
            f"ORDER BY t.at {order}, t.key {order}" + (f" LIMIT {int(limit)}" if limit is not None else "")
        )
        scenes: dict[int, Touchpoint] = {}
        for at, number, length, rest, key, name, importer, text, medium in self.db.execute(query, values):
            scene = scenes.get(number)
            if scene is None:
                if len(scenes) >= 10_000:
                    scenes.clear()
                scene = scenes[number] = alike(text)
            if scene.parties:
                yield Stored(like(scene, at, length, rest, key), key, medium, name, importer)

    def files(self) -> dict[str, str]:
        """Key of each current touchpoint → the file it came from."""
        rows = self.db.execute("SELECT t.key, s.name FROM touchpoint t JOIN source s ON s.id=t.source WHERE t.current")
        return dict(rows.fetchall())

    def superseded(self) -> Iterator[Stored]:
        """Versions that are kept though a newer one counts, and occurrences that their series no longer yields, by (time,
        key): they come back when the file that replaced them is forgotten."""
        media = dict(self.db.execute("SELECT name, medium FROM channel"))
        query = (
            "SELECT b.at, b.payload, b.payload ->> '$.dur', b.payload, b.key, s.name, s.importer FROM beaten b "
            "JOIN source s ON s.id=b.source UNION ALL "
            "SELECT t.at, c.text, t.dur, t.rest, t.key, s.name, s.importer FROM touchpoint t JOIN scene c ON c.id=t.scene "
            "JOIN source s ON s.id=t.source WHERE NOT t.current ORDER BY 1, 5, 2"
        )
        for at, scene, length, rest, key, name, importer in self.db.execute(query):
            told = touchpoint_of(scene, at, length, rest, key)
            yield Stored(told, key, media.get(told.channel, "other"), name, importer)

    def loose_ends(self, since: datetime, until: datetime) -> list[int]:
        """The handles addressed in anything from one time to another that was neither a conversation nor a message of ours."""
        rows = self.db.execute(
            "SELECT DISTINCT p.handle FROM touchpoint t CROSS JOIN scene c ON c.id=t.scene "
            "CROSS JOIN scene_party p ON p.scene=c.id AND NOT p.copied WHERE t.at BETWEEN ? AND ? AND t.current AND "
            f"(c.outcome<>'reached' OR (c.direction='in' AND c.medium NOT IN {_LIVE}) OR t.rest LIKE '%\"bounce\"%')",
            (int(since.timestamp()), int(until.timestamp())),
        )
        return [row[0] for row in rows]

    def count(self) -> int:
        """How many current touchpoints there are."""
        return int(self.db.execute("SELECT count(*) FROM touchpoint WHERE current").fetchone()[0])

    def handles(self) -> list[tuple[int, Handle]]:
        """Every handle that is in use: with its id."""
        rows = self.db.execute("SELECT id, kind, value, scope FROM handle ORDER BY id")
        return [(i, Handle(k, v, s)) for i, k, v, s in rows]

    def values(self, ids: Iterable[int]) -> dict[int, str]:
        """The values of some handles by their ids."""
        rows = self.db.execute(
            "SELECT id, value FROM handle WHERE id IN (SELECT value FROM json_each(?))", (canonical([*ids]),)
        )
        return dict(rows)

    def handle_id(self, handle: Handle) -> int | None:
        """The id of a handle, if the store has it."""
        row = self.db.execute(
            "SELECT id FROM handle WHERE kind=? AND value=? AND scope=?", (handle.kind, handle.value, handle.scope)
        ).fetchone()
        return None if row is None else int(row[0])

    def aliases(self) -> dict[int, list[tuple[str, int]]]:
        """Display names by handle id, the most frequent first (then by name)."""
        found: dict[int, list[tuple[str, int]]] = {}
        for handle, name, n in self.db.execute(
            "SELECT p.handle, p.name, sum(c.n) AS n FROM scene c CROSS JOIN scene_party p ON p.scene=c.id "
            "WHERE p.name NOT NULL AND c.n > 0 GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2"
        ):
            found.setdefault(handle, []).append((name, n))
        return found

    # -- sums ---------------------------------------------------------------------------------------------------------

    def summaries(self, at: datetime, by: str = "contact", only: Iterable[str] | None = None) -> dict[str, Summary]:
        """The summary of every contact (`by="contact"`), customer or handle (its id as text) as of an aware time.

        One query over the index of facts by scene, which holds all that it needs.
        """
        today = at.astimezone(self.zone).toordinal()
        values: dict[str, Any] = {"today": today, "now": int(at.timestamp())}
        if only is not None:
            values["only"] = canonical(list(only))
        rows = self.db.execute(
            grouped(by, only is not None, ":today", "sum(CASE WHEN age < 90 THEN ms ELSE 0 END)"), values
        )
        return {
            row[0]: Summary(
                at=today,
                all=View._make(row[1:9]),
                live=View._make(row[9:17]),
                last_sign=row[17], out_days_since=row[18], inbound=row[19], outbound=row[20],
                live_seconds_90=row[21] / 1000,
            )
            for row in rows
        }  # fmt: skip

    def contact_days(self, handles: Iterable[int], until: datetime) -> list[tuple[int, int]]:
        """Handle and local day (an ordinal) of everything up to a time in which somebody addressed by one of these handles was
        reached."""
        return self.db.execute(
            "SELECT p.handle, t.day FROM scene_party p CROSS JOIN scene c ON c.id=p.scene AND c.outcome='reached' "
            "CROSS JOIN touchpoint t ON t.scene=c.id AND t.current AND t.at <= ? "
            "WHERE p.handle IN (SELECT value FROM json_each(?)) AND NOT p.copied",
            (int(until.timestamp()), canonical([*handles])),
        ).fetchall()

    def keys_on(self, handles: Iterable[int], days: Iterable[int], until: datetime, limit: int) -> tuple[str, ...]:
        """The keys of the newest of what `contact_days` gives, on some days."""
        rows = self.db.execute(
            "SELECT t.key FROM touchpoint t WHERE t.scene IN (SELECT c.id FROM scene_party p JOIN scene c "
            "ON c.id=p.scene AND c.outcome='reached' WHERE p.handle IN (SELECT value FROM json_each(?)) AND NOT p.copied) "
            "AND t.current AND t.at <= ? AND t.day IN (SELECT value FROM json_each(?)) ORDER BY t.at DESC, t.key DESC LIMIT ?",
            (canonical([*handles]), int(until.timestamp()), canonical([*days]), limit),
        )
        return tuple(row[0] for row in rows)

    def active_between(self, first: int, last: int) -> set[str]:
        """The ids of contacts with a contact day from one ordinal to another (both included)."""
        begin, end = (
            int(datetime.combine(date.fromordinal(day), time(), self.zone).timestamp()) for day in (first, last)
        )
        rows = self.db.execute(
            "SELECT DISTINCT r.contact FROM touchpoint t JOIN scene c ON c.id=t.scene AND c.outcome='reached' "
            "JOIN scene_party p ON p.scene=c.id AND NOT p.copied "
            "JOIN resolution r ON r.handle=p.handle AND t.day >= r.since AND t.day < r.until "
            "WHERE t.current AND t.at BETWEEN ? AND ? AND t.day BETWEEN ? AND ? AND r.contact NOT NULL",
            (begin - 86400, end + 2 * 86400, first, last),
        )
        return {row[0] for row in rows}

    def traits(self) -> dict[int, Trait]:
        """What is known of every handle somebody was in touch by, by its id."""
        rows = self.db.execute(
            "SELECT p.handle, min(CASE WHEN direction<>'out' THEN first END), min(CASE WHEN direction<>'in' THEN first END),"
            f" sum(CASE WHEN outcome='reached' AND direction='in' AND medium NOT IN {_LIVE} THEN n ELSE 0 END),"
            f" sum(CASE WHEN outcome='reached' AND direction='out' AND medium NOT IN {_LIVE} THEN n ELSE 0 END),"
            f" sum(CASE WHEN outcome='reached' AND medium IN {_LIVE} THEN n ELSE 0 END),"
            f" sum(n), min(first), max(last), {_HELD}, sum(CASE WHEN direction='in' THEN papers ELSE 0 END)"
            " FROM scene c CROSS JOIN scene_party p ON p.scene=c.id AND NOT p.copied WHERE n > 0 GROUP BY p.handle"
        )
        return {row[0]: Trait._make((*row[1:9], _MEDIA_OF[row[9]], row[10])) for row in rows}


_GROUPS = {
    "contact": ("r.contact", "resolution r CROSS JOIN scene_party p ON p.handle=r.handle"),
    "customer": ("r.customer", "resolution r CROSS JOIN scene_party p ON p.handle=r.handle"),
    "handle": ("CAST(r.id AS TEXT)", "(SELECT id, 0 AS since, 1 << 30 AS until FROM handle) r "
               "CROSS JOIN scene_party p ON p.handle=r.id"),
}  # fmt: skip


def grouped(by: str, only: bool, newest: str, further: str) -> str:
    """The query for sums of contacts, customers or handles (`only` some): ages are counted from the day `newest`."""
    group, whose = _GROUPS[by]
    chosen = f"AND {group} IN (SELECT value FROM json_each(:only))" if only else ""
    return _SUMMARIES.format(group=group, whose=whose, chosen=chosen, live=_LIVE, newest=newest, further=further)


_SUMMARIES = """
WITH days AS (
  SELECT {group} AS who, t.day AS day, max(c.medium IN {live}) AS live,
         max(c.medium IN {live} OR c.direction <> 'out') AS sign,
         max(c.medium NOT IN {live} AND c.direction = 'out') AS out,
         sum(c.direction <> 'out') AS inbound, sum(c.direction <> 'in') AS outbound,
         sum(CASE WHEN c.medium IN {live} THEN CAST(round(coalesce(t.dur, 0) * 1000) AS INTEGER) ELSE 0 END) AS ms,
         max(t.at) AS at
  FROM {whose} AND NOT p.copied
       CROSS JOIN scene c ON c.id=p.scene AND c.outcome='reached' AND c.n > 0
       CROSS JOIN touchpoint t ON t.scene=c.id AND t.current AND t.at <= :now AND t.day <= :today
            AND t.day >= r.since AND t.day < r.until
  WHERE {group} NOT NULL {chosen} GROUP BY 1, 2
), steps AS (
  SELECT *, {newest} - day AS age,
         day - lag(day) OVER (PARTITION BY who ORDER BY day) AS gap,
         CASE WHEN live THEN day - max(CASE WHEN live THEN day END)
              OVER (PARTITION BY who ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) END AS live_gap,
         max(CASE WHEN sign THEN day END) OVER (PARTITION BY who) AS last_sign
  FROM days
)
SELECT who, count(*), min(day), max(day), coalesce(max(gap), 0),
       total(pow(2, -age / 7.0)), total(pow(2, -age / 30.0)), total(pow(2, -age / 90.0)), total(pow(2, -age / 365.0)),
       sum(live), min(CASE WHEN live THEN day END), max(CASE WHEN live THEN day END),
       coalesce(max(live_gap), 0),
       total(CASE WHEN live THEN pow(2, -age / 7.0) END), total(CASE WHEN live THEN pow(2, -age / 30.0) END),
       total(CASE WHEN live THEN pow(2, -age / 90.0) END), total(CASE WHEN live THEN pow(2, -age / 365.0) END),
       max(last_sign), sum(out AND day > coalesce(last_sign, 0)), sum(inbound), sum(outbound), {further}
FROM steps GROUP BY who
"""
