"""Events that change between exports: whatever is read, in whatever order, the store holds the newest state."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

import touchpoints as tp

ME, GUEST = "mara.falk@falk.example", "erika@muster-gmbh.example"
WEEKLY = "DTSTART;TZID=Europe/Berlin:20260105T100000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=4"
MOVED = "DTSTART;TZID=Europe/Berlin:20260106T140000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=4"
GUESTS = f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{GUEST}"
STATES = {
    "weekly": f"{WEEKLY}\n{GUESTS}",
    "moved": f"{MOVED}\n{GUESTS}",
    "shortened": f"{MOVED.replace('COUNT=4', 'COUNT=2')}\n{GUESTS}",
    "one excluded": f"{MOVED}\nEXDATE;TZID=Europe/Berlin:20260113T140000\n{GUESTS}",
    "all excluded": f"{MOVED}\nEXDATE;TZID=Europe/Berlin:20260106T140000,20260113T140000\n"
    f"EXDATE:20260120T130000Z\nEXDATE;VALUE=DATE:20260127\n{GUESTS}",
    "cancelled": f"{MOVED}\nSTATUS:CANCELLED\n{GUESTS}",
    "private": f"{MOVED}\nCLASS:PRIVATE\n{GUESTS}",
    "without guests": MOVED,
    "among colleagues": f"{MOVED}\nATTENDEE:mailto:tom@falk.example",
    "free": f"{MOVED}\nTRANSP:TRANSPARENT\n{GUESTS}",
    "single": f"DTSTART;TZID=Europe/Berlin:20260107T090000\nDURATION:PT1H\n{GUESTS}",
    "reinstated": f"{WEEKLY}\n{GUESTS}",
}


def export(folder: Path, number: int, state: str, stamps: bool, name: str = "Mara") -> Path:
    """The calendar after its `number`-th change: versions are told apart by SEQUENCE, or by their stamps alone."""
    version = f"DTSTAMP:202512{number + 1:02}T080000Z" if stamps else f"SEQUENCE:{number}\nDTSTAMP:20251201T080000Z"
    path = folder / f"{name}-{number}.ics"
    path.write_text(
        f"BEGIN:VCALENDAR\nX-WR-CALNAME:{name}\nBEGIN:VEVENT\nUID:jour-fixe@falk.example\n{version}\nSUMMARY:Jour fixe\n"
        f"ORGANIZER:mailto:{ME}\n{STATES[state]}\nEND:VEVENT\nEND:VCALENDAR\n",
        encoding="utf-8",
    )
    return path


def tracker() -> tp.Tracker:
    return tp.Tracker(settings=tp.Settings(me=(ME,), timezone="Europe/Berlin"))


def state(desk: tp.Tracker) -> list[tuple[object, ...]]:
    return [(t.key, t.at, t.outcome, t.duration, t.parties) for t in (s.touchpoint for s in desk.touchpoints())]


def read(paths: Sequence[Path]) -> list[tuple[object, ...]]:
    with tracker() as desk:
        for path in paths:
            desk.ingest(path)
        return state(desk)


def test_a_series_that_was_moved_shortened_cancelled_and_reinstated_is_as_it_was_left(tmp_path: Path) -> None:
    files = [
        export(tmp_path, n, s, stamps=False)
        for n, s in enumerate(("weekly", "moved", "shortened", "cancelled", "reinstated"))
    ]
    last = read(files[-1:])
    assert [t[1:3] for t in last] == [(datetime(2026, 1, day, 9, tzinfo=UTC), "reached") for day in (5, 12, 19, 26)]
    for order in permutations(files):
        assert read(order) == last


@given(
    st.lists(st.sampled_from(sorted(STATES)), min_size=1, max_size=5),
    st.booleans(),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_any_order_of_any_exports_gives_the_state_of_the_newest(
    history: list[str], stamps: bool, chance: Random
) -> None:
    with TemporaryDirectory() as folder:
        files = [export(Path(folder), number, name, stamps) for number, name in enumerate(history)]
        order = list(files)
        chance.shuffle(order)
        gone = order[: chance.randint(0, len(order) - 1)]
        with tracker() as desk:
            for path in order:
                desk.ingest(path)
            assert state(desk) == read(files[-1:])
            for path in gone:
                desk.forget(str(path))
            left = [path for path in files if path not in gone]
            assert state(desk) == read(left[-1:])
            if gone:
                desk.ingest(gone[0])
                newest = max(left[-1], gone[0], key=files.index)
                assert state(desk) == read([newest])


def test_what_one_colleague_calls_private_stays_in_the_others_calendar(tmp_path: Path) -> None:
    mine = export(tmp_path, 3, "private", stamps=True, name="Mara")
    theirs = export(tmp_path, 1, "weekly", stamps=True, name="Tom")
    assert len(read([theirs])) == 4
    assert read([mine, theirs]) == read([theirs, mine]) == read([theirs])


def test_a_calendar_shared_without_details_takes_nothing_from_the_full_one(tmp_path: Path) -> None:
    full = export(tmp_path, 0, "weekly", stamps=True)
    veiled = export(tmp_path, 1, "without guests", stamps=True)
    text = (
        veiled.read_text(encoding="utf-8").replace(f"ORGANIZER:mailto:{ME}\n", "").replace("Jour fixe", "Beschäftigt")
    )
    veiled.write_text(text, encoding="utf-8")
    assert read([full, veiled]) == read([veiled, full]) == read([full])
