"""Values as plain dictionaries: the JSON objects of the contract, each in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from touchpoints.book import Book
from touchpoints.facts import Stored
from touchpoints.handles import Handle
from touchpoints.language import in_language, languages
from touchpoints.model import Contact, Customer
from touchpoints.relationship import Flag, HeldBack, Reason, Relationship
from touchpoints.report import CallReport
from touchpoints.team.roster import Roster
from touchpoints.warmth import one_decimal

MOST_KEYS = 100
"""So many keys of the touchpoints behind a figure are written to JSON; the values have them all."""


def touchpoint(stored: Stored, zone: ZoneInfo) -> dict[str, Any]:
    """A line of `list`."""
    t = stored.touchpoint
    return {
        "key": stored.key, "at": t.at.astimezone(zone).isoformat(), "channel": t.channel, "medium": stored.medium,
        "direction": t.direction, "outcome": t.outcome, "duration_s": t.duration, "wait_s": t.wait, "line": t.line,
        "thread": t.thread,
        "parties": [
            {"kind": p.handle.kind, "value": p.handle.value, "raw": p.handle.raw, "name": p.name, "role": p.role}
            for p in t.parties
        ],
        "colleagues": list(t.colleagues), "subject": t.subject, "source": stored.source, "importer": stored.importer,
        "ref": t.ref,
    }  # fmt: skip


def contact(value: Contact | None) -> dict[str, Any] | None:
    """A contact, or null."""
    return None if value is None else {"id": value.id, "name": value.name, "ref": value.ref}


def customer(value: Customer | None) -> dict[str, Any] | None:
    """A customer, or null; `kind` is the decided one."""
    if value is None:
        return None
    return {
        "id": value.id, "name": value.name, "ref": value.ref, "kind": value.kind, "importance": value.importance,
        "proposed": value.proposed,
    }  # fmt: skip


def reason(value: Reason, lang: str) -> dict[str, Any]:
    """A reason with its sentence in one language."""
    return {
        "rule": value.rule, "severity": round(value.severity), "text": in_language(value.text, lang),
        "evidence": list(value.evidence), "service": value.service,
    }  # fmt: skip


def flag(value: Flag, lang: str) -> dict[str, Any]:
    """A flag of the call list."""
    s, warmth = value.suggestion, value.relationship.warmth
    return {
        "contact": contact(value.contact), "customer": customer(value.customer),
        "also": [contact(c) for c in value.also], "owner": value.owner, "urgency": one_decimal(value.urgency),
        "warmth": warmth.as_record(), "reasons": [reason(r, lang) for r in value.reasons],
        "suggestion": {
            "channel": s.channel, "handle": s.handle.value if s.handle else None, "slot": s.slot,
            "why": in_language(s.why, lang), "text": in_language(s.text, lang),
        },
        "if_called": one_decimal(warmth.if_called), "uncertain": value.uncertain, "purpose": value.purpose,
        "notes": [in_language(note, lang) for note in value.notes],
    }  # fmt: skip


def held_back(value: HeldBack, lang: str) -> dict[str, Any]:
    """Somebody held back, and why."""
    return {
        "customer": customer(value.customer), "contact": contact(value.contact), "why": in_language(value.why, lang),
        "reasons": [reason(r, lang) for r in value.reasons],
    }  # fmt: skip


def calls(report: CallReport, lang: str) -> dict[str, Any]:
    """The call list."""
    found = report.call_list
    return {
        "at": report.at.astimezone(report.zone).isoformat(),
        "coverage": [
            {"source": c.source, "what": c.what, "until": c.until.isoformat(), "age_days": c.age_days}
            for c in report.coverage
        ],
        "flags": [
            {**flag(f, lang), "minutes": minutes} for f, minutes in zip(found.flags, found.minutes, strict=True)
        ],
        "held_back": [held_back(h, lang) for h in found.held_back],
        "more": found.more, "after_absence": [in_language(note, lang) for note in found.eased],
        "restart": [{"contact": contact(r.contact), "customer": customer(r.customer)} for r in found.restart],
        "unsorted": found.unsorted,
        "next_due": found.next_due.isoformat() if found.next_due else None,
    }  # fmt: skip


def show(
    relationship: Relationship,
    book: Book,
    timeline: list[Stored],
    lang: str,
    people: tuple[Relationship, ...] = (),
    reasons: Sequence[Reason] = (),
    evidence: Mapping[str, Stored] = MappingProxyType({}),
) -> dict[str, Any]:
    """One relationship (or, with `people`, a customer as a whole) with its explanation, the reasons that rules find (each
    with its touchpoints from `evidence`), timeline (newest first) and decisions."""
    from touchpoints.render.text import explanation

    handles = relationship.contact.handles if relationship.contact else ()
    ids = {relationship.id, relationship.group}
    return {
        "at": book.at.astimezone(book.zone).isoformat(), "contact": contact(relationship.contact),
        "customer": customer(relationship.customer),
        "handles": [{"kind": h.kind, "value": h.value, "scope": h.scope} for h in handles],
        "warmth": relationship.warmth.as_record(),
        "explanation": [
            {"text": text, "value": value, "evidence": evidence}
            for text, value, evidence in explanation(relationship, timeline, lang)
        ],
        "reasons": [
            {**reason(r, lang), "who": contact(r.relationship.contact),
             "touchpoints": [touchpoint(evidence[key], book.zone) for key in r.evidence if key in evidence]}
            for r in reasons
        ],
        "people": [
            {"contact": contact(r.contact), "status": r.warmth.status, "silence_days": r.warmth.silence_days,
             "live_days": r.summary.live.n}
            for r in people if r.contact
        ],
        "timeline": [touchpoint(s, book.zone) for s in timeline],
        "reach": reach(timeline),
        "decisions": [
            {"at": d.at, "kind": d.kind, **d.payload}
            for d in book.decisions("note", "snooze", "dismiss", "cadence", "away", "left", "consent", "merge")
            if book.directory.about(d) in ids
        ],
    }  # fmt: skip


def reach(timeline: list[Stored]) -> list[dict[str, Any]]:
    """Per channel and direction of a timeline: how many, and how many of them were reached."""
    found: dict[tuple[str, str], list[int]] = {}
    for s in timeline:
        row = found.setdefault((s.touchpoint.channel, s.touchpoint.direction), [0, 0])
        row[0] += 1
        row[1] += s.touchpoint.outcome == "reached"
    return [{"channel": c, "direction": d, "count": n, "reached": r} for (c, d), (n, r) in sorted(found.items())]


def record(value: Any, lang: str, zone: tzinfo) -> Any:
    """Any of these values as plain ones, under the names of their fields: times in `zone`, dates as ISO texts, floats
    with four decimals, touchpoints by their keys, texts in one language."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return round(value, 4)
        case datetime():
            return value.astimezone(zone).isoformat()
        case date():
            return value.isoformat()
        case Handle():
            return {"kind": value.kind, "value": value.value}
        case Stored():
            return value.key
        case Relationship():
            return {"contact": contact(value.contact), "customer": customer(value.customer)}
        case Roster():
            return {"people": list(value.colleagues), "skipped": [record(s, lang, zone) for s in value.skipped]}
        case Mapping() if value and set(languages()) <= value.keys():
            return in_language(value, lang)
        case Mapping():
            return {str(k): record(v, lang, zone) for k, v in value.items()}
        case frozenset():
            return sorted(value)
        case _ if attrs.has(type(value)):
            fields = {f.name: getattr(value, f.name) for f in attrs.fields(type(value))}
            return {name: record(v[:MOST_KEYS] if name == "keys" else v, lang, zone) for name, v in fields.items()}
        case _:
            return [record(v, lang, zone) for v in value]
