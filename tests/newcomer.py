"""The folder of somebody new: a router's call list with two lines, an Outlook calendar and two chats, nothing else.

Made up, and the same each time. Erika Muster (silent for 58 days, usually two weeks) is on all but the chats; Jonas
Beispiel on all; an evening line is private.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

END = datetime(2026, 6, 30, 9)
PEOPLE = [
    ("Erika Muster", "08999998123", 14, 55), ("Jonas Beispiel", "08999998124", 10, 45),
    ("Petra Probe", "03023125311", 21, 5), ("Karl Kunde", "03023125312", 7, 30), ("Anna Abnehmer", "01713920011", 12, 9),
]  # fmt: skip
ME = "Mara Falk"
BUSINESS, PRIVATE = "23125100", "23125177"


def exports(folder: Path) -> Path:
    """Write the files into a folder, and give it back."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(7)
    _router(folder / "FRITZ!Box_Anrufliste.csv", dice)
    _calendar(folder / "Kalender.CSV")
    for name, silence in (("Anna Abnehmer", 9), ("Jonas Beispiel", 45)):
        chat(folder / f"WhatsApp Chat mit {name}.txt", name, silence)
    return folder


def _router(path: Path, dice: random.Random) -> None:
    rows = []
    for name, number, gap, silence in PEOPLE:
        day = END - timedelta(days=silence + 3)
        while day > END - timedelta(days=500):
            if day.weekday() < 5:
                at = day.replace(hour=dice.randint(9, 16), minute=dice.randint(0, 59))
                rows.append((at, dice.choice("14"), name, number, BUSINESS, f"0:{dice.randint(2, 38):02d}"))
            day -= timedelta(days=gap + dice.randint(-2, 2))
    for _ in range(120):
        day = END - timedelta(days=dice.randint(1, 400))
        name, number = dice.choice([("Oma Lene", "03023125901"), ("Mama", "03023125902"), ("Henning", "01713920062")])
        at = day.replace(hour=dice.choice([8, 19, 20, 21]), minute=dice.randint(0, 59))
        rows.append((at, dice.choice("14"), name, number, PRIVATE, f"0:{dice.randint(2, 38):02d}"))
    rows.append((END - timedelta(hours=1), "2", "Karl Kunde", "03023125312", BUSINESS, "0:00"))
    head = "sep=;\nTyp;Datum;Name;Rufnummer;Nebenstelle;Eigene Rufnummer;Dauer\n"
    body = "".join(
        f"{kind};{at:%d.%m.%y %H:%M};{name};{number};Telefon;Internet: {own};{length}\n"
        for at, kind, name, number, own, length in sorted(rows, reverse=True)
    )
    path.write_text(head + body, encoding="utf-8-sig")


def _calendar(path: Path) -> None:
    columns = "Betreff,Beginnt am,Beginnt um,Endet am,Endet um,Ganztägiges Ereignis,Besprechungsplanung"
    columns += ",Erforderliche Teilnehmer,Optionale Teilnehmer,Ort,Privat"
    rows = [",".join(f'"{c}"' for c in columns.split(","))]
    for name, _, gap, silence in PEOPLE[:4]:
        day = END - timedelta(days=silence + 6)
        while day > END - timedelta(days=500):
            date = f'"{day.day}.{day.month}.{day.year}"'
            rows.append(
                f'"Jour fixe {name}",{date},"10:00:00",{date},"10:45:00","Aus","Falk, Mara","Falk, Mara; {name}","",'
                '"Microsoft Teams-Besprechung","Aus"'
            )
            day -= timedelta(days=gap * 3)
    path.write_bytes("\r\n".join([*rows, ""]).encode("cp1252"))


def chat(path: Path, name: str, silence: int, me: str = ME) -> Path:
    """A chat as an Android phone exports it."""
    lines = ["01.01.25, 08:00 - Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt."]
    at = END - timedelta(days=500)
    while at < END - timedelta(days=silence):
        lines.append(f"{at:%d.%m.%y, %H:%M} - {name}: Guten Morgen, passt es heute?")
        lines.append(f"{at + timedelta(minutes=12):%d.%m.%y, %H:%M} - {me}: Ja, gern um elf.")
        at += timedelta(days=9, minutes=17)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
