"""When meetings take place: zones as files name and define them, recurrence against two other libraries, series."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from touchpoints_calendar.ics import ICalendar
from touchpoints_calendar.lines import Damaged
from touchpoints_calendar.recurrence import MOST_PERIODS, Rule, expand
from touchpoints_calendar.zones import embedded

from touchpoints.model import Skipped, Touchpoint
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source

OWN = Path(__file__).parent / "samples" / "calendar" / "icalendar"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "samples"
PEOPLE = ("ORGANIZER:mailto:mara.falk@falk.example", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:erika@muster-gmbh.example")


def records(text: str | bytes, zone: str = "Europe/Berlin", **more: Any) -> list[Any]:
    data = text.encode() if isinstance(text, str) else text
    context = Context(Settings(me=("mara.falk@falk.example",), **more), zone=zone, source="k.ics", importer="icalendar")
    return list(ICalendar().read(Source.from_bytes(data, "k.ics"), context))


def calendar(*events: str, head: str = "") -> str:
    body = "".join("BEGIN:VEVENT\n" + "\n".join((event, *PEOPLE)) + "\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\n{head}{body}END:VCALENDAR\n"


def starts(*events: str, head: str = "", **more: Any) -> list[str]:
    """Every occurrence's start in UTC, sorted."""
    found = [r for r in records(calendar(*events, head=head), **more) if isinstance(r, Touchpoint)]
    return sorted(f"{t.at.astimezone(UTC):%Y-%m-%d %H:%M}" for t in found)


# -- zones ------------------------------------------------------------------------------------------------------------

FIVE_EAST = (
    "BEGIN:VTIMEZONE\nTZID:{}\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0500\nTZOFFSETTO:+0500\n"
    "END:STANDARD\nEND:VTIMEZONE\n"
)
OUTLOOK = """
TZID:{}
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
"""


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("DTSTART:20260703T090000Z", "2026-07-03 09:00"),
        ("DTSTART;TZID=Europe/Berlin:20260703T090000", "2026-07-03 07:00"),
        ('DTSTART;TZID="Europe/Berlin";VALUE=DATE-TIME:20260703T090000', "2026-07-03 07:00"),
        ("DTSTART;TZID=W. Europe Standard Time:20260703T090000", "2026-07-03 07:00"),
        ("DTSTART;TZID=GMT Standard Time 1:20260703T090000", "2026-07-03 08:00"),
        (
            'DTSTART;TZID="(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien":20260703T090000',
            "2026-07-03 07:00",
        ),
        ("DTSTART;TZID=Mitteleuropäische Zeit:20260703T090000", "2026-07-03 07:00"),
        ("DTSTART;TZID=/mozilla.org/20070129_1/Europe/Berlin:20260703T090000", "2026-07-03 07:00"),
        ("DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20260703T090000", "2026-07-03 07:00"),
        ("DTSTART;TZID=/Europe/Berlin:20260703T090000", "2026-07-03 07:00"),
        ("DTSTART:20260703T090000", "2026-07-03 13:00"),
        ("DTSTART;VALUE=DATE:20260703", "2026-07-03 04:00"),
        ("DTSTART;TZID=Europe/Berlin;VALUE=DATE:20260703", "2026-07-03 04:00"),
        ("DTSTART;TZID=Europe/Berlin:20260703", "2026-07-03 04:00"),
        ("dtstart ; tzid=Europe/Berlin:20260703T090000", "2026-07-03 07:00"),
        ("DTSTART;TZID=Europe/Berlin:20260329T023000", "2026-03-29 01:30"),
        ("DTSTART;TZID=Europe/Berlin:20261025T023000", "2026-10-25 00:30"),
    ],
)
def test_a_start_is_understood_in_every_form(start: str, expected: str) -> None:
    assert starts(start, zone="America/New_York") == [expected]


def test_local_times_are_those_of_the_calendars_zone_then_of_the_stores() -> None:
    assert starts("DTSTART:20260703T090000", head="X-WR-TIMEZONE:Asia/Tokyo\n") == ["2026-07-03 00:00"]
    assert starts("DTSTART:20260703T090000") == ["2026-07-03 07:00"]
    (skipped,) = (
        r
        for r in records(calendar("DTSTART:20260703T090000", head="X-WR-TIMEZONE:Werkszeit\n"))
        if isinstance(r, Skipped)
    )
    assert skipped.reason.startswith("unknown time zone 'Werkszeit'")


def test_a_files_own_zone_comes_first_wherever_it_stands() -> None:
    event = "DTSTART;TZID=Europe/Berlin:20260703T090000"
    zone = FIVE_EAST.format("Europe/Berlin")
    assert starts(event, head=zone) == ["2026-07-03 04:00"]
    text = calendar(event).replace("END:VCALENDAR", f"{zone}END:VCALENDAR")
    assert [r.at.astimezone(UTC).hour for r in records(text) if isinstance(r, Touchpoint)] == [4]
    assert starts(
        event.replace("Europe/Berlin", "Customized Time Zone"), head=FIVE_EAST.format("Customized Time Zone")
    ) == ["2026-07-03 04:00"]


def test_each_calendar_of_a_file_has_its_own_zones() -> None:
    event = "DTSTART;TZID=X:20260703T090000"
    text = calendar(event, head=FIVE_EAST.format("X")) + calendar(
        event.replace("0703", "0704"), head=FIVE_EAST.format("X").replace("+05", "+06")
    )
    found = [r.at.astimezone(UTC).hour for r in records(text) if isinstance(r, Touchpoint)]
    assert found == [4, 3]


def test_a_zone_without_a_usable_definition_goes_by_its_name() -> None:
    broken = FIVE_EAST.format("Europe/Berlin").replace("TZOFFSETTO:+0500", "TZOFFSETTO:+5744")
    assert starts("DTSTART;TZID=Europe/Berlin:20260703T090000", head=broken) == ["2026-07-03 07:00"]


def test_a_definition_of_a_few_years_holds_only_there() -> None:
    around_export = (
        "BEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\nDTSTART:20181028T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"
        "RDATE:20191027T030000\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:20190331T020000\nTZOFFSETFROM:+0100\n"
        "TZOFFSETTO:+0200\nEND:DAYLIGHT\nEND:VTIMEZONE\n"
    )
    for day, hour in (
        ("20161203", "08"),
        ("20180703", "07"),
        ("20190703", "07"),
        ("20191203", "08"),
        ("20210703", "07"),
    ):
        assert starts(f"DTSTART;TZID=Europe/Berlin:{day}T090000", head=around_export)[0][-5:-3] == hour


CENTRAL_EUROPE = embedded(OUTLOOK.format("Berlin"))


@settings(max_examples=60, deadline=None)
@given(st.datetimes(datetime(1997, 1, 1), datetime(2037, 12, 31)))
@example(datetime(1999, 3, 28, 2, 0, fold=1))  # skipped
@example(datetime(2026, 10, 25, 2, 30, fold=1))  # told twice
@example(datetime(2026, 10, 25, 1, 30))  # as an instant: the second of both
def test_outlooks_definition_of_central_europe_is_that_of_the_zone_database(wall: datetime) -> None:
    zone, berlin = CENTRAL_EUROPE, ZoneInfo("Europe/Berlin")
    assert zone is not None
    assert wall.replace(tzinfo=zone).utcoffset() == wall.replace(tzinfo=berlin).utcoffset()
    instant = wall.replace(tzinfo=UTC)
    here, there = instant.astimezone(zone), instant.astimezone(berlin)
    assert (here.replace(tzinfo=None), here.fold) == (there.replace(tzinfo=None), there.fold)
    assert here.astimezone(UTC) == instant


def test_whole_days_of_outlook_may_be_written_as_midnights() -> None:
    lines = "DTSTART;TZID=Europe/Berlin:20260703T000000\nDTEND;TZID=Europe/Berlin:20260704T000000\nUID:1"
    flag = "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"
    (day,) = (r for r in records(calendar(f"{lines}\n{flag}")) if isinstance(r, Touchpoint))
    (timed,) = (r for r in records(calendar(lines)) if isinstance(r, Touchpoint))
    (written,) = (r for r in records(calendar("DTSTART;VALUE=DATE:20260703\nUID:1")) if isinstance(r, Touchpoint))
    assert (day.extra["all_day"], day.duration, timed.extra.get("all_day"), timed.duration) == (
        "yes",
        None,
        None,
        86400.0,
    )
    assert day.key == written.key


# -- rules ------------------------------------------------------------------------------------------------------------

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules of which all libraries know what they mean (see the cases below for the others)."""
    frequency = draw(st.sampled_from(("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")))
    parts = [f"FREQ={frequency}"]

    def some(name: str, low: int, high: int) -> None:
        values = st.integers(low, high).filter(bool)
        parts.append(f"{name}={','.join(map(str, draw(st.lists(values, min_size=1, max_size=3, unique=True))))}")

    def maybe(weight: int = 3) -> bool:
        return draw(st.integers(0, weight)) == 0

    if maybe(1):
        parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
    if maybe():
        parts.append(f"COUNT={draw(st.integers(1, 40))}")
    if maybe():
        parts.append(f"WKST={draw(st.sampled_from(DAYS))}")
    if maybe():
        some("BYMONTH", 1, 12)
    if maybe():
        some("BYMONTHDAY", -31, 31)
    if frequency == "YEARLY" and maybe(6):
        some("BYYEARDAY", -366, 366)
    if maybe(1):
        numbered = frequency in ("YEARLY", "MONTHLY") and maybe(1)
        days = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True))
        parts.append(
            "BYDAY=" + ",".join(f"{draw(st.sampled_from((1, 2, 3, 4, -1, -2))) if numbered else ''}{d}" for d in days)
        )
        if frequency == "YEARLY" and not numbered and maybe(6):
            parts.append(f"BYWEEKNO={draw(st.integers(2, 51))}")
    if maybe(5):
        some("BYHOUR", 1, 23)
    if len(parts) > 2 and frequency not in ("WEEKLY", "HOURLY") and maybe(5):
        some("BYSETPOS", -3, 3)
    return ";".join(parts)


@settings(max_examples=150, deadline=None)
@given(rules(), st.datetimes(datetime(2015, 1, 1), datetime(2026, 12, 31)), st.sampled_from((30, 300, 1500)))
def test_rules_mean_what_they_mean_to_dateutil(text: str, start: datetime, days: int) -> None:
    start = start.replace(second=0, microsecond=0)
    last = start + timedelta(days=days)
    found, cut = expand(Rule.of(text), start, last)
    assume(found)  # dateutil looks for a rule that never happens up to the year 9999
    expected = rrulestr(text, dtstart=start).between(start, last, inc=True)
    if cut:  # an hourly rule over years: with a count its first occurrences are found, else its last
        expected = expected[: len(found)] if "COUNT" in text else expected[-len(found) :]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        # a week without a day is the start's weekday (dateutil: all seven days)
        ("FREQ=YEARLY;BYWEEKNO=20", (2026, 5, 14), ["2026-05-14", "2027-05-20", "2028-05-18"]),
        # every Monday and the second Tuesday (dateutil: days that are both, so none)
        ("FREQ=MONTHLY;BYDAY=MO,2TU", (2026, 3, 1), ["2026-03-02", "2026-03-09", "2026-03-10"]),
        # the week of 28 December belongs to the next year if most of it does (dateutil looks only inside the year)
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=WE;WKST=WE", (2026, 1, 7), ["2026-12-30", "2027-12-29", "2029-01-03"]),
        # the last of a week is counted in the whole week, also in the first
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1", (2026, 3, 4), ["2026-03-09", "2026-03-16", "2026-03-23"]),
        ("freq=weekly; byday=mo, tu;", (2026, 3, 2), ["2026-03-02", "2026-03-03", "2026-03-09"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", (2026, 3, 4), ["2028-02-29", "2032-02-29", "2036-02-29"]),
    ],
)
def test_what_dateutil_reads_otherwise_follows_the_standard(text: str, start: Any, expected: list[str]) -> None:
    found, _ = expand(Rule.of(text), datetime(*start, 9), datetime(2040, 1, 1))
    assert [f"{at:%Y-%m-%d}" for at in found[:3]] == expected


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=15", "FREQ=SOMETIMES", "", "FREQ=DAILY;UNTL=20260101", "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;BYMONTH=13", "FREQ=DAILY;BYMONTHDAY=0", "FREQ=DAILY;BYDAY=XX",
        "FREQ=DAILY;BYHOUR=1;BYMINUTE=", "RSCALE=CHINESE;FREQ=YEARLY", "FREQ=YEARLY;SKIP=FORWARD", "D1 #10", "FREQ=DAILY;BYEASTER=1",
    ],
)  # fmt: skip
def test_rules_that_are_none_or_that_no_meeting_has_are_refused(text: str) -> None:
    with pytest.raises(Damaged):
        Rule.of(text)


def test_hostile_rules_take_little_time() -> None:
    hostile = [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1", "FREQ=HOURLY", "FREQ=DAILY;COUNT=2000000000", "FREQ=DAILY;UNTIL=99991231T235959Z",
        "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23",
    ]  # fmt: skip
    begin = time.process_time()
    for text in hostile:
        found, _ = expand(Rule.of(text), datetime(1, 1, 1), datetime.max)
        assert len(found) < MOST_PERIODS + 24 * 366
    assert time.process_time() - begin < 5


# -- series -----------------------------------------------------------------------------------------------------------


def test_a_series_keeps_its_wall_clock_through_the_change_of_time() -> None:
    weekly = "DTSTART;TZID=Europe/Berlin:20260316T090000\nRRULE:FREQ=WEEKLY;COUNT=3"
    assert starts(weekly) == ["2026-03-16 08:00", "2026-03-23 08:00", "2026-03-30 07:00"]


def test_the_start_is_an_occurrence_even_if_the_rule_does_not_find_it() -> None:
    assert starts("DTSTART:20260303T090000Z\nRRULE:FREQ=WEEKLY;COUNT=2;BYDAY=MO") == [
        "2026-03-03 09:00", "2026-03-09 09:00", "2026-03-16 09:00",
    ]  # fmt: skip
    assert starts("DTSTART:20260303T090000Z\nRDATE:20260305T100000Z") == ["2026-03-03 09:00", "2026-03-05 10:00"]


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20260318T080000Z", "2026-03-18 08:00"),
        ("20260318T075959Z", "2026-03-17 08:00"),
        ("20260318T090000", "2026-03-18 08:00"),
        ("20260318", "2026-03-18 08:00"),
        ("20260317", "2026-03-17 08:00"),
    ],
)
def test_until_is_inclusive_in_every_form(until: str, last: str) -> None:
    assert starts(f"DTSTART;TZID=Europe/Berlin:20260316T090000\nRRULE:FREQ=DAILY;UNTIL={until}")[-1] == last


def test_a_series_that_ended_before_it_began_has_no_occurrence() -> None:
    assert starts("DTSTART:20260303T090000Z\nRRULE:FREQ=DAILY;UNTIL=20260301T090000Z") == []


@pytest.mark.parametrize(
    "exdates",
    [
        "EXDATE;TZID=Europe/Berlin:20260317T090000,20260318T090000",
        "EXDATE;TZID=Europe/Berlin:20260317T090000\nEXDATE:20260318T080000Z",
        "EXDATE;VALUE=DATE:20260317,20260318",
        "EXDATE:20260317T090000\nEXDATE:20260318T090000",
        "EXDATE;TZID=America/New_York:20260317T040000,20260318T040000",
        "EXRULE:FREQ=DAILY;COUNT=3\nEXRULE:FREQ=YEARLY\nRDATE;TZID=Europe/Berlin:20260316T090000\nEXDATE:\nRDATE:20260316T080000Z",
    ],
)
def test_exceptions_are_taken_out_in_every_form(exdates: str) -> None:
    series = f"DTSTART;TZID=Europe/Berlin:20260316T090000\nRRULE:FREQ=DAILY;COUNT=4\n{exdates}"
    expected = ["2026-03-19 08:00"] if "EXRULE" in exdates else ["2026-03-16 08:00", "2026-03-19 08:00"]
    assert starts(series) == expected


def test_extra_dates_may_be_periods_with_their_own_length() -> None:
    periods = "RDATE;VALUE=PERIOD:20260320T090000Z/PT3H,20260321T090000Z/20260321T093000Z"
    series = f"DTSTART:20260316T090000Z\nDTEND:20260316T100000Z\n{periods}"
    found = [(t.at.day, t.duration) for t in records(calendar(series)) if isinstance(t, Touchpoint)]
    assert found == [(16, 3600.0), (20, 10800.0), (21, 1800.0)]


MASTER = "UID:1\nDTSTART;TZID=Europe/Berlin:20260316T090000\nDTEND;TZID=Europe/Berlin:20260316T100000\nRRULE:FREQ=DAILY;COUNT=3"


@pytest.mark.parametrize(
    "original",
    [
        "RECURRENCE-ID;TZID=Europe/Berlin:20260317T090000",
        "RECURRENCE-ID:20260317T080000Z",
        "RECURRENCE-ID:20260317T090000",
        "RECURRENCE-ID;VALUE=DATE:20260317",
        "RECURRENCE-ID;TZID=America/New_York:20260317T040000",
    ],
)
def test_an_override_stands_for_the_occurrence_it_names_in_every_form_and_order(original: str) -> None:
    moved = f"UID:1\n{original}\nDTSTART:20260320T120000Z"
    expected = ["2026-03-16 08:00", "2026-03-18 08:00", "2026-03-20 12:00"]
    assert starts(MASTER, moved) == starts(moved, MASTER) == expected
    keys = {r.key for r in records(calendar(MASTER)) if isinstance(r, Touchpoint)}
    assert {r.key for r in records(calendar(moved, MASTER)) if isinstance(r, Touchpoint)} == keys


def test_an_override_without_its_master_is_read_alone_under_the_same_key() -> None:
    moved = "UID:1\nRECURRENCE-ID;TZID=Europe/Berlin:20260317T090000\nDTSTART:20260320T120000Z\nSEQUENCE:2\nDTSTAMP:20260301T080000Z"
    (alone,) = (r for r in records(calendar(moved)) if isinstance(r, Touchpoint))
    together = {r.key: r for r in records(calendar(MASTER, moved)) if isinstance(r, Touchpoint)}
    assert alone.key in together
    assert alone.series != together[alone.key].series  # or its version would seem to be that of the whole series
    assert alone.revision == (2, "20260301T080000Z", 2, "20260301T080000Z")
    assert together[alone.key].revision == (0, "20260301T080000Z", 2, "20260301T080000Z")
    assert {r.revision[2] for r in together.values()} == {-1, 2}


def test_an_override_for_this_and_future_moves_all_that_follow() -> None:
    onwards = (
        "UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260317T080000Z\nDTSTART:20260317T100000Z\nDTEND:20260317T103000Z"
    )
    found = [r for r in records(calendar(MASTER, onwards)) if isinstance(r, Touchpoint)]
    assert sorted((f"{t.at.astimezone(UTC):%d %H:%M}", t.duration) for t in found) == [
        ("16 08:00", 3600.0),
        ("17 10:00", 1800.0),
        ("18 10:00", 1800.0),
    ]


def test_a_damaged_override_does_not_take_its_series_with_it() -> None:
    broken = "UID:1\nRECURRENCE-ID;TZID=Werkszeit:20260317T090000\nDTSTART:20260320T120000Z"
    assert starts(MASTER, broken) == ["2026-03-16 08:00", "2026-03-17 08:00", "2026-03-18 08:00"]
    assert [r.reason[:17] for r in records(calendar(MASTER, broken)) if isinstance(r, Skipped)] == ["unknown time zone"]


def test_a_damaged_master_does_not_take_its_overrides_with_it() -> None:
    moved = "UID:1\nRECURRENCE-ID;TZID=Europe/Berlin:20260317T090000\nDTSTART:20260320T120000Z"
    for broken in (
        MASTER.replace("COUNT=3", "UNTL=1"),
        MASTER.replace("DTSTART;TZID=Europe/Berlin:20260316", "DTSTART:2026"),
    ):
        assert starts(broken, moved) == starts(moved, broken) == ["2026-03-20 12:00"]


@pytest.mark.parametrize(
    "start",
    ["DTSTART:00010101T000000Z", "DTSTART:99991231T235959Z", "DTSTART;VALUE=DATE:00010101", "DTSTART:00000101T000000"],
)
def test_the_ends_of_time_are_named(start: str) -> None:
    for more in (
        "",
        "\nRRULE:FREQ=WEEKLY",
        "\nUID:1\nRECURRENCE-ID:20260101T000000Z",
        "\nDTEND:99991231T235959Z\nCREATED:99991231T235959Z",
    ):
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            assert [type(r) for r in records(calendar(start + more), zone)] == [Skipped]


def test_a_series_without_an_end_runs_400_days_beyond_the_newest_stamp() -> None:
    endless = "DTSTART:20260101T090000Z\nRRULE:FREQ=WEEKLY"
    stamped = starts(f"{endless}\nDTSTAMP:20260110T000000Z", "DTSTART:20251201T090000Z\nCREATED:20260201T000000Z")
    assert stamped[-1] == "2027-03-04 09:00"  # the last Thursday before 8 March 2027
    assert starts(endless)[-1] == "2027-02-04 09:00"  # no stamp: beyond the newest start
    assert starts(f"{endless};UNTIL=20991231T000000Z\nDTSTAMP:20260110T000000Z")[-1] == "2027-02-11 09:00"
    assert starts(f"{endless};UNTIL=20280101T100000Z\nDTSTAMP:20260110T000000Z")[-1] == "2027-12-30 09:00"


def test_the_latest_2000_occurrences_are_read_and_the_cut_is_named() -> None:
    daily = "UID:taeglich\nDTSTART:20100101T090000Z\nRRULE:FREQ=DAILY\nDTSTAMP:20260101T000000Z\nSUMMARY:Standup"
    found = starts(daily)
    assert (len(found), found[-1]) == (2000, "2027-02-04 09:00")
    (cut,) = (r for r in records(calendar(daily)) if isinstance(r, Skipped))
    assert (cut.record, cut.reason) == ("taeglich", "a series of more than 2000 occurrences: the latest 2000 are read")
    assert len(starts(daily.replace("FREQ=DAILY", "FREQ=DAILY;COUNT=2000"))) == 2000
    future = starts("DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY;COUNT=3000\nDTSTAMP:20260101T000000Z")
    assert (len(future), future[0]) == (2000, "2026-01-01 09:00")


def test_a_series_without_anybody_outside_is_left_out_once() -> None:
    text = calendar("DTSTART:20100101T090000Z\nRRULE:FREQ=DAILY\nDTSTAMP:20260101T000000Z")
    found = records(text.replace("ATTENDEE;PARTSTAT=ACCEPTED:mailto:erika@muster-gmbh.example\n", ""))
    assert [type(r).__name__ for r in found] == ["LeftOut", "Coverage"]


@pytest.mark.parametrize(
    ("folder", "until", "least"), [(OWN, 2028, 25), (SHARED / "calendar_ics", 2025, 1500)], ids=["own", "shared"]
)
def test_series_of_files_are_those_of_recurring_ical_events(folder: Path, until: int, least: int) -> None:
    """Every event is given an attendee; local times are those of Berlin. What differs is named with the reason."""
    import re
    import warnings
    from collections import Counter

    import icalendar
    import recurring_ical_events

    if not folder.is_dir():
        pytest.skip("the shared samples are not here")
    differ = {
        "end_before_start_event.ics", "issue_132_swapped_start_and_end.ics",  # it swaps them; here DTSTART is the start
        "issue_201_mixed_datetime_and_date.ics", "issue_201_test_matrix.ics",  # a day with a timed end: it is a day here
        "issue_243_recurrence_id_is_not_identical_to_dtstart.ics",  # more than 2,000 occurrences
        "issue_75_range_parameter.ics",  # UNTIL=20250920: that day's occurrence is in here
        "machbar_16_feb_2019.ics",  # its endless series end here 400 days after the newest stamp, to the minute
        "issue_165_missing_event.ics",  # `BYDAY=MO, TU` is readable
        "outlook.ics",  # it does not know that the UID of an occurrence moved in Outlook is that of its series
        "parsing_error.ics", "invalid_duration.ics",  # it drops an event for an empty EXDATE or an endless DURATION
    }  # fmt: skip
    names = rb"ATTENDEE|ORGANIZER|X-WR-TIMEZONE|TRANSP|CLASS|METHOD|X-MICROSOFT-CDO-BUSYSTATUS"
    unwanted = re.compile(rb"(?m)^(%b)[;:].*(\r?\n[ \t].*)*\r?\n" % names)
    berlin, compared = ZoneInfo("Europe/Berlin"), 0
    for path in sorted(p for p in folder.rglob("*.ics") if "damaged" not in p.parts):
        if path.name in differ:
            continue
        data = unwanted.sub(b"", path.read_bytes())
        data = re.sub(rb"(?m)^BEGIN:VEVENT(\r?\n)", rb"BEGIN:VEVENT\1ATTENDEE:mailto:erika@muster-gmbh.example\1", data)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                calendars = [c for c in icalendar.Calendar.from_ical(data, multiple=True) if c.name == "VCALENDAR"]
                between = (datetime(1990, 1, 1), datetime(until, 1, 1))
                theirs = [
                    event["DTSTART"].dt
                    for one in calendars
                    for event in recurring_ical_events.of(one, components=["VEVENT"], skip_bad_series=True).between(
                        *between
                    )
                ]
        except Exception:  # what the reference cannot read is no comparison
            continue
        if not calendars:
            continue
        mine = records(data)
        if any(isinstance(r, Skipped) for r in mine):
            continue
        instants = Counter(_instant(start, berlin) for start in theirs)
        found = Counter(r.at.astimezone(UTC) for r in mine if isinstance(r, Touchpoint))
        horizon = min(max(found, default=EARLY), datetime(until - 1, 12, 1, tzinfo=UTC))
        assert _until(horizon, instants) == _until(horizon, found), path.name
        compared += found.total()
    assert compared > least


EARLY = datetime(1900, 1, 1, tzinfo=UTC)


def _until(horizon: datetime, starts: Any) -> dict[datetime, int]:
    return {at: count for at, count in starts.items() if at <= horizon}


def _instant(start: Any, zone: Any) -> datetime:
    if not isinstance(start, datetime):
        start = datetime(start.year, start.month, start.day)
    return (start if start.tzinfo else start.replace(tzinfo=zone)).astimezone(UTC)
