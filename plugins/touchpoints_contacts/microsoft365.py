"""Microsoft 365: the user list of the admin centre, as exported and in the form for adding users."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import attrs

from touchpoints.handles import company_domain
from touchpoints.language import Text, english
from touchpoints.model import LeftOut, Person, Question
from touchpoints.plugins import Record
from touchpoints.reading import Context, either
from touchpoints.source import Source
from touchpoints_contacts.person import Card
from touchpoints_contacts.rows import Columns, PeopleTable, Row

_GUEST = re.compile(r"(?i)^(.+)_([^_@]+)#EXT#@.*$")


class Microsoft365Users(PeopleTable):
    """One row a user of an organisation, mostly the own one: so it is asked whether they are.
    Guests are written `name_their.domain#EXT#@ours`."""

    name = "microsoft365-users"
    export = Text("Microsoft 365 admin center → Users → Active users → Export users")
    columns = Columns(
        full=("anzeigename", "display name"),
        given=("vorname", "first name"),
        family=("nachname", "last name"),
        company=("company", "company name", "firma", "firmenname"),
        phones=(
            r"telefon \(geschäftlich\)", "bürotelefon", "telefonnummer", "mobiltelefon", "office phone", "phone number",
            "mobile phone",
        ),
        emails=(
            "benutzername", "benutzerprinzipalname", "user ?name", "user principal name", "alternative e-mail-adresse",
            "alternate email address",
        ),
    )  # fmt: skip
    marks = (
        frozenset({"benutzername", "benutzerprinzipalname", "username", "user name", "user principal name"}),
        frozenset({"anzeigename", "display name"}),
        frozenset({"vorname", "first name"}),
    )

    def card(self, row: Row) -> Card:
        """The user; of a guest the address at home."""
        card = super().card(row)
        return attrs.evolve(card, emails=[_GUEST.sub(r"\1@\2", text) for text in card.emails])

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """A record for each row; if nobody in it is known to be ours, the question whether they are."""
        domains: Counter[str | None] = Counter()
        ours = False
        for record in super().read(source, context):
            ours |= record == LeftOut("internal")
            if isinstance(record, Person):
                domains.update({company_domain(h.value) for h in record.handles if h.kind == "email"})
            yield record
        domain = max(domains, key=lambda d: domains[d], default=None)
        if domain and not ours:
            yield Question(
                english("A user list names people at {domain}: is that our own organisation?", domain=domain), ("yes", "no"),
                either(f'own_domains = ["{domain}"]', f"--own-domain {domain}"),
            )  # fmt: skip
