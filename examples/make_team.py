"""Makes examples/team: the exports of a made-up small team, for the examples of the practices S1 to S5.

Six people answer a hotline (`hotline.csv`, with waiting times) and a mailbox (`postfach.csv`), three look after customers
(`kontakte.csv` from a CRM, `messages.csv` from LinkedIn, `kunden.csv`); `dienstplan.csv` and `abwesenheiten.ics` say who is
there, `touchpoints.toml` who they are. Everything is drawn from one seed: the same files every time. No person, firm or
number in it exists.

    python examples/make_team.py
"""

import csv
import heapq
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "team"
TODAY = date(2026, 7, 1)
LOG = date(2026, 3, 23)  # the hotline's log begins
CRM = date(2025, 7, 1)
HOLIDAYS = {
    date(2026, 4, 3),
    date(2026, 4, 6),
    date(2026, 5, 1),
    date(2026, 5, 14),
    date(2026, 5, 25),
    date(2025, 10, 3),
}
OUTAGE = date(2026, 5, 20)  # a system was down, and everybody called

SUPPORT = ("Ayla Demir", "Bernd Kolbe", "Carina Vogt", "Deniz Arslan", "Eva Lindner", "Felix Maurer")
SALES = ("Mara Falk", "Jonas Brandt", "Lena Roth")
SHIFTS = {  # name: weekday → hours
    "Ayla Demir": dict.fromkeys(range(5), (8, 16)),
    "Bernd Kolbe": {0: (8, 16), 2: (8, 16), 3: (8, 16), 4: (8, 14)},
    "Carina Vogt": {0: (9, 17), 1: (10, 18), 2: (9, 17), 3: (9, 17), 4: (9, 17)},
    "Deniz Arslan": dict.fromkeys(range(5), (10, 18)),
    "Eva Lindner": dict.fromkeys(range(5), (8, 13)),
    "Felix Maurer": {0: (10, 18), 1: (12, 18), 2: (10, 18), 3: (10, 18), 4: (12, 18)},
}
WEEKDAY = (1.30, 1.12, 1.0, 0.95, 0.8)
DAY = (3.2, 5.4, 7.6, 9.2, 9.4, 8.3, 7.1, 6.0, 4.2, 3.8, 4.7, 5.6, 6.2, 5.9, 5.0, 4.2, 3.4, 2.6, 1.8, 1.0)  # from 8:00

FIRMS = (
    "Ahornhof Naturkost|Birkental Messgeräte|Cordes Yachtbedarf|Dünenblick Hotels|Elmshof Saatgut|Fichtenau Möbel|"
    "Ginsterweg Pflege|Hainbuch Verlag|Ilmenau Optik|Jasmund Textil|Kieferngrund Bau|Lindenkamp Schulen|Moorburg Energie|"
    "Nesselbach Papier|Ottersberg Logistik|Pappelreihe Kanzlei|Quendel Arzneimittel|Rotdorn Druck|Silberweide Stiftung|"
    "Tannenried Holz|Ulmenhof Klinik|Vogelbeer Feinkost|Weidengrund Wasser|Zedernhain Museum"
).split("|")
GIVEN = "Anna Bruno Clara David Elif Frank Greta Henri Ines Jan Karla Leon".split()
FAMILY = "Abendroth Buchholz Clemens Dornbusch Ehrlich Friesen Goldammer Hartmann Immel Jacobi Kranich Lerche".split()


Row = tuple[datetime, str, str, str, str, str, str, str, str, str]


def mobile(n: int) -> str:
    return f"+49 171 39200{n:02d}"


def office(n: int) -> str:
    return f"+49 89 99998 {n:03d}"


def people() -> list[dict[str, Any]]:
    """The customers' people, each with an owner and habits of their own."""
    found = []
    for n, firm in enumerate(FIRMS):
        name = f"{GIVEN[n % 12]} {FAMILY[(n * 5 + n // 12) % 12]}"
        domain = firm.lower().replace(" ", "-").replace("ü", "ue").replace("ö", "oe").replace("ä", "ae")
        found.append(
            {
                "name": name, "firm": firm, "office": office(100 + n), "mobile": mobile(n) if n % 3 else "",
                "email": f"{name.lower().replace(' ', '.')}@{domain}.example", "profile": "" if n % 4 == 3 else
                f"https://www.linkedin.com/in/{name.lower().replace(' ', '-')}-{n:02d}",
                "class": "AABBBCC"[n % 7], "owner": SALES[n % 3], "gap": (7, 10, 14, 21)[n % 4],
            }
        )  # fmt: skip
    return found


# -- the hotline ----------------------------------------------------------------------------------------------------------


def hotline(draw: random.Random) -> Iterator[tuple[datetime, str, str, str, str, str, str]]:
    """Every call of every day: callers wait in one queue for whoever is free, and hang up when they lose patience."""
    regulars = [f"+493023125{n:03d}" for n in range(200, 900)] + [f"+4989999984{n:02d}" for n in range(100)]
    day = LOG
    while day < TODAY:
        if day.weekday() < 5 and day not in HOLIDAYS:
            yield from hotline_day(draw, day, regulars)
        day += timedelta(days=1)


def hotline_day(
    draw: random.Random, day: date, callers: list[str]
) -> Iterator[tuple[datetime, str, str, str, str, str, str]]:
    growth = 1 + 0.006 * (day - LOG).days / 7
    size = WEEKDAY[day.weekday()] * growth * (2.6 if day == OUTAGE else draw.gauss(1, 0.07))
    arrivals: list[tuple[float, str]] = []
    for slot, mean in enumerate(DAY):
        begin, left = (16 + slot) * 1800.0, draw.expovariate(1 / 1800)
        rate = mean * size * 0.8
        while left < 1800 * rate:
            arrivals.append((begin + left / rate, draw.choice(callers)))
            left += draw.expovariate(1 / 1800)
    heapq.heapify(arrivals)
    free = {name: SHIFTS[name][day.weekday()][0] * 3600.0 for name in SUPPORT if day.weekday() in SHIFTS[name]}
    lost: list[tuple[float, str]] = []
    while arrivals:
        at, caller = heapq.heappop(arrivals)
        there = {n: t for n, t in free.items() if max(t, at) < SHIFTS[n][day.weekday()][1] * 3600}
        who = min(there, key=lambda n: (max(there[n], at), draw.random()), default=None)
        wait = max(3.0, max(there[who], at) - at + draw.uniform(2, 6)) if who else 1e9
        patience = draw.expovariate(1 / 150) + 4
        moment = datetime.combine(day, time()) + timedelta(seconds=int(at))
        if who is None or wait > patience:
            yield moment, "eingehend", caller, "", "verpasst", str(int(min(patience, wait))), ""
            if draw.random() < 0.45 and at < 17.5 * 3600:
                heapq.heappush(arrivals, (at + patience + draw.expovariate(1 / 500), caller))
            else:
                lost.append((at, caller))
            continue
        talk = min(1800, draw.lognormvariate(5.45, 0.65))
        break_ = draw.choice((600, 900, 1500)) if draw.random() < 0.16 else 0
        free[who] = at + wait + talk + draw.uniform(10, 60) + break_
        yield moment, "eingehend", caller, who, "angenommen", str(int(wait)), str(int(talk))
    for at, caller in lost:  # called back in a quiet moment, mostly
        back = max(at + draw.expovariate(1 / 5400) + 600, 13 * 3600 + draw.uniform(0, 3000))
        idle = [
            n
            for n, t in free.items()
            if SHIFTS[n][day.weekday()][0] * 3600 <= back < SHIFTS[n][day.weekday()][1] * 3600
        ]
        if draw.random() < 0.86 and idle:
            moment, who = datetime.combine(day, time()) + timedelta(seconds=int(back)), draw.choice(idle)
            taken = draw.random() < 0.8
            status, talk_s = (
                ("angenommen", str(int(draw.lognormvariate(5.1, 0.6)))) if taken else ("nicht erreicht", "")
            )
            yield moment, "ausgehend", caller, who, status, "", talk_s


def postbox(draw: random.Random) -> Iterator[Row]:
    """Mails to the support, answered by whoever is there."""
    day = LOG
    while day < TODAY:
        for _ in range(draw.randrange(3, 10) if day.weekday() < 5 and day not in HOLIDAYS else draw.randrange(2)):
            at = datetime.combine(day, time(draw.randrange(7, 20), draw.randrange(60), draw.randrange(60)))
            name = f"{draw.choice(GIVEN)} {draw.choice(FAMILY)}"
            who = {
                "name": name,
                "email": "{0}@haus-{1}-{0}.example".format(*name.lower().split()),
            }
            subject = draw.choice(
                ("Gerät startet nicht", "Vertrag verlängern", "Passwort vergessen", "Lieferung fehlt")
            )
            yield row(at, "E-Mail", "eingehend", who, "", subject=subject)
            begins = workday(draw, day if at.hour < 16 else day + timedelta(days=1), 9, 10)
            answered = max(at, begins) + timedelta(hours=draw.expovariate(1 / 3.2) + 0.2)
            if answered.hour >= 18 or answered.hour < 8:
                answered = workday(draw, answered.date() + timedelta(days=answered.hour >= 18), 8, 10)
            if draw.random() < 0.96 and answered < datetime(2026, 7, 1, 8):
                yield row(answered, "E-Mail", "ausgehend", who, draw.choice(SUPPORT), subject=f"AW: {subject}")
        day += timedelta(days=1)


# -- the customers ----------------------------------------------------------------------------------------------------------


def row(
    at: datetime, kind: str, direction: str, who: dict[str, Any], by: str, number: str = "", status: str = "erreicht",
    seconds: int | None = None, subject: str = "",
) -> Row:  # fmt: skip
    mail = who["email"] if kind in ("E-Mail", "Video", "Treffen") else ""
    return at, kind, direction, who["name"], number, mail, by, status, "" if seconds is None else str(seconds), subject


def workday(draw: random.Random, day: date, first: int = 9, last: int = 17) -> datetime:
    while day.weekday() > 4 or day in HOLIDAYS:
        day += timedelta(days=1)
    return datetime.combine(day, time(draw.randrange(first, last), draw.randrange(60), draw.randrange(60)))


def contacts(
    draw: random.Random, everybody: list[dict[str, Any]]
) -> tuple[list[Row], list[tuple[datetime, bool, int]]]:
    """What happened with the customers: meetings until winter, video and longer calls since; offices that go unanswered
    since March. And the messages on LinkedIn: (time, from us, which person)."""
    rows: list[Row] = []
    linked: list[tuple[datetime, bool, int]] = []
    for n, who in enumerate(everybody):
        day = CRM + timedelta(days=draw.randrange(who["gap"]))
        stop = TODAY - timedelta(days=45 if n in (4, 9, 16) else 0)
        while day < stop:
            by = who["owner"] if draw.random() < 0.85 else draw.choice(SALES)
            rows += touch(draw, day, who, by, n)
            if who["profile"] and by == "Mara Falk" and day >= date(2026, 1, 1) and draw.random() < 0.5:
                asked = workday(draw, day + timedelta(days=1))
                linked.append((asked, True, n))
                if draw.random() < 0.88:
                    linked.append((asked + timedelta(minutes=draw.randrange(2, 90)), False, n))
            day += timedelta(days=max(2, round(draw.gauss(who["gap"], who["gap"] / 4))))
    at = datetime(2026, 6, 30, 16, 12)
    rows.append(row(at, "Telefon", "eingehend", everybody[0], "", everybody[0]["office"], "verpasst"))
    rows.append(
        row(datetime(2026, 6, 29, 10, 5), "E-Mail", "eingehend", everybody[6], "", subject="Angebot: noch offen?")
    )
    rows.append(row(datetime(2026, 7, 9, 10), "Video", "", everybody[3], "Mara Falk", seconds=1800, subject="Quartal"))
    return sorted(rows), sorted(linked)


def touch(draw: random.Random, day: date, who: dict[str, Any], by: str, n: int) -> Iterator[Row]:
    """One contact as it came about: tries that fail, until one succeeds."""
    late = day >= date(2026, 2, 1)
    kind = draw.choices(
        ("Treffen", "Video", "Telefon", "E-Mail"), (0.03, 0.3, 0.45, 0.22) if late else (0.25, 0.12, 0.38, 0.25)
    )[0]
    at = workday(draw, day)
    if kind in ("Treffen", "Video"):
        off = draw.random() < 0.06
        yield row(
            at,
            kind,
            "",
            who,
            by,
            "",
            "nicht erschienen" if off else "stattgefunden",
            0 if off else draw.choice((1800, 2700, 3600)),
        )
        return
    if kind == "Telefon":
        shut = day >= date(2026, 3, 1) and n % 2 == 0  # their office is empty since
        for try_ in range(3):
            ring = at + timedelta(minutes=try_ * draw.randrange(20, 200))
            use_mobile = bool(who["mobile"]) and (try_ > 0 or draw.random() < 0.25)
            chance = 0.68 if use_mobile else 0.04 if shut else 0.62
            chance *= 1.2 if ring.hour in (9, 10, 16) else 0.75 if ring.hour in (12, 13) else 1
            number = who["mobile"] if use_mobile else who["office"]
            if draw.random() < chance:
                minutes = draw.lognormvariate(2.7 if late else 2.1, 0.5)
                yield row(ring, "Telefon", "ausgehend", who, by, number, "erreicht", int(minutes * 60))
                return
            yield row(ring, "Telefon", "ausgehend", who, by, number, "nicht erreicht")
    if kind == "Telefon" or draw.random() < 0.6:
        wrote = at + timedelta(hours=4)
        yield row(wrote, "E-Mail", "ausgehend", who, by, subject="Unser Gespräch")
        if draw.random() < 0.55:
            yield row(
                wrote + timedelta(hours=draw.expovariate(1 / 20) + 0.2),
                "E-Mail",
                "eingehend",
                who,
                "",
                subject="AW: Unser Gespräch",
            )
        return
    yield row(
        at, "E-Mail", "eingehend", who, "", subject=draw.choice(("Frage zur Rechnung", "Neuer Termin?", "Liefertermin"))
    )
    if draw.random() < 0.93:
        yield row(at + timedelta(hours=draw.expovariate(1 / 7) + 0.3), "E-Mail", "ausgehend", who, by, subject="AW:")


# -- files --------------------------------------------------------------------------------------------------------------------


def table(name: str, header: str, rows: Any) -> None:
    with (HERE / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", lineterminator="\n")
        writer.writerow(header.split(";"))
        for first, *rest in rows:
            writer.writerow([f"{first:%d.%m.%Y %H:%M:%S}" if isinstance(first, datetime) else first, *rest])


def main() -> None:
    HERE.mkdir(exist_ok=True)
    draw, everybody = random.Random(2026), people()
    table(
        "kunden.csv", "Name;Firma;E-Mail;Telefon;Mobil;LinkedIn;Kategorie;Klasse;Zuständig",
        ([*(p[k] for k in "name firm email office mobile profile".split()), "Kunde", p["class"], p["owner"]] for p in everybody),
    )  # fmt: skip
    calls = sorted(hotline(draw), key=lambda c: (c[0], c[2]))
    table(
        "hotline.csv", "Zeitpunkt;Richtung;Rufnummer;Mitarbeiter;Status;Wartezeit (Sek.);Gesprächsdauer (Sek.);Warteschlange",
        ((*c, "Hotline") for c in calls),
    )  # fmt: skip
    rows, linked = contacts(draw, everybody)
    columns = "Zeitpunkt;Kanal;Richtung;Name;Rufnummer;E-Mail;Mitarbeiter;Status;Dauer (Sek.);Betreff"
    table("kontakte.csv", columns, rows)
    table("postfach.csv", columns, sorted(postbox(draw)))
    mara = "https://www.linkedin.com/in/mara-falk"
    with (HERE / "messages.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(
            "CONVERSATION ID;CONVERSATION TITLE;FROM;SENDER PROFILE URL;TO;RECIPIENT PROFILE URLS;DATE;SUBJECT;CONTENT;FOLDER".split(
                ";"
            )
        )
        for at, ours, n in linked:
            pair = (("Mara Falk", mara), (everybody[n]["name"], everybody[n]["profile"]))
            (name, profile), (other, theirs) = pair if ours else pair[::-1]
            text = "Wann passt Ihnen ein kurzes Gespräch?" if ours else "Gern, heute ab drei."
            at -= timedelta(hours=2 if at.month in range(4, 11) else 1)  # LinkedIn writes UTC
            writer.writerow(
                [f"c{n}", "", name, profile, other, theirs, f"{at:%Y-%m-%d %H:%M:%S} UTC", "", text, "INBOX"]
            )
    days = "Mo Di Mi Do Fr".split()
    table(
        "dienstplan.csv", "Name;Tag;Von;Bis",
        ((name, days[d], f"{a}:00", f"{b}:00") for name in SUPPORT for d, (a, b) in sorted(SHIFTS[name].items())),
    )  # fmt: skip
    absences = (
        ("Mara Falk: Urlaub", "20260706", "20260718"),
        ("Felix Maurer abwesend", "20260706", "20260709"),
        ("Lena Roth Fortbildung", "20260709", "20260711"),
    )
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:a{n}@team.example\r\nDTSTAMP:20260601T080000Z\r\nDTSTART;VALUE=DATE:{a}\r\nDTEND;VALUE=DATE:{b}\r\n"
        f"SUMMARY:{who}\r\nEND:VEVENT\r\n"
        for n, (who, a, b) in enumerate(absences)
    )
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//made up//team//DE\r\nX-WR-CALNAME:Abwesenheiten\r\n"
    calendar = f"{head}{events}END:VCALENDAR\r\n"
    (HERE / "abwesenheiten.ics").write_text(calendar, encoding="utf-8", newline="")
    handles = {
        name: (f"+49 30 23125 {100 + n}", f"{name.split()[0].lower()}@nordhilfe.example")
        for n, name in enumerate((*SALES, *SUPPORT))
    }
    handles["Mara Falk"] += (mara,)
    toml = [
        'timezone = "Europe/Berlin"',
        'region = "DE-BE"',
        "working_hours = [8, 18]",
        'known_only = "never"',
        "",
        "[lines]",
        'Hotline = "hotline"',
        "",
        "[teams]",
    ]
    toml += [f"Support = {[*SUPPORT, 'Hotline']}".replace("'", '"'), f"Vertrieb = {[*SALES]}".replace("'", '"')]
    for name, own in handles.items():
        toml += ["", "[[colleague]]", f'name = "{name}"', f"handles = {list(own)}".replace("'", '"')]
    (HERE / "touchpoints.toml").write_text("\n".join(toml) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
