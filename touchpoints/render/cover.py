"""A hand-over sheet as plain text. No judging here."""

from __future__ import annotations

from datetime import tzinfo

from touchpoints.language import in_language
from touchpoints.render import text
from touchpoints.render.page import Page
from touchpoints.team.cover import Cover, Task, Why


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
        page.add(page.say("reach at: {handle}", handle=task.handle.shown), "    ")
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
            if not words:
                return page.say("meeting {day}", day=day)
            return page.say('meeting {day}, "{text}"', day=day, text=words)
        case _:
            return page.say("falls due {day}", day=day)
