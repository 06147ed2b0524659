"""What the store costs: a call log from file to store against reading and inserting it bare, the same again, and the call
list from the open store against one GROUP BY over bare facts. CPU seconds, medians, ratios of one run, each with its bar.

    python benchmarks/store.py [rows] [runs] [all|import|list]

For the import a log is made up: `rows` calls over six years with rows/50 people (a firm of 20,000 callers in a million
calls). Its floor is `csv.reader`, slices made into times, a hash as key and `executemany`; it decides nothing.

For the call list `rows` touchpoints over six years are made up, with rows/10 people at a third as many firms (the bar's
100,000 relationships), on ten ways: calls, mails, messages and letters in both directions, meetings, videos; one in
twelve calls missed. Its floor is what any answer from the facts must pay: one GROUP BY by relationship, medium and
direction (about 6.5 groups a relationship), with counts, sums and a decayed sum, over a table that holds nothing else. A
second, lower floor groups by relationship alone.
"""

from __future__ import annotations

import csv
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs

import touchpoints as tp

SETTINGS = tp.Settings(me=["+49 89 99998 100"], timezone="Europe/Berlin", region="DE")
BARS = {
    "file to store / floor": 1.5,
    "the same rows in another file / first": 0.8,
    "the same file again / first": 0.8,
    "call list / GROUP BY over the facts": 0.4,
    "call list, first of a day / GROUP BY over the facts": 0.4,
    "call list, first of a month / GROUP BY over the facts": 0.4,
    "sums after 1,000 new rows / all sums": 0.02,
}


def write(path: Path, rows: int, people: int) -> datetime:
    """A call log of `rows` calls with `people` people over six years; returns its last time."""
    chance = random.Random(1)
    at, step = datetime(2020, 1, 1), 6 * 365 * 86400 // rows
    with path.open("w", encoding="utf-8") as out:
        out.write("Datum;Uhrzeit;Richtung;Rufnummer;Name;Dauer\n")
        for n in range(rows):
            at += timedelta(seconds=chance.randrange(1, 2 * step))
            who = chance.randrange(max(people, 1))
            way = "eingehend" if who % 2 else "ausgehend"
            out.write(
                f"{at:%d.%m.%Y};{at:%H:%M:%S};{way};+4930{20000000 + who};Kontakt {who};0:{who % 60:02d}:{n % 60:02d}\n"
            )
    return at


def floor(path: Path, db: Path) -> None:
    """csv.reader, slices, a hash as key, executemany: the least that any import must do."""
    with sqlite3.connect(db) as connection, path.open(newline="", encoding="utf-8") as text:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA cache_size=-65536")
        connection.execute("CREATE TABLE t (key BLOB PRIMARY KEY, at INT, way TEXT, number TEXT, name TEXT, s INT)")
        rows = csv.reader(text, delimiter=";")
        next(rows)
        connection.executemany(
            "INSERT OR IGNORE INTO t VALUES (?, ?, ?, ?, ?, ?)",
            (
                (blake2b(f"{d}{t}{w}{n}{s}".encode(), digest_size=16).digest(),
                 int(datetime(int(d[6:]), int(d[3:5]), int(d[:2]), int(t[:2]), int(t[3:5]), int(t[6:])).timestamp()),
                 w, n, name, int(s[:1]) * 3600 + int(s[2:4]) * 60 + int(s[5:]))
                for d, t, w, n, name, s in rows
            ),
        )  # fmt: skip


_WAYS = [(c, d) for c in ("phone", "mail", "whatsapp", "letter") for d in ("in", "out")]
_WAYS += [("meeting", "mutual"), ("video", "mutual")]


def happened(rows: int, people: int, end: datetime) -> Iterator[tp.Touchpoint]:
    """So many touchpoints over the six years before `end`, on ten ways; at each firm there are three of the people."""
    chance, who = (
        random.Random(2),
        [tp.Party(tp.Handle.of(f"p{n}@firma{n // 3}.example"), f"Person {n}") for n in range(people)],
    )
    for n in range(rows):
        channel, direction = chance.choice(_WAYS)
        missed = channel == "phone" and chance.random() < 1 / 12
        at = end - timedelta(seconds=(rows - n) * 6 * 365 * 86400 // rows)
        yield tp.Touchpoint(
            at, channel, direction, "missed" if missed else "reached", (chance.choice(who),), key=f"{n:026}",
            duration=None if missed else 60.0 * (n % 60),
        )  # fmt: skip


def bare_facts(store: tp.Tracker, db: sqlite3.Connection, by: str = "rel, medium, direction") -> Callable[[], object]:
    """The facts of a store in a table without anything else, and the query over all of them."""
    db.execute("CREATE TABLE IF NOT EXISTS fact (key TEXT, rel INT, medium TEXT, direction TEXT, at INT, seconds REAL)")
    if db.execute("SELECT 1 FROM fact LIMIT 1").fetchone() is None:
        db.executemany(
            "INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?)",
            store.store.db.execute(
                "SELECT t.key, p.handle, s.medium, s.direction, t.at, t.dur FROM touchpoint t JOIN scene s ON s.id=t.scene "
                "JOIN scene_party p ON p.scene=s.id ORDER BY t.id"
            ),
        )
    query = (
        f"SELECT {by}, count(*), min(at), max(at), sum(seconds), sum(pow(2, (at - 1750000000) / 2592000.0)) "
        f"FROM fact GROUP BY {by}"
    )
    return lambda: db.execute(query).fetchall()


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def importing(folder: Path, rows: int) -> dict[str, float]:
    """From file to store, once."""
    log, copy = folder / "log.csv", folder / "copy.csv"
    write(log, rows, rows // 50)
    copy.write_text(log.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    bare = cpu(lambda: floor(log, folder / "floor.db"))
    with tp.Tracker(folder / "import.db", settings=SETTINGS) as tracker:
        assert tracker.plugins.importers  # loading plugins is not what is measured
        first = cpu(lambda: tracker.ingest(log))
        again = cpu(lambda: tracker.ingest(log))
        other = cpu(lambda: tracker.ingest(copy))
    return {
        "µs a row, floor": bare / rows * 1e6, "µs a row, file to store": first / rows * 1e6,
        "file to store / floor": first / bare, "the same rows in another file / first": other / first,
        "the same file again / first": again / first,
    }  # fmt: skip


def listing(folder: Path, rows: int) -> dict[str, float]:
    """The call list from the open store, once."""
    at = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    older = happened(1000, rows // 10, datetime(2020, 1, 1, tzinfo=at.tzinfo))
    with tp.Tracker(folder / "list.db", settings=SETTINGS) as tracker, sqlite3.connect(folder / "facts.db") as facts:
        tracker.add(happened(rows, rows // 10, at))
        assert tracker.plugins.importers and tracker.directory  # who is who is worked out once after an import
        grouped = cpu(bare_facts(tracker, facts))
        one = cpu(bare_facts(tracker, facts, "rel"))
        sums = cpu(lambda: tracker.store.summaries(at))
        month = cpu(lambda: tracker.call_list(at))
        calls = cpu(lambda: tracker.call_list(at))
        day = cpu(lambda: tracker.call_list(at + timedelta(days=1)))
        tracker.add(attrs.evolve(t, key=f"older {t.key}") for t in older)
        directory = cpu(lambda: tracker.directory)
        fresh = cpu(lambda: tracker.store.summaries(at)) - cpu(lambda: tracker.store.summaries(at))
    return {
        "s, GROUP BY over the facts": grouped, "s, call list": calls, "s, call list, first of a day": day,
        "s, call list, first of a month": month, "s, who is who": directory, "s, all sums": sums,
        "call list / GROUP BY over the facts": calls / grouped,
        "call list, first of a day / GROUP BY over the facts": day / grouped,
        "call list, first of a month / GROUP BY over the facts": month / grouped,
        "call list / GROUP BY with one group a relationship": calls / one,
        "sums after 1,000 new rows / all sums": max(fresh, 0.0) / sums,
    }  # fmt: skip


def main(rows: int, runs: int, part: str = "all") -> None:
    """Measure, print."""
    figures: dict[str, list[float]] = {}
    for _ in range(runs):
        for work in (importing, listing) if part == "all" else (listing,) if part == "list" else (importing,):
            with tempfile.TemporaryDirectory() as folder:
                for name, value in work(Path(folder), rows).items():
                    figures.setdefault(name, []).append(value)
    print(f"{rows:,} rows, medians of {runs}")
    for name, values in figures.items():
        bar = f"   bar {BARS[name]}" if name in BARS else ""
        print(f"  {name:56} {statistics.median(values):8.3f}{bar}")


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, int(sys.argv[2]) if len(sys.argv) > 2 else 5, *sys.argv[3:4]
    )
