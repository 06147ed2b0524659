"""Spreadsheets out and in: what a command asks as CSV, and the answers filled in there."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from touchpoints.errors import InvalidValue
from touchpoints.language import english

YES = frozenset({"x", "yes", "y", "ja", "j", "1", "true", "wahr"})
"""What means yes in a column."""


def cell(value: Any) -> str:
    """A value as a cell shows it."""
    return "" if value is None else "; ".join(value) if isinstance(value, list) else str(value)


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV; cells that start a formula are made harmless."""
    from touchpoints.table import harmless_csv

    return "\ufeff" + harmless_csv([r for r in rows if r], ";")  # as spreadsheets in German and English open it


def answers(file: str, *needed: str) -> list[dict[str, str]]:
    """The rows of a spreadsheet saved as CSV, by column: in UTF-8, in the encoding of a German or English Excel, or as its
    "Unicode text"; parted by semicolons, commas or tabs. Raises `InvalidValue` if a `needed` column is missing."""
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise InvalidValue(english("cannot read {file}: {error}", file=file, error=error.strerror)) from error
    text = _decoded(content)
    if text[:4].lower() == "sep=":  # a line that only Excel reads
        text = text.partition("\n")[2]
    head = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=max(";,\t", key=head.count))
    columns = [(name or "").strip() for name in rows.fieldnames or ()]
    if missing := [name for name in needed if name not in columns]:
        raise InvalidValue(
            english(
                "{file}: no column {missing}; the first line has: {columns}",
                file=file,
                missing=missing,
                columns=columns,
            )
        )
    return [
        {k.strip(): v.strip().removeprefix("'") for k, v in row.items() if isinstance(k, str) and isinstance(v, str)}
        for row in rows
    ]


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
