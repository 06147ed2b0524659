"""Facebook Messenger's and Instagram's "Download your information" as JSON: `messages/inbox/…/message_1.json`.

Every text in it is UTF-8 that was taken for Latin-1 and written again. The newer download of encrypted chats has other
names for the same things. The HTML download is read by `meta_page`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from touchpoints.asking import asks
from touchpoints.errors import InvalidValue
from touchpoints.handles import fold
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, Channel, Coverage, LeftOut
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints_messages.chat import Author, Chat, is_gone, who_is_me
from touchpoints_messages.document import entries, instant, load, number, string
from touchpoints_messages.meta_page import is_page, read_page

_EXPORT = Text("Facebook/Instagram: Accounts Centre → Download your information → Messages, format JSON.")
_NAMES = re.compile(r'"(sender_name|senderName)"\s*:')
_TIMES = re.compile(r'"(timestamp_ms|timestamp)"\s*:\s*\d')
_INSTAGRAM = re.compile(r"(?i)(^|/)(your_instagram_activity/|instagram-[^/]*\.zip)")
_NOTHING = frozenset(["subscribe", "unsubscribe"])
"""Types of entries that nobody wrote: somebody joined or left."""


class Facebook(Importer):
    """One file of a chat; `message_2.json` and so on hold the older messages."""

    name = "facebook"
    channels = (
        *(CHANNELS[c] for c in ("facebook", "facebook call", "facebook video", "instagram")),
        Channel("instagram call", "call"),
        Channel("instagram video", "video"),
    )
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """JSON with messages by sender name and time in milliseconds, or the HTML of the same download."""
        head = source.head_text
        if head.lstrip().startswith("{"):
            return '"messages"' in head and _NAMES.search(head) is not None and _TIMES.search(head) is not None
        return is_page(head)

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Messages and calls; raises `UnreadableSource` with a question if nobody in it is us."""
        channel = "instagram" if _INSTAGRAM.search(source.name) else "facebook"
        if is_page(source.head_text):
            yield from read_page(source, channel, context)
            return
        document, damage = load(source)
        document = document if isinstance(document, dict) else {}
        yield from _read(document, channel, context)
        if damage:
            yield context.skipped("end", damage)


def _repaired(value: Any) -> str:
    """A text of the download: UTF-8 that was taken for Latin-1, made right where it is that."""
    text = string(value)
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _sender(message: dict[str, Any]) -> str:
    return _repaired(message.get("sender_name", message.get("senderName")))


def _read(document: dict[str, Any], channel: str, context: Context) -> Iterator[Record]:
    messages = entries(document.get("messages"))
    listed = document.get("participants")
    names = [_repaired(p.get("name") if isinstance(p, dict) else p) for p in listed] if isinstance(listed, list) else []
    authors = {
        n: Author.named(n, channel, context.region)
        for n in (*names, *map(_sender, messages))
        if fold(n) and not is_gone(n)
    }
    outside = [a for a in authors.values() if not context.our_side.owns(a.handle, a.name)]
    title = _repaired(document.get("title", document.get("threadName")))
    if authors and len(outside) == len(authors):
        raise who_is_me(context, outside, Author.named(title, channel, context.region) if fold(title) else None)
    path = string(document.get("thread_path"))
    thread = path.rpartition("/")[2] or " & ".join(sorted(fold(n) for n in authors))
    # Author and millisecond tell messages apart without the chat, which a cut or an encrypted download does not name.
    chat = Chat(context, channel, "meta", "", authors.values(), thread)
    days = set()
    for message in reversed(messages):
        name, written = _sender(message), str(message.get("timestamp_ms", message.get("timestamp")))
        if not fold(name):
            yield context.skipped(written, english("a message without a sender"))
            continue
        try:
            at = instant(written, context, 1000)
        except InvalidValue as error:
            yield context.skipped(written, str(error))
            continue
        kind = string(message.get("type")).casefold()
        if kind in _NOTHING:
            continue
        if path.startswith("filtered_threads"):
            yield LeftOut("automatic")  # what Facebook took for spam
            continue
        days.add(at.date())
        if is_gone(name):
            yield LeftOut("no other party")
            continue
        voice = chat.voice(authors[name])
        text = _repaired(message.get("content", message.get("text")))
        if kind == "call" or "call_duration" in message:
            seconds = None if message.get("missed") else number(message.get("call_duration"))
            video = "video" in text.casefold()
            yield voice.calls(at, written, "reached" if seconds else "missed", video=video, duration=seconds)
        else:
            yield voice.writes(at, written, asks(text))
    if days:
        yield Coverage(min(days), max(days), title)
