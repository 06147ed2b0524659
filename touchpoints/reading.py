"""What an importer is given beside its file: who is on our side, the zone, the region, and the steps all formats share.

A `Context` is made for each file. It turns what a record says into a `Touchpoint` with direction, parties and key, or
into the reason why it is left out; so a plugin for a new call log is about 25 lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from touchpoints import handles, times
from touchpoints.errors import InvalidValue, UnreadableSource
from touchpoints.handles import EXTENSION, SERVICE, Handle
from touchpoints.language import P_, english
from touchpoints.model import CHANNELS, LIVE_MEDIA, Channel, Colleague, LeftOut, Participant, Skipped, Touchpoint
from touchpoints.ourside import OurSide
from touchpoints.settings import Settings

LONGEST_CALL = 31 * 86_400
"""No call or wait lasts longer (seconds): such a row is damaged."""
NEITHER_SIDE = P_("reason", "neither side is known to be ours; name own numbers with --me")
"""The reason for a call between two numbers of which none is known to be ours."""


def content_key(*parts: object) -> str:
    """A key (26 characters) from what a record says; equal records have equal keys in every export and on every
    machine. `None` and "" differ; datetimes count as written."""
    text = "\x1f".join([part if type(part) is str else _plain(part) for part in parts])
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=13).hexdigest()


class Keys:
    """`content_key` of records that differ in one part: the parts `before` and `after` it are made ready once."""

    def __init__(self, before: Iterable[object], after: Iterable[object]) -> None:
        self._before = "".join(f"{_plain(part)}\x1f" for part in before)
        self._after = "".join(f"\x1f{_plain(part)}" for part in after)

    def __call__(self, part: str) -> str:
        """The key with this part between them."""
        text = f"{self._before}{part}{self._after}"
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=13).hexdigest()


def _plain(part: object) -> str:
    return "\x00" if part is None else part.isoformat() if isinstance(part, datetime) else str(part)


class Context:
    """What is known while one file is read.

    Attributes: `settings`; `our_side` (and `colleagues`); `zone` (for times a file leaves without one) and `region`
    (for numbers without a country); `date_order` (the user's answer, for dates a file cannot decide); `source` (the
    file's name) and `importer` (who reads it, also the family of its keys).
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        our_side: OurSide | None = None,
        zone: ZoneInfo | str = "UTC",
        region: str | None = None,
        source: str = "",
        importer: str = "",
        channels: Iterable[Channel] = (),
    ) -> None:
        self.settings = settings or Settings()
        self.region = region or self.settings.region or "DE"
        self.our_side = our_side or OurSide(
            self.settings.colleagues, self.settings.me, self.settings.own_domains, self.region, self.settings.lines
        )
        self.zone = zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)
        self.source = source
        self.importer = importer
        self._channels = {**CHANNELS, **{c.name: c for c in channels}}
        self._equals: Counter[str] = Counter()

    @property
    def colleagues(self) -> tuple[Colleague, ...]:
        """The people on our side."""
        return self.our_side.colleagues

    @property
    def date_order(self) -> str | None:
        """DMY or MDY as the user answered, else `None`."""
        return self.settings.date_order

    def start_again(self) -> None:
        """Forget what was counted: the file is read from its beginning once more."""
        self._equals.clear()

    # -- small readings --------------------------------------------------------------------------------------

    def phone(self, raw: str | None, near: Handle | None = None) -> Handle | None:
        """A number as handle, `None` for a hidden one. `near`: our own line, whose area code a number without one has."""
        return handles.phone(raw, self.region, near.value if near is not None and near.kind == "phone" else None)

    def dates(self, samples: Iterable[str]) -> times.Dates:
        """The format of a date column, found from all its cells (see `times.Dates`)."""
        return times.Dates(samples, self.date_order)

    def at(self, when: datetime) -> datetime:
        """A time as written made aware: local in the store's zone if it names none."""
        return times.local(when, self.zone)

    def zone_of(self, name: str) -> ZoneInfo | None:
        """The zone that files call `name`, by the user's `zones` first; `None` if unknown (skip the record and ask)."""
        if answered := self.settings.zones.get(name):
            return times.iana(answered)
        return times.zone_of(name)

    def skipped(self, record: str | int, reason: str, raw: str = "") -> Skipped:
        """A record of this file that could not be read or decided."""
        if isinstance(record, str):
            record = _writable(record)
        return Skipped(self.source, record, _writable(reason), _writable(raw[:MOST_RAW]))

    def undecided(
        self, question: str, options: Iterable[str], setting: str, reason: str | None = None
    ) -> UnreadableSource:
        """The error to raise when the whole file needs an answer first."""
        return UnreadableSource(self.source, reason or question, question=question, options=options, setting=setting)

    def undecided_dates(self) -> UnreadableSource:
        """The error to raise when no row shows whether day or month comes first."""
        return self.undecided(
            english("Do its dates put the day or the month first?"), ("DMY", "MDY"), either('date_order = "DMY"', "--date-order DMY"),
            english("no row shows whether day or month comes first; say so with --date-order DMY or MDY"),
        )  # fmt: skip

    def ordinal(self, *parts: object) -> int:
        """How many records with these parts this file held before: tells apart equal records of a coarse clock."""
        base = content_key(*parts)
        count = self._equals[base]
        self._equals[base] += 1
        return count

    # -- records -> touchpoints ------------------------------------------------------------------------------

    def touchpoint(
        self,
        at: datetime,
        channel: str | Channel,
        participants: Sequence[Participant],
        *,
        key: str,
        direction: str | None = None,
        outcome: str = "reached",
        **fields: Any,
    ) -> Touchpoint | LeftOut:
        """The touchpoint of a record, or why it is left out ("internal", "no other party").

        `participants` are all people of the record, ours included, with the record's own roles; `direction` only where
        the source states it. `fields` are further fields of `Touchpoint`. Subjects are dropped if the settings say so.
        """
        name = channel.name if isinstance(channel, Channel) else channel
        medium = self._channels[name].medium if name in self._channels else "other"
        sides = self.our_side.sides(participants, medium, direction)
        if not sides.parties:
            others = [p for p in participants if not p.own and not self.our_side.owns(p.handle, p.name)]
            ours = len(participants) - len(others)
            if any(p.handle and p.handle.kind == "email" and handles.is_automatic(p.handle.value) for p in others):
                return LeftOut("automatic")
            return LeftOut("internal" if ours >= 2 and not others else "no other party")
        if not self.settings.subjects:
            fields["subject"] = None
        return Touchpoint(
            self.at(at), name, sides.direction, outcome, sides.parties, key=key, colleagues=sides.colleagues,
            participants=tuple(participants), **fields,
        )  # fmt: skip

    def logged(
        self,
        at: datetime,
        handle: Handle,
        outcome: str,
        *,
        name: str | None = None,
        seconds: float | None = None,
        timed: bool = True,
        key: str | None = None,
        **fields: Any,
    ) -> Touchpoint | LeftOut:
        """What a user noted: an outgoing call with `handle` (`outcome` reached, voicemail, missed) or a `message` to it.
        `seconds` it took; `timed` says whether `at` is a time, or only its day is known."""
        written = outcome == "message"
        channel = "phone" if not written else "mail" if handle.kind == "email" else "message"
        participants = (
            Participant("from" if written else "caller", None, own=True),
            Participant("to" if written else "called", handle, name),
        )
        return self.touchpoint(
            at, channel, participants, key=key or content_key("log", at, handle.kind, handle.value, outcome, seconds),
            direction="out", outcome="reached" if written else outcome, duration=seconds,
            extra={} if timed else {"timed": "no"}, **fields,
        )  # fmt: skip

    def call(
        self,
        at: datetime,
        *,
        caller: str | None = None,
        called: str | None = None,
        answered: bool | None = None,
        talked: float | None = None,
        waited: float | None = None,
        line: str | None = None,
        direction: str | None = None,
        name: str | None = None,
        outcome: str | None = None,
        channel: str | Channel = "phone",
        family: str | None = None,
        coarse: bool = False,
        record: str | int | None = None,
        near: str | None = None,
        extra: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> Touchpoint | LeftOut | Skipped:
        """The touchpoint of a call log's row.

        `at`: as written (without zone: local in the store's zone). `caller`, `called`: numbers as written; the one on
        our side may be missing when `direction` (in, out) is given, otherwise it is found by our own handles, `line`
        and extensions. `answered`: whether somebody took it (if `None`: whether `talked` is above zero). `talked`,
        `waited`: seconds. `line`: our number or queue. `near`: another number of ours, whose area code a local one shares where
        `line` is none. `name`: of the person outside. `outcome` overrides what
        `answered` says (voicemail, declined). `coarse`: times without seconds, so equal rows are told apart by their
        order. `family`: of the key, if several importers read the same kind of log. Gives `LeftOut` for hidden numbers,
        internal calls and public short numbers, `Skipped` where direction cannot be decided.
        """
        place = record if record is not None else at.isoformat()
        if not 1970 <= at.year < 2200:
            return self.skipped(place, english("year {year}: no time of a call", year=at.year), at.isoformat())
        if not (0 <= (talked or 0) <= LONGEST_CALL and 0 <= (waited or 0) <= LONGEST_CALL):
            return self.skipped(place, english("no duration of a call"), f"{talked} s, {waited} s")
        line = self.our_side.line(line) if line else None
        own_line = self.phone(line)
        from_, to = self.phone(caller, own_line), self.phone(called, own_line)
        if handles.is_local(from_):
            from_ = self.phone(
                caller, self.phone(near) or (to if direction == "in" or self._ours(to, own_line) else None)
            )
        elif handles.is_local(to):
            to = self.phone(
                called, self.phone(near) or (from_ if direction == "out" or self._ours(from_, own_line) else None)
            )
        from_ours, to_ours = (self._ours(h, own_line) for h in (from_, to))
        if direction is None:
            if caller is not None and called is not None and from_ours and to_ours:
                return LeftOut("internal")
            if from_ours or (to is not None and not to_ours and from_ is None and called and not caller):
                direction = "out"
            elif to_ours:
                direction = "in"
            else:
                return self.skipped(
                    place,
                    NEITHER_SIDE,
                    f"{caller} -> {called}",
                )
        other, raw, ours = (from_, caller, to) if direction == "in" else (to, called, from_)
        if other is None:
            return (
                LeftOut("hidden number")
                if handles.is_hidden(raw)
                else self.skipped(place, english("no number"), str(raw))
            )
        if self._ours(other, own_line):
            return LeftOut("automatic" if other.scope == SERVICE else "internal")
        if len(self.our_side.towns) > 1:
            other = handles.placed(other, line)
        if outcome is None:
            taken = answered if answered is not None else bool(talked)
            outcome = "reached" if taken else "missed"
        others_role, our_role = ("caller", "called") if direction == "in" else ("called", "caller")
        digits = "".join(c for c in str(raw) if c.isdigit())  # as written: the key must not depend on the region
        parts = ("call", family or self.importer, at, digits, direction, outcome, talked)
        ordinal = self.ordinal(*parts) if coarse else 0
        return self.touchpoint(
            at, channel,
            (Participant(others_role, other, name or None), Participant(our_role, ours or own_line, own=True)),
            key=fields.pop("key", None) or content_key(*parts, ordinal),
            direction=direction, outcome=outcome, duration=talked if outcome == "reached" else None, wait=waited,
            line=line or None, extra=dict(extra or {}), **fields,
        )  # fmt: skip

    def _ours(self, handle: Handle | None, line: Handle | None) -> bool:
        if handle is None:
            return False
        nobody_outside = handle.kind == "account" and handle.scope in (EXTENSION, SERVICE)
        return handle == line or nobody_outside or self.our_side.owns(handle)


def either(setting: str, option: str) -> str:
    """How a question is answered: by a line of the settings, or by an option of `import`."""
    return english("{setting}  (or: {option})", setting=setting, option=option)


MOST_RAW = 400
"""Of a record's raw text no more characters are looked at."""


def _writable(text: str) -> str:
    """A text without halves of emoji, which no encoding can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def is_live(channel: Channel) -> bool:
    """Whether two people are present at once on a channel."""
    return channel.medium in LIVE_MEDIA


def utc(instant: float) -> datetime:
    """The aware UTC time of an epoch second. Raises `InvalidValue` outside years 1 to 9999."""
    try:
        return datetime.fromtimestamp(instant, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise InvalidValue(english("{instant} is no time: {error}", instant=instant, error=error)) from None
