"""Somebody as a cell of a call log names them: a number, an address, a name, or a name with one of these."""

from __future__ import annotations

import re

import attrs

from touchpoints import handles
from touchpoints.handles import Handle

_NUMBER = re.compile(
    r"(?i)(?:(?:internet|sip|isdn|festnetz|tel|telefon|mobil|voip)\s*:\s*|ext\.?\s*)?[+(*#]?[\d(*#][\d\s()/.*#+-]*"
)
_AT_THE_END = re.compile(r"[(<\[]\s?(?P<bare>\d{1,15})[)>\]]?$|[(<\[]?(?P<number>[+0][\d ()/.-]{5,30}\d)[)>\]]?$")
"""The number behind a name: any in brackets, without them one that begins like a number outside."""
_SPREADSHEET = re.compile(r"""^'([+\d].*)$|^="([^"]*)"$""")
_MASKED = re.compile(r"\+?\d[\d\s()/.-]{2,}[xX*]{2,}")
"""A number whose last digits a bill leaves out."""
LONGEST = 200
"""A longer cell names nobody."""


@attrs.frozen(slots=True)
class Somebody:
    """Somebody as a cell names them."""

    number: str = ""
    email: Handle | None = None
    name: str = ""
    hidden: bool = False

    def __bool__(self) -> bool:
        return bool(self.number or self.email or self.name)


def somebody(text: str) -> Somebody:
    """A number, an address, a name, or a name with one of these."""
    text = _SPREADSHEET.sub(lambda found: found[1] or found[2] or "", text[:LONGEST].strip())
    if not text or handles.is_hidden(text) or _MASKED.fullmatch(text):
        return Somebody(hidden=bool(text))
    if "@" in text and not re.match(r"(?i)(sips?:)?\+?\d+@", text):
        found = re.search(r"[^\s<>,;\"'()\[\]]+@[^\s<>,;\"'()\[\]]+", text)
        name = re.sub(r"[<>()\"\[\]]", " ", text.replace(found[0], " ") if found else text).strip(" ,;-")
        return Somebody("", handles.email(found[0]) if found else None, name)
    if _NUMBER.fullmatch(text) or "@" in text:
        return Somebody(re.sub(r"(?i)^sips?:", "", text))
    number = _AT_THE_END.search(text)
    if number and re.search(r"[^\W\d_]", text[: number.start()]):
        return Somebody(number["bare"] or number["number"], None, text[: number.start()].strip(" ,;:"))
    return Somebody(name=text)
