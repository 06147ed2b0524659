"""A Slack workspace export: `CHANNEL/2026-07-01.json` with a day's messages, and lists of people and channels beside.

Messages name people by account (`U012AB3CD`); `users.json` says who that is, with their address, and who of them we are.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from touchpoints import handles
from touchpoints.asking import asks
from touchpoints.errors import InvalidValue, UnreadableSource
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, Channel, Coverage, LeftOut, Person
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key
from touchpoints.source import Source
from touchpoints_messages.chat import Author, Chat, who_is_me
from touchpoints_messages.document import entries, instant, load, number, string

_MESSAGE = re.compile(r'"type"\s*:\s*"message"')
_ITS_FIELDS = re.compile(r'"(ts|client_msg_id|subtype)"\s*:\s*"')
_USER = re.compile(r'"id"\s*:\s*"[UW][A-Z0-9]{5,}"')
_LIST = re.compile(
    r'"id"\s*:\s*"[CGDF][A-Z0-9]{5,}"\s*,.{0,400}"(created|creator|members)"\s*:|"change_type"\s*:\s*".{0,200}"',
    re.DOTALL,
)
_LISTS = frozenset(
    f"{name}.json" for name in ("channels", "groups", "dms", "mpims", "integration_logs", "canvases", "lists",
                                "file_conversations", "huddle_transcripts", "users", "org_users")
)  # fmt: skip
_WRITTEN = frozenset(["", "thread_broadcast", "file_share", "me_message", "file_comment"])
"""Subtypes of messages that people wrote; the others tell of joins, topics, pins and the like."""
_LINK = re.compile(r"<[^>|]*\|?([^>]*)>")
_EXPORT = Text("Slack: Tools & settings → Workspace settings → Import/export data → Export.")


class Slack(Importer):
    """A day of a channel, a group or a direct conversation. Bots are left out."""

    name = "slack"
    channels = (CHANNELS["slack"], Channel("slack call", "call"))
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """A JSON list of messages with Slack's stamps."""
        head = source.head_text
        return _is_list(head) and _MESSAGE.search(head) is not None and _ITS_FIELDS.search(head) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Messages and huddles; raises `UnreadableSource` without the list of people, or with a question if none of
        them is us."""
        document, damage = load(source)
        people = _people(_beside(source, "users.json"), context)
        if not people:
            raise UnreadableSource(
                source.name, english("the export's users.json is not there: import the zip as it came")
            )
        if not any(a and a.own for a in people.values()):
            raise who_is_me(context, [a for a in people.values() if a])
        folder = PurePosixPath(source.name).parent.name
        members = _members(source, folder) or [m.get("user") for m in entries(document)]
        chat = Chat(context, "slack", "slack", folder, [a for m in members if (a := people.get(string(m)))])
        days = set()
        for message in entries(document):
            kind, user, stamp = (string(message.get(k)) for k in ("subtype", "user", "ts"))
            if message.get("type") != "message" or kind not in _WRITTEN | {"bot_message", "huddle_thread"}:
                continue  # somebody joined, a topic was set
            if kind == "file_comment" and isinstance(message.get("comment"), dict):
                user = string(message["comment"].get("user"))
            author = people.get(user) or _stranger(message, user)
            if kind == "bot_message" or author is None or (user in people and not people[user]):
                yield LeftOut("automatic")
                continue
            try:
                at = instant(stamp, context)
            except InvalidValue as error:
                yield context.skipped(stamp or "?", str(error))
                continue
            days.add(at.date())
            thread = string(message.get("thread_ts"))
            if kind == "huddle_thread":
                yield _huddle(message, author, people, at, chat.thread, context)
                continue
            yield context.touchpoint(
                at, "slack", chat.participants(author),
                key=content_key("slack", user, stamp), thread=content_key(chat.thread, thread) if thread else chat.thread,
                expects_reply=asks(html.unescape(_LINK.sub(r"\1", string(message.get("text"))))),
            )  # fmt: skip
        if days:
            yield Coverage(min(days), max(days), folder)
        if damage:
            yield context.skipped("end", damage)


class SlackUsers(Importer):
    """The people of a workspace: name, address, number and account. It is read before the messages."""

    name = "slack-users"
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """A JSON list of accounts with profiles."""
        head = source.head_text
        return _is_list(head) and _USER.search(head) is not None and '"profile"' in head

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """People who are not ours; bots are left out."""
        document, damage = load(source)
        for user in entries(document):
            account, author = string(user.get("id")).strip(), _author(user, context)
            if not account or author is None:
                yield LeftOut("automatic")
            elif author.own:
                yield LeftOut("internal")
            else:
                phone = context.phone(string(_profile(user).get("phone")))
                known = [author.handle, *([phone] if phone else []), handles.account(account, "slack")]
                yield Person(author.name or account, dict.fromkeys(known))
        if damage:
            yield context.skipped("end", damage)


class SlackLists(Importer):
    """The other lists of an export (channels, conversations, integrations): they hold no contact."""

    name = "slack-lists"
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """A JSON list of channels, files or changes, or an empty one that lies beside the list of people."""
        head = source.head_text
        if head.strip() == "[]":
            return PurePosixPath(source.path).name in _LISTS and source.sibling("users.json") is not None
        return _is_list(head) and _LIST.search(head[:1500]) is not None and not _MESSAGE.search(head)

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Nothing: the messages look here for who belongs to a conversation."""
        _, damage = load(source)
        if damage:
            yield context.skipped("end", damage)


def _is_list(head: str) -> bool:
    return re.match(r"\s*\[\s*\{", head) is not None


def _beside(source: Source, name: str) -> list[dict[str, Any]]:
    """A list of the export, which lies one folder above the messages."""
    found = source.sibling(f"../{name}") or source.sibling(name)
    if found is None:
        return []
    with found.open() as stream:
        return entries(_parsed(stream.read()))


@lru_cache(maxsize=8)
def _parsed(content: bytes) -> Any:
    """A list of the export; every day of every channel needs the same ones."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _profile(user: dict[str, Any]) -> dict[str, Any]:
    profile = user.get("profile")
    return profile if isinstance(profile, dict) else {}


def _author(user: dict[str, Any], context: Context) -> Author | None:
    """Somebody of the list of people, under their strongest handle; `None` for a bot."""
    if user.get("is_bot") is True or user.get("id") == "USLACKBOT" or not string(user.get("id")).strip():
        return None
    profile = _profile(user)
    names = (profile.get("real_name"), user.get("real_name"), profile.get("display_name"), user.get("name"))
    name = next(filter(None, map(string, names)), None)
    handle = handles.email(string(profile.get("email"))) or handles.account(string(user.get("id")), "slack")
    return Author(handle, name, context.our_side.owns(handle) or context.our_side.owns(None, name))


def _people(users: list[dict[str, Any]], context: Context) -> dict[str, Author | None]:
    return {string(user.get("id")): _author(user, context) for user in users}


def _stranger(message: dict[str, Any], user: str) -> Author | None:
    """Somebody of another workspace, whom the list of people does not name; `None` for a message without a person."""
    if not user or message.get("bot_id"):
        return None
    profile = message.get("user_profile")
    name = string(profile.get("real_name") or profile.get("display_name")) if isinstance(profile, dict) else ""
    return Author(handles.account(user, "slack"), name or None)


def _members(source: Source, folder: str) -> list[Any]:
    """The accounts of the conversation whose messages lie in a folder; [] if no list has it."""
    for name in ("channels.json", "groups.json", "mpims.json", "dms.json"):
        for chat in _beside(source, name):
            if folder in (chat.get("name"), chat.get("id")) and isinstance(chat.get("members"), list):
                return list(chat["members"])
    return []


def _huddle(
    message: dict[str, Any],
    author: Author,
    people: dict[str, Author | None],
    at: datetime,
    thread: str,
    context: Context,
) -> Record:
    """A call inside a conversation, with those who joined."""
    room = message.get("room")
    room = room if isinstance(room, dict) else {}
    listed = room.get("participant_history")
    joined = [p for i in listed if (p := people.get(string(i)))] if isinstance(listed, list) else []
    others = [p for p in joined if p.handle != author.handle]
    start, end = number(room.get("date_start")), number(room.get("date_end"))
    if not others:
        return context.skipped(string(message.get("ts")), english("a huddle without the names of those who joined"))
    return context.touchpoint(
        at, "slack call", (author.as_("caller"), *(p.as_("called") for p in others)),
        key=content_key("slack", "huddle", string(message.get("ts"))), thread=thread,
        duration=end - start if start and end and end > start else None,
    )  # fmt: skip
