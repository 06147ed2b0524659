"""The call log of Twilio: what the API answers (`calls`), or the same fields as CSV.

A call that is passed on has a parent leg and child legs: together they are one call, reached if a child was, and
without children if the parent was. Times are in UTC, in the API as mails write them. A duration alone proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from touchpoints.errors import InvalidValue
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, LeftOut, Skipped
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key
from touchpoints.source import Source
from touchpoints_calls.pages import Fields, offers, records
from touchpoints_calls.rows import covered, gathered, seconds

_SHAPES = tuple(
    frozenset({sid, "from", "to", "status", time, "direction"})
    for sid in ("sid", "call sid")
    for time in ("start time", "date created")
)
_OUTCOMES = {"completed": "reached", "busy": "missed", "no-answer": "missed", "failed": "missed", "canceled": "missed"}
_EXPORT = Text("In the Twilio console: Monitor → Logs → Calls → export (or GET /Calls.json through the API).")


class Twilio(Importer):
    """Calls of a Twilio account."""

    name = "twilio"
    channels = (CHANNELS["phone"],)
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """By the fields of its records."""
        return offers(source, *_SHAPES)

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Each call, then the span it covers."""
        return covered(self._read(source, context))

    def _read(self, source: Source, context: Context) -> Iterator[Record]:
        found = records(source, context, *_SHAPES)
        for legs in gathered(found, lambda record: record[1].get("parent call sid") or _sid(record[1])):
            if isinstance(legs, Skipped):
                yield legs
                continue
            try:
                yield _call(legs, context)
            except (InvalidValue, ValueError) as error:
                yield context.skipped(legs[0][0], str(error), str(legs[0][1]))


def _call(legs: list[tuple[int, Fields]], context: Context) -> Record:
    place, parent = next((leg for leg in legs if not leg[1].get("parent call sid")), legs[0])
    children = [fields for _, fields in legs if fields is not parent]
    said = [fields["status"].casefold() for fields in children or [parent]]
    if unknown := [status for status in said if status not in _OUTCOMES]:
        raise InvalidValue(
            english("a call that is still '{status}'; export again when it has ended", status=unknown[0])
        )
    machine = parent.get("answered by", "").casefold()
    if machine == "fax":
        return LeftOut("automatic")
    outcomes = [_OUTCOMES[status] for status in said]
    outcome = "voicemail" if machine.startswith("machine") else "reached" if "reached" in outcomes else "missed"
    caller, called, way = parent["from"], parent["to"], parent["direction"].casefold()
    if way == "inbound" or (way == "outbound-dial" and _is_ours(called, context)):
        direction = "in"
    elif way.startswith("outbound"):
        direction = "out"
        if _is_ours(called, context):  # click to call: we are rung first, then the customer
            called = next((fields["to"] for fields in children if not _is_ours(fields["to"], context)), called)
    else:
        raise InvalidValue(english("'{text}' is no direction", text=parent["direction"]))
    ours = called if direction == "in" else caller
    talked = max((seconds(fields.get("duration", "")) for fields in children or [parent]), default=0.0)
    return context.call(
        _at(parent), caller=caller, called=called, direction=direction, outcome=outcome, talked=talked, record=place,
        name=parent.get("caller name") or None if direction == "in" else None,
        line=ours if ours.startswith("+") else None,
        key=content_key("twilio", parent.get("parent call sid") or _sid(parent)),
    )  # fmt: skip


def _sid(fields: Fields) -> str:
    """A call's id; of a record without one, what else tells it apart."""
    return (
        fields.get("sid") or fields.get("call sid") or "|".join(fields.get(n, "") for n in ("from", "to", "start time"))
    )


def _is_ours(number: str, context: Context) -> bool:
    return number.casefold().startswith(("client:", "sip:")) or context.our_side.owns(context.phone(number))


def _at(fields: Fields) -> datetime:
    text = fields.get("start time") or fields.get("date created", "")
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        try:
            when = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            raise InvalidValue(english("'{text}' is no time", text=text)) from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
