"""Each rule once, on the made-up exports: whom it names, and, once Mara has decided, whom it holds back and why.

Some rules need what no export holds: a prospect's name, a birthday, an agreed rhythm, a promise. Mara adds those first.
Then she reads the list and decides. Run it as it is, or with the address book: `python examples/each_rule.py directory`.
"""

import json
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import touchpoints as tp

HERE = Path(__file__).parent
TRUTH = json.loads((HERE / "truth.json").read_text(encoding="utf-8"))
NOW = datetime.fromisoformat(TRUTH["at"])
RULES = (
    "missed_inbound unanswered_message promise_due fell_through overdue occasion unusual_silence season ghosted "
    "single_threaded contact_left answered_now attempts cooling shallow_only never_spoken"
).split()


def tracker(*folders: str, store: Path | None = None) -> tp.Tracker:
    """Mara's exports, with or without her address book."""
    made = tp.Tracker(store, settings=tp.Settings(me=TRUTH["me"], timezone=TRUTH["timezone"], region=TRUTH["region"]))
    made.ingest(*(HERE / folder for folder in folders))
    return made


def add_what_no_export_holds(mara: tp.Tracker) -> None:
    """Two prospects and a birthday, a rhythm, a promise."""
    mara.add(
        [],
        people=[
            tp.Person("Lars Hennig", ["lars.hennig@kaffee-bohnenstolz.example"], customer="Bohnenstolz", kind="prospect"),
            tp.Person("Bastian Krüger", ["bastian.krueger@textilwerk-rosenau.example"], customer="Rosenau", kind="prospect"),
            tp.Person("Birgit Wieland", [handle(mara, "apotheke-wieland")], customer="Wieland", kind="customer", birthday="--07-03"),
        ],
    )  # fmt: skip
    mara.cadence(handle(mara, "museum-alte-muehle"), "30d", at=NOW - timedelta(days=40))
    mara.note(handle(mara, "kranbau-reuter"), "ruft nächste Woche zurück", at=NOW - timedelta(days=8))


def decide(mara: tp.Tracker) -> None:
    """What Mara decides when she reads the list."""
    august = date(2026, 8, 1)
    for company in ("druckhaus-faehrmann", "klinik-silbersee", "museum-alte-muehle", "kaffee-bohnenstolz"):
        mara.snooze(handle(mara, company), august, at=NOW)
    for company in ("feinkost-valentini", "weingut-sonnhalde", "solarpark-hohenfeld", "apotheke-wieland"):
        mara.away(handle(mara, company), date(2026, 7, 17), at=NOW)
    for company in ("autohaus-lindner", "kranbau-reuter"):
        mara.dismiss(handle(mara, company), "not-now", at=NOW)
    for channel in ("phone", "mail", "video"):
        mara.consent(handle(mara, "moebel-eichgrund"), channel, False, "Mail vom 29. Juni", at=NOW)
        mara.consent("aaron.blake@pinewood-analytics.example", channel, False, "mail of 30 June", at=NOW)
        mara.consent("megan.doyle@pinewood-analytics.example", channel, False, "mail of 30 June", at=NOW)
    mara.log(handle(mara, "textilwerk-rosenau"), "missed", at=NOW)  # tried, not reached


def handle(mara: tp.Tracker, company: str) -> str:
    """A number or address of the customer that the exports, too, tell of."""
    people = [*TRUTH["needs_call"], *TRUTH["not"], *TRUTH["customers"]]
    known = {h.value for contact in mara.directory.contacts.values() for h in contact.handles}
    return next(h for p in people if p["customer"].startswith(company) for h in p["handles"] if h in known)


def named(mara: tp.Tracker) -> dict[str, list[str]]:
    """Rule → who is on the list for it."""
    found: dict[str, list[str]] = {rule: [] for rule in RULES}
    for flag in mara.flags(at=NOW + timedelta(minutes=5), limit=None):
        for reason in flag.reasons:
            found[reason.rule].append(flag.relationship.name)
    return found


def held_back(mara: tp.Tracker) -> dict[str, list[tuple[str, str]]]:
    """Rule → who waits, and why."""
    found: dict[str, list[tuple[str, str]]] = {rule: [] for rule in RULES}
    for held in mara.call_list(at=NOW + timedelta(minutes=5)).held_back:
        for reason in held.reasons:
            found[reason.rule].append((reason.relationship.name, held.why["en"]))
    return found


def main(folders: list[str]) -> None:
    with tracker("data", *folders) as mara:
        add_what_no_export_holds(mara)
        before = named(mara)
        decide(mara)
        after = held_back(mara)
    for rule in RULES:
        print(rule)
        print("  named:", ", ".join(before[rule]))
        print("  then held back:", "; ".join(f"{name} ({why})" for name, why in after[rule]))


if __name__ == "__main__":
    main(sys.argv[1:])
