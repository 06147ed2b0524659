"""Google Voice in a Takeout: one HTML page for each call, voicemail or conversation.

The times in `title` have an offset; the shown ones are not read. Texts are looked at for a question, not kept. "Me"
marks our own messages. A recording belongs to a call that has a page of its own, and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from html.parser import HTMLParser
from urllib.parse import unquote

from touchpoints import handles, times
from touchpoints.asking import asks
from touchpoints.errors import InvalidValue, UnreadableSource
from touchpoints.handles import Handle
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, LeftOut, Participant
from touchpoints.page import fed
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key
from touchpoints.source import Source
from touchpoints_calls.rows import as_written, covered

_KINDS = {  # label of a call's page: direction, outcome
    "placed": ("out", None), "received": ("in", None), "missed": ("in", "missed"), "voicemail": ("in", "voicemail"),
}  # fmt: skip
_ME = {"me", "ich"}
_EXPORT = Text("Choose “Voice” in Google Takeout and download the archive.")


class GoogleVoice(Importer):
    """Calls, voicemails and texts of a Google Voice number."""

    name = "google-voice"
    channels = (CHANNELS["phone"], CHANNELS["sms"])
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """By the classes of its page."""
        text = source.head_text
        return "<html" in text and ('class="hChatLog hfeed"' in text or 'class="haudio"' in text)

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """The page's call, or its messages, and the days they are of."""
        page = _Page()
        for _ in fed(source, page):
            pass
        if not page.whole and not page.messages:
            raise UnreadableSource(
                source.name, english("the page breaks off before its end; download the archive again")
            )
        if page.is_call:
            return covered(iter((_call(page, context),)))
        return covered(_texts(page, source, context))


class _Message:
    """A message while its page is read: the time as written, who wrote it, and its text."""

    def __init__(self) -> None:
        self.time = self.number = self.name = self.body = ""
        self.own = False


class _Page(HTMLParser):
    """What a page holds, collected by the classes of its elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.is_call = self.whole = False
        self.title = self.time = self.length = self.number = self.name = ""
        self.labels: set[str] = set()
        self.members: list[tuple[str, str]] = []
        self.messages: list[_Message] = []
        self._within = ""  # the class of the part being read: participants, message, contributor
        self._text = ""  # where the text being read belongs

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        kinds = set(values.get("class", "").split())
        message = self.messages[-1] if self.messages else None
        if tag == "title":
            self._text = "title"
        elif "haudio" in kinds:
            self.is_call = True
        elif kinds & {"participants", "contributor"}:
            self._within = min(kinds & {"participants", "contributor"})
        elif "message" in kinds:
            self.messages.append(_Message())
            self._within = "message"
        elif tag == "a" and "tel" in kinds:
            self._number(unquote(values.get("href", "").removeprefix("tel:")), message)
        elif "fn" in kinds:
            self._text = "fn"
        elif tag == "abbr" and "dt" in kinds and message is not None:
            message.time = values.get("title", "")
        elif tag == "abbr" and "published" in kinds:
            self.time = values.get("title", "")
        elif tag == "abbr" and "duration" in kinds:
            self.length = values.get("title", "")
        elif tag == "a" and values.get("rel") == "tag":
            self.labels.add(values.get("href", "").rpartition("#")[2].casefold())
        elif tag == "q":
            self._text = "body"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "span", "abbr", "q"):
            self._text = ""
        self.whole = self.whole or tag == "html"

    def handle_data(self, data: str) -> None:
        message = self.messages[-1] if self.messages else None
        if self._text == "title":
            self.title += data
        elif self._text == "body" and message is not None:
            message.body += data
        elif self._text == "fn":
            name = data.strip()
            if self._within == "message" and message is not None:
                message.name = name
                message.own = name.casefold() in _ME
            elif self._within == "participants" and self.members:
                self.members[-1] = (self.members[-1][0], name)
            elif self._within == "contributor":
                self.name = name

    def _number(self, number: str, message: _Message | None) -> None:
        if self._within == "message" and message is not None:
            message.number = number
        elif self._within == "participants":
            self.members.append((number, ""))
        elif self._within == "contributor":
            self.number = number


def _call(page: _Page, context: Context) -> Record:
    kind = next((k for k in ("voicemail", "missed", "placed", "received") if k in page.labels), None)
    if "recorded" in page.labels:
        return LeftOut("media")
    if kind is None:
        labels = ", ".join(sorted(page.labels))
        return context.skipped(
            1, english("no label says what kind of call it was: {labels}", labels=labels), page.title
        )
    direction, outcome = _KINDS[kind]
    try:
        at = context.dates(())(page.time)
        talked = times.duration(page.length) if page.length else None
    except InvalidValue as error:
        return context.skipped(1, str(error), page.title)
    if at.tzinfo is None:
        return context.skipped(1, english("'{time}' has no zone", time=page.time), page.title)
    digits = "".join(c for c in page.number if c.isdigit())
    return context.call(
        at, caller=page.number if direction == "in" else None, called=page.number if direction == "out" else None,
        direction=direction, outcome=outcome, talked=talked, name=page.name, record=1,
        key=content_key("call", "google-voice", at.astimezone(UTC), digits, kind),
    )  # fmt: skip


def _texts(page: _Page, source: Source, context: Context) -> Iterator[Record]:
    others = _others(page, source, context)
    chat = " ".join(sorted(as_written(handle) for handle in others))
    group = bool(page.members)
    dates = context.dates(())
    for number, message in enumerate(page.messages, 1):
        author = None if message.own else _who(message.number, message.name, context)
        try:
            at = dates(message.time)
        except InvalidValue as error:
            yield context.skipped(number, str(error), message.time)
            continue
        if at.tzinfo is None:
            yield context.skipped(number, english("'{time}' has no zone", time=message.time), message.time)
            continue
        if message.own:
            people = [Participant("to", handle, name) for handle, name in others.items()]
        elif author is None:
            yield LeftOut("hidden number")
            continue
        else:
            people = [Participant("from", author, message.name or None)]
            people += [Participant("to", handle, name) for handle, name in others.items() if group and handle != author]
        instant, wrote = at.astimezone(UTC), "me" if author is None else as_written(author)
        yield context.touchpoint(
            at, "sms", (*people, Participant("from" if message.own else "to", None, own=True)),
            key=content_key("google-voice", chat, wrote, instant, context.ordinal(chat, wrote, instant)),
            direction="out" if message.own else "in", thread=chat, expects_reply=asks(message.body),
        )  # fmt: skip


def _others(page: _Page, source: Source, context: Context) -> dict[Handle, str | None]:
    """The people of a conversation beside us: a group's list, else who writes, else whom the page is named after."""
    named = page.members or [(m.number, m.name) for m in page.messages if not m.own]
    found = {handle: name or None for number, name in named if (handle := _who(number, name, context))}
    if not found:
        called = source.path.rpartition("/")[2].partition(" - ")[0]
        title = " ".join(page.title.split())
        for text in (called, title):
            if re.fullmatch(r"\+?\d{5,}", text) and (handle := context.phone(text)):
                return {handle: None}
        if handles.fold(title) and title.casefold() not in _ME:
            return {handles.name(title, "google-voice"): title}
    return found


def _who(number: str, name: str, context: Context) -> Handle | None:
    handle = context.phone(number)
    if handle is not None and handle.kind == "phone":
        return handle
    return handles.name(name, "google-voice") if handle is None and handles.fold(name) else None
