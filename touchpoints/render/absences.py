"""Days on which somebody is away, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from touchpoints.language import language


def spans(days: Iterable[tuple[date, date]], lang: str) -> str:
    """First and last days: "Mon 6 Jul – Fri 17 Jul 2026", a single day once."""
    spoken = language(lang)
    return ", ".join(
        f"{spoken.day(first)} {first.year}"
        if first == last
        else f"{spoken.day(first)} – {spoken.day(last)} {last.year}"
        for first, last in days
    )


def own(days: Iterable[tuple[date, date]], lang: str) -> str:
    """A sentence about our own days off; empty where there are none."""
    found = sorted(set(days))
    return language(lang).say("own absences (no silence): {days}", days=spans(found, lang)) if found else ""
