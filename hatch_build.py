"""Compiles the catalogues when the distribution is built, so that an installed library has no text to parse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Catalogues(BuildHookInterface[Any]):
    """A `.mo` beside each `.po`; not in an editable install, where the texts are still being written."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the files are collected."""
        if version != "editable":
            for source in Path(self.root, "touchpoints", "locale").glob("*/LC_MESSAGES/touchpoints.po"):
                with source.open("rb") as texts, source.with_suffix(".mo").open("wb") as compiled:
                    write_mo(compiled, read_po(texts, locale=source.parts[-3]))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """After the distribution was made: a stale catalogue must not stay beside the text in a checkout."""
        for compiled in Path(self.root, "touchpoints", "locale").glob("*/LC_MESSAGES/touchpoints.mo"):
            compiled.unlink()
