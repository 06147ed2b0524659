"""The bundled rules: reasons for a personal call, found in all relationships at once.

By stage: `owed` (what we owe), `silence` (against an agreed rhythm or the own one), `occasions` (birthdays, answers,
departures, people not yet spoken with). `scope` holds what they share. What fires when, and what ends it:
`docs/rules.md`.
"""

from __future__ import annotations

from collections.abc import Iterable

from touchpoints.due import due_date
from touchpoints.plugins import Rule
from touchpoints.rules.occasions import AnsweredNow, Attempts, ContactLeft, NeverSpoken, Occasion
from touchpoints.rules.owed import FellThrough, MissedInbound, PromiseDue, UnansweredMessage
from touchpoints.rules.silence import Cooling, Ghosted, Overdue, Season, ShallowOnly, SingleThreaded, UnusualSilence

__all__ = ["due_date", "touchpoints_api", "touchpoints_rules"]

touchpoints_api = 1


def touchpoints_rules() -> Iterable[Rule]:
    """The bundled rules."""
    return [
        MissedInbound(), UnansweredMessage(), PromiseDue(), FellThrough(),
        Overdue(), UnusualSilence(), Season(), Ghosted(), SingleThreaded(), Cooling(), ShallowOnly(),
        ContactLeft(), AnsweredNow(), Attempts(), NeverSpoken(), Occasion(),
    ]  # fmt: skip
