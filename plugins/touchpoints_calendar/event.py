"""One VEVENT: what of it matters for contact, understood in the same way whichever reader its lines came from."""

from __future__ import annotations

import re
from binascii import a2b_qp
from datetime import datetime, timedelta
from functools import lru_cache

import attrs

from touchpoints import handles
from touchpoints.model import Participant
from touchpoints_calendar.lines import Damaged, Grammar, Parameters
from touchpoints_calendar.meeting import channel_of, is_cancelled, is_room
from touchpoints_calendar.zones import Moment

TIMES = ("DTSTART", "RECURRENCE-ID", "RRULE", "EXRULE", "RDATE", "EXDATE")
GRAMMAR = Grammar(
    (
        *TIMES, "DTEND", "DURATION", "UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "STATUS", "CLASS", "TRANSP", "SUMMARY",
        "LOCATION", "ORGANIZER", "ATTENDEE", "X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-ALLDAYEVENT",
    ),
    vital=TIMES,
)  # fmt: skip
_DURATION = re.compile(r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)
_STAMP = re.compile(r"\d{8}T\d{6}Z?", re.ASCII)
_SEQUENCE = re.compile(r"\d{1,9}", re.ASCII)
_EXCHANGE_UID = "040000008200E00074C5B7101A82E008"
People = tuple[tuple[Participant, str], ...]
_VEILS = frozenset(
    ("", "busy", "beschäftigt", "gebucht", "belegt", "tentative", "mit vorbehalt", "out of office", "abwesend", "private",
     "privat", "private appointment", "privater termin", "private event", "privates ereignis")
)  # fmt: skip
_ADDRESS_IN_NAME = re.compile(r"(?<=\S)\s*(?:<[^<>]*@[^<>]*>|\([^()]*@[^()]*\)|\[[^][]*@[^][]*\])")
"""As Outlook and Google write a name: "Muster, Erika (erika@muster.example)"."""
_NAMED = re.compile(r"([^<>@]*)<\s*([^<>\s]+@[^<>\s]+)\s*>\s*")
_THINGS = frozenset({"ROOM", "RESOURCE", "GROUP"})


@attrs.frozen(slots=True)
class Event:
    """An event as its file writes it.

    `uid`: empty if it has none. `recurrence`: the occurrence that it replaces, with `onwards` also all later ones.
    `rdates`: further starts, each with its own end or length if it has one. `sequence`, `stamp`: its version (the stamp
    in UTC, `20260301T080000Z`). `away`: marked as out of office. `people`: everybody with their answer (ACCEPTED,
    DECLINED, …; of an organiser who is not among the attendees it is empty), without rooms, resources, groups and
    calendars.
    """

    uid: str
    start: Moment | None
    end: Moment | None = None
    length: timedelta | None = None
    recurrence: Moment | None = None
    onwards: bool = False
    rules: tuple[str, ...] = ()
    exrules: tuple[str, ...] = ()
    rdates: tuple[tuple[Moment, Moment | timedelta | None], ...] = ()
    exdates: tuple[Moment, ...] = ()
    sequence: int = 0
    stamp: str = ""
    subject: str = ""
    channel: str = "meeting"
    private: bool = False
    cancelled: bool = False
    free: bool = False
    tentative: bool = False
    away: bool = False
    people: People = ()

    @property
    def version(self) -> tuple[int, str]:
        """What orders the versions of one event."""
        return self.sequence, self.stamp

    @property
    def recurring(self) -> bool:
        """Whether it takes place more than once."""
        return bool(self.rules or self.rdates)

    @property
    def veiled(self) -> bool:
        """Whether it only says that time is taken, as calendars do that show others no details."""
        return not self.people and self.subject.strip().casefold() in _VEILS

    def alone(self) -> Event:
        """The same taking place once."""
        return attrs.evolve(self, rules=(), rdates=())

    @classmethod
    def of(cls, text: str) -> Event:
        """The event of an unfolded VEVENT. Raises `Damaged` where its times cannot be read."""
        single: dict[str, tuple[Parameters, str]] = {}
        many: dict[str, list[tuple[Parameters, str]]] = {}
        for name, parameters, value in GRAMMAR.lines(text):
            if name in _MANY:
                many.setdefault(name, []).append((parameters, value))
            else:
                single.setdefault(name, (parameters, value))

        def word(name: str) -> str:
            if (found := single.get(name)) is None:
                return ""
            parameters, value = found
            if parameters and parameters.get("ENCODING", "").upper() == "QUOTED-PRINTABLE":  # vCalendar 1.0
                value = a2b_qp(value.encode()).decode(errors="replace")
            return value.strip()

        def moment(name: str) -> Moment | None:
            return Moment.of(single[name][1], single[name][0]) if name in single else None

        start, recurrence = moment("DTSTART"), moment("RECURRENCE-ID")
        try:
            end = moment("DTEND")
        except Damaged:
            end = None  # its start is known: only how long it took is not
        if word("X-MICROSOFT-CDO-ALLDAYEVENT").upper() == "TRUE":
            start, end, recurrence = _whole_day(start), _whole_day(end), _whole_day(recurrence)
        status, busy, subject = word("STATUS").upper(), word("X-MICROSOFT-CDO-BUSYSTATUS").upper(), word("SUMMARY")
        return cls(
            _uid(word("UID")), start, end, _length(word("DURATION")), recurrence,
            recurrence is not None and single["RECURRENCE-ID"][0].get("RANGE", "").upper() == "THISANDFUTURE",
            tuple(value for _, value in many.get("RRULE", ()) if value.strip()),
            tuple(value for _, value in many.get("EXRULE", ()) if value.strip()),
            tuple(_rdate(v, p) for p, values in many.get("RDATE", ()) for v in values.split(",") if v.strip()),
            tuple(Moment.of(v.strip(), p) for p, values in many.get("EXDATE", ()) for v in values.split(",") if v.strip()),
            _sequence(word("SEQUENCE")),
            _stamp(word("LAST-MODIFIED")) or _stamp(word("DTSTAMP")),
            subject,
            channel_of(word("LOCATION"), text),
            word("CLASS").upper() in ("PRIVATE", "CONFIDENTIAL"),
            status == "CANCELLED" or is_cancelled(subject),
            busy == "FREE" if busy else word("TRANSP").upper() == "TRANSPARENT",
            status == "TENTATIVE" or busy == "TENTATIVE",
            busy in ("OOF", "OUTOFOFFICE"),
            _people(single.get("ORGANIZER"), many.get("ATTENDEE", [])),
        )  # fmt: skip


_MANY = frozenset({"ATTENDEE", "RRULE", "EXRULE", "RDATE", "EXDATE"})


def _uid(text: str) -> str:
    """A UID; Outlook's loses the date of an occurrence (bytes 16 to 19), so that it names the whole series."""
    if text[:32].upper() == _EXCHANGE_UID:
        return f"{_EXCHANGE_UID}00000000{text[40:].upper()}"
    return text


def _whole_day(moment: Moment | None) -> Moment | None:
    """A midnight of an all-day event, which Outlook may write as a time, as the day it is."""
    if moment is None or moment.day or (moment.wall.hour, moment.wall.minute) != (0, 0):
        return moment
    return Moment(moment.wall, "", True)


def _length(text: str) -> timedelta | None:
    match = _DURATION.fullmatch(text.upper())
    if not match:
        return None
    weeks, days, hours, minutes, seconds = (int(n or 0) for n in match.groups()[1:])
    try:
        length = timedelta(days, seconds, 0, 0, minutes, hours, weeks)
    except OverflowError:
        return None
    return -length if match[1] == "-" else length


def _rdate(text: str, parameters: dict[str, str]) -> tuple[Moment, Moment | timedelta | None]:
    start, slash, end = text.strip().partition("/")
    if not slash:
        return Moment.of(start, parameters), None
    return Moment.of(start, parameters), _length(end) if "P" in end.upper() else Moment.of(end, parameters)


def _sequence(text: str) -> int:
    return int(text) if _SEQUENCE.fullmatch(text) else 0


def _stamp(text: str) -> str:
    """A stamp as UTC text, which the standard prescribes; empty if it is none."""
    try:
        return f"{text[:15]}Z" if _STAMP.fullmatch(text) and datetime.fromisoformat(text[:15]) else ""
    except ValueError:
        return ""


def _people(organizer: tuple[Parameters, str] | None, attendees: list[tuple[Parameters, str]]) -> People:
    """Everybody once. Where the attendees' list holds the organiser, the answer there is the organiser's."""
    people: dict[str, tuple[Participant, str]] = {}
    lines = [("attendee", *line) for line in attendees]
    for role, parameters, address in [("organizer", *organizer), *lines] if organizer else lines:
        found = _person(role, parameters, address)
        if found is None:
            continue
        who, person, answer = found
        if who in people:
            known, _ = people[who]
            if known.role == "organizer" and answer == "NEEDS-ACTION":
                answer = ""
            name = person.name or known.name
            person = Participant(known.role, known.handle, name, declined=answer == "DECLINED")
        people[who] = person, answer
    return tuple(people.values())


@lru_cache(maxsize=1 << 14)
def _person(role: str, parameters: Parameters, address: str) -> tuple[str, Participant, str] | None:
    """Who a line names (as one text, and as a participant), and the answer; `None` for a room, a resource, a group, a
    calendar, or nobody."""
    if parameters.get("CUTYPE", "").upper() in _THINGS or "calendar.google.com" in address.lower():
        return None
    name = _ADDRESS_IN_NAME.sub("", parameters.get("CN", "")).strip(" '\"")
    address = address[7:] if address[:7].lower() == "mailto:" else address
    if named := _NAMED.fullmatch(address):  # as vCalendar 1.0 and some programs after it write it
        name, address = name or named[1].strip(" '\""), named[2]
    handle = handles.email(address) or handles.email(parameters.get("EMAIL"))
    if is_room(name):
        return None
    if "@" in name:
        handle, name = handle or handles.email(name), ""
    if handle is None:
        if not handles.fold(name):
            return None
        handle = handles.name(name, "calendar")
    if role == "organizer" or parameters.get("ROLE", "").upper() == "ORGANIZER":
        return handle.value, Participant("organizer", handle, name or None), ""
    answer = (parameters.get("PARTSTAT") or parameters.get("STATUS", "")).upper() or "NEEDS-ACTION"
    if parameters.get("ROLE", "").upper() == "NON-PARTICIPANT":
        role = "cc"  # told of the meeting, not asked to come
    return handle.value, Participant(role, handle, name or None, declined=answer == "DECLINED"), answer
