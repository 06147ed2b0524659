"""WhatsApp: from a made-up chat to the store against one regex and int() dates a line and an insert; and the reader alone
against the regex and the dates alone. CPU seconds, medians, ratios.

python benchmarks/messages.py [MESSAGES] [RUNS]
"""

from __future__ import annotations

import re
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from touchpoints_messages.whatsapp import WhatsApp

import touchpoints as tp
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source

TEXTS = (
    "Guten Tag, das Angebot ist angekommen, danke.",
    "Passt Ihnen Dienstag um 10 Uhr?",
    "Ja, gern. Ich schicke die Unterlagen vorab und rufe dann an.\nViele Grüße",
    "<Medien ausgeschlossen>",
    "Ok",
)
LINE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{2,4}), (\d{1,2}):(\d{2}) - ([^:]+): (.*)")


def chat(path: Path, messages: int) -> None:
    """Two people, a message every seven minutes."""
    at = datetime(2010, 1, 1)
    with path.open("w", encoding="utf-8") as out:
        for n in range(messages):
            author = "Mara Falk" if n % 3 else "Erika Muster"
            out.write(f"{at:%d.%m.%y, %H:%M} - {author}: {TEXTS[n % len(TEXTS)]}\n")
            at += timedelta(minutes=7)


def floor(path: Path) -> int:
    """One regex and int() dates a line: what any reader must do."""
    count = 0
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if match := LINE.match(line):
                day, month, year, hour, minute, _author, _text = match.groups()
                datetime(int(year) + 2000, int(month), int(day), int(hour), int(minute))
                count += 1
    return count


def importer(path: Path) -> int:
    """The importer alone, without a store."""
    context = Context(Settings(me=("Mara Falk",)), zone="Europe/Berlin", importer="whatsapp")
    return sum(1 for _ in WhatsApp().read(Source.from_path(path), context)) - 1  # the coverage


def floor_insert(path: Path) -> int:
    """The same with a hash as key and executemany: the least that any import must do."""
    with tempfile.TemporaryDirectory() as folder, sqlite3.connect(Path(folder, "floor.db")) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE t (key BLOB PRIMARY KEY, at INT, author TEXT)")
        with path.open(encoding="utf-8") as lines:
            db.executemany("INSERT OR IGNORE INTO t VALUES (?, ?, ?)", _rows(lines))
        return int(db.execute("SELECT count(*) FROM t").fetchone()[0])


def _rows(lines: Iterable[str]) -> Iterator[tuple[bytes, int, str]]:
    for line in lines:
        if match := LINE.match(line):
            day, month, year, hour, minute, author, _text = match.groups()
            at = datetime(int(year) + 2000, int(month), int(day), int(hour), int(minute))
            yield blake2b(line.encode(), digest_size=16).digest(), int(at.timestamp()), author


def stored(path: Path) -> int:
    """From the file into a new store."""
    settings = Settings(me=("Mara Falk",), timezone="Europe/Berlin")
    with tempfile.TemporaryDirectory() as folder, tp.Tracker(Path(folder, "t.db"), settings=settings) as tracker:
        return tracker.ingest(path).counts.added


def cpu(work: Callable[[Path], int], path: Path, messages: int) -> float:
    started = time.process_time()
    assert work(path) == messages
    return time.process_time() - started


def main() -> None:
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "WhatsApp Chat mit Erika Muster.txt"
        chat(path, messages)
        for work in (importer, stored):
            work(path)  # loading plugins is not what is measured
        works = (floor, importer, floor_insert, stored)
        taken = [[cpu(work, path, messages) for work in works] for _ in range(runs)]
    bare, reader, insert, store = (statistics.median(run[n] for run in taken) for n in range(4))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{messages:,} messages, medians of {runs}, peak {peak} MiB")
    print(f"  reader    {reader:6.2f} s CPU   regex and dates {bare:6.2f} s              ratio {reader / bare:.2f}")
    print(
        f"  to store  {store:6.2f} s CPU   regex, dates and insert {insert:6.2f} s   ratio {store / insert:.2f}   bar 2"
    )


if __name__ == "__main__":
    main()
