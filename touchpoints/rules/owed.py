"""What we owe: calls to return, messages to answer, promises, meetings that fell through. It needs no history."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from touchpoints import words
from touchpoints.book import Book, is_live
from touchpoints.facts import Stored
from touchpoints.language import Text
from touchpoints.plugins import Rule
from touchpoints.relationship import Reason, Relationship
from touchpoints.rules.scope import NOTHING_OWED, is_written, subject

_TOGETHER = timedelta(minutes=2)
"""Records of one call (it rang at two of us, it stands in two logs) begin this close to each other."""


def _groups(book: Book) -> Iterator[tuple[list[Relationship], list[Stored]]]:
    """Everybody at each customer where something is open of late, and what happened there: oldest first."""
    for relationships in book.groups_of(book.loose_ends):
        if any(r.kind not in NOTHING_OWED for r in relationships):
            yield relationships, book.recent(relationships[0].group)


def _waiting(book: Book, since: datetime) -> tuple[float, Text]:
    """How long something waits: working hours, and in words."""
    hours = book.workdays.working_hours_between(since, book.at)
    if (days := hours / book.workdays.day) >= 3:
        return hours, Text.count("waiting for {n} working day", "waiting for {n} working days", n=int(days))
    if hours >= 1:
        return hours, Text.count("waiting for {n} working hour", "waiting for {n} working hours", n=int(hours))
    return hours, Text("waiting for less than a working hour")


class MissedInbound(Rule):
    """They called and nobody took it, or they left a voicemail, within 10 working days; nobody has spoken with anybody
    there since, on any channel, and none of us has written."""

    name = "missed_inbound"
    thresholds = MappingProxyType({"working_days": 10})

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """One reason for each person who called."""
        days = int(self.threshold(book, "working_days"))
        window = book.workdays.working_days_back(at, days)
        for relationships, recent in _groups(book):
            missed = [s for s in recent if s.touchpoint.at >= window and _rang_in_vain(s)]
            if not missed:
                continue
            spoken = max((s.touchpoint.at + _TOGETHER for s in recent if is_live(s)), default=window)
            wrote = max((s.touchpoint.at for s in recent if is_written(s, "out")), default=window)
            still = [s for s in missed if s.touchpoint.at > max(spoken, wrote)]
            for r in relationships if still else ():
                theirs = [s for s in book.recent(r.id) if s in still]
                if theirs and r.kind not in NOTHING_OWED:
                    yield self._reason(book, r, theirs)

    def _reason(self, book: Book, relationship: Relationship, missed: Sequence[Stored]) -> Reason:
        times = [s.touchpoint.at for s in missed]
        calls = 1 + sum(later - earlier > _TOGETHER for earlier, later in pairwise(times))
        hours, waiting = _waiting(book, times[0])
        voicemail = any(s.touchpoint.outcome == "voicemail" for s in missed)
        figures: dict[str, Any] = {"n": calls, "when": times[-1].astimezone(book.zone), "waiting": waiting}
        return Reason(
            self.name, relationship, min(100, 70 + hours / 2 + 5 * voicemail + 2 * (calls - 1)),
            tuple(s.key for s in missed),
            Text.count(
                "call back · missed call {when}, with a voicemail · {waiting}",
                "call back · {n} missed calls, last {when}, with a voicemail · {waiting}", **figures,
            ) if voicemail else Text.count(
                "call back · missed call {when} · {waiting}",
                "call back · {n} missed calls, last {when} · {waiting}", **figures,
            ),
            since=times[0], again=times[-1], stage=1, silence=False, waited=hours,
        )  # fmt: skip


def _rang_in_vain(stored: Stored) -> bool:
    t = stored.touchpoint
    return (
        stored.medium in ("call", "video")
        and t.direction == "in"
        and t.outcome in ("missed", "voicemail")
        and stored.importer != "log"  # what the user logs are our own attempts
    )


class UnansweredMessage(Rule):
    """Their message or mail of the last 10 working days waits for an answer, for 4 working hours or more.

    It waits if it begins a conversation, asks for an answer (`expects_reply`), or is at least their second in a row, an
    hour or more after the first. In an old chat a message begins anew after `fresh_days`. It is answered by any message
    of ours to them, in any case one in the same conversation, and by any conversation with them.
    """

    name = "unanswered_message"
    thresholds = MappingProxyType({"working_days": 10, "hours": 4, "fresh_days": 14})

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """One reason for each person who waits."""
        window = book.workdays.working_days_back(at, int(self.threshold(book, "working_days")))
        least = self.threshold(book, "hours")
        for relationships, recent in _groups(book):
            if not any(s.touchpoint.at >= window and is_written(s, "in") for s in recent):
                continue
            for r in relationships:
                if r.kind in NOTHING_OWED:
                    continue
                waiting = [s for s in self._waiting(book, r, recent) if s.touchpoint.at >= window]
                if waiting and (hours := _waiting(book, waiting[0].touchpoint.at))[0] >= least:
                    yield self._reason(book, r, waiting, *hours)

    def _reason(self, book: Book, r: Relationship, waiting: list[Stored], hours: float, waited: Text) -> Reason:
        first, last = waiting[0], waiting[-1]
        return Reason(
            self.name, r, min(100, 60 + hours / 2 + 5 * (len(waiting) - 1)), tuple(s.key for s in waiting),
            Text(
                "to answer · {medium} {when}{subject} · {waiting}", medium=words.name("medium", last.medium),
                when=last.touchpoint.at.astimezone(book.zone), subject=subject(last), waiting=waited,
            ),
            since=first.touchpoint.at, again=last.touchpoint.at, stage=1, silence=False, waited=hours,
        )  # fmt: skip

    def _waiting(self, book: Book, relationship: Relationship, recent: list[Stored]) -> list[Stored]:
        """Their messages after our last answer that wait, oldest first."""
        history = book.recent(relationship.id)
        at_office = relationship.contact is None  # whoever of them we answer, the office is answered
        answers = [s for s in (recent if at_office else history) if is_live(s) or is_written(s, "out")]
        answered = max((s.touchpoint.at for s in answers), default=None)
        in_thread: dict[str, datetime] = {
            s.touchpoint.thread: s.touchpoint.at for s in recent if is_written(s, "out") and s.touchpoint.thread
        }
        waiting: list[Stored] = []
        before: Stored | None = None
        for stored in history:
            t = stored.touchpoint
            if not is_written(stored, "in") or (answered is not None and t.at <= answered):
                continue
            if t.thread and t.thread in in_thread and in_thread[t.thread] >= t.at:
                continue  # answered to somebody else there, with them in copy
            again = before is not None and t.at - before.touchpoint.at >= timedelta(hours=1)
            before = before or stored
            if t.expects_reply or again or self._begins(book, relationship, stored, history):
                waiting.append(stored)
        return waiting

    def _begins(self, book: Book, relationship: Relationship, stored: Stored, history: list[Stored]) -> bool:
        """Whether a message begins a conversation: nothing was said in it before, by either side."""
        t = stored.touchpoint
        if t.subject and _REPLY.match(t.subject):
            return False
        if stored.medium == "message" or t.thread is None:  # a chat is one conversation for years
            fresh = timedelta(days=self.threshold(book, "fresh_days"))
            before = [s for s in history if s.touchpoint.at < t.at]
            return not any(t.at - s.touchpoint.at < fresh for s in before)
        known = history if any(s.touchpoint.thread == t.thread and s.touchpoint.at < t.at for s in history) else None
        earlier = known or book.touchpoints(relationship, limit=None)
        return not any(s.touchpoint.thread == t.thread and s.touchpoint.at < t.at for s in earlier)


_REPLY = re.compile(r"(?i)\s*(re|aw|antw|antwort|sv|ref)\s*(\[\d+\])?\s*:")


class PromiseDue(Rule):
    """The date of a note has come. It ends with a conversation on that day or later, or with `dismiss`."""

    name = "promise_due"

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """One reason for each note that is due."""
        for note in book.decisions("note"):
            due = date.fromisoformat(note.payload["due"]) if note.payload.get("due") else None
            relationship = _noted(book, note.who)
            if due is None or due > book.today or relationship is None or relationship.kind in NOTHING_OWED:
                continue
            begun = max(datetime.combine(due, time(), book.zone), datetime.fromtimestamp(note.at + 1, book.zone))
            since = book.touchpoints(relationship, since=begun, limit=None)
            if any(is_live(s) for s in since):
                continue
            hours = book.workdays.working_hours_between(begun, at)
            yield Reason(
                self.name, relationship, min(100, 75 + hours / 4), (),
                Text('promised · "{note}", due {due}', note=note.payload["text"], due=words.day(due, book.today)),
                since=begun, stage=1, silence=False, waited=hours,
            )  # fmt: skip


def _noted(book: Book, who: str) -> Relationship | None:
    """Whom a note is about; a customer's note is about the person there with the most contact."""
    if found := book.by_id.get(book.directory.current_id(who)):
        return found
    return max(book.groups.get(who, ()), key=lambda r: (r.summary.live.n, r.summary.all.n, r.id), default=None)


class FellThrough(Rule):
    """A meeting of the last 30 days was cancelled, declined or a no-show, and since its date nobody has spoken with
    anybody there, and nothing is booked."""

    name = "fell_through"
    thresholds = MappingProxyType({"days": 30})

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """One reason for each person the latest such meeting was with."""
        window = at - timedelta(days=self.threshold(book, "days"))
        for relationships, recent in _groups(book):
            fell = [s for s in recent if s.touchpoint.at >= window and _fell(s)]
            if not fell:
                continue
            last = fell[-1]
            held = any(is_live(s) and s.touchpoint.at >= last.touchpoint.at for s in recent)
            if held or any(p.medium in ("meeting", "video", "call") for r in relationships for p in r.planned):
                continue
            hours, _ = _waiting(book, last.touchpoint.at)
            for r in book.relationship_of(last):
                if r.kind not in NOTHING_OWED and any(r.id == other.id for other in relationships):
                    yield Reason(
                        self.name, r, min(100, 50 + hours / 4), (last.key,),
                        Text(
                            "meeting fell through, no new one · {medium} {when}{subject}: {outcome}",
                            medium=words.name("medium", last.medium),
                            when=words.day(last.touchpoint.at.astimezone(book.zone).date(), book.today),
                            subject=subject(last), outcome=words.name("outcome", last.touchpoint.outcome),
                        ),
                        since=last.touchpoint.at, stage=1, silence=False, waited=hours,
                    )  # fmt: skip


def _fell(stored: Stored) -> bool:
    t = stored.touchpoint
    arranged = stored.medium in ("meeting", "video") or (stored.medium == "call" and t.direction == "mutual")
    return arranged and t.outcome in ("cancelled", "declined", "no_show")
