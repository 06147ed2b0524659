"""Plugins: what they offer, and the loading that keeps a broken one from stopping the others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

import attrs
import pluggy

from touchpoints import hookspecs
from touchpoints.errors import PluginError, UnknownName
from touchpoints.language import english, first_sentence
from touchpoints.model import Absence, Answer, Channel, Coverage, LeftOut, Person, Question, Skipped, Touchpoint

if TYPE_CHECKING:
    from touchpoints.reading import Context
    from touchpoints.settings import Settings
    from touchpoints.source import Source

GROUP = "touchpoints"
"""The entry-point group of bundled and third-party plugins alike."""

Record = Touchpoint | Person | Skipped | LeftOut | Coverage | Answer | Absence | Question


class Importer(ABC):
    """A reader of one kind of export.

    `name`: unique. `channels`: every channel its touchpoints use (none: it reads people only, and is read first).
    `fallback`: asked only when no other importer recognises a file. `known_only`: whether the source also holds
    private contact, so that by default only people the directory knows are stored: `never`, `always` (a phone backup),
    or `lines` (a router: when the file shows several own lines that are not sorted yet). `export`: how to make such an
    export again, in German and English, shown when it has grown old. Subclassing is not needed: any object with these
    attributes and methods will do.
    """

    name: str
    channels: Sequence[Channel] = ()
    fallback: bool = False
    known_only: str = "never"
    export: Mapping[str, str] = MappingProxyType({})

    def configured(self, settings: Settings) -> Importer:
        """The importer as the user's settings want it; most are the same whatever these say."""
        return self

    def guess(self, source: Source) -> str:
        """For a file nobody recognises: lines of `touchpoints.toml` that would make it readable, or nothing."""
        return ""

    @abstractmethod
    def recognises(self, source: Source) -> bool:
        """Whether the file is of this kind, by its content (mostly `source.head`); cheap, and it never raises."""

    @abstractmethod
    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """The file's records, lazily. A damaged record is a `Skipped` value in the stream, not an exception; a file
        that cannot be read at all raises `UnreadableSource`."""


class Rule(ABC):
    """A reason to call. `name`: unique. `thresholds`: what of it the user may set under `[rules.NAME]`, each with its
    default; a name that is not among them is refused. Any object with these attributes and `reasons` will do."""

    name: str
    thresholds: Mapping[str, float] = MappingProxyType({})

    def threshold(self, book: Any, name: str) -> float:
        """One of its thresholds: the user's value, else its default. Raises `InvalidValue`."""
        return float(book.settings.threshold(self.name, name, self.thresholds[name]))

    @abstractmethod
    def reasons(self, book: Any, at: datetime) -> Iterable[Any]:
        """The `Reason`s found in all relationships (a `Book`) at a time. Pure: the same book gives the same reasons."""


class Renderer(ABC):
    """A form of the report. `name`: unique, the word after `--format`; `suffix`: of its files."""

    name: str
    suffix: str

    @abstractmethod
    def render(self, report: Any, lang: str) -> str | bytes:
        """The report in a language (`de`, `en`)."""


_OFFERS: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {  # hook: (what it offers, needed attributes, needed methods)
        "touchpoints_importers": ("importer", ("name",), ("recognises", "read")),
        "touchpoints_rules": ("rule", ("name",), ("reasons",)),
        "touchpoints_renderers": ("renderer", ("name", "suffix"), ("render",)),
    }
)


class _Manager(pluggy.PluginManager):
    """Takes functions by their name, so that a plugin needs no decorator and a misspelt hook is found."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        opts = super().parse_hookimpl_opts(plugin, name)
        found = getattr(plugin, name, None) if opts is None and name.startswith("touchpoints_") else None
        module = isinstance(plugin, ModuleType)  # which may have imported names of others that begin like that
        own = not module or getattr(found, "__module__", None) == getattr(plugin, "__name__", None)
        if callable(found) and (name in _OFFERS or own):
            return {
                "wrapper": False, "hookwrapper": False, "optionalhook": False,
                "tryfirst": False, "trylast": False, "specname": None,
            }  # fmt: skip
        return opts


@attrs.frozen(slots=True)
class Provided:
    """One thing a plugin offers: `kind` (importer, rule, renderer), the object itself, and the plugin's name."""

    kind: str
    offer: Any
    plugin: str

    @property
    def about(self) -> str:
        """What it is, in a sentence: the first of its docstring, and a message of the catalogues."""
        return first_sentence(type(self.offer).__doc__)

    @property
    def looks_for(self) -> str:
        """What an importer recognises its files by, in a sentence: a message of the catalogues too."""
        said = first_sentence(type(self.offer).recognises.__doc__)
        return said[:1].lower() + said[1:] if said[1:2] in " abcdefghijklmnopqrstuvwxyz" else said


class Plugins:
    """A set of plugins as a value: what they offer, in the order of names, and what is wrong with them (`problems`)."""

    def __init__(self, provided: Iterable[Provided], problems: Iterable[PluginError] = ()) -> None:
        self.provided: tuple[Provided, ...] = tuple(sorted(provided, key=lambda p: (p.kind, p.offer.name)))
        self.problems: tuple[PluginError, ...] = tuple(problems)

    _scanned: ClassVar[tuple[tuple[str, Any], ...] | None] = None

    @classmethod
    def installed(cls, *extra: object, without: Iterable[str] = ()) -> Plugins:
        """The installed plugins, plus further modules or objects, without those named (a plugin's entry-point name).

        A plugin that cannot be loaded, clashes or breaks the contract is a problem, and the others work. Installed
        distributions are scanned once in a process.
        """
        left_out = set(without)
        found: list[tuple[str, object]] = []
        problems: list[PluginError] = []
        for name, entry in cls._entries():
            if name in left_out:
                continue
            try:
                found.append((name, entry.load()))
            except Exception as error:  # whatever a foreign module raises while it is imported
                problems.append(
                    PluginError(
                        name, english("cannot be imported: {name}: {error}", name=type(error).__name__, error=error)
                    )
                )
        found += [(_name(plugin), plugin) for plugin in extra]
        return cls._load(found, problems)

    @classmethod
    def of(cls, *plugins: object) -> Plugins:
        """Exactly these modules or objects; raises `PluginError` for the first problem."""
        loaded = cls._load([(_name(plugin), plugin) for plugin in plugins], [])
        if loaded.problems:
            raise loaded.problems[0]
        return loaded

    @classmethod
    def _entries(cls) -> tuple[tuple[str, Any], ...]:
        if cls._scanned is None:
            from importlib.metadata import entry_points

            cls._scanned = tuple(sorted(((e.name, e) for e in entry_points(group=GROUP)), key=lambda pair: pair[0]))
        return cls._scanned

    @classmethod
    def _load(cls, found: Iterable[tuple[str, object]], problems: list[PluginError]) -> Plugins:
        provided: list[Provided] = []
        owner: dict[tuple[str, str], str] = {}
        for name, plugin in found:
            try:
                offers = list(_offers(name, plugin))
            except PluginError as error:
                problems.append(error)
                continue
            for offer in offers:
                place = (offer.kind, offer.offer.name)
                if place in owner:
                    problems.append(
                        PluginError(
                            name,
                            english(
                                "its {kind} '{place}' is already provided by plugin {owner}",
                                kind=offer.kind,
                                place=place[1],
                                owner=owner[place],
                            ),
                        )
                    )
                    continue
                owner[place] = name
                provided.append(offer)
        return cls(provided, problems)

    @property
    def importers(self) -> tuple[Importer, ...]:
        """All importers, in the order of names."""
        return tuple(p.offer for p in self.provided if p.kind == "importer")

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, in the order of names."""
        return tuple(p.offer for p in self.provided if p.kind == "rule")

    @property
    def thresholds(self) -> dict[str, Mapping[str, float] | None]:
        """Rule → the thresholds it declares, with their defaults; `None` where it declares none at all."""
        return {rule.name: getattr(rule, "thresholds", None) for rule in self.rules}

    @property
    def renderers(self) -> tuple[Renderer, ...]:
        """All renderers, in the order of names."""
        return tuple(p.offer for p in self.provided if p.kind == "renderer")

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Every channel an importer declares."""
        return tuple({c.name: c for i in self.importers for c in i.channels}.values())

    def importer(self, name: str) -> Importer:
        """The importer of a name. Raises `UnknownName`."""
        return self._named("importer", name)  # type: ignore[no-any-return]  # of that kind by construction

    def renderer(self, name: str) -> Renderer:
        """The renderer of a name. Raises `UnknownName`."""
        return self._named("renderer", name)  # type: ignore[no-any-return]  # of that kind by construction

    def _named(self, kind: str, name: str) -> Any:
        offers = {p.offer.name: p.offer for p in self.provided if p.kind == kind}
        if name not in offers:
            raise UnknownName(kind, name, offers)
        return offers[name]


def _name(plugin: object) -> str:
    return str(getattr(plugin, "__name__", None) or type(plugin).__name__)


def _offers(name: str, plugin: object) -> Iterator[Provided]:
    """What one plugin offers, checked; raises `PluginError` for anything that breaks the contract."""
    manager = _Manager("touchpoints")
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(plugin, name)
        manager.check_pending()
    except (pluggy.PluginValidationError, ValueError) as error:
        known = ", ".join(_OFFERS)
        raise PluginError(
            name, english("{error} (hooks: {known})", error=str(error).splitlines()[0], known=known)
        ) from error
    version = getattr(plugin, "touchpoints_api", hookspecs.API)
    if version != hookspecs.API:
        raise PluginError(
            name,
            english(
                "written for version {version} of the plugin surface; this is version {api}",
                version=version,
                api=hookspecs.API,
            ),
        )
    for hook, (kind, needed, methods) in _OFFERS.items():
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            try:
                offers = list(implementation.function())
            except Exception as error:  # a plugin may raise anything, also late in a generator
                raise PluginError(
                    name, english("{hook} raised {name}: {error}", hook=hook, name=type(error).__name__, error=error)
                ) from error
            for offer in offers:
                _check(name, hook, kind, offer, needed, methods)
                yield Provided(kind, offer, name)


def _check(plugin: str, hook: str, kind: str, offer: object, needed: Sequence[str], methods: Sequence[str]) -> None:
    what = f"{hook} returned {type(offer).__name__}"
    for attribute in needed:
        if not isinstance(getattr(offer, attribute, None), str) or not getattr(offer, attribute):
            raise PluginError(
                plugin,
                english(
                    "{what} without a text '{attribute}'; a {kind} needs one", what=what, attribute=attribute, kind=kind
                ),
            )
    for method in methods:
        if isinstance(offer, type) or not callable(getattr(offer, method, None)):
            raise PluginError(
                plugin,
                english(
                    "{what} without a method '{method}'; a {kind} needs one (return objects, not classes)",
                    what=what,
                    method=method,
                    kind=kind,
                ),
            )
    for attribute in ("channels",) if kind == "importer" else ():
        channels = getattr(offer, attribute, ())
        if not all(isinstance(c, Channel) for c in channels):
            raise PluginError(plugin, english("{what} whose channels are not all Channel values", what=what))
    thresholds = getattr(offer, "thresholds", None) if kind == "rule" else None
    if thresholds is not None and not (isinstance(thresholds, Mapping) and all(map(_is_threshold, thresholds.items()))):
        raise PluginError(plugin, english("{what} whose thresholds are not names with numbers as defaults", what=what))


def _is_threshold(item: tuple[object, object]) -> bool:
    name, default = item
    return isinstance(name, str) and isinstance(default, int | float) and not isinstance(default, bool)
