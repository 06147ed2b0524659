"""Rows for a data frame: plain values, one level, the same columns in every row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from touchpoints.book import Book
from touchpoints.facts import Stored
from touchpoints.language import in_language
from touchpoints.relationship import Relationship
from touchpoints.report import CallReport
from touchpoints.warmth import one_decimal


def call_rows(report: CallReport, lang: str) -> list[dict[str, Any]]:
    """The flags, a row each, in their order."""
    rows = []
    for place, (f, minutes) in enumerate(zip(report.call_list.flags, report.call_list.minutes, strict=True), 1):
        s = f.suggestion
        rows.append({
            "place": place, **_who(f.relationship), "urgency": one_decimal(f.urgency), **f.relationship.warmth.as_record(),
            "rules": ", ".join(r.rule for r in f.reasons),
            "why": " | ".join(dict.fromkeys(in_language(r.text, lang) for r in f.reasons)),
            "channel": s.channel, "handle": s.handle.value if s.handle else None, "slot": s.slot,
            "minutes": minutes, "uncertain": f.uncertain,
        })  # fmt: skip
    return rows


def book_rows(book: Book) -> list[dict[str, Any]]:
    """Every relationship, a row each, in the order of names."""
    return [
        {
            **_who(r), "kind": r.kind, **r.warmth.as_record(), "days": r.summary.all.n, "live_days": r.summary.live.n,
            "planned": len(r.planned),
        }
        for r in book
    ]  # fmt: skip


def touchpoint_rows(stored: Iterable[Stored], zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """Touchpoints, a row for each party (one without any has one row), lazily; times in `zone`, lengths in seconds."""
    for s in stored:
        t = s.touchpoint
        event = {
            "key": s.key, "at": t.at.astimezone(zone).isoformat(), "channel": t.channel, "medium": s.medium,
            "direction": t.direction, "outcome": t.outcome, "duration_s": t.duration, "wait_s": t.wait, "line": t.line,
            "thread": t.thread, "colleagues": ", ".join(t.colleagues), "subject": t.subject, "source": s.source,
            "importer": s.importer, "ref": t.ref,
        }  # fmt: skip
        for p in t.parties or (None,):
            kind, value, name, role = (p.handle.kind, p.handle.value, p.name, p.role) if p else (None,) * 4
            yield {**event, "party_kind": kind, "party_value": value, "party_name": name, "party_role": role}


def _who(r: Relationship) -> dict[str, Any]:
    return {
        "contact": r.contact.name if r.contact else None, "contact_id": r.contact.id if r.contact else None,
        "customer": r.customer.name if r.customer else None, "owner": r.owner, "importance": r.importance,
    }  # fmt: skip
