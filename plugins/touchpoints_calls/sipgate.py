"""The call history of sipgate: what `GET /v2/history` answers, saved as JSON.

Times are in UTC, durations in seconds. Numbers stand without a plus; our side is a number or a device (`e0`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from touchpoints.errors import InvalidValue
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, LeftOut, Participant, Skipped
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key
from touchpoints.source import Source
from touchpoints_calls.pages import Fields, offers, records
from touchpoints_calls.rows import covered, seconds
from touchpoints_calls.words import meaning

_NEEDED = frozenset({"source", "target", "direction", "created", "type"})
_EXPORT = Text("Fetch the history through the sipgate API (GET /v2/history) and keep it as a JSON file.")


class Sipgate(Importer):
    """Calls, voicemails and texts of a sipgate account; faxes are left out."""

    name = "sipgate"
    channels = (CHANNELS["phone"], CHANNELS["sms"])
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """By the fields of its entries."""
        return offers(source, _NEEDED) and re.search(r'"(MISSED_)?(INCOMING|OUTGOING)"', source.head_text) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Each entry of the history, then the span it covers."""
        return covered(self._read(source, context))

    def _read(self, source: Source, context: Context) -> Iterator[Record]:
        dates = context.dates(())
        for record in records(source, context, _NEEDED):
            if isinstance(record, Skipped):
                yield record
                continue
            place, fields = record
            try:
                yield _entry(place, fields, dates(fields["created"]), context)
            except (InvalidValue, ValueError) as error:
                yield context.skipped(place, str(error), str(fields))


def _entry(place: int, fields: Fields, at: datetime, context: Context) -> Record:
    kind, said = fields["type"].upper(), fields["direction"].upper()
    if kind == "FAX":
        return LeftOut("automatic")
    direction = "in" if said.endswith("INCOMING") else "out" if said.endswith("OUTGOING") else None
    if direction is None:
        raise InvalidValue(english("'{text}' is no direction", text=fields["direction"]))
    theirs, ours = ("source", "target") if direction == "in" else ("target", "source")
    number, own = _number(fields[theirs]), _number(fields[ours])
    alias = fields.get(f"{theirs}alias") or fields.get(f"{theirs} alias", "")
    name = alias if re.search(r"[^\W\d_]{2}", alias) else None
    key = content_key("sipgate", fields["id"]) if fields.get("id") else None
    if kind == "SMS":
        other = context.phone(number)
        if other is None or other.kind != "phone":
            return LeftOut("automatic")
        roles = ("from", "to") if direction == "in" else ("to", "from")
        people = (Participant(roles[0], other, name), Participant(roles[1], context.phone(own), own=True))
        key = key or content_key("sms", "sipgate", at, other.value, direction)
        return context.touchpoint(at, "sms", people, key=key, direction=direction, thread=other.value)
    talked = seconds(fields.get("duration", ""))
    outcome = "voicemail" if kind == "VOICEMAIL" else "missed" if said.startswith("MISSED") else None
    outcome = outcome or meaning(fields.get("status", "")).outcome or ("reached" if talked else "missed")
    line = own if re.search(r"\d{6}", own) else None
    caller, called = (number, line) if direction == "in" else (line, number)
    return context.call(
        at, caller=caller, called=called, direction=direction, outcome=outcome, talked=talked, name=name, record=place,
        line=line, key=key,
    )  # fmt: skip


def _number(text: str) -> str:
    """A number with its plus; an international one is written without."""
    return f"+{text}" if re.fullmatch(r"[1-9]\d{7,}", text) else text
