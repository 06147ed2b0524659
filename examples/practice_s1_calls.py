"""Practice S1: fewer, longer, more personal calls. The hour before noon: whom to call, why, and what was last spoken of.

python examples/practice_s1_calls.py [de|en]
"""

import json
import sys
from datetime import datetime
from pathlib import Path

import touchpoints as tp

HERE = Path(__file__).parent
LAST = {"de": "zuletzt im Gespräch", "en": "last spoken"}
NEVER = {"de": "noch nie gesprochen", "en": "never spoken"}


def main(lang: str) -> None:
    truth = json.loads((HERE / "truth.json").read_text(encoding="utf-8"))
    at = datetime.fromisoformat(truth["at"])
    with tp.Tracker(settings=tp.Settings(me=truth["me"], timezone="Europe/Berlin", region="DE-BE")) as tracker:
        tracker.ingest(HERE / "data", HERE / "directory")
        print(tracker.render("text", at=at, lang=lang, minutes=60))
        for flag in tracker.call_list(at, minutes=60).flags:
            relationship = flag.relationship
            live = [
                s for s in tracker.touchpoints(relationship.id, until=at) if s.medium in ("call", "video", "meeting")
            ]
            spoken = [s.touchpoint for s in live if s.touchpoint.outcome == "reached"] if relationship.contact else []
            said = (
                f"{LAST[lang]}: {spoken[-1].at:%d.%m.%Y}, {(spoken[-1].duration or 0) / 60:.0f} min"
                if spoken
                else NEVER[lang]
            )
            subject = f" · {spoken[-1].subject}" if spoken and spoken[-1].subject else ""
            print(f"{relationship.name}: {said}{subject}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "de")
