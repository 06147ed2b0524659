"""Signal, as the exporters for Signal Desktop write it: `[2019-12-24, 12:23] Jane Doe: text`, one file a chat.

The app itself has no export. Times are local, without seconds; our own messages are by "Me" or "You".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from touchpoints.errors import UnreadableSource
from touchpoints.handles import fold
from touchpoints.language import Text, english
from touchpoints.model import CHANNELS
from touchpoints.plugins import Importer, Record
from touchpoints.reading import Context
from touchpoints.source import Source
from touchpoints_messages.chat import ME, Author, Chat, who_is_me
from touchpoints_messages.lines import SIGNAL, Form, blocks, messages, unmarked

_DATA = re.compile(r'^\s*\{"date": "[^"]*", "sender": ".{0,300}?"(body|quote|reactions)":', re.DOTALL)
"""How signal-export writes the same chat as JSON."""


class Signal(Importer):
    """Chats of signal-export and the like. The folder around the file is called after the chat."""

    name = "signal"
    channels = (CHANNELS["signal"],)
    export = Text("Signal Desktop: with a tool such as signal-export; the app itself has no export.")

    def recognises(self, source: Source) -> bool:
        """A first line with a date in brackets, without seconds, and an author; or signal-export's JSON of the same chat."""
        return _form(source) is not None or _DATA.match(source.head_text) is not None

    def read(self, source: Source, context: Context) -> Iterator[Record]:
        """Messages of one chat; raises `UnreadableSource` with a question if nobody in it is us."""
        form = _form(source)
        if form is None and _DATA.match(source.head_text):
            if source.sibling("chat.md"):
                return  # the same messages, read there
            raise UnreadableSource(source.name, english("signal-export's JSON; give the folder with its chat.md too"))
        if form is None:
            raise UnreadableSource(source.name, english("its first line is no Signal message"))
        names = sorted({name for block in blocks(source) for name in form.said.findall(block)})
        authors = {n: Author.named(n, "signal", context.region, own=fold(n) in ME) for n in names}
        outside = [a for a in authors.values() if not a.own and not context.our_side.owns(a.handle, a.name)]
        if len(outside) == len(authors):
            raise who_is_me(context, outside)
        title = _title(source)
        if not outside and title:
            outside = [Author.named(title, "signal", context.region)]
        identity = outside[0].handle.value if len(outside) == 1 else f"group:{fold(title)}"
        chat = Chat(context, "signal", "signal", identity, [*authors.values(), *outside])
        what = (outside[0].name if len(outside) == 1 else "") or title
        voices = {name: chat.voice(author) for name, author in authors.items()}
        yield from messages(source, form, context, voices, what)


def _form(source: Source) -> Form | None:
    head = unmarked(source.head_text).lstrip()
    form = Form.of(head) if SIGNAL.match(head) else None
    return form if form and form.said.match("\n" + head) else None


def _title(source: Source) -> str:
    """The name of the chat: of the folder, where the file has the exporter's name for it (`chat.md`)."""
    *folders, name = PurePosixPath(source.name).parts or ("",)
    if PurePosixPath(name).stem.casefold() in ("chat", "index", "data"):
        return folders[-1] if folders else ""
    return PurePosixPath(name).stem
