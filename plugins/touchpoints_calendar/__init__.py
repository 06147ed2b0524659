"""Reads calendars: iCalendar files and invitations, and Outlook's calendar tables."""

from __future__ import annotations

from collections.abc import Iterable

from touchpoints.plugins import Importer

touchpoints_api = 1


def touchpoints_importers() -> Iterable[Importer]:
    """The importers of this plugin."""
    from touchpoints_calendar.ics import ICalendar

    return (ICalendar(),)
