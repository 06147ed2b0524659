"""The texts of imessage-exporter, which copies a Mac's or an iPhone's messages: one file a chat.

A message is a line with its time, a line with its author, its text, and an empty line. Our own are by "Me". Answers stand
a second time, indented, below what they answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from touchpoints.asking import asks
from touchpoints.errors import InvalidValue
from touchpoints.handles import fold
from touchpoints.language import Text, english
from touchpoints.model import Channel, Coverage
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints_messages.chat import ME, Author, Chat, others_in

_HEADER = re.compile(r"([A-Z][a-z]{2} \d{2}, \d{4} {1,2}\d{1,2}:\d{2}:\d{2} [AP]M)(?: \(.{1,200}\))?")
_LONGEST = 20_000


class IMessage(Importer):
    """One chat of imessage-exporter (format txt)."""

    name = "imessage"
    channels = (Channel("imessage", "message"),)
    known_only = "always"
    export = Text("imessage-exporter -f txt; the Messages app itself has no export")

    def recognises(self, source: Source) -> bool:
        """A first line that is nothing but a time in words, and a second one with an author."""
        lines = source.head_text.split("\n", 2)
        return len(lines) > 2 and _HEADER.fullmatch(lines[0].rstrip()) is not None and bool(lines[1].strip())

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Each message, and the days they are of."""
        names = {author: None for _, _, author, _ in _messages(source)}
        authors = {n: Author.named(n, "imessage", context.region, own=fold(n) in ME) for n in names if fold(n)}
        title = PurePosixPath(source.name.replace("\\", "/")).stem
        called = Author.named(title, "imessage", context.region) if fold(title) else None
        others = others_in(context, authors.values(), called, ", " in title)
        identity = " ".join(sorted(a.handle.value for a in authors.values() if not a.own)) or fold(title)
        chat = Chat(context, "imessage", "imessage", identity, authors.values(), others=others)
        dates = context.dates(())
        days = set()
        for line, time, name, text in _messages(source):
            try:
                when = dates(" ".join(time.split()))
            except InvalidValue as error:
                yield context.skipped(line, str(error), time)
                continue
            author = authors.get(name)
            if author is None:
                yield context.skipped(line, english("a message without an author"), time)
                continue
            days.add(when.date())
            yield chat.voice(author).writes(context.at(when), when.isoformat(), asks(text.strip()))
        if days:
            yield Coverage(min(days), max(days), title)


def _messages(source: Source) -> Iterator[tuple[int, str, str, str]]:
    """Line, time, author and text of each message."""
    line, time, author, text, expected = 0, "", "", "", False
    with source.text() as stream:
        for number, raw in enumerate(stream, 1):
            row = raw.rstrip("\r\n")
            found = _HEADER.fullmatch(row)
            if found:
                if time:
                    yield line, time, author, text
                line, time, author, text, expected = number, found[1], "", "", True
            elif expected:
                author, expected = row.strip()[:200], False
            elif len(text) < _LONGEST:
                text += row + "\n"
    if time:
        yield line, time, author, text
