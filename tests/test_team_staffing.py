"""Demand and staffing: the profile, holidays and outliers, the forecast against last week's repeat, Erlang C, gaps."""

import random
from collections import Counter
from datetime import date, datetime, timedelta
from math import exp, factorial
from pathlib import Path
from typing import Any

import pytest
from happenings import AT, BERLIN, WORKDAYS, ago, call, chat, mail
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints import practices
from touchpoints.errors import InvalidValue, UnreadableSource
from touchpoints.happened import Event
from touchpoints.model import Colleague
from touchpoints.source import Source
from touchpoints.team.demand import Demand, backtest, counts, demand
from touchpoints.team.roster import Absence, Roster, Shift, read_roster
from touchpoints.team.staffing import Gap, Goal, Need, Staff, erlang_c, gaps, needed, queue, staff

MONDAY = date(2026, 7, 6)


def arrivals(weeks: int = 12, seed: int = 1, size: float = 2.0, growth: float = 0.0, **days: int) -> list[Event]:
    """Inbound calls of the last weeks, Monday to Friday, 9 to 17, more on Mondays; none on public holidays. `days` (such
    as d20260616=50) set the number of one day."""
    draw, events = random.Random(seed), []
    for n in range(weeks * 7, 0, -1):
        day = AT.date() - timedelta(days=n)
        if day.weekday() > 4 or WORKDAYS.holiday(day):
            continue
        mean = size * 16 * (1.5 if day.weekday() == 0 else 1) * (1 + growth) ** (weeks - n / 7)
        number = days.get(f"d{day:%Y%m%d}", sum(draw.random() < mean / 400 for _ in range(400)))
        for _ in range(number):
            moment = datetime(day.year, day.month, day.day, 9, tzinfo=BERLIN) + timedelta(minutes=draw.randrange(480))
            events.append(call(moment, direction="in", who=f"c{draw.randrange(300)}", duration=180, wait=5))
    return events


def of(events: list[Event], **choices: Any) -> Demand:
    return demand(events, AT, WORKDAYS, **choices)


# -- the profile ----------------------------------------------------------------------------------------------------------


def test_the_profile_has_the_mean_of_every_half_hour_with_its_interval() -> None:
    found = of(arrivals())
    monday, tuesday = (sum(c.mean for c in found.cells if c.weekday == w) for w in (0, 1))
    assert monday / tuesday == pytest.approx(1.5, abs=0.2)
    assert all(c.low < c.mean < c.high for c in found.cells)
    assert {c.slot for c in found.cells} == set(range(18, 34))
    cell = found.cell(0, 18)
    assert cell is not None and len(cell.keys) == cell.total


def test_a_few_calls_from_another_export_do_not_stretch_the_log_of_the_hotline() -> None:
    alone = of(arrivals())
    stray = [
        call(datetime(2026, 1, 8 + 7 * n, 10, tzinfo=BERLIN), direction="in", who=f"s{n}", duration=60)
        for n in range(3)
    ]
    found = of([*stray, *arrivals()])
    assert (found.first, found.before, found.days) == (alone.first, 3, alone.days)
    assert [c.mean for c in found.cells] == [c.mean for c in alone.cells]
    from touchpoints.render.staffing import demand as shown

    assert "Before Wed, 8 Apr 2026 there are 3 arrivals only" in " ".join(shown(found, "en", BERLIN).split())
    assert of(arrivals(growth=0.05, weeks=24)).before == 0  # a log that grows is no log that begins


def test_intervals_hold_the_true_mean_about_as_often_as_they_say() -> None:
    held = total = 0
    for seed in range(6):
        for c in of(arrivals(weeks=20, seed=seed)).cells:
            held += c.low <= (3.0 if c.weekday == 0 else 2.0) <= c.high
            total += 1
    assert held / total > 0.92


def test_holidays_and_outliers_are_left_out_and_named() -> None:
    found = of(arrivals(weeks=14, d20260616=120))
    odd = {o.day: (o.arrivals, o.holiday and o.holiday["de"]) for o in found.odd}
    assert odd[date(2026, 5, 25)] == (0, "Pfingstmontag")
    assert odd[date(2026, 6, 16)] == (120, None)
    holidays = {date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 14), date(2026, 5, 25)}
    assert set(odd) == {*holidays, date(2026, 6, 16)}
    calm = of(arrivals(weeks=14))
    assert sum(c.mean for c in found.cells if c.weekday == 1) == pytest.approx(
        sum(c.mean for c in calm.cells if c.weekday == 1), rel=0.1
    )


def test_only_inbound_arrivals_of_the_kind_count_and_missed_calls_do() -> None:
    events = arrivals(weeks=4)
    more = [
        call(ago(3), direction="out"),
        call(ago(3), answered=False, direction="in"),
        mail(ago(3)),
        chat(ago(3)),
        mail(ago(2), "out"),
    ]
    assert of(events + more).arrivals == len(events) + 1
    assert [of([*more, mail(ago(20))], of=kind).arrivals for kind in ("email", "message", "written")] == [2, 1, 3]


def test_today_and_what_no_source_covers_are_no_days_of_the_profile() -> None:
    found = of([*arrivals(weeks=6), call(ago(0, 8), direction="in")])
    assert found.last == date(2026, 6, 30)
    ended = [e for e in arrivals(weeks=6) if e.at < ago(10)]
    assert (of(ended).last, of(ended, covered=date(2026, 6, 28)).last) == (date(2026, 6, 19), date(2026, 6, 28))


def test_tiny_inputs_say_so() -> None:
    assert (of([]).arrivals, of([]).first, of([]).cells, of([]).week) == (0, None, (), None)
    few = of([call(ago(3), direction="in"), call(ago(2), direction="in")])
    assert (few.arrivals, few.cells, few.backtest, few.expected) == (2, (), None, ())
    single = of([call(ago(20), direction="in"), call(ago(1), direction="in")])
    assert single.cells != () and single.handle_seconds is None


# -- the forecast -----------------------------------------------------------------------------------------------------------


def test_the_coming_week_is_forecast_from_its_monday() -> None:
    found = of(arrivals())
    assert (found.week, {e.day.weekday() for e in found.expected}) == (MONDAY, {0, 1, 2, 3, 4})
    assert of(arrivals(), week=date(2026, 7, 23)).week == date(2026, 7, 20)
    assert all(e.low <= e.mean <= e.high for e in found.expected if e.mean > 1)


def test_a_public_holiday_is_forecast_like_those_in_the_log() -> None:
    week = demand(arrivals(14), AT, WORKDAYS, week=date(2026, 10, 3)).expected  # 3 October is a Saturday in 2026
    assert week
    closed = demand(arrivals(14), AT, WORKDAYS, week=date(2026, 12, 25)).expected
    assert date(2026, 12, 25) not in {e.day for e in closed}
    assert date(2026, 12, 24) in {e.day for e in closed}


def test_a_trend_is_followed() -> None:
    rising, steady = of(arrivals(weeks=16, growth=0.03)), of(arrivals(weeks=16))
    assert rising.level > 1.1 > steady.level
    assert rising.trend > 0.005


@pytest.mark.parametrize("growth", [0.0, 0.02])
def test_the_forecast_is_closer_than_last_weeks_repeat(growth: float) -> None:
    found = of(arrivals(weeks=20, size=4, growth=growth)).backtest
    assert found is not None
    assert found.by_slot < 0.85 * found.by_slot_repeat
    assert found.by_day < 0.85 * found.by_day_repeat


def test_a_backtest_uses_nothing_that_was_not_known() -> None:
    events = arrivals(weeks=12)
    every = counts([e.at for e in events], BERLIN)
    full = {AT.date() - timedelta(days=n): every.get(AT.date() - timedelta(days=n), Counter()) for n in range(1, 85)}
    before = backtest(full, WORKDAYS, weeks=1)
    changed = {d: (c if d < date(2026, 6, 22) else Counter({18: 99})) for d, c in full.items()}
    after = backtest(changed, WORKDAYS, weeks=1)
    assert before is not None and after is not None
    # the error of the changed week is that of the unchanged forecast against 99 calls a day
    assert after.arrivals == 7 * 99
    assert after.by_slot_repeat > before.by_slot_repeat


# -- Erlang C -----------------------------------------------------------------------------------------------------------------


def test_the_vector_of_the_literature() -> None:
    goal = Goal(level=0.8, answer_within=20, occupancy=0.85, shrinkage=0.3)
    found = needed(100, 180, goal)
    assert (found.agents, found.heads) == (14, 20)
    assert (found.level, found.waits, found.occupancy) == (
        pytest.approx(0.88835, abs=5e-6), pytest.approx(0.17413, abs=5e-6), pytest.approx(0.7143, abs=5e-5),
    )  # fmt: skip
    assert queue(100, 180, 13, goal).level == pytest.approx(0.79559, abs=5e-6)
    assert queue(100, 180, 12, goal).level == pytest.approx(0.64016, abs=5e-6)


@given(st.floats(0.01, 60), st.integers(1, 80))
def test_erlang_c_agrees_with_its_definition(load: float, agents: int) -> None:
    if agents <= load:
        assert erlang_c(load, agents) == 1
        return
    terms = [load**k / factorial(k) for k in range(agents)]
    top = load**agents / factorial(agents) * agents / (agents - load)
    assert erlang_c(load, agents) == pytest.approx(top / (sum(terms) + top), rel=1e-9)


@given(st.floats(0.01, 400), st.floats(10, 900), st.floats(0.5, 0.95), st.floats(0.5, 1), st.floats(0, 0.5))
def test_needed_agents_reach_the_goal_and_one_less_does_not(
    calls: float, aht: float, level: float, busy: float, shrink: float
) -> None:
    goal = Goal(level=level, occupancy=busy, shrinkage=shrink)
    found = needed(calls, aht, goal)
    assert found.level >= level and found.occupancy <= busy
    less = queue(calls, aht, found.agents - 1, goal)
    assert found.agents == 1 or less.level < level or less.occupancy > busy
    assert found.heads * (1 - shrink) >= found.agents - 1e-6 > (found.heads - 1) * (1 - shrink) - 1e-6


def test_more_calls_never_need_fewer() -> None:
    found = [needed(calls / 4, 240, Goal()).agents for calls in range(1, 400)]
    assert found == sorted(found)


def test_a_quiet_half_hour_needs_nobody_and_raises_nothing() -> None:
    assert needed(0, 180, Goal()) == queue(0, 180, 0, Goal())
    assert (queue(0, 180, 0, Goal()).level, queue(0, 180, 3, Goal()).occupancy) == (1, 0)
    assert queue(10, 180, 0, Goal()).level == 0
    with pytest.raises(InvalidValue):
        needed(5, 0, Goal())
    with pytest.raises(InvalidValue):
        Goal(shrinkage=1)


def test_very_many_agents_do_not_overflow() -> None:
    assert 0 < erlang_c(5000, 5050) < 1
    assert exp(-1) > erlang_c(1000, 1100)


# -- gaps ---------------------------------------------------------------------------------------------------------------------


def need(slot: int, calls: float, heads: int, planned: int) -> Need:
    return Need(MONDAY, slot, calls, 0, 0, queue(0, 180, 0, Goal()).__class__(heads, 0, 0, 1, 0, heads), planned)


def test_half_hours_in_a_row_are_one_gap_with_what_to_do() -> None:
    found = gaps(
        [
            need(18, 10, 7, 5),
            need(19, 11, 6, 5),
            need(20, 10, 7, 5),
            need(21, 5, 3, 5),
            need(22, 5, 3, 6),
            need(23, 5, 3, 5),
        ]
    )
    assert found == [Gap(MONDAY, 18, 21, 31, 2, 7, 5, move=2, spare=(21, 24))]


def test_what_is_not_to_spare_must_be_added_and_nothing_is_moved_twice() -> None:
    first, second = gaps([need(18, 9, 6, 5), need(19, 5, 3, 4), need(20, 9, 7, 5)])
    assert (first.move, first.spare, first.add) == (1, (19, 20), 0)
    assert (second.move, second.spare, second.add) == (0, None, 2)


def week(*people: str, start: int = 9, end: int = 17) -> Roster:
    return Roster(tuple(
        Shift(p, datetime(2026, 7, 6 + d, start, tzinfo=BERLIN), datetime(2026, 7, 6 + d, end, tzinfo=BERLIN))
        for p in people for d in range(5)
    ))  # fmt: skip


def planned(roster: Roster | None, events: list[Event] | None = None, **choices: Any) -> Staff:
    return staff(of(events or arrivals()), WORKDAYS, Goal(), roster, **choices)


def test_staffing_follows_the_log() -> None:
    found = planned(None)
    assert (found.handle_seconds, found.week, found.gaps) == (180, MONDAY, ())
    assert {n.queue.heads >= 2 for n in found.needs} == {True}
    assert [n.planned for n in found.needs][:1] == [None]
    assert len(found.needs) == 5 * 16


def test_a_roster_falls_short_and_more_so_without_one_colleague() -> None:
    found = planned(week("Ada", "Ben", "Cem"), without="Cem")
    short, shorter = (sum(g.until - g.slot for g in some) for some in (found.gaps, found.gaps_without))
    assert shorter > short
    assert all(g.short == g.needed - g.planned > 0 for g in (*found.gaps, *found.gaps_without))
    assert not planned(week(*"ABCDEFGH")).gaps


def test_absences_count_whatever_their_reason() -> None:
    there = week("Ada", "Ben", "Cem")
    away = Roster(there.shifts, (Absence("Cem", date(2026, 7, 7), date(2026, 7, 7)),))
    monday, tuesday = (
        next(n.planned for n in planned(away).needs if n.day == day) for day in (MONDAY, MONDAY + timedelta(days=1))
    )
    assert (monday, tuesday) == (3, 2)


def test_outside_working_hours_only_what_is_expected_needs_anybody() -> None:
    late = [call(ago(n, 20), direction="in", duration=180) for n in range(1, 60)]
    found = planned(None, arrivals(9) + late)
    slots = {n.slot for n in found.needs}
    assert 40 in slots and 36 not in slots
    holiday = staff(of(arrivals(), week=date(2026, 12, 25)), WORKDAYS, Goal())
    assert date(2026, 12, 25) not in {n.day for n in holiday.needs}


def test_without_lengths_or_a_profile_there_is_no_staffing() -> None:
    short = planned(None, [call(ago(2), direction="in", duration=100)])
    assert (short.week, short.needs) == (None, ())
    silent = [call(e.at, answered=False, direction="in") for e in arrivals()]
    assert (planned(None, silent).handle_seconds, planned(None, silent).needs) == (None, ())
    assert planned(None, silent, handle_seconds=200).needs


# -- rosters --------------------------------------------------------------------------------------------------------------------

TEAM = [Colleague.of("Ada Eins", "ada@falk.example"), Colleague.of("Ben Zwei", "ben@falk.example")]


def roster(text: str, name: str = "roster.csv") -> Roster:
    return read_roster(Source.from_text(text, name), BERLIN, TEAM, MONDAY, MONDAY + timedelta(days=6))


def test_a_table_of_weekdays_dates_and_absences() -> None:
    found = roster(
        "Name;Tag;Von;Bis;Art\nAda Eins;Mo;8:00;16:30;\nEins, Ada;07.07.2026;22:00;6:00;Nacht\nBen Zwei;8.7.2026;;;Urlaub\n"
        "Ben Zwei;;9.7.2026;10.7.2026;krank\nBen Zwei;Di;17;9 Uhr;\n;Mi;8:00;9:00;\nAda Eins;Xx;8:00;9:00;\n"
    )
    shifts = [(s.colleague, s.start.strftime("%a %H:%M"), s.end.strftime("%a %H:%M")) for s in found.shifts]
    assert shifts == [
        ("Ada Eins", "Mon 08:00", "Mon 16:30"),
        ("Ben Zwei", "Tue 17:00", "Wed 09:00"),
        ("Ada Eins", "Tue 22:00", "Wed 06:00"),
    ]
    assert found.absences == (
        Absence("Ben Zwei", date(2026, 7, 8), date(2026, 7, 8)),
        Absence("Ben Zwei", date(2026, 7, 9), date(2026, 7, 10)),
    )
    assert [s.record for s in found.skipped] == [7, 8]


def test_a_shared_calendar_with_a_series_and_no_reason_kept() -> None:
    text = (
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Berlin:20260629T090000\n"
        "DTEND;TZID=Europe/Berlin:20260629T170000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU\nSUMMARY:Frühdienst Ada\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:2\nDTSTART;VALUE=DATE:20260707\nDTEND;VALUE=DATE:20260709\nSUMMARY:krank\n"
        "ATTENDEE;CN=Ben:mailto:ben@falk.example\nEND:VEVENT\nBEGIN:VEVENT\nUID:3\nDTSTART:20260707T080000Z\n"
        "DTEND:20260707T090000Z\nSUMMARY:Jour fixe\nEND:VEVENT\nBEGIN:VEVENT\nUID:4\nDTSTART:20260707T080000Z\n"
        "DTEND:20260707T090000Z\nSTATUS:CANCELLED\nSUMMARY:Ada Eins\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    found = roster(text.replace("\n", "\r\n"), "team.ics")
    assert [(s.colleague, s.start.date()) for s in found.shifts] == [
        ("Ada Eins", MONDAY),
        ("Ada Eins", date(2026, 7, 7)),
    ]
    assert found.absences == (Absence("Ben Zwei", date(2026, 7, 7), date(2026, 7, 8)),)
    assert [s.reason for s in found.skipped] == ["names none of the colleagues"]
    assert "krank" not in repr(found)


def test_anything_else_is_refused_with_what_to_do() -> None:
    for text in ("", "a;b\n1;2\n", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:nonsense\r\nEND:VEVENT\r\n"):
        with pytest.raises(UnreadableSource):
            roster(text)


# -- asked of a tracker -----------------------------------------------------------------------------------------------------------


def tracker() -> tp.Tracker:
    settings = tp.Settings(
        timezone="Europe/Berlin", region="DE-BE", teams={"Support": ("Ada Eins", "Hotline"), "Sales": ("Ben Zwei",)}
    )
    t = tp.Tracker(colleagues=TEAM, settings=settings)
    t.add(
        tp.Touchpoint.call(
            f"+49 89 99998 {n % 300:03d}", e.at, "in", minutes=3, line="Hotline" if n % 3 else "Sales line"
        )
        for n, e in enumerate(arrivals(10))
    )
    return t


def test_demand_and_staff_of_a_team_go_by_its_lines_and_people(tmp_path: Path) -> None:
    file = tmp_path / "plan.csv"
    file.write_text("Name;Tag;Von;Bis\nAda Eins;Mo;9:00;17:00\nBen Zwei;Mo;9:00;17:00\n", encoding="utf-8")
    with tracker() as t:
        every, some = practices.demand(t, AT), practices.demand(t, AT, team="Support")
        assert some.arrivals == pytest.approx(every.arrivals * 2 / 3, rel=0.05)
        found = practices.staff(t, AT, file, team="Support")
        assert found.roster is not None and found.roster.colleagues == ("Ada Eins",)
        assert practices.staff(t, AT, file, without="ada eins").without == "Ada Eins"
        with pytest.raises(InvalidValue, match="name its lines"):
            practices.demand(t, AT, team="Sales")
        with pytest.raises(tp.UnknownName):
            practices.demand(t, AT, "fax")
        with pytest.raises(tp.UnknownName):
            practices.staff(t, AT, file, without="Nobody")


def test_arrivals_are_about_callers_and_never_withheld() -> None:
    with tracker() as t:
        assert practices.demand(t, AT).cells
