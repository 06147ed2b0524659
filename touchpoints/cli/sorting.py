"""Sorting organisations into kinds: one key each on a terminal, or a sheet out and in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from touchpoints.cli.session import Session, by, command, decided
from touchpoints.cli.sheet import YES, as_csv, cell
from touchpoints.cli.sheet import answers as answers_in
from touchpoints.directory import Directory
from touchpoints.errors import InvalidValue, UnknownName
from touchpoints.language import P_, english, languages
from touchpoints.model import IMPORTANCES, Contact, Customer
from touchpoints.words import name

if TYPE_CHECKING:
    from touchpoints.facts import Decision


_KEYS = {
    P_("sort key", "c"): "customer", P_("sort key", "p"): "prospect", P_("sort key", "a"): "partner",
    P_("sort key", "s"): "supplier", P_("sort key", "v"): "private", P_("sort key", "f"): "former",
    P_("sort key", "x"): "ignored",
}  # fmt: skip
"""The key for each kind while sorting."""
_BACK, _QUIT = P_("sort key", "u"), P_("sort key", "q")


def _said() -> dict[str, str]:
    """The kinds by what a sheet may call them: the value, or its name in any language."""
    kinds = [*_KEYS.values()]
    return {name("kind", kind)[lang].lower(): kind for lang in languages() for kind in kinds} | {k: k for k in kinds}


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
    """Say which organisations are customers, suppliers and so on. One key each, the most frequent first.

    Enter takes the proposal; the keys are shown. Or as a sheet: --format csv --output sort.csv, fill in the column
    `kind`, then --answers sort.csv: one batch, which one undo takes back.

    Example: touchpoints sort
    """
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        directory = tracker.directory
        if answers is not None:
            decided(session, _sorted_by(directory, answers_in(answers, "kind", "id"), moment, by(tracker)))
        elif format_ or session.as_json:
            rows = [_question(directory, *asked) for asked in directory.to_sort(moment)]
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
        "touchpoints": n, "last": date.fromordinal(last).isoformat() if last else None, "people": [c.name for c in there[:3]],
    }  # fmt: skip


def _sorted_by(directory: Directory, rows: Sequence[Mapping[str, str]], at: datetime, by: str) -> list[Decision]:
    given, kinds = [], _said()
    for row in rows:
        said = row.get("kind", "").lower()
        if not said:
            continue
        kind = row.get("proposed") if said in YES else kinds.get(said)
        if not kind:
            who = row.get("name", row.get("id", "?"))
            raise UnknownName(english("kind of {who}", who=who), said, kinds)
        importance = row.get("importance", "").upper() or None
        if importance is not None and importance not in IMPORTANCES:
            raise UnknownName(english("importance of {who}", who=row.get("name", "?")), importance, IMPORTANCES)
        given.append((row["id"] or row.get("name", ""), kind, importance))
    return directory.sort_all(given, at=at, why="sheet", by=by) if given else []


def _ask(session: Session, directory: Directory, limit: int, at: datetime, by: str) -> None:
    spoken = session.spoken
    keys = {spoken.term("sort key", key): kind for key, kind in _KEYS.items()}
    back, stop = spoken.term("sort key", _BACK), spoken.term("sort key", _QUIT)
    offered = "  ".join(f"{key}={name('kind', kind)[session.lang]}" for key, kind in keys.items())
    rest = spoken.say("Enter=proposal  Space=skip  {back}=back  {stop}=quit", back=back, stop=stop)
    session.notice(f"{offered}  {rest}\n")
    questions = directory.to_sort(at)[:limit]
    answered: list[bool] = []  # whether each question so far was answered or skipped
    while len(answered) < len(questions):
        q = _question(directory, *questions[len(answered)])
        kind = name("kind", q["proposed"])[session.lang] if q["proposed"] else "–"
        people_ = f"  ({', '.join(q['people'])})" if q["people"] else ""
        place = f"{len(answered) + 1}/{len(questions)}"
        if q["last"]:
            day = spoken.day(date.fromisoformat(q["last"]), year=True, weekday=False)
            contacts = spoken.count(
                "{n} touchpoint, last {day}", "{n} touchpoints, last {day}", n=q["touchpoints"], day=day
            )
        else:
            contacts = spoken.count("{n} booked touchpoint", "{n} booked touchpoints", n=q["touchpoints"])
        evidence = spoken.translated(q["evidence"])
        session.notice(f"{place}  {q['name']}{people_}  {contacts}  → {kind}  {evidence}")
        try:
            key = click.getchar().lower()
        except (EOFError, KeyboardInterrupt):
            break
        except OSError as error:
            raise InvalidValue(
                english(
                    "there is no terminal to answer at; take the sheet: touchpoints sort --format csv --output sort.csv"
                )
            ) from error
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
    session.notice(spoken.say("sorted: {n}", n=sum(answered)))
