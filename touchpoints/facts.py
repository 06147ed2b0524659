"""Facts as the store keeps them: a touchpoint or a person as one canonical text, and back.

The text decides between two versions of one revision, so it must be the same on every machine: JSON with sorted keys,
absent fields not written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import attrs
import orjson

from touchpoints.handles import Handle
from touchpoints.model import Participant, Party, Person, Touchpoint
from touchpoints.ourside import OurSide
from touchpoints.reading import content_key


@attrs.define(slots=True)
class Counts:
    """What happened to a file's touchpoints: `added`, `updated` (a newer version won), `duplicates` (known already)."""

    added: int = 0
    updated: int = 0
    duplicates: int = 0


@attrs.frozen(slots=True)
class Stored:
    """A touchpoint as the store has it: with its key, the medium of its channel, the importer and the file it came
    from."""

    touchpoint: Touchpoint
    key: str
    medium: str
    source: str
    importer: str


class Trait(NamedTuple):
    """What is known of a handle from its days: ordinals of the first day they did, of the first day we did; how many
    touchpoints were written to us, written by us and live (reached ones only); how many in all, the first and last day,
    the media, and how many papers (invoices, tickets) came from it."""

    first_in: int | None
    first_out: int | None
    written_in: int
    written_out: int
    live: int
    n: int
    first: int
    last: int
    media: tuple[str, ...]
    papers: int


@attrs.frozen(slots=True)
class Decision:
    """Something the user decided: `kind` (merge, dismiss, snooze, note …), about `who`, at an epoch second."""

    id: int
    at: int
    kind: str
    who: str
    payload: Mapping[str, Any]


@attrs.frozen(slots=True)
class Tombstone:
    """What is left of somebody who was erased: a keyed hash of a handle (`what` = handle, on the days `since` to `until`,
    ordinals), of the end of a number (tail), of a name, or of a word of it; `at`: when, an epoch second."""

    hash: str
    what: str
    since: int
    until: int
    at: int


def sortable(revision: Iterable[int | str]) -> str:
    """A revision as a text that sorts like it: numbers (from −10⁹) before each other by size, texts as written."""
    return "".join(f"{n + 10**9:012d}\x1e" if isinstance(n, int) else f"{n}\x1e" for n in revision)


Row = tuple[str, int, str, str, str | None, str | None, Mapping[str, Any]]
"""key, at, payload, revision, series, version, and what the payload says"""


def canonical(value: Any) -> str:
    """JSON with sorted keys. Half of a broken emoji, which no UTF-8 can hold, becomes U+FFFD."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        return orjson.dumps(_mended(value), option=orjson.OPT_SORT_KEYS).decode()


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, Mapping):
        return {_mended(k): _mended(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_mended(v) for v in value]
    return value


def row_of(t: Touchpoint) -> Row:
    """What the store keeps of a touchpoint; its key is made from its content if it has none."""
    at = int(t.at.timestamp() // 1)
    values = values_of(t, at)
    payload = canonical(values)
    if "\ufffd" in payload:
        values = orjson.loads(payload)  # what is counted must be what was written
    key = t.key or content_key("added", payload)
    version = sortable(t.revision[:2]) if t.series is not None else None
    return key, at, payload, sortable(t.revision), t.series, version, values


def _handle_out(h: Handle) -> list[str | None]:
    return [h.kind, h.value, h.scope, h.raw]


def values_of(t: Touchpoint, at: int) -> dict[str, Any]:
    """What a touchpoint says, as JSON holds it; its canonical text decides between two versions of one revision. Absent
    fields are not written."""
    values: dict[str, Any] = {
        "at": at, "ch": t.channel, "dir": t.direction, "out": t.outcome,
        "with": [[*_handle_out(p.handle), p.name, p.role] for p in t.parties],
    }  # fmt: skip
    for name, value in (
        ("series", t.series), ("dur", t.duration), ("wait", t.wait), ("line", t.line), ("thread", t.thread),
        ("er", t.expects_reply), ("subj", t.subject), ("ref", t.ref),
    ):  # fmt: skip
        if value is not None:
            values[name] = value
    if t.extra:
        values["extra"] = dict(t.extra)
    if t.colleagues:
        values["coll"] = list(t.colleagues)
    if t.participants:
        values["all"] = [
            [p.role, _handle_out(p.handle) if p.handle else None, p.name, p.own, p.declined] for p in t.participants
        ]
    return values


def _parties(values: Mapping[str, Any]) -> tuple[Party, ...]:
    return tuple(Party(Handle(k, v, s, r), n, role) for k, v, s, r, n, role in values.get("with", ()))


def _participants(values: Mapping[str, Any]) -> tuple[Participant, ...]:
    return tuple(
        Participant(role, Handle(*h) if h else None, name, own, declined)
        for role, h, name, own, declined in values.get("all", ())
    )


def touchpoint_of(at: int, payload: str, key: str) -> Touchpoint:
    """The touchpoint that a text at an epoch second says."""
    v = orjson.loads(payload)
    return Touchpoint(
        datetime.fromtimestamp(at, UTC), v["ch"], v["dir"], v["out"], _parties(v), key=key, duration=v.get("dur"),
        wait=v.get("wait"), line=v.get("line"), thread=v.get("thread"), expects_reply=v.get("er"),
        colleagues=v.get("coll", ()), subject=v.get("subj"), ref=v.get("ref"), extra=v.get("extra", {}),
        participants=_participants(v),
    )  # fmt: skip


def derived(payload: str, our_side: OurSide, media: Mapping[str, str]) -> str:
    """A fact's text with its sides worked out anew. A direction that the source stated stays."""
    v = orjson.loads(payload)
    if participants := _participants(v):
        stated = None if any(p.role == "from" for p in participants) else v["dir"]
        sides = our_side.sides(participants, media[v["ch"]], stated)
        v["dir"], v["coll"] = sides.direction, list(sides.colleagues)
        parties = sides.parties
    else:
        parties = tuple(p for p in _parties(v) if not our_side.owns(p.handle))
    v["with"] = [[*_handle_out(p.handle), p.name, p.role] for p in parties]
    return canonical({k: x for k, x in v.items() if x != []})


def person_out(p: Person) -> dict[str, Any]:
    """A directory entry as JSON holds it, without key and revision."""
    values = attrs.asdict(p, filter=lambda a, v: a.name not in ("key", "revision", "handles") and v not in (None, ()))
    return {**values, "handles": [_handle_out(h) for h in p.handles]}


def person_in(payload: str, key: str) -> Person:
    """The directory entry that a text says."""
    values = orjson.loads(payload)
    handles = tuple(Handle(*h) for h in values.pop("handles"))
    return Person(values.pop("name"), handles, key=key, **values)
