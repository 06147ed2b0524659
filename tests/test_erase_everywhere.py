"""Erase, then import the same files again: the person stays away, the others' counts are the same, and no byte of the store,
its log, its backups, its key or anything else the project wrote holds the name, the address or the number in any spelling."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.three_desks import ME, everybody, truth, write
from touchpoints.cli import main
from touchpoints.handles import fold
from touchpoints.likeness import parsed
from touchpoints.tracker import Tracker

AT = ("--at", "2026-06-15T09:00")
DESKS = ("mara", "deniz", "jonas")


def run(store: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--store", str(store), "--lang", "en"])


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the exports and a store of them in which every person is one contact, with notes that name people."""
    folder = tmp_path_factory.mktemp("prepared")
    write(folder)
    store = folder / "store" / "t.db"
    me = [text for handle in ME for text in ("--me", handle)]
    run(store, "import", *[str(folder / d) for d in DESKS], *me, "--timezone", "Europe/Berlin", "--region", "DE")
    for number, address, third, _ in truth()["people"]:
        for other in (address, third):
            first, second = number.partition(":")[2], other.partition(":")[2]
            done = run(store, "merge", first, second if not other.startswith("name:") else waiting(store, second), *AT)
            assert done.exit_code == 0, done.output
    return folder


def waiting(store: Path, folded: str) -> str:
    with Tracker(store) as tracker:
        return next(c.id for c in tracker.directory.contacts.values() if any(h.value == folded for h in c.handles))


def spellings(person: int) -> set[bytes]:
    """Name, address, number and profile of a person as anything may write them; words that others have too are left out."""
    number, address, third, _ = truth()["people"][person]
    digits = number.removeprefix("phone:+49")
    told = {number.partition(":")[2], f"0{digits}", f"0049{digits}", f"+49 89 {digits[2:]}", f"089 {digits[2:]}"}
    told |= {address.partition(":")[2], third.partition(":")[2]}
    _, _, called, _, _, shown = everybody()[person]
    words = {w for text in (everybody()[person][0], called, shown) for w in text.replace(",", " ").split()}
    others = {
        w
        for n, row in enumerate(everybody())
        if n != person
        for text in row
        for w in fold(text).replace("-", " ").split()
    }
    firm = set(fold(everybody()[person][1]).split())
    names = {w for w in words if len(w) > 3 and w.isalpha() and fold(w) not in others | firm}
    told |= names | {fold(w) for w in names} | {w.upper() for w in names}
    return {t.encode(e, "replace") for t in told for e in ("utf-8", "utf-16-le", "cp1252")}


def found(folder: Path, traces: set[bytes]) -> set[tuple[str, bytes]]:
    files = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    return {(name, trace) for name, content in files.items() for trace in traces if trace in content}


def others(store: Path, gone: set[int]) -> dict[str, tuple[int, int, int]]:
    """What is counted of everybody else, and of every customer."""
    counts = {}
    with Tracker(store) as tracker:
        for n, (number, *_) in enumerate(truth()["people"]):
            if n not in gone:
                contact = tracker.directory.find(number.removeprefix("phone:"))
                touchpoints = list(tracker.touchpoints(contact.id))  # type: ignore[union-attr]  # a number is a person's here
                sums = tracker.relationship(number.removeprefix("phone:"), touchpoints[-1].touchpoint.at).summary
                counts[number] = (len(touchpoints), sums.all.n, sums.inbound)
    return counts


@pytest.mark.parametrize("persons", [(0,), (16, 14), (5, 7, 17, 12), (22, 8)])
def test_the_person_is_gone_and_stays_away(prepared: Path, tmp_path: Path, persons: tuple[int, ...]) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(prepared, folder)
    store, gone = folder / "store" / "t.db", set(persons)
    assert run(store, "backup", str(folder / "store" / "backup.db")).exit_code == 0
    before = others(store, gone)
    for person in persons:
        traces = spellings(person)
        assert {file for file, _ in found(store.parent, traces)} >= {"t.db", "backup.db"}
        number = truth()["people"][person][0].removeprefix("phone:")
        run(store, "note", number, f"{everybody()[person][2]} likes tea", *AT)
        done = run(store, "privacy", "erase", number, "--yes", *AT)
        assert done.exit_code == 0, done.output
    for again in range(2):
        for person in persons:
            assert found(store.parent, spellings(person)) == set(), person
        assert others(store, gone) == before
        if not again:
            assert run(store, "import", *[str(folder / d) for d in DESKS]).exit_code == 0
    assert run(store, "doctor").exit_code == 0
    for person in persons:
        assert found(store.parent, spellings(person)) == set()


def test_the_names_that_are_searched_for_are_names() -> None:
    assert all(parsed(row[2]) for row in everybody())
    assert (
        b"Sabine" in spellings(0) and "Lefèvre".encode() not in spellings(16) and "François".encode() in spellings(16)
    )
