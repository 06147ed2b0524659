"""Which handles are one person, and which names one organisation: by exact keys first, then as the user decided, in the
order of the decisions.

Pure: directory entries and decisions in, groups out. Nothing here touches a touchpoint, so leaving a decision out (an
undo) gives exactly what there was without it, and reading a directory again repeats no answer of the user.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from touchpoints.handles import KINDS, Handle, company_domain, fold
from touchpoints.model import Person

ALWAYS = 1 << 30
"""A day (an ordinal) that never comes: the end of what holds for good."""


@lru_cache(maxsize=1 << 17)
def contact_id(handle: Handle) -> str:
    """The id of the contact whose smallest handle this is (12 hex digits)."""
    text = f"{handle.kind}\x1f{handle.value}\x1f{handle.scope}"
    return blake2b(text.encode(), digest_size=6).hexdigest()


def customer_id(name: str) -> str:
    """The id of the customer with this key, a domain or a folded name (12 hex digits)."""
    return blake2b(f"customer\x1f{name}".encode(), digest_size=6).hexdigest()


def order(handle: Handle) -> tuple[int, str, str]:
    """The strongest kind first, then by value: the first handle of a contact gives its id."""
    return KINDS.index(handle.kind), handle.value, handle.scope


def stand_in(person: Person) -> Handle:
    """The handle of a directory entry that has none of its own: its name, valid in that entry only."""
    return Handle("name", fold(person.name), f"entry:{person.key}", person.name)


class Span(NamedTuple):
    """Days (ordinals, `since` included, `until` not) on which a handle belongs to a group; `None`: to nobody."""

    since: int
    until: int
    group: int | None


class Groups:
    """Handles in groups. A group is a number; joining keeps both numbers valid (see `find`)."""

    def __init__(self) -> None:
        self._group: dict[Handle, int] = {}
        self._above: list[int] = []
        self._spans: dict[Handle, list[Span]] = {}
        self.formerly: dict[Handle, Handle] = {}
        """Stand-in of a group that has no handle any more → the one it had."""

    def __iter__(self) -> Iterator[Handle]:
        return iter(self._group)

    def __contains__(self, handle: Handle) -> bool:
        return handle in self._group

    def add(self, handle: Handle) -> int:
        """The group of a handle, of its own if it is new."""
        group = self._group.get(handle)
        if group is None:
            self._group[handle] = group = self._new()
            return group
        return self.find(group)

    def holder(self, handle: Handle) -> int:
        """The group that has a handle now: the last one, if it changed hands."""
        if self._spans and (last := self.spans(handle)[-1].group) is not None:
            return last
        return self.add(handle)

    def _new(self) -> int:
        self._above.append(len(self._above))
        return len(self._above) - 1

    def find(self, group: int) -> int:
        """The number a group goes by now."""
        while (above := self._above[group]) != group:
            self._above[group] = self._above[above]
            group = above
        return group

    def join(self, handles: Sequence[Handle]) -> None:
        """These handles are one person's, and all that go with them."""
        first = self.holder(handles[0])
        for handle in handles[1:]:
            self._above[self.holder(handle)] = first

    def split(self, handles: Iterable[Handle]) -> int:
        """These handles are another person's than the rest of their groups; returns the new group."""
        new = self._new()
        for handle in handles:
            self._group[handle] = new
            self._spans.pop(handle, None)
        return new

    def give(self, handle: Handle, to: Handle, since: int = 0, until: int = ALWAYS) -> None:
        """A handle belongs to the group of `to` from one day to another.

        Where that is its own group already, it belongs to nobody on the other days.
        """
        group = self.holder(to)
        if since <= 0 and until >= ALWAYS:
            self._group[handle] = group
            self._spans.pop(handle, None)
            return
        own = self.add(handle)
        before = self._spans.get(handle, [Span(0, ALWAYS, None if own == group else own)])
        spans = [Span(since, until, group)]
        for span in before:
            if span.since < since:
                spans.append(Span(span.since, min(span.until, since), span.group))
            if span.until > until:
                spans.append(Span(max(span.since, until), span.until, span.group))
        self._spans[handle] = sorted(spans, key=lambda s: s.since)

    def spans(self, handle: Handle) -> list[Span]:
        """Whose a handle is, and when: without gaps, the earliest first."""
        found = self._spans.get(handle) if self._spans else None
        if found is None:
            group = self._group.get(handle)
            return [Span(0, ALWAYS, None if group is None else self.find(group))]
        return [Span(s.since, s.until, None if s.group is None else self.find(s.group)) for s in found]

    def members(self) -> dict[int, list[Handle]]:
        """The handles of every group, in order; of a handle that changed hands, the last who has it. Who has none left is
        known by a stand-in (see `formerly`)."""
        found: dict[int, list[Handle]] = defaultdict(list)
        for handle, group in self._group.items():
            if handle not in self._spans:
                found[self.find(group)].append(handle)
        for handle in self._spans:
            if (last := self.spans(handle)[-1].group) is not None:
                found[last].append(handle)
        for handle in sorted(self._spans, key=order):
            for span in self.spans(handle):
                if span.group is not None and span.group not in found:
                    gone = Handle("name", handle.value, f"formerly:{handle.kind}:{handle.scope}", handle.raw)
                    self.formerly[gone] = handle
                    found[span.group].append(gone)
        for handles in found.values():
            handles.sort(key=order)
        return found


# -- directory entries --------------------------------------------------------------------------------------------------


class Organisations:
    """Which spellings and domains are one organisation: a domain whose entries agree on the name, but for its legal form,
    joins them; then the keys that the user `merged`. A key is `org:folded name` or `domain:…`.

    `names`: key → how it is written. `keys`: id of a customer → its keys, the one that gives the id first. `ids`: the id
    of any of these keys → the customer's.
    """

    def __init__(self, people: Iterable[Person], merged: Iterable[Sequence[str]] = ()) -> None:
        self.names: dict[str, Counter[str]] = defaultdict(Counter)
        self.keys: dict[str, list[str]] = {}
        self.ids: dict[str, str] = {}
        self._above: dict[str, str] = {}
        said = defaultdict[str, Counter[str]](Counter)
        for person in people:
            if person.customer:
                self.names[f"org:{fold(person.customer)}"][person.customer] += 1
                for domain in {domain_of(h) for h in person.handles if h.kind == "email"} - {None}:
                    said[str(domain)][person.customer] += 1
        for domain, names in sorted(said.items()):
            if len({bare(name) for name in names}) == 1:
                first, *others = sorted(names, key=lambda n: (-names[n], n))
                for key in (*(f"org:{fold(name)}" for name in others), f"domain:{domain}"):
                    self._join(f"org:{fold(first)}", key)
        for one, *rest in merged:
            for key in rest:
                self._join(one, key)
        self._joined: dict[str, list[str]] = defaultdict(list)
        for key in self._above:
            self._joined[self._root(key)].append(key)

    def id_of(self, key: str) -> str:
        """The id of the customer with a key; makes it known."""
        root = self._root(key)
        id_ = customer_id(root)
        if id_ not in self.keys:
            self.keys[id_] = [root, *self._joined.get(root, ())]
            for each in self.keys[id_]:
                self.ids[customer_id(each)] = id_
        return id_

    def written(self, keys: Sequence[str]) -> str:
        """How a customer is called: as its own name is mostly written, else by another of its names, else its domain."""
        for key in sorted(keys, key=lambda k: (k.startswith("domain:"), keys.index(k))):
            if names := self.names.get(key):
                return min(names, key=lambda n: (-names[n], n))
        return keys[0].partition(":")[2]

    def _join(self, one: str, other: str) -> None:
        one, other = self._root(one), self._root(other)
        if one != other:
            self._above[other] = one

    def _root(self, key: str) -> str:
        while key in self._above:
            key = self._above[key]
        return key


def domain_of(address: Handle) -> str | None:
    """The company domain of an address. Asked by host: a store has far fewer of them than addresses."""
    return company_domain(address.value.rpartition("@")[2])


def shared(people: Iterable[Person]) -> set[Handle]:
    """The handles that entries of different people name alike: a switchboard, a family's line. They join nobody.

    Names that may be one person's are no difference: another order, a missing or abbreviated given name, a slip of
    the pen. On an address or a profile one name in common is enough (people marry), on a number all of the shorter one.
    """
    names: dict[Handle, str | set[str]] = {}  # most handles are named once: a set for each would be the larger part
    for person in people:
        if name := fold(person.name.partition("@")[0]):  # some address books call people by their address
            for handle in person.handles:
                before = names.setdefault(handle, name)
                if before != name:
                    names[handle] = {name, *((before,) if isinstance(before, str) else before)}
    found = set()
    for handle, several in names.items():
        if isinstance(several, set):
            words = [frozenset(n.replace("-", " ").split()) for n in sorted(several)]
            if any(_unlike(a, b, handle.kind) for n, a in enumerate(words) for b in words[:n]):
                found.add(handle)
    return found


def _unlike(one: frozenset[str], other: frozenset[str], kind: str) -> bool:
    """Whether two names on one handle are two people's: no word of theirs is the same, or (on a number) some word of the
    shorter name has none in the other; each word stands for one only, and an initial alone says nothing."""
    short, long = sorted((one, other), key=lambda words: (len(words), sorted(words)))
    left, open_ = sorted(long), []
    for word in sorted(short):
        same = next((w for w in left if _same_word(word, w)), None)
        if same is None:
            open_.append(word)
        else:
            left.remove(same)
    if len(open_) == len(short):
        return True
    for word in open_ if kind == "phone" else ():
        initial = next((w for w in left if w[0] == word[0] and 1 in (len(w), len(word))), None)
        if initial is None:
            return True
        left.remove(initial)
    return False


def _same_word(one: str, other: str) -> bool:
    if one == other:
        return len(one) > 1
    from rapidfuzz.distance import OSA

    longest = max(len(one), len(other))
    return longest >= 4 and OSA.distance(one, other, score_cutoff=2) <= (1 if longest < 8 else 2)


_LEGAL = frozenset(
    "gmbh mbh ag kg kgaa ohg gbr ug se eg ev ek e.k e.v haftungsbeschraenkt co cie inc incorporated ltd limited llc llp "
    "plc corp corporation company sarl sa sas srl spa bv nv ab as oy".split()
)


_DOTTED = re.compile(r"\b(\w)\.\s?(\w)\.?(?!\w)")
"""An abbreviation with dots: e.K., e. V., S.A."""


@lru_cache(maxsize=1 << 16)
def bare(organisation: str) -> str:
    """An organisation's name for comparison: folded, without its legal form ("Muster GmbH & Co. KG" → "muster")."""
    organisation = _DOTTED.sub(r"\1\2", organisation)
    words = [
        w for w in fold(organisation.replace("&", " ").replace("+", " ")).split() if w not in ("und", "and", "the")
    ]
    kept = [w for w in words if w not in _LEGAL]
    return " ".join(kept or words)


def decided(payload: Mapping[str, object], field: str) -> list[Handle]:
    """The handles that a decision names in a field."""
    values = payload.get(field) or ()
    return [Handle(*value) for value in values]  # type: ignore[attr-defined]  # written by `written`


def written(handle: Handle) -> list[str | None]:
    """A handle as decisions keep it."""
    return [handle.kind, handle.value, handle.scope, handle.raw]
