"""What differs between machines: consoles, permissions, file names, patterns, what opens a file. The only place for it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import IO


def any_text(*streams: IO[str] | None) -> None:
    """Let the streams take any character: UTF-8 where the user named no encoding, and never an error for a character that
    theirs lacks (consoles and pipes of Windows speak cp437, cp850 or cp1252)."""
    for stream in streams:
        with suppress(AttributeError, ValueError, OSError):  # replaced by a test, detached, or closed
            if sys.platform == "win32" and "PYTHONIOENCODING" not in os.environ:
                stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
            else:
                stream.reconfigure(errors="replace")  # type: ignore[union-attr]


def plain_terminal(stream: IO[str]) -> bool:
    """Whether a stream is to have neither colours nor moving lines: no terminal, a dumb one, or `NO_COLOR` set."""
    return not is_terminal(stream) or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def is_terminal(stream: IO[str] | None) -> bool:
    """Whether somebody sits in front of a stream."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def write_own(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all. On Windows the folder's permissions hold, and in
    the user's own folders those are the owner's."""
    path = path.absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():  # a device such as /dev/stdout
        with path.open("wb") as stream:
            stream.write(content)
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def expanded(paths: Sequence[str]) -> list[str]:
    """Paths with `*`, `?` and `[…]` put in full where no such file exists: `cmd.exe` hands patterns on as written. A
    pattern that fits nothing stays as it is, and is then named as missing."""
    found: list[str] = []
    for path in paths:
        if re.search(r"[*?[]", path) and not Path(path).exists():
            from glob import glob

            fits = sorted(glob(path))  # noqa: PTH207  # Path.glob takes no absolute patterns
            found += fits or [path]
        else:
            found.append(path)
    return found


def beside(path: PurePath, folder: PurePath) -> str:
    """A path as a settings file in `folder` names it: relative if it lies below, else in full; always with `/`."""
    try:
        return path.relative_to(folder).as_posix()
    except ValueError:
        return path.as_posix()


def open_file(path: Path) -> bool:
    """Show a file with the program the user has for it; whether there is a screen to show it on."""
    if sys.platform == "win32":
        try:
            os.startfile(path)
        except OSError:
            return False
        return True
    if sys.platform != "darwin" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    import webbrowser

    return webbrowser.open(path.as_uri())


@contextmanager
def working() -> Iterator[None]:
    """On a terminal a line that moves, with the seconds so far, while something takes its time; nothing elsewhere."""
    if plain_terminal(sys.stderr):
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn

    with Progress(SpinnerColumn(), TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        bar.add_task("", total=None)
        yield


@contextmanager
def progress(wanted: bool = True) -> Iterator[Callable[[int, int, str, int], None] | None]:
    """A line on long work, on a terminal: what is at hand, how far, how fast, how much longer; nothing elsewhere.

    It is told, now and then: files (or steps) done, in all, the one at hand, and records read of it.
    """
    if not wanted or not is_terminal(sys.stderr) or os.environ.get("TERM") == "dumb":
        yield None
        return
    from time import monotonic

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(16), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    begun = monotonic()
    at_hand: dict[str, int] = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rate="")

        def show(done: int, total: int, name: str, records: int) -> None:
            at_hand[name] = max(records, at_hand.get(name, 0))
            rate = f"{sum(at_hand.values()) / max(monotonic() - begun, 0.1):,.0f}/s" if any(at_hand.values()) else ""
            bar.update(task, completed=done, total=total, description=PurePath(name).name[-28:], rate=rate)

        yield show
