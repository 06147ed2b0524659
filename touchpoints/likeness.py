"""How alike two names of people are, and how much that says: the fewer people bear a name, the more.

A name is parsed into given names and surname ("von der Heide, Dr. Erika" as "Erika von der Heide"), whatever spelled it:
a display name, an address, a profile. Two names agree at a `Level`; what a level says is weighed by how often it would
come about among different people, estimated from the names of the store itself and, where that is small, from how names
are spread in Germany and Britain.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from touchpoints.handles import fold, is_role
from touchpoints.language import P_


class Name(NamedTuple):
    """Given names and surname, folded; `written` as a name, or spelled by an address or profile. An empty surname: only
    what somebody is called ("Erika")."""

    given: tuple[str, ...]
    surname: str
    written: bool = True


class Level(NamedTuple):
    """How two names agree: the reason in words (see `touchpoints.suggestions.REASONS`), how likely it is of one person's
    two records, and what of each name has to agree by chance: given name or initial, surname or initial."""

    reason: str
    of_one: float
    given: str = "given"
    surname: str = "surname"


SAME = Level(P_("likeness", "same name"), 0.6)
SLIP = Level(P_("likeness", "similar name"), 0.08)
SLIPS = Level("similar name", 0.01)
SHORT = Level(P_("likeness", "short form of the name"), 0.04)
PART = Level(P_("likeness", "one name is part of the other"), 0.06)
INITIAL = Level(P_("likeness", "same surname, given name abbreviated"), 0.1, "initial")
SURNAME = Level(P_("likeness", "same surname, no given name"), 0.06, "")
GIVEN_INITIAL = Level(P_("likeness", "same given name, surname abbreviated"), 0.04, "given", "initial")
GIVEN = Level(P_("likeness", "same given name, no surname"), 0.02, "given", "")
MARRIED = Level(P_("likeness", "same given name, another surname"), 0.004, "given", "")


# -- parsing ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1 << 16)
def parsed(text: str) -> Name | None:
    """The name a display name says; what stands in brackets or behind a dash is no part of it. `None` for numbers."""
    words = fold(plain(text)).split()
    if not words or any(any(c.isdigit() for c in w) for w in words):
        return None
    if len(words) > 2:
        from nameparser import HumanName

        found = HumanName(" ".join(words))
        if found.last:
            given = f"{found.first} {found.middle}".split()
            return Name(tuple(w for g in given for w in g.split("-") if w), found.last)
    given, surname = words[:-1], words[-1]
    return Name(tuple(w for g in given for w in g.split("-") if w), surname)


_ASIDE = re.compile(r"\(([^)]*)\)|\[([^\]]*)\]|\s[-–—|/@•·]\s*(.*)$")


@lru_cache(maxsize=1 << 16)
def plain(text: str) -> str:
    """A display name without what stands in brackets or behind a dash."""
    return _ASIDE.sub(" ", text).strip() or text


@lru_cache(maxsize=1 << 16)
def aside(text: str) -> str | None:
    """What stands in brackets or behind a dash in a display name: often the company."""
    found = _ASIDE.search(text)
    said = next((g for g in found.groups() if g), "").strip() if found and plain(text) != text else ""
    return said or None


@lru_cache(maxsize=1 << 16)
def spelled(text: str) -> Name | None:
    """The name that the front of an address or a profile spells: `erika.muster`, `e-muster`."""
    words = [w for w in re.split(r"[._\-]+", text.lower()) if w]
    if len(words) not in (2, 3) or not all(w.isalpha() for w in words) or len(words[-1]) < 3:
        return None
    if any(is_role(w) for w in words):  # info.berlin@, sales-uk@
        return None
    return Name(tuple(g for w in words[:-1] if (g := fold(w))), fold(words[-1]), False)


@lru_cache(maxsize=1 << 16)
def in_one_word(name: Name) -> Mapping[str, Level]:
    """How an address may spell a name in one word (`emuster`, `erikamuster`, `muster`), and what that says."""
    surname = re.sub(r"[^a-z]", "", name.surname)
    found: dict[str, Level] = {}
    if len(surname) < 3:
        return found
    if name.given and name.given[0]:
        given = name.given[0]
        if len(given) > 1:
            found |= {given + surname: SAME, surname + given: SAME}
        found |= {given[0] + surname: INITIAL, surname + given[0]: INITIAL}
    return {**found, surname: SURNAME}


# -- comparing -------------------------------------------------------------------------------------------------------

_SOUNDS = str.maketrans({
    "b": "p", "c": "k", "d": "t", "g": "k", "q": "k", "v": "f", "w": "f", "z": "s", "x": "k", "j": "i", "y": None,
    "a": None, "e": None, "i": None, "o": None, "u": None, "h": None, "-": None, "'": None, " ": None,
})  # fmt: skip
_SPELLINGS = (("ph", "f"), ("th", "t"), ("ck", "k"), ("tz", "z"), ("dt", "t"), ("ae", "e"))


@lru_cache(maxsize=1 << 16)
def sound(word: str) -> str:
    """Words that sound alike in German or English have one value: Meier and Maier, Schmidt and Schmitt."""
    text = word
    for one, other in _SPELLINGS:
        text = text.replace(one, other)
    text = text.translate(_SOUNDS)
    return (word[:1] if word[:1] in "aeiou" else "") + re.sub(r"(.)\1+", r"\1", text)


_SHORT_FORMS = """
alexander alexandra alex sascha xander; andreas andy andi; anna anne anja annika; anton toni; antonia toni; benjamin ben benny;
bernhard bernd; birgit gitta; charles charlie; christian chris; christina christine chris tina; christoph chris stoffel;
christopher chris; daniel dan danny; david dave; dorothea doro thea; edward ed eddie; elisabeth elizabeth lisa elli liz beth
betty sissi; erich rick; ferdinand ferdi; franziska franzi; frederick fred freddy; friedrich fritz fred; gabriele gabi;
georg schorsch; george georgie; gerhard gerd gert; guenther guenter; hans johannes johann hannes jan; heinrich heinz heiner
harry henry; henry harry; jacob jakob jake; jakob jake; james jim jimmy; jennifer jenny; jessica jess jessie; johanna hanna
hanni; john jack johnny; jonathan jon; joseph joe; josef sepp jupp; juergen joerg; karl-heinz kalle; katharina kathrin katrin
kathi kati; katherine kate kathy katie; klaus-peter klaus; konrad conny; konstantin konsti; leonard leo len; leonhard leo;
ludwig lutz; magdalena lena leni; manfred manni; margarete grete greta gretel; margaret maggie meg peggy; maria marie mia;
martina tina; matthew matt; matthias matze; maximilian max; michael mike micha michi mick; michaela michi; mohammed mehmet;
nicholas nick; nikolaus nico klaus; nicole nicki; oliver olli; olivia liv; patricia pat patty tricia; patrick pat; peter pete;
philipp phil; philip phil; rainer reiner; rebecca becky; reinhard reiner; richard rick dick richie; robert rob bob bobby robbie;
rudolf rudi; sabine bine; samuel sam; samantha sam; sebastian basti seb; siegfried sigi; stefan stephan steffen; stefanie
stephanie steffi; stephen steve; steven steve; susan sue suzie; susanne susi sanne; theodor theo; thomas tom tommy; timothy tim;
ulrich uli; ulrike uli rike; ursula uschi ulla; valentina tina; victoria vicky; viktoria vicky; walter walt; werner wern;
wilhelm willi willy; william will bill billy liam; wolfgang wolf wolfi; zacharias zach
"""
_FORMS: dict[str, frozenset[int]] = {}
for _number, _line in enumerate(_SHORT_FORMS.replace("\n", " ").split(";")):
    for _word in _line.split():
        _FORMS[_word] = _FORMS.get(_word, frozenset()) | {_number}


def short_form(one: str, other: str) -> bool:
    """Whether one given name is a usual form of the other: Hans and Johannes, Bob and Robert."""
    return bool(_FORMS.get(one, frozenset()) & _FORMS.get(other, frozenset()))


@lru_cache(maxsize=1 << 18)
def word_alike(one: str, other: str) -> int:
    """2: equal; 1: a slip of the pen or another spelling; 0: different words."""
    if one == other:
        return 2
    if len(one) < 4 or len(other) < 4 or abs(len(one) - len(other)) > 2:
        return 0
    from rapidfuzz.distance import OSA

    distance = OSA.distance(one, other, score_cutoff=2)
    if distance != 2:
        return int(distance == 1)
    alike = sound(one) == sound(other) or (min(len(one), len(other)) >= 8 and sound(one)[:2] == sound(other)[:2])
    return int(alike)


def part_of(one: str, other: str) -> bool:
    """A double name and one half of it: "muster-klein" and "muster"."""
    if one.isalpha() and other.isalpha():
        return False
    a, b = set(re.split(r"[\s-]", one)), set(re.split(r"[\s-]", other))
    return len(a) != len(b) and (a < b or b < a)


def level(a: Name, b: Name) -> Level | None:
    """How two names agree, `None` if they do not."""
    if a.given and b.given and a.given[0] == b.surname and b.given[0] == a.surname:
        return SAME
    if len(a.surname) == 1 or len(b.surname) == 1:
        full = a.given[:1] == b.given[:1] and a.given and len(a.given[0]) > 2
        return GIVEN_INITIAL if full and a.surname[:1] == b.surname[:1] else None
    surname = word_alike(a.surname, b.surname)
    part = not surname and part_of(a.surname, b.surname)
    same_given = bool(a.given and b.given and a.given == b.given and len(a.given[0]) > 2)
    if not surname and not part:
        return _one_word(a, b) or (MARRIED if same_given else None)
    if not a.given or not b.given:
        return SURNAME if surname == 2 else None
    if a.given == b.given or "".join(a.given) == "".join(b.given):
        if len(a.given[0]) == 1:
            return INITIAL if surname == 2 else None
        return {2: SAME, 1: SLIP}.get(surname, PART)
    if _abbreviates(a.given, b.given) or _abbreviates(b.given, a.given):
        return INITIAL if surname == 2 or part else None
    if set(a.given) < set(b.given) or set(b.given) < set(a.given):
        return PART if surname else None
    if short_form(a.given[0], b.given[0]):
        return SHORT if surname == 2 else None
    if word_alike(a.given[0], b.given[0]):
        return SLIP if surname == 2 else SLIPS if surname else None
    return None


def _abbreviates(short: tuple[str, ...], given: tuple[str, ...]) -> bool:
    """Whether the first of some given names is the initials of others: "k" or "kh" of Karl-Heinz."""
    return len(short[0]) <= 2 and "".join(g[0] for g in given).startswith(short[0])


def _one_word(a: Name, b: Name) -> Level | None:
    """Somebody called by a given name only, and somebody with that given name."""
    one, other = (a, b) if not a.given else (b, a)
    if not one.given and other.given and one.surname == other.given[0] and len(one.surname) > 2:
        return GIVEN
    return None


def contradict(a: Name, b: Name) -> bool:
    """Whether two names of one surname have given names that are no one's both."""
    if not a.given or not b.given or word_alike(a.surname, b.surname) != 2:
        return False
    x, y = a.given[0], b.given[0]
    if min(len(x), len(y)) <= 2:
        return x[0] != y[0] and x[0] not in {g[0] for g in b.given} and y[0] not in {g[0] for g in a.given}
    if "".join(a.given) == "".join(b.given):
        return False
    return not (set(a.given) & set(b.given) or word_alike(x, y) or short_form(x, y))


# -- how often a name is anybody's -----------------------------------------------------------------------------------

_COMMON = {
    "mueller": 95, "schmidt": 69, "schneider": 40, "fischer": 35, "weber": 30, "meyer": 33, "wagner": 27, "becker": 27, "schulz": 26,
    "hoffmann": 25, "schaefer": 22, "koch": 22, "bauer": 21, "richter": 21, "klein": 20, "wolf": 20, "schroeder": 19, "neumann": 18,
    "schwarz": 18, "zimmermann": 17, "braun": 16, "krueger": 16, "hofmann": 15, "hartmann": 15, "lange": 14, "schmitt": 14,
    "werner": 14, "krause": 13, "meier": 13, "maier": 13, "lehmann": 13, "koehler": 12, "huber": 12, "smith": 120, "jones": 100,
    "taylor": 60, "brown": 56, "williams": 55, "wilson": 42, "johnson": 40, "davies": 40, "evans": 35, "thomas": 32, "roberts": 30,
    "yilmaz": 10, "kaya": 8,
}  # fmt: skip
"""Bearers of the commonest surnames among 10,000 people."""
_SURNAME, _GIVEN, _INITIAL = 1 / 4000, 1 / 250, 1 / 14
_TRUST = 1500
"""So many people of the store weigh as much as what is known of names beforehand."""


class Spread:
    """How names are spread among the people of a store."""

    def __init__(self, people: Iterable[Iterable[Name]]) -> None:
        self.given: Counter[str] = Counter()
        self.surname: Counter[str] = Counter()
        self.initials: Counter[str] = Counter()
        self.n = 0
        self._given_shares: dict[str, float] = {}
        self._surname_shares: dict[str, float] = {}
        for names in people:
            self.n += 1
            for word in {n.given[0] for n in names if n.given}:
                self.given[word] += 1
            for word in {w for n in names if n.given for w in (n.given[0][:1],)}:
                self.initials[word] += 1
            for word in {n.surname for n in names}:
                self.surname[word] += 1

    def right_way_round(self, name: Name) -> Name:
        """A name with its surname last, where its words are mostly used the other way in other names."""
        if not name.written or len(name.given) != 1 or len(name.given[0]) < 2:
            return name
        first, last = name.given[0], name.surname
        as_it_is = (self.given[first] + 0.1) * (self.surname[last] + 0.1)
        turned = (self.given[last] + 0.1) * (self.surname[first] + 0.1)
        return Name((last,), first) if turned > 2 * as_it_is else name

    def by_chance(self, found: Level, a: Name, b: Name, *, family: bool = False) -> float:
        """The share of other people whose name would agree as well. `family`: among colleagues, where people of one
        surname may be related."""
        surname = self._surname(found, a, b)
        if family and (found is INITIAL or found is SURNAME):
            surname = max(surname, 0.01)
        return self._given(found, a, b) * surname

    def _given(self, found: Level, a: Name, b: Name) -> float:
        if not found.given:
            return 1.0
        one, other = a.given[0] if a.given else a.surname, b.given[0] if b.given else b.surname
        if found.given == "initial":
            return max(self._initial_share(one[:1]), self._initial_share(other[:1]))
        return self._given_share(one) + (self._given_share(other) if one != other else 0.0)

    def _surname(self, found: Level, a: Name, b: Name) -> float:
        if not found.surname:
            return 1.0
        if found.surname == "initial":
            return 1 / 10
        one, other = a.surname, b.surname
        return self._surname_share(one) + (self._surname_share(other) if one != other else 0.0)

    def _initial_share(self, letter: str) -> float:
        return self._share(self.initials[letter], _INITIAL)

    def _given_share(self, word: str) -> float:
        share = self._given_shares.get(word)
        if share is None:
            share = self._given_shares[word] = self._share(self.given[word], _GIVEN if len(word) > 1 else _INITIAL)
        return share

    def _surname_share(self, word: str) -> float:
        share = self._surname_shares.get(word)
        if share is None:
            beforehand = _COMMON.get(word, 10_000 * _SURNAME) / 10_000
            share = self._surname_shares[word] = self._share(self.surname[word], beforehand)
        return share

    def _share(self, count: int, beforehand: float) -> float:
        others = max(0, count - 2)  # the two who are compared say nothing about the others
        return (others + _TRUST * beforehand) / (self.n + _TRUST)
