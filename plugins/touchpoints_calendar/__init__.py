"""Calendars: iCalendar files and invitations, and Outlook's calendar tables."""

from __future__ import annotations

from collections.abc import Iterable

from touchpoints.plugins import Importer
from touchpoints_calendar.ics import ICalendar
from touchpoints_calendar.outlook_csv import OutlookCalendar

touchpoints_api = 1


def touchpoints_importers() -> Iterable[Importer]:
    """The importers of this plugin."""
    return ICalendar(), OutlookCalendar()
