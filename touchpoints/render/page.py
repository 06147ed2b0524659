"""A page of text in one language, wrapped at 79 columns."""

from __future__ import annotations

import re
import textwrap
from datetime import date, datetime, tzinfo

from touchpoints.distributions import Share
from touchpoints.language import N_, language
from touchpoints.team.group import MINIMUM, Withheld
from touchpoints.words import name

WIDTH = 79
_TOGETHER = re.compile(
    r"(?<=\d) (?=[^\W\d_])|(?<=\d\.) (?=[^\W\d_])"  # 12 Min. · 17 Uhr · 1. Juli
    r"|(?<=[^\W\d_]\.,) (?=\d)|(?<=\b[A-Z][a-z]{2}) (?=\d{1,2} [A-Z])|(?<=\b[A-Z][a-z]{2},) (?=\d{1,2} [A-Z])"  # Mi., 1.
    r"|(?<=[^\W\d_]{2}[^\W\d_.]) (?=\d{4}(?![\d-]))"  # Jul 2026
    r"|(?<=\d) (?=×)|(?<=×) |(?<=\b[a-z]) (?==)|(?<=\b[a-z] =) "  # 12 × private · p = 0.05
)
"""The spaces at which no line is broken: between a number and the word it counts, and within a date."""
_WITHHELD = {
    "few": N_("Not shown: the figures would be about {n} of us; they are shown from {least} on."),
    "rest": N_("Not shown: with the figures of all, those of {n} others could be worked out ({least} at least)."),
    "others": N_("Not shown: figures about one person are for that person only."),
}


def together(text: str) -> str:
    """A text that `in_lines` breaks nowhere, such as a name."""
    return text.replace(" ", "\x1f")


def in_lines(text: str, first: str = "", rest: str = "", width: int = WIDTH) -> list[str]:
    """A text in lines of at most `width` columns, begun with `first` and then `rest`; dates and amounts stay whole."""
    lines = textwrap.wrap(
        _TOGETHER.sub("\x1f", text), width, initial_indent=first, subsequent_indent=rest,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return [line.replace("\x1f", " ") for line in lines]


class Page:
    """Lines of a page in one language."""

    def __init__(self, lang: str, zone: tzinfo) -> None:
        self.lang, self.zone, self.lines = lang, zone, list[str]()
        self.spoken = language(lang)
        self.say, self.count, self.term = self.spoken.say, self.spoken.count, self.spoken.term
        self.number, self.percent, self.weekday = self.spoken.number, self.spoken.percent, self.spoken.weekday
        self.duration = self.spoken.duration

    def add(self, line: str, indent: str = "", first: str | None = None) -> None:
        """A line, wrapped at 79 columns."""
        self.lines += in_lines(line, indent if first is None else first, f"{indent}  ") or [""]

    def signed(self, value: float, digits: int = 0) -> str:
        """A number with its sign."""
        return self._sign(value, digits) + self.number(abs(value), digits)

    def signed_percent(self, value: float, digits: int = 0) -> str:
        """A share in per cent with its sign."""
        return self._sign(100 * value, digits) + self.percent(abs(value), digits)

    @staticmethod
    def _sign(value: float, digits: int) -> str:
        """The sign of a number as it is written: what is rounded to nothing has neither."""
        return "±" if round(abs(value), digits) == 0 else "+" if value > 0 else "−"

    def day(self, value: date) -> str:
        """A date with its weekday and year."""
        return self.spoken.day(value, year=True)

    def short(self, value: date) -> str:
        """A date without the year."""
        return self.spoken.day(value)

    def channel(self, value: str) -> str:
        """What a channel is called."""
        return name("channel", value)[self.lang]

    def hours(self, value: float) -> str:
        """Working hours, whole ones."""
        if value < 1:
            return self.say("under 1 working hour")
        return self.count("{n} working hour", "{n} working hours", n=round(value))

    def when(self, value: datetime) -> str:
        """A time on its day."""
        return self.spoken.moment(value.astimezone(self.zone))

    def share(self, value: Share) -> str:
        """A share with its cases, and its interval."""
        if value.value is None:
            return self.say("no cases")
        return self.say(
            "{hits} of {n} = {rate} ({low}–{high})", hits=value.hits, n=value.n, rate=self.percent(value.value),
            low=round(100 * value.low), high=self.percent(value.high),
        )  # fmt: skip

    def withheld(self, why: Withheld) -> str:
        """Why figures are not shown."""
        return self.say(_WITHHELD[why.reason], n=why.colleagues, least=MINIMUM)

    def agreed(self, what: str) -> None:
        """The agreement that lifts the minimum stands on every report."""
        if what:
            self.add(self.say("Agreed: {what}", what=what))

    def done(self) -> str:
        """The page."""
        return "\n".join(self.lines).rstrip() + "\n"
