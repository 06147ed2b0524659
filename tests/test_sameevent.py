"""The same event from two sources counts once, and two events never become one by the order they come in."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import attrs
from hypothesis import given
from hypothesis import strategies as st

from touchpoints.facts import Stored
from touchpoints.handles import Handle
from touchpoints.model import Party, Touchpoint
from touchpoints.sameevent import LENGTHS, LOGGED, NEAR, event, grouped, source_of

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)
ERIKA, JONAS = Handle("phone", "+498999998123"), Handle("phone", "+493023125777")
MOBILE, MAIL = Handle("phone", "+491713920001"), Handle("email", "erika@example.com")
NUMBER = [0]


def told(
    source: str,
    seconds: float = 0,
    *handles: Handle,
    duration: float | None = None,
    direction: str = "out",
    outcome: str = "reached",
    medium: str = "call",
    **fields: object,
) -> Stored:
    NUMBER[0] += 1
    channel = {"call": "phone", "email": "mail", "meeting": "meeting"}[medium]
    parties = tuple(Party(h) for h in handles or (ERIKA,))
    at = NOON + timedelta(seconds=seconds)
    touchpoint = Touchpoint(at, channel, direction, outcome, parties, duration=duration, **fields)  # type: ignore[arg-type]
    return Stored(touchpoint, f"{NUMBER[0]:06d}", medium, f"{source}.csv", source)


def sizes(*stored: Stored, contacts: dict[Handle, str] | None = None) -> list[int]:
    return [len(group) for group in grouped(stored, BERLIN, (contacts or {}).get)]


def test_router_and_phone_tell_of_one_call() -> None:
    assert sizes(told("router", 0, duration=300), told("android", 7, duration=281)) == [2]


def test_one_source_never_tells_of_an_event_twice() -> None:
    assert sizes(told("router", 0), told("router", 20)) == [1, 1]


def test_two_files_of_one_source_are_one_source() -> None:
    first, second = told("router", 0, line="+493023125100"), told("router", 20, line="+493023125100")
    assert sizes(first, attrs.evolve(second, source="router_2.csv")) == [1, 1]


def test_two_lines_of_one_importer_and_two_names_of_an_app_are_two_sources() -> None:
    assert sizes(told("table", line="desk"), told("table", 5, line="mobile")) == [2]
    assert sizes(told("app"), attrs.evolve(told("app", 5), source="pbx")) == [2]


def test_two_calendars_of_colleagues_tell_of_one_meeting() -> None:
    ours = [told("calendar", medium="meeting", direction="mutual", colleagues=(name,)) for name in ("Mara", "Tom")]
    assert sizes(*ours) == [2]


def test_120_seconds_are_near_and_121_are_not() -> None:
    assert sizes(told("router"), told("android", NEAR)) == [2]
    assert sizes(told("router"), told("android", NEAR + 1)) == [1, 1]


def test_near_is_measured_from_the_first_telling() -> None:
    assert sizes(told("router"), told("android", 100), told("teams", 200)) == [2, 1]


def test_contact_medium_and_direction_must_be_the_same() -> None:
    assert sizes(told("router"), told("android", 5, JONAS)) == [1, 1]
    assert sizes(told("router"), told("android", 5, direction="in")) == [1, 1]
    assert sizes(told("router"), told("outlook", 5, medium="email")) == [1, 1]


def test_handles_of_one_contact_are_the_same_contact_but_two_numbers_are_two_calls() -> None:
    contacts = {ERIKA: "erika", MAIL: "erika", MOBILE: "erika"}
    assert sizes(told("router"), told("teams", 5, MAIL), contacts=contacts) == [2]
    assert sizes(told("router", outcome="missed"), told("android", 60, MOBILE), contacts=contacts) == [1, 1]


def test_known_lengths_agree_within_a_minute_and_the_rounding() -> None:
    assert sizes(told("router", duration=301), told("android", 5, duration=301 + LENGTHS)) == [2]
    assert sizes(told("router", duration=301), told("android", 5, duration=302 + LENGTHS)) == [1, 1]
    assert sizes(told("router", duration=360), told("android", 5, duration=241)) == [2]  # the router rounds to minutes
    assert sizes(told("router", duration=360), told("android", 5, duration=239)) == [1, 1]


def test_a_call_that_rang_at_two_phones_was_reached_if_one_was_answered() -> None:
    missed = told("router", 0, outcome="missed", direction="in", wait=12)
    (group,) = grouped([missed, told("android", 3, direction="in", duration=125)], BERLIN)
    assert (event(group).key, event(group).touchpoint.outcome) == (missed.key, "reached")
    assert (event(group).touchpoint.duration, event(group).touchpoint.wait) == (125, 12)


def test_a_note_of_the_user_joins_within_two_hours_and_its_length_is_a_round_one() -> None:
    call = told("router", 0, duration=1043)
    assert sizes(call, told("log", LOGGED, duration=900)) == [2]
    assert sizes(call, told("log", LOGGED + 1, duration=900)) == [1, 1]
    assert sizes(call, told("log", -600, duration=900)) == [2]
    assert sizes(call, told("log", 600, duration=3600)) == [1, 1]


def test_a_note_without_a_time_joins_on_its_day_in_the_stores_zone() -> None:
    midnight = datetime(2026, 6, 1, tzinfo=BERLIN)
    note = told("log", (midnight - NOON).total_seconds(), extra={"timed": "no"})
    late, next_day = (told("router", (midnight - NOON).total_seconds() + h * 3600) for h in (23.9, 24.1))
    assert sizes(note, late) == [2]
    assert sizes(note, next_day) == [1, 1]


def test_a_note_joins_the_call_with_its_outcome_before_a_nearer_one() -> None:
    reached, missed = told("router", 0, duration=600), told("router", 1200, outcome="missed")
    note = told("log", 1300, duration=600)
    assert grouped([reached, missed, note], BERLIN) == [[reached, note], [missed]]


def test_the_users_word_on_the_outcome_counts() -> None:
    (group,) = grouped([told("router", 0, duration=20), told("log", 60, outcome="voicemail")], BERLIN)
    assert (event(group).touchpoint.outcome, event(group).touchpoint.duration) == ("voicemail", None)


def test_a_note_between_two_calls_from_other_sources_does_not_tie_them() -> None:
    note = told("log", 0, extra={"timed": "no"})
    assert sizes(note, told("router", 60), told("teams", 4000)) == [2, 1]


def test_of_one_group_everything_that_is_known_is_told() -> None:
    one = told("router", 0, ERIKA, duration=60, line="+493023125100", colleagues=("Mara",))
    other = told("teams", 5, MAIL, subject="Angebot", colleagues=("Tom",))
    (group,) = grouped([other, one], BERLIN, {ERIKA: 1, MAIL: 1}.get)
    t = event(group).touchpoint
    assert (t.at, t.line, t.subject, t.duration) == (NOON, "+493023125100", "Angebot", 60)
    assert t.colleagues == ("Mara", "Tom")
    assert {p.handle for p in t.parties} == {ERIKA, MAIL}


# -- for any sources, in any order ----------------------------------------------------------------------------------

CONTACTS = {ERIKA: "erika", MAIL: "erika", MOBILE: "erika", JONAS: "jonas"}


@st.composite
def tellings(draw: st.DrawFn) -> Stored:
    return told(
        draw(st.sampled_from(("router", "android", "teams", "log"))),
        draw(st.integers(0, 900)),
        *draw(st.lists(st.sampled_from((ERIKA, JONAS, MAIL, MOBILE)), min_size=1, max_size=2, unique=True)),
        duration=draw(st.none() | st.sampled_from((20, 60, 95, 300, 900))),
        direction=draw(st.sampled_from(("in", "out"))),
        outcome=draw(st.sampled_from(("reached", "missed"))),
        medium=draw(st.sampled_from(("call", "email"))),
        line=draw(st.sampled_from((None, "1"))),
    )


@given(st.lists(tellings(), max_size=14).flatmap(lambda s: st.tuples(st.just(s), st.permutations(s))))
def test_every_telling_is_in_one_event_whatever_the_order(pair: tuple[list[Stored], list[Stored]]) -> None:
    stored, shuffled = pair
    groups = grouped(stored, BERLIN, CONTACTS.get)
    assert groups == grouped(shuffled, BERLIN, CONTACTS.get)
    assert sorted(s.key for group in groups for s in group) == sorted(s.key for s in stored)


@given(st.lists(tellings(), max_size=14))
def test_an_event_keeps_the_rules(stored: list[Stored]) -> None:
    for group in grouped(stored, BERLIN, CONTACTS.get):
        assert len({(s.medium, s.touchpoint.direction) for s in group}) == 1
        assert len({source_of(s) for s in group}) == len(group)
        recorded = [s for s in group if s.importer != "log"] or group
        for s in group:
            most = LOGGED if s.importer == "log" else NEAR
            assert abs((s.touchpoint.at - recorded[0].touchpoint.at).total_seconds()) <= most
            assert whom(s) & whom(recorded[0])
        for one, other in combinations(group, 2):
            lengths = one.touchpoint.duration, other.touchpoint.duration
            assert None in lengths or abs(lengths[0] - lengths[1]) <= LENGTHS + 300  # type: ignore[operator]
        assert event(group).touchpoint.outcome in {s.touchpoint.outcome for s in group}


@given(st.lists(tellings(), max_size=10))
def test_without_notes_it_is_the_one_pass_of_the_rule(stored: list[Stored]) -> None:
    stored = [s for s in stored if s.importer != "log"]
    assert grouped(stored, BERLIN, CONTACTS.get) == by_the_letter(stored)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=12), st.lists(st.integers(0, NEAR), min_size=12, max_size=12))
def test_a_second_source_with_a_clock_of_its_own_adds_no_event(spaces: list[int], late: list[int]) -> None:
    starts = [sum(spaces[: n + 1]) + n * 2 * NEAR + n for n in range(len(spaces))]
    one = [told("router", start, duration=95) for start in starts]
    other = [told("android", start + wait, duration=80) for start, wait in zip(starts, late, strict=False)]
    assert [len(group) for group in grouped([*one, *other], BERLIN)] == [2] * len(starts)


def whom(stored: Stored) -> set[str]:
    return {CONTACTS[p.handle] for p in stored.touchpoint.parties}


def by_the_letter(stored: Sequence[Stored]) -> list[list[Stored]]:
    """The rule as it is written down, without any index: sorted by (time, key), joining the nearest group that fits."""
    groups: list[list[Stored]] = []
    for s in sorted(stored, key=lambda s: (s.touchpoint.at, s.key)):
        fits = [g for g in groups if all(joins(s, other) for other in g) and near_first(s, g[0])]
        if fits:
            min(fits, key=lambda g: far(s, g[0])).append(s)
        else:
            groups.append([s])
    return groups


def far(s: Stored, first: Stored) -> tuple[bool, timedelta, str]:
    return s.touchpoint.outcome != first.touchpoint.outcome, s.touchpoint.at - first.touchpoint.at, first.key


def near_first(s: Stored, first: Stored) -> bool:
    same = (s.medium, s.touchpoint.direction) == (first.medium, first.touchpoint.direction)
    return same and bool(whom(s) & whom(first)) and s.touchpoint.at - first.touchpoint.at <= timedelta(seconds=NEAR)


def joins(s: Stored, other: Stored) -> bool:
    if (s.importer, s.touchpoint.line) == (other.importer, other.touchpoint.line):
        return False
    numbers = [{p.handle for p in x.touchpoint.parties if p.handle.kind == "phone"} for x in (s, other)]
    if s.medium == "call" and all(numbers) and not numbers[0] & numbers[1]:
        return False
    lengths = s.touchpoint.duration, other.touchpoint.duration
    if lengths[0] is None or lengths[1] is None:
        return True
    rounded = 60 if any(length % 60 == 0 for length in lengths if length is not None) else 0
    return abs(lengths[0] - lengths[1]) <= LENGTHS + rounded
