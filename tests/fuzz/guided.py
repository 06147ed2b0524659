"""Fuzzing guided by the code an input reaches, with atheris (libFuzzer) and the same mutations and rules."""

from __future__ import annotations

import random
import sys
import tempfile
from hashlib import blake2b
from pathlib import Path

from tests.fuzz.checking import Sample, finding_in
from tests.fuzz.mutations import MOST, mutated


def run(start: list[Sample], seconds: float) -> int:
    """Runs atheris over the samples; it ends the process at the first finding, which is kept before."""
    import atheris  # type: ignore[import-untyped]  # it has no types, and is there only with the extra `fuzz`

    from tests.fuzz.__main__ import keep_input
    from touchpoints.plugins import Plugins

    for module in sorted({type(i).__module__ for i in Plugins.installed().importers}):
        for value in vars(sys.modules[module]).values():
            if callable(value) and getattr(value, "__module__", "").startswith("touchpoints"):
                _instrumented(atheris, value)
    contents = [s.content for s in start]
    by_content = {blake2b(c).digest(): s for c, s in zip(contents, start, strict=True)}

    def sample_of(seed: bytes) -> Sample:
        return (
            by_content.get(blake2b(seed).digest())
            or start[int.from_bytes(blake2b(seed[:64]).digest()[:4]) % len(start)]
        )

    def one(data: bytes) -> None:
        sample = sample_of(data)
        if finding := finding_in(sample, data):
            print(f"{finding}\n  kept as {keep_input(sample, data, finding)}", flush=True)
            raise AssertionError(str(finding))

    def custom(data: bytes, most: int, seed: int) -> bytes:
        return mutated(data, random.Random(seed), contents)[:most]

    with tempfile.TemporaryDirectory() as folder:
        for number, sample in enumerate(start):
            (Path(folder) / f"{number}").write_bytes(sample.content)
        arguments = [
            sys.argv[0],
            f"-max_total_time={seconds:.0f}",
            f"-max_len={MOST}",
            "-timeout=60",
            "-rss_limit_mb=3000",
            folder,
        ]
        atheris.Setup(arguments, one, custom_mutator=custom)
        atheris.Fuzz()
    return 0


def _instrumented(atheris: object, value: object) -> None:
    """Makes the methods of a class, or a function, report the branches they take."""
    instrument = atheris.instrument_func  # type: ignore[attr-defined]  # the module, handed on as a value
    if isinstance(value, type):
        for method in list(vars(value).values()):
            if hasattr(method, "__code__"):
                instrument(method)
    elif hasattr(value, "__code__"):
        instrument(value)
