"""Suggestions find people under other spellings, seldom the wrong ones, and join nobody."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from touchpoints.directory import Directory
from touchpoints.handles import Handle
from touchpoints.language import language
from touchpoints.model import Person
from touchpoints.ourside import OurSide
from touchpoints.settings import Settings
from touchpoints.store import Store
from touchpoints.suggestions import LIKELY, REASONS, WORTH_ASKING, Candidate, contacts, similar, similar_customers


def maker() -> ModuleType:
    path = Path(__file__).resolve().parents[1] / "benchmarks" / "suggestions.py"
    spec = importlib.util.spec_from_file_location("benchmark_suggestions", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["benchmark_suggestions"] = module
    spec.loader.exec_module(module)
    return module


def score(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Of two people, each given as a name, an address or number, and a company."""

    def candidate(id_: str, name: str, handle: str = "", company: str | None = None) -> Candidate:
        return Candidate(id_, (name,), (Handle.of(handle),) if handle else (), company)

    found = similar([candidate("a", *one), candidate("b", *other)], 1)
    return found[0].score if found else 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Erika Müller", "erika.mueller@muster.example"), ("Mueller, Dr. Erika", "em@muster.example")),
        (("Erika Müller", "+49 89 99998 123", "Muster GmbH"), ("E. Müller", "+49 171 39200 11", "Muster")),
        (("Erika Müller", "+49 89 99998 123", "Muster GmbH"), ("Erika Mueler", "e@x.example", "Muster GmbH")),
        (("Hans von der Heide", "", "Muster"), ("von der Heide, Hans", "", "Muster")),
        (("Erika Muster", "", "Bau"), ("Erika Muster-Klein", "", "Bau AG")),
        (("Frau Müller", "+49 89 99998 123", "Muster"), ("Erika Müller", "+49 89 99998 124", "Muster GmbH")),
        (("Muster Erika", "", "Bau"), ("Erika Muster", "", "Bau")),
        (("em@muster.example", "erika.muster@bau.example"), ("Erika Muster", "+49 89 99998 123", "bau")),
        (("Gisela Meyer", "", "Werk"), ("Gisela Maier", "", "Werk")),
    ],
)
def test_another_spelling_is_worth_a_question(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert score(one, other) >= WORTH_ASKING


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Erika Müller", "", "Muster Bau"), ("Max Müller", "", "Muster Bau")),
        (("Erika Müller", "", "Muster Bau"), ("Erika Schmidt", "", "Muster Bau")),
        (("Erika Müller", "", "Muster Bau"), ("Erika Müller", "", "Beispiel Reisen")),
        (("Info", "info@muster.example"), ("Info", "info@beispiel.example")),
        (("Peter Koch", "", "Muster"), ("Petra Kuhn", "", "Muster")),
    ],
)
def test_people_who_only_look_alike_are_not_suggested(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert score(one, other) < WORTH_ASKING


@pytest.mark.parametrize(
    ("kind", "likely", "worth_asking"),
    [("dense", (0.995, 0.35), (0.85, 0.75)), ("spread", (0.995, 0.25), (0.85, 0.55))],
)
def test_quality_on_the_labelled_sets_is_as_documented(
    kind: str, likely: tuple[float, float], worth_asking: tuple[float, float]
) -> None:
    rows = {least: (precision, recall) for least, _, precision, recall in maker().quality(1500, 3, kind)}
    assert rows[LIKELY][0] >= likely[0] and rows[LIKELY][1] >= likely[1]
    assert rows[WORTH_ASKING][0] >= worth_asking[0] and rows[WORTH_ASKING][1] >= worth_asking[1]


@pytest.mark.parametrize("kind", ["dense", "spread"])
def test_automatic_joins_of_the_labelled_sets_are_all_right(kind: str) -> None:
    candidates, truth = maker().labelled(1500, 1, kind)
    switchboard: dict[str, Handle] = {}
    people = []
    for c in candidates:
        handles = [h for h in c.handles if h.kind != "name"]
        if c.customer:  # everybody's card has the number of the firm's switchboard as well
            handles.append(switchboard.setdefault(c.customer, Handle("phone", f"+49{3 * 10**8 + len(switchboard)}")))
        people.append(Person(c.names[0], handles, customer=c.customer, ref=c.id))
    store = Store()
    store.add_people(people, store.begin_source("cards", "test", ""))
    directory = Directory(store, Settings(), OurSide())
    owner: dict[str, set[int]] = {}
    for person in people:
        for handle in person.handles:
            if (contact := directory.contact_of(handle)) and handle not in switchboard.values():
                owner.setdefault(contact.id, set()).add(truth[str(person.ref)])
    assert len(owner) > 900
    assert [ids for ids in owner.values() if len(ids) > 1] == []


def test_suggestions_join_nobody_and_say_why() -> None:
    store = Store()
    store.add_people(
        [Person("Erika Müller", ["+49 89 99998 123"], customer="Muster GmbH", ref="1"),
         Person("Mueller, Erika", ["erika.mueller@muster.example"], customer="Muster", ref="2")],
        store.begin_source("cards", "test", ""),
    )  # fmt: skip
    directory = Directory(store, Settings(), OurSide())
    (pair,) = similar(contacts(directory))
    assert len(directory.contacts) == 2
    assert "same name" in pair.why("en") and "gleicher Name" in pair.why("de")


def test_organisations_under_another_spelling_are_suggested() -> None:
    store = Store()
    cards = [
        Person("Erika Müller", ["+49 89 99998 123"], customer="Muster Bau GmbH", ref="1"),
        Person("Jonas Kern", ["+49 89 99998 124"], customer="Musterbau", ref="2"),
        Person("Kim Neu", ["kim@muster-bau.example"], ref="3"),
        Person("Ida Alt", ["+49 89 99998 126"], customer="Ganz Anders AG", ref="4"),
    ]
    store.add_people(cards, store.begin_source("cards", "test", ""))
    directory = Directory(store, Settings(), OurSide())
    names = {c.id: c.name for c in directory.customers.values()}
    pairs = {frozenset((names[p.one], names[p.other])) for p in similar_customers(directory)}
    assert pairs == {
        frozenset(("Muster Bau GmbH", "Musterbau")), frozenset(("Muster Bau GmbH", "muster-bau.example")),
        frozenset(("Musterbau", "muster-bau.example")),
    }  # fmt: skip


def test_the_order_of_candidates_makes_no_difference() -> None:
    candidates, _ = maker().labelled(200)
    assert similar(candidates) == similar(reversed(candidates))


@pytest.mark.parametrize(("kind", "golden"), [("dense", 917), ("spread", 790)])
def test_who_is_not_looked_at_further_could_not_have_reached_the_score(kind: str, golden: int) -> None:
    candidates, _ = maker().labelled(1500, 5, kind)
    everything = similar(candidates, 1)  # nobody is left out by a bound
    for least in (30, WORTH_ASKING, LIKELY, 99):
        assert similar(candidates, least) == [p for p in everything if p.score >= least]
    assert len([p for p in everything if p.score >= WORTH_ASKING]) == golden


def test_every_reason_has_words_in_every_language() -> None:
    candidates, _ = maker().labelled(400, 1, "spread")
    assert {r for p in similar(candidates, 1) for r in p.reasons} <= set(REASONS)
    assert all(language("de").term("likeness", reason) != reason for reason in REASONS)


def test_a_rare_name_says_more_than_a_common_one() -> None:
    rare = (("Thea Quistorp", "+49 171 39200 11"), ("Quistorp, Thea", "thea.quistorp@gmail.com"))
    common = (("Anna Müller", "+49 171 39200 11"), ("Müller, Anna", "anna.mueller@gmail.com"))
    assert score(*rare) > score(*common)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Thomas Quistorp", "", "Bau"), ("Tom Quistorp", "", "Bau AG")),
        (("Thea Quistorp (Muster Bau)", ""), ("T. Quistorp", "tq@muster-bau.example")),
        (("Thea Quistorp", "", "Muster Bau"), ("tquistorp@muster-bau.example", "tquistorp@muster-bau.example")),
        (("Quistorp Thea", "+49 171 39200 11"), ("Thea Quistorp", "linkedin.com/in/thea-quistorp-1a2b")),
        (("Thea Quistorp", "", "Freelance"), ("Thea Quistorp", "", "Muster Bau")),
    ],
)
def test_short_forms_brackets_profiles_and_addresses_are_evidence(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert score(one, other) >= WORTH_ASKING


def test_two_given_names_under_one_surname_speak_against_it() -> None:
    one = Candidate("a", ("Herr Müller",), (Handle.of("e.mueller@muster.example"),))
    other = Candidate("b", ("Max Müller",), (Handle.of("+49 89 99998 123"),), "muster.example")
    assert similar([one, other]) == []
