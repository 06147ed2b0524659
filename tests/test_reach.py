"""Reach: attempts, rates that small numbers do not overstate, ways that look dead, the order, the best time."""

import runpy
from datetime import date, timedelta
from pathlib import Path

import pytest
from happenings import AT, BERLIN, MAIL, MOBILE, OFFICE, PROFILE, ago, call, chat, event, mail
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints import practices
from touchpoints.distributions import beta_interval
from touchpoints.handles import Handle
from touchpoints.reach import (
    ENOUGH_CALLS,
    Attempt,
    Average,
    Averages,
    Reach,
    Way,
    attempts,
    line_of,
    looks_dead,
    reach,
    way_reach,
)

ROOT = Path(__file__).resolve().parents[1]
PHONE = Way("phone", "call", OFFICE)


def tries(*answered: bool, every: int = 7, way: Way = PHONE, who: str = "erika") -> list[Attempt]:
    """Attempts in the order of time, the last one yesterday."""
    return [
        Attempt(who, way, AT - timedelta(days=1 + every * (len(answered) - 1 - n)), a, key=str(n))
        for n, a in enumerate(answered)
    ]


def of(*events, averages: Averages | None = None, handles=(OFFICE, MOBILE, MAIL, PROFILE)) -> Reach:  # type: ignore[no-untyped-def]
    return reach("erika", "Erika Muster", handles, events, averages or Averages(), AT, BERLIN)


# -- what is an attempt -----------------------------------------------------------------------------------------------


def test_a_call_of_ours_is_an_attempt_and_ringing_is_its_time() -> None:
    (one, other) = attempts([call(ago(3), wait=12), call(ago(2), answered=False)], AT)
    assert (one.answered, one.after, other.answered, other.after) == (True, 12, False, None)


def test_their_call_within_a_day_returns_ours_and_is_no_attempt() -> None:
    (one,) = attempts([call(ago(3), answered=False), call(ago(3, 15), direction="in")], AT)
    assert (one.answered, one.returned) == (False, True)
    (one,) = attempts([call(ago(3), answered=False), call(ago(1), direction="in")], AT)
    assert not one.returned


def test_a_message_is_answered_within_a_week_and_open_until_then() -> None:
    (one,) = attempts([chat(ago(20), "out"), chat(ago(20, 10, 25))], AT)
    assert (one.answered, one.after) == (True, 25 * 60)
    (late,) = attempts([chat(ago(20), "out"), chat(ago(12))], AT)
    assert late.answered is False
    (fresh,) = attempts([chat(ago(2), "out")], AT)
    assert fresh.answered is None
    (old,) = attempts([chat(ago(8), "out")], AT)
    assert old.answered is False


def test_messages_of_one_day_are_one_attempt_and_a_reminder_is_another() -> None:
    assert len(attempts([mail(ago(9), "out"), mail(ago(9, 16), "out")], AT)) == 1
    first, second = attempts([mail(ago(9), "out"), mail(ago(6), "out"), mail(ago(5))], AT)
    assert (first.answered, second.answered) == (False, True)


def test_a_last_word_in_a_conversation_asks_for_nothing_but_a_question_does() -> None:
    assert attempts([mail(ago(9)), mail(ago(8), "out")], AT) == []
    assert len(attempts([mail(ago(9)), mail(ago(8), "out", expects_reply=True)], AT)) == 1
    assert len(attempts([mail(ago(9)), mail(ago(5), "out")], AT)) == 1


def test_an_appointment_is_kept_or_not_and_a_cancelled_one_says_nothing() -> None:
    events = [event(ago(n), "video", "mutual", o) for n, o in ((9, "reached"), (6, "no_show"), (3, "cancelled"))]
    assert [(a.way.handle, a.answered) for a in attempts(events, AT)] == [(None, True), (None, False)]


def test_what_is_later_than_at_is_no_attempt() -> None:
    assert attempts([call(AT + timedelta(hours=1))], AT) == []


def test_lines_are_told_by_the_numbering_plan() -> None:
    assert (line_of(MOBILE), line_of(OFFICE), line_of(Handle("phone", "+12125550100"))) == ("mobile", "office", "")


# -- rates ------------------------------------------------------------------------------------------------------------


def test_a_rate_is_the_mean_of_the_beta_distribution() -> None:
    averages = Averages({"phone": Average(0.5, 4)})
    found = way_reach(PHONE, [Attempt("erika", PHONE, AT, True)] * 3, averages, AT, BERLIN)
    assert found.rate == pytest.approx((0.5 * 4 + 3) / (4 + 3))
    assert (found.low, found.high) == pytest.approx(beta_interval(5, 2))


def test_without_attempts_the_rate_is_the_average_of_such_lines() -> None:
    averages = Averages({"phone": Average(0.5), "phone mobile": Average(0.8), "phone office": Average(0.3)})
    found = {w.way.handle: w.rate for w in of(averages=averages, handles=(OFFICE, MOBILE)).ways}
    assert found == {OFFICE: pytest.approx(0.3), MOBILE: pytest.approx(0.8)}


def test_old_attempts_count_less() -> None:
    good_once = [*tries(True, True, True, False, False, False, every=60)]
    good_now = [*tries(False, False, False, True, True, True, every=60)]
    old, new = (way_reach(PHONE, some, Averages(), AT, BERLIN) for some in (good_once, good_now))
    assert old.rate < 0.55 < new.rate
    assert (old.attempts, old.answered) == (new.attempts, new.answered) == (6, 3)


def test_the_strength_of_the_average_follows_how_much_contacts_differ() -> None:
    alike = [a for n in range(30) for a in tries(True, False, True, False, True, False, who=f"c{n}")]
    apart = [a for n in range(30) for a in tries(*([n % 2 == 0] * 6), who=f"c{n}")]
    same, different = (Averages.of(some, AT, BERLIN).of_way(PHONE) for some in (alike, apart))
    assert same.mean == pytest.approx(different.mean, abs=0.02)
    assert same.strength >= 16 > different.strength == 1


def test_open_messages_do_not_leave_only_the_quick_answers() -> None:
    way = Way("mail", "email", MAIL)
    old = [Attempt(f"c{n}", way, ago(60), n < 20, 86400.0 * (n % 7) if n < 20 else None) for n in range(40)]
    young = [Attempt(f"d{n}", way, ago(1), True if n < 3 else None, 600.0 if n < 3 else None) for n in range(20)]
    assert Averages.of(old, AT, BERLIN).of_way(way).mean == pytest.approx(0.5, abs=0.02)
    assert Averages.of(old + young, AT, BERLIN).of_way(way).mean == pytest.approx(0.5, abs=0.06)


def test_averages_keep_as_plain_values() -> None:
    found = Averages.of(tries(True, False, True) + tries(True, way=Way("mail", "email", MAIL)), AT, BERLIN)
    import json

    assert Averages.from_record(json.loads(json.dumps(found.as_record()))) == found


@given(st.lists(st.booleans(), max_size=12), st.floats(0.05, 0.95), st.sampled_from((1, 4, 64)))
def test_a_rate_lies_in_its_interval_and_another_answer_raises_it(
    answered: list[bool], mean: float, strength: float
) -> None:
    averages = Averages({"phone": Average(mean, strength)})
    found = way_reach(PHONE, tries(*answered, every=0), averages, AT, BERLIN)
    more = way_reach(PHONE, tries(*answered, True, every=0), averages, AT, BERLIN)
    assert found.low < found.rate < found.high
    assert more.rate > found.rate


# -- dead ways, and the order -------------------------------------------------------------------------------------------


def test_six_in_vain_after_four_of_five_look_dead_and_say_so() -> None:
    dead = looks_dead(tries(True, True, False, True, True, *[False] * 6), Average(0.6, 4), BERLIN)
    assert dead is not None
    assert (dead.run, dead.since, dead.answered, dead.attempts) == (6, date(2026, 5, 26), 4, 5)


def test_what_chance_explains_is_not_dead() -> None:
    assert looks_dead(tries(True, False, False, False), Average(0.6, 4), BERLIN) is None  # three are too few
    assert looks_dead(tries(*[False] * 6, every=0), Average(0.6, 4), BERLIN) is None  # six on one day are one
    assert looks_dead(tries(True, *[False] * 6), Average(0.1, 4), BERLIN) is None  # nobody answers such calls
    assert looks_dead(tries(*[False] * 6, True), Average(0.6, 4), BERLIN) is None  # it works again


def test_a_bounced_mail_is_dead_until_something_comes_back() -> None:
    gone = event(ago(5), "mail", "out", "missed", handle=MAIL)
    (way,) = of(mail(ago(30), "out"), mail(ago(29)), gone, handles=(MAIL,)).ways
    assert way.dead is not None and way.dead.bounced and way.rate == 0
    (way,) = of(gone, mail(ago(4), "out"), mail(ago(3)), handles=(MAIL,)).ways
    assert way.dead is None


def test_phone_is_dead_linkedin_answers_message_first() -> None:
    calls = [call(ago(150 - 10 * n), answered=n in (0, 1, 3, 4)) for n in range(12)]
    chats = [e for n in (40, 30, 20) for e in (chat(ago(n), "out"), chat(ago(n, 10, 4)))]
    found = of(*calls, *chats, handles=(OFFICE, PROFILE))
    assert [(w.way.channel, w.dead is not None) for w in found.ways] == [("linkedin", False), ("phone", True)]
    assert found.message_first
    assert found.ways[0].after == 240
    assert found.time is None  # there is no number worth a time


def test_a_conversation_goes_before_an_answer_in_writing() -> None:
    calls = [call(ago(60 - 10 * n), answered=n % 2 == 0) for n in range(6)]
    chats = [e for n in (40, 30, 20, 10) for e in (chat(ago(n), "out"), chat(ago(n, 11)))]
    found = of(*calls, *chats, handles=(OFFICE, PROFILE))
    assert [w.way.channel for w in found.ways] == ["phone", "linkedin"]
    assert found.ways[0].rate < found.ways[1].rate
    assert not found.message_first


def test_a_known_good_way_goes_before_an_untried_one() -> None:
    found = of(call(ago(9)), call(ago(5), answered=False), call(ago(3)), handles=(OFFICE, MOBILE))
    assert [w.way.handle for w in found.ways] == [OFFICE, MOBILE]


def test_every_attempt_is_named() -> None:
    events = [call(ago(9)), call(ago(5), answered=False), chat(ago(4), "out")]
    assert sorted(key for w in of(*events).ways for key in w.evidence) == [e.key for e in events]


def test_a_contact_without_anything_has_no_ways() -> None:
    found = of(handles=())
    assert (found.ways, found.attempts, found.time, found.message_first) == ((), 0, None, False)


# -- the best time ------------------------------------------------------------------------------------------------------


def everybody(hour: int) -> list[Attempt]:
    """Calls of all contacts: taken at one hour, mostly not at others."""
    return [Attempt(f"c{n}", PHONE, ago(n + 1, h), h == hour or n % 5 == 0) for n in range(60) for h in (9, 11, 14, 16)]


def test_three_calls_do_not_make_a_rule() -> None:
    averages = Averages.of(everybody(16), AT, BERLIN)
    found = of(*(call(ago(n, 9)) for n in (20, 13, 6)), averages=averages, handles=(OFFICE,))
    assert found.time is not None
    assert found.time.hour in (15, 16)


def test_thirty_calls_do() -> None:
    averages = Averages.of(everybody(16), AT, BERLIN)
    events = [call(ago(n * 4, h), answered=h == 9) for n in range(1, 31) for h in (9, 16)]
    found = of(*events, averages=averages, handles=(OFFICE,))
    assert found.time is not None
    assert (found.time.hour in (8, 9), found.time.own, found.time.chance > found.time.usual) == (True, 60, True)


def test_with_few_calls_of_ours_there_is_no_best_time() -> None:
    few = Averages.of(tries(*[True] * (ENOUGH_CALLS - 1)), AT, BERLIN)
    found = of(call(ago(3)), averages=few, handles=(OFFICE,))
    assert (found.time, found.calls) == (None, ENOUGH_CALLS - 1)


# -- asked of a tracker ---------------------------------------------------------------------------------------------------


def tracker() -> tp.Tracker:
    mara = tp.Colleague.of(
        "Mara Falk", "+49 30 23125 100", "mara@falk.example", timezone="Europe/Berlin", region="DE-BE"
    )
    return tp.Tracker(colleagues=[mara])


def test_the_same_call_in_two_logs_is_one_attempt() -> None:
    with tracker() as t:
        one = tp.Touchpoint.call("+49 89 99998 123", ago(3), "out", minutes=5, name="Erika Muster")
        t.add([one], [tp.Person("Erika Muster", ["+49 89 99998 123"])], source="router")
        t.add(
            [tp.Touchpoint.call("+49 89 99998 123", ago(3) + timedelta(seconds=40), "out", minutes=5)], source="phone"
        )
        assert practices.reach(t, "Erika Muster", AT).attempts == 1


def test_a_handle_from_the_queue_and_a_customer_can_be_asked_for() -> None:
    with tracker() as t:
        t.add(
            [
                tp.Touchpoint.call("+49 89 99998 124", ago(3), "out"),
                tp.Touchpoint.call("+49 89 99998 123", ago(2), "out"),
            ],
            [tp.Person("Erika Muster", ["+49 89 99998 123"], customer="Muster Bau")],
        )
        assert practices.reach(t, "+49 89 99998 124", AT).attempts == 1
        assert practices.reach(t, "Muster Bau", AT).name == "Erika Muster"
        with pytest.raises(tp.IdentityError):
            practices.reach(t, "Nobody", AT)


def test_averages_are_those_of_this_user_and_are_kept() -> None:
    with tracker() as t:
        numbers = [f"+49 89 99998 {n:03d}" for n in range(200, 240)]
        t.add(
            [tp.Touchpoint.call(n, ago(5 + d), "out", outcome="missed") for n in numbers for d in range(3)],
            [tp.Person(f"Person {n}", [n]) for n in numbers],
        )
        found = practices.averages(t, AT)
        assert found.of_way(PHONE).mean < 0.05
        assert practices.averages(t, AT) == found
        assert practices.reach(t, numbers[0], AT).ways[0].rate < 0.05


CNS = ROOT.parent / "shared" / "datasets" / "cns_both.csv.gz"


@pytest.mark.skipif(not CNS.exists(), reason="the data set is not here")
def test_on_held_out_weeks_rates_are_calibrated_and_rank_better_than_the_overall_rate() -> None:
    benchmark = runpy.run_path(str(ROOT / "benchmarks" / "reach.py"))
    known = [e for e in sorted(benchmark["events"](CNS), key=lambda e: (e.at, e.key)) if e.medium == "call"]
    cases = list(benchmark["tests"](known, "call"))
    came = sum(c.answered for c in cases) / len(cases)
    assert abs(sum(c.foreseen for c in cases) / len(cases) - came) <= 0.02
    assert benchmark["ranked"](cases) > 0.65
    brier, plain = (sum((c[k] - c.answered) ** 2 for c in cases) for k in (0, 1))
    assert brier < plain
