"""What mail programs keep beside their mailboxes: indexes, rules, and the files of folders that hold no mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from touchpoints.language import Text
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source

_MORK = b"// <!-- <mdb:mork:"
_NAMES = re.compile(
    r"(?i)msgfilterrules\.dat|popstate\.dat|filterlog\.html|dovecot[.-].+|dovecot|courierimap\w+|maildirfolder|maildirsize|"
    r"table_of_contents"
)


class MailboxCompanions(Importer):
    """What Thunderbird (`.msf`, filter rules), Dovecot, Courier and Apple Mail keep beside mailboxes: no contact."""

    name = "mailbox-companions"
    export = Text("Nothing to export: these files come along with a folder of mail.")

    def recognises(self, source: Source) -> bool:
        """An index, by its beginning; a file of a mail program's, by its name; an empty one beside its index."""
        name = PurePosixPath(source.path).name
        if source.head.startswith(_MORK) or _NAMES.fullmatch(name):
            return True
        return not source.head and source.sibling(f"{name}.msf") is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Nothing."""
        return iter(())
