from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from touchpoints.measures import Bin, auc, average_precision, capture, quantile, reliability, spearman

labelled = st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=1, max_size=40)


@given(labelled)
def test_auc_is_the_share_of_pairs_in_the_right_order(cases: list[tuple[bool, int]]) -> None:
    up, down = ([score for label, score in cases if label is wanted] for wanted in (True, False))
    pairs = [(u > d) + (u == d) / 2 for u in up for d in down]
    expected = sum(pairs) / len(pairs) if pairs else None
    assert expected == approx(auc([label for label, _ in cases], [score for _, score in cases]))


@given(labelled)
def test_average_precision_is_the_precision_at_each_positive(cases: list[tuple[bool, int]]) -> None:
    at_each = []
    for label, score in cases:
        if label:
            taken = [other for other, s in cases if s >= score]
            at_each.append(sum(taken) / len(taken))
    expected = sum(at_each) / len(at_each) if at_each else None
    assert expected == approx(average_precision([label for label, _ in cases], [score for _, score in cases]))


def test_spearman_is_blind_to_scale_and_shares_ranks() -> None:
    assert 1 == approx(spearman([1, 2, 9], [10, 100, 101]))
    assert -1 == approx(spearman([1, 2, 9], [3, 2, 1]))
    assert 0.9486832980505138 == approx(spearman([1, 2, 3, 4], [1, 2, 2, 4]))
    assert spearman([1, 1], [1, 2]) is None


def test_capture_compares_each_list_with_the_best_one() -> None:
    at = [1] * 10 + [2] * 20
    loss = [float(i) for i in range(10)] + [float(i) for i in range(20)]
    assert 1 == capture(at, loss, loss)
    assert (0 + 0 + 1) / (9 + 19 + 18) == capture(at, [-one for one in loss], loss)
    assert capture(at, loss, [0.0] * 30) is None


def test_equal_priorities_are_taken_by_lot() -> None:
    first, equal, last = [9.0], [1.0] * 8, [0.0] * 11  # room for two: the first, and one of eight
    loss = [0.5, 1.0, 1.0] + [0.0] * 6 + [0.7] * 11
    assert (0.5 + 2 / 8) / (1 + 1) == capture([1] * 20, first + equal + last, loss)


def test_reliability_counts_what_came_per_step() -> None:
    got = reliability([0.05, 0.125, 0.1875, 1.0], [False, True, False, True])
    assert (Bin(0.0, 0.1, 1, 0.05, 0.0), Bin(0.1, 0.2, 2, 0.15625, 0.5), Bin(0.9, 1.0, 1, 1.0, 1.0)) == got


def test_quantiles_lie_between_their_neighbours() -> None:
    assert [1, 1.5, 3] == [quantile([1, 2, 3], share) for share in (0, 0.25, 1)]
