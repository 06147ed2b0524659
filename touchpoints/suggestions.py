"""Who may be the same: pairs of contacts, or of customers, that look alike, with reasons and a score. Suggestions only:
nothing here joins anybody.

Every candidate is described by the names that its display names, addresses and profiles spell (see `likeness`). Only
candidates who share a block (the beginnings of both names, the sound of the surname, a company with a surname, an address
that spells the name) are compared, so that the work grows with the number of people and not with its square.

The score stands for odds, after Fellegi and Sunter (1969): how likely two records of one person would look like this,
against how many other people would look like it by chance. 60 is about one to one, and each 15 points are a factor of ten.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from math import log10
from typing import NamedTuple

import attrs

from touchpoints.directory import Directory
from touchpoints.handles import Handle, company_domain, fold, is_role
from touchpoints.identity import bare
from touchpoints.language import P_, Text, language
from touchpoints.likeness import (
    Level,
    Name,
    Spread,
    aside,
    contradict,
    in_one_word,
    level,
    parsed,
    plain,
    sound,
    spelled,
)
from touchpoints.model import Customer
from touchpoints.progress import counted
from touchpoints.store.bulk import many_values

LIKELY = 85
"""From this score on a suggestion is almost always right (measured: see `docs/identity.md`)."""
WORTH_ASKING = 60
"""From this score on a suggestion is worth a question."""
_LARGEST = 80
"""A block with more members is parted by full name: nobody is one of so many by half a name."""

COMPARING = Text("looking for duplicates")

REASONS = (
    "same name", "similar name", "short form of the name", "one name is part of the other",
    "same surname, given name abbreviated", "same surname, no given name", "same given name, surname abbreviated",
    "same given name, no surname", "same given name, another surname", P_("likeness", "the address spells the name"),
    P_("likeness", "same company"), P_("likeness", "similar company"), P_("likeness", "same company domain"),
    P_("likeness", "numbers of one switchboard"), P_("likeness", "addresses alike before the @"),
    P_("likeness", "rare name"), P_("likeness", "but another company"), P_("likeness", "but also different given names"),
    P_("likeness", "domain spells the name"), P_("likeness", "people of the same names"),
)  # fmt: skip
"""Reasons, as `Language.term("likeness", reason)` says them."""


@attrs.frozen(slots=True)
class Candidate:
    """Somebody to compare: an id, display names, handles, the customer's name."""

    id: str
    names: tuple[str, ...]
    handles: tuple[Handle, ...] = ()
    customer: str | None = None


@attrs.frozen(slots=True)
class Similar:
    """Two who may be one: ids, a score (1–99), and reasons (of `REASONS`), the strongest first."""

    one: str
    other: str
    score: int
    reasons: tuple[str, ...]

    def why(self, lang: str = "en") -> str:
        """The reasons in words."""
        return ", ".join(language(lang).term("likeness", reason) for reason in self.reasons)


class _Organisation(NamedTuple):
    """An organisation: its bare name; that and its domains' labels in one word; the words of the name."""

    name: str
    spelled: frozenset[str]
    words: frozenset[str]


@attrs.define(slots=True, eq=False)
class _Look:
    """What of a candidate is compared: names; the company and its domains; the fronts of its addresses, also their letters
    alone; the beginnings of its numbers. Then, of everybody's: how an address would spell its names, the number of its set
    of names, and how many people there are at its company."""

    id: str
    names: tuple[Name, ...]
    company: _Organisation
    domains: frozenset[str]
    fronts: frozenset[str]
    letters: frozenset[str]
    heads: frozenset[str]
    spellings: Mapping[str, tuple[Name, Level]] = attrs.field(factory=dict)
    called: int = 0
    there: int = 0

    @property
    def places(self) -> frozenset[str]:
        """By what those at one company can be told."""
        return self.company.spelled


# -- people ---------------------------------------------------------------------------------------------------------------


def contacts(directory: Directory) -> list[Candidate]:
    """The contacts of a directory, and who waits in its queue under a name, as candidates."""
    found = []
    for contact in directory.contacts.values():
        customer = directory.customer_of(contact)
        names = (contact.name, *(h.raw or h.value for h in contact.handles if h.kind == "name"))
        found.append(
            Candidate(contact.id, tuple(dict.fromkeys(names)), contact.handles, customer.name if customer else None)
        )
    for waiting in directory.unresolved:
        handle = waiting.handle
        if waiting.names or (handle.kind == "email" and not is_role(handle.value)):
            found.append(Candidate(handle.value, waiting.names[:2], (handle,)))
    return found


def similar(candidates: Iterable[Candidate], at_least: int = WORTH_ASKING) -> list[Similar]:
    """The pairs of people who look alike, by falling score."""
    with many_values():
        return _similar(list(candidates), at_least)


def _similar(everybody: Sequence[Candidate], at_least: int) -> list[Similar]:
    firms = _company_words(everybody)
    looks = sorted(
        (look for c in counted(everybody, COMPARING) if (look := _look(c, firms)).names or look.fronts),
        key=lambda look: look.id,
    )
    written = Spread(look.names for look in looks)
    for look in looks:
        _turn(look, written)
    comparison = _Comparison(looks, at_least)
    found = [pair for one, other in _pairs(looks) if (pair := comparison.of(one, other))]
    return sorted(found, key=lambda p: (-p.score, p.one, p.other))


_NO_COMPANY = frozenset(
    "freelance freelancer freelancing freiberuflich freiberufler selbstaendig selbststaendig self-employed privat private "
    "student retired rentner pensioniert".split()
)
"""What stands in the place of a company and is none."""


_BORN = re.compile(r"(?i)^(geb|geborene|née|nee|born)\b\.?\s+")


def _company_words(candidates: Iterable[Candidate]) -> frozenset[str]:
    """The words by which companies are called, as they also stand behind people's names in chats ("Susi Voigt Grünfeld")."""
    names = {bare(c.customer).partition(".")[0] for c in candidates if c.customer}
    return frozenset(w for name in names for w in re.split(r"[\s-]", name) if len(w) > 4)


def _look(candidate: Candidate, firms: frozenset[str] = frozenset()) -> _Look:
    names: dict[Name, None] = {}
    company = "" if fold(candidate.customer or "") in _NO_COMPANY else candidate.customer or ""
    for text in candidate.names:
        if "@" in text:
            continue
        beside = aside(text)
        words = plain(text).split()
        if not company and not beside and len(words) > 2 and "," not in text and fold(words[-1]) in firms:
            text, beside = " ".join(words[:-1]), words[-1]
        if name := parsed(text):
            names[name] = None
            if beside and _BORN.match(beside):
                names[Name(name.given, fold(_BORN.sub("", beside)))] = None
        if beside and not company and not _BORN.match(beside):
            company = beside
    domains, labels, fronts, heads = set(), set(), set(), set()
    for handle in candidate.handles:
        if handle.kind == "email":
            front, _, host = handle.value.partition("@")
            if not is_role(handle.value):
                fronts.add(front)
                if name := spelled(front):
                    names[name] = None
            if domain := company_domain(host):
                domains.add(domain)
                labels.add(domain.partition(".")[0].replace("-", ""))
        elif handle.kind == "phone" and len(handle.value) > 9:
            heads.add(handle.value[:-3])
        elif handle.kind == "profile":
            slug = re.sub(r"-[0-9a-z]*\d[0-9a-z]*$", "", handle.value.rpartition("/")[2])
            fronts.add(slug)
            if name := spelled(slug):
                names[name] = None
    return _Look(
        candidate.id, tuple(names), _organisation(bare(company) if company else "", frozenset(labels)),
        frozenset(domains), frozenset(fronts), frozenset(map(_letters, fronts)), frozenset(heads),
    )  # fmt: skip


def _turn(look: _Look, written: Spread) -> None:
    """Turns a look's names the right way round ("Müller Erika"), by what the words are in other names."""
    look.names = tuple(dict.fromkeys(written.right_way_round(name) for name in look.names))
    spellings: dict[str, tuple[Name, Level]] = {}
    for name in look.names:
        for word, found in in_one_word(name).items() if name.written else ():
            spellings.setdefault(word, (name, found))
    look.spellings = spellings


def _keys(look: _Look) -> Iterator[str]:
    places = look.places
    for name in look.names:
        given = name.given[0] if name.given else ""
        if given and len(name.surname) > 1:
            yield f"s {given[:1]} {sound(name.surname)}"
        if len(given) > 1:
            yield "n " + " ".join(sorted((given[:3], name.surname[:3])))
            yield f"t {name.surname[:1]} {sound(given)} {name.surname[-3:]}"
        for place in places:
            yield f"c {place} {sound(name.surname)[:3]}"
            if given:
                yield f"g {place} {given[:4]}"
    for word in {*look.spellings, *look.letters}:
        if len(word) > 4:
            if word in look.spellings and word == look.spellings[word][0].surname:  # a surname alone needs a company
                yield from (f"b {place} {word}" for place in places)
            else:
                yield f"a {word}"
        if word in look.letters:
            yield from (f"b {place} {word}" for place in places)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text)


def _pairs(looks: Sequence[_Look]) -> Iterator[tuple[_Look, _Look]]:
    """Those who share a block, each pair once."""
    blocks: dict[str, list[int]] = defaultdict(list)
    for number, look in enumerate(looks):
        for key in set(_keys(look)):
            blocks[key].append(number)
    seen: set[int] = set()
    size = len(looks)
    together = dict.fromkeys(tuple(b) for b in blocks.values() if len(b) > 1)  # many blocks are the same people
    for members in counted(together, COMPARING):
        for part in _parted(members, looks) if len(members) > _LARGEST else (members,):
            for a, b in combinations(part, 2):
                place = a * size + b
                if place not in seen:
                    seen.add(place)
                    yield looks[a], looks[b]


def _parted(members: Sequence[int], looks: Sequence[_Look]) -> Iterator[list[int]]:
    parts: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number in members:
        for name in looks[number].names:
            parts[tuple(sorted((*name.given[:1], name.surname)))].append(number)
    for part in parts.values():
        yield sorted(set(part))[:_LARGEST]


_EVEN, _TENFOLD = 60, 15
"""The score of even odds, and by how much it rises when they rise tenfold."""
_NAMESAKES = 0.02
"""Nobody's name is so rare that a namesake would be less likely than this: names run in families."""
_EVERYBODY = 2000
"""A store is never taken to know fewer people than this: outside it there are many more."""


_Agreement = tuple[Level, Name, Name, str]
"""How two names agree, the names, and the reason."""


def _agreements(one: _Look, other: _Look) -> list[_Agreement]:
    return [(found, a, b, found.reason) for a in one.names for b in other.names if (found := level(a, b))]


def _addressed(one: _Look, other: _Look) -> list[_Agreement]:
    """Where an address of one spells a name of the other."""
    return [
        (said[1], said[0], said[0], REASONS[9])
        for look, named in ((one, other), (other, one))
        for word in look.letters
        if (said := named.spellings.get(word))
    ]


class _Comparison:
    """Compares two at a time among given people. What is dear is done last and once: how two sets of names agree is kept, and
    who cannot reach the score even if all else spoke for it is not looked at further."""

    def __init__(self, looks: Sequence[_Look], at_least: int) -> None:
        self.spread = Spread(look.names for look in looks)
        self.sizes = Counter(place for look in looks for place in look.places)
        self.everybody = max(self.spread.n, _EVERYBODY)
        self.at_least = at_least
        # a little less than the odds that are rounded up to the score
        self.odds = 0.0 if at_least <= 1 else 10 ** ((at_least - 0.51 - _EVEN) / _TENFOLD)
        self.kept: dict[int, float] = {}
        numbers: dict[tuple[Name, ...], int] = {}
        for look in looks:
            look.called = numbers.setdefault(look.names, len(numbers))
            look.there = max((self.sizes[place] for place in look.places), default=0)
        self.called = len(numbers)

    def of(self, one: _Look, other: _Look) -> Similar | None:
        """What two have in common, `None` if that is less than the score asked for."""
        pair = one.called * self.called + other.called
        best = self.kept.get(pair)
        if best is None:
            best = self.kept[pair] = max(map(self._says, _agreements(one, other)), default=0.0)
        if one.letters or other.letters:
            best = max(best, max(map(self._says, _addressed(one, other)), default=0.0))
        if not best:
            return None
        heads = not one.heads.isdisjoint(other.heads)
        alike = [] if one.fronts.isdisjoint(other.fronts) else [f for f in one.fronts & other.fronts if len(f) > 3]
        best *= (10 if heads else 1) * (30 if alike else 1)
        company = self._company(one, other, self.odds / best)
        return company and self._score(one, other, company, heads, alike)

    def _says(self, agree: _Agreement) -> float:
        """How many times likelier an agreement is of one person than of another, at most."""
        found, a, b, _ = agree
        return found.of_one / self.spread.by_chance(found, a, b)

    def _company(self, one: _Look, other: _Look, least: float) -> tuple[str, float, int] | None:
        """What two say of their companies: the reason, how likely that is of one person's two records, and how many people
        would say the same by chance. `None` if the first is not `least` times the second."""
        mine, theirs = one.company, other.company
        if not (mine.name or one.domains) or not (theirs.name or other.domains):
            return ("", 1.0, self.everybody) if 1.0 / self.everybody >= least else None
        common = mine.spelled & theirs.spelled
        there = max(8, *(self.sizes[place] for place in common)) if common else 8
        if not one.domains.isdisjoint(other.domains):
            found = "same company domain", 0.85, there
        elif mine.name and mine.name == theirs.name:
            found = "same company", 0.85, there
        elif common:
            found = "similar company", 0.8, there
        else:
            found = "but another company", 0.05, self.everybody
            if least <= 0.3 / 24 and mine.name and theirs.name:
                among = max(3 * one.there, 3 * other.there, 24)
                if least <= 0.3 / among and _organisations_alike(mine, theirs):
                    found = "similar company", 0.3, among
        return found if found[1] / found[2] >= least else None

    def _score(
        self, one: _Look, other: _Look, said: tuple[str, float, int], heads: bool, alike: Sequence[str]
    ) -> Similar | None:
        company, of_one, among = said
        family = company in _COLLEAGUES
        least = _NAMESAKES / (100 if family else 1)
        best, reasons = 0.0, list[str]()
        for found, a, b, reason in (*_agreements(one, other), *_addressed(one, other)):
            chance = max(among * self.spread.by_chance(found, a, b, family=family), least)
            if found.of_one / chance > best:
                best = found.of_one / chance
                reasons = [reason, *(["rare name"] if not family and chance < 2 * least else [])]
        if company:
            reasons.append(company)
        odds = best * of_one
        if heads:
            odds, reasons = odds * (3 if family else 10), [*reasons, "numbers of one switchboard"]
        if alike:
            says_more = any(any(c.isdigit() for c in f) for f in alike)
            odds, reasons = odds * (30 if says_more else 3), [*reasons, "addresses alike before the @"]
        if any(contradict(a, b) for a in one.names for b in other.names):
            odds, reasons = odds / 50, [*reasons, "but also different given names"]
        score = max(1, min(99, round(_EVEN + _TENFOLD * log10(odds))))
        first, last = sorted((one.id, other.id))
        return Similar(first, last, score, tuple(reasons)) if score >= self.at_least else None


_COLLEAGUES = frozenset({"same company domain", "same company", "similar company"})


@lru_cache(maxsize=1 << 16)
def _organisation(name: str, labels: frozenset[str]) -> _Organisation:
    """Of a bare name (or a domain in its place) and domain labels: "muster-bau.example" and "Muster Bau" are alike."""
    one_word = name.partition(".")[0].replace(" ", "").replace("-", "")
    return _Organisation(name, frozenset(t for t in (one_word, *labels) if len(t) > 3), frozenset(name.split()))


def _organisations_alike(one: _Organisation, other: _Organisation) -> int:
    """Points for two organisations: another spelling, words left out, or a domain that spells the name."""
    if one.name == other.name:
        return 90
    if not one.spelled.isdisjoint(other.spelled):
        return 86
    words, others = one.words, other.words
    # "ostlabor.example" and "Institut Ostlabor"
    if any(len(label) > 5 for label in one.spelled & others) or any(len(label) > 5 for label in other.spelled & words):
        return 72
    if words and others and (words <= others or others <= words) and any(len(w) > 4 for w in words & others):
        return 72
    from rapidfuzz import fuzz

    return 66 if min(len(one.name), len(other.name)) > 5 and fuzz.ratio(one.name, other.name, score_cutoff=90) else 0


# -- organisations --------------------------------------------------------------------------------------------------------


def similar_customers(directory: Directory, at_least: int = WORTH_ASKING) -> list[Similar]:
    """The pairs of customers that look alike, by falling score: in name, in a domain that spells the name, in people."""
    found: dict[tuple[str, str], Similar] = {}
    people: dict[str, set[str]] = {}
    blocks: dict[str, list[Customer]] = defaultdict(list)
    organisations: dict[str, _Organisation] = {}
    for customer in directory.customers.values():
        there = directory.contacts_of(customer.id)
        people[customer.id] = {n for c in there if " " in (n := fold(c.name))}
        labels = frozenset(d.partition(".")[0].replace("-", "") for d in directory.domains_of(customer))
        organisations[customer.id] = _organisation(bare(customer.name), labels)
        texts = {bare(customer.name).replace(" ", "").replace("-", ""), *labels}
        keys = {f"n {t[:4]}" for t in texts if len(t) > 2}
        keys |= {f"w {w}" for w in re.split(r"[\s.-]", bare(customer.name)) if len(w) > 4}
        for key in keys | {f"p {n}" for n in people[customer.id]}:
            blocks[key].append(customer)
    for members in blocks.values():
        if len(members) > _LARGEST:
            continue
        for a, b in combinations(members, 2):
            first, last = sorted((a.id, b.id))
            if (first, last) in found:
                continue
            points = _organisations_alike(organisations[a.id], organisations[b.id])
            reasons = (
                [{90: "same company", 86: "domain spells the name"}.get(points, "similar company")] if points else []
            )
            if common := people[a.id] & people[b.id]:
                points += 25 * len(common)
                reasons.append("people of the same names")
            if points >= at_least:
                found[first, last] = Similar(first, last, min(99, points), tuple(reasons))
    return sorted(found.values(), key=lambda p: (-p.score, p.one, p.other))


__all__ = ["LIKELY", "REASONS", "WORTH_ASKING", "Candidate", "Similar", "contacts", "similar", "similar_customers"]
