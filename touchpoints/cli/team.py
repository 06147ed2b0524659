"""The commands for the practices of a team: reach, mix, service, demand, staff, cover."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import tzinfo
from typing import Any

import click

from touchpoints.cli.session import Session, command, day

_AT = click.option("--at", metavar="WHEN", help="A date or time; now if missing.")
_TEAM = click.option("--team", metavar="TEAM", help="Only this team of the settings ([teams]).")
_ROSTER = click.option(
    "--roster", type=click.Path(exists=True, dir_okay=False), help="Shifts and absences (.csv, .ics)."
)


def _show(session: Session, value: Any, text: Callable[[Any, str, tzinfo], str], zone: tzinfo) -> None:
    from touchpoints.render.records import record

    if session.as_json:
        session.write(json.dumps(record(value, session.lang, zone), ensure_ascii=False, indent=1) + "\n")
    else:
        session.write(text(value, session.lang, zone))


@command("reach")
@click.argument("who")
@_AT
def reach(session: Session, who: str, at: str | None) -> None:
    """On which way somebody answers, how soon and when. And what to try in which order.

    Example: touchpoints reach "Erika Muster"
    """
    from touchpoints import practices
    from touchpoints.render import reach as shown

    with session.tracker() as tracker:
        found = practices.reach(tracker, who, session.at(at, tracker))
        _show(session, found, shown.reach, tracker.store.zone)


@command("mix")
@click.argument("who", required=False)
@click.option("--colleague", metavar="WHO", help="What one of us did (oneself).")
@_TEAM
@click.option("--months", type=click.IntRange(1, 120), default=12, show_default=True)
@click.option(
    "--days", type=click.IntRange(1, 730), default=90, show_default=True, help="Length of the periods compared."
)
@click.option("--year-ago", is_flag=True, help="Compare with the same days a year before.")
@_AT
def mix(
    session: Session,
    who: str | None,
    colleague: str | None,
    team: str | None,
    months: int,
    days: int,
    year_ago: bool,
    at: str | None,
) -> None:
    """Contact by medium and month. Whether a change is more than noise; of all, of WHO, of a colleague or a team.

    Example: touchpoints mix --year-ago --lang de
    """
    from datetime import timedelta

    from touchpoints import practices
    from touchpoints.render import mix as shown

    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        today = moment.astimezone(tracker.store.zone).date()
        after = (today - timedelta(days=days - 1), today)
        back = timedelta(days=364 if year_ago else days)  # 52 weeks: the same weekdays
        found = practices.mix(
            tracker, moment, who, colleague=colleague, team=team, months=months, after=after,
            before=(after[0] - back, after[1] - back),
        )  # fmt: skip
        _show(session, found, shown.mix, tracker.store.zone)


@command("service")
@click.option("--days", type=click.IntRange(1, 730), default=90, show_default=True, help="How far back.")
@click.option("--colleague", metavar="WHO", help="What one of us answered (oneself).")
@_TEAM
@_AT
def service(session: Session, days: int, colleague: str | None, team: str | None, at: str | None) -> None:
    """How soon callers and writers are answered. In working hours, and what is open now.

    Example: touchpoints service --days 30
    """
    from touchpoints import practices
    from touchpoints.render import service as shown

    with session.tracker() as tracker:
        found = practices.service(tracker, session.at(at, tracker), days=days, colleague=colleague, team=team)
        _show(session, found, shown.service, tracker.store.zone)


@command("demand")
@click.option("--of", type=click.Choice(["call", "message", "email", "written"]), default="call", show_default=True)
@_TEAM
@click.option("--week", metavar="DATE", help="Any day of the week to forecast; the next one if missing.")
@_AT
def demand(session: Session, of: str, team: str | None, week: str | None, at: str | None) -> None:
    """When customers call or write. By weekday and half-hour, and what a coming week will bring.

    Example: touchpoints demand --week 2026-07-06
    """
    from touchpoints import practices
    from touchpoints.render import staffing as shown

    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        found = practices.demand(tracker, moment, of, team=team, week=day(week, tracker, moment))
        _show(session, found, shown.demand, tracker.store.zone)


@command("staff")
@_ROSTER
@_TEAM
@click.option("--without", metavar="WHO", help="Also show the gaps if this colleague is missing.")
@click.option("--week", metavar="DATE", help="Any day of the week to staff; the next one if missing.")
@click.option(
    "--goal", type=click.FloatRange(0.01, 0.999), default=0.8, show_default=True, help="Share answered in time."
)
@click.option("--answer-within", type=click.FloatRange(0), default=20, show_default=True, help="Seconds.")
@click.option("--handle-seconds", type=click.FloatRange(1), help="Length of a call; that of the log if missing.")
@click.option("--wrap", type=click.FloatRange(0), default=0, show_default=True, help="Seconds of work after a call.")
@click.option("--shrinkage", type=click.FloatRange(0, 0.95), default=0.3, show_default=True)
@click.option("--occupancy", type=click.FloatRange(0.1, 1), default=0.85, show_default=True, help="At most.")
@_AT
def staff(
    session: Session,
    roster: str | None,
    team: str | None,
    without: str | None,
    week: str | None,
    goal: float,
    answer_within: float,
    handle_seconds: float | None,
    wrap: float,
    shrinkage: float,
    occupancy: float,
    at: str | None,
) -> None:
    """How many heads each half-hour needs. Where a roster falls short, and what to do.

    Example: touchpoints staff --roster roster.csv --without "Tom Beispiel"
    """
    from touchpoints import practices
    from touchpoints.render import staffing as shown
    from touchpoints.team.staffing import Goal

    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        wanted = Goal(level=goal, answer_within=answer_within, occupancy=occupancy, shrinkage=shrinkage, wrap=wrap)
        found = practices.staff(
            tracker, moment, roster, team=team, without=without, week=day(week, tracker, moment),
            handle_seconds=handle_seconds, goal=wanted,
        )  # fmt: skip
        _show(session, found, shown.staff, tracker.store.zone)


@command("cover")
@click.argument("who")
@click.option("--from", "from_", metavar="D", help="First day of the absence; that of the roster if missing.")
@click.option("--to", metavar="D", help="Last day of the absence.")
@_ROSTER
@_AT
def cover(session: Session, who: str, from_: str | None, to: str | None, roster: str | None, at: str | None) -> None:
    """Who takes over while a colleague is away. Which relationship goes to whom, with a hand-over sheet for each.

    Example: touchpoints cover "Mara Falk" --from 2026-07-06 --to 2026-07-17
    """
    from touchpoints import practices
    from touchpoints.render import cover as shown

    with session.tracker() as tracker:
        moment = session.at(at, tracker)
        start, end = (day(text, tracker, moment) for text in (from_, to))
        found = practices.cover(tracker, who, start, end, at=moment, roster=roster)
        _show(session, found, shown.cover, tracker.store.zone)
