"""Tables (CSV and the like) as exports really look: any delimiter, a header row that is not always the first line,
columns found by name, lines numbered as the user sees them, and bounds on what a hostile file may hold."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import TextIO

import attrs

from touchpoints import markup
from touchpoints.errors import UnreadableSource
from touchpoints.language import english
from touchpoints.source import HEAD, Source

DELIMITERS = (";", ",", "\t", "|")
MOST_COLUMNS = 1000
MOST_LINE = 4 << 20
"""A line of more than this many characters is refused: no export has one."""
BLOCK = 1 << 18
"""So many characters are read at a time."""
MOST_LINES_OF_A_NAME = 6
HEADER_WITHIN = 30
"""The header row stands within this many first lines."""

_QUOTES = str.maketrans("", "", "\ufeff\u200e\u200f\"'\x00")


def plain(name: str) -> str:
    """A column's name for comparison: lower case, one space between words, no quotes or marks."""
    return " ".join(name.translate(_QUOTES).casefold().split())


@attrs.frozen(slots=True)
class Header:
    """A header row: its line number (from 1), the delimiter, the names as written and made plain."""

    line: int
    delimiter: str
    names: tuple[str, ...]
    plain: tuple[str, ...]

    def column(self, *synonyms: str) -> int | None:
        """The index of the first column with one of these plain names, in the order of the synonyms."""
        for name in synonyms:
            if name in self.plain:
                return self.plain.index(name)
        return None

    def columns(self, pattern: str) -> list[int]:
        """The indices of all columns whose plain name matches a regular expression fully."""
        return [n for n, name in enumerate(self.plain) if re.fullmatch(pattern, name)]


def header_in(text: str, accept: Callable[[Sequence[str]], bool]) -> Header | None:
    """The first row of a file's beginning that `accept` takes for the header (given its plain names); `None` if none.

    A `sep=;` line names the delimiter; else each of `;`, `,`, tab and `|` is tried. A name may be written over several
    lines; `line` of the header is its last.
    """
    lines = text.splitlines()[:HEADER_WITHIN]
    named = re.fullmatch(r"\s*\"?sep=(.)\"?\s*", lines[0].translate(_QUOTES)) if lines else None
    for first, begun in enumerate(lines):
        number, line = _row(lines, first)
        for delimiter in (named[1],) if named else DELIMITERS:
            if delimiter not in begun:
                continue
            try:
                cells = next(csv.reader([line], delimiter=delimiter), [])
            except csv.Error:
                continue
            names = tuple(plain(c) for c in cells)
            if 2 <= len(names) <= MOST_COLUMNS and accept(names):
                return Header(number, delimiter, tuple(map(_name, cells)), names)
    return None


def _row(lines: Sequence[str], first: int) -> tuple[int, str]:
    """The row that begins with a line, over as many lines as its quotation marks say, and the number of its last line."""
    row = lines[first]
    for last in range(first + 1, min(first + MOST_LINES_OF_A_NAME, len(lines))):
        if row.count('"') % 2 == 0:
            return last, row
        row += f"\n{lines[last]}"
    return (first + 1, lines[first]) if row.count('"') % 2 else (row.count("\n") + first + 1, row)


def _name(cell: str) -> str:
    return " ".join(cell.translate(_QUOTES).split())


class Table:
    """A file's rows behind its header.

    Raises `UnreadableSource` if no header is found, or for a line or a row beyond the bounds.
    """

    def __init__(self, source: Source, accept: Callable[[Sequence[str]], bool]) -> None:
        header = header_in(source.head_text, accept)
        if header is None:
            raise UnreadableSource(source.name, english("no header row with the expected columns"))
        self.source = source
        self.header = self._whole(header)

    def _whole(self, header: Header) -> Header:
        """A header row that is longer than the head of the file, read to its end."""
        if len(self.source.head) < HEAD or header.line < len(self.source.head_text.splitlines()):
            return header
        with self.source.text() as stream:
            _, cells = next(rows_of(self.source.name, stream, header.delimiter, header.line - 1), (0, header.names))
        names = tuple(map(_name, cells))
        return Header(header.line, header.delimiter, names, tuple(map(plain, names)))

    def column(self, *synonyms: str) -> int | None:
        """The index of a column by its plain names, the first synonym first."""
        return self.header.column(*synonyms)

    def rows(self, quoted: bool = True) -> Iterator[tuple[int, list[str]]]:
        """Each row as (line number, cells). Empty rows are passed over; a quoted cell may span lines (unless `quoted`
        is false: then quotation marks mean nothing)."""
        with self.source.text() as stream:
            yield from rows_of(self.source.name, stream, self.header.delimiter, self.header.line, quoted)

    def cells(self, column: int) -> Iterator[str]:
        """All non-empty cells of one column: what a date format is found from."""
        for _, row in self.rows():
            if column < len(row) and row[column].strip():
                yield row[column]


def rows_of(
    name: str, stream: TextIO, delimiter: str, skip: int = 0, quoted: bool = True
) -> Iterator[tuple[int, list[str]]]:
    """The rows of an open text behind the first `skip` lines, as (line number, cells)."""
    csv.field_size_limit(MOST_LINE)
    lines = chain.from_iterable(_blocks(name, stream))
    for _ in range(skip):
        next(lines, "")
    reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    start = skip + 1
    try:
        for row in reader:
            if len(row) > MOST_COLUMNS:
                raise UnreadableSource(
                    name,
                    english(
                        "{n} columns; no export has more than {most}",
                        n=len(row),
                        most=MOST_COLUMNS,
                    ),
                    start,
                )
            if any(row):
                yield start, row
            start = skip + reader.line_num + 1
    except csv.Error as error:
        raise UnreadableSource(name, english("not a readable table: {error}", error=error), start) from error


def _blocks(name: str, stream: TextIO) -> Iterator[TextIO]:
    """A text in blocks of whole lines, so that lines are counted and split without a step of Python for each; bounded,
    and without NULs (which the csv module would refuse)."""
    rest, line = "", 1
    while block := stream.read(BLOCK):
        block = rest + block
        cut = max(block.rfind("\n"), block.rfind("\r", 0, -1)) + 1  # a last \r may be half of a line's end
        if not cut and len(block) > MOST_LINE:
            raise UnreadableSource(name, english("a line of more than {n} MiB", n=MOST_LINE >> 20), line)
        line += block.count("\n")
        rest = block[cut:]
        yield io.StringIO(block[:cut].replace("\x00", ""), newline="")
    yield io.StringIO(rest.replace("\x00", ""), newline="")


def cell(row: Sequence[str], index: int | None) -> str:
    """A cell's text without surrounding space; empty where the row is short or the column is missing."""
    return row[index].strip() if index is not None and index < len(row) else ""


_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")  # with their full-width forms, which some spreadsheets take for the same


def harmless_csv(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """Rows as CSV text, cells that would start a formula in a spreadsheet made harmless with a leading apostrophe. All CSV
    that this project writes is written here. Every cell is quoted: LibreOffice proposes to split at semicolons, commas and
    tabs alike, whichever of them a file has between its cells."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    for cells in rows:
        row = [markup.plain(cell) for cell in cells]
        writer.writerow([f"'{c}" if c[:1] in _FORMULA and not _number(c) else c for c in row])
    return out.getvalue()


def _number(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?[\d\s().,/-]+", text))
