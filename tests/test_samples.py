"""The real files of other projects, where they are present: all are read, refused with a reason, or named as
unknown."""

import json
from pathlib import Path

import pytest

import touchpoints as tp
from touchpoints.render.records import touchpoint

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
SETTINGS = tp.Settings(me=["john@example.org", "Me", "You"], timezone="Europe/Berlin", region="DE")


def lines(tracker: tp.Tracker) -> list[str]:
    records = [touchpoint(s, tracker.store.zone) for s in tracker.touchpoints()]
    return [json.dumps({k: v for k, v in r.items() if k != "source"}) for r in records]


def test_every_sample_is_accounted_for_and_a_second_run_adds_nothing() -> None:
    with tp.Tracker(settings=SETTINGS) as tracker:
        first = tracker.ingest(SAMPLES)
        files = {str(p) for p in SAMPLES.rglob("*") if p.is_file() and p.suffix != ".zip"}
        named = {f.source for f in first.files} | {source for source, _ in first.failed}
        assert files - named == set()
        assert [reason for _, reason in first.failed if "Error" in reason] == []
        second = tracker.ingest(SAMPLES)
        assert (second.counts.added, second.counts.updated) == (0, 0)
        assert second.as_record()["skipped_total"] == first.skipped_total


def test_the_order_of_folders_changes_nothing() -> None:
    folders = sorted(p for p in SAMPLES.rglob("*") if p.is_dir() and any(x.is_file() for x in p.iterdir()))
    with tp.Tracker(settings=SETTINGS) as one, tp.Tracker(settings=SETTINGS) as other:
        one.ingest(*folders)
        for folder in reversed(folders):
            other.ingest(folder)
        assert lines(one) == lines(other)
        assert one.store.count() > 100


def test_what_icalendar_can_read_is_read_or_refused_for_a_reason_about_the_file() -> None:
    import icalendar

    with tp.Tracker(settings=SETTINGS) as tracker:
        report = tracker.ingest(SAMPLES / "calendar_ics")
    read = {f.source for f in report.files}
    failed = dict(report.failed)
    for path in sorted((SAMPLES / "calendar_ics").rglob("*.ics")):
        try:
            components = icalendar.Calendar.from_ical(path.read_bytes(), multiple=True)
        except Exception:  # whatever icalendar cannot read is not asked for here
            continue
        if any(c.name == "VCALENDAR" for c in components):
            assert str(path) in read or failed.get(str(path)), path.name
