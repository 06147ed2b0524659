from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from touchpoints.summary import HALF_LIVES, DayRow, Days, Summary, View

AT = date(2026, 7, 1).toordinal()

rows = st.builds(
    DayRow,
    day=st.integers(AT - 40, AT + 5),
    medium=st.sampled_from(["meeting", "video", "call", "message", "email", "letter", "other"]),
    direction=st.sampled_from(["in", "out", "mutual"]),
    outcome=st.sampled_from(["reached", "missed", "voicemail"]),
    counts=st.booleans(),
    n=st.integers(1, 4),
    seconds=st.integers(0, 3600),
)
roll_ups = st.lists(rows, max_size=12).map(Days.of)


@given(roll_ups)
def test_the_empty_roll_up_is_the_identity(days: Days) -> None:
    assert days == days + Days() == Days() + days


@given(roll_ups, roll_ups, roll_ups)
def test_merging_is_associative_and_commutative(a: Days, b: Days, c: Days) -> None:
    assert (a + b) + c == a + (b + c) == c + b + a == a.merge(b, c) == sum((b, a, c), Days())


@given(st.lists(rows, max_size=24), st.lists(st.integers(0, 3), min_size=24, max_size=24))
def test_parts_that_share_dates_and_keys_merge_to_the_whole(some: list[DayRow], part_of: list[int]) -> None:
    parts = [Days.of(row for row, part in zip(some, part_of, strict=False) if part == wanted) for wanted in range(4)]
    whole = Days.of(some)
    assert whole == Days().merge(*parts)
    assert Summary.of(whole, AT) == Summary.of(Days().merge(*parts), AT)


@given(st.lists(rows, max_size=24))
def test_a_summary_is_what_its_definition_says(some: list[DayRow]) -> None:
    known = [row for row in some if row.counts and row.day <= AT]
    live = [row for row in known if row.medium in ("meeting", "video", "call")]
    signs = [row.day for row in known if row in live or row.direction in ("in", "mutual")]
    since = max(signs, default=-1)
    got = Summary.of(Days.of(some), AT)
    assert got.all == View.of({row.day for row in known}, AT)
    assert got.live == View.of({row.day for row in live}, AT)
    assert got.last_sign == max(signs, default=None)
    assert got.out_days_since == len({row.day for row in known if row.day > since})
    assert got.inbound == sum(row.n for row in known if row.direction in ("in", "mutual"))
    assert got.outbound == sum(row.n for row in known if row.direction in ("out", "mutual"))
    assert got.live_seconds_90 == sum(row.seconds for row in live)


@given(st.lists(rows, max_size=12), st.lists(rows, max_size=6))
def test_what_is_planned_or_does_not_count_changes_nothing(some: list[DayRow], more: list[DayRow]) -> None:
    planned = [row._replace(day=row.day + 46) for row in more]
    missed = [row._replace(counts=False, outcome="missed") for row in more]
    assert Summary.of(Days.of(some), AT) == Summary.of(Days.of([*some, *planned, *missed]), AT)


def test_a_view_counts_distinct_days_their_gaps_and_their_decayed_weight() -> None:
    view = View.of([AT - 30, AT - 30, AT - 7, AT, AT + 1], AT)
    assert (3, AT - 30, AT, 23) == (view.n, view.first, view.last, view.longest_gap)
    expected = [1 + 2 ** (-7 / h) + 2 ** (-30 / h) for h in HALF_LIVES]
    assert all(abs(e - got) < 1e-12 for e, got in zip(expected, (view.d7, view.d30, view.d90, view.d365), strict=True))


@given(st.lists(st.integers(AT - 4000, AT), max_size=30))
def test_a_view_with_one_more_day_today_is_the_view_of_all_days(days: list[int]) -> None:
    expected, got = View.of([*days, AT], AT), View.of(days, AT).and_on(AT)
    assert (expected.n, expected.first, expected.last) == (got.n, got.first, got.last)
    assert expected.longest_gap == got.longest_gap
    for name in ("d7", "d30", "d90", "d365"):
        assert abs(getattr(expected, name) - getattr(got, name)) < 1e-9


def test_ninety_days_of_live_time_are_ages_0_to_89() -> None:
    calls = [DayRow(AT - age, "call", "out", "reached", True, 1, 60) for age in (0, 89, 90)]
    written = DayRow(AT, "email", "in", "reached", True, 1, 999)
    assert 120 == Summary.of(Days.of([*calls, written]), AT).live_seconds_90


def test_a_reached_call_of_ours_is_a_sign_of_theirs_and_a_mail_of_ours_is_not() -> None:
    call = DayRow(AT - 9, "call", "out", "reached", True)
    mails = [DayRow(AT - age, "email", "out", "reached", True) for age in (10, 4, 4, 2)]
    assert (AT - 9, 2) == ((s := Summary.of(Days.of([call, *mails]), AT)).last_sign, s.out_days_since)
    assert (None, 3) == ((s := Summary.of(Days.of(mails), AT)).last_sign, s.out_days_since)


def test_bare_dates_are_contact_from_both_sides_and_nothing_live() -> None:
    got = Summary.of_dates([AT - 3, AT - 1, AT - 1, AT + 2], AT)
    assert Summary(AT, all=View.of([AT - 3, AT - 1], AT), last_sign=AT - 1, inbound=2, outbound=2) == got
