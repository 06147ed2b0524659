"""What differs between machines: consoles, permissions, file names, patterns, what opens a file. The only place for it."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Sequence
from contextlib import suppress
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


def is_pipe(stream: IO[str] | None) -> bool:
    """Whether another program reads a stream: perhaps one that has the whole screen."""
    try:
        return stream is not None and stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # replaced by a test, detached, or closed
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
