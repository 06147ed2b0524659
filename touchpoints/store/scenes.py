"""What touchpoints share, kept once: who takes part, on which channel and line, in which direction, with which outcome.

A scene is the part of a touchpoint that comes again and again (a log of a million calls has a few thousand), so a row
is a time, a length and the number of its scene. Handles, display names and sides hang on scenes: what depends on our own
handles is worked out once for each scene, and counts of a handle are sums over its scenes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from touchpoints.errors import UnknownName
from touchpoints.facts import Row, canonical, key_of, rest_of, scene_of, sortable, whole
from touchpoints.language import P_
from touchpoints.model import Touchpoint
from touchpoints.store.database import Database

_MOST = 1 << 16
"""So many scenes are remembered while facts come in; then memory starts anew."""
_NOTHING = (None, None, None)
_EPOCH = 719163
"""The ordinal of 1 January 1970."""
_INVOICE = re.compile(
    r"(?!(?:re|aw|antw|antwort|sv|wg|fwd?)\s*:)(?:"
    r"(?:(?:ihre?|your|unsere?|our|neue?|new)\s+)*(?:(?:ab)?rechnung|invoice|gutschrift|credit note|(?:zahlungs)?"
    r"mahnung|zahlungserinnerung|payment reminder|(?:auftrags|bestell|versand)bestätigung|(?:order|shipping) confirmation|"
    r"lieferschein|delivery note|quittung|(?:payment )?receipt|kontoauszug|account statement|storno)(?:\b|s?(?:nr|nummer))|"
    r"(?:ihre bestellung|your order)\b|(?:.{0,40}[\[(])?(?:ticket|case|vorgang|request)\s*(?:id|nr\.?|no\.?)?\s*[#:]?\s*[\w-]*\d|"
    r"\[[\w .-]*#\s*\d)"
)
"""How the subject of a supplier's document begins: the paper itself, or a ticket of theirs. Matched from the beginning
and in lower case, so that what only speaks of one ("Rückfrage zu Ihrer Rechnung", "AW: [Ticket#7]") is none."""


def is_paper(subject: str | None) -> int | None:
    """1 for the subject of a supplier's document or ticket."""
    return 1 if subject is not None and _INVOICE.match(subject.lower()) else None


class LocalDays:
    """Local dates (ordinals) of epoch seconds in a zone. The offset is looked up once for each day on which it does not
    change."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._offsets: dict[int, int] = {}

    def __call__(self, at: int) -> int:
        """The ordinal of the local date."""
        offset = self._offsets.get(at // 86400)
        return self._slowly(at) if offset is None else (at + offset) // 86400 + _EPOCH

    def _slowly(self, at: int) -> int:
        if len(self._offsets) > 1 << 16:
            self._offsets.clear()
        begin = at // 86400 * 86400
        first, last = (datetime.fromtimestamp(t, self.zone).utcoffset() for t in (begin, begin + 86399))
        if first is not None and first == last and not first.microseconds:
            self._offsets[at // 86400] = first.days * 86400 + first.seconds
        return datetime.fromtimestamp(at, self.zone).toordinal()


class Scenes:
    """The scenes of touchpoints as they come in, and the rows that refer to them. Holds for one transaction; new scenes and
    handles are written by `flush`."""

    def __init__(self, store: Database) -> None:
        self._db = store.db
        self.media = store.media()
        self.channels: set[str] = set()
        """Of all rows made so far."""
        self._zone = store.zone
        self.day_of = LocalDays(store.zone)
        self._number, self._handle = (
            int(self._db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0])
            for table in ("scene", "handle")
        )
        self._had_scenes, self._had_handles = self._number > 0, self._handle > 0
        self._near: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self._by_digest: dict[bytes, int] = {}
        self._rests: dict[tuple[float | None, str | None, bool | None], str] = {}
        self._handles: dict[tuple[str, str, str], int] = {}
        self._revisions: dict[tuple[int | str, ...], tuple[str, str]] = {}
        self._scenes: list[tuple[Any, ...]] = []
        self._parties: list[tuple[Any, ...]] = []
        self._new_handles: list[tuple[Any, ...]] = []

    def row(self, t: Touchpoint) -> Row:
        """A touchpoint as a row; its key is made from its content if it has none. Raises `UnknownName` for a channel nobody
        declared."""
        parties, participants, colleagues = t.parties, t.participants, t.colleagues
        place = (id(parties), id(participants), id(colleagues), t.channel, t.direction, t.outcome, t.line)
        near = self._near.get(place)
        if near is not None:
            scene: int = near[0]
        else:
            values = scene_of(t)
            self.channels.add(t.channel)
            scene = self.number(canonical(values), values)
            # who shares its parties with other touchpoints holds them too, beside us, this one and our side's memory: only
            # those are worth remembering
            if sys.getrefcount(parties) > 4:
                if len(self._near) >= _MOST:
                    self._near.clear()
                self._near[place] = (scene, parties, participants, colleagues)
        moment, subject, series, length = t.at, t.subject, t.series, t.duration
        at = int(moment.timestamp() // 1)
        day = moment.toordinal() if moment.tzinfo is self._zone else self.day_of(at)
        revisions = self._revisions.get(t.revision)
        if revisions is None:
            if len(self._revisions) >= 1 << 13:
                self._revisions.clear()
            revisions = self._revisions[t.revision] = sortable(t.revision), sortable(t.revision[:2])
        revision, version = revisions
        plain = t.wait is None and t.thread is None and t.expects_reply is None and t.ref is None and not t.extra
        return (
            t.key or key_of(t, at), at, day, scene,
            whole(length) if type(length) is float else length, is_paper(subject) if subject else None,
            None if plain and subject is None else self._rest(t), revision, series, version if series is not None else None,
        )  # fmt: skip

    def _rest(self, t: Touchpoint) -> str | None:
        """What a touchpoint says beside, from memory where others said the same: a chat's messages differ in little."""
        if t.subject is not None or t.ref is not None or t.extra:
            return rest_of(t)
        place = (t.wait, t.thread, t.expects_reply)
        if place == _NOTHING:
            return None
        known = self._rests.get(place)
        if known is None:
            if len(self._rests) >= 1 << 10:
                self._rests.clear()
            known = self._rests[place] = str(rest_of(t))
        return known

    def row_from(self, payload: str, key: str, revision: str, series: str | None, version: str | None) -> Row:
        """The row that a whole text says (see `facts.payload_of`)."""
        values = orjson.loads(payload)
        values.pop("series", None)
        at, length, subject = values.pop("at"), values.pop("dur", None), values.get("subj")
        scene = {k: values.pop(k) for k in ("all", "ch", "coll", "dir", "line", "out", "with") if k in values}
        number = self.number(canonical(scene))
        rest = canonical(values) if values else None
        return key, at, self.day_of(at), number, length, is_paper(subject), rest, revision, series, version

    def number(self, text: str, values: dict[str, Any] | None = None) -> int:
        """The number of the scene with this canonical text (`values`: what it was made from)."""
        digest = blake2b(text.encode(), digest_size=12).digest()
        found = self._by_digest.get(digest)
        if found is None:
            if len(self._by_digest) >= _MOST // 4:
                self.flush()
                self._by_digest.clear()
                self._had_scenes = True
            known = self._had_scenes and self._db.execute("SELECT id FROM scene WHERE digest=?", (digest,)).fetchone()
            found = self._by_digest[digest] = int(known[0]) if known else self._add(digest, text, values)
        return found

    def _add(self, digest: bytes, text: str, values: dict[str, Any] | None) -> int:
        if values is None or "\ufffd" in text:
            values = orjson.loads(text)  # what is counted must be what is written
            assert values is not None
        if (medium := self.media.get(values["ch"])) is None:
            raise UnknownName(P_("reason", "channel"), values["ch"], self.media)
        self._number += 1
        self._scenes.append((self._number, digest, text, medium, values["dir"], values["out"]))
        self._parties += self.parties(self._number, values)
        return self._number

    def again(self, number: int, text: str) -> None:
        """Who takes part in a scene that is there, to be written anew."""
        self._parties += self.parties(number, orjson.loads(text))

    def parties(self, number: int, values: dict[str, Any]) -> list[tuple[int, int, str | None, bool]]:
        """Who takes part in a scene: (scene, handle, name, copied); each handle once."""
        found: dict[int, tuple[int, int, str | None, bool]] = {}
        for kind, value, scope, _raw, name, role in values.get("with", ()):
            handle, copied = self._handle_id((kind, value, scope)), role == "copied"
            if handle not in found or (found[handle][3] and not copied):
                found[handle] = number, handle, name or None, copied
        return list(found.values())

    def _handle_id(self, place: tuple[str, str, str]) -> int:
        found = self._handles.get(place)
        if found is None:
            if len(self._handles) >= _MOST // 4:
                self.flush()
                self._handles.clear()
                self._had_handles = True
            known = (
                self._had_handles
                and self._db.execute("SELECT id FROM handle WHERE kind=? AND value=? AND scope=?", place).fetchone()
            )
            if known:
                found = int(known[0])
            else:
                self._handle += 1
                found = self._handle
                self._new_handles.append((found, *place))
            self._handles[place] = found
        return found

    def flush(self) -> None:
        """Write the new scenes and handles."""
        db = self._db
        db.executemany("INSERT INTO handle (id, kind, value, scope) VALUES (?, ?, ?, ?)", self._new_handles)
        db.executemany(
            "INSERT INTO scene (id, digest, text, medium, direction, outcome) VALUES (?, ?, ?, ?, ?, ?)", self._scenes
        )
        db.executemany("INSERT INTO scene_party VALUES (?, ?, ?, ?)", self._parties)
        for written in (self._new_handles, self._scenes, self._parties):
            written.clear()


def count_scenes(store: Database, scenes: Iterable[int] | None = None) -> None:
    """Count the current touchpoints of some scenes (or of all) anew; scenes that nothing refers to any more go, and the sums
    kept of whoever takes part are stale."""
    db = store.db
    chosen = [""] if scenes is None else [f"WHERE id IN ({','.join(map(str, some))})" for some in _portions(scenes)]
    for where in chosen:
        db.execute(
            "INSERT OR IGNORE INTO stale SELECT DISTINCT r.contact FROM scene_party p JOIN resolution r ON r.handle=p.handle "
            f"WHERE r.contact NOT NULL AND {where.replace('WHERE id', 'p.scene') or '1'}"
        )
        db.execute(
            "UPDATE scene SET (n, first, last, papers) = (SELECT count(*), min(day), max(day), coalesce(sum(paper), 0) "
            f"FROM touchpoint t WHERE t.scene=scene.id AND t.current) {where}"
        )
        where = f"{where} {'AND' if where else 'WHERE'}"
        gone = db.execute(
            f"DELETE FROM scene {where} n=0 AND NOT EXISTS (SELECT 1 FROM touchpoint t WHERE t.scene=scene.id) RETURNING id"
        ).fetchall()
        db.executemany("DELETE FROM scene_party WHERE scene=?", gone)


def _portions(scenes: Iterable[int]) -> Iterable[list[int]]:
    numbers = sorted(scenes)
    return (numbers[n : n + 1000] for n in range(0, len(numbers), 1000))
