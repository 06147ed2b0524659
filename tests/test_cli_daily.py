"""`today` and `week` as one uses them: real files and processes, and figures that are counted by hand."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from newcomer import exports

import touchpoints as tp
from touchpoints.render.week import week as shown
from touchpoints.week import week

BERLIN = ZoneInfo("Europe/Berlin")
NOW = ["--at", "2026-07-01T09:00"]
ENV = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "Europe/Berlin"}
SETTINGS = """me = ["Mara Falk"]
timezone = "Europe/Berlin"
region = "DE-BE"
sources = ["exports", "more"]
[lines]
23125100 = "business"
23125177 = "private"
"""


def run(*args: str, folder: Path, status: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "touchpoints", *args], capture_output=True, encoding="utf-8", check=False, cwd=folder,
        env={**ENV, "TOUCHPOINTS_STORE": str(folder / "touchpoints.db"), **environment},
    )  # fmt: skip
    assert done.returncode == status, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    exports(tmp_path / "exports")
    (tmp_path / "more").mkdir()
    (tmp_path / "touchpoints.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def sheets(folder: Path) -> list[Path]:
    return sorted(folder.glob("touchpoints-today.*"))


# -- today ------------------------------------------------------------------------------------------------------------


def test_today_imports_writes_one_sheet_for_its_owner_only_and_says_where_it_is(folder: Path) -> None:
    done = run("today", *NOW, folder=folder)
    (sheet,) = sheets(folder)
    assert done.stdout == f"{sheet}\n"
    assert "3 on the call list" in done.stderr
    assert done.stderr.splitlines()[-1] == f"store: {folder / 'touchpoints.db'}"
    assert sheet.stat().st_mode & 0o077 == 0 or sys.platform == "win32"
    assert "Erika Muster" in sheet.read_text(encoding="utf-8")


def test_erasing_somebody_takes_the_sheets_of_today_along_but_not_one_to_fill_in(folder: Path) -> None:
    run("today", *NOW, folder=folder)
    run("today", *NOW, "--format", "csv", folder=folder)
    assert b"Karl Kunde" in (folder / "touchpoints-today.html").read_bytes()
    assert {s.suffix for s in sheets(folder)} == {".csv", ".html"}
    done = run("privacy", "erase", "030 23125 312", "--yes", "--lang", "en", folder=folder)
    assert "deleted, since it may name who was erased" in done.stderr
    assert [s.suffix for s in sheets(folder)] == [".csv"]
    assert "delete it: " in done.stderr and "touchpoints-today.csv" in done.stderr.replace("\n  ", "")


def test_a_second_run_adds_nothing_and_writes_the_same_bytes(folder: Path) -> None:
    run("today", *NOW, folder=folder)
    (sheet,) = sheets(folder)
    before = sheet.read_bytes()
    done = run("today", *NOW, folder=folder)
    assert "0 new touchpoints" in done.stderr
    assert sheets(folder) == [sheet]
    assert sheet.read_bytes() == before


def test_what_is_new_is_imported_and_the_list_learns(folder: Path) -> None:
    first = json.loads(run("today", "--json", *NOW, folder=folder).stdout)
    assert (first["calls"], first["missing"], first["opened"]) == (3, [], False)
    log = "Datum;Uhrzeit;Richtung;Rufnummer;Name;Dauer;Status\n"
    log += "30.06.2026;10:15:00;ausgehend;08999998123;Erika Muster;0:12:30;angenommen\n"
    (folder / "more" / "log.csv").write_text(log, encoding="utf-8")
    second = json.loads(run("today", "--json", *NOW, folder=folder).stdout)
    assert second["import"]["added"] == 1
    assert second["calls"] == 2


def test_a_missing_folder_is_named_and_the_list_still_comes(folder: Path) -> None:
    (folder / "more").rmdir()
    done = run("today", *NOW, folder=folder, status=1)
    assert f"there is no {folder / 'more'}" in done.stderr
    assert "3 on the call list" in done.stderr
    german = run("today", *NOW, "--lang", "de", folder=folder, status=1)
    assert f"{folder / 'more'} gibt es nicht" in german.stderr
    assert json.loads(run("today", "--json", *NOW, folder=folder, status=1).stdout)["missing"] == [str(folder / "more")]


def test_a_file_that_cannot_be_read_is_named_and_the_status_is_one(folder: Path) -> None:
    (folder / "more" / "odd.bin").write_bytes(b"\x00\x01\x02" * 99)
    done = run("today", *NOW, folder=folder, status=1)
    assert "odd.bin: no importer recognises it" in " ".join(done.stderr.split())
    assert "3 on the call list" in done.stderr


def test_without_sources_it_says_how_to_begin(tmp_path: Path) -> None:
    done = run("today", folder=tmp_path, status=1)
    assert done.stderr.splitlines()[0] == "touchpoints: no sources are named yet; begin with: touchpoints setup FOLDER"
    assert done.stdout == ""


def test_a_sheet_in_another_form_and_place(folder: Path) -> None:
    run("today", *NOW, "--format", "text", "--output", str(folder / "sheets" / "heute.txt"), folder=folder)
    assert sheets(folder) == []
    text = (folder / "sheets" / "heute.txt").read_text(encoding="utf-8")
    assert text == run("calls", *NOW, folder=folder).stdout
    done = run("today", "--format", "papyrus", folder=folder, status=1)
    assert "papyrus" in done.stderr


@pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="the opener is named by an environment variable elsewhere"
)
def test_the_sheet_is_opened_where_there_is_a_screen_and_not_with_no_open(folder: Path) -> None:
    opener, seen = folder / "opener", folder / "opened"
    opener.write_text(f'#!/bin/sh\necho "$1" > "{seen}"\n', encoding="utf-8")
    opener.chmod(0o700)
    screen = {"DISPLAY": ":0", "BROWSER": f"{opener} %s"}
    run("today", "--no-open", *NOW, folder=folder, **screen)
    assert not seen.exists()
    done = run("today", *NOW, folder=folder, **screen)
    (sheet,) = sheets(folder)
    assert seen.read_text().strip() == sheet.as_uri()
    assert f"opened: {sheet}" in done.stderr


# -- week -------------------------------------------------------------------------------------------------------------


NAMES = {"+498999998123": "Erika Muster", "+493023125311": "Jonas Beispiel", "+498999998124": "Petra Probe"}


def _store(*, colleague: str | None = None) -> tp.Tracker:
    """A store as of Wednesday, 1 July 2026: the week is 25 June to 1 July, the one before 18 to 24 June."""
    settings = tp.Settings(me=("Mara Falk", "mara@falk.example"), timezone="Europe/Berlin", region="DE-BE")
    tracker = tp.Tracker(settings=settings)

    def call(who: str, day: str, direction: str = "out", minutes: float | None = 10, **rest: Any) -> tp.Touchpoint:
        at = datetime.fromisoformat(day).replace(tzinfo=BERLIN)
        outcome = rest.pop("outcome", "reached")
        return tp.Touchpoint.call(
            who, at, direction, minutes=None if outcome != "reached" else minutes, outcome=outcome,
            name=NAMES[who], **rest,
        )  # fmt: skip

    erika, jonas, petra = NAMES
    start = datetime(2026, 6, 26, 10, tzinfo=BERLIN)
    weekly = [call(erika, (start - timedelta(days=7 * n + 42)).isoformat()[:16]) for n in range(30)]
    weekly += [call(jonas, (start - timedelta(days=7 * n + 42)).isoformat()[:16]) for n in range(30)]
    weekly += [call(petra, (start - timedelta(days=7 * n + 42)).isoformat()[:16]) for n in range(30)]
    tracker.add(
        [
            *weekly,
            call(jonas, "2026-06-19 10:00", outcome="missed"),  # the week before: one made, not reached
            call(jonas, "2026-06-22 10:00", "in", 4),  # … and one taken
            call(erika, "2026-06-26 10:00", minutes=12),  # this week: two made, one reached …
            call(jonas, "2026-06-29 10:00", outcome="missed"),
            call(erika, "2026-06-30 15:00", "in", 20),  # … one taken
            call(erika, "2026-07-02 10:00", minutes=99),  # after `at`
            *([call(erika, "2026-06-29 11:00", minutes=50, colleagues=(colleague,))] if colleague else []),
            tp.Touchpoint.mail("erika@muster.example", datetime(2026, 6, 30, 9, tzinfo=BERLIN), "out"),
            tp.Touchpoint.meeting(jonas, datetime(2026, 6, 25, 9, tzinfo=BERLIN), minutes=45),
        ],
        people=[tp.Person(name, (number,), customer=f"{name} GmbH", kind="customer") for number, name in NAMES.items()],
    )
    return tracker


AT = datetime(2026, 7, 1, 18, tzinfo=BERLIN)


def test_the_figures_of_the_week_and_of_the_one_before() -> None:
    with _store() as tracker:
        found = week(tracker, AT)
    now, before = found.now, found.before
    assert (now.since.isoformat(), now.until.isoformat()) == ("2026-06-25", "2026-07-01")
    assert (before.since.isoformat(), before.until.isoformat()) == ("2026-06-18", "2026-06-24")
    assert (now.made, now.reached, now.received, now.minutes) == (2, 1, 1, 32)
    assert (now.meetings, now.meeting_minutes, now.written) == (1, 45, 1)
    assert (before.made, before.reached, before.received, before.minutes) == (1, 0, 1, 4)
    assert len(now.keys) == 4  # two made, one taken, one meeting
    assert len(before.keys) == 2


def test_every_key_is_a_touchpoint_of_the_store() -> None:
    with _store() as tracker:
        found = week(tracker, AT)
        known = {s.key for s in tracker.touchpoints()}
    assert {*found.now.keys, *found.before.keys, *(k for one in found.listed for k in one.keys)} <= known


def test_who_was_late_and_was_spoken_to_is_back_in_rhythm() -> None:
    with _store() as tracker:
        found = week(tracker, AT)
    assert [(b.name, b.was) for b in found.back] == [("Erika Muster", "due")]


def test_what_became_of_those_on_the_list_when_the_week_began() -> None:
    """Erika was called on the second day: that this would be so held nobody back when the week began."""
    with _store() as tracker:
        found = week(tracker, AT)
    became = {one.name: one.became for one in found.listed}
    assert became == {"Erika Muster": "spoken", "Petra Probe": "still open"}
    assert {one.rule for one in found.listed} == {"unusual_silence"}


def test_of_colleagues_nothing_is_said() -> None:
    with _store(colleague="Leyla Demir") as tracker:
        found = week(tracker, AT)
    assert found.now.minutes == 32  # without the fifty minutes of a colleague
    assert "Leyla" not in json.dumps(found.to_json()) + shown(found, "de")


def test_a_decision_during_the_week_is_what_became() -> None:
    with _store() as tracker:
        tracker.snooze("Petra Probe", AT.date() + timedelta(days=30), at=datetime(2026, 6, 26, 8, tzinfo=BERLIN))
        became = {one.name: one.became for one in week(tracker, AT).listed}
    assert became["Petra Probe"] == "decided"


def test_an_attempt_and_a_message_are_told_apart() -> None:
    with _store() as tracker:
        tracker.log("Petra Probe", "message", at=datetime(2026, 6, 26, 8, tzinfo=BERLIN))
        assert {w.name: w.became for w in week(tracker, AT).listed}["Petra Probe"] == "written"
        tracker.log("Petra Probe", "missed", at=datetime(2026, 6, 29, 8, tzinfo=BERLIN))
        assert {w.name: w.became for w in week(tracker, AT).listed}["Petra Probe"] == "tried"


@pytest.mark.parametrize(
    ("lang", "words"), [("de", "Durch Kontakt wieder im Takt: 1 (1)"), ("en", "Back in rhythm by contact: 1 (1)")]
)
def test_the_week_is_told_in_both_languages_at_80_columns(lang: str, words: str) -> None:
    with _store() as tracker:
        text = shown(week(tracker, AT), lang)
    assert words in text
    assert max(map(len, text.splitlines())) < 80


def test_the_same_store_and_time_give_the_same_bytes(folder: Path) -> None:
    run("today", *NOW, folder=folder)
    one, other = (run("week", *NOW, "--json", folder=folder).stdout for _ in range(2))
    assert one == other
    assert json.loads(one)["who"] == "Mara Falk"


def test_a_date_ends_the_week_with_the_day_before(folder: Path) -> None:
    run("today", *NOW, folder=folder)
    found = json.loads(run("week", "--at", "2026-07-01", "--json", folder=folder).stdout)
    assert (found["now"]["since"], found["now"]["until"]) == ("2026-06-24", "2026-06-30")


def test_an_empty_store_has_an_empty_week() -> None:
    with tp.Tracker(settings=tp.Settings(me=("Mara Falk",))) as tracker:
        found = week(tracker, AT)
    assert (found.now.made, found.back, found.listed) == (0, (), ())
    assert "Nobody was on the list" in shown(found, "en")
