"""Commands that look: at a relationship, the touchpoints, the sources, the plugins, the past."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from touchpoints.cli import machine
from touchpoints.cli.session import Session, command, wrong_usage
from touchpoints.errors import InvalidValue, TouchpointsError
from touchpoints.language import P_, Language, Text, english
from touchpoints.progress import counted

if TYPE_CHECKING:
    from touchpoints.facts import Stored


@command("show")
@click.argument("who")
@click.option("--at", metavar="WHEN", help="A date or time; now if missing.")
@click.option("--format", "format_", type=click.Choice(["text", "json", "html"]), help="Form of the output.")
@click.option("--output", metavar="F", help="Write to a file.")
def show(session: Session, who: str, at: str | None, format_: str | None, output: str | None) -> None:
    """One relationship: status, rhythm, explanation, timeline.

    Example: touchpoints show "Erika Muster" --at 2026-07-01
    """
    from touchpoints.relationship import Relationship
    from touchpoints.render import records, text

    people: tuple[Relationship, ...]
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        if format_ == "html":
            from touchpoints.render.html import relationship
            from touchpoints.report import CallReport

            session.write(relationship(CallReport(tracker, moment), who, session.lang), output)
            return
        book = tracker.book(moment)
        timeline = tracker.timeline(who, moment)
        whole = tracker.customer(who, moment)
        if whole is None:
            found, people = tracker.relationship(who, moment), ()
        else:
            found, people = Relationship(None, whole.customer, None, whole.summary, whole.warmth), whole.people
        about = {r.id for r in people} or {found.id}
        reasons = [reason for reason in tracker.reasons(book) if reason.relationship.id in about]
        keys = {key for reason in reasons for key in reason.evidence}
        evidence = {s.key: s for s in tracker.touchpoints(who, until=moment) if s.key in keys} if keys else {}
        if session.as_json or format_ == "json":
            record = records.show(found, book, timeline, session.lang, people, reasons, evidence)
            session.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n", output)
        else:
            zone = tracker.store.zone
            said = text.show(found, timeline, session.lang, zone, people, reasons=reasons, evidence=evidence)
            session.write(said, output)


@command("list")
@click.option("--since", metavar="DATE", help="Only from this day on.")
@click.option("--format", "format_", type=click.Choice(["jsonl", "csv"]), help="Form of the output.")
def list_(session: Session, since: str | None, format_: str | None) -> None:
    """The stored touchpoints, oldest first.

    Example: touchpoints list --since 2026-06-01 --format csv > touchpoints.csv
    """
    from touchpoints import times
    from touchpoints.render.records import touchpoint

    with session.tracker() as tracker:
        with wrong_usage():
            begin = None if since is None else times.when(since, tracker.store.zone)
        stored: Iterable[Stored] = tracker.touchpoints(since=begin)
        if format_ == "csv" or not machine.is_terminal(sys.stdout):  # else the lines themselves show how far it is
            total = tracker.store.count() if begin is None else None
            stored = counted(stored, Text("writing the touchpoints"), total)
        if format_ == "csv":
            from touchpoints.table import harmless_csv

            rows: list[list[str]] = []
            for each in stored:
                record = touchpoint(each, tracker.store.zone)
                people = "; ".join(p["name"] or p["value"] for p in record.pop("parties"))
                values = {**record, "parties": people, "colleagues": "; ".join(record["colleagues"])}
                if not rows:
                    rows.append(list(values))
                rows.append(["" if v is None else str(v) for v in values.values()])
            session.write(harmless_csv(rows))
            return
        lines = (json.dumps(touchpoint(s, tracker.store.zone), ensure_ascii=False) + "\n" for s in stored)
        while some := list(islice(lines, 500)):  # so many at a time: each writing is emptied out
            session.write("".join(some))


@command("status")
@click.option("--at", metavar="WHEN", help="A date or time; now if missing.")
def status(session: Session, at: str | None) -> None:
    """What was imported: sources, their span and age. Also integrity and versions.

    Example: touchpoints status
    """
    from importlib.metadata import version

    from touchpoints.language import in_language
    from touchpoints.render.records import contact
    from touchpoints.render.sources import held
    from touchpoints.report import CallReport

    with session.tracker() as tracker:
        report = CallReport(tracker, session.at(at, tracker))
        record = {
            "at": report.at.isoformat(), "touchpoints": tracker.store.count(), "timezone": tracker.store.zone.key,
            "contacts": len(tracker.directory.contacts), "customers": len(tracker.directory.customers),
            "unresolved": len(tracker.directory.unresolved),
            "coverage": [
                {"source": c.source, "what": c.what, "since": c.since.isoformat(), "until": c.until.isoformat(),
                 "age_days": c.age_days, "holes": [[a.isoformat(), b.isoformat()] for a, b in c.holes],
                 "export": report.export_again(c.source, session.lang)}
                for c in report.coverage
            ],
            "files": [
                {"source": name, "importer": importer, "touchpoints": said.get("touchpoints", 0),
                 "first": said.get("first"), "last": said.get("last"), "skipped": said.get("skipped_total", 0)}
                for _, name, importer, said in tracker.store.sources()
            ],
            "absences": [
                {"first": a.first.isoformat(), "last": a.last.isoformat(), "source": a.source, "colleague": a.colleague}
                for a in report.absences
            ],
            "away_proposed": [
                {"contact": contact(p.relationship.contact), "until": p.until.isoformat(), "said": p.said.isoformat(),
                 "source": p.source, "command": p.command, "text": in_language(p.text(report.today), session.lang)}
                for p in report.away_proposed
            ],
            "integrity": tracker.store.check() or "ok", "version": version("touchpoints"),
            "problems": [str(p) for p in tracker.plugins.problems],
        }  # fmt: skip
    if session.as_json:
        session.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    else:
        session.write(held(record, session.lang))


@command("plugins")
@click.option("--explain", metavar="FILE", help="Who recognises a file, and who does not.")
def plugins(session: Session, explain: str | None) -> None:
    """What is installed, what it reads, what is broken and why.

    Example: touchpoints plugins --explain exports/calls.csv
    """
    from touchpoints.archives import walk
    from touchpoints.plugins import Plugins
    from touchpoints.recognition import recognise, takes
    from touchpoints.render.page import in_lines
    from touchpoints.source import Source

    installed, spoken = Plugins.installed(), session.spoken
    if explain is not None:
        answers: list[dict[str, Any]] = []
        importers = [i.configured(session.settings) if hasattr(i, "configured") else i for i in installed.importers]
        for source in walk([explain]):
            if not isinstance(source, Source):
                told = str(source) if session.as_json else source.said(session.lang)
                answers.append(
                    {"source": source.source, "importer": None, "reason": told, "recognised_by": [], "not_by": []}
                )
                continue
            try:
                chosen, reason = recognise(source, installed, session.settings).name, ""
            except TouchpointsError as error:
                chosen, reason = None, str(error) if session.as_json else error.said(session.lang)
            by = {i.name for i in importers if source.head and takes(i, source)}
            answers.append(
                {"source": source.name, "importer": chosen, "reason": reason, "recognised_by": sorted(by),
                 "not_by": [i.name for i in importers if i.name not in by],
                 "looked_for": {p.offer.name: _looks_for(p, source, None if session.as_json else spoken)
                                for p in installed.provided if p.kind == "importer" and p.offer.name not in by}}
            )  # fmt: skip
        if session.as_json:
            session.write(json.dumps(answers, ensure_ascii=False, indent=1) + "\n")
            return
        for answer in answers:
            names = ", ".join(answer["recognised_by"]) or "-"
            session.write(f"{answer['source']}\n  → {answer['importer'] or answer['reason']}\n")
            session.write(f"  {spoken.say('recognised by: {names}', names=names)}\n")
            for name in answer["not_by"]:
                why = spoken.say("not by {name}: {why}", name=name, why=answer["looked_for"][name] or "-")
                session.write("\n".join(in_lines(why, "  ", "    ")) + "\n")
        return
    record: dict[str, list[dict[str, Any]]] = {
        "provided": [
            {"kind": p.kind, "name": p.offer.name, "plugin": p.plugin,
             "channels": [c.name for c in getattr(p.offer, "channels", ())],
             "thresholds": dict(getattr(p.offer, "thresholds", {})), "about": p.about}
            for p in installed.provided
        ],
        "problems": [{"plugin": e.plugin, "reason": e.reason} for e in installed.problems],
    }  # fmt: skip
    if session.as_json:
        session.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        return
    for p in record["provided"]:
        kind = spoken.term("offer", p["kind"])
        lines = in_lines(spoken.say(p["about"]), f"{kind:<9} {p['name']:<20} ", " " * 31)
        session.write("\n".join(lines) + "\n")
    for problem in record["problems"]:
        reason = spoken.translated(problem["reason"])
        session.write(spoken.say("problem   {plugin}: {reason}", plugin=problem["plugin"], reason=reason) + "\n")


_OFFERS = (P_("offer", "importer"), P_("offer", "rule"), P_("offer", "renderer"))


def _looks_for(provided: Any, source: Any, spoken: Language | None) -> str:
    """Why an importer does not take a file: what it says itself, else what it recognises its files by; English without
    a language."""
    if hasattr(provided.offer, "why_not") and (told := provided.offer.why_not(source)):
        return spoken.translated(told) if spoken else str(told)
    return spoken.say(provided.looks_for) if spoken else str(provided.looks_for)


@command("backtest")
@click.argument("file", required=False)
@click.option("--horizon", type=click.IntRange(1), default=30, show_default=True, help="Days ahead.")
@click.option("--svg", metavar="F", help="Write the reliability plot here.")
@click.option("--at", metavar="WHEN", help="Own store: as of a date or time; now if missing.")
def backtest(session: Session, file: str | None, horizon: int, svg: str | None, at: str | None) -> None:
    """How well silence is foreseen. On a data set, else on your own store, with the list as it would have been shown.

    A data set is CSV (or CSV.GZ) with the columns owner, partner, t_s (seconds) and, if known, out (1 = from the owner).

    Example: touchpoints backtest calls.csv.gz --horizon 30 --svg reliability.svg
    """
    from touchpoints.render import backtest as shown

    if file is not None and at is not None:
        raise click.UsageError(english("--at is for the own store; a data set has its own cut-offs"))
    if file is not None:
        from touchpoints.backtest import run

        test = run(file, horizon)
        record, text, name = test.to_json(), shown.data_set(test, Path(file).name, session.lang), Path(file).name
        bins = test.reliability
    else:
        from touchpoints.hindsight import look_back

        with session.tracker() as tracker:
            look = look_back(tracker, session.at(at, tracker), horizon)
        record, text, name = look.to_json(), shown.own_store(look, session.lang), session.path.name
        bins = look.test.reliability if look.test else ()
    session.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n" if session.as_json else text)
    if svg is not None:
        session.write(shown.reliability_svg(bins, horizon, name, session.lang), svg)


@command("timezone")
@click.argument("zone")
def timezone(session: Session, zone: str) -> None:
    """Change the store's zone. Every touchpoint moves to its local date there.

    Example: touchpoints timezone Europe/Vienna
    """
    from touchpoints import times

    if times.iana(zone) is None:
        raise InvalidValue(english("'{zone}' is no time zone; write an IANA name such as Europe/Berlin", zone=zone))
    with session.tracker() as tracker:
        tracker.store.set_zone(zone)
    session.notice(session.spoken.say("time zone: {zone}", zone=zone))
