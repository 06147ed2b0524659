"""Whether a machine wrote a message: delivery reports, automatic answers, notices."""

from __future__ import annotations

import re

from touchpoints.handles import is_automatic
from touchpoints_mail.body import PERMANENT, READ_REPORT, READ_TEXT
from touchpoints_mail.fields import Address, Fields

_ABSENT = (
    r"(?:automatische (?:antwort|r[üu]ckantwort)|automatic (?:reply|response)|auto[- ]?(?:reply|antwort|response)|"
    r"abwesen(?:d|heit\w*)|out of (?:the )?office)"
)
_AWAY = re.compile(rf"(?i){_ABSENT}")
_ANSWERED = re.compile(rf"(?i){_ABSENT}\s*:|\[{_ABSENT}\]")
"""How automatic answers begin: "Abwesenheitsnotiz: Angebot", "[Auto-Reply] Angebot"."""
_LOTUS = re.compile(r"AUTO: .{0,200}(abwesend|nicht im B[üu]ro|out of (the )?office)")
_UNDELIVERED = re.compile(
    r"(?i)(undeliverable\s*:|undelivered mail|unzustellbar\s*:|nicht zugestellt\s*:|delivery status notification|"
    r"mail delivery (failed|failure|system|subsystem|error|warning)|mail could not be delivered|returned mail\b|"
    r"failure notice$|delayed mail\b|delivery failure notification|permanent delivery failure|"
    r"(ihre )?nachricht (wurde |konnte )?nicht zugestellt|benachrichtigung über den zustell\w*status)"
)
"""How programs of mail servers begin the subject of what could not be delivered (yet)."""
_MARKS = (
    b"x-autoreply",
    b"x-autorespond",
    b"x-auto-reply",
    b"x-autoreply-from",
    b"x-auto-reply-from",
    b"x-mail-autoreply",
)


def is_report(fields: Fields, body: bytes, authors: list[Address]) -> bool:
    """Delivery reports and receipts, also those that another server wrapped in a message of its own, or in words."""
    kind = fields.first(b"content-type").lower()
    if kind.startswith("multipart/report") or b"x-failed-recipients" in fields:
        return True
    if not _by_machine(fields, authors):
        return False
    if kind.startswith("multipart/"):
        return b"message/delivery-status" in body[:READ_REPORT].lower()
    return PERMANENT in body[:READ_TEXT]


def is_machine_made(fields: Fields, authors: list[Address], subject: str) -> bool:
    """No-reply senders, automatic answers, absence notes, notices of mail servers."""
    if _by_machine(fields, authors) or any(mark in fields for mark in _MARKS):
        return True
    submitted = re.match(r"[\w-]*", fields.first(b"auto-submitted").lower())
    if submitted and submitted[0] not in ("", "no"):
        return True
    if fields.first(b"precedence").lower() in ("auto_reply", "auto-reply"):
        return True
    if _ANSWERED.match(subject) or _LOTUS.match(subject) or _UNDELIVERED.match(subject):
        return True
    return b"x-auto-response-suppress" in fields and _AWAY.search(subject) is not None


def says_away(fields: Fields, subject: str) -> bool:
    """Whether an automatic answer, by its header or its subject, may speak of an absence."""
    return fields.first(b"auto-submitted").lower().startswith("auto-replied") or _AWAY.search(subject) is not None


def _by_machine(fields: Fields, authors: list[Address]) -> bool:
    """Whether the sender is a machine: by its address, or by the empty return path that only notices have (RFC 5321)."""
    if fields.first(b"return-path").replace(" ", "") == "<>":
        return True
    return any(handle.kind == "email" and is_automatic(handle.value) for handle, _ in authors)
