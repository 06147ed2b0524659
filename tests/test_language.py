"""Sentences, figures and dates in each language, and catalogues that hold what the code says."""

import ast
import re
from datetime import date, datetime
from pathlib import Path
from string import Formatter

import pytest

from touchpoints.errors import UnknownName, UnreadableSource
from touchpoints.language import REASON, Text, english, language, languages
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


@pytest.mark.parametrize(
    "text", ["Mi., 1. Juli", "Wed 1 Jul", "Wed, 1 Jul 2026", "15–17 Uhr", "12 Min.", "3 Arbeitstagen"]
)
def test_dates_and_amounts_stay_on_one_line(text: str) -> None:
    from touchpoints.render.page import in_lines

    for before in range(60, 80):
        lines = in_lines(f"{'x' * before} {text} und weiter", "  ", "  ")
        assert any(text in line for line in lines)
        assert all(len(line) <= 79 for line in lines) or before > 77
        assert " ".join(" ".join(lines).split()) == f"{'x' * before} {text} und weiter"


def test_a_text_chooses_its_form_by_number_and_puts_texts_into_texts() -> None:
    days = [Text.count("{n} day", "{n} days", n=n) for n in (0, 1, 2)]
    assert [d["en"] for d in days] == ["0 days", "1 day", "2 days"]
    assert Text("{n} of silence since {day}", n=days[2], day=date(2026, 6, 30))["en"] == (
        "2 days of silence since Tue 30 Jun"
    )
    assert set(days[0]) == set(languages()) >= {"de", "en"}
    with pytest.raises(KeyError):
        days[0]["tlh"]


# -- words ------------------------------------------------------------------------------------------------------------

FORBIDDEN = {  # DESIGN section 8, and what the German of this library never says
    "de": r"flagge|berührungspunkt|eigentümer|kühlend|ruhend|einweg|geghost|ghost|schlummer|kadenz|reichweite|"
    r"\bdu\b|\bdich\b|\bdir\b|\bdeine?[mnrs]?\b|kolleg(?:e|en|in|innen)\b|"
    r"ansprechpartner|\ber/sie\b|\*innen|:innen|/-?innen|\.\.\.|(?<![\d-])\d+-\d+(?![\d-])",
}
_TITLES = re.compile(r"(?i)anrufliste")


def sentences(code: str) -> list[tuple[str, str]]:
    """Each message of a catalogue with each form of its translation."""
    found = []
    for message in brought_up_to_date(code):
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        found += [(ids[-1], string) for string in strings if message.id]
    return found


@pytest.mark.parametrize(("code", "words"), FORBIDDEN.items())
def test_no_word_is_used_that_the_glossary_forbids(code: str, words: str) -> None:
    pattern = re.compile(f"(?i){words}")
    ours = [re.sub("„[^“]*“", "„“", text) for _, text in sentences(code)]  # not what other programs call their buttons
    assert [(text, found[0]) for text in ours if (found := pattern.search(text))] == []


def test_an_anrufliste_is_the_log_of_a_telephone_never_our_call_list() -> None:
    lists = [message for message, text in sentences("de") if _TITLES.search(text)]
    assert [message for message in lists if re.search(r"(?i)call list|call today", message)] == []


def test_german_uses_its_own_quotation_marks_and_dashes() -> None:
    ours = [re.sub(r'eval "[^"]*"', "", text) for _, text in sentences("de")]  # a command, as it is typed
    wrong = [text for text in ours if re.search(r"\"|'\{|\}'|\} - \{|\}-\{", text)]
    assert wrong == []
    assert [text for _, text in sentences("de") if text.count("„") != text.count("“")] == []


@pytest.mark.parametrize("code", FURTHER)
def test_a_translation_ends_as_its_message_does(code: str) -> None:
    """Spaces around a part of a sentence, and a question mark, are kept."""
    wrong = []
    for message, text in sentences(code):
        if (message[:1] == " ", message[-1:] == " ") != (text[:1] == " ", text[-1:] == " "):
            wrong.append(text)
    assert wrong == []


# -- nothing knows a language but its catalogue --------------------------------------------------------------------------


def _named_languages(tree: ast.AST) -> list[int]:
    """Lines where the code itself chooses by a language: a table by codes, a comparison with one."""
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            keys = {k.value for k in node.keys if isinstance(k, ast.Constant)}
            if {"de", "en"} <= keys:
                lines.append(node.lineno)
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(isinstance(s, ast.Constant) and s.value in ("de", "en") for s in sides):
                lines.append(node.lineno)
        if isinstance(node, ast.Tuple | ast.List) and {getattr(e, "value", None) for e in node.elts} == {"de", "en"}:
            lines.append(node.lineno)
    return lines


READ_HERE = {"touchpoints/due.py", "touchpoints/times.py"}
"""Modules that read texts in German and English; what they read is no text of ours."""


def test_no_code_chooses_a_text_by_the_name_of_a_language() -> None:
    root = Path(__file__).parents[1]
    named = [
        f"{path.relative_to(root)}:{line}"
        for folder in ("touchpoints", "plugins")
        for path in sorted((root / folder).rglob("*.py"))
        if "template" not in path.parts and path.relative_to(root).as_posix() not in READ_HERE
        for line in _named_languages(ast.parse(path.read_bytes()))
    ]
    assert named == []


# -- sentences that are values -------------------------------------------------------------------------------------------


def test_a_reason_is_english_and_found_in_the_catalogue_again() -> None:
    said = english("'{text}' is no date; write 2026-07-01 or 2026-07-01T14:30", text="gestern")
    assert said == "'gestern' is no date; write 2026-07-01 or 2026-07-01T14:30"
    assert language("de").translated(said) == "„gestern“ ist kein Datum; schreiben Sie 2026-07-01 oder 2026-07-01T14:30"
    assert language("en").translated(said) == said
    assert language("de").translated("what a plugin of somebody says") == "what a plugin of somebody says"
    assert [language("de").translated(r) for r in ("newsletter", "no other party")] == [
        "Newsletter", "niemand sonst beteiligt",
    ]  # fmt: skip


def test_a_reason_within_a_reason_is_translated_too() -> None:
    said = str(UnknownName(english("kind of line {line}", line="30"), "hotlin", ("hotline", "business")))
    assert said == "unknown kind of line 30 'hotlin' (known: business, hotline)"
    assert language("de").translated(said) == "„hotlin“ (Art der Leitung 30) ist unbekannt; bekannt: business, hotline"


def test_an_error_is_said_in_every_language() -> None:
    error = UnreadableSource("a.csv", english("not a readable table: {error}", error="NUL"), 3)
    assert (str(error), error.said("en")) == ("a.csv:3: not a readable table: NUL",) * 2
    assert error.said("de") == "a.csv:3: keine lesbare Tabelle: NUL"


@pytest.mark.parametrize("code", FURTHER)
def test_every_reason_is_found_again_with_its_figures(code: str) -> None:
    """However the figures look, the sentence leads back to its own message."""
    wrong = []
    for message in brought_up_to_date(code):
        if message.context != REASON or not isinstance(message.id, str):
            continue
        made = {name: f"x{n}x" for n, name in enumerate(sorted(figures(message.id)))}
        if language(code).translated(message.id.format(**made)) != message.string.format(**made):
            wrong.append(message.id)
    assert wrong == []
