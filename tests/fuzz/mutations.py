"""Hostile versions of a sample: of its bytes, lines, words, cells, properties, JSON nodes and encoding.

Every step draws only on the `chance` it is given, so a run can be repeated from its seed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

MOST = 1 << 18
"""An input is never longer than this many bytes: what takes long beyond it is slow, not hostile."""

WORDS = [
    b"", b" ", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xc3", b"\r", b"\n", b"\n\n", b"\t", b'"', b'""', b"'", b"\\",
    b";", b",", b":", b"<", b">", b"<>", b"@", b"@@", b"a@b@c", b"=", b"=?", b"=?utf-8?B?////?=", b"=?x?q?=FF?=",
    b"=?utf-8?q?=0A=00?=", b"(", b"[", b"]", b"{", b"}", b"[]", b"{}", b"null", b"true", b"NaN", b"Infinity",
    b"-Infinity", b"1e309", b"-1", b"0", b"00", b"1", b"2", b"12", b"13", b"31", b"60", b"99", b"366", b"9999",
    b"10000", b"65536", b"2147483648", b"-9223372036854775809", b"99999999999999999999", b"0.0000000000000001",
    b"1_0", b"0x10", b"0000-00-00", b"2024-02-30", b"2023-02-29", b"29.02.2023", b"31.02.24", b"0.0.00", b"24:00",
    b"23:59:60", b"9999-12-31T23:59:59Z", b"0001-01-01T00:00:00+14:00", b"2024-03-31T02:30:00",
    b"2024-10-27T02:30:00", b"+9999", b"-2400", b"Europe/Nowhere", b"W. Europe Standard Time", b"20240101T000000Z",
    b"P1D", b"PT-1S", b"P99999999999D", b"PT1e9S", b"FREQ=SECONDLY", b"FREQ=DAILY;COUNT=99999999",
    b"FREQ=YEARLY;UNTIL=99991231", b"INTERVAL=0", b"BYDAY=-54MO", b"\\ud800", b"\\u0000", "\u202e".encode(),
    "\u2066\u200e".encode(), "\u202f".encode(), "\u2028".encode(), "İ".encode(), "ß".encode(), "١٢".encode(),
    "²".encode(), "𝟙𝟚".encode(), "é".encode("latin-1"), "😀".encode(), b"\xed\xa0\x80", b"&#55357;", b"&amp;", b"&x;",
    b"<!--", b"]]>", b"<![CDATA[", b"<!DOCTYPE x>", b"anonymous", b"unknown", b"+", b"+49", b"00", b"tel:",
    b"mailto:", b"*31#", b"**610", b"/o=x/cn=y", b"From ", b">From ", b"From: ", b"--", b"BEGIN:VCARD", b"END:VCARD",
    b"BEGIN:VEVENT", b"END:VEVENT", b"END:VCALENDAR", b"sep=,", b"=cmd|' /C calc'!A0", b"a" * 300, b"9" * 300,
    b"(" * 300, b'"' * 301, b"\\" * 301, b"<" * 300, b"=?" * 300, b" " * 3000, b"a:" * 500, b";" * 1200, b"," * 1200,
]  # fmt: skip
"""Words that have broken readers of such files."""

VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 1.5, 1e300, float("nan"), float("inf"), 10**25, -(10**25), "", " ", "\ud800", "\x00",
    "null", "x" * 3000, "2024-02-30T00:00:00", "9999-12-31T23:59:59Z", [], {}, [[]], [None], [{}], {"": None},
    {"id": []}, ["x", {"text": 1}],
]  # fmt: skip

Mutation = Callable[[bytes, Random, Sequence[bytes]], bytes]


def mutated(content: bytes, chance: Random, others: Sequence[bytes] = ()) -> bytes:
    """A hostile version of `content`; `others` are files that pieces may be taken from."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5))):
        content = chance.choice(MUTATIONS)(content, chance, others)[:MOST]
    return content


def _span(content: bytes, chance: Random, most: int = 64) -> tuple[int, int]:
    start = chance.randrange(len(content) + 1)
    return start, min(len(content), start + chance.randrange(1, most))


def flip(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Some bytes replaced."""
    noisy = bytearray(content)
    for _ in range(chance.randrange(1, 6) if noisy else 0):
        noisy[chance.randrange(len(noisy))] = chance.randrange(256)
    return bytes(noisy)


def cut(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """The end, or a stretch, missing."""
    start, end = _span(content, chance, chance.choice((8, 64, 4096)))
    return content[:start] + (content[end:] if chance.random() < 0.7 else b"")


def insert(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """A hostile word in between."""
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice(WORDS) + content[at:]


def repeat(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """A stretch many times."""
    start, end = _span(content, chance, chance.choice((2, 8, 400)))
    return content[:end] + content[start:end] * chance.choice((1, 2, 50, 2000)) + content[end:]


def splice(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """The beginning of this file and the end of another."""
    other = chance.choice(others) if others else content
    return content[: chance.randrange(len(content) + 1)] + other[chance.randrange(len(other) + 1) :]


def lines(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Lines dropped, doubled, exchanged, joined or emptied."""
    rows = content.split(b"\n")
    a, b = chance.randrange(len(rows)), chance.randrange(len(rows))
    what = chance.randrange(6)
    if what == 0:
        del rows[a]
    elif what == 1:
        rows[a:a] = [rows[b]] * chance.choice((1, 1, 3, 300))
    elif what == 2:
        rows[a], rows[b] = rows[b], rows[a]
    elif what == 3:
        rows[a : a + 2] = [b"".join(rows[a : a + 2])]
    elif what == 4:
        rows[a] = chance.choice(WORDS)
    else:
        rows[a] = chance.choice((b" ", b"\t")) + rows[a]  # folded
    return b"\n".join(rows)


def ends(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Other line ends."""
    return content.replace(b"\r\n", b"\n").replace(b"\n", chance.choice((b"\r", b"\r\n", b"\n", b"\n\n", b"\r\r\n")))


_WORD = re.compile(rb"[\w.+@/-]+")


def words(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """A word (a name, date, number …) replaced by a hostile one or by another of the file."""
    found = [m.span() for m in _WORD.finditer(content)]
    if not found:
        return content
    for _ in range(chance.choice((1, 1, 2, 4))):
        start, end = chance.choice(found)
        a, b = chance.choice(found)
        word = chance.choice(WORDS) if chance.random() < 0.6 else content[a:b]
        content = content[:start] + word + content[end:]
    return content


_NUMBER = re.compile(rb"\d+")


def numbers(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Numbers (parts of dates and times, counts, ids) replaced."""
    found = [m.span() for m in _NUMBER.finditer(content)]
    for start, end in sorted(chance.sample(found, min(len(found), chance.choice((1, 2, 8)))), reverse=True):
        digits = chance.choice(
            (b"0", b"00", b"13", b"31", b"32", b"60", b"99", b"1970", b"9999", b"0001", b"-1", b"9" * 20, b"")
        )
        content = content[:start] + digits + content[end:]
    return content


def cells(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """A cell of a row, a parameter or a value of a property dropped, doubled or replaced."""
    rows = content.split(b"\n")
    row = chance.randrange(len(rows))
    separator = chance.choice((b",", b";", b"\t", b":", b"=", b" - ", b'"'))
    parts = rows[row].split(separator)
    at = chance.randrange(len(parts))
    what = chance.randrange(4)
    if what == 0:
        del parts[at]
    elif what == 1:
        parts[at:at] = [parts[at]] * chance.choice((1, 2, 50))
    elif what == 2:
        parts[at] = chance.choice(WORDS)
    else:
        chance.shuffle(parts)
    rows[row] = separator.join(parts)
    return b"\n".join(rows)


def encodings(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """The same text in another encoding, with or without its mark."""
    text = content.decode("utf-8", "replace")
    how = chance.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "latin-1", "cp1252", "utf-7", "utf-32"))
    return text.encode(how, "replace")


def nodes(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """A node of a JSON document replaced, dropped, doubled or nested; other files keep their words exchanged."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return words(content, chance, others)
    for _ in range(chance.choice((1, 1, 2, 5))):
        document = _changed(document, chance)
    try:
        return json.dumps(document).encode()
    except (ValueError, RecursionError):
        return content


def _changed(node: Any, chance: Random) -> Any:
    inside = [node]  # containers on the way down
    while True:
        here = inside[-1]
        keys = list(here) if isinstance(here, dict) else list(range(len(here))) if isinstance(here, list) else []
        if not keys:
            return chance.choice(VALUES) if len(inside) == 1 else node
        key = chance.choice(keys)
        if isinstance(here[key], dict | list) and here[key] and chance.random() < 0.85:
            inside.append(here[key])
            continue
        what = chance.randrange(5)
        if what == 0:
            del here[key]
        elif what == 1 and isinstance(here, list):
            here[key:key] = [here[key]] * chance.choice((1, 3, 100))
        elif what == 2:
            value = here[key]
            for _ in range(chance.choice((1, 2, 500))):
                value = [value]
            here[key] = value
        elif what == 3 and isinstance(here, dict):
            here[key] = here[chance.choice(keys)]
        else:
            here[key] = chance.choice(VALUES)
        return node


MUTATIONS: list[Mutation] = [
    flip,
    cut,
    insert,
    repeat,
    splice,
    lines,
    ends,
    words,
    words,
    numbers,
    cells,
    cells,
    encodings,
    nodes,
]
