"""Reach, mix, service and cover as plain text in German and English, and all practices as JSON. No judging here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

import attrs

from touchpoints.book import Relationship
from touchpoints.facts import Stored
from touchpoints.handles import Handle
from touchpoints.reach import ENOUGH_CALLS, Dead, Reach, WayReach
from touchpoints.render import text
from touchpoints.render.page import DAYS, Page
from touchpoints.render.phrases import PHRASES
from touchpoints.render.staffing import demand, staff
from touchpoints.team.cover import Cover, Task, Why
from touchpoints.team.mix import Change, Mix
from touchpoints.team.roster import Roster
from touchpoints.team.service import BUCKETS, Calls, Item, Responses, Service, Spread

__all__ = ["cover", "demand", "mix", "reach", "record", "service", "staff"]

MOST_KEYS = 100
"""So many keys of the touchpoints behind a figure are written to JSON; the values have them all."""

# -- reach --------------------------------------------------------------------------------------------------------------


def reach(found: Reach, lang: str, zone: tzinfo) -> str:
    """How somebody is reached: the ways in the order to try them, the best time, what to do."""
    page = Page(lang, zone)
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
        day = f"{DAYS[lang][t.weekday]} " if t.weekday is not None else ""
        page.add(page.say(
            "best time", when=f"{day}{t.hour}–{t.hour + 2}", chance=page.percent(t.chance), usual=page.percent(t.usual),
            own=t.own, name=found.name, calls=t.calls,
        ))  # fmt: skip
    elif found.calls < ENOUGH_CALLS and any(w.way.medium == "call" for w in found.ways):
        page.add(page.say("no time", calls=found.calls, least=ENOUGH_CALLS))
    return page.done()


def way_name(way: WayReach, page: Page) -> str:
    """What a way is called: kind of line or channel, and the number or address."""
    kind = way.way.kind
    name = page.say(kind) if kind in PHRASES else text.channel(way.way.channel, page.lang)
    handle = way.way.handle
    return f"{name} {shown(handle)}" if handle else page.say("appointment", channel=name)


def shown(handle: Handle) -> str:
    """A handle to read: a number as it was written, everything else in its short normal form."""
    return (handle.kind == "phone" and handle.raw) or handle.value


def _way(way: WayReach, page: Page) -> str:
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


def _dead(dead: Dead, page: Page) -> str:
    phrase = "bounced" if dead.bounced else "dead" if dead.attempts else "dead never"
    return page.say(phrase, run=dead.run, since=page.day(dead.since), answered=dead.answered, attempts=dead.attempts)


def duration(seconds: float, page: Page) -> str:
    """Seconds, minutes, hours or days, whichever is short."""
    units = ((60, 1, "s", "s"), (5400, 60, "Min.", "min"), (129_600, 3600, "Std.", "h"), (1e18, 86400, "Tagen", "days"))
    _, size, de, en = next(u for u in units if seconds < u[0])
    return f"{page.number(seconds / size)} {de if page.lang == 'de' else en}"


# -- mix ----------------------------------------------------------------------------------------------------------------


def mix(found: Mix, lang: str, zone: tzinfo) -> str:
    """The mix by month, and the changes between two periods."""
    page = Page(lang, zone)
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


def _change(change: Change, page: Page) -> str:
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
    page = Page(lang, zone)
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


def _calls(calls: Calls, page: Page) -> None:
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


def _responses(row: Responses, page: Page) -> None:
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


def _item(item: Item, page: Page) -> str:
    if item.what == "promise":
        said = page.say("open promise", name=item.name, text=item.text, when=page.when(item.deadline or item.opened))
        return said + (page.say("overdue", hours=page.hours(item.hours)) if item.hours else "")
    what = page.say("call_back", n=1) if item.what == "call_back" else text.channel(item.channel, page.lang)
    said = page.say("open item", what=what, name=item.name, when=page.when(item.opened), hours=page.hours(item.hours))
    said += page.say("open calls", n=item.calls) if item.calls > 1 else ""
    return said + (page.say("open tries", n=item.tries) if item.tries else "")


# -- cover ----------------------------------------------------------------------------------------------------------------------


def cover(found: Cover, lang: str, zone: tzinfo) -> str:
    """A hand-over sheet for each colleague."""
    page = Page(lang, zone)
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


def _task(task: Task, page: Page) -> None:
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


def _why(why: Why, page: Page) -> str:
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
