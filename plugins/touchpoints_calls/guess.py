"""What an unknown table might mean, as the `[[table]]` lines that would make it readable: for the dry run."""

from __future__ import annotations

import re
from collections.abc import Callable

from touchpoints.proposal import Beginning, is_number, is_time, quoted, share
from touchpoints.source import Source
from touchpoints_calls.columns import found_columns, likely_field
from touchpoints_calls.moments import SURELY_MINUTES
from touchpoints_calls.words import meaning

_TWO_FIELDS = re.compile(r"\d+:\d{2}")
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.][0-5]\d(:[0-5]\d)?( ?[AaPp][Mm])?( Uhr)?")
_LENGTH = re.compile(r"\d{1,3}:\d{2}(:\d{2})?|PT\w+|(\d+ ?(h|std|min|m|s|sek|sec)\.? ?)+", re.IGNORECASE)


def guess(source: Source, *answers: str) -> str:
    """The `[[table]]` of a table that no importer understands, as TOML with a comment for what was only guessed, or of one
    that is understood but for the `answers`, lines that are put behind it; empty
    for a file that is no table, or one whose first row is a record already.

    Columns are guessed by their names, then by what stands in them. No cell of a person is shown.
    """
    table = Beginning.of(source)
    if table is None or not table.rows:
        return ""
    header = table.header
    found = {field: (index, "by its name") for field, index in found_columns(header.plain).items()}
    taken = {index for index, _ in found.values()}
    for index, name in enumerate(header.names):
        if (
            index not in taken
            and (field := likely_field(name))
            and not found.keys() & {field, *_INSTEAD.get(field, ())}
        ):
            found[field] = index, "by a part of its name"
            taken.add(index)
    columns = {n: table.cells(n) for n in range(len(header.names)) if n not in taken}
    for field, others, fits in _BY_CONTENT:
        if found.keys() & {field, *others}:
            continue
        best = max(columns, key=lambda n: share(columns[n], fits), default=None)
        if best is not None and share(columns[best], fits) >= 0.8:
            found[field] = best, "by what stands in it"
            del columns[best]
    if not found.keys() & {"at", "date"} and found.keys() & {"email", "number"}:
        return ""  # people without a time: an address book, which its own reader guesses
    lengths = table.cells(found["duration"][0]) if "duration" in found else []
    is_open = any(_TWO_FIELDS.fullmatch(c) for c in lengths) and not any(SURELY_MINUTES.fullmatch(c) for c in lengths)
    if found.keys() >= {"date", "at"}:
        found["time"] = found.pop("at")
    lines = _toml(table, found, columns, is_open)
    return "\n".join([line for line in lines if not (answers and line.startswith("#"))] + list(answers)) + "\n"


_INSTEAD = {"date": ("at",), "time": ("at",), "number": ("caller", "called")}
"""Fields that another one makes needless."""


def _is_length(text: str) -> bool:
    return bool(_LENGTH.fullmatch(text))


_BY_CONTENT: tuple[tuple[str, tuple[str, ...], Callable[[str], bool]], ...] = (
    ("at", ("date",), is_time),
    ("email", (), lambda text: "@" in text),
    ("number", ("caller", "called"), is_number),
    ("time", ("at",), lambda text: bool(_CLOCK.fullmatch(text))),
    ("direction", ("type",), lambda text: meaning(text).direction is not None),
    ("duration", (), _is_length),
)
"""Fields that a column's content shows, which other fields make them needless, and how their cells look."""


def _toml(
    table: Beginning, found: dict[str, tuple[int, str]], columns: dict[int, list[str]], is_open: bool
) -> list[str]:
    header = table.header
    lines = ["[[table]]", table.every_name()]
    lines += [f"{field} = {quoted(header.names[index])}  # {why}" for field, (index, why) in found.items()]
    if not found.keys() & {"at", "date"}:
        lines.append('# at = "…"  # which column holds the time?')
    if not found.keys() & {"number", "caller", "called", "name", "email", "family"}:
        lines.append('# number = "…"  # which column holds the number? (or: name, email, caller and called)')
    if not found.keys() & {"direction", "type"} and not found.keys() >= {"caller", "called"}:
        few = {n: sorted(set(cells)) for n, cells in columns.items() if 2 <= len(set(cells)) <= 4}
        for n, words in few.items():
            if len(columns[n]) >= 2 * len(words) and all(len(word) <= 20 for word in words):
                lines.append(f"# direction = {quoted(header.names[n])}  # its words: {', '.join(map(quoted, words))}")
        lines += ['# in_words = ["…"]  # what stands there for calls to us', '# out_words = ["…"]  # and from us']
    if "duration" in found and is_open:
        lines.append('# duration_unit = "mm:ss"  # or h:mm, s, m')
    return lines
