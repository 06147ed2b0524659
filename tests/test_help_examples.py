"""Every example of every help page is run, each on a store of its own made from a part of `examples/data`."""

from __future__ import annotations

import gzip
import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import click
import pytest

from touchpoints.cli import main

DATA = Path(__file__).resolve().parents[1] / "examples" / "data"
PART = ("Kalender.ics", "FRITZ!Box_Anrufliste.csv", "WhatsApp Chat mit Jonas Keller.txt")
AT = ["--at", "2026-07-01T09:00"]
BEFORE = {  # what must have been done for an example to mean something
    "split": [["merge", "Erika Muster", "+4917139200011"]],
    "undo": [["snooze", "Erika Muster", "--until", "2026-07-10", *AT]],
    "history": [["snooze", "Erika Muster", "--until", "2026-07-10", *AT]],
    "decrypt": [["encrypt"]],
}
STATED = {  # what does not end with 0, and why
    "sort": (1, "there is no terminal"),
}


def _examples() -> list[str]:
    found: list[str] = []

    def collect(command: click.Command) -> None:
        text = f"{command.help or ''}\n{command.epilog or ''}"
        found.extend(re.findall(r"Example: touchpoints (.*)", text))
        if isinstance(command, click.Group):
            for sub in command.commands.values():
                collect(sub)

    collect(main)
    return sorted({*found})


EXAMPLES = _examples()


def run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    store = ["--store", str(folder / "touchpoints.db")] if args[0] != "completion" else []
    env = {**os.environ, "TZ": "Europe/Berlin", "LANG": "C.UTF-8"}
    if args[0] in ("encrypt", "decrypt"):  # a new store would be encrypted from the beginning
        env["TOUCHPOINTS_KEY"] = "7" * 64
    return subprocess.run(
        [sys.executable, "-m", "touchpoints", *args, *store],
        cwd=folder, env=env, capture_output=True, encoding="utf-8", check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with exports, settings and a store, as the help pages have it in mind."""
    folder = tmp_path_factory.mktemp("desk")
    exports = folder / "exports"
    exports.mkdir()
    for name in PART:
        shutil.copy(DATA / name, exports / name)
    rows = ["Datum;Uhrzeit;Richtung;Rufnummer;Name;Dauer;Status;Mitarbeiter"]
    callers = [("+498999998123", "Erika Muster"), ("+498999998124", "Jonas Beispiel"), ("+498999998125", "Paketdienst")]
    callers += [("+4917139200011", "E. Muster")]
    for n in range(40):
        number, name = callers[n % len(callers)]
        day = date(2026, 6, 26) - timedelta(days=5 * n)
        rows.append(f"{day:%d.%m.%Y};10:{n:02d}:00;ausgehend;{number};{name};0:05:00;angenommen;Mara Falk")
    (exports / "calls.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    old = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20200101T000000Z\r\n"
    old += "DTSTART:20200301T090000Z\r\nORGANIZER:mailto:mara@example.com\r\nATTENDEE:mailto:erika@muster.example\r\n"
    (exports / "old.ics").write_text(old + "END:VEVENT\r\nEND:VCALENDAR\r\n", encoding="utf-8", newline="")
    hours = "name;team;weekday;from;to\n" + "".join(
        f"{who};Support;{day};09:00;17:00\n"
        for who in ("Mara Falk", "Tom Beispiel")
        for day in ("Mo", "Di", "Mi", "Do", "Fr")
    )
    (folder / "roster.csv").write_text(hours, encoding="utf-8")
    with gzip.open(folder / "calls.csv.gz", "wt", encoding="utf-8") as stream:
        stream.write("owner,partner,t_s\n")
        for who in range(60):
            for n in range(30):
                stream.write(f"me,{who},{86400 * (n * (5 + who % 20) + who % 7)}\n")
    (folder / "touchpoints.toml").write_text(
        'me = ["Mara Falk", "+49 30 23125 100", "mara@example.com"]\ntimezone = "Europe/Berlin"\nregion = "DE-BE"\n'
        'sources = ["exports"]\n[lines]\n23125100 = "business"\n23125177 = "private"\n'
        '[[colleague]]\nname = "Tom Beispiel"\nhandles = ["tom@example.com"]\n',
        encoding="utf-8",
    )
    done = run(folder, "import", "exports")
    assert (folder / "touchpoints.db").exists(), done.stderr
    return folder


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_help_does_what_it_says(example: str, desk: Path, tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    shutil.copytree(desk, folder)
    command = shlex.split(example.partition(" > ")[0])
    for args in BEFORE.get(command[0], []):
        before = run(folder, *args)
        assert before.returncode == 0, before.stderr
    done = run(folder, *command)
    status, said = STATED.get(command[0], (0, ""))
    assert (done.returncode, "Traceback" in done.stderr) == (status, False), done.stderr + done.stdout
    assert said in done.stderr
    assert done.stdout.strip() or done.stderr.strip()


def test_every_command_has_an_example() -> None:
    assert set(main.commands) - {example.split()[0] for example in EXAMPLES} == set()
