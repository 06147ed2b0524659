"""The words by which address books and CRM systems say what a customer is, in German and English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

_WORDS = {
    "former": "former ehemalig ehemalige ehemaliger ehemals altkunde altkunden ex-kunde exkunde ehemaliger_kunde "
    "ehemalige_kunden former_customer former_customers former_client",
    "customer": "customer customers client clients key_account key_accounts kunde kunden kundin kundinnen kund:innen "
    "kund*innen bestandskunde bestandskunden stammkunde stammkunden neukunde neukunden großkunde großkunden "
    "geschäftskunde geschäftskunden privatkunde privatkunden mandant mandanten mandantin auftraggeber evangelist "
    "fürsprecher",
    "prospect": "prospect prospects lead leads interessent interessenten interessentin interessentinnen "
    "potential_customer potenzieller_kunde potentieller_kunde potenzielle_kunden wunschkunde zielkunde opportunity "
    "subscriber abonnent marketing_qualified_lead marketingqualifiedlead marketing-qualifizierter_lead mql "
    "sales_qualified_lead salesqualifiedlead sales-qualifizierter_lead sql",
    "partner": "partner partners partnerin partnerinnen geschäftspartner business_partner channel_partner "
    "technology_partner installation_partner consulting_partner kooperationspartner reseller",
    "supplier": "supplier suppliers vendor vendors lieferant lieferanten lieferantin dienstleister",
    "private": "private privat personal persönlich family familie friend friends freund freunde freundin freundinnen",
    "ignored": "ignored ignore ignoriert ignorieren",
    "unsorted": "unsorted unsortiert other andere sonstige sonstiges",
}  # fmt: skip

KINDS: Mapping[str, str] = MappingProxyType(
    {word.replace("_", " ").casefold(): kind for kind, words in _WORDS.items() for word in words.split()}
)
"""Word (folded to lower case) → kind of customer. Stages of a sales funnel are kinds too."""


def kind_of(words: Iterable[str]) -> str | None:
    """The kind that categories name; `None` if none does (also for "other").

    Only whole words count, so that "Private Banking" is no friend; "Customer - Direct" and "Partner / Reseller" are
    read part by part. Of several kinds, `former` wins, then the order of a sale: customer, prospect, partner, …
    """
    found = {KINDS.get(" ".join(part.casefold().split())) for word in words for part in re.split(r"\s[-–/|]\s", word)}
    return next((kind for kind in _WORDS if kind in found and kind != "unsorted"), None)
