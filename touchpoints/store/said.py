"""What files and the user said, as they said it: sources, directory entries, spans covered, decisions, tombstones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

import attrs
import orjson

from touchpoints.facts import (
    Decision,
    Tombstone,
    absence_in,
    absence_out,
    canonical,
    person_in,
    person_out,
    sortable,
)
from touchpoints.language import Text
from touchpoints.model import Absence, Answer, Coverage, Person
from touchpoints.progress import step
from touchpoints.reading import content_key
from touchpoints.store.database import Database

Whose = tuple[int, int, int, str | None, str | None]
"""Whose a handle is: (handle id, first day, day after the last, contact id, customer id), days as ordinals."""


class Said(Database):
    """Sources, directory entries, spans covered, decisions, and who is who as last worked out."""

    # -- sources --------------------------------------------------------------------------------------------------

    def source(self, name: str, digest: str) -> tuple[int, str, str, dict[str, Any]] | None:
        """An imported file by name and content: (id, importer, fingerprint, report)."""
        row = self.db.execute(
            "SELECT id, importer, fingerprint, report FROM source WHERE name=? AND digest=?", (name, digest)
        ).fetchone()
        return None if row is None else (row[0], row[1], row[2], orjson.loads(row[3]))

    def sources(self) -> list[tuple[int, str, str, dict[str, Any]]]:
        """All imported files: (id, name, importer, report), in the order of names."""
        rows = self.db.execute("SELECT id, name, importer, report FROM source ORDER BY name, id")
        return [(i, n, im, orjson.loads(r)) for i, n, im, r in rows]

    def begin_source(self, name: str, importer: str, digest: str, fingerprint: str = "") -> int:
        """A new file (or the one of that name and content, as it is)."""
        self.db.execute(
            "INSERT OR IGNORE INTO source (name, importer, digest, fingerprint, report) VALUES (?, ?, ?, ?, '{}')",
            (name, importer, digest, fingerprint),
        )
        row = self.db.execute("SELECT id FROM source WHERE name=? AND digest=?", (name, digest)).fetchone()
        return int(row[0])

    def finish_source(self, source: int, report: Mapping[str, Any]) -> None:
        """Record what the import of a file said, so that the same file need not be read again."""
        self.db.execute("UPDATE source SET report=? WHERE id=?", (canonical(report), source))

    def said_of(self, source: int) -> dict[str, Any]:
        """What the import of a file said."""
        row = self.db.execute("SELECT report FROM source WHERE id=?", (source,)).fetchone()
        return dict(orjson.loads(row[0]))

    # -- directory entries and coverage -----------------------------------------------------------------------------

    def add_people(self, people: Iterable[Person], source: int) -> int:
        """Add what a directory says; returns how many entries are new or changed."""
        changed = 0
        with self.transaction() as db:
            for person in people:
                payload = canonical(person_out(person))
                key = person.key or content_key("person", person.ref or payload)
                before = db.execute("SELECT payload FROM person WHERE key=? AND source=?", (key, source)).fetchone()
                if before is None or before[0] != payload:
                    changed += 1
                    db.execute(
                        "INSERT OR REPLACE INTO person VALUES (?, ?, ?, ?)",
                        (key, source, sortable(person.revision), payload),
                    )
            if changed:
                self.changed()
        return changed

    def add_coverage(self, coverage: Iterable[Coverage], source: int) -> None:
        """Add the spans that a file covers."""
        self.db.executemany(
            "INSERT OR REPLACE INTO coverage VALUES (?, ?, ?, ?)",
            [(source, c.what, c.start.toordinal(), c.end.toordinal()) for c in coverage],
        )

    def coverage(self) -> list[tuple[str, str, date, date, str]]:
        """Every span: (importer, line or account or chat, first day, last day, file)."""
        rows = self.db.execute(
            "SELECT s.importer, c.what, c.start, c.until, s.name FROM coverage c JOIN source s ON s.id=c.source "
            "ORDER BY s.importer, c.what, c.start, c.until, s.name"
        )
        return [(i, w, date.fromordinal(a), date.fromordinal(b), n) for i, w, a, b, n in rows]

    def add_absences(self, absences: Iterable[Absence], source: int) -> None:
        """Add what a file says of days on which somebody is away."""
        rows = sorted((a.key, source, sortable(a.revision), canonical(absence_out(a))) for a in absences)
        self.db.executemany("INSERT OR REPLACE INTO absence VALUES (?, ?, ?, ?)", rows)  # of one key the highest stays

    def absences(self) -> list[tuple[Absence, str]]:
        """What files say of absences, each with its file: one entry a key, the highest (revision, canonical text)."""
        rows = self.db.execute(
            "SELECT a.key, a.payload, s.name FROM absence a JOIN source s ON s.id=a.source "
            "ORDER BY a.key, a.revision, a.payload, s.name DESC"
        )
        newest = {key: (payload, name) for key, payload, name in rows}
        found = [(absence_in(payload, key), name) for key, (payload, name) in newest.items()]
        return sorted(((a, name) for a, name in found if a.spans), key=lambda pair: (pair[0].spans, pair[0].key))

    def importer_media(self) -> dict[str, set[str]]:
        """Importer → the media its channels have (as it declared them when it last imported something)."""
        media = self.media()
        return {i: {media[c] for c in channels if c in media} for i, channels in self.get("importers", {}).items()}

    def called(self, start: str, most: int = 50) -> list[str]:
        """Names of people that begin like `start`, whatever its case."""
        wanted = start.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        rows = self.db.execute(
            "SELECT json_extract(payload, '$.name') AS name FROM person WHERE name LIKE ?1 ESCAPE '\\' "
            "UNION SELECT name FROM scene_party WHERE name LIKE ?1 ESCAPE '\\' ORDER BY 1 LIMIT ?2", (wanted, most)
        )  # fmt: skip
        return [str(name) for (name,) in rows if name]

    def people(self) -> list[Person]:
        """What directories say, one entry a key: the highest (revision, canonical text)."""
        rows = self.db.execute("SELECT key, revision, payload FROM person ORDER BY key, revision, payload")
        return [person_in(payload, key) for key, payload in {k: p for k, _, p in rows}.items()]

    # -- decisions ------------------------------------------------------------------------------------------------------

    def decide(self, at: datetime, kind: str, who: str, **payload: Any) -> int:
        """Record a decision of the user; returns its id."""
        with self.transaction() as db:
            done = db.execute(
                "INSERT INTO decision (at, kind, who, payload) VALUES (?, ?, ?, ?)",
                (int(at.timestamp()), kind, who, canonical(payload)),
            )
            self.changed()
            return int(done.lastrowid or 0)

    def answered(self, answer: Answer, who: str, source: int) -> bool:
        """Record an answer that a file holds; one that was recorded before, also if it was taken back, is not recorded
        again. Whether it is in force."""
        for decision, undone in self.history():
            if decision.payload.get("key") == answer.key:
                sources = sorted({*decision.payload["sources"], source})
                self._restate(decision, {**decision.payload, "sources": sources})
                return not undone
        self.decide(
            answer.at, answer.kind, who, **answer.said, key=answer.key, sources=[source], batch=f"file {source}"
        )
        return True

    def forget_answers(self, source: int) -> None:
        """Drop the answers that only this file holds. Of what was taken back the trace stays, so that it stays so."""
        for decision, undone in self.history():
            if source in decision.payload.get("sources", ()):
                sources = [s for s in decision.payload["sources"] if s != source]
                if sources or undone:
                    self._restate(decision, {**decision.payload, "sources": sources})
                else:
                    self.db.execute("DELETE FROM decision WHERE id=?", (decision.id,))

    def _restate(self, decision: Decision, payload: Mapping[str, Any]) -> None:
        self.db.execute("UPDATE decision SET payload=? WHERE id=?", (canonical(payload), decision.id))

    def decisions(self, *kinds: str) -> list[Decision]:
        """Decisions in force, oldest first, of some kinds or of all."""
        rows = self.db.execute("SELECT id, at, kind, who, payload FROM decision WHERE NOT undone ORDER BY id")
        return [Decision(i, a, k, w, orjson.loads(p)) for i, a, k, w, p in rows if not kinds or k in kinds]

    def history(self) -> list[tuple[Decision, bool]]:
        """Everything ever decided, oldest first, and whether it was taken back."""
        rows = self.db.execute("SELECT id, at, kind, who, payload, undone FROM decision ORDER BY id")
        return [(Decision(i, a, k, w, orjson.loads(p)), bool(u)) for i, a, k, w, p, u in rows]

    def take_back(self) -> list[Decision]:
        """Take the last decision in force back, with all of its `batch`; returns them, oldest first."""
        with self.transaction() as db:
            found = self.decisions()
            if not found:
                return []
            batch = found[-1].payload.get("batch")
            undone = [d for d in found if d is found[-1] or (batch is not None and d.payload.get("batch") == batch)]
            db.executemany("UPDATE decision SET undone=1 WHERE id=?", [(d.id,) for d in undone])
            self.changed()
            return undone

    def tombstones(self) -> list[Tombstone]:
        """What is left of everybody who was erased."""
        rows = self.db.execute("SELECT hash, what, since, until, at FROM tombstone ORDER BY hash, what, since")
        return [Tombstone(*row) for row in rows]

    def bury(self, tombstones: Iterable[Tombstone]) -> None:
        """Keep tombstones."""
        self.db.executemany(
            "INSERT OR IGNORE INTO tombstone VALUES (?, ?, ?, ?, ?)", [attrs.astuple(stone) for stone in tombstones]
        )

    # -- who is who, as last worked out ---------------------------------------------------------------------------

    @step(Text("keeping who is who"))
    def resolve(self, rows: Iterable[Whose], state: str) -> None:
        """Keep who is who: (handle id, first day, day after the last, contact id, customer id), days as ordinals, for a
        `state` of everything it came from."""
        with self.transaction() as db:
            before: set[Whose] = set(db.execute("SELECT handle, since, until, contact, customer FROM resolution"))
            now = set(rows)
            gone, new = before - now, now - before
            db.executemany("DELETE FROM resolution WHERE handle=? AND since=?", [(row[0], row[1]) for row in gone])
            db.executemany("INSERT INTO resolution VALUES (?, ?, ?, ?, ?)", [*new])
            changed: set[tuple[str]] = {(row[3],) for row in gone ^ new if row[3] is not None}
            db.executemany("INSERT OR IGNORE INTO stale VALUES (?)", sorted(changed))
            self.put("resolved", state)

    # -- for privacy --------------------------------------------------------------------------------------------------

    def revise_people(self, change: Callable[[Person], Person | None]) -> int:
        """Put what `change` makes of it in the place of every directory entry; `None` drops it. Returns how many went."""
        gone = 0
        for key, source, payload in self.db.execute("SELECT key, source, payload FROM person").fetchall():
            before = person_in(payload, key)
            after = change(before)
            if after is None:
                gone += 1
                self.db.execute("DELETE FROM person WHERE key=? AND source=?", (key, source))
            elif after != before:
                text = canonical(person_out(after))
                self.db.execute("UPDATE person SET payload=? WHERE key=? AND source=?", (text, key, source))
        self.changed()
        return gone

    def revise_absences(self, keep: Callable[[Absence], bool]) -> None:
        """Drop the absences that are not to be kept."""
        rows = self.db.execute("SELECT key, source, payload FROM absence").fetchall()
        gone = [(key, source) for key, source, payload in rows if not keep(absence_in(payload, key))]
        self.db.executemany("DELETE FROM absence WHERE key=? AND source=?", gone)

    def revise_decisions(self, change: Callable[[Decision], Mapping[str, Any] | None]) -> int:
        """Put what `change` makes of it in the place of what every decision says, taken back or not; `None` drops it.
        Returns how many were dropped."""
        gone = 0
        for decision, _ in self.history():
            payload = change(decision)
            if payload is None:
                gone += 1
                self.db.execute("DELETE FROM decision WHERE id=?", (decision.id,))
            elif payload != decision.payload:
                self._restate(decision, payload)
        self.changed()
        return gone

    def revise_texts(self, change: Callable[[str], str]) -> None:
        """Change the names of files and of what they cover, and what their import said."""

        def deep(value: Any) -> Any:
            if isinstance(value, str):
                return change(value)
            if isinstance(value, list):
                return [deep(v) for v in value]
            return {deep(k): deep(v) for k, v in value.items()} if isinstance(value, dict) else value

        for id_, name, report in self.db.execute("SELECT id, name, report FROM source").fetchall():
            said = canonical(deep(orjson.loads(report)))
            self.db.execute("UPDATE OR IGNORE source SET name=?, report=? WHERE id=?", (change(name), said, id_))
        for source, what, start, until in self.db.execute("SELECT * FROM coverage").fetchall():
            if change(what) != what:
                self.db.execute("DELETE FROM coverage WHERE source=? AND what=? AND start=?", (source, what, start))
                kept = (source, change(what), start, until)
                self.db.execute("INSERT OR REPLACE INTO coverage VALUES (?, ?, ?, ?)", kept)

    def drop_coverage(self, before: date) -> None:
        """No source covers the days before a date any more."""
        day = before.toordinal()
        self.db.execute("DELETE FROM coverage WHERE until<?", (day,))
        self.db.execute("UPDATE OR REPLACE coverage SET start=? WHERE start<?", (day, day))

    def drop_empty_sources(self) -> int:
        """Drop the files of which nothing is left; returns how many."""
        held = " UNION ".join(
            f"SELECT source FROM {t}" for t in ("touchpoint", "beaten", "seen", "person", "coverage", "absence")
        )
        return self.db.execute(f"DELETE FROM source WHERE id NOT IN ({held})").rowcount
