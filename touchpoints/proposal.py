"""The beginning of a table that nobody understands, as the proposal of a `[[table]]` for it looks at it: its column names,
some rows, and what the cells of a column look like. No cell is ever shown: it may be a person's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import attrs

from touchpoints.errors import InvalidValue
from touchpoints.handles import is_hidden
from touchpoints.language import P_
from touchpoints.source import Source
from touchpoints.table import Header, cell, header_in, rows_of
from touchpoints.times import Dates

COMMENTS = (
    P_("reason", "by its name"), P_("reason", "by what stands in it"), P_("reason", "or one of the others"),
    P_("reason", "which column holds the time?"),
    P_("reason", "which column holds the number? (or: name, email, caller and called)"),
    P_("reason", "its words: {words}"), P_("reason", "what stands there for calls to us"), P_("reason", "and from us"),
    P_("reason", "or h:mm, s, m"), P_("reason", "a row is a person"),
    P_("reason", "which column holds the name? (or: given and family)"), P_("reason", "and the customer?"),
)  # fmt: skip
"""What stands behind the lines of a proposal; whoever shows them says it in the user's language."""
ROWS = 200
"""So many first rows are looked at."""
_NUMBER = re.compile(r"[+(]?\d[\d\s()/.-]{4,}\d")


@attrs.frozen(slots=True)
class Beginning:
    """A row with several column names, and the rows below it."""

    header: Header
    rows: list[list[str]]

    @classmethod
    def of(cls, source: Source) -> Beginning | None:
        """The beginning of a file; `None` for one that is no table: without such a row or with a record in its place, or
        a text in whose other lines the delimiter does not stand as often."""
        header = header_in(source.head_text, lambda names: sum(bool(n) for n in names) >= 2)
        if header is None or lacks_names(header):
            return None
        rows: list[list[str]] = []
        with source.text() as stream:
            for _, row in rows_of(source.name, stream, header.delimiter, header.line):
                rows.append(row)
                if len(rows) == ROWS:
                    break
        alike = sum(len(row) == len(header.names) for row in rows)
        return cls(header, rows) if alike * 2 > len(rows) else None

    def cells(self, column: int) -> list[str]:
        """The filled cells of a column."""
        return [text for row in self.rows if (text := cell(row, column))]

    def named(self, columns: Iterable[int]) -> str:
        """The names of columns as the list of a setting."""
        return f"[{', '.join(quoted(self.header.names[n]) for n in columns if self.header.names[n])}]"

    def every_name(self) -> str:
        """`header = […]` of the setting."""
        return f"header = {self.named(range(len(self.header.names)))}"


def lacks_names(header: Header) -> bool:
    """Whether what stands where the names of columns should is a record already."""
    return any(is_time(name) or is_number(name) or "@" in name for name in header.names if name)


def share(cells: list[str], fits: Callable[[str], bool]) -> float:
    """Which part of some cells fits; none of no cells."""
    return sum(map(fits, cells)) / len(cells) if cells else 0.0


def quoted(text: str) -> str:
    """A text as TOML has it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_time(text: str) -> bool:
    """Whether a cell looks like a date or a time."""
    try:
        Dates((), "DMY")(text)
    except InvalidValue:
        return False
    return True


def is_number(text: str) -> bool:
    """Whether a cell looks like a telephone number, or says that one was hidden."""
    return (bool(_NUMBER.fullmatch(text)) and not is_time(text)) or (is_hidden(text) and text not in ("", "-"))
