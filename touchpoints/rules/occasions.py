"""Occasions: a birthday, an answer just come, a departure; and those we have not yet spoken with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

import attrs

from touchpoints import words
from touchpoints.book import Book, is_live
from touchpoints.facts import Stored
from touchpoints.language import P_, Day, Term, Text
from touchpoints.model import Contact, Customer
from touchpoints.plugins import Rule
from touchpoints.relationship import Reason, Relationship, decided_kind_of, importance_of, kind_of
from touchpoints.rules.scope import (
    NAMED,
    NO_SILENCE,
    Evidence,
    Scope,
    by_medium,
    is_sign,
    is_written,
    subject,
)


class Occasion(Rule):
    """A birthday, an anniversary or a contract date within 7 days, at a customer, prospect or partner; it ends with a
    conversation today."""

    name = "occasion"
    thresholds = MappingProxyType({"days": 7})

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """One reason for each occasion; on the day itself in stage 2, before in stage 4."""
        ahead = int(self.threshold(book, "days"))
        today = datetime.combine(book.today, time(), book.zone)
        dated = book.where(lambda contact, customer: bool(_dates(contact, customer)))
        for r in book.chosen(dated):
            if r.kind not in NAMED or not (soon := [o for o in occasions(r, book) if o.away <= ahead]):
                continue
            if any(is_live(s) and s.touchpoint.at >= today for s in book.recent(r.group)):
                continue
            for occasion in soon:
                yield Reason(
                    self.name, r, 70 - 5 * occasion.away, (), occasion.text,
                    since=datetime.combine(occasion.day - timedelta(days=ahead), time(), book.zone),
                    stage=4 if occasion.away else 2, silence=False,
                )  # fmt: skip


@attrs.frozen(slots=True)
class Coming:
    """A `day` to congratulate or to speak on, so many days `away`: `what` is a birthday, an anniversary or a contract."""

    what: str
    day: date
    away: int

    @property
    def text(self) -> Text:
        """The reason it gives."""
        what = Term("occasion", self.what)
        if self.away == 0:
            return Text("occasion: {what} today", what=what)
        if self.away == 1:
            return Text("occasion: {what} tomorrow, {day}", what=what, day=self.day)
        return Text.count(
            "occasion: {what} {day}, in {n} day",
            "occasion: {what} {day}, in {n} days",
            n=self.away,
            what=what,
            day=self.day,
        )


_WHAT = (P_("occasion", "birthday"), P_("occasion", "anniversary"), P_("occasion", "contract date"))


def occasions(r: Relationship, book: Book) -> list[Coming]:
    """The next occasion of each kind for somebody, the first to come first. A customer's contract is spoken of with whoever
    there is spoken with most."""
    found = [
        Coming(what, day, (day - book.today).days)
        for what, text in _dates(r.contact, r.customer)
        if (day := next_return(text, book.today))
    ]
    if r.customer is not None and book.customer(r.customer).people[0].id != r.id:
        found = [coming for coming in found if coming.what != "contract date"]
    return sorted(found, key=lambda o: (o.day, o.what))


def _dates(contact: Contact | None, customer: Customer | None) -> list[tuple[str, str]]:
    """The dates that are known of somebody and of their customer."""
    dates: list[tuple[str, str | None]] = []
    if contact is not None:
        dates += [("birthday", contact.birthday), ("anniversary", contact.anniversary)]
    if customer is not None:
        dates.append(("contract date", customer.contract))
    return [(what, text) for what, text in dates if text]


def next_return(text: str, today: date) -> date | None:
    """The day that an ISO date names if that is yet to come, else its next return (see `next_birthday`)."""
    try:
        if len(text) == 10 and (once := date.fromisoformat(text)) >= today:
            return once
    except ValueError:
        return None
    return next_birthday(text, today)


def next_birthday(text: str, today: date) -> date | None:
    """The next return, today included, of an ISO date or `--MM-DD` (29 February falls on 1 March in other years);
    `None` for anything else."""
    digits = text.replace("-", "")[-4:]
    if len(digits) != 4 or not digits.isdigit():
        return None
    month, day = int(digits[:2]), int(digits[2:])
    for year in (today.year, today.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:
            if (month, day) != (2, 29):
                return None
            found = date(year, 3, 1)
        if found >= today:
            return found
    return None


class ContactLeft(Rule):
    """A mail could not be delivered for good and nothing came from them since, or the user marked them `left` without
    a successor, within 90 days."""

    name = "contact_left"
    thresholds = MappingProxyType({"days": 90})

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """One reason for each departure."""
        scope = Scope(book)
        window = at - timedelta(days=self.threshold(book, "days"))
        left = {book.directory.about(d): d for d in book.decisions("left")}  # the latest word on each
        for id_, decision in left.items():
            r, since = book.by_id.get(id_), datetime.fromtimestamp(decision.at, book.zone)
            if r and since >= window and not decision.payload.get("successor") and r.kind not in NO_SILENCE:
                text = Text("no longer there · {name}, no successor known", name=r.name)
                yield Reason(self.name, r, 55, Evidence(book, r), text, since=since, stage=3)
        for r in book.chosen(book.loose_ends):
            telling = (
                s for s in reversed(book.recent(r.id)) if is_sign(s) or s.touchpoint.extra.get("bounce") == "hard"
            )
            last = next(telling, None)
            if last is None or is_sign(last) or r.contact is None or r.id in scope.left or r.kind in NO_SILENCE:
                continue
            when = words.day(scope.day_of(last), book.today)
            yield Reason(
                self.name, r, 55, (last.key,),
                Text("no longer there · mail to {name} could not be delivered {when}", name=r.name, when=when),
                since=last.touchpoint.at, stage=3,
            )  # fmt: skip


class AnsweredNow(Rule):
    """They answered in writing within two working days what we wrote in the last weeks, for the first time or after 30
    days, and nobody has spoken with them since: now they can be reached."""

    name = "answered_now"
    thresholds = MappingProxyType({"working_days": 2, "days": 30})

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """One reason for each fresh answer."""
        window = book.workdays.working_days_back(at, int(self.threshold(book, "working_days")))
        pause = timedelta(days=self.threshold(book, "days"))
        for r in book.chosen(book.loose_ends):
            recent = book.recent(r.id)
            place = next((n for n, s in enumerate(recent) if s.touchpoint.at >= window and is_written(s, "in")), None)
            if place is None or r.kind in NO_SILENCE or any(is_live(s) for s in recent[place:]):
                continue
            answer, before = recent[place], list(reversed(recent[:place]))
            wrote = next((n for n, s in enumerate(before) if is_written(s, "out")), None)
            if wrote is None or any(is_sign(s) for s in before[:wrote]):
                continue  # nothing of ours that this could answer
            sign = next((s for s in before if is_sign(s)), None) or self._earlier(book, r, answer)
            silent = None if sign is None else answer.touchpoint.at - sign.touchpoint.at
            if silent is not None and silent < pause:
                continue
            yield Reason(
                self.name, r, 50, (answer.key, before[wrote].key),
                self._text(book, answer, silent),
                since=answer.touchpoint.at,
            )  # fmt: skip

    @staticmethod
    def _text(book: Book, answer: Stored, silent: timedelta | None) -> Text:
        figures = {
            "medium": words.name("medium", answer.medium), "when": answer.touchpoint.at.astimezone(book.zone),
            "subject": subject(answer),
        }  # fmt: skip
        if silent is None:
            return Text("has just answered · {medium} {when}{subject}, the first answer", **figures)
        return Text.count(
            "has just answered · {medium} {when}{subject}, after {n} day",
            "has just answered · {medium} {when}{subject}, after {n} days", n=silent.days, **figures,
        )  # fmt: skip

    @staticmethod
    def _earlier(book: Book, r: Relationship, answer: Stored) -> Stored | None:
        """Their last sign before an answer, however long ago."""
        earlier = (s for s in book.touchpoints(r, limit=None) if s.touchpoint.at < answer.touchpoint.at)
        return next((s for s in earlier if is_sign(s)), None)


class Attempts(Rule):
    """A prospect whom we tried to reach within 180 days, without an answer since and with no conversation ever: the next
    step is due."""

    name = "attempts"
    thresholds = MappingProxyType({"days": 180})

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """One reason for each prospect that was tried and not reached."""
        scope = Scope(book)
        window = at - timedelta(days=self.threshold(book, "days"))
        for r in book.chosen(book.where(lambda contact, customer: kind_of(contact, customer) == "prospect")):
            if r.summary.live.n or r.id in scope.left:
                continue
            attempts = scope.attempts(r, since=window)
            if attempts:
                yield Reason(
                    self.name, r, min(50, 30 + 4 * len(attempts)), tuple(s.key for s in attempts),
                    Text(
                        "not reached yet · {attempts} since {since} ({parts}), no conversation so far",
                        attempts=words.attempts(len(attempts)), parts=by_medium(attempts),
                        since=words.day(scope.day_of(attempts[0]), book.today),
                    ),
                    since=attempts[0].touchpoint.at,
                )  # fmt: skip


class NeverSpoken(Rule):
    """Only written contact so far, both ways, with anybody at a customer, prospect or partner named as such by the user
    or a directory, or of importance A or B. Where no conversation with anybody is known, it says so."""

    name = "never_spoken"

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """One reason for each customer, for the contact with the most written contact."""
        scope = Scope(book)
        heard = bool(book.summed(lambda summary: summary.live.n > 0))
        known = book.where(lambda c, k: decided_kind_of(c, k) in NAMED or importance_of(c, k) in ("A", "B"))
        for there in book.groups_of(known):
            if any(r.summary.live.n for r in there):
                continue
            named = [
                r for r in there
                if r.summary.last_sign is not None and r.id not in scope.left
                and (r.decided_kind in NAMED or (r.importance in ("A", "B") and r.kind not in NO_SILENCE))
            ]  # fmt: skip
            if not named:
                continue
            r = max(named, key=lambda r: (r.summary.all.n, r.summary.all.last or 0, r.id))
            first = r.summary.all.first or 1
            yield Reason(
                self.name, r, 30, Evidence(book, r),
                self._text(r.summary.all.n, words.day(date.fromordinal(first), book.today), heard),
                since=scope.midnight(first),
            )  # fmt: skip

    @staticmethod
    def _text(n: int, since: date | Day, heard: bool) -> Text:
        if heard:
            return Text.count(
                "never spoken · {n} contact day since {since}, all in writing",
                "never spoken · {n} contact days since {since}, all in writing", n=n, since=since,
            )  # fmt: skip
        return Text.count(
            "never spoken · {n} contact day since {since}, all in writing; no conversations with anybody are known",
            "never spoken · {n} contact days since {since}, all in writing; no conversations with anybody are known",
            n=n, since=since,
        )  # fmt: skip
