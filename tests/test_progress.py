"""Long work: what it tells whoever watches, what a terminal shows of it, and that Ctrl-C leaves everything whole."""

import ast
import gc
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import touchpoints as tp
from touchpoints.cli.progress import _FIGURES, chosen, how_far
from touchpoints.language import Text, language
from touchpoints.progress import Step, counted, step, watched

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal and signals are POSIX")
ENV = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "Europe/Berlin", "TERM": "xterm-256color"}
AT = ["--at", "2026-07-01T09:00"]
COUNTING, WHOLE = Text("counting"), Text("the whole")


class Watcher:
    def __init__(self) -> None:
        self.told: list[list[tuple[str, int, int | None]]] = []

    def __call__(self, steps: Sequence[Step]) -> None:
        self.told.append([(s.what["en"], s.done, s.total) for s in steps])


# -- what is told -------------------------------------------------------------------------------------------------------


def test_steps_are_told_when_they_begin_get_on_and_end() -> None:
    seen = Watcher()
    with watched(seen), step(WHOLE):
        assert sum(counted([1, 2, 3], COUNTING)) == 6
    assert seen.told == [
        [("the whole", 0, None)],
        [("the whole", 0, None), ("counting", 0, 3)],
        *([("the whole", 0, None), ("counting", n, 3)] for n in (1, 2, 3)),
        [("the whole", 0, None)],
        [],
    ]


def test_a_step_ends_where_the_work_breaks_off() -> None:
    seen = Watcher()
    with pytest.raises(ZeroDivisionError), watched(seen), step(WHOLE):
        for n in counted([1, 0], COUNTING):
            1 / n
    assert seen.told[-1] == []
    seen.told.clear()
    with watched(seen):
        next(iter(counted(range(9), COUNTING)))  # given up after the first
    assert seen.told[-1] == []


def test_nothing_is_told_when_watching_is_over() -> None:
    def work() -> None:
        kept = counted([1, 0], COUNTING)  # lives on in the traceback, as what a room was at when Ctrl-C came
        for n in kept:
            1 / n

    seen = Watcher()
    with pytest.raises(ZeroDivisionError) as caught, watched(seen):
        work()
    told = len(seen.told)
    assert seen.told[-1] == []
    del caught
    gc.collect()
    assert len(seen.told) == told


def test_without_a_watcher_the_items_are_handed_through_as_they_are() -> None:
    items = [1, 2, 3]
    assert counted(items, COUNTING) is items
    with step(WHOLE) as at:
        at.reached(5)


def test_each_thread_has_its_own_watcher() -> None:
    mine, seen = Watcher(), []

    def other() -> None:
        seen.append(counted((1, 2), COUNTING))

    with watched(mine):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert seen == [(1, 2)]
    assert mine.told == []


def test_a_millionth_of_many_items_is_not_told_each() -> None:
    seen = Watcher()
    with watched(seen):
        for _ in counted(range(100_000), COUNTING):
            pass
    assert 100 <= len(seen.told) <= 250


def test_an_import_is_told_by_the_bytes_of_its_files(tmp_path: Path) -> None:
    call = '<call number="+498999998{:03}" duration="60" date="{}" type="1" presentation="1" />'
    rows = [call.format(n % 1000, 1_750_000_000_000 + n * 60_000) for n in range(9000)]
    for name, some in (("a.xml", rows[:3000]), ("b.xml", rows[3000:])):
        document = "\n".join(
            [
                "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>",
                f'<calls count="{len(some)}">',
                *some,
                "</calls>",
            ]
        )
        (tmp_path / name).write_text(document, encoding="utf-8")
    size = sum(f.stat().st_size for f in tmp_path.iterdir())
    seen: list[Step] = []
    places: dict[str, list[int]] = {"a.xml": [], "b.xml": []}

    def progress(steps: Sequence[Step]) -> None:
        for s in steps:
            if s.unit == "bytes":
                seen.append(s)
                if (name := s.what["en"].removeprefix("reading ")) in places:
                    places[name].append(s.done)

    with tp.Tracker(settings=tp.Settings(me=["+49 30 23125 100"], known_only="never")) as tracker, watched(progress):
        assert tracker.ingest(tmp_path).counts.added == 9000
    assert {s.total for s in seen} == {size}
    first = (tmp_path / "a.xml").stat().st_size
    assert places["a.xml"][0] == 0
    assert places["a.xml"][-1] == places["b.xml"][0] == first
    assert any(first < place < size for place in places["b.xml"]), "nothing was told within the file"
    assert places["b.xml"][-1] == size
    assert places["b.xml"] == sorted(places["b.xml"])


# -- what is shown ------------------------------------------------------------------------------------------------------


def test_the_line_speaks_of_the_widest_step_that_knows_its_end() -> None:
    whole, months, rules = Step(WHOLE), Step(COUNTING, 6), Step(COUNTING, 16)
    assert chosen([whole]) is whole
    assert chosen([whole, months, rules]) is months
    months.done = 6  # all told, and yet something goes on
    assert chosen([whole, months, rules]) is rules


@pytest.mark.parametrize(
    ("total", "done", "unit", "then", "now", "en", "de"),
    [
        (None, 0, "things", 0, 75, "1:15", "1:15"),
        (None, 500, "things", 10, 10, "500 · 50/s · 0:10", "500 · 50/s · 0:10"),
        (10_000, 2500, "things", 10, 10, "2,500 of 10,000 · 250/s · 0:30 left", "2.500 von 10.000 · 250/s · noch 0:30"),
        (10_000, 2500, "things", 10, 15, "2,500 of 10,000 · 250/s · 0:25 left", "2.500 von 10.000 · 250/s · noch 0:25"),
        (6, 1, "things", 20, 20, "1 of 6 · 0:20 each · 1:40 left", "1 von 6 · je 0:20 · noch 1:40"),
        (16, 4, "things", 2, 2, "4 of 16 · 2.0/s · 0:06 left", "4 von 16 · 2,0/s · noch 0:06"),
        (80_000_000, 20_000_000, "bytes", 8, 8, "20.0 of 80.0 MB · 2.5 MB/s · 0:24 left",
         "20,0 von 80,0 MB · 2,5 MB/s · noch 0:24"),
    ],
)  # fmt: skip
def test_rate_and_remaining_time(
    total: int | None, done: int, unit: str, then: float, now: float, en: str, de: str
) -> None:
    at = Step(COUNTING, total, unit)  # type: ignore[arg-type]  # one of the two units there are
    at.done = done
    assert how_far(at, then, now, language("en")) == en
    assert how_far(at, then, now, language("de")) == de


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two hundred people over two years, and one backup."""
    place = tmp_path_factory.mktemp("work")
    start = datetime(2024, 7, 1, 9, tzinfo=UTC)
    calls = [
        tp.Touchpoint.call(
            f"+49 89 99998 {who:03}", start + timedelta(days=(7 + who % 9) * n, minutes=who), "out", minutes=5
        )
        for who in range(200)
        for n in range(60)
        if (7 + who % 9) * n < 720
    ]
    people = [
        tp.Person(f"Erika Muster{who:03}", [f"+49 89 99998 {who:03}"], customer=f"Firma {who // 3}")
        for who in range(200)
    ]
    settings = tp.Settings(me=["+49 30 23125 100"], timezone="Europe/Berlin", region="DE-BE")
    with tp.Tracker(place / "touchpoints.db", settings=settings) as tracker:
        tracker.add(calls, people)
    rows = "".join(
        f"{n % 27 + 1:02d}.{n % 12 + 1:02d}.2025;10:{n % 60:02d};ausgehend;08999998{n:03d};;0:12\n" for n in range(300)
    )
    (place / "calls.csv").write_text("Datum;Uhrzeit;Richtung;Rufnummer;Name;Dauer\n" + rows, encoding="utf-8")
    (place / "touchpoints.toml").write_text('me = ["+49 30 23125 100"]\nsources = ["calls.csv"]\n', encoding="utf-8")
    return place


HASTE = "import sys, touchpoints.cli.progress as p; p.PATIENCE = {patience}; from touchpoints.cli import main; main(sys.argv[1:])"
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_terminal(folder: Path, *args: str, patience: float = 0, piped: bool = False) -> str:
    """What a terminal of 80 columns is sent; with standard output piped into another program, only what errors say."""
    import pexpect

    run = [sys.executable, "-c", HASTE.format(patience=patience), *args]
    if piped:
        run = ["/bin/sh", "-c", '"$@" | cat > /dev/null', "sh", *run]
    store = {"TOUCHPOINTS_STORE": str(folder / "touchpoints.db")}
    shell = pexpect.spawn(
        run[0], run[1:], cwd=str(folder), encoding="utf-8", dimensions=(60, 80), timeout=90, env={**ENV, **store}
    )
    shell.expect(pexpect.EOF)
    shell.close()
    assert shell.exitstatus == 0, shell.before
    return str(shell.before)


LONG = {
    "calls": "looking for reasons", "mix": "going through touchpoints", "backtest": "going back to past months",
    "people --suggestions": "looking for duplicates", "doctor": "rebuilding what is derived",
    "calls --format html --output r.html": "drawing timelines", "week": "looking at the week", "list --format csv":
    "writing the touchpoints", "reach +498999998001": "working out who answers", "backup copy.db": "copying the store",
    "privacy export +498999998001": "gathering what is held", "import calls.csv": "reading calls.csv",
    "privacy retain 1y --yes": "going through touchpoints", "privacy erase +498999998002 --yes": "erasing",
    "forget calls.csv": "taking an import back", "today --no-open": "reading calls.csv",
    "timezone Europe/Vienna": "rebuilding what is derived",
}  # fmt: skip
"""Commands that may take long on a large store, and a step that each goes through."""


@POSIX
def test_a_terminal_shows_what_is_done_how_fast_and_how_long_and_then_nothing_of_it(folder: Path) -> None:
    shown = on_terminal(folder, "backtest", *AT)
    lines = [ESCAPE.sub("", part).strip() for part in re.split(r"[\r\n]+", shown)]
    moving = [line for line in lines if line.startswith("going back to past months")]
    assert moving, lines
    assert any(re.search(r" [1-6] of 6 · \S+(/s| each) · \d+:\d\d left$", line) for line in moving), moving
    assert max(map(len, moving)) <= 80
    *_, last = shown.split("\x1b[2K")  # the line is taken away
    assert "going back" not in last
    assert "named" in ESCAPE.sub("", last) or "silent" in ESCAPE.sub("", last)


@POSIX
def test_quick_work_shows_nothing(folder: Path) -> None:
    assert "\x1b" not in on_terminal(folder, "list", "--since", "2026-06-01", "--format", "csv", patience=60)


@POSIX
def test_nothing_moves_when_the_output_is_piped(folder: Path) -> None:
    assert "\x1b" not in on_terminal(folder, "backtest", *AT, piped=True)
    quiet = subprocess.run(
        [sys.executable, "-c", HASTE.format(patience=0), "backtest", *AT],
        cwd=folder,
        env=ENV,
        capture_output=True,
        check=True,
    )
    assert b"going" not in quiet.stderr
    assert b"\x1b" not in quiet.stderr + quiet.stdout


# -- Ctrl-C ---------------------------------------------------------------------------------------------------------------

STOPPED = """
import contextlib, os, signal, sys
import touchpoints.cli.progress as line
from touchpoints.progress import watched
def stop(steps):
    said.extend(s.what["en"] for s in steps)
    if any(s.what["en"] == WANTED for s in steps) and not stopped:
        stopped.append(WANTED)
        os.kill(os.getpid(), signal.SIGINT)
WANTED, stopped, said = sys.argv[1], [], []
line.shown = lambda spoken: watched(stop)
from touchpoints.cli import main
try:
    main(sys.argv[2:])
finally:
    if not stopped:
        print("never came to", WANTED, "but to", set(said), file=sys.stderr)
"""


@POSIX
@pytest.mark.parametrize("command", LONG, ids=str)
def test_ctrl_c_is_one_line_and_the_store_stays_whole(command: str, folder: Path, tmp_path: Path) -> None:
    for name in ("touchpoints.db", "calls.csv", "touchpoints.toml"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    env = {**ENV, "TOUCHPOINTS_STORE": str(tmp_path / "touchpoints.db")}
    if command.startswith("forget"):
        with tp.Tracker(tmp_path / "touchpoints.db") as tracker:
            assert tracker.ingest(tmp_path / "calls.csv").counts.added > 200

    def held() -> list[object]:
        with tp.Tracker(tmp_path / "touchpoints.db") as tracker:
            assert tracker.store.check() == []
            return [*tracker.touchpoints()]

    before = held()
    done = subprocess.run(
        [sys.executable, "-c", STOPPED, LONG[command], *command.split()], cwd=tmp_path, env=env, capture_output=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    assert [line for line in done.stderr.splitlines() if line][-1] == (
        "touchpoints: interrupted; what was not finished was not stored"
    )
    assert held() == before, "what was broken off left something behind"


@POSIX
def test_an_erasure_broken_off_when_the_person_is_gone_says_how_to_finish_it(folder: Path, tmp_path: Path) -> None:
    store, copy = tmp_path / "touchpoints.db", tmp_path / "copy.db"
    store.write_bytes((folder / "touchpoints.db").read_bytes())
    command = [sys.executable, "-m", "touchpoints"]
    env = {**ENV, "TOUCHPOINTS_STORE": str(store)}
    subprocess.run([*command, "backup", str(copy)], env=env, check=True, capture_output=True)
    stopped = [sys.executable, "-c", STOPPED, "writing the store anew", "privacy", "erase", "Erika Muster007", "--yes"]
    done = subprocess.run(stopped, env=env, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 130, done.stderr
    for path in (store, copy):
        assert f"finish it with: touchpoints privacy clean {path}" in done.stderr
        finished = subprocess.run(
            [*command, "privacy", "clean", str(path)], env=env, capture_output=True, encoding="utf-8", check=False
        )
        assert finished.returncode == 0, finished.stderr
        assert b"Muster007" not in path.read_bytes()


@POSIX
def test_ctrl_c_is_heard_within_a_long_query(tmp_path: Path) -> None:
    script = (
        "import sys, touchpoints as tp\nfrom touchpoints.cli.session import _plain_errors\n"
        "with _plain_errors(lambda: 'en'), tp.Tracker(sys.argv[1]) as tracker, tracker.store.transaction() as db:\n"
        "    with tracker.store.transaction():\n"
        "        db.execute('INSERT INTO meta VALUES (?, ?)', ('unfinished', '1'))\n        print('now', flush=True)\n"
        "        db.execute('WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) "
        "INSERT INTO meta SELECT x, x FROM c WHERE x < 0')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "t.db")], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8", env=ENV,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "now\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130, said
    assert said.strip() == "touchpoints: interrupted; what was not finished was not stored"
    with tp.Tracker(tmp_path / "t.db") as tracker:
        assert tracker.store.get("unfinished") is None


@POSIX
@pytest.mark.parametrize("moment", ["writing the store anew", "overwriting the old file"])
def test_ctrl_c_while_a_store_is_encrypted_leaves_one_whole_store_and_nothing_readable_beside(
    moment: str, folder: Path, tmp_path: Path
) -> None:
    pytest.importorskip("sqlcipher3", reason="the extra encrypt is not installed")
    store = tmp_path / "touchpoints.db"
    store.write_bytes((folder / "touchpoints.db").read_bytes())
    env = {**ENV, "TOUCHPOINTS_STORE": str(store), "TOUCHPOINTS_KEY": "ab" * 32}
    plain = {k: v for k, v in env.items() if k != "TOUCHPOINTS_KEY"}
    done = subprocess.run(
        [sys.executable, "-c", STOPPED, moment, "encrypt"], env=env, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 130, done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["touchpoints.db"]
    encrypted = moment == "overwriting the old file"
    assert store.read_bytes().startswith(b"SQLite format 3") is not encrypted
    listed = subprocess.run(
        [sys.executable, "-m", "touchpoints", "list"], env=env if encrypted else plain, capture_output=True, check=False
    )
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.count(b"\n") > 1000


def test_what_is_being_done_fits_beside_its_figures_in_every_language() -> None:
    root = Path(tp.__file__).parent
    said = {
        argument.args[0].value
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("step", "counted")
        for argument in node.args
        if isinstance(argument, ast.Call)
        and getattr(argument.func, "id", "") == "Text"
        and isinstance(argument.args[0], ast.Constant)
    }
    assert len(said) > 30
    assert {s: lang for s in said for lang in ("en", "de") if len(language(lang).say(s)) > 80 - _FIGURES} == {}
