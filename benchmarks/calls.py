"""How fast call logs are read, against floors in the same run: CPU seconds, medians, ratios.

    python benchmarks/calls.py [rows] [runs]

The files are made up: a plain German call log (CSV), and a phone backup (SMS Backup & Restore, XML) of half as many
calls, with 2,000 people. Floors: `csv.reader` with slices made into datetimes and numbers; ElementTree's `iterparse`
with the same values taken out and the tree cleared. Neither floor decides who is who, nor makes values or keys. From
the phone backup to a new store, the floor is that iterparse with a hash as key and an insert.
"""

from __future__ import annotations

import csv
import random
import sqlite3
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b
from pathlib import Path
from xml.etree import ElementTree

from touchpoints_calls.android import AndroidCalls
from touchpoints_calls.table import AnyTable

import touchpoints as tp
from touchpoints.model import Touchpoint
from touchpoints.plugins import Importer
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source

PEOPLE = 2000


def make(folder: Path, rows: int) -> tuple[Path, Path]:
    """Write both files."""
    chance = random.Random(7)
    people = [(f"089 9999{n:04d}", f"Person {n}") for n in range(PEOPLE)]
    log, backup = folder / "log.csv", folder / "calls.xml"
    when = datetime(2015, 1, 1, tzinfo=UTC)
    with log.open("w", encoding="utf-8") as table, backup.open("w", encoding="utf-8") as xml:
        table.write("Datum;Uhrzeit;Richtung;Rufnummer;Name;Dauer\n")
        xml.write(f"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<calls count=\"{rows // 2}\">\n")
        for n in range(rows):
            when += timedelta(seconds=chance.randrange(1, 300))
            number, name = chance.choice(people)
            seconds = max(0, chance.randrange(-200, 1800))
            direction = chance.choice(("eingehend", "ausgehend"))
            table.write(f"{when:%d.%m.%Y};{when:%H:%M:%S};{direction};{number};{name};{seconds}\n")
            if n % 2:
                xml.write(
                    f'  <call number="{number}" duration="{seconds}" date="{int(when.timestamp()) * 1000 + n % 1000}" '
                    f'type="{1 + (direction == "ausgehend")}" presentation="1" subscription_id="1" post_dial_digits="" '
                    f'subscription_component_name="null" readable_date="{when:%d.%m.%Y %H:%M:%S}" contact_name="{name}" />\n'
                )
        xml.write("</calls>\n")
    return log, backup


def table_floor(path: Path) -> int:
    count = 0
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream, delimiter=";")
        next(rows)
        for day, clock, _, _, _, seconds in rows:
            datetime(int(day[6:]), int(day[3:5]), int(day[:2]), int(clock[:2]), int(clock[3:5]), int(clock[6:]))
            int(seconds)
            count += 1
    return count


def xml_floor(path: Path) -> int:
    count = 0
    events = ElementTree.iterparse(path, events=("start", "end"))
    _, root = next(events)
    for event, element in events:
        if event == "end" and element.tag == "call":
            datetime.fromtimestamp(int(element.get("date", "0")) / 1000, UTC)
            int(element.get("duration", "0"))
            element.get("number"), element.get("type"), element.get("contact_name")
            root.clear()
            count += 1
    return count


def xml_insert(path: Path) -> int:
    """iterparse, a hash as key, executemany: the least that any import must do."""
    with tempfile.TemporaryDirectory() as folder, sqlite3.connect(Path(folder, "floor.db")) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE t (key BLOB PRIMARY KEY, at INT, number TEXT, kind TEXT, name TEXT, s INT)")
        events = ElementTree.iterparse(path, events=("start", "end"))
        _, root = next(events)

        def rows() -> Iterator[tuple[bytes, int, str | None, str | None, str | None, int]]:
            for event, element in events:
                if event == "end" and element.tag == "call":
                    get = element.get
                    key = blake2b(f"{get('date')}{get('number')}{get('type')}".encode(), digest_size=16).digest()
                    yield (
                        key,
                        int(get("date", "0")) // 1000,
                        get("number"),
                        get("type"),
                        get("contact_name"),
                        int(get("duration", "0")),
                    )
                    root.clear()

        db.executemany("INSERT OR IGNORE INTO t VALUES (?, ?, ?, ?, ?, ?)", rows())
        return int(db.execute("SELECT count(*) FROM t").fetchone()[0])


def stored(path: Path) -> int:
    """From the file into a new store."""
    settings = Settings(me=("+49 30 23125 100",), timezone="Europe/Berlin", region="DE", known_only="never")
    with tempfile.TemporaryDirectory() as folder, tp.Tracker(Path(folder, "t.db"), settings=settings) as tracker:
        return tracker.ingest(path).counts.added


def read(importer: Importer, path: Path) -> int:
    source = Source.from_path(path)
    if not importer.recognises(source):
        raise SystemExit(f"{importer.name} does not recognise {path.name}")
    settings = Settings(me=("+49 30 23125 100",))
    context = Context(settings, zone="Europe/Berlin", source="x", importer=importer.name, channels=importer.channels)
    return sum(type(record) is Touchpoint for record in importer.read(source, context))


def cpu(work: Callable[[], int]) -> tuple[float, int]:
    start = time.process_time()
    count = work()
    return time.process_time() - start, count


def peak(work: Callable[[], int]) -> float:
    """Peak of traced memory in MiB."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1] / (1 << 20)
    tracemalloc.stop()
    return most


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as folder:
        log, backup = make(Path(folder), rows)
        stored(backup)  # loading plugins is not what is measured
        for what, count, base, work_, bar in (
            ("CSV call log, reader", rows, partial(table_floor, log), partial(read, AnyTable(), log), ""),
            ("Android XML, reader", rows // 2, partial(xml_floor, backup), partial(read, AndroidCalls(), backup), ""),
            ("Android XML, to store", rows // 2, partial(xml_insert, backup), partial(stored, backup), "   bar 1.5"),
        ):
            floors, ours = [], []
            for _ in range(runs):
                for taken, work in ((floors, base), (ours, work_)):
                    seconds, found = cpu(work)
                    if found != count:
                        raise SystemExit(f"{what}: {found} of {count} rows")
                    taken.append(seconds)
            low, high = statistics.median(floors), statistics.median(ours)
            print(
                f"{what:21} {count:>9,} rows   floor {low:6.2f} s ({1e6 * low / count:5.2f} µs a row)   "
                f"ours {high:6.2f} s ({1e6 * high / count:5.2f} µs a row)   ratio {high / low:.2f}{bar}"
            )
        small, _ = make(Path(folder), rows // 10)
        few = peak(lambda: read(AnyTable(), small))
        large, _ = make(Path(folder), rows // 2)
        print(
            f"peak memory   {rows // 10:,} rows {few:.1f} MiB   {rows // 2:,} rows {peak(lambda: read(AnyTable(), large)):.1f} MiB"
        )


if __name__ == "__main__":
    main()
