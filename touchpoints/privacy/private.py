"""What the settings call private: people, calendars and own lines that are never stored, and go where they were."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self

import attrs

from touchpoints.handles import Handle
from touchpoints.identity import contact_id
from touchpoints.model import Person, Touchpoint
from touchpoints.ourside import OurSide
from touchpoints.privacy.backups import in_backups
from touchpoints.settings import Settings
from touchpoints.store import Store


@attrs.frozen(slots=True)
class Private:
    """`handles`: (kind, value) of people and calendars; `lines`: own lines, as touchpoints name them. True if any."""

    handles: Collection[tuple[str, str]] = frozenset()
    lines: Collection[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings, our_side: OurSide, region: str) -> Self:
        """What the settings say under `private` and of `[lines]`."""
        handles = (Handle.of(text, region) for text in settings.private)
        return cls(
            frozenset((h.kind, h.value) for h in handles),
            frozenset(our_side.line(line) for line, kind in settings.lines.items() if kind == "private"),
        )

    def __bool__(self) -> bool:
        return bool(self.handles or self.lines)

    def hides(self, touchpoint: Touchpoint) -> bool:
        """Whether a touchpoint is private: on such a line, or with such a party."""
        if touchpoint.line in self.lines:
            return True
        return bool(self.handles) and any((p.handle.kind, p.handle.value) in self.handles for p in touchpoint.parties)

    def without(self, person: Person) -> Person | None:
        """A directory entry without private handles; `None` if it has no other."""
        kept = tuple(h for h in person.handles if (h.kind, h.value) not in self.handles)
        if len(kept) == len(person.handles):
            return person
        return attrs.evolve(person, handles=kept) if kept else None

    def drop(self, store: Store) -> int:
        """Drop what was stored before it was marked private, in the backups too; returns how many touchpoints went. Needs
        no tombstones: what comes in is asked again."""
        if not self:
            return 0
        dropped = self._drop(store)
        in_backups(store, lambda copy: self._drop(copy) < 0)
        return dropped

    def _drop(self, store: Store) -> int:
        store.overwrite_what_is_deleted()
        with store.transaction():
            ids = {contact_id(h) for _, h in store.handles() if (h.kind, h.value) in self.handles}
            dropped, _ = store.revise(lambda touchpoint: None if self.hides(touchpoint) else touchpoint)
            people = store.revise_people(self.without)
            decisions = store.revise_decisions(lambda decision: None if decision.who in ids else decision.payload)
        if dropped or people or decisions:
            store.compact()
        return dropped
