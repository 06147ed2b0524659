"""Calls of Microsoft Teams over the telephone network: the PSTN usage report (CSV in `Calls.Export.….zip`, or JSON of
Graph's `getPstnCalls`), and direct routing (`getDirectRoutingCalls`).

Times are in UTC. In the usage report "Caller ID" of an inbound call is the number that received it, ours; where our
own numbers are known, they decide. Numbers with `*` are masked by the tenant, and so hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from touchpoints.errors import InvalidValue
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, Skipped
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key
from touchpoints.source import Source
from touchpoints_calls.pages import Fields, offers, records
from touchpoints_calls.rows import covered, seconds
from touchpoints_calls.words import NO

_USAGE_CSV = frozenset({"caller id", "call type", "destination number", "duration seconds", "start time"})
_USAGE_JSON = frozenset({"caller number", "callee number", "call type", "start date time", "duration", "charge"})
_ROUTING_CSV = frozenset({"caller number", "callee number", "call type", "invite time", "success"})
_ROUTING_JSON = frozenset({"caller number", "callee number", "call type", "invite date time", "successful call"})
_SHAPES = (_USAGE_CSV, _USAGE_JSON, _ROUTING_CSV, _ROUTING_JSON)
_EXPORT = Text("In the Teams admin centre: Analytics & reports → Usage reports → PSTN usage → export.")


class TeamsPstn(Importer):
    """Telephone calls made and taken in Teams."""

    name = "teams-pstn"
    channels = (CHANNELS["phone"],)
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """By the columns or fields of its records."""
        return offers(source, *_SHAPES)

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Each call, then the span it covers."""
        return covered(self._read(source, context))

    def _read(self, source: Source, context: Context) -> Iterator[Record]:
        for record in records(source, context, *_SHAPES):
            if isinstance(record, Skipped):
                yield record
                continue
            place, fields = record
            try:
                yield _call(place, fields, context)
            except (InvalidValue, ValueError) as error:
                yield context.skipped(place, str(error), str(fields))


def _call(place: int, fields: Fields, context: Context) -> Record:
    def first(*names: str) -> str:
        return next((fields[name] for name in names if fields.get(name)), "")

    routing = "invite time" in fields or "invite date time" in fields
    kind = first("call type").casefold().replace("_", " ")
    words = set(kind.replace("byot", "byot ").split())
    direction = "in" if words & {"in", "inbound"} else "out" if words & {"out", "outbound"} else None
    if direction is None:
        raise InvalidValue(english("'{text}' is no type of call", text=first("call type")))
    caller, called = first("caller id", "caller number"), first("destination number", "callee number")
    if direction == "in" and not routing:
        owned = [context.our_side.owns(context.phone(number)) for number in (caller, called)]
        if owned[0] or not owned[1]:
            caller, called = called, caller
    ours, theirs = (called, caller) if direction == "in" else (caller, called)
    theirs = "" if "*" in theirs else theirs
    started = first("start time", "start date time") or first("invite time", "invite date time", "failure time")
    at = _utc(started, context)
    invited, stopped = first("invite time", "invite date time"), first("start time", "start date time", "failure time")
    waited = None  # direct routing says when it began to ring; the usage report does not
    if invited and stopped:
        waited = max((_utc(stopped, context) - _utc(invited, context)).total_seconds(), 0.0)
    talked = seconds(first("duration seconds", "duration (seconds)", "duration"))
    failed = first("success", "successful call").casefold() in NO or first("event type").casefold() == "attempt"
    digits = "".join(c for c in theirs if c.isdigit())
    return context.call(
        at, caller=theirs if direction == "in" else ours, called=ours if direction == "in" else theirs,
        direction=direction, answered=talked > 0 and not failed, talked=talked, waited=waited,
        line=ours if ours and "*" not in ours else None, record=place,
        key=content_key("call", "teams-pstn", at.astimezone(UTC), digits, direction),
    )  # fmt: skip


def _utc(text: str, context: Context) -> datetime:
    at = context.dates(())(text)
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
