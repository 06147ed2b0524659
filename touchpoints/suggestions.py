"""Who may be the same: pairs of contacts, or of customers, that look alike, with reasons and a score. Suggestions only:
nothing here joins anybody.

Every candidate is described by the names that its display names, addresses and profiles spell. Only candidates who
share a block (the beginnings of both names, the sound of the surname, a company with a surname) are compared, so that
the work grows with the number of people and not with its square.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations

import attrs

from touchpoints.directory import Directory
from touchpoints.handles import Handle, company_domain, fold
from touchpoints.identity import bare
from touchpoints.model import Customer

LIKELY = 85
"""From this score on a suggestion is almost always right (measured: see `docs/identity.md`)."""
WORTH_ASKING = 60
"""From this score on a suggestion is worth a question."""
_LARGEST = 80
"""A block with more members is parted by full name: nobody is one of so many by half a name."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "same name": {"en": "same name", "de": "gleicher Name"},
    "similar name": {"en": "similar name", "de": "ähnlicher Name"},
    "initial": {"en": "same surname, given name abbreviated", "de": "gleicher Nachname, Vorname abgekürzt"},
    "part of the name": {"en": "one name is part of the other", "de": "ein Name ist Teil des anderen"},
    "surname": {"en": "same surname, no given name", "de": "gleicher Nachname, kein Vorname"},
    "given name": {"en": "same given name, another surname", "de": "gleicher Vorname, anderer Nachname"},
    "address": {"en": "address spells the name", "de": "Adresse enthält den Namen"},
    "same company": {"en": "same company", "de": "gleiche Firma"},
    "similar company": {"en": "similar company", "de": "ähnliche Firma"},
    "same domain": {"en": "same company domain", "de": "gleiche Firmen-Domain"},
    "same switchboard": {"en": "numbers of one switchboard", "de": "Nummern einer Telefonanlage"},
    "same local part": {"en": "addresses alike before the @", "de": "Adressen vor dem @ gleich"},
    "rare name": {"en": "rare name", "de": "seltener Name"},
    "other company": {"en": "but another company", "de": "aber andere Firma"},
    "domain spells the name": {"en": "domain spells the name", "de": "Domain enthält den Namen"},
    "same people": {"en": "people of the same names", "de": "Personen gleichen Namens"},
}
"""Reasons in words."""


@attrs.frozen(slots=True)
class Candidate:
    """Somebody to compare: an id, display names, handles, the customer's name."""

    id: str
    names: tuple[str, ...]
    handles: tuple[Handle, ...] = ()
    customer: str | None = None


@attrs.frozen(slots=True)
class Similar:
    """Two who may be one: ids, a score (0–100), and reasons (keys of `WORDS`), the strongest first."""

    one: str
    other: str
    score: int
    reasons: tuple[str, ...]

    def why(self, lang: str = "en") -> str:
        """The reasons in words."""
        return ", ".join(WORDS[r][lang] for r in self.reasons)


@attrs.frozen(slots=True)
class _Name:
    given: tuple[str, ...]
    surname: str
    written: bool  # as a name, not in an address


@attrs.frozen(slots=True, eq=False)
class _Look:
    """What of a candidate is compared."""

    id: str
    names: tuple[_Name, ...]
    company: str
    domains: frozenset[str]
    labels: frozenset[str]
    locals: frozenset[str]
    heads: frozenset[str]


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
        if waiting.names and waiting.handle.kind != "email":
            found.append(Candidate(waiting.handle.value, waiting.names[:2], (waiting.handle,)))
    return found


def similar(candidates: Iterable[Candidate], at_least: int = WORTH_ASKING) -> list[Similar]:
    """The pairs of people who look alike, by falling score."""
    looks = sorted((look for c in candidates if (look := _look(c)).names), key=lambda look: look.id)
    surnames = Counter(n.surname for look in looks for n in {m.surname: m for m in look.names}.values())
    rare = max(3, len(looks) // 2000)
    found: dict[tuple[str, str], Similar] = {}
    for one, other in _pairs(looks):
        pair = _compare(one, other, surnames, rare)
        if pair is not None and pair.score >= at_least:
            found[pair.one, pair.other] = pair
    return sorted(found.values(), key=lambda p: (-p.score, p.one, p.other))


def _look(candidate: Candidate) -> _Look:
    names: dict[_Name, None] = {}
    for text in candidate.names:
        if "@" in text:
            continue
        if name := _name(text):
            names[name] = None
    domains, labels, parts, heads = set(), set(), set(), set()
    for handle in candidate.handles:
        if handle.kind == "email":
            local, _, host = handle.value.partition("@")
            parts.add(re.sub(r"[^a-z0-9]", "", local))
            if domain := company_domain(host):
                domains.add(domain)
                labels.add(domain.partition(".")[0].replace("-", ""))
            if name := _in_address(local):
                names[name] = None
        elif handle.kind == "phone" and len(handle.value) > 9:
            heads.add(handle.value[:-3])
        elif handle.kind == "profile":
            slug = re.sub(r"-[0-9a-z]*\d[0-9a-z]*$", "", handle.value.rpartition("/")[2])
            if name := _in_address(slug):
                names[name] = None
    company = bare(candidate.customer) if candidate.customer else ""
    return _Look(
        candidate.id, tuple(names), company, frozenset(domains), frozenset(labels), frozenset(p for p in parts if len(p) > 4),
        frozenset(heads),
    )  # fmt: skip


@lru_cache(maxsize=1 << 16)
def _name(text: str) -> _Name | None:
    """Given names and surname; "von der Heide, Dr. Erika" as "Erika von der Heide"."""
    words = fold(text).split()
    if not words or any(w.isdigit() for w in words):
        return None
    if len(words) > 2:
        from nameparser import HumanName

        parsed = HumanName(" ".join(words))
        if parsed.last:
            given = f"{parsed.first} {parsed.middle}".split()
            return _Name(tuple(w for g in given for w in g.split("-")), parsed.last, True)
    given, surname = words[:-1], words[-1]
    return _Name(tuple(w for g in given for w in g.split("-")), surname, True)


@lru_cache(maxsize=1 << 16)
def _in_address(text: str) -> _Name | None:
    """The name that the front of an address or a profile spells: `erika.muster`, `e-muster`."""
    words = [w for w in re.split(r"[._\-]+", text.lower()) if w]
    if len(words) not in (2, 3) or not all(w.isalpha() for w in words) or len(words[-1]) < 3:
        return None
    return _Name(tuple(fold(w) for w in words[:-1]), fold(words[-1]), False)


_SOUNDS = str.maketrans({
    "b": "p", "c": "k", "d": "t", "g": "k", "q": "k", "v": "f", "w": "f", "z": "s", "x": "k", "j": "i", "y": None,
    "a": None, "e": None, "i": None, "o": None, "u": None, "h": None, "-": None, "'": None, " ": None,
})  # fmt: skip


@lru_cache(maxsize=1 << 16)
def _sound(word: str) -> str:
    """Words that sound alike in German or English have one value: Meier and Maier, Schmidt and Schmitt."""
    text = (
        word.replace("ph", "f")
        .replace("th", "t")
        .replace("ck", "k")
        .replace("tz", "z")
        .replace("dt", "t")
        .replace("ae", "e")
    )
    text = text.translate(_SOUNDS)
    return (word[:1] if word[:1] in "aeiou" else "") + re.sub(r"(.)\1+", r"\1", text)


def _keys(look: _Look) -> Iterator[str]:
    places = {look.company, *look.domains, *look.labels} - {""}
    for name in look.names:
        given = name.given[0] if name.given else ""
        if len(given) > 1:
            yield "n " + " ".join(sorted((given[:3], name.surname[:3])))
            yield f"s {given[:1]} {_sound(name.surname)}"
            yield f"t {name.surname[:1]} {_sound(given)} {name.surname[-3:]}"
        for place in places:
            yield f"c {place} {_sound(name.surname)[:3]}"
            if given:
                yield f"g {place} {given[:4]}"
        for part in look.locals:
            yield f"l {part}"


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


def _compare(one: _Look, other: _Look, surnames: Mapping[str, int], rare: int) -> Similar | None:
    best: tuple[int, str, _Name | None] = (0, "", None)
    for a in one.names:
        for b in other.names:
            points, reason = _names_alike(a, b)
            if points and not (a.written and b.written):
                points -= 2
            if points > best[0]:
                best = points, reason, a
    score, reason, name = best
    if not score or name is None:
        return None
    reasons = [reason]
    if one.domains & other.domains:
        score += 30
        reasons.append("same domain")
    elif one.company and one.company == other.company:
        score += 30
        reasons.append("same company")
    elif one.company and other.company:
        if _companies_alike(one, other):
            score += 24
            reasons.append("similar company")
        else:
            score -= 22
            reasons.append("other company")
    if one.heads & other.heads:
        score += 12
        reasons.append("same switchboard")
    if one.locals & other.locals:
        score += 10
        reasons.append("same local part")
    if score >= 40 and reason != "given name":
        if surnames[name.surname] <= rare:
            score += 8
            reasons.append("rare name")
        elif surnames[name.surname] > 20 * rare:
            score -= 8
    first, last = sorted((one.id, other.id))
    return Similar(first, last, max(0, min(99, score)), tuple(reasons))


@lru_cache(maxsize=1 << 18)
def _names_alike(a: _Name, b: _Name) -> tuple[int, str]:
    """Points and the reason for two names."""
    turned = a.given and b.given and a.given[0] == b.surname and b.given[0] == a.surname
    if turned:
        return 58, "same name"
    surname = _word_alike(a.surname, b.surname)
    if not surname and not _part_of(a.surname, b.surname):
        same = bool(a.given and b.given and a.given == b.given and len(a.given[0]) > 2)
        return (14, "given name") if same else (0, "")
    if not a.given or not b.given:
        return (38 if surname == 2 else 20, "surname")
    if a.given == b.given:
        if len(a.given[0]) == 1:
            return 40, "initial"
        return {2: (62, "same name"), 1: (52, "similar name"), 0: (54, "part of the name")}[surname]
    if len(a.given[0]) == 1 or len(b.given[0]) == 1:
        return (42 if surname == 2 else 26, "initial") if a.given[0][0] == b.given[0][0] else (0, "")
    if set(a.given) < set(b.given) or set(b.given) < set(a.given):
        return (56 if surname == 2 else 42, "part of the name")
    given = _word_alike(a.given[0], b.given[0])
    if given:
        return (54 if surname == 2 else 40, "similar name") if surname else (0, "")
    return 0, ""


def _word_alike(one: str, other: str) -> int:
    """2: equal; 1: a slip of the pen or another spelling; 0: different words."""
    if one == other:
        return 2
    if len(one) < 4 or len(other) < 4:
        return 0
    from rapidfuzz.distance import OSA

    distance = OSA.distance(one, other, score_cutoff=2)
    if distance == 1:
        return 1
    alike = _sound(one) == _sound(other) or (min(len(one), len(other)) >= 8 and _sound(one)[:2] == _sound(other)[:2])
    return 1 if distance == 2 and alike else 0


def _part_of(one: str, other: str) -> bool:
    """A double name and one half of it: "muster-klein" and "muster"."""
    a, b = set(re.split(r"[\s-]", one)), set(re.split(r"[\s-]", other))
    return len(a) != len(b) and (a < b or b < a)


def _companies_alike(one: _Look, other: _Look) -> bool:
    return _organisations_alike(one.company, other.company, one.labels, other.labels) > 0


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
    if words and words_b and (words <= words_b or words_b <= words) and len(max(words & words_b, key=len)) > 4:
        return 72
    return 66 if min(len(a), len(b)) > 5 and fuzz.ratio(a, b) >= 90 else 0


def _spelled(name: str, labels: frozenset[str]) -> set[str]:
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
                reasons.append("same people")
            if points >= at_least:
                found[first, last] = Similar(first, last, min(99, points), tuple(reasons))
    return sorted(found.values(), key=lambda p: (-p.score, p.one, p.other))


__all__ = ["LIKELY", "WORDS", "WORTH_ASKING", "Candidate", "Similar", "contacts", "similar", "similar_customers"]
