"""Telegram, Signal, Slack, Teams, Facebook and Instagram: who is us, what is a call, what a cut file still gives."""

from __future__ import annotations

import json
import random
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from touchpoints_messages import touchpoints_importers
from touchpoints_messages.chat import Author, Chat
from touchpoints_messages.discord import Discord
from touchpoints_messages.document import load
from touchpoints_messages.google_chat import GoogleChat
from touchpoints_messages.imazing import IMazingMessages
from touchpoints_messages.imessage import IMessage
from touchpoints_messages.meta import Facebook
from touchpoints_messages.signal import Signal
from touchpoints_messages.slack import Slack, SlackLists, SlackUsers
from touchpoints_messages.teams import Teams, TeamsPersonal
from touchpoints_messages.telegram import Telegram

from touchpoints.archives import walk
from touchpoints.errors import SourceError, UnreadableSource
from touchpoints.model import LeftOut, Person, Skipped, Touchpoint
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source
from touchpoints.testing import ImporterContract

SAMPLES = Path(__file__).parent / "samples" / "messages"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "samples"
ME = ("Mara Falk", "mara.falk@falk.example")


class TestTelegram(ImporterContract):
    importer, samples = Telegram(), SAMPLES / "telegram"


class TestDiscord(ImporterContract):
    importer, samples = Discord(), SAMPLES / "discord"


class TestIMazingMessages(ImporterContract):
    importer, samples = IMazingMessages(), SAMPLES / "imazing"


class TestIMessage(ImporterContract):
    importer, samples = IMessage(), SAMPLES / "imessage"


class TestSignal(ImporterContract):
    importer, samples = Signal(), SAMPLES / "signal"


class TestSlack(ImporterContract):
    importer = Slack()
    samples = (SAMPLES / "slack" / "2024-03-04.json", SAMPLES / "slack" / "damaged" / "2024-03-05.json")


class TestSlackUsers(ImporterContract):
    importer, samples = SlackUsers(), SAMPLES / "slack_users"


class TestSlackLists(ImporterContract):
    importer, samples = SlackLists(), SAMPLES / "slack_lists"


class TestTeams(ImporterContract):
    importer, samples = Teams(), SAMPLES / "teams"


class TestTeamsPersonal(ImporterContract):
    importer, samples = TeamsPersonal(), SAMPLES / "teams_personal"


class TestGoogleChat(ImporterContract):
    importer, samples = GoogleChat(), SAMPLES / "google_chat"


class TestFacebook(ImporterContract):
    importer, samples = Facebook(), SAMPLES / "facebook"


def read(importer: Importer, source: Source, *me: str) -> list[Record]:
    context = Context(
        Settings(me=me or ME),
        zone="Europe/Berlin",
        source=source.name,
        importer=importer.name,
        channels=importer.channels,
    )
    return list(importer.read(source, context))


def touchpoints(importer: Importer, source: Source, *me: str) -> list[Touchpoint]:
    return [r for r in read(importer, source, *me) if isinstance(r, Touchpoint)]


def document(value: Any, name: str = "x.json") -> Source:
    return Source.from_text(json.dumps(value), name)


def sample(name: str) -> Source:
    return Source.from_path(SAMPLES / name)


# -- one document, many families ---------------------------------------------------------------------------------


def test_a_cut_document_gives_its_complete_entries_and_says_so() -> None:
    whole = json.dumps(
        {"name": "x", "messages": [{"id": n, "parts": [{"a": "]}"}, {"b": n}]} for n in range(5)], "end": 1}
    )
    third = whole.index('{"id": 3')
    value, damage = load(Source.from_text(whole[: third + 20]))
    assert value == {"name": "x", "messages": json.loads(whole)["messages"][:3]}
    assert "ends too early" in damage
    in_a_text = whole[:third] + '{"id": 3, "text": "so :} or ["'
    assert load(Source.from_text(in_a_text.rstrip('"')))[0] == value
    assert load(Source.from_text(whole)) == (json.loads(whole), "")


@pytest.mark.parametrize("text", ["{", "[", '{"a": }', "nonsense", "[1, 2", '{"a": [{"b": 1}, ]}', "[" * 100_000])
def test_what_is_no_document_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(UnreadableSource) as caught:
        load(Source.from_text(text))
    assert caught.value.reason


def test_a_document_beyond_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("touchpoints_messages.document.LARGEST", 10)
    with pytest.raises(UnreadableSource, match="shorter span"):
        load(Source.from_text("[1, 2, 3, 4, 5]"))


@pytest.mark.parametrize(
    ("importer", "name"),
    [(Telegram(), "telegram/account.json"), (Teams(), "teams/page.json"), (TeamsPersonal(), "teams_personal/messages.json"),
     (Facebook(), "facebook/message_1.json")],
)  # fmt: skip
def test_values_of_the_wrong_kind_break_nothing(importer: Importer, name: str) -> None:
    chance = random.Random(3)
    original = json.loads((SAMPLES / name).read_text(encoding="utf-8"))
    for _ in range(150):
        changed = json.loads(json.dumps(original))
        for holder, key in chance.sample(list(_places(changed)), 3):
            holder[key] = chance.choice([None, [], {}, 0, -1, 1e300, True, "", "x\ud83d", {"x": [1]}, [None, "x", [1]]])
        try:
            read(importer, document(changed))
        except SourceError:
            continue


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


@pytest.mark.parametrize("name", ["telegram/personal.json", "teams/page.json", "teams_personal/messages.json",
                                  "facebook/message_1.json", "signal/chat.md"])  # fmt: skip
def test_keys_do_not_depend_on_the_zone_or_the_file_name(name: str) -> None:
    importer = next(i for i in touchpoints_importers() if i.recognises(sample(name)))
    context = Context(Settings(me=ME), zone="Asia/Tokyo", importer=importer.name, channels=importer.channels)
    there = [
        r.key for r in importer.read(Source.from_path(SAMPLES / name, "other"), context) if isinstance(r, Touchpoint)
    ]
    assert there == [t.key for t in touchpoints(importer, sample(name))]
    assert len(there) > 3


# -- Telegram ----------------------------------------------------------------------------------------------------


def test_telegram_one_chat_and_the_whole_account_have_the_same_keys() -> None:
    single = {t.key for t in touchpoints(Telegram(), sample("telegram/personal.json"))}
    assert single < {t.key for t in touchpoints(Telegram(), sample("telegram/account.json"))}


def test_telegram_knows_us_without_a_name_in_a_personal_chat_and_in_a_whole_account() -> None:
    for name in ("telegram/personal.json", "telegram/account.json"):
        found = touchpoints(Telegram(), sample(name), "Somebody Else")
        assert {t.direction for t in found} == {"in", "out"}
        assert "user1001" not in {p.handle.value for t in found for p in t.parties}


def test_telegrams_calls_that_others_can_join_are_calls_and_what_it_cannot_export_is_named() -> None:
    call = {"type": "service", "action": "conference_call", "actor": "Erika Muster", "actor_id": "user7"}
    chat = {
        "name": "Erika Muster", "type": "personal_chat", "id": 7,
        "messages": [
            {**call, "id": 1, "date_unixtime": "1710666400", "duration_seconds": 30, "is_active": False, "is_missed": False},
            {**call, "id": 2, "date_unixtime": "1710666500", "is_active": False, "is_missed": True},
            {**call, "id": 3, "date_unixtime": "1710666600", "is_active": True, "is_missed": False},
            {"id": 4, "type": "unsupported"},
        ],
    }  # fmt: skip
    records = read(Telegram(), Source.from_text(json.dumps(chat), "result.json"))
    found = [(t.channel, t.direction, t.outcome, t.duration) for t in records if isinstance(t, Touchpoint)]
    assert found == [("telegram call", "in", "reached", 30), ("telegram call", "in", "missed", None)]
    assert [r.record for r in records if isinstance(r, Skipped)] == ["3", "4"]


def test_telegram_asks_who_we_are_in_a_group() -> None:
    with pytest.raises(UnreadableSource) as caught:
        read(Telegram(), sample("telegram/old_group.json"), "Somebody Else")
    assert caught.value.options == ("Erika Muster", "Mara Falk")


def test_telegram_takes_unix_time_over_the_exporting_computers_zone() -> None:
    message = {"id": 1, "type": "message", "date": "2024-03-04T21:00:00", "date_unixtime": "1709539200",
               "from": "Erika Muster", "from_id": "user2", "text": "x"}  # fmt: skip
    (only,) = touchpoints(
        Telegram(), document({"name": "Erika", "type": "personal_chat", "id": 2, "messages": [message]})
    )
    assert only.at.isoformat() == "2024-03-04T09:00:00+01:00"


def test_telegram_ties_numbers_of_the_address_book_to_accounts() -> None:
    (person,) = [r for r in read(Telegram(), sample("telegram/account.json")) if isinstance(r, Person)]
    assert [(h.kind, h.value) for h in person.handles] == [("phone", "+491713920022"), ("account", "user2002")]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not here")
@pytest.mark.parametrize("family", ["telegram", "signal", "facebook_instagram"])
def test_times_and_authors_are_those_another_reader_found(family: str) -> None:
    folder = SHARED / family / "chat-miner"
    expected = {(m["timestamp"], m["author"]) for m in json.loads((folder / "target.json").read_text(encoding="utf-8"))}
    zone = "Europe/Berlin" if family == "signal" else "UTC"  # the target's times are local for a text, UTC for JSON
    for path in folder.glob("test_*"):
        source = Source.from_path(path)
        (importer,) = [i for i in touchpoints_importers() if i.recognises(source)]
        context = Context(
            Settings(me=("John Doe", "Author 1")), zone=zone, source=source.name, channels=importer.channels
        )
        found = [r for r in importer.read(source, context) if isinstance(r, Touchpoint)]
        assert {(t.at.replace(tzinfo=None).isoformat(), t.participants[0].name) for t in found} == expected


# -- Signal ------------------------------------------------------------------------------------------------------


def test_signal_marks_us_itself() -> None:
    found = touchpoints(Signal(), sample("signal/chat.md"), "Somebody Else")
    assert [t.direction for t in found] == ["in", "out", "out", "in"]
    assert len({t.key for t in found}) == 4


def test_signal_chat_that_only_we_wrote_in_is_called_after_the_folder() -> None:
    source = Source.from_bytes(b"[2024-03-04, 08:55] Me: Hello?\n", "export/Erika Muster/chat.md")
    assert [p.handle.value for t in touchpoints(Signal(), source) for p in t.parties] == ["erika muster"]


# -- Slack -------------------------------------------------------------------------------------------------------


def workspace(folder: Path, name: str = "export.zip", inside: str = "") -> list[Source]:
    with zipfile.ZipFile(folder / name, "w") as archive:
        for file in ("users.json", "channels.json"):
            archive.write(SAMPLES / "slack" / file, inside + file)
        archive.writestr(
            inside + "dms.json", json.dumps([{"id": "D0LEA00001", "created": 1, "members": ["U0MARA001", "U0ERIKA02"]}])
        )
        archive.writestr(inside + "canvases.json", "[]")
        archive.write(SAMPLES / "slack" / "2024-03-04.json", inside + "kunde-muster/2024-03-04.json")
        message = {"type": "message", "user": "U0MARA001", "text": "Hello", "ts": "1709539200.000900"}
        archive.writestr(inside + "D0LEA00001/2024-03-04.json", json.dumps([message]))
    return [s for s in walk([folder / name]) if isinstance(s, Source)]


def test_slack_zip_is_recognised_whole_and_people_go_by_their_address(tmp_path: Path) -> None:
    by_importer: dict[str, list[Source]] = {}
    for source in workspace(tmp_path):
        (importer,) = [i for i in touchpoints_importers() if i.recognises(source)]
        by_importer.setdefault(importer.name, []).append(source)
    assert {name: len(found) for name, found in by_importer.items()} == {"slack": 2, "slack-users": 1, "slack-lists": 3}
    direct, channel = (touchpoints(Slack(), s) for s in by_importer["slack"])
    assert [(t.direction, [p.handle.value for p in t.parties]) for t in direct] == [
        ("out", ["erika.muster@muster.example"])
    ]
    assert channel[0].colleagues == ("Mara Falk", "lea@falk.example")


def test_slack_bots_and_joins_are_no_contact() -> None:
    records = read(Slack(), sample("slack/2024-03-04.json"))
    assert [r for r in records if isinstance(r, LeftOut)] == [LeftOut("automatic")] * 2
    assert [(t.channel, t.duration) for t in records if isinstance(t, Touchpoint)][-1] == ("slack call", 600.0)


def test_slack_without_its_list_of_people_says_what_to_import() -> None:
    with pytest.raises(UnreadableSource, match=r"users\.json"):
        read(Slack(), Source.from_bytes((SAMPLES / "slack" / "2024-03-04.json").read_bytes(), "day.json"))


def test_slack_names_its_people_before_the_messages() -> None:
    people = [r for r in read(SlackUsers(), sample("slack_users/users.json")) if isinstance(r, Person)]
    assert [(p.name, [h.kind for h in p.handles]) for p in people] == [
        ("Erika Muster", ["email", "phone", "account"]),
        ("Jonas Weber", ["account"]),
    ]
    assert SlackUsers.channels == ()


def test_slack_survives_garbage_with_its_lists_in_reach() -> None:
    day = (SAMPLES / "slack" / "2024-03-04.json").read_bytes()
    users = (SAMPLES / "slack" / "users.json").read_bytes()
    chance = random.Random(5)

    def noisy(content: bytes) -> bytes:
        changed = bytearray(content)
        for _ in range(chance.randrange(4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        return bytes(changed)

    for _ in range(150):
        content, beside = noisy(day), noisy(users)
        source = Source.from_bytes(content, "c/2024.json")
        source._sibling = lambda name, beside=beside: Source.from_bytes(beside, name)
        try:
            if Slack().recognises(source):
                read(Slack(), source)
        except SourceError:
            continue


# -- Teams -------------------------------------------------------------------------------------------------------


def test_teams_pages_lists_and_lines_are_one(tmp_path: Path) -> None:
    page = json.loads((SAMPLES / "teams" / "page.json").read_text(encoding="utf-8"))
    forms = [page, page["value"], [page, page]]
    found = [[(t.key, t.at) for t in touchpoints(Teams(), document(form))] for form in forms]
    lines = "\n".join(json.dumps(m) for m in page["value"] + page["value"][:2])
    found.append([(t.key, t.at) for t in touchpoints(Teams(), Source.from_text(lines, "x.ndjson"))])
    assert all(f == found[0] for f in found)
    assert len(found[0]) == 8


def test_teams_edited_message_is_a_higher_revision_of_the_same() -> None:
    def edited(modified: str) -> Touchpoint:
        page = json.loads((SAMPLES / "teams" / "page.json").read_text(encoding="utf-8"))
        page["value"][0]["lastModifiedDateTime"] = modified
        return touchpoints(Teams(), document(page))[0]

    before, after = edited("2024-03-04T08:00:00Z"), edited("2024-03-04T09:00:00Z")
    assert before.key == after.key
    assert before.revision < after.revision


def test_teams_call_that_nobody_joined_was_missed() -> None:
    calls = [t for t in touchpoints(Teams(), sample("teams/page.json")) if t.channel == "teams call"]
    assert [(t.direction, t.outcome, t.duration, t.at.strftime("%H:%M:%S")) for t in calls] == [
        ("in", "reached", 723.0, "09:07:57"),
        ("out", "missed", None, "10:00:00"),
    ]


def test_teams_personal_says_itself_who_we_are() -> None:
    found = touchpoints(TeamsPersonal(), sample("teams_personal/messages.json"), "Somebody Else")
    assert [(t.channel, t.direction, t.outcome) for t in found if t.channel == "teams call"] == [
        ("teams call", "in", "missed"),
        ("teams call", "in", "reached"),
    ]
    assert "8:live:marafalk" not in {p.handle.value for t in found for p in t.parties}


# -- Facebook and Instagram --------------------------------------------------------------------------------------


def test_facebook_texts_are_made_right() -> None:
    records = read(Facebook(), sample("facebook/message_1.json"))
    assert {p.name for r in records if isinstance(r, Touchpoint) for p in r.parties} == {"Jörg Weiß"}


def test_facebook_texts_that_are_right_already_stay() -> None:
    message = {"sender_name": "Jörg Weiß – ok", "timestamp_ms": 1709539200000, "content": "x"}
    (only,) = touchpoints(Facebook(), document({"participants": [{"name": "Mara Falk"}], "messages": [message]}))
    assert only.parties[0].name == "Jörg Weiß – ok"


def test_facebook_cut_and_whole_files_have_the_same_keys() -> None:
    whole = {t.key for t in touchpoints(Facebook(), sample("facebook/message_1.json"))}
    cut = [t.key for t in touchpoints(Facebook(), sample("facebook/damaged/cut.json"))]
    assert set(cut) < whole
    assert len(cut) == 4


def test_a_page_of_messenger_is_read_by_its_structure_and_not_by_the_classes() -> None:
    old, new = (touchpoints(Facebook(), sample(f"facebook/message_{n}.html")) for n in (1, 2))
    assert [(t.direction, t.expects_reply) for t in old] == [("in", True), ("out", False), ("in", False)]
    assert [t.at.isoformat() for t in new] == ["2025-11-25T22:37:05+01:00", "2025-03-07T05:44:00+01:00"]


def test_a_page_whose_months_belong_to_several_languages_is_refused_with_what_to_do() -> None:
    with pytest.raises(UnreadableSource, match=r"\(lis, pro\).* format JSON"):
        read(Facebook(), sample("facebook/damaged/message_2.html"))


def test_pages_of_the_download_that_are_no_chat_give_nothing() -> None:
    page = sample("facebook/message_2.html")
    friends = Source("your_friends.html", page.open, path="your_friends.html")
    assert Facebook().recognises(friends)
    assert read(Facebook(), friends) == []


def test_people_whose_account_is_gone_are_not_one_person() -> None:
    written = [(n, who) for n, who in enumerate(("Mara Falk", "Facebook User", "Instagram-Nutzer", "Erika Muster"))]
    chat = {
        "messages": [{"sender_name": who, "timestamp_ms": 1_700_000_000_000 + n, "content": ""} for n, who in written]
    }
    records = read(Facebook(), Source.from_text(json.dumps(chat)))
    assert records.count(LeftOut("no other party")) == 2
    assert {p.name for t in records if isinstance(t, Touchpoint) for p in t.parties} == {"Erika Muster"}


def test_instagram_is_known_by_its_folder() -> None:
    source = Source.from_path(
        SAMPLES / "facebook" / "message_1.json", "a.zip/your_instagram_activity/messages/inbox/x/message_1.json"
    )
    assert {t.channel for t in touchpoints(Facebook(), source)} == {"instagram", "instagram call", "instagram video"}


def test_facebook_spam_is_left_out() -> None:
    assert read(Facebook(), sample("facebook/spam.json")) == [LeftOut("automatic")]


# -- the shared samples ------------------------------------------------------------------------------------------

OURS = {"facebook_instagram", "signal", "slack", "telegram", "whatsapp"}
NOT_EXPORTS = {"target.json", "date.test.ts", "parser.test.ts", "time.test.ts"}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not here")
def test_each_shared_file_of_these_families_has_one_reader_and_is_read_or_refused_for_a_reason() -> None:
    problems: list[tuple[str, list[str]]] = []
    read_from: Counter[str] = Counter()
    for source in walk([SHARED]):
        if not isinstance(source, Source):
            continue
        family = Path(source.name).relative_to(SHARED).parts[0]
        names = [i for i in touchpoints_importers() if i.recognises(source)]
        broken = source.head.startswith(b"{this is not")
        expected = int(family in OURS and Path(source.name).name not in NOT_EXPORTS and not broken)
        if len(names) != expected:
            problems.append((source.name, [i.name for i in names]))
        for importer in names:
            try:
                read_from[family] += len(
                    records := read(importer, source, "John Doe", "Author 1", "Test User", "Harry Potter")
                )
            except SourceError as error:
                raise AssertionError(f"{source.name}: {error}") from error
            assert [r for r in records if isinstance(r, Skipped)] == [], source.name
    assert problems == []
    assert set(read_from) == OURS


def test_all_files_of_google_chats_takeout_are_understood_and_who_joined_wrote_nothing(tmp_path: Path) -> None:
    def person(name: str) -> dict[str, str]:
        return {"name": name, "email": f"{name.casefold()}@example.com", "user_type": "Human"}

    def message(minute: int, **said: object) -> dict[str, object]:
        at = f"Friday, March 17, 2023 at 9:{minute:02}:00\u202fAM UTC"
        return {"creator": person("Ben"), "created_date": at, "topic_id": "t", "message_id": f"g/t/{minute}", **said}

    picture = [{"export_name": "File-a.png", "original_name": "a.png"}]
    files = {
        "Groups/Space A/group_info.json": {"name": 'The "crew"', "members": [person("Me"), person("Ben")]},
        "Groups/Space A/messages.json": {
            "messages": [message(1), message(2, text="hi"), message(3, attached_files=picture)]
        },
        "Groups/DM B/group_info.json": {"members": [person("Me"), person("Ben")]},
        "Groups/DM B/messages.json": {"messages": []},
        "Users/User 42/user_info.json": {"user": person("Me"), "membership_info": []},
        "Users/User 42/unsentmessages.json": {"unsent_messages": [{"text": "not sent"}]},
    }
    records: list[Record] = []
    for name, content in files.items():
        path = tmp_path / "Google Chat" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    for name in files:
        source = Source.from_path(tmp_path / "Google Chat" / name)
        assert [i.name for i in touchpoints_importers() if i.recognises(source)] == ["google-chat"], name
        records += read(GoogleChat(), source, "Me")
    assert [t.at.minute for t in records if isinstance(t, Touchpoint)] == [2, 3]
    assert [r.reason for r in records if isinstance(r, LeftOut)] == ["draft"]


def test_telegrams_html_and_json_agree_on_people_and_times() -> None:
    def message(id_: int, minute: int, who: str) -> str:
        return (
            f'<div class="message default clearfix" id="message{id_}"><div class="body"><div class="pull_right date details" '
            f'title="02.03.2026 17:{minute}:00 UTC+09:00">x</div><div class="from_name">{who}</div></div></div>'
        )

    head = '<!DOCTYPE html><html><link href="css/style.css"/><div class="page_wrap">'
    page = Source.from_text(
        head + message(1, 15, "Erika") + message(2, 16, "Mara Falk") + "</div></html>", "messages.html"
    )
    listed = [{"id": n, "type": "message", "date": f"2026-03-02T09:{n + 14}:00", "from": who, "from_id": who, "text": ""}
              for n, who in ((1, "Erika"), (2, "Mara Falk"))]  # fmt: skip
    chat = Source.from_text(json.dumps({"name": "Erika", "type": "private_group", "id": 7, "messages": listed}))
    assert [i.name for i in touchpoints_importers() if i.recognises(page)] == ["telegram"]
    seen = [
        [(t.at, t.direction, [p.name for p in t.parties]) for t in touchpoints(Telegram(), s)] for s in (page, chat)
    ]
    assert seen[0] == seen[1] != []


def test_a_page_of_another_app_that_looks_like_telegrams_is_left_to_others() -> None:
    page = '<!DOCTYPE html><html><head><title>Exported Data</title><link href="css/style.css"/></head><div class="mx_RoomView">'
    assert not Telegram().recognises(Source.from_text(page, "messages.html"))


def test_a_page_of_telegram_asks_who_we_are_but_knows_it_from_our_calls() -> None:
    page = sample("telegram/messages.html")
    assert len(touchpoints_of(Telegram(), page, ())) == 6
    text = page.text().read().replace("Outgoing", "Incoming")
    with pytest.raises(UnreadableSource, match="--me"):
        touchpoints_of(Telegram(), Source.from_text(text, "messages.html"), ())


def touchpoints_of(importer: Importer, source: Source, me: tuple[str, ...]) -> list[Touchpoint]:
    context = Context(Settings(me=me), source=source.name, importer=importer.name, channels=importer.channels)
    return [r for r in importer.read(source, context) if isinstance(r, Touchpoint)]


def test_the_json_of_signal_export_beside_its_text_is_the_same_chat(tmp_path: Path) -> None:
    line = '{"date": "2026-03-02 09:15", "sender": "Erika", "body": "Hallo", "quote": "", "reactions": []}\n'
    (tmp_path / "data.json").write_text(line * 2, encoding="utf-8")
    source = Source.from_path(tmp_path / "data.json")
    assert [i.name for i in touchpoints_importers() if i.recognises(source)] == ["signal"]
    with pytest.raises(UnreadableSource, match=r"chat\.md"):
        list(Signal().read(source, Context(importer="signal")))
    (tmp_path / "chat.md").write_text("[2026-03-02, 09:15] Erika: Hallo\n", encoding="utf-8")
    assert list(Signal().read(source, Context(importer="signal"))) == []


def test_discord_without_offsets_asks_for_the_order_of_day_and_month() -> None:
    rows = "AuthorID,Author,Date,Content\n1,Erika,04/03/2026 12:00 AM,x\n2,Mara Falk,05/03/2026 12:00 AM,x\n"
    with pytest.raises(UnreadableSource, match="--date-order"):
        read(Discord(), Source.from_text(rows))


def test_a_group_of_imazing_addresses_everybody_who_writes_in_it() -> None:
    sent = [
        t for t in touchpoints(IMazingMessages(), sample("imazing/Messages - Erika Muster.csv")) if t.direction == "out"
    ]
    assert [sorted(p.handle.value for p in t.parties) for t in sent] == [
        ["+498999998123"], ["jonas probe", "jonas@probe.example"], ["+491713920010", "erika@muster.example"],
    ]  # fmt: skip


def test_answers_that_imessage_exporter_shows_twice_count_once() -> None:
    assert [t.direction for t in touchpoints(IMessage(), sample("imessage/Erika Muster.txt"))] == [
        "in",
        "out",
        "in",
        "out",
    ]


def test_nobody_of_linkedin_whose_account_is_gone_is_a_person() -> None:
    row = "c1,,Mara Falk,https://www.linkedin.com/in/mara,{},,2026-02-15 00:05:48 UTC,,ok,INBOX\n"
    head = "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER\n"
    from touchpoints_messages.linkedin import LinkedIn

    records = read(LinkedIn(), Source.from_text(head + row.format("LinkedIn Member") + row.format("Erika Muster")))
    assert [t.parties[0].name for t in records if isinstance(t, Touchpoint)] == ["Erika Muster"]
    assert LeftOut("no other party") in records


def test_a_chat_in_which_only_the_other_one_wrote_is_with_us() -> None:
    context = Context(Settings(me=ME), channels=Telegram().channels)
    erika = Author.named("Erika Muster", "telegram", "DE")
    chats = [Chat(context, "telegram", "telegram", "x", [erika], others=others) for others in ([erika], None)]
    said = [chat.voice(erika).writes(datetime(2026, 3, 2, 9, tzinfo=UTC), "9:00", None) for chat in chats]
    assert [getattr(t, "colleagues", None) for t in said] == [("Mara Falk",), ()]  # a file of accounts names us itself
    assert [getattr(t, "direction", None) for t in said] == ["in", "in"]
