"""Times as files write them: zone names, the one date format of a column, durations, and what a user types as WHEN.

Nothing here reads a clock or the machine's zone; `now` and `zone` are always arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from touchpoints.errors import InvalidValue
from touchpoints.language import P_, english

# -- zones ------------------------------------------------------------------------------------------------------

_OF_PYTHON = (
    P_("reason", "day is out of range for month"), P_("reason", "month must be in 1..12"),
    P_("reason", "hour must be in 0..23"), P_("reason", "minute must be in 0..59"), P_("reason", "second must be in 0..59"),
)  # fmt: skip
"""What Python says of dates and times that there are none of, as it stands in errors here."""

_ALIASES = {
    "mitteleuropäische zeit": "Europe/Berlin",
    "mitteleuropäische sommerzeit": "Europe/Berlin",
    "mitteleuropaeische zeit": "Europe/Berlin",
    "westeuropäische zeit": "Europe/London",
    "osteuropäische zeit": "Europe/Athens",
    "mez": "Europe/Berlin",
    "mesz": "Europe/Berlin",
    "cest": "Europe/Berlin",
    "z": "UTC",
    "utc": "UTC",
    "gmt": "UTC",
    "etc/utc": "UTC",
    "coordinated universal time": "UTC",
    "tzone://microsoft/utc": "UTC",
    "amsterdam, berlin, bern, rome, stockholm, vienna": "Europe/Berlin",
    "amsterdam, berlin, bern, rom, stockholm, wien": "Europe/Berlin",
    "belgrade, bratislava, budapest, ljubljana, prague": "Europe/Budapest",
    "belgrad, bratislava, budapest, ljubljana, prag": "Europe/Budapest",
    "amsterdam, belgrade, berlin, brussels, budapest, madrid, paris, prague, stockholm": "Europe/Berlin",
    "brussels, copenhagen, madrid, paris": "Europe/Paris",
    "brüssel, kopenhagen, madrid, paris": "Europe/Paris",
    "sarajevo, skopje, warsaw, zagreb": "Europe/Warsaw",
    "sarajevo, warsaw, zagreb": "Europe/Warsaw",
    "sarajevo, skopje, warschau, zagreb": "Europe/Warsaw",
    "dublin, edinburgh, lisbon, london": "Europe/London",
    "dublin, edinburgh, lissabon, london": "Europe/London",
    "athens, bucharest": "Europe/Bucharest",
    "eastern time (us & canada)": "America/New_York",
    "central time (us & canada)": "America/Chicago",
    "mountain time (us & canada)": "America/Denver",
    "pacific time (us & canada)": "America/Los_Angeles",
}


@cache
def _windows() -> dict[str, str]:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return {name.lower(): olson for name, olson in WINDOWS_TO_OLSON.items()}


MOST_PARTS = 4
"""No zone's name has more slashes."""


def iana(name: str) -> ZoneInfo | None:
    """The zone of an IANA name, `None` where there is none; never raises."""
    if name.count("/") > MOST_PARTS:
        return None  # each part is imported as a package: hundreds would exhaust the stack
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, ModuleNotFoundError):
        return None


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo | None:
    """The zone that a file calls `name`: IANA (in any case), with a vendor's prefix, Windows, each also numbered, a display
    name, or whole hours beside UTC (`GMT+0100`).

    `None` where nothing known fits: the caller must ask or skip, never take another zone.
    """
    text = name.strip().strip("\"'")
    if not text:
        return None
    if found := iana(text):
        return found
    parts = text.strip("/").split("/")
    for start in range(len(parts)):  # /Europe/Berlin, /mozilla.org/20070129_1/Europe/Berlin, /freeassociation.…
        if "/" in (tail := "/".join(parts[start:])) and (found := iana(tail)):
            return found
    plain = text.lower()
    bare = re.sub(r"\s*[/,]\s*", ", ", re.sub(r"^\((utc|gmt)[^)]*\)\s*", "", plain))
    for candidate in (plain, bare, re.sub(r"\s+\d+$", "", plain), f"{plain} standard time"):
        if olson := _windows().get(candidate) or _ALIASES.get(candidate) or _lower().get(candidate):
            return iana(olson)
    if hours := re.fullmatch(r"(?:gmt|utc)?([+-])(\d\d?)(?:[:.]?00)?", plain):
        return iana(
            f"Etc/GMT{'-' if hours[1] == '+' else '+'}{int(hours[2])}"
        )  # POSIX signs: Etc/GMT-1 is ahead of UTC
    return None


@cache
def _lower() -> dict[str, str]:
    """IANA names by themselves in lower case."""
    return {name.lower(): name for name in available_timezones()}


def local(when: datetime, zone: ZoneInfo) -> datetime:
    """`when` in `zone`: a time without a zone is read as local there (the first of an ambiguous hour), another one is
    converted."""
    return when.replace(tzinfo=zone) if when.tzinfo is None else when.astimezone(zone)


# -- the dates of a column --------------------------------------------------------------------------------------

_MONTHS = {
    m: n
    for n, names in enumerate(
        (
            "january jan januar jänner jaenner", "february feb februar", "march mar märz maerz mrz mär",
            "april apr", "may mai", "june jun juni", "july jul juli", "august aug", "september sep sept",
            "october oct oktober okt", "november nov", "december dec dezember dez",
        ),
        1,
    )
    for m in names.split()
}  # fmt: skip
ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LANGUAGES = (
    "en de fr es it pt nl pl cs sk hu ro hr sl sr bs bg mk ru uk be sv da nb nn fi et lv lt el tr sq is ga cy ca eu gl id ms vi"
).split()


def months_of(words: Iterable[str]) -> dict[str, int]:
    """The months that words (lower case, without dots) name, in the one language that knows all of them, also cut short:
    `listo`, `lis`. Empty if no language does, or if those that do disagree."""
    from babel import Locale

    wanted = list(words)
    found: list[dict[str, int]] = []
    for language in _LANGUAGES:
        names = {
            (name.casefold().rstrip("."), number)
            for context in Locale(language).months.values()
            for width in ("wide", "abbreviated")
            for number, name in context[width].items()
        }
        meant: dict[str, int] = {}
        for word in wanted:
            numbers = {n for name, n in names if name == word} or {n for name, n in names if _is_start(word, name)}
            if len(numbers) != 1:
                break
            meant[word] = numbers.pop()
        else:
            found.append(meant)
    return found[0] if found and all(meant == found[0] for meant in found) else {}


def _is_start(word: str, name: str) -> bool:
    return len(word) >= 3 and name.startswith(word)


_NUMERIC = re.compile(
    r"(?:[^\W\d_]{2,10}\.?,?\s+)?(?P<a>\d{1,4})(?P<sep>[./-])\s?(?P<b>\d{1,2})(?P=sep)\s?(?P<c>\d{2,4})\.?"
    r"(?:(?:,|T|\s|-|um)*\s*(?P<h>\d{1,2})[:.](?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?(?:\s*Uhr)?\s*(?P<zone>Z|(?:UTC|GMT)?[+-]\d{2}(?::?\d{2})?|UTC|GMT)?)?$"
)
_NAMED = re.compile(
    r"(?:[^\W\d_]{2,12}\.?,?\s+)?(?:(?P<d>\d{1,2})\.?[\s-]+(?P<mon>[^\W\d_]{3,9})\.?|(?P<mon2>[^\W\d_]{3,9})\.?\s+(?P<d2>\d{1,2}),?)"
    r"[\s-]+(?P<y>\d{4}|\d{2})(?:(?:,|\s|um|at)*\s*(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2}))?"
    r"\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?(?:\s*Uhr)?\s*(?P<zone>Z|(?:UTC|GMT)?[+-]\d{2}(?::?\d{2})?|UTC|GMT)?)?$"
)
_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u2009": " ", "\u200e": "", "\u200f": "", "\ufeff": ""})


LONGEST = 100
"""A longer text is no time and no duration: a hostile cell must not cost more than an honest one."""


class UndecidedOrder(InvalidValue):
    """Slashed or dashed dates of which no row shows whether day or month comes first."""


class Dates:
    """The one date format of a column, found once and then applied to every row.

    Dotted dates are D.M.Y, a leading four-digit year is Y-M-D. Slashed or dashed ones are decided by a part above 12
    in any row of `samples` (give all rows of the file), else by `order`; otherwise `UndecidedOrder` is raised when the
    first such date is read. Month names are German or English. AM/PM, region and the order of rows never decide.
    Two-digit years are 2000–2099.
    """

    def __init__(self, samples: Iterable[str], order: str | None = None) -> None:
        day_first = month_first = False
        for text in samples:
            match = _NUMERIC.match(text[:LONGEST].translate(_SPACES).strip())
            if match and match["sep"] != "." and len(match["a"]) <= 2:
                day_first |= int(match["a"]) > 12
                month_first |= int(match["b"]) > 12
        self.contradiction = day_first and month_first
        self.order = "DMY" if day_first and not month_first else "MDY" if month_first and not day_first else order
        self._days: dict[str, tuple[int, int, int]] = {}

    def __call__(self, text: str) -> datetime:
        """The time a cell holds: aware if the cell names an offset, else naive. Raises `InvalidValue` (of which
        `UndecidedOrder`) for a cell that is no date in this column's format."""
        text = text[: LONGEST + 1].translate(_SPACES).strip()
        if len(text) > LONGEST:
            raise InvalidValue(english("'{text}…' is no date", text=text[:40]))
        try:
            if len(text) >= 10 and text[4] == "-" and text[:4].isdigit():
                return _plausible(datetime.fromisoformat(text.replace(" UTC", "+00:00").replace(" GMT", "+00:00")))
        except InvalidValue:
            raise
        except ValueError:
            pass  # not quite ISO 8601: the general pattern decides
        match = _NUMERIC.match(text) or _NAMED.match(text)
        if not match:
            raise InvalidValue(english("'{text}' is no date this column's format explains", text=text))
        parts = match.groupdict()
        try:
            year, month, day = self._named(parts) if parts.get("d") or parts.get("d2") else self._numeric(parts)
            return _plausible(datetime(year, month, day, *_clock(parts), tzinfo=_offset(parts["zone"])))
        except ValueError as error:
            if isinstance(error, InvalidValue):
                raise
            raise InvalidValue(english("'{text}' is no date: {error}", text=text, error=error)) from None

    def _named(self, parts: dict[str, str | None]) -> tuple[int, int, int]:
        name = (parts["mon"] or parts["mon2"] or "").lower()
        if name not in _MONTHS:
            raise InvalidValue(english("'{name}' is no month in German or English", name=name))
        year = int(parts["y"] or 0)
        return year + 2000 if year < 100 else year, _MONTHS[name], int(parts["d"] or parts["d2"] or 0)

    def _numeric(self, parts: dict[str, str | None]) -> tuple[int, int, int]:
        a, b, c = (int(parts[k] or 0) for k in "abc")
        if len(parts["a"] or "") == 4:
            return a, b, c
        year = c + 2000 if c < 100 else c
        if parts["sep"] == "." or self.order == "DMY":
            return year, b, a
        if self.order == "MDY":
            return year, a, b
        if self.order == "YMD":
            return a + 2000, b, c
        raise UndecidedOrder(
            english(
                "'{text}…': day or month first?",
                text=f"{parts['a']}{parts['sep']}{parts['b']}",
            )
        )


def _plausible(when: datetime) -> datetime:
    """Raises `InvalidValue` for a year no file means: a counter that ran over, a digit too few or too many."""
    if not 1600 <= when.year < 2200:
        raise InvalidValue(english("year {year} is no year of a record", year=when.year))
    return when


def _clock(parts: dict[str, str | None]) -> tuple[int, int, int, int]:
    hour = int(parts["h"] or 0)
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            raise ValueError("hour must be in 1..12 with AM or PM")
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    micro = int((parts.get("f") or "0")[:6].ljust(6, "0"))
    return hour, int(parts["m"] or 0), int(parts["s"] or 0), micro


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text in ("Z", "UTC", "GMT"):
        return UTC
    text = text.removeprefix("UTC").removeprefix("GMT")
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[3:].lstrip(":") or 0)))


# -- durations --------------------------------------------------------------------------------------------------

_UNITS = {"h": 3600, "std": 3600, "stunde": 3600, "stunden": 3600, "hour": 3600, "hours": 3600, "hr": 3600, "hrs": 3600,
          "m": 60, "min": 60, "mins": 60, "minute": 60, "minuten": 60, "minutes": 60,
          "s": 1, "sec": 1, "secs": 1, "sek": 1, "sekunde": 1, "sekunden": 1, "second": 1, "seconds": 1}  # fmt: skip


MOST_SECONDS = 366 * 86_400
"""What would last longer than a year is no duration but a damaged cell."""


def duration(text: str, unit: str = "s") -> float | None:
    """Seconds of a duration as files write it: `75`, `1:15`, `0:01:15`, `1 Std. 2 Min.`, `PT1M15S`; `None` if empty.

    `unit` says what a bare number is (`s`, `m` or `h`) and, as `h:mm` or `mm:ss`, what two fields are.
    Raises `InvalidValue` for anything else, and for more than a year.
    """
    seconds = _seconds(text, unit)
    if seconds is not None and seconds > MOST_SECONDS:
        raise InvalidValue(english("'{text}' is no duration: longer than a year", text=text.strip()[:40]))
    return seconds


def _seconds(text: str, unit: str) -> float | None:
    text = text[: LONGEST + 1].translate(_SPACES).strip()
    if not text or text in ("-", "–"):
        return None
    if len(text) > LONGEST:
        raise InvalidValue(english("'{text}…' is no duration", text=text[:40]))
    if re.fullmatch(r"\d+([.,]\d+)?", text):
        return float(text.replace(",", ".")) * {"m": 60, "h": 3600}.get(unit, 1)
    if match := re.fullmatch(r"(\d+):(\d{1,2})(?::(\d{1,2})(?:[.,]\d+)?)?", text):
        first, second, third = int(match[1]), int(match[2]), match[3]
        if third is not None:
            return float(first * 3600 + second * 60 + int(third))
        return float(first * 3600 + second * 60 if unit in ("h:mm", "h") else first * 60 + second)
    if match := re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?", text.upper()):
        return float(int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 + float(match[3] or 0))
    parts = re.findall(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]+)\.?", text.lower())
    if parts and all(name in _UNITS for _, name in parts):
        return sum(float(number.replace(",", ".")) * _UNITS[name] for number, name in parts)
    raise InvalidValue(english("'{text}' is no duration", text=text))


_PERIODS = {"": 1, "d": 1, "day": 1, "days": 1, "t": 1, "tag": 1, "tage": 1, "tagen": 1,
            "w": 7, "week": 7, "weeks": 7, "woche": 7, "wochen": 7,
            "m": 30, "month": 30, "months": 30, "monat": 30, "monate": 30, "monaten": 30,
            "y": 365, "year": 365, "years": 365, "j": 365, "jahr": 365, "jahre": 365, "jahren": 365}  # fmt: skip


def days(text: str | int) -> int:
    """Whole days of a period, at least one: `30`, `30d`, `6w`, `3m`, `1y`. Raises `InvalidValue` for anything else."""
    match = re.fullmatch(r"(\d{1,5})\s*([a-z]*)", str(text).strip().lower())
    if not match or match[2] not in _PERIODS or int(match[1]) == 0:
        raise InvalidValue(english("'{text}' is no period such as 30d, 6w, 3m or 1y", text=text))
    return int(match[1]) * _PERIODS[match[2]]


# -- what a user types ------------------------------------------------------------------------------------------


def when(text: str, zone: ZoneInfo, now: datetime | None = None) -> datetime:
    """WHEN: a date (the start of that day in `zone`) or a time; free text ("yesterday", "gestern 14 Uhr") needs `now`.

    Raises `InvalidValue` where no date can be found.
    """
    text = text.strip()
    try:
        return local(datetime.fromisoformat(text), zone)
    except ValueError:
        pass
    try:
        return local(Dates(())(text), zone)
    except InvalidValue:
        pass
    if now is not None:
        import dateparser

        found = dateparser.parse(
            text,
            languages=["de", "en"],
            settings={
                "RELATIVE_BASE": now.astimezone(zone).replace(tzinfo=None),
                "PREFER_DATES_FROM": "future",
                "DATE_ORDER": "DMY",
            },
        )
        if found is not None:
            return local(found, zone)
    raise InvalidValue(english("'{text}' is no date; write 2026-07-01 or 2026-07-01T14:30", text=text))


def local_date(instant: float, zone: ZoneInfo) -> date:
    """The date on the calendar in `zone` at a UTC epoch time."""
    return datetime.fromtimestamp(instant, zone).date()
