"""Practice S2: office phones ring in empty rooms, messages are answered within minutes. Who is reached how, and where it
is better to write first.

    python examples/practice_s2_reach.py [de|en]
"""

import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import touchpoints as tp
from touchpoints.render import reach as shown

TEAM = Path(__file__).parent / "team"
NOW = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))
HEADINGS = {
    "de": "{n} von {of} Ansprechpersonen: das Telefon wirkt tot, erst schreiben",
    "en": "{n} of {of} contacts: the phone looks dead, write first",
}


def main(lang: str) -> None:
    with tp.Tracker(settings=tp.Settings.from_toml(TEAM / "touchpoints.toml")) as tracker:
        tracker.ingest(TEAM / "kunden.csv", TEAM / "kontakte.csv", TEAM / "messages.csv")
        zone = tracker.store.zone
        found = [tracker.reach(contact.id, NOW) for contact in tracker.directory.contacts.values()]
        dead = [r for r in found if r.message_first and any(w.dead for w in r.ways)]
        print(f"{HEADINGS[lang].format(n=len(dead), of=len(found))}\n")
        for reach in sorted(dead, key=lambda r: r.name):
            print(shown.reach(reach, lang, zone))
        # the keys of every attempt stand beside its rate; here is the newest one on the dead line
        line = next(w for w in min(dead, key=lambda r: r.name).ways if w.dead)
        newest = next(s for s in tracker.touchpoints() if s.key == line.evidence[-1]).touchpoint
        print(f"{line.evidence[-1]}: {newest.at.astimezone(zone):%Y-%m-%d %H:%M}, {newest.channel}, {newest.outcome}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "de")
