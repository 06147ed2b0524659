"""Sorting on a real terminal: one key each, Enter takes the proposal, one key takes the last answer back."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from touchpoints.model import Person, Touchpoint
from touchpoints.tracker import Tracker

pty = pytest.importorskip("pty", reason="pseudo-terminals: there are none on this system")

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
FIRMS = ["Kranzbau", "Silberdruck", "Elbglas", "Nordlogistik", "Rosenverlag"]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "t.db"
    people = [Person(f"Erika {firm}", [f"+49 89 99998 1{n:02}"], customer=firm) for n, firm in enumerate(FIRMS)]
    calls = [
        Touchpoint.call(f"+49 89 99998 1{n:02}", START + timedelta(days=7 * k), "out", minutes=5)
        for n in range(len(FIRMS))
        for k in range(9 - n)
    ]
    with Tracker(path) as tracker:
        tracker.add(calls, people)
    return path


def typed(store: Path, keys: str, lang: str) -> str:
    """What a terminal shows while these keys are pressed, each after the question it answers."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "touchpoints", "sort", "--store", str(store), "--lang", lang, "--at", "2026-07-01"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
    os.close(theirs)
    shown = b""

    def read_until(times: int, done: bytes) -> None:
        nonlocal shown
        deadline = time.monotonic() + 60
        while shown.count(done) < times and time.monotonic() < deadline:
            try:
                shown += os.read(ours, 4096)
            except OSError:  # the other side is closed
                return

    for number, key in enumerate(keys, 1):
        read_until(number, b"/5  ")
        time.sleep(0.3)  # what is typed before a question stands there is thrown away
        os.write(ours, key.encode())
    read_until(1, b"never shown")
    assert process.wait(60) == 0
    os.close(ours)
    return shown.decode()


def kinds(store: Path) -> dict[str, str]:
    with Tracker(store) as tracker:
        return {c.name: c.kind for c in tracker.directory.customers.values()}


def test_one_key_each_enter_takes_the_proposal_and_one_key_takes_the_last_answer_back(store: Path) -> None:
    shown = typed(store, "s\r xuvq", "en")
    assert kinds(store) == {
        "Kranzbau": "supplier", "Silberdruck": "customer", "Elbglas": "unsorted", "Nordlogistik": "private",
        "Rosenverlag": "unsorted",
    }  # fmt: skip
    assert "1/5" in shown and "5/5" in shown and "sorted: 3" in shown


def test_in_german_the_keys_are_german(store: Path) -> None:
    shown = typed(store, "lzke", "de")
    assert kinds(store)["Kranzbau"] == "customer"
    assert "l=Lieferant" in shown and "Vorschlag" in shown
