"""Google Contacts CSV (contacts.google.com, "Google CSV"): the columns since 2024 and those before."""

from __future__ import annotations

import attrs

from touchpoints.language import Text
from touchpoints_contacts.person import ANNIVERSARY, NO_OWN_LINE, Card
from touchpoints_contacts.rows import Columns, PeopleTable, Row


class GoogleContacts(PeopleTable):
    """One row a contact; numbers and addresses in numbered pairs of label and value, several values of one label in
    one cell. The column names are English whatever the account's language."""

    name = "google-contacts"
    export = Text("contacts.google.com → Export → Google CSV")
    columns = Columns(
        full=("name",),
        given=("first name", "given name"),
        family=("last name", "family name"),
        nickname=("nickname", "file as"),
        company=("organization name", r"organization \d+ - name"),
        phones=(r"phone \d+ - value",),
        emails=(r"e-mail \d+ - value",),
        profiles=(r"website \d+ - value",),
        categories=("labels", "group membership"),
        birthday=("birthday",),
        anniversary=(r"event \d+ - value",),
        sensitivity=("sensitivity",),
    )
    marks = (frozenset({"first name", "given name"}), frozenset({"labels", "group membership"}))

    def card(self, row: Row) -> Card:
        """The contact without the numbers labelled as fax, pager or an assistant's, and with the day labelled as anniversary."""
        own = [number for label, number in row.labelled("phones") if not NO_OWN_LINE.search(label)]
        days = [day for label, day in row.labelled("anniversary") if ANNIVERSARY.search(label)]
        return attrs.evolve(super().card(row), phones=own, anniversary=next(iter(days), ""))
