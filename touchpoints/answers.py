"""What the user says of somebody: what happened, what was agreed, who is to be left in peace. All of it can be undone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from touchpoints import times
from touchpoints.directory import Directory, Unresolved
from touchpoints.errors import IdentityError, InvalidValue, UnknownName
from touchpoints.facts import Decision, Stored
from touchpoints.handles import KINDS, Handle
from touchpoints.language import P_, english
from touchpoints.model import ADVERTISING, MEDIA, Contact, Customer, LeftOut
from touchpoints.ourside import OurSide
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.store import Store

OUTCOMES = ("reached", "voicemail", "missed", "message")
"""What `log` takes: a call that was reached, a voicemail left, a call not answered, a message sent."""
DISMISSALS = ("done", "supplier", "private", "former", "not-now", "wrong-person")


class Answers:
    """A store and a directory that take the user's word."""

    store: Store
    settings: Settings
    our_side: OurSide
    region: str

    @property
    def directory(self) -> Directory:
        """Contacts, customers and handles as they are now."""
        raise NotImplementedError

    def log(
        self,
        who: str,
        outcome: str,
        minutes: float | None = None,
        note: str | None = None,
        *,
        at: datetime,
        timed: bool = True,
    ) -> Stored:
        """What happened with somebody: an ordinary touchpoint, outgoing, on the phone (a message: in writing). `note`
        is kept as a note. `timed` says whether `at` is a time, or only its day is known. Raises `IdentityError`, and
        `UnknownName` for an outcome that is not one of reached, voicemail, missed, message."""
        if outcome not in OUTCOMES:
            raise UnknownName(P_("reason", "outcome"), outcome, OUTCOMES)
        found = self.directory.find(who)
        handles: tuple[Handle, ...]
        name: str | None = None
        if isinstance(found, Customer):
            there = self.directory.contacts_of(found.id)
            handles, name = self.directory.office(found.id), found.name
            if len(there) == 1:
                handles, name = there[0].handles, there[0].name
            elif there or not handles:
                raise IdentityError(who, [f"{c.name} ({c.id})" for c in there])
        elif isinstance(found, Contact):
            handles, name = found.handles, found.name
        else:
            handles = (found.handle,)
        wanted = "email" if outcome == "message" else "phone"
        handle = next(
            (h for h in handles if h.kind == wanted), min(handles, key=lambda h: (KINDS.index(h.kind), h.value))
        )
        context = Context(self.settings, our_side=self.our_side, zone=self.store.zone, region=self.region)
        seconds = None if minutes is None else minutes * 60
        touchpoint = context.logged(at, handle, outcome, name=name, seconds=seconds, timed=timed)
        if isinstance(touchpoint, LeftOut):
            raise InvalidValue(english("{who}: {reason}; nothing was logged", who=who, reason=touchpoint.reason))
        with self.store.transaction():
            self.store.add([touchpoint], self.store.begin_source("log", "log", ""))
            if note:
                self.note(who, note, at=at)
        return Stored(touchpoint, touchpoint.key or "", self.store.media()[touchpoint.channel], "log", "log")

    def note(self, who: str, text: str, *, at: datetime) -> Decision:
        """Keep a note about somebody; a date in it ("call back next Tuesday") makes it a promise due on that day."""
        from touchpoints.rules import due_date

        due = due_date(text, at.astimezone(self.store.zone))
        return self._decide(at, "note", who, text=text, due=due.isoformat() if due else None)

    def dismiss(self, who: str, because: str, *, at: datetime) -> Decision:
        """Take somebody off the list, for one reason and its consequence: done, supplier, private, former (the kind of
        the customer from now on), not-now, wrong-person."""
        if because not in DISMISSALS:
            raise UnknownName(P_("reason", "reason"), because, DISMISSALS)
        return self._decide(at, "dismiss", who, because=because)

    def snooze(self, who: str, until: date, *, at: datetime) -> Decision:
        """Hold somebody back until a date; what is overdue stays overdue."""
        return self._decide(at, "snooze", who, until=until.isoformat())

    def cadence(self, who: str, every: str, *, at: datetime) -> Decision:
        """Agree a rhythm with somebody ("30d", "6w")."""
        times.days(every)
        return self._decide(at, "cadence", who, every=every)

    def away(self, who: str, until: date, instead: str | None = None, *, at: datetime) -> Decision:
        """Somebody is absent until a date; `instead` names who to call meanwhile."""
        other = self._who(instead) if instead else None
        return self._decide(at, "away", who, until=until.isoformat(), instead=other)

    def left(self, who: str, successor: str | None = None, *, at: datetime) -> Decision:
        """Somebody is no longer there; `successor` takes over."""
        return self._decide(at, "left", who, successor=self._who(successor) if successor else None)

    def consent(self, who: str, channel: str, allowed: bool, evidence: str, *, at: datetime) -> Decision:
        """Whether somebody may be contacted on a channel or medium, or by advertising calls on any of them (`advertising`),
        with the evidence and its date. Raises `UnknownName` for any other channel."""
        known = {*self.store.media(), *MEDIA, ADVERTISING}
        if channel.lower() not in known:
            raise UnknownName(P_("reason", "channel"), channel, known)
        return self._decide(at, "consent", who, channel=channel, allowed=allowed, evidence=evidence)

    def undo(self) -> list[Decision]:
        """Take the last answer back, all of it if it was given at once for many; returns the decisions, empty if there are
        none."""
        return self.directory.undo()

    def _who(self, who: str) -> str:
        found = self.directory.find(who)
        if isinstance(found, Unresolved):
            raise IdentityError(who)
        return found.id

    def _decide(self, at: datetime, kind: str, who: str, **payload: Any) -> Decision:
        id_ = self._who(who)
        return Decision(self.store.decide(at, kind, id_, **payload), int(at.timestamp()), kind, id_, payload)
