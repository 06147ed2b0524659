"""Recurrence rules (RFC 5545, 3.3.10) on wall clock time, in bounded time whatever a rule says.

Each period of a rule (its n-th year, month, week, day or hour) is computed from its number, so that an old rule can
be entered near its end; the parts BYMONTH to BYDAY then filter the period's days. python-dateutil finds the same
times (a test), but searches for a rule that never happens up to the year 9999, for seconds.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import product

import attrs

from touchpoints.language import english
from touchpoints_calendar.lines import Damaged

MOST_PERIODS = 10_000
"""No rule is followed through more periods than this: the last ones before its end."""
MOST_IDLE = 5_000
"""A rule that finds nothing on this many days it looks at in a row finds nothing more (29 February needs 2,921)."""
MOST_TIMES = 288
"""A rule with more times than this in one day is refused."""

FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_RANGES = {
    "BYSECOND": (0, 59), "BYMINUTE": (0, 59), "BYHOUR": (0, 23), "BYMONTHDAY": (-31, 31), "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53), "BYMONTH": (1, 12), "BYSETPOS": (-366, 366),
}  # fmt: skip
_NUMBERS = re.compile(r"[+-]?\d{1,3}(?:,[+-]?\d{1,3})*")


@attrs.frozen(slots=True)
class Rule:
    """A recurrence rule. `until` is as written (a date, or a time with or without Z); numbers are sorted;
    `weekdays` are (n-th or 0, Monday = 0)."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: str | None = None
    week_start: int = 0
    weekdays: tuple[tuple[int, int], ...] = ()
    by: Mapping[str, tuple[int, ...]] = attrs.field(factory=dict, hash=False)

    @classmethod
    @lru_cache(maxsize=1 << 10)
    def of(cls, text: str) -> Rule:
        """The rule that a text writes. Raises `Damaged`, also for frequencies below an hour and for RSCALE."""
        parts: dict[str, str] = {}
        for part in filter(None, (p.strip() for p in text.upper().split(";"))):
            name, equals, value = part.partition("=")
            if not equals or name in parts:
                raise Damaged(english("RRULE part '{part}' cannot be read", part=part))
            parts[name] = value.replace(" ", "")
        frequency = parts.pop("FREQ", "")
        if frequency in ("SECONDLY", "MINUTELY"):
            raise Damaged(english("repeats {frequency}: no meeting does", frequency=frequency))
        if frequency not in FREQUENCIES or parts.pop("RSCALE", "GREGORIAN") != "GREGORIAN":
            raise Damaged(english("RRULE cannot be read: {text}", text=text[:80]))
        if parts.pop("SKIP", "OMIT") != "OMIT":
            raise Damaged(english("RRULE with SKIP, which is not understood"))
        count = _number("COUNT", parts.pop("COUNT", "-1"))
        rule = cls(
            frequency,
            _number("INTERVAL", parts.pop("INTERVAL", "1")),
            count if count >= 0 else None,  # -1 is written for "no count"
            parts.pop("UNTIL", None),
            _DAYS.index(_weekday(parts.pop("WKST", "MO"))[2]),
            tuple((n, _DAYS.index(d)) for _, n, d in map(_weekday, filter(None, parts.pop("BYDAY", "").split(",")))),
            {name: _numbers(name, value) for name, value in parts.items()},
        )
        if rule.interval < 1 or rule.count == 0:
            raise Damaged(english("RRULE with an INTERVAL or COUNT of zero"))
        if len(_times(rule, datetime.min)) > MOST_TIMES:
            raise Damaged(english("RRULE with more than {most_times} times a day", most_times=MOST_TIMES))
        return rule


def _number(name: str, text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,12}", text):
        raise Damaged(english("RRULE part '{name}={text}' cannot be read", name=name, text=text))
    return int(text)


def _numbers(name: str, text: str) -> tuple[int, ...]:
    if name not in _RANGES or not _NUMBERS.fullmatch(text):
        raise Damaged(english("RRULE part '{name}={text}' cannot be read", name=name, text=text[:40]))
    low, high = _RANGES[name]
    numbers = tuple(sorted({int(n) for n in text.split(",")}))
    if numbers[0] < low or numbers[-1] > high or (low < 0 and 0 in numbers):
        raise Damaged(english("RRULE part '{name}={text}' is out of range", name=name, text=text[:40]))
    return numbers


def _weekday(text: str) -> tuple[str, int, str]:
    match = re.fullmatch(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", text)
    if not match:
        raise Damaged(english("RRULE weekday '{text}' cannot be read", text=text[:20]))
    return text, int(match[1] or 0), match[2]


def expand(rule: Rule, start: datetime, last: datetime) -> tuple[list[datetime], bool]:
    """The times of a rule from `start` up to and including `last`, ascending, and whether the bounds cut some off.

    All times are naive: the wall clock where the series takes place. `start` itself is only among them if the rule
    finds it; a day or time that the rule leaves open is that of `start`.
    """
    rule = _completed(rule, start)
    last = min(last, datetime(9990, 1, 1))
    periods = _periods(rule, start, last)
    first = max(0, periods - MOST_PERIODS) if rule.count is None else 0
    times = _times(rule, start)
    positions = rule.by.get("BYSETPOS", ())
    found: list[datetime] = []
    idle = 0.0
    for number in range(first, periods):
        if number - first >= MOST_PERIODS or len(found) >= MOST_PERIODS:
            return found, True
        days = _days(rule, start, number)
        fitting = [day for day in days if _fits(rule, day)]
        if rule.frequency == "HOURLY":
            times = _times(rule, start, _hour(rule, start, number).hour)
        idle = 0 if fitting and times else idle + (len(days) if rule.frequency != "HOURLY" else 1 / 24)
        if idle > MOST_IDLE:
            break
        moments = [datetime.combine(day, clock) for day in fitting for clock in times]
        if positions:
            chosen = {p - 1 if p > 0 else len(moments) + p for p in positions}
            moments = [moment for place, moment in enumerate(moments) if place in chosen]
        for moment in moments:
            if moment > last:
                return found, first > 0
            if moment >= start:
                found.append(moment)
                if len(found) == rule.count:
                    return found, False
    return found, first > 0


def _completed(rule: Rule, start: datetime) -> Rule:
    """The rule with the days it leaves open, as those of its start."""
    if rule.weekdays or rule.by.keys() & {"BYMONTHDAY", "BYYEARDAY"}:
        return rule
    if rule.frequency == "WEEKLY" or "BYWEEKNO" in rule.by:
        return attrs.evolve(rule, weekdays=((0, start.weekday()),))
    if rule.frequency in ("MONTHLY", "YEARLY"):
        month = {"BYMONTH": (start.month,)} if rule.frequency == "YEARLY" else {}
        return attrs.evolve(rule, by={**month, **rule.by, "BYMONTHDAY": (start.day,)})
    return rule


def _times(rule: Rule, start: datetime, hour: int | None = None) -> list[time]:
    """The times of a day, ascending; of an hourly rule those within `hour`."""
    hours = rule.by.get("BYHOUR", (start.hour,))
    if hour is not None:
        hours = (hour,) if hour in rule.by.get("BYHOUR", (hour,)) else ()
    minutes, seconds = rule.by.get("BYMINUTE", (start.minute,)), rule.by.get("BYSECOND", (start.second,))
    return [time(*clock) for clock in product(hours, minutes, seconds)]


def _periods(rule: Rule, start: datetime, last: datetime) -> int:
    """How many periods begin up to `last`."""
    if rule.frequency == "YEARLY":
        passed = last.year - start.year
    elif rule.frequency == "MONTHLY":
        passed = (last.year - start.year) * 12 + last.month - start.month
    elif rule.frequency == "WEEKLY":
        passed = (last.toordinal() - _week(rule, start)) // 7
    elif rule.frequency == "DAILY":
        passed = last.toordinal() - start.toordinal()
    else:
        passed = (last - start.replace(minute=0, second=0, microsecond=0)) // timedelta(hours=1)
    return passed // rule.interval + 1


def _week(rule: Rule, day: date) -> int:
    """The ordinal of the first day of the week a day is in."""
    return day.toordinal() - (day.weekday() - rule.week_start) % 7


def _hour(rule: Rule, start: datetime, number: int) -> datetime:
    return start.replace(minute=0, second=0) + timedelta(hours=number * rule.interval)


def _days(rule: Rule, start: datetime, number: int) -> list[date]:
    """The days of the rule's period of this number, ascending."""
    step = number * rule.interval
    if rule.frequency == "YEARLY":
        year = start.year + step
        months = rule.by.get("BYMONTH", range(1, 13))
        return [date(year, month, day) for month in months for day in range(1, monthrange(year, month)[1] + 1)]
    if rule.frequency == "MONTHLY":
        years, month = divmod(start.month - 1 + step, 12)
        year, month = start.year + years, month + 1
        return [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]
    if rule.frequency == "WEEKLY":
        first = max(1, _week(rule, start) + 7 * step)
        wanted = sorted({(w - rule.week_start) % 7 for _, w in rule.weekdays}) or range(7)
        return [date.fromordinal(first + day) for day in wanted]
    if rule.frequency == "DAILY":
        return [date.fromordinal(start.toordinal() + step)]
    return [_hour(rule, start, number).date()]


def _fits(rule: Rule, day: date) -> bool:
    """Whether a day passes BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY and BYDAY."""
    if rule.weekdays and not any(day.weekday() == w and (not n or _nth(rule, day, n)) for n, w in rule.weekdays):
        return False
    by = rule.by
    if not by:
        return True
    if (months := by.get("BYMONTH")) and day.month not in months:
        return False
    if month_days := by.get("BYMONTHDAY"):
        size = monthrange(day.year, day.month)[1]
        if day.day not in month_days and day.day - size - 1 not in month_days:
            return False
    if year_days := by.get("BYYEARDAY"):
        place = _day_of_year(day)
        if place not in year_days and place - _year_size(day) - 1 not in year_days:
            return False
    if weeks := by.get("BYWEEKNO"):
        middle = date.fromordinal(_week(rule, day) + 3)  # a week is of the year that most of its days are in
        number = (_day_of_year(middle) - 1) // 7 + 1
        size = (_year_size(middle) - _day_of_year(middle)) // 7 + number
        if number not in weeks and number - size - 1 not in weeks:
            return False
    return True


def _nth(rule: Rule, day: date, n: int) -> bool:
    """Whether a day is the n-th of its weekday, from the end if negative, in its month or year."""
    if rule.frequency == "MONTHLY" or (rule.frequency == "YEARLY" and "BYMONTH" in rule.by):
        place, size = day.day, monthrange(day.year, day.month)[1]
    elif rule.frequency == "YEARLY":
        place, size = _day_of_year(day), _year_size(day)
    else:
        return True  # a week has each weekday once
    return (place - 1) // 7 + 1 == n if n > 0 else (size - place) // 7 + 1 == -n


def _day_of_year(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal() + 1


def _year_size(day: date) -> int:
    return 366 if isleap(day.year) else 365
