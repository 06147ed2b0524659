"""What each program writes into its calendars, one by one, in files of our own: times, channels, people, outcomes."""

import pytest
from touchpoints_calendar.ics import ICalendar

from touchpoints.model import LeftOut, Question, Skipped, Touchpoint
from touchpoints.plugins import Record
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source

ME = "ORGANIZER;CN=Mara Falk:mailto:mara.falk@falk.example\n"
ERIKA = "ATTENDEE;PARTSTAT=ACCEPTED;CN=Erika Muster:mailto:erika@muster.example\n"
AT = "DTSTART:20260703T070000Z\nDTEND:20260703T080000Z\n"
LOTUS = (
    "PRODID:-//Lotus Development Corporation//NONSGML Notes 9.0//EN_C\nBEGIN:VTIMEZONE\nTZID:Western/Central Europe\n"
    "BEGIN:STANDARD\nDTSTART:19501029T020000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;BYHOUR=3;BYMINUTE=0\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:19500326T020000\n"
    "TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;BYHOUR=2;BYMINUTE=0\nEND:DAYLIGHT\n"
    "END:VTIMEZONE\n"
)


def records(event: str, head: str = "", encoding: str = "utf-8") -> list[Record]:
    text = (
        f"BEGIN:VCALENDAR\n{head}BEGIN:VEVENT\nUID:1@falk.example\nSUMMARY:Angebot\n{event}END:VEVENT\nEND:VCALENDAR\n"
    )
    importer = ICalendar()
    source = Source.from_bytes(text.replace("\n", "\r\n").encode(encoding), "k.ics")
    assert importer.recognises(source)
    context = Context(
        Settings(me=("mara.falk@falk.example",)), zone="Europe/Berlin", source="k.ics", importer="icalendar"
    )
    return list(importer.read(source, context))


def meeting(event: str, head: str = "", encoding: str = "utf-8") -> Touchpoint:
    (found,) = [r for r in records(event, head, encoding) if isinstance(r, Touchpoint)]
    return found


@pytest.mark.parametrize(
    "zone",
    [
        'TZID="W. Europe Standard Time"', "TZID=Mitteleuropäische Zeit", "TZID=Romance Standard Time",
        'TZID="(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien"', 'TZID="(GMT+01.00) Sarajevo/Warsaw/Zagreb"',
        "TZID=/freeassociation.sourceforge.net/Europe/Berlin", "TZID=/mozilla.org/20070129_1/Europe/Berlin",
        "TZID=Europe/Berlin;VALUE=DATE-TIME", "VALUE=DATE-TIME;TZID=Europe/Berlin", "TZID=europe/berlin",
        "TZID=Europe/Berlin 1", "TZID=W. Europe", "TZID=CEST", "TZID=GMT+0200", "TZID=UTC+2", "TZID=+02:00",
        "TZID=(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien",  # without the quotes that the colon needs
        "TZID=(GMT+01:00) Amsterdam / Berlin / Bern / Rome / Stockholm / Vienna", "TZID=UTC+02:00",
    ],
)  # fmt: skip
def test_the_zone_names_that_programs_write_are_understood(zone: str) -> None:
    found = meeting(f"DTSTART;{zone}:20260703T090000\nDTEND;{zone}:20260703T100000\n{ME}{ERIKA}")
    assert (found.at.isoformat(), found.duration) == ("2026-07-03T09:00:00+02:00", 3600)


def test_an_address_behind_a_name_is_no_part_of_it() -> None:
    names = (
        "Muster, Erika (erika@muster.example)",
        "Ben Okafor <b@o.example> (b@o.example)",
        "x@y.example",
        "(x@y.example)",
    )
    guests = "".join(f'ATTENDEE;PARTSTAT=ACCEPTED;CN="{cn}":mailto:{n}@muster.example\n' for n, cn in enumerate(names))
    found = meeting(f"{AT}{ME}{guests}")
    assert [p.name for p in found.parties] == ["Muster, Erika", "Ben Okafor", None, None]


def test_microsofts_own_name_of_utc_stands_without_quotes() -> None:
    found = meeting(f"DTSTART;TZID=tzone://Microsoft/Utc:20260703T070000\n{ME}{ERIKA}")
    assert found.at.isoformat() == "2026-07-03T09:00:00+02:00"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (":2026-07-03T09:00:00", "2026-07-03T09:00:00+02:00"), (":20260703T0900", "2026-07-03T09:00:00+02:00"),
        (";TZID=America/New_York:2026-07-03T09:00:00", "2026-07-03T15:00:00+02:00"),
        (":20260703T090000+0100", "2026-07-03T10:00:00+02:00"), (":2026-07-03T09:00:00z", "2026-07-03T11:00:00+02:00"),
        (";VALUE=DATE:20260703T090000", "2026-07-03T09:00:00+02:00"),
        (";VALUE=DATE:20260703T000000", "2026-07-03T00:00:00+02:00"), (":2026-07-03", "2026-07-03T00:00:00+02:00"),
    ],
)  # fmt: skip
def test_times_in_another_way_of_iso_8601(written: str, expected: str) -> None:
    found = meeting(f"DTSTART{written}\n{ME}{ERIKA}")
    assert (found.at.isoformat(), "all_day" in found.extra) == (expected, "T00:00" in expected)


def test_a_vcalendar_of_an_old_outlook_or_phone() -> None:
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:1.0\r\nBEGIN:VEVENT\r\nDTSTART:20260703T070000Z\r\nDTEND:20260703T080000Z\r\n"
        "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Gespr=C3=A4ch mit =\r\nErika\r\n"
        "ATTENDEE;ROLE=ORGANIZER:Mara Falk <mara.falk@falk.example>\r\n"
        "ATTENDEE;STATUS=ACCEPTED:Erika Muster <erika@muster.example>\r\nPRIORITY:3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    context = Context(Settings(me=("mara.falk@falk.example",)), zone="Europe/Berlin")
    (found,) = (r for r in ICalendar().read(Source.from_text(text), context) if isinstance(r, Touchpoint))
    assert (found.subject, [p.name for p in found.parties], found.extra) == ("Gespräch mit Erika", ["Erika Muster"], {})


def test_a_numbered_zone_of_outlook_and_one_that_lotus_defines_itself() -> None:
    assert (
        meeting(f"DTSTART;TZID=GMT Standard Time 1:20260703T080000\n{ME}{ERIKA}").at.isoformat()
        == "2026-07-03T09:00:00+02:00"
    )
    event = f'DTSTART;TZID="Western/Central Europe":20260703T090000\n{ME}{ERIKA}'
    assert meeting(event, LOTUS).at.isoformat() == "2026-07-03T09:00:00+02:00"
    assert [r.reason for r in records(event) if isinstance(r, Skipped)] == [
        "unknown time zone 'Western/Central Europe'; name it in touchpoints.toml under [zones]"
    ]


@pytest.mark.parametrize(
    ("program", "lines", "channel"),
    [
        ("Google", "X-GOOGLE-CONFERENCE:https://meet.google.com/abc-defg-hij\n", "video"),
        ("Google with a room", "LOCATION:Muster GmbH\\, Musterstr. 1\nX-GOOGLE-CONFERENCE:https://meet.google.com/abc\n", "meeting"),
        ("Teams, German", "LOCATION;LANGUAGE=de-DE:Microsoft Teams-Besprechung\n", "video"),
        ("Teams, English", "LOCATION:Microsoft Teams Meeting\n", "video"),
        ("Teams, new", 'X-MICROSOFT-ONLINEMEETINGINFORMATION:{"OnlineMeetingProvider":3}\n', "video"),
        ("Teams, short link", "DESCRIPTION:Besprechungs-ID: 123\\nhttps://teams.microsoft.com/meet/123?p=abc\n", "video"),
        ("Zoom, German", "DESCRIPTION:Zoom-Meeting beitreten\\nhttps://us05web.zoom.us/j/123?pwd=abc\n", "video"),
        ("Webex", "LOCATION:https://muster.webex.com/muster/j.php?MTID=m123\n", "video"),
        ("Apple", 'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE=Muster:geo:52.5,13.4\nLOCATION:Muster GmbH\\nBerlin\n', "meeting"),
        ("by phone", "LOCATION:Tel. 030 23125101\n", "phone"),
    ],
)  # fmt: skip
def test_the_channel_is_found_in_what_each_program_writes(program: str, lines: str, channel: str) -> None:
    assert meeting(f"{AT}{lines}{ME}{ERIKA}").channel == channel, program


def test_rooms_of_google_and_addresses_of_exchange() -> None:
    room = "ATTENDEE;CUTYPE=RESOURCE;CN=Raum 1;X-NUM-GUESTS=0:mailto:c_18@resource.calendar.google.com\n"
    assert [p.handle.value for p in meeting(AT + ME + ERIKA + room).parties] == ["erika@muster.example"]
    for address in ("MAILTO:/o=Firm/ou=First/cn=Recipients/cn=ben", "invalid:nomail"):
        (party,) = meeting(f'{AT}{ME}ATTENDEE;CN="Okafor, Ben":{address}\n').parties
        assert (party.handle.kind, party.handle.value) == ("name", "ben okafor")


def test_what_was_called_off_whole_days_and_shown_without_details() -> None:
    assert (
        meeting(f"{AT}{ME}{ERIKA}".replace("DTSTART", "SUMMARY:x\nDTSTART"), "METHOD:CANCEL\n").outcome == "cancelled"
    )
    day = meeting(
        f"DTSTART:20260703T000000\nDTEND:20260704T000000\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE\n"
        f"X-MICROSOFT-CDO-BUSYSTATUS:BUSY\n{ME}{ERIKA}"
    )
    assert (day.duration, dict(day.extra)) == (None, {"all_day": "yes"})
    assert LeftOut("no other party") in records(AT)  # a private event of Google: no guests, no title


def test_utf16_of_old_outlook_and_korganizers_unanswered_invitation() -> None:
    assert meeting(f"{AT}LOCATION:Größe\n{ME}{ERIKA}", encoding="utf-16").channel == "meeting"
    waiting = "ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION;CN=Erika Muster;X-UID=94:mailto:erika@muster.example\n"
    assert dict(meeting(AT + ME + waiting).extra) == {"confirmed": "no"}


def test_changes_of_time_leap_days_and_year_ends() -> None:
    def starts(lines: str) -> list[str]:
        return [f"{r.at:%Y-%m-%d %H:%M %z}" for r in records(f"{lines}{ME}{ERIKA}") if isinstance(r, Touchpoint)]

    berlin = "DTSTART;TZID=Europe/Berlin:"
    assert starts(f"{berlin}20240229T090000\nRRULE:FREQ=YEARLY;COUNT=2\n") == [
        "2024-02-29 09:00 +0100",
        "2028-02-29 09:00 +0100",
    ]
    assert starts(f"{berlin}20260329T023000\n") == ["2026-03-29 03:30 +0200"]  # a time that clocks did not show
    assert starts(f"{berlin}20251230T233000\nRRULE:FREQ=DAILY;COUNT=3\n") == [
        "2025-12-30 23:30 +0100", "2025-12-31 23:30 +0100", "2026-01-01 23:30 +0100",
    ]  # fmt: skip
    assert starts(f"{berlin}20260320T090000\nRRULE:FREQ=WEEKLY;UNTIL=20260403T070000Z\nEXDATE:20260327T080000Z\n") == [
        "2026-03-20 09:00 +0100", "2026-04-03 09:00 +0200",
    ]  # fmt: skip


def test_where_nobody_is_known_to_be_ours_it_is_asked_for_who_takes_part_in_most() -> None:
    text = "BEGIN:VCALENDAR\n" + "".join(
        f"BEGIN:VEVENT\nUID:{n}\n{AT}{ME}ATTENDEE:mailto:guest{n}@muster.example\nEND:VEVENT\n" for n in range(3)
    )
    asked = {}
    for me in ((), ("mara.falk@falk.example",)):
        context = Context(Settings(me=me), zone="Europe/Berlin", source="k.ics", importer="icalendar")
        found = ICalendar().read(Source.from_text(text + "END:VCALENDAR\n"), context)
        asked[me] = [(r.question, r.options[0], r.setting) for r in found if isinstance(r, Question)]
    assert asked == {
        (): [
            (
                "Is mara.falk@falk.example yours? Of 3 events with people it takes part in 3.",
                "mara.falk@falk.example",
                'me = ["mara.falk@falk.example"]  (or: --me mara.falk@falk.example)',
            )
        ],
        ("mara.falk@falk.example",): [],
    }
