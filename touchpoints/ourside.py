"""Who is on our side, and what follows for a record: its direction, the people outside, the colleagues.

One function decides it for every source, over the participants as the record has them; so changing the own handles
changes every touchpoint alike, and nothing else needs to know how.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import attrs

from touchpoints.handles import EXTENSION, Handle, company_domain, fold, is_automatic, town
from touchpoints.model import LIVE_MEDIA, Colleague, Participant, Party

MOST_RECIPIENTS = 10
"""More outside recipients of a mail or chat than this are `copied`: nobody is addressed in person."""
MOST_ATTENDEES = 25
"""More outside people in a meeting than this are `copied`."""


@attrs.frozen(slots=True)
class Sides:
    """What follows from the participants: direction (`in`, `out`, `mutual`), people outside, colleagues (by name)."""

    direction: str
    parties: tuple[Party, ...]
    colleagues: tuple[str, ...]


_HANDLES = 1 << 14
"""Of so many handles it is remembered whose they are."""
_REMEMBERED = 64
"""So many of the last decisions are remembered, by the very participants they were about."""


class OurSide:
    """Our own handles, names and domains. Immutable after construction.

    `me` are the texts of `--me`: one colleague, called by the display name among them (else by the first text).
    The domain of an own address is an own domain unless it is a free-mail or public-suffix domain.
    """

    def __init__(
        self,
        colleagues: Iterable[Colleague] = (),
        me: Iterable[str] = (),
        own_domains: Iterable[str] = (),
        region: str = "DE",
        lines: Iterable[str] = (),
    ) -> None:
        texts = [text for text in me if text.strip()]
        people = list(colleagues)
        if texts:
            mine = [Handle.of(text, region) for text in texts]
            called = next((h.raw for h in mine if h.kind == "name" and h.raw), texts[0])
            people.insert(0, Colleague(called, mine))
        self.colleagues: tuple[Colleague, ...] = tuple(people)
        self._by_handle: dict[tuple[str, str], str] = {}
        self._by_name: dict[str, str] = {}
        self.domains: set[str] = {d.lower().lstrip("@") for d in own_domains}
        for colleague in people:
            for handle in (*colleague.handles, Handle("name", fold(colleague.name))):
                if handle.kind == "name":
                    self._by_name.setdefault(_unordered(handle.value), colleague.name)
                else:
                    self._by_handle.setdefault((handle.kind, handle.value), colleague.name)
                if handle.kind == "email" and (domain := company_domain(handle.value)):
                    self.domains.add(domain)
        self._whose: dict[Handle, str | None] = {}
        self._decided: dict[tuple[int, str, str | None], tuple[Sequence[Participant], Sides]] = {}
        for line in lines:
            handle = Handle.of(line, region)
            self._by_handle.setdefault((handle.kind, handle.value), "")

    def colleague(self, handle: Handle | None, name: str | None = None) -> str | None:
        """The colleague a handle belongs to: their name, the handle itself for a colleague we cannot name (an address
        at an own domain, an extension), or `None` for somebody outside."""
        if handle is not None:
            try:
                found = self._whose[handle]
            except KeyError:
                if len(self._whose) >= _HANDLES:
                    self._whose.clear()
                found = self._whose[handle] = self._colleague(handle)
            if found is not None:
                return found
        if name and (handle is None or handle.kind in ("account", "profile")):
            return self._by_name.get(
                _unordered(fold(name))
            )  # services name their users; numbers and addresses are exact
        return None

    def _colleague(self, handle: Handle) -> str | None:
        found = self._by_handle.get((handle.kind, handle.value))
        if found is not None:
            return found or handle.value
        if handle.kind == "name":
            return self._by_name.get(_unordered(handle.value))
        if handle.kind == "account" and handle.scope == EXTENSION:
            return handle.value
        if handle.kind == "email" and company_domain(handle.value) in self.domains:
            return handle.value
        return None

    def line(self, raw: str) -> str:
        """How one of our lines is called: the own number it is, also where a router writes it without area code
        ("Internet: 23125100"); else as written, without the technology in front."""
        text = raw.rpartition(":")[2].strip()
        digits = "".join(c for c in text if c.isdigit()).lstrip("0")
        if len(digits) >= 4 and not any(c.isalpha() for c in text):
            for kind, value in sorted(self._by_handle):
                if kind == "phone" and value.endswith(digits):
                    return value
        return text

    @cached_property
    def towns(self) -> frozenset[str]:
        """The area codes of our own numbers."""
        found = (town(value) for kind, value in self._by_handle if kind == "phone")
        return frozenset(filter(None, found))

    def owns_line(self, line: str) -> bool:
        """Whether a line (as `line` gives it) is one of the own numbers."""
        return ("phone", line) in self._by_handle

    def owns(self, handle: Handle | None, name: str | None = None) -> bool:
        """Whether a handle (or, without one, a display name) is ours."""
        return self.colleague(handle, name) is not None

    def sides(self, participants: Sequence[Participant], medium: str, direction: str | None = None) -> Sides:
        """Direction, parties and colleagues of a record.

        `direction` is given where the source states it (a call log's type column); otherwise our being the sender or
        caller makes it `out`, a meeting or video is `mutual`, all else is `in`. Machines (no-reply addresses) and
        participants without a handle are no parties. Those who declined are left out: they are a touchpoint of
        their own. Mail recipients beside us in an incoming mail, people in CC, and crowds are `copied`.
        """
        place = (id(participants), medium, direction)
        if (known := self._decided.get(place)) is not None:
            return known[1]
        found = self._sides(participants, medium, direction)
        if type(participants) is tuple:  # the occurrences of a series, the messages of a chat share theirs
            if len(self._decided) >= _REMEMBERED:
                self._decided.clear()
            self._decided[place] = participants, found
        return found

    def _sides(self, participants: Sequence[Participant], medium: str, direction: str | None) -> Sides:
        ours: list[str] = []
        outside: list[tuple[Participant, Handle]] = []
        sent_by_us = unnamed = False
        for p in participants:
            colleague = self.colleague(p.handle, p.name)
            if p.own and colleague is None:
                colleague = p.handle.value if p.handle else ""
                unnamed |= not colleague
            if colleague is not None:
                sent_by_us |= p.role in ("from", "caller")
                if colleague and colleague not in ours and not p.declined:
                    ours.append(colleague)
            elif p.handle is not None and not (p.handle.kind == "email" and is_automatic(p.handle.value)):
                outside.append((p, p.handle))
        if unnamed and not ours and len(self.colleagues) == 1:  # of several of us it is not known which one
            ours.append(self.colleagues[0].name)
        if direction is None:
            direction = "mutual" if medium in ("meeting", "video") else "out" if sent_by_us else "in"
        addressed = [p for p, _ in outside if p.role != "cc"]
        crowd = len(addressed) > (MOST_ATTENDEES if medium in LIVE_MEDIA else MOST_RECIPIENTS)
        parties: dict[Handle, Party] = {}
        for p, handle in outside:
            beside = direction == "in" and p.role == "to"
            copied = p.role == "cc" or beside or (crowd and p.role != "from")
            party = Party(handle, p.name, "copied" if copied else "with")
            if handle not in parties or (parties[handle].role == "copied" and not copied):
                parties[handle] = party
        return Sides(direction, tuple(parties.values()), tuple(ours))


def _unordered(folded: str) -> str:
    return " ".join(sorted(folded.split()))
