"""Exports as HTML pages, read as a stream: an element is looked at when it ends, and what was not asked for is not kept."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Generic, TypeVar

from touchpoints.errors import UnreadableSource
from touchpoints.language import english
from touchpoints.source import Source

_Part = TypeVar("_Part")
_Record = TypeVar("_Record")

BLOCK = 1 << 16
MOST_TAG = 1 << 20
"""Of a tag or a comment more characters are no export's."""
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_NEAR = 50
"""An end tag closes elements at most so many levels up; a stray one closes nothing."""


def fed(source: Source, parser: HTMLParser) -> Iterator[None]:
    """Gives a file to a parser, block by block. Raises `UnreadableSource` for a tag without an end."""
    with source.text() as stream:
        while block := stream.read(BLOCK):
            parser.feed(block)
            if len(parser.rawdata) > MOST_TAG:  # it would be read anew with every block
                raise UnreadableSource(source.name, english("a tag that does not end"), parser.getpos()[0])
            yield
        parser.close()
        yield


class Page(HTMLParser, Generic[_Part, _Record]):
    """A page: `begins` tells what an element is, `ends` what becomes of it, `says` what stands in it. Records go to `done`;
    `whole` says whether the page came to its end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.done: list[_Record] = []
        self.open: list[tuple[str, _Part]] = []
        self.whole = False

    def records(self, source: Source) -> Iterator[_Record]:
        """What `done` gets, as soon as it does; raises `UnreadableSource` as `fed` does."""
        for _ in fed(source, self):
            yield from self.done
            self.done.clear()

    def begins(self, tag: str, values: dict[str, str]) -> _Part:
        """An element begins."""
        raise NotImplementedError

    def ends(self, tag: str, part: _Part) -> None:
        """An element that is no longer open ended."""
        raise NotImplementedError

    def says(self, part: _Part, text: str) -> None:
        """Text that stands in an element."""
        raise NotImplementedError

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The parser met the beginning of an element."""
        if tag not in _VOID:
            self.open.append((tag, self.begins(tag, {name: value or "" for name, value in attrs})))
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        """The parser met an end: all that was left open inside ends, too."""
        self.whole |= tag == "html"
        if any(tag == opened for opened, _ in self.open[-_NEAR:]):
            opened = ""
            while opened != tag:
                opened, part = self.open.pop()
                self.ends(opened, part)

    def handle_data(self, data: str) -> None:
        """The parser met text."""
        if self.open:
            self.says(self.open[-1][1], data)
