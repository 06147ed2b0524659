"""Silence, against an agreed rhythm or the relationship's own; always without days off, and within the scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from math import log, sqrt
from types import MappingProxyType

from touchpoints import words
from touchpoints.book import IMPORTANCE_CADENCE, Book, is_live
from touchpoints.language import Listed, Text
from touchpoints.plugins import Rule
from touchpoints.relationship import Reason, Relationship, importance_of, kind_of
from touchpoints.rules.scope import NO_SILENCE, Evidence, Scope, Silence, by_medium, is_attempt
from touchpoints.summary import Summary, View
from touchpoints.warmth import COOLING, DORMANT, DUE, NOT_ENOUGH_DATA, ON_TRACK, ONE_WAY, due_silence, status


def _rhythm(relationship: Relationship, silence: Silence) -> Text:
    warmth = relationship.warmth
    return words.rhythm(warmth.usual_gap_days, warmth.longest_gap_days, silence.raw)


class Overdue(Rule):
    """The silence has passed the latest date of the wanted rhythm (stage 2), or only its ideal one (stage 4).

    A rhythm wanted with a customer (agreed with it, for a tag of it, or by its importance) is kept by anybody there: it
    gives one reason, for the person there spoken with most.
    """

    name = "overdue"
    thresholds = MappingProxyType({f"importance_{letter}": days for letter, days in IMPORTANCE_CADENCE.items()})

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """One reason for each wanted rhythm that is not kept."""
        scope = Scope(book)
        for group in self._groups(book):
            there = [r for r in group if r.summary.all.n and r.kind not in NO_SILENCE and r.id not in scope.left]
            for r in there:
                if own := book.own_cadence(r):
                    yield from self._of(scope, r, r.summary.all.last or 0, *own)
            others = [r for r in there if not book.own_cadence(r)]
            if others and (wanted := next(filter(None, map(book.cadence, others)), None)):
                r = max(others, key=lambda r: (r.summary.live.n, r.summary.all.last or 0, r.id))
                quiet = all(r.warmth.status == DORMANT for r in there)
                if not quiet or book.agreed_cadence(r):  # what nobody agreed nor misses is for a fresh start
                    yield from self._of(scope, r, max(r.summary.all.last or 0 for r in there), *wanted)

    @staticmethod
    def _groups(book: Book) -> Iterable[list[Relationship]]:
        """The groups for which some rhythm may be wanted."""
        if book.any_agreed:
            return book.groups.values()
        return book.groups_of(book.where(lambda contact, customer: importance_of(contact, customer) in ("A", "B")))

    def _of(self, scope: Scope, r: Relationship, last: int, ideal: int, latest: int) -> Iterator[Reason]:
        silence = scope.silence(r, last)
        if silence.net <= ideal:
            return
        late = silence.net > latest
        yield Reason(
            self.name, r, min(100, 20 + 40 * silence.net / max(latest, 1)) if late else 40, Evidence(scope.book, r),
            Text("due · {silence}, {agreed}", silence=silence.text, agreed=words.agreed(ideal, latest)) if late
            else Text("about time · {silence}, {agreed}", silence=silence.text, agreed=words.agreed(ideal, latest)),
            since=scope.reached_on(r, last, (latest if late else ideal) + 1), stage=2 if late else 4,
        )  # fmt: skip


class UnusualSilence(Rule):
    """Status `due`, also without days off."""

    name = "unusual_silence"

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """One reason for each contact that is due."""
        scope = Scope(book)
        for r in book.by_status.get(DUE, ()):
            view = r.summary.all
            if view.last is None or not scope.holds(r) or (silence := scope.due(r, view)) is None:
                continue
            due = due_silence(view, r.warmth.prior)
            yield Reason(
                self.name, r, min(100, 50 + 25 * (silence.net / due - 1)), Evidence(book, r),
                Text("due · {silence}, {rhythm}", silence=silence.text, rhythm=_rhythm(r, silence)),
                since=scope.reached_on(r, view.last, due), stage=3,
            )  # fmt: skip


class Cooling(Rule):
    """Status `cooling`, also when the days off of the last months are not counted as missed."""

    name = "cooling"

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """One reason for each contact that is cooling."""
        scope = Scope(book)
        month_off, year_off = _share_off(scope, 30), _share_off(scope, 365)
        for r in book.by_status.get(COOLING, ()):
            view = r.summary.all
            if view.last is None or not scope.holds(r):
                continue
            # the two paces of `warmth.trend`, each over the days that were not off
            month, year = (
                log(2) * d / h / (1 - off) for d, h, off in ((view.d30, 30, month_off), (view.d365, 365, year_off))
            )
            z = (month - year) / sqrt((year + 0.003) * log(2) / 60)
            if z >= -1:
                continue
            silence = scope.silence(r, view.last)
            yield Reason(
                self.name, r, min(60, 25 - 5 * z), Evidence(book, r),
                Text(
                    "cooling · {silence}, {rhythm} · lately {month} contact days a month instead of {year}",
                    silence=silence.text, rhythm=_rhythm(r, silence), month=month * 30, year=year * 30,
                ),
                since=scope.midnight(view.last + 1),
            )  # fmt: skip


def _share_off(scope: Scope, half_life: int) -> float:
    """The share of days off in the time that a decayed sum looks back on."""
    today, off = scope.book.today.toordinal(), 0.0
    first = today - 6 * half_life
    for day in reversed(scope.book.workdays.off_in(date.fromordinal(first).year, scope.book.today.year)):
        if first < day <= today:
            off += 2 ** (-(today - day) / half_life)
    return min(0.9, off * log(2) / half_life)


class ShallowOnly(Rule):
    """Written contact is on track, but the conversations have stopped: at least two days with one in the past, and by
    the same formulas these are due or dormant. The source of the conversations must reach to when they became due."""

    name = "shallow_only"
    thresholds = MappingProxyType({"days": 2})

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """One reason for each contact with whom only messages are exchanged now."""
        scope = Scope(book)
        least = max(2, int(self.threshold(book, "days")))

        def silent(_: str, summary: Summary) -> bool:
            live = summary.live  # on every day of contact they spoke: conversations are on track as all of it is
            return least <= live.n < summary.all.n and status(live, summary.at, book.prior) in (DUE, DORMANT)

        for r in book.with_status(ON_TRACK, silent):
            view = r.summary.live
            if view.last is None:
                continue
            if not scope.holds(r) or (silence := scope.due(r, view)) is None:
                continue
            since = scope.reached_on(r, view.last, due_silence(view, r.warmth.prior))
            if book.holes or not all(until >= since.date() for until in book.coverage.values()):
                covered = book.covered_until(
                    (s for s in book.touchpoints(r, outcome="reached", limit=None) if is_live(s)),
                    date.fromordinal(view.last),
                )
                if covered is None or covered < since.date():
                    continue
            usual = (view.last - (view.first or 0)) / (view.n - 1)
            yield Reason(
                self.name, r, min(70, 40 + 10 * (silence.net / due_silence(view, r.warmth.prior) - 1)),
                Evidence(book, r, live=True),
                Text.count(
                    "only in writing now · no conversation for {n} day, {rhythm}",
                    "only in writing now · no conversation for {n} days, {rhythm}", n=silence.raw,
                    rhythm=words.rhythm(usual, view.longest_gap, silence.raw),
                ),
                since=since,
            )  # fmt: skip


class Season(Rule):
    """In touch within 21 days of this date in two of the last three years, not in this one, and nothing is booked.

    At least a third of all contact days must lie in these windows: a contact all year round has no season.
    """

    name = "season"
    thresholds = MappingProxyType({"days": 21, "share": 1 / 3})

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """One reason for each contact of the season."""
        scope = Scope(book)
        width = int(self.threshold(book, "days"))
        share = self.threshold(book, "share")
        today = book.today.toordinal()
        oldest = today - 2 * 365 + width
        reach = timedelta(days=width)
        active = {
            year: book.active_between(_this_day(book.today, year) - reach, _this_day(book.today, year) + reach)
            for year in range(book.today.year - 3, book.today.year)
        }
        season = _Season(book.today, width)
        seen = Counter(id_ for contacts in active.values() for id_ in contacts)
        quiet = [
            r for r in book.chosen(id_ for id_, years in seen.items() if years >= 2)
            if self._may_have(r, today, oldest, width) and r.kind not in NO_SILENCE and r.id not in scope.left
        ]  # fmt: skip
        days = book.contact_days(quiet)
        for r in quiet:
            inside = set(filter(season.holds, days[r.id]))
            if len(inside) < share * len(days[r.id]):
                continue
            years = [year for year, contacts in active.items() if r.id in contacts]
            yield Reason(
                self.name, r, 45, book.keys_on(r, inside, 3), Text(
                    "as every year · in touch at this time of year in {years}, not yet this year",
                    years=Listed([str(y) for y in years]),
                ),
                since=scope.midnight(today - width), stage=3,
            )  # fmt: skip

    @staticmethod
    def _may_have(r: Relationship, today: int, oldest: int, width: int) -> bool:
        """Whether contact began long enough ago, there was none for a while, and none is booked."""
        view = r.summary.all
        if view.first is None or view.last is None or view.first > oldest or r.summary.last_sign is None:
            return False
        # a third of the days in windows of a ninth of the year leaves long gaps elsewhere
        return today - view.last > width and today - view.last >= 90 and view.longest_gap >= 90 and not r.planned


def _this_day(today: date, year: int) -> date:
    return today.replace(year=year, day=min(today.day, 28) if today.month == 2 else today.day)


class _Season:
    """The days of any year that are at most `width` days from the return of today's date in it."""

    def __init__(self, today: date, width: int) -> None:
        self._today, self._width = today, width
        self._middles: dict[int, int] = {}  # ordinals of these dates, by year

    def holds(self, day: int) -> bool:
        """Whether a day (an ordinal) is one of them."""
        year = date.fromordinal(day).year
        return min(abs(day - self._middle(year + n)) for n in (-1, 0, 1)) <= self._width

    def _middle(self, year: int) -> int:
        middle = self._middles.get(year)
        if middle is None:
            middle = self._middles[year] = _this_day(self._today, year).toordinal()
        return middle


class Ghosted(Rule):
    """Three or more attempts of ours without an answer, on all channels together, since their last sign, spread over at
    least 10 days that were not off."""

    name = "ghosted"
    thresholds = MappingProxyType({"attempts": 3, "days": 10})

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """One reason for each contact that no longer answers."""
        scope = Scope(book)
        least = int(self.threshold(book, "attempts"))
        spread = int(self.threshold(book, "days"))
        tried = book.summed(lambda summary: summary.out_days_since >= least)
        for r in book.chosen({*tried, *book.loose_ends}):
            sign, summary = r.summary.last_sign, r.summary
            if sign is None or summary.at - sign < spread or r.warmth.status in (DORMANT, NOT_ENOUGH_DATA):
                continue
            # a first count that costs no look at the history: days with messages of ours, and calls of late
            lately = book.recent(r.id) if r.id in book.loose_ends else ()
            calls = sum(s.medium == "call" and is_attempt(s) for s in lately)
            if summary.out_days_since + calls < least or not scope.holds(r):
                continue
            attempts = scope.attempts(r, since=scope.midnight(sign))
            if len(attempts) < least:
                continue
            first, last = scope.day_of(attempts[0]), scope.day_of(attempts[-1])
            if scope.silence(r, first.toordinal()).net - scope.silence(r, last.toordinal()).net < spread:
                continue
            yield Reason(
                self.name, r, min(80, 45 + 5 * (len(attempts) - least)), tuple(s.key for s in attempts),
                Text(
                    "no longer answers · {attempts} without an answer since {since} ({parts})",
                    attempts=words.attempts(len(attempts)), since=words.day(first, book.today), parts=by_medium(attempts),
                ),
                since=max(attempts[least - 1].touchpoint.at, attempts[0].touchpoint.at + timedelta(days=spread)),
                stage=3,
            )  # fmt: skip


class SingleThreaded(Rule):
    """A customer (kind customer, or importance A or B) that hangs on one person: of two or more contacts with a history
    all but one have gone quiet for good (talking with the one left does not end that), or the one we speak with most is
    due while others are not."""

    name = "single_threaded"
    thresholds = MappingProxyType({"days": 365})

    def reasons(self, book: Book, at: datetime) -> Iterable[Reason]:
        """At most one reason for each customer."""
        scope = Scope(book)
        within = int(self.threshold(book, "days"))
        valued = book.where(
            lambda contact, customer: (
                contact is not None
                and (kind_of(contact, customer) == "customer" or importance_of(contact, customer) in ("A", "B"))
            )
        )
        history = {
            *book.summed(lambda summary: summary.all.n >= 4 and summary.last_sign is not None and _long(summary.all))
        }
        several = Counter(book.directory.contacts[id_].customer for id_ in valued if id_ in history)
        members = [
            [
                r
                for r in there
                if r.contact and r.summary.all.n >= 4 and (r.kind == "customer" or r.importance in ("A", "B"))
            ]
            for there in book.groups_of(id_ for id_ in valued if several[book.directory.contacts[id_].customer] >= 2)
        ]
        for there in sorted(filter(None, members), key=lambda there: (there[0].name.lower(), there[0].id)):
            known = [r for r in there if r.summary.last_sign is not None and _long(r.summary.all)]
            if len(known) >= 2:
                yield from self._of(scope, known, within)

    def _of(self, scope: Scope, known: list[Relationship], within: int) -> Iterator[Reason]:
        gone = [r for r in known if r.id in scope.left or r.warmth.status in (DORMANT, ONE_WAY)]
        living = [r for r in known if r not in gone]
        lately = [r for r in gone if (r.warmth.silence_days or 0) <= within]
        if len(living) == 1 and lately and scope.holds(living[0]):
            one = living[0]
            text = Text.count(
                "depends on one person · only {name} is left",
                "depends on one person · of {n} contacts {name} is left", n=len(known), name=one.name,
            )  # fmt: skip
            yield Reason(self.name, one, 45, Evidence(scope.book, one), text, stage=3)
            return
        champion = max(known, key=lambda r: (r.summary.live.n, r.summary.all.n, r.id))
        if champion.warmth.status == DUE and any(r.warmth.status != DUE for r in living) and scope.holds(champion):
            view = champion.summary.all
            if view.last is not None and (silence := scope.due(champion, view)) is not None:
                yield Reason(
                    self.name, champion, 45, Evidence(scope.book, champion),
                    Text(
                        "depends on one person · {name}, spoken to most: {silence}, {rhythm}", name=champion.name,
                        silence=silence.text, rhythm=_rhythm(champion, silence),
                    ),
                    since=scope.reached_on(champion, view.last, due_silence(view, champion.warmth.prior)), stage=3,
                )  # fmt: skip


def _long(view: View) -> bool:
    return (view.last or 0) - (view.first or 0) >= 90
