"""Outlook's own packing of a message (TNEF, `winmail.dat`): the meeting in it, as iCalendar.

A stream of attributes (MS-OXTNEF), one of which holds properties; of these the times, the identity and the sequence of an
appointment are read, nothing else. What is damaged or belongs to a series gives nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from touchpoints.handles import Handle

_SIGNATURE = 0x223E9F78
_CLASS, _PROPERTIES = 0x00078008, 0x00069003
_APPOINTMENT = bytes.fromhex("0220060000000000C000000000000046")
_MEETING = bytes.fromhex("90DAD86E0B451B1098DA00AA003F1305")
_START, _END, _SEQUENCE, _RECURS = ((_APPOINTMENT, n) for n in (0x820D, 0x820E, 0x8201, 0x8223))
_ID, _CLEAN_ID = (_MEETING, 0x0003), (_MEETING, 0x0023)
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
"""Types of a fixed size, padded to four bytes."""
_ANSWERS = {
    "MTGRESPP": "ACCEPTED", "POS": "ACCEPTED", "MTGRESPN": "DECLINED", "NEG": "DECLINED", "MTGRESPA": "TENTATIVE",
    "TENT": "TENTATIVE",
}  # fmt: skip
MOST = 10_000
"""Attributes or properties beyond so many are not looked at."""

Property = tuple[tuple[bytes, int], bytes]


def meeting(content: bytes, author: Handle, others: Sequence[Handle], subject: str) -> bytes | None:
    """The meeting request, answer or cancellation in a TNEF stream as an iCalendar file; `None` where none can be read.

    `author`: who sent the mail, `others`: whom to; `subject`: of the mail.
    """
    try:
        found = dict(_attributes(content))
        kind = found.get(_CLASS, b"").rstrip(b"\0").decode("ascii", "replace").upper().rpartition(".")[2]
        values = dict(_properties(found.get(_PROPERTIES, b"")))
        start, end = (_time(values[name]) for name in (_START, _END))
        identity = values.get(_CLEAN_ID) or values[_ID]
        sequence = int.from_bytes(values.get(_SEQUENCE, b"")[:4], "little")
    except (struct.error, KeyError, IndexError, ValueError, OverflowError):
        return None
    if any(values.get(_RECURS, b"")[:2]):
        return None  # of a series only the first meeting stands there in words that can be trusted
    answer = _ANSWERS.get(kind)
    cancels = kind in ("MTGCNCL", "CANCELED", "CANCELLED")
    organizer, people = (others[0], [author]) if answer and others else (author, list(others))
    status = f";PARTSTAT={answer}" if answer else ""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{'REPLY' if answer else 'CANCEL' if cancels else 'REQUEST'}", "BEGIN:VEVENT",
        f"UID:{_uid(identity)}", f"SEQUENCE:{sequence}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{_escaped(subject)}", f"ORGANIZER:mailto:{organizer.value}",
        *(f"ATTENDEE{status}:mailto:{p.value}" for p in people),
        *(["STATUS:CANCELLED"] if cancels else []), "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    if struct.unpack_from("<I", content)[0] != _SIGNATURE:
        return
    at = 6
    for _ in range(MOST):
        if at + 9 > len(content):
            return
        _, tag, length = struct.unpack_from("<BII", content, at)
        yield tag, content[at + 9 : at + 9 + length]
        at += 11 + length


def _properties(content: bytes) -> Iterator[Property]:
    count, at = struct.unpack_from("<I", content)[0], 4
    for _ in range(min(count, MOST)):
        kind, number = struct.unpack_from("<HH", content, at)
        at += 4
        name = (b"", number)
        if number >= 0x8000:
            space, by_name = content[at : at + 16], struct.unpack_from("<I", content, at + 16)[0]
            length = struct.unpack_from("<I", content, at + 20)[0]
            name = (space, -1) if by_name else (space, length)
            at += 24 + (_padded(length) if by_name else 0)
        base, several = kind & 0xFFF, kind & 0x1000
        if base in _FIXED:
            values = struct.unpack_from("<I", content, at)[0] if several else 1
            at += 4 if several else 0
            yield name, content[at : at + _FIXED[base]]
            at += _FIXED[base] * min(values, MOST)
        else:
            values = struct.unpack_from("<I", content, at)[0]
            at += 4
            for _ in range(min(values, MOST)):
                length = struct.unpack_from("<I", content, at)[0]
                yield name, content[at + 4 : at + 4 + length]
                at += 4 + _padded(length)


def _padded(length: int) -> int:
    return length + -length % 4


def _time(value: bytes) -> datetime:
    """A FILETIME: units of 100 ns since 1601, UTC. Raises `ValueError` for a year no meeting is in."""
    when = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=struct.unpack("<Q", value)[0] // 10)
    if not 1990 <= when.year < 2200:
        raise ValueError(f"year {when.year}")
    return when


def _uid(identity: bytes) -> str:
    """The UID the same meeting has in a calendar: of one made elsewhere its own, else the id in hexadecimal digits."""
    _, marked, foreign = identity.partition(b"vCal-Uid\x01\x00\x00\x00")
    if marked:
        return _escaped(foreign.partition(b"\0")[0].decode("utf-8", "replace"))
    return (identity[:16] + bytes(4) + identity[20:]).hex().upper()


def _escaped(text: str) -> str:
    text = text[:200].replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return " ".join(text.split())
