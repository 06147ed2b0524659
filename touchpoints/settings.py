"""The user's settings: the values of `touchpoints.toml`, checked when they are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import attrs
from attrs import validators

from touchpoints.errors import InvalidValue, UnknownName, UnreadableSource
from touchpoints.language import P_, english, languages
from touchpoints.model import IMPORTANCES, KINDS_OF_CUSTOMER, Colleague

_LISTS = frozenset({"me", "own_domains", "private", "sources", "tables", "absences", "working_hours"})
KINDS_OF_LINE = ("business", "private", "hotline")


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(v) for v in value)


def _teams(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping) or not all(isinstance(m, list | tuple | str) for m in value.values()):
        raise InvalidValue(english("teams is a table: the name of a team, and a list of colleagues and lines"))
    return {str(team): _texts(members) for team, members in value.items()}


def _many(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(values)


def _spans(values: Iterable[Any]) -> tuple[tuple[date, date], ...]:
    spans = []
    for first, last in values:
        span = tuple(d if isinstance(d, date) else date.fromisoformat(d) for d in (first, last))
        if span[0] > span[1]:
            raise InvalidValue(
                english("absence {first} – {last}: the last day is before the first", first=first, last=last)
            )
        spans.append((span[0], span[1]))
    return tuple(spans)


def _span(instance: object, attribute: attrs.Attribute[Any], value: str) -> None:
    if not re.fullmatch(r"[1-9]\d{0,3}[ymd]", value):
        raise InvalidValue(
            english(
                "{name} must be a span such as 3y, 18m or 180d, not {value}", name=attribute.name, value=repr(value)
            )
        )


def _text(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value is not None and not isinstance(value, str):
        raise InvalidValue(
            english("{name} must be a text in quotes, not {value}", name=attribute.name, value=repr(value))
        )


def _table(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if not isinstance(value, Mapping):
        raise InvalidValue(
            english("{name} must be a table such as [{name}], not {value}", name=attribute.name, value=repr(value))
        )


def _hours(instance: object, attribute: attrs.Attribute[Any], value: tuple[Any, ...]) -> None:
    whole = all(isinstance(hour, int) and not isinstance(hour, bool) for hour in value)
    if len(value) != 2 or not whole or not 0 <= value[0] < value[1] <= 24:
        raise InvalidValue(
            english(
                "{name} must be two hours such as [9, 17], not {value}", name=attribute.name, value=repr(list(value))
            )
        )


def _lines(instance: object, attribute: attrs.Attribute[Any], value: Mapping[str, str]) -> None:
    for line, kind in value.items():
        if kind not in KINDS_OF_LINE:
            raise UnknownName(english("kind of line {line}", line=line), str(kind), KINDS_OF_LINE)


_OF_CUSTOMER = ("kind", "importance", "name", "tags", "owner", "contract")


def _is_day(value: Any) -> bool:
    try:
        return bool(date.fromisoformat(str(value)))
    except ValueError:
        return False


def _customers(instance: object, attribute: attrs.Attribute[Any], value: Mapping[str, Mapping[str, Any]]) -> None:
    allowed = {"kind": KINDS_OF_CUSTOMER, "importance": IMPORTANCES}
    for who, fields in value.items():
        if "contract" in fields and not _is_day(fields["contract"]):
            raise InvalidValue(english("contract of {who}: write a date such as 2026-09-30", who=who))
        for field, known in allowed.items():
            if field in fields and fields[field] not in known:
                raise UnknownName(f"{field} of {who}", str(fields[field]), known)
        for field in fields.keys() - {*_OF_CUSTOMER}:
            raise UnknownName(english("field of customer {who}", who=who), field, _OF_CUSTOMER)


@attrs.frozen(slots=True, kw_only=True)
class Settings:
    """What the user decided once; every field has a sensible default and the same name in `touchpoints.toml`.

    `me`: own numbers, addresses, profile addresses and display names. `own_domains`: further domains that are ours.
    `timezone`: IANA name; `region`: ISO 3166-1 or -2, the country for numbers and the holiday calendar.
    `date_order`: DMY or MDY for dates with slashes or dashes that the file itself cannot decide.
    `known_only`: `phones` (phone backups, and routers with unsorted lines, store only what the directory knows),
    `always` or `never`. `subjects`: whether subject lines are stored. `lines`: own line → business, private, hotline.
    `one_person`: names that mean one person each, in whatever source they stand (a display name alone joins nobody).
    `private`: handles and calendars that are never stored. `customers`: domain or name → kind, importance,
    name, tags, owner, contract (the date on which a contract ends or is renewed).
    `cadence`: contact, customer or tag → "30d", or {ideal = "30d", latest = "45d"}. `importers`: file pattern →
    importer. `zones`: a zone name found in files → IANA name. `rules`: rule → its thresholds. `tables`: column
    mappings for tables no importer knows. `absences`: own days off as [first, last] pairs of ISO dates; they do not
    count as silence. `working_hours`: first and last hour of a working day, Monday to Friday.
    `teams`: team → names of colleagues and own lines or queues. `agreed`: what was agreed with the works council about
    figures of fewer than five colleagues ("agreement of 3 March 2026"); it lifts that minimum and stands on every report.
    `sources`: folders and files that `touchpoints today` imports, relative to the settings file. `retention`: how long
    touchpoints are kept ("3y", "18m", "180d"); each import drops what has become older.
    """

    me: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    own_domains: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    timezone: str | None = attrs.field(default=None, validator=_text)
    region: str | None = attrs.field(default=None, validator=_text)
    date_order: str | None = attrs.field(
        default=None, validator=validators.optional(validators.in_(("DMY", "MDY", "YMD")))
    )
    lang: str | None = attrs.field(default=None, validator=validators.optional(validators.in_(languages())))
    known_only: str = attrs.field(default="phones", validator=validators.in_(("phones", "always", "never")))
    subjects: bool = True
    lines: Mapping[str, str] = attrs.field(factory=dict, validator=[_table, _lines])
    one_person: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    private: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    customers: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict, validator=[_table, _customers])
    cadence: Mapping[str, Any] = attrs.field(factory=dict, validator=_table)
    importers: Mapping[str, str] = attrs.field(factory=dict, validator=_table)
    zones: Mapping[str, str] = attrs.field(factory=dict, validator=_table)
    rules: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict, validator=_table)
    tables: tuple[Mapping[str, Any], ...] = attrs.field(default=(), converter=_many)
    colleagues: tuple[Colleague, ...] = attrs.field(default=(), converter=_many)
    absences: tuple[tuple[date, date], ...] = attrs.field(default=(), converter=_spans)
    working_hours: tuple[int, int] = attrs.field(default=(9, 17), converter=_many, validator=_hours)
    sources: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    teams: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=_teams)
    agreed: str = attrs.field(default="", validator=_text)
    retention: str | None = attrs.field(default=None, validator=[_text, validators.optional(_span)])

    @classmethod
    def from_toml(cls, path: Path) -> Settings:
        """The settings of a `touchpoints.toml`.

        Raises `UnreadableSource` for a file that is no TOML, `UnknownName` for a name that is no setting,
        `InvalidValue` for a value of the wrong kind.
        """
        import tomllib

        try:
            values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UnreadableSource(path.name, english("not a readable settings file: {error}", error=error)) from error
        return cls.of(values)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Settings:
        """The settings from plain values, as a TOML file holds them (`[[table]]` and `[[colleague]]` in the
        singular)."""
        values = {{"table": "tables", "colleague": "colleagues"}.get(k, k): v for k, v in values.items()}
        known = {field.name for field in attrs.fields(cls)}
        for unknown in values.keys() - known:
            raise UnknownName(P_("reason", "setting"), unknown, known)
        if "colleagues" in values:
            values["colleagues"] = _colleagues(values["colleagues"])
        for name in _LISTS & values.keys():
            if not isinstance(values[name], str | list | tuple):
                raise InvalidValue(english("{name} must be a list, not {value}", name=name, value=repr(values[name])))
        try:
            return cls(**values)
        except (TypeError, ValueError, AttributeError) as error:
            if isinstance(error, InvalidValue):
                raise
            raise InvalidValue(english("settings: {error}", error=error.args[0] if error.args else error)) from error

    def threshold(self, rule: str, name: str, default: float) -> float:
        """A rule's threshold: the user's value, else `default`. Raises `InvalidValue` if the value is no number, or below
        zero."""
        value = self.rules.get(rule, {}).get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise InvalidValue(
                english(
                    "[rules.{rule}] {name} must be a number, zero or more, not {value}",
                    rule=rule,
                    name=name,
                    value=repr(value),
                )
            )
        return value

    def check_thresholds(self, declared: Mapping[str, Mapping[str, float] | None]) -> None:
        """Whether every table and name under `[rules]` is one of the `declared`: rule → its thresholds with their
        defaults, `None` for a rule that does not say which it has. Raises `UnknownName`, and `InvalidValue` for a value
        that is no number."""
        for rule, values in self.rules.items():
            if rule not in declared:
                raise UnknownName(P_("reason", "rule in the settings"), rule, declared)
            if not isinstance(values, Mapping):
                raise InvalidValue(
                    english(
                        "[rules.{rule}] must be a table of thresholds, not {values}", rule=rule, values=repr(values)
                    )
                )
            if (known := declared[rule]) is not None:
                for name in values:
                    if name not in known:
                        raise UnknownName(english("threshold in [rules.{rule}]", rule=rule), name, known)
                    self.threshold(rule, name, 0)


def _colleagues(value: Any) -> tuple[Colleague, ...]:
    if isinstance(value, Iterable) and not isinstance(value, str | Mapping):
        return tuple(_colleague(one) for one in value)
    raise InvalidValue(english("a colleague is written as a table: [[colleague]], name = …, handles = […]"))


def _colleague(values: Any) -> Colleague:
    if not isinstance(values, Mapping) or not isinstance(values.get("name"), str):
        raise InvalidValue(english("a colleague is written as a table: [[colleague]], name = …, handles = […]"))
    known = {"name", "handles", "timezone", "region"}
    for unknown in values.keys() - known:
        raise UnknownName(P_("reason", "field of colleague"), unknown, known)
    return Colleague.of(
        values["name"], *values.get("handles", ()), timezone=values.get("timezone"), region=values.get("region")
    )
