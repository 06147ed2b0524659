"""Who is who: exact keys join and nothing else does, answers of the user come first, and every answer can be taken back."""

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.directory import OFFICE, Directory, Unresolved, contact_id, customer_id
from touchpoints.errors import IdentityError, InvalidValue, UnknownName
from touchpoints.handles import Handle, name
from touchpoints.ingest import ingest
from touchpoints.model import Contact, Customer, Party, Person, Touchpoint
from touchpoints.ourside import OurSide
from touchpoints.plugins import Plugins
from touchpoints.settings import Settings
from touchpoints.store import Store

AT = datetime(2026, 7, 1, 9, tzinfo=UTC)
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
PHONE, MOBILE, THIRD = "+49 89 99998 123", "+49 171 39200 11", "+49 89 99998 124"
ADDRESS, OTHER = "erika@muster.example", "jonas@muster.example"
EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def h(text: str) -> Handle:
    return Handle.of(text)


def call(who: str, day: int = 0, called: str | None = None, **more: Any) -> Touchpoint:
    return Touchpoint.call(who, START + timedelta(days=day), "out", minutes=5, name=called, **more)


def mail(who: str, day: int = 0, direction: str = "in", called: str | None = None, **more: Any) -> Touchpoint:
    return Touchpoint.mail(who, START + timedelta(days=day), direction, name=called, **more)


def two_way(who: str, called: str | None = None) -> list[Touchpoint]:
    return [mail(who, 0, "out", called), mail(who, 1, "in", called)]


def made(
    *touchpoints: Touchpoint,
    people: list[Person] | None = None,
    given: Settings | None = None,
    store: Store | None = None,
) -> Directory:
    store = store or Store()
    source = store.begin_source("a", "test", "")
    store.add(touchpoints, source)
    store.add_people(people or [], source)
    side = OurSide((), ["mara@ours.example", "+49 30 23125 100", "Mara Falk"])
    return Directory(store, given or Settings(), side)


def names(directory: Directory) -> list[str]:
    return sorted(c.name for c in directory.contacts.values())


# -- people by themselves --------------------------------------------------------------------------------------------------


def test_two_way_written_contact_makes_a_contact_with_the_company_domain_as_customer() -> None:
    directory = made(*two_way(ADDRESS, "Erika Muster"))
    (contact,) = directory.contacts.values()
    customer = directory.customer_of(contact)
    assert (contact.name, customer and customer.name) == ("Erika Muster", "muster.example")


def test_one_way_mail_makes_no_contact_but_waits() -> None:
    directory = made(mail(ADDRESS, called="Erika Muster"))
    assert (names(directory), [u.handle.value for u in directory.unresolved]) == ([], [ADDRESS])


def test_a_call_that_was_reached_makes_a_contact_of_a_number_with_a_name() -> None:
    assert names(made(call(PHONE, called="Erika Muster"))) == ["Erika Muster"]


def test_a_bare_number_waits_in_the_queue_the_most_frequent_first_missed_calls_included() -> None:
    missed = [Touchpoint.call(PHONE, START + timedelta(days=n), "in", outcome="missed") for n in range(5)]
    directory = made(*missed, call(THIRD), call(THIRD, 1))
    assert [(u.handle.value, u.count) for u in directory.unresolved] == [("+498999998123", 5), ("+498999998124", 2)]
    assert directory.contacts == {}


def test_the_queue_says_when_and_over_what() -> None:
    (waiting,) = made(call(PHONE, 3), call(PHONE, 8)).unresolved
    first = START.date().toordinal()
    assert (waiting.first, waiting.last, waiting.media) == (first + 3, first + 8, ("call",))


def test_free_mail_is_no_company_and_proposed_private() -> None:
    (contact,) = made(*two_way("erika.muster@gmx.de", "Erika Muster")).contacts.values()
    assert (contact.customer, contact.proposed) == (None, "private")


@pytest.mark.parametrize("who", ["+49 89 99998 123", "https://www.linkedin.com/in/erika-muster"])
def test_a_number_that_an_address_book_names_and_a_profile_are_not_proposed_private(who: str) -> None:
    there = [Touchpoint.message(who, START, d, channel="linkedin", name="Erika Muster") for d in ("in", "out")]
    (contact,) = made(*there).contacts.values()
    assert contact.proposed is None


def test_a_role_address_belongs_to_the_customer() -> None:
    directory = made(*two_way(ADDRESS), *two_way("info@muster.example"))
    (customer,) = directory.customers
    role = directory.handle_ids[h("info@muster.example")]
    assert (len(directory.contacts), directory.contact_by_number(role)) == (1, OFFICE + customer)


def test_own_people_in_an_address_book_are_no_contacts() -> None:
    people = [Person("Mara Falk", [MOBILE], customer="Ours"), Person("Leyla Brandt", ["leyla@ours.example"])]
    assert made(people=people).contacts == {}


# -- exact keys join -------------------------------------------------------------------------------------------------------


def test_a_directory_ties_number_and_address_together() -> None:
    erika = Person("Erika Muster", [PHONE, ADDRESS], customer="Muster GmbH")
    directory = made(call(PHONE), *two_way(ADDRESS), people=[erika])
    (contact,) = directory.contacts.values()
    assert contact.id == contact_id(h(PHONE))
    assert [c.name for c in directory.customers.values()] == ["Muster GmbH"]


def test_entries_of_several_directories_join_over_what_they_share() -> None:
    people = [Person("Erika Muster", [PHONE, MOBILE]), Person("Muster, Dr. Erika", [MOBILE, ADDRESS])]
    (contact,) = made(people=people).contacts.values()
    assert len(contact.handles) == 3


def test_the_same_name_joins_nothing() -> None:
    directory = made(call(PHONE, called="Erika Muster"), *two_way(ADDRESS, "Erika Muster"))
    assert names(directory) == ["Erika Muster", "Erika Muster"]


def test_the_same_name_without_handles_in_two_entries_is_two_people() -> None:
    people = [
        Person("Erika Muster", [], customer="Muster", ref="1"),
        Person("Erika Muster", [], customer="Beispiel", ref="2"),
    ]
    assert names(made(people=people)) == ["Erika Muster", "Erika Muster"]


def test_a_switchboard_that_two_people_share_joins_nobody_and_is_the_customers() -> None:
    people = [
        Person("Erika Muster", [PHONE, ADDRESS], customer="Muster GmbH"),
        Person("Jonas Beispiel", [PHONE, OTHER], customer="Muster GmbH"),
    ]
    directory = made(call(PHONE), people=people)
    assert names(directory) == ["Erika Muster", "Jonas Beispiel"]
    (customer,) = directory.customers
    assert directory.contact_by_number(directory.handle_ids[h(PHONE)]) == OFFICE + customer


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [("Erika Muster", "Erika Mustr", PHONE), ("E. Muster", "Erika Muster", PHONE), ("Erika Muster", "Erika Klein", ADDRESS),
     ("Muster Erika", "Erika Muster", PHONE), ("Muster", "Erika Muster", PHONE), ("Erika Muster-Klein", "Erika Muster", PHONE)],
)  # fmt: skip
def test_another_spelling_of_a_name_is_no_other_person(one: str, other: str, kind: str) -> None:
    assert len(made(people=[Person(one, [kind], ref="1"), Person(other, [kind], ref="2")]).contacts) == 1


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("Erika Muster", "Max Muster", PHONE),
        ("Peter Müller", "Peter Schmidt", PHONE),
        ("Erika Muster", "Jonas Beispiel", ADDRESS),
    ],
)
def test_people_with_different_names_are_not_joined_by_what_they_share(one: str, other: str, kind: str) -> None:
    people = [Person(one, [kind, "one@a.example"], ref="1"), Person(other, [kind, "other@b.example"], ref="2")]
    assert len(made(people=people).contacts) == 2


def test_an_entry_that_names_only_the_organisation_makes_no_person() -> None:
    people = [
        Person("Muster GmbH", [PHONE], customer="Muster", kind="customer"),
        Person("", [THIRD], customer="Muster"),
    ]
    directory = made(call(PHONE), people=people)
    assert (directory.contacts, [c.kind for c in directory.customers.values()]) == ({}, ["customer"])


def test_a_domain_whose_entries_agree_but_for_the_legal_form_is_one_customer() -> None:
    people = [
        Person("Erika Muster", [ADDRESS], customer="Muster GmbH"),
        Person("Jonas Beispiel", [OTHER], customer="Muster"),
        Person("Kim Neu", [THIRD], customer="Muster"),
    ]
    directory = made(*two_way("anna@muster.example", "Anna Alt"), people=people)
    assert [c.name for c in directory.customers.values()] == ["Muster"]
    assert len(directory.contacts_of(next(iter(directory.customers)))) == 4


def test_organisations_of_different_names_stay_apart() -> None:
    people = [
        Person("Erika Muster", [ADDRESS], customer="Muster Bau"),
        Person("Jonas Beispiel", [OTHER], customer="Muster Reisen"),
    ]
    assert sorted(c.name for c in made(people=people).customers.values()) == ["Muster Bau", "Muster Reisen"]


def test_nothing_depends_on_the_order_of_what_came() -> None:
    touchpoints = [
        call(PHONE, 1, "E. Muster"),
        *two_way(ADDRESS, "Erika Muster"),
        call(MOBILE, 2, "Muster"),
        *two_way(OTHER),
    ]
    people = [
        Person("Erika Muster", [PHONE, ADDRESS], customer="Muster GmbH", ref="1"),
        Person("Muster, Erika", [MOBILE, ADDRESS], customer="Muster", ref="2"),
    ]
    chance = random.Random(1)
    seen = set()
    for _ in range(6):
        chance.shuffle(touchpoints)
        chance.shuffle(people)
        directory = made(*touchpoints, people=people)
        seen.add(repr((sorted(directory.contacts.items()), sorted(directory.customers.items()))))
    assert len(seen) == 1


# -- kinds -----------------------------------------------------------------------------------------------------------------


def kind_of(directory: Directory) -> tuple[str, str]:
    (customer,) = directory.customers.values()
    return customer.kind, customer.effective_kind


def test_settings_beat_answers_beat_directories_beat_proposals() -> None:
    store, contacts = Store(), [mail(ADDRESS, 0, "out"), call(ADDRESS, 1), mail(ADDRESS, 2)]
    assert kind_of(made(*contacts, store=store)) == ("unsorted", "customer")
    store.add_people([Person("Erika Muster", [ADDRESS], customer="Muster", kind="partner")], 1)
    assert kind_of(made(store=store)) == ("partner", "partner")
    made(store=store).sort("Muster", "prospect", "A", at=AT)
    assert kind_of(made(store=store)) == ("prospect", "prospect")
    given = Settings(customers={"muster.example": {"kind": "former", "importance": "B"}})
    directory = made(store=store, given=given)
    assert (kind_of(directory)[0], next(iter(directory.customers.values())).importance) == ("former", "B")


@pytest.mark.parametrize("because", ["supplier", "private", "former"])
@pytest.mark.parametrize("who", ["contact", "customer"])
def test_a_dismissal_changes_the_kind_of_the_customer(because: str, who: str) -> None:
    directory = made(*two_way(ADDRESS))
    (id_,) = directory.contacts if who == "contact" else directory.customers
    directory._store.decide(AT, "dismiss", id_, because=because)
    assert kind_of(made(store=directory._store)) == (because, because)


def test_a_dismissal_of_somebody_who_stands_alone_is_theirs() -> None:
    directory = made(call(PHONE, called="Paketdienst"))
    (id_,) = directory.contacts
    directory._store.decide(AT, "dismiss", id_, because="supplier")
    assert [c.kind for c in made(store=directory._store).contacts.values()] == ["supplier"]


@pytest.mark.parametrize("because", ["done", "not-now", "wrong-person"])
def test_other_dismissals_change_no_kind(because: str) -> None:
    directory = made(*two_way(ADDRESS))
    directory._store.decide(AT, "dismiss", next(iter(directory.contacts)), because=because)
    assert kind_of(made(store=directory._store))[0] == "unsorted"


def test_a_former_id_of_a_customer_stays_valid_when_a_directory_names_it() -> None:
    store = Store()
    before = next(iter(made(*two_way(ADDRESS), store=store).customers))
    store.decide(AT, "dismiss", before, because="supplier")
    store.add_people([Person("Erika Muster", [ADDRESS], customer="Muster GmbH")], 1)
    directory = made(store=store)
    found = directory.find(before)
    assert isinstance(found, Customer) and (found.name, found.kind) == ("Muster GmbH", "supplier")


@pytest.mark.parametrize(
    ("subject", "proposed"),
    [("Ihre Rechnung Nr. 2026-4711", "supplier"), ("[Ticket#20260101] Zugang", "supplier"), ("Invoice 4711", "supplier"),
     ("Auftragsbestätigung 4711", "supplier"), ("[Support #4711] VPN", "supplier"), ("Ihre Bestellung ist unterwegs", "supplier"),
     ("AW: [Ticket#20260101] Zugang", None), ("Rückfrage zu Ihrer Rechnung 4711", None), ("Reklamation Lieferschein 4711", None),
     ("Bestellung 4711", None), ("Angebot 4711", None)],
)  # fmt: skip
def test_papers_propose_a_supplier_and_talk_about_papers_does_not(subject: str, proposed: str | None) -> None:
    directory = made(*two_way(ADDRESS), mail(ADDRESS, 3, subject=subject))
    assert [c.proposed for c in directory.customers.values()] == [proposed]


def test_a_namesake_who_stands_alone_counts_as_evidence_and_is_joined_to_nobody() -> None:
    directory = made(mail(ADDRESS, 0, "out", "Erika Muster"), mail(ADDRESS, 2), call(PHONE, 1, "Muster, Erika"))
    (customer,) = directory.customers.values()
    assert (customer.proposed, customer.evidence) == ("customer", "we wrote first, 1 × spoken")
    assert sorted(str(c.proposed) for c in directory.contacts.values()) == ["None", "customer"]


def test_proposals_on_the_example_exports_without_a_directory() -> None:
    truth = json.loads((EXAMPLES / "truth.json").read_text(encoding="utf-8"))
    store = Store()
    store.set_zone(truth["timezone"])
    given = Settings(me=truth["me"], timezone=truth["timezone"], region=truth["region"])
    side = OurSide((), given.me, (), truth["region"])
    ingest([EXAMPLES / "data"], store, Plugins.installed(), given, side, truth["region"])
    directory = Directory(store, given, side, truth["region"])
    kinds = {c.name: c.effective_kind for c in directory.customers.values()}
    suppliers = [d for d in truth["others"]["supplier"] if d in kinds]
    customers = [c["customer"] for c in truth["customers"] if c["customer"] in kinds]
    assert len(suppliers) >= 20 and len(customers) >= 50
    assert [d for d in suppliers if kinds[d] != "supplier"] == []
    assert [d for d, kind in kinds.items() if kind == "supplier" and d not in suppliers] == []
    assert sum(kinds[d] == "customer" for d in customers) >= 0.9 * len(customers)
    assert [
        d
        for group in ("cold_sales", "recruiter", "one-off")
        for d in truth["others"][group]
        if kinds.get(d) == "customer"
    ] == []


# -- finding ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd() -> Directory:
    people = [
        Person("Dr. Erika Müller", [PHONE, ADDRESS], customer="Muster GmbH", ref="crm-7"),
        Person("Jonas Beispiel", [OTHER], customer="Muster GmbH"),
        Person("Jonas Beispiel", [THIRD], customer="Beispiel KG"),
    ]
    missed = Touchpoint.call("+49 171 39200 78", START, "in", outcome="missed", name="Kim Neu")
    return made(call("+49 171 39200 77"), missed, people=people)


@pytest.mark.parametrize(
    "who", [PHONE, "089 99998123", "ERIKA@Muster.example", "Erika Müller", "mueller, erika", "Frau Dr. Erika Mueller", "crm-7",
            contact_id(Handle.of(PHONE)), contact_id(Handle.of(ADDRESS))],
)  # fmt: skip
def test_somebody_is_found_by_id_former_id_handle_and_name(crowd: Directory, who: str) -> None:
    found = crowd.find(who)
    assert isinstance(found, Contact) and found.name == "Dr. Erika Müller"


@pytest.mark.parametrize(
    "who", ["Muster GmbH", "muster gmbh", "Muster", "muster.example", customer_id("org:muster gmbh")]
)
def test_a_customer_is_found_by_id_name_and_domain(crowd: Directory, who: str) -> None:
    found = crowd.find(who)
    assert isinstance(found, Customer) and found.name == "Muster GmbH"


def test_several_fits_are_refused_with_the_candidates(crowd: Directory) -> None:
    with pytest.raises(IdentityError) as raised:
        crowd.find("Jonas Beispiel")
    assert len(raised.value.candidates) == 2


@pytest.mark.parametrize("who", ["Nobody Known", "+49 89 99998 999", "nobody@nowhere.example", "", "  ", "???"])
def test_somebody_unknown_is_refused(crowd: Directory, who: str) -> None:
    with pytest.raises(IdentityError):
        crowd.find(who)


@pytest.mark.parametrize("who", ["+49 171 39200 77", "+49 171 39200 78", "Kim Neu"])
def test_who_waits_in_the_queue_is_found_too(crowd: Directory, who: str) -> None:
    assert isinstance(crowd.find(who), Unresolved)


def test_an_exact_handle_beats_a_name() -> None:
    people = [Person(ADDRESS, [PHONE]), Person("Erika", [ADDRESS])]
    assert made(people=people).find(ADDRESS).name == "Erika"  # type: ignore[union-attr]


def test_a_name_only_contact_has_the_id_of_its_scoped_name() -> None:
    chat = name("Anja R.", "whatsapp")
    there = [Touchpoint(START, "whatsapp", d, parties=(Party(chat, "Anja R."),)) for d in ("in", "out")]
    directory = made(*there)
    assert list(directory.contacts) == [contact_id(chat)]
    assert directory.find("Anja R.") == directory.contacts[contact_id(chat)]


# -- what the user decides -------------------------------------------------------------------------------------------------


def result(directory: Directory, at: datetime = AT) -> str:
    """Everything that comes out: who is who, kinds, the queue, and the sums of everybody."""
    store = directory._store
    store.resolve(directory.rows(), "test")
    sums = [sorted(store.summaries(at, by).items()) for by in ("contact", "customer", "handle")]
    facts = [(s.key, s.touchpoint) for s in store.touchpoints()]
    return repr(
        (sorted(directory.contacts.items()), sorted(directory.customers.items()), directory.unresolved, sums, facts)
    )


def people_and_calls() -> Directory:
    people = [
        Person("Erika Muster", [PHONE, ADDRESS], customer="Muster GmbH", kind="customer"),
        Person("E. Muster", [MOBILE], customer="Musterbau"),
        Person("Jonas Beispiel", [OTHER, "+49 89 99998 200"], customer="Muster GmbH"),
    ]
    return made(
        call(PHONE), *two_way(ADDRESS), call(MOBILE, 20), call(THIRD, 30), *two_way("kim@neu.example", "Kim Neu"),
        mail(OTHER, 5, "out"), call("+49 89 99998 200", 9), people=people,
    )  # fmt: skip


def test_merge_makes_one_contact_of_two_and_touches_no_touchpoint() -> None:
    directory = people_and_calls()
    before = [(s.key, s.touchpoint) for s in directory._store.touchpoints()]
    former = directory.find(MOBILE).id  # type: ignore[union-attr]
    directory.merge(ADDRESS, MOBILE, at=AT, why="the same", by="Mara Falk")
    merged = directory.find(former)
    assert isinstance(merged, Contact) and {x.value for x in merged.handles} == {
        "+498999998123",
        "+491713920011",
        ADDRESS,
    }
    assert [(s.key, s.touchpoint) for s in directory._store.touchpoints()] == before
    directory._store.resolve(directory.rows(), "test")
    assert directory._store.summaries(AT)[merged.id].all.n == 3


def test_a_handle_of_the_queue_is_merged_and_named() -> None:
    directory = people_and_calls()
    directory.merge("Jonas Beispiel", THIRD, at=AT)
    assert directory.find(THIRD).name == "Jonas Beispiel"  # type: ignore[union-attr]
    directory.undo()
    directory.rename(THIRD, "Petra Neu", at=AT)
    assert isinstance(directory.find("Petra Neu"), Contact)


def test_two_customers_become_one_called_as_the_first() -> None:
    directory = people_and_calls()
    directory.merge("Muster GmbH", "Musterbau", at=AT)
    found = directory.find("Musterbau")
    assert (found.name, len(directory.contacts_of(found.id))) == ("Muster GmbH", 3)  # type: ignore[union-attr]


def test_split_takes_handles_out_and_what_was_agreed_stays_with_the_person() -> None:
    directory = people_and_calls()
    directory._store.decide(AT, "cadence", directory.find("Erika Muster").id, every="30d")  # type: ignore[union-attr]
    (apart,) = [directory.split("Erika Muster", PHONE, at=AT)]
    (cadence,) = directory._store.decisions("cadence")
    left = directory.find(ADDRESS)
    assert isinstance(left, Contact) and left.name == "Erika Muster"
    assert directory.about(cadence) == left.id
    assert directory.find(PHONE) != left and apart.kind == "split"


def test_a_second_import_does_not_undo_a_split_or_a_merge() -> None:
    directory = people_and_calls()
    directory.split("Erika Muster", PHONE, at=AT)
    directory.merge("Jonas Beispiel", "E. Muster", at=AT)
    before = result(directory)
    store = directory._store
    again = [Person("Erika Muster", [PHONE, ADDRESS], customer="Muster GmbH", kind="customer")]
    store.add_people(again, store.begin_source("a", "test", ""))
    assert result(made(store=store)) == before


def test_rename_and_move() -> None:
    directory = people_and_calls()
    directory.rename("Erika Muster", "Erika Klein", at=AT)
    directory.move("Erika Klein", "Neu AG", at=AT)
    contact = directory.find(ADDRESS)
    assert isinstance(contact, Contact)
    customer = directory.customer_of(contact)
    assert (contact.name, customer and customer.name) == ("Erika Klein", "Neu AG")
    directory.move("Erika Klein", None, at=AT)
    assert directory.find(ADDRESS).customer is None  # type: ignore[union-attr]


def test_somebody_who_changes_employer_leaves_the_history_with_the_old_customer() -> None:
    directory = made(*(call(ADDRESS, n) for n in (0, 10, 100)), *two_way(OTHER))
    directory.move("erika@muster.example", "Neu AG", at=AT, since=(START + timedelta(days=50)).date())
    store = directory._store
    store.resolve(directory.rows(), "test")
    by_customer = {directory.customers[k].name: s.live.n for k, s in store.summaries(AT, "customer").items()}
    assert by_customer == {"muster.example": 2, "Neu AG": 1}
    assert store.summaries(AT)[directory.find(ADDRESS).id].live.n == 3  # type: ignore[union-attr]


def test_a_number_that_goes_to_a_successor_counts_for_who_had_it_on_the_day() -> None:
    people = [Person("Erika Muster", [PHONE, ADDRESS]), Person("Jonas Beispiel", [OTHER])]
    directory = made(*(call(PHONE, n) for n in (0, 10, 20, 100)), people=people)
    directory.add_handle("Jonas Beispiel", PHONE, at=AT, since=(START + timedelta(days=20)).date())
    store = directory._store
    store.resolve(directory.rows(), "test")
    sums = {directory.contacts[k].name: s.all.n for k, s in store.summaries(AT).items()}
    assert sums == {"Erika Muster": 2, "Jonas Beispiel": 2}
    assert directory.find(PHONE).name == "Jonas Beispiel"  # type: ignore[union-attr]
    number, day = directory.handle_ids[h(PHONE)], START.date().toordinal()
    assert directory.contact_by_number(number, day) == directory.find(ADDRESS).id  # type: ignore[union-attr]


def test_who_had_nothing_but_a_number_keeps_the_history_when_it_goes_to_a_successor() -> None:
    people = [Person("Erika Muster", [PHONE]), Person("Jonas Beispiel", [OTHER])]
    directory = made(*(call(PHONE, n) for n in (0, 10, 100)), people=people)
    directory._store.decide(AT, "cadence", directory.find(PHONE).id, every="30d")  # type: ignore[union-attr]
    directory.add_handle("Jonas Beispiel", PHONE, at=AT, since=(START + timedelta(days=50)).date())
    directory.rename(PHONE, "Jonas Neu", at=AT)  # who has it now
    directory._store.resolve(directory.rows(), "test")
    sums = {directory.contacts[k].name: s.all.n for k, s in directory._store.summaries(AT).items()}
    assert sums == {"Erika Muster": 2, "Jonas Neu": 1}
    (cadence,) = directory._store.decisions("cadence")
    assert directory.contacts[directory.about(cadence)].name == "Erika Muster"


def test_a_handle_that_ended_is_nobodys_afterwards() -> None:
    directory = made(call(PHONE), call(PHONE, 100), people=[Person("Erika Muster", [PHONE, ADDRESS])])
    directory.add_handle("Erika Muster", PHONE, at=AT, until=date(2026, 2, 1))
    directory._store.resolve(directory.rows(), "test")
    assert {directory.contacts[k].name: s.all.n for k, s in directory._store.summaries(AT).items()} == {
        "Erika Muster": 1
    }
    assert [u.handle for u in directory.unresolved] == [h(PHONE)]


def test_left_with_a_successor_hands_over_what_is_agreed() -> None:
    people = [
        Person("Erika Muster", [ADDRESS], importance="A", owner="Mara Falk", tags=("key",), customer="Muster"),
        Person("Jonas Beispiel", [OTHER], customer="Muster"),
    ]
    directory = made(*two_way(ADDRESS), people=people)
    gone, heir = directory.find("Erika Muster"), directory.find("Jonas Beispiel")
    assert isinstance(gone, Contact) and isinstance(heir, Contact)
    directory._store.decide(AT, "left", gone.id, successor=heir.id)
    after = made(store=directory._store)
    taken = after.contacts[heir.id]
    assert (taken.importance, taken.owner, taken.tags, after.successor(gone.id)) == (
        "A",
        "Mara Falk",
        ("key",),
        heir.id,
    )


@pytest.mark.parametrize("mark", ["own", "private", "bot", "ignored"])
def test_a_marked_handle_leaves_the_queue_and_makes_no_contact(mark: str) -> None:
    directory = made(call(PHONE), *two_way(ADDRESS, "Kim Neu"))
    directory.mark(PHONE, mark, at=AT)
    directory.mark(ADDRESS, mark, at=AT)
    assert (directory.unresolved, directory.contacts) == ((), {})
    directory.undo()
    assert names(directory) == ["Kim Neu"]


def test_who_objected_is_kept_but_not_evaluated() -> None:
    directory = people_and_calls()
    id_ = directory.find(ADDRESS).id  # type: ignore[union-attr]
    directory.object(ADDRESS, at=AT)
    directory._store.resolve(directory.rows(), "test")
    assert (id_ in directory.contacts, id_ in directory.objected, id_ in directory._store.summaries(AT)) == (
        False,
        True,
        False,
    )
    assert directory.find("Erika Muster") == directory.objected[id_]
    assert len(directory.handles_of(directory.objected[id_])) == 2
    directory.object(ADDRESS, at=AT, withdrawn=True)
    assert id_ in directory.contacts


def test_a_batch_is_taken_back_as_a_whole() -> None:
    directory = people_and_calls()
    before = result(directory)
    directory.rename("Kim Neu", "Kim Alt", at=AT)
    directory.merge_all([(ADDRESS, MOBILE), (OTHER, "Kim Alt")], at=AT)
    assert [d.kind for d in directory.undo()] == ["merge", "merge"]
    assert [d.kind for d in directory.undo()] == ["rename"]
    assert (result(directory), directory.undo()) == (before, [])


def test_the_history_keeps_who_when_and_why_also_of_what_was_taken_back() -> None:
    directory = people_and_calls()
    directory.merge(ADDRESS, MOBILE, at=AT, why="same number on the card", by="Mara Falk")
    directory.undo()
    ((decision, undone),) = directory.history()
    assert (decision.at, decision.payload["why"], decision.payload["by"], undone) == (
        int(AT.timestamp()), "same number on the card", "Mara Falk", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda d: d.merge("Erika Muster", "Muster GmbH", at=AT), InvalidValue),
        (lambda d: d.merge(PHONE, ADDRESS, at=AT), InvalidValue),
        (lambda d: d.merge("Erika Muster", "Nobody", at=AT), IdentityError),
        (lambda d: d.split("Erika Muster", at=AT), InvalidValue),
        (lambda d: d.split("Erika Muster", PHONE, ADDRESS, at=AT), InvalidValue),
        (lambda d: d.split("Erika Muster", MOBILE, at=AT), IdentityError),
        (lambda d: d.rename("Erika Muster", " ", at=AT), InvalidValue),
        (lambda d: d.sort("Muster GmbH", "friend", at=AT), UnknownName),
        (lambda d: d.add_handle("Erika Muster", "mara@ours.example", at=AT), InvalidValue),
        (lambda d: d.mark(THIRD, "friend", at=AT), UnknownName),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    wrong: Callable[[Directory], object], error: type[Exception]
) -> None:
    directory = people_and_calls()
    before = result(directory)
    with pytest.raises(error):
        wrong(directory)
    assert (result(directory), directory.history()) == (before, [])


whom = st.sampled_from([PHONE, MOBILE, THIRD, ADDRESS, OTHER, "kim@neu.example", "+49 89 99998 200"])
steps = st.one_of(
    st.tuples(st.just("merge"), whom, whom),
    st.tuples(st.just("merge"), st.just("Muster GmbH"), st.sampled_from(["Musterbau", "neu.example"])),
    st.tuples(st.just("split"), whom, whom),
    st.tuples(st.just("give"), whom, whom, st.integers(-1, 120), st.integers(-1, 120)),
    st.tuples(st.just("rename"), whom, st.sampled_from(["Anna Alt", "Bea Bunt"])),
    st.tuples(st.just("move"), whom, st.sampled_from(["Muster GmbH", "Neu AG", None]), st.integers(-1, 100)),
    st.tuples(st.just("sort"), whom, st.sampled_from(["customer", "supplier"])),
    st.tuples(st.just("mark"), whom, st.sampled_from(["bot", "ignored"])),
    st.tuples(st.just("object"), whom),
    st.tuples(st.just("left"), whom, whom),
)


def do(directory: Directory, step: tuple[object, ...]) -> bool:
    """One decision; whether it was possible."""

    def day(number: object) -> date | None:
        return None if number == -1 else START.date() + timedelta(days=int(str(number)))

    kind, who, *rest = (str(step[0]), str(step[1]), *step[2:])
    try:
        match kind:
            case "merge":
                directory.merge(who, str(rest[0]), at=AT)
            case "split":
                directory.split(who, str(rest[0]), at=AT)
            case "give":
                directory.add_handle(who, str(rest[0]), at=AT, since=day(rest[1]), until=day(rest[2]))
            case "rename":
                directory.rename(who, str(rest[0]), at=AT)
            case "move":
                directory.move(who, None if rest[0] is None else str(rest[0]), at=AT, since=day(rest[1]))
            case "sort":
                directory.sort(who, str(rest[0]), at=AT)
            case "mark":
                directory.mark(who, str(rest[0]), at=AT)
            case "left":
                gone, heir = directory.find(who), directory.find(str(rest[0]))
                if isinstance(gone, Unresolved) or isinstance(heir, Unresolved):
                    return False
                directory._store.decide(AT, "left", gone.id, successor=heir.id)
                directory._build()
            case _:
                directory.object(who, at=AT)
    except (IdentityError, InvalidValue):
        return False
    return True


@settings(max_examples=40, deadline=None)
@given(st.lists(steps, max_size=7))
def test_taking_answers_back_restores_every_result_exactly(sequence: list[tuple[object, ...]]) -> None:
    directory = people_and_calls()
    seen = [result(directory)]
    for step in sequence:
        if do(directory, step):
            seen.append(result(directory))
        assert result(made(store=directory._store)) == seen[-1]  # a fresh reading says the same
    while len(seen) > 1:
        seen.pop()
        directory.undo()
        assert result(directory) == seen[-1]


@settings(max_examples=40, deadline=None)
@given(st.lists(steps, max_size=7))
def test_every_touchpoint_counts_once_whoever_its_handles_go_to(sequence: list[tuple[object, ...]]) -> None:
    directory = people_and_calls()
    for step in sequence:
        do(directory, step)
    rows: dict[int, list[tuple[int, int]]] = {}
    for number, since, until, _contact, _customer in directory.rows():
        rows.setdefault(number, []).append((since, until))
    for spans in rows.values():
        assert all(a < b for a, b in spans)
        assert all(one[1] <= other[0] for one, other in zip(sorted(spans), sorted(spans)[1:], strict=False))
    assert {c for *_, c, _k in directory.rows() if c and not c.startswith(OFFICE)} <= set(directory.contacts)


@pytest.mark.parametrize(("name", "company"), [("", "Muster Bau GmbH"), ("Muster Bau", "Muster Bau GmbH")])
def test_a_number_that_a_directory_gives_to_a_company_alone_is_a_relationship_with_its_office(
    name: str, company: str
) -> None:
    at = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    with tp.Tracker(settings=tp.Settings(me=("+49 30 23125 100",), timezone="Europe/Berlin")) as tracker:
        calls = [tp.Touchpoint.call(PHONE, at - timedelta(days=40 + 7 * n), "out", minutes=12) for n in range(30)]
        tracker.add(calls, people=[tp.Person(name, [PHONE], customer=company, kind="customer")])
        (flag,) = tracker.flags(at=at)
        assert (flag.contact, flag.customer.name if flag.customer else "") == (None, company)
        assert flag.suggestion.handle == h(PHONE)
        assert tracker.directory.unresolved == ()
        assert tracker.directory.handles == {h(PHONE): flag.customer}
        assert tracker.directory.people == ()
        tracker.log(company, "reached", at=at)
        assert tracker.flags(at=at) == ()


# -- names that the settings say are one person -------------------------------------------------------------------------


def _three(given: Settings | None = None, store: Store | None = None) -> Directory:
    """Erika by number (as the router calls her), by address (turned round), and by name alone in a chat."""
    chat = Handle("name", "erika muster", "whatsapp", "Erika Muster")
    alone = [
        Touchpoint(START, "whatsapp", "out", parties=(Party(chat, "Erika Muster"),)),
        Touchpoint(START + timedelta(days=1), "whatsapp", "in", parties=(Party(chat, "Erika Muster"),)),
    ]
    return made(
        call(PHONE, called="Erika Muster"), *two_way(ADDRESS, "Muster, Erika"), *two_way(OTHER, "Jonas Muster"), *alone,
        given=given, store=store,
    )  # fmt: skip


def test_a_name_that_means_one_person_joins_what_stands_under_it_and_nothing_else() -> None:
    assert sorted(c.name for c in _three().contacts.values()).count("Erika Muster") >= 2
    joined = _three(Settings(one_person=["Dr. Erika MUSTER"]))
    assert sorted(len(c.handles) for c in joined.contacts.values()) == [1, 3]
    assert joined.find("Erika Muster").name in ("Erika Muster", "Muster, Erika")


def test_a_split_goes_before_the_settings() -> None:
    joined = _three(Settings(one_person=["Erika Muster"]))
    joined.split("Erika Muster", ADDRESS, at=AT)
    assert sorted(len(c.handles) for c in joined.contacts.values()) == [1, 1, 2]


def test_somebody_unknown_is_answered_with_who_is_called_almost_so() -> None:
    directory = made(*two_way(ADDRESS, "Dr. Claudia Weiß"), *two_way(OTHER, "Jonas Beispiel"))
    for text, near in (
        ("Klaudia Weis", "Dr. Claudia Weiß"),
        ("Beispiel", "Jonas Beispiel"),
        ("jonas beispeil", "Jonas Beispiel"),
    ):
        with pytest.raises(IdentityError) as caught:
            directory.find(text)
        assert (caught.value.near, caught.value.candidates) == ((near,), ())
        assert near in str(caught.value) and near in caught.value.said("de")
    with pytest.raises(IdentityError) as caught:
        directory.find("Paketdienst")
    assert caught.value.near == ()


def test_a_customer_that_a_directory_calls_by_name_is_found_by_its_peoples_domain() -> None:
    given = Settings(customers={"muster.example": {"kind": "supplier"}, "Other Ltd": {"importance": "A"}})
    person = Person("Erika Muster", [ADDRESS], customer="Muster Bau GmbH")
    [customer] = made(*two_way(ADDRESS), people=[person], given=given).customers.values()
    assert (customer.name, customer.kind) == ("Muster Bau GmbH", "supplier")
    by_name = Settings(customers={"muster.example": {"kind": "supplier"}, "Muster Bau": {"kind": "partner"}})
    named = Person("Erika Muster", [ADDRESS], customer="Muster Bau")
    [customer] = made(*two_way(ADDRESS), people=[named], given=by_name).customers.values()
    assert customer.kind == "partner"  # the name says more than the domain


def test_what_is_booked_is_not_the_last_contact() -> None:
    directory = made(*two_way(ADDRESS), mail(ADDRESS, 300), *two_way(OTHER))
    [(_, n, last)] = directory.to_sort(AT)
    assert (n, date.fromordinal(last)) == (5, date(2026, 1, 6))
    [(_, _, newest)] = directory.to_sort()
    assert date.fromordinal(newest) == date(2026, 11, 1)


def test_who_was_merged_is_called_as_the_one_named_first_and_found_by_either_name() -> None:
    directory = made(
        call(PHONE, called="Erika Muster"), call(MOBILE, 1, called="E. Muster"), call(MOBILE, 2, called="E. Muster")
    )
    directory.merge("Erika Muster", MOBILE, at=AT)
    [contact] = directory.contacts.values()
    assert contact.name == "Erika Muster"  # though "E. Muster" stands there more often
    assert directory.find("E. Muster") == directory.find("Muster, Erika") == contact
    other = made(call(PHONE, called="Erika Muster"), call(MOBILE, 1, called="E. Muster"))
    other.merge("E. Muster", PHONE, at=AT)
    assert [c.name for c in other.contacts.values()] == ["E. Muster"]
    assert other.find("Erika Muster").name == "E. Muster"
