"""Conversations: who takes part, and the touchpoint of each message and call in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

import attrs

from touchpoints import handles
from touchpoints.errors import UnreadableSource
from touchpoints.handles import Handle
from touchpoints.language import english
from touchpoints.model import LeftOut, Participant, Touchpoint
from touchpoints.reading import Context, content_key, either

_MARKS = dict.fromkeys([0x200B, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_SPACES = {0xA0: " ", 0x202F: " ", 0x2009: " ", 0x2011: "-"}
_NUMBER = re.compile(r"\+?[\d(][\d\s()/.-]{5,}\d")
_GONE = re.compile(
    r"(?i)deleted account|(facebook|instagram|messenger)[ -](user|nutzer\S*)|linkedin[ -](member|mitglied)|"
    r"(utilisateur|usuario|usuário|utente|membre|membro|miembro)( de| di| do)? (facebook|instagram|linkedin)|"
    r"(facebook|instagram|linkedin)[ -]?(gebruiker|lid|användare|bruger|bruker)"
)
"""What networks call everybody whose account is no more."""
MOST_NAMED = 50
"""In a conversation of more people nobody is addressed, and naming all of them in every message would bury the rest."""
_KEPT = 20_000
"""So many distinct times of one author are remembered to tell equal ones apart; far more than an hour holds, which is
all that a clock set back repeats."""


def plain(text: str) -> str:
    """A text without direction marks, its unusual spaces made ordinary."""
    return text.translate(_MARKS).translate(_SPACES).strip()


ME = frozenset(("me", "you", "ich", "du"))
"""How exporters call whoever exported."""


def is_gone(name: str) -> bool:
    """Whether a name is what a network calls everybody whose account was deleted: it must join nobody."""
    return _GONE.fullmatch(plain(name)) is not None


@attrs.frozen(slots=True)
class Author:
    """Somebody who takes part: a handle, the name as shown, and whether the file itself marks them as us."""

    handle: Handle
    name: str | None = None
    own: bool = False

    def as_(self, role: str) -> Participant:
        """The author as participant of a record. "Me" is no name of a colleague: who of us that is, the settings know."""
        me = self.own and self.handle.kind == "name" and self.handle.value in ME
        return Participant(role, None if me else self.handle, None if me else self.name, self.own)

    @classmethod
    def named(cls, name: str, scope: str, region: str, own: bool = False) -> Author:
        """An author known by a display name, or by a number where the app shows that instead."""
        name = plain(name).removeprefix("~").strip()
        if _NUMBER.fullmatch(name) and (number := handles.phone(name, region)):
            return cls(number, None, own)
        folded = handles.name(name, scope)
        return cls(folded if folded.value else Handle("name", name.casefold(), scope, name), name, own)


def who_is_me(context: Context, authors: Sequence[Author], other: Author | None = None) -> UnreadableSource:
    """The error to raise where no author of a chat is ours; `other`: who by the chat's name is the other person."""
    names = [a.name or a.handle.raw or a.handle.value for a in authors]
    rest = [n for n, a in zip(names, authors, strict=True) if not other or a.handle != other.handle]
    sure = len(names) == 2 and len(rest) == 1 and other is not None
    me = rest[0] if sure else "NAME"
    question = english("Which author of this chat is you?")
    if other and sure:
        name = other.name or other.handle.value
        question = english("Which author of this chat is you? (the chat is called after '{name}')", name=name)
    return context.undecided(
        question, names[:50], either(f'me = ["{me}"]', f'--me "{me}"'),
        english("no author of this chat is known to be ours; say which one is you with --me"),
    )  # fmt: skip


def others_in(context: Context, authors: Iterable[Author], title: Author | None, is_group: bool) -> list[Author]:
    """The people beside us in a chat that does not say who we are, called `title` by its file: of a chat of two that is
    the other one, also if only one of both wrote. Raises the question who "me" is."""
    ours = context.our_side
    everybody = list({a.handle: a for a in authors}.values())
    outside = [a for a in everybody if not (a.own or ours.owns(a.handle, a.name))]
    # A chat is called after the other person: if only they wrote, it is known who that is once we have a name.
    only_theirs = len(outside) == 1 and title and title.handle == outside[0].handle and context.colleagues
    if everybody and len(outside) == len(everybody) and not only_theirs:
        raise who_is_me(context, outside, title)
    if not outside and title and not is_group and not ours.owns(title.handle, title.name):
        return [title]
    return outside


_US = Author(Handle("name", "me"), None, own=True)


class Chat:
    """One conversation of an app.

    `identity` must be the same in every export of the conversation; `authors` are all who take part, ours included; of a
    chat that only says who wrote, `others` are the people beside us (see `others_in`), and we take part also where none
    of us did. `thread` names the conversation where its identity does not (an app whose clock alone tells messages apart).
    """

    def __init__(
        self, context: Context, channel: str, family: str, identity: str, authors: Iterable[Author], thread: str = "",
        *, others: Iterable[Author] | None = None,
    ) -> None:  # fmt: skip
        self.context, self.channel, self.family, self.identity = context, channel, family, identity
        self.authors = tuple({a.handle: a for a in (*authors, *(others or ()))}.values())
        if others is not None and not any(a.own or context.our_side.owns(a.handle, a.name) for a in self.authors):
            self.authors += (_US,)
        self.thread = content_key(family, thread or identity)
        self._voices: dict[Handle, Voice] = {}

    def voice(self, author: Author) -> Voice:
        """What this author says in the conversation."""
        found = self._voices.get(author.handle)
        if found is None:
            found = self._voices[author.handle] = Voice(self, author)
        return found

    def participants(self, author: Author, from_: str = "from", to: str = "to") -> tuple[Participant, ...]:
        """Everybody, the author first; of a crowd (`MOST_NAMED`) only the author and our side."""
        others = [a for a in self.authors if a.handle != author.handle]
        if len(others) > MOST_NAMED:
            ours = self.context.our_side
            others = [a for a in others if a.own or ours.owns(a.handle, a.name)][:MOST_NAMED]
        return (author.as_(from_), *(a.as_(to) for a in others))


class Voice:
    """One author of a conversation: the touchpoints of what they write, keyed by chat, author, time and ordinal."""

    def __init__(self, chat: Chat, author: Author) -> None:
        self.chat, self.author = chat, author
        self._seen: dict[str, int] = {}
        start = f"{chat.family}\x1f{chat.identity}\x1f{author.handle.value}\x1f"
        self._key = blake2b(start.encode("utf-8", "surrogatepass"), digest_size=13)
        self._like: Touchpoint | LeftOut | None = None

    def key(self, written: str) -> str:
        """The key of the next record at a time as written: as `content_key(family, chat, author, written, ordinal)`."""
        seen = self._seen
        ordinal = seen.get(written, 0)
        seen[written] = ordinal + 1
        if len(seen) > 2 * _KEPT:
            for old in list(seen)[:_KEPT]:
                del seen[old]
        hashed = self._key.copy()
        hashed.update(f"{written}\x1f{ordinal}".encode())
        return hashed.hexdigest()

    def writes(self, at: datetime, written: str, asks: bool | None, key: str | None = None) -> Touchpoint | LeftOut:
        """A message at an aware time; `asks`: whether it expects a reply; `key`: where the app numbers its messages."""
        like = self._like
        if like is None:
            chat = self.chat
            like = self._like = chat.context.touchpoint(
                at, chat.channel, chat.participants(self.author), key="", thread=chat.thread
            )
        if isinstance(like, LeftOut):
            return like
        return like.again(at, key or self.key(written), like.outcome, expects_reply=asks)

    def calls(
        self, at: datetime, written: str, outcome: str, *, video: bool = False, key: str | None = None, **more: Any
    ) -> Touchpoint | LeftOut:
        """A call this author made to the others of the conversation; `more` are fields of `Touchpoint`."""
        chat = self.chat
        ours = self.author.own or chat.context.our_side.owns(self.author.handle, self.author.name)
        return chat.context.touchpoint(
            at, f"{chat.channel} {'video' if video else 'call'}", chat.participants(self.author, "caller", "called"),
            key=key or self.key(written), direction="out" if ours else "in", outcome=outcome,
            thread=chat.thread, **more,
        )  # fmt: skip
