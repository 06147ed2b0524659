"""What an API answered, saved to a file: JSON in any wrapping (one page, several, one object a line), or the same
records as CSV. Field names are compared without their style: `callerNumber`, `caller_number`, `Caller Number`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from touchpoints.errors import UnreadableSource
from touchpoints.language import english
from touchpoints.model import Skipped
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints.table import Table, header_in
from touchpoints_calls.rows import cells_by_name

MOST_BYTES = 64 << 20
"""A larger JSON file is refused: it is read as a whole."""
MOST_DEPTH = 6

Fields = dict[str, str]


def spaced(name: str) -> str:
    """A field's name in small words: `caller number`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\s]+", " ", name.strip()).casefold()


def offers(source: Source, *alternatives: frozenset[str]) -> bool:
    """Whether the first records of a file have all fields of one of the alternatives (small words)."""
    text = source.head_text
    if text.lstrip()[:1] in ("{", "["):
        names = {spaced(name) for name in re.findall(r'"([A-Za-z_ ]{1,60})"\s*:', text)}
        return any(needed <= names for needed in alternatives)
    return any(header_in(text, _has(needed)) is not None for needed in alternatives)


def _has(needed: frozenset[str]) -> Any:
    return lambda names: needed <= {name.replace("_", " ") for name in names}


def records(source: Source, context: Context, *alternatives: frozenset[str]) -> Iterator[tuple[int, Fields] | Skipped]:
    """Each record with its number (JSON: the entry from 1; CSV: the line), all values as text.

    A JSON file that breaks off gives what stands before, and a `Skipped` for the rest. Raises `UnreadableSource` for a
    file without any such record, and for JSON beyond 64 MiB.
    """
    if source.head_text.lstrip()[:1] not in ("{", "["):
        for needed in alternatives:
            if header_in(source.head_text, _has(needed)) is not None:
                table = Table(source, _has(needed))
                names = [spaced(name) for name in table.header.names]
                for line, row in table.rows():
                    yield line, cells_by_name(names, row)
                return
        raise UnreadableSource(source.name, english("no header row with the expected columns"))

    def is_record(entry: Any) -> bool:
        names = {spaced(str(name)) for name in entry} if isinstance(entry, dict) else frozenset()
        return any(needed <= names for needed in alternatives)

    found = False
    for number, entry in enumerate(_entries(source, is_record), 1):
        if is_record(entry):
            found = True
            yield number, {spaced(str(name)): _text(value) for name, value in entry.items()}
        else:
            reason = entry if isinstance(entry, _Broken) else english("an entry without the fields of a call")
            yield context.skipped(number, reason, ", ".join(entry) if isinstance(entry, dict) else "")
    if not found:
        raise UnreadableSource(source.name, english("no readable entry in it; export it again"))


class _Broken(str):
    """Why what follows could not be read."""


def _text(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _entries(source: Source, is_record: Callable[[Any], bool]) -> Iterator[Any]:
    with source.open() as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UnreadableSource(
            source.name, english("more than {n} MiB of JSON; export it in parts", n=MOST_BYTES >> 20)
        )
    text = content.decode(source.encoding, "replace").lstrip("\ufeff")
    try:
        yield from _inside(json.loads(text), is_record)
        return
    except ValueError:
        pass  # one object a line, or cut off
    except RecursionError:
        raise UnreadableSource(source.name, english("lists inside lists without an end")) from None
    decoder, place, first = json.JSONDecoder(), 0, re.search(r"\[\s*(?=\{)", text)
    while place < len(text):
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            if place == 0 and first is not None:
                place = first.end()
                continue
            if not re.fullmatch(r"[\s\]}]*", text[place:]):
                yield _Broken(english("the file breaks off or is damaged here; export it again for the rest"))
            return
        yield from _inside(value, is_record)
        gap = re.compile(r"[\s,]*").match(text, end)
        place = gap.end() if gap else end


def _inside(value: Any, is_record: Callable[[Any], bool], depth: int = 0) -> Iterator[Any]:
    """The records in a page; where one of a list is a record, all of them should be."""
    if is_record(value) or depth > MOST_DEPTH:
        yield value
    elif isinstance(value, list):
        if any(map(is_record, value)):
            yield from value
        else:
            for entry in value:
                yield from _inside(entry, is_record, depth + 1)
    elif isinstance(value, dict):
        for entry in value.values():
            if isinstance(entry, list | dict):
                yield from _inside(entry, is_record, depth + 1)
