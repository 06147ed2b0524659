"""Inputs that once broke an importer stay harmless, and so do some new ones at every run (`python -m tests.fuzz`)."""

from __future__ import annotations

import random
from pathlib import Path
from types import SimpleNamespace

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.checking import CORPUS, Finding, Sample, finding_in, samples
from tests.fuzz.mutations import MUTATIONS, mutated
from touchpoints.errors import UnreadableSource
from touchpoints.model import Person, Skipped, Touchpoint
from touchpoints.plugins import Importer, Plugins
from touchpoints.testing import fault_in

STARTS = samples()
KEPT = [s for s in STARTS if s.path.is_relative_to(CORPUS)]


@pytest.mark.parametrize("sample", KEPT, ids=lambda s: f"{s.importer}-{s.path.name}")
def test_what_once_broke_an_importer_no_longer_does(sample: Sample) -> None:
    assert finding_in(sample, sample.content) is None


def test_every_importer_is_fuzzed() -> None:
    assert {i.name for i in Plugins.installed().importers} == {s.importer for s in STARTS}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(STARTS), st.randoms(use_true_random=False))
def test_no_mutated_sample_breaks_an_importer(sample: Sample, chance: random.Random) -> None:
    assert finding_in(sample, mutated(sample.content, chance, [s.content for s in STARTS[::9]])) is None


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(MUTATIONS), st.binary(max_size=200), st.randoms(use_true_random=False))
def test_every_mutation_takes_any_bytes(mutation, content: bytes, chance: random.Random) -> None:
    assert isinstance(mutation(content, chance, [b"x"]), bytes)


# -- structures that no sample has --------------------------------------------------------------------------------

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
ADDRESS = st.sampled_from(
    ['"Muster, Erika" <erika@example.com>', "erika@example.com", "=?utf-8?q?M=C3=BCller?= <m@x.example>"]
)
MAIL_VALUE = st.one_of(TEXT, ADDRESS, st.lists(ADDRESS, max_size=4).map(", ".join), st.sampled_from(
    ["Mon, 4 Mar 2024 10:00:00 +0100", "2 Okt 2023 8:00", "multipart/report; boundary=x", "text/calendar; method=REQUEST",
     "<a@b.example>", "auto-replied", "bulk", "0009", "Gesendet,=?utf-8?q?Entw=C3=BCrfe?="]))  # fmt: skip
MAIL_NAME = st.sampled_from(
    "From To Cc Bcc Date Received Subject Message-ID References In-Reply-To Content-Type List-Id Precedence Auto-Submitted "
    "X-Gmail-Labels X-Mozilla-Status X-Failed-Recipients Delivered-To Sender".split()
)
MAIL = st.lists(st.tuples(MAIL_NAME, MAIL_VALUE), min_size=1).map(
    lambda fields: "From: a@example.com\nMIME-Version: 1.0\n" + "".join(f"{n}: {v}\n" for n, v in fields) + "\nBody?\n"
)
CLOCK = st.sampled_from(["09:15", "9:15 PM", "9:15:30 p. m.", "09.15", "24:15", "9:61"])
DAY = st.sampled_from(["12.03.24", "3/12/24", "13/3/2024", "2024-03-12", "4. 3. 2025.", "31.02.24", "2024/03/12"])
CHAT_LINE = st.tuples(DAY, CLOCK, st.sampled_from(["Mara Falk", "Erika", "+49 171 3920001", "\u200e~\u202fX"]), TEXT)
CHAT = st.tuples(st.sampled_from(["{0}, {1} - {2}: {3}", "[{0}, {1}] {2}: {3}", "\u200e[{0} {1}] {2}:{3}"]),
                 st.lists(CHAT_LINE, min_size=1, max_size=20)).map(
    lambda form: "\n".join(form[0].format(*line) for line in form[1]))  # fmt: skip
CARD_NAME = st.sampled_from(
    "N FN TEL EMAIL ORG BDAY URL UID REV CATEGORIES KIND X-ABLabel NOTE PHOTO AGENT item1.TEL".split()
)
CARD_PARAMETER = st.sampled_from(["", ";TYPE=work", ";WORK;VOICE", ";ENCODING=QUOTED-PRINTABLE", ";CHARSET=x", ";PREF=1;VALUE=uri",
                                  ";ENCODING=b", ';X="a:b;c"'])  # fmt: skip
CARD = st.lists(st.tuples(CARD_NAME, CARD_PARAMETER, TEXT)).map(
    lambda lines: "BEGIN:VCARD\r\nVERSION:3.0\r\n" + "".join(f"{n}{p}:{v}\r\n" for n, p, v in lines) + "END:VCARD\r\n"
)
HEADER = st.sampled_from(
    [
        "Name;E-Mail;Telefon;Geburtstag",
        "First Name,Last Name,URL,Email Address,Company,Connected On",
        "Vorname,Nachname,E-Mail-Adresse,Telefon geschäftlich,Kategorien",
        "Record ID,First Name,Phone Number,Email",
    ]
)
TABLE = st.tuples(HEADER, st.lists(st.lists(TEXT, max_size=8), max_size=8)).map(
    lambda t: "\n".join([t[0], *((";" if ";" in t[0] else ",").join(row) for row in t[1])]))  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "written"), [("eml", MAIL), ("whatsapp", CHAT), ("vcard", CARD), ("contacts-table", TABLE)]
)
def test_no_built_input_breaks_an_importer(kind: str, written: st.SearchStrategy[str]) -> None:
    sample = next(s for s in STARTS if s.importer == kind)

    @settings(max_examples=120, deadline=None)
    @given(written)
    def holds(text: str) -> None:
        assert finding_in(sample, text.encode()) is None

    holds()


# -- the rules themselves ----------------------------------------------------------------------------------------


class Broken(Importer):
    """An importer that does what it is told, to see that the rules notice."""

    name = "broken"

    def __init__(self, *records: object, raises: Exception | None = None) -> None:
        self.records, self.raises = records, raises

    def recognises(self, source):
        return True

    def read(self, source, context):
        yield from self.records
        if self.raises:
            raise self.raises


def found_in(monkeypatch: pytest.MonkeyPatch, importer: Importer) -> Finding | None:
    plugin = SimpleNamespace(touchpoints_api=1, touchpoints_importers=lambda: [importer], __name__="broken")
    only = Plugins.of(plugin)
    monkeypatch.setattr(Plugins, "installed", classmethod(lambda cls: only))
    return finding_in(Sample("broken", Path(__file__), b"x"), b"x")


@pytest.mark.parametrize(
    "importer",
    [
        Broken(raises=ValueError("x")), Broken(raises=RecursionError()), Broken(raises=UnreadableSource("x", "")), Broken("a text"),
        Broken(Person("\ud800", ["erika@example.com"])), Broken(Person("", ["erika@example.com"])), Broken(Person("E", [])),
        Broken(Person("E", ["erika@example.com"], birthday="1.2.1990")), Broken(Skipped("x", 1, "")),
        Broken(Skipped("x", 1, "y" * 30_000)),
    ],
)  # fmt: skip
def test_the_rules_notice_what_is_wrong(monkeypatch: pytest.MonkeyPatch, importer: Broken) -> None:
    assert found_in(monkeypatch, importer)


def test_the_rules_let_pass_what_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found_in(monkeypatch, Broken(Skipped("x", 1, "no date"), raises=UnreadableSource("x", "damaged"))) is None


def test_what_does_not_end_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    import re

    class Endless(Broken):
        def read(self, source, context):
            yield Skipped("x", 1, str(re.fullmatch("(a+)+b", "a" * 60)))

    monkeypatch.setattr("tests.fuzz.checking.GIVEN_UP", 0.5)
    finding = found_in(monkeypatch, Endless())
    assert finding and "does not end" in finding.what


def test_a_fault_of_a_touchpoint_is_named() -> None:
    from datetime import UTC, datetime

    good = Touchpoint.call("+49 89 99998 123", datetime(2026, 1, 1, tzinfo=UTC), "in", key="k")
    assert fault_in(good, ["phone"]) == ""
    assert "not declared" in fault_in(attrs.evolve(good, channel="pigeon"), ["mail"])
    assert "year" in fault_in(Touchpoint.call("+49 89 99998 123", datetime(9999, 1, 1, tzinfo=UTC), "in", key="k"))
