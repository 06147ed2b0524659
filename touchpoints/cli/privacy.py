"""Commands for the rights of the people in a store, and for keeping it safe."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from touchpoints.cli.session import KEYRING, WRITTEN, Session, by, command, decided, key_from_keyring, result
from touchpoints.encryption import given_up
from touchpoints.errors import InvalidValue
from touchpoints.handles import fold
from touchpoints.language import english

if TYPE_CHECKING:
    from touchpoints.privacy import Erased
    from touchpoints.tracker import Tracker


@command("privacy")
@click.argument("action", type=click.Choice(["export", "erase", "object", "retain", "clean"]))
@click.argument("what", metavar="WHO|3y|FILE")
@click.option("--output", metavar="FOLDER", help="export: write JSON, vCard and calendar into this folder.")
@click.option("--withdraw", is_flag=True, help="object: the person has taken the objection back.")
@click.option(
    "--consents",
    metavar="5y",
    default="5y",
    show_default=True,
    help="retain: keep consents so long from when they were given or last used (§ 7a UWG: five years).",
)
@click.option("--yes", is_flag=True, help="erase, retain: do not ask; neither can be undone.")
@click.option("--at", metavar="WHEN", help="A date or time; now if missing.")
def privacy(
    session: Session,
    action: str,
    what: str,
    output: str | None,
    withdraw: bool,
    consents: str,
    yes: bool,
    at: str | None,
) -> None:
    """The rights of the people in the store. `export WHO` everything held about them, `erase WHO` for good and from
    every import, `object WHO` to evaluation, `retain 3y` for nothing older, `clean FILE` a copy of everybody who
    was erased.

    Exit status 1 says that a backup could not be treated, and which.

    Example: touchpoints privacy export "Erika Muster" --output erika
    """
    from touchpoints import privacy as rights

    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        if action == "export":
            _export(session, tracker, what, output, moment)
        elif action == "object":
            decided(session, [tracker.directory.object(what, at=moment, withdrawn=withdraw, by=by(tracker))])
        elif action == "erase":
            name = getattr(tracker.directory.find(what), "name", what)
            _confirm(session, yes, session.spoken.say("Erase {name} for good?", name=name))
            written = _written(tracker, what, name)
            done = _erase(session, tracker, what, moment)
            erased(session, done)
            _settings_that_name(session, tracker)
            _sheets_of_today(session)
            for file in (f for f in written if Path(f).exists()):
                session.notice(
                    session.spoken.say(
                        "written before, may name who was erased; delete it or write it anew: {file}", file=file
                    )
                )
            _unfinished(session, done.untreated, done.busy)
        elif action == "clean":
            erased(session, rights.clean(tracker.store, what, region=tracker.region))
        else:
            today = moment.date()
            since, least = rights.kept_from(what, today), rights.kept_from(consents, today)
            spoken = session.spoken
            _confirm(
                session, yes, spoken.say("Drop everything before {day} for good?", day=spoken.day(since, year=True))
            )
            kept = rights.retain(tracker.store, tracker.directory, since, consents=least)
            if session.as_json:
                session.write(json.dumps(attrs.asdict(kept), default=str) + "\n")
            else:
                session.notice(
                    spoken.say(
                        "dropped: {touchpoints} touchpoints, {decisions} notes and decisions, {files} files; kept since {day}",
                        touchpoints=kept.touchpoints, decisions=kept.decisions, files=kept.files,
                        day=spoken.day(since, year=True),
                    )
                )  # fmt: skip
            _unfinished(session, kept.untreated, kept.busy)


def _erase(session: Session, tracker: Tracker, who: str, moment: datetime) -> Erased:
    """Erase somebody. Broken off when they are gone already, it says what has to be finished."""
    from touchpoints import privacy as rights

    store = tracker.store
    before = len(store.tombstones())
    try:
        return rights.erase(store, tracker.directory, who, at=moment, region=tracker.region)
    except BaseException as error:
        broken_off = isinstance(error, KeyboardInterrupt) or (isinstance(error, Exception) and given_up(error))
        if broken_off and len(store.tombstones()) > before:
            for path in (session.path, *store.get("backups", [])):
                session.notice(
                    session.spoken.say(
                        "erased, but not yet everywhere; finish it with: touchpoints privacy clean {file}", file=path
                    )
                )
        raise


def _confirm(session: Session, yes: bool, question: str) -> None:
    if not yes:
        session.confirm(question)


def _export(session: Session, tracker: Tracker, who: str, output: str | None, moment: Any) -> None:
    from touchpoints import privacy as rights

    book = tracker.book(moment)
    record = rights.export(tracker.store, tracker.directory, who, book=book, reasons=tracker.reasons(book))
    text = json.dumps(record, ensure_ascii=False, indent=1, default=str) + "\n"
    if output is None:
        session.write(text)
        return
    folder = Path(output)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files: dict[str, str | bytes] = {
        "person.json": text, "person.vcf": rights.vcard(record), "person.ics": rights.ics(record)
    }  # fmt: skip
    for name, content in files.items():
        session.write(content, str(folder / name))
    session.notice(str(folder))


def erased(session: Session, done: Erased) -> None:
    """Say what an erasure did, and what is left to do by hand."""
    if session.as_json:
        session.write(json.dumps(attrs.asdict(done), ensure_ascii=False) + "\n")
        return
    spoken = session.spoken
    session.notice(
        spoken.say(
            "erased: {dropped} touchpoints, {people} address book entries, {decisions} decisions; cleaned: {changed}",
            dropped=done.dropped, people=done.people, decisions=done.decisions, changed=done.changed,
        )
    )  # fmt: skip
    for namesake in done.namesakes:
        session.notice(spoken.say("called the same, and still there: {name}", name=namesake))


def _settings_that_name(session: Session, tracker: Tracker) -> None:
    """The settings are the user's own file: where they name somebody who was erased is only said."""
    from touchpoints.privacy import Gate

    if not session.config.is_file():
        return
    gate, spoken = Gate(tracker.store, tracker.region), session.spoken
    lines = session.config.read_text(encoding="utf-8").splitlines()
    for place in [f"{session.config}:{number}" for number, line in enumerate(lines, 1) if gate.text(line) != line]:
        session.notice(spoken.say("the settings name somebody who was erased; delete it there: {place}", place=place))


def _written(tracker: Tracker, who: str, name: str) -> list[str]:
    """The files that were written from this store and are still there. Those whose names tell of the person are no longer
    remembered."""
    files = [file for file in tracker.store.get(WRITTEN, []) if Path(file).exists()]
    handles = (fold(h.value) for h in getattr(tracker.directory.find(who), "handles", ()))
    theirs = {*handles, *(word for word in fold(name).split() if len(word) > 2)}
    tracker.store.put(WRITTEN, [file for file in files if not any(word in fold(file) for word in theirs)])
    return files


def _sheets_of_today(session: Session) -> None:
    """The sheet that `today` wrote beside the store goes, for it may name who was erased; one to fill in is only named."""
    from touchpoints.cli.daily import SHEET

    spoken = session.spoken
    for sheet in sorted(session.path.parent.glob(f"{SHEET}.*")):
        if sheet.suffix == ".csv":
            session.notice(spoken.say("this sheet may name who was erased; delete it: {file}", file=sheet))
            continue
        try:
            sheet.unlink()
        except OSError as error:
            session.notice(spoken.say("{file} cannot be deleted: {why}", file=sheet, why=error.strerror))
            session.exit_status = 1
        else:
            session.notice(spoken.say("deleted, since it may name who was erased: {file}", file=sheet))


def _unfinished(session: Session, untreated: Sequence[tuple[str, str]], busy: bool) -> None:
    """What could not be done, and what to do about it; ends with status 1 if there is something."""
    spoken = session.spoken
    for path, why in untreated:
        session.notice(
            spoken.say(
                "backup not treated: {why}. As soon as it can be read: touchpoints privacy clean {path}",
                why=why,
                path=path,
            )
        )
    if busy:
        session.notice(spoken.say("another program holds the store open; repeat this after it has ended"))
    if untreated or busy:
        session.exit_status = 1


# -- safe keeping -------------------------------------------------------------------------------------------------------------


@command("backup")
@click.argument("file")
def backup(session: Session, file: str) -> None:
    """Copy the store safely, also while it is in use. What is erased later is erased in the copy too. The copy of an
    encrypted store has the same key.

    Example: touchpoints backup copies/touchpoints-2026-07.db
    """
    from touchpoints.privacy import backup as copy

    with session.tracker() as tracker:
        path = copy(tracker.store, file)
    result(session, {"backup": str(path)}, session.spoken.say("saved: {path}", path=path))


@command("encrypt")
def encrypt(session: Session) -> None:
    """Encrypt the store and its backups. The key is taken from TOUCHPOINTS_KEY; without it one is made and put into the
    keyring of this account. Whoever loses the key loses the store.

    Needs: pip install 'touchpoints[encrypt]'

    Example: touchpoints encrypt
    """
    from touchpoints import encryption
    from touchpoints.privacy import encrypt as encrypted

    _there(session)
    encryption.require()
    key, where = session.key(), "TOUCHPOINTS_KEY"
    if key is None:
        key, where = key_from_keyring(session.path, make=True), KEYRING
    untreated = encrypted(session.path, key)
    done = session.spoken.say("encrypted: {path}; its key: {where}", path=session.path, where=where)
    result(session, {"encrypted": str(session.path), "key": where, "untreated": untreated}, done)
    _unfinished(session, untreated, False)


@command("decrypt")
def decrypt(session: Session) -> None:
    """Write the store and its backups without encryption again.

    Example: touchpoints decrypt
    """
    from touchpoints.encryption import is_encrypted
    from touchpoints.privacy import decrypt as decrypted

    _there(session)
    key = session.key()
    if not is_encrypted(session.path):
        raise InvalidValue(english("{file} is not encrypted", file=session.path))
    if key is None:
        raise InvalidValue(english("there is no key for {file}: set TOUCHPOINTS_KEY", file=session.path))
    untreated = decrypted(session.path, key)
    done = session.spoken.say("no longer encrypted: {path}", path=session.path)
    result(session, {"decrypted": str(session.path), "untreated": untreated}, done)
    _unfinished(session, untreated, False)


def _there(session: Session) -> None:
    if not session.path.exists():
        raise InvalidValue(english("there is no store {file}", file=session.path))
