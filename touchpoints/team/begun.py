"""Sources that begin within a comparison: a mailbox that is imported from March on makes mail more frequent in the figures, not
in life."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import attrs

from touchpoints.happened import Event

SLACK = timedelta(days=14)
"""A file that begins so soon after a period began, or after another of its kind ended, continues what was covered."""
NEW = 2 / 3
"""The share of a file's people who stand in no other file, at least, for it to be a source of its own."""
WEIGHT = 0.1
"""The share of everybody in the comparison whom it has to bring, at least, to matter."""


@attrs.frozen(slots=True)
class Begun:
    """A file that begins on `first`, within a comparison, and brings `people` who stand in no other file; `keys` of what only it
    tells of."""

    source: str
    first: date
    people: int
    keys: tuple[str, ...]


def begun(dated: Sequence[tuple[date, Event]], files: Mapping[str, str], since: date, until: date) -> tuple[Begun, ...]:
    """The sources that begin between `since` and `until`. `dated`: all events by local day; `files`: key → file."""
    spans: dict[str, tuple[date, date, str]] = {}
    people: dict[str, set[str]] = defaultdict(set)
    keys: dict[str, set[str]] = defaultdict(set)
    where: dict[str, set[str]] = defaultdict(set)
    everybody: set[str] = set()
    for day, event in dated:
        told = {files[key] for key in event.keys if key in files}
        for file in told:
            first, last, _ = spans.get(file, (day, day, ""))
            spans[file] = min(first, day), max(last, day), event.importer
            if since <= day <= until:
                people[file].update(event.who)
        for who in event.who:
            where[who] |= told
        if since <= day <= until:
            everybody.update(event.who)
        if len(told) == 1:
            keys[min(told)].add(event.key)
    found = []
    for file, (first, _, importer) in sorted(spans.items()):
        if not since + SLACK < first <= until or first == min(f for f, _, _ in spans.values()):
            continue
        continues = any(
            other != file and kind == importer and abs(last - first) <= SLACK
            for other, (_, last, kind) in spans.items()
        )
        new = sum(where[who] == {file} for who in people[file])
        if not continues and new >= NEW * len(people[file]) and new >= WEIGHT * len(everybody):
            found.append(Begun(file, first, new, tuple(sorted(keys[file]))))
    return tuple(found)
