"""Mailboxes in one file (mbox): of Thunderbird, Apple Mail, Google Takeout, Unix programs.

A message begins with a line `From `, a sender and a time, and behind it the first header; the time in it is not
trusted. Text that only looks so is written `>From ` by most programs; where one does not, the missing header behind it
tells, or a Content-Length behind which the next message begins. Where nothing or only a sender follows `From `, an empty
line must stand before it and a usual header behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from touchpoints.errors import SourceError, UnreadableSource
from touchpoints.language import Text, english
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints_mail.mail import KEPT, MAIL, Mailbox
from touchpoints_mail.places import folder_of

BLOCK = 1 << 18
_AHEAD = 4096
"""A separator and the name of the header behind it are shorter than this."""

_TIMED = re.compile(rb"From [^\n]{0,500}?\d\d?:\d\d[^\n]{0,100}?\d{4}[^\n]{0,100}\n(?=>?From |[!-9;-~]{1,100}[ \t]*:)")
_BARE = re.compile(
    rb"From [^\s]{0,500}[ \t]*\r?\n(?=(?i:X-[\w-]+|Return-Path|Received|Delivered-To|Date|From|To|Cc|Bcc|Fcc|Subject|"
    rb"Message-Id|Mime-Version|Content-[\w-]+|DKIM-Signature|ARC-[\w-]+|Authentication-Results|Reply-To|References|"
    rb"In-Reply-To|Sender|User-Agent|List-[\w-]+)[ \t]*:)"
)
_HEAD = 1 << 16
"""A message's headers are looked at for its length within so many bytes."""
_HEAD_END = re.compile(rb"\n\r?\n")
_LENGTH = re.compile(rb"(?m)^Content-Length:[ \t]*(\d{1,9})[ \t]*\r?$")
_NEXT = re.compile(rb"(?:\r?\n)*")
MOST_AHEAD = 1 << 24
"""A Content-Length is believed if another message, or nothing, follows where it says, no further ahead than this."""


class Mbox(Importer):
    """Reads mbox files; the memory it needs does not grow with them."""

    name = "mbox"
    channels = (MAIL,)
    export = Text(
        "Thunderbird: copy the files Inbox and Sent (without .msf) below Mail or ImapMail in the profile folder. "
        "Apple Mail: select the mailbox, “Export Mailbox”. Gmail: takeout.google.com, “Mail” only."
    )

    def recognises(self, source: Source) -> bool:
        """Whether the file begins with the line that begins a message."""
        try:
            return begins_message(source.head)
        except SourceError:
            return False

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """The messages in the order of the file, then its coverage, then whose mail it is if that must be asked."""
        mailbox = Mailbox(context, folder_of(source.name))
        with source.open() as stream:
            for line, raw in messages(stream, source.name):
                yield from mailbox.records(raw, line)
        yield from mailbox.closing()


def begins_message(head: bytes) -> bool:
    """Whether a file's beginning is that of an mbox."""
    return _separator(b"\n\n" + head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"), 2) is not None


def _separator(text: bytes, at: int) -> re.Match[bytes] | None:
    """The separating line that begins at a position behind a line's end, if it is one."""
    if found := _TIMED.match(text, at):
        return found
    return _BARE.match(text, at) if text.endswith((b"\n\n", b"\n\r\n"), 0, at) else None


def messages(stream: BinaryIO, name: str = "") -> Iterator[tuple[int, bytes]]:
    """Each message as (number of its separating line, its first `KEPT` bytes), read in blocks.

    Raises `UnreadableSource` where the stream breaks off (a damaged archive).
    """
    text, kept = b"\n\n", b""  # read but not given away, behind the two bytes before it; of the open message
    line, begun, size = 1, 0, 0  # of the first byte in `text` behind those two; the open message's separator and bytes
    ended = False

    def more() -> bytes:
        try:
            block = stream.read(BLOCK)
        except Exception as error:  # whatever a damaged archive makes its reader raise
            raise UnreadableSource(
                name, english("breaks off: {error}; export or download it again", error=error), begun or None
            ) from error
        return block.removeprefix(b"\xef\xbb\xbf") if line == 1 and len(text) == 2 else block

    while not ended:
        block = more()
        ended = not block
        text += block
        ready = len(text) if ended else len(text) - _AHEAD  # a separator that begins behind it may not be whole
        done = 2
        at = text.find(b"\nFrom ", 1)
        while 0 <= at < ready:
            if separator := _separator(text, at + 1):
                end = done + _declared(kept[:_HEAD] + text[done : min(at + 1, done + _HEAD)]) - size if begun else 0
                if at < end - 1 < at + MOST_AHEAD:  # by its own length the open message goes on
                    while not ended and len(text) < end + _AHEAD:
                        block = more()
                        ended = not block
                        text += block
                    ready = len(text) if ended else len(text) - _AHEAD
                    if _ends_message(text, end):
                        at = text.find(b"\nFrom ", end - 1)
                        continue
                if begun:
                    yield begun, kept + text[done : min(at + 1, done + KEPT - len(kept))]
                line += text.count(b"\n", done, at + 1)
                begun, kept, size, done = line, b"", 0, separator.end()
                line += 1
            at = text.find(b"\nFrom ", at + 1)
        if ended:
            break
        ready = max(done, ready)
        kept += text[done : min(ready, done + KEPT - len(kept))]
        size += ready - done
        line += text.count(b"\n", done, ready)
        text = text[ready - 2 :]
    if not begun:
        raise UnreadableSource(name, english("no message begins in this file"))
    yield begun, kept + text[done : done + KEPT - len(kept)]


def _ends_message(text: bytes, end: int) -> bool:
    """Whether a message may end at a position: another one, or nothing, follows behind empty lines."""
    if end > len(text) or not (behind := _NEXT.match(text, end)):
        return False
    return behind.end() == len(text) or _separator(text, behind.end()) is not None


def _declared(message: bytes) -> int:
    """How many bytes a message has by its Content-Length (mboxcl, mboxcl2), headers included; 0 where it says nothing."""
    if b"Content-Length:" not in message or not (head := _HEAD_END.search(message)):
        return 0
    length = _LENGTH.search(message, 0, head.end())
    return head.end() + int(length[1]) if length else 0
