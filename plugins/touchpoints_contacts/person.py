"""What all contact formats share: from the words of a card or a row to a `Person`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from types import MappingProxyType

import attrs

from touchpoints import handles
from touchpoints.errors import InvalidValue
from touchpoints.handles import EXTENSION, Handle, fold
from touchpoints.language import english
from touchpoints.model import LeftOut, Person, Question, Skipped
from touchpoints.reading import Context, content_key
from touchpoints.times import UndecidedOrder
from touchpoints_contacts.kinds import KINDS, kind_of

IMPORTANCE: Mapping[str, str] = MappingProxyType(
    {"a": "A", "a-kunde": "A", "hoch": "A", "high": "A", "b": "B", "b-kunde": "B", "mittel": "B", "medium": "B",
     "c": "C", "c-kunde": "C", "niedrig": "C", "low": "C"}
)  # fmt: skip
"""Word → importance of a customer."""

NO_OWN_LINE = re.compile(r"(?i)fax|pager|telex|assist|callback|zentrale|switchboard")
"""Labels of numbers that reach nobody by voice, or somebody else (an assistant, a switchboard)."""

ANNIVERSARY = re.compile(r"(?i)anniversary|jahrestag")
"""Labels of the day that Apple and Google write with a label of its own."""

LONGEST = 300
"""Of a name, an organisation or a tag no more characters are kept: nobody's is longer."""

_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+?\d{1,2}", re.I)
_SEPARATED = re.compile(r"\s:::\s|[;,\n]")
_PROFILE = re.compile(
    r"(?i)(?:https?://)?(?:[a-z]{1,3}\.)?(linkedin\.com/(?:in|pub)|xing\.com/(?:profile|people))/([^/?#\s]+)"
)
_OWN_GROUPS = frozenset({"mycontacts", "my contacts", "meine kontakte", "starred", "starred in android", "unfiled"})


@attrs.frozen(slots=True, kw_only=True)
class Card:
    """A person or an office in the words of the file.

    `place`: its line. `full`: the name as displayed. `company`: the organisation, which also is the name of an office
    without a person. `left_out`: why the policy leaves it out, if so. `uid`: an id that is the same in every export;
    `ref`: the id the directory itself goes by.
    """

    place: int
    full: str = ""
    given: str = ""
    family: str = ""
    nickname: str = ""
    company: str = ""
    phones: Sequence[str] = ()
    emails: Sequence[str] = ()
    profiles: Sequence[str] = ()
    categories: Sequence[str] = ()
    kind: str = ""
    importance: str = ""
    owner: str = ""
    birthday: str = ""
    anniversary: str = ""
    contract: str = ""
    left_out: str = ""
    uid: str = ""
    ref: str = ""
    revision: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The name to show: as displayed, else from its parts. "Surname, Given" is turned round where the parts say
        that it is one."""
        if self.given and self.family and self.full in ("", f"{self.family}, {self.given}"):
            return f"{self.given} {self.family}"
        return self.full or self.given or self.family or self.nickname or self.company


class AddressBook:
    """The people of one file. `family` names the format in their keys; `dates` are all cells of the columns
    with days (birthday, anniversary, contract), from which their date format is found."""

    def __init__(self, family: str, context: Context, dates: Iterable[str] = ()) -> None:
        self._family = family
        self._context = context
        self._dates = context.dates(dates)
        self._undecided = False

    def entries(self, card: Card) -> Iterator[Person | LeftOut | Skipped]:
        """The person of a card, or why there is none; behind the person a `Skipped` for each day that is no date, and for
        each number of which a spreadsheet left only the first digits."""
        days: dict[str, str | None] = {}
        wrong = []
        for what, text in (("birthday", card.birthday), ("anniversary", card.anniversary), ("contract", card.contract)):
            try:
                days[what] = self._day(text.strip(), century=what == "contract")
            except InvalidValue:
                wrong.append((what, text))
        if (days.get("contract") or "").startswith("--"):
            wrong.append(("contract", card.contract))  # of a contract the year matters
            del days["contract"]
        entry = self._entry(card, days)
        yield entry
        wrong += [("phone", cell) for cell in card.phones if _ROUNDED.fullmatch(cell)]
        for what, text in wrong if isinstance(entry, Person) else ():
            if what == "phone":
                reason = english("'{text}' is a number that a spreadsheet rounded; the rest was read", text=text)
            elif what == "birthday":
                reason = english("'{birthday}' is no date of birth; the rest was read", birthday=text[:40])
            else:
                reason = english("'{text}' is no date; the rest was read", text=text[:40])
            yield self._context.skipped(card.place, reason, getattr(entry, "name", ""))

    def questions(self) -> Iterator[Question]:
        """What the file left open, once all its cards were read."""
        if self._undecided:
            asked = self._context.undecided_dates()
            yield Question(asked.question or "", asked.options, asked.setting)

    def _entry(self, card: Card, days: Mapping[str, str | None]) -> Person | LeftOut | Skipped:
        if card.left_out:
            return LeftOut(card.left_out)
        phones = map(self._context.phone, _texts(cell for cell in card.phones if not _ROUNDED.fullmatch(cell)))
        emails = map(handles.email, _texts(card.emails, spaces=True))
        exact = dict.fromkeys(h for h in (*phones, *emails, *map(profile, card.profiles)) if h and h.scope != EXTENSION)
        reachable = tuple(h for h in exact if h.kind != "email" or not handles.is_automatic(h.value))
        if exact and not reachable:
            return LeftOut("automatic")
        addresses = (h.value for h in reachable if h.kind == "email")
        name = " ".join(card.name.split())[:LONGEST] or next(addresses, "")  # an address without a name names itself
        if not fold(name):
            return self._context.skipped(
                card.place, english("no name, organisation or address"), "; ".join(card.phones)
            )
        known = reachable or (handles.name(name, self._family),)
        if any(map(self._context.our_side.owns, known)):
            return LeftOut("internal")
        tags = tuple(dict.fromkeys(tag for tag in card.categories if tag.casefold() not in _OWN_GROUPS))
        kind = kind_of([card.kind]) or kind_of(tags)
        if card.kind and not kind_of([card.kind]) and card.kind.casefold() not in KINDS:
            tags = (*tags, card.kind)  # a word we do not know is not lost
        company = " ".join(card.company.split())[:LONGEST]
        return Person(
            name, known,
            customer=company if company and kind != "private" else None,  # a friend's employer is no customer
            ref=card.ref[:LONGEST] or None, kind=kind, importance=IMPORTANCE.get(card.importance.casefold()),
            owner=card.owner[:LONGEST] or None, tags=tuple(tag[:LONGEST] for tag in tags),
            **days, key=self._key(card, name, reachable),
            revision=card.revision,
        )  # fmt: skip

    def _key(self, card: Card, name: str, exact: Sequence[Handle]) -> str:
        if card.uid:
            return content_key("person", self._family, card.uid)
        smallest = min((h.value for h in exact if h.kind in ("email", "profile")), default=None)
        if smallest is None:  # digits as written: the key must not depend on the region
            smallest = min((re.sub(r"\D", "", h.raw or h.value) for h in exact), default=None)
        return content_key("person", self._family, fold(name), smallest)

    def _day(self, text: str, century: bool = False) -> str | None:
        """An ISO date, or `--MM-DD` where the year is missing, has two digits or is a placeholder (Apple's 1604).

        `century`: two digits are a year of this one. Raises
        `InvalidValue` for what is no date; a day and month in unknown order give `None` and a question."""
        if not text or re.match(r"0+[./-]0+[./-]0+|0*1[./-]0*1[./-]0001|0001-01-01", text):
            return None
        try:
            if yearless := re.fullmatch(r"--(\d\d)-?(\d\d)", text):
                return date(2000, int(yearless[1]), int(yearless[2])).strftime("--%m-%d")
            iso = re.match(r"\d{4}(-?)\d\d\1\d\d", text)
            when = datetime.fromisoformat(text) if iso else self._dates(text)
            if when.tzinfo and (here := when.astimezone(self._context.zone)).time() == time():
                when = here  # midnight here, written in UTC: the evening before there
        except UndecidedOrder:
            self._undecided = True
            return None
        except (ValueError, OverflowError) as error:
            raise InvalidValue(str(error)) from None
        short = re.match(r"\d{1,2}([./-])\s?\d{1,2}\1\s?\d\d(?!\d)", text)
        return when.strftime("--%m-%d") if (short and not century) or when.year <= 1604 else when.date().isoformat()


def profile(text: str) -> Handle | None:
    """The profile a LinkedIn or Xing address leads to, whatever follows the name in it; `None` for any other address:
    a company's page or web site is shared by its people."""
    found = _PROFILE.match(text.strip()[:LONGEST])
    return attrs.evolve(handles.profile(f"{found[1]}/{found[2]}"), raw=text.strip()[:LONGEST]) if found else None


def _texts(cells: Iterable[str], spaces: bool = False) -> Iterator[str]:
    """The values of cells that may hold several; no number and no address is longer than `LONGEST`."""
    for cell in cells:
        for text in _SEPARATED.split(cell):
            if len(text) <= LONGEST:
                yield from text.split() if spaces else (text.strip(),)
