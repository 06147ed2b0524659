"""Address books as tables: one person a row, the columns found by name."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, TypeVar

import attrs

from touchpoints.language import english
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints.table import Header, Table, cell, header_in
from touchpoints_contacts.person import AddressBook, Card

_T = TypeVar("_T")
_YES = frozenset({"1", "true", "wahr", "yes", "ja", "ein", "on", "x"})
_SECRET = frozenset({"private", "privat", "personal", "persönlich", "confidential", "vertraulich"})


@attrs.frozen(slots=True, kw_only=True)
class Columns:
    """Where a format keeps what: regular expressions over plain column names, the preferred first. Of `phones`,
    `emails`, `profiles` and `categories` every filled cell counts, of the others the first."""

    full: Sequence[str] = ()
    given: Sequence[str] = ()
    family: Sequence[str] = ()
    nickname: Sequence[str] = ()
    company: Sequence[str] = ()
    phones: Sequence[str] = ()
    emails: Sequence[str] = ()
    profiles: Sequence[str] = ()
    categories: Sequence[str] = ()
    kind: Sequence[str] = ()
    importance: Sequence[str] = ()
    owner: Sequence[str] = ()
    birthday: Sequence[str] = ()
    anniversary: Sequence[str] = ("jahrestag", "anniversary")
    contract: Sequence[str] = (
        "vertragsende", "vertrag bis", "vertragsverlängerung", "vertragstermin", "contract end( date)?", "contract date",
        "(contract )?renewal date", "contract until",
    )  # fmt: skip
    private: Sequence[str] = ()
    sensitivity: Sequence[str] = ()
    uid: Sequence[str] = ()
    ref: Sequence[str] = ()

    def places(self, header: Header) -> dict[str, list[int]]:
        """The columns of each role in a file."""
        return {
            role: list(dict.fromkeys(n for pattern in patterns for n in header.columns(pattern)))
            for role, patterns in attrs.asdict(self).items()
        }


class Row:
    """One row of a file: its line, and its cells by the role of their columns."""

    def __init__(self, line: int, cells: Sequence[str], header: Header, places: Mapping[str, list[int]]) -> None:
        self.line = line
        self.header = header
        self._cells = cells
        self._places = places

    def every(self, role: str) -> list[str]:
        """The filled cells of a role."""
        return [text for n in self._places[role] if (text := cell(self._cells, n))]

    def first(self, role: str) -> str:
        """The first filled cell of a role; empty if there is none."""
        return next(iter(self.every(role)), "")

    def labelled(self, role: str) -> list[tuple[str, str]]:
        """The filled cells of a role, each with the cell before it."""
        return [(cell(self._cells, n - 1), text) for n in self._places[role] if (text := cell(self._cells, n))]

    def named(self, *names: str) -> str:
        """A cell by plain column names."""
        return cell(self._cells, self.header.column(*names))


_EVENTS = re.compile(
    r"call (outcome|direction|title|type|start time|duration.*|result)|(activity|task|meeting) (date|type|subtype|title|outcome)|"
    r"ticket (id|name|status|subject)|anruf(ergebnis|dauer|richtung|titel)|aktivitätsdatum|aufgabentyp"
)
"""Columns of the calls, tasks and tickets that the same systems export."""


class PeopleTable(Importer):
    """A format of a table with one person a row. A subclass says where it keeps what (`columns`) and how its header
    row is told from others: it has a name of each of `marks`. Where that is not all, it extends `rows` or `card`."""

    columns: Columns
    marks: ClassVar[Sequence[frozenset[str]]] = ()
    foreign: ClassVar[frozenset[str]] = frozenset()
    """Column names of another format that shares the marks."""

    def accepts(self, names: Sequence[str]) -> bool:
        """Whether a header row (its plain names) is of this format."""
        return (
            all(not mark.isdisjoint(names) for mark in self.marks)
            and self.foreign.isdisjoint(names)
            and not any(map(_EVENTS.fullmatch, names))
        )

    def recognises(self, source: Source) -> bool:
        """A table whose header row is of this format."""
        return header_in(source.head_text, self.accepts) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """A record for each row, and the questions the file leaves open."""
        table = Table(source, self.accepts)
        places = self.columns.places(table.header)
        book = AddressBook(
            self.name,
            context,
            (
                text
                for role in ("birthday", "anniversary", "contract")
                for n in places[role][:1]
                for text in table.cells(n)
            ),
        )
        whole = _ends_with_a_line(source)
        for is_last, (line, cells) in _with_last(self.rows(table)):
            if is_last and not whole and len(cells) < len(table.header.names):
                yield context.skipped(line, english("a row that ends early; the file is cut off here"), " ".join(cells))
                continue
            yield from book.entries(self.card(Row(line, cells, table.header, places)))
        yield from book.questions()

    def rows(self, table: Table) -> Iterator[tuple[int, list[str]]]:
        """The rows that are people, with their lines."""
        return table.rows()

    def card(self, row: Row) -> Card:
        """The person of a row, in the file's words."""
        private = row.first("private").casefold() in _YES or row.first("sensitivity").casefold() in _SECRET
        return Card(
            place=row.line,
            left_out="private" if private else "",
            phones=row.every("phones"),
            emails=row.every("emails"),
            profiles=row.every("profiles"),
            categories=[word for text in row.every("categories") for word in _words(text)],
            full=row.first("full"),
            given=row.first("given"),
            family=row.first("family"),
            nickname=row.first("nickname"),
            company=row.first("company"),
            kind=row.first("kind"),
            importance=row.first("importance"),
            owner=row.first("owner"),
            birthday=row.first("birthday"),
            anniversary=row.first("anniversary"),
            contract=row.first("contract"),
            uid=row.first("uid"),
            ref=row.first("ref"),
        )


def _words(text: str) -> list[str]:
    """Categories of a cell; Google joins with `:::` and marks its own groups with a star."""
    return [word for part in re.split(r":::|[;,]", text) if (word := part.strip(' "').removeprefix("*").strip())]


def _with_last(rows: Iterator[_T]) -> Iterator[tuple[bool, _T]]:
    for held in rows:
        for row in rows:
            yield False, held
            held = row
        yield True, held


def _ends_with_a_line(source: Source) -> bool:
    """Whether the file ends behind a whole line, as an export that was not cut off does."""
    with source.open() as stream:
        try:
            stream.seek(-2, io.SEEK_END)
        except (OSError, ValueError):
            return True
        return stream.read(2).strip(b"\0")[-1:] in (b"\n", b"\r")
