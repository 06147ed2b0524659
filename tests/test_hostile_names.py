"""Whatever somebody calls themselves is harmless in every form of the list and on a terminal."""

import csv
import io
import json
import re
import unicodedata
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from click.testing import CliRunner

import touchpoints as tp
from touchpoints.cli import main

AT = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))
NAMES = (
    "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "@SUM(1;2)", "\u202eKnurd \u202dX", "👩‍👩‍👧‍👦 Muster", "A" * 500,
    "\x1b[31mRot\x1b[0m \x07", "Zeile\r\nBEGIN:VEVENT\r\nUID:x", "Null\x00Byte", "\u200bUnsichtbar", "[red]Farbe[/red]", "{0} {x} %s",
    "](javascript:alert(1))", "`x` | y \\ z", "עברית שלום",
)  # fmt: skip


def filled(store: Path | None = None) -> tp.Tracker:
    settings = tp.Settings(me=("+49 30 23125 100",), timezone="Europe/Berlin", region="DE-BE")
    tracker = tp.Tracker(store, settings=settings)
    for i, name in enumerate(NAMES):
        number = f"+49 89 99998 {200 + i}"
        calls = [
            tp.Touchpoint.call(number, AT - timedelta(days=40 + 7 * n, hours=i), "out", minutes=12, subject=name)
            for n in range(30)
        ]
        tracker.add(calls, people=[tp.Person(name, [number], customer=f"{name} Werk {i}", kind="customer")])
    return tracker


def unfit(text: str, allowed: str = "\n\r\t\ufeff\u200d") -> set[str]:
    return {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in allowed}


@pytest.mark.parametrize("lang", ["de", "en"])
def test_no_form_of_the_list_carries_what_drives_a_terminal_or_a_program(lang: str) -> None:
    with filled() as tracker:
        forms = {r.name: tracker.render(r.name, AT, lang, limit=None) for r in tracker.plugins.renderers}
    texts = {name: made.decode() if isinstance(made, bytes) else made for name, made in forms.items()}
    assert {"text", "json", "csv", "md", "html", "ics", "tasks"} <= texts.keys()
    for name, text in texts.items():
        if name != "json":  # there they are data, and escaped where they would do something
            assert unfit(text) == set(), name
    assert "<script>alert(1)" not in texts["html"]
    assert "<script>" not in texts["md"]
    assert not re.search(r"(?<!\\)\]\(", texts["md"])
    names = [f["contact"]["name"] for f in json.loads(texts["json"])["flags"]]
    assert len(names) == len(NAMES)
    delimiter = ";" if lang == "de" else ","
    cells = list(csv.reader(io.StringIO(texts["csv"].removeprefix("\ufeff")), delimiter=delimiter))
    assert len(cells) == len(NAMES) + 1
    assert [c for row in cells for c in row if c.startswith(("=", "@", "\t", "\r"))] == []
    assert len(icalendar.Calendar.from_ical(texts["tasks"]).walk("VTODO")) == len(NAMES)
    assert {str(e["uid"]) for e in icalendar.Calendar.from_ical(texts["ics"]).walk("VEVENT")} & {"x"} == set()


@pytest.mark.parametrize(
    "command", ["calls --at 2026-07-01", "people", "list --format csv", "status", "sort", "history"]
)
def test_no_command_prints_what_drives_a_terminal(command: str, tmp_path: Path) -> None:
    filled(tmp_path / "t.db").close()
    done = CliRunner().invoke(main, [*command.split(), "--store", str(tmp_path / "t.db")])
    assert done.exit_code in (0, 1), done.output
    assert unfit(done.output) == set()


def test_a_relationship_is_shown_and_named_as_it_is_called(tmp_path: Path) -> None:
    filled(tmp_path / "t.db").close()
    for name in NAMES:
        who = ["show", f"+49 89 99998 {200 + NAMES.index(name)}", "--at", "2026-07-01"]
        done = CliRunner().invoke(main, [*who, "--store", str(tmp_path / "t.db")])
        assert (done.exit_code, unfit(done.output)) == (0, set())
