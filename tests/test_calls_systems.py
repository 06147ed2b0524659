"""Telephone systems and cloud telephony: sipgate, STARFACE, Asterisk, 3CX, Teams, Zoom, Twilio."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from touchpoints_calls import pages
from touchpoints_calls.asterisk import Asterisk
from touchpoints_calls.sipgate import Sipgate
from touchpoints_calls.starface import Starface
from touchpoints_calls.teams_meetings import TeamsMeetings
from touchpoints_calls.teams_pstn import TeamsPstn
from touchpoints_calls.threecx import ThreeCx
from touchpoints_calls.twilio import Twilio
from touchpoints_calls.zoom import ZoomMeetings, ZoomPhone

from touchpoints.errors import SourceError, UnreadableSource
from touchpoints.model import LeftOut, Skipped, Touchpoint
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source
from touchpoints.testing import ImporterContract

SAMPLES = Path(__file__).parent / "samples" / "calls"


def read(importer: Importer, source: Source | Path | str, zone: str = "Europe/Berlin") -> list[Record]:
    if not isinstance(source, Source):
        source = Source.from_path(source) if isinstance(source, Path) else Source.from_text(source)
    assert importer.recognises(source)
    settings = Settings(me=("+49 30 23125 100", "mara.falk@falk.example", "Mara Falk"))
    context = Context(settings, zone=zone, source="log", importer=importer.name, channels=importer.channels)
    return list(importer.read(source, context))


def calls(records: list[Record]) -> list[Touchpoint]:
    return [r for r in records if isinstance(r, Touchpoint)]


def sample(importer: Importer, name: str) -> list[Touchpoint]:
    return calls(read(importer, SAMPLES / importer.name / name))


def told(found: list[Touchpoint]) -> list[tuple[str, str, str, float | None]]:
    return [(c.parties[0].handle.value, c.direction, c.outcome, c.duration) for c in found]


class TestTeamsMeetings(ImporterContract):
    importer, samples = TeamsMeetings(), SAMPLES / "teams-meetings"


class TestSipgate(ImporterContract):
    importer, samples = Sipgate(), SAMPLES / "sipgate"


class TestStarface(ImporterContract):
    importer, samples = Starface(), SAMPLES / "starface"


class TestAsterisk(ImporterContract):
    importer, samples = Asterisk(), SAMPLES / "asterisk"


class TestThreeCx(ImporterContract):
    importer, samples = ThreeCx(), SAMPLES / "3cx"


class TestTeamsPstn(ImporterContract):
    importer, samples = TeamsPstn(), SAMPLES / "teams-pstn"


class TestZoomPhone(ImporterContract):
    importer, samples = ZoomPhone(), SAMPLES / "zoom-phone"


class TestZoomMeetings(ImporterContract):
    importer, samples = ZoomMeetings(), SAMPLES / "zoom-meetings"


class TestTwilio(ImporterContract):
    importer, samples = Twilio(), SAMPLES / "twilio"


# -- sipgate ----------------------------------------------------------------------------------------------------------


def test_sipgate_numbers_get_their_plus_and_devices_are_ours() -> None:
    found = sample(Sipgate(), "history.json")
    assert told(found) == [
        ("+498999998123", "in", "reached", 300), ("+498999998124", "in", "missed", None),
        ("+498999998123", "out", "reached", 61), ("+491713920011", "out", "missed", None),
        ("+498999998123", "in", "voicemail", None), ("+491713920011", "out", "reached", None),
        ("+498999998123", "in", "reached", 180),
    ]  # fmt: skip
    assert [c.channel for c in found].count("sms") == 1
    assert [c.parties[0].name for c in found][:2] == ["Erika Muster", None]


def test_pages_one_after_the_other_are_the_same_history() -> None:
    assert [c.key for c in sample(Sipgate(), "history_pages.ndjson")] == [
        c.key for c in sample(Sipgate(), "history.json")
    ]


def test_a_cut_history_gives_what_stands_before_the_cut() -> None:
    records = read(Sipgate(), SAMPLES / "sipgate" / "damaged" / "cut.json")
    assert (
        [c.key for c in calls(records)]
        == [c.key for c in sample(Sipgate(), "history.json")][: len(calls(records))]
        != []
    )
    assert "breaks off" in [r.reason for r in records if isinstance(r, Skipped)][-1]


def test_a_json_file_beyond_the_bound_is_refused_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_BYTES", 1 << 10)
    with pytest.raises(SourceError, match="export it in parts"):
        read(Sipgate(), SAMPLES / "sipgate" / "history.json")


def test_lists_inside_lists_without_an_end_are_refused() -> None:
    entry = json.loads((SAMPLES / "sipgate" / "history.json").read_text())["items"][0]
    with pytest.raises(SourceError):
        read(Sipgate(), json.dumps(entry)[:-1] + ', "deep": ' + "[" * 100_000)


# -- STARFACE -----------------------------------------------------------------------------------------------------------


def test_starface_account_zero_is_outside() -> None:
    records = read(Starface(), SAMPLES / "starface" / "output_lines.csv")
    assert told(calls(records)) == [("+498999998123", "in", "reached", 300), ("+498999998124", "out", "missed", None)]
    assert [r for r in records if isinstance(r, LeftOut)] == [LeftOut("internal"), LeftOut("hidden number")]


def test_the_steps_of_a_starface_call_are_one_call_that_waited_until_it_was_taken() -> None:
    first, second = sample(Starface(), "output_connections.csv")
    assert (first.outcome, first.duration, first.wait, first.parties[0].name) == ("reached", 180, 28, "Erika Muster")
    assert (second.direction, second.duration) == ("out", 300)


# -- Asterisk -----------------------------------------------------------------------------------------------------------


def test_asterisk_tells_direction_by_length_and_dial_plan_and_joins_queue_legs() -> None:
    records = read(Asterisk(), SAMPLES / "asterisk" / "Master.csv")
    assert told(calls(records)) == [
        ("+498999998123", "in", "reached", 300), ("+498999998124", "out", "missed", None),
        ("+498999998125", "in", "missed", None), ("+498999998126", "in", "reached", 300),
        ("+498999998123", "in", "voicemail", None), ("+498999998127", "in", "missed", None),
        ("+498999998128", "out", "reached", 300),
    ]  # fmt: skip
    assert [r for r in records if isinstance(r, LeftOut)] == [LeftOut("internal"), LeftOut("hidden number")]


def test_the_colleague_of_a_queue_call_is_who_took_it_and_its_line_the_queue() -> None:
    taken = next(c for c in sample(Asterisk(), "Master.csv") if c.parties[0].handle.value == "+498999998126")
    assert (taken.line, taken.colleagues, taken.wait) == ("600", ("201",), 40)


def test_a_queue_that_answers_by_itself_reached_nobody() -> None:
    alone = next(c for c in sample(Asterisk(), "Master.csv") if c.parties[0].handle.value == "+498999998125")
    assert (alone.outcome, alone.line, alone.wait) == ("missed", "600", 40)


def test_both_orders_of_columns_and_freepbx_give_the_same_calls() -> None:
    plain = sample(Asterisk(), "Master.csv")
    for other in ("Master_custom.csv", "freepbx.csv"):
        found = sample(Asterisk(), other)
        assert [c.key for c in found] == [c.key for c in plain]
        assert told(found) == told(plain)


def test_asterisks_faxes_are_left_out() -> None:
    row = (
        '"","+498999998123","+493023125100","{0}","","SIP/a-1","","{1}","x","2026-09-01 09:00:00","2026-09-01 09:00:02",'
        '"2026-09-01 09:02:00",120,118,"ANSWERED","DOCUMENTATION","{2}",""\n'
    )
    records = read(Asterisk(), row.format("from-trunk", "ReceiveFAX", "1.1") + row.format("from-trunk", "Dial", "1.2"))
    assert [r.reason for r in records if isinstance(r, LeftOut)] == ["automatic"]
    assert len(calls(records)) == 1


def test_a_broken_row_of_asterisk_is_named() -> None:
    records = read(Asterisk(), SAMPLES / "asterisk" / "damaged" / "Master.csv")
    assert [r.record for r in records if isinstance(r, Skipped)] == [3, 4, 5, 6]
    assert len(calls(records)) == 2


# -- 3CX ----------------------------------------------------------------------------------------------------------------


def test_3cx_legs_with_one_id_are_one_call_with_the_whole_wait() -> None:
    first = sample(ThreeCx(), "v20.csv")[0]
    assert (first.outcome, first.duration, first.wait, first.line) == ("reached", 300, 17, "801")
    assert (first.parties[0].name, first.colleagues) == ("Erika Muster", ("831",))


def test_3cx_of_any_version_tells_direction_and_skips_its_totals() -> None:
    new = read(ThreeCx(), SAMPLES / "3cx" / "v20.csv")
    old = read(ThreeCx(), SAMPLES / "3cx" / "v18.csv")
    assert [r for r in (*new, *old) if isinstance(r, Skipped)] == []
    assert [(c.direction, c.outcome) for c in calls(old)] == [("in", "reached"), ("out", "missed"), ("in", "missed")]
    assert [(c.direction, c.outcome) for c in calls(new)] == [
        ("in", "reached"), ("out", "missed"), ("in", "missed"), ("out", "reached"),
    ]  # fmt: skip
    assert {c.key for c in calls(new)} & {c.key for c in calls(old)}


@pytest.mark.parametrize(
    ("importer", "name"),
    [(ThreeCx(), "v20.csv"), (Asterisk(), "Master.csv"), (Starface(), "output_lines.csv"), (Twilio(), "calls.json")],
)
def test_keys_do_not_depend_on_the_zone_of_the_store(importer: Importer, name: str) -> None:
    path = SAMPLES / importer.name / name
    assert [c.key for c in calls(read(importer, path))] == [
        c.key for c in calls(read(importer, path, "America/New_York"))
    ]


# -- Teams --------------------------------------------------------------------------------------------------------------


def test_the_caller_id_of_an_inbound_teams_call_is_the_number_that_received_it() -> None:
    records = read(TeamsPstn(), SAMPLES / "teams-pstn" / "PSTN.calls.2024-03-17.csv")
    assert told(calls(records)) == [
        ("+498999998123", "in", "reached", 300), ("+498999998124", "out", "missed", None), ("+498999998125", "out", "reached", 300),
    ]  # fmt: skip
    assert {c.line for c in calls(records)} == {"+493023125100"}


def test_if_our_number_is_the_destination_the_caller_id_is_the_customer() -> None:
    head = "Call ID,Caller ID,Call Type,Destination Number,Start Time,Duration Seconds\n"
    (call,) = calls(read(TeamsPstn(), head + "c1,+498999998123,user_in,+493023125100,2024-03-17T09:05:12Z,300\n"))
    assert call.parties[0].handle.value == "+498999998123"


def test_masked_numbers_are_hidden_ones() -> None:
    records = read(TeamsPstn(), SAMPLES / "teams-pstn" / "PSTN.calls.2024-03-17.csv")
    assert [r for r in records if isinstance(r, LeftOut)] == [LeftOut("hidden number")]


def test_graph_and_the_exported_table_name_the_same_calls() -> None:
    graph = [c.key for c in sample(TeamsPstn(), "getPstnCalls.json")]
    assert graph == [c.key for c in sample(TeamsPstn(), "PSTN.calls.2024-03-17.csv")][:2]


def test_direct_routing_names_caller_and_callee_as_they_are() -> None:
    assert told(sample(TeamsPstn(), "direct_routing.csv")) == [
        ("+498999998123", "in", "reached", 300), ("+498999998124", "out", "missed", None),
    ]  # fmt: skip


# -- Zoom ---------------------------------------------------------------------------------------------------------------


def test_zoom_phone_results_are_outcomes_and_the_wait_ends_with_the_answer() -> None:
    found = sample(ZoomPhone(), "call_logs.json")
    assert [(c.direction, c.outcome) for c in found] == [
        ("in", "reached"), ("out", "missed"), ("in", "voicemail"), ("in", "reached"), ("in", "missed"),
    ]  # fmt: skip
    assert found[0].wait == 8


def test_call_log_and_call_history_name_the_same_calls() -> None:
    history = sample(ZoomPhone(), "call_history.json")
    assert [c.key for c in history] == [c.key for c in sample(ZoomPhone(), "call_logs.json")][:2]


def test_a_zoom_meeting_is_one_touchpoint_with_its_guests() -> None:
    (meeting,) = sample(ZoomMeetings(), "meetings.csv")
    assert (meeting.channel, meeting.direction, meeting.duration, meeting.subject) == (
        "video",
        "mutual",
        2700,
        "Jahresgespräch",
    )
    assert {p.handle.value for p in meeting.parties} == {"erika@muster.example", "ute probe"}


def test_both_reports_of_a_zoom_meeting_have_its_one_key() -> None:
    assert [c.key for c in sample(ZoomMeetings(), "one_meeting.csv")] == [
        c.key for c in sample(ZoomMeetings(), "meetings.csv")
    ]


# -- Twilio -------------------------------------------------------------------------------------------------------------


def test_twilio_parents_and_children_are_one_call() -> None:
    found = sample(Twilio(), "calls.json")
    assert told(found) == [
        ("+498999998123", "in", "reached", 300), ("+498999998124", "in", "missed", None), ("+498999998125", "in", "reached", 100),
        ("+498999998126", "out", "missed", None), ("+498999998126", "out", "voicemail", None),
        ("+498999998127", "out", "reached", 240), ("+498999998123", "in", "missed", None),
    ]  # fmt: skip


def test_twilio_json_and_csv_name_the_same_calls() -> None:
    table = sample(Twilio(), "calls.csv")
    assert [(c.key, c.at) for c in table] == [(c.key, c.at) for c in sample(Twilio(), "calls.json")][:3]


def test_a_call_still_in_progress_is_named() -> None:
    records = read(Twilio(), SAMPLES / "twilio" / "damaged" / "calls.json")
    assert len(calls(records)) == 1
    assert any("in-progress" in r.reason for r in records if isinstance(r, Skipped))


def test_zoom_participants_without_any_time_are_refused_for_that_reason() -> None:
    text = "Name (Original Name),User Email,Total Duration (Minutes),Guest\nErika Muster,erika@muster.example,65,Yes\n"
    with pytest.raises(UnreadableSource, match="does not say when the meeting was"):
        read(ZoomMeetings(), text)


def test_participants_of_one_meeting_id_on_two_days_are_two_meetings() -> None:
    head = "Topic,Meeting ID,Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)\n"
    rows = "".join(
        f"Angebot,987654321,{name},{address},2026-03-{day} 09:0{minute}:00,2026-03-{day} 09:58:00,58\n"
        for day in (20, 27)
        for name, address, minute in (
            ("Erika Muster", "erika@muster.example", 3),
            ("Mara", "mara.falk@falk.example", 1),
        )
    )
    found = calls(read(ZoomMeetings(), head + rows))
    assert [(m.at.isoformat(), m.duration) for m in found] == [
        ("2026-03-20T09:01:00+01:00", 3420.0), ("2026-03-27T09:01:00+01:00", 3420.0),
    ]  # fmt: skip
    assert len({m.key for m in found}) == 2


def test_a_meeting_at_which_nobody_is_ours_asks_who_we_are() -> None:
    source = Source.from_path(SAMPLES / "teams-meetings" / "report of 2022.csv")
    with pytest.raises(UnreadableSource, match="--me") as caught:
        list(TeamsMeetings().read(source, Context(Settings(me=["somebody@else.example"]), importer="teams-meetings")))
    assert caught.value.options == ("mara@falk.example", "erika@muster.example")


def test_a_meeting_whose_dates_may_be_read_either_way_asks_for_the_order() -> None:
    text = (SAMPLES / "teams-meetings" / "Weekly Sync - Attendance report.csv").read_text(encoding="utf-16")
    source = Source.from_text(text.replace("2/17/26", "2/7/26"))
    with pytest.raises(UnreadableSource, match="--date-order"):
        list(TeamsMeetings().read(source, Context(Settings(me=["Mara Falk"]), importer="teams-meetings")))
