"""Attempts: when we tried to reach somebody, on which way, and whether that was answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

import attrs

from touchpoints.handles import Handle
from touchpoints.happened import WRITTEN, Event
from touchpoints.model import LIVE_MEDIA

WINDOW = timedelta(days=7)
"""A message is answered by what comes back on its channel within this time. Until then it is open."""
FRESH = timedelta(days=3)
"""A message of ours begins a conversation if nothing came from them on that channel for so long."""
RUN = timedelta(days=1)
"""Further messages within this time belong to one attempt; a call from them within it returns ours."""
MOST_ADDRESSED = 2
"""A message to more contacts than this asks nobody in person."""


@attrs.frozen(slots=True)
class Way:
    """A way to somebody: a channel with its medium, and the handle; an appointment has none."""

    channel: str
    medium: str
    handle: Handle | None = None

    @property
    def live(self) -> bool:
        """Whether it leads to a conversation."""
        return self.medium in LIVE_MEDIA

    @property
    def kind(self) -> str:
        """Ways that are alike: the channel, of a phone with the kind of line (`phone mobile`, `phone office`)."""
        if self.medium == "call" and self.handle is not None and (line := line_of(self.handle)):
            return f"{self.channel} {line}"
        return self.channel


@cache
def line_of(handle: Handle) -> str:
    """What line a number is: `mobile`, `office` (a fixed one), or "" where its numbering plan does not tell."""
    if handle.kind != "phone":
        return ""
    import phonenumbers

    kinds = {phonenumbers.PhoneNumberType.MOBILE: "mobile", phonenumbers.PhoneNumberType.FIXED_LINE: "office"}
    try:
        return kinds.get(phonenumbers.number_type(phonenumbers.parse(handle.value, None)), "")
    except phonenumbers.NumberParseException:
        return ""


@attrs.frozen(slots=True)
class Attempt:
    """We tried to reach a contact: `answered` is None while that is open; `after` seconds (ringing, or until the answer
    came); `returned`: they called back within a day; `key` of the touchpoint."""

    contact: str
    way: Way
    at: datetime
    answered: bool | None
    after: float | None = None
    returned: bool = False
    bounced: bool = False
    key: str = ""


# -- attempts from events ---------------------------------------------------------------------------------------------


def attempts(events: Iterable[Event], at: datetime) -> list[Attempt]:
    """All attempts in events up to `at`, in the order of time."""
    found: list[Attempt] = []
    called: dict[str, int] = {}
    wrote: dict[tuple[str, str], int] = {}
    heard: dict[tuple[str, str], datetime] = {}
    for event in sorted(events, key=lambda e: (e.at, e.key)):
        t = event.touchpoint
        if t.at > at:
            continue
        for who, handle in event.people:
            place = (who, t.channel)
            if t.direction == "mutual":
                if event.medium in ("meeting", "video") and t.outcome in ("reached", "declined", "no_show"):
                    way = Way(t.channel, event.medium)
                    found.append(Attempt(who, way, t.at, event.reached, key=event.key))
            elif t.direction == "in":
                heard[place] = t.at
                if event.medium in LIVE_MEDIA:
                    n = called.get(who)
                    if n is not None and not found[n].answered and t.at - found[n].at <= RUN:
                        found[n] = attrs.evolve(found[n], returned=True)
                elif (n := wrote.pop(place, None)) is not None and t.at - found[n].at <= WINDOW:
                    found[n] = attrs.evolve(found[n], answered=True, after=(t.at - found[n].at).total_seconds())
            elif event.medium in ("call", "video"):
                if t.outcome != "cancelled":
                    called[who] = len(found)
                    way = Way(t.channel, event.medium, handle)
                    found.append(
                        Attempt(who, way, t.at, event.reached, t.wait if event.reached else None, key=event.key)
                    )
            elif event.medium in WRITTEN and len(event.people) <= MOST_ADDRESSED:
                way = Way(t.channel, event.medium, handle)
                if not event.reached:
                    found.append(Attempt(who, way, t.at, False, bounced=True, key=event.key))
                    continue
                n = wrote.get(place)
                if n is not None and t.at - found[n].at <= RUN:
                    continue
                if n is None and not t.expects_reply and place in heard and t.at - heard[place] < FRESH:
                    continue  # in the midst of a conversation, where a last word needs no answer
                wrote[place] = len(found)
                found.append(Attempt(who, way, t.at, None, key=event.key))
    open_ = set(wrote.values())
    return [
        attrs.evolve(a, answered=False) if a.answered is None and (n not in open_ or at - a.at > WINDOW) else a
        for n, a in enumerate(found)
    ]
