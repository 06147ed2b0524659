"""The set-up: what the exports suggest, asked one question each, into a `touchpoints.toml` to look at and change."""

from __future__ import annotations

import difflib
import json
import os
import shlex
import sys
import textwrap
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from touchpoints.cli import machine
from touchpoints.cli.session import Session, command
from touchpoints.errors import InvalidValue
from touchpoints.language import english, language
from touchpoints.settings import Settings

if TYPE_CHECKING:
    from touchpoints.imported import Report
    from touchpoints.setup import FirstLook, Proposal

YES = ("", "y", "yes", "j", "ja")


@command("setup", new_config=True)
@click.argument("paths", nargs=-1, required=True, metavar="FOLDER…")
def setup(session: Session, paths: tuple[str, ...]) -> None:
    """Look through exports and propose the settings. Nothing is stored; each proposal comes with its evidence.

    One question each: Enter is yes, n is no, anything else is your own answer. What the exports leave no doubt about is
    shown and not asked. At the end a commented touchpoints.toml is written beside the store; one that is there already
    is shown with what would be added, and keeps its lines. Without a terminal nothing is asked and nothing written: the
    proposals come as lines to paste.

    Example: touchpoints setup exports/
    """
    from touchpoints.plugins import Plugins
    from touchpoints.setup import look

    run = _SetUp(session, machine.expanded(paths), Plugins.installed())
    for path in run.paths:
        if not Path(path).exists():
            raise InvalidValue(english("no such file or folder: {file}", file=path))
    asked = machine.is_terminal(sys.stdin) and machine.is_terminal(sys.stdout) and not session.as_json
    session.notice(run.say("Looking through {paths}. Nothing is stored.", paths=run.paths))
    found = look(run.paths, run.plugins, run.settings, run.settings.region or "DE")
    if not any(f.importer for f in found.files):
        raise InvalidValue(english("no export that can be read in {file}; see: touchpoints plugins", file=run.paths))
    run.asked = asked
    run.through(found)
    if session.as_json:
        run.as_json(found)
    elif asked:
        run.finish()
    else:
        run.paste()
    if run.open or found.failed:
        sys.exit(1)


class _SetUp:
    """One set-up: the answers so far, and why each is so."""

    def __init__(self, session: Session, paths: list[str], plugins: Any) -> None:
        self.session, self.paths, self.plugins = session, paths, plugins
        self.spoken = language(session.lang)
        self.say = self.spoken.say
        self.given = session.settings
        self.answers: dict[str, Any] = {}
        self.why: dict[str, list[str]] = defaultdict(list)
        self.proposals: list[Proposal] = []
        self.open: list[str] = []
        self.asked = False
        self.number = 0
        self.today = datetime.now(UTC).date()
        self.merges = 0

    @property
    def settings(self) -> Settings:
        """The settings there are with the answers so far."""
        from touchpoints.setup import merged

        before = {f.name: getattr(self.given, f.name) for f in attrs.fields(Settings)}
        return Settings(**merged(before, self.answers))

    def through(self, found: FirstLook) -> None:
        """All proposals in turn."""
        from tzlocal import get_localzone_name

        from touchpoints.directory import Directory
        from touchpoints.setup import customers, keeping, open_questions, ourselves, same_people
        from touchpoints.suggestions import contacts, similar
        from touchpoints.tracker import Tracker

        self.seen(found)
        self.settle(ourselves(found, lambda: self.settings, get_localzone_name()))
        for _ in range(2):
            with Tracker(settings=self.settings, plugins=self.plugins) as tracker:
                report = tracker.ingest(*self.paths)
                if self.settle(open_questions(report)) and "date_order" in self.answers:
                    continue  # what waited for this answer is read now
                self.still(report)
                self.settle(same_people(tracker.directory, found.numbers))
                directory = Directory(tracker.store, self.settings, tracker.our_side, tracker.region)
                self.settle(customers(directory, datetime.now(UTC)))
                self.settle(keeping(found.first, self.settings, self.today))
                self.merges = len(similar(contacts(directory)))
            break
        if self.given.lang is None:
            self.answers["lang"] = self.session.lang
        if not self.given.sources:
            below = self.session.config.absolute().parent
            self.answers["sources"] = tuple(machine.beside(Path(p).absolute(), below) for p in self.paths)

    def seen(self, found: FirstLook) -> None:
        """Which files are what."""
        kinds: dict[str, int] = defaultdict(int)
        for file in found.files:
            kinds[file.importer or "?"] += 1
        kinds.pop("?", None)
        self.session.notice("  " + ", ".join(f"{n} × {name}" for name, n in sorted(kinds.items())))
        from touchpoints.render.page import in_lines
        from touchpoints.render.sources import not_read

        rows = not_read(found.failed, self.spoken)
        for row in rows[:5]:
            self.session.notice("\n".join(in_lines(row, "  ! ", "    ", 78)))
        if len(rows) > 5:
            self.session.notice("  " + self.say("and {n} more that cannot be read", n=len(rows) - 5))

    def still(self, report: Report) -> None:
        """What the import would ask and this set-up does not settle."""
        from touchpoints.render.page import in_lines
        from touchpoints.render.sources import pasted

        for question, files in report.asked.items():
            if question.setting.startswith("date_order"):
                continue
            self.open.append(question.question)
            asked = f"? {files[0]}: {self.spoken.translated(question.question)}"
            lines = [*in_lines(asked, "  ", "    "), *pasted(question.setting, self.spoken)]
            self.session.notice("\n".join(lines))

    # -- one proposal ---------------------------------------------------------------------------------------------------

    def settle(self, proposals: Iterable[Proposal]) -> bool:
        """Take what is certain, ask the rest (without a terminal: take it as a proposal); whether anything was asked."""
        from touchpoints.setup import merged

        asked = False
        for proposal in proposals:
            self.proposals.append(proposal)
            why = [e[self.session.lang] for e in proposal.evidence]
            if proposal.certain or not self.asked:
                if proposal.certain and self.asked:
                    self.session.notice(f"\n  {proposal.statement[self.session.lang]}\n" + self.indented(why))
                if not proposal.values:
                    self.open.append(proposal.statement["en"])
                values = proposal.values
            else:
                asked = True
                values = self.ask(proposal, why)
            self.answers = merged(self.answers, values)
            for setting in values:
                taken = values == proposal.values
                self.why[setting] += (
                    [*why, *([] if proposal.certain or self.asked else [self.say("Please check this one.")])]
                    if taken
                    else [self.say("Your answer.")]
                )
        return asked

    def ask(self, proposal: Proposal, why: Sequence[str]) -> Mapping[str, Any]:
        """Ask one question until it is answered."""
        from touchpoints.render.page import in_lines

        self.number += 1
        echo = self.session.notice
        echo(f"\n{self.number}. {proposal.statement[self.session.lang]}")
        echo(
            self.indented(why),
        ) if why else None
        for place, (name, evidence, _) in enumerate(proposal.items, 1):
            echo(f"   {place:>2}  {name}\n" + "\n".join(in_lines(evidence[self.session.lang], " " * 7, " " * 7, 78)))
        if proposal.options:
            shown = [self.option(proposal, o) for o in proposal.options]
            echo("\n".join(in_lines(self.say("possible: {options}", options=", ".join(shown)), "   ", "   ", 78)))
        if proposal.items:
            prompt = self.say("Enter = yes, n = none, or the numbers of the wrong ones")
        elif proposal.values:
            prompt = self.say("Enter = yes, n = no, or your answer")
        else:
            prompt = self.say("your answer (Enter leaves it open)")
        while True:
            text = self.answer(f"   {prompt}")
            word = text.casefold()
            if not text or (proposal.values and word in YES):
                if not proposal.values:
                    self.open.append(proposal.statement["en"])
                return proposal.values
            if word in ("n", "no", "nein"):
                if not proposal.items and (text := self.instead(proposal)) == "":
                    return {}
                if proposal.items:
                    return {}
            try:
                return proposal.take(self.meant(proposal, text))
            except (InvalidValue, ValueError) as error:
                echo("   " + (error.said(self.session.lang) if isinstance(error, InvalidValue) else str(error)))

    def instead(self, proposal: Proposal) -> str:
        """What is right, where the proposal is not."""
        return self.answer("   " + self.say("then what? (Enter leaves it open)"))

    @staticmethod
    def answer(question: str) -> str:
        """What the user writes."""
        return str(click.prompt(question, default="", show_default=False)).strip()

    def option(self, proposal: Proposal, value: str) -> str:
        """How an option is called."""
        if proposal.topic == "line":
            return self.spoken.term("line", value)
        return self.say("all") if value == "all" else value

    def meant(self, proposal: Proposal, text: str) -> str:
        """The option an answer means: as it is called, by its value, or the beginning of only one."""
        word = text.casefold()
        fits = [
            o for o in proposal.options if o.casefold().startswith(word) or self.option(proposal, o).casefold().startswith(word)
        ]  # fmt: skip
        exact = [o for o in fits if word in (o.casefold(), self.option(proposal, o).casefold())]
        found = exact or fits
        return found[0] if len(found) == 1 and (proposal.topic == "line" or exact) else text

    @staticmethod
    def indented(why: Iterable[str]) -> str:
        from touchpoints.render.page import in_lines

        return "\n".join(part for line in why for part in in_lines(line, "     · ", "       ", 78))

    # -- the result -----------------------------------------------------------------------------------------------------

    @property
    def config(self) -> Path:
        return self.session.config

    def text(self) -> str:
        """The whole new file."""
        from touchpoints.setup.settingsfile import written

        return written(self.answers, self.why, self.session.lang, self.today)

    def completed(self) -> tuple[str, str, dict[str, Any]]:
        """The file there is, the same with what is missing, and what could not be put in."""
        from touchpoints.setup.settingsfile import completed

        before = self.config.read_bytes().decode("utf-8")
        after, left = completed(before, self.answers)
        return before, after, left

    def finish(self) -> None:
        """Show what would be written, ask, write it, and say how it goes on."""
        left: dict[str, Any] = {}
        if self.config.is_file():
            before, after, left = self.completed()
            if before == after and not left:
                self.session.notice("\n" + self.say("Nothing is missing in {file}.", file=self.config))
                return
            rows = difflib.unified_diff(before.splitlines(), after.splitlines(), str(self.config), "", n=1, lineterm="")
            shown = "\n".join(list(rows)[2:])
            question = self.say("Add these lines to {file}?", file=self.config)
        else:
            after, shown = self.text(), ""
            question = self.say("Write this to {file}?", file=self.config)
        Settings.of(tomllib.loads(after.lstrip("\ufeff")))
        self.session.notice("\n" + (shown or after))
        if left:
            self.left(left)
        if self.answer(f"{question} [" + self.say("Y/n") + "]").casefold() not in YES:
            self.session.notice(self.say("Nothing was written."))
            return
        self.session.write(after, str(self.config))
        self.session.notice("\n" + self.say("Written: {file}", file=self.config))
        self.onward()

    def left(self, values: Mapping[str, Any]) -> None:
        from touchpoints.setup.settingsfile import lines

        self.session.notice(
            self.say("These have to be put in by hand, for their lines are written in a way of their own:")
        )
        self.session.notice("\n".join(f"  {line}" for line in lines(values)) + "\n")

    def onward(self) -> None:
        """The next steps, with the store where it would not be found without being named."""
        from touchpoints.tracker import default_store

        self.session.notice("\n" + self.say("Next:"))
        steps = [
            ("touchpoints today", self.say("imports the exports and opens the call list")),
            ("touchpoints sort", self.say("who is a customer and who is not")),
        ]
        if self.merges:
            known = self.spoken.count(
                "{n} person seems to stand in several sources under different handles",
                "{n} people seem to stand in several sources under different handles", n=self.merges,
            )  # fmt: skip
            steps.insert(1, ("touchpoints people --suggestions", known))
        found = default_store(Path.cwd(), os.environ)
        where = (
            ""
            if found.absolute() == self.session.path.absolute()
            else f" --store {shlex.quote(str(self.session.path))}"
        )
        for line, what in steps:
            self.session.notice(f"  {line}{where}\n" + textwrap.indent(textwrap.fill(what, 72), "      "))

    def paste(self) -> None:
        """Without a terminal: the proposals as lines to paste."""
        from touchpoints.setup.settingsfile import written

        if self.config.is_file():
            _, after, left = self.completed()
            known = tomllib.loads(self.config.read_text(encoding="utf-8-sig"))
            new = {k: v for k, v in tomllib.loads(after.lstrip("\ufeff")).items() if known.get(k) != v}
            if not new and not left:
                self.session.notice(self.say("Nothing is missing in {file}.", file=self.config))
                return
            self.session.write(written({**new, **left}, self.why, self.session.lang, self.today, unsaid=False))
        else:
            self.session.write(self.text())
        self.session.notice(
            self.say("Nothing was written: check these lines and put them into {file}.", file=self.config)
        )

    def as_json(self, found: FirstLook) -> None:
        """The proposals as values."""
        record = {
            "proposals": [
                {"topic": p.topic, "statement": p.statement[self.session.lang], "settings": p.values,
                 "evidence": [e[self.session.lang] for e in p.evidence]
                 + [f"{name}: {why[self.session.lang]}" for name, why, _ in p.items],
                 "certain": p.certain, "options": list(p.options)}
                for p in self.proposals
            ],
            "settings": self.answers, "toml": self.text(), "open": self.open,
            "failed": [{"source": source, "reason": reason} for source, reason in found.failed],
        }  # fmt: skip
        self.session.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
