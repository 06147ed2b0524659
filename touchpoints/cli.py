"""The command line. The only place that reads the clock, the zone, the language and the environment of the machine,
and it says what it took."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from touchpoints.errors import InvalidValue, TouchpointsError
from touchpoints.settings import Settings

if TYPE_CHECKING:
    from touchpoints.tracker import Tracker


class Session:
    """What every command shares: the store, the settings, the language, and where notices go."""

    def __init__(self, store: str | None, config: str | None, lang: str | None, as_json: bool) -> None:
        from touchpoints.tracker import default_store

        self.path = Path(store) if store else default_store(Path.cwd(), os.environ)
        self.config = Path(config) if config else self.path.parent / "touchpoints.toml"
        self.as_json = as_json
        if config and not self.config.is_file():
            raise InvalidValue(f"no settings file {config}")
        self.settings = Settings.from_toml(self.config) if self.config.is_file() else Settings()
        spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
        self.lang = lang or self.settings.lang or ("de" if spoken.startswith("de") else "en")

    @property
    def quiet_output(self) -> bool:
        """Whether standard output holds only what was asked for, so that notices go to standard error."""
        return self.as_json or not sys.stdout.isatty()

    def notice(self, text: str) -> None:
        """Something beside the output."""
        click.echo(text, err=self.quiet_output)

    def tracker(self, must_exist: bool = True) -> Tracker:
        """The tracker on the store."""
        from touchpoints.tracker import Tracker

        if not self.path.exists():
            if must_exist:
                raise InvalidValue(
                    f"there is no store {self.path} yet; begin with: touchpoints import PATH --me YOUR-NUMBER"
                )
            self.path.parent.mkdir(parents=True, exist_ok=True)
        return Tracker(self.path, settings=self.settings)

    def at(self, text: str | None, tracker: Tracker) -> datetime:
        """WHEN as a time in the store's zone; now if nothing was given, and then it says so."""
        from touchpoints import times

        now = datetime.now(UTC).astimezone(tracker.store.zone)
        if text is None:
            said = {"de": "Stand: jetzt, {} ({})", "en": "as of now, {} ({})"}[self.lang]
            self.notice(said.format(f"{now:%Y-%m-%d %H:%M}", tracker.store.zone.key))
            return now
        return times.when(text, tracker.store.zone, now)

    def write(self, text: str | bytes, output: str | None = None) -> None:
        """Write the output to a file (readable by its owner only) or to standard output."""
        if output is None:
            click.echo(text, nl=False)
            return
        content = text.encode("utf-8") if isinstance(text, str) else text
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)


def _fail(message: str) -> NoReturn:
    click.echo(f"touchpoints: {' '.join(message.split())}", err=True)
    sys.exit(1)


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except TouchpointsError as error:
        _fail(str(error))
    except sqlite3.Error as error:
        _fail(f"the store cannot be used: {error}; look at it with: touchpoints doctor")
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


def command(name: str, *, values: bool = True) -> Callable[[Callable[..., None]], click.Command]:
    """A command with the options that all have; `values`: whether it takes `--json`."""

    def wrap(function: Callable[..., None]) -> click.Command:
        @wraps(function)
        def run(store: str | None, config: str | None, lang: str | None, **given: Any) -> None:
            with _plain_errors():
                session = Session(store, config, lang, bool(given.pop("as_json", False)) or _formatted(given))
                function(session, **given)
                session.notice({"de": "Ablage: {}", "en": "store: {}"}[session.lang].format(session.path))

        if values:
            run = click.option("--json", "as_json", is_flag=True, help="Print values as JSON.")(run)
        run = click.option("--lang", type=click.Choice(["de", "en"]), help="Language of the output.")(run)
        run = click.option("--config", metavar="F", help="Settings file (else touchpoints.toml beside the store).")(run)
        run = click.option("--store", metavar="F", help="Store (else TOUCHPOINTS_STORE, else touchpoints.db nearby).")(
            run
        )
        return main.command(name)(run)

    return wrap


def _formatted(given: dict[str, Any]) -> bool:
    return given.get("format_") not in (None, "text")


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog="Example: touchpoints calls --minutes 60")
@click.version_option(package_name="touchpoints")
def main() -> None:
    """Which customer relationships need a personal call: from the exports you have to a call list."""


# -- import -------------------------------------------------------------------------------------------------------------


@command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--me", multiple=True, metavar="HANDLE", help="Own number, address, profile or name; may be repeated.")
@click.option("--own-domain", multiple=True, metavar="D", help="A further domain that is ours.")
@click.option("--timezone", metavar="TZ", help="Zone of the store, such as Europe/Berlin.")
@click.option("--region", metavar="DE", help="Country (and Land: DE-BE) for numbers and holidays.")
@click.option("--date-order", type=click.Choice(["DMY", "MDY", "YMD"]), help="For dates a file cannot decide.")
@click.option("--as", "as_", metavar="NAME", help="Read with this importer.")
@click.option("--known-only", is_flag=True, help="Store only people whom a directory knows.")
@click.option("--no-subjects", is_flag=True, help="Do not store subject lines.")
@click.option("--dry-run", is_flag=True, help="Show what would be read, keep nothing.")
def import_(
    session: Session,
    paths: tuple[str, ...],
    me: tuple[str, ...],
    own_domain: tuple[str, ...],
    timezone: str | None,
    region: str | None,
    date_order: str | None,
    as_: str | None,
    known_only: bool,
    no_subjects: bool,
    dry_run: bool,
) -> None:
    """Read files, folders and zips.

    What is given here (--me, --region …) is remembered for the next import. Exit status 1 says that something was
    skipped, refused or waits for an answer.

    Example: touchpoints import exports/ --me "+49 30 23125 100" --me mara@example.com
    """
    new = not session.path.exists()
    if dry_run and new:
        from touchpoints.tracker import Tracker

        tracker = Tracker(settings=session.settings)
    else:
        tracker = session.tracker(must_exist=False)
    with tracker:
        given: dict[str, Any] = {}
        before = tracker.settings
        if me:
            given["me"] = tuple(dict.fromkeys((*before.me, *me)))
        if own_domain:
            given["own_domains"] = tuple(dict.fromkeys((*before.own_domains, *own_domain)))
        zone = timezone or session.settings.timezone
        if zone is None and not tracker.store.sources():
            from tzlocal import get_localzone_name

            zone = get_localzone_name() or "UTC"
            session.notice(
                {"de": "Zeitzone des Rechners: {}", "en": "time zone of this machine: {}"}[session.lang].format(zone)
            )
        given |= {"timezone": zone} if zone else {}
        given |= {"region": region} if region else {}
        given |= {"date_order": date_order} if date_order else {}
        given |= {"known_only": "always"} if known_only else {}
        given |= {"subjects": False} if no_subjects else {}
        with _progress(session) as progress:
            report = tracker.ingest(*paths, as_=as_, dry_run=dry_run, progress=progress, remember=given)
    if session.as_json:
        session.write(json.dumps(report.as_record(), ensure_ascii=False, indent=1) + "\n")
    else:
        from touchpoints.render.text import imported

        session.write(imported(report, session.lang, dry_run))
    if not report.complete:
        session.notice({"de": "Ablage: {}", "en": "store: {}"}[session.lang].format(session.path))
        sys.exit(1)


@contextmanager
def _progress(session: Session) -> Iterator[Callable[[int, int, str, int], None] | None]:
    """A progress line on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(), TextColumn("{task.fields[records]}"),
        TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, records="")

        def show(done: int, total: int, name: str, records: int) -> None:
            bar.update(task, completed=done, total=total, description=name[-40:], records=f"{records:,}")

        yield show


@command("forget")
@click.argument("file")
def forget(session: Session, file: str) -> None:
    """Undo the import of one file, by its name as `status` shows it.

    Example: touchpoints forget exports/old.ics
    """
    with session.tracker() as tracker:
        done = tracker.forget(file)
    if session.as_json:
        session.write(json.dumps({"forgotten": done}) + "\n")
    else:
        session.notice({"de": "vergessen: {}", "en": "forgotten: {}"}[session.lang].format(file))


# -- the list ---------------------------------------------------------------------------------------------------------------


@command("calls")
@click.option("--at", metavar="WHEN", help="A date or time; now if missing.")
@click.option("--limit", type=click.IntRange(0), default=10, show_default=True)
@click.option("--minutes", type=click.IntRange(1), help="Fill the time you have.")
@click.option("--owner", metavar="WHO", help="Only what this colleague is responsible for.")
@click.option("--why-not", metavar="WHO", help="Why somebody is not on the list.")
@click.option("--format", "format_", metavar="F", help="text, json, or another installed form.")
@click.option("--output", metavar="F", help="Write to a file.")
def calls(
    session: Session,
    at: str | None,
    limit: int,
    minutes: int | None,
    owner: str | None,
    why_not: str | None,
    format_: str | None,
    output: str | None,
) -> None:
    """Who needs a personal call today, why, on which channel and when.

    Example: touchpoints calls --at 2026-07-01 --lang de
    """
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        if why_not is not None:
            from touchpoints.calllist import why_not as explain
            from touchpoints.words import in_language

            book = tracker.book(moment)
            found = tracker.relationship(why_not, moment)
            text = in_language(explain(book, tracker.reasons(book), found), session.lang)
            record = json.dumps({"who": found.name, "why_not": text}, ensure_ascii=False)
            session.write((record if session.as_json else f"{found.name}: {text}") + "\n", output)
            return
        form = "json" if session.as_json and format_ is None else format_ or "text"
        if form == "text" and output is None and sys.stdout.isatty():
            from touchpoints.render.terminal import print_calls
            from touchpoints.report import CallReport

            print_calls(CallReport(tracker, moment, {"limit": limit, "minutes": minutes, "owner": owner}), session.lang)
        else:
            session.write(tracker.render(form, moment, session.lang, limit=limit, minutes=minutes, owner=owner), output)
        for problem in tracker.plugins.problems:
            click.echo(str(problem), err=True)


@command("log")
@click.argument("who")
@click.argument("outcome", type=click.Choice(["reached", "voicemail", "missed", "message"]))
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
        _say(session, _touchpoint_json(done, tracker), {"de": "notiert", "en": "logged"}[session.lang])


def _touchpoint_json(stored: Any, tracker: Tracker) -> dict[str, Any]:
    from touchpoints.render.records import touchpoint

    return touchpoint(stored, tracker.store.zone)


def _say(session: Session, record: Any, text: str) -> None:
    if session.as_json:
        session.write(json.dumps(record, ensure_ascii=False) + "\n")
    else:
        session.notice(text)


@command("dismiss")
@click.argument("who")
@click.option(
    "--because", required=True, type=click.Choice(["done", "supplier", "private", "former", "not-now", "wrong-person"])
)
@click.option("--at", metavar="WHEN")
def dismiss(session: Session, who: str, because: str, at: str | None) -> None:
    """Take somebody off the list for a reason; `touchpoints undo` takes it back.

    Example: touchpoints dismiss "Paketdienst" --because supplier
    """
    with session.tracker() as tracker:
        _decided(session, tracker.dismiss(who, because, at=session.at(at, tracker)))


def _decided(session: Session, decision: Any) -> None:
    record = {"id": decision.id, "kind": decision.kind, "who": decision.who, **decision.payload}
    _say(
        session,
        record,
        {"de": "vermerkt; zurück mit: touchpoints undo", "en": "done; take it back with: touchpoints undo"}[
            session.lang
        ],
    )


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
        _decided(session, tracker.snooze(who, _date(until, tracker, moment), at=moment))


@command("cadence")
@click.argument("who")
@click.argument("every")
@click.option("--at", metavar="WHEN")
def cadence(session: Session, who: str, every: str, at: str | None) -> None:
    """Agree a rhythm with somebody.

    Example: touchpoints cadence "Erika Muster" 30d
    """
    with session.tracker() as tracker:
        _decided(session, tracker.cadence(who, every, at=session.at(at, tracker)))


@command("note")
@click.argument("who")
@click.argument("text")
@click.option("--at", metavar="WHEN")
def note(session: Session, who: str, text: str, at: str | None) -> None:
    """Keep a note; a date in it makes it a promise that comes back on the list.

    Example: touchpoints note "Erika Muster" "call back next Tuesday"
    """
    with session.tracker() as tracker:
        _decided(session, tracker.note(who, text, at=session.at(at, tracker)))


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
        _decided(session, tracker.away(who, _date(until, tracker, moment), instead, at=moment))


@command("left")
@click.argument("who")
@click.option("--successor", metavar="OTHER")
@click.option("--at", metavar="WHEN")
def left(session: Session, who: str, successor: str | None, at: str | None) -> None:
    """Somebody is no longer there.

    Example: touchpoints left "Erika Muster" --successor "Jonas Beispiel"
    """
    with session.tracker() as tracker:
        _decided(session, tracker.left(who, successor, at=session.at(at, tracker)))


@command("consent")
@click.argument("who")
@click.argument("channel")
@click.argument("allowed", type=click.Choice(["yes", "no"]))
@click.option("--evidence", required=True, metavar="TEXT")
@click.option("--at", metavar="WHEN")
def consent(session: Session, who: str, channel: str, allowed: str, evidence: str, at: str | None) -> None:
    """Whether somebody may be contacted on a channel.

    Example: touchpoints consent "Erika Muster" phone no --evidence "mail of 3 June"
    """
    with session.tracker() as tracker:
        _decided(session, tracker.consent(who, channel, allowed == "yes", evidence, at=session.at(at, tracker)))


def _date(text: str, tracker: Tracker, now: datetime) -> Any:
    from touchpoints import times

    return times.when(text, tracker.store.zone, now).date()


# -- looking ------------------------------------------------------------------------------------------------------------------


@command("show")
@click.argument("who")
@click.option("--at", metavar="WHEN", help="A date or time; now if missing.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), help="Form of the output.")
def show(session: Session, who: str, at: str | None, format_: str | None) -> None:
    """One relationship: status, silence against its rhythm, explanation, timeline.

    Example: touchpoints show "Erika Muster" --at 2026-07-01
    """
    from touchpoints.book import Relationship
    from touchpoints.render import records, text

    people: tuple[Relationship, ...]
    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        book = tracker.book(moment)
        timeline = tracker.timeline(who, moment)
        whole = tracker.customer(who, moment)
        if whole is None:
            found, people = tracker.relationship(who, moment), ()
        else:
            found, people = Relationship(None, whole.customer, None, whole.summary, whole.warmth), whole.people
        if session.as_json or format_ == "json":
            record = records.show(found, book, timeline, session.lang, people)
            session.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        else:
            session.write(text.show(found, timeline, session.lang, tracker.store.zone, people))


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
        begin = None if since is None else times.when(since, tracker.store.zone)
        if format_ == "csv":
            from touchpoints.table import harmless_csv

            rows: list[list[str]] = []
            for stored in tracker.touchpoints(since=begin):
                record = touchpoint(stored, tracker.store.zone)
                people = "; ".join(p["name"] or p["value"] for p in record.pop("parties"))
                values = {**record, "parties": people, "colleagues": "; ".join(record["colleagues"])}
                if not rows:
                    rows.append(list(values))
                rows.append(["" if v is None else str(v) for v in values.values()])
            session.write(harmless_csv(rows))
            return
        for stored in tracker.touchpoints(since=begin):
            session.write(json.dumps(touchpoint(stored, tracker.store.zone), ensure_ascii=False) + "\n")


@command("status")
@click.option("--at", metavar="WHEN", help="A date or time; now if missing.")
def status(session: Session, at: str | None) -> None:
    """What was imported: sources with their span and age, integrity, versions.

    Example: touchpoints status
    """
    from importlib.metadata import version

    from touchpoints.render.text import imported_sources
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
            "integrity": tracker.store.check() or "ok", "version": version("touchpoints"),
            "problems": [str(p) for p in tracker.plugins.problems],
        }  # fmt: skip
    if session.as_json:
        session.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    else:
        session.write(imported_sources(record, session.lang))


@command("plugins")
@click.option("--explain", metavar="FILE", help="Who recognises a file, and who does not.")
def plugins(session: Session, explain: str | None) -> None:
    """What is installed, what it reads, what is broken and why.

    Example: touchpoints plugins --explain exports/calls.csv
    """
    from touchpoints.ingest import recognise, takes
    from touchpoints.plugins import Plugins
    from touchpoints.source import Source, walk

    installed = Plugins.installed()
    if explain is not None:
        answers: list[dict[str, Any]] = []
        for source in walk([explain]):
            if not isinstance(source, Source):
                raise source
            try:
                chosen, reason = recognise(source, installed, session.settings).name, ""
            except TouchpointsError as error:
                chosen, reason = None, str(error)
            answers.append(
                {"source": source.name, "importer": chosen, "reason": reason,
                 "recognised_by": [i.name for i in installed.importers if source.head and takes(i, source)],
                 "not_by": [i.name for i in installed.importers if not (source.head and takes(i, source))]}
            )  # fmt: skip
        if session.as_json:
            session.write(json.dumps(answers, ensure_ascii=False, indent=1) + "\n")
            return
        for answer in answers:
            by = ", ".join(answer["recognised_by"]) or "-"
            session.write(f"{answer['source']}\n  → {answer['importer'] or answer['reason']}\n  recognised by: {by}\n")
            session.write(f"  not by: {', '.join(answer['not_by'])}\n")
        return
    record: dict[str, list[dict[str, Any]]] = {
        "provided": [
            {"kind": p.kind, "name": p.offer.name, "plugin": p.plugin,
             "channels": [c.name for c in getattr(p.offer, "channels", ())], "about": _about(p.offer)}
            for p in installed.provided
        ],
        "problems": [{"plugin": e.plugin, "reason": e.reason} for e in installed.problems],
    }  # fmt: skip
    if session.as_json:
        session.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        return
    for p in record["provided"]:
        session.write(f"{p['kind']:<9} {p['name']:<22} {p['about']}\n")
    for problem in record["problems"]:
        session.write(f"problem   {problem['plugin']}: {problem['reason']}\n")


def _about(offer: Any) -> str:
    return str(type(offer).__doc__ or "").strip().partition("\n")[0]


@command("backtest")
@click.argument("file", required=False)
@click.option("--horizon", type=click.IntRange(1), default=30, show_default=True, help="Days ahead.")
@click.option("--svg", metavar="F", help="Write the reliability plot here.")
@click.option("--at", metavar="WHEN", help="Own store: as of a date or time; now if missing.")
def backtest(session: Session, file: str | None, horizon: int, svg: str | None, at: str | None) -> None:
    """How well silence is foreseen: on a data set, else on your own store, with the list as it would have been shown.

    A data set is CSV (or CSV.GZ) with the columns owner, partner, t_s (seconds) and out (1 = from the owner).

    Example: touchpoints backtest calls.csv.gz --horizon 30 --svg reliability.svg
    """
    from touchpoints.render import backtest as shown

    if file is not None and at is not None:
        raise click.UsageError("--at is for the own store; a data set has its own cut-offs")
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


@command("doctor")
def doctor(session: Session) -> None:
    """Check the store and rebuild what is derived from its facts.

    Example: touchpoints doctor
    """
    with session.tracker() as tracker:
        wrong = tracker.store.check()
        if not wrong:
            tracker.store.rebuild()
        record = {"integrity": wrong or "ok", "touchpoints": tracker.store.count(), "rebuilt": not wrong}
    if session.as_json:
        session.write(json.dumps(record, ensure_ascii=False) + "\n")
    else:
        session.write("".join(f"{name}: {value}\n" for name, value in record.items()))
    if wrong:
        sys.exit(1)


@command("timezone")
@click.argument("zone")
def timezone(session: Session, zone: str) -> None:
    """Change the store's zone: every touchpoint moves to its local date there.

    Example: touchpoints timezone Europe/Vienna
    """
    from touchpoints import times

    if times.iana(zone) is None:
        raise InvalidValue(f"'{zone}' is no time zone; write an IANA name such as Europe/Berlin")
    with session.tracker() as tracker:
        tracker.store.set_zone(zone)
    session.notice(zone)


from touchpoints import cli_people, cli_team  # noqa: E402, F401  # they add their commands to `main`
