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

from touchpoints import times
from touchpoints.errors import InvalidValue, UnreadableSource
from touchpoints.handles import fold
from touchpoints.model import CHANNELS
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints_messages.chat import Author, Chat, Voice, plain, who_is_me
from touchpoints_messages.lines import SIGNAL, Form, blocks, messages, unmarked

MOST_AUTHORS = 5000

_ENCRYPTED = re.compile(r"(?i)ende-zu-ende|end-to-end|extremo a extremo|bout en bout|ponta a ponta")
_NOTICE = re.compile(
    r"(?i)ende-zu-ende|end-to-end|sicherheitsnummer|security code|\b(die|der|dieser?) gruppe|\b(this|the|created) group"
    r"|gruppen(bild|name|info|besch|link)|group['’]s|hinzugefügt|\badded\b|entfernt|\bremoved\b|beigetreten|\bjoined\b"
    r"|\bleft\b|\badmins?\b|selbstlöschende|disappearing|message timer|blockiert|\bblocked\b|angeheftet|\bpinned\b"
    r"|ist (jetzt )?(in deinen|ein) kontakt|is a contact|unternehmenskonto|business account|telefonnummer|phone number"
    r"|\b(betreff|subject)\b|\bcommunity\b"
)
_GROUP = re.compile(r"(?i)\bgruppe\b|gruppen(bild|name|besch)|\bgroup\b|hinzugefügt|\badded\b|beigetreten|\bjoined\b")
_SENTENCE = re.compile(r"(?i)\s(hat|haben|hast|wurden?|changed|created|added|removed|joined|updated)\s|https?$")
_CALL = re.compile(
    r"(?i)(?P<missed>(missed|verpasster) )?(?P<kind>(voice|video) call|(sprach|video)anruf)(\.|,|$)\s*(?P<what>.*)",
    re.DOTALL,
)
_GROUP_CALL = re.compile(
    r"(?i)(.* )?(hat einen (gruppen|video|sprach)?-?anruf gestartet|started a (voice |video |group )?call)\.?"
)
_OUTCOMES = {
    "keine antwort": "missed", "nicht angenommen": "missed", "no answer": "missed", "unanswered": "missed",
    "abgelehnt": "declined", "declined": "declined",
    "beendet": "reached", "ended": "reached", "auf anderem gerät angenommen": "reached",
    "answered on other device": "reached", "answered on another device": "reached",
}  # fmt: skip
_ANDROID = ("null",)
_IOS = ("\u200e", "Sprachanruf", "Videoanruf", "Verpasster ", "Voice call", "Video call", "Missed ")
"""How texts start that people did not write."""
_CHAT_NAME = re.compile(
    r"(?i)WhatsApp[- ]Chat\s?(?:(?:mit|with|con|avec|com|met)\s|-\s?)(.+?)(?:\s?\(\d+\))?(?:\.(?:txt|zip))?$"
)


def _form(source: Source) -> Form | None:
    head = unmarked(source.head_text).lstrip()
    return None if SIGNAL.match(head) else Form.of(head)


class WhatsApp(Importer):
    """Chats of both phones. One chat is one contact, or a group."""

    name = "whatsapp"
    channels = (CHANNELS["whatsapp"], CHANNELS["whatsapp call"], CHANNELS["whatsapp video"])
    export = {  # noqa: RUF012  # never changed
        "de": "WhatsApp: Chat öffnen, Menü bzw. Name antippen, „Chat exportieren“, „Ohne Medien“.",
        "en": 'WhatsApp: open the chat, its menu or name, "Export chat", "Without media".',
    }

    def recognises(self, source: Source) -> bool:
        """A first line with a header, and an author (or the note on encryption) in the first lines."""
        form = _form(source)
        if form is None:
            return False
        head = unmarked(source.head_text)
        return any(not a.startswith("<") for a in form.said.findall("\n" + head)) or _ENCRYPTED.search(head) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Messages and calls of one chat; raises `UnreadableSource` with a question if nobody in it is us."""
        form = _form(source)
        if form is None:
            raise UnreadableSource(source.name, "its first line is no WhatsApp message")
        chat = _Overview(source, form)
        voices = chat.voices(context)
        apart = _IOS if form.bracketed else _ANDROID
        if not voices:
            return  # nothing but notices yet
        yield from messages(source, form, context, voices, chat.name, apart, _not_written)


# -- what the whole file shows ----------------------------------------------------------------------------------


class _Overview:
    """What the whole file shows: who writes, what the chat is called, and whether it is a group."""

    def __init__(self, source: Source, form: Form) -> None:
        self.group = False
        self.title = ""
        said: set[str] = set()
        marked: set[str] = set()
        for number, block in enumerate(blocks(source)):
            said.update(form.said.findall(block))
            for author, text in form.marked.findall(block) if "\u200e" in block else ():
                if _is_notice(text):
                    self.group |= _GROUP.search(text) is not None
                    if _ENCRYPTED.search(text):
                        self.title = author  # iOS since 2024: the chat itself "says" this
                else:
                    marked.add(author)
            if number == 0:
                self.group |= any(map(_GROUP.search, form.notices.findall(block)))
            if len(said) + len(marked) > MOST_AUTHORS:
                raise UnreadableSource(source.name, f"more than {MOST_AUTHORS} authors: not a chat")
        self.names = {a for a in said | marked if not _SENTENCE.search(a)}
        if self.title not in said and (self.group or len(self.names - {self.title}) > 2):
            self.names.discard(self.title)
        self.title = self.title or _title(source.name)
        self.name = plain(self.title)

    def voices(self, context: Context) -> dict[str | None, Voice]:
        """Each author as written → what they say in this chat. Raises the question who "me" is."""
        authors = {raw: Author.named(raw, "whatsapp", context.region) for raw in sorted(self.names)}
        outside = list({a.handle: a for a in authors.values() if not context.our_side.owns(a.handle, a.name)}.values())
        title = Author.named(self.title, "whatsapp", context.region) if fold(self.title) else None
        if not authors:
            return {}
        nobody_is_ours = len(outside) == len({a.handle for a in authors.values()})
        # A chat is called after the other person: if only they wrote, it is known who that is once we have a name.
        only_theirs = len(outside) == 1 and title and title.handle == outside[0].handle and context.colleagues
        if nobody_is_ours and not only_theirs:
            raise who_is_me(context, outside, title)
        if not outside and title and not self.group and not context.our_side.owns(title.handle):
            outside = [title]  # only we wrote so far
        if len(outside) == 1 and not self.group:
            identity = outside[0].handle.value
            self.name = outside[0].name or identity
        else:
            identity = f"group:{fold(self.title)}"
        chat = Chat(context, "whatsapp", "whatsapp", identity, [*authors.values(), *outside])
        return {raw: chat.voice(author) for raw, author in authors.items()}


def _title(name: str) -> str:
    """The chat's name from the file's, or from that of the archive or folder around it."""
    for part in reversed(PurePosixPath(name.replace("\\", "/")).parts):
        if found := _CHAT_NAME.search(part):
            return found[1]
    return ""


def _is_notice(text: str) -> bool:
    """Whether a text that starts with WhatsApp's mark is a notice: no call, no attachment, no deleted message."""
    words = plain(text)
    return not words.startswith("<") and not _CALL.match(words) and _NOTICE.search(words) is not None


# -- calls and notices -----------------------------------------------------------------------------------------------


def _not_written(voice: Voice, at: datetime, written: str, text: str) -> Record | str | None:
    """The touchpoint of a call, why it cannot be told, "" for a notice, or `None` if people wrote the text."""
    if text.startswith("\u200e") and _is_notice(text):
        return ""
    words = plain(text)
    if words == "null":
        return "Android writes 'null' for a call: neither its kind nor its outcome is known"
    if _GROUP_CALL.fullmatch(words):
        return "a group call: who joined is not said"
    call = _CALL.fullmatch(words)
    if not call:
        return None
    what = call["what"].casefold().rstrip(".")
    seconds, rounded = None, {}
    outcome = "missed" if call["missed"] else _OUTCOMES.get(what)
    if outcome is None:
        try:
            seconds = times.duration(re.split(r"\s*[•·]", what)[0])
        except InvalidValue:
            seconds = None
        if seconds is None:
            return "a call whose outcome is not understood" if text.startswith("\u200e") else None
        outcome = "reached"
        if not re.search(r"\d\s*se[ck]", what):
            rounded = {"rounded": "60" if re.search(r"\d\s*m", what) else "3600"}
    if len(voice.chat.authors) > 2:
        return "a group call: who joined is not said"
    video = call["kind"].casefold().startswith("video")
    return voice.calls(at, written, outcome, video=video, duration=seconds, extra=rounded)
