"""Telegram Desktop's export as JSON (`result.json`): one chat, or the whole account with all chats.

People carry an id (`user123`), messages a number within their chat. Newer exports give the time as a Unix time, older
ones only in the zone of the computer that exported. The account's own id stands in a whole export; in a single personal
chat the chat's id is the other person's. The same export as HTML is read by `telegram_page`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from touchpoints import handles
from touchpoints.asking import asks
from touchpoints.errors import InvalidValue
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, Coverage, LeftOut, Person, Touchpoint
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key
from touchpoints.source import Source
from touchpoints_messages.chat import Author, Chat, who_is_me
from touchpoints_messages.document import entries, instant, iso, load, number, string
from touchpoints_messages.telegram_page import is_page, read_page

_ACCOUNT = re.compile(r'\{\s*"about"\s*:.{0,2000}"personal_information"\s*:\s*\{\s*"user_id"', re.DOTALL)
_CHAT = re.compile(r'"messages"\s*:\s*\[')
_MESSAGE = re.compile(
    r'"(date_unixtime|from_id|actor_id)"\s*:|"type"\s*:\s*"(personal_chat|private_(super)?group|bot_chat)"'
)
_BROADCAST = ("private_channel", "public_channel")
_CALLS = ("phone_call", "conference_call")
"""Service messages about a call; one to which others can be added is a conference call, with fields of its own."""


class Telegram(Importer):
    """Messages and calls of one chat or of all."""

    name = "telegram"
    channels = (CHANNELS["telegram"], CHANNELS["telegram call"])
    export = Text('Telegram Desktop: Settings → Advanced → Export Telegram data → "Machine-readable JSON".')

    def recognises(self, source: Source) -> bool:
        """JSON with the fields of an account, or with messages that have Telegram's names for sender and time; or the HTML of
        the same export."""
        head = source.head_text
        if is_page(head):
            return True
        if not head.lstrip().startswith("{"):
            return False
        return _ACCOUNT.match(head.lstrip()) is not None or (
            _CHAT.search(head) is not None and _MESSAGE.search(head) is not None
        )

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """People of the account's address book, messages and calls; raises `UnreadableSource` for a damaged file, and
        with a question where no author is known to be ours."""
        if is_page(source.head_text):
            yield from read_page(source, context)
            return
        document, damage = load(source)
        document = document if isinstance(document, dict) else {}
        listed = document.get("chats")
        chats = entries(listed.get("list")) if isinstance(listed, dict) else [document]
        ours = _own_ids(document, chats, context)
        if not ours:
            unknown = {a.handle: a for chat in chats if not _names_other(chat) for a in _authors(chat, ours).values()}
            if unknown and not any(context.our_side.owns(a.handle, a.name) for a in unknown.values()):
                raise who_is_me(context, list(unknown.values()))
        yield from _contacts(document, context)
        days = set()
        for chat in chats:
            for record in _read_chat(chat, ours, context):
                if isinstance(record, Touchpoint):
                    days.add(record.at.date())
                yield record
        if days:
            yield Coverage(min(days), max(days), "" if listed else string(document.get("name")))
        if damage:
            yield context.skipped("end", damage)


def _own_ids(document: dict[str, Any], chats: list[dict[str, Any]], context: Context) -> set[str]:
    """The ids of ours: the account's, those under an own name, and in a personal chat everybody but the other one."""
    about = document.get("personal_information")
    ours = {f"user{about['user_id']}"} if isinstance(about, dict) and isinstance(about.get("user_id"), int) else set()
    for chat in chats:
        ids = {_id(m): _name(m) for m in entries(chat.get("messages"))}
        ours |= {i for i, name in ids.items() if name and context.our_side.owns(None, name)}
        if _names_other(chat):
            ours |= ids.keys() - {f"user{chat['id']}"}
    return ours - {""}


def _names_other(chat: dict[str, Any]) -> bool:
    """Whether the chat's id is the other person's: in personal chats, but for old exports, where people are numbers."""
    newer = any(isinstance(m.get("from_id", m.get("actor_id")), str) for m in entries(chat.get("messages")))
    return newer and chat.get("type") == "personal_chat" and isinstance(chat.get("id"), int)


def _id(message: dict[str, Any]) -> str:
    """The author's id; of old exports, where it is a bare number, with `user` in front; "" if there is none."""
    raw = message.get("from_id", message.get("actor_id"))
    return f"user{raw}" if isinstance(raw, int) and not isinstance(raw, bool) else string(raw).strip()


def _name(message: dict[str, Any]) -> str:
    return string(message.get("from", message.get("actor")))


def _author(message: dict[str, Any], ours: set[str]) -> Author | None:
    account, name = _id(message), _name(message)
    if account:
        return Author(handles.account(account, "telegram"), name or None, account in ours)
    return Author.named(name, "telegram", "DE") if name.strip() else None


def _authors(chat: dict[str, Any], ours: set[str]) -> dict[str, Author]:
    """Who writes in a chat, and in a personal one the other person even if they never did."""
    found: dict[str, Author] = {}
    for message in entries(chat.get("messages")):
        author = _author(message, ours)
        if author and (message.get("type") == "message" or message.get("action") in _CALLS):
            found.setdefault(author.handle.value, author)
    if chat.get("type") == "personal_chat" and isinstance(chat.get("id"), int) and all(a.own for a in found.values()):
        other = Author(handles.account(f"user{chat['id']}", "telegram"), string(chat.get("name")) or None)
        found.setdefault(other.handle.value, other)
    return found


def _contacts(document: dict[str, Any], context: Context) -> Iterator[Person]:
    """The synchronised address book of a whole export: it ties an account to a number."""
    listed = document.get("contacts")
    for contact in entries(listed.get("list")) if isinstance(listed, dict) else []:
        name = " ".join(filter(None, (string(contact.get("first_name")), string(contact.get("last_name"))))).strip()
        number_ = context.phone(string(contact.get("phone_number")))
        user = contact.get("user_id")
        known = [number_] if number_ else []
        if isinstance(user, int) and user > 0:
            known.append(handles.account(f"user{user}", "telegram"))
        if name and len(known) == 2:
            yield Person(name, known)


def _read_chat(chat: dict[str, Any], ours: set[str], context: Context) -> Iterator[Record]:
    kind, title = string(chat.get("type")), string(chat.get("name"))
    authors = _authors(chat, ours)
    identity = str(chat["id"]) if isinstance(chat.get("id"), int) else f"name:{title}"
    talk = Chat(context, "telegram", "telegram", identity, authors.values())
    for message in entries(chat.get("messages")):
        call = message.get("type") == "service" and message.get("action") in _CALLS
        if message.get("type") == "unsupported":
            reason = english("Telegram left out what this message was; update Telegram Desktop and export again")
            yield context.skipped(str(message.get("id", "?")), reason)
            continue
        if message.get("type") != "message" and not call:
            continue  # a notice: somebody joined, the picture was changed
        if kind in _BROADCAST or kind == "bot_chat":
            yield LeftOut("newsletter" if kind in _BROADCAST else "automatic")
            continue
        author = _author(message, ours)
        place = str(message.get("id", "?"))
        if author is None:
            yield context.skipped(place, english("a message without an author"))
            continue
        try:
            at, written = _time(message, context)
        except InvalidValue as error:
            yield context.skipped(place, str(error), string(message.get("date")))
            continue
        voice = talk.voice(authors[author.handle.value])
        numbered = isinstance(message.get("id"), int) and isinstance(chat.get("id"), int)
        key = content_key("telegram", identity, message["id"]) if numbered else None
        if call and message.get("is_active") is True:
            reason = english("the call was still going on when the list was made; fetch the list again")
            yield context.skipped(place, reason)
        elif call:
            seconds = number(message.get("duration_seconds"))
            ended = "declined" if message.get("discard_reason") == "busy" else "missed"
            yield voice.calls(at, written, "reached" if seconds else ended, key=key, duration=seconds)
        else:
            yield voice.writes(at, written, asks(_text(message.get("text"))), key)


def _time(message: dict[str, Any], context: Context) -> tuple[datetime, str]:
    """When, and the same as written for the key; raises `InvalidValue`."""
    if "date_unixtime" in message:
        return instant(message["date_unixtime"], context), str(message["date_unixtime"])
    return iso(message.get("date"), context), string(message.get("date"))


def _text(value: Any) -> str:
    """The plain text of a message that is one text, or a list of texts and marked-up pieces."""
    if isinstance(value, list):
        return "".join(string(p.get("text")) if isinstance(p, dict) else string(p) for p in value)
    return string(value)
