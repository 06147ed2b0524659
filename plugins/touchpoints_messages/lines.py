"""Chats as text: a header of date, time and author before each message, lines without one continuing it.

The form of the headers is found once, in the first line; the order of day and month from all lines. Files are read in
blocks, so memory does not grow with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time

from touchpoints.asking import asks
from touchpoints.language import english
from touchpoints.model import Coverage, Skipped
from touchpoints.plugins import Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints_messages.chat import Voice, plain

BLOCK = 1 << 20
LONGEST = 4 << 20
"""Of a line or a message beyond so many characters the rest is not looked at."""

_EARLY = "오전|오후|上午|下午|午前|午後|凌晨|中午|晚上"
_HALF = r"[ap]\.?\s?m\.?|vorm\.?|nachm\.?|fm|em|d[eu]\.?|[πμ]\.?\s?μ\.?|[صم]"
_AFTERNOON = {"pm", "nachm", "em", "du", "μμ", "م", "오후", "下午", "午後", "中午", "晚上"}
_HEADER = re.compile(
    r"\u200e*(?P<open>\[?)\u200e*(?P<date>\d{1,4}(?P<sep>[./-]\s?)\d{1,2}(?P=sep)\d{1,4})"
    r"(?P<gap>\.?[,،]?\s+(?:(?:klo|kl\.|um|at|à|alle|a las)\s+)?)"
    rf"(?:(?P<early>{_EARLY})\s?)?"
    r"(?P<time>\d{1,2}(?P<colon>[:.])\d{2}(?P<seconds>(?P=colon)\d{2})?)"
    rf"(?P<half>\s?(?:{_HALF}))?(?P<end>\]\s?|\s-\s|:\s|,\s|\s)",
    re.IGNORECASE,
)

SIGNAL = re.compile(r"\[\d{4}-\d\d-\d\d,? \d\d:\d\d\] ")
"""How a header of the Signal exporters looks; WhatsApp writes ISO dates with seconds, or without brackets."""


def unmarked(text: str) -> str:
    """A text without the marks that carry no meaning; U+200E stays: it tells WhatsApp's own words from people's."""
    for mark in "\ufeff\u200f\u202a\u202c":
        if mark in text:
            text = text.replace(mark, "")
    return text


class Form:
    """How the headers of one file look: digits vary, all else is as in its first line. Texts to search need a line feed
    in front. `rows` splits a text at its headers into date, time, author (`None` for a notice without one) and text."""

    def __init__(self, first: re.Match[str]) -> None:
        sep, colon = _literal(first["sep"]), _literal(first["colon"])
        year_first = re.match(r"\d{4}", first["date"])
        day = rf"\d{{4}}{sep}\d\d?{sep}\d\d?" if year_first else rf"\d\d?{sep}\d\d?{sep}\d{{2,4}}"
        clock = rf"\d\d?{colon}\d\d" + (rf"{colon}\d\d" if first["seconds"] else "")
        if first["early"]:
            clock = rf"(?:{_EARLY})[^\S\n]?{clock}"
        if first["half"]:
            clock += rf"[^\S\n]?(?i:{_HALF})"
        start, gap, end = rf"\n\u200e*{re.escape(first['open'])}\u200e?", _literal(first["gap"]), _literal(first["end"])
        author = r"\u200e?([^:\n]{1,100}):[^\S\n]?+"
        self.bracketed = first["open"] == "["
        self.dates = re.compile(f"{start}({day}){gap}{clock}{end}")
        self.rows = re.compile(f"{start}({day}){gap}({clock}){end}(?:{author})?")
        self.said = re.compile(f"{start}{day}{gap}{clock}{end}{author}(?!\u200e)")
        self.marked = re.compile(f"{start}{day}{gap}{clock}{end}{author}(\u200e[^\n]*)")
        self.notices = re.compile(f"{start}{day}{gap}{clock}{end}([^:\n]*)(?=\n|$)")

    @classmethod
    def of(cls, head: str) -> Form | None:
        """The form of a file that begins with `head`; `None` if its first line has no header."""
        first = _HEADER.match(head)
        if not first or (first["open"] == "[") != first["end"].startswith("]"):
            return None
        if first["end"] == ": " and not first["seconds"]:
            return None
        if first["end"].startswith(",") and not first["early"]:
            return None  # so Korean and Chinese phones write, and letters of any kind
        if not first["end"].strip() and not first["gap"].startswith("."):
            return None  # nothing but a space before the author: only known behind a date that ends with a dot
        return cls(first)


def _literal(text: str) -> str:
    """A pattern for exactly this text, any kind of space for a space."""
    return "".join(r"[^\S\n]" if c.isspace() else re.escape(c) for c in text)


def blocks(source: Source) -> Iterator[str]:
    """The text in pieces of whole lines, each with a line feed in front and none behind."""
    with source.text() as stream:
        while text := stream.read(BLOCK):
            if not text.endswith("\n"):
                text += stream.readline(LONGEST)
            yield "\n" + unmarked(text).removesuffix("\n")


def rows_of(source: Source, form: Form) -> Iterator[list[tuple[str, str, str | None, str]]]:
    """The messages, a block's at a time, as (date, time, author, text); the text with all its lines."""
    last: list[tuple[str, str, str | None, str]] = []
    for block in blocks(source):
        parts = form.rows.split(block)
        if last:
            day, clock, author, text = last[0]
            if len(text) < LONGEST:
                last = [(day, clock, author, text + parts[0])]
        rows = last + list(zip(parts[1::4], parts[2::4], parts[3::4], parts[4::4], strict=True))
        last = rows[-1:]
        yield rows[:-1]
    yield last


class Days(dict[str, tuple[date, str]]):
    """Dates as written, each read once: the date and its ISO form. One that is no date raises `ValueError`."""

    def __init__(self, source: Source, form: Form, context: Context) -> None:
        self.order = _order(source, form) or context.date_order
        if self.order is None:
            raise context.undecided_dates()

    def __missing__(self, text: str) -> tuple[date, str]:
        a, b, c = _numbers(text)
        if a >= 1000:
            year, month, day = a, b, c
        elif self.order == "YMD":
            year, month, day = a + 2000, b, c
        else:
            year = c + 2000 if c < 100 else c
            day, month = (a, b) if self.order == "DMY" else (b, a)
        if not 1990 < year < 2200:
            raise ValueError(f"year {year}")
        found = date(year, month, day)
        self[text] = found, found.isoformat()
        return self[text]


def _order(source: Source, form: Form) -> str | None:
    """DMY or MDY as most of the dates with a part above 12 show, ten more than the other way being enough; dotted dates
    of which none shows it are DMY."""
    shown: set[str] = set()
    votes, dotted = 0, True
    for block in blocks(source):
        for text in form.dates.findall(block):
            if text in shown:
                continue
            shown.add(text)
            a, b, _ = _numbers(text)
            if a >= 1000:
                return "YMD"
            votes += (12 < a <= 31 and b <= 12) - (12 < b <= 31 and a <= 12)
            dotted &= "." in text
            if abs(votes) >= 10:
                return "DMY" if votes > 0 else "MDY"
    return "DMY" if votes > 0 or (dotted and not votes) else "MDY" if votes else None


def _numbers(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"\d+", text)]


class Clocks(dict[str, tuple[time, str]]):
    """Times as written, each read once: the local time and its ISO form. One that is no time raises `ValueError`."""

    def __init__(self, context: Context) -> None:
        self.zone = context.zone

    def __missing__(self, text: str) -> tuple[time, str]:
        hour, minute, *second = _numbers(text)
        half = re.sub(r"[\W\d]", "", text).casefold()
        if half and hour <= 12:
            hour = hour % 12 + (12 if half in _AFTERNOON else 0)
        clock = time(hour, minute, second[0] if second else 0, tzinfo=self.zone)
        self[text] = clock, clock.strftime("T%H:%M:%S" if second else "T%H:%M")
        return self[text]


def messages(
    source: Source,
    form: Form,
    context: Context,
    voices: dict[str | None, Voice],
    what: str,
    apart: tuple[str, ...] = (),
    told: Callable[[Voice, datetime, str, str], Record | str | None] | None = None,
    other: Voice | None = None,
    unsaid: Callable[[Voice, datetime, str, str], Record | None] | None = None,
) -> Iterator[Record]:
    """The messages of the authors in `voices` (by name as written), and the span they cover, called `what`.

    Texts that start with one of `apart` are given to `told` first (who, when, as written, text): its record stands for
    the message, a text is the reason why it is skipped, "" leaves it out as a notice, and `None` makes it a message. Notices
    without an author are given to `unsaid`, as said by `other` (the only person outside), if there is one.
    """
    days, clocks, combine = Days(source, form, context), Clocks(context), datetime.combine
    line, counted = 1, 0

    def skipped(number: int, reason: str, raw: str) -> Skipped:
        nonlocal line, counted
        line += sum(1 + row[3].count("\n") for row in rows[counted:number])
        counted = number
        return context.skipped(line, reason, raw)

    for rows in rows_of(source, form):
        for number, (day_, clock_, author, text) in enumerate(rows):
            voice = voices.get(author)
            if voice is None:
                if author is None and other and unsaid:
                    voice = other
                else:
                    continue
            try:
                day, iso = days[day_]
                clock, clock_iso = clocks[clock_]
            except ValueError as error:
                if author is None:
                    continue
                yield skipped(
                    number, english("no such date or time: {error}", error=error), f"{day_}, {clock_}, {author}"
                )
                continue
            at, written = combine(day, clock), iso + clock_iso
            if author is None and unsaid:
                if (call := unsaid(voice, at, written, text)) is not None:
                    yield call
                continue
            if told and text.startswith(apart):
                record = told(voice, at, written, text)
                if record is not None:
                    if record:
                        yield skipped(number, record, plain(text)) if isinstance(record, str) else record
                    continue
            yield voice.writes(at, written, asks(text))
        line += sum(1 + row[3].count("\n") for row in rows[counted:])
        counted = 0
    if days:
        known = [day for day, _ in days.values()]
        yield Coverage(min(known), max(known), what)
