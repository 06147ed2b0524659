"""The table of samples in the docs is what the importers really make of them.

Rows of mail, messages and contacts are checked; those of the other families are written anew with every run of the command.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import touchpoints_contacts
import touchpoints_mail
import touchpoints_messages

from tests.sources import PAGE, REAL, UNKNOWN, Line, measured, table
from touchpoints.plugins import Plugins

SHARED = Path(__file__).resolve().parents[2] / "shared" / "samples"
WORDS = {
    i.name for plugin in (touchpoints_mail, touchpoints_messages, touchpoints_contacts) for i in plugin.touchpoints_importers()
}  # fmt: skip


def rows(text: str) -> dict[str, str]:
    """The rows of a table by their importer."""
    return {line.split(" | ")[0].strip("| "): line for line in text.splitlines() if line.startswith("| ")}


def check(lines: dict[str, Line], page: str, command: str) -> None:
    written, expected = rows(page), rows(table(lines))
    assert {name: row for name, row in written.items() if name in WORDS} == {
        name: row for name, row in expected.items() if name in WORDS
    }, f"run: {command}"


def test_the_table_of_own_samples_is_true() -> None:
    page = PAGE.read_text(encoding="utf-8")
    lines, _ = measured(Path(__file__).parent / "samples")
    check(lines, page[: page.index(REAL)], "python -m tests.sources")
    unread = {i.name for i in Plugins.installed().importers} - lines.keys()
    assert unread & WORDS == set()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not here")
def test_the_table_of_real_files_is_true_and_unknown_files_are_few() -> None:
    page = PAGE.read_text(encoding="utf-8")
    lines, _ = measured(SHARED)
    check(lines, page[page.index(REAL) :].partition("###")[0], "python -m tests.sources ../shared/samples")
    assert lines[UNKNOWN].files < sum(line.files for line in lines.values()) * 0.05
