"""Dates that people write: when a note falls due ("ruft nächste Woche zurück", "call back next Tuesday", "am 15.8.
nachfassen"), and until when an automatic answer says somebody is away ("bis 14. August", "back on Monday").

The wordings people use in notes are read here, in German and English. dateparser reads what is left over: it takes
"so" for a Sunday and "3,5 %" for a date, and knows no "übernächste Woche", so it is asked last and believed least.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta

_WEEKDAYS = {
    name: n
    for n, names in enumerate(
        ("montag monday", "dienstag tuesday", "mittwoch wednesday", "donnerstag thursday", "freitag friday",
         "samstag sonnabend saturday", "sonntag sunday")
    )
    for name in names.split()
}  # fmt: skip
_MONTHS = {
    name: n
    for n, names in enumerate(
        ("januar jänner january jan", "februar february feb", "märz maerz march mar mär", "april apr", "mai may",
         "juni june jun", "juli july jul", "august aug", "september sept sep", "oktober october okt oct",
         "november nov", "dezember december dez dec"),
        1,
    )
    for name in names.split()
}  # fmt: skip
_NUMBERS = {
    word: n
    for n, words in {
        1: "ein eine einem einer einen a an one", 2: "zwei two", 3: "drei three", 4: "vier four", 5: "fünf five",
        6: "sechs six", 7: "sieben seven", 8: "acht eight", 9: "neun nine", 10: "zehn ten", 12: "zwölf twelve",
        14: "vierzehn fourteen",
    }.items()
    for word in words.split()
}  # fmt: skip

_WEEKDAY = "|".join(_WEEKDAYS)
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NUMBER = r"\d{1,3}|" + "|".join(_NUMBERS)
_NEXT = r"nächste[nrs]?|naechste[nrs]?|kommende[nrs]?|next|coming|following"
_AFTER_NEXT = r"übernächste[nrs]?|uebernaechste[nrs]?"
_PART = r"anfang|mitte|ende|beginning of|start of|early|mid|middle of|end of|late"
_PERIOD = r"woche|week|monats?|month|quartals?|quarter|jahr(?:es)?|year"
_PAST = re.compile(r"(letzte[nrs]?|vergangene[nrs]?|vorige[nrs]?|seit|vom|last|past|since)\s+(?:dem\s+)?$")


def due_date(text: str, at: date | datetime) -> date | None:
    """The date that a note written at `at` (its own local date counts) sets, `None` if it sets none, or one gone by.

    A week or month means its first day, "this week" and "end of the week" its Friday; a weekday the next one after
    today; a date without a year the next one, unless one is less than a quarter ago.
    """
    today = at.date() if isinstance(at, datetime) else at
    plain = " ".join(text.lower().split())
    read = False
    for pattern, reading in _READINGS:
        for match in pattern.finditer(plain):
            if _PAST.search(plain[: match.start()]):
                continue
            try:
                found = reading(match, today)
            except ValueError:  # 31 June
                continue
            if found >= today:
                return found
            read = True
    spoken_of = re.search(r"\d|woche|week|monat|month|tage|days|jahr|year", plain)
    return _by_dateparser(plain, today) if spoken_of and not read else None


def _by_dateparser(plain: str, today: date) -> date | None:
    from dateparser.search import search_dates

    found = search_dates(
        plain,
        languages=["de", "en"],
        settings={
            "RELATIVE_BASE": datetime.combine(today, datetime.min.time()),
            "PREFER_DATES_FROM": "future",
            "DATE_ORDER": "DMY",
            "REQUIRE_PARTS": ["day", "month"],
        },
    )
    for words, when in found or ():
        past = _PAST.search(plain[: plain.find(words)])
        spoken = re.search(r"\d", words) and re.search(r"[a-zäöü]{3}", words)
        if spoken and not past and today < when.date() <= today + timedelta(days=400):
            return when.date()
    return None


# -- readings: the surest first -----------------------------------------------------------------------------------


def _iso(match: re.Match[str], today: date) -> date:
    return date.fromisoformat(match[0])


def _dotted(match: re.Match[str], today: date) -> date:
    return _near(int(match["d"]), int(match["m"]), match["y"], today)


def _named(match: re.Match[str], today: date) -> date:
    parts = match.groupdict()
    day, month = parts.get("d") or parts.get("d2"), parts.get("m") or parts.get("m2")
    return _near(int(day or 0), _MONTHS[month or ""], parts.get("y"), today)


def _near(day: int, month: int, year: str | None, today: date) -> date:
    """The date; without a year the next one, unless the last one is less than a quarter ago: then that is meant."""
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    years = (date(today.year + n, month, day) for n in (-1, 0, 1))
    return next(d for d in years if d > today - timedelta(days=90))


def _in_a_while(match: re.Match[str], today: date) -> date:
    count = int(match["n"]) if match["n"].isdigit() else _NUMBERS[match["n"]]
    unit = match["unit"]
    if unit.startswith(("tag", "day")):
        return today + timedelta(days=count)
    if unit.startswith(("woche", "week")):
        return today + timedelta(weeks=count)
    months = today.month - 1 + count * (12 if unit.startswith(("jahr", "year")) else 1)
    year, month = today.year + months // 12, months % 12 + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def _half_a_year(match: re.Match[str], today: date) -> date:
    return today + timedelta(days=182)


def _weekday_in_a_week(match: re.Match[str], today: date) -> date:
    return _coming(match["day"], today) + timedelta(weeks=1)


def _weekday(match: re.Match[str], today: date) -> date:
    after_next = bool(match["after"])
    return _coming(match["day"], today) + timedelta(weeks=after_next)


def _coming(name: str, today: date) -> date:
    return today + timedelta(days=(_WEEKDAYS[name] - today.weekday() - 1) % 7 + 1)


def _day_word(match: re.Match[str], today: date) -> date:
    days = {"übermorgen": 2, "day after tomorrow": 2, "morgen": 1, "tomorrow": 1}
    return today + timedelta(days=days.get(match[1], 0))


def _period(match: re.Match[str], today: date) -> date:
    said = match.groupdict()
    part, unit = said.get("part") or "", match["unit"]
    which = 2 if said.get("after") else 1 if said.get("next") else 0
    if unit.startswith(("woche", "week")):
        first = today - timedelta(days=today.weekday()) + timedelta(weeks=which)
        last = first + timedelta(days=4)
    else:
        months = 12 if unit.startswith(("jahr", "year")) else 3 if unit.startswith("quart") else 1
        start = today.year * 12 + (today.month - 1) // months * months + which * months
        first, end = (date(n // 12, n % 12 + 1, 1) for n in (start, start + months))
        last = end - timedelta(days=1)
    if _is_end(part) or not (which or part):
        return last
    return first + (last - first) // 2 if part.startswith(("mitte", "mid")) else first


def _part_of_month(match: re.Match[str], today: date) -> date:
    part, month = match["part"] or "", _MONTHS[match["m"]]
    year = int(match["y"]) if match["y"] else today.year + (month < today.month)
    day = monthrange(year, month)[1] if _is_end(part) else 15 if part.startswith(("mitte", "mid")) else 1
    return max(date(year, month, day), today) if (year, month) == (today.year, today.month) else date(year, month, day)


def _is_end(part: str) -> bool:
    return part.startswith(("ende", "end", "late"))


def _calendar_week(match: re.Match[str], today: date) -> date:
    found = date.fromisocalendar(today.isocalendar().year, int(match[1]), 1)
    return found if found >= today - timedelta(days=6) else date.fromisocalendar(found.year + 1, int(match[1]), 1)


_Reading = Callable[[re.Match[str], date], date]
_READINGS: tuple[tuple[re.Pattern[str], _Reading], ...] = tuple(
    (re.compile(pattern), reading)
    for pattern, reading in (
        (r"\b\d{4}-\d{2}-\d{2}\b", _iso),
        (r"(?<![\d.,])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.(?P<y>\d{4}|\d{2})?(?!\d)", _dotted),
        (
            rf"\b(?:(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th)?\s(?:of\s)?(?P<m>{_MONTH})|(?P<m2>{_MONTH})\.?\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)"
            r"\b\.?,?(?:\s(?P<y>20\d{2}))?(?!\d)",
            _named,
        ),
        (r"\b(übermorgen|day after tomorrow)\b", _day_word),
        (r"(?<!guten )(?<!heute )(?<!am )(?<!jeden )\b(morgen|tomorrow)\b", _day_word),
        (r"\b(heute (?:noch|nachmittag|abend|mittag)|noch heute|later today|this (?:afternoon|evening))\b", _day_word),
        (rf"\b(?P<day>{_WEEKDAY})\s(?:in (?:einer|a|one) (?:woche|week)|week)\b", _weekday_in_a_week),
        (r"\bin (?:einem halben jahr|half a year)\b", _half_a_year),
        (
            rf"\bin\s(?P<n>{_NUMBER})\s(?P<unit>tag(?:en?)?|days?|wochen?|weeks?|monate?n?|months?|jahre?n?|years?)\b",
            _in_a_while,
        ),
        (
            rf"\b(?:(?P<part>{_PART})\s)?(?:(?:the|der|des|dem|den)\s)?"
            rf"(?:(?P<after>{_AFTER_NEXT})|(?P<next>{_NEXT})|diese[nrs]?|this)\s(?P<unit>{_PERIOD})\b(?! after)",
            _period,
        ),
        (r"\b(?P<unit>week|month|year) (?P<after>after next)\b", _period),
        (rf"\b(?P<part>{_PART})\s(?:(?:the|der|des)\s)?(?P<unit>{_PERIOD})\b", _period),
        (r"\b(?P<unit>monat|quartal|jahr)e?s(?P<part>ende)\b", _period),
        (rf"\b(?:(?P<part>{_PART})\s|(?:im|in|ab)\s)(?P<m>{_MONTH})\b\.?(?:\s(?P<y>20\d{{2}}))?", _part_of_month),
        (r"\b(?:kw|calendar week|week)\s?(\d{1,2})\b", _calendar_week),
        (rf"\b(?:(?P<after>{_AFTER_NEXT})\s)?(?P<day>{_WEEKDAY})\b", _weekday),
    )
)


# -- absences -----------------------------------------------------------------------------------------------------

_DATE = (
    rf"(?:(?:{_WEEKDAY}),?\s(?:(?:den|dem|the)\s)?|(?:den|dem|the)\s)?"
    rf"(?P<date>\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}\.\s?\d{{1,2}}\.(?:\d{{4}}|\d{{2}})?(?!\d)"
    rf"|\d{{1,2}}(?:\.|st|nd|rd|th)?\s(?:of\s)?(?:{_MONTH})\b\.?,?(?:\s20\d{{2}})?"
    rf"|(?:{_MONTH})\.?\s\d{{1,2}}(?:st|nd|rd|th)?\b,?(?:\s20\d{{2}})?|(?:{_WEEKDAY})\b)"
)
_AGAIN = (
    r"wieder\s(?:da|im\s(?:büro|buero|haus|dienst)|erreichbar|zu erreichen|anwesend|persönlich|für sie da|für euch da|zurück)"
    r"|zurück|zurueck|back|available again|in the office again|return(?:ing)?|reachable again"
)
_UNTIL = re.compile(
    r"(?:\b(?:bis(?: einschließlich| einschl\.| inklusive| inkl\.| und mit)?(?: zum)?(?: einschließlich)?"
    rf"|until(?: and including)?|till|through|thru|from\s[^?!]{{1,25}}?\sto)\s|\d\.?\s?(?:[a-zäöü]+\s)?[–-]\s?){_DATE}"
)
_BACK = (
    re.compile(rf"\b(?:{_AGAIN})\b(?:[^.?!\d]{{0,40}}?\b(?:am|ab|on|from|as of))?\s{_DATE}"),
    re.compile(rf"\b(?:am|ab|on|from|as of)\s{_DATE}[^.?!]{{0,40}}?\b(?:{_AGAIN})\b"),
)
_LONGEST = timedelta(days=400)


def absent_until(text: str, said: date) -> date | None:
    """The last day on which an automatic answer, sent on the day it was `said`, says its sender is away: "bis
    14. August" and "until 14 August" that day, "zurück am 17.8." and "back on Monday" the day before. `None` where it
    sets none, one gone by, or one more than 400 days ahead."""
    plain = " ".join(text.lower().split())
    for pattern, day_before in ((_UNTIL, False), *((pattern, True) for pattern in _BACK)):
        for match in pattern.finditer(plain):
            found = _absence_date(match["date"].rstrip(" ,"), said)
            if found is not None:
                last = found - timedelta(days=day_before)
                if said <= last <= said + _LONGEST:
                    return last
    return None


def _absence_date(text: str, said: date) -> date | None:
    for pattern, reading in _READINGS:
        if match := pattern.fullmatch(text):
            try:
                return reading(match, said)
            except ValueError:  # 31 June
                return None
    return None
