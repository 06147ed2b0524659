"""Inside another application: its own objects in, flags out. Nothing is written to disk."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import touchpoints as tp

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 7, 1, 9, tzinfo=BERLIN)

# what an application has: customers, and what happened with them
CUSTOMERS = [
    {"id": "C-17", "name": "Erika Muster", "firm": "Muster Bau GmbH", "phone": "+49 89 99998 123", "class": "A"},
    {"id": "C-42", "name": "Jonas Beispiel", "firm": "Beispiel AG", "phone": "+49 30 23125 777", "class": "B"},
]


def people() -> list[tp.Person]:
    return [
        tp.Person(c["name"], [c["phone"]], customer=c["firm"], ref=c["id"], kind="customer", importance=c["class"])
        for c in CUSTOMERS
    ]


def history() -> list[tp.Touchpoint]:
    weekly = [NOW - timedelta(days=60 + 7 * n) for n in range(30)]  # was called every week, then no more
    lately = [NOW - timedelta(days=3 + 14 * n) for n in range(15)]  # is called every other week
    return [tp.Touchpoint.call("+49 89 99998 123", at, "out", minutes=12) for at in weekly] + [
        tp.Touchpoint.call("+49 30 23125 777", at, "in", minutes=8) for at in lately
    ]


def main() -> None:
    me = tp.Colleague.of("Mara Falk", "+49 30 23125 100", timezone="Europe/Berlin", region="DE-BE")
    with tp.Tracker(colleagues=[me]) as tracker:
        tracker.add(history(), people())
        for flag in tracker.flags(at=NOW):
            print(flag.customer.name, "·", flag.contact.name, "·", flag.reasons[0].text["en"])
        # the list learns at once
        tracker.log("Erika Muster", "reached", minutes=15, note="call back next Tuesday", at=NOW)
        print("after the call:", [flag.contact.name for flag in tracker.flags(at=NOW)])
        # warmth of bare dates, without any store
        warmth = tp.warmth([t.at.date() for t in history()[:30]], at=NOW.date())
        print(f"{warmth.status}, contact within 30 days: {warmth.score:.0f} %")


if __name__ == "__main__":
    main()
