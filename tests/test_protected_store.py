"""Stores that cannot be written, and stores that are damaged: what can still be done, and what is said."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import touchpoints as tp
from touchpoints.cli import main
from touchpoints.store import Store

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "data"
LOG = EXAMPLES / "FRITZ!Box_Anrufliste.csv"
ME = ("--me", "+49 30 23125 100", "--timezone", "Europe/Berlin")
AT = ("--at", "2026-07-01")
KEY = "it's a passphrase"


def run(store: Path, *arguments: str, key: str | None = None, lang: str = "en") -> Result:
    given = ["--store", str(store), "--lang", lang]
    return CliRunner().invoke(main, [*arguments, *given], env={"TOUCHPOINTS_KEY": key, "TOUCHPOINTS_STORE": None})


def someone(store: Path, key: str | None = None) -> str:
    flags = json.loads(run(store, "calls", *AT, "--json", key=key).stdout)["flags"]
    return str(flags[0]["contact"]["id"])


def protected(folder: Path) -> None:
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)


@pytest.fixture(params=[None, KEY], ids=["plain", "encrypted"])
def key(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param:
        pytest.importorskip("sqlcipher3", reason="encryption is not installed")
    yield request.param


READING = ("calls", "show", "list", "people", "status", "week", "reach", "mix", "service", "demand")


def commands(who: str) -> dict[str, list[str]]:
    return {
        name: [name, *([who] if name in ("show", "reach") else []), *([] if name in ("list", "people", "status") else AT)]
        for name in READING
    }  # fmt: skip


def changes(who: str) -> list[list[str]]:
    return [
        ["import", str(LOG)], ["log", who, "reached"], ["note", who, "x"], ["undo"], ["forget", LOG.name],
        ["timezone", "Europe/Vienna"], ["privacy", "erase", who, "--yes"], ["privacy", "retain", "1y", "--yes"],
    ]  # fmt: skip


def test_a_store_in_a_protected_folder_is_read_and_not_changed(
    key: str | None, tmp_path: Path, as_bound_user: Callable[[], AbstractContextManager[Path]]
) -> None:
    run(tmp_path / "t.db", "import", str(LOG), *ME, key=key)
    for command in (
        *commands("+498999998123").values(),
        *changes("+498999998123"),
        ["doctor"],
        ["backup", str(tmp_path / "b.db")],
    ):
        run(tmp_path / "t.db", *command, key=key)  # all that is needed is loaded, which the bound user may not read
    with as_bound_user() as folder:
        store = folder / "t.db"
        assert run(store, "import", str(LOG), *ME, key=key).exit_code in (0, 1)
        who = someone(store, key)
        before = {name: run(store, *command, key=key).stdout for name, command in commands(who).items()}
        assert run(store, "note", who, "call back", key=key).exit_code == 0
        with_note = run(store, "show", who, *AT, key=key).stdout
        assert run(store, "undo", key=key).exit_code == 0
        assert (
            run(store, "note", who, "call back", key=key).exit_code == 0
        )  # what is kept for reading is out of date now
        whole = {p.name: p.read_bytes() for p in folder.iterdir()}
        protected(folder)
        try:
            for name, command in commands(who).items():
                done = run(store, *command, key=key)
                assert done.exit_code == 0, (name, done.stderr)
                assert "can only be read here (write-protected)" in done.stderr
                assert done.stdout == (with_note if name == "show" else before[name])
            for command in changes(who):
                done = run(store, *command, key=key)
                assert done.exit_code == 1, (command, done.stdout, done.stderr)
                assert "work on a copy: touchpoints backup FILE" in done.stderr, (command, done.stderr)
            assert run(store, "doctor", key=key).exit_code == 0
            assert {p.name: p.read_bytes() for p in folder.iterdir()} == whole
        finally:
            folder.chmod(0o755)
        copy = folder / "mine.db"
        store.chmod(0o400)
        assert run(store, "backup", str(copy), key=key).exit_code == 0
        assert run(copy, "note", who, "works", key=key).exit_code == 0


def test_a_store_that_another_program_has_open_is_read_with_what_is_in_its_log(
    as_bound_user: Callable[[], AbstractContextManager[Path]],
) -> None:
    with as_bound_user() as folder:
        run(folder / "t.db", "import", str(LOG), *ME)
        with tp.Tracker(folder / "t.db") as tracker:
            count = tracker.store.count()
            tracker.store.put("something", "in the log")
            assert (folder / "t.db-wal").stat().st_size
            protected(folder)
            try:
                other = Store(folder / "t.db")
                assert (other.read_only, other.count(), other.get("something")) == (True, count, "in the log")
                other.close()
            finally:
                folder.chmod(0o755)


# -- damaged ------------------------------------------------------------------------------------------------------


def spoil(path: Path, start: int, end: int | None = None) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:start] + b"\xa5" * ((end or len(whole)) - start) + (whole[end:] if end else b""))


@pytest.mark.parametrize("start", [0, 100, 4096, 20_000])
def test_doctor_names_the_newest_whole_copy_of_a_damaged_store(start: int, tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    run(store, "import", str(LOG), *ME)
    for name, written in (
        ("old.db", 1_780_000_000),
        ("copies/new.db", 1_782_000_000),
        ("copies/broken.db", 1_783_000_000),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        assert run(store, "backup", str(tmp_path / name)).exit_code == 0
        if "broken" in name:
            spoil(tmp_path / name, 4096)
        os.utime(tmp_path / name, (written, written))
    (tmp_path / "notes.txt").write_text("no store", encoding="utf-8")
    sqlite3.connect(tmp_path / "other.db").close()
    spoil(store, start, 60_000)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    done = run(store, "doctor")
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    record = json.loads(run(store, "doctor", "--json").stdout)
    named = [Path(c["path"]).name for c in record["copies"]]
    remembers = start > 4096  # the table that remembers copies stands early in the file
    assert named == (["new.db", "old.db"] if remembers else named)
    assert named[-1] == "old.db"
    assert record["copies"][-1]["touchpoints"] > 10 and record["copies"][-1]["until"].startswith("2026-06")
    assert (
        str(tmp_path / ("copies/new.db" if remembers else named[0])) in done.stdout.replace("\n", "")
        or remembers is False
    )
    assert "is not in it" in " ".join(done.stdout.split())
    assert {p: p.read_bytes() for p in before} == before
    assert "eine vollständige Kopie" in run(store, "doctor", lang="de").stdout


def test_doctor_of_a_damaged_store_without_copies_says_how_to_begin_anew(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    run(store, "import", str(LOG), *ME)
    spoil(store, 4096)
    done = run(store, "doctor")
    assert done.exit_code == 1
    assert "import the exports into a new store" in " ".join(done.stdout.split())
    (tmp_path / "newer.db").write_bytes(b"")
    newer = sqlite3.connect(tmp_path / "newer.db")
    newer.execute("PRAGMA user_version=99")
    newer.close()
    done = run(tmp_path / "newer.db", "doctor")
    assert "newer version" in done.stderr and "copy" not in done.stdout  # nothing is damaged


# -- contradictions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", ["calls --format html --json", "calls --format text --json", "show x --format html --json", "list --format csv --json",
                "people --format csv --json", "calls --why-not x --format html", "calls --tasks --json"]
)  # fmt: skip
def test_forms_that_contradict_each_other_are_wrong_usage(command: str, tmp_path: Path) -> None:
    done = run(tmp_path / "t.db", *command.split())
    assert (done.exit_code, done.stdout) == (2, "")
    assert (
        run(tmp_path / "t.db", "list", "--format", "jsonl", "--json").exit_code == 1
    )  # no store, which is another thing


def test_a_store_of_an_early_version_says_what_to_do(tmp_path: Path) -> None:
    import sqlite3

    from touchpoints.errors import StoreError
    from touchpoints.store import Store

    path = tmp_path / "t.db"
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=1")
    with pytest.raises(
        StoreError, match="rename the file, and import the exports again with touchpoints import FOLDER"
    ):
        Store(path)
