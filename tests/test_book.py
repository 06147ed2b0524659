"""A book makes its relationships when they are asked for; whatever is asked first, it says the same."""

from __future__ import annotations

import gc
import weakref
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

import pytest
from desk import AT, Desk, ago, call, chat, mail

from touchpoints.book import RECENT_DAYS, Book
from touchpoints.facts import Stored
from touchpoints.handles import Handle
from touchpoints.model import Person
from touchpoints.relationship import importance_of

PEOPLE = [f"p{n}@firma{n // 2}.example" for n in range(8)]


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.knows(
        *(
            Person(
                f"Person {who[1]}", (Handle.of(who),), customer=f"Firma {int(who[1]) // 2}", key=who,
                importance="A" if who == PEOPLE[3] else None, kind="prospect" if who == PEOPLE[5] else None,
            )
            for who in PEOPLE[:6]
        )
    )  # fmt: skip
    for n, who in enumerate(PEOPLE):
        desk.add(*(mail(who, ago(days), "in" if days % 2 else "out") for days in range(3 + n, 400, 25 + 9 * n)))
        desk.add(*(call(who, ago(days)) for days in range(2 * n + 1, 300, 40)))
    desk.add(call(PEOPLE[2], ago(2), "in", outcome="missed"), chat(PEOPLE[4], ago(60)))
    desk.add(mail("info@firma1.example", ago(5)), mail(PEOPLE[1], ago(-3), "out"))
    return desk


def _recent_by_reading_all(desk: Desk, book: Book) -> dict[str, list[Stored]]:
    found: dict[str, list[Stored]] = defaultdict(list)
    for stored in desk.store.touchpoints(None, AT - timedelta(days=RECENT_DAYS), AT):
        for who in {id_ for r in book.relationship_of(stored) for id_ in (r.id, r.group)}:
            found[who].append(stored)
    return found


FIRST: list[Callable[[Book], object]] = [
    list, lambda book: book.loose_ends, lambda book: [book.recent(r.id) for r in reversed(book)],
    lambda book: book.look_at(list(book.groups)[:2]), lambda book: book.by_status.get("due"), lambda book: None,
]  # fmt: skip


@pytest.mark.parametrize("first", FIRST)
def test_groups_statuses_and_what_was_of_late_do_not_depend_on_what_is_asked_first(
    desk: Desk, first: Callable[[Book], object]
) -> None:
    book = desk.book()
    first(book)
    everybody = list(book)
    assert len(book) == len(everybody) == len(book.by_id) > len(PEOPLE)
    assert sorted(everybody, key=lambda r: (r.name.lower(), r.id)) == everybody
    groups, statuses = defaultdict(list), defaultdict(list)
    for r in everybody:
        groups[r.group].append(r)
        statuses[r.warmth.status].append(r)
        assert book.by_id[r.id] == r
    assert list(groups.items()) == list(book.groups.items())
    assert statuses == {status: book.by_status[status] for status in book.by_status}
    recent = _recent_by_reading_all(desk, book)
    assert recent == {who: some for r in everybody for who in (r.id, r.group) if (some := book.recent(who))}
    assert len(recent) > len(PEOPLE)


def test_some_of_the_relationships_are_those_that_a_look_at_all_finds(desk: Desk) -> None:
    book = desk.book()
    everybody = list(book)
    important = book.where(lambda contact, customer: importance_of(contact, customer) == "A")
    assert [r.id for r in everybody if r.importance == "A"] == [r.id for r in book.chosen(important)] != []
    quiet = [r for r in everybody if r.warmth.status == "on track" and r.summary.live.n > 5]
    assert quiet == book.with_status("on track", lambda _, summary: summary.live.n > 5) != []
    ids = {r.id for r in everybody if r.summary.all.n > 20}
    assert ids == set(book.summed(lambda summary: summary.all.n > 20)) != set()
    assert [there for there in book.groups.values() if any(r.id in ids for r in there)] == book.groups_of(ids)
    for r in everybody:
        open_ = any(
            s.touchpoint.outcome != "reached"
            or (s.touchpoint.direction == "in" and s.medium not in ("call", "meeting"))
            for s in book.recent(r.id)
        )
        assert open_ == (r.id in book.loose_ends)


def test_days_and_keys_are_those_of_the_touchpoints(desk: Desk) -> None:
    book = desk.book()
    days = book.contact_days(book)
    for r in book:
        reached = book.touchpoints(r, outcome="reached", limit=None)
        assert {s.touchpoint.at.astimezone(book.zone).toordinal() for s in reached} == days[r.id]
        assert tuple(s.key for s in reached)[:3] == book.keys_on(r, days[r.id], 3)


def test_a_book_goes_when_nobody_needs_it_any_more(desk: Desk) -> None:
    book = desk.book()
    assert len(list(book)) == len(book.by_id) and book.groups and book.by_status
    assert desk.reasons()
    gone = weakref.ref(book)
    gc.disable()
    try:
        del book
        assert gone() is None  # without waiting for a look for cycles: of a large store it holds some hundred MiB
    finally:
        gc.enable()
