"""vCard 2.1, 3.0 and 4.0, as phones, mail programs and address servers write them.

Read here line by line, not with a vCard library: a fold may cut a UTF-8 character in two, a card may mix encodings,
and a line that was cut off must cost its card one line and no more (vobject's line pattern needs time exponential in
the number of its parameters). The tests compare the outcome with vobject's.
"""

from __future__ import annotations

import binascii
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

import attrs

from touchpoints.language import Text, english
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints_contacts.person import ANNIVERSARY, NO_OWN_LINE, AddressBook, Card

MOST_LINE = 1 << 16
"""Bytes read of one line: what is longer is a picture or an attack."""
MOST_CARD = 1 << 20
"""Bytes kept of one card."""

_WANTED = frozenset(
    b"N FN NICKNAME ORG TEL EMAIL URL X-SOCIALPROFILE SOCIALPROFILE IMPP BDAY CATEGORIES KIND X-ADDRESSBOOKSERVER-KIND "
    b"ANNIVERSARY X-ANNIVERSARY X-EVOLUTION-ANNIVERSARY "
    b"CLASS UID REV X-ABLABEL X-ABDATE X-ABSHOWAS".split()
)  # fmt: skip
_PICTURES = frozenset({b"PHOTO", b"LOGO", b"SOUND", b"KEY"})
_ANNIVERSARIES = ("ANNIVERSARY", "X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY")
_SERVICES = {"linkedin": "linkedin.com/in", "xing": "xing.com/profile"}
_PROPERTY = re.compile(
    rb"(?:([\w-]+)\.)?([A-Za-z][\w-]*)((?:;[^:;\"]*(?:\"[^\"]*\"[^:;\"]*)*)*):(.*)", re.DOTALL
)  # group, name, parameters, value
_BEGINNING = re.compile(rb"(?:[\w-]+\.)?([A-Za-z][\w-]*)[;:]")
_PARAMETER = re.compile(r";([^;=\"]+)(?:=((?:\"[^\"]*\"|[^;\"])*))?")
_ENCODED = re.compile(r"(?i)iso-|windows-|cp\d|koi8|mac|shift_jis|euc-|gb\d|big5|us-ascii")
_ESCAPED = re.compile(r"\\(.)|([;,])", re.DOTALL)
_BASE64 = re.compile(rb"(?i);(ENCODING=)?(b|base64)(;|$)")


@attrs.frozen(slots=True)
class Property:
    """A line of a card: `group` joins it to others, `types` are its TYPE words in lower case (2.1: the bare ones)."""

    name: str
    value: str
    group: str
    types: frozenset[str]
    parameters: Mapping[str, str]

    def fields(self, separator: str) -> list[str]:
        """The value split at `;` or `,`, escapes resolved."""

        def resolve(match: re.Match[str]) -> str:
            if match[1]:
                return "\n" if match[1] in "nN" else match[1]
            return "\x00" if match[2] == separator else match[2]

        return [field.strip() for field in _ESCAPED.sub(resolve, self.value).split("\x00")]

    @property
    def text(self) -> str:
        """The whole value, escapes resolved."""
        return self.fields("")[0]


class CardLines:
    """The lines of one card, unfolded; those nobody asks for (addresses, notes, pictures) are dropped unread.

    `start` is the line it begins at, `unreadable` how many lines are none of a vCard, `first_unreadable` the first.
    """

    def __init__(self, start: int, encoding: str = "cp1252") -> None:
        self.start = start
        self._encoding = encoding  # of what is neither UTF-8 nor says what it is
        self.unreadable = 0
        self.first_unreadable = (start, b"")
        self._kept: list[re.Match[bytes]] = []
        self._size = 0
        self._line, self._number = bytearray(), start
        self._quoted = self._soft = self._picture = self._dropped = False

    @property
    def at_agent(self) -> bool:
        """Whether another card may stand here, within this one."""
        return self._line.upper().startswith(b"AGENT")

    def add(self, number: int, line: bytes) -> None:
        """Takes the next line of the file."""
        if not line.strip():
            self._soft = False
            return
        if line[:1] in (b" ", b"\t") and not self._soft:
            line = line[1:]
        elif not self._soft:
            self._finish()
            self._begin(number, line)
        self._soft = self._quoted and line.rstrip().endswith(b"=")
        if not self._line or (not self._dropped and len(self._line) < MOST_LINE):
            self._line += line.rstrip()[:-1] if self._soft else line

    def _begin(self, number: int, line: bytes) -> None:
        self._number = number
        self._quoted = self._dropped = False
        if head := _BEGINNING.match(line):  # else it is folded this early, is base64, or no property at all
            name, parameters = head[1].upper(), line.partition(b":")[0]
            self._quoted = b"QUOTED-PRINTABLE" in parameters.upper()
            self._picture = name in _PICTURES or bool(_BASE64.search(parameters))
            self._dropped = name not in _WANTED

    def _finish(self) -> None:
        line, self._line = bytes(self._line), bytearray()
        if self._dropped or not line:
            return
        match = _PROPERTY.fullmatch(line)
        if match and self._size < MOST_CARD:
            if match[2].upper() in _WANTED:
                self._kept.append(match)
                self._size += len(line)
        elif not self._picture:  # else it is base64 without indentation
            self.unreadable += 1
            if self.unreadable == 1:
                self.first_unreadable = (self._number, line)

    def properties(self) -> Iterator[Property]:
        """The lines as name, parameters and value, decoded. Call it once all lines were added."""
        self._finish()
        for match in self._kept:
            parameters: dict[str, str] = {}
            types: list[str] = []
            for name, given in _PARAMETER.findall(_text(match[3])):
                key, word = (name.strip().upper(), given.replace('"', "")) if given else ("TYPE", name)
                parameters[key] = word
                if key == "TYPE":
                    types += word.lower().split(",")
            content = match[4]
            if b"QUOTED-PRINTABLE" in match[3].upper():
                content = binascii.a2b_qp(content)
            elif _BASE64.search(match[3]):
                try:
                    content = binascii.a2b_base64(content)
                except binascii.Error:
                    continue
            yield Property(
                _text(match[2]).upper(), _text(content, parameters.get("CHARSET", ""), self._encoding), _text(match[1] or b""),
                frozenset(types), MappingProxyType(parameters),
            )  # fmt: skip


class VCard(Importer):
    """vCards (.vcf): one card or many in a file, of any version."""

    name = "vcard"
    export = Text("Select all contacts in the address book and export them as vCard (.vcf)")

    def recognises(self, source: Source) -> bool:
        """A file whose first words are BEGIN:VCARD."""
        return source.head_text.lstrip()[:40].upper().replace(" ", "").startswith("BEGIN:VCARD")

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """A record for each card, and one for its unreadable lines."""
        book = AddressBook("vcard", context)
        for lines, damage in cards(source):
            properties = list(lines.properties())
            if damage:
                called = next((p.text for p in properties if p.name == "FN"), "")
                yield context.skipped(lines.start, damage, called)
                continue
            yield from book.entries(_card(properties, lines.start))
            if lines.unreadable:
                number, raw = lines.first_unreadable
                reason = english(
                    "{n} unreadable line(s) in the card of line {line}; its others were read",
                    n=lines.unreadable, line=lines.start,
                )  # fmt: skip
                yield context.skipped(number, reason, _text(raw))
        yield from book.questions()


def cards(source: Source) -> Iterator[tuple[CardLines, str]]:
    """The cards of a file, each with what is wrong with it as a whole (empty if nothing is)."""
    card: CardLines | None = None
    encoding = "cp1252" if source.encoding.startswith("utf") else source.encoding
    inside = 0  # cards within this one: AGENT in 2.1
    damage = ""
    for number, line in _lines(source):
        mark = line[:40].replace(b" ", b"").upper() if line[:1] in b"BbEe" else b""
        if mark.startswith(b"BEGIN:VCARD"):
            if card and (inside or card.at_agent):
                inside += 1
                continue
            if card:
                yield card, damage or english("a card without its END:VCARD; the file is damaged here")
            card, damage = CardLines(number, encoding), ""
        elif mark.startswith(b"END:VCARD") and inside:
            inside -= 1
        elif mark.startswith(b"END:VCARD"):
            if card:
                yield card, damage
            card = None
        elif not inside and (card or line.strip()):
            if card is None:
                card, damage = (
                    CardLines(number, encoding),
                    english("lines before the next BEGIN:VCARD; the file is damaged here"),
                )
            card.add(number, line)
    if card:
        yield card, damage or english("a card without its END:VCARD; the file is cut off here")


def _lines(source: Source) -> Iterator[tuple[int, bytes]]:
    """The lines of a file, numbered, without their ends (also old Apple's): UTF-16 as UTF-8, all else as it is."""
    wide = source.encoding if source.encoding.startswith("utf-16") else ""
    newline = "\r" if b"\r" in source.head and b"\n" not in source.head else "\n"
    number, begins = 0, True
    with io.TextIOWrapper(source.open(), wide or "latin-1", errors="replace", newline=newline) as stream:
        while text := stream.readline(MOST_LINE):
            if begins:  # else: the rest of an endless line
                number += 1
                yield number, text.rstrip("\r\n").encode("utf-8" if wide else "latin-1").removeprefix(b"\xef\xbb\xbf")
            begins = text.endswith(newline)


def _text(content: bytes, charset: str = "", otherwise: str = "cp1252") -> str:
    """Bytes as text: in the encoding named, else UTF-8, else in `otherwise`."""
    for encoding in (charset, "utf-8") if _ENCODED.match(charset) else ("utf-8",):
        try:
            return content.decode(encoding)
        except (ValueError, LookupError):
            continue
    return content.decode(otherwise, "replace")


def _card(properties: list[Property], place: int) -> Card:
    named: dict[str, list[Property]] = {}
    for p in properties:
        if p.value.strip(" ;"):
            named.setdefault(p.name, []).append(p)

    def first(name: str, part: int = 0, separator: str = "") -> str:
        fields = named[name][0].fields(separator) if name in named else []
        return fields[part] if part < len(fields) else ""

    def every(*names: str) -> Iterator[Property]:
        return (p for name in names for p in named.get(name, ()))

    kind = (first("KIND") or first("X-ADDRESSBOOKSERVER-KIND")).lower()
    office = kind in ("org", "organization") or first("X-ABSHOWAS").upper() == "COMPANY"
    secret = first("CLASS").upper() in ("PRIVATE", "CONFIDENTIAL")
    labels = {p.group: p.text for p in every("X-ABLABEL") if p.group}
    labelled = (p.text for p in every("X-ABDATE") if ANNIVERSARY.search(labels.get(p.group, "")))
    return Card(
        place=place,
        left_out="no other party" if kind in ("group", "location") else "private" if secret else "",
        full=first("FN"),
        given=first("N", 1, ";"),
        family=first("N", 0, ";"),
        nickname=first("NICKNAME"),
        company=first("ORG", 0, ";") or (first("FN") if office else ""),
        phones=[p.text.split(";")[0] for p in every("TEL") if _is_own_line(p, labels.get(p.group, ""))],
        emails=[p.text for p in every("EMAIL")],
        profiles=[_profile(p) for p in every("URL", "X-SOCIALPROFILE", "SOCIALPROFILE", "IMPP")],
        categories=[word for p in every("CATEGORIES") for word in p.fields(",") if word],
        birthday=first("BDAY"),
        anniversary=next((day for day in (*map(first, _ANNIVERSARIES), *labelled) if day), ""),
        uid=first("UID").removeprefix("urn:uuid:"),
        revision=_revision(first("REV")),
    )


def _is_own_line(number: Property, label: str) -> bool:
    """Whether a number reaches the person by voice."""
    return not NO_OWN_LINE.search(label) and (
        not number.types & {"fax", "pager", "modem", "telex"} or bool(number.types & {"voice", "cell"})
    )


def _profile(p: Property) -> str:
    """A profile address; Apple and others write only the user's name where the service is known."""
    services = {*p.types, p.parameters.get("SERVICE-TYPE", "").lower(), p.parameters.get("X-SERVICE-TYPE", "").lower()}
    service = next((_SERVICES[s] for s in sorted(services & _SERVICES.keys())), "")
    if not service or "/" in p.text:
        return p.text
    return f"{service}/{p.parameters.get('X-USER') or p.text.removeprefix('x-apple:')}"


def _revision(text: str) -> tuple[int, ...]:
    try:
        when = datetime.fromisoformat(text)
        return (int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()),)
    except (ValueError, OverflowError):
        return ()  # no revision, or one in words: the card is as old as any
