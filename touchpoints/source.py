"""Files as importers see them, and the walk through folders and archives that finds them.

Files are untrusted: names that leave their archive, symlink loops, nested and exploding archives are refused by name.
"""

from __future__ import annotations

import codecs
import io
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TextIO

from touchpoints.errors import SourceError, UnreadableSource

HEAD = 4096
DAMAGE = (OSError, EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)
"""What reading a damaged file, or a damaged entry of an archive, may raise."""
MOST_ENTRIES = 200_000
MOST_BYTES = 20 << 30
MOST_RATIO = 200
"""An archive entry that unpacks to more than this many times its size (and to more than 100 MiB) is refused."""
MOST_DEPTH = 3
MEDIA = frozenset(
    ".jpg .jpeg .png .gif .webp .heic .bmp .svg .mp3 .m4a .ogg .opus .aac .wav .amr .mp4 .mov .3gp .avi "
    ".mkv .webm .pdf .doc .docx .xls .xlsx .ppt .pptx .odt .css .js .ttf .woff .woff2 .ico .vcf.png .tif "
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
        self.name = name
        self.path = path if path is not None else PurePosixPath(name).name
        self.size = size
        self.in_archive = in_archive
        self._open = open_
        self._sibling = sibling

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
                    self.name, f"damaged or cut off: {error}; export or download it again"
                ) from error

    @cached_property
    def head_text(self) -> str:
        """The first 4 KiB as text, decoded like `text()` but never failing; marks in front are dropped."""
        encoding = _bom(self.head) or "utf-8"
        try:
            decoder = codecs.getincrementaldecoder(encoding)("strict")
            text = decoder.decode(self.head)
        except UnicodeDecodeError:
            text = self.head.decode("cp1252", "replace")
        return text.lstrip("\ufeff")

    def open(self) -> BinaryIO:
        """The content as a fresh binary stream. Raises `UnreadableSource` if it cannot be opened."""
        try:
            return self._open()
        except PermissionError as error:
            raise UnreadableSource(self.name, "no permission to read it; allow it or leave the file out") from error
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise UnreadableSource(self.name, f"cannot be opened: {error}") from error

    def text(self) -> TextIO:
        """The content as text without line-end translation: UTF-8 (with or without mark), UTF-16 with its mark or many
        NULs, else Windows-1252. Raises `UnreadableSource` if it cannot be opened."""
        return io.TextIOWrapper(self.open(), self.encoding, errors="replace", newline="")

    @cached_property
    def encoding(self) -> str:
        """The text encoding of the whole content, found as `text()` says."""
        if mark := _bom(self.head):
            return mark
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        with self.open() as stream:
            try:
                while block := stream.read(1 << 20):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return "cp1252"
        return "utf-8"

    def digest(self) -> str:
        """A hash of the content (32 hex digits)."""
        hashed = blake2b(digest_size=16)
        with self.open() as stream:
            while block := stream.read(1 << 20):
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


def _bom(head: bytes) -> str | None:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[:400]
    if len(sample) >= 8 and sample.count(0) > len(sample) // 4:
        return "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"
    return None


# -- walking ----------------------------------------------------------------------------------------------------


def walk(paths: Iterable[str | os.PathLike[str]]) -> Iterator[Source | SourceError]:
    """Every file below the given files, folders and archives, in the order of names; what cannot be walked is an error
    value in the stream, never an exception.

    Hidden files (`.name`), lock files and a Maildir's `tmp` are no sources. A folder reached twice is read once.
    """
    seen: set[tuple[int, int]] = set()
    for given in paths:
        path = Path(given)
        if not path.exists():
            yield UnreadableSource(str(given), "no such file or folder")
            continue
        yield from _walk(path, str(given), seen)


def _walk(path: Path, name: str, seen: set[tuple[int, int]]) -> Iterator[Source | SourceError]:
    try:
        info = path.stat()
        if stat.S_ISDIR(info.st_mode):
            if (info.st_dev, info.st_ino) in seen:
                if path.is_symlink():
                    yield UnreadableSource(name, "a link back to a folder that is read already; left alone")
                return
            seen.add((info.st_dev, info.st_ino))
            entries = sorted(path.iterdir(), key=lambda p: p.name)
            maildir = {"cur", "new"} <= {p.name for p in entries}
            for entry in entries:
                if entry.name.startswith((".", "~$")) and not (entry.is_dir() and _is_maildir(entry)):
                    continue
                if maildir and entry.name == "tmp":
                    continue
                yield from _walk(entry, f"{name.rstrip('/')}/{entry.name}", seen)
        elif not stat.S_ISREG(info.st_mode):
            yield UnreadableSource(name, "neither a file nor a folder")
        else:
            source = Source.from_path(path, name)
            if _is_zip(source):
                yield from _walk_zip(source, 1)
            else:
                yield source
    except PermissionError:
        yield UnreadableSource(name, "no permission to read it; allow it or leave it out")
    except SourceError as error:
        yield error
    except OSError as error:
        yield UnreadableSource(name, f"cannot be read: {error.strerror or error}")


def _is_maildir(path: Path) -> bool:
    return (path / "cur").is_dir() and (path / "new").is_dir()


def _is_zip(source: Source) -> bool:
    return source.head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def _walk_zip(source: Source, depth: int) -> Iterator[Source | SourceError]:
    if depth > MOST_DEPTH:
        yield UnreadableSource(source.name, f"archives inside archives, more than {MOST_DEPTH} deep")
        return
    try:
        stream = source.open()
        archive = zipfile.ZipFile(stream if stream.seekable() else io.BytesIO(stream.read()))
        entries = sorted(archive.infolist(), key=lambda e: e.filename)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield UnreadableSource(source.name, f"a damaged archive: {error}; download or export it again")
        return
    if len(entries) > MOST_ENTRIES:
        yield UnreadableSource(source.name, f"an archive of {len(entries)} entries, more than {MOST_ENTRIES}")
        return
    if sum(e.file_size for e in entries) > MOST_BYTES:
        yield UnreadableSource(source.name, f"an archive that unpacks to more than {MOST_BYTES >> 30} GiB")
        return
    by_name = {e.filename: e for e in entries}

    def entry(info: zipfile.ZipInfo) -> Source:
        folder = PurePosixPath(info.filename).parent

        def beside(other: str) -> Source | None:
            above = str(folder.parent / other[3:]) if other.startswith("../") else str(folder / other)
            found = by_name.get(above) or by_name.get(other)
            return entry(found) if found else None

        return Source(
            f"{source.name}/{info.filename}",
            lambda: archive.open(info),  # type: ignore[arg-type,return-value]  # an IO[bytes] that reads and closes
            path=info.filename,
            size=info.file_size,
            sibling=beside,
            in_archive=True,
        )

    for info in entries:
        name = info.filename
        if info.is_dir() or PurePosixPath(name).name.startswith((".", "._", "~$")) or name.startswith("__MACOSX/"):
            continue
        inside = entry(info)
        if name.startswith(("/", "\\")) or ".." in PurePosixPath(name.replace("\\", "/")).parts or ":" in name[:3]:
            yield UnreadableSource(inside.name, "a name that leads out of its archive; refused")
        elif info.flag_bits & 0x1:
            yield UnreadableSource(inside.name, "encrypted; unpack it with its password first")
        elif info.file_size > 100 << 20 and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            yield UnreadableSource(inside.name, f"unpacks to {info.file_size >> 20} MiB from almost nothing; refused")
        elif name.lower().endswith(".zip"):
            yield from _nested(inside, depth)
        else:
            yield inside


def _nested(inside: Source, depth: int) -> Iterator[Source | SourceError]:
    try:
        is_archive = _is_zip(inside)
    except SourceError as error:
        yield error
        return
    if is_archive:
        yield from _walk_zip(inside, depth + 1)
    else:
        yield inside
