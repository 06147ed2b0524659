"""Single messages: .eml files, text files that hold one, and the files of a Maildir (`cur/1710.M1.host:2,S`).

Recognised by the headers they begin with. What a Maildir notes in the name (T trashed, D draft) is obeyed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from touchpoints.errors import SourceError, UnreadableSource
from touchpoints.language import Text, english
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints_mail.mail import KEPT, MAIL, Mailbox
from touchpoints_mail.mbox import begins_message
from touchpoints_mail.places import folder_of

_NAME = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_PEOPLE = frozenset(b"from to sender received return-path delivered-to message-id mime-version".split())
_USUAL = _PEOPLE | frozenset(
    b"cc bcc date subject reply-to in-reply-to references content-type content-transfer-encoding user-agent x-mailer "
    b"x-mozilla-status x-unsent x-original-to list-id x-received received-spf authentication-results dkim-signature "
    b"arc-seal arc-message-signature arc-authentication-results".split()
)
_FLAGS = re.compile(r"[:;!]2,([A-Za-z]*)$")


class Eml(Importer):
    """Reads files of one message."""

    name = "eml"
    channels = (MAIL,)
    export = Text(
        "Select mails in the mail program and drag or save them as files (.eml) into a folder; of a Maildir give "
        "the whole folder. Outlook: .msg cannot be read, .eml can."
    )

    def recognises(self, source: Source) -> bool:
        """Whether the file begins with at least two usual headers of mail, one of which names people or a journey."""
        try:
            head = source.head
        except SourceError:
            return False
        return not begins_message(head) and begins_with_headers(head)

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """The message, its day as coverage, and whose mail it is if that must be asked."""
        flags = _FLAGS.search(source.path) or _FLAGS.search(source.name)
        mailbox = Mailbox(context, folder_of(source.name), flags[1] if flags else "")
        with source.open() as stream:
            try:
                raw = stream.read(KEPT)
            except Exception as error:  # whatever a damaged archive makes its reader raise
                raise UnreadableSource(
                    source.name, english("breaks off: {error}; export or download it again", error=error)
                ) from error
        yield from mailbox.records(raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"), 1)
        yield from mailbox.closing()


def begins_with_headers(head: bytes) -> bool:
    """Whether a file's beginning is that of a mail. A line that is no header is passed over, as mail programs do, unless
    it is the first."""
    names: set[bytes] = set()
    for line in head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").split(b"\n"):
        if match := _NAME.match(line):
            names.add(match[1].lower())
        elif not line.strip() or not (names or line.startswith(b">From ")):
            break
    # Web pages saved as .mht wear the headers of a mail.
    return len(names & _USUAL) >= 2 and bool(names & _PEOPLE) and b"snapshot-content-location" not in names
