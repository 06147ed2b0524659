"""The times and lengths of a table's rows, each distinct text parsed once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from touchpoints import times
from touchpoints.errors import InvalidValue, UnreadableSource
from touchpoints.language import english
from touchpoints.reading import Context, utc
from touchpoints_calls.rows import MOST_REMEMBERED

SURELY_MINUTES = re.compile(r"\d+:\d+:\d+|(2[4-9]|[3-9]\d|\d{3,}):\d+")
"""Lengths beside which `12:34` can only be minutes and seconds."""
_MIDNIGHT = re.compile(r"[T ]0?0:00(:00(\.0+)?)?$")
_SERIAL = re.compile(r"[2-7]\d{4}(?:[.,]\d+)?")
"""Days since 30 December 1899, as a spreadsheet keeps a date and shows it where a cell lost its format."""
_OF_A_DAY = re.compile(r"0[.,]\d{3,}")
"""A length as a part of a day, likewise: nothing lasts thousandths of a second."""
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?")


class Moments:
    """The times of a column. Days and clock times repeat, so each is parsed once; whether day or month comes first is
    looked for in all `cells` of the column as soon as a date leaves it open, and else asked for.

    Times without a zone are local in the store's zone, with `utc` in UTC.
    """

    def __init__(
        self, context: Context, cells: Callable[[], Iterator[str]], *, utc: bool = False, order: str | None = None
    ) -> None:
        self._context, self._cells, self._order = context, cells, order or context.date_order
        self._dates = times.Dates(())
        self._looked = False
        self._zone: tzinfo = UTC if utc else context.zone
        self._days: dict[str, tuple[date, str]] = {}
        self._clocks: dict[str, tuple[time, str, bool]] = {"": (time(0), "", True)}

    def __call__(self, day: str, clock: str = "") -> tuple[datetime, str, bool]:
        """The time of a cell (or of two: the day, and the clock time), aware; as written, for keys; and whether it is
        too coarse to tell calls apart. Raises `InvalidValue` for a cell that is no time."""
        if clock and ":" in day:
            day = _MIDNIGHT.sub("", day)  # a spreadsheet's date, beside which the time stands in a cell of its own
        if not clock or ":" in day:
            if day[10:11] in ("T", " "):
                day, clock = day[:10], day[11:]
            else:
                day, _, clock = day.partition(" ")
        try:
            on = self._days[day]
            if len(clock) == 8 and clock[2] == ":" == clock[5] and self._zone is not UTC:
                # the most usual, and cheaper to read than to look up
                return datetime.combine(on[0], time.fromisoformat(clock), self._zone), f"{on[1]} {clock}", False
            return self._joined(on, self._clocks[clock])
        except (KeyError, ValueError):
            return self._slowly(day, clock)

    def _joined(self, day: tuple[date, str], clock: tuple[time, str, bool]) -> tuple[datetime, str, bool]:
        on, day_written = day
        at, clock_written, coarse = clock
        moment = datetime.combine(on, at, self._zone)
        if self._zone is UTC:
            moment = self._context.at(moment)
        return moment, f"{day_written} {clock_written}", coarse

    def _slowly(self, day: str, clock: str) -> tuple[datetime, str, bool]:
        text = f"{day.strip()} {clock.strip()}".strip()
        if text.isdigit() and len(text) in (10, 13):
            return self._context.at(utc(int(text) / (1 if len(text) == 10 else 1000))), text, False
        if _SERIAL.fullmatch(day.strip()):
            return self._serial(day.strip(), clock.strip())
        if not text:
            raise InvalidValue(
                english("no date in this row; if that of the row above is meant, write it into each row")
            )
        if clock in self._clocks or self._is_clock(clock):
            if day not in self._days:
                on = self._parse(day.strip(" ,"))
                if on.tzinfo is None and on.time() == time(0) and ":" not in day:
                    if len(self._days) > MOST_REMEMBERED:
                        self._days.clear()
                    self._days[day] = on.date(), on.date().isoformat()
            if day in self._days:
                return self._joined(self._days[day], self._clocks[clock])
        when = self._parse(text)
        if when.tzinfo is not None:
            return self._context.at(when), when.astimezone(UTC).isoformat(), False
        moment = when.replace(tzinfo=self._zone)
        if self._zone is UTC:
            moment = self._context.at(moment)
        return moment, f"{when.date().isoformat()} {when.time().isoformat()}", clock.count(":") < 2

    def _serial(self, day: str, clock: str) -> tuple[datetime, str, bool]:
        """The time of a spreadsheet's number of days, with the part of a day behind it or in a cell of its own."""
        part = re.fullmatch(r"0?[.,]\d+|0|", clock)
        count = float(day.replace(",", ".")) + float(clock.replace(",", ".") or 0) if part else float(day.split(",")[0])
        when = datetime(1899, 12, 30) + timedelta(seconds=round(count * 86_400))
        at = when.time().isoformat() if when.time() != time(0) or (part and clock) else ""
        return self(when.date().isoformat(), at if part else clock)

    def _is_clock(self, clock: str) -> bool:
        """Whether a text is a clock time and nothing more, which is then known."""
        text = clock.strip()
        if not _CLOCK.fullmatch(text):
            return False
        try:
            at = time.fromisoformat(text if len(text) in (5, 8) and text[-1].isdigit() else self._clock(text))
        except ValueError as error:
            raise InvalidValue(english("'{text}' is no time of day: {error}", text=text, error=error)) from None
        self._clocks[clock] = at, at.isoformat(), text.count(":") < 2
        return True

    def _clock(self, text: str) -> str:
        return self._dates(f"01.01.2000 {text}").time().isoformat()

    def _parse(self, text: str) -> datetime:
        try:
            return self._dates(text)
        except times.UndecidedOrder:
            if self._looked:
                raise self._context.undecided_dates() from None
            self._looked = True
            self._dates = times.Dates(self._cells(), self._order)
            if self._dates.contradiction:
                reason = english("some of its dates can only be day first, others only month first; export it again")
                raise UnreadableSource(self._context.source, reason) from None
            return self._parse(text)

    def until(self, start: datetime, text: str) -> float | None:
        """The seconds from a start to an end, which may be a clock time of that day or, past midnight, of the next."""
        text = text.strip()
        if not text:
            return None
        if not _CLOCK.fullmatch(text):
            return max(self(text)[0].timestamp() - start.timestamp(), 0.0)
        end = self(f"{start.day:02}.{start.month:02}.{start.year}", text)[0]
        if end < start:
            end += timedelta(days=1)
        return end.timestamp() - start.timestamp()


class Lengths:
    """The durations of a column, in seconds. What two fields (`12:34`) are, `unit` says (mm:ss, h:mm; s, m or h: what a
    bare number is); else they are minutes and seconds if any of the `cells` has three fields or a first one above 23;
    else they stay `open`, but for zero."""

    def __init__(self, cells: Callable[[], Iterator[str]], unit: str | None = None) -> None:
        self._cells, self._unit = cells, unit
        self._known: dict[str, float | None] = {}
        self._looked = False
        self.open = False

    def __call__(self, text: str) -> float | None:
        """Seconds; 0 for a call that was not connected, `None` for an empty cell, -1 for some length that is open."""
        try:
            return self._known[text]
        except KeyError:
            if len(self._known) > MOST_REMEMBERED:
                self._known.clear()
            seconds = self._known[text] = self._seconds(text.strip())
            return seconds

    def _seconds(self, text: str) -> float | None:
        if not text:
            return None
        if text in ("-", "–", "—") or re.fullmatch(r"-\d+", text):
            return 0.0
        if re.fullmatch(r"\d+:\d{1,2}", text) and self._unit not in ("mm:ss", "h:mm", "h"):
            if not self._looked:
                self._looked = True
                if any(SURELY_MINUTES.fullmatch(cell) for cell in self._cells()):
                    self._unit = "mm:ss"
                    return self._seconds(text)
            if text.replace(":", "").strip("0"):
                self.open = True
                return -1.0
        if self._unit is None and _OF_A_DAY.fullmatch(text):
            return round(float(text.replace(",", ".")) * 86_400, 3)
        return times.duration(text, self._unit or "s")

    def waited(self, text: str) -> float | None:
        """Seconds of waiting: two fields are minutes and seconds, since nobody waits for hours."""
        return times.duration(text, "mm:ss") if text.strip() else None
