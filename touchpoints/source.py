"""Files as importers see them: their beginning, their bytes, their text. Where they lie is `archives`' business.

Files are untrusted: a line that no export has is refused, whatever follows it.
"""

from __future__ import annotations

import codecs
import io
import lzma
import os
import re
import weakref
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TextIO

from touchpoints.errors import UnreadableSource
from touchpoints.language import english

HEAD = 4096
DAMAGE = (OSError, EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)
"""What reading a damaged file, or a damaged entry of an archive, may raise."""
MOST_LINE = 256 << 20
"""A file with more bytes than this between two line ends is refused as soon as that is seen: none is an export."""
BLOCK = 1 << 20
MEDIA = frozenset(
    ".jpg .jpeg .png .gif .webp .heic .bmp .svg .mp3 .m4a .ogg .opus .aac .wav .amr .mp4 .mov .3gp .avi "
    ".mkv .webm .pdf .doc .docx .xls .xlsx .ods .ppt .pptx .odt .css .js .ttf .woff .woff2 .ico .vcf.png .tif "
    ".tiff .psd .webloc .thumb".split()
)


class Source:
    """One file to import.

    `name` is how reports call it (as the user gave it, an archive's entries behind it); `path` its place inside its
    archive or folder; `suffix` the lower-case ending with the dot; `head` its first 4 KiB; `size` in bytes if known.
    Nothing is read before it is asked for.
    """

    def __init__(
        self,
        name: str,
        open_: Callable[[], BinaryIO],
        *,
        path: str | None = None,
        size: int | None = None,
        sibling: Callable[[str], Source | None] | None = None,
        in_archive: bool = False,
    ) -> None:
        self.name = name.encode("utf-16-le", "surrogatepass").decode(
            "utf-16-le", "replace"
        )  # bytes that are no letters
        self.path = path if path is not None else PurePosixPath(name).name
        self.size = size
        self.in_archive = in_archive
        self._open = open_
        self._sibling = sibling
        self._stream: Callable[[], BinaryIO | None] = lambda: None  # not to keep open what nobody reads any more

    def __repr__(self) -> str:
        return f"Source({self.name!r})"

    @property
    def suffix(self) -> str:
        """The file name's ending in lower case, such as `.csv`; empty if it has none."""
        return PurePosixPath(self.path).suffix.lower()

    @cached_property
    def head(self) -> bytes:
        """The first 4 KiB. Empty for an empty file; raises `UnreadableSource` for a file that cannot be opened."""
        with self.open() as stream:
            try:
                return stream.read(HEAD)
            except DAMAGE as error:
                raise UnreadableSource(
                    self.name, english("damaged or cut off: {error}; export or download it again", error=error)
                ) from error

    @cached_property
    def head_text(self) -> str:
        """The first 4 KiB as text, decoded like `text()` but never failing; marks in front are dropped."""
        encoding = _bom(self.head) or "utf-8"
        try:
            decoder = codecs.getincrementaldecoder(encoding)("strict")
            text = decoder.decode(self.head)
        except UnicodeDecodeError:
            text = self.head.decode(_of_one_byte([self.head]), "replace")
        return text.lstrip("\ufeff")

    def open(self) -> BinaryIO:
        """The content as a fresh binary stream. Raises `UnreadableSource` if it cannot be opened."""
        try:
            stream = self._open()
            self._stream = weakref.ref(stream)
            return stream
        except PermissionError as error:
            raise UnreadableSource(
                self.name, english("no permission to read it; allow it or leave the file out")
            ) from error
        except (OSError, EOFError, zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError) as error:
            raise UnreadableSource(self.name, english("cannot be opened: {error}", error=error)) from error

    @property
    def position(self) -> int:
        """How many bytes of what was opened last are read; 0 where nobody can tell: also at its end, for then the content
        may have been taken in one piece, and the work with it has only begun."""
        stream = self._stream()
        try:
            place = stream.tell() if stream is not None else 0
        except (ValueError, *DAMAGE):  # closed, or no place to speak of
            return 0
        return place if self.size is None or place < self.size else 0

    def text(self) -> TextIO:
        """The content as text without line-end translation: UTF-8 (with or without mark), UTF-16 with its mark or many
        NULs, else Windows-1252, or what old Macs and DOS wrote where its letters show that. Raises `UnreadableSource` if
        it cannot be opened."""
        encoding = self.encoding  # reads all of it, before it is opened to be read
        return io.TextIOWrapper(self.open(), encoding, errors="replace", newline="")

    @cached_property
    def encoding(self) -> str:
        """The text encoding of the whole content, found as `text()` says."""
        if mark := _bom(self.head):
            return mark
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        try:
            for block in self.blocks():
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _of_one_byte(self.blocks())
        return "utf-8"

    def blocks(self) -> Iterator[bytes]:
        """The content in blocks of 1 MiB. Raises `UnreadableSource` for a line of more than 256 MiB."""
        length = 0
        with self.open() as stream:
            while block := stream.read(BLOCK):
                last = max(block.rfind(b"\n"), block.rfind(b"\r"))
                length = length + len(block) if last < 0 else len(block) - last
                if length > MOST_LINE:
                    raise UnreadableSource(
                        self.name, english("a line of more than {n} MiB; no export has one", n=MOST_LINE >> 20)
                    )
                yield block

    def digest(self) -> str:
        """A hash of the content (32 hex digits). Raises `UnreadableSource` as `blocks` does."""
        hashed = blake2b(digest_size=16)
        for block in self.blocks():
            hashed.update(block)
        return hashed.hexdigest()

    def sibling(self, name: str) -> Source | None:
        """Another file of the same folder (or archive folder) by its name, if there is one; `../NAME` is one of the folder
        above. In an archive a name may also be a path from its root."""
        return self._sibling(name) if self._sibling else None

    @classmethod
    def from_path(cls, path: str | os.PathLike[str], name: str | None = None) -> Source:
        """A file on disk, called `name` in reports (as given if missing)."""
        where = Path(path)

        def beside(other: str) -> Source | None:
            folder = where.parent.parent if other.startswith("../") else where.parent
            found = folder / PurePosixPath(other).name
            return cls.from_path(found) if found.is_file() else None

        try:
            size: int | None = where.stat().st_size
        except OSError:
            size = None
        return cls(name or str(path), lambda: where.open("rb"), path=where.name, size=size, sibling=beside)

    @classmethod
    def from_text(cls, text: str, name: str = "text") -> Source:
        """A file from a text, as tests and apps have it (UTF-8)."""
        return cls.from_bytes(text.encode(), name)

    @classmethod
    def from_bytes(cls, content: bytes, name: str = "bytes") -> Source:
        """A file from bytes in memory."""
        return cls(name, lambda: io.BytesIO(content), size=len(content))


_OF_ONE_BYTE = ("cp1252", "mac-roman", "cp850")
_WITHIN_A_WORD = re.compile(rb"(?<=[A-Za-z])[\x80-\xff](?=[a-z])")
_USUAL = frozenset("äöüßéèêëàâáçñóôíúåøæ’–")


def _of_one_byte(blocks: Iterable[bytes]) -> str:
    """The encoding, of those with a byte a character, in which most characters within words are ones that stand there:
    Windows-1252, where another is no better."""
    within = Counter(byte for block in blocks for byte in _WITHIN_A_WORD.findall(block))
    return max(_OF_ONE_BYTE, key=lambda e: sum(n for byte, n in within.items() if byte.decode(e, "replace") in _USUAL))


def _bom(head: bytes) -> str | None:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[:400]
    if len(sample) >= 8 and sample.count(0) > len(sample) // 4:
        return "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"
    return None
