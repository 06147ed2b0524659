"""The call list as a table on a terminal: the same words as the plain text, laid out for reading."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from touchpoints.language import in_language
from touchpoints.render.text import WORDS, calls, who
from touchpoints.report import CallReport

_HEADINGS = {"de": ("", "Wer", "Warum", "Wie und wann"), "en": ("", "Who", "Why", "How and when")}


def calls_table(report: CallReport, lang: str) -> Table:
    """The flags as a table."""
    table = Table(title=f"{WORDS[lang]['title']} · {report.at.astimezone(report.zone):%Y-%m-%d %H:%M}", show_lines=True)
    for heading, ratio in zip(_HEADINGS[lang], (None, 3, 5, 4), strict=True):
        table.add_column(heading, ratio=ratio, overflow="fold")
    for place, flag in enumerate(report.call_list.flags, 1):
        name = Text(who(flag), style="bold")
        if flag.uncertain:
            name.append(f"\n({WORDS[lang]['uncertain']})", style="italic")
        if flag.also:
            name.append("\n" + WORDS[lang]["also"].format(", ".join(c.name for c in flag.also)), style="dim")
        why = Text("\n".join(dict.fromkeys(in_language(r.text, lang) for r in flag.reasons)))
        table.add_row(str(place), name, why, Text(in_language(flag.suggestion.text, lang)))
    return table


def print_calls(report: CallReport, lang: str) -> None:
    """Print the list: the table, then what the plain text says below its flags."""
    console = Console(highlight=False)
    if report.call_list.flags:
        console.print(calls_table(report, lang))
    text = calls(report, lang, flags=False)
    console.print(text, markup=False, end="")
