"""The call list as a table on a terminal: the same words as the plain text, laid out for reading."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from touchpoints.language import in_language, language
from touchpoints.markup import plain
from touchpoints.render.text import calls, who
from touchpoints.report import CallReport


def calls_table(report: CallReport, lang: str) -> Table:
    """The flags as a table."""
    spoken = language(lang)
    moment = spoken.moment(report.at.astimezone(report.zone), year=True)
    title = spoken.say("Call today · {when} ({zone})", when=moment, zone=report.zone.key)
    table = Table(title=title, show_lines=True)
    headings = ("", spoken.say("Who"), spoken.say("Why"), spoken.say("How and when"))
    for heading, ratio in zip(headings, (None, 3, 5, 4), strict=True):
        table.add_column(heading, ratio=ratio, overflow="fold")
    for place, flag in enumerate(report.call_list.flags, 1):
        name = Text(plain(who(flag)), style="bold")
        if flag.uncertain:
            name.append(f"\n({spoken.say('uncertain')})", style="italic")
        if flag.also:
            name.append("\n" + spoken.say("also there: {names}", names=[plain(c.name) for c in flag.also]), style="dim")
        why = Text(plain("\n".join(dict.fromkeys(in_language(r.text, lang) for r in flag.reasons))))
        table.add_row(str(place), name, why, Text(plain(in_language(flag.suggestion.text, lang))))
    return table


def print_calls(report: CallReport, lang: str) -> None:
    """Print the list: the table, then what the plain text says below its flags."""
    console = Console(highlight=False)
    if report.call_list.flags:
        console.print(calls_table(report, lang))
    text = calls(report, lang, flags=False)
    console.print(plain(text), markup=False, end="")
