"""Workbooks of Excel (.xlsx) and LibreOffice (.ods): each sheet with anything in it is a table, as if it had been saved
as CSV.

An .ods is read by expat here and not by a library, since those that there are build the whole sheet first, as many empty
cells as a hostile file claims to have.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import PurePosixPath
from typing import Any, BinaryIO
from xml.parsers import expat

from touchpoints.errors import UnreadableSource
from touchpoints.language import english
from touchpoints.source import Source

MOST_TEXT = 64 << 20
"""A sheet of more characters than this is refused."""
MOST_COLUMNS = 16_384
"""No spreadsheet has more columns."""
MOST_LINE = 4 << 20
"""A row of an .ods of more characters is refused."""
MOST_TAG, _BLOCK = 1 << 20, 1 << 16
"""An element of an .ods whose tag alone is longer is refused."""


def sheets(source: Source, stream: BinaryIO) -> Iterator[Source]:
    """The sheets of an Excel workbook that hold anything, each as a file of comma-separated values: dates and times in ISO
    form, whole numbers without a decimal point. A workbook with one such sheet keeps its name; else the sheet's is added.

    Raises `UnreadableSource` for a damaged workbook or a sheet beyond the bounds.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        found = {sheet.title: text for sheet in book.worksheets if (text := _text(source, sheet))}
    except UnreadableSource:
        raise
    except Exception as error:  # a damaged workbook raises whatever its XML leads to
        raise _damaged(source, error) from error
    yield from _tables(source, found)


def document_sheets(source: Source, content: BinaryIO) -> Iterator[Source]:
    """The same for an OpenDocument spreadsheet, given its `content.xml`. Cells of text are as they are shown, comments and
    what lies on top of the sheet are no part of it."""
    reader = _Spreadsheet(source)
    try:
        found = reader.read(content)
    except expat.ExpatError as error:
        raise _damaged(source, error) from error
    yield from _tables(source, found)


def _damaged(source: Source, error: Exception) -> UnreadableSource:
    return UnreadableSource(source.name, english("a damaged workbook: {error}; save it anew or as CSV", error=error))


def _too_long(source: Source) -> UnreadableSource:
    return UnreadableSource(source.name, english("a sheet of more than {n} MiB; save it as CSV", n=MOST_TEXT >> 20))


def _tables(source: Source, found: Mapping[str, bytes]) -> Iterator[Source]:
    for title, text in found.items():
        name = source.name if len(found) == 1 else f"{source.name}/{title}"
        path = PurePosixPath(source.path).with_suffix(".csv" if len(found) == 1 else f".{title.replace('/', '_')}.csv")
        yield Source(name, partial(io.BytesIO, text), path=str(path), size=len(text), sibling=source.sibling)


# -- Excel --------------------------------------------------------------------------------------------------------


def _text(source: Source, sheet: Any) -> bytes:
    sheet.reset_dimensions()  # what a file says of its size may be wrong
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in sheet.iter_rows():
        cells = [_said(cell) for cell in row]
        while cells and not cells[-1]:
            del cells[-1]
        writer.writerow(cells)
        if out.tell() > MOST_TEXT:
            raise _too_long(source)
    text = out.getvalue().rstrip("\r\n")
    return f"{text}\r\n".encode() if text else b""


def _said(cell: Any) -> str:
    value = cell.value
    match value:
        case None:
            return ""
        case datetime():
            timed = value.time() != time() or "h" in str(cell.number_format).lower()
            return value.isoformat(" ", "seconds") if timed else value.date().isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


# -- LibreOffice --------------------------------------------------------------------------------------------------

_NAMES = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0 "
_OFFICE, _TABLE, _WORDS = (_NAMES.format(part) for part in ("office", "table", "text"))
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_TIME = re.compile(r"PT(\d{1,6})H(\d{1,2})M(\d{1,2})(?:[.,]\d+)?S")


class _Spreadsheet:
    """The tables of a `content.xml`, read as it streams past. Repeated cells and rows are counted and not made, unless
    something follows them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._open: list[str] = []  # the elements around
        self._apart = 0  # so many of them, from the first whose text is no part of its cell
        self._titles: dict[str, bytes] = {}
        self._title: str | None = None
        self._rows = io.StringIO()
        self._written = 0
        self._empty_rows, self._row_times = 0, 1
        self._row: list[str] = []
        self._row_length = 0
        self._cell: Mapping[str, str] = {}
        self._times, self._skipped = 1, 0
        self._said: list[str] = []

    def read(self, content: BinaryIO) -> dict[str, bytes]:
        """Title → table. Raises what expat raises, and `UnreadableSource` beyond the bounds."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        fed = 0
        while block := content.read(_BLOCK):
            parser.Parse(block, False)
            fed += len(block)
            if fed - max(parser.CurrentByteIndex, 0) > MOST_TAG:
                raise _too_long(self._source)
        parser.Parse(b"", True)
        return {title: text for title, text in self._titles.items() if text}

    def _doctype(self, *_: object) -> None:
        raise UnreadableSource(self._source.name, english("a workbook that declares entities; refused"))

    def _start(self, name: str, given: dict[str, str]) -> None:
        inside = self._open[-1] if self._open else ""
        self._open.append(name)
        if self._apart:
            self._apart += 1
        elif name == f"{_TABLE}table":
            if inside == f"{_OFFICE}spreadsheet":
                self._title = given.get(f"{_TABLE}name", "")
                self._rows, self._empty_rows = io.StringIO(), 0
            else:  # a table inside a cell, or the old content of a tracked change
                self._apart = 1
        elif self._title is None:
            return
        elif name == f"{_TABLE}table-row":
            self._row, self._row_length, self._skipped = [], 0, 0
            self._row_times = _count(given.get(f"{_TABLE}number-rows-repeated"))
        elif name in _CELLS:
            self._cell, self._said = given, []
            self._times = _count(given.get(f"{_TABLE}number-columns-repeated"))
        elif name == f"{_WORDS}p":
            if self._said:
                self._text("\n")
        elif name == f"{_WORDS}s":
            self._text(" " * min(_count(given.get(f"{_WORDS}c")), 100))
        elif name in (f"{_WORDS}tab", f"{_WORDS}line-break"):
            self._text("\t" if name.endswith("tab") else "\n")
        elif not name.startswith((_WORDS, _TABLE)):  # comments, drawings, the shapes on a sheet
            self._apart = 1

    def _text(self, text: str) -> None:
        if self._apart or self._title is None or f"{_WORDS}p" not in self._open[-4:]:
            return
        self._count(len(text))
        self._said.append(text)

    def _count(self, characters: int) -> None:
        self._written += characters
        if self._written > MOST_TEXT:
            raise _too_long(self._source)

    def _end(self, name: str) -> None:
        self._open.pop()
        if self._apart:
            self._apart -= 1
        elif self._title is None:
            return
        elif name in _CELLS:
            self._cell_ends("" if name == _CELLS[1] else _value(self._cell, "".join(self._said)))
        elif name == f"{_TABLE}table-row":
            self._row_ends()
        elif name == f"{_TABLE}table":
            text = self._rows.getvalue()
            self._titles[self._title], self._title = text.encode(), None

    def _cell_ends(self, text: str) -> None:
        if not text:
            self._skipped += self._times
            return
        if len(self._row) + self._skipped + self._times > MOST_COLUMNS:
            raise UnreadableSource(
                self._source.name, english("{n} columns; no export has more than {most}", n=len(self._row) + self._skipped
                                           + self._times, most=MOST_COLUMNS)
            )  # fmt: skip
        length = len(text) * self._times + self._skipped
        self._count(length)
        self._row_length += length
        if self._row_length > MOST_LINE:
            raise UnreadableSource(self._source.name, english("a line of more than {n} MiB", n=MOST_LINE >> 20))
        self._row += [""] * self._skipped + [text] * self._times
        self._skipped = 0

    def _row_ends(self) -> None:
        if not self._row:
            self._empty_rows += self._row_times
            return
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow(self._row)
        text = line.getvalue()
        self._count(2 * self._empty_rows + len(text) * self._row_times)
        self._rows.write("\r\n" * self._empty_rows + text * self._row_times)
        self._empty_rows = 0


def _count(given: str | None) -> int:
    """How often something stands there; a number that is none, or beyond any sheet, is the most that there could be."""
    if given is None:
        return 1
    return min(int(given), 1 << 24) if given.isascii() and given.isdigit() and len(given) < 20 else 1 << 24


def _value(cell: Mapping[str, str], shown: str) -> str:
    """What a cell says, as `_said` writes it for Excel: its value where it is a number, a date or a time, else its text."""
    match cell.get(f"{_OFFICE}value-type"):
        case "float" | "percentage" | "currency":
            return _number(cell.get(f"{_OFFICE}value", ""), shown)
        case "date":
            return cell.get(f"{_OFFICE}date-value", shown).replace("T", " ").partition(".")[0]
        case "time":
            parts = _TIME.fullmatch(cell.get(f"{_OFFICE}time-value", ""))
            return f"{int(parts[1])}:{int(parts[2]):02}:{int(parts[3]):02}" if parts else shown
        case "boolean":
            return str(cell.get(f"{_OFFICE}boolean-value") == "true")
        case _:
            return cell.get(f"{_OFFICE}string-value") or shown  # of an error it is empty


def _number(text: str, shown: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return shown
    return str(int(number)) if number.is_integer() and abs(number) < 1e21 else text
