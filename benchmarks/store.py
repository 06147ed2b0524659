"""How much the store costs: a call log of N rows from file to store against reading and inserting it bare, the same file
again, and the call list from the open store against one GROUP BY. CPU seconds, ratios of one run.

    python benchmarks/store.py [rows] [runs]
"""

from __future__ import annotations

import csv
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

import touchpoints as tp


def write(path: Path, rows: int) -> datetime:
    """A call log of `rows` calls with rows/10 people over six years; returns its last time."""
    chance = random.Random(1)
    at, step = datetime(2020, 1, 1), 6 * 365 * 86400 // rows
    with path.open("w", encoding="utf-8") as out:
        out.write("Datum;Uhrzeit;Richtung;Rufnummer;Name;Dauer\n")
        for n in range(rows):
            at += timedelta(seconds=chance.randrange(1, 2 * step))
            who = chance.randrange(max(rows // 10, 1))
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


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def once(folder: str, rows: int) -> dict[str, float]:
    """The figures of one run."""
    log = Path(folder, "log.csv")
    at = write(log, rows).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    bare = cpu(lambda: floor(log, Path(folder, "floor.db")))
    settings = tp.Settings(me=["+49 89 99998 100"], timezone="Europe/Berlin", region="DE")
    query = "SELECT handle, medium, direction, sum(n), min(day), max(day), sum(ms) FROM day GROUP BY 1, 2, 3"
    facts = (
        "SELECT p.handle, json_extract(t.payload, '$.ch'), json_extract(t.payload, '$.dir'), count(*), "
        "min(t.at), max(t.at) FROM touchpoint t JOIN party p ON p.touchpoint=t.id AND p.at=t.at GROUP BY 1, 2, 3"
    )
    with tp.Tracker(Path(folder, "t.db"), settings=settings) as tracker:
        list(tracker.plugins.importers)  # loading plugins is not what is measured
        first = cpu(lambda: tracker.ingest(log))
        again = cpu(lambda: tracker.ingest(log))
        grouped = cpu(lambda: tracker.store.db.execute(facts).fetchall())
        rolled = cpu(lambda: tracker.store.db.execute(query).fetchall())
        assert tracker.directory  # who is who is worked out once after an import
        calls = cpu(lambda: tracker.call_list(at))
        calls_again = cpu(lambda: tracker.call_list(at))
    return {
        "import, µs a row": first / rows * 1e6, "import / floor": first / bare, "same file again / first": again / first,
        "GROUP BY over the facts, s": grouped, "GROUP BY over the roll-up, s": rolled,
        "call list, first of the month / GROUP BY over the facts": calls / grouped,
        "call list, again / GROUP BY over the facts": calls_again / grouped,
    }  # fmt: skip


def main(rows: int, runs: int) -> None:
    figures: dict[str, list[float]] = {}
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            for name, value in once(folder, rows).items():
                figures.setdefault(name, []).append(value)
    print(f"{rows} rows, median of {runs}")
    for name, values in figures.items():
        print(f"{name:58} {statistics.median(values):8.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
