"""Commands for the rights of the people in a store, and for keeping it safe."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from touchpoints.cli.session import Session, by, command, decided, words
from touchpoints.errors import InvalidValue


@command("privacy")
@click.argument("action", type=click.Choice(["export", "erase", "object", "retain"]))
@click.argument("what", metavar="WHO|3y")
@click.option("--output", metavar="FOLDER", help="export: write JSON, vCard and calendar into this folder.")
@click.option("--withdraw", is_flag=True, help="object: the person has taken the objection back.")
@click.option("--yes", is_flag=True, help="erase, retain: do not ask; neither can be undone.")
@click.option("--at", metavar="WHEN")
def privacy(
    session: Session, action: str, what: str, output: str | None, withdraw: bool, yes: bool, at: str | None
) -> None:
    """The rights of the people in the store: `export WHO` everything held about them, `erase WHO` for good and from every
    import, `object WHO` to evaluation, `retain 3y` for nothing older.

    Example: touchpoints privacy export "Erika Muster" --output erika
    """
    from touchpoints import privacy as rights

    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        directory = tracker.directory
        if action == "export":
            record = rights.export(tracker.store, directory, what, book=tracker.book(moment))
            text = json.dumps(record, ensure_ascii=False, indent=1, default=str) + "\n"
            if output is None:
                session.write(text)
                return
            folder = Path(output)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name, content in (
                ("person.json", text),
                ("person.vcf", rights.vcard(record)),
                ("person.ics", rights.ics(record)),
            ):
                session.write(content, str(folder / name))
            session.notice(str(folder))
        elif action == "object":
            decided(session, [directory.object(what, at=moment, withdrawn=withdraw, by=by(tracker))])
        elif action == "erase":
            name = getattr(directory.find(what), "name", what)
            if not yes:
                click.confirm(
                    words(session, f"{name} endgültig löschen?", f"Erase {name} for good?"), abort=True, err=True
                )
            erased(session, rights.erase(tracker.store, directory, what, at=moment, region=tracker.region))
        else:
            since = _since(what, moment.date())
            if not yes:
                click.confirm(
                    words(session, f"Alles vor dem {since} endgültig löschen?", f"Drop everything before {since} for good?"),
                    abort=True, err=True,
                )  # fmt: skip
            gone = rights.retain(tracker.store, since)
            if session.as_json:
                session.write(json.dumps({"kept_since": since.isoformat(), "dropped": gone}) + "\n")
            else:
                session.notice(
                    words(session, f"gelöscht: {gone}; behalten ab {since}", f"dropped: {gone}; kept since {since}")
                )


@command("backup")
@click.argument("file")
def backup(session: Session, file: str) -> None:
    """Copy the store safely, also while it is in use; what is erased later is erased in the copy too.

    Example: touchpoints backup copies/touchpoints-2026-07.db
    """
    from touchpoints.privacy import backup as copy

    with session.tracker() as tracker:
        path = copy(tracker.store, file)
    if session.as_json:
        session.write(json.dumps({"backup": str(path)}) + "\n")
    else:
        session.notice(words(session, f"gesichert: {path}", f"saved: {path}"))


def _since(text: str, today: date) -> date:
    """The first day that is kept: "3y" before today, or a date."""
    from touchpoints import times

    if text[:-1].isdigit() and text[-1:] in "yj" and int(text[:-1]) < today.year:
        year = today.year - int(text[:-1])
        return today.replace(year=year, day=28) if (today.month, today.day) == (2, 29) else today.replace(year=year)
    if "-" in text:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise InvalidValue(f"'{text}' is no date and no span such as 3y or 180d") from None
    return date.fromordinal(today.toordinal() - times.days(text))


def erased(session: Session, done: Any) -> None:
    """What an erasure did, and what is left to do by hand."""
    if session.as_json:
        import attrs

        session.write(json.dumps(attrs.asdict(done), ensure_ascii=False) + "\n")
        return
    session.notice(words(
        session,
        f"gelöscht: {done.dropped} Kontakte, {done.people} Einträge, {done.decisions} Vermerke; bereinigt: {done.changed}",
        f"erased: {done.dropped} touchpoints, {done.people} entries, {done.decisions} decisions; cleaned: {done.changed}",
    ))  # fmt: skip
    for namesake in done.namesakes:
        session.notice(
            words(session, f"heißt gleich und ist noch da: {namesake}", f"called the same, and still there: {namesake}")
        )
    for path in done.missing:
        session.notice(
            words(session, f"Sicherung nicht gefunden: {path}", f"backup not found, deal with it yourself: {path}")
        )
    if done.busy:
        session.notice(words(
            session, "ein anderes Programm hält die Ablage offen; nach dessen Ende bitte wiederholen",
            "another program holds the store open; repeat this after it has ended",
        ))  # fmt: skip
