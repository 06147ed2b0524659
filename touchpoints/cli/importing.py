"""Commands that bring exports in, and take one back."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from touchpoints.cli import machine
from touchpoints.cli.session import Session, command
from touchpoints.language import language

if TYPE_CHECKING:
    from touchpoints.tracker import Tracker


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
        given |= zone_for(session, tracker, timezone)
        given |= {"region": region} if region else {}
        given |= {"date_order": date_order} if date_order else {}
        given |= {"known_only": "always"} if known_only else {}
        given |= {"subjects": False} if no_subjects else {}
        if not dry_run:
            dropped(session, tracker)
        report = tracker.ingest(*machine.expanded(paths), as_=as_, dry_run=dry_run, remember=given)
    if session.as_json:
        session.write(json.dumps(report.as_record(), ensure_ascii=False, indent=1) + "\n")
    else:
        from touchpoints.render.sources import imported

        session.write(imported(report, session.lang, dry_run))
    if not report.complete:
        sys.exit(1)


def zone_for(session: Session, tracker: Tracker, named: str | None = None) -> dict[str, str]:
    """The zone of an import: the one named, that of the settings, or for a new store that of the machine."""
    zone = named or session.settings.timezone
    if zone is None and not tracker.store.sources():
        from tzlocal import get_localzone_name

        zone = get_localzone_name() or "UTC"
        session.notice(session.spoken.say("time zone of this machine: {zone}", zone=zone))
    return {"timezone": zone} if zone else {}


def dropped(session: Session, tracker: Tracker) -> None:
    """Drop what the settings' retention no longer keeps, and say how much that was."""
    gone = tracker.keep(datetime.now(UTC))
    if gone:
        spoken, span = language(session.lang), tracker.settings.retention
        session.notice(
            spoken.count("{n} touchpoint older than {span} dropped", "{n} touchpoints older than {span} dropped", n=gone, span=span)
        )  # fmt: skip


@command("forget")
@click.argument("file")
def forget(session: Session, file: str) -> None:
    """Undo the import of one file. Its name is the one that `status` shows.

    Example: touchpoints forget exports/old.ics
    """
    with session.tracker() as tracker:
        done = tracker.forget(file)
    if session.as_json:
        session.write(json.dumps({"forgotten": done}) + "\n")
    else:
        session.notice(session.spoken.say("forgotten: {file}", file=file))
