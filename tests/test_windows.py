"""What Windows 10 and 11 need, tested on any machine: no POSIX-only calls, encodings, paths, patterns, consoles."""

import ast
import io
import ntpath
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest
from newcomer import exports

from touchpoints.cli.daily import SHEET
from touchpoints.cli.machine import any_text, beside, write_own
from touchpoints.settings import Settings
from touchpoints.setup.proposal import shortened
from touchpoints.setup.settingsfile import completed, lines
from touchpoints.source import Source
from touchpoints.tracker import default_store

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted([*(ROOT / "touchpoints").rglob("*.py"), *(ROOT / "plugins").glob("touchpoints_*/**/*.py")])
POSIX_MODULES = {"fcntl", "pwd", "grp", "termios", "tty", "pty", "resource", "syslog", "posix", "readline", "curses"}
POSIX_CALLS = {
    "fork", "forkpty", "chown", "lchown", "fchown", "chroot", "getuid", "geteuid", "getgid", "setuid", "setgid", "umask",
    "mkfifo", "uname", "killpg", "setsid", "nice", "getpwuid", "alarm", "setitimer", "register_at_fork", "statvfs", "symlink",
    "fchmod", "getloadavg", "wait", "waitpid",
}  # fmt: skip
GUARDED = {"register_at_fork"}
"""Called only where `hasattr(os, …)` says that there is such a thing."""


def _calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            owner = called.value.id if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) else ""
            name = (
                called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
            )
            yield node, owner, name


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_posix_only_module_or_call_and_no_text_file_without_its_encoding(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    imported = {a.name.partition(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    imported |= {(n.module or "").partition(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert imported & POSIX_MODULES == set()
    text = module.read_text(encoding="utf-8")
    for node, owner, name in _calls(tree):
        if owner in ("os", "signal"):
            assert name not in POSIX_CALLS or (name in GUARDED and f'hasattr(os, "{name}")' in text), (
                f"{name}, line {node.lineno}"
            )
        given = {k.arg for k in node.keywords}
        if name in ("read_text", "write_text") and owner != "formatter":
            assert "encoding" in given, f"line {node.lineno}: {name} without encoding"
        if name in ("open", "fdopen") and (owner in ("", "os", "io") or name == "open"):
            modes = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            modes += [k.value.value for k in node.keywords if k.arg == "mode" and isinstance(k.value, ast.Constant)]
            textual = any(set(m) <= set("rwaxt+") for m in modes) or (owner == "" and name == "open" and not modes)
            is_builtin = isinstance(node.func, ast.Name)
            assert not (textual and (is_builtin or modes)) or "encoding" in given, (
                f"line {node.lineno}: open without encoding"
            )


CONSOLES = ["cp1252", "cp437", "cp850", "ascii", "utf-8"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("windows")
    exports(place / "exports")
    chat = place / "exports" / "WhatsApp Chat mit Zoë 🙂 Łukasz.txt"
    chat.write_text(
        "01.06.26, 08:00 - Zoë 🙂 Łukasz: Привет, ruf mich an?\n01.06.26, 08:05 - Mara Falk: gern 🙂\n"
        "29.06.26, 08:00 - Zoë 🙂 Łukasz: bitte um Rückruf 🙂\n",
        encoding="utf-8",
    )
    settings = 'me = ["Mara Falk"]\r\ntimezone = "Europe/Berlin"\r\n[lines]\r\n23125100 = "business"\r\n23125177 = "private"\r\n'
    (place / "touchpoints.toml").write_bytes(b"\xef\xbb\xbf" + settings.encode())  # as Windows' Notepad saves
    return place


def _run(*args: str, folder: Path, encoding: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-X", "utf8=0", "-m", "touchpoints", *args], capture_output=True, check=False, cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONIOENCODING": encoding, "PYTHONCOERCECLOCALE": "0",
             "TOUCHPOINTS_STORE": str(folder / "touchpoints.db")},
    )  # fmt: skip


@pytest.mark.parametrize("encoding", CONSOLES)
def test_no_console_is_too_poor_for_what_is_said(encoding: str, folder: Path) -> None:
    """Names with letters that a console lacks come with `?`; nothing fails, and nothing that is stored is changed."""
    commands = [
        ["import", "exports", "--region", "DE"], ["calls", "--at", "2026-07-01", "--lang", "de"], ["people"], ["list"],
        ["status", "--at", "2026-07-01"], ["week", "--at", "2026-07-01", "--lang", "de"], ["plugins"], ["calls", "--help"],
        ["today", "--no-open", "--at", "2026-07-01"], ["setup", "exports", "--lang", "de"], ["show", "nobody 🙂"],
    ]  # fmt: skip
    for args in commands:
        done = _run(*args, folder=folder, encoding=encoding)
        assert done.returncode == (1 if args[0] == "show" else 0), (args, done.stderr)
        assert b"Traceback" not in done.stderr
        (done.stdout + done.stderr).decode(
            "utf-8" if encoding == "ascii" else encoding
        )  # click takes ASCII for a mistake
    stored = _run("list", folder=folder, encoding="utf-8").stdout.decode()
    assert "Zoë 🙂 Łukasz" in stored


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii"])
def test_a_stream_of_any_encoding_takes_any_text(encoding: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    any_text(stream, None)
    stream.write("Müller → 🙂")
    stream.flush()
    assert b"ller" in stream.buffer.getvalue()  # type: ignore[attr-defined]  # the BytesIO above


def test_the_store_stands_in_local_app_data_on_windows(tmp_path: Path) -> None:
    local = tmp_path / "AppData" / "Local"
    assert default_store(tmp_path, {"LOCALAPPDATA": str(local)}) == local / "touchpoints" / "touchpoints.db"


def test_windows_paths_in_reports_and_settings() -> None:
    assert shortened("C:\\Users\\mara\\exports\\Kalender.CSV") == "Kalender.CSV"
    assert shortened("C:\\exports\\WhatsApp Chat - Anna.zip/_chat.txt") == "WhatsApp Chat - Anna.zip"
    below, home = PureWindowsPath("C:\\Users\\mara\\exports"), PureWindowsPath("C:\\Users\\mara")
    assert beside(below, home) == "exports"
    assert beside(PureWindowsPath("D:\\stick\\exports"), home) == "D:/stick/exports"
    written = "\n".join(lines({"sources": (beside(PureWindowsPath("D:\\stick"), home), "C:\\Temp\\neu")}))
    sources = tomllib.loads(written)["sources"]
    assert sources == ["D:/stick", "C:\\Temp\\neu"]
    assert [ntpath.normpath(s) for s in sources] == ["D:\\stick", "C:\\Temp\\neu"]
    assert ntpath.isabs(sources[0])


def test_what_is_written_has_names_that_windows_takes() -> None:
    forbidden = set('<>:"/\\|?*')
    for name in (
        SHEET,
        "touchpoints.toml",
        "touchpoints.db",
        "touchpoints.db.key",
        "person.json",
        "person.vcf",
        "person.ics",
    ):
        assert not forbidden & set(name)
        assert not name.endswith((" ", "."))
        assert ntpath.basename(name) == name


def test_settings_with_crlf_and_a_mark_are_read_and_keep_their_line_ends(folder: Path) -> None:
    settings = Settings.from_toml(folder / "touchpoints.toml")
    assert settings.lines == {"23125100": "business", "23125177": "private"}
    before = (folder / "touchpoints.toml").read_bytes().decode("utf-8")
    after, left = completed(before, {"region": "DE-BE", "sources": ("exports",)})
    assert left == {}
    assert after.startswith("\ufeff")
    assert after.count("\r\n") == after.count("\n")
    (folder / "more.toml").write_bytes(after.encode())
    assert Settings.from_toml(folder / "more.toml").region == "DE-BE"


def test_exports_with_crlf_and_windows_letters_are_read_as_they_are() -> None:
    source = Source.from_bytes("Name;Ort\r\nMüller;Köln\r\n".encode("cp1252"), "a.csv")
    assert source.encoding == "cp1252"
    with source.text() as text:
        assert text.read() == "Name;Ort\r\nMüller;Köln\r\n"


def test_a_file_is_written_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    sheet = tmp_path / "deep" / "sheet.html"
    write_own(sheet, b"one")
    write_own(sheet, b"two")
    assert sheet.read_bytes() == b"two"
    assert sorted(p.name for p in sheet.parent.iterdir()) == ["sheet.html"]
    with pytest.raises(OSError):
        write_own(tmp_path / "deep", b"a folder is no file") if sys.platform == "win32" else write_own(
            Path("/proc/x/y"), b""
        )


def test_a_path_longer_than_260_characters(tmp_path: Path) -> None:
    """Windows takes it where long paths are switched on (see docs/windows.md); here it is only that nothing cuts it."""
    deep = tmp_path
    while len(str(deep)) < 300:
        deep = deep / ("ordner-" + "x" * 40)
    deep.mkdir(parents=True)
    (deep / "a.csv").write_text("x", encoding="utf-8")
    assert Source.from_path(deep / "a.csv").head == b"x"
