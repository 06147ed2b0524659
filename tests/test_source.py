"""Files, folders and archives: every file once, every refusal named, nothing hostile followed."""

import io
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from touchpoints.archives import walk
from touchpoints.errors import SourceError, UnreadableSource
from touchpoints.source import Source


def names(*paths: Path) -> list[str]:
    return [s.path if isinstance(s, Source) else f"! {s.reason}" for s in walk(paths)]


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_folders_and_archives_are_walked_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("x")
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "c.txt").write_text("x")
    (tmp_path / "z.zip").write_bytes(zipped({"in/d.txt": b"1", "e.zip": zipped({"f.txt": b"2"})}))
    assert names(tmp_path) == ["c.txt", "b.csv", "f.txt", "in/d.txt"]


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    assert names(tmp_path / "nothing") == ["! no such file or folder"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own on Windows")
def test_a_loop_of_links_is_named_and_ends(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "f.txt").write_text("x")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert names(tmp_path) == ["f.txt", "! a link back to a folder that is read already; left alone"]


@pytest.mark.parametrize("name", ["../escape.txt", "/absolute.txt", "a/../../b.txt", "C:\\windows.txt"])
def test_a_name_that_leads_out_of_its_archive_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "x.zip").write_bytes(zipped({name: b"x", "good.txt": b"y"}))
    found = list(walk([tmp_path / "x.zip"]))
    assert sorted(isinstance(s, Source) for s in found) == [False, True]


def test_a_bomb_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(zipped({"zeros.csv": bytes(300 << 20), "good.txt": b"y"}))
    begin = time.monotonic()
    (bomb,) = [s for s in walk([tmp_path / "x.zip"]) if isinstance(s, SourceError)]
    assert "from almost nothing" in bomb.reason
    assert time.monotonic() - begin < 2


def test_archives_inside_archives_end(tmp_path: Path) -> None:
    inner = zipped({"f.txt": b"x"})
    for _ in range(5):
        inner = zipped({"in.zip": inner})
    (tmp_path / "x.zip").write_bytes(inner)
    (refused,) = walk([tmp_path / "x.zip"])
    assert isinstance(refused, SourceError)


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(zipped({"f.txt": b"x" * 1000})[:60])
    (refused,) = walk([tmp_path / "x.zip"])
    assert isinstance(refused, SourceError)
    assert "damaged archive" in refused.reason


def test_a_file_without_permission_is_named(as_bound_user: Callable[[], AbstractContextManager[Path]]) -> None:
    with as_bound_user() as folder:
        (folder / "f.txt").write_text("x")
        assert Source.from_path(folder / "f.txt").head == b"x"
        (folder / "f.txt").chmod(0)
        source = Source.from_path(folder / "f.txt")
        with pytest.raises(UnreadableSource, match="no permission"):
            source.head  # noqa: B018  # reading it is the test


@pytest.mark.parametrize(
    ("content", "encoding"),
    [("ä".encode(), "utf-8"), (b"\xef\xbb\xbfa", "utf-8-sig"), ("ä".encode("utf-16"), "utf-16"), ("größer".encode("cp1252"), "cp1252"),
     ("plain text of some length".encode("utf-16-le"), "utf-16-le"), ("größer, nördlich".encode("mac-roman"), "mac-roman"),
     ("größer, nördlich".encode("cp850"), "cp850"), ("„Muster’s“ – Büro".encode("cp1252"), "cp1252"),
     ("Erika’s „Hof“, 5 €".encode("cp1252"), "cp1252"), ("Łódź, Kraków".encode("cp1250"), "cp1252"),
     ("café à la crème, façade".encode("cp1252"), "cp1252"), ("café à la crème, façade".encode("mac-roman"), "mac-roman")],
)  # fmt: skip
def test_the_encoding_is_found_from_the_content(content: bytes, encoding: str) -> None:
    source = Source.from_bytes(content)
    assert source.encoding == encoding
    assert "\ufeff" not in source.text().read().replace("\ufeff", "", 1 if encoding == "utf-16" else 0)


def test_a_late_byte_decides_too() -> None:
    assert Source.from_bytes(b"a" * 3_000_000 + "ü".encode("cp1252")).encoding == "cp1252"


def test_a_sibling_is_found_in_folder_and_archive(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "b.txt").write_text("y")
    found = Source.from_path(tmp_path / "a.txt").sibling("b.txt")
    assert found is not None
    assert found.head == b"y"
    (tmp_path / "x.zip").write_bytes(zipped({"in/a.txt": b"1", "in/b.txt": b"2", "c.txt": b"3"}))
    inside = next(s for s in walk([tmp_path / "x.zip"]) if isinstance(s, Source) and s.path == "in/a.txt")
    for name, content in (("b.txt", b"2"), ("c.txt", b"3")):
        other = inside.sibling(name)
        assert other is not None
        assert other.head == content
    assert inside.sibling("nothing") is None
    above = inside.sibling("../c.txt")
    assert above is not None
    assert above.head == b"3"


def test_a_file_of_the_folder_above_is_found_and_no_further_one(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for place in ("users.json", "in/users.json", "in/deep/day.json"):
        (tmp_path / place).write_text(place)
    source = Source.from_path(tmp_path / "in" / "deep" / "day.json")
    found = source.sibling("../users.json")
    assert found is not None
    assert found.head == b"in/users.json"
    (tmp_path / "in" / "users.json").unlink()
    assert source.sibling("../users.json") is None
    assert source.sibling("../../users.json") is None
