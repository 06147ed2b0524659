"""The main job on the made-up exports of two years: ten real customers first, no ghosts."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import touchpoints as tp
from touchpoints.relationship import Flag

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
TRUTH: dict[str, Any] = json.loads((EXAMPLES / "truth.json").read_text(encoding="utf-8"))
AT = datetime.fromisoformat(TRUTH["at"])


@pytest.fixture(scope="module", params=["without a directory", "with a directory"])
def tracker(request: pytest.FixtureRequest) -> tp.Tracker:
    tracker = tp.Tracker(settings=tp.Settings(me=TRUTH["me"], timezone="Europe/Berlin", region="DE-BE"))
    folders = [EXAMPLES / "data"] + ([EXAMPLES / "directory"] if request.param == "with a directory" else [])
    report = tracker.ingest(*folders)
    assert (report.failed, report.skipped_total) == ([], 0)
    assert {q.setting.splitlines()[0] for _, q in report.questions} == {"[lines]"}
    return tracker


def names(flag: Flag) -> set[str]:
    contact = {flag.contact.name, *(h.value for h in flag.contact.handles)} if flag.contact else set()
    return contact | ({flag.customer.name} if flag.customer else set())


def needed(flag: Flag) -> bool:
    return any(
        names(flag) & {n["customer"], n["company"], n["contact"], *n["people"], *n["handles"]}
        for n in TRUTH["needs_call"]
    )


def test_nine_of_the_first_ten_really_need_a_call(tracker: tp.Tracker) -> None:
    flags = tracker.flags(at=AT, limit=10)
    wrong = [f"{sorted(names(f))}: {f.reasons[0].text['en']}" for f in flags if not needed(f)]
    assert len(flags) == 10
    assert len(wrong) <= 1, wrong


def test_no_customer_comes_twice_and_none_is_dormant_a_supplier_or_private(tracker: tp.Tracker) -> None:
    flags = tracker.flags(at=AT, limit=None)
    groups = [f.relationship.group for f in flags]
    assert len(groups) == len(set(groups))
    assert [f.relationship.name for f in flags if f.relationship.warmth.status == "dormant"] == []
    assert [f.relationship.name for f in flags if f.relationship.kind in ("supplier", "private")] == []
    others = {o["customer"]: o["kind"] for o in TRUTH.get("others", []) if isinstance(o, dict) and "customer" in o}
    assert [n for f in flags for n in names(f) if others.get(n) in ("supplier", "private")] == []


def test_no_trap_is_on_the_list(tracker: tp.Tracker) -> None:
    traps = {h: t["why_not"] for t in TRUTH["not"] for h in (*t["handles"], t["customer"]) if h}
    found = {n: traps[n] for f in tracker.flags(at=AT, limit=None) for n in names(f) if n in traps}
    assert found == {}


def test_every_reason_points_at_touchpoints_of_that_customer(tracker: tp.Tracker) -> None:
    for flag in tracker.flags(at=AT, limit=None):
        for reason in flag.reasons:
            who = flag.customer.id if flag.customer else flag.contact.id if flag.contact else ""
            keys = {s.key for s in tracker.touchpoints(contact=who)}
            assert reason.rule in ("occasion", "attempts", "never_spoken", "overdue") or reason.evidence
            assert set(reason.evidence) <= keys, reason.rule


def test_the_list_is_the_same_in_any_order_of_files(tracker: tp.Tracker) -> None:
    files = sorted((EXAMPLES / "data").iterdir(), reverse=True)
    with tp.Tracker(settings=tp.Settings(me=TRUTH["me"], timezone="Europe/Berlin", region="DE-BE")) as other:
        other.ingest(*files)
        if len(tracker.store.people()) == 0:
            assert other.render("json", at=AT, lang="de") == tracker.render("json", at=AT, lang="de")


def test_a_customer_called_this_morning_is_not_on_the_list(tracker: tp.Tracker) -> None:
    first = tracker.flags(at=AT, limit=1)[0]
    assert first.contact is not None
    handle = first.contact.handles[0]
    with tp.Tracker(settings=tp.Settings(me=TRUTH["me"], timezone="Europe/Berlin", region="DE-BE")) as other:
        other.ingest(EXAMPLES / "data", *([EXAMPLES / "directory"] if tracker.store.people() else []))
        who = handle.value
        other.log(who, "reached", minutes=10, at=AT)
        assert who not in {h.value for f in other.flags(at=AT, limit=None) if f.contact for h in f.contact.handles}


def test_the_main_job_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked for")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with tp.Tracker(settings=tp.Settings(me=TRUTH["me"], timezone="Europe/Berlin", region="DE-BE")) as tracker:
        tracker.ingest(EXAMPLES / "data", EXAMPLES / "directory")
        assert tracker.render("text", at=AT, lang="de")
