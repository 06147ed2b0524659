"""Address books, user lists and CRM exports: who is who, and which customer they belong to."""

from __future__ import annotations

from collections.abc import Iterable

from touchpoints.plugins import Importer
from touchpoints_contacts.crm import Pipedrive, Zoho
from touchpoints_contacts.google import GoogleContacts
from touchpoints_contacts.hubspot import HubSpot
from touchpoints_contacts.ldif import Ldif
from touchpoints_contacts.linkedin import LinkedInConnections
from touchpoints_contacts.lists import ContactsTable
from touchpoints_contacts.microsoft365 import Microsoft365Users
from touchpoints_contacts.outlook import OutlookContacts
from touchpoints_contacts.salesforce import Salesforce
from touchpoints_contacts.thunderbird import ThunderbirdContacts
from touchpoints_contacts.vcard import VCard

touchpoints_api = 1


def touchpoints_importers() -> Iterable[Importer]:
    """The contact formats of this plugin."""
    return (
        VCard(), Ldif(), GoogleContacts(), OutlookContacts(), ThunderbirdContacts(), Microsoft365Users(), LinkedInConnections(),
        HubSpot(), Salesforce(), Pipedrive(), Zoho(), ContactsTable(),
    )  # fmt: skip
