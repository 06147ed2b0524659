"""Whatever the commands write can be read by its owner only, whatever the mask; and no cell of any sheet starts a formula."""

import csv
import io
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.three_desks import ME, write
from touchpoints.cli import main
from touchpoints.model import Person
from touchpoints.tracker import Tracker

AT = ("--at", "2026-06-15T09:00")
DANGER = ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1+1", "＝1+1"]


@pytest.fixture
def open_mask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def run(store: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--store", str(store), "--lang", "en"])


@pytest.mark.skipif(sys.platform == "win32", reason="permissions: on Windows those of the user's folder hold")
def test_store_log_key_backup_exports_and_reports_are_the_owners_only(tmp_path: Path, open_mask: None) -> None:
    write(tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    store = out / "t.db"
    me = [text for handle in ME for text in ("--me", handle)]
    assert run(store, "import", str(tmp_path / "mara"), *me, "--timezone", "Europe/Berlin").exit_code == 0
    for form in ("html", "json", "csv", "md", "ics"):
        result = run(store, "calls", "--format", form, "--output", str(out / f"list.{form}"), *AT)
        assert result.exit_code == 0, result.output
    run(store, "people", "--suggestions", "--format", "csv", "--output", str(out / "same.csv"))
    run(store, "sort", "--format", "csv", "--output", str(out / "sort.csv"), *AT)
    run(store, "privacy", "export", "+49 89 99998 114", "--output", str(out / "person"), *AT)
    run(store, "backup", str(out / "backup.db"))
    with Tracker(store) as tracker:  # while it is open: with its log
        tracker.store.put("something", 1)
        run(store, "privacy", "erase", "+49 89 99998 114", "--yes", *AT)
        found = {p.relative_to(out).as_posix(): stat.S_IMODE(p.stat().st_mode) for p in out.rglob("*")}
    assert found.keys() >= {
        "t.db",
        "t.db-wal",
        "t.db.key",
        "backup.db",
        "list.html",
        "same.csv",
        "sort.csv",
        "person/person.json",
    }
    assert {name: oct(mode) for name, mode in found.items() if mode & 0o077} == {}


@pytest.mark.parametrize(
    "command", [("people",), ("people", "--suggestions"), ("people", "--unresolved"), ("sort", *AT), ("list",)]
)
def test_no_cell_starts_a_formula(tmp_path: Path, command: tuple[str, ...]) -> None:
    from datetime import UTC, datetime

    from touchpoints.model import Touchpoint

    store = tmp_path / "t.db"
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    numbers = [f"+49 89 99998 1{n:02}" for n in range(2 * len(DANGER))]
    people = [
        Person(f"{text} Erika Quistorp", [number], customer=text)
        for text, number in zip(DANGER * 2, numbers, strict=True)
    ]
    calls = [
        Touchpoint.call(n, start, "out", minutes=5, name=t, subject=t) for t, n in zip(DANGER * 2, numbers, strict=True)
    ]
    calls.append(Touchpoint.call("+49 89 99998 900", start, "in", outcome="missed", name=DANGER[0]))
    with Tracker(store) as tracker:
        tracker.add(calls, people)
    result = run(store, *command, "--format", "csv")
    assert result.exit_code == 0
    cells = [c for row in csv.reader(io.StringIO(result.stdout.removeprefix("\ufeff")), delimiter=";") for c in row]
    if command == ("list",):
        cells = [c for row in csv.reader(io.StringIO(result.stdout)) for c in row]
    assert any("+cmd" in c or "1+1" in c for c in cells)
    assert [c for c in cells if c[:1] in "=@\t＝" and c] == []
    assert [
        c
        for c in cells
        if c[:1] in ("+", "-") and not c[1:].replace(" ", "").isdigit() and not c[1:].replace("-", "").isdigit()
    ] == []
