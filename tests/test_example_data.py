"""The made-up exports in `examples/`: reproducible, harmless, and true to what `truth.json` says was planted."""

from __future__ import annotations

import ast
import csv
import importlib.util
import io
import json
import re
import sys
import zipfile
from collections import defaultdict
from datetime import date, datetime, timedelta
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
DATA = EXAMPLES / "data"
BERLIN = ZoneInfo("Europe/Berlin")
TRUTH: dict[str, Any] = json.loads((EXAMPLES / "truth.json").read_text(encoding="utf-8"))
AT = datetime.fromisoformat(TRUTH["at"])
FICTION = re.compile(r"\+493023125\d{3}|\+498999998\d{3}|\+4917139200\d\d|\+1\d{3}55501\d\d|\+442079460\d{3}")


def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_data", EXAMPLES / "make_data.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_data"] = module
    spec.loader.exec_module(module)
    return module


def written(folder: Path) -> dict[str, bytes]:
    paths = [folder / "truth.json", *(folder / "data").iterdir(), *(folder / "directory").iterdir()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def e164(number: str) -> str:
    """The files' numbers: international, with 00, with a German 0, or a local line of the router."""
    digits = re.sub(r"[^\d+]", "", number.replace("Internet: ", "+4930"))
    return "+" + digits[2:] if digits.startswith("00") else "+49" + digits[1:] if digits.startswith("0") else digits


class Seen(NamedTuple):
    """One record of a file: when, with whom (address, number or name), by them?, and whether both were in touch."""

    at: datetime
    handle: str
    inbound: bool
    reached: bool


class Row(NamedTuple):
    """A row of the router's list."""

    at: datetime
    number: str
    line: str
    seen: Seen


def router_list(path: Path) -> list[Row]:
    lines = list(csv.reader(io.StringIO(path.read_bytes().decode("iso-8859-1")), delimiter=";"))
    assert lines[0] == ["sep=", ""] or lines[0] == ["sep="]
    rows = []
    for kind, when, _name, number, _region, extension, line, length in lines[2:]:
        at = datetime.strptime(when, "%d.%m.%y %H:%M").replace(tzinfo=BERLIN)
        reached = kind in "14" and length != "0:00" and extension != "Anrufbeantworter"
        rows.append(Row(at, e164(number), line, Seen(at, e164(number), kind != "4", reached)))
    return rows


@pytest.fixture(scope="module")
def calls() -> list[Seen]:
    router = {row.seen for path in DATA.glob("FRITZ*.csv") for row in router_list(path) if row.number}
    phone = [
        Seen(
            datetime.fromtimestamp(int(call.attrib["date"]) / 1000, BERLIN), e164(call.attrib["number"]),
            call.attrib["type"] != "2", call.attrib["duration"] != "0",
        )
        for call in ElementTree.parse(DATA / "calls-20260630.xml").getroot()
    ]  # fmt: skip
    return sorted([*router, *phone])


class Letter(NamedTuple):
    at: datetime
    sender: str
    people: set[str]
    subject: str
    automatic: bool


@pytest.fixture(scope="module")
def letters() -> list[Letter]:
    found = []
    for name in ("Posteingang.mbox", "Gesendet.mbox"):
        for mail in re.split(rb"^From \S+ .{24}\n", (DATA / name).read_bytes(), flags=re.MULTILINE)[1:]:
            head = BytesHeaderParser().parsebytes(mail.partition(b"\n\n")[0])
            people = {address for _, address in getaddresses([head["To"], head["Cc"] or ""])}
            calendar = str(head["Content-Type"]).startswith("text/calendar")
            automatic = calendar or "Auto-Submitted" in head or "List-Id" in head
            subject = str(make_header(decode_header(head["Subject"])))
            sender = getaddresses([head["From"]])[0][1]
            found.append(Letter(parsedate_to_datetime(head["Date"]), sender, people, subject, automatic))
    return sorted(found, key=lambda letter: letter.at)


@pytest.fixture(scope="module")
def entries() -> list[str]:
    unfolded = (DATA / "Kalender.ics").read_bytes().decode().replace("\r\n ", "")
    return re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", unfolded, re.DOTALL)


def start(entry: str) -> datetime:
    day, time = re.search(r"DTSTART;.*:(\d{8})(?:T(\d{6}))?", entry).groups("000000")  # type: ignore[union-attr]
    return datetime.strptime(day + time, "%Y%m%d%H%M%S").replace(tzinfo=BERLIN)


def chats() -> dict[str, list[tuple[datetime, str]]]:
    found: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for path in DATA.glob("WhatsApp*"):
        text = zipfile.ZipFile(path).read("_chat.txt").decode() if path.suffix == ".zip" else path.read_text("utf-8")
        name = re.sub(r"WhatsApp Chat (mit|-) ", "", path.stem)
        lines = re.findall(r"^\u200e?\[?(\d\d\.\d\d\.\d\d, \d\d:\d\d)[^A-Z]*([^:\n]+): ", text, re.MULTILINE)
        for when, author in lines:
            found[name].append((datetime.strptime(when, "%d.%m.%y, %H:%M").replace(tzinfo=BERLIN), author))
    return found


def planted(rule: str) -> list[dict[str, Any]]:
    return [need for need in TRUTH["needs_call"] if need["why"] == rule]


def test_making_the_data_again_gives_the_same_bytes(tmp_path: Path) -> None:
    maker().main(tmp_path)
    again, committed = written(tmp_path), written(EXAMPLES)
    assert sorted(committed) == sorted(again)
    assert not [name for name in committed if committed[name] != again[name]]


def test_the_maker_needs_only_the_standard_library() -> None:
    tree = ast.parse((EXAMPLES / "make_data.py").read_text(encoding="utf-8"))
    imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imports |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name.partition(".")[0] for name in imports} - sys.stdlib_module_names


def test_the_data_stays_small() -> None:
    assert sum(map(len, written(EXAMPLES).values())) < 6_000_000


def test_only_reserved_domains_appear() -> None:
    text = "\n".join(content.decode("utf-8", "replace") for content in written(EXAMPLES).values()).replace("\r\n ", "")
    domains = set(re.findall(r"[\w.+-]+@([\w.-]+\w)", text))
    assert not {domain for domain in domains if not domain.endswith(".example")}
    hosts = set(re.findall(r"https?://([^/\s\\]+)", text))
    assert {"teams.microsoft.com"} == {host for host in hosts if not host.endswith(".example")}


def test_only_numbers_set_aside_for_fiction_appear(calls: list[Seen]) -> None:
    cards = (EXAMPLES / "directory" / "Kontakte.vcf").read_text("utf-8")
    numbers = {call.handle for call in calls} | {e164(number) for number in re.findall(r"^TEL.*?:(.*)$", cards, re.M)}
    numbers |= {row.line for path in DATA.glob("FRITZ*.csv") for row in router_list(path)}
    assert len(numbers) > 150
    assert not {number for number in numbers if number and not FICTION.fullmatch(e164(number))}


def test_nothing_is_recorded_after_the_moment_of_the_example(
    calls: list[Seen], letters: list[Letter], entries: list[str]
) -> None:
    assert max(call.at for call in calls) < AT
    assert letters[-1].at < AT
    assert max(at for lines in chats().values() for at, _ in lines) < AT
    stamps = [stamp for entry in entries for stamp in re.findall(r"(?:DTSTAMP|LAST-MODIFIED):(\w{15}Z)", entry)]
    assert max(stamps) < "20260701T070000Z"
    assert any(start(entry) > AT for entry in entries)


def test_router_lists_hold_at_most_400_calls_and_overlap() -> None:
    *quarters, newest = sorted((router_list(path) for path in DATA.glob("FRITZ*.csv")), key=lambda rows: rows[0].at)
    for older, later in zip(quarters, [*quarters[1:], newest], strict=True):
        assert len(later) <= 400
        assert later[-1].at < older[0].at, "a hole between two exports"
    assert {"Internet: 23125100", "Internet: 23125177"} == {row.line for row in newest}


def test_most_addresses_in_the_mailbox_are_no_customers(letters: list[Letter]) -> None:
    customers = {customer["customer"] for customer in TRUTH["customers"]}
    addresses = {address for letter in letters for address in (letter.sender, *letter.people)}
    assert len({address for address in addresses if address.partition("@")[2] not in customers}) >= 1_500


def test_who_needs_a_call_is_nobody_who_only_looks_like_it() -> None:
    needs = [need["customer"] for need in TRUTH["needs_call"]]
    assert len(set(needs)) == len(needs)
    assert not set(needs) & {trap["customer"] for trap in TRUTH["not"]}
    everyone = {customer["customer"] for customer in TRUTH["customers"]}
    assert set(needs) <= everyone
    assert not [kind for kind, domains in TRUTH["others"].items() if everyone & set(domains)]


def test_everybody_in_the_truth_is_in_the_files(calls: list[Seen], letters: list[Letter]) -> None:
    seen = {call.handle for call in calls} | {a for letter in letters for a in (letter.sender, *letter.people)}
    seen |= set(chats())
    entries = TRUTH["needs_call"] + TRUTH["not"] + TRUTH["customers"]
    assert not [entry["contact"] for entry in entries if not seen & {*entry["handles"], *entry["people"]}]


def test_contacts_told_are_contacts_written(calls: list[Seen], letters: list[Letter], entries: list[str]) -> None:
    """The last contact of each customer as the files show it, without the instances of endless series."""
    days: dict[str, set[date]] = defaultdict(set)
    owner = {key: entry["customer"] for entry in TRUTH["customers"] for key in (*entry["handles"], *entry["people"])}
    for call in calls:
        if call.reached and call.handle in owner:
            days[owner[call.handle]].add(call.at.date())
    for letter in letters:
        if not letter.automatic:
            for address in {letter.sender, *letter.people}:
                days[address.partition("@")[2]].add(letter.at.date())
    for name, lines in chats().items():
        days[owner[name]] |= {at.date() for at, _ in lines}
    recurring = set()
    for entry in entries:
        domains = set(re.findall(r"(?:ORGANIZER|PARTSTAT=(?!DECLINED)).*mailto:.*@(.*)\r", entry))
        recurring |= domains if "RRULE" in entry else set()
        if start(entry) < AT and "STATUS:CANCELLED" not in entry and "PARTSTAT=DECLINED" not in entry:
            for domain in domains:
                days[domain].add(start(entry).date())
    last = {entry["customer"]: entry["last_contact"] for entry in TRUTH["customers"]}
    told = {domain: day for domain, day in last.items() if domain not in recurring}
    assert len(told) > 60
    assert told == {domain: max(days[domain]).isoformat() for domain in told}


def test_customers_in_rhythm_are_in_rhythm_and_lapsed_ones_silent() -> None:
    usual = {entry["customer"]: entry["usual_gap_days"] for entry in TRUTH["customers"]}
    last = {entry["customer"]: date.fromisoformat(entry["last_contact"]) for entry in TRUTH["customers"]}
    days = {domain: (AT.date() - day).days for domain, day in last.items()}
    healthy = [entry["customer"] for entry in TRUTH["customers"] if entry["in_rhythm"]]
    assert len(healthy) > 35
    assert not [name for name in healthy if days[name] > max(6, 1.25 * usual[name])]
    lapsed = [need["customer"] for need in planted("unusual_silence")]
    assert len(lapsed) > 6
    assert not [name for name in lapsed if days[name] < 2.5 * usual[name]]


def test_missed_calls_in_the_truth_were_not_returned(calls: list[Seen]) -> None:
    for need in planted("missed_inbound"):
        last = [call for call in calls if call.handle in need["handles"]][-1]
        assert last.inbound and not last.reached, need["company"]
        assert AT - last.at < timedelta(days=10)


def test_unanswered_mails_in_the_truth_are_the_last_word(letters: list[Letter]) -> None:
    for need in planted("unanswered_message"):
        *_, last = (mail for mail in letters if {mail.sender, *mail.people} & {*need["handles"]})
        assert need["customer"] == last.sender.partition("@")[2]
        assert AT - last.at < timedelta(days=14)


def test_fallen_meetings_in_the_truth_have_no_successor(entries: list[str]) -> None:
    for need in planted("fell_through"):
        *_, last = sorted((entry for entry in entries if need["customer"] in entry), key=start)
        assert "STATUS:CANCELLED" in last or "PARTSTAT=DECLINED" in last
        assert AT - timedelta(days=30) < start(last) < AT


def test_every_calendar_entry_is_its_own(entries: list[str]) -> None:
    names = re.compile(r"UID:(.*)\r\n(?:.*\r\n)*?(?:RECURRENCE-ID;.*:(.*)\r\n)?DTSTAMP")
    keys = [match.groups() for entry in entries if (match := names.search(entry))]
    assert len(keys) == len(entries)
    assert len(set(keys)) == len(entries)


def test_held_back_customers_have_a_meeting_booked(entries: list[str]) -> None:
    held = [trap for trap in TRUTH["not"] if "held back" in trap["why_not"]]
    assert len(held) == 3
    for trap in held:
        assert any(trap["customer"] in entry and start(entry) > AT for entry in entries), trap["company"]


def test_whoever_left_is_named_by_the_mail_server(letters: list[Letter]) -> None:
    text = (DATA / "Posteingang.mbox").read_text("utf-8")
    (need,) = planted("contact_left")
    assert f"X-Failed-Recipients: {next(a for a in need['handles'] if a.startswith('megan'))}" in text
