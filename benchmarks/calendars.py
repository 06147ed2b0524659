"""How fast iCalendar files are read, against the icalendar library in the same run: CPU seconds, medians, ratios.

    python benchmarks/calendars.py [events] [runs]

The file is made up in Google's shape (about 29 lines and 1.2 kB an event; two to four people; one in fifteen a weekly
series, some with a moved occurrence). The floor is `icalendar.Calendar.from_ical` alone: it neither repeats series nor
finds out who met whom.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from touchpoints_calendar.ics import ICalendar

import touchpoints as tp
from touchpoints.reading import Context
from touchpoints.source import Source

SETTINGS = tp.Settings(me=("mara.falk@falk.example",), timezone="Europe/Berlin")
BERLIN = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""
EVENT = """BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:{day}T{hour:02}0000
DTEND;TZID=Europe/Berlin:{day}T{hour:02}4500
{series}DTSTAMP:20260115T101500Z
UID:{uid}@google.com
ORGANIZER;CN=Mara Falk:mailto:mara.falk@falk.example
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Mara F
 alk;X-NUM-GUESTS=0:mailto:mara.falk@falk.example
{people}{conference}CREATED:20250101T101010Z
DESCRIPTION:Guten Tag\\, wir sprechen über das Angebot und den weiteren Pl
 an für das Jahr. Bitte bringen Sie die Unterlagen mit. \\n\\n-::~:~::~:~:~:~:
 ~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~::~:~::-\\n
 Teilnahme: nichts davon wird gespeichert\\n-::~:~::~:~:~:~:~
LAST-MODIFIED:2025120{version}T101010Z
LOCATION:{place}
SEQUENCE:{version}
STATUS:CONFIRMED
SUMMARY:Jahresgespräch {number}
TRANSP:OPAQUE
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:This is an event reminder
TRIGGER:-P0DT0H10M0S
END:VALARM
END:VEVENT
"""
PERSON = """ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={answer};CN=Per
 son {who};X-NUM-GUESTS=0:mailto:person{who}@firma{company}.example
"""


def make(path: Path, events: int) -> None:
    """Write a made-up export with that many events."""
    chance = random.Random(11)
    day, hour = "20190101", 8
    head = "BEGIN:VCALENDAR\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\nVERSION:2.0\nX-WR-CALNAME:Mara\n"
    with path.open("w", encoding="utf-8", newline="\r\n") as out:
        out.write(head + BERLIN)
        for number in range(events):
            series, uid = "", f"{number:07}"
            if number % 15 == 0:
                series = "RRULE:FREQ=WEEKLY;COUNT=8\n"
            elif number % 60 == 1:
                uid = f"{number - 1:07}"  # the event before this one, whose first occurrence was moved
                series = f"RECURRENCE-ID;TZID=Europe/Berlin:{day}T{hour:02}0000\n"
            if "RECURRENCE-ID" not in series:
                day = f"{2019 + number % 7}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
                hour = chance.randrange(8, 18)
            people = "".join(
                PERSON.format(
                    answer=chance.choice(("ACCEPTED", "NEEDS-ACTION", "ACCEPTED")), who=who, company=who % 300
                )
                for who in {chance.randrange(3000) for _ in range(chance.randrange(1, 4))}
            )
            link = "X-GOOGLE-CONFERENCE:https://meet.google.com/abc-defg-hij\n" if number % 3 == 0 else ""
            fields = {"day": day, "hour": hour, "series": series, "uid": uid, "people": people, "conference": link}
            place = "Raum 3" if number % 2 else ""
            out.write(EVENT.format(**fields, number=number, place=place, version=1 + number % 3))
        out.write("END:VCALENDAR\n")


def floor(path: Path) -> None:
    """The library that reads all of iCalendar."""
    import icalendar

    icalendar.Calendar.from_ical(path.read_bytes())


def reading(path: Path) -> None:
    """The reader, series and all, without a store."""
    context = Context(SETTINGS, zone="Europe/Berlin", source=path.name, importer="icalendar")
    for _ in ICalendar().read(Source.from_path(path), context):
        pass


def importing(path: Path) -> None:
    """From the file into a new store."""
    with tempfile.TemporaryDirectory() as folder, tp.Tracker(store=f"{folder}/x.db", settings=SETTINGS) as tracker:
        tracker.ingest(path)


def cpu(works: Sequence[Callable[[Path], None]], path: Path, runs: int) -> list[float]:
    """The median CPU seconds of each work; they take turns, so that a noisy moment hits all alike."""
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, taken in zip(works, seconds, strict=True):
            start = time.process_time()
            work(path)
            taken.append(time.process_time() - start)
    return [statistics.median(taken) for taken in seconds]


def main(events: int = 20_000, runs: int = 5) -> None:
    """Make the files, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        path, large, small = (Path(folder, f"{name}.ics") for name in ("all", "large", "small"))
        make(path, events)
        make(large, 10 * events)
        make(small, 200)
        for work in (floor, reading, importing):
            work(small)  # the caches and lazy imports of a first read are no part of the rate
        base, own, stored = cpu((floor, reading, importing), path, runs)
        print(f"{events} events, {path.stat().st_size / (1 << 20):.1f} MiB, medians of {runs}")
        for name, seconds in (("icalendar", base), ("reading", own), ("file to store", stored)):
            print(
                f"  {name:14} {seconds:7.2f} s CPU  {events / seconds:8,.0f} events/s  {seconds / base:5.3f} of icalendar"
            )
        print("  bar for file to store: 0.25")
        for work in (reading, importing):
            for each in (path, large):
                command = [sys.executable, __file__, "--peak", work.__name__, str(each)]
                peak = subprocess.check_output(command, text=True).strip()
                print(f"  peak of {work.__name__} at {each.stat().st_size >> 20:4} MiB: {peak} MiB  (bar: 80)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        {"reading": reading, "importing": importing}[sys.argv[2]](Path(sys.argv[3]))
        status = Path("/proc/self/status").read_text(encoding="ascii")  # getrusage would count the parent's memory too
        print(int(status.partition("VmHWM:")[2].split()[0]) >> 10)
    else:
        main(*map(int, sys.argv[1:]))
