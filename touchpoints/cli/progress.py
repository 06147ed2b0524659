"""What a terminal shows of long work: a line that says what is being done, how far it is, how fast, how much longer.

It comes after a moment, so that quick work shows nothing, and goes before anything else is written.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import RLock, Timer
from time import monotonic
from typing import TYPE_CHECKING, Any

import attrs

from touchpoints.cli.machine import is_pipe, is_terminal
from touchpoints.language import Language
from touchpoints.progress import Step, watched

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

PATIENCE = 0.8
"""Seconds that work may take before a line speaks of it."""
_BAR, _FIGURES, _LEAST = 10, 54, 12
"""Columns of the bar, of all but the words, and of the words at least."""
_PAUSE = 0.2
"""Steps with no more seconds than this between them are one piece of work."""


@contextmanager
def shown(spoken: Language) -> Iterator[None]:
    """Show how long work gets on, on a terminal (standard error, not a dumb one); elsewhere, and when the output is piped into
    another program, nothing."""
    if not is_terminal(sys.stderr) or os.environ.get("TERM") == "dumb" or is_pipe(sys.stdout):
        yield
        return
    with watched(_Line(spoken)):
        yield


@attrs.define
class _Clock:
    """When a step began, and when it last got on, by its `done`."""

    begun: float
    done: int = 0
    at: float = 0.0


class _Line:
    """The line, drawn by a thread of its own: it also moves while a step says nothing."""

    def __init__(self, spoken: Language) -> None:
        self.spoken = spoken
        self.steps: Sequence[Step] = ()
        self.clocks: dict[int, _Clock] = {}
        self.lock = RLock()
        self.live: Live | None = None
        self.timer: Timer | None = None
        self.begun = self.ended = -_PAUSE

    def __call__(self, steps: Sequence[Step]) -> None:
        now = monotonic()
        with self.lock:
            self.steps = steps
            self.clocks = {id(s): self.clocks.get(id(s)) or _Clock(now) for s in steps}
            for each in steps:
                clock = self.clocks[id(each)]
                if clock.done != each.done:
                    clock.done, clock.at = each.done, now
            if not steps:
                self.ended = now
                self.away()
            elif self.timer is None:
                if now - self.ended > _PAUSE:
                    self.begun = now
                self.timer = Timer(max(0.0, self.begun + PATIENCE - now), self.show)
                self.timer.daemon = True
                self.timer.start()

    def show(self) -> None:
        """Begin to draw, if there is still something to wait for."""
        from rich.console import Console
        from rich.live import Live

        with self.lock:
            if self.steps and self.live is None:
                self.live = Live(
                    console=Console(stderr=True), get_renderable=self.drawn, transient=True, refresh_per_second=8,
                    redirect_stdout=False, redirect_stderr=False,
                )  # fmt: skip
                self.live.start()

    def away(self) -> None:
        """Take the line off the terminal."""
        timer, self.timer = self.timer, None
        live, self.live = self.live, None
        if timer is not None:
            timer.cancel()
        if live is not None:
            live.stop()

    def drawn(self) -> Table:
        """The line as it is now."""
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        steps = self.steps
        line = Table.grid(padding=(0, 2))
        width = self.live.console.width if self.live else 80
        line.add_column(no_wrap=True, overflow="ellipsis", max_width=max(_LEAST, width - _FIGURES))
        parts: list[Any] = []
        figures = ""
        if steps:
            at = chosen(steps)
            clock = self.clocks.get(id(at)) or _Clock(monotonic())
            parts.append(Text(at.what[self.spoken.code]))
            if at.total:
                line.add_column(no_wrap=True, width=_BAR)
                parts.append(ProgressBar(total=at.total, completed=min(at.done, at.total), width=_BAR))
            figures = how_far(at, clock.at - clock.begun, monotonic() - clock.begun, self.spoken)
        line.add_column(no_wrap=True)
        line.add_row(*parts, Text(figures))
        return line


def chosen(steps: Sequence[Step]) -> Step:
    """Which of the open steps the line speaks of: the widest that knows how much is still to come, else the narrowest."""
    return next((s for s in steps if s.total is not None and 1 < s.total > s.done), steps[-1])


def how_far(at: Step, then: float, now: float, spoken: Language) -> str:
    """The figures of a step that has been going on for `now` seconds, and got on last after `then` seconds: how many, how
    fast, how much longer; the time so far where nothing can be counted."""
    if not at.done or then <= 0:
        return _time(now)
    rate = at.done / then
    if at.unit == "bytes":
        done, total, speed = (spoken.number(n / 1e6, 1) for n in (at.done, at.total or 0, rate))
        counted = spoken.say("{done} of {total} MB", done=done, total=total) if at.total else f"{done} MB"
        fast = spoken.say("{speed} MB/s", speed=speed)
    else:
        done, total = spoken.number(at.done), spoken.number(at.total or 0)
        counted = spoken.say("{done} of {total}", done=done, total=total) if at.total else done
        fast = (
            spoken.say("{n}/s", n=spoken.number(rate, 0 if rate >= 10 else 1))
            if rate >= 1
            else spoken.say("{time} each", time=_time(1 / rate))
        )
    if at.total is None:
        return f"{counted} · {fast} · {_time(now)}"
    left = max(0.0, at.total / rate - now)
    return f"{counted} · {fast} · " + spoken.say("{time} left", time=_time(left))


def _time(seconds: float) -> str:
    """Minutes and seconds, as a clock shows them."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
