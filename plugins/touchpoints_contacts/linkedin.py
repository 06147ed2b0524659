"""LinkedIn's data export: Connections.csv."""

from __future__ import annotations

import attrs

from touchpoints.language import Text
from touchpoints_contacts.person import Card
from touchpoints_contacts.rows import Columns, PeopleTable, Row


class LinkedInConnections(PeopleTable):
    """One row a connection, behind a note of some lines; the profile address since 2023, the e-mail address seldom.
    Members who hide themselves leave a row with nothing but its date."""

    name = "linkedin-connections"
    export = Text("LinkedIn → Settings & Privacy → Data privacy → Get a copy of your data → Connections")
    columns = Columns(
        given=("first name",),
        family=("last name",),
        company=("company",),
        emails=("email address",),
        profiles=("url",),
    )
    marks = (frozenset({"first name"}), frozenset({"last name"}), frozenset({"connected on"}))

    def card(self, row: Row) -> Card:
        """The connection, unless it hides itself."""
        card = super().card(row)
        return card if card.name or card.profiles or card.emails else attrs.evolve(card, left_out="no other party")
