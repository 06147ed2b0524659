"""Art. 5(1)(e): nothing is kept for ever, and nothing that went comes back with an old export."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta

import attrs

from touchpoints import times
from touchpoints.directory import Directory
from touchpoints.errors import InvalidValue
from touchpoints.facts import Decision
from touchpoints.handles import Handle
from touchpoints.identity import decided
from touchpoints.language import Text, english
from touchpoints.model import Contact, Customer
from touchpoints.privacy.backups import in_backups
from touchpoints.progress import step
from touchpoints.store import Store

CONSENT_YEARS = 5
"""So long the evidence of a consent is kept, from when it was given or last used: what § 7a UWG demands for advertising
calls in Germany. Elsewhere it is a choice."""
_PASSING = frozenset({"note", "snooze", "away", "dismiss"})
"""Decisions that end by themselves."""
_LASTING_DISMISSALS = frozenset({"supplier", "private", "former"})


@attrs.frozen(slots=True)
class Retained:
    """What a retention did: how many touchpoints, decisions (notes, consents, snoozes …) and files of which nothing is
    left went; `untreated`: backups where it could not be done, and why; `busy`: another program holds the store open."""

    kept_since: date
    consents_since: date
    touchpoints: int = 0
    decisions: int = 0
    files: int = 0
    untreated: tuple[tuple[str, str], ...] = ()
    busy: bool = False


@step(Text("dropping what is older"))
def retain(store: Store, directory: Directory, since: date, *, consents: date) -> Retained:
    """Keep no touchpoint from before a local date, now and in later imports. Of what was decided before it go

    - notes (unless their promise is due later), snoozes and absences that ended, dismissals for the moment, and whatever
      was taken back;
    - consents given before the date `consents` and not used since, by what is stored;
    - all else that is about somebody of whom nothing is left. A refusal and an objection stay: they protect the person.

    Everything derived (contacts nobody else knows, sums, warmth, reasons) follows. Backups are treated alike.
    """
    outlived = [d.id for d, undone in store.history() if _outlived(store, directory, d, undone, since, consents)]
    by_number = {number: handle for handle, number in directory.handle_ids.items()}
    theirs = {d.id: _handles_of(directory, d, by_number) for d, _ in store.history() if _day(store, d.at) < since}
    done = _since(store, since, consents, set(outlived), theirs)
    untreated = in_backups(store, lambda copy: _since(copy, since, consents, set(outlived), theirs).busy)
    return attrs.evolve(done, untreated=untreated)


def _since(
    store: Store, since: date, consents: date, outlived: Collection[int], theirs: dict[int, set[Handle]]
) -> Retained:
    floor = datetime.combine(since, time(), store.zone)
    store.overwrite_what_is_deleted()
    store.must_be_writable()
    with store.transaction():
        store.put("kept_since", since.isoformat())
        dropped, _ = store.revise(lambda t: None if t.at < floor else t)
        store.drop_coverage(since)
        store.revise_absences(lambda absence: any(last >= since for _, last in absence.spans))
        left = {h for _, h in store.handles()} | {h for p in store.people() for h in p.handles}

        def kept(decision: Decision) -> dict[str, object] | None:
            gone = decision.id in outlived or (
                decision.id in theirs and not _protects(decision) and not (theirs[decision.id] & left)
            )
            return None if gone else dict(decision.payload)

        decisions = store.revise_decisions(kept)
        files = store.drop_empty_sources()
    return Retained(since, consents, dropped, decisions, files, busy=store.compact())


def _outlived(
    store: Store, directory: Directory, decision: Decision, undone: bool, since: date, consents: date
) -> bool:
    day, said = _day(store, decision.at), decision.payload
    if decision.kind == "consent" and said["allowed"] and not undone:
        return max(day, _last_use(store, directory, decision)) < consents
    if day >= since or (_protects(decision) and not undone):
        return False
    if undone:
        return True
    if decision.kind not in _PASSING or said.get("because") in _LASTING_DISMISSALS:
        return False
    end = said.get("due") or said.get("until")
    return end is None or date.fromisoformat(end) < since


def _protects(decision: Decision) -> bool:
    """Whether a decision keeps somebody from being called or evaluated, or says who we are."""
    match decision.kind:
        case "consent":
            return not decision.payload["allowed"]
        case "object":
            return not decision.payload.get("withdrawn")
        case "mark":
            return decision.payload.get("as") == "own"
        case _:
            return False


def _day(store: Store, at: int) -> date:
    return datetime.fromtimestamp(at, store.zone).date()


def _who(directory: Directory, decision: Decision) -> Contact | Customer | None:
    id_ = directory.about(decision)
    return directory.contacts.get(id_) or directory.objected.get(id_) or directory.customers.get(id_)


def _handles_of(directory: Directory, decision: Decision, by_number: Mapping[int, Handle]) -> set[Handle]:
    """By what one can tell that somebody whom a decision is about is still there."""
    found = {h for field in ("handles", "to") for h in decided(decision.payload, field)}
    who = _who(directory, decision)
    if who is not None:
        found |= {by_number[n] for n in directory.handles_of(who)}
        there = directory.contacts_of(who.id) if isinstance(who, Customer) else [who]
        found |= {h for contact in there for h in contact.handles}
    return found


def _last_use(store: Store, directory: Directory, decision: Decision) -> date:
    """The last day we made use of a consent: were in touch by ourselves on its channel."""
    who = _who(directory, decision)
    numbers = directory.handles_of(who) if who is not None else []
    channel = decision.payload["channel"]
    used = (
        s.touchpoint.at.astimezone(store.zone).date()
        for s in (store.touchpoints(numbers) if numbers else ())
        if s.touchpoint.direction != "in" and channel in (s.touchpoint.channel, s.medium)
    )
    return max(used, default=date.min)


def kept_from(span: str, today: date) -> date:
    """The first day that is kept: a span such as "3y", "18m" or "180d" before today, or a date. Raises `InvalidValue`."""
    if re.fullmatch(r"[1-9]\d{0,3}[yjm]", span):
        months = int(span[:-1]) * (1 if span[-1] == "m" else 12)
        year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
        if year < 1:
            raise InvalidValue(english("{span} is longer than the calendar", span=span))
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
    if "-" in span:
        try:
            return date.fromisoformat(span)
        except ValueError:
            raise InvalidValue(english("'{text}' is no date and no span such as 3y or 180d", text=span)) from None
    return date.fromordinal(max(1, today.toordinal() - times.days(span)))


def keep(store: Store, directory: Directory, since: date, *, consents: date) -> int:
    """As `retain`, at little cost where nothing older is stored: for every import of a store with a retention. The floor
    never goes back. Returns how many touchpoints went."""
    before = store.get("kept_since")
    if before is not None and before >= since.isoformat():
        return 0
    floor = datetime.combine(since, time(), store.zone)
    if next(store.touchpoints(None, None, floor - timedelta(seconds=1), limit=1), None) is not None:
        return retain(store, directory, since, consents=consents).touchpoints
    store.put("kept_since", since.isoformat())
    return 0


def years_before(day: date, years: int) -> date:
    """The same day some years ago (of 29 February: the 28th)."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
