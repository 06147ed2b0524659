"""Sums kept for each contact, so that a call list costs what its relationships cost, not their history.

A kept sum holds what does not depend on the moment one asks (days, gaps, counts), and decayed sums as of the contact's
own newest day: a later day only scales them. Whoever has contact after the moment asked for, as with any earlier moment,
is summed from the facts. What changes a fact or who is who makes exactly the contacts concerned `stale`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from touchpoints.facts import canonical
from touchpoints.language import Text
from touchpoints.progress import step
from touchpoints.store.sums import Sums, grouped
from touchpoints.summary import Summary, View

_VERSION = 2
"""Raised when what is kept, or how it is worked out, changes."""
_FEW = 20_000
"""More contacts than that are summed by reading all facts in order."""
_EVER = 1 << 40
ADDING_UP = Text("adding up the touchpoints")
_LENGTHS = "group_concat(CASE WHEN live AND ms > 0 AND age < 90 THEN day || ':' || ms END)"


class Kept(Sums):
    """Sums by contact, from what is kept where that is enough."""

    @step(ADDING_UP)
    def summaries(self, at: datetime, by: str = "contact", only: Iterable[str] | None = None) -> dict[str, Summary]:
        """The summary of every contact (`by="contact"`), customer or handle (its id as text) as of an aware time."""
        if by != "contact" or only is not None:
            return super().summaries(at, by, only)
        self._refresh_sums()
        today, now = at.astimezone(self.zone).toordinal(), int(at.timestamp())
        found: dict[str, Summary] = {}
        view = View._make
        for row in self.db.execute(_READ, (today, today, today, today, now, today)):
            seconds = _recent(row[21], today) if row[21] and row[11] > today - 90 else 0.0
            found[row[0]] = Summary(today, view(row[1:9]), view(row[9:17]), row[17], row[18], row[19], row[20], seconds)
        later = [row[0] for row in self.db.execute("SELECT contact FROM sum WHERE at>? OR last>?", (now, today))]
        if later:
            found |= super().summaries(at, by, later if len(later) < _FEW else None)
        return found

    def _refresh_sums(self) -> None:
        """Sum the stale contacts anew; all of them where another version kept the sums."""
        current = self.get("sums") == _VERSION
        if current and self.db.execute("SELECT 1 FROM stale LIMIT 1").fetchone() is None:
            return
        with self.transaction() as db:
            if not current:
                db.execute("INSERT OR IGNORE INTO stale SELECT DISTINCT contact FROM resolution WHERE contact NOT NULL")
                db.execute("DELETE FROM sum")
                self.put("sums", _VERSION)
            stale = [row[0] for row in db.execute("SELECT contact FROM stale")]
            values: dict[str, Any] = {"today": 1 << 30, "now": _EVER}
            few = len(stale) < _FEW
            if few:
                values["only"] = canonical(stale)
                db.execute("DELETE FROM sum WHERE contact IN (SELECT contact FROM stale)")
            else:
                db.execute("DELETE FROM sum")
            newest = "max(day) OVER (PARTITION BY who)"
            db.execute(f"INSERT INTO sum {grouped('contact', few, newest, f'{_LENGTHS}, max(at)')}", values)
            db.execute("DELETE FROM stale")


def _recent(lengths: str, today: int) -> float:
    """Seconds of live contact in the last 90 days, from "day:milliseconds,…"."""
    pairs = (pair.partition(":") for pair in lengths.split(","))
    return sum(int(ms) for day, _, ms in pairs if today - int(day) < 90) / 1000


_DECAY = "pow(2, (last - ?) / {}.0)"
_READ = f"""
WITH k AS (
  SELECT *, {_DECAY.format(7)} AS f7, {_DECAY.format(30)} AS f30, {_DECAY.format(90)} AS f90, {_DECAY.format(365)} AS f365
  FROM sum WHERE at <= ? AND last <= ?
)
SELECT contact, n, first, last, gap, d7 * f7, d30 * f30, d90 * f90, d365 * f365,
       live, live_first, live_last, live_gap, l7 * f7, l30 * f30, l90 * f90, l365 * f365, sign, out, inbound, outbound, lengths FROM k
"""
