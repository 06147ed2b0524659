"""The call list, and what is said to it: what happened, and what the user decides."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from touchpoints.cli.session import Session, Word, command, day, decided, result, wrong_usage
from touchpoints.language import P_, english

if TYPE_CHECKING:
    from touchpoints.tracker import Tracker


@command("calls")
@click.option("--at", metavar="WHEN", help="A date or time; now if missing.")
@click.option("--limit", type=click.IntRange(0), default=10, show_default=True)
@click.option("--minutes", type=click.IntRange(1), help="Fill the time you have.")
@click.option("--owner", metavar="WHO", help="Only what this colleague is responsible for.")
@click.option("--why-not", metavar="WHO", help="Why somebody is not on the list.")
@click.option("--format", "format_", metavar="F", help="text, json, csv, md, html, ics, or another installed form.")
@click.option("--tasks", is_flag=True, help="With --format ics: a task for each call instead of blocks of calls.")
@click.option("--output", metavar="F", help="Write to a file.")
def calls(
    session: Session,
    at: str | None,
    limit: int,
    minutes: int | None,
    owner: str | None,
    why_not: str | None,
    format_: str | None,
    tasks: bool,
    output: str | None,
) -> None:
    """Who needs a personal call today: why, how and when.

    Example: touchpoints calls --at 2026-07-01 --lang de
    """
    if why_not is not None and format_ not in (None, "text", "json"):
        raise click.UsageError(english("--why-not answers as text or json, not as {form}", form=format_))
    form = "json" if session.as_json and format_ is None else format_ or ("tasks" if tasks else "text")
    if tasks and form not in ("ics", "tasks"):
        raise click.UsageError(english("--tasks goes with --format ics, not {form}", form=form))
    form = "tasks" if tasks else form
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        if why_not is not None:
            from touchpoints.calllist import why_not as explain
            from touchpoints.language import in_language
            from touchpoints.render.page import in_lines

            book = tracker.book(moment)
            found = tracker.relationship(why_not, moment)
            text = in_language(explain(book, tracker.reasons(book), found), session.lang)
            record = json.dumps({"who": found.name, "why_not": text}, ensure_ascii=False)
            said = [record] if session.as_json else in_lines(f"{found.name}: {text}", "", "  ")
            session.write("\n".join(said) + "\n", output)
            return
        if owner is not None:
            from touchpoints.practices import responsible

            owner = responsible(tracker, owner, moment)
        with wrong_usage():
            tracker.plugins.renderer(form)
        if form == "text" and output is None and sys.stdout.isatty():
            from touchpoints.render.terminal import print_calls
            from touchpoints.report import CallReport

            print_calls(CallReport(tracker, moment, {"limit": limit, "minutes": minutes, "owner": owner}), session.lang)
        else:
            session.write(tracker.render(form, moment, session.lang, limit=limit, minutes=minutes, owner=owner), output)
        for problem in tracker.plugins.problems:
            click.echo(problem.said(session.lang), err=True)


@command("log")
@click.argument("who")
@click.argument("outcome", type=Word("result", ["reached", "voicemail", "missed", "message"]))
@click.argument("rest", nargs=-1, metavar='[15m] ["note"]')
@click.option("--at", metavar="WHEN", help="A date or time; now if missing.")
def log(session: Session, who: str, outcome: str, rest: tuple[str, ...], at: str | None) -> None:
    """Say what happened; the list learns at once.

    Example: touchpoints log "Erika Muster" reached 15m "wants an offer, call back next Tuesday"
    """
    from touchpoints import times

    minutes: float | None = None
    words = list(rest)
    if words and words[0][:1].isdigit():
        seconds = times.duration(words.pop(0), "m")
        minutes = None if seconds is None else seconds / 60
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        timed = at is None or len(at.strip()) > 10
        done = tracker.log(who, outcome, minutes, " ".join(words) or None, at=moment, timed=timed)
        said = [session.spoken.say("logged"), *_promise(session, " ".join(words), moment, tracker)]
        result(session, _touchpoint_json(done, tracker), "; ".join(said))


def _promise(session: Session, text: str, at: datetime, tracker: Tracker) -> list[str]:
    """When a note brings somebody back, if a date stands in it."""
    from touchpoints.due import due_date

    due = due_date(text, at.astimezone(tracker.store.zone)) if text else None
    return [session.spoken.say("back on the list on {day}", day=due)] if due else []


def _touchpoint_json(stored: Any, tracker: Tracker) -> dict[str, Any]:
    from touchpoints.render.records import touchpoint

    return touchpoint(stored, tracker.store.zone)


@command("dismiss")
@click.argument("who")
@click.option(
    "--because",
    required=True,
    type=Word("result", ["done", "supplier", "private", "former", "not-now", "wrong-person"]),
)
@click.option("--at", metavar="WHEN")
def dismiss(session: Session, who: str, because: str, at: str | None) -> None:
    """Take somebody off the list for a reason. `touchpoints undo` takes it back.

    Example: touchpoints dismiss "Paketdienst" --because supplier
    """
    with session.tracker() as tracker:
        decided(session, [tracker.dismiss(who, because, at=session.at(at, tracker))])


@command("snooze")
@click.argument("who")
@click.option("--until", required=True, metavar="D")
@click.option("--at", metavar="WHEN")
def snooze(session: Session, who: str, until: str, at: str | None) -> None:
    """Hold somebody back until a date.

    Example: touchpoints snooze "Erika Muster" --until 2026-08-01
    """
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        end = day(until, tracker, moment)
        done = tracker.snooze(who, end, at=moment)
        session.notice(session.spoken.say("back on the list on {day}", day=end))
        decided(session, [done])


@command("cadence")
@click.argument("who")
@click.argument("every")
@click.option("--at", metavar="WHEN")
def cadence(session: Session, who: str, every: str, at: str | None) -> None:
    """Agree a rhythm with somebody.

    Example: touchpoints cadence "Erika Muster" 30d
    """
    with session.tracker() as tracker:
        decided(session, [tracker.cadence(who, every, at=session.at(at, tracker))])


@command("note")
@click.argument("who")
@click.argument("text")
@click.option("--at", metavar="WHEN")
def note(session: Session, who: str, text: str, at: str | None) -> None:
    """Keep a note. A date in it makes it a promise that comes back on the list.

    Example: touchpoints note "Erika Muster" "call back next Tuesday"
    """
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        done = tracker.note(who, text, at=moment)
        for said in _promise(session, text, moment, tracker):
            session.notice(said)
        decided(session, [done])


@command("away")
@click.argument("who")
@click.option("--until", required=True, metavar="D")
@click.option("--instead", metavar="OTHER")
@click.option("--at", metavar="WHEN")
def away(session: Session, who: str, until: str, instead: str | None, at: str | None) -> None:
    """Somebody is absent until a date.

    Example: touchpoints away "Erika Muster" --until 2026-08-15
    """
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        decided(session, [tracker.away(who, day(until, tracker, moment), instead, at=moment)])


@command("left")
@click.argument("who")
@click.option("--successor", metavar="OTHER")
@click.option("--at", metavar="WHEN")
def left(session: Session, who: str, successor: str | None, at: str | None) -> None:
    """Somebody is no longer there.

    Example: touchpoints left "Erika Muster" --successor "Jonas Beispiel"
    """
    with session.tracker() as tracker:
        decided(session, [tracker.left(who, successor, at=session.at(at, tracker))])


@command("consent")
@click.argument("who")
@click.argument("channel")
@click.argument("allowed", type=Word("answer", [P_("answer", "yes"), P_("answer", "no")]))
@click.option("--evidence", required=True, metavar="TEXT")
@click.option("--at", metavar="WHEN")
def consent(session: Session, who: str, channel: str, allowed: str, evidence: str, at: str | None) -> None:
    """Whether somebody may be contacted on a channel. A channel (phone, mail, whatsapp …), or advertising: calls that
    are no service.

    Example: touchpoints consent "Erika Muster" phone no --evidence "mail of 3 June"
    """
    with session.tracker() as tracker:
        decided(session, [tracker.consent(who, channel, allowed == "yes", evidence, at=session.at(at, tracker))])
