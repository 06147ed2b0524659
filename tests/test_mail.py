"""Mail: boxes split right and in constant memory, damaged headers read, machines told apart, and whose mail it is."""

from __future__ import annotations

import io
import mailbox
import re
import struct
import sys
import time
import tracemalloc
import zipfile
from base64 import b64encode
from datetime import UTC, date, datetime, timedelta, timezone
from email import policy
from email.header import Header
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import format_datetime, formataddr
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from touchpoints_mail import mbox, tnef, touchpoints_importers
from touchpoints_mail.body import expects_reply
from touchpoints_mail.eml import Eml
from touchpoints_mail.emlx import Emlx
from touchpoints_mail.fields import Fields, addresses, decoded, sent_at, why_undated
from touchpoints_mail.mail import KEPT
from touchpoints_mail.mbox import Mbox, messages
from touchpoints_mail.outlook import OutlookFiles
from touchpoints_mail.places import folder_of, labels, meaning

from touchpoints import handles
from touchpoints.archives import walk
from touchpoints.errors import UnreadableSource, UnrecognisedSource
from touchpoints.model import Coverage, LeftOut, Question, Skipped, Touchpoint
from touchpoints.plugins import Plugins, Record
from touchpoints.reading import Context
from touchpoints.recognition import recognise
from touchpoints.settings import Settings
from touchpoints.source import Source
from touchpoints.testing import ImporterContract

SAMPLES = Path(__file__).parent / "samples" / "mail"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "samples"
ME = "mara.falk@falk.example"


class TestMbox(ImporterContract):
    importer, samples = Mbox(), SAMPLES / "mbox"


class TestEml(ImporterContract):
    importer, samples = Eml(), SAMPLES / "eml"


class TestEmlx(ImporterContract):
    importer, samples = Emlx(), SAMPLES / "emlx"


def test_apples_flags_and_folders_are_obeyed() -> None:
    def read(name: str) -> list[Record]:
        source = Source.from_path(SAMPLES / "emlx" / name)
        context = Context(Settings(me=(ME,)), zone="Europe/Berlin", source=source.name, importer="emlx")
        return list(Emlx().read(source, context))

    assert [type(r).__name__ for r in read("17.emlx")] == ["Touchpoint", "Coverage"]
    assert (read("19.emlx"), read("20.emlx")) == ([LeftOut("automatic")], [LeftOut("draft")])
    assert folder_of("V10/Sent Messages.mbox/0B2E/Data/1/Messages/17.emlx") == "Sent Messages"
    assert not Eml().recognises(Source.from_path(SAMPLES / "emlx" / "17.emlx"))


def test_a_mail_of_apple_with_a_large_attachment_keeps_its_flags(tmp_path: Path) -> None:
    raw = (SAMPLES / "emlx" / "19.emlx").read_bytes()
    start = raw.index(b"\n") + 1
    end = start + int(raw[:start])
    path = tmp_path / "1.emlx"
    path.write_bytes(b"%d\n" % (end - start + KEPT * 2) + raw[start:end] + b"x" * KEPT * 2 + raw[end:])
    context = Context(Settings(me=(ME,)), zone="Europe/Berlin", source="1.emlx", importer="emlx")
    assert list(Emlx().read(Source.from_path(path), context)) == [LeftOut("automatic")]


@pytest.mark.parametrize(("name", "what"), [("Angebot.msg", ".eml"), ("archiv.pst", "mbox")])
def test_outlooks_own_files_are_refused_by_name_with_what_to_do(name: str, what: str) -> None:
    source = Source.from_path(SAMPLES / "outlook-files" / "damaged" / name)
    assert [i.name for i in touchpoints_importers() if i.recognises(source)] == ["outlook-files"]
    with pytest.raises(UnreadableSource, match=what):
        next(OutlookFiles().read(source, Context(source=name)))


def test_an_archive_of_outlook_for_mac_is_refused_as_a_whole(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "Outlook.olm", "w") as archive:
        archive.writestr("Local/com.microsoft.__Messages/Inbox/message_00000.xml", "<emails/>")
    (found,) = walk([tmp_path])
    assert isinstance(found, UnreadableSource) and "Outlook for Mac" in found.reason


def test_a_winmail_dat_without_its_mail_is_refused_with_what_to_do() -> None:
    source = Source.from_bytes(bytes.fromhex("789F3E22") + bytes(200), "winmail.dat")
    assert [i.name for i in touchpoints_importers() if i.recognises(source)] == ["outlook-files"]
    with pytest.raises(UnreadableSource, match="give the mail"):
        next(OutlookFiles().read(source, Context(source=source.name)))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Gesendet,Posteingang", "sent"), ("=?UTF-8?Q?Archiv=C3=A9s,Envoy=C3=A9?=", "sent"), ("Enviados", "sent"),
        ("Posta inviata", "sent"), ("Verzonden", "sent"), ("Wysłane", "sent"), ("Отправленные", "sent"), ("[Gmail]/Sent Mail", "sent"),
        ('"Project, Sent",Inbox', None), ('Inbox,"Sent"', "sent"), ("Brouillons", "draft"), ("Papelera", "bin"), ("Posteingang", None),
    ],
)  # fmt: skip
def test_labels_of_gmail_in_the_languages_of_accounts(written: str, expected: str | None) -> None:
    assert ({meaning(label) for label in labels(decoded(written))} - {None}) == ({expected} - {None})


def mail(body: str = "x", **headers: str) -> bytes:
    """A message from Ben to Mara, with further or other headers (`List_Id="<…>"`; an empty one is left out)."""
    usual = {
        "From": "Ben Okafor <ben@okafor.example>",
        "To": f"Mara Falk <{ME}>",
        "Date": "Mon, 15 Jan 2024 09:00:00 +0100",
        "Message-ID": "<m1@okafor.example>",
    }
    named = {**usual, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return "".join(f"{name}: {value}\n" for name, value in named.items() if value).encode() + b"\n" + body.encode()


def read(content: bytes, name: str = "a.eml", me: tuple[str, ...] = (ME,)) -> list[Record]:
    source = Source.from_bytes(content, name)
    (importer,) = (i for i in touchpoints_importers() if i.recognises(source))
    context = Context(Settings(me=me), zone="Europe/Berlin", source=name, importer=importer.name)
    return list(importer.read(source, context))


def one(content: bytes, name: str = "a.eml", me: tuple[str, ...] = (ME,)) -> Record:
    """What the only message gives, coverage and questions aside."""
    (record,) = (r for r in read(content, name, me) if not isinstance(r, Coverage | Question))
    return record


def touchpoint(content: bytes, name: str = "a.eml", me: tuple[str, ...] = (ME,)) -> Touchpoint:
    record = one(content, name, me)
    assert isinstance(record, Touchpoint), record
    return record


def asked(content: bytes, name: str = "a.eml", me: tuple[str, ...] = (ME,)) -> list[Question]:
    return [r for r in read(content, name, me) if isinstance(r, Question)]


def box(*mails: bytes, separator: bytes = b"From - Mon Jan 15 09:00:00 2024\n") -> bytes:
    return b"".join(separator + content + b"\n\n" for content in mails)


# -- splitting --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "From MAILER-DAEMON Fri Apr 06 16:46:09 2001",
        "From ben@okafor.example  Mon Jan 15 09:00:00 2024",
        "From - Mon Jan 15 09:00:00 2024",
        "From 1791000000000000001@xxx Mon Mar 04 08:12:00 +0000 2024",
        "From ben@okafor.example Mon Jan 15 09:00:00 2024 +0100",
        "From ???@??? Mon Jan 15 9:00 2024",
        "From ben@okafor.example",
        "From -",
        "From ",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_separating_line_is_known(line: str, end: str) -> None:
    content = box(mail(), mail(), separator=(line + "\n").encode()).replace(b"\n", end.encode())

    assert [number for number, _ in messages(io.BytesIO(content))] == [1, 9]
    assert Mbox().recognises(Source.from_bytes(content))


def test_text_that_looks_like_a_separating_line_begins_no_message() -> None:
    body = "Hello\n\nFrom Monday on we are open.\n\nFrom now: nothing\nFrom 9:30 to 17:00 until 2025 we work.\n\nBye"

    assert len(list(messages(io.BytesIO(box(mail(body), mail()))))) == 2


def test_a_message_begins_in_the_line_that_is_named() -> None:
    content = box(mail("one\ntwo"), mail(Date="never"), mail())

    (skipped,) = (r for r in read(content, "box") if isinstance(r, Skipped))
    assert content.splitlines()[int(skipped.record) - 1].startswith(b"From - ")
    assert content.splitlines()[int(skipped.record) + 2] == b"Date: never"


@given(
    st.lists(st.text("From \n>:x", max_size=60), min_size=1, max_size=8),
    st.integers(1, 700),
    st.sampled_from([b"\n", b"\r\n"]),
)
@settings(max_examples=60, deadline=None)
def test_a_box_is_split_alike_whatever_the_blocks(bodies: list[str], block: int, end: bytes) -> None:
    content = box(*(mail(body) for body in bodies)).replace(b"\n", end)
    whole = list(messages(io.BytesIO(content)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mbox, "BLOCK", block)
        patch.setattr(mbox, "_AHEAD", 300)
        assert list(messages(io.BytesIO(content))) == whole


def test_a_box_is_split_as_the_standard_library_does(tmp_path: Path) -> None:
    path = tmp_path / "box"
    standard = mailbox.mbox(path)
    for n in range(50):
        standard.add(mail(f"text {n}\nFrom here\n\nFrom there\n" * n))
    standard.close()

    with path.open("rb") as stream:
        ours = [raw.rstrip() for _, raw in messages(stream)]
    standard = mailbox.mbox(path)
    assert ours == [standard.get_bytes(key).rstrip() for key in standard.iterkeys()]
    standard.close()


class Endless(io.RawIOBase):
    """A box of messages with large attachments that is never whole in memory."""

    def __init__(self, count: int) -> None:
        self.parts = iter([b"From - Mon Jan 15 09:00:00 2024\n" + mail("text\n" + "QUJD" * 250_000) + b"\n\n"] * count)
        self.rest = b""

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size and (part := next(self.parts, b"")):
            self.rest += part
        given, self.rest = self.rest[:size], self.rest[size:]
        return given


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("size", [0, 3 * mbox.BLOCK])
def test_a_length_that_leads_to_the_next_mail_is_believed(end: str, size: int) -> None:
    pasted = (
        "Siehe unten:\n"
        + "x" * size
        + "\n\nFrom ben@okafor.example Mon Jan 15 08:00:00 2024\nFrom: Ben <b@b.example>\n\nalt\n"
    )
    inside = pasted.replace("\n", end)
    first = mail("", Content_Length=str(len(inside))).decode().replace("\n", end) + inside
    separator = f"From - Mon Jan 15 09:00:00 2024{end}"
    second = mail(Message_ID="<2@x.example>").decode().replace("\n", end)

    found = list(messages(io.BytesIO((separator + first + end + separator + second).encode())))
    assert [raw.startswith(b"From: Ben Okafor") for _, raw in found] == [True, True]
    assert found[0][1] == (first + end).encode()[:KEPT]
    assert found[1][0] == 1 + (separator + first + end).count("\n")
    assert len(list(messages(io.BytesIO((separator + first).encode())))) == 1


@pytest.mark.parametrize("length", ["3", "40", "99999", "999999999", "-1", "x"])
def test_a_length_that_leads_nowhere_is_not_believed(length: str) -> None:
    content = box(mail(Content_Length=length), mail(Content_Length=length), mail())

    assert len(list(messages(io.BytesIO(content)))) == 3


def test_memory_does_not_grow_with_the_box() -> None:
    tracemalloc.start()
    count = sum(len(raw) == KEPT for _, raw in messages(cast(BinaryIO, Endless(40))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 40
    assert peak < 8 << 20


def test_a_file_without_a_message_and_a_stream_that_breaks_off_are_named() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise EOFError("compressed file ended")

    with pytest.raises(UnreadableSource, match="no message begins"):
        list(messages(io.BytesIO(b"text"), "box"))
    with pytest.raises(UnreadableSource, match="box: breaks off: compressed file ended"):
        list(messages(Broken(), "box"))


# -- headers ----------------------------------------------------------------------------------------------------


ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=120)


@given(ANY_TEXT, st.sampled_from(["utf-8", "latin1"]))
def test_encoded_words_decode_to_what_was_written(text: str, charset: str) -> None:
    written = Header(text, charset if text.encode("latin1", "replace").decode("latin1") == text else "utf-8").encode()

    expected = "".join(c for c in " ".join(text.split()) if c.isprintable())
    assert decoded(Fields(b"Subject: " + written.encode() + b"\n").first(b"subject")) == expected


@given(st.text("äöüß€😀 x", min_size=1, max_size=20), st.integers(1, 5))
def test_encoded_words_may_be_split_inside_a_character(text: str, size: int) -> None:
    raw = text.encode()
    chunks = [raw[i : i + size] for i in range(0, len(raw), size)]

    written = "\r\n ".join(f"=?UTF-8?B?{b64encode(chunk).decode()}?=" for chunk in chunks)
    assert decoded(Fields(f"Subject: {written}\n".encode()).first(b"subject")) == " ".join(text.split())


@pytest.mark.parametrize(
    ("written", "subject"),
    [
        (b"=?Windows-1252?Q?Delivery_=97_now?=", "Delivery — now"),
        (b"=?NONE?B?VEVTVA=?=", "TEST"),
        (b"=?utf-8?Q?What??=", "What?"),
        (b"=?utf-8?Q?a b?= c", "a b c"),
        (b"=?utf-8?Q?open", "=?utf-8?Q?open"),
        (b"=?utf-8*de?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
        (b"=?utf-8?B?A?=", None),
        (b"=?hex?B?R3LDvMOfZQ==?=", "Grüße"),
        (b"=?utf-7?Q?+2AA-x?=", "x"),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("cp1252"), "Grüße"),
        (b"=?utf-8?Q?=1B[31mred=00?=", "[31mred"),
        (b" \n\t\n folded\n\t  twice ", "folded twice"),
    ],
)
def test_damaged_subjects_are_read_as_far_as_they_go(written: bytes, subject: str | None) -> None:
    assert touchpoint(mail(Subject="@").replace(b"@\n\n", written + b"\n\n")).subject == subject


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="@'\\\""), max_size=30),
            st.from_regex(r"[a-z0-9]{1,12}(\.[a-z]{1,8})?@[a-z]{1,9}\.example", fullmatch=True),
        ),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_addresses_are_read_as_they_are_written(people: list[tuple[str, str]]) -> None:
    written = ",\r\n ".join(formataddr(person) for person in people)

    found = addresses([Fields(f"To: {written}\n".encode()).first(b"to")])
    assert [handle.value for handle, _ in found] == [address for _, address in people]
    # commas at the ends, and what cannot be shown, are no part of a name
    assert [name or "" for _, name in found] == ["".join(c for c in n if c.isprintable()).strip(",") for n, _ in people]


@pytest.mark.parametrize(
    ("written", "people"),
    [
        ('"Muster, Erika" <Erika@Muster.example>', [("erika@muster.example", "Muster, Erika")]),
        ("Muster, Erika <erika@muster.example>", [("erika@muster.example", "Muster, Erika")]),
        ("erika@muster.example (Erika Muster)", [("erika@muster.example", "Erika Muster")]),
        ("\"'erika@muster.example'\" <erika@muster.example>", [("erika@muster.example", None)]),
        ("=?utf-8?B?RXJpa2EgPGVyaWthQG11c3Rlci5leGFtcGxlPg==?=", [("erika@muster.example", "Erika")]),
        ("=?utf-8?Q?Muster=2C_Erika?= <erika@muster.example>", [("erika@muster.example", "Muster, Erika")]),
        ("Team: a@x.example, B <b@x.example>;", [("a@x.example", None), ("b@x.example", "B")]),
        ("a@x.example; b@x.example", [("a@x.example", None), ("b@x.example", None)]),
        ("a@x.example b@x.example", [("a@x.example", None), ("b@x.example", None)]),
        (", a@x.example,, ", [("a@x.example", None)]),
        ("undisclosed-recipients:;", []),
        ("undisclosed recipients: ;", []),
        ("Verborgene_Empfaenger: ;", []),
        ("A <a@b@c.example>", [("a", "A")]),
        ("a@b@c.example", []),
        ("foo", []),
        ('"a.b"@x.example', [("a.b@x.example", None)]),
        ("a@xn--bcker-gra.example", [("a@bäcker.example", None)]),
        ("A@GoogleMail.com", [("a@gmail.com", None)]),
        ('"Weber, Ute" <IMCEAEX-_O=W_OU=X_CN=UWEBER@weber.example>', [("ute weber", "Weber, Ute")]),
        ('"Weber, Ute" </O=W/OU=X/CN=UWEBER>', [("ute weber", "Weber, Ute")]),
        ('"unclosed <a@x.example>', [("a@x.example", "unclosed")]),
        ('Jan "Jo" Falk <jan@x.example>', [("jan@x.example", "Jan Jo Falk")]),
        ("mailto:a@x.example", [("a@x.example", None)]),
    ],
)
def test_every_form_of_address_is_understood(written: str, people: list[tuple[str, str | None]]) -> None:
    assert [(handle.value, name) for handle, name in addresses([written])] == people


BERLIN = timezone(timedelta(hours=1))


@given(st.datetimes(datetime(1990, 1, 2), datetime(2035, 12, 30)), st.integers(-12 * 60, 14 * 60))
def test_dates_are_read_as_they_are_written(at: datetime, offset: int) -> None:
    written = at.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset)))

    assert sent_at(Fields(f"Date: {format_datetime(written)}\n".encode())) == written


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("Mon, 15 Jan 2024 09:00:00 +0100 (CET)", datetime(2024, 1, 15, 9, tzinfo=BERLIN)),
        ("15 Jan 24 09:00 EST", datetime(2024, 1, 15, 14, tzinfo=UTC)),
        ("Mon, 15 Jan 2024 09:00:00 CET", datetime(2024, 1, 15, 9, tzinfo=BERLIN)),
        ("Mon, 15 Jan 2024 08:00:00 -0000", datetime(2024, 1, 15, 8, tzinfo=UTC)),
        ("Mo, 15 Jan 2024 09:00:00 +0100", datetime(2024, 1, 15, 9, tzinfo=BERLIN)),
        ("2 Okt 2023 14:05:00 +0100", datetime(2023, 10, 2, 14, 5, tzinfo=BERLIN)),
        ("Fr, 1 =?utf-8?Q?M=C3=A4rz?= 2024 14:05 +0100", datetime(2024, 3, 1, 14, 5, tzinfo=BERLIN)),
        ("2024-01-15T09:00:00+01:00", datetime(2024, 1, 15, 9, tzinfo=BERLIN)),
    ],
)
def test_every_form_of_date_is_understood(written: str, at: datetime) -> None:
    assert sent_at(Fields(f"Date: {written}\n".encode())) == at


@pytest.mark.parametrize(
    "written",
    [
        "",
        "bald",
        "Thu, 01 Jan 1970 01:00:00 +0100",
        "Thu, 07 Feb 2036 07:28:16 +0100",
        "Mon, 30 Jun 3609 15:33:50 +0600",
        "Mon, 15 Jan 2024 09:00:00",
        "Mon, 35 Jan 2024 09:00:00 +0100",
        "Wed, 17 Jan 2024 13:00:00 +0100",
        "03/04/2024 09:00",
    ],
)
def test_an_impossible_date_gives_way_to_the_last_received(written: str) -> None:
    journey = "Received: from a by b; Mon, 15 Jan 2024\n\t12:00:00 +0100\nReceived: x; Sun, 14 Jan 2024 1:00 +0100\n"

    assert sent_at(Fields(f"{journey}Date: {written}\n".encode())) == datetime(2024, 1, 15, 12, tzinfo=BERLIN)


def test_without_a_date_and_a_received_a_mail_is_skipped_whatever_the_separating_line_says() -> None:
    (skipped,) = (r for r in read(box(mail(Date="")), "box") if isinstance(r, Skipped))

    assert skipped.reason == "no Date, and there is no Received in its place"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (
            "Date: Thu, 13 Feb 1969 23:32:54 -0330\n",
            "its Date 'Thu, 13 Feb 1969 23:32:54 -0330' lies outside 1990 to 2035, and there is",
        ),
        ("Date: bald\n", "its Date 'bald' is not readable, and there is no Received in its place"),
        ("Received: from a by b; gestern\n", "no Date, and its topmost Received has none that is: 'gestern'"),
    ],
)
def test_why_a_mail_has_no_time_is_said_as_it_is(headers: str, reason: str) -> None:
    fields = Fields(headers.encode())
    assert sent_at(fields) is None
    assert why_undated(fields).startswith(reason)


@pytest.mark.parametrize("hostile", ['"\\', "(", "<", "a", "=?a?q?", ",", "a@", ":"])
def test_hostile_headers_cost_no_more_than_their_length(hostile: str) -> None:
    hostile *= 60_000 // len(hostile)
    start = time.process_time()
    read(mail(To=hostile, Subject=hostile, Cc=f"x <{hostile}"))

    assert time.process_time() - start < 4


# -- what counts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"List_Id": "News <news.shop.example>"}, "newsletter"),
        ({"List_Unsubscribe": "<https://shop.example/u>"}, "newsletter"),
        ({"X_CSA_Complaints": "complaints@shop.example"}, "newsletter"),
        ({"Precedence": "bulk"}, "newsletter"),
        ({"Precedence": "Junk"}, "newsletter"),
        ({"From": ME, "To": "b@b.example", "List_Id": "<news.falk.example>"}, "newsletter"),
        ({"Auto_Submitted": "auto-replied (vacation)"}, "automatic"),
        ({"Precedence": "auto_reply"}, "automatic"),
        ({"X_Autoreply": "yes"}, "automatic"),
        ({"Subject": "Automatische Antwort: Angebot"}, "automatic"),
        ({"Subject": "=?utf-8?Q?Out_of_Office:_Angebot?="}, "automatic"),
        ({"Subject": "Abwesenheit: Re: Angebot"}, "automatic"),
        ({"Subject": "[Auto-Reply] Angebot"}, "automatic"),
        ({"Subject": "AUTO: Ben Okafor ist abwesend (Rückkehr am 09.03.2026)"}, "automatic"),
        ({"X_Auto_Reply_From": "ben@okafor.example"}, "automatic"),
        ({"Return_Path": "<>"}, "automatic"),
        ({"Return_Path": "< >", "Subject": "Angebot"}, "automatic"),
        ({"Subject": "Unzustellbar: Angebot", "From": "Systemadministrator <it@okafor.example>"}, "automatic"),
        ({"Subject": "Mail delivery failed: returning message to sender", "From": "ndr@okafor.example"}, "automatic"),
        ({"Subject": "Undelivered Mail Returned to Sender", "From": "Mail <>"}, "automatic"),
        ({"Subject": "Ich bin abwesend: Abwesenheitsnotiz", "X_Auto_Response_Suppress": "All"}, "automatic"),
        ({"From": "Shop <no-reply@shop.example>"}, "automatic"),
        ({"From": "Ben <ben@okafor.example>", "X_Mozilla_Status": "0009"}, "automatic"),
        ({"X_Gmail_Labels": "Posteingang,Spam"}, "automatic"),
        ({"X_Gmail_Labels": "Trash"}, "automatic"),
        ({"Content_Type": "multipart/report; report-type=disposition-notification; boundary=b"}, "automatic"),
        ({"X_Gmail_Labels": "=?UTF-8?Q?Entw=C3=BCrfe?="}, "draft"),
        ({"X_Mozilla_Draft_Info": "internal/draft"}, "draft"),
        ({"X_Unsent": "1"}, "draft"),
        ({"X_Status": "T"}, "draft"),
        ({"From": ME}, "internal"),
        ({"From": ME, "To": "undisclosed-recipients:;"}, "no other party"),
    ],
)
def test_what_no_person_wrote_to_a_person_is_left_out(headers: dict[str, str], reason: str) -> None:
    assert one(mail(**headers)) == LeftOut(reason)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "no"},
        {"Subject": "AW: Automatische Antwort: Angebot"},
        {"Subject": "WG: Unzustellbar: Angebot"},
        {"Subject": "Auto: Angebot"},
        {"Subject": "Lieferung nicht zugestellt"},
        {"Return_Path": "<ben@okafor.example>", "Reply_To": "other@okafor.example"},
        {"X_Auto_Response_Suppress": "OOF", "Subject": "Angebot"},
        {"List_Id": "<info.falk.example>", "Precedence": "list", "To": "info@falk.example"},
        {"X_Mozilla_Draft_Info": "internal/draft", "Received": "by x; Mon, 15 Jan 2024 09:00:00 +0100"},
        {"X_Mozilla_Status": "0011"},
        {"X_Status": "Delivered"},
        {"X_Gmail_Labels": "Posteingang,Spam-Verdacht"},
        {"Content_Type": 'application/ms-tnef; name="winmail.dat"'},
    ],
)
def test_what_only_looks_like_it_counts(headers: dict[str, str]) -> None:
    assert touchpoint(mail(**headers)).direction == "in"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Maildir/cur/1705.M1.host:2,ST", "automatic"),
        ("Maildir/cur/1705.M1.host;2,DS", "draft"),
        ("Maildir/.Drafts/cur/1705.M1.host:2,S", "draft"),
        ("Mail/Papierkorb/1.eml", "automatic"),
    ],
)
def test_a_maildir_name_and_a_folder_tell_drafts_and_what_was_thrown_away(name: str, reason: str) -> None:
    assert one(mail(), name) == LeftOut(reason)
    assert isinstance(one(mail(), "Maildir/.Kunden/cur/1705.M1.host:2,FRS"), Touchpoint)


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("profile/Mail/Local Folders/Sent", "Sent"),
        ("Takeout/Mail/Gesendet.mbox", "Gesendet"),
        ("export/Sent Messages.mbox/mbox", "Sent Messages"),
        ("Maildir/.Sent/cur/1705.M1.host:2,S", ".Sent"),
        ("C:\\Mails\\Gesendete Elemente\\1.eml", "Gesendete Elemente"),
        ("mbox", "mbox"),
        ("cur/1705.M1.host:2,S", ""),
    ],
)
def test_the_folder_is_found_in_the_name(name: str, folder: str) -> None:
    assert folder_of(name) == folder


# -- what is kept of it -----------------------------------------------------------------------------------------


def test_our_mail_is_out_and_those_copied_or_blind_are_told_apart() -> None:
    written = touchpoint(
        mail(From=f"Falk, Mara <{ME}>", To="a@a.example", Cc="c@c.example, jan@falk.example", Bcc="B <b@b.example>")
    )

    assert (written.direction, written.outcome, written.line) == ("out", "reached", ME)
    assert [(p.handle.value, p.role) for p in written.parties] == [
        ("a@a.example", "with"), ("b@b.example", "with"), ("c@c.example", "copied"),
    ]  # fmt: skip
    assert written.colleagues == (ME, "jan@falk.example")


def test_a_mail_to_us_is_in_even_if_no_recipient_is_known_to_be_ours() -> None:
    mail_in = touchpoint(mail(To="undisclosed-recipients:;", Delivered_To=ME))

    assert (mail_in.direction, mail_in.line) == ("in", ME)
    assert [(p.handle.value, p.name, p.role) for p in mail_in.parties] == [("ben@okafor.example", "Ben Okafor", "with")]


def test_a_conversation_is_named_by_its_first_message() -> None:
    assert touchpoint(mail()).thread == "m1@okafor.example"
    assert touchpoint(mail(In_Reply_To="<first@x.example>")).thread == "first@x.example"
    assert touchpoint(mail(References="<first@x.example>\n\t<b@x>", In_Reply_To="<z@x>")).thread == "first@x.example"
    assert touchpoint(mail(In_Reply_To="your message of Monday")).thread == "m1@okafor.example"


def test_both_sides_copies_of_a_mail_are_one_and_the_one_with_blind_copies_wins() -> None:
    received = touchpoint(mail(From=ME, To="a@a.example", Received="x; Mon, 15 Jan 2024 09:00:02 +0100", X_Spam="no"))
    sent = touchpoint(mail(From=ME, To="a@a.example", Bcc="b@b.example"), "Sent/1.eml")

    assert received.key == sent.key
    assert received.revision < sent.revision
    assert sent.key == touchpoint(mail(Message_ID=" < m1@okafor.example >")).key


def test_without_a_message_id_the_content_is_the_key() -> None:
    plain = touchpoint(mail(Message_ID="", Subject="Angebot"))

    assert plain.key == touchpoint(mail(Message_ID="<>", Subject="=?utf-8?Q?Angebot?="), "elsewhere/b.eml").key
    assert plain.key != touchpoint(mail(Message_ID="", Subject="Angebot 2")).key
    assert plain.thread == plain.key


def test_a_box_covers_the_days_of_all_its_mail() -> None:
    letter = mail(Date="Sun, 1 Oct 2023 23:30:00 +0000", List_Id="<x.example>")

    assert [r for r in read(box(mail(), letter), "box") if isinstance(r, Coverage)] == [
        Coverage(date(2023, 10, 2), date(2024, 1, 15), ME)
    ]


# -- whether it asks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Hallo Frau Falk,\n\nhaben Sie noch Teile am Lager?\n\nViele Grüße", True),
        ("Bitte um Rückruf.", True),
        ("Wir freuen uns auf Ihre Rückmeldung.", True),
        ("Please let me know.", True),
        ("Send me the offer, thanks in advance", True),
        ("Danke!", False),
        ("Hallo Frau Falk,\npasst, vielen Dank.\n\nMit freundlichen Grüßen\nNoch Fragen?", False),
        ("Thanks, got it\n-- \nAny questions?", False),
        ("Danke, aber das passt leider nicht.", None),
        ("Anbei das Angebot.", None),
        ("siehe https://x.example/a?b=1 im Netz", None),
        ("Passt.\n\nAm Mo., 4. März 2024 um 09:11 schrieb Ben <\nben@x.example>:\n> Geht Montag?", False),
        ("Passt.\n\n-----Ursprüngliche Nachricht-----\nGeht Montag?", False),
        ("Ist gut so.\n\nVon: Ben\nGesendet: Montag\nGeht Montag?", None),
        (None, None),
    ],
)
def test_a_question_is_found_in_what_the_sender_wrote(text: str | None, asks: bool | None) -> None:
    assert expects_reply("Angebot", text) is asks


def test_a_subject_asks_only_where_it_is_the_senders_own() -> None:
    assert expects_reply("Geht Montag?", None) is True
    assert expects_reply("AW: Geht Montag?", "Passt, danke") is False
    assert expects_reply("Re[2]: Geht Montag?", None) is None


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, "Geht Montag?"),
        ({"Content_Type": "text/plain; charset=utf-8", "Content_Transfer_Encoding": "base64"}, "R2VodCBNb250YWc/Cg=="),
        ({"Content_Type": 'multipart/mixed; boundary="b"'},
         "--b\nContent-Type: multipart/alternative;\n boundary=c\n\n--c\nContent-Transfer-Encoding: quoted-printable\n"
         "content-type:text/plain\n\nGeht=\n Montag=3F\n--c\nContent-Type: text/html\n\n<p>\n--c--\n--b--"),
        ({"Content_Type": "multipart/mixed; boundary=b"},
         "--b\nContent-Type: text/plain\nContent-Disposition: attachment\n\nnotes\n"
         "--b\nContent-Type: text/plain\n\nGeht Montag?\n"),
    ],
)  # fmt: skip
def test_the_first_text_is_found_and_decoded(headers: dict[str, str], body: str) -> None:
    assert touchpoint(mail(body, **headers)).expects_reply is True


def test_only_the_senders_part_of_the_text_is_read() -> None:
    parts = "--b\nContent-Type: text/plain\n\nAnbei.\n--b\nContent-Type: text/plain\n\nGeht Montag?\n--b--"

    assert touchpoint(mail(parts, Content_Type="multipart/mixed; boundary=b")).expects_reply is None
    assert touchpoint(mail("<p>Geht Montag?</p>", Content_Type="text/html")).expects_reply is None


def test_no_word_of_the_body_is_kept() -> None:
    assert "Lager" not in repr(read(mail("Haben Sie Teile am Lager?", Subject="Teile")))


# -- what never arrived -----------------------------------------------------------------------------------------


def report(*failed: tuple[str, str], **headers: str) -> bytes:
    blocks = "\n".join(f"Final-Recipient: rfc822; {who}\nAction: failed\nStatus: {code}\n" for who, code in failed)
    body = f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\n{blocks}\n--b--\n"
    usual = {"From": "MAILER-DAEMON@falk.example", "Content_Type": "multipart/report; boundary=b"}
    return mail(body, **{**usual, **headers})


@pytest.mark.parametrize(
    ("code", "hard"),
    [
        ("5.1.1", True), ("5.0.0", True), ("5.4.1", True), ("5.2.1", True), ("5.3.0", True),
        ("5.2.2", False), ("5.3.4", False), ("5.6.0", False), ("5.7.1", False), ("4.4.1", False),
    ],
)  # fmt: skip
def test_only_a_failure_for_good_says_that_somebody_is_gone(code: str, hard: bool) -> None:
    record = one(report(("Gone@Muster.example", code), References="<offer@falk.example>"))

    if not hard:
        assert record == LeftOut("automatic")
        return
    assert isinstance(record, Touchpoint)
    assert (record.direction, record.outcome, record.extra) == ("out", "missed", {"bounce": "hard"})
    assert [p.handle for p in record.parties] == [handles.email("gone@muster.example")]
    assert (record.line, record.thread) == (ME, "offer@falk.example")


def test_each_failed_recipient_is_named_once() -> None:
    records = read(report(("a@m.example", "5.1.1"), ("b@m.example", "5.1.1"), ("a@m.example", "5.1.1")))

    found = [r for r in records if isinstance(r, Touchpoint)]
    assert [t.parties[0].handle.value for t in found] == ["a@m.example", "b@m.example"]
    assert len({t.key for t in found}) == 2


def test_the_header_names_the_failed_where_no_status_does() -> None:
    text = "This message could not be delivered."

    record = touchpoint(mail(text, From="Mailer-Daemon@x.example", X_Failed_Recipients="a@m.example"))
    assert [p.handle.value for p in record.parties] == ["a@m.example"]
    assert one(report(("a@m.example", "4.4.1"), X_Failed_Recipients="a@m.example")) == LeftOut("automatic")


def test_a_report_that_another_server_wrapped_is_one_too() -> None:
    wrapped = report(("a@m.example", "5.1.1"), Content_Type="multipart/mixed; boundary=b")
    forwarded = report(
        ("a@m.example", "5.1.1"), Content_Type="multipart/mixed; boundary=b", From="Ben <ben@okafor.example>"
    )

    assert touchpoint(wrapped).extra == {"bounce": "hard"}
    assert touchpoint(forwarded).parties[0].handle.value == "ben@okafor.example"


def test_a_report_without_a_status_says_what_the_server_answered() -> None:
    body = (
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\nFinal-Recipient: <gone@m.example>\n"
        "Action: failed\nDiagnostic-Code: SMTP; 550 {code} answer\n--b--\n"
    )
    headers = {"From": "MAILER-DAEMON@falk.example", "Content_Type": "multipart/report; boundary=b"}

    assert touchpoint(mail(body.format(code="5.1.1"), **headers)).parties[0].handle.value == "gone@m.example"
    assert one(mail(body.format(code="5.2.2"), **headers)) == LeftOut("automatic")


@pytest.mark.parametrize(("code", "hard"), [("5.1.1", True), ("5.2.2", False), ("4.4.1", False), ("", False)])
@pytest.mark.parametrize("form", ['"{}":', "  {}", "<{}>"])
def test_a_report_in_words_names_who_is_gone(form: str, code: str, hard: bool) -> None:
    text = (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered "
        "to one or more of\nits recipients. This is a permanent error. The following address\nfailed:\n\n"
        f"{form.format('gone@m.example')}\n"
        f"SMTP error from remote server after RCPT command:\nhost: mx.m.example 192.0.2.1\n{code} <gone@m.example>... User\n\n\n"
        "--- The header of the original message is following. ---\n\nReceived: from [192.0.2.5] by x.example (via\nHTTP)\n"
        "From: Mara Falk <mara.falk@falk.example>\nTo: gone@m.example\nSubject: Angebot 5.1.1\n"
    )
    record = one(mail(text, From="MAILER-DAEMON@kundenserver.example", Subject="Mail delivery failed"))

    if not hard:
        assert record == LeftOut("automatic")
        return
    assert isinstance(record, Touchpoint)
    assert (record.extra, [p.handle.value for p in record.parties]) == ({"bounce": "hard"}, ["gone@m.example"])
    assert one(mail(text, From="Ben <ben@okafor.example>")).extra != record.extra  # type: ignore[union-attr]


# -- who speaks through an address of ours --------------------------------------------------------------------------


def test_what_a_form_of_ours_sends_comes_from_whom_its_answer_goes_to() -> None:
    form = {"From": "Kontaktformular <noreply@falk.example>", "Reply_To": "Erika Muster <erika@muster.example>"}
    record = touchpoint(mail(**form))

    assert (record.direction, [p.name for p in record.parties]) == ("in", ["Erika Muster"])
    assert one(mail(**{**form, "Reply_To": "info@falk.example"})) == LeftOut("automatic")
    assert one(mail(**{**form, "From": f"Mara <{ME}>", "Cc": "hans@weber.example"})) != record
    sent = touchpoint(mail(From=ME, To="hans@weber.example", Reply_To="erika@muster.example"))
    assert (sent.direction, [p.handle.value for p in sent.parties]) == ("out", ["hans@weber.example"])


def test_folders_of_a_maildir_are_read_with_or_without_new_mail(tmp_path: Path) -> None:
    for folder in ("cur", "new", ".Sent/cur", ".Archiv.2024/new", ".git/objects"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "1705.M1.host").write_bytes(mail())

    found = [str(s.name.removeprefix(str(tmp_path))) for s in walk([tmp_path]) if isinstance(s, Source)]
    assert found == [f"/{folder}/1705.M1.host" for folder in (".Archiv.2024/new", ".Sent/cur", "cur", "new")]


def test_what_lies_beside_mailboxes_is_known_and_nothing(tmp_path: Path) -> None:
    files = {
        "Inbox": box(mail()), "Inbox.msf": b'// <!-- <mdb:mork:z v="1.4"/> -->\n< <(a=c)> >', "Drafts": b"",
        "Drafts.msf": b'// <!-- <mdb:mork:z v="1.4"/> -->', "msgFilterRules.dat": b'version="9"\n', "dovecot-uidlist": b"3 V1\n",
        "maildirfolder": b"", "Empty": b"",
    }  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    plugins = Plugins.installed()

    def reader(name: str) -> str:
        return recognise(Source.from_path(tmp_path / name), plugins, Settings()).name

    assert reader("Inbox") == "mbox"
    assert {reader(name) for name in sorted(files.keys() - {"Inbox", "Empty"})} == {"mailbox-companions"}
    with pytest.raises(UnrecognisedSource, match="empty: there is nothing in it"):
        reader("Empty")
    context = Context(Settings(), zone="Europe/Berlin")
    assert list(plugins.importer("mailbox-companions").read(Source.from_path(tmp_path / "Drafts"), context)) == []


# -- invitations ------------------------------------------------------------------------------------------------

MEETING = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nSUMMARY:Prüfung\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def calendars(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What is handed to the calendar plugin, which here gives one word for a meeting and nothing for other calendars."""
    seen: list[bytes] = []

    def read_calendar(data: bytes, context: Context) -> Any:
        seen.append(data)
        if b"BROKEN" in data:
            raise UnreadableSource(context.source, "no calendar")
        if b"BEGIN:VEVENT" in data:
            yield LeftOut("internal")

    module = ModuleType("touchpoints_calendar.ics")
    module.read_calendar = read_calendar  # type: ignore[attr-defined]  # a stand-in with the one function called
    monkeypatch.setitem(sys.modules, "touchpoints_calendar", ModuleType("touchpoints_calendar"))
    monkeypatch.setitem(sys.modules, "touchpoints_calendar.ics", module)
    return seen


@pytest.mark.parametrize("how", ["8bit", "base64", "whole"])
def test_an_invitation_is_its_meeting_and_no_mail(calendars: list[bytes], how: str) -> None:
    content = b64encode(MEETING.encode()).decode() if how == "base64" else MEETING
    content_type = "text/calendar; charset=utf-8; method=REPLY"
    parts = f"--b\nContent-Type: {content_type}\nContent-Transfer-Encoding: {how}\n\n{content}\n--b--\n"
    if how == "whole":
        record = one(mail(MEETING, Content_Type=content_type, Auto_Submitted="auto-generated"))
    else:
        text = "--b\nContent-Type: text/plain\n\nBen hat zugesagt: text/calendar\n"
        record = one(mail(text + parts, Content_Type="multipart/mixed; boundary=b"))

    assert record == LeftOut("internal")
    assert [data.strip() for data in calendars] == [MEETING.strip().encode()]


def test_an_invitation_in_a_mail_is_the_same_meeting_as_in_a_calendar() -> None:
    ics = pytest.importorskip("touchpoints_calendar.ics")
    meeting = "\r\n".join(
        [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//x", "METHOD:REQUEST", "BEGIN:VEVENT", "UID:1@okafor.example",
            "DTSTAMP:20240115T080000Z", "DTSTART:20240116T090000Z", "DTEND:20240116T100000Z", "SUMMARY:Prüfung",
            "ORGANIZER;CN=Ben Okafor:mailto:ben@okafor.example", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ME}",
            "LOCATION:Okafor GmbH", "END:VEVENT", "END:VCALENDAR", "",
        ]
    )  # fmt: skip
    context = Context(Settings(me=(ME,)), zone="Europe/Berlin", source="a.eml")
    in_calendar = [r for r in ics.read_calendar(meeting.encode(), context) if isinstance(r, Touchpoint)]

    in_mail = one(mail(meeting, Content_Type="text/calendar; method=REQUEST", Content_Transfer_Encoding="8bit"))
    assert [in_mail] == in_calendar
    assert [p.handle.value for p in in_calendar[0].parties] == ["ben@okafor.example"]


def test_a_mail_that_only_speaks_of_calendars_is_a_mail(calendars: list[bytes]) -> None:
    assert touchpoint(mail("text/calendar\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR")).direction == "in"
    assert calendars == []


def test_a_calendar_without_a_meeting_leaves_the_mail_and_a_broken_one_is_named(calendars: list[bytes]) -> None:
    parts = "--b\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n{}\nEND:VCALENDAR\n--b--\n"
    mixed = "multipart/mixed; boundary=b"

    assert touchpoint(mail(parts.format("BEGIN:VTODO"), Content_Type=mixed)).direction == "in"
    assert one(mail(parts.format("BROKEN"), Content_Type=mixed)) == Skipped(
        "a.eml", 1, "its calendar part: no calendar", "BEGIN:VCALENDAR\nBROKEN\nEND:VCALENDAR"
    )
    assert len(calendars) == 2


# -- whose mail it is -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("labelled", [True, False])
def test_mail_we_sent_from_an_unknown_address_is_asked_about_once_and_never_assumed(labelled: bool) -> None:
    sent = {"To": "ben@okafor.example", "X_Gmail_Labels": "Gesendet" if labelled else ""}
    unknown = {"From": "mara@privat.example", **sent}
    content = box(mail(**unknown), mail(Message_ID="<2@x>", **unknown), mail(Message_ID="<3@x>", From=ME, **sent))
    name = "Alle E-Mails.mbox" if labelled else "Mail/Sent"

    (question,) = asked(content, name)
    assert question.options == ("mara@privat.example",)
    assert question.setting == 'me = ["mara@privat.example"]  (or: --me mara@privat.example)'
    assert [r.direction for r in read(content, name) if isinstance(r, Touchpoint)] == ["in", "in", "out"]
    assert asked(content, name, me=(ME, "mara@privat.example")) == []


def test_without_any_own_address_the_most_likely_is_proposed() -> None:
    delivered = box(mail(), mail(Delivered_To="m@falk.example"))
    named = box(mail(), mail(From="a@a.example"), mail(From=ME, To="c@c.example"))

    assert [q.options for q in asked(delivered, "box", me=())] == [("m@falk.example",)]
    assert [q.options[0] for q in asked(named, "box", me=("Mara Falk",))] == [ME]
    assert asked(named, "box", me=("x@falk.example",)) == []


def test_single_mails_of_one_mailbox_ask_the_same_question() -> None:
    first, second = (asked(mail(Delivered_To=ME, Subject=s), f"{s}.eml", me=()) for s in ("a", "b"))

    assert first == second != []


# -- real files -------------------------------------------------------------------------------------------------

real = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not here")
NO_MAIL = {"msg_19.txt", "msg_37.txt", "bad_encoded_subject.eml"}
"""A text without headers, and two parts that name neither people nor a journey."""


@real
def test_every_real_mail_is_recognised_by_one_importer_and_read_or_refused_for_a_reason() -> None:
    unread = set()
    for path in sorted((SHARED / "email").rglob("*")):
        if path.is_file():
            source = Source.from_path(path)
            if path.name in NO_MAIL:
                assert [i.name for i in touchpoints_importers() if i.recognises(source)] == []
                continue
            records = read(path.read_bytes(), path.name)
            assert records, path.name
            unread |= {r.reason for r in records if isinstance(r, Skipped)}
    assert {re.sub("'.*'", "", reason) for reason in unread} == {
        "no sender", "no Date, and there is no Received in its place",
        "its Date  lies outside 1990 to 2035, and there is no Received in its place",
    }  # fmt: skip


# -- a second reader ------------------------------------------------------------------------------------------------

DEVIATIONS = {
    "addresses": "a group's name, an obsolete route, a comment inside an address, raw bytes or an address without a domain",
    "date": "a Date the library refuses or reads without its zone, or one outside 1990 to 2035, for which a Received stands",
}
"""Where Python's own reader (`email.policy.default`) and this one differ, and why."""


def differs(raw: bytes) -> set[str]:
    """In what the two readers of a message's headers differ."""
    block = re.split(rb"\n\r?\n", raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"), maxsplit=1)[0] + b"\n"
    fields, theirs = Fields(block), BytesHeaderParser(policy=policy.default).parsebytes(block)
    found = set()
    for name in ("from", "to", "cc"):
        try:
            values = theirs.get_all(name, [])
            known = [
                h.value for v in values for a in v.addresses if "." in a.domain and (h := handles.email(a.addr_spec))
            ]
        except Exception:  # the library fails on some headers
            found.add("addresses")
            continue
        if known != [h.value for h, _ in addresses(fields.every(name.encode())) if h.kind == "email"]:
            found.add("addresses")
    try:
        date_ = theirs["date"]
        when = date_.datetime if date_ is not None else None
        if when and when.tzinfo is None and "-0000" in date_:  # UTC, of a sender who does not say where
            when = when.replace(tzinfo=UTC)
    except Exception:
        when = None
    ours = sent_at(fields)
    if (when and when.tzinfo and when.timestamp()) != (ours and ours.tzinfo and ours.timestamp()):
        found.add("date")
    return found


def test_own_samples_read_as_pythons_reader_reads_them() -> None:
    boxes = [SAMPLES / "mbox" / name for name in ("Inbox", "Sent", "Alle E-Mails.mbox")]
    raws = [raw for path in boxes for _, raw in messages(io.BytesIO(path.read_bytes()))]
    raws += [p.read_bytes() for p in (SAMPLES / "eml").iterdir() if p.is_file() and p.suffix != ".golden"]
    assert len(raws) > 15
    both = [raw for raw in raws if not differs(raw)]
    assert len(both) >= len(raws) * 0.6  # the samples are collections of damage; each kind has a test of its own above


HEALTHY_NAME = st.text("abcdefghijäöüßéñ ", min_size=1, max_size=20).map(str.strip).filter(bool)
HEALTHY_ADDRESS = st.from_regex(r"[a-z][a-z0-9.]{0,8}[a-z0-9]@[a-z]{1,8}\.example", fullmatch=True).filter(
    lambda a: ".." not in a
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(HEALTHY_NAME, HEALTHY_ADDRESS), min_size=1, max_size=5),
    st.datetimes(datetime(1990, 1, 2), datetime(2035, 12, 30)),
)
def test_healthy_headers_read_as_pythons_reader_reads_them(people: list[tuple[str, str]], when: datetime) -> None:
    to = ", ".join(
        formataddr((str(Header(name, "utf-8")) if not name.isascii() else name, address)) for name, address in people
    )
    stamp = format_datetime(when.replace(microsecond=0, tzinfo=timezone(timedelta(hours=5, minutes=30))))
    raw = f"From: {to.split(', ')[0]}\nTo: {to}\nDate: {stamp}\nSubject: x\n\nText\n".encode()
    assert differs(raw) == set()
    theirs = BytesHeaderParser(policy=policy.default).parsebytes(raw)
    assert [a.display_name for a in theirs["to"].addresses] == [n for _, n in addresses([to])]


@real
def test_real_mail_reads_as_pythons_reader_reads_it_but_for_what_is_listed() -> None:
    compared = deviating = 0
    for path in sorted((SHARED / "email").rglob("*")):
        if not path.is_file() or path.name in NO_MAIL:
            continue
        found = differs(re.sub(rb"\A>?From [^\n]*\n", b"", path.read_bytes()))
        assert found <= DEVIATIONS.keys(), path.name
        compared, deviating = compared + 1, deviating + bool(found)
    assert compared > 100
    assert deviating < compared * 0.12


@real
def test_no_file_of_another_family_is_taken_for_mail() -> None:
    others = (p for p in sorted(SHARED.rglob("*")) if p.is_file() and "email" not in p.parts)
    assert [p.name for p in others if any(i.recognises(Source.from_path(p)) for i in touchpoints_importers())] == []


@real
def test_headers_are_those_the_standard_library_finds() -> None:
    parser = BytesHeaderParser(policy=compat32)
    different = set()
    for path in sorted((SHARED / "email").rglob("*")):
        if not path.is_file() or path.name in NO_MAIL:
            continue
        raw = path.read_bytes()
        standard = parser.parsebytes(raw)
        ours = Fields(raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n")
        for name in ("from", "to", "date", "message-id", "references", "content-type"):
            values = [" ".join(str(v).split()) for v in standard.get_all(name, [])]
            if all(v.isascii() for v in values) and [" ".join(v.split()) for v in ours.every(name.encode())] != values:
                different.add(path.name)
    # The standard library stops at the first line that is no header; a header behind it is a header all the same.
    assert different == {"example13.eml", "raw_email_incorrect_header.eml"}


@pytest.mark.parametrize(
    "content",
    [
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
        b"BEGIN:VCARD\nVERSION:3.0\nFN:From\nEND:VCARD\n",
        b"HTTP/1.1 200 OK\nDate: x\nContent-Type: text/html\n\n",
        b"Subject: a\nDate: b\n\nx",
        b"From: <Saved by Blink>\nSnapshot-Content-Location: https://x.example\nSubject: x\nMIME-Version: 1.0\n\nx",
        b"Liebe Mara,\nFrom: a\nTo: b\n",
    ],
    ids=["Outlook .msg", "vCard", "HTTP", "memo", "web page", "letter"],
)  # fmt: skip
def test_what_is_no_mail_is_left_to_others(content: bytes) -> None:
    assert [i.name for i in touchpoints_importers() if i.recognises(Source.from_bytes(content, "a.eml"))] == []


# -- Outlook's own packing ------------------------------------------------------------------------------------------

OF_APPOINTMENTS, OF_MEETINGS = (
    bytes.fromhex("0220060000000000C000000000000046"),
    bytes.fromhex("90DAD86E0B451B1098DA00AA003F1305"),
)
IDENTITY = bytes.fromhex("040000008200E00074C5B7101A82E008") + b"\x07\xea\x03\x04" + bytes(range(20))


def winmail_with(
    kind: str = "MtgReq", identity: bytes = IDENTITY, recurs: bool = False, start: datetime | None = None
) -> bytes:
    """A winmail.dat with a meeting, as MS-OXTNEF describes it."""

    def filetime(when: datetime) -> bytes:
        return struct.pack("<Q", round((when - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds() * 10**7))

    def named(type_: int, space: bytes, number: int, value: bytes) -> bytes:
        return struct.pack("<HH", type_, 0x8000 + number % 0x7FFF) + space + struct.pack("<II", 0, number) + value

    def variable(data: bytes) -> bytes:
        return struct.pack("<II", 1, len(data)) + data + bytes(-len(data) % 4)

    begins = start or datetime(2026, 3, 4, 9, tzinfo=UTC)
    properties = [
        struct.pack("<HH", 0x001F, 0x0037) + variable("Jour fixe".encode("utf-16-le")),
        struct.pack("<HH", 0x8001, 0x8005) + OF_APPOINTMENTS + struct.pack("<II", 1, 10) + b"k\0e\0y\0w\0\0\0\0\0" + bytes(4),
        named(0x40, OF_APPOINTMENTS, 0x820D, filetime(begins)),
        named(0x40, OF_APPOINTMENTS, 0x820E, filetime(begins + timedelta(hours=1))),
        named(0x03, OF_APPOINTMENTS, 0x8201, struct.pack("<I", 2)), named(0x0B, OF_APPOINTMENTS, 0x8223, struct.pack("<I", recurs)),
        named(0x0102, OF_MEETINGS, 0x0003, variable(identity)),
    ]  # fmt: skip
    stream = struct.pack("<IH", 0x223E9F78, 1)
    for tag, data in (
        (0x00078008, f"IPM.Microsoft Schedule.{kind}\0".encode()),
        (0x00069003, struct.pack("<I", len(properties)) + b"".join(properties)),
    ):
        stream += struct.pack("<BII", 1, tag, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
    return stream


def winmail(content: bytes, sender: str = "erika@muster.example", to: str = ME) -> str:
    return (
        f"From: Erika Muster <{sender}>\nTo: {to}\nSubject: Jour fixe, Raum 3\nDate: Mon, 02 Mar 2026 10:00:00 +0100\n"
        'Message-ID: <tnef@x.example>\nContent-Type: multipart/mixed; boundary="b1"\n\n--b1\nContent-Type: text/plain\n\nText\n'
        '--b1\nContent-Type: application/ms-tnef; name="winmail.dat"\nContent-Transfer-Encoding: base64\n\n'
        f"{b64encode(content).decode()}\n--b1--\n"
    )


def read_winmail(content: bytes, **who: str) -> list[Record]:
    source = Source.from_text(winmail(content, **who), "a.eml")
    context = Context(Settings(me=(ME,)), zone="Europe/Berlin", source="a.eml", importer="eml")
    return [r for r in Eml().read(source, context) if not isinstance(r, Coverage)]


def test_a_meeting_in_winmail_is_the_one_of_the_calendar() -> None:
    (held,) = (r for r in read_winmail(winmail_with()) if isinstance(r, Touchpoint))
    assert (held.at.isoformat(), held.duration, held.subject) == (
        "2026-03-04T10:00:00+01:00",
        3600,
        "Jour fixe, Raum 3",
    )
    assert (held.channel, [p.handle.value for p in held.parties]) == ("meeting", ["erika@muster.example"])
    uid = (IDENTITY[:16] + bytes(4) + IDENTITY[20:]).hex().upper()
    calendar = (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:20260304T090000Z\r\nDTEND:20260304T100000Z\r\n"
        f"ORGANIZER:mailto:erika@muster.example\r\nATTENDEE:mailto:{ME}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    from touchpoints_calendar.ics import read_calendar

    context = Context(Settings(me=(ME,)), zone="Europe/Berlin", importer="icalendar")
    (same,) = (r for r in read_calendar(calendar.encode(), context) if isinstance(r, Touchpoint))
    assert held.key == same.key


def test_a_meeting_made_elsewhere_keeps_its_own_identity_in_winmail() -> None:
    foreign = IDENTITY[:36] + struct.pack("<I", 24) + b"vCal-Uid\x01\0\0\0abc@x.example\0"
    assert b"UID:abc@x.example\r\n" in (tnef.meeting(winmail_with(identity=foreign), *people_of_winmail()) or b"")


def people_of_winmail() -> tuple[handles.Handle, list[handles.Handle], str]:
    return handles.Handle("email", "erika@muster.example"), [handles.Handle("email", ME)], "Jour fixe"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("MtgCncl", b"METHOD:CANCEL"),
        ("MtgRespP", b"PARTSTAT=ACCEPTED"),
        ("MtgRespN", b"PARTSTAT=DECLINED"),
        ("MtgReq", b"METHOD:REQUEST"),
    ],
)
def test_what_is_done_with_a_meeting_in_winmail(kind: str, expected: bytes) -> None:
    assert expected in (tnef.meeting(winmail_with(kind), *people_of_winmail()) or b"")


def test_a_series_or_a_damaged_meeting_in_winmail_is_named() -> None:
    for content in (
        winmail_with(recurs=True),
        winmail_with()[:300],
        winmail_with(start=datetime(2300, 1, 1, tzinfo=UTC)),
    ):
        (skipped,) = read_winmail(content)
        assert isinstance(skipped, Skipped)
        assert "winmail.dat" in skipped.reason


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 600), st.binary(max_size=12))
def test_any_damage_of_winmail_gives_a_calendar_or_nothing(at: int, noise: bytes) -> None:
    content = winmail_with()
    found = tnef.meeting(content[:at] + noise + content[at + len(noise) :], *people_of_winmail())
    assert found is None or found.startswith(b"BEGIN:VCALENDAR")
