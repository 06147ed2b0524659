"""How often each kind of way is answered, over everybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from touchpoints.distributions import Share, share
from touchpoints.measures import quantile
from touchpoints.reach.attempts import Attempt

PERIOD = 365
"""Days of attempts that the rates look back on."""


@attrs.frozen(slots=True)
class ChannelRate:
    """How often attempts of one kind were answered: `kind` as in `Way.kind` (`phone mobile`, `mail` …; `booked`:
    appointments, which were held or not), `answered` of the decided ones with its interval, `open` ones not decided yet,
    the `contacts` tried, and the median seconds `after` which an answer came (written ways alone)."""

    kind: str
    medium: str
    booked: bool
    answered: Share
    open: int
    contacts: int
    after: float | None


def by_channel(attempts: Iterable[Attempt], at: datetime, days: int = PERIOD) -> tuple[ChannelRate, ...]:
    """The rate of each kind of way over the last `days`, the likeliest to be answered first."""
    since = at - timedelta(days=days)
    found: dict[tuple[str, str, bool], list[Attempt]] = defaultdict(list)
    for a in attempts:
        if since <= a.at <= at and not a.bounced:
            found[a.way.kind, a.way.medium, a.way.handle is None].append(a)
    rates = []
    for (kind, medium, booked), some in found.items():
        decided = [a for a in some if a.answered is not None]
        soon = sorted(a.after for a in decided if a.after is not None and not a.way.live)
        rates.append(ChannelRate(
            kind, medium, booked, share(sum(bool(a.answered) for a in decided), len(decided)), len(some) - len(decided),
            len({a.contact for a in some}), quantile(soon, 0.5) if soon else None,
        ))  # fmt: skip
    return tuple(sorted(rates, key=lambda r: (r.booked, -(r.answered.value or 0), r.kind)))
