"""The call list: from the reasons that rules found to the few people to call today, in order, and who waits and why.

`touchpoints.sifting` has decided for each customer which reasons stand. Here the customers are put in order and shown, as
many as fit; only what is shown costs a look at its history.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property

import attrs

from touchpoints import words
from touchpoints.absences import EasingIn, Proposal, easing_in, proposed
from touchpoints.book import Book
from touchpoints.language import Text, language
from touchpoints.markup import Html, paragraph, table
from touchpoints.namesakes import hold_back
from touchpoints.progress import counted
from touchpoints.reach import Averages
from touchpoints.relationship import Flag, HeldBack, Reason, Relationship, Suggestion, importance_of
from touchpoints.rules.occasions import occasions
from touchpoints.rules.scope import NO_SILENCE
from touchpoints.sifting import Group, Sifting, until
from touchpoints.suggestion import suggest, usual_minutes
from touchpoints.summary import View
from touchpoints.warmth import DORMANT, NOT_ENOUGH_DATA, due_silence

WEIGHTS: Mapping[str | None, float] = {"A": 4, "B": 2, None: 1, "C": 0.5}
"""How much an importance counts in the order of silence."""
MOST_RESTARTS = 3
_UNCERTAIN = 5  # its stage: after all others
NO_WAY = Suggestion("phone", None, None, {}, {})


@attrs.frozen(slots=True)
class CallList:
    """Whom to call, as of the book's `at`.

    `flags`: one a customer, the most urgent first; `minutes`: how long each will take. `held_back`: who waits, and why.
    `more`: how many flags did not fit. `restart`: dormant relationships worth a fresh start, at most three. `unsorted`:
    how many organisations go by a proposal. `next_due`: if there are no flags, when the next relationship will be due.
    `coverage`: a note for each source that ended days ago. `eased`: after an absence of ours, how many wait until when.
    """

    book: Book
    flags: tuple[Flag, ...]
    minutes: tuple[int, ...]
    held_back: tuple[HeldBack, ...]
    more: int
    restart: tuple[Relationship, ...]
    unsorted: int
    next_due: date | None
    coverage: tuple[Mapping[str, str], ...]

    def html(self, lang: str | None = None) -> Html:
        """As a notebook shows it: the flags as a table, in a language (of the settings if none is given, else English)."""
        lang = lang or self.book.settings.lang or "en"
        spoken = language(lang)
        rows = [
            [n, *flag.cells(lang), minutes]
            for n, (flag, minutes) in enumerate(zip(self.flags, self.minutes, strict=True), 1)
        ]
        heads = ["", spoken.say("Who"), spoken.say("Why"), spoken.say("How and when"), spoken.say("Minutes")]
        below = [] if rows else [spoken.say("Nobody waits for your call today.")]
        if self.more:
            below.append(
                spoken.count("{n} more did not fit on the list", "{n} more did not fit on the list", n=self.more)
            )
        if held := len(self.held_back):
            below.append(spoken.count("{n} is held back", "{n} are held back", n=held))
        return Html((table(heads, rows) if rows else "") + (paragraph(" · ".join(below)) if below else ""))

    def _repr_html_(self) -> str:
        """In the language of the settings; `html` takes another."""
        return self.html()

    eased: tuple[Mapping[str, str], ...] = ()


def call_list(
    book: Book,
    reasons: Iterable[Reason],
    *,
    limit: int | None = 10,
    minutes: float | None = None,
    owner: str | None = None,
    customer: str | None = None,
    averages: Averages | None = None,
) -> CallList:
    """The call list from all reasons of a book: at most `limit` flags (`None`: all), within `minutes` of calls if given,
    of one `owner` (a colleague's name) or `customer` (its id, or that of a contact who stands alone)."""
    choice = _Choice(book, reasons, averages)
    chosen = [
        group for group in choice.groups.values()
        if customer in (None, group.id) and (owner is None or (group.whom.owner or "").casefold() == owner.casefold())
    ]  # fmt: skip
    flags: list[Flag] = []
    lengths: list[int] = []
    shown = [0] * (_UNCERTAIN + 1)
    left = float("inf") if minutes is None else minutes
    for stage, group in choice.ordered(chosen):
        if limit is not None and len(flags) >= limit:
            break
        if (length := usual_minutes(book, group.whom)) <= left:  # a shorter call further down may still fit
            left -= length
            flags.append(choice.flag(group, stage, shown[stage]))
            lengths.append(length)
            shown[stage] += 1
    return CallList(
        book, tuple(flags), tuple(lengths), tuple(choice.held_back(chosen)),
        sum(bool(group.standing) for group in chosen) - len(flags),
        tuple(choice.restarts()) if customer is None and owner is None else (),
        sum(c.kind == "unsorted" and c.proposed is not None for c in book.directory.customers.values()),
        None if flags else choice.next_due(), choice.coverage_notes(),
        tuple(choice.eased) if customer is None else (),
    )  # fmt: skip


def why_not(book: Book, reasons: Iterable[Reason], relationship: Relationship) -> Mapping[str, str]:
    """Why a relationship is, or is not, on the call list that these reasons make, in every language."""
    r = relationship
    if r.id not in book.by_id:
        return Text("belongs to nobody known yet")
    choice = _Choice(book, reasons)
    if group := choice.groups.get(r.group):
        mine = [reason for reason in group.standing if reason.relationship.id == r.id] or group.standing
        if mine:
            places = [g.id for _, g in choice.ordered([g for g in choice.groups.values() if g.standing])]
            return Text(
                "is on the list, number {place}: {reason}", place=places.index(r.group) + 1, reason=mine[0].text
            )
        for waiting in (group.held, group.ended):
            if waiting:
                reason, why = next((w for w in waiting if w[0].relationship.id == r.id), waiting[0])
                if waiting is group.held:
                    return Text("held back ({why}): {reason}", why=why, reason=reason.text)
                return Text("no longer a reason ({why}): {reason}", why=why, reason=reason.text)
    return choice.quiet(r)


class _Choice:
    """All customers with reasons, sifted by what the user decided and by what has happened since."""

    def __init__(self, book: Book, reasons: Iterable[Reason], averages: Averages | None = None) -> None:
        self.book, self.averages = book, averages
        self.sifting = Sifting(book, averages)
        self.scope = self.sifting.scope
        found = defaultdict[str, list[Reason]](list)
        for reason in reasons:
            found[reason.relationship.group].append(reason)
        book.look_at(id_ for id_ in found if len(book.groups.get(id_, ())) > 1)
        sifted = counted(found.items(), Text("making the call list"))
        self.groups = {id_: self.sifting.sift(id_, there) for id_, there in sifted}
        hold_back(book.directory, self.groups)
        self.eased = self._ease_in()

    def _ease_in(self) -> list[Text]:
        """Spread what does not press over the next working days after an absence of ours; a sentence about it."""
        least, over = (int(self.scope.threshold("after_absence", name)) for name in ("least", "over"))
        back = defaultdict[EasingIn, list[Group]](list)
        by_owner: dict[str | None, EasingIn | None] = {}
        for group in self.groups.values():
            owner = group.whom.owner
            if owner not in by_owner:
                by_owner[owner] = easing_in(self.book, owner, least, over)
            # what we owe, an occasion and an answer just come do not wait
            if (easing := by_owner[owner]) and all(
                r.stage > 1 and r.silence and r.rule != "answered_now" for r in group.standing
            ):
                back[easing].append(group)
        said = []
        for easing, groups in back.items():
            waiting = [group for _, group in self.ordered(groups)]
            shares = easing.shares(len(waiting))
            del waiting[: shares[0]]
            if not waiting:
                continue
            last = easing.days[max(n for n, share in enumerate(shares) if share)]
            said.append(
                Text.count(
                    "After your absence until {until}, {n} more waits until {last}.",
                    "After your absence until {until}, {n} more wait, spread over the working days until {last}.",
                    n=len(waiting), until=words.day(easing.until, self.book.today), last=words.day(last, self.book.today),
                )
            )  # fmt: skip
            for day, share in zip(easing.days[1:], shares[1:], strict=True):
                why = Text("after your absence, from {day}", day=words.day(day, self.book.today))
                for group in waiting[:share]:
                    group.held = [*((reason, why) for reason in group.standing), *group.held]
                    group.standing = []
                del waiting[:share]
        return said

    # -- order ----------------------------------------------------------------------------------------------------

    def ordered(self, groups: Iterable[Group]) -> Iterator[tuple[int, Group]]:
        """Customers with standing reasons and their stage, the most urgent first.

        Whether a reason is uncertain is asked only when its customer comes up, who then may queue again further down.
        """
        queue = [(self._place(g, g.standing), n, False, g) for n, g in enumerate(groups) if g.standing]
        heapq.heapify(queue)
        while queue:
            place, n, settled, group = heapq.heappop(queue)
            if not settled:
                certain = [reason for reason in group.standing if not self.sifting.uncertain(reason)]
                if len(certain) < len(group.standing):
                    group.whom = self.sifting.whom(certain or group.standing)
                    place = self._place(group, certain)
                    heapq.heappush(queue, (place, n, True, group))
                    continue
            yield place[0], group

    def _place(self, group: Group, reasons: list[Reason]) -> tuple[int, float, str, str]:
        r = group.whom
        worth = WEIGHTS.get(r.importance, 1) * r.warmth.priority
        if not reasons:
            return _UNCERTAIN, -worth, r.name, r.id
        stage = min(reason.stage for reason in reasons)
        if stage == 1:
            worth = max(reason.waited for reason in reasons if reason.stage == 1)
        elif stage == 2:
            worth = WEIGHTS.get(r.importance, 1) * max(reason.severity for reason in reasons if reason.stage == 2)
        return stage, -worth, r.name, r.id

    @cached_property
    def _proposed(self) -> list[Proposal]:
        return proposed(self.book)

    # -- showing --------------------------------------------------------------------------------------------------

    def flag(self, group: Group, stage: int, index: int) -> Flag:
        """The flag of a customer, the `index`-th of its stage."""
        said = {reason.text["en"]: reason for reason in reversed(group.standing)}  # two people, one meeting: once
        reasons = tuple(
            attrs.evolve(reason, evidence=tuple(reason.evidence), text=self._told(reason, group.whom))
            for reason in reversed(said.values())
        )
        whom = group.whom
        gone = all(x.rule == "contact_left" and x.relationship.id == whom.id for x in reasons)
        soon = any(x.stage <= 2 or not x.silence for x in reasons)
        only = occasions(whom, self.book)[:1] if all(x.rule == "occasion" for x in reasons) else []
        suggestion = suggest(
            self.book, whom, self.averages, soon=soon, start=only[0].day if only else None,
            banned=self.sifting.banned(whom), gone=gone,
        )  # fmt: skip
        others = {x.relationship.id: x.relationship.contact for x in group.standing if x.relationship.id != whom.id}
        # 20 a stage, falling with the place in it, and never to where the next stage begins
        urgency = 20 * (_UNCERTAIN + 1 - stage - index / (index + 8))
        return Flag(
            whom.contact, whom.customer, tuple(c for c in others.values() if c), urgency,
            whom, reasons, suggestion or NO_WAY, uncertain=stage == _UNCERTAIN,
            notes=tuple(p.text(self.book.today) for p in self._proposed if p.relationship.id == whom.id),
        )  # fmt: skip

    def _told(self, reason: Reason, whom: Relationship) -> Mapping[str, str]:
        """A reason's sentence, with the name if it is about somebody else than who is called, and how sure it is."""
        text, name = self.sifting.uncertain(reason) or reason.text, reason.relationship.name
        if reason.relationship.id == whom.id or all(name in said for said in text.values()):
            return text
        return Text("{name}: {reason}", name=name, reason=text)

    def held_back(self, groups: Iterable[Group]) -> list[HeldBack]:
        """Customers that would be on the list, but wait."""
        found = [
            HeldBack(g.whom.contact, g.whom.customer, g.held[0][1], tuple(reason for reason, _ in g.held))
            for g in groups
            if g.held and not g.standing
        ]
        return sorted(found, key=lambda h: h.reasons[0].relationship.name.lower())

    def restarts(self) -> list[Relationship]:
        """Dormant relationships worth a fresh start: of importance A or B, or with a year of history; nobody else there
        is in touch, and nothing holds them back."""
        found = []
        important = {*self.book.where(lambda contact, customer: importance_of(contact, customer) in ("A", "B"))}
        for r in self.book.with_status(DORMANT, lambda id_, summary: id_ in important or _a_year(summary.all)):
            if r.kind in NO_SILENCE or r.id in self.scope.left:
                continue
            if r.group in self.groups and (self.groups[r.group].standing or self.groups[r.group].held):
                continue
            if any(o.warmth.status not in (DORMANT, NOT_ENOUGH_DATA) or o.planned for o in self.book.groups[r.group]):
                continue
            found.append(r)
        found.sort(key=lambda r: (-WEIGHTS.get(r.importance, 1) * r.warmth.priority, r.name, r.id))
        chosen: dict[str, Relationship] = {}
        for r in found:
            restart = Reason("restart", r, 0)
            if r.group not in chosen and not self.sifting.ended(restart) and not self.sifting.held(restart):
                chosen[r.group] = r
                if len(chosen) == MOST_RESTARTS:
                    break
        return list(chosen.values())

    def next_due(self) -> date | None:
        """When the next relationship turns due, or somebody held back comes up again."""
        today, found = self.book.today, list[date]()
        for r in self.book:
            last, view = r.summary.all.last, r.summary.all
            if last is None or not self.scope.holds(r):
                continue
            waits = [due_silence(view, r.warmth.prior)] if view.n >= 2 and r.warmth.status != DORMANT else []
            if wanted := self.book.cadence(r):
                waits.append(wanted[1] + 1)
            if waits and last + min(waits) < date.max.toordinal() - 3660:
                found.append(self.scope.reached_on(r, last, min(waits)).date())
        found += [until(d) for d in self.book.decisions("snooze")]
        return min((day for day in found if day > today), default=None)

    def coverage_notes(self) -> tuple[Mapping[str, str], ...]:
        """A sentence for each source that ended days ago, the oldest first."""
        return tuple(
            Text.count(
                "{source} ends {day} ({n} day ago)", "{source} ends {day} ({n} days ago)",
                n=(self.book.today - day).days, source=importer, day=words.day(day, self.book.today),
            )
            for importer, day in sorted(self.sifting.stale.items(), key=lambda item: (item[1], item[0]))
        )  # fmt: skip

    def quiet(self, r: Relationship) -> Mapping[str, str]:
        """Why no rule found a reason."""
        if out := self.scope.why_not(r):
            return out
        view, warmth = r.summary.all, r.warmth
        status = words.name("status", warmth.status)
        if view.last is None:
            return status
        silence = self.scope.silence(r, view.last)
        if wanted := self.book.cadence(r):
            return Text("on track · {silence}, {agreed}", silence=silence.text, agreed=words.agreed(*wanted))
        if view.n < 2:
            return Text("{status} · {silence}", status=status, silence=silence.text)
        rhythm = words.rhythm(warmth.usual_gap_days, warmth.longest_gap_days, silence.raw)
        needed = due_silence(view, warmth.prior)
        if silence.raw >= needed > silence.net:
            return Text.count(
                "{silence}, {rhythm}; due after {n} day without days off",
                "{silence}, {rhythm}; due after {n} days without days off",
                n=needed, silence=silence.text, rhythm=rhythm,
            )  # fmt: skip
        when = words.day(self.scope.reached_on(r, view.last, needed).date(), self.book.today)
        return Text.count(
            "{status} · {silence}, {rhythm}; due after {n} day, {when}",
            "{status} · {silence}, {rhythm}; due after {n} days, {when}",
            n=needed, status=status, silence=silence.text, rhythm=rhythm, when=when,
        )  # fmt: skip


def _a_year(view: View) -> bool:
    """Whether a history is long enough to be taken up again."""
    return view.n >= 4 and (view.last or 0) - (view.first or 0) >= 365
