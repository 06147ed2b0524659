"""How a notebook shows relationships, flags and the call list: small, self-contained, escaped."""

from datetime import datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

import touchpoints as tp
from touchpoints.markup import paragraph, plain, table

NOW = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))


def store(name: str = "Erika Muster", **settings: str) -> tp.Tracker:
    tracker = tp.Tracker(settings=tp.Settings(me=("+493023125100",), timezone="Europe/Berlin", **settings))
    calls = [
        tp.Touchpoint.call("+498999998123", NOW - timedelta(days=60 + 9 * n), "out", minutes=5, subject=name)
        for n in range(12)
    ]
    tracker.add(calls, [tp.Person(name, ("+498999998123",), customer="Muster Bau GmbH", kind="customer")])
    return tracker


class Texts(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_relationship_shows_status_and_silence() -> None:
    with store() as tracker:
        shown = Texts(tracker.relationship("Erika Muster", NOW)._repr_html_())
    assert shown.texts[:4] == ["Contact", "Customer", "Status", "Silence (days)"]
    assert shown.texts[8:12] == ["Erika Muster", "Muster Bau GmbH", "due", "60"]


@pytest.mark.parametrize(("lang", "why"), [("de", "Warum"), ("en", "Why")])
def test_a_call_list_shows_who_why_and_what_to_do_in_the_language_of_the_settings(lang: str, why: str) -> None:
    with store(lang=lang) as tracker:
        found = tracker.call_list(NOW)
    shown = Texts(found._repr_html_())
    assert why in shown.texts and "Erika Muster" in shown.texts
    assert found.flags[0].reasons[0].text[lang] in shown.texts
    assert found.flags[0].suggestion.text[lang] in shown.texts


def test_each_shows_itself_in_the_language_asked_for() -> None:
    with store() as tracker:
        relationship, found = tracker.relationship("Erika Muster", NOW), tracker.call_list(NOW)
    flag = found.flags[0]
    german = relationship.html("de")
    assert german._repr_html_() == german
    assert Texts(german).texts[:4] == ["Ansprechperson", "Kunde", "Status", "Stille (Tage)"]
    assert "fällig" in Texts(german).texts
    assert "Warum" in Texts(flag.html("de")).texts and flag.reasons[0].text["de"] in Texts(flag.html("de")).texts
    assert found.html("de") != found.html() == found.html("en") == found._repr_html_()


def test_a_flag_shows_itself() -> None:
    with store() as tracker:
        (flag,) = tracker.flags(NOW)
    assert Texts(flag._repr_html_()).texts[:5] == ["Who", "Why", "What to do", "Erika Muster", "Muster Bau GmbH"]


def test_an_empty_list_says_so() -> None:
    with tp.Tracker() as tracker:
        assert tracker.call_list(NOW)._repr_html_() == "<p>Nobody waits for your call today.</p>"


def test_hostile_names_are_harmless() -> None:
    for name in ("<script>alert(1)</script>", '"><img onerror=x>', "\u202eevil\u200b", "A" * 500):
        with store(name) as tracker:
            book = tracker.book(NOW)
            pages = [*(r._repr_html_() for r in book), tracker.call_list(NOW)._repr_html_()]
        for page in pages:
            assert Texts(page).tags <= {"table", "thead", "tbody", "tr", "th", "td", "br", "p"}
            assert "\u202e" not in page and "A" * 201 not in page


def test_marks_that_turn_or_hide_text_are_taken_out_and_letters_stay() -> None:
    assert plain("a\u202eb\u2066c\u200bd\x00e\ud800f") == "abcdef"
    assert plain("Größe 東京 עברית 👩🏽\u200d🚀\n\tx") == "Größe 東京 עברית 👩🏽\u200d🚀\n\tx"


def test_cells_hold_several_texts_nothing_or_one() -> None:
    assert table(["a", "b"], [["<x>", ["1", "2 & 3"]], [None, 4]]) == (
        '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead><tbody>'
        '<tr><th scope="row">&lt;x&gt;</th><td>1<br>2 &amp; 3</td></tr><tr><th scope="row"></th><td>4</td></tr>'
        "</tbody></table>"
    )
    assert paragraph("a  'b'") == "<p>a &#x27;b&#x27;</p>"
