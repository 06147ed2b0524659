"""The rights of the people in a store: nothing of an erased person is left in any byte, and no import brings them back."""

import importlib.util
import json
import stat
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from touchpoints import privacy
from touchpoints.directory import Directory
from touchpoints.errors import IdentityError, InvalidValue, StoreError
from touchpoints.handles import Handle, name
from touchpoints.model import Contact, Coverage, LeftOut, Participant, Party, Person, Touchpoint
from touchpoints.ourside import OurSide
from touchpoints.settings import Settings
from touchpoints.store import Store
from touchpoints.tracker import Tracker

AT = datetime(2026, 7, 1, 9, tzinfo=UTC)
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
PHONE, MOBILE, ADDRESS = "+49 89 99998 123", "+49 171 39200 11", "erika.mustermann@muster.example"
JONAS, KIM = "jonas@muster.example", "kim@neu.example"
TRACES = [
    "Erika",
    "erika",
    "Mustermann",
    "mustermann",
    "+498999998123",
    "99998 123",
    "4917139200",
    "39200 11",
    "0171 39200",
]


def meeting(day: int, *who: tuple[str, str], subject: str | None = None, **more: object) -> Touchpoint:
    parties = [Party(Handle.of(h), n) for h, n in who]
    people = [Participant("attendee", p.handle, p.name) for p in parties]
    return Touchpoint(
        START + timedelta(days=day), "meeting", "mutual", parties=parties, participants=people, subject=subject,
        key=f"meeting {day}", **more,  # type: ignore[arg-type]
    )  # fmt: skip


def facts() -> list[Touchpoint]:
    erika, jonas = (ADDRESS, "Erika Mustermann"), (JONAS, "Jonas Beispiel")
    return [
        Touchpoint.call(PHONE, START, "out", minutes=5, name="Mustermann, Erika", key="1"),
        Touchpoint.call(MOBILE, START + timedelta(days=3), "in", minutes=2, name="Erika mobil", key="2"),
        Touchpoint.mail(ADDRESS, START + timedelta(days=4), "in", name="Erika Mustermann", subject="Angebot", key="3", thread="t"),
        meeting(10, erika, jonas, subject="Abstimmung mit Erika"),
        meeting(11, erika, jonas, subject="Jahresplanung"),
        meeting(12, jonas, subject="Übergabe von Frau Mustermann"),
        meeting(13, jonas, subject="Rückruf 0171 39200 11"),
        meeting(14, jonas, (KIM, "Kim Neu (für Erika Mustermann)"), subject="Planung"),
        *(Touchpoint.mail(KIM, START + timedelta(days=n), d, name="Kim Neu", key=f"kim {n}") for n, d in ((1, "out"), (2, "in"))),
    ]  # fmt: skip


def people() -> list[Person]:
    return [
        Person(
            "Erika Mustermann",
            [PHONE, MOBILE, ADDRESS],
            customer="Muster GmbH",
            ref="e",
            birthday="1980-01-01",
            tags=("vip",),
        ),
        Person("Jonas Beispiel", [JONAS], customer="Muster GmbH", ref="j"),
    ]


CHAT = "WhatsApp Chat mit Erika Mustermann.txt"


def imported(
    store: Store, touchpoints: Iterable[Touchpoint] | None = None, directory: list[Person] | None = None
) -> None:
    """Everything through the gate, as the import does it."""
    gate = privacy.Gate(store)
    source = store.begin_source(gate.text(CHAT), "test", "digest")
    wanted = [gate.admits(t) for t in (facts() if touchpoints is None else touchpoints)]
    store.add([t for t in wanted if isinstance(t, Touchpoint)], source)
    entries = [gate.admits(p) for p in (people() if directory is None else directory)]
    store.add_people([p for p in entries if isinstance(p, Person)], source)
    span = gate.admits(Coverage(START.date(), AT.date(), "whatsapp: Erika Mustermann"))
    store.add_coverage([span], source)
    store.finish_source(source, {"skipped": [["7", gate.text("unknown channel in Erika Mustermann")]], "withheld": 0})


def opened(store: Store) -> Directory:
    directory = Directory(store, Settings(), OurSide((), ["mara@ours.example"]))
    store.resolve(directory.rows(), "test")
    return directory


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "touchpoints.db")
    made.set_zone("Europe/Berlin")
    imported(made)
    directory = opened(made)
    directory.merge("Kim Neu", JONAS, at=AT, why="asked Erika Mustermann")
    directory.undo()
    directory.rename(ADDRESS, "Erika Mustermann-Alt", at=AT)
    made.decide(AT, "note", directory.find(JONAS).id, text="knows Erika Mustermann")  # type: ignore[union-attr]
    made.decide(AT, "note", directory.find(ADDRESS).id, text="likes tea")  # type: ignore[union-attr]
    opened(made)
    return made


def everybody_else(store: Store) -> str:
    directory = opened(store)
    found = {
        c.name: (s.all.n, s.live.n, s.inbound, s.outbound)
        for id_, s in store.summaries(AT).items()
        if (c := directory.contacts.get(id_)) and "Erika" not in c.name
    }
    return repr(sorted(found.items()))


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


def traces(folder: Path) -> list[tuple[str, str]]:
    found = []
    for file, content in bytes_of(folder).items():
        for trace in TRACES:
            for encoding in ("utf-8", "utf-16-le"):
                if trace.encode(encoding) in content:
                    found.append((file, trace))
    return found


def test_what_is_searched_for_is_there_before(store: Store, tmp_path: Path) -> None:
    assert {trace for _, trace in traces(tmp_path)} >= {"Erika", "Mustermann", "+498999998123", "4917139200"}


def test_nothing_of_an_erased_person_is_left_in_any_byte(store: Store, tmp_path: Path) -> None:
    privacy.backup(store, tmp_path / "copy.db")
    before = everybody_else(store)
    done = privacy.erase(store, opened(store), ADDRESS, at=AT)
    assert (done.dropped, done.changed, done.people, done.decisions) == (3, 5, 1, 2)
    assert (done.untreated, done.busy) == ((), False)
    assert everybody_else(store) == before
    assert traces(tmp_path) == []
    store.close()
    assert traces(tmp_path) == []
    assert store.check() == []


def test_an_import_of_the_same_files_does_not_bring_them_back(store: Store, tmp_path: Path) -> None:
    before, count = everybody_else(store), store.count()
    privacy.erase(store, opened(store), ADDRESS, at=AT)
    kept = [(s.key, s.touchpoint) for s in store.touchpoints()]
    counts = store.count()
    imported(store)
    assert [(s.key, s.touchpoint) for s in store.touchpoints()] == kept
    assert (everybody_else(store), store.count(), counts) == (before, count - 3, count - 3)
    store.close()
    assert traces(tmp_path) == []


def test_a_new_export_does_not_bring_them_back_either(store: Store, tmp_path: Path) -> None:
    privacy.erase(store, opened(store), ADDRESS, at=AT)
    later = [
        Touchpoint.call(PHONE, AT, "in", minutes=9, name="E. Mustermann", key="later"),
        Touchpoint(
            AT, "whatsapp", "in", parties=(Party(name("Erika Mustermann", "whatsapp"), "Erika Mustermann"),), key="chat"
        ),
        meeting(100, (ADDRESS, "Erika"), (JONAS, "Jonas Beispiel"), subject="Mit Erika Mustermann"),
    ]
    card = Person("Erika Mustermann", [ADDRESS, "+49 89 99998 999"], ref="new")
    imported(store, later, [card, Person("Erika Mustermann", [], ref="bare")])
    assert "Erika" not in "".join(c.name for c in opened(store).contacts.values())
    store.close()
    assert traces(tmp_path) == []


def test_the_chat_of_a_name_only_contact_is_erased_with_its_file_name(tmp_path: Path) -> None:
    store = Store(tmp_path / "t.db")
    chat = Party(name("Erika Mustermann", "whatsapp"), "Erika Mustermann")
    imported(store, [Touchpoint(START, "whatsapp", d, parties=(chat,), key=d) for d in ("in", "out")], [])
    done = privacy.erase(store, opened(store), "Erika Mustermann", at=AT)
    assert (done.dropped, [s[1] for s in store.sources()]) == (2, ["WhatsApp Chat mit ….txt"])
    imported(store, [Touchpoint(START, "whatsapp", d, parties=(chat,), key=d) for d in ("in", "out")], [])
    assert (store.count(), len(store.sources())) == (0, 1)
    store.close()
    assert traces(tmp_path) == []


def test_a_namesake_keeps_the_name_and_is_named(store: Store) -> None:
    other = "erika@anders.example"
    store.add_people([Person("Erika Mustermann", [other], customer="Anders")], 1)
    opened(store).rename(ADDRESS, "Erika Mustermann", at=AT)
    done = privacy.erase(store, opened(store), ADDRESS, at=AT)
    contact = opened(store).find(other)
    assert isinstance(contact, Contact) and contact.name == "Erika Mustermann"
    assert done.namesakes == (f"Erika Mustermann ({contact.id})",)


def test_only_the_days_a_number_was_theirs_are_erased(tmp_path: Path) -> None:
    store = Store(tmp_path / "t.db")
    calls = [Touchpoint.call(PHONE, START + timedelta(days=n), "out", minutes=5, key=str(n)) for n in (0, 10, 100)]
    entries = [Person("Erika Mustermann", [PHONE, ADDRESS]), Person("Jonas Beispiel", [JONAS])]
    imported(store, calls, entries)
    opened(store).add_handle(JONAS, PHONE, at=AT, since=(START + timedelta(days=50)).date())
    privacy.erase(store, opened(store), ADDRESS, at=AT)
    assert [s.key for s in store.touchpoints()] == ["100"]
    imported(store, calls, entries)
    assert [s.key for s in store.touchpoints()] == ["100"]


def test_who_has_the_number_now_keeps_it_when_who_had_it_before_is_erased(tmp_path: Path) -> None:
    store, day = Store(tmp_path / "t.db"), (START + timedelta(days=50)).date()
    calls = [Touchpoint.call(PHONE, START + timedelta(days=n), "out", minutes=5, key=str(n)) for n in (0, 10, 100)]
    card = Person("Jonas Beispiel", [JONAS, PHONE], ref="new card of Jonas")
    imported(store, calls, [Person("Erika Mustermann", [PHONE, ADDRESS]), Person("Jonas Beispiel", [JONAS])])
    opened(store).add_handle(JONAS, PHONE, at=AT, since=day)
    privacy.erase(store, opened(store), ADDRESS, at=AT)

    def jonas() -> tuple[str, int]:
        contact = opened(store).find(JONAS)
        assert isinstance(contact, Contact)
        return contact.name, store.summaries(AT)[contact.id].all.n

    assert jonas() == ("Jonas Beispiel", 1)
    imported(store, calls, [Person("Erika Mustermann", [PHONE]), card])
    assert jonas() == ("Jonas Beispiel", 1)
    assert [p.name for p in store.people()] == ["Jonas Beispiel"] * 2


def test_a_copy_that_turns_up_later_is_cleaned(store: Store, tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    copy = privacy.backup(store, tmp_path / "copy.db")
    moved = copy.rename(tmp_path / "away" / "moved.db")
    privacy.erase(store, opened(store), ADDRESS, at=AT)
    assert traces(tmp_path / "away")
    done = privacy.clean(store, moved)
    assert (done.dropped, done.people, done.decisions) == (3, 1, 2)
    assert traces(tmp_path / "away") == []


def test_who_was_named_as_a_successor_is_named_no_more(store: Store) -> None:
    erika = opened(store).find(ADDRESS)
    decision = store.decide(AT, "left", opened(store).find(JONAS).id, successor=erika.id)  # type: ignore[union-attr]
    privacy.erase(store, opened(store), ADDRESS, at=AT)
    assert [d.payload for d, _ in store.history() if d.id == decision] == [{}]


def test_an_older_version_with_others_does_not_come_back_when_the_newest_named_only_them(store: Store) -> None:
    old = attrs.evolve(meeting(20, (ADDRESS, "Erika Mustermann"), (JONAS, "Jonas Beispiel")), series="s", revision=(1,))
    new = attrs.evolve(meeting(20, (ADDRESS, "Erika Mustermann")), series="s", revision=(2,))
    other = attrs.evolve(meeting(21, (JONAS, "Jonas Beispiel")), series="s", revision=(1,))
    for source, touchpoints in (("b", [old, other]), ("c", [new])):
        store.add(touchpoints, store.begin_source(source, "test", ""))
    before = everybody_else(store)
    privacy.erase(store, opened(store), ADDRESS, at=AT)
    assert everybody_else(store) == before
    store.add([t for t in map(privacy.Gate(store).admits, [old, other]) if isinstance(t, Touchpoint)], 1)
    assert everybody_else(store) == before


def test_erasing_is_refused_for_an_organisation_and_for_nobody(store: Store) -> None:
    with pytest.raises(InvalidValue, match="Jonas Beispiel"):
        privacy.erase(store, opened(store), "Muster GmbH", at=AT)
    with pytest.raises(IdentityError):
        privacy.erase(store, opened(store), "Nobody", at=AT)


def test_a_handle_of_the_queue_can_be_erased(store: Store) -> None:
    bare = Touchpoint.call("+49 89 99998 777", START, "in", outcome="missed", key="bare")
    imported(store, [bare], [])
    assert privacy.erase(store, opened(store), "+49 89 99998 777", at=AT).dropped == 1
    assert privacy.Gate(store).admits(bare) == LeftOut("erased")


def test_the_key_is_the_owners_only_and_without_it_nothing_is_let_in(store: Store) -> None:
    privacy.erase(store, opened(store), ADDRESS, at=AT)
    path = privacy.key_file(store)
    assert path is not None and (sys.platform == "win32" or stat.S_IMODE(path.stat().st_mode) == 0o600)
    assert path.read_text(encoding="ascii").strip() not in "".join(map(repr, bytes_of(path.parent).values())).replace(
        repr(path.read_bytes()), ""
    )
    path.unlink()
    with pytest.raises(StoreError, match="come back"):
        privacy.Gate(store)
    path.write_text("no key")
    with pytest.raises(StoreError, match="damaged"):
        privacy.Gate(store)


def test_tombstones_cannot_be_told_without_the_key(tmp_path: Path) -> None:
    hashes = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        made = Store(tmp_path / folder / "t.db")
        imported(made)
        privacy.erase(made, opened(made), ADDRESS, at=AT)
        hashes.append({stone.hash for stone in made.tombstones()})
    assert hashes[0] and not hashes[0] & hashes[1]


def test_a_backup_that_is_not_there_any_more_is_named(store: Store, tmp_path: Path) -> None:
    copy = privacy.backup(store, tmp_path / "copy.db")
    copy.unlink()
    assert privacy.erase(store, opened(store), ADDRESS, at=AT).untreated == ((str(copy), f"{copy} is not there"),)


def test_a_backup_is_whole_owner_only_and_never_written_over_something(store: Store, tmp_path: Path) -> None:
    copy = privacy.backup(store, tmp_path / "copy.db")
    assert sys.platform == "win32" or stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [s.key for s in Store(copy).touchpoints()] == [s.key for s in store.touchpoints()]
    with pytest.raises(StoreError):
        privacy.backup(store, copy)


def test_where_nothing_was_erased_the_gate_lets_everything_pass(tmp_path: Path) -> None:
    gate = privacy.Gate(Store())
    assert gate.idle
    for record in (*facts(), *people()):
        assert gate.admits(record) is record


def test_revising_without_a_change_changes_nothing(store: Store) -> None:
    before = [(s.key, s.touchpoint) for s in store.touchpoints()]
    assert store.revise(lambda t: t) == (0, 0)
    assert [(s.key, s.touchpoint) for s in store.touchpoints()] == before


def keys(*handles: str) -> set[tuple[str, str]]:
    return {(h.kind, h.value) for h in map(Handle.of, handles)}


def test_what_was_stored_before_it_was_marked_private_goes(store: Store) -> None:
    store.add([Touchpoint.call(KIM, AT, "in", line="+4930231251", key="line")], 1)
    assert privacy.Private().drop(store) == 0
    assert privacy.Private(keys(PHONE), {"+4930231251"}).drop(store) == 2
    assert not {"1", "line"} & {s.key for s in store.touchpoints()}


def retained(store: Store, since: date, consents: date = date(2021, 7, 1)) -> privacy.Retained:
    return privacy.retain(store, opened(store), since, consents=consents)


def test_a_private_handle_is_dropped_from_address_book_decisions_and_backups_too(store: Store, tmp_path: Path) -> None:
    privacy.backup(store, tmp_path / "copy.db")
    store.decide(AT, "note", privacy.erasure.contact_id(Handle.of(KIM)), text="plays chess")
    store.add_people(
        [Person("Kim Neu", [KIM], ref="k"), Person("Jonas Beispiel", [JONAS, "+49 171 39200 77"], ref="j2")], 1
    )
    privacy.Private(keys(KIM, "+49 171 39200 77")).drop(store)
    store.close()
    for content in bytes_of(tmp_path).values():
        assert (
            b"kim@neu.example" not in content and b"4917139200" + b"77" not in content and b"plays chess" not in content
        )
    assert {p.name for p in store.people()} == {"Erika Mustermann", "Jonas Beispiel"}


# -- retention ---------------------------------------------------------------------------------------------------------------


def test_what_is_older_than_is_kept_goes_with_all_that_follows_and_stays_out(store: Store, tmp_path: Path) -> None:
    copy = privacy.backup(store, tmp_path / "copy.db")
    since = (START + timedelta(days=11)).date()
    count = store.count()
    gone = retained(store, since).touchpoints
    assert gone == sum(t.at.date() < since for t in facts()) and store.count() == count - gone
    assert all(s.touchpoint.at.date() >= since for s in [*store.touchpoints(), *Store(copy).touchpoints()])
    assert {c.name for c in opened(store).contacts.values()} >= {"Jonas Beispiel"}
    kim = opened(store).find(KIM)
    assert store.summaries(AT)[kim.id].all.n == 1  # type: ignore[union-attr]  # the meeting, without the mail before
    assert all(start >= since for _, _, start, _, _ in store.coverage())
    imported(store)
    assert store.count() == count - gone
    assert privacy.Gate(store).admits(facts()[0]) == LeftOut("older than is kept")


def test_retention_is_by_local_days(store: Store) -> None:
    retained(store, date(2026, 3, 1))
    gate = privacy.Gate(store)
    early = Touchpoint.call(PHONE, datetime(2026, 2, 28, 22, 59, tzinfo=UTC), "in")
    late = Touchpoint.call(PHONE, datetime(2026, 2, 28, 23, 0, tzinfo=UTC), "in")
    assert (gate.admits(early), gate.admits(late)) == (LeftOut("older than is kept"), late)


def test_notes_consents_and_what_has_ended_go_with_the_years_and_what_protects_stays(store: Store) -> None:
    directory = opened(store)
    erika, jonas = directory.find(ADDRESS), directory.find(JONAS)
    early, since = START + timedelta(days=1), (START + timedelta(days=9)).date()

    def decide(kind: str, at: datetime = early, who: object = jonas, **payload: object) -> int:
        return store.decide(at, kind, who.id, **payload)  # type: ignore[attr-defined]

    gone = {
        decide("note", text="call me"), decide("snooze", until="2026-01-10"), decide("dismiss", because="done"),
        decide("away", until="2026-01-12"), decide("consent", channel="email", allowed=True, evidence="form"),
    }  # fmt: skip
    taken_back = decide("cadence", every="30d")
    store.take_back()
    kept = {
        decide("note", text="call in August", due="2026-08-01"), decide("note", AT, text="new"), decide("cadence", every="30d"),
        decide("dismiss", because="former"), decide("consent", channel="phone", allowed=False, evidence="mail"),
        decide("consent", at=AT, channel="phone", allowed=True, evidence="form"), decide("object", who=erika),
        decide("consent", channel="meeting", allowed=True, evidence="used in the meetings after that"),
    }  # fmt: skip
    nobody = store.decide(early, "rename", directory.find(KIM).id, name="Kim")  # type: ignore[union-attr]
    before = {d.id for d, _ in store.history()}
    store.revise(lambda t: None if any(p.handle.value == KIM for p in t.parties) else t)
    retained(store, since, consents=(START + timedelta(days=10)).date())
    left = {d.id for d, _ in store.history()}
    assert (gone | {taken_back, nobody}) & left == set()
    assert kept <= left and before - left >= gone


def test_consents_have_a_period_of_their_own(store: Store) -> None:
    who = opened(store).find(JONAS).id  # type: ignore[union-attr]
    form = store.decide(START, "consent", who, channel="sms", allowed=True, evidence="form")
    retained(store, AT.date(), consents=START.date())
    assert form in {d.id for d, _ in store.history()}
    retained(store, AT.date(), consents=START.date() + timedelta(days=1))
    assert form not in {d.id for d, _ in store.history()}


def test_the_name_of_a_file_goes_when_nothing_of_it_is_left(tmp_path: Path) -> None:
    store = Store(tmp_path / "t.db")
    imported(store, facts(), [])
    done = retained(store, AT.date() + timedelta(days=1))
    assert (done.touchpoints, done.files, store.sources()) == (len(facts()), 1, [])
    store.close()
    assert traces(tmp_path) == []


# -- export ------------------------------------------------------------------------------------------------------------------


def test_everything_held_about_a_person_is_exported_and_nothing_of_others(store: Store) -> None:
    record = json.loads(json.dumps(privacy.export(store, opened(store), ADDRESS)))
    assert [t["at"][:10] for t in record["touchpoints"]] == [
        "2026-01-05",
        "2026-01-08",
        "2026-01-09",
        "2026-01-15",
        "2026-01-16",
    ]
    assert [t["others"] for t in record["touchpoints"]] == [0, 0, 0, 1, 1]
    assert {h["value"] for h in record["handles"]} == {"+498999998123", "+491713920011", ADDRESS}
    assert {d["kind"] for d in record["decisions"]} == {"rename", "note"}
    assert record["directory_entries"][0]["birthday"] == "1980-01-01"
    assert JONAS not in json.dumps(record) and "Kim" not in json.dumps(record)


def test_an_export_can_be_read_as_vcard_and_calendar(store: Store) -> None:
    import icalendar
    import vobject

    record = privacy.export(store, opened(store), ADDRESS)
    card = vobject.readOne(privacy.vcard(record))
    assert (card.fn.value, card.org.value, card.email.value) == ("Erika Mustermann-Alt", ["Muster GmbH"], ADDRESS)
    events = list(icalendar.Calendar.from_ical(privacy.ics(record)).walk("VEVENT"))
    assert [str(e["summary"]) for e in events][-2:] == ["Abstimmung mit Erika", "Jahresplanung"]
    assert len(events) == 4


def test_versions_that_a_newer_one_replaced_are_told_too(store: Store) -> None:
    """They are still held, so they belong into the answer: an older title, and an occurrence that its series gave up."""
    theirs = (ADDRESS, "Erika Mustermann")
    old = attrs.evolve(meeting(20, theirs, subject="Erster Titel"), series="s", revision=(1,))
    given_up = attrs.evolve(meeting(21, theirs, subject="Entfallen"), series="s", revision=(1,))
    foreign = attrs.evolve(meeting(30, (JONAS, "Jonas Beispiel"), subject="Anderes"), series="f", revision=(1,))
    new = attrs.evolve(meeting(20, theirs, subject="Neuer Titel"), series="s", revision=(2,))
    later = attrs.evolve(meeting(30, (JONAS, "Jonas Beispiel"), subject="Neueres"), series="f", revision=(2,))
    for source, touchpoints in (("b", [old, given_up, foreign]), ("c", [new, later])):
        store.add(touchpoints, store.begin_source(source, "test", ""))
    record = json.loads(json.dumps(privacy.export(store, opened(store), ADDRESS)))
    assert {t["subject"] for t in record["older_versions"]} == {"Erster Titel", "Entfallen"}
    assert {t["source"] for t in record["older_versions"]} == {"b"}
    assert "Neuer Titel" in {t["subject"] for t in record["touchpoints"]}
    privacy.erase(store, opened(store), ADDRESS, at=AT)
    assert all("Erster" not in (s.touchpoint.subject or "") for s in store.superseded())


def test_who_objected_can_still_be_exported_and_erased(store: Store) -> None:
    directory = opened(store)
    directory.object(ADDRESS, at=AT)
    record = privacy.export(store, directory, ADDRESS)
    assert (record["objected_to_evaluation"], len(record["touchpoints"])) == (True, 5)
    assert privacy.erase(store, directory, ADDRESS, at=AT).dropped == 3


# -- the pages ---------------------------------------------------------------------------------------------------------------


def test_the_table_of_stored_fields_is_what_importers_give() -> None:
    path = Path(__file__).resolve().parents[1] / "docs" / "stored_fields.py"
    spec = importlib.util.spec_from_file_location("stored_fields", path)
    assert spec and spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for page in script.PAGES:
        assert page.read_text(encoding="utf-8") == script.written(page)


def test_what_an_app_adds_is_asked_whether_it_is_private_too() -> None:
    settings = Settings(me=["+49 30 23125 100"], private=[KIM], lines={"23125177": "private"})
    with Tracker(settings=settings) as tracker:
        private_line = Touchpoint(AT, "phone", "in", parties=[Party(Handle.of(PHONE))], line="Internet: 23125177")
        report = tracker.add(
            [Touchpoint.call(KIM, AT, "in"), private_line, Touchpoint.call(PHONE, AT, "in")],
            [Person("Kim Neu", [KIM]), "Erika"],  # type: ignore[list-item]  # an app may be wrong
        )
        assert (report.added, report.left_out, report.skipped_total) == (1, {"private": 3}, 1)
        assert report.skipped[0].reason == "a str, neither a touchpoint nor a person"
        assert [p.handle.value for s in tracker.touchpoints() for p in s.touchpoint.parties] == [Handle.of(PHONE).value]
