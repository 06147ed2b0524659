"""Phone backups of the app "SMS Backup & Restore": calls-….xml, and sms-….xml with text and picture messages.

Times are milliseconds since 1970 in UTC (`readable_date` is the phone's own wording and is not read). Type 3 is a
missed call; an outgoing call that nobody took is type 2 with no seconds. Bodies are looked at for a question, not kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from touchpoints import handles
from touchpoints.asking import asks
from touchpoints.errors import InvalidValue
from touchpoints.handles import Handle
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, LeftOut, Participant, Skipped, Touchpoint
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, Keys, content_key, utc
from touchpoints.source import Source
from touchpoints_calls.elements import Element, elements
from touchpoints_calls.rows import MOST_REMEMBERED, Equals, again, as_written, covered, seconds

_CALL_TYPES = {  # direction and outcome of each; without an outcome its seconds decide
    "1": ("in", "reached"), "2": ("out", None), "3": ("in", "missed"), "4": ("in", "voicemail"),
    "5": ("in", "declined"), "6": ("in", "declined"), "7": ("in", "reached"),
}  # fmt: skip
_NOBODY = {"", "(unknown)", "null", "unknown", "(unbekannt)"}
_FROM, _CC = "137", "130"
"""Types of an `addr` in a picture message; the others are 151 (to) and 129 (blind copy)."""
_GROUP = re.compile(r"(?i)(?:@rcs\.google\.com|^proto:)")
"""What an RCS group is called in an `address`: an id of the conversation, nobody's address."""
_EXPORT = Text(
    "On the phone in “SMS Backup & Restore”: back up now (calls and messages), then copy the XML files here."
)


class AndroidCalls(Importer):
    """`calls-….xml`: the call log of an Android phone."""

    name = "android-calls"
    channels = (CHANNELS["phone"],)
    known_only = "always"
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """By its root element."""
        return _root(source) == "calls"

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Each call, then the span up to the backup."""
        seen: dict[tuple[str, ...], tuple[Touchpoint | LeftOut, Keys]] = {}
        return _backup(source, context, {"call": lambda element: _call(element, context, seen)}, "calls")


class AndroidMessages(Importer):
    """`sms-….xml`: text and picture messages of an Android phone."""

    name = "android-messages"
    channels = (CHANNELS["sms"],)
    known_only = "always"
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """By its root element."""
        return _root(source) == "smses"

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Each message, then the span up to the backup."""
        equals = Equals()
        readers = {
            "sms": lambda element: _text(element, context, equals),
            "mms": lambda element: _picture(element, context, equals),
        }
        return _backup(source, context, readers, "messages")


def _root(source: Source) -> str | None:
    text = re.sub(r"(?s)<!--.*?(-->|$)", "", source.head_text).lstrip()
    match = re.search(r"<([A-Za-z]+)[\s>/]", text) if text.startswith("<") else None
    return match[1] if match and re.search(r"\b(count|number|address)=", text) else None


def _backup(
    source: Source, context: Context, readers: Mapping[str, Callable[[Element], Record]], what: str
) -> Iterator[Record]:
    """The records of a backup; the day on which it was made ends the span it covers."""
    made = re.search(r"\bbackup_date=[\"'](\d{12,13})[\"']", source.head_text)

    def records() -> Iterator[Record]:
        for element in elements(source, context, frozenset(readers)):
            if isinstance(element, Skipped):
                yield element
                continue
            try:
                yield readers[element[1]](element)
            except (ValueError, KeyError) as error:
                values = {k: v for k, v in element[2].items() if k in ("date", "number", "address", "type", "msg_box")}
                reason = english("no '{field}'", field=error.args[0]) if isinstance(error, KeyError) else str(error)
                yield context.skipped(element[0], reason, f"{element[1]} {values}")

    return covered(records(), what, context.at(utc(int(made[1]) / 1000)).date() if made else None)


def _at(values: Mapping[str, str], context: Context) -> datetime:
    try:
        at = datetime.fromtimestamp(int(values["date"]) / 1000, context.zone)
    except (ValueError, OverflowError, OSError):
        at = None
    if at is None or not 1970 <= at.year < 2200:
        raise InvalidValue(english("'{text}' is no time in milliseconds", text=values["date"]))
    return at


def _name(values: Mapping[str, str]) -> str:
    name = values.get("contact_name", "")
    return "" if name.strip().casefold() in _NOBODY else name


def _call(element: Element, context: Context, seen: dict[tuple[str, ...], tuple[Touchpoint | LeftOut, Keys]]) -> Record:
    line, _, values, _ = element
    kind = values["type"]
    if kind not in _CALL_TYPES:
        raise InvalidValue(english("'{kind}' is no type of call", kind=kind))
    direction, outcome = _CALL_TYPES[kind]
    talked: float | None = seconds(values.get("duration", ""))
    outcome = outcome or ("reached" if talked else "missed")
    if kind == "7":
        talked = None  # taken on another device, which keeps the length
    number = values["number"] if values.get("presentation", "1") == "1" else ""
    people = (number, values.get("contact_name", ""), direction)
    at = _at(values, context)
    known = seen.get(people)
    if known is None:
        made = context.call(
            at, caller=number if direction == "in" else None, called=number if direction == "out" else None,
            direction=direction, outcome=outcome, talked=talked, name=_name(values), record=line,
        )  # fmt: skip
        if isinstance(made, Skipped):
            return made
        digits = "".join(c for c in number if c.isdigit())
        if len(seen) >= MOST_REMEMBERED:
            seen.clear()
        known = seen[people] = made, Keys(("call", "android"), (digits, direction))
    first, key_at = known
    if isinstance(first, LeftOut):
        return first
    return again(first, at, key_at(values["date"]), outcome, talked)


def _text(element: Element, context: Context, equals: Equals) -> Record:
    _, _, values, _ = element
    kind, address = values["type"], values["address"]
    if kind not in ("1", "2"):
        return LeftOut("draft")  # written, waiting or failed: it reached nobody
    if _GROUP.search(address):
        raise InvalidValue(english("a group message that does not say who wrote it and to whom"))
    other = _person(address, context)
    if other is None:
        return LeftOut("hidden number" if handles.is_hidden(address) else "automatic")
    role = "from" if kind == "1" else "to"
    people = [Participant(role, other, _name(values) or None)]
    return _message(values, context, equals, kind == "1", people, values.get("body", ""))


def _picture(element: Element, context: Context, equals: Equals) -> Record:
    """A picture or group message. `address` names the others in the conversation; whom it does not name is us.

    An RCS group has an id there, so that its people are those of the `addr`s; of one that we received, only the sender
    is known to be another, unless our own number is among the rest."""
    _, _, values, inside = element
    if values["msg_box"] not in ("1", "2"):
        return LeftOut("draft")
    incoming = values["msg_box"] == "1"
    address = values.get("address", "")
    conversation = {h: None for a in re.split("[~,;]", address) if (h := _person(a, context))}
    written = [(_person(a.get("address", ""), context), a.get("type", "")) for tag, a in inside if tag == "addr"]
    if _GROUP.search(address):
        senders = {h: None for h, kind in written if h and kind == _FROM}
        ours = {h for h, _ in written if h and context.our_side.owns(h)}
        rest = {h: None for h, _ in written if h and h not in senders and h not in ours}
        conversation = {**senders, **(rest if ours else {})} if incoming else rest
        if not conversation:
            raise InvalidValue(english("a group message that does not say who wrote it and to whom"))
    sender = next((h for h, kind in written if kind == _FROM and h in conversation), None) if incoming else None
    if incoming and sender is None:
        sender = next(iter(conversation), None)
    copied = {h for h, kind in written if kind == _CC}
    name = _name(values) if len(conversation) == 1 else ""
    people = [
        Participant("from" if h == sender else "cc" if h in copied else "to", h, name or None) for h in conversation
    ]
    if not people:
        return LeftOut("automatic")
    body = " ".join(a.get("text", "") for tag, a in inside if tag == "part" and a.get("ct") == "text/plain")
    return _message(values, context, equals, incoming, people, body)


def _message(
    values: Mapping[str, str], context: Context, equals: Equals, incoming: bool, people: list[Participant], body: str
) -> Record:
    who = " ".join(sorted(f"{p.role} {as_written(p.handle)}" for p in people if p.handle))
    thread = ",".join(sorted(p.handle.value for p in people if p.handle))
    direction = "in" if incoming else "out"
    return context.touchpoint(
        _at(values, context), "sms", (*people, Participant("to" if incoming else "from", None, own=True)),
        key=content_key("sms", "android", values["date"], who, direction, equals(values["date"], (who, direction))),
        direction=direction, thread=thread, expects_reply=asks(body),
    )  # fmt: skip


def _person(address: str, context: Context) -> Handle | None:
    """Who an address is; `None` for a machine: a short number, or a word such as a parcel service uses."""
    if "@" in address:
        return handles.email(address)
    if re.search(r"[^\W\d_]", address):
        return None
    handle = context.phone(address)
    return handle if handle is not None and handle.kind == "phone" else None
