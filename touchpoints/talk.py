"""What to talk about, and what to write where a conversation has to be asked for first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import attrs

from touchpoints.book import Book
from touchpoints.facts import Stored
from touchpoints.happened import Event
from touchpoints.language import Text
from touchpoints.relationship import Flag, Relationship
from touchpoints.rules.occasions import Coming, occasions

SUBJECTS, SUBJECT_DAYS = 3, 365
"""So many subjects, and how far back they may lie."""
NOTES = 3
AHEAD = 30
"""Days ahead of which occasions are a subject."""
_PREFIX = re.compile(r"(?i)^\s*((re|aw|wg|fwd?|sv|antw(ort)?|abgesagt|canceled|cancelled)\s*(\[\d+\])?\s*:\s*)+")


@attrs.frozen(slots=True)
class Noted:
    """A note of the user's, of a `day`; `due`: the day it was promised for."""

    day: date
    text: str
    due: date | None


@attrs.frozen(slots=True)
class Topics:
    """What there is to talk about: recent `subjects` with their day, the newest first, each once; `notes`, promises
    first; `occasions` soon; appointments that are `booked`."""

    subjects: tuple[tuple[date, str], ...]
    notes: tuple[Noted, ...]
    occasions: tuple[Coming, ...]
    booked: tuple[Stored, ...]


def topics(relationship: Relationship, events: Sequence[Event], book: Book) -> Topics:
    """The topics of a relationship, by its own events (oldest first) up to the book's `at`."""
    seen: dict[str, tuple[date, str]] = {}
    since = book.today - timedelta(days=SUBJECT_DAYS)
    for e in reversed(events):
        day = e.at.astimezone(book.zone).date()
        if day < since or len(seen) == SUBJECTS:
            break
        if text := plain_subject(e.touchpoint.subject):
            seen.setdefault(text.casefold(), (day, text))
    notes = [
        Noted(
            datetime.fromtimestamp(n.at, book.zone).date(), str(n.payload["text"]),
            date.fromisoformat(n.payload["due"]) if n.payload.get("due") else None,
        )
        for n in relationship.notes
    ]  # fmt: skip
    notes.sort(key=lambda n: (n.due is None, n.due or date.max, -n.day.toordinal()))
    soon = tuple(o for o in occasions(relationship, book) if o.away <= AHEAD)
    return Topics(tuple(seen.values()), tuple(notes[:NOTES]), soon, relationship.planned[:2])


def plain_subject(subject: str | None) -> str:
    """A subject without the marks of answers and forwards, in one line."""
    return _PREFIX.sub("", " ".join((subject or "").split()))


# -- the draft --------------------------------------------------------------------------------------------------------


@attrs.frozen(slots=True)
class Draft:
    """A short message that asks for a conversation: `subject` (for a mail) and `text`, in every language, with the
    salutation, which guesses nobody's gender, and the sender's name where it is known."""

    subject: Text
    text: Text


_OPENINGS = {
    "unanswered_message": Text("thank you for your message. I would like to answer it in person."),
    "missed_inbound": Text("you tried to call me, and I am sorry that I missed you."),
    "promise_due": Text("I had promised to get back to you."),
    "fell_through": Text("unfortunately our meeting did not take place. I would be glad to make up for it."),
    "season": Text("around this time of the year we are usually in touch, so I would like to hear from you."),
    "ghosted": Text("I have tried to reach you a few times. Perhaps another time suits you better."),
    "attempts": Text("I have tried to reach you by phone. Perhaps another time suits you better."),
    "answered_now": Text("thank you for your answer. A short conversation will take us further."),
    "shallow_only": Text("lately we have only written to each other. I would like to hear how you are getting on."),
    "never_spoken": Text("so far we have only written to each other. I would like to speak to you in person."),
}
_OPENING = Text("we have not spoken for a while, and I would like to hear how you are getting on.")
_SLOT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d):00-(\d\d):00")


def draft(flag: Flag, today: date, sender: str | None = None, about: str = "") -> Draft | None:
    """The message for a flag whose suggestion is to write (a message, or a mail that offers a conversation); `None`
    where it is to call, or no way is known. `about`: the subject of what waits for an answer."""
    s = flag.suggestion
    if s.channel == "phone" or s.handle is None:
        return None
    rule = next((r.rule for r in flag.reasons if r.rule in _OPENINGS), "")
    opening, about = _OPENINGS.get(rule, _OPENING), plain_subject(about)
    slot = _SLOT.fullmatch(s.slot or "")
    if slot is None:
        asked, subject = Text("When would a short conversation suit you, by phone or video?"), Text("A short call")
    else:
        day, first, last = date.fromisoformat(slot[1]), int(slot[2]), int(slot[3])
        if day == today:
            asked = Text("Would a short conversation today between {first} and {last} suit you, by phone or video?",
                         first=first, last=last)  # fmt: skip
            subject = Text("A short call today?")
        else:
            asked = Text("Would a short conversation on {day} between {first} and {last} suit you, by phone or video?",
                         day=day, first=first, last=last)  # fmt: skip
            subject = Text("A short call on {day}?", day=day)
    if about and rule == "unanswered_message":
        opening = Text("thank you for your message “{subject}”. I would like to answer it in person.", subject=about)
        subject = Text("Re: {subject}", subject=about)
    name = _spoken_name(flag.contact.name if flag.contact else "")
    hello = Text("Hello {name},", name=name) if name else Text("Hello,")
    close = Text("Kind regards\n{sender}", sender=sender) if sender and _spoken_name(sender) else Text("Kind regards")
    return Draft(
        subject,
        Text("{hello}\n\n{opening} {asked}\n\n{close}", hello=hello, opening=opening, asked=asked, close=close),
    )


def _spoken_name(name: str) -> str:
    """A name to address somebody by; nothing where it is an address or a number."""
    text = " ".join(name.split())
    return "" if "@" in text or not re.search(r"[^\W\d_]", text) or re.match(r"[+\d]", text) else text


def sender_of(names: Iterable[str]) -> str | None:
    """Whose name stands below a draft: the only colleague's, if it is a name."""
    known = list(dict.fromkeys(names))
    return known[0] if len(known) == 1 and _spoken_name(known[0]) else None
