"""Commands about people: who is who, what kind they are, and their rights."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from touchpoints.cli.session import Session, command
from touchpoints.directory import MARKS, Directory
from touchpoints.errors import InvalidValue, UnknownName
from touchpoints.model import IMPORTANCES, Contact, Customer

if TYPE_CHECKING:
    from touchpoints.facts import Decision
    from touchpoints.suggestions import Similar
    from touchpoints.tracker import Tracker

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
_NAMES = {
    "en": {"customer": "customer", "prospect": "prospect", "partner": "partner", "supplier": "supplier", "private": "private",
           "former": "former", "ignored": "ignore", "unsorted": "unsorted"},
    "de": {"customer": "Kunde", "prospect": "Interessent", "partner": "Partner", "supplier": "Lieferant", "private": "privat",
           "former": "früher", "ignored": "ignorieren", "unsorted": "unsortiert"},
}  # fmt: skip
_SAID = {word.lower(): kind for names in _NAMES.values() for kind, word in names.items() if kind != "unsorted"}
_SAID |= {kind: kind for kind in _NAMES["en"] if kind != "unsorted"} | {"ehemalig": "former", "ignoriert": "ignored"}
_YES = frozenset({"x", "yes", "y", "ja", "j", "1", "true", "wahr"})


def _by(tracker: Tracker) -> str:
    """Who answers, for the history: the first of our colleagues."""
    return tracker.our_side.colleagues[0].name if tracker.our_side.colleagues else ""


def _words(session: Session, de: str, en: str) -> str:
    return de if session.lang == "de" else en


def _done(session: Session, decisions: Sequence[Decision]) -> None:
    if session.as_json:
        values = [{"id": d.id, "kind": d.kind, "who": d.who, **d.payload} for d in decisions]
        session.write(json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=False) + "\n")
        return
    n = len(decisions)
    session.notice(
        _words(
            session, f"vermerkt: {n}; zurück mit: touchpoints undo", f"done: {n}; take it back with: touchpoints undo"
        )
    )


def _day(text: str | None, tracker: Tracker, now: datetime) -> date | None:
    from touchpoints import times

    return None if text is None else times.when(text, tracker.store.zone, now).date()


# -- looking ------------------------------------------------------------------------------------------------------------------


@command("people")
@click.option("--unresolved", is_flag=True, help="Only handles that nobody has named, the most frequent first.")
@click.option("--suggestions", is_flag=True, help="Who may be the same, with reasons; nothing is joined.")
@click.option(
    "--at-least", type=click.IntRange(1, 100), default=60, show_default=True, help="The lowest score of a suggestion."
)
@click.option("--format", "format_", type=click.Choice(["text", "json", "csv"]), help="Form of the output.")
@click.option("--output", metavar="F", help="Write to a file.")
def people(
    session: Session, unresolved: bool, suggestions: bool, at_least: int, format_: str | None, output: str | None
) -> None:
    """Who is who: contacts with their customer, the queue of handles that nobody has named, or who may be the same.

    Example: touchpoints people --suggestions --format csv --output same.csv
    """
    with session.tracker() as tracker:
        directory = tracker.directory
        if unresolved:
            rows = list(_queue(directory))
            lines = [
                f"{r['count']:>6}  {r['handle']}  {r['names']}  {r['first']} – {r['last']}  {r['media']}" for r in rows
            ]
        elif suggestions:
            rows = list(_suggested(directory, at_least, session.lang))
            lines = [
                f"{r['score']:>3}  {r['one']}  =  {r['other']}\n     {r['why']}  ({r['one_id']} {r['other_id']})"
                for r in rows
            ]
        else:
            rows = list(_known(directory))
            lines = [
                f"{r['id']}  {r['name']}  {r['customer'] or ''}  [{_NAMES[session.lang][r['kind']]}]" for r in rows
            ]
        if format_ == "csv":
            columns = ["merge", *rows[0]] if suggestions and rows else list(rows[0]) if rows else []
            session.write(
                _csv([columns, *(["" if c == "merge" else _cell(r[c]) for c in columns] for r in rows)]), output
            )
        elif session.as_json:
            session.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", output)
        else:
            session.write("".join(f"{line.rstrip()}\n" for line in lines), output)


def _known(directory: Directory) -> Iterator[dict[str, Any]]:
    for c in sorted(directory.contacts.values(), key=lambda c: (c.name.lower(), c.id)):
        customer = directory.customer_of(c)
        kind = customer.effective_kind if customer else c.kind if c.kind != "unsorted" else c.proposed or c.kind
        yield {"id": c.id, "name": c.name, "customer": customer.name if customer else None, "kind": kind,
               "handles": [h.value for h in c.handles]}  # fmt: skip


def _queue(directory: Directory) -> Iterator[dict[str, Any]]:
    for u in directory.unresolved:
        first, last = (date.fromordinal(d).isoformat() if d else "" for d in (u.first, u.last))
        yield {"handle": u.handle.value, "kind": u.handle.kind, "count": u.count, "names": ", ".join(u.names), "first": first,
               "last": last, "media": ", ".join(u.media)}  # fmt: skip


def _similar(directory: Directory, at_least: int) -> list[Similar]:
    from touchpoints.suggestions import contacts, similar, similar_customers

    both = [*similar(contacts(directory), at_least), *similar_customers(directory, at_least)]
    return sorted(both, key=lambda p: (-p.score, p.one, p.other))


def _suggested(directory: Directory, at_least: int, lang: str) -> Iterator[dict[str, Any]]:
    for pair in _similar(directory, at_least):
        names = [_called(directory, id_) for id_ in (pair.one, pair.other)]
        yield {"score": pair.score, "one": names[0], "other": names[1], "why": pair.why(lang), "one_id": pair.one,
               "other_id": pair.other}  # fmt: skip


def _called(directory: Directory, id_: str) -> str:
    found = directory.contacts.get(id_) or directory.customers.get(id_)
    if found is None:
        return id_
    handle = f" <{found.handles[0].value}>" if isinstance(found, Contact) and found.handles[0].exact else ""
    customer = directory.customer_of(found) if isinstance(found, Contact) else None
    return f"{found.name}{handle}{f', {customer.name}' if customer else ''}"


def _cell(value: Any) -> str:
    return "" if value is None else "; ".join(value) if isinstance(value, list) else str(value)


def _csv(rows: Sequence[Sequence[str]]) -> str:
    from touchpoints.table import harmless_csv

    return "\ufeff" + harmless_csv([r for r in rows if r], ";")  # as spreadsheets in German and English open it


def _answers(file: str) -> list[dict[str, str]]:
    """The rows of a spreadsheet saved as CSV, by column."""
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = Path(file).read_text(encoding="cp1252")
    except OSError as error:
        raise InvalidValue(f"cannot read {file}: {error.strerror}") from error
    head = text.partition("\n")[0]
    delimiter = max(";,\t", key=head.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    return [
        {k.strip(): v.strip().removeprefix("'") for k, v in row.items() if isinstance(k, str) and isinstance(v, str)}
        for row in rows
    ]


# -- answering ----------------------------------------------------------------------------------------------------------------


@command("merge")
@click.argument("pair", nargs=-1, metavar="[A B]")
@click.option("--suggested", is_flag=True, help="All suggestions from --at-least on, as one batch.")
@click.option("--at-least", type=click.IntRange(1, 100), default=95, show_default=True)
@click.option(
    "--answers", metavar="F.csv", help="The sheet of `people --suggestions`, with an x in the column `merge`."
)
@click.option("--why", default="", metavar="TEXT", help="Kept in the history.")
@click.option("--at", metavar="WHEN")
def merge(
    session: Session,
    pair: tuple[str, ...],
    suggested: bool,
    at_least: int,
    answers: str | None,
    why: str,
    at: str | None,
) -> None:
    """Two contacts are one person, or two customers one organisation. Undoable.

    Example: touchpoints merge "Erika Muster" +4917139200011
    """
    if bool(pair) + suggested + bool(answers) != 1 or len(pair) not in (0, 2):
        raise click.UsageError("name A and B, or give --suggested, or --answers F.csv")
    with session.tracker() as tracker:
        directory = tracker.directory
        if pair:
            pairs = [(pair[0], pair[1])]
        elif suggested:
            pairs = [(p.one, p.other) for p in _similar(directory, at_least)]
            why = why or f"suggested, {at_least} or more"
        else:
            rows = [r for r in _answers(str(answers)) if r.get("merge", "").lower() in _YES]
            pairs = [(r["one_id"], r["other_id"]) for r in rows]
        made = directory.merge_all(pairs, at=session.at(at, tracker), why=why, by=_by(tracker)) if pairs else []
        _done(session, made)


@command("split")
@click.argument("who")
@click.argument("handles", nargs=-1, required=True, metavar="HANDLE…")
@click.option("--why", default="", metavar="TEXT", help="Kept in the history.")
@click.option("--at", metavar="WHEN")
def split(session: Session, who: str, handles: tuple[str, ...], why: str, at: str | None) -> None:
    """Some handles of a contact are another person's. Undoable.

    Example: touchpoints split "Erika Muster" +4917139200011
    """
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        _done(session, [tracker.directory.split(who, *handles, at=moment, why=why, by=_by(tracker))])


@command("add-handle")
@click.argument("who")
@click.argument("handle")
@click.option("--from", "since", metavar="D", help="From this day on; before, it was somebody else's.")
@click.option("--until", metavar="D", help="Up to the day before.")
@click.option("--why", default="", metavar="TEXT", help="Kept in the history.")
@click.option("--at", metavar="WHEN")
def add_handle(
    session: Session, who: str, handle: str, since: str | None, until: str | None, why: str, at: str | None
) -> None:
    """A number, address or name is somebody's: for good, or for a time. Undoable.

    Example: touchpoints add-handle "Jonas Beispiel" +498999998123 --from 2026-07-01
    """
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        days = {"since": _day(since, tracker, moment), "until": _day(until, tracker, moment)}
        _done(session, [tracker.directory.add_handle(who, handle, at=moment, why=why, by=_by(tracker), **days)])  # type: ignore[arg-type]


@command("rename")
@click.argument("who")
@click.argument("name")
@click.option("--at", metavar="WHEN")
def rename(session: Session, who: str, name: str, at: str | None) -> None:
    """Call a contact or customer so; also names whoever a waiting handle belongs to. Undoable.

    Example: touchpoints rename +498999998123 "Erika Muster"
    """
    with session.tracker() as tracker:
        _done(session, [tracker.directory.rename(who, name, at=session.at(at, tracker), by=_by(tracker))])


@command("move")
@click.argument("who")
@click.argument("customer", required=False)
@click.option("--from", "since", metavar="D", help="From this day on; what was before stays with the old customer.")
@click.option("--at", metavar="WHEN")
def move(session: Session, who: str, customer: str | None, since: str | None, at: str | None) -> None:
    """A contact is at another customer (at none, if none is named). Undoable.

    Example: touchpoints move "Erika Muster" "Neu AG" --from 2026-07-01
    """
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        _done(
            session,
            [tracker.directory.move(who, customer, at=moment, since=_day(since, tracker, moment), by=_by(tracker))],
        )


@command("mark")
@click.argument("handle")
@click.argument("as_", metavar="own|private|bot|ignored", type=click.Choice(MARKS))
@click.option("--at", metavar="WHEN")
def mark(session: Session, handle: str, as_: str, at: str | None) -> None:
    """A waiting handle is ours, private, a bot's, or to be ignored. What is private is erased and never stored again; the
    others are undoable.

    Example: touchpoints mark +498999998123 private
    """
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        if as_ == "private":
            from touchpoints import privacy

            _erased(session, privacy.erase(tracker.store, tracker.directory, handle, at=moment, region=tracker.region))
        else:
            _done(session, [tracker.directory.mark(handle, as_, at=moment, by=_by(tracker))])


@command("undo")
def undo(session: Session) -> None:
    """Take the last decision back, a batch as a whole.

    Example: touchpoints undo
    """
    with session.tracker() as tracker:
        undone = tracker.directory.undo()
    if not undone:
        raise InvalidValue("there is nothing to take back")
    if session.as_json:
        values = [{"undone": d.kind, "who": d.who} for d in undone]
        session.write(json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=False) + "\n")
    else:
        what = f"{undone[-1].kind} ({len(undone)})"
        session.notice(_words(session, f"zurückgenommen: {what}", f"taken back: {what}"))


@command("history")
def history(session: Session) -> None:
    """Everything that was decided: when, who, about whom, why, and whether it was taken back.

    Example: touchpoints history
    """
    with session.tracker() as tracker:
        directory, zone = tracker.directory, tracker.store.zone
        rows = []
        for d, undone in directory.history():
            about = directory.about(d)
            rows.append({"at": datetime.fromtimestamp(d.at, zone).isoformat(), "kind": d.kind, "who": about,
                         "name": _called(directory, about), "undone": undone, **d.payload})  # fmt: skip
    if session.as_json:
        session.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return
    for r in rows:
        why = ", ".join(str(r[k]) for k in ("by", "why") if r.get(k))
        taken = _words(session, " (zurückgenommen)", " (taken back)") if r["undone"] else ""
        session.write(f"{str(r['at'])[:16]}  {r['kind']:<10}  {r['name']}  {why}{taken}\n")


# -- sorting ------------------------------------------------------------------------------------------------------------------


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
            _done(session, _sorted_by(directory, _answers(answers), moment, _by(tracker)))
        elif format_ or session.as_json:
            rows = [_question(directory, *asked) for asked in directory.to_sort()]
            if format_ == "csv":
                columns = ["kind", "importance", "name", "proposed", "evidence", "touchpoints", "last", "people", "id"]
                session.write(_csv([columns, *([_cell(r.get(c, "")) for c in columns] for r in rows)]), output)
            else:
                session.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", output)
        else:
            _ask(session, directory, limit, moment, _by(tracker))


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
        kind = row.get("proposed") if said in _YES else _SAID.get(said)
        if not kind:
            raise UnknownName(f"kind of {row.get('name', row.get('id', '?'))}", said, _SAID)
        importance = row.get("importance", "").upper() or None
        if importance is not None and importance not in IMPORTANCES:
            raise UnknownName(f"importance of {row.get('name', '?')}", importance, IMPORTANCES)
        given.append((row.get("id") or row["name"], kind, importance))
    return directory.sort_all(given, at=at, why="sheet", by=by) if given else []


def _ask(session: Session, directory: Directory, limit: int, at: datetime, by: str) -> None:
    keys, names = _KINDS[session.lang], _NAMES[session.lang]
    back, stop = _words(session, "z", "u"), _words(session, "e", "q")
    offered = "  ".join(f"{key}={names[kind]}" for key, kind in keys.items())
    rest = _words(
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
    session.notice(_words(session, f"sortiert: {sum(answered)}", f"sorted: {sum(answered)}"))


# -- rights -------------------------------------------------------------------------------------------------------------------


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
            _done(session, [directory.object(what, at=moment, withdrawn=withdraw, by=_by(tracker))])
        elif action == "erase":
            name = getattr(directory.find(what), "name", what)
            if not yes:
                click.confirm(
                    _words(session, f"{name} endgültig löschen?", f"Erase {name} for good?"), abort=True, err=True
                )
            _erased(session, rights.erase(tracker.store, directory, what, at=moment, region=tracker.region))
        else:
            since = _since(what, moment.date())
            if not yes:
                click.confirm(
                    _words(session, f"Alles vor dem {since} endgültig löschen?", f"Drop everything before {since} for good?"),
                    abort=True, err=True,
                )  # fmt: skip
            gone = rights.retain(tracker.store, since)
            if session.as_json:
                session.write(json.dumps({"kept_since": since.isoformat(), "dropped": gone}) + "\n")
            else:
                session.notice(
                    _words(session, f"gelöscht: {gone}; behalten ab {since}", f"dropped: {gone}; kept since {since}")
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
        session.notice(_words(session, f"gesichert: {path}", f"saved: {path}"))


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


def _erased(session: Session, done: Any) -> None:
    if session.as_json:
        import attrs

        session.write(json.dumps(attrs.asdict(done), ensure_ascii=False) + "\n")
        return
    session.notice(_words(
        session,
        f"gelöscht: {done.dropped} Kontakte, {done.people} Einträge, {done.decisions} Vermerke; bereinigt: {done.changed}",
        f"erased: {done.dropped} touchpoints, {done.people} entries, {done.decisions} decisions; cleaned: {done.changed}",
    ))  # fmt: skip
    for namesake in done.namesakes:
        session.notice(
            _words(
                session, f"heißt gleich und ist noch da: {namesake}", f"called the same, and still there: {namesake}"
            )
        )
    for path in done.missing:
        session.notice(
            _words(session, f"Sicherung nicht gefunden: {path}", f"backup not found, deal with it yourself: {path}")
        )
    if done.busy:
        session.notice(_words(
            session, "ein anderes Programm hält die Ablage offen; nach dessen Ende bitte wiederholen",
            "another program holds the store open; repeat this after it has ended",
        ))  # fmt: skip
