"""Routers and phones: FRITZ!Box, Android backups, iMazing, Google Voice."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from touchpoints_calls.android import AndroidCalls, AndroidMessages
from touchpoints_calls.fritzbox import FritzBox
from touchpoints_calls.google_voice import GoogleVoice
from touchpoints_calls.imazing import IMazing

from touchpoints.errors import SourceError
from touchpoints.handles import Handle
from touchpoints.model import Coverage, LeftOut, Skipped, Touchpoint
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source
from touchpoints.testing import ImporterContract

SAMPLES = Path(__file__).parent / "samples" / "calls"
ME = ("+49 30 23125 100", "Mara Falk")


def read(
    importer: Importer, source: Source | Path | str, me: tuple[str, ...] = ME, zone: str = "Europe/Berlin"
) -> list[Record]:
    if not isinstance(source, Source):
        source = Source.from_path(source) if isinstance(source, Path) else Source.from_text(source)
    assert importer.recognises(source)
    context = Context(Settings(me=me), zone=zone, source="log", importer=importer.name, channels=importer.channels)
    return list(importer.read(source, context))


def calls(records: list[Record]) -> list[Touchpoint]:
    return [r for r in records if isinstance(r, Touchpoint)]


class TestFritzBox(ImporterContract):
    importer, samples = FritzBox(), SAMPLES / "fritzbox"


class TestAndroidCalls(ImporterContract):
    importer, samples = AndroidCalls(), SAMPLES / "android-calls"


class TestAndroidMessages(ImporterContract):
    importer, samples = AndroidMessages(), SAMPLES / "android-messages"


class TestGoogleVoice(ImporterContract):
    importer, samples, me = GoogleVoice(), SAMPLES / "google-voice", ("+1 212 555 0100",)


class TestIMazing(ImporterContract):
    importer, samples = IMazing(), SAMPLES / "imazing"


# -- FRITZ!Box --------------------------------------------------------------------------------------------------------

HEAD = "sep=;\nTyp;Datum;Name;Rufnummer;Nebenstelle;Eigene Rufnummer;Dauer\n"


def fritz(rows: str, head: str = HEAD) -> list[Record]:
    return read(FritzBox(), head + rows)


@pytest.mark.parametrize(
    ("row", "direction", "outcome", "seconds"),
    [
        ("1;17.03.24 10:05;;08999998123;Fon 1;23125100;0:05", "in", "reached", 300),
        ("1;17.03.24 10:05;;08999998123;Fon 1;23125100;1:05", "in", "reached", 3900),
        ("2;17.03.24 10:05;;08999998123;;23125100;0:00", "in", "missed", None),
        ("4;17.03.24 10:05;;08999998123;Fon 1;23125100;0:01", "out", "reached", 60),
        ("4;17.03.24 10:05;;08999998123;Fon 1;23125100;0:00", "out", "missed", None),
        ("3;17.03.24 10:05;;08999998123;Fon 1;23125100;0:03", "out", "reached", 180),
        ("3;17.03.24 10:05;;08999998123;;23125100;0:00", "in", "declined", None),
        ("1;17.03.24 10:05;;08999998123;Anrufbeantworter;23125100;0:01", "in", "voicemail", None),
    ],
)
def test_a_fritzbox_type_and_length_say_direction_and_outcome(
    row: str, direction: str, outcome: str, seconds: float | None
) -> None:
    (call,) = calls(fritz(row))
    assert (call.direction, call.outcome, call.duration) == (direction, outcome, seconds)


def test_a_semicolon_in_a_name_moves_no_column() -> None:
    (call,) = calls(fritz("4;16.03.24 16:40;Müller; Söhne; Einkauf;08999998125;Büro;Internet: 23125101;1:05"))
    assert call.parties[0].name == "Müller; Söhne; Einkauf"
    assert (call.parties[0].handle.value, call.duration) == ("+498999998125", 3900)


def test_a_quotation_mark_in_a_name_swallows_no_row() -> None:
    rows = '4;16.03.24 16:40;"Die Firma;08999998125;Büro;23125101;0:05\n4;16.03.24 16:41;"A; B";08999998126;Büro;23125101;0:05'
    assert [c.parties[0].name for c in calls(fritz(rows))] == ["Die Firma", "A; B"]


def test_columns_that_differ_only_by_case_are_told_apart() -> None:
    head = "sep=;\nType;Date;Name;Telephone number;Extension;Telephone Number;Duration\n"
    (call,) = calls(fritz("1;17.03.24 10:05;Erika;08999998123;Fon 1;23125100;0:05", head))
    assert (call.parties[0].handle.value, call.line) == ("+498999998123", "+493023125100")


def test_every_column_set_gives_the_same_call_the_same_key() -> None:
    wide = "sep=;\nTyp;Datum;Name;Rufnummer;Landes-/Ortsnetzbereich;Nebenstelle;Eigene Rufnummer;Dauer\n"
    tabs = HEAD.replace(";", "\t")
    keys = {
        calls(fritz(row, head))[0].key
        for row, head in (
            ("1;17.03.24 10:05;Erika;08999998123;Fon 1;Internet: 23125100;0:05", HEAD),
            ("1;17.03.24 10:05;;08999998123;München;Fon 1;Internet: 23125100;0:05", wide),
            ("1\t17.03.24 10:05\t\t08999998123\tFon 1\t23125100\t0:05", tabs),
        )
    }
    assert len(keys) == 1


def test_csv_and_tr064_list_the_same_calls_under_the_same_keys() -> None:
    csv = {c.key: c for c in calls(read(FritzBox(), SAMPLES / "fritzbox" / "anrufliste_alt.csv"))}
    xml = {c.key: c for c in calls(read(FritzBox(), SAMPLES / "fritzbox" / "calllist.xml"))}
    assert len(xml) == 6
    assert xml.keys() - csv.keys() == set()
    assert [
        k for k in xml if (xml[k].outcome, xml[k].at, xml[k].line) != (csv[k].outcome, csv[k].at, csv[k].line)
    ] == []


def test_two_equal_rows_in_a_minute_are_two_calls_and_an_overlapping_export_adds_neither() -> None:
    row = "1;17.03.24 10:05;Erika;08999998123;Fon 1;23125100;0:05\n"
    keys = [c.key for c in calls(fritz(row + row))]
    assert len(set(keys)) == 2
    assert [c.key for c in calls(fritz(row))] == keys[:1]


def test_the_hour_that_clocks_repeat_is_read_as_its_first_and_loses_no_call() -> None:
    row = "1;27.10.24 02:30;Erika;08999998123;Fon 1;23125100;0:02\n"
    first, second = calls(fritz(row + row))
    assert (first.at.isoformat(), second.at.isoformat()) == ("2024-10-27T02:30:00+02:00",) * 2
    assert first.key != second.key


def test_fax_hidden_and_internal_calls_are_left_out_by_name() -> None:
    records = fritz(
        "1;16.03.24 10:00;Fax;08999998129;Faxfunktion;23125100;0:02\n2;17.03.24 09:12;;;;23125100;0:00\n"
        "4;16.03.24 09:59;Flur;**610;Fon 1;23125100;0:01\n"
    )
    assert records == [LeftOut("automatic"), LeftOut("hidden number"), LeftOut("internal")]


def test_rounded_lengths_say_so() -> None:
    (call,) = calls(fritz("1;17.03.24 10:05;;08999998123;Fon 1;23125100;0:05"))
    assert dict(call.extra) == {"rounded": "60"}


def test_each_own_line_is_covered_over_the_whole_list() -> None:
    records = fritz(
        "1;20.03.24 10:05;;08999998123;Fon 1;Internet: 23125100;0:05\n4;16.03.24 16:40;;08999998125;Fon 2;23125101;0:05\n"
    )
    spans = [(c.start.isoformat(), c.end.isoformat(), c.what) for c in records if isinstance(c, Coverage)]
    assert spans == [("2024-03-16", "2024-03-20", "+493023125100"), ("2024-03-16", "2024-03-20", "23125101")]


def test_an_own_line_without_area_code_is_the_own_number_that_ends_with_it() -> None:
    (call,) = calls(fritz("1;17.03.24 10:05;;08999998123;Fon 1;Internet: 23125100;0:05"))
    assert (call.line, call.colleagues) == ("+493023125100", ("Mara Falk",))


@pytest.mark.parametrize(
    ("own", "me", "found"),
    [
        ("Internet: 23125100", ME, ("phone", "+493023125101")),
        ("Internet: 03023125100", (), ("phone", "+493023125101")),
        ("Internet: 23125100", (), ("account", "23125101")),
        ("Mobilfunk", ME, ("account", "23125101")),
        ("", ME, ("account", "23125101")),
    ],
)
def test_a_local_number_has_the_area_code_of_the_own_line_or_stays_open(
    own: str, me: tuple[str, ...], found: tuple[str, str]
) -> None:
    records = read(FritzBox(), HEAD + f"4;17.03.24 10:05;Erika Muster;23125101;Fon 1;{own};0:05\n", me=me)
    handle = calls(records)[0].parties[0].handle
    assert (handle.kind, handle.value, handle.raw) == (*found, "23125101")


def test_service_numbers_and_codes_are_nobody() -> None:
    records = fritz(
        "".join(
            f"4;17.03.24 10:05;;{number};Fon 1;Internet: 23125100;0:02\n"
            for number in ("112", "11833", "116117", "*21#")
        )
    )
    assert [r for r in records if isinstance(r, LeftOut)] == [LeftOut("automatic")] * 4


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8", "utf-8-sig", "utf-16"])
def test_umlauts_survive_every_encoding(encoding: str) -> None:
    text = HEAD + "1;17.03.24 10:05;Jürgen Groß;08999998123;Büro;23125100;0:05\n"
    records = read(FritzBox(), Source.from_bytes(text.replace("\n", "\r\n").encode(encoding)))
    assert calls(records)[0].parties[0].name == "Jürgen Groß"


def test_a_call_still_going_on_waits_for_the_next_list() -> None:
    records = read(FritzBox(), SAMPLES / "fritzbox" / "calllist.xml")
    assert ["still going on" in r.reason for r in records if isinstance(r, Skipped)] == [True]


def test_broken_rows_are_named_with_their_line_and_the_others_read() -> None:
    records = read(FritzBox(), SAMPLES / "fritzbox" / "damaged" / "rows.csv")
    assert len(calls(records)) == 1
    assert [r.record for r in records if isinstance(r, Skipped)] == [4, 5, 6, 7]


# -- Android ------------------------------------------------------------------------------------------------------------


def android(body: str, root: str = "calls", importer: Importer | None = None) -> list[Record]:
    text = f"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<{root} count=\"1\">\n{body}\n</{root}>"
    return read(importer or AndroidCalls(), text)


def messages(body: str) -> list[Record]:
    return android(body, "smses", AndroidMessages())


@pytest.mark.parametrize(
    ("kind", "seconds", "direction", "outcome"),
    [
        (1, 75, "in", "reached"), (2, 75, "out", "reached"), (2, 0, "out", "missed"), (3, 0, "in", "missed"),
        (4, 0, "in", "voicemail"), (5, 0, "in", "declined"), (6, 0, "in", "declined"), (7, 0, "in", "reached"),
    ],
)  # fmt: skip
def test_an_android_type_says_direction_and_outcome(kind: int, seconds: int, direction: str, outcome: str) -> None:
    (call,) = calls(
        android(
            f'<call number="+498999998123" duration="{seconds}" date="1710666312123" type="{kind}" presentation="1"/>'
        )
    )
    assert (call.direction, call.outcome) == (direction, outcome)
    assert call.duration == (seconds or None)


def test_android_times_are_utc_whatever_the_readable_date_says() -> None:
    body = '<call number="+498999998123" duration="1" date="1710666312123" type="1" readable_date="Jan 1, 1999"/>'
    assert calls(android(body))[0].at.isoformat() == "2024-03-17T10:05:12.123000+01:00"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_android_keys_do_not_depend_on_the_zone(zone: str) -> None:
    source = SAMPLES / "android-calls" / "calls-20240318080000.xml"
    expected = [c.key for c in calls(read(AndroidCalls(), source, zone="UTC"))]
    assert [c.key for c in calls(read(AndroidCalls(), source, zone=zone))] == expected


def test_hidden_numbers_are_left_out_and_unknown_is_no_name() -> None:
    records = read(AndroidCalls(), SAMPLES / "android-calls" / "calls-20240318080000.xml")
    assert [r for r in records if isinstance(r, LeftOut)] == [LeftOut("hidden number")] * 2
    assert {c.parties[0].name for c in calls(records)} == {"Erika Muster", "Max Beispiel", "Ute Probe", None}


def test_the_day_of_the_backup_ends_what_it_covers() -> None:
    (span,) = [
        r
        for r in read(AndroidCalls(), SAMPLES / "android-calls" / "calls-20240318080000.xml")
        if isinstance(r, Coverage)
    ]
    assert (span.start.isoformat(), span.end.isoformat()) == ("2024-03-17", "2024-03-18")


def test_emoji_written_as_surrogate_pairs_break_nothing_wherever_blocks_end() -> None:
    pair, row = (
        "&#55357;&#56832;",
        '<sms address="+498999998123" date="{}" type="1" body="{}" contact_name="Erika {}"/>',
    )
    for shift in range(0, 40, 3):
        body = row.format(1, "x" * (65_536 - 190 + shift) + pair, pair) + row.format(
            2, "&#xD83D;&#xDE00; und &#55357;", ""
        )
        records = messages(body)
        assert [r for r in records if isinstance(r, Skipped)] == []
        assert calls(records)[0].parties[0].name == "Erika \U0001f600"


def test_a_question_in_a_text_asks_for_a_reply_and_the_text_is_not_kept() -> None:
    records = read(AndroidMessages(), SAMPLES / "android-messages" / "sms-20240318080000.xml")
    assert [m.expects_reply for m in calls(records)] == [True, False, False, False, True, False]
    assert "angekommen" not in repr(records)


def test_drafts_and_machines_are_no_contact() -> None:
    records = read(AndroidMessages(), SAMPLES / "android-messages" / "sms-20240318080000.xml")
    assert [r.reason for r in records if isinstance(r, LeftOut)] == [
        "draft",
        "draft",
        "automatic",
        "automatic",
        "draft",
    ]


def test_in_a_group_message_we_are_no_party_and_the_other_recipients_are_only_copied() -> None:
    records = read(AndroidMessages(), SAMPLES / "android-messages" / "sms-20240318080000.xml")
    group = next(m for m in calls(records) if len(m.parties) == 2)
    assert {p.handle.value: p.role for p in group.parties} == {"+491713920011": "with", "+498999998123": "copied"}
    assert Handle("phone", "+493023125100") not in {p.handle for p in group.parties}


def test_the_id_of_an_rcs_group_is_nobody_and_its_people_are_those_that_the_message_names() -> None:
    def group(box: str, *people: tuple[str, str], own: str = "") -> dict[str, str]:
        named = "".join(f'<addr address="{number}" type="{kind}"/>' for number, kind in people)
        one = f'<mms address="a1b2c3@rcs.google.com" date="1710666400000" msg_box="{box}"><addrs>{named}</addrs></mms>'
        backup = f"<?xml version='1.0' encoding='UTF-8'?>\n<smses>{one}</smses>"
        records = read(AndroidMessages(), backup, (own or "+493023125100",))
        return {p.handle.value: p.role for m in calls(records) for p in m.parties}

    ours, anna, ben = "+493023125100", "+498999998123", "+498999998124"
    received = (anna, "137"), (ours, "151"), (ben, "130")
    assert group("1", *received, own=ours) == {anna: "with", ben: "copied"}
    assert group("1", *received, own="+493023125999") == {anna: "with"}  # which of the others is ours nobody says
    assert group("2", (ours, "137"), (anna, "151"), (ben, "151")) == {anna: "with", ben: "with"}
    nameless = messages('<sms address="a1b2c3@rcs.google.com" date="1710666400000" type="1" body="x"/>')
    assert [r.reason for r in nameless if isinstance(r, Skipped)] == [
        "a group message that does not say who wrote it and to whom"
    ]


def test_two_messages_of_the_same_millisecond_are_two() -> None:
    row = '<sms address="+498999998123" date="1710666400000" type="2" body="a"/>'
    assert len({m.key for m in calls(messages(row + row))}) == 2


def test_a_broken_record_costs_only_itself() -> None:
    records = messages(
        '<sms address="+498999998123" date="1" type="1" body="a"/>\n<sms address="+498999998123" date="2" type="1" body="b & c"/>\n'
        '<sms address="+498999998123" date="3" type="1" body="d"\n<sms address="+498999998123" date="4" type="1" body="e"/>\n'
        '<mms date="5" msg_box="1" address="+498999998123"><parts>\n<sms address="+498999998123" date="6" type="1" body="f"/>'
    )
    assert [m.at.timestamp() for m in calls(records)] == [0.001, 0.004, 0.006]
    assert [r.record for r in records if isinstance(r, Skipped)] == [4, 6, 8]


def test_what_stands_before_the_end_of_a_cut_backup_is_kept_and_the_tail_named() -> None:
    records = read(AndroidCalls(), SAMPLES / "android-calls" / "damaged" / "cut.xml")
    assert len(calls(records)) == 3
    assert "breaks off" in [r.reason for r in records if isinstance(r, Skipped)][-1]


def test_entities_are_refused() -> None:
    bomb = '<!DOCTYPE calls [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    call = '<call number="&b;" date="1" type="1" duration="1"/>'
    with pytest.raises(SourceError, match="DOCTYPE"):
        read(AndroidCalls(), f'<?xml version="1.0"?>{bomb}<calls count="1">{call}</calls>')


def test_memory_stays_constant_over_a_long_backup(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "calls.xml"
    with path.open("w") as out:
        out.write('<calls count="20000">\n')
        for n in range(20_000):
            out.write(
                f'<call number="+4989999980{n % 90:02}" duration="{n % 99}" date="{1710666312123 + n * 1000}" type="1"/>\n'
            )
        out.write("</calls>\n")
    importer = AndroidCalls()
    source = Source.from_path(path)
    context = Context(Settings(), zone="UTC", source="x", importer=importer.name, channels=importer.channels)
    peaks = []
    tracemalloc.start()
    for n, _ in enumerate(importer.read(source, context)):
        if n in (4_000, 19_000):
            peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


# -- Google Voice -------------------------------------------------------------------------------------------------------

VOICE = SAMPLES / "google-voice"


def voice(name: str) -> list[Record]:
    (path,) = VOICE.glob(f"{name}*.html")
    return read(GoogleVoice(), Source.from_path(path), me=("+1 212 555 0100",))


@pytest.mark.parametrize(
    ("name", "direction", "outcome", "seconds"),
    [
        ("Jane Roe - Placed", "out", "reached", 308), ("Jane Roe - Received", "in", "reached", 83),
        ("Missed - 2024-03-17T17", "in", "missed", None), ("Jane Roe - Voicemail", "in", "voicemail", None),
    ],
)  # fmt: skip
def test_a_google_voice_label_says_what_kind_of_call_it_was(
    name: str, direction: str, outcome: str, seconds: float | None
) -> None:
    (call,) = calls(voice(name))
    assert (call.direction, call.outcome, call.duration) == (direction, outcome, seconds)


def test_a_recording_is_no_second_call_and_a_hidden_number_is_left_out() -> None:
    assert voice("Jane Roe - Recorded") == [LeftOut("media")]
    assert voice("Missed - 2024-03-17T19") == [LeftOut("hidden number")]


def test_me_marks_our_own_messages_and_two_of_one_instant_are_two() -> None:
    found = calls(voice("Jane Roe - Text"))
    assert [(m.direction, m.expects_reply) for m in found] == [("in", True), ("out", False), ("out", False)]
    assert len({m.key for m in found}) == 3
    assert {m.parties[0].handle.value for m in found} == {"+12125550123"}


def test_a_conversation_in_which_only_we_wrote_is_with_whom_the_page_is_named_after() -> None:
    (message,) = calls(voice("+12125550125 - Text"))
    assert (message.direction, message.parties[0].handle.value) == ("out", "+12125550125")


def test_a_group_conversation_has_all_its_people_and_only_the_author_is_addressed_with_us() -> None:
    theirs, ours = calls(voice("Group"))
    assert [(p.name, p.role) for p in theirs.parties] == [("Jane Roe", "with"), ("John Doe", "copied")]
    assert [(p.name, p.role) for p in ours.parties] == [("Jane Roe", "with"), ("John Doe", "with")]


# -- iMazing ------------------------------------------------------------------------------------------------------------


def test_the_service_of_an_iphone_call_is_its_channel() -> None:
    records = read(IMazing(), SAMPLES / "imazing" / "Call history.csv")
    assert [(c.channel, c.direction, c.outcome, c.parties[0].handle.kind) for c in calls(records)] == [
        ("phone", "in", "reached", "phone"), ("phone", "out", "missed", "phone"), ("phone", "in", "missed", "phone"),
        ("video", "out", "reached", "email"), ("phone", "in", "reached", "phone"), ("whatsapp video", "in", "reached", "phone"),
        ("whatsapp call", "out", "reached", "phone"), ("teams call", "out", "reached", "name"),
    ]  # fmt: skip
    assert LeftOut("hidden number") in records


def test_signal_calls_of_an_iphone_are_calls_and_no_messages() -> None:
    table = "Call type,Date,Duration,Number,Contact,Location,Service\n" + "".join(
        f"Incoming,2024-03-15 14:3{n}:00,00:00:20,+49899999812{n},,,{service}\n"
        for n, service in enumerate(("Signal Audio", "Signal Video"))
    )
    assert [(c.channel, c.duration) for c in calls(read(IMazing(), table))] == [("phone", 20), ("video", 20)]


def test_a_local_number_is_one_of_the_town_it_was_dialled_in_once_we_are_known_in_several() -> None:
    def scope(line: str, *me: str) -> str:
        context = Context(Settings(me=me), zone="Europe/Berlin", importer="x")
        call = context.call(datetime(2026, 3, 2, 9), caller="99998123", direction="in", line=line, talked=60)
        assert isinstance(call, Touchpoint)
        return call.parties[0].handle.scope

    berlin, munich = "+49 30 23125 100", "+49 89 99998 100"
    assert scope("445566", berlin) == scope("778899", berlin) == "number"
    assert scope("445566", berlin, munich) != scope("778899", berlin, munich)
    assert scope("99998100", berlin, munich) == ""  # this line is known: the number is one of Munich
