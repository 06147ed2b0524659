"""Fuzzes every importer, or one: `python -m tests.fuzz --seconds 30 [--only NAME] [--seed N] [--guided]`.

Each input is a mutated sample, read by its importer and by whoever recognises it. No input may give another exception than
a `SourceError`, a value of the wrong type, a time without zone, or take time or memory beyond the bounds of
`checking.py`. What breaks this is shortened and kept in `corpus/IMPORTER/`, where an ordinary test replays it.
With `--guided` atheris chooses the inputs by the code they reach (`pip install -e ".[fuzz]"`).
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from hashlib import blake2b

from tests.fuzz.checking import CORPUS, Finding, Sample, finding_in, reduced, samples
from tests.fuzz.mutations import mutated


def main() -> int:
    """The command; exit status 1 if something was found."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz the importers.")
    options.add_argument("--seconds", type=float, default=30)
    options.add_argument("--inputs", type=int, default=None, metavar="N", help="stop after N inputs")
    options.add_argument("--only", metavar="NAME", help="one importer")
    options.add_argument("--seed", type=int, default=None, help="repeat a run (default: by the time)")
    options.add_argument("--guided", action="store_true", help="let atheris choose inputs by the code they reach")
    options.add_argument("--keep", type=int, default=20, metavar="N", help="stop after N different findings")
    given = options.parse_args()
    start = samples(given.only)
    if not start:
        options.error(f"no importer is called {given.only}")
    if given.guided:
        from tests.fuzz.guided import run

        return run(start, given.seconds)
    seed = given.seed if given.seed is not None else time.time_ns() % 1_000_000
    return plain(start, given.seconds, seed, given.keep, given.inputs)


def plain(start: list[Sample], seconds: float, seed: int, keep: int, most: int | None = None) -> int:
    """Rounds over all importers in turn until the time is up, or `most` inputs were tried."""
    chance = random.Random(seed)
    by_importer: dict[str, list[Sample]] = {}
    for sample in start:
        by_importer.setdefault(sample.importer, []).append(sample)
    found: dict[tuple[str, str], Finding] = {}
    inputs, until = 0, time.monotonic() + seconds
    contents = [s.content for s in start]
    while time.monotonic() < until and len(found) < keep and inputs != most:
        for own in by_importer.values():
            sample = chance.choice(own)
            others = [s.content for s in own] if chance.random() < 0.8 else contents
            content = mutated(sample.content, chance, others)
            inputs += 1
            finding = finding_in(sample, content, forced=chance.random() < 0.7)
            if finding and (finding.importer, finding.where) not in found:
                found[finding.importer, finding.where] = finding
                print(f"{finding}\n  kept as {keep_input(sample, content, finding)}", flush=True)
            if time.monotonic() > until or inputs == most:
                break
    print(
        f"{inputs} inputs from {len(start)} samples of {len(by_importer)} importers, seed {seed}: {len(found)} findings"
    )
    return 1 if found else 0


def keep_input(sample: Sample, content: bytes, finding: Finding) -> str:
    """Shortens an input and writes it into the corpus; gives its path."""
    content = reduced(sample, content, finding)
    folder = CORPUS / finding.importer
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{blake2b(content, digest_size=4).hexdigest()}{sample.path.suffix}"
    path.write_bytes(content)
    return str(path.relative_to(CORPUS.parent))


if __name__ == "__main__":
    sys.exit(main())
