"""Which messages count, and what of them is kept: the rules common to every format of mail."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from touchpoints.errors import SourceError
from touchpoints.handles import Handle, company_domain, email, is_automatic
from touchpoints.language import english
from touchpoints.model import Absence, Channel, Coverage, LeftOut, Participant, Question
from touchpoints.plugins import Record
from touchpoints.reading import Context, content_key, either
from touchpoints_mail import tnef
from touchpoints_mail.body import absent_until, calendar_of, expects_reply, failed_for_good, packed_meeting, text_of
from touchpoints_mail.fields import Address, Fields, addresses, decoded, sent_at, why_undated
from touchpoints_mail.machine import is_machine_made, is_report, says_away
from touchpoints_mail.places import labels, meaning

MAIL = Channel("mail", "email")
KEPT = 1 << 19
"""So many bytes of a message are looked at; what an attachment adds behind them is passed over."""
MOST_SUBJECT = 200

# -- a file of messages -----------------------------------------------------------------------------------------


class Mailbox:
    """One file while its messages are read: what its folder means, and what shows only over all of them.

    `flags` are the letters of a Maildir name (T trashed, D draft).
    """

    def __init__(self, context: Context, folder: str = "", flags: str = "") -> None:
        self.context = context
        self.folder = "draft" if "D" in flags else "bin" if "T" in flags else meaning(folder)
        ours = context.our_side
        self.no_address_known = not ours.domains and not any(
            h.kind == "email" for c in ours.colleagues for h in c.handles
        )
        self._lines, self._sent_from, self._delivered_to, self._named = _Tally(), _Tally(), _Tally(), _Tally()
        self._span: tuple[date, date] | None = None

    def records(self, raw: bytes, place: int) -> Iterator[Record]:
        """What one message gives; `raw` is its beginning (at most `KEPT` bytes), `place` its line in the file."""
        head, body, whole = _divided(raw)
        if not whole:
            yield self.context.skipped(place, english("the file ends within the headers of this mail"), _shown(head))
            return
        fields = Fields(head)
        kept_in = self._kept_in(fields)
        if kept_in in ("draft", "bin"):
            yield LeftOut("draft" if kept_in == "draft" else "automatic")
            return
        authors = self._authors(fields)
        at = sent_at(fields)
        if at is not None:
            self._covers(at)
        if is_report(fields, body, authors):
            bounced = list(self._bounced(fields, body, at)) if at is not None else []
            yield from bounced or (LeftOut("automatic"),)
        elif self._is_bulk(fields, authors):
            yield LeftOut("newsletter")
        elif invitation := self._invitation(fields, body, place):
            yield from invitation
        elif is_machine_made(fields, authors, subject := decoded(fields.first(b"subject"))):
            if at is not None and authors and (absence := self._absence(fields, body, authors[0][0], subject, at)):
                yield absence
            yield LeftOut("automatic")
        elif not authors or at is None:
            reason = why_undated(fields) if authors else english("no sender")
            yield self.context.skipped(place, reason, _shown(head))
        else:
            yield self._touchpoint(fields, body, authors, subject, at, sent=kept_in == "sent")

    def closing(self) -> Iterator[Record]:
        """What shows when every message was read: the days covered, and the question whose mail it is."""
        if self._span:
            yield Coverage(*self._span, next(iter(self._lines.most_common()), ""))
        likely = self._sent_from.most_common()
        why = english("Mail in the Sent folder comes from it.")
        if not likely and self.no_address_known:
            likely = self._delivered_to.most_common() or self._named.most_common()
            why = english("No own address is known, so all mail counts as incoming.")
        if likely:
            yield Question(
                english("Is {likely} yours? {why}", likely=likely[0], why=why),
                likely,
                either(f'me = ["{likely[0]}"]', f"--me {likely[0]}"),
            )

    # -- what a message is ------------------------------------------------------------------------------------

    def _kept_in(self, fields: Fields) -> str | None:
        """`sent`, `draft` or `bin` by what the mail program noted, by label or by folder."""
        status = fields.first(b"x-status")  # letters, like those of a Maildir name
        status = status if status.isupper() else ""
        if "D" in status or _hex(fields.first(b"x-mozilla-status")) & 8:
            return "bin"
        listed = decoded(fields.first(b"x-gmail-labels"))
        meanings = {meaning(label) for label in labels(listed)} if listed else {self.folder}
        # Thunderbird leaves its draft mark on what it sends: only without a Received, and outside Sent, is it a draft.
        marked = b"x-mozilla-draft-info" in fields and b"received" not in fields and "sent" not in meanings
        if "T" in status or marked or fields.first(b"x-unsent") == "1":
            return "draft"
        return next((kind for kind in ("draft", "bin", "sent") if kind in meanings), None)

    def _authors(self, fields: Fields) -> list[Address]:
        """Who wrote: From, else Sender. What one of our own addresses sends to our own only, with its answer going to
        somebody outside, that person wrote: a form on our web site, a list that sends in its own name."""
        authors = addresses(fields.every(b"from")[:1]) or addresses(fields.every(b"sender")[:1])
        owns = self.context.our_side.owns
        if b"reply-to" not in fields or not authors or not all(owns(handle) for handle, _ in authors):
            return authors
        if not all(owns(handle) for handle, _ in addresses(v for n in _RECIPIENTS for v in fields.every(n))):
            return authors
        return [p for p in addresses(fields.every(b"reply-to")) if not owns(p[0])] or authors

    def _is_bulk(self, fields: Fields, authors: list[Address]) -> bool:
        """Newsletters and lists, but not what others write to a list of our own (a shared info@ address)."""
        listed = b"list-id" in fields or b"list-unsubscribe" in fields or b"x-csa-complaints" in fields
        if not listed and fields.first(b"precedence").lower() not in ("bulk", "list", "junk"):
            return False
        ours = self.context.our_side
        host = fields.first(b"list-id").rpartition("<")[2].strip("<> ")
        own_list = host != "" and company_domain(f"list@{host}") in ours.domains
        return not own_list or any(ours.owns(handle) for handle, _ in authors)

    def _bounced(self, fields: Fields, body: bytes, at: datetime) -> Iterator[Record]:
        """A message of ours that never reached its recipient, for each one the report names."""
        report = _message_id(fields) or content_key(at, _shown(body))
        ours = [p for p in addresses(fields.every(b"to")) if self.context.our_side.owns(p[0])]
        for handle in {h: None for address in failed_for_good(fields, body) if (h := email(address))}:
            yield self.context.touchpoint(
                at, MAIL, (*(Participant("from", *p) for p in ours), Participant("to", handle)),
                key=content_key("bounce", report, handle.value), direction="out", outcome="missed",
                thread=_ids(fields.first(b"references")) or _ids(fields.first(b"in-reply-to")),
                line=ours[0][0].value if ours else None, extra={"bounce": "hard"},
            )  # fmt: skip

    def _absence(self, fields: Fields, body: bytes, author: Handle, subject: str, at: datetime) -> Absence | None:
        """The days on which an automatic answer says its sender is away."""
        if (
            not says_away(fields, subject)
            or author.kind != "email"
            or self.context.our_side.owns(author)
            or is_automatic(author.value)
        ):
            return None
        said = self.context.at(at).astimezone(self.context.zone).date()
        last = absent_until(fields, body, subject, said)
        if last is None:
            return None
        key = content_key("absence", _message_id(fields) or at, author.value)
        return Absence([(said, last)], key=key, handle=author, said=said)

    def _invitation(self, fields: Fields, body: bytes, place: int) -> list[Record]:
        """The meeting an invitation, its answer or cancellation speaks of; empty for other mail."""
        calendar = calendar_of(fields, body)
        if calendar is None and (packed := packed_meeting(fields, body)):
            authors, others = (
                [h for h, _ in addresses(v for n in names for v in fields.every(n)) if h.kind == "email"]
                for names in ((b"from",), (b"to", b"cc"))
            )
            subject = decoded(fields.first(b"subject"))
            calendar = tnef.meeting(packed, authors[0], others, subject) if authors else None
            if calendar is None:
                reason = english(
                    "an Outlook meeting packed as winmail.dat that cannot be read; export the calendar as .ics"
                )
                return [self.context.skipped(place, reason, subject)]
        if calendar is None:
            return []
        from touchpoints_calendar.ics import read_calendar

        try:
            return list(read_calendar(calendar, self.context))
        except SourceError as error:
            return [
                self.context.skipped(
                    place, english("its calendar part: {reason}", reason=error.reason), _shown(calendar)
                )
            ]

    # -- a message that counts --------------------------------------------------------------------------------

    def _touchpoint(
        self, fields: Fields, body: bytes, authors: list[Address], subject: str, at: datetime, sent: bool
    ) -> Record:
        # Whom a blind copy was sent to stands only in the sender's copy: they were addressed like the others.
        to = addresses(fields.every(b"to") + fields.every(b"bcc"))
        copied = addresses(fields.every(b"cc"))
        ours = self.context.our_side
        delivered = addresses(_delivered(fields))[:1]
        everybody = (*authors, *to, *copied)
        line = next((h.value for h, _ in (*everybody, *delivered) if h.kind == "email" and ours.owns(h)), None)
        author = authors[0][0].value
        if line:
            self._lines.add(line)
        if sent and not any(ours.owns(h) for h, _ in authors):
            self._sent_from.add(author)
        if self.no_address_known:
            for handle, _ in delivered:
                self._delivered_to.add(handle.value)
            for value in {h.value for h, _ in everybody if h.kind == "email"}:
                self._named.add(value)
        participants = (
            *(Participant("from", *p) for p in authors),
            *(Participant("to", *p) for p in to),
            *(Participant("cc", *p) for p in copied),
        )
        own_id = _message_id(fields)
        written = " ".join(fields.first(b"date").split()) or at
        key = content_key("mail", own_id) if own_id else content_key("mail", written, author, subject)
        return self.context.touchpoint(
            at, MAIL, participants, key=key,
            revision=(len(participants),),  # of two copies the one that names more people is the more complete
            thread=_ids(fields.first(b"references")) or _ids(fields.first(b"in-reply-to")) or own_id or key,
            subject=subject[:MOST_SUBJECT] or None, line=line,
            expects_reply=expects_reply(subject, text_of(fields, body)),
        )  # fmt: skip

    def _covers(self, at: datetime) -> None:
        day = self.context.at(at).date()
        first, last = self._span or (day, day)
        self._span = (min(first, day), max(last, day))


class _Tally:
    """Counts of values; of a file with endlessly many only the first thousand, which hold the commonest."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, value: str) -> None:
        if value in self._counts or len(self._counts) < 1000:
            self._counts[value] += 1

    def most_common(self) -> list[str]:
        """At most three, the commonest first."""
        return sorted(self._counts, key=lambda value: (-self._counts[value], value))[:3]


# -- what headers say -------------------------------------------------------------------------------------------

_RECIPIENTS = (b"to", b"cc", b"bcc")
_HEAD_END = re.compile(rb"\n\r?\n")
_ID = re.compile(r"<\s*([^<>\s]+)\s*>")


def _divided(raw: bytes) -> tuple[bytes, bytes, bool]:
    """A message's headers, the beginning of its body, and whether the headers are whole."""
    if end := _HEAD_END.search(raw):
        return raw[: end.start() + 1], raw[end.end() :], True
    return raw, b"", raw.endswith(b"\n")


def _shown(raw: bytes) -> str:
    return raw[:400].decode("utf-8", "replace")


def _hex(text: str) -> int:
    return int(text, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,8}", text) else 0


def _ids(text: str) -> str | None:
    """The first message id of a header: in References that of the conversation's first message."""
    match = _ID.search(text)
    return match[1] if match else None


def _message_id(fields: Fields) -> str | None:
    text = fields.first(b"message-id")
    return _ids(text) or text.strip("<> ") or None


def _delivered(fields: Fields) -> list[str]:
    return fields.every(b"delivered-to") or fields.every(b"x-original-to") or fields.every(b"envelope-to")
