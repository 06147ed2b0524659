"""The store: order-free facts, exact forgetting, sums equal to the plain definition, and a file that stays whole."""

import gc
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from touchpoints.errors import StoreError, UnknownName
from touchpoints.facts import sortable
from touchpoints.handles import Handle
from touchpoints.model import LIVE_MEDIA, Participant, Party, Touchpoint
from touchpoints.ourside import OurSide
from touchpoints.store import Store
from touchpoints.store.bulk import many_values
from touchpoints.store.sums import Sums
from touchpoints.summary import Days, Summary, View
from touchpoints.tracker import Tracker

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2025, 1, 1, 9, tzinfo=BERLIN)
ERIKA = Party(Handle("phone", "+498999998123"), "Erika Muster")
JONAS = Party(Handle("email", "jonas@muster.example"), "Jonas Beispiel")


def store_of(*touchpoints: Touchpoint, source: str = "a") -> Store:
    store = Store()
    store.set_zone("Europe/Berlin")
    store.add(touchpoints, store.begin_source(source, "test", ""))
    return store


def state(store: Store) -> list[tuple[object, ...]]:
    """Everything visible, but for the file it came from."""
    facts = [(s.key, s.touchpoint, s.medium) for s in store.touchpoints()]
    handles = dict(store.handles())
    tables: list[tuple[object, ...]] = [("trait", handles[h], *trait) for h, trait in store.traits().items()]
    tables += [("alias", handles[h], *names) for h, names in store.aliases().items()]
    tables += [("sum", handles[int(h)], s) for h, s in store.summaries(START + timedelta(days=400), "handle").items()]
    return [*facts, *sorted(tables, key=repr)]


def call(
    key: str, day: int, revision: tuple[int | str, ...] = (), series: str | None = None, minutes: int = 5
) -> Touchpoint:
    return Touchpoint(
        START + timedelta(days=day), "phone", "out", "reached", (ERIKA,), key=key, revision=revision, series=series,
        duration=minutes * 60,
    )  # fmt: skip


versions = st.builds(
    lambda key, day, revision, minutes: call(key, day, revision, {"c": "s", "d": "s", "e": "t"}.get(key), minutes),
    st.sampled_from("abcde"),
    st.integers(0, 5),
    st.tuples(st.integers(0, 2), st.sampled_from(["", "20260101"])),
    st.integers(1, 3),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(versions, max_size=5), max_size=4), st.randoms())
def test_any_order_of_files_gives_the_same_state(files: list[list[Touchpoint]], chance: random.Random) -> None:
    def imported(order: list[int]) -> Store:
        store = Store()
        for n in order:
            shuffled = list(files[n])
            chance.shuffle(shuffled)
            store.add(shuffled, store.begin_source(f"file {n}", "test", ""))
        return store

    numbers = list(range(len(files)))
    one = imported(numbers)
    chance.shuffle(numbers)
    assert state(imported(numbers)) == state(one)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(versions, max_size=5), min_size=1, max_size=4), st.data())
def test_forgetting_a_file_leaves_what_the_others_say(files: list[list[Touchpoint]], data: st.DataObject) -> None:
    gone = data.draw(st.integers(0, len(files) - 1))
    store, without = Store(), Store()
    ids = [store.begin_source(f"file {n}", "test", "") for n in range(len(files))]
    for n, file in enumerate(files):
        store.add(file, ids[n])
        if n != gone:
            without.add(file, without.begin_source(f"file {n}", "test", ""))
    store.forget(ids[gone])
    assert state(store) == state(without)


def test_the_same_touchpoint_again_is_a_duplicate() -> None:
    store = store_of(call("a", 0))
    counts = store.add([call("a", 0)], store.begin_source("b", "test", ""))
    assert (counts.added, counts.updated, counts.duplicates) == (0, 0, 1)


def test_an_older_version_read_later_does_not_win() -> None:
    store = store_of(call("a", 3, (2, "")))
    counts = store.add([call("a", 0, (1, ""))], store.begin_source("b", "test", ""))
    assert (counts.updated, counts.duplicates) == (0, 1)
    assert [s.touchpoint.at for s in store.touchpoints()] == [START + timedelta(days=3)]


def test_occurrences_that_a_newer_master_no_longer_yields_disappear() -> None:
    old = [call(k, n, (1, "x"), "series") for n, k in enumerate("abc")]
    new = [call("a", 0, (2, "x"), "series")]
    store = store_of(*old)
    store.add(new, store.begin_source("b", "test", ""))
    assert [s.key for s in store.touchpoints()] == ["a"]


def test_revisions_sort_by_number_and_text() -> None:
    revisions = [(0, ""), (0, "20250101T000000Z"), (2, ""), (10, ""), (10, "2", -1, ""), (10, "2", 0, "")]
    assert sorted(revisions, key=sortable) == revisions


def test_an_unknown_channel_is_refused_and_nothing_is_kept() -> None:
    store = Store()
    with pytest.raises(UnknownName, match="carrier pigeon"):
        store.add([call("a", 0), Touchpoint(START, "carrier pigeon", "in")], store.begin_source("a", "test", ""))
    assert store.count() == 0


days = st.lists(
    st.tuples(
        st.integers(0, 200),
        st.sampled_from(["phone", "mail", "meeting", "video", "whatsapp"]),
        st.sampled_from(["in", "out", "mutual"]),
        st.sampled_from(["reached", "reached", "missed", "cancelled"]),
        st.integers(0, 3),
    ),
    max_size=25,
)


@settings(max_examples=80, deadline=None)
@given(days, st.integers(-5, 230), st.integers(0, 23))
def test_summaries_of_the_store_are_those_of_the_plain_definition(
    rows: list[tuple[int, str, str, str, int]], at: int, hour: int
) -> None:
    touchpoints = [
        Touchpoint(START + timedelta(days=d), channel, direction, outcome, (ERIKA,), key=str(n), duration=m * 60)
        for n, (d, channel, direction, outcome, m) in enumerate(rows)
    ]
    store = store_of(*touchpoints)
    moment = START.replace(hour=hour) + timedelta(days=at)
    found = store.summaries(moment, "handle")
    media = store.media()
    plain = Days.of(
        (t.at.toordinal(), media[t.channel], t.direction, t.outcome, t.outcome == "reached", 1, t.duration or 0)
        for t in touchpoints
        if t.at <= moment
    )
    expected = Summary.of(plain, moment.toordinal())
    if expected.all.n == 0:
        assert found == {}
        return
    (summary,) = found.values()
    assert (summary.all.n, summary.all.first, summary.all.last, summary.all.longest_gap) == (
        expected.all.n, expected.all.first, expected.all.last, expected.all.longest_gap
    )  # fmt: skip
    assert (summary.live.n, summary.live.first, summary.live.last, summary.live.longest_gap) == (
        expected.live.n, expected.live.first, expected.live.last, expected.live.longest_gap
    )  # fmt: skip
    for view, other in ((summary.all, expected.all), (summary.live, expected.live)):
        for name in ("d7", "d30", "d90", "d365"):
            assert getattr(view, name) == pytest.approx(getattr(other, name), abs=1e-9)
    assert (summary.last_sign, summary.out_days_since, summary.inbound, summary.outbound) == (
        expected.last_sign, expected.out_days_since, expected.inbound, expected.outbound
    )  # fmt: skip
    assert summary.live_seconds_90 == expected.live_seconds_90


happened = st.lists(
    st.tuples(
        st.integers(0, 500),
        st.sampled_from(["phone", "mail", "meeting", "whatsapp"]),
        st.sampled_from(["in", "out"]),
        st.sampled_from(["reached", "reached", "missed"]),
        st.integers(0, 4),
        st.sampled_from([(ERIKA,), (JONAS,), (ERIKA, JONAS)]),
    ),
    max_size=12,
)
who_is_who = st.sampled_from(["one", "two", "changing"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(happened, who_is_who, st.integers(-20, 900), st.booleans()), min_size=1, max_size=4))
def test_no_sum_depends_on_what_is_kept(steps: list[tuple[list[tuple[Any, ...]], str, int, bool]]) -> None:
    """Files come and go, handles change hands, and one asks for any moment in between: a store that kept sums all along
    says the same as one that never did."""
    store = Store()
    store.set_zone("Europe/Berlin")
    for number, (rows, whose, ask, forgotten) in enumerate(steps):
        source = store.begin_source(f"file {number}", "test", "")
        store.add(
            (
                Touchpoint(START + timedelta(hours=7 * d), ch, way, out, who, key=f"{n % 3}-{number}", duration=m * 60)
                for n, (d, ch, way, out, m, who) in enumerate(rows)
            ),
            source,
        )
        ids = [id_ for id_, _ in store.handles()]
        middle = START.toordinal() + 60
        resolved = [(id_, 0, 1 << 30, str(n) if whose == "two" else "0", None) for n, id_ in enumerate(ids)]
        if whose == "changing" and ids:
            resolved[0] = (ids[0], 0, middle, "0", None)
            resolved.append((ids[0], middle, 1 << 30, "1", None))
        store.resolve(resolved, "x")
        if forgotten and number:
            store.forget(source)
        at = START + timedelta(days=ask)
        kept, plain = store.summaries(at), Sums.summaries(store, at)
        assert kept.keys() == plain.keys()
        for who, summary in kept.items():
            other = plain[who]
            assert attrs.evolve(summary, all=View(), live=View()) == attrs.evolve(other, all=View(), live=View())
            for one, two in ((summary.all, other.all), (summary.live, other.live)):
                assert one[:4] == two[:4]
                assert one[4:] == pytest.approx(two[4:], abs=1e-9)


def test_sums_that_another_version_kept_are_worked_out_anew() -> None:
    store = Store()
    store.set_zone("Europe/Berlin")
    with store.transaction():
        store.add([Touchpoint.call("+49 30 23125 111", START, "out", minutes=3)], store.begin_source("a", "app", ""))
        store.resolve([(id_, 0, 1 << 30, "erika", None) for id_, _ in store.handles()], "x")
    right = store.summaries(START)
    store.db.execute("UPDATE sum SET n=7")
    assert store.summaries(START)["erika"].all.n == 7  # nothing is stale, and the version is ours
    store.put("sums", 1)
    assert right == store.summaries(START)


def test_what_is_known_already_makes_nothing_stale() -> None:
    store = Store()
    store.set_zone("Europe/Berlin")
    calls = [Touchpoint.call(f"+49 30 23125 11{n}", START, "out", minutes=3) for n in range(3)]
    store.add(calls[:2], store.begin_source("a", "app", ""))
    store.resolve([(id_, 0, 1 << 30, f"p{id_}", None) for id_, _ in store.handles()], "x")
    store.summaries(START)
    before = store.get("generation")
    store.add(calls[:2], store.begin_source("b", "app", ""))
    assert (store.get("generation"), store.db.execute("SELECT * FROM stale").fetchall()) == (before, [])
    store.add([*calls, attrs.evolve(calls[0], key=None, duration=60)], store.begin_source("c", "app", ""))
    assert store.get("generation") > before
    assert store.db.execute("SELECT contact FROM stale").fetchall() == [("p1",)]


def test_our_side_is_worked_out_anew_when_own_handles_change() -> None:
    mail = Touchpoint(
        START, "mail", "in", "reached", (JONAS, Party(Handle("email", "mara@falk.example"), role="copied")), key="m",
        participants=(
            Participant("from", Handle("email", "mara@falk.example"), "Mara Falk"),
            Participant("to", JONAS.handle, JONAS.name),
        ),
    )  # fmt: skip
    store = store_of(mail)
    assert store.derive(OurSide(me=["mara@falk.example"])) == 1
    (found,) = store.touchpoints()
    assert (found.touchpoint.direction, [p.handle.value for p in found.touchpoint.parties]) == (
        "out", ["jonas@muster.example"],
    )  # fmt: skip
    assert store.derive(OurSide(me=["mara@falk.example"])) == 0


def test_the_rebuilt_roll_up_equals_the_kept_one() -> None:
    store = store_of(*(call(str(n), n % 7, minutes=n % 3 + 1) for n in range(40)))
    store.add([call("3", 50, (1,))], store.begin_source("b", "test", ""))
    kept = state(store)
    store.rebuild()
    assert state(store) == kept


@pytest.mark.skipif(sys.platform == "win32", reason="permissions: on Windows those of the user's folder hold")
def test_a_file_store_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    store = Store(tmp_path / "touchpoints.db")
    store.add([call("a", 0)], store.begin_source("a", "test", ""))
    assert {p.name: p.stat().st_mode & 0o077 for p in tmp_path.iterdir()} == dict.fromkeys(
        (p.name for p in tmp_path.iterdir()), 0
    )


def test_a_newer_store_and_a_foreign_file_are_refused(tmp_path: Path) -> None:
    Store(tmp_path / "new.db").close()
    with sqlite3.connect(tmp_path / "new.db") as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(StoreError, match="newer version"):
        Store(tmp_path / "new.db")
    with sqlite3.connect(tmp_path / "other.db") as db:
        db.execute("CREATE TABLE recipes (name)")
    with pytest.raises(StoreError, match="not a store"):
        Store(tmp_path / "other.db")
    (tmp_path / "text.db").write_text("this is no database, but long enough to look like a file " * 40)
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(tmp_path / "text.db")


def test_threads_have_their_own_connections(tmp_path: Path) -> None:
    store = Store(tmp_path / "t.db")
    source = store.begin_source("a", "test", "")
    errors: list[BaseException] = []

    def work(n: int) -> None:
        try:
            for m in range(5):
                store.add([call(f"{n}-{m}", m)], source)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert store.count() == 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_opens_its_own_connection(tmp_path: Path) -> None:
    store = Store(tmp_path / "t.db")
    store.add([call("a", 0)], store.begin_source("a", "test", ""))
    code = (
        "import os, sys\nfrom touchpoints.store import Store\n"
        "store = Store(sys.argv[1])\nstore.count()\n"
        "child = os.fork()\n"
        "if child == 0:\n    os._exit(0 if store.count() == 1 else 1)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "t.db")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "0"


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_import_leaves_the_store_whole_and_can_be_repeated(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    rows = ["Datum;Uhrzeit;Richtung;Rufnummer;Name;Dauer"]
    for n in range(20_000):
        at = START + timedelta(minutes=13 * n)
        rows.append(f"{at:%d.%m.%Y};{at:%H:%M:%S};ausgehend;030 23125 {n % 900:03d};Kontakt {n % 900};0:05:00")
    log.write_text("\n".join(rows) + "\n")
    command = [sys.executable, "-m", "touchpoints", "import", str(log), "--me", "+49 89 99998 100",
               "--timezone", "Europe/Berlin", "--store"]  # fmt: skip
    killed = subprocess.Popen(
        [*command, str(tmp_path / "killed.db")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 30
    wal = tmp_path / "killed.db-wal"
    while time.monotonic() < deadline and not (wal.exists() and wal.stat().st_size > 100_000):
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    store = Store(tmp_path / "killed.db")
    assert store.check() == []
    assert store.count() in (0, 20_000)
    store.close()
    for name in ("killed.db", "undisturbed.db"):
        subprocess.run([*command, str(tmp_path / name)], check=True, capture_output=True)
    one, other = Store(tmp_path / "killed.db"), Store(tmp_path / "undisturbed.db")
    assert [(s.key, s.touchpoint) for s in one.touchpoints()] == [(s.key, s.touchpoint) for s in other.touchpoints()]
    assert one.count() == 20_000


def test_live_media_in_the_query_are_those_of_the_model() -> None:
    from touchpoints.store import sums

    assert {m.strip("'") for m in sums._LIVE.strip("()").split(",")} == LIVE_MEDIA


def test_times_are_kept_as_utc_instants() -> None:
    store = store_of(call("a", 0))
    (found,) = store.touchpoints()
    assert (found.touchpoint.at, found.touchpoint.at.tzinfo) == (START, UTC)


def test_half_an_emoji_is_kept_as_a_mark_and_nothing_breaks() -> None:
    broken = Touchpoint(
        START, "whatsapp", "in", "reached", (Party(JONAS.handle, "Jonas \ud83d"),), key="a", subject="\udc00 hi"
    )
    store = store_of(broken)
    (found,) = store.touchpoints()
    assert (found.touchpoint.parties[0].name, found.touchpoint.subject) == ("Jonas \ufffd", "\ufffd hi")
    assert store.add([broken], store.begin_source("b", "test", "")).duplicates == 1


def test_looking_for_cycles_goes_on_as_before_after_bulk_work() -> None:
    before = gc.get_threshold()
    with many_values():
        with many_values():
            assert gc.get_threshold()[0] == 100_000
        assert gc.get_threshold()[0] == 100_000
    assert gc.get_threshold() == before
    with pytest.raises(ZeroDivisionError), many_values():
        print(1 / 0)
    assert gc.get_threshold() == before
    gc.set_threshold(0)
    try:
        with many_values():
            assert gc.get_threshold()[0] == 0  # whoever switched it off wants it off
    finally:
        gc.set_threshold(*before)


def test_a_store_is_named_by_a_path_or_a_url(tmp_path: Path) -> None:
    with Tracker(f"sqlite:///{tmp_path / 'url.db'}") as tracker:
        tracker.add([Touchpoint.call(ERIKA.handle.value, START, "in")])
    with Tracker(tmp_path / "url.db") as tracker, Tracker("sqlite://") as memory:
        assert ([s.touchpoint.at for s in tracker.touchpoints()], [*memory.touchpoints()]) == ([START], [])
    with pytest.raises(StoreError, match="postgresql://server/team: a store is a file"):
        Tracker("postgresql://server/team")
