"""Mix: counts by medium and month, the share of live contact, and whether a change is more than noise."""

import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from happenings import AT, BERLIN, ago, call, chat, mail

import touchpoints as tp
from touchpoints import practices
from touchpoints.happened import Event
from touchpoints.team.group import Group, Withheld
from touchpoints.team.mix import LEAST, Mix, mix

AFTER, BEFORE = (date(2026, 4, 3), date(2026, 7, 1)), (date(2026, 1, 3), date(2026, 4, 2))


def of(*events: Event) -> Mix:
    return mix(events, AT, BERLIN)


def test_touchpoints_people_and_live_minutes_by_medium_and_month() -> None:
    found = of(
        call(ago(3), duration=600, who="a"), call(ago(2), duration=1200, who="b"), call(ago(1), answered=False),
        chat(ago(2)), mail(ago(40)), call(ago(0, 8), who="a"),
    )  # fmt: skip
    rows = {(r.month, r.medium): (r.touchpoints, r.people, r.minutes, r.unmeasured) for r in found.rows}
    assert rows == {
        (date(2026, 6, 1), "call"): (2, 2, 30, 0),
        (date(2026, 6, 1), "message"): (1, 1, 0, 0),
        (date(2026, 5, 1), "email"): (1, 1, 0, 0),
        (date(2026, 7, 1), "call"): (1, 1, 0, 1),
    }
    assert {r.month: len(r.keys) for r in found.rows if r.medium == "call"} == {
        date(2026, 6, 1): 2,
        date(2026, 7, 1): 1,
    }


def test_the_live_share_counts_days_not_messages() -> None:
    thread = [chat(ago(3, 10, n)) for n in range(40)]
    (month,) = of(call(ago(3, 15)), *thread, mail(ago(5))).months
    assert (month.live.hits, month.live.n) == (1, 2)
    assert month.touchpoints == 42


def test_what_was_not_reached_or_lies_ahead_is_no_contact() -> None:
    assert of(call(ago(3), answered=False), call(AT + timedelta(days=1))).rows == ()


def test_by_default_the_last_ninety_days_are_compared_with_those_before() -> None:
    assert (of().after, of().before) == (AFTER, BEFORE)


def relations(n: int, change: float, seed: int = 1) -> list[Event]:
    """Relationships with ten contact days in each period; after it the chance of live contact is lower by `change`."""
    draw = random.Random(seed)
    events = []
    for who in range(n):
        base = draw.uniform(0.4, 0.9)
        for day in range(20):
            live = draw.random() < base - (change if day < 10 else 0)
            make = call if live else mail
            events.append(make(ago(4 + day * 9), who=f"w{who}"))
    return events


def test_a_real_shift_is_more_than_noise_and_none_is_not() -> None:
    live = of(*relations(40, 0.3)).changes[0]
    assert (live.what, live.real, live.relationships) == ("live", True, 40)
    assert live.low is not None and live.high is not None and live.difference is not None
    assert live.low < -0.3 < live.high < 0
    assert live.effect is not None and live.effect < -0.5
    assert not of(*relations(40, 0.0)).changes[0].real


def test_noise_is_called_a_shift_about_as_often_as_promised() -> None:
    wrong = sum(of(*relations(12, 0.0, seed)).changes[0].real for seed in range(30))
    assert wrong <= 4  # 5 % of 30 are 1.5


def test_one_busy_relationship_is_no_shift_of_all() -> None:
    quiet = [e for n in range(10) for d in (20, 120) for e in (mail(ago(d), who=f"q{n}"),)]
    busy = [call(ago(d), who="busy") for d in range(95, 175)] + [mail(ago(d), who="busy") for d in range(5, 85)]
    live = of(*quiet, *busy).changes[0]
    assert live.difference is not None and live.difference < -0.7
    assert not live.real


def test_the_same_data_give_the_same_figures() -> None:
    events = relations(15, 0.1)
    assert of(*events) == of(*reversed(events))


def test_tiny_inputs_say_so() -> None:
    assert (of().rows, [c.difference for c in of().changes]) == ((), [None])
    few = of(call(ago(3)), mail(ago(100))).changes[0]
    assert (few.difference, few.p, few.low, few.relationships < LEAST) == (1.0, None, None, True)


# -- of whom --------------------------------------------------------------------------------------------------------------


def tracker(*names: str, **settings: object) -> tp.Tracker:
    people = [tp.Colleague.of(n, f"{n.split()[0].lower()}@falk.example") for n in names]
    t = tp.Tracker(colleagues=people, settings=tp.Settings(timezone="Europe/Berlin", region="DE-BE", **settings))  # type: ignore[arg-type]
    t.add(
        [
            tp.Touchpoint.call("+49 89 99998 123", ago(3 + n), "out", minutes=5, colleagues=(name,))
            for n, name in enumerate(names)
        ],
        [tp.Person("Erika Muster", ["+49 89 99998 123"], customer="Muster Bau", kind="customer")],
    )
    return t


SIX = ("Ada Eins", "Ben Zwei", "Cem Drei", "Dora Vier", "Eva Fuenf", "Finn Sechs")


def test_of_a_contact_a_customer_and_all() -> None:
    with tracker(*SIX) as t:
        for who in ("Erika Muster", "Muster Bau", None):
            assert [r.touchpoints for r in practices.mix(t, AT, who).rows] == [6]


def test_of_a_colleague_only_for_oneself() -> None:
    with tracker(*SIX) as t:
        assert practices.mix(t, AT, colleague="Ada Eins").withheld == Withheld("others", 1)
    with tracker("Ada Eins") as t:
        assert practices.mix(t, AT, colleague="Ada Eins").rows[0].touchpoints == 1
    with tracker(*SIX, me=("Ada Eins",)) as t:
        assert practices.mix(t, AT, colleague="Ada Eins").rows[0].touchpoints == 1
        assert practices.mix(t, AT, colleague="Ben Zwei").withheld == Withheld("others", 1)


def test_of_a_team_only_of_five_and_if_the_rest_is_not_a_few() -> None:
    with tracker(*SIX, teams={"four": SIX[:4], "five": SIX[:5], "six": SIX}) as t:
        assert practices.mix(t, AT, team="four").withheld == Withheld("few", 4)
        assert practices.mix(t, AT, team="five").withheld == Withheld("rest", 1)
        assert practices.mix(t, AT, team="six").withheld is None
        with pytest.raises(tp.UnknownName):
            practices.mix(t, AT, team="seven")


def test_an_agreement_lifts_the_minimum_and_is_shown() -> None:
    with tracker(*SIX, teams={"four": SIX[:4]}, agreed="agreement of 3 March 2026") as t:
        found = practices.mix(t, AT, team="four")
        assert (found.withheld, found.agreed) == (None, "agreement of 3 March 2026")


def test_hotline_callers_are_no_relationships() -> None:
    with tracker(*SIX, lines={"Hotline": "hotline"}) as t:
        t.add([tp.Touchpoint.call("+49 89 99998 200", ago(2), "in", minutes=3, line="Hotline")])
        found = practices.mix(t, AT)
        assert (found.hotline, found.rows[0].touchpoints) == (1, 6)


@pytest.mark.parametrize(
    ("group", "names", "everybody", "shown"),
    [
        (Group(), "abcde", "abcde", True),
        (Group(), "abcd", "abcd", False),
        (Group(), "abcde", "abcdef", False),  # f could be worked out
        (Group(), "abcde", "abcdefghij", True),
        (Group("a"), "a", "abcd", True),
        (Group("a"), "abcde", "abcde", False),  # without oneself they are four
        (Group("a"), "abcdef", "abcdef", True),
        (Group(), "", "abc", True),  # about no colleague
        (Group(), "", "", True),
        (Group(agreed="yes"), "b", "abc", True),
    ],
)
def test_who_is_shown(group: Group, names: str, everybody: str, shown: bool) -> None:
    assert (group.asked(set(names), set(everybody)) is None) is shown


def _mailbox(first: date, last: date, file: str = "box.csv") -> tuple[list[Event], dict[str, str]]:
    """Steady calls with ten people all along, and a mailbox of others that is imported from a day on."""
    events, files = [], {}
    for n in range(180):
        made = call(ago(179 - n), duration=300, who=f"k{n % 10}")
        events.append(made)
        files |= dict.fromkeys(made.keys, "calls.csv")
    day = first
    while day <= last:
        made = mail(ago((AT.date() - day).days, 11), who=f"m{day.toordinal() % 40}")
        events.append(made)
        files |= dict.fromkeys(made.keys, file)
        day += timedelta(days=1)
    return events, files


def test_a_mailbox_that_begins_within_the_comparison_is_named_and_is_no_shift() -> None:
    events, files = _mailbox(date(2026, 4, 20), date(2026, 6, 30))
    found = mix(events, AT, BERLIN, files=files)
    [source] = found.begun
    assert (source.source, source.first, source.people) == ("box.csv", date(2026, 4, 20), 40)
    live, without = found.changes[0], found.without[0]
    assert live.real and live.difference is not None and live.difference < -0.2
    assert without.difference == 0 and not without.real
    from touchpoints.language import language
    from touchpoints.render import findings

    said = findings.mix(found, language("en"))
    assert "steady" in said and "without box.csv, which begins on" in said


def test_what_continues_or_was_there_all_along_is_not_named() -> None:
    events, files = _mailbox(date(2026, 1, 3), date(2026, 6, 30))
    assert mix(events, AT, BERLIN, files=files).begun == ()  # begins with the comparison
    monthly = {key: f"box-{n // 30}.csv" if name == "box.csv" else name for n, (key, name) in enumerate(files.items())}
    assert mix(events, AT, BERLIN, files=monthly).begun == ()  # each month follows the one before


def test_the_command_says_it_in_text_and_values(tmp_path: Path) -> None:
    with tp.Tracker(settings=tp.Settings(me=["+49 30 23125 100"], timezone="Europe/Berlin")) as tracker:
        calls = [tp.Touchpoint.call(f"+49 89 99998 1{n % 10:02d}", ago(170 - n), "out", minutes=5) for n in range(170)]
        tracker.add(calls)
        rows = ["Zeitpunkt;Kanal;Richtung;Name;E-Mail;Status"]
        for n in range(60):
            rows.append(f"{ago(60 - n):%d.%m.%Y %H:%M:%S};E-Mail;eingehend;M {n};m{n}@x{n}.example;erreicht")
        (tmp_path / "box.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        tracker.ingest(tmp_path / "box.csv")
        found = tracker.mix(AT)
        assert [b.people for b in found.begun] == [60]
        assert "box.csv" in tracker_text(found, "de") and "Ohne diese Datei ist die Änderung" in tracker_text(
            found, "de"
        )


def tracker_text(found: Mix, lang: str) -> str:
    from touchpoints.render.mix import mix as shown

    return shown(found, lang, BERLIN)
