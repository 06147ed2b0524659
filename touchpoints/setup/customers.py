"""What an import in memory shows beside: who the customers are, how long to keep things, and what it still asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from touchpoints.directory import Directory
from touchpoints.errors import InvalidValue
from touchpoints.handles import fold
from touchpoints.imported import Report
from touchpoints.language import Term, Text, english
from touchpoints.model import Contact
from touchpoints.privacy import kept_from
from touchpoints.settings import Settings
from touchpoints.setup.proposal import Proposal, shortened

FEWEST = 3
"""Entries of an organisation, at least, to ask about it."""
RETENTION = "3y"
MOST_CUSTOMERS = 15


def customers(directory: Directory) -> list[Proposal]:
    """The organisations most worth sorting for which there is a proposal, as one question; people who stand alone, by
    name, where meetings or calls and messages show work."""
    items: dict[str, tuple[str, Text, Mapping[str, Any]]] = {}
    alone: dict[str, list[tuple[Contact, int, int]]] = defaultdict(list)
    for who, n, last in directory.to_sort():
        if isinstance(who, Contact):
            alone[fold(who.name)].append((who, n, last))
        elif who.proposed in ("customer", "prospect", "partner", "supplier") and n >= FEWEST:
            evidence = Text(
                "{kind}: {evidence}; {n} entries, the last in {month}", kind=Term("kind", who.proposed), evidence=who.evidence,
                n=n, month=_month(date.fromordinal(last)),
            )  # fmt: skip
            items[next(iter(directory.domains_of(who)), who.name)] = (who.name, evidence, {"kind": who.proposed})
    for found in list(alone.values())[: 4 * MOST_CUSTOMERS]:
        media = {medium for who, _, _ in found for medium in directory.media_of(who)}
        n, last = sum(f[1] for f in found), max(f[2] for f in found)
        name = found[0][0].name
        if media & {"meeting", "video"} and n >= FEWEST and " " in name and not any(c.isdigit() for c in name):
            spoken = sorted(media)
            evidence = Text(
                "{kind}: {media}; {n} entries, the last in {month}", kind=Term("kind", "customer"),
                media=[Term("medium", m) for m in spoken], n=n, month=_month(date.fromordinal(last)),
            )  # fmt: skip
            items[name] = (name, evidence, {"kind": "customer"})
    chosen = dict(list(items.items())[:MOST_CUSTOMERS])
    if not chosen:
        return []

    def without(text: str) -> Mapping[str, Any]:
        """All but those whose places are named."""
        places = text.replace(",", " ").split()
        if not all(p.isdigit() and 1 <= int(p) <= len(chosen) for p in places):
            raise InvalidValue(
                english("write the numbers of the wrong ones, 1 to {n}, with spaces between", n=len(chosen))
            )
        kept = [item for place, item in enumerate(chosen.items(), 1) if str(place) not in places]
        return {"customers": {key: fields for key, (_, _, fields) in kept}} if kept else {}

    return [
        Proposal(
            "customers", Text("These are your customers and suppliers, as far as can be told."),
            {"customers": {key: fields for key, (_, _, fields) in chosen.items()}}, (), without,
            items=tuple(chosen.values()),
        )
    ]  # fmt: skip


def _month(day: date) -> str:
    return f"{day:%m/%Y}"


def keeping(first: date | None, settings: Settings, today: date) -> list[Proposal]:
    """How long to keep things: asked where the exports reach back further than is proposed."""
    if settings.retention is not None or first is None or first >= kept_from(RETENTION, today):
        return []

    def take(text: str) -> Mapping[str, Any]:
        if text.casefold() == "all":
            return {}
        Settings(retention=text)
        return {"retention": text}

    statement = Text("Only what is not older than {span} is kept.", span=RETENTION)
    evidence = Text("the oldest entry is of {month}; a rhythm and last year's season need no more", month=_month(first))
    return [Proposal("retention", statement, {"retention": RETENTION}, (evidence,), take, options=("all",))]


def open_questions(report: Report) -> list[Proposal]:
    """What the import still asks and one word of the user settles; nothing is proposed for it."""
    found = []
    for question, files in report.asked.items():
        if question.setting.startswith("date_order"):
            where = ", ".join(shortened(f) for f in files[:3])
            found.append(
                Proposal(
                    "date_order", Text("Day or month first in {file}? No row of it shows which.", file=where), {}, (),
                    _date_order, options=("DMY", "MDY"),
                )
            )  # fmt: skip
    return found[:1]


def _date_order(text: str) -> Mapping[str, Any]:
    return {"date_order": Settings(date_order=text.strip().upper()).date_order}
