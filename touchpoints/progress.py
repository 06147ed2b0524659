"""Long work, told to whoever watches it: what is being done, how far it is, and out of how many.

Who watches is a matter of the run and changes no result, so no signature hands a watcher on. It is named once, around
what is to be watched, and holds for this thread (or task) alone:

    with watched(progress):
        tracker.ingest("exports/")

The rooms say what they are at with `step` and `counted`; where nobody watches, that costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, Protocol, TypeVar

T = TypeVar("T")
Unit = Literal["things", "bytes"]


class Step:
    """Part of the work: `what` is done (in every language), `done` so far out of `total` (`None`: nobody knows)."""

    __slots__ = ("_tell", "done", "total", "unit", "what")

    def __init__(self, what: Mapping[str, str], total: int | None = None, unit: Unit = "things") -> None:
        self.what, self.total, self.unit, self.done = what, total, unit, 0
        self._tell: Callable[[], None] | None = None

    def __repr__(self) -> str:
        return f"Step({self.what['en']!r}, {self.done}/{self.total} {self.unit})"

    def reached(self, done: int, what: Mapping[str, str] | None = None) -> None:
        """So much is done; `what`, if from now on it is something else that is done."""
        self.done, self.what = done, what or self.what
        if self._tell is not None:
            self._tell()


class Progress(Protocol):
    """Called with the steps that are open, the widest first, whenever one begins, gets on, or ends; with none at the end of
    all. It is called from within the work: what it raises ends that."""

    def __call__(self, steps: Sequence[Step], /) -> None:
        """Take notice."""


_watching: ContextVar[tuple[Progress, list[Step]] | None] = ContextVar("touchpoints_progress", default=None)


@contextmanager
def watched(progress: Progress) -> Iterator[None]:
    """Have everything done meanwhile in this thread (or task) tell `progress` how it gets on."""
    steps: list[Step] = []
    before = _watching.set((progress, steps))
    try:
        yield
    finally:
        _watching.reset(before)
        if steps:  # an error keeps the rooms it came through, and with them the steps that were open there
            steps.clear()
            progress(())


@contextmanager
def step(what: Mapping[str, str], total: int | None = None, unit: Unit = "things") -> Iterator[Step]:
    """Say that something is being done for as long as this lasts. Also a decorator."""
    made = Step(what, total, unit)
    watching = _watching.get()
    if watching is None:
        yield made
        return
    progress, steps = watching
    made._tell = lambda: progress(tuple(steps))
    steps.append(made)
    try:
        made._tell()
        yield made
    finally:
        if made in steps:
            steps.remove(made)
            made._tell()


def counted(items: Iterable[T], what: Mapping[str, str], total: int | None = None) -> Iterable[T]:
    """The same items, told of one by one (a step that ends with them); `total` is their number unless they know it."""
    return items if _watching.get() is None else _counting(items, what, total)


def _counting(items: Iterable[T], what: Mapping[str, str], total: int | None) -> Iterator[T]:
    if total is None and isinstance(items, Sized):
        total = len(items)
    often = max(1, min(1000, total // 200)) if total is not None else 100
    with step(what, total) as at:
        for done, item in enumerate(items, 1):
            yield item
            if done % often == 0:
                at.reached(done)
