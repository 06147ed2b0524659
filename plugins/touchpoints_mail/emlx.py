"""Apple Mail's own files (`17.emlx`): the number of bytes, the message, and a property list with its flags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from touchpoints.errors import SourceError, UnreadableSource
from touchpoints.language import Text, english
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints_mail.eml import begins_with_headers
from touchpoints_mail.mail import KEPT, MAIL, Mailbox
from touchpoints_mail.places import folder_of

_COUNT = re.compile(rb"\s*(\d{1,12})[ \t]*\r?\n")
_FLAGS = re.compile(rb"<key>flags</key>\s*<integer>(\d{1,19})</integer>")
_DELETED, _DRAFT = 1 << 1, 1 << 6
_LIST = 1 << 16
"""The property list behind a message is shorter than this."""


class Emlx(Importer):
    """Reads the files in Apple Mail's folders, also `.partial.emlx`, whose attachments lie beside."""

    name = "emlx"
    channels = (MAIL,)
    export = Text("Apple Mail: select the mailbox, “Export Mailbox”; or copy the folders below ~/Library/Mail.")

    def recognises(self, source: Source) -> bool:
        """A line with a number, and the headers of a mail behind it."""
        try:
            count = _COUNT.match(source.head)
        except SourceError:
            return False
        return count is not None and begins_with_headers(source.head[count.end() :])

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """The message, its day as coverage, and whose mail it is if that must be asked."""
        with source.open() as stream:
            try:
                text = stream.read(KEPT)
                count = _COUNT.match(text)
                if count is None:
                    raise UnreadableSource(source.name, english("does not begin with the length of its message"))
                end = count.end() + int(count[1])
                behind = text[end:]
                if end > len(text):  # a large attachment: its bytes are passed over
                    _pass(stream, end - len(text))
                behind += stream.read(_LIST)
            except SourceError:
                raise
            except Exception as error:  # whatever a damaged archive makes its reader raise
                raise UnreadableSource(
                    source.name, english("breaks off: {error}; export or download it again", error=error)
                ) from error
        flags = int(found[1]) if (found := _FLAGS.search(behind)) else 0
        letters = ("T" if flags & _DELETED else "") + ("D" if flags & _DRAFT else "")
        mailbox = Mailbox(context, folder_of(source.name), letters)
        yield from mailbox.records(text[count.end() : end].lstrip(b"\r\n"), 1)
        yield from mailbox.closing()


def _pass(stream: BinaryIO, many: int) -> None:
    """Reads and forgets so many bytes."""
    while many > 0 and (block := stream.read(min(many, 1 << 20))):
        many -= len(block)
