"""The command line on terminals and in pipes: what goes where, widths, colours, help, completion, wrong usage, Ctrl-C."""

import json
import os
import random
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from newcomer import exports

from touchpoints.cli import main
from touchpoints.cli.machine import expanded, plain_terminal
from touchpoints.language import language, languages

ENV = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "Europe/Berlin"}
AT = ["--at", "2026-07-01T09:00"]
COMMANDS = sorted(main.commands)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal and signals are POSIX")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
SETTINGS = """me = ["Mara Falk", "+49 30 23125 100"]
timezone = "Europe/Berlin"
region = "DE-BE"
sources = ["exports"]
[lines]
23125100 = "business"
23125177 = "private"
"""


def run(*args: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "touchpoints", *args], capture_output=True, encoding="utf-8", check=False, cwd=folder,
        env={**ENV, "TOUCHPOINTS_STORE": str(folder / "touchpoints.db"), **environment}, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("desk")
    exports(place / "exports")
    (place / "touchpoints.toml").write_text(SETTINGS, encoding="utf-8")
    assert run("import", "exports", folder=place).returncode == 0
    return place


# -- help, examples, completion ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", languages())
def test_the_first_help_page_says_of_each_command_once_and_whole_what_it_does(lang: str) -> None:
    page = CliRunner().invoke(main, ["--help", "--lang", lang], terminal_width=80).output
    named = [line.split()[0] for line in page.splitlines() if re.match("  [a-z]", line) and line[2:12] != " " * 10]
    assert sorted(name for name in named if name in main.commands) == sorted(main.commands)
    assert "…" not in page
    assert language(lang).say("More commands") not in page  # each has its place


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_command_has_help_of_80_columns_with_an_example_that_is_right(
    name: str, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("roster.csv").touch()
    shown = CliRunner().invoke(main, [name, "--help", "--lang", lang], terminal_width=80)
    assert shown.exit_code == 0, shown.output
    assert max(map(len, shown.output.splitlines())) <= 80
    word = {"de": "Beispiel:", "en": "Example:"}[lang]
    assert word in shown.output, f"{name} has no example"
    command = main.commands[name]
    texts = [*(command.help or "").split("\n\n"), command.epilog or ""]
    (example,) = [t.strip().removeprefix("Example:").strip() for t in texts if t.strip().startswith("Example:")]
    program, said, *args = shlex.split(" ".join(example.partition(" > ")[0].split()))
    assert (program, said) == ("touchpoints", name)
    context = command.make_context(name, list(args), resilient_parsing=False)  # parses, or raises a usage error
    context.close()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_for_each_shell(shell: str, folder: Path) -> None:
    done = run("completion", shell, folder=folder)
    assert done.returncode == 0
    assert "_TOUCHPOINTS_COMPLETE" in done.stdout
    assert "touchpoints completion" in done.stderr or shell == "fish"


@POSIX
def test_the_bash_script_is_taken_by_bash(folder: Path) -> None:
    script = run("completion", "bash", folder=folder).stdout
    done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_commands_and_names_are_completed(folder: Path) -> None:
    asked = {"_TOUCHPOINTS_COMPLETE": "bash_complete", "COMP_CWORD": "1", "COMP_WORDS": "touchpoints bac"}
    assert run(folder=folder, **asked).stdout.split() == ["plain,backtest", "plain,backup"]
    asked |= {"COMP_CWORD": "2", "COMP_WORDS": "touchpoints show eri"}
    assert run(folder=folder, **asked).stdout == "plain,Erika\\ Muster\n"
    asked |= {"_TOUCHPOINTS_COMPLETE": "powershell_complete", "COMP_WORD": "eri"}
    assert run(folder=folder, **asked).stdout.startswith("Erika Muster\t")
    nowhere = run(folder=folder, **asked, TOUCHPOINTS_STORE=str(folder / "nothing.db"))
    assert (nowhere.stdout.strip(), nowhere.stderr) == ("", "")
    assert not (folder / "nothing.db").exists()


# -- what goes where ----------------------------------------------------------------------------------------------------

READING = [
    ["calls", *AT], ["show", "+498999998123", *AT], ["list"], ["status", *AT], ["plugins"],
    ["people"], ["people", "--unresolved"], ["people", "--suggestions"], ["mix", *AT], ["service", *AT], ["demand", *AT],
    ["week", *AT], ["history"], ["doctor"], ["backtest", *AT], ["today", "--no-open", *AT], ["reach", "+498999998123", *AT],
]  # fmt: skip


@pytest.mark.parametrize("args", READING, ids=" ".join)
@pytest.mark.parametrize("lang", ["de", "en"])
def test_piped_the_output_is_alone_and_the_last_notice_names_the_store(
    args: list[str], lang: str, folder: Path
) -> None:
    done = run(*args, "--lang", lang, folder=folder)
    assert done.returncode == 0, done.stderr
    notices = done.stderr.splitlines()
    assert notices[-1] == {"de": "Ablage", "en": "store"}[lang] + f": {folder / 'touchpoints.db'}"
    for text in (done.stdout, done.stderr):
        assert "\x1b" not in text
        assert "Traceback" not in text
    assert not any(
        line.startswith(("store:", "Ablage:", "as of now", "Stand: jetzt")) for line in done.stdout.splitlines()
    )
    wide = [line for line in done.stdout.splitlines() if len(line) > 80 and str(folder) not in line]
    assert wide == [] or args[0] in ("list", "plugins"), wide


@pytest.mark.parametrize("args", READING, ids=" ".join)
def test_with_json_standard_output_is_json_and_nothing_else(args: list[str], folder: Path) -> None:
    if "json" not in {o.lstrip("-") for p in main.commands[args[0]].params for o in p.opts}:
        pytest.skip("takes no --json")
    done = run(*args, "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    if args[0] == "list":
        assert all(json.loads(line) for line in done.stdout.splitlines())
    else:
        json.loads(done.stdout)
    assert done.stderr.splitlines()[-1].startswith("store: ")


def _at_terminal(*args: str, folder: Path, **environment: str) -> str:
    import pexpect

    shell = pexpect.spawn(
        sys.executable, ["-m", "touchpoints", *args], cwd=str(folder), encoding="utf-8", dimensions=(60, 80), timeout=60,
        env={**ENV, "TERM": "xterm-256color", "TOUCHPOINTS_STORE": str(folder / "touchpoints.db"), **environment},
    )  # fmt: skip
    shell.expect(pexpect.EOF)
    shell.close()
    assert shell.exitstatus == 0, shell.before
    return str(shell.before)


@POSIX
@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "dumb"])
def test_no_colours_where_none_are_wanted(environment: dict[str, str], folder: Path) -> None:
    for args in (["calls", *AT], ["status", *AT], ["show", "+498999998123", *AT]):
        shown = _at_terminal(*args, folder=folder, **environment)
        assert not re.search(r"\x1b\[[0-9;]*(3[0-7]|4[0-7]|9[0-7]|38|48)[0-9;]*m", shown)


@POSIX
@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_terminal_of_80_columns_shows_the_same_words_as_a_pipe(lang: str, folder: Path) -> None:
    shown = ESCAPE.sub("", _at_terminal("calls", *AT, "--lang", lang, folder=folder))
    assert max(len(line.rstrip()) for line in shown.splitlines() if str(folder) not in line) <= 80
    for name in ("Karl Kunde", "Erika Muster"):
        assert name in shown
    assert shown.rstrip().splitlines()[-1].startswith({"de": "Ablage: ", "en": "store: "}[lang])


def test_a_stream_is_plain_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    terminal: Any = Terminal()
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    assert not plain_terminal(terminal)
    monkeypatch.setenv("TERM", "dumb")
    assert plain_terminal(terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert plain_terminal(terminal)


# -- wrong usage, Ctrl-C -------------------------------------------------------------------------------------------------

PIECES = [
    "Erika Muster", "nobody at all", "", " ", "--at", "--lang", "de", "xx", "--json", "--limit", "-1", "999999999999999999999",
    "2026-02-30", "3026-01-01", "1.1.26", "0d", "30d", "9999999y", "-x", "--", "--minutes", "nan", "\u202e", "🙂", "x" * 5000, "%s",
    "{0}", "'; DROP TABLE person; --", "../../etc/passwd", "exports", "*.csv", "[", "--format", "html", "papyrus", "--output",
    "/nowhere/x/y", "--until", "--from", "--because", "reached", "15m", "--owner", "--help", "\x00", "Europe/Berlin", "50%",
    "--horizon",
]  # fmt: skip


@pytest.mark.parametrize("name", [c for c in COMMANDS if c not in ("encrypt", "decrypt")])
def test_no_arguments_bring_a_traceback(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nonsense of any kind: done, a line on what is wrong, or a line on how it is used; never more, never a mistake."""
    store = (folder / "touchpoints.db").read_bytes()
    place = folder / f"fuzz-{name}"
    exports(place / "exports")
    (place / "touchpoints.db").write_bytes(store)
    (place / "touchpoints.toml").write_text(SETTINGS, encoding="utf-8")
    monkeypatch.chdir(place)
    monkeypatch.setenv("TOUCHPOINTS_STORE", str(place / "touchpoints.db"))
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "TOUCHPOINTS_TRACEBACK"):
        monkeypatch.delenv(variable, raising=False)
    dice = random.Random(name)
    for _ in range(25):
        args = [name, *(dice.choice(PIECES) for _ in range(dice.randint(0, 5)))]
        done = CliRunner().invoke(main, args, input="")
        assert done.exit_code in (0, 1, 2, 130), args
        assert "Traceback" not in done.output, args
        assert "a mistake in the program" not in done.output, (args, done.output)
        assert done.exception is None or isinstance(done.exception, SystemExit), args


@pytest.mark.parametrize(
    ("args", "words"),
    [(["calls", "--limit", "many"], "'many' is not a valid integer range"), (["cals"], "No such command 'cals'"),
     (["show"], "Missing argument 'WHO'"), (["calls", "--lang", "fr"], "'fr' is not one of"), (["show", "--foo", "x"], "--foo")],
)  # fmt: skip
def test_wrong_usage_is_one_line_that_says_where_to_look(args: list[str], words: str, folder: Path) -> None:
    done = run(*args, folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert words in line
    assert line.endswith(" --help")
    if "--lang" in args:
        return
    german = run(*args, "--lang", "de", folder=folder)
    assert german.returncode == 2
    assert len(german.stderr.splitlines()) == 1


def test_errors_are_one_line_that_says_what_to_do(folder: Path) -> None:
    for args, words in (
        (["show", "Erika Mustre", *AT], "Erika Mustre"),
        (["calls", "--output", str(folder)], "cannot write"), (["timezone", "Berlin"], "Europe/Berlin"),
        (["list", "--config", "none.toml"], "none.toml"), (["forget", "none.csv"], "none.csv"),
    ):  # fmt: skip
        done = run(*args, folder=folder)
        assert done.returncode == 1, args
        (line, *rest) = done.stderr.splitlines()
        assert words in " ".join([line, *rest])
        assert line.startswith("touchpoints: ") or rest[-1].startswith("touchpoints: ") or "as of" in line


def test_a_pattern_that_the_shell_left_alone_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("b.csv", "a.csv", "c.ics", "odd[1].csv"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert expanded(["*.csv"]) == ["a.csv", "b.csv", "odd[1].csv"]
    assert expanded([str(tmp_path / "?.ics"), "odd[1].csv", "*.vcf"]) == [
        str(tmp_path / "c.ics"),
        "odd[1].csv",
        "*.vcf",
    ]


@POSIX
def test_ctrl_c_during_an_import_is_one_line_and_leaves_the_store_whole(tmp_path: Path) -> None:
    rows = ["Datum;Uhrzeit;Richtung;Rufnummer;Name;Dauer;Status"]
    rows += [
        f"{n % 27 + 1:02d}.{n % 12 + 1:02d}.2025;10:{n % 60:02d}:{n % 59:02d};ausgehend;08999998{n % 1000:03d};;0:12:30;angenommen"
        for n in range(150_000)
    ]
    (tmp_path / "small.csv").write_text("\n".join(rows[:50]) + "\n", encoding="utf-8")
    (tmp_path / "z-large.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert run("import", "small.csv", "--me", "+493023125100", folder=tmp_path).returncode == 0
    command = [
        sys.executable,
        "-m",
        "touchpoints",
        "import",
        "z-large.csv",
        "--store",
        str(tmp_path / "touchpoints.db"),
    ]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=ENV
    )
    journal = tmp_path / "touchpoints.db-wal"
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline and not journal.exists():
        time.sleep(0.01)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert [line for line in said.splitlines() if line][-1].startswith("touchpoints: interrupted")
    assert "Traceback" not in said
    assert len(run("list", folder=tmp_path).stdout.splitlines()) in (
        49,
        150_000,
    )  # a file is stored whole or not at all
    assert json.loads(run("doctor", "--json", folder=tmp_path).stdout)["integrity"] == "ok"


def test_a_store_that_another_program_holds_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    import sqlite3

    from touchpoints.cli.session import _plain_errors

    with pytest.raises(SystemExit) as ended, _plain_errors(lambda: "de"):
        raise sqlite3.OperationalError("database is locked")
    assert ended.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("touchpoints: ein anderes Programm benutzt die Ablage")


def test_it_is_a_group_of_commands() -> None:
    assert isinstance(main, click.Group)
    assert len(COMMANDS) >= 30
