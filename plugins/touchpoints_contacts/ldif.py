"""LDIF, as Thunderbird and directory servers export address books."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from touchpoints.language import Text, english
from touchpoints.model import LeftOut
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints_contacts.person import AddressBook, Card

MOST_LINE, MOST_ENTRY = 1 << 16, 1 << 20
"""Characters read of one line, and kept of one entry: what is longer is a picture or an attack."""
_BEGINNING = re.compile(r"(?:[ \t]*(?:#[^\n]*|version:[ \t]*\d+[ \t]*)?\r?\n)*dn::?[^\n]*\r?\n", re.I)
_LINE = re.compile(r"([A-Za-z][\w.-]*)(?:;[\w;-]+)?:(:?)<?[ \t]*(.*)", re.S)
_PEOPLE = re.compile(r"(?i)^(?:objectclass:[ \t]*(?:inetorg|organizational|mozillaab)?person\w*|(?:mail|cn|sn):)", re.M)
_NAMES = frozenset({"cn", "sn", "mail", "displayname", "o"})
_GROUPS = frozenset({"groupofnames", "groupofuniquenames", "posixgroup"})


class Ldif(Importer):
    """One entry a person (`objectclass: person`); an entry that holds members is a group."""

    name = "ldif"
    export = Text("Thunderbird: Address Book → right click → Export → LDIF")

    def recognises(self, source: Source) -> bool:
        """A first line `dn:`, behind comments and the version, and the class or the address of a person."""
        head = source.head_text
        return _BEGINNING.match(head) is not None and _PEOPLE.search(head) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """A record for each entry."""
        book = AddressBook("ldif", context)
        for line, entry, whole in _entries(source):
            classes = {value.lower() for value in entry.get("objectclass", ())}
            if not whole:
                yield context.skipped(line, english("an entry that ends early; the file is cut off here"))
            elif not classes & _GROUPS and entry.keys() & _NAMES:
                yield from book.entries(_card(entry, line))
            elif entry.keys() != {"version"}:
                yield LeftOut("no other party")
        yield from book.questions()


def _entries(source: Source) -> Iterator[tuple[int, dict[str, list[str]], bool]]:
    """The entries of a file, each with its line and whether it ends as an export ends: names in lower case → values."""
    entry: dict[str, list[str]] = {}
    start, logical, size = 1, "", 0

    def keep() -> None:
        nonlocal size
        match = _LINE.fullmatch(logical)
        if match and size < MOST_ENTRY:
            size += len(logical)
            entry.setdefault(match[1].lower(), []).append(_decoded(match[3]) if match[2] else match[3].strip())

    number, ended = 0, True
    with source.text() as stream:
        while text := stream.readline(MOST_LINE):
            number += 1
            line, ended = text.rstrip("\r\n"), text.endswith(("\r", "\n"))
            if line[:1] == " ":
                logical = (logical + line[1:])[:MOST_LINE]
                continue
            keep()
            logical = "" if line.startswith("#") else line
            if not line.strip():
                if entry:
                    yield start, entry, True
                entry, size = {}, 0
                start = number + 1
    keep()
    if entry:
        yield start, entry, ended


def _decoded(text: str) -> str:
    try:
        return binascii.a2b_base64(text).decode("utf-8", "replace").strip()
    except ValueError:
        return ""


def _card(entry: dict[str, list[str]], line: int) -> Card:
    def first(*names: str) -> str:
        return next((value for name in names for value in entry.get(name, ()) if value), "")

    def every(*names: str) -> list[str]:
        return [value for name in names for value in entry.get(name, ()) if value]

    year, month, day = first("birthyear"), first("birthmonth"), first("birthday")
    return Card(
        place=line,
        full=first("displayname", "cn"),
        given=first("givenname"),
        family=first("sn"),
        nickname=first("mozillanickname"),
        company=first("o", "company"),
        phones=every("telephonenumber", "homephone", "mobile", "cellphone"),
        emails=every("mail", "mozillasecondemail", "mailalternateaddress"),
        profiles=every("mozillahomeurl", "mozillaworkurl", "labeleduri"),
        birthday=f"{year or '-'}-{month:0>2}-{day:0>2}" if month and day else "",
    )
