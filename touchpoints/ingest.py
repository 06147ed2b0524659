"""From files to facts: each file to exactly one importer, each record to the store or to the report.

People-only files are read first and sources that also hold private contact last, so that an address book counts
wherever it stands among the files of one import. A file is stored whole or not at all.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from touchpoints.archives import walk
from touchpoints.directory import OFFICE, Directory
from touchpoints.errors import SourceError, UnreadableSource, UnrecognisedSource
from touchpoints.facts import Span
from touchpoints.handles import Handle, name_key
from touchpoints.imported import MOST_SHOWN, FileReport, Report
from touchpoints.language import Text, english
from touchpoints.model import (
    Absence,
    Answer,
    Channel,
    Coverage,
    Emptied,
    LeftOut,
    Person,
    Question,
    Skipped,
    Touchpoint,
)
from touchpoints.ourside import OurSide
from touchpoints.plugins import Importer, Plugins, Record
from touchpoints.privacy import Gate, Private
from touchpoints.progress import counted, step
from touchpoints.reading import Context, content_key
from touchpoints.recognition import recognise
from touchpoints.settings import Settings
from touchpoints.source import DAMAGE, MEDIA, Source
from touchpoints.store import Store

READING = 3
"""Raised when the reading of files changes, so that files are read again instead of being known by their content."""


T = TypeVar("T")
LOOKING = Text("looking for exports")


def file_by_file(items: Sequence[T], source_of: Callable[[T], Source]) -> Iterator[tuple[T, Callable[[Source], None]]]:
    """Files (or what holds one) in turn, told of by their bytes; each with what is to be called now and then while it is
    read."""
    sizes = [source_of(item).size or 0 for item in items]
    with step(LOOKING, sum(sizes) or None, "bytes") as at:
        before = 0
        for item, size in zip(items, sizes, strict=True):
            what = Text("reading {file}", file=source_of(item).name.replace("\\", "/").rpartition("/")[2])
            at.reached(before, what)

            def reading(source: Source, before: int = before, what: Text = what) -> None:
                if place := source.position:
                    at.reached(before + place, what)

            yield item, reading
            before += size
            at.reached(before)


def ingest(
    paths: Iterable[str | os.PathLike[str]],
    store: Store,
    plugins: Plugins,
    settings: Settings,
    our_side: OurSide,
    region: str,
    *,
    as_: str | None = None,
    dry_run: bool = False,
    strict: bool = False,
    who_is_who: Callable[[], Directory] | None = None,
) -> Report:
    """Import files, folders and archives; with `dry_run` read everything and keep nothing.

    Problems are entries in the report; with `strict` the first one is raised as a `SourceError` instead. `who_is_who`
    gives the directory as of what is stored, where the caller keeps one.
    """
    shared = None if dry_run else who_is_who  # what a dry run finds out is nobody's to keep
    run = _Run(store, plugins, settings, our_side, region, strict, dry_run, shared)
    if not dry_run:
        run.over(paths, as_)
        return run.report
    try:
        with store.transaction():
            run.over(paths, as_)
            raise _NothingKept
    except _NothingKept:
        store.refresh()  # what the store remembered of this run is gone with it
        return run.report


class _NothingKept(Exception):
    """Ends a dry run, so that the transaction around it is rolled back."""


class _Run:
    """One import: its report, and what all its files share."""

    def __init__(
        self,
        store: Store,
        plugins: Plugins,
        settings: Settings,
        our_side: OurSide,
        region: str,
        strict: bool,
        dry_run: bool,
        who_is_who: Callable[[], Directory] | None,
    ) -> None:
        self.dry_run = dry_run
        self.directory = who_is_who or self.directory_now
        """Who is who, between two files."""
        self.store, self.plugins, self.settings, self.our_side = store, plugins, settings, our_side
        self.region, self.strict = region, strict
        self.report = Report()
        self.formerly: dict[str, set[str]] = {}
        self.answers: list[tuple[FileReport, int, list[Answer]]] = []
        self.private = Private.of(settings, our_side, region)
        self.gate = Gate(store, region)
        self.lines = {our_side.line(line): kind for line, kind in settings.lines.items()}

    def over(self, paths: Iterable[str | os.PathLike[str]], as_: str | None) -> None:
        phases: tuple[list[tuple[Source, Importer]], ...] = ([], [])
        for found in counted(walk(paths), LOOKING):
            if isinstance(found, SourceError):
                self.failed(found)
            elif found.in_archive and found.suffix in MEDIA:
                self.report.left_out["media"] += 1
            else:
                try:
                    importer = recognise(found, self.plugins, self.settings, as_)
                except SourceError as error:
                    self.failed(error)
                    if isinstance(error, UnrecognisedSource) and self.dry_run:
                        self.guess(found)
                else:
                    phases[bool(getattr(importer, "channels", ()))].append((found, importer))
        self.remember_importers({importer.name: importer for phase in phases for _, importer in phase})
        withheld = []
        for (source, importer), self.reading in file_by_file((*phases[0], *phases[1]), lambda pair: pair[0]):
            file = self.file(source, importer)
            if file is not None and file.withheld:
                withheld.append((file, source, importer))
        if withheld:
            directory = self.directory()
            for file, source, importer in withheld:
                self.admit(file, source, importer, directory)
        if self.answers:
            self.keep_answers()
        for file in self.report.files:
            self.report.left_out.update(file.left_out)
            self.report.people += file.people
        self.report.failed.sort()
        self.report.unresolved, self.report.unresolved_total = self.waiting()

    def waiting(self) -> tuple[list[tuple[str, int]], int]:
        """The handles that nobody has named, the most frequent first, and how many there are in all; as long as nothing
        changes they are known by number."""
        state = content_key(
            "waiting", 2, self.store.get("generation", 0), self.store.get("our_side"), repr(self.settings)
        )
        kept = self.store.get("waiting")
        if kept is None or kept[0] != state:
            directory = self.directory()
            shown = directory.unresolved[:MOST_SHOWN]
            kept = [state, [(directory.handle_ids[u.handle], u.count) for u in shown], len(directory.unresolved)]
            self.store.put("waiting", kept)
        values = self.store.values(number for number, _ in kept[1])
        return [(values[number], count) for number, count in kept[1]], kept[2]

    def guess(self, source: Source) -> None:
        """What an unknown table might mean, as lines to paste."""
        for importer in self.plugins.importers:
            try:
                lines = importer.guess(source) if hasattr(importer, "guess") else ""
            except SourceError:
                continue
            if lines:
                question = english("No importer understands this table. Is this what its columns mean?")
                self.report.questions.append((source.name, Question(question, (), lines)))

    def keep_answers(self) -> None:
        """Keep what the user said in files, now that everybody whom this import names is known."""
        directory = self.directory()
        with self.store.transaction():
            for file, id_, answers in self.answers:
                lost = 0
                for answer in answers:
                    day = answer.at.astimezone(self.store.zone).toordinal()
                    number = directory.handle_ids.get(answer.who)
                    contact = directory.contact_of(answer.who)
                    who = contact.id if contact else None
                    if number is not None:  # a number may have changed hands since
                        who = directory.contact_by_number(number, day) or who
                    if who is None:
                        lost += 1
                        why = english(
                            "nobody is known by {value}; import who that is, then this file again",
                            value=answer.who.value,
                        )
                        self.report.skipped.append(Skipped(file.source, answer.kind, why))
                    elif not self.store.answered(answer, who.removeprefix(OFFICE), id_):
                        file.answers -= 1
                        file.left_out["taken back"] += 1
                file.skipped += lost
                self.report.skipped_total += lost
                kept = {"withheld": file.withheld + lost, "answers": file.answers, "left_out": file.left_out}
                self.store.finish_source(id_, {**self.store.said_of(id_), **kept})

    def directory_now(self) -> Directory:
        """Who is who in the midst of a file, which may yet be taken back."""
        return Directory(self.store, self.settings, self.our_side, self.region)

    def known_only(self, importer: Importer) -> str:
        if self.settings.known_only != "phones":
            return self.settings.known_only
        return str(getattr(importer, "known_only", "never"))

    def remember_importers(self, importers: dict[str, Importer]) -> None:
        before = self.store.get("importers", {})
        now = {name: sorted(c.name for c in getattr(i, "channels", ())) for name, i in importers.items()}
        if {**before, **now} != before:
            self.store.put("importers", {**before, **now})

    def failed(self, error: SourceError) -> None:
        if self.strict:
            raise error
        reason = error.reason
        if error.record is not None:
            reason = english("{reason} (at {place})", reason=reason, place=error.record)
        self.report.failed.append((error.source, reason))
        if isinstance(error, UnreadableSource) and error.question:
            self.report.questions.append((error.source, Question(error.question, error.options, error.setting)))

    # -- one file -------------------------------------------------------------------------------------------------------

    def fingerprint(self, importer: Importer) -> str:
        """What the reading of a file depends on beside its content."""
        s = self.settings
        side = self.our_side
        return content_key(
            READING, importer.name, getattr(importer, "version", ""), s.subjects, s.date_order, self.region, self.store.zone,
            s.known_only, sorted(s.lines.items()), sorted(s.private), sorted(s.zones.items()), s.tables,
            sorted(side.domains), [(c.name, sorted((h.kind, h.value) for h in c.handles)) for c in side.colleagues],
        )  # fmt: skip

    def file(self, source: Source, importer: Importer) -> FileReport | None:
        """Read one file; `None` if it failed. Touchpoints with people who may not be stored unless they are known are
        withheld at first."""
        file = FileReport(source.name, importer.name)
        before = len(self.report.skipped), self.report.skipped_total, len(self.report.questions)
        try:
            digest, fingerprint = source.digest(), self.fingerprint(importer)
            with self.store.transaction():
                known = self.store.source(self.gate.text(source.name), digest)
                formerly: set[str] = set()
                if known is not None and known[2] == fingerprint and not known[3].get("withheld"):
                    self.known_file(file, known[3])
                    self.report.files.append(file)
                    return file
                if known is not None and known[2] != fingerprint:
                    self.formerly[source.name] = formerly = self.store.forget(known[0])
                self.read_file(file, source, importer, digest, fingerprint, formerly)
        except SourceError as error:
            del self.report.skipped[before[0] :], self.report.questions[before[2] :]
            self.report.skipped_total = before[1]
            self.failed(error)
            return None
        except DAMAGE as error:
            self.failed(
                UnreadableSource(
                    source.name, english("damaged or cut off: {error}; export or download it again", error=error)
                )
            )
            return None
        self.report.files.append(file)
        return file

    def admit(self, file: FileReport, source: Source, importer: Importer, directory: Directory) -> None:
        """Read a file again for what was withheld, now that every file of this import has been read."""
        context = self.context(source, importer)
        policy = self.policy(importer, source, context)
        named = {name_key(name) for name in self.settings.one_person}  # whom the user named is no stranger

        def welcome() -> Iterator[Touchpoint]:
            for record in self.records(importer, source, context):
                if not isinstance(record, Touchpoint) or policy(record) != LeftOut("not known"):
                    continue
                if any(directory.knows(p.handle) or (p.name and name_key(p.name) in named) for p in record.parties):
                    file.withheld -= 1
                    file.left_out["not known"] -= 1
                    admitted = self.gate.admits(record)
                    if isinstance(admitted, Touchpoint):
                        yield admitted
                    elif isinstance(admitted, LeftOut):
                        file.left_out[admitted.reason] += 1

        with self.store.transaction():
            known = self.store.source(self.gate.text(source.name), source.digest())
            if known is None:
                return
            span = Span()
            counts = self.store.add(
                welcome(),
                known[0],
                channels=tuple(importer.channels),
                formerly=self.formerly.get(source.name, ()),
                span=span,
            )
            self.seen(file, span)
            file.counts.added += counts.added
            file.counts.updated += counts.updated
            file.counts.duplicates += counts.duplicates
            file.left_out += Counter()  # without zeros
            self.store.finish_source(known[0], {**known[3], **file.kept(), "withheld": file.withheld})

    @staticmethod
    def seen(file: FileReport, span: Span) -> None:
        """Span and channels of what was added, in the file's report."""
        file.channels |= span.channels
        for day in (span.first, span.last):
            if day is not None:
                on = date.fromordinal(day)
                file.first, file.last = min(file.first or on, on), max(file.last or on, on)

    def context(self, source: Source, importer: Importer) -> Context:
        return Context(
            self.settings, our_side=self.our_side, zone=self.store.zone, region=self.region, source=source.name,
            importer=importer.name, channels=tuple(getattr(importer, "channels", ())),
        )  # fmt: skip

    def known_file(self, file: FileReport, said: dict[str, Any]) -> None:
        """The same file as before: nothing can be new, and what its import said is said again."""
        file.remember(said)
        self.report.skipped += [Skipped(file.source, r, why) for r, why in said["skipped"]]
        del self.report.skipped[MOST_SHOWN:]
        self.report.skipped_total += file.skipped
        self.report.questions += [(file.source, Question(*q)) for q in said["questions"]]

    def read_file(
        self, file: FileReport, source: Source, importer: Importer, digest: str, fingerprint: str, formerly: set[str]
    ) -> None:
        channels: tuple[Channel, ...] = tuple(getattr(importer, "channels", ()))
        context = self.context(source, importer)
        id_ = self.store.begin_source(self.gate.text(source.name), importer.name, digest, fingerprint)
        policy = self.policy(importer, source, context)
        people: list[Person] = []
        spans: list[Coverage] = []
        emptied: list[Emptied] = []
        absences: list[Absence] = []
        answers: list[Answer] = []
        skipped: list[Skipped] = []
        questions: dict[Question, None] = {}
        usable = {*self.store.media(), *(c.name for c in channels)}
        span = Span()
        free, reading = policy.idle and self.gate.idle, self.reading

        def touchpoints() -> Iterator[Touchpoint]:
            for n, record in enumerate(self.records(importer, source, context), 1):
                if n % 2000 == 0:
                    reading(source)
                if free and type(record) is Touchpoint and record.channel in usable:
                    yield record  # nearly every record of nearly every file: nothing to decide
                    continue
                decided = self.gate.admits(policy(record) if isinstance(record, Touchpoint) else record)
                match decided:
                    case Touchpoint() if decided.channel not in usable:
                        file.skipped += 1
                        skipped.append(
                            context.skipped(
                                n,
                                english(
                                    "unknown channel '{channel}'; its importer must declare it", channel=decided.channel
                                ),
                            )
                        )
                    case Touchpoint():
                        yield decided
                    case Person():
                        if (entry := self.private.without(decided)) is None:
                            file.left_out["private"] += 1
                        else:
                            people.append(entry)
                    case Skipped():
                        file.skipped += 1
                        if len(skipped) < MOST_SHOWN:
                            skipped.append(decided)
                    case LeftOut():
                        file.left_out[decided.reason] += 1
                        if decided.emptied is not None:
                            emptied.append(decided.emptied)
                        file.withheld += decided.reason == "not known"
                    case Coverage():
                        spans.append(decided)
                    case Absence() if decided.handle is not None and not policy.knows(decided.handle):
                        pass  # of nobody who may be stored
                    case Absence():
                        absences.append(decided)
                        file.absences += decided.spans if decided.handle is None else ()
                    case Answer():
                        answers.append(decided)
                    case Question():
                        questions[decided] = None
                    case _:
                        raise UnreadableSource(
                            source.name,
                            english("importer {name} gave a {type}", name=importer.name, type=type(record).__name__),
                        )

        file.counts = self.store.add(touchpoints(), id_, channels=channels, formerly=formerly, span=span)
        self.seen(file, span)
        questions |= policy.questions
        file.people = self.store.add_people(people, id_)
        self.store.add_coverage(spans, id_)
        self.store.add_emptied(emptied, id_)
        self.store.add_absences(absences, id_)
        if self.strict and skipped:
            raise UnreadableSource(source.name, skipped[0].reason, skipped[0].record)
        self.report.skipped += skipped[: max(0, MOST_SHOWN - len(self.report.skipped))]
        self.report.skipped_total += file.skipped
        self.report.questions += [(source.name, q) for q in questions]
        kept: dict[str, Any] = {
            "skipped": [(x.record, self.gate.text(x.reason)) for x in skipped],
            "questions": [(q.question, q.options, q.setting) for q in questions],
        }
        if answers:  # kept when everybody is known; until then the file counts as not wholly read
            file.answers = len(answers)
            self.answers.append((file, id_, answers))
            kept["withheld"] = file.withheld + len(answers)
        self.store.finish_source(id_, {**file.kept(), **kept})

    def records(self, importer: Importer, source: Source, context: Context) -> Iterator[Record]:
        """An importer's records; whatever else a foreign one raises is named as the file's failure."""
        try:
            yield from importer.read(source, context)
        except (SourceError, GeneratorExit, *DAMAGE):
            raise
        except Exception as error:
            reason = english(
                "importer {name} failed: {type}: {error}", name=importer.name, type=type(error).__name__, error=error
            )
            raise UnreadableSource(source.name, reason) from error

    def policy(self, importer: Importer, source: Source, context: Context) -> _Policy:
        mode = self.known_only(importer)
        unsorted: set[str] = set()
        if mode == "lines":
            found = (r.line for r in self.records(importer, source, context) if isinstance(r, Touchpoint) and r.line)
            lines = set(found)
            context.start_again()
            if len(lines) > 1:
                unsorted = {line for line in lines if line not in self.lines and not self.our_side.owns_line(line)}
        return _Policy(self, mode, unsorted)


class _Policy:
    """What of a file's touchpoints may be stored: nothing private, and of mixed sources only people who are known."""

    def __init__(self, run: _Run, mode: str, unsorted: set[str]) -> None:
        self.run, self.mode, self.unsorted = run, mode, unsorted
        self.idle = not run.private and mode != "always" and not unsorted
        self.questions: dict[Question, None] = {
            Question(
                english(
                    "Is the line {line} business, private or a hotline? Until "
                    "then only people the directory knows count.", line=line),
                ("business", "private", "hotline"), f'[lines]\n"{line}" = "business"',
            ): None
            for line in sorted(unsorted)
        }  # fmt: skip

    def knows(self, handle: Handle) -> bool:
        """Whether somebody may be stored beside touchpoints: nobody private, and of mixed sources only who is known."""
        if (handle.kind, handle.value) in self.run.private.handles:
            return False
        return self.mode == "never" or self._directory.knows(handle)

    @cached_property
    def _directory(self) -> Directory:
        return self.run.directory_now()

    def __call__(self, touchpoint: Touchpoint) -> Touchpoint | LeftOut:
        if self.run.private.hides(touchpoint):
            return LeftOut("private")
        if self.mode == "always" or (self.mode == "lines" and touchpoint.line in self.unsorted):
            return LeftOut("not known")
        return touchpoint
