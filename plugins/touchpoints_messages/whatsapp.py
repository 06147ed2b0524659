"""WhatsApp's "Export chat": a text in the phone's language, without zone, without a mark of who "me" is.

A header stands before each message, in one form throughout a file: `12.03.24, 09:15 - Name: text` (Android) or
`[12.03.24, 09:15:30] Name: text` (iOS), with the dates, day halves and spaces of the phone's language. Lines without a
header continue the message above. The file is read twice in blocks: once for the authors and the order of day and
month, once for the messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath

from touchpoints.errors import UnreadableSource
from touchpoints.handles import fold
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints_messages.chat import Author, Chat, Voice, others_in, plain
from touchpoints_messages.lines import SIGNAL, Form, blocks, messages, unmarked
from touchpoints_messages.phrases import ENCRYPTED, GROUP, STARTS, call_in, is_notice

MOST_AUTHORS = 5000

_SENTENCE = re.compile(r"(?i)\s(hat|haben|hast|wurden?|changed|created|added|removed|joined|updated)\s|https?$")
_ANDROID = ("null",)
"""How texts start that Android wrote."""
_CHAT_NAME = re.compile(  # WhatsApp Chat mit X, Chat de WhatsApp con X, Conversa do WhatsApp com X, WhatsApp Chat - X …
    r"(?i)^(?=.*WhatsApp)(?:.*?\s(?:mit|with|con|avec|com|met|с контактом|с|z|s|kanssa)\s|[\w ]*WhatsApp[\w -]*?\s?[-:]\s)"
    r"(.+?)(?:\s?\(\d+\))?(?:\.(?:txt|zip))?$"
)
_QUOTES = (('"', '"'), ("„", "“"), ("“", "”"), ("«", "»"), ("‘", "’"))


def _form(source: Source) -> Form | None:
    head = unmarked(source.head_text).lstrip()
    return None if SIGNAL.match(head) else Form.of(head)


class WhatsApp(Importer):
    """Chats of both phones. One chat is one contact, or a group."""

    name = "whatsapp"
    channels = (CHANNELS["whatsapp"], CHANNELS["whatsapp call"], CHANNELS["whatsapp video"])
    export = Text('WhatsApp: open the chat, its menu or name, "Export chat", "Without media".')

    def recognises(self, source: Source) -> bool:
        """A first line with a header, and an author (or the note on encryption) in the first lines."""
        form = _form(source)
        if form is None:
            return False
        head = unmarked(source.head_text)
        return any(not a.startswith("<") for a in form.said.findall("\n" + head)) or ENCRYPTED.search(head) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Messages and calls of one chat; raises `UnreadableSource` with a question if nobody in it is us."""
        form = _form(source)
        if form is None:
            raise UnreadableSource(source.name, english("its first line is no WhatsApp message"))
        chat = _Overview(source, form)
        voices = chat.voices(context)
        if not voices:
            return  # nothing but notices yet
        apart = STARTS if form.bracketed else _ANDROID
        yield from messages(source, form, context, voices, chat.name, apart, _not_written, chat.other, _unsaid)


# -- what the whole file shows ----------------------------------------------------------------------------------


class _Overview:
    """What the whole file shows: who writes, what the chat is called, and whether it is a group."""

    def __init__(self, source: Source, form: Form) -> None:
        self.group = False
        self.title = ""
        self.other: Voice | None = None
        said: set[str] = set()
        marked: set[str] = set()
        for number, block in enumerate(blocks(source)):
            said.update(form.said.findall(block))
            for author, text in form.marked.findall(block) if "\u200e" in block else ():
                if is_notice(text, author):
                    self.group |= GROUP.search(text) is not None
                    if ENCRYPTED.search(text):
                        self.title = author  # iOS since 2024: the chat itself "says" this
                else:
                    marked.add(author)
            if number == 0:
                self.group |= any(map(GROUP.search, form.notices.findall(block)))
            if len(said) + len(marked) > MOST_AUTHORS:
                raise UnreadableSource(
                    source.name, english("more than {most_authors} authors: not a chat", most_authors=MOST_AUTHORS)
                )
        self.names = {a for a in said | marked if not _is_sentence(a)}
        if self.title not in said and (self.group or len(self.names - {self.title}) > 2):
            self.names.discard(self.title)
        self.title = self.title or _title(source.name)
        self.name = plain(self.title)

    def voices(self, context: Context) -> dict[str | None, Voice]:
        """Each author as written → what they say in this chat. Raises the question who "me" is."""
        authors = {raw: Author.named(raw, "whatsapp", context.region) for raw in sorted(self.names)}
        title = Author.named(self.title, "whatsapp", context.region) if fold(self.title) else None
        if not authors:
            return {}
        outside = others_in(context, authors.values(), title, self.group)
        if len(outside) == 1 and not self.group:
            identity = outside[0].handle.value
            self.name = outside[0].name or identity
        else:
            identity = f"group:{fold(self.title)}"
        chat = Chat(context, "whatsapp", "whatsapp", identity, authors.values(), others=outside)
        if len(chat.authors) <= 2 and len(outside) == 1 and not self.group:
            self.other = chat.voice(outside[0])
        return {raw: chat.voice(author) for raw, author in authors.items()}


def _title(name: str) -> str:
    """The chat's name from the file's, or from that of the archive or folder around it."""
    for part in reversed(PurePosixPath(name.replace("\\", "/")).parts):
        if found := _CHAT_NAME.search(part):
            return found[1]
    return ""


def _is_sentence(author: str) -> bool:
    """Whether what stands before a colon is the beginning of a notice: the name of a group may hold colons."""
    if _SENTENCE.search(author):
        return True
    return any((author.count(opens) % 2 if opens == closes else author.count(opens) > author.count(closes))
               for opens, closes in _QUOTES)  # fmt: skip


# -- calls and notices -----------------------------------------------------------------------------------------------


def _not_written(voice: Voice, at: datetime, written: str, text: str) -> Record | str | None:
    """The touchpoint of a call, why it cannot be told, "" for a notice, or `None` if people wrote the text."""
    ours = text.startswith("\u200e")
    if ours and is_notice(text, voice.author.name or ""):
        return ""
    if plain(text) == "null":
        return english(
            "'null' stands for a call or a photo to be seen once: Android says neither which nor how it ended"
        )
    call = call_in(text)
    if call is None or not (call.outcome or call.group):
        return english("a call whose outcome is not understood") if call and ours else None
    if call.group or len(voice.chat.authors) > 2:
        return english("a group call: who joined is not said")
    return voice.calls(
        at, written, call.outcome, video=call.video, duration=call.seconds,
        extra={"rounded": str(call.rounded)} if call.rounded else {},
    )  # fmt: skip


def _unsaid(voice: Voice, at: datetime, written: str, text: str) -> Record | None:
    """The missed call that a notice without an author tells of: of a chat of two, it is the other's."""
    call = call_in(text)
    if call is None or call.outcome != "missed" or call.group:
        return None
    return voice.calls(at, written, "missed", video=call.video)
