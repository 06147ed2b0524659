"""A store's own past put to the test: the list as it would have been shown, and what followed, without any look ahead."""

import importlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import touchpoints as tp
from touchpoints import hindsight
from touchpoints.backtest import evaluate
from touchpoints.dataset import Event
from touchpoints.hindsight import Followed, LookBack, look_back
from touchpoints.model import Coverage
from touchpoints.render.backtest import own_store

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
TRUTH: dict[str, Any] = json.loads((EXAMPLES / "truth.json").read_text(encoding="utf-8"))
BERLIN = ZoneInfo("Europe/Berlin")
ERIKA, JONAS = "erika@muster.example", "jonas@beispiel.example"
NOW = datetime(2026, 6, 10, 9, tzinfo=BERLIN)
APRIL = date(2026, 4, 1)


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """The bare forecasts are tested in test_backtest; here their intervals would only cost time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hindsight, "evaluate", lambda *args: evaluate(*args, draws=3))
        yield


def on(month: int, day: int, hour: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=BERLIN)


def weekly(who: str, last: datetime, weeks: int = 30) -> list[tp.Touchpoint]:
    return [tp.Touchpoint.video(who, last - timedelta(weeks=n), name=who.split("@")[0].title()) for n in range(weeks)]


def tracker(*touchpoints: tp.Touchpoint) -> tp.Tracker:
    """Erika, weekly and silent since 9 March; Jonas, weekly all along; and what else is given."""
    made = tp.Tracker(settings=tp.Settings(me=["mara@falk.example"], timezone="Europe/Berlin", region="DE-BE"))
    made.add([*weekly(ERIKA, on(3, 9)), *weekly(JONAS, on(6, 9, 8), 50), *touchpoints])
    return made


def named(look: LookBack, at: date = APRIL) -> dict[str, tuple[bool, bool, bool | None]]:
    return {n.name: (n.touched, n.called, n.again) for n in look.named if n.at == at}


# ---- what is counted ----


def test_who_fell_silent_would_have_been_named_and_who_did_not_is_among_the_others() -> None:
    look = look_back(tracker(), NOW, months=2)
    april = next(h for h in look.dates if h.at == APRIL)
    assert {"Erika": (False, False, False)} == named(look)
    assert (1, 1, 1, 0) == (april.flagged, april.flagged_silent, april.others, april.others_silent)
    assert Followed(2, 2) == look.by_rule["unusual_silence"]
    assert (date(2026, 6, 9), 344) == (look.until, look.span)


def test_the_future_is_not_in_the_list_not_even_as_a_meeting_that_seems_booked() -> None:
    held = tp.Touchpoint.video(ERIKA, on(4, 10))
    look = look_back(tracker(held), NOW, months=2)
    assert {"Erika": (True, False, True)} == named(look)


@pytest.mark.parametrize(
    ("touchpoint", "expected"),
    [
        (tp.Touchpoint.call(ERIKA, on(4, 3), "out"), (True, True, False)),
        (tp.Touchpoint.call(ERIKA, on(4, 3), "in"), (True, False, False)),
        (tp.Touchpoint.call(ERIKA, on(4, 3), "out", outcome="missed"), (False, False, False)),
        (tp.Touchpoint.mail(ERIKA, on(4, 3), "out"), (True, False, False)),
        (tp.Touchpoint.mail(ERIKA, on(4, 7, 23), "in"), (True, False, False)),
        (tp.Touchpoint.call(ERIKA, on(4, 8, 0), "out"), (True, False, True)),
        (tp.Touchpoint.call(ERIKA, on(4, 30, 23), "out"), (True, False, True)),
        (tp.Touchpoint.call(ERIKA, on(5, 1, 0), "out"), (False, False, False)),
    ],
)
def test_what_followed_is_contact_a_call_of_ours_within_a_week_and_what_came_after_it(
    touchpoint: tp.Touchpoint, expected: tuple[bool, bool, bool]
) -> None:
    assert {"Erika": expected} == named(look_back(tracker(touchpoint), NOW, months=2))


def test_called_and_not_called_are_counted_apart() -> None:
    with tracker(tp.Touchpoint.call(ERIKA, on(4, 3), "out")) as made:
        look = look_back(made, NOW, months=2)
    assert (Followed(1, 1), Followed(1, 1)) == (look.called, look.not_called)
    assert "no experiment" in own_store(look, "en")
    week = look_back(tracker(), NOW, horizon=7, months=1)
    assert (None, None) == (week.called, week.not_called)


def test_only_decisions_up_to_the_day_count_and_who_waits_is_neither_named_nor_passed_over() -> None:
    for decided, expected in ((on(3, 25), []), (on(4, 2), ["Erika"])):
        with tracker() as made:
            made.snooze("Erika", date(2026, 5, 20), at=decided)
            look = look_back(made, NOW, months=2)
        april = next(h for h in look.dates if h.at == APRIL)
        assert (expected, 1) == ([*named(look)], april.others)


def test_who_is_who_is_taken_as_it_is_known_now() -> None:
    with tracker(tp.Touchpoint.call("+49 30 23125 200", on(4, 20), "out", name="Erika")) as made:
        made.directory.merge(ERIKA, "+49 30 23125 200", at=NOW)
        assert {"Erika": (True, False, True)} == named(look_back(made, NOW, months=2))


def test_the_store_is_left_as_it_was() -> None:
    with tracker() as made:
        assert len(made.directory.contacts) == 2  # who is who is kept when it is first asked for
        before = [*made.store.db.iterdump()]
        look_back(made, NOW, months=1)
        assert before == [*made.store.db.iterdump()]


# ---- which days ----


def test_the_days_looked_at_are_covered_by_every_source_still_in_use() -> None:
    with tracker() as made:
        for name, importer, end in (("log.csv", "fritzbox", date(2026, 5, 22)), ("in.mbox", "mbox", date(2026, 6, 8)),
                                    ("old.xml", "android-calls", date(2025, 11, 1))):  # fmt: skip
            made.store.add_coverage([Coverage(date(2025, 7, 1), end)], made.store.begin_source(name, importer, "d"))
        look = look_back(made, NOW, months=2)
    assert date(2026, 5, 22) == look.until
    assert [date(2026, 3, 1), APRIL] == [h.at for h in look.dates if h.at]


def test_an_empty_store_and_a_young_one_say_so() -> None:
    with tp.Tracker(settings=tp.Settings(timezone="Europe/Berlin")) as empty:
        look = look_back(empty, NOW)
        assert (None, (), None) == (look.until, look.dates, look.test)
        assert "holds no touchpoints" in own_store(look, "en")
        assert "keine Kontakte" in own_store(look, "de")
        empty.add([tp.Touchpoint.mail(ERIKA, on(6, 1), "in"), tp.Touchpoint.mail(ERIKA, on(6, 2), "out")])
        young = look_back(empty, NOW)
    assert "Too short to look back" in own_store(young, "en")
    record = young.to_json()
    assert (0, None, {}, 0) == (record["n"], record["auc"], record["baselines"], record["as_shown"]["named"])  # type: ignore[index]
    assert json.loads(json.dumps(record)) == record


# ---- one judgement ----


def test_list_report_and_backtest_ask_one_warmth_function(monkeypatch: pytest.MonkeyPatch) -> None:
    events = [Event("us", f"p{n}", day * 86_400.0, True) for n in range(3) for day in range(0, 100, n + 2)]

    def scores() -> tuple[set[float | None], set[float], set[float]]:
        with tracker() as made:
            flags = made.flags(on(4, 1), limit=None)
            report = json.loads(made.render("json", at=on(4, 1)))
            past = {f.relationship.warmth.score for _, book in hindsight._relived(made, [APRIL])
                    for f in made.flags(book.at, limit=None)}  # fmt: skip
        listed = {f.relationship.warmth.score for f in flags}
        assert listed == past != set()
        foreseen = {round(b.foreseen, 9) for b in evaluate(events, 20, draws=0).reliability}
        return listed, {f["warmth"]["score"] for f in report["flags"]}, foreseen

    plain = scores()
    module = importlib.import_module("touchpoints.warmth")  # the package's own `warmth` is the function
    monkeypatch.setattr(module, "probability", lambda *args, **kwargs: 0.123)
    assert ({12.3}, {12.3}, {0.123}) == scores()
    assert all({12.3} != found != {0.123} for found in plain)


# ---- on the example data ----


@pytest.fixture(scope="module")
def example() -> tp.Tracker:
    made = tp.Tracker(settings=tp.Settings(me=TRUTH["me"], timezone="Europe/Berlin", region="DE-BE"))
    made.ingest(EXAMPLES / "data")
    return made


@pytest.fixture(scope="module")
def seen(example: tp.Tracker) -> LookBack:
    return look_back(example, datetime.fromisoformat(TRUTH["at"]))


def test_the_figures_of_the_sentence_can_be_counted_by_hand(example: tp.Tracker, seen: LookBack) -> None:
    days: dict[str, set[date]] = {}
    for stored in example.touchpoints(until=datetime(2026, 7, 1, tzinfo=UTC)):
        if stored.touchpoint.outcome == "reached":
            for party in stored.touchpoint.parties:
                number = example.directory.handle_ids[party.handle]
                if party.role == "with" and (who := example.directory.contact_by_number(number)):
                    days.setdefault(who, set()).add(stored.touchpoint.at.astimezone(BERLIN).date())
    silent = [
        not any(n.at <= day < n.at + timedelta(days=30) for day in days.get(n.contact, ())) for n in seen.named
    ]  # fmt: skip
    assert silent == [not n.touched for n in seen.named]
    together = seen.dates[-1]
    assert (len(silent), sum(silent)) == (together.flagged, together.flagged_silent)
    text = " ".join(own_store(seen, "en").split())
    assert (
        f"Of the {len(silent)} relationships we would have named on 6 firsts of a month (1 Dec 2025 to 1 May 2026), "
        in text
    )
    assert f"{sum(silent)} stayed silent for another 30 days" in text
    docs = (EXAMPLES.parent / "docs" / "warmth.md").read_text(encoding="utf-8")
    assert text[text.index("Of the ") : text.index(" These are few")] in " ".join(docs.replace("\n> ", "\n").split())
    assert Counter(n.at for n in seen.named) == Counter({h.at: h.flagged for h in seen.dates if h.at})


def test_unusual_silence_foresees_silence_far_better_than_chance(seen: LookBack) -> None:
    flag, together = seen.by_rule["unusual_silence"], seen.dates[-1]
    assert flag.silent / flag.n > 0.8 > 0.35 > (together.others_share or 1) > 0
    assert seen.test is not None
    assert (seen.test.scores.auc or 0) > 0.9


def test_the_past_list_is_the_list_that_a_store_of_that_day_would_give(example: tp.Tracker, seen: LookBack) -> None:
    """Import only what was there on 1 May, by hand, and ask for the list."""
    at = datetime(2026, 5, 1, tzinfo=BERLIN)
    with tp.Tracker(settings=example.settings) as then:
        then.store.set_zone("Europe/Berlin")
        for importer in {s.importer for s in example.touchpoints()}:
            theirs = (
                s.touchpoint for s in example.touchpoints(until=at - timedelta(seconds=1)) if s.importer == importer
            )
            then.store.add(theirs, then.store.begin_source(importer, importer, ""), channels=example.plugins.channels)
        listed = [f.relationship.name for f in then.flags(at, limit=None)]
    assert listed == [n.name for n in seen.named if n.at == at.date()]


def test_the_same_question_has_the_same_answer_however_many_months_are_asked_for(
    example: tp.Tracker, seen: LookBack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hindsight, "_forecasts", lambda *args: None)
    again = look_back(example, datetime.fromisoformat(TRUTH["at"]), months=2)
    assert [n for n in seen.named if n.at >= APRIL] == list(again.named)
    assert seen.dates[4:6] == again.dates[:2]
    assert "history is too short" in own_store(again, "en")
