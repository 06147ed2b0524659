"""Salesforce: a report of contacts (with or without their accounts), exported as details only, CSV."""

from __future__ import annotations

from collections.abc import Iterator

from touchpoints.language import Text
from touchpoints.table import Table
from touchpoints_contacts.rows import Columns, PeopleTable


class Salesforce(PeopleTable):
    """One row a contact or a lead, UTF-8 or Latin-1 as chosen; behind the rows and an empty line stand the report's name, totals
    and a copyright notice."""

    name = "salesforce"
    export = Text("Salesforce → Reports → Contacts & Accounts → Export → Details only, CSV, UTF-8")
    columns = Columns(
        full=("full name", "contact name", "vollständiger name", "kontaktname"),
        given=("first name", "vorname"),
        family=("last name", "nachname"),
        company=("account name", "account-?name", "(company|unternehmen) / account"),
        phones=("((business|mobile|home|other) )?phone", "mobile", "telefon( geschäftlich)?", "mobil(telefon)?"),
        emails=("e-?mail", "e-mail-adresse"),
        profiles=(".*linkedin.*", ".*xing.*"),
        kind=("account type", "account-?typ", "type", "typ"),
        owner=("contact owner", "account owner", "lead owner", "kontakt-?inhaber", "account-?inhaber"),
        birthday=("birthdate", "geburtsdatum"),
        uid=("contact id", "kontakt-?id", "lead id"),
        ref=("contact id", "kontakt-?id", "lead id"),
    )  # fmt: skip
    marks = (
        frozenset({"account name", "accountname", "account-name", "company / account", "unternehmen / account"}),
        frozenset({"last name", "nachname", "full name", "contact name", "vollständiger name", "kontaktname"}),
    )
    foreign = frozenset({"contact owner.id", "lead owner.id", "contact owner id", "lead owner id"})  # Zoho

    def rows(self, table: Table) -> Iterator[tuple[int, list[str]]]:
        """The rows up to the empty line before the report's footer."""
        expected = 0
        for line, cells in table.rows():
            if expected and line > expected and len(cells) < len(table.header.names):
                return
            yield line, cells
            expected = line + 1 + sum(text.count("\n") for text in cells)
