"""A page of text in one language: phrases with their figures, wrapped at 79 columns."""

from __future__ import annotations

import textwrap
from datetime import date, datetime, tzinfo
from typing import Any

from touchpoints.distributions import Share
from touchpoints.render import text
from touchpoints.render.phrases import PHRASES
from touchpoints.team.group import MINIMUM, Withheld

WIDTH = 79
DAYS = {"de": "Mo Di Mi Do Fr Sa So".split(), "en": "Mon Tue Wed Thu Fri Sat Sun".split()}


class Page:
    """Lines of a page in one language."""

    def __init__(self, lang: str, zone: tzinfo) -> None:
        self.lang, self.zone, self.lines = lang, zone, list[str]()

    def say(self, phrase: str, **figures: Any) -> str:
        """A phrase with its figures."""
        one = f"{phrase} 1" if figures.get("n") == 1 and f"{phrase} 1" in PHRASES else phrase
        return PHRASES[one][self.lang != "de"].format(**figures)

    def add(self, line: str, indent: str = "", first: str | None = None) -> None:
        """A line, wrapped at 79 columns."""
        self.lines += textwrap.wrap(
            line, WIDTH, initial_indent=indent if first is None else first, subsequent_indent=f"{indent}  ",
            break_long_words=False, break_on_hyphens=False,
        ) or [""]  # fmt: skip

    def number(self, value: float, digits: int = 0) -> str:
        """A number as the language writes it."""
        return text.number(value, self.lang, digits)

    def percent(self, value: float, digits: int = 0) -> str:
        """A share in per cent."""
        return f"{self.number(100 * value, digits)} %"

    def signed(self, value: float, digits: int = 0) -> str:
        """A number with its sign."""
        return ("+" if value >= 0 else "−") + self.number(abs(value), digits)

    def day(self, value: date) -> str:
        """A date with its weekday."""
        return text.day(value, self.lang)

    def short(self, value: date) -> str:
        """A date without the year."""
        return self.day(value).rpartition(" ")[0]

    def hours(self, value: float) -> str:
        """Working hours, whole ones."""
        return self.say("h" if value >= 1 else "h under", n=round(value))

    def when(self, value: datetime) -> str:
        """A time on its day."""
        local = value.astimezone(self.zone)
        return f"{self.short(local.date())}, {local:%H:%M}"

    def share(self, value: Share) -> str:
        """A share with its cases, and its interval."""
        if value.value is None:
            return self.say("no cases")
        return self.say(
            "cases rate", hits=value.hits, n=value.n, rate=self.percent(value.value), low=round(100 * value.low),
            high=round(100 * value.high),
        )  # fmt: skip

    def withheld(self, why: Withheld) -> str:
        """Why figures are not shown."""
        return self.say(why.reason, n=why.colleagues, least=MINIMUM)

    def agreed(self, what: str) -> None:
        """The agreement that lifts the minimum stands on every report."""
        if what:
            self.add(self.say("agreed", what=what))

    def done(self) -> str:
        """The page."""
        return "\n".join(self.lines).rstrip() + "\n"
