"""Outlook's own files (.msg, .pst, .ost, a winmail.dat alone): refused by name, with what to do instead."""

from __future__ import annotations

from collections.abc import Iterator

from touchpoints.errors import SourceError, UnreadableSource
from touchpoints.language import Text, english
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source

_COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1")
_TNEF = bytes.fromhex("789F3E22")
_PARTS = tuple(name.encode("utf-16-le") for name in ("__substg1.0_", "__nameid_version1.0", "__properties_version1.0"))


class OutlookFiles(Importer):
    """Messages as Outlook saves them, and its stores: formats of their own that no importer reads."""

    name = "outlook-files"
    export = Text(
        "Outlook: select mails and drag them into a folder as .eml (new Outlook, Mac), or open "
        "the folder in Thunderbird through an IMAP account and give its file."
    )

    def recognises(self, source: Source) -> bool:
        """The signature of a store or of TNEF, or that of a compound file with a message's parts or ending."""
        try:
            head = source.head
        except SourceError:
            return False
        if head.startswith((b"!BDN", _TNEF)):
            return True
        return head.startswith(_COMPOUND) and (
            source.suffix in (".msg", ".oft") or any(part in head for part in _PARTS)
        )

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Raises `UnreadableSource`."""
        if source.head.startswith(b"!BDN"):
            raise UnreadableSource(
                source.name,
                english(
                    "a store of Outlook (.pst, .ost), which is not read; export its mails as .eml or mbox, its calendar as .ics"
                ),
            )
        if source.head.startswith(_TNEF):
            raise UnreadableSource(
                source.name,
                english(
                    "an attachment of Outlook (winmail.dat) without its mail, which alone says who wrote to whom; give the mail"
                ),
            )
        raise UnreadableSource(
            source.name, english("a message in Outlook's own format (.msg), which is not read; save it as .eml")
        )
