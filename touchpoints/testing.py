"""The tests every importer passes. A plugin author's test file is four lines:

    from touchpoints.testing import ImporterContract

    class TestMyPbx(ImporterContract):
        importer, samples = MyPbx(), Path(__file__).parent / "samples"

Each file in `samples` is read with the golden file beside it (`NAME.golden`, one JSON value a record): where it is
missing it is written and the test fails once, so that somebody reads it; it is never overwritten. Files in
`samples/damaged` must give a `Skipped` value or a `SourceError`.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar

import attrs

from touchpoints.errors import SourceError
from touchpoints.handles import KINDS, Handle
from touchpoints.model import (
    CHANNELS,
    Absence,
    Answer,
    Coverage,
    LeftOut,
    Participant,
    Party,
    Person,
    Question,
    Skipped,
    Touchpoint,
)
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source

DECOYS = {
    "empty.txt": b"",
    "letter.txt": b"Dear all,\nthis is a letter: 1.2.2024, 12:30 - it only looks like a chat.\n",
    "recipe.csv": b"Zutat;Menge;Einheit\nMehl;500;g\nMilch;250;ml\n",
    "numbers.json": b'{"values": [1, 2, 3], "name": "x"}',
    "page.html": b"<!doctype html><html><head><title>A page</title></head><body><p>Text</p></body></html>",
    "feed.xml": b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title></channel></rss>',
    "noise.bin": bytes(random.Random(7).randrange(256) for _ in range(2000)),
    "nul.bin": bytes(3000),
}
"""Files that no importer may take for its own."""

LONGEST_TEXT = 20_000
"""No value of a record is longer: what a file may hold in one field without end must be cut."""

HEAVY = ("icalendar", "dateparser", "phonenumbers", "vobject", "jinja2", "rich", "click", "babel", "holidays", "numpy")
"""Libraries that importing a plugin must not load."""


def as_json(record: Record) -> str:
    """A record as one line of JSON with sorted keys: what golden files hold."""
    values = {k: v for k, v in attrs.asdict(record).items() if v not in (None, (), [], {}, "")}
    values.pop("source", None)
    if "record" in values:
        values["place"] = values.pop("record")
    return json.dumps({"record": type(record).__name__, **values}, ensure_ascii=False, sort_keys=True, default=_plain)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def fault_in(record: object, channels: Iterable[str] = ()) -> str:
    """What is wrong with a record an importer gave, empty if nothing is: its type, or a value no store could hold.

    `channels` are the names of those the importer declares beside the ones every store knows; none are checked if it is
    empty.
    """
    if not isinstance(record, Touchpoint | Person | Skipped | LeftOut | Coverage | Answer | Absence | Question):
        return f"{type(record).__name__} is no record"
    for text in _texts(attrs.asdict(record, recurse=True)):
        if len(text) > LONGEST_TEXT:
            return f"{type(record).__name__}: a text of {len(text)} characters ({text[:20]}…)"
        try:
            text.encode()
        except UnicodeEncodeError:
            return f"{type(record).__name__}: a text that no file can hold: {text[:80]!a}"
    if isinstance(record, Touchpoint):
        return _fault_in_touchpoint(record, frozenset(channels))
    if isinstance(record, Person):
        return _fault_in_person(record)
    if isinstance(record, Coverage):
        days = type(record.start) is date and type(record.end) is date
        return "" if days and record.start <= record.end else f"covers {record.start!r} to {record.end!r}"
    if isinstance(record, Absence):
        wrong = [s for s in record.spans if not (type(s[0]) is type(s[1]) is date and s[0] <= s[1])]
        return f"away {wrong[0]!r}" if wrong else "" if record.key else "an absence without a key"
    if isinstance(record, Answer):
        aware = isinstance(record.at, datetime) and record.at.utcoffset() is not None
        return "" if aware and record.key and record.said else "an answer without a time, a key or anything said"
    if isinstance(record, Skipped | LeftOut):
        return "" if isinstance(record.reason, str) and record.reason else f"{type(record).__name__} without a reason"
    return "" if record.question and all(isinstance(o, str) for o in record.options) else "an empty question"


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for pair in value.items():
            yield from _texts(pair)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _fault_in_touchpoint(t: Touchpoint, channels: frozenset[str]) -> str:
    optional = (t.key, t.series, t.line, t.thread, t.subject, t.ref)
    seconds = (s for s in (t.duration, t.wait) if s is not None)
    for wrong, what in (
        (not isinstance(t.at, datetime) or t.at.utcoffset() is None, f"its time {t.at!r}"),
        (not 1900 < t.at.year < 2300, f"its year {t.at.year}"),
        (channels and t.channel not in channels | CHANNELS.keys(), f"its channel {t.channel!r} is not declared"),
        (not t.key, "no key"),
        (not t.parties, "nobody outside"),
        (not all(x is None or isinstance(x, str) for x in optional), f"a value that is no text: {optional}"),
        (t.expects_reply not in (None, True, False), f"expects_reply {t.expects_reply!r}"),
        (not all(isinstance(s, int | float) and 0 <= s < 1e9 for s in seconds), f"seconds {t.duration!r}, {t.wait!r}"),
        (not all(type(part) in (int, str) for part in t.revision), f"its revision {t.revision!r}"),
        (not all(isinstance(p, Party) and _is_handle(p.handle) for p in t.parties), f"a party: {t.parties}"),
        (not all(isinstance(p, Participant) and (p.handle is None or _is_handle(p.handle)) for p in t.participants),
         f"a participant: {t.participants}"),
        (not all(type(k) is str and type(v) is str for k, v in t.extra.items()), f"extra {t.extra}"),
    ):  # fmt: skip
        if wrong:
            return f"Touchpoint: {what}"[:200]
    return ""


def _fault_in_person(p: Person) -> str:
    optional = (p.customer, p.ref, p.owner, p.key)
    if not isinstance(p.name, str) or not p.name.strip() or not p.handles or not all(map(_is_handle, p.handles)):
        return f"Person: name or handles: {p.name!r} {p.handles}"[:200]
    if not all(x is None or isinstance(x, str) for x in optional) or not all(isinstance(tag, str) for tag in p.tags):
        return f"Person: a value that is no text: {optional} {p.tags}"[:200]
    try:
        for day in (p.birthday, p.anniversary, p.contract):
            date.fromisoformat((day or "2000-01-01").replace("--", "2000-", 1))
    except ValueError:
        return f"Person: a day: {p.birthday!r}, {p.anniversary!r}, {p.contract!r}"
    return ""


def _is_handle(handle: Any) -> bool:
    return isinstance(handle, Handle) and handle.kind in KINDS and bool(handle.value.strip())


class ImporterContract:
    """Inherit from it, name `importer` and `samples` (a folder or files), and set what the samples need to be read:
    `me`, `zone`, `region`, `settings`."""

    importer: ClassVar[Importer]
    samples: ClassVar[Path | Iterable[Path]]
    me: ClassVar[tuple[str, ...]] = ("+49 30 23125 100", "mara.falk@falk.example", "Mara Falk")
    zone: ClassVar[str] = "Europe/Berlin"
    region: ClassVar[str] = "DE"
    settings: ClassVar[Settings | None] = None

    # -- what the tests stand on ----------------------------------------------------------------------------------

    def files(self, damaged: bool = False) -> list[Path]:
        """The sample files, sorted; with `damaged` those in the folder of that name."""
        if isinstance(self.samples, Path):
            folder = self.samples / "damaged" if damaged else self.samples
            found = [p for p in folder.glob("*") if p.is_file()] if folder.is_dir() else []
        else:
            found = [p for p in self.samples if (p.parent.name == "damaged") == damaged]
        return sorted(p for p in found if p.suffix != ".golden")

    def context(self, source: Source) -> Context:
        """A context for one file."""
        settings = self.settings or Settings(me=self.me, region=self.region)
        return Context(
            settings, zone=self.zone, region=self.region, source=source.name, importer=self.importer.name,
            channels=self.importer.channels,
        )  # fmt: skip

    def read(self, source: Source) -> list[Record]:
        """All records of a file."""
        return list(self.importer.read(source, self.context(source)))

    # -- the contract -----------------------------------------------------------------------------------------------

    def test_there_are_samples(self) -> None:
        """Without samples nothing would be proven."""
        assert self.files(), f"no samples for {self.importer.name}"

    def test_recognises_its_samples(self) -> None:
        """Each sample is recognised by its content, under any name."""
        for path in self.files():
            assert self.importer.recognises(Source.from_path(path)), path.name
            assert self.importer.recognises(Source(path.name, Source.from_path(path)._open, path=path.name)), path.name

    def test_recognises_no_decoy(self) -> None:
        """Files of other kinds are left to others."""
        taken = [name for name, content in DECOYS.items() if self.importer.recognises(Source.from_bytes(content, name))]
        assert taken == []

    def test_reads_what_the_golden_file_says(self) -> None:
        """The records of each sample are those of the golden file beside it."""
        written = []
        for path in self.files():
            golden = path.with_name(path.name + ".golden")
            text = "".join(as_json(r) + "\n" for r in self.read(Source.from_path(path, path.name)))
            if not golden.exists():
                golden.write_text(text, encoding="utf-8")
                written.append(golden.name)
            else:
                assert text.splitlines() == golden.read_text(encoding="utf-8").splitlines(), path.name
        assert written == [], "golden files were written: read them, then run again"

    def test_two_reads_are_equal(self) -> None:
        """Nothing depends on a clock, on chance or on what was read before."""
        for path in self.files():
            assert [as_json(r) for r in self.read(Source.from_path(path))] == [
                as_json(r) for r in self.read(Source.from_path(path))
            ]

    def test_values_are_of_the_model(self) -> None:
        """Records are values of the model that a store can hold; touchpoints have aware times, a key, somebody outside."""
        names = [c.name for c in self.importer.channels]
        for path in self.files():
            faults = [fault for record in self.read(Source.from_path(path)) if (fault := fault_in(record, names))]
            assert faults == [], path.name

    def test_nothing_comes_twice(self) -> None:
        """Keys are unique within a file."""
        for path in self.files():
            keys = [r.key for r in self.read(Source.from_path(path)) if isinstance(r, Touchpoint)]
            assert len(keys) == len(set(keys)), path.name

    def test_own_side_is_never_a_party(self) -> None:
        """Our numbers, addresses and names are colleagues, not contacts."""
        for path in self.files():
            source = Source.from_path(path)
            ours = self.context(source).our_side
            for record in self.read(source):
                if isinstance(record, Touchpoint):
                    assert [p for p in record.parties if ours.owns(p.handle, p.name)] == []

    def test_damaged_files_are_named(self) -> None:
        """A damaged record is a `Skipped` value, a damaged file a `SourceError`; the rest is read."""
        for path in self.files(damaged=True):
            source = Source.from_path(path)
            try:
                records = self.read(source)
            except SourceError as error:
                assert error.reason
                continue
            assert any(isinstance(r, Skipped) and r.reason for r in records), path.name

    def test_survives_garbage_and_truncation(self) -> None:
        """Cut and overwritten files give records or a `SourceError`, never another exception."""
        chance = random.Random(1)
        for path in self.files():
            content = path.read_bytes()
            for _ in range(12):
                cut = content[: chance.randrange(len(content) + 1)]
                noisy = bytearray(content)
                for _ in range(1 + len(content) // 200):
                    noisy[chance.randrange(len(noisy))] = chance.randrange(256)
                for damaged in (cut, bytes(noisy)):
                    source = Source.from_bytes(damaged, path.name)
                    try:
                        if self.importer.recognises(source):
                            self.read(source)
                    except SourceError:
                        continue

    def test_no_heavy_import(self) -> None:
        """Importing the plugin's module loads no heavy library: those wait until a file is read."""
        module = type(self.importer).__module__
        code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert (done.stdout.strip(), done.stderr.strip()) == ("[]", "")
