"""Forms of the report. No judging here: a renderer shows what the call list and the book say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from touchpoints.plugins import Importer, Renderer

if TYPE_CHECKING:
    from touchpoints.report import CallReport

touchpoints_api = 1


class TextRenderer(Renderer):
    """The call list as plain text of at most 80 columns."""

    name, suffix = "text", ".txt"

    def render(self, report: CallReport, lang: str) -> str:
        """The list as text."""
        from touchpoints.markup import plain
        from touchpoints.render.text import calls

        return plain(calls(report, lang))


class JsonRenderer(Renderer):
    """The call list as the contract's JSON object."""

    name, suffix = "json", ".json"

    def render(self, report: CallReport, lang: str) -> str:
        """The list as JSON."""
        import json

        from touchpoints.render.records import calls

        return json.dumps(calls(report, lang), ensure_ascii=False, indent=1) + "\n"


class SheetRenderer(Renderer):
    """The call list as a spreadsheet to fill in; it is imported like any other export."""

    name, suffix = "csv", ".csv"

    def render(self, report: CallReport, lang: str) -> str:
        """The list as CSV."""
        from touchpoints.render.sheet import sheet

        return sheet(report, lang)


class MarkdownRenderer(Renderer):
    """The call list as Markdown."""

    name, suffix = "md", ".md"

    def render(self, report: CallReport, lang: str) -> str:
        """The list as Markdown."""
        from touchpoints.render.markdown import calls

        return calls(report, lang)


class CalendarRenderer(Renderer):
    """The call list as iCalendar: an event for each block of calls."""

    name, suffix = "ics", ".ics"

    def render(self, report: CallReport, lang: str) -> bytes:
        """The blocks as a calendar."""
        from touchpoints.render.calendar import blocks

        return blocks(report, lang)


class TasksRenderer(Renderer):
    """The call list as iCalendar: a task for each call."""

    name, suffix = "tasks", ".ics"

    def render(self, report: CallReport, lang: str) -> bytes:
        """The calls as tasks."""
        from touchpoints.render.calendar import tasks

        return tasks(report, lang)


class HtmlRenderer(Renderer):
    """The report as one HTML file: call list, timelines, who knows whom, overview. It runs no script and loads nothing."""

    name, suffix = "html", ".html"

    def render(self, report: CallReport, lang: str) -> str:
        """The report as a page."""
        from touchpoints.render.html import report as page

        return page(report, lang)


def touchpoints_renderers() -> Iterable[Renderer]:
    """The bundled forms."""
    return [
        TextRenderer(), JsonRenderer(), HtmlRenderer(), SheetRenderer(), MarkdownRenderer(), CalendarRenderer(), TasksRenderer(),
    ]  # fmt: skip


def touchpoints_importers() -> Iterable[Importer]:
    """What comes back: a call sheet that was filled in."""
    from touchpoints.render.sheet import CallSheet

    return [CallSheet()]
