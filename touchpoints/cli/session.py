"""What all commands share. With the commands beside it this is the only place that reads the clock, the zone, the
language and the environment of the machine, and it says what it took."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, overload

import click

from touchpoints.cli import machine, progress
from touchpoints.cli.help import Command, Group, UsageError, machine_language, spoken_in
from touchpoints.encryption import failures, given_up
from touchpoints.errors import InvalidValue, TouchpointsError, UnknownName
from touchpoints.language import P_, english, language, languages
from touchpoints.markup import plain
from touchpoints.settings import Settings

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from touchpoints.facts import Decision
    from touchpoints.tracker import Tracker


class Session:
    """What every command shares: the store, the settings, the language, and where notices go."""

    def __init__(
        self, store: str | None, config: str | None, lang: str | None, as_json: bool, new_config: bool = False
    ) -> None:
        from touchpoints.tracker import default_store

        self.path = Path(store) if store else default_store(Path.cwd(), os.environ)
        self.config = Path(config) if config else self.path.parent / "touchpoints.toml"
        self.as_json = as_json
        self.exit_status = 0
        self.written: list[str] = []
        if config and not new_config and not self.config.is_file():
            raise InvalidValue(english("there is no settings file {file}", file=config))
        self.settings = Settings.from_toml(self.config) if self.config.is_file() else Settings()
        self.lang = lang or self.settings.lang or machine_language()
        self.spoken = language(self.lang)

    @property
    def quiet_output(self) -> bool:
        """Whether standard output holds only what was asked for, so that notices go to standard error."""
        return self.as_json or not machine.is_terminal(sys.stdout)

    def notice(self, text: str) -> None:
        """Something beside the output."""
        click.echo(plain(text), err=self.quiet_output)

    def tracker(self, must_exist: bool = True) -> Tracker:
        """The tracker on the store."""
        from touchpoints.tracker import Tracker

        if not self.path.exists():
            if must_exist:
                raise InvalidValue(
                    english(
                        "there is no store {file} yet; begin with: touchpoints import PATH --me YOUR-NUMBER",
                        file=self.path,
                    )
                )
            self.path.parent.mkdir(parents=True, exist_ok=True)
        tracker = Tracker(self.path, settings=self.settings, key=self.key())
        if tracker.store.read_only:
            self.notice(
                self.spoken.say(
                    "{file} can only be read here (write-protected); nothing is changed in it", file=self.path
                )
            )
        return tracker

    def key(self) -> str | None:
        """The key of an encrypted store: from the environment, else from the keyring; never from the command line, where
        other programs could read it."""
        from touchpoints.encryption import is_encrypted

        if given := os.environ.get("TOUCHPOINTS_KEY"):
            return given
        return key_from_keyring(self.path) if is_encrypted(self.path) else None

    def at(self, text: str | None, tracker: Tracker) -> datetime:
        """WHEN as a time in the store's zone; now if nothing was given, and then it says so."""
        from touchpoints import times

        now = datetime.now(UTC).astimezone(tracker.store.zone)
        if text is None:
            zone = tracker.store.zone.key
            self.notice(
                self.spoken.say("as of now, {when} ({zone})", when=self.spoken.moment(now, year=True), zone=zone)
            )
            return now
        with wrong_usage():
            return times.when(text, tracker.store.zone, now)

    def confirm(self, question: str) -> None:
        """Ask a question that has to be answered with yes; anything else breaks off."""
        yes, no = self.spoken.term("answer", P_("answer", "yes")), self.spoken.term("answer", P_("answer", "no"))
        try:
            answer = click.prompt(f"{question} [{yes}/{no}]", default="", show_default=False, err=True)
        except click.Abort:
            if sys.stdin.isatty():
                raise
            click.echo(err=True)
            raise click.ClickException(
                self.spoken.say("nobody is there to answer, so nothing was done; say yes beforehand with --yes")
            ) from None
        answer = answer.strip().casefold()
        if answer not in {yes, yes[:1], "yes", "y"}:
            raise click.ClickException(self.spoken.say("not confirmed; nothing was done"))

    def write(self, text: str | bytes, output: str | None = None) -> None:
        """Write the output to a file (readable by its owner only) or to standard output."""
        if output is None:
            click.echo(plain(text) if isinstance(text, str) and not self.as_json else text, nl=False)
            return
        try:
            machine.write_own(Path(output), text.encode("utf-8") if isinstance(text, str) else text)
        except OSError as error:
            busy = "; is it open in another program?" if isinstance(error, PermissionError) else ""
            raise InvalidValue(
                english("cannot write {file}: {error}", file=output, error=f"{error.strerror or error}{busy}")
            ) from error
        self.written.append(str(Path(output).absolute()))

    def remember_written(self) -> None:
        """Keep in the store which files were written, so that `privacy erase` can name those that may still hold somebody."""
        files = [file for file in self.written if Path(file).is_file() and Path(file) != self.config.absolute()]
        if not files or not self.path.is_file():
            return
        from touchpoints.store import Store

        store = Store(self.path, self.key())
        try:
            before = store.get(WRITTEN, [])
            if not store.read_only and not set(files) <= set(before):
                store.put(WRITTEN, sorted({*before, *files}))
        finally:
            store.close()


WRITTEN = "written"
"""Under which name a store keeps the files that were written from it."""
KEYRING = "keyring"
_SERVICE = "touchpoints"


@overload
def key_from_keyring(path: Path, *, make: Literal[True]) -> str: ...
@overload
def key_from_keyring(path: Path) -> str | None: ...
def key_from_keyring(path: Path, *, make: bool = False) -> str | None:
    """The key that the account's keyring holds for a store; `make` puts a new one there if there is none. Raises
    `InvalidValue` where a key is to be made and no keyring can hold it."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        if make:
            raise InvalidValue(english("there is no keyring here: set TOUCHPOINTS_KEY")) from None
        return None
    name = str(path.resolve())
    try:
        key: str | None = keyring.get_password(_SERVICE, name)
        if key is None and make:
            import secrets

            keyring.set_password(_SERVICE, name, secrets.token_hex(32))
            key = keyring.get_password(_SERVICE, name)
    except KeyringError as error:
        if make:
            raise InvalidValue(
                english("the keyring cannot be used ({error}): set TOUCHPOINTS_KEY", error=error)
            ) from error
        return None
    if make and not key:
        raise InvalidValue(english("the keyring does not keep the key: set TOUCHPOINTS_KEY"))
    return key


@contextmanager
def wrong_usage() -> Iterator[None]:
    """What was given on the command line is no date, or no name there is: wrong usage, not a failure of the work."""
    try:
        yield
    except (InvalidValue, UnknownName) as error:
        raise click.UsageError(str(error)) from error


def _fail(message: str) -> NoReturn:
    click.echo(plain(f"touchpoints: {' '.join(message.split())}"), err=True)
    sys.exit(1)


@contextmanager
def _plain_errors(lang: Callable[[], str]) -> Iterator[None]:
    try:
        yield
    except TouchpointsError as error:
        _fail(error.said(lang()))
    except failures() as error:
        if given_up(error):
            _interrupted(lang())
        spoken = language(lang())
        if "locked" in str(error):
            _fail(spoken.say("another program is using the store; wait until it has finished, and try again"))
        _fail(spoken.say("the store cannot be used: {error}; look at it with: touchpoints doctor", error=error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except (KeyboardInterrupt, click.Abort):
        _interrupted(lang())
    except OSError as error:
        message = language(lang()).say("cannot use {file}: {error}", file=error.filename, error=error.strerror or error)
        _fail(message if error.filename else str(error))
    except (click.ClickException, click.exceptions.Exit):
        raise
    except Exception as error:
        _mistake(error, lang())


def _mistake(error: Exception, lang: str) -> NoReturn:
    """A mistake of ours: one line, and the traceback only where it is asked for."""
    if os.environ.get("TOUCHPOINTS_TRACEBACK"):
        traceback.print_exc()
    message = language(lang).say(
        "a mistake in the program: {error}; please report it with what TOUCHPOINTS_TRACEBACK=1 shows",
        error=f"{type(error).__name__}: {error}",
    )
    _fail(message)


def _interrupted(lang: str) -> NoReturn:
    message = language(lang).say("interrupted; what was not finished was not stored")
    click.echo(f"\ntouchpoints: {message}", err=True)
    sys.exit(130)


def command(
    name: str, *, values: bool = True, new_config: bool = False
) -> Callable[[Callable[..., None]], click.Command]:
    """A command with the options that all have; `values`: whether it takes `--json`; `new_config`: whether the settings
    file may be one that is not there yet."""

    def wrap(function: Callable[..., None]) -> click.Command:
        @wraps(function)
        def run(store: str | None, config: str | None, lang: str | None, **given: Any) -> None:
            speaks = spoken_in(click.get_current_context()).code
            with _plain_errors(lambda: speaks):
                as_json = bool(given.pop("as_json", False))
                if as_json and given.get("format_") not in (None, "json", "jsonl"):
                    raise click.UsageError(
                        english("--json and --format {form} contradict each other", form=given["format_"])
                    )
                as_json = as_json or _formatted(given)
                session = Session(store, config, lang, as_json, new_config)
                speaks = session.lang
                try:
                    with progress.shown(session.spoken):
                        function(session, **given)
                    session.remember_written()
                except SystemExit:
                    session.notice(session.spoken.say("store: {file}", file=session.path))
                    raise
                session.notice(session.spoken.say("store: {file}", file=session.path))
                if session.exit_status:
                    sys.exit(session.exit_status)

        if values:
            run = click.option("--json", "as_json", is_flag=True, help="Print values as JSON.")(run)
        run = click.option("--lang", type=click.Choice(languages()), help="Language of the output.")(run)
        run = click.option("--config", metavar="F", help="Settings file (else touchpoints.toml beside the store).")(run)
        run = click.option("--store", metavar="F", help="Store (else TOUCHPOINTS_STORE, else touchpoints.db nearby).")(
            run
        )
        made = main.command(name, cls=Command)(run)
        for param in made.params:
            if param.name == "who":
                param.shell_complete = _names  # type: ignore[method-assign]  # all of them alike, said once
        return made

    return wrap


def _names(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    from touchpoints.cli.completion import names

    return names(ctx, incomplete)


def _formatted(given: dict[str, Any]) -> bool:
    return given.get("format_") not in (None, "text")


COMPLETE = "_TOUCHPOINTS_COMPLETE"
"""The variable with which a shell asks for completions (see `touchpoints completion`), however the program is called."""


class Commands(Group):
    """The commands, started: any text may be printed, and what is wrong with the arguments is one line."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = False,  # by `machine.expanded`, and only where paths are meant
        **extra: Any,
    ) -> Any:
        """Run a command and end the process with its exit status (unless not in `standalone_mode`)."""
        machine.any_text(sys.stdout, sys.stderr)
        rest = {"complete_var": complete_var or COMPLETE, "windows_expand_args": windows_expand_args, **extra}
        if not standalone_mode:
            return super().main(args, prog_name, standalone_mode=False, **rest)
        try:
            status = super().main(args, prog_name, standalone_mode=False, **rest)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(2)
        except UsageError as error:
            where = error.ctx.command_path if error.ctx else "touchpoints"
            reason = " ".join(error.reason.split()).rstrip(".")
            end = "" if reason.endswith("?") else ";"
            click.echo(f"{where}: {reason}{end} " + error.spoken.say("see: {command} --help", command=where), err=True)
            sys.exit(2)
        except (KeyboardInterrupt, click.Abort):
            _interrupted(machine_language())
        except click.ClickException as error:
            _fail(error.format_message())
        except Exception as error:
            _mistake(error, machine_language())
        sys.exit(status if isinstance(status, int) else 0)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: touchpoints calls --minutes 60",
)
@click.version_option(package_name="touchpoints")
@click.option("--lang", type=click.Choice(languages()), help="Language of this page.")
def main(lang: str | None) -> None:
    """Which customer relationships need a personal call: from the exports you have to a call list."""


def result(session: Session, record: Any, text: str) -> None:
    """A command's result: the record as JSON, else the text as a notice."""
    if session.as_json:
        session.write(json.dumps(record, ensure_ascii=False) + "\n")
    else:
        session.notice(text)


def decided(session: Session, decisions: Sequence[Decision]) -> None:
    """What the user decided, and how to take it back."""
    if session.as_json:
        values = [{"id": d.id, "kind": d.kind, "who": d.who, **d.payload} for d in decisions]
        session.write(json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=False) + "\n")
        return
    session.notice(
        session.spoken.count(
            "noted; take it back with: touchpoints undo",
            "{n} noted; take them back with: touchpoints undo",
            n=len(decisions),
        )
    )


class Word(click.Choice[str]):
    """One of some values, by itself or by what it is called in any of our languages, as a call sheet takes it."""

    def __init__(self, of: str, values: Sequence[str]) -> None:
        super().__init__(values)
        self.of = of

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The value."""
        said = " ".join(str(value).casefold().split())
        for known in self.choices:
            if said in {known, *(language(code).term(self.of, known).casefold() for code in languages())}:
                return known
        return super().convert(value, param, ctx)


def by(tracker: Tracker) -> str:
    """Who answers, for the history: the first of our colleagues."""
    return tracker.our_side.colleagues[0].name if tracker.our_side.colleagues else ""


@overload
def day(text: str, tracker: Tracker, now: datetime) -> date: ...
@overload
def day(text: None, tracker: Tracker, now: datetime) -> None: ...
def day(text: str | None, tracker: Tracker, now: datetime) -> date | None:
    """A date as the user wrote it, in the store's zone."""
    from touchpoints import times

    if text is None:
        return None
    try:
        return times.when(text, tracker.store.zone, now).date()
    except InvalidValue as error:
        from touchpoints.due import due_date  # "next Friday", "in zwei Wochen": as a note means it

        if (found := due_date(text, now.astimezone(tracker.store.zone))) is not None:
            return found
        raise click.UsageError(str(error)) from error
