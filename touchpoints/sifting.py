"""Sifting the reasons of each customer: which stand, which the user or what has happened since ended or holds back, and
who there is to be called.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cached_property

import attrs

from touchpoints import words
from touchpoints.book import Book, is_live
from touchpoints.facts import Decision
from touchpoints.language import Day, Text
from touchpoints.model import ADVERTISING, LIVE_MEDIA
from touchpoints.reach import Averages
from touchpoints.relationship import Reason, Relationship
from touchpoints.rules.scope import Scope, is_attempt
from touchpoints.suggestion import suggest

_CONSENT: Mapping[str, tuple[str, ...]] = {
    "phone": ("phone", "call"), "call": ("phone", "call"), "mail": ("mail", "email"), "email": ("mail", "email"),
}  # fmt: skip


@attrs.define(slots=True, eq=False)
class Group:
    """One customer (or contact standing alone) with reasons: those that stand, are held back or have ended, and why."""

    id: str
    whom: Relationship
    standing: list[Reason]
    held: list[tuple[Reason, Text]]
    ended: list[tuple[Reason, Text]]


class Sifting:
    """What the user decided and what has happened since, asked of one customer's reasons after the other."""

    def __init__(self, book: Book, averages: Averages | None = None) -> None:
        self.book, self.averages = book, averages
        self.scope = Scope(book)
        self._alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        self._said = defaultdict[str, list[Decision]](list)
        for d in book.decisions("snooze", "dismiss", "away", "do_not_contact", "consent"):
            self._said[book.directory.about(d)].append(d)

    def sift(self, id_: str, reasons: list[Reason]) -> Group:
        """One customer's reasons, the most pressing first, each where it belongs, and whom to call."""
        reasons.sort(key=lambda reason: (reason.stage, -reason.severity, reason.rule, reason.relationship.id))
        group = Group(id_, reasons[0].relationship, [], [], [])
        self._alike = defaultdict[tuple[str, tuple[str, ...]], list[str]](list)  # one event, several people there
        for reason in reasons:
            if isinstance(reason.evidence, tuple) and reason.evidence:
                self._alike[reason.rule, reason.evidence].append(reason.relationship.id)
        for reason in reasons:
            if why := self.ended(reason):
                group.ended.append((reason, why))
            elif why := self.held(reason):
                group.held.append((reason, why))
            else:
                group.standing.append(reason)
        group.whom = self.whom(group.standing or [reason for reason, _ in group.held + group.ended])
        return group

    def _decisions(self, r: Relationship, *kinds: str) -> list[Decision]:
        if not self._said:
            return []
        about = [*self._said.get(r.id, ()), *(self._said.get(r.group, ()) if r.group != r.id else ())]
        return sorted((d for d in about if d.kind in kinds), key=lambda d: d.id)

    def _put_off(self, reason: Reason, *kinds: str) -> list[Decision]:
        """Decisions about somebody, and those about the others of the same event: what was put off for one of two people
        at a meeting is put off."""
        r = reason.relationship
        alike = self._alike.get((reason.rule, reason.evidence), ()) if isinstance(reason.evidence, tuple) else ()
        others = [d for id_ in alike if id_ not in (r.id, r.group) for d in self._said.get(id_, ()) if d.kind in kinds]
        return (
            sorted([*self._decisions(r, *kinds), *others], key=lambda d: d.id) if others else self._decisions(r, *kinds)
        )

    def ended(self, reason: Reason) -> Text | None:
        """Why a reason is none any longer: dismissed, or settled by a conversation with somebody else there."""
        r, since, newest = reason.relationship, reason.since, reason.again or reason.since
        for d in self._put_off(reason, "dismiss"):
            because, decided = d.payload["because"], datetime.fromtimestamp(d.at, self.book.zone)
            new = newest is not None and newest > decided
            if because in ("supplier", "private") or (because == "former" and (reason.silence or not new)):
                return Text("sorted as {kind}", kind=words.name("kind", because))
            if because == "done" and not new and (since is not None or self.book.at - decided < timedelta(days=90)):
                return Text("done {day}, no new reason since", day=words.day(decided.date(), self.book.today))
        if not reason.silence or since is None or self.book.own_cadence(r):
            return None
        return self._spoken_since(r, since)

    def _spoken_since(self, r: Relationship, since: datetime) -> Text | None:
        """A conversation with somebody else there since a reason arose."""
        there = self.book.groups.get(r.group, ())
        if len(there) < 2:
            return None
        for stored in reversed(self.book.recent(r.group)):
            if is_live(stored) and stored.touchpoint.at >= since:
                other = next((o for o in self.book.relationship_of(stored) if o.id != r.id), None)
                if other is not None:
                    day = self.scope.day_of(stored)
                    return _spoken(other, words.day(day, self.book.today))
        for other in there:
            last = other.summary.live.last
            if other.id != r.id and last is not None and last > self.scope.when(since).toordinal():
                return _spoken(other, words.day(date.fromordinal(last), self.book.today))
        return None

    def held(self, reason: Reason) -> Text | None:
        """What a reason waits for: a decision of the user, a consent, a meeting, tomorrow."""
        r, book = reason.relationship, self.book
        newest = reason.again or reason.since if reason.stage == 1 else None
        latest = {d.kind: d for d in self._decisions(r, "do_not_contact", "away")}
        if (d := latest.get("do_not_contact")) and not d.payload.get("allowed"):
            return Text("do not contact")
        if not reason.service and self._allowed(r).get(ADVERTISING) is False:
            return Text("no consent to advertising calls")
        if (d := latest.get("away")) and (end := until(d)) >= book.today and self._instead(r) is None:
            return Text("away until {day}", day=words.day(end, book.today))
        put_off = [(d.at, False, until(d)) for d in self._put_off(reason, "snooze")[-1:]]
        days = timedelta(days=int(self.scope.threshold("held_back", "not_now_days")))
        for d in self._put_off(reason, "dismiss"):
            if d.payload["because"] == "not-now":
                put_off.append((d.at, True, datetime.fromtimestamp(d.at, book.zone).date() + days))
        for decided, not_now, end in put_off:  # what they did after they were put off breaks through
            if end > book.today and not (newest is not None and newest.timestamp() > decided):
                again = words.day(end, book.today)
                return (
                    Text("not now, again from {day}", day=again) if not_now else Text("snoozed until {day}", day=again)
                )
        if r.id in self._wrong and self._other(r) is None:
            return Text("not the right person, no other known")
        banned = self.banned(r)
        if banned and suggest(book, r, self.averages, banned=banned) is None:
            return Text(
                "no consent: {channels}",
                channels=[words.name("channel", c) for c in sorted(banned - {"call", "email"})],
            )
        return self._meeting(reason) or self._tried_today(reason)

    def _meeting(self, reason: Reason) -> Text | None:
        """A meeting booked with anybody there: soon for a reason from silence, within a day for any other."""
        days = int(self.scope.threshold("held_back", "meeting_days")) if reason.silence else 1
        booked = [
            p for r in self.book.groups.get(reason.relationship.group, ()) for p in r.planned
            if p.medium in LIVE_MEDIA and self.scope.day_of(p) <= self.book.today + timedelta(days=days)
        ]  # fmt: skip
        if not booked:
            return None
        first = min(booked, key=lambda p: p.touchpoint.at)
        when = first.touchpoint.at.astimezone(self.book.zone)
        return Text("waits: {medium} {when}", medium=words.name("medium", first.medium), when=when)

    def _tried_today(self, reason: Reason) -> Text | None:
        """A call in vain today, after the reason arose."""
        there = self.book.groups.get(reason.relationship.group, ())
        if not any(r.id in self.book.loose_ends for r in there):
            return None
        for stored in reversed(self.book.recent(reason.relationship.group)):
            if self.scope.day_of(stored) < self.book.today:
                break
            newest = reason.again or reason.since
            arose = newest is None or stored.touchpoint.at >= newest
            if stored.medium == "call" and is_attempt(stored) and arose:
                return Text("tried today, not reached; again tomorrow")
        return None

    # -- whom to call ---------------------------------------------------------------------------------------------

    @cached_property
    def _wrong(self) -> frozenset[str]:
        """Contacts that are not to be proposed."""
        return frozenset(
            id_ for id_, decisions in self._said.items() for d in decisions
            if d.kind == "dismiss" and d.payload["because"] == "wrong-person"
        )  # fmt: skip

    def _instead(self, r: Relationship) -> Relationship | None:
        """Who is to be called while somebody is away."""
        for d in reversed(self._decisions(r, "away")):
            if until(d) >= self.book.today and d.payload.get("instead"):
                return self.book.by_id.get(self.book.directory.current_id(d.payload["instead"]))
        return None

    def _other(self, r: Relationship) -> Relationship | None:
        """Somebody else there to call: the strongest live history, else the most recent contact."""
        others = [
            o for o in self.book.groups.get(r.group, ())
            if o.contact and o.summary.all.n and o.id not in {r.id, *self._wrong, *self.scope.left}
        ]  # fmt: skip
        return max(others, key=_strength, default=None)

    def whom(self, reasons: list[Reason]) -> Relationship:
        """Whom to call: the one something is owed to, else the strongest live history, else the most recent."""
        stage = min(reason.stage for reason in reasons)
        first = [reason for reason in reasons if reason.stage == stage]
        if stage == 1:
            chosen = max(first, key=lambda reason: (reason.waited, _strength(reason.relationship))).relationship
        else:
            there = [reason.relationship for reason in first if reason.rule != "contact_left"]
            chosen = max(there, key=_strength) if there else first[0].relationship
            if not there:
                return self._other(chosen) or chosen
        if stand_in := self._instead(chosen):
            return stand_in
        return (self._other(chosen) or chosen) if chosen.id in self._wrong else chosen

    def banned(self, r: Relationship) -> frozenset[str]:
        """Channels and media on which they may not be contacted."""
        return frozenset(name for name, yes in self._allowed(r).items() if not yes and name != ADVERTISING)

    def _allowed(self, r: Relationship) -> dict[str, bool]:
        """The latest word on each channel and medium, and on advertising."""
        allowed: dict[str, bool] = {}
        for d in self._decisions(r, "consent"):
            for name in _CONSENT.get(str(d.payload["channel"]).lower(), (str(d.payload["channel"]).lower(),)):
                allowed[name] = bool(d.payload["allowed"])
        return allowed

    def uncertain(self, reason: Reason) -> Text | None:
        """Why a reason from silence is uncertain: the days since their usual source ended, or in a hole of it, decide
        whether it holds."""
        if not reason.silence or reason.since is None or self._open_after is None:
            return None
        arose, r, book = self.scope.when(reason.since).date(), reason.relationship, self.book
        if arose <= self._open_after or r.summary.all.last is None or (medium := book.usual_medium(r)) is None:
            return None
        theirs = [s for s in book.touchpoints(r, outcome="reached", limit=20) if s.medium == medium]
        covered = book.covered_until(theirs, date.fromordinal(r.summary.all.last))
        if (
            covered is None
            or covered >= arose
            or (book.today - covered).days <= self.scope.threshold("uncertain", "days")
        ):
            return None
        source, day = words.name("source", medium), words.day(covered, book.today)
        if (reaches := book.covered_until(theirs)) is not None and reaches > covered:
            return Text(
                "{reason} · uncertain: {source} has a gap after {day}", reason=reason.text, source=source, day=day
            )
        return Text("{reason} · uncertain: {source} ends {day}", reason=reason.text, source=source, day=day)

    @cached_property
    def _open_after(self) -> date | None:
        """The first day after which some source is open; `None` if all are covered."""
        holes = (first - timedelta(days=1) for found in self.book.holes.values() for first, _ in found)
        return min([*self.stale.values(), *holes], default=None)

    @cached_property
    def stale(self) -> dict[str, date]:
        """Importers whose files end days ago, and when."""
        days = int(self.scope.threshold("uncertain", "days"))
        return {i: day for i, day in self.book.coverage.items() if (self.book.today - day).days > days}


def _spoken(other: Relationship, day: date | Day) -> Text:
    return Text("spoken since: {name}, {when}", name=other.name, when=day)


def until(decision: Decision) -> date:
    """The last day of a snooze or an absence."""
    return date.fromisoformat(decision.payload["until"])


def _strength(r: Relationship) -> tuple[int, int, int, str]:
    return r.summary.live.n, r.summary.all.last or 0, r.summary.all.n, r.id
