"""Messenger's and Instagram's download as HTML (`message_1.html`): what the services offer unless JSON is chosen.

The names of the classes change from year to year, the structure does not: a message is an element that begins with who
wrote it and ends with when, and the messages of a page are equally deep in it. Times are in the language of the account,
local, without a zone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import attrs

from touchpoints.asking import asks
from touchpoints.errors import InvalidValue, UnreadableSource
from touchpoints.handles import fold
from touchpoints.language import english
from touchpoints.model import Coverage, LeftOut
from touchpoints.page import Page
from touchpoints.plugins import Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints.times import ENGLISH, UndecidedOrder, months_of
from touchpoints_messages.chat import Author, Chat, is_gone, others_in

_PAGE = re.compile(r'(?i)<div[^>]*>\s*(Participants|Teilnehmer\w*|Teilnehmende): |_a6-g|class="pam _3-95')
_MEMBERS = re.compile(r"(?:Participants|Teilnehmer\w*|Teilnehmende): (.{1,2000})", re.DOTALL)
_AND = re.compile(r", | and | und ")
_CHAT = re.compile(r"(?i)(^|[/\\])message(_\d+)?\.html?$")
_TIME = re.compile(r"(?=.*\d{4})(?=.*\d{1,2}[:.]\d{2})[^\n]{8,60}")
"""How the last part of a message looks: a year and a time of day, short."""
_WORD = re.compile(r"[^\W\d_]+\.?")
_HALVES = frozenset(("a", "p", "m", "am", "pm"))
_BETWEEN = frozenset("at um de del of à om alle às kl den v uhr ore".split())
_LONGEST_NAME = 200
_KEPT = 4000
"""So many characters of an element are looked at."""


def is_page(head: str) -> bool:
    """Whether a file begins like a page of the download."""
    return head.lstrip()[:15].casefold().startswith(("<!doctype html", "<html")) and _PAGE.search(head) is not None


@attrs.define
class _Element:
    """An element while it is read: its text, how many parts it has, the first and the last of them, and the text between."""

    text: str = ""
    parts: int = 0
    first: str = ""
    last: str = ""
    body: str = ""


@attrs.frozen
class _Message:
    depth: int
    line: int
    author: str
    text: str
    time: str


class _Page(Page[_Element, _Message]):
    """The elements of a page that may be messages."""

    def __init__(self) -> None:
        super().__init__()
        self.title = self.members = ""

    def begins(self, tag: str, values: dict[str, str]) -> _Element:
        return _Element()

    def says(self, part: _Element, text: str) -> None:
        if len(part.text) < _KEPT:
            part.text += text

    def ends(self, tag: str, part: _Element) -> None:
        text = part.text.strip()
        if tag in ("title", "h1") and not self.title:
            self.title = " ".join(text.split())[:200]
        if members := _MEMBERS.fullmatch(text):
            self.members = self.members or members[1]
        if part.parts >= 2 and len(part.first) <= _LONGEST_NAME and _TIME.fullmatch(part.last):
            author = " ".join(part.first.split()) if part.parts > 2 else ""  # of a deleted account the name is missing
            self.done.append(_Message(len(self.open), self.getpos()[0], author, part.body, part.last))
        if self.open and tag not in ("ul", "script", "style"):  # a list holds who reacted
            outer = self.open[-1][1]
            if outer.parts == 0:
                outer.first = text
            elif outer.parts > 1 and len(outer.body) < _KEPT:
                outer.body = f"{outer.body} {outer.last}".strip()
            outer.parts, outer.last = outer.parts + 1, text
            if len(outer.text) < _KEPT:
                outer.text = f"{outer.text} {text}"


def read_page(source: Source, channel: str, context: Context) -> Iterator[Record]:
    """The messages of one page. Raises the question who of its authors is us, and `UnreadableSource` for dates whose month
    cannot be told. A page of the download that holds no chat gives nothing."""
    if not _CHAT.search(source.name) and not re.search(r"(Participants|Teilnehm\w+): ", source.head_text):
        return
    page = _Page()
    depths: Counter[int] = Counter()
    names: dict[tuple[int, str], None] = {}
    times: dict[tuple[int, str], None] = {}
    for message in page.records(source):
        depths[message.depth] += bool(message.author)
        names[message.depth, message.author] = None
        times[message.depth, message.time] = None
    if not depths.total():
        return
    depth = min(depths, key=lambda d: (-depths[d], d))
    authors = {
        name: Author.named(name, channel, context.region)
        for at_, name in names
        if at_ == depth and fold(name) and not is_gone(name)
    }
    called = Author.named(page.title, channel, context.region) if fold(page.title) else None
    others = others_in(context, authors.values(), called, len(_AND.split(page.members)) > 2)
    read_time = _Times([text for at_, text in times if at_ == depth], context)
    chat = Chat(context, channel, "meta", f"page:{page.title}", authors.values(), others=others)
    days = set()
    again = _Page()
    for message in again.records(source):
        if message.depth != depth:
            continue
        if is_gone(message.author):
            yield LeftOut("no other party")
            continue
        author = authors.get(message.author)
        if author is None:
            yield context.skipped(message.line, english("a message without a sender"))
            continue
        try:
            at, written = read_time(message.time)
        except InvalidValue as error:
            yield context.skipped(message.line, str(error), message.time)
            continue
        days.add(at.date())
        yield chat.voice(author).writes(at, written, asks(message.text.strip()))
    if not again.whole:
        yield context.skipped("end", english("the page breaks off before its end; export it again"))
    if days:
        yield Coverage(min(days), max(days), page.title)


class _Times:
    """The times of a page, whatever the language of the account calls the months.

    Raises `UnreadableSource` if that cannot be told: `lis` is October in Croatian and November in Polish.
    """

    def __init__(self, texts: list[str], context: Context) -> None:
        self._context = context
        self._dates = context.dates(texts)
        unknown: dict[str, None] = {}
        for text in texts:
            try:
                self._dates(text)
            except UndecidedOrder:
                raise context.undecided_dates() from None
            except InvalidValue:
                unknown.update(dict.fromkeys(_words(text)))
        months = months_of(unknown)
        if unknown and not months:
            raise UnreadableSource(
                context.source,
                english(
                    "the language of its dates cannot be told ({words}); download it again, format JSON",
                    words=", ".join(list(unknown)[:12]),
                ),
            )
        self._months = {word: ENGLISH[number - 1] for word, number in months.items()}

    def __call__(self, text: str) -> tuple[datetime, str]:
        """When, and the same as written for the key; raises `InvalidValue`."""
        try:
            when = self._dates(text)
        except InvalidValue:
            when = self._dates(_WORD.sub(self._in_english, text))
        return self._context.at(when), when.isoformat()

    def _in_english(self, word: re.Match[str]) -> str:
        bare = word[0].rstrip(".").casefold()
        return "" if bare in _BETWEEN else self._months.get(bare, word[0])


def _words(text: str) -> list[str]:
    """The words of a time that may be its month."""
    words = (word.rstrip(".").casefold() for word in _WORD.findall(text))
    return [word for word in words if word not in _BETWEEN and word not in _HALVES]
