"""What an import in memory shows beside: who is one person, who the customers are, how long to keep things, and what it still asks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypeVar

from touchpoints import words
from touchpoints.directory import Directory
from touchpoints.errors import InvalidValue
from touchpoints.handles import Handle, fold, name_key
from touchpoints.identity import order
from touchpoints.imported import Report
from touchpoints.language import Term, Text, Translated, english
from touchpoints.model import Contact
from touchpoints.privacy import kept_from
from touchpoints.settings import Settings
from touchpoints.setup.proposal import Proposal, shortened

FEWEST = 3
"""Entries of an organisation, at least, to ask about it."""
RETENTION = "3y"
MOST_CUSTOMERS = 15
MOST_PEOPLE = 30
_T = TypeVar("_T")


def customers(directory: Directory, at: datetime | None = None) -> list[Proposal]:
    """The organisations most worth sorting for which there is a proposal, as one question; people who stand alone, by
    name, where meetings or calls and messages show work. `at`: what lies later is booked and not the last."""
    items: dict[str, tuple[str, Text, Mapping[str, Any]]] = {}
    alone: dict[str, list[tuple[Contact, int, int]]] = defaultdict(list)
    for who, n, last in directory.to_sort(at):
        if isinstance(who, Contact) and who.proposed == "private":
            continue  # known by a free-mail address or a number alone: the family's calendar, not a customer
        if isinstance(who, Contact):
            alone[fold(who.name)].append((who, n, last))
        elif who.proposed in ("customer", "prospect", "partner", "supplier") and n >= FEWEST:
            evidence = Text(
                "{kind}: {why}; {n} entries, the last in {month}", kind=Term("kind", who.proposed), why=Translated(who.evidence),
                n=n, month=_month(last),
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
                media=[words.name("medium", m) for m in spoken], n=n, month=_month(last),
            )  # fmt: skip
            items[name] = (name, evidence, {"kind": "customer"})
    chosen = dict(list(items.items())[:MOST_CUSTOMERS])
    if not chosen:
        return []

    def without(text: str) -> Mapping[str, Any]:
        kept = not_wrong(text, [*chosen.items()])
        return {"customers": {key: fields for key, (_, _, fields) in kept}} if kept else {}

    return [
        Proposal(
            "customers", Text("These are your customers and suppliers, as far as can be told."),
            {"customers": {key: fields for key, (_, _, fields) in chosen.items()}}, (), without,
            items=tuple(chosen.values()),
        )
    ]  # fmt: skip


def same_people(
    directory: Directory, numbers: Mapping[tuple[str, ...], Collection[Handle]] = MappingProxyType({})
) -> list[Proposal]:
    """Names that stand in several sources and are most likely one person each, as one question: a display name joins nobody,
    so without an answer each source's would be somebody of their own. `numbers`: what phones and routers call by a name.

    Not asked about are given names alone, and people who are known in the same way twice (two numbers, two addresses): they
    may be two.
    """
    bearing: dict[tuple[str, ...], list[Contact]] = defaultdict(list)
    for contact in directory.contacts.values():
        if len(key := name_key(contact.name)) > 1:
            bearing[key].append(contact)
    items = []
    for key, contacts in bearing.items():
        kinds = Counter(kind for c in contacts for kind in {h.kind for h in c.handles if h.exact})
        known = {h for c in contacts for h in c.handles if h.exact}
        called = sorted(set(numbers.get(key, ())) - known, key=lambda h: h.value)
        alone = [c for c in contacts if not any(h.exact for h in c.handles)]
        if len(contacts) + len(called) < 2 or len(called) > 1 or (called and kinds["phone"]):
            continue
        if any(n > 1 for n in kinds.values()):
            continue
        evidence: list[Text | str] = [h.shown for h in sorted((*known, *called), key=order)[:4]]
        if alone:
            media = sorted({m for c in alone for m in directory.media_of(c)})
            evidence.append(Text("by name alone: {media}", media=[words.name("medium", m) for m in media]))
        contacts.sort(key=lambda c: (c in alone, not c.in_directory, c.id))
        n = sum(trait.n for c in contacts for trait in directory.traits_of(c))
        items.append((n, contacts[0].name, Text("{evidence}", evidence=evidence)))
    items.sort(key=lambda item: (-item[0], item[1]))
    chosen = [(name, evidence, {"one_person": (name,)}) for _, name, evidence in items[:MOST_PEOPLE]]
    if not chosen:
        return []

    def without(text: str) -> Mapping[str, Any]:
        kept = not_wrong(text, chosen)
        return {"one_person": tuple(name for name, _, _ in kept)} if kept else {}

    return [
        Proposal(
            "people", Text("Each of these names is one person, in whatever source it stands."),
            {"one_person": tuple(name for name, _, _ in chosen)}, (), without, items=tuple(chosen),
        )
    ]  # fmt: skip


def not_wrong(text: str, items: Sequence[_T]) -> list[_T]:
    """All but those whose places, from 1 on, are named."""
    places = text.replace(",", " ").split()
    if not all(p.isdigit() and 1 <= int(p) <= len(items) for p in places):
        raise InvalidValue(english("write the numbers of the wrong ones, 1 to {n}, with spaces between", n=len(items)))
    return [item for place, item in enumerate(items, 1) if str(place) not in places]


def _month(day: date | int) -> str:
    """A month; of an ordinal that is zero, none."""
    return f"{date.fromordinal(day) if isinstance(day, int) else day:%m/%Y}" if day else "–"


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
