"""The set-up as a new user meets it: a folder, a few answers, a list. Real files, real processes, a real terminal."""

import json
import os
import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from newcomer import BUSINESS, ME, PRIVATE, chat, exports

from touchpoints.errors import InvalidValue
from touchpoints.plugins import Plugins
from touchpoints.settings import Settings
from touchpoints.setup import Proposal, look, merged, ourselves
from touchpoints.setup.place import country_of_zone, known_region, land_of, zone_of_country
from touchpoints.setup.settingsfile import completed, lines, literal

ROOT = Path(__file__).resolve().parents[1]
ENV = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "Europe/Berlin"}
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
EVENINGS = 23  # calls of the private line that happen to fall into office hours
AT = ["--at", "2026-07-01T09:00"]


def run(*args: str | Path, folder: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "touchpoints", *map(str, args), "--store", str(folder / "touchpoints.db")]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", check=False, env=ENV, cwd=folder, stdin=subprocess.DEVNULL
    )
    assert done.returncode == status, done.stderr + done.stdout
    return done


def proposed(*paths: Path, **settings: Any) -> list[Proposal]:
    given = Settings(**settings)
    found: list[Proposal] = []

    def now() -> Settings:
        return Settings(**merged(settings, settled(found)))

    for proposal in ourselves(look(paths, Plugins.installed(), given), now, "Europe/Berlin"):
        found.append(proposal)
    return found


def settled(proposals: list[Proposal]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for proposal in proposals:
        values = merged(values, proposal.values)
    return values


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    exports(tmp_path / "exports")
    return tmp_path


# -- a terminal -------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal is POSIX; Windows runs the rest")
@pytest.mark.parametrize("lang", ["de", "en"])
def test_from_the_folder_to_a_list_with_five_answers_in_a_real_terminal(folder: Path, lang: str) -> None:
    import pexpect

    store = str(folder / "touchpoints.db")
    shell = pexpect.spawn(
        sys.executable, ["-m", "touchpoints", "setup", "exports", "--lang", lang, "--store", store],
        cwd=str(folder), env={**ENV, "TERM": "xterm"}, encoding="utf-8", dimensions=(50, 80), timeout=60,
    )  # fmt: skip
    questions = []
    waits = {"de": [r"oder Ihre Antwort:", r"Nummern der falschen:", r"\[J/n\]:"],
             "en": [r"or your answer:", r"numbers of the wrong ones:", r"\[Y/n\]:"]}[lang]  # fmt: skip
    while (seen := shell.expect([*waits, pexpect.EOF])) < len(waits):
        questions.append(shell.before)
        shell.sendline("")
    shell.close()
    assert shell.exitstatus == 0, shell.before
    assert f"touchpoints today --store {store}" in ESCAPE.sub("", shell.before).replace(
        "\r\n", ""
    )  # it is not found by itself
    assert len(questions) == 5
    assert seen == len(waits)
    assert sys.platform == "win32" or (folder / "touchpoints.toml").stat().st_mode & 0o077 == 0
    assert not (folder / "touchpoints.db").exists()
    shown = "".join(questions)
    assert ("{} von 120" if lang == "de" else "{} of 120").format(EVENINGS) in shown
    plain = ESCAPE.sub("", shown).splitlines()
    assert [line for line in plain if len(line.rstrip()) > 80 and str(folder) not in line] == []
    settings = Settings.from_toml(folder / "touchpoints.toml")
    assert settings.me == (ME,)
    assert settings.lines == {BUSINESS: "business", PRIVATE: "private"}
    assert (settings.timezone, settings.region, settings.sources) == ("Europe/Berlin", "DE-BE", ("exports",))
    report = json.loads(run("import", "exports", "--json", folder=folder).stdout)
    assert (report["skipped_total"], report["failed"], report["questions"]) == (0, [], [])
    assert report["left_out"] == {"private": 120}
    calls = json.loads(run("calls", "--json", *AT, folder=folder).stdout)
    found = [flag["contact"]["name"] for flag in calls["flags"]]
    assert found[0] == "Karl Kunde"  # owed: a missed call
    assert {"Erika Muster", "Jonas Beispiel"} <= set(found)
    assert not {"Mama", "Oma Lene", "Henning"} & set(found)


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal is POSIX; Windows runs the rest")
def test_other_answers_than_yes_are_taken_and_wrong_ones_asked_again(folder: Path) -> None:
    import pexpect

    shell = pexpect.spawn(
        sys.executable, ["-m", "touchpoints", "setup", "exports", "--lang", "en", "--store", str(folder / "touchpoints.db")],
        cwd=str(folder), env={**ENV, "TERM": "dumb"}, encoding="utf-8", dimensions=(50, 80), timeout=60,
    )  # fmt: skip
    for answer in ("n", "buss", "b", "XX-YY", "DE-BY", "2", "9", "1 2"):
        shell.expect([r"your answer:", r"wrong ones:", r"leaves it open\):"])
        if answer == "buss":
            shell.sendline(answer)  # after "n": what instead
            continue
        shell.sendline(answer)
    shell.expect(r"\[Y/n\]:")
    shell.sendline("y")
    shell.expect(pexpect.EOF)
    settings = Settings.from_toml(folder / "touchpoints.toml")
    assert settings.lines == {BUSINESS: "business", PRIVATE: "business"}
    assert settings.region == "DE-BY"
    assert set(settings.customers) == {"Erika Muster", "Petra Probe"}


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal is POSIX; Windows runs the rest")
def test_ctrl_c_at_a_question_writes_nothing_and_ends_with_130(folder: Path) -> None:
    import pexpect

    shell = pexpect.spawn(
        sys.executable, ["-m", "touchpoints", "setup", "exports", "--store", str(folder / "touchpoints.db")],
        cwd=str(folder), env={**ENV, "TERM": "xterm"}, encoding="utf-8", timeout=60,
    )  # fmt: skip
    shell.expect(r"your answer:")
    shell.sendintr()
    shell.expect(pexpect.EOF)
    shell.close()
    assert shell.exitstatus == 130
    assert "Traceback" not in shell.before
    assert not (folder / "touchpoints.toml").exists()


# -- without a terminal ------------------------------------------------------------------------------------------------


def test_without_a_terminal_the_proposals_are_lines_to_paste_and_nothing_is_written(folder: Path) -> None:
    done = run("setup", "exports", folder=folder)
    assert sorted(p.name for p in folder.iterdir()) == ["exports"]
    settings = Settings.of(tomllib.loads(done.stdout))
    assert settings.me == (ME,)
    assert settings.lines == {BUSINESS: "business", PRIVATE: "private"}
    assert "in 57 of 57 records of Kalender.CSV" in done.stdout
    assert done.stdout.count("Please check") >= 3
    (folder / "touchpoints.toml").write_text(done.stdout, encoding="utf-8")
    assert run("import", "exports", folder=folder)


def test_json_holds_the_same_proposals_with_their_evidence(folder: Path) -> None:
    found = json.loads(run("setup", "exports", "--json", folder=folder).stdout)
    topics = [p["topic"] for p in found["proposals"]]
    assert topics == ["name", "line", "line", "timezone", "region", "people", "customers"]
    certain = {p["topic"]: p["certain"] for p in found["proposals"]}
    assert (certain["name"], certain["timezone"], certain["line"], certain["region"]) == (True, True, False, False)
    assert all(p["evidence"] for p in found["proposals"])
    assert Settings.of(tomllib.loads(found["toml"])).me == tuple(found["settings"]["me"])


def test_an_existing_file_keeps_its_lines_and_is_not_written_without_a_terminal(folder: Path) -> None:
    config = folder / "touchpoints.toml"
    config.write_text('# mine\r\nregion = "DE-HH"\r\n[lines]\r\n23125177 = "private"  # evenings\r\n', newline="")
    before = config.read_bytes()
    done = run("setup", "exports", folder=folder)
    assert config.read_bytes() == before
    more = tomllib.loads(done.stdout)
    assert "region" not in more
    assert more["lines"] == {PRIVATE: "private", BUSINESS: "business"}
    text, left = completed(before.decode(), {"me": (ME,), "lines": {BUSINESS: "business"}, "region": "DE-BE"})
    assert left == {}
    assert "\r\n" in text and "\n" not in text.replace("\r\n", "")
    assert tomllib.loads(text.replace("\r\n", "\n")) == {
        "me": [ME], "region": "DE-HH", "lines": {BUSINESS: "business", PRIVATE: "private"},
    }  # fmt: skip
    assert "# mine" in text and "# evenings" in text


def test_a_folder_without_exports_and_one_that_is_missing_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("milk, bread", encoding="utf-8")
    for path, words in ((tmp_path / "notes.txt", "no export that can be read"), (tmp_path / "nowhere", "no such file")):
        done = run("setup", path, folder=tmp_path, status=1)
        assert words in done.stderr
        assert "Traceback" not in done.stderr


# -- the evidence -----------------------------------------------------------------------------------------------------


def test_the_example_data_leave_no_doubt_about_address_name_and_zone() -> None:
    found = proposed(ROOT / "examples" / "data", ROOT / "examples" / "directory")
    by_topic = {p.topic: p for p in found}
    assert by_topic["address"].values == {"me": ("mara.falk@falkberatung.example",)}
    assert by_topic["name"].values == {"me": (ME,)}
    assert by_topic["timezone"].values == {"timezone": "Europe/Berlin"}
    assert all(by_topic[t].certain for t in ("address", "name", "timezone"))
    assert by_topic["address"].evidence[0]["en"].startswith("in 2862 of 2862 records of Gesendet.mbox")
    lines_ = {line: kind for p in found if p.topic == "line" for line, kind in p.values["lines"].items()}
    assert sorted(lines_.values()) == ["business", "private"]


def test_one_chat_alone_is_asked_with_the_one_it_is_not_called_after(tmp_path: Path) -> None:
    (name,) = [p for p in proposed(chat(tmp_path / "WhatsApp Chat mit Jonas Beispiel.txt", "Jonas Beispiel", 9))
               if p.topic == "name"]  # fmt: skip
    assert (name.values, name.certain) == ({"me": (ME,)}, False)


def test_a_chat_whose_name_says_nothing_gets_no_proposal(tmp_path: Path) -> None:
    (name,) = [p for p in proposed(chat(tmp_path / "chat.txt", "Jonas Beispiel", 9)) if p.topic == "name"]
    assert (name.values, name.certain, set(name.options)) == ({}, False, {ME, "Jonas Beispiel"})


def test_another_name_in_one_chat_is_a_question_of_its_own(tmp_path: Path) -> None:
    chat(tmp_path / "WhatsApp Chat mit Anna Abnehmer.txt", "Anna Abnehmer", 9)
    chat(tmp_path / "WhatsApp Chat mit Jonas Beispiel.txt", "Jonas Beispiel", 9)
    chat(tmp_path / "WhatsApp Chat mit Petra Probe.txt", "Petra Probe", 9, me="Maramaus")
    names = [p for p in proposed(tmp_path) if p.topic == "name"]
    assert all(not p.certain for p in names)
    assert {n for p in names for n in p.values.get("me", ())} == {ME, "Maramaus"}


def _mails(path: Path, *mails: tuple[str, str]) -> Path:
    text = "".join(
        f"From x Thu Jan  1 00:00:00 2026\nFrom: {a}\nTo: {b}\nDate: Thu, {n % 27 + 1} Jan 2026 10:00:00 +0100\n"
        f"Message-ID: <{path.name}{n}@x.example>\nSubject: hello\n\nhello\n\n"
        for n, (a, b) in enumerate(mails)
    )
    path.write_text(text, encoding="utf-8")
    return path


def test_an_address_that_nobody_shares_a_mailbox_with_is_not_certain(tmp_path: Path) -> None:
    """Mail with one partner only: both take part in all of it, so nobody can tell who is who."""
    found = proposed(_mails(tmp_path / "a.mbox", *[("mara@falk.example", "erika@muster.example")] * 9))
    (address,) = [p for p in found if p.topic == "address"]
    assert not address.certain
    assert {*address.values["me"], *address.options} == {"mara@falk.example", "erika@muster.example"}


def test_a_second_mailbox_asks_for_a_second_address(tmp_path: Path) -> None:
    work = [("mara@falk.example", f"kunde{n}@muster{n % 4}.example") for n in range(12)]
    home = [(f"freund{n}@gmx.de", "mara.f@gmx.de") for n in range(12)]
    _mails(tmp_path / "work.mbox", *work)
    _mails(tmp_path / "home.mbox", *home)
    found = proposed(tmp_path, me=("mara@falk.example",))
    assert [p.values for p in found if p.topic == "address"] == [{"me": ("mara.f@gmx.de",)}]


def test_a_call_list_without_sides_shows_the_own_number(tmp_path: Path) -> None:
    rows = ["caller;called;start;duration"]
    rows += [f"+49 30 23125100;+49 89 999981{n:02d};2026-03-{n + 1:02d} 10:00:00;60" for n in range(9)]
    (tmp_path / "pbx.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    numbers = [p for p in proposed(tmp_path) if p.topic == "number"]
    assert [(p.values, p.certain) for p in numbers] == [({"me": ("+493023125100",)}, False)]


def test_a_line_that_hundreds_call_once_is_a_hotline(tmp_path: Path) -> None:
    rows = ["sep=;\nTyp;Datum;Name;Rufnummer;Nebenstelle;Eigene Rufnummer;Dauer"]
    rows += [f"1;{n % 27 + 1:02d}.03.26 10:{n % 60:02d};;0893{n:07d};Telefon;23125100;0:03" for n in range(300)]
    (tmp_path / "hotline.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (line,) = [p for p in proposed(tmp_path) if p.topic == "line"]
    assert line.values == {"lines": {"23125100": "hotline"}}


def test_old_entries_bring_the_question_how_long_to_keep_them() -> None:
    from touchpoints.setup import keeping

    today = date(2026, 7, 1)
    assert keeping(date(2023, 7, 1), Settings(), today) == []
    (asked,) = keeping(date(2019, 3, 4), Settings(), today)
    assert asked.values == {"retention": "3y"}
    assert (asked.take("all"), asked.take("18m")) == ({}, {"retention": "18m"})
    with pytest.raises(InvalidValue):
        asked.take("a while")
    assert keeping(date(2019, 3, 4), Settings(retention="5y"), today) == []


def test_a_retention_in_the_settings_holds_for_every_import(folder: Path) -> None:
    done = run("setup", "exports", folder=folder)
    config = folder / "touchpoints.toml"
    config.write_text(done.stdout, encoding="utf-8")
    run("import", "exports", folder=folder)
    before = run("list", folder=folder).stdout.splitlines()
    config.write_text(done.stdout.replace('# retention = "3y"', 'retention = "1d"'), encoding="utf-8")
    dropped = run("import", "exports", folder=folder)
    assert f"{len(before)} touchpoints older than 1d dropped" in dropped.stderr
    assert run("list", folder=folder).stdout == ""
    with pytest.raises(InvalidValue):
        Settings(retention="three years")


# -- places and the file ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "land"),
    [("+493023125100", "DE-BE"), ("+498999998123", "DE-BY"), ("+4940123456", "DE-HH"), ("+4934112345", "DE-SN"),
     ("+4342112345", "AT"), ("+4315321234", "AT-9"), ("+442079460001", "GB"), ("+491713920000", None), ("nothing", None)],
)  # fmt: skip
def test_an_area_code_tells_the_land(number: str, land: str | None) -> None:
    assert land_of(number) == land


def test_zones_and_regions() -> None:
    assert (country_of_zone("Europe/Berlin"), zone_of_country("DE"), zone_of_country("US")) == (
        "DE",
        "Europe/Berlin",
        None,
    )
    assert (known_region("de-be"), known_region("AT"), known_region("DE-ZZ"), known_region("Berlin")) == (
        "DE-BE", "AT", None, None,
    )  # fmt: skip


def test_any_text_survives_the_file() -> None:
    odd = 'a "b" \\ \t \x7f ü 🙂 \u2028 é'
    values = {"me": (odd,), "subjects": True, "lines": {odd: "business", "+49 1": "private"}}
    assert tomllib.loads("\n".join(lines(values))) == {**values, "me": [odd]}
    assert literal({"a b": ["x", 1]}) == '{ "a b" = ["x", 1] }'


def test_lists_grow_where_they_stand_and_odd_ones_are_handed_back() -> None:
    assert completed('me = ["a"]\nlang = "de"\n', {"me": ("a", "b"), "lang": "en"}) == (
        'me = ["a", "b"]\nlang = "de"\n',
        {},
    )
    text = 'me = [\n  "a",\n]\nlines = { 1 = "private" }\n'
    assert completed(text, {"me": ("b",), "lines": {"2": "business"}}) == (
        'me = [\n  "a",\n    "b",\n]\nlines = { 1 = "private" }\n',
        {"lines": {"2": "business"}},
    )
    text = 'me = [\n  "a"  # the last has no comma\n]\n'
    assert completed(text, {"me": ("b",)}) == (text, {"me": ("b",)})


# -- a folder with what folders have in them ----------------------------------------------------------------------------


def _calendar(path: Path, me: str, others: list[str], name: str = ME, start: int = 1) -> Path:
    """Meetings of somebody with others in turn, by address and name."""
    events = [
        f"BEGIN:VEVENT\r\nUID:{path.stem}{n}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:202603{n + start:02d}T090000Z\r\n"
        f'ORGANIZER;CN="{name}":mailto:{me}\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{other}\r\nEND:VEVENT\r\n'
        for n, other in enumerate(others)
    ]
    text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\n" + "".join(events) + "END:VCALENDAR\r\n"
    path.write_text(text, encoding="utf-8", newline="")
    return path


WORK, HOME = "mara@falk.example", "mara.f@gmx.de"
CUSTOMERS = [f"kunde{n}@muster{n % 4}.example" for n in range(20)]


def test_a_family_calendar_beside_the_one_of_work_is_no_doubt_about_who_one_is(tmp_path: Path) -> None:
    _calendar(tmp_path / "work.ics", WORK, CUSTOMERS)
    _calendar(tmp_path / "family.ics", HOME, ["henning.f@gmx.de"] * 4)
    addresses = [p for p in proposed(tmp_path) if p.topic == "address"]
    assert [(p.values, p.certain) for p in addresses] == [({"me": (WORK,)}, True), ({"me": (HOME,)}, True)]
    assert "in 0 of" not in str([e["en"] for p in addresses for e in p.evidence])


def test_the_calendar_of_somebody_else_is_asked_about(tmp_path: Path) -> None:
    _calendar(tmp_path / "work.ics", WORK, CUSTOMERS)
    _calendar(tmp_path / "theirs.ics", "thomas@vogt.example", CUSTOMERS, name="Thomas Vogt")
    address, other = (p for p in proposed(tmp_path) if p.topic == "address")
    assert not address.certain and not other.certain
    assert {*address.values["me"], *other.values["me"]} == {WORK, "thomas@vogt.example"}


def test_what_is_proposed_next_goes_by_the_answer(tmp_path: Path) -> None:
    """Mail with one partner: the wrong one is proposed as our address, the user says which it is."""
    _mails(tmp_path / "a.mbox", *[("erika@muster.example", "mara@falk.example")] * 9)
    mine: list[str] = []
    found = ourselves(
        look([tmp_path], Plugins.installed(), Settings()), lambda: Settings(me=tuple(mine)), "Europe/Berlin"
    )
    address = next(found)
    (other,) = {"erika@muster.example", "mara@falk.example"} - {*address.values["me"]}
    mine += address.take(other)["me"]
    assert [p for p in found if p.topic in ("address", "name")] == []


def test_overlapping_exports_count_a_call_once(folder: Path) -> None:
    router = folder / "exports" / "FRITZ!Box_Anrufliste.csv"
    rows = router.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    (folder / "exports" / "copy.csv").write_text("".join(rows), encoding="utf-8")
    (folder / "exports" / "half.csv.part").write_text("".join(rows[: len(rows) // 2])[:-9], encoding="utf-8")
    assert str(EVENINGS) + " of 120 calls" in str([e["en"] for p in proposed(folder) for e in p.evidence])


def test_the_given_name_in_a_chat_is_ones_own_without_a_question(tmp_path: Path) -> None:
    _calendar(tmp_path / "work.ics", WORK, CUSTOMERS)
    chat(tmp_path / "WhatsApp Chat mit Jonas Beispiel.txt", "Jonas Beispiel", 9, me="Mara")
    chat(tmp_path / "WhatsApp Chat mit Anna Abnehmer.txt", "Anna Abnehmer", 9, me="Maramaus")
    names = {p.values["me"][0]: p.certain for p in proposed(tmp_path) if p.topic == "name"}
    assert names == {ME: True, "Mara": True, "Maramaus": False}


def test_files_that_are_no_exports_are_one_line_and_what_windows_leaves_is_none(folder: Path) -> None:
    for name in ("IMG_1.jpg", "IMG_2.jpg", "Preise.pdf", "Thumbs.db", "desktop.ini"):
        (folder / "exports" / name).write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)))
    done = run("import", "exports", folder=folder, status=1)
    assert "exports/IMG_1.jpg, exports/IMG_2.jpg, exports/Preise.pdf: no importer" in " ".join(done.stdout.split())
    assert "Thumbs" not in done.stdout and "desktop.ini" not in done.stdout


def test_a_name_in_several_sources_is_one_person_by_one_answer(folder: Path) -> None:
    """Router, calendar and chat know each by name or number alone: joined by the answer, each is on the list once."""
    done = run("setup", "exports", "--json", folder=folder)
    settings = json.loads(done.stdout)
    assert set(settings["settings"]["one_person"]) == {
        "Erika Muster", "Jonas Beispiel", "Petra Probe", "Karl Kunde", "Anna Abnehmer",
    }  # fmt: skip
    (folder / "touchpoints.toml").write_text(settings["toml"], encoding="utf-8")
    run("import", "exports", folder=folder)
    joined = json.loads(run("calls", "--json", *AT, folder=folder).stdout)
    found = [flag["contact"]["name"] for flag in joined["flags"]]
    assert len(found) == len(set(found)) and {"Jonas Beispiel", "Erika Muster"} <= set(found)
    assert joined["held_back"] == []
    assert "Jonas" not in run("people", "--suggestions", folder=folder).stdout


def _phone(path: Path) -> Path:
    """A phone's call log, which calls people as its address book does."""
    rows = "".join(
        f'<call number="{number}" duration="300" date="{1770000000000 + n * 86400000}" type="2" contact_name="{name}" />\n'
        for n, (number, name) in enumerate([("+498999998123", "Erika Muster"), ("+493023125902", "Mama Muster")] * 5)
    )
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n<calls count="10">\n{rows}</calls>\n', encoding="utf-8")
    return path


def test_whom_one_names_as_one_person_is_no_stranger_to_a_phones_backup(tmp_path: Path) -> None:
    """The phone knows the number, the mailbox the address: one answer joins them and lets the calls in, and only them."""
    folder = tmp_path / "exports"
    folder.mkdir()
    _mails(folder / "a.mbox", *[(WORK, "Erika Muster <erika@muster.example>"), ("Erika Muster <erika@muster.example>", WORK)] * 4,
           *[(WORK, other) for other in CUSTOMERS])  # fmt: skip
    _phone(folder / "calls.xml")
    found = json.loads(run("setup", "exports", "--json", folder=tmp_path).stdout)
    assert found["settings"]["one_person"] == ["Erika Muster"]
    (people,) = [p for p in found["proposals"] if p["topic"] == "people"]
    assert "+49 89 99998123" in people["evidence"][0] and "erika@muster.example" in people["evidence"][0]
    (tmp_path / "touchpoints.toml").write_text(found["toml"], encoding="utf-8")
    report = json.loads(run("import", "exports", "--json", folder=tmp_path).stdout)
    assert report["left_out"]["not known"] == 5
    (erika,) = [p for p in json.loads(run("people", "--json", folder=tmp_path).stdout) if p["name"] == "Erika Muster"]
    assert set(erika["handles"]) == {"+498999998123", "erika@muster.example"}


def test_two_of_one_name_with_two_addresses_may_be_two_people(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    both = [f"Max Muster <{a}>" for a in ("max@muster1.example", "mmuster@muster2.example")]
    _mails(
        folder / "a.mbox", *[pair for a in both for pair in ((WORK, a), (a, WORK))] * 4, *[(WORK, c) for c in CUSTOMERS]
    )
    found = json.loads(run("setup", "exports", "--json", folder=tmp_path).stdout)
    assert "one_person" not in found["settings"]


def test_a_profile_that_spells_the_own_name_needs_no_question(tmp_path: Path) -> None:
    head = "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT"
    head += ",FOLDER,ATTACHMENTS\n"
    mine = "https://www.linkedin.com/in/mara-falk-01"
    rows = [
        f"c{n},,{ME},{mine},Kunde {n},https://www.linkedin.com/in/kunde-{n}-example,2026-03-{n + 1:02d} 10:00:00 UTC,,Hallo,INBOX,\n"
        for n in range(9)
    ]
    (tmp_path / "messages.csv").write_text(head + "".join(rows), encoding="utf-8")
    _calendar(tmp_path / "work.ics", WORK, CUSTOMERS)
    (profile,) = [p for p in proposed(tmp_path) if p.topic == "name" and "linkedin" in str(p.values)]
    assert profile.certain
    assert "called after" not in str([e["en"] for e in profile.evidence])


def test_who_is_not_known_is_explained_and_sources_are_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    _phone(folder / "calls.xml")
    for name in ("Anna Abnehmer", "Jonas Beispiel"):
        chat(folder / f"WhatsApp Chat mit {name}.txt", name, 9)
    said = " ".join(run("import", "exports", "--me", ME, folder=tmp_path).stdout.split())
    assert "10 × not known" in said and "Import the phone's contacts (.vcf)" in said
    shown = " ".join(run("calls", *AT, folder=tmp_path).stdout.split())
    assert "whatsapp (Anna Abnehmer)" in shown and "whatsapp (Jonas Beispiel)" in shown
