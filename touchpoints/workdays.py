"""Working days and hours of one region, and the days off that do not count as silence.

A working day is Monday to Friday and no public holiday. Public holidays come from the `holidays` library, loaded on
first use, a year at a time; in a region it does not know only weekends are free.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from touchpoints.settings import Settings
    from touchpoints.store import Store

DateRange = tuple[date, date]
"""First and last day, both included."""

_DAY = timedelta(days=1)


class Workdays:
    """The working calendar of a region: its public holidays, and working `hours` (first, last) in `zone`.

    `region` is ISO 3166-1 or -2 (`DE`, `DE-BE`). `absences` are our own, as pairs of first and last day.
    """

    def __init__(self, region: str, hours: tuple[int, int], zone: ZoneInfo, absences: Iterable[DateRange] = ()) -> None:
        self.region, self.hours, self.zone = region, hours, zone
        self.absences = tuple(sorted(absences))
        self._years: dict[tuple[int, str], dict[date, str]] = {}
        self._off: dict[int, list[int]] = {}
        self._all_off: tuple[int, int, Sequence[int]] | None = None

    @classmethod
    def of(cls, store: Store, settings: Settings, region: str, *, team: bool = False) -> Workdays:
        """The working calendar of a store: our absences are those of the settings and those that calendars hold. In a
        `team` these are of one of us, and no days off for all."""
        own = (span for a, _ in store.absences() if a.handle is None and not team for span in a.spans)
        return cls(region, settings.working_hours, store.zone, {*settings.absences, *own})

    # -- days -----------------------------------------------------------------------------------------------------

    def holiday(self, day: date, lang: str = "en") -> str | None:
        """The name of the public holiday on a day, in a language (`de`, `en`) if the region has it; else `None`."""
        return self._holidays(day.year, lang).get(day)

    def is_working(self, day: date) -> bool:
        """Whether a day is a working day of ours."""
        return day.weekday() < 5 and self.holiday(day) is None and not _within(day, self.absences)

    def next_working(self, day: date) -> date:
        """The first working day on or after a day; the day itself if a year brings none."""
        return next((d for n in range(366) if self.is_working(d := day + n * _DAY)), day)

    def working_days_back(self, at: datetime, n: int) -> datetime:
        """Midnight at the start of the day that lies `n` working days before `at`'s local date."""
        day = at.astimezone(self.zone).date()
        for _ in range(n):
            day = next((d for k in range(1, 366) if self.is_working(d := day - k * _DAY)), day - _DAY)
        return datetime.combine(day, time(), self.zone)

    # -- hours ----------------------------------------------------------------------------------------------------

    @property
    def day(self) -> float:
        """Hours of a working day."""
        return max(1, self.hours[1] - self.hours[0])

    def working_hours_between(self, start: datetime, end: datetime) -> float:
        """Working hours from one aware time to a later one; 0 if it is not later."""
        # wall-clock times: a working day has its hours also on the day a clock is put forward
        first, last = (t.astimezone(self.zone).replace(tzinfo=None) for t in (start, end))
        if first >= last:
            return 0.0
        seconds = 0.0
        for n in range((last.date() - first.date()).days + 1):
            day = first.date() + n * _DAY
            if self.is_working(day):
                opens, closes = (datetime.combine(day, time()) + timedelta(hours=h) for h in self.hours)
                seconds += max(0.0, (min(closes, last) - max(opens, first)).total_seconds())
        return seconds / 3600

    # -- silence --------------------------------------------------------------------------------------------------

    def days_off(self, start: date, end: date, away: Iterable[DateRange] = ()) -> int:
        """Days after `start`, up to and including `end`, on which silence says nothing.

        These are public holidays on weekdays, 24 December to 6 January, our absences, and the ranges in `away` (the
        contact's). Weekends as such are not among them: a rhythm is in calendar days and has its weekends.
        """
        low, high, ours = start.toordinal(), end.toordinal(), self.off_in(start.year, end.year)
        begin, stop = bisect_right(ours, low), bisect_right(ours, high)
        theirs = {
            day
            for first, last in away
            for day in range(max(low + 1, first.toordinal()), min(high, last.toordinal()) + 1)
        }
        return len(theirs.union(ours[begin:stop])) if theirs else stop - begin

    def off_in(self, first: int, last: int) -> Sequence[int]:
        """Our days off (see `days_off`) as ordinals, in order: of all years from one to another, and maybe of others."""
        if not self._all_off or first < self._all_off[0] or last > self._all_off[1]:
            known = self._all_off or (first, last, ())
            years = range(min(first, known[0]), max(last, known[1]) + 1)
            self._all_off = years[0], years[-1], [day for year in years for day in self._days_off(year)]
        return self._all_off[2]

    def _days_off(self, year: int) -> list[int]:
        found = self._off.get(year)
        if found is None:
            days = {d.toordinal() for d in self._holidays(year, "en") if d.weekday() < 5}
            days.update(range(date(year, 1, 1).toordinal(), date(year, 1, 6).toordinal() + 1))
            days.update(range(date(year, 12, 24).toordinal(), date(year, 12, 31).toordinal() + 1))
            for first, last in self.absences:
                own = range(first.toordinal(), last.toordinal() + 1)
                days.update(d for d in own if date.fromordinal(d).year == year)
            self._off[year] = found = sorted(days)
        return found

    # -- public holidays ------------------------------------------------------------------------------------------

    @cached_property
    def _place(self) -> tuple[str, str | None] | None:
        """Country and subdivision as the library knows them: the country alone where it does not know the part."""
        import holidays

        country, _, part = self.region.upper().partition("-")
        for subdivision in (part or None, None):
            try:
                holidays.country_holidays(country, subdiv=subdivision)
            except (NotImplementedError, KeyError, AttributeError):
                continue
            return country, subdivision
        return None

    def _holidays(self, year: int, lang: str) -> dict[date, str]:
        found = self._years.get((year, lang))
        if found is None:
            found = self._years[year, lang] = {}
            if self._place is not None:
                import holidays

                country, part = self._place
                language = {"en": "en_US"}.get(lang, lang)
                found.update(holidays.country_holidays(country, subdiv=part, years=year, language=language))
        return found


def _within(day: date, ranges: Iterable[DateRange]) -> bool:
    return any(first <= day <= last for first, last in ranges)
