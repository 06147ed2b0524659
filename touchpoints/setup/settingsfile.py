"""Writing `touchpoints.toml`: a new one with a comment at each setting, or what is missing put into the one there is.

An existing file keeps every line it has; what cannot be put in without touching them is handed back as lines to paste.
"""

from __future__ import annotations

import json
import re
import textwrap
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from touchpoints.language import N_, language

ORDER = (
    "me", "own_domains", "timezone", "region", "lang", "date_order", "retention", "sources", "one_person", "lines", "customers",
)  # fmt: skip
_ABOUT = {
    "me": N_("Who we are: own names, addresses and numbers. The domain of an own address counts as ours."),
    "own_domains": N_("Further domains that are ours."),
    "timezone": N_("The zone of all dates (an IANA name)."),
    "region": N_("For numbers without a country, and for public holidays (country, with its Land: DE-BE)."),
    "lang": N_("Language of the output: de or en."),
    "date_order": N_("For dates with slashes or dashes that a file cannot decide: DMY or MDY."),
    "retention": N_("How long things are kept: 3y, 18m, 180d. Each import drops what has become older."),
    "sources": N_("Folders and files that “touchpoints today” imports; relative to this file."),
    "one_person": N_("Names that mean one person each, in whatever source they stand."),
    "lines": N_("Own lines: business, private (never stored) or hotline."),
    "customers": N_(
        "Who is what: customer, prospect, partner, supplier, former, private or ignored; with importance A, B or C if you like."
    ),
}
_EXAMPLES = {
    "me": '["…"]',
    "own_domains": '["example.com"]',
    "timezone": '"Europe/Berlin"',
    "region": '"DE-BE"',
    "date_order": '"DMY"',
    "retention": '"3y"',
    "sources": '["exports"]',
}


def literal(value: Any) -> str:
    """A value as TOML writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case Mapping():
            return "{ " + ", ".join(f"{_key(k)} = {literal(v)}" for k, v in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(map(literal, value)) + "]"
        case _:
            return str(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else literal(name)


def lines(values: Mapping[str, Any]) -> list[str]:
    """Settings as lines of TOML, the tables last."""
    plain = {k: v for k, v in values.items() if not isinstance(v, Mapping)}
    tables = {k: v for k, v in values.items() if isinstance(v, Mapping)}
    found = [row for name, value in plain.items() for row in _set(name, value)]
    for name, table in tables.items():
        found += ["", f"[{name}]", *_rows(table)]
    return found


def _set(name: str, value: Any) -> list[str]:
    """A setting on one line; a list too long for it, one of its values a line."""
    row = f"{name} = {literal(value)}"
    if len(row) > 80 and isinstance(value, list | tuple):
        return [f"{name} = [", *(f"    {literal(v)}," for v in value), "]"]
    return [row]


def _rows(table: Mapping[str, Any]) -> list[str]:
    return [f"{_key(k)} = {literal(v)}" for k, v in table.items()]


def written(
    values: Mapping[str, Any], why: Mapping[str, Iterable[str]], lang: str, today: date, *, unsaid: bool = True
) -> str:
    """A whole new file: each setting with what it means and why it is so (`why`: setting → sentences); those without a
    value as an example behind `#` (if `unsaid`)."""
    spoken = language(lang)
    day = spoken.day(today, year=True, weekday=False)
    text = [
        *_comment(spoken.say("Settings of touchpoints, written by “touchpoints setup” on {day}.", day=day)),
        *_comment(spoken.say("A name that is no setting is refused; all settings: docs/reference.md.")),
    ]
    for name in ORDER:
        value = values.get(name)
        if value is None and (name not in _EXAMPLES or not unsaid):
            continue
        text += [
            "",
            *_comment(spoken.say(_ABOUT[name])),
            *(row for line in why.get(name, ()) for row in _comment(line, "· ")),
        ]
        if value is None:
            text += [f"# {name} = {_EXAMPLES[name]}"]
        elif isinstance(value, Mapping):
            text += [f"[{name}]", *_rows(value)]
        else:
            text += _set(name, value)
    return "\n".join(text) + "\n"


def _comment(text: str, mark: str = "") -> list[str]:
    return textwrap.wrap(
        text, 80, initial_indent=f"# {mark}", subsequent_indent=f"# {' ' * len(mark)}", break_on_hyphens=False
    )


def _end_of_list(rows: list[str], name: str) -> int | None:
    """The row that closes a list with a value a line, each with its comma."""
    first = next((i for i, row in enumerate(rows) if re.fullmatch(rf"{name}\s*=\s*\[\s*", row)), None)
    if first is None:
        return None
    last = next((i for i in range(first + 1, len(rows)) if rows[i].strip() == "]"), None)
    return last if last is not None and all(row.rstrip().endswith(",") for row in rows[first + 1 : last]) else None


def completed(text: str, more: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """An existing file with further settings put in, and those that could not be: a list grows where it stands on one
    line or has one value a line, a table behind its heading, anything else that is set already stays. Line ends stay as they are."""
    mark, end = "\ufeff" * text.startswith("\ufeff"), "\r\n" if "\r\n" in text else "\n"
    rows = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    known = tomllib.loads("\n".join(rows))
    new: list[str] = []
    tables: list[str] = []
    left: dict[str, Any] = {}
    for name, value in more.items():
        if name not in known:
            (tables if isinstance(value, Mapping) else new).extend(lines({name: value}))
        elif isinstance(value, Mapping) and isinstance(known[name], Mapping):
            missing = {k: v for k, v in value.items() if k not in known[name]}
            place = next((i for i, row in enumerate(rows) if re.fullmatch(rf"\s*\[{name}\]\s*(#.*)?", row)), None)
            if place is None and missing:
                left[name] = missing
            elif missing and place is not None:
                rows[place + 1 : place + 1] = _rows(missing)
        elif isinstance(value, tuple) and isinstance(known[name], list):
            added = [v for v in value if v not in known[name]]
            place = next((i for i, row in enumerate(rows) if re.fullmatch(rf"{name}\s*=\s*\[.*\]\s*", row)), None)
            if added and place is not None:
                rows[place : place + 1] = _set(name, [*known[name], *added])
            elif added and (end_ := _end_of_list(rows, name)) is not None:
                rows[end_:end_] = [f"    {literal(v)}," for v in added]
            elif added:
                left[name] = tuple(added)
    if new:
        first = next((i for i, row in enumerate(rows) if row.strip() and not row.startswith("#")), 0)
        rows[first:first] = [*new, ""] if rows[first].strip().startswith("[") else new
    while rows and not rows[-1].strip():
        rows.pop()
    result = "\n".join([*rows, *tables]) + "\n"
    tomllib.loads(result)
    return mark + result.replace("\n", end), left
