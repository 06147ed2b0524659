"""The values everything else passes around: immutable, keyword-only after the first few, times always aware."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs
from attrs import validators

from touchpoints.errors import InvalidValue, UnknownName
from touchpoints.handles import Handle
from touchpoints.language import P_, english

__all__ = [
    "CHANNELS", "KINDS_OF_CUSTOMER", "LIVE_MEDIA", "Absence", "Answer", "Channel", "Colleague", "Contact", "Coverage", "Customer",
    "Emptied", "Handle",
    "LeftOut", "Participant", "Party", "Person", "Question", "Skipped", "Touchpoint",
]  # fmt: skip

MEDIA = ("meeting", "video", "call", "message", "email", "letter", "other")
LIVE_MEDIA = frozenset({"meeting", "video", "call"})
DIRECTIONS = ("in", "out", "mutual")
OUTCOMES = ("reached", "missed", "voicemail", "declined", "cancelled", "no_show")
_DIRECTIONS, _OUTCOMES = frozenset(DIRECTIONS), frozenset(OUTCOMES)
KINDS_OF_CUSTOMER = ("customer", "prospect", "partner", "supplier", "former", "private", "ignored", "unsorted")
IMPORTANCES = ("A", "B", "C")
ADVERTISING = "advertising"
"""What consent can be given or refused for beside channels and media: every call that is no service."""


@attrs.frozen(slots=True)
class Channel:
    """A named way of contact, its `medium` (one of meeting, video, call, message, email, letter, other), and whether
    it is `live`: two people present at once."""

    name: str
    medium: str = attrs.field(validator=validators.in_(MEDIA))
    live: bool = attrs.field(default=attrs.Factory(lambda self: self.medium in LIVE_MEDIA, takes_self=True))


CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {
        c.name: c
        for c in (
            Channel("phone", "call"),
            Channel("video", "video"),
            Channel("meeting", "meeting"),
            Channel("mail", "email"),
            Channel("sms", "message"),
            Channel("letter", "letter"),
            Channel("other", "other"),
            *(Channel(n, "message") for n in ("whatsapp", "linkedin", "telegram", "signal", "slack", "teams")),
            *(Channel(n, "message") for n in ("facebook", "instagram", "message")),
            *(Channel(f"{n} call", "call") for n in ("whatsapp", "telegram", "facebook", "teams")),
            *(Channel(f"{n} video", "video") for n in ("whatsapp", "telegram", "facebook", "teams")),
        )
    }
)
"""Channels every store knows. An importer declares further ones in its `channels`."""


if TYPE_CHECKING:

    def _tuple(values: Iterable[Any]) -> tuple[Any, ...]: ...

else:
    _tuple = tuple  # without a step of Python for each field of each value


_UNAWARE = "at must be a datetime with a time zone, not {!r}"


def _cut(text: str) -> str:
    return text[:200]


def _plain_channel(value: str | Channel) -> str:
    return value if type(value) is str else value.name if isinstance(value, Channel) else value


def _one_of(values: tuple[str, ...]) -> Callable[[object, attrs.Attribute[str], str], None]:
    known = frozenset(values)

    def check(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
        if value not in known:
            raise UnknownName(attribute.name, str(value), values)

    return check


@attrs.frozen(slots=True)
class Party:
    """Somebody outside our own side in a touchpoint.

    `role` is `with` (addressed: it counts) or `copied` (in CC, or one of many: stored and shown, no contact).
    """

    handle: Handle
    name: str | None = None
    role: str = attrs.field(default="with", validator=_one_of(("with", "copied")))


@attrs.frozen(slots=True)
class Participant:
    """Anybody in a record, our own side included, exactly as the record says it.

    `role` is the record's own: `from`, `to`, `cc` (mail and chats), `caller`, `called`, `organizer`, `attendee`.
    `own` is set where the source itself marks our side ("Me"). `declined` is set for an attendee who declined.
    """

    role: str = attrs.field(validator=_one_of(("from", "to", "cc", "caller", "called", "organizer", "attendee")))
    handle: Handle | None
    name: str | None = None
    own: bool = False
    declined: bool = False


@attrs.frozen(slots=True)
class Touchpoint:
    """One contact event.

    `at`: aware start. `channel`: a channel's name. `direction`: in, out, mutual. `outcome`: reached, missed,
    voicemail, declined, cancelled, no_show. `duration`, `wait`: seconds; `wait` until answered or given up.
    `key`: content identity, equal for the same event in any export (never a path); made by the store if missing.
    `series`, `revision`: the series an occurrence belongs to, and which version this is; of two facts with one key
    the higher revision wins. `line`: which of our numbers, queues, mailboxes. `thread`: conversation id.
    `expects_reply`: the text asks for an answer (only this yes or no is kept of it). `ref`: the app's own id.
    `extra`: a plugin's own text values. `participants`: everybody as the record has it, from which `direction`,
    `parties` and `colleagues` were derived; the store derives them anew when our own handles change.
    Raises `InvalidValue` for a time without zone and `UnknownName` for an unknown direction or outcome.
    """

    at: datetime
    channel: str = attrs.field(converter=_plain_channel)
    direction: str
    outcome: str = "reached"
    parties: tuple[Party, ...] = attrs.field(default=(), converter=_tuple)
    key: str | None = attrs.field(default=None, kw_only=True)
    series: str | None = attrs.field(default=None, kw_only=True)
    revision: tuple[int | str, ...] = attrs.field(default=(), converter=_tuple, kw_only=True)
    duration: float | None = attrs.field(default=None, kw_only=True)
    wait: float | None = attrs.field(default=None, kw_only=True)
    line: str | None = attrs.field(default=None, kw_only=True)
    thread: str | None = attrs.field(default=None, kw_only=True)
    expects_reply: bool | None = attrs.field(default=None, kw_only=True)
    colleagues: tuple[str, ...] = attrs.field(default=(), converter=_tuple, kw_only=True)
    subject: str | None = attrs.field(default=None, kw_only=True)
    ref: str | None = attrs.field(default=None, kw_only=True)
    extra: Mapping[str, str] = attrs.field(factory=dict, kw_only=True, hash=False)
    participants: tuple[Participant, ...] = attrs.field(default=(), converter=_tuple, kw_only=True)

    def __attrs_post_init__(self) -> None:
        # all checks in one step: a long log makes millions of these
        if not isinstance(self.at, datetime) or self.at.utcoffset() is None:
            raise InvalidValue(_UNAWARE.format(self.at))
        if self.direction not in _DIRECTIONS:
            raise UnknownName(P_("reason", "direction"), str(self.direction), DIRECTIONS)
        if self.outcome not in _OUTCOMES:
            raise UnknownName(P_("reason", "outcome"), str(self.outcome), OUTCOMES)
        self._check_lengths(self.duration, self.wait)

    @staticmethod
    def _check_lengths(duration: float | None, wait: float | None) -> None:
        if duration is not None and not duration >= 0:
            raise InvalidValue(
                english("duration must be seconds, zero or more, not {duration}", duration=repr(duration))
            )
        if wait is not None and not wait >= 0:
            raise InvalidValue(english("wait must be seconds, zero or more, not {wait}", wait=repr(wait)))

    def again(
        self,
        at: datetime,
        key: str | None,
        outcome: str = "reached",
        duration: float | None = None,
        wait: float | None = None,
        revision: tuple[int | str, ...] = (),
        subject: str | None = None,
        expects_reply: bool | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> Touchpoint:
        """Another touchpoint of the same people: channel, direction, parties, line, thread and all else that is not given
        are those of this one. Equal to one made of the same values, and checked alike, in half the time: a long log or
        chat is made of these."""
        if not isinstance(at, datetime) or at.utcoffset() is None:
            raise InvalidValue(_UNAWARE.format(at))
        if outcome not in _OUTCOMES:
            raise UnknownName(P_("reason", "outcome"), str(outcome), OUTCOMES)
        if duration is not None or wait is not None:
            self._check_lengths(duration, wait)
        made = _new(Touchpoint)
        _set_at(made, at)
        _set_channel(made, self.channel)
        _set_direction(made, self.direction)
        _set_outcome(made, outcome)
        _set_parties(made, self.parties)
        _set_key(made, key)
        _set_series(made, self.series)
        _set_revision(made, revision)
        _set_duration(made, duration)
        _set_wait(made, wait)
        _set_line(made, self.line)
        _set_thread(made, self.thread)
        _set_expects_reply(made, expects_reply)
        _set_colleagues(made, self.colleagues)
        _set_subject(made, subject)
        _set_ref(made, self.ref)
        _set_extra(made, extra or {})
        _set_participants(made, self.participants)
        return made

    @classmethod
    def _short(
        cls, channel: str, who: str, at: datetime, direction: str, minutes: float | None, outcome: str, rest: Any
    ) -> Touchpoint:
        fields = dict(rest)
        party = Party(Handle.of(who, fields.pop("region", "DE")), fields.pop("name", None))
        seconds = fields.pop("duration", None) if minutes is None else minutes * 60
        return cls(at, channel, direction, outcome, (party,), duration=seconds, **fields)

    @classmethod
    def call(
        cls,
        who: str,
        at: datetime,
        direction: str,
        *,
        minutes: float | None = None,
        outcome: str = "reached",
        **rest: Any,
    ) -> Touchpoint:
        """A phone call with the number (or name) `who`; `rest` are fields of `Touchpoint`, `name` and `region`."""
        return cls._short("phone", who, at, direction, minutes, outcome, rest)

    @classmethod
    def meeting(
        cls, who: str, at: datetime, *, minutes: float | None = None, outcome: str = "reached", **rest: Any
    ) -> Touchpoint:
        """A meeting in person with `who` (address, number or name)."""
        return cls._short("meeting", who, at, "mutual", minutes, outcome, rest)

    @classmethod
    def video(
        cls, who: str, at: datetime, *, minutes: float | None = None, outcome: str = "reached", **rest: Any
    ) -> Touchpoint:
        """A video meeting with `who` (address, number or name)."""
        return cls._short("video", who, at, "mutual", minutes, outcome, rest)

    @classmethod
    def mail(cls, who: str, at: datetime, direction: str, **rest: Any) -> Touchpoint:
        """A mail to (`out`) or from (`in`) the address `who`."""
        return cls._short("mail", who, at, direction, None, "reached", rest)

    @classmethod
    def message(cls, who: str, at: datetime, direction: str, *, channel: str = "message", **rest: Any) -> Touchpoint:
        """A message to or from `who` on a written channel such as whatsapp, sms or linkedin."""
        return cls._short(channel, who, at, direction, None, "reached", rest)


_new = object.__new__
(
    _set_at, _set_channel, _set_direction, _set_outcome, _set_parties, _set_key, _set_series, _set_revision, _set_duration,
    _set_wait, _set_line, _set_thread, _set_expects_reply, _set_colleagues, _set_subject, _set_ref, _set_extra,
    _set_participants,
) = (vars(Touchpoint)[field.name].__set__ for field in attrs.fields(Touchpoint))  # fmt: skip


def _handles(values: Iterable[Handle | str]) -> tuple[Handle, ...]:
    return tuple(v if isinstance(v, Handle) else Handle.of(v) for v in values)


@attrs.frozen(slots=True)
class Person:
    """What a directory (address book, CRM, the app itself) says of one person outside.

    `handles` may be given as text (`"+49 89 99998 123"`, `"erika@example.com"`). `customer` is the organisation's name,
    `ref` the directory's own id, `kind` and `importance` those of the customer (`KINDS_OF_CUSTOMER`; A, B, C),
    `owner` the colleague responsible, `birthday` and `anniversary` ISO dates or `--MM-DD`, `contract` the ISO date on
    which their contract ends or is renewed. `key` and `revision` work as in
    `Touchpoint`.
    """

    name: str
    handles: tuple[Handle, ...] = attrs.field(converter=_handles)
    customer: str | None = attrs.field(default=None, kw_only=True)
    ref: str | None = attrs.field(default=None, kw_only=True)
    kind: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(_one_of(KINDS_OF_CUSTOMER))
    )
    importance: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(_one_of(IMPORTANCES))
    )
    owner: str | None = attrs.field(default=None, kw_only=True)
    tags: tuple[str, ...] = attrs.field(default=(), converter=_tuple, kw_only=True)
    birthday: str | None = attrs.field(default=None, kw_only=True)
    anniversary: str | None = attrs.field(default=None, kw_only=True)
    contract: str | None = attrs.field(default=None, kw_only=True)
    key: str | None = attrs.field(default=None, kw_only=True)
    revision: tuple[int | str, ...] = attrs.field(default=(), converter=_tuple, kw_only=True)


@attrs.frozen(slots=True)
class Customer:
    """An organisation. `kind` is the user's or a directory's word, `unsorted` before; `proposed` what evidence suggests
    until then, with `evidence` in a few words. `importance` is A, B, C or None, `contract` the ISO date on which a contract
    ends or is renewed."""

    id: str
    name: str
    kind: str = attrs.field(default="unsorted", kw_only=True)
    importance: str | None = attrs.field(default=None, kw_only=True)
    ref: str | None = attrs.field(default=None, kw_only=True)
    tags: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    proposed: str | None = attrs.field(default=None, kw_only=True)
    contract: str | None = attrs.field(default=None, kw_only=True)
    evidence: str = attrs.field(default="", kw_only=True)

    @property
    def effective_kind(self) -> str:
        """The kind the call list goes by: the decided one, else the proposed one."""
        return self.kind if self.kind != "unsorted" else (self.proposed or "unsorted")


@attrs.frozen(slots=True)
class Contact:
    """A person outside, joined from their exact handles. `id` is a hash of the smallest exact handle (of a name-only
    contact: of its smallest scoped name); `customer` the id of the organisation, if one is known. `kind` and `proposed`
    are those of a customer, for somebody who stands alone."""

    id: str
    name: str
    handles: tuple[Handle, ...] = ()
    customer: str | None = attrs.field(default=None, kw_only=True)
    ref: str | None = attrs.field(default=None, kw_only=True)
    importance: str | None = attrs.field(default=None, kw_only=True)
    owner: str | None = attrs.field(default=None, kw_only=True)
    tags: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    birthday: str | None = attrs.field(default=None, kw_only=True)
    anniversary: str | None = attrs.field(default=None, kw_only=True)
    in_directory: bool = attrs.field(default=False, kw_only=True)
    kind: str = attrs.field(default="unsorted", kw_only=True)
    proposed: str | None = attrs.field(default=None, kw_only=True)


@attrs.frozen(slots=True)
class Colleague:
    """A person on our side: name, own handles (numbers, addresses, chat names), zone (IANA) and region (ISO
    3166-1/-2)."""

    name: str
    handles: tuple[Handle, ...] = attrs.field(default=(), converter=_handles)
    timezone: str | None = attrs.field(default=None, kw_only=True)
    region: str | None = attrs.field(default=None, kw_only=True)

    @classmethod
    def of(cls, name: str, *handles: str, timezone: str | None = None, region: str | None = None) -> Colleague:
        """A colleague from plain texts; numbers without a country are read in `region` (else DE)."""
        country = region or "DE"
        return cls(name, tuple(Handle.of(h, country) for h in handles), timezone=timezone, region=region)


@attrs.frozen(slots=True)
class Skipped:
    """A record that could not be read or decided: the source's name, the line or entry, why, and its raw text (cut)."""

    source: str
    record: str | int
    reason: str
    raw: str = attrs.field(default="", converter=_cut)


@attrs.frozen(slots=True)
class Answer:
    """What the user says of somebody in a file, as the commands of that name do: `note` (`text`, and `due` where it sets a
    date), `snooze` (`until`) or `dismiss` (`because`); dates are ISO texts.

    `who`: a handle of the contact or customer it is about, looked up when all files of an import have been read. `at`: when
    it was said. `key`: content identity; an answer that was kept or taken back once is not kept again.
    """

    who: Handle
    at: datetime
    kind: str = attrs.field(validator=_one_of(("note", "snooze", "dismiss")))
    said: Mapping[str, str | None] = attrs.field(hash=False)
    key: str

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.at, datetime) or self.at.utcoffset() is None:
            raise InvalidValue(_UNAWARE.format(self.at))


@attrs.frozen(slots=True)
class Question:
    """Something a file leaves open that one answer would settle: `question`, what may be answered (`options`), and the
    line of `touchpoints.toml` (or the option of `import`) that answers it."""

    question: str
    options: tuple[str, ...] = attrs.field(default=(), converter=_tuple)
    setting: str = ""


@attrs.frozen(slots=True)
class Emptied:
    """A version of a series in which nothing is left that counts: called private, without guests, all of it excluded.
    What older versions of the `series` held on this `line` (the calendar it stands in) is no longer current.

    `revision` begins like those of its touchpoints: with what the versions of the series are told apart by.
    """

    series: str
    revision: tuple[int | str, ...] = attrs.field(converter=_tuple)
    line: str | None = None


@attrs.frozen(slots=True)
class LeftOut:
    """A record left out by policy. `reason` is one of the policy's words: newsletter, automatic, draft, private,
    hidden number, internal, no other party, not known, media. `emptied`: the version of a series that so holds nothing,
    which takes no part in comparison."""

    reason: str
    emptied: Emptied | None = attrs.field(default=None, eq=False)


@attrs.frozen(slots=True)
class Absence:
    """Days on which somebody is away, as a source says it: `spans` of first and last day, both included.

    `handle`: somebody outside, whose automatic answer says so: proposed to the user, and taken for true only when they
    agree (`away`). None: ourselves (a calendar's entry), `colleague` where it is known which of us; such days do not
    count as silence. `key` and `revision` work as in `Touchpoint`; an entry that no longer says so has no spans. No
    text is kept. `said`: the day of an automatic answer.
    """

    spans: tuple[tuple[date, date], ...] = attrs.field(converter=_tuple)
    key: str = attrs.field(kw_only=True)
    revision: tuple[int | str, ...] = attrs.field(default=(), converter=_tuple, kw_only=True)
    colleague: str | None = attrs.field(default=None, kw_only=True)
    handle: Handle | None = attrs.field(default=None, kw_only=True)
    said: date | None = attrs.field(default=None, kw_only=True)


@attrs.frozen(slots=True)
class Coverage:
    """The span a source covers, also where it holds nothing: `what` names the line, account or chat."""

    start: date
    end: date
    what: str = ""
