"""The practices of a team, asked of a tracker: reads what they need from the store, and hands it to pure functions.

`Tracker.reach`, `.mix`, `.service`, `.demand`, `.staff` and `.cover` are these functions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from touchpoints.directory import Unresolved
from touchpoints.errors import IdentityError, InvalidValue, UnknownName
from touchpoints.handles import same_name
from touchpoints.happened import Event, People, happened
from touchpoints.language import P_, Text, english
from touchpoints.model import Customer
from touchpoints.progress import step
from touchpoints.reach import Averages, Reach, attempts
from touchpoints.reach import reach as reach_of_contact
from touchpoints.reading import content_key
from touchpoints.rules.scope import NOTHING_OWED
from touchpoints.source import Source
from touchpoints.team.cover import Cover, away_of
from touchpoints.team.cover import cover as cover_of
from touchpoints.team.demand import LOOKBACK, Demand
from touchpoints.team.demand import demand as demand_of
from touchpoints.team.group import Group
from touchpoints.team.mix import Mix, Period
from touchpoints.team.mix import mix as mix_of
from touchpoints.team.roster import Roster, read_roster
from touchpoints.team.service import TARGETS, Item, Service, promised
from touchpoints.team.service import service as service_of
from touchpoints.team.staffing import Goal, Staff
from touchpoints.team.staffing import staff as staff_of
from touchpoints.workdays import Workdays

if TYPE_CHECKING:
    from touchpoints.tracker import Tracker

NEWEST = 20_000
"""So many touchpoints before today the user's averages come from."""
CONTEXT = 60
"""Days before a period that are read too, since what happened in it may have begun before."""


def events(
    tracker: Tracker, at: datetime, since: datetime | None = None, handles: Iterable[int] | None = None
) -> list[Event]:
    """What happened up to `at`, each event once, with everybody or over some handles (their numbers in the store)."""
    people = People(tracker.directory)  # who is who is worked out first: the store's answers depend on it
    stored = tracker.store.touchpoints(handles, since, at)
    total = tracker.store.count() if handles is None and since is None else None
    return happened(stored, tracker.store.zone, people, total=total)


def averages(tracker: Tracker, at: datetime) -> Averages:
    """What this user's contacts do on average, as of the start of `at`'s day; kept by content in the store."""
    zone = tracker.store.zone
    people = People(tracker.directory)
    morning = datetime.combine(at.astimezone(zone).date(), time(), zone)
    state = content_key("reach", 1, morning, tracker.store.get("resolved"))
    kept = tracker.store.get("reach")
    if kept and kept[0] == state:
        return Averages.from_record(kept[1])
    newest = tracker.store.touchpoints(None, None, morning - timedelta(seconds=1), newest_first=True, limit=NEWEST)
    some = happened(newest, zone, people)
    with step(Text("working out who answers")):
        found = Averages.of(attempts(some, morning), morning, zone)
    tracker.store.put("reach", [state, found.as_record()])
    return found


def reach(tracker: Tracker, who: str, at: datetime) -> Reach:
    """How somebody is reached as of an aware time: a contact, the strongest contact of a customer, or a handle from the
    queue. Raises `IdentityError`, and `InvalidValue` for somebody who objected to any evaluation."""
    directory = tracker.directory
    found = directory.to_evaluate(who)
    if isinstance(found, Customer) and (strongest := tracker.relationship(who, at).contact) is not None:
        found = strongest
    if isinstance(found, Unresolved):
        known, name = [found.handle], found.names[0] if found.names else found.handle.value
        id_ = People(directory).who(found.handle)
    elif isinstance(found, Customer):
        known, name, id_ = [], found.name, tracker.relationship(who, at).id
    else:
        known, name, id_ = list(found.handles), found.name, found.id
    some = events(tracker, at, handles=directory.handles_of(found))
    zone, hours = tracker.store.zone, tracker.settings.working_hours
    return reach_of_contact(id_, name, known, some, averages(tracker, at), at, zone, hours)


def mix(
    tracker: Tracker,
    at: datetime,
    who: str | None = None,
    *,
    colleague: str | None = None,
    team: str | None = None,
    months: int = 12,
    after: Period | None = None,
    before: Period | None = None,
    known: Sequence[Event] | None = None,
) -> Mix:
    """The mix of channels as of an aware time: of everybody, of a contact or customer (`who`), of what a colleague or a
    team did; without hotlines, whose one-off callers are no relationships. Raises `IdentityError`, and `UnknownName` for
    a team or colleague that is not known. `known`: what `events` gives, for whoever has asked for it already."""
    some = list(known) if known is not None else events(tracker, at)
    scope = who or colleague or team or "all"
    if who is not None:
        whom = tracker.directory.to_evaluate(who)
        scope = whom.handle.value if isinstance(whom, Unresolved) else whom.name
        id_ = People(tracker.directory).who(whom.handle) if isinstance(whom, Unresolved) else whom.id
        some = [e for e in some if id_ in e.who or id_ in e.groups]
    reached = sum(e.reached for e in some)
    if who is None:
        some = [e for e in some if e.touchpoint.line not in _hotlines(tracker)]
    hotline = reached - sum(e.reached for e in some)
    names = _names(tracker, colleague, team)
    group = _group(tracker)
    if names is not None:
        everybody = frozenset().union(*(e.colleagues for e in some))
        if withheld := group.asked(names & everybody or names, everybody):
            return Mix(scope, withheld=withheld, agreed=group.agreed)
        some = [e for e in some if e.colleagues & names]
    files = tracker.store.files() if len(tracker.store.sources()) > 1 else {}
    found = mix_of(
        some,
        at,
        tracker.store.zone,
        scope=scope,
        months=months,
        after=after,
        before=before,
        agreed=group.agreed,
        files=files,
    )
    return attrs.evolve(found, hotline=hotline if names is None else 0)


def service(
    tracker: Tracker, at: datetime, *, days: int = 90, colleague: str | None = None, team: str | None = None
) -> Service:
    """The service of the last `days` as of an aware time: of all, of a team, or one's own. Targets are those of
    `[rules.service]`. Raises `UnknownName`."""
    zone, people = tracker.store.zone, People(tracker.directory)
    tracker.settings.check_thresholds(tracker.thresholds)
    start = at.astimezone(zone).date() - timedelta(days=days)
    since = datetime.combine(start, time(), zone)
    some = events(tracker, at, since - timedelta(days=CONTEXT))
    names = _names(tracker, colleague, team)
    targets = {name: tracker.settings.threshold("service", name, value) for name, value in TARGETS.items()}
    found = service_of(
        some, _promises(tracker, some, at, since), at, _workdays(tracker), _group(tracker), start=start, targets=targets,
        scope=colleague or team or "all", colleagues=names, lines=_lines(tracker, team) if team else frozenset(),
        owes=lambda who: people.kind(who) not in NOTHING_OWED,
    )  # fmt: skip
    return attrs.evolve(found, open=tuple(attrs.evolve(i, name=people.name(i.who)) for i in found.open))


def _promises(tracker: Tracker, some: Iterable[Event], at: datetime, since: datetime) -> list[Item]:
    directory, zone = tracker.directory, tracker.store.zone
    people = People(directory)
    met: dict[str, list[Event]] = defaultdict(list)
    for e in some:
        for place in {*e.who, *e.groups}:
            met[place].append(e)
    done: dict[str, list[datetime]] = defaultdict(list)
    for d in tracker.store.decisions("dismiss"):
        if d.payload.get("because") == "done":
            done[directory.about(d)].append(datetime.fromtimestamp(d.at, zone))
    found = []
    for d in tracker.store.decisions("note"):
        noted, who = datetime.fromtimestamp(d.at, zone), directory.about(d)
        if since <= noted <= at:
            due = date.fromisoformat(d.payload["due"]) if d.payload.get("due") else None
            text, group = str(d.payload["text"]), people.group(who)
            found.append(promised(who, group, text, noted, due, met[who], done[who], at, _workdays(tracker)))
    return [item for item in found if item is not None]


def demand(
    tracker: Tracker, at: datetime, of: str = "call", *, team: str | None = None, week: date | None = None
) -> Demand:
    """The demand as of an aware time: inbound `call`, `message`, `email`, or all `written`; of all, or of a team's lines.
    Raises `UnknownName`, and `InvalidValue` for a team without lines."""
    if of not in (kinds := ("call", "message", "email", "written")):
        raise UnknownName(P_("reason", "kind of demand"), of, kinds)
    some = events(tracker, at, at - timedelta(days=LOOKBACK + 7))
    if team is not None:
        lines = _lines(tracker, team)
        if not lines:
            raise InvalidValue(
                english("team {team} has no line; name its lines or queues in [teams] beside its colleagues", team=team)
            )
        some = [e for e in some if e.touchpoint.line in lines]
    importers = {e.importer for e in some if e.medium == of or of == "written"}
    today = at.astimezone(tracker.store.zone).date()
    spans = [
        min(last, today)
        for importer, _, first, last, _ in tracker.coverage()
        if importer in importers and first <= today
    ]
    return demand_of(some, at, _workdays(tracker), of=of, week=week, covered=max(spans, default=None))


def staff(
    tracker: Tracker,
    at: datetime,
    roster: Roster | Source | str | Path | None = None,
    *,
    team: str | None = None,
    without: str | None = None,
    week: date | None = None,
    handle_seconds: float | None = None,
    goal: Goal | None = None,
) -> Staff:
    """The staffing of a coming week as of an aware time, against a roster (a value, or a file: see `team.roster`), also
    without one colleague. Raises `UnreadableSource`, `UnknownName`, `InvalidValue`."""
    asked = demand(tracker, at, team=team, week=week)
    monday = asked.week or at.astimezone(tracker.store.zone).date()
    planned = _roster(tracker, roster, monday - timedelta(days=1), monday + timedelta(days=7))
    if planned is not None and team is not None:
        planned = planned.of(_names(tracker, None, team) or ())
    if without is not None:
        there = planned.colleagues if planned else ()
        named = [n for n in there if same_name(n, without)]
        if not named:
            raise UnknownName(P_("reason", "colleague on the roster"), without, there)
        without = named[0]
    return staff_of(
        asked, _workdays(tracker), goal or Goal(), planned, team=team or "all", handle_seconds=handle_seconds,
        without=without,
    )  # fmt: skip


def cover(
    tracker: Tracker,
    who: str,
    start: date | None = None,
    end: date | None = None,
    *,
    at: datetime,
    roster: Roster | Source | str | Path | None = None,
    capacity: Mapping[str, float] | None = None,
) -> Cover:
    """Who takes over while a colleague is away from `start` to `end` (both included), as of an aware time; without them
    the present or next absence in the roster. Whoever is in a team with them may be asked, else everybody. Raises
    `UnknownName` for a colleague nobody knows, and `InvalidValue` without an absence."""
    colleague = _colleague(tracker, who)
    today = at.astimezone(tracker.store.zone).date()
    read = _roster(tracker, roster, start or today, end or today + timedelta(days=365))
    if start is None or end is None:
        span = away_of(read, colleague, at) if read else None
        if span is None:
            raise InvalidValue(
                english(
                    "from when to when is {colleague} away? give --from and --to, or a roster that says so",
                    colleague=colleague,
                )
            )
        start, end = start or span[0], end or span[1]
    if end < start:
        raise InvalidValue(english("the absence ends ({end}) before it begins ({start})", end=end, start=start))
    book = tracker.book(at)
    return cover_of(
        colleague,
        start,
        end,
        book,
        tracker.reasons(book),
        events(tracker, at),
        _workdays(tracker),
        _mates(tracker, colleague),
        read,
        capacity,
    )


# -- whom and what is asked ---------------------------------------------------------------------------------------------


def _workdays(tracker: Tracker) -> Workdays:
    return Workdays.of(tracker.store, tracker.settings, tracker.region, team=tracker.team)


def _group(tracker: Tracker) -> Group:
    """Who asks: `me` of the settings, else the only colleague."""
    colleagues = tracker.our_side.colleagues
    oneself = colleagues[0].name if colleagues and (tracker.settings.me or len(colleagues) == 1) else None
    return Group(oneself, tracker.settings.agreed)


def responsible(tracker: Tracker, who: str, at: datetime) -> str:
    """The name of a colleague, or of whoever else is responsible for somebody, as it is written there. Raises
    `UnknownName` for a name nobody has."""
    owners = {r.owner for r in tracker.book(at) if r.owner}
    if found := sorted(owner for owner in owners if same_name(owner, who)):
        return found[0]
    try:
        return _colleague(tracker, who)
    except UnknownName as error:
        raise UnknownName(P_("reason", "colleague"), who, owners.union(error.known)) from None


def _colleague(tracker: Tracker, who: str) -> str:
    colleagues = tracker.our_side.colleagues
    found = [c.name for c in colleagues if same_name(c.name, who)]
    found = found or [c.name for c in colleagues if any(who in (h.value, h.raw) for h in c.handles)]
    if not found:
        raise UnknownName(P_("reason", "colleague"), who, (c.name for c in colleagues))
    if len(set(found)) > 1:
        raise IdentityError(who, found)
    return found[0]


def _names(tracker: Tracker, colleague: str | None, team: str | None) -> frozenset[str] | None:
    """The colleagues asked for: one, those of a team, or None for all."""
    if colleague is not None:
        return frozenset({_colleague(tracker, colleague)})
    if team is None:
        return None
    members = _team(tracker, team)
    return frozenset(c.name for c in tracker.our_side.colleagues if any(same_name(c.name, m) for m in members))


def _mates(tracker: Tracker, colleague: str) -> list[str]:
    """The colleagues who may stand in: those of the same teams, else everybody."""
    names = [c.name for c in tracker.our_side.colleagues]
    teams = [_names(tracker, None, team) or frozenset() for team in tracker.settings.teams]
    return sorted(frozenset().union(*(team for team in teams if colleague in team))) or names


def _lines(tracker: Tracker, team: str) -> frozenset[str]:
    """The lines and queues of a team: what in it is no colleague, as touchpoints call them."""
    names = [c.name for c in tracker.our_side.colleagues]
    lines = [m for m in _team(tracker, team) if not any(same_name(m, n) for n in names)]
    return frozenset({*lines, *map(tracker.our_side.line, lines)})


def _hotlines(tracker: Tracker) -> frozenset[str]:
    """The lines on which one-off callers ring, as touchpoints name them."""
    lines = [line for line, kind in tracker.settings.lines.items() if kind == "hotline"]
    return frozenset({*lines, *map(tracker.our_side.line, lines)})


def _team(tracker: Tracker, team: str) -> tuple[str, ...]:
    if team not in tracker.settings.teams:
        raise UnknownName(P_("reason", "team"), team, tracker.settings.teams)
    return tuple(tracker.settings.teams[team])


def _roster(tracker: Tracker, roster: Roster | Source | str | Path | None, first: date, last: date) -> Roster | None:
    if roster is None or isinstance(roster, Roster):
        return roster
    return read_roster(roster, tracker.store.zone, tracker.our_side.colleagues, first, last)


__all__ = ["averages", "cover", "demand", "events", "mix", "reach", "service", "staff"]
