"""The contact that a row of a table tells of: who, in which direction, on which channel, with which outcome.

It is decided by the cells that name people and by the words in the others (`words`); times and lengths play no part, so
that one decision serves all rows with the same of these cells.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime

import attrs

from touchpoints import handles
from touchpoints.errors import UnreadableSource
from touchpoints.handles import Handle
from touchpoints.language import english
from touchpoints.model import CHANNELS, LIVE_MEDIA, LeftOut, Participant, Skipped, Touchpoint
from touchpoints.reading import Context
from touchpoints_calls.columns import Layout
from touchpoints_calls.people import Somebody, somebody
from touchpoints_calls.rows import as_written
from touchpoints_calls.words import NO, YES, Meaning, meaning

PEOPLE = (
    "direction", "type", "channel", "status", "answered", "number", "caller", "called", "caller_name", "called_name",
    "name", "given", "family", "company", "email", "line", "colleague", "done",
)  # fmt: skip
"""The fields whose cells decide what contact a row tells of."""
_WORDS = ("direction", "type", "channel", "status", "answered", "done")
_OF_CALLS = frozenset(("direction", "number", "caller", "called", "duration"))
_NOTHING, _NOBODY = Meaning(), Somebody()
_SEVERAL = re.compile(r"[;|\n]|,(?=[^,;]*@)")
"""What stands between the addresses of a cell."""
_AND = re.compile(r"\s+(?:&|und|and)\s+")
_OWN_NUMBER = re.compile(r"(?i)\s*(?:i?phone|telefon)\s*:\s*(\+?\d[\d ()/-]{4,})")
_ONLY_OURS = "only our own number is named; name the column of the other side in a [[table]]"


@attrs.frozen(slots=True)
class Known:
    """What rows with the same people and the same words have in common: the `first` of them (or why such a row is left
    out, or skipped), the `outcome` if its words say so, and `who` for the key."""

    first: Touchpoint | LeftOut | str
    outcome: str | None = None
    who: str = ""


class Contacts:
    """Decides what contact a table's rows tell of. `family` is that of the names in it; `numbers` are those of rows in which no
    side was known to be ours, unless `ours_known`; `kind_open` says that nothing tells what kind of contact it is."""

    def __init__(self, context: Context, found: Layout, family: str) -> None:
        self.context, self.layout, self.columns, self._family = context, found, found.columns, family
        self.numbers: Counter[str] = Counter()
        self.ours_known = self.kind_open = False
        self._channel = self._default_channel()

    def _default_channel(self) -> str:
        channel = self.layout.channel
        if channel is not None:
            if channel not in CHANNELS:
                known = ", ".join(CHANNELS)
                raise UnreadableSource(
                    self.context.source,
                    english(
                        "[[table]] in the settings: '{channel}' is no column and no channel ({known})",
                        channel=channel,
                        known=known,
                    ),
                )
            return channel
        if self.columns.keys() & {"number", "caller", "called", "duration", "direction", "channel", "type", "wait"}:
            return "phone"
        timed = next((self.columns[f] for f in ("date", "at") if f in self.columns), None)
        named = meaning(self.layout.header.plain[timed]).channel if timed is not None else None
        if named is not None:
            return named  # "Besuchsdatum"
        self.kind_open = "email" not in self.columns
        return "phone" if self.kind_open else "mail"

    def _meaning(self, text: str) -> Meaning:
        folded, words = text.casefold(), self.layout.words
        if words and any(folded in known for known in words.values()):
            direction = next((d for d in ("in", "out") if folded in words.get(d, ())), None)
            missed = folded in words.get("missed", ())
            implied = "in" if missed else None
            return Meaning(direction, "missed" if missed else None, None, implied, implied)
        return meaning(text)

    def known(self, cells: dict[str, str], at: datetime) -> Known:
        """What rows with these cells (by field, stripped) tell of; `at` is the time of the first of them."""
        said = {f: self._meaning(cells[f]) if cells.get(f) else _NOTHING for f in _WORDS}
        if cells.get("answered", "").casefold() in NO:
            name = self.layout.header.plain[self.columns["answered"]]
            said["answered"] = next((m for no in ("nicht", "not") if (m := meaning(f"{no} {name}")).implied), _NOTHING)
        if cells.get("done", "").casefold() in NO or any(m.outcome == "not yet" for m in said.values()):
            return Known(LeftOut("draft"))  # a task that nobody did
        kinds = ("channel",) if self.columns.keys() & _OF_CALLS else ("channel", "type")
        unknown = [f for f in kinds if cells.get(f) and not any(said[f])]
        if unknown and not any(said[f].channel or said[f].direction for f in ("direction", "channel", "type")):
            return Known(
                english(
                    "'{text}' is no kind of contact that is known, such as phone, mail, video, meeting",
                    text=cells[unknown[0]],
                )
            )
        if cut := next(
            (cells[f] for f in ("number", "caller", "called") if handles.CUT.fullmatch(cells.get(f, ""))), ""
        ):
            return Known(
                english(
                    "'{text}' is a number whose last digits a spreadsheet has cut off; export it again, as text",
                    text=cut,
                )
            )
        caller, called, others = self._people(cells)
        channel = said["channel"].channel or said["type"].channel or self._channel_of([caller, called, *others])
        if channel == "fax":
            return Known(LeftOut("automatic"))
        medium = CHANNELS[channel].medium
        outcome = _answer(cells.get("answered", "")) or next(
            (m.outcome for f in ("answered", "status", "direction", "type") if (m := said[f]).outcome), None
        )
        if medium == "call":
            outcome = "missed" if outcome in ("cancelled", "no_show") else outcome
        elif medium in LIVE_MEDIA:
            outcome = outcome or "reached"
        else:
            outcome = "reached"  # a message is delivered, answered or not
        implied = next((m.implied for m in said.values() if m.implied), None)
        noted = next((m.noted for m in said.values() if m.noted), None)
        direction = said["direction"].direction or said["type"].direction or said["status"].direction
        if medium == "meeting":
            direction = "mutual"
        elif direction is None and caller and called:
            decided = self._between(caller, called, cells, at)
            if isinstance(decided, str):
                direction = decided
            elif implied and isinstance(decided, Skipped):
                direction = implied
            elif isinstance(decided, Skipped):
                self.numbers.update(number for number in (caller.number, called.number) if number)
                return Known(decided.reason)
            else:
                return Known(decided)
        elif direction is None:
            direction = "in" if caller and not others else "out" if called and not others else noted
            if not others and any(who and self.context.our_side.owns(self._handle(who)) for who in (caller, called)):
                hidden = caller.hidden or called.hidden
                return Known(LeftOut("hidden number") if hidden else _ONLY_OURS)
            if direction is None and cells.get("direction") and not said["direction"].outcome:
                word = cells["direction"]
                return Known(
                    english(
                        "'{word}' says neither in nor out; name it under in_words or out_words of a [[table]]",
                        word=word,
                    )
                )
        made = self._touchpoint(
            at, channel, direction or "mutual", outcome or "reached", (caller, called), others, cells
        )
        if isinstance(made, Touchpoint):
            return Known(made, outcome, " ".join(sorted(as_written(party.handle) for party in made.parties)))
        return Known(made.reason if isinstance(made, Skipped) else made)

    def _channel_of(self, people: list[Somebody]) -> str:
        """The table's channel, where a row names none: mail for addresses alone, if the table knows no lengths."""
        if self._channel == "phone" and self.layout.channel is None and not self.columns.keys() & {"duration", "wait"}:
            addressed = [who for who in people if who]
            if addressed and all(who.email and not who.number for who in addressed):
                return "mail"
        return self._channel

    def _between(
        self, caller: Somebody, called: Somebody, cells: dict[str, str], at: datetime
    ) -> str | LeftOut | Skipped:
        """The direction between two parties, by which of them is ours."""
        if caller.number and called.number:
            line = cells.get("line") or None
            decided = self.context.call(at, caller=caller.number, called=called.number, line=line, key="-", talked=1.0)
            if isinstance(decided, Touchpoint):
                self.ours_known = True
                return decided.direction
            return decided
        ours = [self.context.our_side.owns(self._handle(who)) for who in (caller, called)]
        if ours[0] != ours[1]:
            return "out" if ours[0] else "in"
        if ours[0]:
            return LeftOut("internal")
        return self.context.skipped("", english("neither side is known to be ours; name yourself with --me"))

    def _people(self, cells: dict[str, str]) -> tuple[Somebody, Somebody, list[Somebody]]:
        """Caller, called, and those of whom the table does not say which of both they are."""
        caller, called, number = (
            somebody(cells[f]) if cells.get(f) else _NOBODY for f in ("caller", "called", "number")
        )
        if number.number and not caller.name and bool(caller.number) != bool(called.number) and not called.name:
            # two numbers, one of which is only called a number: it is the other side of the call
            caller, called, number = (number, called, _NOBODY) if called else (caller, number, _NOBODY)
        if name := cells.get("caller_name"):
            caller = attrs.evolve(caller, name=name)
        if name := cells.get("called_name"):
            called = attrs.evolve(called, name=name)
        full = " ".join(filter(None, (cells.get("given"), cells.get("family"))))
        names = [somebody(part) for part in _each(cells.get("name") or full)]
        emails = [somebody(part.strip()) for part in _SEVERAL.split(cells.get("email", "")) if "@" in part]
        if number:  # our own name beside a number is that of a colleague
            names, emails = ([who for who in some if not self._is_ours(who)] for some in (names, emails))
        if number:
            for further in (*names[:1], *emails[:1]):
                number = Somebody(
                    number.number or further.number, number.email or further.email, number.name or further.name
                )
            others = [number, *names[1:], *emails[1:]]
        else:
            others = _paired(names, emails) or ([number] if number.hidden and not (caller or called) else [])
        if len(others) == 1 and bool(caller) != bool(called):
            # one side by name, and a number: that of this side, unless it is ours
            side, other = caller or called, others[0]
            if side.name and not (side.number or side.email or other.name) and not self._is_ours(side):
                whole = attrs.evolve(other, name=side.name)
                return (whole, _NOBODY, []) if caller else (_NOBODY, whole, [])
        if number and not number.name and len(others) == 1 and (company := cells.get("company")):
            others = [attrs.evolve(others[0], name=others[0].name or company)]
        return caller, called, others

    def _is_ours(self, who: Somebody) -> bool:
        return self.context.our_side.owns(self._handle(who), who.name or None)

    def _touchpoint(
        self, at: datetime, channel: str, direction: str, outcome: str, sides: tuple[Somebody, Somebody],
        others: list[Somebody], cells: dict[str, str],
    ) -> Touchpoint | LeftOut | Skipped:  # fmt: skip
        context, incoming = self.context, direction == "in"
        outside, ours = sides if incoming else sides[::-1]
        people = [outside, *others[1:]]
        if others:
            people[0] = attrs.evolve(outside, name=outside.name or others[0].name) if outside else others[0]
        if not incoming and "@" in cells.get("called", ""):
            people += [somebody(part.strip()) for part in _SEVERAL.split(cells["called"])[1:]]
        own = _OWN_NUMBER.fullmatch(cells.get("channel", ""))  # as an iPhone's history names its own number
        first, line = people[0], cells.get("line") or ours.number or (own[1] if own else None)
        made: Touchpoint | LeftOut | Skipped
        if CHANNELS[channel].medium == "call" and (first.number or (first.hidden and not first)):
            made = context.call(
                at, caller=first.number if incoming else None, called=None if incoming else first.number,
                near=ours.number or None, direction=direction, outcome=outcome, line=line, name=first.name, channel=channel, key="-",
            )  # fmt: skip
        else:
            line = context.our_side.line(line) if line else None
            roles = ("caller", "called") if CHANNELS[channel].medium == "call" else ("from", "to")
            theirs, our_role = roles if incoming else roles[::-1]
            if CHANNELS[channel].medium in ("meeting", "video"):
                theirs, our_role = "attendee", "organizer"
            participants = [
                Participant(theirs, handle, who.name or None)
                for who in people
                if (handle := self._handle(who)) is not None
            ]
            participants.append(Participant(our_role, context.phone(line) or ours.email, own=True))
            made = context.touchpoint(
                at, channel, participants, key="-", direction=direction, outcome=outcome, line=line
            )
        if isinstance(made, Touchpoint) and (colleague := cells.get("colleague")):
            who = handles.email(colleague) or handles.name(colleague)
            agent = Participant(made.participants[-1].role, who, None if who.kind == "email" else colleague, own=True)
            made = context.touchpoint(
                at, channel, (*made.participants, agent), key="-", direction=direction, outcome=outcome, line=made.line
            )
        return made

    def _handle(self, who: Somebody) -> Handle | None:
        return self.context.phone(who.number) or who.email or self._name(who.name)

    def _name(self, name: str) -> Handle | None:
        """A display name, valid in this importer's files."""
        return handles.name(name, self._family) if handles.fold(name) else None


def _each(text: str) -> list[str]:
    """The people whom a cell of names names: `Erika Muster; Jonas Probe`, `Erika Muster & Jonas Probe`, but not `Groß &
    Söhne` or `Muster, Erika`."""
    people: list[str] = []
    for part in filter(None, map(str.strip, text.split(";"))):
        pair = _AND.split(part)
        people += pair if all(len(name.split()) in (2, 3) and "." not in name for name in pair) else [part]
    return people


def _paired(names: list[Somebody], emails: list[Somebody]) -> list[Somebody]:
    """People of a cell of names and one of addresses: side by side if there are as many, else by a part of the name in
    the address; whoever has no counterpart stands alone."""
    if len(names) == len(emails):
        return [attrs.evolve(n, email=e.email) for n, e in zip(names, emails, strict=True)]
    people, left = [], list(names)
    for person in emails:
        local = handles.fold((person.email.value if person.email else "").partition("@")[0])
        fitting = [n for n in left if any(len(part) > 2 and part in local for part in handles.fold(n.name).split())]
        if len(fitting) == 1:
            left.remove(fitting[0])
            person = attrs.evolve(person, name=fitting[0].name)
        people.append(person)
    return people + left


def _answer(word: str) -> str | None:
    return "reached" if word.casefold() in YES else "missed" if word.casefold() in NO else None
