"""The call list as Markdown: a list to tick off in a note program or a ticket."""

from __future__ import annotations

import re

from touchpoints.language import Language, in_language, language
from touchpoints.markup import plain
from touchpoints.relationship import Flag
from touchpoints.render.text import who
from touchpoints.report import CallReport

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~]|^(?=[-+=>]|\d+[.)]))", re.MULTILINE)
_SPACE = re.compile(r"\s+")


def literal(text: str) -> str:
    """A text as it is, on one line: nothing in it is Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", _SPACE.sub(" ", plain(text)).strip())


def calls(report: CallReport, lang: str) -> str:
    """The call list, what waits, and how far the sources reach."""
    spoken, found = language(lang), report.call_list
    moment = spoken.moment(report.at.astimezone(report.zone), year=True)
    lines = ["# " + spoken.say("Call today · {when} ({zone})", when=literal(moment), zone=report.zone.key), ""]
    for place, (flag, minutes) in enumerate(zip(found.flags, found.minutes, strict=True), 1):
        lines += [*_flag(place, flag, minutes, spoken), ""]
    if not found.flags:
        lines += [spoken.say("Nobody waits for your call today."), ""]
        if found.next_due:
            lines += [spoken.say("The next is due on {day}.", day=literal(spoken.day(found.next_due, year=True))), ""]
    for note in found.eased:
        lines += [literal(in_language(note, lang)), ""]
    if found.more:
        more = spoken.count(
            "{n} more did not fit on the list (--limit, --minutes).",
            "{n} more did not fit on the list (--limit, --minutes).", n=found.more,
        )  # fmt: skip
        lines += [more, ""]
    if found.held_back:
        lines += [f"## {spoken.say('Held back')}", ""]
        for held in found.held_back:
            name = held.contact.name if held.contact else held.customer.name if held.customer else ""
            lines.append(f"- {literal(name)}: {literal(in_language(held.why, lang))}")
        lines.append("")
    if found.restart:
        lines += [f"## {spoken.say('Restart?')}", "", *(f"- {literal(who(r))}" for r in found.restart), ""]
    if report.coverage:
        lines += [f"## {spoken.say('Sources')}", ""]
        for c in report.coverage:
            until = spoken.day(c.until, year=True)
            lines.append(f"- {literal(c.source)} {literal(c.what)}".rstrip() + f": {literal(until)}")
    return "\n".join(lines).rstrip() + "\n"


def _flag(place: int, flag: Flag, minutes: int, spoken: Language) -> list[str]:
    mark = f" ({spoken.say('uncertain')})" if flag.uncertain else ""
    lines = [f"{place}. [ ] **{literal(who(flag))}**{mark}"]
    lines += [f"   - {literal(said)}" for said in dict.fromkeys(in_language(r.text, spoken.code) for r in flag.reasons)]
    if said := in_language(flag.suggestion.text, spoken.code):
        lines.append(f"   - → {literal(said)} · {spoken.say('about {n} min', n=minutes)}")
    if flag.also:
        lines.append(f"   - {spoken.say('also there: {names}', names=[literal(c.name) for c in flag.also])}")
    return lines
