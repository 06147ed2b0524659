"""The call list in calendar programs: a real CalDAV server and a real client take it, and a new export updates it."""

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest

import touchpoints as tp

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 7, 1, 9, tzinfo=BERLIN)


@pytest.fixture
def tracker() -> tp.Tracker:
    tracker = tp.Tracker(settings=tp.Settings(me=("+49 30 23125 100",), timezone="Europe/Berlin", region="DE-BE"))
    people = []
    for i in range(3):
        number = f"+49 89 99998 12{i}"
        people.append(tp.Person(f"Erika Muster-{i}", [number], customer=f"Firma {i}", kind="customer"))
        tracker.add([tp.Touchpoint.call(number, AT - timedelta(days=40 + 7 * n, hours=i), "out") for n in range(30)])
    tracker.add([], people=people)
    return tracker


def components(data: str | bytes, name: str) -> list[icalendar.Component]:
    return list(icalendar.Calendar.from_ical(data).walk(name))


def test_every_call_stands_in_one_block_with_reason_and_number(tracker: tp.Tracker) -> None:
    events = components(tracker.render("ics", AT, "de"), "VEVENT")
    said = "\n".join(str(e["description"]) for e in events)
    for flag in tracker.flags(at=AT):
        assert said.count(f"{flag.relationship.name} · ") == 1
        assert flag.reasons[0].text["de"] in said
    assert all(e["dtstart"].dt >= AT and e["dtend"].dt > e["dtstart"].dt for e in events)
    assert {str(e["class"]) for e in events} == {"PRIVATE"}


def test_a_later_export_updates_its_block_instead_of_doubling_it(tracker: tp.Tracker) -> None:
    first = components(tracker.render("ics", AT, "de"), "VEVENT")
    slot = min(e["dtstart"].dt for e in first)
    later = components(tracker.render("ics", slot + timedelta(minutes=20), "en"), "VEVENT")
    assert {str(e["uid"]) for e in first} == {str(e["uid"]) for e in later}
    assert int(later[0]["sequence"]) > int(first[0]["sequence"])


def test_a_task_has_reason_number_and_a_link_that_dials(tracker: tp.Tracker) -> None:
    flags = tracker.flags(at=AT)
    todos = components(tracker.render("tasks", AT, "en"), "VTODO")
    assert [str(t["url"]) for t in todos] == [f"tel:{f.suggestion.handle.value}" for f in flags if f.suggestion.handle]
    assert [str(t["summary"]).startswith("Call Erika Muster-") for t in todos] == [True] * 3
    assert all(
        t["due"].dt > AT and f.reasons[0].text["en"] in t["description"] for t, f in zip(todos, flags, strict=True)
    )
    tomorrow = components(tracker.render("tasks", AT + timedelta(days=1), "en"), "VTODO")
    assert {str(t["uid"]) for t in todos} == {str(t["uid"]) for t in tomorrow}


def test_the_same_input_gives_the_same_bytes(tracker: tp.Tracker) -> None:
    for form in ("ics", "tasks", "csv", "md"):
        assert tracker.render(form, AT, "de") == tracker.render(form, AT.astimezone(UTC), "de")


def test_our_own_blocks_are_no_contact_when_the_calendar_is_imported(tracker: tp.Tracker, tmp_path: Path) -> None:
    for form in ("ics", "tasks"):
        file = tmp_path / f"{form}.ics"
        file.write_bytes(bytes(tracker.render(form, AT, "de")))
        report = tracker.ingest(file)
        assert (report.counts.added, report.failed, report.skipped) == (0, [], [])


# -- real programs ------------------------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    program = shutil.which("radicale")
    if program is None:
        pytest.skip("server: radicale is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--server-hosts", f"127.0.0.1:{port}", "--storage-filesystem-folder", str(tmp_path / "dav")]
    with subprocess.Popen([*command, "--auth-type", "none"], stderr=subprocess.DEVNULL) as running:
        address = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{address}/.web/", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
        running.terminate()


def asked(address: str, method: str, data: bytes | None = None) -> bytes:
    request = urllib.request.Request(address, data, method=method)
    request.add_header("Authorization", "Basic bWFyYTptYXJh")  # mara:mara; any password will do here
    if data is not None:
        request.add_header("Content-Type", "text/calendar")
    with urllib.request.urlopen(request, timeout=5) as answer:
        return bytes(answer.read())


def put(address: str, calendar: bytes, name: str) -> None:
    """As a client does: each entry by its UID, with the whole calendar around it."""
    for entry in components(calendar, name):
        alone = icalendar.Calendar()
        alone.add("version", "2.0")
        alone.add("prodid", "-//test//EN")
        alone.add_component(entry)
        asked(f"{address}/{entry['uid']}.ics", "PUT", alone.to_ical())


@pytest.mark.parametrize(("form", "name"), [("ics", "VEVENT"), ("tasks", "VTODO")])
def test_radicale_keeps_one_entry_for_two_exports(form: str, name: str, server: str, tracker: tp.Tracker) -> None:
    asked(f"{server}/mara/calls/", "MKCALENDAR")
    slot = min(e["dtstart"].dt for e in components(tracker.render("ics", AT, "de"), "VEVENT"))
    for at in (AT, slot + timedelta(minutes=20)):
        put(f"{server}/mara/calls", bytes(tracker.render(form, at, "de")), name)
    kept = components(asked(f"{server}/mara/calls/", "GET"), name)
    written = components(tracker.render(form, slot + timedelta(minutes=20), "de"), name)
    assert sorted(str(e["uid"]) for e in kept) == sorted(str(e["uid"]) for e in written)
    assert {str(e["sequence"]) for e in kept} == {str(e["sequence"]) for e in written}


def test_khal_shows_the_block_once_after_two_exports(tmp_path: Path, tracker: tp.Tracker) -> None:
    program = shutil.which("khal")
    if program is None:
        pytest.skip("server: khal is not installed")
    (tmp_path / "calendar").mkdir()
    config = tmp_path / "config"
    config.write_text(
        f"[calendars]\n[[calls]]\npath = {tmp_path / 'calendar'}\ntype = calendar\n[locale]\nlocal_timezone = Europe/Berlin\n"
        "default_timezone = Europe/Berlin\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
        f"datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n[sqlite]\npath = {tmp_path / 'k.db'}\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(tmp_path)}
    slot = min(e["dtstart"].dt for e in components(tracker.render("ics", AT, "de"), "VEVENT"))
    for at in (AT, slot + timedelta(minutes=20)):
        file = tmp_path / "calls.ics"
        file.write_bytes(bytes(tracker.render("ics", at, "de")))
        command = [program, "-c", str(config), "import", "--batch", "-a", "calls", str(file)]
        subprocess.run(command, check=True, env=environment, timeout=60, stdin=subprocess.DEVNULL)
    shown = subprocess.run(
        [program, "-c", str(config), "list", "2026-07-01", "30d"], check=True, env=environment, capture_output=True,
        timeout=60, text=True, encoding="utf-8",
    ).stdout  # fmt: skip
    events = components(tracker.render("ics", slot + timedelta(minutes=20), "de"), "VEVENT")
    assert shown.count("Anrufe: ") == len(events)
