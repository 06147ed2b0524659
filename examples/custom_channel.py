"""A channel of your own in about 25 lines: the visitors' book of a showroom, as a plugin without packaging."""

import csv
from collections.abc import Iterator
from datetime import datetime

import touchpoints as tp

VISITS = tp.Channel("showroom", "meeting")


class VisitorsBook(tp.Importer):
    """Lines of `date;time;e-mail;name`, below a title."""

    name, channels = "visitors-book", (VISITS,)

    def recognises(self, source) -> bool:
        return source.head.startswith(b"VISITORS")

    def read(self, source, context) -> Iterator[tp.Touchpoint]:
        with source.text() as lines:
            for number, (day, time, address, name) in enumerate(csv.reader(list(lines)[1:], delimiter=";"), 2):
                if not (guest := tp.Handle.of(address)).value:
                    yield context.skipped(number, "no address")
                people = (tp.Participant("attendee", guest, name), tp.Participant("organizer", None, own=True))
                yield context.touchpoint(
                    datetime.fromisoformat(f"{day} {time}"), VISITS, people, key=f"visit {day} {time} {address}"
                )


def touchpoints_importers() -> list[tp.Importer]:
    return [VisitorsBook()]


if __name__ == "__main__":
    import sys
    import tempfile
    from pathlib import Path

    plugins = tp.Plugins.installed(sys.modules[__name__])
    with tempfile.TemporaryDirectory() as folder, tp.Tracker(plugins=plugins) as tracker:
        book = Path(folder, "book.txt")
        book.write_text("VISITORS\n2026-06-30;14:00;erika@muster.example;Erika Muster\n", encoding="utf-8")
        tracker.ingest(book)
        for stored in tracker.touchpoints():
            print(stored.touchpoint.at, stored.touchpoint.channel, stored.touchpoint.parties[0].name)
