"""Which importer reads a file: exactly one, or an error that says which ones would or that none does."""

from __future__ import annotations

from fnmatch import fnmatch

from touchpoints.errors import AmbiguousSource, SourceError, UnrecognisedSource
from touchpoints.language import english
from touchpoints.plugins import Importer, Plugins
from touchpoints.settings import Settings
from touchpoints.source import Source


def recognise(source: Source, plugins: Plugins, settings: Settings, as_: str | None = None) -> Importer:
    """The one importer for a file: `as_`, else the settings' pattern, else the one that recognises its content;
    fallbacks are asked only if no other does.

    Raises `UnrecognisedSource`, `AmbiguousSource`, or `UnknownName` for an importer that is not installed.
    """
    if as_:
        return plugins.importer(as_)
    for pattern, name in settings.importers.items():
        if fnmatch(source.name, pattern) or fnmatch(source.path.rpartition("/")[2], pattern):
            return plugins.importer(name)
    importers = [i.configured(settings) if hasattr(i, "configured") else i for i in plugins.importers]
    for fallback in (False, True):
        taking = [i for i in importers if bool(getattr(i, "fallback", False)) == fallback and takes(i, source)]
        if len(taking) == 1:
            return taking[0]
        if taking:
            raise AmbiguousSource(source.name, [i.name for i in taking])
    if not source.head:
        raise UnrecognisedSource(source.name, english("empty: there is nothing in it"))
    raise UnrecognisedSource(source.name, english("no importer recognises it; see: touchpoints plugins --explain FILE"))


def takes(importer: Importer, source: Source) -> bool:
    """Whether an importer recognises a file; an importer that raises does not."""
    try:
        return bool(importer.recognises(source))
    except SourceError:
        raise
    except Exception:  # a foreign importer must not stop the others; `plugins --explain` shows that it says no
        return False
