"""The call list and a relationship as plain text, readable at 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from touchpoints import words
from touchpoints.facts import Stored
from touchpoints.language import Language, in_language, language
from touchpoints.relationship import Flag, Reason, Relationship
from touchpoints.render.page import WIDTH, in_lines
from touchpoints.report import CallReport, SourceAge
from touchpoints.rules.occasions import next_birthday
from touchpoints.words import standing

OLD = 3
"""A source that ends so many days ago is worth exporting again."""


def who(flag: Flag | Relationship) -> str:
    """Contact and customer in one phrase."""
    names = [flag.contact.name] if flag.contact else []
    names += [flag.customer.name] if flag.customer and flag.customer.name not in names else []
    return " · ".join(names)


def calls(report: CallReport, lang: str, *, flags: bool = True) -> str:
    """The call list; without `flags` only what stands around them."""
    spoken, found = language(lang), report.call_list
    moment = spoken.moment(report.at.astimezone(report.zone), year=True)
    lines = [spoken.say("Call today · {when} ({zone})", when=moment, zone=report.zone.key)]
    if report.coverage:
        oldest = [f"{_covers(c)} {spoken.day(c.until, year=True)}" for c in report.coverage[:3]]
        lines += wrapped(spoken.say("Sources reach to: {sources}", sources="; ".join(oldest)), "  ")
        first = report.coverage[0]
        if first.age_days >= OLD and (how := report.export_again(first.source, lang)):
            lines += wrapped(spoken.say("export {source} again: {how}", source=first.source, how=how), "  ")
    lines.append("")
    for place, (flag, minutes) in enumerate(zip(found.flags, found.minutes, strict=True) if flags else (), 1):
        lines += _flag(place, flag, minutes, spoken)
        lines.append("")
    if not found.flags:
        lines += [spoken.say("Nobody waits for your call today.")]
        if found.next_due:
            lines += [spoken.say("The next is due on {day}.", day=spoken.day(found.next_due, year=True))]
        lines.append("")
    for note in found.eased:
        lines += [*wrapped(in_language(note, lang), ""), ""]
    if found.more:
        more = spoken.count(
            "{n} more did not fit on the list (--limit, --minutes).",
            "{n} more did not fit on the list (--limit, --minutes).", n=found.more,
        )  # fmt: skip
        lines += [more, ""]
    if found.held_back:
        lines.append(f"{spoken.say('Held back')}:")
        for held in found.held_back:
            name = held.contact.name if held.contact else held.customer.name if held.customer else ""
            lines += wrapped(f"{name}: {in_language(held.why, lang)}", "  ")
        lines.append("")
    if found.restart:
        lines += [f"{spoken.say('Restart?')} " + ", ".join(who(r) for r in found.restart), ""]
    if found.unsorted:
        lines += wrapped(
            spoken.count(
                "{n} organisation is not sorted yet; until then the proposal counts.",
                "{n} organisations are not sorted yet; until then the proposal counts.", n=found.unsorted,
            ), "",
        )  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def _covers(c: SourceAge) -> str:
    """A source, and which line, account or chat of it."""
    what = " ".join(c.what.split())
    return f"{c.source} ({what if len(what) <= 30 else what[:29] + '…'})" if what else c.source


def _flag(place: int, flag: Flag, minutes: int, spoken: Language) -> list[str]:
    warmth = flag.relationship.warmth
    mark = f" ({spoken.say('uncertain')})" if flag.uncertain else ""
    lines = wrapped(f"{place:>2}  {who(flag)}{mark}", "    ", first="")
    for sentence in dict.fromkeys(in_language(reason.text, spoken.code) for reason in flag.reasons):
        lines += wrapped(sentence, "    ")
    if suggestion := in_language(flag.suggestion.text, spoken.code):
        lines += wrapped(f"→ {suggestion} · {spoken.say('about {n} min', n=minutes)}", "    ")
    for note in flag.notes:
        lines += wrapped(in_language(note, spoken.code), "    ")
    if flag.also:
        lines += wrapped(spoken.say("also there: {names}", names=[c.name for c in flag.also]), "    ")
    if warmth.score is not None:
        chance, called = (spoken.percent(v / 100) for v in (warmth.score, warmth.if_called))
        said = spoken.say(
            "Contact within 30 days: {chance}, after a call today: {called}", chance=chance, called=called
        )
        lines += wrapped(said, "    ")
    return lines


def wrapped(text: str, indent: str, first: str | None = None) -> list[str]:
    """A text in lines of at most 79 columns."""
    return in_lines(text, indent if first is None else first, indent) or [indent.rstrip()]


def line_of(stored: Stored, lang: str, zone: Any) -> str:
    """One touchpoint in a line."""
    t, spoken = stored.touchpoint, language(lang)
    said = [spoken.moment(t.at.astimezone(zone), year=True), words.name("channel", t.channel)[lang]]
    if t.direction != "mutual":
        said.append(words.name("direction", t.direction)[lang])
    if t.outcome != "reached":
        said.append(words.name("outcome", t.outcome)[lang])
    elif t.duration:
        said.append(spoken.say("{n} min", n=max(1, round(t.duration / 60))))
    if t.subject:
        said.append(t.subject)
    return " · ".join(said)


def explanation(relationship: Relationship, timeline: list[Stored], lang: str) -> list[tuple[str, float, list[str]]]:
    """The parts of a score in words: (sentence, value, keys of the touchpoints behind it)."""
    from touchpoints.warmth import explain

    reached = [s.key for s in timeline if s.touchpoint.outcome == "reached"]
    evidence = {"silence": reached[:1], "score": reached[:3], "momentum": reached[:3], "usual_gap": reached}
    lines = []
    for part in explain(relationship.summary, relationship.warmth.prior):
        value = part.value * 100 if part.name in ("unusual", "inbound_share") else part.value  # all shares in per cent
        lines.append((_part(part.name, value, language(lang)), round(value, 3), evidence.get(part.name, [])))
    return lines


def _part(name: str, value: float, spoken: Language) -> str:
    match name:
        case "silence":
            return spoken.count("silence: {n} day", "silence: {n} days", n=round(value))
        case "usual_gap":
            return spoken.say("usual gap: {days} days", days=spoken.number(value, 1))
        case "longest_gap":
            return spoken.count("longest gap: {n} day", "longest gap: {n} days", n=round(value))
        case "due_after":
            return spoken.say("due after {days} days of silence", days=spoken.number(value, 1))
        case "unusual":
            return spoken.say("longer than {share} of its silences", share=spoken.percent(value / 100))
        case "momentum":
            return spoken.say("going by contact of late alone: {share}", share=spoken.percent(value / 100))
        case "rhythm":
            return spoken.say("going by the rhythm alone: {share}", share=spoken.percent(value / 100))
        case "trend":
            z = spoken.number(value, 1)
            if value > 1:
                return spoken.say("more often of late than in the year (z = {z})", z=z)
            if value < -1:
                return spoken.say("less often of late than in the year (z = {z})", z=z)
            return spoken.say("of late about as often as in the year (z = {z})", z=z)
        case "live_minutes":
            return spoken.say("conversation in 90 days: {n} min", n=spoken.number(value))
        case "inbound_share":
            return spoken.say("started by them: {share}", share=spoken.percent(value / 100))
        case "score":
            return spoken.say("contact within 30 days: {share}", share=spoken.percent(value / 100))
        case "if_called":
            return spoken.say("after a call today: {share}", share=spoken.percent(value / 100))
        case _:
            return spoken.say("last touchpoint: {value}", value=spoken.number(value))


def show(
    relationship: Relationship,
    timeline: list[Stored],
    lang: str,
    zone: Any,
    people: tuple[Relationship, ...] = (),
    most: int = 15,
    reasons: Sequence[Reason] = (),
    evidence: Mapping[str, Stored] = MappingProxyType({}),
) -> str:
    """One relationship (or, with `people`, a customer as a whole): who, status and silence, explanation, reasons with the
    touchpoints behind them (from `evidence`), handles, timeline."""
    spoken = language(lang)
    lines = [who(relationship), *wrapped(standing(relationship.warmth, lang), ""), ""]
    lines += [f"  {text}" for text, _, _ in explanation(relationship, timeline, lang)]
    if reasons:
        lines += ["", spoken.say("Reasons:")]
    for reason in reasons:
        named = f"{reason.relationship.name}: " if people else ""
        lines += wrapped(f"{named}{in_language(reason.text, lang)}", "    ", first="  ")
        behind = sorted((evidence[key] for key in reason.evidence if key in evidence), key=lambda s: s.touchpoint.at)
        lines += [
            f"    {textwrap.shorten(line_of(s, lang, zone), WIDTH - 4, placeholder=' …')}" for s in reversed(behind)
        ]
    if relationship.contact and relationship.contact.handles:
        handles = [
            h.shown if h.exact else f"{words.name('source', h.scope)[lang]}: {relationship.contact.name}"
            for h in relationship.contact.handles
        ]
        lines += ["", *wrapped(spoken.say("Reachable at: {handles}", handles=handles), "  ", first="")]
    contact, today = relationship.contact, date.fromordinal(relationship.summary.at)
    if contact and contact.birthday and (day := next_birthday(contact.birthday, today)):
        lines += [spoken.say("Next birthday: {day}", day=day)]
    known = [r for r in people if r.contact]
    if known:
        lines += ["", spoken.say("There:")]
        lines += [line for r in known for line in wrapped(f"{r.name}: {standing(r.warmth, lang)}", "    ", first="  ")]
    for note in relationship.notes:
        lines += wrapped(f"✎ {note.payload['text']}", "  ")
    lines += ["", spoken.say("Touchpoints:")]
    lines += [f"  {textwrap.shorten(line_of(s, lang, zone), WIDTH - 2, placeholder=' …')}" for s in timeline[:most]]
    if not timeline:
        lines.append(f"  {spoken.say('No touchpoints yet.')}")
    return "\n".join(lines) + "\n"
