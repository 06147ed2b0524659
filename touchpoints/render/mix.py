"""The mix of channels as plain text. No judging here."""

from __future__ import annotations

from datetime import tzinfo

from touchpoints.language import P_
from touchpoints.render.page import Page
from touchpoints.team.mix import LEAST, Change, Mix


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
    if found.begun:
        for source in found.begun:
            page.add(
                page.count(
                    "Mind: {file} begins on {day} and brings {n} person who stands in no other file.",
                    "Mind: {file} begins on {day} and brings {n} people who stand in no other file.",
                    file=source.source, day=page.day(source.first), n=source.people,
                )
            )  # fmt: skip
        page.add(
            page.say("Without it the change is:") if len(found.begun) == 1 else page.say("Without them the change is:")
        )
        for change in found.without:
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
