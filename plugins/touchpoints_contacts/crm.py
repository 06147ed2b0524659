"""Pipedrive and Zoho CRM: contacts as their exports name them."""

from __future__ import annotations

from touchpoints.language import Text
from touchpoints_contacts.rows import Columns, PeopleTable

_OF = r"(?:person|kontakt) - "
_AT = r"( - (work|home|mobile|other|arbeit|geschäftlich|privat|mobil|sonstige))?"


class Pipedrive(PeopleTable):
    """One row a person; every column begins with `Person - `, numbers and addresses end with where they reach them."""

    name = "pipedrive"
    export = Text("Pipedrive → Contacts → People → … → Export filter results (CSV)")
    columns = Columns(
        full=(f"{_OF}name",),
        given=(f"{_OF}(first name|vorname)",),
        family=(f"{_OF}(last name|nachname)",),
        company=(f"{_OF}organi[sz]ation",),
        phones=(rf"{_OF}(phone|telefon){_AT}",),
        emails=(rf"{_OF}e-?mail{_AT}",),
        profiles=(f"{_OF}.*linkedin.*",),
        categories=(f"{_OF}labels?",),
        kind=(f"{_OF}labels?",),
        owner=(f"{_OF}(owner|besitzer|inhaber)",),
        birthday=(f"{_OF}(birthday|geburtstag)",),
        uid=(f"{_OF}id",),
        ref=(f"{_OF}id",),
    )
    marks = (
        frozenset({"person - name", "kontakt - name", "person - first name", "person - vorname"}),
        frozenset(
            {"person - organization", "person - organisation", "person - owner", "person - besitzer", "person - id",
             "person - label", "person - labels", "person - email - work", "person - phone - work", "person - email",
             "person - phone", "person - e-mail - arbeit", "person - telefon - arbeit"}
        ),
    )  # fmt: skip


class Zoho(PeopleTable):
    """One row a contact or a lead; owners and accounts stand twice, as an id (`Account Name.id`) and as a name."""

    name = "zoho"
    export = Text("Zoho CRM → Setup → Data Administration → Export → Contacts")
    columns = Columns(
        full=("full name", "contact name", "lead name"),
        given=("first name", "vorname"),
        family=("last name", "nachname"),
        company=("account name", "company", "kontoname", "firma"),
        phones=("phone", "mobile", "home phone", "other phone", "telefon", "mobiltelefon"),
        emails=("e-?mail", "secondary email"),
        profiles=(".*linkedin.*",),
        categories=("tag",),
        kind=("tag", "lead status", "account type"),
        owner=("contact owner", "lead owner", "kontaktinhaber"),
        birthday=("date of birth", "geburtsdatum"),
        uid=("record id", "contact id", "id"),
        ref=("record id", "contact id", "id"),
    )
    marks = (
        frozenset({"contact owner.id", "lead owner.id", "contact owner id", "lead owner id"}),
        frozenset({"last name", "nachname", "full name", "contact name"}),
    )
