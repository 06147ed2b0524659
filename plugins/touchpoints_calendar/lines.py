"""Content lines: name, parameters, value. A strict reader for ordinary lines; every other text goes to icalendar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from touchpoints.language import english


class Parameters(dict[str, str]):
    """A line's parameters: names in upper case, values without quotes. Never changed, so it can be hashed: what was
    understood once, such as an attendee's line, need not be again."""

    __slots__ = ("_hash",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(pairs)
        self._hash = hash(frozenset(self.items()))

    def __hash__(self) -> int:  # type: ignore[override]  # dict has none
        return self._hash


Line = tuple[str, Parameters, str]
"""Name (upper case), parameters, value (escapes resolved)."""

_QUOTED = r'"[^"\\^%\x00-\x1f\x7f]*"'
_BARE = r'(?:[^\s=";:,\\^%\x00-\x1f\x7f](?:[^=";:,\\^%\x00-\x1f\x7f]*[^\s=";:,\\^%\x00-\x1f\x7f])?)?'
_PARAMETER = re.compile(rf";([A-Z0-9-]+)=({_QUOTED}|{_BARE})")
_UNUSUAL = re.compile(r"\n(?![A-Z][A-Z0-9_.-]*[;:])")
_ESCAPE = re.compile(r"\\([\\,;:nN])")
_HEAD = re.compile(r"\s*([\w.-]+)[ \t]*[;:]")


class Damaged(ValueError):
    """A component that cannot be read; the message is the reason."""


class Grammar:
    """Reads the lines of some properties and passes over all others."""

    def __init__(self, names: Iterable[str], vital: Iterable[str]) -> None:
        """`vital` are those of `names` without which the component must not be read."""
        self.names = frozenset(names)
        self.vital = frozenset(vital)
        wanted = "|".join(sorted(self.names, key=len, reverse=True))
        self._line = re.compile(rf"\n({wanted})(?=[;:])(?:((?:;[A-Z0-9-]+=(?:{_QUOTED}|{_BARE}))*)(:)([^\n]*))?")

    def lines(self, text: str) -> Iterable[Line]:
        """The lines of an unfolded component, each behind a newline. Raises `Damaged` for a vital line that is none."""
        strict = self.strict(text)
        return self.exact(text) if strict is None else strict

    def strict(self, text: str) -> list[Line] | None:
        """The same by two patterns; `None` as soon as anything in the text is not as exporters usually write it."""
        if _UNUSUAL.search(text):
            return None
        found = []
        for name, parameters, colon, value in self._line.findall(text):
            if not colon:
                return None
            found.append((name, _parameters(parameters), _unescaped(value) if "\\" in value else value))
        return found

    def exact(self, text: str) -> Iterator[Line]:
        """The same by icalendar."""
        from icalendar.parser import Contentlines

        for line in Contentlines.from_ical(text):  # type: ignore[no-untyped-call]
            head = _HEAD.match(line)
            name = head[1].upper() if head else ""
            if name not in self.names:
                continue
            try:
                _, parameters, value = line.parts()
            except ValueError as error:
                if name in self.vital:
                    raise Damaged(english("{name} cannot be read", name=name)) from error
                continue
            pairs = ((k.upper(), v if isinstance(v, str) else ",".join(v)) for k, v in parameters.items())
            yield name, Parameters(pairs), value


@lru_cache(maxsize=1 << 14)
def _parameters(text: str) -> Parameters:
    return Parameters((name, value[1:-1] if value[:1] == '"' else value) for name, value in _PARAMETER.findall(text))


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], text)
