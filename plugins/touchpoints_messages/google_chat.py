"""Google Chat in Google Takeout: `Google Chat/Groups/DM …/messages.json`, with the members in `group_info.json` beside.

Times are written in words, in the account's language (German and English are read), and in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from touchpoints import handles
from touchpoints.asking import asks
from touchpoints.errors import InvalidValue, SourceError
from touchpoints.language import Text, english
from touchpoints.model import Channel, Coverage, LeftOut
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key
from touchpoints.source import Source
from touchpoints.times import Dates
from touchpoints_messages.chat import Author, Chat, who_is_me
from touchpoints_messages.document import entries, load, string

_MESSAGE = re.compile(r'"(creator|created_date|topic_id)"\s*:')
_LISTS = re.compile(
    r'^\s*\{\s*(?:"name"\s*:\s*"(?:[^"\\]|\\.){0,500}"\s*,\s*)?"(members|user|membership_info)"\s*:\s*[\[{]'
)
_EMPTY = re.compile(r'^\s*\{\s*"messages"\s*:\s*\[\s*\]\s*\}\s*$')
_UNSENT = re.compile(r'^\s*\{\s*"unsent_messages"\s*:\s*\[')
_NOTICE = {"creator", "created_date", "topic_id", "message_id"}
"""A record with nothing else tells that somebody joined or left."""
_HUMAN = re.compile(r'"user_type"\s*:\s*"')


class GoogleChat(Importer):
    """Messages of a conversation or a space. Bots are left out."""

    name = "google-chat"
    channels = (Channel("google chat", "message"),)
    export = Text("takeout.google.com: select “Google Chat” only.")

    def recognises(self, source: Source) -> bool:
        """JSON with messages that have a creator and a date of creation, an empty conversation or the list of members
        beside, or what was written and not sent."""
        head = source.head_text
        if not head.lstrip().startswith("{"):
            return False
        if '"messages"' in head and len(set(_MESSAGE.findall(head))) >= 2:
            return True
        if _UNSENT.match(head) or (_EMPTY.match(head) and source.sibling("group_info.json") is not None):
            return True
        return _LISTS.match(head) is not None and _HUMAN.search(head) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Messages; raises `UnreadableSource` with a question if nobody in it is us."""
        document, damage = load(source)
        document = document if isinstance(document, dict) else {}
        yield from (LeftOut("draft") for _ in entries(document.get("unsent_messages")))
        messages = [m for m in entries(document.get("messages")) if not m.keys() <= _NOTICE]
        authors = {a.handle: a for m in messages if (a := _author(m.get("creator"), context))}
        for member in _members(source):
            if author := _author(member, context):
                authors.setdefault(author.handle, author)
        if messages and authors and not any(a.own for a in authors.values()):
            raise who_is_me(context, list(authors.values()))
        identity = PurePosixPath(source.name).parent.name
        chat = Chat(context, "google chat", "google-chat", identity, authors.values())
        dates, days = Dates(()), set()
        for number, message in enumerate(messages, 1):
            place = string(message.get("message_id")) or str(number)
            creator = message.get("creator")
            if isinstance(creator, dict) and string(creator.get("user_type")).casefold() == "bot":
                yield LeftOut("automatic")
                continue
            author = _author(creator, context)
            if author is None:
                yield context.skipped(place, english("a message without an author"))
                continue
            try:
                at = context.at(dates(string(message.get("created_date"))))
            except InvalidValue as error:
                yield context.skipped(place, str(error))
                continue
            days.add(at.date())
            topic = string(message.get("topic_id"))
            key = content_key("google-chat", place) if message.get("message_id") else None
            yield context.touchpoint(
                at, "google chat", chat.participants(author), key=key or chat.voice(author).key(at.isoformat()),
                thread=content_key(chat.thread, topic) if topic else chat.thread,
                expects_reply=asks(string(message.get("text"))),
            )  # fmt: skip
        if days:
            yield Coverage(min(days), max(days), identity)
        if damage:
            yield context.skipped("end", damage)


def _author(person: Any, context: Context) -> Author | None:
    """Somebody with an address or a name; `None` for a bot, or nobody."""
    if not isinstance(person, dict) or string(person.get("user_type")).casefold() == "bot":
        return None
    name = string(person.get("name")).strip()[:300] or None
    handle = handles.email(string(person.get("email")))
    if handle is None:
        return Author.named(name, "google-chat", context.region) if name and handles.fold(name) else None
    return Author(handle, name, context.our_side.owns(handle) or context.our_side.owns(None, name))


def _members(source: Source) -> list[dict[str, Any]]:
    beside = source.sibling("group_info.json")
    if beside is None:
        return []
    try:
        document, _ = load(beside)
    except SourceError:
        return []
    return entries(document.get("members")) if isinstance(document, dict) else []
