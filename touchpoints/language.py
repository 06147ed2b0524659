"""How things are said in a language: sentences from the gettext catalogues in `locale/`, dates, numbers and lists by Babel.

English stands in the code and needs no catalogue; every folder in `locale/` is a further language, and nothing else has
to know of it. A message is marked where it is used, by the call that says it (`say`, `count`, `term`, `Text`,
`Text.count`), or by `N_` where it waits in a table; `python -m touchpoints.locale` collects the marks into the catalogues.

Errors, and the reasons of what was skipped, left out or asked, are values: plain English, the same in JSON, in the store and
in `str(error)`. They are made with `english("'{text}' is no date", text=…)`, or marked with `P_("reason", "newsletter")`
where they are constants; whoever shows one says `spoken.translated(reason)` (or `error.said(lang)`), which finds the
message that the sentence was made from. A figure called `reason`, `kind`, `why` or `error` is itself such a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from string import Formatter
from typing import Any

CATALOGUES = Path(__file__).with_name("locale")
SOURCE = "en"
REASON = "reason"
"""The context of messages that are values: see `english`."""
_LOCALES = {"en": "en_GB"}  # day before month, as everywhere else in this library
_NESTED = frozenset({"reason", "kind", "why", "error"})


@cache
def languages() -> tuple[str, ...]:
    """The codes of all languages there are: English, and one for each catalogue."""
    found = {path.parts[-3] for path in CATALOGUES.glob("*/LC_MESSAGES/touchpoints.[mp]o")}
    return tuple(sorted(found | {SOURCE}))


@cache
def language(code: str) -> Language:
    """The language with a code. Raises `KeyError` for one that has no catalogue."""
    if code not in languages():
        raise KeyError(code)
    return Language(code)


def N_(message: str) -> str:
    """Mark a message that is said elsewhere."""
    return message


def P_(of: str, message: str) -> str:
    """Mark what a value is called; `of` says what kind of value (`status`, `channel` …), since one English word may
    need several in another language. Said by `term`."""
    return message


def english(message: str, /, **figures: Any) -> str:
    """A sentence that is a value, in English: an error, or the reason of a decision about a record. `Language.translated`
    says it in another language. Dates stand in it as ISO texts."""
    plain = {name: str(value) if isinstance(value, date | float) else value for name, value in figures.items()}
    return language(SOURCE).say(message, **plain)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a help text, each a message on one line; examples are commands and stay as they are."""
    found = (" ".join(part.split()) for part in text.split("\n\n"))
    return [part for part in found if part and not part.startswith("Example:")]


def first_sentence(text: str | None) -> str:
    """The first sentence of a docstring, without its full stop."""
    return " ".join((text or "").strip().partition("\n\n")[0].split()).partition(". ")[0].rstrip(".")


class _Catalogue(GNUTranslations):
    """A catalogue that can be asked for its messages of one context."""

    _catalog: dict[str | tuple[str, int], str]

    def of(self, context: str) -> list[str]:
        """The messages of a context."""
        return [m.partition("\x04")[2] for m in self._catalog if isinstance(m, str) and m.startswith(f"{context}\x04")]


def _pattern(message: str) -> re.Pattern[str]:
    """What matches the sentences that are made from a message."""
    parts, seen = [], set[str]()
    for literal, name, _, _ in Formatter().parse(message):
        parts.append(re.escape(literal))
        if name:
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.*?)")
            seen.add(name)
    return re.compile("".join(parts), re.DOTALL)


def _order(message: str) -> tuple[bool, int, str]:
    """Those with the most words of their own first; before all what names the place of another reason."""
    own = sum(len(literal) for literal, *_ in Formatter().parse(message))
    return not message.endswith(" (at {place})"), -own, message


class Language:
    """One language: what it says, and how it writes figures and dates."""

    def __init__(self, code: str) -> None:
        self.code = code

    @cached_property
    def _catalogue(self) -> NullTranslations:
        if self.code == SOURCE:
            return NullTranslations()
        folder = CATALOGUES / self.code / "LC_MESSAGES"
        compiled = folder / "touchpoints.mo"  # made when the distribution is built; a checkout has the text alone
        if compiled.is_file():
            with compiled.open("rb") as stream:
                return _Catalogue(stream)
        from io import BytesIO

        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        made = BytesIO()
        with (folder / "touchpoints.po").open("rb") as stream:
            write_mo(made, read_po(stream, locale=self.code))
        made.seek(0)
        return _Catalogue(made)

    @cached_property
    def locale(self) -> Any:
        """The Babel locale."""
        from babel import Locale

        return Locale.parse(_LOCALES.get(self.code, self.code))

    # -- sentences ------------------------------------------------------------------------------------------------

    def say(self, message: str, /, **figures: Any) -> str:
        """A message with its figures put in: numbers, texts, a `Text`, dates, or lists of them."""
        return self._with(self._catalogue.gettext(message), figures)

    def count(self, one: str, many: str, /, *, n: int, **figures: Any) -> str:
        """The form of a message for `n` things; `{n}` is one of its figures."""
        return self._with(self._catalogue.ngettext(one, many, n), {"n": n, **figures})

    def term(self, of: str, value: str) -> str:
        """What a value of some kind is called (see `P_`); an unknown one as it is."""
        return self._catalogue.pgettext(of, value)

    def translated(self, sentence: str) -> str:
        """An English sentence that is a value (see `english`); one that no message made stays as it is."""
        if self.code == SOURCE:
            return sentence
        if (known := self._catalogue.pgettext(REASON, sentence)) != sentence:
            return known
        for pattern, message in self._reasons:
            if made := pattern.fullmatch(sentence):
                figures = {k: self.translated(v) if k in _NESTED else v for k, v in made.groupdict().items()}
                return self._catalogue.pgettext(REASON, message).format(**figures)
        return sentence

    @cached_property
    def _reasons(self) -> list[tuple[re.Pattern[str], str]]:
        """The messages of values that have figures, in the order in which they are tried."""
        messages = self._catalogue.of(REASON) if isinstance(self._catalogue, _Catalogue) else []
        return [(_pattern(m), m) for m in sorted(messages, key=_order) if "{" in m]

    def _with(self, message: str, figures: Mapping[str, Any]) -> str:
        return message.format(**{name: self.figure(value) for name, value in figures.items()}) if figures else message

    def figure(self, value: Any) -> str:
        """A figure as it stands in a sentence: floats with at most one decimal, dates with their weekday, times (in the
        zone they are in) with their hour, sequences with commas."""
        match value:
            case str():
                return value
            case Mapping():
                return in_language(value, self.code)
            case bool() | int():
                return str(value)
            case float():
                return self.number(value, 0 if round(value, 1) == round(value) else 1)
            case datetime():
                return self.moment(value)
            case date():
                return self.day(value)
            case Sequence():
                return ", ".join(self.figure(part) for part in value)
            case _:
                return str(value)

    # -- figures and dates ----------------------------------------------------------------------------------------

    def number(self, value: float, digits: int = 0) -> str:
        """A number with so many decimals, grouped as the language does."""
        from babel.numbers import format_decimal

        return format_decimal(value, format=f"#,##0{'.' + '0' * digits if digits else ''}", locale=self.locale)

    def percent(self, value: float, digits: int = 0) -> str:
        """A share (0..1) in per cent."""
        from babel.numbers import format_percent

        pattern = self.locale.percent_formats[None].pattern
        if digits:
            pattern = pattern.replace("0", "0." + "0" * digits, 1) if "." not in pattern else pattern
        return format_percent(value, format=pattern, locale=self.locale)

    def day(self, value: date, *, year: bool = False, weekday: bool = True) -> str:
        """A date, with its weekday and without the year unless said otherwise."""
        skeleton = ("y" if year else "") + "MMM" + ("Ed" if weekday else "d")
        return self._skeleton(skeleton, value)

    def month(self, value: date, *, year: bool = True) -> str:
        """A month, such as "Jun 2026"."""
        return self._skeleton("yMMM" if year else "MMM", value)

    def weekday(self, number: int) -> str:
        """The short name of a weekday; Monday is 0."""
        return str(self.locale.days["stand-alone"]["abbreviated"][number]).rstrip(".")

    def moment(self, value: datetime, *, year: bool = False) -> str:
        """A date with its time, in the zone the value is in."""
        return f"{self.day(value, year=year)}, {value:%H:%M}"

    def _skeleton(self, skeleton: str, value: date) -> str:
        from babel.dates import format_date, match_skeleton

        known = self.locale.datetime_skeletons
        return format_date(value, known[match_skeleton(skeleton, known)].pattern, locale=self.locale)

    def duration(self, seconds: float) -> str:
        """A span of time in its largest fitting unit: "45 secs", "12 mins", "3 hrs", "2 days"."""
        from babel.dates import format_timedelta

        return str(
            format_timedelta(timedelta(seconds=round(seconds)), format="short", locale=self.locale, threshold=1.5)
        )

    def listed(self, parts: Sequence[Any]) -> str:
        """Several things in a row: "a, b and c"."""
        from babel.lists import format_list

        return str(format_list([self.figure(part) for part in parts], locale=self.locale))


class _Everywhere(Mapping[str, str]):
    """Something to say in every language there is."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        return iter(languages())

    def __len__(self) -> int:
        return len(languages())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self[SOURCE]!r})"


class Text(_Everywhere):
    """A sentence in every language, made when it is read: a message and its figures (see `Language.figure`).

    The stages that judge hand over a `Text` and build no sentences; whoever shows it chooses the language.
    """

    __slots__ = ("figures", "many", "message")

    def __init__(self, message: str, /, **figures: Any) -> None:
        self.message, self.many, self.figures = message, "", figures

    @classmethod
    def count(cls, one: str, many: str, /, *, n: int, **figures: Any) -> Text:
        """A sentence whose form depends on how many things `n` it speaks of."""
        made = cls(one, n=n, **figures)
        made.many = many
        return made

    def __getitem__(self, lang: str) -> str:
        spoken = language(lang)
        return (
            spoken.count(self.message, self.many, **self.figures)
            if self.many
            else spoken.say(self.message, **self.figures)
        )


class Term(_Everywhere):
    """What a value of some kind is called, in every language (see `Language.term`)."""

    __slots__ = ("of", "value")

    def __init__(self, of: str, value: str) -> None:
        self.of, self.value = of, value

    def __getitem__(self, lang: str) -> str:
        return language(lang).term(self.of, self.value)


class Translated(_Everywhere):
    """An English sentence that is a value (see `english`), in every language."""

    __slots__ = ("sentence",)

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __getitem__(self, lang: str) -> str:
        return language(lang).translated(self.sentence)


class Day(_Everywhere):
    """A date with its year, in every language."""

    __slots__ = ("date",)

    def __init__(self, value: date) -> None:
        self.date = value

    def __getitem__(self, lang: str) -> str:
        return language(lang).day(self.date, year=True)


class Listed(_Everywhere):
    """Several things in a row, in every language: "a, b and c"."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Any]) -> None:
        self.parts = parts

    def __getitem__(self, lang: str) -> str:
        return language(lang).listed(self.parts)


def in_language(texts: Mapping[str, str], lang: str) -> str:
    """The text in a language, else in English, else in whatever there is."""
    if isinstance(texts, _Everywhere):
        return texts[lang]
    return texts.get(lang) or texts.get(SOURCE) or next(iter(texts.values()), "")
