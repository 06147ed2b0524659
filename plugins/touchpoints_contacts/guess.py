"""What an unknown table of people might mean, as the `[[table]]` lines that would make it readable: for the dry run."""

from __future__ import annotations

import re
from collections.abc import Callable

from touchpoints.proposal import Beginning, is_number, is_time, share
from touchpoints.source import Source

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PROFILE = re.compile(r"(?i)(https?://)?([a-z]+\.)?(linkedin|xing)\.com/\S+")
_NAME = re.compile(r"[^\W\d_][^\d@;:/]{1,60}")
_COMPANY = re.compile(
    r"(?i).*\b(gmbh|ag|kg|ohg|se|gbr|e\.? ?v\.?|mbh|ltd|inc|llc|co|s\.?a|b\.?v|plc|corp|group|holding)\b\.?.*"
)


def guess(source: Source) -> str:
    """The lines for a table that holds addresses, numbers or profiles and names but no times; empty for any other file.
    Columns are guessed by what stands in them; no cell of a person is shown."""
    table = Beginning.of(source)
    if table is None:
        return ""
    columns = {n: table.cells(n) for n, name in enumerate(table.header.names) if name}

    def all_that(fits: Callable[[str], bool]) -> list[int]:
        found = [n for n, cells in columns.items() if share(cells, fits) >= 0.8]
        for n in found:
            del columns[n]
        return found

    if all_that(is_time):
        return ""
    roles = {
        "emails": all_that(lambda c: bool(_ADDRESS.fullmatch(c))),
        "phones": all_that(is_number),
        "profiles": all_that(lambda c: bool(_PROFILE.fullmatch(c))),
    }
    if not any(roles.values()):
        return ""
    companies = [n for n, cells in columns.items() if share(cells, lambda c: bool(_COMPANY.fullmatch(c))) >= 0.3]
    names = [n for n in all_that(lambda c: bool(_NAME.fullmatch(c))) if n not in companies]
    if names:
        roles["full"] = names[:1]
    if companies:
        roles["company"] = companies[:1]

    lines = ["[[table]]", "people = true  # a row is a person", table.every_name()]
    for role, found in roles.items():
        if found:
            lines.append(f"{role} = {table.named(found)}  # by what stands in it")
    if "full" not in roles:
        lines.append('# full = "…"  # which column holds the name? (or: given and family)')
    if "company" not in roles:
        lines.append('# company = "…"  # and the customer?')
    return "\n".join(lines) + "\n"
