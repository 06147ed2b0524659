"""Files made to harm: each is refused by name within a second or two and in little memory, and the rest is read."""

import gzip
import io
import json
import os
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import touchpoints as tp

GOOD = "sep=;\nTyp;Datum;Name;Rufnummer;Nebenstelle;Eigene Rufnummer;Dauer\n1;17.03.24 10:05;Erika Muster;08999998123;Fon;{};0:05\n"
CALLS = GOOD.format("03023125100").encode()
HEAD = {
    "fritzbox.csv": CALLS,
    "kalender.ics": b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:",
    "calls.xml": b'<?xml version="1.0"?>\n<calls count="1"><call number="',
    "history.json": b'{"items":[{"id":"1","type":"CALL","direction":"INCOMING","source":"1","target":"2","created":"',
    "log.csv": b"Datum;Richtung;Rufnummer\n17.03.2024 10:05;ein;",
    "chat.txt": b"17.03.24, 10:05 - Erika: ",
}


def zipped(*entries: tuple[str, bytes], stored: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


def tarred(*members: tuple[str, bytes], kind: bytes = tarfile.REGTYPE, mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]  # its modes are a literal type
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.type, member.size, member.linkname = kind, len(content), "/etc/passwd"
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def long_line(path: Path, head: bytes) -> None:
    """A file of 2 GB with one line that does not end (of zeros, so that it takes no place on the disk)."""
    with path.open("wb") as stream:
        stream.write(head + b"x" * 8192)
        stream.truncate(2 << 30)


def zeros(path: Path) -> None:
    with path.open("wb") as out, gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9) as packed:
        packed.write(CALLS * 100)
        for _ in range(600):
            packed.write(bytes(1 << 20))


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE calls [<!ENTITY l0 "ha">{entities}]><calls count="1"><call number="&l11;"/></calls>'.encode()


def encrypted() -> bytes:
    data = bytearray(zipped(("log.csv", CALLS)))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


def wrong_directory(before: bool = False) -> bytes:
    """Its list of entries sends one who reads to a place where no entry begins, or to one before its beginning."""
    data = bytearray(zipped(("log.csv", CALLS)))
    struct.pack_into("<L", data, data.index(b"PK\x01\x02") + 42, 0 if before else 7)
    if before:  # where the list begins is said too late, so that everything seems to stand earlier
        end = data.index(b"PK\x05\x06")
        struct.pack_into("<L", data, end + 16, struct.unpack_from("<L", data, end + 16)[0] + 9)
    return bytes(data)


def crowd() -> bytes:
    """Half a million names of nothing."""
    out = io.BytesIO()
    entry = struct.Struct("<4s6H3L5H2L")
    for n in range(500_000):
        name = b"%06d" % n
        out.write(entry.pack(b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0) + name)
    size = out.tell()
    out.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, size, 0, 0))
    return b"PK\x03\x04" + out.getvalue()


def nested(depth: int = 6) -> bytes:
    inner = zipped(("zeros.csv", CALLS + bytes(50 << 20)))
    for _ in range(depth):
        inner = zipped(*((f"{n}.zip", inner) for n in range(8)))
    return inner


def overlapping() -> bytes:
    """A thousand entries that are all the same 20 MB of zeros."""
    out = io.BytesIO(zipped(("0000.csv", bytes(20 << 20))))
    data = out.getvalue()
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    listed = b"".join(data[start:end].replace(b"0000.csv", b"%04d.csv" % n) for n in range(1000))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1000, 1000, len(listed), start, 0)
    return data[:start] + listed + tail


def long_header() -> bytes:
    """A tar whose first header says that two gigabytes of names follow."""
    member = tarfile.TarInfo("x")
    member.type, member.size = tarfile.XHDTYPE, 2 << 30
    return member.tobuf(tarfile.USTAR_FORMAT) + bytes(1024)


HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    **{f"2gb-{name}": (lambda p, h=head: long_line(p, h), "a line of more than") for name, head in HEAD.items()},  # type: ignore[misc]  # a lambda with a default
    "bomb.zip": (lambda p: p.write_bytes(zipped(("zeros.csv", bytes(300 << 20)))), "from almost nothing"),
    "bombs.zip": (
        lambda p: p.write_bytes(zipped(*((f"{n}.csv", bytes(30 << 20)) for n in range(8)))),
        "from almost nothing",
    ),
    "overlapping.zip": (lambda p: p.write_bytes(overlapping()), "from almost nothing"),
    "nested.zip": (lambda p: p.write_bytes(nested()), "archives inside archives"),
    "bomb.csv.gz": (zeros, "unpacks to more than"),
    "bomb.tgz": (lambda p: p.write_bytes(gzip.compress(tarred(("z.csv", bytes(300 << 20))))), "unpacks to more than"),
    "crowd.zip": (lambda p: p.write_bytes(crowd()), "an archive of more than 200000 entries"),
    "encrypted.zip": (lambda p: p.write_bytes(encrypted()), "encrypted; unpack it with its password first"),
    "wrong.zip": (lambda p: p.write_bytes(wrong_directory()), "Bad magic number"),
    "before.zip": (lambda p: p.write_bytes(wrong_directory(before=True)), "cannot be opened"),
    "half.zip": (lambda p: p.write_bytes(zipped(("log.csv", CALLS * 50))[:90]), "a damaged archive"),
    "empty.zip": (lambda p: p.write_bytes(zipped()), "an archive with nothing in it"),
    "out.zip": (lambda p: p.write_bytes(zipped(("../../log.csv", CALLS))), "a name that leads out of its archive"),
    "out.tar": (lambda p: p.write_bytes(tarred(("../../log.csv", CALLS))), "a name that leads out of its archive"),
    "link.tar": (lambda p: p.write_bytes(tarred(("log.csv", b""), kind=tarfile.SYMTYPE)), "a link or device inside"),
    "device.tar": (lambda p: p.write_bytes(tarred(("log.csv", b""), kind=tarfile.CHRTYPE)), "a link or device inside"),
    "header.tar": (lambda p: p.write_bytes(long_header()), "a damaged archive"),
    "half.tar": (lambda p: p.write_bytes(tarred(("log.csv", CALLS * 50))[:900]), "ends too early"),
    "half.csv.gz": (lambda p: p.write_bytes(gzip.compress(CALLS * 50)[:90]), "damaged"),
    "laughs.xml": (lambda p: p.write_bytes(laughs()), "it declares a DOCTYPE"),
    "wide.csv": (
        lambda p: p.write_text(
            "Datum;Rufnummer;" + ";".join(f"c{n}" for n in range(10_000)) + "\n17.03.24;0301;" + ";" * 9999
        ),
        "columns; no export has more than",
    ),
    "workbook.xlsx": (lambda p: p.write_bytes(zipped(("xl/sheet.xml", b"<x/>"))), "no workbook in it"),
    "old.xls": (lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0"), "save it as .xlsx, .ods or CSV"),
    "archive.7z": (lambda p: p.write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(100)), "a 7z archive"),
}


def entries(desk: tp.Tracker, path: Path) -> Iterator[str]:
    report = desk.ingest(path)
    assert [s for s, _ in report.failed] == sorted({s for s, _ in report.failed}), "an entry for each"
    yield from (reason for _, reason in report.failed)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_by_name_within_a_second_or_two_and_the_rest_is_read(
    tmp_path: Path, name: str
) -> None:
    make, reason = HOSTILE[name]
    make(tmp_path / name)
    (tmp_path / "zz_good.csv").write_bytes(CALLS)
    begin = time.process_time()
    with tp.Tracker(settings=tp.Settings(timezone="Europe/Berlin")) as desk:
        reasons = list(entries(desk, tmp_path))
        assert len(list(desk.touchpoints())) == 1
    assert time.process_time() - begin < 4  # of a machine that others use too
    assert reasons and all(reason in found for found in reasons), reasons


def test_what_is_no_file_is_named_and_ends(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_bytes(CALLS)
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "itself").symlink_to(tmp_path / "itself")
    expected = {"loop": "a link back", "itself": "cannot be read"}
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
        expected["pipe.csv"] = "neither a file nor a folder"
    deep = tmp_path / "deep"
    for _ in range(150):
        deep = deep / "d"
    deep.mkdir(parents=True)
    with tp.Tracker(settings=tp.Settings(timezone="Europe/Berlin")) as desk:
        failed = dict(desk.ingest(tmp_path).failed)
        assert len(list(desk.touchpoints())) == 1
    for name, reason in expected.items():
        assert reason in failed.pop(str(tmp_path / name))
    (left,) = failed.values()
    assert "folders inside folders" in left


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
def test_all_of_them_at_once_take_little_memory(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    for name, (make, _) in HOSTILE.items():
        make(folder / name)
    (folder / "zz_good.csv").write_bytes(CALLS)
    script = (
        "import re, resource, sys; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "from touchpoints.cli import main\n"
        "try: main(sys.argv[1:])\n"
        # not ru_maxrss, which begins with what the process that started this one held
        "finally: print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1], file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", script, "import", str(folder), "--json", "--store", str(tmp_path / "t.db")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, encoding="utf-8")
    report = json.loads(done.stdout)
    assert report["added"] == 1
    assert {Path(f["source"]).relative_to(folder).parts[0] for f in report["failed"]} == set(HOSTILE)
    assert int(done.stderr.strip().splitlines()[-1]) >> 10 < 100, "MiB at its peak"


@pytest.mark.parametrize("suffix", ["tar", "tgz", "tar.gz", "zip", "csv.gz", "zip.gz"])
def test_what_an_archive_holds_is_read_as_if_it_were_unpacked(tmp_path: Path, suffix: str) -> None:
    members = (("./a/log.csv", CALLS), ("b.tar", tarred(("c/log.csv", CALLS.replace(b"10:05", b"11:05")))))
    content = {
        "tar": lambda: tarred(*members),
        "tgz": lambda: gzip.compress(tarred(*members)),
        "tar.gz": lambda: tarred(*members, mode="w:gz"),
        "zip": lambda: zipped(*members),
        "zip.gz": lambda: gzip.compress(zipped(*members)),
        "csv.gz": lambda: gzip.compress(CALLS),
    }[suffix]()
    (tmp_path / f"export.{suffix}").write_bytes(content)
    with tp.Tracker(settings=tp.Settings(timezone="Europe/Berlin")) as desk:
        report = desk.ingest(tmp_path)
        assert (report.failed, len(list(desk.touchpoints()))) == ([], 1 if suffix == "csv.gz" else 2)
        assert desk.ingest(tmp_path).counts.added == 0


@pytest.mark.parametrize(("encoding", "flag"), [("cp437", 0), ("utf-8", 0), ("utf-8", 0x800)])
def test_names_in_an_archive_are_read_whatever_they_were_written_in(tmp_path: Path, encoding: str, flag: int) -> None:
    name = "WhatsApp Chat mit Jürgen Groß.txt"
    placeholder = "n" * len(name.encode(encoding))
    data = zipped((placeholder, b"17.03.24, 10:05 - Mara Falk: Hallo\n17.03.24, 10:06 - X: Guten Tag\n"), stored=True)
    raw = bytearray(data.replace(placeholder.encode(), name.encode(encoding)))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", raw, raw.index(mark) + at, flag)
    (tmp_path / "x.zip").write_bytes(raw)
    from touchpoints.archives import walk

    (found,) = walk([tmp_path])
    assert not isinstance(found, Exception)
    assert found.path == name


def test_a_folder_of_many_archives_does_not_run_out_of_open_files(tmp_path: Path) -> None:
    for n in range(300):
        content = CALLS.replace(b"17.03.24", b"%02d.%02d.24" % (n % 28 + 1, n // 28 + 1))
        (tmp_path / f"{n:04}.zip").write_bytes(zipped(("a/log.csv", content), ("in.zip", zipped(("b.csv", content)))))
    script = (
        "import re, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))\n"
        "import touchpoints as tp\n"
        "with tp.Tracker(settings=tp.Settings(timezone='Europe/Berlin')) as desk:\n"
        "    report = desk.ingest(sys.argv[1]); print(report.failed[:3], report.counts.added)\n"
    )
    if sys.platform != "win32":
        done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[] 300"
