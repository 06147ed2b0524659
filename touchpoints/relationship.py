"""What judging speaks of: a relationship, the reasons to call it, and the flags that come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from touchpoints.directory import OFFICE
from touchpoints.facts import Decision, Stored
from touchpoints.handles import Handle
from touchpoints.language import in_language, language
from touchpoints.markup import Html, table
from touchpoints.model import Contact, Customer
from touchpoints.summary import Summary
from touchpoints.warmth import Warmth


def relationship_id(contact: Contact | None, customer: Customer | None) -> str:
    """The id of a relationship: the contact's, else the stand-in of the customer's office."""
    return contact.id if contact else OFFICE + (customer.id if customer else "")


def kind_of(contact: Contact | None, customer: Customer | None) -> str:
    """See `Relationship.kind`."""
    if customer is not None:
        return customer.effective_kind
    if contact is None or contact.kind != "unsorted":
        return contact.kind if contact else "unsorted"
    return contact.proposed or "unsorted"


def decided_kind_of(contact: Contact | None, customer: Customer | None) -> str:
    """See `Relationship.decided_kind`."""
    return customer.kind if customer is not None else contact.kind if contact else "unsorted"


def importance_of(contact: Contact | None, customer: Customer | None) -> str | None:
    """See `Relationship.importance`."""
    own = contact.importance if contact else None
    return own or (customer.importance if customer else None)


@attrs.frozen(slots=True)
class Relationship:
    """Everything between us and one contact (or, where `contact` is None, a customer's office) as of the book's `at`.

    `planned`: touchpoints later than `at`, the next first. `notes`: the user's notes, newest first.
    """

    contact: Contact | None
    customer: Customer | None
    owner: str | None
    summary: Summary
    warmth: Warmth
    planned: tuple[Stored, ...] = ()
    notes: tuple[Decision, ...] = ()
    id: str = attrs.field(
        init=False, default=attrs.Factory(lambda self: relationship_id(self.contact, self.customer), takes_self=True)
    )
    """The contact's id, or the stand-in of a customer's office."""
    group: str = attrs.field(
        init=False, default=attrs.Factory(lambda self: self.customer.id if self.customer else self.id, takes_self=True)
    )
    """What one flag stands for: the customer's id, or the contact's own without a customer."""

    @property
    def name(self) -> str:
        """The contact's name, else the customer's."""
        return self.contact.name if self.contact else self.customer.name if self.customer else ""

    @property
    def kind(self) -> str:
        """The kind the list goes by: of the customer, or of a contact that stands alone; decided, else proposed."""
        return kind_of(self.contact, self.customer)

    @property
    def decided_kind(self) -> str:
        """The kind as the user or a directory said it; `unsorted` where nobody did."""
        return decided_kind_of(self.contact, self.customer)

    @property
    def importance(self) -> str | None:
        """A, B or C: the contact's own, else the customer's."""
        return importance_of(self.contact, self.customer)

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags of contact and customer."""
        both = (self.contact.tags if self.contact else ()), (self.customer.tags if self.customer else ())
        return tuple(sorted({tag for tags in both for tag in tags}))

    def html(self, lang: str = "en") -> Html:
        """As a notebook shows it: status and silence against the own rhythm, as a small table in a language."""
        w, spoken = self.warmth, language(lang)
        heads = [
            spoken.say("Contact"), spoken.say("Customer"), spoken.say("Status"), spoken.say("Silence (days)"),
            spoken.say("Usual gap"), spoken.say("Longest gap"), spoken.say("Due on"), spoken.say("Within 30 days"),
        ]  # fmt: skip
        score = None if w.score is None else spoken.percent(w.score / 100)
        usual = None if w.usual_gap_days is None else spoken.number(w.usual_gap_days, 1)
        due = None if w.due_on is None else spoken.day(w.due_on, year=True)
        customer = self.customer.name if self.customer else None
        status = spoken.term("status", w.status)
        return Html(
            table(heads, [[self.name, customer, status, w.silence_days, usual, w.longest_gap_days, due, score]])
        )

    def _repr_html_(self) -> str:
        """In English; `html` takes another language."""
        return self.html()


@attrs.frozen(slots=True)
class Reason:
    """Why a relationship needs a personal call.

    `rule`: its name. `severity`: 0–100. `evidence`: keys of the touchpoints behind it. `text`: language (`de`, `en`) →
    one sentence. `since`: when the reason arose; `None` if no conversation with others there can end it. `again`: when
    it last arose anew, for one made of several events (a second missed call), else `None`. `stage`: its
    place on the call list: 1 what we owe, 2 what is agreed or due today, 3 silence, 4 the rest. `silence`: whether it
    is about silence: live contact with anybody there since it arose ends it, a booked meeting holds it back, and days
    that no source covers may make it uncertain. `waited`: for sorting what we owe: working hours.
    """

    rule: str
    relationship: Relationship
    severity: float
    evidence: Sequence[str] = ()
    text: Mapping[str, str] = attrs.field(factory=dict)
    since: datetime | None = None
    again: datetime | None = attrs.field(default=None, kw_only=True)
    stage: int = attrs.field(default=4, kw_only=True)
    silence: bool = attrs.field(default=True, kw_only=True)
    waited: float = attrs.field(default=0.0, kw_only=True)

    @property
    def service(self) -> bool:
        """Whether a call answers them or keeps what was agreed. Any other may be advertising in the sense of § 7 UWG."""
        return self.stage == 1 or self.rule == "overdue"


@attrs.frozen(slots=True)
class Suggestion:
    """What to do: `channel`, `handle` (a number, an address), `slot` (when), `why`, and a sentence per language."""

    channel: str
    handle: Handle | None
    slot: str | None
    why: Mapping[str, str]
    text: Mapping[str, str]


@attrs.frozen(slots=True)
class Flag:
    """One customer (or contact standing alone) that needs a call: whom to call, who else is there (`also`), why.

    `urgency` (0–100) falls with the order of the list. `uncertain`: a usual source ends before `at`. `notes`: what else
    is to be known, a sentence per language each (an absence that an automatic answer says).
    """

    contact: Contact | None
    customer: Customer | None
    also: tuple[Contact, ...]
    urgency: float
    relationship: Relationship
    reasons: tuple[Reason, ...]
    suggestion: Suggestion
    uncertain: bool = False
    notes: tuple[Mapping[str, str], ...] = ()

    @property
    def owner(self) -> str | None:
        """The colleague responsible."""
        return self.relationship.owner

    @property
    def purpose(self) -> str:
        """`service` if some reason asks for it, else `advertising` (see `Reason.service`)."""
        return "service" if any(reason.service for reason in self.reasons) else "advertising"

    def cells(self, lang: str) -> list[object]:
        """Who, why and what to do, as cells of a table in a language."""
        names = [self.contact.name] if self.contact else []
        names += [self.customer.name] if self.customer and self.customer.name not in names else []
        why = list(dict.fromkeys(in_language(r.text, lang) for r in self.reasons))
        return [names, why, in_language(self.suggestion.text, lang)]

    def html(self, lang: str = "en") -> Html:
        """As a notebook shows it: who, why and what to do, as a small table in a language."""
        spoken = language(lang)
        return Html(table([spoken.say("Who"), spoken.say("Why"), spoken.say("What to do")], [self.cells(lang)]))

    def _repr_html_(self) -> str:
        """In English; `html` takes another language."""
        return self.html()


@attrs.frozen(slots=True)
class CustomerView:
    """A customer as a whole: the warmth of the union of days with anybody there, and the people behind it, the strongest
    live history first."""

    customer: Customer
    summary: Summary
    warmth: Warmth
    people: tuple[Relationship, ...]

    @property
    def strongest(self) -> Relationship | None:
        """Whom we know best: the most live days, then the most days."""
        return next((r for r in self.people if r.contact), None)

    @property
    def breadth(self) -> int:
        """With how many contacts contact is alive: two-sided and not dormant."""
        return sum(r.contact is not None and r.warmth.status in ("on track", "due", "cooling") for r in self.people)


@attrs.frozen(slots=True)
class HeldBack:
    """A relationship with reasons that waits, and why (per language)."""

    contact: Contact | None
    customer: Customer | None
    why: Mapping[str, str]
    reasons: tuple[Reason, ...] = ()
