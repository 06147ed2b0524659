"""Reach, mix, service, demand, staffing and cover as plain text in German and English, and as JSON. No judging here."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import attrs

from touchpoints.book import Relationship
from touchpoints.distributions import Share, count_interval
from touchpoints.handles import Handle
from touchpoints.reach import ENOUGH_CALLS, Dead, Reach, WayReach
from touchpoints.render import text
from touchpoints.render.phrases import PHRASES
from touchpoints.store import Stored
from touchpoints.team.cover import Cover, Task, Why
from touchpoints.team.demand import Demand
from touchpoints.team.group import MINIMUM, Withheld
from touchpoints.team.mix import Change, Mix
from touchpoints.team.roster import Roster
from touchpoints.team.service import BUCKETS, Calls, Item, Responses, Service, Spread
from touchpoints.team.staffing import Gap, Staff

WIDTH = 79
MOST_KEYS = 100
"""So many keys of the touchpoints behind a figure are written to JSON; the values have them all."""
_DAYS = {"de": "Mo Di Mi Do Fr Sa So".split(), "en": "Mon Tue Wed Thu Fri Sat Sun".split()}


class _Page:
    """Lines of a page in one language."""

    def __init__(self, lang: str, zone: tzinfo) -> None:
        self.lang, self.zone, self.lines = lang, zone, list[str]()

    def say(self, phrase: str, **figures: Any) -> str:
        """A phrase with its figures."""
        one = f"{phrase} 1" if figures.get("n") == 1 and f"{phrase} 1" in PHRASES else phrase
        return PHRASES[one][self.lang != "de"].format(**figures)

    def add(self, line: str, indent: str = "", first: str | None = None) -> None:
        """A line, wrapped at 79 columns."""
        self.lines += textwrap.wrap(
            line, WIDTH, initial_indent=indent if first is None else first, subsequent_indent=f"{indent}  ",
            break_long_words=False, break_on_hyphens=False,
        ) or [""]  # fmt: skip

    def number(self, value: float, digits: int = 0) -> str:
        """A number as the language writes it."""
        return text.number(value, self.lang, digits)

    def percent(self, value: float, digits: int = 0) -> str:
        """A share in per cent."""
        return f"{self.number(100 * value, digits)} %"

    def signed(self, value: float, digits: int = 0) -> str:
        """A number with its sign."""
        return ("+" if value >= 0 else "−") + self.number(abs(value), digits)

    def day(self, value: date) -> str:
        """A date with its weekday."""
        return text.day(value, self.lang)

    def short(self, value: date) -> str:
        """A date without the year."""
        return self.day(value).rpartition(" ")[0]

    def hours(self, value: float) -> str:
        """Working hours, whole ones."""
        return self.say("h" if value >= 1 else "h under", n=round(value))

    def when(self, value: datetime) -> str:
        """A time on its day."""
        local = value.astimezone(self.zone)
        return f"{self.short(local.date())}, {local:%H:%M}"

    def share(self, value: Share) -> str:
        """A share with its cases, and its interval."""
        if value.value is None:
            return self.say("no cases")
        return self.say(
            "cases rate", hits=value.hits, n=value.n, rate=self.percent(value.value), low=round(100 * value.low),
            high=round(100 * value.high),
        )  # fmt: skip

    def withheld(self, why: Withheld) -> str:
        """Why figures are not shown."""
        return self.say(why.reason, n=why.colleagues, least=MINIMUM)

    def agreed(self, what: str) -> None:
        """The agreement that lifts the minimum stands on every report."""
        if what:
            self.add(self.say("agreed", what=what))

    def done(self) -> str:
        """The page."""
        return "\n".join(self.lines).rstrip() + "\n"


# -- reach --------------------------------------------------------------------------------------------------------------


def reach(found: Reach, lang: str, zone: tzinfo) -> str:
    """How somebody is reached: the ways in the order to try them, the best time, what to do."""
    page = _Page(lang, zone)
    page.add(page.say("reach", name=found.name))
    for n, way in enumerate(found.ways, 1):
        place = " –" if way.dead or not way.way.handle else f"{n:>2}"
        page.add(f"{place}  {way_name(way, page)}: {_way(way, page)}", "    ", first="")
    live = [w for w in found.ways if w.dead is None and w.way.handle]
    if not found.ways:
        page.add(page.say("no way"))
    elif live and found.message_first:
        page.add(page.say("write first", way=way_name(live[0], page)))
    elif live[1:]:
        page.add(page.say("try next", way=way_name(live[0], page), next=way_name(live[1], page)))
    elif live:
        page.add(page.say("try", way=way_name(live[0], page)))
    if found.time is not None:
        t = found.time
        day = f"{_DAYS[lang][t.weekday]} " if t.weekday is not None else ""
        page.add(page.say(
            "best time", when=f"{day}{t.hour}–{t.hour + 2}", chance=page.percent(t.chance), usual=page.percent(t.usual),
            own=t.own, name=found.name, calls=t.calls,
        ))  # fmt: skip
    elif found.calls < ENOUGH_CALLS and any(w.way.medium == "call" for w in found.ways):
        page.add(page.say("no time", calls=found.calls, least=ENOUGH_CALLS))
    return page.done()


def way_name(way: WayReach, page: _Page) -> str:
    """What a way is called: kind of line or channel, and the number or address."""
    kind = way.way.kind
    name = page.say(kind) if kind in PHRASES else text.channel(way.way.channel, page.lang)
    handle = way.way.handle
    return f"{name} {shown(handle)}" if handle else page.say("appointment", channel=name)


def shown(handle: Handle) -> str:
    """A handle to read: a number as it was written, everything else in its short normal form."""
    return (handle.kind == "phone" and handle.raw) or handle.value


def _way(way: WayReach, page: _Page) -> str:
    said = [
        page.say("tried", hits=way.answered, n=way.attempts - way.open) if way.attempts else page.say("never tried")
    ]
    if way.dead is not None:
        return "; ".join((*said, _dead(way.dead, page)))
    said.append(page.say(
        "chance", rate=page.percent(way.rate), low=round(100 * way.low), high=round(100 * way.high),
        average=page.percent(way.average),
    ))  # fmt: skip
    if way.after is not None:
        said.append(page.say("rings" if way.way.live else "replies", time=duration(way.after, page)))
    said += [page.say("open", n=way.open)] if way.open else []
    said += [page.say("returned", n=way.returned)] if way.returned else []
    return "; ".join(said)


def _dead(dead: Dead, page: _Page) -> str:
    phrase = "bounced" if dead.bounced else "dead" if dead.attempts else "dead never"
    return page.say(phrase, run=dead.run, since=page.day(dead.since), answered=dead.answered, attempts=dead.attempts)


def duration(seconds: float, page: _Page) -> str:
    """Seconds, minutes, hours or days, whichever is short."""
    units = ((60, 1, "s", "s"), (5400, 60, "Min.", "min"), (129_600, 3600, "Std.", "h"), (1e18, 86400, "Tagen", "days"))
    _, size, de, en = next(u for u in units if seconds < u[0])
    return f"{page.number(seconds / size)} {de if page.lang == 'de' else en}"


# -- mix ----------------------------------------------------------------------------------------------------------------


def mix(found: Mix, lang: str, zone: tzinfo) -> str:
    """The mix by month, and the changes between two periods."""
    page = _Page(lang, zone)
    page.add(page.say("mix", scope=page.say("all") if found.scope == "all" else found.scope))
    page.agreed(found.agreed)
    if found.withheld is not None:
        page.add(page.withheld(found.withheld))
        return page.done()
    media = list(dict.fromkeys(r.medium for r in sorted(found.rows, key=lambda r: list(_media()).index(r.medium))))
    if not media:
        page.add(page.say("no contact"))
        return page.done()
    heads = [page.say(f"m {m}") for m in media] + [page.say("people"), page.say("minutes"), page.say("live")]
    page.lines.append(f"{page.say('month'):<8}" + "".join(f"{h:>8}" for h in heads))
    counts = {(r.month, r.medium): r.touchpoints for r in found.rows}
    for month in found.months:
        cells = [str(counts.get((month.month, m), "–")) for m in media]
        live = page.percent(month.live.value) if month.live.value is not None else "–"
        cells += [str(month.people), page.number(month.minutes), live]
        page.lines.append(f"{month.month:%Y-%m} " + "".join(f"{c:>8}" for c in cells))
    page.add(page.say("live note"))
    if found.hotline:
        page.add(page.say("hotline", n=found.hotline))
    if unmeasured := sum(r.unmeasured for r in found.rows):
        page.add(page.say("unmeasured", n=unmeasured))
    page.lines.append("")
    if found.changes and found.before and found.after:
        periods = [f"{a.isoformat()} – {b.isoformat()}" for a, b in (found.before, found.after)]
        page.add(page.say("change", before=periods[0], after=periods[1], n=found.changes[0].relationships))
        if found.first and found.first > found.before[0]:
            page.add(page.say("begins", day=page.day(found.first)), "  ")
    for change in found.changes:
        page.add(_change(change, page), "  ")
    return page.done()


def _media() -> Iterator[str]:
    return (phrase[2:] for phrase in PHRASES if phrase.startswith("m "))


def _change(change: Change, page: _Page) -> str:
    what = page.say("live") if change.what == "live" else page.say(f"m {change.what}")
    if change.difference is None or change.before.value is None or change.after.value is None:
        return page.say("no period", what=what)
    figures = {"what": what, "a": page.percent(change.before.value), "b": page.percent(change.after.value)}
    if change.p is None or change.low is None or change.high is None or change.effect is None:
        from touchpoints.team.mix import LEAST

        return page.say("too few", n=change.relationships, least=LEAST, **figures)
    return page.say(
        "changed", d=page.signed(100 * change.difference), low=page.signed(100 * change.low),
        high=page.signed(100 * change.high), p=page.number(change.p, 3), h=page.signed(change.effect, 2),
        verdict=page.say("real" if change.real else "noise"), **figures,
    )  # fmt: skip


# -- service --------------------------------------------------------------------------------------------------------------


def service(found: Service, lang: str, zone: tzinfo, most: int = 15) -> str:
    """Calls, call-backs, answers and promises, and what is open now."""
    page = _Page(lang, zone)
    scope = page.say("all") if found.scope == "all" else found.scope
    page.add(page.say("service", scope=scope, start=page.day(found.start), end=page.day(found.end)))
    page.agreed(found.agreed)
    if found.withheld is not None:
        page.add(page.withheld(found.withheld))
    else:
        page.lines.append("")
        if found.calls is not None:
            _calls(found.calls, page)
        for row in found.responses:
            _responses(row, page)
        if (talks := found.conversations) is not None and talks.n:
            ours, paused = (page.number(s.median or 0, 1) for s in (talks.ours, talks.paused))
            page.add(page.say("conversations", n=talks.n, ours=ours, paused=paused))
    page.lines.append("")
    page.add(page.say("open now", n=len(found.open)) if found.open else page.say("nothing open"))
    for item in found.open[:most]:
        page.add(_item(item, page), "  ")
    if len(found.open) > most:
        page.add(page.say("more", n=len(found.open) - most), "  ")
    return page.done()


def _calls(calls: Calls, page: _Page) -> None:
    if calls.withheld is not None:
        page.add(f"{page.say('d call').capitalize()}: {page.withheld(calls.withheld)}")
        return
    if not calls.calls:
        page.add(page.say("no calls"))
        return
    page.add(page.say("calls", n=calls.calls, share=page.share(calls.answered)))
    if calls.within.n:
        page.add(
            page.say("within seconds", target=page.number(calls.target), share=page.share(calls.within)), "  ", first=""
        )
    for phrase, spread in (("waited", calls.wait), ("abandoned", calls.abandoned)):
        if spread.median is not None and spread.p90 is not None:
            page.add(
                page.say(phrase, n=spread.n, median=page.number(spread.median), p90=page.number(spread.p90)),
                "  ",
                first="",
            )
    if calls.unmeasured:
        page.add(page.say("not measurable", n=calls.unmeasured, sources=", ".join(calls.sources)), "  ", first="")
    page.add(page.say("repeats", share=page.share(calls.repeats), n=calls.repeats_after_answer), "  ", first="")


def _responses(row: Responses, page: _Page) -> None:
    what = page.say(row.what) if row.what in PHRASES else text.channel(row.what, page.lang)
    if row.withheld is not None:
        page.add(f"{what}: {page.withheld(row.withheld)}")
        return
    phrase = "kept" if row.what == "promise" else "responses"
    page.add(page.say(phrase, what=what, n=row.opened, target=page.number(row.target), share=page.share(row.within)))
    if row.what == "promise":
        return
    if row.hours.median is not None and row.hours.p90 is not None:
        hours = {"median": page.number(row.hours.median, 1), "p90": page.number(row.hours.p90, 1)}
        page.add(page.say("hours", **hours), "  ", first="")
        page.add(page.say("buckets", parts=_buckets(row.hours)), "  ", first="")
    if row.again:
        page.add(page.say("again first", n=row.again), "  ", first="")
    if row.later.median is not None:
        page.add(page.say("later", n=row.later.n, median=page.number(row.later.median, 1)), "  ", first="")


def _buckets(spread: Spread) -> str:
    edges = [0, *BUCKETS]
    names = [f"{a}–{b}" for a, b in zip(edges, BUCKETS, strict=False)] + [f"> {BUCKETS[-1]}"]
    return ", ".join(f"{name}: {n}" for name, n in zip(names, spread.buckets, strict=True))


def _item(item: Item, page: _Page) -> str:
    if item.what == "promise":
        said = page.say("open promise", name=item.name, text=item.text, when=page.when(item.deadline or item.opened))
        return said + (page.say("overdue", hours=page.hours(item.hours)) if item.hours else "")
    what = page.say("call_back", n=1) if item.what == "call_back" else text.channel(item.channel, page.lang)
    said = page.say("open item", what=what, name=item.name, when=page.when(item.opened), hours=page.hours(item.hours))
    said += page.say("open calls", n=item.calls) if item.calls > 1 else ""
    return said + (page.say("open tries", n=item.tries) if item.tries else "")


# -- demand and staffing ------------------------------------------------------------------------------------------------------


def demand(found: Demand, lang: str, zone: tzinfo) -> str:
    """The profile by weekday and half-hour, what is left out of it, and the coming week."""
    page = _Page(lang, zone)
    what = page.say(f"d {found.of}")
    if found.first is None or found.last is None:
        page.add(f"{what}: {page.say('nothing came')}")
        return page.done()
    page.add(page.say(
        "demand", what=what, start=page.day(found.first), end=page.day(found.last), days=found.days, n=found.arrivals
    ))  # fmt: skip
    if not found.cells:
        page.add(page.say("too short", n=found.arrivals, days=found.days))
        return page.done()
    page.add(page.say("profile"))
    _profile(found, page)
    if found.odd:
        named = {o.day: f"{page.short(o.day)} {(o.holiday or {}).get(lang, '')}".strip() for o in found.odd}
        days = [page.say("odd day", day=named[o.day], n=o.arrivals, usual=page.number(o.usual)) for o in found.odd]
        page.add(page.say("left out", days="; ".join(days)))
    page.add(page.say(
        "level", level=page.percent(found.level), trend=f"{page.signed(100 * found.trend, 1)} %",
        dispersion=page.number(found.dispersion, 1),
    ))  # fmt: skip
    _week(found, page)
    if (b := found.backtest) is not None:
        errors = {
            k: page.percent(v)
            for k, v in zip("abcd", (b.by_slot, b.by_slot_repeat, b.by_day, b.by_day_repeat), strict=True)
        }
        page.add(page.say("backtest", weeks=b.weeks, n=b.arrivals, **errors))
    return page.done()


def _profile(found: Demand, page: _Page) -> None:
    """The table of the profile; the hours before and after it that hold a hundredth of all are summed up."""
    weekdays = sorted({c.weekday for c in found.cells})
    days = {c.weekday: c.days for c in found.cells}
    wide = (WIDTH - 6) // len(weekdays)
    page.lines.append("      " + "".join(f"{f'{_DAYS[page.lang][w]} n={days[w]}':>{wide}}" for w in weekdays))
    cells = {(c.weekday, c.slot): c for c in found.cells}
    total = [sum(c.total for c in found.cells if c.slot == slot) for slot in range(48)]
    few = 0.01 * sum(total)
    first = next(s for s in range(48) if sum(total[: s + 1]) > few)
    last = next(s for s in reversed(range(48)) if sum(total[s:]) > few)
    for slot in range(first, last + 1):
        row = [cells.get((w, slot)) for w in weekdays]
        said = [f"{page.number(c.mean, 1)} ±{page.number((c.high - c.low) / 2, 1)}" if c else "–" for c in row]
        page.lines.append(f"{clock(slot)} " + "".join(f"{s:>{wide}}" for s in said))
    if outside := sum(total[:first]) + sum(total[last + 1 :]):
        page.add(page.say("outside", n=outside, first=clock(first).strip(), last=clock(last + 1).strip()))


def _week(found: Demand, page: _Page) -> None:
    if found.week is None:
        return
    page.add(page.say("week", day=page.day(found.week)))
    for n in range(7):
        day = found.week + timedelta(days=n)
        mean = sum(e.mean for e in found.expected if e.day == day)
        if mean >= 0.5:
            low, high = count_interval(mean, found.dispersion)
            page.lines.append(f"  {page.short(day):<14} {page.number(mean):>5}  ({low}–{high})")


def clock(slot: int) -> str:
    """The time at which a half-hour begins."""
    return f"{slot // 2:>2}:{slot % 2 * 30:02d}"


def staff(found: Staff, lang: str, zone: tzinfo) -> str:
    """Heads needed, and the gaps with what to do."""
    page = _Page(lang, zone)
    team = page.say("all") if found.team == "all" else found.team
    if found.week is None:
        page.add(page.say("no forecast"))
        return page.done()
    page.add(page.say("staff", team=team, day=page.day(found.week)))
    if found.handle_seconds is None:
        page.add(page.say("no handle"))
        return page.done()
    goal = found.goal
    page.add(page.say(
        "assumed", level=page.percent(goal.level), answer=page.number(goal.answer_within),
        handle=page.number(found.handle_seconds), n=found.demand.handled, shrinkage=page.percent(goal.shrinkage),
        occupancy=page.percent(goal.occupancy), wrap=page.say("wrap", n=page.number(goal.wrap)) if goal.wrap else "",
    ))  # fmt: skip
    page.lines.append("")
    if found.roster is None:
        _needs(found, page)
        return page.done()
    if found.roster.skipped:
        why = "; ".join(dict.fromkeys(s.reason for s in found.roster.skipped))
        page.add(page.say("unread", n=len(found.roster.skipped), why=why))
    people, slots = len(found.roster.colleagues), len(found.needs)
    if found.gaps:
        page.add(page.say("gaps", n=people, slots=_slots(found.gaps), of=slots))
    else:
        page.add(page.say("no gaps", n=people))
    for gap in found.gaps:
        page.add(_gap(gap, page), "  ")
    if found.without is not None:
        page.lines.append("")
        page.add(page.say("without", name=found.without, slots=_slots(found.gaps_without), of=slots))
        for gap in found.gaps_without:
            page.add(_gap(gap, page), "  ")
    return page.done()


def _slots(gaps: Iterable[Gap]) -> int:
    return sum(g.until - g.slot for g in gaps)


def _gap(gap: Gap, page: _Page) -> str:
    when = f"{_DAYS[page.lang][gap.day.weekday()]} {_span(gap.slot, gap.until)}"
    said = page.say(
        "gap", when=when, short=gap.short, calls=page.number(gap.calls), needed=gap.needed, planned=gap.planned
    )
    todo = []
    if gap.move and gap.spare:
        todo.append(page.say("move", n=gap.move, when=_span(*gap.spare)))
    if gap.add:
        todo.append(page.say("add", n=gap.add))
    return f"{said} → {'; '.join(todo)}"


def _span(start: int, until: int) -> str:
    return f"{clock(start).strip()}–{clock(until).strip()}"


def _needs(found: Staff, page: _Page) -> None:
    page.add(page.say("needs"))
    days = sorted({n.day for n in found.needs})
    page.lines.append("      " + "".join(f"{_DAYS[page.lang][d.weekday()]:>10}" for d in days))
    cells = {(n.day, n.slot): n for n in found.needs}
    for slot in sorted({n.slot for n in found.needs}):
        row = [cells.get((d, slot)) for d in days]
        said = [f"{n.queue.heads} ({page.number(n.calls, 1)})" if n else "–" for n in row]
        page.lines.append(f"{clock(slot)} " + "".join(f"{s:>10}" for s in said))


# -- cover ----------------------------------------------------------------------------------------------------------------------


def cover(found: Cover, lang: str, zone: tzinfo) -> str:
    """A hand-over sheet for each colleague."""
    page = _Page(lang, zone)
    page.add(page.say("cover", name=found.colleague, start=page.day(found.start), end=page.day(found.end)))
    if not found.tasks:
        page.add(page.say("none needed", of=found.relationships))
        return page.done()
    page.add(page.say(
        "cover sum", n=len(found.tasks), of=found.relationships, back=page.day(found.back), name=found.colleague
    ))  # fmt: skip
    takers = [*sorted({t.taker for t in found.tasks if t.taker}), None]
    for taker in takers:
        tasks = [t for t in found.tasks if t.taker == taker]
        if tasks:
            page.lines.append("")
            page.add(page.say("sheet" if taker else "nobody", name=taker, n=len(tasks)))
            for task in tasks:
                _task(task, page)
    return page.done()


def _task(task: Task, page: _Page) -> None:
    page.add(text.who(task.relationship), "  ")
    for why in task.why:
        page.add(_why(why, page), "    ")
    if task.handle is not None:
        page.add(page.say("number", handle=shown(task.handle)), "    ")
    if task.taker is not None:
        last = page.day(task.last) if task.last else ""
        phrase = "stranger" if task.last is None else "knows others" if task.through_others else "knows"
        page.add(page.say(phrase, n=task.days, day=last), "    ")
    for stored in task.touchpoints:
        page.add(text.line_of(stored, page.lang, page.zone), "    ")


def _why(why: Why, page: _Page) -> str:
    words = why.text.get(page.lang) or why.text.get("en") or ""
    if why.kind in ("owed", "due") or why.day is None:
        return words
    phrase = {"promise": "promised"}.get(why.kind, why.kind)
    return page.say(phrase, day=page.day(why.day), text=words).strip()


# -- JSON -----------------------------------------------------------------------------------------------------------------------


def record(value: Any, lang: str, zone: tzinfo) -> Any:
    """Any of these values as plain ones, under the names of their fields: times in `zone`, dates as ISO texts, floats
    with four decimals, touchpoints by their keys, texts in one language."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return round(value, 4)
        case datetime():
            return value.astimezone(zone).isoformat()
        case date():
            return value.isoformat()
        case Handle():
            return {"kind": value.kind, "value": value.value}
        case Stored():
            return value.key
        case Relationship():
            from touchpoints.render import records

            return {"contact": records.contact(value.contact), "customer": records.customer(value.customer)}
        case Roster():
            return {"people": list(value.colleagues), "skipped": [record(s, lang, zone) for s in value.skipped]}
        case Mapping() if {"de", "en"} <= value.keys():
            return value[lang]
        case Mapping():
            return {str(k): record(v, lang, zone) for k, v in value.items()}
        case frozenset():
            return sorted(value)
        case _ if attrs.has(type(value)):
            fields = {f.name: getattr(value, f.name) for f in attrs.fields(type(value))}
            return {name: record(v[:MOST_KEYS] if name == "keys" else v, lang, zone) for name, v in fields.items()}
        case _:
            return [record(v, lang, zone) for v in value]
