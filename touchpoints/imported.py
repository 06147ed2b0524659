"""What an import did: a report, and in it one for each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs

from touchpoints.facts import Counts
from touchpoints.model import Question, Skipped

MOST_SHOWN = 1000
"""So many skipped records are kept in a report; all are counted."""


@attrs.define(slots=True)
class FileReport:
    """What one file gave: `first` and `last` local date, `channels` and `people` for the dry run;
    `answers`: how many notes and the like of the user's it holds; `absences`: our own days off it holds."""

    source: str
    importer: str
    counts: Counts = attrs.field(factory=Counts)
    skipped: int = 0
    people: int = 0
    answers: int = 0
    withheld: int = 0
    left_out: Counter[str] = attrs.field(factory=Counter)
    channels: set[str] = attrs.field(factory=set)
    first: date | None = None
    last: date | None = None
    absences: list[tuple[date, date]] = attrs.field(factory=list)

    def kept(self) -> dict[str, Any]:
        """What of it is kept, so that the same file can say it again."""
        counts = self.counts
        return {
            "touchpoints": counts.added + counts.updated + counts.duplicates, "withheld": self.withheld,
            "skipped_total": self.skipped, "left_out": self.left_out, "channels": sorted(self.channels),
            "people": self.people, "answers": self.answers,
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "absences": sorted(self.absences),
        }  # fmt: skip

    def remember(self, kept: Mapping[str, Any]) -> None:
        """Say again what was kept of the same file: nothing in it can be new."""
        self.counts.duplicates = kept["touchpoints"]
        self.skipped = kept["skipped_total"]
        self.left_out = Counter(kept["left_out"])
        self.channels, self.answers = set(kept["channels"]), kept.get("answers", 0)
        self.first, self.last = (date.fromisoformat(d) if d else None for d in (kept["first"], kept["last"]))
        self.absences = [(date.fromisoformat(a), date.fromisoformat(b)) for a, b in kept.get("absences", ())]


@attrs.define(slots=True)
class Report:
    """What an import did. `failed`: (file, why) for every unknown, refused or unreadable file; `questions`: (file,
    question) for what an answer would settle; `unresolved`: (handle, count) that nobody can name yet. Of what is skipped
    and unresolved the first 1,000 are listed, the totals count all."""

    files: list[FileReport] = attrs.field(factory=list)
    skipped: list[Skipped] = attrs.field(factory=list)
    skipped_total: int = 0
    left_out: Counter[str] = attrs.field(factory=Counter)
    failed: list[tuple[str, str]] = attrs.field(factory=list)
    questions: list[tuple[str, Question]] = attrs.field(factory=list)
    unresolved: list[tuple[str, int]] = attrs.field(factory=list)
    unresolved_total: int = 0
    people: int = 0

    @property
    def counts(self) -> Counts:
        """Added, updated and duplicate touchpoints over all files."""
        return Counts(*(sum(getattr(f.counts, n) for f in self.files) for n in ("added", "updated", "duplicates")))

    @property
    def added(self) -> int:
        """How many touchpoints are new."""
        return self.counts.added

    @property
    def updated(self) -> int:
        """How many touchpoints a newer version changed."""
        return self.counts.updated

    @property
    def duplicates(self) -> int:
        """How many touchpoints were known already."""
        return self.counts.duplicates

    @property
    def complete(self) -> bool:
        """Whether everything was read and nothing waits for an answer."""
        return not (self.skipped_total or self.failed or self.questions)

    @property
    def asked(self) -> dict[Question, list[str]]:
        """Each question once, with the files that ask it."""
        asked: dict[Question, list[str]] = {}
        for source, question in self.questions:
            asked.setdefault(question, []).append(source)
        return asked

    def as_record(self) -> dict[str, Any]:
        """The report as the contract's JSON object."""
        return {
            **attrs.asdict(self.counts),
            "people": self.people,
            "skipped": [{"source": s.source, "record": s.record, "reason": s.reason} for s in self.skipped],
            "skipped_total": self.skipped_total,
            "left_out": dict(sorted(self.left_out.items())),
            "failed": [{"source": source, "reason": reason} for source, reason in self.failed],
            "questions": [
                {
                    "source": sources[0], "question": q.question, "options": list(q.options), "setting": q.setting,
                    "files": len(sources),
                }
                for q, sources in self.asked.items()
            ],
            "unresolved": [{"handle": handle, "count": count} for handle, count in self.unresolved],
            "unresolved_total": self.unresolved_total,
            "files": [
                {"source": f.source, "importer": f.importer, **attrs.asdict(f.counts), "skipped": f.skipped,
                 "people": f.people, "answers": f.answers,
                 "left_out": dict(sorted(f.left_out.items())), "channels": sorted(f.channels),
                 "first": f.first.isoformat() if f.first else None, "last": f.last.isoformat() if f.last else None,
                 "absences": [[first.isoformat(), last.isoformat()] for first, last in sorted(f.absences)]}
                for f in self.files
            ],
        }  # fmt: skip
