"""Every text goes through the catalogues: in a language whose translations are the English in brackets, nothing but data
stands outside brackets. That also proves that a further language needs a catalogue alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest
from babel.dates import format_timedelta

from touchpoints.cli import main
from touchpoints.locale.__main__ import messages, written
from touchpoints.plugins import Plugins

ROOT = Path(__file__).parents[1]
CODE = "eo"  # a language that Babel knows and no catalogue speaks
AT = "2026-07-01T09:00"
THIELE = "frank.thiele@spedition-wolkenstein.example"
COMMANDS: list[list[str]] = [
    ["calls"], ["list", "--since", "2026-06-30"], ["calls", "--minutes", "5"], ["show", "Yvonne Hartwig"],
    ["show", "spedition-wolkenstein.example"], ["calls", "--why-not", "Yvonne Hartwig"], ["reach", "Yvonne Hartwig"],
    ["mix", "--year-ago"], ["service"], ["demand"], ["staff", "--handle-seconds", "180"], ["status"], ["people"],
    ["people", "--suggestions"], ["people", "--unresolved"], ["backtest", "--svg", "{folder}/own.svg"],
    ["backtest", "{folder}/silence.csv", "--horizon", "5", "--svg", "{folder}/silence.svg", "WITHOUT A TIME"], ["sort"], ["history"],
    ["log", "Yvonne Hartwig", "reached", "15m", "…"], ["snooze", "{thiele}", "--until", "2026-08-01"],
    ["cadence", "Holger Jansen", "30d"], ["away", "Holger Jansen", "--until", "2026-08-15"], ["calls", "--limit", "50"],
    ["history"], ["undo"], ["doctor"], ["plugins"], ["week"], ["cover", "{me}", "--from", "2026-07-06", "--to", "2026-07-17"],
    ["plugins", "--explain", "examples/truth.json"], ["plugins", "--explain", "examples/data/Kalender.ics"],
    ["show", "Nobody", "REFUSED"], ["snooze", "{thiele}", "--until", "x", "REFUSED"],
    ["privacy", "erase", "{thiele}", "REFUSED"], ["timezone", "Nowhere", "REFUSED"], ["forget", "nothing.ics", "REFUSED"],
    ["today", "--no-open"],
    *(["completion", shell] for shell in ("bash", "zsh", "fish", "powershell")), ["note", "Holger Jansen", "…"],
    ["dismiss", "{thiele}", "--because", "not-now"], ["left", "Holger Jansen"], ["rename", "{thiele}", "Xaver Hollerbach"], ["undo"],
    ["consent", "Holger Jansen", "phone", "no", "--evidence", "…"], ["move", "Holger Jansen", "Falk"],
    ["merge", "{thiele}", "Holger Jansen"], ["split", "{thiele}", "+49 89 99998 195"], ["undo"], ["undo"],
    ["split", "{thiele}", "nobody@example.com", "REFUSED"], ["show", "Ingrid Brandeis", "REFUSED"],
    ["add-handle", "{thiele}", "+49 30 23125 999"], ["mark", "rechnung@kleeblatt-netz.example", "ignored"],
    ["backup", "{folder}/copy.db"], ["backup", "{folder}/copy.db", "REFUSED"], ["privacy", "object", "Holger Jansen"],
    ["privacy", "export", "Holger Jansen", "--output", "{folder}/export"], ["privacy", "clean", "{folder}/copy.db"],
    ["encrypt"], ["encrypt", "REFUSED"], ["decrypt"], ["decrypt", "REFUSED"], ["timezone", "Europe/Vienna"],
    ["forget", "Kalender.ics"],
    ["privacy", "retain", "1y", "--yes"], ["privacy", "erase", "Heike Sommer", "--yes"], ["import", "examples/data", "--dry-run"],
    ["setup", "examples/data"], ["setup", "examples/data", "--config", "{folder}/asked.toml", "AT A TERMINAL"],
    ["calls", "AT A TERMINAL"], ["status", "AT A TERMINAL"],
]  # fmt: skip
"""At least one for every command; those that change something come last. `{folder}`: one of its own; REFUSED: it ends with a
line that says why."""
FORMS = {
    "calls": ["--format", "{form}"], "today": ["--no-open", "--format", "{form}", "--output", "{folder}/today.{form}"],
    "show": ["Yvonne Hartwig", "--format", "{form}"], "week": ["--format", "{form}"], "people": ["--format", "{form}"],
    "sort": ["--format", "{form}"], "list": ["--format", "{form}"],
}  # fmt: skip
"""Every command that writes in several forms, and how it is asked for one."""
FOR_PROGRAMS = {
    ("*", "json"): "keys and values of the contract, the same in every language",
    ("list", "jsonl"): "keys and values of the contract, the same in every language",
    ("people", "vcf"): "names and values of vCards, which hold nothing but data",
    ("list", "csv"): "columns and values are those of the JSON form",
    ("people", "csv"): "columns by which `merge --answers` knows its sheet, and the values of --json",
    ("sort", "csv"): "columns by which `sort --answers` knows its sheet, and the values of --json",
}
"""Forms whose words are no language's, and why."""
RUN = """
import json, os, sys
from pathlib import Path
import touchpoints.language
touchpoints.language.CATALOGUES = Path(sys.argv[1])
os.environ["TOUCHPOINTS_KEY"] = "ab" * 32
from click.testing import CliRunner
from touchpoints.cli import machine, main
seated = machine.is_terminal
said = []
for line in json.load(sys.stdin):
    at_terminal = "AT A TERMINAL" in line
    machine.is_terminal = (lambda stream: True) if at_terminal else seated
    words = [word for word in line if word not in ("AT A TERMINAL", "REFUSED", "WITHOUT A TIME")]
    keyed = any("decrypt" in word for word in words) or words[0] == "encrypt"
    done = CliRunner(env={} if keyed else {"TOUCHPOINTS_KEY": None}).invoke(
        main, words, input="n\\n\\n" * 40 if at_terminal else "uqx", prog_name="touchpoints"
    )
    said.append([line, done.output + (done.stderr if done.stderr not in done.output else ""), repr(done.exception)])
json.dump(said, sys.stdout)
"""
SHOWN = frozenset(
    """touchpoints table text json csv jsonl yes no Berlin Vienna Europe Enter
    Space store known export icalendar fritzbox whatsapp mbox
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

    found = (
        {*SHOWN, *(word for name in main.commands for word in words(name))}
        | words(str(store))
        | words(" ".join(p.name for p in (ROOT / "examples" / "data").iterdir()))
    )
    with tp.Tracker(store) as tracker:
        for stored in tracker.touchpoints():
            t = stored.touchpoint
            found |= words(f"{t.subject} {stored.source} {stored.importer} {t.line}")
            for party in t.parties:
                found |= words(f"{party.name} {party.handle.value} {party.handle.raw}")
        found |= words(" ".join(tracker.settings.me))
        for someone in (*tracker.directory.contacts.values(), *tracker.directory.customers.values()):
            found |= words(f"{someone.name} {someone.id}")
    for provided in Plugins.installed().provided:
        found |= words(provided.offer.name)
    locale = language("en").locale.parse(CODE)
    for seconds in (30, 300, 7200, 200_000):
        found |= words(format_timedelta(timedelta(seconds=seconds), format="short", locale=locale))
    for kinds in (locale.months, locale.days):
        for widths in kinds.values():
            for names in widths.values():
                found |= words(" ".join(names.values()))
    return found


def asked(line: list[str], store: Path, folder: Path) -> list[str]:
    """A command as it is typed: with its folder, the store, the language, and the time where it takes one."""
    takes = {option for param in main.commands[line[0]].params for option in param.opts}
    rest = {"--store": str(store), "--lang": CODE, "--at": AT}
    named = [
        part.replace("{folder}", str(folder)).replace("{me}", "Mara Falk").replace("{thiele}", THIELE) for part in line
    ]
    if "WITHOUT A TIME" in line:
        del rest["--at"]
    return [*named, *(part for option, value in rest.items() if option in takes for part in (option, value))]


def test_every_command_and_every_form_is_tried() -> None:
    assert {line[0] for line in COMMANDS} == set(main.commands)
    assert {
        name for name, command in main.commands.items() if any("--format" in p.opts for p in command.params)
    } == set(FORMS)


def test_nothing_but_data_stands_outside_the_catalogue(
    catalogues: Path, store: Path, data: set[str], tmp_path: Path
) -> None:
    own = tmp_path / "touchpoints.db"
    own.write_bytes(store.read_bytes())
    (tmp_path / "silence.csv").write_text(history(), encoding="utf-8")
    left = {}
    for line, text, error in run(catalogues, [asked(line, own, tmp_path) for line in COMMANDS]):
        assert error in ("None", "SystemExit(0)", "SystemExit(1)", "SystemExit(2)"), (line, text, error)
        assert "⟦" in text, (line, text)
        assert (re.search(r"^touchpoints( [\w-]+)?: ", text, re.M) is not None) is ("REFUSED" in line), (line, text)
        given = words(" ".join(line)) | words(str(tmp_path)) | {"uqx"}
        if line[0] in ("completion", "list"):
            text = text[text.index("⟦") :]  # behind a script, which is the shell's, and JSON, which is for programs
        if found := words(outside(without_settings(text))) - data - given:
            left[" ".join(line[:3])] = sorted(found)
    for plot in tmp_path.glob("*.svg"):
        if found := words(outside(seen_in_markup(plot.read_text(encoding="utf-8")))) - data:
            left[plot.name] = sorted(found)
    assert not left, left


def without_settings(text: str) -> str:
    """Without lines to paste into the settings (also those that wait behind a #), the values they may have, and commands to
    type: names that are the same in every language. The comments on them stay."""
    text = re.sub(r"^[ +]*(# )?(\[+[\w.\"]+\]+|[\w\".-]+ = [^#\n]+)", "", text, flags=re.M)
    return re.sub(r"^ +\w+( \| \w+)+$|touchpoints [a-z-]+( --[a-z-]+)*", "", text, flags=re.M)


def forms(name: str) -> list[str]:
    """The forms a command can write, and `""` for the one it writes without being asked."""
    (option,) = [p for p in main.commands[name].params if "--format" in p.opts]
    if isinstance(option.type, click.Choice):
        return [str(form) for form in option.type.choices]
    return [renderer.name for renderer in Plugins.installed().renderers]


WRITTEN = [
    (name, form) for name in FORMS for form in forms(name) if not {(name, form), ("*", form)} & FOR_PROGRAMS.keys()
]


def test_every_form_of_output_says_nothing_outside_the_catalogue(
    catalogues: Path, store: Path, data: set[str], tmp_path: Path
) -> None:
    lines = [
        asked([name, *(part.replace("{form}", form) for part in FORMS[name])], store, tmp_path)
        for name, form in WRITTEN
    ]
    left = {}
    for (name, form), (line, text, error) in zip(WRITTEN, run(catalogues, lines), strict=True):
        assert error in ("None", "SystemExit(0)"), (line, text, error)
        if "--output" in line:
            text += (tmp_path / f"today.{form}").read_text(encoding="utf-8")
        assert "⟦" in text, (line, text)
        shown = {"html": seen_in_markup, "csv": seen_in_sheet, "ics": seen_in_calendar, "tasks": seen_in_calendar}.get(
            form, str
        )(text)
        if found := words(outside(shown)) - data - words(" ".join(line)):
            left[name, form] = sorted(found)
    assert not left, left


def seen_in_markup(text: str) -> str:
    """What a reader of a page or a plot sees or hears: texts, and the attributes that are read out; no tags, no style."""
    found: list[str] = []

    class Reader(HTMLParser):
        styled = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.styled = tag == "style"
            found.extend(value for name, value in attrs if name in ("aria-label", "title", "alt") and value)

        def handle_endtag(self, tag: str) -> None:
            self.styled = False

        def handle_data(self, text: str) -> None:
            if not self.styled:
                found.append(text)

    Reader().feed(text)
    return "\n".join(found)


def seen_in_calendar(text: str) -> str:
    """What a calendar shows of each entry; the names of properties and their parameters are iCalendar's."""
    lines = text.replace("\r\n ", "").splitlines()
    shown = ("SUMMARY", "DESCRIPTION", "CATEGORIES", "LOCATION", "X-WR-CALNAME", "NAME", "COMMENT")
    return "\n".join(
        line.partition(":")[2].replace("\n", " ") for line in lines if line.partition(":")[0].partition(";")[0] in shown
    )


def seen_in_sheet(text: str) -> str:
    """A sheet without its last column: which call a row is about, the same in every language."""
    return re.sub(r"\"call/[^\"]*\"", "", text)


def history() -> str:
    """A data set: a hundred relationships, of which each has its own rhythm and half end."""
    rows = [
        f"me,{who},{86400 * day}" for who in range(100) for day in range(who % 7, 200 if who % 2 else 120, 3 + who % 9)
    ]
    return "\n".join(["owner,partner,t_s", *rows]) + "\n"


def test_an_import_says_nothing_outside_the_catalogue(catalogues: Path, tmp_path: Path, data: set[str]) -> None:
    (tmp_path / "calls.csv").write_text("Date;Number;Duration\nyesterday;+49 30 23125 200;3\n", encoding="utf-8")
    (tmp_path / "people.csv").write_text(
        "Kunde;Ansprechpartner;Telefonnr\nX AG;Erika;+49 30 23125 201\n", encoding="utf-8"
    )
    (tmp_path / "talks.csv").write_text(
        "Kunde;Gegenüber;Telefonnr;Letztes Gespräch;Art\n"
        + "".join(
            f"X AG;Erika;+49 30 23125 20{n};0{n}.06.2026 10:00;{'von' if n % 2 else 'an'}\n" for n in range(1, 9)
        ),
        encoding="utf-8",
    )
    (tmp_path / "nothing.xyz").write_bytes(b"\0\1\2\3")
    (tmp_path / "empty.ics").write_bytes(b"")
    (tmp_path / "cut.ics").write_text("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:never\nEND:VEVENT\n", encoding="utf-8")
    lines = [["import", *map(str, sorted(tmp_path.iterdir())), "--dry-run", "--timezone", "Europe/Berlin", "--lang", CODE,
              "--store", str(tmp_path / "t.db")]]  # fmt: skip
    [(line, text, _)] = run(catalogues, lines)
    assert text.count("[[table]]") == 2, text
    named = words(
        "Kunde Ansprechpartner Telefonnr Letztes Gespräch Gegenüber Art von full company number name given family email"
    )
    assert words(outside(without_settings(text))) - data - words(" ".join(line)) - named == set(), text


def test_help_pages_and_usage_errors_say_nothing_outside_the_catalogue(catalogues: Path) -> None:
    names = {word for name in main.commands for word in words(name)}
    lines = [["--lang", CODE, "--help"], *([name, "--help", "--lang", CODE] for name in main.commands)]
    lines += [
        ["calls", "--lang", CODE, "--limi", "3"],
        ["calls", "--lang", CODE, "--limit", "x"],
        ["show", "--lang", CODE],
    ]
    params = [param for command in main.commands.values() for param in command.params]
    typed = words(" ".join(p.metavar or "" for p in params))
    typed |= {
        word for p in params if isinstance(p.type, click.Choice) for c in p.type.choices for word in words(str(c))
    }
    left = {}
    for line, text, _ in run(catalogues, lines):
        plain = re.sub(r"⟦Example:⟧.*?\n\n", "\n", text + "\n\n", flags=re.S)  # commands, as they are typed
        plain = re.sub(r"--?[\w-]+|\[[^⟦⟧]*?\]|\{[^⟦⟧]*?\}|\b[A-Z]{1,}[\w.|…]*\b|WHO\|3y", "", outside(plain))
        if found := {word for word in words(plain) if word not in names | typed | SHOWN | {"root", "main"}}:
            left[" ".join(line)] = sorted(found)
    assert not left, left
