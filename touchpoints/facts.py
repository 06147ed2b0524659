"""Facts as the store keeps them: a touchpoint or a person as one canonical text, and back.

The text decides between two versions of one revision, so it must be the same on every machine: JSON with sorted keys,
absent fields not written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import attrs
import orjson

from touchpoints.handles import Handle
from touchpoints.model import Absence, Participant, Party, Person, Touchpoint
from touchpoints.ourside import OurSide
from touchpoints.reading import content_key

BY_HAND = ("log", "call-sheet")
"""The importers of what a user noted: an event they noted may stand in other sources too."""


@attrs.define(slots=True)
class Counts:
    """What happened to a file's touchpoints: `added`, `updated` (a newer version won), `duplicates` (known already)."""

    added: int = 0
    updated: int = 0
    duplicates: int = 0


@attrs.define(slots=True)
class Span:
    """What was added: the first and the last local day (ordinals), and the channels."""

    first: int | None = None
    last: int | None = None
    channels: set[str] = attrs.field(factory=set)


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


Row = tuple[str, int, int, int, float | None, int | None, str | None, str, str | None, str | None]
"""key, at (epoch seconds), local day, scene, length, whether its subject is a supplier's paper, what else it says (see
`rest_of`), revision, series, version"""


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


def whole(seconds: float | None) -> float | None:
    """A length as it is kept: whole seconds as a whole number, so that 300 and 300.0 are one text."""
    return int(seconds) if type(seconds) is float and seconds.is_integer() else seconds


def key_of(t: Touchpoint, at: int) -> str:
    """The key of a touchpoint that has none: made from all that it says."""
    return content_key("added", canonical(values_of(t, at)))


def _handle_out(h: Handle) -> list[str | None]:
    return [h.kind, h.value, h.scope, h.raw]


def scene_of(t: Touchpoint) -> dict[str, Any]:
    """What a touchpoint shares with others (see `store.scenes`), as JSON holds it. Absent fields are not written."""
    people = []
    for p in t.parties:
        h = p.handle
        people.append([h.kind, h.value, h.scope, h.raw, p.name, p.role])
    values: dict[str, Any] = {"ch": t.channel, "dir": t.direction, "out": t.outcome, "with": people}
    if t.line is not None:
        values["line"] = t.line
    if t.colleagues:
        values["coll"] = list(t.colleagues)
    if t.participants:
        everybody: list[Any] = []
        for q in t.participants:
            given = q.handle
            handle = None if given is None else [given.kind, given.value, given.scope, given.raw]
            everybody.append([q.role, handle, q.name, q.own, q.declined])
        values["all"] = everybody
    return values


def rest_of(t: Touchpoint) -> str | None:
    """What a touchpoint says beside its scene, time and length, as canonical text; `None` if that is nothing."""
    wait, thread, asks, subject, ref, extra = t.wait, t.thread, t.expects_reply, t.subject, t.ref, t.extra
    if wait is None and thread is None and asks is None and subject is None and ref is None and not extra:
        return None
    values: dict[str, Any] = {}
    for name, value in (("wait", wait), ("thread", thread), ("er", asks), ("subj", subject), ("ref", ref)):
        if value is not None:
            values[name] = value
    if extra:
        values["extra"] = dict(extra)
    return canonical(values)


def values_of(t: Touchpoint, at: int) -> dict[str, Any]:
    """All that a touchpoint says, as JSON holds it."""
    return _joined(scene_of(t), at, whole(t.duration), rest_of(t), t.series)


def payload_of(scene: str, at: int, length: float | None, rest: str | None, series: str | None) -> str:
    """A kept fact as one canonical text, which decides between two versions of one revision."""
    return canonical(_joined(orjson.loads(scene), at, length, rest, series))


def _joined(
    scene: dict[str, Any], at: int, length: float | None, rest: str | None, series: str | None
) -> dict[str, Any]:
    values = {**scene, "at": at} | (orjson.loads(rest) if rest else {})
    if length is not None:
        values["dur"] = length
    if series is not None:
        values["series"] = series
    return values


def _parties(values: Mapping[str, Any]) -> tuple[Party, ...]:
    return tuple(Party(Handle(k, v, s, r), n, role) for k, v, s, r, n, role in values.get("with", ()))


def _participants(values: Mapping[str, Any]) -> tuple[Participant, ...]:
    return tuple(
        Participant(role, Handle(*h) if h else None, name, own, declined)
        for role, h, name, own, declined in values.get("all", ())
    )


def touchpoint_of(scene: str, at: int, length: float | None, rest: str | None, key: str) -> Touchpoint:
    """The touchpoint of a kept fact."""
    return like(alike(scene), at, length, rest, key)


def alike(scene: str) -> Touchpoint:
    """What a scene says, as a touchpoint without time, length and key: read once for all that are `like` it."""
    v = orjson.loads(scene)
    return Touchpoint(
        _NO_TIME, v["ch"], v["dir"], v["out"], _parties(v), line=v.get("line"), colleagues=v.get("coll", ()),
        participants=_participants(v),
    )  # fmt: skip


_NO_TIME = datetime.fromtimestamp(0, UTC)


def like(scene: Touchpoint, at: int, length: float | None, rest: str | None, key: str) -> Touchpoint:
    """The touchpoint of a kept fact whose scene is read already."""
    moment = datetime.fromtimestamp(at, UTC)
    if rest is None:
        return scene.again(moment, key, scene.outcome, length)
    r = orjson.loads(rest)
    wait, subject, asks, extra = r.get("wait"), r.get("subj"), r.get("er"), r.get("extra")
    if "thread" not in r and "ref" not in r:
        return scene.again(moment, key, scene.outcome, length, wait, (), subject, asks, extra)
    return Touchpoint(
        moment, scene.channel, scene.direction, scene.outcome, scene.parties, key=key, duration=length, wait=wait,
        line=scene.line, thread=r.get("thread"), expects_reply=asks, colleagues=scene.colleagues, subject=subject,
        ref=r.get("ref"), extra=extra or {}, participants=scene.participants,
    )  # fmt: skip


def derived(payload: str, our_side: OurSide, media: Mapping[str, str]) -> str:
    """A scene's (or a whole fact's) text with its sides worked out anew. A direction that the source stated stays."""
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


def absence_out(a: Absence) -> dict[str, Any]:
    """An absence as JSON holds it, without key and revision."""
    values: dict[str, Any] = {"spans": a.spans, "colleague": a.colleague, "said": a.said}
    if a.handle is not None:
        values["handle"] = _handle_out(a.handle)
    return {name: value for name, value in values.items() if value is not None}


def absence_in(payload: str, key: str) -> Absence:
    """The absence that a text says."""
    v = orjson.loads(payload)
    spans = tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in v["spans"])
    return Absence(
        spans, key=key, colleague=v.get("colleague"), handle=Handle(*v["handle"]) if "handle" in v else None,
        said=date.fromisoformat(v["said"]) if "said" in v else None,
    )  # fmt: skip
