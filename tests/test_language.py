"""Sentences, figures and dates in each language, and catalogues that hold what the code says."""

from datetime import date, datetime
from string import Formatter

import pytest

from touchpoints.language import Text, language, languages
from touchpoints.locale.__main__ import brought_up_to_date, file_of, messages, written

FURTHER = [code for code in languages() if code != "en"]


def figures(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", FURTHER)
def test_every_message_of_the_code_is_translated_and_no_other_is_kept(code: str) -> None:
    catalogue = brought_up_to_date(code)
    missing = [m.id for m in catalogue if m.id and not all(m.string if isinstance(m.string, tuple) else (m.string,))]
    assert missing == []
    assert file_of(code).read_bytes() == written(catalogue), "run: python -m touchpoints.locale"


@pytest.mark.parametrize("code", FURTHER)
def test_a_translation_has_the_figures_of_its_message(code: str) -> None:
    for message in brought_up_to_date(code):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for string in strings:
            assert figures(string) <= set().union(*map(figures, ids)), message.id
        assert figures(strings[-1]) == figures(ids[-1]), message.id


def test_messages_are_collected_from_the_code() -> None:
    assert all(isinstance(m.id, str | tuple) for m in messages())


def test_dates_and_figures_are_written_as_the_language_does() -> None:
    de, en = language("de"), language("en")
    assert (de.number(1234.5, 1), en.number(1234.5, 1)) == ("1.234,5", "1,234.5")
    assert (de.percent(0.431), de.percent(0.431, 1)) == ("43\N{NO-BREAK SPACE}%", "43,1\N{NO-BREAK SPACE}%")
    assert (de.day(date(2026, 6, 30)), en.day(date(2026, 6, 30))) == ("Di., 30. Juni", "Tue 30 Jun")
    assert en.day(date(2026, 6, 30), year=True) == "Tue, 30 Jun 2026"
    assert de.moment(datetime(2026, 6, 3, 9, 5)) == "Mi., 3. Juni, 09:05"
    assert [de.weekday(n) for n in range(7)] == "Mo Di Mi Do Fr Sa So".split()
    assert de.listed(["a", "b", 3]) == "a, b und 3"


def test_a_text_chooses_its_form_by_number_and_puts_texts_into_texts() -> None:
    days = [Text.count("{n} day", "{n} days", n=n) for n in (0, 1, 2)]
    assert [d["en"] for d in days] == ["0 days", "1 day", "2 days"]
    assert Text("{n} of silence since {day}", n=days[2], day=date(2026, 6, 30))["en"] == (
        "2 days of silence since Tue 30 Jun"
    )
    assert set(days[0]) == set(languages()) >= {"de", "en"}
    with pytest.raises(KeyError):
        days[0]["tlh"]
