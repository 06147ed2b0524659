"""The walk through folders and archives (zip, tar, gz) that finds the files to import.

Files are untrusted: names that leave their archive, links that lead back, archives in archives without an end and those
that unpack to far more than they are, are refused by name, before anything is unpacked. Nothing is ever written where
the user could find it: what must be unpacked to be read at all lies in a nameless temporary file.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import stat
import struct
import tarfile
import tempfile
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

from touchpoints.errors import SourceError, UnreadableSource
from touchpoints.language import P_, english
from touchpoints.source import BLOCK, DAMAGE, MEDIA, Source
from touchpoints.workbook import document_sheets, sheets

MOST_ENTRIES = 200_000
MOST_DIRECTORY = 24 << 20
"""Bytes that a zip's own list of its entries may take: what is read before anything else is known of it."""
MOST_BYTES = 20 << 30
MOST_RATIO, SMALL = 200, 100 << 20
"""What unpacks to more than this many times its size (and to more than 100 MiB) is refused."""
MOST_NESTED = 2 << 30
"""An archive inside another one, or a packed tar, of more bytes than this is refused: it must be unpacked to be read."""
OWN = ("touchpoints.toml", "touchpoints.db", "touchpoints.db-wal", "touchpoints.db-shm", "touchpoints.db.key")
"""The library's own files, which may stand among the exports (as `touchpoints-today.*` may)."""
MOST_DEPTH = 3
MOST_FOLDERS = 100
"""Folders deeper than this are refused."""
MOST_OPEN = 32
"""So many archives are kept open at a time; any other is opened again when one of its files is read."""

_OF_PYTHON = (P_("reason", "File is not a zip file"),)
"""What Python says of damaged archives, as it stands in errors here."""
_ZIP, _GZIP = (b"PK\x03\x04", b"PK\x05\x06"), b"\x1f\x8b\x08"
_OTHERS = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "RAR", b"\xfd7zXZ\x00": "xz", b"BZh": "bzip2"}
_WORKBOOKS, _DOCUMENTS = frozenset((".xlsx", ".xlsm")), frozenset((".ods", ".ots"))
_OTHER_WORKBOOKS = frozenset((".xls", ".xlsb", ".numbers"))
_COMPOUND = b"\xd0\xcf\x11\xe0"
"""An .xls begins like this, and a workbook of Excel that is locked by a password."""
_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
Found = Source | SourceError


def walk(paths: Iterable[str | os.PathLike[str]]) -> Iterator[Found]:
    """Every file below the given files, folders and archives, in the order of names; what cannot be walked is an error
    value in the stream, never an exception.

    Hidden files (`.name`), lock files, a Maildir's `tmp` and the library's own files are no sources. A folder reached
    twice is read once.
    """
    seen: set[tuple[int, int]] = set()
    opened = _Opened()
    for given in paths:
        path = Path(given)
        if not path.exists():
            yield UnreadableSource(str(given), english("no such file or folder"))
            continue
        yield from _walk(path, str(given), seen, opened, 0)


def _walk(path: Path, name: str, seen: set[tuple[int, int]], opened: _Opened, depth: int) -> Iterator[Found]:
    try:
        info = path.stat()
        if stat.S_ISDIR(info.st_mode):
            if (info.st_dev, info.st_ino) in seen:
                if path.is_symlink():
                    yield UnreadableSource(name, english("a link back to a folder that is read already; left alone"))
                return
            if depth > MOST_FOLDERS:
                yield UnreadableSource(
                    name, english("folders inside folders, more than {most_folders} deep", most_folders=MOST_FOLDERS)
                )
                return
            seen.add((info.st_dev, info.st_ino))
            entries = sorted(path.iterdir(), key=lambda p: p.name)
            maildir = _is_maildir(path)
            for entry in entries:
                if _litter(entry.name) and not (entry.is_dir() and _is_maildir(entry)):
                    continue
                if entry.name in OWN or entry.name.startswith("touchpoints-today."):
                    continue
                if maildir and entry.name == "tmp":
                    continue
                yield from _walk(entry, f"{name.rstrip('/')}/{entry.name}", seen, opened, depth + 1)
        elif not stat.S_ISREG(info.st_mode):
            yield UnreadableSource(name, english("neither a file nor a folder"))
        else:
            yield from _file(Source.from_path(path, name), opened, 0)
    except PermissionError:
        yield UnreadableSource(name, english("no permission to read it; allow it or leave it out"))
    except SourceError as error:
        yield error
    except OSError as error:
        yield UnreadableSource(name, english("cannot be read: {error}", error=error.strerror or error))


def _is_maildir(path: Path) -> bool:
    return (path / "cur").is_dir() or (path / "new").is_dir()  # an archive keeps no empty folder


def _file(source: Source, opened: _Opened, depth: int) -> Iterator[Found]:
    """A file, or what is in it if it is an archive."""
    head = source.head
    if not source.in_archive:
        if source.suffix in _OTHER_WORKBOOKS and head.startswith((_COMPOUND, *_ZIP)):
            raise UnreadableSource(
                source.name,
                english("a workbook of a kind not read here; save it as .xlsx, .ods or CSV and import that"),
            )
        if source.suffix == ".olm" and head.startswith(_ZIP):
            raise UnreadableSource(
                source.name,
                english(
                    "an archive of Outlook for Mac (.olm), which is not read; export mails as .eml, calendars as .ics"
                ),
            )
        if source.suffix in _WORKBOOKS and head.startswith(_COMPOUND):
            raise UnreadableSource(
                source.name, english("a workbook with a password; save it without one and import that")
            )
    if head.startswith(_ZIP) and source.suffix in _WORKBOOKS | _DOCUMENTS:
        inside = _workbook
    elif head.startswith(_ZIP) and source.suffix not in MEDIA:
        inside = _zip
    elif head.startswith(_GZIP):
        inside = _gz
    elif head[257:262] == b"ustar" or (source.suffix == ".tar" and head):
        inside = _tar
    else:
        for mark, kind in _OTHERS.items():
            if head.startswith(mark) and source.suffix in (".7z", ".rar", ".xz", ".bz2", ".txz", ".tbz2"):
                raise UnreadableSource(
                    source.name, english("a {kind} archive, which is not read here; unpack it first", kind=kind)
                )
        yield source
        return
    if depth == MOST_DEPTH:
        raise UnreadableSource(
            source.name, english("archives inside archives, more than {most_depth} deep", most_depth=MOST_DEPTH)
        )
    found = False
    try:
        for entry in inside(source, opened, depth + 1):
            found = True
            yield entry
    except (zipfile.BadZipFile, tarfile.TarError, ValueError, NotImplementedError, struct.error, *DAMAGE) as error:
        raise UnreadableSource(
            source.name, english("a damaged archive: {error}; download or export it again", error=error)
        ) from error
    if not found:
        raise UnreadableSource(source.name, english("an archive with nothing in it"))


def _nested(inside: Source, opened: _Opened, depth: int) -> Iterator[Found]:
    """A file of an archive, which may be an archive itself; what is wrong with it is its own affair."""
    try:
        if inside.suffix in _PACKED:
            yield from _file(inside, opened, depth)
        else:
            yield inside
    except SourceError as error:
        yield error


_PACKED = frozenset((".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".xz", ".bz2"))


def _leads_out(name: str) -> bool:
    return name.startswith("/") or ".." in PurePosixPath(name).parts or ":" in name[:3] or "\x00" in name


def _is_hidden(name: str) -> bool:
    return _litter(PurePosixPath(name).name) or name.startswith("__MACOSX/")


def _litter(name: str) -> bool:
    """Hidden files, locks of open documents, what Windows leaves in folders and the front page of Google's exports: none is an
    export, and none is named."""
    return name.startswith((".", "~$")) or name.lower() in ("thumbs.db", "desktop.ini", "archive_browser.html")


class _Opened:
    """The archives that are open: a few at a time, so that a folder of thousands of chats does not run out of files."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, IO[bytes] | zipfile.ZipFile] = OrderedDict()

    def zip(self, source: Source) -> zipfile.ZipFile:
        """The archive that a source is. Raises what `zipfile` raises, and `UnreadableSource`."""

        def opener() -> zipfile.ZipFile:
            stream = _seekable(source)
            try:
                _check_directory(source, stream)
                return zipfile.ZipFile(stream)
            except BaseException:
                stream.close()
                raise

        return cast(zipfile.ZipFile, self._get(f"zip {source.name}", opener))

    def unpacked(self, source: Source) -> IO[bytes]:
        """The content of a source as a stream in which one can go back."""
        return cast("IO[bytes]", self._get(f"raw {source.name}", lambda: _seekable(source)))

    def _get(self, key: str, opener: Callable[[], IO[bytes] | zipfile.ZipFile]) -> IO[bytes] | zipfile.ZipFile:
        if key in self._open:
            self._open.move_to_end(key)
            return self._open[key]
        made = opener()
        self._open[key] = made
        while len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)[1].close()
        return made


def _seekable(source: Source) -> IO[bytes]:
    """A source's content as a file in which going back costs nothing: a file of the disk as it is, one inside an archive
    unpacked into a temporary file, as far as that is bounded."""
    stream = source.open()
    if not source.in_archive:
        return stream
    spool = tempfile.SpooledTemporaryFile(max_size=8 << 20)  # noqa: SIM115  # it is closed with its archive
    with stream:
        while block := stream.read(BLOCK):
            if spool.tell() + len(block) > MOST_NESTED:
                spool.close()
                raise UnreadableSource(
                    source.name,
                    english("an archive of more than {n} GiB inside another one; unpack it first", n=MOST_NESTED >> 30),
                )
            spool.write(block)
    spool.seek(0)
    return cast("IO[bytes]", spool)


# -- zip --------------------------------------------------------------------------------------------------------


def _check_directory(source: Source, stream: IO[bytes]) -> None:
    """Refuse a zip whose list of entries alone would fill the memory; `zipfile` reads it as a whole."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - (1 << 16) - _END_OF_DIRECTORY.size))
    tail = stream.read()
    stream.seek(0)
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < _END_OF_DIRECTORY.size:
        return  # zipfile says what is wrong with it
    *_, entries, length, _, _ = _END_OF_DIRECTORY.unpack_from(tail, place)
    if length == 0xFFFFFFFF and place >= 76 and tail[place - 76 : place - 72] == b"PK\x06\x06":
        entries, length = struct.unpack_from("<2Q", tail, place - 76 + 32)
    if entries > MOST_ENTRIES or length > MOST_DIRECTORY:
        raise UnreadableSource(
            source.name, english("an archive of more than {most_entries} entries; refused", most_entries=MOST_ENTRIES)
        )


def _zip(source: Source, opened: _Opened, depth: int) -> Iterator[Found]:
    entries = {_zip_name(info): info for info in opened.zip(source).infolist()}
    if len(entries) > MOST_ENTRIES:
        raise UnreadableSource(
            source.name, english("an archive of more than {most_entries} entries; refused", most_entries=MOST_ENTRIES)
        )
    total = sum(info.file_size for info in entries.values())
    if total > MOST_BYTES:
        raise UnreadableSource(source.name, english("an archive that unpacks to more than {n} GiB", n=MOST_BYTES >> 30))
    if total > SMALL and source.size is not None and total > MOST_RATIO * source.size:
        raise UnreadableSource(source.name, english("unpacks to {n} MiB from almost nothing; refused", n=total >> 20))

    def entry(name: str) -> Source:
        info = entries[name]
        return Source(
            f"{source.name}/{name}", lambda: cast(BinaryIO, opened.zip(source).open(info)), path=name,
            size=info.file_size, sibling=_beside(name, entries, entry), in_archive=True,
        )  # fmt: skip

    for name, info in sorted(entries.items()):
        if info.is_dir() or name.endswith("/") or _is_hidden(name):
            continue
        inside = entry(name)
        if _leads_out(name):
            yield UnreadableSource(inside.name, english("a name that leads out of its archive; refused"))
        elif info.flag_bits & 0x1:
            yield UnreadableSource(inside.name, english("encrypted; unpack it with its password first"))
        elif stat.S_ISLNK(info.external_attr >> 16):
            yield UnreadableSource(inside.name, english("a link inside an archive; left alone"))
        elif info.file_size > SMALL and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            yield UnreadableSource(
                inside.name, english("unpacks to {n} MiB from almost nothing; refused", n=info.file_size >> 20)
            )
        else:
            yield from _nested(inside, opened, depth)


def _workbook(source: Source, opened: _Opened, depth: int) -> Iterator[Found]:
    """The sheets of a workbook, which is an archive and may be as hostile as any other."""
    parts = list(_zip(source, opened, depth))
    yield from (part for part in parts if isinstance(part, SourceError))
    if all(isinstance(part, Source) for part in parts):
        inside = {part.path: part for part in parts if isinstance(part, Source)}
        if "xl/workbook.xml" in inside:
            yield from sheets(source, cast(BinaryIO, opened.unpacked(source)))
        elif "content.xml" in inside:
            if (listed := inside.get("META-INF/manifest.xml")) and b"encryption-data" in listed.open().read(SMALL >> 6):
                raise UnreadableSource(
                    source.name, english("a workbook with a password; save it without one and import that")
                )
            with inside["content.xml"].open() as content:
                yield from document_sheets(source, content)
        else:
            raise zipfile.BadZipFile("no workbook in it")


def _zip_name(info: zipfile.ZipInfo) -> str:
    """An entry's name as people see it: some programs write UTF-8 without saying so, and some backslashes."""
    name = info.filename
    if not info.flag_bits & 0x800 and not name.isascii():
        with contextlib.suppress(UnicodeError):  # else it is in the code page of old, as zipfile took it
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _beside(name: str, entries: Collection[str], entry: Callable[[str], Source]) -> Callable[[str], Source | None]:
    folder = PurePosixPath(name).parent

    def beside(other: str) -> Source | None:
        above = str(folder.parent / other[3:]) if other.startswith("../") else str(folder / other)
        return next((entry(found) for found in (above, other) if found in entries), None)

    return beside


# -- gz and tar -------------------------------------------------------------------------------------------------


class _Bounded(io.RawIOBase):
    """What a gz file unpacks to, as long as that stays within bounds."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._packed = source.open()
        self._stream = gzip.GzipFile(fileobj=self._packed)
        self._most = max(SMALL, MOST_RATIO * source.size) if source.size is not None else MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._stream.read(len(buffer))
        if self._stream.tell() > min(self._most, MOST_BYTES):
            raise UnreadableSource(
                self._source.name, english("unpacks to more than {n} MiB from little; refused", n=self._most >> 20)
            )
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._packed.close()
        super().close()


def _gz(source: Source, opened: _Opened, depth: int) -> Iterator[Found]:
    name = PurePosixPath(source.path).name
    name = f"{name[:-4]}.tar" if name.lower().endswith(".tgz") else name[:-3] if name.lower().endswith(".gz") else name

    def unpack() -> BinaryIO:
        return cast(BinaryIO, io.BufferedReader(_Bounded(source), BLOCK))

    inside = Source(
        f"{source.name}/{name}", unpack, path=str(PurePosixPath(source.path).with_name(name)), in_archive=True,
        sibling=source.sibling,
    )  # fmt: skip
    yield from _file(inside, opened, depth)


class _Headers(io.RawIOBase):
    """A tar as `tarfile` may read it: its headers, but none that claims to be longer than any header is."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= SMALL >> 6:
            raise tarfile.ReadError(f"a header of {size} bytes")
        return self._stream.read(size)

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        return self._stream.seek(place, whence)

    def tell(self) -> int:
        return self._stream.tell()


class _Part(io.RawIOBase):
    """So many bytes of a stream from a place on; several parts of one stream may be read by turns."""

    def __init__(self, stream: Callable[[], IO[bytes]], start: int, size: int) -> None:
        self._stream, self._at, self._end = stream, start, start + size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        stream = self._stream()
        stream.seek(self._at)
        block = stream.read(min(len(buffer), self._end - self._at))
        buffer[: len(block)] = block
        self._at += len(block)
        if not block and self._at < self._end:
            raise EOFError("the archive ends too early")
        return len(block)


def _tar(source: Source, opened: _Opened, depth: int) -> Iterator[Found]:
    members: dict[str, tuple[int, int]] = {}  # where each begins, and its size
    refused: list[Found] = []
    damage = ""
    with tarfile.TarFile(fileobj=_Headers(opened.unpacked(source))) as archive:
        try:
            for number in range(MOST_ENTRIES + 1):
                if (member := archive.next()) is None:
                    break
                if number == MOST_ENTRIES:
                    raise UnreadableSource(
                        source.name,
                        english("an archive of more than {most_entries} entries; refused", most_entries=MOST_ENTRIES),
                    )
                cast(Any, archive).members.clear()  # it would remember them all
                name = member.name.removeprefix("./").replace("\\", "/")
                if member.isdir() or _is_hidden(name):
                    continue
                if _leads_out(name):
                    refused.append(
                        UnreadableSource(
                            f"{source.name}/{name}", english("a name that leads out of its archive; refused")
                        )
                    )
                elif not member.isreg() or member.issparse():
                    refused.append(
                        UnreadableSource(
                            f"{source.name}/{name}", english("a link or device inside an archive; left alone")
                        )
                    )
                else:
                    members[name] = member.offset_data, member.size  # of two with one name the later is the newer
        except (tarfile.TarError, *DAMAGE) as error:
            if not members:
                raise
            damage = str(error)

    def entry(name: str) -> Source:
        start, size = members[name]

        def part() -> BinaryIO:
            return cast(BinaryIO, io.BufferedReader(_Part(lambda: opened.unpacked(source), start, size), 1 << 16))

        return Source(
            f"{source.name}/{name}", part, path=name, size=size, sibling=_beside(name, members, entry), in_archive=True
        )

    yield from refused
    for name in sorted(members):
        yield from _nested(entry(name), opened, depth)
    if damage:
        raise UnreadableSource(
            source.name,
            english(
                "a damaged archive that ends too early ({damage}); what stands before that was read", damage=damage
            ),
        )
