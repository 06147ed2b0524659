"""Service times and what is open, as plain text. No judging here."""

from __future__ import annotations

from datetime import tzinfo

from touchpoints.language import N_
from touchpoints.render.page import Page
from touchpoints.team.service import BUCKETS, Calls, Item, Responses, Service, Spread


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
