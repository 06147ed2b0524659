"""What an app already has, to facts: the same rules as for a file, for values that need no reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

import attrs

from touchpoints.errors import UnknownName
from touchpoints.imported import MOST_SHOWN, FileReport, Report
from touchpoints.language import P_, english
from touchpoints.model import LeftOut, Person, Skipped, Touchpoint
from touchpoints.ourside import OurSide
from touchpoints.plugins import Plugins
from touchpoints.privacy import Gate, Private
from touchpoints.store import Store


def add(
    touchpoints: Iterable[Touchpoint],
    people: Iterable[Person],
    name: str,
    store: Store,
    plugins: Plugins,
    our_side: OurSide,
    private: Private,
    gate: Gate,
) -> Report:
    """Add touchpoints and people, read lazily, under the `name` that `status` shows. A value of another type, or on a
    channel nobody knows, is skipped and named by its place."""
    report, file = Report(), FileReport(name, "app")
    media = {**store.media(), **{c.name: c.medium for c in plugins.channels}}

    def checked(value: object) -> Touchpoint | Person | LeftOut | str:
        match value:
            case Touchpoint() if value.channel not in media:
                return str(UnknownName(P_("reason", "channel"), value.channel, media))
            case Touchpoint():
                if value.line and our_side.line(value.line) in private.lines:
                    return LeftOut("private")
                sided = _sided(value, our_side, media[value.channel])
                return LeftOut("private") if isinstance(sided, Touchpoint) and private.hides(sided) else sided
            case Person():
                return private.without(value) or LeftOut("private")
        return english("a {type}, neither a touchpoint nor a person", type=type(value).__name__)

    def kept(values: Iterable[object]) -> Iterator[Touchpoint | Person]:
        for place, value in zip(count(1), values, strict=False):
            match gate.admits(checked(value)):
                case str(reason):
                    file.skipped += 1
                    if len(report.skipped) < MOST_SHOWN:
                        report.skipped.append(Skipped(name, place, reason))
                case LeftOut(reason):
                    file.left_out[reason] += 1
                case decided:
                    yield decided

    with store.transaction():
        id_ = store.begin_source(name, "app", "")
        file.people = store.add_people((p for p in kept(people) if isinstance(p, Person)), id_)
        file.counts = store.add(
            (t for t in kept(touchpoints) if isinstance(t, Touchpoint)), id_, channels=plugins.channels
        )
    report.files.append(file)
    report.left_out, report.skipped_total, report.people = file.left_out, file.skipped, file.people
    return report


def _sided(touchpoint: Touchpoint, our_side: OurSide, medium: str) -> Touchpoint | LeftOut:
    if touchpoint.participants:
        stated = None if any(p.role == "from" for p in touchpoint.participants) else touchpoint.direction
        sides = our_side.sides(touchpoint.participants, medium, stated)
        if not sides.parties:
            return LeftOut("no other party")
        return attrs.evolve(touchpoint, direction=sides.direction, parties=sides.parties, colleagues=sides.colleagues)
    parties = tuple(p for p in touchpoint.parties if not our_side.owns(p.handle))
    if not parties:
        return LeftOut("internal" if touchpoint.parties else "no other party")
    return touchpoint if parties == touchpoint.parties else attrs.evolve(touchpoint, parties=parties)
