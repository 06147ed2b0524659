"""Commands about who is who: looking, answering, and taking back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from touchpoints.cli.privacy import erased
from touchpoints.cli.session import Session, by, command, day, decided
from touchpoints.cli.sheet import YES, as_csv, cell
from touchpoints.cli.sheet import answers as answers_in
from touchpoints.directory import MARKS, Directory
from touchpoints.errors import InvalidValue
from touchpoints.language import P_, Term, english
from touchpoints.model import Contact
from touchpoints.words import name

if TYPE_CHECKING:
    from touchpoints.suggestions import Similar


# -- looking ------------------------------------------------------------------------------------------------------------------


@command("people")
@click.option("--unresolved", is_flag=True, help="Only handles that nobody has named, the most frequent first.")
@click.option("--suggestions", is_flag=True, help="Who may be the same, with reasons; nothing is joined.")
@click.option(
    "--at-least", type=click.IntRange(1, 100), default=60, show_default=True, help="The lowest score of a suggestion."
)
@click.option("--format", "format_", type=click.Choice(["text", "json", "csv", "vcf"]), help="Form of the output.")
@click.option("--output", metavar="F", help="Write to a file.")
def people(
    session: Session, unresolved: bool, suggestions: bool, at_least: int, format_: str | None, output: str | None
) -> None:
    """Who is who: contacts with their customer. Or the queue of handles that nobody has named, or who may be the same.

    As vCards (--format vcf) everybody with a number, an address or a profile, for the address book of a phone.

    Example: touchpoints people --suggestions --format csv --output same.csv
    """
    if format_ == "vcf" and (unresolved or suggestions):
        raise click.UsageError(
            english("vCards are of the people who are known, without --unresolved and --suggestions")
        )
    with session.tracker() as tracker:
        directory = tracker.directory
        if format_ == "vcf":
            session.write("".join(_cards(directory)), output)
            return
        if unresolved:
            rows = list(_queue(directory))
            lines = [
                f"{r['count']:>6}  {r['handle']}  {r['names']}  {r['first']} – {r['last']}  {_media(r['media'], session.lang)}"
                for r in rows
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
                f"{r['id']}  {r['name']}  {r['customer'] or ''}  [{name('kind', r['kind'])[session.lang]}]"
                for r in rows
            ]
        if format_ == "csv":
            columns = ["merge", *rows[0]] if suggestions and rows else list(rows[0]) if rows else []
            session.write(
                as_csv([columns, *(["" if c == "merge" else cell(r[c]) for c in columns] for r in rows)]), output
            )
        elif session.as_json:
            session.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", output)
        else:
            session.write("".join(f"{line.rstrip()}\n" for line in lines), output)
        if suggestions and rows and not session.as_json and output is None:
            from touchpoints.render.text import wrapped

            said = session.spoken.say(
                "The same? touchpoints merge ID ID. Many at once: as a sheet with --format csv --output same.csv, mark them with "
                "x, then touchpoints merge --answers same.csv; or name them under one_person in {file}.",
                file=session.config.name,
            )
            session.notice("\n".join(["", *wrapped(said, "")]))


def _known(directory: Directory) -> Iterator[dict[str, Any]]:
    for c in sorted(directory.contacts.values(), key=lambda c: (c.name.lower(), c.id)):
        customer = directory.customer_of(c)
        kind = customer.effective_kind if customer else c.kind if c.kind != "unsorted" else c.proposed or c.kind
        yield {"id": c.id, "name": c.name, "customer": customer.name if customer else None, "kind": kind,
               "handles": [h.value for h in c.handles]}  # fmt: skip


def _cards(directory: Directory) -> Iterator[str]:
    from touchpoints.vcards import vcard

    for row in _known(directory):
        contact = directory.contacts[row["id"]]
        if row["kind"] not in ("private", "ignored") and any(h.exact for h in contact.handles):
            yield vcard(
                contact.name, contact.handles, uid=contact.id, customer=row["customer"], birthday=contact.birthday
            )


def _queue(directory: Directory) -> Iterator[dict[str, Any]]:
    for u in directory.unresolved:
        first, last = (date.fromordinal(d).isoformat() if d else "" for d in (u.first, u.last))
        yield {"handle": u.handle.value, "kind": u.handle.kind, "count": u.count, "names": ", ".join(u.names), "first": first,
               "last": last, "media": ", ".join(u.media)}  # fmt: skip


def _media(media: str, lang: str) -> str:
    return ", ".join(name("medium", m)[lang] for m in media.split(", "))


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
    handle = ""
    if isinstance(found, Contact) and found.handles[0].exact:
        handle = f" <{found.handles[0].value}>"
    elif isinstance(found, Contact) and found.handles[0].scope:  # a name alone: where it stands
        handle = f" [{found.handles[0].scope}]"
    customer = directory.customer_of(found) if isinstance(found, Contact) else None
    return f"{found.name}{handle}{f', {customer.name}' if customer else ''}"


_DECISIONS = {
    "note": P_("decision", "note"), "snooze": P_("decision", "snoozed"), "dismiss": P_("decision", "taken off the list"),
    "cadence": P_("decision", "agreed rhythm"), "away": P_("decision", "absence"), "left": P_("decision", "no longer there"),
    "consent": P_("decision", "consent"), "merge": P_("decision", "merged"), "split": P_("decision", "split"),
    "add-handle": P_("decision", "handle added"), "rename": P_("decision", "renamed"), "move": P_("decision", "moved"),
    "kind": P_("decision", "sorted"), "mark": P_("decision", "marked"), "object": P_("decision", "objection"),
}  # fmt: skip


def decision_name(kind: str) -> Term:
    """What a decision is called."""
    return Term("decision", _DECISIONS.get(kind, kind))


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
        raise click.UsageError(english("name A and B, or give --suggested, or --answers F.csv"))
    with session.tracker() as tracker:
        directory = tracker.directory
        if pair:
            pairs = [(pair[0], pair[1])]
        elif suggested:
            pairs = [(p.one, p.other) for p in _similar(directory, at_least)]
            why = why or f"suggested, {at_least} or more"
        else:
            rows = [
                r for r in answers_in(str(answers), "merge", "one_id", "other_id") if r.get("merge", "").lower() in YES
            ]
            pairs = [(r["one_id"], r["other_id"]) for r in rows]
        made = directory.merge_all(pairs, at=session.at(at, tracker), why=why, by=by(tracker)) if pairs else []
        decided(session, made)


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
        decided(session, [tracker.directory.split(who, *handles, at=moment, why=why, by=by(tracker))])


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
    """A number, address or name is somebody's. For good, or for a time; undoable.

    Example: touchpoints add-handle "Jonas Beispiel" +498999998123 --from 2026-07-01
    """
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        days = {"since": day(since, tracker, moment), "until": day(until, tracker, moment)}
        decided(session, [tracker.directory.add_handle(who, handle, at=moment, why=why, by=by(tracker), **days)])  # type: ignore[arg-type]


@command("rename")
@click.argument("who")
@click.argument("name")
@click.option("--at", metavar="WHEN")
def rename(session: Session, who: str, name: str, at: str | None) -> None:
    """Give a contact or customer another name. Also names whoever a waiting handle belongs to. Undoable.

    Example: touchpoints rename +498999998123 "Erika Muster"
    """
    with session.tracker() as tracker:
        decided(session, [tracker.directory.rename(who, name, at=session.at(at, tracker), by=by(tracker))])


@command("move")
@click.argument("who")
@click.argument("customer", required=False)
@click.option("--from", "since", metavar="D", help="From this day on; what was before stays with the old customer.")
@click.option("--at", metavar="WHEN")
def move(session: Session, who: str, customer: str | None, since: str | None, at: str | None) -> None:
    """A contact is at another customer. At none, if none is named. Undoable.

    Example: touchpoints move "Erika Muster" "Neu AG" --from 2026-07-01
    """
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        decided(
            session,
            [tracker.directory.move(who, customer, at=moment, since=day(since, tracker, moment), by=by(tracker))],
        )


@command("mark")
@click.argument("handle")
@click.argument("as_", metavar="own|private|bot|ignored", type=click.Choice(MARKS))
@click.option("--at", metavar="WHEN")
def mark(session: Session, handle: str, as_: str, at: str | None) -> None:
    """Say what a number or address without a name is. Our own, private, a bot's, or to be ignored. What is private is
    erased and never stored again; the others are undoable.

    Example: touchpoints mark +498999998123 private
    """
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        if as_ == "private":
            from touchpoints import privacy

            erased(session, privacy.erase(tracker.store, tracker.directory, handle, at=moment, region=tracker.region))
        else:
            decided(session, [tracker.directory.mark(handle, as_, at=moment, by=by(tracker))])


@command("undo")
def undo(session: Session) -> None:
    """Take the last decision back, a batch as a whole.

    Example: touchpoints undo
    """
    with session.tracker() as tracker:
        undone = tracker.directory.undo()
        known: dict[str, Any] = {**tracker.directory.customers, **tracker.directory.contacts}
        names = [known[id_].name for d in undone if (id_ := tracker.directory.about(d)) in known]
    if not undone:
        raise InvalidValue(english("there is nothing to take back"))
    if session.as_json:
        values = [{"undone": d.kind, "who": d.who} for d in undone]
        session.write(json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=False) + "\n")
    else:
        kinds = Counter(decision_name(d.kind)[session.lang] for d in undone)
        what = ", ".join(kind if n == 1 else f"{n} × {kind}" for kind, n in kinds.items())
        about = list(dict.fromkeys(names))
        who = ", ".join(about[:5]) + (" " + session.spoken.say("and {n} more", n=len(about) - 5) if about[5:] else "")
        session.notice(session.spoken.say("taken back: {what}", what=f"{what} · {who}" if who else what))


@command("history")
def history(session: Session) -> None:
    """Everything that was decided. When, by whom, about whom, why, and whether it was taken back.

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
    kinds = [decision_name(r["kind"])[session.lang] for r in rows]
    width = max(map(len, kinds), default=0)
    for r, kind in zip(rows, kinds, strict=True):
        why = ", ".join(str(r[k]) for k in ("by", "why") if r.get(k))
        taken = session.spoken.say(" (taken back)") if r["undone"] else ""
        line = f"{str(r['at'])[:16].replace('T', ' ')}  {kind:<{width}}  {r['name']}  {why}{taken}"
        session.write(line.rstrip() + "\n")
