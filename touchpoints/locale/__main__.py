"""Bring the catalogues up to date with the messages in the code: `python -m touchpoints.locale [NEW-LANGUAGE]`.

New messages are added without a translation, messages that are gone are dropped, translations stay. Entries are in the
order of their messages and name no lines, so that a change of the code changes only the messages that it changes.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from touchpoints.language import CATALOGUES, REASON, paragraphs
from touchpoints.plugins import Plugins

KEYWORDS = {"say": (1,), "count": (1, 2), "term": ((1, "c"), 2), "N_": (1,), "P_": ((1, "c"), 2)}
"""The calls that mark a message in a template, and which of their arguments are it (`c`: its context)."""
_ONE, _TWO, _TERM = {"say", "Text", "N_", "english"}, {"count"}, {"term", "Term", "P_"}
"""The calls that mark one in the code: with a message; its two forms; its context and it."""
OURS = ("touchpoints.", *(f"{path.name}." for path in (CATALOGUES.parents[1] / "plugins").glob("touchpoints_*")))
"""Of whose importers, rules and renderers the descriptions are messages too."""
ROOTS = (CATALOGUES.parent, CATALOGUES.parents[1] / "plugins")


def messages() -> Catalog:
    """Every message that is marked in a template or in the code, and what help pages and descriptions of plugins say."""
    found = Catalog()
    for root in ROOTS:
        for path in sorted(root.rglob("*")):
            if "templates" in path.parts and path.is_file():
                for _line, message, _comments, context in extract_from_file("jinja2", path, keywords=KEYWORDS):
                    found.add(message, context=context)
            elif path.suffix == ".py":
                tree = ast.parse(text := path.read_bytes())
                if b"touchpoints.language" in text or b"spoken" in text:
                    for message, context in _marked(tree):
                        found.add(message, context=context)
                for paragraph in _help(tree):
                    found.add(paragraph)
    for provided in Plugins.installed().provided:
        if not type(provided.offer).__module__.startswith(OURS):
            continue
        found.add(provided.about)
        if provided.kind == "importer":
            found.add(provided.looks_for)
    return found


def _marked(tree: ast.Module) -> Iterator[tuple[str | tuple[str, str], str | None]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if called in _ONE and texts and texts[0] == getattr(node.args[0], "value", None):
            yield texts[0], REASON if called == "english" else None
        elif called in _TWO and len(texts) == 2:
            yield (texts[0], texts[1]), None
        elif called in _TERM and len(texts) == 2:
            yield texts[1], texts[0]


def _help(tree: ast.Module) -> Iterator[str]:
    """The paragraphs of the docstring of each command, and the help of its options."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(_is_command(d) for d in node.decorator_list):
            yield from paragraphs(ast.get_docstring(node) or "")
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("click."):
            for given in node.keywords:
                if given.arg == "help" and isinstance(given.value, ast.Constant):
                    yield str(given.value.value)


def _is_command(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and ast.unparse(decorator.func) in ("command", "main.command", "click.group")


def brought_up_to_date(code: str) -> Catalog:
    """The catalogue of a language with the messages of the code, and the translations there are."""
    path = file_of(code)
    old = Catalog(locale=code)
    if path.is_file():
        with path.open("rb") as stream:
            old = read_po(stream, locale=code)
    new = Catalog(
        locale=code, project="touchpoints", version="", header_comment="# touchpoints: what it says", fuzzy=False
    )
    for message in messages():
        if message.id:
            known = old.get(message.id[0] if isinstance(message.id, tuple) else message.id, message.context)
            same = known is not None and isinstance(known.id, tuple) == isinstance(message.id, tuple)
            new.add(message.id, known.string if known is not None and same else None, context=message.context)
    return new


def file_of(code: str) -> Path:
    """Where the catalogue of a language stands."""
    return CATALOGUES / code / "LC_MESSAGES" / "touchpoints.po"


def written(catalogue: Catalog) -> bytes:
    """A catalogue as the text of its file: the same for the same messages and translations."""
    from io import BytesIO

    stream = BytesIO()
    write_po(stream, catalogue, width=0, sort_output=True, no_location=True, omit_header=True)
    header = f'msgid ""\nmsgstr ""\n"Language: {catalogue.locale}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    header += f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    return header.encode() + stream.getvalue()


def main() -> None:
    """Write every catalogue anew, and say what is not translated yet."""
    codes = {path.name for path in CATALOGUES.iterdir() if (path / "LC_MESSAGES").is_dir()} | set(sys.argv[1:])
    for code in sorted(codes):
        catalogue = brought_up_to_date(code)
        file_of(code).parent.mkdir(parents=True, exist_ok=True)
        file_of(code).write_bytes(written(catalogue))
        missing = [m for m in catalogue if m.id and not all(m.string if isinstance(m.string, tuple) else (m.string,))]
        print(f"{code}: {len(catalogue)} messages, {len(missing)} not translated")
        for message in missing:
            print(f"  {message.id!r}" + (f" ({message.context})" if message.context else ""))


if __name__ == "__main__":
    main()
