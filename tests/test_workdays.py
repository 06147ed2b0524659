from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints.workdays import Workdays

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = (9, 17)
DAYS = Workdays("DE-BE", HOURS, BERLIN)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("region", "day", "free"),
    [
        ("DE-BE", date(2026, 3, 8), True),
        ("DE-BY", date(2026, 3, 8), False),
        ("DE-BY", date(2026, 1, 6), True),
        ("DE-BE", date(2026, 1, 6), False),
        ("AT", date(2026, 10, 26), True),
        ("CH-ZH", date(2026, 8, 1), True),
        ("de", date(2026, 10, 3), True),
    ],
)
def test_holidays_are_those_of_the_region(region: str, day: date, free: bool) -> None:
    assert (Workdays(region, HOURS, BERLIN).holiday(day) is not None) == free


def test_holidays_are_named_in_the_language_asked_for() -> None:
    assert DAYS.holiday(date(2026, 4, 3), "de") == "Karfreitag"
    assert DAYS.holiday(date(2026, 4, 3), "en") == "Good Friday"


@pytest.mark.parametrize("region", ["", "QQ", "Narnia", "QQ-17"])
def test_in_an_unknown_region_only_weekends_are_free(region: str) -> None:
    days = Workdays(region, HOURS, BERLIN)
    assert days.is_working(date(2026, 12, 25)) and not days.is_working(date(2026, 12, 26))


def test_an_unknown_part_of_a_known_country_has_the_holidays_of_the_country() -> None:
    assert Workdays("DE-XX", HOURS, BERLIN).holiday(date(2026, 12, 25)) is not None


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-06-30 16:12", "2026-07-01 09:00", 0.8),
        ("2026-06-26 16:00", "2026-06-29 10:00", 2),  # over a weekend
        ("2026-04-02 16:00", "2026-04-07 10:00", 2),  # over Easter
        ("2026-03-27 16:00", "2026-03-30 10:00", 2),  # over the night the clocks go forward
        ("2026-06-29 07:00", "2026-06-29 20:00", 8),
        ("2026-06-27 10:00", "2026-06-28 20:00", 0),
        ("2026-07-01 10:00", "2026-07-01 09:00", 0),
    ],
)
def test_working_hours_leave_out_nights_weekends_and_holidays(start: str, end: str, hours: float) -> None:
    assert DAYS.working_hours_between(at(start), at(end)) == pytest.approx(hours)


@given(st.lists(st.integers(0, 60 * 24 * 40), min_size=3, max_size=3))
def test_working_hours_of_two_spans_add_up(minutes: list[int]) -> None:
    a, b, c = (at("2025-12-15 00:00") + timedelta(minutes=m) for m in sorted(minutes))
    whole = DAYS.working_hours_between(a, c)
    assert whole == pytest.approx(DAYS.working_hours_between(a, b) + DAYS.working_hours_between(b, c))


@pytest.mark.parametrize(
    ("now", "days", "start"),
    [
        ("2026-07-01 09:00", 1, "2026-06-30"),
        ("2026-07-01 09:00", 10, "2026-06-17"),
        ("2026-07-05 09:00", 1, "2026-07-03"),  # on a Sunday
        ("2026-04-07 09:00", 1, "2026-04-02"),  # after Easter
        ("2026-07-01 09:00", 0, "2026-07-01"),
    ],
)
def test_working_days_back_begin_at_midnight(now: str, days: int, start: str) -> None:
    assert DAYS.working_days_back(at(now), days) == at(f"{start} 00:00")


def test_the_break_at_christmas_is_no_silence_and_weekends_are() -> None:
    assert DAYS.days_off(date(2025, 12, 23), date(2026, 1, 7)) == 14
    assert DAYS.days_off(date(2026, 6, 1), date(2026, 6, 30)) == 0
    assert DAYS.days_off(date(2026, 4, 1), date(2026, 4, 30)) == 2  # Good Friday and Easter Monday


def test_absences_of_either_side_count_once_a_day() -> None:
    ours = Workdays("DE-BE", HOURS, BERLIN, absences=[(date(2026, 6, 1), date(2026, 6, 14))])
    theirs = [(date(2026, 6, 10), date(2026, 6, 20))]
    assert ours.days_off(date(2026, 5, 31), date(2026, 6, 30)) == 14
    assert ours.days_off(date(2026, 5, 31), date(2026, 6, 30), theirs) == 20
    assert not ours.is_working(date(2026, 6, 2)) and DAYS.is_working(date(2026, 6, 2))


@given(st.dates(date(2015, 1, 1), date(2030, 1, 1)), st.integers(0, 900), st.integers(0, 900))
def test_days_off_of_two_spans_add_up_and_never_exceed_the_span(start: date, one: int, other: int) -> None:
    middle, end = start + timedelta(days=one), start + timedelta(days=one + other)
    whole = DAYS.days_off(start, end)
    assert whole == DAYS.days_off(start, middle) + DAYS.days_off(middle, end)
    assert 0 <= whole <= one + other
