"""Interaction histories to judge forecasts by: a data set file, its events in days, and what was known at a cut-off.

A data set is CSV (plain or gzip) with the columns `owner, partner, t_s` (seconds) and, if known, `out` (1 = from the
owner; no figure here depends on it); further ones are not read. A relation is a pair (owner, partner), and every row is
a touch. Days are whole, counted from the first event kept; the first and the last half per cent of events are cut off
(stragglers of the collection).
"""

from __future__ import annotations

import csv
import gzip
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import TextIOWrapper
from math import floor, isfinite
from pathlib import Path
from typing import NamedTuple

import attrs

from touchpoints.errors import UnreadableSource
from touchpoints.language import english
from touchpoints.measures import quantile
from touchpoints.summary import View

__all__ = ["Case", "Event", "Relation", "Timeline", "read"]

_DAY = 86_400
_COLUMNS = ("owner", "partner", "t_s")
_FORM = f"needed is CSV with the columns {', '.join(_COLUMNS)} (t_s in seconds) and, if known, out (1 or 0)"
_SIDES = {"1": True, "1.0": True, "true": True, "0": False, "0.0": False, "false": False, "": False}
_TAIL = 0.005  # of the events, at either end


class Event(NamedTuple):
    """One touch: whose relation with whom, when (seconds since any moment), and whether it came from the owner."""

    owner: str
    partner: str
    seconds: float
    out: bool


def read(path: str | Path) -> Iterator[Event]:
    """The events of a data set, row by row. Raises `UnreadableSource` with the line and what is needed."""
    path, line = Path(path), 0
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            data = gzip.GzipFile(fileobj=raw) if zipped else raw
            rows = csv.reader(TextIOWrapper(data, "utf-8-sig", "backslashreplace", newline=""))
            header = [name.strip().lower() for name in next(rows, [])]
            if missing := [name for name in _COLUMNS if name not in header]:
                raise UnreadableSource(
                    path.name, english("no column {names}; {form}", names=", ".join(missing), form=_FORM), 1
                )
            owner, partner, when = (header.index(name) for name in _COLUMNS)
            out = header.index("out") if "out" in header else None
            for row in rows:
                line = rows.line_num
                if row:
                    seconds, ours = float(row[when]), "" if out is None else row[out].strip().lower()
                    if not isfinite(seconds) or ours not in _SIDES:
                        raise ValueError(f"t_s '{row[when]}', out '{ours}'")
                    yield Event(row[owner], row[partner], seconds, _SIDES[ours])
    except (IndexError, ValueError, csv.Error) as error:
        raise UnreadableSource(
            path.name, english("not a row of the form ({error}); {form}", error=error, form=_FORM), line or None
        ) from error
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise UnreadableSource(path.name, english("cannot be opened: {error}", error=error.strerror)) from error
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableSource(
            path.name, english("cannot be read to its end ({error}); is the copy complete?", error=error)
        ) from error


@attrs.frozen(slots=True, kw_only=True)
class Case:
    """One relation at one cut-off: what was known, and what came.

    Known: `view`; `raw`, the history (x, tx, T) in single events and fractions of days; `answered`, whether both sides
    had been heard. Came: `back_after`, days until the next touch (None: no more); `future_days`, active days within
    the horizon; `watched`, days for which the owner was still seen.
    """

    relation: str
    owner: str
    at: int
    view: View
    raw: tuple[int, float, float]
    answered: bool
    back_after: int | None
    future_days: int
    watched: int

    def silent(self, horizon: float) -> bool:
        """The label: no touch in [at, at + horizon)."""
        return self.back_after is None or self.back_after >= horizon

    @property
    def history(self) -> tuple[int, int, int]:
        """(x, tx, T) in active days."""
        first, last = self.view.first or 0, self.view.last or 0
        return self.view.n - 1, last - first, self.at - first

    @property
    def silence(self) -> int:
        """Days since the last active one."""
        _, tx, age = self.history
        return age - tx

    @property
    def gap(self) -> float:
        """Own mean gap in days; 0 without a second active day."""
        x, tx, _ = self.history
        return tx / x if x else 0


@attrs.frozen(slots=True)
class Relation:
    """One relation of a data set: sorted `events` (days and fractions), `active` days (once each), and the day by which
    both sides had been heard (None: never)."""

    id: str
    owner: str
    events: Sequence[float]
    active: Sequence[int]
    answered: int | None

    def history(self, at: int) -> tuple[int, int, int] | None:
        """(x, tx, T) in active days before `at`; None without any."""
        n = bisect_left(self.active, at)
        return (n - 1, self.active[n - 1] - self.active[0], at - self.active[0]) if n else None

    def raw(self, at: int) -> tuple[int, float, float]:
        """(x, tx, T) in single events before `at`, of which there must be one."""
        n = bisect_left(self.events, at)
        return n - 1, self.events[n - 1] - self.events[0], at - self.events[0]


@attrs.frozen(slots=True)
class Timeline:
    """A data set in days: its relations, the last day each owner was seen, and the last day of all."""

    relations: tuple[Relation, ...]
    seen: Mapping[str, int]
    span: int

    @classmethod
    def of(cls, events: Iterable[Event]) -> Timeline:
        """The timeline of events in any order."""
        pairs: dict[tuple[str, str], int] = {}
        which, times, sides = array("q"), array("d"), array("b")
        for event in events:
            which.append(pairs.setdefault(event[:2], len(pairs)))
            times.append(event.seconds)
            sides.append(event.out)
        if not times:
            return cls((), {}, 0)
        ordered = sorted(times)
        low, high = quantile(ordered, _TAIL), quantile(ordered, 1 - _TAIL)
        start = ordered[bisect_left(ordered, low)]
        touched: list[tuple[list[float], list[float]]] = [([], []) for _ in pairs]  # theirs, ours
        for pair, seconds, ours in zip(which, times, sides, strict=True):
            if low <= seconds <= high:
                touched[pair][ours].append((seconds - start) / _DAY)
        relations, seen = [], dict[str, int]()
        for (owner, partner), pair in sorted(pairs.items()):  # so that the order of the events never shows
            theirs, mine = touched[pair]
            if both := sorted(theirs + mine):
                answered = floor(max(min(theirs), min(mine))) if theirs and mine else None
                active = sorted(set(map(floor, both)))
                relations.append(Relation(f"{owner}/{partner}", owner, both, active, answered))
                seen[owner] = max(seen.get(owner, 0), active[-1])
        return cls(tuple(relations), seen, max(seen.values(), default=0))

    def cases(self, at: int, horizon: float, events: int = 3, silent: float = 365) -> Iterator[Case]:
        """Every relation with at least `events` events before `at`, the last of them at most `silent` days ago."""
        for one in self.relations:
            n = bisect_left(one.active, at)
            if n and at - one.active[n - 1] <= silent and bisect_left(one.events, at) >= events:
                yield Case(
                    relation=one.id,
                    owner=one.owner,
                    at=at,
                    view=View.of(one.active[:n], at),
                    raw=one.raw(at),
                    answered=one.answered is not None and one.answered < at,
                    back_after=one.active[n] - at if n < len(one.active) else None,
                    future_days=bisect_left(one.active, at + horizon) - n,
                    watched=self.seen[one.owner] - at,
                )
