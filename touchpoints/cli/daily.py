"""What one does each day and each week: import what is new, the call sheet on the screen, one's own week."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from touchpoints.cli import machine
from touchpoints.cli.importing import dropped, zone_for
from touchpoints.cli.session import Session, command
from touchpoints.errors import InvalidValue
from touchpoints.language import english

if TYPE_CHECKING:
    from touchpoints.imported import Report
    from touchpoints.plugins import Renderer
    from touchpoints.tracker import Tracker

SHEET = "touchpoints-today"
"""The name of the call sheet beside the store, without its ending; always the same, so that a bookmark keeps working."""


@command("today")
@click.option("--at", metavar="WHEN", help="A date or time; now if missing.")
@click.option("--limit", type=click.IntRange(0), default=10, show_default=True, help="The most to show.")
@click.option("--minutes", type=click.IntRange(1), help="Fill the time you have.")
@click.option("--owner", metavar="WHO", help="Only what this colleague is responsible for.")
@click.option("--format", "form", metavar="F", help="html, text, md or another installed form.")
@click.option("--output", metavar="F", help="Where to write it (else touchpoints-today.html beside the store).")
@click.option("--no-open", is_flag=True, help="Write it only.")
def today(
    session: Session,
    at: str | None,
    limit: int,
    minutes: int | None,
    owner: str | None,
    form: str | None,
    output: str | None,
    no_open: bool,
) -> None:
    """Import what is new, write the call sheet and open it. It reads the folders that `sources` in the settings names.

    A folder that is missing is named, and the list comes all the same. Run it as often as you like: files that were
    read before are known by their content.

    Example: touchpoints today --no-open
    """
    from touchpoints.report import CallReport

    paths, missing = _sources(session)
    for source in missing:
        session.notice(session.spoken.say("there is no {file}; the list comes without it", file=source))
    with session.tracker(must_exist=not paths) as tracker:
        report = _imported(session, tracker, paths)
        moment = session.at(at, tracker)
        if owner is not None:
            from touchpoints.practices import responsible

            owner = responsible(tracker, owner, moment)
        renderer = _renderer(tracker, form)
        shown = CallReport(tracker, moment, {"limit": limit, "minutes": minutes, "owner": owner})
        sheet = Path(output) if output else session.path.with_name(SHEET + renderer.suffix)
        session.write(renderer.render(shown, session.lang), str(sheet))
        calls = len(shown.call_list.flags)
    opened = not no_open and machine.open_file(sheet.absolute())
    _say(session, report, calls, sheet, opened, missing)
    if missing or not report.complete:
        session.exit_status = 1


def _sources(session: Session) -> tuple[list[str], list[str]]:
    """The sources of the settings that are there, and those that are not; relative ones from the settings file on."""
    if not session.settings.sources and not session.path.exists():
        raise InvalidValue(english("no sources are named yet; begin with: touchpoints setup FOLDER"))
    if not session.settings.sources:
        session.notice(session.spoken.say("no sources are named in {file}: nothing new is read", file=session.config))
    folder = session.config.absolute().parent
    written = [str(folder / Path(source).expanduser()) for source in session.settings.sources]
    paths = machine.expanded(written)
    return [p for p in paths if Path(p).exists()], [p for p in paths if not Path(p).exists()]


def _imported(session: Session, tracker: Tracker, paths: list[str]) -> Report:
    given = zone_for(session, tracker)
    dropped(session, tracker)
    return tracker.ingest(*paths, remember=given)


def _renderer(tracker: Tracker, form: str | None) -> Renderer:
    """The renderer of a form; HTML if there is one and none is named, else text."""
    if form is not None:
        return tracker.plugins.renderer(form)
    names = {r.name for r in tracker.plugins.renderers}
    return tracker.plugins.renderer("html" if "html" in names else "text")


def _say(session: Session, report: Report, calls: int, sheet: Path, opened: bool, missing: list[str]) -> None:
    if session.as_json:
        record: dict[str, Any] = {
            "file": str(sheet), "opened": opened, "calls": calls, "missing": missing, "import": report.as_record(),
        }  # fmt: skip
        session.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        return
    from touchpoints.render.sources import not_read, pasted
    from touchpoints.render.text import wrapped

    spoken, notice = session.spoken, session.notice
    counts = report.counts
    notice(spoken.count("{n} new touchpoint", "{n} new touchpoints", n=counts.added + counts.updated))
    for line in not_read(report.failed, spoken)[:5]:
        notice("\n".join(wrapped(line, "    ", first="  ! ")))
    for question, files in list(report.asked.items())[:5]:
        asked = f"? {files[0]}: {spoken.translated(question.question)}"
        notice("\n".join([*wrapped(asked, "    ", first="  "), *pasted(question.setting, spoken)]))
    if report.skipped_total:
        skipped = spoken.count("{n} record skipped", "{n} records skipped", n=report.skipped_total)
        notice(f"  {skipped}; touchpoints import --dry-run")
    notice(spoken.count("{n} on the call list", "{n} on the call list", n=calls))
    if opened:
        notice(spoken.say("opened: {file}", file=sheet))
    else:
        session.write(f"{sheet}\n")


@command("week")
@click.option("--at", metavar="WHEN", help="A date or time; now if missing.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), help="Form of the output.")
def week(session: Session, at: str | None, format_: str | None) -> None:
    """Your own week. Calls and minutes, who is back in rhythm, and what became of those on the list.

    The seven days that end today, beside the seven before. For yourself only: of colleagues it says nothing.

    Example: touchpoints week --at 2026-07-01
    """
    from touchpoints.week import week as look

    with session.tracker() as tracker:
        found = look(tracker, session.at(at, tracker))
    if session.as_json:
        session.write(json.dumps(found.to_json(), ensure_ascii=False, indent=1) + "\n")
    else:
        from touchpoints.render.week import week as shown

        session.write(shown(found, session.lang))
