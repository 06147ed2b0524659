"""How somebody is reached, as plain text. No judging here."""

from __future__ import annotations

from datetime import tzinfo

from touchpoints.language import N_
from touchpoints.reach import ENOUGH_CALLS, Dead, Reach, WayReach
from touchpoints.render.page import Page


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
    return f"{name} {handle.shown}" if handle else page.say("{channel} (booked)", channel=name)


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
