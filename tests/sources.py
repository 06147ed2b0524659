"""Writes `docs/sources-table.md`: what each importer makes of the samples. `python -m tests.sources [FOLDER]`

The first table is of the own samples (`tests/samples`); a test keeps it true. The second is of real files of other projects,
which are not part of this one: with FOLDER it is written anew, without it stays as it is. A question that a file asks (who
"me" is, which comes first of day and month) is answered with the first option it proposes.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs

from touchpoints.archives import walk
from touchpoints.errors import SourceError, UnreadableSource
from touchpoints.model import LeftOut, Person, Skipped, Touchpoint
from touchpoints.plugins import Importer, Plugins
from touchpoints.reading import Context
from touchpoints.recognition import recognise
from touchpoints.settings import Settings
from touchpoints.source import Source

SAMPLES = Path(__file__).parent / "samples"
PAGE = Path(__file__).resolve().parents[1] / "docs" / "sources-table.md"
ME = ("+49 30 23125 100", "mara.falk@falk.example", "Mara Falk", "john@example.org", "Me", "You")
REAL = "## Real files"
UNKNOWN = "(none)"


@attrs.define
class Line:
    """What one importer made of its files."""

    files: int = 0
    touchpoints: int = 0
    people: int = 0
    left_out: int = 0
    skipped: int = 0
    refused: int = 0


def read(importer: Importer, source: Source) -> tuple[Counter[str], Counter[str]]:
    """The records of a file by kind, and the reasons of what was skipped; what it asks is answered with its first option.

    Raises `SourceError` for a refusal that no answer settles.
    """
    settings = Settings(me=ME, region="DE")
    for _ in range(4):
        context = Context(
            settings, zone="Europe/Berlin", region="DE", source=source.name, importer=importer.name, channels=importer.channels
        )  # fmt: skip
        kinds: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        try:
            for record in importer.read(source, context):
                kinds[type(record).__name__] += 1
                if isinstance(record, Skipped):
                    reasons[plain(record.reason)] += 1
            return kinds, reasons
        except UnreadableSource as error:
            if not error.options:
                raise
            first = error.options[0]
            if first in ("DMY", "MDY"):
                settings = attrs.evolve(settings, date_order=first)
            else:
                settings = attrs.evolve(settings, me=(*settings.me, first))
    raise UnreadableSource(source.name, "it asks again and again")


def plain(reason: str) -> str:
    """A reason without what differs from file to file: quoted words, numbers."""
    return re.sub(r"\d+", "N", re.sub(r"'[^']*'|\"[^\"]*\"|„[^“]*“", "…", reason))[:140]


def files_of(folder: Path) -> Iterator[Source | SourceError]:
    """All samples in a folder, also those in archives; golden files and notes are none."""
    for source in walk([folder]):
        if isinstance(source, SourceError) or not source.name.endswith((".golden", ".md.golden")):
            yield source


def measured(folder: Path) -> tuple[dict[str, Line], dict[str, Counter[str]]]:
    """A line for each importer, and the reasons for which files were refused and records skipped."""
    lines: dict[str, Line] = {}
    reasons: dict[str, Counter[str]] = {"refused": Counter(), "skipped": Counter()}
    plugins, settings = Plugins.installed(), Settings(me=ME, region="DE")
    for source in files_of(folder):
        name = UNKNOWN
        try:
            if isinstance(source, SourceError):
                raise source
            importer = recognise(source, plugins, settings)
            name = importer.name
            kinds, why = read(importer, source)
        except SourceError as error:
            line = lines.setdefault(name, Line())
            line.files, line.refused = line.files + 1, line.refused + 1
            reasons["refused"][f"{name}: {plain(error.reason)}"] += 1
            continue
        line = lines.setdefault(name, Line())
        line.files += 1
        line.touchpoints += kinds[Touchpoint.__name__]
        line.people += kinds[Person.__name__]
        line.left_out += kinds[LeftOut.__name__]
        line.skipped += kinds[Skipped.__name__]
        reasons["skipped"].update({f"{name}: {reason}": n for reason, n in why.items()})
    return lines, reasons


def table(lines: dict[str, Line]) -> str:
    """The lines as Markdown, with their sum."""
    head = [field.name.replace("_", " ") for field in attrs.fields(Line)]
    rows = [(name, *attrs.astuple(lines[name])) for name in sorted(lines, key=lambda n: (n == UNKNOWN, n))]
    total = ("**all**", *(sum(row[n] for row in rows) for n in range(1, len(head) + 1)))
    out = [f"| importer | {' | '.join(head)} |", f"|---|{'---:|' * len(head)}"]
    return "\n".join(out + [f"| {' | '.join(map(str, row))} |" for row in (*rows, total)]) + "\n"


def own() -> str:
    """The part of the page about the own samples."""
    lines, _ = measured(SAMPLES)
    return (
        "# What the importers make of samples\n\n"
        "Written by `python -m tests.sources`. Refused are files as a whole, skipped are records; both are named with their\n"
        "reason in the report of an import. Questions of a file are answered with the first option it proposes.\n\n"
        "## Own samples\n\nMade-up files in `tests/samples`, many of them damaged on purpose. Those under `(none)` lie beside others\n"
        "that need them.\n\n" + table(lines) + "\n"
    )


def real(folder: Path) -> str:
    """The part of the page about real files."""
    lines, reasons = measured(folder)
    parts = [
        f"{REAL}\n\nFiles of other projects: calendars (many damaged on purpose), mails, cards, chats, Google Voice pages. They are\n"
        f"not part of this one.\n\n{table(lines)}"
    ]
    for what, title in (("refused", "Why files were refused"), ("skipped", "Why records were skipped")):
        rows = sorted(reasons[what].items(), key=lambda item: (-item[1], item[0]))
        listed = "\n".join(f"| {n} | {reason.replace('|', '/')} |" for reason, n in rows)
        parts.append(
            f"### {title}\n\nNumbers and quoted words left out.\n\n| times | importer: reason |\n|---:|---|\n{listed}\n"
        )
    return "\n".join(parts)


def main() -> None:
    """Writes the page."""
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    kept = before[before.index(REAL) :] if REAL in before else ""
    PAGE.write_text(own() + (real(Path(sys.argv[1])) if len(sys.argv) > 1 else kept), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
