"""Every text goes through the catalogues: in a language whose translations are the English in brackets, nothing but data
stands outside brackets. That also proves that a further language needs a catalogue alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from touchpoints.locale.__main__ import messages, written

ROOT = Path(__file__).parents[1]
CODE = "eo"  # a language that Babel knows and no catalogue speaks
AT = "2026-07-01T09:00"
COMMANDS: list[list[str]] = [
    ["calls"], ["calls", "--limit", "2", "--format", "md"], ["calls", "--minutes", "5"], ["show", "Ingrid Brandeis"],
    ["show", "spedition-wolkenstein.example"], ["calls", "--why-not", "Ingrid Brandeis"], ["reach", "Ingrid Brandeis"],
    ["mix", "--year-ago"], ["service"], ["demand"], ["staff", "--handle-seconds", "180"], ["status"], ["people"],
    ["people", "--suggestions"], ["people", "--unresolved"], ["backtest"], ["sort"], ["history"],
    ["log", "Ingrid Brandeis", "reached", "15m", "…"], ["snooze", "Frank Thiele", "--until", "2026-08-01"],
    ["cadence", "Holger Jansen", "30d"], ["away", "Holger Jansen", "--until", "2026-08-15"], ["calls", "--limit", "50"],
    ["history"], ["undo"], ["doctor"], ["plugins"], ["week"],
    ["plugins", "--explain", "examples/truth.json"],
    ["plugins", "--explain", "examples/data/Kalender.ics"], ["show", "Nobody"], ["snooze", "Frank Thiele", "--until", "x"],
    ["privacy", "erase", "Frank Thiele"], ["timezone", "Nowhere"], ["forget", "nothing.ics"],
]  # fmt: skip
HELP = ["calls", "import", "staff", "privacy", "sort", "merge", "backtest"]
RUN = """
import json, sys
from pathlib import Path
import touchpoints.language
touchpoints.language.CATALOGUES = Path(sys.argv[1])
from click.testing import CliRunner
from touchpoints.cli import main
said = []
for line in json.load(sys.stdin):
    done = CliRunner().invoke(main, line, input="uqx", prog_name="touchpoints")
    said.append([line, done.output + (done.stderr if done.stderr not in done.output else ""), repr(done.exception)])
json.dump(said, sys.stdout)
"""
SHOWN = frozenset(
    """touchpoints table text json csv jsonl yes no Berlin Europe Enter Space store known export icalendar fritzbox whatsapp mbox
    android calls WhatsApp LinkedIn SMS Telegram Signal Slack Teams Facebook Instagram""".split()
)
"""Names that stand for themselves: of this library's commands and importers, of other people's products."""


def outside(text: str) -> str:
    """What stands outside brackets. A line that was cut ends its bracket; so does an empty line."""
    kept, depth = [], 0
    for line in text.splitlines():
        for sign in line:
            depth += (sign == "⟦") - (sign == "⟧" and depth > 0)
            if not depth and sign != "⟧":
                kept.append(sign)
        kept.append("\n")
        if not line.strip() or line.rstrip().endswith("…"):
            depth = 0
    return "".join(kept)


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locale")
    (folder / CODE / "LC_MESSAGES").mkdir(parents=True)
    from babel.messages.catalog import Catalog

    pseudo = Catalog(locale=CODE, fuzzy=False)
    for message in messages():
        if message.id:
            both = message.id if isinstance(message.id, tuple) else (message.id, message.id)
            strings = tuple(f"⟦{text}⟧" for text in both)
            pseudo.add(message.id, strings if isinstance(message.id, tuple) else strings[0], context=message.context)
    (folder / CODE / "LC_MESSAGES" / "touchpoints.po").write_bytes(written(pseudo))
    return folder


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pseudo") / "touchpoints.db"
    import touchpoints as tp

    truth = json.loads((ROOT / "examples" / "truth.json").read_text(encoding="utf-8"))
    settings = tp.Settings(me=truth["me"], timezone="Europe/Berlin", region="DE-BE")
    with tp.Tracker(path, settings=settings) as tracker:
        tracker.ingest(ROOT / "examples" / "data", remember={"me": truth["me"], "timezone": "Europe/Berlin"})
    return path


def run(catalogues: Path, lines: list[list[str]]) -> list[tuple[list[str], str, str]]:
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(catalogues)], input=json.dumps(lines), capture_output=True, text=True, cwd=ROOT,
        encoding="utf-8", check=True,
    )  # fmt: skip
    return [(line, text, error) for line, text, error in json.loads(done.stdout)]


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{3,}", text))


@pytest.fixture(scope="module")
def data(store: Path) -> set[str]:
    """The words of names, subjects, handles, sources and notes."""
    import touchpoints as tp
    from touchpoints.language import language
    from touchpoints.plugins import Plugins

    found = set(SHOWN) | words(str(store)) | words(" ".join(p.name for p in (ROOT / "examples" / "data").iterdir()))
    with tp.Tracker(store) as tracker:
        for stored in tracker.touchpoints():
            t = stored.touchpoint
            found |= words(f"{t.subject} {stored.source} {stored.importer} {t.line}")
            for party in t.parties:
                found |= words(f"{party.name} {party.handle.value} {party.handle.raw}")
        for someone in (*tracker.directory.contacts.values(), *tracker.directory.customers.values()):
            found |= words(f"{someone.name} {someone.id}")
    for provided in Plugins.installed().provided:
        found |= words(provided.offer.name)
    locale = language("en").locale.parse(CODE)
    for kinds in (locale.months, locale.days):
        for widths in kinds.values():
            for names in widths.values():
                found |= words(" ".join(names.values()))
    return found


def test_nothing_but_data_stands_outside_the_catalogue(catalogues: Path, store: Path, data: set[str]) -> None:
    timed = {"doctor", "undo", "history", "plugins", "people", "timezone", "forget", "sort"}
    lines = [
        [*line, *(["--at", AT] if line[0] not in timed else []), "--lang", CODE, "--store", str(store)]
        for line in COMMANDS
    ]
    left = {}
    for line, text, error in run(catalogues, lines):
        assert error in ("None", "SystemExit(0)", "SystemExit(1)", "SystemExit(2)"), (line, error)
        assert "⟦" in text, line
        given = words(" ".join(line))
        if found := words(outside(text)) - data - given:
            left[" ".join(line[:3])] = sorted(found)
    assert left == {}


def test_an_import_says_nothing_outside_the_catalogue(catalogues: Path, tmp_path: Path, data: set[str]) -> None:
    (tmp_path / "calls.csv").write_text("Date;Number;Duration\nyesterday;+49 30 23125 200;3\n", encoding="utf-8")
    (tmp_path / "nothing.xyz").write_bytes(b"\0\1\2\3")
    (tmp_path / "empty.ics").write_bytes(b"")
    (tmp_path / "cut.ics").write_text("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:never\nEND:VEVENT\n", encoding="utf-8")
    lines = [["import", *map(str, sorted(tmp_path.iterdir())), "--dry-run", "--timezone", "Europe/Berlin", "--lang", CODE,
              "--store", str(tmp_path / "t.db")]]  # fmt: skip
    [(line, text, _)] = run(catalogues, lines)
    assert words(outside(text)) - data - words(" ".join(line)) == set()


def test_help_pages_and_usage_errors_say_nothing_outside_the_catalogue(catalogues: Path) -> None:
    from touchpoints.cli import main

    names = {word for name in main.commands for word in words(name)}
    lines = [["--lang", CODE, "--help"], *([name, "--help", "--lang", CODE] for name in HELP)]
    lines += [
        ["calls", "--lang", CODE, "--limi", "3"],
        ["calls", "--lang", CODE, "--limit", "x"],
        ["show", "--lang", CODE],
    ]
    left = {}
    for line, text, _ in run(catalogues, lines):
        plain = re.sub(r"⟦Example:⟧.*?\n\n", "\n", text + "\n\n", flags=re.S)  # commands, as they are typed
        plain = re.sub(r"--?[\w-]+|\[[^⟦⟧]*?\]|\{[^⟦⟧]*?\}|\b[A-Z]{1,}[\w.|…]*\b|WHO\|3y", "", outside(plain))
        if found := {word for word in words(plain) if word not in names | SHOWN | {"root", "main"}}:
            left[" ".join(line)] = sorted(found)
    assert left == {}
