"""Service: calls and their waiting, call-backs, answers by conversation, promises, what is open, and who may see it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from happenings import AT, BERLIN, WORKDAYS, ago, call, chat, mail

import touchpoints as tp
from touchpoints import practices
from touchpoints.happened import Event
from touchpoints.team.group import Group, Withheld
from touchpoints.team.service import Item, Responses, Service, answers, call_backs, deadline, promised, service
from touchpoints.workdays import Workdays

START = date(2026, 4, 1)


def of(*events: Event, promises: list[Item] | None = None, group: Group | None = None, **choices: Any) -> Service:
    return service(events, promises or [], AT, WORKDAYS, group or Group(), start=START, **choices)


def backs(*events: Event) -> list[Item]:
    return list(call_backs(sorted(events, key=lambda e: e.at), AT, WORKDAYS))


def replies(*events: Event) -> list[Item]:
    return list(answers(sorted(events, key=lambda e: e.at), AT, WORKDAYS))


def missed(at: datetime, **fields: Any) -> Event:
    return call(at, answered=False, direction="in", **fields)


# -- call-backs ---------------------------------------------------------------------------------------------------------


def test_a_missed_call_is_called_back_in_working_hours() -> None:
    (item,) = backs(missed(ago(5, 16, 30)), call(ago(2, 9, 45), by="Ada"))  # Friday to Monday
    assert (item.hours, item.by, item.by_them) == (pytest.approx(1.25), {"Ada"}, False)


def test_several_calls_of_one_caller_are_one_item_until_it_is_settled() -> None:
    first, second = backs(missed(ago(9)), missed(ago(9, 11)), call(ago(8)), missed(ago(2)))
    assert (first.calls, first.closed is not None, second.calls, second.closed) == (2, True, 1, None)


def test_anybody_there_on_any_channel_settles_it_and_so_does_a_message_of_ours() -> None:
    (item,) = backs(missed(ago(9), who="a", group="firm"), call(ago(8), who="b", group="firm", direction="in"))
    assert item.by_them
    (item,) = backs(missed(ago(9), who="a", group="firm"), mail(ago(8), "out", who="a", group="firm"))
    assert item.closed is not None
    (item,) = backs(missed(ago(9), who="a", group="firm"), mail(ago(8), who="a", group="firm"))
    assert item.closed is None


def test_a_try_in_vain_is_counted_and_settles_nothing() -> None:
    (item,) = backs(missed(ago(1)), call(ago(1, 14), answered=False))
    assert (item.tries, item.closed) == (1, None)


def test_waiting_begins_when_they_hung_up() -> None:
    (item,) = backs(missed(ago(1), wait=1800), call(ago(1, 11)))
    assert item.hours == pytest.approx(0.5)


def test_whom_we_owe_nothing_waits_for_nothing() -> None:
    known = [missed(ago(1), who="shop"), mail(ago(1), who="shop")]
    assert [*call_backs(known, AT, WORKDAYS, lambda who: False), *answers(known, AT, WORKDAYS, lambda who: False)] == []


# -- answers --------------------------------------------------------------------------------------------------------------


def test_the_first_answer_counts_and_further_ones_are_told_apart() -> None:
    first, second = replies(
        mail(ago(9, 10), thread="t"), mail(ago(9, 12), "out", thread="t", by="Ada"),
        mail(ago(8, 10), thread="t", subject="Re: Angebot"), mail(ago(8, 11), "out", thread="t"),
    )  # fmt: skip
    assert [(i.first, i.hours) for i in (first, second)] == [(True, 2), (False, 1)]
    assert first.by == {"Ada"}


def test_a_last_word_waits_for_nothing_a_question_and_a_second_message_do() -> None:
    talk = [mail(ago(9, 10), "out", thread="t")]
    assert replies(*talk, mail(ago(9, 12), thread="t", subject="AW: Danke")) == []
    assert len(replies(*talk, mail(ago(9, 12), thread="t", subject="AW: Danke", expects_reply=True))) == 1
    again = [mail(ago(9, 12), thread="t", subject="AW: x"), mail(ago(9, 14), thread="t", subject="AW: x")]
    assert len(replies(*talk, *again)) == 1


def test_a_conversation_answers_and_so_does_any_message_of_ours_to_them() -> None:
    assert replies(mail(ago(9, 10), thread="t"), call(ago(9, 11)))[0].closed is not None
    assert replies(mail(ago(9, 10), thread="t"), mail(ago(9, 11), "out", thread="u"))[0].closed is not None


def test_a_mail_without_a_thread_goes_by_its_subject_and_a_chat_by_its_person() -> None:
    one, other = replies(
        mail(ago(9), subject="Rechnung"),
        mail(ago(1), subject="Termin"),
        mail(ago(9, 11), "out", subject="AW: Rechnung"),
    )
    assert (one.first, other.first, one.closed is not None, other.closed) == (True, True, True, None)
    assert [
        i.first for i in replies(chat(ago(40)), chat(ago(40, 11), "out"), chat(ago(20)), chat(ago(20, 11), "out"))
    ] == [True, True]


def test_time_with_the_customer_is_paused() -> None:
    talks = of(
        mail(ago(9, 10), thread="t"), mail(ago(9, 12), "out", thread="t"),
        mail(ago(8, 10), thread="t", expects_reply=True), mail(ago(8, 11), "out", thread="t"),
    ).conversations  # fmt: skip
    assert talks is not None
    assert (talks.n, talks.ours.median, talks.paused.median) == (1, 3, 6)


# -- promises ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "due", "at"),
    [
        ("call back by 4 pm", None, datetime(2026, 6, 29, 16)),
        ("Rückruf bis 16 Uhr", None, datetime(2026, 6, 29, 16)),
        ("ruft Di um 10:30 an", date(2026, 6, 30), datetime(2026, 6, 30, 10, 30)),
        ("call back next Tuesday", date(2026, 6, 30), datetime(2026, 6, 30, 17)),
        ("bis 15.8. nachfassen", date(2026, 8, 15), datetime(2026, 8, 15, 17)),
        ("by 9 am", None, None),  # it was 11 already
        ("bis 3", None, None),
        ("Angebot geschickt", None, None),
    ],
)
def test_a_promise_has_the_deadline_it_names(text: str, due: date | None, at: datetime | None) -> None:
    found = deadline(text, datetime(2026, 6, 29, 11, tzinfo=BERLIN), due, WORKDAYS)
    assert found == (at and at.replace(tzinfo=BERLIN))


def promise(*events: Event, done: tuple[datetime, ...] = ()) -> Item:
    item = promised("erika", "erika", "by 4 pm", ago(2, 11), None, events, done, AT, WORKDAYS)
    assert item is not None
    return item


def test_a_promise_is_kept_late_or_open() -> None:
    kept, late = promise(call(ago(2, 15))), promise(call(ago(1, 10)))
    assert (kept.hours, late.hours) == (0, 2)
    assert (promise().closed, promise().hours) == (None, 9)
    assert promise(call(ago(2, 10))).closed is None  # it was made after that call
    assert promise(mail(ago(2, 15), "out")).closed is None  # promised was a call
    assert promise(done=(ago(2, 13),)).closed == ago(2, 13)
    (row,) = of(promises=[kept, late, promise()]).responses
    assert (row.what, row.within.hits, row.within.n) == ("promise", 1, 3)


# -- figures ------------------------------------------------------------------------------------------------------------------


def row(found: Service, what: str) -> Responses:
    return next(r for r in found.responses if r.what == what)


def test_calls_their_waiting_and_their_repeats() -> None:
    found = of(
        call(ago(9, 10), direction="in", wait=10), call(ago(9, 15), direction="in", wait=40),
        missed(ago(8, 10), wait=60), call(ago(8, 10, 5), direction="in", wait=5),
        missed(ago(3, 10), who="other"),
    ).calls  # fmt: skip
    assert found is not None
    assert (found.calls, found.answered.hits, found.within.hits, found.within.n) == (5, 3, 2, 4)
    assert (found.wait.median, found.abandoned.n, found.abandoned.median) == (10, 1, 60)
    assert (found.unmeasured, found.sources) == (1, ("test",))
    assert (found.repeats.hits, found.repeats_after_answer) == (3, 2)


def test_within_the_target_counts_what_is_open_beyond_it_and_not_what_still_has_time() -> None:
    found = of(
        missed(ago(9), who="a"), call(ago(9, 11), who="a"), missed(ago(8), who="b"), call(ago(2), who="b"),
        missed(ago(6), who="c"), missed(ago(1, 16), who="d"),
    )  # fmt: skip
    backs_ = row(found, "call_back")
    assert (backs_.opened, backs_.within.hits, backs_.within.n, backs_.open) == (4, 1, 3, 2)
    assert backs_.hours.buckets == (0, 1, 0, 0, 1)  # one hour is not below one


def test_targets_are_the_users() -> None:
    events = (mail(ago(9, 10)), mail(ago(9, 16), "out"))
    strict = {"answer_seconds": 20.0, "call_back_hours": 4.0, "message_hours": 4.0, "mail_hours": 2.0}
    assert [row(of(*events), "mail").within.hits, row(of(*events, targets=strict), "mail").within.hits] == [1, 0]


def test_what_is_open_now_is_listed_oldest_first_and_goes_after_ten_working_days() -> None:
    found = of(
        missed(ago(40), who="gone"), missed(ago(5), who="old"), missed(ago(1), who="new"), mail(ago(2), who="mail")
    )
    assert [i.who for i in found.open] == ["old", "mail", "new"]


def test_the_same_wherever_a_colleague_works_from() -> None:
    events = [missed(ago(5)), call(ago(4), by="Ada")]
    moved = [missed(e.at.astimezone(UTC)) if not e.reached else call(e.at.astimezone(UTC), by="Ada") for e in events]
    assert row(of(*events), "call_back").hours == row(of(*moved), "call_back").hours


def test_holidays_and_leave_are_no_working_hours() -> None:
    events = (missed(datetime(2026, 5, 22, 16, tzinfo=BERLIN)), call(datetime(2026, 5, 26, 10, tzinfo=BERLIN)))
    assert row(of(*events), "call_back").hours.median == 2  # Whit Monday
    closed = Workdays("DE-BE", (9, 17), BERLIN, [(date(2026, 5, 26), date(2026, 5, 26))])
    found = service(events, [], AT, closed, Group(), start=START)
    assert row(found, "call_back").hours.median == 1


def test_empty_and_tiny_inputs_say_so() -> None:
    nothing = of()
    assert nothing.calls is not None
    assert (nothing.calls.calls, nothing.calls.answered.value, nothing.responses, nothing.open) == (0, None, (), ())
    one = of(missed(ago(1))).calls
    assert one is not None
    assert (one.answered.value, one.wait.median, one.within.value) == (0, None, None)


# -- who may see it -----------------------------------------------------------------------------------------------------------

NAMES = ("Ada", "Ben", "Cem", "Dora", "Eva", "Finn")


def answered_by(*names: str, what: str = "call") -> list[Event]:
    if what == "mail":
        return [e for n, name in enumerate(names) for e in (mail(ago(9 + n)), mail(ago(9 + n, 11), "out", by=name))]
    return [call(ago(3 + n), direction="in", wait=5, by=name) for n, name in enumerate(names)]


def test_figures_about_fewer_than_five_are_withheld_and_what_is_open_is_not() -> None:
    found = of(*answered_by(*NAMES[:4]), missed(ago(1), who="waits"))
    assert (found.withheld, found.calls and found.calls.calls) == (None, 0)  # the row of call-backs names nobody
    assert found.calls is not None and found.calls.withheld == Withheld("few", 4)
    assert [i.who for i in found.open] == ["waits"]
    alone = of(*answered_by(*NAMES[:4]))
    assert alone.withheld == Withheld("few", 4)
    assert of(*answered_by(*NAMES[:5])).withheld is None


def test_a_slice_of_a_larger_whole_is_withheld_alone() -> None:
    found = of(*answered_by(*NAMES), *answered_by("Ada", "Ben", what="mail"))
    assert found.calls is not None and found.calls.withheld is None
    assert row(found, "mail").withheld == Withheld("few", 2)
    assert row(found, "mail").hours.n == 0
    assert found.conversations is None


def test_the_difference_of_two_figures_is_one_as_well() -> None:
    five = frozenset(NAMES[:5])
    assert of(*answered_by(*NAMES), colleagues=five).withheld == Withheld("rest", 1)
    assert of(*answered_by(*NAMES[:5]), colleagues=five).withheld is None


def test_one_is_shown_ones_own_figures_only() -> None:
    events = answered_by(*NAMES)
    assert of(*events, colleagues=frozenset({"Ben"}), group=Group("Ada")).withheld == Withheld("others", 1)
    own = of(*events, colleagues=frozenset({"Ada"}), group=Group("Ada")).calls
    assert own is not None and own.calls == 1


def test_without_names_a_figure_is_about_no_colleague() -> None:
    found = of(call(ago(3), direction="in", wait=5))
    assert found.calls is not None and (found.calls.calls, found.withheld) == (1, None)


def test_no_value_names_or_counts_single_colleagues() -> None:
    from touchpoints.render.records import record
    from touchpoints.render.service import service as text

    found = of(*answered_by(*NAMES), *answered_by(*NAMES, what="mail"))
    said = str(record(found, "en", BERLIN)) + text(found, "de", BERLIN)
    assert not any(name in said for name in NAMES)


# -- asked of a tracker -----------------------------------------------------------------------------------------------------------


def test_notes_are_promises_and_suppliers_are_owed_nothing() -> None:
    people = [
        tp.Person("Erika Muster", ["+49 89 99998 123"], customer="Muster Bau", kind="customer"),
        tp.Person("Paul Paket", ["+49 89 99998 124"], customer="Paketdienst", kind="supplier"),
    ]
    with tp.Tracker(settings=tp.Settings(me=("Mara Falk",), timezone="Europe/Berlin", region="DE-BE")) as t:
        calls = [tp.Touchpoint.call(f"+49 89 99998 {n}", ago(1, 16), "in", outcome="missed") for n in (123, 124)]
        t.add([*calls, tp.Touchpoint.call("+49 89 99998 123", ago(30), "in", minutes=5, wait=8)], people)
        t.note("Erika Muster", "call back by 4 pm", at=ago(2, 11))
        found = practices.service(t, AT)
        assert [(i.what, i.name) for i in found.open] == [("promise", "Erika Muster"), ("call_back", "Erika Muster")]
        assert found.open[0].deadline == ago(2, 16)


def test_a_team_has_its_lines() -> None:
    settings = tp.Settings(
        timezone="Europe/Berlin", region="DE-BE", teams={"Support": ("Hotline",)}, lines={"Hotline": "hotline"}
    )
    with tp.Tracker(settings=settings) as t:
        t.add([
            tp.Touchpoint.call(f"+49 89 99998 {200 + n}", ago(n + 1), "in", outcome="missed", wait=9, line=line)
            for n, line in enumerate(("Hotline", "Hotline", "+493023125100"))
        ])  # fmt: skip
        calls = practices.service(t, AT, team="Support").calls
        assert calls is not None and calls.calls == 2


def test_working_hours_are_those_of_the_team_not_of_a_colleagues_zone() -> None:
    def figures(zone: str) -> Any:
        ada = tp.Colleague.of("Ada", "ada@falk.example", timezone=zone)
        settings = tp.Settings(timezone="Europe/Berlin", region="DE-BE")
        with tp.Tracker(colleagues=[ada], settings=settings) as t:
            t.add(
                [tp.Touchpoint.call("+49 89 99998 123", ago(5), "in", outcome="missed"),
                 tp.Touchpoint.call("+49 89 99998 123", ago(5) + timedelta(hours=3), "out", minutes=2, colleagues=("Ada",))],
                [tp.Person("Erika", ["+49 89 99998 123"])],
            )  # fmt: skip
            return practices.service(t, AT).responses[0].hours

    assert figures("America/New_York") == figures("Europe/Berlin")
