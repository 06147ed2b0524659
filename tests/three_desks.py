"""Three colleagues' exports in which the same twenty customers appear under other spellings, numbers and addresses.

`python tests/three_desks.py FOLDER` writes `mara/` (address book and router's call list), `deniz/` (calendar), `jonas/`
(WhatsApp chats and LinkedIn messages), and `truth.json`: for each person and each customer, by what the three know them.
All people are made up. In between stand others who only look alike: a brother in the same firm, a namesake elsewhere, a
colleague of the same given name, a father and a daughter, two who share a switchboard.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path

from touchpoints.handles import fold

US = {"mara": "+49 30 23125 100", "deniz": "deniz@falk-partner.example", "jonas": "Jonas Falk"}
ME = [*US.values(), "mara@falk-partner.example", "Mara Falk", "Deniz Falk", "https://www.linkedin.com/in/jonas-falk"]
START = datetime(2026, 1, 12, 9)

# name and organisation in Mara's address book; name and address in Deniz' calendar; chat and name at Jonas'
PEOPLE = """
Müller, Dr. Sabine|Kranzbau GmbH & Co. KG|Sabine Mueller|s.mueller@kranzbau.example|whatsapp|Sabine Müller (Kranzbau)
Hans von der Heide|Silberdruck AG|v. d. Heide, Hans|hans.vonderheide@silberdruck.example|linkedin|Hans von der Heide
Jürgen Groß|Elbglas Groß e.K.|Juergen Gross|info.gross@elbglas-gross.example|whatsapp|Jürgen Groß
Claudia Meier|Nordlogistik|Claudia Meyer|c.meier@nordlogistik.example|linkedin|Claudia Meier
Thomas Köhler|Köhler & Söhne KG|Tom Köhler|t.koehler@koehler-soehne.example|whatsapp|Tom Köhler
Petra Schäfer|Rosenverlag GmbH|Petra Schäfer-Lindt|petra.schaefer@rosenverlag.example|linkedin|Petra Schaefer
Michael Baum|Baum Energie|M. Baum|m.baum@baum-energie.example|whatsapp|Micha Baum
Yılmaz, Ayşe|Havelpflege gGmbH|Ayse Yilmaz|ayse.yilmaz@havelpflege.example|linkedin|Ayşe Yılmaz
Prof. Dr. Werner Stein|Institut Ostlabor|Werner Stein|w.stein@ostlabor.example|linkedin|Werner Stein
Katrin Jahn|Waldwerk Möbel|Katrin Jahn|jahn@waldwerk-moebel.example|whatsapp|Kati Jahn
James Clarke|Northgate Ltd|James Clarke|james.clarke@northgate.example|linkedin|Jim Clarke
Elizabeth Ward|Harbour Optics plc|Liz Ward|e.ward@harbour-optics.example|linkedin|Elizabeth Ward
Hofmann, Karl-Heinz|Mainpapier OHG|Karl-Heinz Hoffmann|kh.hofmann@mainpapier.example|whatsapp|Karl-Heinz Hofmann
Susanne Voigt|Grünfeld Garten|Susanne Voigt|susanne.voigt@gruenfeld.example|whatsapp|Susi Voigt Grünfeld
Robert Quistorp|Quistorp Technik|Quistorp Robert|r.quistorp@quistorp-technik.example|linkedin|Robert Quistorp
Anna-Lena Brügge|Adlerhof Hotel|Annalena Brügge|al.bruegge@adlerhof.example|whatsapp|Anna-Lena Brügge
Lefèvre, François|Atelier Lefèvre|Francois Lefevre|francois@atelier-lefevre.example|linkedin|François Lefèvre
Frau Nowak|Isarhandel GmbH|Agnieszka Nowak|agnieszka.nowak@isarhandel.example|linkedin|Agnieszka Nowak
Stefan Rüdiger|Falkenbau|Stephan Rüdiger|s.ruediger@falkenbau.example|whatsapp|Stefan Rüdiger
Birgit Sommer|Sommer Textil|Birgit Winter (geb. Sommer)|birgit.winter@sommer-textil.example|linkedin|Birgit Sommer
"""
OTHERS = """
Peter Müller|Kranzbau GmbH & Co. KG|Peter Mueller|p.mueller@kranzbau.example|whatsapp|Peter M. Kranzbau
Claudia Behrens|Nordlogistik|Claudia Behrens|c.behrens@nordlogistik.example|linkedin|Claudia Behrens
Werner Stein|Stein Bedachungen|Werner Stein|werner@stein-bedachungen.example|whatsapp|Werner Stein Dach
Thomas Koch|Südwerk|Thomas Koch|t.koch@suedwerk.example|whatsapp|Thomas K. Südwerk
Ida Quistorp|Quistorp Technik|Ida Quistorp|i.quistorp@quistorp-technik.example|linkedin|Ida Quistorp
"""


def rows(table: str) -> list[list[str]]:
    return [line.split("|") for line in table.strip().splitlines()]


def everybody() -> list[list[str]]:
    return rows(PEOPLE) + rows(OTHERS)


def office(n: int) -> str:
    return f"+498999998{100 + n:03}"


def mobile(n: int) -> str:
    return f"+4917139200{10 + n:02}"


def profile(name: str, n: int) -> str:
    plain = "".join(c for c in name.lower().replace(" ", "-") if c.isascii() and (c.isalpha() or c == "-"))
    return f"linkedin.com/in/{plain}-{n + 17}b{n}"


def truth() -> dict[str, list[list[str]]]:
    """For each person by what the three know them, for each customer how they write it."""
    people, customers = [], []
    for n, (name, firm, _called, address, chat, shown) in enumerate(everybody()):
        third = f"name:{fold(shown)}" if chat == "whatsapp" else f"profile:{profile(shown, n)}"
        people.append([f"phone:{office(n)}", f"email:{address}", third, name])
        customers.append([firm, address.partition("@")[2]])
    return {"people": people, "customers": customers}


def write(folder: Path) -> None:
    for desk in US:
        (folder / desk).mkdir(parents=True, exist_ok=True)
    cards, calls = [], ["sep=;", "Typ;Datum;Name;Rufnummer;Landes-/Ortsnetzbereich;Nebenstelle;Eigene Rufnummer;Dauer"]
    events, messages = [], []
    for n, (name, firm, called, address, chat, shown) in enumerate(everybody()):
        surname, comma, given = name.partition(", ")
        full = f"{given} {surname}" if comma else name
        cards.append(
            f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{full}\r\nN:{';'.join(full.rsplit(' ', 1)[::-1])};;;\r\nORG:{firm}\r\n"
            f"TEL;TYPE=WORK:{office(n)}\r\nEND:VCARD\r\n"
        )
        for k in range(6):
            at = START + timedelta(days=n % 9 + 23 * k, hours=n % 7)
            national = "0" + office(n)[3:]
            calls.append(
                f"{1 + 3 * (k % 2)};{at:%d.%m.%y %H:%M};{name};{national};München;Fon 1;Internet: 23125100;0:{5 + n % 20:02}"
            )
            at += timedelta(days=5)
            events.append(
                f"BEGIN:VEVENT\r\nUID:{n}-{k}@falk-partner.example\r\nDTSTAMP:20260101T000000Z\r\n"
                f"DTSTART;TZID=Europe/Berlin:{at:%Y%m%dT%H%M%S}\r\nDURATION:PT45M\r\nSUMMARY:Jour fixe {k + 1}\r\nLOCATION:Raum 2\r\n"
                f"ORGANIZER;CN=Deniz Falk:mailto:{US['deniz']}\r\n"
                f'ATTENDEE;CN="{called}";PARTSTAT=ACCEPTED:mailto:{address}\r\nEND:VEVENT\r\n'
            )
        if chat == "whatsapp":
            lines = [f"{START + timedelta(days=n + 17 * k):%d.%m.%y, %H:%M} - {who}: {'Passt das?' if k % 2 else 'Danke'}\n"
                     for k in range(6) for who in [shown if k % 2 else "Jonas Falk"]]  # fmt: skip
            (folder / "jonas" / f"WhatsApp Chat mit {shown}.txt").write_text("".join(lines), encoding="utf-8")
        else:
            theirs, ours = f"https://www.{profile(shown, n)}", "https://www.linkedin.com/in/jonas-falk"
            for k in range(6):
                at = START + timedelta(days=n + 19 * k)
                one, other = (
                    ((shown, theirs), ("Jonas Falk", ours)) if k % 2 else (("Jonas Falk", ours), (shown, theirs))
                )
                messages.append(
                    f"2-{n},,{one[0]},{one[1]},{other[0]},{other[1]},{at:%Y-%m-%d %H:%M:%S} UTC,,Guten Tag,INBOX,,No,No"
                )
    (folder / "mara" / "Adressbuch.vcf").write_text("".join(cards), encoding="utf-8", newline="")
    (folder / "mara" / "FRITZ!Box_Anrufliste.csv").write_text("\n".join(calls) + "\n", encoding="utf-8")
    calendar = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//made up//DE\r\n{''.join(events)}END:VCALENDAR\r\n"
    (folder / "deniz" / "Kalender.ics").write_text(calendar, encoding="utf-8", newline="")
    head = (
        "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER,"
        "ATTACHMENTS,IS MESSAGE DRAFT,IS CONVERSATION DRAFT"
    )
    (folder / "jonas" / "messages.csv").write_text("\n".join([head, *messages]) + "\n", encoding="utf-8")
    (folder / "truth.json").write_text(json.dumps(truth(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
