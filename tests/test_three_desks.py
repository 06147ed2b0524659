"""A team as a new user has it: three colleagues' exports, one list, ten minutes of answering, and everything undoable."""

import csv
import io
import json
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.three_desks import ME, everybody, office, truth, write
from touchpoints.cli import main
from touchpoints.model import Contact
from touchpoints.tracker import Tracker

AT = ("--at", "2026-06-15T09:00")
TEN_MINUTES = 120
"""Answers, at five seconds each."""
COLLEAGUES = len(everybody())


@pytest.fixture
def store(tmp_path: Path) -> Path:
    write(tmp_path)
    me = [text for handle in ME for text in ("--me", handle)]
    folders = [str(tmp_path / desk) for desk in ("mara", "deniz", "jonas")]
    result = run(tmp_path / "t.db", "import", *folders, *me, "--timezone", "Europe/Berlin", "--region", "DE")
    assert result.exit_code == 0, result.output
    return tmp_path / "t.db"


def run(store: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--store", str(store), "--lang", "en"])


def whose(tracker: Tracker) -> dict[str, set[int]]:
    """The contact (or waiting handle) that each record of a person is, and which persons it is: by what the truth says."""
    found: dict[str, set[int]] = {}
    directory = tracker.directory
    by_handle: dict[str, str] = {}
    for contact in directory.contacts.values():
        for handle in contact.handles:
            by_handle[f"{handle.kind}:{handle.value}"] = contact.id
    for waiting in directory.unresolved:
        by_handle.setdefault(f"{waiting.handle.kind}:{waiting.handle.value}", waiting.handle.value)
    for person, (number, address, third, _name) in enumerate(truth()["people"]):
        for key in (number, address, third):
            found.setdefault(by_handle[key], set()).add(person)
    return found


def pairs_of(store: Path, least: int) -> list[dict[str, str]]:
    """What `people --suggestions --format csv` asks."""
    result = run(store, "people", "--suggestions", "--at-least", str(least), "--format", "csv")
    return list(csv.DictReader(io.StringIO(result.stdout.removeprefix("\ufeff")), delimiter=";"))


def test_no_wrong_join_by_itself_suggestions_find_them_ten_minutes_make_it_right_and_undo_takes_it_back(
    store: Path,
) -> None:
    with Tracker(store) as tracker:
        before = whose(tracker)
        listed = sorted((c.id, c.name, c.handles, c.customer) for c in tracker.directory.contacts.values())
        firms = dict(tracker.directory.customers)
    assert len(before) == 3 * COLLEAGUES and all(len(people) == 1 for people in before.values())

    person = {id_: next(iter(people)) for id_, people in before.items()}
    wanted = {frozenset(p) for p in combinations(sorted(person), 2) if person[p[0]] == person[p[1]]}
    suggested = {frozenset((row["one_id"], row["other_id"])) for row in pairs_of(store, 60)}
    # two records of one person are found if a chain of suggestions leads from one to the other
    direct = len(wanted & suggested) / len(wanted)
    assert direct >= 0.9, f"{direct:.2f} of the true pairs are suggested"

    # the user: accepts what is almost certain at once, then reads the rest from the top and ticks what is right
    assert run(store, "merge", "--suggested", "--at-least", "90", *AT).exit_code == 0
    answers = commands = 1
    for _ in range(3):
        with Tracker(store) as tracker:
            now = {id_: next(iter(p)) for id_, p in whose(tracker).items() if len(p) == 1}
            right = customers_right(tracker)
        rows = pairs_of(store, 55)
        for row in rows:
            answers += 1
            one, other = row["one_id"], row["other_id"]
            same = now[one] == now[other] if one in now and other in now else frozenset((one, other)) in right
            row["merge"] = "x" if same else ""
        sheet = store.with_name("same.csv")
        with sheet.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0].keys(), delimiter=";") if rows else None
            if writer:
                writer.writeheader()
                writer.writerows(rows)
        if not any(row["merge"] for row in rows):
            break
        assert run(store, "merge", "--answers", str(sheet), *AT).exit_code == 0
        commands += 1
    # what no comparison can see, the user knows: "Werner Stein Dach" is the one of Stein Bedachungen
    assert run(store, "merge", "Werner Stein Dach", office(22), *AT).exit_code == 0
    commands, answers = commands + 1, answers + 1
    assert answers <= TEN_MINUTES

    with Tracker(store) as tracker:
        after = whose(tracker)
        assert sorted(len(people) for people in after.values()) == [1] * COLLEAGUES
        assert not customers_right(tracker)
        for number, *_ in truth()["people"]:
            contact = tracker.directory.find(number.removeprefix("phone:"))
            assert isinstance(contact, Contact)
            media = {s.medium for s in tracker.touchpoints(contact.id)}
            assert media == {"call", "meeting", "message"}

    # the same files once more: no answer is undone
    folders = [str(store.parent / desk) for desk in ("jonas", "mara", "deniz")]
    assert run(store, "import", *folders).exit_code == 0
    with Tracker(store) as tracker:
        assert whose(tracker) == after

    for _ in range(commands):
        assert run(store, "undo").exit_code == 0
    with Tracker(store) as tracker:
        assert whose(tracker) == before
        assert sorted((c.id, c.name, c.handles, c.customer) for c in tracker.directory.contacts.values()) == listed
        assert dict(tracker.directory.customers) == firms


def customers_right(tracker: Tracker) -> set[frozenset[str]]:
    """The pairs of customers that are one by the truth, and are two in the store."""
    directory, found = tracker.directory, set()
    for firm, domain in truth()["customers"]:
        ids = {
            c.id
            for c in directory.customers.values()
            if firm in names_of(tracker, c.id) or domain in directory.domains_of(c)
        }
        found |= {frozenset(pair) for pair in combinations(sorted(ids), 2)}
    return found


def names_of(tracker: Tracker, customer: str) -> set[str]:
    said = {p.customer for p in tracker.store.people() if p.customer}
    return {name for name in said if getattr(tracker.directory.find(name), "id", None) == customer}


def test_the_truth_is_written_beside_the_exports(tmp_path: Path) -> None:
    write(tmp_path)
    assert json.loads((tmp_path / "truth.json").read_text(encoding="utf-8")) == truth()
