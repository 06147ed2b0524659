"""All errors of the library: one root, fields as attributes, the message built from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from touchpoints.language import Language


def english(message: str, /, **figures: Any) -> str:
    """See `language.english`; languages are loaded when something is said."""
    from touchpoints import language

    return language.english(message, **figures)


def language(code: str) -> Language:
    """See `language.language`."""
    from touchpoints import language

    return language.language(code)


class TouchpointsError(Exception):
    """Root of every error the library raises on purpose. `str` is English; `said` speaks the other languages too."""

    def said(self, lang: str) -> str:
        """The message in a language."""
        return language(lang).translated(str(self))


class InvalidValue(TouchpointsError, ValueError):
    """A value breaks a rule of the model, for example a time without a zone."""


class PluginError(TouchpointsError):
    """A plugin could not be loaded or broke its contract.

    Attributes: `plugin` (its name) and `reason`.
    """

    def __init__(self, plugin: str, reason: str) -> None:
        super().__init__(english("plugin {plugin}: {reason}", plugin=plugin, reason=reason))
        self.plugin = plugin
        self.reason = reason


class SourceError(TouchpointsError):
    """A file could not be imported.

    Attributes: `source` (its name), `reason`, and `record` (the line or entry, where known).
    """

    def __init__(self, source: str, reason: str, record: str | int | None = None) -> None:
        where = source if record is None else f"{source}:{record}"
        super().__init__(f"{where}: {reason}")
        self.source = source
        self.reason = reason
        self.record = record

    def said(self, lang: str) -> str:
        """Where, and the reason in a language."""
        where = self.source if self.record is None else f"{self.source}:{self.record}"
        return f"{where}: {language(lang).translated(self.reason)}"


class UnrecognisedSource(SourceError):
    """No importer recognises the file."""


class AmbiguousSource(SourceError):
    """More than one importer recognises the file. `importers` names them."""

    def __init__(self, source: str, importers: Iterable[str]) -> None:
        self.importers = tuple(sorted(importers))
        super().__init__(source, english("recognised by {names}; choose with: import --as NAME", names=self.importers))


class UnreadableSource(SourceError):
    """The file is damaged, or cannot be read without an answer.

    Where an answer would help, `question` says what to ask, `options` what may be answered, and
    `setting` the line of `touchpoints.toml` (or the option of `import`) that answers it.
    """

    def __init__(
        self,
        source: str,
        reason: str,
        record: str | int | None = None,
        *,
        question: str | None = None,
        options: Iterable[str] = (),
        setting: str = "",
    ) -> None:
        super().__init__(source, reason, record)
        self.question = question
        self.options = tuple(options)
        self.setting = setting


class IdentityError(TouchpointsError):
    """A name fits nobody, or several. `who` is what was asked for, `candidates` who fits; `near` who is called almost so."""

    def __init__(self, who: str, candidates: Iterable[str] = (), near: Iterable[str] = ()) -> None:
        self.who = who
        self.candidates = tuple(candidates)
        self.near = tuple(near)
        if self.candidates:
            super().__init__(
                english(
                    "'{who}' fits several: {candidates}; use an id, a number or an address",
                    who=who,
                    candidates=self.candidates,
                )
            )
        elif self.near:
            super().__init__(english("'{who}' is not known; perhaps meant: {near}", who=who, near=self.near))
        else:
            super().__init__(english("'{who}' is not known; see: touchpoints people", who=who))


class StoreError(TouchpointsError):
    """The store cannot be opened, read or written."""


class UnknownName(TouchpointsError):
    """A name of a fixed set is not known: a channel, a renderer, a rule, a setting.

    Attributes: `kind`, `name` and `known`.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(sorted(known))
        if self.known:
            super().__init__(
                english("unknown {kind} '{name}' (known: {known})", kind=kind, name=name, known=self.known)
            )
        else:
            super().__init__(english("unknown {kind} '{name}' (there is none)", kind=kind, name=name))
