"""All benchmarks of speed at one scale, one after the other: each prints its ratio against its floor, and the bar.

    python -m benchmarks [--scale 0.1] [--runs 5] [name …]

Scale 1 is what the bars speak of (a million rows, 20,000 and 200,000 events, 300 MiB of mail); it takes half an hour and
more. Ratios hold for smaller scales too; memory is measured at the full number of events in any case.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

SCRIPTS = {  # name: the first argument at scale 1 (`None`: it takes the number of runs only)
    "importtime": None, "store": 1_000_000, "calls": 1_000_000, "calendars": 20_000, "mail": 300, "messages": 1_000_000,
    "warmth_speed": 1_000_000,
}  # fmt: skip


def main() -> None:
    """Run them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("names", nargs="*", choices=[*SCRIPTS, []], default=[])
    given = parser.parse_args()
    for name in given.names or SCRIPTS:
        size = SCRIPTS[name]
        sizes = [] if size is None else [str(max(1, round(size * given.scale)))]
        print(f"\n== {name}", flush=True)
        command = [sys.executable, str(Path(__file__).with_name(f"{name}.py")), *sizes, str(given.runs)]
        subprocess.run(command, check=False)


if __name__ == "__main__":
    main()
