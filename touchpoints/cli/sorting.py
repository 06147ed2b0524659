"""Sorting organisations into kinds: one key each on a terminal, or a sheet out and in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from touchpoints.cli.session import Session, by, command, decided, words
from touchpoints.cli.sheet import YES, as_csv, cell
from touchpoints.cli.sheet import answers as answers_in
from touchpoints.directory import Directory
from touchpoints.errors import UnknownName
from touchpoints.model import IMPORTANCES, Contact, Customer

if TYPE_CHECKING:
    from touchpoints.facts import Decision


_KINDS = {
    "en": {
        "c": "customer",
        "p": "prospect",
        "a": "partner",
        "s": "supplier",
        "v": "private",
        "f": "former",
        "x": "ignored",
    },
    "de": {
        "k": "customer",
        "i": "prospect",
        "a": "partner",
        "l": "supplier",
        "p": "private",
        "f": "former",
        "x": "ignored",
    },
}
"""The key for each kind while sorting."""
NAMES = {
    "en": {"customer": "customer", "prospect": "prospect", "partner": "partner", "supplier": "supplier", "private": "private",
           "former": "former", "ignored": "ignore", "unsorted": "unsorted"},
    "de": {"customer": "Kunde", "prospect": "Interessent", "partner": "Partner", "supplier": "Lieferant", "private": "privat",
           "former": "früher", "ignored": "ignorieren", "unsorted": "unsortiert"},
}  # fmt: skip
_SAID = {word.lower(): kind for names in NAMES.values() for kind, word in names.items() if kind != "unsorted"}
_SAID |= {kind: kind for kind in NAMES["en"] if kind != "unsorted"} | {"ehemalig": "former", "ignoriert": "ignored"}


@command("sort")
@click.option("--limit", type=click.IntRange(1), default=40, show_default=True, help="How many to ask about.")
@click.option(
    "--format", "format_", type=click.Choice(["csv", "json"]), help="The open questions as a sheet to fill in."
)
@click.option("--output", metavar="F", help="Write the sheet to a file.")
@click.option("--answers", metavar="F.csv", help="Take the answers from a filled-in sheet.")
@click.option("--at", metavar="WHEN")
def sort(
    session: Session, limit: int, format_: str | None, output: str | None, answers: str | None, at: str | None
) -> None:
    """Say which organisations are customers, suppliers and so on: one key each, the most frequent first.

    Enter takes the proposal, u (German: z) takes the last answer back, q stops. Or as a sheet: --format csv --output
    sort.csv, fill in the column `kind`, then --answers sort.csv: one batch, which one undo takes back.

    Example: touchpoints sort
    """
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        directory = tracker.directory
        if answers is not None:
            decided(session, _sorted_by(directory, answers_in(answers), moment, by(tracker)))
        elif format_ or session.as_json:
            rows = [_question(directory, *asked) for asked in directory.to_sort()]
            if format_ == "csv":
                columns = ["kind", "importance", "name", "proposed", "evidence", "touchpoints", "last", "people", "id"]
                session.write(as_csv([columns, *([cell(r.get(c, "")) for c in columns] for r in rows)]), output)
            else:
                session.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", output)
        else:
            _ask(session, directory, limit, moment, by(tracker))


def _question(directory: Directory, who: Customer | Contact, n: int, last: int) -> dict[str, Any]:
    there = directory.contacts_of(who.id) if isinstance(who, Customer) else []
    return {
        "id": who.id, "name": who.name, "proposed": who.proposed, "evidence": who.evidence if isinstance(who, Customer) else "",
        "touchpoints": n, "last": date.fromordinal(last).isoformat(), "people": [c.name for c in there[:3]],
    }  # fmt: skip


def _sorted_by(directory: Directory, rows: Sequence[Mapping[str, str]], at: datetime, by: str) -> list[Decision]:
    given = []
    for row in rows:
        said = row.get("kind", "").lower()
        if not said:
            continue
        kind = row.get("proposed") if said in YES else _SAID.get(said)
        if not kind:
            raise UnknownName(f"kind of {row.get('name', row.get('id', '?'))}", said, _SAID)
        importance = row.get("importance", "").upper() or None
        if importance is not None and importance not in IMPORTANCES:
            raise UnknownName(f"importance of {row.get('name', '?')}", importance, IMPORTANCES)
        given.append((row.get("id") or row["name"], kind, importance))
    return directory.sort_all(given, at=at, why="sheet", by=by) if given else []


def _ask(session: Session, directory: Directory, limit: int, at: datetime, by: str) -> None:
    keys, names = _KINDS[session.lang], NAMES[session.lang]
    back, stop = words(session, "z", "u"), words(session, "e", "q")
    offered = "  ".join(f"{key}={names[kind]}" for key, kind in keys.items())
    rest = words(
        session, "Enter=Vorschlag  Leer=überspringen  z=zurück  e=Ende", "Enter=proposal  Space=skip  u=back  q=quit"
    )
    session.notice(f"{offered}  {rest}\n")
    questions = directory.to_sort()[:limit]
    answered: list[bool] = []  # whether each question so far was answered or skipped
    while len(answered) < len(questions):
        q = _question(directory, *questions[len(answered)])
        kind = names[q["proposed"]] if q["proposed"] else "–"
        people_ = f"  ({', '.join(q['people'])})" if q["people"] else ""
        place = f"{len(answered) + 1}/{len(questions)}"
        session.notice(f"{place}  {q['name']}{people_}  {q['touchpoints']} × … {q['last']}  → {kind}  {q['evidence']}")
        try:
            key = click.getchar().lower()
        except (EOFError, KeyboardInterrupt):
            break
        if key in (stop, "", "\x03", "\x04", "\x1b"):
            break
        if key == back:
            if answered and answered.pop():
                directory.undo()
        elif key in keys or (key in ("\r", "\n") and q["proposed"]):
            directory.sort(q["id"], keys.get(key) or q["proposed"], at=at, by=by)
            answered.append(True)
        elif key in (" ", "\r", "\n"):
            answered.append(False)
    session.notice(words(session, f"sortiert: {sum(answered)}", f"sorted: {sum(answered)}"))
