"""Exports of telephone services, customer management and ticket systems, and lists kept by hand, all read by the names of
their columns: what each row is taken for."""

# ruff: noqa: E501  rows of exports are as long as they are

from __future__ import annotations

import re
import tomllib

import pytest
from touchpoints_calls import touchpoints_importers as call_importers
from touchpoints_calls.guess import guess
from touchpoints_calls.table import AnyTable
from touchpoints_contacts import touchpoints_importers as contact_importers

from touchpoints.handles import phone
from touchpoints.model import LeftOut, Question, Skipped, Touchpoint
from touchpoints.plugins import Record
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source
from touchpoints.table import header_in

ERIKA, JONAS = "+498999998123", "+491713920010"
Row = tuple[str, str, str, str, float | None, str]


def read(text: str, **settings: object) -> list[Record]:
    context = Context(
        Settings(me=["+49 30 23125 100", "Mara Falk", "mara@falk.example"], region="DE", **settings),  # type: ignore[arg-type]  # settings of any kind
        zone="Europe/Berlin", source="x.csv", importer="table",
    )  # fmt: skip
    return list(AnyTable().read(Source.from_text(text), context))


def rows(records: list[Record]) -> list[Row]:
    return [
        (f"{c.at:%d %H:%M}", c.channel, c.direction, c.outcome, c.duration, c.parties[0].handle.value)
        for c in records
        if isinstance(c, Touchpoint)
    ]


EXPORTS: dict[str, tuple[str, list[Row]]] = {
    "RingCentral": (
        "Type,Direction,From,To,Extension,Forwarded To,Name,Date,Time,Action,Action Result,Result Description,Duration\n"
        'Voice,Incoming,+49 89 99998 123,+49 30 23125 100,101 - Mara Falk,,Erika Muster,Mon 03/02/2026,9:15 AM,Phone Call,Accepted,"The call, '
        'connected.",0:05:12\n'
        "Voice,Outgoing,+49 30 23125 100,+49 171 39200 10,101 - Mara Falk,,,Fri 03/13/2026,2:15 PM,VoIP Call,Call connected,,0:01:00\n"
        "Voice,Incoming,+49 89 99998 123,+49 30 23125 100,101 - Mara Falk,,,Fri 03/13/2026,3:15 PM,Phone Call,Voicemail,,0:00:21\n"
        "Fax,Incoming,+49 89 99998 199,+49 30 23125 100,101 - Mara Falk,,,Fri 03/13/2026,3:15 PM,Phone Call,Received,,-\n",
        [
            ("02 09:15", "phone", "in", "reached", 312, ERIKA), ("13 14:15", "phone", "out", "reached", 60, JONAS),
            ("13 15:15", "phone", "in", "voicemail", None, ERIKA),
        ],
    ),
    "Aircall: the length of the talk, not of the call": (
        "line,date (TZ offset incl.),number timezone,datetime (UTC),country_code,direction,from,to,answered,missed_call_reason,user,"
        "duration (total),duration (in call),via\n"
        "Sales,2026-03-02T09:15:00+01:00,Europe/Berlin,2026-03-02 08:15:00,DE,inbound,+498999998123,+493023125100,Yes,,Mara Falk,80,72,\n"
        "Sales,2026-03-02T10:15:00+01:00,Europe/Berlin,2026-03-02 09:15:00,DE,inbound,+491713920010,+493023125100,No,short_abandoned,,20,0,\n",
        [("02 09:15", "phone", "in", "reached", 72, ERIKA), ("02 10:15", "phone", "in", "missed", None, JONAS)],
    ),
    "OpenPhone": (
        "id,type,createdAt,answeredAt,completedAt,from,to,direction,status,duration,userId\n"
        "AC1,call,2026-03-02T08:15:00.000Z,2026-03-02T08:15:10.000Z,2026-03-02T08:20:10.000Z,+498999998123,+493023125100,incoming,completed,300,US1\n"
        "AC2,message,2026-03-02T09:25:00.000Z,,,+493023125100,+491713920010,outgoing,delivered,,US1\n",
        [("02 09:15", "phone", "in", "reached", 300, ERIKA), ("02 10:25", "message", "out", "reached", None, JONAS)],
    ),
    "Dialpad: the name is that of the colleague": (
        "call_id,category,direction,external_number,internal_number,name,email,date_started,date_connected,date_ended\n"
        "1,incoming,inbound,+498999998123,+493023125100,Mara Falk,mara@falk.example,2026-03-02 09:15:00,2026-03-02 09:15:10,2026-03-02 09:20:10\n",
        [("02 09:15", "phone", "in", "reached", 300, ERIKA)],
    ),
    "Zoom Phone": (
        "Call ID,Direction,Caller Name,Caller Number,Callee Name,Callee Number,Call Type,Result,Duration,Start Time\n"
        '1,Inbound,Erika Muster,+498999998123,Mara Falk,+493023125100,PSTN,Call connected,00:05:12,"Mar 02, 2026 09:15:00 AM"\n'
        '2,Outbound,Mara Falk,+493023125100,Jonas Probe,+491713920010,PSTN,No Answer,00:00:00,"Mar 02, 2026 10:15:00 AM"\n',
        [("02 09:15", "phone", "in", "reached", 312, ERIKA), ("02 10:15", "phone", "out", "missed", None, JONAS)],
    ),
    "Zoom Phone, older": (
        "Date,Time,Direction,Caller ID,Callee ID,Call Result,Call Duration,Ring Time\n"
        "03/02/2026,09:15:00,Inbound,Erika Muster (+498999998123),Mara Falk (Ext. 801),Answered,00:05:12,5\n"
        "03/15/2026,09:15:00,Outbound,Mara Falk (Ext. 801),+491713920010,No Answer,00:00:00,25\n",
        [("02 09:15", "phone", "in", "reached", 312, ERIKA), ("15 09:15", "phone", "out", "missed", None, JONAS)],
    ),
    "Placetel": (
        "Typ;Datum;Uhrzeit;Von;Von Name;An;An Name;Dauer;Status\n"
        "Eingehend;02.03.2026;09:15:00;+498999998123;Erika Muster;+493023125100;Zentrale;00:05:12;angenommen\n"
        "Eingehend;02.03.2026;09:35:00;+491713920010;;+493023125100;Zentrale;00:00:00;verpasst\n",
        [("02 09:15", "phone", "in", "reached", 312, ERIKA), ("02 09:35", "phone", "in", "missed", None, JONAS)],
    ),
    "easybell": (
        "Datum;Uhrzeit;Von;Nach;Zone;Dauer;Betrag (netto)\n"
        "02.03.2026;09:15:00;493023125100;498999998123;Deutschland Festnetz;00:05:12;0,0000\n",
        [("02 09:15", "phone", "out", "reached", 312, ERIKA)],
    ),
    "sipgate's bill": (
        '"Datum","Uhrzeit","Quelle","Ziel","Tarif","Dauer","Kosten (EUR)"\n'
        '"02.03.2026","09:15:00","+493023125100","+498999998123","Festnetz","00:05:12","0,000"\n',
        [("02 09:15", "phone", "out", "reached", 312, ERIKA)],
    ),
    "a bill by number called": (
        "Einzelverbindungsnachweis\nRufnummer: 030 23125100\n\nDatum;Beginn;Dauer;Zielrufnummer;Verbindungsart;Betrag in EUR\n"
        "02.03.26;09:15:00;0:05:12;08999998123;Ortsgespräch;0,00\n",
        [("02 09:15", "phone", "out", "reached", 312, ERIKA)],
    ),
    "a bill with masked numbers of our own": (
        "Rufnummer,Datum,Uhrzeit,Gerufene Nummer,Verbindungsart,Dauer/Volumen,Preis\n"
        "017139200xx,02.03.2026,09:15:00,08999998123,Festnetz,00:05:12,0.00\n",
        [("02 09:15", "phone", "out", "reached", 312, ERIKA)],
    ),
    "an app for Android": (
        "Name;Phone number;Call Type;Timestamp;Duration\n"
        "Erika Muster;+498999998123;INCOMING;2026-03-02 09:15:00;00:05:12\n;+491713920010;REJECTED;2026-03-02 10:15:00;00:00:00\n",
        [("02 09:15", "phone", "in", "reached", 312, ERIKA), ("02 10:15", "phone", "in", "declined", None, JONAS)],
    ),
    "HubSpot's calls": (
        "Record ID,Call Title,Call outcome,Call duration (HH:mm:ss),Activity date,Call direction,From Number,To Number,Activity assigned to,"
        "Associated Contact,Associated Company\n"
        "1,Call with Erika,Connected,00:05:12,2026-03-02 09:15,Outbound,+493023125100,+498999998123,Mara Falk,Erika Muster,Muster GmbH\n",
        [("02 09:15", "phone", "out", "reached", 312, ERIKA)],
    ),
    "Salesforce's tasks: what nobody did is left out, and so is the footer": (
        "Assigned,Subject,Date,Contact,Company / Account,Status,Task Subtype,Call Duration\n"
        "Mara Falk,Call,3/2/2026,Erika Muster,Muster GmbH,Completed,Call,312\nMara Falk,Angebot,3/15/2026,Jonas Probe,Probe AG,Completed,Email,\n"
        "Mara Falk,Call,3/25/2026,Jonas Probe,,Not Started,Call,\n\nGrand Totals (3 records),,,,,,,\nConfidential - do not distribute,,,,,,,\n",
        [
            ("02 00:00", "phone", "mutual", "reached", 312, "erika muster"),
            ("15 00:00", "mail", "mutual", "reached", None, "jonas probe"),
        ],
    ),
    "Pipedrive's activities": (
        "Activity - ID,Activity - Subject,Activity - Type,Activity - Due date,Activity - Due time,Activity - Done,Activity - Contact person\n"
        "1,Angebot,call,2026-03-02,09:15,Done,Erika Muster\n2,Demo,meeting,2026-03-03,10:00,To do,Jonas Probe\n",
        [("02 09:15", "phone", "mutual", "reached", None, "erika muster")],
    ),
    "Freshdesk": (
        "Ticket ID,Subject,Status,Source,Type,Agent,Created time,Full name,Email,Work phone,Company Name\n"
        "1,Login,Closed,Email,Incident,Mara Falk,2026-03-02 09:15:00,Erika Muster,erika@muster.example,,Muster GmbH\n"
        "2,Frage,Open,Phone,Question,Mara Falk,2026-03-02 10:15:00,Jonas Probe,,+491713920010,Probe AG\n",
        [
            ("02 09:15", "mail", "mutual", "reached", None, "erika@muster.example"),
            ("02 10:15", "phone", "mutual", "reached", None, JONAS),
        ],
    ),
    "Zendesk": (
        "Summation column,Group,Submitter,Id,Status,Type,Via,Subject,Requester,Requester email,Assignee,Created at\n"
        "1,Support,Erika Muster,101,Solved,Incident,Mail,Login,Erika Muster,erika@muster.example,Mara Falk,2026-03-02 09:15:00 +0100\n"
        "1,Support,Jonas Probe,102,Open,,Web form,Frage,Jonas Probe,jonas@probe.example,Mara Falk,2026-03-02 10:15:00 +0100\n",
        [
            ("02 09:15", "mail", "in", "reached", None, "erika@muster.example"),
            ("02 10:15", "message", "in", "reached", None, "jonas@probe.example"),
        ],
    ),
    "tickets of a website's chat": (
        "Ticket ID,Subject,Status,Priority,Visitor Name,Visitor Email,Assigned Agent,Assigned At,Created At\n"
        "1,Login,open,high,Erika Muster,erika@muster.example,Mara Falk,2026-03-02 09:16,2026-03-02 09:15\n",
        [("02 09:15", "mail", "mutual", "reached", None, "erika@muster.example")],
    ),
    "calls and texts of one table": (
        "txn_type,caller_id,recipient_id,timestamp,duration\ncall,+498999998123,+493023125100,2026-03-02 09:15:00,253.0\n"
        "text,+493023125100,+491713920010,2026-03-02 10:12:08,\n",
        [("02 09:15", "phone", "in", "reached", 253, ERIKA), ("02 10:12", "sms", "out", "reached", None, JONAS)],
    ),
    "Zoho's calls": (
        "Record Id,Subject,Call Type,Call Start Time,Call Duration,Contact Name,Call Owner,Call Result,Dialled Number\n"
        "zcrm_1,Call to Erika,Outbound,2026-03-02 09:15:00,00:05:12,Erika Muster,Mara Falk,Interested,+498999998123\n",
        [("02 09:15", "phone", "out", "reached", 312, ERIKA)],
    ),
}  # fmt: skip
LISTS: dict[str, tuple[str, list[Row]]] = {
    "a title above, a total below": (
        "Kundenkontakte 2026\n\nDatum;Uhrzeit;Kunde;Ansprechpartner;Telefon;Thema;Dauer (min);Ergebnis\n"
        "02.03.2026;09:15;Muster GmbH;Erika Muster;089 99998 123;Angebot;7,5;erreicht\n"
        "03.03.2026;14:00;Probe AG;Jonas Probe;+49 171 39200 10;Rückfrage;;nicht erreicht\n\nSumme;;;;;;7,5;\n",
        [("02 09:15", "phone", "mutual", "reached", 450, ERIKA), ("03 14:00", "phone", "out", "missed", None, JONAS)],
    ),
    "numbers of days, as a spreadsheet shows them where the format is lost": (
        "Datum;Uhrzeit;Kunde;Telefon;Dauer\n46083;0,385416667;Erika Muster;089 99998 123;0,003472222\n46084;14:30;Jonas Probe;0171 3920010;60\n"
        "46085;;Jonas Probe;0171 3920010;0,0069\n",
        [
            ("02 09:15", "phone", "mutual", "reached", 300, ERIKA), ("03 14:30", "phone", "mutual", "reached", 60, JONAS),
            ("04 00:00", "phone", "mutual", "reached", 596.16, JONAS),
        ],
    ),
    "numbers of days with their time": (
        "Datum,Kunde,Telefon\n46083.385416667,Erika Muster,089 99998 123\n",
        [("02 09:15", "phone", "mutual", "reached", None, ERIKA)],
    ),
    "lengths with units": (
        "Datum;Telefon;Dauer\n02.03.2026 09:15;089 99998 123;1,5 Std.\n02.03.2026 10:15;089 99998 123;5 Min. 12 Sek.\n",
        [("02 09:15", "phone", "mutual", "reached", 5400, ERIKA), ("02 10:15", "phone", "mutual", "reached", 312, ERIKA)],
    ),
    "lengths in hours": (
        "Datum;Telefon;Dauer (Std.)\n02.03.2026 09:15;089 99998 123;0,25\n02.03.2026 10:15;089 99998 123;1:30\n",
        [("02 09:15", "phone", "mutual", "reached", 900, ERIKA), ("02 10:15", "phone", "mutual", "reached", 5400, ERIKA)],
    ),
    "visits": (
        "Besuchsdatum;Kunde;Ort;Gesprächspartner\n02.03.2026;Muster GmbH;München;Erika Muster\n",
        [("02 00:00", "meeting", "mutual", "reached", None, "erika muster")],
    ),
    "a tracker": (
        "#,Date,Client,Contact Person,Method,Summary,Follow-up date\n1,2026-03-02,Muster GmbH,Erika Muster,Phone,Discussed,2026-03-16\n"
        "2,2026-03-06,Probe AG,Jonas Probe,Zoom,Demo,\n",
        [
            ("02 00:00", "phone", "mutual", "reached", None, "erika muster"),
            ("06 00:00", "video", "mutual", "reached", None, "jonas probe"),
        ],
    ),
    "who, how, about what": (
        "Wann;Wer;Wie;Worüber\n2. März 2026;Erika Muster;telefonisch;Angebot\n13. März 2026, 14:00 Uhr;Jonas Probe;persönlich;Messe\n",
        [
            ("02 00:00", "phone", "mutual", "reached", None, "erika muster"),
            ("13 14:00", "meeting", "mutual", "reached", None, "jonas probe"),
        ],
    ),
    "calls noted for others: done or not, they took place": (
        "lfd. Nr.;Eingang am;Anrufer/in;Tel.-Nr.;Anliegen;erledigt\n1;02.03.2026 09:15 Uhr;Frau Muster;089/99998-123;Rückruf;nein\n",
        [("02 09:15", "phone", "in", "reached", None, ERIKA)],
    ),
    "reached or not": (
        "Datum;Zeit;Name;Nummer;erreicht?\n02.03.26;9.15;Muster, Erika;089-99998123;ja\n02.03.26;9.20;Probe, Jonas;0171/3920010;nein\n",
        [("02 09:15", "phone", "mutual", "reached", None, ERIKA), ("02 09:20", "phone", "out", "missed", None, JONAS)],
    ),
    "a caller's outcomes": (
        "Date of call,Prospect name,Prospect phone,Rep,Call outcome\n2026-03-02 09:15,Erika Muster,+49 89 99998 123,Mara Falk,No answer\n"
        "2026-03-02 09:25,Jonas Probe,+49 171 39200 10,Mara Falk,Left voicemail\n",
        [("02 09:15", "phone", "out", "missed", None, ERIKA), ("02 09:25", "phone", "out", "voicemail", None, JONAS)],
    ),
    "numbers as spreadsheets write them": (
        "Datum;Name;Telefon\n02.03.2026;Erika Muster;'+498999998123\n02.03.2026;Jonas Probe;=\"0171 3920010\"\n"
        "03.03.2026;Jonas Probe;491713920010.0\n",
        [
            ("02 00:00", "phone", "mutual", "reached", None, ERIKA), ("02 00:00", "phone", "mutual", "reached", None, JONAS),
            ("03 00:00", "phone", "mutual", "reached", None, JONAS),
        ],
    ),
    "names of columns over two lines, a date with a time of zero beside the time": (
        'Datum,Uhrzeit,Telefon,"Dauer\n(min)"\n2026-03-02 00:00:00,09:15:00,089 99998 123,5\n',
        [("02 09:15", "phone", "mutual", "reached", 300, ERIKA)],
    ),
    "names and numbers with marks": (
        "Anrufdatum\tAnrufzeit\tAnrufer-Nr.\tAnrufer-Name\tZiel\tAnrufstatus\tGesprächsdauer\n"
        "02.03.2026\t09:15:00\t+498999998123\tErika Muster\t+493023125100\tBeantwortet\t0:05:12\n",
        [("02 09:15", "phone", "in", "reached", 312, ERIKA)],
    ),
    "directions in plain words, two people of a call": (
        "Datum;Ansprechpartner;Kanal;Richtung\n2026-03-02 9:15;Erika Muster & Jonas Probe;Telefon;raus\n"
        "2026-03-03 9:15;Groß & Söhne;Telefon;rein\n2026-03-04 9:15;Erika Muster;Brief;von uns\n"
        "2026-03-05 9:15;Erika Muster;WhatsApp;an uns\n",
        [
            ("02 09:15", "phone", "out", "reached", None, "erika muster"),
            ("03 09:15", "phone", "in", "reached", None, "gross soehne"),
            ("04 09:15", "letter", "out", "reached", None, "erika muster"),
            ("05 09:15", "whatsapp", "in", "reached", None, "erika muster"),
        ],
    ),
    "a running number is none to call": (
        "Nr.;Datum;Name;Telefon\n1;02.03.2026;Erika Muster;089 99998 123\n",
        [("02 00:00", "phone", "mutual", "reached", None, ERIKA)],
    ),
    "meals and fairs": (
        "date,name,type,notes\n2026-03-03,Jonas Probe,lunch,talked\n2026-03-04,Erika Muster,Messe,x\n",
        [
            ("03 00:00", "meeting", "mutual", "reached", None, "jonas probe"),
            ("04 00:00", "meeting", "mutual", "reached", None, "erika muster"),
        ],
    ),
    "the customer's name before the customer's number": (
        "Date,Customer Number,Customer Name,In/Out,Mins\n2026-03-02 09:15,10023,Erika Muster,In,5\n",
        [("02 09:15", "phone", "in", "reached", 300, "erika muster")],
    ),
    "somebody of ours called": (
        "Tag;Von;Bis;Anrufer;Gespräch mit\n02.03.2026;09:15;09:27;Mara Falk;Erika Muster\n",
        [("02 09:15", "phone", "mutual", "reached", 720, "erika muster")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_read_as_it_comes(name: str) -> None:
    text, expected = EXPORTS[name]
    records = read(text)
    assert rows(records) == expected
    assert [r for r in records if isinstance(r, Skipped | Question)] == []
    taking = [i.name for i in (*call_importers(), *contact_importers()) if i.recognises(Source.from_text(text))]
    assert taking == ["table"]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_kept_by_hand_is_read_as_it_was_meant(name: str) -> None:
    text, expected = LISTS[name]
    records = read(text)
    assert rows(records) == expected
    assert [r for r in records if isinstance(r, Skipped | Question)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Datum;Beginn;Rufnummer;Dauer\n02.03.2026;09:15;089 99998 123;5:12\n",
        "Date of call,Prospect name,Prospect phone,Call length\n2026-03-02 09:15,Erika Muster,+49 89 99998 123,5:12\n",
        "Datum;Kunde;Bemerkung\n02.03.2026;Erika Muster;Angebot\n",
    ],
)
def test_a_question_shows_the_lines_that_answer_it(text: str) -> None:
    first = read(text)
    (question,) = [r for r in first if isinstance(r, Question)]
    (table,) = tomllib.loads(question.setting)["table"]
    answered = read(text, tables=[table])
    assert not [r for r in answered if isinstance(r, Question | Skipped)]
    assert [r.key for r in answered if isinstance(r, Touchpoint)][:1] == [
        r.key for r in first if isinstance(r, Touchpoint)
    ][:1] or "channel" in table


def test_tasks_that_are_not_done_are_left_out_as_drafts() -> None:
    assert LeftOut("draft") in read(EXPORTS["Pipedrive's activities"][0])
    assert LeftOut("draft") in read(EXPORTS["Salesforce's tasks: what nobody did is left out, and so is the footer"][0])


def test_a_list_of_tasks_without_their_kind_tells_of_no_contact() -> None:
    text = "Fällig am;Aufgabe;Kontakt;Telefon;Erledigt\n02.03.2026;Angebot;Erika Muster;089 99998 123;ja\n"
    assert not AnyTable().recognises(Source.from_text(text))


def test_an_address_book_that_says_when_a_person_was_entered_is_no_log() -> None:
    text = "Name,Email,Phone,Source,Created\nErika Muster,erika@muster.example,+49 89 99998 123,Messe,2026-03-02\n"
    assert not AnyTable().recognises(Source.from_text(text))


@pytest.mark.parametrize(
    "header",
    [
        "Order,Date,Name,Email,Phone,Total",
        "Datum;Kunde;Telefon;Rechnungsnummer;Betrag",
        "Datum;Beginn;Ende;Mitarbeiter;Projekt;Kunde;Tätigkeit;Stunden",
        "Project,Client,Task,User,Billable,Start Date,Start Time,End Date,End Time",
        "Name,Title,Company,Email,Work phone,Mobile phone,Twitter,Created at,Updated at",
    ],
)
def test_orders_time_sheets_and_address_books_are_no_logs(header: str) -> None:
    assert not AnyTable().recognises(Source.from_text(header + "\n" + re.sub("[^;,]+", "1", header) + "\n"))


def test_a_row_whose_date_stands_above_says_what_to_do() -> None:
    records = read("Datum;Kunde;Telefon\n02.03.2026;Erika Muster;089 99998 123\n;Jonas Probe;0171 3920010\n")
    (skipped,) = [r for r in records if isinstance(r, Skipped)]
    assert "row above" in skipped.reason


def test_a_table_without_column_names_is_told_to_get_some_and_shows_nobody() -> None:
    source = Source.from_text(
        "02.03.2026;09:15;Erika Muster;089 99998 123;12\n03.03.2026;09:15;Jonas Probe;0171 3920010;3\n"
    )
    assert not AnyTable().recognises(source)
    assert guess(source) == ""
    assert "names of the columns" in AnyTable().why_not(source)
    assert "Muster" not in AnyTable().why_not(source)


def test_a_date_is_not_guessed_to_be_a_number() -> None:
    lines = guess(
        Source.from_text(
            "Wann war es;Kundin;Termin\n02.03.2026;Erika Muster;16-03-2026\n03.03.2026;Jonas Probe;17-03-2026\n"
        )
    )
    assert "number" not in lines.replace("# number", "")


def test_a_number_that_a_spreadsheet_cut_is_no_other_number_and_no_name() -> None:
    records = read("Datum;Name;Telefon\n02.03.2026;Jonas Probe;1,71392E+11\n")
    (skipped,) = [r for r in records if isinstance(r, Skipped)]
    assert "cut off" in skipped.reason
    assert phone("1,71392E+11") is phone("1.71392e+11") is None


def test_a_header_of_several_lines_ends_where_its_last_quotation_mark_closes() -> None:
    text = 'Titel "x\n"Datum","Name","Dauer\n(min)",Telefon\n1,2,3,4\n'
    header = header_in(text, lambda names: "telefon" in names)
    assert header is not None
    assert (header.line, header.names) == (3, ("Datum", "Name", "Dauer (min)", "Telefon"))
    assert header_in('5" Platte,Telefon\n1,2\n', lambda names: "telefon" in names).line == 1  # type: ignore[union-attr]  # a header is there, or the test fails


def test_a_hidden_number_beside_our_own_is_left_out_as_such() -> None:
    records = read("Datum;Zeit;Anrufer;Ziel;Status\n02.03.2026;09:35:00;anonym;+493023125100;Verpasst\n")
    assert records[0] == LeftOut("hidden number")
