"""WhatsApp chats: every header form, marks, calls, whose chat it is, and what two exports of one chat have in common."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from touchpoints_messages.chat import MOST_NAMED, Author, Chat
from touchpoints_messages.whatsapp import WhatsApp

from touchpoints.archives import walk
from touchpoints.asking import asks
from touchpoints.errors import SourceError, UnreadableSource
from touchpoints.model import Coverage, LeftOut, Skipped, Touchpoint
from touchpoints.plugins import Record
from touchpoints.reading import Context, content_key
from touchpoints.settings import Settings
from touchpoints.source import Source
from touchpoints.testing import ImporterContract

SAMPLES = Path(__file__).parent / "samples" / "messages" / "whatsapp"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "samples"
MARK, THIN = "\u200e", "\u202f"


class TestWhatsApp(ImporterContract):
    importer, samples = WhatsApp(), SAMPLES


def read(text: str, name: str = "chat.txt", me: str = "Mara Falk", order: str | None = None) -> list[Record]:
    source = Source.from_text(text, name)
    assert WhatsApp().recognises(source)
    settings = Settings(me=(me,) if me else (), date_order=order)
    return list(WhatsApp().read(source, Context(settings, zone="Europe/Berlin", source=name, importer="whatsapp")))


def touchpoints(text: str, name: str = "chat.txt", me: str = "Mara Falk", order: str | None = None) -> list[Touchpoint]:
    return [r for r in read(text, name, me, order) if isinstance(r, Touchpoint)]


def refusal(text: str, name: str = "chat.txt", me: str = "Mara Falk") -> UnreadableSource:
    with pytest.raises(UnreadableSource) as caught:
        read(text, name, me)
    return caught.value


def pair(header: str, other: str) -> str:
    return f"{header}Mara Falk: Guten Tag\n{other}Erika Muster: Hallo\n"


@pytest.mark.parametrize(
    ("header", "other", "expected"),
    [
        ("13.06.18, 21:25 - ", "14.06.18, 08:01 - ", "2018-06-13T21:25:00"),
        ("[13.06.18, 21:25:15] ", "[14.06.18, 08:01:02] ", "2018-06-13T21:25:15"),
        ("13/06/2018, 9:25 pm - ", "14/06/2018, 8:01 am - ", "2018-06-13T21:25:00"),
        ("13/06/2018, 9:25 p. m. - ", "14/06/2018, 8:01 a. m. - ", "2018-06-13T21:25:00"),
        ("13/06/2018, 9:25 p.m. - ", "14/06/2018, 8:01 a.m. - ", "2018-06-13T21:25:00"),
        (f"[6/13/18, 9:25:15{THIN}PM] ", f"[6/14/18, 8:01:02{THIN}AM] ", "2018-06-13T21:25:15"),
        ("6/13/18, 21:25 - ", "6/14/18, 08:01 - ", "2018-06-13T21:25:00"),
        ("13-06-2018, 21.25 - ", "14-06-2018, 08.01 - ", "2018-06-13T21:25:00"),
        ("2018-06-13, 21:25 - ", "2018-06-14, 08:01 - ", "2018-06-13T21:25:00"),
        ("2018-06-13 21:25 - ", "2018-06-14 08:01 - ", "2018-06-13T21:25:00"),
        ("2018/06/13, 21:25 - ", "2018/06/14, 08:01 - ", "2018-06-13T21:25:00"),
        ("[2018/6/13 21:25:15] ", "[2018/6/14 08:01:02] ", "2018-06-13T21:25:15"),
        ("13.6.2018 klo 21.25 - ", "14.6.2018 klo 8.01 - ", "2018-06-13T21:25:00"),
        ("13. 6. 2018. 21:25 - ", "14. 6. 2018. 08:01 - ", "2018-06-13T21:25:00"),
        ("13. 6. 2018. 21:25:15 ", "14. 6. 2018. 08:01:02 ", "2018-06-13T21:25:15"),
        ("13.06.18, 9:25 nachm. - ", "14.06.18, 8:01 vorm. - ", "2018-06-13T21:25:00"),
        ("13.06.18 um 21:25 - ", "14.06.18 um 08:01 - ", "2018-06-13T21:25:00"),
        ("13.06.18 21:25:15: ", "14.06.18 08:01:02: ", "2018-06-13T21:25:15"),
        ("[06.13.18 21:25:15] ", "[06.14.18 08:01:02] ", "2018-06-13T21:25:15"),
        ("13.06.18, 12:25 AM - ", "14.06.18, 12:01 PM - ", "2018-06-13T00:25:00"),
        (f"{MARK}[13.06.18, 21:25:15] ", "[14.06.18, 08:01:02] ", "2018-06-13T21:25:15"),
        ("\ufeff[\u200e13.06.18, 21:25:15] ", "[14.06.18, 08:01:02] ", "2018-06-13T21:25:15"),
        ("13.06.18, 23:25 PM - ", "14.06.18, 00:01 AM - ", "2018-06-13T23:25:00"),
        ("2018. 6. 13. 오후 9:25, ", "2018. 6. 14. 오전 8:01, ", "2018-06-13T21:25:00"),
        ("2018/6/13 下午9:25 - ", "2018/6/14 上午8:01 - ", "2018-06-13T21:25:00"),
        ("2018. 06. 13. 21:25 - ", "2018. 06. 14. 08:01 - ", "2018-06-13T21:25:00"),
        ("\u200f[13\u200f/06\u200f/2018, 21:25:15] ", "[14\u200f/06\u200f/2018, 08:01:02] ", "2018-06-13T21:25:15"),
    ],
)
def test_every_form_of_header(header: str, other: str, expected: str) -> None:
    first, second = touchpoints(pair(header, other))
    assert first.at.replace(tzinfo=None).isoformat() == expected
    assert (first.direction, second.direction) == ("out", "in")
    assert [p.handle.value for p in second.parties] == ["erika muster"]


def test_times_are_local_in_the_store_zone() -> None:
    winter, summer = touchpoints(pair("13.01.24, 21:25 - ", "13.07.24, 21:25 - "))
    assert [t.at.utcoffset().total_seconds() / 3600 for t in (winter, summer)] == [1, 2]  # type: ignore[union-attr]


def test_order_of_day_and_month_is_shown_by_any_line_even_the_last() -> None:
    text = pair("3/4/24, 08:00 - ", "3/4/24, 08:01 - ")
    assert touchpoints(text + "12/25/24, 09:00 - Mara Falk: x\n")[0].at.month == 3
    assert touchpoints(text + "25/12/24, 09:00 - Mara Falk: x\n")[0].at.month == 4


def test_dates_that_no_line_decides_are_asked_for_and_the_answer_is_taken() -> None:
    text = pair("3/4/24, 8:00 AM - ", "5/4/24, 8:01 PM - ")
    error = refusal(text)
    assert error.options == ("DMY", "MDY")
    assert touchpoints(text, order="MDY")[0].at.date().isoformat() == "2024-03-04"
    assert touchpoints(text, order="DMY")[0].at.date().isoformat() == "2024-04-03"


def test_dotted_dates_that_no_line_decides_have_the_day_first_whatever_the_answer() -> None:
    assert touchpoints(pair("03.04.24, 08:00 - ", "05.04.24, 08:01 - "), order="MDY")[0].at.month == 4


def test_a_damaged_date_does_not_turn_the_others_round() -> None:
    text = pair("03/04/24, 08:00 - ", "13/04/24, 08:01 - ") + pair("14/04/24, 08:00 - ", "03/14/24, 08:01 - ")
    records = read(text)
    assert [r.at.strftime("%d.%m.") for r in records if isinstance(r, Touchpoint)] == ["03.04.", "13.04.", "14.04."]
    assert [r.record for r in records if isinstance(r, Skipped)] == [4]


def test_lines_that_only_look_like_headers_belong_to_the_message_above() -> None:
    text = (
        "13.06.18, 21:25 - Mara Falk: siehe unten\n[12.06.18, 08:00:00] Erika Muster: altes Zitat\n"
        "2018-06-12 10:30 - auch nur Text\n13.06.18, 21:26 - Erika Muster: ja\n"
    )
    assert len(touchpoints(text)) == 2


def test_notices_are_no_messages_and_their_colons_make_no_authors() -> None:
    text = pair("13.06.18, 21:25 - ", "14.06.18, 08:01 - ") + (
        '15.06.18, 08:00 - Erika Muster changed the subject from "A" to "B: C"\n'
        "15.06.18, 08:01 - Erika Muster hat den Betreff von „X“ zu „Y: Z“ geändert\n"
        "15.06.18, 08:02 - Erika Muster hat die Gruppe mit dem Link https://chat.example.com beigetreten\n"
    )
    assert len(touchpoints(text)) == 2


def test_author_without_a_space_before_the_text() -> None:
    assert len(touchpoints("13.06.18, 21:25 - Mara Falk:Hi\n13.06.18, 21:26 - Bob:Hi\n")) == 2


def test_marks_around_authors_do_not_split_them() -> None:
    text = (
        f"[13.06.18, 21:25:00] Mara Falk: Hallo\n[13.06.18, 21:25:01] ~{THIN}Tom: ja\n[13.06.18, 21:25:02] ~ Tom: nein\n"
        "[13.06.18, 21:25:03] \u202a+49\u00a0171\u00a03920012\u202c: hier\n"
    )
    parties = {p.handle.value for t in touchpoints(text) for p in t.parties}
    assert parties == {"tom", "+491713920012"}


def test_calls_of_ios_carry_caller_outcome_and_duration() -> None:
    lines = {
        "Erika Muster: Sprachanruf. 12 Min.": ("whatsapp call", "in", "reached", 720, "60"),
        "Erika Muster: Voice call. 41 sec": ("whatsapp call", "in", "reached", 41, None),
        "Mara Falk: Voice call. 1 hr": ("whatsapp call", "out", "reached", 3600, "3600"),
        "Mara Falk: Videoanruf. 3 Min.": ("whatsapp video", "out", "reached", 180, "60"),
        "Mara Falk: Sprachanruf. Keine Antwort": ("whatsapp call", "out", "missed", None, None),
        "Mara Falk: Video call. No answer": ("whatsapp video", "out", "missed", None, None),
        "Erika Muster: Verpasster Sprachanruf. Zum Zurückrufen tippen": ("whatsapp call", "in", "missed", None, None),
        "Erika Muster: Missed video call. Tap to call back": ("whatsapp video", "in", "missed", None, None),
        f"Erika Muster: {MARK}Missed voice call. {MARK}Tap to call back": ("whatsapp call", "in", "missed", None, None),
        "Erika Muster: Sprachanruf. Abgelehnt": ("whatsapp call", "in", "declined", None, None),
    }
    text = "".join(f"[13.06.18, 21:25:{n:02}] {line}\n" for n, line in enumerate(lines))
    read = [(t.channel, t.direction, t.outcome, t.duration, t.extra.get("rounded")) for t in touchpoints(text)]
    assert read == list(lines.values())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Llamada de voz. 5 min", ("call", "reached", 300)),
        ("Videollamada. 1 h 2 min", ("video", "reached", 3720)),
        ("Llamada de voz. Sin respuesta", ("call", "missed", None)),
        ("Llamada de voz perdida", ("call", "missed", None)),
        ("Appel vocal manqué. Toucher pour rappeler", ("call", "missed", None)),
        ("Appel vidéo. 12 min", ("video", "reached", 720)),
        ("Appel vocal. Pas de réponse", ("call", "missed", None)),
        ("Chiamata vocale persa. \u200eTocca per richiamare", ("call", "missed", None)),
        ("Videochiamata. 45 sec.", ("video", "reached", 45)),
        ("Chamada de vídeo perdida", ("video", "missed", None)),
        ("Ligação de voz. 2 horas", ("call", "reached", 7200)),
        ("Gemiste spraakoproep", ("call", "missed", None)),
        ("Video-oproep. Geen antwoord", ("video", "missed", None)),
        ("Vastaamaton videopuhelu", ("video", "missed", None)),
        ("Propušten glasovni poziv", ("call", "missed", None)),
        ("Cevapsız görüntülü arama", ("video", "missed", None)),
        ("Sesli arama. 3 dk", ("call", "reached", 180)),
        ("Nieodebrane połączenie głosowe", ("call", "missed", None)),
        ("Пропущенный аудиозвонок", ("call", "missed", None)),
        ("Видеозвонок. 4 мин", ("video", "reached", 240)),
        ("Silenced voice call. Focus mode", ("call", "missed", None)),
        ("Sprachanruf. 1 Std. 4 Min.", ("call", "reached", 3840)),
        ("Voice call. 1:05", ("call", "reached", 65)),
    ],
)
def test_calls_in_the_languages_of_phones(line: str, expected: tuple[str, str, float | None]) -> None:
    text = pair("[13.06.18, 21:25:00] ", "[13.06.18, 21:26:00] ") + f"[13.06.18, 21:27:00] Erika Muster: {MARK}{line}\n"
    call = touchpoints(text)[-1]
    assert (call.channel.removeprefix("whatsapp "), call.outcome, call.duration) == expected
    assert call.direction == "in"


@pytest.mark.parametrize(
    "line",
    [
        "Voice call me later",
        "Llamada perdida del cliente, ¿lo sabías?",
        "Video call. It was fun",
        "Chiamata vocale con Anna domani",
    ],
)
def test_what_people_write_of_calls_is_no_call(line: str) -> None:
    text = pair("[13.06.18, 21:25:00] ", "[13.06.18, 21:26:00] ") + f"[13.06.18, 21:27:00] Erika Muster: {line}\n"
    assert [t.channel for t in touchpoints(text)] == ["whatsapp"] * 3


def test_a_missed_call_without_an_author_is_the_other_persons_but_in_a_group_nobodys() -> None:
    chat = pair("13.06.18, 21:25 - ", "14.06.18, 08:01 - ")
    missed = "15.06.18, 09:00 - Verpasster Videoanruf\n15.06.18, 09:01 - Du hast diesen Kontakt blockiert.\n"
    *_, call = touchpoints(chat + missed)
    assert (call.channel, call.direction, call.outcome) == ("whatsapp video", "in", "missed")
    assert len(touchpoints(chat + "14.06.18, 09:00 - Tom: ich auch\n" + missed)) == 3


@pytest.mark.parametrize(
    "line", ["Missed group voice call", "Voice call. 41 sec • 2 joined", "Verpasster Gruppenanruf", "started a call"]
)
def test_group_calls_are_skipped_and_said(line: str) -> None:
    text = pair("[13.06.18, 21:25:00] ", "[13.06.18, 21:26:00] ") + f"[13.06.18, 21:27:00] Erika Muster: {MARK}{line}\n"
    assert [r.reason for r in read(text) if isinstance(r, Skipped)] == ["a group call: who joined is not said"]


@pytest.mark.parametrize(
    "line",
    [
        "Mario ha aggiunto Anna", "Ana añadió a Luis", "Vous avez ajouté Anne", "Ana saiu", "Je hebt Tom toegevoegd",
        "Liisa poistui", "Ana je napustila grupu", "Ayşe gruptan ayrıldı", "Anna dodała(a) Jana", "Иван покинул группу",
        "Your security code with Erika changed.", "Deine Sicherheitsnummer hat sich geändert.", "Erika is a contact.",
        "Los mensajes y las llamadas están cifrados de extremo a extremo.", "Viestit ja puhelut salataan täysin.",
    ],
)  # fmt: skip
def test_notices_in_the_languages_of_phones_are_no_messages(line: str) -> None:
    text = pair("[13.06.18, 21:25:00] ", "[13.06.18, 21:26:00] ") + f"[13.06.18, 21:27:00] Erika Muster: {MARK}{line}\n"
    assert len(touchpoints(text)) == 2


@pytest.mark.parametrize(
    "line",
    [
        "immagine omessa", "imagen omitida", "Image absente", "afbeelding weggelaten", "kuva jätetty pois", "slika izostavljena",
        "görüntü dahil edilmedi", "obraz pominięty", "изображение отсутствует", "Questo messaggio è stato eliminato.",
        "Se eliminó este mensaje.", "Eliminaste este mensaje.", "Ce message a été supprimé.", "Dit bericht is verwijderd.",
        "Je hebt dit bericht verwijderd.", "Mensagem apagada", "Bu mesaj silindi", "Вы удалили данное сообщение",
        "<Anhang: 00000005-AUDIO.opus>", "Diese Nachricht wurde gelöscht.", "SONDAGGIO: Che film?", "Standort: https://maps.example/?q=1,2",
    ],
)  # fmt: skip
def test_media_and_deleted_messages_in_the_languages_of_phones_are_contact(line: str) -> None:
    text = pair("[13.06.18, 21:25:00] ", "[13.06.18, 21:26:00] ") + f"[13.06.18, 21:27:00] Erika Muster: {MARK}{line}\n"
    assert len(touchpoints(text)) == 3


@pytest.mark.parametrize(
    "name",
    [
        "WhatsApp Chat mit Erika Muster.txt", "WhatsApp Chat with Erika Muster.txt", "Chat de WhatsApp con Erika Muster.txt",
        "Discussion WhatsApp avec Erika Muster.txt", "Chat WhatsApp con Erika Muster.txt", "Conversa do WhatsApp com Erika Muster.txt",
        "WhatsApp-chat met Erika Muster.txt", "Чат WhatsApp с контактом Erika Muster.txt", "WhatsApp Chat - Erika Muster (1).zip",
        "Czat WhatsApp z Erika Muster.txt",
    ],
)  # fmt: skip
def test_chat_names_in_the_languages_of_phones(name: str) -> None:
    (only,) = touchpoints("13.06.18, 21:25 - Mara Falk: Guten Tag\n", name)
    assert [p.handle.value for p in only.parties] == ["erika muster"]


def test_a_call_whose_outcome_is_not_understood_is_skipped() -> None:
    text = pair("[13.06.18, 21:25:00] ", "[13.06.18, 21:26:00] ")
    *_, skipped, _ = read(text + f"[13.06.18, 21:27:00] Erika Muster: {MARK}Sprachanruf. {MARK}Auf dem Mond\n")
    assert isinstance(skipped, Skipped)
    assert skipped.record == 3


def test_android_writes_null_for_a_call_and_it_is_said() -> None:
    records = read(pair("13.06.18, 21:25 - ", "14.06.18, 08:01 - ") + "15.06.18, 09:00 - Erika Muster: null\n")
    assert [r.record for r in records if isinstance(r, Skipped)] == [3]
    assert len(records) == 4


def test_a_chat_without_messages_yet_is_no_question() -> None:
    text = "3/4/24, 8:55 AM - Messages and calls are end-to-end encrypted. Tap to learn more.\n"
    assert read(text, "WhatsApp Chat with Erika Muster.txt") == []


def test_media_and_deleted_messages_are_contact() -> None:
    texts = ("<Medien ausgeschlossen>", "Diese Nachricht wurde gelöscht.", "IMG-1.jpg (Datei angehängt)")
    assert (
        len(touchpoints("".join(f"13.06.18, 21:25 - Mara Falk: {t}\n" for t in texts) + "13.06.18, 21:26 - E: x\n"))
        == 4
    )


# -- whose chat it is -------------------------------------------------------------------------------------------


def test_a_chat_without_us_is_refused_with_the_question_and_a_proposal_from_its_name() -> None:
    text = pair("13.06.18, 21:25 - ", "14.06.18, 08:01 - ")
    error = refusal(text, "WhatsApp Chat mit Erika Muster.txt", me="Lea Brandt")
    assert error.options == ("Erika Muster", "Mara Falk")
    assert error.setting.startswith('me = ["Mara Falk"]')
    assert "NAME" in refusal(text, "export.txt", me="Lea Brandt").setting


def test_own_names_match_folded_and_turned_round() -> None:
    text = "13.06.18, 21:25 - Falk, Mara: x\n13.06.18, 21:26 - Erika Muster: y\n"
    assert [t.direction for t in touchpoints(text)] == ["out", "in"]


@pytest.mark.parametrize(
    "name",
    [
        "WhatsApp Chat mit Erika Muster.txt",
        "WhatsApp Chat with Erika Muster (1).txt",
        "Exporte/WhatsApp Chat - Erika Muster.zip/_chat.txt",
        "Exporte/WhatsApp Chat - Erika Muster/_chat.txt",
    ],
)
def test_where_only_we_wrote_the_chat_is_called_after_the_other(name: str) -> None:
    (only,) = touchpoints("13.06.18, 21:25 - Mara Falk: Guten Tag\n", name)
    assert [p.handle.value for p in only.parties] == ["erika muster"]
    assert only.direction == "out"


def test_where_only_the_other_wrote_the_name_of_the_chat_shows_it() -> None:
    (only,) = touchpoints("13.06.18, 21:25 - Erika Muster: Hallo?\n", "WhatsApp Chat mit Erika Muster.txt")
    assert (only.direction, only.expects_reply) == ("in", True)
    assert refusal("13.06.18, 21:25 - Erika Muster: Hallo?\n", "chat.txt").options == ("Erika Muster",)
    assert refusal("13.06.18, 21:25 - Erika Muster: x\n", "WhatsApp Chat mit Erika Muster.txt", me="").question


def test_the_name_of_a_group_is_nobody() -> None:
    source = Source.from_path(SAMPLES / "ios_group_en.txt")
    context = Context(Settings(me=("Mara Falk",)), zone="Europe/Berlin", source=source.name, importer="whatsapp")
    found = [r for r in WhatsApp().read(source, context) if isinstance(r, Touchpoint)]
    assert {p.handle.value for t in found for p in t.parties} == {"+491713920011", "tom b", "erika muster"}
    assert [[p.role for p in t.parties] for t in found] == [["with"] * 3, *[["with", "copied", "copied"]] * 3]


def test_in_a_crowd_nobody_is_addressed() -> None:
    text = "13.06.18, 21:25 - Mara Falk: Hallo an alle\n" + "".join(
        f"13.06.18, 21:26 - Gast {n:03}: Hallo\n" for n in range(MOST_NAMED + 1)
    )
    records = read(text)
    assert records[0] == LeftOut("no other party")
    assert {len(t.parties) for t in records if isinstance(t, Touchpoint)} == {1}
    assert sum(isinstance(t, Touchpoint) for t in records) == MOST_NAMED + 1


# -- one chat in several exports --------------------------------------------------------------------------------


def keys(text: str, name: str = "chat.txt") -> list[str | None]:
    return [t.key for t in touchpoints(text, name)]


def test_the_same_chat_has_the_same_keys_in_every_form_and_under_every_name() -> None:
    german = keys(pair("13.06.18, 21:25 - ", "14.06.18, 08:01 - "), "WhatsApp Chat mit Erika Muster.txt")
    assert german == keys(pair("6/13/18, 9:25 PM - ", "6/14/18, 8:01 AM - "), "WhatsApp Chat with Erika Muster.txt")
    assert german == keys(pair("2018-06-13 21:25 - ", "2018-06-14 08:01 - "), "renamed.txt")


def test_a_later_export_repeats_the_keys_of_the_earlier_one() -> None:
    early = "".join(f"13.06.18, 21:25 - {a}: x\n" for a in ("Mara Falk", "Erika Muster", "Erika Muster"))
    late = early + "13.06.18, 21:25 - Erika Muster: x\n13.06.18, 21:26 - Mara Falk: x\n"
    assert keys(late)[:3] == keys(early)
    assert len(set(keys(late))) == 5


def test_own_messages_in_two_chats_at_one_minute_are_two() -> None:
    one, other = (f"13.06.18, 21:25 - Mara Falk: x\n13.06.18, 21:30 - {who}: y\n" for who in ("Erika Muster", "Jonas"))
    assert not set(keys(one)) & set(keys(other))


def test_keys_do_not_depend_on_the_zone_or_the_text() -> None:
    text = pair("13.06.18, 21:25 - ", "14.06.18, 08:01 - ")
    context = Context(Settings(me=("Mara Falk",)), zone="America/New_York", importer="whatsapp")
    elsewhere = [
        r.key
        for r in WhatsApp().read(Source.from_text(text.replace("Hallo", "!")), context)
        if isinstance(r, Touchpoint)
    ]
    assert elsewhere == keys(text)


def test_a_key_is_the_content_key_of_chat_author_time_and_ordinal() -> None:
    context = Context(Settings(me=("Mara Falk",)))
    them = Author.named("Erika Muster", "whatsapp", "DE")
    voice = Chat(context, "whatsapp", "whatsapp", "erika muster", [them]).voice(them)
    at = context.at(datetime(2024, 3, 4, 9))
    first, second = (voice.writes(at, "2024-03-04T09:00", True) for _ in range(2))
    assert isinstance(first, Touchpoint)
    assert isinstance(second, Touchpoint)
    assert [first.key, second.key] == [
        content_key("whatsapp", "erika muster", "erika muster", "2024-03-04T09:00", n) for n in (0, 1)
    ]
    assert second == context.touchpoint(
        at,
        "whatsapp",
        first.participants,
        key=second.key or "",
        thread=content_key("whatsapp", "erika muster"),
        expects_reply=True,
    )
    assert type(second) is Touchpoint
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        second.key = "x"  # type: ignore[misc]  # that it cannot be changed is what is tested


def test_a_zip_of_ios_is_read_through_the_walk(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "WhatsApp Chat - Erika Muster.zip", "w") as archive:
        archive.writestr("_chat.txt", "[13.06.18, 21:25:00] Mara Falk: Guten Tag\n")
    (source,) = walk([tmp_path])
    assert isinstance(source, Source)
    context = Context(Settings(me=("Mara Falk",)), source=source.name, importer="whatsapp")
    touchpoint, coverage = WhatsApp().read(source, context)
    assert isinstance(touchpoint, Touchpoint)
    assert [p.name for p in touchpoint.parties] == ["Erika Muster"]
    assert isinstance(coverage, Coverage)


# -- reading in blocks ------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from("MEJ"), st.integers(0, 3), st.booleans()), min_size=1, max_size=30))
def test_where_blocks_end_makes_no_difference(rows: list[tuple[str, int, bool]]) -> None:
    import touchpoints_messages.lines as module

    text = "13.06.18, 21:25 - Mara Falk: x\r\n13.06.18, 21:25 - Erika: x\r\n" + "".join(
        f"14.06.18, 21:{n:02} - {who}: text\r\n" + "more?\r\n" * lines + "99.99.18, 10:10 - E: y\r\n" * broken
        for n, (who, lines, broken) in enumerate(rows)
    )
    whole, size = read(text), module.BLOCK
    try:
        module.BLOCK = 7
        assert read(text) == whole
    finally:
        module.BLOCK = size
    lines = text.split("\r\n")
    assert all("99.99.18" in lines[int(r.record) - 1] for r in whole if isinstance(r, Skipped))


# -- what asks for an answer ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Passt das?", "Passt das? 😊", "Passt das?\nLG Anna", "Können Sie liefern?\n\nViele Grüße\nErika Muster", "¿Vale？?",
        "Bitte um Rückruf", "Rufen Sie mich bitte zurück", "Please call me back", "Melde dich mal", "Let me know",
        "Geht Dienstag? Danke!",
    ],
)  # fmt: skip
def test_asks_for_an_answer(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Danke",
        "",
        "https://example.com/?a=1",
        "Was war das? Egal, hat sich erledigt.",
        "Das Feld ist gemeldet",
        "Der Ruf ist gut",
    ],
)
def test_asks_for_nothing(text: str) -> None:
    assert not asks(text)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not here")
def test_shared_chats_are_read_alike_in_every_form() -> None:
    read_as = {}
    for path in sorted((SHARED / "whatsapp" / "chat-miner").glob("*.txt")):
        source = Source.from_path(path)
        context = Context(Settings(me=("John Doe",)), zone="Europe/Berlin", source=source.name, importer="whatsapp")
        read_as[path.name] = [(r.at, r.key) for r in WhatsApp().read(source, context) if isinstance(r, Touchpoint)]
    assert len(read_as) == 5
    assert len({tuple(found) for found in read_as.values()}) == 1
    assert {len(found) for found in read_as.values()} == {7}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not here")
def test_other_families_files_are_left_alone() -> None:
    taken = []
    for path in SHARED.rglob("*"):
        if path.is_file() and "chat-miner" not in path.parts:
            try:
                taken += [path.name] if WhatsApp().recognises(Source.from_path(path)) else []
            except SourceError:
                continue
    assert taken == []


# -- a second reader ------------------------------------------------------------------------------------------------

WHATSTK = os.environ.get("TOUCHPOINTS_WHATSTK", "")
"""A Python in whose environment whatstk is installed (`python -m venv wtk && wtk/bin/pip install whatstk`)."""
READ_BY_WHATSTK = """
import sys, json
from whatstk import WhatsAppChat
print(json.dumps([[str(row.date), row.username] for row in WhatsAppChat.from_source(sys.argv[1]).df.itertuples()]))
"""


@pytest.mark.skipif(not WHATSTK, reason="TOUCHPOINTS_WHATSTK names no Python with whatstk")
@pytest.mark.parametrize(
    "header",
    [
        "{d:02}.06.18, 21:{m:02} - ", "[{d:02}.06.18, 21:{m:02}:15] ", "6/{d}/18, 21:{m:02} - ", "{d:02}/06/2018, 21:{m:02} - ",
        "2018-06-{d:02}, 21:{m:02} - ", "[2018/6/{d} 21:{m:02}:15] ", "6/{d}/18, 9:{m:02} PM - ",
    ],
)  # fmt: skip
def test_ordinary_chats_read_as_whatstk_reads_them(header: str, tmp_path: Path) -> None:
    lines = [
        header.format(d=d, m=m) + f"{who}: {text}\n"
        for d in range(1, 29) for m, who, text in ((1, "Mara Falk", "Guten Tag"), (7, "Erika Muster", "Hallo:\nzwei Zeilen?"))
    ]  # fmt: skip
    path = tmp_path / "chat.txt"
    path.write_text("".join(lines), encoding="utf-8")
    done = subprocess.run([WHATSTK, "-c", READ_BY_WHATSTK, str(path)], capture_output=True, text=True, check=True)
    ours = [[t.at.strftime("%Y-%m-%d %H:%M:%S"), t.participants[0].name] for t in touchpoints("".join(lines))]
    assert json.loads(done.stdout) == ours


def test_the_name_of_an_author_makes_no_notice_of_what_they_sent() -> None:
    sent = f"[12.03.24, 09:15:30] Max Admin: {MARK}Max Admin hat ein Bild geschickt\n"
    rest = f"[12.03.24, 09:16:30] Max Admin: {MARK}Max Admin hat die Gruppe verlassen\n[12.03.24, 09:17:30] Mara Falk: ok\n"
    assert len(touchpoints(sent + rest)) == 2
