"""Mail: mbox files of any program, single messages and Maildir. Only headers are kept."""

from __future__ import annotations

from touchpoints.plugins import Importer
from touchpoints_mail.companions import MailboxCompanions
from touchpoints_mail.eml import Eml
from touchpoints_mail.emlx import Emlx
from touchpoints_mail.mbox import Mbox
from touchpoints_mail.outlook import OutlookFiles

touchpoints_api = 1


def touchpoints_importers() -> tuple[Importer, ...]:
    """The readers of mail."""
    return Mbox(), Eml(), Emlx(), OutlookFiles(), MailboxCompanions()
