"""Teams chats: messages as Microsoft Graph gives them (pages, lists, or one a line), and the personal Teams' and Skype's
`messages.json`.

A work account has no export of its own; an administrator's or a tool's export has Graph's shape. Times are UTC.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from touchpoints import handles, times
from touchpoints.asking import asks
from touchpoints.errors import InvalidValue
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, Coverage, LeftOut, Skipped, Touchpoint
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key
from touchpoints.source import Source
from touchpoints_messages.chat import Author, Chat, who_is_me
from touchpoints_messages.document import LARGEST, entries, iso, load, number, string

_TAG = re.compile(r"<[^>]*>")
_QUOTE = re.compile(r"(?is)<(blockquote|quote)\b.*?</\1>")
_PAIR = re.compile(r"19:([0-9a-f-]{36})_([0-9a-f-]{36})@unq")
_PERSONAL = re.compile(r'^\s*\{\s*"userId"\s*:\s*"\d+:.{0,300}"conversations"\s*:', re.DOTALL)
_PART_LIST = re.compile(r'<partlist[^>]*type="(\w+)"')
_SECONDS = re.compile(r"<duration>([\d.]+)</duration>")
_EXPORT = Text(
    "Teams (personal): Microsoft account → privacy → export chat history; work account: ask the administrator."
)


class Teams(Importer):
    """Messages and calls of chats and channels in Graph's shape."""

    name = "teams"
    channels = (CHANNELS["teams"], CHANNELS["teams call"])
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """JSON with Graph's names for a message's kind and time."""
        head = source.head_text
        return head.lstrip()[:1] in ("{", "[") and '"messageType"' in head and '"createdDateTime"' in head

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Messages and calls; raises `UnreadableSource` for a damaged file, and with a question if nobody is us."""
        messages, damaged = _graph(source, context)
        authors = {a.handle.value: a for m in messages if (a := _person(m.get("from"), context))}
        if authors and not any(a.own for a in authors.values()):
            raise who_is_me(context, list(authors.values()))
        members: dict[str, dict[str, Author]] = {}
        for message in messages:
            here = members.setdefault(_chat(message), {})
            pair = _PAIR.match(_chat(message))
            for account in pair.groups() if pair else ():
                here.setdefault(account, authors.get(account) or Author(handles.account(account, "teams")))
            if author := _person(message.get("from"), context):
                here[author.handle.value] = author
        chats = {i: Chat(context, "teams", "teams", i, here.values()) for i, here in members.items()}
        days = set()
        for place, message in enumerate(messages, 1):
            try:
                record = _record(message, chats[_chat(message)], context)
            except InvalidValue as error:
                record = context.skipped(string(message.get("id")) or place, str(error))
            if isinstance(record, Touchpoint):
                days.add(record.at.date())
            if record is not None:
                yield record
        if days:
            yield Coverage(min(days), max(days))
        yield from damaged


class TeamsPersonal(Importer):
    """The chat history of a personal account, which Skype had before it in the same shape."""

    name = "teams-personal"
    channels = (CHANNELS["teams"], CHANNELS["teams call"])
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """JSON with an own account and conversations."""
        return _PERSONAL.match(source.head_text) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Messages and calls; the file says which account is ours."""
        document, damage = load(source)
        document = document if isinstance(document, dict) else {}
        me = string(document.get("userId"))
        days = set()
        for talk in entries(document.get("conversations")):
            for record in _conversation(talk, me, context):
                if isinstance(record, Touchpoint):
                    days.add(record.at.date())
                yield record
        if days:
            yield Coverage(min(days), max(days))
        if damage:
            yield context.skipped("end", damage)


def _words(content: str) -> str:
    """The plain text of a message, without what it quotes."""
    return html.unescape(_TAG.sub(" ", _QUOTE.sub(" ", content)))


# -- Graph ------------------------------------------------------------------------------------------------------


def _graph(source: Source, context: Context) -> tuple[list[dict[str, Any]], list[Skipped]]:
    """The messages of pages, lists or lines, each once, and what is damaged."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    damaged = []

    def collect(value: Any) -> None:
        for entry in entries(value if isinstance(value, list) else [value]):
            if isinstance(entry.get("value"), list):
                collect(entry["value"])
            elif "messageType" in entry:
                found[_chat(entry), string(entry.get("id")) or str(len(found))] = entry

    with source.text() as stream:
        first, second = stream.readline(LARGEST), stream.readline(LARGEST)
    if first.strip()[:1] == "{" and first.strip()[-1:] == "}" and second.strip():
        with source.text() as stream:
            for number_, line in enumerate(stream, 1):
                try:
                    collect(json.loads(line) if line.strip() else None)
                except (ValueError, RecursionError) as error:
                    damaged.append(context.skipped(number_, english("not readable as JSON: {error}", error=error)))
    else:
        document, damage = load(source)
        collect(document)
        damaged += [context.skipped("end", damage)] if damage else []
    return list(found.values()), damaged


def _chat(message: dict[str, Any]) -> str:
    channel = message.get("channelIdentity")
    return string(message.get("chatId")) or (string(channel.get("channelId")) if isinstance(channel, dict) else "")


def _person(value: Any, context: Context) -> Author | None:
    """The user of an identity set; `None` for an application, or nobody."""
    user = value.get("user") if isinstance(value, dict) else None
    if not isinstance(user, dict) or not string(user.get("id")):
        return None
    name = string(user.get("displayName")) or None
    return Author(handles.account(string(user["id"]), "teams"), name, context.our_side.owns(None, name))


def _record(message: dict[str, Any], chat: Chat, context: Context) -> Record | None:
    """A message or a call that ended; `None` for a notice. Raises `InvalidValue` for a time or duration that is none."""
    event = message.get("eventDetail")
    if isinstance(event, dict) and "callEnded" in string(event.get("@odata.type")):
        return _call(message, event, chat, context)
    if message.get("messageType") != "message":
        return None
    author = _person(message.get("from"), context)
    if author is None:
        return LeftOut("automatic")
    body = message.get("body")
    number_, thread = string(message.get("id")), chat.identity
    if not message.get("chatId"):  # a post in a channel, or a reply to one
        thread += f"/{string(message.get('replyToId')) or number_}"
    return context.touchpoint(
        iso(message.get("createdDateTime"), context), "teams", chat.participants(author),
        key=content_key("teams", chat.identity, number_),
        revision=(string(message.get("lastModifiedDateTime")),), thread=thread, subject=string(message.get("subject")) or None,
        expects_reply=asks(_words(string(body.get("content")) if isinstance(body, dict) else "")),
    )  # fmt: skip


def _call(message: dict[str, Any], event: dict[str, Any], chat: Chat, context: Context) -> Record:
    """A call of those who joined it; one that nobody but the caller joined was missed."""
    caller = _person(event.get("initiator"), context)
    if caller is None:
        return context.skipped(string(message.get("id")), english("a call without a caller"))
    listed = [_person(p.get("participant"), context) for p in entries(event.get("callParticipants"))]
    joined = [p for p in listed if p and p.handle != caller.handle]
    called = joined or [a for a in chat.authors if a.handle != caller.handle]
    ended = iso(message.get("createdDateTime"), context)
    seconds = times.duration(re.sub(r"[.,]\d+S$", "S", string(event.get("callDuration")))) if joined else None
    return context.touchpoint(
        ended - timedelta(seconds=seconds or 0), "teams call",
        (caller.as_("caller"), *(p.as_("called") for p in called)),
        key=content_key("teams", chat.identity, string(message.get("id"))),
        outcome="reached" if joined else "missed", duration=seconds or None, thread=chat.identity,
    )  # fmt: skip


# -- personal accounts ------------------------------------------------------------------------------------------


def _account(raw: str) -> str:
    """An account without the address of the service in front."""
    return raw.rpartition("/")[2]


def _conversation(talk: dict[str, Any], me: str, context: Context) -> Iterator[Record]:
    identity, title = _account(string(talk.get("id"))), string(talk.get("displayName"))
    messages = entries(talk.get("MessageList"))
    names = {_account(string(m.get("from"))): string(m.get("displayName")) for m in messages}
    if not identity.startswith("19:"):
        names = {**names, identity: names.get(identity) or title}
    people = {
        a: Author(handles.account(a, "teams"), name or None, a == me)
        for a, name in {**_joined(talk), **names}.items()
        if a
    }
    chat = Chat(context, "teams", "teams", identity, people.values())
    for message in reversed(messages):
        kind, sender = string(message.get("messagetype")), _account(string(message.get("from")))
        place = str(message.get("id", "?"))
        content = string(message.get("content"))
        call = _PART_LIST.search(content) if kind == "Event/Call" else None
        if not kind.startswith(("Text", "RichText")) and not (call and call[1] in ("ended", "missed")):
            continue  # somebody joined, a call began
        if not sender:
            yield context.skipped(place, english("a message without a sender"))
            continue
        try:
            at = iso(message.get("originalarrivaltime"), context)
        except InvalidValue as error:
            yield context.skipped(place, str(error))
            continue
        voice, key = chat.voice(people[sender]), content_key("teams", identity, string(message.get("id")))
        if call:
            seconds = max((number(s) or 0 for s in _SECONDS.findall(content)), default=0)
            reached = bool(seconds) and call[1] == "ended"
            yield voice.calls(
                at - timedelta(seconds=seconds if reached else 0), "", "reached" if reached else "missed", key=key,
                duration=seconds if reached else None,
            )  # fmt: skip
        else:
            yield voice.writes(at, "", asks(_words(content)), key)


def _joined(talk: dict[str, Any]) -> dict[str, str]:
    """The members a conversation lists: their accounts, as JSON inside a text."""
    properties = talk.get("threadProperties")
    text = string(properties.get("members")) if isinstance(properties, dict) else ""
    try:
        listed = json.loads(text or "[]")
    except ValueError:
        return {}
    return {_account(m): "" for m in listed if isinstance(m, str)} if isinstance(listed, list) else {}
