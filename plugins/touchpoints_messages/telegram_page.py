"""Telegram Desktop's export as HTML (`messages.html`, `messages2.html` …): what the app exports unless told otherwise.

People are known by their names only, and nothing says which of them is us but the calls we made. Times carry the offset
of the exporting computer; in exports of before 2022 they do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC

import attrs

from touchpoints.asking import asks
from touchpoints.errors import InvalidValue
from touchpoints.handles import fold
from touchpoints.language import english
from touchpoints.model import Coverage, LeftOut
from touchpoints.page import Page
from touchpoints.plugins import Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints_messages.chat import Author, Chat, is_gone, others_in

_PAGE = re.compile(r'class="page_wrap"|class="message (default|service)')
_CALL = re.compile(r"(Outgoing|Incoming|Missed|Cancelled|Declined)(?: \((\d{1,6}) seconds?\))?")


def is_page(head: str) -> bool:
    """Whether a file begins like a page of Telegram's export."""
    if not head.lstrip()[:15].casefold().startswith(("<!doctype html", "<html")):
        return False
    return _PAGE.search(head) is not None and ("css/style.css" in head or "js/script.js" in head)


@attrs.define
class _Message:
    """One message as its page shows it: `call` is the line below a call, `None` for what is none."""

    place: str
    joined: bool = False
    time: str = ""
    author: str = ""
    text: str = ""
    call: str | None = None


class _Page(Page[str, _Message]):
    """The messages of a page. An element's part is told by its classes, and what stands in it belongs to that part."""

    def __init__(self) -> None:
        super().__init__()
        self.title = self.notices = ""
        self._message = _Message("")
        self._before = ""  # the author of the message above

    def begins(self, tag: str, values: dict[str, str]) -> str:
        part = self._within
        message, classes = self._message, set(values.get("class", "").split())
        if "page_header" in classes:
            return "header"
        if part == "header" and "bold" in classes:
            return "title"
        if "message" in classes:
            self._message = _Message(values.get("id", "").removeprefix("message"), "joined" in classes)
            return "notice" if "service" in classes else "message"
        if part == "author":
            return "aside"  # "via @bot"
        if part != "message":
            return part
        if classes & {"forwarded", "reply_to", "reactions"}:
            return "aside"
        if "from_name" in classes:
            return "author"
        if "date" in classes:
            message.time = values.get("title", "")
            return "aside"
        if "media_call" in classes:
            message.call = ""
        elif "status" in classes and message.call is not None:
            return "call"
        return "text" if "text" in classes else part

    @property
    def _within(self) -> str:
        return self.open[-1][1] if self.open else ""

    def ends(self, tag: str, part: str) -> None:
        if part == "notice" != self._within:
            self._before = ""  # below a notice no message goes without its author
        elif part == "message" != self._within:
            message = self._message
            message.author = re.sub(r"\s+via @\w+$", "", " ".join(message.author.split()))
            if message.joined and not message.author:
                message.author = self._before
            self._before = message.author
            self.done.append(message)

    def says(self, part: str, text: str) -> None:
        message = self._message
        if part == "title" and len(self.title) < 200:
            self.title += text
        elif part == "notice" and len(self.notices) < 4000:
            self.notices += text
        elif part == "author" and len(message.author) < 200:
            message.author += text
        elif part == "text" and len(message.text) < 20_000:
            message.text += text
        elif part == "call" and message.call is not None and len(message.call) < 200:
            message.call += text.strip()


def read_page(source: Source, context: Context) -> Iterator[Record]:
    """Messages and calls of one page; raises the question who of its authors is us if none is known to be. A page without
    messages (the list of chats, the settings) gives nothing."""
    page = _Page()
    names: dict[str, bool] = {}  # author: whether a call of theirs was an outgoing one
    for message in page.records(source):
        if message.author and not is_gone(message.author):
            ours = (message.call or "").startswith(("Outgoing", "Cancelled"))
            names[message.author] = names.get(message.author, False) or ours
    if not names:
        return
    title = " ".join(page.title.split())
    authors = {n: Author.named(n, "telegram", context.region, own) for n, own in names.items() if fold(n)}
    called = Author.named(title, "telegram", context.region) if fold(title) else None
    is_group = re.search(r"\b(group|channel)\b", page.notices) is not None
    others = others_in(context, authors.values(), called, is_group)
    chat = Chat(context, "telegram", "telegram", f"name:{title}", authors.values(), others=others)
    dates = context.dates(())
    days = set()
    again = _Page()
    for message in again.records(source):
        if is_gone(message.author):
            yield LeftOut("no other party")
            continue
        author = authors.get(message.author)
        if author is None:
            yield context.skipped(message.place, english("a message without an author"))
            continue
        try:
            when = dates(message.time)
        except InvalidValue as error:
            yield context.skipped(message.place, str(error), message.time)
            continue
        at = context.at(when)
        written = (when.astimezone(UTC) if when.tzinfo else when).isoformat()
        days.add(at.date())
        voice = chat.voice(author)
        call = _CALL.fullmatch(message.call) if message.call is not None else None
        if call is not None:
            ended = "declined" if call[1] == "Declined" else "missed"
            seconds = float(call[2]) if call[2] else None
            yield voice.calls(at, written, "reached" if seconds else ended, duration=seconds)
        elif message.call is not None:
            yield context.skipped(message.place, english("a call whose outcome is not understood"), message.call)
        else:
            yield voice.writes(at, written, asks(message.text.strip()))
    if not again.whole:
        yield context.skipped("end", english("the page breaks off before its end; export it again"))
    if days:
        yield Coverage(min(days), max(days), title)
