"""Discord, as DiscordChatExporter writes a conversation or a channel: JSON or CSV. The service's own download holds only
what we wrote ourselves.

People carry an id; times have their offset.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import attrs

from touchpoints import handles
from touchpoints.asking import asks
from touchpoints.errors import InvalidValue
from touchpoints.language import Text, english
from touchpoints.model import Channel, Coverage, LeftOut
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key
from touchpoints.source import Source
from touchpoints.table import Table, cell, header_in
from touchpoints.times import Dates, UndecidedOrder
from touchpoints_messages.chat import Author, Chat, others_in
from touchpoints_messages.document import entries, iso, load, string

_COLUMNS = frozenset(("authorid", "author", "date", "content"))
_JSON = re.compile(r'"guild"\s*:\s*\{.*"channel"\s*:\s*\{', re.DOTALL)
_WRITTEN = frozenset(("default", "reply", "", "0", "19"))
"""Types of messages that somebody wrote."""


@attrs.frozen
class _Message:
    place: str
    author: str
    name: str
    time: str
    text: str
    kind: str = ""
    ended: str = ""
    bot: bool = False


class Discord(Importer):
    """One conversation of DiscordChatExporter."""

    name = "discord"
    channels = (Channel("discord", "message"), Channel("discord call", "call"))
    export = Text(
        "Discord: with DiscordChatExporter, format JSON; the service's own download holds only your own messages."
    )

    def recognises(self, source: Source) -> bool:
        """JSON with a guild and a channel, or a table with the exporter's columns."""
        head = source.head_text.lstrip()
        if head.startswith("{"):
            return _JSON.search(head) is not None
        return header_in(head, _COLUMNS.issubset) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Messages and calls; raises the question who of its authors is us."""
        document: dict[str, Any] = {}
        damage = ""
        if source.head_text.lstrip().startswith("{"):
            loaded, damage = load(source)
            document = loaded if isinstance(loaded, dict) else {}
            found = [_entry(message) for message in entries(document.get("messages"))]
        else:
            found = list(_rows(Table(source, _COLUMNS.issubset)))
        channel = document.get("channel")
        channel = channel if isinstance(channel, dict) else {}
        title = string(channel.get("name"))
        authors = {
            m.author: Author(handles.account(m.author, "discord"), m.name or None)
            for m in found
            if m.author and not m.bot and m.kind.casefold() in (*_WRITTEN, "call")
        }
        direct = string(channel.get("type")).startswith("Direct")
        called = Author.named(title, "discord", context.region) if direct and handles.fold(title) else None
        others = others_in(context, authors.values(), called, not direct)
        identity = string(channel.get("id")) or " ".join(sorted(authors))
        chat = Chat(context, "discord", "discord", identity, authors.values(), others=others)
        dates = context.dates(m.time for m in found if "T" not in m.time)
        days: set[date] = set()
        for message in found:
            record = _record(message, authors, chat, context, dates)
            if record is not None and not isinstance(record, LeftOut) and (at := getattr(record, "at", None)):
                days.add(at.date())
            if record is not None:
                yield record
        if days:
            yield Coverage(min(days), max(days), title)
        if damage:
            yield context.skipped("end", damage)


def _record(message: _Message, authors: dict[str, Author], chat: Chat, context: Context, dates: Dates) -> Record | None:
    kind = message.kind.casefold()
    if kind not in _WRITTEN and kind != "call":
        return None  # a notice: somebody joined, the name was changed
    if message.bot:
        return LeftOut("automatic")
    author = authors.get(message.author)
    if author is None:
        return context.skipped(message.place, english("a message without an author"))
    try:
        at = iso(message.time, context) if "T" in message.time else context.at(dates(message.time))
        ended = iso(message.ended, context) if message.ended else None
    except UndecidedOrder:
        raise context.undecided_dates() from None
    except InvalidValue as error:
        return context.skipped(message.place, str(error), message.time)
    key = content_key("discord", message.place) if message.place.isdigit() and len(message.place) > 15 else None
    voice = chat.voice(author)
    if kind == "call":
        seconds = (ended - at).total_seconds() if ended else 0.0
        return voice.calls(at, message.time, "reached" if seconds > 0 else "missed", key=key, duration=seconds or None)
    return voice.writes(at, message.time, asks(message.text), key)


def _entry(message: dict[str, Any]) -> _Message:
    author = message.get("author")
    author = author if isinstance(author, dict) else {}
    return _Message(
        string(message.get("id")), string(author.get("id")), string(author.get("nickname")) or string(author.get("name")),
        string(message.get("timestamp")), string(message.get("content")), string(message.get("type")),
        string(message.get("callEndedTimestamp")), author.get("isBot") is True,
    )  # fmt: skip


def _rows(table: Table) -> Iterator[_Message]:
    columns = [table.column(name) for name in ("authorid", "author", "date", "content")]
    for line, row in table.rows():
        account, name, time, text = (cell(row, column) for column in columns)
        yield _Message(str(line), account, re.sub(r"#0000$", "", name), time, text)
