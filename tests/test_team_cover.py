"""Cover: what needs somebody in an absence, who takes it, how fairly, and when it ends."""

from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest
from happenings import AT, BERLIN, ago
from hypothesis import given, settings
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints import practices
from touchpoints.errors import InvalidValue
from touchpoints.team.cover import Cover, away_of
from touchpoints.team.roster import Absence, Roster

FIRST, LAST = date(2026, 7, 6), date(2026, 7, 17)
TEAM = ("Mara Falk", "Jonas Brandt", "Lena Roth", "Tom Beispiel")


def number(n: int) -> str:
    return f"+49 89 99998 {n:03d}"


def office(
    customers: int = 3, *, owner: str | None = "Mara Falk", known_by: dict[int, str] | None = None, **choices: Any
) -> tp.Tracker:
    """Customers whom Mara calls every week, the last time six weeks ago; `known_by`: whom a colleague called too."""
    colleagues = [tp.Colleague.of(n, f"{n.split()[0].lower()}@falk.example") for n in TEAM]
    t = tp.Tracker(colleagues=colleagues, settings=tp.Settings(timezone="Europe/Berlin", region="DE-BE", **choices))
    calls = [
        tp.Touchpoint.call(number(c), ago(42 + 7 * n), "out", minutes=9, colleagues=("Mara Falk",))
        for c in range(customers) for n in range(20)
    ] + [
        tp.Touchpoint.call(number(c), ago(60 + 14 * n), "out", minutes=9, colleagues=(name,))
        for c, name in (known_by or {}).items() for n in range(6)
    ]  # fmt: skip
    people = [
        tp.Person(f"Person {c:03d}", [number(c)], customer=f"Firma {c:03d}", kind="customer", owner=owner)
        for c in range(customers)
    ]
    t.add(calls, people)
    return t


def covered(t: tp.Tracker, **choices: Any) -> Cover:
    return practices.cover(t, "Mara Falk", FIRST, LAST, at=AT, **choices)


def takers(found: Cover) -> dict[str, str | None]:
    return {task.relationship.name: task.taker for task in found.tasks}


def test_who_knows_the_contact_takes_over() -> None:
    with office(known_by={0: "Lena Roth", 1: "Tom Beispiel", 2: "Jonas Brandt"}) as t:
        found = covered(t)
        assert takers(found) == {"Person 000": "Lena Roth", "Person 001": "Tom Beispiel", "Person 002": "Jonas Brandt"}
        task = found.sheet("Lena Roth")[0]
        assert (task.days, task.last, task.through_others) == (6, ago(60).date(), False)
        assert len(task.touchpoints) == 3
        assert task.handle is not None and task.handle.value == "+498999998000"


def test_who_knows_others_there_goes_before_a_stranger() -> None:
    with office(1) as t:
        t.add(
            [
                tp.Touchpoint.call(number(500), ago(10 + 7 * n), "out", minutes=5, colleagues=("Tom Beispiel",))
                for n in range(6)
            ],
            [tp.Person("Somebody Else", [number(500)], customer="Firma 000", kind="customer", owner="Tom Beispiel")],
        )
        (task,) = covered(t).tasks
        assert (task.taker, task.through_others) == ("Tom Beispiel", True)


def test_the_load_is_spread_fairly() -> None:
    with office(12, known_by=dict.fromkeys(range(12), "Lena Roth")) as t:
        load = Counter(task.taker for task in covered(t).tasks)
        assert sum(load.values()) == 12
        assert max(load.values()) <= 12 / 3 + 1
    with office(9) as t:
        assert set(Counter(task.taker for task in covered(t).tasks).values()) == {3}


def test_capacity_and_absence_count() -> None:
    with office(8) as t:
        load = Counter(task.taker for task in covered(t, capacity={"Lena Roth": 0, "Tom Beispiel": 0.25}).tasks)
        assert load["Lena Roth"] == 0
        assert load["Jonas Brandt"] > load["Tom Beispiel"]
        away = Roster((), (Absence("Tom Beispiel", FIRST, LAST), Absence("Lena Roth", FIRST, date(2026, 7, 10))))
        found = covered(t, roster=away)
        assert found.others == {"Jonas Brandt": 1.0, "Lena Roth": 0.5}
        assert "Tom Beispiel" not in takers(found).values()


def test_only_the_own_team_is_asked() -> None:
    with office(4, teams={"Sales": ("Mara Falk", "Lena Roth"), "Support": ("Jonas Brandt", "Tom Beispiel")}) as t:
        assert set(takers(covered(t)).values()) == {"Lena Roth"}


def test_where_nobody_is_there_it_says_so() -> None:
    with office(2) as t:
        found = covered(t, capacity=dict.fromkeys(TEAM, 0))
        assert (set(takers(found).values()), dict(found.others)) == ({None}, {})


def test_what_is_owed_promised_booked_or_falls_due() -> None:
    with office(0) as t:
        weekly = [
            tp.Touchpoint.call(number(c), ago(1 + 7 * n), "out", minutes=9, colleagues=("Mara Falk",))
            for c in range(4)
            for n in range(20)
        ]
        other = [
            tp.Touchpoint.call(number(9), ago(1 + 90 * n), "out", minutes=9, colleagues=("Mara Falk",))
            for n in range(5)
        ]
        people = [
            tp.Person(f"Person {c:03d}", [number(c)], customer=f"Firma {c:03d}", kind="customer", owner="Mara Falk")
            for c in (0, 1, 2, 3, 9)
        ]
        t.add([*weekly, *other], people)
        t.add([
            tp.Touchpoint.call(number(0), ago(0, 8), "in", outcome="missed"),
            tp.Touchpoint.video(number(2), datetime(2026, 7, 9, 10, tzinfo=BERLIN), minutes=30, subject="Quartal"),
        ])  # fmt: skip
        t.note("Person 001", "call back on 8 July", at=ago(0, 8))
        found = covered(t)
        why = {task.relationship.name: [(w.kind, w.day) for w in task.why] for task in found.tasks}
        assert why["Person 000"][0] == ("owed", None)
        assert ("promise", date(2026, 7, 8)) in why["Person 001"]
        assert ("booked", date(2026, 7, 9)) in why["Person 002"]
        assert why["Person 003"][0][0] == "falls due"
        assert "Person 009" not in why  # due in three months
        assert found.tasks[0].relationship.name == "Person 000"
        assert next(task for task in found.tasks if task.relationship.name == "Person 001").promises == (
            "call back on 8 July",
        )


def test_nobody_is_given_what_falls_on_a_day_of_their_own_absence() -> None:
    with office(0) as t:
        t.add(
            [
                tp.Touchpoint.call(number(0), ago(1 + 7 * n), "out", minutes=9, colleagues=(name,))
                for n in range(9)
                for name in ("Mara Falk", "Lena Roth")
            ],
            [tp.Person("Person 000", [number(0)], customer="Firma", kind="customer", owner="Mara Falk")],
        )
        t.note("Person 000", "call back on 8 July", at=ago(0, 8))
        assert takers(covered(t)) == {"Person 000": "Lena Roth"}
        away = Roster((), (Absence("Lena Roth", date(2026, 7, 8), date(2026, 7, 8)),))
        assert takers(covered(t, roster=away)) != {"Person 000": "Lena Roth"}


def test_without_a_named_owner_it_is_whose_contact_it_mostly_was() -> None:
    with office(3, owner=None, known_by={0: "Lena Roth"}) as t:
        assert covered(t).relationships == 3
        assert practices.cover(t, "Lena Roth", FIRST, LAST, at=AT).relationships == 0


def test_it_ends_when_the_colleague_is_back() -> None:
    with office(1) as t:
        assert covered(t).back == date(2026, 7, 20)
        easter = practices.cover(t, "Mara Falk", date(2027, 3, 22), date(2027, 3, 25), at=AT)
        assert easter.back == date(2027, 3, 30)


def test_the_absence_may_come_from_a_calendar() -> None:
    roster = Roster((), (
        Absence("Mara Falk", date(2026, 6, 1), date(2026, 6, 5)), Absence("Mara Falk", FIRST, date(2026, 7, 10)),
        Absence("Mara Falk", date(2026, 7, 11), LAST), Absence("Lena Roth", date(2026, 7, 2), date(2026, 7, 3)),
    ))  # fmt: skip
    assert away_of(roster, "falk, mara", AT) == (FIRST, LAST)
    with office(1) as t:
        found = practices.cover(t, "Mara Falk", at=AT, roster=roster)
        assert (found.start, found.end) == (FIRST, LAST)
        with pytest.raises(InvalidValue, match="from when to when"):
            practices.cover(t, "Mara Falk", at=AT)
        with pytest.raises(InvalidValue, match="before it begins"):
            practices.cover(t, "Mara Falk", LAST, FIRST, at=AT)
        with pytest.raises(tp.UnknownName):
            practices.cover(t, "Nobody", FIRST, LAST, at=AT)


def test_an_empty_store_has_nothing_to_cover() -> None:
    with office(0) as t:
        assert (covered(t).tasks, covered(t).relationships) == ((), 0)


@settings(max_examples=8, deadline=None)
@given(
    st.integers(0, 6),
    st.dictionaries(st.integers(0, 5), st.sampled_from(TEAM[1:])),
    st.dictionaries(st.sampled_from(TEAM), st.sampled_from((0.0, 0.5, 1.0))),
)
def test_every_task_has_one_taker_who_can(customers: int, known_by: dict[int, str], capacity: dict[str, float]) -> None:
    with office(customers, known_by={c: n for c, n in known_by.items() if c < customers}) as t:
        found = covered(t, capacity=capacity)
    assert len(found.tasks) == customers
    assert all(task.taker in (found.others or {None: 0}) for task in found.tasks)
    assert sum(len(found.sheet(name)) for name in found.others) == sum(task.taker is not None for task in found.tasks)
    room = sum(found.others.values())
    for name, n in Counter(task.taker for task in found.tasks if task.taker).items():
        assert n <= customers * found.others[name] / room + 2
