"""How well reach foresees who answers: the tables of docs/measures.md.

    python benchmarks/reach.py cns_both.csv.gz [more.csv.gz ...]

Files have the form of `touchpoints.backtest` (owner, partner, t_s, out, medium, duration_s, missed). Cut-offs at half and
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
from zoneinfo import ZoneInfo

from touchpoints.handles import Handle
from touchpoints.measures import auc, reliability
from touchpoints.model import Party, Touchpoint
from touchpoints.reach import Attempt, Averages, attempts, way_reach
from touchpoints.store import Stored

START = datetime(2026, 1, 1, tzinfo=UTC)
ZONE = ZoneInfo("UTC")


def events(path: Path) -> Iterator[Stored]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for n, row in enumerate(csv.DictReader(stream)):
            medium, channel = ("call", "phone") if row["medium"] == "call" else ("message", "sms")
            handle = Handle("account", f"{row['owner']}/{row['partner']}", "benchmark")
            touchpoint = Touchpoint(
                START + timedelta(seconds=int(row["t_s"])), channel, "out" if row["out"] == "1" else "in",
                "missed" if row["missed"] == "1" else "reached", (Party(handle),),
            )  # fmt: skip
            yield Stored(touchpoint, f"{n:09d}", medium, path.name, "benchmark")


def tests(stored: list[Stored], medium: str) -> Iterator[tuple[float, float, bool, int]]:
    """(rate foreseen, overall rate then, answered, own attempts before) for every attempt after a cut-off."""
    first, last = stored[0].touchpoint.at, stored[-1].touchpoint.at
    span = last - first
    decided = attempts(stored, lambda h: h.value, last)
    for share in (0.5, 0.75):
        at, until = first + share * span, first + (share + 0.25) * span
        before = [s for s in stored if s.touchpoint.at <= at]
        known = attempts(before, lambda h: h.value, at)
        averages = Averages.of(known, at, ZONE)
        own = defaultdict[str, list[Attempt]](list)
        for attempt in known:
            if attempt.way.medium == medium:
                own[attempt.contact].append(attempt)
        some = [a for contact in own.values() for a in contact if a.answered is not None]
        overall = sum(bool(a.answered) for a in some) / len(some)
        for a in decided:
            if a.way.medium == medium and at < a.at <= until and a.answered is not None:
                found = way_reach(a.way, own[a.contact], averages.of_way(a.way), at, ZONE)
                yield found.rate, overall, a.answered, found.attempts


def table(name: str, cases: list[tuple[float, float, bool, int]]) -> bool:
    came = [answered for _, _, answered, _ in cases]
    print(f"\n{name}: {len(cases)} attempts held out, {sum(came) / len(came):.3f} answered")
    print("| attempts before | n | AUC | Brier | Brier of the overall rate | foreseen | came |\n|---|---|---|---|---|---|---|")
    good = True
    for label, least, most in (("all", 0, 10**9), ("none", 0, 0), ("1 to 3", 1, 3), ("4 and more", 4, 10**9)):
        some = [c for c in cases if least <= c[3] <= most]
        if not some:
            continue
        labels, rates = [c[2] for c in some], [c[0] for c in some]
        ranked = auc(labels, rates)
        brier, plain = (sum((c[k] - c[2]) ** 2 for c in some) / len(some) for k in (0, 1))
        foreseen, seen = sum(rates) / len(some), sum(labels) / len(some)
        shown = "–" if ranked is None else f"{ranked:.3f}"
        print(f"| {label} | {len(some)} | {shown} | {brier:.4f} | {plain:.4f} | {foreseen:.3f} | {seen:.3f} |")
        if label == "all":
            good = ranked is not None and ranked > 0.5 and abs(foreseen - seen) <= 0.05 and brier < plain
    print("| foreseen | n | mean foreseen | came |\n|---|---|---|---|")
    for b in reliability([c[0] for c in cases], came):
        print(f"| {b.low:.1f} to {b.high:.1f} | {b.n} | {b.foreseen:.3f} | {b.seen:.3f} |")
    return good


def main(paths: list[Path]) -> int:
    good = True
    for path in paths:
        stored = sorted(events(path), key=lambda s: (s.touchpoint.at, s.key))
        for medium in ("call", "message"):
            some = [s for s in stored if s.medium == medium]
            if not some:
                continue
            if medium == "call" and all(s.touchpoint.outcome == "reached" for s in some):
                print(f"\n{path.name}, calls: no outcomes in this file, nothing to measure")
                continue
            good &= table(f"{path.name}, {medium}s", list(tests(some, medium)))
    return 0 if good else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
