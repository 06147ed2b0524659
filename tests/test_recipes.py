"""The recipes of `docs/every-day.md` for a run each morning, read by the programs that will read them."""

import os
import plistlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"


def block(begin: str, name: str = "every-day.md") -> str:
    """The block of code that begins with a line."""
    found = re.search(rf"^```\w*\n({re.escape(begin)}.*?)^```$", (DOCS / name).read_text(encoding="utf-8"), re.M | re.S)
    assert found
    return found[1]


def test_launchd_finds_the_keys_it_knows() -> None:
    """As `man launchd.plist` names them; a Mac is not here."""
    job = plistlib.loads(block("<?xml").encode())
    assert job == {
        "Label": "example.touchpoints",
        "ProgramArguments": ["/Users/you/.venv/bin/touchpoints", "today", "--store", "/Users/you/touchpoints/touchpoints.db"],
        "StartCalendarInterval": [{"Weekday": day, "Hour": 8, "Minute": 15} for day in range(1, 6)],
    }  # fmt: skip


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is missing")
def test_systemd_takes_the_timer_and_its_service(tmp_path: Path) -> None:
    service, timer = re.split(r"^# touchpoints\.timer$", block("# touchpoints.service"), flags=re.M)
    (tmp_path / "touchpoints").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "touchpoints").chmod(0o755)
    begins = service.replace("%h/.venv/bin/touchpoints", str(tmp_path / "touchpoints"))  # which has to be there
    assert begins != service
    for name, text in (("service", begins), ("timer", timer)):
        (tmp_path / f"touchpoints.{name}").write_text(text, encoding="utf-8")
    files = [str(tmp_path / "touchpoints.timer"), str(tmp_path / "touchpoints.service")]

    def complaints() -> list[str]:
        command = ["systemd-analyze", "--user", "verify", *files]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
        )
        return [line for line in done.stderr.splitlines() if "touchpoints" in line]

    assert complaints() == []
    (tmp_path / "touchpoints.timer").write_text(timer.replace("Persistent", "Persistant"), encoding="utf-8")
    assert any("Persistant" in line for line in complaints())  # so it does look
    when = re.search(r"OnCalendar=(.*)", timer)
    assert when
    calendar = ["systemd-analyze", "calendar", "--base-time=2026-07-03 09:00", "--iterations=2", when[1]]
    told = subprocess.run(calendar, capture_output=True, text=True, check=True).stdout
    assert "Mon..Fri *-*-* 08:15:00" in told
    assert re.findall(r"2026-07-\d\d 08:15", told)[:2] == ["2026-07-06 08:15", "2026-07-07 08:15"]  # after a Friday


def test_the_recipes_are_the_same_in_german() -> None:
    schedule = block("schtasks /Create")
    assert schedule.replace("\\you\\", "\\").replace("  ", " ").count('\\"') == 4
    german = block("schtasks /Create", "every-day.de.md")
    assert german.split("/TR")[0] == schedule.split("/TR")[0]
    assert block("15 8 * * 1-5") == block("15 8 * * 1-5", "every-day.de.md")
