"""The fast ways of reading a calendar find what the exact ones find: cutting a file, and reading a component's lines."""

import random
import re
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import touchpoints_calendar.blocks
from hypothesis import example, given, settings
from hypothesis import strategies as st
from touchpoints_calendar.blocks import Block, blocks, chunks, unfolded
from touchpoints_calendar.event import GRAMMAR, Event
from touchpoints_calendar.ics import ICalendar
from touchpoints_calendar.lines import Damaged
from touchpoints_calendar.zones import _ZONE

from touchpoints.errors import UnreadableSource
from touchpoints.model import Coverage, Skipped, Touchpoint
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source

OWN = Path(__file__).parent / "samples" / "calendar" / "icalendar"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "samples" / "calendar_ics"
FILES = sorted(p for folder in (OWN, SHARED) if folder.is_dir() for p in folder.rglob("*.ics"))


def components(path: Path) -> list[Block]:
    return list(blocks(chunks(Source.from_path(path))))


# -- lines ------------------------------------------------------------------------------------------------------------


def test_the_strict_reader_finds_in_every_file_what_icalendar_finds() -> None:
    fast = compared = 0
    for path in FILES:
        for block in components(path):
            grammar = {"VEVENT": GRAMMAR, "VTIMEZONE": _ZONE}.get(block.kind)
            if grammar is None:
                continue
            compared += 1
            text = unfolded(block.data)
            strict = grammar.strict(text)
            if strict is not None:
                fast += 1
                assert strict == list(grammar.exact(text)), path.name
    assert fast > 0.8 * compared > 30


@pytest.mark.filterwarnings("ignore")  # icalendar warns of zones it guesses; zones are not compared here
def test_an_event_is_what_icalendar_makes_of_its_component() -> None:
    from icalendar import Event as Reference

    compared = 0
    for path in FILES:
        for block in components(path):
            text = unfolded(block.data)
            if block.kind != "VEVENT" or block.damage:
                continue
            reference = Reference.from_ical(f"BEGIN:VEVENT{text}\nEND:VEVENT")
            try:
                event = Event.of(text)
            except Damaged:
                assert reference.errors or "VALUE=TIME" in text, path.name
                continue
            if reference.errors or "ALLDAYEVENT:TRUE" in text:
                continue
            compared += 1
            assert event.subject == _first(reference, "SUMMARY", "").strip(), path.name
            assert event.sequence == _first(reference, "SEQUENCE", 0), path.name
            for moment, name in ((event.start, "DTSTART"), (event.recurrence, "RECURRENCE-ID")):
                expected = _first(reference, name, None)
                wall = expected and (expected.dt.replace(tzinfo=None) if hasattr(expected.dt, "hour") else expected.dt)
                assert (moment and (moment.wall.date() if moment.day else moment.wall)) == wall, path.name
            rules = reference.get("RRULE") or []
            assert len(event.rules) == (len(rules) if isinstance(rules, list) else 1), path.name
    assert compared > 25


def _first(reference: Any, name: str, default: Any) -> Any:
    found = reference.get(name, default)
    return found[0] if isinstance(found, list) else found


NAMES = (
    "SUMMARY",
    "DTSTART",
    "ATTENDEE",
    "ORGANIZER",
    "LOCATION",
    "UID",
    "RRULE",
    "EXDATE",
    "X-ODD",
    "DESCRIPTION",
    "dtstart",
)
odd = st.text("abZ09 ;:,=\"\\^%'\t.@/-äß\u00a0nN", max_size=12)


@st.composite
def lines(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(NAMES))
    for _ in range(draw(st.integers(0, 3))):
        value = draw(odd | st.sampled_from(('"a;b:c"', "Erika Muster", '"Muster, Erika"', "ACCEPTED", '" x "', "")))
        name += f";{draw(st.sampled_from(('CN', 'TZID', 'PARTSTAT', 'X-A', 'cn', 'CN ')))}{draw(st.sampled_from('= '))}{value}"
    return f"{name}{draw(st.sampled_from((':', ' :', ':', ':', '')))}{draw(odd)}"


@settings(max_examples=300, deadline=None)
@given(st.lists(lines(), max_size=4))
@example(["ATTENDEE;CN=a ;PARTSTAT=b:c"])
@example(["ATTENDEE;CN=a = b:c"])
@example(['SUMMARY;X-A="b;c:d":e\\,f\\\\n'])
@example(["LOCATION:"])
@example(["SUMMARY;CN=^n:x"])
@example(["ATTENDEE;CN=a%2Cb:c"])
def test_the_strict_reader_never_differs_from_icalendar(text: list[str]) -> None:
    component = "".join(f"\n{line}" for line in text)
    strict = GRAMMAR.strict(component)
    if strict is not None:
        assert strict == list(GRAMMAR.exact(component))


def test_what_is_unusual_is_left_to_icalendar() -> None:
    for text in (
        "\ndtstart:20260303T090000Z",
        "\nATTENDEE;CN=a, b:mailto:x",
        "\nSUMMARY ;X=1:x",
        "\n SUMMARY:x",
        "\nBROKEN",
    ):
        assert GRAMMAR.strict(text) is None
    with pytest.raises(Damaged):
        list(GRAMMAR.exact("\nDTSTART;;VALUE=DATE-TIME:20140409T093000"))
    assert list(GRAMMAR.exact("\nSUMMARY;;:x\nUID:1")) == [("UID", {}, "1")]


# -- text -------------------------------------------------------------------------------------------------------------


def test_lines_are_unfolded_as_bytes_and_decoded_each_by_itself() -> None:
    folded = b"\r\nSUMMARY:Gespr\xc3\r\n \xa4ch\r\n\tx\r\n\r\n y\r\nLOCATION:K\xf6ln\r\r\nUID:\xe2\x82\xac"
    assert unfolded(folded) == "\nSUMMARY:Gesprächxy\nLOCATION:Köln\nUID:€"


@given(st.text("ab \t\r\n", max_size=30))
def test_unfolding_is_that_of_icalendar(text: str) -> None:
    from icalendar.parser import Contentlines

    text = text.replace("\r", "")
    expected = [str(line) for line in Contentlines.from_ical(text) if line]  # type: ignore[no-untyped-call]
    assert [line for line in unfolded(text.encode()).split("\n") if line] == expected


# -- cutting ----------------------------------------------------------------------------------------------------------


def cut(data: bytes, size: int = 1 << 20) -> list[Block]:
    return list(blocks(data[start : start + size] for start in range(0, len(data), size)))


def outcome(data: bytes, size: int = 1 << 20) -> list[tuple[Any, ...]]:
    """Blocks as they are read, without the line ends between which nothing stands."""
    plain = re.compile(rb"[\r\n]+")
    return [(b.kind, b.calendar, b.line, b.damage, plain.sub(b"\n", b.data).strip()) for b in cut(data, size)]


STRAY = (b"BEGIN:VEVENT", b"END:VEVENT\r", b"begin:valarm", b"END:VALARM", b"END:VCALENDAR", b"END:VEVENTS")


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A file with lines lost, doubled and swapped, cut off somewhere."""
    text = data.split(b"\n")
    for _ in range(chance.randrange(1, 8)):
        place, other = chance.randrange(len(text)), chance.randrange(len(text))
        match chance.randrange(4):
            case 0:
                del text[place : place + chance.randrange(3)]
            case 1:
                text[place:place] = text[other : other + 3]
            case 2:
                text[place], text[other % len(text)] = text[other % len(text)], text[place]
            case _:
                text.insert(place, chance.choice(STRAY))
        text = text or [b""]
    joined = b"\n".join(text)
    return joined[: chance.randrange(len(joined) + 1)] if chance.random() < 0.2 else joined


def variants() -> Iterator[bytes]:
    chance = random.Random(4)
    for path in FILES:
        if path.stat().st_size < 20_000:
            data = path.read_bytes()
            yield data
            for _ in range(2):
                yield damaged(data, chance)


def test_the_quick_cut_through_an_event_finds_what_the_careful_one_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = [outcome(data) for data in variants()]
    monkeypatch.setattr(touchpoints_calendar.blocks, "_whole_event", lambda *_: None)
    for found, data in zip(quick, variants(), strict=True):
        assert found == outcome(data)
    assert sum(map(len, quick)) > 150


def test_where_a_file_is_cut_into_pieces_changes_nothing() -> None:
    for data in variants():
        whole = outcome(data)
        for size in (7, 1000):
            assert outcome(data, size) == whole


def test_components_are_named_with_their_line_and_what_is_wrong() -> None:
    text = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nBEGIN:VEVENT\nUID:2\nBEGIN:VALARM\nX:1\nEND:VEVENT\nEND:VCALENDAR\n"
        "BEGIN:VCALENDAR\nBEGIN:VTODO\nEND:VCALENDAR\nBEGIN:VEVENT\nUID:3\nEND:VEVENT\nBEGIN:VCALENDAR\nMETHOD:X\nBEGIN:VEVENT\nUID:4"
    )
    assert [(b.kind, b.calendar, b.line, b.data.strip(), b.damage) for b in cut(text.encode())] == [
        ("VEVENT", 0, 2, b"UID:1", "ends without its END line"),
        ("VEVENT", 0, 4, b"UID:2", ""),
        ("VCALENDAR", 0, 1, b"", ""),
        ("VCALENDAR", 1, 10, b"", ""),
        ("VEVENT", -1, 13, b"UID:3", ""),
        ("VEVENT", 2, 18, b"UID:4", "is cut off: the file ends before its END line"),
        ("VCALENDAR", 2, 16, b"METHOD:X", ""),
    ]


def records(source: Source) -> list[Any]:
    context = Context(Settings(me=("mara.falk@falk.example",)), zone="Europe/Berlin", source=source.name)
    return list(ICalendar().read(source, context))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mebibyte is already too much."""
    monkeypatch.setattr(touchpoints_calendar.blocks, "MOST_BYTES", 1 << 20)


@pytest.mark.parametrize("data", [b"BEGIN:X\n" * 100, b"X:" + b"a" * (1 << 21)])
def test_what_no_calendar_has_is_refused(small: None, data: bytes) -> None:
    with pytest.raises(UnreadableSource, match="more than"):
        records(Source.from_bytes(b"BEGIN:VCALENDAR\n" + data, "hostile.ics"))


def test_many_small_parts_take_little_time() -> None:
    begin = time.process_time()
    for name in (b"VEVENT", b"VTIMEZONE"):
        data = (
            b"BEGIN:VCALENDAR\nBEGIN:"
            + name
            + b"\n"
            + b"BEGIN:X\nA:1\nEND:X\n" * 40_000
            + b"END:"
            + name
            + b"\nEND:VCALENDAR\n"
        )
        assert [b.kind for b in cut(data)] == [name.decode(), "VCALENDAR"]
    assert time.process_time() - begin < 5


def test_an_endless_event_is_named_and_the_next_is_read(small: None) -> None:
    people = b"ORGANIZER:mailto:mara.falk@falk.example\nATTENDEE:mailto:erika@muster-gmbh.example\n"
    event = b"BEGIN:VEVENT\nDTSTART:20260303T090000Z\n" + people + b"END:VEVENT\n"
    endless = b"BEGIN:VEVENT\n" + b"COMMENT:x\n" * (1 << 17) + b"END:VEVENT\n"
    data = b"BEGIN:VCALENDAR\n" + endless + event + b"END:VCALENDAR\n"
    skipped, read, _ = records(Source.from_bytes(data, "long.ics"))
    assert (type(skipped), skipped.record, skipped.reason) == (Skipped, 2, "the event is larger than 1 MiB")
    assert isinstance(read, Touchpoint)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_encodings_and_line_ends_change_nothing(encoding: str, mark: str, end: str) -> None:
    text = (OWN / "google.ics").read_bytes().replace(b"\r\n ", b"").decode().replace("\r\n", end)
    source = Source.from_bytes((mark + text).encode(encoding), "k.ics")
    assert ICalendar().recognises(source)
    assert records(source) == records(Source.from_path(OWN / "google.ics", "k.ics"))


def test_memory_does_not_grow_with_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(touchpoints_calendar.blocks, "CHUNK", 1 << 14)
    event = (
        "BEGIN:VEVENT\nUID:{0}@falk.example\nDTSTAMP:20260101T080000Z\nDTSTART:20260303T090000Z\nSUMMARY:Gespräch {0}\n"
        "ORGANIZER:mailto:mara.falk@falk.example\nATTENDEE:mailto:erika@muster-gmbh.example\nEND:VEVENT\n"
    )
    peaks = []
    for count in (4_000, 1_000, 4_000):  # the first fills what is remembered of names and zones
        data = f"BEGIN:VCALENDAR\n{''.join(map(event.format, range(count)))}END:VCALENDAR\n".encode()
        context = Context(Settings(me=("mara.falk@falk.example",)), zone="Europe/Berlin", source="k.ics")
        tracemalloc.start()
        found = sum(isinstance(r, Touchpoint) for r in ICalendar().read(Source.from_bytes(data, "k.ics"), context))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert found == count
    assert peaks[2] < peaks[1] + 3_000 * 75


def test_coverage_of_every_sample_lies_within_its_stamps() -> None:
    covered = [
        r for path in sorted(OWN.glob("*.ics")) for r in records(Source.from_path(path)) if isinstance(r, Coverage)
    ]
    assert {r.what for r in covered} == {"mara.falk@falk.example", "Kunden"}
    assert all(r.start <= r.end for r in covered)
