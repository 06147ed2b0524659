"""Completion of names in real shells, driven in a terminal: what is completed is run, and must mean the person it names."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import touchpoints as tp
from touchpoints.cli.completion import in_bash

pexpect = pytest.importorskip("pexpect", reason="a pseudo terminal is POSIX")

PEOPLE = ["Erika Müster", "Zoë O'Brien", "Jürgen $(touch ran) & `touch ran` Söhne!", "Öykü Probe"]
BEGINNINGS = {"Erik": 0, "Zo": 1, "'Erik": 0, '"Jü': 2, "Jü": 2, "Ö": 3}
SHELLS = {
    "bash": (["--norc", "--noprofile", "-i"], 'eval "$(touchpoints completion bash 2>/dev/null)"', "$?"),
    "zsh": (["-f", "-i"], 'autoload -Uz compinit; compinit -u; eval "$(touchpoints completion zsh 2>/dev/null)"', "$?"),
    "fish": (["--no-config", "-i"], "touchpoints completion fish 2>/dev/null | source", "$status"),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("shells")
    with tp.Tracker(
        place / "t.db", settings=tp.Settings(me=("+49 30 23125 100",), timezone="Europe/Berlin")
    ) as tracker:
        for n, name in enumerate(PEOPLE):
            days = [datetime(2026, 6, day, 9, tzinfo=UTC) - timedelta(hours=n) for day in (1, 8, 15)]
            calls = [tp.Touchpoint.call(f"+49 89 99998 12{n}", day, "out", minutes=5) for day in days]
            tracker.add(
                calls, people=[tp.Person(name, [f"+49 89 99998 12{n}"], customer=f"Firma {n}", kind="customer")]
            )
    return place


@pytest.mark.parametrize("shell", SHELLS)
def test_a_completed_name_is_the_person_it_names_and_runs_nothing(shell: str, folder: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell}: this shell is missing")
    options, begin, status = SHELLS[shell]
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}/usr/bin{os.pathsep}/bin", "HOME": str(folder), "TERM": "dumb",
        "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TOUCHPOINTS_STORE": str(folder / "t.db"),
    }  # fmt: skip
    session = pexpect.spawn(
        shell, options, env=environment, cwd=str(folder), encoding="utf-8", timeout=60, dimensions=(40, 200)
    )
    session.sendline(begin)
    session.sendline("echo re''ady")
    session.expect("ready\r?\n")
    for typed, number in BEGINNINGS.items():
        out = folder / f"{shell}.json"
        out.unlink(missing_ok=True)
        session.send(f"touchpoints show {typed}\t")
        session.expect_exact(PEOPLE[number].rstrip("!")[-4:])  # it stands there
        session.sendline(f" --at 2026-07-01 --json > {out.name}; echo do''ne {status}")
        session.expect(r"done (\d+)")
        assert session.match[1] == "0", typed
        assert json.loads(out.read_text(encoding="utf-8"))["contact"]["name"] == PEOPLE[number], typed
    session.close(force=True)
    assert not (folder / "ran").exists()


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_any_value_stands_in_bash_as_it_is(quote: str, tmp_path: Path) -> None:
    values = [*PEOPLE, "".join(map(chr, range(32, 127))), "a  b", "~root", "*", "-x", "{a,b}", "tab\there"]
    script = "\n".join(f"printf '%s\\0' {quote}{in_bash(value, quote)}{quote}" for value in values)
    done = subprocess.run(["bash", "-c", script], capture_output=True, cwd=tmp_path, check=True)
    assert done.stdout.decode().split("\0")[:-1] == values
