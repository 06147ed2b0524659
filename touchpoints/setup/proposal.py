"""A proposal: one thing to settle, with its evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from touchpoints.language import Text


@attrs.frozen(slots=True)
class Proposal:
    """One thing to settle. `statement`: what is proposed, as a sentence; `values`: the settings it makes, empty where
    nothing can be proposed; `evidence`: why; `certain`: the exports leave no doubt, so nobody need be asked;
    `options`: other answers; `take`: the settings that a written answer makes (raises `InvalidValue`)."""

    topic: str
    statement: Text
    values: Mapping[str, Any]
    evidence: tuple[Text, ...]
    take: Callable[[str], Mapping[str, Any]] = attrs.field(eq=False, repr=False)
    certain: bool = False
    options: tuple[str, ...] = ()
    items: tuple[tuple[str, Text, Mapping[str, Any]], ...] = ()


def merged(values: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with further ones: lists grow, tables are filled up, anything else is replaced."""
    result = dict(values)
    for name, value in more.items():
        old = result.get(name)
        if isinstance(value, tuple):
            result[name] = tuple(dict.fromkeys((*(old or ()), *value)))
        elif isinstance(value, Mapping):
            result[name] = {**(old or {}), **value}
        else:
            result[name] = value
    return result


def shortened(source: str) -> str:
    """A file's name as evidence names it: without its folders, and a chat by the archive it stands in."""
    parts = source.replace("\\", "/").split("/")
    return parts[-2] if len(parts) > 1 and parts[-1] == "_chat.txt" else parts[-1]
