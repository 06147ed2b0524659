"""Thunderbird's address book as CSV, German and English."""

from __future__ import annotations

import attrs

from touchpoints.language import Text
from touchpoints_contacts.person import Card
from touchpoints_contacts.rows import Columns, PeopleTable, Row


class ThunderbirdContacts(PeopleTable):
    """One row a contact. The birthday stands in three columns; the one called "Geburtstag" is only its day."""

    name = "thunderbird-contacts"
    export = Text("Thunderbird: Address Book → right click → Export → Comma separated (CSV, UTF-8)")
    columns = Columns(
        full=("anzeigename", "display name"),
        given=("vorname", "first name"),
        family=("nachname", "last name"),
        nickname=("spitzname", "nickname"),
        company=("organisation", "organization"),
        phones=(
            r"tel\. (dienstlich|privat)", r"mobil-tel\.-nr\.", "mobiltelefon", "(work|home) phone", "mobile number",
        ),
        emails=(r"(primäre|sekundäre) e-mail-adresse", r"(primary|secondary) email"),
        profiles=(r"webseite [12]", r"web page [12]"),
    )  # fmt: skip
    marks = (frozenset({"primäre e-mail-adresse", "primary email"}), frozenset({"anzeigename", "display name"}))

    def card(self, row: Row) -> Card:
        """The contact with its birthday put together."""
        day, month = row.named("geburtstag", "birth day"), row.named("geburtsmonat", "birth month")
        year = row.named("geburtsjahr", "birth year") or "-"
        birthday = f"{year}-{month:0>2}-{day:0>2}" if day and month else ""
        return attrs.evolve(super().card(row), birthday=birthday)
