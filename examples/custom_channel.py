"""A channel of your own in about 25 lines: the visitors' book of a showroom, as a plugin without packaging."""

import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import touchpoints as tp

VISIT = tp.Channel("showroom", "meeting")


class VisitorsBook(tp.Importer):
    """Lines of `date;time;address;name`, below a title."""

    name, channels = "visitors-book", (VISIT,)

    def recognises(self, source: tp.Source) -> bool:
        return source.head.startswith(b"VISITORS")

    def read(self, source: tp.Source, context: tp.Context) -> Iterator[tp.Record]:
        for number, line in enumerate(source.text(), 1):
            if number > 1:
                try:
                    day, time, address, name = line.strip().split(";")
                    guest = tp.Participant("attendee", tp.Handle.of(address), name)
                    host = tp.Participant("organizer", None, own=True)
                    at = datetime.fromisoformat(f"{day} {time}")
                    yield context.touchpoint(at, VISIT, (guest, host), key=f"visit {line.strip()}")
                except ValueError as error:
                    yield context.skipped(number, str(error), line)


def touchpoints_importers() -> list[tp.Importer]:
    return [VisitorsBook()]


if __name__ == "__main__":
    plugins = tp.Plugins.installed(sys.modules[__name__])
    with tempfile.TemporaryDirectory() as folder, tp.Tracker(plugins=plugins) as tracker:
        book = Path(folder, "book.txt")
        book.write_text("VISITORS\n2026-06-30;14:00;erika@muster.example;Erika Muster\nillegible\n", encoding="utf-8")
        report = tracker.ingest(book)
        for stored in tracker.touchpoints():
            print(stored.touchpoint.at, stored.touchpoint.channel, stored.touchpoint.parties[0].name)
        for skipped in report.skipped:
            print("skipped line", skipped.record, "·", skipped.reason)
