"""The pages: the report, and one relationship. Each is one HTML file that opens offline, runs no script and loads nothing.

The one style sheet is inline and allowed by its hash; nothing else is.
"""

from __future__ import annotations

from touchpoints import practices
from touchpoints.language import Language, Text, language
from touchpoints.progress import counted, step
from touchpoints.relationship import Relationship
from touchpoints.render import findings
from touchpoints.render.html_page import environment, words_of
from touchpoints.render.text import explanation
from touchpoints.report import CallReport
from touchpoints.rules.scope import NO_SILENCE
from touchpoints.talk import topics
from touchpoints.team.knows import HEARD, KNOWN, WELL
from touchpoints.timeline import by_relationship, timeline

MOST = 500
"""So many timelines, and so many customers in who knows whom, a report shows; it stays below two megabytes."""
MOST_TOUCHPOINTS = 200
"""So many touchpoints the page of a relationship shows."""
STATUSES = ("due", "cooling", "one-way", "on track", "dormant")
"""The statuses that have timelines, in their order."""


@step(Text("writing the report"))
def report(found: CallReport, lang: str) -> str:
    """The whole report."""
    spoken = language(lang)
    customers = [a for a in found.acquaintances if any(d >= KNOWN for _, depths in a.people for d in depths.values())]
    today = {f.customer.id for f in found.call_list.flags if f.customer}
    timelines, new = _timelines(found)
    return str(environment().get_template("report.html").render(
        **words_of(spoken, found),
        timelines=timelines, new=new, old=findings.OLD, arrivals=[d for d in (found.demand, found.written_demand) if d.arrivals],
        known=customers, colleagues=len(found.tracker.our_side.colleagues),
        strangers=len(found.acquaintances) - min(len(customers), MOST),
        knows=[
            (spoken.say("On today's list"), [a for a in customers if a.customer.id in today], True),
            (spoken.say("All others"), [a for a in customers[:MOST] if a.customer.id not in today], False),
        ],
        depths=[(n, _depths(spoken)[n]) for n in (WELL, KNOWN, HEARD)],
        depth_words={WELL: spoken.say("well"), KNOWN: spoken.say("known"), HEARD: spoken.say("in touch")},
        agreed=found.tracker.settings.agreed, drawn=lambda some: counted(some, Text("drawing timelines")),
    ))  # fmt: skip


def _depths(spoken: Language) -> dict[int, str]:
    return {
        WELL: spoken.say("knows well: several conversations, the last within a year"),
        KNOWN: spoken.say("knows: a conversation, or contact on several days"),
        HEARD: spoken.say("has been in touch"),
    }


def _timelines(found: CallReport) -> tuple[list[tuple[str, list[Relationship], int]], int]:
    """The relationships with a rhythm by status, those shown and how many there are; and how many are too new."""
    groups, left = [], MOST
    for status in STATUSES:
        there = [
            r for r in found.book.by_status.get(status, ())
            if r.kind not in NO_SILENCE and r.summary.all.n > 1
        ]  # fmt: skip
        if there:
            groups.append((status, there[:left], len(there)))
            left -= min(left, len(there))
    new = sum(r.summary.all.n == 1 and r.kind not in NO_SILENCE for r in found.book)
    return groups, new


@step(Text("writing the report"))
def relationship(found: CallReport, who: str, lang: str) -> str:
    """One relationship (an id, a handle or a name), or a customer as a whole, as a page of its own. Raises
    `IdentityError`, and `InvalidValue` for somebody who objected."""
    tracker, at = found.tracker, found.at
    whole = tracker.customer(who, at)
    whom = (
        Relationship(None, whole.customer, None, whole.summary, whole.warmth)
        if whole
        else tracker.relationship(who, at)
    )
    book = tracker.book(at)
    directory = tracker.directory
    events = practices.events(tracker, at, handles=directory.handles_of(directory.find(who)))
    if whole is not None:
        events = [e for e in events if whole.customer.id in e.groups]
    elif whom.id in book.by_id:
        events = [e for e in events if whom.id in e.who]
    about = {r.id for r in whole.people} if whole else {whom.id}
    reasons = [reason for reason in tracker.reasons(book) if reason.relationship.id in about]
    own = by_relationship(events)
    people = [timeline(r, own.get(r.id, ()), book) for r in whole.people if r.contact] if whole else []
    return str(environment().get_template("relationship.html").render(
        **words_of(language(lang), found), whom=whom, line=timeline(whom, events, book, latest=0),
        about=topics(whom, events, book), reasons=reasons, people=people,
        explanation=[text for text, _, _ in explanation(whom, [], lang)],
        ways=() if whole else tracker.reach(who, at).ways, all=events[: -MOST_TOUCHPOINTS - 1 : -1],
        more=max(0, len(events) - MOST_TOUCHPOINTS),
    ))  # fmt: skip
