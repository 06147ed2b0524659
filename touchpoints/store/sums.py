"""Out of the store: touchpoints in order, what is known of handles, and the sums that warmth is computed from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from touchpoints.facts import Stored, Trait, touchpoint_of
from touchpoints.handles import Handle
from touchpoints.store.adding import Adding
from touchpoints.summary import Summary, View

_LIVE = "('meeting','video','call')"


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

    # -- sums ---------------------------------------------------------------------------------------------------------

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
