"""Any other list of people: one's own from Excel, or the export of a system that no importer knows by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType

import attrs

from touchpoints_contacts.person import Card
from touchpoints_contacts.rows import Columns, PeopleTable, Row

_EVENT = re.compile(
    r"(datum|date)( ?(/|und|and|&) ?(uhrzeit|zeit|time))?|uhrzeit|zeit(punkt|stempel)?|time(stamp)?|richtung|direction|"
    r"(start|end|anruf|gesprächs|kontakt|termin)(datum|zeit)|(start|end|call|contact|meeting)[ _]?(date|time)|"
    r"start|beginn|begin|ende?|(gesprächs)?dauer\b.*|duration\b.*"
)
"""Columns of a log: there a row is an event, not a person."""
_PLACE = r"(privat|geschäftlich|dienstlich|firma|mobil|work|home|business|office|mobile|\d)"
_PHONE = (
    r"(telefon(nummer)?|tel\.?(-?nr\.?)?|festnetz(nummer)?|mobil(telefon|nummer|funk)?|handy(nummer)?|rufnummer|"
    r"(mobile )?phone( ?number| no\.?)?|mobile( number)?|cell( ?phone)?|whatsapp)"
)
_EMAIL = r"(e-?)?mail([ _-]?(adresse|address))?"


class ContactsTable(PeopleTable):
    """One row a person: a name, and an address, number or profile, under German or English column names. What else it
    may say: customer, kind, importance (A, B, C), who looks after it, birthday, tags."""

    name = "contacts-table"
    fallback = True
    export = MappingProxyType(
        {
            "de": "Die Liste als CSV speichern, mit Spalten wie Name, Firma, E-Mail, Telefon, Kategorie",
            "en": "Save the list as CSV, with columns such as name, company, email, phone, category",
        }
    )
    columns = Columns(
        full=(
            r"ansprechpartner(in|:in)?", "(ansprech|kontakt)person", "contact( ?person| ?name)?", "kontakt( ?name)?",
            "full ?name", "vollständiger name", "anzeigename", "display ?name", "person", "name",
        ),
        given=("vorname", "rufname", "(first|given)[ _]?name"),
        family=("nachname", "familienname", "zuname", "(last|family)[ _]?name", "surname"),
        company=(
            "firma", "firmenname", "unternehmen", "organi[sz]ation", "company([ _]?name)?", "kunde(nname)?",
            "customer([ _]?name)?", "account([ _]?name)?", "betrieb",
        ),
        phones=(rf"{_PHONE}([ _(-]+{_PLACE}\)?)*", rf"{_PLACE}e?s?[ _-]+{_PHONE}"),
        emails=(rf"{_EMAIL}([ _(-]+{_PLACE}\)?)*", rf"{_PLACE}e?s?[ _-]+{_EMAIL}"),
        profiles=("linkedin.*", "xing.*", "profile?( ?url| ?link)?", "url", "web(site|seite)?"),
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

    def accepts(self, names: Sequence[str]) -> bool:
        """A column for the name, one to reach the person by, and none that makes it a log of events."""

        def has(*roles: str) -> bool:
            return any(
                re.fullmatch(pattern, name)
                for role in roles for pattern in getattr(self.columns, role) for name in names
            )  # fmt: skip

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
