"""What a folder of exports shows about the one who owns it, before anything is known: the first half of the set-up.

Every file is read with the importer that an import would take, but with nobody on our side, so that each record still
names all who take part in it. Only counts are kept; nothing is stored.
"""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime

import attrs

from touchpoints import times
from touchpoints.archives import walk
from touchpoints.errors import SourceError, UnreadableSource
from touchpoints.handles import Handle, name_key, phone
from touchpoints.ingest import LOOKING, file_by_file
from touchpoints.language import english
from touchpoints.model import LeftOut, Participant, Person, Skipped, Touchpoint
from touchpoints.ourside import OurSide
from touchpoints.plugins import Importer, Plugins, Record
from touchpoints.progress import counted
from touchpoints.reading import NEITHER_SIDE, Context
from touchpoints.recognition import recognise
from touchpoints.settings import Settings
from touchpoints.source import DAMAGE, MEDIA, Source

OFFICE_HOURS = range(8, 18)
"""Calls from Monday to Friday in these hours look like work."""
ENOUGH_PARTNERS = 3
"""Somebody who takes part with so many different others in one file owns the file, or sits in the middle of it."""
_ZONE = re.compile(rb"(?m)^DTSTART;[^:\r\n]*?TZID=\"?([^:;\"\r\n]+)")
_CALENDAR_ZONE = re.compile(rb"(?m)^X-WR-TIMEZONE:([^\r\n]+)")


@attrs.define(slots=True)
class Line:
    """What the calls of one own line look like: how many, how many in office hours, from how many different numbers, how
    many came in, and how many of the callers called once only."""

    calls: int = 0
    at_work: int = 0
    inbound: int = 0
    callers: Counter[str] = attrs.field(factory=Counter)

    @property
    def once(self) -> int:
        """Callers who called once."""
        return sum(n == 1 for n in self.callers.values())


@attrs.define(slots=True)
class FileLook:
    """What one file shows. Addresses, names and numbers are counted once a record they take part in.

    `addressed`: records with an address; `by_address`; `named`: (address, display name); `meetings`: records in which
    people stand by name alone; `by_name`; `partners`: some of those who take part with an address or name; `marked`:
    handles that the file itself says are ours; `authors`: of a chat that does not say which one is us, `hint`: the one
    it thinks is us; `rows`: calls whose file does not say which side is ours; `by_number` in them; `zones`: of events.
    """

    source: str
    importer: str = ""
    records: int = 0
    first: date | None = None
    last: date | None = None
    addressed: int = 0
    by_address: Counter[str] = attrs.field(factory=Counter)
    named: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    meetings: int = 0
    by_name: Counter[str] = attrs.field(factory=Counter)
    partners: defaultdict[str, set[str]] = attrs.field(factory=lambda: defaultdict(set))
    marked: Counter[Handle] = attrs.field(factory=Counter)
    authors: tuple[str, ...] = ()
    hint: str = ""
    lines: defaultdict[str, Line] = attrs.field(factory=lambda: defaultdict(Line))
    rows: int = 0
    by_number: Counter[str] = attrs.field(factory=Counter)
    landlines: Counter[str] = attrs.field(factory=Counter)
    zones: Counter[str] = attrs.field(factory=Counter)


@attrs.define(slots=True)
class FirstLook:
    """What all files show: a look at each, the people of the address books, and (file, why) for what cannot be read.
    `calls`: hashes of the keys of calls on own lines, so that overlapping exports count each once. `numbers`: display name,
    folded → the numbers that phones and routers call so."""

    files: list[FileLook] = attrs.field(factory=list)
    people: list[Person] = attrs.field(factory=list)
    failed: list[tuple[str, str]] = attrs.field(factory=list)
    calls: set[int] = attrs.field(factory=set, repr=False)
    numbers: defaultdict[tuple[str, ...], set[Handle]] = attrs.field(factory=lambda: defaultdict(set), repr=False)

    @property
    def first(self) -> date | None:
        """The day of the oldest record."""
        return min((f.first for f in self.files if f.first), default=None)


def look(
    paths: Iterable[str | os.PathLike[str]],
    plugins: Plugins,
    settings: Settings,
    region: str = "DE",
) -> FirstLook:
    """Look through files, folders and archives. `region`: for numbers without a country."""
    found = FirstLook()
    nobody = OurSide((), region=region)
    sources: list[Source] = []
    for source in counted(walk(paths), LOOKING):
        if isinstance(source, SourceError):
            found.failed.append((source.source, source.reason))
        elif not (source.in_archive and source.suffix in MEDIA):
            sources.append(source)
    for source, reading in file_by_file(sources, lambda source: source):
        seen = FileLook(source.name)
        try:
            importer = recognise(source, plugins, settings)
            seen.importer = importer.name
            context = Context(
                settings, our_side=nobody, zone="UTC", region=region, source=source.name, importer=importer.name,
                channels=tuple(getattr(importer, "channels", ())),
            )  # fmt: skip
            for record in _records(importer, source, context):
                seen.records += 1
                if seen.records % 2000 == 0:
                    reading(source)
                _count(seen, record, found, region)
            if source.suffix in (".ics", ".ical", ".vcs"):
                _zones(seen, source, context)
        except UnreadableSource as error:
            asked = _me_in(error.setting)
            if asked is None:
                found.failed.append((error.source, error.reason))
            seen.authors, seen.hint = (error.options, asked) if asked is not None else ((), "")
        except (SourceError, *DAMAGE) as error:
            found.failed.append((source.name, str(getattr(error, "reason", error))))
        found.files.append(seen)
    return found


def _records(importer: Importer, source: Source, context: Context) -> Iterator[Record]:
    try:
        yield from importer.read(source, context)
    except (SourceError, GeneratorExit, *DAMAGE):
        raise
    except Exception as error:
        raise UnreadableSource(
            source.name, english("importer {name} failed: {error}", name=importer.name, error=error)
        ) from error


def _me_in(setting: str) -> str | None:
    """Whom a question's line `me = ["…"]` names ("" for the placeholder); `None` for another question."""
    found = re.match(r'me = \["(.*?)"', setting)
    return None if found is None else "" if found[1] == "NAME" else found[1]


def _count(seen: FileLook, record: Record, found: FirstLook, region: str) -> None:
    match record:
        case Touchpoint():
            day = record.at.date()
            seen.first, seen.last = min(seen.first or day, day), max(seen.last or day, day)
            _people(seen, record.participants)
            for p in record.participants:
                if p.name and p.handle and p.handle.kind == "phone" and not p.own:
                    found.numbers[name_key(p.name)].add(p.handle)
            if record.key is None or hash(record.key) not in found.calls:  # exports overlap
                _call(seen, record, found.calls)
        case Person():
            found.people.append(record)
        case Skipped(reason=reason, raw=raw) if reason == NEITHER_SIDE:
            parts = (phone(text, region) for text in re.split(r"[;,\t]| -> ", raw) if ":" not in text)
            if sides := {h.value for h in parts if h is not None and h.kind == "phone"}:
                seen.rows += 1
                seen.by_number.update(sides)
                _meet(seen, sides)
        case LeftOut() | _:
            pass


def _people(seen: FileLook, participants: Iterable[Participant]) -> None:
    addresses: set[str] = set()
    names: set[str] = set()
    for p in participants:
        if p.handle is None:
            continue
        if p.own:
            seen.marked[p.handle] += 1
        if p.handle.kind == "email":
            addresses.add(p.handle.value)
            if p.name and "@" not in p.name:
                seen.named[p.handle.value, p.name] += 1
        elif p.handle.kind == "name" and p.role in ("organizer", "attendee"):
            names.add(p.handle.raw or p.handle.value)
    if addresses:
        seen.addressed += 1
        seen.by_address.update(addresses)
        _meet(seen, addresses)
    if names:
        seen.meetings += 1
        seen.by_name.update(names)
        _meet(seen, names)


def _meet(seen: FileLook, group: set[str]) -> None:
    if 1 < len(group) <= 12:
        for one in group:
            if len(seen.partners[one]) < ENOUGH_PARTNERS:
                seen.partners[one] |= group - {one}


def _call(seen: FileLook, record: Touchpoint, calls: set[int]) -> None:
    other = next((p.handle for p in record.participants if p.handle and not p.own), None)
    if other is not None and other.kind == "phone":
        seen.landlines[other.value] += 1
    if not record.line or not any(p.role in ("caller", "called") for p in record.participants):
        return
    if record.key is not None:
        calls.add(hash(record.key))
    line = seen.lines[record.line]
    line.calls += 1
    line.at_work += _at_work(record.at)
    if record.direction == "in":
        line.inbound += 1
        if other is not None:
            line.callers[other.value] += 1


def _at_work(at: datetime) -> bool:
    return at.weekday() < 5 and at.hour in OFFICE_HOURS


def _zones(seen: FileLook, source: Source, context: Context) -> None:
    """The zones of a calendar's events, by their IANA names; that of the calendar where its events are in UTC."""
    rest, calendar = b"", ""
    with source.open() as stream:
        while block := stream.read(1 << 20):
            text = rest + block
            cut = text.rfind(b"\n") + 1
            for name in _ZONE.findall(text[:cut]):
                seen.zones[name.decode("utf-8", "replace")] += 1
            if not calendar and (found := _CALENDAR_ZONE.search(text[:cut])):
                calendar = found[1].decode("utf-8", "replace").strip()
            rest = text[cut:]
    written = seen.zones or Counter({calendar: seen.records} if calendar else {})
    seen.zones = Counter()
    for name, n in written.items():
        zone = context.zone_of(name)
        if zone is not None and times.iana(zone.key) is not None:
            seen.zones[zone.key] += n
