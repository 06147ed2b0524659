from datetime import date, datetime, timedelta, timezone
from math import exp, inf, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints.errors import InvalidValue
from touchpoints.summary import DayRow, Days, Summary, View
from touchpoints.warmth import (
    COOLING,
    DORMANT,
    DUE,
    NOT_ENOUGH_DATA,
    ON_TRACK,
    ONE_WAY,
    PRIOR,
    STATUSES,
    Prior,
    Warmth,
    chance,
    explain,
    judge,
    one_decimal,
    warmth,
)

AT = date(2026, 7, 1)
TODAY = AT.toordinal()


def ago(*days: int) -> Warmth:
    return warmth([AT - timedelta(day) for day in days], AT)


def even(n: int, tx: int, silence: int) -> Warmth:
    return ago(*(silence + round(i * tx / (n - 1)) for i in range(n)))


def written(medium: str, direction: str, *days: int) -> list[DayRow]:
    return [DayRow(TODAY - day, medium, direction, "reached", True) for day in days]


def of(*rows: DayRow) -> Warmth:
    return judge(Summary.of(Days.of(rows), TODAY))


ages = st.lists(st.integers(0, 3000), min_size=1, max_size=40)
priors = st.builds(
    Prior, r=st.floats(0.05, 20), alpha=st.floats(0.1, 400), a=st.floats(0.01, 20), b=st.floats(0.05, 20)
)  # fmt: skip


# ---- the score ----


@pytest.mark.parametrize(
    ("n", "tx", "silence", "score", "due_after"),
    [
        (52, 357, 3, 93.3, 16.5),  # weekly for a year
        (52, 357, 30, 73.1, 16.5),
        (52, 357, 60, 26.1, 16.5),
        (24, 690, 35, 51.3, 70.8),  # monthly for two years
        (24, 690, 120, 32.6, 70.8),
        (12, 1001, 60, 23.4, 218),  # quarterly for three years
        (3, 6, 90, 5.9, 15.9),
    ],
)
def test_known_histories_have_their_known_warmth(n: int, tx: int, silence: int, score: float, due_after: float) -> None:
    got = even(n, tx, silence)
    assert (score, due_after) == (one_decimal(got.score), round(got.due_after or 0, 1 if due_after < 100 else 0))


def test_sixty_silent_days_leave_a_weekly_partner_hardly_alive() -> None:
    assert 0.06 == round(even(52, 357, 60).alive or 0, 2)


def test_an_old_day_may_lower_warmth_since_it_changes_the_rhythm() -> None:
    assert (83.7, 25.7) == (one_decimal(ago(0, 2, 6).score), one_decimal(ago(0, 2, 6, 2924).score))


def test_five_hundred_days_and_a_long_silence_stay_finite() -> None:
    assert 0 <= (even(500, 700, 2900).score or inf) < 0.1


@given(ages, st.integers(1, 400), priors)
def test_the_score_is_the_formula_as_published(days: list[int], horizon: int, prior: Prior) -> None:
    active = sorted(set(days))
    x, tx, age = len(active) - 1, active[-1] - active[0], active[-1]
    pace = log(2) / 4 * sum(sum(2 ** (-d / h) for d in active) / h for h in (7, 30, 90, 365))
    momentum = 1.33 * horizon * pace / (1 + 1.33 * horizon * pace)
    longer = (prior.r + x) * (log(prior.alpha + age) - log(prior.alpha + tx))
    alive = 1 / (1 + prior.a / (prior.b + x) * exp(min(700, longer)))
    rhythm = alive * (1 - ((prior.alpha + age) / (prior.alpha + age + horizon)) ** (prior.r + x))
    logits = (log(p / (1 - p)) for p in (min(max(p, 1e-12), 1 - 1e-12) for p in (momentum, rhythm)))
    expected = 1 / (1 + exp(-sum(logits) / 2))
    view = View.of([TODAY - d for d in active], TODAY)
    assert expected == pytest.approx(chance(view, TODAY, horizon, prior), abs=1e-9)


@given(ages, priors)
def test_contact_today_never_lowers_warmth(days: list[int], prior: Prior) -> None:
    judged = judge(Summary.of_dates([TODAY - d for d in days], TODAY), prior)
    assert (judged.score or 0) <= judged.if_called + 1e-9
    again = judge(Summary.of_dates([TODAY, *(TODAY - d for d in days)], TODAY), prior)
    assert again.score == pytest.approx(judged.if_called, abs=1e-9)


@given(ages, st.integers(0, 1000), priors)
def test_silence_never_raises_warmth(days: list[int], more: int, prior: Prior) -> None:
    active = [TODAY - d for d in days]
    before, after = (judge(Summary.of_dates(active, at), prior) for at in (TODAY, TODAY + more))
    assert (after.score or 0) <= (before.score or 0) + 1e-9


@given(ages, st.lists(st.integers(1, 60), max_size=5))
def test_what_is_planned_warms_nothing(days: list[int], ahead: list[int]) -> None:
    assert ago(*days) == ago(*days, *(-day for day in ahead))


def test_missed_calls_warm_nothing() -> None:
    calls = written("call", "in", 3, 20)
    missed = DayRow(TODAY, "call", "in", "missed", False)
    assert of(*calls) == of(*calls, missed)


def test_datetimes_stand_for_their_own_local_date_and_need_a_zone() -> None:
    east = timezone(timedelta(hours=9))
    late = datetime(2026, 6, 29, 1, 30, tzinfo=east)  # still the 28th in UTC
    assert warmth([date(2026, 6, 29)], AT) == warmth([late], AT)
    assert warmth([date(2026, 6, 29)], AT) == warmth([late], datetime(2026, 7, 1, 9, tzinfo=east))
    with pytest.raises(InvalidValue, match="time zone"):
        warmth([datetime(2026, 6, 29, 1, 30)], AT)


# ---- status ----


def test_without_contact_there_is_nothing_to_judge() -> None:
    nothing = ago()
    assert NOT_ENOUGH_DATA == nothing.status == nothing.personal_status
    record = nothing.as_record()
    assert {None} == {value for name, value in record.items() if name != "status"}
    assert nothing.if_called == ago(0).score


def test_before_the_first_touchpoint_there_is_nothing_to_judge() -> None:
    assert ago() == ago(-5, -12)


def test_one_day_has_a_score_but_no_status_of_its_own() -> None:
    one = ago(3)
    assert NOT_ENOUGH_DATA == one.status
    assert one.score is not None
    assert (None, None, None, None) == (one.health, one.usual_gap_days, one.longest_gap_days, one.due_on)


def test_mails_without_an_answer_are_one_way_and_have_no_score() -> None:
    unanswered = of(*written("email", "out", 1, 9, 30, 60, 61))
    assert (ONE_WAY, None, None, None, None) == (
        unanswered.status, unanswered.score, unanswered.health, unanswered.trend, unanswered.due_on,
    )  # fmt: skip
    assert (1, 15.0, 30) == (unanswered.silence_days, unanswered.usual_gap_days, unanswered.longest_gap_days)


def test_a_reached_call_of_ours_is_not_one_way() -> None:
    assert NOT_ENOUGH_DATA == of(*written("call", "out", 1)).status
    assert ON_TRACK == of(*written("email", "out", 1, 9), *written("call", "out", 5)).status


def test_writing_on_after_their_last_sign_turns_one_way_but_keeps_the_score() -> None:
    answers = written("email", "in", *range(200, 260, 7))
    assert ONE_WAY == of(*answers, *written("email", "out", 1, 20, 40)).status
    assert of(*answers, *written("email", "out", 1, 20, 40)).score is not None
    assert ONE_WAY != of(*answers, *written("email", "out", 1, 20)).status  # two days of ours only
    fresh = of(*written("email", "in", *range(9, 70, 7)), *written("email", "out", 1, 2, 3))
    assert ONE_WAY != fresh.status  # their sign is younger than due_after


def test_dormant_needs_a_long_silence_not_only_a_low_chance_of_being_alive() -> None:
    daily = even(60, 59, 20)
    assert (daily.alive or 1) < 0.1
    assert DUE == daily.status
    assert [DUE, DORMANT] == [even(60, 59, silence).status for silence in (180, 181)]
    quarterly = [even(12, 1001, silence).status for silence in (364, 800)]
    assert [DUE, DORMANT] == quarterly


def test_regular_but_rare_contact_is_due_by_its_longest_gap() -> None:
    assert [ON_TRACK, DUE] == [even(12, 1001, silence).status for silence in (136, 137)]
    assert date.fromordinal(TODAY - 137 + 137) == even(12, 1001, 137).due_on


def test_nobody_is_due_within_a_week() -> None:
    assert (even(60, 59, 6).due_after or inf) < 4
    assert [ON_TRACK, DUE] == [even(60, 59, silence).status for silence in (6, 7)]


def test_fading_contact_is_cooling() -> None:
    fading = ago(3, 30, *range(60, 400, 2))
    assert (fading.trend or 0) < -1
    assert COOLING == fading.status
    assert ON_TRACK == ago(3, *range(4, 400, 2)).status


@given(st.lists(st.integers(0, 900), min_size=2, max_size=40, unique=True), st.integers(0, 900), priors)
def test_due_on_is_the_first_day_the_status_is_due(days: list[int], silence: int, prior: Prior) -> None:
    last = TODAY - min(days)
    judged = judge(Summary.of_dates([TODAY - d for d in days], last + silence), prior)
    if judged.due_on is None:
        assert due_beyond_the_calendar(judged)
    elif judged.status in (DUE, ON_TRACK, COOLING):
        assert (judged.status == DUE) == (date.fromordinal(last + silence) >= judged.due_on)


def due_beyond_the_calendar(judged: Warmth) -> bool:
    return (judged.due_after or 0) > date.max.toordinal() - TODAY


@given(ages, priors)
def test_every_status_is_a_known_word(days: list[int], prior: Prior) -> None:
    judged = judge(Summary.of_dates([TODAY - d for d in days], TODAY), prior)
    assert judged.status in STATUSES
    assert judged.personal_status in STATUSES


# ---- beside the score ----


def test_personal_is_the_same_formula_over_live_contact_alone() -> None:
    calls, mails = written("call", "out", 40, 70, 100, 130), written("email", "in", 1, 5, 9, 12)
    both = of(*calls, *mails)
    assert of(*calls).score == both.personal
    assert of(*calls).status == both.personal_status
    assert (both.score or 0) > (both.personal or 0)
    assert of(*mails).personal is None


def test_health_is_warmth_within_three_usual_gaps() -> None:
    quarterly = even(12, 1001, 60)
    assert 100 * chance(quarterly.summary.all, TODAY, 3 * 91) == quarterly.health
    assert ago(1, 9, 30).health is None
    daily = ago(0, 1, 2, 3)
    assert 100 * chance(daily.summary.all, TODAY, 3) == daily.health


def test_priority_is_contact_days_per_day_at_risk() -> None:
    weekly = even(52, 357, 30)
    assert (51 + 0.75) / (357 + 30) * (1 - (weekly.score or 0) / 100) == pytest.approx(weekly.priority, rel=1e-12)
    assert 0 == ago().priority


def test_unusual_is_one_tenth_short_of_certain_at_due_after() -> None:
    weekly = even(52, 357, 17)
    assert (weekly.unusual or 0) > 0.9 > (even(52, 357, 16).unusual or 1)


def test_trend_is_z_of_the_month_against_the_year() -> None:
    view = (some := ago(1, 4, 9, 200)).summary.all
    month, year = log(2) * view.d30 / 30, log(2) * view.d365 / 365
    assert (month - year) / sqrt((year + 0.003) * log(2) / 60) == pytest.approx(some.trend, rel=1e-12)


def test_the_record_rounds_scores_and_nothing_else() -> None:
    monthly = even(24, 690, 35)
    expected = {
        "score": 51.3,
        "personal": None,
        "status": "on track",
        "health": 82.2,
        "trend": monthly.trend,
        "silence_days": 35,
        "usual_gap_days": 30.0,
        "longest_gap_days": 30,
        "due_on": "2026-07-12",  # 46 days: the first beyond 1.5 times the longest gap
    }
    assert expected == monthly.as_record()
    assert monthly.score != 51.3


def test_an_explanation_adds_up_to_the_score_it_explains() -> None:
    summary = Summary.of(Days.of(written("call", "out", 40, 70, 100) + written("email", "in", 9)), TODAY)
    parts = {part.name: part.value for part in explain(summary)}
    odds = sqrt(1.0 * parts["momentum"] * parts["rhythm"] / ((100 - parts["momentum"]) * (100 - parts["rhythm"])))
    assert parts["score"] == pytest.approx(100 * odds / (1 + odds), rel=1e-9)
    assert parts["if_called"] > parts["score"]
    assert (9, 91 / 3, 31, 0.25, 0) == tuple(
        parts[name] for name in ("silence", "usual_gap", "longest_gap", "inbound_share", "live_minutes")
    )  # fmt: skip
    assert ["if_called"] == [part.name for part in explain(Summary(TODAY))]


def test_judging_is_a_plain_value() -> None:
    assert judge(Summary.of_dates([TODAY], TODAY)) == Warmth(Summary.of_dates([TODAY], TODAY), PRIOR)
    assert hash(ago(1, 2)) == hash(ago(2, 1))
