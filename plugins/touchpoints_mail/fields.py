"""The headers of a message as they really come: folded, repeated, in raw bytes, in broken encoded words.

The standard library's header classes cost six times as much and refuse what mail programs write; here a header block
is one regular expression, and each value is decoded when it is asked for.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from touchpoints import handles
from touchpoints.handles import Handle
from touchpoints.language import english
from touchpoints.times import Dates

Address = tuple[Handle, str | None]
"""Somebody a header names: the address, or the display name where there is only a mail system's internal path; and the
display name, if any."""

# -- a block of headers -----------------------------------------------------------------------------------------

_FIELD = re.compile(rb"^([!-9;-~]++)[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.M)
_WANTED = frozenset(
    b"from sender to cc bcc date received subject message-id in-reply-to references delivered-to x-original-to "
    b"envelope-to reply-to return-path content-type content-transfer-encoding content-disposition auto-submitted "
    b"precedence list-id list-unsubscribe list-post x-csa-complaints x-auto-response-suppress x-autoreply x-autorespond x-auto-reply "
    b"x-autoreply-from x-auto-reply-from x-mail-autoreply x-failed-recipients x-unsent x-gmail-labels x-mozilla-status "
    b"x-mozilla-draft-info x-status".split()
)


class Fields:
    """A message's (or a part's) headers. Lines that are no header are passed over."""

    __slots__ = ("_values",)

    def __init__(self, block: bytes) -> None:
        self._values: dict[bytes, list[bytes]] = {}
        for name, value in _FIELD.findall(block):
            if (key := name.lower()) not in _WANTED:
                continue
            if key in self._values:
                self._values[key].append(value)
            else:
                self._values[key] = [value]

    def __contains__(self, name: bytes) -> bool:
        return name in self._values

    def first(self, name: bytes) -> str:
        """The first header of a name as text, unfolded but with its encoded words; empty if there is none."""
        values = self._values.get(name)
        return _text(values[0]) if values else ""

    def every(self, name: bytes) -> list[str]:
        """All headers of a name, like `first`."""
        return [_text(value) for value in self._values.get(name, ())]


def _text(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    return (" ".join(text.split()) if "\n" in text else text.strip()).replace("\x00", "")


# -- encoded words ----------------------------------------------------------------------------------------------

_WORD = re.compile(r"=\?([\w.:-]+)(?:\*[\w-]*)?\?([bBqQ])\?(.*?)\?=")
MOST_WORDS = 1 << 13
"""Of a text with encoded words this many characters are decoded: no program writes more, and hostile ones would."""
_WORDS = re.compile(r"=\?[\w.:*-]+\?[bBqQ]\?.*?\?=(?:\s*=\?[\w.:*-]+\?[bBqQ]\?.*?\?=)*")


def decoded(text: str) -> str:
    """A header's text with its encoded words decoded, one space between words, without control characters.

    Neighbouring words of one charset are joined as bytes first, since many programs split inside a character. What
    cannot be decoded stays readable: an unknown charset is tried as UTF-8, then Windows-1252.
    """
    if "=?" in text:
        text = _WORDS.sub(_decode_words, text[:MOST_WORDS])
    text = " ".join(text.split())
    return text if text.isprintable() else "".join(c for c in text if c.isprintable())


def _decode_words(run: re.Match[str]) -> str:
    pieces: list[tuple[str, bytes]] = []
    for charset, how, content in _WORD.findall(run[0]):
        raw = content.encode("utf-8", "surrogatepass")
        raw = from_base64(raw) if how in "bB" else binascii.a2b_qp(raw, header=True)
        charset = charset.lower()
        if pieces and pieces[-1][0] == charset:
            pieces[-1] = (charset, pieces[-1][1] + raw)
        else:
            pieces.append((charset, raw))
    return "".join(as_text(raw, charset) for charset, raw in pieces)


def from_base64(raw: bytes) -> bytes:
    """Base64 as far as it goes: foreign characters dropped, missing padding added, a lone last character cut."""
    digits = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def as_text(raw: bytes, charset: str) -> str:
    """Bytes in a charset, where that is wrong or unknown in UTF-8 (even if damaged), else in Windows-1252."""
    try:
        return raw.decode(charset)
    except (LookupError, ValueError):
        text = raw.decode("utf-8", "replace")
        whole = "\ufffd" not in text or any("\x7f" < c != "\ufffd" for c in text)
        return text if whole else raw.decode("cp1252", "replace")


# -- addresses --------------------------------------------------------------------------------------------------

# Lengths are bounded so that no header, however hostile, costs more than linear time.
_PIECE = re.compile(r'(?:"(?:[^"\\]|\\.){0,250}+"|\((?:[^()\\]|\\.){0,250}+\)|<[^<>]{0,500}+>|[^,;"(<]|["(<])++')
_ANGLE = re.compile(r"<([^<>]*)>[^<>]*$")
_BARE = re.compile(r'(?:"[^"@]{1,128}"|[^\s<>"(),;:@]{1,128})@[^\s<>"(),;]+')
_GROUP = re.compile(r'^[^<"@(]*:(?!/)')
_COMMENT = re.compile(r"\(((?:[^()\\]|\\.){0,500}+)\)")
_QUOTED_LOCAL = re.compile(r'^"([^"\s]+)"@')
_INTERNAL = re.compile(r"(?i)imceaex-|/o=")


def addresses(values: Iterable[str]) -> list[Address]:
    """Everybody some headers name, in their order. Groups are their members; what names nobody is left out."""
    return [person for value in values for person in (_people(value) if len(value) < 1000 else _parse(value))]


@lru_cache(maxsize=1 << 13)
def _people(value: str) -> tuple[Address, ...]:
    return _parse(value)


def _parse(value: str) -> tuple[Address, ...]:
    found: list[Address] = []

    def add(address: str, name: str) -> None:
        if person := _person(address, name):
            found.append(person)

    surname = ""  # what stood before an unquoted comma: Muster, Erika <erika@…>
    for piece in _PIECE.findall(value):
        if "@" not in piece and "=?" in piece:
            piece = decoded(piece)  # some programs encode the whole mailbox, brackets included
        if ":" in piece:
            piece = _GROUP.sub("", piece)
        piece = piece.strip()
        if angle := _ANGLE.search(piece):
            before = piece[: angle.start()]
            add(angle[1], f"{surname}, {before}" if surname else before)
            surname = ""
        elif bare := _BARE.findall(piece):
            comment = _COMMENT.search(piece)
            for address in bare:
                add(address, comment[1] if comment and len(bare) == 1 else "")
            surname = ""
        else:
            surname = piece
    return tuple(found)


def _person(address: str, name: str) -> Address | None:
    if name:
        name = decoded(name).replace('"', "")
        if "\\" in name:
            name = re.sub(r"\\(.)", r"\1", name)
        name = name.strip(" '\t,")
    address = address.strip()
    if address.startswith('"'):
        address = _QUOTED_LOCAL.sub(r"\1@", address)
    handle = None if _INTERNAL.match(address) else handles.email(address)
    if not name or "@" in name:
        return (handle, None) if handle else None
    if handle is None and not handles.fold(name):
        return None
    return handle or handles.name(name, "mail"), name


# -- dates ------------------------------------------------------------------------------------------------------

_DATE = re.compile(
    r"(?:[A-Za-z]{3},? *)?(\d{1,2}) +([A-Za-z]{3}) +(\d{4}) +(\d\d):(\d\d)(?::(\d\d))? *([+-]\d{4})(?!\d)"
)
_MONTHS = {m: n for n, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_ZONES = {"CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "WET": 0, "WEST": 1, "BST": 1, "EET": 2, "EEST": 3}
_NAMED_ZONE = re.compile(r"\b(" + "|".join(_ZONES) + r")\b\W*$")
_UTC = re.compile(r"(?i)[+-]0000\b|\b(?:utc?|gmt|z)\b")
_LOCALISED = Dates(())
_CLOCK_SKEW = timedelta(days=1)


def sent_at(fields: Fields) -> datetime | None:
    """When a message was sent: its Date, or the time of its last Received where the Date is missing, unreadable, has
    no zone, lies outside 1990–2035 (clocks that were never set, counters that ran over) or more than a day after that.

    Naive if no header names a zone; `None` if there is neither.
    """
    received = _date(fields.first(b"received").rpartition(";")[2].lstrip())
    for value in fields.every(b"date"):
        at = _date(value)
        if at is None:
            continue
        if at.tzinfo is None or (received is not None and received.tzinfo is not None and at - received > _CLOCK_SKEW):
            return received or at
        return at
    return received


def why_undated(fields: Fields) -> str:
    """Why `sent_at` finds no time, in words that are true of this message."""
    why = english("and there is no Received in its place")
    if received := fields.first(b"received"):
        last = received.rpartition(";")[2].strip()[:60]
        why = english("and its topmost Received has none that is: '{text}'", text=last)
    given = next((value for value in fields.every(b"date") if value), "")
    if not given:
        return english("no Date, {why}", why=why)
    year = re.search(r"\b(\d{4})\b", given)
    if year is not None and not 1990 <= int(year[1]) <= 2035:
        return english("its Date '{text}' lies outside 1990 to 2035, {why}", text=given[:60], why=why)
    return english("its Date '{text}' is not readable, {why}", text=given[:60], why=why)


@lru_cache(maxsize=256)
def _offset(text: str) -> timezone:
    minutes = int(text[1:3]) * 60 + int(text[3:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _date(text: str) -> datetime | None:
    try:
        if (match := _DATE.match(text)) and (month := _MONTHS.get(match[2].lower())):
            day, _, year, hour, minute, second, zone = match.groups()
            at = datetime(int(year), month, int(day), int(hour), int(minute), int(second or 0), tzinfo=_offset(zone))
        else:
            at = _odd_date(text)
        return at if 1990 <= at.year <= 2035 else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _odd_date(text: str) -> datetime:
    """Obsolete zones and orders as the standard library reads them, else a German or English date in words."""
    from email.utils import parsedate_tz

    parts = parsedate_tz(text) or parsedate_tz(re.sub(r"\s*:\s*", ":", re.sub(r"\([^()]{0,100}\)", "", text)))
    if parts is None:
        return _LOCALISED(decoded(text))
    seconds = parts[9]
    if not seconds and not _UTC.search(text):  # 0 also stands for no zone and for one the library does not know
        named = _NAMED_ZONE.search(text)
        seconds = _ZONES[named[1]] * 3600 if named else None
    return datetime(*parts[:6], tzinfo=None if seconds is None else timezone(timedelta(seconds=seconds)))
