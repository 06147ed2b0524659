"""Days on which somebody is away: read from calendars and automatic answers, kept in any order, undone with their file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import pytest
from touchpoints_calendar.absence import says_away
from touchpoints_calendar.ics import ICalendar
from touchpoints_calendar.outlook_csv import OutlookCalendar
from touchpoints_mail.eml import Eml

from touchpoints.absences import proposed
from touchpoints.due import absent_until
from touchpoints.handles import Handle
from touchpoints.model import Absence, LeftOut, Person, Touchpoint
from touchpoints.privacy import erase
from touchpoints.reading import Context
from touchpoints.render.sources import imported
from touchpoints.report import CallReport
from touchpoints.settings import Settings
from touchpoints.source import Source
from touchpoints.tracker import Tracker

MARA = Settings(me=("mara.falk@falk.example", "Mara Falk"), region="DE-BE", timezone="Europe/Berlin")
NOW = datetime(2026, 7, 4, 9, tzinfo=ZoneInfo("Europe/Berlin"))
JULY = date(2026, 7, 6), date(2026, 7, 17)
STAMP = "DTSTAMP:20260601T080000Z"
DAYS = "DTSTART;VALUE=DATE:20260706\nDTEND;VALUE=DATE:20260718"
CUSTOMER = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:erika@muster.example"


def calendar(*events: str, own: str = "") -> str:
    inside = "".join(f"BEGIN:VEVENT\n{e}\nEND:VEVENT\n" for e in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{own}{inside}END:VCALENDAR\n"


def absences(text: str, settings: Settings = MARA) -> list[Absence]:
    context = Context(settings, zone="Europe/Berlin")
    return [r for r in ICalendar().read(Source.from_text(text), context) if isinstance(r, Absence)]


def spans(*lines: str, settings: Settings = MARA) -> list[tuple[date, date]]:
    found = absences(calendar("\n".join(("UID:a", STAMP, *lines))), settings)
    return [span for absence in found for span in absence.spans]


# -- what a calendar says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    ["Urlaub", "URLAUB!", "Mara Falk: Urlaub", "Urlaub Mara", "Urlaub in Italien", "Urlaub (genehmigt)", "🌴 Urlaub 🌴",
     "Out of office", "Vacation", "Annual leave", "Nicht im Büro", "Brückentag", "Abwesend bis Montag"],
)  # fmt: skip
def test_a_whole_day_of_our_own_called_so_is_an_absence(title: str) -> None:
    assert spans(DAYS, f"SUMMARY:{title}") == [JULY]
    assert spans(DAYS, f"SUMMARY:{title}", "TRANSP:TRANSPARENT") == [JULY]  # so Google marks whole days


@pytest.mark.parametrize(
    "title",
    ["Urlaub Jonas", "Urlaub planen", "Urlaubsvertretung", "Sommerferien Berlin", "Tag der Arbeit", "Krankenkasse",
     "Homeoffice", "Fachmesse", "Leave application", "Holiday party", ""],
)  # fmt: skip
def test_other_whole_days_are_none(title: str) -> None:
    assert spans(DAYS, f"SUMMARY:{title}") == []


def test_a_mark_as_out_of_office_counts_whatever_the_title_says() -> None:
    away = "X-MICROSOFT-CDO-BUSYSTATUS:OOF"
    assert spans(DAYS, "SUMMARY:Segeln", away) == [JULY]
    assert spans(DAYS, "SUMMARY:Segeln", "CLASS:PRIVATE", away) == [JULY]
    assert spans(DAYS, "SUMMARY:Segeln", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY") == []


def test_a_private_title_is_not_looked_at() -> None:
    assert spans(DAYS, "SUMMARY:Urlaub", "CLASS:PRIVATE") == []


def test_who_meets_somebody_outside_is_not_away() -> None:
    assert spans(DAYS, "SUMMARY:Urlaub", CUSTOMER, "X-MICROSOFT-CDO-BUSYSTATUS:OOF") == []


def test_hours_count_where_they_take_up_the_working_day() -> None:
    def timed(first: str, last: str) -> list[tuple[date, date]]:
        return spans(
            f"DTSTART;TZID=Europe/Berlin:2026{first}00",
            f"DTEND;TZID=Europe/Berlin:2026{last}00",
            "SUMMARY:Out of office",
        )

    assert timed("0706T0000", "0718T0000") == [JULY]  # as Google writes it
    assert timed("0706T0800", "0706T1800") == [(date(2026, 7, 6), date(2026, 7, 6))]
    assert timed("0706T1200", "0708T1200") == [(date(2026, 7, 7), date(2026, 7, 7))]
    assert timed("0706T1200", "0706T1800") == []


def test_a_day_off_every_week_is_a_series_with_its_exceptions() -> None:
    moved = (
        "UID:a\nDTSTAMP:20260602T080000Z\nRECURRENCE-ID;VALUE=DATE:20260612\nDTSTART;VALUE=DATE:20260611\nSUMMARY:Frei"
    )
    friday = f"UID:a\n{STAMP}\nDTSTART;VALUE=DATE:20260605\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:Frei"
    found = [span[0].day for absence in absences(calendar(friday, moved)) for span in absence.spans]
    assert sorted(found) == [5, 11, 19]


def test_a_later_version_says_otherwise() -> None:
    later = ["SEQUENCE:1", "SUMMARY:Messe"]
    assert [a.spans for a in absences(calendar("\n".join(("UID:a", STAMP, DAYS, *later))))] == [()]
    assert spans(DAYS, "SUMMARY:Urlaub", "STATUS:CANCELLED") == []


def test_an_invitation_by_mail_says_nothing_of_our_own_days() -> None:
    event = f"UID:a\n{STAMP}\n{DAYS}\nSUMMARY:Urlaub"
    assert absences(calendar(event, own="METHOD:REQUEST\n")) == []


def test_of_several_of_us_the_calendar_or_the_title_says_who() -> None:
    team = Settings.of(
        {"colleague": [{"name": "Mara Falk", "handles": ["mara.falk@falk.example"]}, {"name": "Jonas Brandt"}]}
    )
    entry = f"UID:a\n{STAMP}\n{DAYS}\nSUMMARY:"
    named = absences(calendar(f"{entry}Urlaub", own="X-WR-CALNAME:mara.falk@falk.example\n"), team)
    assert [a.colleague for a in named] == ["Mara Falk"]
    assert [a.colleague for a in absences(calendar(f"{entry}Urlaub"), team)] == [None]


def test_titles_of_endless_length_are_none() -> None:
    assert not says_away("Urlaub " * 100)


def test_outlooks_table_knows_absences_by_their_title() -> None:
    head = "Betreff,Beginnt am,Beginnt um,Endet am,Endet um,Ganztägiges Ereignis,Privat\n"
    rows = "Urlaub,6.7.2026,00:00:00,18.7.2026,00:00:00,Ein,Aus\nArzt,7.7.2026,00:00:00,8.7.2026,00:00:00,Ein,Aus\n"
    read = OutlookCalendar().read(Source.from_text(head + rows), Context(MARA, zone="Europe/Berlin"))
    assert [r.spans for r in read if isinstance(r, Absence)] == [(JULY,)]


HEAD = "Betreff,Beginnt am,Beginnt um,Endet am,Endet um,Ganztägiges Ereignis,Erforderliche Teilnehmer,Privat,Zeitspanne zeigen als\n"
TRIP = "Reise,6.7.2026,00:00:00,18.7.2026,00:00:00,Ein,{who},{private},{shown}\n"


@pytest.mark.parametrize(
    ("shown", "other", "away"),
    [
        ("4", "3", True), ("3", "2", False), ("3", "0", True), ("4", "0", False), ("2", "3", False), ("Abwesend", "Frei", True),
        ("Out of Office", "Busy", True), ("", "", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("private", ["Aus", "Ein"])
def test_outlooks_table_marks_absences_by_words_or_one_of_two_rows_of_numbers(
    shown: str, other: str, away: bool, private: str
) -> None:
    def spans(*rows: str) -> list[tuple[tuple[date, date], ...]]:
        source = Source.from_text(HEAD + "".join(rows))
        read = OutlookCalendar().read(source, Context(MARA, zone="Europe/Berlin"))
        return [r.spans for r in read if isinstance(r, Absence)]

    another = f"Notiz,1.6.2026,00:00:00,2.6.2026,00:00:00,Ein,,Aus,{other}\n"
    assert spans(TRIP.format(who="", private=private, shown=shown), another) == ([(JULY,)] if away else [])
    assert spans(TRIP.format(who='"Muster, Erika"', private=private, shown=shown), another) == []
    hours = f"Arzt,7.7.2026,08:00:00,7.7.2026,19:00:00,Aus,,{private},{shown}\n"
    assert spans(hours, another) == ([((date(2026, 7, 7), date(2026, 7, 7)),)] if away else [])


def test_only_what_is_surely_marked_as_free_is_no_meeting_in_outlooks_table() -> None:
    def kinds(shown: str) -> list[str]:
        row = f"Messe,6.7.2026,09:00:00,6.7.2026,10:00:00,Aus,Erika Muster,Aus,{shown}\n"
        read = OutlookCalendar().read(Source.from_text(HEAD + row), Context(MARA, zone="Europe/Berlin"))
        return [getattr(r, "reason", "met") for r in read if isinstance(r, LeftOut | Touchpoint)]

    assert [kinds(shown) for shown in ("Frei", "0", "3", "2", "")] == [["marked as free"]] * 2 + [["met"]] * 3


# -- in the store ---------------------------------------------------------------------------------------------------

FIRST = calendar(f"UID:a\n{STAMP}\n{DAYS}\nSUMMARY:Urlaub", f"UID:m\n{STAMP}\nDTSTART:20260601T080000Z\n{CUSTOMER}")
SECOND = calendar(
    "UID:a\nDTSTAMP:20260610T080000Z\nSEQUENCE:1\nDTSTART;VALUE=DATE:20260713\nDTEND;VALUE=DATE:20260718\nSUMMARY:Urlaub"
)
SHORTER = [(date(2026, 7, 13), date(2026, 7, 17))]


def own(tracker: Tracker) -> list[tuple[date, date]]:
    return [span for absence, _ in tracker.store.absences() for span in absence.spans]


@pytest.mark.parametrize("order", [("1.ics", "2.ics"), ("2.ics", "1.ics")])
def test_the_newest_version_counts_in_any_order_and_forgetting_brings_back_the_older(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    (tmp_path / "1.ics").write_text(FIRST, encoding="utf-8")
    (tmp_path / "2.ics").write_text(SECOND, encoding="utf-8")
    with Tracker(settings=MARA) as tracker:
        for name in order:
            tracker.ingest(tmp_path / name)
        assert own(tracker) == SHORTER
        tracker.ingest(tmp_path / "1.ics")
        assert own(tracker) == SHORTER
        tracker.forget(str(tmp_path / "2.ics"))
        assert own(tracker) == [JULY]
        tracker.forget(str(tmp_path / "1.ics"))
        assert own(tracker) == []


def test_own_days_off_do_not_count_as_silence_and_are_shown(tmp_path: Path) -> None:
    log = "Datum;Nummer;Name;Dauer;Richtung\n" + "".join(
        f"{day:%d.%m.%Y} 10:00;+49 89 99998 123;Erika Muster;12:00;ausgehend\n"
        for n in range(20)
        if (day := date(2026, 6, 12) - timedelta(days=7 * n))
    )
    (tmp_path / "log.csv").write_text(log, encoding="utf-8")
    (tmp_path / "1.ics").write_text(
        FIRST.replace("20260706", "20260615").replace("20260718", "20260704"), encoding="utf-8"
    )
    with Tracker(settings=MARA) as tracker:
        report = tracker.ingest(tmp_path / "log.csv", tmp_path / "1.ics", dry_run=True)
        assert [f.absences for f in report.files if f.absences] == [[(date(2026, 6, 15), date(2026, 7, 3))]]
        assert "Mon 15 Jun – Fri 3 Jul 2026" in imported(report, "en", True)
        assert "eigene Abwesenheiten" in imported(report, "de", True)
        tracker.ingest(tmp_path / "log.csv")
        assert [f.contact.name for f in tracker.flags(NOW) if f.contact] == ["Erika Muster"]
        tracker.ingest(tmp_path / "1.ics")
        assert tracker.flags(NOW) == ()
        assert [(a.first, a.last) for a in CallReport(tracker, NOW).absences] == [(date(2026, 6, 15), date(2026, 7, 3))]
        again = tracker.ingest(tmp_path / "1.ics")
        assert again.as_record()["files"][0]["absences"] == [["2026-06-15", "2026-07-03"]]
        tracker.forget(str(tmp_path / "1.ics"))
        assert len(tracker.flags(NOW)) == 1


def test_in_a_team_an_absence_concerns_the_relationships_of_that_colleague() -> None:
    team = [
        {"name": "Mara Falk", "handles": ["mara.falk@falk.example"]},
        {"name": "Jonas Brandt", "handles": ["jonas@falk.example"]},
    ]
    away = date(2026, 6, 15), date(2026, 7, 3)
    for owner, named in (("Mara Falk", 0), ("Jonas Brandt", 1)):
        with Tracker(settings=Settings.of({"colleague": team, "timezone": "Europe/Berlin"})) as tracker:
            calls = [
                Touchpoint.call("+49 89 99998 123", NOW - timedelta(days=19 + 7 * n), "out", minutes=9)
                for n in range(20)
            ]
            tracker.add(calls, [Person("Erika Muster", ["+49 89 99998 123"], owner=owner)])
            tracker.store.add_absences([Absence([away], key="a", colleague="Mara Falk")], 1)
            assert len(tracker.flags(NOW)) == named


# -- what automatic answers say ---------------------------------------------------------------------------------------

MONDAY = date(2026, 8, 3)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Abwesend bis 14. August", 14), ("Ich bin bis zum 14.08.2026 nicht im Büro.", 14),
        ("bis einschließlich Freitag, den 14.8.", 14), ("Urlaub vom 3.8. bis 14.8.", 14), ("Urlaub 3.–14. August", 14),
        ("Out of office until 14 August", 14), ("I am away until August 14th, 2026", 14), ("away through 2026-08-14", 14),
        ("out of the office from 3 August to 14 August", 14), ("Ich bin ab dem 17.8. wieder erreichbar.", 16),
        ("Am 17. August bin ich wieder für Sie da.", 16), ("I will be back on Monday, 17 August 2026.", 16),
        ("Returning 17 August", 16), ("zurück am Montag", 9), ("until Friday", 7),
    ],
)  # fmt: skip
def test_a_date_says_until_when_somebody_is_away(text: str, last: int) -> None:
    assert absent_until(text, MONDAY) == date(2026, 8, last)


@pytest.mark.parametrize(
    "text",
    ["Ich bin zurzeit nicht da.", "bis auf Weiteres", "until further notice", "bis 31. Juni", "bis 1. August", "",
     "Angebot 5120-12 vom 3. August", "bis 14. August 2028"],
)  # fmt: skip
def test_other_texts_say_nothing(text: str) -> None:
    assert absent_until(text, MONDAY) is None


def answer(
    subject: str = "Automatische Antwort: Anfrage", body: str = "bis 14. August nicht im Haus", **headers: str
) -> str:
    head = {
        "From": "Erika Muster <erika@muster.example>", "To": "mara.falk@falk.example", "Subject": subject,
        "Date": "Mon, 03 Aug 2026 09:00:00 +0200", "Message-ID": "<a1@muster.example>",
        "Auto-Submitted": "auto-replied", "Content-Type": "text/plain; charset=utf-8",
    }  # fmt: skip
    head |= {name.replace("_", "-"): value for name, value in headers.items()}
    return "".join(f"{name}: {value}\n" for name, value in head.items() if value) + f"\n{body}\n"


def answers(text: str) -> list[Absence]:
    context = Context(MARA, zone="Europe/Berlin")
    return [r for r in Eml().read(Source.from_text(text), context) if isinstance(r, Absence)]


def test_an_automatic_answer_with_a_date_says_an_absence_and_nothing_of_it_is_kept_but_the_day() -> None:
    [absence] = answers(answer())
    assert (absence.spans, absence.said) == (((MONDAY, date(2026, 8, 14)),), MONDAY)
    assert (absence.handle, absence.colleague) == (Handle("email", "erika@muster.example"), None)
    assert "Haus" not in repr(absence)
    assert answers(answer("Out of Office: until 14 August", "Thanks for your mail", Auto_Submitted=""))
    page = "<html><style>until 1 May 2027</style><p>I&#39;m away <b>until</b> 14&nbsp;August</p></html>"
    assert answers(answer("Automatic reply: x", page, Content_Type="text/html"))[0].spans[0][1] == date(2026, 8, 14)


def test_receipts_machines_and_people_say_none() -> None:
    assert answers(answer("Ihre Anfrage", "Wir melden uns bis 14. August.")) == []
    assert answers(answer(From="no-reply@muster.example")) == []
    assert answers(answer(From="mara.falk@falk.example", To="erika@muster.example")) == []
    assert answers(answer("Urlaub", Auto_Submitted="")) == []
    assert answers(answer(body="Ich bin nicht im Haus.\n> bis 14. August")) == []


@pytest.fixture
def erika(tmp_path: Path) -> Iterator[Tracker]:
    """Erika, silent for five weeks instead of one, who answers by machine that she is away."""
    (tmp_path / "away.eml").write_text(answer(), encoding="utf-8")
    with Tracker(settings=MARA) as tracker:
        mails = [("erika@muster.example", MONDAY_MORNING - timedelta(days=35 + 7 * n)) for n in range(20)]
        tracker.add(Touchpoint.video(who, at, name="Erika Muster") for who, at in mails)
        tracker.ingest(tmp_path / "away.eml")
        yield tracker


MONDAY_MORNING = datetime(2026, 8, 3, 9, tzinfo=ZoneInfo("Europe/Berlin"))
COMMAND = 'touchpoints away "Erika Muster" --until 2026-08-14'


def test_an_absence_of_others_is_proposed_and_never_applied_by_itself(erika: Tracker) -> None:
    [flag] = erika.flags(MONDAY_MORNING + timedelta(hours=5))
    assert [note["en"] for note in flag.notes] == [
        f"away until Fri 14 Aug by an automatic answer of Mon 3 Aug; to hold them back until then: {COMMAND}"
    ]
    assert "laut automatischer Antwort" in flag.notes[0]["de"]
    assert COMMAND in str(erika.render("text", MONDAY_MORNING, "de")).replace("\n    ", " ")
    assert COMMAND in unescape(str(erika.render("html", MONDAY_MORNING, "de")))
    assert [p.command for p in proposed(erika.book(MONDAY_MORNING))] == [COMMAND]
    assert proposed(erika.book(MONDAY_MORNING - timedelta(days=1))) == []
    assert proposed(erika.book(MONDAY_MORNING + timedelta(days=12))) == []


def test_once_agreed_to_it_holds_back_until_taken_back(erika: Tracker) -> None:
    erika.away("Erika Muster", date(2026, 8, 14), at=MONDAY_MORNING)
    assert erika.flags(MONDAY_MORNING) == ()
    assert proposed(erika.book(MONDAY_MORNING)) == []
    erika.undo()
    assert len(proposed(erika.book(MONDAY_MORNING))) == 1


def test_forgetting_and_erasing_take_proposals_along(erika: Tracker, tmp_path: Path) -> None:
    erika.forget(str(tmp_path / "away.eml"))
    assert erika.store.absences() == []
    erika.ingest(tmp_path / "away.eml")
    assert len(erika.store.absences()) == 1
    erase(erika.store, erika.directory, "Erika Muster", at=MONDAY_MORNING)
    assert erika.store.absences() == []
    (tmp_path / "again.eml").write_text(answer(Message_ID="<a2@muster.example>"), encoding="utf-8")
    erika.ingest(tmp_path / "again.eml")
    assert erika.store.absences() == []


def test_who_is_private_is_not_proposed(tmp_path: Path) -> None:
    (tmp_path / "away.eml").write_text(answer(), encoding="utf-8")
    with Tracker(settings=attrs.evolve(MARA, private=("erika@muster.example",))) as tracker:
        tracker.ingest(tmp_path / "away.eml")
        assert tracker.store.absences() == []
    with Tracker(settings=attrs.evolve(MARA, known_only="always")) as tracker:
        tracker.ingest(tmp_path / "away.eml")
        assert tracker.store.absences() == []
