"""Any table: columns by name, words, dates, lengths, who is who, the [[table]] settings and the guess at them."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from touchpoints_calls.guess import guess
from touchpoints_calls.table import AnyTable
from touchpoints_calls.words import meaning

from touchpoints.asking import asks
from touchpoints.errors import SourceError, UnreadableSource
from touchpoints.model import Coverage, LeftOut, Question, Skipped, Touchpoint
from touchpoints.plugins import Record
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source
from touchpoints.testing import ImporterContract

SAMPLES = Path(__file__).parent / "samples" / "calls" / "table"


def read(text: str | Path, **settings: Any) -> list[Record]:
    source = Source.from_path(text) if isinstance(text, Path) else Source.from_text(text)
    chosen = Settings(**{"me": ("+49 30 23125 100", "Mara Falk"), **settings})
    importer = AnyTable().configured(chosen)
    assert importer.recognises(source)
    context = Context(chosen, zone="Europe/Berlin", source="log.csv", importer="table", channels=importer.channels)
    return list(importer.read(source, context))


def calls(records: list[Record]) -> list[Touchpoint]:
    return [r for r in records if isinstance(r, Touchpoint)]


def only(text: str, **settings: Any) -> Touchpoint:
    (call,) = calls(read(text, **settings))
    return call


class TestAnyTable(ImporterContract):
    importer, samples = AnyTable(), SAMPLES


# -- the plain log --------------------------------------------------------------------------------------------------------


def test_column_names_without_spaces_are_the_same_names() -> None:
    call = only(
        '"CallType";"Date";"Time";"PhoneNumber";"CallDuration";"Name"\n'
        '"Incoming";"05.06.07";"12:30";"089 99998 123";"60";"Muster, Erika"\n'
    )
    assert (call.direction, call.duration, call.parties[0].handle.value) == ("in", 60, "+498999998123")


def test_the_plain_german_call_log_is_read_as_it_stands() -> None:
    records = read(SAMPLES / "weekly.csv")
    found = calls(records)
    assert [c.at.isoformat() for c in found[:2]] == ["2024-01-03T10:00:07+01:00", "2024-01-10T10:01:07+01:00"]
    assert {(c.parties[0].handle.value, c.parties[0].name) for c in found} == {("+498999998123", "Erika Muster")}
    assert [(c.direction, c.outcome, c.duration) for c in found[:2]] == [
        ("in", "reached", 300),
        ("out", "reached", 301),
    ]
    assert [r for r in records if not isinstance(r, Touchpoint)] == [Coverage(date(2024, 1, 3), date(2024, 3, 20))]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiter_and_encoding_change_nothing(delimiter: str, encoding: str) -> None:
    text = (
        "Datum;Uhrzeit;Richtung;Rufnummer;Name;Gesprächsdauer\r\n17.03.2024;10:05:00;eingehend;08999998123;Jörg;60\r\n"
    )
    source = Source.from_bytes(text.replace(";", delimiter).encode(encoding))
    context = Context(zone="Europe/Berlin", importer="table")
    (call,) = calls(list(AnyTable().read(source, context)))
    assert (call.parties[0].name, call.duration, call.direction) == ("Jörg", 60, "in")


def test_the_same_calls_in_another_shape_have_the_same_keys() -> None:
    one = "Datum;Uhrzeit;Richtung;Rufnummer;Dauer\n17.03.2024;10:05:07;eingehend;08999998123;60\n"
    other = "Start Time,Number,Direction,Duration,Name\n2024-03-17T10:05:07,(089) 99998-123,Inbound,0:01:00,Erika\n"
    assert only(one).key == only(other).key


def test_legs_of_one_second_are_one_call_and_whoever_took_it_wins() -> None:
    head = "Zeit;Rufnummer;Richtung;Nebenstelle;Status;Dauer\n"
    rows = "2024-03-17 10:05:07;08999998123;in;201;verpasst;0\n2024-03-17 10:05:07;08999998123;in;202;angenommen;60\n"
    missed, taken = calls(read(head + rows))
    assert missed.key == taken.key
    assert missed.revision < taken.revision


def test_two_rows_of_one_minute_are_two_calls_if_the_clock_has_no_seconds() -> None:
    row = "17.03.2024;10:05;eingehend;08999998123;60\n"
    keys = [c.key for c in calls(read("Datum;Uhrzeit;Richtung;Rufnummer;Dauer\n" + row + row))]
    assert len(set(keys)) == 2
    assert [c.key for c in calls(read("Datum;Uhrzeit;Richtung;Rufnummer;Dauer\n" + row))] == keys[:1]


def test_exports_put_behind_each_other_repeat_their_header_and_nothing_else() -> None:
    text = "Datum;Uhrzeit;Richtung;Rufnummer;Dauer\n17.03.2024;10:05:01;eingehend;08999998123;60\n"
    records = read(text + text)
    assert [type(r) for r in records] == [Touchpoint, Touchpoint, Coverage]
    assert len({c.key for c in calls(records)}) == 1


_COARSE = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.sampled_from(["10:05", "10:06"]),
        st.sampled_from(["eingehend", "ausgehend"]),
        st.integers(0, 1),
    ),
    max_size=12,
).map(lambda rows: sorted(rows, key=lambda row: row[:2]))


def _coarse(rows: list[tuple[int, str, str, int]]) -> list[str | None]:
    lines = (f"{day:02}.03.2024;{clock};{way};0899999812{who}" for day, clock, way, who in rows)
    return [c.key for c in calls(read("\n".join(["Datum;Uhrzeit;Richtung;Rufnummer", *lines])))]


@given(_COARSE, st.integers(0, 12), st.integers(0, 12))
def test_a_part_of_a_log_gives_no_key_that_the_whole_does_not_give(
    rows: list[tuple[int, str, str, int]], start: int, end: int
) -> None:
    whole = _coarse(rows)
    assert len(set(whole)) == len(rows)
    assert set(_coarse(rows[start:end])) <= set(whole)


@given(_COARSE)
def test_newest_first_or_oldest_first_the_keys_are_the_same(rows: list[tuple[int, str, str, int]]) -> None:
    assert set(_coarse(rows[::-1])) == set(_coarse(rows))


# -- direction and outcome --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "direction", "outcome"),
    [
        ("eingehend;angenommen;60", "in", "reached"), ("kommend;;60", "in", "reached"), ("kommend;;0", "in", "missed"),
        ("Ausgehender Anruf;besetzt;0", "out", "missed"), ("gehend;nicht erreicht;0", "out", "missed"),
        ("verpasst;;", "in", "missed"), (";verpasst;0", "in", "missed"), (";nicht erreicht;0", "out", "missed"),
        ("MISSED_OUTGOING;;0", "out", "missed"), ("Inbound;Voicemail;20", "in", "voicemail"),
        ("in;abgelehnt;0", "in", "declined"), ("Outbound;NO ANSWER;0", "out", "missed"), (";;60", "mutual", "reached"),
        ("Inbound;Not connected;0", "in", "missed"), ("in;abgesagt;0", "in", "missed"),
    ],
)  # fmt: skip
def test_words_say_direction_and_outcome(words: str, direction: str, outcome: str) -> None:
    call = only(f"Zeit;Rufnummer;Richtung;Status;Dauer\n2024-03-17 10:05:07;08999998123;{words}\n")
    assert (call.direction, call.outcome) == (direction, outcome)


def test_a_row_that_reached_nobody_and_states_no_direction_is_skipped() -> None:
    records = read("Zeit;Rufnummer;Dauer\n2024-03-17 10:05:07;08999998123;0\n")
    assert ["nothing says who called whom" in r.reason for r in records if isinstance(r, Skipped)] == [True]


def test_a_word_that_is_no_direction_is_named_with_the_setting_that_explains_it() -> None:
    records = read("Zeit;Rufnummer;Richtung\n2024-03-17 10:05:07;08999998123;E\n")
    assert [("'E'" in r.reason, "in_words" in r.reason) for r in records if isinstance(r, Skipped)] == [(True, True)]


def test_caller_and_called_are_told_apart_by_our_numbers_and_extensions() -> None:
    records = read(SAMPLES / "nfon.csv")
    assert [(c.direction, c.outcome, c.wait, c.line) for c in calls(records)] == [
        ("in", "reached", 7, "+493023125100"), ("in", "missed", 25, "+493023125100"), ("out", "reached", 4, "201"),
    ]  # fmt: skip
    assert [r for r in records if isinstance(r, LeftOut)] == [LeftOut("internal")]
    assert [r.record for r in records if isinstance(r, Skipped)] == [6]


def test_if_none_of_the_numbers_is_ours_the_file_asks_which_one_is() -> None:
    rows = "".join(f"2024-03-{n:02} 10:00:00;+493023125111;+4989999981{n:02};60\n" for n in range(1, 9))
    records = read("Zeit;Von;An;Dauer\n" + rows)
    assert calls(records) == []
    assert [q.options[0] for q in records if isinstance(q, Question)] == ["+493023125111"]


def test_a_log_of_one_side_only_has_its_direction() -> None:
    assert only("Zeit;Anrufer;Dauer\n2024-03-17 10:05:07;08999998123;60\n").direction == "in"
    assert only("Zeit;Ziel;Dauer\n2024-03-17 10:05:07;08999998123;60\n").direction == "out"


def test_an_empty_length_is_unknown_and_a_dash_is_no_connection() -> None:
    head = "Zeit;Rufnummer;Richtung;Dauer\n"
    assert only(head + "2024-03-17 10:05:07;08999998123;in;\n").outcome == "reached"
    assert only(head + "2024-03-17 10:05:07;08999998123;in;-\n").outcome == "missed"


def test_two_colleagues_are_an_internal_call_and_a_hidden_number_is_left_out() -> None:
    records = read("Zeit;Rufnummer;Richtung\n2024-03-17 10:05:07;201;in\n2024-03-17 10:05:08;anonym;in\n")
    assert [r for r in records if isinstance(r, LeftOut)] == [LeftOut("internal"), LeftOut("hidden number")]


# -- channels and people --------------------------------------------------------------------------------------------------


def test_a_contact_log_holds_more_than_calls() -> None:
    records = read(SAMPLES / "kontakte.csv")
    assert [(c.channel, c.direction, c.outcome, c.duration) for c in calls(records)] == [
        ("phone", "out", "reached", 720), ("mail", "out", "reached", None), ("meeting", "mutual", "reached", 5400),
        ("video", "mutual", "cancelled", None), ("whatsapp", "in", "reached", None), ("linkedin", "out", "reached", None),
        ("phone", "out", "missed", None),
    ]  # fmt: skip
    assert [r.reason.partition(" ")[0] for r in records if isinstance(r, Skipped)] == ["'Notiz'"]
    assert LeftOut("automatic") in records


def test_a_log_of_mails_is_one_of_mails_with_all_its_recipients() -> None:
    text = (
        "Datum;Von;An;Betreff\n17.03.2024 10:05;mara.falk@falk.example;erika@muster.example, max@beispiel.example;Angebot\n"
        "17.03.2024 11:05;Erika Muster <erika@muster.example>;tom.quist@falk.example;AW: Angebot\n"
        "17.03.2024 12:05;tom.quist@falk.example;mara.falk@falk.example;intern\n"
    )
    records = read(text, me=("mara.falk@falk.example", "Mara Falk"))
    assert [(c.channel, c.direction, c.subject) for c in calls(records)] == [
        ("mail", "out", "Angebot"),
        ("mail", "in", "AW: Angebot"),
    ]
    assert [sorted(p.handle.value for p in c.parties) for c in calls(records)] == [
        ["erika@muster.example", "max@beispiel.example"], ["erika@muster.example"],
    ]  # fmt: skip
    assert calls(records)[1].colleagues == ("tom.quist@falk.example",)
    assert [r for r in records if isinstance(r, LeftOut)] == [LeftOut("internal")]


def test_subjects_are_kept_unless_the_settings_say_no() -> None:
    kept = [c.subject for c in calls(read(SAMPLES / "kontakte.csv"))]
    assert kept[:3] == ["Angebot", "Unterlagen", "Jahresgespräch"]
    assert {c.subject for c in calls(read(SAMPLES / "kontakte.csv", subjects=False))} == {None}


@pytest.mark.parametrize(
    ("cell", "kind", "value", "name"),
    [
        ("089 99998-123", "phone", "+498999998123", None),
        ("Erika Muster (089 99998 123)", "phone", "+498999998123", "Erika Muster"),
        ("Muster, Erika <+498999998123>", "phone", "+498999998123", "Muster, Erika"),
        ("Erika Muster <erika@muster.example>", "email", "erika@muster.example", "Erika Muster"),
        ("sip:+498999998123@pbx.example", "phone", "+498999998123", None),
        ("Erika Muster", "name", "erika muster", "Erika Muster"),
    ],
)
def test_a_cell_names_somebody_in_many_ways(cell: str, kind: str, value: str, name: str | None) -> None:
    party = only(f'Zeit;Teilnehmer;Richtung;Dauer\n2024-03-17 10:05:07;"{cell}";in;60\n').parties[0]
    assert (party.handle.kind, party.handle.value, party.name) == (kind, value, name)


def test_the_strongest_handle_of_a_row_stands_for_its_person() -> None:
    head = "Zeit;Name;Telefon;E-Mail;Richtung\n2024-03-17 10:05:07;Erika Muster;"
    assert only(head + "089 99998 123;erika@muster.example;in\n").parties[0].handle.kind == "phone"
    assert only(head + ";erika@muster.example;in\n").parties[0].handle.kind == "email"
    assert only(head + ";;in\n").parties[0].handle.kind == "name"


def test_first_and_family_name_are_one_name() -> None:
    call = only("Zeit;Vorname;Nachname;Telefon;Richtung\n2024-03-17 10:05:07;Erika;Muster;089 99998 123;in\n")
    assert call.parties[0].name == "Erika Muster"


def test_agents_are_colleagues_and_queues_are_lines() -> None:
    first, second, third = calls(read(SAMPLES / "english.csv", me=("+1 212 555 0100", "Mara Falk"), region="US"))
    assert ("Mara Falk" in first.colleagues, "tom quist" in second.colleagues) == (True, True)
    assert (first.line, first.wait, first.duration, third.outcome) == ("Support", 12, 3900, "missed")


def test_rows_of_nothing_but_names_ask_what_kind_of_contact_they_are() -> None:
    records = read("Datum;Name\n01.03.2024;Erika Muster\n")
    assert (only("Datum;Name\n01.03.2024;Erika Muster\n").channel, [type(r) for r in records][-1]) == (
        "phone",
        Question,
    )


# -- times ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "17.03.2024 10:05:07", "17.3.24, 10:05:07", "2024-03-17 10:05:07", "2024-03-17T10:05:07", "2024-03-17T09:05:07Z",
        "2024-03-17T10:05:07+01:00", "17. März 2024 10:05:07", "Mar 17, 2024 10:05:07 AM", "03/17/2024 10:05:07 AM", "1710666307",
        "1710666307000", "17.03.2024  10:05:07", "17.03.2024 10:05:07 Uhr",
    ],
)  # fmt: skip
def test_a_time_may_be_written_in_many_ways(cell: str) -> None:
    assert only(f'Zeitpunkt;Rufnummer\n"{cell}";08999998123\n').at.isoformat() == "2024-03-17T10:05:07+01:00"


def test_a_clock_time_in_a_column_of_its_own_may_be_padded_or_short() -> None:
    rows = "17.03.2024; 9:05:07;08999998123\n17.03.2024; 9:05 ;08999998123\n17.03.2024;09:05:07 ;08999998123\n"
    found = calls(read("Datum;Uhrzeit;Rufnummer\n" + rows))
    assert [c.at.strftime("%H:%M:%S") for c in found] == ["09:05:07", "09:05:00", "09:05:07"]


def test_slashed_dates_are_decided_by_any_row_and_else_asked_for() -> None:
    rows = "03/04/2024,08999998123\n04/05/2024,08999998123\n"
    decided = calls(read("Date,Number\n" + rows + "13/04/2024,08999998123\n"))
    assert [c.at.date().isoformat() for c in decided] == ["2024-04-03", "2024-05-04", "2024-04-13"]
    with pytest.raises(UnreadableSource) as caught:
        read("Date,Number\n" + rows)
    assert (caught.value.options, "date_order" in caught.value.setting) == (("DMY", "MDY"), True)
    assert calls(read("Date,Number\n" + rows, date_order="MDY"))[0].at.date() == date(2024, 3, 4)


def test_a_row_decides_even_against_the_answer_and_contradicting_rows_refuse_the_file() -> None:
    decided = calls(read("Date,Number\n03/04/2024,08999998123\n13/04/2024,08999998123\n", date_order="MDY"))
    assert decided[0].at.date() == date(2024, 4, 3)
    with pytest.raises(SourceError, match="day first, others only month first"):
        read(SAMPLES / "damaged" / "contradiction.csv")


def test_times_that_the_header_calls_utc_are_utc() -> None:
    assert [c.at.isoformat() for c in calls(read(SAMPLES / "utc.csv"))] == [
        "2024-07-02T00:30:00+02:00", "2024-07-02T00:31:00+02:00",
    ]  # fmt: skip


def test_a_start_and_an_end_give_the_length_also_over_midnight_and_the_lost_hour() -> None:
    text = "Beginn;Ende;Rufnummer;Richtung\n17.03.2024 23:58:00;00:10:00;08999998123;in\n31.03.2024 01:59:00;03:01:00;08999998123;in\n"
    assert [c.duration for c in calls(read(text))] == [720, 120]


def test_from_and_to_may_be_clock_times() -> None:
    call = only("Datum;Von;Bis;Name;Telefon\n17.03.2024;10:05;10:20;Erika Muster;089 99998 123\n")
    assert (call.at.isoformat(), call.duration) == ("2024-03-17T10:05:00+01:00", 900)


@given(
    st.lists(
        st.datetimes(datetime(2001, 1, 1), datetime(2099, 12, 31)).map(lambda d: d.replace(microsecond=0)),
        min_size=1,
        max_size=20,
    )
)
def test_cached_days_and_clocks_give_the_time_that_stands_there(times: list[datetime]) -> None:
    rows = "".join(f"{t:%d.%m.%Y};{t:%H:%M:%S};08999998123\n" for t in times)
    assert [c.at.replace(tzinfo=None) for c in calls(read("Datum;Uhrzeit;Rufnummer\n" + rows))] == times


# -- lengths --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "cell", "seconds"),
    [
        ("Dauer", "75", 75), ("Dauer", "0:01:15", 75), ("Dauer (Min.)", "2", 120), ("Dauer in Minuten", "1,5", 90),
        ("Dauer (mm:ss)", "12:34", 754), ("Dauer (h:mm)", "1:05", 3900), ("Dauer [hh:mm:ss]", "00:05:12", 312),
        ("Gesprächsdauer", "3 Min. 12 Sek.", 192), ("duration_seconds", "61", 61), ("Dauer", "PT1M15S", 75), ("Dauer", "75:10", 4510),
    ],
)  # fmt: skip
def test_a_length_may_be_written_in_many_ways(header: str, cell: str, seconds: float) -> None:
    assert only(f"Zeit;Rufnummer;Richtung;{header}\n2024-03-17 10:05:07;08999998123;in;{cell}\n").duration == seconds


def test_two_fields_are_minutes_and_seconds_if_any_row_shows_it() -> None:
    rows = "2024-03-17 10:05:07;08999998123;in;12:34\n2024-03-17 10:06:07;08999998123;in;31:00\n"
    assert [c.duration for c in calls(read("Zeit;Rufnummer;Richtung;Dauer\n" + rows))] == [754, 1860]


def test_two_fields_that_no_row_explains_are_asked_for_and_the_answer_updates_the_same_calls() -> None:
    text = "Zeit;Rufnummer;Richtung;Dauer\n2024-03-17 10:05:07;08999998123;in;12:34\n2024-03-17 10:06:07;08999998123;in;0:00\n"
    records = read(text)
    open_, missed = calls(records)
    assert (open_.outcome, open_.duration, missed.outcome) == ("reached", None, "missed")
    assert [q.options for q in records if isinstance(q, Question)] == [("mm:ss", "h:mm")]
    mapping = {
        "at": "Zeit",
        "number": "Rufnummer",
        "direction": "Richtung",
        "duration": "Dauer",
        "duration_unit": "mm:ss",
    }
    answered = calls(read(text, tables=[mapping]))[0]
    assert (answered.key, answered.duration) == (open_.key, 754)
    assert answered.revision > open_.revision


# -- what is no call log ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Subject,Start Date,Start Time,End Date,End Time,All day event,Meeting Organizer,Location",
        "First Name,Last Name,E-mail Address,Birthday,Home Phone", "Name,Given Name,Family Name,Phone 1 - Value,E-mail 1 - Value",
        "Record ID,First Name,Last Name,Email,Phone Number,Create Date", "First Name,Last Name,URL,Email Address,Company,Connected On",
        "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,DATE,CONTENT", "Buchungstag;Datum;Name;IBAN;Betrag",
        "Order Date,Date,Name,Email,Total", "Datum;Menge;Artikel", "Name;Telefon;E-Mail", "Datum;Uhrzeit;Temperatur",
    ],
)  # fmt: skip
def test_calendars_address_books_and_accounts_are_not_taken(header: str) -> None:
    delimiter = ";" if ";" in header else ","
    row = delimiter.join("x" for _ in header.split(delimiter))
    assert AnyTable().recognises(Source.from_text(f"{header}\n{row}\n")) is False


# -- settings and guess -----------------------------------------------------------------------------------------------------

UNKNOWN = (
    "Zp;Wer;Nr;Ri;Lg\n17.03.2024 10:05:01;Erika;08999998123;E;05:12\n17.03.2024 10:06:02;Max;08999998124;A;00:00\n"
)
MAPPING = {
    "header": ["Zp", "Nr", "Ri"], "at": "Zp", "number": "Nr", "name": "Wer", "direction": "Ri", "duration": "Lg",
    "in_words": ["E"], "out_words": ["A"], "duration_unit": "mm:ss",
}  # fmt: skip


def test_a_mapping_in_the_settings_makes_an_unknown_table_readable() -> None:
    assert AnyTable().recognises(Source.from_text(UNKNOWN)) is False
    found = calls(read(UNKNOWN, tables=[MAPPING]))
    assert [(c.direction, c.outcome, c.duration, c.parties[0].name) for c in found] == [
        ("in", "reached", 312, "Erika"), ("out", "missed", None, "Max"),
    ]  # fmt: skip


def test_a_mapping_may_name_day_and_clock_apart() -> None:
    text = "Tg;Hm;Nr\n17.03.2024;10:05;08999998123\n"
    assert only(text, tables=[{"at": "Tg", "time": "Hm", "number": "Nr"}]).at.isoformat() == "2024-03-17T10:05:00+01:00"


def test_words_for_missed_calls_are_calls_to_us() -> None:
    text = "Zp;Nr;Ri\n17.03.2024 10:05:01;08999998123;V\n"
    call = only(text, tables=[{"at": "Zp", "number": "Nr", "direction": "Ri", "missed_words": ["V"]}])
    assert (call.direction, call.outcome) == ("in", "missed")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"nummer": "Nr"}, "unknown key 'nummer'"), ({"number": "Nummer"}, "unknown column for number 'Nummer'"),
        ({"duration_unit": "Stunden"}, "unknown duration_unit"), ({"channel": "Rauchzeichen"}, "no column and no channel"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_says_what_is_wrong(change: dict[str, str], reason: str) -> None:
    with pytest.raises(UnreadableSource, match=reason):
        read(UNKNOWN, tables=[{**MAPPING, **change}])


def test_a_mapping_may_give_the_channel_of_all_rows() -> None:
    assert {c.channel for c in calls(read(UNKNOWN, tables=[{**MAPPING, "channel": "video"}]))} == {"video"}


def test_the_guess_for_an_unknown_table_is_toml_that_reads_it_once_its_words_are_explained() -> None:
    import tomllib

    text = UNKNOWN + "18.03.2024 10:07:00;Erika;08999998123;E;01:00\n18.03.2024 10:08:00;Erika;08999998123;A;01:00\n"
    lines = guess(Source.from_text(text))
    assert '# direction = "Ri"  # its words: "A", "E"' in lines
    assert "Erika" not in lines
    explained = lines.replace('# direction = "Ri"', 'direction = "Ri"').replace(
        '# in_words = ["…"]', 'in_words = ["E"]'
    )
    explained = explained.replace('# out_words = ["…"]', 'out_words = ["A"]').replace(
        "# duration_unit", "duration_unit"
    )
    (table,) = tomllib.loads(explained)["table"]
    assert [c.direction for c in calls(read(text, tables=[table]))] == ["in", "out", "in", "out"]


def test_nothing_is_guessed_for_what_is_no_table() -> None:
    assert guess(Source.from_text("Dear all,\nthis is a letter.\n")) == ""


# -- words ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Könnten Sie mir das schicken?", True), ("Bitte um Rückruf.", True), ("please call me back", True),
        ("Danke, passt.", False), ("https://example.com/?a=1 gefunden", False), ("Ruf mich bitte morgen zurück", True),
    ],
)  # fmt: skip
def test_a_question_asks_for_a_reply(text: str, expected: bool) -> None:
    assert asks(text) is expected


def test_the_negated_word_wins_over_the_word_in_it() -> None:
    assert (meaning("nicht angenommen").outcome, meaning("angenommen").outcome) == ("missed", "reached")
    assert (meaning("ausgehend").direction, meaning("eingehend").direction, meaning("gehend").direction) == (
        "out",
        "in",
        "out",
    )


# -- size -----------------------------------------------------------------------------------------------------------------


def test_memory_stays_constant_over_a_long_table(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "log.csv"
    start = datetime(2020, 1, 1)
    with path.open("w") as out:
        out.write("Datum;Uhrzeit;Richtung;Rufnummer;Dauer\n")
        for n in range(20_000):
            t = start + timedelta(seconds=37 * n)
            out.write(f"{t:%d.%m.%Y};{t:%H:%M};eingehend;089999981{n % 90:02};{n % 99}\n")
    context = Context(Settings(), zone="Europe/Berlin", source="x", importer="table")
    peaks = []
    tracemalloc.start()
    for n, _ in enumerate(AnyTable().read(Source.from_path(path), context)):
        if n in (4_000, 19_000):
            peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


# -- invented tables, as they come ------------------------------------------------------------------------------------------

INVENTED = {
    "titles above and totals below": (
        "Gesprächsübersicht Januar 2026\n"
        "Erstellt am;31.01.2026;;;\n"
        ";;;;\n"
        "Datum;Uhrzeit;Richtung;Teilnehmer;Gesprächsdauer\n"
        "02.01.2026;09:15;kommend;089 99998123;00:05:12\n"
        "02.01.2026;10:40;gehend;089 99998124;00:00:00\n"
        "05.01.2026;11:05;kommend;Erika Muster <08999998125>;00:12:01\n"
        "\n"
        "Summe;;;3;00:17:13\n"
    ),
    "start and end": (
        "Start\tEnde\tVon\tAn\tErgebnis\n"
        "2026-01-05 09:00:00\t2026-01-05 09:05:00\t+49 30 23125100\t+49 89 99998123\tverbunden\n"
        "2026-01-05 10:00:00\t2026-01-05 10:00:20\t+49 89 99998124\t+49 30 23125100\tnicht angenommen\n"
    ),
    "two dates and two names": (
        "Opened,Closed,Customer First Name,Customer Last Name,Phone,Call Direction,Talk\n"
        "05/01/2026 09:00,05/01/2026 09:10,Erika,Muster,+498999998123,Inbound,12:30\n"
        "13/01/2026 09:00,13/01/2026 09:10,Ben,Okafor,+498999998124,Outbound,01:30\n"
    ),
    "abbreviations": (
        "Zp;Nr;Ri;Lg\n"
        "05.01.2026 10:05;089 99998123;E;12:34\n"
        "06.01.2026 11:05;089 99998124;A;00:00\n"
        "06.01.2026 12:05;089 99998125;E;03:10\n"
        "07.01.2026 12:05;089 99998126;A;03:11\n"
    ),
    "total in minutes": (
        '"Date";"Time";"Caller";"Callee";"Status";"Duration (min)"\n'
        '"2026-01-05";"09:15:22";"Mara Falk (100)";"+49 89 99998123";"Answered";"5"\n'
        '"2026-01-05";"10:15:22";"+49 89 99998124";"Mara Falk (100)";"Missed";"0"\n'
        '"Total";"";"";"";"2";"5"\n'
    ),
    "kinds of contact": (
        "Kontaktart,Datum,Ansprechpartner,Firma,Notiz\n"
        "Telefonat,05.01.2026,Erika Muster,Muster GmbH,Angebot besprochen\n"
        "Besuch,07.01.2026,Jürgen Groß,Groß KG,Vertrag\n"
        "E-Mail,08.01.2026,Erika Muster,Muster GmbH,Unterlagen\n"
    ),
    "longer names of columns": (
        "Anruf-ID|Beginn des Anrufs|Rufnummer Anrufer|Rufnummer Ziel|Wartezeit (Sek.)|Gesprächszeit (Sek.)|Warteschlange|Agent\n"
        "1|05.01.2026 09:00:05|08999998123|03023125100|12|180|Vertrieb|Mara Falk\n"
        "2|05.01.2026 09:30:05|08999998124|03023125100|45|0|Vertrieb|\n"
    ),
    "epoch seconds": (
        "timestamp,phone_number,type,seconds\n1767603600,+498999998123,incoming,60\n1767607200,+498999998124,missed,0\n"
    ),
    "weekdays and units": (
        "Wann;Wer;Wie lange\n"
        "Mo, 05.01.2026 14:30;Erika Muster;20 Min.\n"
        "Di, 06.01.2026 08:00 Uhr;Jürgen Groß;1 Std. 5 Min.\n"
    ),
    "answered at": (
        "Call Log Report\n"
        "Generated: 2026-02-01\n"
        "\n"
        '"Call Start","Call Answer","Call End","Source Number","Dialled Number","Call Result","User"\n'
        '"2026-01-05T09:00:00Z","2026-01-05T09:00:07Z","2026-01-05T09:03:07Z","+498999998123","+493023125100","Answered","mara.falk@falk.example"\n'
        '"2026-01-05T10:00:00Z","","2026-01-05T10:00:30Z","+498999998124","+493023125100","No Answer",""\n'
    ),
}
UNDERSTOOD = {  # day, direction, outcome, length, wait, who
    "titles above and totals below": [
        ("01-02 09:15", "in", "reached", 312, None, "+498999998123"), ("01-02 10:40", "out", "missed", None, None, "+498999998124"),
        ("01-05 11:05", "in", "reached", 721, None, "+498999998125"),
    ],
    "start and end": [
        ("01-05 09:00", "out", "reached", 300, None, "+498999998123"), ("01-05 10:00", "in", "missed", None, None, "+498999998124"),
    ],
    "total in minutes": [
        ("01-05 09:15", "out", "reached", 300, None, "+498999998123"), ("01-05 10:15", "in", "missed", None, None, "+498999998124"),
    ],
    "kinds of contact": [
        ("01-05 00:00", "mutual", "reached", None, None, "erika muster"),
        ("01-07 00:00", "mutual", "reached", None, None, "juergen gross"),
        ("01-08 00:00", "mutual", "reached", None, None, "erika muster"),
    ],
    "epoch seconds": [
        ("01-05 10:00", "in", "reached", 60, None, "+498999998123"), ("01-05 11:00", "in", "missed", None, None, "+498999998124"),
    ],
    "weekdays and units": [
        ("01-05 14:30", "mutual", "reached", 1200, None, "erika muster"),
        ("01-06 08:00", "mutual", "reached", 3900, None, "juergen gross"),
    ],
    "answered at": [
        ("01-05 10:00", "in", "reached", 180, 7, "+498999998123"), ("01-05 11:00", "in", "missed", None, 30, "+498999998124"),
    ],
}  # fmt: skip
GUESSED = {
    "two dates and two names": ([
        ("01-05 09:00", "in", "reached", 750, None, "+498999998123"), ("01-13 09:00", "out", "reached", 90, None, "+498999998124"),
    ], {"duration_unit": "mm:ss"}),
    "abbreviations": ([
        ("01-05 10:05", "in", "reached", 754, None, "+498999998123"), ("01-06 11:05", "out", "missed", None, None, "+498999998124"),
        ("01-06 12:05", "in", "reached", 190, None, "+498999998125"), ("01-07 12:05", "out", "reached", 191, None, "+498999998126"),
    ], {"duration_unit": "mm:ss", "direction": "Ri", "in_words": ["E"], "out_words": ["A"]}),
    "longer names of columns": ([
        ("01-05 09:00", "in", "reached", 180, 12, "+498999998123"), ("01-05 09:30", "in", "missed", None, 45, "+498999998124"),
    ], {}),
}  # fmt: skip


def seen(found: list[Touchpoint]) -> list[tuple[str, str, str, float | None, float | None, str]]:
    return [
        (f"{c.at:%m-%d %H:%M}", c.direction, c.outcome, c.duration, c.wait, c.parties[0].handle.value) for c in found
    ]


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_an_invented_table_is_understood_as_it_stands(name: str) -> None:
    records = read(INVENTED[name])
    assert seen(calls(records)) == UNDERSTOOD[name]
    assert [r for r in records if isinstance(r, Skipped)] == []


@pytest.mark.parametrize("name", GUESSED)
def test_what_is_guessed_of_an_invented_table_reads_it_as_pasted_and_with_its_answers_exactly(name: str) -> None:
    assert not AnyTable().recognises(Source.from_text(INVENTED[name]))
    (table,) = tomllib.loads(guess(Source.from_text(INVENTED[name])))["table"]
    pasted = read(INVENTED[name], tables=[table])
    expected, answers = GUESSED[name]
    assert len(calls(pasted)) + sum(isinstance(r, Skipped) for r in pasted) == len(expected)
    assert [c.at for c in calls(pasted)]
    answered = read(INVENTED[name], tables=[{**table, **answers}])
    assert seen(calls(answered)) == expected


def test_a_table_that_names_only_our_own_number_says_so() -> None:
    (skipped,) = [r for r in read("Zeit;Ziel;Dauer\n05.01.2026 10:00;+49 30 23125100;60\n") if isinstance(r, Skipped)]
    assert "only our own number is named" in skipped.reason
