"""Zones by any name, one date format a column, durations, and WHEN."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from touchpoints import times
from touchpoints.errors import InvalidValue
from touchpoints.times import Dates, UndecidedOrder

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "name",
    ["Europe/Berlin", "W. Europe Standard Time", "W. Europe Standard Time 1", '"W. Europe Standard Time"',
     "/mozilla.org/20070129_1/Europe/Berlin", "/freeassociation.sourceforge.net/Europe/Berlin",
     "(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien", "Mitteleuropäische Zeit"],
)  # fmt: skip
def test_a_zone_is_known_by_any_of_its_names(name: str) -> None:
    assert times.zone_of(name) == BERLIN


@pytest.mark.parametrize("name", ["", "Customized Time Zone", "Nowhere/Land", "../../etc/passwd"])
def test_an_unknown_zone_is_none_and_never_another(name: str) -> None:
    assert times.zone_of(name) is None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("24.03.20 14:05", datetime(2020, 3, 24, 14, 5)),
        ("3.4.2024", datetime(2024, 4, 3)),
        ("2024-04-03 14:05:09", datetime(2024, 4, 3, 14, 5, 9)),
        ("2024-04-03T14:05:09Z", datetime(2024, 4, 3, 14, 5, 9, tzinfo=UTC)),
        ("24. März 2020 14:05", datetime(2020, 3, 24, 14, 5)),
        ("08 Feb 2026", datetime(2026, 2, 8)),
        ("Di, 24. Dez. 2024 um 9:00 Uhr", datetime(2024, 12, 24, 9)),
        ("February 8, 2026 2:05 PM", datetime(2026, 2, 8, 14, 5)),
        ("2026/07/09 02:28", datetime(2026, 7, 9, 2, 28)),
    ],
)
def test_a_cell_that_needs_no_decision(cell: str, expected: datetime) -> None:
    assert Dates([cell])(cell) == expected


def test_one_row_above_twelve_decides_the_whole_column() -> None:
    assert Dates(["03/04/2024", "13/04/2024"])("03/04/2024") == datetime(2024, 4, 3)
    assert Dates(["03/04/2024", "04/13/2024"])("03/04/2024") == datetime(2024, 3, 4)


def test_an_undecidable_column_is_asked_about_and_an_answer_decides() -> None:
    with pytest.raises(UndecidedOrder):
        Dates(["03/04/2024", "05/06/2024 2:00 PM"])("03/04/2024")
    assert Dates(["03/04/2024"], "MDY")("03/04/2024") == datetime(2024, 3, 4)
    assert Dates(["03/04/2024"], "DMY")("3/4/24 2:07 pm") == datetime(2024, 4, 3, 14, 7)


def test_twelve_o_clock_and_narrow_spaces() -> None:
    dates = Dates(["1/31/24"])
    assert dates("1/5/24, 12:07\u202fAM") == datetime(2024, 1, 5, 0, 7)
    assert dates("1/5/24, 12:07\u202fPM") == datetime(2024, 1, 5, 12, 7)


@pytest.mark.parametrize("cell", ["31.02.2024", "hello", "", "24.13.2024 10:00", "1.1.2024 25:00", "13:00 PM"])
def test_what_is_no_date_is_refused(cell: str) -> None:
    with pytest.raises(InvalidValue):
        Dates([])(cell)


@pytest.mark.parametrize(
    ("text", "unit", "seconds"),
    [("75", "s", 75), ("2", "m", 120), ("1:15", "mm:ss", 75), ("1:15", "h:mm", 4500), ("0:01:15", "s", 75),
     ("1 Std. 2 Min.", "s", 3720), ("3 Min. 12 Sek.", "s", 192), ("PT1M15S", "s", 75), ("", "s", None), ("12 min", "s", 720)],
)  # fmt: skip
def test_durations_are_seconds(text: str, unit: str, seconds: float | None) -> None:
    assert times.duration(text, unit) == seconds


def test_a_date_is_the_start_of_its_day_in_the_stores_zone() -> None:
    assert times.when("2026-07-01", BERLIN) == datetime(2026, 7, 1, tzinfo=BERLIN)
    assert times.when("2026-07-01T14:30", BERLIN) == datetime(2026, 7, 1, 14, 30, tzinfo=BERLIN)
    assert times.when("1.7.2026 14:30", BERLIN) == datetime(2026, 7, 1, 14, 30, tzinfo=BERLIN)
    assert times.when("2026-07-01T12:30Z", BERLIN) == datetime(2026, 7, 1, 14, 30, tzinfo=BERLIN)


def test_free_text_needs_a_now() -> None:
    now = datetime(2026, 7, 1, 9, tzinfo=BERLIN)
    assert times.when("gestern", BERLIN, now).date() == (now - timedelta(days=1)).date()
    with pytest.raises(InvalidValue, match="no date"):
        times.when("gestern", BERLIN)


def test_an_ambiguous_local_hour_is_its_first() -> None:
    assert times.local(datetime(2026, 10, 25, 2, 30), BERLIN).utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize(
    ("text", "expected"), [("30d", 30), ("6w", 42), ("3m", 90), ("1y", 365), ("14 Tage", 14), (30, 30)]
)
def test_periods_are_days(text: str | int, expected: int) -> None:
    assert times.days(text) == expected


@pytest.mark.parametrize("text", ["3x", "30 daze", "0d", "-3d", "3.5y", "y", "", "3y6m", "999999y"])
def test_what_is_no_period_is_never_taken_for_days(text: str) -> None:
    with pytest.raises(InvalidValue, match="no period such as"):
        times.days(text)


@pytest.mark.parametrize(
    ("words", "months"),
    [
        (["bře", "lis"], {"bře": 3, "lis": 11}),  # Czech
        (["ožu", "lis"], {"ožu": 3, "lis": 10}),  # Croatian
        (["ene", "sept"], {"ene": 1, "sept": 9}),
        (["janv", "août"], {"janv": 1, "août": 8}),
        (["lis"], {}),  # Croatian or Polish
        (["ene", "août"], {}),
        (["ju"], {}),
        ([], {}),
    ],
)
def test_months_are_those_of_the_one_language_that_knows_all(words: list[str], months: dict[str, int]) -> None:
    assert times.months_of(words) == months


@pytest.mark.parametrize("zone", ["UTC+05:30", "GMT+0530", "+05:30"])
def test_an_offset_may_stand_behind_utc(zone: str) -> None:
    assert times.Dates(())(f"17.03.2026 12:00:00 {zone}").isoformat() == "2026-03-17T12:00:00+05:30"
    assert times.Dates(())("17 March 2026 at 8:53pm UTC+01").isoformat() == "2026-03-17T20:53:00+01:00"
