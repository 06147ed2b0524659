"""Somebody as a cell of a call log names them: a number, an address, a name, or a name with one of these."""

from __future__ import annotations

import re

import attrs

from touchpoints import handles
from touchpoints.handles import Handle

_NUMBER = re.compile(
    r"(?i)(?:(?:internet|sip|isdn|festnetz|tel|telefon|mobil|voip)\s*:\s*|ext\.?\s*)?[+(*#]?[\d(*#][\d\s()/.*#+-]*"
)
_NAME_AND_NUMBER = re.compile(
    r"(?P<name>.*?[^\W\d_].*?)[\s,;:]*[(<\[]?\s*(?P<number>[+0][\d\s()/.-]{5,}\d|(?<=[(<\[])\d{1,15})\s*[)>\]]?"
)


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
    if not text or handles.is_hidden(text):
        return Somebody(hidden=bool(text))
    if "@" in text and not re.match(r"(?i)(sips?:)?\+?\d+@", text):
        found = re.search(r"[^\s<>,;\"'()\[\]]+@[^\s<>,;\"'()\[\]]+", text)
        name = re.sub(r"[<>()\"\[\]]", " ", text.replace(found[0], " ") if found else text).strip(" ,;-")
        return Somebody("", handles.email(found[0]) if found else None, name)
    if _NUMBER.fullmatch(text) or "@" in text:
        return Somebody(re.sub(r"(?i)^sips?:", "", text))
    if both := _NAME_AND_NUMBER.fullmatch(text):
        return Somebody(both["number"], None, both["name"].strip())
    return Somebody(name=text)
