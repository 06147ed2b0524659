"""Calendars: every importer's contract over samples in the shape real programs write, and what a meeting means."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from touchpoints_calendar import touchpoints_importers
from touchpoints_calendar.ics import ICalendar, read_calendar
from touchpoints_calendar.meeting import channel_of
from touchpoints_calendar.outlook_csv import OutlookCalendar

import touchpoints as tp
from touchpoints.errors import SourceError, UnreadableSource
from touchpoints.model import Coverage, LeftOut, Question, Skipped, Touchpoint
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source
from touchpoints.testing import ImporterContract

SAMPLES = Path(__file__).parent / "samples" / "calendar"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "samples"
ME, ERIKA, BEN = "mara.falk@falk.example", "erika@muster-gmbh.example", "ben@okafor-bau.example"
SINGLE = ("DTSTART:20260303T090000Z", "DTEND:20260303T100000Z")


class TestICalendar(ImporterContract):
    importer, samples = ICalendar(), SAMPLES / "icalendar"


class TestOutlookCalendar(ImporterContract):
    importer, samples = OutlookCalendar(), SAMPLES / "outlook-calendar"


def calendar(*events: Sequence[str], head: Sequence[str] = ()) -> str:
    """A calendar's text; events without a UID get one by their place."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//x//EN", *head]
    for place, event in enumerate(events):
        own = [] if any(line.startswith("UID") for line in event) else [f"UID:{place}@falk.example"]
        lines += ["BEGIN:VEVENT", *own, *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def attendee(address: str, answer: str = "ACCEPTED", **parameters: str) -> str:
    more = "".join(f";{name}={value}" for name, value in parameters.items())
    return f"ATTENDEE;PARTSTAT={answer}{more}:mailto:{address}"


MINE = (f"ORGANIZER;CN=Mara Falk:mailto:{ME}", attendee(ME))


def records(text: str | bytes, zone: str = "Europe/Berlin", **settings: Any) -> list[Any]:
    context = Context(
        Settings(me=(ME, "Mara Falk"), **settings), zone=zone, source="kalender.ics", importer="icalendar"
    )
    data = text.encode() if isinstance(text, str) else text
    return list(ICalendar().read(Source.from_bytes(data, "kalender.ics"), context))


def meetings(text: str | bytes, **more: Any) -> list[Touchpoint]:
    return [r for r in records(text, **more) if isinstance(r, Touchpoint)]


def only(*event: str, head: Sequence[str] = (), **more: Any) -> Touchpoint:
    (found,) = meetings(calendar(event, head=head), **more)
    return found


def left_out(*event: str, **more: Any) -> list[str]:
    return [r.reason for r in records(calendar(event), **more) if isinstance(r, LeftOut)]


# -- who was there ----------------------------------------------------------------------------------------------------


def test_a_meeting_is_mutual_reached_and_has_those_outside_as_parties() -> None:
    t = only(*SINGLE, *MINE, attendee(ERIKA, CN='"Muster, Erika"'), "SUMMARY:Angebot\\, zweiter Entwurf")
    assert (t.direction, t.outcome, t.duration, t.subject) == ("mutual", "reached", 3600.0, "Angebot, zweiter Entwurf")
    assert [(p.handle.value, p.name, p.role) for p in t.parties] == [(ERIKA, "Muster, Erika", "with")]
    assert t.colleagues == ("Mara Falk",)


@pytest.mark.parametrize(
    "line",
    [
        attendee("raum@falk.example", CUTYPE="ROOM"),
        attendee("beamer@falk.example", CUTYPE="RESOURCE"),
        attendee("team@muster-gmbh.example", CUTYPE="GROUP"),
        attendee("elbe@muster-gmbh.example", CN="Konferenzraum Elbe"),
        'ATTENDEE;CN="Meeting Room 4.12":invalid:nomail',
        attendee("c_188@resource.calendar.google.com"),
        attendee("abc@group.calendar.google.com"),
        "ATTENDEE:invalid:nomail",
        "ATTENDEE:/o=Firma/ou=Exchange/cn=Recipients/cn=x",
    ],
)
def test_rooms_resources_groups_calendars_and_nameless_addresses_are_nobody(line: str) -> None:
    assert left_out(*SINGLE, *MINE, line) == ["no other party"]


@pytest.mark.parametrize("address", ["invalid:nomail", "/o=Firma/ou=Exchange/cn=Recipients/cn=nz", "urn:uuid:1"])
def test_a_name_without_an_address_is_a_name_of_calendars(address: str) -> None:
    (party,) = only(*SINGLE, *MINE, f'ATTENDEE;CN="Nowak, Zofia":{address}').parties
    assert (party.handle.kind, party.handle.value, party.handle.scope) == ("name", "zofia nowak", "calendar")


@pytest.mark.parametrize(
    ("line", "value", "name"),
    [
        (f"ATTENDEE:MAILTO:{ERIKA.upper()}", ERIKA, None),
        (f"ATTENDEE:{ERIKA}", ERIKA, None),
        (f"ATTENDEE;CN={ERIKA}:mailto:{ERIKA}", ERIKA, None),
        (f"ATTENDEE;CN=\"'Erika Muster'\":mailto:{ERIKA}", ERIKA, "Erika Muster"),
        (f"ATTENDEE;CN=Muster, Erika:mailto:{ERIKA}", ERIKA, "Muster, Erika"),
        (f"ATTENDEE;CN=Erika Muster;EMAIL={ERIKA}:urn:uuid:1", ERIKA, "Erika Muster"),
        (f"ATTENDEE;CN={ERIKA}:invalid:nomail", ERIKA, None),
    ],
)
def test_addresses_are_found_however_they_are_written(line: str, value: str, name: str | None) -> None:
    (party,) = only(*SINGLE, *MINE, line).parties
    assert (party.handle.value, party.name) == (value, name)


def test_an_organiser_who_is_also_an_attendee_is_one_person_and_one_who_is_not_counts_too() -> None:
    both = only(*SINGLE, f"ORGANIZER;CN=Ben:mailto:{BEN}", attendee(BEN, "NEEDS-ACTION"), attendee(ME))
    assert ([p.handle.value for p in both.parties], both.extra) == ([BEN], {})
    alone = only(*SINGLE, f"ORGANIZER;CN=Ben:mailto:{BEN}", attendee(ME))
    assert [p.handle.value for p in alone.parties] == [BEN]


def test_a_non_participant_is_only_copied_and_a_delegator_did_not_come() -> None:
    t = only(
        *SINGLE, *MINE, attendee(ERIKA, "DELEGATED"), attendee(BEN), attendee("a@b.example", ROLE="NON-PARTICIPANT")
    )
    assert {p.handle.value: p.role for p in t.parties} == {BEN: "with", "a@b.example": "copied"}


def test_more_than_25_outside_are_copied() -> None:
    t = only(*SINGLE, *MINE, *(attendee(f"p{n}@muster-gmbh.example") for n in range(26)))
    assert {p.role for p in t.parties} == {"copied"}


# -- what came of it --------------------------------------------------------------------------------------------------


def test_who_declined_is_declined_alone() -> None:
    came, declined = meetings(calendar([*SINGLE, *MINE, attendee(ERIKA, "DECLINED"), attendee(BEN)]))
    assert ([p.handle.value for p in came.parties], came.outcome) == ([BEN], "reached")
    assert ([p.handle.value for p in declined.parties], declined.outcome) == ([ERIKA], "declined")
    assert (declined.key, declined.series, declined.revision) == (f"{came.key}/declined", came.series, came.revision)


def test_a_meeting_we_declined_is_declined_unless_another_of_us_attends() -> None:
    asked = f"ORGANIZER:mailto:{BEN}"
    assert only(*SINGLE, asked, attendee(ME, "DECLINED")).outcome == "declined"
    t = only(*SINGLE, asked, attendee(ME, "DECLINED"), attendee("tom@falk.example"))
    assert (t.outcome, t.colleagues) == ("reached", ("tom@falk.example",))


@pytest.mark.parametrize(
    ("event", "head"),
    [
        (("STATUS:CANCELLED",), ()),
        (("SUMMARY:Abgesagt: Abnahme", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"), ()),
        (("SUMMARY:Canceled: Review",), ()),
        (("SUMMARY:Cancelled: Review",), ()),
        ((), ("METHOD:CANCEL",)),
    ],
)
def test_what_was_called_off_is_cancelled(event: Sequence[str], head: Sequence[str]) -> None:
    t = only(*SINGLE, *MINE, attendee(ERIKA), *event, head=head)
    assert (t.outcome, t.extra) == ("cancelled", {})


@pytest.mark.parametrize(
    ("lines", "extra"),
    [
        ((*MINE, attendee(ERIKA)), {}),
        ((*MINE, attendee(ERIKA, "NEEDS-ACTION")), {"confirmed": "no"}),
        ((*MINE, attendee(ERIKA, "TENTATIVE")), {"confirmed": "no"}),
        ((*MINE, f"ATTENDEE:mailto:{ERIKA}"), {"confirmed": "no"}),
        ((*MINE, attendee(ERIKA), "STATUS:TENTATIVE"), {"confirmed": "no"}),
        ((f"ORGANIZER:mailto:{BEN}", attendee(ME)), {}),
        ((f"ORGANIZER:mailto:{BEN}", attendee(ME, "NEEDS-ACTION")), {"confirmed": "no"}),
        ((f"ORGANIZER:mailto:{BEN}", attendee(ME), "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"), {"confirmed": "no"}),
        ((f"ORGANIZER:mailto:{BEN}",), {"confirmed": "no"}),
    ],
)
def test_confirmed_means_that_both_sides_accepted_or_invited(lines: Sequence[str], extra: dict[str, str]) -> None:
    t = only(*SINGLE, *lines)
    assert (t.outcome, t.extra) == ("reached", extra)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("CLASS:PRIVATE", attendee(ERIKA)), "private"),
        (("CLASS:CONFIDENTIAL", attendee(ERIKA)), "private"),
        (("TRANSP:TRANSPARENT", attendee(ERIKA)), "marked as free"),
        (("X-MICROSOFT-CDO-BUSYSTATUS:FREE", attendee(ERIKA)), "marked as free"),
        (("TRANSP:TRANSPARENT", attendee("tom@falk.example")), "internal"),
        (("TRANSP:TRANSPARENT",), "no other party"),
        ((attendee("tom@falk.example"),), "internal"),
        ((attendee("no-reply@muster-gmbh.example"),), "automatic"),
        ((), "no other party"),
    ],
)
def test_what_is_no_contact_is_left_out_without_its_details(lines: Sequence[str], reason: str) -> None:
    found = records(calendar([*SINGLE, *MINE, *lines, "SUMMARY:Geheim"]))
    assert [r for r in found if not isinstance(r, Coverage)] == [LeftOut(reason)]


def test_a_busy_status_outranks_transparency() -> None:
    lines = ("TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY")
    assert only(*SINGLE, *MINE, attendee(ERIKA), *lines).outcome == "reached"


def test_a_private_calendar_is_left_out_and_its_name_is_the_line_of_others() -> None:
    event, head = (*SINGLE, *MINE, attendee(ERIKA)), ("X-WR-CALNAME:Familie\\, Freunde",)
    assert only(*event, head=head).line == "Familie, Freunde"
    assert records(calendar(event, head=head), private=("Familie, Freunde",))[0] == LeftOut("private")


def test_subjects_stay_out_if_the_settings_say_so() -> None:
    assert only(*SINGLE, *MINE, attendee(ERIKA), "SUMMARY:Geheim", subjects=False).subject is None


# -- how --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "text", "channel"),
    [
        ("", "", "meeting"),
        ("Raum 3", "", "meeting"),
        ("3.14", "", "meeting"),
        ("Café Zoom, Berlin", "", "meeting"),
        ("Microsoft Teams-Besprechung", "", "video"),
        ("Microsoft Teams Meeting", "", "video"),
        (
            "Raum 3; Microsoft Teams-Besprechung",
            "\nDESCRIPTION:https://teams.microsoft.com/l/meetup-join/19x",
            "meeting",
        ),
        ("Teams oder Büro", "", "meeting"),
        ("https://us05web.zoom.us/j/81234567890?pwd=x", "", "video"),
        ("https://meet.falk.example/raum", "", "video"),
        ("", "\nDESCRIPTION:Hier\\nhttps://zoom.us/j/812\\n", "video"),
        ("", "\nDESCRIPTION:https://teams.microsoft.com/meet/123?p=x", "video"),
        ("", "\nDESCRIPTION:https://teams.live.com/meet/937", "video"),
        ("", "\nDESCRIPTION:https://firma.webex.com/meet/mara", "video"),
        ("", "\nX-GOOGLE-CONFERENCE:https://meet.google.com/abc-defg-hij", "video"),
        (
            "",
            '\nX-MICROSOFT-ONLINEMEETINGINFORMATION:{"OnlineMeetingChannelId":null\\,"OnlineMeetingProvider":3}',
            "video",
        ),
        ("", '\nX-MICROSOFT-ONLINEMEETINGINFORMATION:{"OnlineMeetingProvider":0}', "meeting"),
        ("", '\nX-MICROSOFT-SKYPETEAMSPROPERTIES:{"cid":"19:x"\\,"type":0}', "video"),
        ("", "\nX-MICROSOFT-SKYPETEAMSPROPERTIES:", "meeting"),
        ("", "\nCONFERENCE;VALUE=URI;FEATURE=VIDEO:https://video.example/1", "video"),
        ("", "\nCONFERENCE;VALUE=URI;FEATURE=PHONE:tel:+493023125900", "phone"),
        ("", "\nDESCRIPTION:https://www.muster-gmbh.example/produkt", "meeting"),
        ("", "\nDESCRIPTION:Einwahlnummer: +49 30 23125 900", "phone"),
        ("", "\nDESCRIPTION:Mara Falk\\nTel.: +49 30 23125 100", "meeting"),
        ("Telefon: +49 89 99998 120", "", "phone"),
        ("+49 89 99998 120", "", "phone"),
        ("telefonisch", "", "phone"),
        ("Telefon", "\nDESCRIPTION:https://zoom.us/j/812", "video"),
        ("Hauptstraße 5, 10115 Berlin", "\nDESCRIPTION:https://zoom.us/j/812", "meeting"),
    ],
)
def test_place_link_and_number_decide_the_channel(location: str, text: str, channel: str) -> None:
    assert channel_of(location, text) == channel
    lines = [f"LOCATION;LANGUAGE=de-DE:{location.replace(';', chr(92) + ';').replace(',', chr(92) + ',')}"]
    t = only(*SINGLE, *MINE, attendee(ERIKA), *lines, *text.strip("\n").split("\n")[: bool(text)])
    assert (t.channel, t.direction) == (channel, "mutual")


def test_an_alarms_text_is_not_the_meetings() -> None:
    alarm = ("BEGIN:VALARM", "ACTION:EMAIL", "DESCRIPTION:https://zoom.us/j/1", attendee(BEN), "END:VALARM")
    t = only(*SINGLE, *MINE, attendee(ERIKA), *alarm, "SUMMARY:Danach")
    assert (t.channel, [p.handle.value for p in t.parties], t.subject) == ("meeting", [ERIKA], "Danach")


# -- which meeting it is ----------------------------------------------------------------------------------------------


def test_the_key_is_the_uid_and_the_newer_version_has_the_higher_revision() -> None:
    event = (*SINGLE, *MINE, attendee(ERIKA), "UID:1@falk.example")
    first = only(*event, "SEQUENCE:1", "DTSTAMP:20260101T080000Z", "SUMMARY:alt")
    later = only(*event, "SEQUENCE:1", "DTSTAMP:20260401T080000Z", "LAST-MODIFIED:20260102T080000Z", "LOCATION:neu")
    moved = only(*event[2:], "DTSTART:20260404T090000Z", "SEQUENCE:2", "LAST-MODIFIED:20260101T080000Z")
    assert len({first.key, later.key, moved.key}) == len({first.series, later.series, moved.series}) == 1
    assert first.revision == (1, "20260101T080000Z", -1, "")
    assert first.revision < later.revision < moved.revision
    assert only(*event).revision == (0, "", -1, "")


def test_outlooks_occurrence_uids_are_their_series() -> None:
    outlook = "040000008200E00074C5B7101A82E008{}112233445566778899AABBCC000000000000000010000000AABBCCDDEEFF"
    event = (*SINGLE, *MINE, attendee(ERIKA))
    keys = {only(*event, f"UID:{outlook.format(day)}").key for day in ("00000000", "07EA0303", "07ea0303")}
    assert len(keys) == 1
    assert only(*event, f"UID:x{outlook.format('00000000')}").key not in keys


def test_without_a_uid_the_content_is_the_key() -> None:
    event = (*SINGLE, *MINE, attendee(ERIKA), "UID:", "SUMMARY:Eins")
    assert only(*event).key == only(*event, "LOCATION:anderswo").key
    assert only(*event).key != only(*event[:-1], "SUMMARY:Zwei").key
    assert len({t.key for t in meetings(calendar(event, [*event[:-1], "SUMMARY:Zwei"]))}) == 2


def test_of_two_versions_in_one_file_the_higher_is_read_and_of_two_equal_ones_one_is_named() -> None:
    event = (*SINGLE, *MINE, attendee(ERIKA), "UID:1@falk.example")
    new, old = [*event, "SEQUENCE:2", "SUMMARY:neu"], [*event, "SEQUENCE:1", "SUMMARY:alt"]
    for text in (calendar(new, old), calendar(old, new), calendar(new, old, new)):
        assert [r.subject for r in records(text) if isinstance(r, Touchpoint | Skipped)] == ["neu"]
    one, other = records(calendar(new, [*event, "SEQUENCE:2", "SUMMARY:anders"]))[:2]
    assert (type(one), one.reason, type(other)) == (Skipped, "another event has its UID and version", Touchpoint)


def test_the_key_depends_neither_on_the_stores_zone_nor_on_how_the_time_is_written() -> None:
    rule, people = ("RRULE:FREQ=DAILY;COUNT=2", "UID:1@falk.example"), (*MINE, attendee(ERIKA))
    floating = calendar(["DTSTART:20260303T090000", *rule, *people])
    zoned = calendar(["DTSTART;TZID=Europe/Berlin:20260303T090000", *rule, *people])
    utc = calendar(["DTSTART:20260303T080000Z", *rule, *people])
    day = calendar(["DTSTART;VALUE=DATE:20260303", *rule, *people])
    for text in (floating, zoned, utc, day):
        assert [t.key for t in meetings(text)] == [t.key for t in meetings(text, zone="America/New_York")]
    assert [t.key for t in meetings(zoned)] == [t.key for t in meetings(utc)]


# -- invitations ------------------------------------------------------------------------------------------------------


def test_an_invitation_says_nothing_about_coverage_and_an_export_covers_up_to_its_newest_stamp() -> None:
    event = (*SINGLE, *MINE, attendee(ERIKA), "DTSTAMP:20260310T230000Z")
    later = ("DTSTART:20270303T090000Z", *MINE, attendee(ERIKA))
    assert records(calendar(event, later, head=["X-WR-CALNAME:Büro"]))[-1] == Coverage(
        date(2026, 3, 3), date(2026, 3, 11), "Büro"
    )
    assert not [r for r in records(calendar(event, head=["METHOD:REQUEST"])) if isinstance(r, Coverage)]
    assert not [r for r in records(calendar(later, (*event[2:], *later[:1]))) if isinstance(r, Coverage)]
    assert records(calendar(event[:-1], later))[-1] == Coverage(date(2026, 3, 3), date(2027, 3, 3), "")


def test_an_invitation_in_a_mail_is_the_meeting_of_the_calendar() -> None:
    event = (
        *SINGLE,
        f"ORGANIZER:mailto:{BEN}",
        attendee(ME, "NEEDS-ACTION"),
        "UID:1@falk.example",
        "DTSTAMP:20260301T080000Z",
    )
    context = Context(Settings(me=(ME, "Mara Falk")), zone="Europe/Berlin", source="mail.mbox", importer="mbox")
    (invited,) = read_calendar(calendar(event, head=["METHOD:REQUEST"]).encode(), context)
    assert invited == only(*event)
    with pytest.raises(UnreadableSource):
        list(read_calendar(b"Guten Tag", context))


REPLY = (*SINGLE, "UID:1@falk.example", "DTSTAMP:20260302T080000Z")


@pytest.mark.parametrize("method", ["COUNTER", "REFRESH", "DECLINECOUNTER", "REPLY"])
def test_answers_that_change_nothing_are_left_out(method: str) -> None:
    text = calendar([*REPLY, f"ORGANIZER:mailto:{ME}", attendee(ERIKA)], head=[f"METHOD:{method}"])
    assert records(text) == [LeftOut("automatic")]


def test_a_party_who_answers_no_is_declined_beside_the_meeting() -> None:
    meeting = only(*REPLY, *MINE, attendee(ERIKA), attendee(BEN))
    answer = only(*REPLY, f"ORGANIZER:mailto:{ME}", attendee(ERIKA, "DECLINED"), head=["METHOD:REPLY"])
    assert (answer.key, answer.outcome) == (f"{meeting.key}/declined", "declined")
    assert [p.handle.value for p in answer.parties] == [ERIKA]


def test_our_own_no_declines_the_meeting() -> None:
    request = (*SINGLE, "UID:1@falk.example", f"ORGANIZER:mailto:{BEN}")
    meeting = only(*request, "DTSTAMP:20260301T080000Z", attendee(ME, "NEEDS-ACTION"), head=["METHOD:REQUEST"])
    answer = only(*request, "DTSTAMP:20260302T080000Z", attendee(ME, "DECLINED"), head=["METHOD:REPLY"])
    assert (answer.key, answer.outcome) == (meeting.key, "declined")
    assert answer.revision > meeting.revision


def test_a_cancellation_is_a_later_version_of_the_meeting() -> None:
    event = (*SINGLE, *MINE, attendee(ERIKA), "UID:1@falk.example")
    asked = only(*event, "SEQUENCE:0", "DTSTAMP:20260101T080000Z", head=["METHOD:REQUEST"])
    called_off = only(*event, "SEQUENCE:1", "DTSTAMP:20260102T080000Z", head=["METHOD:CANCEL"])
    assert (asked.key, asked.outcome, called_off.outcome) == (called_off.key, "reached", "cancelled")
    assert called_off.revision > asked.revision


# -- Outlook's table --------------------------------------------------------------------------------------------------

HEADER = "Subject,Start Date,Start Time,End Date,End Time,Meeting Organizer,Required Attendees,Private,Location\n"


def table(*rows: str, header: str = HEADER, **settings: Any) -> list[Any]:
    source = Source.from_text(header + "\n".join(rows) + "\n", "Calendar.CSV")
    assert OutlookCalendar().recognises(source)
    context = Context(Settings(me=(ME, "Mara Falk"), **settings), zone="Europe/Berlin", source="Calendar.CSV")
    return list(OutlookCalendar().read(source, context))


def test_a_table_is_read_by_the_names_of_its_columns_in_any_order() -> None:
    header = '\ufeff"Ort";"Betreff";"Endet um";"Endet am";"Beginnt um";"Beginnt am";"Erforderliche Teilnehmer"\n'
    t, covered = table(
        '"Telefon";"Gespräch";"19:30:00";"24.7.2026";"19:0:00";"24.07.2026";"Grüne, Jörg;Falk, Mara"', header=header
    )
    assert (t.at.isoformat(), t.duration, t.channel) == ("2026-07-24T19:00:00+02:00", 1800.0, "phone")
    assert [(p.handle.scope, p.handle.value, p.name) for p in t.parties] == [("outlook", "joerg gruene", "Grüne, Jörg")]
    assert (t.colleagues, covered) == (("Mara Falk",), Coverage(date(2026, 7, 24), date(2026, 7, 24)))


def test_a_room_among_the_guests_of_a_table_is_nobody() -> None:
    row = "A,3/14/2026,10:00:00 AM,3/14/2026,11:00:00 AM,Mara Falk,Priya Nair;Besprechungsraum 2;Raum 3.1,False,"
    assert [p.name for p in table(row)[0].parties] == ["Priya Nair"]


def test_slashed_dates_that_no_row_decides_are_asked_for() -> None:
    row = "A,3/4/2026,10:00:00 AM,3/4/2026,11:00:00 AM,Mara Falk,Priya Nair,False,"
    with pytest.raises(UnreadableSource) as refused:
        table(row)
    assert refused.value.options == ("DMY", "MDY")
    assert table(row, date_order="DMY")[0].at.isoformat() == "2026-04-03T10:00:00+02:00"
    assert table(row, row.replace("3/4", "3/24"))[0].at.isoformat() == "2026-03-04T10:00:00+01:00"


def test_the_key_of_a_row_is_its_times_organiser_and_subject() -> None:
    row = "Review,3/24/2026,10:00:00 AM,3/24/2026,11:00:00 AM,Mara Falk,Priya Nair,False,{}"
    one, same, _ = table(row.format("Raum 1"), row.format("Raum 1"))
    assert one.key != same.key
    assert [r.key for r in table(row.format("Raum 2"), row.format("Raum 2"))[:2]] == [one.key, same.key]
    assert table(row.format("").replace("Review", "Other"))[0].key != one.key


# -- whole files ------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not here")
def test_real_files_are_recognised_by_one_importer_and_read_or_refused_for_a_reason() -> None:
    seen = 0
    for path in sorted(p for p in SHARED.rglob("*") if p.is_file()):
        source = Source.from_path(path, path.name)
        names = [i.name for i in touchpoints_importers() if i.recognises(source)]
        unnamed = path.name == "fuzz_testcase_0_char_in_component_name.ics"  # its component is called NUL
        assert names == (["icalendar"] if path.suffix == ".ics" and not unnamed else []), path.name
        if names:
            seen += 1
            context = Context(Settings(me=(ME,)), zone="Europe/Berlin", source=path.name, importer="icalendar")
            try:
                found = list(ICalendar().read(source, context))
            except SourceError as error:
                assert error.reason == "no calendar and no event in it"
                assert b"BEGIN:VEVENT" not in path.read_bytes().upper()
                continue
            assert all(r.reason for r in found if isinstance(r, Skipped))
    assert seen > 200


def test_a_file_with_nothing_but_tasks_and_zones_is_read_with_nothing() -> None:
    text = (
        "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VTODO\nUID:1\nEND:VTODO\nBEGIN:VFREEBUSY\nEND:VFREEBUSY\nEND:VCALENDAR\n"
    )
    assert records(text) == []


def test_an_unknown_zone_is_asked_for_once_and_answered_by_the_settings() -> None:
    event = ["DTSTART;TZID=Werkszeit:20260303T090000", *MINE, attendee(ERIKA)]
    found = records(calendar(event, event, event))
    assert [type(r) for r in found] == [Skipped, Question, Skipped, Skipped]
    assert found[1].setting == '[zones]\n"Werkszeit" = "Europe/Berlin"'
    assert [t.at.isoformat() for t in meetings(calendar(event), zones={"Werkszeit": "Asia/Tokyo"})] == [
        "2026-03-03T01:00:00+01:00"
    ]


def test_the_store_follows_a_series_through_its_versions_in_any_order(tmp_path: Path) -> None:
    people, head = (*MINE, attendee(ERIKA)), "UID:1@falk.example"
    rule = "RRULE:FREQ=WEEKLY;COUNT={}"
    first = calendar([head, *SINGLE, rule.format(4), *people, "SEQUENCE:0", "LAST-MODIFIED:20260201T080000Z"])
    shorter = calendar(
        [head, *SINGLE, rule.format(2), *people, "SEQUENCE:0", "LAST-MODIFIED:20260301T080000Z"],
        [head, "RECURRENCE-ID:20260310T090000Z", "DTSTART:20260311T090000Z", *people[:-1], attendee(ERIKA, "DECLINED"),
         attendee(BEN), "SEQUENCE:1", "LAST-MODIFIED:20260302T080000Z"],
    )  # fmt: skip
    changed = shorter.replace("DECLINED", "ACCEPTED").replace("0302T080000Z", "0303T080000Z")
    expected = {
        (first,): [("03-03", "reached"), ("03-10", "reached"), ("03-17", "reached"), ("03-24", "reached")],
        (first, shorter): [("03-03", "reached"), ("03-11", "declined"), ("03-11", "reached")],
        (first, shorter, changed): [("03-03", "reached"), ("03-11", "reached")],
    }
    for files, rows in expected.items():
        for order in (files, files[::-1]):
            with tp.Tracker(settings=Settings(me=(ME,), timezone="Europe/Berlin")) as tracker:
                for number, text in enumerate(order):
                    file = tmp_path / f"{number}.ics"
                    file.write_text(text, encoding="utf-8", newline="")
                    tracker.ingest(file)
                found = [(t.at.strftime("%m-%d"), t.outcome) for t in (s.touchpoint for s in tracker.touchpoints())]
                assert sorted(found) == rows


def test_a_touchpoint_lasts_as_long_as_its_event() -> None:
    people = (*MINE, attendee(ERIKA))
    lasts = {
        ("DTSTART:20260303T090000Z", "DURATION:P1DT2H"): timedelta(days=1, hours=2).total_seconds(),
        ("DTSTART;TZID=Europe/Berlin:20260328T090000", "DTEND;TZID=Europe/Berlin:20260329T090000"): 23 * 3600.0,
        ("DTSTART:20260303T090000Z",): None,
        ("DTSTART:20260303T090000Z", "DTEND:20260303T080000Z"): None,
        ("DTSTART:20260303T090000Z", "DTEND:broken"): None,
        ("DTSTART:20260303T090000Z", "DURATION:P999999999999W"): None,
        ("DTSTART;VALUE=DATE:20260303", "DTEND;VALUE=DATE:20260305"): None,
    }
    assert {lines: only(*lines, *people).duration for lines in lasts} == lasts
