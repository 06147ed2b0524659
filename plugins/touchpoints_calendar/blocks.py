"""iCalendar files as bytes, cut into their components while they stream by: memory does not grow with the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import attrs

from touchpoints.language import P_, english
from touchpoints.source import Source

MOST_BYTES = 32 << 20
"""A component, or a line, of more than this many bytes is refused: no calendar has one, with attachments or without."""
MOST_DEPTH = 32
CHUNK = 1 << 18

_TOKEN = re.compile(rb"\n([Bb][Ee][Gg][Ii][Nn]|[Ee][Nn][Dd])[ \t]*:[ \t]*([^\r\n]*)\r?")
_SIBLINGS = frozenset({b"VEVENT", b"VTIMEZONE", b"VTODO", b"VJOURNAL", b"VFREEBUSY"})
"""Components that never stand inside one another: where one begins, the one before it has lost its end."""
_SOFT_BREAKS = re.compile(rb"\n[^:\n]*;ENCODING=QUOTED-PRINTABLE[^:\n]*:(?:[^\n]*=\n)+")
"""The lines of a value as vCalendar 1.0 breaks it."""
_FOLD = re.compile(rb"(?<!\n)\n+[ \t]")


@attrs.frozen(slots=True)
class Block:
    """One component of a file: an event, a time zone, or, when it ends, a calendar's own properties.

    `kind`: VEVENT, VTIMEZONE or VCALENDAR. `calendar`: which calendar of the file it belongs to, from 0; -1 for none.
    `line`: where it begins, from 1. `data`: its lines, each behind a line end; an event's without its alarms'.
    `damage`: why it cannot be read; empty if nothing is wrong.
    """

    kind: str
    calendar: int
    line: int
    data: bytes
    damage: str = ""


def chunks(source: Source) -> Iterator[bytes]:
    """A file's bytes; UTF-16 is turned into UTF-8, the lone carriage returns of old Mac files into line ends."""
    lone = "\n" not in source.head_text and "\r" in source.head_text
    for part in _bytes(source):
        part = part.removeprefix(b"\xef\xbb\xbf")
        yield part.replace(b"\r", b"\n") if lone else part


def _bytes(source: Source) -> Iterator[bytes]:
    if source.head.count(0) > len(source.head) // 4:
        with source.text() as text:
            while characters := text.read(CHUNK):
                yield characters.encode("utf-8", "replace")
    else:
        with source.open() as stream:
            while part := stream.read(CHUNK):
                yield part


class TooLarge(ValueError):
    """Lines or nesting that no calendar has; the message is the reason."""


class _Cutter:
    """Where the reading stands: which components are open, and the parts of the one that is being collected."""

    def __init__(self) -> None:
        self.open: list[bytes] = []
        self.calendar = -1
        self.line = 0
        self._calendar_line = 0
        self._properties = bytearray()
        self._at: int | None = None  # how deep the collected component stands, None while none is collected
        self._parts: list[bytes] = []
        self._size = 0
        self._line = 0

    @property
    def taking(self) -> bool:
        """Whether the bytes that follow belong to the collected component or to a calendar's own properties."""
        if self._at is None:
            return self.open == [b"VCALENDAR"]
        return self.open[self._at] == b"VTIMEZONE" or len(self.open) == self._at + 1

    @property
    def free(self) -> bool:
        """Whether nothing is open but a calendar at most."""
        return self.open in ([b"VCALENDAR"], [])

    @property
    def current(self) -> int:
        """The calendar that is open; -1 if none is."""
        return self.calendar if self.open[:1] == [b"VCALENDAR"] else -1

    def take(self, part: bytes) -> Iterator[Block]:
        """Bytes that belong to what is open."""
        if self._at is None:
            if len(self._properties) < CHUNK:
                self._properties += part
            return
        self._parts.append(part)
        self._size += len(part)
        if self._size > MOST_BYTES:
            yield self._collected(f"is larger than {MOST_BYTES >> 20} MiB")
            self._at = None

    def begin(self, name: bytes, line: bytes) -> Iterator[Block]:
        """A component begins."""
        if name == b"VCALENDAR":
            yield from self._close(
                0, P_("reason", "ends without its END line"), P_("reason", "ends without its END line")
            )
            self.calendar += 1
            self._calendar_line = self.line
        elif name in _SIBLINGS and self._at is not None:
            yield from self._close(self._at, P_("reason", "ends without its END line"))
        self._inner(line)
        self.open.append(name)
        if len(self.open) > MOST_DEPTH:
            raise TooLarge(english("components nested more than {most_depth} deep", most_depth=MOST_DEPTH))
        if name in (b"VEVENT", b"VTIMEZONE") and self._at is None:
            self._at, self._parts, self._size, self._line = len(self.open) - 1, [], 0, self.line

    def end(self, name: bytes, line: bytes) -> Iterator[Block]:
        """A component ends; an END without its BEGIN is passed over."""
        if name in self.open:
            depth = len(self.open) - 1 - self.open[::-1].index(name)
            if depth == self._at:
                yield self._collected("")
                self._at = None
            self._inner(line)
            yield from self._close(depth, P_("reason", "ends without its END line"))

    def _inner(self, line: bytes) -> None:
        """Keeps a line that begins or ends a part of a zone; an event's parts are only alarms."""
        if self._at is not None and self.open[self._at] == b"VTIMEZONE":
            self._parts.append(line)

    def finish(self) -> Iterator[Block]:
        """The file ends."""
        damage = english("is cut off: the file ends before its END line")
        yield from self._close(0, damage, damage if self._at is None else "")  # said once

    def _close(self, depth: int, damage: str, of_calendar: str = "") -> Iterator[Block]:
        if self._at is not None and depth <= self._at:
            yield self._collected(damage)
            self._at = None
        if depth == 0 and self.open[:1] == [b"VCALENDAR"]:
            yield Block("VCALENDAR", self.calendar, self._calendar_line, bytes(self._properties), of_calendar)
            self._properties.clear()
        del self.open[depth:]

    def _collected(self, damage: str) -> Block:
        assert self._at is not None
        return Block(self.open[self._at].decode(), self.current, self._line, b"".join(self._parts), damage)


def blocks(parts: Iterable[bytes]) -> Iterator[Block]:
    """The events, time zones and calendars of a file, in the order in which they end.

    Raises `TooLarge` for a line or a nesting beyond all bounds.
    """
    cutter = _Cutter()
    buffer, counted = b"\n", 0
    for part in _with_last_line_ended(parts):
        buffer += part
        at, limit = 0, buffer.rfind(b"\n")
        while token := _TOKEN.search(buffer, at, limit):
            start = token.start()
            if cutter.taking:
                yield from cutter.take(buffer[at : start - 1 if buffer[start - 1 : start] == b"\r" else start])
            cutter.line += buffer.count(b"\n", counted, start + 1)
            counted, at = start + 1, token.end()
            name = token[2].strip().upper()
            if token[1][:1] not in b"Bb":
                yield from cutter.end(name, token[0])
            elif name == b"VEVENT" and cutter.free and (event := _whole_event(buffer, at, limit)):
                yield Block("VEVENT", cutter.current, cutter.line, event[0])
                at = event[1]
            else:
                yield from cutter.begin(name, token[0])
        if cutter.taking:
            yield from cutter.take(buffer[at:limit])
        cutter.line += buffer.count(b"\n", counted, limit)
        buffer, counted = buffer[max(at, limit) :], 0
        if len(buffer) > MOST_BYTES:
            raise TooLarge(english("a line of more than {n} MiB", n=MOST_BYTES >> 20))
    yield from cutter.finish()


def _whole_event(buffer: bytes, start: int, limit: int) -> tuple[bytes, int] | None:
    """The lines of an event that lies in the buffer with nothing but alarms in it, and where it ends: what the cutter
    would collect, faster. `None` for any other."""
    end = buffer.find(b"\nEND:VEVENT", start, limit)
    if end < 0 or buffer[end + 11 : end + 13] not in (b"\r\n", b"\nE", b"\nB"):
        return None
    data, *alarms = buffer[start:end].split(b"\nBEGIN:VALARM")
    for alarm in alarms:
        inside, ended, rest = alarm.partition(b"\nEND:VALARM")
        if not ended or alarm[:1] not in (b"\r", b"\n") or rest[:1] not in (b"", b"\r", b"\n") or _TOKEN.search(inside):
            return None
        data = data.removesuffix(b"\r") + rest.removeprefix(b"\r")
    if len(data) > MOST_BYTES or len(alarms) > MOST_DEPTH or _TOKEN.search(data):
        return None
    return data.removesuffix(b"\r"), end + 11


def _with_last_line_ended(parts: Iterable[bytes]) -> Iterator[bytes]:
    yield from parts
    yield b"\n"


def unfolded(data: bytes) -> str:
    """A component's lines as text, each behind one newline: unfolded as bytes, since a fold may split a character;
    then UTF-8, and line by line Windows-1252 where it is not."""
    data = data.replace(b"\r\n", b"\n")
    if b"\r" in data:
        data = data.replace(b"\r", b"")
    plain = b"\n\n" not in data and b"\n\t" not in data
    data = data.replace(b"\n ", b"") if plain else _FOLD.sub(b"", data)  # the same, the one faster
    if b"QUOTED-PRINTABLE" in data:
        data = _SOFT_BREAKS.sub(lambda line: line[0].replace(b"=\n", b""), data)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return "\n".join(_decoded(line) for line in data.split(b"\n"))


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
