"""Practice S3: no meetings any more, video and mail instead. How the mix of channels shifted between autumn and spring,
and what of that is more than noise.

    python examples/practice_s3_mix.py [de|en]
"""

import sys
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import touchpoints as tp
from touchpoints.render import mix as shown

TEAM = Path(__file__).parent / "team"
NOW = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))
AUTUMN, SPRING = (date(2025, 9, 1), date(2025, 12, 31)), (date(2026, 3, 1), date(2026, 6, 30))


def main(lang: str) -> None:
    with tp.Tracker(settings=tp.Settings.from_toml(TEAM / "touchpoints.toml")) as tracker:
        tracker.ingest(TEAM / "kunden.csv", TEAM / "kontakte.csv", TEAM / "messages.csv")
        for who in (None, "Ahornhof Naturkost"):  # all, and one customer: one relationship is no trend
            mix = tracker.mix(NOW, who, months=12, after=SPRING, before=AUTUMN)
            print(shown.mix(mix, lang, tracker.store.zone))
        # three people look after the customers: what they did is theirs, and no figure for a wall
        print(shown.mix(tracker.mix(NOW, team="Vertrieb"), lang, tracker.store.zone))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "de")
