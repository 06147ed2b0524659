"""iMazing's export of an iPhone's messages and WhatsApp chats as CSV: one file a chat, or all of them in one.

Each row says whether it came in or went out. Whoever wrote is known by a number or an address; to whom we wrote, by who
else writes in that chat, and where nobody does by the chat's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from touchpoints import handles
from touchpoints.asking import asks
from touchpoints.errors import InvalidValue
from touchpoints.handles import Handle
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, Channel, Coverage, LeftOut, Participant
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key
from touchpoints.source import Source
from touchpoints.table import Table, cell, header_in
from touchpoints_messages.chat import MOST_NAMED, Author

_NAMED = ("chat session", "message date", "type", "sender id", "text")
_DIRECTIONS = {"incoming": "in", "outgoing": "out"}


class IMazingMessages(Importer):
    """SMS, iMessage and WhatsApp from iMazing."""

    name = "imazing-messages"
    channels = (CHANNELS["sms"], CHANNELS["whatsapp"], Channel("imessage", "message"))
    known_only = "always"
    export = Text("In iMazing: choose the iPhone → Messages or WhatsApp → Export to CSV.")

    def recognises(self, source: Source) -> bool:
        """By its columns."""
        return header_in(source.head_text, _accepts) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Each message, and the days they are of; notices are none."""
        table = Table(source, _accepts)
        session, at, kind, sender, name = (
            table.column(n) for n in ("chat session", "message date", "type", "sender id", "sender name")
        )
        service, text = table.column("service"), table.column("text")
        members: dict[str, dict[Handle, str | None]] = {}
        for _, row in table.rows():
            chat = members.setdefault(cell(row, session), {})
            if cell(row, kind).casefold() == "incoming" and (who := _who(cell(row, sender), cell(row, name), context)):
                chat.setdefault(who.handle, who.name)
        dates = context.dates(table.cells(at or 0))
        days: set[date] = set()
        for line, row in table.rows():
            direction = _DIRECTIONS.get(cell(row, kind).casefold())
            if direction is None:
                if cell(row, kind).casefold() != "notification":
                    yield context.skipped(line, english("neither incoming nor outgoing"), cell(row, kind))
                continue
            try:
                when = context.at(dates(cell(row, at)))
            except InvalidValue as error:
                yield context.skipped(line, str(error), cell(row, at))
                continue
            chat = members[cell(row, session)] or _called(cell(row, session), context)
            author = _who(cell(row, sender), cell(row, name), context) if direction == "in" else None
            if direction == "in" and author is None:
                yield LeftOut("hidden number")
                continue
            theirs = [Participant("from", author.handle, author.name)] if author else []
            if len(chat) <= MOST_NAMED:
                theirs += [Participant("to", h, n) for h, n in chat.items() if author is None or h != author.handle]
            channel = {"sms": "sms", "rcs": "sms", "mms": "sms"}.get(cell(row, service).casefold(), "imessage")
            channel = channel if service is not None else "whatsapp"
            thread = " ".join(sorted(handle.value for handle in chat))
            days.add(when.date())
            parts = ("imazing", thread, author.handle.value if author else "", when)
            yield context.touchpoint(
                when, channel, (*theirs, Participant("to" if author else "from", None, own=True)),
                key=content_key(*parts, context.ordinal(*parts)), direction=direction, thread=thread or None,
                expects_reply=asks(cell(row, text)),
            )  # fmt: skip
        if days:
            yield Coverage(min(days), max(days), "messages")


def _accepts(names: Sequence[str]) -> bool:
    return set(_NAMED) <= set(names)


def _who(sender: str, name: str, context: Context) -> Author | None:
    """Who wrote: by address or number, else by the name."""
    known = handles.email(sender) if "@" in sender else context.phone(sender)
    if known is not None:
        return Author(known, name if name != sender else None)
    return Author.named(name or sender, "imazing", context.region) if handles.fold(name or sender) else None


def _called(session: str, context: Context) -> dict[Handle, str | None]:
    """Those a chat is called after, in which only we wrote: `A`, or `A & B`."""
    people = [_who(part, part, context) for part in session.split(" & ") if handles.fold(part)]
    return {who.handle: who.name or None for who in people if who}
