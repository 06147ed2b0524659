"""The day roll-up and what else is derived from facts, gathered in memory while facts come and go, and written at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from touchpoints.store.database import Database

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


class RollUp:
    """The changes to everything derived from facts, gathered in memory and written at once."""

    def __init__(self, store: Database) -> None:
        self.store = store
        self.media = store.media()
        self.zone = store.zone
        self.days: dict[tuple[Any, ...], list[int]] = {}
        self.names: Counter[tuple[int, str]] = Counter()
        self.signs: Counter[tuple[int, str]] = Counter()
        self.parties: list[tuple[int, int, int, int]] = []
        self.gone: list[tuple[int, int, int]] = []
        self._ids: dict[tuple[str, str, str], int] = {}
        self._midnights: dict[int, int] = {}

    def take(self, id_: int, at: int, v: Mapping[str, Any], sign: int) -> None:
        """Add (+1) or take away (−1) what one fact contributes."""
        day = datetime.fromtimestamp(at, self.zone).toordinal()
        medium, direction, outcome = self.media[v["ch"]], v["dir"], v["out"]
        colleague = "\x1f".join(v.get("coll", ()))
        ms = round(v.get("dur", 0) * 1000)
        subject = v.get("subj", "").lower() if direction == "in" else ""
        invoice = _INVOICE.match(subject) is not None
        for kind, value, scope, _raw, name, role in v.get("with", ()):
            handle = self._handle(kind, value, scope)
            copied = role == "copied"
            if sign > 0:
                self.parties.append((handle, at, id_, copied))
            else:
                if self.parties:
                    self.flush()  # what is written must be there before it can be taken away
                self.gone.append((handle, at, id_))
            if name:
                self.names[handle, name] += sign
            if copied:
                continue
            place = (handle, day, medium, direction, outcome, colleague)
            total = self.days.setdefault(place, [0, 0])
            total[0] += sign
            total[1] += sign * ms
            if invoice:
                self.signs[handle, "invoice"] += sign
        if len(self.parties) + len(self.gone) > 100_000:
            self.flush()

    def _handle(self, kind: str, value: str, scope: str) -> int:
        place = (kind, value, scope)
        if (found := self._ids.get(place)) is not None:
            return found
        db = self.store.db
        row = db.execute("SELECT id FROM handle WHERE kind=? AND value=? AND scope=?", place).fetchone()
        if row is None:
            done = db.execute("INSERT INTO handle (kind, value, scope) VALUES (?, ?, ?)", place)
            row = (done.lastrowid,)
        self._ids[place] = int(row[0])
        return int(row[0])

    def flush(self) -> None:
        """Write what was gathered."""
        db = self.store.db
        db.executemany("DELETE FROM party WHERE handle=? AND at=? AND touchpoint=?", self.gone)
        db.executemany("INSERT OR REPLACE INTO party VALUES (?, ?, ?, ?)", self.parties)
        db.executemany(
            "INSERT INTO day VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n=n+excluded.n, ms=ms+excluded.ms",
            [(*place, n, ms) for place, (n, ms) in self.days.items() if n or ms],
        )
        for table, column, counts in (("alias", "name", self.names), ("sign", "sign", self.signs)):
            db.executemany(
                f"INSERT INTO {table} VALUES (?, ?, ?) ON CONFLICT (handle, {column}) DO UPDATE SET n=n+excluded.n",
                [(*place, n) for place, n in counts.items() if n],
            )
        if any(n < 0 for n, _ in self.days.values()) or self.gone:
            db.execute("DELETE FROM day WHERE n=0")
            db.execute("DELETE FROM alias WHERE n=0")
            db.execute("DELETE FROM sign WHERE n=0")
        self.days.clear()
        self.names.clear()
        self.signs.clear()
        self.parties.clear()
        self.gone.clear()
