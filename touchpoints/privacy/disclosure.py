"""Art. 15 and 20: everything held about a person, readable by people and machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs

from touchpoints import vcards
from touchpoints.book import Book
from touchpoints.directory import Directory, contact_id
from touchpoints.handles import Handle
from touchpoints.identity import ALWAYS
from touchpoints.language import Text
from touchpoints.model import Contact, Party
from touchpoints.progress import step
from touchpoints.relationship import Reason
from touchpoints.store import Store
from touchpoints.summary import View


@step(Text("gathering what is held"))
def export(
    store: Store, directory: Directory, who: str, *, book: Book | None = None, reasons: Iterable[Reason] = ()
) -> dict[str, Any]:
    """Everything held about a person, as plain values for JSON; of other people only how many took part.

    With a `book` also what is derived as of its time, by what logic, and the `reasons` that rules find. Raises
    `IdentityError`, and `InvalidValue` for a customer.
    """
    found = directory.person(who)
    contact = (
        found if isinstance(found, Contact) else Contact(contact_id(found.handle), found.handle.value, (found.handle,))
    )
    numbers = directory.handles_of(found)
    by_number = {number: handle for handle, number in directory.handle_ids.items()}
    own = {*contact.handles, *(by_number[n] for n in numbers)}
    spans = {by_number[n]: directory.spans_of(n, contact.id) or [(0, ALWAYS)] for n in numbers}
    aliases = store.aliases()
    customer = directory.customer_of(contact)
    touchpoints: list[dict[str, Any]] = []
    older: list[dict[str, Any]] = []
    told = ((s, touchpoints) for s in store.touchpoints(numbers)) if numbers else ()
    for stored, listed in (*told, *((s, older) for s in store.superseded())):
        t = stored.touchpoint
        day = t.at.astimezone(store.zone).date().toordinal()
        theirs = [p for p in t.parties if any(a <= day < b for a, b in spans.get(p.handle, ()))]
        if theirs:
            listed.append({
                "at": t.at.astimezone(store.zone).isoformat(), "channel": t.channel, "medium": stored.medium,
                "direction": t.direction, "outcome": t.outcome, "duration_s": t.duration, "wait_s": t.wait, "line": t.line,
                "thread": t.thread, "asks_for_reply": t.expects_reply, "subject": t.subject, "ref": t.ref,
                "extra": dict(t.extra), "as": [_party(p) for p in theirs], "others": len(t.parties) - len(theirs),
                "colleagues": list(t.colleagues), "source": stored.source, "importer": stored.importer,
            })  # fmt: skip
    entries = [attrs.asdict(p) for p in store.people() if any(h in own for h in p.handles)]
    ids = {contact.id, *(contact_id(h) for h in own)}
    decisions = [
        {"at": datetime.fromtimestamp(d.at, store.zone).isoformat(), "kind": d.kind, "undone": undone, **d.payload}
        for d, undone in store.history()
        if d.who in ids or directory.about(d) == contact.id
    ]
    return {
        "name": contact.name, "id": contact.id, "customer": customer.name if customer else None,
        "kind": customer.effective_kind if customer else contact.kind, "importance": contact.importance,
        "owner": contact.owner, "tags": list(contact.tags), "birthday": contact.birthday, "anniversary": contact.anniversary,
        "objected_to_evaluation": contact.id in directory.objected,
        "handles": [
            {"kind": h.kind, "value": h.value, "scope": h.scope,
             "also_written": [name for name, _ in aliases.get(directory.handle_ids.get(h, -1), ())]}
            for h in sorted(own, key=lambda h: (h.kind, h.value))
        ],
        "directory_entries": entries, "touchpoints": touchpoints, "older_versions": older, "decisions": decisions,
        "absences": [
            {"said": str(a.said), "until": str(a.spans[-1][1]), "source": name}
            for a, name in store.absences() if a.handle in own
        ],
        "derived": _derived(book, contact, reasons) if book is not None and contact.id in directory.contacts else None,
        "logic": dict(LOGIC), "kept_since": store.get("kept_since"),
    }  # fmt: skip


LOGIC = Text(
    "From the days of contact (never from contents) are worked out: how long it has been silent, what rhythm was "
    "usual, and from both the chance of being in touch "
    "within 30 days (warmth). The status says how the silence compares with that rhythm: on track, due (unusually "
    "long), cooling (contact becomes rarer), "
    "dormant, one-way, or not enough data. A reason to call arises when the silence is due or cooling, an answer or "
    "a call is owed, a date was agreed or fell "
    "through, or an occasion such as a birthday comes. A colleague is then reminded to call. Nothing is decided "
    "automatically, and nothing is passed on."
)


def _derived(book: Book, contact: Contact, reasons: Iterable[Reason]) -> dict[str, Any]:
    relationship = book.by_id[contact.id]
    return {
        "at": book.at.isoformat(), "days_of_contact": relationship.summary.all.n, "live": relationship.summary.live.n,
        "warmth": {"summary": attrs.asdict(relationship.summary, value_serializer=_by_name)},
        "reasons": [
            {"rule": r.rule, "severity": round(r.severity), "text": {lang: r.text[lang] for lang in sorted(r.text)}}
            for r in reasons if r.relationship.id == contact.id
        ],
    }  # fmt: skip


def _by_name(_of: object, _field: object, value: Any) -> Any:
    return value._asdict() if isinstance(value, View) else value


def _party(party: Party) -> dict[str, Any]:
    h = party.handle
    return {"kind": h.kind, "value": h.value, "raw": h.raw, "name": party.name, "role": party.role}


def vcard(record: Mapping[str, Any]) -> str:
    """An export's person as a vCard."""
    handles = [Handle(h["kind"], h["value"]) for h in record["handles"]]
    return vcards.vcard(
        record["name"], handles, uid=record["id"], customer=record["customer"], birthday=record["birthday"]
    )


def ics(record: Mapping[str, Any]) -> bytes:
    """An export's meetings, video meetings and calls as an iCalendar file."""
    from datetime import timedelta

    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//touchpoints//export//EN")
    calendar.add("version", "2.0")
    for number, touchpoint in enumerate(record["touchpoints"]):
        if touchpoint["medium"] not in ("meeting", "video", "call"):
            continue
        event, begin = Event(), datetime.fromisoformat(touchpoint["at"])
        event.add("uid", f"{record['id']}-{number}@touchpoints.invalid")
        event.add("dtstamp", begin)
        event.add("dtstart", begin)
        event.add("duration", timedelta(seconds=touchpoint["duration_s"] or 0))
        event.add("summary", touchpoint["subject"] or f"{touchpoint['channel']}: {record['name']}")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
