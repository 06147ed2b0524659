"""XML exports as a stream of records: broken emoji mended, damage passed over, entities refused, memory constant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from touchpoints.errors import UnreadableSource
from touchpoints.language import P_, english
from touchpoints.model import Skipped
from touchpoints.reading import Context
from touchpoints.source import Source

Element = tuple[int, str, dict[str, str], list[tuple[str, dict[str, str]]]]
"""A record: its line, its tag, its attributes (and the texts of its children, if asked for), and what is inside it."""

BLOCK = 1 << 16
MOST_OF_ONE = 24 << 20
"""A tag, or a text, of more bytes than this is refused: pictures stand in attributes, films do not."""
_OF_EXPAT = (
    P_("reason", "not well-formed (invalid token)"), P_("reason", "unclosed token"), P_("reason", "no element found"),
)  # fmt: skip
"""What the parser says of damaged places, as it stands in reasons here."""
MOST_INSIDE = 10_000
MOST_DAMAGES = 1000
"""After so many places that are no XML, the rest of a file is given up."""
LONGEST_PAIR = 32
"""Bytes that a surrogate pair of character references may take."""

_REFERENCES = re.compile(rb"(?:&#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});)+")
_REFERENCE = re.compile(rb"&#(?:([0-9]+)|[xX]([0-9a-fA-F]+));")


def elements(
    source: Source, context: Context, wanted: frozenset[str], texts: bool = False
) -> Iterator[Element | Skipped]:
    """Each element called one of `wanted`, as soon as it has ended.

    With `texts` the text of each child stands among the attributes. A place that is no XML is a `Skipped` with its
    line, and reading goes on at the next record; so is a tail that breaks off. Raises `UnreadableSource` for a file
    with a DOCTYPE (which no export has, and what blows up readers), and for a damaged one without any record.
    """
    record_start = re.compile(rb"<(?:%s)[\s>/]" % "|".join(sorted(wanted)).encode())
    parser = _Parser(wanted, texts)
    damages: list[Skipped] = []  # those before the first record wait: without a record the whole file is damaged
    any_record = searching = last = False
    lines, carried = 0, b""
    with source.open() as stream:
        while not last:
            # expat looks at a tag from its beginning each time until it ends: so each time at twice as much of it
            read = stream.read(max(BLOCK, parser.pending))
            last = not read
            block, carried = carried + read, b""
            if not last and (cut := block.find(b"&", max(len(block) - LONGEST_PAIR, 1))) > 0:
                block, carried = block[:cut], block[cut:]  # a pair must not be torn apart
            if b"&#" in block:
                block = _REFERENCES.sub(_mended, block)
            rest = block
            while rest or last:
                if searching:
                    found = record_start.search(rest)
                    if found is None:
                        break
                    rest = rest[found.start() :]
                    line = lines + block.count(b"\n", 0, len(block) - len(rest))
                    parser = _Parser(wanted, texts, parser, line)
                    searching = False
                offset, fresh = parser.fed, parser.fed == parser.began
                try:
                    parser.feed(rest, last)
                    broken = None
                except LookupError as error:
                    raise UnreadableSource(source.name, english("{error}; save it as UTF-8", error=error)) from None
                except (expat.ExpatError, ValueError) as error:
                    if "multi-byte" in str(error):  # of an encoding such as UTF-32, which expat does not know
                        raise UnreadableSource(source.name, english("{error}; save it as UTF-8", error=error)) from None
                    broken = str(error).partition(":")[0]
                if parser.pending > MOST_OF_ONE:
                    parser.refused = english(
                        "a tag or text of more than {n} MiB; no export has one", n=MOST_OF_ONE >> 20
                    )
                if parser.refused:
                    raise UnreadableSource(source.name, parser.refused, parser.line)
                records, parser.records = parser.records, []
                if records and not any_record:
                    any_record = True
                    yield from damages
                yield from records
                if broken is None:
                    break
                if last:
                    broken = english("the file breaks off here ({error}); export it again for the rest", error=broken)
                damage = context.skipped(parser.line, broken)
                damages.append(damage)
                if any_record:
                    yield damage
                if last or len(damages) > MOST_DAMAGES:
                    last = True
                    break
                rest = rest[
                    max(parser.stopped - offset, int(fresh)) :
                ]  # the damage may be where the next record begins
                searching = True
            lines += block.count(b"\n")
    if damages and not any_record:
        raise UnreadableSource(
            source.name, english("not readable as XML: {reason}", reason=damages[0].reason), damages[0].record
        )


class _Parser:
    """Expat with handlers that collect the wanted elements in `records`; with `before` it goes on in the same root
    after a damage, with so many `lines` before."""

    def __init__(self, wanted: frozenset[str], texts: bool, before: _Parser | None = None, lines: int = 0) -> None:
        self.records: list[Element] = []
        self.refused = ""
        self.encoding: str | None = before.encoding if before else None
        self.root: str = before.root if before else ""
        self.fed = 0
        self._unclosed: int | None = None  # where a record began inside another one; expat itself reads on
        self._lines = lines
        self._wanted = wanted
        self._current: Element | None = None
        self._text: list[str] = []
        self._expat = expat.ParserCreate(self.encoding)
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.XmlDeclHandler = self._declared
        self._expat.StartDoctypeDeclHandler = self._doctype
        if texts:
            self._expat.CharacterDataHandler = self._text.append
        if before:
            self.feed(f"<{self.root or 'root'}>".encode(), False)
        self.began = self.fed

    @property
    def line(self) -> int:
        """The line reached, from 1."""
        return self._lines + self._expat.CurrentLineNumber

    @property
    def stopped(self) -> int:
        """Where an error was found, in bytes fed."""
        return self._expat.ErrorByteIndex if self._unclosed is None else self._unclosed

    @property
    def pending(self) -> int:
        """How many bytes of a tag or text that has not ended yet are held."""
        return max(self.fed - max(self._expat.CurrentByteIndex, 0), sum(map(len, self._text)))

    def feed(self, block: bytes, last: bool) -> None:
        """Raises what expat raises."""
        self._expat.Parse(block, last)
        self.fed += len(block)

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        self.encoding = encoding

    def _doctype(self, *_: object) -> None:
        self.refused = english("it declares a DOCTYPE, which no such export does; refused")
        raise ValueError(self.refused)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        current = self._current
        if current is not None:
            if tag in self._wanted or len(current[3]) == MOST_INSIDE:
                self._unclosed = self._expat.CurrentByteIndex
                raise ValueError("a record that does not end before the next one")
            current[3].append((tag, attributes))
            self._text.clear()
        elif tag in self._wanted:
            self._current = (self.line, tag, attributes, [])
        elif not self.root:
            self.root = tag

    def _end(self, tag: str) -> None:
        current = self._current
        if current is None:
            return
        if tag == current[1]:
            self.records.append(current)
            self._current = None
        elif self._text:
            current[2][tag] = "".join(self._text).strip()
            self._text.clear()


def _mended(match: re.Match[bytes]) -> bytes:
    """Character references as XML allows them: a surrogate pair (`&#55357;&#56832;`) becomes the one character it
    stands for; a lone surrogate and a control character become a mark for what is lost."""
    units = [int(number) if number else int(digits, 16) for number, digits in _REFERENCE.findall(match[0])]
    if all((u >= 32 and not 0xD800 <= u <= 0xDFFF) or u in (9, 10, 13) for u in units):
        return match[0]
    text = "".join(chr(u) if 32 <= u <= 0x10FFFF or u in (9, 10, 13) else "\ufffd" for u in units)
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return b"".join(b"&#%d;" % ord(character) for character in joined)
