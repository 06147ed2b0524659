"""The library's door: a store with settings and plugins, from exports in to a call list out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import attrs

from touchpoints import times
from touchpoints.answers import DISMISSALS, OUTCOMES, Answers
from touchpoints.book import Book
from touchpoints.calllist import CallList, call_list
from touchpoints.directory import OFFICE, Directory, Unresolved, contact_id
from touchpoints.errors import IdentityError, InvalidValue, PluginError, StoreError, UnknownName
from touchpoints.facts import Stored
from touchpoints.fromapp import add
from touchpoints.handles import Handle
from touchpoints.imported import Report
from touchpoints.ingest import ingest
from touchpoints.language import P_, Text, english
from touchpoints.model import Colleague, Contact, Coverage, Customer, Person, Touchpoint
from touchpoints.ourside import OurSide
from touchpoints.plugins import Plugins
from touchpoints.prior import PRIOR, SAMPLE, Prior, fit_prior, prior_sample
from touchpoints.privacy import CONSENT_YEARS, Gate, Private, keep, kept_from, years_before
from touchpoints.progress import counted, step
from touchpoints.reading import content_key
from touchpoints.relationship import CustomerView, Flag, Reason, Relationship
from touchpoints.rules.scope import THRESHOLDS
from touchpoints.sameevent import event, grouped
from touchpoints.settings import Settings
from touchpoints.store import Store
from touchpoints.store.bulk import many_values
from touchpoints.summary import Summary
from touchpoints.warmth import Warmth, judge

if TYPE_CHECKING:
    from touchpoints.reach import Reach
    from touchpoints.team.cover import Cover
    from touchpoints.team.demand import Demand
    from touchpoints.team.mix import Mix
    from touchpoints.team.service import Service
    from touchpoints.team.staffing import Staff

_REMEMBERED = ("me", "own_domains", "region", "date_order", "known_only", "subjects", "lang")


class Tracker(Answers):
    """A store of touchpoints with its settings and plugins.

    `store`: a path or a database URL (`sqlite:///touchpoints.db`); nothing keeps everything in memory. `colleagues`: our
    side, in addition to the settings' `me`. `settings`: the values of `touchpoints.toml`. `plugins`: the installed ones
    unless given. `key`: of an encrypted store (extra `encrypt`). What an import was given (`me`, zone, region …) is
    remembered in the store and holds until other settings say otherwise. No clock and no zone of the machine is read: `at`
    is an argument, and the store's zone is that of the settings or of the first colleague at the first import, else UTC.

    A store whose file or folder is write-protected is read into memory; what would change it raises `StoreError`.
    Raises `StoreError` if the store cannot be opened, or was begun in another zone than the settings name.
    """

    def __init__(
        self,
        store: str | os.PathLike[str] | None = None,
        colleagues: Iterable[Colleague] = (),
        settings: Settings | None = None,
        plugins: Plugins | None = None,
        key: str | None = None,
    ) -> None:
        self._given = settings or Settings()
        self._colleagues = tuple(colleagues)
        self._plugins = plugins
        self.store = Store(_file(store), key)
        self._directory: tuple[int, Directory] | None = None
        try:
            self._align()
        except BaseException:
            self.close()
            raise
        self.store.protect()

    def _align(self) -> None:
        """Bring settings, our side and what was derived from them together."""
        self._directory = None
        remembered = self.store.get("given", {})
        stated = {f.name: getattr(self._given, f.name) for f in attrs.fields(Settings)}
        defaults = Settings()
        for name in _REMEMBERED:
            if name in remembered and stated[name] == getattr(defaults, name):
                stated[name] = remembered[name]
        self.settings = Settings(**stated)
        colleagues = (*self._colleagues, *self.settings.colleagues)
        first = next((c for c in colleagues), None)
        self.region: str = self.settings.region or (first.region if first else None) or "DE"
        marked = [
            Handle(*written)
            for d in self.store.decisions("mark")
            if d.payload["as"] == "own"
            for written in d.payload["handles"]
        ]
        self.our_side = OurSide(
            (*colleagues, *([Colleague(marked[0].value, marked)] if marked else [])),
            self.settings.me,
            self.settings.own_domains,
            self.region,
            self.settings.lines,
        )
        zone = self.settings.timezone or (first.timezone if first else None)
        begun = self.store.get("timezone")
        if zone is not None:
            if times.iana(zone) is None:
                raise InvalidValue(
                    english("'{zone}' is no time zone; write an IANA name such as Europe/Berlin", zone=zone)
                )
            if begun is not None and begun != zone and self.store.count():
                raise StoreError(
                    english(
                        "this store keeps its dates in {begun}, the settings say {zone}; change it with: touchpoints timezone {zone}",
                        begun=begun,
                        zone=zone,
                    )
                )
            if begun != zone:
                self.store.set_zone(zone)
        elif begun is None:
            self.store.put("timezone", "UTC")
        side = content_key(
            sorted(self.our_side.domains),
            [(c.name, sorted((h.kind, h.value) for h in c.handles)) for c in self.our_side.colleagues],
            sorted(self.settings.lines),
        )
        if self.store.get("our_side") != side:
            self.store.derive(self.our_side)
            self.store.put("our_side", side)
        self.private = Private.of(self.settings, self.our_side, self.region)
        private = content_key(sorted(self.private.handles), sorted(self.private.lines))
        if self.store.get("private", content_key([], [])) != private:
            self.private.drop(self.store)
            self.store.put("private", private)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    @property
    def plugins(self) -> Plugins:
        """The plugins in use; the installed ones are looked for on first use."""
        if self._plugins is None:
            self._plugins = Plugins.installed()
        return self._plugins

    # -- in ---------------------------------------------------------------------------------------------------------------

    def ingest(
        self,
        *paths: str | os.PathLike[str],
        as_: str | None = None,
        dry_run: bool = False,
        strict: bool = False,
        remember: Mapping[str, Any] | None = None,
    ) -> Report:
        """Import files, folders and zips, recognised by content. `as_` names the importer; `dry_run` keeps nothing;
        `strict` raises the first problem as a `SourceError`; `remember` (values of `Settings`) holds from now on."""
        self.store.must_be_writable()
        if remember:
            before = self.store.get("given", {})
            fields = {k: v for k, v in remember.items() if k in _REMEMBERED}
            if not dry_run and {**before, **fields} != before:
                self.store.put("given", {**before, **fields})
            self._given = attrs.evolve(self._given, **remember)
            self._align()
        return ingest(
            paths, self.store, self.plugins, self.settings, self.our_side, self.region,
            as_=as_, dry_run=dry_run, strict=strict, who_is_who=lambda: self.directory,
        )  # fmt: skip

    def add(self, touchpoints: Iterable[Touchpoint], people: Iterable[Person] = (), *, source: str = "app") -> Report:
        """Add what an app already has: touchpoints (any iterable, read lazily) and people. Idempotent by key; a
        touchpoint without one gets a key from its content. Our own side is taken out of the parties. Values of another
        type are skipped and named."""
        return add(
            touchpoints, people, source, self.store, self.plugins, self.our_side, self.private,
            Gate(self.store, self.region),
        )  # fmt: skip

    def forget(self, name: str) -> int:
        """Undo the import of a file, by its name as `status` shows it, or the last part of it where only one file is called
        so; returns how many imports that were. Raises `UnknownName` if no such file was imported."""
        sources = self.store.sources()
        wanted = name.replace("\\", "/")  # below a folder of Windows names go on with the other stroke
        found = [s for s in sources if s[1] == name] or [s for s in sources if s[1].replace("\\", "/") == wanted]
        if not found:
            alike = [s for s in sources if s[1].replace("\\", "/").rpartition("/")[2] == wanted]
            found = alike if len({s[1] for s in alike}) == 1 else []
        if not found:
            raise UnknownName(P_("reason", "file"), name, (s[1] for s in sources))
        for source in found:
            self.store.forget(source[0])
        return len(found)

    def keep(self, at: datetime) -> int:
        """Drop what at an aware time is older than the settings' `retention`, now and in later imports; returns how many
        touchpoints went. Nothing happens without a retention."""
        if self.settings.retention is None:
            return 0
        today = at.astimezone(self.store.zone).date()
        since, least = kept_from(self.settings.retention, today), years_before(today, CONSENT_YEARS)
        return keep(self.store, self.directory, since, consents=least)

    # -- who is who ---------------------------------------------------------------------------------------------------

    @property
    @many_values()
    def directory(self) -> Directory:
        """Contacts, customers and handles as the store and the settings have them now."""
        generation = self.store.get("generation", 0)
        if self._directory is None or self._directory[0] != generation:
            directory = Directory(self.store, self.settings, self.our_side, self.region)
            state = content_key("directory", 1, generation, self.store.get("our_side"), repr(self.settings))
            if self.store.get("resolved") != state:
                self.store.resolve(directory.rows(), state)
            self._directory = (generation, directory)
        return self._directory[1]

    @property
    def team(self) -> bool:
        """Whether there are several of us."""
        return len(self.our_side.colleagues) > 1

    # -- out ----------------------------------------------------------------------------------------------------------

    def book(self, at: datetime) -> Book:
        """All relationships as values as of an aware time, with settings and evidence."""
        directory = self.directory
        return Book(self.store, directory, self.settings, at, region=self.region, prior=self.prior(at), team=self.team)

    @step(Text("fitting the usual rhythm"))
    def prior(self, at: datetime) -> Prior:
        """The rhythm prior fitted to this store's own relationships as of the first day of `at`'s month (see
        `warmth.fit_prior`); kept by content, so that it is computed once."""
        directory = self.directory
        first = at.astimezone(self.store.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        state = content_key("prior", 1, first, self.store.get("resolved"))
        kept = self.store.get("prior")
        if kept and kept[0] == state:
            return Prior(*kept[1])
        # in the order of the sample, so that only those are summed who are in it
        ids, chosen = prior_sample(directory.contacts, len(directory.contacts)), list[tuple[int, int, int]]()
        for start in range(0, len(ids), SAMPLE):
            some = ids[start : start + SAMPLE]
            summaries = self.store.summaries(first, "contact", some)
            for s in filter(None, map(summaries.get, some)):
                if (
                    s.all.first is not None
                    and s.all.last is not None
                    and s.last_sign is not None
                    and len(chosen) < SAMPLE
                ):
                    chosen.append((s.all.n - 1, s.all.last - s.all.first, s.at - s.all.first))
            if len(chosen) == SAMPLE:
                break
        prior = fit_prior(chosen) if chosen else PRIOR
        self.store.put("prior", [state, [prior.r, prior.alpha, prior.a, prior.b]])
        return prior

    def reasons(self, book: Book) -> list[Reason]:
        """The reasons all rules find in a book. A rule that fails is a problem of its plugin, and the others work."""
        found: list[Reason] = []
        self.settings.check_thresholds(self.thresholds)
        for rule in counted(self.plugins.rules, Text("looking for reasons")):
            try:
                reasons = list(rule.reasons(book, book.at))
                bad = next((r for r in reasons if not isinstance(r, Reason)), None)
                if bad is not None:
                    raise TypeError(f"returned a {type(bad).__name__}, not a Reason")
            except InvalidValue:
                raise  # the user's own settings are wrong: that is theirs to hear
            except Exception as error:
                problem = PluginError(
                    rule.name, english("rule failed: {name}: {error}", name=type(error).__name__, error=error)
                )
                self._plugins = Plugins(self.plugins.provided, (*self.plugins.problems, problem))
                continue
            found += reasons
        return found

    @property
    def thresholds(self) -> dict[str, Mapping[str, float] | None]:
        """What the settings may say under `[rules]`: rule or practice → its thresholds with their defaults (`None` where
        a plugin's rule does not say)."""
        from touchpoints.team.service import TARGETS

        return {**THRESHOLDS, "service": TARGETS, **self.plugins.thresholds}

    @step(Text("making the call list"))
    @many_values()
    def call_list(
        self,
        at: datetime,
        limit: int | None = 10,
        minutes: float | None = None,
        owner: str | None = None,
        customer_ref: str | None = None,
    ) -> CallList:
        """The call list as of an aware time: flags, what is held back, how many more, and when the next is due."""
        book = self.book(at)
        customer = self._by_ref(customer_ref) if customer_ref is not None else None
        from touchpoints import practices

        averages = practices.averages(self, at)
        return call_list(
            book, self.reasons(book), limit=limit, minutes=minutes, owner=owner, customer=customer, averages=averages
        )

    def _by_ref(self, ref: str) -> str:
        directory = self.directory
        for contact in directory.contacts.values():
            if contact.ref == ref:
                return contact.customer or contact.id
        found = directory.find(ref)
        if isinstance(found, Unresolved):
            raise IdentityError(ref)
        return found.id if isinstance(found, Customer) else found.customer or found.id

    def flags(
        self, at: datetime, limit: int | None = 10, owner: str | None = None, customer_ref: str | None = None
    ) -> tuple[Flag, ...]:
        """The relationships that need a personal call, the most urgent first; one flag a customer."""
        return tuple(self.call_list(at, limit, owner=owner, customer_ref=customer_ref).flags)

    def relationship(self, who: str, at: datetime) -> Relationship:
        """One relationship by id, handle or name, as of an aware time. A customer gives that of its strongest contact;
        a handle that waits in the queue is shown as it is. Raises `IdentityError`, and `InvalidValue` for somebody who
        objected to any evaluation."""
        found = self.directory.to_evaluate(who)
        book = self.book(at)
        if isinstance(found, Contact):
            return book.by_id[found.id]
        if isinstance(found, Customer):
            people = book.customer(found).people
            return people[0] if people else Relationship(None, found, None, *self._nothing(book))
        return self.waiting(found, book)

    def customer(self, who: str, at: datetime) -> CustomerView | None:
        """A customer as a whole, if `who` means one: warmth over the union of days, who is known how well, breadth.
        Raises `IdentityError`."""
        found = self.directory.find(who)
        return self.book(at).customer(found) if isinstance(found, Customer) else None

    @staticmethod
    def _nothing(book: Book) -> tuple[Summary, Warmth]:
        summary = Summary(book.today.toordinal())
        return summary, judge(summary, book.prior)

    def waiting(self, found: Unresolved, book: Book) -> Relationship:
        """The relationship with a handle that nobody has named yet."""
        number = str(self.directory.handle_ids[found.handle])
        summary = self.store.summaries(book.at, "handle", [number]).get(number) or Summary(book.today.toordinal())
        name = found.names[0] if found.names else found.handle.value
        contact = Contact(contact_id(found.handle), name, (found.handle,))
        return Relationship(contact, None, None, summary, judge(summary, book.prior))

    def touchpoints(
        self, contact: str | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Stored]:
        """The stored touchpoints by (time, key), of everybody or of one contact, customer or handle."""
        handles = None
        if contact is not None:
            handles = self.directory.handles_of(self.directory.find(contact))
        return self.store.touchpoints(handles, since, until)

    def timeline(self, who: str, at: datetime) -> list[Stored]:
        """What happened with a contact, customer or handle up to an aware time, newest first; an event that several
        sources tell of stands once."""
        directory = self.directory
        handles = directory.handles_of(directory.find(who))
        if not handles:
            return []

        def contact_of(handle: Handle) -> str | None:
            contact = directory.contact_of(handle)
            return contact.id if contact else None

        told = grouped(self.store.touchpoints(handles, None, at), self.store.zone, contact_of)
        return [event(group) for group in reversed(told)]

    # -- the practices of a team; each is explained in docs/measures.md ------------------------------------------------

    @step(Text("working out the reach"))
    def reach(self, who: str, at: datetime) -> Reach:
        """On which way somebody answers, how soon and when (see `practices.reach`). Raises `IdentityError`."""
        from touchpoints import practices

        return practices.reach(self, who, at)

    @step(Text("comparing the channels"))
    def mix(self, at: datetime, who: str | None = None, **choices: Any) -> Mix:
        """Channels over time, and whether a shift is more than noise; `choices` as in `practices.mix`."""
        from touchpoints import practices

        return practices.mix(self, at, who, **choices)

    @step(Text("measuring answer times"))
    def service(self, at: datetime, **choices: Any) -> Service:
        """Response and call-back times against their targets; `choices` as in `practices.service`."""
        from touchpoints import practices

        return practices.service(self, at, **choices)

    @step(Text("counting when calls come"))
    def demand(self, at: datetime, of: str = "call", **choices: Any) -> Demand:
        """When customers call or write, and the forecast of a week; `choices` as in `practices.demand`."""
        from touchpoints import practices

        return practices.demand(self, at, of, **choices)

    @step(Text("working out the staffing"))
    def staff(self, at: datetime, roster: Any = None, **choices: Any) -> Staff:
        """Heads needed by Erlang C against a roster; `choices` as in `practices.staff`."""
        from touchpoints import practices

        return practices.staff(self, at, roster, **choices)

    @step(Text("looking for cover"))
    def cover(
        self, who: str, start: date | None = None, end: date | None = None, *, at: datetime, **choices: Any
    ) -> Cover:
        """Who takes over what while a colleague is away; `choices` as in `practices.cover`."""
        from touchpoints import practices

        return practices.cover(self, who, start, end, at=at, **choices)

    def coverage(self) -> list[tuple[str, str, date, date, str]]:
        """Every span a source covers: (importer, line or account or chat, first day, last day, file)."""
        return self.store.coverage()

    def render(self, name: str, at: datetime, lang: str = "en", **choices: Any) -> str | bytes:
        """The report in a form (`json`, `text` …) and language; `choices` as in `call_list`. Raises `UnknownName`."""
        from touchpoints.report import CallReport

        renderer = self.plugins.renderer(name)
        return renderer.render(CallReport(self, at, choices), lang)

    def records(self, of: str, at: datetime, lang: str = "en", **choices: Any) -> list[dict[str, Any]]:
        """Rows of plain values for a data frame, `of` the `calls` (`choices` as in `call_list`), the `book` of all
        relationships, or the `touchpoints` up to `at` (a row for each party). Raises `UnknownName`."""
        from touchpoints import frames
        from touchpoints.report import CallReport

        match of:
            case "calls":
                return frames.call_rows(CallReport(self, at, choices), lang)
            case "book":
                return frames.book_rows(self.book(at))
            case "touchpoints":
                return list(frames.touchpoint_rows(self.touchpoints(until=at), self.store.zone))
        raise UnknownName(P_("reason", "records"), of, ("calls", "book", "touchpoints"))


def _file(store: str | os.PathLike[str] | None) -> str | os.PathLike[str] | None:
    """The file of a database URL, written as elsewhere: `sqlite:///relative`, `sqlite:////absolute`, `sqlite://` in memory."""
    if not isinstance(store, str) or "://" not in store:
        return store
    kind, _, place = store.partition("://")
    if kind != "sqlite":
        raise StoreError(
            english("{store}: a store is a file in this version; give a path, or sqlite:///FILE", store=store)
        )
    return place.removeprefix("/") or None


def default_store(folder: Path, environment: Mapping[str, str]) -> Path:
    """The store a command line takes: `TOUCHPOINTS_STORE`, else `touchpoints.db` in `folder` or a parent, else the
    user's data folder (`%LOCALAPPDATA%`, `$XDG_DATA_HOME` or `~/.local/share`)."""
    if named := environment.get("TOUCHPOINTS_STORE"):
        return Path(named)
    for place in (folder, *folder.parents):
        if (place / "touchpoints.db").is_file():
            return place / "touchpoints.db"
    base = environment.get("LOCALAPPDATA") or environment.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "touchpoints" / "touchpoints.db"


__all__ = ["DISMISSALS", "OFFICE", "OUTCOMES", "Coverage", "Tracker", "default_store"]
