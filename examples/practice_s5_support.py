"""Practice S5: when do customers call, is each half-hour staffed, and who covers when a colleague drops out.

python examples/practice_s5_support.py [de|en]
"""

import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import touchpoints as tp
from touchpoints.render import cover as hand_over
from touchpoints.render import staffing
from touchpoints.team.staffing import Goal

TEAM = Path(__file__).parent / "team"
NOW = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))


def main(lang: str) -> None:
    settings = tp.Settings.from_toml(TEAM / "touchpoints.toml")
    with tp.Tracker(settings=settings) as tracker:
        tracker.ingest(*(TEAM / name for name in ("hotline.csv", "kunden.csv", "kontakte.csv", "messages.csv")))
        zone = tracker.store.zone
        print(staffing.demand(tracker.demand(NOW, team="Support"), lang, zone))
        goal = Goal(level=0.8, answer_within=20, wrap=30, shrinkage=0.3)
        roster = TEAM / "dienstplan.csv"
        staff = tracker.staff(NOW, roster, team="Support", goal=goal, without="Deniz Arslan")
        print(staffing.staff(staff, lang, zone))
        # Mara is away for two weeks, as the shared calendar says
        cover = tracker.cover("Mara Falk", at=NOW, roster=TEAM / "abwesenheiten.ics")
        print(hand_over.cover(cover, lang, zone))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "de")
