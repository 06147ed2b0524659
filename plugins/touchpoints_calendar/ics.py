"""Calendars and invitations in iCalendar form (.ics): Google, Outlook, Exchange, Teams, Apple, Thunderbird, Nextcloud.

A file is read twice. The first pass learns what concerns all of it: its time zones and calendars, how new it is, and
which UIDs come more than once. The second reads the events; only those of such a UID wait for each other, so memory
stays small however long the file is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import attrs

from touchpoints.errors import UnreadableSource
from touchpoints.language import P_, Text, english
from touchpoints.model import CHANNELS, Absence, Coverage, Emptied, LeftOut, Participant, Question, Skipped, Touchpoint
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key, either
from touchpoints.source import Source
from touchpoints_calendar.absence import absence_of, says_away
from touchpoints_calendar.blocks import Block, TooLarge, blocks, chunks, unfolded
from touchpoints_calendar.event import Event
from touchpoints_calendar.lines import Damaged
from touchpoints_calendar.series import MOST_OCCURRENCES, Entry, Occurrence, occurrences, seconds, single
from touchpoints_calendar.survey import Survey
from touchpoints_calendar.zones import Calendar, Clock, UnknownZone

BATCH, BATCH_BYTES = 64, 1 << 20
_BEGINNING = re.compile(r"\s*BEGIN:(?!VCARD|VNOTE|VMSG|VBODY|VENV|VBKM)[A-Z-]+[ \t]*[\r\n]", re.I)


class ICalendar(Importer):
    """Reads iCalendar files."""

    name = "icalendar"
    channels = (CHANNELS["meeting"], CHANNELS["video"], CHANNELS["phone"])
    export = Text(
        "Google Calendar: Settings > Import & export > Export. Outlook: File > Save Calendar, full details. "
        "Apple Calendar: File > Export."
    )

    def recognises(self, source: Source) -> bool:
        """Whether the first line begins a component that is not an address book's or a phone memory's."""
        return bool(_BEGINNING.match(source.head_text))

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """The meetings of a file, the span it covers, and what could not be read."""
        try:
            yield from _Reading(source, context).records()
        except TooLarge as error:
            raise UnreadableSource(
                source.name, english("{error}; no calendar, or a damaged one: export it again", error=error)
            ) from error


def read_calendar(data: bytes, context: Context) -> Iterator[Record]:
    """The meetings of a text/calendar part of a mail, in UTF-8 or as Windows wrote it; its METHOD is in the text.

    An invitation says nothing of the span that a calendar covers, so this yields no `Coverage`. Raises
    `UnreadableSource` for a part that is no calendar.
    """
    for record in ICalendar().read(Source.from_bytes(data, context.source), context):
        if not isinstance(record, Coverage):
            yield record


class _Reading:
    """The second pass over a file."""

    def __init__(self, source: Source, context: Context) -> None:
        self.source = source
        self.context = context
        self.survey = Survey.of(source)
        self.clocks: dict[int, Clock] = {}
        self.asked: set[str] = set()
        self.spans: dict[str, tuple[datetime, datetime]] = {}
        self.unknown = not (context.our_side.colleagues or context.our_side.domains)
        self.events, self.met = 0, Counter[str]()  # only counted where nobody is known to be ours

    def records(self) -> Iterator[Record]:
        """All records of the file."""
        waiting: dict[int, dict[object, Entry]] = {}
        uids, repeated = iter(self.survey.uids), self.survey.repeated
        block = None
        for block, entry in self._entries():
            if block.damage:
                yield self._skipped(
                    block.line,
                    english("the {kind} {reason}", kind=_KINDS[block.kind], reason=block.damage),
                    block.data,
                )
            if block.kind != "VEVENT":
                continue
            uid = next(uids, 0)
            try:
                if isinstance(entry, Damaged):
                    raise entry
                if entry is not None:
                    yield from self._event(entry, waiting.setdefault(uid, {}) if uid in repeated else None)
            except Damaged as error:
                yield self._skipped(block.line, str(error), block.data)
            except UnknownZone as error:
                yield from self._unknown(error.name, block.line)
            if uid in repeated:
                repeated[uid] -= 1
                if not repeated[uid]:
                    yield from self._series(list(waiting.pop(uid, {}).values()))
        if block is None:
            raise UnreadableSource(self.source.name, english("no calendar and no event in it"))
        yield from self._coverage()
        yield from self._whose()

    def _entries(self) -> Iterator[tuple[Block, Entry | Damaged | None]]:
        """Each block of the file, with its event or what is wrong with it.

        In batches: to cut many, read many and then place many takes a sixth less than by turns, as the processor's
        caches have it.
        """
        batch: list[Block] = []
        size = 0
        for block in blocks(chunks(self.source)):
            batch.append(block)
            size += len(block.data)
            if len(batch) == BATCH or size > BATCH_BYTES:
                yield from zip(batch, [self._entry(block) for block in batch], strict=True)
                batch, size = [], 0
        yield from zip(batch, [self._entry(block) for block in batch], strict=True)

    def _entry(self, block: Block) -> Entry | Damaged | None:
        if block.kind != "VEVENT" or block.damage:
            return None
        try:
            return Entry(Event.of(unfolded(block.data)), self._clock(block.calendar), block.line)
        except Damaged as error:
            return error

    def _clock(self, calendar: int) -> Clock:
        known = 0 <= calendar < len(self.survey.calendars)  # a file may grow between the two passes
        own = self.survey.calendars[calendar] if known else _NO_CALENDAR
        if id(own) not in self.clocks:
            self.clocks[id(own)] = Clock(own, self.context)
        return self.clocks[id(own)]

    # -- events -> occurrences -----------------------------------------------------------------------------------

    def _event(self, entry: Entry, others: dict[object, Entry] | None) -> Iterator[Record]:
        """What an event yields at once; if its UID comes again (`others`), it waits among those."""
        event, method = entry.event, entry.clock.calendar.method
        if self.unknown and event.people and method in ("", "PUBLISH"):
            self.events += 1
            self.met.update({p.handle.value for p, _ in event.people if p.handle and p.handle.kind == "email"})
        if method in _ANSWERS:
            yield self._answer(entry, method)
        elif event.start is None:
            raise Damaged(english("no DTSTART"))
        elif others is not None:
            yield from self._wait(others, entry)
        elif event.recurrence is not None:
            yield from self._one_series(None, [entry])
        else:
            yield from self._one_series(entry, [])

    def _wait(self, entries: dict[object, Entry], entry: Entry) -> Iterator[Record]:
        """Keeps the newer of two versions of an event; two that claim the same version are one too many."""
        place = (entry.event.uid, entry.event.recurrence)
        known = entries.setdefault(place, entry)
        if known.event == entry.event:
            return
        older, newer = sorted((known, entry), key=lambda e: (e.event.version, repr(e.event)))
        entries[place] = newer
        if older.event.version == newer.event.version:
            yield self.context.skipped(
                older.line, english("another event has its UID and version"), older.event.subject
            )

    def _series(self, entries: list[Entry]) -> Iterator[Record]:
        """The records of the events of one UID (or of several, if their hashes are equal by chance)."""
        for uid in dict.fromkeys(entry.event.uid for entry in entries):
            own = [entry for entry in entries if entry.event.uid == uid]
            yield from self._one_series(
                next((e for e in own if e.event.recurrence is None), None),
                [e for e in own if e.event.recurrence is not None],
            )

    def _one_series(self, master: Entry | None, overrides: list[Entry]) -> Iterator[Record]:
        """The records of a master event and of the events that stand for some of its occurrences."""
        sound = []
        for entry in overrides:
            try:
                single(entry)
                sound.append(entry)
            except Damaged as error:
                yield self.context.skipped(entry.line, str(error), entry.event.subject)
            except UnknownZone as error:
                yield from self._unknown(error.name, entry.line)
        found = None
        if master is not None:
            if master.event.recurring and not any(map(self._concerns_us, (master, *sound))):
                master = attrs.evolve(master, event=master.event.alone())  # left out once, not 2,000 times
            try:
                found, cut = occurrences(master, sound, self.survey.horizon)
            except Damaged as error:
                yield self.context.skipped(master.line, str(error), master.event.subject)
            except UnknownZone as error:
                yield from self._unknown(error.name, master.line)
            else:
                if cut:
                    reason = english(
                        "a series of more than {most_occurrences} occurrences: the latest {most_occurrences} are read",
                        most_occurrences=MOST_OCCURRENCES,
                    )
                    yield self.context.skipped(master.event.uid or master.line, reason, master.event.subject)
        by_event: dict[int, list[Occurrence]] = {}
        for occurrence in map(single, sound) if found is None else found:
            by_event.setdefault(id(occurrence.entry), []).append(occurrence)
        left_out: LeftOut | None = None
        empty = master is not None and found is not None and not master.event.veiled
        for those in by_event.values():
            for record in self._meetings(those, lone=found is None):
                if isinstance(record, Absence):
                    yield record
                    continue
                empty = empty and isinstance(record, LeftOut)
                if left_out is not None:
                    yield left_out
                left_out = record if isinstance(record, LeftOut) else None
                if left_out is None:
                    yield record
        if empty and master is not None:  # the last that is left out says so, or that nobody is met at all any more
            newest = max(entry.event.stamp for entry in (master, *sound))
            series = content_key("series", master.event.uid or _content(master.event))
            emptied = Emptied(series, (master.event.sequence, newest), master.clock.calendar.name or None)
            left_out = LeftOut(left_out.reason if left_out else "no other party", emptied)
        if left_out is not None:
            yield left_out

    def _concerns_us(self, entry: Entry) -> bool:
        """Whether somebody outside is met, or we may be away."""
        if entry.event.away or says_away(entry.event.subject, [c.name for c in self.context.colleagues]):
            return True
        owns = self.context.our_side.owns
        return not entry.event.private and any(not owns(p.handle, p.name) for p, _ in entry.event.people)

    # -- occurrences -> touchpoints ------------------------------------------------------------------------------

    def _meetings(self, found: list[Occurrence], lone: bool) -> Iterator[Record]:
        """The touchpoints of occurrences that one event describes, or why it is left out (once).

        All that a master yields is one series, so that its next version can drop what it no longer yields. A `lone`
        override is a series of its own: it knows nothing of the other occurrences.
        """
        event, calendar = found[0].entry.event, found[0].entry.clock.calendar
        unseen = calendar.name in self.context.settings.private
        if calendar.method in ("", "PUBLISH") and not unseen:
            first, last = self.spans.get(calendar.name, (found[0].at, found[-1].at))
            self.spans[calendar.name] = min(first, found[0].at), max(last, found[-1].at)
        uid = event.uid or _content(event)
        if not unseen and (absence := absence_of(found, uid, self.context)):
            yield absence
        if event.private or unseen:
            yield LeftOut("private")
            return
        series = content_key("series", uid, *([found[0].identity] if lone else []))
        for participants, outcome, suffix, confirmed in self._sides(event, calendar.method == "CANCEL"):
            extra = {"all_day": "yes"} if event.start and event.start.day else {}
            if outcome == "reached" and not confirmed:
                extra["confirmed"] = "no"
            for occurrence in found:
                made = self.context.touchpoint(
                    occurrence.at, event.channel, participants, key=content_key("event", uid, occurrence.identity) + suffix,
                    direction="mutual", outcome=outcome, series=series, revision=occurrence.revision,
                    duration=occurrence.seconds, line=calendar.name or None, subject=event.subject or None, extra=extra,
                )  # fmt: skip
                if outcome == "reached" and event.free and isinstance(made, Touchpoint):
                    made = LeftOut(P_("reason", "marked as free"))  # nobody is met in such time, whoever is listed
                yield made
                if isinstance(made, LeftOut):
                    return

    def _sides(self, event: Event, called_off: bool) -> Iterator[tuple[tuple[Participant, ...], str, str, bool]]:
        """Who met with which outcome, what the key ends with, and whether somebody of each side accepted or invited.
        Those outside who declined are on their own."""
        owns = self.context.our_side.owns
        ours, there, declined, sure = [], [], [], set()
        for person, answer in event.people:
            own = owns(person.handle, person.name)
            if own:
                ours.append(person)
            elif person.declined:
                declined.append(Participant(person.role, person.handle, person.name))
            elif answer != "DELEGATED":
                there.append(person)
            if answer in ("", "ACCEPTED"):
                sure.add(own)
        outcome = "reached"
        if event.cancelled or called_off:
            outcome = "cancelled"
        elif ours and all(p.declined for p in ours):
            outcome = "declined"
        if there or not declined:
            yield (*there, *ours), outcome, "", len(sure) == 2 and not event.tentative
        if declined:
            yield (*declined, *ours), "declined", "/declined", True

    def _answer(self, entry: Entry, method: str) -> Touchpoint | LeftOut:
        """What an answer to an invitation adds to the meeting: that somebody declined."""
        event, clock = entry.event, entry.clock
        owns = self.context.our_side.owns
        people = [p for p, _ in event.people]
        declined = [p for p in people if p.declined]
        if method != "REPLY" or event.start is None or not declined:
            return LeftOut("automatic")
        where, identity = event.recurrence, ""
        if where is not None:
            identity = clock.identity(where.wall, clock.zone(where), where.day)
        uid = event.uid or _content(event)
        key = content_key("event", uid, identity)
        theirs = [Participant(p.role, p.handle, p.name) for p in declined if not owns(p.handle, p.name)]
        if theirs:  # the meeting itself is not touched; where it was we who declined, it did not take place
            key += "/declined"
            people = theirs + [p for p in people if owns(p.handle, p.name)]
        return self.context.touchpoint(
            clock.instant(event.start), event.channel, people, key=key, direction="mutual", outcome="declined",
            revision=(*event.version, *event.version), duration=seconds(event, clock), subject=event.subject or None,
        )  # fmt: skip

    # -- what is said beside --------------------------------------------------------------------------------------

    def _skipped(self, line: int, reason: str, data: bytes) -> Skipped:
        return self.context.skipped(line, reason, unfolded(data[:400]).strip())

    def _unknown(self, zone: str, line: int) -> Iterator[Record]:
        setting = f'[zones]\n"{zone}" = "Europe/Berlin"'
        yield self.context.skipped(
            line, english("unknown time zone '{zone}'; name it in touchpoints.toml under [zones]", zone=zone), zone
        )
        if zone not in self.asked:
            self.asked.add(zone)
            yield Question(english("Which time zone is '{zone}'?", zone=zone), (), setting)

    def _whose(self) -> Iterator[Question]:
        """Who of the people in it we are, if nobody is known to be ours: whoever takes part in nearly everything."""
        if not self.met or self.events < 2 or 2 * max(self.met.values()) <= self.events:
            return
        options = [address for address, _ in self.met.most_common(3)]
        yield Question(
            english(
                "Is {address} yours? Of {events} events with people it takes part in {n}.",
                address=options[0],
                events=self.events,
                n=self.met[options[0]],
            ),
            options,
            either(f'me = ["{options[0]}"]', f"--me {options[0]}"),
        )

    def _coverage(self) -> Iterator[Coverage]:
        """A calendar says what was up to its newest stamp; what lies after that is only planned."""
        newest = self.survey.newest
        for name, (first, last) in sorted(self.spans.items()):
            end = newest.replace(tzinfo=UTC) if newest else last
            if first <= end:
                zone = self.context.zone
                yield Coverage(first.astimezone(zone).date(), end.astimezone(zone).date(), name)


_KINDS = {
    "VEVENT": P_("reason", "event"), "VTIMEZONE": P_("reason", "time zone"), "VCALENDAR": P_("reason", "calendar"),
}  # fmt: skip
_ANSWERS = frozenset({"REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH"})
_NO_CALENDAR = Calendar()


def _content(event: Event) -> str:
    """What stands for the UID of an event without one."""
    start, people = event.start, sorted(f"{p.handle.kind} {p.handle.value}" for p, _ in event.people if p.handle)
    return content_key("content", start and start.wall, start and start.zone, event.subject, *people)
