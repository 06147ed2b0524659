"""WhatsApp: CPU of the importer against one regex and int() dates a line, on a made-up chat. Prints the ratio.

python benchmarks/messages.py [MESSAGES]
"""

from __future__ import annotations

import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from touchpoints_messages.whatsapp import WhatsApp

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


def cpu(work: Callable[[Path], int], path: Path, messages: int) -> float:
    started = time.process_time()
    assert work(path) == messages
    return time.process_time() - started


def main() -> None:
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "WhatsApp Chat mit Erika Muster.txt"
        chat(path, messages)
        runs = [(cpu(floor, path, messages), cpu(importer, path, messages)) for _ in range(5)]
    bare, ours = (statistics.median(run[n] for run in runs) for n in (0, 1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{messages:,} messages: floor {bare:.2f} s CPU, importer {ours:.2f} s, ratio {ours / bare:.2f}, {peak} MiB")


if __name__ == "__main__":
    main()
