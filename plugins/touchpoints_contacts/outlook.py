"""Outlook's contacts as CSV: the desktop program's (German and English, Windows-1252) and Outlook.com's."""

from __future__ import annotations

from touchpoints.language import Text
from touchpoints_contacts.rows import Columns, PeopleTable


class OutlookContacts(PeopleTable):
    """One row a contact, about 90 columns in the program's language. Empty dates are `0.0.00`; a contact of the own
    Exchange server has a directory path instead of an address (type EX), which reaches nobody from outside."""

    name = "outlook-contacts"
    export = Text("Outlook: File → Open & Export → Import/Export → Export to a file → CSV")
    columns = Columns(
        given=("vorname", "first name"),
        family=("nachname", "last name"),
        company=("firma", "company"),
        phones=(
            r"telefon geschäftlich( 2)?", r"telefon \(geschäftlich( 2)?\)", r"mobiltelefon( 2)?",
            r"telefon \(?privat( 2)?\)?", "haupttelefon", "weiteres telefon", "autotelefon",
            r"(business|mobile|home) phone( 2)?", "(primary|other|car) phone",
        ),
        emails=("e-mail-adresse", r"e-mail-adresse [23]", r"e-mail [23]: adresse", r"e-mail( [23])? address"),
        profiles=("webseite", "web page", "personal web page"),
        categories=("kategorien", "categories"),
        birthday=("geburtstag", "birthday"),
        private=("privat", "private"),
        sensitivity=("vertraulichkeit", "sensitivity"),
    )  # fmt: skip
    marks = (
        frozenset({"e-mail-adresse", "e-mail address"}),
        frozenset({"vorname", "first name"}),
        frozenset(
            {"e-mail 2: adresse", "e-mail-adresse 2", "e-mail 2 address", "e-mail-typ", "e-mail type", "business phone",
             "primary phone", "telefon geschäftlich", "telefon (geschäftlich)", "haupttelefon"}
        ),
    )  # fmt: skip
