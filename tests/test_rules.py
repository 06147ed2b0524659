"""Each rule fires where it should, says why, and ends when it should; figures are those of the day."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from desk import AT, Desk, ago, at, call, chat, every, mail, together, video

import touchpoints.rules as bundled
from touchpoints import words
from touchpoints.book import Book
from touchpoints.errors import InvalidValue, PluginError, UnknownName
from touchpoints.handles import Handle
from touchpoints.language import Text, languages
from touchpoints.model import Party, Person, Touchpoint
from touchpoints.plugins import Plugins, Rule
from touchpoints.relationship import Reason
from touchpoints.rules import due_date, touchpoints_rules
from touchpoints.rules.occasions import next_birthday
from touchpoints.rules.scope import THRESHOLDS
from touchpoints.settings import Settings
from touchpoints.tracker import Tracker

ERIKA = "erika@muster.example"
BERND = "bernd@muster.example"
PHONE = "+498999998123"


def two_way(who: str = ERIKA, days: float = 40) -> list[Touchpoint]:
    """Enough to be a contact: a mail each way, long before anything is tested."""
    return [mail(who, ago(days), "out"), mail(who, ago(days - 1))]


# -- missed_inbound -------------------------------------------------------------------------------------------------


def missed(desk: Desk, when: datetime = AT) -> list[str]:
    return [r.text["en"] for r in desk.reasons(when, "missed_inbound")]


def test_a_missed_call_is_owed_and_counts_working_hours() -> None:
    desk = Desk()
    desk.add(call(PHONE, ago(60)), call(PHONE, at("2026-06-26 16:00"), "in", outcome="missed"))
    [reason] = desk.reasons(rule="missed_inbound")
    assert reason.waited == 17
    assert reason.text["en"] == "call back · missed call Fri 26 Jun, 16:00 · waiting for 17 working hours"
    assert reason.text["de"] == (
        "Rückruf offen · verpasster Anruf am Fr., 26. Juni, 16:00 Uhr · wartet seit 17 Arbeitsstunden"
    )


def test_two_missed_calls_and_a_voicemail_are_one_reason_in_the_plural() -> None:
    desk = Desk()
    desk.add(call(PHONE, ago(60)), call(PHONE, at("2026-06-30 16:12"), "in", outcome="missed"))
    desk.add(call(PHONE, at("2026-06-30 16:55"), "in", outcome="voicemail"))
    desk.add(call(PHONE, at("2026-06-30 16:56"), "in", outcome="voicemail", key="rang at a second phone"))
    [text] = missed(desk)
    assert (
        text
        == "call back · 2 missed calls, last Tue 30 Jun, 16:56, with a voicemail · waiting for less than a working hour"
    )


@pytest.mark.parametrize(
    "end",
    [
        call(PHONE, ago(1, 15)),
        call(PHONE, ago(1, 15), "in"),  # they called again and were answered
        call(PHONE, ago(1, 15), colleagues=("Jonas Brandt",)),
        call(PHONE, ago(1, 14) - timedelta(seconds=60), "in"),  # rang at two of us, one took it
        Touchpoint.message(PHONE, ago(1, 15), "out", channel="sms"),
    ],
)
def test_a_missed_call_ends_with_a_conversation_or_our_message(end: Touchpoint) -> None:
    desk = Desk()
    desk.add(call(PHONE, ago(60)), call(PHONE, ago(1, 14), "in", outcome="missed"))
    assert len(missed(desk)) == 1
    desk.add(end)
    assert missed(desk) == []


def test_a_missed_call_ends_with_a_conversation_with_anybody_there_on_any_channel() -> None:
    desk = Desk()
    desk.knows(
        Person("Erika Muster", [PHONE, ERIKA], customer="Muster"), Person("Bernd Muster", [BERND], customer="Muster")
    )
    desk.add(*two_way(), *two_way(BERND), call(PHONE, ago(1, 14), "in", outcome="missed"))
    assert len(missed(desk)) == 1
    desk.add(video(BERND, ago(1, 16)))
    assert missed(desk) == []


@pytest.mark.parametrize(
    "no_end",
    [
        call(PHONE, ago(1, 15), "out", outcome="missed"),
        call(PHONE, ago(1, 15), "out", outcome="voicemail"),
        call(PHONE, ago(1, 12)),  # before
        Touchpoint.message(PHONE, ago(1, 15), "in", channel="sms"),
        call("+498999998200", ago(1, 15), name="Somebody Else"),
    ],
)
def test_a_missed_call_does_not_end_with_an_attempt_or_with_what_was_before(no_end: Touchpoint) -> None:
    desk = Desk()
    desk.add(call(PHONE, ago(60)), call(PHONE, ago(1, 14), "in", outcome="missed"), no_end)
    assert len(missed(desk)) == 1


def test_a_missed_call_is_forgotten_after_ten_working_days() -> None:
    desk = Desk()
    desk.add(call(PHONE, at("2026-05-01 10:00")), call(PHONE, at("2026-06-17 10:00"), "in", outcome="missed"))
    assert len(missed(desk, AT)) == 1
    assert missed(desk, AT + timedelta(days=1)) == []


def test_an_entry_of_the_log_is_our_own_attempt() -> None:
    desk = Desk()
    desk.add(call(PHONE, ago(60)))
    desk.add(call(PHONE, ago(1), "in", outcome="missed"), importer="log")
    assert missed(desk) == []


@pytest.mark.parametrize(
    ("kind", "owed"), [("supplier", 0), ("private", 0), ("ignored", 0), ("former", 1), ("customer", 1)]
)
def test_nothing_is_owed_to_suppliers_private_and_ignored_ones(kind: str, owed: int) -> None:
    desk = Desk(customers={"Erika Muster": {"kind": kind}})
    desk.add(call(PHONE, ago(60)), call(PHONE, ago(1), "in", outcome="missed"))
    desk.add(call(PHONE, ago(1, 11), "in", outcome="missed"))
    assert len(missed(desk)) == owed


# -- unanswered_message -----------------------------------------------------------------------------------------------


def unanswered(desk: Desk, when: datetime = AT) -> list[str]:
    return [r.text["en"] for r in desk.reasons(when, "unanswered_message")]


def test_a_mail_that_starts_a_thread_waits_after_four_working_hours() -> None:
    desk = Desk()
    desk.add(*two_way(), mail(ERIKA, at("2026-06-30 14:00"), thread="new", subject="Maintenance contract"))
    assert unanswered(desk, at("2026-06-30 16:59")) == []
    assert unanswered(desk, at("2026-07-01 10:00")) == [
        'to answer · mail Tue 30 Jun, 14:00 "Maintenance contract" · waiting for 4 working hours'
    ]


@pytest.mark.parametrize(
    ("last", "waits"),
    [
        (mail(ERIKA, ago(2), thread="t", subject="Re: Offer"), False),  # a closing thanks
        (mail(ERIKA, ago(2), thread="t", subject="Re: Offer", expects_reply=True), True),
        (mail(ERIKA, ago(2), thread="other", subject="New matter"), True),
        (mail(ERIKA, ago(2), thread="ours, but never exported", subject="AW: Angebot"), False),
    ],
)
def test_in_our_thread_only_a_question_waits(last: Touchpoint, waits: bool) -> None:
    desk = Desk()
    desk.add(*two_way(), mail(ERIKA, ago(4), "out", thread="t", subject="Offer"), last)
    assert bool(unanswered(desk)) == waits


def test_thanks_in_an_old_thread_of_ours_do_not_wait() -> None:
    desk = Desk()
    desk.add(mail(ERIKA, ago(61)), mail(ERIKA, ago(60), "out", thread="t"), mail(ERIKA, ago(2), thread="t"))
    assert unanswered(desk) == []


def test_the_second_in_a_row_waits_but_not_within_the_hour() -> None:
    desk = Desk()
    desk.add(mail(ERIKA, ago(4), "out", thread="t"), chat(ERIKA, ago(3), "out", thread="c"))
    desk.add(chat(ERIKA, ago(2), thread="c"), chat(ERIKA, ago(2) + timedelta(minutes=2), thread="c"))
    assert unanswered(desk) == []
    desk.add(chat(ERIKA, ago(1), thread="c"))
    assert len(unanswered(desk)) == 1


def test_a_message_in_an_old_chat_begins_anew() -> None:
    desk = Desk()
    desk.add(chat(ERIKA, ago(40), "out", thread="c"), chat(ERIKA, ago(39), thread="c"), chat(ERIKA, ago(3), thread="c"))
    assert len(unanswered(desk)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        mail(ERIKA, ago(1), "out"),
        mail(ERIKA, ago(1), "out", colleagues=("Jonas Brandt",)),
        chat(ERIKA, ago(1), "out"),
        call(ERIKA, ago(1)),
        video(ERIKA, ago(1)),
        mail(BERND, ago(1), "out", thread="new"),  # to somebody else there, with them in copy
    ],
)
def test_a_message_is_answered_on_any_channel_by_anybody(answer: Touchpoint) -> None:
    desk = Desk()
    desk.add(*two_way(), *two_way(BERND), mail(ERIKA, ago(2), thread="new"))
    assert len(unanswered(desk)) == 1
    desk.add(answer)
    assert unanswered(desk) == []


def test_a_message_is_not_answered_by_one_to_somebody_else() -> None:
    desk = Desk()
    desk.add(*two_way(), *two_way(BERND), mail(ERIKA, ago(2), thread="new"), mail(BERND, ago(1), "out", thread="b"))
    assert {r.relationship.name for r in desk.reasons(rule="unanswered_message")} == {"Erika"}


def test_what_waits_first_counts_from_then() -> None:
    desk = Desk()
    desk.add(
        *two_way(), mail(ERIKA, at("2026-06-22 10:00"), thread="a"), mail(ERIKA, at("2026-06-25 10:00"), thread="a")
    )
    [reason] = desk.reasons(rule="unanswered_message")
    assert (reason.since, reason.waited, len(reason.evidence)) == (at("2026-06-22 10:00"), 55, 2)


# -- promise_due --------------------------------------------------------------------------------------------------


def test_a_promise_is_due_from_its_day_until_a_conversation() -> None:
    desk = Desk()
    desk.add(*two_way())
    desk.decide(ago(10), "note", ERIKA, text="call back on Tuesday", due="2026-06-30")
    assert desk.rules(at("2026-06-29 12:00")) & {"promise_due"} == set()
    [reason] = desk.reasons(rule="promise_due")
    assert reason.text["en"] == 'promised · "call back on Tuesday", due Tue 30 Jun'
    desk.add(call(ERIKA, ago(5)))  # too early to be what was promised
    assert len(desk.reasons(rule="promise_due")) == 1
    desk.add(call(ERIKA, ago(1)))
    assert desk.reasons(rule="promise_due") == []


def test_a_note_without_a_date_is_no_promise() -> None:
    desk = Desk()
    desk.add(*two_way())
    desk.decide(ago(10), "note", ERIKA, text="likes sailing", due=None)
    assert desk.reasons(rule="promise_due") == []


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("ruft nächste Woche zurück", "2026-07-06"),
        ("ruf ihn übernächste Woche an", "2026-07-13"),
        ("call back next Tuesday", "2026-07-07"),
        ("meldet sich am Freitag", "2026-07-03"),
        ("meldet sich kommenden Mittwoch", "2026-07-08"),
        ("Dienstag in einer Woche", "2026-07-14"),
        ("übernächsten Freitag nachfassen", "2026-07-10"),
        ("in drei Tagen melden", "2026-07-04"),
        ("call in two weeks", "2026-07-15"),
        ("in einem Monat noch einmal fragen", "2026-08-01"),
        ("in einem halben Jahr", "2026-12-30"),
        ("morgen Angebot schicken", "2026-07-02"),
        ("the day after tomorrow", "2026-07-03"),
        ("am 15.8. nachfassen", "2026-08-15"),
        ("bis 31.12.2026", "2026-12-31"),
        ("am 15.1. Jahresgespräch", "2027-01-15"),
        ("Rückruf am 3. August um 14 Uhr", "2026-08-03"),
        ("call on August 12", "2026-08-12"),
        ("2026-09-01 review", "2026-09-01"),
        ("Ende der Woche", "2026-07-03"),
        ("end of next week", "2026-07-10"),
        ("Anfang nächster Woche", "2026-07-06"),
        ("the week after next", "2026-07-13"),
        ("Ende Juli Angebot", "2026-07-31"),
        ("Mitte August", "2026-08-15"),
        ("nächsten Monat", "2026-08-01"),
        ("bis Monatsende", "2026-07-31"),
        ("nächstes Quartal", "2026-10-01"),
        ("KW 33", "2026-08-10"),
        ("ruf heute noch an", "2026-07-01"),
        ("letzte Woche telefoniert, ruft nächste Woche an", "2026-07-06"),
        ("Angebot 2026 besprochen", None),
        ("3,5 % Rabatt zugesagt", None),
        ("so wie immer, am Apparat war Jule", None),
        ("seit Montag krank", None),
        ("guten Morgen gewünscht", None),
        ("um 14 Uhr telefoniert", None),
        ("Rechnung vom 3.5. offen", None),
        ("last Tuesday they called", None),
        ("am 31. Juni", None),
        ("", None),
    ],
)
def test_the_date_in_a_note(text: str, due: str | None) -> None:
    found = due_date(text, AT)
    assert (found and found.isoformat()) == due


def test_the_date_in_a_note_counts_from_its_own_day() -> None:
    assert due_date("nächste Woche", date(2026, 7, 5)) == date(2026, 7, 6)
    assert due_date("am Montag", date(2026, 7, 6)) == date(2026, 7, 13)
    assert due_date("in einem Monat", date(2026, 1, 31)) == date(2026, 2, 28)
    assert due_date("KW 2", date(2026, 12, 20)) == date(2027, 1, 11)


# -- fell_through ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["cancelled", "declined", "no_show"])
def test_a_meeting_that_fell_through_waits_for_a_new_one(outcome: str) -> None:
    desk = Desk()
    desk.add(*two_way(), video(ERIKA, ago(13), outcome=outcome, subject="Annual review"))
    [reason] = desk.reasons(rule="fell_through")
    assert reason.text["en"].startswith('meeting fell through, no new one · video meeting Thu 18 Jun "Annual review": ')


@pytest.mark.parametrize(
    "since", [video(ERIKA, ago(12)), call(ERIKA, ago(3)), video(BERND, ago(3)), video(BERND, ago(-9))]
)
def test_a_meeting_that_fell_through_ends_with_one_held_or_booked(since: Touchpoint) -> None:
    desk = Desk()
    desk.add(*two_way(), *two_way(BERND), video(ERIKA, ago(13), outcome="cancelled"))
    assert "fell_through" in desk.rules()
    desk.add(since)
    assert "fell_through" not in desk.rules()


def test_a_meeting_that_fell_through_is_forgotten_after_a_month() -> None:
    desk = Desk()
    desk.add(*two_way(), video(ERIKA, ago(31), outcome="cancelled"))
    assert "fell_through" not in desk.rules()


# -- unusual_silence, and the scope of silence ------------------------------------------------------------------


def test_silence_is_told_against_the_own_rhythm() -> None:
    desk = Desk()
    desk.add(*every(14, [*range(3, 12), *range(13, 16)]))
    [reason] = desk.reasons(rule="unusual_silence")
    assert reason.text["de"].startswith("fällig · 42 Tage still")
    assert reason.text["en"].startswith("due · 42 days of silence")
    assert reason.text["en"].endswith("usually 15, never more than 28")
    assert reason.text["de"].endswith("üblich alle 15, nie länger als 28")


def test_both_figures_are_shown_where_days_off_make_a_difference() -> None:
    desk = Desk()
    desk.add(*[video(ERIKA, at("2026-01-30 10:00") - timedelta(days=7 * n)) for n in range(8, 30)])
    [reason] = desk.reasons(at("2026-01-30 09:00"), "unusual_silence")
    assert reason.text["en"] == "due · 56 days of silence (42 without days off), usually 7, never more than 7"
    assert reason.text["de"] == "fällig · 56 Tage still (ohne freie Tage 42), üblich alle 7, nie länger als 7"


def test_the_seventh_of_january_does_not_flag_everybody() -> None:
    desk = Desk()
    for n in range(10):
        who = f"person{n}@customer{n}.example"
        desk.add(*[video(who, at("2025-12-22 10:00") - timedelta(days=7 * k)) for k in range(20)])
    morning = at("2026-01-07 09:00")
    assert {r.warmth.status for r in desk.book(morning)} == {"due"}
    assert desk.reasons(morning) == []
    assert len(desk.reasons(at("2026-01-26 09:00"), "unusual_silence")) == 10


def test_the_absence_of_a_contact_is_no_silence() -> None:
    desk = Desk()
    desk.add(*every(7, range(4, 30)))
    assert "unusual_silence" in desk.rules()
    desk.decide(ago(20), "away", ERIKA, until="2026-06-30")
    assert "unusual_silence" not in desk.rules()


@pytest.mark.parametrize(
    ("history", "in_scope"),
    [
        (every(30, range(4, 8)), True),
        (every(30, range(4, 7)), False),  # three days
        (every(7, range(10, 22)), False),  # 77 days long
        (every(30, range(4, 9), kind=mail), False),  # only theirs
        ([*every(30, range(4, 8), kind=mail), mail(ERIKA, ago(125), "out")], True),
    ],
)
def test_silence_counts_after_four_days_in_ninety_from_both_sides(history: list[Touchpoint], in_scope: bool) -> None:
    desk = Desk()
    desk.knows(Person("Erika", [ERIKA]))
    desk.add(*history)
    assert ("unusual_silence" in desk.rules()) == in_scope


@pytest.mark.parametrize("kind", ["supplier", "private", "former", "ignored"])
def test_silence_of_suppliers_private_and_former_ones_says_nothing(kind: str) -> None:
    desk = Desk(customers={"muster.example": {"kind": kind}})
    desk.add(*every(14, range(4, 30)))
    assert desk.rules() == set()


@pytest.mark.parametrize("said", [{"kind": "customer"}, {"tags": ["vip"]}])
def test_a_word_of_the_user_puts_a_short_history_in_scope(said: dict[str, object]) -> None:
    history = every(7, range(8, 12))
    unsaid, desk = Desk(), Desk(customers={"muster.example": said})
    unsaid.add(*history)
    desk.add(*history)
    assert "unusual_silence" not in unsaid.rules()
    assert "unusual_silence" in desk.rules()


def test_callers_of_a_hotline_are_no_relationships() -> None:
    calls = [call(PHONE, ago(14 * n), "in", line="+4930 23125 500") for n in range(4, 20)]
    desk, hotline = Desk(), Desk(lines={"+49 30 23125 500": "hotline"})
    desk.add(*calls)
    hotline.add(*(c.__class__.call(PHONE, c.at, "in", name="Erika Muster", line="+493023125500") for c in calls))
    assert "unusual_silence" in desk.rules()
    assert hotline.rules() == set()
    assert hotline.why_not(PHONE) == "in touch only on hotline lines"
    hotline.add(call(PHONE, ago(57), "in", line="+493023125100"))
    assert "unusual_silence" in hotline.rules()


def test_a_planned_meeting_is_no_contact_and_a_cancelled_one_neither() -> None:
    desk = Desk()
    desk.add(*every(7, range(6, 30)), video(ERIKA, ago(-30)), video(ERIKA, ago(3), outcome="cancelled"))
    [reason] = desk.reasons(rule="unusual_silence")
    assert "42 days of silence" in reason.text["en"]


def test_a_call_logged_today_ends_the_silence_at_once() -> None:
    desk = Desk()
    desk.add(*every(7, range(6, 30)))
    assert "unusual_silence" in desk.rules()
    desk.add(call(ERIKA, AT - timedelta(hours=1)), importer="log")
    assert desk.rules() == set()


def test_the_evidence_is_the_last_contact() -> None:
    desk = Desk()
    desk.add(*every(7, range(6, 30)), call(ERIKA, ago(2), outcome="missed"))
    [reason] = desk.reasons(rule="unusual_silence")
    book = desk.book()
    assert list(reason.evidence) == [s.key for s in book.touchpoints(book[0], outcome="reached", limit=3)]


# -- overdue ------------------------------------------------------------------------------------------------------


def overdue(desk: Desk, when: datetime = AT) -> list[tuple[int, str]]:
    return [(r.stage, r.text["en"]) for r in desk.reasons(when, "overdue")]


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (30, []),
        (40, [(4, "about time · 40 days of silence, agreed every 30 days, after 45 days at the latest")]),
        (46, [(2, "due · 46 days of silence, agreed every 30 days, after 45 days at the latest")]),
    ],
)
def test_an_agreed_rhythm_has_an_ideal_and_a_latest_day(days: int, found: list[tuple[int, str]]) -> None:
    desk = Desk(region="QQ", cadence={"erika": "30d"})
    desk.add(mail(ERIKA, at("2026-03-01 10:00"), "out"), mail(ERIKA, at("2026-03-02 10:00")))
    assert overdue(desk, at("2026-03-02 09:00") + timedelta(days=days)) == found


@pytest.mark.parametrize("agreed", ["erika", ERIKA, "muster.example", "Muster GmbH", "vip"])
def test_a_rhythm_is_agreed_with_a_contact_a_customer_or_a_tag(agreed: str) -> None:
    desk = Desk(cadence={agreed: {"ideal": "20d", "latest": "21d"}})
    desk.knows(Person("Erika", [ERIKA], customer="Muster GmbH", tags=["VIP"]))
    desk.add(*two_way(days=25))
    assert [text for _, text in overdue(desk)] == [
        "due · 24 days of silence, agreed every 20 days, after 21 days at the latest"
    ]


def test_the_latest_word_on_a_rhythm_counts() -> None:
    desk = Desk(cadence={"erika": "1w"})
    desk.add(*two_way())
    desk.decide(ago(3), "cadence", ERIKA, every="10w")
    assert overdue(desk) == []


def test_a_rhythm_with_a_customer_is_kept_by_anybody_there_and_an_own_one_is_not() -> None:
    desk = Desk(cadence={"muster.example": "20d"})
    desk.add(*two_way(days=60), *two_way(BERND, days=50))
    assert [r.relationship.name for r in desk.reasons(rule="overdue")] == ["Bernd"]  # once, with the last contact
    desk.add(mail(BERND, ago(3), "out"))
    assert overdue(desk) == []
    desk.decide(ago(2), "cadence", ERIKA, every="20d")
    assert [r.relationship.name for r in desk.reasons(rule="overdue")] == ["Erika"]


def test_importance_is_a_rhythm_for_customers() -> None:
    desk = Desk(customers={"muster.example": {"importance": "A"}})
    desk.add(mail(ERIKA, ago(110), "out"), mail(ERIKA, ago(108)))
    [(_, text)] = overdue(desk)
    assert text.endswith("agreed every 90 days, after 90 days at the latest")
    desk = Desk(customers={"muster.example": {"importance": "A", "kind": "supplier"}})
    desk.add(mail(ERIKA, ago(110), "out"), mail(ERIKA, ago(108)))
    assert overdue(desk) == []


# -- cooling, shallow_only ----------------------------------------------------------------------------------------------


def test_cooling_says_how_much_rarer_it_became() -> None:
    desk = Desk()
    desk.add(
        *(video(ERIKA, ago(2 + 28 * n)) for n in range(3)), *(video(ERIKA, ago(58 + 7 * n)) for n in range(1, 250))
    )
    [reason] = desk.reasons(rule="cooling")
    rhythm = "cooling · 2 days of silence, usually 7, at most 28 so far"
    assert reason.text["en"] == f"{rhythm} · lately 2.3 contact days a month instead of 4.1"
    assert reason.text["de"].startswith(
        "wird seltener · 2 Tage still, üblich alle 7, längstens 28 · zuletzt 2,3 statt 4,1"
    )


def test_what_only_the_holidays_cooled_is_not_cooling() -> None:
    morning = at("2026-01-09 09:00")
    desk = Desk()
    desk.add(*(video(ERIKA, at("2025-12-22 10:00") - timedelta(days=3 * n)) for n in range(600)))
    desk.add(video(ERIKA, at("2026-01-07 10:00")))
    assert [r.warmth.status for r in desk.book(morning)] == ["cooling"]
    assert desk.reasons(morning) == []


def shallow(**settings: object) -> Desk:
    desk = Desk(**settings)  # type: ignore[arg-type]  # settings by name
    desk.add(*every(14, range(10, 30)), importer="icalendar")
    desk.add(*(mail(ERIKA, ago(7 * n, 11), "out" if n % 2 else "in", thread=f"t{n // 2}") for n in range(50)))
    return desk


def test_only_written_contact_that_is_on_track_is_shallow() -> None:
    [reason] = shallow().reasons(rule="shallow_only")
    assert reason.text["en"] == "only in writing now · no conversation for 140 days, usually 14, never more than 14"
    assert reason.text["de"] == "nur noch schriftlich · seit 140 Tagen kein Gespräch, üblich alle 14, nie länger als 14"
    desk = shallow()
    desk.add(call(ERIKA, ago(20)))
    assert desk.reasons(rule="shallow_only") == []


@pytest.mark.parametrize(
    ("until", "fires"), [(date(2026, 6, 30), True), (date(2026, 4, 15), True), (date(2026, 2, 15), False)]
)
def test_shallow_needs_a_source_of_conversations_that_covers_the_time(until: date, fires: bool) -> None:
    desk = shallow()
    desk.covers("icalendar", date(2025, 1, 1), until)
    assert bool(desk.reasons(rule="shallow_only")) == fires


# -- season, ghosted, single_threaded -----------------------------------------------------------------------------------


def test_a_contact_of_every_year_comes_back_with_the_season() -> None:
    desk = Desk()
    for year in (2024, 2025):
        for day in ("06-20", "06-28", "07-10"):
            desk.add(mail(ERIKA, at(f"{year}-{day} 10:00"), "out"), mail(ERIKA, at(f"{year}-{day} 15:00")))
    [reason] = desk.reasons(rule="season")
    assert reason.text["en"] == "as every year · in touch at this time of year in 2024 and 2025, not yet this year"
    assert desk.reasons(at("2026-05-01 09:00"), "season") == []
    desk.add(mail(ERIKA, at("2026-06-20 10:00"), "out"))
    assert desk.reasons(rule="season") == []


def test_a_season_that_is_booked_is_no_reason() -> None:
    desk = Desk()
    for year in (2024, 2025):
        desk.add(mail(ERIKA, at(f"{year}-07-01 10:00"), "out"), mail(ERIKA, at(f"{year}-07-02 15:00")))
    assert "season" in desk.rules()
    desk.add(video(ERIKA, ago(-40)))
    assert "season" not in desk.rules()


def test_contact_all_year_round_has_no_season() -> None:
    desk = Desk()
    desk.add(*(video(ERIKA, ago(100 + 28 * n)) for n in range(32)))
    assert "season" not in desk.rules()


def attempts(*kinds: str) -> list[Touchpoint]:
    """Attempts since 40 days ago, five days apart: m a mail, c a call in vain, v a voicemail."""
    made = {
        "m": lambda when: mail(ERIKA, when, "out", thread=str(when)),
        "c": lambda when: call(ERIKA, when, outcome="missed"),
        "v": lambda when: call(ERIKA, when, outcome="voicemail"),
    }
    return [made[k](ago(40 - 5 * n)) for n, k in enumerate(kinds)]


def test_three_attempts_on_any_channel_without_an_answer_are_a_ghost() -> None:
    desk = Desk()
    desk.add(*every(14, range(4, 20)), *attempts("m", "c", "m", "v"))
    [reason] = desk.reasons(rule="ghosted")
    assert reason.text["en"] == "no longer answers · 4 attempts without an answer since Fri 22 May (2 calls, 2 mails)"
    assert reason.text["de"] == "antwortet nicht mehr · 4 Versuche ohne Antwort seit Fr., 22. Mai (2 Anrufe, 2 E-Mails)"


def test_one_call_in_two_logs_is_one_attempt() -> None:
    desk = Desk()
    desk.add(*every(14, range(4, 20)), *attempts("m", "c"))
    desk.add(call(ERIKA, ago(35) + timedelta(minutes=90), outcome="voicemail"), importer="log")
    assert "ghosted" not in desk.rules()
    desk.add(call(ERIKA, ago(25), outcome="missed"))
    [reason] = desk.reasons(rule="ghosted")
    assert "3 attempts without an answer" in reason.text["en"]


@pytest.mark.parametrize(
    "others",
    [
        attempts("m", "m"),
        [mail(ERIKA, ago(4), "out"), mail(ERIKA, ago(3), "out"), mail(ERIKA, ago(2), "out")],  # within two days
        [*attempts("m", "m", "m"), mail(ERIKA, ago(1))],  # answered
        [*attempts("m", "m", "m"), call(ERIKA, ago(1), "in", outcome="missed")],  # a sign, though missed
    ],
)
def test_fewer_quicker_or_answered_attempts_are_no_ghost(others: list[Touchpoint]) -> None:
    desk = Desk()
    desk.add(*every(14, range(4, 20)), *others)
    assert "ghosted" not in desk.rules()


def customer_of_two(**settings: object) -> Desk:
    return Desk(customers={"muster.example": {"kind": "customer"}}, **settings)  # type: ignore[arg-type]  # by name


def test_a_customer_with_one_living_contact_of_two_hangs_on_one_person() -> None:
    desk = customer_of_two()
    desk.add(*every(14, range(0, 40)), *every(14, range(15, 40), who=BERND))
    assert "single_threaded" in desk.rules()
    [reason] = desk.reasons(rule="single_threaded")
    assert reason.text["en"] == "depends on one person · of 2 contacts Erika is left"
    desk.add(mail(BERND, ago(3)))
    assert "single_threaded" not in desk.rules()


def test_a_customer_whose_strongest_contact_is_due_while_another_is_not() -> None:
    desk = customer_of_two()
    desk.add(*every(7, range(6, 60)), *every(21, range(0, 20), who=BERND, kind=mail), mail(BERND, ago(50), "out"))
    [reason] = desk.reasons(rule="single_threaded")
    assert (reason.relationship.name, "42 days of silence" in reason.text["en"]) == ("Erika", True)


def test_a_customer_of_a_single_contact_never_hung_on_two() -> None:
    desk = customer_of_two()
    desk.add(*every(7, range(6, 60)))
    assert "single_threaded" not in desk.rules()


# -- contact_left, answered_now, attempts, never_spoken, occasion -------------------------------------------------------


def bounce(who: str, when: datetime) -> Touchpoint:
    party = Party(Handle.of(who), "Erika")
    return Touchpoint(when, "mail", "out", "missed", (party,), extra={"bounce": "hard"})


def test_a_mail_that_bounced_means_somebody_left_until_they_write() -> None:
    desk = Desk()
    desk.add(*two_way(), bounce(ERIKA, ago(2)))
    [reason] = desk.reasons(rule="contact_left")
    assert reason.text["en"] == "no longer there · mail to Erika could not be delivered Mon 29 Jun"
    assert reason.text["de"] == "nicht mehr dort · E-Mail an Erika am Mo., 29. Juni unzustellbar"
    desk.add(mail(ERIKA, ago(1)))
    assert desk.reasons(rule="contact_left") == []


def test_somebody_who_left_is_a_reason_until_a_successor_is_known() -> None:
    desk = Desk()
    desk.add(*every(14, range(5, 30)), *two_way(BERND))
    desk.decide(ago(3), "left", ERIKA, successor=None)
    assert desk.found() == {("contact_left", "Erika")}  # and their silence is none any more
    desk.decide(ago(2), "left", ERIKA, successor=desk.directory.find(BERND).id)  # type: ignore[union-attr]  # a contact
    assert desk.found() == set()


def test_a_first_answer_is_the_moment_to_call() -> None:
    desk = Desk()
    desk.add(*(chat(ERIKA, ago(n), "out") for n in (60, 40, 20)), chat(ERIKA, ago(1)))
    [reason] = desk.reasons(rule="answered_now")
    assert reason.text["en"] == "has just answered · message Tue 30 Jun, 10:00, the first answer"
    desk.add(call(ERIKA, ago(1, 12)))
    assert desk.reasons(rule="answered_now") == []


@pytest.mark.parametrize(("silent", "fires"), [(31, True), (29, False)])
def test_an_answer_after_a_month_is_one_too(silent: int, fires: bool) -> None:
    desk = Desk()
    desk.add(mail(ERIKA, ago(1 + silent)), mail(ERIKA, ago(10), "out"), mail(ERIKA, ago(1)))
    assert bool(desk.reasons(rule="answered_now")) == fires


@pytest.mark.parametrize(
    "history", [[mail(ERIKA, ago(90)), mail(ERIKA, ago(100), "out")], [mail(ERIKA, ago(9), "out")]]
)
def test_a_message_that_answers_nothing_or_came_days_ago_is_not(history: list[Touchpoint]) -> None:
    desk = Desk()
    desk.add(*history, mail(ERIKA, ago(1 if len(history) == 2 else 6)))
    assert desk.reasons(rule="answered_now") == []


def test_a_prospect_that_was_tried_and_not_reached_needs_the_next_step() -> None:
    desk = Desk()
    desk.knows(Person("Erika Muster", [ERIKA, PHONE], kind="prospect", customer="Muster"))
    assert desk.rules() == set()
    desk.add(mail(ERIKA, ago(20), "out"), mail(ERIKA, ago(10), "out"), call(PHONE, ago(5), outcome="missed"))
    [reason] = desk.reasons(rule="attempts")
    assert (
        reason.text["en"] == "not reached yet · 3 attempts since Thu 11 Jun (2 mails, 1 call), no conversation so far"
    )
    desk.add(mail(ERIKA, ago(4)))
    assert desk.reasons(rule="attempts") == []


@pytest.mark.parametrize(
    ("person", "fires"),
    [
        (Person("Erika", [ERIKA], customer="Muster", kind="customer"), True),
        (Person("Erika", [ERIKA], customer="Muster", importance="B"), True),
        (Person("Erika", [ERIKA], customer="Muster"), False),
        (Person("Erika", [ERIKA], customer="Muster", kind="supplier", importance="A"), False),
    ],
)
def test_a_customer_named_as_such_should_be_spoken_with_once(person: Person, fires: bool) -> None:
    desk = Desk()
    desk.knows(person)
    desk.add(*two_way(), video("olga@other.example", ago(5)))
    found = desk.reasons(rule="never_spoken")
    assert [r.text["en"] for r in found] == ["never spoken · 2 contact days since Fri 22 May, all in writing"] * fires
    desk.add(call(BERND, ago(3)), together(video(BERND, ago(2)), ERIKA))
    assert desk.reasons(rule="never_spoken") == []


def test_never_spoken_admits_that_no_conversations_are_known_at_all() -> None:
    desk = Desk()
    desk.knows(Person("Erika", [ERIKA], customer="Muster", kind="customer"))
    desk.add(*two_way())
    [reason] = desk.reasons(rule="never_spoken")
    assert reason.text["en"].endswith("all in writing; no conversations with anybody are known")


@pytest.mark.parametrize(
    ("birthday", "said", "stage"),
    [
        ("1980-07-01", "occasion: birthday today", 2),
        ("--07-02", "occasion: birthday tomorrow, Thu 2 Jul", 4),
        ("--0708", "occasion: birthday Wed 8 Jul, in 7 days", 4),
        ("1980-07-09", None, 0),
        ("1980-06-30", None, 0),
        ("July", None, 0),
    ],
)
def test_a_birthday_within_a_week_is_an_occasion(birthday: str, said: str | None, stage: int) -> None:
    desk = Desk()
    desk.knows(Person("Erika", [ERIKA], customer="Muster", kind="customer", birthday=birthday))
    assert [(r.text["en"], r.stage) for r in desk.reasons(rule="occasion")] == ([(said, stage)] if said else [])


def test_a_birthday_is_none_of_our_business_unless_they_are_a_customer_or_partner() -> None:
    for kind, fires in (("private", False), ("supplier", False), (None, False), ("partner", True)):
        desk = Desk()
        desk.knows(Person("Erika", [ERIKA], customer="Muster", kind=kind, birthday="--07-01"))
        assert bool(desk.reasons(rule="occasion")) == fires


def test_a_birthday_ends_with_the_call() -> None:
    desk = Desk()
    desk.knows(Person("Erika", [ERIKA], customer="Muster", kind="customer", birthday="--07-01"))
    desk.add(call(ERIKA, AT - timedelta(minutes=30)))
    assert desk.reasons(rule="occasion") == []


@pytest.mark.parametrize(
    ("anniversary", "contract", "said"),
    [
        ("2015-07-03", None, ["occasion: anniversary Fri 3 Jul, in 2 days"]),
        (None, "2026-07-01", ["occasion: contract date today"]),
        (None, "2027-07-02", []),
        (None, "2024-07-02", ["occasion: contract date tomorrow, Thu 2 Jul"]),
        ("--07-04", "2026-07-05", [
            "occasion: anniversary Sat 4 Jul, in 3 days", "occasion: contract date Sun 5 Jul, in 4 days",
        ]),
    ],
)  # fmt: skip
def test_an_anniversary_and_a_contract_date_are_occasions(
    anniversary: str | None, contract: str | None, said: list[str]
) -> None:
    desk = Desk()
    desk.knows(Person("Erika", [ERIKA], customer="Muster", kind="customer", anniversary=anniversary, contract=contract))
    assert [r.text["en"] for r in desk.reasons(rule="occasion")] == said


def test_the_contract_of_a_customer_is_spoken_of_with_one_person_there() -> None:
    desk = Desk(customers={"Muster": {"contract": date(2026, 7, 3)}})
    for name, address in (("Erika", ERIKA), ("Jonas", "jonas@muster.example")):
        desk.knows(Person(name, [address], customer="Muster", kind="customer"))
    desk.add(*(call(ERIKA, ago(20 * n)) for n in range(1, 9)))
    [reason] = desk.reasons(rule="occasion")
    assert (reason.relationship.name, reason.text["de"]) == (
        "Erika",
        "Anlass: Vertragstermin am Fr., 3. Juli, in 2 Tagen",
    )
    with pytest.raises(InvalidValue, match="contract of Muster: write a date"):
        Desk(customers={"Muster": {"contract": "soon"}})


def test_birthdays_return_also_on_a_leap_day() -> None:
    assert next_birthday("2000-02-29", date(2026, 1, 1)) == date(2026, 3, 1)
    assert next_birthday("2000-02-29", date(2028, 1, 1)) == date(2028, 2, 29)
    assert next_birthday("--12-31", date(2027, 1, 1)) == date(2027, 12, 31)
    assert next_birthday("2000-02-31", date(2026, 1, 1)) is None


# -- all together ---------------------------------------------------------------------------------------------------


def test_thresholds_are_settings() -> None:
    desk = Desk(rules={"missed_inbound": {"working_days": 1}, "fell_through": {"days": 5}, "scope": {"days": 20}})
    desk.add(*two_way(), call(ERIKA, ago(5), "in", outcome="missed"), video(BERND, ago(10), outcome="no_show"))
    desk.add(*every(30, range(4, 12), who="olga@other.example"))
    assert desk.rules() == set()


def test_nothing_that_lies_ahead_is_known() -> None:
    desk = Desk()
    desk.add(*every(7, range(6, 30)), call(ERIKA, ago(3), "in", outcome="missed"), mail(ERIKA, ago(2), thread="x"))
    before = {(r.rule, tuple(r.evidence), r.text["en"]) for r in desk.reasons(ago(10))}
    assert before
    later = Desk()
    later.add(*every(7, range(6, 30)))
    assert before == {(r.rule, tuple(r.evidence), r.text["en"]) for r in later.reasons(ago(10))}


def test_an_empty_store_has_no_reasons() -> None:
    assert Desk().reasons() == []


def test_every_reason_speaks_both_languages_and_has_a_severity() -> None:
    desk = shallow(customers={"muster.example": {"kind": "customer", "importance": "A"}})
    desk.add(call(ERIKA, ago(1), "in", outcome="missed"), video(ERIKA, ago(9), outcome="declined"))
    for reason in desk.reasons():
        assert sorted(reason.text) == sorted(languages())
        assert all(reason.text[lang] and "{" not in reason.text[lang] for lang in languages())
        assert 0 <= reason.severity <= 100
        assert reason.since is None or reason.since <= AT


def test_every_rule_and_threshold_stands_in_the_docs() -> None:
    root = Path(__file__).resolve().parents[1]
    page = (root / "docs" / "rules.md").read_text(encoding="utf-8")
    rows = {m[1]: m[2] or "" for m in re.finditer(r"^\| `(\w+)` \|.*\|(?: ([^|]*))? \|$", page, re.M)}
    told = {
        name: ", ".join(f"`{t}` {'⅓' if d == 1 / 3 else d}" for t, d in thresholds.items())
        for name, thresholds in [*((r.name, r.thresholds) for r in touchpoints_rules()), *THRESHOLDS.items()]
    }
    assert rows == told
    assert {rule.name for rule in touchpoints_rules()} == set(RULES)


class Loud(Rule):
    name, thresholds = "loud", {"decibels": 60}

    def reasons(self, book: Book, at: datetime) -> list[Reason]:
        return [Reason(self.name, r, self.threshold(book, "decibels")) for r in book]


class Silent:
    name = "silent"

    def reasons(self, book: Book, at: datetime) -> list[Reason]:
        return []


class Plugin:
    touchpoints_rules = staticmethod(lambda: [Loud(), Silent()])


def judged(**rules: object) -> list[Reason]:
    tracker = Tracker(settings=Settings(rules=rules), plugins=Plugins.of(Plugin(), bundled))
    tracker.add([mail(ERIKA, ago(5)), mail(ERIKA, ago(3), "out")])
    return [r for r in tracker.reasons(tracker.book(AT)) if r.rule == "loud"]


def test_a_threshold_that_no_rule_has_is_refused_by_name() -> None:
    with pytest.raises(UnknownName, match=r"threshold in \[rules.ghosted\] 'attempt' \(known: attempts, days\)"):
        judged(ghosted={"attempt": 5})
    with pytest.raises(UnknownName, match=r"threshold in \[rules.cooling\] 'days'"):
        judged(cooling={"days": 5})
    with pytest.raises(UnknownName, match=r"rule in the settings 'gosted'"):
        judged(gosted={"days": 5})
    with pytest.raises(UnknownName, match=r"threshold in \[rules.scope\] 'day' \(known: days, window\)"):
        judged(scope={"day": 5})
    for odd in ("5", True, -1, float("nan"), float("inf")):
        with pytest.raises(InvalidValue, match=r"\[rules.ghosted\] days must be a number"):
            judged(ghosted={"days": odd})
    with pytest.raises(InvalidValue, match=r"\[rules.ghosted\] must be a table"):
        judged(ghosted=5)


def test_shared_thresholds_and_those_of_practices_are_known() -> None:
    assert judged(scope={"days": 5}, held_back={"not_now_days": 3}, uncertain={"days": 1}, service={"mail_hours": 2})


def test_a_rule_of_a_plugin_declares_its_thresholds() -> None:
    assert [r.severity for r in judged()] == [60]
    assert [r.severity for r in judged(loud={"decibels": 85})] == [85]
    with pytest.raises(UnknownName, match=r"\[rules.loud\] 'decibel' \(known: decibels\)"):
        judged(loud={"decibel": 85})
    assert judged(silent={"whatever": 1})  # it does not say what it knows


def test_a_plugin_whose_thresholds_are_no_numbers_is_named() -> None:
    class Wrong(Loud):
        thresholds: ClassVar = {"decibels": "sixty"}

    with pytest.raises(PluginError, match="thresholds are not names with numbers"):
        Plugins.of(type("P", (), {"touchpoints_rules": staticmethod(lambda: [Wrong()])})())


RULES = (
    "missed_inbound unanswered_message promise_due fell_through overdue unusual_silence season ghosted single_threaded "
    "contact_left answered_now attempts cooling shallow_only never_spoken occasion"
).split()


# -- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "one", "two"),
    [
        (words.days, "1 Tag", "2 Tage"),
        (words.attempts, "1 Versuch", "2 Versuche"),
        (words.silence, "1 Tag still", "2 Tage still"),
        (words.usual, "üblich täglich", "üblich alle 2"),
        (lambda n: words.agreed(n, n), "vereinbart jeden Tag, spätestens nach 1 Tag",
         "vereinbart alle 2 Tage, spätestens nach 2 Tagen"),
        (lambda n: words.counted("email", n), "1 E-Mail", "2 E-Mails"),
    ],
)  # fmt: skip
def test_plurals(text: Callable[[int], Text], one: str, two: str) -> None:
    assert (text(1)["de"], text(2)["de"]) == (one, two)
    assert text(1)["en"] != text(2)["en"]


def test_a_date_far_away_is_told_with_its_year_and_a_decimal_as_the_language_writes_it() -> None:
    today = AT.date()
    said = Text('promised · "{note}", due {due}', note="x", due=words.day(today - timedelta(days=400), today))
    assert (said["de"], said["en"]) == (
        "zugesagt · „x“, fällig am Di., 27. Mai 2025",
        'promised · "x", due Tue, 27 May 2025',
    )
    months = "cooling · {silence}, {rhythm} · lately {month} contact days a month instead of {year}"
    assert Text(months, silence="", rhythm="", month=1.25, year=2.0)["de"].endswith("1,2 statt 2 Kontakttage im Monat")


def test_a_text_is_a_mapping_of_its_languages() -> None:
    assert dict(words.days(3)) == {"de": "3 Tage", "en": "3 days"}
    assert words.days(3) == {"de": "3 Tage", "en": "3 days"}
    assert words.days(3).get("fr") is None
    assert words.name("channel", "a channel of a plugin") == {
        "de": "a channel of a plugin",
        "en": "a channel of a plugin",
    }


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ([], "noch zu neu"),
        ([mail(ERIKA, ago(3), "out")], "bisher nur von uns · 3 Tage still"),
        ([mail(ERIKA, ago(3))], "noch zu neu · 3 Tage still"),
        (every(14, range(4, 20)), "fällig · 56 Tage still, üblich alle 14, nie länger als 14"),
        ([*every(14, range(4, 20)), *attempts("m", "m", "m", "m")], "bisher nur von uns · 25 Tage still, üblich alle 13, "
         "nie länger als 16; seit 56 Tagen schreiben nur wir"),
    ],
)  # fmt: skip
def test_the_standing_of_a_relationship(history: list[Touchpoint], said: str) -> None:
    desk = Desk()
    desk.knows(Person("Erika", [ERIKA]))
    desk.add(*history)
    [erika] = desk.book()
    assert words.standing(erika.warmth, "de") == said
