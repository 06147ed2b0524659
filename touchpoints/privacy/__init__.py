"""The rights of the people in a store: to be told, to be forgotten, to be left alone, and not to be kept for ever.

`gate` keeps out who was erased and what is too old, `private` what the settings call so; `erasure` removes, `retention`
limits, `disclosure` tells, and `backups` follows all of it into the copies.
"""

from touchpoints.privacy.backups import Copy, backup, copies, decrypt, encrypt
from touchpoints.privacy.disclosure import LOGIC, export, ics, vcard
from touchpoints.privacy.erasure import Erased, clean, erase
from touchpoints.privacy.gate import ERASED, MASK, RETAINED, Gate, key_file
from touchpoints.privacy.private import Private
from touchpoints.privacy.retention import CONSENT_YEARS, Retained, keep, kept_from, retain, years_before

__all__ = [
    "CONSENT_YEARS", "ERASED", "LOGIC", "MASK", "RETAINED", "Copy", "Erased", "Gate", "Private", "Retained", "backup", "clean",
    "copies", "decrypt", "encrypt", "erase", "export", "ics", "keep", "kept_from", "key_file", "retain", "vcard",
    "years_before",
]  # fmt: skip
