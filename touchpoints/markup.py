"""Texts from outside, made harmless for a page; and small tables of them, as notebooks show values."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from html import escape

_INVISIBLE = frozenset("\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}\N{SOFT HYPHEN}")
_LONGEST = 200
"""Characters of a cell."""


class Html(str):
    """HTML that a notebook shows as such."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        """Itself."""
        return str(self)


def plain(text: str) -> str:
    """A text without control characters, marks of direction, invisible spaces and halves of characters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        c for c in text
        if c in "\n\t" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in _INVISIBLE and not _turns(c))
    )  # fmt: skip


def _turns(character: str) -> bool:
    return character in "\u061c\u200e\u200f" or "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in HTML, every text in it escaped; the first cell of a row is its header, several texts in a cell stand
    below each other, `None` is empty."""
    head = "".join(f'<th scope="col">{_cell(h)}</th>' for h in heads)
    body = "".join(
        f'<tr><th scope="row">{_cell(first)}</th>' + "".join(f"<td>{_cell(value)}</td>" for value in rest) + "</tr>"
        for first, *rest in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def paragraph(text: str) -> str:
    """A paragraph in HTML."""
    return f"<p>{_cell(text)}</p>"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "<br>".join(_cell(part) for part in value)
    text = " ".join(plain(str(value)).split())
    return escape(text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…")
