"""LinkedIn: messages of all years' columns, whose profile is ours, what is no conversation, and invitations."""

from __future__ import annotations

from pathlib import Path

import pytest
from touchpoints_messages.linkedin import Invitations, LinkedIn, LinkedInRest

from touchpoints.errors import UnreadableSource
from touchpoints.model import LeftOut, Touchpoint
from touchpoints.plugins import Record
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source
from touchpoints.testing import ImporterContract

SAMPLES = Path(__file__).parent / "samples" / "messages"
OLD = "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,DATE,SUBJECT,CONTENT,FOLDER\n"
NEW = OLD.replace(",DATE", ",RECIPIENT PROFILE URLS,DATE")
IN = "https://www.linkedin.com/in/"


class TestLinkedIn(ImporterContract):
    importer, samples = LinkedIn(), SAMPLES / "linkedin"


class TestInvitations(ImporterContract):
    importer, samples = Invitations(), SAMPLES / "linkedin_invitations"


def read(text: str, *me: str, importer: LinkedIn | Invitations | None = None) -> list[Record]:
    source = Source.from_text(text, "messages.csv")
    importer = importer or LinkedIn()
    assert importer.recognises(source)
    context = Context(
        Settings(me=me or ("Mara Falk",)), zone="Europe/Berlin", source=source.name, importer=importer.name
    )
    return list(importer.read(source, context))


def touchpoints(text: str, *me: str) -> list[Touchpoint]:
    return [r for r in read(text, *me) if isinstance(r, Touchpoint)]


def test_the_profile_is_the_handle_however_its_address_is_written() -> None:
    addresses = (f"{IN}Erika-Muster", "http://de.linkedin.com/in/erika-muster/?trk=x", "linkedin.com/in/ERIKA-MUSTER/")
    rows = "".join(
        f"1,,Erika Muster,{a},Mara Falk,{IN}mara,2026-01-0{n} 08:00:00 UTC,,x,INBOX\n"
        for n, a in enumerate(addresses, 1)
    )
    assert {p.handle.value for t in touchpoints(NEW + rows) for p in t.parties} == {"linkedin.com/in/erika-muster"}


def test_our_side_is_known_by_profile_address_or_by_name() -> None:
    row = f"1,,Mara Falk,{IN}mara-falk,Erika Muster,{IN}erika,2026-01-01 08:00:00 UTC,,x,INBOX\n"
    for me in ("Falk, Mara", f"{IN}mara-falk", "linkedin.com/in/mara-falk"):
        (only,) = touchpoints(NEW + row, me)
        assert (only.direction, [p.name for p in only.parties]) == ("out", ["Erika Muster"])


def test_the_profile_that_all_conversations_share_is_proposed() -> None:
    with pytest.raises(UnreadableSource) as caught:
        read((SAMPLES / "linkedin" / "damaged" / "nobody_is_us.csv").read_text(), "Somebody Else")
    assert caught.value.setting.startswith('me = ["linkedin.com/in/lea-brandt"]')


def test_names_of_recipients_may_hold_the_comma_they_are_joined_by() -> None:
    rows = (
        f'1,,"Weber, Jonas",{IN}jonas,Mara Falk,{IN}mara,2026-01-01 08:00:00 UTC,,x,INBOX\n'
        f'2,,Mara Falk,{IN}mara,"Erika Muster, Weber, Jonas","{IN}erika,{IN}jonas",2026-01-02 08:00:00 UTC,,x,INBOX\n'
    )
    assert [(p.handle.value, p.name) for p in touchpoints(NEW + rows)[1].parties] == [
        ("linkedin.com/in/erika", None),
        ("linkedin.com/in/jonas", "Weber, Jonas"),
    ]


def test_the_same_message_has_one_key_in_the_files_of_all_years() -> None:
    old = f"1,,Erika Muster,{IN}erika,Mara Falk,2026-01-01 08:00:00 UTC,,x,INBOX\n"
    new = f"1,,Erika Muster,{IN}erika,Mara Falk,{IN}mara,2026-01-01 08:00:00 UTC,,y,ARCHIVE\n"
    (before,), (after,) = touchpoints(OLD + old), touchpoints(NEW + new)
    assert before.key == after.key
    assert before.revision < after.revision


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            '2,,LinkedIn Member,,Mara Falk,{IN}mara,2026-01-01 08:00:00 UTC,,"<p class=""spinmail"">Hi</p>",INBOX',
            "newsletter",
        ),
        ("2,,Some Company,,Mara Falk,{IN}mara,2026-01-01 08:00:00 UTC,,Hi,INBOX", "newsletter"),
        ("2,,Win Big,{IN}win,Mara Falk,{IN}mara,2026-01-01 08:00:00 UTC,,Hi,SPAM", "automatic"),
        ("2,,Mara Falk,{IN}mara,,,2026-01-01 08:00:00 UTC,,Hi,INBOX", "no other party"),
    ],
)
def test_what_is_no_conversation_is_left_out(row: str, reason: str) -> None:
    assert [r for r in read(NEW + row.replace("{IN}", IN) + "\n") if isinstance(r, LeftOut)] == [LeftOut(reason)]


def test_an_invitation_is_contact_if_it_says_something() -> None:
    text = 'From,To,Sent At,Message,Direction\nErika Muster,Mara Falk,"12/1/25, 1:05 AM",Hallo,INCOMING\n'
    first, _ = read(text + 'A,B,"12/2/25, 1:05 AM",,INCOMING\n', importer=Invitations())[:2]
    assert isinstance(first, Touchpoint)
    assert (first.at.isoformat(), first.direction) == ("2025-12-01T01:05:00+01:00", "in")


def test_the_rest_of_the_download_is_known_by_what_lies_beside_it(tmp_path: Path) -> None:
    for name in ("Profile.csv", "Skills.csv", "Recommendations_Given.csv", "Shopping list.csv"):
        (tmp_path / name).write_text("First Name,Last Name\nMara,Falk\n")
    rest = LinkedInRest()
    assert not rest.recognises(Source.from_path(tmp_path / "Profile.csv"))
    (tmp_path / "messages.csv").write_text(NEW)
    taken = sorted(p.name for p in tmp_path.iterdir() if rest.recognises(Source.from_path(p)))
    assert taken == ["Profile.csv", "Recommendations_Given.csv", "Skills.csv"]
    assert list(rest.read(Source.from_path(tmp_path / "Profile.csv"), Context())) == []


def test_other_tables_are_left_alone() -> None:
    for header in (
        "Notes:\n\nFirst Name,Last Name,URL,Email Address,Company,Position,Connected On",
        "Date,From,To,Duration",
    ):
        assert not LinkedIn().recognises(Source.from_text(header + "\n", "x.csv"))
        assert not Invitations().recognises(Source.from_text(header + "\n", "x.csv"))
