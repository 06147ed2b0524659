"""Any other list of people: one's own from Excel, or the export of a system that no importer knows by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from touchpoints.language import Text
from touchpoints.plugins import Record
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source
from touchpoints.table import plain
from touchpoints_contacts.person import Card
from touchpoints_contacts.rows import Columns, PeopleTable, Row

_EVENT = re.compile(
    r"(datum|date)( ?(/|und|and|&) ?(uhrzeit|zeit|time))?|uhrzeit|zeit(punkt|stempel)?|time(stamp)?|richtung|direction|"
    r"(start|end|anruf|gesprächs|kontakt|termin)(datum|zeit)|(start|end|call|contact|meeting)[ _]?(date|time)|"
    r"start|beginn|begin|ende?|(gesprächs)?dauer\b.*|duration\b.*|ticket([ -]?(id|nr\.?|nummer|number))?|subject|betreff|requester|"
    r"activity - .*|aktivität - .*|.*\(upn\)"
)
"""Columns of a log: there a row is an event, not a person."""
_PLACE = (
    r"(privat|private|geschäftlich|dienstlich|firma|arbeit|büro|mobil|haupt|zweite|weitere|sekundäre|primäre|work|home|business|"
    r"office|mobile|primary|secondary|main|other|alternate|personal|\d)"
)
_PHONE = (
    r"(telefon(nummer)?|tel\.?(-?nr\.?)?|festnetz(nummer)?|mobil(telefon|nummer|funk)?|handy(nummer)?|rufnummer|"
    r"(mobile )?phone( ?numbers?| no\.?)?|mobile( number)?|cell( ?phone)?|whatsapp)"
)
_EMAIL = r"(e-?)?mails?([ _-]?(adressen?|address(es)?))?"

ROLES = tuple(field.name for field in attrs.fields(Columns))


def _list(value: Any) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)] if value else []


def _named(table: Mapping[str, Any]) -> list[str]:
    """The columns by which a `[[table]]` of the settings is recognised: its header, else all that it names."""
    return _list(table.get("header")) or [name for role in ROLES for name in _list(table.get(role))]


class ContactsTable(PeopleTable):
    """One row a person: a name, and an address, number or profile, under German or English column names. What else it
    may say: customer, kind, importance (A, B, C), who looks after it, birthday, tags."""

    name = "contacts-table"
    fallback = True
    export = Text("Save the list as CSV, with columns such as name, company, email, phone, category")
    columns = Columns(
        full=(
            r"ansprechpartner(in|:in)?", "(ansprech|kontakt)person", "contact( ?person| ?name)?", "kontakt( ?name)?",
            "full ?name", "vollständiger name", "anzeigename", "display ?name", "person", "name",
        ),
        given=(r"(ansprechpartner(in)?[ _-])?vorname", "rufname", r"(contact )?(first|given)[ _]?name", "first"),
        family=(
            r"(ansprechpartner(in)?[ _-])?nachname", "familienname", "zuname", r"(contact )?(last|family)[ _]?name",
            "surname", "last",
        ),
        company=(
            "firma", "firmenname", "unternehmen", "organi[sz]ations?", "company([ _]?name)?", "kunde(nname)?",
            "customer([ _]?name)?", "account([ _.]?name)?", "betrieb",
        ),
        phones=(rf"{_PHONE}([ _(-]+{_PLACE}\)?)*", rf"{_PLACE}e?s?[ _-]+(direct )?{_PHONE}"),
        emails=(rf"{_EMAIL}([ _(-]+{_PLACE}\)?)*", rf"{_PLACE}e?s?[ _-]+{_EMAIL}"),
        profiles=("(person )?linkedin.*", "xing.*", "profile?( ?url| ?link)?", "url", "web(site|seite)?"),
        categories=("tags?", "labels?", "stichw(o|ö)rte?r?", "schlagworte?", "gruppen?", "groups?"),
        kind=("kategorien?", "art", "typ", "type", "kind", "categor(y|ies)", "kunden(art|typ)"),
        importance=("wichtigkeit", "importance", "abc([ -]?(klasse|kunde|analyse|class))?", "klasse"),
        owner=(
            "zuständig(e[rn]?|keit)?", "(kunden)?betreuer(in|:in)?", "verantwortlich(e[rn]?)?", "owner",
            "account ?manager",
        ),
        birthday=("geburts(tag|datum)", "birth[ _]?(day|date)", "date of birth"),
        ref=("id", "(kontakt|contact)[ _-]?id"),
    )  # fmt: skip

    def __init__(self, tables: Iterable[Mapping[str, Any]] = ()) -> None:
        self.tables = [{**table, "header": {plain(n) for n in _named(table)}} for table in tables]
        if self.tables:
            own = {role: [re.escape(plain(n)) for t in self.tables for n in _list(t.get(role))] for role in ROLES}
            self.columns = Columns(**{role: (*own[role], *getattr(type(self).columns, role)) for role in ROLES})

    def configured(self, settings: Settings) -> ContactsTable:
        """The reader that also knows the `[[table]]`s with `people = true` of these settings."""
        return ContactsTable(t for t in settings.tables if t.get("people"))

    def guess(self, source: Source) -> str:
        """What an unknown table of people might mean, as the lines of the settings that would make it readable."""
        from touchpoints_contacts.guess import guess

        return guess(source)

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """A record for each row, with the columns of the settings too."""
        own = [t for t in context.settings.tables if t.get("people")]
        if own and not self.tables:
            return ContactsTable(own).read(source, context)
        return super().read(source, context)

    def accepts(self, names: Sequence[str]) -> bool:
        """A column for the name, one to reach the person by, and none that makes it a log of events."""

        def has(*roles: str) -> bool:
            return any(
                re.fullmatch(pattern, name)
                for role in roles for pattern in getattr(self.columns, role) for name in names
            )  # fmt: skip

        if any(table["header"] <= set(names) for table in self.tables):
            return True
        return (
            (has("full") or (has("given") and has("family")))
            and has("phones", "emails", "profiles")
            and not any(map(_EVENT.fullmatch, names))
        )

    def card(self, row: Row) -> Card:
        """The person. Beside a first name, a column "Name" holds the family name; beside a contact person it holds the
        customer's."""
        card, name = super().card(row), row.named("name")
        if name and card.given and not card.family:
            return attrs.evolve(card, family=name, full="" if card.full == name else card.full)
        if name and card.full != name and not card.company:
            return attrs.evolve(card, company=name)
        return card
