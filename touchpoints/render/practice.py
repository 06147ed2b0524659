"""Reach, mix, service and cover as plain text, and all practices as JSON. No judging here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any

import attrs

from touchpoints.facts import Stored
from touchpoints.handles import Handle
from touchpoints.language import N_, P_, in_language, languages
from touchpoints.reach import ENOUGH_CALLS, Dead, Reach, WayReach
from touchpoints.relationship import Relationship
from touchpoints.render import text
from touchpoints.render.page import Page
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
    page.add(page.say("Reach: {name}", name=found.name))
    for n, way in enumerate(found.ways, 1):
        place = " –" if way.dead or not way.way.handle else f"{n:>2}"
        page.add(f"{place}  {way_name(way, page)}: {_way(way, page)}", "    ", first="")
    live = [w for w in found.ways if w.dead is None and w.way.handle]
    if not found.ways:
        page.add(page.say("No way known: find a number or an address."))
    elif live and found.message_first:
        page.add(page.say("To do: write first ({way}) and ask for a call.", way=way_name(live[0], page)))
    elif live[1:]:
        page.add(page.say("To do: try {way}, else {next}.", way=way_name(live[0], page), next=way_name(live[1], page)))
    elif live:
        page.add(page.say("To do: try {way}.", way=way_name(live[0], page)))
    if found.time is not None:
        t = found.time
        day = f"{page.weekday(t.weekday)} " if t.weekday is not None else ""
        page.add(
            page.count(
                "Best time for a call: {when} ({chance} instead of {usual}; {n} call with {name}, {calls} in all)",
                "Best time for a call: {when} ({chance} instead of {usual}; {n} calls with {name}, {calls} in all)",
                when=f"{day}{t.hour}–{t.hour + 2}",
                chance=page.percent(t.chance),
                usual=page.percent(t.usual),
                n=t.own,
                name=found.name,
                calls=t.calls,
            )
        )
    elif found.calls < ENOUGH_CALLS and any(w.way.medium == "call" for w in found.ways):
        page.add(
            page.say(
                "Best time: too few calls so far ({calls} of ours; it takes {least}).",
                calls=found.calls,
                least=ENOUGH_CALLS,
            )
        )
    return page.done()


def way_name(way: WayReach, page: Page) -> str:
    """What a way is called: kind of line or channel, and the number or address."""
    kind = way.way.kind
    lines = {"phone mobile": N_("mobile"), "phone office": N_("office phone")}
    name = page.say(lines[kind]) if kind in lines else page.channel(way.way.channel)
    handle = way.way.handle
    return f"{name} {shown(handle)}" if handle else page.say("{channel} (booked)", channel=name)


def shown(handle: Handle) -> str:
    """A handle to read: a number as it was written, everything else in its short normal form."""
    return (handle.kind == "phone" and handle.raw) or handle.value


def _way(way: WayReach, page: Page) -> str:
    said = [
        page.say("answered {hits} of {n}", hits=way.answered, n=way.attempts - way.open)
        if way.attempts
        else page.say("never tried")
    ]
    if way.dead is not None:
        return "; ".join((*said, _dead(way.dead, page)))
    said.append(
        page.say(
            "chance {rate} ({low}–{high}), usually {average}",
            rate=page.percent(way.rate),
            low=round(100 * way.low),
            high=page.percent(way.high),
            average=page.percent(way.average),
        )
    )
    if way.after is not None:
        said.append(
            page.say("after {time} of ringing", time=page.duration(way.after))
            if way.way.live
            else page.say("mostly answered after {time}", time=page.duration(way.after))
        )
    said += [page.say("{n} still open", n=way.open)] if way.open else []
    said += [page.count("called back once", "called back {n} times", n=way.returned)] if way.returned else []
    return "; ".join(said)


def _dead(dead: Dead, page: Page) -> str:
    since = page.day(dead.since)
    if dead.bounced:
        return page.say("undeliverable since {since}", since=since)
    if dead.attempts:
        return page.say(
            "looks dead: 0 of {run} since {since}; before that {answered} of {attempts}",
            run=dead.run,
            since=since,
            answered=dead.answered,
            attempts=dead.attempts,
        )
    return page.say("looks dead: 0 of {run} since {since}", run=dead.run, since=since)


# -- mix ----------------------------------------------------------------------------------------------------------------


def mix(found: Mix, lang: str, zone: tzinfo) -> str:
    """The mix by month, and the changes between two periods."""
    page = Page(lang, zone)
    page.add(page.say("Mix of channels: {scope}", scope=page.say("all") if found.scope == "all" else found.scope))
    page.agreed(found.agreed)
    if found.withheld is not None:
        page.add(page.withheld(found.withheld))
        return page.done()
    media = list(dict.fromkeys(r.medium for r in sorted(found.rows, key=lambda r: list(_HEADS).index(r.medium))))
    if not media:
        page.add(page.say("No touchpoints in this time."))
        return page.done()
    heads = [page.term("medium in a table", _HEADS[m]) for m in media] + [
        page.say("people"),
        page.say("min"),
        page.say("live"),
    ]
    page.lines.append(f"{page.say('month'):<8}" + "".join(f"{h:>8}" for h in heads))
    counts = {(r.month, r.medium): r.touchpoints for r in found.rows}
    for month in found.months:
        cells = [str(counts.get((month.month, m), "–")) for m in media]
        live = page.percent(month.live.value) if month.live.value is not None else "–"
        cells += [str(month.people), page.number(month.minutes), live]
        page.lines.append(f"{month.month:%Y-%m} " + "".join(f"{c:>8}" for c in cells))
    page.add(page.say("Touchpoints a month; live: share of contact days (a person on a day) with a conversation."))
    if found.hotline:
        page.add(
            page.count(
                "Without {n} touchpoint on hotlines: one-off callers are no relationships.",
                "Without {n} touchpoints on hotlines: one-off callers are no relationships.",
                n=found.hotline,
            )
        )
    if unmeasured := sum(r.unmeasured for r in found.rows):
        page.add(
            page.count(
                "{n} conversation without a length in the source.",
                "{n} conversations without a length in the source.",
                n=unmeasured,
            )
        )
    page.lines.append("")
    if found.changes and found.before and found.after:
        periods = [f"{a.isoformat()} – {b.isoformat()}" for a, b in (found.before, found.after)]
        page.add(
            page.count(
                "Change from {before} to {after}, {n} relationship:",
                "Change from {before} to {after}, {n} relationships:",
                before=periods[0],
                after=periods[1],
                n=found.changes[0].relationships,
            )
        )
        if found.first and found.first > found.before[0]:
            page.add(
                page.say("Mind: touchpoints begin on {day}; nothing is covered before.", day=page.day(found.first)),
                "  ",
            )
    for change in found.changes:
        page.add(_change(change, page), "  ")
    return page.done()


_HEADS = {
    "meeting": P_("medium in a table", "meet"),
    "video": P_("medium in a table", "video"),
    "call": P_("medium in a table", "call"),
    "message": P_("medium in a table", "msgs"),
    "email": P_("medium in a table", "mail"),
    "letter": P_("medium in a table", "letter"),
    "other": P_("medium in a table", "other"),
}


def _change(change: Change, page: Page) -> str:
    what = page.say("live") if change.what == "live" else page.term("medium in a table", _HEADS[change.what])
    if change.difference is None or change.before.value is None or change.after.value is None:
        return page.say("{what}: no contact in one of the periods", what=what)
    figures = {"what": what, "a": page.percent(change.before.value), "b": page.percent(change.after.value)}
    if change.p is None or change.low is None or change.high is None or change.effect is None:
        from touchpoints.team.mix import LEAST

        return page.say(
            "{what}: {a} → {b}; too few relationships to tell ({n} of {least})",
            n=change.relationships,
            least=LEAST,
            **figures,
        )
    return page.say(
        "{what}: {a} → {b}, {d} points ({low} to {high}), p = {p}, effect h = {h}: {verdict}",
        d=page.signed(100 * change.difference),
        low=page.signed(100 * change.low),
        high=page.signed(100 * change.high),
        p=page.number(change.p, 3),
        h=page.signed(change.effect, 2),
        verdict=page.say("more than noise") if change.real else page.say("no more than noise"),
        **figures,
    )


# -- service --------------------------------------------------------------------------------------------------------------


def service(found: Service, lang: str, zone: tzinfo, most: int = 15) -> str:
    """Calls, call-backs, answers and promises, and what is open now."""
    page = Page(lang, zone)
    scope = page.say("all") if found.scope == "all" else found.scope
    page.add(
        page.say(
            "Service: {scope}, {start} to {end}", scope=scope, start=page.day(found.start), end=page.day(found.end)
        )
    )
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
            page.add(
                page.say(
                    "Conversations in writing: {n}; with us {ours} h, paused with the customer {paused} h (medians)",
                    n=talks.n,
                    ours=ours,
                    paused=paused,
                )
            )
    page.lines.append("")
    page.add(page.say("Open now: {n}", n=len(found.open)) if found.open else page.say("Open now: nothing."))
    for item in found.open[:most]:
        page.add(_item(item, page), "  ")
    if len(found.open) > most:
        page.add(page.say("… and {n} more (--json)", n=len(found.open) - most), "  ")
    return page.done()


def _calls(calls: Calls, page: Page) -> None:
    if calls.withheld is not None:
        page.add(page.say("Calls: {why}", why=page.withheld(calls.withheld)))
        return
    if not calls.calls:
        page.add(page.say("Calls: none."))
        return
    page.add(page.say("Calls: {n}, answered {share}", n=calls.calls, share=page.share(calls.answered)))
    if calls.within.n:
        page.add(
            page.say(
                "answered within {target} s: {share}",
                target=page.number(calls.target),
                share=page.share(calls.within),
            ),
            "  ",
        )
    if calls.wait.median is not None and calls.wait.p90 is not None:
        median, p90 = (page.number(v) for v in (calls.wait.median, calls.wait.p90))
        page.add(page.say("waited: {median} s (median), 9 of 10 below {p90} s", median=median, p90=p90), "  ")
    if calls.abandoned.median is not None and calls.abandoned.p90 is not None:
        median, p90 = (page.number(v) for v in (calls.abandoned.median, calls.abandoned.p90))
        page.add(
            page.say(
                "abandoned: {n}, after {median} s (median), 9 of 10 before {p90} s",
                n=calls.abandoned.n,
                median=median,
                p90=p90,
            ),
            "  ",
        )
    if calls.unmeasured:
        page.add(
            page.count(
                "waiting time not measurable with this source: {n} call ({sources})",
                "waiting time not measurable with this source: {n} calls ({sources})",
                n=calls.unmeasured,
                sources=", ".join(calls.sources),
            ),
            "  ",
        )
    page.add(
        page.say(
            "again within 24 hours: {share}, {n} of them after an answered call",
            share=page.share(calls.repeats),
            n=calls.repeats_after_answer,
        ),
        "  ",
    )


def _responses(row: Responses, page: Page) -> None:
    named = {"call_back": N_("Call-backs"), "promise": N_("Promises")}
    what = page.say(named[row.what]) if row.what in named else page.channel(row.what)
    if row.withheld is not None:
        page.add(f"{what}: {page.withheld(row.withheld)}")
        return
    if row.what == "promise":
        page.add(page.say("{what}: {n}, kept {share}", what=what, n=row.opened, share=page.share(row.within)))
        return
    page.add(
        page.say(
            "{what}: {n}, within {target} working hours {share}",
            what=what,
            n=row.opened,
            target=page.number(row.target),
            share=page.share(row.within),
        )
    )
    if row.hours.median is not None and row.hours.p90 is not None:
        hours = {"median": page.number(row.hours.median, 1), "p90": page.number(row.hours.p90, 1)}
        page.add(page.say("first answer after {median} h (median), 9 of 10 below {p90}", **hours), "  ")
        page.add(page.say("distribution (working hours): {parts}", parts=_buckets(row.hours)), "  ")
    if row.again:
        page.add(
            page.count(
                "once they called again before we did", "{n} times they called again before we did", n=row.again
            ),
            "  ",
        )
    if row.later.median is not None:
        page.add(
            page.say(
                "further answers: {n}, after {median} h (median)",
                n=row.later.n,
                median=page.number(row.later.median, 1),
            ),
            "  ",
        )


def _buckets(spread: Spread) -> str:
    edges = [0, *BUCKETS]
    names = [f"{a}–{b}" for a, b in zip(edges, BUCKETS, strict=False)] + [f"> {BUCKETS[-1]}"]
    return ", ".join(f"{name}: {n}" for name, n in zip(names, spread.buckets, strict=True))


def _item(item: Item, page: Page) -> str:
    if item.what == "promise":
        said = page.say(
            'promise · {name} · "{text}", by {when}',
            name=item.name,
            text=item.text,
            when=page.when(item.deadline or item.opened),
        )
        return said + (page.say(", {hours} over", hours=page.hours(item.hours)) if item.hours else "")
    what = page.say("call-back") if item.what == "call_back" else page.channel(item.channel)
    said = page.say(
        "{what} · {name} · since {when}, {hours}",
        what=what,
        name=item.name,
        when=page.when(item.opened),
        hours=page.hours(item.hours),
    )
    said += page.count(" · {n} call", " · {n} calls", n=item.calls) if item.calls > 1 else ""
    return said + (
        page.count(" · tried in vain once", " · tried in vain {n} times", n=item.tries) if item.tries else ""
    )


# -- cover ----------------------------------------------------------------------------------------------------------------------


def cover(found: Cover, lang: str, zone: tzinfo) -> str:
    """A hand-over sheet for each colleague."""
    page = Page(lang, zone)
    page.add(
        page.say(
            "Cover for {name}, {start} to {end}",
            name=found.colleague,
            start=page.day(found.start),
            end=page.day(found.end),
        )
    )
    if not found.tasks:
        page.add(page.say("Nobody needs cover in this time ({of} relationships).", of=found.relationships))
        return page.done()
    page.add(
        page.count(
            "{n} of {of} relationships needs somebody; with {name} again from {back}.",
            "{n} of {of} relationships need somebody; with {name} again from {back}.",
            n=len(found.tasks),
            of=found.relationships,
            back=page.day(found.back),
            name=found.colleague,
        )
    )
    takers = [*sorted({t.taker for t in found.tasks if t.taker}), None]
    for taker in takers:
        tasks = [t for t in found.tasks if t.taker == taker]
        if tasks:
            page.lines.append("")
            page.add(
                page.say("For {name} ({n})", name=taker, n=len(tasks))
                if taker
                else page.say("Still without cover ({n})", n=len(tasks))
            )
            for task in tasks:
                _task(task, page)
    return page.done()


def _task(task: Task, page: Page) -> None:
    page.add(text.who(task.relationship), "  ")
    for why in task.why:
        page.add(_why(why, page), "    ")
    if task.handle is not None:
        page.add(page.say("reach at: {handle}", handle=shown(task.handle)), "    ")
    if task.taker is not None:
        last = page.day(task.last) if task.last else ""
        if task.last is None:
            page.add(page.say("no contact of their own yet: introduce"), "    ")
        elif task.through_others:
            page.add(page.say("knows others there, last {day}", day=last), "    ")
        else:
            page.add(
                page.count(
                    "has spoken or written on {n} day, {day}",
                    "has spoken or written on {n} days, last {day}",
                    n=task.days,
                    day=last,
                ),
                "    ",
            )
    for stored in task.touchpoints:
        page.add(text.line_of(stored, page.lang, page.zone), "    ")


def _why(why: Why, page: Page) -> str:
    words = in_language(why.text, page.lang) if why.text else ""
    if why.kind in ("owed", "due") or why.day is None:
        return words
    day = page.day(why.day)
    match why.kind:
        case "promise":
            return page.say("promised by {day}: {text}", day=day, text=words)
        case "booked":
            return page.say("meeting {day} {text}", day=day, text=words).strip()
        case _:
            return page.say("falls due {day}", day=day)


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
        case Mapping() if value and set(languages()) <= value.keys():
            return in_language(value, lang)
        case Mapping():
            return {str(k): record(v, lang, zone) for k, v in value.items()}
        case frozenset():
            return sorted(value)
        case _ if attrs.has(type(value)):
            fields = {f.name: getattr(value, f.name) for f in attrs.fields(type(value))}
            return {name: record(v[:MOST_KEYS] if name == "keys" else v, lang, zone) for name, v in fields.items()}
        case _:
            return [record(v, lang, zone) for v in value]
