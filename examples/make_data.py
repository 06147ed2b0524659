"""Write the made-up exports that the examples read: two years of Mara Falk, account manager in Berlin.

`python examples/make_data.py [FOLDER]` writes `data/` (her exports), `directory/` (her address book) and `truth.json`
(whom she needs to call, and why) into FOLDER, by default this file's own, byte for byte the same every time.

The truth is what was planted, not what a program found: `cast.toml` gives each customer a rhythm and a mix of channels,
the contacts are drawn from these, and `stories` bends the end of some of them. Around it stands the noise of a real
mailbox. Every domain is reserved (RFC 2606), every number lies in a range set aside for fiction.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import sys
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

CAST = tomllib.loads((Path(__file__).parent / "cast.toml").read_text(encoding="utf-8"))
BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 7, 1, 9, 0)
"""The moment of the example, local time: nothing is recorded after it, and some meetings are booked after it."""
TODAY, START = AT.date(), date(2024, 6, 17)
WINDOW = date(2026, 6, 15)
"""From here on whoever has no story gets an answer the same day: who waits at `AT`, waits by intention."""
COMPANY = "falkberatung.example"


def rows(table: str) -> list[list[str]]:
    """The cells of a table in the cast."""
    return [[cell.strip() for cell in line.split("|")] for line in CAST[table].strip().splitlines()]


def phrases(pool: str, lang: str = "") -> list[str]:
    """The phrases of a pool in the cast."""
    text = CAST["words"][lang][pool] if lang else CAST["words"][pool]
    return [phrase.strip() for phrase in text.strip().replace("\n", ";").split(";")]


# --------------------------------------------------------------------------------------------------------------- days
HOLIDAYS = {
    date.fromisoformat(day): name
    for day, name in (line.split(maxsplit=1) for line in CAST["holidays"].strip().splitlines())
}
LEAVE = [
    (date(2024, 8, 5), date(2024, 8, 23)),
    (date(2025, 2, 17), date(2025, 2, 21)),
    (date(2025, 7, 28), date(2025, 8, 15)),
    (date(2026, 3, 30), date(2026, 4, 2)),
]


def works(day: date) -> bool:
    """Whether Mara works on this day: no weekend, holiday or leave, and not from 24 December to 6 January."""
    turn_of_year = (day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 6)
    return not (day.weekday() > 4 or turn_of_year or day in HOLIDAYS or any(a <= day <= b for a, b in LEAVE))


def workday(day: date) -> date:
    """This day, or the last working day before it."""
    while not works(day):
        day -= timedelta(days=1)
    return day


def clock(day: date, hhmm: str) -> datetime:
    """A time of a day: `clock(day, "9:05")`."""
    hour, minute = map(int, hhmm.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute)


def on(text: str) -> datetime:
    """A time of this year: `on("30.6. 16:12")`."""
    day, month, hhmm = text.replace(" ", "").split(".")
    return clock(date(2026, int(month), int(day)), hhmm)


def office_hour(rng: Random, day: date, first: float = 8.25, last: float = 16.25) -> datetime:
    """Some time of a day between two hours."""
    minutes = rng.randrange(int(first * 60), int(last * 60))
    return clock(day, "0:00") + timedelta(minutes=minutes, seconds=rng.randrange(60))


def some_day(rng: Random, last: date = TODAY - timedelta(days=1)) -> date:
    """Some working day."""
    while not works(day := START + timedelta(days=rng.randrange((last - START).days + 1))):
        pass
    return day


def utc(local: datetime) -> datetime:
    """The instant of a local time."""
    return local.replace(tzinfo=BERLIN).astimezone(UTC)


# ------------------------------------------------------------------------------------------------------------- people
@dataclass(frozen=True, slots=True)
class Someone:
    """A person or a mailbox; `phone` is the number we use, E.164; `shown` how the own mail program writes the name."""

    name: str
    address: str
    phone: str = ""
    office: str = ""
    shown: str = ""

    @property
    def domain(self) -> str:
        """Where the mail goes."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Customer:
    """An organisation and its rhythm: usual gap in days, channels in turn (newest first), days since the last touch."""

    company: str
    domain: str
    people: tuple[Someone, ...]
    gap: float = 4
    cycle: tuple[str, ...] = ("m",)
    lang: str = "de"
    quiet: int | None = None
    since: date = START
    lapses: bool = False
    prospect: bool = False

    @property
    def main(self) -> Someone:
        """The person we know best."""
        return self.people[0]


def plain(text: str) -> str:
    """A name as part of an address: `Dr. Jürgen Groß` → `juergen.gross`."""
    folded = text.lower()
    for odd, even in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("á", "a"), ("dr. ", ""), ("prof. ", "")):
        folded = folded.replace(odd, even)
    return folded.replace(" ", ".")


MARA = Someone("Mara Falk", f"mara.falk@{COMPANY}", "+493023125100", shown="Falk, Mara")
MOBILE, FAMILY, MACHINE = "+491713920010", "+493023125177", "Anrufbeantworter"
COLLEAGUES = [
    Someone(name, f"{plain(name)}@{COMPANY}")
    for name in "Jonas Brandt;Leyla Demir;Simon Pfeiffer;Ruth Adler;Timo Hauser;Nora Winter;Felix Obermann".split(";")
] + [Someone(box.title(), f"{box}@{COMPANY}") for box in ("buchhaltung", "service", "it")]
JONAS, LEYLA = COLLEAGUES[:2]
WHATSAPP = {"gaertnerei-morgentau": "Android", "gemuesehof-rosenbusch": "iOS", "zimmerei-hollerbach": "Android"}
NO_PHONE_BOOK = {"elektro-wunderlich.example", "imkerei-goldtau.example"}
"""Their numbers stand without a name in every call log: only an address book knows them."""


def customers() -> dict[str, Customer]:
    """The customers of the cast by the stem of their domain, with numbers drawn."""
    rng = Random("people")
    pools = {
        "de": [f"+498999998{n}" for n in range(100, 400)] + [f"+493023125{n}" for n in range(200, 500)],
        "en": [f"+442079460{n}" for n in range(100, 300)],
        "us": [f"+121255501{n:02}" for n in range(100)],
        "mobile": [f"+4917139200{n}" for n in range(11, 60)],
    }
    for pool in pools.values():
        rng.shuffle(pool)
    result = {}
    for company, stem, names, gap, cycle, options in rows("customers"):
        opts = dict(option.partition("=")[::2] for option in options.split())
        lang = "en" if "en" in opts else "de"
        surname_first, people = rng.random() < 0.3, list[Someone]()
        for name in names.split(", "):
            office = pools["us" if company.endswith("Inc") else lang].pop()
            by_mobile = not people and ("mobile" in opts or rng.random() < 0.12)
            given, _, family = name.rpartition(" ")
            people.append(
                Someone(
                    name,
                    f"{plain(name)}@{stem}.example",
                    pools["mobile"].pop() if by_mobile else office,
                    office,
                    f"{family}, {given}" if surname_first else name,
                )
            )
        result[stem] = Customer(
            company,
            f"{stem}.example",
            tuple(people),
            float(gap),
            () if "story" in opts else tuple(cycle.split()),
            lang,
            int(opts.get("silent") or opts.get("last") or 0) or None,
            date.fromisoformat(opts.get("since") or START.isoformat()),
            "silent" in opts,
            "prospect" in opts,
        )
    return result


# ------------------------------------------------------------------------------------------------------------- events
@dataclass(frozen=True, slots=True)
class Call:
    """A call on a line (`office`, `family`, `mobile`); `seconds` 0: not reached; `number` empty: hidden."""

    at: datetime
    line: str
    number: str
    name: str
    incoming: bool
    seconds: int
    extension: str = "Büro Mara"
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it lies in the mailbox; `head` holds further header lines, `parents` the ids of the thread so far."""

    at: datetime
    sender: Someone
    to: tuple[Someone, ...]
    subject: str
    body: str
    cc: tuple[Someone, ...] = ()
    parents: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A calendar entry; `guests` pairs a person with an answer (PARTSTAT), `days` makes it all-day."""

    start: datetime
    minutes: int
    title: str
    guests: tuple[tuple[Someone, str], ...] = ()
    where: str = ""
    teams: bool = False
    organizer: Someone = MARA
    changed: datetime | None = None
    days: int = 0
    cancelled: bool = False
    lang: str = "de"
    lines: tuple[str, ...] = ()
    uid: str = ""
    sequence: int = 0


@dataclass(slots=True)
class World:
    """Everything that was recorded, and the days on which we were in touch with whom (by domain)."""

    calls: list[Call] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    chats: dict[str, list[tuple[datetime, str, str]]] = field(default_factory=lambda: defaultdict(list))
    touched: dict[str, set[date]] = field(default_factory=lambda: defaultdict(set))
    kinds: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    traps: list[tuple[Someone, str]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def touch(self, day: date, people: Iterable[Someone]) -> None:
        """Note a contact."""
        for person in people:
            self.touched[person.domain].add(day)

    def call(
        self,
        at: datetime,
        who: Someone,
        incoming: bool,
        minutes: float,
        line: str = "office",
        extension: str = "Büro Mara",
    ) -> None:
        """A call with somebody; 0 minutes: not reached. Some numbers got their name in the phone book only later."""
        unnamed = who.domain in NO_PHONE_BOOK or (who.phone[-1] in "37" and (at.date() - START).days < 60)
        self.calls.append(
            Call(at, line, who.phone, "" if unnamed else who.name, incoming, round(minutes * 60), extension)
        )
        if minutes and extension != MACHINE:
            self.touch(at.date(), [who])

    def mail(
        self,
        at: datetime,
        sender: Someone,
        to: Sequence[Someone],
        subject: str,
        body: str,
        *,
        counts: bool = True,
        cc: Sequence[Someone] = (),
        parents: Sequence[str] = (),
        head: Sequence[str] = (),
    ) -> str:
        """A mail; returns its id."""
        digest = hashlib.sha1(f"{at} {sender.address} {len(self.mails)}".encode()).hexdigest()[:14]
        mail_id = f"<{digest}@{sender.domain}>"
        self.mails.append(Mail(at, sender, tuple(to), subject, body, tuple(cc), tuple(parents), tuple(head), mail_id))
        if counts:
            self.touch(at.date(), to if sender.domain == COMPANY else [sender])
        return mail_id

    def robot(
        self, at: datetime, sender: Someone, subject: str, *head: str, body: str = "Automatische Nachricht."
    ) -> None:
        """A mail that no person wrote."""
        self.mail(at, sender, [MARA], subject, body, counts=False, head=head)

    def meet(self, entry: Meeting, counts: bool = True) -> Meeting:
        """A calendar entry; a past one, neither cancelled nor declined, is a contact."""
        self.meetings.append(entry)
        if counts and entry.start < AT and not entry.cancelled:
            self.touch(entry.start.date(), [person for person, answer in entry.guests if answer != "DECLINED"])
        return entry

    def stranger(self, rng: Random, domain: str) -> Someone:
        """A person nobody else is called like."""
        name = self.fresh(rng, "first", "last", " ")
        return Someone(name, f"{plain(name)}@{domain}")

    def organisation(self, rng: Random, kind: str) -> str:
        """The domain of an organisation of some kind."""
        domain = self.fresh(rng, "stems", "trades", "-") + ".example"
        self.kinds[kind].add(domain)
        return domain

    def fresh(self, rng: Random, first: str, last: str, between: str) -> str:
        """A name of two parts that was not given yet."""
        while True:
            name = f"{rng.choice(CAST[first].split())}{between}{rng.choice(CAST[last].split())}"
            if name not in self.taken:
                self.taken.add(name)
                return name


def title_of(domain: str) -> str:
    """How an organisation writes itself: `lindgrund-labor.example` → `Lindgrund Labor`."""
    return domain.removesuffix(".example").replace("-", " ").title()


def fill(rng: Random, phrase: str, day: date) -> str:
    """A phrase with its order number, product, week and year."""
    return phrase.format(
        n=rng.randrange(2100, 9800),
        p=rng.choice(phrases("products")),
        w=min(day.isocalendar().week + 2, 52),
        y=day.year + (day.month > 6),
    )


def conversation(
    world: World,
    rng: Random,
    day: date,
    who: Someone,
    pattern: str,
    lang: str = "de",
    *,
    subject: str = "",
    cc: Sequence[Someone] = (),
) -> None:
    """A thread within one day, `o` by us and `i` by them: "io" is their question and our answer."""
    subject = subject or fill(rng, rng.choice(phrases("topics", lang)), day)
    at, parents = office_hour(rng, day, last=13), list[str]()
    for i, letter in enumerate(pattern):
        sender, to = (MARA, who) if letter == "o" else (who, MARA)
        closing = i == len(pattern) - 1 and i > 1
        pool = "ours" if letter == "o" else "thanks" if closing else "theirs" if i else "questions"
        greeting = "Guten Tag" if lang == "de" else f"Hello {to.name.split()[0]}"
        reply = ("AW: " if lang == "de" else "RE: ") if parents else ""
        body = f"{greeting}, {rng.choice(phrases(pool, lang))}"
        parents.append(world.mail(at, sender, [to], reply + subject, body, cc=cc, parents=parents))
        at += timedelta(minutes=rng.randrange(8, 95), seconds=rng.randrange(60))


def phone_call(world: World, rng: Random, day: date, who: Someone, line: str) -> None:
    """A call that reached somebody, sometimes after an attempt of either side."""
    at, incoming, dice = office_hour(rng, day, first=9.5), rng.random() < 0.45, rng.random()
    earlier = at - timedelta(minutes=rng.randrange(6, 70))
    if dice < 0.04 and line == "office":
        world.call(earlier, who, True, 0.6, line, MACHINE)
    elif dice < 0.16:
        world.call(earlier, who, True, 0, line)
    elif dice < 0.36:
        world.call(earlier, who, False, 0, line)
    world.call(at, who, incoming and dice >= 0.16, max(rng.gammavariate(1.8, 6.5), 0.4), line)


def meeting(
    world: World, rng: Random, at: datetime, customer: Customer, on_site: bool = False, **fixed: object
) -> Meeting:
    """A meeting with up to two people of a customer, on site or by Teams, booked some days before."""
    changed = clock(workday(min(at, AT).date() - timedelta(days=rng.randrange(3, 12))), f"{rng.randrange(8, 17)}:20")
    answers = "ACCEPTED ACCEPTED ACCEPTED NEEDS-ACTION TENTATIVE".split()
    drawn: dict[str, object] = {
        "title": fill(rng, rng.choice(phrases("titles", customer.lang)), at.date()),
        "guests": tuple((person, rng.choice(answers)) for person in customer.people[:2]),
        "where": f"{customer.company}, Besprechungsraum" if on_site else "",
        "organizer": MARA if rng.random() < 0.75 else customer.main,
        "changed": changed,
    }
    entry = Meeting(at, rng.choice([30, 45, 60, 60] + [90] * on_site), "", teams=not on_site, lang=customer.lang)
    return world.meet(replace(entry, **drawn | fixed))  # type: ignore[arg-type]


def answer_mail(world: World, rng: Random, entry: Meeting, who: Someone, answer: str = "ACCEPTED") -> None:
    """The mail with which a calendar answers an invitation; no contact besides the meeting."""
    sent = entry.changed or entry.start
    body = "\n".join(
        [
            "BEGIN:VCALENDAR",
            "METHOD:REPLY",
            "PRODID:Microsoft Exchange Server 2010",
            "VERSION:2.0",
            "BEGIN:VEVENT",
            f"UID:{uid_of(entry)}",
            f"DTSTART:{utc(entry.start):%Y%m%dT%H%M%SZ}",
            f"DTSTAMP:{utc(sent):%Y%m%dT%H%M%SZ}",
            f"ATTENDEE;PARTSTAT={answer}:mailto:{who.address}",
            "END:VEVENT",
            "END:VCALENDAR",
        ]
    )
    german, english = {"ACCEPTED": ("Zugesagt", "Accepted"), "DECLINED": ("Abgelehnt", "Declined")}[answer]
    subject = f"{german if entry.lang == 'de' else english}: {entry.title}"
    world.robot(
        sent + timedelta(minutes=rng.randrange(3, 400)),
        who,
        subject,
        "Content-Type: text/calendar; method=REPLY; charset=utf-8",
        body=body,
    )


def out_of_office(world: World, at: datetime, who: Someone, lang: str = "de") -> None:
    """The answer of a machine."""
    subject = "Automatische Antwort: Abwesend" if lang == "de" else "Automatic reply: away"
    world.robot(at, who, subject, "Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All")


def bounce(world: World, at: datetime, gone: Someone, status: str) -> None:
    """The report of a mail server that a mail could not be delivered, for good (5.…) or so far (4.…)."""
    final = status.startswith("5")
    body = "\n".join(
        [
            "--=_b",
            "Content-Type: text/plain",
            "",
            "Your message could not be delivered.",
            "",
            "--=_b",
            "Content-Type: message/delivery-status",
            "",
            f"Reporting-MTA: dns; mx.{COMPANY}",
            "",
            f"Final-Recipient: rfc822; {gone.address}",
            f"Action: {'failed' if final else 'delayed'}",
            f"Status: {status}",
            "--=_b--",
        ]
    )
    world.robot(
        at,
        Someone("Mail Delivery System", f"mailer-daemon@mx.{COMPANY}"),
        "Undelivered Mail Returned to Sender" if final else "Delayed Mail (still being retried)",
        "Auto-Submitted: auto-replied",
        f"X-Failed-Recipients: {gone.address}",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"',
        body=body,
    )


def chat_day(world: World, rng: Random, day: date, customer: Customer) -> None:
    """A few WhatsApp messages, the last one ours; on an iPhone sometimes a call."""
    chat, at = world.chats[customer.main.name], office_hour(rng, day, last=17)
    world.touch(day, [customer.main])
    if WHATSAPP[customer.domain.removesuffix(".example")] == "iOS" and rng.random() < 0.25:
        chat.append((at, customer.main.name, "\u200eVerpasster Sprachanruf. \u200eZum Zurückrufen tippen"))
        chat.append((at + timedelta(minutes=7), MARA.name, f"\u200eSprachanruf. \u200e{rng.randrange(2, 25)} Min."))
        return
    length = rng.randrange(2, 6)
    for left in range(length - 1, -1, -1):
        author, pool = (customer.main.name, "chat_theirs") if left % 2 else (MARA.name, "chat_ours")
        text = rng.choice([*phrases(pool), "<media>"]) if rng.random() < 0.95 else "Adresse:\nHof 3\nTor links"
        chat.append((at, author, text))
        at += timedelta(minutes=rng.randrange(1, 40), seconds=rng.randrange(60))


# ------------------------------------------------------------------------------------------------------------- rhythm
Step = tuple[date, str, int]


def draw(rng: Random, customer: Customer) -> list[Step]:
    """Contacts backwards from the last one: gamma gaps (variation 0.4) moved to working days, channels by the cycle."""
    quiet = customer.quiet if customer.quiet is not None else max(1, round(customer.gap * rng.uniform(0.1, 0.95)))
    moment, steps = float((workday(TODAY - timedelta(days=quiet)) - START).days), list[Step]()
    while (day := workday(START + timedelta(days=int(moment)))) >= customer.since:
        if not steps or day != steps[-1][0]:
            token = customer.cycle[len(steps) % len(customer.cycle)]
            steps.append((day, token[0], int(token[1:] or 0)))
        moment -= rng.gammavariate(6, customer.gap / 6)
    return steps[::-1]


def streams(customer: Customer, steps: Iterable[Step]) -> dict[str, list[date]]:
    """The days of contact as one may see them: all and the live ones, over everything and by each handle alone."""
    found: dict[str, list[date]] = defaultdict(list)
    for day, channel, i in steps:
        person = customer.people[i]
        handles = {"c": [person.phone], "w": [person.name], "m": [person.address]}.get(
            channel, [guest.address for guest in customer.people[:2]]
        )
        for key in ["all", *handles]:
            found[key].append(day)
            if channel in "cvp":
                found["live " + key].append(day)
    return found


def in_rhythm(days: list[date]) -> bool:
    """Whether contacts go on as they used to: the last gap, the last month and quarter, and no season left out."""
    if len(days) < 2:
        return True
    usual, silence = (days[-1] - days[0]).days / (len(days) - 1), (TODAY - days[-1]).days
    lately, month = (sum((TODAY - day).days < span for day in days) for span in (90, 31))
    return (
        silence <= max(6, 1.2 * usual)
        and (usual > 30 or lately >= 0.7 * 90 / usual)
        and (usual > 10 or month >= 0.7 * 31 / usual)
        and not missed_season(days)
    )


def missed_season(days: Iterable[date]) -> bool:
    """Whether there was contact around this date in both years before, and none this year."""
    reach = {2024: 24, 2025: 24, 2026: 18}
    around = {day.year for day in days if abs((day - TODAY.replace(year=day.year)).days) <= reach[day.year]}
    return around == {2024, 2025}


def plan(customer: Customer) -> list[Step]:
    """Draw until the end of the history is what the cast says: in rhythm on every channel, or lapsed."""
    rng = Random(f"rhythm {customer.domain}")
    for _ in range(50_000):
        steps = draw(rng, customer)
        if customer.lapses or all(map(in_rhythm, streams(customer, steps).values())):
            return steps
    raise SystemExit(f"{customer.company}: no history in rhythm found; is its cycle too long for its gap?")


def live_through(world: World, customer: Customer) -> None:
    """Turn planned contacts into calls, threads, chats and meetings; the first mail of all is ours."""
    rng = Random(f"events {customer.domain}")
    written = bool(world.touched[customer.domain])
    for day, channel, i in plan(customer):
        who = customer.people[i]
        if channel == "c":
            mobile = rng.random() < (0.6 if who.phone.startswith("+4917") else 0.25)
            phone_call(world, rng, day, who, "mobile" if mobile else "office")
        elif channel == "w":
            chat_day(world, rng, day, customer)
        elif channel == "m":
            usual = "io oio oio ioio" if day >= WINDOW else "io oi oio ioi oi ioio"
            pattern = rng.choice(usual.split()) if written else "oio"
            written = True
            others = customer.people[2:] if rng.random() < 0.3 else ()
            conversation(world, rng, day, who, pattern, customer.lang, cc=others)
            if pattern[0] == "o" and rng.random() < 0.08:
                out_of_office(world, clock(day, "17:30"), who, customer.lang)
        else:
            at = clock(day, f"{rng.randrange(9, 16)}:{rng.choice(['00', '30', '15'])}")
            entry = meeting(world, rng, at, customer, channel == "p")
            if entry.organizer is MARA and rng.random() < 0.3:
                answer_mail(world, rng, entry, who)


# ------------------------------------------------------------------------------------------------------------- series
def series(
    world: World,
    first: datetime,
    minutes: int,
    title: str,
    guests: Sequence[Someone] = (),
    *,
    weeks: int = 0,
    nth: int = 0,
    until: date = TODAY,
    where: str = "",
    lang: str = "de",
    lines: Sequence[str] = (),
    moved: dict[date, datetime] | None = None,
    dropped: Sequence[date] = (),
) -> None:
    """A recurring entry: every so many weeks, or on the nth such weekday of each month.

    Pauses are left out (EXDATE) if guests are concerned; single instances are moved or cancelled (RECURRENCE-ID).
    """

    def at(day: date) -> datetime:
        return datetime.combine(day, first.time())

    def local(name: str, moment: datetime) -> str:
        return f"{name};TZID=W. Europe Standard Time:{moment:%Y%m%dT%H%M%S}"

    days = [
        day
        for i in range((until - first.date()).days + 1)
        if (day := first.date() + timedelta(days=i)).weekday() == first.weekday()
        and (i % (7 * weeks) == 0 if weeks else (day.day - 1) // 7 == nth - 1)
    ]
    weekday = "MO TU WE TH FR SA SU".split()[first.weekday()]
    rule = "RRULE:FREQ=" + (f"WEEKLY;INTERVAL={weeks};BYDAY={weekday}" if weeks else f"MONTHLY;BYDAY={nth}{weekday}")
    rule += f";UNTIL={utc(at(until)):%Y%m%dT%H%M%SZ}" if until < TODAY else ""
    pauses = [day for day in days if guests and not works(day)]
    base = Meeting(
        first,
        minutes,
        title,
        tuple((guest, "ACCEPTED") for guest in guests),
        where,
        lang=lang,
        teams=bool(guests) and not where,
        changed=clock(first.date() - timedelta(days=6), "11:20"),
        lines=(rule, *(local("EXDATE", at(day)) for day in pauses), *lines),
        uid=hashlib.sha256(f"{first}{title}".encode()).hexdigest(),
    )
    world.meet(base, counts=False)
    moves = moved or {}
    for day in [*moves, *dropped]:
        shown = title if day in moves else ("Abgesagt: " if lang == "de" else "Canceled: ") + title
        world.meet(
            replace(
                base,
                start=moves.get(day, at(day)),
                title=shown,
                lines=(local("RECURRENCE-ID", at(day)),),
                changed=clock(day - timedelta(days=1), "16:05"),
                sequence=2,
                cancelled=day in dropped,
            )
        )
    for day in {*days} - {*pauses, *moves, *dropped}:
        world.touch(day, guests)


def recurring(world: World, who: dict[str, Customer]) -> None:
    """The series in the calendar: customers, colleagues, private."""
    series(
        world,
        datetime(2024, 6, 18, 10),
        30,
        "Jour fixe Havelland",
        who["havelland-logistik"].people,
        weeks=1,
        moved={date(2025, 10, 7): datetime(2025, 10, 8, 14), date(2026, 5, 12): datetime(2026, 5, 13, 14)},
        dropped=[date(2026, 6, 23)],
    )
    series(
        world,
        datetime(2024, 6, 20, 15),
        45,
        "Kestrel catch-up",
        who["kestrel-rowe"].people,
        weeks=2,
        lang="en",
        dropped=[date(2025, 9, 11)],
    )
    series(
        world,
        datetime(2024, 7, 10, 9, 30),
        60,
        "Lagerrunde Südkreuz",
        who["rechenwerk-suedkreuz"].people[:2],
        nth=2,
        where="Rechenwerk Südkreuz, 2. OG",
        moved={date(2026, 1, 14): datetime(2026, 1, 15, 9, 30)},
    )
    series(
        world,
        datetime(2024, 6, 19, 11),
        30,
        "Abstimmung Quellwerk",
        who["quellwerk-medizintechnik"].people,
        weeks=2,
        until=date(2026, 4, 22),
    )
    series(world, datetime(2024, 6, 17, 9), 45, "Vertriebsrunde", COLLEAGUES[:6], weeks=1)
    series(world, datetime(2024, 6, 21, 13), 30, "1:1 Jonas / Mara", [JONAS], weeks=2, until=date(2026, 3, 27))
    series(world, datetime(2024, 6, 20, 18, 30), 75, "Yoga", weeks=1, lines=["CLASS:PRIVATE"])


# ------------------------------------------------------------------------------------------------------------ stories
def stories(world: World, who: dict[str, Customer]) -> None:
    """What bends the ends: everything in the cast's `needs` and `not` that a rhythm alone does not tell."""
    rng = Random("stories")

    def call(
        text: str, stem: str, incoming: bool, minutes: float, line: str = "office", extension: str = "Büro Mara"
    ) -> None:
        world.call(on(text), who[stem].main, incoming, minutes, line, extension)

    def write(text: str, stem: str, subject: str, body: str, parents: Sequence[str] = (), ours: bool = True) -> str:
        sender, to = (MARA, who[stem].main) if ours else (who[stem].main, MARA)
        return world.mail(on(text), sender, [to], subject, body, parents=parents)

    def meet(text: str, stem: str, on_site: bool = False, **fixed: object) -> Meeting:
        return meeting(world, rng, on(text), who[stem], on_site, **fixed)

    # missed, and nobody called back
    call("30.6. 16:12", "druckhaus-faehrmann", True, 0)
    call("30.6. 16:55", "druckhaus-faehrmann", True, 0)
    call("29.6. 11:20", "elbtal-klima", True, 0, "mobile")
    call("26.6. 17:45", "holzwerk-brandeis", True, 0.7, extension=MACHINE)
    # missed, and settled: from the mobile, by a colleague, by their next call; and a call only the mobile knows
    call("29.6. 15:20", "baeckerei-kornblume", True, 0)
    call("29.6. 16:05", "baeckerei-kornblume", False, 4.2, "mobile")
    call("26.6. 10:05", "hotel-waldfrieden", True, 0)
    call("26.6. 10:52", "hotel-waldfrieden", False, 6, extension=JONAS.name)
    call("30.6. 9:40", "schulverbund-nordring", True, 0)
    call("30.6. 11:15", "schulverbund-nordring", True, 8)
    call("30.6. 17:41", "reederei-sturmvogel", False, 14, "mobile")
    # written, and not answered
    write(
        "26.6. 10:20",
        "feinkost-valentini",
        "Wartungsvertrag: Laufzeit und Kündigung",
        "Guten Tag Frau Falk, unser Vertrag läuft im August aus. Können Sie mir die neuen Konditionen nennen?",
        ours=False,
    )
    asked = write(
        "22.6. 9:12",
        "spedition-wolkenstein",
        "Liefertermin Auftrag 7731",
        "Hallo Frau Falk, wann kommen die Handgeräte?",
        ours=False,
    )
    write(
        "25.6. 14:05",
        "spedition-wolkenstein",
        "AW: Liefertermin Auftrag 7731",
        "Hallo Frau Falk, ich erinnere an meine Frage: wann kommen die Handgeräte?",
        [asked],
        ours=False,
    )
    # written, and answered (here by a meeting), or nothing to answer
    write(
        "24.6. 11:30",
        "fensterbau-hagedorn",
        "Anbindung Terminal T3 an die Warenwirtschaft",
        "Guten Tag, schaffen wir das noch im Juli?",
        ours=False,
    )
    meet("25.6. 10:00", "fensterbau-hagedorn", guests=((who["fensterbau-hagedorn"].main, "ACCEPTED"),))
    conversation(
        world, rng, date(2026, 6, 29), who["stiftung-fernlicht"].main, "oioi", subject="Datenblatt Terminal T3"
    )
    conversation(
        world,
        rng,
        date(2026, 5, 5),
        who["kanzlei-morgenroth"].main,
        "io",
        subject="Rückfrage zu Ihrer Rechnung Nr. 2026-0417",
    )
    world.chats[who["zimmerei-hollerbach"].main.name] += [
        (on("30.6. 12:04"), MARA.name, "Die Ersatzrollen sind unterwegs."),
        (on("30.6. 12:31"), who["zimmerei-hollerbach"].main.name, "Danke, bis Freitag 👍"),
    ]
    world.touch(date(2026, 6, 30), [who["zimmerei-hollerbach"].main])
    # meetings that fell through; the third has a successor
    meet(
        "18.6. 14:00",
        "klinik-silbersee",
        title="Abgesagt: Jahresgespräch",
        cancelled=True,
        sequence=1,
        changed=on("16.6. 9:40"),
        organizer=who["klinik-silbersee"].main,
    )
    whitcombe = who["harbourlight-marine"].main
    invited = meet(
        "23.6. 15:00",
        "harbourlight-marine",
        title="Account review",
        organizer=MARA,
        changed=on("19.6. 10:05"),
        guests=((whitcombe, "DECLINED"),),
    )
    answer_mail(world, rng, invited, whitcombe, "DECLINED")
    meet(
        "17.6. 11:00",
        "institut-blaupause",
        title="Abgesagt: Abnahme Terminal T3",
        cancelled=True,
        sequence=1,
        changed=on("15.6. 9:10"),
        organizer=MARA,
    )
    # booked
    for stem, text in {
        "verlag-zeitwende": "7.7. 10:00",
        "kronwald-bau": "9.7. 13:30",
        "theater-lumen": "15.7. 11:00",
        "institut-blaupause": "8.7. 11:00",
        "brightwater-labs": "14.7. 9:30",
        "wohnbau-abendstern": "21.7. 14:00",
        "thistledown-ceramics": "16.7. 10:30",
        "observatorium-nachthimmel": "10.9. 10:00",
        "archiv-lindenallee": "2.9. 15:00",
        "ostwind-fahrraeder": "6.7. 11:00",
    }.items():
        meet(text, stem, stem in ("kronwald-bau", "wohnbau-abendstern"))
    # no sign any more
    for text, subject in {
        "5.5. 9:30": "Angebot 5120: Modul Inventur",
        "20.5. 10:10": "Angebot 5120: Modul Inventur, Nachfrage",
        "8.6. 11:45": "Planung zweites Halbjahr",
        "22.6. 9:05": "Kurze Nachfrage zu Angebot 5120",
    }.items():
        write(text, "moebel-eichgrund", subject, "Guten Tag Frau Dietz, haben Sie schon entschieden?")
    out_of_office(world, on("20.5. 10:11"), who["moebel-eichgrund"].main)
    call("12.6. 10:20", "moebel-eichgrund", False, 0)
    # the contact is gone
    write(
        "29.6. 9:50",
        "pinewood-analytics",
        "Licence renewal Modul Versand",
        "Hello Megan, please find the renewal attached.",
    )
    bounce(world, on("29.6. 9:51"), who["pinewood-analytics"].main, "5.1.1")
    # every year at this time
    for day in (date(2024, 6, 26), date(2025, 7, 2)):
        conversation(
            world, rng, day, who["weingut-sonnhalde"].main, "oio", subject=f"Etiketten für den Jahrgang {day.year}"
        )
        meeting(
            world,
            rng,
            clock(day + timedelta(days=2), "10:00"),
            who["weingut-sonnhalde"],
            True,
            title="Etiketten und Waage",
        )
    # prospects: one answers at last, one was never reached
    for text, subject in {
        "28.4. 10:00": "Lagersoftware Nord für Rosenau",
        "20.5. 15:20": "Lagersoftware Nord: Termin",
        "16.6. 9:15": "Lagersoftware Nord: ein Beispiel",
    }.items():
        sent = write(
            text, "textilwerk-rosenau", subject, "Guten Tag Herr Krüger, darf ich Ihnen die Lagersoftware zeigen?"
        )
    write(
        "30.6. 14:20",
        "textilwerk-rosenau",
        "AW: Lagersoftware Nord: ein Beispiel",
        "Guten Tag Frau Falk, das Beispiel gefällt uns.",
        [sent],
        ours=False,
    )
    for text in ("11.5. 9:20", "27.5. 10:40", "17.6. 11:15"):
        write(
            text, "kaffee-bohnenstolz", "Waage M8 für die Rösterei", "Guten Tag Herr Hennig, passt Ihnen ein Gespräch?"
        )
    for text in ("3.6. 9:35", "24.6. 15:10"):
        call(text, "kaffee-bohnenstolz", False, 0)
    # calls that get rarer
    for back, minutes in ((92, 9), (66, 5), (40, 6), (13, 4)):
        at = office_hour(rng, workday(TODAY - timedelta(days=back)))
        world.call(at, who["autohaus-lindner"].main, rng.random() < 0.5, minutes)


def before_the_shift(world: World, customer: Customer) -> None:
    """The time before only mail was left: video every three weeks until November, mail between."""
    rng, day = Random("shift"), START + timedelta(days=9)
    while day < date(2025, 11, 21):
        meeting(world, rng, clock(workday(day), "10:30"), customer)
        conversation(world, rng, workday(day + timedelta(days=9)), customer.main, "oio")
        day += timedelta(days=rng.randrange(18, 25))


# -------------------------------------------------------------------------------------------------------------- noise
def bulk(world: World) -> None:
    """Newsletters, notices, recruiters and cold sales: one way, towards us."""
    rng = Random("bulk")
    for _ in range(190):
        domain = world.organisation(rng, "newsletter")
        sender = Someone(
            f"{title_of(domain)} News", f"{rng.choice(['news', 'newsletter', 'info', 'kontakt'])}@{domain}"
        )
        for _ in range(rng.randrange(2, 7)):
            world.robot(
                office_hour(rng, some_day(rng), 5, 10),
                sender,
                rng.choice(phrases("newsletter")),
                f"List-Id: <news.{domain}>",
                f"List-Unsubscribe: <https://news.{domain}/u/{rng.randrange(10**6)}>",
                "Precedence: bulk",
                body="Liebe Leserin, lieber Leser.\n\nFrom field to shelf: das Neueste.",
            )
    for _ in range(130):
        domain = world.organisation(rng, "notice")
        sender = Someone(title_of(domain), f"{rng.choice(['no-reply', 'noreply', 'donotreply', 'service'])}@{domain}")
        for _ in range(rng.randrange(1, 5)):
            subject = rng.choice(phrases("notice")).format(n=rng.randrange(10**5, 10**6))
            world.robot(office_hour(rng, some_day(rng), 5), sender, subject, "Auto-Submitted: auto-generated")
    for kind, people, companies in (("recruiter", 160, 60), ("cold_sales", 280, 200)):
        homes = [world.organisation(rng, kind) for _ in range(companies)]
        for i in range(people):
            sender, subject, day = world.stranger(rng, homes[i % companies]), rng.choice(phrases(kind)), some_day(rng)
            parents: list[str] = []
            for _ in range(rng.choice([1, 1, 2, 3])):
                parents.append(
                    world.mail(
                        office_hour(rng, day),
                        sender,
                        [MARA],
                        ("AW: " if parents else "") + subject,
                        "Guten Tag Frau Falk, haben Sie in dieser Woche kurz Zeit?",
                        counts=False,
                        parents=parents,
                    )
                )
                day = workday(day + timedelta(days=rng.randrange(4, 15)))
                if day >= TODAY:
                    break


def one_offs(world: World) -> None:
    """People who wrote or were written to once, and a crowd that only ever stood among many others."""
    rng = Random("one-offs")
    homes = [world.organisation(rng, "one-off") for _ in range(420)]
    for i in range(560):
        person, day = world.stranger(rng, homes[i % len(homes)]), some_day(rng, last=date(2026, 6, 26))
        pattern = rng.choices(["io", "oi", "ioi", "i"], [45, 20, 15, 20])[0] if day < WINDOW else "io"
        conversation(world, rng, day, person, pattern, subject=rng.choice(phrases("one_off")))
    crowd = [world.stranger(rng, home) for home in homes[::9]]
    world.mail(
        datetime(2026, 3, 10, 8, 40), MARA, crowd, "Einladung Anwendertreffen", "Wir laden Sie ein.", counts=False
    )
    invited = tuple((person, "NEEDS-ACTION") for person in crowd)
    world.meet(
        Meeting(
            datetime(2026, 4, 23, 10),
            120,
            "Anwendertreffen online",
            invited,
            teams=True,
            changed=datetime(2026, 3, 10, 8, 30),
        ),
        counts=False,
    )
    for person in crowd[::6]:
        out_of_office(world, datetime(2026, 3, 10, 8, rng.randrange(41, 49)), person)
    for person in crowd[1::6]:
        bounce(world, datetime(2026, 3, 10, 8, rng.randrange(50, 59)), person, rng.choice(["5.1.1", "4.4.1"]))


def ended_projects(world: World) -> None:
    """Customers of the past: dense for some weeks or months, finished, and silent for more than 215 days."""
    rng, numbers = Random("ended"), [f"+498999998{n}" for n in range(500, 700)]
    for _ in range(48):
        domain = world.organisation(rng, "former")
        team = [world.stranger(rng, domain) for _ in range(rng.choice([2, 2, 3]))]
        team[0] = replace(team[0], phone=numbers.pop())
        project = Customer(title_of(domain), domain, tuple(team))
        length = rng.randrange(30, 110)
        silence = max(217, 3 * length)  # long enough for a few days of contact to look as ended as many
        first = START + timedelta(days=10 + rng.randrange((TODAY - START).days - 10 - silence - length))
        days = {workday(first + timedelta(days=int(length * rng.random()))) for _ in range(rng.randrange(10, 24))}
        for i, day in enumerate(sorted(days)):
            channel = rng.choice("mmmmmvcp") if i else "m"
            if channel == "c":
                phone_call(world, rng, day, team[0], rng.choice(["office", "office", "mobile"]))
            elif channel == "m":
                conversation(world, rng, day, rng.choice(team), rng.choice(["oi", "io", "oio"]) if i else "oio")
            else:
                meeting(world, rng, clock(day, f"{rng.randrange(9, 16)}:00"), project, channel == "p")


def suppliers(world: World) -> None:
    """Who sends us invoices; a third of them also tickets by a person we know, some of these fallen silent."""
    rng, numbers = Random("suppliers"), [f"+498999998{n}" for n in range(700, 800)]
    for i in range(42):
        domain = world.organisation(rng, "supplier")
        machine = Someone(title_of(domain), f"{rng.choice(['no-reply', 'noreply'])}@{domain}")
        box = Someone(
            f"{title_of(domain)} Buchhaltung", f"{rng.choice(['rechnung', 'buchhaltung', 'invoice'])}@{domain}"
        )
        number, step = rng.randrange(10_000, 99_999), rng.choice([30, 30, 91, 91, 182])
        for offset in range(rng.randrange(28), (TODAY - START).days, step):
            at = office_hour(rng, START + timedelta(days=offset), 3, 8)
            number += 1
            world.robot(
                at,
                machine if i % 2 else box,
                f"Ihre Rechnung Nr. {at:%Y}-{number}",
                *["Auto-Submitted: auto-generated"] * (i % 2),
                body="Ihre Rechnung liegt als PDF bei.",
            )
        if i % 3:
            continue
        person = replace(world.stranger(rng, domain), phone=numbers.pop())
        quiet = rng.randrange(95, 125) if i % 9 == 0 else None
        if quiet:
            world.traps.append((person, f"supplier (invoices, tickets), {quiet} days silent"))
        for day, _, _ in plan(
            Customer("", domain, (person,), rng.choice([14, 21, 30]), quiet=quiet, lapses=bool(quiet))
        ):
            topic = rng.choice(["Drucker offline", "Zugang VPN", "Vertrag", "Störung Telefon"])
            ticket = f"[Ticket#{day:%Y%m}{rng.randrange(1000, 9999)}] {topic}"
            conversation(world, rng, day, person, "io" if day >= WINDOW else rng.choice(["io", "ioi"]), subject=ticket)
            if rng.random() < 0.4:
                world.robot(
                    office_hour(rng, day, 19, 21), machine, ticket + " geschlossen", "Auto-Submitted: auto-generated"
                )
        for _ in range(rng.randrange(4) * (i % 2)):
            world.call(office_hour(rng, some_day(rng, last=WINDOW)), person, rng.random() < 0.5, rng.randrange(2, 9))
        if i == 3:  # the tax adviser: invoices, and a standing appointment
            series(world, datetime(2024, 7, 4, 8, 30), 30, "Umsatzsteuer und Belege", [person], nth=1)


def inside(world: World, who: dict[str, Customer]) -> None:
    """Mail among colleagues, colleagues who write to our customers, and mailboxes that belong to no person."""
    rng = Random("inside")
    for _ in range(360):
        person, at, ours = rng.choice(COLLEAGUES), office_hour(rng, some_day(rng), last=17), rng.random() < 0.4
        world.mail(
            at, MARA if ours else person, [person if ours else MARA], rng.choice(phrases("internal")), "Siehe oben."
        )
    for stem in "havelland-logistik ostwind-fahrraeder brightwater-labs kinderklinik-sonnenhof".split():
        for day in rng.sample(sorted(day for day in world.touched[who[stem].domain] if day < WINDOW), 4):
            world.mail(
                office_hour(rng, day),
                LEYLA,
                [who[stem].main],
                fill(rng, "Serviceeinsatz KW {w}", day),
                "Guten Tag, wir kommen.",
                cc=[MARA],
            )
    for stem in "molkerei-gruenau larkspur-foods maschinenbau-tiefenbach".split():
        box = Someone("Einkauf" if who[stem].lang == "de" else "Purchasing", f"einkauf@{who[stem].domain}")
        for day in rng.sample(sorted(day for day in world.touched[box.domain] if day < WINDOW), 3):
            conversation(world, rng, day, box, "io", who[stem].lang, subject=fill(rng, "Bestellung {n}", day))


def diary(world: World) -> None:
    """Entries without a customer: holidays, leave, blocks, appointments of one's own, invitations we declined."""
    rng = Random("diary")
    free = "TRANSP:TRANSPARENT"
    for day, name in HOLIDAYS.items():
        world.meet(Meeting(clock(day, "0:00"), 0, name, days=1, lines=(free, "CATEGORIES:Feiertag")))
    for first, last in LEAVE:
        world.meet(
            Meeting(
                clock(first, "0:00"),
                0,
                "Urlaub",
                days=(last - first).days + 1,
                lines=("X-MICROSOFT-CDO-BUSYSTATUS:OOF",),
            )
        )
    world.meet(
        Meeting(datetime(2025, 5, 20), 0, "Fachmesse Lager", tuple((c, "ACCEPTED") for c in COLLEAGUES[:3]), days=3)
    )
    world.meet(Meeting(datetime(2025, 9, 14), 0, "Geburtstag Oma Lene", days=1, lines=("RRULE:FREQ=YEARLY", free)))
    own = phrases("diary")
    for _ in range(90):
        title = rng.choice(own)
        lines = (free,) if title == own[0] else () if title == own[1] else ("CLASS:PRIVATE",)
        day = some_day(rng, last=TODAY + timedelta(days=40))
        world.meet(Meeting(clock(day, f"{rng.randrange(8, 18)}:{rng.randrange(0, 60, 5)}"), 60, title, lines=lines))
    for _ in range(70):
        day, team = some_day(rng), rng.sample(COLLEAGUES[:7], rng.randrange(1, 4))
        title, room = rng.choice(["Vorbereitung Angebot", "Preisrunde", "Übergabe"]), rng.choice(["", "Raum Spree"])
        guests = tuple((person, "ACCEPTED") for person in team)
        start = clock(day, f"{rng.randrange(9, 16)}:30")
        world.meet(Meeting(start, 30, title, guests, room, changed=clock(day, "7:50")))
    for _ in range(6):
        day, seller = some_day(rng, last=date(2026, 4, 30)), world.stranger(rng, world.organisation(rng, "cold_sales"))
        world.meet(
            Meeting(
                clock(day, "16:00"),
                30,
                "Demo Leadgenerierung",
                ((MARA, "DECLINED"),),
                teams=True,
                organizer=seller,
                changed=clock(day - timedelta(days=5), "7:30"),
            ),
            counts=False,
        )


def telephones(world: World) -> None:
    """Calls that are no customer's: family on the second line, friends on the mobile, hidden and unknown numbers."""
    rng = Random("telephones")
    for line, name, number, rate, silent in rows("private"):
        if int(silent):
            world.traps.append((Someone(name, "", number), f"private, {silent} days silent"))
        since = rng.gammavariate(2, 3.5 / float(rate))
        while since < (TODAY - START).days - int(silent):
            at = office_hour(rng, START + timedelta(days=int(since)), 7.5, 20)
            seconds = 0 if rng.random() < 0.22 else round(rng.gammavariate(1.4, 400)) + 9
            world.calls.append(Call(at, line, number, name, rng.random() < 0.55, seconds, "Wohnzimmer"))
            since += rng.gammavariate(2, 3.5 / float(rate))
    school = next(row for row in rows("private") if row[1].startswith("Grundschule"))
    world.calls.append(Call(on("1.7. 7:52"), "family", school[2], school[1], True, 95, "Wohnzimmer"))
    for i in range(70):
        line, dice = rng.choice(["office", "office", "family", "mobile"]), rng.random()
        blocked = dice > 0.85 and line != "mobile"
        seconds = rng.randrange(10, 200) if rng.random() < 0.35 and not blocked else 0
        number = "" if dice < 0.4 else f"+498999998{910 + i}"
        world.calls.append(
            Call(office_hour(rng, some_day(rng), last=18), line, number, "", True, seconds, blocked=blocked)
        )


# ------------------------------------------------------------------------------------------------------------ writers
def national(number: str) -> str:
    """How a German router and phone show a number: 0 before the area code, 00 before a country, nothing if hidden."""
    return "0" + number[3:] if number.startswith("+49") else number.replace("+", "00")


def spaced(number: str) -> str:
    """A number as people write it: `+49 89 99998 123`."""
    cuts = {"+4930": (3, 5, 10), "+4989": (3, 5, 10), "+4917": (3, 6, 11), "+4420": (3, 5, 9), "+1212": (2, 5, 8)}
    return " ".join(number[a:b] for a, b in pairwise((0, *cuts[number[:5]], len(number))))


def fritzbox(calls: Iterable[Call]) -> Iterator[tuple[str, bytes]]:
    """The router's list as saved near each quarter's end: newest first, the last 400 calls, minutes rounded up."""
    regions = {
        "+4930": "Berlin",
        "+4989": "München",
        "+4917": "Mobilfunknetz",
        "+4420": "Vereinigtes Königreich",
        "+1212": "USA",
    }
    lines = {"office": "Internet: 23125100", "family": "Internet: 23125177"}
    listed = []
    for call in sorted((call for call in calls if call.line in lines), key=lambda call: (call.at, call.number)):
        kind = 3 if call.blocked else 4 if not call.incoming else 1 if call.seconds else 2
        hours, minutes = divmod(-(-call.seconds // 60), 60)
        cells = [
            str(kind),
            f"{call.at:%d.%m.%y %H:%M}",
            call.name,
            national(call.number),
            regions.get(call.number[:5], ""),
            call.extension if kind in (1, 4) else "",
            lines[call.line],
            f"{hours}:{minutes:02}",
        ]
        listed.append((call.at, ";".join(cells)))
    head = ["sep=;", "Typ;Datum;Name;Rufnummer;Landes-/Ortsnetzbereich;Nebenstelle;Eigene Rufnummer;Dauer"]
    for month in ("2024-09", "2024-12", "2025-03", "2025-06", "2025-09", "2025-12", "2026-03", ""):
        saved = datetime.fromisoformat(f"{month}-28T18:00") if month else AT
        last = [line for at, line in listed if at < saved][-400:]
        yield (
            f"FRITZ!Box_Anrufliste{'_' * bool(month)}{month}.csv",
            "\n".join([*head, *reversed(last), ""]).encode("iso-8859-1"),
        )


def mobile_backup(calls: Iterable[Call]) -> bytes:
    """The phone's call log as "SMS Backup & Restore" writes it, taken on the evening before."""

    def stamp(local: datetime) -> int:
        return int(utc(local).timestamp()) * 1000 + local.second * 13

    taken, lines = on("30.6. 20:15"), list[str]()
    for call in sorted((call for call in calls if call.line == "mobile" and call.at < taken), key=lambda call: call.at):
        number = call.number if call.at.minute % 3 else national(call.number)
        kind = 2 if not call.incoming else 1 if call.seconds else 3
        lines.append(
            f'  <call number="{number}" duration="{call.seconds}" date="{stamp(call.at)}" type="{kind}" '
            f'presentation="{1 if number else 2}" subscription_id="1" '
            f'readable_date="{call.at:%d.%m.%Y %H:%M:%S}" contact_name="{call.name or "(Unknown)"}" />'
        )
    head = [
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>",
        "<!--File Created By SMS Backup & Restore-->",
        f'<calls count="{len(lines)}" backup_set="f2b7c0de-0000-4000-8000-000000000000" '
        f'backup_date="{stamp(taken)}" type="full">',
    ]
    return "\n".join([*head, *lines, "</calls>", ""]).encode()


def encoded(text: str, taste: int) -> str:
    """A header text as encoded words (RFC 2047), in the charset and form that this sender's program prefers."""
    if text.isascii():
        return text
    charset, form = [("utf-8", "Q"), ("iso-8859-1", "Q"), ("UTF-8", "B"), ("Windows-1252", "Q")][taste % 4]
    words = []
    for i in range(0, len(text), 14):
        raw = text[i : i + 14].encode(charset)
        safe = "".join(chr(b) if chr(b).isalnum() and b < 128 else "_" if b == 32 else f"={b:02X}" for b in raw)
        words.append(f"=?{charset}?{form}?{base64.b64encode(raw).decode() if form == 'B' else safe}?=")
    return "\n ".join(words)


def addresses(people: Iterable[Someone], taste: int) -> str:
    """Names and addresses as a header shows them."""

    def name(person: Someone) -> str:
        shown = person.shown or person.name
        return f'"{shown}"' if shown.isascii() and "," in shown else encoded(shown, taste)

    return ",\n ".join(f"{name(person)} <{person.address}>" for person in people)


def mbox(mails: Iterable[Mail]) -> bytes:
    """A mailbox in the mboxrd form: "From " lines between, ">" before such a line in a body."""
    out = []
    for mail in sorted(mails, key=lambda mail: (mail.at, mail.id)):
        taste = sum(mail.sender.address.encode())
        lines = [
            f"From {mail.sender.address} {utc(mail.at).ctime()}",
            f"From: {addresses([mail.sender], taste)}",
            f"To: {addresses(mail.to, taste)}",
        ]
        if mail.cc:
            lines.append(f"Cc: {addresses(mail.cc, taste)}")
        lines += [
            f"Subject: {encoded(mail.subject, taste)}",
            f"Date: {format_datetime(mail.at.replace(tzinfo=BERLIN))}",
            f"Message-ID: {mail.id}",
        ]
        if mail.parents:
            lines += [f"In-Reply-To: {mail.parents[-1]}", "References: " + "\n ".join(mail.parents)]
        if not mail.body.isascii() and not any(line.startswith("Content-Type") for line in mail.head):
            lines += ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
        body = [">" * line.lstrip(">").startswith("From ") + line for line in mail.body.split("\n")]
        out.append("\n".join([*lines, *mail.head, "", *body, "", ""]))
    return "".join(out).encode()


def folded(line: str) -> str:
    """A content line of iCalendar and vCard, cut into at most 75 bytes (RFC 5545, RFC 2425)."""
    parts, size = [""], 0
    for letter in line:
        if size + len(letter.encode()) > 75:
            parts.append(" ")
            size = 1
        parts[-1] += letter
        size += len(letter.encode())
    return "\r\n".join(parts) + "\r\n"


def escaped(text: str) -> str:
    """A text value of iCalendar and vCard."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def uid_of(entry: Meeting) -> str:
    """A global object id as Exchange writes it."""
    about = f"{entry.start} {entry.title} {entry.organizer.address} {[person.address for person, _ in entry.guests]}"
    digest = entry.uid or hashlib.sha256(about.encode()).hexdigest()
    return f"040000008200E00074C5B7101A82E00800000000{digest[:16]}000000000000000010000000{digest[16:48]}".upper()


def people_of(entry: Meeting) -> Iterator[str]:
    """The organizer, the guests and the room of a calendar entry."""
    if not entry.guests:
        return
    guests = dict(entry.guests) if entry.organizer is MARA else {MARA: "ACCEPTED", **dict(entry.guests)}
    guests.pop(entry.organizer, None)
    yield f"ORGANIZER;CN={entry.organizer.name}:mailto:{entry.organizer.address}"
    for person, answer in guests.items():
        shown = f'"{person.shown}"' if "," in person.shown else person.shown or person.name
        yield f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT={answer};RSVP=TRUE;CN={shown}:mailto:{person.address}"
    if entry.where.startswith("Raum "):
        room = f"{plain(entry.where).replace('.', '-')}@{COMPANY}"
        yield f"ATTENDEE;CUTYPE=RESOURCE;ROLE=NON-PARTICIPANT;PARTSTAT=ACCEPTED;CN={entry.where}:mailto:{room}"


def event(entry: Meeting) -> Iterator[str]:
    """The content lines of a calendar entry as Exchange writes them, with the German or English Teams placeholder."""
    german, uid = entry.lang == "de", uid_of(entry)
    tag = "LANGUAGE=de-DE" if german else "LANGUAGE=en-US"
    changed = utc(entry.changed or min(entry.start - timedelta(days=3), AT - timedelta(days=2)))
    teams = "Microsoft Teams-Besprechung" if german else "Microsoft Teams Meeting"
    yield from ("BEGIN:VEVENT", f"UID:{uid}", *people_of(entry), f"SUMMARY;{tag}:{escaped(entry.title)}")
    if entry.teams:
        link = f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{uid[-24:]}%40thread.v2/0"
        join = "Jetzt an der Besprechung teilnehmen" if german else "Join the meeting now"
        yield f"DESCRIPTION;{tag}:" + escaped(f"{teams}\n{join}\n{link}")
        yield f"X-MICROSOFT-SKYPETEAMSMEETINGURL:{link}"
    if entry.days:
        yield f"DTSTART;VALUE=DATE:{entry.start:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{entry.start + timedelta(days=entry.days):%Y%m%d}"
        yield "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"
    else:
        yield f"DTSTART;TZID=W. Europe Standard Time:{entry.start:%Y%m%dT%H%M%S}"
        yield f"DTEND;TZID=W. Europe Standard Time:{entry.start + timedelta(minutes=entry.minutes):%Y%m%dT%H%M%S}"
    if entry.teams or entry.where:
        yield f"LOCATION;{tag}:{escaped(entry.where or teams)}"
    yield from (
        *entry.lines,
        f"DTSTAMP:{changed:%Y%m%dT%H%M%SZ}",
        f"LAST-MODIFIED:{changed:%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{entry.sequence}",
        f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}",
    )
    if not any(line.startswith("X-MICROSOFT-CDO-BUSYSTATUS") for line in entry.lines):
        free = entry.cancelled or "TRANSP:TRANSPARENT" in entry.lines
        yield f"X-MICROSOFT-CDO-BUSYSTATUS:{'FREE' if free else 'BUSY'}"
    yield "END:VEVENT"


def calendar(meetings: Iterable[Meeting]) -> bytes:
    """The calendar as Exchange exports it: a Windows zone name, an own zone definition from the year 1601."""
    lines = [
        "BEGIN:VCALENDAR",
        "METHOD:PUBLISH",
        "PRODID:Microsoft Exchange Server 2010",
        "VERSION:2.0",
        "X-WR-CALNAME:Kalender",
        "BEGIN:VTIMEZONE",
        "TZID:W. Europe Standard Time",
    ]
    zones = ("STANDARD", "+0200", "+0100", 3, 10), ("DAYLIGHT", "+0100", "+0200", 2, 3)
    for part, before, after, hour, month in zones:
        lines += [
            f"BEGIN:{part}",
            f"DTSTART:16010101T0{hour}0000",
            f"TZOFFSETFROM:{before}",
            f"TZOFFSETTO:{after}",
            f"RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH={month}",
            f"END:{part}",
        ]
    lines.append("END:VTIMEZONE")
    for entry in sorted(meetings, key=lambda entry: (entry.start, entry.title, entry.sequence)):
        lines += event(entry)
    return "".join(map(folded, [*lines, "END:VCALENDAR"])).encode()


def whatsapp(customer: Customer, system: str, lines: list[tuple[datetime, str, str]]) -> tuple[str, bytes]:
    """An exported chat: a text from Android, an archive from an iPhone."""
    name, lines = customer.main.name, sorted(lines, key=lambda line: line[0])
    notice = "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Nur Personen in diesem Chat können sie lesen."
    if system == "Android":
        out = [f"{lines[0][0]:%d.%m.%y, %H:%M} - {notice}"]
        out += [
            f"{at:%d.%m.%y, %H:%M} - {author}: {text.replace('<media>', '<Medien ausgeschlossen>')}"
            for at, author, text in lines
        ]
        return f"WhatsApp Chat mit {name}.txt", ("\n".join(out) + "\n").encode()
    out = [f"[{lines[0][0]:%d.%m.%y, %H:%M:%S}] {name}: \u200e{notice}"]
    for at, author, text in lines:
        shown = text.replace("<media>", "\u200eBild weggelassen")
        mark = "\u200e" * shown.startswith("\u200e")
        out.append(f"{mark}[{at:%d.%m.%y, %H:%M:%S}] {author}: {shown}")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:  # stored and dated by hand: zlib and the clock would change bytes
        entry = zipfile.ZipInfo("_chat.txt", (2026, 6, 30, 20, 20, 0))
        entry.create_system, entry.external_attr = 3, 0o644 << 16
        archive.writestr(entry, "\r\n".join([*out, ""]).encode())
    return f"WhatsApp Chat - {name}.zip", packed.getvalue()


def birthday(person: Someone) -> date | None:
    """A birthday for every other person, far from the day of the example but for Birgit Wieland: 3 July."""
    if person.name == "Birgit Wieland":
        return date(1971, 7, 3)
    seed = int(hashlib.sha1(person.address.encode()).hexdigest(), 16)
    return date(1958 + seed % 40, 1, 1) + timedelta(days=seed % 150 + 215 * (seed % 3 == 0)) if seed % 2 else None


def vcards(who: Iterable[Customer]) -> bytes:
    """The address book: vCard 3.0, one card a person, the kind of customer as category."""
    lines = []
    for customer in who:
        for person in customer.people:
            *given, family = person.name.split()
            title = given.pop(0) if len(given) > 1 else ""
            lines += [
                "BEGIN:VCARD",
                "VERSION:3.0",
                f"N:{family};{' '.join(given)};;{title};",
                f"FN:{person.name}",
                f"ORG:{escaped(customer.company)}",
                f"EMAIL;TYPE=INTERNET,WORK:{person.address}",
                f"TEL;TYPE=WORK,VOICE:{spaced(person.office)}",
            ]
            if person.phone != person.office:
                lines.append(f"TEL;TYPE=CELL:{spaced(person.phone)}")
            if born := birthday(person):
                lines.append(f"BDAY:{born}")
            lines += [
                f"CATEGORIES:{'Interessent' if customer.prospect else 'Kunde'}",
                f"UID:{hashlib.sha1(person.address.encode()).hexdigest()[:20]}",
                "END:VCARD",
            ]
    return "".join(map(folded, lines)).encode()


def truth(world: World, who: dict[str, Customer]) -> bytes:
    """Who needs a call, who only looks like it, and the customers and everybody else as they were meant."""

    def entry(domain: str | None, company: str | None, people: Sequence[Someone]) -> dict[str, object]:
        handles = {handle for person in people for handle in (person.address, person.phone, person.office)} - {""}
        return {
            "customer": domain,
            "company": company,
            "contact": people[0].name,
            "people": [person.name for person in people],
            "handles": sorted(handles),
        }

    def customer(stem: str) -> dict[str, object]:
        return entry(who[stem].domain, who[stem].company, who[stem].people)

    def rhythm(domain: str) -> dict[str, object]:
        days = sorted(world.touched[domain])
        usual = (days[-1] - days[0]).days / (len(days) - 1)
        return {"contact_days": len(days), "usual_gap_days": round(usual, 1), "last_contact": days[-1].isoformat()}

    astray = {cells[0] for cells in rows("needs")} | {stem for stem in who if who[stem].lapses}
    return (
        json.dumps(
            {
                "at": AT.replace(tzinfo=BERLIN).isoformat(),
                "timezone": "Europe/Berlin",
                "region": "DE-BE",
                "me": [spaced(MARA.phone), spaced(MOBILE), MARA.address, MARA.name],
                "private_line": spaced(FAMILY),
                "needs_call": [
                    customer(stem) | {"why": why, "note": note, "needs_directory": bool(directory)}
                    for stem, why, note, *directory in rows("needs")
                ],
                "not": [customer(stem) | {"why_not": why} for stem, why in rows("not")]
                + [entry(person.domain or None, None, [person]) | {"why_not": why} for person, why in world.traps],
                "customers": [
                    customer(stem) | rhythm(who[stem].domain) | {"in_rhythm": stem not in astray} for stem in who
                ],
                "others": {kind: sorted(domains) for kind, domains in sorted(world.kinds.items())},
                "private": sorted({spaced(number) for _, _, number, _, _ in rows("private")}),
            },
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    ).encode()


def files() -> dict[str, bytes]:
    """Everything, by path."""
    who, world = customers(), World()
    world.taken = {person.name for customer in who.values() for person in (*customer.people, *COLLEAGUES)}
    before_the_shift(world, who["solarpark-hohenfeld"])
    for customer in who.values():
        if customer.cycle:
            live_through(world, customer)
    recurring(world, who)
    stories(world, who)
    for noise in (bulk, one_offs, ended_projects, suppliers, diary, telephones):
        noise(world)
    inside(world, who)
    data = {
        **dict(fritzbox(world.calls)),
        **dict(whatsapp(who[stem], system, world.chats[who[stem].main.name]) for stem, system in WHATSAPP.items()),
        "calls-20260630.xml": mobile_backup(world.calls),
        "Kalender.ics": calendar(world.meetings),
        "Posteingang.mbox": mbox(mail for mail in world.mails if mail.sender is not MARA),
        "Gesendet.mbox": mbox(mail for mail in world.mails if mail.sender is MARA),
    }
    return {f"data/{name}": content for name, content in data.items()} | {
        "directory/Kontakte.vcf": vcards(who.values()),
        "truth.json": truth(world, who),
    }


def main(folder: Path) -> None:
    """Write all files below a folder."""
    for name, content in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
