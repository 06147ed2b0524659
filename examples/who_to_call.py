"""The main job: a folder of raw exports in, a call list out.

Run it as it is for the made-up exports in `examples/data`, or name your own folder and handles:
`python examples/who_to_call.py FOLDER "+49 30 23125 100" you@example.com`
"""

import json
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import touchpoints as tp

HERE = Path(__file__).parent


def main(folder: Path, me: list[str], at: datetime) -> None:
    settings = tp.Settings(me=me, timezone="Europe/Berlin", region="DE-BE")
    with tp.Tracker(settings=settings) as tracker:
        report = tracker.ingest(folder)
        print(f"{report.counts.added} touchpoints from {len(report.files)} files\n")
        print(tracker.render("text", at=at, lang="en"))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]), sys.argv[2:], datetime.now(ZoneInfo("Europe/Berlin")))
    else:
        truth = json.loads((HERE / "truth.json").read_text(encoding="utf-8"))
        main(HERE / "data", truth["me"], datetime.fromisoformat(truth["at"]))
