"""JSON exports: read whole, within bounds, and as far as a cut file goes."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from touchpoints.errors import InvalidValue, UnreadableSource
from touchpoints.language import english
from touchpoints.reading import Context, utc
from touchpoints.source import Source

LARGEST = 500 << 20
"""A JSON file of more bytes is refused: it would need many times that in memory."""

_YEAR_2200 = 7_258_118_400
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


def load(source: Source) -> tuple[Any, str]:
    """The document, and "" or what is wrong with it: of a file that ends too early, all complete entries are kept.

    Raises `UnreadableSource` for a file that is too large or no JSON.
    """
    with source.text() as stream:
        text = stream.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise UnreadableSource(
            source.name, english("more than {n} MiB; export a shorter span or fewer chats", n=LARGEST >> 20)
        )
    try:
        return json.loads(text), ""
    except RecursionError:
        raise UnreadableSource(source.name, english("nested too deeply: no export is")) from None
    except ValueError as error:
        line = text.count("\n", 0, getattr(error, "pos", 0)) + 1
        try:
            return json.loads(_closed(text)), english(
                "the file ends too early, in line {line}; export it again", line=line
            )
        except (ValueError, RecursionError):
            raise UnreadableSource(
                source.name, english("not readable as JSON: {error}; export it again", error=error), line
            ) from None


def _closed(text: str) -> str:
    """A cut text up to the last complete entry of its outermost open list, with what is open there closed.

    An entry that was cut is left out whole, however much of it is there. Raises `ValueError` if nothing is left.
    """
    opened: list[tuple[str, int]] = []  # closing bracket, end of the last complete entry
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token in "[{":
            opened.append(("]" if token == "[" else "}", 0))
        elif token in "]}":
            if not opened or opened.pop()[0] != token:
                raise ValueError("brackets do not match")
            if opened and opened[-1][0] == "]":
                opened[-1] = ("]", found.end())
    for depth, (bracket, end) in enumerate(opened, 1):
        if bracket == "]" and end:
            return text[:end] + "".join(closing for closing, _ in reversed(opened[:depth]))
    raise ValueError("no complete entry")


def string(value: Any) -> str:
    """A text of the document without halves of emoji, which no encoding can hold; "" for anything else."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def number(value: Any) -> float | None:
    """A number above zero, also one written as text (a time, a duration); `None` for anything else."""
    try:
        found = 0.0 if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if 0 < found < float("inf") else None


def instant(value: Any, context: Context, per_second: int = 1) -> datetime:
    """A Unix time in the store's zone; raises `InvalidValue` for one that is none, or not between 1970 and 2200."""
    found = number(value)
    if found is None or found > _YEAR_2200 * per_second:
        raise InvalidValue(english("'{value}' is no time", value=str(value)[:40]))
    return context.at(utc(found / per_second))


def iso(value: Any, context: Context) -> datetime:
    """An ISO 8601 time in the store's zone, local there if it names none; raises `InvalidValue` as `instant` does."""
    try:
        found = datetime.fromisoformat(string(value))
    except ValueError:
        raise InvalidValue(english("'{value}' is no time", value=str(value)[:40])) from None
    if not 1970 < found.year < 2200:
        raise InvalidValue(english("'{text}' is no time of a message", text=found))
    return context.at(found)


def entries(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; [] for anything else."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
