"""Completion for shells: the script for each, and the names and numbers that WHO may be."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    ShellComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

from touchpoints.cli.help import Command, spoken_in
from touchpoints.cli.session import COMPLETE, main
from touchpoints.encryption import failures
from touchpoints.errors import TouchpointsError
from touchpoints.language import P_, languages

SHELLS = ("bash", "zsh", "fish", "powershell")
_HOW = {
    "bash": P_("completion", 'put it into your ~/.bashrc: eval "$(touchpoints completion bash)"'),
    "zsh": P_("completion", 'put it into your ~/.zshrc: eval "$(touchpoints completion zsh)"'),
    "fish": P_("completion", "write it to ~/.config/fish/completions/touchpoints.fish"),
    "powershell": P_("completion", "put it into your $PROFILE: touchpoints completion powershell | Out-String | iex"),
}


@add_completion_class
class Bash(BashComplete):
    """Completion for bash, which takes what it is given for code: a name with spaces becomes several words, and one with
    `$(…)` a command. So each value comes quoted, to fit the quote that the word begins with, and is passed on as it is."""

    source_template = """\
%(complete_func)s() {
    local IFS=$'\\n' type value response
    response=$(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD %(complete_var)s=bash_complete $1)
    while IFS=, read -r type value; do
        case $type in
            dir) COMPREPLY=(); compopt -o dirnames ;;
            file) COMPREPLY=(); compopt -o default ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done <<< "$response"
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

    def format_completion(self, item: CompletionItem) -> str:
        """The kind of a value, and the value as bash is to read it."""
        words, at = os.environ["COMP_WORDS"].split("\n"), int(os.environ["COMP_CWORD"])
        return f"{item.type},{in_bash(item.value, words[at][:1] if at < len(words) else '')}"


def in_bash(value: str, quote: str) -> str:
    """A value as it stands in bash behind an opening `"` or `'`, or without one."""
    match quote:
        case "'":
            return value.replace("'", r"'\''")
        case '"':
            escaped = re.sub(r'([\\"$`])', r"\\\1", value)
            return re.sub(
                r"!(?=.)", "\"'!'\"", escaped
            )  # a last one stands for itself, and bash adds the closing quote
        case _:
            return re.sub(r"([^\w@%+=:,./-])", r"\\\1", value)


@add_completion_class
class PowerShell(ShellComplete):
    """Completion for Windows PowerShell and PowerShell 7."""

    name = "powershell"
    source_template = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $tree, $position)
    $line = $tree.Extent.Text
    $before = [Console]::OutputEncoding
    [Console]::OutputEncoding = [System.Text.UTF8Encoding]::new()
    $env:COMP_WORDS = $line; $env:COMP_WORD = $word; $env:%(complete_var)s = "powershell_complete"
    try {
        & %(prog_name)s | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            $text = if ($value -match '^[\\w@+./:-]+$') { $value } else {
                "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($value) + "'"
            }
            [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', ($help + ' '))
        }
    } finally {
        [Console]::OutputEncoding = $before
        Remove-Item Env:COMP_WORDS, Env:COMP_WORD, Env:%(complete_var)s
    }
}
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is written, and what is written of it."""
        words = split_arg_string(os.environ.get("COMP_WORDS", ""))
        word = os.environ.get("COMP_WORD", "").strip("'\"")
        return (words[1:-1] if word and len(words) > 1 else words[1:]), word

    def format_completion(self, item: CompletionItem) -> str:
        """A value and what it is, with a tab between."""
        return f"{item.value}\t{item.help or ''}"


@main.command("completion", cls=Command)
@click.argument("shell", type=click.Choice(SHELLS))
@click.option("--lang", type=click.Choice(languages()), help="Language of the output.")
@click.pass_context
def completion(ctx: click.Context, shell: str, lang: str | None) -> None:
    """Print the script for completion in your shell. It completes commands, options and names.

    Example: touchpoints completion bash
    """
    made = get_completion_class(shell)
    assert made is not None  # all four are known to click, or added above
    if shell == "bash":
        vars_of: Any = made
        vars_of._check_version = staticmethod(lambda: None)  # the script may be for another machine
    click.echo(made(main, {}, "touchpoints", COMPLETE).source())
    click.echo(spoken_in(ctx).term("completion", _HOW[shell]), err=True)


def names(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """The names in the store that begin like what is written; quickly, and nothing where there is no store to read."""
    from touchpoints.store import Store
    from touchpoints.tracker import default_store

    given = ctx.params.get("store")
    path = Path(given) if given else default_store(Path.cwd(), os.environ)
    if not path.is_file():
        return []
    with suppress(TouchpointsError, OSError, *failures()):
        store = Store(path)
        try:
            return [CompletionItem(name) for name in store.called(incomplete)]
        finally:
            store.close()
    return []
