"""What an unknown table of people might mean, as the `[[table]]` lines that would make it readable: for the dry run."""

from __future__ import annotations

import re
from collections.abc import Callable

from touchpoints.errors import InvalidValue
from touchpoints.source import Source
from touchpoints.table import cell, header_in, rows_of
from touchpoints.times import Dates

ROWS = 200
"""So many first rows are looked at."""
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_NUMBER = re.compile(r"[+(]?\d[\d\s()/.-]{5,}\d")
_PROFILE = re.compile(r"(?i)(https?://)?([a-z]+\.)?(linkedin|xing)\.com/\S+")
_NAME = re.compile(r"[^\W\d_][^\d@;:/]{1,60}")
_COMPANY = re.compile(
    r"(?i).*\b(gmbh|ag|kg|ohg|se|gbr|e\.? ?v\.?|mbh|ltd|inc|llc|co|s\.?a|b\.?v|plc|corp|group|holding)\b\.?.*"
)


def guess(source: Source) -> str:
    """The lines for a table that holds addresses, numbers or profiles and names but no times; empty for any other file.
    Columns are guessed by what stands in them; no cell of a person is shown."""
    header = header_in(source.head_text, lambda names: sum(bool(n) for n in names) >= 2)
    if header is None:
        return ""
    rows: list[list[str]] = []
    with source.text() as stream:
        for _, row in rows_of(source.name, stream, header.delimiter, header.line):
            rows.append(row)
            if len(rows) == ROWS:
                break
    columns = {n: [c for row in rows if (c := cell(row, n))] for n, name in enumerate(header.names) if name}

    def all_that(fits: Callable[[str], bool]) -> list[int]:
        found = [n for n, cells in columns.items() if cells and sum(map(fits, cells)) >= 0.8 * len(cells)]
        for n in found:
            del columns[n]
        return found

    if all_that(_is_time):
        return ""
    roles = {
        "emails": all_that(lambda c: bool(_ADDRESS.fullmatch(c))),
        "phones": all_that(lambda c: bool(_NUMBER.fullmatch(c))),
        "profiles": all_that(lambda c: bool(_PROFILE.fullmatch(c))),
    }
    if not any(roles.values()):
        return ""
    companies = [
        n
        for n, cells in columns.items()
        if cells and sum(map(bool, map(_COMPANY.fullmatch, cells))) >= 0.3 * len(cells)
    ]
    names = [n for n in all_that(lambda c: bool(_NAME.fullmatch(c))) if n not in companies]
    if names:
        roles["full"] = names[:1]
    if companies:
        roles["company"] = companies[:1]

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    lines = [
        "[[table]]",
        "people = true  # a row is a person",
        f"header = [{', '.join(quoted(n) for n in header.names if n)}]",
    ]
    for role, found in roles.items():
        if found:
            lines.append(f"{role} = [{', '.join(quoted(header.names[n]) for n in found)}]  # by what stands in it")
    if "full" not in roles:
        lines.append('# full = "…"  # which column holds the name? (or: given and family)')
    if "company" not in roles:
        lines.append('# company = "…"  # and the customer?')
    return "\n".join(lines) + "\n"


def _is_time(text: str) -> bool:
    try:
        Dates((), "DMY")(text)
    except InvalidValue:
        return False
    return True
