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

import attrs

from touchpoints.directory import Directory
from touchpoints.handles import Handle, company_domain, fold, is_role
from touchpoints.identity import bare
from touchpoints.language import P_, language
from touchpoints.likeness import (
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

LIKELY = 85
"""From this score on a suggestion is almost always right (measured: see `docs/identity.md`)."""
WORTH_ASKING = 60
"""From this score on a suggestion is worth a question."""
_LARGEST = 80
"""A block with more members is parted by full name: nobody is one of so many by half a name."""

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


@attrs.frozen(slots=True, eq=False)
class _Look:
    """What of a candidate is compared: names; the company by name and by domain, and its labels in domains; the fronts of its
    addresses, also their letters alone; the beginnings of its numbers; by what those at one company can be told (its
    name in one word, its domains' labels); how an address would spell its names."""

    id: str
    names: tuple[Name, ...]
    company: str
    domains: frozenset[str]
    labels: frozenset[str]
    fronts: frozenset[str]
    letters: frozenset[str]
    heads: frozenset[str]
    places: frozenset[str]
    spellings: Mapping[str, Name]


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
    everybody = list(candidates)
    firms = _company_words(everybody)
    looks = sorted(
        (look for c in everybody if (look := _look(c, firms)).names or look.fronts), key=lambda look: look.id
    )
    written = Spread(look.names for look in looks)
    looks = [_turned(look, written) for look in looks]
    spread = Spread(look.names for look in looks)
    sizes = Counter(place for look in looks for place in look.places)
    found: dict[tuple[str, str], Similar] = {}
    for one, other in _pairs(looks):
        pair = _compare(one, other, spread, sizes)
        if pair is not None and pair.score >= at_least:
            found[pair.one, pair.other] = pair
    return sorted(found.values(), key=lambda p: (-p.score, p.one, p.other))


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
    company = bare(company) if company else ""
    return _Look(
        candidate.id, tuple(names), company, frozenset(domains), frozenset(labels), frozenset(fronts),
        frozenset(map(_letters, fronts)), frozenset(heads), frozenset(_spelled(company, labels)), {},
    )  # fmt: skip


def _turned(look: _Look, written: Spread) -> _Look:
    """A look with its names the right way round ("Müller Erika"), by what the words are in other names."""
    names = tuple(dict.fromkeys(written.right_way_round(name) for name in look.names))
    spellings: dict[str, Name] = {}
    for name in names:
        for word in in_one_word(name) if name.written else ():
            spellings.setdefault(word, name)
    return attrs.evolve(look, names=names, spellings=spellings)


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
            if word in look.spellings and word == look.spellings[word].surname:  # a surname alone needs a company
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
        for key in dict.fromkeys(_keys(look)):
            blocks[key].append(number)
    seen: set[int] = set()
    size = len(looks)
    for members in blocks.values():
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


def _compare(one: _Look, other: _Look, spread: Spread, sizes: Mapping[str, int]) -> Similar | None:
    agree = [(found, a, b, found.reason) for a in one.names for b in other.names if (found := level(a, b))]
    for look, named in ((one, other), (other, one)):
        for word in look.letters:
            if name := named.spellings.get(word):
                agree.append((in_one_word(name)[word], name, name, REASONS[9]))
    if not agree:
        return None
    company, of_one, among = _company(one, other, spread.n, sizes)
    family = company in _COLLEAGUES
    least = _NAMESAKES / (100 if family else 1)
    best, reasons = 0.0, list[str]()
    for found, a, b, reason in agree:
        chance = max(among * spread.by_chance(found, a, b, family=family), least)
        if found.of_one / chance > best:
            best = found.of_one / chance
            reasons = [reason, *(["rare name"] if not family and chance < 2 * least else [])]
    if company:
        reasons.append(company)
    odds = best * of_one
    if one.heads & other.heads:
        odds, reasons = odds * (3 if family else 10), [*reasons, "numbers of one switchboard"]
    if alike := {f for f in one.fronts & other.fronts if len(f) > 3}:
        says_more = any(any(c.isdigit() for c in f) for f in alike)
        odds, reasons = odds * (30 if says_more else 3), [*reasons, "addresses alike before the @"]
    if any(contradict(a, b) for a in one.names for b in other.names):
        odds, reasons = odds / 50, [*reasons, "but also different given names"]
    first, last = sorted((one.id, other.id))
    return Similar(first, last, max(1, min(99, round(_EVEN + _TENFOLD * log10(odds)))), tuple(reasons))


_COLLEAGUES = frozenset({"same company domain", "same company", "similar company"})


def _company(one: _Look, other: _Look, people: int, sizes: Mapping[str, int]) -> tuple[str, float, float]:
    """What two say of their companies: the reason, how likely that is of one person's two records, and how many people would
    say the same by chance."""
    everybody = max(people, _EVERYBODY)
    common = one.places & other.places
    there = max((sizes[place] for place in common), default=0)
    if one.domains & other.domains:
        return "same company domain", 0.85, max(there, 8)
    if one.company and one.company == other.company:
        return "same company", 0.85, max(there, 8)
    if not (one.company or one.domains) or not (other.company or other.domains):
        return "", 1.0, everybody
    if common:
        return "similar company", 0.8, max(there, 8)
    if one.company and other.company and _organisations_alike(one.company, other.company, one.labels, other.labels):
        return "similar company", 0.3, max(3 * max(sizes[p] for look in (one, other) for p in look.places), 24)
    return "but another company", 0.05, everybody


@lru_cache(maxsize=1 << 17)
def _organisations_alike(
    a: str, b: str, labels: frozenset[str] = frozenset(), others: frozenset[str] = frozenset()
) -> int:
    """Points for two names of organisations: another spelling, words left out, or a domain that spells the name."""
    if a == b:
        return 90
    spelled, spelled_b = _spelled(a, labels), _spelled(b, others)
    if spelled & spelled_b:
        return 86
    from rapidfuzz import fuzz

    words, words_b = set(a.split()), set(b.split())
    for some, whole in ((spelled, words_b), (spelled_b, words)):  # "ostlabor.example" and "Institut Ostlabor"
        if any(len(label) > 5 and label in whole for label in some):
            return 72
    if words and words_b and (words <= words_b or words_b <= words) and len(max(words & words_b, key=len)) > 4:
        return 72
    return 66 if min(len(a), len(b)) > 5 and fuzz.ratio(a, b) >= 90 else 0


def _spelled(name: str, labels: Iterable[str]) -> set[str]:
    """A name (or a domain in its place) and domain labels in one word: "muster-bau.example" and "Muster Bau" are alike."""
    return {t for t in (name.partition(".")[0].replace(" ", "").replace("-", ""), *labels) if len(t) > 3}


# -- organisations --------------------------------------------------------------------------------------------------------


def similar_customers(directory: Directory, at_least: int = WORTH_ASKING) -> list[Similar]:
    """The pairs of customers that look alike, by falling score: in name, in a domain that spells the name, in people."""
    found: dict[tuple[str, str], Similar] = {}
    people: dict[str, set[str]] = {}
    blocks: dict[str, list[Customer]] = defaultdict(list)
    domains: dict[str, frozenset[str]] = {}
    for customer in directory.customers.values():
        there = directory.contacts_of(customer.id)
        people[customer.id] = {n for c in there if " " in (n := fold(c.name))}
        domains[customer.id] = frozenset(d.partition(".")[0].replace("-", "") for d in directory.domains_of(customer))
        texts = {bare(customer.name).replace(" ", "").replace("-", ""), *domains[customer.id]}
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
            points = _organisations_alike(bare(a.name), bare(b.name), domains[a.id], domains[b.id])
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
