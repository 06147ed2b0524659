"""Excel workbooks: each sheet with anything in it is a table, as if it had been saved as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from touchpoints.errors import UnreadableSource
from touchpoints.language import english
from touchpoints.source import Source

MOST_TEXT = 64 << 20
"""A sheet of more characters than this is refused."""


def sheets(source: Source, stream: BinaryIO) -> Iterator[Source]:
    """The sheets of a workbook that hold anything, each as a file of comma-separated values: dates and times in ISO form,
    whole numbers without a decimal point. A workbook with one such sheet keeps its name; else the sheet's is added.

    Raises `UnreadableSource` for a damaged workbook or a sheet beyond the bounds.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        found = {sheet.title: text for sheet in book.worksheets if (text := _text(source, sheet))}
    except UnreadableSource:
        raise
    except Exception as error:  # a damaged workbook raises whatever its XML leads to
        raise UnreadableSource(
            source.name, english("a damaged workbook: {error}; save it anew or as CSV", error=error)
        ) from error
    for title, text in found.items():
        name = source.name if len(found) == 1 else f"{source.name}/{title}"
        path = PurePosixPath(source.path).with_suffix(".csv" if len(found) == 1 else f".{title.replace('/', '_')}.csv")
        yield Source(name, partial(io.BytesIO, text), path=str(path), size=len(text), sibling=source.sibling)


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
            raise UnreadableSource(
                source.name, english("a sheet of more than {n} MiB; save it as CSV", n=MOST_TEXT >> 20)
            )
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
