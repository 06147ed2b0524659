"""Practice S4: some work at home, some in the office, and the promise to callers holds. How soon the support answers, and
what is open now.

    python examples/practice_s4_service.py [de|en]
"""

import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs

import touchpoints as tp
from touchpoints.render import service as shown

TEAM = Path(__file__).parent / "team"
NOW = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))


def main(lang: str) -> None:
    settings = tp.Settings.from_toml(TEAM / "touchpoints.toml")
    promised = {"service": {"answer_seconds": 20, "call_back_hours": 4, "mail_hours": 8}}
    with tp.Tracker(settings=attrs.evolve(settings, rules=promised)) as tracker:
        tracker.ingest(TEAM / "hotline.csv", TEAM / "postfach.csv")
        print(shown.service(tracker.service(NOW), lang, tracker.store.zone))
        # nobody sees the figures of one colleague but that colleague
        one = tracker.service(NOW, colleague="Ayla Demir")
        print("\n".join(shown.service(one, lang, tracker.store.zone).splitlines()[:2]))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "de")
