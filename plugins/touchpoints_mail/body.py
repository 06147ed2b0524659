"""What little of a message's body is looked at: whether it asks for an answer, an invitation, who it never reached, and
until when an automatic answer says somebody is away.

Nothing of it is stored. `body` is the beginning of the message behind its headers.
"""

from __future__ import annotations

import binascii
import itertools
import re
from collections.abc import Iterator
from datetime import date
from html import unescape

from touchpoints import due
from touchpoints_mail.fields import Fields, as_text, from_base64

READ_TEXT = 4096
"""So many bytes of the first text part are read for a question, if it begins within as many."""
READ_REPORT = 1 << 16
"""So many bytes of a delivery report are read for the recipients it failed."""
READ_PARTS = 1 << 18
"""An invitation begins within so many bytes of the body."""

# -- parts ------------------------------------------------------------------------------------------------------

_MOST_HEAD = 4096
"""A part's own headers are no longer than this."""
_EMPTY_LINE = re.compile(rb"\r?\n[ \t]*\r?\n")
_CHARSET = re.compile(r"(?i)charset\s*=\s*\"?([\w.:-]+)")


def text_of(fields: Fields, body: bytes) -> str | None:
    """The beginning of the first plain text, decoded; `None` for a message without one."""
    found = _part(fields, body, b"text/plain", READ_TEXT, READ_TEXT)
    if found is None:
        return None
    content, content_type = found
    charset = _CHARSET.search(content_type)
    return as_text(content, charset[1] if charset else "utf-8")


def absent_until(fields: Fields, body: bytes, subject: str, sent: date) -> date | None:
    """Until when an automatic answer says its sender is away, by its subject and first lines; only this day is kept."""
    text = text_of(fields, body)
    if text is None and (found := _part(fields, body, b"text/html", READ_TEXT, READ_TEXT)):
        charset = _CHARSET.search(found[1])
        page = as_text(found[0], charset[1] if charset else "utf-8")
        text = unescape(_TAG.sub(" ", _UNSEEN.sub(" ", page)))
    lines = [line for line in (text or "").splitlines() if line.strip()][:_FIRST_LINES]
    said = f"{subject}\n" + "\n".join(itertools.takewhile(lambda line: not line.startswith(">"), lines))
    return due.absent_until(said, sent) if _ABSENT.search(said) else None


_FIRST_LINES = 15
"""An automatic answer says within so many lines until when; what follows is mostly what it answers."""
_UNSEEN = re.compile(r"(?is)<(style|script|head)\b.*?</\1>|<!--.*?-->")
_TAG = re.compile(r"(?s)<[^>]*>")
_ABSENT = re.compile(
    r"(?i)abwesen|urlaub|außer haus|ausser haus|nicht (?:im|in|am|da\b|erreichbar|zu erreichen)|elternzeit|dienstreise|"
    r"wieder (?:im|in|da\b|erreichbar)|zurück|\baway\b|out of (?:the )?office|\bleave\b|vacation|holiday|not in the office|"
    r"travell?ing|unavailable|be back|\breturn"
)


def calendar_of(fields: Fields, body: bytes) -> bytes | None:
    """The iCalendar part of an invitation, decoded; `None` for a message without one."""
    own = fields.first(b"content-type").lower()
    # Every program writes this type in small letters; to look for others too would cost each mail as much again.
    if not own.startswith("text/calendar") and not (own.startswith("multipart/") and b"text/calendar" in body):
        return None
    found = _part(fields, body, b"text/calendar", READ_PARTS, len(body))
    return found[0] if found and b"BEGIN:VCALENDAR" in found[0] else None


_TNEF = bytes.fromhex("789F3E22")
_MEETING = re.compile(rb"IPM\.(?:Microsoft )?Schedule\.(?:Meeting|Mtg)")


def packed_meeting(fields: Fields, body: bytes) -> bytes | None:
    """The invitation, its answer or cancellation in Outlook's own packing (winmail.dat); `None` for a message without."""
    own = fields.first(b"content-type").lower()
    if not own.startswith("application/ms-tnef") and not (own.startswith("multipart/") and b"ms-tnef" in body):
        return None
    found = _part(fields, body, b"application/ms-tnef", READ_PARTS, len(body))
    return found[0] if found and found[0].startswith(_TNEF) and _MEETING.search(found[0][: 1 << 15]) else None


def _part(fields: Fields, body: bytes, kind: bytes, within: int, most: int) -> tuple[bytes, str] | None:
    """The first part of a kind that begins `within` the body and is no attachment of text: at most `most` bytes of it,
    decoded, and its Content-Type."""
    own = fields.first(b"content-type").lower()
    if not own.startswith("multipart/"):
        return (_decoded(fields, body[:most]), own) if (own or "text/plain").startswith(kind.decode()) else None
    lowered = body[:within].lower()
    at = lowered.find(kind)
    while at >= 0:
        line = lowered.rfind(b"\n", 0, at) + 1
        if lowered.startswith(b"content-type:", line) and (end := _EMPTY_LINE.search(body, at, at + _MOST_HEAD)):
            above = lowered.rfind(b"\n--", max(line - _MOST_HEAD, 0), line) + 1
            head = lowered.find(b"\n", above) + 1
            part = Fields(body[head : end.start() + 1])
            if kind != b"text/plain" or not part.first(b"content-disposition").lower().startswith("attachment"):
                boundary = body[above : head - 1].rstrip()
                marked = boundary.startswith(b"--") and len(boundary) > 2
                stop = body.find(b"\n" + boundary, end.end(), end.end() + most) if marked else -1
                content = body[end.end() : stop if stop >= 0 else end.end() + most]
                return _decoded(part, content), part.first(b"content-type")
        at = lowered.find(kind, at + 1)
    return None


def _decoded(part: Fields, content: bytes) -> bytes:
    how = part.first(b"content-transfer-encoding").lower()
    if how.startswith("base64"):
        return from_base64(content)
    return binascii.a2b_qp(content) if how.startswith("quoted-printable") else content


# -- a question -------------------------------------------------------------------------------------------------

_QUESTION = re.compile(r"\?[\"'“”»«)\]*]*(?:\s|$)")
_ASKS = (
    "um rückruf", "um rückmeldung", "bitte um rück", "um kurze rück", "um baldige rück", "um antwort",
    "um eine antwort", "um kurze antwort", "um bestätigung", "um kurze info", "um bescheid", "sie mir bescheid",
    "sie uns bescheid", "gib mir bescheid", "kurz bescheid", "rufen sie mich", "rufen sie uns", "ruf mich", "ruf bitte",
    "melden sie sich", "melde dich", "auf ihre rück", "auf ihre antwort", "auf deine rück", "auf deine antwort",
    "auf eure rück", "auf ihren rückruf", "auf deinen rückruf", "lassen sie mich wissen", "lassen sie uns wissen",
    "lass mich wissen", "könnten sie", "können sie bitte", "könntest du", "kannst du bitte", "würden sie bitte", "im voraus",
    "let me know", "let us know", "please advise", "please confirm", "please reply", "please respond", "please call",
    "please get back", "get back to me", "call me back", "give me a call", "could you", "can you please",
    "would you please", "hearing from you", "to your reply", "to your response", "to your feedback", "in advance",
)  # fmt: skip
_CLOSES = re.compile(
    r"\b(danke|dank|thanks|thank you|thx|merci|passt|perfekt|perfect|prima|super|wunderbar|alles klar|in ordnung|"
    r"geht klar|einverstanden|erledigt|verstanden|okay|ok|noted|got it|will do|sounds good|great|cheers)\b"
)
_DENIES = re.compile(r"\b(nicht|kein|keine|leider|aber|not|but|no|unfortunately|don't|can't)\b")
_SHORT = 160
"""A text that only closes a conversation is no longer than this."""
_GREETING = re.compile(
    r"\s*(?:hallo|hi|hey|guten (?:tag|morgen|abend)|sehr geehrte[rs]?|liebe[rs]?|dear|hello|moin|servus|grüß \w+)\b"
    r"[^\n?]{0,45}\n"
)
_END = re.compile(  # where quoted text or the signature begins; a line >From is text that mbox has marked
    r"\n[ \t*]*(?:>(?!from )|-----|_____|--[ \t]*\r?\n|(?:von|from|gesendet|sent):|"
    r"(?:am|on) [^\n]{0,200}?(?:schrieb|wrote)[^:]{0,120}:|"
    r"(?:mit (?:freundlich|best|herzlich|lieb)|(?:viele|freundliche|beste|liebe|herzliche|schöne|sonnige)n? gr[uü]|"
    r"grüße|gruß|hochachtungsvoll|(?:best|kind|warm) regards|regards|best wishes|sincerely|yours )[^\n]{0,40}\n|"
    r"(?:mfg|vg|lg|bg|br|best|cheers)[,.! ]*\r?\n)"
)
_REPLY = re.compile(r"(?i)^\s*((re|aw|wg|fwd?|sv|antw(ort)?|tr|wtr)(\[\d+\])?\s*:)")


def expects_reply(subject: str, text: str | None) -> bool | None:
    """Whether a message asks for an answer: `True` for a question or a request in what the sender wrote, `False` for a
    short text that only thanks or agrees, `None` where neither shows.

    Quoted text, greeting and signature do not count, and a reply's subject is the other side's.
    """
    if not _REPLY.match(subject) and _asks(subject.lower()):
        return True
    if text is None:
        return None
    own = f"\n{text[:READ_TEXT].lower()}\n"
    if end := _END.search(own):
        own = own[: end.start()]
    if greeting := _GREETING.match(own):
        own = own[greeting.end() :]
    own = own.replace("\r", "").replace("\n", " ").strip()
    if _asks(own):
        return True
    return False if len(own) <= _SHORT and _CLOSES.search(own) and not _DENIES.search(own) else None


def _asks(text: str) -> bool:
    return _QUESTION.search(text) is not None or any(phrase in text for phrase in _ASKS)


# -- delivery reports -------------------------------------------------------------------------------------------

_RECIPIENT = re.compile(
    rb"(?im)^(?:final|original)-recipient[ \t]*:(?:[ \t]*[\w-]+[ \t]*;)?[ \t]*<?([^\s<>;]+@[^\s<>;]+)>?"
)
_STATUS = re.compile(rb"(?im)^status[ \t]*:[ \t]*(\d)\.(\d{1,3})\.(\d{1,3})")
_REPLIED = re.compile(rb"(?im)^diagnostic-code[ \t]*:[^\n]{0,200}?\b\d{3}[ -](\d)\.(\d{1,3})\.(\d{1,3})")
"""What the other server answered, in reports without a Status."""


def failed_for_good(fields: Fields, body: bytes) -> Iterator[str]:
    """The addresses a delivery report gives up for good: Status 5 (RFC 3463) except a full mailbox, a message too
    large and refusals of its content or by policy, which say nothing about the person. Without a Status, those that
    X-Failed-Recipients names, or a text in which an address stands above the answer of its server."""
    report = body[:READ_REPORT]
    stated = False
    for block in _EMPTY_LINE.split(report):
        status, recipient = _STATUS.search(block) or _REPLIED.search(block), _RECIPIENT.search(block)
        if status and recipient:
            stated = True
            if _is_final(status):
                yield as_text(recipient[1], "utf-8")
    if stated:
        return
    for value in fields.every(b"x-failed-recipients"):
        yield from (address.strip() for address in value.split(","))
    text = report.partition(PERMANENT)[2]
    for address, answer in _IN_WORDS.findall(text) if b"x-failed-recipients" not in fields else ():
        if (status := _CODE.search(answer)) and _is_final(status):
            yield as_text(address, "utf-8")


PERMANENT = b"This is a permanent error."
"""How Exim, and the mail servers of GMX, WEB.DE and IONOS, begin their reports, the latter without any other mark."""
_IN_WORDS = re.compile(rb"(?m)^[ \t]*\"?<?([^\s<>\"]+@[^\s<>\"]+?)>?\"?:?[ \t]*\r?\n((?:[^\r\n]+\r?\n){1,8})")
_CODE = re.compile(rb"(?<![\d.])(5)\.(\d{1,3})\.(\d{1,3})(?![\d.])")


def _is_final(status: re.Match[bytes]) -> bool:
    code = tuple(int(number) for number in status.groups())
    return code[0] == 5 and code[1] not in (6, 7) and code[1:] not in ((2, 2), (2, 3), (3, 4))
