"""Whom to call, in which order, how and when; who waits, and why."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from desk import AT, Desk, ago, at, call, chat, every, mail, together, video

from touchpoints.handles import Handle
from touchpoints.model import Party, Person, Touchpoint
from touchpoints.relationship import Flag

ERIKA, BERND, OLGA = "erika@muster.example", "bernd@muster.example", "olga@other.example"
PHONE, MOBILE = "+493023125123", "+491713920012"
BOOKED = "waits: video meeting"


def names(flags: tuple[Flag, ...]) -> list[str]:
    return [f.contact.name if f.contact else f.customer.name if f.customer else "" for f in flags]


def rules(flag: Flag) -> list[str]:
    return [r.rule for r in flag.reasons]


def silent(who: str = ERIKA, gap: int = 14, since: int = 56, days: int = 20) -> list[Touchpoint]:
    """A rhythm that has been broken."""
    return [video(who, ago(since + gap * n)) for n in range(days)]


def held(desk: Desk, when: datetime = AT) -> dict[str, str]:
    found = desk.calls(when).held_back
    return {(h.contact.name if h.contact else "office"): h.why["en"] for h in found}


# -- one flag a customer --------------------------------------------------------------------------------------------


def test_a_customer_has_one_flag_with_all_reasons_and_names_the_others() -> None:
    desk = Desk()
    desk.add(*silent(), *silent(BERND, gap=7, days=25), *silent(OLGA))
    muster, olga = desk.calls().flags
    assert names((muster, olga)) == ["Bernd", "Olga"]
    assert {r.relationship.name for r in muster.reasons} == {"Erika", "Bernd"}
    assert [c.name for c in muster.also] == ["Erika"]


def test_the_one_to_call_is_whom_we_owe_something() -> None:
    desk = Desk()
    desk.add(*silent(), mail(BERND, ago(90), "out"), mail(BERND, ago(2), thread="new"))
    [flag] = desk.calls().flags
    assert (names((flag,)), [c.name for c in flag.also]) == (["Bernd"], ["Erika"])
    assert rules(flag)[0] == "unanswered_message"


def test_else_the_one_most_spoken_with() -> None:
    desk = Desk()
    desk.add(*[mail(ERIKA, ago(56 + 14 * n, 11), "out" if n % 2 else "in") for n in range(30)], *silent(BERND))
    [flag] = desk.calls().flags
    assert names((flag,)) == ["Bernd"]


def test_two_people_of_one_meeting_are_told_once() -> None:
    desk = Desk()
    desk.add(*silent(since=20, gap=30), *silent(BERND, since=20, gap=30))
    desk.add(together(video(ERIKA, ago(5), outcome="cancelled", subject="Review"), BERND))
    [flag] = desk.calls().flags
    assert (rules(flag), len(flag.also)) == (["fell_through"], 1)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [("snooze", {"until": "2026-07-20"}), ("dismiss", {"because": "not-now"}), ("dismiss", {"because": "done"})],
)
def test_what_is_put_off_for_one_of_two_people_at_a_meeting_is_put_off(kind: str, payload: dict[str, str]) -> None:
    desk = Desk()
    desk.add(*silent(since=20, gap=30), *silent(BERND, since=20, gap=30))
    desk.add(together(video(ERIKA, ago(5), outcome="cancelled", subject="Review"), BERND))
    assert len(desk.calls().flags) == 1
    desk.decide(ago(1), kind, ERIKA, **payload)
    assert desk.calls().flags == ()
    desk.add(video(BERND, ago(3), outcome="cancelled", subject="another"))
    assert names(desk.calls().flags) == ["Bernd"]


def test_talking_with_somebody_there_ends_the_silence_of_the_others() -> None:
    desk = Desk()
    desk.add(*silent(), *[video(BERND, ago(3 + 14 * n)) for n in range(20)])
    assert desk.calls().flags == ()
    assert desk.why_not(ERIKA).startswith(
        "no longer a reason (spoken since: Bernd, Sun 28 Jun): due · 56 days of silence"
    )


def test_talking_with_somebody_there_before_it_arose_does_not() -> None:
    desk = Desk()
    desk.add(*silent(), *[video(BERND, ago(40 + 40 * n)) for n in range(8)])
    assert names(desk.calls().flags) == ["Erika"]


def test_an_own_rhythm_is_not_kept_by_talking_with_others() -> None:
    desk = Desk(cadence={ERIKA: "30d"})
    desk.add(*silent(), *[video(BERND, ago(3 + 14 * n)) for n in range(20)])
    [flag] = desk.calls().flags
    assert (names((flag,)), rules(flag)[:2]) == (["Erika"], ["overdue", "unusual_silence"])


def test_an_office_is_called_as_the_customer() -> None:
    desk = Desk()
    desk.knows(Person("Muster GmbH", [PHONE], customer="Muster GmbH"), Person("Erika", [ERIKA], customer="Muster GmbH"))
    desk.add(*silent(since=5), mail("info@muster.example", ago(1), thread="new", name="Muster"))
    [flag] = desk.calls().flags
    assert rules(flag) == ["unanswered_message"]
    assert flag.customer is not None and flag.customer.name == "Muster GmbH"


# -- order ------------------------------------------------------------------------------------------------------------


def test_what_we_owe_comes_before_what_is_agreed_before_silence_before_the_rest() -> None:
    desk = Desk(cadence={"agreed@agreed.example": "30d"})
    desk.knows(Person("Birthday", ["birthday@b.example"], customer="B", kind="customer", birthday="--07-01"))
    desk.knows(Person("Later", ["later@later.example"], customer="L", kind="customer", birthday="--07-03"))
    desk.add(*silent(OLGA), mail("agreed@agreed.example", ago(60), "out"), mail("agreed@agreed.example", ago(59)))
    desk.add(mail(ERIKA, ago(90), "out"), mail(ERIKA, ago(2), thread="n"))
    desk.add(
        mail(BERND.replace("muster", "older"), ago(90), "out"),
        mail(BERND.replace("muster", "older"), ago(5), thread="o"),
    )
    calls = desk.calls()
    assert names(calls.flags) == ["Bernd", "Erika", "Agreed", "Birthday", "Olga", "Later"]
    assert all(earlier.urgency > later.urgency for earlier, later in pairwise(calls.flags))
    assert all(0 <= f.urgency <= 100 for f in calls.flags)


def test_urgency_falls_strictly_however_long_the_list_is() -> None:
    desk = Desk()
    for n in range(60):
        desk.add(*silent(f"person@customer{n}.example", since=56 + n % 3))
    urgency = [f.urgency for f in desk.calls(limit=None).flags]
    assert len(urgency) == 60
    assert urgency == sorted(set(urgency), reverse=True)


def test_silence_is_ordered_by_importance_and_what_is_at_stake() -> None:
    people = {"A": "a@a.example", "B": "b@b.example", None: "n@n.example", "C": "c@c.example"}
    desk = Desk(
        customers={w.split("@")[1]: {"importance": i} for i, w in people.items() if i},
        rules={"overdue": {"importance_A": 900, "importance_B": 900}},
    )
    for who in reversed(people.values()):
        desk.add(*silent(who))
    desk.add(*silent("often@often.example", gap=10))
    assert names(desk.calls().flags) == ["A", "B", "Often", "N", "C"]


def test_the_list_is_the_same_whatever_order_the_reasons_come_in() -> None:
    from touchpoints.calllist import call_list

    desk = Desk()
    for n in range(5):
        desk.add(*silent(f"person@customer{n}.example"), *silent(f"other@customer{n}.example", gap=9))
    book, reasons = desk.book(), desk.reasons()
    one, other = call_list(book, reasons), call_list(book, reversed(reasons))
    assert [(f.contact, f.urgency, rules(f)) for f in one.flags] == [
        (f.contact, f.urgency, rules(f)) for f in other.flags
    ]


# -- unsure is said ---------------------------------------------------------------------------------------------------


def logged(who: str, since: int = 56, gap: int = 14) -> list[Touchpoint]:
    return [call(who, ago(since + gap * n)) for n in range(20)]


def test_silence_that_the_call_log_does_not_cover_is_uncertain_and_comes_last() -> None:
    desk = Desk(customers={"unsure.example": {"importance": "A"}}, rules={"overdue": {"importance_A": 900}})
    desk.add(*logged("unsure@unsure.example"), importer="fritzbox")
    desk.add(*silent(OLGA))
    desk.covers("fritzbox", date(2025, 1, 1), date(2026, 5, 15))
    sure, unsure = desk.calls().flags
    assert (names((sure, unsure)), sure.uncertain, unsure.uncertain) == (["Olga", "Unsure"], False, True)
    assert unsure.reasons[0].text["en"].endswith(" · uncertain: call log ends Fri 15 May")
    assert unsure.reasons[0].text["de"].endswith(" · unsicher: Anrufprotokoll endet am Fr., 15. Mai")
    assert [c["en"] for c in desk.calls().coverage] == ["fritzbox ends Fri 15 May (47 days ago)"]


@pytest.mark.parametrize("until", [date(2026, 6, 28), date(2026, 6, 12)])
def test_days_that_no_source_covers_do_not_matter_where_it_was_due_before(until: date) -> None:
    desk = Desk()
    desk.add(*logged("erika@muster.example"), importer="fritzbox")
    desk.covers("fritzbox", date(2025, 1, 1), until)
    assert [f.uncertain for f in desk.calls().flags] == [False]


def test_what_we_owe_is_never_uncertain() -> None:
    desk = Desk()
    desk.add(*logged(PHONE), call(PHONE, ago(2), "in", outcome="missed"), importer="fritzbox")
    desk.covers("fritzbox", date(2025, 1, 1), date(2026, 5, 15))
    [flag] = desk.calls().flags
    assert (flag.uncertain, rules(flag)) == (False, ["missed_inbound", "unusual_silence"])


# -- a call in vain -----------------------------------------------------------------------------------------------------


def lead(*handles: str) -> Desk:
    desk = Desk()
    desk.knows(Person("Erika Muster", [ERIKA, *handles], customer="Muster"))
    desk.add(*[call(PHONE, ago(56 + 14 * n, 10)) for n in range(10)])
    return desk


def vain(desk: Desk, when: datetime, number: str = PHONE, outcome: str = "missed") -> None:
    desk.add(call(number, when, "out", outcome=outcome), importer="log")


def test_not_reached_today_leaves_the_list_and_returns_tomorrow_with_another_time() -> None:
    desk = lead(PHONE)
    [before] = desk.calls().flags
    assert before.suggestion.slot == "2026-07-01 10:00-12:00"
    vain(desk, at("2026-07-01 10:05"))
    afternoon = desk.calls(at("2026-07-01 15:00"))
    assert (afternoon.flags, held(desk, at("2026-07-01 15:00"))) == (
        (),
        {"Erika Muster": "tried today, not reached; again tomorrow"},
    )
    [after] = desk.calls(at("2026-07-02 09:00")).flags
    assert after.suggestion.slot == "2026-07-02 14:00-16:00"
    assert after.suggestion.why["en"] == "1 attempt failed, another time"


def test_then_with_another_number_then_on_another_channel() -> None:
    desk = lead(PHONE, MOBILE)
    vain(desk, at("2026-06-29 10:05"))
    vain(desk, at("2026-06-30 14:05"), outcome="voicemail")
    [second] = desk.calls().flags
    assert (second.suggestion.channel, second.suggestion.handle) == ("phone", Handle("phone", MOBILE))
    vain(desk, at("2026-07-01 10:05"), MOBILE)
    [third] = desk.calls(at("2026-07-02 09:00")).flags
    assert (third.suggestion.channel, third.suggestion.handle) == ("mail", Handle("email", ERIKA))
    assert third.suggestion.text["en"].startswith(
        f"Write first (mail: {ERIKA}) and ask for a call (3 attempts failed, "
    )


def test_whoever_calls_after_our_attempt_is_on_the_list_again() -> None:
    desk = lead(PHONE)
    vain(desk, at("2026-07-01 10:05"))
    desk.add(call(PHONE, at("2026-07-01 11:00"), "in", outcome="missed"))
    [flag] = desk.calls(at("2026-07-01 15:00")).flags
    assert rules(flag) == ["missed_inbound"]


def test_reached_today_is_off_the_list_for_good() -> None:
    desk = lead(PHONE)
    desk.add(call(PHONE, at("2026-07-01 10:05"), minutes=12), importer="log")
    calls = desk.calls(at("2026-07-01 15:00"))
    assert (calls.flags, calls.held_back) == ((), ())


# -- held back ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ahead", "waits"), [(1, True), (8, True), (21, True), (22, False)])
def test_a_meeting_booked_within_three_weeks_holds_silence_back(ahead: int, waits: bool) -> None:
    desk = Desk()
    desk.add(*silent(), mail(BERND, ago(50), "out"), mail(BERND, ago(49)), video(BERND, ago(-ahead)))
    assert bool(desk.calls().flags) != waits
    assert [why.startswith(BOOKED) for why in held(desk).values()] == [True] * waits


def test_a_cancelled_meeting_holds_nothing_back() -> None:
    desk = Desk()
    desk.add(*silent(), video(ERIKA, ago(-3), outcome="cancelled"))
    assert len(desk.calls().flags) == 1


@pytest.mark.parametrize(("ahead", "waits"), [(0.2, True), (1, True), (2, False)])
def test_what_we_owe_waits_for_a_meeting_only_until_tomorrow(ahead: float, waits: bool) -> None:
    desk = Desk()
    desk.add(call(PHONE, ago(60)), call(PHONE, ago(1), "in", outcome="missed"))
    desk.add(Touchpoint.video(PHONE, AT + timedelta(days=ahead)))
    assert bool(desk.calls().flags) != waits


def test_snoozed_waits_until_the_day_and_is_as_overdue_as_before() -> None:
    desk = Desk()
    desk.add(*silent())
    desk.decide(ago(1), "snooze", ERIKA, until="2026-07-06")
    assert held(desk) == {"Erika": "snoozed until Mon 6 Jul"}
    [flag] = desk.calls(at("2026-07-06 09:00")).flags
    assert "61 days of silence" in flag.reasons[0].text["en"]


def test_the_latest_snooze_counts_and_one_of_the_customer_holds_everybody() -> None:
    desk = Desk()
    desk.add(*silent(), *silent(BERND))
    desk.decide(ago(3), "snooze", "muster.example", until="2026-08-01")
    assert len(held(desk)) == 1 and desk.calls().flags == ()
    desk.decide(ago(1), "snooze", "muster.example", until="2026-06-30")
    assert len(desk.calls().flags) == 1


def test_a_call_missed_after_a_snooze_breaks_through() -> None:
    desk = Desk()
    desk.add(*[call(PHONE, ago(56 + 14 * n)) for n in range(10)])
    desk.add(call(PHONE, ago(6), "in", outcome="missed"))
    desk.decide(ago(5), "snooze", PHONE, until="2026-08-01")
    assert desk.calls().flags == ()
    desk.add(call(PHONE, ago(1), "in", outcome="missed"))
    [flag] = desk.calls().flags
    assert rules(flag) == ["missed_inbound"]


def test_somebody_away_waits_or_is_replaced() -> None:
    desk = Desk()
    desk.add(*[video(ERIKA, ago(90 + 14 * n)) for n in range(20)], mail(BERND, ago(50), "out"), mail(BERND, ago(49)))
    desk.decide(ago(2), "away", ERIKA, until="2026-07-10")
    assert held(desk) == {"Erika": "away until Fri 10 Jul"}
    desk.decide(ago(1), "away", ERIKA, until="2026-07-10", instead=desk.directory.find(BERND).id)  # type: ignore[union-attr]  # a contact
    assert names(desk.calls().flags) == ["Bernd"]
    assert names(desk.calls(at("2026-07-13 09:00")).flags) == ["Erika"]


@pytest.mark.parametrize(
    ("because", "now", "in_two_weeks"),
    [
        ("done", False, False),
        ("not-now", False, True),
        ("supplier", False, False),
        ("private", False, False),
        ("former", False, False),
    ],
)
def test_dismissed(because: str, now: bool, in_two_weeks: bool) -> None:
    desk = Desk()
    desk.add(*silent())
    desk.decide(ago(1), "dismiss", ERIKA, because=because)
    assert bool(desk.calls().flags) == now
    assert bool(desk.calls(AT + timedelta(days=14)).flags) == in_two_weeks


def test_what_is_done_returns_with_a_new_reason() -> None:
    desk = Desk()
    desk.add(call(PHONE, ago(60)), call(PHONE, ago(2), "in", outcome="missed"))
    desk.decide(ago(1), "dismiss", PHONE, because="done")
    assert desk.calls().flags == ()
    assert desk.why_not(PHONE).startswith("no longer a reason (done Tue 30 Jun, no new reason since): call back")
    desk.add(call(PHONE, at("2026-07-01 08:00"), "in", outcome="missed"))
    assert len(desk.calls().flags) == 1


def test_the_wrong_person_is_not_proposed() -> None:
    desk = Desk()
    desk.add(*silent())
    desk.decide(ago(1), "dismiss", ERIKA, because="wrong-person")
    assert held(desk) == {"Erika": "not the right person, no other known"}
    desk.add(mail(BERND, ago(50), "out"), mail(BERND, ago(49)))
    assert names(desk.calls().flags) == ["Bernd"]


def test_an_absence_outlasts_a_snooze_that_is_over() -> None:
    desk = Desk()
    desk.add(*[video(ERIKA, ago(90 + 14 * n)) for n in range(20)])
    desk.decide(ago(4), "away", ERIKA, until="2026-07-10")
    desk.decide(ago(3), "snooze", ERIKA, until="2026-06-30")
    assert held(desk) == {"Erika": "away until Fri 10 Jul"}


def test_do_not_contact_is_obeyed() -> None:
    desk = Desk()
    desk.add(*silent())
    desk.decide(ago(1), "do_not_contact", ERIKA)
    assert held(desk) == {"Erika": "do not contact"}
    desk.decide(ago(0.1, 8), "do_not_contact", ERIKA, allowed=True)
    assert len(desk.calls().flags) == 1


def test_without_consent_to_advertising_only_service_calls_stand() -> None:
    desk = Desk()
    desk.add(*silent())
    [flag] = desk.calls().flags
    assert flag.purpose == "advertising"
    desk.decide(ago(3), "consent", ERIKA, channel="advertising", allowed=False, evidence="letter of 3 May")
    assert held(desk) == {"Erika": "no consent to advertising calls"}
    desk.add(call(PHONE, ago(2), outcome="missed"), mail(ERIKA, ago(2), thread="new"))
    found = {names((flag,))[0]: flag for flag in desk.calls().flags}["Erika"]
    assert found.purpose == "service" and all(reason.service for reason in found.reasons)


def test_consent_decides_the_channel_and_without_any_they_wait() -> None:
    desk = Desk()
    desk.knows(Person("Erika Muster", [ERIKA, PHONE], customer="Muster"))
    desk.add(*silent())
    desk.decide(ago(3), "consent", ERIKA, channel="phone", allowed=False, evidence="letter of 3 May")
    [flag] = desk.calls().flags
    assert flag.suggestion.channel != "phone"
    desk.decide(ago(2), "consent", ERIKA, channel="mail", allowed=False, evidence="letter of 3 May")
    assert held(desk) == {"Erika Muster": "no consent: mail, phone"}
    desk.decide(ago(1), "consent", ERIKA, channel="phone", allowed=True, evidence="call")
    assert desk.calls().flags[0].suggestion.channel == "phone"


def test_held_back_is_told_in_german_too() -> None:
    desk = Desk()
    desk.add(*silent(), video(ERIKA, at("2026-07-07 10:00")))
    [waiting] = desk.calls().held_back
    assert waiting.why["de"] == "wartet: Videotermin am Di., 7. Juli, 10:00 Uhr"
    assert [r.rule for r in waiting.reasons] == ["unusual_silence"]


# -- how and when -------------------------------------------------------------------------------------------------------


def test_the_number_on_which_they_were_reached_most() -> None:
    desk = Desk()
    desk.knows(Person("Erika Muster", [MOBILE, PHONE], customer="Muster"))
    desk.add(*[call(PHONE, ago(56 + 14 * n)) for n in range(12)], *[call(MOBILE, ago(55 + 70 * n)) for n in range(2)])
    desk.add(call(PHONE, ago(200), outcome="missed"))
    suggestion = desk.calls().flags[0].suggestion
    assert (suggestion.channel, suggestion.handle) == ("phone", Handle("phone", PHONE))
    assert suggestion.why["en"] == "reached there 12 of 13 times"
    assert suggestion.why["de"] == "dort bei 12 von 13 Versuchen erreicht"


@pytest.mark.parametrize(
    ("handles", "channel", "value", "why"),
    [
        ([PHONE, MOBILE], "phone", MOBILE, "mobile number"),
        ([PHONE], "phone", PHONE, "the only number known"),
        ([], "video", ERIKA, "no number known"),
    ],
)
def test_else_a_mobile_else_any_number_else_a_meeting_by_mail(
    handles: list[str], channel: str, value: str, why: str
) -> None:
    desk = Desk()
    desk.knows(Person("Erika Muster", [ERIKA, *handles], customer="Muster"))
    desk.add(*silent())
    suggestion = desk.calls().flags[0].suggestion
    assert suggestion.handle is not None
    assert (suggestion.channel, suggestion.handle.value, suggestion.why["en"]) == (channel, value, why)


def test_where_the_phone_is_dead_and_linkedin_answers_write_first_and_ask_for_a_call() -> None:
    profile = "https://www.linkedin.com/in/erika-muster"
    desk = Desk()
    desk.knows(Person("Erika Muster", [PHONE, profile], customer="Muster", kind="prospect"))
    desk.add(*[call(PHONE, ago(60 + n), outcome="missed") for n in range(4)])
    desk.add(chat(profile, ago(45), "out"), chat(profile, ago(44)), chat(profile, ago(3), "out"), chat(profile, ago(1)))
    suggestion = desk.calls().flags[0].suggestion
    assert (suggestion.channel, suggestion.handle) == ("linkedin", Handle("profile", "linkedin.com/in/erika-muster"))
    assert suggestion.text["de"].startswith("Erst schreiben (LinkedIn: ")
    assert "um ein Gespräch bitten (antwortet dort, am Telefon 4-mal nicht erreicht)" in suggestion.text["de"]


def test_a_way_that_answered_and_has_not_lately_is_said_to_have_answered_before() -> None:
    profile = "https://www.linkedin.com/in/erika-muster"
    desk = Desk()
    desk.knows(Person("Erika Muster", [PHONE, profile], customer="Muster", kind="prospect"))
    desk.add(*[call(PHONE, ago(60 + n), outcome="missed") for n in range(4)])
    desk.add(*[c for n in range(3) for c in (chat(profile, ago(90 + 7 * n), "out"), chat(profile, ago(89 + 7 * n)))])
    desk.add(chat(profile, ago(40), "out"), chat(profile, ago(30), "out"))
    desk.decide(AT - timedelta(days=1), "cadence", "Erika Muster", every="14d")
    [flag] = desk.calls().flags
    assert "has answered there before, not reached by phone 4 times" in flag.suggestion.text["en"]


def test_a_successor_is_asked_for_where_nobody_else_is_known() -> None:
    desk = Desk()
    desk.add(*silent(since=10))
    desk.decide(ago(1), "left", ERIKA, successor=None)
    [flag] = desk.calls().flags
    assert flag.suggestion.text["en"].startswith("Ask the switchboard for the successor (Erika is no longer there)")
    desk.add(mail(BERND, ago(50), "out"), mail(BERND, ago(49)))
    assert names(desk.calls().flags) == ["Bernd"]


def test_the_hour_and_weekday_at_which_they_were_mostly_reached() -> None:
    desk = Desk()
    thursdays = [at("2026-05-07 15:10") - timedelta(days=14 * n) for n in range(10)]
    desk.add(*[call(PHONE, t) for t in thursdays], call(PHONE, at("2026-05-05 10:10")))
    suggestion = desk.calls().flags[0].suggestion
    assert suggestion.slot == "2026-07-02 14:00-16:00"
    assert suggestion.text["en"].endswith("Thu 2 Jul, 14–16 (best reached then)")
    assert suggestion.text["de"].endswith("Do., 2. Juli, 14–16 Uhr (da am besten erreichbar)")


def test_what_we_owe_does_not_wait_for_the_best_weekday() -> None:
    desk = Desk()
    desk.add(*[call(PHONE, at("2026-05-05 15:10") - timedelta(days=14 * n)) for n in range(6)])  # Tuesdays
    desk.add(call(PHONE, ago(1), "in", outcome="missed"))
    assert desk.calls().flags[0].suggestion.slot == "2026-07-01 14:00-16:00"


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-07-01 09:00", "2026-07-01 10:00-12:00"),
        ("2026-07-01 12:30", "2026-07-01 14:00-16:00"),
        ("2026-07-01 18:00", "2026-07-02 10:00-12:00"),
        ("2026-07-04 09:00", "2026-07-06 10:00-12:00"),  # a Saturday
        ("2026-10-02 18:00", "2026-10-05 10:00-12:00"),  # before a holiday and a weekend
    ],
)
def test_a_slot_is_never_over_nor_on_a_day_off(now: str, slot: str) -> None:
    desk = Desk()
    desk.add(*[mail(ERIKA, at(now) - timedelta(days=90 + 10 * n), "out" if n % 2 else "in") for n in range(20)])
    assert [f.suggestion.slot for f in desk.calls(at(now)).flags] == [slot]


def test_a_birthday_is_congratulated_on_the_day() -> None:
    desk = Desk()
    desk.knows(Person("Erika", [PHONE], customer="Muster", kind="customer", birthday="--07-03"))
    [flag] = desk.calls().flags
    assert flag.suggestion.slot == "2026-07-03 10:00-12:00"


# -- the time one has ---------------------------------------------------------------------------------------------------


def test_the_list_fills_the_time_one_has_with_calls_as_long_as_theirs_are() -> None:
    desk = Desk()
    for n, length in enumerate((40, 25, 5)):
        who = f"+49302312520{n}"
        desk.add(*[call(who, ago(56 + (7 + n) * k), minutes=length, name=f"Person {n}") for k in range(20)])
    desk.add(*silent(OLGA, gap=30, since=120))
    whole = desk.calls()
    assert (whole.minutes, whole.more) == ((40, 25, 5, 10), 0)
    short = desk.calls(minutes=60)
    assert (names(short.flags), short.minutes, short.more) == (["Person 0", "Person 2", "Olga"], (40, 5, 10), 1)
    assert desk.calls(minutes=4).more == 4


def test_what_does_not_fit_is_counted() -> None:
    desk = Desk()
    for n in range(12):
        desk.add(*silent(f"person@customer{n}.example"))
    calls = desk.calls()
    assert (len(calls.flags), calls.more) == (10, 2)
    assert len(desk.calls(limit=None).flags) == 12


def test_the_list_of_one_owner_and_of_one_customer() -> None:
    desk = Desk()
    desk.knows(
        Person("Erika", [ERIKA], customer="Muster", owner="Mara Falk"), Person("Olga", [OLGA], owner="Jonas Brandt")
    )
    desk.add(*silent(), *silent(OLGA))
    assert names(desk.calls(owner="mara falk").flags) == ["Erika"]
    [olga] = desk.calls(owner="Jonas Brandt").flags
    assert names(desk.calls(customer=olga.relationship.group).flags) == ["Olga"]


# -- around the list ----------------------------------------------------------------------------------------------------


def dormant(who: str, since: int = 700, days: int = 30) -> list[Touchpoint]:
    return [video(who, ago(since + 14 * n)) for n in range(days)]


def test_at_most_three_dormant_relationships_are_worth_a_fresh_start() -> None:
    desk = Desk(customers={"short0.example": {"importance": "B"}}, rules={"overdue": {"importance_B": 9999}})
    for n in range(5):
        desk.add(*dormant(f"person@long{n}.example"))
        desk.add(*dormant(f"person@short{n}.example", days=8))
    calls = desk.calls()
    assert calls.flags == ()
    assert {r.warmth.status for r in desk.book()} == {"dormant"}
    assert len(calls.restart) == 3
    assert "short0.example" in [r.customer.name for r in calls.restart if r.customer]


def test_no_fresh_start_where_somebody_else_there_is_in_touch_or_it_was_put_off() -> None:
    desk = Desk()
    desk.add(*dormant(ERIKA), *dormant(OLGA))
    assert len(desk.calls().restart) == 2
    desk.add(*[video(BERND, ago(3 + 14 * n)) for n in range(10)])
    desk.decide(ago(1), "dismiss", OLGA, because="done")
    assert desk.calls().restart == ()


def test_organisations_that_go_by_a_proposal_are_counted() -> None:
    desk = Desk(customers={"other.example": {"kind": "customer"}})
    desk.add(mail(ERIKA, ago(50), "out"), *silent(), mail(OLGA, ago(50), "out"), *silent(OLGA))
    assert desk.calls().unsorted == 1


def test_an_empty_list_says_when_the_next_is_due() -> None:
    desk = Desk()
    desk.add(*[video(ERIKA, ago(3 + 14 * n)) for n in range(20)])
    calls = desk.calls()
    assert (calls.flags, calls.more) == ((), 0)
    assert calls.next_due is not None
    due = datetime.combine(calls.next_due, AT.timetz())
    assert desk.calls(due - timedelta(days=1)).flags == ()
    assert len(desk.calls(due).flags) == 1
    assert Desk().calls().next_due is None


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ([video(ERIKA, ago(3 + 14 * n)) for n in range(20)], "on track · 3 days of silence, usually 14, at most 14 so far; "
         "due after 22 days, Mon 20 Jul"),
        ([video(ERIKA, ago(3)), video(ERIKA, ago(30))],
         "not enough data: 2 contact days in 27 days; it takes 4 contact days in 90 days"),
        ([mail(ERIKA, ago(60 + 9 * n)) for n in range(20)], "contact from one side only so far"),
        (dormant(ERIKA), 'dormant: 700 days of silence, usually 14 before; see "Restart?"'),
    ],
)  # fmt: skip
def test_why_not_says_what_is_missing(history: list[Touchpoint], said: str) -> None:
    desk = Desk()
    desk.knows(Person("Erika", [ERIKA]))
    desk.add(*history)
    assert desk.why_not(ERIKA) == said


def test_why_not_names_kind_rhythm_holidays_and_the_place_on_the_list() -> None:
    desk = Desk(customers={"muster.example": {"kind": "supplier"}}, cadence={OLGA: "90d"})
    desk.add(*silent(), *silent(OLGA, gap=30, since=20))
    assert desk.why_not(ERIKA) == "supplier: silence gives no reason there"
    assert desk.why_not(OLGA) == "on track · 20 days of silence, agreed every 90 days, after 135 days at the latest"
    january = Desk()
    january.add(*[video(ERIKA, at("2025-12-22 10:00") - timedelta(days=7 * n)) for n in range(20)])
    assert "due after 11 days without days off" in january.why_not(ERIKA, at("2026-01-07 09:00"))
    flagged = Desk()
    flagged.add(*silent(OLGA), *silent(gap=7))
    assert flagged.why_not(OLGA).startswith("is on the list, number 2: due · 56 days of silence")


def test_evidence_is_there_after_the_store_is_closed() -> None:
    desk = Desk()
    desk.add(*silent())
    [flag] = desk.calls().flags
    desk.store.close()
    assert len(flag.reasons[0].evidence) == 3
    assert flag.reasons[0].text["de"].startswith("fällig")


def test_a_copied_recipient_is_no_contact() -> None:
    desk = Desk()
    desk.add(*silent())
    party = Party(Handle.of(ERIKA), "Erika", role="copied")
    desk.add(Touchpoint(ago(3), "mail", "out", "reached", (Party(Handle.of(OLGA), "Olga"), party)))
    assert names(desk.calls().flags) == ["Erika"]


def test_every_suggestion_has_words_in_both_languages() -> None:
    desk = Desk()
    desk.add(*every(14, range(4, 30)), *logged(PHONE), mail(OLGA, ago(50), "out"), mail(OLGA, ago(2), thread="x"))
    for flag in desk.calls().flags:
        for lang in ("de", "en"):
            assert flag.suggestion.text[lang] and flag.suggestion.why[lang]
            assert not any(mark in flag.suggestion.text[lang] for mark in ("{", "}", "None"))


def test_a_hole_between_two_files_makes_silence_uncertain_too() -> None:
    desk = Desk()
    desk.add(*silent(since=30, gap=7), importer="log")
    desk.add(*[call(PHONE, ago(30 + 7 * n), minutes=9) for n in range(20)], importer="router")
    desk.covers("router", date(2026, 1, 1), date(2026, 6, 2))
    desk.covers("router", date(2026, 6, 30), date(2026, 7, 1))
    told = {f.relationship.name: (f.uncertain, f.reasons[0].text["en"]) for f in desk.calls().flags}
    assert told["Erika Muster"][0]
    assert told["Erika Muster"][1].endswith("uncertain: call log has a gap after Tue 2 Jun")
    desk.covers("router", date(2026, 6, 3), date(2026, 6, 29))
    assert not any(f.uncertain for f in desk.calls().flags)


def test_a_reason_about_somebody_else_there_names_them() -> None:
    desk = Desk()
    desk.add(*silent(), *silent(BERND, gap=7, days=25))
    [flag] = desk.calls().flags
    assert sorted(r.text["en"].partition(":")[0] for r in flag.reasons if ":" in r.text["en"]) == ["Erika"]


# -- back from an absence -------------------------------------------------------------------------------------------


def back(absence: tuple[date, date] = (date(2026, 6, 15), date(2026, 6, 30)), people: int = 20) -> Desk:
    """A desk whose owner was away, mostly for twelve working days; many fell silent long before, one is owed a call."""
    desk = Desk(absences=[absence])
    for n in range(people):
        desk.add(*silent(f"p{n:02}@c{n:02}.example", since=90 + n))
    desk.add(*silent("owed@owed.example", since=30), call("owed@owed.example", ago(6), "in", outcome="missed"))
    return desk


def test_back_from_an_absence_what_is_owed_comes_first_and_the_rest_by_and_by() -> None:
    calls = back().calls(limit=None)
    assert [rules(flag)[0] for flag in calls.flags] == ["missed_inbound", *["unusual_silence"] * 4]
    assert calls.more == 0
    assert [note["en"] for note in calls.eased] == [
        "After your absence until Tue 30 Jun, 16 more wait, spread over the working days until Tue 7 Jul."
    ]
    whys = Counter(h.why["en"] for h in calls.held_back)
    days = ("Thu 2 Jul", "Fri 3 Jul", "Mon 6 Jul", "Tue 7 Jul")
    assert whys == {f"after your absence, from {day}": 4 for day in days}


def test_whoever_was_called_makes_room_and_on_the_last_day_all_are_there() -> None:
    desk = back()
    first = names(desk.calls(limit=None).flags)
    assert names(desk.calls(AT + timedelta(days=1), limit=None).flags)[:5] == first  # nobody was called: they stay
    desk.add(*[call(f"{name.lower()}@c{name[1:]}.example", AT + timedelta(hours=1)) for name in first[1:]])
    second = desk.calls(AT + timedelta(days=1), limit=None)
    assert (len(second.flags), len(second.held_back)) == (5, 12)
    assert not set(first[1:]) & set(names(second.flags))
    assert len(desk.calls(AT + timedelta(days=6), limit=None).flags) == 17
    assert desk.calls(AT + timedelta(days=6)).eased == ()


def test_who_waits_after_an_absence_is_told_the_day() -> None:
    desk = back()
    waiting = desk.calls(limit=None).held_back[-1]
    assert waiting.contact is not None
    assert desk.why_not(waiting.contact.name).startswith("held back (after your absence, from ")


@pytest.mark.parametrize(
    ("absence", "people"),
    [
        ((date(2026, 6, 26), date(2026, 6, 30)), 20),  # three working days
        ((date(2026, 6, 1), date(2026, 6, 19)), 20),  # back for a week
        ((date(2026, 6, 15), date(2026, 7, 3)), 20),  # still away
        ((date(2026, 6, 15), date(2026, 6, 30)), 3),  # so few that none need wait
    ],
)
def test_otherwise_nobody_waits(absence: tuple[date, date], people: int) -> None:
    calls = back(absence, people).calls(limit=None)
    assert (len(calls.flags), calls.eased) == (people + 1, ())


def test_a_week_off_counts_from_monday_and_over_a_holiday() -> None:
    desk = back((date(2026, 5, 18), date(2026, 5, 22)), 20)  # Whit Monday, the 25th, is a holiday
    assert desk.calls(at("2026-05-26 09:00"), limit=None).eased != ()
    assert desk.calls(at("2026-05-27 09:00"), limit=None).eased == ()
    off = Desk(absences=[(date(2026, 5, 18), date(2026, 5, 22))], rules={"after_absence": {"least": 6}})
    for n in range(20):
        off.add(*silent(f"p{n:02}@c{n:02}.example", since=90 + n))
    assert off.calls(at("2026-05-26 09:00"), limit=None).eased == ()


# -- one person in two sources -----------------------------------------------------------------------------------------------


def _written(name: str, days: int, waits: bool = False) -> list[Touchpoint]:
    """A chat with somebody who is known by name alone; `waits`: theirs is the last word, and a question."""
    party = Party(Handle("name", name.lower(), "whatsapp", name), name)
    chats = [
        Touchpoint(ago(days + 7 * n, 10 + side), "whatsapp", ("in", "out")[side], parties=(party,))
        for n in range(30)
        for side in (0, 1)
    ]
    last = Touchpoint(ago(days, 12), "whatsapp", "in", parties=(party,), expects_reply=True)
    return [*chats, last] if waits else chats


def _known(days: int) -> list[Touchpoint]:
    return [call(PHONE, ago(days + 7 * n), minutes=10, name="Erika Muster") for n in range(30)]


ERIKA_MUSTER = Person("Erika Muster", [PHONE], customer="Muster Bau", kind="customer")


def test_who_is_called_weekly_is_not_silent_because_the_chat_under_the_same_name_is() -> None:
    desk = Desk()
    desk.knows(ERIKA_MUSTER)
    desk.add(*_known(2), *_written("Erika Muster", 60))
    assert desk.calls().flags == ()
    assert held(desk) == {
        "Erika Muster": "probably the same person as at +49 30 23125123; see: touchpoints people --suggestions"
    }


def test_somebody_silent_by_phone_is_on_the_list_once() -> None:
    desk = Desk()
    desk.knows(ERIKA_MUSTER)
    desk.add(*_known(60), *_written("Erika Muster", 60))
    [flag] = desk.calls().flags
    assert flag.customer is not None and flag.customer.name == "Muster Bau"


def test_what_is_owed_by_name_alone_stays_on_the_list() -> None:
    desk = Desk()
    desk.knows(ERIKA_MUSTER)
    desk.add(*_known(2), *_written("Erika Muster", 3, waits=True))
    [flag] = desk.calls().flags
    assert rules(flag)[0] == "unanswered_message"


def test_two_people_of_one_name_hold_nobody_back() -> None:
    desk = Desk()
    desk.knows(ERIKA_MUSTER, Person("Erika Muster", [MOBILE], customer="Beispiel AG", kind="customer"))
    theirs = [call(MOBILE, ago(2 + 7 * n), name="Erika Muster") for n in range(20)]
    desk.add(*_known(2), *theirs, *_written("Erika Muster", 60))
    assert len(desk.calls().flags) == 1
