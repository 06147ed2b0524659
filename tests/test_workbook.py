"""Excel workbooks are read sheet by sheet, like the tables they hold saved as CSV."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

import touchpoints as tp
from touchpoints.archives import walk
from touchpoints.source import Source

AT = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))
NUMBER = "+49 89 99998 123"


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def texts(path: Path) -> dict[str, str]:
    found = list(walk([path]))
    assert all(isinstance(s, Source) for s in found)
    return {s.name: s.text().read() for s in found if isinstance(s, Source)}


def test_cells_are_written_as_an_importer_reads_them(tmp_path: Path) -> None:
    cells = [
        datetime(2026, 7, 1, 9, 5), date(2026, 7, 1), timedelta(hours=1, minutes=2, seconds=3), 15.0, 1.5, 498999998123,
        "a, b\nc", None, True, None,
    ]  # fmt: skip
    path = workbook(tmp_path / "a.xlsx", Liste=[["Titel"], [], cells], Leer=[])
    expected = 'Titel\r\n\r\n2026-07-01 09:05:00,2026-07-01,1:02:03,15,1.5,498999998123,"a, b\nc",,True\r\n'
    assert texts(path) == {str(path): expected}


def test_of_several_sheets_each_has_its_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", Juni=[["x"]], Juli=[["y"]])
    assert texts(path) == {f"{path}/Juni": "x\r\n", f"{path}/Juli": "y\r\n"}


def test_a_call_sheet_filled_in_as_a_workbook_comes_back(tmp_path: Path) -> None:
    with tp.Tracker(settings=tp.Settings(me=("+49 30 23125 100",), timezone="Europe/Berlin")) as tracker:
        calls = [tp.Touchpoint.call(NUMBER, AT - timedelta(days=40 + 7 * n), "out", minutes=12) for n in range(30)]
        tracker.add(calls, people=[tp.Person("Erika Muster", [NUMBER], customer="Muster Bau", kind="customer")])
        head, row = csv.reader(str(tracker.render("csv", AT, "de")).lstrip("\ufeff").splitlines(), delimiter=";")
        filled = dict(zip(head, row, strict=True)) | {
            "Ergebnis": "erreicht", "Minuten": 15, "Nächster Anruf": datetime(2026, 7, 15),
        }  # fmt: skip
        report = tracker.ingest(workbook(tmp_path / "Liste.xlsx", Tabelle1=[head, [filled[name] for name in head]]))
        assert (report.failed, report.skipped, report.counts.added) == ([], [], 1)
        assert [d.payload["until"] for d in tracker.store.decisions("snooze")] == ["2026-07-15"]


def test_a_call_log_saved_as_a_workbook_is_read_like_its_csv(tmp_path: Path) -> None:
    head = ["Typ", "Datum", "Name", "Rufnummer", "Nebenstelle", "Eigene Rufnummer", "Dauer"]
    row = ["1", "24.06.26 10:12", "Erika Muster", "08999998123", "Telefon", "23125100", "0:05"]
    (tmp_path / "a.csv").write_text("\n".join(";".join(r) for r in (head, row)), encoding="utf-8")
    workbook(tmp_path / "b.xlsx", Anrufe=[head, row])
    found = []
    for name in ("a.csv", "b.xlsx"):
        with tp.Tracker(settings=tp.Settings(me=("+49 30 23125 100",), timezone="Europe/Berlin")) as tracker:
            report = tracker.ingest(tmp_path / name)
            assert (report.failed, report.counts.added) == ([], 1)
            found.append([(s.key, s.touchpoint) for s in tracker.touchpoints()])
    assert found[0] == found[1]


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 500])
def test_a_damaged_workbook_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    (error,) = walk([tmp_path / "a.xlsx"])
    assert isinstance(error, tp.SourceError)
    assert "damaged" in error.reason


def test_a_workbook_that_would_explode_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", A=[["x"]])
    with ZipFile(path, "a", ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/big.bin", bytes(150 << 20))
    (error,) = walk([path])
    assert isinstance(error, tp.SourceError)
    assert "from almost nothing" in error.reason


# -- OpenDocument, as LibreOffice saves it (and in test_libreoffice.py by itself) ------------------------------------

NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("table", "table"), ("text", "text"), ("draw", "drawing"))
)


def document(path: Path, tables: str, *, before: str = "", manifest: str = "", whole: str | None = None) -> Path:
    content = (
        f"<?xml version='1.0'?>{before}<office:document-content {NAMES}><office:body><office:spreadsheet>"
        f"{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
        archive.writestr("content.xml", content if whole is None else whole)
    return path


def table(rows: str, name: str = "A") -> str:
    return f'<table:table table:name="{name}">{rows}</table:table>'


def cell(text: str = "", times: int | str = 1, rest: str = "") -> str:
    said = f"<text:p>{text}</text:p>" if text else ""
    return f'<table:table-cell table:number-columns-repeated="{times}" {rest}>{said}</table:table-cell>'


def row(cells: str, times: int | str = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{cells}</table:table-row>'


def test_an_opendocument_table_is_what_it_shows(tmp_path: Path) -> None:
    rows = (
        '<table:shapes><draw:frame><text:p>a note on top</text:p></draw:frame></table:shapes>'
        + '<table:table-header-rows>' + row(cell("x", 2) + cell(times=3) + cell("y")) + '</table:table-header-rows>'
        + row(cell(times=9), 2)
        + row('<table:table-cell><office:annotation><text:p>a comment</text:p></office:annotation>'
              '<text:p>one <text:span>of<text:s text:c="2"/>two</text:span></text:p>'
              '<text:p>lines<text:tab/>.</text:p></table:table-cell>'
              '<table:covered-table-cell><text:p>hidden</text:p></table:covered-table-cell>'
              + cell("1.234,5", rest='office:value-type="float" office:value="1234.5"')
              + cell("03.07.26", rest='office:value-type="date" office:date-value="2026-07-03T08:15:00.000000000"')
              + '<table:table-cell><table:table table:name="in a cell">' + row(cell("apart")) + '</table:table></table:table-cell>')
        + row(cell("twice"), 2) + row(cell(times=16384), 1048560)
    )  # fmt: skip
    old = "<table:deletion><table:table-cell><text:p>old</text:p></table:table-cell></table:deletion>"
    changed = f"<table:tracked-changes>{old}</table:tracked-changes>"
    path = document(tmp_path / "a.ods", changed + table(rows) + table(row(cell(times=16384), 1048576), "empty"))
    expected = 'x,x,,,,y\r\n\r\n\r\n"one of  two\nlines\t.",,1234.5,2026-07-03 08:15:00\r\ntwice\r\ntwice\r\n'
    assert texts(path) == {str(path): expected}
    two = document(tmp_path / "b.ods", table(row(cell("x")), "Juni") + table(row(cell("y")), "Juli"))
    assert texts(two) == {f"{two}/Juni": "x\r\n", f"{two}/Juli": "y\r\n"}


BOMBS = {
    "columns": (table(row(cell("x", 10**9))), "columns; no export has more than 16384"),
    "columns behind empty ones": (table(row(cell(times=10**9) + cell("x"))), "columns; no export has more than 16384"),
    "a number beyond all": (table(row(cell("x", "9" * 5000))), "columns; no export has more than 16384"),
    "no number": (table(row(cell("x", "many"))), "columns; no export has more than 16384"),
    "rows": (table(row(cell("x", 1000), 1_000_000)), "a sheet of more than 64 MiB"),
    "rows behind empty ones": (table(row(cell(), 10**9) * 50 + row(cell("x"))), "a sheet of more than 64 MiB"),
    "a row": (table(row(cell("x" * 1000, 16_000))), "a line of more than 4 MiB"),
    "sheets": (table(row(cell("x" * 1000, 1000), 20)) * 10, "a sheet of more than 64 MiB"),
    "a tag without an end": ("<table:table " + "x" * 3_000_000, "a sheet of more than 64 MiB"),
    "depth": ("<table:table>" * 100_000, "damaged"),
    "not closed": (table(row(cell("x"))) + "<table:table>", "damaged"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_document_that_claims_more_than_any_sheet_has_is_refused(name: str, tmp_path: Path) -> None:
    tables, reason = BOMBS[name]
    (error,) = walk([document(tmp_path / "a.ods", tables)])
    assert isinstance(error, tp.SourceError)
    assert reason in error.reason


def test_entities_and_passwords_are_refused_by_name(tmp_path: Path) -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "' + "b" * 1000 + '">]>'
    for path, reason in [
        (document(tmp_path / "a.ods", table(row(cell("&a;" * 1000))), before=entities), "declares entities"),
        (document(tmp_path / "b.ods", "", manifest="<manifest:encryption-data/>", whole="\x07\x01"), "with a password"),
        (document(tmp_path / "c.ods", "", whole="\x07\x01"), "a damaged workbook"),
    ]:
        (error,) = walk([path])
        assert isinstance(error, tp.SourceError)
        assert reason in error.reason
    for name, head in [("d.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600)), ("e.xls", b"\xd0\xcf\x11\xe0" + bytes(600))]:
        (tmp_path / name).write_bytes(head)
        (error,) = walk([tmp_path / name])
        assert isinstance(error, tp.SourceError)
        assert ("with a password" if name == "d.xlsx" else "of a kind not read here") in error.reason
    (tmp_path / "f.xls").write_text("a\tb\n1\t2\n", encoding="utf-8")  # many programs call a table of tabs so
    (found,) = walk([tmp_path / "f.xls"])
    assert isinstance(found, Source)
