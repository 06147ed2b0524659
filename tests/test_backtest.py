import gzip
from datetime import date
from pathlib import Path
from random import Random

import pytest

from touchpoints.backtest import evaluate, run
from touchpoints.dataset import Event, Timeline, read
from touchpoints.errors import InvalidValue, SourceError, UnreadableSource
from touchpoints.hindsight import Hindsight, Looked, hindsight
from touchpoints.measures import auc
from touchpoints.summary import Summary
from touchpoints.warmth import judge

CALLS = Path(__file__).resolve().parents[2] / "shared" / "datasets" / "reality_calls.csv.gz"
DAY = 86_400
HEADER = "owner,partner,t_s,out,medium,duration_s,missed"


def made_up(owners: int = 12, partners: int = 12, days: int = 200, seed: int = 3) -> list[Event]:
    """Relations with rhythms of their own, some of which end; owners look in every day."""
    random, events = Random(seed), []
    for owner in range(owners):
        events += [Event(f"o{owner}", "diary", day * DAY + 60.0, True) for day in range(days)]
        for partner in range(partners):
            at, end = random.uniform(0, days), random.choice([days, random.uniform(0, days)])
            gap = random.choice([2, 5, 12, 30])
            while at < end:
                for _ in range(random.choice([1, 1, 4])):  # threads: several touches on one day
                    events.append(Event(f"o{owner}", f"p{partner}", at * DAY, random.random() < 0.5))
                at += random.expovariate(1 / gap)
    return events


EVENTS = made_up()


@pytest.fixture(scope="module")
def result():  # type: ignore[no-untyped-def]
    return evaluate(EVENTS, 20, draws=20)


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# ---- reading ----


def test_plain_and_zipped_files_are_read_alike(tmp_path: Path) -> None:
    lines = [HEADER, "1,2,100,1,call,12,0", "", "1,3,86500.5,0,x,,1"]
    plain = write(tmp_path / "set.csv", *lines)
    zipped = tmp_path / "set.csv.gz"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    assert [Event("1", "2", 100.0, True), Event("1", "3", 86500.5, False)] == list(read(plain)) == list(read(zipped))


def test_who_wrote_need_not_be_known(tmp_path: Path) -> None:
    unknown = list(read(write(tmp_path / "set.csv", "owner,partner,t_s", "a,b,5")))
    assert unknown == list(read(write(tmp_path / "set.csv", "owner,partner,t_s,out", "a,b,5,False")))
    assert list(read(write(tmp_path / "set.csv", "owner,partner,t_s,out", "a,b,5,True"))) == [
        Event("a", "b", 5.0, True)
    ]


def test_columns_are_found_by_name_and_further_ones_are_not_needed(tmp_path: Path) -> None:
    assert [Event("a", "b", 5.0, True)] == list(read(write(tmp_path / "set.csv", "out,t_s,partner,owner", "1,5,b,a")))


@pytest.mark.parametrize(
    ("lines", "line", "says"),
    [
        (["when,who", "1,2"], 1, "no column owner, partner, t_s;"),
        ([HEADER, "1,2,100,1,x,,0", "1,2,soon,1,x,,0"], 3, "soon"),
        ([HEADER, "1,2"], 2, "needed is CSV with the columns owner, partner, t_s"),
        ([HEADER, "1,2,100,maybe,x,,0"], 2, "out 'maybe'"),
        ([HEADER, "1,2,nan,1,x,,0"], 2, "t_s 'nan'"),
        ([], 1, "no column"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, lines: list[str], line: int, says: str) -> None:
    with pytest.raises(UnreadableSource, match=says) as caught:
        list(read(write(tmp_path / "set.csv", *lines)))
    assert ("set.csv", line) == (caught.value.source, caught.value.record)


def test_a_file_cut_short_or_missing_is_a_plain_error(tmp_path: Path) -> None:
    whole = gzip.compress("\n".join([HEADER, *(f"1,{i},{i},1,x,,0" for i in range(999))]).encode())
    (tmp_path / "cut.csv.gz").write_bytes(whole[:-300])
    for name in ("cut.csv.gz", "none.csv"):
        with pytest.raises(SourceError, match=name):
            list(read(tmp_path / name))


def test_a_history_that_is_too_short_says_what_would_fit(tmp_path: Path) -> None:
    short = write(tmp_path / "short.csv", HEADER, *(f"1,2,{day * DAY},1,x,,0" for day in range(50)))
    with pytest.raises(UnreadableSource, match=r"short.csv: spans 4\d days, and 30 days ahead need 79.*--horizon 1\d"):
        run(short)
    with pytest.raises(UnreadableSource, match="spans 0 days"):
        evaluate([])
    with pytest.raises(InvalidValue, match="horizon"):
        evaluate(EVENTS, 0)


# ---- the protocol ----


def test_days_are_whole_from_the_first_event_kept_and_the_ends_are_cut_off() -> None:
    middle = [Event("o", f"p{i % 7}", 1000.0 + i * DAY / 10, i % 2 == 0) for i in range(1000)]
    strays = [Event("o", "stray", -1e9, True), Event("o", "stray", 1e9, True)]
    timeline = Timeline.of([*middle, *strays])
    assert {f"o/p{i}" for i in range(7)} == {one.id for one in timeline.relations}
    assert 98 <= timeline.span <= 99
    assert all(0 <= one.active[0] and list(one.active) == sorted(set(one.active)) for one in timeline.relations)


def test_a_case_knows_the_past_and_its_label_the_future() -> None:
    hours = [0, 1, 25, 24 * 9, 24 * 30]
    padding = [Event("x", "y", float(i), True) for i in range(0, 40 * DAY, 3600)]
    timeline = Timeline.of([*padding, *(Event("o", "p", 6 * 3600.0 + hour * 3600, hour == 25) for hour in hours)])
    (case,) = [c for c in timeline.cases(12, 20) if c.owner == "o"]
    assert (2, 9, 12, 3) == (*case.history, case.silence)
    assert 3 == case.raw[0]
    assert 9 == pytest.approx(case.raw[1], abs=0.1)
    assert (True, 18, 1, 18) == (case.answered, case.back_after, case.future_days, case.watched)
    assert (True, False) == (case.silent(18), case.silent(19))
    assert not [c for c in timeline.cases(12, 20, events=5) if c.owner == "o"]
    assert not [c for c in timeline.cases(12, 20, silent=2) if c.owner == "o"]


def test_the_future_does_not_reach_into_a_forecast() -> None:
    timeline = Timeline.of(EVENTS)
    cut = 150
    later = Timeline.of([e for e in EVENTS if e.seconds < 190 * DAY] + [Event("o1", "p1", 195.0 * DAY, True)] * 300)
    assert {c.relation: c.view for c in timeline.cases(cut, 20)} == {c.relation: c.view for c in later.cases(cut, 20)}


def test_the_forecast_is_the_warmth_that_everything_else_shows() -> None:
    """At the horizon of the score, the measured AUC is that of `judge(...).score`."""
    test = evaluate(EVENTS, 30, draws=0)
    timeline = Timeline.of(EVENTS)
    cases = [c for at in test.cutoffs for c in timeline.cases(at, 30) if c.watched >= 30]
    judged = [judge(Summary(c.at, all=c.view, last_sign=c.view.last), test.prior) for c in cases]
    assert test.n == len(cases)
    assert test.scores.auc == pytest.approx(auc([c.silent(30) for c in cases], [-(w.score or 0) for w in judged]))


def test_warmth_beats_chance_and_the_thirty_day_rule(result) -> None:  # type: ignore[no-untyped-def]
    assert result.scores.auc > 0.75
    assert result.ahead["rule_30_days"][0] > 0
    assert result.scores.capture > result.baselines["rule_30_days"].capture
    low, high = result.intervals["auc"]
    assert low < result.scores.auc < high


def test_the_same_run_gives_the_same_result_whatever_the_order(result) -> None:  # type: ignore[no-untyped-def]
    assert result == evaluate(EVENTS, 20, draws=20)
    reordered = evaluate(sorted(EVENTS, key=lambda e: (e.seconds, e.partner, e.owner)), 20, draws=0)
    assert result.scores == reordered.scores


def test_cut_offs_are_even_and_leave_the_horizon(result) -> None:  # type: ignore[no-untyped-def]
    assert [int(0.62 * result.span), result.span - 20] == [result.cutoffs[0], result.cutoffs[-1]]
    steps = [b - a for a, b in zip(result.cutoffs, result.cutoffs[1:], strict=False)]
    assert max(steps) - min(steps) <= 1


def test_the_json_holds_what_programs_read(result) -> None:  # type: ignore[no-untyped-def]
    record = result.to_json()
    promised = {"n", "auc", "average_precision", "brier", "bias", "spearman", "capture", "baselines"}
    assert promised <= record.keys()
    plain = {"days_since_last", "rule_30_days", "gap_ratio", "half_life_30_on_days"}
    fitted = {"bgnbd_alive_on_events", "bgnbd_touch_on_days", "paretonbd_touch_on_days"}
    assert plain | fitted == record["baselines"].keys()
    assert all(0 <= baseline["auc"] <= 1 for baseline in record["baselines"].values())
    assert record["n"] == sum(some["n"] for some in record["reliability"])


def test_figures_that_are_not_defined_are_none() -> None:
    lonely = evaluate([Event("o", "p", day * DAY, True) for day in range(100)], 20)
    assert (lonely.scores.auc, lonely.silent) == (None, 0.0)


@pytest.mark.skipif(not CALLS.exists(), reason="the data set reality_calls is not here")
def test_real_phone_calls_show_the_reference_figure() -> None:
    test = run(CALLS, draws=0)
    assert 0.869 == pytest.approx(test.scores.auc, abs=0.003)
    assert (test.scores.auc or 0) > (test.baselines["days_since_last"].auc or 1) + 0.02
    assert (test.scores.auc or 0) > (test.baselines["bgnbd_alive_on_events"].auc or 1) + 0.04


# ---- in a user's own words ----


def test_hindsight_counts_named_and_others_per_date_and_together() -> None:
    march, april = date(2026, 3, 1), date(2026, 4, 1)
    looked = {
        april: [Looked("a", flagged=True, touched=False)],
        march: [
            Looked("a", flagged=True, touched=False),
            Looked("b", flagged=True, touched=True, called=True),
            Looked("c", flagged=True, touched=True),
            Looked("d", flagged=False, touched=True, called=True),
            Looked("e", flagged=False, touched=False, called=True),
        ],
    }
    first, second, both = hindsight(looked)
    assert Hindsight(march, flagged=3, flagged_silent=1, flagged_called=1, others=2, others_silent=1) == first
    assert Hindsight(april, flagged=1, flagged_silent=1) == second
    assert Hindsight(None, flagged=4, flagged_silent=2, flagged_called=1, others=2, others_silent=1) == both
    assert (0.5, 0.5, None) == (both.flagged_share, both.others_share, second.others_share)
    assert (first,) == hindsight({march: looked[march]})
