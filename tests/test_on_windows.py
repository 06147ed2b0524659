"""The commands as they run on Windows: a CPython for Windows under wine (see `.ci/windows`), beside the same ones here."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PYTHON = Path(os.environ.get("TOUCHPOINTS_WINDOWS", "nowhere"))
pytestmark = pytest.mark.skipif(not PYTHON.is_file(), reason="no Windows server: .ci/windows makes one")
ME = ("--me", "+49 30 23125 100", "--me", "Mara Falk", "--me", "mara.falk@falkberatung.example", "--timezone",
      "Europe/Berlin", "--region", "DE-BE")  # fmt: skip
AT = ("--at", "2026-07-01")
FOLDER = "Büro (März) & Co"

pytestmark = [pytestmark, pytest.mark.xdist_group("windows")]


def environment(**more: str) -> dict[str, str]:
    own = {"WINEPREFIX": str(PYTHON.parents[1] / "prefix"), "WINEDEBUG": "-all", "LC_ALL": "C.UTF-8"}
    return {**{k: v for k, v in os.environ.items() if k in ("PATH", "HOME")}, **own, **more}


def windows(*args: str, cwd: Path, status: int = 0, **more: str) -> subprocess.CompletedProcess[bytes]:
    """A command of Python on Windows, in a folder of drive C."""
    done = subprocess.run(
        ["wine", str(PYTHON), *args], input=b"\n", capture_output=True, cwd=cwd, env=environment(**more), timeout=300
    )
    assert done.returncode == status, (args, done.stdout[-2000:], done.stderr[-2000:])
    assert b"Traceback" not in done.stderr, done.stderr
    return done


def touchpoints(*args: str, cwd: Path, status: int = 0, **more: str) -> str:
    """Standard output of a command on Windows, with the line ends that there are here."""
    return windows("-m", "touchpoints", *args, cwd=cwd, status=status, **more).stdout.decode().replace("\r\n", "\n")


def here(*args: str, cwd: Path, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "touchpoints", *args], capture_output=True, cwd=cwd, env=environment(LANG="C.UTF-8")
    )
    assert done.returncode == status, done.stderr
    return done.stdout.decode()


@pytest.fixture(scope="module")
def drive() -> Path:
    """Drive C of that Windows."""
    return PYTHON.parents[1] / "prefix" / "drive_c"


@pytest.fixture(scope="module")
def desk(drive: Path) -> Iterator[Path]:
    """A folder on it with the exports, imported by a pattern that Windows' command prompt hands on as it is."""
    place = drive / f"{FOLDER} {os.getpid()}"
    shutil.copytree(ROOT / "examples" / "data", place / "Exporte für März")
    touchpoints(
        "import", "Exporte für März\\*", *ME, "--store", "touchpoints.db", cwd=place, status=1
    )  # some records are damaged
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same here."""
    place = tmp_path_factory.mktemp("twin")
    shutil.copytree(ROOT / "examples" / "data", place / "Exporte für März")
    names = sorted(str(p.relative_to(place)) for p in (place / "Exporte für März").iterdir())
    here("import", *names, *ME, "--store", "touchpoints.db", cwd=place, status=1)
    return place


def test_what_comes_out_is_the_same_to_the_byte(desk: Path, twin: Path) -> None:
    def same(text: str) -> str:
        return text.replace("Exporte für März\\\\", "Exporte für März/").replace(
            "Exporte für März\\", "Exporte für März/"
        )

    for command in (["list"], ["calls", *AT, "--lang", "de"]):
        assert same(touchpoints(*command, cwd=desk)) == here(*command, cwd=twin), command
    there, ours = (json.loads(run("calls", *AT, "--json", cwd=place), parse_float=lambda x: round(float(x), 9))
                   for run, place in ((touchpoints, desk), (here, twin)))  # fmt: skip
    assert there == ours  # the mathematics of two systems differ in the last digit
    for form in ("html", "csv", "ics"):
        name = f"Liste – {form}.{form}"
        for place, run in ((desk, touchpoints), (twin, here)):
            run("calls", *AT, "--format", form, "--output", name, "--lang", "de", cwd=place)
        assert (desk / name).read_bytes() == (twin / name).read_bytes(), form


def test_the_store_stands_in_local_app_data_and_paths_may_be_written_in_any_way(desk: Path, drive: Path) -> None:
    elsewhere = drive / f"leer {os.getpid()}"
    elsewhere.mkdir()
    done = windows("-m", "touchpoints", "calls", cwd=elsewhere, status=1)
    assert b"AppData\\Local\\touchpoints\\touchpoints.db" in done.stderr
    whole = f"C:\\{desk.name}\\touchpoints.db"
    for store in (whole.replace("\\", "/"), f"..\\{desk.name}\\touchpoints.db"):
        assert json.loads(touchpoints("status", "--json", "--store", store, cwd=elsewhere))["touchpoints"] > 1000
    touchpoints("calls", "--store", f"C:\\{desk.name}\\nothing.db", cwd=elsewhere, status=1)
    elsewhere.rmdir()


@pytest.mark.parametrize("encoding", ["cp850"])
def test_a_console_of_old_shows_what_it_can(encoding: str, desk: Path) -> None:
    done = windows("-m", "touchpoints", "calls", *AT, "--lang", "de", cwd=desk, PYTHONIOENCODING=encoding)
    assert "fällig" in done.stdout.decode(encoding) or "Rückruf" in done.stdout.decode(encoding)


def test_each_day_today_writes_the_sheet_and_a_filled_in_list_comes_back(desk: Path) -> None:
    settings = 'sources = ["Exporte für März", "C:/' + desk.name + '/Listen"]\r\n'
    (desk / "touchpoints.toml").write_bytes(b"\xef\xbb\xbf" + settings.encode())
    (desk / "Listen").mkdir()
    touchpoints("calls", *AT, "--format", "csv", "--lang", "de", "--output", "Listen\\heute.csv", cwd=desk)
    rows = list(csv.reader(io.StringIO((desk / "Listen" / "heute.csv").read_text(encoding="utf-8-sig")), delimiter=";"))
    rows[1][rows[0].index("Ergebnis")], rows[1][rows[0].index("Notiz")] = "erreicht", "möchte „mehr“ – ruft zurück"
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    (desk / "Listen" / "heute.csv").write_bytes(out.getvalue().encode("cp1252"))
    before = touchpoints("list", cwd=desk).count("\n")
    touchpoints("today", "--no-open", *AT, cwd=desk, status=1)
    assert (desk / "touchpoints-today.html").stat().st_size > 10_000
    assert touchpoints("list", cwd=desk).count("\n") == before + 1
    touchpoints("forget", f"C:/{desk.name}/Listen\\heute.csv", cwd=desk)
    assert touchpoints("list", cwd=desk).count("\n") == before


HOLD = "import sys; f = {open}; print('open', flush=True); sys.stdin.readline()"


@contextmanager
def held(open_: str, cwd: Path) -> Iterator[None]:
    """Another program that has something open."""
    other = subprocess.Popen(
        ["wine", str(PYTHON), "-c", HOLD.format(open=open_)], cwd=cwd, env=environment(), stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdout.readline().strip() == b"open"
    yield
    other.communicate(b"\n", timeout=60)


def test_what_another_program_has_open_is_left_whole_and_named(desk: Path) -> None:
    (desk / "offen.csv").write_bytes(b"as it was")
    with held("open('offen.csv')", desk):
        done = windows(
            "-m", "touchpoints", "calls", *AT, "--format", "csv", "--output", "offen.csv", cwd=desk, status=1
        )
        assert b"is it open in another program?" in done.stderr
    assert (desk / "offen.csv").read_bytes() == b"as it was"
    assert [p.name for p in desk.iterdir() if p.name.startswith(".offen")] == []
    shutil.copy(desk / "touchpoints.db", desk / "busy.db")
    reading = "__import__('sqlite3').connect('busy.db'); f.execute('SELECT count(*) FROM touchpoint').fetchone()"
    with held(reading, desk):
        store = ("--store", "busy.db")
        touchpoints("note", "Dr. Nadine Kurz", "während jemand liest", *AT, *store, cwd=desk)
        touchpoints("backup", "kopie.db", *store, cwd=desk)
        done = windows("-m", "touchpoints", "encrypt", *store, cwd=desk, status=1, TOUCHPOINTS_KEY="geheim")
        assert b"open in another program" in done.stderr
    key = {"TOUCHPOINTS_KEY": "geheim"}
    touchpoints("encrypt", *store, cwd=desk, **key)
    assert not (desk / "busy.db").read_bytes().startswith(b"SQLite")
    assert not (desk / "kopie.db").read_bytes().startswith(b"SQLite")
    listed = touchpoints("list", *store, cwd=desk, **key)
    touchpoints("privacy", "erase", "Dr. Nadine Kurz", "--yes", *store, cwd=desk, **key)
    assert len(touchpoints("list", *store, cwd=desk, **key)) < len(listed)
    touchpoints("decrypt", *store, cwd=desk, **key)
    assert b"Nadine" not in (desk / "busy.db").read_bytes() + (desk / "kopie.db").read_bytes()
    assert touchpoints("doctor", *store, cwd=desk).startswith("integrity: everything in order")


def test_the_line_for_the_task_scheduler_is_quoted_as_windows_reads_it(desk: Path) -> None:
    """The command prompt and the scheduler each read one layer of quotes."""
    line = next(
        x
        for x in (ROOT / "docs" / "every-day.md").read_text(encoding="utf-8").splitlines()
        if x.startswith("schtasks /Cre")
    )
    show = "import json, sys; print(json.dumps(sys.argv[1:]))"
    (desk / "argv.py").write_text(show, encoding="utf-8")
    program = "Z:" + str(PYTHON).replace("/", "\\")
    (desk / "task.bat").write_bytes(f"@{program} argv.py {line.partition(' ')[2]}\r\n".encode())
    done = subprocess.run(
        ["wine", "cmd", "/c", "task.bat"], input=b"\n", capture_output=True, cwd=desk, env=environment()
    )
    given = json.loads(done.stdout)
    assert given[:7] == ["/Create", "/TN", "touchpoints", "/SC", "WEEKLY", "/D", "MON,TUE,WED,THU,FRI"]
    assert given[7:10] == ["/ST", "08:15", "/TR"]
    run = given[10]
    exe, store = "C:\\Users\\you\\.venv\\Scripts\\touchpoints.exe", "C:\\Users\\you\\touchpoints\\touchpoints.db"
    assert run == f'"{exe}" today --store "{store}"'
    started = run.replace(f'"{exe}"', f'"{program}" argv.py')
    again = windows("-c", f"import subprocess; subprocess.run({started!r})", cwd=desk).stdout
    assert json.loads(again) == ["today", "--store", store]


INSIDE = [
    "test_source.py",
    "test_store.py",
    "test_encryption.py",
    "test_ingest.py",
    "test_call_sheet.py",
    "test_times.py",
]


def test_the_tests_of_what_touches_files_pass_there() -> None:
    done = subprocess.run(
        ["wine", str(PYTHON), "-m", "pytest", "-q", "-o", "addopts=", "-p", "no:cacheprovider", *(f"tests/{name}" for name in INSIDE)],
        input=b"\n", capture_output=True, cwd=ROOT, env=environment(PYTHONPYCACHEPREFIX="C:\\pyc"), timeout=1200,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:].decode(errors="replace")
