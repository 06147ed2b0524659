"""What `import touchpoints` costs over bare Python: CPU milliseconds of whole processes, medians.

python benchmarks/importtime.py [runs]
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

BAR = 60


def cpu(code: str) -> float:
    """CPU milliseconds of a fresh process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main(runs: int = 15) -> None:
    """Measure in turns, print."""
    works = {"python -c pass": "pass", "attrs and pluggy": "import attrs, pluggy", "touchpoints": "import touchpoints"}
    taken = {name: list[float]() for name in works}
    for _ in range(runs):
        for name, code in works.items():
            taken[name].append(cpu(code))
    bare, libraries, own = (statistics.median(values) for values in taken.values())
    print(f"medians of {runs} processes, in ms over {bare:.0f} ms of bare Python")
    print(f"  attrs and pluggy alone {libraries - bare:6.1f}")
    print(f"  import touchpoints     {own - bare:6.1f}   bar {BAR}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
