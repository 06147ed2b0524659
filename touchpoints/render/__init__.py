"""Forms of the report. No judging here: a renderer shows what the call list and the book say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from touchpoints.plugins import Renderer

if TYPE_CHECKING:
    from touchpoints.report import CallReport

touchpoints_api = 1


class TextRenderer(Renderer):
    """The call list as plain text of at most 80 columns."""

    name, suffix = "text", ".txt"

    def render(self, report: CallReport, lang: str) -> str:
        """The list as text."""
        from touchpoints.render.text import calls

        return calls(report, lang)


class JsonRenderer(Renderer):
    """The call list as the contract's JSON object."""

    name, suffix = "json", ".json"

    def render(self, report: CallReport, lang: str) -> str:
        """The list as JSON."""
        import json

        from touchpoints.render.records import calls

        return json.dumps(calls(report, lang), ensure_ascii=False, indent=1) + "\n"


def touchpoints_renderers() -> Iterable[Renderer]:
    """The bundled forms."""
    return [TextRenderer(), JsonRenderer()]
