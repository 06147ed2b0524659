"""The embedded store: facts by key, their day roll-up, what directories say and what the user decided.

The only place with SQL for SQLite. Facts are order-free: whatever the order of imports, of two facts with one key the
higher (revision, canonical text) is current, and occurrences that the newest version of their series no longer yields
are not. Beaten versions are kept, so that forgetting a file leaves exactly what the other files say.

Each stage is a module and a class over the one before: `database` (the file), `said` (what files and the user said),
`adding` (facts in and out, over `scenes`), `sums` (reading), `kept` (sums by contact), `revising` (for privacy).
`protected` reads stores that cannot be written.
"""

from __future__ import annotations

from touchpoints.store.database import SCHEMA
from touchpoints.store.revising import Revising

__all__ = ["SCHEMA", "Store"]


class Store(Revising):
    """A store in a file, or in memory without one. Each thread (and each process after a fork) has its own connection.

    With a `key` the file is encrypted (see `encryption`). Raises `StoreError` if the file is no store, is written by a
    newer version, or cannot be opened: also if it is encrypted and there is no key, or the other way round.
    """
