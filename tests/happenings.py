"""Events for tests of reach and of the measures of a team, without any store."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from touchpoints.handles import Handle
from touchpoints.happened import Event
from touchpoints.model import CHANNELS, Touchpoint
from touchpoints.workdays import Workdays

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 7, 1, 9, tzinfo=BERLIN)
"""A Wednesday."""
WORKDAYS = Workdays("DE-BE", (9, 17), BERLIN)
OFFICE, MOBILE = Handle("phone", "+498999998123"), Handle("phone", "+491713920001")
MAIL, PROFILE = Handle("email", "erika@muster.example"), Handle("profile", "linkedin.com/in/erika")
_KEYS = [0]


def event(
    at: datetime,
    channel: str,
    direction: str,
    outcome: str = "reached",
    who: str = "erika",
    handle: Handle | None = None,
    by: str | tuple[str, ...] = (),
    group: str | None = None,
    importer: str = "test",
    **fields: Any,
) -> Event:
    _KEYS[0] += 1
    names = (by,) if isinstance(by, str) else by
    t = Touchpoint(at, channel, direction, outcome, colleagues=names, **fields)
    handle = handle or Handle("account", who, "test")
    return Event(t, CHANNELS[channel].medium, importer, ((who, handle),), (group or who,), (f"{_KEYS[0]:06d}",))


def call(at: datetime, answered: bool = True, handle: Handle = OFFICE, direction: str = "out", **fields: Any) -> Event:
    return event(at, "phone", direction, "reached" if answered else "missed", handle=handle, **fields)


def mail(at: datetime, direction: str = "in", **fields: Any) -> Event:
    return event(at, "mail", direction, handle=MAIL, **fields)


def chat(at: datetime, direction: str = "in", **fields: Any) -> Event:
    return event(at, "linkedin", direction, handle=PROFILE, **fields)


def ago(days: float, hour: int = 10, minute: int = 0) -> datetime:
    """So many days before AT, at a local hour."""
    return (AT - timedelta(days=days)).replace(hour=hour, minute=minute)
