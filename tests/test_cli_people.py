"""The commands about people: answers of the user, in bulk and one by one, and their undo."""

import csv
import io
import json
import re
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from touchpoints.cli import main
from touchpoints.handles import Handle, fold
from touchpoints.model import Person, Touchpoint
from touchpoints.settings import Settings
from touchpoints.tracker import Tracker
from touchpoints.vcards import vcard

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
FIRMS = "Muster Beispiel Kranbau Lindenhof Nordglas Rosenwerk Silberbach Falkenau Grünwald Eichental".split()
PEOPLE = [
    ("Erika", "Müller"), ("Jonas", "Kern"), ("Petra", "von der Heide"), ("Kim", "Neuhaus"), ("Jürgen", "Weiß"), ("Anna", "Brandeis"),
    ("Tom", "Grabowski"), ("Sabine", "Ihle"), ("Ole", "Martens"), ("Rita", "Falter"),
]  # fmt: skip


def exports(tracker: Tracker) -> None:
    """Three colleagues' views of the same people: the address book of one, the mailbox of another, the phone of a third."""
    firms = list(zip(PEOPLE * 2, FIRMS * 2, range(20), strict=True))
    people, touchpoints = [], []
    for (given, surname), firm, n in firms:
        if n >= 10:
            given, surname = (
                {"Erika": "Gisela", "Jonas": "Bernd"}.get(given, given[::-1].capitalize()),
                surname + "mann",
            )
            firm = f"{firm[:4]}dorf"
        plain = surname.replace("ü", "ue").replace("ß", "ss").lower().replace(" ", "")
        people.append(Person(f"{surname}, {given}", [f"+49 89 99998 {100 + n}"], customer=f"{firm} GmbH", ref=str(n)))
        address = f"{given.lower()}.{plain}@{firm.lower().replace('ü', 'ue')}.example"
        for k, direction in enumerate(("out", "in")):
            at = START + timedelta(days=n + k)
            touchpoints.append(
                Touchpoint.mail(address, at, direction, name=f"{given} {surname}".replace("ü", "ue"), key=f"{n} {k}")
            )
        at, short = START + timedelta(days=n + 9), f"{given[0]}. {surname}"
        touchpoints.append(Touchpoint.call(f"+49 171 39200 {n:02}", at, "out", minutes=5, name=short, key=f"c{n}"))
        if n == 0:
            touchpoints.append(Touchpoint.meeting(address, at, minutes=60, key="met"))
    tracker.add(touchpoints, people)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "touchpoints.db"
    with Tracker(path, settings=Settings(me=("Mara Falk", "mara@ours.example"), timezone="Europe/Berlin")) as tracker:
        exports(tracker)
        tracker.store.put("given", {"me": ["Mara Falk", "mara@ours.example"]})
    return path


def run(store: Path, *arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, [*arguments, "--store", str(store)], input=given)


def values(store: Path, *arguments: str) -> list[dict[str, object]]:
    result = run(store, *arguments, "--json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


AT = ("--at", "2026-07-01")


def test_three_colleagues_exports_become_right_with_a_few_answers_and_any_of_them_can_be_taken_back(
    store: Path,
) -> None:
    before = values(store, "people")
    assert len(before) == 60  # nothing was joined by itself
    suggested = values(store, "people", "--suggestions")
    whose = {str(p["id"]): str(p["name"]) for p in before}
    for s in suggested:
        if s["one_id"] in whose:  # two people: the same surname, and given names that begin alike
            one, other = (set(fold(whose[str(s[k])]).split()) for k in ("one_id", "other_id"))
            assert len(one & other) >= 1 and {w[0] for w in one} == {w[0] for w in other}
        else:  # two organisations: a name and the domain that spells it
            one_word, other_word = (re.split(r"[\s.]", fold(str(s[k])))[0] for k in ("one", "other"))
            assert one_word == other_word
    assert run(store, "merge", "--suggested", "--at-least", "60", *AT).exit_code == 0
    assert len(values(store, "people")) <= 40
    assert run(store, "undo").exit_code == 0
    assert values(store, "people") == before


def test_suggestions_are_answered_in_a_sheet(store: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "same.csv"
    assert run(store, "people", "--suggestions", "--format", "csv", "--output", str(sheet)).exit_code == 0
    assert sys.platform == "win32" or stat.S_IMODE(sheet.stat().st_mode) == 0o600
    rows = list(csv.DictReader(io.StringIO(sheet.read_text(encoding="utf-8-sig")), delimiter=";"))
    rows[0]["merge"] = "x"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    sheet.write_text(out.getvalue(), encoding="cp1252")  # as a German spreadsheet saves it
    before = len(values(store, "people"))
    assert run(store, "merge", "--answers", str(sheet), *AT).exit_code == 0
    assert len(values(store, "people")) in (before - 1, before)
    assert [h["kind"] for h in values(store, "history")] == ["merge"]


def test_sorting_takes_one_key_each_and_one_takes_the_last_answer_back(store: Path) -> None:
    first, second = (q["name"] for q in values(store, "sort")[:2])
    result = run(store, "sort", "--lang", "en", *AT, given="csucq")  # customer, supplier, back, customer, quit
    assert result.exit_code == 0 and "sorted: 2" in result.output
    kinds = {(h["name"], h["is"]) for h in values(store, "history") if not h["undone"]}
    assert kinds == {(first, "customer"), (second, "customer")}
    assert first not in {q["name"] for q in values(store, "sort")}


def test_enter_takes_the_proposal_and_space_skips(store: Path) -> None:
    asked = values(store, "sort")
    place = next(n for n, q in enumerate(asked) if q["proposed"])
    assert run(store, "sort", "--lang", "de", *AT, given=" " * place + "\re").exit_code == 0
    assert [(h["name"], h["is"]) for h in values(store, "history")] == [
        (asked[place]["name"], asked[place]["proposed"])
    ]


def test_a_filled_in_sheet_sorts_everything_in_one_batch(store: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sort.csv"
    assert run(store, "sort", "--format", "csv", "--output", str(sheet)).exit_code == 0
    rows = list(csv.DictReader(io.StringIO(sheet.read_text(encoding="utf-8-sig")), delimiter=";"))
    rows[0]["kind"], rows[1]["kind"], rows[1]["importance"] = "Kunde", "supplier", "b"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    sheet.write_text(out.getvalue(), encoding="utf-8")
    assert run(store, "sort", "--answers", str(sheet), *AT).exit_code == 0
    with Tracker(store) as tracker:
        customers = tracker.directory.customers
        assert customers[rows[0]["id"]].kind == "customer"
        assert (customers[rows[1]["id"]].kind, customers[rows[1]["id"]].importance) == ("supplier", "B")
    assert run(store, "undo").exit_code == 0
    assert all(h["undone"] for h in values(store, "history"))


def test_a_sheet_with_a_word_that_is_no_kind_changes_nothing(store: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sort.csv"
    (question, *_) = values(store, "sort")
    sheet.write_text(f"id;kind\n{question['id']};friend\n", encoding="utf-8")
    result = run(store, "sort", "--answers", str(sheet), *AT)
    assert result.exit_code == 1 and "friend" in result.stderr and values(store, "history") == []


def test_merge_split_add_handle_rename_move_mark_and_the_history(store: Path) -> None:
    for arguments in (
        ("merge", "+49 171 39200 00", "+49 89 99998 100", "--why", "same card"), ("split", "+49 89 99998 100", "+49 171 39200 00"),
        ("add-handle", "+49 89 99998 100", "+49 171 39200 01", "--from", "2026-03-01"), ("rename", "+49 89 99998 100", "Erika Neu"),
        ("move", "Erika Neu", "Anders AG", "--from", "2026-03-01"), ("mark", "+49 171 39200 05", "bot"),
    ):  # fmt: skip
        result = run(store, *arguments, *AT)
        assert result.exit_code == 0, result.output
    kinds = [(h["kind"], h["by"]) for h in values(store, "history")]
    assert [k for k, _ in kinds] == ["merge", "split", "add-handle", "rename", "move", "mark"]
    assert {by for _, by in kinds} == {"Mara Falk"}
    for _ in range(6):
        assert run(store, "undo").exit_code == 0
    assert run(store, "undo").exit_code == 1


def test_what_cannot_be_done_is_one_plain_line(store: Path) -> None:
    for arguments, status in ((("merge", "Nobody", "Erika"), 1), (("merge", "one"), 2), (("split", "Nobody", "x"), 1)):
        result = run(store, *arguments, *AT)
        assert result.exit_code == status and "Traceback" not in result.output


def test_export_writes_three_files_for_the_owner_only(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "erika"
    assert run(store, "privacy", "export", "+49 89 99998 100", "--output", str(folder), *AT).exit_code == 0
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()}
    assert sorted(modes) == ["person.ics", "person.json", "person.vcf"]
    assert sys.platform == "win32" or set(modes.values()) == {0o600}


def test_erasing_asks_first_and_then_the_person_is_gone(store: Path) -> None:
    assert run(store, "privacy", "erase", "+49 171 39200 03", *AT, given="n\n").exit_code == 1
    assert len(values(store, "people")) == 60
    assert run(store, "privacy", "erase", "+49 171 39200 03", "--yes", *AT).exit_code == 0
    assert len(values(store, "people")) == 59
    assert run(store, "privacy", "object", "+49 171 39200 04", *AT).exit_code == 0
    assert len(values(store, "people")) == 58


def test_who_objected_is_in_no_evaluation_that_asks_for_a_person(store: Path) -> None:
    assert run(store, "privacy", "object", "+49 171 39200 04", *AT).exit_code == 0
    for command in ("show", "reach", "mix"):
        refused = run(store, command, "+49 171 39200 04", *AT)
        assert (refused.exit_code, refused.stdout) == (1, ""), command
        assert "objected to any evaluation" in refused.stderr, command


@pytest.mark.parametrize(("span", "since"), [("3y", "2023-07-01"), ("90d", "2026-04-02"), ("2026-01-20", "2026-01-20")])
def test_retention_takes_a_span_or_a_date(store: Path, span: str, since: str) -> None:
    result = run(store, "privacy", "retain", span, "--yes", "--json", *AT)
    assert json.loads(result.stdout)["kept_since"] == since


def test_a_private_handle_is_erased_and_stays_out(store: Path) -> None:
    assert run(store, "mark", "+49 171 39200 06", "private", *AT).exit_code == 0
    with Tracker(store) as tracker:
        assert "+491713920006" not in {h.value for h in tracker.directory.handle_ids}
        assert tracker.store.tombstones()


def test_a_backup_is_a_store_that_an_erasure_reaches(store: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert run(store, "backup", str(copy)).exit_code == 0
    assert values(copy, "people") == values(store, "people")
    assert run(store, "privacy", "erase", "+49 171 39200 03", "--yes", *AT).exit_code == 0
    assert b"+491713920003" not in copy.read_bytes()


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("first", ["", "sep=;\r\n"])
def test_a_sheet_is_read_as_any_spreadsheet_saves_it(tmp_path: Path, delimiter: str, encoding: str, first: str) -> None:
    from touchpoints.cli.sheet import answers

    file = tmp_path / "sheet.csv"
    text = (
        delimiter.join(["kind", "name", "id"])
        + "\r\n"
        + delimiter.join(["Kunde", '"Müller; Söhne, KG"', "'+49"])
        + "\r\n"
    )
    file.write_bytes((first + text).encode(encoding))
    assert answers(str(file), "kind") == [{"kind": "Kunde", "name": "Müller; Söhne, KG", "id": "+49"}]


@pytest.mark.parametrize("command", [("merge", "--answers"), ("sort", "--answers")])
def test_a_sheet_without_its_columns_is_refused_in_a_line(
    store: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    file = tmp_path / "other.csv"
    file.write_text("name;merge\nErika;x\n", encoding="utf-8")
    result = run(store, *command, str(file), *AT)
    assert result.exit_code == 1 and "no column" in result.stderr and "Traceback" not in result.output


# -- into an address book -------------------------------------------------------------------------------------------------------


def test_people_go_into_an_address_book_and_come_back_as_they_were(store: Path, tmp_path: Path) -> None:
    cards = tmp_path / "people.vcf"
    for _ in range(2):  # the same to the byte: a new export updates the cards
        done = CliRunner().invoke(
            main, ["people", "--format", "vcf", "--output", str(tmp_path / "again.vcf"), "--store", str(store)]
        )
        assert done.exit_code == 0, done.output
        before = cards.read_bytes() if cards.exists() else None
        (tmp_path / "again.vcf").replace(cards)
        assert before in (None, cards.read_bytes())
    with Tracker(store) as ours, Tracker(settings=Settings(timezone="Europe/Berlin")) as theirs:
        assert theirs.ingest(cards).skipped_total == 0
        known = {
            (" ".join(reversed(c.name.split(", "))), tuple(h for h in c.handles if h.exact))
            for c in ours.directory.contacts.values()
        }
        assert {(c.name, c.handles) for c in theirs.directory.contacts.values()} == {k for k in known if k[1]}


def test_a_card_of_a_hostile_name_is_one_card() -> None:
    import vobject

    hostile = "Eva\nEND:VCARD\u202e; ,Müller\\" + "x" * 500
    text = vcard(hostile, [Handle("phone", "+498999998123")], uid="1", customer="A;B\nTEL:1", birthday="--05-17")
    (card,) = vobject.readComponents(text)
    assert (card.uid.value, card.tel.value, card.bday.value) == ("1@touchpoints.invalid", "+498999998123", "--05-17")
    assert len(card.contents["tel"]) == 1


@pytest.mark.parametrize("which", ["--unresolved", "--suggestions"])
def test_cards_are_of_people_who_are_known(store: Path, which: str) -> None:
    done = CliRunner().invoke(main, ["people", which, "--format", "vcf", "--store", str(store)])
    assert done.exit_code == 2
    assert "vCards are of the people who are known" in done.output
