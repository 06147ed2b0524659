"""HubSpot's exports of contacts and companies."""

from __future__ import annotations

import attrs

from touchpoints.language import Text
from touchpoints_contacts.person import Card
from touchpoints_contacts.rows import Columns, PeopleTable, Row


class HubSpot(PeopleTable):
    """One row a record, its columns chosen by the user and called in the account's language. The record id stays the
    same in every export; the life-cycle stage says what the customer is."""

    name = "hubspot"
    export = Text("HubSpot → CRM → Contacts → Export (CSV, all properties)")
    columns = Columns(
        given=("first name", "vorname"),
        family=("last name", "nachname"),
        company=(
            "company name", "name des unternehmens", "unternehmensname", r"(primary )?associated company( \(.*\))?",
            r"zugeordnetes unternehmen( \(primär\))?", "company", "unternehmen",
        ),
        phones=(
            "phone number", "mobile phone number", "phone", "mobile phone", "telefonnummer", "mobiltelefonnummer",
            "mobilnummer", "telefon",
        ),
        emails=(
            "e-?mail", "e-mail-adresse", "additional email addresses", "work email", "weitere e-mail-adressen",
            "geschäftliche e-mail-adresse",
        ),
        profiles=(r"linkedin.*", r"website( url)?", "url der website"),
        kind=("lifecycle stage", "lifecycle-phase", "lifecycle phase"),
        owner=(
            "contact owner", "company owner", r"(kontakt|contact|unternehmens)-?(inhaber|owner)",
            r"(.* )?zuständiger mitarbeiter( .*)?",
        ),
        birthday=("date of birth", "geburtsdatum"),
        uid=("record id", "datensatz[- ]id"),
        ref=("record id", "datensatz[- ]id"),
    )  # fmt: skip
    marks = (
        frozenset({"record id", "datensatz-id", "datensatz id"}),
        frozenset(
            {"phone number", "contact owner", "company owner", "lifecycle stage", "lifecycle-phase", "lifecycle phase",
             "company name", "associated company", "telefonnummer", "unternehmensname", "name des unternehmens"}
        ),
    )  # fmt: skip
    foreign = frozenset({"contact owner.id", "lead owner.id", "contact owner id", "lead owner id"})  # Zoho

    def card(self, row: Row) -> Card:
        """The record; contacts and companies are numbered apart."""
        card = super().card(row)
        of_person = row.header.columns("first name|vorname|last name|nachname|e-?mail")
        return card if of_person else attrs.evolve(card, uid=card.uid and f"company {card.uid}")
