"""How well reach foresees who answers: the tables of docs/measures.md.

    python benchmarks/reach.py cns_both.csv.gz [more.csv.gz ...]

Files have the form of `touchpoints.dataset` (owner, partner, t_s, out, medium, duration_s, missed). Cut-offs at half and
three quarters of the span: the averages and every contact's rate come from what was before, and are asked about the
attempts of the next quarter, of which nothing is known then. Calls are measured where a file says which were missed;
messages by the answers that came. Exit status 1 if the rate ranks no better than chance or is off by more than .05.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from touchpoints.handles import Handle
from touchpoints.happened import Event
from touchpoints.measures import auc, reliability
from touchpoints.model import Touchpoint
from touchpoints.reach import WINDOW, Attempt, Averages, attempts, way_reach

START = datetime(2026, 1, 1, tzinfo=UTC)
ZONE = ZoneInfo("UTC")


def events(path: Path) -> Iterator[Event]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for n, row in enumerate(csv.DictReader(stream)):
            medium, channel = ("call", "phone") if row["medium"] == "call" else ("message", "sms")
            who = f"{row['owner']}/{row['partner']}"
            touchpoint = Touchpoint(
                START + timedelta(seconds=int(row["t_s"])), channel, "out" if row["out"] == "1" else "in",
                "missed" if row["missed"] == "1" else "reached",
            )  # fmt: skip
            yield Event(touchpoint, medium, "", ((who, Handle("account", who)),), (who,), (f"{n:09d}",))


class Case(NamedTuple):
    foreseen: float
    overall: float  # the rate of all attempts before the cut-off: the rival
    answered: bool
    attempts: int  # this contact's own before the cut-off
    cutoff: float


def tests(known: list[Event], medium: str) -> Iterator[Case]:
    """Every attempt after a cut-off, of those that are decided at the end of the file."""
    first, last = known[0].at, known[-1].at
    span = last - first
    decided = [a for a in attempts(known, last) if medium == "call" or a.at <= last - WINDOW]
    for share in (0.5, 0.75):
        at, until = first + share * span, first + (share + 0.25) * span
        before = attempts(known, at)
        averages = Averages.of(before, at, ZONE)
        own = defaultdict[str, list[Attempt]](list)
        for attempt in before:
            if attempt.way.medium == medium:
                own[attempt.contact].append(attempt)
        some = [a for contact in own.values() for a in contact if a.answered is not None]
        overall = sum(bool(a.answered) for a in some) / len(some)
        for a in decided:
            if a.way.medium == medium and at < a.at <= until and a.answered is not None:
                found = way_reach(a.way, own[a.contact], averages, at, ZONE)
                yield Case(found.rate, overall, a.answered, found.attempts, share)


def ranked(cases: list[Case]) -> float | None:
    """AUC within cut-offs, so that a base rate that drifts between them neither helps nor harms."""
    won = pairs = 0.0
    for cutoff in {c.cutoff for c in cases}:
        some = [c for c in cases if c.cutoff == cutoff]
        value = auc([c.answered for c in some], [c.foreseen for c in some])
        weight = sum(c.answered for c in some) * sum(not c.answered for c in some)
        won, pairs = won + weight * (value or 0), pairs + weight
    return won / pairs if pairs else None


def table(name: str, cases: list[Case]) -> bool:
    came = [c.answered for c in cases]
    print(f"\n{name}: {len(cases)} attempts held out, {sum(came) / len(came):.3f} answered")
    print(
        "| attempts before | n | AUC | Brier | Brier of the overall rate | foreseen | came |\n|---|---|---|---|---|---|---|"
    )
    good = True
    for label, least, most in (("all", 0, 10**9), ("none", 0, 0), ("1 to 3", 1, 3), ("4 and more", 4, 10**9)):
        some = [c for c in cases if least <= c.attempts <= most]
        if not some:
            continue
        rank = ranked(some)
        brier, plain = (sum((c[k] - c.answered) ** 2 for c in some) / len(some) for k in (0, 1))
        foreseen, seen = (sum(c[k] for c in some) / len(some) for k in (0, 2))
        shown = "–" if rank is None else f"{rank:.3f}"
        print(f"| {label} | {len(some)} | {shown} | {brier:.4f} | {plain:.4f} | {foreseen:.3f} | {seen:.3f} |")
        if label == "all":
            good = rank is not None and rank > 0.5 and abs(foreseen - seen) <= 0.05 and brier < plain
    print("| foreseen | n | mean foreseen | came |\n|---|---|---|---|")
    for b in reliability([c.foreseen for c in cases], came):
        print(f"| {b.low:.1f} to {b.high:.1f} | {b.n} | {b.foreseen:.3f} | {b.seen:.3f} |")
    return good


def main(paths: list[Path]) -> int:
    good = True
    for path in paths:
        known = sorted(events(path), key=lambda e: (e.at, e.key))
        for medium in ("call", "message"):
            some = [e for e in known if e.medium == medium]
            if not some:
                continue
            if medium == "call" and all(e.reached for e in some):
                print(f"\n{path.name}, calls: no outcomes in this file, nothing to measure")
                continue
            good &= table(f"{path.name}, {medium}s", list(tests(some, medium)))
    return 0 if good else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
