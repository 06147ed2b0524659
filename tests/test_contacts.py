"""Address books, user lists and CRM exports: who is read, who is left out, and how people keep their keys."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest
import touchpoints_contacts
from hypothesis import given, settings
from hypothesis import strategies as st
from touchpoints_contacts import touchpoints_importers
from touchpoints_contacts.crm import Pipedrive, Zoho
from touchpoints_contacts.google import GoogleContacts
from touchpoints_contacts.hubspot import HubSpot
from touchpoints_contacts.kinds import KINDS, kind_of
from touchpoints_contacts.ldif import Ldif
from touchpoints_contacts.linkedin import LinkedInConnections
from touchpoints_contacts.lists import ContactsTable
from touchpoints_contacts.microsoft365 import Microsoft365Users
from touchpoints_contacts.outlook import OutlookContacts
from touchpoints_contacts.person import profile
from touchpoints_contacts.salesforce import Salesforce
from touchpoints_contacts.thunderbird import ThunderbirdContacts
from touchpoints_contacts.vcard import Property, VCard, cards

from touchpoints.errors import SourceError
from touchpoints.handles import Handle
from touchpoints.model import LeftOut, Person, Question, Skipped
from touchpoints.plugins import Plugins, Record
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source
from touchpoints.testing import DECOYS, ImporterContract

SAMPLES = Path(__file__).parent / "samples" / "contacts"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "samples"
PLUGINS = Plugins.of(touchpoints_contacts)


class TestVCard(ImporterContract):
    importer, samples = VCard(), SAMPLES / "vcard"


class TestLdif(ImporterContract):
    importer, samples = Ldif(), SAMPLES / "ldif"


class TestGoogle(ImporterContract):
    importer, samples = GoogleContacts(), SAMPLES / "google-contacts"


class TestOutlook(ImporterContract):
    importer, samples = OutlookContacts(), SAMPLES / "outlook-contacts"


class TestThunderbird(ImporterContract):
    importer, samples = ThunderbirdContacts(), SAMPLES / "thunderbird-contacts"


class TestMicrosoft365(ImporterContract):
    importer, samples = Microsoft365Users(), SAMPLES / "microsoft365-users"


class TestLinkedIn(ImporterContract):
    importer, samples = LinkedInConnections(), SAMPLES / "linkedin-connections"


class TestHubSpot(ImporterContract):
    importer, samples = HubSpot(), SAMPLES / "hubspot"


class TestPipedrive(ImporterContract):
    importer, samples = Pipedrive(), SAMPLES / "pipedrive"


class TestZoho(ImporterContract):
    importer, samples = Zoho(), SAMPLES / "zoho"


class TestSalesforce(ImporterContract):
    importer, samples = Salesforce(), SAMPLES / "salesforce"


class TestContactsTable(ImporterContract):
    importer, samples = ContactsTable(), SAMPLES / "contacts-table"


# -- reading in short -------------------------------------------------------------------------------------------


def read(content: str | bytes, name: str = "file", **given: object) -> list[Record]:
    """All records of a file, read by whoever recognises it."""
    source = Source.from_bytes(content if isinstance(content, bytes) else content.encode(), name)
    found = recognised(source)
    assert len(found) == 1, found
    context = Context(
        Settings(me=("Mara Falk", "mara.falk@falk.example"), date_order=given.pop("date_order", None)),
        zone=str(given.pop("zone", "Europe/Berlin")), region=str(given.pop("region", "DE")), source=name,
        importer=found[0],
    )  # fmt: skip
    assert not given
    return list(PLUGINS.importer(found[0]).read(source, context))


def recognised(source: Source) -> list[str]:
    """Who takes the file, fallbacks only if nobody else does."""
    taken = [i for i in PLUGINS.importers if i.recognises(source)]
    return [i.name for i in ([i for i in taken if not i.fallback] or taken)]


def person(content: str | bytes, **given: object) -> Person:
    """The one person of a file."""
    (found,) = [r for r in read(content, **given) if isinstance(r, Person)]
    return found


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def values(found: Person) -> list[str]:
    return [handle.value for handle in found.handles]


ERIKA = ("N:Muster;Erika;;;", "FN:Erika Muster", "EMAIL:erika@muster.example")


def test_entries_of_a_directory_are_people_groups_or_nothing() -> None:
    text = (
        "# exported\nversion: 1\n\ndn: ou=people,dc=muster\nobjectclass: organizationalUnit\nou: people\n\n"
        "dn: cn=a\nobjectClass: inetOrgPerson\ncn;lang-de: Erika\n  Muster\nmail: erika@muster.example\njpegPhoto:: /9j/4AAQ\n"
        "# a remark\ntelephoneNumber: 030 23125 111\n\ndn: cn=b\nobjectclass: groupOfNames\ncn: b\nmember: cn=a\n\ncn: ohne\n"
    )
    unit, erika, group, other = read(text)
    assert isinstance(erika, Person) and (erika.name, values(erika)) == (
        "Erika Muster", ["+493023125111", "erika@muster.example"],
    )  # fmt: skip
    assert (unit, group) == (LeftOut("no other party"), LeftOut("no other party"))
    assert isinstance(other, Person) and other.name == "ohne"
    (*_, cut) = read(text.rstrip("\n"))
    assert isinstance(cut, Skipped) and cut.reason == "an entry that ends early; the file is cut off here"
    assert recognised(Source.from_text("dn: ou=people,dc=muster\nobjectclass: organizationalUnit\nou: people\n")) == []


# -- who reads what ---------------------------------------------------------------------------------------------


def test_every_sample_is_recognised_by_its_importer_alone() -> None:
    files = [p for p in SAMPLES.rglob("*") if p.is_file() and p.suffix != ".golden"]
    assert len(files) > 25
    for path in files:
        family = path.relative_to(SAMPLES).parts[0]
        assert recognised(Source.from_path(path)) == [family], path


def test_no_file_of_another_kind_is_taken() -> None:
    others = [p for p in SAMPLES.parent.rglob("*") if p.is_file() and SAMPLES not in p.parents]
    taken = {str(p): found for p in others if (found := recognised(Source.from_path(p)))}
    assert taken == {}
    assert [n for n, content in DECOYS.items() if recognised(Source.from_bytes(content, n))] == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not here")
def test_real_cards_are_read_and_nothing_else_is_taken() -> None:
    seen = 0
    for path in (p for p in sorted(SHARED.rglob("*")) if p.is_file()):
        is_card = path.suffix == ".vcf"
        assert recognised(Source.from_path(path)) == (["vcard"] if is_card else []), path
        if is_card:
            seen += 1
            records = read(path.read_bytes(), path.name)
            if path.name == "issue64.vcf":  # a picture and nothing else
                assert [r.reason for r in records] == ["no name, organisation or address"]
            else:
                assert {type(r) for r in records} == {Person}, path
    assert seen == 20


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("Name;Telefon", True),
        ("Vorname;Nachname;E-Mail", True),
        ("Firma;Ansprechpartner;Handy;Letzter Kontakt", True),
        ("Name,LinkedIn URL,Company", True),
        ("Name;Geburtsdatum;Tel.", True),
        ("Name;Menge;Einheit", False),
        ("Vorname;E-Mail", False),
        ("Name;Rufnummer;Datum;Dauer", False),
        ("Date/Time,Name,Phone number,Direction", False),
        ("Name,Phone,Start time", False),
        ("Zeitpunkt;Kontakt;E-Mail", False),
        ("Name;Gesprächsdauer (Sek.);Telefon", False),
    ],
)
def test_a_list_is_taken_by_its_columns_and_a_log_is_not(header: str, taken: bool) -> None:
    source = Source.from_text(f"{header}\n", "x.csv")
    assert recognised(source) == (["contacts-table"] if taken else [])


def test_columns_behind_the_first_4_kib_are_found() -> None:
    filler = ",".join(f"Custom property number {n} of this account" for n in range(200))
    header, row = f"Record ID,Last Name,Phone Number,{filler},Email", f"7,Muster,,{',' * 199},e@muster.example"
    found = person(f"{header}\n{row}\n")
    assert (found.ref, values(found)) == ("7", ["e@muster.example"])


# -- vCard ------------------------------------------------------------------------------------------------------


def test_a_fold_within_a_character_changes_nothing() -> None:
    whole = card("FN:Jürgen Köhler-Überseestraße", "ORG:Weiß\\; Söhne & Co.;Verkauf", "EMAIL:j@k.example").encode()
    expected = person(whole)
    assert (expected.name, expected.customer) == ("Jürgen Köhler-Überseestraße", "Weiß; Söhne & Co.")
    for place in range(len(b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:"), whole.index(b"END:VCARD")):
        if whole[place - 1] not in b"\r\n":  # a fold is not between lines
            assert person(whole[:place] + b"\r\n " + whole[place:]) == expected, place


@pytest.mark.parametrize(
    "line",
    [
        "FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=FCrgen K=F6hler",
        "FN;ENCODING=QUOTED-PRINTABLE:J=FCrgen K=F6hler",
        "FN;QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=BCrgen=\r\n K=C3=B6hler",
        "FN;CHARSET=no-such-charset;ENCODING=quoted-printable:J=C3=BCrgen K=C3=B6hler",
        "FN;ENCODING=b:SsO8cmdlbiBLw7ZobGVy",
        "fn:Jürgen\r\n  Köhler",
        "item1.FN:Jürgen Köhler",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "mac-roman"])
def test_a_name_is_the_same_in_every_encoding(line: str, encoding: str) -> None:
    assert person(card(line, "EMAIL:j@koehler.example", version="2.1").encode(encoding)).name == "Jürgen Köhler"


@pytest.mark.parametrize("charset", ["SHIFT_JIS", "EUC-JP", "ISO-2022-JP", "UTF-8", "GB18030"])
def test_the_encoding_that_a_line_names_is_used(charset: str) -> None:
    text = card(f"FN;CHARSET={charset}:山田太郎", "EMAIL:y@yamada.example", version="2.1")
    assert person(text.encode(charset)).name == "山田太郎"


def test_cards_of_two_encodings_in_one_file() -> None:
    content = card("FN:Jürgen").encode() + card("FN:Köhler").encode("latin-1")
    assert [r.name for r in read(content) if isinstance(r, Person)] == ["Jürgen", "Köhler"]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\r\n"])
def test_any_line_end_is_one(end: str) -> None:
    content = card("N:Muster;Erika", "TEL:+49 30 23125 001", "NOTE:a\r\n b", "ORG:Muster\r\n  GmbH")
    found = person(content.replace("\r\n", end))
    assert (found.name, found.customer, values(found)) == ("Erika Muster", "Muster GmbH", ["+493023125001"])


def test_pictures_and_keys_are_passed_over_however_they_are_written() -> None:
    picture = base64.b64encode(b"\xff\xd8" * 3000).decode()
    rows = [picture[i : i + 70] for i in range(0, len(picture), 70)]
    for header in (
        "PHOTO;ENCODING=b;TYPE=JPEG",
        "PHOTO;BASE64",
        "LOGO",
        "KEY;X509",
        "X-MS-CARDPICTURE;ENCODING=BASE64",
    ):
        for body in (picture, "\r\n " + "\r\n ".join(rows), "\r\n" + "\r\n".join(rows) + "\r\n"):
            records = read(card(*ERIKA[:1], f"{header}:{body}", *ERIKA[1:]))
            assert [type(r) for r in records] == [Person], (header, body[:4])
            assert values(person(card(*ERIKA[:1], f"{header}:{body}", *ERIKA[1:]))) == ["erika@muster.example"]


def test_a_damaged_card_costs_no_other() -> None:
    good = card("FN:Erika Muster"), card("FN:Max Beispiel")
    for damaged in (
        "BEGIN:VCARD\r\nFN:Ohne Ende\r\n",
        "FN:Ohne Anfang\r\nEND:VCARD\r\n",
        card("FN;ENCODING=b:????", "Hier fehlt etwas"),
        card("TEL:+49 30 23125 001"),
        "\x00\x01\x02 Unsinn\r\n",
    ):
        records = read(good[0] + damaged + good[1])
        assert [r.name for r in records if isinstance(r, Person)] == ["Erika Muster", "Max Beispiel"], damaged
        assert len([r for r in records if isinstance(r, Skipped)]) >= 1, damaged


def test_unreadable_lines_are_counted_once_for_their_card() -> None:
    records = read(card("FN:Erika Muster", "Hier fehlt", "etwas", "EMAIL:erika@muster.example"))
    assert [r for r in records if isinstance(r, Skipped)] == [
        Skipped("file", 4, "2 unreadable line(s) in the card of line 1; its others were read", "Hier fehlt")
    ]
    assert [values(r) for r in records if isinstance(r, Person)] == [["erika@muster.example"]]
    cut = read((SAMPLES / "vcard" / "damaged" / "unreadable-lines.vcf").read_bytes())
    assert [r.record for r in cut if isinstance(r, Skipped)] == [1, 4, 9, 13, 15]


def test_a_cut_line_with_many_parameters_takes_no_time() -> None:
    started = time.process_time()
    for line in (";b=c" * 10_000, ';b="' + "x" * 60_000, ".a" * 30_000, ';"a"' * 10_000, ";b" + ",b" * 30_000):
        assert [type(r) for r in read(card(*ERIKA, "TEL" + line))] == [Person, Skipped]
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("lines", "name", "customer"),
    [
        (("FN:Muster\\, Erika", "N:Muster;Erika"), "Erika Muster", None),
        (("FN:Muster\\, Erika",), "Muster, Erika", None),
        (("N:Muster;Erika;Maria;Dr.;",), "Erika Muster", None),
        (("N:;Erika", "FN:"), "Erika", None),
        (("N:;;;;", "NICKNAME:Eri"), "Eri", None),
        (("ORG:Muster GmbH;Einkauf",), "Muster GmbH", "Muster GmbH"),
        (("FN:Muster GmbH", "ORG:Muster GmbH"), "Muster GmbH", "Muster GmbH"),
        (("FN:Muster GmbH", "KIND:org"), "Muster GmbH", "Muster GmbH"),
        (("FN:Muster GmbH", "X-ABShowAs:COMPANY", "N:Muster;Erika"), "Muster GmbH", "Muster GmbH"),
        (("FN:Erika Muster", "ORG:;Einkauf"), "Erika Muster", None),
        (("EMAIL:Info@Muster.example",), "info@muster.example", None),
        (("FN:Erika", "ORG:Siemens", "CATEGORIES:Freunde"), "Erika", None),
    ],
)
def test_what_a_card_is_called_and_where_it_belongs(lines: tuple[str, ...], name: str, customer: str | None) -> None:
    found = person(card(*lines))
    assert (found.name, found.customer) == (name, customer)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("TEL;VALUE=uri;PREF=1:tel:+49-30-23125-001;ext=102", ["+493023125001"]),
        ("TEL;WORK;VOICE:030/23125-001", ["+493023125001"]),
        ("TEL;TYPE=WORK,FAX:030/23125-001", []),
        ("TEL;WORK;FAX;VOICE:030/23125-001", ["+493023125001"]),
        ("TEL;TYPE=pager:030/23125-001", []),
        ("item1.TEL:030/23125-001\r\nitem1.X-ABLabel:_$!<AssistantPhone>!$_", []),
        ("item1.TEL:030/23125-001\r\nitem1.X-ABLabel:_$!<Mobile>!$_", ["+493023125001"]),
        ("TEL:**610", []),
        ("TEL:+49 MOBIL", []),
        ("EMAIL:mailto:Erika@Muster.example", ["erika@muster.example"]),
        ("EMAIL;PREF;INTERNET:erika+crm@muster.example", ["erika@muster.example"]),
        ("URL:https\\://www.linkedin.com/in/Erika-Muster/?trk=x", ["linkedin.com/in/erika-muster"]),
        ("URL:https://www.muster.example", []),
        ("URL:https://www.linkedin.com/company/muster", []),
        ("X-SOCIALPROFILE;type=linkedin;x-user=erika.m:x-apple:erika.m", ["linkedin.com/in/erika.m"]),
        ("X-SOCIALPROFILE;type=linkedin:http://www.linkedin.com/in/erika.m", ["linkedin.com/in/erika.m"]),
        ("SOCIALPROFILE;SERVICE-TYPE=Xing;VALUE=text:Erika_Muster", ["xing.com/profile/erika_muster"]),
        ("X-SOCIALPROFILE;type=facebook;x-user=erika:x-apple:erika", []),
    ],
)
def test_what_reaches_a_person(line: str, expected: list[str]) -> None:
    found = person(card("FN:Erika Muster", line))
    assert [h.value for h in found.handles if h.exact] == expected
    if not expected:
        assert found.handles == (Handle("name", "erika muster", "vcard"),)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("BDAY:1980-03-22", "1980-03-22"),
        ("BDAY:19800322", "1980-03-22"),
        ("BDAY;VALUE=date:1604-03-22", "--03-22"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29", "--02-29"),
        ("BDAY:--0203", "--02-03"),
        ("BDAY:--02-29", "--02-29"),
        ("BDAY:1980-03-22T00:00:00Z", "1980-03-22"),
        ("BDAY:1980-03-21T23:00:00Z", "1980-03-22"),
        ("BDAY:19800322T120000Z", "1980-03-22"),
        ("BDAY:22.03.1980", "1980-03-22"),
        ("BDAY:22.3.80", "--03-22"),
        ("BDAY:0000-00-00", None),
        ("BDAY:", None),
    ],
)
def test_birthdays(line: str, expected: str | None) -> None:
    records = read(card("FN:Erika Muster", line))
    assert [type(r) for r in records] == [Person]
    assert person(card("FN:Erika Muster", line)).birthday == expected


@pytest.mark.parametrize("text", ["am 3. Tag", "1980", "1980-02-30", "31.02.1980", "--0230", "9999-12-31T23:59-14:00"])
def test_a_birthday_that_is_no_date_is_named_and_the_person_stays(text: str) -> None:
    first, second = read(card("FN:Erika Muster", f"BDAY:{text}"))
    assert isinstance(first, Person)
    assert first.birthday is None
    assert isinstance(second, Skipped)
    assert text in second.reason


def test_who_is_left_out_and_why() -> None:
    reasons = {
        "internal": card("FN:Kim", "EMAIL:kim@falk.example"),
        "private": card("FN:Erika", "CLASS:PRIVATE"),
        "automatic": card("FN:Shop", "EMAIL:no-reply@shop.example"),
        "no other party": card("FN:Alle", "KIND:group", "MEMBER:urn:uuid:1"),
    }
    assert {reason: read(content) for reason, content in reasons.items()} == {
        reason: [LeftOut(reason)] for reason in reasons
    }


def test_our_own_name_without_a_number_is_ours() -> None:
    assert read(card("FN:Falk\\, Mara")) == [LeftOut("internal")]


# -- vobject as a second opinion ----------------------------------------------------------------------------------


ASKED = ("FN", "N", "ORG", "TEL", "EMAIL", "UID", "BDAY", "URL", "NICKNAME", "REV")


def test_vobject_reads_the_same_lines_from_the_samples() -> None:
    import vobject

    agreed = 0
    for path in (*(SAMPLES / "vcard").glob("*.vcf"), *SHARED.glob("vcard/*/*.vcf")):
        content = path.read_bytes()
        try:
            parsed = vobject.readComponents(content.decode(), transform=False, ignoreUnreadable=True, allowQP=True)
            theirs = [{n: [v.value for v in c.contents.get(n.lower(), ())] for n in ASKED} for c in parsed]
        except Exception:  # vobject gives up: then there is no second opinion
            continue
        if b"AGENT" in content:
            continue
        agreed += 1
        ours = [{n: [p for p in lines if p.name == n] for n in ASKED} for lines in properties(content)]
        assert len(ours) == len(theirs), path
        for mine, other in zip(ours, theirs, strict=True):
            for name in ASKED:  # vobject leaves some escaped, and cuts a name at a comma that is not escaped
                for p, value in zip(mine[name], other[name], strict=True):
                    assert value in (p.value, p.text, p.fields(",")[0]), (path, name)
    assert agreed >= (14 if SHARED.is_dir() else 1)


def properties(content: bytes) -> list[list[Property]]:
    found = list(cards(Source.from_bytes(content)))
    assert [damage for _, damage in found if damage] == []
    return [list(lines.properties()) for lines, _ in found]


WORDS = st.text(st.sampled_from("aZä ß,;\\:=é-Ö字"), min_size=1, max_size=12).map(str.strip).filter(bool)


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS, WORDS, st.integers(12, 75))
def test_vobject_reads_the_same_names_from_any_card(family: str, first: str, company: str, width: int) -> None:
    import vobject

    text = "".join(
        "\r\n ".join(line[i : i + width] for i in range(0, len(line), width)) + "\r\n"
        for line in card(
            f"N:{escaped(family)};{escaped(first)};;;", f"FN:{escaped(first)} {escaped(family)}",
            f"ORG:{escaped(company)};x", "TEL;TYPE=CELL;X-LONG=a-long-parameter:+49 171 3920010",
        ).splitlines()
    )  # fmt: skip
    (theirs,) = vobject.readComponents(text, ignoreUnreadable=True, allowQP=True)
    (ours,) = ({p.name: p for p in lines} for lines in properties(text.encode()))
    assert ours["N"].fields(";")[:2] == [theirs.n.value.family, theirs.n.value.given] == [family, first]
    assert ours["FN"].text == theirs.fn.value == f"{first} {family}"
    assert ours["ORG"].fields(";") == theirs.org.value == [company, "x"]
    assert ours["TEL"].text == theirs.tel.value


# -- keys -------------------------------------------------------------------------------------------------------


def test_a_key_depends_on_neither_order_nor_zone_nor_region_nor_file() -> None:
    erika, max_ = card("FN:Erika Muster", "TEL:030 23125001", "TEL:0171 3920010"), card("FN:Max", "EMAIL:max@x.example")
    keys = {r.key for r in read(erika + max_) if isinstance(r, Person)}
    assert keys == {r.key for r in read(max_ + erika, "other", zone="Asia/Tokyo", region="AT") if isinstance(r, Person)}
    assert len(keys) == 2


def test_a_card_with_an_id_keeps_its_key_when_its_name_changes_and_the_later_one_is_the_higher_revision() -> None:
    before = person(card("FN:Erika Muster", "UID:urn:uuid:7", "REV:20240101T000000Z"))
    after = person(card("FN:Erika Meier", "UID:7", "REV:2024-06-01T02:00:00+02:00"))
    assert before.key == after.key
    assert before.revision < after.revision == (1717200000,)
    assert person(card("FN:Erika Meier", "UID:7")).revision == ()


def test_contacts_and_companies_of_hubspot_are_numbered_apart() -> None:
    contact = person("Record ID,First Name,Last Name,Email,Phone Number\n7,Erika,Muster,e@muster.example,\n")
    company = person("Record ID,Company name,Company owner,Phone Number\n7,Muster GmbH,,030 23125001\n")
    assert contact.ref == company.ref == "7"
    assert contact.key != company.key


@given(st.permutations(["a@x.example", "b@x.example", "c@x.example"]))
def test_the_order_of_addresses_changes_no_key(addresses: list[str]) -> None:
    keys = {person(card("FN:Erika", *(f"EMAIL:{a}" for a in order))).key for order in (addresses, sorted(addresses))}
    assert len(keys) == 1


# -- kinds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["Kunde"], "customer"),
        (["VIP", "Kunden"], "customer"),
        (["Customer - Direct"], "customer"),
        (["Channel Partner / Reseller"], "partner"),
        (["Lead"], "prospect"),
        (["Interessenten"], "prospect"),
        (["Marketing Qualified Lead"], "prospect"),
        (["Vendor"], "supplier"),
        (["Familie"], "private"),
        (["Kunde", "Ehemalig"], "former"),
        (["Private Banking"], None),
        (["Kundenweihnachtskarte"], None),
        (["Other"], None),
        ([], None),
    ],
)
def test_the_words_for_a_kind(words: list[str], kind: str | None) -> None:
    assert kind_of(words) == kind


def test_every_word_names_a_kind_of_the_model() -> None:
    from touchpoints.model import KINDS_OF_CUSTOMER

    assert set(KINDS.values()) == {*KINDS_OF_CUSTOMER}


@pytest.mark.parametrize(
    ("stage", "kind", "tags"),
    [
        ("Customer", "customer", ()),
        ("Evangelist", "customer", ()),
        ("Opportunity", "prospect", ()),
        ("Subscriber", "prospect", ()),
        ("Sales Qualified Lead", "prospect", ()),
        ("Kunde", "customer", ()),
        ("Other", None, ()),
        ("Testphase", None, ("Testphase",)),
    ],
)
def test_the_stages_of_hubspot(stage: str, kind: str | None, tags: tuple[str, ...]) -> None:
    found = person(f"Record ID,First Name,Last Name,Email,Lifecycle Stage\n7,Erika,Muster,e@muster.example,{stage}\n")
    assert (found.kind, found.tags) == (kind, tags)


# -- tables -----------------------------------------------------------------------------------------------------


def test_birthdays_in_unknown_order_are_left_open_with_one_question() -> None:
    rows = "".join(f"P{n};p{n}@x.example;0{n}/05/1980\n" for n in range(1, 4))
    records = read(f"Name;E-Mail;Geburtstag\n{rows}")
    assert [(type(r), getattr(r, "birthday", None)) for r in records] == [(Person, None)] * 3 + [(Question, None)]
    answered = read(f"Name;E-Mail;Geburtstag\n{rows}", date_order="DMY")
    assert [r.birthday for r in answered if isinstance(r, Person)] == ["1980-05-01", "1980-05-02", "1980-05-03"]
    decided = read(f"Name;E-Mail;Geburtstag\n{rows}P4;p4@x.example;05/13/1980\n")
    assert [getattr(r, "birthday", None) for r in decided] == ["1980-01-05", "1980-02-05", "1980-03-05", "1980-05-13"]


@pytest.mark.parametrize(
    ("tail", "cut"),
    [
        ("Max;max@beisp", True),
        ('Max;max@x.example;"eine No', False),  # a whole row: what is cut is a note
        ("Max;max@x.example;n\n", False),
        ("Max;max@x.example\n", False),  # some programs leave out empty cells at the end
    ],
)
def test_a_row_that_was_cut_off_is_not_read(tail: str, cut: bool) -> None:
    records = read(f"Name;E-Mail;Notiz\nErika;erika@x.example;n\n{tail}")
    assert [type(r) for r in records] == [Person, Skipped if cut else Person]


def test_exchange_paths_are_no_addresses() -> None:
    header = "Vorname,Nachname,E-Mail-Adresse,E-Mail-Typ,Geburtstag"
    found = person(f'{header}\nSilke,Weiß,"/o=ExchangeLabs/cn=Recipients/cn=silke@x",EX,0.0.00\n')
    assert (found.name, found.handles, found.birthday) == (
        "Silke Weiß", (Handle("name", "silke weiss", "outlook-contacts"),), None,
    )  # fmt: skip


def test_a_cell_of_several_lines_is_not_the_end_of_a_salesforce_report() -> None:
    header = '"First Name","Last Name","Account Name","Email","Description"'
    rows = '"A","B","C","a@x.example","one\n\ntwo"\n"D","E","F","d@x.example",""\n'
    footer = '\n"My report"\n"Copyright (c) 2000-2026 salesforce.com, inc."\n'
    records = read(f"{header}\n{rows}{footer}")
    assert [r.name for r in records if isinstance(r, Person)] == ["A B", "D E"]
    assert len(records) == 2


def test_a_user_list_of_nobody_known_asks_whether_it_is_ours() -> None:
    header = "Benutzername,Vorname,Nachname,Anzeigename"
    strangers = read(f"{header}\nlea@kunde.example,Lea,Stern,Lea Stern\ntom@kunde.example,Tom,Stern,Tom Stern\n")
    assert [type(r) for r in strangers] == [Person, Person, Question]
    assert "kunde.example" in str(strangers[-1])
    ours = read(f"{header}\nkim@falk.example,Kim,Falk,Kim Falk\nlea_kunde.example#EXT#@falk.example,Lea,Stern,Lea\n")
    assert ours[0] == LeftOut("internal")
    assert [values(r) for r in ours[1:] if isinstance(r, Person)] == [["lea@kunde.example"]]
    assert len(ours) == 2


def test_connections_that_hide_themselves_are_left_out() -> None:
    records = read("First Name,Last Name,URL,Email Address,Company,Position,Connected On\n,,,,,,14 Mar 2024\n")
    assert records == [LeftOut("no other party")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://www.linkedin.com/in/Erika-Muster/de?x=1", "linkedin.com/in/erika-muster"),
        ("de.linkedin.com/in/j%C3%BCrgen", "linkedin.com/in/jürgen"),
        ("http://www.xing.com/profile/Erika_Muster/cv", "xing.com/profile/erika_muster"),
        ("https://www.linkedin.com/company/muster", None),
        ("https://www.xing.com/companies/muster", None),
        ("https://evil.example/?u=linkedin.com/in/x", None),
        ("www.muster.example", None),
    ],
)
def test_profiles_of_people_and_of_nobody_else(text: str, expected: str | None) -> None:
    found = profile(text)
    assert (found.value if found else None) == expected


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(sorted(p for p in SAMPLES.rglob("*") if p.suffix in (".vcf", ".csv"))))
def test_no_bytes_raise_anything_but_a_source_error(noise: bytes, path: Path) -> None:
    content = path.read_bytes()
    for damaged in (noise, content[:300] + noise, content[: len(content) // 2] + noise + content[len(content) // 2 :]):
        source = Source.from_bytes(damaged, "x")
        for importer in PLUGINS.importers:
            try:
                if importer.recognises(source):
                    list(importer.read(source, Context(source="x", importer=importer.name)))
            except SourceError:
                continue


# -- tables nobody knows --------------------------------------------------------------------------------------------

UNKNOWN = "Ansprech;Mailaddy;Fon;Laden\n" + "".join(
    f"Erika {name};{name.lower()}@example.com;089 99998{n};{name} GmbH\n"
    for n, name in enumerate(("Muster", "Beispiel", "Probe"), 100)
)


def test_a_table_of_people_is_guessed_as_lines_that_make_it_readable() -> None:
    import tomllib

    source = Source.from_text(UNKNOWN, "liste.csv")
    assert not ContactsTable().recognises(source)
    lines = ContactsTable().guess(source)
    assert "Erika" not in lines and "example.com" not in lines
    settings = Settings(tables=tomllib.loads(lines)["table"])
    reader = ContactsTable().configured(settings)
    assert reader.recognises(source)
    people = list(reader.read(source, Context(settings, importer="contacts-table")))
    assert [(p.name, p.customer, len(p.handles)) for p in people if isinstance(p, Person)] == [
        ("Erika Muster", "Muster GmbH", 2), ("Erika Beispiel", "Beispiel GmbH", 2), ("Erika Probe", "Probe GmbH", 2),
    ]  # fmt: skip


def test_a_log_of_calls_is_not_guessed_to_be_people_nor_people_a_log() -> None:
    from touchpoints_calls.table import AnyTable

    log = "Zp;Nr;Ri\n" + "01.02.2026 10:00;089 99998123;E\n" * 3
    assert ContactsTable().guess(Source.from_text(log, "log.csv")) == ""
    assert AnyTable().guess(Source.from_text(log, "log.csv")).startswith("[[table]]")
    assert AnyTable().guess(Source.from_text(UNKNOWN, "liste.csv")) == ""


def test_tables_of_people_in_the_settings_do_not_disturb_those_of_calls() -> None:
    from touchpoints_calls.table import AnyTable

    settings = Settings(tables=[{"people": True, "header": ["Ansprech", "Fon"], "full": "Ansprech", "phones": "Fon"}])
    assert not AnyTable().configured(settings).recognises(Source.from_text(UNKNOWN, "liste.csv"))


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "ID,Name,Label,Organization,Email - Work,Phone - Work,Owner",
            "1,Erika Muster,,Muster GmbH,erika@example.com,,Mara",
        ),
        (
            '"(Do Not Modify) Contact","Full Name","Email","Company Name","Business Phone"',
            "8a,Erika Muster,erika@example.com,Muster GmbH,",
        ),
        (
            '"(Nicht ändern) Kontakt","Vollständiger Name","E-Mail","Firmenname","Telefon (geschäftlich)"',
            "8a,Erika Muster,erika@example.com,Muster GmbH,",
        ),
        (
            "First Name,Last Name,Title,Company,Email,Work Direct Phone,Person Linkedin Url",
            "Erika,Muster,,Muster GmbH,erika@example.com,,",
        ),
        (
            "Firma;Ansprechpartner Vorname;Ansprechpartner Nachname;E-Mail;Telefon",
            "Muster GmbH;Erika;Muster;erika@example.com;",
        ),
        ("Vorname;Nachname;Firma;Position;E-Mail;XING-Profil", "Erika;Muster;Muster GmbH;;erika@example.com;"),
        ("Name;Firma;E-Mail (Arbeit);Telefon (Büro)", "Erika Muster;Muster GmbH;erika@example.com;"),
        ("Last Name,First Name,Company,Primary Email,Secondary Email", "Muster,Erika,Muster GmbH,,erika@example.com"),
        ("First,Middle,Last,Email,Home,Work,Company", "Erika,,Muster,erika@example.com,,,Muster GmbH"),
        ("Name,Emails,Phone numbers,Organizations", "Erika Muster,erika@example.com,,Muster GmbH"),
        ("Id,FirstName,LastName,Account.Name,Email", "003,Erika,Muster,Muster GmbH,erika@example.com"),
    ],
)
def test_exports_of_other_systems_are_plain_tables_of_people(header: str, row: str) -> None:
    source = Source.from_text(f"{header}\n{row}\n", "export.csv")
    taking = [i.name for i in touchpoints_importers() if i.recognises(source)]
    assert taking == ["contacts-table"]
    (person,) = ContactsTable().read(source, Context(Settings(), importer="contacts-table"))
    assert isinstance(person, Person)
    assert (person.name, person.customer, person.handles[0].value) == (
        "Erika Muster",
        "Muster GmbH",
        "erika@example.com",
    )


def test_a_number_that_a_spreadsheet_rounded_is_named_and_not_taken_for_another() -> None:
    found, wrong = read("Name;Telefon;E-Mail\nErika Muster;4,93023E+11;erika@x.example\n")
    assert isinstance(found, Person) and values(found) == ["erika@x.example"]
    assert isinstance(wrong, Skipped)
    assert wrong.reason == "'4,93023E+11' is a number that a spreadsheet rounded; the rest was read"


def test_tags_in_quotation_marks_are_words() -> None:
    found = person('Email Address,First Name,Last Name,TAGS\nerika@x.example,Erika,Muster,"""Kunde"",""VIP"""\n')
    assert (found.kind, found.tags) == ("customer", ("Kunde", "VIP"))


def test_anniversaries_under_a_label_are_read() -> None:
    apple = card("FN:Erika Muster", "item1.X-ABDATE;type=pref:2015-07-03", "item1.X-ABLabel:_$!<Anniversary>!$_")
    other = card("FN:Erika Muster", "item1.X-ABDATE:2015-07-03", "item1.X-ABLabel:_$!<Other>!$_")
    google = "First Name,Last Name,Labels,Event 1 - Label,Event 1 - Value,Event 2 - Label,Event 2 - Value\n"
    row = f"{google}Erika,Muster,,Einzug,2011-01-01,Jahrestag,2015-07-03\n"

    assert [person(text).anniversary for text in (apple, other, row)] == ["2015-07-03", None, "2015-07-03"]


def test_anniversaries_and_contract_dates_are_read_beside_the_birthday() -> None:
    header = "Name;E-Mail;Firma;Geburtstag;Jahrestag;Vertragsende"
    found = person(f"{header}\nErika Muster;erika@x.example;X GmbH;1.2.80;3.7.2015;30.09.26\n")
    assert (found.birthday, found.anniversary, found.contract) == ("--02-01", "2015-07-03", "2026-09-30")
    _, wrong = read(f"{header}\nErika Muster;erika@x.example;X GmbH;;;bald\n")
    assert isinstance(wrong, Skipped) and wrong.reason == "'bald' is no date; the rest was read"
    assert person(card("FN:Erika Muster", "ANNIVERSARY:20150703")).anniversary == "2015-07-03"
    assert person(card("FN:Erika Muster", "X-ANNIVERSARY:2015-07-03")).anniversary == "2015-07-03"
