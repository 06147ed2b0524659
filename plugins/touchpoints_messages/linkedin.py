"""LinkedIn's "Get a copy of your data": `messages.csv` (9 to 13 columns, by year) and `Invitations.csv`.

People are known by their profile address; names stand beside it, several recipients run together in one cell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from touchpoints import handles
from touchpoints.asking import asks
from touchpoints.errors import InvalidValue
from touchpoints.handles import Handle, fold
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS, Coverage, LeftOut, Participant, Touchpoint
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context, content_key, either
from touchpoints.source import Source
from touchpoints.table import Table, cell, header_in
from touchpoints.times import Dates, UndecidedOrder
from touchpoints_messages.chat import is_gone

_EXPORT = Text("LinkedIn: Settings → Data privacy → Get a copy of your data → Messages and Invitations.")
_REST = re.compile(
    r"(?i)(ad_targeting|ads? clicked|articles?|causes you care about|certifications|comments|company follows|courses|"
    r"education|email addresses|endorsement_\w+|events|hashtag_follows|honors|inferences_about_you|instant\w*|"
    r"job \w[\w ]*|jobs?\w*|lan ads engagement|languages|learning\w*|logins|member_follows|organizations|patents|"
    r"phonenumbers|positions|private_identity_asset|profile( summary)?|projects|providers|publications|reactions|"
    r"receipts\w*|recommendations_\w+|registration|rich_media|saved[\w ]*|search\w*|security challenges|shares|skills|"
    r"test scores|verifications|volunteering|votes|whatsapp phone numbers)\.csv"
)
_TAG = re.compile(r"<[^>]*>")


class LinkedIn(Importer):
    """Messages. A conversation is a thread; drafts, sponsored mail and the spam folder are left out."""

    name = "linkedin"
    channels = (CHANNELS["linkedin"],)
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """A header row with conversation, sender, recipient and date."""
        return header_in(source.head_text, _is_messages) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Messages; raises `UnreadableSource` with a question if no profile or name in the file is ours."""
        table = Table(source, _is_messages)
        people = _People(table, context)
        people.must_hold_us()
        dates = context.dates(table.cells(people.date)) if people.date is not None else Dates(())
        days = set()
        for line, row in table.rows():
            try:
                record = people.message(row, dates)
            except UndecidedOrder:
                raise context.undecided_dates() from None
            except InvalidValue as error:
                yield context.skipped(line, str(error), cell(row, people.date))
                continue
            if isinstance(record, Touchpoint):
                days.add(record.at.date())
            yield record
        if days:
            yield Coverage(min(days), max(days))


class Invitations(Importer):
    """Invitations to connect. One with a message is contact; a bare click is not."""

    name = "linkedin-invitations"
    channels = (CHANNELS["linkedin"],)
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """A header row with from, to, sent at and direction."""
        return header_in(source.head_text, _is_invitations) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Invitations with a message; dates without a zone, the month first as LinkedIn writes them everywhere."""
        table = Table(source, _is_invitations)
        sent, message, which = (table.column(n) for n in ("sent at", "message", "direction"))
        columns = {
            "in": (table.column("from"), table.column("inviterprofileurl")),
            "out": (table.column("to"), table.column("inviteeprofileurl")),
        }
        dates = Dates(table.cells(sent or 0), "MDY")
        days = set()
        for line, row in table.rows():
            direction = {"INCOMING": "in", "OUTGOING": "out"}.get(cell(row, which).upper())
            if direction is None:
                yield context.skipped(line, english("neither incoming nor outgoing"), cell(row, which))
                continue
            if not cell(row, message):
                yield LeftOut("automatic")
                continue
            who, address = (cell(row, column) for column in columns[direction])
            if not who and not address:
                yield context.skipped(line, english("an invitation without a name"))
                continue
            other = handles.profile(address) if address else handles.name(who, "linkedin")
            try:
                at = dates(cell(row, sent))
            except InvalidValue as error:
                yield context.skipped(line, str(error), cell(row, sent))
                continue
            days.add(context.at(at).date())
            parts = ("linkedin", "invitation", direction, other.value, at)
            theirs, ours = ("from", "to") if direction == "in" else ("to", "from")
            yield context.touchpoint(
                at, "linkedin", (Participant(theirs, other, who or None), Participant(ours, None, own=True)),
                key=content_key(*parts, context.ordinal(*parts)), expects_reply=asks(cell(row, message)),
            )  # fmt: skip
        if days:
            yield Coverage(min(days), max(days))


class LinkedInRest(Importer):
    """The other tables of the same download (profile, skills, jobs, advertising …): they hold no contact."""

    name = "linkedin-rest"
    export = _EXPORT

    def recognises(self, source: Source) -> bool:
        """A table with one of LinkedIn's names that lies beside LinkedIn's messages or invitations."""
        if not _REST.fullmatch(PurePosixPath(source.path).name):
            return False
        beside = (source.sibling("messages.csv"), source.sibling("Invitations.csv"))
        return any(
            s and (header_in(s.head_text, _is_messages) or header_in(s.head_text, _is_invitations)) for s in beside
        )

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Nothing."""
        return iter(())


def _is_messages(names: Sequence[str]) -> bool:
    return {"conversation id", "from", "to", "date"} <= set(names)


def _is_invitations(names: Sequence[str]) -> bool:
    return {"from", "to", "sent at", "direction"} <= set(names)


class _People:
    """Who takes part in a file of messages, and its rows as touchpoints.

    The first pass learns which name belongs to which profile: names of recipients contain the comma they are joined by.
    """

    def __init__(self, table: Table, context: Context) -> None:
        self.table, self.context = table, context
        self.date = table.column("date")
        self.chat, self.sender, self.sender_url = (
            table.column(n) for n in ("conversation id", "from", "sender profile url")
        )
        self.to, self.to_urls = table.column("to"), table.column("recipient profile urls")
        self.subject, self.content, self.folder = (table.column(n) for n in ("subject", "content", "folder"))
        self.drafts = [table.column("is message draft"), table.column("is conversation draft")]
        self.names: dict[str, str] = {}
        self.urls: dict[str, str] = {}
        self.chats: Counter[str] = Counter()
        self.holds_us = False
        seen: set[tuple[str, str]] = set()
        for _, row in table.rows():
            url, name = cell(row, self.sender_url), cell(row, self.sender)
            urls = _split(cell(row, self.to_urls))
            pairs = [(url, name)] if url else []
            if len(urls) == 1:
                pairs.append((urls[0], cell(row, self.to)))
            for address, called in pairs:
                value = handles.profile(address).value
                self.names.setdefault(value, called)
                self.urls.setdefault(fold(called), value)
            to = cell(row, self.to)
            self.holds_us |= any(context.our_side.owns(None, n) for n in (name, to, *to.split(", ")) if n)
            for address in filter(None, (url, *urls)):
                place = (handles.profile(address).value, cell(row, self.chat))
                if place not in seen:
                    seen.add(place)
                    self.chats[place[0]] += 1

    def must_hold_us(self) -> None:
        """Raise the question which profile is ours, if none is known to be."""
        if self.holds_us or not self.chats or any(map(self.context.our_side.owns, map(handles.profile, self.chats))):
            return
        (first, most), *rest = self.chats.most_common(6)
        me, question = "linkedin.com/in/NAME", english("Which profile is you?")
        if not rest or rest[0][1] < most:
            me = first
            question = english(
                "Which profile is you? ('{profile}' takes part in {n} conversations, more than any other)",
                profile=first, n=most,
            )  # fmt: skip
        raise self.context.undecided(
            question, [first, *(url for url, _ in rest)], either(f'me = ["{me}"]', f"--me {me}"),
            english("no profile in it is known to be ours; name yours with --me"),
        )  # fmt: skip

    def message(self, row: Sequence[str], dates: Dates) -> Touchpoint | LeftOut:
        """A row as touchpoint; raises `InvalidValue` for a date that is none."""
        name, url = cell(row, self.sender), cell(row, self.sender_url)
        if any(cell(row, c).casefold() in ("yes", "true", "1", "ja") for c in self.drafts):
            return LeftOut("draft")
        if cell(row, self.folder).upper() == "SPAM":
            return LeftOut("automatic")
        content = cell(row, self.content)
        ours = self.context.our_side.owns(None, name)
        if "spinmail" in content or not (url or ours or self.sender_url is None):
            return LeftOut("newsletter")
        at = dates(cell(row, self.date))
        author = self._person("from", url, name)
        chat = cell(row, self.chat)
        parts = ("linkedin", chat, author.handle.value if author.handle else "", at)
        return self.context.touchpoint(
            at, "linkedin", (author, *self._recipients(row)), key=content_key(*parts, self.context.ordinal(*parts)),
            thread=chat or None, revision=(len(self.table.header.names),), subject=cell(row, self.subject) or None,
            expects_reply=asks(_TAG.sub(" ", content)),
        )  # fmt: skip

    def _recipients(self, row: Sequence[str]) -> Iterator[Participant]:
        urls, to = _split(cell(row, self.to_urls)), cell(row, self.to)
        parts = to.split(", ")
        if urls:
            names = [to] if len(urls) == 1 else parts if len(parts) == len(urls) else [""] * len(urls)
            for url, name in zip(urls, names, strict=True):
                yield self._person("to", url, self.names.get(handles.profile(url).value) or name)
        elif to:
            known = all(fold(p) in self.urls or self.context.our_side.owns(None, p) for p in parts)
            for name in parts if known else [to]:
                yield self._person("to", self.urls.get(fold(name), ""), name)

    def _person(self, role: str, url: str, name: str) -> Participant:
        named = handles.name(name, "linkedin") if fold(name) and not is_gone(name) else None
        handle = handles.profile(url) if url else named
        return Participant(role, handle, name or None, own=self._is_ours(handle, name))

    def _is_ours(self, handle: Handle | None, name: str | None) -> bool:
        # A profile under an own name is ours, too: most people give their name, few their profile.
        return self.context.our_side.owns(handle) or self.context.our_side.owns(None, name)


def _split(urls: str) -> list[str]:
    return [u.strip() for u in urls.split(",") if u.strip()]
