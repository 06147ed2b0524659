"""Help pages and usage errors of the command line in every language: translated when they are shown."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from touchpoints.language import N_, P_, SOURCE, Language, language, languages, paragraphs

_CLICKS = (  # what click says, so that it stands in the catalogues
    N_("Show this message and exit."), N_("Show the version and exit."), N_("default"), N_("required"),
    P_("reason", "Missing argument '{name}'."), P_("reason", "Missing option '{name}'."), P_("reason", "Missing command."),
    P_("reason", "Missing option '{name}'. Choose from:\n\t{choices}"),
    P_("reason", "Missing argument '{name}'. Choose from:\n\t{choices}"),
    P_("reason", "No such option: {name}"), P_("reason", "No such option '{name}'."),
    P_("reason", "No such option '{name}'. Did you mean {names}?"),
    P_("reason", "No such option '{name}'. (Possible options: {names})"),
    P_("reason", "No such command '{name}'."), P_("reason", "No such command '{name}'. Did you mean {names}?"),
    P_("reason", "Option '{name}' requires an argument."),
    P_("reason", "Got unexpected extra argument ({name})"), P_("reason", "Got unexpected extra arguments ({names})"),
    P_("reason", "Argument '{name}' takes {n} values."), P_("reason", "Option '{name}' requires {n} arguments."),
    P_("reason", "Invalid value for '{name}': {reason}"), P_("reason", "Invalid value: {reason}"),
    P_("reason", "'{value}' is not one of {choices}."), P_("reason", "'{value}' is not {choices}."),
    P_("reason", "{value} is not in the range {range}."),
    P_("reason", "'{value}' is not a valid integer."), P_("reason", "'{value}' is not a valid integer range."),
    P_("reason", "'{value}' is not a valid float."), P_("reason", "'{value}' is not a valid float range."),
    P_("reason", "File '{value}' does not exist."), P_("reason", "File '{value}' is a directory."),
)  # fmt: skip

SECTIONS = (
    (N_("Every day"), ("today", "calls", "show", "log", "note", "snooze", "dismiss", "cadence", "away", "left", "consent",
                       "week", "history", "undo")),
    (N_("Exports in"), ("setup", "import", "status", "list", "forget", "plugins")),
    (N_("Who is who"), ("people", "sort", "merge", "split", "move", "rename", "add-handle", "mark")),
    (N_("Channels, service and staff"), ("reach", "mix", "service", "demand", "staff", "cover", "backtest")),
    (N_("Store and privacy"), ("privacy", "backup", "encrypt", "decrypt", "doctor", "timezone", "completion")),
)  # fmt: skip
"""The commands as the first help page shows them, those needed most often first."""


def machine_language() -> str:
    """The language that the machine is set to, as the environment names it, if there is a catalogue; else English."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    code = named.partition(".")[0].partition("_")[0].lower()
    return code if code in languages() else SOURCE


def spoken_in(context: click.Context) -> Language:
    """The language of a help page: `--lang` wherever it stands on the line, else that of the machine."""
    return language(context.meta.get("touchpoints.lang") or machine_language())


def _asked(args: Sequence[str]) -> str | None:
    for arg, following in zip(args, [*args[1:], ""], strict=False):
        code = following if arg == "--lang" else arg.removeprefix("--lang=") if arg.startswith("--lang=") else ""
        if code in languages():
            return code
    return None


class UsageError(click.UsageError):
    """Wrong usage, told in a language."""

    def __init__(self, error: click.UsageError, spoken: Language) -> None:
        super().__init__(error.message, error.ctx)
        self.reason, self.spoken = spoken.translated(error.format_message()), spoken


class Command(click.Command):
    """A command whose help page and usage errors are told in the language."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note the language before anything is shown."""
        if asked := _asked(args):
            ctx.meta["touchpoints.lang"] = asked
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """How the command is written."""
        usage = spoken_in(ctx).say("Usage:") + " "
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=usage)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command does, by paragraphs, and an example."""
        spoken, text = spoken_in(ctx), self.help or ""
        examples = [part.strip() for part in text.split("\n\n") if part.strip().startswith("Example:")]
        with formatter.indentation():
            for part in paragraphs(text):
                formatter.write_paragraph()
                formatter.write_text(spoken.say(part))
            for example in [*examples, *([self.epilog] if self.epilog else [])]:
                formatter.write_paragraph()
                formatter.write_text(spoken.say("Example:") + example.removeprefix("Example:"))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The example stands with the text."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What each option means."""
        spoken = spoken_in(ctx)
        rows = [row for param in self.get_params(ctx) if (row := _row(param, ctx, spoken))]
        if rows:
            with formatter.section(spoken.say("Options")):
                formatter.write_dl(rows)

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence of the help text."""
        ctx = click.get_current_context(silent=True)
        parts = paragraphs(self.help or "")
        spoken = spoken_in(ctx) if ctx else language(SOURCE)
        first = spoken.say(parts[0]).partition(". ")[0].rstrip(".") if parts else ""
        return textwrap.shorten(first, limit, placeholder=" …")


def _row(param: click.Parameter, ctx: click.Context, spoken: Language) -> tuple[str, str] | None:
    row = param.get_help_record(ctx)
    if row is None or not isinstance(param, click.Option):
        return None
    written, told = row
    text = param.help or ""
    extra = told[len(text) :] if told.startswith(text) else ""  # such as "  [default: 10]"
    for word in ("default", "required"):
        extra = extra.replace(f"[{word}", f"[{spoken.say(word)}").replace(f"; {word}", f"; {spoken.say(word)}")
    return written, (spoken.say(text) if text else "") + extra


class Group(Command, click.Group):
    """The group of all commands."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What each command does, in a line, by what it is for."""
        spoken, commands = spoken_in(ctx), {name: self.commands[name] for name in self.list_commands(ctx)}
        width = max(map(len, commands))
        titles = {name: title for title, names in SECTIONS for name in names}
        for title, names in (*SECTIONS, (N_("More commands"), [n for n in commands if n not in titles])):
            rows = [
                (name.ljust(width), commands[name].get_short_help_str(formatter.width - 6 - width))
                for name in names
                if name in commands
            ]
            if rows:
                with formatter.section(spoken.say(title)):
                    formatter.write_dl(rows)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of a run; wrong usage is told in the language."""
        asked = _asked(args)
        with _told(lambda: language(asked or machine_language())):
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; wrong usage is told in the language."""
        with _told(lambda: spoken_in(ctx)):
            return super().invoke(ctx)


@contextmanager
def _told(spoken: Callable[[], Language]) -> Iterator[None]:
    try:
        yield
    except (UsageError, click.exceptions.NoArgsIsHelpError):
        raise
    except click.UsageError as error:
        raise UsageError(error, spoken()) from None
