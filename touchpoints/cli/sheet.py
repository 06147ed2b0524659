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


def answers(file: str) -> list[dict[str, str]]:
    """The rows of a spreadsheet saved as CSV, by column."""
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = Path(file).read_text(encoding="cp1252")
    except OSError as error:
        raise InvalidValue(english("cannot read {file}: {error}", file=file, error=error.strerror)) from error
    head = text.partition("\n")[0]
    delimiter = max(";,\t", key=head.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    return [
        {k.strip(): v.strip().removeprefix("'") for k, v in row.items() if isinstance(k, str) and isinstance(v, str)}
        for row in rows
    ]
